//! Who enters late in a window, and who leaves before its end.

use super::*;

#[test]
fn who_enters_on_the_sixteenth_does_not_owe_that_month() {
    for (entered, status) in [("2026-01-15", Status::Unmet), ("2026-01-16", Status::NotApplicable)] {
        let mut town = a_town(0);
        let place = town.facts.add_subject(SubjectKind::Place, "new", Span::since(date(entered)), 1.0, &[]);
        town.facts.add_label(place, "list:watched", Span::since(date("2024-01-01")));
        let plan = a_plan(vec![watched_monthly()]);
        let report = town.ask(&plan, "2026-02-01", "2026-01-01", "2026-01-31").evaluate();
        assert_eq!(statuses(&report, "K1.1"), [status], "{entered}");
    }
}

#[test]
fn who_enters_late_owes_nothing_and_what_was_done_counts() {
    let mut rarely = duty("K1.1", SubjectKind::Place, &[], "half_year", need("inspection.done"));
    rarely.late_days = Some(Number::Fixed(30));
    let plan = a_plan(vec![rarely]);
    let mut town = a_town(0);
    let since = Span::since(date("2026-11-29"));
    let [done, late, idle] =
        ["done", "late", "idle"].map(|id| town.facts.add_subject(SubjectKind::Place, id, since, 1.0, &[]));
    let on = |town: &Town, as_of| {
        let report = town.ask(&plan, as_of, "2026-07-01", "2026-12-31").evaluate();
        let found = report.duties[0].occurrences.iter().map(|one| (one.status, one.not_owed)).collect();
        let found: Vec<_> = found;
        (found, report.whole(&plan).ratio())
    };
    let not_owed = (Status::NotApplicable, Some(NotOwed::EnteredLate));
    assert_eq!(on(&town, "2026-11-29"), (vec![not_owed; 3], None));
    town.record("inspection.done", done, "2026-11-29");
    town.record("inspection.done", late, "2027-01-10");
    assert_eq!(on(&town, "2026-11-29"), (vec![(Status::Ahead, None), not_owed, not_owed], None));
    let after = on(&town, "2027-02-15");
    assert_eq!(after, (vec![(Status::Met, None), not_owed, not_owed], Some(1.0)), "late would only lower it");
    let ask = town.ask(&plan, "2027-02-15", "2026-07-01", "2026-12-31");
    assert_eq!(ask.drill("K1.1", done, "2026-H2").len(), 1, "and opens down to the record");
    assert_eq!(ask.drill("K1.1", idle, "2026-H2"), []);
}

#[test]
fn who_leaves_before_it_is_due_owes_nothing_but_keeps_what_was_done() {
    for (inspected, status) in [(false, Status::NotApplicable), (true, Status::Met)] {
        let mut town = a_town(0);
        let stay = Span::between(date("2024-01-01"), date("2026-01-20"));
        let place = town.facts.add_subject(SubjectKind::Place, "closing", stay, 1.0, &[]);
        town.facts.add_label(place, "list:watched", Span::since(date("2024-01-01")));
        if inspected {
            town.record("inspection.done", place, "2026-01-05");
        }
        let plan = a_plan(vec![watched_monthly()]);
        let report = town.ask(&plan, "2026-03-01", "2026-01-01", "2026-02-28").evaluate();
        assert_eq!(statuses(&report, "K1.1"), [status]);
    }
}

#[test]
fn what_is_done_late_for_whoever_left_before_it_was_due_takes_nothing_away() {
    let mut quarterly = duty("K1.1", SubjectKind::Place, &[], "quarter", need("inspection.done"));
    quarterly.late_days = Some(Number::Fixed(30));
    let plan = a_plan(vec![quarterly]);
    let mut town = a_town(1);
    let stay = Span::between(date("2024-01-01"), date("2026-02-20"));
    let left = town.facts.add_subject(SubjectKind::Place, "left", stay, 1.0, &[]);
    town.record("inspection.done", town.shops[0], "2026-01-05");
    let share = |town: &Town| {
        let report = town.ask(&plan, "2026-05-31", "2026-01-01", "2026-03-31").evaluate();
        (statuses(&report, "K1.1"), report.whole(&plan).ratio())
    };
    let before = (vec![Status::Met, Status::NotApplicable], Some(1.0));
    assert_eq!(share(&town), before);
    town.record("inspection.done", left, "2026-04-10");
    assert_eq!(share(&town), before);
}
