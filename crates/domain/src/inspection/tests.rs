//! Stories and tables of inspection records.

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(&format!("{text}:00+08:00")).expect("a time written in a test exists")
}

fn now() -> Timestamp {
    at("2026-03-10T10:00")
}

fn rule(is_mandatory: bool, code: &str, suggested: Level) -> ItemRule {
    ItemRule {
        text: format!("{code} 的要求"),
        is_mandatory,
        is_photo_recommended: false,
        hazard_code: HazardCode::parse(code).ok(),
        suggested,
    }
}

fn pin(edition: &str) -> Pin {
    Pin { code: "B".to_owned(), edition: edition.to_owned() }
}

/// Two mandatory items, of which B05 likes a picture, and one that may be left out.
fn a_list() -> PinnedList {
    let liked = ItemRule { is_photo_recommended: true, ..rule(true, "H01.1", Level::Larger) };
    let items = [
        ("B05", liked),
        ("B06", rule(true, "H01.2", Level::Larger)),
        ("B08", rule(false, "", Level::General)),
    ];
    PinnedList {
        pins: BTreeSet::from([pin("2026-01")]),
        items: items.into_iter().map(|(item, rule)| (item.to_owned(), rule)).collect(),
    }
}

fn answer(item: &str, verdict: Verdict, photos: &[&str]) -> Answer {
    let photos = photos.iter().map(|id| PhotoId::from(*id)).collect();
    Answer { item: item.to_owned(), verdict, reading: None, note: String::new(), photos, fixed: Vec::new() }
}

fn inspector(name: &str) -> Inspector {
    Inspector { person: name.into(), assignment: format!("hat-{name}").into(), certificate_no: None }
}

fn officer(name: &str) -> Inspector {
    Inspector { certificate_no: Some("24001".to_owned()), ..inspector(name) }
}

/// A sound record: the exit is locked, the passage free.
fn a_record() -> Record {
    Record {
        id: "inspection-1".into(),
        town: "500118100000".into(),
        place: "place-1".into(),
        task: None,
        power: Power::Governance,
        occasion: Occasion::Routine,
        inspectors: vec![inspector("wang")],
        showed_certificates: false,
        companion: Companion::Signed { name: "张三".to_owned(), signature: "sign".into() },
        pins: vec![pin("2026-01")],
        answers: vec![answer("B05", Verdict::Pass, &["free"]), answer("B06", Verdict::Fail, &["locked"])],
        photos: vec!["gate".into()],
        position: None,
        started_at: at("2026-03-10T09:00"),
        ended_at: at("2026-03-10T09:40"),
    }
}

fn codes(record: Record) -> Vec<&'static str> {
    let problems = finish(record, &a_list(), now()).err().unwrap_or_default();
    problems.iter().map(InspectionProblem::code).collect()
}

#[test]
fn a_failed_item_becomes_a_hazard_with_its_picture_and_level() {
    let inspection = finish(a_record(), &a_list(), now()).expect("sound");
    assert_eq!((inspection.outcome, inspection.version), (Outcome::Hazards, 1));
    assert_eq!(inspection.flags, [], "no position and no overview of anything else is asked for");
    let drafts = inspection.hazard_drafts(&a_list(), None);
    let [draft] = drafts.as_slice() else { panic!("one draft, not {drafts:?}") };
    assert_eq!(draft.find.code.as_str(), "H01.2");
    assert_eq!(draft.find.description, "不符合：H01.2 的要求");
    assert_eq!(draft.find.photos, [Photo { id: "locked".into(), item: Some("B06".to_owned()) }]);
    assert_eq!((draft.suggested, draft.found_at), (Level::Larger, at("2026-03-10T09:40")));
}

#[test]
fn what_is_minor_may_be_put_right_within_the_visit_and_nothing_else() {
    let fixed = |item: &str, verdict: Verdict, photos: &[&str]| Answer {
        fixed: vec!["after".into()],
        ..answer(item, verdict, photos)
    };
    let with = |last: Answer| Record {
        answers: vec![answer("B05", Verdict::Pass, &["free"]), answer("B06", Verdict::Pass, &[]), last],
        ..a_record()
    };
    let minor = with(fixed("B08", Verdict::Fail, &["before"]));
    let drafts = finish(minor, &a_list(), now()).expect("sound").hazard_drafts(&a_list(), None);
    let after = Photo { id: "after".into(), item: Some("B08".to_owned()) };
    assert_eq!(drafts.first().map(|draft| draft.fixed.as_slice()), Some([after].as_slice()));
    assert_eq!(codes(with(fixed("B08", Verdict::Pass, &[]))), ["inspection.not_fixed_on_spot"]);
    let larger = Record {
        answers: vec![answer("B05", Verdict::Pass, &["free"]), fixed("B06", Verdict::Fail, &["locked"])],
        ..a_record()
    };
    assert_eq!(
        codes(larger),
        ["inspection.not_fixed_on_spot"],
        "a locked exit wants a notice and other eyes"
    );
}

#[test]
fn who_was_far_from_the_place_is_remarked_on_as_far_as_the_phone_is_sure() {
    let place = Some([105.92, 29.35]);
    let at = |lng_e7: i32, accuracy_m| Some(Position { lng_e7, lat_e7: 293_500_000, accuracy_m });
    // A thousandth of a degree is some 97 metres there.
    assert_eq!(far_away(at(1_059_210_000, None), place, 200), None);
    assert_eq!(far_away(at(1_059_230_000, Some(12)), place, 200), Some(Flag::FarAway { metres: 291 }));
    assert_eq!(far_away(at(1_059_230_000, Some(100)), place, 200), None, "it may have been within");
    assert_eq!(far_away(None, place, 200), None);
    assert_eq!(far_away(at(1_059_230_000, None), None, 200), None, "the register does not know where");
}

#[test]
fn no_list_suggests_more_than_a_suspicion() {
    let mut list = a_list();
    list.items.insert("B06".to_owned(), rule(true, "", Level::Major));
    let drafts = finish(a_record(), &list, now()).expect("sound").hazard_drafts(&list, None);
    assert_eq!(drafts.first().map(|d| d.suggested), Some(Level::MajorSuspect));
    assert_eq!(drafts.first().map(|d| d.find.code.as_str()), Some("H99"), "an item without a code is 其他");
}

#[test]
fn every_problem_of_a_record_comes_at_once() {
    let broken = Record {
        inspectors: Vec::new(),
        companion: Companion::NotSigned { reason: " ".to_owned() },
        pins: vec![pin("2025-01")],
        answers: vec![
            answer("B06", Verdict::Fail, &[]),
            answer("B06", Verdict::Pass, &[]),
            answer("X99", Verdict::NotApplicable { reason: String::new() }, &[]),
        ],
        started_at: at("2022-12-31T23:00"),
        ended_at: at("2022-12-31T22:00"),
        ..a_record()
    };
    assert_eq!(
        codes(broken),
        [
            "inspection.nobody_inspected",
            "inspection.refusal_unexplained",
            "inspection.happened_before_2023",
            "inspection.ended_before_started",
            "inspection.other_edition",
            "inspection.other_edition",
            "inspection.photo_missing",
            "inspection.answered_twice",
            "inspection.unknown_item",
            "inspection.reason_missing",
            "inspection.unanswered",
        ]
    );
}

#[test]
fn enforcement_takes_two_officers_who_show_their_certificates() {
    let check = |inspectors: Vec<Inspector>, showed_certificates| {
        codes(Record { power: Power::Enforcement, inspectors, showed_certificates, ..a_record() })
    };
    assert_eq!(check(vec![officer("a"), officer("b")], true), [""; 0]);
    assert_eq!(check(vec![officer("a"), officer("a")], true), ["inspection.two_officers_needed"]);
    assert_eq!(check(vec![officer("a"), inspector("b")], true), ["inspection.two_officers_needed"]);
    assert_eq!(check(vec![officer("a"), officer("b"), inspector("c")], true), [""; 0], "two, and a helper");
    assert_eq!(check(vec![officer("a"), officer("b")], false), ["inspection.certificates_not_shown"]);
    assert_eq!(
        codes(Record { inspectors: vec![inspector("a")], ..a_record() }),
        [""; 0],
        "a village check takes one"
    );
}

#[test]
fn a_record_dated_before_it_can_have_ended_is_remarked_on() {
    let record = Record { ended_at: at("2026-03-10T09:00"), ..a_record() };
    assert_eq!(clock_behind(&record, at("2026-03-10T09:10")), None);
    let behind = Flag::ClockBehind { behind_ms: 11 * 60 * 1000 };
    assert_eq!(clock_behind(&record, at("2026-03-10T09:11")), Some(behind));
    assert_eq!(clock_behind(&record, at("2026-03-10T08:00")), None);
}

#[test]
fn a_clock_that_runs_ahead_is_remarked_on_and_refuses_nothing() {
    let ended = |text| {
        let record = Record { ended_at: at(text), ..a_record() };
        finish(record, &a_list(), now()).expect("sound")
    };
    assert_eq!(ended("2026-03-10T10:10").flags, []);
    let ahead = ended("2026-03-10T10:11");
    assert_eq!(ahead.flags, [Flag::ClockAhead { ahead_ms: 11 * 60 * 1000 }]);
    let drafts = ahead.hazard_drafts(&a_list(), None);
    assert_eq!(drafts.first().map(|d| d.found_at), Some(now()), "a hazard is never found in the future");
}

#[test]
fn what_is_recommended_is_remarked_on() {
    let unseen = Verdict::NotChecked { reason: "停电".to_owned() };
    let record = Record {
        answers: vec![answer("B05", Verdict::Pass, &[]), answer("B06", unseen, &[])],
        photos: Vec::new(),
        started_at: at("2026-03-09T09:00"),
        ended_at: at("2026-03-09T09:10"),
        ..a_record()
    };
    let inspection = finish(record, &a_list(), now()).expect("sound");
    assert_eq!(inspection.outcome, Outcome::Clear);
    assert_eq!(
        inspection.flags,
        [
            Flag::LateEntry,
            Flag::NoOverview,
            Flag::PhotoRecommended { item: "B05".to_owned() },
            Flag::PartlyChecked { items: 1 },
        ]
    );
}

#[test]
fn a_locked_door_is_no_clean_bill() {
    let locked = || Verdict::NotChecked { reason: "锁门".to_owned() };
    let answers = vec![answer("B05", locked(), &[]), answer("B06", locked(), &[])];
    let inspection = finish(Record { answers, ..a_record() }, &a_list(), now()).expect("sound");
    assert_eq!(inspection.outcome, Outcome::NotPossible);
}

#[test]
fn a_correction_is_a_new_version_with_a_reason_and_only_new_failures_become_hazards() {
    let first = finish(a_record(), &a_list(), now()).expect("sound");
    let mut record = a_record();
    record.answers =
        vec![answer("B05", Verdict::Fail, &["blocked"]), answer("B06", Verdict::Fail, &["locked"])];
    let correct = |record: Record, reason| first.corrected(record, "wang".into(), reason, &a_list(), now());

    let second = correct(record.clone(), "漏填通道堵塞").expect("sound");
    assert_eq!((second.version, first.version), (2, 1));
    assert_eq!(second.correction.as_ref().map(|c| c.reason.as_str()), Some("漏填通道堵塞"));
    let items: Vec<_> =
        second.hazard_drafts(&a_list(), Some(&first)).into_iter().filter_map(|d| d.find.item).collect();
    assert_eq!(items, ["B05"]);

    let elsewhere = Record { place: "place-2".into(), inspectors: Vec::new(), ..record };
    let problems = correct(elsewhere, " ").expect_err("refused");
    assert_eq!(
        problems.iter().map(InspectionProblem::code).collect::<Vec<_>>(),
        ["inspection.correction_reason_missing", "inspection.other_visit", "inspection.nobody_inspected"]
    );
}

#[test]
fn handing_in_twice_is_handing_in_once() {
    let kept = finish(a_record(), &a_list(), now()).expect("sound");
    let other = Record { place: "place-2".into(), ..a_record() };
    assert_eq!(receive(None, &a_record()), Receipt::New);
    assert_eq!(receive(Some(&kept), &a_record()), Receipt::Again);
    assert_eq!(receive(Some(&kept), &other), Receipt::Conflict);
}

#[test]
fn a_record_reads_back_as_it_was_kept() {
    let kept = finish(a_record(), &a_list(), now()).expect("sound");
    let text = serde_json::to_string(&kept).expect("plain data");
    assert_eq!(serde_json::from_str::<Inspection>(&text).expect("reads back"), kept);
}
