//! Stories of cases, a table of what every stage offers, and who may act.

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
fn an_unpaid_fine_goes_to_court_only_when_every_period_is_over() {
    let served = Story::served();
    assert_eq!(
        served.try_on("2026-09-29", &Act::Demand),
        Err(CaseRefusal::PaymentRunning { due: day("2026-09-29") })
    );
    assert_eq!(served.code("2026-09-30", &Act::Apply), "enforcement.not_demanded");
    assert_eq!(served.code("2026-09-30", &Act::Close), "enforcement.unperformed");
    let demanded = Story(served.0.clone()).then("2026-09-30", &Act::Demand);
    // Ten working days after 30 September: 8, 9, 10, 12–16, 19, 20 October.
    assert_eq!(
        demanded.try_on("2026-10-20", &Act::Apply),
        Err(CaseRefusal::DemandRunning { earliest: day("2026-10-21") })
    );
    // Six months end on a Sunday, 14 March 2027, and so on the Monday after it.
    assert_eq!(
        demanded.try_on("2026-10-21", &Act::Apply),
        Err(CaseRefusal::RemedyRunning { until: day("2027-03-15") })
    );
    assert!(demanded.try_on("2027-06-15", &Act::Apply).is_ok());
    assert_eq!(
        demanded.try_on("2027-06-16", &Act::Apply),
        Err(CaseRefusal::CourtTooLate { until: day("2027-06-15") })
    );
    let executed = demanded.then("2027-03-16", &Act::Apply).then("2027-05-01", &Act::Execute);
    assert_eq!(executed.then("2027-05-02", &Act::Close).0.stage, Stage::Closed);

    let later = served.then("2026-09-28", &Act::Defer { until: day("2026-12-31") });
    assert_eq!(later.code("2026-12-31", &Act::Demand), "enforcement.payment_running");
}

fn ended(ending: Ending) -> Act {
    Act::EndContest { ending, penalty: None }
}

#[test]
fn three_months_for_the_court_run_from_the_end_of_a_deferral() {
    // Paid off in instalments until the end of September 2027, long after every remedy was over.
    let story = Story::served().then("2026-09-28", &Act::Defer { until: day("2027-09-30") });
    let demanded = story.then("2027-10-08", &Act::Demand);
    // Counted from 15 March it would have been over in June.
    assert!(demanded.try_on("2027-12-30", &Act::Apply).is_ok());
    assert_eq!(
        demanded.try_on("2027-12-31", &Act::Apply),
        Err(CaseRefusal::CourtTooLate { until: day("2027-12-30") })
    );
    let clocks = demanded.0.clocks(&[], day("2027-10-09"), &calendar()).expect("in range");
    let court = clocks.iter().find(|one| one.clock == Clock::CourtApplication).expect("it runs");
    assert_eq!((court.from, court.due), (day("2027-09-30"), day("2027-12-30")));
    // Put off after the demand, it waits as well.
    let again = Story::served().then("2026-09-30", &Act::Demand);
    let again = again.then("2026-10-09", &Act::Defer { until: day("2027-04-30") });
    assert_eq!(
        again.try_on("2027-03-16", &Act::Apply),
        Err(CaseRefusal::PaymentRunning { due: day("2027-04-30") })
    );
}

#[test]
fn who_loses_the_review_has_fifteen_days_for_a_suit() {
    let served = Story::served();
    let review = Story(served.0.clone()).then("2026-09-20", &Act::Contest { court: false });
    assert_eq!(review.code("2026-10-08", &Act::Demand), "enforcement.contested");
    assert_eq!(review.code("2026-10-08", &Act::Contest { court: true }), "enforcement.not_now");
    let lost = Story(review.0.clone()).then("2026-11-02", &ended(Ending::SetAside));
    assert_eq!(lost.0.stage, Stage::Withdrawn, "a decision set aside is no longer one");

    // Fifteen days after Saturday's receipt end on a Sunday, and so on Monday.
    let upheld = Story(review.0.clone()).then("2026-10-31", &ended(Ending::Upheld));
    assert_eq!(upheld.code("2026-11-02", &Act::Contest { court: false }), "enforcement.reviewed_once");
    let demanded = Story(upheld.0.clone()).then("2026-10-31", &Act::Demand);
    assert_eq!(
        demanded.try_on("2026-11-16", &Act::Apply),
        Err(CaseRefusal::RemedyRunning { until: day("2026-11-16") })
    );
    assert!(demanded.try_on("2026-11-17", &Act::Apply).is_ok());
    let clocks = demanded.0.clocks(&[], day("2026-11-03"), &calendar()).expect("in range");
    let suit = clocks.iter().find(|one| one.clock == Clock::LitigationAfterReview).expect("it runs");
    assert_eq!((suit.from, suit.due, suit.done), (day("2026-10-31"), day("2026-11-16"), None));

    let sued = upheld.then("2026-11-10", &Act::Contest { court: true });
    assert_eq!(sued.code("2026-12-01", &Act::Close), "enforcement.contested");
    let over = sued.then("2027-02-01", &ended(Ending::Upheld));
    assert_eq!(
        over.code("2027-02-02", &Act::Contest { court: true }),
        "enforcement.not_now",
        "no third time"
    );
    assert!(over.then("2027-02-02", &Act::Demand).try_on("2027-03-01", &Act::Apply).is_ok());

    // Taken back, the six months that ran all along are still the party's.
    let back = review.then("2026-10-09", &ended(Ending::Withdrawn)).then("2026-10-09", &Act::Demand);
    assert_eq!(
        back.try_on("2026-11-02", &Act::Apply),
        Err(CaseRefusal::RemedyRunning { until: day("2027-03-15") })
    );
}

#[test]
fn a_penalty_changed_by_the_review_is_the_one_that_is_paid() {
    let review = Story::served().then("2026-09-20", &Act::Contest { court: false });
    let changed = |penalty| Act::EndContest { ending: Ending::Changed, penalty };
    assert_eq!(review.code("2026-11-02", &changed(None)), "enforcement.no_penalty");
    let changed = review.then("2026-11-02", &changed(Some(fine(300_000))));
    assert_eq!((changed.0.owed_fen(), changed.0.stage), (300_000, Stage::Served));
    let all = Act::Pay { amount_fen: 300_000, how: Paid::Bank };
    let late = changed.then("2026-11-02", &all).0.grown_fen(day("2026-11-02"), &calendar());
    assert_eq!(late, Ok(0), "the review was open since before the fine was due");
}

#[test]
fn what_was_kept_when_there_was_one_contest_is_still_read() {
    let mut old = serde_json::to_value(Story::served().0).expect("a case is JSON");
    let fields = old.as_object_mut().expect("an object");
    fields.remove("contests");
    fields.remove("payments");
    fields.remove("late_paid_fen");
    fields.insert("contested".to_owned(), serde_json::json!(["2026-09-20", "2026-11-02"]));
    let read: Case = serde_json::from_value(old.clone()).expect("it is read");
    let one =
        Contest { court: false, on: day("2026-09-20"), ended: Some((day("2026-11-02"), Ending::Upheld)) };
    assert_eq!(read.contests, vec![one]);
    let again: Case = serde_json::from_value(serde_json::to_value(&read).expect("JSON")).expect("read");
    assert_eq!(again, read);
    old["contested"] = serde_json::Value::Null;
    assert_eq!(serde_json::from_value::<Case>(old).expect("it is read").contests, Vec::new());
    let ending = |upheld: bool| {
        serde_json::from_value::<Act>(serde_json::json!({ "step": "end_contest", "upheld": upheld }))
    };
    assert_eq!(ending(false).expect("read"), ended(Ending::SetAside));
    assert_eq!(ending(true).expect("read"), ended(Ending::Upheld));
    let act = ended(Ending::Withdrawn);
    let written = serde_json::to_value(&act).expect("JSON");
    assert_eq!(serde_json::from_value::<Act>(written).expect("read"), act);
}

#[test]
fn a_late_fine_grows_by_three_percent_a_day_stands_still_in_review_and_never_beyond_the_fine() {
    let calendar = calendar();
    let served = Story::served();
    let grown = |case: &Case, on: &str| case.grown_fen(day(on), &calendar).expect("in range");
    let of = |on: &str| grown(&served.0, on);
    // Due on 29 September.
    assert_eq!([of("2026-09-28"), of("2026-09-29"), of("2026-09-30")], [0, 0, 15_000]);
    assert_eq!([of("2026-11-01"), of("2026-11-02"), of("2030-01-01")], [495_000, 500_000, 500_000]);
    assert_eq!(served.code("2026-09-29", &Act::PayLate { amount_fen: 1 }), "enforcement.nothing_late");

    // Principal paid on the second day: what it had grown by stays owed, and is paid apart.
    let paid = Story(served.0.clone()).then("2026-10-01", &Act::Pay { amount_fen: 500_000, how: Paid::Bank });
    assert_eq!((paid.0.owed_fen(), grown(&paid.0, "2026-12-01")), (0, 30_000));
    let late = |amount_fen| Act::PayLate { amount_fen };
    assert_eq!(paid.try_on("2026-10-08", &late(30_001)), Err(CaseRefusal::WrongAmount { owed_fen: 30_000 }));
    let half = Story(paid.0.clone()).then("2026-10-08", &late(10_000));
    assert_eq!(half.0.late_owed_fen(day("2026-10-09"), &calendar), Ok(20_000));
    assert_eq!(half.0.owed_fen(), 0, "one does not pay for the other");
    let done = half.then("2026-10-09", &late(20_000));
    assert_eq!(done.code("2026-10-09", &late(1)), "enforcement.nothing_late");
    assert_eq!(done.then("2026-10-09", &Act::Close).0.stage, Stage::Closed);

    // Part of the fine paid: the rest grows on.
    let part = Story(served.0.clone()).then("2026-09-30", &Act::Pay { amount_fen: 400_000, how: Paid::Bank });
    assert_eq!(grown(&part.0, "2026-10-02"), 15_000 + 2 * 3_000);

    // Days of a review do not count, those before and after it do.
    let review = Story(served.0.clone()).then("2026-09-30", &Act::Contest { court: false });
    assert_eq!(grown(&review.0, "2026-12-01"), 0);
    let over = review.then("2026-11-02", &ended(Ending::Upheld));
    assert_eq!([grown(&over.0, "2026-11-02"), grown(&over.0, "2026-11-04")], [0, 30_000]);
    // Put off, it is late from then.
    let later = served.then("2026-09-28", &Act::Defer { until: day("2026-12-31") });
    assert_eq!([grown(&later.0, "2026-12-31"), grown(&later.0, "2027-01-01")], [0, 15_000]);
}

#[test]
fn a_public_notice_serves_after_thirty_days() {
    let notice =
        Act::Serve { way: "public_notice".to_owned(), to: "区政府网站、镇公告栏".to_owned() };
    let hung = Story::decided().then("2026-09-14", &notice);
    assert_eq!((hung.0.stage, hung.0.served_on), (Stage::Served, Some(day("2026-10-14"))));
    assert_eq!(
        hung.try_on("2026-10-13", &Act::Demand),
        Err(CaseRefusal::NoticeHangs { until: day("2026-10-14") })
    );
    assert_eq!(
        hung.try_on("2026-10-20", &Act::Demand),
        Err(CaseRefusal::PaymentRunning { due: day("2026-10-29") }),
        "fifteen days from then"
    );
    assert!(hung.try_on("2026-10-30", &Act::Demand).is_ok());
}

#[test]
fn without_a_fine_there_is_no_time_to_pay() {
    let mut stopped = Story::served().0;
    let only = Penalty { kinds: [PenaltyKind::StopBusiness].into(), ..Penalty::default() };
    stopped.decision = Some(Decision { on: day("2026-09-11"), outcome: Outcome::Punish, penalty: only });
    let stopped = Story(stopped);
    assert!(stopped.try_on("2026-09-15", &Act::Demand).is_ok(), "nothing is to be paid, so nothing waits");
    assert_eq!(stopped.0.grown_fen(day("2027-01-01"), &calendar()), Ok(0));
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

#[test]
fn two_officers_with_certificate_and_training_under_an_item_in_force() {
    let card = |person: &str, kind, until: &str| Certificate {
        id: "c".into(),
        person: person.into(),
        kind,
        number: "1".to_owned(),
        issuer: "区".to_owned(),
        issued_on: day("2025-01-01"),
        expires_on: Some(day(until)),
        scope: String::new(),
        revoked: None,
    };
    let officer = |person: &str, until: &str| Proof {
        person: person.into(),
        name: format!("{person}某"),
        held: vec![card(person, CertificateKind::EnforcementCert, until)],
        gate: Ok(()),
    };
    let (a, b) = (officer("a", "2027-01-01"), officer("b", "2026-10-01"));
    let on = day("2026-10-01");
    let may =
        |officers: &[Proof], item: &AuthorityItem, path: &str, on| may_act(officers, item, path, None, on);
    assert_eq!(may(&[a.clone(), b.clone()], &item(), "T/V", on), Ok(()));
    assert_eq!(may(std::slice::from_ref(&a), &item(), "T", on), Err(CaseRefusal::TwoOfficers));
    assert_eq!(may(&[a.clone(), a.clone()], &item(), "T", on), Err(CaseRefusal::TwoOfficers));
    let late = may(&[a.clone(), b.clone()], &item(), "T", day("2026-10-02")).expect_err("b's ran out");
    assert!(late.to_string().contains("b某") && late.to_string().contains("2026-10-01"), "{late}");
    let untrained = Proof { gate: Err(GateRefusal::Untrained), ..b.clone() };
    assert_eq!(
        may(&[a.clone(), untrained], &item(), "T", on).map_err(|no| no.code()),
        Err("enforcement.untrained")
    );
    let both = [a, officer("b", "2030-01-01")];
    let code =
        |item: &AuthorityItem, path: &str, on: &str| may(&both, item, path, day(on)).map_err(|no| no.code());
    assert_eq!(code(&item(), "T", "2026-12-31"), Ok(()), "the last day of a delegation");
    assert_eq!(code(&item(), "T", "2027-01-01"), Err("enforcement.item_expired"), "yesterday it still was");
    assert_eq!(code(&item(), "T", "2025-12-31"), Err("enforcement.item_not_yet"));
    assert_eq!(
        code(&item(), "TX", "2026-10-01"),
        Err("enforcement.item_elsewhere"),
        "a longer code is another"
    );
    let police = AuthorityItem { holder: Holder::Police, ..item() };
    assert_eq!(code(&police, "T", "2026-10-01"), Err("enforcement.uncertified"), "its own certificate");
    let check = AuthorityItem { power: Power::Inspect, ..item() };
    assert_eq!(code(&check, "T", "2026-10-01"), Err("enforcement.item_not_penal"));
    let void = AuthorityItem { void: Some("登记有误".to_owned()), ..item() };
    assert_eq!(code(&void, "T", "2026-10-01"), Err("enforcement.item_voided"));
    // A list that was replaced lets the town finish what it had begun, if a paper says so.
    let replaced = AuthorityItem { carries_over: "渝府办发〔2025〕28号".to_owned(), ..item() };
    let after = day("2027-01-01");
    assert_eq!(replaced.carries("T", Some(day("2026-12-31")), after), Ok(()));
    assert!([Some(after), None].into_iter().all(|filed| replaced.carries("T", filed, after).is_err()));
}

#[test]
fn an_order_rests_on_an_item_in_force_and_on_two_officers() {
    let card = |person: &str| Certificate {
        id: "c".into(),
        person: person.into(),
        kind: CertificateKind::EnforcementCert,
        number: "1".to_owned(),
        issuer: "区".to_owned(),
        issued_on: day("2025-01-01"),
        expires_on: Some(day("2029-01-01")),
        scope: String::new(),
        revoked: None,
    };
    let officer = |person: &str| Proof {
        person: person.into(),
        name: format!("{person}某"),
        held: vec![card(person)],
        gate: Ok(()),
    };
    let both = [officer("a"), officer("b")];
    let code = |item: &AuthorityItem, path: &str, on: &str| {
        may_order(&both, item, path, day(on)).map_err(|no| no.code())
    };
    for power in [Power::Inspect, Power::Punish] {
        assert_eq!(code(&AuthorityItem { power, ..item() }, "T/V", "2026-12-31"), Ok(()), "{}", power.code());
    }
    let compel = AuthorityItem { power: Power::Compel, ..item() };
    assert_eq!(code(&compel, "T", "2026-10-01"), Err("enforcement.item_not_order"));
    assert_eq!(code(&item(), "T", "2027-01-01"), Err("enforcement.item_expired"), "it ended yesterday");
    // A paper that lets cases be finished gives no power to order anew.
    let replaced = AuthorityItem { carries_over: "渝府办发〔2025〕28号".to_owned(), ..item() };
    assert_eq!(code(&replaced, "T", "2027-01-01"), Err("enforcement.item_expired"));
    assert_eq!(code(&item(), "TX", "2026-10-01"), Err("enforcement.item_elsewhere"));
    let alone = may_order(&both[..1], &item(), "T", day("2026-10-01"));
    assert_eq!(alone, Err(CaseRefusal::TwoToOrder));
    let bare = Proof { held: Vec::new(), ..officer("b") };
    let lacking = may_order(&[officer("a"), bare], &item(), "T", day("2026-10-01"));
    assert_eq!(lacking.map_err(|no| no.code()), Err("enforcement.uncertified"));
}

#[test]
fn an_item_without_a_paper_or_by_nobody_is_none() {
    assert!(item().check().is_ok());
    let no = |item: AuthorityItem| item.check().map_err(|no| no.code());
    assert_eq!(no(AuthorityItem { source: " ".to_owned(), ..item() }), Err("enforcement.missing"));
    assert_eq!(no(AuthorityItem { delegator: String::new(), ..item() }), Err("enforcement.missing"));
    assert_eq!(
        no(AuthorityItem { to: Some(day("2025-12-31")), ..item() }),
        Err("enforcement.item_backwards")
    );
}

/// Whatever a page offers is checked by the same rule that saving asks, and every step belongs somewhere.
#[test]
fn every_step_is_offered_somewhere_and_each_hand_has_its_own() {
    let calendar = calendar();
    let mut summary = case();
    summary.procedure = Procedure::Summary;
    let hearing = Story::investigated().then("2026-09-08", &notify(stop(), true));
    let asked = Story(hearing.0.clone()).then("2026-09-09", &Act::AskHearing);
    let called = Story(asked.0.clone())
        .then("2026-09-09", &Act::CallHearing { on: day("2026-09-28"), chair: "c".into() });
    let filed = Story::begin().then("2026-09-02", &Act::File);
    let kept = Story(filed.0.clone()).then("2026-09-02", &Act::Preserve);
    let paused = Story(filed.0.clone()).then("2026-09-02", &Act::Pause);
    let claimed = Story(filed.0.clone()).then("2026-09-02", &Act::ClaimRecusal { officer: "a".into() });
    let served = Story::served().0;
    let on_spot = Case { procedure: Procedure::Summary, ..served.clone() };
    let fined = Case {
        in_hand_since: Some(day("2026-09-15")),
        applied_on: Some(day("2026-12-15")),
        ..served.clone()
    };
    let mut more = served.clone();
    if let Some(decision) = &mut more.decision {
        decision.penalty = stop();
    }
    let contested = Story(served).then("2026-09-16", &Act::Contest { court: false });
    let stages = [
        case(),
        summary,
        filed.0,
        kept.0,
        paused.0,
        claimed.0,
        Story::investigated().0,
        hearing.0,
        asked.0,
        called.0,
        Story::decided().0,
        Story::served().0,
        fined,
        more,
        contested.0,
    ];
    let offered: BTreeSet<Step> = stages.iter().chain([&on_spot]).flat_map(Case::offered).collect();
    // Opening a case is offered where there is none yet.
    let missing: Vec<&str> = Step::ALL
        .iter()
        .filter(|step| **step != Step::Open && !offered.contains(step))
        .map(|step| step.code())
        .collect();
    assert_eq!(missing, [""; 0]);
    for case in &stages {
        for step in Step::ALL.iter().filter(|step| !case.offered().contains(step)) {
            let on = case.last_on;
            // The refusal of this one says which procedure it is already.
            if *step == Step::Convert && case.procedure == Procedure::Ordinary {
                assert_eq!(case.check(*step, on, on, &calendar), Err(CaseRefusal::OrdinaryAlready));
                continue;
            }
            assert_eq!(
                case.check(*step, on, on, &calendar),
                Err(CaseRefusal::NotNow { step: *step, stage: case.stage }),
                "{} in {}",
                step.code(),
                case.stage.code()
            );
        }
    }
    assert_eq!((Step::Decide.hand(), Step::Review.hand()), (Hand::Head, Hand::Reviewer));
    assert_eq!(Clock::Decision.limit().unit, Unit::Calendar);
}

#[test]
fn the_page_shows_which_clock_runs() {
    let served = Story::served().0;
    let event = |seq, act: Act, on: &str| Event {
        seq,
        act,
        on: day(on),
        recorded_at: Timestamp(0),
        by: "a".into(),
        document_no: String::new(),
        paper: None,
        outside: Vec::new(),
        text: String::new(),
        stage: Stage::Served,
    };
    let events = [event(1, Act::Serve { way: "direct".to_owned(), to: "王某".to_owned() }, "2026-09-14")];
    let clocks = served.clocks(&events, day("2026-09-15"), &calendar()).expect("in range");
    let due = |clock| clocks.iter().find(|one| one.clock == clock).map(|one| (one.due, one.done));
    assert_eq!(due(Clock::Payment), Some((day("2026-09-29"), None)));
    assert_eq!(due(Clock::Decision), Some((day("2026-12-01"), Some(day("2026-09-11")))));
    assert_eq!(due(Clock::Litigation), Some((day("2027-03-15"), None)));
    assert_eq!(due(Clock::HearingRequest), None, "no hearing was offered");
}
