//! What of each noun is on its layer: which rows, where they lie, what they are called and how grave. What does not belong
//! here: land (`outline`), what is asked of a layer (`layer`), rows kept in memory (`kept`).

use std::collections::BTreeMap;

use domain::facility::{Facility, Stage as Standing};
use domain::fire_plan::{FirePlan, Item, Stage as PlanStage};
use domain::force::Force;
use domain::geometry::Geometry;
use domain::hazard::Stage;
use domain::ids::PlaceId;
use domain::policy::Scope;
use domain::road::segment::{Segment, stood_on};
use domain::time::Date;
use domain::vehicle::Vehicle;
use serde_json::Map;
use store::Read;
use store::facility::{FacilityFilter, FacilityRecord};
use store::force::ForceFilter;
use store::incident::IncidentRecord;
use store::layer::{HazardSpot, PlaceSpot};
use store::placard::PlacardFilter;
use store::road::{RoadFilter, RoadRecord};

use super::{Feature, Layer, edit};
use crate::Result;
use crate::placard::{PlacardRow, Wall};
use crate::place::Gazetteer;
use crate::road::vehicle::vehicles_on;

impl Layer {
    /// Whether what it tells is of the day asked for; of the others only who was there is.
    pub(super) fn is_of_the_day(self) -> bool {
        matches!(self, Self::Roads | Self::Facilities)
    }

    /// Everything on it within the scope, by id, with what it is on the day: today, or of what
    /// [`Layer::is_of_the_day`] any.
    pub(super) async fn read(
        self,
        read: &mut Read,
        scope: &Scope,
        day: Date,
        today: Date,
    ) -> Result<Vec<Feature>> {
        let names = Gazetteer::read(read).await?;
        let village = |code: String| {
            let name = names.place(&code.as_str().into()).name;
            [("village", code), ("village_name", name)]
        };
        Ok(match self {
            Self::Territories => self.territories(read, village).await?,
            Self::Places => {
                let spots = read.place_spots(scope).await?;
                spots.into_iter().map(|spot| self.place(spot, village)).collect()
            }
            Self::Hazards => {
                let spots = read.hazard_spots(scope).await?;
                spots.into_iter().map(|spot| self.hazard(spot, village, today)).collect()
            }
            Self::Forces => {
                let mut forces = read.forces(scope, &ForceFilter::default()).await?;
                forces.sort_by(|a, b| a.force.id.cmp(&b.force.id));
                forces.into_iter().filter_map(|record| self.force(record.force, village)).collect()
            }
            Self::Facilities => {
                let all = FacilityFilter::default();
                let mut found = read.facilities(scope, &all, None, i64::MAX).await?;
                found.sort_by(|a, b| a.facility.id.cmp(&b.facility.id));
                let lives = if day < today { read.facility_lives().await? } else { BTreeMap::new() };
                let stood = |one: FacilityRecord| {
                    let retired = (one.facility.stage == Standing::Retired).then_some(one.facility.since);
                    let life = lives.get(&one.facility.id);
                    let facility = match life {
                        Some(life) => one.facility.stood_on(life, day)?,
                        None => one.facility,
                    };
                    let shown = self.facility(FacilityRecord { facility, ..one }, village, day)?;
                    let shown = if life.is_some() { shown.only_shown() } else { shown };
                    Some(Feature { until: retired, ..shown })
                };
                found.into_iter().filter_map(stood).collect()
            }
            Self::Roads => {
                let vehicles = vehicles_on(read, day).await?;
                let mut found = read.roads(scope, &RoadFilter::default()).await?;
                found.sort_by(|a, b| a.segment.id.cmp(&b.segment.id));
                let lives = if day < today { read.road_lives().await? } else { BTreeMap::new() };
                let stood = |one: RoadRecord| {
                    let Some(life) = lives.get(&one.segment.id) else {
                        return Some(self.road(one, &vehicles, village, day));
                    };
                    let segment = stood_on(life, day)?;
                    Some(self.road(RoadRecord { segment, ..one }, &vehicles, village, day).only_shown())
                };
                found.into_iter().filter_map(stood).collect()
            }
            Self::Placards => {
                let mut found = read.placards(scope, &PlacardFilter::default()).await?;
                found.sort_by(|a, b| a.placard.id.cmp(&b.placard.id));
                let mut wall = Wall::read(read, today).await?;
                wall.learn(read, &found).await?;
                found.iter().filter_map(|one| self.placard(&wall.row(one), village)).collect()
            }
            Self::PlanItems => {
                let plans = read.fire_plans(scope).await?.into_iter().map(|one| one.plan);
                let in_force = plans.filter(|plan| plan.stage == PlanStage::InForce);
                let items = in_force.flat_map(|plan| {
                    let items = plan.items.clone();
                    items.into_iter().filter_map(move |item| self.plan_item(&plan, item, village))
                });
                let mut found: Vec<Feature> = items.collect();
                found.sort_by(|a, b| a.id.cmp(&b.id));
                found
            }
            Self::Incidents => {
                let mut found = read.live_incidents(scope).await?;
                found.sort_by(|a, b| a.incident.id.cmp(&b.incident.id));
                let places = crate::incident::view::place_names(read, &found).await?;
                found.into_iter().filter_map(|one| self.incident(one, &places, village)).collect()
            }
        })
    }

    fn place(self, spot: PlaceSpot, village: impl Fn(String) -> [(&'static str, String); 2]) -> Feature {
        let mut told = vec![("code", spot.code), ("category", spot.category), ("opening", spot.opening)];
        told.extend(village(spot.village));
        Feature {
            id: spot.id,
            geometry: Geometry::Point([spot.at.lon_deg, spot.at.lat_deg]),
            name: spot.name,
            class: self.class(&spot.grade),
            from: spot.opened_on,
            until: spot.closed_on,
            told,
            more: Map::new(),
        }
    }

    fn hazard(
        self,
        spot: HazardSpot,
        village: impl Fn(String) -> [(&'static str, String); 2],
        today: Date,
    ) -> Feature {
        let is_awaited = Stage::AWAITED.iter().any(|stage| stage.code() == spot.state);
        let is_overdue = is_awaited && spot.deadline_on.is_some_and(|deadline| deadline < today);
        let is_ended = Stage::ENDED.iter().any(|stage| stage.code() == spot.state);
        let (place, place_name, code) = spot.place;
        let mut told = vec![
            ("code", spot.code.clone()),
            ("state", spot.state),
            ("level", spot.level.clone()),
            ("place", place),
            ("place_name", place_name.clone()),
            ("deadline_on", spot.deadline_on.map(|day| day.to_string()).unwrap_or_default()),
        ];
        told.extend(village(code));
        Feature {
            id: spot.id,
            geometry: Geometry::Point([spot.at.lon_deg, spot.at.lat_deg]),
            name: format!("{place_name} {}", spot.code),
            class: if is_overdue { self.class("overdue") } else { self.class(&spot.level) },
            from: Some(spot.found_at.date()),
            until: is_ended.then(|| spot.changed_at.date()),
            told,
            more: Map::new(),
        }
    }

    fn plan_item(
        self,
        plan: &FirePlan,
        item: Item,
        village: impl Fn(String) -> [(&'static str, String); 2],
    ) -> Option<Feature> {
        let mut told = vec![
            ("kind", item.kind.code().to_owned()),
            ("year", item.year.map(|year| year.to_string()).unwrap_or_default()),
            ("article", item.article),
            ("facility", item.facility.map(|id| id.to_string()).unwrap_or_default()),
        ];
        told.extend(village(item.village.to_string()));
        Some(Feature {
            id: format!("{}.{}", plan.id, item.id),
            geometry: item.shape?.into(),
            class: self.class(item.status.code()),
            name: item.name,
            from: None,
            until: None,
            told,
            more: Map::new(),
        })
    }

    fn facility(
        self,
        record: FacilityRecord,
        village: impl Fn(String) -> [(&'static str, String); 2],
        today: Date,
    ) -> Option<Feature> {
        let more = edit::told_facility(&record);
        let facility: Facility = record.facility;
        if facility.void.is_some() {
            return None;
        }
        let class = match facility.stage {
            Standing::Fault | Standing::Repairing => "fault",
            Standing::InService if facility.is_overdue(today) => "unchecked",
            Standing::InService | Standing::Retired => "in_service",
            _ => "coming",
        };
        let mut told = vec![
            ("code", facility.code.clone()),
            ("kind", facility.kind.clone()),
            ("state", facility.stage.code().to_owned()),
        ];
        told.extend(village(facility.territory.to_string()));
        Some(Feature {
            id: facility.id.to_string(),
            geometry: facility.shape?.into(),
            class: self.class(class),
            name: facility.name,
            from: facility.built_on,
            until: None,
            told,
            more,
        })
    }

    fn road(
        self,
        record: RoadRecord,
        vehicles: &[Vehicle],
        village: impl Fn(String) -> [(&'static str, String); 2],
        today: Date,
    ) -> Feature {
        let more = edit::told_road(&record);
        let segment: Segment = record.segment;
        // The first vehicle that is not refused; unknown for it, nobody knows which class the road is.
        let first = vehicles.iter().find(|vehicle| segment.passes(vehicle) != Some(false));
        let class = match first {
            _ if segment.closed_on(today).is_some() => "closed",
            Some(vehicle) if segment.passes(vehicle) == Some(true) => vehicle.class.code(),
            Some(_) => "unmeasured",
            None => "foot",
        };
        let width = segment.road.fitness.width_m.map(|width| width.to_string()).unwrap_or_default();
        let mut told = vec![
            ("code", segment.code.clone()),
            ("rank", segment.rank.code().to_owned()),
            ("width_m", width),
        ];
        let word = |vehicle: &Vehicle| match segment.passes(vehicle) {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        };
        told.extend(vehicles.iter().map(|vehicle| (vehicle.class.code(), word(vehicle).to_owned())));
        told.extend(village(segment.territory.to_string()));
        Feature {
            id: segment.id.to_string(),
            geometry: Geometry::LineString(segment.line),
            class: self.class(class),
            name: segment.road.name,
            from: None,
            until: None,
            told,
            more,
        }
    }

    /// What burns, without who lives there: nobody's words and no telephone are on a map.
    fn incident(
        self,
        record: IncidentRecord,
        places: &BTreeMap<PlaceId, String>,
        village: impl Fn(String) -> [(&'static str, String); 2],
    ) -> Option<Feature> {
        let from = Some(record.alarm_at().date());
        let i = record.incident;
        let place = i.place.as_ref().and_then(|id| places.get(id)).unwrap_or(&i.address);
        let name = format!("{} {place}", i.code);
        let mut told = vec![
            ("code", i.code.clone()),
            ("kind", i.kind.code().to_owned()),
            ("stage", i.stage.code().to_owned()),
        ];
        told.extend(village(i.territory.to_string()));
        Some(Feature {
            id: i.id.to_string(),
            geometry: Geometry::Point(i.at?),
            name,
            class: self.class(i.stage.code()),
            from,
            until: None,
            told,
            more: Map::new(),
        })
    }

    fn placard(
        self,
        row: &PlacardRow,
        village: impl Fn(String) -> [(&'static str, String); 2],
    ) -> Option<Feature> {
        let (lon, lat) = row.lon.zip(row.lat)?;
        let mut told = vec![
            ("kind", row.kind.clone()),
            ("state", row.standing.clone()),
            ("repost_by", row.repost_by.clone().unwrap_or_default()),
        ];
        told.extend(village(row.village.id.clone()));
        Some(Feature {
            id: row.id.clone(),
            geometry: Geometry::Point([lon, lat]),
            name: format!("{} {}", row.about.name, row.spot),
            class: self.class(&row.standing),
            from: None,
            until: None,
            told,
            more: Map::new(),
        })
    }

    fn force(self, force: Force, village: impl Fn(String) -> [(&'static str, String); 2]) -> Option<Feature> {
        let at = force.position?;
        let mut told = vec![("state", force.state().to_owned()), ("served", force.served.code().to_owned())];
        told.extend(village(force.territory.to_string()));
        Some(Feature {
            id: force.id.to_string(),
            geometry: Geometry::Point([f64::from(at.lng_e7) / 1e7, f64::from(at.lat_e7) / 1e7]),
            class: self.class(force.kind.code()),
            name: force.name,
            from: force.accepted.map(|accepted| accepted.on),
            until: force.closed.map(|(on, _)| on),
            told,
            more: Map::new(),
        })
    }
}
