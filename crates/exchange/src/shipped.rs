//! The data that comes with the house: checklists, paper templates, the plan, the calendar and the catalogues (places, hazards,
//! vehicles, forces, facilities, whistles and more), as files an office may read.
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

/// Words a new password must not be made of, lower case, a line each; lines with `#` are remarks.
pub const WEAK_PASSWORDS: &str = include_str!("../../../catalog/weak-passwords.txt");

/// The plan of the town the program was first made for, and the code of that town. Another town installs its own.
pub const PLAN: (&str, &str) = ("500118100000", include_str!("../../../plans/qingfeng-2023-16/plan.toml"));

/// Items of authority the handbook names; none is in force.
pub const AUTHORITY: &str = include_str!("../../../catalog/authority.toml");

/// The dictionary of hazards.
pub const HAZARDS: &str = include_str!("../../../catalog/hazards.toml");

/// Number series of papers, a setting of each town.
pub const PAPER_SERIES: &str = include_str!("../../../catalog/papers/series.toml");

/// Name and text of every file of paper templates.
pub const PAPERS: [(&str, &str); 30] = [
    ("dt01", include_str!("../../../catalog/papers/dt01.toml")),
    ("dt02", include_str!("../../../catalog/papers/dt02.toml")),
    ("dt03", include_str!("../../../catalog/papers/dt03.toml")),
    ("dt04", include_str!("../../../catalog/papers/dt04.toml")),
    ("dt05", include_str!("../../../catalog/papers/dt05.toml")),
    ("dt06", include_str!("../../../catalog/papers/dt06.toml")),
    ("dt07", include_str!("../../../catalog/papers/dt07.toml")),
    ("dt08", include_str!("../../../catalog/papers/dt08.toml")),
    ("dt09", include_str!("../../../catalog/papers/dt09.toml")),
    ("dt10", include_str!("../../../catalog/papers/dt10.toml")),
    ("dt11", include_str!("../../../catalog/papers/dt11.toml")),
    ("dt12", include_str!("../../../catalog/papers/dt12.toml")),
    ("dt13", include_str!("../../../catalog/papers/dt13.toml")),
    ("dt14", include_str!("../../../catalog/papers/dt14.toml")),
    ("dt15", include_str!("../../../catalog/papers/dt15.toml")),
    ("dt16", include_str!("../../../catalog/papers/dt16.toml")),
    ("dt17", include_str!("../../../catalog/papers/dt17.toml")),
    ("dt18", include_str!("../../../catalog/papers/dt18.toml")),
    ("dt19", include_str!("../../../catalog/papers/dt19.toml")),
    ("dt20", include_str!("../../../catalog/papers/dt20.toml")),
    ("dt21", include_str!("../../../catalog/papers/dt21.toml")),
    ("dt22", include_str!("../../../catalog/papers/dt22.toml")),
    ("dt23", include_str!("../../../catalog/papers/dt23.toml")),
    ("dt24", include_str!("../../../catalog/papers/dt24.toml")),
    ("dt25", include_str!("../../../catalog/papers/dt25.toml")),
    ("dt26", include_str!("../../../catalog/papers/dt26.toml")),
    ("dt27", include_str!("../../../catalog/papers/dt27.toml")),
    ("dt28", include_str!("../../../catalog/papers/dt28.toml")),
    ("dt29", include_str!("../../../catalog/papers/dt29.toml")),
    ("dt30", include_str!("../../../catalog/papers/dt30.toml")),
];
/// Classes of campaigns and their places.
pub const CAMPAIGNS: &str = include_str!("../../../catalog/campaigns.toml");
/// Kinds of whistles and their times.
pub const WHISTLES: &str = include_str!("../../../catalog/whistles.toml");
/// What drills practise and what is looked at.
pub const DRILLS: &str = include_str!("../../../catalog/drills.toml");

/// What vehicles need of a road.
pub const VEHICLES: &str = include_str!("../../../catalog/vehicles.toml");

/// The templates of periodic reports.
pub const REPORTS: &str = include_str!("../../../catalog/reports.toml");

/// Name and text of every file of standards of forces.
pub const FORCES: [(&str, &str); 3] = [
    ("town", include_str!("../../../catalog/forces/town.toml")),
    ("micro", include_str!("../../../catalog/forces/micro.toml")),
    ("brigade", include_str!("../../../catalog/forces/brigade.toml")),
];

/// The catalogue of facilities.
pub const FACILITIES: &str = include_str!("../../../catalog/facilities.toml");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::{CHECKLISTS, PAPERS};

    /// Names of the files of a folder of the repository, without their ending.
    fn files(folder: &str) -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
        let files = std::fs::read_dir(&folder).unwrap().map(|one| one.unwrap().path());
        let stem = |path: std::path::PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
        files.filter(|path| path.extension().is_some_and(|end| end == "toml")).map(stem).collect()
    }

    #[test]
    fn every_file_of_templates_and_checklists_comes_along() {
        let series = BTreeSet::from(["series".to_owned()]);
        let papers: BTreeSet<String> = PAPERS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(files("catalog/papers"), &papers | &series);
        let checklists: BTreeSet<String> = CHECKLISTS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(files("checklists"), checklists);
    }
}
