//! The register of places as rows. What a place may be is the cellar's business (`domain::place`); whoever asks is
//! limited by territory paths.

use std::collections::{BTreeMap, BTreeSet};

use domain::geometry::Bounds;
use domain::ids::{OrgId, PlaceId};
use domain::place::{
    Contact, FireHazardClass, GasUse, HeadCounts, KindCode, Location, Opening, Place, Registration,
};
use domain::place_list::ListKind;
use domain::policy::Scope;
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use crate::scope::{Columns, Where, like};
use crate::task::StoredTask;
use crate::value::{json, word};
use crate::vault::{secret, traces};
use crate::whistle::WhistleRecord;
use crate::{Read, Result, Row, Value, Write, args, cols};

/// A place as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceRecord {
    /// The place.
    pub place: Place,
    /// Territory codes from the town down to the grid, joined by `/`.
    pub path: String,
    /// Initials of the name in pinyin, lower case.
    pub pinyin: String,
    /// Where the record comes from, as a file's name.
    pub source: String,
    /// 备注.
    pub note: String,
    /// Risk points as last computed; only a copy.
    pub cached_risk_points: Option<i64>,
    /// Risk grade as last computed; only a copy, empty when never computed.
    pub cached_risk_grade: String,
    /// Row version.
    pub version: i64,
    /// The day since which it is open, closed or deregistered as it is, as far as anybody said; no other change moves it.
    pub happened_on: Date,
    /// The day since which it has a sector authority, and when that was recorded; none where it came with the place.
    pub sector_since: Option<(Date, Timestamp)>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub recorded_by: String,
    /// When it was voided, and why.
    pub voided: Option<(Timestamp, String)>,
    /// The row that goes on for the same place, where this one was registered beside it.
    pub same_as: Option<PlaceId>,
}

/// What no statement asks for, kept in one column.
#[derive(Serialize, Deserialize)]
struct Facts {
    heads: HeadCounts,
    fire_hazard_class: Option<FireHazardClass>,
    gas: Option<GasUse>,
    manager: Option<Contact>,
}

/// By which columns rights to a place are told.
pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "sector_org", place: "id" };

/// How the register is ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PlaceOrder {
    /// By name, in the order of code points.
    #[default]
    Name,
    /// By the number on the file.
    Code,
    /// What fits the text that is looked for best: whose name, number or initials it is, whose begin with it, then others; by
    /// name among equals.
    Fit,
}

impl PlaceOrder {
    /// The text the register is ordered by.
    fn column(self, only: &mut Where, looked_for: Option<&str>) -> String {
        match (self, looked_for.map(str::trim).filter(|text| !text.is_empty())) {
            (Self::Code, _) => "code".to_owned(),
            (Self::Fit, Some(text)) => {
                let text = text.to_lowercase();
                let (whole, begins) = (only.mark(text.as_str()), only.mark(like("", &text, "%")));
                format!(
                    "(CASE WHEN lower(name) = {whole} OR lower(code) = {whole} OR pinyin = {whole} THEN '0' \
                     WHEN lower(name) LIKE {begins} ESCAPE '!' OR lower(code) LIKE {begins} ESCAPE '!' \
                     OR pinyin LIKE {begins} ESCAPE '!' THEN '1' ELSE '2' END || name)"
                )
            }
            _ => "name".to_owned(),
        }
    }
}

/// Characters of a credit code that must be given to look for it.
const USCC_FROM: usize = 6;

/// Which places to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceFilter {
    /// Part of the name or the code, the beginning of the name's pinyin initials, the phone number or its last four digits,
    /// or the beginning of the unified social credit code, six characters or more.
    pub text: Option<String>,
    /// Only this village.
    pub village: Option<String>,
    /// Only at or below this territory path.
    pub path: Option<String>,
    /// Only this category or one under it.
    pub category: Option<String>,
    /// Only with this tag or one under it.
    pub tag: Option<String>,
    /// Only of this sector authority; an empty text asks for places nobody has.
    pub sector_org: Option<String>,
    /// Only with this risk grade, as last computed.
    pub grade: Option<String>,
    /// Only in this state of business.
    pub opening: Option<Opening>,
    /// Only on a list of this kind on this day.
    pub listed: Option<(ListKind, Date)>,
    /// Only those nobody inspected on or after this day.
    pub unseen_since: Option<Date>,
    /// Voided ones too.
    pub with_void: bool,
}

impl PlaceRecord {
    /// Takes over from the row as it was what this change does not touch: since when the place is as open as it is, and since
    /// when it has a sector authority. `on`: the day of the change; `now`: when it is recorded.
    pub fn follow(&mut self, before: &Self, on: Date, now: Timestamp) {
        self.happened_on = if self.place.opening == before.place.opening { before.happened_on } else { on };
        self.sector_since = match (&before.place.sector_org, &self.place.sector_org) {
            (_, None) => None,
            (Some(_), Some(_)) => before.sector_since,
            (None, Some(_)) => Some((on, now)),
        };
    }

    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let facts: Facts = row.json("facts")?;
        let registration = match row.text("licence")?.as_str() {
            "uscc" => Registration::Uscc(row.text("uscc")?),
            "unlicensed" => Registration::Unlicensed,
            "unknown" => Registration::Unknown,
            _ => return Err(row.inconsistent("licence")),
        };
        let location = match (row.opt_real("lon")?, row.opt_real("lat")?) {
            (Some(lon_deg), Some(lat_deg)) => Some(Location { lon_deg, lat_deg }),
            _ => None,
        };
        let area_m2 = row
            .opt_int("area_m2")?
            .map(u32::try_from)
            .transpose()
            .map_err(|_| row.inconsistent("area_m2"))?;
        let place = Place {
            id: row.text("id")?.into(),
            code: row.text("code")?,
            name: row.text("name")?,
            registration,
            category: KindCode(row.text("category")?),
            tags: row.text("tags")?.split_whitespace().map(KindCode::from).collect(),
            village: row.text("village")?.into(),
            grid: row.opt_text("grid")?.map(Into::into),
            sector_org: row.opt_text("sector_org")?.map(Into::into),
            address: row.text("address")?,
            location,
            area_m2,
            heads: facts.heads,
            fire_hazard_class: facts.fire_hazard_class,
            gas: facts.gas,
            responsible: Contact { name: row.text("responsible")?, phone: row.opened("place", "phone")? },
            manager: manager_of(facts.manager, row)?,
            opening: row.word("opening")?,
            opened_on: row.opt_date("opened_on")?,
            closed_on: row.opt_date("closed_on")?,
            verified_on: row.opt_date("verified_on")?,
            access: row.opt_opened("place", "access_notes")?.unwrap_or_default(),
            help: row.opt_opened("place", "help_need")?.unwrap_or_default(),
        };
        let void_reason = row.text("void_reason")?;
        Ok(Self {
            place,
            path: row.text("path")?,
            pinyin: row.text("pinyin")?,
            source: row.text("source")?,
            note: row.text("note")?,
            cached_risk_points: row.opt_int("cached_risk_points")?,
            cached_risk_grade: row.text("cached_risk_grade")?,
            version: row.int("version")?,
            happened_on: row.date("happened_on")?,
            sector_since: row.opt_date("sector_on")?.zip(row.opt_instant("sector_at")?),
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
            voided: row.opt_instant("voided_at")?.map(|at| (at, void_reason)),
            same_as: row.opt_text("same_as")?.map(Into::into),
        })
    }

    /// The columns that a change may touch.
    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let p = &self.place;
        let (licence, uscc) = match &p.registration {
            Registration::Uscc(code) => ("uscc", code.as_str()),
            Registration::Unlicensed => ("unlicensed", ""),
            Registration::Unknown => ("unknown", ""),
        };
        let facts = Facts {
            heads: p.heads,
            fire_hazard_class: p.fire_hazard_class,
            gas: p.gas,
            manager: p.manager.as_ref().map(|m| Contact { phone: String::new(), ..m.clone() }),
        };
        let manager_phone = p.manager.as_ref().map(|m| m.phone.clone());
        Ok(cols! {
            code: &p.code, name: &p.name, pinyin: &self.pinyin, licence: licence, uscc: uscc,
            category: p.category.as_str(), tags: spaced(&p.tags), path: &self.path, village: p.village.as_str(),
            grid: p.grid.as_ref().map(|g| g.as_str()), sector_org: p.sector_org.as_ref().map(|o| o.as_str()),
            address: &p.address, lon: p.location.map(|l| l.lon_deg), lat: p.location.map(|l| l.lat_deg),
            area_m2: p.area_m2, responsible: &p.responsible.name, phone: secret(&p.responsible.phone),
            phone_tail: "", phone_index: traces(&p.responsible.phone), manager_phone: Value::Secret(manager_phone), opening: word(&p.opening)?, opened_on: p.opened_on,
            closed_on: p.closed_on, verified_on: p.verified_on, facts: json(&facts)?, note: &self.note,
            access_notes: sealed(&p.access), help_need: sealed(&p.help), source: &self.source, cached_risk_points: self.cached_risk_points,
            cached_risk_grade: &self.cached_risk_grade, happened_on: self.happened_on,
            sector_on: self.sector_since.map(|(on, _)| on), sector_at: self.sector_since.map(|(_, at)| at),
        })
    }

    fn new_cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let mut all = self.cols()?;
        all.extend(cols! {
            version: 1_i64, recorded_at: self.recorded_at, recorded_by: &self.recorded_by,
            voided_at: None::<Timestamp>, void_reason: "",
        });
        Ok(all)
    }
}

/// Sealed where there is anything to seal.
fn sealed(text: &str) -> Value {
    Value::Secret(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

/// Tags with a blank before and after each, so that one is found as a whole.
fn spaced(tags: &BTreeSet<KindCode>) -> String {
    let mut out = String::from(" ");
    for tag in tags {
        out.push_str(tag.as_str());
        out.push(' ');
    }
    out
}

/// A manager's phone is kept apart from the facts, which are not sealed.
fn manager_of(facts: Option<Contact>, row: &Row) -> Result<Option<Contact>> {
    let apart = row.opt_opened("place", "manager_phone")?;
    Ok(facts.map(|m| Contact { phone: apart.unwrap_or(m.phone), name: m.name }))
}

impl Read {
    /// The place of this id, if it lies within the scope.
    pub async fn place(&mut self, id: &PlaceId, scope: &Scope) -> Result<Option<PlaceRecord>> {
        self.place_where("id", id.as_str(), scope).await
    }

    /// The place with this number on its file, if it lies within the scope.
    pub async fn place_by_code(&mut self, code: &str, scope: &Scope) -> Result<Option<PlaceRecord>> {
        self.place_where("code", code, scope).await
    }

    async fn place_where(&mut self, column: &str, value: &str, scope: &Scope) -> Result<Option<PlaceRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is(column, Some(value));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.row(format!("SELECT * FROM place{sql}"), list)
            .await?
            .as_ref()
            .map(PlaceRecord::from_row)
            .transpose()
    }

    /// Those of these places that exist, voided ones too, by id. Whoever asks has asked who may see them.
    pub async fn places_by_id(&mut self, ids: &[PlaceId]) -> Result<Vec<PlaceRecord>> {
        let mut found = Vec::new();
        for some in ids.chunks(500) {
            let mut only = Where::town("town", self.town.as_str());
            let marks: Vec<String> = some.iter().map(|id| only.mark(id.as_str())).collect();
            only.and(&format!("id IN ({})", marks.join(", ")));
            let (sql, list) = only.finish();
            for row in self.rows(format!("SELECT * FROM place{sql} ORDER BY id"), list).await? {
                found.push(PlaceRecord::from_row(&row)?);
            }
        }
        Ok(found)
    }

    /// Rows that turned out to be about one of these places, by id, with the place they are about.
    pub async fn doubles_of(&mut self, places: &[PlaceId]) -> Result<BTreeMap<PlaceId, PlaceId>> {
        let mut found = BTreeMap::new();
        for some in places.chunks(500) {
            let mut only = Where::town("town", self.town.as_str());
            let marks: Vec<String> = some.iter().map(|id| only.mark(id.as_str())).collect();
            only.and(&format!("same_as IN ({})", marks.join(", ")));
            let (sql, list) = only.finish();
            for row in self.rows(format!("SELECT id, same_as FROM place{sql} ORDER BY id"), list).await? {
                found.insert(row.text("id")?.into(), row.text("same_as")?.into());
            }
        }
        Ok(found)
    }

    /// Organisations that open work names at a place: who leads a task there or goes along on it, who was asked about its
    /// licences, which bodies a whistle called. Whoever asks has asked what they may see for it.
    // tidy(contract): api/tests/joint_control.rs and house.rs try each of its three sources on both databases.
    pub async fn orgs_named_at(&mut self, id: &PlaceId) -> Result<BTreeSet<OrgId>> {
        let town = self.town.clone();
        let at = || args![town.as_str(), id.as_str()];
        let mut named = BTreeSet::new();
        let sql = "SELECT * FROM task WHERE town = $1 AND place = $2 AND state NOT IN ('done', 'cancelled')";
        for row in self.rows(sql, at()).await? {
            let task = StoredTask::from_row(&row)?.task;
            named.insert(task.lead);
            named.extend(task.joint);
        }
        let sql = "SELECT DISTINCT org FROM house_check WHERE town = $1 AND place = $2 AND answer <> 'ended'";
        for row in self.rows(sql, at()).await? {
            named.insert(row.text("org")?.into());
        }
        let sql = "SELECT * FROM whistle WHERE town = $1 AND place = $2 AND stage IN ('sent', 'done')";
        for row in self.rows(sql, at()).await? {
            named.extend(WhistleRecord::from_row(&row)?.whistle.bodies.into_iter().map(|body| body.org));
        }
        Ok(named)
    }

    /// Places in use within a box, each with its name, where it lies and how many people are on record. Whoever asks has asked
    /// who may see them.
    pub async fn heads_within(&mut self, bounds: &Bounds) -> Result<Vec<(String, [f64; 2], HeadCounts)>> {
        let sql = "SELECT name, lon, lat, facts FROM place WHERE town = $1 AND voided_at IS NULL \
                   AND closed_on IS NULL AND lon >= $2 AND lon <= $3 AND lat >= $4 AND lat <= $5 ORDER BY id";
        let list = args![self.town.as_str(), bounds.west, bounds.east, bounds.south, bounds.north];
        let mut found = Vec::new();
        for row in self.rows(sql, list).await? {
            let Some(at) = row.opt_real("lon")?.zip(row.opt_real("lat")?) else { continue };
            let facts: Facts = row.json("facts")?;
            found.push((row.text("name")?, [at.0, at.1], facts.heads));
        }
        Ok(found)
    }

    /// One page of the register after `after`, which is what the last place was ordered by and its id.
    pub async fn place_page(
        &mut self,
        filter: &PlaceFilter,
        scope: &Scope,
        order: PlaceOrder,
        after: Option<(&str, &PlaceId)>,
        limit: i64,
    ) -> Result<Vec<PlaceRecord>> {
        let found = self.place_page_at(filter, scope, order, after, limit).await?;
        Ok(found.into_iter().map(|(_, record)| record).collect())
    }

    /// The same, each place with what it was ordered by.
    pub async fn place_page_at(
        &mut self,
        filter: &PlaceFilter,
        scope: &Scope,
        order: PlaceOrder,
        after: Option<(&str, &PlaceId)>,
        limit: i64,
    ) -> Result<Vec<(String, PlaceRecord)>> {
        let mut only = self.place_filter(filter, scope)?;
        let by = order.column(&mut only, filter.text.as_deref());
        if let Some((text, id)) = after {
            let (text, id) = (only.mark(text), only.mark(id.as_str()));
            only.and(&format!("({by}, id) > ({text}, {id})"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT *, {by} AS page_at FROM place{sql} ORDER BY {by}, id LIMIT {most}"), list)
            .await?
            .iter()
            .map(|row| Ok((row.text("page_at")?, PlaceRecord::from_row(row)?)))
            .collect()
    }

    /// How many places a filter finds.
    pub async fn place_count(&mut self, filter: &PlaceFilter, scope: &Scope) -> Result<i64> {
        let (sql, list) = self.place_filter(filter, scope)?.finish();
        match self.row(format!("SELECT COUNT(*) AS n FROM place{sql}"), list).await? {
            Some(row) => row.int("n"),
            None => Ok(0),
        }
    }

    fn place_filter(&self, filter: &PlaceFilter, scope: &Scope) -> Result<Where> {
        let mut only = Where::town("town", self.town.as_str());
        only.within(&COLUMNS, scope);
        if let Some(path) = &filter.path {
            only.below("path", path);
        }
        only.is("village", filter.village.as_deref());
        // Without a grade for want of facts the copy is empty.
        only.is(
            "cached_risk_grade",
            filter.grade.as_deref().map(|code| if code == "ungraded" { "" } else { code }),
        );
        only.is("opening", filter.opening.as_ref().map(word).transpose()?.as_deref());
        if let Some((kind, on)) = &filter.listed {
            let (kind, day) = (only.mark(word(kind)?), only.mark(*on));
            only.and(&format!(
                "id IN (SELECT m.place FROM list_entry m JOIN place_list l ON l.town = m.town AND l.id = m.list \
                 WHERE m.town = $1 AND l.kind = {kind} AND m.from_on <= {day} \
                 AND (m.to_on IS NULL OR m.to_on > {day}))"
            ));
        }
        if let Some(since) = filter.unseen_since {
            let since = only.mark(since);
            only.and(&format!(
                "id NOT IN (SELECT i.place FROM inspection i WHERE i.town = $1 AND i.happened_on >= {since}) \
                 AND id NOT IN (SELECT b.same_as FROM place b JOIN inspection i ON i.town = b.town AND i.place = b.id \
                 WHERE b.town = $1 AND b.same_as IS NOT NULL AND i.happened_on >= {since})"
            ));
        }
        if !filter.with_void {
            only.and("voided_at IS NULL");
        }
        match filter.sector_org.as_deref() {
            Some("") => only.and("sector_org IS NULL"),
            other => only.is("sector_org", other),
        }
        if let Some(category) = &filter.category {
            let (own, below) = (only.mark(category), only.mark(like("", category, ".%")));
            only.and(&format!("(category = {own} OR category LIKE {below} ESCAPE '!')"));
        }
        if let Some(tag) = &filter.tag {
            let (own, below) = (only.mark(like("% ", tag, " %")), only.mark(like("% ", tag, ".%")));
            only.and(&format!("(tags LIKE {own} ESCAPE '!' OR tags LIKE {below} ESCAPE '!')"));
        }
        if let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            let text = text.to_lowercase();
            let (part, begins) = (only.mark(like("%", &text, "%")), only.mark(like("", &text, "%")));
            let phone = match self.trace_of(&text)? {
                Some(trace) => {
                    format!(" OR phone_index LIKE {} ESCAPE '!'", only.mark(like("% ", &trace, " %")))
                }
                None => String::new(),
            };
            // A credit code is looked for from its beginning: fewer characters are those of half the country.
            let uscc = match text.len() >= USCC_FROM && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
                true => {
                    let begins = only.mark(like("", &text.to_uppercase(), "%"));
                    format!(" OR uscc LIKE {begins} ESCAPE '!'")
                }
                false => String::new(),
            };
            only.and(&format!(
                "(lower(name) LIKE {part} ESCAPE '!' OR lower(code) LIKE {part} ESCAPE '!' \
                 OR pinyin LIKE {begins} ESCAPE '!'{phone}{uscc})"
            ));
        }
        Ok(only)
    }

    /// Hands every place a filter finds to `each`, in the order of codes, without holding them all.
    pub async fn each_place(
        &mut self,
        filter: &PlaceFilter,
        scope: &Scope,
        mut each: impl FnMut(PlaceRecord) + Send,
    ) -> Result<()> {
        let (sql, list) = self.place_filter(filter, scope)?.finish();
        self.each(format!("SELECT * FROM place{sql} ORDER BY code, id"), list, |row| {
            each(PlaceRecord::from_row(&row)?);
            Ok(())
        })
        .await
    }

    /// The highest code that is `prefix` and so many digits.
    pub async fn last_place_code(&mut self, prefix: &str, digits: usize) -> Result<Option<String>> {
        let town = self.town.clone();
        let (least, most) = ("0".repeat(digits), "9".repeat(digits));
        let row = self
            .row(
                "SELECT MAX(code) AS last FROM place \
                 WHERE town = $1 AND code >= $2 AND code <= $3 AND length(code) = $4",
                args![
                    town.as_str(),
                    format!("{prefix}{least}"),
                    format!("{prefix}{most}"),
                    prefix.chars().count() + digits
                ],
            )
            .await?;
        row.map_or(Ok(None), |row| row.opt_text("last"))
    }
}

impl Write {
    /// A new place; an id or code that is taken is a conflict.
    pub async fn insert_place(&mut self, place: &PlaceRecord) -> Result<()> {
        self.insert("place", place.place.id.as_str(), place.new_cols()?).await
    }

    /// New places, as an import brings them: all or none.
    pub async fn insert_places(&mut self, places: &[PlaceRecord]) -> Result<()> {
        // So many at a time: a whole ledger as columns would be held a second time.
        for some in places.chunks(500) {
            let rows = some.iter().map(|p| Ok((p.place.id.to_string(), p.new_cols()?)));
            self.insert_many("place", rows.collect::<Result<Vec<_>>>()?).await?;
        }
        Ok(())
    }

    /// Stores a changed place, if nobody changed it since.
    pub async fn update_place(&mut self, place: &PlaceRecord) -> Result<()> {
        self.update("place", place.place.id.as_str(), place.version, place.cols()?).await
    }

    /// Marks a place as recorded by mistake; it stays on record.
    pub async fn void_place(
        &mut self,
        id: &PlaceId,
        version: i64,
        at: Timestamp,
        reason: &str,
    ) -> Result<()> {
        let row = cols! { voided_at: at, void_reason: reason };
        self.update("place", id.as_str(), version, row).await
    }

    /// Marks a row as a second one about a place that goes on under another; what was merged into it goes along.
    pub async fn merge_place(
        &mut self,
        (id, version): (&PlaceId, i64),
        into: &PlaceId,
        at: Timestamp,
        reason: &str,
    ) -> Result<()> {
        let row = cols! { voided_at: at, void_reason: reason, same_as: into.as_str() };
        self.update("place", id.as_str(), version, row).await?;
        let before: Vec<PlaceId> = self.doubles_of(std::slice::from_ref(id)).await?.into_keys().collect();
        for one in self.places_by_id(&before).await? {
            let row = cols! { same_as: into.as_str() };
            self.update("place", one.place.id.as_str(), one.version, row).await?;
        }
        Ok(())
    }
}
