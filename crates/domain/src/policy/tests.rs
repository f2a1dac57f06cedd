//! Rights as printed, and who may not.

use super::*;
use crate::time::parse_date;

const TOWN: &str = "500118100000";

fn day(text: &str) -> Date {
    parse_date(text).expect("a date written in a test exists")
}

fn hat(role: Role, org: &str, path: &str) -> Assignment {
    Assignment {
        away: Vec::new(),
        id: format!("{}-{org}", role.code()).into(),
        person: "p".into(),
        post: "post".into(),
        role,
        org: org.into(),
        territory: path.into(),
        path: path.to_owned(),
        place: None,
        acting: false,
        from: day("2026-01-01"),
        to: Some(day("2026-06-30")),
        basis: String::new(),
    }
}

fn worn(hats: Vec<Assignment>) -> Hats {
    Hats::on(hats, day("2026-03-01"))
}

fn row(path: &str, org: &str) -> Subject {
    Subject::of(path, Some(&org.into()))
}

#[test]
fn the_printed_matrix_is_the_one_in_force() {
    testkit::assert_golden(
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/domain/permissions.md"),
        &matrix(),
    );
}

#[test]
fn nobody_without_a_hat_may_do_anything() {
    let nobody = Hats::default();
    for action in Action::ALL {
        assert_eq!(nobody.scope(*action), None, "{}", action.code());
        assert_eq!(nobody.hat(*action, &Subject::town()), None);
    }
    let late = Hats::on([hat(Role::OfficeClerk, "office", TOWN)], day("2026-07-01"));
    assert!(late.actions().is_empty(), "rights end with the assignment");
}

#[test]
fn a_village_sees_its_own_rows_and_no_neighbour_with_a_longer_code() {
    let own = format!("{TOWN}/v1");
    let village = worn(vec![hat(Role::VillageStaff, "v1", &own)]);
    let scope = village.scope(Action::HazardRead).expect("may read");
    assert!(scope.admits(&row(&own, "x")));
    assert!(scope.admits(&row(&format!("{own}/g1"), "x")));
    assert!(!scope.admits(&row(&format!("{TOWN}/v10"), "v1")), "its name begins alike");
    assert!(!scope.admits(&row(TOWN, "x")));
    assert!(village.hat(Action::HazardAdvise, &row(&own, "x")).is_some());
    assert!(village.hat(Action::HazardOrder, &row(&own, "x")).is_none(), "a village never orders");
}

#[test]
fn a_department_sees_its_sector_and_the_narrowest_hat_is_worn() {
    let dept = worn(vec![
        hat(Role::DeptInspector, "civil", TOWN),
        hat(Role::GridManager, "v1", &format!("{TOWN}/v1")),
    ]);
    let elsewhere = row(&format!("{TOWN}/v2"), "civil");
    assert_eq!(dept.hat(Action::InspectionRecord, &elsewhere).map(|hat| hat.role), Some(Role::DeptInspector));
    let both = row(&format!("{TOWN}/v1"), "civil");
    assert_eq!(dept.hat(Action::InspectionRecord, &both).map(|hat| hat.role), Some(Role::GridManager));
    assert!(dept.hat(Action::HazardRead, &row(&format!("{TOWN}/v2"), "police")).is_none());
}

#[test]
fn the_word_order_is_for_those_with_power_only() {
    for role in Role::ALL {
        let may = reach(*role, Action::HazardOrder).is_some();
        let has_power = matches!(role, Role::PoliceOfficer | Role::EnforcementOfficer | Role::DistrictFire);
        assert_eq!(may, has_power, "{}", role.code());
    }
    assert_eq!(reach(Role::SysAdmin, Action::PlaceRead), None, "the machine's keeper reads no business");
}

#[test]
fn a_unit_sees_its_own_place_only() {
    let mut own = hat(Role::UnitResponsible, "unit", TOWN);
    own.place = Some("place-1".into());
    let unit = worn(vec![own]);
    let at = |place: &str| Subject { place: Some(place.into()), ..Subject::of(TOWN, None) };
    assert!(unit.hat(Action::HazardFix, &at("place-1")).is_some());
    assert!(unit.hat(Action::HazardFix, &at("place-2")).is_none());
    assert!(unit.scope(Action::HazardRead).is_some_and(|scope| !scope.admits(&at("place-2"))));
}

#[test]
fn the_scope_and_the_hat_say_the_same() {
    let rows = [
        Subject::town(),
        row(TOWN, "civil"),
        row(&format!("{TOWN}/v1"), "v1"),
        row(&format!("{TOWN}/v1/g2"), "police"),
        row(&format!("{TOWN}/v2"), "civil"),
    ];
    for role in Role::ALL {
        let hats = worn(vec![hat(*role, "civil", &format!("{TOWN}/v1"))]);
        for action in Action::ALL {
            let scope = hats.scope(*action).unwrap_or_default();
            for row in &rows {
                let by_hat = hats.hat(*action, row).is_some();
                assert_eq!(scope.admits(row), by_hat, "{} {} {row:?}", role.code(), action.code());
            }
        }
    }
}

#[test]
fn a_grid_worker_does_what_the_manager_does_and_a_district_department_reads_and_tasks_back() {
    for action in Action::ALL {
        let (worker, manager) = (reach(Role::GridWorker, *action), reach(Role::GridManager, *action));
        assert_eq!(worker, manager, "{}", action.code());
    }
    let beyond_reading: Vec<_> = Action::ALL
        .iter()
        .filter(|action| reach(Role::DistrictDept, **action).is_some() && !action.code().ends_with(".read"))
        .collect();
    assert_eq!(beyond_reading, [&Action::TaskAssign, &Action::TaskHandDown]);
    assert_eq!(reach(Role::DistrictDept, Action::TaskAssign), Some(Reach::Org), "what it handed down itself");
    assert_eq!(reach(Role::DistrictDept, Action::TaskHandDown), Some(Reach::Town));
    assert_eq!(reach(Role::DistrictDept, Action::CaseRead), None);
}

#[test]
fn whoever_is_given_a_report_reads_it_wherever_it_lies_beside_those_of_his_land() {
    let hats = worn(vec![hat(Role::VillageStaff, "village-1", &format!("{TOWN}/v1"))]);
    let row = |path: &str, org: &str| Subject::of(path, Some(&org.into()));
    let reads = |row: &Subject| hats.hat(Action::ReportCaseRead, row).is_some();
    assert!(reads(&row(&format!("{TOWN}/v1"), "civil")), "of his land, whoever it was given to");
    assert!(reads(&row(TOWN, "village-1")), "given to his body, of the town at large");
    assert!(!reads(&row(&format!("{TOWN}/v2"), "village-2")));
}
