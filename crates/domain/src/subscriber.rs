//! 订阅方: another platform that is told of events as they are recorded: which kinds, where, how often it is tried again and
//! when it is given up. It is told what happened to which object, never who lives there. What does not belong here: the
//! record it is told from (`store`), carrying (the roof), signing (`app`).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::SubscriberId;
use crate::org::words;
use crate::time::{HOUR_MS, Timestamp};

words! {
    /// Kinds of events others may be told of. Nothing of persons, accounts, reports from the public or penalty cases is among
    /// them.
    EventKind {
        Incident "incident" "警情"
        Dispatch "dispatch" "调派"
        Signal "signal" "信号"
        Device "device" "设备"
        Hazard "hazard" "隐患"
        Inspection "inspection" "检查"
        Facility "facility" "设施水源"
        Road "road" "道路"
        Force "force" "消防站队"
        Place "place" "场所"
        Campaign "campaign" "专项整治"
    }
}

/// After the first failure it is tried again so soon; then twice as late each time. Units: milliseconds.
const FIRST_MS: i64 = 10_000;

/// One who is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscriber {
    /// Id.
    pub id: SubscriberId,
    /// What people call it.
    pub name: String,
    /// Where it is told.
    pub url: String,
    /// Of what.
    pub kinds: BTreeSet<EventKind>,
    /// Only entries of the record after this number.
    pub since: i64,
    /// Whether somebody holds it back for now; nothing is lost meanwhile.
    pub paused: bool,
    /// When it was ended, and why.
    pub void: Option<(Timestamp, String)>,
}

/// How far it was told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Everything up to this entry was told or is none of its kinds.
    pub up_to: i64,
    /// Failures in a row.
    pub tries: u32,
    /// Not before.
    pub next_at: Option<Timestamp>,
    /// When it was last told successfully.
    pub told_at: Option<Timestamp>,
    /// Why it failed last; empty when it did not.
    pub error: String,
}

/// Why it is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubscriberRefusal {
    /// No name.
    #[error("请写明订阅方名称")]
    Name,
    /// No address one could tell it at.
    #[error("推送地址请写成 https://主机/路径，不带用户名和密码")]
    Url,
    /// Nothing to tell.
    #[error("请至少选择一类事件")]
    Kinds,
    /// No reason given.
    #[error("请写明理由")]
    NoReason,
    /// It was ended.
    #[error("该订阅已停止，请重新登记")]
    Ended,
}

impl SubscriberRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Name => "subscriber.name",
            Self::Url => "subscriber.url",
            Self::Kinds => "subscriber.kinds",
            Self::NoReason => "subscriber.no_reason",
            Self::Ended => "subscriber.ended",
        }
    }
}

fn is_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?']).next());
    let is_plain = |text: &str| !text.contains(|c: char| c.is_whitespace() || c.is_control());
    host.is_some_and(|host| !host.is_empty() && !host.contains('@')) && is_plain(url) && url.len() <= 500
}

impl Subscriber {
    /// A subscriber as typed in.
    ///
    /// Errors: no name; no address; nothing to tell.
    pub fn register(self) -> Result<Self, SubscriberRefusal> {
        if self.name.trim().is_empty() {
            return Err(SubscriberRefusal::Name);
        }
        if !is_address(&self.url) {
            return Err(SubscriberRefusal::Url);
        }
        if self.kinds.is_empty() {
            return Err(SubscriberRefusal::Kinds);
        }
        Ok(self)
    }

    /// Held back, or told again.
    ///
    /// Errors: it was ended.
    pub fn hold(mut self, paused: bool) -> Result<Self, SubscriberRefusal> {
        if self.void.is_some() {
            return Err(SubscriberRefusal::Ended);
        }
        self.paused = paused;
        Ok(self)
    }

    /// Ended for good.
    ///
    /// Errors: no reason; it was ended already.
    pub fn end(mut self, reason: &str, now: Timestamp) -> Result<Self, SubscriberRefusal> {
        if self.void.is_some() {
            return Err(SubscriberRefusal::Ended);
        }
        if reason.trim().is_empty() {
            return Err(SubscriberRefusal::NoReason);
        }
        self.void = Some((now, reason.trim().to_owned()));
        Ok(self)
    }

    /// Whether it is told of this kind of object.
    pub fn wants(&self, object_kind: &str) -> bool {
        EventKind::from_code(object_kind).is_some_and(|kind| self.kinds.contains(&kind))
    }

    /// Whether it is to be told something now.
    pub fn is_due(&self, progress: &Progress, most: u32, now: Timestamp) -> bool {
        self.void.is_none()
            && !self.paused
            && !progress.is_dead(most)
            && progress.next_at.is_none_or(|at| at <= now)
    }
}

impl Progress {
    /// It was told up to an entry.
    pub fn told(self, up_to: i64, now: Timestamp) -> Self {
        Self { up_to, told_at: Some(now), ..Self::default() }
    }

    /// It could not be told: the same again after a while, twice as long each time, an hour at most.
    pub fn failed(mut self, error: &str, now: Timestamp) -> Self {
        let wait = FIRST_MS.saturating_mul(1_i64 << self.tries.min(20)).min(HOUR_MS);
        self.tries += 1;
        self.next_at = Some(now.plus_ms(wait));
        self.error = error.to_owned();
        self
    }

    /// Tried again from where it stood, because somebody says so.
    pub fn again(self) -> Self {
        Self { tries: 0, next_at: None, ..self }
    }

    /// Whether it is given up after so many failures in a row.
    pub fn is_dead(&self, most: u32) -> bool {
        self.tries >= most.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscriber() -> Subscriber {
        Subscriber {
            id: "s".into(),
            name: "区平台".to_owned(),
            url: "https://district.example/in".to_owned(),
            kinds: BTreeSet::from([EventKind::Incident]),
            since: 0,
            paused: false,
            void: None,
        }
    }

    #[test]
    fn only_an_address_one_can_tell_it_at_is_taken() {
        for (url, is_taken) in [
            ("https://district.example/in?x=1", true),
            ("http://10.0.0.8:9000", true),
            ("https://user:hush@district.example/", false),
            ("ftp://district.example/", false),
            ("https:///in", false),
            ("https://a b/", false),
        ] {
            let asked = Subscriber { url: url.to_owned(), ..subscriber() };
            assert_eq!(asked.register().is_ok(), is_taken, "{url}");
        }
        let nothing = Subscriber { kinds: BTreeSet::new(), ..subscriber() };
        assert_eq!(nothing.register(), Err(SubscriberRefusal::Kinds));
        assert_eq!(subscriber().end(" ", Timestamp(0)), Err(SubscriberRefusal::NoReason));
        let ended = subscriber().end("不再需要", Timestamp(0)).expect("ended");
        assert_eq!(ended.clone().hold(false), Err(SubscriberRefusal::Ended));
        assert!(!ended.is_due(&Progress::default(), 5, Timestamp(0)));
    }

    #[test]
    fn it_is_tried_later_and_later_and_given_up_and_begins_where_it_stood() {
        let mut progress = Progress { up_to: 7, ..Progress::default() };
        let mut waits = Vec::new();
        for _ in 0..12 {
            progress = progress.failed("答复 500", Timestamp(0));
            waits.push(progress.next_at.map_or(0, |at| at.0 / 1_000));
        }
        assert_eq!(waits[..4], [10, 20, 40, 80]);
        assert_eq!(waits.last(), Some(&3_600), "an hour at most");
        assert!(progress.is_dead(12) && !progress.is_dead(13));
        assert!(!subscriber().is_due(&progress, 12, Timestamp(i64::MAX)));
        assert!(!subscriber().is_due(&progress, 13, Timestamp(0)));
        assert!(subscriber().is_due(&progress, 13, Timestamp(3_600_000)));
        let again = progress.again();
        assert_eq!((again.up_to, again.tries), (7, 0), "no gap");
        assert!(subscriber().is_due(&again, 12, Timestamp(0)));
        let told = again.told(9, Timestamp(5));
        assert_eq!((told.up_to, told.error.as_str(), told.told_at), (9, "", Some(Timestamp(5))));
    }

    #[test]
    fn nobody_is_told_of_persons_reports_or_cases() {
        let all = Subscriber { kinds: EventKind::ALL.iter().copied().collect(), ..subscriber() };
        assert!(all.wants("incident"));
        for kind in ["person", "assignment", "account", "report_case", "enforcement", "household", "message"]
        {
            assert!(!all.wants(kind), "{kind}");
        }
    }
}
