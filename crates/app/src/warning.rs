//! Warnings: those taken in, from a file or over a wire, and those the town tells itself, in chains of alert, update and
//! cancel. Both go the one way a warning goes: kept as bytes, read as a signal, passed on in the feed while they hold. What
//! does not belong here: the feed (`signal::feed`), who is paged (`signal::digest`), bytes (`protocol::cap`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use domain::device::Provider;
use domain::ids::TerritoryCode;
use domain::policy::{Action, Subject};
use domain::signal::Trust;
use domain::time::Timestamp;
use domain::warning::{
    Category, Certainty, Severity, State, Step, Text, Urgency, WarningRefusal, may_follow,
};
use protocol::cap::{self, Alert, Area, Info, Pair, Reference};
use serde::{Deserialize, Serialize};
use store::Read;
use store::signal::RawSignal;
use utoipa::ToSchema;

use crate::names::Names;
use crate::signal::feed::{Taken, ends, taken};
use crate::view::{Named, Word};
use crate::{App, Caller, Error, Result};

/// Messages of the wire read at once after one was put in.
const AT_ONCE: i64 = 50;
/// What CAP calls a code of the administrative divisions of China.
const DIVISION: &str = "GB/T 2260";

/// A warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WarningView {
    /// Id of its bytes, under which the feed has it.
    pub id: String,
    /// Whether the town told it itself.
    pub own: bool,
    pub sender: String,
    /// What the sender calls himself.
    pub sender_name: String,
    pub identifier: String,
    /// `Alert`, `Update` or `Cancel`; another word as it was sent.
    pub step: Word,
    pub state: Word,
    pub event: String,
    pub headline: String,
    pub description: String,
    pub instruction: String,
    pub category: String,
    /// The words of CAP; as they were sent.
    pub severity: Word,
    pub urgency: String,
    pub certainty: String,
    pub area: String,
    /// Codes of the divisions it holds for.
    pub territories: Vec<String>,
    /// By the sender's clock, RFC 3339.
    pub sent: String,
    pub expires: Option<String>,
    pub received_at: String,
    /// `Update`, `Cancel`: what the caller may do with it.
    pub actions: Vec<&'static str>,
}

/// Warnings, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WarningPage {
    pub items: Vec<WarningView>,
    pub may_take: bool,
    pub may_issue: bool,
    pub categories: Vec<Word>,
    pub severities: Vec<Word>,
    pub urgencies: Vec<Word>,
    pub certainties: Vec<Word>,
    /// The town and its villages.
    pub territories: Vec<Named>,
}

/// A message of the town's own.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct WarningInput {
    /// `Alert`, `Update` or `Cancel`.
    pub step: String,
    /// Which one is updated or cancelled.
    pub of: Option<String>,
    pub headline: String,
    pub event: String,
    pub description: String,
    pub instruction: String,
    pub category: String,
    pub severity: String,
    pub urgency: String,
    pub certainty: String,
    /// Where it holds: codes of the town or of villages; the whole town when none is named.
    pub territories: Vec<String>,
    /// Until when, RFC 3339.
    pub expires: String,
}

/// Something that is not as the standard asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WarningProblem {
    pub code: String,
    pub message: String,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WarningTaken {
    pub warning: WarningView,
    /// It was here already.
    pub known: bool,
    /// What about it is not as the standard asks; it is kept all the same.
    pub problems: Vec<WarningProblem>,
}

fn word<T>(field: &str, found: Option<T>) -> Result<T> {
    found.ok_or_else(|| Error::field(field, "query.unknown_word", "没有这一项，请从列表中选择"))
}

/// Where each of them stands.
fn states(all: &[Taken], now: Timestamp) -> Vec<State> {
    let is_vouched = |one: &Taken| one.trust == Trust::Bound;
    let follows = |of: &Alert, msg_type: &str| {
        let later = all.iter().filter(|one| is_vouched(one) && one.alert.msg_type == msg_type);
        later.filter(|one| one.alert.sender == of.sender).any(|one| {
            one.alert.references.iter().any(|r| r.identifier == of.identifier && r.sender == of.sender)
        })
    };
    let of = |one: &Taken| match one.alert.msg_type.as_str() {
        _ if !is_vouched(one) => State::Unproved,
        _ if one.alert.status != "Actual" => State::Exercise,
        "Cancel" => State::Cancels,
        // What ends a chain names all of it: of what was replaced before, it took back only what replaced it.
        _ if follows(&one.alert, "Update") => State::Updated,
        _ if follows(&one.alert, "Cancel") => State::Cancelled,
        _ if ends(&one.alert).is_some_and(|ends| ends <= now) => State::Over,
        _ => State::Standing,
    };
    all.iter().map(of).collect()
}

/// An instant as CAP has them: whole seconds, an offset.
fn cap_time(at: Timestamp) -> String {
    let text = at.to_rfc3339();
    format!("{}+08:00", text.get(..19).unwrap_or_default())
}

fn view(caller: &Caller, own: &str, one: &Taken, state: State) -> WarningView {
    let alert = &one.alert;
    let info = alert.infos.first().cloned().unwrap_or_default();
    let is_own = alert.sender == own;
    let may = caller.hats.scope(Action::WarningIssue).is_some() && may_follow(is_own, state).is_ok();
    let label = |code: &str, found: Option<&'static str>| Word::new(code, found.unwrap_or(code));
    WarningView {
        id: one.id.to_string(),
        own: is_own,
        sender: alert.sender.clone(),
        sender_name: info.sender_name.clone().unwrap_or_default(),
        identifier: alert.identifier.clone(),
        step: label(&alert.msg_type, Step::from_code(&alert.msg_type).map(Step::label)),
        state: Word::new(state.code(), state.label()),
        headline: info.headline.clone().unwrap_or_else(|| info.event.clone()),
        description: info.description.clone().unwrap_or_default(),
        instruction: info.instruction.clone().unwrap_or_default(),
        category: info.categories.first().cloned().unwrap_or_default(),
        severity: label(&info.severity, Severity::from_code(&info.severity).map(Severity::label)),
        urgency: info.urgency.clone(),
        certainty: info.certainty.clone(),
        area: info.areas.iter().map(|area| area.desc.as_str()).collect::<Vec<_>>().join("、"),
        territories: info
            .areas
            .iter()
            .flat_map(|area| &area.geocodes)
            .filter(|code| code.name == DIVISION)
            .map(|code| code.value.clone())
            .collect(),
        event: info.event,
        sent: alert.sent.clone(),
        expires: info.expires,
        received_at: one.received_at.to_rfc3339(),
        actions: if may { vec![Step::Update.code(), Step::Cancel.code()] } else { Vec::new() },
    }
}

impl App {
    /// Under this name the town tells warnings.
    fn warning_sender(&self) -> String {
        format!("fengsui-{}", self.town)
    }

    /// Warnings, the newest first, and what a form needs.
    pub async fn warnings(&self, caller: &Caller) -> Result<WarningPage> {
        caller.scope(Action::SignalRead)?;
        // Whoever reads signals at all reads warnings: they are for everybody.
        let whole = Caller::system().scope(Action::SignalRead)?;
        let mut read = self.db.read(&self.town).await?;
        let all = taken(&mut read, &whole, None).await?;
        let own = self.warning_sender();
        let states = states(&all, self.now());
        let town = |level| matches!(level, domain::org::Level::Town | domain::org::Level::Village);
        let territories = read.open_territories().await?.into_iter().map(|one| one.territory);
        Ok(WarningPage {
            items: all.iter().zip(states).map(|(one, state)| view(caller, &own, one, state)).collect(),
            may_take: caller.hats.scope(Action::WarningTake).is_some(),
            may_issue: caller.hats.scope(Action::WarningIssue).is_some(),
            categories: Category::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            severities: Severity::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            urgencies: Urgency::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            certainties: Certainty::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            territories: territories
                .filter(|one| town(one.level))
                .map(|one| Named::new(one.code.as_str(), one.name))
                .collect(),
        })
    }

    /// Takes in a CAP 1.2 file: the caller vouches for it. The same message again changes nothing.
    ///
    /// Errors: it is none; it claims to be the town's own.
    pub async fn take_warning(&self, caller: &Caller, bytes: Vec<u8>) -> Result<WarningTaken> {
        let now = self.now();
        let hat = caller.hat(Action::WarningTake, &Subject::town())?;
        let (alert, problems) = cap::read(&bytes);
        let problem =
            |one: protocol::Problem| WarningProblem { code: one.code.to_owned(), message: one.message };
        let mut problems: Vec<WarningProblem> = problems.into_iter().map(problem).collect();
        let Some(alert) = alert else {
            let message = problems.pop().map_or_else(|| "预警文件读不出来".to_owned(), |one| one.message);
            return Err(Error::Refused { code: "warning.unreadable", message });
        };
        if alert.sender == self.warning_sender() {
            return Err(WarningRefusal::OwnSender.into());
        }
        let mark = format!("cap:{}:{}:{}", alert.sender, alert.identifier, alert.sent);
        let raw = self.as_raw(caller, mark.clone(), bytes, now);
        let mut tx = self.write(caller).await?;
        let known = tx.keep_raw_signals(std::slice::from_ref(&raw)).await?.is_empty();
        let id = match known {
            true => tx.raw_signal_with_mark(&mark).await?.map_or(raw.id, |one| one.id),
            false => raw.id,
        };
        let whole = Caller::system().scope(Action::SignalRead)?;
        let mut all = taken(&mut tx, &whole, None).await?;
        if all.iter().all(|one| one.id != id) {
            all.insert(0, Taken { id: id.clone(), received_at: now, trust: Trust::Bound, alert });
        }
        let mut now_stands = all.iter().zip(states(&all, now));
        let (one, state) = now_stands.find(|(one, _)| one.id == id).ok_or(Error::NotFound)?;
        let warning = view(caller, &self.warning_sender(), one, state);
        let audit = caller.audit_as(hat, "warning.import", ("warning", id.as_str()), self.town.as_str(), now);
        let told = tx.commit(audit, WarningTaken { warning, known, problems }).await?;
        self.read_now().await;
        Ok(told)
    }

    /// Tells a warning of the town's own, updates it or takes it back.
    ///
    /// Errors: nothing said, over already; another's, or one that holds no more; somebody was quicker.
    pub async fn issue_warning(&self, caller: &Caller, asked: WarningInput) -> Result<WarningView> {
        let now = self.now();
        let hat = caller.hat(Action::WarningIssue, &Subject::town())?.clone();
        let step = word("step", Step::from_code(asked.step.trim()))?;
        let (sender, whole) = (self.warning_sender(), Caller::system().scope(Action::SignalRead)?);
        let mut tx = self.write(caller).await?;
        let all = taken(&mut tx, &whole, None).await?;
        let states = states(&all, now);
        let head = match step {
            Step::Alert => None,
            Step::Update | Step::Cancel => {
                let of = asked.of.as_deref().unwrap_or_default();
                let found = all.iter().zip(states).find(|(one, _)| one.id.as_str() == of);
                let (one, state) = found.ok_or(Error::NotFound)?;
                may_follow(one.alert.sender == sender, state)?;
                Some(one)
            }
        };
        let info = match (step, head) {
            (Step::Cancel, Some(head)) => taken_back(&head.alert, &asked, now)?,
            _ => self.told(&mut tx, &asked, now).await?,
        };
        let alert = Alert {
            version: "1.2".to_owned(),
            identifier: format!("{}-{}", self.town, self.new_id()),
            sender: sender.clone(),
            sent: cap_time(now),
            status: "Actual".to_owned(),
            msg_type: step.code().to_owned(),
            scope: "Public".to_owned(),
            references: head.map(|head| chain(&head.alert)).unwrap_or_default(),
            infos: vec![info],
            ..Alert::default()
        };
        // A chain has no branches: of two that follow the same message one is kept.
        let mark = match head {
            Some(head) => format!("cap:{sender}:after:{}", head.alert.identifier),
            None => format!("cap:{sender}:{}", alert.identifier),
        };
        let raw = self.as_raw(caller, mark, cap::write(&alert).into_bytes(), now);
        if tx.keep_raw_signals(std::slice::from_ref(&raw)).await?.is_empty() {
            return Err(WarningRefusal::NotStanding(State::Updated.label()).into());
        }
        let action = match step {
            Step::Alert => "warning.warn",
            Step::Update => "warning.renew_warning",
            Step::Cancel => "warning.lift_warning",
        };
        let object = ("warning", raw.id.as_str());
        let mut audit = caller.audit_as(&hat, action, object, self.town.as_str(), now);
        audit.reason = asked.description.trim().to_owned();
        let state = if step == Step::Cancel { State::Cancels } else { State::Standing };
        let one = Taken { id: raw.id.clone(), received_at: now, trust: Trust::Bound, alert };
        let told = tx.commit(audit, view(caller, &sender, &one, state)).await?;
        self.read_now().await;
        Ok(told)
    }

    fn as_raw(&self, caller: &Caller, mark: String, bytes: Vec<u8>, now: Timestamp) -> RawSignal {
        RawSignal {
            id: self.new_id().into(),
            channel: Provider::Cap.code().to_owned(),
            dialect: None,
            peer: caller.name.clone(),
            // Whoever has the right vouches for it.
            proof: format!("platform:{}", caller.person),
            mark,
            bytes,
            received_at: now,
            digested_at: None,
            problem: None,
        }
    }

    /// Reads what was just kept, so that the list shows it. What is not read now is read by whoever reads all of them.
    // Part of the use case that kept it.
    async fn read_now(&self) {
        if let Err(error) = self.digest_signals(&Caller::system(), AT_ONCE).await {
            tracing::warn!(cause = ?error, "a warning is kept and will be read later");
        }
    }

    /// What is told anew.
    async fn told(&self, read: &mut Read, asked: &WarningInput, now: Timestamp) -> Result<Info> {
        let wrong = || Error::field("expires", "instant.invalid", "请选择日期和时间");
        let expires = Timestamp::parse(asked.expires.trim()).ok_or_else(wrong)?;
        let said = |text: &str| text.trim().to_owned();
        let text = Text {
            headline: said(&asked.headline),
            event: said(&asked.event),
            description: said(&asked.description),
            instruction: said(&asked.instruction),
        }
        .check(expires, now)?;
        let names = Names::read(read).await?;
        let town = [self.town.to_string()];
        let codes = if asked.territories.is_empty() { &town[..] } else { &asked.territories[..] };
        let mut areas = Vec::new();
        for code in codes {
            let known = names.path(&TerritoryCode::from(code.as_str()));
            word("territories", known)?;
            areas.push(Area {
                desc: names.territory(code).name,
                geocodes: vec![Pair { name: DIVISION.to_owned(), value: code.clone() }],
                ..Area::default()
            });
        }
        let maybe = |text: String| Some(text).filter(|text| !text.is_empty());
        Ok(Info {
            language: Some("zh-CN".to_owned()),
            categories: vec![word("category", Category::from_code(&asked.category))?.code().to_owned()],
            event: text.event,
            urgency: word("urgency", Urgency::from_code(&asked.urgency))?.code().to_owned(),
            severity: word("severity", Severity::from_code(&asked.severity))?.code().to_owned(),
            certainty: word("certainty", Certainty::from_code(&asked.certainty))?.code().to_owned(),
            effective: Some(cap_time(now)),
            expires: Some(cap_time(expires)),
            sender_name: Some(names.territory(self.town.as_str()).name),
            headline: Some(text.headline),
            description: maybe(text.description),
            instruction: maybe(text.instruction),
            areas,
            ..Info::default()
        })
    }
}

/// What is said of one that is taken back: what it was, and why it holds no more.
fn taken_back(head: &Alert, asked: &WarningInput, now: Timestamp) -> Result<Info> {
    let before = head.infos.first().cloned().unwrap_or_default();
    let why = asked.description.trim();
    if why.is_empty() {
        return Err(Error::field("description", "warning.no_reason", "请写一句为什么解除"));
    }
    if why.chars().count() > domain::warning::MOST_TEXT {
        return Err(WarningRefusal::TooLong.into());
    }
    Ok(Info {
        effective: Some(cap_time(now)),
        description: Some(why.to_owned()),
        instruction: None,
        ..before
    })
}

/// The messages one follows that follows this one, the first first.
fn chain(head: &Alert) -> Vec<Reference> {
    let own = Reference {
        sender: head.sender.clone(),
        identifier: head.identifier.clone(),
        sent: head.sent.clone(),
    };
    head.references.iter().cloned().chain([own]).collect()
}
