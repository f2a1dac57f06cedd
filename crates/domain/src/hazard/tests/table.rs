//! Every stage against every step. The table is printed into `docs/domain/hazard-states.md`; `FENGSUI_BLESS=1` writes
//! it anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

/// One hazard at every stage; where a request can be pending, the served one has it.
pub(super) fn one_of_each_state() -> Vec<(&'static str, Story)> {
    let stories = vec![
        Story::begins(),
        Story::begins().graded(Level::Larger).then(|h, now| h.confirm_level(act(office(), now), now)),
        Story::begins().advised(),
        Story::begins().rectifying().then(|h, now| h.ask_extension(act(unit(), now), 3, "缺料", now)),
        Story::begins().fixed(),
        Story::begins().fixed().then(|h, now| h.start_recheck(act(colleague(), now), now)),
        Story::begins().passed(),
        Story::begins().closed(),
        Story::begins().transferred(),
        Story::begins().graded(Level::Larger).then(|h, now| {
            h.control_long_term(by_letter(office(), now), "夜间有人值守", date("2026-08-01"), now)
        }),
        Story::begins()
            .graded(Level::Larger)
            .then(|h, now| h.dismiss(act(office(), now), "另有出口", now))
            .then(|h, now| h.reopen(act(office(), now), "核查属实", now)),
        Story::begins().then(|h, now| h.dismiss(act(office(), now), "另有出口", now)),
        Story::begins().then(|h, now| h.void(act(office(), now), "重复登记", now)),
    ];
    stories.into_iter().map(|story| (story.hazard.state.label(), story)).collect()
}

/// When a step is tried in the table: re-checks after every deadline, everything else within it.
pub(super) fn moment(story: &Story, step: Step) -> Timestamp {
    match step {
        Step::RecheckStarted | Step::RecheckPassed | Step::RecheckFailed => story.now.plus_ms(90 * DAY_MS),
        _ => story.now.plus_ms(HOUR_MS),
    }
}

/// Takes a step with everything it asks for.
pub(super) fn take(h: Hazard, step: Step, actor: Actor, now: Timestamp) -> Stepped {
    let calendar = calendar();
    let fresh = format!("photo-{}-{}", h.version, now.0);
    let officer = actor.person().map(|p| p.as_str().to_owned()).unwrap_or_default();
    let act = by_letter(actor, now);
    match step {
        Step::Found => Hazard::found(h.id, h.find, act, now),
        Step::Graded => h.grade(act, Level::General, "改定", now),
        Step::LevelConfirmed => h.confirm_level(act, now),
        Step::SeenAgain => h.seen_again(act, "visit-2".into(), "又锁上了", vec![photo(&fresh)], now),
        Step::FixedOnSpot => h.fix_on_spot(act, vec![photo(&fresh)], "请当场打开后门", now),
        Step::Advised => h.advise(act, "请拆锁", Days::Working(7), now, &calendar),
        Step::Ordered => h.order(act, authority(&officer), "拆锁", Days::Calendar(15), now, &calendar),
        Step::Served => h.serve(act, ServeMethod::Post, now),
        Step::ExtensionAsked => h.ask_extension(act, 2, "缺料", now),
        Step::ExtensionGranted => h.grant_extension(act, Some(&authority(&officer)), 3, now, &calendar),
        Step::ExtensionRefused => h.refuse_extension(act, Some(&authority(&officer)), "不能等", now),
        Step::FixSubmitted => h.submit_fix(act, FixChannel::Unit, vec![photo(&fresh)], "", now, &calendar),
        Step::RecheckStarted => h.start_recheck(act, now),
        Step::RecheckPassed => h.pass_recheck(act, look(&fresh), now),
        Step::RecheckFailed => h.fail_recheck(act, look(&fresh), Days::Calendar(5), now, &calendar),
        Step::Closed => h.close(act, now),
        Step::Transferred => h.transfer(act, Receiver::FireRescue, "疑似重大", now),
        Step::TransferAnswered => {
            h.answer_transfer(act, TransferAnswer::Major(determination()), now, &calendar)
        }
        Step::Escalated => h.escalate(act, EscalationKind::TownListed, "逾期", now),
        Step::EscalationDeclined => h.decline_escalation(act, EscalationKind::TownListed, "三天内完工", now),
        Step::LongTermControlled => {
            let review_on = now.date() + chrono::Days::new(180);
            h.control_long_term(act, "夜间有人值守", review_on, now)
        }
        Step::Reopened => h.reopen(act, "抽查不合格", now),
        Step::Dismissed => h.dismiss(act, "另有出口", now),
        Step::Voided => h.void(act, "重复登记", now),
    }
}

fn every_refusal() -> Vec<HazardRefusal> {
    use HazardRefusal as R;
    let on = date("2026-02-09");
    vec![
        R::NotNow { act: "销案", stage: "整改中" },
        R::SamePerson { act: "发现、整改并复查" },
        R::UnitOnlySubmits { act: "销案" },
        R::OfficeOnly { act: "确认等级" },
        R::IssuerOnly { act: "销案" },
        R::MajorNotYours,
        R::LevelFixed,
        R::NothingToConfirm { level: Level::General },
        R::LevelUnconfirmed { level: Level::Larger, act: "督促整改" },
        R::NotMinor { level: Level::Larger },
        R::MeasureIssued { stage: "整改中" },
        R::NoAuthority,
        R::OrderWordInAdvice,
        R::PhotoMissing { act: "提交整改" },
        R::PhotoReused,
        R::TextMissing { what: "延期理由" },
        R::DocumentMissing { act: "移送" },
        R::ExtensionTooLate { deadline_on: on },
        R::ExtendedOnce,
        R::ExtensionPending,
        R::NoExtensionAsked,
        R::ExtensionTooLong { days: 9, at_most: 3 },
        R::DeadlineNotYours,
        R::RecheckTooEarly { deadline_on: on },
        R::ListingNeedsMajor,
        R::AlreadyEscalated,
        R::ReviewNotAhead { review_on: on },
        R::HappenedAfterRecorded,
        R::HappenedBefore2023,
        R::HappenedBefore { earlier: "发现隐患" },
        R::CodeFormat { given: "1.2".to_owned() },
        R::OutOfRange,
    ]
}

#[test]
fn every_refusal_has_its_own_code_and_says_what_to_do() {
    let refusals = every_refusal();
    let codes: BTreeSet<_> = refusals.iter().map(HazardRefusal::code).collect();
    assert_eq!(codes.len(), refusals.len());
    for refusal in refusals {
        assert!(refusal.code().starts_with("hazard."));
        assert!(refusal.to_string().contains('；'), "{refusal} names the way on after the semicolon");
    }
}

/// The page of states and steps, as people and programs read it.
fn printed() -> String {
    let states = one_of_each_state();
    let mut page = String::from(
        "# 隐患：环节与步骤\n\n本页由测试打印（`FENGSUI_BLESS=1 cargo test -p fengsui-domain hazard` 重写），请勿手改。\n\n\
         行是步骤，列是隐患所处环节；格内是之后的环节，`code` 表示被拒绝的代码，“—”表示此环节不办此步骤（`hazard.not_now`）。\n\
         逾期、临期、复查逾期不是环节，由日期推算；升级督办可与整改并行，记在清单里，不改变环节。\n\
         复查在期限届满后试办，其余步骤在期限内试办；“整改中”一列有一份待答复的延期申请，办理人为消安办。\n\n| 步骤 |",
    );
    for (label, story) in &states {
        write!(page, " {label} `{}` |", story.hazard.state.code()).expect("a string grows");
    }
    page.push_str(&format!("\n|---|{}\n", "---|".repeat(states.len())));
    for step in Step::ALL {
        write!(page, "| {} `{}` |", step.label(), step.code()).expect("a string grows");
        for (_, story) in &states {
            let cell = match take(story.hazard.clone(), step, office(), moment(story, step)) {
                Ok((next, _)) => next.state.label().to_owned(),
                Err(HazardRefusal::NotNow { .. }) => "—".to_owned(),
                Err(refusal) => format!("`{}`", refusal.code()),
            };
            write!(page, " {cell} |").expect("a string grows");
        }
        page.push('\n');
    }
    page.push_str("\n## 拒绝的说法\n\n| 代码 | 提示（例） |\n|---|---|\n");
    for refusal in every_refusal() {
        writeln!(page, "| `{}` | {refusal} |", refusal.code()).expect("a string grows");
    }
    page
}

#[test]
fn the_page_of_states_is_what_the_machine_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/domain/hazard-states.md");
    testkit::assert_golden(path, &printed());
}

#[test]
fn every_state_and_every_step_has_its_outcome() {
    let states = one_of_each_state();
    let labels: BTreeSet<_> = states.iter().map(|(label, _)| *label).collect();
    assert_eq!(labels.len(), 13, "one of each");
    for (label, story) in states {
        for step in Step::ALL {
            let outcome = take(story.hazard.clone(), step, office(), moment(&story, step));
            let is_not_now = matches!(outcome, Err(HazardRefusal::NotNow { .. }));
            assert_eq!(is_not_now, !story.hazard.state.admits(step), "{label} {step:?}");
        }
    }
}

proptest! {
    #[test]
    fn whatever_people_try_the_events_tell_the_whole_story(
        tries in prop::collection::vec((0usize..Step::ALL.len(), 0usize..4, 1i64..60), 1..60),
    ) {
        let mut story = Story::begins();
        let actors = [grid_manager(), colleague(), office(), unit()];
        for (step, actor, hours) in tries {
            let now = story.now.plus_ms(hours * HOUR_MS);
            let before = story.hazard.clone();
            // Mostly what the stage admits, so that walks go far; voiding, which ends a walk, only now and then.
            let admitted: Vec<Step> = Step::ALL
                .into_iter()
                .filter(|s| before.state.admits(*s) && (*s != Step::Voided || hours == 1))
                .collect();
            let step = admitted.get(step % admitted.len().max(1)).copied().unwrap_or(Step::ALL[step]);
            match take(before.clone(), step, actors[actor].clone(), now) {
                Ok((next, event)) => {
                    prop_assert_eq!(event.version, before.version + 1);
                    if before.original_deadline_on.is_some() {
                        prop_assert_eq!(next.original_deadline_on, before.original_deadline_on);
                    }
                    if let State::Closed { recheck: None, .. } = &next.state {
                        prop_assert!(story.events.iter().any(|e| e.kind.step() == Step::FixedOnSpot));
                        prop_assert_eq!(before.level, Some(Level::General));
                    }
                    if let State::Closed { recheck: Some(recheck), fix, .. } = &next.state {
                        let fixer = fix.as_ref().and_then(|f| f.by.as_ref());
                        let is_independent = |p: &PersonId| Some(p) != next.found_by.as_ref() && Some(p) != fixer;
                        prop_assert!(recheck.by.iter().any(is_independent));
                    }
                    story.events.push(event);
                    story.hazard = next;
                    story.now = now;
                }
                Err(refusal) => prop_assert!(refusal.code().starts_with("hazard.")),
            }
        }
        let hazard = &story.hazard;
        prop_assert_eq!(Hazard::from_events(&story.events), Ok(hazard.clone()));

        let kept = serde_json::to_string(&story.events).expect("events are plain data");
        let read: Vec<Event> = serde_json::from_str(&kept).expect("events read back");
        prop_assert_eq!(&read, &story.events);
        let state = serde_json::to_string(hazard).expect("a hazard is plain data");
        prop_assert_eq!(&serde_json::from_str::<Hazard>(&state).expect("it reads back"), hazard);

        let determined = story.events.iter().any(|e| e.kind.step() == Step::TransferAnswered);
        prop_assert!(hazard.level != Some(Level::Major) || determined);
    }
}
