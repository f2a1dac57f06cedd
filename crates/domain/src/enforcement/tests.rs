//! Stories of cases from the clue to the decision; the rest is in the rooms below.

mod after;
mod offers;
mod power;

use super::clock::Unit;
use super::*;
use crate::calendar::{Calendar, DayKind};
use crate::gate::GateRefusal;
use crate::hazard::LegalBasis;
use crate::org::{Certificate, CertificateKind};
use crate::time::parse_date;

fn day(text: &str) -> Date {
    parse_date(text).expect("a date written in a test exists")
}

/// National Day 2026.
fn calendar() -> Calendar {
    let off = (1..=7).map(|n| (Date::from_ymd_opt(2026, 10, n).expect("it exists"), DayKind::Holiday));
    Calendar::weekdays().with(off).with([(day("2026-10-10"), DayKind::Workday)])
}

pub(super) fn item() -> AuthorityItem {
    AuthorityItem {
        id: "item".into(),
        name: "占用、堵塞、封闭疏散通道、安全出口".to_owned(),
        power: Power::Punish,
        basis: LegalBasis::Delegated,
        delegator: "区消防救援机构".to_owned(),
        law: "消防法第六十条".to_owned(),
        range: Range {
            kinds: [PenaltyKind::Fine, PenaltyKind::Warning, PenaltyKind::StopBusiness].into(),
            organisation_fen: Some((500_000, 5_000_000)),
            citizen_fen: Some((0, 50_000)),
        },
        holder: Holder::Town,
        source: "委托书〔2026〕1号".to_owned(),
        path: "T".to_owned(),
        from: day("2026-01-01"),
        to: Some(day("2026-12-31")),
        carries_over: String::new(),
        void: None,
        compared: Compared::Before,
    }
}

fn case() -> Case {
    Case::open(Clue {
        id: "case".into(),
        cause: "堵塞安全出口".to_owned(),
        party: Party {
            name: "老街饭店".to_owned(),
            kind: PartyKind::Organisation,
            uscc: "91500000MA5U000000".to_owned(),
            address: "老街 1 号".to_owned(),
            age: None,
        },
        place: "place".into(),
        hazard: None,
        item: "item".into(),
        officers: vec!["a".into(), "b".into()],
        procedure: Procedure::Ordinary,
        ended_on: day("2026-09-01"),
        found_on: day("2026-09-01"),
        harmed: false,
    })
}

fn fine(fen: i64) -> Penalty {
    Penalty { kinds: [PenaltyKind::Fine].into(), fine_fen: fen, large: false, text: "罚款".to_owned() }
}

fn stop() -> Penalty {
    Penalty { kinds: [PenaltyKind::StopBusiness, PenaltyKind::Fine].into(), large: true, ..fine(500_000) }
}

fn notify(penalty: Penalty, hearing: bool) -> Act {
    Act::Notify { penalty, defence_until: day("2026-09-14"), hearing }
}

fn spot(penalty: Penalty) -> Act {
    Act::DecideOnSpot { penalty, heard: true }
}

const MADE: Act = Act::Hear { how: Heard::Made, adopted: false };

/// What the town of the stories has set.
const LARGE: LargeFrom = LargeFrom { citizen_fen: Some(1_000_000), organisation_fen: Some(3_000_000) };

struct Story(Case);

impl Story {
    fn begin() -> Self {
        Self(case())
    }

    fn try_on(&self, on: &str, act: &Act) -> Result<Case, CaseRefusal> {
        self.try_as(on, act, true, false)
    }

    fn try_as(&self, on: &str, act: &Act, lawyer: bool, fined_before: bool) -> Result<Case, CaseRefusal> {
        self.try_with(on, act, (lawyer, fined_before), LARGE)
    }

    fn try_with(
        &self,
        on: &str,
        act: &Act,
        (lawyer, fined_before): (bool, bool),
        large_from: LargeFrom,
    ) -> Result<Case, CaseRefusal> {
        let (calendar, item) = (calendar(), item());
        let on = day(on);
        self.0.clone().take(
            act,
            &Known {
                on,
                today: on,
                calendar: &calendar,
                item: &item,
                by: &"a".into(),
                lawyer,
                fined_before,
                large_from,
                text: "写明，办案规定第二十条",
            },
        )
    }

    fn then(self, on: &str, act: &Act) -> Self {
        let step = act.step();
        match self.try_on(on, act) {
            Ok(case) => Self(case),
            Err(no) => panic!("{} on {on}: {no}", step.code()),
        }
    }

    fn code(&self, on: &str, act: &Act) -> &'static str {
        self.try_on(on, act).expect_err("refused").code()
    }

    fn investigated() -> Self {
        Self::begin()
            .then("2026-09-02", &Act::File)
            .then("2026-09-03", &Act::Investigate { shown: true, two: true })
            .then("2026-09-07", &Act::Report { grounds: BTreeSet::new(), grave: false })
    }

    fn decided() -> Self {
        Self::investigated()
            .then("2026-09-08", &notify(fine(500_000), false))
            .then("2026-09-10", &MADE)
            .then("2026-09-11", &Act::Decide { outcome: Outcome::Punish, penalty: Some(fine(500_000)) })
    }

    fn served() -> Self {
        Self::decided().then("2026-09-14", &Act::Serve { way: "direct".to_owned(), to: "王某".to_owned() })
    }
}

#[test]
fn the_ordinary_procedure_goes_from_the_clue_to_the_closed_file() {
    let paid = Story::served().then("2026-09-20", &Act::Pay { amount_fen: 500_000, how: Paid::Bank });
    let closed = paid.then("2026-09-21", &Act::Close).0;
    assert_eq!(closed.stage, Stage::Closed);
    assert!(closed.offered().is_empty(), "nothing follows");
    assert_eq!(Story(closed).code("2026-09-22", &Act::File), "enforcement.not_now");
}

#[test]
fn no_step_before_the_decision_can_be_left_out() {
    let story = Story::begin();
    assert_eq!(story.code("2026-09-02", &notify(fine(500_000), false)), "enforcement.not_now");
    let filed = story.then("2026-09-02", &Act::File);
    let report = Act::Report { grounds: BTreeSet::new(), grave: true };
    assert_eq!(filed.code("2026-09-03", &report), "enforcement.nothing_investigated");
    assert_eq!(
        filed.code("2026-09-03", &Act::Investigate { shown: false, two: true }),
        "enforcement.not_shown"
    );
    assert_eq!(filed.code("2026-09-03", &Act::Investigate { shown: true, two: false }), "enforcement.alone");
    let kept = filed.then("2026-09-03", &Act::Investigate { shown: true, two: true });
    let kept = kept.then("2026-09-03", &Act::Preserve);
    assert_eq!(kept.code("2026-09-04", &report), "enforcement.still_preserved");
    let told = kept.then("2026-09-04", &Act::Release).then("2026-09-07", &report);
    let decide = Act::Decide { outcome: Outcome::Punish, penalty: Some(fine(500_000)) };
    assert_eq!(told.code("2026-09-07", &decide), "enforcement.not_notified");
    let told = told.then("2026-09-08", &notify(fine(500_000), false));
    assert_eq!(told.code("2026-09-09", &decide), "enforcement.not_heard");
    let silent = Act::Hear { how: Heard::NotMade, adopted: false };
    assert_eq!(told.code("2026-09-14", &silent), "enforcement.defence_running");
    let heard = told.then("2026-09-15", &silent);
    assert_eq!(heard.code("2026-09-15", &decide), "enforcement.not_discussed", "it is grave");
    let alone = Act::Discuss { people: vec!["何镇长".to_owned(), "何镇长".to_owned()] };
    assert_eq!(heard.code("2026-09-15", &alone), "enforcement.discussed_alone");
    let together = Act::Discuss { people: vec!["何镇长".to_owned(), "郑分管".to_owned()] };
    let heard = heard.then("2026-09-15", &together);
    let more = Act::Decide { outcome: Outcome::Punish, penalty: Some(fine(600_000)) };
    assert_eq!(heard.code("2026-09-16", &more), "enforcement.harsher", "art. 45");
    let decided = heard.then("2026-09-16", &decide);
    assert_eq!(decided.code("2026-09-17", &Act::Close), "enforcement.not_now", "it was not served");
}

#[test]
fn a_large_fine_follows_from_the_sum_the_town_set_and_in_doubt_the_hearing_is_told() {
    let told = |fen: i64, large: bool, hearing: bool, set: LargeFrom| {
        let act = notify(Penalty { large, ..fine(fen) }, hearing);
        let taken = Story::investigated().try_with("2026-09-08", &act, (true, false), set);
        taken.map(|case| case.notice.is_some_and(|one| one.penalty.large)).map_err(|no| no.code())
    };
    let unset = LargeFrom::default();
    let only_citizens = LargeFrom { organisation_fen: None, ..LARGE };
    for (fen, large, hearing, set, expected) in [
        // Nobody has to say that it is large, and nobody can say that it is not.
        (3_000_000, false, false, LARGE, Err("enforcement.hearing_not_offered")),
        (3_000_000, false, true, LARGE, Ok(true)),
        (2_999_999, false, false, LARGE, Ok(false)),
        // What is said adds.
        (500_000, true, false, LARGE, Err("enforcement.hearing_not_offered")),
        (500_000, true, true, LARGE, Ok(true)),
        // Nothing set: the hearing is told, whatever the sum.
        (500_000, false, false, unset, Err("enforcement.large_unset")),
        (500_000, true, false, unset, Err("enforcement.large_unset")),
        (500_000, false, true, unset, Ok(true)),
        (500_000, false, false, only_citizens, Err("enforcement.large_unset")),
    ] {
        assert_eq!(told(fen, large, hearing, set), expected, "{fen} {large} {hearing} {set:?}");
    }
    // A stop of business opens one whatever is set; without a fine nothing is in doubt.
    let stop_only = Penalty { kinds: [PenaltyKind::StopBusiness].into(), ..Penalty::default() };
    let warning = Penalty { kinds: [PenaltyKind::Warning].into(), ..Penalty::default() };
    let say = |penalty: &Penalty| LargeFrom::default().judged(penalty, PartyKind::Organisation);
    assert!(say(&stop_only).opens_hearing() && !say(&stop_only).large);
    assert!(!say(&warning).opens_hearing());
    // The town lowered its sum after the notice: nothing is decided before the party is told anew.
    let heard =
        Story::investigated().then("2026-09-08", &notify(fine(500_000), false)).then("2026-09-10", &MADE);
    let decide = Act::Decide { outcome: Outcome::Punish, penalty: Some(fine(500_000)) };
    let lower = LargeFrom { organisation_fen: Some(500_000), ..LARGE };
    let refused = heard.try_with("2026-09-11", &decide, (true, false), lower).map_err(|no| no.code());
    assert_eq!(refused.err(), Some("enforcement.hearing_not_offered"));
    assert!(heard.try_on("2026-09-11", &decide).is_ok());
}

#[test]
fn on_the_spot_no_fine_is_large_unless_the_town_or_the_officer_says_so() {
    let mut small = case();
    small.procedure = Procedure::Summary;
    small.party.kind = PartyKind::Citizen;
    let small = Story(small);
    let none = LargeFrom::default();
    let low = LargeFrom { citizen_fen: Some(10_000), ..none };
    let code = |fen: i64, large: bool, set: LargeFrom| {
        let act = spot(Penalty { large, ..fine(fen) });
        small.try_with("2026-09-02", &act, (true, false), set).map(|_| ()).map_err(|no| no.code())
    };
    assert_eq!(code(20_000, false, none), Ok(()), "the spot does not wait for the town's number");
    assert_eq!(code(9_999, false, low), Ok(()));
    assert_eq!(code(10_000, false, low), Err("enforcement.spot_large"));
    assert_eq!(code(5_000, true, none), Err("enforcement.spot_large"));
}

#[test]
fn a_case_waits_for_the_head_or_the_reviewer_when_it_is_their_turn_and_for_nobody_else() {
    let calendar = calendar();
    let awaited = |story: &Story, on: &str| story.0.awaited(day(on), &calendar);
    let story = Story::begin();
    assert_eq!(awaited(&story, "2026-09-02"), Some(Step::File));
    assert_eq!(awaited(&story, "2029-09-02"), Some(Step::File), "found in time");
    let story = story.then("2026-09-02", &Act::File);
    assert_eq!(awaited(&story, "2026-09-03"), None, "the officers investigate");
    let claimed = Story(story.0.clone()).then("2026-09-03", &Act::ClaimRecusal { officer: "a".into() });
    assert_eq!(awaited(&claimed, "2026-09-03"), Some(Step::DecideRecusal));
    let report = Act::Report { grounds: [ReviewGround::Complex].into(), grave: true };
    let story = story
        .then("2026-09-03", &Act::Investigate { shown: true, two: true })
        .then("2026-09-07", &report)
        .then("2026-09-08", &notify(fine(500_000), false));
    assert_eq!(awaited(&story, "2026-09-10"), None, "the party speaks");
    let story = story.then("2026-09-10", &MADE);
    assert_eq!(awaited(&story, "2026-09-10"), Some(Step::Review));
    let sent_back =
        Story(story.0.clone()).then("2026-09-10", &Act::Review { passed: false, experienced: true });
    assert_eq!(awaited(&sent_back, "2026-09-10"), None, "the officers mend it");
    let story = story.then("2026-09-10", &Act::Review { passed: true, experienced: true });
    assert_eq!(awaited(&story, "2026-09-10"), Some(Step::Discuss));
    let people = vec!["何镇长".to_owned(), "郑分管".to_owned()];
    let story = story.then("2026-09-10", &Act::Discuss { people });
    assert_eq!(awaited(&story, "2026-09-10"), Some(Step::Decide));
    let decide = Act::Decide { outcome: Outcome::Punish, penalty: Some(fine(500_000)) };
    let story = story.then("2026-09-11", &decide);
    assert_eq!(awaited(&story, "2026-09-11"), None);
    let mut spot = case();
    spot.procedure = Procedure::Summary;
    assert_eq!(awaited(&Story(spot), "2026-09-02"), None, "on the spot nobody is asked");
}

#[test]
fn a_heavy_penalty_opens_a_hearing_with_its_own_clocks_and_a_review() {
    let told = Story::investigated();
    let notify = |hearing| Act::Notify { penalty: stop(), defence_until: day("2026-10-08"), hearing };
    assert_eq!(told.code("2026-09-29", &notify(false)), "enforcement.hearing_not_offered");
    let told = told.then("2026-09-29", &notify(true)).then("2026-09-30", &MADE);
    let decide = Act::Decide { outcome: Outcome::Punish, penalty: Some(stop()) };
    // Five working days across National Day: 30 Sep, 8, 9, 10 (worked), 12 Oct.
    assert_eq!(
        told.try_on("2026-10-12", &decide),
        Err(CaseRefusal::HearingRunning { until: day("2026-10-12") })
    );
    assert_eq!(told.code("2026-10-13", &Act::AskHearing), "enforcement.hearing_too_late");
    let unasked = Story(told.0.clone()).then("2026-10-13", &decide);
    assert_eq!(unasked.0.stage, Stage::Decided, "who does not ask in time has none");
    let waived = Story(told.0.clone()).then("2026-09-30", &Act::WaiveHearing);
    assert!(waived.try_on("2026-10-08", &decide).is_ok());

    let asked = told.then("2026-10-12", &Act::AskHearing);
    assert_eq!(asked.code("2026-10-13", &decide), "enforcement.hearing_due");
    let call = |on: &str, chair: &str| Act::CallHearing { on: day(on), chair: chair.into() };
    assert_eq!(
        asked.try_on("2026-10-13", &call("2026-10-22", "c")),
        Err(CaseRefusal::HearingTooSoon { earliest: day("2026-10-23") })
    );
    assert_eq!(asked.code("2026-10-13", &call("2026-10-23", "a")), "enforcement.chair_investigated");
    let called = asked.then("2026-10-13", &call("2026-10-23", "c"));
    assert_eq!(called.code("2026-10-22", &Act::HoldHearing), "enforcement.hearing_not_yet");
    let held = called.then("2026-10-23", &Act::HoldHearing);
    assert_eq!(held.code("2026-10-23", &decide), "enforcement.not_reviewed", "art. 58");
    let review = |passed, experienced| Act::Review { passed, experienced };
    let unqualified = held.try_as("2026-10-23", &review(true, false), false, false);
    assert_eq!(unqualified, Err(CaseRefusal::ReviewerUnqualified));
    let failed = held.then("2026-10-23", &review(false, true));
    assert_eq!(failed.code("2026-10-23", &decide), "enforcement.not_reviewed");
    let passed = failed.then("2026-10-23", &review(true, true));
    assert_eq!(passed.then("2026-10-23", &decide).0.stage, Stage::Decided);
}

#[test]
fn ninety_days_stand_still_only_for_a_reason() {
    let told = Story::investigated().then("2026-09-08", &notify(fine(500_000), false));
    let told = told.then("2026-09-10", &MADE);
    let decide = Act::Decide { outcome: Outcome::Punish, penalty: Some(fine(500_000)) };
    assert!(told.try_on("2026-12-01", &decide).is_ok(), "the ninetieth day");
    assert_eq!(told.try_on("2026-12-02", &decide), Err(CaseRefusal::DecisionLate { due: day("2026-12-01") }));
    let paused = Story(told.0.clone()).then("2026-09-11", &Act::Pause);
    assert_eq!(paused.code("2026-09-15", &decide), "enforcement.paused");
    let on = paused.then("2026-09-21", &Act::Resume);
    assert!(on.try_on("2026-12-11", &decide).is_ok());
    assert_eq!(on.code("2026-12-12", &decide), "enforcement.decision_late");
    let extend = Act::Extend { until: day("2026-12-20") };
    assert_eq!(told.code("2026-12-02", &extend), "enforcement.extended_late");
    assert!(told.then("2026-12-01", &extend).try_on("2026-12-20", &decide).is_ok());
}

#[test]
fn what_is_too_long_ago_too_young_or_fined_before_is_not_punished() {
    let mut old = case();
    old.ended_on = day("2024-08-31");
    let refused = Story(old.clone()).try_on("2026-09-02", &Act::File);
    assert_eq!(refused, Err(CaseRefusal::TimeBarred { ended_on: day("2024-08-31"), years: 2 }));
    old.harmed = true;
    assert!(Story(old).try_on("2026-09-02", &Act::File).is_ok(), "five years with harm");
    let mut edge = case();
    edge.ended_on = day("2024-09-01");
    assert!(Story(edge).try_on("2026-09-02", &Act::File).is_ok(), "found on the last day");

    let mut child = Story::investigated().0;
    child.party = Party { kind: PartyKind::Citizen, age: Some(13), ..child.party };
    let warn = Penalty { kinds: [PenaltyKind::Warning].into(), ..Penalty::default() };
    assert_eq!(
        Story(child.clone()).code("2026-09-08", &notify(warn.clone(), false)),
        "enforcement.under_age"
    );
    child.party.age = Some(14);
    assert!(Story(child).try_on("2026-09-08", &notify(warn.clone(), false)).is_ok());

    let story = Story::investigated();
    let again = |act: &Act| story.try_as("2026-09-08", act, true, true);
    assert_eq!(again(&notify(fine(500_000), false)), Err(CaseRefusal::FinedBefore));
    assert!(again(&notify(warn, false)).is_ok(), "art. 29 is about fines");
}

#[test]
fn a_penalty_keeps_to_the_article() {
    let story = Story::investigated();
    for (penalty, code) in [
        (fine(499_999), "enforcement.out_of_range"),
        (fine(5_000_001), "enforcement.out_of_range"),
        (fine(0), "enforcement.no_penalty"),
        (Penalty::default(), "enforcement.no_penalty"),
        (
            Penalty { kinds: [PenaltyKind::Confiscate].into(), ..Penalty::default() },
            "enforcement.out_of_range",
        ),
        (
            Penalty { kinds: [PenaltyKind::Warning].into(), fine_fen: 500_000, ..Penalty::default() },
            "enforcement.no_penalty",
        ),
    ] {
        assert_eq!(story.code("2026-09-08", &notify(penalty.clone(), true)), code, "{penalty:?}");
    }
    assert!(story.try_on("2026-09-08", &notify(fine(5_000_000), true)).is_ok());
}

#[test]
fn the_summary_procedure_is_for_small_things_and_still_hears_the_party() {
    let mut small = case();
    small.procedure = Procedure::Summary;
    small.party.kind = PartyKind::Citizen;
    let small = Story(small);
    assert_eq!(small.code("2026-09-02", &Act::File), "enforcement.not_now");
    assert_eq!(small.code("2026-09-02", &spot(fine(20_001))), "enforcement.not_summary");
    let unheard = Act::DecideOnSpot { penalty: fine(10_000), heard: false };
    assert_eq!(small.code("2026-09-02", &unheard), "enforcement.spot_not_heard");
    let done = small.then("2026-09-02", &spot(fine(10_000)));
    assert_eq!((done.0.stage, done.0.served_on), (Stage::Served, Some(day("2026-09-02"))));
    let done = done.then("2026-09-02", &Act::Pay { amount_fen: 10_000, how: Paid::SpotSmall });
    assert_eq!(done.code("2026-09-03", &Act::Close), "enforcement.not_handed_in");
    let done = done.then("2026-09-03", &Act::HandIn);
    assert_eq!(done.code("2026-09-03", &Act::Close), "enforcement.not_reported");
    assert_eq!(
        done.then("2026-09-03", &Act::ReportSpot).then("2026-09-03", &Act::Close).0.stage,
        Stage::Closed
    );

    let mut larger = case();
    larger.procedure = Procedure::Summary;
    larger.party.kind = PartyKind::Citizen;
    let larger = Story(larger).then("2026-09-02", &spot(fine(20_000)));
    let pay = |how| Act::Pay { amount_fen: 20_000, how };
    assert_eq!(larger.code("2026-09-02", &pay(Paid::SpotSmall)), "enforcement.no_spot_collection");
    assert!(larger.try_on("2026-09-02", &pay(Paid::SpotRemote)).is_ok());
}

#[test]
fn what_is_no_small_thing_after_all_goes_on_by_the_ordinary_procedure() {
    let mut small = case();
    small.procedure = Procedure::Summary;
    small.party.kind = PartyKind::Citizen;
    assert_eq!(Story(small.clone()).code("2026-09-02", &spot(fine(20_001))), "enforcement.not_summary");
    let ordinary = Story(small.clone()).then("2026-09-02", &Act::Convert);
    assert_eq!((ordinary.0.procedure, ordinary.0.stage), (Procedure::Ordinary, Stage::Clue));
    // Once, and nothing of the ordinary procedure is spared it.
    assert_eq!(ordinary.code("2026-09-02", &Act::Convert), "enforcement.ordinary_already");
    assert_eq!(ordinary.code("2026-09-02", &spot(fine(10_000))), "enforcement.not_now");
    let filed = ordinary.then("2026-09-02", &Act::File);
    assert_eq!((filed.0.stage, filed.0.filed_on), (Stage::Filed, Some(day("2026-09-02"))));
    assert_eq!(filed.code("2026-09-02", &Act::Convert), "enforcement.ordinary_already");
    // What was decided on the spot is decided: the same act is not punished a second time by the other way.
    let decided = Story(small).then("2026-09-02", &spot(fine(10_000)));
    let no = decided.try_on("2026-09-02", &Act::Convert).expect_err("decided");
    assert_eq!(no.code(), "enforcement.spot_decided");
    assert!(no.to_string().contains("行政处罚法第五十一条"), "{no}");
}

#[test]
fn a_party_that_takes_its_request_back_or_stays_away_gave_the_hearing_up() {
    let told = Story::investigated().then("2026-09-08", &notify(stop(), true)).then("2026-09-09", &MADE);
    let end = |absent| Act::EndHearing { absent };
    assert_eq!(told.code("2026-09-09", &end(false)), "enforcement.not_now", "nobody asked for one");
    let asked = told.then("2026-09-10", &Act::AskHearing);
    let decide = Act::Decide { outcome: Outcome::Punish, penalty: Some(stop()) };
    assert_eq!(asked.code("2026-09-20", &decide), "enforcement.hearing_due");
    assert_eq!(asked.code("2026-09-11", &end(true)), "enforcement.hearing_not_called");
    let back = Story(asked.0.clone()).then("2026-09-11", &end(false));
    assert!(back.try_on("2026-09-20", &decide).is_ok());
    let called = asked.then("2026-09-11", &Act::CallHearing { on: day("2026-09-28"), chair: "c".into() });
    assert_eq!(
        called.try_on("2026-09-27", &end(true)),
        Err(CaseRefusal::HearingNotYet { on: day("2026-09-28") })
    );
    let away = called.then("2026-09-28", &end(true));
    assert_eq!(away.0.hearing, Some(Hearing::Waived));
    assert!(!away.0.needs_review(), "it did not go through a hearing");
    assert!(away.try_on("2026-09-28", &decide).is_ok());
}

#[test]
fn who_is_related_stands_back_and_does_not_come_back() {
    let claim = Act::ClaimRecusal { officer: "a".into() };
    let story = Story::begin().then("2026-09-02", &Act::File).then("2026-09-02", &claim);
    let story = story.then("2026-09-03", &Act::Investigate { shown: true, two: true });
    let report = Act::Report { grounds: BTreeSet::new(), grave: false };
    assert_eq!(
        story.code("2026-09-03", &report),
        "enforcement.recusal_open",
        "asking goes on, deciding does not"
    );
    let granted = |who: &str| Act::DecideRecusal { granted: true, replacement: Some(who.into()) };
    assert_eq!(story.code("2026-09-03", &granted("b")), "enforcement.two_officers");
    let story = story.then("2026-09-03", &granted("c"));
    assert_eq!(story.0.officers, vec![PersonId::from("b"), "c".into()]);
    let story = story.then("2026-09-03", &Act::ClaimRecusal { officer: "c".into() });
    assert_eq!(story.code("2026-09-03", &granted("a")), "enforcement.recused_before");
    let refused = Act::DecideRecusal { granted: false, replacement: None };
    assert!(story.then("2026-09-03", &refused).try_on("2026-09-04", &report).is_ok());
}
