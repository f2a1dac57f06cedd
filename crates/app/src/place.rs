//! The register of places: who may see and touch one, adding, changing, voiding, verifying. What does not belong here:
//! lists (`place_list`), bringing in ledgers (`import`), counting risk (`risk`), two rows about one place (`merge`),
//! places first met on the way (`seen`).

mod gazetteer;
mod merge;
mod seen;
pub mod view;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{OrgId, PlaceId};
use domain::place::{Catalog, Contact, HeadCounts, Location, Place, Problem, Registration};
use domain::place_list::{CoverageError, PlaceList};
use domain::policy::{Action, Subject};
use domain::time::{DAY_MS, Date, Timestamp, parse_date};
use store::audit::AuditFilter;
pub use store::place::PlaceRecord;
use store::place::{PlaceFilter, PlaceOrder};
use store::place_list::{EntryRecord, ListRecord};
use store::task::TaskFilter;
use store::{Read, Write};

pub(crate) use gazetteer::Gazetteer;
pub use merge::Merging;
pub use seen::SeenPlace;
pub(crate) use seen::found_at;
use view::{ContactInput, PlaceInput, PlacePage, PlaceQuery, PlaceView, Revealed, parse_word};

use crate::error::FieldProblem;
use crate::house::heads::{Following, heads_stay, note_count};
use crate::person::initials;
use crate::{App, Caller, Error, Result, risk};

/// What codes given by the program begin with.
const CODE_PREFIX: &str = "CS-";
/// Digits of such a code.
const CODE_DIGITS: usize = 6;
/// Phones somebody may have shown to him within a day. Source: rate limits of the field's handbook; initial values.
const MAX_REVEALED: usize = 20;
/// The most rows of a page.
const MAX_PAGE: i64 = 200;

/// The categories and tags in use: the catalogue that comes along, read once.
pub fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| exchange::place_catalog::read(exchange::shipped::PLACE_CATEGORIES).0)
}

/// Where a place stands as far as rights are concerned: its territory, its sector authority and the keepers of the
/// lists it is on.
pub(crate) async fn place_subject(read: &mut Read, place: &PlaceRecord) -> Result<Subject> {
    let mut orgs = read.list_owners_of_place(&place.place.id).await?;
    orgs.extend(place.place.sector_org.clone());
    Ok(Subject {
        path: place.path.clone(),
        orgs: orgs.into_iter().collect(),
        place: Some(place.place.id.clone()),
    })
}

/// The place of this id with its subject, if the caller may do this to it.
///
/// Errors: [`Error::NotFound`] when there is none that he may do it to; voided ones are found too.
pub(crate) async fn place_in_scope(
    read: &mut Read,
    caller: &Caller,
    action: Action,
    id: &PlaceId,
) -> Result<(PlaceRecord, Subject)> {
    let scope = caller.scope(action)?;
    let place = read.place(id, &scope).await?.ok_or(Error::NotFound)?;
    let subject = place_subject(read, &place).await?;
    Ok((place, subject))
}

/// The place of this id for whoever may read it, or goes there because open work names his organisation: nobody owes a visit,
/// an answer or his coming to a place he may not look at. What he may do to the place itself stays as its own subject says.
///
/// Errors: [`Error::NotFound`] when he may not; voided ones are found too.
pub(crate) async fn place_to_read(
    read: &mut Read,
    caller: &Caller,
    id: &PlaceId,
) -> Result<(PlaceRecord, Subject)> {
    let named = match place_in_scope(read, caller, Action::PlaceRead, id).await {
        Err(Error::NotFound) => read.orgs_named_at(id).await?,
        known => return known,
    };
    let (place, subject) = at_place(read, id, named).await?;
    if !caller.scope(Action::PlaceRead)?.admits(&subject) {
        return Err(Error::NotFound);
    }
    let own = place_subject(read, &place).await?;
    Ok((place, own))
}

/// A place and where something stands that these organisations did there or owe it.
pub(crate) async fn at_place(
    read: &mut Read,
    place: &PlaceId,
    orgs: impl IntoIterator<Item = OrgId>,
) -> Result<(PlaceRecord, Subject)> {
    let whole = Caller::system().scope(Action::PlaceRead)?;
    let place = read.place(place, &whole).await?.ok_or(Error::NotFound)?;
    let mut subject = place_subject(read, &place).await?;
    subject.orgs.extend(orgs);
    Ok((place, subject))
}

/// The row a place goes on under: another one, where it was merged into that.
pub(crate) async fn goes_on(read: &mut Read, place: PlaceRecord) -> Result<PlaceRecord> {
    match &place.same_as {
        Some(other) => Ok(at_place(read, other, []).await?.0),
        None => Ok(place),
    }
}

/// Whether two ids are of one place: the same, or rows that go on under the same.
pub(crate) async fn is_one_place(read: &mut Read, one: &PlaceId, other: &PlaceId) -> Result<bool> {
    let found = read.places_by_id(&[one.clone(), other.clone()]).await?;
    let on = |id: &PlaceId| {
        let merged = found.iter().find(|row| row.place.id == *id).and_then(|row| row.same_as.clone());
        merged.unwrap_or_else(|| id.clone())
    };
    Ok(on(one) == on(other))
}

/// Lists one place stands or stood on.
pub(crate) struct Listed {
    /// Each stay with its list.
    pub stays: Vec<(ListRecord, EntryRecord)>,
    /// The lists, with the entries of this place only.
    pub lists: Vec<PlaceList>,
}

/// Reads the lists of one place.
pub(crate) async fn lists_of_place(read: &mut Read, id: &PlaceId) -> Result<Listed> {
    let entries = read.list_entries_of_place(id).await?;
    let known: BTreeMap<String, ListRecord> =
        read.place_lists().await?.into_iter().map(|list| (list.id.clone(), list)).collect();
    let mut lists: BTreeMap<String, PlaceList> = BTreeMap::new();
    let mut stays = Vec::new();
    for entry in entries {
        let Some(list) = known.get(&entry.list) else { continue };
        let own = lists.entry(list.id.clone()).or_insert_with(|| list.list.clone());
        own.entries.push(entry.entry.clone());
        stays.push((list.clone(), entry));
    }
    Ok(Listed { stays, lists: lists.into_values().collect() })
}

/// What an error of coverage asks somebody to do.
pub(crate) fn coverage_sentence(error: &CoverageError, names: &Gazetteer) -> String {
    match error {
        CoverageError::Nobody { .. } => "没有行业主管部门，请确定由谁监管".to_owned(),
        CoverageError::Several { orgs, .. } => {
            let orgs: Vec<String> = orgs.iter().map(|org| names.org(org).name).collect();
            format!("有多个行业主管部门（{}），请明确由谁负责", orgs.join("、"))
        }
        CoverageError::ListedButGone { kind, .. } => {
            format!("场所已注销、停办或作废，仍在“{}”名录中，请移出名录或更正登记", kind.label())
        }
        CoverageError::PresentButUnlisted { .. } => {
            "在营场所没有列入村（社区）名录，请列入或更正登记".to_owned()
        }
    }
}

/// One word for an error of coverage.
pub(crate) fn coverage_label(code: &str) -> &'static str {
    match code {
        "coverage.nobody" => "无行业主管部门",
        "coverage.several" => "多头监管",
        "coverage.listed_but_gone" => "在册已不存在",
        _ => "在营未列入名录",
    }
}

/// Problems of the cellar as fields of a request.
pub(crate) fn fields(problems: Vec<Problem>) -> Vec<FieldProblem> {
    let field = |p: Problem| FieldProblem { field: p.field.to_owned(), code: p.code, message: p.message };
    problems.into_iter().map(field).collect()
}

/// The next number the program gives to a place. Holds back others who want one until this transaction ends.
pub(crate) async fn next_code(tx: &mut Write) -> Result<u64> {
    tx.next_number("place").await?;
    let last = tx.last_place_code(CODE_PREFIX, CODE_DIGITS).await?;
    let last = last.and_then(|code| code.strip_prefix(CODE_PREFIX).and_then(|n| n.parse::<u64>().ok()));
    Ok(last.unwrap_or(0) + 1)
}

/// A number as people see it.
pub(crate) fn code_of(number: u64) -> String {
    format!("{CODE_PREFIX}{number:0CODE_DIGITS$}")
}

/// Where in a list one goes on: the text it is ordered by and the id of the last row.
fn cursor(text: &str, id: &PlaceId) -> String {
    URL_SAFE_NO_PAD.encode(format!("{text}\u{1f}{id}"))
}

fn read_cursor(after: &str) -> Result<(String, PlaceId)> {
    let wrong = || Error::field("after", "page.after", "翻页位置无效，请从第一页重新查看");
    let bytes = URL_SAFE_NO_PAD.decode(after).map_err(|_| wrong())?;
    let text = String::from_utf8(bytes).map_err(|_| wrong())?;
    let (text, id) = text.split_once('\u{1f}').ok_or_else(wrong)?;
    Ok((text.to_owned(), id.into()))
}

fn given(text: &Option<String>) -> Option<String> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A query as the store takes it.
///
/// Errors: words nobody knows.
pub(crate) fn filter(query: &PlaceQuery, on: Date) -> Result<PlaceFilter> {
    let unknown = |field: &str| Error::field(field, "query.unknown_word", "筛选条件无效，请重新选择");
    let listed = match given(&query.list) {
        None => None,
        Some(kind) => Some((parse_word(&kind).ok_or_else(|| unknown("list"))?, on)),
    };
    let opening = match given(&query.opening) {
        None => None,
        Some(code) => Some(view::opening(&code).ok_or_else(|| unknown("opening"))?),
    };
    let unseen_since = match given(&query.unseen_since) {
        None => None,
        Some(day) => Some(parse_date(&day).ok_or_else(|| unknown("unseen_since"))?),
    };
    Ok(PlaceFilter {
        text: given(&query.q),
        village: given(&query.village),
        path: given(&query.path),
        category: given(&query.category),
        tag: given(&query.tag),
        sector_org: query.sector.clone().map(|s| s.trim().to_owned()),
        grade: given(&query.grade),
        opening,
        listed,
        unseen_since,
        with_void: query.with_void.unwrap_or(false),
    })
}

/// A day somebody typed, or a problem of its field.
fn day(field: &'static str, text: &Option<String>, problems: &mut Vec<Problem>) -> Option<Date> {
    let text = given(text)?;
    let read = parse_date(&text);
    if read.is_none() {
        problems.push(Problem::new(field, "date.invalid", "日期请写成 2026-11-25 的样子"));
    }
    read
}

fn contact(input: &ContactInput, known: &Contact) -> Contact {
    let phone = input.phone.as_deref().map_or(known.phone.clone(), |p| p.trim().replace(['，', ','], "、"));
    Contact { name: input.name.trim().to_owned(), phone }
}

/// What was typed in as a record, beside the known one when it is a change.
fn record_of(
    input: &PlaceInput,
    known: Option<&PlaceRecord>,
    names: &Gazetteer,
    (id, now, by): (String, Timestamp, &str),
) -> Result<(PlaceRecord, Date)> {
    let mut problems = Vec::new();
    let registration = match input.registration.as_ref().map(|r| (r.kind.as_str(), given(&r.uscc))) {
        Some(("uscc", code)) => Registration::Uscc(code.unwrap_or_default().to_uppercase()),
        Some(("unlicensed", _)) => Registration::Unlicensed,
        Some(("unknown", _)) => Registration::Unknown,
        None => known.map_or(Registration::Unknown, |k| k.place.registration.clone()),
        Some(_) => {
            problems.push(Problem::new("registration", "place.registration", "执照情况无效，请重新选择"));
            Registration::Unknown
        }
    };
    let village =
        names.territory(&input.village.as_str().into()).filter(|t| names.villages().any(|v| v == *t));
    if village.is_none() && !input.village.is_empty() {
        problems.push(Problem::new("village", "place.village_unknown", "没有这个村（社区），请重新选择"));
    }
    let there = |code: &str| names.territory(&code.into()).filter(|grid| names.is_open(grid));
    let grid = given(&input.grid).map(|code| there(&code).ok_or(code));
    let grid = match grid {
        Some(Ok(grid)) if grid.parent.as_ref().map(|p| p.as_str()) == Some(input.village.as_str()) => {
            Some(grid)
        }
        None => None,
        Some(_) => {
            problems.push(Problem::new("grid", "place.grid_unknown", "网格不属于所选村（社区），请重新选择"));
            None
        }
    };
    let sector = given(&input.sector).map(OrgId);
    if sector.as_ref().is_some_and(|org| names.organisation(org).is_none_or(|o| !o.active)) {
        problems.push(Problem::new("sector", "place.sector_unknown", "没有这个主管部门，请重新选择"));
    }
    let fire_hazard_class = given(&input.fire_hazard_class).map(|code| parse_word(&code).ok_or(()));
    let gas = given(&input.gas).map(|code| parse_word(&code).ok_or(()));
    let opening = view::opening(&input.opening);
    for (field, wrong) in [
        ("fire_hazard_class", fire_hazard_class == Some(Err(()))),
        ("gas", gas == Some(Err(()))),
        ("opening", opening.is_none()),
    ] {
        if wrong {
            problems.push(Problem::new(field, "place.unknown_word", "选项无效，请重新选择"));
        }
    }
    // Left out by whoever was not shown it: then it stays.
    let kept = |typed: &Option<String>, known: Option<&String>| match typed {
        Some(text) => text.trim().to_owned(),
        None => known.cloned().unwrap_or_default(),
    };
    let nobody = Contact::default();
    let known_manager = known.and_then(|k| k.place.manager.as_ref()).unwrap_or(&nobody);
    let place = Place {
        id: id.into(),
        code: given(&input.code).or(known.map(|k| k.place.code.clone())).unwrap_or_default(),
        name: input.name.trim().to_owned(),
        registration,
        category: input.category.as_str().into(),
        tags: input.tags.iter().map(|tag| tag.as_str().into()).collect(),
        village: input.village.as_str().into(),
        grid: grid.map(|g| g.code.clone()),
        sector_org: sector,
        address: input.address.trim().to_owned(),
        location: input.location.map(|at| Location { lon_deg: at.lon, lat_deg: at.lat }),
        area_m2: input.area_m2,
        heads: HeadCounts {
            lodging: input.heads.lodging,
            working: input.heads.working,
            training: input.heads.training,
            capacity: input.heads.capacity,
            beds: input.heads.beds,
        },
        fire_hazard_class: fire_hazard_class.and_then(std::result::Result::ok),
        gas: gas.and_then(std::result::Result::ok),
        responsible: contact(&input.responsible, known.map_or(&nobody, |k| &k.place.responsible)),
        manager: input.manager.as_ref().map(|m| contact(m, known_manager)),
        opening: opening.unwrap_or(domain::place::Opening::Open),
        opened_on: day("opened_on", &input.opened_on, &mut problems),
        closed_on: day("closed_on", &input.closed_on, &mut problems),
        verified_on: known.and_then(|k| k.place.verified_on),
        access: kept(&input.access, known.map(|k| &k.place.access)),
        help: kept(&input.help, known.map(|k| &k.place.help)),
    };
    let happened_on = day("happened_on", &input.happened_on, &mut problems).unwrap_or(now.date());
    if happened_on > now.date() {
        problems.push(Problem::new("happened_on", "place.future", "发生日期不能晚于今天，请核对"));
    }
    problems.extend(place.validate(catalog()));
    for (field, text, most) in [
        ("name", &place.name, 200),
        ("address", &place.address, 200),
        ("access", &place.access, 200),
        ("help", &place.help, 200),
        ("note", &input.note, 2000),
    ] {
        if text.chars().count() > most {
            problems.push(Problem::new(field, "place.too_long", format!("超过 {most} 字，请缩短")));
        }
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(fields(problems)));
    }
    let path = grid.or(village).map(|t| t.path.clone()).unwrap_or_default();
    let mut record = PlaceRecord {
        pinyin: initials(&place.name),
        place,
        path,
        source: known.map_or("手工登记".to_owned(), |k| k.source.clone()),
        note: input.note.trim().to_owned(),
        cached_risk_points: known.and_then(|k| k.cached_risk_points),
        cached_risk_grade: known.map_or(String::new(), |k| k.cached_risk_grade.clone()),
        version: known.map_or(1, |k| k.version),
        happened_on,
        recorded_at: known.map_or(now, |k| k.recorded_at),
        recorded_by: known.map_or(by.to_owned(), |k| k.recorded_by.clone()),
        voided: None,
        same_as: known.and_then(|k| k.same_as.clone()),
        sector_since: None,
    };
    if let Some(known) = known {
        record.follow(known, happened_on, now);
    }
    Ok((record, happened_on))
}

fn subject_of(record: &PlaceRecord) -> Subject {
    let mut subject = Subject::of(&record.path, record.place.sector_org.as_ref());
    subject.place = Some(record.place.id.clone());
    subject
}

fn code_taken(code: &str) -> Error {
    Error::field("code", "place.code_taken", &format!("编号 {code} 已有场所使用，请换一个或留空由系统编号"))
}

/// Why something is done; a reason is part of the record.
pub(crate) fn reason(text: &str) -> Result<&str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 500 {
        return Err(Error::field("reason", "reason.missing", "请写明理由（500 字以内）"));
    }
    Ok(text)
}

impl App {
    /// One place with where it stands, if the caller may see it.
    pub async fn place(&self, caller: &Caller, id: &PlaceId) -> Result<(PlaceRecord, Subject)> {
        let mut read = self.db.read(&self.town).await?;
        place_to_read(&mut read, caller, id).await
    }

    /// One place whole, if the caller may see it.
    pub async fn place_view(&self, caller: &Caller, id: &PlaceId) -> Result<PlaceView> {
        let mut read = self.db.read(&self.town).await?;
        let (record, subject) = place_to_read(&mut read, caller, id).await?;
        view::view(&mut read, caller, &record, &subject, self.now().date()).await
    }

    /// A page of the register within the caller's scope.
    pub async fn places(&self, caller: &Caller, query: &PlaceQuery) -> Result<PlacePage> {
        let on = self.now().date();
        let scope = caller.scope(Action::PlaceRead)?;
        let filter = filter(query, on)?;
        let order = match query.order.as_deref() {
            Some("code") => PlaceOrder::Code,
            Some("name") => PlaceOrder::Name,
            _ => PlaceOrder::Fit,
        };
        let limit = query.limit.unwrap_or(50).clamp(1, MAX_PAGE);
        let after = query.after.as_deref().filter(|a| !a.is_empty()).map(read_cursor).transpose()?;
        let after = after.as_ref().map(|(text, id)| (text.as_str(), id));
        let mut read = self.db.read(&self.town).await?;
        let mut found = read.place_page_at(&filter, &scope, order, after, limit + 1).await?;
        let more = found.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        if more {
            found.pop();
        }
        let next = found.last().filter(|_| more).map(|(at, last)| cursor(at, &last.place.id));
        let records: Vec<_> = found.into_iter().map(|(_, record)| record).collect();
        let total = match after {
            None => Some(read.place_count(&filter, &scope).await?),
            Some(_) => None,
        };
        let names = Gazetteer::read(&mut read).await?;
        let items = view::rows(&mut read, &names, &records, on).await?;
        Ok(PlacePage { items, next, total })
    }

    /// Registers a place.
    pub async fn add_place(&self, caller: &Caller, input: &PlaceInput) -> Result<PlaceView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let names = Gazetteer::read(&mut tx).await?;
        let (mut record, on) = record_of(input, None, &names, (self.new_id(), now, caller.person.as_str()))?;
        let hat = caller.hat(Action::PlaceAdd, &subject_of(&record))?.clone();
        if record.place.code.is_empty() {
            record.place.code = code_of(next_code(&mut tx).await?);
        } else if taken(&mut tx, &record).await? {
            return Err(code_taken(&record.place.code));
        }
        self.follow_heads(&mut tx, &mut record, &caller.name, now).await?;
        risk::copy_into(&mut record, &Default::default(), now.date());
        tx.insert_place(&record).await?;
        // Whoever registers a house with its heads says so today.
        let following = Following::read(&mut tx, now.date()).await?;
        let said = (Some(now.date()), caller.name.as_str());
        note_count(&mut tx, &following, &record, said, (&caller.name, now)).await?;
        let id = record.place.id.clone();
        self.answer(caller, tx, &hat, "place.add", (&id, on), "").await
    }

    /// Changes a place.
    ///
    /// Errors: [`Error::Stale`] with the place as it now stands when it was changed since the caller read it.
    pub async fn change_place(&self, caller: &Caller, id: &PlaceId, input: &PlaceInput) -> Result<PlaceView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let (known, _) = place_in_scope(&mut tx, caller, Action::PlaceRead, id).await?;
        let hat = self.may_change(caller, &mut tx, &known, Action::PlaceChange, input.version).await?;
        let names = Gazetteer::read(&mut tx).await?;
        let by = caller.person.as_str();
        let (mut record, on) = record_of(input, Some(&known), &names, (id.to_string(), now, by))?;
        // Whoever moves a place must be at home where it goes.
        let mut there = place_subject(&mut tx, &record).await?;
        there.orgs.extend(record.place.sector_org.clone());
        caller.hat(Action::PlaceChange, &there)?;
        if record.place.code != known.place.code && taken(&mut tx, &record).await? {
            return Err(code_taken(&record.place.code));
        }
        heads_stay(&record, &known)?;
        // A house by its category alone follows its heads too.
        if record.place.heads != known.place.heads || !record.place.kinds().eq(known.place.kinds()) {
            self.follow_heads(&mut tx, &mut record, &caller.name, now).await?;
        }
        let signs = tx.place_signs(std::slice::from_ref(id), now.date()).await?;
        risk::copy_into(&mut record, &signs.get(id).cloned().unwrap_or_default(), now.date());
        tx.update_place(&record).await?;
        self.answer(caller, tx, &hat, "place.change", (id, on), "").await
    }

    /// Marks a place as recorded by mistake; visits still owed there are cancelled.
    pub async fn void_place(
        &self,
        caller: &Caller,
        id: &PlaceId,
        why: &str,
        version: Option<i64>,
    ) -> Result<PlaceView> {
        let mut tx = self.write(caller).await?;
        let (known, _) = place_in_scope(&mut tx, caller, Action::PlaceRead, id).await?;
        let hat = self.may_change(caller, &mut tx, &known, Action::PlaceVoid, version).await?;
        let why = reason(why)?;
        tx.void_place(id, known.version, self.now(), why).await?;
        // Nobody can go there any more.
        let open = TaskFilter { place: Some(id.clone()), open: true, ..TaskFilter::default() };
        let whole = Caller::system().scope(Action::TaskRead)?;
        for kept in tx.tasks(&whole, &open, None, i64::MAX).await? {
            let act = caller.act(&hat, self.now(), None);
            let (task, event) = kept.task.cancel(act, &format!("场所已作废：{why}"), self.now())?;
            tx.save_task_step(&task, &event).await?;
        }
        self.answer(caller, tx, &hat, "place.void", (id, self.now().date()), why).await
    }

    /// Notes that somebody confirmed the record on the spot.
    pub async fn verify_place(
        &self,
        caller: &Caller,
        id: &PlaceId,
        on: Date,
        version: Option<i64>,
    ) -> Result<PlaceView> {
        let mut tx = self.write(caller).await?;
        let (mut known, _) = place_in_scope(&mut tx, caller, Action::PlaceRead, id).await?;
        let hat = self.may_change(caller, &mut tx, &known, Action::PlaceChange, version).await?;
        if on > self.now().date() || known.place.verified_on.is_some_and(|before| on < before) {
            let message = "核实日期不能晚于今天，也不能早于上次核实日期，请核对";
            return Err(Error::field("on", "place.verified_on", message));
        }
        known.place.verified_on = Some(on);
        tx.update_place(&known).await?;
        self.answer(caller, tx, &hat, "place.verify", (id, on), "").await
    }

    /// Shows the phones of a place whole. Who saw them and why is recorded.
    pub async fn reveal_place_phones(&self, caller: &Caller, id: &PlaceId, why: &str) -> Result<Revealed> {
        let now = self.now();
        let why = reason(why)?;
        let mut tx = self.write(caller).await?;
        let (known, subject) = place_in_scope(&mut tx, caller, Action::PlaceRead, id).await?;
        let hat = caller.hat(Action::PhoneReveal, &subject)?;
        let seen = AuditFilter {
            actor: Some(caller.account.to_string()),
            action: Some("place.reveal".to_owned()),
            from: Some(now.plus_ms(-DAY_MS)),
            ..AuditFilter::default()
        };
        if tx.audit_page(&seen, i64::MAX, 21).await?.len() >= MAX_REVEALED {
            return Err(Error::TooMany {
                code: "phone.too_many",
                message: format!("一天最多查看 {MAX_REVEALED} 次完整电话，请明天再试或联系消安办"),
                after_s: DAY_MS / 1000,
            });
        }
        let revealed = Revealed {
            responsible_phone: known.place.responsible.phone.clone(),
            manager_phone: known.place.manager.as_ref().map(|m| m.phone.clone()),
        };
        let mut audit = caller.audit_as(hat, "place.reveal", ("place", id.as_str()), &known.path, now);
        audit.reason = why.to_owned();
        // The operation's stored answer would keep the phones a second time; a repeated request asks anew.
        tx.unbind_operation();
        Ok(tx.commit(audit, revealed).await?)
    }

    /// The hat under which the caller changes a place he was shown, unless it is void or was changed meanwhile.
    async fn may_change(
        &self,
        caller: &Caller,
        read: &mut Read,
        known: &PlaceRecord,
        action: Action,
        version: Option<i64>,
    ) -> Result<domain::org::Assignment> {
        let subject = place_subject(read, known).await?;
        let hat = caller.hat(action, &subject)?.clone();
        if known.voided.is_some() {
            return Err(Error::Refused {
                code: "place.voided",
                message: "这个场所已作废，不能再改；需要时请重新登记".to_owned(),
            });
        }
        let version = version
            .ok_or_else(|| Error::field("version", "version.missing", "缺少版本号，请刷新页面后再改"))?;
        if version != known.version {
            let current = view::view(read, caller, known, &subject, self.now().date()).await?;
            return Err(Error::stale(&current));
        }
        Ok(hat)
    }

    /// Commits a change of a place that was so since a day, and answers with the place as it now stands.
    async fn answer(
        &self,
        caller: &Caller,
        mut tx: Write,
        hat: &domain::org::Assignment,
        action: &'static str,
        (id, on): (&PlaceId, Date),
        why: &str,
    ) -> Result<PlaceView> {
        let now = self.now();
        let (record, subject) = at_place(&mut tx, id, None).await?;
        let view = view::view(&mut tx, caller, &record, &subject, now.date()).await?;
        let mut audit = caller.audit_as(hat, action, ("place", id.as_str()), &record.path, now);
        audit.reason = why.to_owned();
        audit.happened_at = if on == now.date() { now } else { Timestamp::start_of(on).max(Timestamp(0)) };
        Ok(tx.commit(audit, view).await?)
    }
}

/// Whether another place has this record's code.
async fn taken(read: &mut Read, record: &PlaceRecord) -> Result<bool> {
    let whole = Caller::system().scope(Action::PlaceRead)?;
    let other = read.place_by_code(&record.place.code, &whole).await?;
    Ok(other.is_some_and(|other| other.place.id != record.place.id))
}
