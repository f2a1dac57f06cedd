//! The register as a ledger: what is written out reads in again unchanged. What does not belong here: the form of the
//! files (`exchange::write`).

use std::collections::HashMap;

use domain::ids::PlaceId;
use domain::place::Registration;
use domain::place_list::ListKind;
use domain::policy::Action;
use exchange::places_sheet::PlaceRow;
use store::place::PlaceRecord;

use crate::import::written;
use crate::place::view::{PlaceQuery, word};
use crate::place::{Names, filter};
use crate::{App, Caller, Error, Result};

/// Form of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Excel.
    Xlsx,
    /// Separated text with a mark for Excel.
    Csv,
    /// Points.
    GeoJson,
}

impl Format {
    /// The form of this ending.
    pub fn from_ending(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "xlsx" => Some(Self::Xlsx),
            "csv" => Some(Self::Csv),
            "geojson" => Some(Self::GeoJson),
            _ => None,
        }
    }

    /// Its ending.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::GeoJson => "geojson",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::GeoJson => "application/geo+json",
        }
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A record as a row of the ledger.
pub(crate) fn to_row(record: &PlaceRecord, names: &Names, lists: &[ListKind]) -> PlaceRow {
    let p = &record.place;
    let mut lists: Vec<String> = lists.iter().map(word).collect();
    lists.sort();
    PlaceRow {
        name: p.name.clone(),
        code: some(&p.code),
        uscc: match &p.registration {
            Registration::Uscc(code) => Some(code.clone()),
            Registration::Unlicensed | Registration::Unknown => None,
        },
        category: some(p.category.as_str()),
        tags: p.tags.iter().map(|tag| tag.to_string()).collect(),
        village: Some(names.place(&p.village).name),
        grid: p.grid.as_ref().map(|grid| names.place(grid).name),
        sector_org: p.sector_org.as_ref().map(|org| names.org(org).name),
        address: some(&p.address),
        responsible: some(&p.responsible.name),
        phone: some(&p.responsible.phone),
        capacity: p.heads.capacity,
        n_lodging: p.heads.lodging,
        n_working: p.heads.working,
        n_training: p.heads.training,
        area_m2: p.area_m2.map(f64::from),
        lon: p.location.map(|at| at.lon_deg),
        lat: p.location.map(|at| at.lat_deg),
        lists,
        opening: Some(word(&p.opening)),
        closed_on: p.closed_on,
        note: some(&record.note),
    }
}

impl App {
    /// The places a query finds within the caller's right to take them out, as a file. Who took out how many is
    /// recorded.
    pub async fn export_places(
        &self,
        caller: &Caller,
        query: &PlaceQuery,
        format: Format,
    ) -> Result<(String, Vec<u8>)> {
        let now = self.now();
        let on = now.date();
        let scope = caller.scope(Action::RegisterExport)?;
        let filter = filter(query, on)?;
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let mut records = Vec::new();
        read.each_place(&filter, &scope, |record| records.push(record)).await?;
        let ids: Vec<PlaceId> = records.iter().map(|r| r.place.id.clone()).collect();
        let lists: HashMap<PlaceId, Vec<ListKind>> =
            read.place_signs(&ids, on).await?.into_iter().map(|(id, signs)| (id, signs.lists)).collect();
        drop(read);
        let count = records.len();
        let bytes = self
            .aside(move || {
                let vocabulary = crate::import::vocabulary("places");
                let rows = records.iter().map(|record| {
                    let lists = lists.get(&record.place.id).map(Vec::as_slice).unwrap_or_default();
                    to_row(record, &names, lists)
                });
                let mut out = std::io::Cursor::new(Vec::new());
                match format {
                    Format::Xlsx => exchange::write::xlsx(rows, &vocabulary, &mut out),
                    Format::Csv => exchange::write::csv(rows, &vocabulary, &mut out),
                    Format::GeoJson => exchange::write::geojson(rows, &mut out),
                }
                .map_err(written)?;
                Ok(out.into_inner())
            })
            .await?;
        let detail = serde_json::json!({ "format": format.ending(), "rows": count, "query": query });
        let mut audit = caller.audit("register.export", "place", "", now);
        // Reading a file out has no row of its own; the narrowest hat that allows it is not asked for row by row.
        audit.hat = caller
            .hats
            .all()
            .iter()
            .find(|hat| domain::policy::reach(hat.role, Action::RegisterExport).is_some())
            .map_or(String::new(), |hat| hat.id.to_string());
        audit.detail = detail.to_string();
        let tx = self.write(caller).await?;
        tx.commit(audit, ()).await?;
        Ok((format!("场所台账-{on}.{}", format.ending()), bytes))
    }

    /// The form of an ending.
    ///
    /// Errors: there is none of that ending.
    pub fn format_of(&self, ending: &str) -> Result<Format> {
        Format::from_ending(ending)
            .ok_or_else(|| Error::field("format", "export.format", "请选择 xlsx、csv 或 geojson"))
    }
}
