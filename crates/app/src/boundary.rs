//! The land of territories: drawn one by one, or taken in from a file of outlines, all or nothing. What does not belong
//! here: territories themselves (`org`), how outlines get on a map (`layer`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

pub(crate) mod outside;

use std::collections::BTreeMap;

use domain::boundary::{Boundary, TownArea, holding};
use domain::geometry::{Geometry, Position};
use domain::ids::TerritoryCode;
use domain::org::{Level, Territory};
use domain::policy::{Action, Subject};
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::Read;
use store::boundary::BoundaryRecord;
use utoipa::ToSchema;

use self::outside::refuse_far;
use crate::error::FieldProblem;
use crate::import::crs_of;
use crate::view::{Named, read_day};
use crate::{App, Caller, Error, Result};

/// Outlines of one file at most: a district has some thousand groups.
const MOST: usize = 2_000;
/// What a file calls the code of a territory.
const CODES: &[&str] = &["code", "code12", "adcode", "区划代码", "代码"];
/// What a file calls its name.
const NAMES: &[&str] = &["name", "名称", "村名", "辖区"];

/// An outline to keep.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct BoundaryInput {
    /// GeoJSON: a polygon, or several.
    #[schema(value_type = Object)]
    pub area: Json,
    /// The day it holds from.
    pub from: String,
    /// By whose word.
    pub source: String,
}

/// A file of outlines.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct BoundaryFile {
    /// A GeoJSON feature collection; each feature says by `code` or `name` whose outline it is.
    #[schema(value_type = Object)]
    pub features: Json,
    /// The day they hold from.
    pub from: String,
    /// By whose word.
    pub source: String,
    /// `wgs84` (when left out), `cgcs2000`, `gcj02` or `bd09`.
    pub crs: Option<String>,
}

/// What holds of one territory today.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BoundaryView {
    pub id: String,
    pub territory: Named,
    pub from: String,
    pub source: String,
    /// GeoJSON.
    #[schema(value_type = Object)]
    pub area: Geometry,
    pub recorded_by: String,
    pub recorded_at: String,
}

/// Outlines that were taken in.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BoundariesTaken {
    pub taken: Vec<Named>,
}

fn view(record: &BoundaryRecord, names: &BTreeMap<TerritoryCode, String>) -> BoundaryView {
    let own = &record.boundary;
    let name = names.get(&own.territory).map_or(own.territory.as_str(), String::as_str);
    BoundaryView {
        id: own.id.clone(),
        territory: Named::new(own.territory.as_str(), name),
        from: own.from.to_string(),
        source: own.source.clone(),
        area: own.area.clone(),
        recorded_by: record.recorded_by.clone(),
        recorded_at: record.recorded_at.to_rfc3339(),
    }
}

/// The first of these properties that says something.
fn told<'a>(feature: &'a Json, keys: &[&str]) -> Option<&'a str> {
    let properties = feature.get("properties")?;
    let mut said = keys.iter().filter_map(|key| properties.get(key)?.as_str());
    said.find_map(|text| Some(text.trim()).filter(|text| !text.is_empty()))
}

/// Whose outline a feature is: by code, else by any of its names.
fn whose<'a>(feature: &Json, known: &'a [Territory]) -> std::result::Result<&'a Territory, String> {
    let (code, name) = (told(feature, CODES), told(feature, NAMES));
    let by_code = code.and_then(|code| known.iter().find(|one| one.code.as_str() == code));
    let by_name = name.and_then(|name| {
        let is_so = |one: &&Territory| {
            one.name == name || one.short_name == name || one.aliases.iter().any(|alias| alias == name)
        };
        known.iter().find(is_so)
    });
    match (by_code.or(by_name), code.or(name)) {
        (Some(found), _) => Ok(found),
        (None, Some(said)) => Err(format!("本镇没有辖区“{said}”，请改成本镇辖区的名称或区划代码")),
        (None, None) => Err("没有写是哪个辖区，请补上名称（name）或区划代码（code）".to_owned()),
    }
}

/// The geometry of a feature in WGS 84.
fn area_of(json: &Json, crs: exchange::crs::Crs) -> Option<Geometry> {
    let flat = |at: &mut [f64; 2]| {
        let (lon, lat) = crs.to_wgs84(at[0], at[1]);
        *at = [lon, lat];
    };
    // Heights are left out: a position has two numbers here.
    let mut json = json.clone();
    flatten(json.get_mut("coordinates")?);
    let mut area: Geometry = serde_json::from_value(json).ok()?;
    match &mut area {
        Geometry::Polygon(rings) => rings.iter_mut().flatten().for_each(flat),
        Geometry::MultiPolygon(areas) => areas.iter_mut().flatten().flatten().for_each(flat),
        _ => {}
    }
    Some(area)
}

fn flatten(json: &mut Json) {
    let Json::Array(all) = json else { return };
    if all.first().is_some_and(Json::is_number) {
        all.truncate(2);
    } else {
        all.iter_mut().for_each(flatten);
    }
}

/// Whether it lies in the town, and is not the town or what the town lies in.
fn is_within_town(territory: &Territory) -> bool {
    !matches!(territory.level, Level::Town | Level::District)
}

/// When and by whom it is kept.
struct Keeping<'a> {
    caller: &'a Caller,
    from: Date,
    source: &'a str,
    now: Timestamp,
}

impl Keeping<'_> {
    fn record(
        &self,
        id: String,
        territory: &Territory,
        area: Geometry,
    ) -> std::result::Result<BoundaryRecord, Refused> {
        let boundary = Boundary {
            id,
            territory: territory.code.clone(),
            from: self.from,
            source: self.source.trim().to_owned(),
            area,
        };
        let boundary = boundary.checked(self.now.date()).map_err(|why| (why.code(), why.to_string()))?;
        Ok(BoundaryRecord {
            boundary,
            path: territory.path.clone(),
            recorded_by: self.caller.name.clone(),
            recorded_at: self.now,
        })
    }
}

/// Code and sentence.
type Refused = (&'static str, String);

/// The village that reaches so far on a day; none where nobody drew it.
pub(crate) async fn village_at(read: &mut Read, at: Position, day: Date) -> Result<Option<TerritoryCode>> {
    let known = read.boundaries().await?;
    let villages = read.open_territories().await?.into_iter().map(|one| one.territory);
    let covers = |village: &Territory| {
        let own = known.iter().map(|one| &one.boundary).filter(|one| one.territory == village.code);
        holding(own, day).is_some_and(|one| one.covers(at))
    };
    Ok(villages.filter(|one| one.level == Level::Village).find(covers).map(|one| one.code))
}

impl App {
    /// What holds of each territory today.
    pub async fn boundaries(&self, caller: &Caller) -> Result<Vec<BoundaryView>> {
        crate::org::sees_people(caller)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = territory_names(read.territories().await?.into_iter().map(|one| one.territory));
        let all = read.boundaries().await?;
        let mut codes: Vec<&TerritoryCode> = all.iter().map(|one| &one.boundary.territory).collect();
        codes.dedup();
        let holds = codes.into_iter().filter_map(|code| {
            let own = all.iter().map(|one| &one.boundary).filter(|one| one.territory == *code);
            let holding = holding(own, today)?;
            all.iter().find(|one| one.boundary.id == holding.id)
        });
        Ok(holds.map(|record| view(record, &names)).collect())
    }

    /// Keeps the outline of a territory; what held before stays on record.
    ///
    /// Errors: no such territory; no area, or one that cannot be; no source.
    pub async fn draw_boundary(
        &self,
        caller: &Caller,
        code: &TerritoryCode,
        asked: BoundaryInput,
    ) -> Result<BoundaryView> {
        crate::org::sees_people(caller)?;
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let territory = tx.territory(code).await?.ok_or(Error::NotFound)?.territory;
        let hat = caller.hat(Action::OrgChange, &Subject::of(&territory.path, None))?.clone();
        let from = read_day("from", &asked.from)?;
        let area = area_of(&asked.area, exchange::crs::Crs::Wgs84).ok_or_else(|| {
            Error::field("area", "boundary.no_area", "辖区范围要画成面，不能是点或线，请改画")
        })?;
        if is_within_town(&territory) {
            let town = self.town_area(&mut tx).await?.filter(TownArea::is_drawn);
            let drawn: Vec<Position> = area.runs().into_iter().flatten().copied().collect();
            refuse_far(town.as_ref(), "area", &drawn)?;
        }
        let keeping = Keeping { caller, from, source: &asked.source, now };
        let record = keeping
            .record(self.new_id(), &territory, area)
            .map_err(|(code, message)| Error::field(field_of(code), code, &message))?;
        tx.insert_boundary(&record).await?;
        let names = territory_names([territory.clone()]);
        let object = ("boundary", record.boundary.id.as_str());
        let audit = caller.audit_as(&hat, "boundary.draw", object, &territory.path, now);
        Ok(tx.commit(audit, view(&record, &names)).await?)
    }

    /// Takes in a file of outlines: all of them, or none with every fault named.
    ///
    /// Errors: no feature collection; features that are nobody's, twice one's, or no sound area.
    pub async fn take_boundaries(&self, caller: &Caller, asked: BoundaryFile) -> Result<BoundariesTaken> {
        let now = self.now();
        let hat = caller.hat(Action::OrgChange, &Subject::town())?.clone();
        let from = read_day("from", &asked.from)?;
        let crs = crs_of(asked.crs.as_deref())?;
        let features = asked.features.get("features").and_then(Json::as_array).filter(|all| !all.is_empty());
        let features = features.ok_or_else(|| {
            Error::field(
                "features",
                "boundary.no_features",
                "文件不是 GeoJSON 图形集合或里面没有图形，请换一个文件",
            )
        })?;
        if features.len() > MOST {
            let message = format!("一个文件最多 {MOST} 个图形，请分开导入");
            return Err(Error::field("features", "boundary.too_many", &message));
        }
        let mut tx = self.write(caller).await?;
        let known: Vec<Territory> =
            tx.open_territories().await?.into_iter().map(|one| one.territory).collect();
        let keeping = Keeping { caller, from, source: &asked.source, now };
        // A file that draws the town anew says itself where the town lies.
        let draws_town =
            features.iter().any(|one| whose(one, &known).is_ok_and(|node| node.level == Level::Town));
        let town = self.town_area(&mut tx).await?.filter(|town| town.is_drawn() && !draws_town);
        let mut records: Vec<BoundaryRecord> = Vec::new();
        let mut problems = Vec::new();
        for (feature, n) in features.iter().zip(1..) {
            let mut wrong = |code: &'static str, why: String| {
                let field = format!("features[{}]", n - 1);
                problems.push(FieldProblem { field, code, message: format!("第 {n} 个图形：{why}") });
            };
            let territory = match whose(feature, &known) {
                Ok(territory) => territory,
                Err(why) => {
                    wrong("boundary.nobodys", why);
                    continue;
                }
            };
            if records.iter().any(|one| one.boundary.territory == territory.code) {
                wrong("boundary.twice", format!("辖区“{}”出现了两次，请只留一个", territory.name));
                continue;
            }
            let area = feature.get("geometry").and_then(|json| area_of(json, crs));
            let Some(area) = area else {
                wrong("boundary.no_area", "辖区范围要画成面，不能是点或线，请改画".to_owned());
                continue;
            };
            let drawn: Vec<Position> = area.runs().into_iter().flatten().copied().collect();
            if let Some(far) = town.as_ref().and_then(|town| town.astray(&drawn)) {
                wrong("boundary.outside", outside::outside(far));
                continue;
            }
            match keeping.record(self.new_id(), territory, area) {
                Ok(record) => records.push(record),
                Err((code, why)) => wrong(code, why),
            }
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let names = territory_names(known);
        let mut taken = Vec::with_capacity(records.len());
        for record in &records {
            tx.insert_boundary(record).await?;
            let code = &record.boundary.territory;
            taken.push(Named::new(code.as_str(), names.get(code).map_or(code.as_str(), String::as_str)));
        }
        let mut audit = caller.audit_as(&hat, "boundary.import", ("boundary", ""), "", now);
        audit.detail = serde_json::json!({ "n": records.len(), "source": asked.source.trim() }).to_string();
        Ok(tx.commit(audit, BoundariesTaken { taken }).await?)
    }
}

fn territory_names(all: impl IntoIterator<Item = Territory>) -> BTreeMap<TerritoryCode, String> {
    all.into_iter().map(|one| (one.code, one.name)).collect()
}

/// The field of the form that a refusal is about.
fn field_of(code: &str) -> &'static str {
    match code {
        "boundary.not_yet" => "from",
        "boundary.no_source" => "source",
        _ => "area",
    }
}
