//! Judging all duties of the plan over a made-up record in memory.

use std::time::Instant;

use domain::calendar::Calendar;
use domain::fulfilment::board::{Areas, View};
use domain::fulfilment::{FactIx, Facts, NewFact, Question, Span, SubjectIx};
use domain::plan::SubjectKind;
use domain::time::{Date, parse_date};

use super::{Figures, Random, Size, own_memory, plan};

/// The day everything is judged on.
pub const TODAY: &str = "2026-11-25";

/// Labels of a place: category, tags, lists. Shares are those of a township register.
pub fn labels(random: &mut Random) -> Vec<&'static str> {
    let category = match random.below(10) {
        0 => "category:factory",
        1 => "category:warehouse",
        2 => "category:supermarket",
        3 => "category:construction",
        4 => "category:elder_care",
        5 => "category:market",
        _ => "category:nine_small.catering",
    };
    let mut out = vec![category, "list:village_listed"];
    if random.below(14) == 0 {
        out.extend(["list:police_listed", "list:police_scope"]);
    }
    for (tag, one_in) in [
        ("tag:self_built", 3),
        ("tag:dense", 5),
        ("tag:high_risk", 9),
        ("tag:building_check", 6),
        ("tag:fringe", 8),
        ("list:sector_key", 10),
        ("list:joint_control", 12),
    ] {
        if random.below(one_in) == 0 {
            out.push(tag);
        }
    }
    out
}

/// The offices that look at places.
pub const OFFICES: [(&str, &str, &str); 6] = [
    ("police", "org:police_station", "org_kind:police"),
    ("economy", "org:economy_office", "org_kind:dept"),
    ("civil", "org:civil_office", "org_kind:dept"),
    ("planning", "org:planning_office", "org_kind:dept"),
    ("emergency", "org:emergency_office", "org_kind:dept"),
    ("village", "org:village", "org_kind:village"),
];

/// A date written here.
pub fn day(text: &str) -> Date {
    parse_date(text).unwrap_or_default()
}

struct Made {
    facts: Facts,
    villages: Vec<SubjectIx>,
    places: Vec<SubjectIx>,
    offices: Vec<SubjectIx>,
}

fn make(size: Size) -> anyhow::Result<Made> {
    let mut random = Random::seeded();
    let mut facts = Facts::new();
    facts.connect(store::fulfilment::CONNECTED.iter().copied());
    let since = Span::since(day("2024-01-01"));
    let town = facts.add_subject(SubjectKind::Town, "town", since, 1.0, &[]);
    let villages: Vec<_> = (0..size.villages)
        .map(|n| facts.add_subject(SubjectKind::Village, &format!("v{n}"), since, 1.0, &[town]))
        .collect();
    let offices: Vec<_> = OFFICES
        .iter()
        .map(|(id, label, kind)| {
            let office = facts.add_subject(SubjectKind::Org, id, since, 1.0, &[town]);
            facts.add_label(office, label, since);
            facts.add_label(office, kind, since);
            office
        })
        .collect();
    let mut places = Vec::with_capacity(size.places as usize);
    for n in 0..size.places {
        let village = villages.get((n % size.villages) as usize).copied().unwrap_or(town);
        let place = facts.add_subject(SubjectKind::Place, &format!("p{n}"), since, 1.0, &[village, town]);
        for label in labels(&mut random) {
            facts.add_label(place, label, since);
        }
        places.push(place);
    }
    let first = day("2025-12-01");
    let mut made = Made { facts, villages, places, offices };
    for n in 0..size.inspections {
        // In the order of days, as a record grows.
        let on = first + chrono::Days::new(u64::from(n) * 359 / u64::from(size.inspections));
        let at = random.below(size.places);
        inspect(&mut made, &mut random, at, on)?;
    }
    Ok(made)
}

fn inspect(made: &mut Made, random: &mut Random, place: u32, on: Date) -> anyhow::Result<FactIx> {
    let which = random.below(6) as usize;
    let (_, label, kind) = OFFICES.get(which).copied().unwrap_or_default();
    let also: Vec<SubjectIx> = made.offices.get(which).copied().into_iter().collect();
    let subject = made.places.get(place as usize).copied().unwrap_or_else(|| made.villages[0]);
    let fact = NewFact {
        kind: "inspection.done",
        id: "",
        subject,
        also: &also,
        happened_on: on,
        until: None,
        recorded_on: on,
        void_on: None,
        tags: &[label, kind],
    };
    Ok(made.facts.add_fact(&fact)?)
}

/// All duties at one size; then one inspection more; then the board cut from the report.
pub fn evaluate(figures: &mut Figures, size: Size) -> anyhow::Result<()> {
    let plan = plan()?;
    let calendar = Calendar::weekdays();
    let n = u64::from(size.places);
    let mut made = figures.once("生成内存记录", size.name, n, || make(size))?;
    let (as_of, from) = (day(TODAY), day("2025-12-01"));
    fn ask<'a>(
        plan: &'a domain::plan::Plan,
        facts: &'a Facts,
        calendar: &'a Calendar,
        days: (Date, Date),
    ) -> Question<'a> {
        Question { plan, facts, waivers: &[], calendar, as_of: days.1, from: days.0, to: days.1 }
    }
    let start = Instant::now();
    let mut report = ask(&plan, &made.facts, &calendar, (from, as_of)).evaluate();
    let ms = start.elapsed().as_secs_f64() * 1000.0;
    let occurrences: usize = report.duties.iter().map(|duty| duty.occurrences.len()).sum();
    let each = ms * 1_000_000.0 / occurrences.max(1) as f64;
    let note = format!("{occurrences} 项，每项 {each:.0} ns（连依据），{}", own_memory());
    figures.put("评估全部责任", size.name, n, vec![ms], &note);
    let mut took = Vec::new();
    let mut random = Random::seeded();
    for place in 0..50.min(size.places) {
        let fact = inspect(&mut made, &mut random, place, as_of)?;
        let start = Instant::now();
        ask(&plan, &made.facts, &calendar, (from, as_of)).reevaluate(&mut report, fact);
        took.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    figures.put("增量评估一次检查", size.name, n, took, "");
    let areas = Areas::of(&made.facts, SubjectKind::Village, made.villages.clone());
    let view = View { areas: &areas, only: None, days: (day("2026-01-01"), as_of), months: &[] };
    let rows = figures.once("汇总台账", size.name, n, || {
        ask(&plan, &made.facts, &calendar, (from, as_of)).board(&report, &view)
    });
    anyhow::ensure!(rows.len() == plan.duties.len(), "每项责任一行");
    Ok(())
}
