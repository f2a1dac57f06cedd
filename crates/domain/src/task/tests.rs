//! Stories and the table of tasks. The table is printed into `docs/domain/task-states.md`; `FENGSUI_BLESS=1` writes it
//! anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::calendar::Calendar;
use crate::hazard::Standing;
use crate::time::parse_date;

const HOUR_MS: i64 = 3_600_000;

const STEPS: [(&str, &str); 11] = [
    ("派发", "assign"),
    ("接受", "accept"),
    ("开始检查", "start"),
    ("提交（抽中审核）", "submit"),
    ("审核通过", "review"),
    ("审核退回", "send_back"),
    ("无法检查（未满次数）", "unable"),
    ("无法检查（满次数）", "unable"),
    ("取消", "cancel"),
    ("他人接受", "accept"),
    ("提交（未抽中）", "submit"),
];

fn date(text: &str) -> Date {
    parse_date(text).expect("a date written in a test exists")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(&format!("{text}:00+08:00")).expect("a time written in a test exists")
}

fn by(name: &str, org: &str, happened_at: Timestamp) -> Act {
    let actor = Actor::Staff {
        person: name.into(),
        assignment: format!("hat-{name}").into(),
        org: org.into(),
        standing: Standing::Inspector,
    };
    Act { actor, happened_at, position: None, document_no: None }
}

/// A task of March 2026, led by the village, joint with the police.
fn a_task() -> Task {
    let window = Window::new(date("2026-03-01"), date("2026-03-31")).expect("in order");
    Task::pending("task-1".into(), "place-1".into(), "village".into(), vec!["police".into()], window)
}

fn now() -> Timestamp {
    at("2026-03-10T09:00")
}

/// Takes the step of this number in [`STEPS`].
fn take(task: Task, step: usize, now: Timestamp) -> Stepped {
    let wang = by("wang", "village", now);
    let office = by("li", "office", now);
    match step {
        0 => task.assign(office, "wang".into(), now),
        1 => task.accept(wang, now),
        2 => task.start(wang, now),
        3 => task.submit(wang, "inspection-1".into(), 100, now),
        4 => task.review(office, &Involved::default(), now),
        5 => task.send_back(office, "照片不清", &Involved::default(), now),
        6 => task.unable(wang, UnableReason::Locked, "", u16::MAX, now),
        7 => task.unable(wang, UnableReason::Refused, "不让进", 1, now),
        8 => task.cancel(office, "场所已注销", now),
        9 => task.accept(by("qian", "hospital", now), now),
        _ => task.submit(wang, "inspection-1".into(), 0, now),
    }
}

fn after(steps: &[usize]) -> Task {
    steps.iter().fold(a_task(), |task, step| take(task, *step, now()).expect("the story goes on").0)
}

fn one_of_each_state() -> Vec<Task> {
    let ways: [&[usize]; 9] =
        [&[], &[0], &[0, 1], &[0, 1, 2], &[0, 1, 3], &[0, 1, 3, 4], &[0, 1, 6], &[0, 1, 7], &[8]];
    ways.into_iter().map(after).collect()
}

#[test]
fn a_task_is_assigned_accepted_done_and_reviewed_by_another_person() {
    let submitted = after(&[0, 1, 2, 3]);
    let involved = Involved { planner: Some("sun".into()), visitors: vec!["wang".into(), "zhao".into()] };
    for (name, expected) in [("wang", "task.own_work"), ("zhao", "task.own_work"), ("sun", "task.own_plan")] {
        let own = submitted.clone().review(by(name, "village", now()), &involved, now());
        assert_eq!(own.expect_err("refused").code(), expected, "{name}");
        let back = submitted.clone().send_back(by(name, "village", now()), "照片不清", &involved, now());
        assert_eq!(back.expect_err("refused").code(), expected, "{name}");
    }
    assert_eq!(submitted.is_on_time(), Some(true));
    assert_eq!(take(submitted, 4, now()).expect("reviewed").0.state.code(), "done");
}

#[test]
fn a_tenth_of_the_records_is_drawn_the_same_each_time_and_the_rest_is_done_at_once() {
    let drawn = |percent| {
        let is = |n: &u32| is_drawn(&format!("task-{n}").into(), &format!("inspection-{n}").into(), percent);
        (0..10_000_u32).filter(is).collect::<Vec<_>>()
    };
    let tenth = drawn(10);
    assert!((900..1_100).contains(&tenth.len()), "{}", tenth.len());
    assert_eq!(tenth, drawn(10), "no chance in it");
    assert_eq!((drawn(0).len(), drawn(100).len()), (0, 10_000));
    let twice = drawn(20);
    assert!(tenth.iter().all(|n| twice.contains(n)), "a larger sample keeps what was drawn");

    let exempt = after(&[0, 1, 2, 10]);
    assert_eq!((exempt.state.code(), exempt.is_on_time()), ("done", Some(true)));
    assert_eq!(take(exempt, 4, now()).expect_err("nothing to review").code(), "task.not_now");
    let old: EventKind =
        serde_json::from_str(r#"{"step":"submitted","inspection":"i"}"#).expect("a record from before");
    assert_eq!(old, EventKind::Submitted { inspection: "i".into(), is_drawn: true });
}

#[test]
fn the_third_vain_visit_goes_to_joint_action() {
    let mut task = a_task();
    for visit in 1..=3 {
        task = take(task, 0, now()).and_then(|(t, _)| take(t, 1, now())).expect("assigned and accepted").0;
        task =
            task.unable(by("wang", "village", now()), UnableReason::Locked, "", 3, now()).expect("in vain").0;
        assert_eq!(task.vain.len(), visit);
        assert_eq!(task.state.code(), if visit < 3 { "unable" } else { "referred" });
    }
    assert!(task.is_open(), "a referred visit is still owed");
    assert_eq!(take(task, 0, now()).expect("the joint visit").0.state.code(), "assigned");
}

#[test]
fn an_open_task_is_taken_by_whoever_owes_it_alone_or_jointly() {
    for (org, expected) in
        [("village", Ok("accepted")), ("police", Ok("accepted")), ("hospital", Err("task.other_org"))]
    {
        let outcome = a_task().accept(by("zhao", org, now()), now());
        assert_eq!(
            outcome.as_ref().map(|(t, _)| t.state.code()).map_err(TaskRefusal::code),
            expected,
            "{org}"
        );
    }
    let taken = take(a_task(), 0, now()).expect("assigned").0.accept(by("zhao", "village", now()), now());
    assert_eq!(taken.expect_err("refused").code(), "task.not_yours");
    let joint_with_itself =
        Task::pending("t".into(), "p".into(), "v".into(), vec!["v".into()], a_task().window);
    assert!(joint_with_itself.joint.is_empty(), "an organisation is not joint with itself");
}

#[test]
fn overdue_and_on_time_follow_from_the_dates() {
    let task = after(&[0, 1]);
    assert!(!task.is_overdue(date("2026-03-31")));
    assert!(task.is_overdue(date("2026-04-01")));
    let late = at("2026-04-01T08:00");
    let done = task.submit(by("wang", "village", late), "i".into(), 100, late).expect("late is still done").0;
    assert_eq!((done.is_on_time(), done.is_overdue(date("2026-05-01"))), (Some(false), false));
}

#[test]
fn a_visit_before_its_window_does_not_count() {
    let early = at("2026-02-28T10:00");
    let task = take(a_task(), 0, early).and_then(|(t, _)| take(t, 1, early)).expect("accepted").0;
    assert_eq!(take(task, 3, early).expect_err("refused").code(), "task.too_early");
    let reversed = Window::new(date("2026-03-02"), date("2026-03-01"));
    assert_eq!(reversed.expect_err("refused").code(), "task.window_reversed");
}

#[test]
fn nobody_answering_shows_after_the_allowed_working_days() {
    let friday = at("2026-03-06T09:00");
    let task = take(a_task(), 0, friday).expect("assigned").0;
    assert!(!task.is_unanswered(date("2026-03-10"), 2, &Calendar::weekdays()));
    assert!(task.is_unanswered(date("2026-03-11"), 2, &Calendar::weekdays()));
    assert_eq!(task.unanswered_days(date("2026-03-11"), &Calendar::weekdays()), Some(3));
    assert_eq!(after(&[0, 1]).unanswered_days(date("2026-03-11"), &Calendar::weekdays()), None);
}

#[test]
fn clocks_and_blank_reasons_and_units_are_refused() {
    let unit = Actor::Unit { person: None, name: "老张饭店".to_owned() };
    let by_unit = Act { actor: unit, ..by("x", "x", now()) };
    for (outcome, expected) in [
        (a_task().cancel(by("li", "office", now()), " ", now()), "task.text_missing"),
        (
            a_task().cancel(by("li", "office", now().plus_ms(1)), "重复", now()),
            "task.happened_after_recorded",
        ),
        (
            a_task().cancel(by("li", "office", at("2022-12-31T12:00")), "重复", now()),
            "task.happened_before_2023",
        ),
        (a_task().cancel(by_unit, "重复", now()), "task.staff_only"),
    ] {
        assert_eq!(outcome.expect_err("refused").code(), expected);
    }
}

#[test]
fn the_page_of_states_is_what_the_machine_does() {
    let tasks = one_of_each_state();
    let codes: BTreeSet<_> = tasks.iter().map(|task| task.state.code()).collect();
    assert_eq!(codes.len(), 9, "one of each");
    let mut page = String::from(
        "# 任务：环节与步骤\n\n本页由测试打印（`FENGSUI_BLESS=1 cargo test -p fengsui-domain task` 重写），请勿手改。\n\n\
         行是步骤，列是任务所处环节；格内是之后的环节或拒绝的代码，“—”即 `task.not_now`。逾期由日期推算，不是环节。\n\n| 步骤 |",
    );
    for task in &tasks {
        write!(page, " {} `{}` |", task.state.label(), task.state.code()).expect("a string grows");
    }
    page.push_str(&format!("\n|---|{}\n", "---|".repeat(tasks.len())));
    for (step, (label, code)) in STEPS.iter().enumerate() {
        write!(page, "| {label} `{code}` |").expect("a string grows");
        for task in &tasks {
            let cell = match take(task.clone(), step, now()) {
                Ok((next, _)) => next.state.label().to_owned(),
                Err(TaskRefusal::NotNow { .. }) => "—".to_owned(),
                Err(refusal) => format!("`{}`", refusal.code()),
            };
            write!(page, " {cell} |").expect("a string grows");
        }
        page.push('\n');
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/domain/task-states.md");
    testkit::assert_golden(path, &page);
}

proptest! {
    #[test]
    fn whatever_people_try_versions_count_events_and_what_is_done_was_reviewed_by_another(
        tries in prop::collection::vec((0usize..STEPS.len(), 1i64..9), 1..50),
    ) {
        let (mut task, mut events, mut now) = (a_task(), Vec::new(), now());
        for (step, hours) in tries {
            now = now.plus_ms(hours * HOUR_MS);
            let before = task.clone();
            match take(task, step, now) {
                Ok((next, event)) => {
                    task = next;
                    events.push(event);
                }
                Err(refusal) => {
                    prop_assert!(refusal.code().starts_with("task."));
                    task = before;
                }
            }
        }
        prop_assert_eq!(task.version as usize, events.len());
        let vain = events.iter().filter(|e| matches!(e.kind, EventKind::Unable { .. })).count();
        prop_assert_eq!(task.vain.len(), vain);
        let is_exempt = |e: &Event| matches!(e.kind, EventKind::Submitted { is_drawn: false, .. });
        if let State::Done { by, .. } = &task.state
            && !events.last().is_some_and(is_exempt)
        {
            let reviewer = events.last().and_then(|e| e.act.actor.person());
            prop_assert_ne!(reviewer, Some(by));
        }
        let kept = serde_json::to_string(&(&task, &events)).expect("plain data");
        let read: (Task, Vec<Event>) = serde_json::from_str(&kept).expect("reads back");
        prop_assert_eq!(read, (task, events));
    }
}
