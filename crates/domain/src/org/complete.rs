//! Whether the committee is made up as the plan orders it, from the assignments of each day; and when two assignments
//! run together, by which one person under two hats is told. Source: C1.1, C1.2, C2.1.

use std::collections::BTreeSet;

use super::{Assignment, Org, OrgKind, Role, lies_in};
use crate::ids::{OrgId, PersonId};
use crate::time::Date;

/// What the committee lacks on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitteeGap {
    /// No director.
    NoDirector,
    /// No deputy.
    NoDeputy,
    /// A department has no head.
    NoHead(OrgId),
    /// A department's head is no member.
    NotMember(OrgId, PersonId),
}

/// The days on which both run; none when they do not meet. The last day is none while both run on.
pub fn together(one: &Assignment, other: &Assignment) -> Option<(Date, Option<Date>)> {
    let from = one.from.max(other.from);
    let to = match (one.to, other.to) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    to.is_none_or(|to| from <= to).then_some((from, to))
}

/// What the committee lacks on a day: a director, a deputy, and every active department's head among its members.
/// Source: C1.1.
pub fn committee_gaps(orgs: &[Org], held: &[Assignment], day: Date) -> Vec<CommitteeGap> {
    let on = |role: Role| held.iter().filter(move |one| one.role == role && one.is_valid_on(day));
    let mut gaps = Vec::new();
    if on(Role::CommitteeDirector).next().is_none() {
        gaps.push(CommitteeGap::NoDirector);
    }
    if on(Role::CommitteeDeputy).next().is_none() {
        gaps.push(CommitteeGap::NoDeputy);
    }
    let members: BTreeSet<&PersonId> =
        [Role::CommitteeDirector, Role::CommitteeDeputy, Role::CommitteeMember]
            .into_iter()
            .flat_map(on)
            .map(|one| &one.person)
            .collect();
    for dept in orgs.iter().filter(|org| org.active && org.kind == OrgKind::Dept) {
        let heads: Vec<&PersonId> =
            on(Role::DeptHead).filter(|one| one.org == dept.id).map(|one| &one.person).collect();
        match heads.first() {
            None => gaps.push(CommitteeGap::NoHead(dept.id.clone())),
            // Where somebody acts beside the head, one of them is enough.
            Some(head) if !heads.iter().any(|head| members.contains(head)) => {
                gaps.push(CommitteeGap::NotMember(dept.id.clone(), (*head).clone()));
            }
            Some(_) => {}
        }
    }
    gaps
}

/// What each committee lacks on a day. Where a book has several, each is asked for the departments and the people of its
/// own territory: another town's director is none of this one.
pub fn gaps_of_committees(
    orgs: &[Org],
    path_of: impl Fn(&Org) -> String,
    held: &[Assignment],
    day: Date,
) -> Vec<(Option<OrgId>, CommitteeGap)> {
    let committees: Vec<&Org> =
        orgs.iter().filter(|org| org.active && org.kind == OrgKind::Committee).collect();
    let (first, several) = (committees.first(), committees.len() > 1);
    if !several {
        let committee = first.map(|org| org.id.clone());
        return committee_gaps(orgs, held, day).into_iter().map(|gap| (committee.clone(), gap)).collect();
    }
    let mut gaps = Vec::new();
    for committee in committees {
        let town = path_of(committee);
        let own: Vec<Org> = orgs.iter().filter(|org| lies_in(&path_of(org), &town)).cloned().collect();
        let people: Vec<Assignment> = held.iter().filter(|one| lies_in(&one.path, &town)).cloned().collect();
        let lacking = committee_gaps(&own, &people, day).into_iter();
        gaps.extend(lacking.map(|gap| (Some(committee.id.clone()), gap)));
    }
    gaps
}

/// The stretches of days on which the committee lacks nothing, oldest first; the last one is without end while it
/// lasts. Departments count as they stand now.
pub fn committee_days(orgs: &[Org], held: &[Assignment]) -> Vec<(Date, Option<Date>)> {
    let mut turns: Vec<Date> = held
        .iter()
        .flat_map(|one| [Some(one.from), one.to.and_then(|last| last.succ_opt())])
        .flatten()
        .collect();
    turns.sort();
    turns.dedup();
    let mut days: Vec<(Date, Option<Date>)> = Vec::new();
    for turn in turns {
        let is_open = days.last().is_some_and(|(_, to)| to.is_none());
        match (committee_gaps(orgs, held, turn).is_empty(), is_open) {
            (true, false) => days.push((turn, None)),
            (false, true) => {
                if let Some(last) = days.last_mut() {
                    last.1 = turn.pred_opt();
                }
            }
            _ => {}
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::super::Relation;
    use super::*;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn dept(id: &str) -> Org {
        Org {
            id: id.into(),
            kind: OrgKind::Dept,
            name: id.to_owned(),
            short_name: id.to_owned(),
            aliases: Vec::new(),
            relation: Relation::Town,
            label: String::new(),
            territory: "t".into(),
            active: true,
        }
    }

    fn held(person: &str, role: Role, org: &str, from: &str, to: Option<&str>) -> Assignment {
        Assignment {
            away: Vec::new(),
            id: format!("{person}-{}-{from}", role.code()).into(),
            person: person.into(),
            post: role.code().into(),
            role,
            org: org.into(),
            territory: "t".into(),
            path: "t".to_owned(),
            place: None,
            acting: false,
            from: day(from),
            to: to.map(day),
            basis: String::new(),
        }
    }

    #[test]
    fn the_committee_is_whole_while_every_head_is_a_member() {
        let orgs = [dept("civil"), dept("planning"), Org { active: false, ..dept("gone") }];
        let all = [
            held("mayor", Role::CommitteeDirector, "committee", "2025-01-01", None),
            held("deputy", Role::CommitteeDeputy, "committee", "2025-01-01", None),
            held("a", Role::DeptHead, "civil", "2025-01-01", None),
            held("a", Role::CommitteeMember, "committee", "2025-02-01", None),
            held("b", Role::DeptHead, "planning", "2025-01-01", Some("2025-06-30")),
            held("b", Role::CommitteeMember, "committee", "2025-01-01", None),
            held("c", Role::DeptHead, "planning", "2025-07-01", None),
            held("c", Role::CommitteeMember, "committee", "2025-08-15", None),
        ];
        assert_eq!(
            committee_days(&orgs, &all),
            [(day("2025-02-01"), Some(day("2025-06-30"))), (day("2025-08-15"), None)]
        );
        let gaps = |on: &str| committee_gaps(&orgs, &all, day(on));
        assert_eq!(gaps("2025-01-15"), [CommitteeGap::NotMember("civil".into(), "a".into())]);
        assert_eq!(gaps("2025-07-10"), [CommitteeGap::NotMember("planning".into(), "c".into())]);
        assert_eq!(
            gaps("2024-12-31"),
            [
                CommitteeGap::NoDirector,
                CommitteeGap::NoDeputy,
                CommitteeGap::NoHead("civil".into()),
                CommitteeGap::NoHead("planning".into())
            ]
        );
        // The deputy may head a department himself.
        let also = [all.as_slice(), &[held("deputy", Role::DeptHead, "civil", "2025-01-01", None)]].concat();
        assert!(committee_gaps(&orgs, &also, day("2025-01-15")).is_empty());
    }

    #[test]
    fn another_towns_director_makes_no_committee_whole() {
        let at = |id: &str, kind: OrgKind, town: &str| Org { kind, territory: town.into(), ..dept(id) };
        let orgs = [
            at("c1", OrgKind::Committee, "d/t1"),
            at("c2", OrgKind::Committee, "d/t2"),
            at("civil", OrgKind::Dept, "d/t2"),
        ];
        let of = |person: &str, role: Role, org: &str, town: &str| Assignment {
            path: town.to_owned(),
            ..held(person, role, org, "2025-01-01", None)
        };
        let all = [
            of("a", Role::CommitteeDirector, "c1", "d/t1"),
            of("b", Role::CommitteeDeputy, "c1", "d/t1"),
            of("e", Role::CommitteeDirector, "c2", "d/t2"),
            of("f", Role::CommitteeDeputy, "c2", "d/t2"),
            of("g", Role::DeptHead, "civil", "d/t2"),
            of("g", Role::CommitteeMember, "c1", "d/t1"),
        ];
        let gaps = |orgs: &[Org], held: &[Assignment]| {
            gaps_of_committees(orgs, |org| org.territory.to_string(), held, day("2026-01-01"))
        };
        let lacks = (Some("c2".into()), CommitteeGap::NotMember("civil".into(), "g".into()));
        assert_eq!(gaps(&orgs, &all), [lacks], "a member over there is none here");
        let gone = [&all[..2], &all[3..4]].concat();
        assert!(gaps(&orgs, &gone).contains(&(Some("c2".into()), CommitteeGap::NoDirector)));
        assert_eq!(gaps(&orgs[..1], &all[..2]), [], "one committee is asked for everybody");
    }

    #[test]
    fn two_assignments_run_together_where_they_overlap() {
        let one = held("a", Role::DeptHead, "x", "2025-01-01", Some("2025-06-30"));
        for (from, to, expected) in [
            ("2025-06-30", None, Some(("2025-06-30", Some("2025-06-30")))),
            ("2025-07-01", None, None),
            ("2024-01-01", Some("2025-03-01"), Some(("2025-01-01", Some("2025-03-01")))),
        ] {
            let other = held("a", Role::OfficeHead, "y", from, to);
            let expected = expected.map(|(from, to): (&str, Option<&str>)| (day(from), to.map(day)));
            assert_eq!(together(&one, &other), expected, "{from}");
        }
    }
}
