//! Forces: steps in order, what is missing against the standard, the days that count, skills and rosters.

use super::*;
use crate::org::{Certificate, CertificateKind, Revocation, Role};
use crate::place::Confidence;
use crate::time::parse_date;

fn day(text: &str) -> Date {
    parse_date(text).expect("a date written in a test exists")
}

fn line(item: &str, group: Group, least: u32, must: bool) -> Line {
    Line {
        item: item.to_owned(),
        name: format!("{item}的名称"),
        unit: "个".to_owned(),
        group,
        roles: match item {
            "chief" => vec![Role::StationChief],
            "staff" => vec![Role::StationChief, Role::StationMember],
            _ => Vec::new(),
        },
        least,
        must,
        confidence: if group == Group::Staff { Confidence::Sure } else { Confidence::Parameter },
        source: "标准".to_owned(),
        setting: None,
    }
}

fn standard() -> Standard {
    Standard {
        code: "village".to_owned(),
        name: "社区（村）微型消防站".to_owned(),
        kind: ForceKind::Micro,
        serves: vec![Served::Village],
        source: "标准".to_owned(),
        confidence: Confidence::Likely,
        lines: vec![
            line("chief", Group::Staff, 1, true),
            line("staff", Group::Staff, 2, true),
            line("motorcycle", Group::Vehicle, 1, true),
            line("hose", Group::Kit, 4, true),
            line("pump", Group::Kit, 1, false),
            line("duty_day", Group::Duty, 2, true),
            line("duty_night", Group::Duty, 1, true),
        ],
    }
}

fn force() -> Force {
    Force {
        id: "f".into(),
        kind: ForceKind::Micro,
        served: Served::Village,
        name: "凌阁堂村微型消防站".to_owned(),
        org: "v1".into(),
        territory: "500118100901".into(),
        place: None,
        address: "村委会旁".to_owned(),
        position: None,
        standard: "village".to_owned(),
        phone: "023-49870001".to_owned(),
        radio: String::new(),
        posts: BTreeSet::from(["chief".into(), "members".into()]),
        members: BTreeMap::new(),
        vehicles: Vec::new(),
        accepted: None,
        dispatch: Vec::new(),
        closed: None,
    }
}

fn held(id: &str, person: &str, post: &str, role: Role, from: &str, to: Option<&str>) -> Assignment {
    Assignment {
        away: Vec::new(),
        id: id.into(),
        person: person.into(),
        post: post.into(),
        role,
        org: "v1".into(),
        territory: "500118100901".into(),
        path: "500118100000/500118100901".to_owned(),
        place: None,
        acting: false,
        from: day(from),
        to: to.map(day),
        basis: String::new(),
    }
}

fn check(id: &str, on: &str, counts: &[(&str, u32, u32)]) -> KitCheck {
    let count =
        |(item, have, unfit): &(&str, u32, u32)| ((*item).to_owned(), Count { have: *have, unfit: *unfit });
    KitCheck {
        id: id.to_owned(),
        on: day(on),
        by: "p".into(),
        counts: counts.iter().map(count).collect(),
        note: String::new(),
    }
}

fn motorcycle() -> Vehicle {
    Vehicle {
        item: "motorcycle".to_owned(),
        name: "消防摩托".to_owned(),
        plate: String::new(),
        from: day("2026-02-01"),
        gone: None,
    }
}

const TODAY: &str = "2026-09-21";

#[test]
fn what_does_not_fit_together_is_refused_by_name() {
    let standard = standard();
    type Case = (&'static str, fn(&mut Force));
    let cases: &[Case] = &[
        ("force.no_name", |f| f.name = " ".to_owned()),
        ("force.served", |f| f.served = Served::Town),
        ("force.place", |f| f.place = Some("shop".into())),
        ("force.place", |f| f.served = Served::Compound),
        ("force.standard", |f| f.kind = ForceKind::Brigade),
        ("force.standard", |f| {
            f.served = Served::Unit;
            f.place = Some("shop".into());
        }),
        ("force.phone", |f| f.phone = "12".to_owned()),
        ("force.closed", |f| f.closed = Some((day("2026-01-01"), "撤并".to_owned()))),
        ("force.no_way", |f| {
            f.phone = String::new();
            f.dispatch =
                vec![Dispatch { from: day("2026-01-01"), call_sign: "凌阁堂01".to_owned(), left: None }];
        }),
    ];
    assert!(force().checked(&standard).is_ok());
    for (code, spoil) in cases {
        let mut spoilt = force();
        spoil(&mut spoilt);
        assert_eq!(spoilt.checked(&standard).map_err(|refusal| refusal.code()).err(), Some(*code));
    }
}

#[test]
fn it_is_accepted_called_and_closed_in_an_order_that_can_be() {
    let today = day(TODAY);
    let new = force();
    assert_eq!(new.state(), "registered");
    assert_eq!(new.clone().accept(day("2026-09-22"), "镇消安办", today), Err(ForceRefusal::NotYet));
    assert_eq!(new.clone().accept(today, " ", today), Err(ForceRefusal::Unsaid));
    let used = new.accept(day("2026-03-01"), "镇消安办", today).expect("is accepted");
    assert_eq!(used.clone().accept(today, "镇", today), Err(ForceRefusal::AlreadyAccepted));
    let mute = Force { phone: String::new(), ..used.clone() };
    assert_eq!(mute.enter_dispatch(today, "01", today), Err(ForceRefusal::NoWay));
    let called = used.enter_dispatch(day("2026-03-05"), "凌阁堂01", today).expect("is called");
    assert_eq!(called.call_sign(), Some("凌阁堂01"));
    assert_eq!(called.clone().enter_dispatch(today, "02", today), Err(ForceRefusal::InDispatch));
    let early = called.clone().leave_dispatch(day("2026-03-01"), "换电台", today);
    assert_eq!(early, Err(ForceRefusal::TooEarly(day("2026-03-05"))));
    let out = called.clone().leave_dispatch(day("2026-04-01"), "换电台", today).expect("leaves");
    assert_eq!(out.clone().leave_dispatch(today, "再", today), Err(ForceRefusal::NotInDispatch));
    let again = out.enter_dispatch(day("2026-05-01"), "凌阁堂02", today).expect("is back");
    let days = [(day("2026-03-05"), Some(day("2026-03-31"))), (day("2026-05-01"), None)];
    assert_eq!(again.dispatchable_days(), days);
    assert_eq!(
        again.clone().close(day("2026-04-15"), "撤并", today),
        Err(ForceRefusal::TooEarly(day("2026-05-01")))
    );
    let closed = again.close(day("2026-06-01"), "撤并", today).expect("is closed");
    assert_eq!((closed.state(), closed.call_sign()), ("closed", None));
    assert_eq!(closed.dispatchable_days().last(), Some(&(day("2026-05-01"), Some(day("2026-05-31")))));
    assert!(!closed.is_in_use(day("2026-06-01")) && closed.is_in_use(day("2026-05-31")));
    assert_eq!(closed.close(today, "再撤", today), Err(ForceRefusal::Closed));
}

#[test]
fn the_gap_is_named_item_by_item() {
    let standard = standard();
    let mut force = force();
    force.vehicles.push(motorcycle());
    let people = [
        held("a", "chief", "chief", Role::StationChief, "2026-01-01", Some("2026-06-30")),
        held("b", "one", "members", Role::StationMember, "2026-01-01", None),
        held("c", "one", "members", Role::StationMember, "2026-03-01", None),
        held("d", "two", "elsewhere", Role::StationMember, "2026-01-01", None),
    ];
    let checks = [
        check("k1", "2026-03-01", &[("hose", 6, 1), ("pump", 1, 1)]),
        check("k2", "2026-05-01", &[("hose", 3, 0)]),
    ];
    // Day, then how much is missing of: chief, staff, motorcycle, hose, pump.
    let cases = [
        ("2026-01-15", [0, 0, 1, 4, 1]),
        ("2026-03-01", [0, 0, 0, 0, 1]),
        ("2026-05-01", [0, 0, 0, 1, 1]),
        ("2026-07-01", [1, 1, 0, 1, 1]),
    ];
    for (on, missing) in cases {
        let measured = force.measure(&standard, &checks, &people, day(on));
        let found: Vec<u32> = measured.iter().map(Measured::missing).collect();
        assert_eq!(found, missing, "{on}");
    }
    let measured = force.measure(&standard, &checks, &people, day("2026-07-01"));
    assert_eq!(measured.get(4).and_then(|one| one.counted_on), Some(day("2026-03-01")), "by the last count");
    let too_many = check("k", "2026-05-01", &[("hose", 3, 4)]);
    let refused = force.count(too_many, &standard, day(TODAY));
    assert_eq!(refused, Err(ForceRefusal::Unfit("hose的名称".to_owned())));
    let nothing = force.count(check("k", "2026-05-01", &[]), &standard, day(TODAY));
    assert_eq!(nothing, Err(ForceRefusal::NothingCounted));
}

#[test]
fn it_counts_on_the_days_on_which_all_that_is_asked_was_there() {
    let standard = standard();
    let mut force = force().accept(day("2026-02-15"), "镇消安办", day(TODAY)).expect("is accepted");
    force.vehicles.push(motorcycle());
    let people = [
        held("a", "chief", "chief", Role::StationChief, "2026-01-01", Some("2026-06-30")),
        held("b", "one", "members", Role::StationMember, "2026-01-01", None),
        held("c", "next", "chief", Role::StationChief, "2026-07-11", None),
    ];
    let checks = [
        check("k1", "2026-03-01", &[("hose", 4, 0)]),
        check("k2", "2026-05-01", &[("hose", 4, 1)]),
        check("k3", "2026-05-11", &[("hose", 5, 1)]),
    ];
    let all = [Group::Staff, Group::Vehicle, Group::Kit];
    let days = |force: &Force, groups: &[Group]| force.complete_days(&standard, &checks, &people, groups);
    assert_eq!(
        days(&force, &all),
        [
            (day("2026-03-01"), Some(day("2026-04-30"))),
            (day("2026-05-11"), Some(day("2026-06-30"))),
            (day("2026-07-11"), None),
        ],
        "one day too few hoses, then no chief"
    );
    assert_eq!(
        days(&force, &[Group::Vehicle, Group::Kit]),
        [(day("2026-03-01"), Some(day("2026-04-30"))), (day("2026-05-11"), None)],
        "its equipment alone"
    );
    let closed = force.clone().close(day("2026-08-01"), "撤并", day(TODAY)).expect("is closed");
    assert_eq!(days(&closed, &all).last(), Some(&(day("2026-07-11"), Some(day("2026-07-31")))));
    let unaccepted = Force { accepted: None, ..force.clone() };
    assert!(days(&unaccepted, &all).is_empty(), "nobody accepted it");
    let gone = force.withdraw_vehicle(0, day("2026-09-01"), "报废", day(TODAY)).expect("is withdrawn");
    assert_eq!(days(&gone, &all).last(), Some(&(day("2026-07-11"), Some(day("2026-08-31")))));
    assert_eq!(gone.withdraw_vehicle(0, day(TODAY), "再", day(TODAY)), Err(ForceRefusal::NoVehicle));
}

#[test]
fn a_number_nobody_checked_is_the_towns_and_a_checked_one_is_not() {
    let own = |name: &str| match name {
        "force.village.hose" => Some(9),
        "force.village.staff" => Some(99),
        _ => None,
    };
    let set = standard().set(own);
    let least = |item: &str| set.lines.iter().find(|line| line.item == item).map(|line| line.least);
    assert_eq!((least("hose"), least("staff"), least("pump")), (Some(9), Some(2), Some(1)));
}

#[test]
fn a_certificate_that_expired_yesterday_proves_nothing_today() {
    let own = |issued: &str, expires: Option<&str>, revoked: bool| Certificate {
        id: "c".into(),
        person: "p".into(),
        kind: CertificateKind::FireFacilityOperator,
        number: "1".to_owned(),
        issuer: "某鉴定站".to_owned(),
        issued_on: day(issued),
        expires_on: expires.map(day),
        scope: String::new(),
        revoked: revoked.then(|| Revocation { on: day(issued), reason: "遗失".to_owned() }),
    };
    let today = day(TODAY);
    let cases = [
        (vec![], SkillStanding::Lacking),
        (
            vec![own("2023-09-21", Some("2026-09-20"), false)],
            SkillStanding::Expired { last: day("2026-09-20") },
        ),
        (vec![own("2023-09-21", Some(TODAY), false)], SkillStanding::Certified { until: Some(today) }),
        (vec![own("2023-09-21", None, false)], SkillStanding::Certified { until: None }),
        // What names no end outlasts what does, and what is in force goes before what begins later.
        (
            vec![own("2023-09-21", Some("2027-09-20"), false), own("2023-09-21", None, false)],
            SkillStanding::Certified { until: None },
        ),
        (
            vec![own("2026-10-01", None, false), own("2023-09-21", Some(TODAY), false)],
            SkillStanding::Certified { until: Some(today) },
        ),
        (vec![own("2023-09-21", None, true)], SkillStanding::Lacking),
        (vec![own("2026-10-01", None, false)], SkillStanding::Lacking),
    ];
    for (own, standing) in cases {
        assert_eq!(Skill::ControlRoom.standing(&own, today), standing, "{own:?}");
        assert_eq!(Skill::Pump.standing(&own, today), SkillStanding::Unproved);
    }
}

#[test]
fn nobody_is_on_duty_twice_or_while_away_and_a_shift_too_thin_is_named() {
    let people = [held("b", "one", "members", Role::StationMember, "2026-01-01", None)];
    let away = Away { from: day("2026-09-23"), to: day("2026-09-24"), reason: "外出培训".to_owned() };
    let member =
        Member { weekdays: BTreeSet::from([1, 2, 3]), away: vec![away.clone()], ..Member::default() };
    let force = force().know("one".into(), member.clone()).expect("is open");
    let bad = Away { to: day("2026-09-01"), ..away };
    let wrong = force.clone().know("one".into(), Member { away: vec![bad], ..member });
    assert_eq!(wrong, Err(ForceRefusal::AwayEnds));
    let duty = |id: &str, force: &str, person: &str, on: &str, shift: Shift| Duty {
        id: id.to_owned(),
        force: force.into(),
        person: person.into(),
        on: day(on),
        shift,
    };
    let others = [duty("x", "other", "one", "2026-09-21", Shift::Night)];
    // Monday is the 21st.
    let cases = [
        (duty("n", "f", "one", "2026-09-21", Shift::Day), None),
        (duty("n", "f", "one", "2026-09-21", Shift::Night), Some("force.on_duty_twice")),
        (duty("n", "f", "one", "2026-09-21", Shift::Whole), Some("force.on_duty_twice")),
        (duty("n", "f", "one", "2026-09-22", Shift::Night), None),
        (duty("n", "f", "one", "2026-09-23", Shift::Day), Some("force.away")),
        (duty("n", "f", "one", "2026-09-25", Shift::Day), Some("force.away")),
        (duty("n", "f", "stranger", "2026-09-21", Shift::Day), Some("force.not_member")),
        (duty("n", "f", "one", "2025-12-29", Shift::Day), Some("force.not_member")),
    ];
    for (new, code) in cases {
        let told = fits(&force, &new, &people, &others, "张三", |id| format!("{id}站"));
        assert_eq!(told.map_err(|refusal| refusal.code()).err(), code, "{new:?}");
    }
    let on = [
        duty("1", "f", "one", "2026-09-21", Shift::Day),
        duty("2", "f", "two", "2026-09-21", Shift::Whole),
        duty("3", "f", "three", "2026-09-22", Shift::Day),
    ];
    let short = |on_day: &str| {
        let found = shortages(&standard(), &on, day(on_day));
        found.iter().map(|one| (one.shift, one.least, one.have)).collect::<Vec<_>>()
    };
    assert_eq!(short("2026-09-21"), []);
    assert_eq!(short("2026-09-22"), [(Shift::Day, 2, 1), (Shift::Night, 1, 0)]);
}

#[test]
fn a_member_says_himself_that_he_is_away_and_that_he_is_back() {
    let today = day(TODAY);
    let away =
        |from: &str, to: &str| Away { from: day(from), to: day(to), reason: "家中有事".to_owned() };
    let one: PersonId = "one".into();
    let code = |told: Result<Force, ForceRefusal>| told.map(|_| "").unwrap_or_else(|refusal| refusal.code());
    assert_eq!(code(force().report_away(&one, away("2026-09-20", "2026-09-22"), today)), "force.away_past");
    assert_eq!(code(force().report_away(&one, away("2026-09-23", "2026-09-22"), today)), "force.away_ends");
    let gone = force().report_away(&one, away("2026-09-21", "2026-09-25"), today).expect("is open");
    assert_eq!(
        code(gone.clone().report_away(&one, away("2026-09-25", "2026-09-26"), today)),
        "force.away_twice"
    );
    let gone = gone.report_away(&one, away("2026-10-01", "2026-10-03"), today).expect("other days");
    let post = gone.posts.iter().next().cloned().unwrap_or_else(|| "p".into());
    let until = |to| [held("a", "one", post.as_str(), Role::StationMember, "2026-01-01", to)];
    let held = until(None);
    let duty = |on: &str| Duty {
        id: "d".to_owned(),
        force: "f".into(),
        person: one.clone(),
        on: day(on),
        shift: Shift::Day,
    };
    assert!(!gone.is_there(&held, &duty("2026-09-25")) && gone.is_there(&held, &duty("2026-09-26")));
    // What has begun ends the day before; what has not is taken back; nothing else is.
    let back = gone.come_back(&one, day("2026-09-21"), day("2026-09-23")).expect("is away");
    assert!(!back.is_there(&held, &duty("2026-09-22")) && back.is_there(&held, &duty("2026-09-23")));
    assert_eq!(code(back.clone().come_back(&one, day("2026-09-21"), day("2026-09-23"))), "force.not_away");
    let back = back.come_back(&one, day("2026-10-01"), day("2026-09-23")).expect("is to come");
    assert!(back.is_there(&held, &duty("2026-10-01")));
    assert_eq!(back.members.get(&one).map(|member| member.away.len()), Some(1), "what was, was");
    // Who holds no post of it any more is not there, though nobody took him off the roster.
    let left = until(Some("2026-10-05"));
    assert!(back.is_there(&left, &duty("2026-10-05")) && !back.is_there(&left, &duty("2026-10-06")));
    assert!(back.has_left(&left, &duty("2026-10-06")) && !back.has_left(&held, &duty("2026-10-06")));
}

#[test]
fn a_patrol_says_who_went_and_what_was_seen() {
    let patrol = Patrol {
        id: "p".to_owned(),
        force: "f".into(),
        on: day(TODAY),
        people: BTreeSet::from(["one".into()]),
        text: "沿村道查看三处堆垛".to_owned(),
    };
    assert!(patrol.clone().write(day(TODAY)).is_ok());
    let cases = [
        (Patrol { text: " ".to_owned(), ..patrol.clone() }, ForceRefusal::EmptyPatrol),
        (Patrol { people: BTreeSet::new(), ..patrol.clone() }, ForceRefusal::EmptyPatrol),
        (Patrol { on: day("2026-09-22"), ..patrol }, ForceRefusal::NotYet),
    ];
    for (wrong, refusal) in cases {
        assert_eq!(wrong.write(day(TODAY)), Err(refusal));
    }
}
