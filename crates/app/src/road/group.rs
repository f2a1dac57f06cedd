//! Where village groups live and how many live there: entered once, and what was counted before stays. What does not belong
//! here: who is reached of them (`access`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeSet;

use domain::ids::TerritoryCode;
use domain::org::order::natural;
use domain::org::{Level, Territory};
use domain::policy::{Action, Subject};
use domain::road::residents::Residents;
use serde::{Deserialize, Serialize};
use store::Read;
use store::road::{GroupCount, GroupPoint};
use utoipa::ToSchema;

use crate::place::Gazetteer;
use crate::view::{Named, read_day};
use crate::{App, Caller, Error, Result};

/// Where a village group lives.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct GroupPointInput {
    pub lon: f64,
    pub lat: f64,
    /// The version that was read; 0 for the first time.
    pub version: i64,
}

/// How many live in a village group, to enter.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct GroupCountInput {
    /// The day it was counted.
    pub counted_on: String,
    /// Households.
    pub households: u32,
    /// People who live there.
    pub people: u32,
    /// By whose word, as a yearly return of the village.
    pub source: String,
}

/// A count of those who live in a village group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupCountView {
    pub counted_on: String,
    pub households: u32,
    pub people: u32,
    pub source: String,
    pub recorded_by: String,
    pub recorded_at: String,
}

/// Where a village group lives and how many live there, as kept.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GroupPointView {
    pub group: Named,
    pub village: Named,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    /// Every count, the newest day first, of one day the one recorded last; the first holds today.
    pub counts: Vec<GroupCountView>,
    /// 0 while nobody has said.
    pub version: i64,
    pub may_change: bool,
}

/// The village a path lies in; without name or code where there is none.
pub(super) fn village_of(gazetteer: &Gazetteer, path: &str) -> Named {
    let around = path.split('/').filter_map(|code| gazetteer.territory(&code.into()));
    let village = around.into_iter().find(|t| t.level == Level::Village);
    village.map_or_else(|| Named::new("", ""), |v| Named::new(v.code.as_str(), v.name.as_str()))
}

/// The village groups there are, village by village, by their numbers.
pub(super) async fn village_groups(read: &mut Read) -> Result<Vec<Territory>> {
    Ok(in_order(read.open_territories().await?.into_iter().map(|one| one.territory).collect()))
}

/// The groups of a division, whichever grid of their village they lie in.
fn in_order(mut all: Vec<Territory>) -> Vec<Territory> {
    let villages = all.iter().filter(|t| t.level == Level::Village).map(|village| village.code.clone());
    let villages: BTreeSet<TerritoryCode> = villages.collect();
    all.retain(|t| t.level == Level::Group);
    all.sort_by_cached_key(|group| {
        let village = group.path.split('/').find(|code| villages.contains(&(*code).into()));
        (village.unwrap_or_default().to_owned(), natural(&group.name))
    });
    all
}

/// What is known of village groups.
struct Groups {
    gazetteer: Gazetteer,
    points: Vec<GroupPoint>,
    counts: Vec<GroupCount>,
}

impl Groups {
    async fn read(read: &mut Read) -> Result<Self> {
        Ok(Self {
            gazetteer: Gazetteer::read(read).await?,
            points: read.group_points().await?,
            counts: read.group_counts().await?,
        })
    }

    fn view(&self, caller: &Caller, group: &Territory) -> GroupPointView {
        let known = self.points.iter().find(|point| point.territory == group.code);
        let mut counts: Vec<&GroupCount> =
            self.counts.iter().rev().filter(|one| one.territory == group.code).collect();
        // Of one day the one recorded last stays first.
        counts.sort_by_key(|one| std::cmp::Reverse(one.residents.counted_on));
        let count = |one: &&GroupCount| GroupCountView {
            counted_on: one.residents.counted_on.to_string(),
            households: one.residents.households,
            people: one.residents.people,
            source: one.residents.source.clone(),
            recorded_by: one.recorded_by.clone(),
            recorded_at: one.recorded_at.to_rfc3339(),
        };
        GroupPointView {
            group: Named::new(group.code.as_str(), group.name.as_str()),
            village: village_of(&self.gazetteer, &group.path),
            lon: known.map(|point| point.at[0]),
            lat: known.map(|point| point.at[1]),
            counts: counts.iter().map(count).collect(),
            version: known.map_or(0, |point| point.version),
            may_change: caller.hats.hat(Action::RoadChange, &Subject::of(&group.path, None)).is_some(),
        }
    }
}

impl App {
    /// Every village group with where it lives and how many live there.
    pub async fn group_points(&self, caller: &Caller) -> Result<Vec<GroupPointView>> {
        caller.scope(Action::RoadRead)?;
        let mut read = self.db.read(&self.town).await?;
        let known = Groups::read(&mut read).await?;
        let groups = village_groups(&mut read).await?;
        Ok(groups.iter().map(|group| known.view(caller, group)).collect())
    }

    /// Records how many live in a village group; what was counted before stays.
    ///
    /// Errors: no such group; a count that cannot be.
    pub async fn count_group(
        &self,
        caller: &Caller,
        code: &str,
        asked: GroupCountInput,
    ) -> Result<GroupPointView> {
        caller.scope(Action::RoadRead)?;
        let now = self.now();
        let counted_on = read_day("counted_on", &asked.counted_on)?;
        let (households, people) = (asked.households, asked.people);
        let residents = Residents { counted_on, households, people, source: asked.source };
        let residents = residents.checked(now.date())?;
        let mut tx = self.write(caller).await?;
        let group = tx.open_territory(&code.into()).await?.map(|known| known.territory);
        let group = group.filter(|group| group.level == Level::Group).ok_or(Error::NotFound)?;
        let hat = caller.hat(Action::RoadChange, &Subject::of(&group.path, None))?.clone();
        let count = GroupCount {
            id: self.new_id(),
            territory: group.code.clone(),
            residents,
            recorded_by: caller.name.clone(),
            recorded_at: now,
        };
        tx.insert_group_count(&count).await?;
        let view = Groups::read(&mut tx).await?.view(caller, &group);
        let audit = caller.audit_as(&hat, "group_count.add", ("group_count", code), &group.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Says where a village group lives.
    ///
    /// Errors: no such group; nowhere on earth; somebody was quicker.
    pub async fn place_group(
        &self,
        caller: &Caller,
        code: &str,
        asked: GroupPointInput,
    ) -> Result<GroupPointView> {
        caller.scope(Action::RoadRead)?;
        let now = self.now();
        let at = [asked.lon, asked.lat];
        domain::facility::Shape::Point(at)
            .check()
            .map_err(|e| Error::field("lon", e.code(), &e.to_string()))?;
        let mut tx = self.write(caller).await?;
        let group = tx.open_territory(&code.into()).await?.map(|known| known.territory);
        let group = group.filter(|group| group.level == Level::Group).ok_or(Error::NotFound)?;
        let hat = caller.hat(Action::RoadChange, &Subject::of(&group.path, None))?.clone();
        self.refuse_far(&mut tx, "lon", &[at]).await?;
        let point = GroupPoint {
            territory: group.code.clone(),
            at,
            recorded_by: caller.name.clone(),
            version: asked.version.max(0),
            recorded_at: now,
        };
        tx.put_group_point(&point).await?;
        let view = Groups::read(&mut tx).await?.view(caller, &group);
        let audit = caller.audit_as(&hat, "group_point.set", ("group_point", code), &group.path, now);
        Ok(tx.commit(audit, view).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_go_by_number_within_their_village_whichever_grid_they_lie_in() {
        let one = |path: &str, level: Level, name: &str| Territory {
            code: path.rsplit('/').next().unwrap_or_default().into(),
            level,
            parent: None,
            path: path.to_owned(),
            name: name.to_owned(),
            short_name: String::new(),
            kind: String::new(),
            aliases: Vec::new(),
            provisional: true,
        };
        let all = vec![
            one("t/v2/x/g5", Level::Group, "石桥村一组"),
            one("t/v1/a/g4", Level::Group, "双河村十组"),
            one("t/v1/b/g2", Level::Group, "双河村二组"),
            one("t/v1/a/g1", Level::Group, "双河村一组"),
            one("t/v1", Level::Village, "双河村"),
            one("t/v2", Level::Village, "石桥村"),
            one("t/v1/a", Level::Grid, "第一网格"),
        ];
        let names: Vec<String> = in_order(all).into_iter().map(|group| group.name).collect();
        assert_eq!(names, ["双河村一组", "双河村二组", "双河村十组", "石桥村一组"]);
    }
}
