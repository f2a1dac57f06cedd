//! Who asks. Every use case takes a [`Caller`] first, and its name goes into the audit entry.

use domain::hazard::{Act, Actor, Position};
use domain::ids::{AccountId, PersonId};
use domain::org::{Assignment, Role};
use domain::policy::{Action, Hats, Scope, Subject, standing};
use domain::time::{Date, Timestamp};
use store::Audit;
use store::operation::Operation;

use crate::{Error, Result};

/// For so long a password or a code counts as given just now. The town cannot change it.
const FRESH_MS: i64 = 5 * 60 * 1000;

/// Somebody who has logged in, or the program itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Account; `system` for the program and its command line.
    pub account: AccountId,
    /// Person behind the account.
    pub person: PersonId,
    /// Name as it is shown.
    pub name: String,
    /// The assignments he acts under today.
    pub hats: Hats,
    /// Hash of the session, empty for the program.
    pub session: String,
    /// When a password or a code was last given.
    pub factor_at: Timestamp,
    /// The password must be changed before anything else.
    pub must_change: bool,
    /// A second factor must be set up before anything else.
    pub must_enrol: bool,
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
            hats: Hats::program(Assignment {
                away: Vec::new(),
                id: "system".into(),
                person: "system".into(),
                post: "system".into(),
                role: Role::SysAdmin,
                org: "system".into(),
                territory: String::new().into(),
                path: String::new(),
                place: None,
                acting: false,
                from: Date::MIN,
                to: None,
                basis: String::new(),
            }),
            session: String::new(),
            factor_at: Timestamp(0),
            must_change: false,
            must_enrol: false,
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

    /// Which rows the caller may do this to.
    ///
    /// Errors: none at all.
    pub fn scope(&self, action: Action) -> Result<Scope> {
        self.hats.scope(action).ok_or_else(|| forbidden(action))
    }

    /// The hat under which the caller does this to a row that he was shown.
    ///
    /// Errors: he may not.
    pub fn hat(&self, action: Action, row: &Subject) -> Result<&Assignment> {
        self.hats.hat(action, row).ok_or_else(|| forbidden(action))
    }

    /// That it is still he who logged in, before something is taken out or somebody given rights.
    ///
    /// Errors: he gave no password or code within the last five minutes.
    pub fn stepped_up(&self, now: Timestamp) -> Result<()> {
        if self.session.is_empty() || now.0 - self.factor_at.0 <= FRESH_MS {
            return Ok(());
        }
        Err(Error::Forbidden {
            code: "session.step_up_needed",
            message: "这项操作要再确认一次是您本人，请重新输入密码或验证码".to_owned(),
        })
    }

    /// What the caller does under a hat, when and where.
    pub fn act(&self, hat: &Assignment, happened_at: Timestamp, position: Option<Position>) -> Act {
        let actor = Actor::Staff {
            person: self.person.clone(),
            assignment: hat.id.clone(),
            org: hat.org.clone(),
            standing: standing(hat.role),
        };
        Act { actor, happened_at, position, document_no: None }
    }

    /// An audit entry of something done under a hat to something at a territory path.
    pub fn audit_as(
        &self,
        hat: &Assignment,
        action: &'static str,
        object: (&'static str, &str),
        path: &str,
        now: Timestamp,
    ) -> Audit {
        Audit {
            hat: hat.id.to_string(),
            territory: path.to_owned(),
            ..self.audit(action, object.0, object.1, now)
        }
    }
}

fn forbidden(action: Action) -> Error {
    Error::Forbidden {
        code: "policy.forbidden",
        message: format!("您的岗位不能{}，需要时请联系消安办", action.label()),
    }
}
