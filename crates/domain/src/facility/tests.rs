//! The machine as a table, a story and a property; water, network and shapes.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::network::{Network, Node};
use super::water::{AsOf, Source, Sum, Waters, Why, counts};
use super::*;
use crate::place::Confidence;
use crate::time::parse_date;

const LIFT_LIMIT_M: f64 = 6.0;

fn day(text: &str) -> Date {
    parse_date(text).expect("a date written in a test exists")
}

fn kind(code: &str) -> Kind {
    Kind {
        code: code.to_owned(),
        name: "消防水池".to_owned(),
        english: "Fire pool".to_owned(),
        family: Family::Water,
        form: Form::PointOrArea,
        class: code.to_owned(),
        by_site: false,
        gives_water: true,
        check_days: Some(92),
        fields: vec![Field {
            code: "volume".to_owned(),
            name: "总容积".to_owned(),
            english: "Volume".to_owned(),
            unit: "m³".to_owned(),
            form: FieldForm::Number { most: Some(10_000.0) },
        }],
        source: String::new(),
        confidence: Confidence::Parameter,
    }
}

fn facility() -> Facility {
    Facility {
        id: "f".into(),
        code: "SS-0001".to_owned(),
        name: "老街消防水池".to_owned(),
        kind: "fire_pool".to_owned(),
        class: String::new(),
        org: "village".into(),
        territory: "v1".into(),
        address: String::new(),
        shape: Some(Shape::Point([105.87, 29.26])),
        values: BTreeMap::new(),
        site: None,
        approval_no: String::new(),
        water: Some(Water { usable_m3: Some(120.0), ..Water::default() }),
        joins: BTreeSet::new(),
        stage: Stage::Proposed,
        since: day("2026-01-01"),
        built_on: None,
        keeping: None,
        checked_on: None,
        fault: String::new(),
        void: None,
    }
}

/// The water of these points, nothing else being on record.
fn sum(points: &[&Facility], on: Date, lift_limit_m: f64) -> Sum {
    super::water::sum(points, &Waters::of(points.iter().copied()), on, lift_limit_m)
}

fn keeping() -> Keeping {
    Keeping { owner: "town".into(), maintainer: "village".into(), check_days: 92, basis: String::new() }
}

fn at(stage: Stage) -> Facility {
    let kept = matches!(stage, Stage::HandedOver | Stage::InService | Stage::Fault | Stage::Repairing);
    Facility { stage, keeping: kept.then(keeping), ..facility() }
}

fn acts() -> Vec<Act> {
    vec![
        Act::Plan,
        Act::Budget { line: None, project: None, amount_fen: 100 },
        Act::Design,
        Act::Build,
        Act::Accept { by: "镇规资所".to_owned() },
        Act::HandOver { keeping: keeping() },
        Act::Enter,
        Act::Check { good: true },
        Act::Check { good: false },
        Act::Report,
        Act::Repair,
        Act::Restore { cost_fen: 10 },
        Act::Maintain { cost_fen: 10 },
        Act::Retire,
        Act::Change,
        Act::Void,
    ]
}

/// A life, written down.
fn lived(steps: &[(Act, &str)]) -> (Facility, Vec<Event>) {
    let mut now = facility();
    let mut events = Vec::new();
    let register = (Act::Register { found: false }, "2026-01-01");
    for (n, (act, on)) in std::iter::once(&register).chain(steps).enumerate() {
        let on = day(on);
        if n > 0 {
            now = now.take(act, on, "说明", day("2026-12-31")).expect("the step is allowed");
        }
        events.push(Event {
            seq: n as i64 + 1,
            act: act.clone(),
            on,
            recorded_at: Timestamp::start_of(on),
            by: "p".into(),
            text: "说明".to_owned(),
            photos: Vec::new(),
            stage: now.stage,
        });
    }
    (now, events)
}

fn in_service(since: &str) -> Vec<(Act, &str)> {
    let mut life = vec![
        (Act::Plan, "2026-01-02"),
        (Act::Budget { line: None, project: None, amount_fen: 100 }, "2026-01-03"),
        (Act::Build, "2026-01-10"),
        (Act::Accept { by: "镇".to_owned() }, "2026-01-12"),
        (Act::HandOver { keeping: keeping() }, "2026-01-13"),
    ];
    life.push((Act::Enter, since));
    life
}

#[test]
fn every_stage_allows_these_steps_and_no_other() {
    use Stage::*;
    let table: &[(Stage, &[(&str, Stage)])] = &[
        (Proposed, &[("plan", Planned)]),
        (Planned, &[("budget", Budgeted)]),
        (Budgeted, &[("design", Designed), ("build", Built)]),
        (Designed, &[("build", Built)]),
        (Built, &[("accept", Accepted), ("retire", Retired)]),
        (Accepted, &[("hand_over", HandedOver), ("retire", Retired)]),
        (Found, &[("hand_over", HandedOver), ("retire", Retired)]),
        (
            HandedOver,
            &[("enter", InService), ("hand_over", HandedOver), ("maintain", HandedOver), ("retire", Retired)],
        ),
        (
            InService,
            &[
                ("check", InService),
                ("check", Fault),
                ("report", Fault),
                ("maintain", InService),
                ("hand_over", InService),
                ("retire", Retired),
            ],
        ),
        (Fault, &[("repair", Repairing), ("maintain", Fault), ("hand_over", Fault), ("retire", Retired)]),
        (
            Repairing,
            &[("restore", InService), ("maintain", Repairing), ("hand_over", Repairing), ("retire", Retired)],
        ),
        (Retired, &[]),
    ];
    assert_eq!(table.len(), Stage::ALL.len());
    for (stage, wanted) in table {
        let mut found: Vec<(&str, Stage)> = acts()
            .iter()
            .filter(|act| !matches!(act, Act::Change | Act::Void))
            .filter_map(|act| {
                let after = at(*stage).take(act, day("2026-02-01"), "说明", day("2026-03-01")).ok()?;
                Some((act.code(), after.stage))
            })
            .collect();
        let mut wanted = wanted.to_vec();
        found.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(found, wanted, "{}", stage.code());
    }
}

#[test]
fn what_a_step_must_say_is_asked_for() {
    let today = day("2026-03-01");
    let refused = |stage: Stage, act: Act, on: &str, text: &str| {
        at(stage).take(&act, day(on), text, today).map(|done| done.stage).unwrap_err().code()
    };
    assert_eq!(refused(Stage::Proposed, Act::Plan, "2026-02-01", " "), "facility.no_plan");
    assert_eq!(
        refused(Stage::Planned, Act::Budget { line: None, project: None, amount_fen: 0 }, "2026-02-01", ""),
        "facility.no_money"
    );
    let by_nobody = Act::Accept { by: " ".to_owned() };
    assert_eq!(refused(Stage::Built, by_nobody, "2026-02-01", ""), "facility.nobody_accepted");
    let accept = || Act::Accept { by: "镇".to_owned() };
    assert_eq!(refused(Stage::Built, accept(), "2026-03-02", ""), "facility.not_yet");
    assert_eq!(refused(Stage::Built, accept(), "2025-12-31", ""), "facility.before");
    let unkept = Act::HandOver { keeping: Keeping { check_days: 0, ..keeping() } };
    assert_eq!(refused(Stage::Accepted, unkept, "2026-02-01", ""), "facility.nobody_keeps");
    let seldom = Act::HandOver { keeping: Keeping { check_days: 100_000, ..keeping() } };
    assert_eq!(refused(Stage::Accepted, seldom, "2026-02-01", ""), "facility.interval");
    assert_eq!(refused(Stage::InService, Act::Report, "2026-02-01", ""), "facility.no_fault");
    assert_eq!(refused(Stage::InService, Act::Check { good: false }, "2026-02-01", ""), "facility.no_fault");
    assert_eq!(
        refused(Stage::InService, Act::Maintain { cost_fen: -1 }, "2026-02-01", "换"),
        "facility.cost"
    );
    assert_eq!(refused(Stage::InService, Act::Retire, "2026-02-01", ""), "facility.no_reason");
    assert_eq!(refused(Stage::InService, Act::Void, "2026-02-01", ""), "facility.no_reason");
    let nobodys = Facility { keeping: None, ..at(Stage::HandedOver) };
    assert_eq!(nobodys.take(&Act::Enter, today, "", today), Err(FacilityRefusal::NobodyKeeps));
    let void = at(Stage::InService).take(&Act::Void, today, "重复登记", today).expect("may be voided");
    assert_eq!(void.steps(), Vec::<&str>::new());
    assert_eq!(void.take(&Act::Report, today, "坏", today), Err(FacilityRefusal::WrongStage("已作废")));
}

#[test]
fn a_facility_must_fit_its_kind() {
    let pool = kind("fire_pool");
    let refused = |one: Facility, kind: &Kind| one.register(kind).map(|kept| kept.id).unwrap_err().code();
    assert_eq!(refused(Facility { name: " ".to_owned(), ..facility() }, &pool), "facility.no_name");
    assert_eq!(refused(Facility { name: "池".repeat(3_000), ..facility() }, &pool), "facility.too_long");
    let line = Shape::LineString(vec![[105.0, 29.0], [105.1, 29.0]]);
    assert_eq!(refused(Facility { shape: Some(line), ..facility() }, &pool), "facility.form");
    let with = |code: &str, value: FieldValue| Facility {
        values: BTreeMap::from([(code.to_owned(), value)]),
        ..facility()
    };
    assert_eq!(refused(with("depth", FieldValue::Number(1.0)), &pool), "facility.no_field");
    assert_eq!(refused(with("volume", FieldValue::Number(-1.0)), &pool), "facility.value");
    assert_eq!(refused(with("volume", FieldValue::Text("大".to_owned())), &pool), "facility.value");
    assert_eq!(
        refused(Facility { joins: BTreeSet::from(["f".into()]), ..facility() }, &pool),
        "facility.joins_itself"
    );
    let deep = Water { lift_m: Some(f64::NAN), ..Water::default() };
    assert_eq!(refused(Facility { water: Some(deep), ..facility() }, &pool), "facility.water");
    for (water, named) in [
        (Water { usable_m3: Some(99_999_999_999.0), ..Water::default() }, "可用容积应填 0 到 10000000"),
        (Water { flow_l_s: Some(1_001.0), ..Water::default() }, "出水流量应填 0 到 1000"),
        (Water { lift_m: Some(1_001.0), ..Water::default() }, "吸水高度应填 0 到 1000"),
    ] {
        let refusal = Facility { water: Some(water), ..facility() }.register(&pool).expect_err(named);
        assert_eq!(refusal.code(), "facility.too_much");
        assert!(refusal.to_string().contains(named), "{refusal}");
    }
    let gate = Kind { by_site: true, gives_water: false, ..kind("checkpoint_std") };
    assert_eq!(refused(facility(), &gate), "facility.no_site");

    let kept = with("volume", FieldValue::Number(150.0)).register(&pool).expect("fits");
    assert_eq!((kept.class.as_str(), kept.water.is_some()), ("fire_pool", true));
    let gate_at = |no: &str| {
        let one = Facility { site: Some(Site::Edge), approval_no: no.to_owned(), ..facility() };
        one.register(&gate).expect("fits")
    };
    assert_eq!((gate_at("").class.as_str(), gate_at("").water), ("checkpoint_edge", None));
    assert_eq!(gate_at(" ").kind_label(&gate), "宣传劝导点");
    assert_eq!(gate_at("渝林防〔2026〕3号").kind_label(&gate), "消防水池");
    assert!(gate_at("").only_persuades() && !gate_at("1").only_persuades());
}

#[test]
fn it_is_good_while_in_service_and_looked_at_in_time() {
    let mut life = in_service("2026-01-20");
    life.extend([
        (Act::Check { good: true }, "2026-04-01"),
        // Nobody came in time: 92 days after the first of April is the second of July.
        (Act::Check { good: true }, "2026-08-01"),
        (Act::Report, "2026-08-10"),
        (Act::Repair, "2026-08-12"),
        (Act::Restore { cost_fen: 500 }, "2026-08-20"),
        (Act::Retire, "2026-09-01"),
    ]);
    let (now, events) = lived(&life);
    assert_eq!((now.stage, now.fault.as_str()), (Stage::Retired, ""));
    let spans = |held: Vec<Held>| -> Vec<(String, String)> {
        let text = |day: Option<Date>| day.map_or("…".to_owned(), |day| day.to_string());
        held.into_iter().map(|one| (one.span.from.to_string(), text(one.span.to))).collect()
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        spans(good_days(&events)),
        [
            pair("2026-01-20", "2026-04-22"),
            pair("2026-04-01", "2026-07-02"),
            pair("2026-08-01", "2026-08-09"),
            pair("2026-08-20", "2026-08-31"),
        ]
    );
    assert_eq!(spans(standing_days(&events).into_iter().collect()), [pair("2026-01-10", "2026-08-31")]);
    assert_eq!(
        spans(sound_days(&events)),
        [pair("2026-01-10", "2026-08-09"), pair("2026-08-20", "2026-08-31")]
    );
    let kept: Vec<Held> = kept_days(&events).into_iter().map(|(_, held)| held).collect();
    assert_eq!(spans(kept), [pair("2026-01-13", "2026-08-31")]);
}

#[test]
fn a_new_keeper_begins_where_the_old_one_ends_and_nothing_else_changes() {
    let other = Keeping { maintainer: "agri".into(), ..keeping() };
    let mut life = in_service("2026-01-20");
    life.push((Act::HandOver { keeping: other.clone() }, "2026-03-01"));
    let (now, events) = lived(&life);
    assert_eq!((now.stage, now.since), (Stage::InService, day("2026-01-20")));
    let kept = kept_days(&events);
    assert_eq!(kept.iter().map(|(one, _)| one.maintainer.as_str()).collect::<Vec<_>>(), ["village", "agri"]);
    assert_eq!(kept.first().and_then(|(_, held)| held.span.to), Some(day("2026-02-28")));
    assert_eq!(kept.last().and_then(|(_, held)| held.span.to), None);
}

#[test]
fn a_check_is_due_its_interval_after_the_last_and_only_in_service() {
    let (now, _) = lived(&in_service("2026-01-20"));
    assert_eq!(now.check_due(), Some(day("2026-04-22")));
    assert!(!now.is_overdue(day("2026-04-22")) && now.is_overdue(day("2026-04-23")));
    let broken = now.clone().take(&Act::Report, day("2026-05-01"), "漏水", day("2026-05-01")).expect("may");
    assert_eq!((broken.check_due(), broken.fault.as_str()), (None, "漏水"));
    // A check somebody wrote down late does not take the newer one back.
    let checked =
        now.take(&Act::Check { good: true }, day("2026-04-10"), "", day("2026-05-01")).expect("may");
    let late =
        checked.take(&Act::Check { good: true }, day("2026-03-10"), "", day("2026-05-01")).expect("may");
    assert_eq!(late.checked_on, Some(day("2026-04-10")));
}

#[test]
fn water_counts_only_when_it_is_there_and_somebody_looked() {
    let (good, _) = lived(&in_service("2026-01-20"));
    let with = |water: Water| Facility { water: Some(water), ..good.clone() };
    let usable = Water { usable_m3: Some(120.0), lift_m: Some(6.0), ..Water::default() };
    let on = day("2026-02-01");
    assert_eq!(counts(&with(usable.clone()), on, LIFT_LIMIT_M), Ok(()));
    let table = [
        (with(usable.clone()), "2026-04-23", "unchecked"),
        (with(Water { dry_months: BTreeSet::from([2]), ..usable.clone() }), "2026-02-01", "dry"),
        (with(Water { lift_m: Some(6.5), ..usable.clone() }), "2026-02-01", "lift"),
        (
            with(Water { usable_m3: None, source: Some(Source::River), ..usable.clone() }),
            "2026-02-01",
            "unmeasured",
        ),
        (with(Water { hard_standing: Some(false), ..usable.clone() }), "2026-02-01", "standing"),
        (Facility { stage: Stage::Fault, ..with(usable.clone()) }, "2026-02-01", "stage"),
        (Facility { void: Some("错".to_owned()), ..with(usable) }, "2026-02-01", "unmeasured"),
    ];
    for (one, on, why) in table {
        let told = counts(&one, day(on), LIFT_LIMIT_M).unwrap_err();
        assert_eq!(told.code(), why);
        assert!(told.sentence().contains("不计入"));
    }
}

#[test]
fn a_hydrant_under_pressure_needs_no_ground_to_stand_on() {
    let (good, _) = lived(&in_service("2026-01-20"));
    let hydrant = Water {
        flow_l_s: Some(15.0),
        hard_standing: Some(false),
        source: Some(Source::Supply),
        ..Water::default()
    };
    let hydrant = Facility { water: Some(hydrant), ..good };
    assert_eq!(counts(&hydrant, day("2026-02-01"), LIFT_LIMIT_M), Ok(()));
}

#[test]
fn a_season_that_lies_ahead_asks_for_no_check_nobody_can_have_made() {
    let (good, _) = lived(&in_service("2026-01-20"));
    let pond = Water { usable_m3: Some(120.0), dry_months: BTreeSet::from([1]), ..Water::default() };
    let pond = Facility { water: Some(pond), ..good };
    let asked = |season: &str, checked: &str| {
        let on = AsOf { season: day(season), checked: day(checked) };
        counts(&pond, on, LIFT_LIMIT_M).map_err(|why| why.code())
    };
    assert_eq!(asked("2026-07-15", "2026-01-25"), Ok(()), "checked last week, asked of July");
    assert_eq!(asked("2027-01-15", "2026-01-25"), Err("dry"));
    assert_eq!(asked("2026-07-15", "2026-07-15"), Err("unchecked"));
}

#[test]
fn hydrants_on_one_pipe_are_one_water_and_a_chain_may_lead_over_what_is_not_asked_for() {
    let (good, _) = lived(&in_service("2026-01-20"));
    let point = |id: &str, class: &str, (volume, flow): (f64, f64), joins: &[&str]| Facility {
        id: id.into(),
        class: class.to_owned(),
        joins: joins.iter().map(|id| FacilityId::from(*id)).collect(),
        water: Some(Water {
            usable_m3: Some(volume).filter(|n| *n > 0.0),
            flow_l_s: Some(flow).filter(|n| *n > 0.0),
            ..Water::default()
        }),
        ..good.clone()
    };
    let (one, two) = (
        point("h1", "hydrant_forest", (0.0, 5.0), &["pipe"]),
        point("h2", "hydrant_forest", (0.0, 8.0), &["pipe"]),
    );
    let pipe = Facility { water: None, ..point("pipe", "pipe_forest", (0.0, 0.0), &[]) };
    let (upper, lower) = (
        point("upper", "forest_pool", (100.0, 0.0), &["pipe"]),
        point("lower", "forest_pool", (60.0, 0.0), &["pipe"]),
    );
    let on = day("2026-02-01");
    let of = |points: &[&Facility], all: &[&Facility]| {
        let waters = Waters::of(all.iter().copied());
        let sum = super::water::sum(points, &waters, on, LIFT_LIMIT_M);
        (sum.usable_m3, sum.flow_l_s, sum.good.len())
    };
    assert_eq!(of(&[&one, &two], &[&one, &two, &pipe]), (0.0, 8.0, 1), "one line without a pool");
    let all = [&one, &two, &pipe, &upper, &lower];
    assert_eq!(of(&[&one, &two], &all), (0.0, 8.0, 1));
    assert_eq!(of(&all, &all), (160.0, 8.0, 2), "each pool holds its own, the hydrants theirs");
    // A pump house, said to be fed or only joined, whatever else hangs on its pipe.
    let intake = point("intake", "natural_intake", (0.0, 30.0), &["pipe"]);
    for id in ["aa-pump", "zz-pump"] {
        let pump = point(id, "pump_house", (0.0, 20.0), &["pipe"]);
        let all = [&intake, &pump, &pipe, &upper, &lower];
        assert_eq!(of(&all, &all), (160.0, 30.0, 3), "the pump house gives the water of the intake");
        assert_eq!(of(&[&pump, &upper], &all), (100.0, 20.0, 1), "the intake is out of reach");
        let water = pump.water.clone().map(|water| Water { fed_by: Some("intake".into()), ..water });
        let fed = Facility { water, joins: BTreeSet::new(), ..pump };
        assert_eq!(of(&[&intake, &fed, &upper], &[&intake, &fed, &upper]), (100.0, 30.0, 2));
    }
    // near ← middle ← pool, of which the middle one is out of reach.
    let fed = |id: &str, by: &str| {
        let own = point(id, "fire_pool", (50.0, 0.0), &[]);
        let water = own.water.clone().map(|water| Water { fed_by: Some(by.into()), ..water });
        Facility { water, ..own }
    };
    let (near, middle, pool) =
        (fed("near", "middle"), fed("middle", "pool"), point("pool", "fire_pool", (200.0, 0.0), &[]));
    assert_eq!(of(&[&near, &pool], &[&near, &middle, &pool]), (200.0, 0.0, 1));
}

#[test]
fn a_pump_house_gives_nothing_where_no_source_gives_it_any() {
    let (good, _) = lived(&in_service("2026-01-20"));
    let point = |id: &str, class: &str, (volume, flow): (Option<f64>, Option<f64>)| Facility {
        id: id.into(),
        class: class.to_owned(),
        water: Some(Water { usable_m3: volume, flow_l_s: flow, ..Water::default() }),
        ..good.clone()
    };
    let joins = ["intake", "pump", "pool"].map(FacilityId::from).into();
    let pipe = Facility { water: None, joins, ..point("pipe", "pipe_forest", (None, None)) };
    let pool = point("pool", "forest_pool", (Some(60.0), None));
    let intake = point("intake", "natural_intake", (None, Some(30.0)));
    let pump = point("pump", "pump_house", (None, Some(20.0)));
    let flows = |flow: f64| point("intake", "natural_intake", (None, Some(flow)));
    let dry = Water { dry_months: [2].into(), ..Water::default() };
    let with = |intake: Facility| {
        let all = [&intake, &pump, &pool, &pipe];
        let sum = sum(&[&intake, &pump, &pool], day("2026-02-01"), LIFT_LIMIT_M);
        let waters = Waters::of(all);
        let told = super::water::sum(&[&intake, &pump, &pool], &waters, day("2026-02-01"), LIFT_LIMIT_M);
        assert_eq!(sum.usable_m3, 60.0, "the pool holds its own without a pipe");
        (told.usable_m3, told.flow_l_s, waters.counts(&pump, day("2026-02-01"), LIFT_LIMIT_M))
    };
    let nothing = (60.0, 0.0, Err(Why::NoSource));
    assert_eq!(with(intake.clone()), (60.0, 30.0, Ok(())));
    for stage in [Stage::Fault, Stage::Repairing, Stage::Retired] {
        assert_eq!(with(Facility { stage, ..intake.clone() }), nothing, "{stage:?}");
    }
    assert_eq!(with(flows(0.0)), nothing, "what nothing flows at");
    assert_eq!(with(Facility { water: Some(dry), ..intake.clone() }), nothing);
    assert_eq!(with(point("intake", "natural_intake", (None, None))).2, Ok(()), "nobody measured it");
    // Said to be fed by a pool it draws what that holds, by a pool at fault nothing.
    let water = pump.water.clone().map(|water| Water { fed_by: Some("pool".into()), ..water });
    let fed = Facility { water, ..pump.clone() };
    for (stage, told) in [(Stage::InService, Ok(())), (Stage::Fault, Err(Why::NoSource))] {
        let pool = Facility { stage, ..pool.clone() };
        let waters = Waters::of([&pool, &fed]);
        assert_eq!(waters.counts(&fed, day("2026-02-01"), LIFT_LIMIT_M), told);
    }
    // The map of the pipes says the same.
    let broken = Facility { stage: Stage::Fault, ..intake };
    let nodes = [&broken, &pump, &pool, &pipe];
    let sound = |one: &Facility| one.is_sound().then(|| Span::since(day("2026-01-20"))).into_iter().collect();
    let net = Network::of(nodes.into_iter().map(|one| Node::of(one, sound(one))).collect());
    assert!(net.cut_off(day("2026-02-01")).contains(&&pump.id));
    assert!(!net.reaches(&pump.id, day("2026-02-01")));
}

#[test]
fn a_tap_gives_only_what_its_line_holds() {
    let (good, _) = lived(&in_service("2026-01-20"));
    let point = |id: &str, class: &str, flow: f64, joins: &[&str]| Facility {
        id: id.into(),
        class: class.to_owned(),
        joins: joins.iter().copied().map(FacilityId::from).collect(),
        water: Some(Water { flow_l_s: Some(flow), ..Water::default() }),
        ..good.clone()
    };
    let intake = point("intake", "natural_intake", 30.0, &["pipe"]);
    let pipe = Facility { water: None, ..point("pipe", "pipe_forest", 0.0, &[]) };
    let tap = point("tap", "hydrant_forest", 8.0, &["pipe"]);
    let told =
        |all: &[&Facility]| Waters::of(all.iter().copied()).counts(&tap, day("2026-02-01"), LIFT_LIMIT_M);
    assert_eq!(told(&[&intake, &pipe, &tap]), Ok(()));
    let at_fault = |one: &Facility| Facility { stage: Stage::Fault, ..one.clone() };
    assert_eq!(told(&[&at_fault(&intake), &pipe, &tap]), Err(Why::NoSource));
    assert_eq!(told(&[&intake, &at_fault(&pipe), &tap]), Err(Why::NoSource), "the pipe between is broken");
    let pool = point("pool", "forest_pool", 5.0, &["pipe"]);
    assert_eq!(told(&[&at_fault(&intake), &pool, &pipe, &tap]), Ok(()), "the pool is still full");
    assert_eq!(told(&[&pipe, &tap]), Ok(()), "what this line holds nobody recorded");
}

#[test]
fn points_on_one_pool_are_one_water() {
    let (good, _) = lived(&in_service("2026-01-20"));
    let point = |id: &str, volume: f64, fed_by: Option<&str>| Facility {
        id: id.into(),
        water: Some(Water {
            usable_m3: Some(volume),
            flow_l_s: Some(10.0),
            fed_by: fed_by.map(Into::into),
            ..Water::default()
        }),
        ..good.clone()
    };
    let pool = point("pool", 200.0, None);
    let (near, far) = (point("near", 50.0, Some("pool")), point("far", 50.0, Some("near")));
    let other = point("other", 80.0, None);
    let all = [&near, &pool, &far, &other];
    let found = sum(&all, day("2026-02-01"), LIFT_LIMIT_M);
    assert_eq!((found.usable_m3, found.flow_l_s), (280.0, 20.0));
    assert_eq!(found.good, ["other".into(), FacilityId::from("pool")]);
    let same = Why::SameWater("pool".into());
    assert_eq!(found.left_out, [("far".into(), same.clone()), (FacilityId::from("near"), same)]);
    // A pool at fault gives nothing, but what it feeds is still one water.
    let broken = Facility { stage: Stage::Fault, ..pool };
    let found = sum(&[&near, &broken, &far], day("2026-02-01"), LIFT_LIMIT_M);
    assert_eq!((found.usable_m3, found.good.len(), found.left_out.len()), (50.0, 1, 2));
    // Two that claim to feed each other are one water too.
    let (a, b) = (point("a", 5.0, Some("b")), point("b", 7.0, Some("a")));
    assert_eq!(sum(&[&a, &b], day("2026-02-01"), LIFT_LIMIT_M).usable_m3, 7.0);
}

fn node(id: &str, class: &str, joins: &[&str], sound: &[(&str, Option<&str>)]) -> Node {
    Node {
        id: id.into(),
        class: class.to_owned(),
        joins: joins.iter().map(|id| FacilityId::from(*id)).collect(),
        sound: sound.iter().map(|(from, to)| Span { from: day(from), to: to.map(day) }).collect(),
    }
}

#[test]
fn what_no_source_reaches_is_named_and_so_is_what_one_break_cuts_off() {
    let always: &[(&str, Option<&str>)] = &[("2026-01-01", None)];
    let mended: &[(&str, Option<&str>)] = &[("2026-01-01", Some("2026-02-28")), ("2026-04-01", None)];
    let net = Network::of(vec![
        node("river", "natural_intake", &[], always),
        node("house", "pump_house", &["river"], always),
        node("main", "pipe_forest", &["house", "upper"], mended),
        node("upper", "forest_pool", &[], always),
        node("lower", "forest_pool", &["house"], always),
        node("lonely", "forest_pool", &["nobody"], always),
        node("sign", "sign_forest", &["river"], always),
    ]);
    let cut_off = |on: &str| net.cut_off(day(on)).into_iter().map(FacilityId::as_str).collect::<Vec<_>>();
    assert_eq!(cut_off("2026-02-01"), ["lonely"]);
    assert_eq!(cut_off("2026-03-01"), ["main", "upper", "lonely"]);
    let breaks = |id: &str| -> Vec<&str> {
        net.one_break(&id.into(), day("2026-02-01")).into_iter().map(FacilityId::as_str).collect()
    };
    assert_eq!(breaks("main"), ["upper"]);
    assert_eq!(breaks("house"), ["main", "upper", "lower"]);
    assert_eq!(breaks("lower"), Vec::<&str>::new());
    assert_eq!(breaks("sign"), Vec::<&str>::new());
    let days: BTreeMap<&str, Vec<Span>> =
        net.reached_days().into_iter().map(|(id, days)| (id.as_str(), days)).collect();
    assert_eq!(days["lonely"], []);
    assert_eq!(days["lower"], [Span::since(day("2026-01-01"))]);
    let twice = [Span::between(day("2026-01-01"), day("2026-02-28")), Span::since(day("2026-04-01"))];
    assert_eq!(days["upper"], twice);
    assert_eq!(days.len(), 4, "the source and the pump house are not asked for");
}

#[test]
fn a_shape_lies_on_the_earth_and_does_not_cross_itself() {
    let code = |shape: Shape| shape.check().map(|()| "").unwrap_or_else(|fault| fault.code());
    let ring = |corners: &[[f64; 2]]| Shape::Polygon(vec![corners.to_vec()]);
    let table = [
        (Shape::Point([105.87, 29.26]), ""),
        (Shape::Point([29.26, 105.87]), "shape.swapped"),
        (Shape::Point([512.0, 29.0]), "shape.off_earth"),
        (Shape::Point([0.0, 0.0]), "shape.off_earth"),
        (Shape::Point([f64::NAN, 1.0]), "shape.off_earth"),
        (Shape::LineString(vec![[105.0, 29.0]]), "shape.too_few"),
        (Shape::LineString(vec![[105.0, 29.0], [105.0, 29.0]]), "shape.too_few"),
        (Shape::LineString(vec![[105.0, 29.0]; 2_001]), "shape.too_many"),
        (ring(&[[0.1, 0.0], [1.0, 0.0], [1.0, 1.0], [0.1, 0.0]]), ""),
        (ring(&[[0.1, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]), "shape.open"),
        (ring(&[[0.1, 0.1], [1.0, 1.0], [1.0, 0.1], [0.1, 1.0], [0.1, 0.1]]), "shape.crosses"),
        (Shape::Polygon(Vec::new()), "shape.too_few"),
    ];
    for (shape, wanted) in table {
        assert_eq!(code(shape.clone()), wanted, "{shape:?}");
    }
    let bow = ring(&[[0.0, 0.1], [1.0, 1.1], [1.0, 0.1], [0.0, 1.1], [0.0, 0.1]]).check();
    assert!(
        matches!(bow, Err(ShapeFault::Crosses(lon, lat)) if (lon - 0.5).abs() < 1e-9 && (lat - 0.6).abs() < 1e-9),
        "where it crosses, not the corner before: {bow:?}"
    );
    let line = Shape::LineString(vec![[105.0, 29.0], [105.0, 29.01]]);
    assert!((line.length_m() - 1_111.95).abs() < 0.1, "{}", line.length_m());
    let text = serde_json::to_string(&line).expect("is text");
    assert_eq!(text, r#"{"type":"LineString","coordinates":[[105.0,29.0],[105.0,29.01]]}"#);
    assert_eq!(line.bounds(), Bounds { west: 105.0, south: 29.0, east: 105.0, north: 29.01 });
}

proptest! {
    #[test]
    fn water_does_not_depend_on_ids_or_the_order_of_rows(
        made in proptest::collection::vec(
            (0_usize..4, 0_u8..4, 0_u8..4, proptest::option::of(0_usize..9), proptest::option::of(0_usize..9)),
            1..9,
        ),
        order in Just((0_usize..9).collect::<Vec<_>>()).prop_shuffle(),
        asked in 1_u16..512,
    ) {
        let (good, _) = lived(&in_service("2026-01-20"));
        let classes = ["natural_intake", "pump_house", "forest_pool", "hydrant_forest"];
        let told = |name: &dyn Fn(usize) -> FacilityId, rows: &[usize]| {
            let facility = |n: usize| {
                let (class, volume, flow, joins, fed_by) = *made.get(n)?;
                Some(Facility {
                    id: name(n),
                    class: classes.get(class)?.to_string(),
                    joins: joins.map(name).into_iter().collect(),
                    water: Some(Water {
                        usable_m3: Some(f64::from(volume) * 10.0),
                        flow_l_s: Some(f64::from(flow) * 5.0),
                        fed_by: fed_by.map(name),
                        ..Water::default()
                    }),
                    ..good.clone()
                })
            };
            let all: Vec<(usize, Facility)> = rows.iter().filter_map(|n| Some((*n, facility(*n)?))).collect();
            let waters = Waters::of(all.iter().map(|(_, one)| one));
            let points: Vec<&Facility> =
                all.iter().filter(|(n, _)| asked >> n & 1 == 1).map(|(_, one)| one).collect();
            let found = super::water::sum(&points, &waters, day("2026-02-01"), LIFT_LIMIT_M);
            let outflow = points.iter().filter_map(|one| one.water.as_ref()?.flow_l_s).sum::<f64>();
            assert!(found.flow_l_s <= outflow, "nothing is counted twice");
            assert_eq!(found.good.len() + found.left_out.len(), points.len());
            (found.usable_m3, found.flow_l_s, found.good.len())
        };
        let rows: Vec<usize> = (0..9).collect();
        let plain = told(&|n| format!("f{n}").as_str().into(), &rows);
        let renamed = |n: usize| format!("f{}", order.get(n).copied().unwrap_or(n)).as_str().into();
        prop_assert_eq!(plain, told(&renamed, &order));
    }

    #[test]
    fn nothing_enters_service_without_a_keeper_and_no_step_goes_back_in_time(
        steps in proptest::collection::vec((0_usize..16, 0_u64..40), 1..60),
    ) {
        let (mut now, today) = (facility(), day("2027-12-31"));
        let acts = acts();
        let mut clock = day("2026-01-01");
        for (n, later) in steps {
            clock = clock + chrono::Days::new(later) - chrono::Days::new(5);
            let Some(act) = acts.get(n).filter(|act| **act != Act::Void) else { continue };
            let before = now.clone();
            match now.clone().take(act, clock, "说明", today) {
                Ok(after) => now = after,
                Err(refusal) => {
                    prop_assert!(refusal.code().starts_with("facility."));
                    continue;
                }
            }
            prop_assert!(before.steps().contains(&act.code()));
            prop_assert!(now.since >= before.since);
            let works = matches!(now.stage, Stage::InService | Stage::Fault | Stage::Repairing);
            prop_assert!(!works || now.keeping.as_ref().is_some_and(|kept| kept.check_days > 0));
            prop_assert!(now.stage != Stage::InService || now.fault.is_empty());
            prop_assert!((now.stage == Stage::Fault) <= !now.fault.is_empty());
            prop_assert_eq!(now.check_due().is_some(), now.stage == Stage::InService);
        }
    }
}

#[test]
fn a_facility_on_another_day_is_what_had_happened_to_it_by_then() {
    let mut life = in_service("2026-01-20");
    life.extend([
        (Act::Check { good: true }, "2026-02-20"),
        (Act::Report, "2026-06-10"),
        (Act::Repair, "2026-06-12"),
        (Act::Restore { cost_fen: 5 }, "2026-06-20"),
        (Act::Retire, "2026-09-01"),
    ]);
    let (now, events) = lived(&life);
    assert_eq!(now.clone().stood_on(&events, day("2025-12-31")), None, "nobody had proposed it");
    let on = |text: &str| now.clone().stood_on(&events, day(text)).expect("it is on record");
    assert_eq!(on("2026-01-01").stage, Stage::Proposed);
    assert_eq!((on("2026-01-19").stage, on("2026-01-19").keeping.is_some()), (Stage::HandedOver, true));
    let good = on("2026-03-01");
    assert_eq!(
        (good.stage, good.since, good.checked_on),
        (Stage::InService, day("2026-01-20"), Some(day("2026-02-20")))
    );
    assert!(on("2026-06-01").is_overdue(day("2026-06-01")), "unchecked for 92 days");
    assert_eq!((on("2026-06-10").stage, on("2026-06-10").fault.as_str()), (Stage::Fault, "说明"));
    assert_eq!((on("2026-06-20").stage, on("2026-06-20").fault.as_str()), (Stage::InService, ""));
    assert_eq!(on("2026-12-31"), now, "the last day is today");
}
