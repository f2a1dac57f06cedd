//! Rows of a ledger of places against the register: what is new, changed, the same, doubtful or wrong.

use std::collections::{HashMap, HashSet};

use domain::boundary::TownArea;
use domain::ids::{OrgId, PlaceId};
use domain::org::Territory;
use domain::place::{KindCode, Location, Opening, Place, Registration};
use domain::place_list::ListKind;
use domain::policy::Action;
use domain::time::Date;
use exchange::crs::Crs;
use exchange::ledger::{Numbered, Parsed, Vocabulary};
use exchange::matching::{self, Decision, ExistingKey};
use exchange::places_sheet::PlaceRow;
use exchange::problem::{Level, Problem, bad_rows};
use store::Read;
use store::import::ImportFile;
use store::place::{PlaceFilter, PlaceRecord};
use store::place_list::{EntryRecord, ListRecord};

use super::{ImportCandidate, ImportChange, ImportChoice, ImportDuplicate, ImportReport};
use crate::export::to_row;
use crate::house::heads::{Following, is_recounted, note_count};
use crate::job::Running;
use crate::person::initials;
use crate::place::view::parse_word;
use crate::place::{Gazetteer, catalog, code_of, next_code};
use crate::place_list::{entry_of, list_of_kind};
use crate::{App, Caller, Result, risk};

/// Category of a row that gives none; a person is told.
const NO_CATEGORY: &str = "other_unit";
/// What the reader remarks of a row that repeats an earlier one.
const TWICE: &str = "row.duplicate";
/// Places changed in one query for their signs.
const AT_ONCE: usize = 500;

/// What some rows would write.
#[derive(Default)]
struct Work {
    inserts: Vec<PlaceRecord>,
    updates: Vec<PlaceRecord>,
    entries: Vec<EntryRecord>,
}

/// The register as an import sees it. Of places it holds what they are recognised by; the rest is read when a row means one.
struct Register {
    names: Gazetteer,
    lists: Vec<ListRecord>,
    /// List and place of every stay that is not over: the last day may be known already.
    stays: HashSet<(String, PlaceId)>,
    existing: Vec<ExistingKey>,
    /// Every number that is taken, by voided places too (under nobody).
    codes: HashMap<String, Option<PlaceId>>,
    /// Where the town lies, if anything says it.
    town: Option<TownArea>,
}

/// What a row says, with the words of the town in place of what was written.
struct Placed<'a> {
    row: Numbered<PlaceRow>,
    village: Option<&'a Territory>,
    grid: Option<&'a Territory>,
    sector: Option<&'a OrgId>,
}

/// What a row means.
enum Target {
    /// Nothing that can be judged, or nothing at all, because somebody said so; it is told already.
    Nothing,
    /// A new place.
    New,
    /// A place of the register.
    Known(PlaceId),
}

/// All rows of a ledger with what each means.
struct Meant<'a> {
    parsed: &'a Parsed<PlaceRow>,
    register: &'a Register,
    words: Vocabulary,
    rows: Vec<(Placed<'a>, Target)>,
}

/// What is known of the rows gone through so far.
#[derive(Default)]
struct Seen {
    report: ImportReport,
    problems: Vec<Problem>,
    /// The row each place was taken by.
    used: HashMap<PlaceId, u32>,
    /// Numbers that rows brought along.
    codes: HashSet<String>,
    /// Whether a row puts a place where it was not.
    is_moving: bool,
}

impl App {
    /// Compares rows with the register and, when a job is to commit and nothing stands against it, writes them in one
    /// act together with the job's end. Records are made and written some at a time: a ledger of a hundred thousand rows is
    /// held once, as rows.
    pub(super) async fn import_places(
        &self,
        file: &ImportFile,
        choice: &ImportChoice,
        mut parsed: Parsed<PlaceRow>,
        commit: Option<&Running>,
    ) -> Result<ImportReport> {
        let now = self.now();
        let register = self.register().await?;
        let rows = std::mem::take(&mut parsed.rows);
        let (meant, mut first) = meant(choice, &parsed, rows, &register);
        let mut read = self.db.read(&self.town).await?;
        for some in meant.rows.chunks(AT_ONCE) {
            self.weigh(&mut read, file, &meant, some, &mut first).await?;
        }
        drop(read);
        if first.is_moving {
            first.problems.extend(super::crs_unsaid(file, choice, &parsed.sheet));
        }
        let codes = std::mem::take(&mut first.codes);
        let mut report = first.told();
        let Some(running) = commit.filter(|_| report.is_ready()) else { return Ok(report) };
        let mut tx = self.write(&running.asker.caller()).await?;
        let mut number = next_code(&mut tx).await?;
        let is_taken = |code: &str| codes.contains(code) || register.codes.contains_key(code);
        let (following, by) = (Following::read(&mut tx, now.date()).await?, running.asker.caller().name);
        // A ledger says no day of its counts: the number is the file's, and whoever counted before did not count this one.
        let said = format!("台账导入：{}", file.name);
        let mut again = Seen::default();
        for some in meant.rows.chunks(AT_ONCE) {
            let mut work = self.weigh(&mut tx, file, &meant, some, &mut again).await?;
            for record in work.inserts.iter_mut().filter(|record| record.place.code.is_empty()) {
                while is_taken(&code_of(number)) {
                    number += 1;
                }
                record.place.code = code_of(number);
                number += 1;
            }
            let ids: Vec<PlaceId> = work.updates.iter().map(|r| r.place.id.clone()).collect();
            let signs = tx.place_signs(&ids, now.date()).await?;
            for record in &mut work.updates {
                let own = signs.get(&record.place.id).cloned().unwrap_or_default();
                risk::copy_into(record, &own, now.date());
            }
            tx.insert_list_entries(&work.entries).await?;
            let mut recounted: HashSet<PlaceId> = HashSet::new();
            for record in work.inserts.iter_mut().chain(&mut work.updates) {
                self.follow_house(&mut tx, &following, record, &by, now).await?;
                if is_recounted(&mut tx, record).await? {
                    recounted.insert(record.place.id.clone());
                }
            }
            tx.insert_places(&work.inserts).await?;
            let changed = work.inserts.iter().chain(&work.updates);
            for record in changed.filter(|one| recounted.contains(&one.place.id)) {
                note_count(&mut tx, &following, record, (None, &said), (&by, now)).await?;
            }
            for record in &work.updates {
                tx.update_place(record).await?;
            }
        }
        // Somebody changed a place this ledger changes between the two looks at it: nothing is written, and what is wrong now
        // is told. Names, numbers and lists are those of the first look.
        let again = again.told();
        if !again.is_ready() {
            report.problems = again.problems;
            return Ok(report);
        }
        (report.created, report.updated, report.unchanged) = (again.created, again.updated, again.unchanged);
        let audit = super::ended(&mut tx, running, file, &mut report, now).await?;
        Ok(tx.commit(audit, report).await?)
    }

    async fn register(&self) -> Result<Register> {
        let whole = Caller::system().scope(Action::PlaceRead)?;
        let mut read = self.db.read(&self.town).await?;
        let today = self.now().date();
        let names = Gazetteer::of_ledger(&mut read, today).await?;
        let lists = read.place_lists().await?;
        let mut stays = HashSet::new();
        for list in &lists {
            for entry in read.list_entries(&list.id).await?.iter().filter(|e| !e.entry.is_over(today)) {
                stays.insert((list.id.clone(), entry.entry.place.clone()));
            }
        }
        let (mut existing, mut codes) = (Vec::new(), HashMap::new());
        let filter = PlaceFilter { with_void: true, ..PlaceFilter::default() };
        read.each_place(&filter, &whole, |record| {
            let owner = record.voided.is_none().then(|| record.place.id.clone());
            codes.insert(record.place.code.clone(), owner);
            if record.voided.is_none() {
                let id = record.place.id.to_string();
                existing.push(ExistingKey::of(id, to_row(&record, &names, &[])));
            }
        })
        .await?;
        let town = self.town_area(&mut read).await?;
        Ok(Register { names, lists, stays, existing, codes, town })
    }

    /// Weighs some rows: what each makes of the place it means, and what is wrong with it.
    async fn weigh(
        &self,
        read: &mut Read,
        file: &ImportFile,
        meant: &Meant<'_>,
        some: &[(Placed<'_>, Target)],
        seen: &mut Seen,
    ) -> Result<Work> {
        let Meant { parsed, register, words, .. } = meant;
        let ids: Vec<PlaceId> = some
            .iter()
            .filter_map(|(_, target)| match target {
                Target::Known(id) => Some(id.clone()),
                _ => None,
            })
            .collect();
        let records = read.places_by_id(&ids).await?.into_iter().filter(|record| record.voided.is_none());
        let records: HashMap<PlaceId, PlaceRecord> =
            records.map(|record| (record.place.id.clone(), record)).collect();
        let mut work = Work::default();
        for (placed, target) in some {
            let problem = |key: &str, code: &'static str, message: &str| {
                parsed.problem(&placed.row, key, Level::Error, code, message)
            };
            let known = match target {
                Target::Nothing => continue,
                Target::New => None,
                Target::Known(id) => {
                    let Some(known) = records.get(id) else {
                        let message = "选中的场所已不在台账中，请重新试导";
                        seen.problems.push(problem("name", "import.target_gone", message));
                        continue;
                    };
                    if let Some(earlier) = seen.used.insert(id.clone(), placed.row.row) {
                        let message = format!("与第 {earlier} 行对应同一个场所，请删去一行或选“跳过”");
                        seen.problems.push(problem("name", "import.same_place", &message));
                        continue;
                    }
                    Some(known)
                }
            };
            let found = seen.problems.len();
            let record = self.record_of(file, parsed, placed, known, &mut seen.problems);
            let given = record.place.location.filter(|_| placed.row.value.lon.is_some());
            seen.is_moving |= given.is_some() && known.is_none_or(|known| known.place.location != given);
            if given
                .zip(register.town.as_ref())
                .is_some_and(|(at, town)| !town.covers([at.lon_deg, at.lat_deg]))
            {
                let drawn = register.town.as_ref().is_some_and(TownArea::is_drawn);
                let message = match drawn {
                    true => "坐标不在本镇界线内，请核对经纬度和坐标系",
                    false => "坐标离本镇其他场所很远，请核对经纬度和坐标系",
                };
                let code = "place.outside";
                seen.problems.push(parsed.problem(&placed.row, "lon", Level::Warning, code, message));
            }
            if known.is_none_or(|k| k.place.code != record.place.code) && !record.place.code.is_empty() {
                let owner = register.codes.get(&record.place.code);
                let clash = owner.is_some_and(|owner| owner.as_ref() != Some(&record.place.id))
                    || !seen.codes.insert(record.place.code.clone());
                if clash {
                    let message = "编号已有场所使用（包括已作废的），请改编号或留空由系统编号";
                    seen.problems.push(problem("code", "place.code_taken", message));
                }
            }
            let entries = self.entries_of(file, parsed, placed, &record.place, register, &mut seen.problems);
            let is_sound = !seen.problems.iter().skip(found).any(|p| p.level == Level::Error);
            if !is_sound {
                continue;
            }
            let changes = known.is_none_or(|k| k.place != record.place || k.note != record.note);
            match known {
                None => seen.report.created += 1,
                Some(known) if changes || !entries.is_empty() => {
                    seen.report.updated += 1;
                    seen.report.note_change(|| {
                        change_of(parsed, placed, (known, &record), &entries, register, words)
                    });
                }
                Some(_) => seen.report.unchanged += 1,
            }
            work.entries.extend(entries);
            match known {
                None => work.inserts.push(record),
                Some(_) if changes => work.updates.push(record),
                Some(_) => {}
            }
        }
        Ok(work)
    }

    /// The record a row makes, beside the known one. Empty cells change nothing.
    fn record_of(
        &self,
        file: &ImportFile,
        parsed: &Parsed<PlaceRow>,
        placed: &Placed<'_>,
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
        text(&mut p.access, &row.access);
        text(&mut p.help, &row.help);
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
        if let Some(village) = placed.village {
            if p.village != village.code {
                p.grid = None;
                record.path.clone_from(&village.path);
            }
            p.village.clone_from(&village.code);
        }
        if let Some(grid) = placed.grid {
            p.grid = Some(grid.code.clone());
            record.path.clone_from(&grid.path);
        }
        if let Some(sector) = placed.sector {
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
        // A day that is known ahead is taken, here as at the desk; in a ledger it is more often a slip of the year.
        if let Some(closes) = row.closed_on.filter(|day| *day > now.date()) {
            let message = format!("关停日期 {closes} 在今天之后，请核对年份；确定届时关停的不必改");
            let code = "place.closes_later";
            problems.push(parsed.problem(&placed.row, "closed_on", Level::Warning, code, &message));
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
        match known {
            Some(known) => record.follow(known, now.date(), now),
            None => record.happened_on = now.date(),
        }
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
        placed: &Placed<'_>,
        place: &Place,
        register: &Register,
        problems: &mut Vec<Problem>,
    ) -> Vec<EntryRecord> {
        let now = self.now();
        let mut entries = Vec::new();
        for code in &placed.row.value.lists {
            let Some(kind) = parse_word::<ListKind>(code) else { continue };
            // The ledger names the kind: whose list it is, where it stands on one, it leaves as it is.
            let is_on = |one: &ListRecord| {
                one.list.kind == kind && register.stays.contains(&(one.id.clone(), place.id.clone()))
            };
            if register.lists.iter().any(is_on) {
                continue;
            }
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
        same_as: None,
        sector_since: None,
    }
}

/// Puts the town's own names and WGS 84 in place of what was written; what nobody knows is a problem of its cell.
fn placed<'a>(
    mut row: Numbered<PlaceRow>,
    parsed: &Parsed<PlaceRow>,
    crs: Crs,
    names: &'a Gazetteer,
    problems: &mut Vec<Problem>,
) -> Placed<'a> {
    row.value.tags.sort();
    let (mut village, mut grid, mut sector) = (None, None, None);
    let mut say = |key: &str, code: &'static str, message: String| {
        problems.push(parsed.problem(&row, key, Level::Error, code, &message));
    };
    if let Some(written) = &row.value.village {
        village = names.village_written(written);
        if village.is_none() {
            say(
                "village",
                "place.village_unknown",
                format!("没有“{written}”这个村（社区），请按本镇名称填写"),
            );
        }
    }
    if let Some(written) = &row.value.grid {
        match village.map(|village| names.grid_written(&village.code, written)) {
            Some(found @ Some(_)) => grid = found,
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
        sector = names.org_written(written);
        if sector.is_none() {
            let otherwise = format!("没有“{written}”这个部门，请按本镇名称填写");
            say("sector_org", "place.sector_unknown", names.unknown_org(written, otherwise));
        }
    }
    // What was written has been told; from here on the town's own names stand.
    let value = &mut row.value;
    for (to, name) in [
        (&mut value.village, village.map(|known| &known.name)),
        (&mut value.grid, grid.map(|known| &known.name)),
        (&mut value.sector_org, sector.map(|known| &known.name)),
    ] {
        if let Some(name) = name {
            *to = Some(name.clone());
        }
    }
    if let (Some(lon), Some(lat)) = (value.lon, value.lat) {
        let (lon, lat) = crs.to_wgs84(lon, lat);
        (value.lon, value.lat) = (Some(lon), Some(lat));
    }
    Placed { row, village, grid, sector: sector.map(|org| &org.id) }
}

/// What each row means: as somebody decided, otherwise as the comparison says; with what is told already.
fn meant<'a>(
    choice: &ImportChoice,
    parsed: &'a Parsed<PlaceRow>,
    rows: Vec<Numbered<PlaceRow>>,
    register: &'a Register,
) -> (Meant<'a>, Seen) {
    let mut seen = Seen::default();
    seen.report.take(&parsed.problems);
    seen.report.rows = rows.len() + bad_rows(&parsed.problems).len();
    let crs = choice.crs.as_deref().and_then(Crs::from_code).unwrap_or_default();
    // Of a row with a cell nobody could read the others are looked up all the same: all is mended in one go.
    for row in &parsed.unsound {
        placed(row.clone(), parsed, crs, &register.names, &mut seen.problems);
    }
    let placed: Vec<Placed<'a>> =
        rows.into_iter().map(|row| placed(row, parsed, crs, &register.names, &mut seen.problems)).collect();
    // What a cell does not say cannot be judged further.
    let unread: HashSet<u32> =
        seen.problems.iter().filter(|p| p.level == Level::Error).map(|p| p.row).collect();
    let decisions = matching::match_against(&register.existing, placed.iter().map(|one| &one.row.value));
    let written: Vec<(u32, String)> =
        placed.iter().map(|one| (one.row.row, one.row.value.name.clone())).collect();
    // A row somebody is asked about is no mere remark.
    let asked: HashSet<u32> = written
        .iter()
        .zip(&decisions)
        .filter(|(_, decision)| matches!(decision, Decision::Doubtful { twin: Some(_), .. }))
        .map(|((row, _), _)| *row)
        .collect();
    seen.report.notes.retain(|note| note.code != TWICE || !asked.contains(&note.row));
    let target = |(placed, decision): (Placed<'a>, Decision)| {
        let said = choice.decisions.get(&placed.row.row.to_string()).map(String::as_str);
        let target = match (said, decision) {
            _ if unread.contains(&placed.row.row) => Target::Nothing,
            (Some("skip"), _) => {
                seen.report.skipped += 1;
                Target::Nothing
            }
            (Some("new"), _) | (None, Decision::Create) => Target::New,
            (Some(id), _) => Target::Known(id.into()),
            (None, Decision::Same { id }) => Target::Known(id.as_str().into()),
            (None, Decision::Doubtful { candidates, why, twin }) => {
                let twin = twin.and_then(|twin| Some((written.get(twin.row)?, twin.place)));
                seen.report.duplicates.push(doubtful(parsed, &placed, candidates, why, twin));
                Target::Nothing
            }
        };
        (placed, target)
    };
    let rows = placed.into_iter().zip(decisions).map(target).collect();
    (Meant { parsed, register, words: super::vocabulary("places"), rows }, seen)
}

impl Seen {
    /// The report, with everything wrong in the order of rows.
    fn told(mut self) -> ImportReport {
        self.report.take(&self.problems);
        self.report.problems.sort_by_key(|p| p.row);
        self.report
    }
}

/// Field by field what a row makes of a place, the lists it comes onto included.
fn change_of(
    parsed: &Parsed<PlaceRow>,
    placed: &Placed<'_>,
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

/// What is asked about a row: the places that may be meant, and the other row that may mean the same, with the place it is.
fn doubtful(
    parsed: &Parsed<PlaceRow>,
    placed: &Placed<'_>,
    candidates: Vec<matching::Candidate>,
    why: matching::Doubt,
    twin: Option<(&(u32, String), Option<matching::Candidate>)>,
) -> ImportDuplicate {
    let known = candidates.into_iter().map(|c| ImportCandidate {
        code: c.code.unwrap_or_default(),
        id: c.id,
        name: c.name,
        why: why.message().to_owned(),
        row: None,
        name_only: c.name_only,
    });
    let other = twin.map(|((row, name), place)| {
        let (id, code, name) = match place {
            Some(place) => (place.id, place.code.unwrap_or_default(), place.name),
            None => (String::new(), String::new(), name.clone()),
        };
        let why = match why {
            matching::Doubt::TakenByEarlierRow => {
                format!("表中第 {row} 行已对应这个场所，请确认这一行是否重复")
            }
            _ => format!("与表中第 {row} 行很可能是同一个场所，请确认这一行是否重复"),
        };
        ImportCandidate { id, code, name, why, row: Some(*row), name_only: false }
    });
    ImportDuplicate {
        sheet: parsed.sheet.clone(),
        row: placed.row.row,
        name: placed.row.value.name.clone(),
        candidates: known.chain(other).collect(),
    }
}
