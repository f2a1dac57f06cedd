//! Numbers and choices of the town: proposed by the office, decided by a leader who did not propose them, in force from
//! a day on; what a change would do to the board can be seen before. What does not belong here: which parameters there
//! are (the plan file, and the program's own in `own`).

mod own;
mod visits;

use domain::fulfilment::board::Row;
use domain::fulfilment::{Question, Tally};
use domain::period;
use domain::plan::{Basis, Duty, ENTRY_CUTOFF_DAY, Parameter, Plan, Rhythm, Use, Value, whole};
use domain::policy::{Action, Subject};
use domain::time::{Date, parse_date};
use serde::Serialize;
use store::Read;
pub use store::parameter::{Decision, ParameterRecord};
use utoipa::ToSchema;

use crate::fulfilment::known::Known;
use crate::fulfilment::{Ask, Lens, lens, report};
use crate::house;
use crate::names::Names;
use crate::plan::plan_in_force;
use crate::report_case;
use crate::view::Named;
use crate::whistle;
use crate::{App, Caller, Error, Result};
use own::{Comes, Own, own, owns};

/// One parameter with its history.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Name.
    pub name: String,
    /// What it sets, in words.
    pub label: String,
    /// In force today.
    pub current: Parameter,
    /// Every version, oldest first: those of the plan without a record.
    pub history: Vec<(Parameter, Option<ParameterRecord>)>,
    /// The proposal that waits.
    pub pending: Option<ParameterRecord>,
    /// Units there are to choose from; empty where there is no choice.
    pub units: &'static [&'static str],
    /// Duties that go by it; all of them for the program's own.
    pub used_by: Vec<String>,
    /// Names of those who proposed and decided, by id.
    pub people: std::collections::BTreeMap<String, String>,
}

/// A new value as asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterInput {
    /// Name.
    pub name: String,
    /// Value.
    pub value: Value,
    /// Its unit, where there is a choice; as it was when left out.
    pub unit: Option<String>,
    /// First day.
    pub from: Date,
    /// Why.
    pub reason: String,
}

/// What was decided about a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict<'a> {
    /// Whether it holds from its day on.
    pub approve: bool,
    /// Why; must be said when it does not.
    pub reason: &'a str,
    /// The proposal's version.
    pub version: i64,
}

/// What a change would do to one duty.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Id of the duty.
    pub duty: String,
    /// Its title.
    pub title: String,
    /// As it is.
    pub before: Tally,
    /// As it would be.
    pub after: Tally,
}

/// What a change would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// To the duties whose figures it changes.
    pub duties: Vec<Change>,
    /// To the whole board, as it is and as it would be; none for who may not see it.
    pub whole: Option<(Tally, Tally)>,
    /// To the grades of houses, where it is of their rule.
    pub houses: Vec<house::HouseRegraded>,
}

/// The whole board as it is, and with the duties that a changed plan judges otherwise.
fn whole_board(known: &Known, lens: &Lens, plan: &Plan, touched: &[&Duty]) -> (Tally, Tally) {
    let view = lens.view(known);
    let now = report(known, lens.days);
    let sum = |rows: &[Row]| {
        let mut sum = Tally::default();
        for (duty, row) in known.plan.duties.iter().zip(rows) {
            sum.add_weighted(&row.whole, duty.scored_weight());
        }
        sum
    };
    let span = (known.from.min(lens.days.0), known.as_of.max(lens.days.1));
    let question = Question { plan, ..known.question_over(span) };
    let mut then = now.clone().into_owned();
    for one in &mut then.duties {
        if let Some(duty) = touched.iter().find(|duty| duty.id == one.duty) {
            *one = question.evaluate_duty(duty);
        }
    }
    (sum(&known.rows(&now, &view)), sum(&question.board(&then, &view)))
}

/// The unit of a new value: the one asked for where there is a choice, otherwise the one it had.
fn unit(asked: &ParameterInput, now: &Parameter) -> Result<String> {
    let Some(unit) = asked.unit.as_deref().map(str::trim).filter(|unit| !unit.is_empty()) else {
        return Ok(now.unit.clone());
    };
    let may = own(&asked.name).is_some_and(|own| own.units.contains(&unit));
    match may || unit == now.unit {
        true => Ok(unit.to_owned()),
        false => Err(Error::field("unit", "parameter.unit", "这个参数不能用该单位，请改选单位")),
    }
}

/// The parameter as it is in force on a day, the program's defaults included.
fn current(plan: &Plan, name: &str, on: Date) -> Option<Parameter> {
    let own = own(name);
    if let Some(code) = whistle::kind::code_of(name) {
        let set = plan.set_on(name, on);
        return Some(set.cloned().unwrap_or_else(|| Parameter {
            name: name.to_owned(),
            value: whistle::kind::beginning(plan, code, on),
            unit: String::new(),
            basis: Basis::TownSetting,
            source: "程序默认值".to_owned(),
            effective_from: plan.effective_from,
        }));
    }
    // What the program has a value of holds from the day it was decided for; before, the one that comes along.
    let set = if own.is_some() { plan.set_on(name, on) } else { plan.parameter_on(name, on) };
    if let Some(set) = set {
        return Some(match own.map(|own| &own.comes) {
            // Lines were numbers once, which lost the zero of an area code.
            Some(Comes::Line(_)) => Parameter { value: Value::Text(text_of(&set.value)), ..set.clone() },
            _ => set.clone(),
        });
    }
    let Own { name, comes, units, .. } = own?;
    Some(Parameter {
        name: name.to_string(),
        value: match comes {
            Comes::Number(number) => Value::Number(*number),
            Comes::Line(text) | Comes::Day(text) => Value::Text((*text).to_owned()),
        },
        unit: units.first().copied().unwrap_or_default().to_owned(),
        basis: Basis::TownSetting,
        source: "程序默认值".to_owned(),
        effective_from: plan.effective_from,
    })
}

fn uses<'a>(plan: &'a Plan, name: &'a str) -> impl Iterator<Item = (&'a Duty, Use)> {
    plan.duties.iter().filter_map(move |duty| {
        let (_, of) = duty.parameters().into_iter().find(|(known, _)| *known == name)?;
        Some((duty, of))
    })
}

fn label(plan: &Plan, name: &str, value: &Value) -> String {
    if whistle::kind::code_of(name).is_some() {
        let kind = whistle::kind::read_kind(value);
        return format!("吹哨类别·{}", kind.map_or_else(|| "（新增）".to_owned(), |kind| kind.name));
    }
    if let Some(own) = own(name) {
        return own.label.clone().into_owned();
    }
    if name == report_case::CUSTODIAN_POST {
        return "举报信息保管岗位（填岗位名称）".to_owned();
    }
    match uses(plan, name).next() {
        Some((duty, of)) => format!("{}·{}", duty.title, of.label()),
        None => name.to_owned(),
    }
}

/// Whether it is a telephone number as it is dialled, or none.
fn is_line(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_dialled = (3..=15).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || c == '-');
    text.is_empty() || is_dialled && text.starts_with(|c: char| c.is_ascii_digit())
}

/// A value as a whole number; none for what is no such number.
pub(crate) fn counted(value: &Value) -> Option<u16> {
    match value {
        Value::Number(number) => whole(*number).and_then(|number| u16::try_from(number).ok()),
        _ => None,
    }
}

/// A value as text, without blanks around it: a number as its digits, and nothing for 0, yes and no.
fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.trim().to_owned(),
        Value::Number(number) if *number >= 1.0 => format!("{number:.0}"),
        Value::Number(_) | Value::Flag(_) => String::new(),
    }
}

/// A whole number the town has set under a name, or the one that comes along; what is no such number counts for nothing.
pub(crate) async fn number_on(read: &mut Read, of: (&str, f64), on: Date) -> Result<u16> {
    Ok(counted_on(read, of, on).await?.0)
}

/// As [`number_on`], with the unit it was set in; none where it comes along.
pub(crate) async fn counted_on(
    read: &mut Read,
    (name, otherwise): (&str, f64),
    on: Date,
) -> Result<(u16, String)> {
    let set = read.parameter_on(name, on).await?.map(|set| set.parameter);
    let number = set.and_then(|set| Some((counted(&set.value)?, set.unit)));
    Ok(number.unwrap_or((otherwise as u16, String::new())))
}

/// A text the town has set under a name, or the one that comes along.
pub(crate) async fn text_on(read: &mut Read, (name, otherwise): (&str, &str), on: Date) -> Result<String> {
    let set = read.parameter_on(name, on).await?;
    Ok(set.map_or_else(|| otherwise.to_owned(), |set| text_of(&set.parameter.value)))
}

/// The value as the duties that use it can read it.
fn checked(plan: &Plan, asked: &ParameterInput, now: &Parameter) -> Result<()> {
    let wrong = |message: &str| Err(Error::field("value", "parameter.value", message));
    if let Some(code) = whistle::kind::code_of(&asked.name) {
        return match whistle::kind::read_kind(&asked.value) {
            Some(kind) if kind.code == code => Ok(()),
            _ => wrong("吹哨类别请在“吹哨类别”页面提出调整"),
        };
    }
    if whistle::kind::is_single_time(&asked.name) {
        return wrong("吹哨时限随类别一起设置，请在“吹哨类别”页面提出调整");
    }
    match (&asked.value, &now.value) {
        (Value::Number(number), Value::Number(_)) if asked.name.starts_with("score.") => {
            match (0.0..=1.0).contains(number) {
                true => Ok(()),
                false => wrong("计分须在 0 到 1 之间"),
            }
        }
        (Value::Number(number), Value::Number(_)) if asked.name == ENTRY_CUTOFF_DAY.0 => {
            match (1.0..=32.0).contains(number) && number.fract() == 0.0 {
                true => Ok(()),
                false => wrong("请填写 1 到 32 之间的整数"),
            }
        }
        (Value::Number(number), Value::Number(_)) => match whole(*number) {
            Some(_) => match own(&asked.name).filter(|own| *number > own.most) {
                Some(own) => wrong(&format!("请填写 0 到 {} 之间的整数", own.most)),
                None => match visits::against(plan, &asked.name, &asked.value, asked.from) {
                    Some((code, message)) => Err(Error::field("value", code, &message)),
                    None => Ok(()),
                },
            },
            None => wrong("请填写不小于 0 的整数"),
        },
        (Value::Text(text), Value::Text(_)) => {
            match own(&asked.name).map(|own| &own.comes) {
                Some(Comes::Day(_)) if !text.is_empty() && parse_date(text).is_none() => {
                    return wrong("请填写日期，如 2026-12-01，按方案施行日起计的留空");
                }
                Some(Comes::Line(_)) if !is_line(text) => {
                    return wrong("请填写电话号码，如 023-49860119 或者 12345，不列出的留空");
                }
                Some(_) => return Ok(()),
                None => {}
            }
            let by_rhythm =
                plan.duties.iter().any(|duty| duty.rhythm == Rhythm::Parameter(asked.name.clone()));
            match by_rhythm.then(|| period::parse(text, &plan.seasons)) {
                Some(Err(problem)) => wrong(&problem.to_string()),
                _ => Ok(()),
            }
        }
        (Value::Flag(_), Value::Flag(_)) => Ok(()),
        _ => wrong("值的类型与原参数不同，请按原来的写法填写"),
    }
}

/// Every parameter of the plan in force and of the program.
pub(crate) async fn settings(read: &mut Read, today: Date) -> Result<Vec<Setting>> {
    let (plan, version) = plan_in_force(read, today).await?;
    let base = crate::plan::read_once(&version.source)?;
    let records = read.parameters().await?;
    let mut names: Vec<String> = base.parameters.iter().map(|parameter| parameter.name.clone()).collect();
    names.extend(owns().map(|own| own.name.to_string()));
    let is_set = |name: &str| records.iter().any(|record| record.parameter.name == name);
    names.retain(|name| !whistle::kind::is_single_time(name) || is_set(name));
    names.extend(whistle::kind::shipped().iter().map(|kind| whistle::kind::setting_of(&kind.code)));
    let added = records.iter().map(|record| &record.parameter.name);
    names.extend(added.filter(|name| whistle::kind::code_of(name).is_some()).cloned());
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    let people: std::collections::BTreeMap<String, String> =
        read.person_names().await?.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let mut out = Vec::with_capacity(names.len());
    for name in names {
        let Some(current) = current(&plan, &name, today) else { continue };
        let written = base.parameters.iter().filter(|parameter| parameter.name == name);
        let mut history: Vec<_> = written.map(|parameter| (parameter.clone(), None)).collect();
        let own_records = || records.iter().filter(|record| record.parameter.name == name);
        history.extend(
            own_records()
                .filter(|record| record.decision != Decision::Proposed)
                .map(|record| (record.parameter.clone(), Some(record.clone()))),
        );
        let used_by = match own(&name) {
            Some(_) => Vec::new(),
            None => uses(&plan, &name).map(|(duty, _)| duty.id.clone()).collect(),
        };
        let involved = own_records().flat_map(|record| {
            std::iter::once(record.proposed_by.clone()).chain(record.decided.clone().map(|(by, _)| by))
        });
        let people =
            involved.filter_map(|id| people.get(&id).map(|name| (id.clone(), name.clone()))).collect();
        let pending = own_records().find(|record| record.decision == Decision::Proposed).cloned();
        // What is not in force yet is called what it shall be called.
        let called = match (&current.value, &pending) {
            (Value::Text(text), Some(record)) if text.is_empty() => &record.parameter.value,
            (value, _) => value,
        };
        out.push(Setting {
            people,
            label: label(&plan, &name, called),
            current,
            history,
            pending,
            units: own(&name).map(|own| &*own.units).filter(|units| units.len() > 1).unwrap_or_default(),
            used_by,
            name,
        });
    }
    Ok(out)
}

/// A value as it is sent: a whole number without a fraction.
pub fn value_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            serde_json::Value::from(*number as i64)
        }
        Value::Number(number) => serde_json::Value::from(*number),
        Value::Text(text) => serde_json::Value::from(text.as_str()),
        Value::Flag(flag) => serde_json::Value::from(*flag),
    }
}

/// Whether a text setting is decided or proposed to be something, from whatever day: its last version by its first day says.
pub(crate) async fn is_said(read: &mut Read, name: &str) -> Result<bool> {
    let mut records = read.parameters().await?;
    records.retain(|one| one.parameter.name == name && one.decision != Decision::Rejected);
    let last = records.last().map(|one| &one.parameter.value);
    Ok(matches!(last, Some(Value::Text(text)) if !text.is_empty()))
}

/// A proposal that waits for a leader.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WaitingParameter {
    /// Id of the proposal.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it sets, in words.
    pub label: String,
    /// As proposed: a number, a text, yes or no.
    #[schema(value_type = Object)]
    pub value: serde_json::Value,
    /// Its unit.
    pub unit: String,
    /// First day.
    pub from: String,
    /// Why.
    pub reason: String,
    /// Who proposes.
    pub proposed_by: Named,
    /// Since when it waits.
    pub at: String,
    /// Row version.
    pub version: i64,
    /// What the caller may do.
    pub actions: Vec<&'static str>,
}

/// The proposals the caller may decide, the oldest first; his own are for somebody else.
pub(crate) async fn waiting(
    read: &mut Read,
    caller: &Caller,
    names: &Names,
    today: Date,
) -> Result<Vec<WaitingParameter>> {
    if caller.hats.scope(Action::ParameterDecide).is_none() {
        return Ok(Vec::new());
    }
    let mut waiting = read.parameters().await?;
    waiting.retain(|record| record.decision == Decision::Proposed);
    waiting.retain(|record| record.proposed_by != caller.person.as_str());
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    waiting.sort_by_key(|record| record.recorded_at);
    let (plan, _) = plan_in_force(read, today).await?;
    let row = |record: ParameterRecord| WaitingParameter {
        label: label(&plan, &record.parameter.name, &record.parameter.value),
        value: value_json(&record.parameter.value),
        unit: record.parameter.unit.clone(),
        from: record.parameter.effective_from.to_string(),
        proposed_by: Named::new(&record.proposed_by, names.person(&record.proposed_by.as_str().into())),
        at: record.recorded_at.to_rfc3339(),
        version: record.version,
        actions: actions(caller, Some(&record)),
        name: record.parameter.name,
        reason: record.reason,
        id: record.id,
    };
    Ok(waiting.into_iter().map(row).collect())
}

async fn setting(read: &mut Read, name: &str, today: Date) -> Result<Setting> {
    let all = settings(read, today).await?;
    all.into_iter().find(|setting| setting.name == name).ok_or(Error::NotFound)
}

/// What the caller may do to a parameter now.
pub fn actions(caller: &Caller, pending: Option<&ParameterRecord>) -> Vec<&'static str> {
    let may = |action| caller.hat(action, &Subject::town()).is_ok();
    match pending {
        None if may(Action::ParameterPropose) => vec![Action::ParameterPropose.code()],
        Some(record) if may(Action::ParameterDecide) && record.proposed_by != caller.person.as_str() => {
            vec![Action::ParameterDecide.code()]
        }
        _ => Vec::new(),
    }
}

impl App {
    /// Every parameter of the plan in force and of the program.
    pub async fn parameters(&self, caller: &Caller) -> Result<Vec<Setting>> {
        caller.scope(Action::ParameterRead)?;
        settings(&mut self.db.read(&self.town).await?, self.now().date()).await
    }

    /// Proposes a new value. One proposal of a name waits at a time.
    pub async fn propose_parameter<T: Serialize>(
        &self,
        caller: &Caller,
        asked: ParameterInput,
        view: impl FnOnce(Setting) -> T,
    ) -> Result<T> {
        let hat = caller.hat(Action::ParameterPropose, &Subject::town())?;
        if asked.reason.trim().is_empty() {
            return Err(Error::field("reason", "parameter.reason", "请写明调整的理由"));
        }
        let now = self.now();
        let mut tx = self.write(caller).await?;
        // Two who propose at once look one after the other: one proposal waits at a time.
        tx.hold_town().await?;
        let (plan, _) = plan_in_force(&mut tx, now.date()).await?;
        let known = current(&plan, &asked.name, asked.from)
            .ok_or_else(|| Error::field("name", "parameter.unknown", "方案中没有这个参数，请从列表中选择"))?;
        if asked.from < plan.effective_from {
            return Err(Error::field("from", "parameter.from", "生效日早于方案生效日，请改选日期"));
        }
        checked(&plan, &asked, &known)?;
        let unit = unit(&asked, &known)?;
        // Where another value follows, saying again what holds until then may be meant for what comes after.
        let follows = |later: &Parameter| {
            later.name == asked.name && later.effective_from > asked.from && later.value != asked.value
        };
        if (&asked.value, &unit) == (&known.value, &known.unit) && !plan.parameters.iter().any(follows) {
            let text = "与生效日的现行值相同，没有改动，请改填新的值";
            return Err(Error::field("value", "parameter.unchanged", text));
        }
        let waiting = |record: &ParameterRecord| {
            record.parameter.name == asked.name && record.decision == Decision::Proposed
        };
        if tx.parameters().await?.iter().any(waiting) {
            return Err(Error::Refused {
                code: "parameter.pending",
                message: "这个参数已有一项调整待审，请先等审定".to_owned(),
            });
        }
        let id = self.new_id();
        let parameter = Parameter {
            value: asked.value,
            unit,
            effective_from: asked.from,
            basis: Basis::TownSetting,
            source: "本镇审定".to_owned(),
            ..known
        };
        tx.insert_parameter(&ParameterRecord {
            id: id.clone(),
            parameter,
            decision: Decision::Proposed,
            reason: asked.reason.trim().to_owned(),
            proposed_by: caller.person.to_string(),
            decided: None,
            version: 1,
            recorded_at: now,
        })
        .await?;
        let mut audit = caller.audit_as(hat, "parameter.propose", ("parameter", &id), "", now);
        audit.reason = asked.reason.trim().to_owned();
        let answer = view(setting(&mut tx, &asked.name, now.date()).await?);
        Ok(tx.commit(audit, answer).await?)
    }

    /// Decides a proposal. Who proposed it does not decide it.
    pub async fn decide_parameter<T: Serialize>(
        &self,
        caller: &Caller,
        id: &str,
        Verdict { approve, reason, version }: Verdict<'_>,
        view: impl FnOnce(Setting) -> T,
    ) -> Result<T> {
        let hat = caller.hat(Action::ParameterDecide, &Subject::town())?;
        let now = self.now();
        let mut tx = self.write(caller).await?;
        // Two who decide at once look one after the other: what fits depends on what the other put in force.
        tx.hold_town().await?;
        let record = tx.parameter(id).await?.ok_or(Error::NotFound)?;
        if record.version != version {
            let now = setting(&mut tx, &record.parameter.name, now.date()).await?;
            return Err(Error::stale(&view(now)));
        }
        if record.decision != Decision::Proposed {
            return Err(Error::Refused {
                code: "parameter.decided",
                message: "这项调整已经审定，请刷新查看".to_owned(),
            });
        }
        if record.proposed_by == caller.person.as_str() {
            return Err(Error::Refused {
                code: "parameter.same_person",
                message: "提出人不能审定自己的调整，请由另一位领导审定".to_owned(),
            });
        }
        if !approve && reason.trim().is_empty() {
            return Err(Error::field("reason", "parameter.reason", "请写明不采纳的理由"));
        }
        let (plan, _) = plan_in_force(&mut tx, now.date()).await?;
        let set = &record.parameter;
        // Of two proposals made side by side the second may no longer fit once the first is in force.
        let unfit = visits::against(&plan, &set.name, &set.value, set.effective_from);
        if let Some((code, message)) = unfit.filter(|_| approve) {
            return Err(Error::Refused { code, message });
        }
        let decision = if approve { Decision::Decided } else { Decision::Rejected };
        tx.decide_parameter(id, version, decision, caller.person.as_str(), now).await?;
        let mut audit = caller.audit_as(hat, "parameter.decide", ("parameter", id), "", now);
        audit.reason = reason.trim().to_owned();
        let answer = view(setting(&mut tx, &record.parameter.name, now.date()).await?);
        Ok(tx.commit(audit, answer).await?)
    }

    /// What a change would do to the board of this year, duty by duty and as a whole, and to the grades of houses where it is
    /// of their rule; what it leaves as it is is left out. For whoever may propose or decide it.
    pub async fn preview_parameter(
        &self,
        caller: &Caller,
        name: &str,
        value: Value,
        from: Date,
    ) -> Result<Preview> {
        if caller.hats.hat(Action::ParameterDecide, &Subject::town()).is_none() {
            caller.hat(Action::ParameterPropose, &Subject::town())?;
        }
        let known = self.known(None).await?;
        let asked = ParameterInput { name: name.to_owned(), value, unit: None, from, reason: String::new() };
        let now = current(&known.plan, name, from)
            .ok_or_else(|| Error::field("name", "parameter.unknown", "方案中没有这个参数，请从列表中选择"))?;
        checked(&known.plan, &asked, &now)?;
        let houses = match house::HouseRuleAsked::of(name, &asked.value) {
            Some(rule) if caller.hats.scope(Action::PlaceRead).is_some() => {
                self.preview_houses(caller, &rule).await?.changed
            }
            _ => Vec::new(),
        };
        let lens = lens(caller, &known, &Ask::default()).ok();
        let set = Parameter { value: asked.value, effective_from: from, ..now };
        // Judging the town anew takes a while: not on a thread that others wait for.
        self.aside(move || Ok(preview(&known, lens.as_ref(), set, houses))).await
    }
}

/// What a parameter set so does to the board.
fn preview(known: &Known, lens: Option<&Lens>, set: Parameter, houses: Vec<house::HouseRegraded>) -> Preview {
    let days = lens.map_or((known.from, known.as_of), |lens| lens.days);
    let before = known.question_over(days);
    let name = set.name.clone();
    let plan = known.plan.clone().with_parameter(set);
    let after = Question { plan: &plan, ..before };
    let touched: Vec<&Duty> = match own(&name) {
        Some(_) => plan.duties.iter().collect(),
        None => uses(&plan, &name).map(|(duty, _)| duty).collect(),
    };
    let whole = lens.map(|lens| whole_board(known, lens, &plan, &touched));
    let changes = touched.into_iter().map(|duty| Change {
        duty: duty.id.clone(),
        title: duty.title.clone(),
        before: before.evaluate_duty(duty).tally,
        after: after.evaluate_duty(duty).tally,
    });
    let duties = changes.filter(|change| change.before != change.after).collect();
    Preview { duties, whole, houses }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_whole_number_counts_for_nothing() {
        assert_eq!(counted(&Value::Number(5.0)), Some(5));
        for wrong in [
            Value::Text("5".to_owned()),
            Value::Flag(true),
            Value::Number(0.5),
            Value::Number(2.7),
            Value::Number(-1.0),
            Value::Number(65_536.0),
        ] {
            assert_eq!(counted(&wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_line_keeps_its_zero_and_a_number_of_before_is_read_as_digits() {
        for line in ["", "119", "12345", "023-49860119", "02349860119", "4001196119"] {
            assert!(is_line(line), "{line}");
        }
        for wrong in ["0", "12", "-119", "023 49860119", "电话", "12345678901234567"] {
            assert!(!is_line(wrong), "{wrong}");
        }
        let read = [Value::Text(" 023-49860119 ".to_owned()), Value::Number(12_320.0), Value::Number(0.0)];
        assert_eq!(read.map(|value| text_of(&value)), ["023-49860119", "12320", ""]);
    }
}
