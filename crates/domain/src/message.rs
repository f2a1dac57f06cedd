//! 通知: news that must reach one person: over his channels in his order, the next one when nothing comes back, at most once
//! for one event. What does not belong here: the gateways themselves (the roof), what the news is about.
//!
//! An alarm or an order breaks the quiet hours, anything else waits for their end. A channel that fails again and again
//! raises an alarm of its own. Source: handbook of the field §4.5, features F17; the numbers are settings of the town.

pub mod push;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::ids::{MessageId, PersonId};
use crate::org::words;
use crate::time::Timestamp;

words! {
    /// A way to reach somebody.
    Channel {
        Desk "desk" "电脑弹窗"
        Push "push" "浏览器推送"
        Sms "sms" "短信"
        Voice "voice" "语音电话"
        Wecom "wecom" "企业微信"
        Dingtalk "dingtalk" "钉钉"
        Webhook "webhook" "其他平台"
        Email "email" "电子邮件"
    }
}

words! {
    /// How pressing it is.
    Urgency {
        Alarm "alarm" "警情"
        Order "order" "调派"
        Notice "notice" "一般通知"
    }
}

impl Urgency {
    /// Whether it may wake somebody.
    pub fn breaks_quiet(self) -> bool {
        self != Self::Notice
    }
}

words! {
    /// Where a message stands.
    State {
        Waiting "waiting" "待发"
        Sent "sent" "已发出"
        Received "received" "已送达"
        Failed "failed" "未能送达"
        Dropped "dropped" "已撤回"
    }
}

/// One way to reach a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// Channel.
    pub channel: Channel,
    /// Number, address or account on it; empty for the desk, for browsers that allowed it, and where the person's own telephone is meant.
    pub address: String,
}

/// When somebody is not to be woken, minutes after midnight; it may lie over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// From.
    pub from_min: u32,
    /// Until, not included.
    pub to_min: u32,
}

impl Quiet {
    /// Whether it is quiet at this minute of the day.
    pub fn holds(self, minute: u32) -> bool {
        match self.from_min <= self.to_min {
            true => (self.from_min..self.to_min).contains(&minute),
            false => minute >= self.from_min || minute < self.to_min,
        }
    }

    /// How long it lasts from this minute of the day. Units: milliseconds.
    fn left_ms(self, minute: u32) -> i64 {
        let left = (self.to_min + 1_440 - minute) % 1_440;
        i64::from(left.max(1)) * 60_000
    }
}

/// How a person is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Whom.
    pub person: PersonId,
    /// His channels, the first tried first.
    pub ways: Vec<Way>,
    /// When he is not to be woken.
    pub quiet: Option<Quiet>,
}

words! {
    /// What a gateway tells later of what it took.
    Outcome {
        Failed "failed" "未能送达"
        /// It lies on the telephone; whether anybody looks at it, it does not say.
        Delivered "delivered" "已送达手机"
        /// Somebody took the call.
        Answered "answered" "已接听"
    }
}

/// What a gateway told later of what it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What became of it.
    pub outcome: Outcome,
    /// When we were told.
    pub at: Timestamp,
    /// Why it failed.
    pub reason: String,
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Over which channel.
    pub channel: Channel,
    /// When.
    pub at: Timestamp,
    /// What the gateway gave back for it; none when it failed.
    pub receipt: Option<String>,
    /// Why it failed.
    pub error: String,
    /// What the gateway told later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
}

impl Attempt {
    /// Whether the gateway took it and has not told since that it failed.
    pub fn went(&self) -> bool {
        self.receipt.is_some() && self.told.as_ref().is_none_or(|told| told.outcome != Outcome::Failed)
    }
}

/// 通知.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Id.
    pub id: MessageId,
    /// To whom.
    pub to: PersonId,
    /// One event, one person, one message: whatever has the same key is not sent again.
    pub key: String,
    /// Kind and id of what it is about.
    pub about: (String, String),
    /// How pressing it is.
    pub urgency: Urgency,
    /// What it says, without names, needs or telephone numbers of residents: a gateway reads it.
    pub text: String,
    /// When it was written.
    pub written_at: Timestamp,
    /// Tries, the oldest first.
    pub attempts: Vec<Attempt>,
    /// Where it stands.
    pub state: State,
    /// When the person or his device said he has it.
    pub received_at: Option<Timestamp>,
}

/// How long to wait and how often to try. Settings of the town.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// So often one channel is tried.
    pub tries: u32,
    /// So long a receipt is waited for before the next channel. Units: milliseconds.
    pub receipt_ms: i64,
    /// So long after a failure it is tried again; doubled each time. Units: milliseconds.
    pub again_ms: i64,
    /// So many failures in a row, and the channel is down.
    pub down_after: u32,
    /// When nobody who never said so himself is woken by a notice.
    pub night: Quiet,
}

/// What to do with a message now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Send it this way.
    Send(Way),
    /// Nothing before this moment.
    Wait(Timestamp),
    /// Every channel was tried, nothing came back.
    GiveUp,
    /// Nothing more.
    Done,
}

/// Why a setting is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageRefusal {
    /// No channel at all.
    #[error("请至少保留一种能收到警情的通知方式")]
    NoWay,
    /// A channel without an address.
    #[error("请填写{0}的号码或地址")]
    NoAddress(&'static str),
    /// Minutes of no day.
    #[error("免打扰时间应在 0 点到 24 点之间，请核对")]
    Quiet,
    /// What a browser said of itself is none.
    #[error("这个浏览器给出的推送地址不能用，请关闭后重新开启推送")]
    PushAddress,
    /// It is over.
    #[error("这条通知现在是“{0}”，不能这样办理，请刷新后再看")]
    State(&'static str),
    /// A gateway tells of what never went over its channel.
    #[error("这条通知没有经{0}发出，请核对回执属于哪个通道")]
    NothingSent(&'static str),
}

impl MessageRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoWay => "message.no_way",
            Self::NoAddress(_) => "message.no_address",
            Self::Quiet => "message.quiet",
            Self::PushAddress => "message.push_address",
            Self::State(_) => "message.state",
            Self::NothingSent(_) => "message.nothing_sent",
        }
    }
}

impl Reach {
    /// Checks how somebody wants to be reached.
    ///
    /// Errors: no channel; one without an address where it needs one; minutes of no day.
    pub fn checked(self) -> Result<Self, MessageRefusal> {
        if self.ways.is_empty() {
            return Err(MessageRefusal::NoWay);
        }
        let needs = |way: &&Way| {
            !matches!(way.channel, Channel::Desk | Channel::Push | Channel::Sms | Channel::Voice)
        };
        if let Some(way) = self.ways.iter().filter(needs).find(|way| way.address.trim().is_empty()) {
            return Err(MessageRefusal::NoAddress(way.channel.label()));
        }
        match self.quiet {
            Some(quiet) if quiet.from_min >= 1_440 || quiet.to_min > 1_440 => Err(MessageRefusal::Quiet),
            _ => Ok(self),
        }
    }
}

impl Message {
    /// What to do with it now. `minute` is the minute of the town's day at `now`; `down` are channels that are out of order
    /// and are passed over as long as another one is left.
    pub fn next(&self, reach: &Reach, down: &[Channel], rules: &Rules, now: Timestamp, minute: u32) -> Next {
        if matches!(self.state, State::Received | State::Failed | State::Dropped) {
            return Next::Done;
        }
        if !self.urgency.breaks_quiet()
            && let Some(quiet) = reach.quiet.filter(|quiet| quiet.holds(minute))
        {
            return Next::Wait(now.plus_ms(quiet.left_ms(minute)));
        }
        let up = |way: &&Way| !down.contains(&way.channel);
        let all_down = !reach.ways.iter().any(|way| up(&way));
        for way in reach.ways.iter().filter(|way| all_down || up(way)) {
            let own = || self.attempts.iter().filter(|one| one.channel == way.channel);
            // Whoever it was handed to tried for long already: the next channel, at once.
            if own().any(|one| one.receipt.is_some() && !one.went()) {
                continue;
            }
            if let Some(sent) = own().rev().find(|one| one.receipt.is_some()) {
                let until = sent.at.plus_ms(rules.receipt_ms);
                if now < until {
                    return Next::Wait(until);
                }
                continue;
            }
            let failed = u32::try_from(own().count()).unwrap_or(u32::MAX);
            if failed >= rules.tries {
                continue;
            }
            // Of whom never said when, no notice wakes in the night; on his desk it lies.
            if way.channel != Channel::Desk
                && reach.quiet.is_none()
                && !self.urgency.breaks_quiet()
                && rules.night.holds(minute)
            {
                return Next::Wait(now.plus_ms(rules.night.left_ms(minute)));
            }
            let Some(last) = own().next_back() else { return Next::Send(way.clone()) };
            let until = last.at.plus_ms(rules.again_ms.saturating_mul(1 << (failed - 1).min(16)));
            return if now < until { Next::Wait(until) } else { Next::Send(way.clone()) };
        }
        Next::GiveUp
    }

    /// A try was made.
    pub fn tried(mut self, attempt: Attempt) -> Self {
        if attempt.receipt.is_some() && self.state == State::Waiting {
            self.state = State::Sent;
        }
        self.attempts.push(attempt);
        self
    }

    /// A gateway tells what became of what it took last over this channel. A call that was answered reached him; so does what
    /// lies on his telephone, but for an alarm: it wakes nobody, and the next channel is tried. What failed is tried over
    /// the next channel at once. Told twice, the first word holds, but for a failure that was none.
    ///
    /// Errors: nothing went out over this channel.
    pub fn told(mut self, channel: Channel, told: Told) -> Result<Self, MessageRefusal> {
        let (urgency, state) = (self.urgency, self.state);
        let own = self.attempts.iter_mut().rev();
        let taken = own.filter(|one| one.channel == channel).find(|one| one.receipt.is_some());
        let attempt = taken.ok_or(MessageRefusal::NothingSent(channel.label()))?;
        if attempt.told.as_ref().is_some_and(|before| before.outcome >= told.outcome) {
            return Ok(self);
        }
        let reached = match told.outcome {
            Outcome::Answered => true,
            Outcome::Delivered => urgency != Urgency::Alarm,
            Outcome::Failed => false,
        };
        let at = told.at;
        attempt.told = Some(told);
        if reached && matches!(state, State::Waiting | State::Sent | State::Failed) {
            (self.state, self.received_at) = (State::Received, Some(at));
        }
        Ok(self)
    }

    /// The person has it.
    ///
    /// Errors: it was taken back.
    pub fn received(mut self, at: Timestamp) -> Result<Self, MessageRefusal> {
        match self.state {
            State::Dropped => Err(MessageRefusal::State(self.state.label())),
            State::Received => Ok(self),
            _ => {
                (self.state, self.received_at) = (State::Received, Some(at));
                Ok(self)
            }
        }
    }

    /// Nothing came back over any channel. One that a gateway took stays sent: it may still have arrived.
    pub fn given_up(mut self) -> Self {
        let went = self.state == State::Sent && self.attempts.iter().any(Attempt::went);
        if matches!(self.state, State::Waiting | State::Sent) && !went {
            self.state = State::Failed;
        }
        self
    }

    /// It is of no use any more.
    pub fn dropped(mut self) -> Self {
        if matches!(self.state, State::Waiting | State::Sent) {
            self.state = State::Dropped;
        }
        self
    }
}

/// Channels whose last tries all failed, over every message; `last_first` are tries, the newest first.
pub fn down<'a>(last_first: impl IntoIterator<Item = &'a Attempt>, rules: &Rules) -> Vec<Channel> {
    let mut runs: Vec<(Channel, u32, bool)> = Vec::new();
    for attempt in last_first {
        let at = match runs.iter().position(|(channel, ..)| *channel == attempt.channel) {
            Some(at) => at,
            None => {
                runs.push((attempt.channel, 0, true));
                runs.len() - 1
            }
        };
        let (_, failed, running) = &mut runs[at];
        *running &= attempt.receipt.is_none();
        *failed += u32::from(*running);
    }
    let is_down = |(_, failed, _): &&(Channel, u32, bool)| *failed >= rules.down_after;
    runs.iter().filter(is_down).map(|(channel, ..)| *channel).collect()
}
