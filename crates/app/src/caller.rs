//! Who asks. Every use case takes a [`Caller`] first, and its name goes into the audit entry.

use domain::ids::{AccountId, PersonId};
use domain::time::Timestamp;
use store::Audit;
use store::operation::Operation;

/// Somebody who has logged in, or the program itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Account; `system` for the program and its command line.
    pub account: AccountId,
    /// Person behind the account.
    pub person: PersonId,
    /// Name as it is shown.
    pub name: String,
    /// Hash of the session, empty for the program.
    pub session: String,
    /// When the second factor was last given; 0 when never.
    pub factor_at: Timestamp,
    /// The password must be changed before anything else.
    pub must_change: bool,
    /// The client's operation id.
    pub operation: Option<Operation>,
}

impl Caller {
    /// The program itself or whoever commands the machine it runs on.
    pub fn system() -> Self {
        Self {
            account: "system".into(),
            person: "system".into(),
            name: "系统".to_owned(),
            session: String::new(),
            factor_at: Timestamp(0),
            must_change: false,
            operation: None,
        }
    }

    /// An audit entry by this caller of something that happens now.
    pub fn audit(
        &self,
        action: &'static str,
        object_kind: &'static str,
        object_id: &str,
        now: Timestamp,
    ) -> Audit {
        Audit {
            action,
            object_kind,
            object_id: object_id.to_owned(),
            territory: String::new(),
            actor: self.account.to_string(),
            actor_name: self.name.clone(),
            hat: String::new(),
            happened_at: now,
            at: now,
            reason: String::new(),
            detail: "{}".to_owned(),
        }
    }
}
