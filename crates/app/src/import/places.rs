//! Rows of a ledger of places against the register: what is new, changed, the same, doubtful or wrong.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::ids::PlaceId;
use domain::place::{KindCode, Location, Opening, Place, Registration};
use domain::place_list::ListKind;
use domain::policy::Action;
use domain::time::Date;
use exchange::crs::Crs;
use exchange::ledger::{Numbered, Parsed, Vocabulary};
use exchange::matching::{self, Decision, ExistingKey};
use exchange::places_sheet::PlaceRow;
use exchange::problem::{Level, Problem};
use store::import::ImportFile;
use store::place::{PlaceFilter, PlaceRecord};
use store::place_list::{EntryRecord, ListRecord};

use super::{ImportCandidate, ImportChange, ImportChoice, ImportDuplicate, ImportReport};
use crate::export::to_row;
use crate::house::heads::Following;
use crate::job::Running;
use crate::person::initials;
use crate::place::view::parse_word;
use crate::place::{Gazetteer, catalog, code_of, next_code};
use crate::place_list::{entry_of, list_of_kind};
use crate::{App, Caller, Result, risk};

/// Category of a row that gives none; a person is told.
const NO_CATEGORY: &str = "other_unit";
/// Places changed in one query for their signs.
const AT_ONCE: usize = 500;

/// What an import would write.
#[derive(Default)]
struct Work {
    inserts: Vec<PlaceRecord>,
    updates: Vec<PlaceRecord>,
    entries: Vec<EntryRecord>,
}

/// The register as an import sees it.
struct Register {
    names: Gazetteer,
    lists: Vec<ListRecord>,
    /// List and place of every stay that goes on.
    stays: HashSet<(String, PlaceId)>,
    records: Vec<PlaceRecord>,
    by_id: HashMap<PlaceId, usize>,
    /// Every number that is taken, by voided places too (under nobody).
    codes: HashMap<String, Option<PlaceId>>,
}

/// What a row says, with the words of the town in place of what was written.
struct Placed {
    row: Numbered<PlaceRow>,
    village: Option<(domain::ids::TerritoryCode, String)>,
    grid: Option<(domain::ids::TerritoryCode, String)>,
    sector: Option<domain::ids::OrgId>,
}

impl App {
    /// Compares rows with the register and, when a job is to commit and nothing stands against it, writes them in one
    /// act together with the job's end.
    pub(super) async fn import_places(
        &self,
        file: &ImportFile,
        choice: &ImportChoice,
        parsed: Parsed<PlaceRow>,
        commit: Option<&Running>,
    ) -> Result<ImportReport> {
        let now = self.now();
        let register = self.register().await?;
        let (mut report, mut work) = self.plan_places(file, choice, &parsed, &register);
        let Some(running) = commit.filter(|_| report.is_ready()) else { return Ok(report) };
        let mut tx = self.write(&running.asker.caller()).await?;
        let mut number = next_code(&mut tx).await?;
        let taken: HashSet<String> =
            work.inserts.iter().map(|r| r.place.code.clone()).chain(register.codes.keys().cloned()).collect();
        for record in work.inserts.iter_mut().filter(|record| record.place.code.is_empty()) {
            while taken.contains(&code_of(number)) {
                number += 1;
            }
            record.place.code = code_of(number);
            number += 1;
        }
        for some in work.updates.chunks_mut(AT_ONCE) {
            let ids: Vec<PlaceId> = some.iter().map(|r| r.place.id.clone()).collect();
            let signs = tx.place_signs(&ids, now.date()).await?;
            for record in some {
                let own = signs.get(&record.place.id).cloned().unwrap_or_default();
                risk::copy_into(record, &own, now.date());
            }
        }
        tx.insert_list_entries(&work.entries).await?;
        let (following, by) = (Following::read(&mut tx, now.date()).await?, running.asker.caller().name);
        for record in work.inserts.iter_mut().chain(&mut work.updates) {
            self.follow_house(&mut tx, &following, record, &by, now).await?;
        }
        tx.insert_places(&work.inserts).await?;
        for record in &work.updates {
            tx.update_place(record).await?;
        }
        let audit = super::ended(&mut tx, running, file, &mut report, now).await?;
        Ok(tx.commit(audit, report).await?)
    }

    async fn register(&self) -> Result<Register> {
        let whole = Caller::system().scope(Action::PlaceRead)?;
        let mut read = self.db.read(&self.town).await?;
        let names = Gazetteer::read(&mut read).await?;
        let lists = read.place_lists().await?;
        let mut stays = HashSet::new();
        for list in &lists {
            for entry in read.list_entries(&list.id).await?.iter().filter(|e| e.entry.left.is_none()) {
                stays.insert((list.id.clone(), entry.entry.place.clone()));
            }
        }
        let (mut records, mut codes) = (Vec::new(), HashMap::new());
        let filter = PlaceFilter { with_void: true, ..PlaceFilter::default() };
        read.each_place(&filter, &whole, |record| {
            let owner = record.voided.is_none().then(|| record.place.id.clone());
            codes.insert(record.place.code.clone(), owner);
            if record.voided.is_none() {
                records.push(record);
            }
        })
        .await?;
        let by_id = records.iter().enumerate().map(|(at, r)| (r.place.id.clone(), at)).collect();
        Ok(Register { names, lists, stays, records, by_id, codes })
    }

    fn plan_places(
        &self,
        file: &ImportFile,
        choice: &ImportChoice,
        parsed: &Parsed<PlaceRow>,
        register: &Register,
    ) -> (ImportReport, Work) {
        let mut report = ImportReport::default();
        report.take(&parsed.problems);
        let bad_rows: BTreeSet<u32> = report.problems.iter().map(|p| p.row).filter(|row| *row > 0).collect();
        report.rows = parsed.rows.len() + bad_rows.len();
        let crs = choice.crs.as_deref().and_then(Crs::from_code).unwrap_or_default();
        let mut problems = Vec::new();
        let placed: Vec<Placed> =
            parsed.rows.iter().map(|row| placed(row, parsed, crs, &register.names, &mut problems)).collect();
        // What a cell does not say cannot be judged further.
        let unread: HashSet<u32> =
            problems.iter().filter(|p: &&Problem| p.level == Level::Error).map(|p| p.row).collect();
        let existing: Vec<ExistingKey> = register
            .records
            .iter()
            .map(|record| ExistingKey {
                id: record.place.id.to_string(),
                place: to_row(record, &register.names, &[]),
            })
            .collect();
        let words = super::vocabulary("places");
        let rows: Vec<Numbered<PlaceRow>> = placed.iter().map(|p| p.row.clone()).collect();
        let decisions = matching::match_against(&existing, &rows);
        let mut work = Work::default();
        let mut used: HashMap<PlaceId, u32> = HashMap::new();
        let mut codes: HashSet<String> = HashSet::new();
        for (placed, decision) in placed.iter().zip(decisions) {
            if unread.contains(&placed.row.row) {
                continue;
            }
            let said = choice.decisions.get(&placed.row.row.to_string()).map(String::as_str);
            let target = match (said, decision) {
                (Some("skip"), _) => {
                    report.skipped += 1;
                    continue;
                }
                (Some("new"), _) | (None, Decision::Create) => None,
                (Some(id), _) => Some(PlaceId::from(id)),
                (None, Decision::Update { id, .. } | Decision::Unchanged { id }) => Some(PlaceId::from(id)),
                (None, Decision::Doubtful { candidates, why }) => {
                    report.duplicates.push(doubtful(parsed, placed, candidates, why, register));
                    continue;
                }
            };
            let at = target.as_ref().map(|id| register.by_id.get(id).copied());
            let known = match at {
                Some(Some(at)) => register.records.get(at),
                Some(None) => {
                    let message = "选中的场所已不在台账中，请重新试导";
                    problems.push(parsed.problem(
                        &placed.row,
                        "name",
                        Level::Error,
                        "import.target_gone",
                        message,
                    ));
                    continue;
                }
                None => None,
            };
            if let Some(earlier) = target.as_ref().and_then(|id| used.insert(id.clone(), placed.row.row)) {
                let message = format!("与第 {earlier} 行对应同一个场所，请删去一行或选“跳过”");
                problems.push(parsed.problem(
                    &placed.row,
                    "name",
                    Level::Error,
                    "import.same_place",
                    &message,
                ));
                continue;
            }
            let found = problems.len();
            let record = self.record_of(file, parsed, placed, known, &mut problems);
            if known.is_none_or(|k| k.place.code != record.place.code) && !record.place.code.is_empty() {
                let owner = register.codes.get(&record.place.code);
                let clash = owner.is_some_and(|owner| owner.as_ref() != Some(&record.place.id))
                    || !codes.insert(record.place.code.clone());
                if clash {
                    let message = "编号已有场所使用（包括已作废的），请改编号或留空由系统编号";
                    problems.push(parsed.problem(
                        &placed.row,
                        "code",
                        Level::Error,
                        "place.code_taken",
                        message,
                    ));
                }
            }
            let entries = self.entries_of(file, parsed, placed, &record.place, register, &mut problems);
            let is_sound = !problems.iter().skip(found).any(|p| p.level == Level::Error);
            if !is_sound {
                continue;
            }
            let changes = known.is_none_or(|k| k.place != record.place || k.note != record.note);
            match known {
                None => report.created += 1,
                Some(known) if changes || !entries.is_empty() => {
                    report.updated += 1;
                    report.note_change(|| {
                        change_of(parsed, placed, (known, &record), &entries, register, &words)
                    });
                }
                Some(_) => report.unchanged += 1,
            }
            work.entries.extend(entries);
            match known {
                None => work.inserts.push(record),
                Some(_) if changes => work.updates.push(record),
                Some(_) => {}
            }
        }
        report.take(&problems);
        report.problems.sort_by_key(|p| p.row);
        (report, work)
    }

    /// The record a row makes, beside the known one. Empty cells change nothing.
    fn record_of(
        &self,
        file: &ImportFile,
        parsed: &Parsed<PlaceRow>,
        placed: &Placed,
        known: Option<&PlaceRecord>,
        problems: &mut Vec<Problem>,
    ) -> PlaceRecord {
        let now = self.now();
        let row = &placed.row.value;
        let mut record = known.cloned().unwrap_or_else(|| blank(self.new_id().into(), file, now));
        if known.is_none() && row.category.is_none() {
            let message = "没有填写类别，先按“其他社会单位”登记，请补填";
            problems.push(parsed.problem(
                &placed.row,
                "category",
                Level::Warning,
                "place.no_category",
                message,
            ));
        }
        let p = &mut record.place;
        p.name.clone_from(&row.name);
        let text = |to: &mut String, from: &Option<String>| {
            if let Some(from) = from {
                to.clone_from(from);
            }
        };
        text(&mut p.code, &row.code);
        text(&mut p.address, &row.address);
        text(&mut p.responsible.name, &row.responsible);
        text(&mut p.responsible.phone, &row.phone);
        text(&mut record.note, &row.note);
        if let Some(uscc) = &row.uscc {
            p.registration = Registration::Uscc(uscc.clone());
        }
        if let Some(category) = &row.category {
            p.category = category.as_str().into();
        }
        if !row.tags.is_empty() {
            p.tags = row.tags.iter().map(|tag| KindCode::from(tag.as_str())).collect();
        }
        if let Some((code, path)) = &placed.village {
            if p.village != *code {
                p.grid = None;
                record.path.clone_from(path);
            }
            p.village = code.clone();
        }
        if let Some((code, path)) = &placed.grid {
            p.grid = Some(code.clone());
            record.path.clone_from(path);
        }
        if let Some(sector) = &placed.sector {
            p.sector_org = Some(sector.clone());
        }
        let heads = &mut p.heads;
        for (to, from) in [
            (&mut heads.capacity, row.capacity),
            (&mut heads.lodging, row.n_lodging),
            (&mut heads.working, row.n_working),
            (&mut heads.training, row.n_training),
        ] {
            *to = from.or(*to);
        }
        if let Some(area) = row.area_m2 {
            // Whole square metres are kept.
            p.area_m2 = format!("{:.0}", area.round()).parse().ok();
        }
        if let (Some(lon_deg), Some(lat_deg)) = (row.lon, row.lat) {
            p.location = Some(Location { lon_deg, lat_deg });
        }
        if let Some(opening) = row.opening.as_deref().and_then(parse_word::<Opening>) {
            p.opening = opening;
        }
        p.closed_on = row.closed_on.or(p.closed_on);
        for problem in p.validate(catalog()) {
            let key = match problem.field {
                "responsible" | "manager" => "phone",
                "location" => "lon",
                other => other,
            };
            problems.push(parsed.problem(&placed.row, key, Level::Error, problem.code, &problem.message));
        }
        record.pinyin = initials(&record.place.name);
        record.happened_on = now.date();
        if known.is_none() {
            risk::copy_into(&mut record, &Default::default(), now.date());
        }
        record
    }

    /// Stays the row asks for and the place has not.
    fn entries_of(
        &self,
        file: &ImportFile,
        parsed: &Parsed<PlaceRow>,
        placed: &Placed,
        place: &Place,
        register: &Register,
        problems: &mut Vec<Problem>,
    ) -> Vec<EntryRecord> {
        let now = self.now();
        let mut entries = Vec::new();
        for code in &placed.row.value.lists {
            let Some(kind) = parse_word::<ListKind>(code) else { continue };
            match list_of_kind(&register.lists, kind, place) {
                Err(why) => {
                    let message = format!("{}：{why}", kind.label());
                    problems.push(parsed.problem(
                        &placed.row,
                        "lists",
                        Level::Error,
                        "import.no_list",
                        &message,
                    ));
                }
                Ok(list) if register.stays.contains(&(list.id.clone(), place.id.clone())) => {}
                Ok(list) => {
                    let why = format!("台账导入：{}", file.name);
                    entries.push(entry_of(self.new_id(), &list.id, &place.id, now.date(), &why, now));
                }
            }
        }
        entries
    }
}

/// A place of which nothing is known yet.
fn blank(id: PlaceId, file: &ImportFile, now: domain::time::Timestamp) -> PlaceRecord {
    let place = Place::new(id, "", "", NO_CATEGORY.into(), "".into());
    PlaceRecord {
        place,
        path: String::new(),
        pinyin: String::new(),
        source: file.name.clone(),
        note: String::new(),
        cached_risk_points: None,
        cached_risk_grade: String::new(),
        version: 1,
        happened_on: Date::default(),
        recorded_at: now,
        recorded_by: file.recorded_by.clone(),
        voided: None,
    }
}

/// Puts the town's own names and WGS 84 in place of what was written; what nobody knows is a problem of its cell.
fn placed(
    row: &Numbered<PlaceRow>,
    parsed: &Parsed<PlaceRow>,
    crs: Crs,
    names: &Gazetteer,
    problems: &mut Vec<Problem>,
) -> Placed {
    let mut out = Placed { row: row.clone(), village: None, grid: None, sector: None };
    let value = &mut out.row.value;
    value.tags.sort();
    let mut say = |key: &str, code: &'static str, message: String| {
        problems.push(parsed.problem(row, key, Level::Error, code, &message));
    };
    if let Some(written) = &row.value.village {
        match names.village_written(written) {
            Some(village) => {
                value.village = Some(village.name.clone());
                out.village = Some((village.code.clone(), village.path.clone()));
            }
            None => say(
                "village",
                "place.village_unknown",
                format!("没有“{written}”这个村（社区），请按本镇名称填写"),
            ),
        }
    }
    if let Some(written) = &row.value.grid {
        let village = out.village.as_ref().map(|(code, _)| code);
        match village.map(|village| names.grid_written(village, written)) {
            Some(Some(grid)) => {
                value.grid = Some(grid.name.clone());
                out.grid = Some((grid.code.clone(), grid.path.clone()));
            }
            Some(None) => say(
                "grid",
                "place.grid_unknown",
                format!("该村（社区）没有“{written}”这个网格，请核对或留空"),
            ),
            None if row.value.village.is_none() => {
                say("grid", "place.grid_alone", "填了网格就要填所在村（社区）".to_owned());
            }
            None => {}
        }
    }
    if let Some(written) = &row.value.sector_org {
        match names.org_written(written) {
            Some(org) => {
                value.sector_org = Some(org.name.clone());
                out.sector = Some(org.id.clone());
            }
            None => say(
                "sector_org",
                "place.sector_unknown",
                format!("没有“{written}”这个部门，请按本镇名称填写"),
            ),
        }
    }
    if let (Some(lon), Some(lat)) = (row.value.lon, row.value.lat) {
        let (lon, lat) = crs.to_wgs84(lon, lat);
        (value.lon, value.lat) = (Some(lon), Some(lat));
    }
    out
}

/// Field by field what a row makes of a place, the lists it comes onto included.
fn change_of(
    parsed: &Parsed<PlaceRow>,
    placed: &Placed,
    (known, changed): (&PlaceRecord, &PlaceRecord),
    entries: &[EntryRecord],
    register: &Register,
    words: &Vocabulary,
) -> ImportChange {
    let place = &known.place;
    let stands_on = |list: &&ListRecord| register.stays.contains(&(list.id.clone(), place.id.clone()));
    let before: Vec<ListKind> = register.lists.iter().filter(stands_on).map(|l| l.list.kind).collect();
    let comes_onto = |list: &&ListRecord| entries.iter().any(|entry| entry.list == list.id);
    let after: Vec<ListKind> =
        before.iter().copied().chain(register.lists.iter().filter(comes_onto).map(|l| l.list.kind)).collect();
    let (before, after) = (to_row(known, &register.names, &before), to_row(changed, &register.names, &after));
    ImportChange {
        sheet: parsed.sheet.clone(),
        row: placed.row.row,
        id: place.id.to_string(),
        code: place.code.clone(),
        name: place.name.clone(),
        fields: super::changed_fields(&before, &after, words),
    }
}

fn doubtful(
    parsed: &Parsed<PlaceRow>,
    placed: &Placed,
    candidates: Vec<matching::Candidate>,
    why: matching::Doubt,
    register: &Register,
) -> ImportDuplicate {
    let code = |id: &str| {
        let at = register.by_id.get(&PlaceId::from(id)).copied();
        at.and_then(|at| register.records.get(at)).map(|r| r.place.code.clone()).unwrap_or_default()
    };
    ImportDuplicate {
        sheet: parsed.sheet.clone(),
        row: placed.row.row,
        name: placed.row.value.name.clone(),
        candidates: candidates
            .into_iter()
            .map(|c| ImportCandidate {
                code: code(&c.id),
                id: c.id,
                name: c.name,
                why: why.message().to_owned(),
            })
            .collect(),
    }
}
