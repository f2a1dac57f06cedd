//! A table of what may be recorded, a story of one record, and the property that nothing counts twice.

use super::claim::{asked, credits, recordable, tag_label};
use super::*;
use crate::fulfilment::{Facts, NewFact, Span};
use crate::period::Period;
use crate::plan::{Basis, Duty, Need, Number, Plan, Rhythm, Selector, SubjectKind, Trigger};
use crate::time::parse_date;
use proptest::prelude::*;

fn day(text: &str) -> Date {
    parse_date(text).expect("a date written in a test exists")
}

fn need(fact: &str, all: &[&str]) -> Need {
    Need {
        fact: fact.into(),
        all: all.iter().map(|tag| (*tag).to_owned()).collect(),
        any: Vec::new(),
        none: Vec::new(),
        minimum: Number::Fixed(1),
        distinct: None,
        held: false,
        valid_days: None,
    }
}

fn duty(id: &str, kind: SubjectKind, needs: Vec<Need>) -> Duty {
    Duty {
        id: id.into(),
        clause: "A".into(),
        title: format!("责任{id}"),
        who: Vec::new(),
        subjects: Selector { kinds: vec![kind], all: Vec::new(), any: Vec::new(), none: Vec::new() },
        rhythm: Rhythm::Fixed(Period::Event),
        trigger: None,
        needs,
        evidence: Vec::new(),
        measure: String::new(),
        weight: 1.0,
        informational: false,
        by_size: false,
        grace_days: Number::Fixed(0),
        late_days: None,
        available: true,
        basis: Basis::TownSetting,
        note: None,
        since: None,
    }
}

fn a_plan() -> Plan {
    let five = Need { distinct: Some("entry:".into()), ..need("activity.held", &[]) };
    let mut fire = duty("fire", SubjectKind::Event, vec![need("bulletin.issued", &[])]);
    fire.trigger = Some(Trigger {
        fact: "incident.recorded".into(),
        all: vec!["notable".into()],
        within: Number::Fixed(3),
        working_days: true,
    });
    Plan {
        code: "p".into(),
        title: "p".into(),
        town: "t".into(),
        notice_no: "n".into(),
        effective_from: day("2026-01-01"),
        clauses: Vec::new(),
        duties: vec![
            duty(
                "village",
                SubjectKind::Village,
                vec![need("document.signed", &["doc:patrol_rule"]), need("patrol.done", &[])],
            ),
            duty("grid", SubjectKind::Grid, vec![need("patrol.done", &["patrol:night"])]),
            duty("talk", SubjectKind::Village, vec![need("activity.held", &[])]),
            duty("five", SubjectKind::Village, vec![five]),
            duty("station", SubjectKind::Station, vec![need("patrol.done", &[])]),
            duty("look", SubjectKind::Place, vec![need("inspection.done", &[])]),
            duty("names", SubjectKind::Village, vec![need("board.current", &["board:roster"])]),
            fire,
        ],
        parameters: Vec::new(),
        seasons: Vec::new(),
        terms: Vec::new(),
    }
}

fn claim(duty: &str, need: &str, kind: &str, subject: &str) -> Claim {
    Claim {
        duty: duty.into(),
        need: need.into(),
        choice: None,
        subject_kind: kind.into(),
        subject: subject.into(),
    }
}

#[test]
fn what_a_noun_of_its_own_records_is_not_recorded_here() {
    let plan = a_plan();
    let keys = |id: &str| -> Vec<String> {
        plan.duty(id).map(asked).unwrap_or_default().into_iter().map(|asked| asked.key).collect()
    };
    assert_eq!(keys("village"), ["document.signed[doc:patrol_rule]", "patrol.done"]);
    assert_eq!(keys("fire"), ["incident.recorded[notable]", "bulletin.issued"]);
    for elsewhere in ["station", "look", "names"] {
        assert!(keys(elsewhere).is_empty(), "{elsewhere}");
    }
    let later = Duty { available: false, ..plan.duties[0].clone() };
    assert!(asked(&later).is_empty(), "what cannot count is not offered");
    let sources: Vec<_> = recordable().collect();
    assert!(sources.contains(&"patrol.done") && !sources.contains(&"meeting.held"), "{sources:?}");
    assert_eq!(tag_label("doc:committee"), "消安委组建文件");
    assert_eq!(tag_label("doc:never"), "doc:never");
}

#[test]
fn claims_come_to_one_fact_of_a_kind_with_all_their_tags() {
    let plan = a_plan();
    let all = [
        claim("village", "patrol.done", "village", "v1"),
        claim("grid", "patrol.done[patrol:night]", "grid", "g1"),
        claim("talk", "activity.held", "village", "v1"),
        Claim { choice: Some("entry:school".into()), ..claim("five", "activity.held", "village", "v1") },
    ];
    let found = credits(&plan, Kind::Patrol, &all).expect("all may be recorded");
    let (v1, g1) = (("village".to_owned(), "v1".to_owned()), ("grid".to_owned(), "g1".to_owned()));
    assert_eq!(
        found,
        [
            Credit {
                fact: "activity.held".into(),
                tags: vec!["entry:school".into()],
                subjects: vec![v1.clone()]
            },
            Credit { fact: "patrol.done".into(), tags: vec!["patrol:night".into()], subjects: vec![g1, v1] },
        ]
    );
    let refused = |kind: Kind, one: Claim| credits(&plan, kind, &[one]).map_err(|refusal| refusal.code());
    for (one, code) in [
        (claim("nobody", "patrol.done", "village", "v1"), "evidence.unknown_duty"),
        (claim("look", "inspection.done", "place", "x"), "evidence.not_here"),
        (claim("village", "patrol.done", "grid", "g1"), "evidence.wrong_subject"),
        (claim("five", "activity.held", "village", "v1"), "evidence.no_choice"),
        (claim("fire", "incident.recorded[notable]", "event", "e"), "evidence.mixed"),
    ] {
        assert_eq!(refused(Kind::Patrol, one), Err(code));
    }
    assert!(refused(Kind::Occasion, claim("fire", "incident.recorded[notable]", "event", "e")).is_ok());
}

fn content(kind: Kind) -> Content {
    Content {
        kind,
        title: "夜间巡查".into(),
        number: String::new(),
        happened_on: day("2026-09-01"),
        until: None,
        org: "v1".into(),
        post: None,
        path: "t/v1".into(),
        text: String::new(),
        photos: Vec::new(),
        files: Vec::new(),
        claims: vec![claim("village", "patrol.done", "village", "v1")],
        credits: Vec::new(),
        scored: BTreeSet::from(["v1".into()]),
    }
}

fn by(person: &str, date: &str) -> By {
    By { person: person.into(), hat: format!("a-{person}").into(), at: Timestamp::start_of(day(date)) }
}

fn decider(person: &str, org: &str, is_leader: bool) -> Decider {
    Decider { by: by(person, "2026-09-03"), orgs: BTreeSet::from([org.into()]), is_leader }
}

fn submitted() -> Evidence {
    Evidence::submit("e".into(), content(Kind::Patrol), by("staff", "2026-09-02")).expect("in order")
}

#[test]
fn one_record_from_submitted_to_void() {
    let evidence = submitted();
    assert_eq!(evidence.counted(), None, "not before somebody accepted it");
    let refusal = |who: Decider| evidence.clone().accept(who).map_err(|refusal| refusal.code());
    assert_eq!(refusal(decider("staff", "office", false)), Err("evidence.own_record"));
    assert_eq!(refusal(decider("secretary", "v1", false)), Err("evidence.own_figures"));
    assert!(refusal(decider("leader", "v1", true)).is_ok(), "a leader decides about whom he leads");
    assert_eq!(
        evidence.clone().reject(decider("clerk", "office", false), " "),
        Err(EvidenceRefusal::NoReason)
    );
    let back = evidence.clone().reject(decider("clerk", "office", false), "没有时间地点").expect("may");
    assert_eq!((back.state.code(), back.counted()), ("rejected", None));
    let again = back.resubmit(content(Kind::Patrol), by("other", "2026-09-04")).expect("may");
    assert_eq!((again.edition, again.state.code()), (2, "submitted"));
    assert_eq!(
        again.may_be_decided_by(&decider("staff", "office", false)),
        Err(EvidenceRefusal::OwnRecord),
        "whoever wrote any edition"
    );
    let accepted = again.accept(decider("clerk", "office", false)).expect("may");
    assert_eq!(accepted.counted(), Some((Timestamp::start_of(day("2026-09-03")), None)));
    let twice = accepted.clone().accept(decider("head", "office", false));
    assert_eq!(twice.map_err(|refusal| refusal.code()), Err("evidence.not_now"));
    let changed = accepted.clone().resubmit(content(Kind::Patrol), by("staff", "2026-09-05"));
    assert_eq!(changed.map_err(|refusal| refusal.code()), Err("evidence.not_now"));
    let own = accepted.clone().void(by("staff", "2026-09-05"), None, "重复登记");
    assert_eq!(own, Err(EvidenceRefusal::AcceptedStays));
    let void = accepted.void(by("head", "2026-09-05"), Some(decider("head", "office", false)), "重复登记");
    let void = void.expect("may");
    let from_to = (Timestamp::start_of(day("2026-09-03")), Some(Timestamp::start_of(day("2026-09-05"))));
    assert_eq!(void.counted(), Some(from_to), "for the days between it counted");
    assert!(submitted().void(by("staff", "2026-09-05"), None, "写错").is_ok(), "one's own, undecided");
}

#[test]
fn what_must_be_so_whoever_records_it() {
    let today = day("2026-09-02");
    let wrong = |content: Content| content.check(today).map_err(|refusal| refusal.code());
    let base = || content(Kind::Patrol);
    assert!(wrong(base()).is_ok());
    assert_eq!(wrong(Content { title: " ".into(), ..base() }), Err("evidence.no_title"));
    assert_eq!(wrong(Content { happened_on: day("2026-09-03"), ..base() }), Err("evidence.in_future"));
    assert_eq!(wrong(Content { until: Some(day("2026-08-31")), ..base() }), Err("evidence.backwards"));
    assert_eq!(wrong(Content { claims: Vec::new(), ..base() }), Err("evidence.nothing_claimed"));
    assert_eq!(wrong(content(Kind::PhotoSet)), Err("evidence.no_photo"));
}

proptest! {
    /// However many duties and subjects one record is claimed for, in whatever order and however often, each kind of
    /// fact is credited to each subject, and to whatever it lies in, once.
    #[test]
    fn claims_never_count_twice(picked in proptest::collection::vec((0usize..4, 0usize..3), 1..20)) {
        let plan = a_plan();
        let mut facts = Facts::new();
        let since = Span::since(Date::MIN);
        let town = facts.add_subject(SubjectKind::Town, "t", since, 1.0, &[]);
        let mut within = vec![town];
        for n in 0..3 {
            let village = facts.add_subject(SubjectKind::Village, &format!("v{n}"), since, 1.0, &[town]);
            let grid = facts.add_subject(SubjectKind::Grid, &format!("g{n}"), since, 1.0, &[village, town]);
            within.extend([village, grid]);
        }
        let claims: Vec<Claim> = picked
            .iter()
            .map(|(what, n)| match what {
                0 => claim("village", "patrol.done", "village", &format!("v{n}")),
                1 => claim("grid", "patrol.done[patrol:night]", "grid", &format!("g{n}")),
                2 => claim("talk", "activity.held", "village", &format!("v{n}")),
                _ => Claim {
                    choice: Some("entry:rural".into()),
                    ..claim("five", "activity.held", "village", &format!("v{n}"))
                },
            })
            .collect();
        for credit in credits(&plan, Kind::Activity, &claims).expect("all may be recorded") {
            let subjects: Vec<_> = credit
                .subjects
                .iter()
                .filter_map(|(kind, id)| facts.subject(SubjectKind::from_code(kind)?, id))
                .collect();
            let tags: Vec<&str> = credit.tags.iter().map(String::as_str).collect();
            let (first, rest) = subjects.split_first().expect("somebody is claimed for");
            let around = rest.iter().flat_map(|subject| facts.wholes(*subject));
            let rest: Vec<_> = rest.iter().chain(around).copied().collect();
            facts.add_fact(&NewFact {
                kind: &credit.fact, id: "e", subject: *first, also: &rest, happened_on: day("2026-09-01"),
                until: None, recorded_on: day("2026-09-01"), void_on: None, tags: &tags,
            }).expect("a known fact");
        }
        for kind in ["patrol.done", "activity.held"] {
            for subject in &within {
                let n = facts.known_between(kind, *subject, (Date::MIN, Date::MAX), Date::MAX).count();
                prop_assert!(n <= 1, "{kind} counted {n} times");
            }
            let claimed = claims.iter().any(|claim| claim.need.starts_with(kind));
            let known = facts.known_between(kind, town, (Date::MIN, Date::MAX), Date::MAX).count();
            prop_assert_eq!(known, usize::from(claimed), "the town is credited once, or not at all");
        }
    }
}
