//! Rows of a ledger of facilities against those on record: what is new, changed, the same or wrong. Other people's
//! tables may be taken with their bad rows left out, each of them named.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::boundary::TownArea;
use domain::facility::water::Source;
use domain::facility::{
    Act, Event, Facility, FieldForm, FieldValue, Kind, MOST_CHARS, Shape, Site, Stage, Water,
};
use domain::geometry::distance_m;
use domain::ids::{FacilityId, OrgId};
use domain::org::{Level as TerritoryLevel, OrgKind, Territory};
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use exchange::crs::Crs;
use exchange::facilities_sheet::FacilityRow;
use exchange::geojson::from_wkt;
use exchange::ledger::{Numbered, Parsed};
use exchange::problem::{Level, Problem, bad_rows};
use exchange::value::comparable;
use store::facility::{FacilityFilter, FacilityRecord};
use store::import::ImportFile;

use super::{ImportChange, ImportChoice, ImportReport};
use crate::boundary::outside::{positions, row_allowed, row_outside};
use crate::facility::BUILT_LATER;
use crate::facility::ledger::{is_built, to_row};
use crate::facility::{facilities, next_code};
use crate::job::Running;
use crate::place::Gazetteer;
use crate::{App, Caller, Result};

/// Kind of a row of hydrants that names none.
const HYDRANT: &str = "hydrant_outdoor";
/// What has neither number nor name is the one on record when it lies this near. Units: metres.
const SAME_SPOT_M: f64 = 1.0;

/// What an import would write, each with the act that made it.
#[derive(Default)]
struct Work {
    inserts: Vec<FacilityRecord>,
    updates: Vec<FacilityRecord>,
}

/// The facilities on record as an import sees them.
struct Stock {
    names: Gazetteer,
    records: Vec<FacilityRecord>,
    /// Number of every facility, voided ones too.
    codes: HashMap<FacilityId, String>,
    by_code: HashMap<String, FacilityId>,
    /// Who enters what says nobody.
    org: OrgId,
    /// Where the town lies, if anything says it.
    town: Option<TownArea>,
}

/// One row with the record it means and the id it will have.
struct Meant<'a> {
    row: Numbered<FacilityRow>,
    known: Option<&'a FacilityRecord>,
    id: FacilityId,
}

/// Why a cell cannot be taken: key of its column, code, what to do.
type Wrong = (&'static str, &'static str, String);

impl App {
    /// Compares rows with the facilities on record and, when a job is to commit and nothing stands against it, writes
    /// them in one act together with the job's end.
    pub(super) async fn import_facilities(
        &self,
        file: &ImportFile,
        choice: &ImportChoice,
        parsed: Parsed<FacilityRow>,
        commit: Option<&Running>,
    ) -> Result<ImportReport> {
        let now = self.now();
        let hat = commit.map(|running| running.asker.hat.as_str()).unwrap_or_default();
        let stock = self.stock(hat).await?;
        let (mut report, mut work) = self.plan_facilities(file, choice, &parsed, &stock);
        let leaves_bad = choice.leaves_bad(&file.kind);
        let Some(running) = commit.filter(|_| report.is_ready() || (leaves_bad && report.has_good())) else {
            return Ok(report);
        };
        let caller = running.asker.caller();
        let mut tx = self.write(&caller).await?;
        for record in &mut work.inserts {
            if record.facility.code.is_empty() {
                record.facility.code = next_code(&mut tx).await?;
            }
            let act = Act::Register { found: record.facility.stage == Stage::Found };
            tx.insert_facility(record, &event(record, act, file, &caller, now)).await?;
        }
        for record in &work.updates {
            let mut event = event(record, Act::Change, file, &caller, now);
            event.seq = record.version + 1;
            tx.save_facility(record, &event).await?;
        }
        let audit = super::ended(&mut tx, running, file, &mut report, now).await?;
        Ok(tx.commit(audit, report).await?)
    }

    async fn stock(&self, hat: &str) -> Result<Stock> {
        let whole = Caller::system().scope(Action::FacilityRead)?;
        let mut read = self.db.read(&self.town).await?;
        let names = Gazetteer::of_ledger(&mut read, self.now().date()).await?;
        let every = FacilityFilter { with_void: true, ..FacilityFilter::default() };
        let records = read.facilities(&whole, &every, None, i64::MAX).await?;
        let own = read.assignment(&hat.into()).await?.map(|held| held.assignment.org);
        let org =
            own.or_else(|| names.org_of_kind(OrgKind::TownGov)).unwrap_or_else(|| OrgId::from("system"));
        let codes: HashMap<_, _> =
            records.iter().map(|one| (one.facility.id.clone(), one.facility.code.clone())).collect();
        let by_code = codes.iter().map(|(id, code)| (code.clone(), id.clone())).collect();
        let town = self.town_area(&mut read).await?;
        Ok(Stock { names, records, codes, by_code, org, town })
    }

    fn plan_facilities(
        &self,
        file: &ImportFile,
        choice: &ImportChoice,
        parsed: &Parsed<FacilityRow>,
        stock: &Stock,
    ) -> (ImportReport, Work) {
        let mut report = ImportReport::default();
        report.take(&parsed.problems);
        // What is only worth a look is among the rows, and counted there.
        let bad_rows = bad_rows(&parsed.problems);
        report.rows = parsed.rows.len() + bad_rows.len();
        let crs = choice.crs.as_deref().and_then(Crs::from_code).unwrap_or_default();
        let mut problems = Vec::new();
        let mut used: HashSet<FacilityId> = HashSet::new();
        let mut meant: Vec<Meant> = Vec::new();
        for row in &parsed.rows {
            if choice.decisions.get(&row.row.to_string()).map(String::as_str) == Some("skip") {
                report.skipped += 1;
                continue;
            }
            let mut row = row.clone();
            move_over(&mut row.value, crs);
            if file.kind == "hydrants" && row.value.kind.is_none() {
                row.value.kind = Some(HYDRANT.to_owned());
            }
            match stock.known(&row.value) {
                Err(wrong) => problems.push(at_cell(parsed, &row, &wrong)),
                Ok(Some(known)) if !used.insert(known.facility.id.clone()) => {
                    let message = format!("与前面的行对应同一处设施（{}），请删去一行", known.facility.code);
                    problems.push(at_cell(parsed, &row, &("code", "import.same_facility", message)));
                }
                Ok(known) => {
                    let id = known.map_or_else(|| self.new_id().into(), |known| known.facility.id.clone());
                    meant.push(Meant { row, known, id });
                }
            }
        }
        let mut by_code = stock.by_code.clone();
        for one in &meant {
            if let Some(code) = &one.row.value.code {
                by_code.insert(code.clone(), one.id.clone());
            }
        }
        let words = super::vocabulary("facilities");
        let now = self.now();
        let (mut work, mut is_moving) = (Work::default(), false);
        for one in &meant {
            let record = match stock.record_of(one, &by_code, now) {
                Ok(record) => record,
                Err(wrong) => {
                    problems.push(at_cell(parsed, &one.row, &wrong));
                    continue;
                }
            };
            if let Some(problem) = stock.outside(parsed, one, &record.facility, choice.outside_ok) {
                let is_left_out = problem.level == Level::Error;
                problems.push(problem);
                if is_left_out {
                    continue;
                }
            }
            is_moving |= record.facility.shape.is_some()
                && one.known.is_none_or(|known| known.facility.shape != record.facility.shape);
            let Some(known) = one.known else {
                report.created += 1;
                work.inserts.push(record);
                continue;
            };
            let built = one.row.value.built.as_deref();
            if built.is_some_and(|built| (built == "built") != is_built(known.facility.stage)) {
                let message = "是否已建与登记的状态不同；状态在设施页面上办理，这里没有改";
                let key = "built";
                problems.push(parsed.problem(&one.row, key, Level::Warning, "facility.stage", message));
            }
            if record.facility == known.facility && record.path == known.path {
                report.unchanged += 1;
                continue;
            }
            report.updated += 1;
            report.note_change(|| {
                let before = to_row(&known.facility, &stock.names, &stock.codes);
                let after = to_row(&record.facility, &stock.names, &stock.codes);
                ImportChange {
                    sheet: parsed.sheet.clone(),
                    row: one.row.row,
                    id: known.facility.id.to_string(),
                    code: known.facility.code.clone(),
                    name: known.facility.name.clone(),
                    fields: super::changed_fields(&before, &after, &words),
                }
            });
            work.updates.push(record);
        }
        if is_moving {
            problems.extend(super::crs_unsaid(file, choice, &parsed.sheet));
        }
        report.take(&problems);
        report.take(parsed.unread().as_slice());
        report.problems.sort_by_key(|p| p.row);
        (report, work)
    }
}

impl Stock {
    /// The facility on record that a row means; none when it is a new one.
    fn known(&self, row: &FacilityRow) -> std::result::Result<Option<&FacilityRecord>, Wrong> {
        if let Some(code) = &row.code {
            let found = self.records.iter().find(|one| one.facility.code == *code);
            if found.is_some_and(|one| one.facility.void.is_some()) {
                let message = "编号属于已作废的设施，请改编号或留空由系统编号".to_owned();
                return Err(("code", "facility.code_taken", message));
            }
            return Ok(found);
        }
        let at = row.lon.zip(row.lat).map(|(lon, lat)| [lon, lat]);
        let is_it = |one: &&FacilityRecord| {
            let f = &one.facility;
            let kind = row.kind.as_deref() == Some(f.kind.as_str());
            let near = match (&f.shape, at) {
                (Some(Shape::Point(own)), Some(at)) => Some(distance_m(*own, at) <= SAME_SPOT_M),
                _ => None,
            };
            let village = row.village.as_deref().and_then(|text| self.names.territory_written(text));
            let called = row.name.as_deref().map(|name| {
                comparable(name) == comparable(&f.name)
                    && village.is_none_or(|village| village.code == f.territory)
            });
            f.void.is_none() && kind && called.unwrap_or(true) && near.or(called) == Some(true)
        };
        let mut alike = self.records.iter().filter(is_it);
        let first = alike.next();
        match (first, alike.next()) {
            (Some(_), Some(_)) => {
                let message = "有不止一处登记的设施像这一行，请填写设施编号".to_owned();
                Err(("name", "facility.ambiguous", message))
            }
            (first, _) => Ok(first),
        }
    }

    /// What is said of a row that brings a facility far away from the town: an error, or where somebody allowed it a note.
    fn outside(
        &self,
        parsed: &Parsed<FacilityRow>,
        meant: &Meant,
        made: &Facility,
        is_allowed: bool,
    ) -> Option<Problem> {
        // What stays where it was is there on somebody's word.
        if meant.known.is_some_and(|known| known.facility.shape == made.shape) {
            return None;
        }
        let drawn = made.shape.as_ref().map(positions)?;
        let far = self.town.as_ref()?.astray(&drawn)?;
        let (level, message) =
            if is_allowed { (Level::Note, row_allowed(far)) } else { (Level::Error, row_outside(far)) };
        let key = if meant.row.value.shape.is_some() { "shape" } else { "lon" };
        Some(parsed.problem(&meant.row, key, level, "facility.outside", &message))
    }

    fn town(&self) -> Option<&Territory> {
        self.names.of_level(TerritoryLevel::Town)
    }

    /// The record a row makes, beside the known one. Empty cells change nothing.
    fn record_of(
        &self,
        meant: &Meant,
        by_code: &HashMap<String, FacilityId>,
        now: Timestamp,
    ) -> std::result::Result<FacilityRecord, Wrong> {
        let row = &meant.row.value;
        let known = meant.known.map(|known| &known.facility);
        let kind_code = row.kind.as_deref().or(known.map(|known| known.kind.as_str()));
        let kind = kind_code.and_then(|code| facilities().catalog.kind(code));
        let kind = kind.ok_or_else(|| ("kind", "facility.kind", "请写明设施类别".to_owned()))?;
        let territory = match (&row.village, known) {
            (Some(written), _) => Some(self.names.territory_written(written).ok_or_else(|| {
                let message = format!("没有“{written}”这个村（社区），请按本镇名称填写");
                ("village", "facility.territory", message)
            })?),
            (None, Some(known)) => self.names.territory(&known.territory),
            (None, None) => self.town(),
        };
        let territory =
            territory.ok_or_else(|| ("village", "facility.territory", "请填写所在村（社区）".to_owned()))?;
        let org = match (&row.org, known) {
            (_, Some(known)) => known.org.clone(),
            (Some(written), None) => match self.names.org_written(written) {
                Some(org) => org.id.clone(),
                None => {
                    let otherwise = format!("没有“{written}”这个机构，请按本镇名称填写");
                    return Err(("org", "facility.org", self.names.unknown_org(written, otherwise)));
                }
            },
            (None, None) => self.org.clone(),
        };
        let mut facility = known.cloned().unwrap_or_else(|| blank(&meant.id, row, kind, now.date()));
        facility.kind.clone_from(&kind.code);
        facility.org = org;
        facility.territory = territory.code.clone();
        let text = |to: &mut String, from: &Option<String>| {
            if let Some(from) = from {
                to.clone_from(from);
            }
        };
        text(&mut facility.name, &row.name);
        text(&mut facility.code, &row.code);
        text(&mut facility.address, &row.address);
        text(&mut facility.approval_no, &row.approval_no);
        if row.built_on.is_some_and(|day| day > now.date()) {
            return Err(("built_on", BUILT_LATER.0, BUILT_LATER.1.to_owned()));
        }
        facility.built_on = row.built_on.or(facility.built_on);
        if let Some(shape) = drawn(row) {
            facility.shape = Some(shape);
        }
        if let Some(site) = row.site.as_deref().and_then(Site::from_code) {
            facility.site = Some(site);
        }
        if let Some(written) = &row.values {
            facility.values.extend(read_values(written, kind)?);
        }
        let of_code = |key: &'static str, code: &str| {
            // Files of the map and of programs name what is joined by its id.
            let by_id = || Some(FacilityId::from(code)).filter(|id| self.codes.contains_key(id));
            by_code.get(code).cloned().or_else(by_id).ok_or_else(|| {
                (key, "facility.joins", format!("没有编号为“{code}”的设施，请核对，或先登记它"))
            })
        };
        if let Some(written) = &row.joins {
            let codes = written.split(['、', ',', '，', ';', '；']).map(str::trim).filter(|c| !c.is_empty());
            facility.joins =
                codes.map(|code| of_code("joins", code)).collect::<std::result::Result<_, _>>()?;
        }
        if kind.gives_water {
            // Of what is on record without its water nobody knows more while the row says nothing of it.
            let is_unknown = known.is_some() && facility.water.is_none();
            let mut water = facility.water.take().unwrap_or_default();
            read_water(row, &mut water)?;
            if let Some(code) = &row.fed_by {
                water.fed_by = Some(of_code("fed_by", code)?);
            }
            facility.water = Some(water).filter(|water| !is_unknown || *water != Water::default());
        }
        let facility = facility.register(kind).map_err(|refusal| {
            let key = match refusal.code() {
                "facility.too_long"
                    if row.address.as_ref().is_some_and(|text| text.chars().count() > MOST_CHARS) =>
                {
                    "address"
                }
                "facility.no_name" | "facility.too_long" => "name",
                "facility.value" | "facility.no_field" => "values",
                "facility.no_site" => "site",
                "facility.joins_itself" => "joins",
                "facility.water" | "facility.too_much" | "facility.more_than_held" => "usable_m3",
                _ if row.shape.is_some() => "shape",
                _ => "lon",
            };
            (key, refusal.code(), refusal.to_string())
        })?;
        Ok(match meant.known {
            Some(known) => FacilityRecord { facility, path: territory.path.clone(), ..known.clone() },
            None => FacilityRecord {
                facility,
                path: territory.path.clone(),
                voided_at: None,
                recorded_by: "台账导入".to_owned(),
                version: 1,
                recorded_at: now,
            },
        })
    }
}

/// Where a row lies.
fn drawn(row: &FacilityRow) -> Option<Shape> {
    let point = row.lon.zip(row.lat).map(|(lon, lat)| Shape::Point([lon, lat]));
    row.shape.as_deref().and_then(from_wkt).or(point)
}

/// Puts WGS 84 in place of what was written.
fn move_over(row: &mut FacilityRow, crs: Crs) {
    if let (Some(lon), Some(lat)) = (row.lon, row.lat) {
        let (lon, lat) = crs.to_wgs84(lon, lat);
        (row.lon, row.lat) = (Some(lon), Some(lat));
    }
    let moved = |[lon, lat]: [f64; 2]| <[f64; 2]>::from(crs.to_wgs84(lon, lat));
    let shape = row.shape.as_deref().and_then(from_wkt).map(|shape| match shape {
        Shape::Point(at) => Shape::Point(moved(at)),
        Shape::LineString(line) => Shape::LineString(line.into_iter().map(moved).collect()),
        Shape::Polygon(rings) => {
            Shape::Polygon(rings.into_iter().map(|ring| ring.into_iter().map(moved).collect()).collect())
        }
    });
    if let Some(shape) = shape {
        row.shape = Some(exchange::geojson::to_wkt(&shape));
    }
}

/// A facility of which a row knows only its kind.
fn blank(id: &FacilityId, row: &FacilityRow, kind: &Kind, today: Date) -> Facility {
    let told = row.code.as_deref().or(row.address.as_deref()).unwrap_or_default();
    let stage = if row.built.as_deref() == Some("planned") { Stage::Proposed } else { Stage::Found };
    Facility {
        id: id.clone(),
        code: String::new(),
        // Other people's tables give their hydrants numbers and no names.
        name: format!("{} {told}", kind.name).trim().to_owned(),
        kind: kind.code.clone(),
        class: String::new(),
        org: OrgId::from(""),
        territory: String::new().into(),
        address: String::new(),
        shape: None,
        values: BTreeMap::new(),
        site: None,
        approval_no: String::new(),
        water: None,
        joins: BTreeSet::new(),
        stage,
        since: today,
        built_on: None,
        keeping: None,
        checked_on: None,
        fault: String::new(),
        void: None,
    }
}

fn read_water(row: &FacilityRow, water: &mut Water) -> std::result::Result<(), Wrong> {
    water.usable_m3 = row.usable_m3.or(water.usable_m3);
    water.flow_l_s = row.flow_l_s.or(water.flow_l_s);
    water.lift_m = row.lift_m.or(water.lift_m);
    if let Some(word) = &row.hard_standing {
        water.hard_standing = Some(word == "yes");
    }
    if let Some(source) = row.source.as_deref().and_then(Source::from_code) {
        water.source = Some(source);
    }
    if let Some(written) = &row.dry_months {
        let month = |text: &str| text.trim().trim_end_matches('月').parse::<u32>().ok();
        let months = written.split(['、', ',', '，', ' ']).filter(|text| !text.trim().is_empty()).map(month);
        let months: Option<BTreeSet<u32>> = months.collect();
        let months = months.filter(|months| months.iter().all(|month| (1..=12).contains(month)));
        water.dry_months = months.ok_or_else(|| {
            (
                "dry_months",
                "facility.water",
                "枯水月份请写 1 到 12 的数字，用顿号隔开，如 12、1、2".to_owned(),
            )
        })?;
    }
    Ok(())
}

/// Reads `口径=100；静压=0.3` against the fields of the kind.
fn read_values(written: &str, kind: &Kind) -> std::result::Result<BTreeMap<String, FieldValue>, Wrong> {
    let mut values = BTreeMap::new();
    // Programs fold fields into one as JSON.
    if let Ok(serde_json::Value::Object(told)) = serde_json::from_str(written) {
        for (code, value) in told {
            let text = match value {
                serde_json::Value::Null => continue,
                serde_json::Value::Bool(yes) => if yes { "是" } else { "否" }.to_owned(),
                serde_json::Value::String(text) => text,
                other => other.to_string(),
            };
            let (code, value) = read_value(&code, text.trim(), kind)?;
            values.insert(code, value);
        }
        return Ok(values);
    }
    for part in written.split(['；', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        let wrong = |message: String| ("values", "facility.value", message);
        let (name, value) = part
            .split_once(['=', '＝', '：', ':'])
            .ok_or_else(|| wrong(format!("“{part}”请写成“参数=值”，多个用分号隔开")))?;
        let (code, value) = read_value(name.trim(), value.trim(), kind)?;
        values.insert(code, value);
    }
    Ok(values)
}

/// One value against its field, which goes by its name or code.
fn read_value(name: &str, value: &str, kind: &Kind) -> std::result::Result<(String, FieldValue), Wrong> {
    let wrong = |message: String| ("values", "facility.value", message);
    let field = kind.fields.iter().find(|field| field.name == name || field.code == name);
    let field = field.ok_or_else(|| wrong(format!("“{}”没有“{name}”这一参数，请去掉", kind.name)))?;
    let read = match field.form {
        FieldForm::Number { .. } => {
            value.trim_end_matches(&field.unit).trim().parse().ok().map(FieldValue::Number)
        }
        FieldForm::Flag => ["是", "否"].contains(&value).then(|| FieldValue::Flag(value == "是")),
        FieldForm::Text | FieldForm::Choice(_) => Some(FieldValue::Text(value.to_owned())),
    };
    let read = read.ok_or_else(|| wrong(format!("“{name}”的值“{value}”不对，请按单位填写")))?;
    Ok((field.code.clone(), read))
}

fn event(record: &FacilityRecord, act: Act, file: &ImportFile, caller: &Caller, now: Timestamp) -> Event {
    Event {
        seq: 1,
        act,
        on: now.date(),
        recorded_at: now,
        by: caller.person.clone(),
        text: format!("台账导入：{}", file.name),
        photos: Vec::new(),
        stage: record.facility.stage,
    }
}

fn at_cell(
    parsed: &Parsed<FacilityRow>,
    row: &Numbered<FacilityRow>,
    (key, code, message): &Wrong,
) -> Problem {
    parsed.problem(row, key, Level::Error, code, message)
}
