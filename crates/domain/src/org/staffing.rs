//! How a post is staffed: on a day, over a stretch of days, and what will break soon. Minimum and maximum are kept apart;
//! beyond the maximum is information only. Source: tension T17, clauses C1.3, C2.2, C11.4.

use std::collections::BTreeSet;

use chrono::Days;
use serde::{Deserialize, Serialize};

use super::{Assignment, Certificate, CertificateKind, Post, Role};
use crate::ids::PersonId;
use crate::time::Date;

words! {
    /// How a post stands, at a glance.
    Light {
        Green "green" "足额"
        Amber "amber" "将缺或无人可替"
        Red "red" "缺员"
    }
}

words! {
    /// Why somebody no longer counts.
    Cause {
        Left "left" "任职到期"
        Certificate "certificate" "证件到期"
        Away "away" "请假"
    }
}

/// How a post is staffed on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Staffing {
    /// Distinct persons who count on it.
    pub holders: usize,
    /// How many are missing.
    pub missing: usize,
    /// How many there are beyond the most; for information only (T17).
    pub beyond: usize,
}

/// Days in a row on which the staffing is the same, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// The staffing.
    pub staffing: Staffing,
}

/// A day on which a post falls below its minimum, and by whose leaving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// First day short.
    pub on: Date,
    /// Who no longer counts then, and why.
    pub without: Vec<(PersonId, Cause)>,
    /// How many are missing then.
    pub missing: usize,
}

/// How a post stands today and soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// Today.
    pub staffing: Staffing,
    /// At a glance.
    pub light: Light,
    /// Exactly as many as must act together: nobody to take a place. Source: note of C11.4.
    pub no_cover: bool,
    /// What breaks within the days asked for.
    pub shortages: Vec<Shortage>,
}

/// The certificate without which a holder does not count. Source: C11.4; who helps is trained first, C11.6.
pub fn needed_certificate(role: Role) -> Option<CertificateKind> {
    match role {
        Role::EnforcementOfficer => Some(CertificateKind::EnforcementCert),
        Role::EnforcementAssistant => Some(CertificateKind::FireTrainingGrid),
        _ => None,
    }
}

/// Who counts on a day: on the post, not away, and with the certificate it needs.
fn able<'a>(
    post: &Post,
    held: &'a [Assignment],
    certificates: &[Certificate],
    day: Date,
) -> BTreeSet<&'a PersonId> {
    let needed = needed_certificate(post.role);
    let may = |person: &PersonId| {
        needed.is_none_or(|kind| {
            certificates.iter().any(|one| one.person == *person && one.kind == kind && one.is_valid_on(day))
        })
    };
    held.iter()
        .filter(|one| {
            one.post == post.id && one.is_valid_on(day) && one.absence(day).is_none() && may(&one.person)
        })
        .map(|one| &one.person)
        .collect()
}

fn count(post: &Post, n: usize) -> Staffing {
    let least = if post.active { post.min_n as usize } else { 0 };
    Staffing {
        holders: n,
        missing: least.saturating_sub(n),
        beyond: post.max_n.map_or(0, |most| n.saturating_sub(most as usize)),
    }
}

/// Counts distinct holders of a post on a day. `held` and `certificates` may be of others as well.
pub fn staffing(post: &Post, held: &[Assignment], certificates: &[Certificate], day: Date) -> Staffing {
    count(post, able(post, held, certificates, day).len())
}

/// The days after `from` up to `to` on which something begins or has ended.
fn turns(post: &Post, held: &[Assignment], certificates: &[Certificate], from: Date, to: Date) -> Vec<Date> {
    let of_post: Vec<&Assignment> = held.iter().filter(|one| one.post == post.id).collect();
    let papers = certificates
        .iter()
        .filter(|one| of_post.iter().any(|held| held.person == one.person))
        .map(|one| (one.issued_on, one.last_day()));
    let mut days: Vec<Date> = of_post
        .iter()
        .map(|one| (one.from, one.to))
        .chain(of_post.iter().flat_map(|one| &one.away).map(|away| (away.from, Some(away.to))))
        .chain(papers)
        .flat_map(|(first, last)| [Some(first), last.and_then(|last| last.succ_opt())])
        .flatten()
        .filter(|day| from < *day && *day <= to)
        .collect();
    days.sort();
    days.dedup();
    days
}

/// The staffing from day to day, as stretches without gap or overlap; empty when `to` lies before `from`.
pub fn staffing_line(
    post: &Post,
    held: &[Assignment],
    certificates: &[Certificate],
    from: Date,
    to: Date,
) -> Vec<Stretch> {
    if to < from {
        return Vec::new();
    }
    let mut line: Vec<Stretch> = Vec::new();
    for first in std::iter::once(from).chain(turns(post, held, certificates, from, to)) {
        let now = staffing(post, held, certificates, first);
        match line.last_mut() {
            Some(last) if last.staffing == now => continue,
            Some(last) => last.to = first.pred_opt().unwrap_or(first),
            None => {}
        }
        line.push(Stretch { from: first, to, staffing: now });
    }
    line
}

/// How a post stands on a day, and what breaks by itself within `warn_days` after it.
///
/// Units: `warn_days` in calendar days; a parameter of the town.
pub fn outlook(
    post: &Post,
    held: &[Assignment],
    certificates: &[Certificate],
    day: Date,
    warn_days: u16,
) -> Outlook {
    let today = staffing(post, held, certificates, day);
    let until = day.checked_add_days(Days::new(u64::from(warn_days))).unwrap_or(day);
    let mut shortages = Vec::new();
    let (mut before, mut missing) = (able(post, held, certificates, day), today.missing);
    for turn in turns(post, held, certificates, day, until) {
        let now = able(post, held, certificates, turn);
        let then = count(post, now.len()).missing;
        if then > missing {
            let why = |person: &PersonId| {
                let mut his = held
                    .iter()
                    .filter(|one| one.post == post.id && one.person == *person && one.is_valid_on(turn));
                match his.next() {
                    None => Cause::Left,
                    Some(one) if one.absence(turn).is_some() => Cause::Away,
                    Some(_) => Cause::Certificate,
                }
            };
            let without = before.difference(&now).map(|person| ((*person).clone(), why(person))).collect();
            shortages.push(Shortage { on: turn, without, missing: then });
        }
        (before, missing) = (now, then);
    }
    let acts_in_pairs = post.active && post.role == Role::EnforcementOfficer && post.min_n >= 2;
    let no_cover = acts_in_pairs && today.holders == post.min_n as usize;
    let light = match (today.missing, no_cover || !shortages.is_empty()) {
        (0, false) => Light::Green,
        (0, true) => Light::Amber,
        _ => Light::Red,
    };
    Outlook { staffing: today, light, no_cover, shortages }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn post(role: Role, min_n: u32, max_n: Option<u32>) -> Post {
        Post {
            id: "post".into(),
            role,
            org: "office".into(),
            territory: "t".into(),
            name: "岗位".to_owned(),
            min_n,
            max_n,
            active: true,
        }
    }

    fn held(person: &str, from: &str, to: Option<&str>) -> Assignment {
        Assignment {
            away: Vec::new(),
            id: format!("a-{person}-{from}").into(),
            person: person.into(),
            post: "post".into(),
            role: Role::VillageStaff,
            org: "office".into(),
            territory: "t".into(),
            path: "t".to_owned(),
            place: None,
            acting: false,
            from: day(from),
            to: to.map(day),
            basis: String::new(),
        }
    }

    fn paper(person: &str, until: &str) -> Certificate {
        Certificate {
            id: format!("c-{person}").into(),
            person: person.into(),
            kind: CertificateKind::EnforcementCert,
            number: "1".to_owned(),
            issuer: "x".to_owned(),
            issued_on: day("2025-01-01"),
            expires_on: Some(day(until)),
            scope: String::new(),
            revoked: None,
        }
    }

    #[test]
    fn persons_are_counted_not_assignments_and_more_than_the_most_is_no_fault() {
        let post = post(Role::VillageStaff, 1, Some(2));
        let all = [
            held("p", "2026-01-01", None),
            held("q", "2026-02-01", None),
            held("q", "2026-02-15", None),
            held("r", "2026-03-01", None),
        ];
        let on = |text| staffing(&post, &all, &[], day(text));
        assert_eq!(on("2025-12-01"), Staffing { holders: 0, missing: 1, beyond: 0 });
        assert_eq!(on("2026-02-20"), Staffing { holders: 2, missing: 0, beyond: 0 });
        assert_eq!(on("2026-03-01"), Staffing { holders: 3, missing: 0, beyond: 1 });
        assert_eq!(outlook(&post, &all, &[], day("2026-03-01"), 30).light, Light::Green);
        let closed = Post { active: false, ..post.clone() };
        assert_eq!(staffing(&closed, &[], &[], day("2026-03-01")).missing, 0, "nobody is missing on no post");
    }

    #[test]
    fn the_line_has_no_gap_and_turns_where_somebody_comes_or_goes() {
        let post = post(Role::VillageStaff, 1, Some(2));
        let all = [held("p", "2026-01-01", Some("2026-01-31")), held("q", "2026-02-10", None)];
        let line = staffing_line(&post, &all, &[], day("2026-01-15"), day("2026-03-01"));
        let told: Vec<_> =
            line.iter().map(|one| (one.from.to_string(), one.to.to_string(), one.staffing.missing)).collect();
        let of = |from: &str, to: &str, n| (from.to_owned(), to.to_owned(), n);
        assert_eq!(
            told,
            [
                of("2026-01-15", "2026-01-31", 0),
                of("2026-02-01", "2026-02-09", 1),
                of("2026-02-10", "2026-03-01", 0)
            ]
        );
        assert!(staffing_line(&post, &all, &[], day("2026-02-01"), day("2026-01-01")).is_empty());
    }

    #[test]
    fn what_breaks_within_thirty_days_is_told_and_what_breaks_later_is_not() {
        let post = post(Role::WelfarePost, 1, None);
        let all = [held("p", "2026-01-01", Some("2026-03-10"))];
        let soon = outlook(&post, &all, &[], day("2026-02-20"), 30);
        assert_eq!(soon.light, Light::Amber);
        let expected =
            Shortage { on: day("2026-03-11"), without: vec![("p".into(), Cause::Left)], missing: 1 };
        assert_eq!(soon.shortages, [expected]);
        assert_eq!(outlook(&post, &all, &[], day("2026-02-01"), 30).light, Light::Green);
        assert_eq!(outlook(&post, &all, &[], day("2026-03-11"), 30).light, Light::Red);
        let followed = [all[0].clone(), held("q", "2026-03-11", None)];
        assert_eq!(outlook(&post, &followed, &[], day("2026-02-20"), 30).light, Light::Green, "taken over");
    }

    #[test]
    fn an_assistant_counts_while_he_is_trained() {
        let post = post(Role::EnforcementAssistant, 1, None);
        let all = [held("p", "2026-01-01", None)];
        let trained = Certificate { kind: CertificateKind::FireTrainingGrid, ..paper("p", "2026-03-10") };
        let on = |papers: &[Certificate], text: &str| outlook(&post, &all, papers, day(text), 30).light;
        assert_eq!(on(&[], "2026-01-10"), Light::Red, "never trained");
        assert_eq!(on(std::slice::from_ref(&trained), "2026-01-10"), Light::Green);
        assert_eq!(on(std::slice::from_ref(&trained), "2026-03-01"), Light::Amber);
        assert_eq!(on(std::slice::from_ref(&trained), "2026-03-11"), Light::Red, "his training lapsed");
        let taken = crate::org::Revocation { on: day("2026-02-01"), reason: "收回".to_owned() };
        let lost = Certificate { revoked: Some(taken), ..trained };
        assert_eq!(on(std::slice::from_ref(&lost), "2026-01-31"), Light::Amber);
        assert_eq!(on(std::slice::from_ref(&lost), "2026-02-01"), Light::Red);
    }

    #[test]
    fn who_is_away_does_not_count_and_who_acts_does() {
        let office = post(Role::OfficeClerk, 1, Some(1));
        let away =
            super::super::Away { from: day("2026-09-21"), to: day("2026-09-25"), reason: String::new() };
        let gone = held("a", "2026-01-01", None).go_away(away).expect("days of his");
        let missing = |held: &[Assignment], on: &str| staffing(&office, held, &[], day(on)).missing;
        let alone = [gone.clone()];
        assert_eq!(
            ["2026-09-20", "2026-09-21", "2026-09-25", "2026-09-26"].map(|on| missing(&alone, on)),
            [0, 1, 1, 0]
        );
        let soon = outlook(&office, &alone, &[], day("2026-09-18"), 30);
        let first = soon.shortages.first().expect("is short soon");
        assert_eq!((first.on, &first.without), (day("2026-09-21"), &vec![("a".into(), Cause::Away)]));
        let line = staffing_line(&office, &alone, &[], day("2026-09-01"), day("2026-09-30"));
        assert_eq!(line.iter().map(|one| one.staffing.missing).collect::<Vec<_>>(), [0, 1, 0]);
        let acts = Assignment { acting: true, ..held("b", "2026-09-21", Some("2026-09-25")) };
        assert_eq!(missing(&[gone, acts], "2026-09-23"), 0);
    }

    #[test]
    fn an_officer_counts_with_his_certificate_only_and_two_have_no_cover() {
        let post = post(Role::EnforcementOfficer, 2, None);
        let all = [held("p", "2026-01-01", None), held("q", "2026-01-01", None)];
        let papers = [paper("p", "2026-03-10"), paper("q", "2029-12-31")];
        let two = outlook(&post, &all, &papers, day("2026-01-10"), 30);
        assert_eq!((two.light, two.no_cover, two.shortages.len()), (Light::Amber, true, 0));
        let soon = outlook(&post, &all, &papers, day("2026-03-01"), 30);
        assert_eq!(soon.shortages[0].without, [("p".into(), Cause::Certificate)]);
        let one = outlook(&post, &all, &papers, day("2026-03-11"), 30);
        assert_eq!((one.light, one.staffing.missing), (Light::Red, 1));
        let three = [all[0].clone(), all[1].clone(), held("r", "2026-01-01", None)];
        let papers = [papers[0].clone(), papers[1].clone(), paper("r", "2029-12-31")];
        let three = outlook(&post, &three, &papers, day("2026-03-01"), 30);
        assert_eq!((three.light, three.no_cover), (Light::Green, false));
    }
}
