//! What changed since a study was worked out: it answers for the roads, places and people of that day, and whoever reads it
//! later is told which of them are no longer so. What does not belong here: working it out anew.

use std::collections::BTreeMap;

use domain::geometry::distance_m;
use domain::siting::{Demand, Study};
use domain::time::{Date, Timestamp};
use serde::Serialize;
use store::Read;
use utoipa::ToSchema;

use super::view::SitingInput;
use super::{demands, group_demands};
use crate::Result;

/// What moved less lies where it did: positions are rounded on the way. Units: metres.
const SAME_SPOT_M: f64 = 1.0;

/// What changed since a study was worked out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct SitingSince {
    /// Stretches entered, measured, closed, opened or voided since; 0 where distances do not go over roads.
    pub roads_n: usize,
    /// Another map of roads was handed in since.
    pub road_map: bool,
    /// Of the places or village groups counted then, how many are gone or elsewhere, or have other people or fires.
    pub demands_n: usize,
}

impl SitingSince {
    /// In the words of the report; none where nothing changed.
    pub(super) fn said(&self, study: &Study) -> Option<String> {
        let mut what = Vec::new();
        if self.roads_n > 0 {
            what.push(format!(" {} 段道路有登记、变更、封闭或解除", self.roads_n));
        }
        if self.road_map {
            what.push("路网底图换过".to_owned());
        }
        if self.demands_n > 0 {
            let count = study.counted(self.demands_n);
            what.push(format!("计入的 {count}已停用、移位或人数、火灾有变"));
        }
        let what = Some(what.join("；")).filter(|what| !what.is_empty())?;
        // tidy(english): words of a printed report, which is Chinese in every language of the screen.
        Some(format!("注意：计算之后{what}。结论仍是计算当日的，没有随之更新，请重新论证后再作依据。"))
    }
}

/// What changed of the roads a study drove over, up to a moment.
// The study is part of what its reader was let in to.
pub(super) async fn roads(read: &mut Read, study: &Study, until: Timestamp) -> Result<SitingSince> {
    let Some(at) = study.outcome.as_ref().map(|outcome| outcome.at) else {
        return Ok(SitingSince::default());
    };
    if !study.measure.is_road() {
        return Ok(SitingSince::default());
    }
    let is_later = |on: Timestamp| on > at && on <= until;
    let lives = read.road_lives().await?;
    let roads_n = lives.values().filter(|life| life.iter().any(|event| is_later(event.recorded_at))).count();
    let map = read.road_map().await?;
    Ok(SitingSince { roads_n, road_map: map.is_some_and(|map| is_later(map.recorded_at)), demands_n: 0 })
}

/// The same, with what changed of those who are to be reached.
pub(super) async fn all(
    read: &mut Read,
    study: &Study,
    (until, today): (Timestamp, Date),
) -> Result<SitingSince> {
    let own = roads(read, study, until).await?;
    if study.outcome.is_none() {
        return Ok(own);
    }
    let whole = SitingInput::default();
    let (now, _) = match study.by_group {
        true => group_demands(read, &whole, today).await?,
        false => demands(read, &whole).await?,
    };
    Ok(SitingSince { demands_n: changed(&study.demands, &now), ..own })
}

/// How many of what was counted are not so any more.
fn changed(then: &[Demand], now: &[Demand]) -> usize {
    let now: BTreeMap<&str, &Demand> = now.iter().map(|one| (one.id.as_str(), one)).collect();
    let is_so = |one: &&Demand| {
        now.get(one.id.as_str()).is_some_and(|own| {
            (own.people, own.fires) == (one.people, one.fires) && distance_m(own.at, one.at) < SAME_SPOT_M
        })
    };
    then.len() - then.iter().filter(is_so).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_gone_elsewhere_or_more_is_counted_and_a_new_name_is_not() {
        let one = |id: &str, lon: f64, people: u32, fires: u32| Demand {
            id: id.to_owned(),
            name: id.to_owned(),
            at: [lon, 29.26],
            people,
            fires,
        };
        let then: Vec<Demand> = ["a", "b", "c", "d", "e"].iter().map(|id| one(id, 105.87, 3, 0)).collect();
        let mut named = one("a", 105.87, 3, 0);
        named.name = "another".to_owned();
        let now = [
            named,
            one("b", 105.88, 3, 0),
            one("c", 105.87, 4, 0),
            one("d", 105.87, 3, 1),
            one("f", 1.0, 1, 1),
        ];
        assert_eq!(changed(&then, &now), 4, "b moved, c grew, d burned, e is gone");
        assert_eq!(changed(&then, &then), 0);
    }
}
