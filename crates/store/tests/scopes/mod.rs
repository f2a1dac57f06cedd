//! Scopes for the contract suite, made the only way there is: by wearing hats.

use domain::org::{Assignment, Role};
use domain::policy::{Action, Hats, Scope};
use domain::time::Date;

fn hat(role: Role, org: &str, path: &str) -> Assignment {
    Assignment {
        away: Vec::new(),
        id: format!("{}-{org}-{path}", role.code()).into(),
        person: "p".into(),
        post: "post".into(),
        role,
        org: org.into(),
        territory: path.into(),
        path: path.to_owned(),
        place: None,
        acting: false,
        from: Date::default(),
        to: None,
        basis: String::new(),
    }
}

fn scope(hats: Vec<Assignment>) -> Scope {
    Hats::on(hats, Date::default()).scope(Action::PlaceRead).unwrap_or_default()
}

/// The whole town.
pub fn everything() -> Scope {
    scope(vec![hat(Role::OfficeClerk, "office", "t")])
}

/// At or below these territories; nothing when there are none.
pub fn below(paths: &[&str]) -> Scope {
    scope(paths.iter().map(|path| hat(Role::VillageStaff, "village", path)).collect())
}

/// What an organisation oversees.
pub fn of_org(org: &str) -> Scope {
    scope(vec![hat(Role::DeptInspector, org, "t")])
}
