//! Facilities as a ledger: what is written out reads in again unchanged. What does not belong here: the form of the
//! files (`exchange::write`), what a row read in becomes (`import::facilities`).

use std::collections::{BTreeMap, HashMap};

use domain::facility::{Facility, FieldValue, Kind, Shape, Stage};
use domain::ids::FacilityId;
use domain::policy::Action;
use exchange::facilities_sheet::FacilityRow;
use serde_json::{Map, Value as Json};
use store::facility::FacilityFilter;

use super::view::{FacilityAsked, WaterInput};
use super::{facilities, filter};
use crate::export::Format;
use crate::import::written;
use crate::names::Names;
use crate::place::Gazetteer;
use crate::{App, Caller, Result};

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether it counts as built in a ledger: only what stands nowhere yet does not.
pub(crate) fn is_built(stage: Stage) -> bool {
    stage.is_standing() || stage == Stage::Retired
}

/// Values as they stand in one cell, `口径=100；静压=0.3`.
fn written_values(values: &BTreeMap<String, FieldValue>, kind: Option<&Kind>) -> Option<String> {
    let name = |code: &str| {
        let field = kind.and_then(|kind| kind.fields.iter().find(|field| field.code == code));
        field.map_or_else(|| code.to_owned(), |field| field.name.clone())
    };
    let one = |(code, value): (&String, &FieldValue)| {
        let value = match value {
            FieldValue::Flag(true) => "是".to_owned(),
            FieldValue::Flag(false) => "否".to_owned(),
            FieldValue::Number(number) => number.to_string(),
            FieldValue::Text(text) => text.clone(),
        };
        format!("{}={value}", name(code))
    };
    some(&values.iter().map(one).collect::<Vec<_>>().join("；"))
}

/// A facility as a row of the ledger.
pub(crate) fn to_row(f: &Facility, names: &Gazetteer, codes: &HashMap<FacilityId, String>) -> FacilityRow {
    let code = |id: &FacilityId| codes.get(id).cloned().unwrap_or_else(|| id.to_string());
    let water = f.water.clone().unwrap_or_default();
    let point = match &f.shape {
        Some(Shape::Point(at)) => Some(*at),
        _ => None,
    };
    let months: Vec<String> = water.dry_months.iter().map(u32::to_string).collect();
    let joins: Vec<String> = f.joins.iter().map(code).collect();
    FacilityRow {
        code: some(&f.code),
        name: some(&f.name),
        kind: some(&f.kind),
        village: Some(names.place(&f.territory).name),
        address: some(&f.address),
        lon: point.map(|[lon, _]| lon),
        lat: point.map(|[_, lat]| lat),
        shape: f.shape.as_ref().filter(|_| point.is_none()).map(exchange::geojson::to_wkt),
        built: some(if is_built(f.stage) { "built" } else { "planned" }),
        built_on: f.built_on,
        org: Some(names.org(&f.org).name),
        usable_m3: water.usable_m3,
        flow_l_s: water.flow_l_s,
        lift_m: water.lift_m,
        hard_standing: water.hard_standing.map(|yes| if yes { "yes" } else { "no" }.to_owned()),
        dry_months: some(&months.join("、")),
        source: water.source.map(|source| source.code().to_owned()),
        fed_by: water.fed_by.as_ref().map(code),
        joins: some(&joins.join("、")),
        site: f.site.map(|site| site.code().to_owned()),
        approval_no: some(&f.approval_no),
        values: written_values(&f.values, facilities().catalog.kind(&f.kind)),
    }
}

/// Puts the columns of the ledger in place of what a form nests, so that a file of the map is read in again as a ledger.
/// `codes` are numbers by id; what is not among them goes by its id.
pub(crate) fn as_columns(properties: &mut Map<String, Json>, codes: &HashMap<String, String>) {
    let code = |id: &str| codes.get(id).map_or(id, String::as_str).to_owned();
    if let Some(Json::Array(joins)) = properties.get("joins") {
        let joins: Vec<String> = joins.iter().filter_map(Json::as_str).map(code).collect();
        properties.insert("joins".to_owned(), joins.join("、").into());
    }
    if let Some(Json::Object(values)) = properties.remove("values") {
        let kind = properties.get("kind").and_then(Json::as_str);
        let kind = kind.and_then(|kind| facilities().catalog.kind(kind));
        let values = values.into_iter().filter_map(|(code, value)| {
            let value = match value {
                Json::Bool(yes) => FieldValue::Flag(yes),
                Json::Number(number) => FieldValue::Number(number.as_f64()?),
                Json::String(text) => FieldValue::Text(text),
                _ => return None,
            };
            Some((code, value))
        });
        let written = written_values(&values.collect(), kind);
        properties.insert("values".to_owned(), written.into());
    }
    let water = properties.remove("water").and_then(|water| serde_json::from_value::<WaterInput>(water).ok());
    let Some(water) = water else { return };
    let months: Vec<String> = water.dry_months.iter().map(u32::to_string).collect();
    let standing = water.hard_standing.map(|yes| if yes { "yes" } else { "no" });
    for (key, value) in [
        ("usable_m3", Json::from(water.usable_m3)),
        ("flow_l_s", water.flow_l_s.into()),
        ("lift_m", water.lift_m.into()),
        ("hard_standing", standing.into()),
        ("dry_months", some(&months.join("、")).into()),
        ("source", water.source.into()),
        ("fed_by", water.fed_by.as_deref().map(code).into()),
    ] {
        properties.insert(key.to_owned(), value);
    }
}

impl App {
    /// The facilities a query finds within the caller's right to see them, as a file; that it was taken out is
    /// recorded. Nothing personal is on it.
    pub async fn export_facilities(
        &self,
        caller: &Caller,
        asked: &FacilityAsked,
        format: Format,
    ) -> Result<(String, Vec<u8>)> {
        let now = self.now();
        let scope = caller.scope(Action::FacilityRead)?;
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let found =
            read.facilities(&scope, &filter(caller, asked, &names, now.date())?, None, i64::MAX).await?;
        // What pipes lead to may lie beyond the query; its number is on its label for everybody to read.
        let whole = Caller::system().scope(Action::FacilityRead)?;
        let every = FacilityFilter { with_void: true, ..FacilityFilter::default() };
        let every = read.facilities(&whole, &every, None, i64::MAX).await?;
        let codes = every.into_iter().map(|one| (one.facility.id, one.facility.code)).collect();
        let names = Gazetteer::read(&mut read).await?;
        drop(read);
        let rows: Vec<FacilityRow> = found.iter().map(|one| to_row(&one.facility, &names, &codes)).collect();
        let n = rows.len();
        let bytes = self
            .aside(move || {
                let words = crate::import::vocabulary("facilities");
                let mut out = std::io::Cursor::new(Vec::new());
                match format {
                    Format::Xlsx => exchange::write::xlsx(rows, &words, &mut out),
                    Format::Csv => exchange::write::csv(rows, &words, &mut out),
                    Format::GeoJson => exchange::write::geojson(rows, &mut out),
                    Format::Kml => exchange::write::kml(rows, &words, &mut out),
                    Format::GeoPackage => {
                        let layer = exchange::write::features(rows).map_err(written)?;
                        return Ok(exchange::geopackage::write(&[layer], now));
                    }
                }
                .map_err(written)?;
                Ok(out.into_inner())
            })
            .await?;
        let mut audit = caller.audit("facility.export", "facility", "", now);
        audit.detail = serde_json::json!({ "format": format.ending(), "rows": n }).to_string();
        let name = format!("设施台账-{}.{}", now.date(), format.ending());
        self.write(caller).await?.commit(audit, ()).await?;
        Ok((name, bytes))
    }
}
