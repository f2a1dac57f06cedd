//! What a figure is made of: what enters a sum, how a share is shown, which records count and in what unit.

use super::*;

#[test]
fn what_is_not_scored_is_beside_the_figures_of_clause_and_plan() {
    let (mut encouraged, mut weightless) = (watched_monthly(), watched_monthly());
    (encouraged.informational, encouraged.weight) = (true, 0.0);
    (weightless.id, weightless.weight) = ("K1.2".into(), 0.0);
    let mut scored = watched_monthly();
    (scored.id, scored.rhythm) = ("K1.3".into(), Rhythm::Fixed(Period::Every(Unit::Quarter)));
    let plan = a_plan(vec![encouraged, weightless, scored]);
    let mut town = a_town(2);
    let shop = town.shops[0];
    for day in ["2026-01-10", "2026-02-10", "2026-03-10"] {
        town.record("inspection.done", shop, day);
    }
    let ask = town.ask(&plan, "2026-04-01", "2026-01-01", "2026-03-31");
    let report = ask.evaluate();
    for tally in [report.clause(&plan, "K1"), report.whole(&plan)] {
        assert_eq!((tally.due(), tally.count(Status::Met), tally.ratio()), (2, 1, Some(0.5)));
        assert_eq!((tally.total(), tally.beside()), (2, 12), "six of each of the two others");
    }
    assert_eq!(report.duties[0].tally.count(Status::Met), 3, "it is shown on its own");
    assert_eq!(report.duties[1].tally.ratio(), None);
    let areas = board::Areas::of(&town.facts, SubjectKind::Village, vec![town.village]);
    let open = town.ask(&plan, "2026-03-15", "2026-01-01", "2026-03-31");
    let view = board::View { areas: &areas, only: None, days: (open.from, open.to), months: &[] };
    let mut sum = board::Row::empty(1, 0);
    for (duty, row) in plan.duties.iter().zip(open.board(&open.evaluate(), &view)).take(2) {
        assert_eq!(row.next_due, Some(date("2026-03-31")));
        sum.add_weighted(&row, duty.scored_weight());
    }
    assert_eq!((sum.areas[0].total(), sum.areas[0].beside(), sum.next_due), (0, 12, None));
}

#[test]
fn a_share_is_cut_off_so_that_only_the_whole_is_100() {
    let shown = [0.0, 0.00004, 0.9036, 0.9996, 0.999_999, 1.0, 0.895].map(percent);
    assert_eq!(shown, [0.0, 0.1, 90.3, 99.9, 99.9, 100.0, 89.5]);
}

#[test]
fn of_several_records_the_first_that_were_needed_count_and_the_others_are_besides() {
    let mut twice = need("inspection.done");
    twice.minimum = Number::Fixed(2);
    let mut held = need("post.filled");
    held.held = true;
    let plan = a_plan(vec![
        watched_monthly(),
        duty("K1.2", SubjectKind::Place, &["list:watched"], "quarter", twice),
        duty("K1.3", SubjectKind::Village, &[], "standing quarter", held.clone()),
        duty("K1.4", SubjectKind::Village, &[], "quarter", held),
    ]);
    let mut town = a_town(1);
    let (shop, village) = (town.shops[0], town.village);
    for day in ["2026-01-10", "2026-01-11", "2026-02-03"] {
        town.record("inspection.done", shop, day);
    }
    town.record_with("post.filled", village, "2025-01-01", Some("2026-02-10"), "2025-01-01", &[]);
    town.record_with("post.filled", village, "2026-02-11", None, "2026-02-11", &[]);
    let ask = town.ask(&plan, "2026-04-01", "2026-01-01", "2026-03-31");
    let counts = |duty: &str, of, key: &str| -> Vec<bool> {
        ask.drill(duty, of, key).iter().map(|fact| fact.counts).collect()
    };
    assert_eq!(counts("K1.1", shop, "2026-01"), [true, false]);
    assert_eq!(counts("K1.2", shop, "2026-Q1"), [true, true, false]);
    assert_eq!(counts("K1.3", village, "2026-Q1"), [true, true], "each held its days");
    assert_eq!(counts("K1.4", village, "2026-Q1"), [false, true], "the first was over on the last day");
    let units = plan.duties.iter().map(|duty| ask.counted_in(duty).label());
    assert_eq!(units.collect::<Vec<_>>(), ["项", "项", "天", "项"]);
}
