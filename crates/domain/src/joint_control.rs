//! 联合管控: places of high risk stand on the list of the territory and on that of their sector, and are looked at by both
//! together. What does not belong here: the lists (`place_list`), the visit (`inspection`).
//!
//! Source: the plan, clause 13 (C13.2, C13.3, C13.5); handbook of the field §1.3.

use serde::{Deserialize, Serialize};

use crate::org::{Role, words};
use crate::place::{KindCode, Place};

/// 人员密集、三合一、易燃易爆: categories or tags that make a place one of high risk. Source: C13.2.
pub const HIGH_RISK: [&str; 3] = ["dense", "three_in_one", "flammable"];
/// Categories the law counts among 人员密集场所 by their name; the small ones of the same trades are 九小场所 and are not. What
/// else the law lists (wards, workshops with much labour) no category tells, so it is tagged.
/// Source: 消防法 art. 73 (3), (4); handbook of the field §3.2.
const BY_LAW_DENSE: [&str; 13] = [
    "public_gather",
    "school",
    "kindergarten",
    "hospital",
    "elder_care",
    "town_elder_home",
    "market",
    "supermarket",
    "hotel",
    "catering",
    "entertainment",
    "internet_bar",
    "religious",
];
/// Small shops and stores of what burns readily: 九小场所 by size, 易燃易爆 by what they hold. Source: handbook §3.2.
const SMALL_FLAMMABLE: &str = "nine_small.flammable";
/// Houses with more people than the rule allows: looked at together as well, and kept on their sector's list alone.
/// Source: C17.2, C17.7.
pub const CROWDED: &str = "over_10";
/// 城乡结合部: units that lie where town and country meet. Source: C13.5.
pub const FRINGE: &str = "fringe";

words! {
    /// On which of the two lists a place stands.
    Standing {
        Both "both" "两张名单都在"
        NoSector "no_sector" "缺行业名单"
        NoTerritory "no_territory" "缺属地名单"
        Neither "neither" "两张名单都缺"
    }
}

/// Whether somebody of this role speaks for the body he is listed under. People of micro stations are listed under the village
/// they stand in and speak for their station alone.
pub fn speaks_for_the_body(role: Role) -> bool {
    !matches!(role, Role::StationChief | Role::StationMember)
}

impl Standing {
    /// Told from the two lists.
    pub fn of(on_territory: bool, on_sector: bool) -> Self {
        match (on_territory, on_sector) {
            (true, true) => Self::Both,
            (true, false) => Self::NoSector,
            (false, true) => Self::NoTerritory,
            (false, false) => Self::Neither,
        }
    }
}

/// Which of a place's kinds make it one of high risk, each under the general name; none when it is none.
pub fn high_risk<'a>(kinds: impl IntoIterator<Item = &'a KindCode>) -> Vec<KindCode> {
    let own: Vec<&KindCode> = kinds.into_iter().collect();
    let is = |code: &str| own.iter().any(|one| one.is_within(&KindCode::from(code)));
    let fits = |code: &&str| match *code {
        "dense" => is("dense") || BY_LAW_DENSE.iter().any(|kind| is(kind)),
        "flammable" => is("flammable") || is(SMALL_FLAMMABLE),
        other => is(other),
    };
    HIGH_RISK.iter().copied().filter(fits).map(KindCode::from).collect()
}

/// Whether a place is 人员密集, by its tag or because the law counts its category among them.
pub fn is_dense(place: &Place) -> bool {
    high_risk(place.kinds()).iter().any(|kind| kind.as_str() == "dense")
}

/// Whether it is a house of so many people.
pub fn is_crowded(place: &Place) -> bool {
    place.is_kind(&KindCode::from(CROWDED))
}

/// Whether it is a unit of the fringe that no sector has.
pub fn is_orphan(place: &Place) -> bool {
    place.is_kind(&KindCode::from(FRINGE)) && place.sector_org.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dense_mixed_and_flammable_places_are_of_high_risk_whatever_they_are_called_below() {
        let of = |codes: &[&str]| {
            let kinds: Vec<KindCode> = codes.iter().map(|code| KindCode::from(*code)).collect();
            high_risk(&kinds).iter().map(|kind| kind.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of(&["flammable.lpg", "three_in_one"]), ["three_in_one", "flammable"]);
        assert_eq!(of(&["school", "dense"]), ["dense"]);
        for by_law in ["elder_care", "town_elder_home", "school", "hospital", "market", "hotel", "religious"]
        {
            assert_eq!(of(&[by_law]), ["dense"], "{by_law}");
        }
        assert_eq!(of(&["nine_small.flammable"]), ["flammable"], "small, and of what burns readily");
        assert_eq!(of(&["market", "flammable.lpg"]), ["dense", "flammable"]);
        for other in ["nine_small.hotel", "nine_small.school", "homestay", "factory", "denser", "self_built"]
        {
            assert!(of(&[other]).is_empty(), "{other}");
        }
    }

    #[test]
    fn each_of_the_two_lists_may_lack_a_place() {
        let of = |territory, sector| Standing::of(territory, sector).code();
        let all = [of(true, true), of(true, false), of(false, true), of(false, false)];
        assert_eq!(all, ["both", "no_sector", "no_territory", "neither"]);
    }
}
