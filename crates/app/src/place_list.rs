//! Lists of places: who keeps them, who entered and left and why, baselines beside living counts, and the errors of
//! coverage. Counts of two kinds stand side by side and are never added. What does not belong here: whether a stay is
//! allowed (`domain::place_list`).

pub mod many;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::ids::{OrgId, PlaceId};
use domain::place::Place;
use domain::place_list::{Baseline, Entry, ListKind, ListRefusal, PlaceList, coverage_errors};
use domain::policy::{Action, Subject};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::Read;
use store::place::PlaceFilter;
use store::place_list::{EntryRecord, ListRecord, NamedEntry};
use utoipa::ToSchema;

use crate::place::view::word;
use crate::place::{Gazetteer, coverage_label, coverage_sentence, place_in_scope, reason};
use crate::plan::plan_in_force;
use crate::view::{Named, no_such_page};
use crate::{App, Caller, Error, Result};

/// Errors of coverage shown at once; of the others only their number is told.
const MOST_ERRORS: usize = 500;
/// Which errors of coverage.
pub(crate) struct Coverage<'a> {
    /// Of which kind.
    pub code: Option<&'a str>,
    /// Of which village.
    pub village: Option<&'a str>,
    /// At most so many rows; all are counted.
    pub most: usize,
}

/// Said wherever two counts stand side by side.
const NEVER_ADDED: &str = "派出所列管与村（社区）列管是两份名录，可能有重叠，分别统计，不相加";

/// Said of a place that is void.
const VOIDED: &str = "这个场所已作废，不能列入名录，请核对场所";
/// Said of a place that another village's list is for.
const OTHER_VILLAGE: &str = "场所不在这个村（社区），请列入所在村（社区）的名录";

/// What a document once counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BaselineView {
    /// The number it gives.
    pub count: u32,
    /// Its date.
    #[schema(value_type = String)]
    pub on: Date,
    /// The document.
    pub source: String,
}

/// What changed since the baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DriftView {
    /// Put on since.
    pub entered: u32,
    /// Taken off since.
    pub left: u32,
    /// Living count less baseline.
    pub net: i64,
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlaceListView {
    /// Id.
    pub id: String,
    /// Kind.
    pub kind: String,
    /// Its word.
    pub kind_label: String,
    /// Who keeps it.
    pub owner: Named,
    /// For which village; none for the whole town.
    pub village: Option<Named>,
    /// What a document once counted.
    pub baseline: Option<BaselineView>,
    /// Places on it today.
    pub count: i64,
    /// Against the baseline; none without one.
    pub drift: Option<DriftView>,
    /// Row version.
    pub version: i64,
    /// What the caller may do to it.
    pub actions: Vec<String>,
}

/// One village in a summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VillageCount {
    /// The village.
    pub village: Named,
    /// What the document counted.
    pub baseline: Option<u32>,
    /// Today.
    pub count: i64,
}

/// The villages' lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VillageListed {
    /// Sum of the villages' baselines.
    pub baseline: Option<u32>,
    /// Date of the document.
    #[schema(value_type = Option<String>)]
    pub baseline_on: Option<Date>,
    /// Places on any of them today, each once.
    pub count: i64,
    /// Places today less the baselines, of the lists that have one; none where none has.
    pub difference: Option<i64>,
    /// Village by village.
    pub by_village: Vec<VillageCount>,
}

/// The police station's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PoliceListed {
    /// What the document counted.
    pub baseline: Option<u32>,
    /// Today.
    pub count: i64,
    /// Places today less the baselines, of the lists that have one; none where none has.
    pub difference: Option<i64>,
}

/// Two kinds of list side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListSummary {
    /// The villages' lists.
    pub village_listed: VillageListed,
    /// The police station's list.
    pub police_listed: PoliceListed,
    /// Places on both.
    pub overlap: i64,
    /// Why there is no total.
    pub never_added_note: String,
}

/// What the plan itself counts, to begin a list with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanCount {
    /// Kind of list.
    pub kind: String,
    /// For which village; none for the whole town.
    pub village: Option<Named>,
    /// The number it gives.
    pub count: u32,
    /// Its date.
    #[schema(value_type = String)]
    pub on: Date,
    /// The notice.
    pub source: String,
}

/// Every list one may see, and two of them side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlaceLists {
    /// What the plan in force counts; empty for who may open no list.
    pub plan_counts: Vec<PlanCount>,
    /// The lists.
    pub items: Vec<PlaceListView>,
    /// Side by side.
    pub summary: ListSummary,
}

/// One stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EntryView {
    /// Id.
    pub id: String,
    /// The place.
    pub place: Named,
    /// Where it lies.
    pub village: Named,
    /// First day on the list.
    #[schema(value_type = String)]
    pub from: Date,
    /// First day off it.
    #[schema(value_type = Option<String>)]
    pub to: Option<Date>,
    /// Why on.
    pub reason_in: String,
    /// Why off.
    pub reason_out: String,
    /// Row version.
    pub version: i64,
}

/// A page of stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EntryPage {
    /// The stays.
    pub items: Vec<EntryView>,
    /// Asks for the next page.
    pub next: Option<String>,
}

/// What a document counted, as typed in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct BaselineInput {
    /// The number.
    pub count: Option<u32>,
    /// The document's date; a number without one is refused, and the other way round.
    #[schema(value_type = Option<String>)]
    pub on: Option<Date>,
    /// The document.
    #[serde(default)]
    pub source: String,
}

/// A new list.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PlaceListInput {
    /// Kind.
    pub kind: String,
    /// Who keeps it.
    pub owner: String,
    /// For which village.
    pub village: Option<String>,
    /// What a document counted.
    pub baseline: Option<BaselineInput>,
}

/// One error of coverage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CoverageErrorView {
    /// Stable code.
    pub code: String,
    /// Its word.
    pub label: String,
    /// The place.
    pub place: Named,
    /// Where it lies.
    pub village: Named,
    /// What is wrong and what to do.
    pub detail: String,
}

/// How many of one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CoverageCount {
    /// Stable code.
    pub code: String,
    /// Its word.
    pub label: String,
    /// How many.
    pub n: usize,
}

/// The errors of coverage within one's scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CoverageErrors {
    /// The first of them.
    pub items: Vec<CoverageErrorView>,
    /// All of them, by code.
    pub counts: Vec<CoverageCount>,
}

/// Where a list stands as far as rights are concerned.
fn subject_of(list: &PlaceList, names: &Gazetteer) -> Subject {
    let path = list.village.as_ref().and_then(|v| names.territory(v)).map_or("", |t| t.path.as_str());
    Subject::of(path, Some(&list.owner))
}

fn entry_view(named: &NamedEntry, names: &Gazetteer) -> EntryView {
    let entry = &named.entry.entry;
    let (to, reason_out) = entry.left.clone().unzip();
    EntryView {
        id: named.entry.id.clone(),
        place: Named::new(entry.place.as_str(), named.name.as_str()),
        village: names.place(&named.village.as_str().into()),
        from: entry.from,
        to,
        reason_in: entry.reason_in.clone(),
        reason_out: reason_out.unwrap_or_default(),
        version: named.entry.version,
    }
}

fn list_view(record: &ListRecord, names: &Gazetteer, on: Date, count: i64, may: bool) -> PlaceListView {
    let list = &record.list;
    PlaceListView {
        id: record.id.clone(),
        kind: word(&list.kind),
        kind_label: list.kind.label().to_owned(),
        owner: names.org(&list.owner),
        village: list.village.as_ref().map(|v| names.place(v)),
        baseline: list.baseline.as_ref().map(|b| BaselineView {
            count: b.count,
            on: b.as_of,
            source: b.source.clone(),
        }),
        count,
        drift: list.drift(on).map(|drift| DriftView {
            entered: drift.entered,
            left: drift.left,
            net: count - i64::from(drift.count.baseline),
        }),
        version: record.version,
        actions: may.then(|| Action::ListChange.code().to_owned()).into_iter().collect(),
    }
}

/// What the plan in force itself counts, for who opens a list; nothing where no plan is installed.
async fn counted_by_plan(read: &mut Read, names: &Gazetteer, on: Date) -> Result<Vec<PlanCount>> {
    let plan = match plan_in_force(read, on).await {
        Ok((plan, _)) => plan,
        Err(Error::Refused { code: "plan.none", .. }) => return Ok(Vec::new()),
        Err(other) => return Err(other),
    };
    let source = if plan.notice_no.is_empty() { plan.title.clone() } else { plan.notice_no.clone() };
    let mut counts = Vec::new();
    for term in &plan.terms {
        let Some(kind) = term.label.strip_prefix("list:") else { continue };
        if crate::place::view::parse_word::<ListKind>(kind).is_none() {
            continue;
        }
        for one in &term.baselines {
            let fits = |v: &&domain::org::Territory| {
                v.name == one.at || v.short_name == one.at || v.aliases.contains(&one.at)
            };
            let village = names.villages().find(fits).map(|v| names.place(&v.code));
            if village.is_some() || one.at.is_empty() {
                let (kind, source) = (kind.to_owned(), source.clone());
                counts.push(PlanCount { kind, village, count: one.count, on: one.on, source });
            }
        }
    }
    Ok(counts)
}

/// A baseline as typed in.
///
/// Errors: the number or its day is missing, or the day has not come.
fn baseline_of(input: &BaselineInput, today: Date) -> Result<Baseline> {
    let count = input.count.ok_or_else(|| {
        let message = "填了基数日期，没有填文件基数，请补填；文件没有基数的，请清空日期";
        Error::field("count", "place_list.baseline_count", message)
    })?;
    let as_of = input.on.ok_or_else(|| {
        let message = "填了文件基数，没有填基数日期，请填写文件上的日期";
        Error::field("on", "place_list.baseline_day_missing", message)
    })?;
    if as_of > today {
        return Err(Error::field("on", "place_list.baseline_day", "基数日期还没有到，请填写文件上的日期"));
    }
    Ok(Baseline { count, as_of, source: input.source.trim().to_owned() })
}

/// Living counts less baselines of one kind, over the lists that have one: what nobody counted is no growth. None where no
/// list has.
fn difference_of(lists: &[PlaceListView], kind: ListKind) -> Option<i64> {
    let kind = word(&kind);
    let nets = lists.iter().filter(|list| list.kind == kind).filter_map(|list| list.drift.as_ref());
    nets.map(|drift| drift.net).reduce(|sum, net| sum + net)
}

/// Every list with every stay.
async fn all_lists(read: &mut Read) -> Result<Vec<ListRecord>> {
    let mut lists = read.place_lists().await?;
    for list in &mut lists {
        let entries = read.list_entries(&list.id).await?;
        list.list.entries = entries.into_iter().map(|e| e.entry).collect();
    }
    Ok(lists)
}

impl App {
    /// The lists the caller may see, and the villages' and the police's side by side.
    pub async fn place_lists(&self, caller: &Caller) -> Result<PlaceLists> {
        let on = self.now().date();
        let scope = caller.scope(Action::PlaceRead)?;
        let mut read = self.db.read(&self.town).await?;
        let names = Gazetteer::read(&mut read).await?;
        let sizes: HashMap<String, i64> = read.list_sizes(on).await?.into_iter().collect();
        let mut items = Vec::new();
        let mut seen = Vec::new();
        for record in all_lists(&mut read).await? {
            let subject = subject_of(&record.list, &names);
            if !scope.admits(&subject) {
                continue;
            }
            let count = sizes.get(&record.id).copied().unwrap_or(0);
            let may = caller.hats.hat(Action::ListChange, &subject).is_some();
            items.push(list_view(&record, &names, on, count, may));
            seen.push(record.list);
        }
        let plan_counts = match caller.hats.scope(Action::ListChange) {
            Some(_) => counted_by_plan(&mut read, &names, on).await?,
            None => Vec::new(),
        };
        let (village, police) = (ListKind::VillageListed, ListKind::PoliceListed);
        let counts: HashMap<String, i64> = read.list_counts(village, on, &scope).await?.into_iter().collect();
        let overlap = read.list_overlap(village, police, on, &scope).await?;
        let baseline_at = |code: &str| {
            let own =
                |l: &&PlaceList| l.kind == village && l.village.as_ref().is_some_and(|v| v.as_str() == code);
            seen.iter().find(own).and_then(|l| l.baseline.as_ref()).map(|b| b.count)
        };
        let by_village = names
            .villages()
            .filter(|v| scope.admits(&Subject::of(&v.path, None)) || counts.contains_key(v.code.as_str()))
            .map(|v| VillageCount {
                village: names.place(&v.code),
                baseline: baseline_at(v.code.as_str()),
                count: counts.get(v.code.as_str()).copied().unwrap_or(0),
            })
            .collect();
        let dated = seen.iter().filter(|l| l.kind == village).filter_map(|l| l.baseline.as_ref());
        let summary = ListSummary {
            village_listed: VillageListed {
                baseline: domain::place_list::baseline_total(&seen, village),
                baseline_on: dated.map(|b| b.as_of).max(),
                count: overlap.first,
                difference: difference_of(&items, village),
                by_village,
            },
            police_listed: PoliceListed {
                baseline: domain::place_list::baseline_total(&seen, police),
                count: overlap.second,
                difference: difference_of(&items, police),
            },
            overlap: overlap.both,
            never_added_note: NEVER_ADDED.to_owned(),
        };
        Ok(PlaceLists { plan_counts, items, summary })
    }

    /// Stays on one list within the caller's scope, on a day or all there ever were.
    pub async fn list_entries(
        &self,
        caller: &Caller,
        list: &str,
        on: Option<Date>,
        after: Option<&str>,
        limit: Option<i64>,
    ) -> Result<EntryPage> {
        let scope = caller.scope(Action::PlaceRead)?;
        let limit = limit.unwrap_or(100).clamp(1, 500);
        let mut read = self.db.read(&self.town).await?;
        let names = Gazetteer::read(&mut read).await?;
        if !read.place_lists().await?.iter().any(|known| known.id == list) {
            return Err(Error::NotFound);
        }
        let after = after.filter(|after| !after.is_empty());
        let after = after.map(|after| after.rsplit_once('|').ok_or_else(no_such_page)).transpose()?;
        let mut entries = read.list_page(list, on, &scope, after, limit + 1).await?;
        let more = entries.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        if more {
            entries.pop();
        }
        let next = entries.last().filter(|_| more).map(|last| format!("{}|{}", last.name, last.entry.id));
        Ok(EntryPage { items: entries.iter().map(|e| entry_view(e, &names)).collect(), next })
    }

    /// Opens a new list.
    pub async fn add_place_list(&self, caller: &Caller, input: &PlaceListInput) -> Result<PlaceListView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let names = Gazetteer::read(&mut tx).await?;
        let kind: ListKind = crate::place::view::parse_word(&input.kind)
            .ok_or_else(|| Error::field("kind", "place_list.kind", "没有这种名录，请重新选择"))?;
        let owner = OrgId::from(input.owner.as_str());
        if names.organisation(&owner).is_none_or(|o| !o.active) {
            return Err(Error::field("owner", "place_list.owner", "没有这个机构，请重新选择"));
        }
        let village = input.village.as_deref().filter(|v| !v.is_empty()).map(Into::into);
        if village.as_ref().is_some_and(|v| !names.villages().any(|open| open.code == *v)) {
            return Err(Error::field("village", "place_list.village", "没有这个村（社区），请重新选择"));
        }
        if kind == ListKind::VillageListed && village.is_none() {
            return Err(Error::field(
                "village",
                "place_list.village",
                "村（社区）名录要选择是哪个村（社区）",
            ));
        }
        let baseline = input.baseline.as_ref().map(|b| baseline_of(b, now.date())).transpose()?;
        let list = PlaceList { kind, owner, village, baseline, entries: Vec::new() };
        let subject = subject_of(&list, &names);
        let hat = caller.hat(Action::ListChange, &subject)?;
        let twin = tx.place_lists().await?.into_iter().any(|known| {
            known.list.kind == kind && known.list.owner == list.owner && known.list.village == list.village
        });
        if twin {
            return Err(Error::Refused {
                code: "place_list.exists",
                message: "这份名录已经有了，请直接在原名录中列入或移出".to_owned(),
            });
        }
        let record = ListRecord { id: self.new_id(), list, version: 1, recorded_at: now };
        tx.insert_place_list(&record).await?;
        let view = list_view(&record, &names, now.date(), 0, true);
        let audit = caller.audit_as(hat, "place_list.add", ("place_list", &record.id), &subject.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Corrects what a document counted; why, and what stood there before, are on record.
    ///
    /// Errors: no reason; a stale version comes with the list as it now stands.
    pub async fn correct_baseline(
        &self,
        caller: &Caller,
        list: &str,
        input: &BaselineInput,
        (why, version): (&str, i64),
    ) -> Result<PlaceListView> {
        let now = self.now();
        let why = reason(why)?;
        let baseline = baseline_of(input, now.date())?;
        let mut tx = self.write(caller).await?;
        let names = Gazetteer::read(&mut tx).await?;
        let mut record = tx.place_list(list).await?.ok_or(Error::NotFound)?;
        let subject = subject_of(&record.list, &names);
        if !caller.scope(Action::PlaceRead)?.admits(&subject) {
            return Err(Error::NotFound);
        }
        let hat = caller.hat(Action::ListChange, &subject)?;
        let sizes: HashMap<String, i64> = tx.list_sizes(now.date()).await?.into_iter().collect();
        let count = sizes.get(list).copied().unwrap_or(0);
        if record.version != version {
            return Err(Error::stale(&list_view(&record, &names, now.date(), count, true)));
        }
        let before = record.list.baseline.replace(baseline);
        tx.update_place_list(&record).await?;
        record.version += 1;
        let mut audit = caller.audit_as(hat, "place_list.baseline", ("place_list", list), &subject.path, now);
        audit.reason = why.to_owned();
        audit.detail = serde_json::json!({ "before": before, "after": record.list.baseline }).to_string();
        Ok(tx.commit(audit, list_view(&record, &names, now.date(), count, true)).await?)
    }

    /// Puts a place on a list.
    pub async fn enter_list(
        &self,
        caller: &Caller,
        list: &str,
        place: &PlaceId,
        from: Date,
        why: &str,
    ) -> Result<EntryView> {
        let now = self.now();
        let why = reason(why)?;
        let mut tx = self.write(caller).await?;
        let names = Gazetteer::read(&mut tx).await?;
        let known = tx.place_list(list).await?.ok_or(Error::NotFound)?;
        let subject = subject_of(&known.list, &names);
        let hat = caller.hat(Action::ListChange, &subject)?;
        let (record, _) = place_in_scope(&mut tx, caller, Action::PlaceRead, place).await?;
        if record.voided.is_some() {
            return Err(Error::Refused { code: "place.voided", message: VOIDED.to_owned() });
        }
        if known.list.kind == ListKind::VillageListed
            && known.list.village.as_ref().is_some_and(|village| *village != record.place.village)
        {
            return Err(Error::Refused {
                code: "place_list.other_village",
                message: OTHER_VILLAGE.to_owned(),
            });
        }
        known.list.enter(place.clone(), from, why, now.date())?;
        let entry = entry_of(self.new_id(), list, place, from, why, now);
        tx.insert_list_entries(std::slice::from_ref(&entry)).await?;
        let named =
            NamedEntry { entry, name: record.place.name.clone(), village: record.place.village.to_string() };
        let mut audit =
            caller.audit_as(hat, "place_list.enter", ("place", place.as_str()), &record.path, now);
        audit.reason = why.to_owned();
        Ok(tx.commit(audit, entry_view(&named, &names)).await?)
    }

    /// Takes a place off a list; the stay remains on record.
    pub async fn leave_list(
        &self,
        caller: &Caller,
        list: &str,
        entry: &str,
        (on, why): (Date, &str),
        version: i64,
    ) -> Result<EntryView> {
        let now = self.now();
        let why = reason(why)?;
        let mut tx = self.write(caller).await?;
        let names = Gazetteer::read(&mut tx).await?;
        let known = tx.place_list(list).await?.ok_or(Error::NotFound)?;
        let stay = tx.list_entries(list).await?.into_iter().find(|e| e.id == entry).ok_or(Error::NotFound)?;
        let subject = subject_of(&known.list, &names);
        let hat = caller.hat(Action::ListChange, &subject)?;
        let (record, _) = crate::place::at_place(&mut tx, &stay.entry.place, None).await?;
        let mut named = NamedEntry {
            entry: stay.clone(),
            name: record.place.name.clone(),
            village: record.place.village.to_string(),
        };
        if stay.version != version {
            return Err(Error::stale(&entry_view(&named, &names)));
        }
        if stay.entry.left.is_some() || on < stay.entry.from {
            return Err(ListRefusal::NotListed.into());
        }
        known.list.leave(&stay.entry.place, on, why, now.date())?;
        tx.end_list_entry(entry, version, on, why).await?;
        named.entry.entry.left = Some((on, why.to_owned()));
        named.entry.version += 1;
        let place = stay.entry.place.clone();
        let mut audit =
            caller.audit_as(hat, "place_list.leave", ("place", place.as_str()), &record.path, now);
        audit.reason = why.to_owned();
        Ok(tx.commit(audit, entry_view(&named, &names)).await?)
    }

    /// What is wrong with coverage within the caller's scope; the rows a page has room for.
    pub async fn coverage(
        &self,
        caller: &Caller,
        code: Option<&str>,
        village: Option<&str>,
    ) -> Result<CoverageErrors> {
        self.coverage_up_to(caller, Coverage { code, village, most: MOST_ERRORS }).await
    }

    pub(crate) async fn coverage_up_to(
        &self,
        caller: &Caller,
        Coverage { code, village, most }: Coverage<'_>,
    ) -> Result<CoverageErrors> {
        let on = self.now().date();
        let scope = caller.scope(Action::PlaceRead)?;
        let whole = Caller::system().scope(Action::PlaceRead)?;
        let mut read = self.db.read(&self.town).await?;
        let names = Gazetteer::read(&mut read).await?;
        let lists: Vec<PlaceList> = all_lists(&mut read).await?.into_iter().map(|l| l.list).collect();
        let mut places: Vec<Place> = Vec::new();
        let mut known: HashMap<PlaceId, (String, String, String, Option<OrgId>)> = HashMap::new();
        let filter = PlaceFilter { with_void: true, ..PlaceFilter::default() };
        read.each_place(&filter, &whole, |record| {
            let p = &record.place;
            let facts = (p.name.clone(), p.village.to_string(), record.path.clone(), p.sector_org.clone());
            known.insert(p.id.clone(), facts);
            if record.voided.is_none() {
                places.push(record.place);
            }
        })
        .await?;
        drop(read);
        let mut keepers: BTreeMap<&PlaceId, BTreeSet<OrgId>> = BTreeMap::new();
        for list in &lists {
            for entry in list.entries.iter().filter(|e| e.left.is_none()) {
                keepers.entry(&entry.place).or_default().insert(list.owner.clone());
            }
        }
        let mut items = Vec::new();
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for error in coverage_errors(&places, &lists, on) {
            let id = error.place();
            let (name, of, path, sector) = known.get(id).cloned().unwrap_or_default();
            let mut orgs = keepers.get(id).cloned().unwrap_or_default();
            orgs.extend(sector);
            let subject = Subject { path, orgs, place: Some(id.clone()) };
            if !scope.admits(&subject) || village.is_some_and(|v| !v.is_empty() && v != of) {
                continue;
            }
            *counts.entry(error.code()).or_default() += 1;
            if code.is_some_and(|c| !c.is_empty() && c != error.code()) || items.len() >= most {
                continue;
            }
            items.push(CoverageErrorView {
                code: error.code().to_owned(),
                label: coverage_label(error.code()).to_owned(),
                place: Named::new(id.as_str(), name),
                village: names.place(&of.as_str().into()),
                detail: coverage_sentence(&error, &names),
            });
        }
        let counts = counts
            .into_iter()
            .map(|(code, n)| CoverageCount {
                code: code.to_owned(),
                label: coverage_label(code).to_owned(),
                n,
            })
            .collect();
        Ok(CoverageErrors { items, counts })
    }
}

/// A new stay.
pub(crate) fn entry_of(
    id: String,
    list: &str,
    place: &PlaceId,
    from: Date,
    why: &str,
    now: domain::time::Timestamp,
) -> EntryRecord {
    let entry = Entry { place: place.clone(), from, reason_in: why.to_owned(), left: None };
    EntryRecord { id, list: list.to_owned(), entry, version: 1, recorded_at: now }
}

/// The list a place of this village and sector is put on when somebody only names the kind; none, or several, are
/// answered as what they are.
pub(crate) fn list_of_kind<'a>(
    lists: &'a [ListRecord],
    kind: ListKind,
    place: &Place,
) -> std::result::Result<&'a ListRecord, &'static str> {
    let fits =
        |l: &&ListRecord| l.list.kind == kind && l.list.village.as_ref().is_none_or(|v| *v == place.village);
    let mut found: Vec<&ListRecord> = lists.iter().filter(fits).collect();
    if found.len() > 1 && kind == ListKind::SectorKey {
        found.retain(|l| Some(&l.list.owner) == place.sector_org.as_ref());
    }
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err("还没有这份名录，请先在“名录”页建立"),
        _ => Err("这种名录有多份，请在“名录”页逐个列入"),
    }
}
