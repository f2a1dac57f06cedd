//! Call tests: the office calls stations, whoever is asked answers by himself or somebody writes it down, and each station
//! shows whether it answered in time. Persons are shown to who runs tests only. What does not belong here: who is in a
//! station (`force`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::Days;
use domain::call_test::{
    Answer, CallStation, CallTest, CallTestRefusal, Channel, Member, Outcome, call_on, counts_until, rates,
};
use domain::force::Force;
use domain::ids::{CallTestId, ForceId, PersonId};
use domain::message::Urgency;
use domain::org::Assignment;
use domain::policy::{Action, Scope, Subject};
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use store::Read;
use store::call_test::{CallStationRecord, CallTestRecord};
use store::force::{ForceFilter, ForceRecord};
use utoipa::ToSchema;

use crate::message::{News, answering, key};
use crate::names::Names;
use crate::parameter::number_on;
use crate::plan::plan_in_force;
use crate::view::{Named, instant_of_page, page_after};
use crate::{App, Caller, Error, Result};

/// Who answers within so many seconds is in time. Source: handbook of the field, C3.5, a default of the town.
pub(crate) const ANSWER_WITHIN: (&str, f64) = ("call_test.answer_within_s", 60.0);
/// The fact a station is tested by.
const TESTED: &str = "call.tested";
/// So many stations are named in the word that calls are due.
const NAMED: usize = 5;
/// Running tests looked at: there is one at a time.
const MOST: i64 = 50;

/// A test in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallTestRow {
    /// Id.
    pub id: String,
    /// What it is about.
    pub note: String,
    /// When the call went out.
    pub started_at: String,
    /// When it was closed; none while it runs.
    pub closed_at: Option<String>,
    /// Who started it.
    pub started_by: String,
    /// Who answers within this time is in time. Units: seconds.
    pub within_s: u32,
    /// How many stations were called, of those the caller may see.
    pub stations: usize,
    /// How many of them answered in time.
    pub in_time: usize,
    /// How many answered too late.
    pub late: usize,
}

/// A station and when it is to be called next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallDue {
    /// The station.
    pub force: Named,
    /// The last day it answered in time; none within the year.
    pub answered_on: Option<String>,
    /// The last day on which that counts; none where it counts no more or never did.
    pub due_on: Option<String>,
    /// The day for which its next call is planned: the last one that counts, or the one it came into the dispatch on.
    pub call_on: String,
    /// Whether it is to be called now.
    pub overdue: bool,
}

/// The last call of a station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LastCall {
    /// The test.
    pub test: String,
    /// The day.
    pub on: String,
    /// `in_time`, `late`, `waiting`, `silent` or `nobody`.
    pub outcome: String,
    /// In Chinese.
    pub outcome_label: String,
    /// The first answer. Units: seconds after the call.
    pub first_s: Option<i64>,
}

/// How somebody answered over the tests of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallRate {
    /// Who.
    pub person: Named,
    /// Tests that asked him and are over, or that he answered.
    pub asked: u32,
    /// Of these, answered in time.
    pub in_time: u32,
    /// Of these, answered later.
    pub late: u32,
    /// Answers by himself in the program.
    pub app: u32,
    /// Answers by telephone.
    pub phone: u32,
    /// Answers by radio.
    pub radio: u32,
}

/// A page of tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallTestPage {
    /// Rows.
    pub items: Vec<CallTestRow>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Stations of the dispatch and when each is due, the late ones first.
    pub due: Vec<CallDue>,
    /// How everybody answered over the last year, the least reachable first; only for who runs tests.
    pub rates: Vec<CallRate>,
    /// For how many days an answer counts, as the town has set; none where the plan asks for no tests.
    pub valid_days: Option<u32>,
    /// Who answers within this time is in time today. Units: seconds.
    pub within_s: u32,
    /// Whether the caller may start one.
    pub may_start: bool,
}

/// Somebody who was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallMember {
    /// Who.
    pub person: Named,
    /// `app`, `phone` or `radio`; none while he has not answered.
    pub channel: Option<String>,
    /// In Chinese.
    pub channel_label: Option<String>,
    /// Units: seconds after the call.
    pub after_s: Option<i64>,
}

/// A station in a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallStationView {
    /// The station.
    pub force: Named,
    /// `in_time`, `late`, `waiting`, `silent` or `nobody`.
    pub outcome: String,
    /// In Chinese.
    pub outcome_label: String,
    /// The first answer. Units: seconds after the call.
    pub first_s: Option<i64>,
    /// How many were asked.
    pub asked: usize,
    /// How many answered.
    pub answered: usize,
    /// Who; only for who runs tests.
    pub members: Vec<CallMember>,
}

/// 呼叫测试 as its page sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallTestView {
    /// As in a list.
    #[serde(flatten)]
    pub row: CallTestRow,
    /// Station by station.
    pub calls: Vec<CallStationView>,
    /// Version.
    pub version: i64,
    /// What the caller may do: `answer`, `record`, `close`.
    pub actions: Vec<&'static str>,
}

/// A call that waits for the caller's answer, or his answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MyCall {
    /// The test.
    pub test: String,
    /// What it is about.
    pub note: String,
    /// His station.
    pub force: Named,
    /// When the call went out.
    pub started_at: String,
    /// Who answers within this time is in time. Units: seconds.
    pub within_s: u32,
    /// His answer, after so many seconds; none while it is waited for.
    pub after_s: Option<i64>,
}

/// Calls that wait for the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MyCalls {
    /// Running tests that ask him.
    pub items: Vec<MyCall>,
}

/// A test to start.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CallTestInput {
    /// What it is about.
    #[serde(default)]
    pub note: String,
    /// Which stations; all that can be called when left out.
    #[serde(default)]
    pub forces: Vec<String>,
}

/// An answer that came by telephone or radio.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CallAnswerInput {
    /// The station.
    pub force: String,
    /// Who.
    pub person: String,
    /// `phone` or `radio`.
    pub channel: String,
    /// After so many seconds; now when left out.
    #[serde(default)]
    pub after_s: Option<i64>,
}

/// Which tests are asked for.
#[derive(Debug, Clone, Default)]
pub struct CallTestAsked {
    /// Only those that run.
    pub running: bool,
    /// Where the page begins.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

fn subject(record: &CallStationRecord) -> Subject {
    Subject { place: record.place.clone(), ..Subject::of(&record.path, Some(&record.org)) }
}

fn row(record: &CallTestRecord, stations: &[CallStationRecord]) -> CallTestRow {
    let test = &record.test;
    let count = |wanted| stations.iter().filter(|one| one.station.outcome(test) == wanted).count();
    CallTestRow {
        id: test.id.to_string(),
        note: test.note.clone(),
        started_at: test.started_at.to_rfc3339(),
        closed_at: test.closed_at.map(|at| at.to_rfc3339()),
        started_by: record.recorded_by.clone(),
        within_s: test.within_s,
        stations: stations.len(),
        in_time: count(Outcome::InTime),
        late: count(Outcome::Late),
    }
}

fn whole(action: Action) -> Result<Scope> {
    Caller::system().scope(action)
}

/// Names of every station, by id.
async fn force_names(read: &mut Read) -> Result<BTreeMap<ForceId, String>> {
    let all = read.forces(&whole(Action::CallTestRead)?, &ForceFilter::default()).await?;
    Ok(all.into_iter().map(|one| (one.force.id, one.force.name)).collect())
}

fn named(names: &BTreeMap<ForceId, String>, id: &ForceId) -> Named {
    Named::new(id.as_str(), names.get(id).map_or(id.as_str(), String::as_str))
}

async fn page(read: &mut Read, caller: &Caller, record: &CallTestRecord) -> Result<CallTestView> {
    let test = &record.test;
    let sees = caller.hats.scope(Action::CallTestRead).unwrap_or_default();
    let runs = caller.hats.hat(Action::CallTestRun, &Subject::town()).is_some();
    let stations = read.call_stations(&test.id, &sees).await?;
    let forces = force_names(read).await?;
    let people = Names::read(read).await?;
    let member = |one: &Member| CallMember {
        person: Named::new(one.person.as_str(), people.person(&one.person)),
        channel: one.answer.as_ref().map(|answer| answer.channel.code().to_owned()),
        channel_label: one.answer.as_ref().map(|answer| answer.channel.label().to_owned()),
        after_s: one.answer.as_ref().map(|answer| test.after_s(answer.at)),
    };
    let calls = stations.iter().map(|one| {
        let outcome = one.station.outcome(test);
        CallStationView {
            force: named(&forces, &one.station.force),
            outcome: outcome.code().to_owned(),
            outcome_label: outcome.label().to_owned(),
            first_s: one.station.first().map(|answer| test.after_s(answer.at)),
            asked: one.station.members.len(),
            answered: one.station.answered(),
            members: if runs { one.station.members.iter().map(member).collect() } else { Vec::new() },
        }
    });
    let waits = |one: &CallStationRecord| {
        one.station.members.iter().any(|member| member.person == caller.person && member.answer.is_none())
    };
    let is_running = test.closed_at.is_none();
    let mut actions = Vec::new();
    if is_running && stations.iter().any(waits) {
        actions.push("answer");
    }
    if is_running && runs {
        actions.extend(["record", "close"]);
    }
    Ok(CallTestView { calls: calls.collect(), row: row(record, &stations), version: record.version, actions })
}

/// For how many days an answer counts, as the plan's duty says; none where it asks for no tests, or no plan is in force.
// Part of the call tests and of the force board.
pub(crate) async fn valid_days(read: &mut Read, today: Date) -> Result<Option<u32>> {
    let plan = match plan_in_force(read, today).await {
        Err(Error::Refused { code: "plan.none", .. }) => return Ok(None),
        found => found?.0,
    };
    let mut needs = plan.duties.iter().flat_map(|duty| &duty.needs).filter(|need| need.fact == TESTED);
    Ok(needs.find_map(|need| need.valid_days.as_ref()).and_then(|days| plan.number(days, today)))
}

/// The people of a station on a day: whoever holds one of its posts.
fn members_of(force: &Force, held: &[Assignment], day: Date) -> Vec<Member> {
    let people: BTreeSet<PersonId> = force.held(held, day).map(|one| one.person.clone()).collect();
    people.into_iter().map(|person| Member { person, answer: None }).collect()
}

/// Stations in use within a scope.
async fn in_use(read: &mut Read, caller: &Caller, action: Action, day: Date) -> Result<Vec<ForceRecord>> {
    let scope = caller.scope(action)?;
    let all = read.forces(&scope, &ForceFilter::default()).await?;
    Ok(all.into_iter().filter(|one| one.force.is_in_use(day)).collect())
}

/// Stations in the dispatch the caller may see, and when each is due; the late ones first.
// Part of the call tests and of the force board, read within the right to read calls.
pub(crate) async fn due(read: &mut Read, caller: &Caller, days: u32, today: Date) -> Result<Vec<CallDue>> {
    let scope = caller.scope(Action::CallTestRead)?;
    let year_ago = today.checked_sub_days(Days::new(366)).unwrap_or(today);
    let mut answered: BTreeMap<ForceId, Date> = BTreeMap::new();
    for (test, station) in read.calls_since(&scope, Timestamp::start_of(year_ago)).await? {
        if station.station.outcome(&test.test) == Outcome::InTime {
            answered.insert(station.station.force, test.test.started_at.date());
        }
    }
    let called = in_use(read, caller, Action::CallTestRead, today).await?;
    let mut out: Vec<CallDue> = called
        .iter()
        .filter_map(|one| one.force.dispatched_since().map(|since| (one, since)))
        .map(|(one, since)| {
            let on = answered.get(&one.force.id).copied();
            let last = on.and_then(|on| counts_until(on, days));
            CallDue {
                force: Named::new(one.force.id.as_str(), &one.force.name),
                answered_on: on.map(|day| day.to_string()),
                due_on: last.map(|day| day.to_string()),
                call_on: call_on(on, since, days).to_string(),
                overdue: last.is_none_or(|day| day < today),
            }
        })
        .collect();
    out.sort_by_key(|one| (!one.overdue, one.due_on.clone()));
    Ok(out)
}

/// How everybody answered over the last year, the least reachable first.
async fn rates_of_year(read: &mut Read, scope: &Scope, today: Date) -> Result<Vec<CallRate>> {
    let year_ago = today.checked_sub_days(Days::new(366)).unwrap_or(today);
    let calls = read.calls_since(scope, Timestamp::start_of(year_ago)).await?;
    let people = Names::read(read).await?;
    let by_person = rates(calls.iter().map(|(test, called)| (&test.test, &called.station)));
    let mut out: Vec<CallRate> = by_person
        .into_iter()
        .map(|(person, rate)| {
            let by = |channel| rate.by.get(&channel).copied().unwrap_or_default();
            CallRate {
                person: Named::new(person.as_str(), people.person(&person)),
                asked: rate.asked,
                in_time: rate.in_time,
                late: rate.late,
                app: by(Channel::App),
                phone: by(Channel::Phone),
                radio: by(Channel::Radio),
            }
        })
        .collect();
    out.sort_by_key(|one| (one.in_time * 1_000 / one.asked.max(1), one.person.name.clone()));
    Ok(out)
}

/// The last call within the year of every station the caller may read calls of.
// Part of the force board, read within the right to read calls.
pub(crate) async fn last_calls(
    read: &mut Read,
    caller: &Caller,
    today: Date,
) -> Result<BTreeMap<ForceId, LastCall>> {
    let Some(scope) = caller.hats.scope(Action::CallTestRead) else { return Ok(BTreeMap::new()) };
    let year_ago = today.checked_sub_days(Days::new(366)).unwrap_or(today);
    let calls = read.calls_since(&scope, Timestamp::start_of(year_ago)).await?;
    // Oldest first: the last one stays.
    let last = calls.into_iter().map(|(record, called)| {
        let test = &record.test;
        let outcome = called.station.outcome(test);
        let call = LastCall {
            test: test.id.to_string(),
            on: test.started_at.date().to_string(),
            outcome: outcome.code().to_owned(),
            outcome_label: outcome.label().to_owned(),
            first_s: called.station.first().map(|answer| test.after_s(answer.at)),
        };
        (called.station.force, call)
    });
    Ok(last.collect())
}

/// How many stations are to be called now by who runs tests, and how many running tests wait for the caller's answer.
// Part of the workbench, counted within the right that lets him deal with them.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, today: Date) -> Result<(i64, i64)> {
    let mine = mine(read, &caller.person).await?;
    let asked = mine.iter().filter(|call| call.after_s.is_none()).count();
    let days = match caller.hats.hat(Action::CallTestRun, &Subject::town()) {
        Some(_) => valid_days(read, today).await?,
        None => None,
    };
    let late = match days {
        // On its day a call is to be made, not only after it.
        Some(days) => planned(due(read, caller, days, today).await?, today).len(),
        None => 0,
    };
    Ok((late as i64, asked as i64))
}

/// Stations whose call is planned for that day or was for one before.
fn planned(due: Vec<CallDue>, today: Date) -> Vec<CallDue> {
    // Days are written so that they sort as they follow.
    let today = today.to_string();
    due.into_iter().filter(|one| one.call_on <= today).collect()
}

/// Running tests that ask a person.
async fn mine(read: &mut Read, person: &PersonId) -> Result<Vec<MyCall>> {
    let scope = whole(Action::CallTestRead)?;
    let running = read.call_tests(&scope, true, None, MOST).await?;
    let mut out = Vec::new();
    if running.is_empty() {
        return Ok(out);
    }
    let forces = force_names(read).await?;
    for record in running {
        let test = &record.test;
        for station in read.call_stations(&test.id, &scope).await? {
            let asked = station.station.members.iter().filter(|one| one.person == *person);
            out.extend(asked.map(|one| MyCall {
                test: test.id.to_string(),
                note: test.note.clone(),
                force: named(&forces, &station.station.force),
                started_at: test.started_at.to_rfc3339(),
                within_s: test.within_s,
                after_s: one.answer.as_ref().map(|answer| test.after_s(answer.at)),
            }));
        }
    }
    Ok(out)
}

impl App {
    /// Tells whoever runs call tests, on the day for which one is planned, which stations are to be called; gives how many
    /// people were told. Called again and again by the worker: nobody hears twice of the same day of the schedule.
    pub async fn tell_of_due_call_tests(&self, caller: &Caller) -> Result<usize> {
        caller.hat(Action::CallTestRun, &Subject::town())?;
        let now = self.now();
        let today = now.date();
        let mut read = self.db.read(&self.town).await?;
        let Some(days) = valid_days(&mut read, today).await? else { return Ok(0) };
        let to_call = planned(due(&mut read, caller, days, today).await?, today);
        let Some(latest) = to_call.iter().map(|one| one.call_on.as_str()).max() else { return Ok(0) };
        let tag = format!("due.{latest}");
        let about = ("call_test", "due");
        let mut unheard = BTreeSet::new();
        for (_, person) in answering(&mut read, Action::CallTestRun, today).await? {
            if read.message_with_key(&key(about, &tag, &person)).await?.is_none() {
                unheard.insert(person);
            }
        }
        drop(read);
        if unheard.is_empty() {
            return Ok(0);
        }
        let n = unheard.len();
        let first: Vec<&str> = to_call.iter().take(NAMED).map(|one| one.force.name.as_str()).collect();
        let more = if to_call.len() > NAMED { "等" } else { "" };
        let text =
            format!("今天应呼叫测试的站队 {} 个：{}{more}，请组织呼叫", to_call.len(), first.join("、"));
        let mut tx = self.write(caller).await?;
        let news = News { about, tag: &tag, urgency: Urgency::Notice, text: &text };
        self.notify(&mut tx, unheard, &news).await?;
        let mut audit = caller.audit("call_test.remind", "call_test", "due", now);
        audit.territory = self.town.as_str().to_owned();
        Ok(tx.commit(audit, n).await?)
    }

    /// Tests that called a station the caller may see, newest first.
    pub async fn call_tests(&self, caller: &Caller, asked: &CallTestAsked) -> Result<CallTestPage> {
        let scope = caller.scope(Action::CallTestRead)?;
        let today = self.now().date();
        let before = page_after(asked.after.as_deref(), instant_of_page)?;
        let mut read = self.db.read(&self.town).await?;
        let mut found = read.call_tests(&scope, asked.running, before, asked.limit + 1).await?;
        let more = found.len() as i64 > asked.limit;
        found.truncate(usize::try_from(asked.limit).unwrap_or(0));
        let last = found.last().filter(|_| more);
        let next = last.map(|last| format!("{}~{}", last.test.started_at.0, last.test.id));
        let mut items = Vec::with_capacity(found.len());
        for record in &found {
            items.push(row(record, &read.call_stations(&record.test.id, &scope).await?));
        }
        let valid_days = valid_days(&mut read, today).await?;
        let due = match valid_days {
            Some(days) => due(&mut read, caller, days, today).await?,
            None => Vec::new(),
        };
        let may_start = caller.hats.hat(Action::CallTestRun, &Subject::town()).is_some();
        let rates = if may_start { rates_of_year(&mut read, &scope, today).await? } else { Vec::new() };
        Ok(CallTestPage {
            items,
            next,
            due,
            rates,
            valid_days,
            within_s: u32::from(number_on(&mut read, ANSWER_WITHIN, today).await?),
            may_start,
        })
    }

    /// One test.
    pub async fn call_test(&self, caller: &Caller, id: &CallTestId) -> Result<CallTestView> {
        let scope = caller.scope(Action::CallTestRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.call_test(id, &scope).await?.ok_or(Error::NotFound)?;
        page(&mut read, caller, &record).await
    }

    /// Running tests that ask the caller.
    pub async fn my_calls(&self, caller: &Caller) -> Result<MyCalls> {
        let mut read = self.db.read(&self.town).await?;
        Ok(MyCalls { items: mine(&mut read, &caller.person).await? })
    }

    /// Calls stations: everybody who holds one of their posts today is asked, and told so over the ways by which he is
    /// reached. What is said can be taken for no alarm.
    ///
    /// Errors: a station that is not in use; none at all.
    pub async fn start_call_test(&self, caller: &Caller, asked: CallTestInput) -> Result<CallTestView> {
        let now = self.now();
        let hat = caller.hat(Action::CallTestRun, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let all = in_use(&mut tx, caller, Action::CallTestRun, now.date()).await?;
        let called: Vec<ForceRecord> = match asked.forces.is_empty() {
            true => all.into_iter().filter(|one| one.force.call_sign().is_some()).collect(),
            false => {
                let wanted: BTreeSet<ForceId> = asked.forces.iter().map(|id| id.as_str().into()).collect();
                let found: Vec<_> = all.into_iter().filter(|one| wanted.contains(&one.force.id)).collect();
                if found.len() != wanted.len() {
                    let text = "所选站队不存在或不在用，请从列表中选择";
                    return Err(Error::field("forces", "call_test.force", text));
                }
                found
            }
        };
        let within_s = u32::from(number_on(&mut tx, ANSWER_WITHIN, now.date()).await?);
        let test = CallTest::start(self.new_id().into(), &asked.note, now, within_s, called.len())?;
        let record = CallTestRecord { test, recorded_by: caller.name.clone(), version: 1, recorded_at: now };
        tx.insert_call_test(&record).await?;
        let held: Vec<Assignment> = tx.assignments().await?.into_iter().map(|one| one.assignment).collect();
        let mut asked_people: BTreeSet<PersonId> = BTreeSet::new();
        for one in called {
            let station = CallStation {
                id: self.new_id(),
                test: record.test.id.clone(),
                force: one.force.id.clone(),
                members: members_of(&one.force, &held, now.date()),
            };
            asked_people.extend(station.members.iter().map(|member| member.person.clone()));
            let station = CallStationRecord {
                station,
                org: one.force.org,
                path: one.path,
                place: one.force.place,
                version: 1,
                recorded_at: now,
            };
            tx.insert_call_station(&station).await?;
        }
        let text = format!("呼叫测试（不是警情）：请在 {within_s} 秒内打开“呼叫测试”应答，无须出动。");
        let about = ("call_test", record.test.id.as_str());
        let news = News { about, tag: "start", urgency: Urgency::Notice, text: &text };
        self.notify(&mut tx, asked_people, &news).await?;
        let view = page(&mut tx, caller, &record).await?;
        let object = ("call_test", record.test.id.as_str());
        let audit = caller.audit_as(hat, "call_test.start", object, self.town.as_str(), now);
        Ok(tx.commit(audit, view).await?)
    }

    /// The caller answers for himself.
    ///
    /// Errors: no such test asks him; it is closed; he has answered.
    pub async fn answer_call(&self, caller: &Caller, id: &CallTestId) -> Result<MyCalls> {
        let now = self.now();
        let scope = whole(Action::CallTestRead)?;
        let mut tx = self.write(caller).await?;
        let record = tx.call_test(id, &scope).await?.ok_or(Error::NotFound)?;
        let stations = tx.call_stations(id, &scope).await?;
        let asks = |one: &CallStationRecord| one.station.members.iter().any(|m| m.person == caller.person);
        // Somebody of two stations answers for both.
        let mine: Vec<_> = stations.into_iter().filter(asks).collect();
        let first = mine.first().ok_or(Error::NotFound)?;
        let (path, hat) = (first.path.clone(), caller.hats.all().first().map(|hat| hat.id.to_string()));
        for mut one in mine {
            let answer = Answer { at: now, channel: Channel::App, recorded_by: caller.person.clone() };
            one.station = one.station.answer(&record.test, &caller.person, answer, now)?;
            tx.update_call_station(&one).await?;
        }
        let view = MyCalls { items: self::mine(&mut tx, &caller.person).await? };
        let mut audit = caller.audit("call_test.answer", "call_test", id.as_str(), now);
        audit.hat = hat.unwrap_or_default();
        audit.territory = path;
        Ok(tx.commit(audit, view).await?)
    }

    /// Writes down an answer that came by telephone or radio.
    ///
    /// Errors: the person was not asked or has answered; the test is closed; a time that cannot be.
    pub async fn record_answer(
        &self,
        caller: &Caller,
        id: &CallTestId,
        asked: CallAnswerInput,
    ) -> Result<CallTestView> {
        let now = self.now();
        let scope = caller.scope(Action::CallTestRead)?;
        let mut tx = self.write(caller).await?;
        let record = tx.call_test(id, &scope).await?.ok_or(Error::NotFound)?;
        let stations = tx.call_stations(id, &scope).await?;
        let force = ForceId::from(asked.force.as_str());
        let found = stations.into_iter().find(|one| one.station.force == force);
        let mut one = found.ok_or(CallTestRefusal::NotAsked)?;
        let hat = caller.hat(Action::CallTestRun, &subject(&one))?;
        let channel = Channel::from_code(&asked.channel).filter(|channel| *channel != Channel::App);
        let channel =
            channel.ok_or_else(|| Error::field("channel", "call_test.channel", "请选择电话或对讲机"))?;
        let at = match asked.after_s {
            Some(s) => record.test.started_at.plus_ms(s.saturating_mul(1_000)),
            None => now,
        };
        let answer = Answer { at, channel, recorded_by: caller.person.clone() };
        let person = PersonId::from(asked.person.as_str());
        one.station = one.station.answer(&record.test, &person, answer, now)?;
        tx.update_call_station(&one).await?;
        let view = page(&mut tx, caller, &record).await?;
        let audit = caller.audit_as(hat, "call_test.record", ("call_test", id.as_str()), &one.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Closes a test: no more answers count.
    pub async fn close_call_test(
        &self,
        caller: &Caller,
        id: &CallTestId,
        version: i64,
    ) -> Result<CallTestView> {
        let now = self.now();
        let scope = caller.scope(Action::CallTestRead)?;
        let mut tx = self.write(caller).await?;
        let mut record = tx.call_test(id, &scope).await?.ok_or(Error::NotFound)?;
        let hat = caller.hat(Action::CallTestRun, &Subject::town())?;
        if record.version != version {
            return Err(Error::stale(&page(&mut tx, caller, &record).await?));
        }
        record.test = record.test.close(now)?;
        tx.update_call_test(&record).await?;
        // What was not delivered by now calls nobody any more.
        self.settle(&mut tx, ("call_test", id.as_str()), &caller.person).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record).await?;
        let object = ("call_test", id.as_str());
        let audit = caller.audit_as(hat, "call_test.end", object, self.town.as_str(), now);
        Ok(tx.commit(audit, view).await?)
    }
}
