//! Self-built houses: counted, graded by the rule of the day, the closest of them put on the sector's key list with a round
//! over the departments in the same write; what a change of the rule would do. What does not belong here: the grade
//! (`domain::house`), the register (`place`), the rule's numbers (`parameter`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

pub(crate) mod heads;
pub mod public;

use std::collections::{BTreeMap, BTreeSet};

use domain::house::{Answer, Grade, Graded, House, HouseRefusal, Rule, Structure, grade, is_house, joint_by};
use domain::ids::{HouseCheckId, PlaceId};
use domain::joint_control::is_crowded;
use domain::place::KindCode;
use domain::place_list::ListKind;
use domain::plan::Value;
use domain::policy::{Action, Subject};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::Read;
use store::house::{HouseCheckRecord, HouseRecord};
use store::place::{PlaceFilter, PlaceOrder, PlaceRecord};
use store::place_list::EntryRecord;
use utoipa::{IntoParams, ToSchema};

use crate::names::Names;
use crate::parameter::{counted, number_on};
use crate::place::{place_in_scope, place_subject, place_to_read};
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};

/// More people than this make it a key house. Source: the plan, C17.5.
pub(crate) const KEY_HEADS: (&str, f64) = ("house.key_heads", 10.0);
/// From so many storeys on two ways out are wanted. Source: handbook §5.5 (Z05).
pub(crate) const FLOORS: (&str, f64) = ("house.floors", 4.0);
/// Above such a storey two ways out are wanted. Units: m². Source: as above.
pub(crate) const FLOOR_M2: (&str, f64) = ("house.floor_m2", 200.0);
/// 1: lodging, working and training are added up; 0: the largest counts (T10).
pub(crate) const SUMMED: (&str, f64) = ("house.heads_summed", 0.0);

/// Who checks houses together and is asked about their licences. Source: the plan, C17.2.
pub(crate) const ROUND: [&str; 4] =
    ["org:emergency_office", "org:police_station", "org:planning_office", "org:economy_office"];
/// Houses read at most.
const READ: i64 = 5_000;

/// Why a house has its grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HouseReason {
    pub code: String,
    pub text: String,
    pub source: String,
}

/// A house in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HouseRow {
    pub place: Named,
    pub code: String,
    pub village: Named,
    /// What it is used for, in words.
    pub uses: Vec<Word>,
    pub lodging: Option<u32>,
    pub working: Option<u32>,
    pub training: Option<u32>,
    /// The heads that count; none when nobody counted.
    pub heads: Option<u32>,
    pub grade: Word,
    pub reasons: Vec<HouseReason>,
    pub missing: Vec<String>,
    /// When a grade was last given; none when never.
    pub graded_on: Option<String>,
    /// Checks that are open and that found something lacking.
    pub asked_n: usize,
    pub lacking_n: usize,
    /// Checks that wait for an answer of the caller's own body.
    pub waits: Vec<HouseWait>,
}

/// What a department is asked about a house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HouseWait {
    pub id: String,
    pub org: Named,
    pub kind: Word,
    pub asked_on: String,
    /// Version of the check.
    pub version: i64,
}

/// Houses, with how many there are of each grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HouseList {
    pub items: Vec<HouseRow>,
    pub counts: Vec<HouseCount>,
    pub rule: HouseRule,
    /// Whether the caller may write down counts of any.
    pub may_count: bool,
}

/// How many houses have a grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HouseCount {
    pub grade: Word,
    pub n: usize,
}

/// The rule houses are graded by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HouseRule {
    pub version: String,
    pub key_heads: u16,
    pub floors: u16,
    /// Units: m².
    pub floor_m2: u16,
    pub summed: bool,
}

/// One department's answer about a house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HouseCheckView {
    pub id: String,
    pub org: Named,
    pub kind: Word,
    pub asked_on: String,
    /// `asked`, `verified`, `lacking`, or `ended` when the house no longer asks for it.
    pub answer: String,
    pub on: Option<String>,
    /// Number seen, or what is lacking.
    pub text: String,
    pub until: Option<String>,
    pub may_answer: bool,
    pub version: i64,
}

/// A house as its page sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HouseView {
    #[serde(flatten)]
    pub row: HouseRow,
    pub structure: Option<Word>,
    pub floors: Option<u16>,
    /// Units: m².
    pub floor_m2: Option<u32>,
    pub burning_roof: Option<bool>,
    pub exits: Option<u16>,
    pub owner: String,
    pub counted_on: Option<String>,
    pub counted_by: String,
    /// The grade that was last given, and the rule it was given by.
    pub given: Option<Word>,
    pub given_rule: String,
    pub rule: HouseRule,
    pub checks: Vec<HouseCheckView>,
    /// Whether it is on the key list of its sector.
    pub on_key_list: bool,
    /// By when the next joint visit is due; none unless more live, work or learn there than the rule allows.
    pub joint_by: Option<String>,
    pub structures: Vec<Word>,
    pub may_change: bool,
    /// Whether it is to be looked at together for its many people, and the caller may plan that.
    pub may_plan: bool,
    /// Version of the place.
    pub version: i64,
}

/// A house as typed in.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct HouseInput {
    pub lodging: Option<u32>,
    pub working: Option<u32>,
    pub training: Option<u32>,
    pub structure: Option<String>,
    pub floors: Option<u16>,
    pub floor_m2: Option<u32>,
    pub burning_roof: Option<bool>,
    pub exits: Option<u16>,
    pub owner: String,
    pub counted_on: String,
    pub counted_by: String,
    /// Version of the place that was read.
    pub version: i64,
}

/// Heads counted on the spot; what is left out was not counted and stays as it is known.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct HouseCountInput {
    pub lodging: Option<u32>,
    pub working: Option<u32>,
    pub training: Option<u32>,
    /// The day; today where left out.
    pub counted_on: String,
    /// Who counted, where it was not the caller alone.
    pub counted_by: String,
}

/// What a department found.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct HouseAnswer {
    /// `verified` or `lacking`.
    pub answer: String,
    pub on: String,
    pub text: String,
    pub until: Option<String>,
    pub version: i64,
}

/// The rule as it might be; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct HouseRuleAsked {
    pub key_heads: Option<i64>,
    pub floors: Option<i64>,
    pub floor_m2: Option<i64>,
    pub summed: Option<bool>,
}

/// A number of a rule that is tried out, as far as its setting may go.
fn tried(name: &str, asked: Option<i64>, before: u16, range: std::ops::RangeInclusive<u16>) -> Result<u16> {
    let Some(n) = asked else { return Ok(before) };
    u16::try_from(n).ok().filter(|n| range.contains(n)).ok_or_else(|| {
        let text = format!("请填 {} 到 {} 之间的整数", range.start(), range.end());
        Error::field(name, "house.rule", &text)
    })
}

impl HouseRuleAsked {
    /// The rule with one of the town's settings changed; none for a setting that is not of it.
    pub(crate) fn of(name: &str, value: &Value) -> Option<Self> {
        let n = i64::from(counted(value)?);
        let asked = Self::default();
        Some(match name {
            _ if name == KEY_HEADS.0 => Self { key_heads: Some(n), ..asked },
            _ if name == FLOORS.0 => Self { floors: Some(n), ..asked },
            _ if name == FLOOR_M2.0 => Self { floor_m2: Some(n), ..asked },
            _ if name == SUMMED.0 => Self { summed: Some(n > 0), ..asked },
            _ => return None,
        })
    }
}

/// A house another rule would grade otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HouseRegraded {
    pub place: Named,
    pub village: Named,
    pub before: Word,
    pub after: Word,
    pub reasons: Vec<HouseReason>,
}

/// What another rule would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HousePreview {
    pub before: HouseRule,
    pub after: HouseRule,
    /// Houses graded in all.
    pub total: usize,
    pub changed: Vec<HouseRegraded>,
}

/// Which houses to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct HouseAsked {
    /// Only of this grade.
    pub grade: Option<String>,
    /// Only of this village.
    pub village: Option<String>,
    /// Text in name or code.
    pub q: Option<String>,
    /// Only those a body of the caller's was asked about and has not answered.
    pub mine: bool,
}

fn grade_word(grade: Grade) -> Word {
    Word::new(grade.code(), grade.label())
}

fn reasons(graded: &Graded) -> Vec<HouseReason> {
    let one = |reason: &domain::house::Reason| HouseReason {
        code: reason.code.to_owned(),
        text: reason.text.clone(),
        source: reason.source.to_owned(),
    };
    graded.reasons.iter().map(one).collect()
}

fn rule_view(rule: &Rule) -> HouseRule {
    HouseRule {
        version: rule.version(),
        key_heads: rule.key_heads,
        floors: rule.floors,
        floor_m2: rule.floor_m2,
        summed: rule.summed,
    }
}

/// The rule of a day: the numbers the town has set, and since when the newest of them holds.
pub(crate) async fn rule_on(read: &mut Read, day: Date) -> Result<Rule> {
    let mut since = None;
    for (name, _) in [KEY_HEADS, FLOORS, FLOOR_M2, SUMMED] {
        let set = read.parameter_on(name, day).await?.map(|set| set.parameter.effective_from);
        since = since.max(set);
    }
    Ok(Rule {
        since,
        key_heads: number_on(read, KEY_HEADS, day).await?,
        floors: number_on(read, FLOORS, day).await?,
        floor_m2: number_on(read, FLOOR_M2, day).await?,
        summed: number_on(read, SUMMED, day).await? > 0,
    })
}

/// Every house the caller may see: what is of the kind by category or by tag.
async fn seen(read: &mut Read, caller: &Caller, asked: &HouseAsked, today: Date) -> Result<Vec<PlaceRecord>> {
    let scope = caller.scope(Action::PlaceRead)?;
    let mut found: BTreeMap<String, PlaceRecord> = BTreeMap::new();
    let kind = Some("self_built".to_owned());
    for (category, tag) in [(kind.clone(), None), (None, kind)] {
        let filter = PlaceFilter {
            category,
            tag,
            village: asked.village.clone(),
            text: asked.q.clone().filter(|text| !text.trim().is_empty()),
            ..PlaceFilter::default()
        };
        for record in read.place_page(&filter, &scope, PlaceOrder::Code, None, READ).await? {
            if !record.place.is_gone(today) {
                found.insert(record.place.code.clone(), record);
            }
        }
    }
    Ok(found.into_values().collect())
}

fn row(
    caller: &Caller,
    record: &PlaceRecord,
    (house, rule): (Option<&HouseRecord>, &Rule),
    checks: &[&HouseCheckRecord],
    names: &Names,
) -> HouseRow {
    let place = &record.place;
    let blank = House::default();
    let graded = grade(house.map_or(&blank, |one| &one.house), place, rule);
    let general = KindCode::from("self_built");
    let uses = place.kinds().filter(|kind| kind.is_within(&general) || kind.as_str() == "homestay");
    let n = |code: &str| checks.iter().filter(|one| one.check.answer.code() == code).count();
    let wait = |one: &&HouseCheckRecord| HouseWait {
        id: one.check.id.to_string(),
        org: names.named_org(&one.check.org),
        kind: Word::new(one.check.kind.code(), one.check.kind.label()),
        asked_on: one.check.asked_on.to_string(),
        version: one.version,
    };
    HouseRow {
        place: Named::new(place.id.as_str(), &place.name),
        code: place.code.clone(),
        village: names.territory(place.village.as_str()),
        uses: uses.map(|kind| Word::new(kind.as_str(), crate::names::kind_label(kind))).collect(),
        lodging: place.heads.lodging,
        working: place.heads.working,
        training: place.heads.training,
        heads: rule.heads(&place.heads),
        grade: grade_word(graded.grade),
        reasons: reasons(&graded),
        missing: graded.missing.iter().map(|what| (*what).to_owned()).collect(),
        graded_on: house.map(|one| one.graded_on.to_string()),
        asked_n: n("asked"),
        lacking_n: n("lacking"),
        waits: checks.iter().filter(|one| is_asked_of(caller, one)).map(wait).collect(),
    }
}

/// Where a check stands as far as rights are concerned: the house, and who is asked.
fn check_subject(record: &HouseCheckRecord) -> Subject {
    let check = &record.check;
    Subject { place: Some(check.place.clone()), ..Subject::of(&record.path, Some(&check.org)) }
}

fn check_view(caller: &Caller, record: &HouseCheckRecord, names: &Names) -> HouseCheckView {
    let check = &record.check;
    let (on, text, until) = match &check.answer {
        Answer::Asked => (None, String::new(), None),
        Answer::Verified { on, number, until } => (Some(*on), number.clone(), *until),
        Answer::Lacking { on, note } => (Some(*on), note.clone(), None),
        Answer::Ended { on, reason } => (Some(*on), reason.clone(), None),
    };
    HouseCheckView {
        id: check.id.to_string(),
        org: names.named_org(&check.org),
        kind: Word::new(check.kind.code(), check.kind.label()),
        asked_on: check.asked_on.to_string(),
        answer: check.answer.code().to_owned(),
        on: on.map(|day| day.to_string()),
        text,
        until: until.map(|day| day.to_string()),
        may_answer: !check.is_ended()
            && caller.hats.hat(Action::HouseCheck, &check_subject(record)).is_some(),
        version: record.version,
    }
}

async fn page(read: &mut Read, caller: &Caller, id: &PlaceId, today: Date) -> Result<HouseView> {
    let (record, subject) = place_to_read(read, caller, id).await?;
    if !is_house(&record.place) {
        return Err(HouseRefusal::NoHouse.into());
    }
    let names = Names::read(read).await?;
    let rule = rule_on(read, today).await?;
    let house = read.house(id).await?;
    let whole = Caller::system().scope(Action::PlaceRead)?;
    let checks = read.house_checks(&whole, Some(id)).await?;
    let listed = on_key_list(read, id, today).await?;
    let own: Vec<&HouseCheckRecord> = checks.iter().collect();
    let planned_at = Subject::of(&record.path, record.place.sector_org.as_ref());
    let known = house.as_ref().map(|one| one.house.clone()).unwrap_or_default();
    Ok(HouseView {
        row: row(caller, &record, (house.as_ref(), &rule), &own, &names),
        structure: known.structure.map(|one| Word::new(one.code(), one.label())),
        floors: known.floors,
        floor_m2: known.floor_m2,
        burning_roof: known.burning_roof,
        exits: known.exits,
        owner: known.owner,
        counted_on: known.counted_on.map(|day| day.to_string()),
        counted_by: known.counted_by,
        given: house.as_ref().map(|one| grade_word(one.grade)),
        given_rule: house.as_ref().map(|one| one.rule.clone()).unwrap_or_default(),
        rule: rule_view(&rule),
        checks: checks.iter().map(|one| check_view(caller, one, &names)).collect(),
        on_key_list: listed,
        joint_by: is_crowded(&record.place).then(|| joint_by(today).to_string()),
        structures: Structure::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
        may_change: caller.hats.hat(Action::PlaceChange, &subject).is_some(),
        may_plan: is_crowded(&record.place) && caller.hats.hat(Action::TaskAssign, &planned_at).is_some(),
        version: record.version,
    })
}

async fn on_key_list(read: &mut Read, id: &PlaceId, today: Date) -> Result<bool> {
    let lists = read.place_lists().await?;
    let is_key = |list: &str| lists.iter().any(|one| one.id == list && one.list.kind == ListKind::SectorKey);
    let entries = read.list_entries_of_place(id).await?;
    let is_on = |one: &EntryRecord| {
        one.entry.from <= today && one.entry.left.as_ref().is_none_or(|(day, _)| today < *day)
    };
    Ok(entries.iter().any(|one| is_key(&one.list) && is_on(one)))
}

/// Whether a check waits for the answer of a body of the caller's, and he may give it.
fn is_asked_of(caller: &Caller, record: &HouseCheckRecord) -> bool {
    let check = &record.check;
    check.answer == Answer::Asked
        && caller.hats.orgs().contains(&check.org)
        && caller.hats.hat(Action::HouseCheck, &check_subject(record)).is_some()
}

/// Houses that wait for the answer of a body of the caller's.
// Part of the workbench, counted within the right that lets him answer.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller) -> Result<i64> {
    let Some(scope) = caller.hats.scope(Action::HouseCheck) else { return Ok(0) };
    let checks = read.house_checks(&scope, None).await?;
    let asked = checks.iter().filter(|one| is_asked_of(caller, one));
    Ok(asked.map(|one| &one.check.place).collect::<BTreeSet<_>>().len() as i64)
}

impl App {
    /// Houses the caller may see, graded by the rule of today, the closest kept first.
    pub async fn houses(&self, caller: &Caller, asked: &HouseAsked) -> Result<HouseList> {
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let rule = rule_on(&mut read, today).await?;
        let mut places = seen(&mut read, caller, asked, today).await?;
        let known = read.houses().await?;
        let whole = Caller::system().scope(Action::PlaceRead)?;
        let checks = read.house_checks(&whole, None).await?;
        if asked.mine {
            let own = checks.iter().filter(|one| is_asked_of(caller, one));
            let own: BTreeSet<PlaceId> = own.map(|one| one.check.place.clone()).collect();
            places.retain(|record| own.contains(&record.place.id));
            // Who is asked about a house sees it, whosever sector it is of.
            let known: BTreeSet<&PlaceId> = places.iter().map(|record| &record.place.id).collect();
            let others: Vec<PlaceId> = own.into_iter().filter(|id| !known.contains(id)).collect();
            let others = read.places_by_id(&others).await?;
            places.extend(others.into_iter().filter(|record| !record.place.is_gone(today)));
        }
        let mut items: Vec<HouseRow> = places
            .iter()
            .map(|record| {
                let own: Vec<&HouseCheckRecord> =
                    checks.iter().filter(|one| one.check.place == record.place.id).collect();
                row(caller, record, (known.get(&record.place.id), &rule), &own, &names)
            })
            .collect();
        let count = |grade: &Grade| HouseCount {
            grade: grade_word(*grade),
            n: items.iter().filter(|one| one.grade.code == grade.code()).count(),
        };
        let counts = Grade::ALL.iter().rev().map(count).collect();
        if let Some(wanted) = asked.grade.as_deref().filter(|code| !code.is_empty()) {
            items.retain(|one| one.grade.code == wanted);
        }
        items.sort_by_key(|one| std::cmp::Reverse(Grade::from_code(&one.grade.code)));
        let may_count = caller.hats.scope(Action::PlaceChange).is_some();
        Ok(HouseList { items, counts, rule: rule_view(&rule), may_count })
    }

    /// One house.
    pub async fn house(&self, caller: &Caller, id: &PlaceId) -> Result<HouseView> {
        let mut read = self.db.read(&self.town).await?;
        page(&mut read, caller, id, self.now().date()).await
    }

    /// Writes down how many live, work and learn in a house and what it is like; grade, list and round follow at once.
    ///
    /// Errors: it is no house; heads without a day and a name; somebody was quicker.
    pub async fn change_house(&self, caller: &Caller, id: &PlaceId, asked: HouseInput) -> Result<HouseView> {
        let (now, today) = (self.now(), self.now().date());
        let mut tx = self.write(caller).await?;
        let (mut record, _) = place_in_scope(&mut tx, caller, Action::PlaceRead, id).await?;
        let subject = place_subject(&mut tx, &record).await?;
        let hat = caller.hat(Action::PlaceChange, &subject)?.clone();
        if !is_house(&record.place) {
            return Err(HouseRefusal::NoHouse.into());
        }
        if record.version != asked.version {
            return Err(Error::stale(&page(&mut tx, caller, id, today).await?));
        }
        let structure = match asked.structure.as_deref().filter(|code| !code.is_empty()) {
            None => None,
            Some(code) => Some(Structure::from_code(code).ok_or_else(|| {
                Error::field("structure", "house.structure", "没有这种结构，请从列表中选择")
            })?),
        };
        let counted = [asked.lodging, asked.working, asked.training].iter().any(Option::is_some);
        if counted && (asked.counted_on.trim().is_empty() || asked.counted_by.trim().is_empty()) {
            return Err(HouseRefusal::NotCounted.into());
        }
        let counted_on = match asked.counted_on.trim() {
            "" => None,
            text => Some(read_day("counted_on", text)?),
        };
        if counted_on.is_some_and(|day| day > today) {
            return Err(Error::field("counted_on", "house.counted_on", "核实日期不能晚于今天，请核对"));
        }
        let heads = &mut record.place.heads;
        (heads.lodging, heads.working, heads.training) = (asked.lodging, asked.working, asked.training);
        self.follow_heads(&mut tx, &mut record, &caller.name, now).await?;
        let signs = tx.place_signs(std::slice::from_ref(id), today).await?;
        crate::risk::copy_into(&mut record, &signs.get(id).cloned().unwrap_or_default(), today);
        tx.update_place(&record).await?;
        let house = House {
            structure,
            floors: asked.floors,
            floor_m2: asked.floor_m2,
            burning_roof: asked.burning_roof,
            exits: asked.exits,
            owner: asked.owner.trim().to_owned(),
            counted_on,
            counted_by: asked.counted_by.trim().to_owned(),
        };
        let rule = rule_on(&mut tx, today).await?;
        let given = grade(&house, &record.place, &rule).grade;
        let before = tx.house(id).await?;
        let kept = HouseRecord {
            place: id.clone(),
            house,
            grade: given,
            graded_on: today,
            rule: rule.version(),
            recorded_by: caller.name.clone(),
            version: before.as_ref().map_or(1, |one| one.version),
            recorded_at: now,
        };
        match before {
            None => tx.insert_house(&kept).await?,
            Some(_) => tx.update_house(&kept).await?,
        }
        let view = page(&mut tx, caller, id, today).await?;
        Ok(tx
            .commit(caller.audit_as(&hat, "place.house", ("place", id.as_str()), &record.path, now), view)
            .await?)
    }

    /// Writes down heads counted on the spot, from wherever: a dated count stands beside no version, and one from before the
    /// count that is known changes nothing.
    ///
    /// Errors: it is no house; nothing was counted; a day to come; a later count is known.
    pub async fn count_house(
        &self,
        caller: &Caller,
        id: &PlaceId,
        asked: HouseCountInput,
    ) -> Result<HouseView> {
        let (now, today) = (self.now(), self.now().date());
        let mut tx = self.write(caller).await?;
        let (mut record, _) = place_in_scope(&mut tx, caller, Action::PlaceRead, id).await?;
        let subject = place_subject(&mut tx, &record).await?;
        let hat = caller.hat(Action::PlaceChange, &subject)?.clone();
        if !is_house(&record.place) {
            return Err(HouseRefusal::NoHouse.into());
        }
        let on = match asked.counted_on.trim() {
            "" => today,
            text => read_day("counted_on", text)?,
        };
        if on > today {
            return Err(Error::field("counted_on", "house.counted_on", "核实日期不能晚于今天，请核对"));
        }
        if [asked.lodging, asked.working, asked.training].iter().all(Option::is_none) {
            return Err(Error::field(
                "lodging",
                "house.nothing_counted",
                "请至少填写一项核实的人数；没有人的填 0",
            ));
        }
        let known = tx.house(id).await?.and_then(|one| one.house.counted_on);
        if let Some(later) = known.filter(|known| *known > on) {
            return Err(HouseRefusal::Older { on, later }.into());
        }
        let heads = &mut record.place.heads;
        heads.lodging = asked.lodging.or(heads.lodging);
        heads.working = asked.working.or(heads.working);
        heads.training = asked.training.or(heads.training);
        self.follow_heads(&mut tx, &mut record, &caller.name, now).await?;
        let signs = tx.place_signs(std::slice::from_ref(id), today).await?;
        crate::risk::copy_into(&mut record, &signs.get(id).cloned().unwrap_or_default(), today);
        tx.update_place(&record).await?;
        let by = match asked.counted_by.trim() {
            "" => caller.name.as_str(),
            text => text,
        };
        let following = heads::Following::read(&mut tx, today).await?;
        heads::note_count(&mut tx, &following, &record, (Some(on), by), (&caller.name, now)).await?;
        let view = page(&mut tx, caller, id, today).await?;
        let audit = caller.audit_as(&hat, "place.house_count", ("place", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// A department says what it found.
    ///
    /// Errors: verified without a number, lacking without what; not asked of the caller's department.
    pub async fn answer_house_check(
        &self,
        caller: &Caller,
        id: &HouseCheckId,
        asked: HouseAnswer,
    ) -> Result<HouseView> {
        let (now, today) = (self.now(), self.now().date());
        let scope = caller.scope(Action::PlaceRead)?;
        let mut tx = self.write(caller).await?;
        let mut record = tx.house_check(id, &scope).await?.ok_or(Error::NotFound)?;
        let hat = caller.hat(Action::HouseCheck, &check_subject(&record))?.clone();
        let place = record.check.place.clone();
        if record.version != asked.version {
            return Err(Error::stale(&page(&mut tx, caller, &place, today).await?));
        }
        let on = if asked.on.trim().is_empty() { today } else { read_day("on", &asked.on)? };
        let text = asked.text.trim().to_owned();
        let answer = match asked.answer.as_str() {
            "verified" => {
                let until = asked.until.as_deref().filter(|text| !text.trim().is_empty());
                let until = until.map(|text| read_day("until", text)).transpose()?;
                Answer::Verified { on, number: text, until }
            }
            "lacking" => Answer::Lacking { on, note: text },
            _ => return Err(Error::field("answer", "house.answer", "请选择核验结果")),
        };
        record.check = record.check.answer(answer, today)?;
        tx.update_house_check(&record).await?;
        let view = page(&mut tx, caller, &place, today).await?;
        let audit = caller.audit_as(&hat, "place.house_check", ("place", place.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// What another rule would make of every house the caller sees. Nothing is written: the numbers are the town's settings.
    pub async fn preview_houses(&self, caller: &Caller, asked: &HouseRuleAsked) -> Result<HousePreview> {
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let before = rule_on(&mut read, today).await?;
        let after = Rule {
            since: Some(today),
            key_heads: tried("key_heads", asked.key_heads, before.key_heads, 0..=999)?,
            floors: tried("floors", asked.floors, before.floors, 1..=99)?,
            floor_m2: tried("floor_m2", asked.floor_m2, before.floor_m2, 0..=9_999)?,
            summed: asked.summed.unwrap_or(before.summed),
        };
        let places = seen(&mut read, caller, &HouseAsked::default(), today).await?;
        let known = read.houses().await?;
        let blank = House::default();
        let mut changed = Vec::new();
        for record in &places {
            let house = known.get(&record.place.id).map_or(&blank, |one| &one.house);
            let (was, is) = (grade(house, &record.place, &before), grade(house, &record.place, &after));
            if was.grade != is.grade {
                changed.push(HouseRegraded {
                    place: Named::new(record.place.id.as_str(), &record.place.name),
                    village: names.territory(record.place.village.as_str()),
                    before: grade_word(was.grade),
                    after: grade_word(is.grade),
                    reasons: reasons(&is),
                });
            }
        }
        Ok(HousePreview {
            before: rule_view(&before),
            after: rule_view(&after),
            total: places.len(),
            changed,
        })
    }
}
