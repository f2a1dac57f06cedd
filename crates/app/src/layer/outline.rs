//! The layer of territories: which land each covers, for the days that held. What does not belong here: how an outline is
//! drawn or taken in (`boundary`).

use std::collections::BTreeMap;

use domain::ids::TerritoryCode;
use domain::org::Level;
use serde_json::Map;
use store::Read;
use store::org::TerritoryRecord;

use super::{Feature, Layer};
use crate::Result;

impl Layer {
    /// Each outline for the days it held: until the next of its territory.
    pub(super) async fn territories(
        self,
        read: &mut Read,
        village: impl Fn(String) -> [(&'static str, String); 2],
    ) -> Result<Vec<Feature>> {
        let known: BTreeMap<TerritoryCode, TerritoryRecord> =
            read.territories().await?.into_iter().map(|one| (one.territory.code.clone(), one)).collect();
        let mut all = read.boundaries().await?;
        all.sort_by_key(|one| one.boundary.from);
        let mut features = Vec::new();
        for (at, one) in all.iter().enumerate() {
            let own = &one.boundary;
            let Some(record) = known.get(&own.territory) else { continue };
            let territory = &record.territory;
            let next = all.iter().skip(at + 1).find(|later| later.boundary.territory == own.territory);
            let closed = record.closed.as_ref().map(|closing| closing.on);
            let until = next.map(|later| later.boundary.from).into_iter().chain(closed).min();
            if until.is_some_and(|until| until <= own.from) {
                continue;
            }
            let class = match territory.level {
                Level::District | Level::Town => "outline_town",
                Level::Village => "outline_village",
                _ => "outline_group",
            };
            let mut told = vec![("code", territory.code.to_string()), ("source", own.source.clone())];
            told.extend(village(territory.code.to_string()));
            features.push(Feature {
                id: own.id.clone(),
                geometry: own.area.clone(),
                name: territory.name.clone(),
                class: self.class(class),
                from: Some(own.from),
                until,
                told,
                more: Map::new(),
            });
        }
        features.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(features)
    }
}
