//! What every part of the contract suite stands on: an entry of the record, a day.

use domain::time::{Date, Timestamp};
use store::Audit;

/// An entry by the program itself about an object, at a moment.
pub fn entry(action: &'static str, object_kind: &'static str, object_id: &str, at: Timestamp) -> Audit {
    Audit {
        action,
        object_kind,
        object_id: object_id.to_owned(),
        territory: String::new(),
        actor: "system".to_owned(),
        actor_name: "系统".to_owned(),
        hat: String::new(),
        happened_at: at,
        at,
        reason: String::new(),
        detail: "{}".to_owned(),
    }
}

/// A day as written in a test.
pub fn day(text: &str) -> Date {
    let date = domain::time::parse_date(text);
    assert!(date.is_some(), "{text} is no date");
    date.unwrap_or_default()
}
