//! Messages: written with what they are about, sent afterwards over each person's channels until he has them; a channel that
//! keeps failing is told of over the others. What does not belong here: when and over which channel
//! (`domain::message`), talking to gateways (the roof, which gives a [`Courier`]).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

pub mod push;
pub mod receipt;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;

use domain::ids::{MessageId, OrgId, PersonId};
use domain::message::push::Ending;
use domain::message::{Attempt, Channel, Message, Next, Quiet, Reach, Rules, State, Urgency, Way, down};
use domain::org::{Assignment, Role, lies_in};
use domain::policy::{Action, Subject};
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use store::message::{MessageFilter, MessageRecord, ReachRecord};
use store::{Read, Write};
use utoipa::ToSchema;

use crate::incident::watch::standing;
use crate::names::Names;
use crate::parameter::number_on;
use crate::view::{Named, Word};
use crate::{App, Caller, Error, Result};

/// From this hour on to that one nobody is woken by a notice who has not said himself when; alarms and orders go through. Defaults of
/// the town.
pub(crate) const NIGHT_FROM: (&str, f64) = ("message.night_from", 22.0);
pub(crate) const NIGHT_TO: (&str, f64) = ("message.night_to", 7.0);
/// So often one channel is tried. A default of the town.
pub(crate) const TRIES: (&str, f64) = ("message.tries", 2.0);
/// So long a receipt is waited for before the next channel. A default of the town. Units: seconds.
pub(crate) const RECEIPT_S: (&str, f64) = ("message.receipt_s", 60.0);
/// So long after a failure it is tried again. A default of the town. Units: seconds.
pub(crate) const AGAIN_S: (&str, f64) = ("message.again_s", 10.0);
/// So many failures in a row, and a channel is down. A default of the town.
pub(crate) const DOWN_AFTER: (&str, f64) = ("message.down_after", 3.0);
/// Messages looked at in one round.
const ROUND: i64 = 100;
/// So long messages are this server's to send: longer than any gateway is waited for. Whoever dies meanwhile holds up an
/// alarm no longer.
const HELD_MS: i64 = 60_000;
/// Tries looked at to tell whether a channel is down.
const LOOKED_AT: i64 = 200;
/// Messages shown.
const SHOWN: i64 = 200;

/// What a gateway is handed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Over which channel.
    pub channel: Channel,
    /// Number, address or account; empty on the desk.
    pub to: String,
    /// What it says.
    pub text: String,
    /// Key of the message: a gateway that sees it twice may drop the second.
    pub key: String,
}

/// What another platform is sent: where, with which headers, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// `http://` or `https://`.
    pub url: String,
    /// Names and values; what is signed is among them.
    pub headers: Vec<(String, String)>,
    /// What is sent; the headers say what it is.
    pub body: Vec<u8>,
}

/// What a gateway answers: its receipt, or why not.
pub type Carried<'a> = Pin<Box<dyn Future<Output = std::result::Result<String, String>> + Send + 'a>>;

/// How a parcel went: the status the other side answered with, whatever it is, or why nobody answered.
pub type Delivered<'a> = Pin<Box<dyn Future<Output = std::result::Result<u16, String>> + Send + 'a>>;

/// Takes letters to gateways.
pub trait Courier: Send + Sync {
    /// Channels for which there is a gateway.
    fn channels(&self) -> Vec<Channel>;
    /// Takes a letter; gives the gateway's receipt, or why it failed.
    fn carry<'a>(&'a self, letter: &'a Letter) -> Carried<'a>;
    /// Takes a parcel to another platform or a push service.
    fn deliver<'a>(&'a self, _parcel: &'a Parcel) -> Delivered<'a> {
        Box::pin(std::future::ready(Err("本程序没有对外推送的通道".to_owned())))
    }
    /// What receipts of this channel's gateway are signed with; none where it gives none.
    fn receipt_secret(&self, _channel: Channel) -> Option<String> {
        None
    }
    /// Whom the push service of this address may write to, as `mailto:…`; none where the town does not send to it.
    fn push_contact(&self, _endpoint: &str) -> Option<String> {
        None
    }
}

/// Nothing but the desk.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeskOnly;

impl Courier for DeskOnly {
    fn channels(&self) -> Vec<Channel> {
        Vec::new()
    }

    fn carry<'a>(&'a self, letter: &'a Letter) -> Carried<'a> {
        let error = format!("没有配置{}通道", letter.channel.label());
        Box::pin(std::future::ready(Err(error)))
    }
}

/// A try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AttemptView {
    pub channel: Word,
    pub at: String,
    /// The gateway took it, and has not told since that it failed.
    pub ok: bool,
    pub error: String,
    /// What the gateway told later: `delivered`, `answered` or `failed`.
    pub told: Option<Word>,
    pub told_at: Option<String>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageView {
    pub id: String,
    pub to: Named,
    /// Kind of what it is about.
    pub about_kind: String,
    pub about: String,
    pub urgency: Word,
    pub text: String,
    pub written_at: String,
    pub state: Word,
    pub received_at: Option<String>,
    pub attempts: Vec<AttemptView>,
}

/// How a channel stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChannelView {
    pub channel: Word,
    /// Whether there is a gateway for it.
    pub offered: bool,
    /// Whether its last tries all failed.
    pub down: bool,
    /// When it was last tried.
    pub last_at: Option<String>,
    /// Why it failed then.
    pub last_error: String,
}

/// Messages and how the channels stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessagePage {
    pub items: Vec<MessageView>,
    pub channels: Vec<ChannelView>,
}

/// A way to reach somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelWay {
    /// `desk`, `push`, `sms`, `voice`, `wecom`, `dingtalk`, `webhook` or `email`.
    pub channel: String,
    /// Empty for the desk and for browsers, and for `sms` and `voice` where the person's own telephone is meant.
    #[serde(default)]
    pub address: String,
}

/// How the caller is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReachSettings {
    /// The first is tried first.
    pub ways: Vec<ChannelWay>,
    /// Not woken from this minute of the day until `quiet_to`, but for alarms and orders.
    pub quiet_from: Option<u32>,
    pub quiet_to: Option<u32>,
    /// Channels for which there is a gateway.
    pub offered: Vec<Word>,
    /// 0 when nothing was set: the defaults are shown.
    pub version: i64,
}

/// How the caller wants to be reached.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ReachInput {
    pub ways: Vec<ChannelWay>,
    #[serde(default)]
    pub quiet_from: Option<u32>,
    #[serde(default)]
    pub quiet_to: Option<u32>,
    pub version: i64,
}

/// That the caller's screen shows what was sent to him.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ReceivedInput {
    /// Whether a hand touched the screen since it showed them. A screen nobody sits at hears no alarm: the next channel is
    /// tried as long as nobody did, or acknowledges what it is about.
    pub touched: bool,
}

/// How many messages the caller confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessagesReceived {
    pub received: usize,
}

fn view(record: &MessageRecord, names: &Names) -> MessageView {
    let m = &record.message;
    MessageView {
        id: m.id.to_string(),
        to: Named::new(m.to.as_str(), names.person(&m.to)),
        about_kind: m.about.0.clone(),
        about: m.about.1.clone(),
        urgency: Word::new(m.urgency.code(), m.urgency.label()),
        text: m.text.clone(),
        written_at: m.written_at.to_rfc3339(),
        state: Word::new(m.state.code(), m.state.label()),
        received_at: m.received_at.map(Timestamp::to_rfc3339),
        attempts: m
            .attempts
            .iter()
            .map(|one| AttemptView {
                channel: Word::new(one.channel.code(), one.channel.label()),
                at: one.at.to_rfc3339(),
                ok: one.went(),
                error: one.told.as_ref().map_or(&one.error, |told| &told.reason).clone(),
                told: one.told.as_ref().map(|told| Word::new(told.outcome.code(), told.outcome.label())),
                told_at: one.told.as_ref().map(|told| told.at.to_rfc3339()),
            })
            .collect(),
    }
}

async fn rules(read: &mut Read, today: Date) -> Result<Rules> {
    let mut number = async |of| -> Result<u32> { Ok(u32::from(number_on(read, of, today).await?)) };
    Ok(Rules {
        tries: number(TRIES).await?.max(1),
        receipt_ms: i64::from(number(RECEIPT_S).await?) * 1_000,
        again_ms: i64::from(number(AGAIN_S).await?) * 1_000,
        down_after: number(DOWN_AFTER).await?.max(1),
        night: Quiet { from_min: number(NIGHT_FROM).await? * 60, to_min: number(NIGHT_TO).await? * 60 },
    })
}

/// How somebody who never said is reached: the desk, the browsers in which he allowed it, then his own telephone where
/// there is a gateway.
fn usual(person: &PersonId, offered: &[Channel], has_browser: bool) -> Reach {
    let way = |channel| Way { channel, address: String::new() };
    let is_there =
        |channel: &Channel| offered.contains(channel) && (has_browser || *channel != Channel::Push);
    let others = [Channel::Push, Channel::Sms, Channel::Voice].into_iter().filter(is_there);
    Reach {
        person: person.clone(),
        ways: std::iter::once(Channel::Desk).chain(others).map(way).collect(),
        quiet: None,
    }
}

/// How somebody is reached now: browsers count while he has one; somebody who is left with no way is reached as usual.
fn reach_now(kept: Option<ReachRecord>, person: &PersonId, offered: &[Channel], has_browser: bool) -> Reach {
    let Some(mut reach) = kept.map(|kept| kept.reach) else { return usual(person, offered, has_browser) };
    reach.ways.retain(|way| has_browser || way.channel != Channel::Push);
    if reach.ways.is_empty() {
        reach.ways = usual(person, offered, has_browser).ways;
    }
    reach
}

/// The office and those who answer for the village a path lies in, by posts they hold that day.
pub(crate) fn office_and_village(held: &[Assignment], path: &str, today: Date) -> BTreeSet<PersonId> {
    let village = path.split('/').take(2).collect::<Vec<_>>().join("/");
    let is_told = |one: &Assignment| match one.role {
        Role::OfficeHead | Role::OfficeClerk => true,
        Role::VillageSecretary | Role::VillageStaff | Role::StationChief => one.path == village,
        _ => false,
    };
    let told = held.iter().filter(|one| one.is_valid_on(today) && is_told(one));
    told.map(|one| one.person.clone()).collect()
}

/// Whoever must know of what holds for these territories: the office, and everywhere in them who answers for a village, a
/// grid or its station, by posts they hold that day.
pub(crate) fn concerned(held: &[Assignment], areas: &[String], today: Date) -> BTreeSet<PersonId> {
    let is_there =
        |one: &Assignment| areas.iter().any(|area| lies_in(&one.path, area) || lies_in(area, &one.path));
    let is_told = |one: &Assignment| match one.role {
        Role::OfficeHead | Role::OfficeClerk => true,
        Role::VillageSecretary
        | Role::VillageStaff
        | Role::StationChief
        | Role::GridManager
        | Role::GridWorker => is_there(one),
        _ => false,
    };
    let told = held.iter().filter(|one| one.is_valid_on(today) && is_told(one));
    told.map(|one| one.person.clone()).collect()
}

/// The minute of the town's day.
fn minute(now: Timestamp) -> u32 {
    u32::try_from((now.0 - Timestamp::start_of(now.date()).0) / 60_000).unwrap_or(0)
}

/// What a message is about, how pressing it is, and what it says.
pub(crate) struct News<'a> {
    /// Kind and id of the object.
    pub about: (&'a str, &'a str),
    /// Which of the news about it: each is sent once to each.
    pub tag: &'a str,
    /// How pressing it is.
    pub urgency: Urgency,
    /// What it says, without anything of residents.
    pub text: &'a str,
}

/// Who holds a right for which body on a day: whoever is told when the body has to act.
pub(crate) async fn answering(read: &mut Read, right: Action, day: Date) -> Result<Vec<(OrgId, PersonId)>> {
    let held = read.assignments().await?.into_iter().map(|one| one.assignment);
    let may = held.filter(|one| one.is_valid_on(day) && domain::policy::reach(one.role, right).is_some());
    Ok(may.map(|one| (one.org, one.person)).collect())
}

/// By what a message is known: one event, one of its news, one person.
pub(crate) fn key((kind, id): (&str, &str), tag: &str, to: &PersonId) -> String {
    format!("{kind}/{id}/{tag}/{to}")
}

impl App {
    /// Writes a message to each of these people, within the write of what it is about. Who has it already gets no other.
    // Part of the write of what it is about.
    pub(crate) async fn notify(
        &self,
        tx: &mut Write,
        people: impl IntoIterator<Item = PersonId>,
        news: &News<'_>,
    ) -> Result<()> {
        let now = self.now();
        for to in people.into_iter().collect::<BTreeSet<_>>() {
            let key = key(news.about, news.tag, &to);
            if tx.message_with_key(&key).await?.is_some() {
                continue;
            }
            let message = Message {
                id: self.new_id().into(),
                to,
                key,
                about: (news.about.0.to_owned(), news.about.1.to_owned()),
                urgency: news.urgency,
                text: news.text.to_owned(),
                written_at: now,
                attempts: Vec::new(),
                state: State::Waiting,
                received_at: None,
            };
            let record = MessageRecord { message, next_at: Some(now), version: 1, recorded_at: now };
            tx.insert_message(&record).await?;
        }
        Ok(())
    }

    /// Whoever is told of an alarm: who watches; where nobody does, the office and those of the place's own village.
    // Part of the write of the incident.
    pub(crate) async fn on_watch(
        &self,
        read: &mut Read,
        path: &str,
        today: Date,
    ) -> Result<BTreeSet<PersonId>> {
        let held = read.assignments().await?.into_iter().map(|one| one.assignment).collect::<Vec<_>>();
        match standing(read, &held, today).await? {
            Some(watch) => Ok(BTreeSet::from([watch.by])),
            None => Ok(office_and_village(&held, path, today)),
        }
    }

    /// Messages about something need nobody any more: who had it has it, the others are spared.
    // Part of the write that settles it.
    pub(crate) async fn settle(&self, tx: &mut Write, about: (&str, &str), by: &PersonId) -> Result<()> {
        let filter = MessageFilter {
            states: Some("waiting,sent".to_owned()),
            about: Some((about.0.to_owned(), about.1.to_owned())),
            person: None,
        };
        for mut record in tx.messages(&filter, i64::MAX).await? {
            record.message = match record.message.to == *by {
                true => record.message.received(self.now())?,
                false => record.message.dropped(),
            };
            record.next_at = None;
            tx.update_message(&record).await?;
        }
        Ok(())
    }

    /// Sends what is due, a round of it; gives how many tries were made. Called again and again by the worker. Of several
    /// servers each sends what it was first to claim.
    // Who sends is machinery; what was sent is committed message by message.
    pub async fn deliver_due(&self, caller: &Caller) -> Result<usize> {
        caller.hat(Action::AccountManage, &Subject::town())?;
        let now = self.now();
        let offered = self.courier.channels();
        let mut read = self.db.read(&self.town).await?;
        if read.due_messages(now, 1).await?.is_empty() {
            return Ok(0);
        }
        let rules = rules(&mut read, now.date()).await?;
        drop(read);
        let mut tx = self.db.write(&self.town).await?;
        let until = now.plus_ms(HELD_MS);
        let due = tx.claim_messages(now, until, ROUND).await?;
        tx.commit_machinery().await?;
        if due.is_empty() {
            return Ok(0);
        }
        let held: Vec<MessageId> = due.iter().map(|record| record.message.id.clone()).collect();
        // Side by side: a gateway that does not answer holds up nobody else.
        let mut rounds = tokio::task::JoinSet::new();
        for record in due {
            let (app, offered) = (self.clone(), offered.clone());
            rounds.spawn(async move { app.send_message(record, &rules, &offered).await });
        }
        let mut tries: Result<usize> = Ok(0);
        while let Some(done) = rounds.join_next().await {
            let done = done.map_err(|error| Error::Internal(error.to_string())).flatten();
            tries = tries.and_then(|tries| Ok(tries + usize::from(done?)));
        }
        // Let go of whatever became of them: one that failed is tried again at once.
        let mut tx = self.db.write(&self.town).await?;
        tx.release_messages(&held, until).await?;
        tx.commit_machinery().await?;
        tries
    }

    /// Does what is to be done with one message now; whether it was tried.
    // Part of the round, which asked.
    async fn send_message(&self, record: MessageRecord, rules: &Rules, offered: &[Channel]) -> Result<bool> {
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        let last = read.last_tries(LOOKED_AT).await?;
        let down_now = down(&last, rules);
        let person = record.message.to.clone();
        let browsers = match offered.contains(&Channel::Push) {
            true => read.push_subscriptions(&person).await?,
            false => Vec::new(),
        };
        let mut reach = reach_now(read.reach(&person).await?, &person, offered, !browsers.is_empty());
        let key = if browsers.is_empty() { None } else { read.push_key().await?.map(|(_, secret)| secret) };
        let phone = read.persons_by_id(std::slice::from_ref(&person)).await?.into_iter().next();
        let phone = phone.map(|one| one.person.phone).unwrap_or_default();
        drop(read);
        let mut message = record.message.clone();
        let (mut attempt, mut gone) = (None, Vec::new());
        // A browser that is gone says nothing of the channel.
        let mut says_of_channel = true;
        if let Next::Send(way) = message.next(&reach, &down_now, rules, now, minute(now)) {
            let own = matches!(way.channel, Channel::Sms | Channel::Voice) && way.address.is_empty();
            let letter = Letter {
                channel: way.channel,
                to: if own { phone } else { way.address },
                text: message.text.clone(),
                key: message.key.clone(),
            };
            let carried = match way.channel {
                // The desk has it as soon as its page is looked at; then it says so.
                Channel::Desk => Ok(String::new()),
                Channel::Push => {
                    let n = browsers.len();
                    let pushed = self.push(&message, browsers, key.as_deref()).await;
                    gone = pushed.gone;
                    if gone.len() == n {
                        reach.ways.retain(|way| way.channel != Channel::Push);
                        says_of_channel = false;
                    }
                    pushed.carried
                }
                _ if letter.to.is_empty() => Err("没有登记号码".to_owned()),
                _ => self.courier.carry(&letter).await,
            };
            let (receipt, error) = match carried {
                Ok(receipt) => (Some(receipt), String::new()),
                Err(error) => (None, error),
            };
            let made = Attempt { channel: letter.channel, at: now, receipt, error, told: None };
            message = message.tried(made.clone());
            attempt = Some(made);
        }
        let next_at = match message.next(&reach, &down_now, rules, now, minute(now)) {
            Next::Send(_) => Some(now),
            Next::Wait(until) => Some(until),
            Next::Done => None,
            Next::GiveUp => {
                message = message.given_up();
                None
            }
        };
        let mut tx = self.db.write(&self.town).await?;
        push::end(&mut tx, gone, Ending::Gone, now).await?;
        if let Some(made) = attempt.as_ref().filter(|_| says_of_channel) {
            tx.insert_try(&self.new_id(), &message.id, made).await?;
            if let Some(receipt) = made.receipt.as_deref().filter(|receipt| !receipt.is_empty()) {
                tx.note_receipt((made.channel, receipt), &message.id, now).await?;
            }
            let fresh: Vec<Attempt> = std::iter::once(made.clone()).chain(last).collect();
            let fallen = down(&fresh, rules).into_iter().find(|channel| !down_now.contains(channel));
            if let Some(channel) = fallen {
                self.tell_down(&mut tx, channel, now).await?;
            }
        }
        let kept = MessageRecord { message, next_at, ..record };
        match tx.update_message(&kept).await {
            // He confirmed it meanwhile.
            Err(store::Error::Conflict { .. }) => return Ok(attempt.is_some()),
            done => done?,
        }
        let id = kept.message.id.to_string();
        let audit = Caller::system().audit("message.send", "message", &id, now);
        Ok(tx.commit(audit, attempt.is_some()).await?)
    }

    /// The office hears that a channel is down, once a day.
    // Part of the delivery that found it out.
    async fn tell_down(&self, tx: &mut Write, channel: Channel, now: Timestamp) -> Result<()> {
        let held = tx.assignments().await?.into_iter().map(|one| one.assignment);
        let office = held.filter(|one| {
            one.is_valid_on(now.date()) && matches!(one.role, Role::OfficeHead | Role::OfficeClerk)
        });
        let office: Vec<PersonId> = office.map(|one| one.person).collect();
        let text = format!("{}通道连续发送失败，警情改走其他通道，请检查网关", channel.label());
        let news = News {
            about: ("channel", channel.code()),
            tag: &now.date().to_string(),
            urgency: Urgency::Alarm,
            text: &text,
        };
        self.notify(tx, office, &news).await
    }

    /// Messages and how the channels stand.
    pub async fn messages(&self, caller: &Caller, state: Option<&str>) -> Result<MessagePage> {
        caller.hat(Action::MessageRead, &Subject::town())?;
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let filter = MessageFilter { states: state.map(str::to_owned), ..MessageFilter::default() };
        let found = read.messages(&filter, SHOWN).await?;
        let rules = rules(&mut read, self.now().date()).await?;
        let tries = read.last_tries(LOOKED_AT).await?;
        let (offered, down_now) = (self.courier.channels(), down(&tries, &rules));
        let channel = |channel: &Channel| {
            let last = tries.iter().find(|one| one.channel == *channel);
            ChannelView {
                channel: Word::new(channel.code(), channel.label()),
                offered: *channel == Channel::Desk || offered.contains(channel),
                down: down_now.contains(channel),
                last_at: last.map(|one| one.at.to_rfc3339()),
                last_error: last.map(|one| one.error.clone()).unwrap_or_default(),
            }
        };
        Ok(MessagePage {
            items: found.iter().map(|one| view(one, &names)).collect(),
            channels: Channel::ALL.iter().map(channel).collect(),
        })
    }

    /// Messages to the caller that he has not confirmed, the newest first.
    pub async fn my_messages(&self, caller: &Caller) -> Result<MessagePage> {
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let found = read.messages(&mine(caller), SHOWN).await?;
        Ok(MessagePage { items: found.iter().map(|one| view(one, &names)).collect(), channels: Vec::new() })
    }

    /// The caller has what was sent to him: his screen shows it, and what is an alarm he has when his hand said so.
    pub async fn receive_messages(&self, caller: &Caller, asked: ReceivedInput) -> Result<MessagesReceived> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut found = tx.messages(&mine(caller), SHOWN).await?;
        found.retain(|one| asked.touched || one.message.urgency != Urgency::Alarm);
        let received = found.len();
        let first = found.first().map(|one| one.message.id.clone());
        for mut record in found {
            record.message = record.message.received(now)?;
            record.next_at = None;
            tx.update_message(&record).await?;
        }
        let first = first.unwrap_or_else(|| MessageId::from(caller.person.as_str()));
        let audit = caller.audit("message.received", "message", first.as_str(), now);
        Ok(tx.commit(audit, MessagesReceived { received }).await?)
    }

    /// How the caller is reached.
    pub async fn my_reach(&self, caller: &Caller) -> Result<ReachSettings> {
        let mut read = self.db.read(&self.town).await?;
        let kept = read.reach(&caller.person).await?;
        Ok(self.reach_view(caller, kept))
    }

    fn reach_view(&self, caller: &Caller, kept: Option<ReachRecord>) -> ReachSettings {
        let offered = self.courier.channels();
        let version = kept.as_ref().map_or(0, |kept| kept.version);
        let reach = kept.map_or_else(|| usual(&caller.person, &offered, true), |kept| kept.reach);
        let word = |channel: &Channel| Word::new(channel.code(), channel.label());
        ReachSettings {
            ways: reach
                .ways
                .into_iter()
                .map(|way| ChannelWay { channel: way.channel.code().to_owned(), address: way.address })
                .collect(),
            quiet_from: reach.quiet.map(|quiet| quiet.from_min),
            quiet_to: reach.quiet.map(|quiet| quiet.to_min),
            offered: std::iter::once(&Channel::Desk).chain(&offered).map(word).collect(),
            version,
        }
    }

    /// Sets how the caller is reached.
    ///
    /// Errors: no channel, one nobody knows, one without an address; somebody was quicker.
    pub async fn set_my_reach(&self, caller: &Caller, asked: ReachInput) -> Result<ReachSettings> {
        let now = self.now();
        let way = |way: ChannelWay| -> Result<Way> {
            let channel = Channel::from_code(&way.channel);
            let unknown = || Error::field("ways", "message.channel", "没有这种通知方式，请从列表中选择");
            Ok(Way { channel: channel.ok_or_else(unknown)?, address: way.address.trim().to_owned() })
        };
        let reach = Reach {
            person: caller.person.clone(),
            ways: asked.ways.into_iter().map(way).collect::<Result<_>>()?,
            quiet: asked.quiet_from.zip(asked.quiet_to).map(|(from_min, to_min)| Quiet { from_min, to_min }),
        }
        .checked()?;
        let mut tx = self.write(caller).await?;
        let before = tx.reach(&caller.person).await?;
        let version = before.as_ref().map_or(0, |before| before.version);
        if version != asked.version {
            return Err(Error::stale(&self.reach_view(caller, before)));
        }
        let record = ReachRecord { reach, version: version.max(1), recorded_at: now };
        match before {
            None => tx.insert_reach(&record).await?,
            Some(_) => tx.update_reach(&record).await?,
        }
        let record = ReachRecord { version: version + 1, ..record };
        let view = self.reach_view(caller, Some(record));
        let audit = caller.audit("reach.set", "reach", caller.person.as_str(), now);
        Ok(tx.commit(audit, view).await?)
    }
}

/// Messages to the caller that he has not confirmed.
fn mine(caller: &Caller) -> MessageFilter {
    let states = Some("waiting,sent".to_owned());
    MessageFilter { states, person: Some(caller.person.clone()), about: None }
}
