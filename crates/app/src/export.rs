//! The register as a ledger: what is written out reads in again unchanged; how much one may take out, and what needs
//! somebody else's yes (`request`). What does not belong here: the form of the files (`exchange::write`).

pub mod list;
pub mod request;

use std::collections::HashMap;

use domain::ids::PlaceId;
use domain::place::Registration;
use domain::place_list::ListKind;
use domain::policy::Action;
use domain::time::{DAY_MS, Date, Timestamp};
use exchange::places_sheet::PlaceRow;
use store::audit::AuditFilter;
use store::place::PlaceRecord;
use store::{Audit, Read};

use crate::import::written;
use crate::parameter::number_on;
use crate::place::view::{PlaceQuery, word};
use crate::place::{Gazetteer, filter};
use crate::{App, Caller, Error, Result};

/// Ledgers one person may take out in a day, until the town decides otherwise (P).
pub(crate) const EXPORTS_A_DAY: (&str, f64) = ("export.a_day", 10.0);
/// Rows with personal columns in one file (P).
pub(crate) const ROWS_AT_ONCE: (&str, f64) = ("export.rows", 5_000.0);
/// Persons in one file without somebody else's yes (P).
pub(crate) const PERSONS_UNASKED: (&str, f64) = ("export.persons", 200.0);
/// How long a yes holds. Units: hours (P).
pub(crate) const YES_HOLDS: (&str, f64) = ("export.hours", 24.0);
/// Takes a ledger out, in the record.
const TAKEN_OUT: &str = "register.export";
/// More than any town allows; only so many entries of a day are looked at.
const MOST_LOOKED_AT: i64 = 1_001;

/// Form of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Excel.
    Xlsx,
    /// Separated text with a mark for Excel.
    Csv,
    /// Points, lines and areas.
    GeoJson,
    /// For map programs; it does not read in again.
    Kml,
    /// Layers in one file, for QGIS.
    GeoPackage,
}

impl Format {
    /// The form of this ending.
    pub fn from_ending(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "xlsx" => Some(Self::Xlsx),
            "csv" => Some(Self::Csv),
            "geojson" => Some(Self::GeoJson),
            "kml" => Some(Self::Kml),
            "gpkg" => Some(Self::GeoPackage),
            _ => None,
        }
    }

    /// Its ending.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::GeoJson => "geojson",
            Self::Kml => "kml",
            Self::GeoPackage => "gpkg",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::GeoJson => "application/geo+json",
            Self::Kml => "application/vnd.google-earth.kml+xml",
            Self::GeoPackage => "application/geopackage+sqlite3",
        }
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A record as a row of the ledger.
pub(crate) fn to_row(record: &PlaceRecord, names: &Gazetteer, lists: &[ListKind]) -> PlaceRow {
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
        // For whoever goes there alone: they come in by a ledger and never leave by one.
        access: None,
        help: None,
        note: some(&record.note),
    }
}

/// Whether the record tells whose business it is.
fn names_somebody(record: &PlaceRecord) -> bool {
    let p = &record.place;
    !(p.responsible.name.is_empty() && p.responsible.phone.is_empty())
}

/// A text with every number that may be a telephone's, or its tail, hidden.
fn without_numbers(text: &str) -> String {
    if text.chars().filter(char::is_ascii_digit).count() < 4 {
        return text.to_owned();
    }
    text.chars().map(|c| if c.is_ascii_digit() { '*' } else { c }).collect()
}

fn first_code(error: &Error) -> &'static str {
    match error {
        Error::Invalid(problems) => problems.first().map_or("validation", |problem| problem.code),
        other => other.code(),
    }
}

/// The town's limits of taking ledgers out, counted from the record: no node and no restart forgets.
async fn within_limits(read: &mut Read, caller: &Caller, rows: usize, now: Timestamp) -> Result<()> {
    if caller.session.is_empty() {
        return Ok(());
    }
    let on = now.date();
    let a_day = number_on(read, EXPORTS_A_DAY, on).await?;
    let from = Timestamp::start_of(on);
    let filter = AuditFilter {
        actor: Some(caller.account.to_string()),
        action: Some(TAKEN_OUT.to_owned()),
        from: Some(from),
        ..AuditFilter::default()
    };
    if read.audit_page(&filter, i64::MAX, MOST_LOOKED_AT).await?.len() >= usize::from(a_day) {
        return Err(Error::TooMany {
            code: "export.too_many",
            message: format!("每人每天最多导出 {a_day} 次，今天已用完，请明天再导或请消安办代办"),
            after_s: (from.0 + DAY_MS - now.0) / 1000,
        });
    }
    let most = number_on(read, ROWS_AT_ONCE, on).await?;
    if rows > usize::from(most) {
        return Err(Error::Refused {
            code: "export.too_many_rows",
            message: format!(
                "这次要导出 {rows} 行，含个人信息的导出每次最多 {most} 行，请按村或部门分次导出"
            ),
        });
    }
    Ok(())
}

/// Whether so many persons in one file need somebody else's yes.
async fn needs_a_yes(read: &mut Read, caller: &Caller, persons: usize, on: Date) -> Result<()> {
    let unasked = number_on(read, PERSONS_UNASKED, on).await?;
    if caller.session.is_empty() || persons <= usize::from(unasked) {
        return Ok(());
    }
    Err(Error::Refused {
        code: "export.needs_approval",
        message: format!(
            "这次要导出 {persons} 人的信息，超过 {unasked} 人须写明用途并由另一人批准，请提交导出申请"
        ),
    })
}

/// What a query finds within the caller's right to take it out.
struct Ledger {
    records: Vec<PlaceRecord>,
    names: Gazetteer,
    lists: HashMap<PlaceId, Vec<ListKind>>,
}

impl Ledger {
    async fn read(read: &mut Read, caller: &Caller, query: &PlaceQuery, on: Date) -> Result<Self> {
        let scope = caller.scope(Action::RegisterExport)?;
        let filter = filter(query, on)?;
        let names = Gazetteer::read(read).await?;
        let mut records = Vec::new();
        read.each_place(&filter, &scope, |record| records.push(record)).await?;
        let ids: Vec<PlaceId> = records.iter().map(|r| r.place.id.clone()).collect();
        let signs = read.place_signs(&ids, on).await?;
        let lists = signs.into_iter().map(|(id, signs)| (id, signs.lists)).collect();
        Ok(Self { records, names, lists })
    }

    fn persons(&self) -> usize {
        self.records.iter().filter(|record| names_somebody(record)).count()
    }

    fn write(self, format: Format, now: Timestamp) -> Result<Vec<u8>> {
        let vocabulary = crate::import::vocabulary("places");
        let rows = self.records.iter().map(|record| {
            let lists = self.lists.get(&record.place.id).map(Vec::as_slice).unwrap_or_default();
            to_row(record, &self.names, lists)
        });
        let mut out = std::io::Cursor::new(Vec::new());
        match format {
            Format::Xlsx => exchange::write::xlsx(rows, &vocabulary, &mut out),
            Format::Csv => exchange::write::csv(rows, &vocabulary, &mut out),
            Format::GeoJson => exchange::write::geojson(rows, &mut out),
            Format::Kml => exchange::write::kml(rows, &vocabulary, &mut out),
            Format::GeoPackage => {
                let layer = exchange::write::features(rows).map_err(written)?;
                return Ok(exchange::geopackage::write(&[layer], now));
            }
        }
        .map_err(written)?;
        Ok(out.into_inner())
    }
}

/// That a ledger was taken out, for the record.
fn taken(
    caller: &Caller,
    query: &PlaceQuery,
    format: Format,
    rows: usize,
    reason: &str,
    now: Timestamp,
) -> Audit {
    // Somebody may have looked for a number: the record holds none.
    let query = PlaceQuery { q: query.q.as_deref().map(without_numbers), ..query.clone() };
    let mut audit = caller.audit(TAKEN_OUT, "place", "", now);
    audit.reason = reason.trim().to_owned();
    // Reading a file out has no row of its own; the narrowest hat that allows it is not asked for row by row.
    audit.hat = caller
        .hats
        .all()
        .iter()
        .find(|hat| domain::policy::reach(hat.role, Action::RegisterExport).is_some())
        .map_or(String::new(), |hat| hat.id.to_string());
    audit.detail = serde_json::json!({ "format": format.ending(), "rows": rows, "query": query }).to_string();
    audit
}

fn file_name(format: Format, on: Date) -> String {
    format!("场所台账-{on}.{}", format.ending())
}

impl App {
    /// The places a query finds within the caller's right to take them out, as a file. Who took out how many is
    /// recorded; so is a refusal. The program itself is not limited.
    ///
    /// Errors: he gave no password within five minutes; too many files today, too many rows, or so many persons that
    /// somebody else has to agree (`ask_export`).
    pub async fn export_places(
        &self,
        caller: &Caller,
        query: &PlaceQuery,
        format: Format,
        reason: &str,
    ) -> Result<(String, Vec<u8>)> {
        let now = self.now();
        let on = now.date();
        caller.scope(Action::RegisterExport)?;
        caller.stepped_up(now)?;
        let mut read = self.db.read(&self.town).await?;
        let ledger = Ledger::read(&mut read, caller, query, on).await?;
        let rows = ledger.records.len();
        let allowed = match within_limits(&mut read, caller, rows, now).await {
            Ok(()) => needs_a_yes(&mut read, caller, ledger.persons(), on).await,
            refused => refused,
        };
        drop(read);
        if let Err(refusal) = allowed {
            self.record_refusal(caller, rows, &refusal, reason).await?;
            return Err(refusal);
        }
        let bytes = self.aside(move || ledger.write(format, now)).await?;
        let tx = self.write(caller).await?;
        tx.commit(taken(caller, query, format, rows, reason, now), ()).await?;
        Ok((file_name(format, on), bytes))
    }

    async fn record_refusal(
        &self,
        caller: &Caller,
        rows: usize,
        refusal: &Error,
        reason: &str,
    ) -> Result<()> {
        let mut audit = caller.audit("export.refuse", "place", "", self.now());
        audit.reason = reason.trim().to_owned();
        audit.detail = serde_json::json!({ "rows": rows, "code": first_code(refusal) }).to_string();
        // A refusal is no answer to keep: asked again it may be another.
        let mut tx = self.write(caller).await?;
        tx.unbind_operation();
        Ok(tx.commit(audit, ()).await?)
    }

    /// The form of an ending.
    ///
    /// Errors: there is none of that ending.
    pub fn format_of(&self, ending: &str) -> Result<Format> {
        Format::from_ending(ending)
            .ok_or_else(|| Error::field("format", "export.format", "请选择 xlsx、csv、geojson、kml 或 gpkg"))
    }
}
