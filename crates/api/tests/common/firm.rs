//! A safety company and one of its people, whose post reaches the whole town: what stories of purchased services begin with.

use app::org::Roster;
use domain::org::{Assignment, Org, OrgKind, Person, Post, Relation, Role};

use crate::common::{TOWN, day, path, roster};

/// The people of every story with the company `safety-co` and its `expert` among them.
pub fn with_firm() -> Roster {
    let mut people = roster();
    people.orgs.push(Org {
        id: "safety-co".into(),
        kind: OrgKind::Unit,
        name: "永安消防技术服务公司".to_owned(),
        short_name: "永安消防".to_owned(),
        aliases: Vec::new(),
        relation: Relation::Social,
        label: String::new(),
        territory: TOWN.into(),
        active: true,
    });
    people.persons.push(Person {
        id: "p-expert".into(),
        name: "尤评估".to_owned(),
        phone: "13900001111".to_owned(),
        office_phone: String::new(),
        active: true,
    });
    people.posts.push(Post {
        id: "post-expert".into(),
        role: Role::ThirdParty,
        org: "safety-co".into(),
        territory: TOWN.into(),
        name: "评估员".to_owned(),
        min_n: 1,
        max_n: None,
        active: true,
    });
    people.assignments.push(Assignment {
        away: Vec::new(),
        id: "a-expert".into(),
        person: "p-expert".into(),
        post: "post-expert".into(),
        role: Role::ThirdParty,
        org: "safety-co".into(),
        territory: TOWN.into(),
        path: path(""),
        place: None,
        acting: false,
        from: day("2025-01-01"),
        to: None,
        basis: "合同".to_owned(),
    });
    people.logins.push(("expert".to_owned(), "p-expert".into()));
    people
}
