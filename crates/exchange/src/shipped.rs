//! The data that comes with the house: checklists and the catalogue of places, as files an office may read.
//!
//! A town starts from these as drafts and publishes its own editions. What does *not* belong here: reading them
//! (`checklist_file`, `place_catalog`).

/// Name and text of every checklist file that comes along, blocks first, in block order.
pub const CHECKLISTS: [(&str, &str); 19] = [
    ("base", include_str!("../../../checklists/base.toml")),
    ("nine_small", include_str!("../../../checklists/nine_small.toml")),
    ("three_in_one", include_str!("../../../checklists/three_in_one.toml")),
    ("self_built", include_str!("../../../checklists/self_built.toml")),
    ("elder_care", include_str!("../../../checklists/elder_care.toml")),
    ("factory_warehouse", include_str!("../../../checklists/factory_warehouse.toml")),
    ("dense", include_str!("../../../checklists/dense.toml")),
    ("school_hospital", include_str!("../../../checklists/school_hospital.toml")),
    ("gas_utility", include_str!("../../../checklists/gas_utility.toml")),
    ("compound", include_str!("../../../checklists/compound.toml")),
    ("village_area", include_str!("../../../checklists/village_area.toml")),
    ("special_household", include_str!("../../../checklists/special_household.toml")),
    ("construction", include_str!("../../../checklists/construction.toml")),
    ("forest", include_str!("../../../checklists/forest.toml")),
    ("public_facility", include_str!("../../../checklists/public_facility.toml")),
    ("micro_station", include_str!("../../../checklists/micro_station.toml")),
    ("village_duty", include_str!("../../../checklists/village_duty.toml")),
    ("quick", include_str!("../../../checklists/quick.toml")),
    ("police_routine", include_str!("../../../checklists/police_routine.toml")),
];

/// The catalogue of categories and tags.
pub const PLACE_CATEGORIES: &str = include_str!("../../../catalog/place_categories.toml");

/// The holiday notices of the years so far.
pub const CALENDAR: &str = include_str!("../../../catalog/calendar-cn.toml");

/// The plan of the town the program was first made for, and the code of that town. Another town installs its own.
pub const PLAN: (&str, &str) = ("500118100000", include_str!("../../../plans/qingfeng-2023-16/plan.toml"));

/// The dictionary of hazards.
pub const HAZARDS: &str = include_str!("../../../catalog/hazards.toml");
