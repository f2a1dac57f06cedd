//! Stories of hazards. The table of states and steps, and what holds whatever people try, is in `table`.

mod table;

use self::table::{moment, one_of_each_state, take};
use super::*;
use crate::calendar::DayKind;
use crate::ids::{PlaceId, TownCode};
use crate::time::parse_date;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

fn date(text: &str) -> Date {
    parse_date(text).expect("a date written in a test exists")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(&format!("{text}:00+08:00")).expect("a time written in a test exists")
}

/// Spring Festival 2026: 15–23 February off, Saturdays 14 and 28 worked.
fn calendar() -> Calendar {
    Calendar::weekdays()
        .with((15..=23).map(|d| (date(&format!("2026-02-{d}")), DayKind::Holiday)))
        .with(["2026-02-14", "2026-02-28"].map(|d| (date(d), DayKind::Workday)))
}

fn staff(name: &str, org: &str, standing: Standing) -> Actor {
    Actor::Staff { person: name.into(), assignment: format!("hat-{name}").into(), org: org.into(), standing }
}

fn grid_manager() -> Actor {
    staff("wang", "village", Standing::Inspector)
}

fn colleague() -> Actor {
    staff("zhao", "village", Standing::Inspector)
}

fn office() -> Actor {
    staff("li", "office", Standing::Office)
}

fn unit() -> Actor {
    Actor::Unit { person: None, name: "老张饭店".to_owned() }
}

fn act(actor: Actor, happened_at: Timestamp) -> Act {
    Act { actor, happened_at, position: None, document_no: None }
}

fn by_letter(actor: Actor, happened_at: Timestamp) -> Act {
    Act { document_no: Some("函〔2026〕7号".to_owned()), ..act(actor, happened_at) }
}

fn photo(id: &str) -> Photo {
    Photo { id: id.into(), item: None }
}

fn look(id: &str) -> Look {
    Look { with: Vec::new(), photos: vec![photo(id)], note: "现场查看".to_owned() }
}

fn authority(officer: &str) -> MayOrder {
    MayOrder {
        officer: officer.into(),
        certificate_no: "24001".to_owned(),
        authority_item: "fire-01".to_owned(),
        item: Some("item".into()),
        with: vec!["zhao".into()],
        basis: LegalBasis::Empowered,
        valid_from: date("2026-01-01"),
        valid_to: Some(date("2026-12-31")),
    }
}

fn determination() -> Determination {
    Determination {
        document_no: "消重〔2026〕3号".to_owned(),
        edition: "2025".to_owned(),
        elements: vec!["5.1".to_owned()],
        deadline_on: date("2026-04-30"),
    }
}

fn a_find() -> Find {
    Find {
        town: TownCode::from("500118100000"),
        place: PlaceId::from("place-1"),
        item: Some("B06".to_owned()),
        code: HazardCode::parse("H01.2").expect("valid"),
        description: "后门上锁".to_owned(),
        photos: vec![photo("before")],
        recurrence_of: None,
        sortie: None,
    }
}

/// A hazard on its way, with the events so far and the hour it is.
#[derive(Clone)]
struct Story {
    hazard: Hazard,
    events: Vec<Event>,
    now: Timestamp,
}

impl Story {
    /// Found by the grid manager on Monday 2 February 2026 at nine.
    fn begins() -> Self {
        let now = at("2026-02-02T09:00");
        let (hazard, event) =
            Hazard::found("hazard-1".into(), a_find(), act(grid_manager(), now), now).expect("found");
        Self { hazard, events: vec![event], now }
    }

    fn on(mut self, text: &str) -> Self {
        self.now = at(text);
        self
    }

    fn then(mut self, step: impl FnOnce(Hazard, Timestamp) -> Stepped) -> Self {
        let (hazard, event) = step(self.hazard, self.now).expect("the story goes on");
        self.hazard = hazard;
        self.events.push(event);
        self
    }

    fn refused(&self, step: impl FnOnce(Hazard, Timestamp) -> Stepped) -> &'static str {
        step(self.hazard.clone(), self.now).expect_err("the step is refused").code()
    }

    fn graded(self, level: Level) -> Self {
        self.then(|h, now| h.grade(act(grid_manager(), now), level, "", now))
    }

    fn advised(self) -> Self {
        self.graded(Level::Larger).then(|h, now| h.confirm_level(act(office(), now), now)).then(|h, now| {
            h.advise(act(grid_manager(), now), "请打开后门", Days::Calendar(7), now, &calendar())
        })
    }

    fn rectifying(self) -> Self {
        self.advised().then(|h, now| h.serve(act(grid_manager(), now), ServeMethod::Direct, now))
    }

    fn fixed(self) -> Self {
        self.rectifying().on("2026-02-05T10:00").then(|h, now| {
            h.submit_fix(act(unit(), now), FixChannel::Code, vec![photo("after")], "已拆锁", now, &calendar())
        })
    }

    fn passed(self) -> Self {
        self.fixed().then(|h, now| h.pass_recheck(act(colleague(), now), look("seen"), now))
    }

    fn closed(self) -> Self {
        self.passed().then(|h, now| h.close(act(office(), now), now))
    }

    fn transferred(self) -> Self {
        self.graded(Level::MajorSuspect)
            .then(|h, now| h.confirm_level(act(office(), now), now))
            .then(|h, now| h.transfer(by_letter(office(), now), Receiver::FireRescue, "疑似重大", now))
    }
}

#[test]
fn a_blocked_exit_is_found_advised_extended_fixed_and_closed_by_another_person() {
    let story = Story::begins().rectifying();
    assert_eq!(story.hazard.columns().deadline_on, Some(date("2026-02-09")));
    assert_eq!(story.hazard.columns().recheck_due_on, Some(date("2026-02-12")));
    assert_eq!(
        story.hazard.unit_until(&calendar()),
        Some(date("2026-02-12")),
        "the unit may still be looked at"
    );

    let story = story
        .on("2026-02-08T20:00")
        .then(|h, now| h.ask_extension(act(unit(), now), 3, "锁匠回乡", now))
        .then(|h, now| h.refuse_extension(act(office(), now), None, "出口锁闭不能等", now))
        .on("2026-02-09T08:00")
        .then(|h, now| {
            h.submit_fix(act(unit(), now), FixChannel::Code, vec![photo("after")], "已拆锁", now, &calendar())
        });
    assert_eq!(
        story.refused(|h, now| h.pass_recheck(act(grid_manager(), now), look("x"), now)),
        "hazard.same_person"
    );

    let story = story
        .then(|h, now| h.start_recheck(act(colleague(), now), now))
        .then(|h, now| h.pass_recheck(act(colleague(), now), look("seen"), now))
        .then(|h, now| h.close(act(office(), now), now));
    assert_eq!(story.hazard.state.code(), "closed");
    assert_eq!(story.hazard.is_closed_in_original_time(), Some(true));

    let reopened = story.then(|h, now| h.reopen(act(office(), now), "抽查发现又上锁", now));
    assert!(reopened.hazard.is_open());
    assert_eq!(reopened.hazard.original_deadline_on, Some(date("2026-02-09")));
}

#[test]
fn what_is_minor_and_put_right_before_their_eyes_needs_no_notice_and_no_second_visit() {
    let minor = Story::begins().graded(Level::General);
    let asked = "请当场打开后门";
    let on_spot = |photos: Vec<Photo>| {
        move |h: Hazard, now| h.fix_on_spot(act(grid_manager(), now), photos, asked, now)
    };
    assert_eq!(minor.refused(on_spot(Vec::new())), "hazard.photo_missing");
    assert_eq!(minor.refused(on_spot(vec![photo("before")])), "hazard.photo_reused");
    let larger = Story::begins().graded(Level::Larger);
    assert_eq!(larger.refused(on_spot(vec![photo("after")])), "hazard.not_minor");
    assert_eq!(Story::begins().refused(on_spot(vec![photo("after")])), "hazard.not_now", "nobody graded it");
    assert_eq!(
        Story::begins().rectifying().refused(on_spot(vec![photo("after")])),
        "hazard.not_now",
        "what has a notice goes its way"
    );
    let fixed =
        minor.then(on_spot(vec![photo("after")])).then(|h, now| h.close(act(grid_manager(), now), now));
    assert_eq!(
        (fixed.hazard.state.code(), fixed.hazard.is_closed_in_original_time()),
        ("closed", Some(true))
    );
    let pair = PhotoPair {
        item: Some("B06".to_owned()),
        before: vec!["before".into()],
        after: vec!["after".into()],
    };
    assert_eq!(fixed.hazard.photo_pairs(), [pair]);
    assert_eq!(fixed.hazard.days_over(date("2026-03-01")), 0);
}

#[test]
fn what_is_met_again_while_open_stays_one_hazard() {
    let again = |h: Hazard, now| {
        h.seen_again(act(colleague(), now), "visit-2".into(), "还锁着", vec![photo("later")], now)
    };
    let story = Story::begins().rectifying().on("2026-02-05T10:00").then(again);
    assert_eq!((story.hazard.state.code(), story.hazard.version), ("rectifying", 6));
    assert!(story.hazard.photos_seen.contains(&"later".into()), "that picture is no picture of a fix");
    // A visit of an earlier day that comes in late met it before it was found.
    let earlier = act(colleague(), at("2026-01-30T10:00"));
    let late = story.then(|h, now| h.seen_again(earlier, "visit-0".into(), "", vec![photo("first")], now));
    assert_eq!(timeline(&late.events)[0].step, Step::SeenAgain);
    assert_eq!(
        Story::begins().passed().refused(again),
        "hazard.not_now",
        "what a re-check passed is settled"
    );
    assert_eq!(Story::begins().closed().refused(again), "hazard.not_now");
    assert_eq!(
        Story::begins().closed().hazard.unit_until(&calendar()),
        None,
        "nothing is asked of the unit any more"
    );
}

#[test]
fn the_recheck_is_due_three_working_days_later_whatever_the_holiday() {
    let story = Story::begins().rectifying().on("2026-02-13T16:00").then(|h, now| {
        h.submit_fix(act(unit(), now), FixChannel::Unit, vec![photo("after")], "", now, &calendar())
    });
    assert_eq!(story.hazard.columns().recheck_due_on, Some(date("2026-02-25")));
    assert!(!story.hazard.is_recheck_overdue(date("2026-02-25")));
    assert!(story.hazard.is_recheck_overdue(date("2026-02-26")));
    assert_eq!(story.hazard.days_over(date("2026-02-26")), 4, "the clock stopped when the fix came in");
}

#[test]
fn a_fix_recorded_late_is_judged_by_its_day_and_rechecked_from_the_day_it_was_known() {
    let handed_in = at("2026-02-09T18:00");
    let story = Story::begins().rectifying().on("2026-02-11T09:00").then(|h, now| {
        h.submit_fix(
            act(colleague(), handed_in),
            FixChannel::Staff,
            vec![photo("after")],
            "",
            now,
            &calendar(),
        )
    });
    assert_eq!(story.hazard.days_over(date("2026-02-11")), 0, "it was handed in on the last day");
    assert_eq!(story.hazard.columns().recheck_due_on, Some(date("2026-02-14")));
}

#[test]
fn what_the_office_confirmed_the_inspector_does_not_lower() {
    let story = Story::begins().graded(Level::Larger);
    let grade = |who: Actor, level| move |h: Hazard, now| h.grade(act(who, now), level, "已移走", now);
    assert_eq!(story.refused(|h, now| h.confirm_level(act(grid_manager(), now), now)), "hazard.office_only");
    let lowered = story.clone().then(grade(grid_manager(), Level::General));
    assert_eq!(lowered.hazard.level, Some(Level::General), "not yet confirmed");

    let confirmed = story.then(|h, now| h.confirm_level(act(office(), now), now));
    assert_eq!(confirmed.refused(grade(grid_manager(), Level::General)), "hazard.office_only");
    assert_eq!(
        confirmed.refused(|h, now| h.confirm_level(act(office(), now), now)),
        "hazard.nothing_to_confirm"
    );
    let raised = confirmed.clone().then(grade(grid_manager(), Level::MajorSuspect));
    assert!(!raised.hazard.level_confirmed, "a suspicion is for the office to confirm");
    assert_eq!(confirmed.then(grade(office(), Level::General)).hazard.level, Some(Level::General));
}

#[test]
fn nothing_is_told_or_closed_on_a_level_nobody_confirmed() {
    let advise = |h: Hazard, now| {
        h.advise(act(grid_manager(), now), "请打开后门", Days::Calendar(7), now, &calendar())
    };
    let order = |h: Hazard, now| {
        h.order(act(grid_manager(), now), authority("wang"), "打开后门", Days::Calendar(7), now, &calendar())
    };
    let confirm = |h: Hazard, now| h.confirm_level(act(office(), now), now);
    for level in [Level::Larger, Level::MajorSuspect] {
        let proposed = Story::begins().graded(level);
        assert_eq!(proposed.refused(advise), "hazard.level_unconfirmed", "{level:?}");
        assert_eq!(proposed.refused(order), "hazard.level_unconfirmed", "{level:?}");
        let joint =
            |h: Hazard, now| h.escalate(act(office(), now), EscalationKind::JointControl, "先行管控", now);
        assert_eq!(proposed.clone().then(joint).hazard.escalations.len(), 1, "interim control does not wait");
        let told = proposed.then(confirm).then(advise);
        assert_eq!(told.hazard.state.code(), "measure_ordered");
    }
    assert_eq!(Story::begins().graded(Level::General).then(advise).hazard.state.code(), "measure_ordered");

    // Raised while it was being fixed: closing waits for the office.
    let raised = Story::begins()
        .graded(Level::General)
        .then(advise)
        .then(|h, now| h.grade(act(grid_manager(), now), Level::Larger, "有人住", now))
        .then(|h, now| {
            h.submit_fix(act(unit(), now), FixChannel::Code, vec![photo("after")], "", now, &calendar())
        })
        .then(|h, now| h.pass_recheck(act(colleague(), now), look("seen"), now));
    let close = |h: Hazard, now| h.close(act(grid_manager(), now), now);
    assert_eq!(raised.refused(close), "hazard.level_unconfirmed");
    assert_eq!(raised.then(confirm).then(close).hazard.state.code(), "closed");
}

#[test]
fn a_corrected_record_takes_its_find_back_until_the_unit_was_told() {
    let back = |who: Actor| move |h: Hazard, now| h.take_back(act(who, now), "当时看错了", now);
    assert_eq!(Story::begins().then(back(grid_manager())).hazard.state.code(), "false");
    let proposed = Story::begins().graded(Level::Larger);
    assert_eq!(proposed.clone().then(back(grid_manager())).hazard.state.code(), "false");
    let confirmed = proposed.then(|h, now| h.confirm_level(act(office(), now), now));
    assert_eq!(confirmed.refused(back(grid_manager())), "hazard.office_only");
    assert_eq!(confirmed.then(back(office())).hazard.state.code(), "false");
    for told in [Story::begins().advised(), Story::begins().closed(), Story::begins().transferred()] {
        assert_eq!(told.refused(back(office())), "hazard.measure_issued");
    }
}

#[test]
fn two_may_recheck_together_though_one_of_them_found_it() {
    let fixed = Story::begins().fixed();
    let together = Look { with: vec!["zhao".into()], ..look("seen") };
    let alone_twice = Look { with: vec!["wang".into()], ..look("seen") };
    assert_eq!(
        fixed.refused(|h, now| h.pass_recheck(act(grid_manager(), now), alone_twice, now)),
        "hazard.same_person"
    );
    let passed = fixed.then(|h, now| h.pass_recheck(act(grid_manager(), now), together, now));
    assert_eq!(passed.hazard.state.code(), "passed");
}

#[test]
fn whoever_handed_the_fix_in_does_not_recheck_it_alone() {
    let story = Story::begins().rectifying().then(|h, now| {
        h.submit_fix(act(colleague(), now), FixChannel::Staff, vec![photo("after")], "代交", now, &calendar())
    });
    assert_eq!(
        story.refused(|h, now| h.pass_recheck(act(colleague(), now), look("x"), now)),
        "hazard.same_person"
    );
    assert_eq!(
        story.then(|h, now| h.pass_recheck(act(office(), now), look("x"), now)).hazard.state.code(),
        "passed"
    );
}

#[test]
fn only_a_certified_officer_orders_and_advice_never_says_order() {
    let graded = Story::begins().graded(Level::General);
    let order = |h: Hazard, who: Actor, proof: MayOrder, now| {
        h.order(act(who, now), proof, "立即拆锁", Days::Calendar(0), now, &calendar())
    };
    assert_eq!(
        graded.refused(|h, now| order(h, grid_manager(), authority("chen"), now)),
        "hazard.no_authority"
    );
    let expired = MayOrder { valid_to: Some(date("2026-01-31")), ..authority("wang") };
    assert_eq!(graded.refused(|h, now| order(h, grid_manager(), expired, now)), "hazard.no_authority");
    let advice =
        |h: Hazard, now| h.advise(act(office(), now), "责令立即拆锁", Days::Calendar(0), now, &calendar());
    assert_eq!(graded.refused(advice), "hazard.order_word_in_advice");

    let ordered = graded.then(|h, now| order(h, grid_manager(), authority("wang"), now));
    assert_eq!(ordered.hazard.columns().measure, Some("order"));
    assert_eq!(ordered.hazard.columns().deadline_on, Some(date("2026-02-02")));
    assert_eq!(ordered.refused(|h, now| order(h, grid_manager(), authority("wang"), now)), "hazard.not_now");
}

#[test]
fn an_order_may_follow_advice_and_the_first_deadline_stays_on_record() {
    let story = Story::begins().rectifying().on("2026-02-06T09:00").then(|h, now| {
        h.order(act(colleague(), now), authority("zhao"), "限期拆锁", Days::Working(7), now, &calendar())
    });
    let columns = story.hazard.columns();
    assert_eq!((columns.measure, columns.deadline_on), (Some("order"), Some(date("2026-02-24"))));
    assert_eq!(columns.original_deadline_on, Some(date("2026-02-09")));
}

#[test]
fn nobody_here_clicks_major() {
    let story = Story::begins();
    let major = |h: Hazard, now| h.grade(act(office(), now), Level::Major, "", now);
    assert_eq!(story.refused(major), "hazard.major_not_yours");

    let suspected = story.graded(Level::MajorSuspect);
    let transfer =
        |h: Hazard, now| h.transfer(by_letter(office(), now), Receiver::FireRescue, "疑似重大", now);
    assert_eq!(suspected.refused(transfer), "hazard.level_unconfirmed");

    let transferred = Story::begins().transferred();
    let determined = transferred.then(|h, now| {
        h.answer_transfer(act(office(), now), TransferAnswer::Major(determination()), now, &calendar())
    });
    assert_eq!(determined.hazard.columns().level, Some("major"));
    assert_eq!(determined.hazard.columns().measure, Some("organ_notice"));
    assert_eq!(
        determined.refused(|h, now| h.grade(act(office(), now), Level::General, "不同意", now)),
        "hazard.level_fixed"
    );
    assert_eq!(
        determined.refused(|h, now| h.ask_extension(act(unit(), now), 3, "资金", now)),
        "hazard.deadline_not_yours"
    );
}

#[test]
fn a_major_determination_comes_from_the_fire_rescue_organ_only() {
    let elsewhere = Story::begins()
        .graded(Level::General)
        .then(|h, now| h.transfer(by_letter(office(), now), Receiver::Sector, "行业主管", now));
    let answer = |h: Hazard, now| {
        h.answer_transfer(act(office(), now), TransferAnswer::Major(determination()), now, &calendar())
    };
    assert_eq!(elsewhere.refused(answer), "hazard.major_not_yours");
    let returned =
        TransferAnswer::Returned { level: Level::MajorSuspect, reason: "请自行处理".to_owned() };
    assert_eq!(
        elsewhere.refused(|h, now| h.answer_transfer(act(office(), now), returned, now, &calendar())),
        "hazard.major_not_yours"
    );
}

#[test]
fn an_extension_is_asked_in_time_granted_once_and_within_the_share() {
    let story = Story::begins().rectifying();
    let cap = story.hazard.rectification().and_then(|r| r.extension_cap(50));
    assert_eq!(cap, Some(3));
    let on_the_day = story.clone().on("2026-02-09T23:00");
    on_the_day.then(|h, now| h.ask_extension(act(unit(), now), 3, "缺料", now));
    let late = story.clone().on("2026-02-10T00:10");
    assert_eq!(
        late.refused(|h, now| h.ask_extension(act(unit(), now), 3, "缺料", now)),
        "hazard.extension_too_late"
    );
    assert_eq!(
        story.refused(|h, now| h.ask_extension(act(unit(), now), 3, "  ", now)),
        "hazard.text_missing"
    );
    assert_eq!(
        story.refused(|h, now| h.grant_extension(act(office(), now), None, 3, now, &calendar())),
        "hazard.no_extension_asked"
    );

    let asked = story.then(|h, now| h.ask_extension(act(office(), now), 3, "缺料，代单位申请", now));
    let grant = |who: Actor, at_most| {
        move |h: Hazard, now| h.grant_extension(act(who, now), None, at_most, now, &calendar())
    };
    assert_eq!(asked.refused(grant(office(), 3)), "hazard.same_person");
    assert_eq!(asked.refused(grant(grid_manager(), 2)), "hazard.extension_too_long");
    assert_eq!(asked.refused(grant(staff("sun", "police", Standing::Inspector), 3)), "hazard.issuer_only");
    assert_eq!(asked.refused(grant(unit(), 3)), "hazard.unit_only_submits");

    let granted = asked.then(grant(grid_manager(), 3));
    assert_eq!(granted.hazard.columns().deadline_on, Some(date("2026-02-12")));
    assert_eq!(granted.hazard.columns().original_deadline_on, Some(date("2026-02-09")));
    assert_eq!(
        granted.refused(|h, now| h.ask_extension(act(unit(), now), 1, "还缺", now)),
        "hazard.extended_once"
    );
}

#[test]
fn the_term_of_an_order_is_moved_by_who_could_give_one() {
    let officer = || staff("qian", "office", Standing::Office);
    let story = Story::begins()
        .then(|h, now| h.grade(act(office(), now), Level::General, "", now))
        .then(|h, now| {
            h.order(act(officer(), now), authority("qian"), "拆锁", Days::Calendar(10), now, &calendar())
        })
        .then(|h, now| h.serve(act(officer(), now), ServeMethod::Direct, now))
        .then(|h, now| h.ask_extension(act(unit(), now), 2, "缺料", now));
    let grant = |shown: Option<MayOrder>, who: Actor| {
        move |h: Hazard, now| h.grant_extension(act(who, now), shown.as_ref(), 5, now, &calendar())
    };
    assert_eq!(story.refused(grant(None, office())), "hazard.order_term");
    assert_eq!(story.refused(grant(Some(authority("qian")), office())), "hazard.order_term", "another's");
    assert_eq!(
        story.refused(|h, now| h.refuse_extension(act(office(), now), None, "不能等", now)),
        "hazard.order_term"
    );
    story.then(grant(Some(authority("qian")), officer()));
}

#[test]
fn a_failed_recheck_sets_a_new_deadline_and_the_extension_stays_used() {
    let story = Story::begins()
        .rectifying()
        .then(|h, now| h.ask_extension(act(unit(), now), 3, "缺料", now))
        .then(|h, now| h.grant_extension(act(office(), now), None, 3, now, &calendar()))
        .then(|h, now| {
            h.submit_fix(act(unit(), now), FixChannel::Code, vec![photo("after")], "", now, &calendar())
        })
        .then(|h, now| {
            h.fail_recheck(act(colleague(), now), look("still"), Days::Calendar(5), now, &calendar())
        });
    assert_eq!(story.hazard.state.code(), "rectifying");
    assert_eq!(story.hazard.columns().deadline_on, Some(date("2026-02-07")));
    assert_eq!(story.hazard.failed_rechecks, 1);
    assert_eq!(
        story.refused(|h, now| h.ask_extension(act(unit(), now), 1, "还缺", now)),
        "hazard.extended_once"
    );
    let same_picture = |h: Hazard, now| {
        h.submit_fix(act(unit(), now), FixChannel::Code, vec![photo("after")], "", now, &calendar())
    };
    assert_eq!(story.refused(same_picture), "hazard.photo_reused");
}

#[test]
fn a_silent_unit_is_looked_at_once_its_deadline_has_passed() {
    let story = Story::begins().rectifying();
    let pass = |h: Hazard, now| h.pass_recheck(act(colleague(), now), look("seen"), now);
    assert_eq!(story.clone().on("2026-02-09T23:00").refused(pass), "hazard.recheck_too_early");
    assert_eq!(story.on("2026-02-10T08:00").then(pass).hazard.state.code(), "passed");
}

#[test]
fn the_unit_hands_in_and_asks_and_nothing_else() {
    let allowed = [Step::ExtensionAsked, Step::FixSubmitted];
    for (_, story) in one_of_each_state() {
        for step in Step::ALL.into_iter().filter(|step| !allowed.contains(step)) {
            if story.hazard.state.admits(step) {
                let tried = take(story.hazard.clone(), step, unit(), moment(&story, step));
                assert_eq!(tried.expect_err("refused").code(), "hazard.unit_only_submits", "{step:?}");
            }
        }
    }
}

#[test]
fn others_decisions_are_recorded_only_with_their_document() {
    let story = Story::begins().rectifying();
    let escalate = |kind, letter: bool| {
        move |h: Hazard, now| {
            let act = if letter { by_letter(office(), now) } else { act(office(), now) };
            h.escalate(act, kind, "逾期未改", now)
        }
    };
    for (kind, letter, expected) in [
        (EscalationKind::TempSeal, false, "hazard.document_missing"),
        (EscalationKind::StopUse, false, "hazard.document_missing"),
        (EscalationKind::PowerGasCut, false, "hazard.document_missing"),
        (EscalationKind::CaseFiled, false, "hazard.document_missing"),
        (EscalationKind::DistrictListed, true, "hazard.listing_needs_major"),
    ] {
        assert_eq!(story.refused(escalate(kind, letter)), expected, "{kind:?}");
    }
    let listed = story
        .then(escalate(EscalationKind::TownListed, false))
        .then(escalate(EscalationKind::JointControl, false));
    assert_eq!(listed.hazard.escalations.len(), 2, "several run side by side");
    assert_eq!(listed.refused(escalate(EscalationKind::TownListed, false)), "hazard.already_escalated");
    assert_eq!(listed.hazard.stage_label(date("2026-02-11")), "整改中·督办·逾期 2 天");
}

/// The steps that are due, by code, with the reason and the last day.
fn due(story: &Story, around: Surroundings, on: &str) -> Vec<(EscalationKind, &'static str, Option<Date>)> {
    let ladder = Ladder { listed_after_days: 15, sector_units: 3 };
    let due =
        story.hazard.escalations_due(ladder, around, date(on), &calendar()).expect("within the calendar");
    due.into_iter().map(|one| (one.kind, one.why.code(), one.due_on)).collect()
}

#[test]
fn the_ladder_is_put_to_people_when_its_rule_says_so_and_again_only_when_something_changed() {
    use EscalationKind as K;
    let plain = Surroundings::default();
    let dense = Surroundings { is_high_risk: true, is_dense: true, sharing_units: 0 };
    // General, advised until 9 February: late is late, and no step of the ladder.
    let general = Story::begins()
        .graded(Level::General)
        .then(|h, now| h.advise(act(grid_manager(), now), "请打开后门", Days::Calendar(7), now, &calendar()));
    assert_eq!(due(&general, plain, "2026-03-31"), []);
    let failed = general.on("2026-02-12T09:00").then(|h, now| {
        h.fail_recheck(act(colleague(), now), look("seen"), Days::Calendar(5), now, &calendar())
    });
    assert_eq!(due(&failed, plain, "2026-02-12"), [], "a general hazard elsewhere gets another deadline");
    let by_friday = Some(date("2026-02-13"));
    assert_eq!(due(&failed, dense, "2026-02-12"), [(K::JointControl, "high_risk", by_friday)]);
    let shared = Surroundings { sharing_units: 3, ..plain };
    assert_eq!(due(&failed, shared, "2026-02-12"), [(K::SectorDeadline, "shared", None)]);
    assert_eq!(due(&failed, Surroundings { sharing_units: 2, ..plain }, "2026-02-12"), []);

    // Larger, ordered for 15 days on 2 February, never fixed: the locked exit may be sealed, the order is unheeded.
    let ordered = Story::begins()
        .graded(Level::Larger)
        .then(|h, now| h.confirm_level(act(office(), now), now))
        .then(|h, now| {
            let by = authority("li");
            h.order(act(office(), now), by, "拆锁", Days::Calendar(15), now, &calendar())
        });
    assert_eq!(due(&ordered, plain, "2026-02-17"), [], "the last day is in time");
    let holiday_over = Some(date("2026-02-24"));
    let late = [(K::CaseFiled, "order_unheeded", holiday_over), (K::TempSeal, "may_be_sealed", holiday_over)];
    assert_eq!(due(&ordered, plain, "2026-02-18"), late);
    assert_eq!(due(&ordered, plain, "2026-03-03"), late, "fourteen days over");
    let listed = (K::TownListed, "long_overdue", Some(date("2026-03-05")));
    assert_eq!(due(&ordered, plain, "2026-03-04"), [listed, late[0], late[1]]);

    // What is taken is over; what is set aside comes back with the next failed re-check.
    let ordered = ordered
        .on("2026-03-04T09:00")
        .then(|h, now| h.escalate(act(office(), now), K::TownListed, "逾期", now))
        .then(|h, now| h.decline_escalation(act(office(), now), K::CaseFiled, "已在施工", now));
    assert_eq!(due(&ordered, plain, "2026-03-05"), [late[1]]);
    let blank = |h: Hazard, now| h.decline_escalation(act(office(), now), K::TempSeal, " ", now);
    assert_eq!(ordered.refused(blank), "hazard.text_missing");
    let listed = |h: Hazard, now| h.decline_escalation(act(office(), now), K::TownListed, "不必", now);
    assert_eq!(ordered.refused(listed), "hazard.already_escalated");
    let failed = ordered.on("2026-03-06T09:00").then(|h, now| {
        h.fail_recheck(act(colleague(), now), look("seen"), Days::Calendar(5), now, &calendar())
    });
    let kinds: Vec<_> = due(&failed, plain, "2026-03-06").into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds, [K::JointControl, K::CaseFiled, K::TempSeal]);
    // What was handed in waits for eyes first, and what is closed for nothing.
    let fixed = failed.then(|h, now| {
        h.submit_fix(act(unit(), now), FixChannel::Unit, vec![photo("after")], "", now, &calendar())
    });
    assert_eq!(due(&fixed, dense, "2026-03-07"), []);
}

#[test]
fn a_determined_hazard_is_the_districts_to_list() {
    let story = Story::begins().transferred().then(|h, now| {
        let answer = TransferAnswer::Major(determination());
        h.answer_transfer(act(office(), now), answer, now, &calendar())
    });
    let on = "2026-02-20";
    assert_eq!(
        due(&story, Surroundings::default(), on),
        [(EscalationKind::DistrictListed, "determined", None)]
    );
}

#[test]
fn clocks_that_cannot_be_right_are_refused() {
    let story = Story::begins().on("2026-02-03T09:00");
    for (happened, expected) in [
        ("2026-02-03T09:01", "hazard.happened_after_recorded"),
        ("2022-12-31T23:59", "hazard.happened_before_2023"),
        ("2026-02-02T08:59", "hazard.happened_before"),
    ] {
        let grade = |h: Hazard, now| h.grade(act(office(), at(happened)), Level::General, "", now);
        assert_eq!(story.refused(grade), expected, "{happened}");
    }
    let fixed = Story::begins().fixed();
    let before_the_fix = act(colleague(), at("2026-02-05T09:59"));
    assert_eq!(
        fixed.refused(|h, now| h.pass_recheck(before_the_fix, look("x"), now)),
        "hazard.happened_before"
    );
    assert_eq!(EARLIEST, at("2023-01-01T00:00"));
}

#[test]
fn a_failed_item_wants_a_photo_and_a_passing_remark_does_not() {
    let now = at("2026-02-02T09:00");
    let bare = |item: Option<&str>| Find { item: item.map(str::to_owned), photos: Vec::new(), ..a_find() };
    let find = |find| Hazard::found("h".into(), find, act(grid_manager(), now), now);
    assert_eq!(find(bare(Some("B06"))).map_err(|r| r.code()).err(), Some("hazard.photo_missing"));
    assert!(find(bare(None)).is_ok());
}

#[test]
fn overdue_and_due_soon_follow_from_the_date() {
    let hazard = Story::begins().rectifying().hazard;
    for (today, soon, overdue, over) in [
        ("2026-02-05", false, false, 0),
        ("2026-02-06", true, false, 0),
        ("2026-02-09", true, false, 0),
        ("2026-02-10", false, true, 1),
    ] {
        let today = date(today);
        assert_eq!(
            (hazard.is_due_soon(today, 3), hazard.is_overdue(today), hazard.days_over(today)),
            (soon, overdue, over),
            "{today}"
        );
    }
}

#[test]
fn what_was_closed_within_twelve_months_and_comes_back_is_a_recurrence() {
    let closed = Story::begins().closed().hazard;
    let open = Story::begins().rectifying().hazard;
    let found = |place: &str, item: Option<&str>, code: &str, on: &str| {
        let code = HazardCode::parse(code).expect("valid");
        recurrence(&place.into(), item, &code, date(on), [&open, &closed]).map(|r| r.sameness)
    };
    assert_eq!(found("place-1", Some("B06"), "H01.2", "2026-06-01"), Some(Sameness::Item));
    assert_eq!(found("place-1", None, "H01.2", "2027-02-05"), Some(Sameness::Code));
    assert_eq!(found("place-1", None, "H01.1", "2026-06-01"), Some(Sameness::Category));
    assert_eq!(found("place-1", None, "H01.2", "2027-02-06"), None, "more than twelve months");
    assert_eq!(found("place-1", None, "H01.2", "2026-02-04"), None, "before it was closed");
    assert_eq!(found("place-1", None, "H04.1", "2026-06-01"), None, "another category");
    assert_eq!(found("place-2", Some("B06"), "H01.2", "2026-06-01"), None, "another place");
}

#[test]
fn pictures_stand_side_by_side_item_by_item() {
    let pairs = Story::begins().fixed().hazard.photo_pairs();
    let expected = PhotoPair {
        item: Some("B06".to_owned()),
        before: vec!["before".into()],
        after: vec!["after".into()],
    };
    assert_eq!(pairs, [expected]);
}

#[test]
fn the_timeline_goes_by_what_happened_and_shows_late_entries() {
    let story = Story::begins()
        .graded(Level::General)
        .on("2026-02-04T09:00")
        .then(|h, now| h.grade(act(office(), now), Level::Larger, "有人住", now))
        .then(|h, now| {
            let yesterday = act(grid_manager(), at("2026-02-03T15:00"));
            h.advise(yesterday, "请拆锁", Days::Calendar(7), now, &calendar())
        });
    let facts = timeline(&story.events);
    let told: Vec<_> = facts.iter().map(|f| (f.step, f.is_late_entry)).collect();
    assert_eq!(
        told,
        [(Step::Found, false), (Step::Graded, false), (Step::Advised, true), (Step::Graded, false)]
    );
    assert_eq!(facts.last().map(|f| f.detail.as_str()), Some("较大：有人住"));
}

#[test]
fn codes_of_the_dictionary() {
    for (text, category) in [
        ("H01.2", Some("01")),
        ("H99", Some("99")),
        ("H1.2", None),
        ("h01", None),
        ("H01.", None),
        ("H隐.1", None),
    ] {
        assert_eq!(HazardCode::parse(text).ok().as_ref().map(HazardCode::category), category, "{text}");
    }
}

#[test]
fn a_broken_chain_is_named() {
    let events = Story::begins().closed().events;
    assert_eq!(Hazard::from_events([]), Err(ReplayFault::NoFinding));
    assert_eq!(Hazard::from_events(&events[1..]), Err(ReplayFault::NoFinding));
    let gap = [events[0].clone(), events[2].clone()];
    assert_eq!(Hazard::from_events(&gap), Err(ReplayFault::Gap { expected: 2, found: 3 }));
    let closed_at_once = Event { version: 2, kind: EventKind::Closed, ..events[1].clone() };
    let impossible = [events[0].clone(), closed_at_once];
    assert_eq!(Hazard::from_events(&impossible), Err(ReplayFault::Impossible { version: 2 }));
}
