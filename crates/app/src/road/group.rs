//! Where village groups live and how many live there: entered once, and what was counted before stays. What does not belong
//! here: who is reached of them (`access`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

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

/// What a territory lies in.
fn above(path: &str) -> String {
    path.rsplit_once('/').map_or("", |(above, _)| above).to_owned()
}

/// The village a path lies in; without name or code where there is none.
pub(super) fn village_of(gazetteer: &Gazetteer, path: &str) -> Named {
    let around = path.split('/').filter_map(|code| gazetteer.territory(&code.into()));
    let village = around.into_iter().find(|t| t.level == Level::Village);
    village.map_or_else(|| Named::new("", ""), |v| Named::new(v.code.as_str(), v.name.as_str()))
}

/// The village groups there are, village by village, by their numbers.
pub(super) async fn village_groups(read: &mut Read) -> Result<Vec<Territory>> {
    let mut groups: Vec<_> = read.open_territories().await?.into_iter().map(|one| one.territory).collect();
    groups.retain(|t| t.level == Level::Group);
    groups.sort_by_cached_key(|group| (above(&group.path), natural(&group.name)));
    Ok(groups)
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
