//! Fulfilment told on small towns: windows, late work, waivers, what was known on a day.

mod counted;
mod entry;

use chrono::Days;
use proptest::prelude::*;

use super::*;
use crate::{
    period::{self, Period, Unit},
    plan::{
        Basis, COUNTED_FROM, Clause, Need, Number, Parameter, Rhythm, Section, Selector, SubjectKind,
        Trigger, Value,
    },
    time::parse_date,
};

fn date(text: &str) -> Date {
    parse_date(text).expect("a date written in a test exists")
}

fn need(fact: &str) -> Need {
    Need {
        fact: fact.into(),
        all: Vec::new(),
        any: Vec::new(),
        none: Vec::new(),
        minimum: Number::Fixed(1),
        distinct: None,
        held: false,
        valid_days: None,
    }
}

fn duty(id: &str, kind: SubjectKind, labels: &[&str], period: &str, need: Need) -> Duty {
    Duty {
        id: id.into(),
        clause: id.split('.').next().unwrap_or_default().into(),
        title: id.into(),
        who: Vec::new(),
        subjects: Selector {
            kinds: vec![kind],
            all: Vec::new(),
            any: labels.iter().map(|label| (*label).to_owned()).collect(),
            none: Vec::new(),
        },
        rhythm: Rhythm::Fixed(period::parse(period, &[]).expect("a period written in a test")),
        trigger: None,
        needs: vec![need],
        evidence: Vec::new(),
        measure: String::new(),
        weight: 1.0,
        informational: false,
        by_size: false,
        grace_days: Number::Fixed(0),
        late_days: None,
        available: true,
        basis: Basis::Check,
        note: None,
        since: None,
    }
}

fn a_plan(duties: Vec<Duty>) -> Plan {
    let clause = |code: &str| Clause {
        code: code.into(),
        alias: None,
        no: code.into(),
        title: code.into(),
        section: Section::Forces,
        part: None,
        absent_in_source: false,
    };
    Plan {
        code: "p".into(),
        title: "p".into(),
        town: "t".into(),
        notice_no: "n".into(),
        effective_from: date("2023-01-01"),
        clauses: vec![clause("K1"), clause("K2")],
        duties,
        parameters: Vec::new(),
        seasons: Vec::new(),
        terms: Vec::new(),
    }
}

/// A town with one village, and shops on a watched list since 2024.
struct Town {
    facts: Facts,
    town: SubjectIx,
    village: SubjectIx,
    shops: Vec<SubjectIx>,
    calendar: Calendar,
}

fn a_town(shops: usize) -> Town {
    let mut facts = Facts::new();
    let since = Span::since(date("2020-01-01"));
    let town = facts.add_subject(SubjectKind::Town, "town", since, 1.0, &[]);
    let village = facts.add_subject(SubjectKind::Village, "v1", since, 1.0, &[town]);
    let shops = (0..shops)
        .map(|n| {
            let shop =
                facts.add_subject(SubjectKind::Place, &format!("shop{n}"), since, 1.0, &[village, town]);
            facts.add_label(shop, "list:watched", Span::since(date("2024-01-01")));
            shop
        })
        .collect();
    facts.connect(["inspection.done", "post.filled", "hazard.found", "hazard.recheck"]);
    Town { facts, town, village, shops, calendar: Calendar::weekdays() }
}

impl Town {
    fn record(&mut self, kind: &str, subject: SubjectIx, on: &str) -> FactIx {
        self.record_with(kind, subject, on, None, on, &[])
    }

    fn record_with(
        &mut self,
        kind: &str,
        subject: SubjectIx,
        on: &str,
        until: Option<&str>,
        recorded: &str,
        tags: &[&str],
    ) -> FactIx {
        let id = format!("{kind}-{on}");
        let fact = NewFact {
            kind,
            id: &id,
            subject,
            also: &[],
            happened_on: date(on),
            until: until.map(date),
            recorded_on: date(recorded),
            void_on: None,
            tags,
        };
        self.facts.add_fact(&fact).expect("a known kind and subject")
    }

    fn ask<'a>(&'a self, plan: &'a Plan, as_of: &str, from: &str, to: &str) -> Question<'a> {
        Question {
            plan,
            facts: &self.facts,
            waivers: &[],
            calendar: &self.calendar,
            as_of: date(as_of),
            from: date(from),
            to: date(to),
        }
    }
}

fn watched_monthly() -> Duty {
    duty("K1.1", SubjectKind::Place, &["list:watched"], "month", need("inspection.done"))
}

fn statuses(report: &Report, id: &str) -> Vec<Status> {
    report.duty(id).expect("a duty of the plan").occurrences.iter().map(|one| one.status).collect()
}

#[test]
fn a_listed_unit_is_judged_month_by_month() {
    let mut town = a_town(1);
    let shop = town.shops[0];
    town.record("inspection.done", shop, "2026-01-31");
    town.record("inspection.done", shop, "2026-03-02");
    let plan = a_plan(vec![watched_monthly()]);
    let report = town.ask(&plan, "2026-03-15", "2026-01-01", "2026-05-31").evaluate();
    use Status::*;
    assert_eq!(statuses(&report, "K1.1"), [Met, Unmet, Ahead, NotDue, NotDue]);
    let tally = report.clause(&plan, "K1");
    assert_eq!((tally.due(), tally.count(Met), tally.ratio()), (2, 1, Some(0.5)));
}

#[test]
fn a_duty_written_later_is_owed_only_since_then() {
    let town = a_town(1);
    let due = |since: Option<&str>| {
        let plan = a_plan(vec![Duty { since: since.map(date), ..watched_monthly() }]);
        town.ask(&plan, "2026-04-15", "2026-01-01", "2026-03-31").evaluate().clause(&plan, "K1").due()
    };
    assert_eq!((due(None), due(Some("2026-03-01")), due(Some("2026-05-01"))), (3, 1, 0));
}

#[test]
fn what_was_owed_before_the_town_counts_here_is_not_counted() {
    let mut town = a_town(1);
    let shop = town.shops[0];
    town.record("hazard.found", shop, "2026-01-20");
    let found = Trigger {
        fact: "hazard.found".into(),
        all: Vec::new(),
        within: Number::Fixed(10),
        working_days: false,
    };
    let followed = duty("K1.2", SubjectKind::Place, &[], "event", need("hazard.recheck"));
    let followed = Duty { trigger: Some(found), ..followed };
    let counted = |from: &[(&str, &str)], as_of: &str| {
        let mut plan = a_plan(vec![watched_monthly(), followed.clone()]);
        for (day, since) in from {
            plan = plan.with_parameter(Parameter {
                name: COUNTED_FROM.0.into(),
                value: Value::Text((*day).into()),
                unit: String::new(),
                basis: Basis::TownSetting,
                source: String::new(),
                effective_from: date(since),
            });
        }
        let report = town.ask(&plan, as_of, "2026-01-01", "2026-03-31").evaluate();
        (statuses(&report, "K1.1").len(), statuses(&report, "K1.2").len())
    };
    assert_eq!(counted(&[], "2026-04-15"), (3, 1));
    assert_eq!(counted(&[("2026-02-01", "2026-03-01")], "2026-04-15"), (2, 0));
    assert_eq!(
        counted(&[("", "2026-03-01")], "2026-04-15"),
        (3, 1),
        "nothing said is from the plan's first day"
    );
    assert_eq!(counted(&[("2020-01-01", "2026-03-01")], "2026-04-15"), (3, 1), "never before the plan");
    // A decision holds from its day on: as of a day before, what held then.
    assert_eq!(counted(&[("2026-02-01", "2026-04-15")], "2026-04-14"), (3, 1));
    let twice = [("2026-02-01", "2026-03-01"), ("2026-03-01", "2026-04-01")];
    assert_eq!((counted(&twice, "2026-03-31"), counted(&twice, "2026-04-15")), ((2, 0), (1, 0)));
}

#[test]
fn the_last_day_of_a_window_is_still_open() {
    let town = a_town(1);
    let plan = a_plan(vec![watched_monthly()]);
    let on = |as_of| statuses(&town.ask(&plan, as_of, "2026-01-01", "2026-01-31").evaluate(), "K1.1");
    assert_eq!(on("2026-01-31"), [Status::Open]);
    assert_eq!(on("2026-02-01"), [Status::Unmet]);
}

#[test]
fn what_was_recorded_later_was_not_known_before() {
    let mut town = a_town(1);
    let shop = town.shops[0];
    town.record_with("inspection.done", shop, "2026-01-20", None, "2026-02-10", &[]);
    let plan = a_plan(vec![watched_monthly()]);
    let on = |as_of| statuses(&town.ask(&plan, as_of, "2026-01-01", "2026-01-31").evaluate(), "K1.1");
    assert_eq!(on("2026-02-09"), [Status::Unmet]);
    assert_eq!(on("2026-02-10"), [Status::Met]);
}

#[test]
fn a_voided_fact_counts_until_the_day_it_was_voided() {
    let mut town = a_town(1);
    let fact = NewFact {
        kind: "inspection.done",
        id: "i1",
        subject: town.shops[0],
        also: &[],
        happened_on: date("2026-01-20"),
        until: None,
        recorded_on: date("2026-01-20"),
        void_on: Some(date("2026-03-01")),
        tags: &[],
    };
    town.facts.add_fact(&fact).expect("known");
    let plan = a_plan(vec![watched_monthly()]);
    let on = |as_of| statuses(&town.ask(&plan, as_of, "2026-01-01", "2026-01-31").evaluate(), "K1.1");
    assert_eq!(on("2026-02-28"), [Status::Met]);
    assert_eq!(on("2026-03-01"), [Status::Unmet]);
}

#[test]
fn a_place_off_the_list_is_not_asked_about() {
    let mut town = a_town(0);
    let place = town.facts.add_subject(SubjectKind::Place, "p", Span::since(date("2020-01-01")), 1.0, &[]);
    town.facts.add_label(place, "list:watched", Span::between(date("2026-01-01"), date("2026-01-31")));
    let plan = a_plan(vec![watched_monthly()]);
    let report = town.ask(&plan, "2026-06-01", "2025-12-01", "2026-05-31").evaluate();
    assert_eq!(statuses(&report, "K1.1"), [Status::Unmet]);
}

#[test]
fn a_sub_category_is_of_its_category() {
    let mut town = a_town(1);
    let shop = town.shops[0];
    town.facts.add_label(shop, "category:nine_small.catering", Span::since(date("2024-01-01")));
    let plan = a_plan(vec![duty(
        "K1.1",
        SubjectKind::Place,
        &["category:nine_small"],
        "year",
        need("inspection.done"),
    )]);
    assert_eq!(
        statuses(&town.ask(&plan, "2027-01-01", "2026-01-01", "2026-12-31").evaluate(), "K1.1").len(),
        1
    );
}

#[test]
fn late_work_counts_less_and_never_takes_from_the_next_window() {
    let mut monthly = watched_monthly();
    monthly.late_days = Some(Number::Fixed(10));
    let plan = a_plan(vec![monthly]);
    let mut town = a_town(1);
    let shop = town.shops[0];
    town.record("inspection.done", shop, "2026-02-05");
    let ask =
        |town: &Town| statuses(&town.ask(&plan, "2026-03-01", "2026-01-01", "2026-02-28").evaluate(), "K1.1");
    assert_eq!(ask(&town), [Status::Unmet, Status::Met], "one visit serves its own month first");
    town.record("inspection.done", shop, "2026-02-08");
    assert_eq!(ask(&town), [Status::Late, Status::Met], "the second one is free for January");
    let tally = town.ask(&plan, "2026-03-01", "2026-01-01", "2026-02-28").evaluate().whole(&plan);
    assert_eq!(tally.ratio(), Some((0.6 + 1.0) / 2.0));
}

#[test]
fn a_grace_keeps_the_window_open_and_counts_as_in_time() {
    let mut quarterly = duty("K1.1", SubjectKind::Town, &[], "quarter", need("inspection.done"));
    quarterly.grace_days = Number::Fixed(10);
    let plan = a_plan(vec![quarterly]);
    let mut town = a_town(0);
    let on =
        |town: &Town, as_of| statuses(&town.ask(&plan, as_of, "2026-01-01", "2026-03-31").evaluate(), "K1.1");
    assert_eq!(on(&town, "2026-04-10"), [Status::Open]);
    assert_eq!(on(&town, "2026-04-11"), [Status::Unmet]);
    let here = town.town;
    town.record("inspection.done", here, "2026-04-10");
    town.record("inspection.done", here, "2026-04-12");
    assert_eq!(on(&town, "2026-04-13"), [Status::Met]);
}

#[test]
fn a_standing_duty_scores_its_days() {
    let mut filled = need("post.filled");
    filled.all = vec!["role:secretary".into()];
    filled.held = true;
    let plan = a_plan(vec![duty("K1.1", SubjectKind::Village, &[], "standing month", filled)]);
    let mut town = a_town(0);
    let village = town.village;
    let role = ["role:secretary"];
    town.record_with("post.filled", village, "2025-12-01", Some("2026-01-10"), "2025-12-01", &role);
    town.record_with("post.filled", village, "2026-01-22", None, "2026-01-22", &role);
    let report = town.ask(&plan, "2026-03-15", "2026-01-01", "2026-03-31").evaluate();
    let found: Vec<_> =
        report.duties[0].occurrences.iter().map(|one| (one.status, one.done, one.needed)).collect();
    assert_eq!(found, [(Status::Partial, 20, 31), (Status::Met, 28, 28), (Status::Met, 15, 15)]);
    assert_eq!(report.whole(&plan).ratio(), Some((20.0 / 31.0 + 2.0) / 3.0));
}

#[test]
fn two_posts_held_by_one_person_are_one_person() {
    let mut filled = need("post.filled");
    filled.held = true;
    filled.minimum = Number::Fixed(2);
    filled.distinct = Some("person:".into());
    let plan = a_plan(vec![duty("K1.1", SubjectKind::Village, &[], "standing month", filled)]);
    let mut town = a_town(0);
    let village = town.village;
    town.record_with("post.filled", village, "2026-01-01", None, "2026-01-01", &["person:a"]);
    town.record_with("post.filled", village, "2026-01-01", None, "2026-01-01", &["person:a"]);
    town.record_with("post.filled", village, "2026-01-17", None, "2026-01-17", &["person:b"]);
    let report = town.ask(&plan, "2026-02-01", "2026-01-01", "2026-01-31").evaluate();
    assert_eq!(report.duties[0].occurrences[0].done, 15);
}

#[test]
fn a_photo_is_good_for_so_many_days() {
    let mut photo = need("board.current");
    photo.held = true;
    photo.valid_days = Some(Number::Parameter("photo.days".into()));
    let plan = a_plan(vec![duty("K1.1", SubjectKind::Village, &[], "standing month", photo)]).with_parameter(
        Parameter {
            name: "photo.days".into(),
            value: Value::Number(10.0),
            unit: "日".into(),
            basis: Basis::TownSetting,
            source: "test".into(),
            effective_from: date("2023-01-01"),
        },
    );
    let mut town = a_town(0);
    let village = town.village;
    town.record("board.current", village, "2026-01-05");
    let report = town.ask(&plan, "2026-02-01", "2026-01-01", "2026-01-31").evaluate();
    assert_eq!(report.duties[0].occurrences[0].done, 10);
}

#[test]
fn an_event_asks_for_an_answer_within_working_days() {
    let mut recheck = duty("K1.1", SubjectKind::Event, &[], "event", need("hazard.recheck"));
    recheck.trigger = Some(Trigger {
        fact: "hazard.found".into(),
        all: Vec::new(),
        within: Number::Fixed(3),
        working_days: true,
    });
    let plan = a_plan(vec![recheck]);
    let mut town = a_town(0);
    let since = Span::since(date("2026-01-01"));
    let hazards: Vec<_> = ["h1", "h2", "h3"]
        .map(|id| town.facts.add_subject(SubjectKind::Event, id, since, 1.0, &[town.town]))
        .to_vec();
    for hazard in &hazards {
        town.record("hazard.found", *hazard, "2026-01-09");
    }
    town.record("hazard.recheck", hazards[0], "2026-01-14");
    town.record("hazard.recheck", hazards[1], "2026-01-15");
    let ask = town.ask(&plan, "2026-01-20", "2026-01-01", "2026-01-31");
    let report = ask.evaluate();
    assert_eq!(statuses(&report, "K1.1"), [Status::Met, Status::Late, Status::Unmet]);
    let window = &report.duties[0].windows[1];
    assert_eq!(window.to, date("2026-01-14"), "Friday plus three working days");
    let ids: Vec<_> = ask.drill("K1.1", hazards[1], &window.key).into_iter().map(|fact| fact.id).collect();
    assert_eq!(ids, ["hazard.recheck-2026-01-15"]);
}

#[test]
fn a_village_is_credited_with_what_happens_in_its_places() {
    let mut by_village = need("inspection.done");
    by_village.all = vec!["list:watched".into()];
    by_village.minimum = Number::Fixed(2);
    let plan = a_plan(vec![duty("K1.1", SubjectKind::Village, &[], "month", by_village)]);
    let mut town = a_town(2);
    let shops = town.shops.clone();
    town.record("inspection.done", shops[0], "2026-01-10");
    let ask =
        |town: &Town| statuses(&town.ask(&plan, "2026-02-01", "2026-01-01", "2026-01-31").evaluate(), "K1.1");
    assert_eq!(ask(&town), [Status::Partial]);
    town.record("inspection.done", shops[1], "2026-01-11");
    assert_eq!(ask(&town), [Status::Met]);
}

#[test]
fn one_inspection_fulfils_monthly_and_yearly_duties_and_both_open_down_to_it() {
    let yearly = duty("K2.1", SubjectKind::Place, &["list:watched"], "year", need("inspection.done"));
    let plan = a_plan(vec![watched_monthly(), yearly]);
    let mut town = a_town(1);
    let shop = town.shops[0];
    town.record("inspection.done", shop, "2026-01-10");
    let ask = town.ask(&plan, "2027-01-01", "2026-01-01", "2026-12-31");
    let report = ask.evaluate();
    assert_eq!(statuses(&report, "K2.1"), [Status::Met]);
    let monthly = report.duty("K1.1").expect("monthly").tally;
    assert_eq!((monthly.count(Status::Met), monthly.due()), (1, 12));
    for (id, key) in [("K1.1", "2026-01"), ("K2.1", "2026")] {
        let facts = ask.drill(id, shop, key);
        assert_eq!(
            facts.iter().map(|fact| fact.id.as_str()).collect::<Vec<_>>(),
            ["inspection.done-2026-01-10"]
        );
    }
    assert_eq!(ask.drill("K1.1", shop, "2026-02"), []);
}

#[test]
fn without_a_source_there_is_no_figure_at_all() {
    let mut later_work = watched_monthly();
    later_work.id = "K2.1".into();
    later_work.clause = "K2".into();
    later_work.available = false;
    let unconnected = duty("K2.2", SubjectKind::Place, &[], "month", need("training.held"));
    let plan = a_plan(vec![watched_monthly(), later_work, unconnected]);
    let town = a_town(3);
    let report = town.ask(&plan, "2026-02-01", "2026-01-01", "2026-01-31").evaluate();
    assert_eq!(report.clause(&plan, "K1").ratio(), Some(0.0), "connected and empty is nought");
    assert_eq!(report.clause(&plan, "K2").ratio(), None);
    assert_eq!(report.clause(&plan, "K2").count(Status::NoData), 6);
    assert_eq!(report.whole(&plan).ratio(), Some(0.0), "and does not thin out the rest");
}

#[test]
fn what_is_only_encouraged_is_reported_and_never_scored() {
    let mut encouraged = watched_monthly();
    encouraged.informational = true;
    encouraged.weight = 0.0;
    let plan = a_plan(vec![encouraged]);
    let mut town = a_town(2);
    let shop = town.shops[0];
    town.record("inspection.done", shop, "2026-01-10");
    let report = town.ask(&plan, "2026-02-01", "2026-01-01", "2026-01-31").evaluate();
    assert_eq!(statuses(&report, "K1.1"), [Status::Met, Status::NotApplicable]);
    assert_eq!((report.duties[0].tally.ratio(), report.whole(&plan).ratio()), (None, None));
}

#[test]
fn roads_weigh_by_their_length_within_the_duty_only() {
    let mut passable = need("road.passable");
    passable.held = true;
    let mut roads = duty("K1.1", SubjectKind::Road, &[], "standing year", passable);
    roads.by_size = true;
    let plan = a_plan(vec![roads, watched_monthly()]);
    let mut town = a_town(2);
    let since = Span::since(date("2020-01-01"));
    let long = town.facts.add_subject(SubjectKind::Road, "long", since, 9000.0, &[]);
    town.facts.add_subject(SubjectKind::Road, "short", since, 1000.0, &[]);
    town.record("road.passable", long, "2025-01-01");
    let report = town.ask(&plan, "2026-02-01", "2026-01-01", "2026-01-31").evaluate();
    assert_eq!(report.duties[0].tally.ratio(), Some(0.9));
    let whole = report.whole(&plan).ratio().expect("due");
    assert!((whole - 1.8 / 4.0).abs() < 1e-9, "two roads at 0.9 and two shops at 0: {whole}");
}

#[test]
fn a_waiver_excuses_and_is_counted() {
    let plan = a_plan(vec![watched_monthly()]);
    let town = a_town(2);
    let waiver = Waiver {
        id: "w1".into(),
        duty: "K1.1".into(),
        subject: Some(town.shops[0]),
        from: date("2026-01-01"),
        to: date("2026-01-31"),
        recorded_on: date("2026-01-20"),
        reason: "停业装修".into(),
    };
    let waivers = [waiver];
    let ask = |as_of| Question { waivers: &waivers, ..town.ask(&plan, as_of, "2026-01-01", "2026-01-31") };
    assert_eq!(statuses(&ask("2026-02-01").evaluate(), "K1.1"), [Status::Waived, Status::Unmet]);
    assert_eq!(statuses(&ask("2026-01-19").evaluate(), "K1.1"), [Status::Open, Status::Open]);
}

#[test]
fn the_board_cuts_a_report_by_village_and_month_and_shows_no_more_than_may_be_seen() {
    let plan = a_plan(vec![watched_monthly()]);
    let mut town = a_town(2);
    let other = town.facts.add_subject(
        SubjectKind::Village,
        "v2",
        Span::since(date("2020-01-01")),
        1.0,
        &[town.town],
    );
    let far = town.facts.add_subject(
        SubjectKind::Place,
        "far",
        Span::since(date("2020-01-01")),
        1.0,
        &[other, town.town],
    );
    town.facts.add_label(far, "list:watched", Span::since(date("2024-01-01")));
    town.record("inspection.done", town.shops[0], "2026-01-10");
    town.record("inspection.done", far, "2026-02-10");
    let question = town.ask(&plan, "2026-03-15", "2026-01-01", "2026-03-15");
    let report = question.evaluate();
    let areas = board::Areas::of(&town.facts, SubjectKind::Village, vec![town.village, other]);
    let months = [(date("2026-01-01"), date("2026-01-31")), (date("2026-02-01"), date("2026-02-28"))];
    let days = (date("2026-02-01"), date("2026-03-15"));
    let whole = board::View { areas: &areas, only: None, days, months: &months };
    let rows = question.board(&report, &whole);
    let row = rows.first().expect("one duty");
    let counts = |tally: &Tally| (tally.count(Status::Met), tally.due(), tally.total());
    assert_eq!(counts(&row.whole), (1, 3, 6), "February is due, March runs, January was not asked for");
    assert_eq!(row.areas.iter().map(counts).collect::<Vec<_>>(), [(0, 2, 4), (1, 1, 2)]);
    assert_eq!(row.months.iter().map(|m| m.ratio()).collect::<Vec<_>>(), [Some(1.0 / 3.0), Some(1.0 / 3.0)]);
    let mine = board::View { only: Some(&[1]), ..whole };
    assert_eq!(question.board(&report, &mine).first().map(|row| counts(&row.whole)), Some((1, 1, 2)));
    let shown: Vec<_> = question.shown(&report.duties[0], &mine).map(|(o, w)| (o.subject, &*w.key)).collect();
    assert_eq!(shown, [(far, "2026-02"), (far, "2026-03")]);
}

#[test]
fn a_tightened_parameter_holds_from_its_day() {
    let setting = |value: &str, from: &str| Parameter {
        name: "often".into(),
        value: Value::Text(value.into()),
        unit: "周期".into(),
        basis: Basis::TownSetting,
        source: "test".into(),
        effective_from: date(from),
    };
    let mut watched = watched_monthly();
    watched.rhythm = Rhythm::Parameter("often".into());
    let plan = a_plan(vec![watched])
        .with_parameter(setting("quarter", "2023-01-01"))
        .with_parameter(setting("month", "2026-04-01"));
    let town = a_town(1);
    let report = town.ask(&plan, "2026-06-15", "2026-01-01", "2026-06-30").evaluate();
    let keys: Vec<_> = report.duties[0].windows.iter().map(|window| window.key.as_str()).collect();
    assert_eq!(keys, ["2026-Q1", "2026-04", "2026-05", "2026-06"]);
}

#[test]
fn a_fact_must_be_of_a_known_kind() {
    let mut town = a_town(1);
    let mut fact = NewFact {
        kind: "inspection.dreamt",
        id: "x",
        subject: town.shops[0],
        also: &[],
        happened_on: date("2026-01-01"),
        until: None,
        recorded_on: date("2026-01-01"),
        void_on: None,
        tags: &[],
    };
    assert_eq!(town.facts.add_fact(&fact).map_err(|refusal| refusal.code()), Err("fact.unknown_kind"));
    fact.kind = "inspection.done";
    fact.subject = SubjectIx(99);
    assert_eq!(town.facts.add_fact(&fact).map_err(|refusal| refusal.code()), Err("fact.unknown_subject"));
}

/// What happened in a random town: facts as (kind, shop, day, delay, tag), waivers as (shop, from, length).
#[derive(Debug, Clone)]
struct History {
    facts: Vec<(usize, usize, u64, u64, bool)>,
    waivers: Vec<(Option<usize>, u64, u64)>,
    as_of: u64,
}

const KINDS: [&str; 4] = ["inspection.done", "post.filled", "hazard.found", "hazard.recheck"];
const SHOPS: usize = 4;

fn day(n: u64) -> Date {
    date("2025-11-01") + Days::new(n)
}

fn a_fact() -> impl Strategy<Value = (usize, usize, u64, u64, bool)> {
    (0..KINDS.len(), 0..SHOPS, 0u64..240, 0u64..40, any::<bool>())
}

fn a_history() -> impl Strategy<Value = History> {
    let waiver = (proptest::option::of(0..SHOPS), 0u64..240, 0u64..90);
    (proptest::collection::vec(a_fact(), 0..40), proptest::collection::vec(waiver, 0..4), 0u64..300)
        .prop_map(|(facts, waivers, as_of)| History { facts, waivers, as_of })
}

fn put(town: &mut Town, (kind, shop, on, delay, tagged): (usize, usize, u64, u64, bool)) -> FactIx {
    let id = format!("{kind}-{shop}-{on}");
    let tags: &[&str] = if tagged { &["entry:a"] } else { &["entry:b"] };
    let fact = NewFact {
        kind: KINDS[kind],
        id: &id,
        subject: town.shops[shop],
        also: &[],
        happened_on: day(on),
        until: tagged.then(|| day(on + 30)),
        recorded_on: day(on + delay),
        void_on: None,
        tags,
    };
    town.facts.add_fact(&fact).expect("known")
}

fn every_sort_of_duty() -> Plan {
    let mut late = watched_monthly();
    late.late_days = Some(Number::Fixed(20));
    late.needs[0].minimum = Number::Fixed(2);
    let mut graced = duty("K1.2", SubjectKind::Village, &[], "week", need("inspection.done"));
    graced.grace_days = Number::Fixed(5);
    let mut variety = duty("K1.3", SubjectKind::Town, &[], "quarter", need("inspection.done"));
    variety.needs[0].distinct = Some("entry:".into());
    variety.needs[0].minimum = Number::Fixed(2);
    variety.late_days = Some(Number::Fixed(30));
    let mut filled = need("post.filled");
    filled.held = true;
    filled.valid_days = Some(Number::Fixed(45));
    let standing = duty("K2.1", SubjectKind::Place, &["list:watched"], "standing month", filled.clone());
    let mut both = duty("K2.2", SubjectKind::Place, &[], "month", filled);
    both.needs.push(need("inspection.done"));
    let mut event = duty("K2.3", SubjectKind::Place, &[], "event", need("hazard.recheck"));
    event.trigger = Some(Trigger {
        fact: "hazard.found".into(),
        all: Vec::new(),
        within: Number::Fixed(10),
        working_days: false,
    });
    let mut blind = duty("K2.4", SubjectKind::Place, &[], "month", need("inspection.done"));
    blind.available = false;
    let mut rare = duty("K2.5", SubjectKind::Place, &[], "half_year", need("inspection.done"));
    rare.late_days = Some(Number::Fixed(30));
    a_plan(vec![late, graced, variety, standing, both, event, blind, rare])
}

fn waivers_of(town: &Town, plan: &Plan, history: &History) -> Vec<Waiver> {
    let duties = plan.duties.iter().cycle();
    let waiver = |((shop, from, length), duty): (&(Option<usize>, u64, u64), &Duty)| Waiver {
        id: "w".into(),
        duty: duty.id.clone(),
        subject: shop.map(|n| town.shops[n]),
        from: day(*from),
        to: day(from + length),
        recorded_on: day(*from),
        reason: "x".into(),
    };
    history.waivers.iter().zip(duties).map(waiver).collect()
}

fn whole_year<'a>(town: &'a Town, plan: &'a Plan, waivers: &'a [Waiver], as_of: u64) -> Question<'a> {
    Question {
        plan,
        facts: &town.facts,
        waivers,
        calendar: &town.calendar,
        as_of: day(as_of),
        from: day(0),
        to: day(270),
    }
}

fn lived(history: &History) -> Town {
    let mut town = a_town(SHOPS - 2);
    // One of them enters in the second half of the month, the quarter's and the half-year's; one leaves before their ends.
    let stays = [("late", Span::since(day(19))), ("left", Span::between(date("2024-01-01"), day(75)))];
    let around = [town.village, town.town];
    for (id, stay) in stays {
        let shop = town.facts.add_subject(SubjectKind::Place, id, stay, 1.0, &around);
        town.facts.add_label(shop, "list:watched", stay);
        town.shops.push(shop);
    }
    for fact in &history.facts {
        put(&mut town, *fact);
    }
    town
}

proptest! {
    #[test]
    fn statuses_sum_to_the_occurrences_and_ratios_stay_between_0_and_1(history in a_history()) {
        let (town, plan) = (lived(&history), every_sort_of_duty());
        let waivers = waivers_of(&town, &plan, &history);
        let report = whole_year(&town, &plan, &waivers, history.as_of).evaluate();
        for duty in &report.duties {
            let sum: u32 = Status::ALL.iter().map(|status| duty.tally.count(*status)).sum();
            prop_assert_eq!(sum as usize, duty.occurrences.len());
            prop_assert!(duty.tally.ratio().is_none_or(|ratio| (0.0..=1.0).contains(&ratio)));
            prop_assert!(duty.tally.ratio().is_none() || duty.has_data);
            prop_assert!(duty.occurrences.is_sorted_by_key(|one| (one.subject, one.window)));
        }
        prop_assert_eq!(report.duty("K2.4").and_then(|blind| blind.tally.ratio()), None);
        let total: u32 = report.duties.iter().map(|duty| duty.tally.total()).sum();
        let whole = report.whole(&plan);
        prop_assert_eq!(whole.total() + whole.beside(), total);
    }

    #[test]
    fn one_more_fact_never_lowers_fulfilment_and_reevaluating_equals_evaluating(
        history in a_history(), more in a_fact()
    ) {
        let (mut town, plan) = (lived(&history), every_sort_of_duty());
        let before = whole_year(&town, &plan, &[], history.as_of).evaluate();
        let fact = put(&mut town, more);
        let ask = whole_year(&town, &plan, &[], history.as_of);
        let after = ask.evaluate();
        for (old, new) in before.duties.iter().zip(&after.duties) {
            // A newly found hazard is a new duty, not a fulfilment.
            if old.duty == "K2.3" && KINDS[more.0] == "hazard.found" {
                continue;
            }
            let (old, new) = (old.tally.ratio(), new.tally.ratio());
            prop_assert!(new.unwrap_or(1.0) >= old.unwrap_or(0.0) - 1e-12, "{:?} then {:?}", old, new);
        }
        let mut kept = before;
        ask.reevaluate(&mut kept, fact);
        prop_assert_eq!(kept, after);
    }

    #[test]
    fn a_waiver_never_lowers_fulfilment(history in a_history()) {
        let (town, plan) = (lived(&history), every_sort_of_duty());
        let waivers = waivers_of(&town, &plan, &history);
        let without = whole_year(&town, &plan, &[], history.as_of).evaluate();
        let with = whole_year(&town, &plan, &waivers, history.as_of).evaluate();
        for (without, with) in without.duties.iter().zip(&with.duties) {
            let (without, with) = (without.tally.ratio(), with.tally.ratio());
            prop_assert!(with.unwrap_or(1.0) >= without.unwrap_or(0.0) - 1e-12, "{:?} then {:?}", without, with);
        }
    }

    #[test]
    fn a_met_window_opens_down_to_at_least_one_fact(history in a_history()) {
        let (town, plan) = (lived(&history), every_sort_of_duty());
        let ask = whole_year(&town, &plan, &[], history.as_of);
        for duty in &ask.evaluate().duties {
            for one in duty.occurrences.iter().filter(|one| matches!(one.status, Status::Met | Status::Late)) {
                let key = &duty.windows[one.window as usize].key;
                prop_assert!(!ask.drill(&duty.duty, one.subject, key).is_empty(), "{} {key}", duty.duty);
            }
        }
    }

    #[test]
    fn the_past_as_it_was_known_does_not_change(history in a_history(), more in a_fact()) {
        let (mut town, plan) = (lived(&history), every_sort_of_duty());
        let before = whole_year(&town, &plan, &[], history.as_of).evaluate();
        put(&mut town, more);
        let after = whole_year(&town, &plan, &[], history.as_of).evaluate();
        if day(more.2 + more.3) > day(history.as_of) {
            prop_assert_eq!(before, after);
        }
    }
}

#[test]
fn a_thousand_places_and_fourteen_months_are_judged_near_linearly() {
    // Counted work, not the clock: the number of occurrences is what it must be, and each is judged once.
    let duties: Vec<Duty> = (0..20)
        .map(|n| {
            duty(&format!("K1.{n}"), SubjectKind::Place, &["list:watched"], "month", need("inspection.done"))
        })
        .collect();
    let plan = a_plan(duties);
    let mut town = a_town(1000);
    for (n, shop) in town.shops.clone().into_iter().enumerate() {
        for month in 1..=9 {
            town.record("inspection.done", shop, &format!("2026-0{month}-{:02}", n % 28 + 1));
        }
    }
    let report = town.ask(&plan, "2026-11-01", "2025-10-01", "2026-11-30").evaluate();
    assert_eq!(report.whole(&plan).total(), 20 * 1000 * 14);
    assert_eq!(report.whole(&plan).count(Status::Met), 20 * 1000 * 9);
    assert!(matches!(plan.duties[0].rhythm, Rhythm::Fixed(Period::Every(Unit::Month))));
}

#[test]
fn a_station_answers_for_itself_and_whom_it_serves_and_not_for_all_that_lies_around() {
    let mut town = a_town(1);
    let around = [town.village, town.town];
    let since = Span::since(date("2020-01-01"));
    let station = town.facts.add_subject(SubjectKind::Station, "s", since, 1.0, &around);
    let whom = town.shops.first().copied().expect("a shop");
    let fact = NewFact {
        kind: "station.active",
        id: "s",
        subject: station,
        also: &[whom],
        happened_on: date("2026-01-01"),
        until: None,
        recorded_on: date("2026-01-01"),
        void_on: None,
        tags: &["station:micro"],
    };
    let fact = town.facts.add_fact(&fact).expect("a known kind");
    assert_eq!(town.facts.credited(fact).len(), 2, "the station and the shop, not the village");
    assert!(town.facts.credited(fact).contains(&whom));
    assert!(town.facts.lies_in(station, town.village), "though it lies there");
}

#[test]
fn what_was_written_out_is_judged_the_same_when_it_is_read_back() {
    let mut town = a_town(3);
    for (shop, on) in [(0, "2026-01-10"), (0, "2026-02-10"), (1, "2026-02-20"), (2, "2026-03-31")] {
        let shop = town.shops[shop];
        town.record("inspection.done", shop, on);
    }
    let plan = a_plan(vec![watched_monthly()]);
    let judged = town.ask(&plan, "2026-04-15", "2026-01-01", "2026-03-31").evaluate();
    let text = serde_json::to_string(&(&plan, &town.facts, &town.calendar)).expect("written");
    let (plan, facts, calendar): (Plan, Facts, Calendar) = serde_json::from_str(&text).expect("read back");
    let again = serde_json::to_string(&(&plan, &facts, &calendar)).expect("written again");
    assert_eq!(text, again, "the same bytes, so the same hash");
    // The register is put right afterwards: what was written out does not know of it.
    town.facts.add_label(town.village, "list:watched", Span::since(date("2020-01-01")));
    town.facts.add_subject(SubjectKind::Place, "shop9", Span::since(date("2020-01-01")), 1.0, &[town.town]);
    let read = Town { facts, calendar, ..town };
    let ask = read.ask(&plan, "2026-04-15", "2026-01-01", "2026-03-31");
    assert_eq!(ask.evaluate(), judged);
    assert_eq!(read.facts.subject(SubjectKind::Place, "shop9"), None);
}

#[test]
fn a_share_is_cut_off_and_what_is_at_most_is_cut_upwards() {
    assert_eq!([0.0, 0.00001, 2.0 / 3.0, 0.9999, 1.0].map(percent), [0.0, 0.1, 66.6, 99.9, 100.0]);
    assert_eq!([0.0, 0.00001, 0.1, 0.1001].map(percent_at_most), [0.0, 0.1, 10.0, 10.1]);
}
