//! Where a pump stands for a water point, and which points no vehicle somebody has gets beside: their water is there, and
//! no vehicle brings it. What does not belong here: whom it is brought to (`access`), whether water counts (`facility`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use ::road::snap::{self, Spot};
use ::road::{Prepared, Reading};
use domain::facility::Facility;
use domain::vehicle::Class;
use serde::Serialize;
use utoipa::ToSchema;

use super::access::{middle, stations};
use super::net::Net;
use crate::view::{Named, Word};
use crate::{App, Result};

/// A water point that counts, and no road beside it that some vehicle passes for sure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WaterOffRoad {
    pub facility: Named,
    /// Vehicles that are on record and do not get beside it.
    pub vehicles: Vec<Word>,
    pub why: String,
}

/// The road nearest to a water point of those a vehicle passes, within a hose of it: a pump stands at the road, and a point
/// further off is of no use to whoever drives. `prepared` as carefully as is asked.
pub(super) fn beside(net: &Net, prepared: &Prepared, facility: &Facility) -> Option<Spot> {
    let passes = |segment| prepared.passes(Reading::Optimistic, segment);
    snap::beside(&net.drawn.network, prepared, middle(facility)?, net.hose_lay_m, passes).ok()
}

fn why(hose_lay_m: f64, vehicles: &[Word]) -> String {
    let names: Vec<&str> = vehicles.iter().map(|vehicle| vehicle.label.as_str()).collect();
    format!("{hose_lay_m} 米内没有{}确认能通行的道路，由车辆运的水不计这一处", names.join("、"))
}

impl App {
    /// Of these water points those some vehicle on record does not get beside today, and whether today lies in the town's wet
    /// season; none while the town has no roads on record.
    // Part of a use case that asked for the right.
    pub(crate) async fn water_off_road(&self, points: Vec<Facility>) -> Result<(Vec<WaterOffRoad>, bool)> {
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let mut classes = Vec::new();
        for class in [Class::Engine, Class::Mini, Class::Motorcycle] {
            let (_, assumed) = stations(&mut read, class, today).await?;
            classes.push((class, assumed));
        }
        // Where no station has any on record, all are assumed and count alike.
        let is_told = classes.iter().any(|(_, assumed)| !assumed);
        classes.retain(|(_, assumed)| !assumed || !is_told);
        drop(read);
        let net = self.road_net().await?;
        self.aside(move || {
            let wet = net.is_wet(today);
            if net.is_empty() {
                return Ok((Vec::new(), wet));
            }
            let mut off: Vec<Vec<Word>> = vec![Vec::new(); points.len()];
            for (class, _) in classes {
                let prepared = net.weighed(class, today)?.careful();
                let word = super::view::class_word(net.vehicle(class)?);
                for (point, own) in points.iter().zip(&mut off) {
                    if middle(point).is_some() && beside(&net, &prepared, point).is_none() {
                        own.push(word.clone());
                    }
                }
            }
            let told = |(point, vehicles): (&Facility, Vec<Word>)| WaterOffRoad {
                facility: Named::new(point.id.as_str(), point.name.as_str()),
                why: why(net.hose_lay_m, &vehicles),
                vehicles,
            };
            let found = points.iter().zip(off).filter(|(_, vehicles)| !vehicles.is_empty());
            Ok((found.map(told).collect(), wet))
        })
        .await
    }
}
