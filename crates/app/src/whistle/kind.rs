//! Kinds of whistles as the town has set them: proposed, decided by somebody else, in force from a day on, like every other
//! setting of the town (`parameter`), of which each version of a kind is one. What does not belong here: what a kind is
//! (`domain::whistle`), those the town begins with (`catalog/whistles.toml`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::sync::OnceLock;

use domain::plan::{Plan, Value};
use domain::policy::{Action, Subject};
use domain::time::Date;
use domain::whistle::{Kind, Term, Unit};
use serde::{Deserialize, Serialize};
use store::Read;
use store::parameter::Decision;
use utoipa::ToSchema;

use crate::parameter::{ParameterInput, Setting, actions, counted, settings};
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};

/// How the names of the settings begin that are kinds.
const PREFIX: &str = "whistle.kind.";

/// The kinds a town begins with.
pub(crate) fn shipped() -> &'static [Kind] {
    static KINDS: OnceLock<Vec<Kind>> = OnceLock::new();
    KINDS.get_or_init(|| exchange::whistle_catalog::read(exchange::shipped::WHISTLES).0)
}

/// Code of the kind a setting is; none for any other setting.
pub(crate) fn code_of(name: &str) -> Option<&str> {
    name.strip_prefix(PREFIX)
}

/// The setting a kind is.
pub(crate) fn setting_of(code: &str) -> String {
    format!("{PREFIX}{code}")
}

/// Whether a setting is one of the two times that were set by themselves before a kind was set as a whole. Those the town
/// decided hold until it sets the kind.
pub(crate) fn is_single_time(name: &str) -> bool {
    shipped().iter().any(|kind| kind.parameters().iter().any(|one| one == name))
}

/// A kind of the program's with the times the town set by themselves.
fn begun(kind: &Kind, set: impl Fn(&str) -> Option<u16>) -> Kind {
    let [receive, arrive] = kind.parameters();
    let term = |name: &str, of: Term| Term { n: set(name).filter(|n| *n > 0).unwrap_or(of.n), ..of };
    Kind { receive: term(&receive, kind.receive), arrive: term(&arrive, kind.arrive), ..kind.clone() }
}

/// A kind as a setting keeps it; none for what is none.
pub(crate) fn read_kind(value: &Value) -> Option<Kind> {
    let Value::Text(text) = value else { return None };
    serde_json::from_str::<Kind>(text).ok()?.check().ok()
}

fn written(kind: &Kind) -> Result<Value> {
    let text = serde_json::to_string(kind);
    text.map(Value::Text).map_err(|error| Error::Internal(format!("a kind of whistles: {error}")))
}

/// The kind a setting begins as, before the town sets it; nothing for one the town adds.
pub(crate) fn beginning(plan: &Plan, code: &str, on: Date) -> Value {
    let set = |name: &str| counted(&plan.set_on(name, on)?.value);
    let known = shipped().iter().find(|kind| kind.code == code);
    let known = known.and_then(|kind| written(&begun(kind, set)).ok());
    known.unwrap_or_else(|| Value::Text(String::new()))
}

/// Every kind in force on a day, those that are offered no more too; the program's first.
pub(crate) async fn kinds_on(read: &mut Read, on: Date) -> Result<Vec<Kind>> {
    let mut set = read.parameters().await?;
    // One after the other as they follow: what was decided last holds.
    set.retain(|one| one.decision == Decision::Decided && one.parameter.effective_from <= on);
    let time = |name: &str| {
        let last = set.iter().rfind(|one| one.parameter.name == name)?;
        counted(&last.parameter.value)
    };
    let mut kinds: Vec<Kind> = shipped().iter().map(|kind| begun(kind, time)).collect();
    for one in &set {
        let is_blank = matches!(&one.parameter.value, Value::Text(text) if text.is_empty());
        if code_of(&one.parameter.name).is_none() || is_blank {
            continue;
        }
        // What the town decided is never left out in silence.
        let unread =
            || Error::Internal(format!("{} cannot be read as a kind of whistles", one.parameter.name));
        let kind = read_kind(&one.parameter.value).ok_or_else(unread)?;
        match kinds.iter_mut().find(|known| known.code == kind.code) {
            Some(known) => *known = kind,
            None => kinds.push(kind),
        }
    }
    Ok(kinds)
}

/// The kind of a code as it is in force on a day.
pub(crate) async fn kind_on(read: &mut Read, code: &str, on: Date) -> Result<Option<Kind>> {
    Ok(kinds_on(read, on).await?.into_iter().find(|kind| kind.code == code))
}

/// A kind as it is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhistleKindSet {
    pub name: String,
    pub about: String,
    pub receive_n: u16,
    pub receive_unit: Word,
    pub arrive_n: u16,
    pub arrive_unit: Word,
    /// Whether bodies are called to the site at once.
    pub on_site: bool,
    /// Whether its messages go out as orders.
    pub pressing: bool,
    /// Whether it can be chosen for a new whistle.
    pub offered: bool,
}

impl WhistleKindSet {
    fn of(kind: &Kind) -> Self {
        let unit = |unit: Unit| Word::new(unit.code(), unit.label());
        Self {
            name: kind.name.clone(),
            about: kind.about.clone(),
            receive_n: kind.receive.n,
            receive_unit: unit(kind.receive.unit),
            arrive_n: kind.arrive.n,
            arrive_unit: unit(kind.arrive.unit),
            on_site: kind.on_site,
            pressing: kind.is_pressing,
            offered: kind.is_offered,
        }
    }
}

/// A version of a kind, proposed or decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhistleKindVersion {
    /// Id of the proposal.
    pub id: String,
    pub kind: WhistleKindSet,
    /// First day.
    pub from: String,
    /// `proposed`, `decided` or `rejected`.
    pub state: String,
    pub reason: String,
    pub by: Named,
    pub decided_by: Option<Named>,
    /// Row version, to decide about it.
    pub version: i64,
}

/// A kind with its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhistleKindRow {
    pub code: String,
    /// As it is in force today; none before the first day of one the town adds.
    pub now: Option<WhistleKindSet>,
    /// Whether the town has set it; otherwise it is as it comes with the program.
    pub is_set: bool,
    /// Since when.
    pub from: String,
    /// The proposal that waits.
    pub pending: Option<WhistleKindVersion>,
    /// What was decided about it, newest first.
    pub history: Vec<WhistleKindVersion>,
    /// `parameter.propose`, `parameter.decide`.
    pub actions: Vec<String>,
}

/// Every kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhistleKindList {
    pub items: Vec<WhistleKindRow>,
    /// What times are counted in.
    pub units: Vec<Word>,
    pub may_propose: bool,
}

/// A kind as it should be from a day on.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct WhistleKindInput {
    /// Which; empty for a new one.
    pub code: String,
    pub name: String,
    pub about: String,
    pub receive_n: u16,
    /// `minute`, `office_minute` or `working_day`.
    pub receive_unit: String,
    pub arrive_n: u16,
    pub arrive_unit: String,
    pub on_site: bool,
    pub pressing: bool,
    pub offered: bool,
    pub from: String,
    pub reason: String,
}

fn row(caller: &Caller, setting: &Setting, today: Date) -> Option<WhistleKindRow> {
    let code = code_of(&setting.name)?;
    let person = |id: &str| Named::new(id, setting.people.get(id).map_or("", String::as_str));
    let version = |one: &store::parameter::ParameterRecord| {
        Some(WhistleKindVersion {
            id: one.id.clone(),
            kind: WhistleKindSet::of(&read_kind(&one.parameter.value)?),
            from: one.parameter.effective_from.to_string(),
            state: match one.decision {
                Decision::Proposed => "proposed",
                Decision::Decided => "decided",
                Decision::Rejected => "rejected",
            }
            .to_owned(),
            reason: one.reason.clone(),
            by: person(&one.proposed_by),
            decided_by: one.decided.as_ref().map(|(by, _)| person(by)),
            version: one.version,
        })
    };
    let records = || setting.history.iter().filter_map(|(_, record)| record.as_ref());
    let in_force = |one: &&store::parameter::ParameterRecord| {
        one.decision == Decision::Decided && one.parameter.effective_from <= today
    };
    Some(WhistleKindRow {
        code: code.to_owned(),
        now: read_kind(&setting.current.value).as_ref().map(WhistleKindSet::of),
        is_set: records().any(|one| in_force(&one)),
        from: setting.current.effective_from.to_string(),
        pending: setting.pending.as_ref().and_then(version),
        history: records().rev().filter_map(version).collect(),
        actions: actions(caller, setting.pending.as_ref()).into_iter().map(str::to_owned).collect(),
    })
}

impl App {
    /// Every kind of whistles with its history.
    pub async fn whistle_kinds(&self, caller: &Caller) -> Result<WhistleKindList> {
        caller.scope(Action::WhistleRead)?;
        let today = self.now().date();
        let all = settings(&mut self.db.read(&self.town).await?, today).await?;
        Ok(WhistleKindList {
            items: all.iter().filter_map(|setting| row(caller, setting, today)).collect(),
            units: Unit::ALL.iter().map(|unit| Word::new(unit.code(), unit.label())).collect(),
            may_propose: actions(caller, None).contains(&Action::ParameterPropose.code()),
        })
    }

    /// Proposes a kind as it should be from a day on: a new one, or another version of one. Somebody else decides.
    ///
    /// Errors: what [`Kind::check`] refuses; a proposal waits already.
    pub async fn propose_whistle_kind(
        &self,
        caller: &Caller,
        asked: WhistleKindInput,
    ) -> Result<WhistleKindRow> {
        caller.hat(Action::ParameterPropose, &Subject::town())?;
        let today = self.now().date();
        let unit = |field: &str, code: &str| {
            Unit::from_code(code)
                .ok_or_else(|| Error::field(field, "whistle.unit", "请选择按分钟、工作时间分钟还是工作日计"))
        };
        let known = settings(&mut self.db.read(&self.town).await?, today).await?;
        let known: Vec<&str> = known.iter().filter_map(|setting| code_of(&setting.name)).collect();
        let code = match asked.code.trim() {
            "" => (1..).map(|n| format!("town_{n}")).find(|code| !known.contains(&code.as_str())),
            code => known.contains(&code).then(|| code.to_owned()),
        };
        let code =
            code.ok_or_else(|| Error::field("code", "whistle.kind", "没有这个吹哨类别，请从列表中选择"))?;
        let kind = Kind {
            code: code.clone(),
            name: asked.name,
            about: asked.about,
            receive: Term { n: asked.receive_n, unit: unit("receive_unit", &asked.receive_unit)? },
            arrive: Term { n: asked.arrive_n, unit: unit("arrive_unit", &asked.arrive_unit)? },
            on_site: asked.on_site,
            is_pressing: asked.pressing,
            is_offered: asked.offered,
        }
        .check()?;
        let input = ParameterInput {
            name: setting_of(&code),
            value: written(&kind)?,
            unit: None,
            from: read_day("from", &asked.from)?,
            reason: asked.reason,
        };
        let shown = |setting: Setting| row(caller, &setting, today);
        let answer = self.propose_parameter(caller, input, shown).await?;
        answer.ok_or_else(|| Error::Internal(format!("{code} is no kind of whistles")))
    }
}
