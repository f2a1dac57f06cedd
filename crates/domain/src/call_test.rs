//! 呼叫测试: the office calls stations, whoever is asked answers by a channel, and each station is told by its first
//! answer. What does not belong here: who is in a station (`force`), how often a test is due (the plan's parameter).
//!
//! Source: handbook of the field, clause C3.5; the seconds within which one answers are a town parameter.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Days;
use serde::{Deserialize, Serialize};

use crate::ids::{CallTestId, ForceId, PersonId};
use crate::org::words;
use crate::time::{Date, Timestamp};

words! {
    /// By which way somebody answered.
    Channel {
        App "app" "网上应答"
        Phone "phone" "电话"
        Radio "radio" "对讲机"
    }
}

/// What a station came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// 按时应答.
    InTime,
    /// 超时应答.
    Late,
    /// 等待应答.
    Waiting,
    /// 无人应答.
    Silent,
    /// 无人可叫: the station has nobody.
    Nobody,
}

impl Outcome {
    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::InTime => "in_time",
            Self::Late => "late",
            Self::Waiting => "waiting",
            Self::Silent => "silent",
            Self::Nobody => "nobody",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::InTime => "按时应答",
            Self::Late => "超时应答",
            Self::Waiting => "等待应答",
            Self::Silent => "无人应答",
            Self::Nobody => "无人可叫",
        }
    }
}

/// 一次呼叫测试.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallTest {
    /// Id.
    pub id: CallTestId,
    /// What it is about; may be empty.
    pub note: String,
    /// When the call went out.
    pub started_at: Timestamp,
    /// Who answers within this time is in time. Units: seconds.
    pub within_s: u32,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// When.
    pub at: Timestamp,
    /// By which way.
    pub channel: Channel,
    /// Who wrote it down.
    pub recorded_by: PersonId,
}

/// Somebody who was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// His answer.
    pub answer: Option<Answer>,
}

/// One station in a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallStation {
    /// Id of this line.
    pub id: String,
    /// The test.
    pub test: CallTestId,
    /// The station.
    pub force: ForceId,
    /// Who was asked.
    pub members: Vec<Member>,
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallTestRefusal {
    /// It is closed.
    #[error("这次呼叫测试已经结束，不能再登记应答")]
    Closed,
    /// The person was not asked.
    #[error("此人不在这次呼叫测试的名单中，请核对站队")]
    NotAsked,
    /// The person has answered.
    #[error("此人已经应答，不必重复登记")]
    Answered,
    /// Answered before the call or in the future.
    #[error("应答时间应在呼叫之后、现在之前，请核对")]
    Time,
    /// No station.
    #[error("请至少选择一个站队")]
    NoStation,
    /// Seconds that are no time.
    #[error("应答时限应在 1 秒到 1 小时之间，请在镇定参数中核对")]
    Within,
}

impl CallTestRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Closed => "call_test.closed",
            Self::NotAsked => "call_test.not_asked",
            Self::Answered => "call_test.answered",
            Self::Time => "call_test.time",
            Self::NoStation => "call_test.no_station",
            Self::Within => "call_test.within",
        }
    }
}

impl CallTest {
    /// A call goes out.
    ///
    /// Errors: no station is called; no sensible time to answer in.
    pub fn start(
        id: CallTestId,
        note: &str,
        now: Timestamp,
        within_s: u32,
        stations: usize,
    ) -> Result<Self, CallTestRefusal> {
        if stations == 0 {
            return Err(CallTestRefusal::NoStation);
        }
        if !(1..=3_600).contains(&within_s) {
            return Err(CallTestRefusal::Within);
        }
        Ok(Self { id, note: note.trim().to_owned(), started_at: now, within_s, closed_at: None })
    }

    /// No more answers count.
    ///
    /// Errors: it is closed.
    pub fn close(self, now: Timestamp) -> Result<Self, CallTestRefusal> {
        match self.closed_at {
            Some(_) => Err(CallTestRefusal::Closed),
            None => Ok(Self { closed_at: Some(now), ..self }),
        }
    }

    /// How long after the call. Units: seconds.
    pub fn after_s(&self, at: Timestamp) -> i64 {
        (at.0 - self.started_at.0).div_euclid(1_000)
    }
}

impl CallStation {
    /// Somebody answers.
    ///
    /// Errors: the test is closed; he was not asked or has answered; a time that cannot be.
    pub fn answer(
        mut self,
        test: &CallTest,
        person: &PersonId,
        answer: Answer,
        now: Timestamp,
    ) -> Result<Self, CallTestRefusal> {
        if test.closed_at.is_some() {
            return Err(CallTestRefusal::Closed);
        }
        if answer.at < test.started_at || answer.at > now {
            return Err(CallTestRefusal::Time);
        }
        let asked = self.members.iter_mut().find(|one| one.person == *person);
        let asked = asked.ok_or(CallTestRefusal::NotAsked)?;
        if asked.answer.is_some() {
            return Err(CallTestRefusal::Answered);
        }
        asked.answer = Some(answer);
        Ok(self)
    }

    /// The first answer.
    pub fn first(&self) -> Option<&Answer> {
        self.members.iter().filter_map(|one| one.answer.as_ref()).min_by_key(|answer| answer.at)
    }

    /// How many answered.
    pub fn answered(&self) -> usize {
        self.members.iter().filter(|one| one.answer.is_some()).count()
    }

    /// What it came to: the first answer tells.
    pub fn outcome(&self, test: &CallTest) -> Outcome {
        match self.first() {
            Some(first) if first.at.0 <= test.started_at.0 + i64::from(test.within_s) * 1_000 => {
                Outcome::InTime
            }
            Some(_) => Outcome::Late,
            None if self.members.is_empty() => Outcome::Nobody,
            None if test.closed_at.is_some() => Outcome::Silent,
            None => Outcome::Waiting,
        }
    }
}

/// The last day on which an answer in time counts; the day of the test is the first. Units: `days` in calendar days.
pub fn counts_until(answered: Date, days: u32) -> Option<Date> {
    answered.checked_add_days(Days::new(u64::from(days.saturating_sub(1))))
}

/// The day for which a station's next call is planned: the last one on which its answer counts, for who never answered
/// the day it came into the dispatch. Source: handbook of the field, C3.5; `days` is the plan's parameter.
pub fn call_on(answered: Option<Date>, in_dispatch_since: Date, days: u32) -> Date {
    let until = answered.and_then(|on| counts_until(on, days)).unwrap_or(in_dispatch_since);
    // Who came back into the dispatch owes no call from before.
    until.max(in_dispatch_since)
}

/// How somebody answered over many tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rate {
    /// Tests that asked him and are over, or that he answered.
    pub asked: u32,
    /// Of these, answered in time.
    pub in_time: u32,
    /// Of these, answered later.
    pub late: u32,
    /// His answers by the way they came.
    pub by: BTreeMap<Channel, u32>,
}

/// How everybody who was asked answered, a test of two stations counted once. Who has not answered yet is waited for as
/// long as the test runs. Source: handbook of the field, F14.
pub fn rates<'a>(
    calls: impl IntoIterator<Item = (&'a CallTest, &'a CallStation)>,
) -> BTreeMap<PersonId, Rate> {
    let mut seen: BTreeSet<(&CallTestId, &PersonId)> = BTreeSet::new();
    let mut out: BTreeMap<PersonId, Rate> = BTreeMap::new();
    for (test, station) in calls {
        for member in &station.members {
            let is_over = test.closed_at.is_some() || member.answer.is_some();
            if !is_over || !seen.insert((&test.id, &member.person)) {
                continue;
            }
            let rate = out.entry(member.person.clone()).or_default();
            rate.asked += 1;
            let Some(answer) = &member.answer else { continue };
            *rate.by.entry(answer.channel).or_default() += 1;
            match test.after_s(answer.at) <= i64::from(test.within_s) {
                true => rate.in_time += 1,
                false => rate.late += 1,
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_790_000_000_000);

    fn after(s: i64) -> Timestamp {
        NOW.plus_ms(s * 1_000)
    }

    fn test() -> CallTest {
        CallTest::start("t".into(), " 月度测试 ", NOW, 60, 1).expect("a station is called")
    }

    fn station(people: &[&str]) -> CallStation {
        let members = people.iter().map(|one| Member { person: (*one).into(), answer: None });
        CallStation { id: "s".to_owned(), test: "t".into(), force: "f".into(), members: members.collect() }
    }

    fn answer(s: i64) -> Answer {
        Answer { at: after(s), channel: Channel::Phone, recorded_by: "clerk".into() }
    }

    #[test]
    fn the_first_answer_tells_and_the_last_second_is_in_time() {
        for (s, outcome) in [(0, Outcome::InTime), (60, Outcome::InTime), (61, Outcome::Late)] {
            let told = station(&["a", "b"]).answer(&test(), &"a".into(), answer(s), after(100));
            assert_eq!(told.map(|one| one.outcome(&test())), Ok(outcome), "after {s} s");
        }
        let late = station(&["a", "b"]).answer(&test(), &"a".into(), answer(70), after(100)).expect("asked");
        let both = late.answer(&test(), &"b".into(), answer(50), after(100)).expect("asked");
        assert_eq!((both.outcome(&test()), both.answered()), (Outcome::InTime, 2));
    }

    #[test]
    fn who_says_nothing_is_waited_for_until_the_test_is_closed() {
        let closed = test().close(after(300)).expect("is running");
        assert_eq!(station(&["a"]).outcome(&test()), Outcome::Waiting);
        assert_eq!(station(&["a"]).outcome(&closed), Outcome::Silent);
        assert_eq!(station(&[]).outcome(&test()), Outcome::Nobody);
        assert_eq!(
            station(&["a"]).answer(&closed, &"a".into(), answer(10), after(400)),
            Err(CallTestRefusal::Closed)
        );
        assert_eq!(closed.close(after(500)), Err(CallTestRefusal::Closed));
    }

    #[test]
    fn a_call_is_planned_for_the_last_day_an_answer_counts() {
        let day = |text: &str| crate::time::parse_date(text).expect("a date written in a test exists");
        let since = day("2026-09-10");
        assert_eq!(call_on(None, since, 31), since, "never answered: at once");
        assert_eq!(call_on(Some(day("2026-09-21")), since, 31), day("2026-10-21"));
        assert_eq!(call_on(Some(day("2026-09-21")), since, 1), day("2026-09-21"), "every day");
        assert_eq!(
            call_on(Some(day("2026-01-05")), since, 31),
            since,
            "answered before it left and came back"
        );
        assert_eq!(counts_until(day("2026-12-31"), 0), Some(day("2026-12-31")));
    }

    #[test]
    fn a_rate_counts_each_test_once_and_waits_while_it_runs() {
        let closed = |id: &str| CallTest { id: id.into(), closed_at: Some(after(300)), ..test() };
        let (first, second, running) = (closed("1"), closed("2"), CallTest { id: "3".into(), ..test() });
        let said = |test: &CallTest, who: &str, s: i64| {
            let open = CallTest { closed_at: None, ..test.clone() };
            station(&["a", "b"]).answer(&open, &who.into(), answer(s), after(100)).expect("asked")
        };
        let (one, two, waiting) = (said(&first, "a", 30), said(&second, "a", 90), station(&["a", "b"]));
        let all = rates([(&first, &one), (&first, &one), (&second, &two), (&running, &waiting)]);
        let by = BTreeMap::from([(Channel::Phone, 2)]);
        assert_eq!(all.get(&"a".into()), Some(&Rate { asked: 2, in_time: 1, late: 1, by }));
        assert_eq!(all.get(&"b".into()), Some(&Rate { asked: 2, ..Rate::default() }));
    }

    #[test]
    fn only_who_was_asked_answers_and_only_once() {
        let say = |who: &str, s: i64| station(&["a"]).answer(&test(), &who.into(), answer(s), after(20));
        assert_eq!(say("x", 10), Err(CallTestRefusal::NotAsked));
        assert_eq!(say("a", -1), Err(CallTestRefusal::Time), "before the call");
        assert_eq!(say("a", 21), Err(CallTestRefusal::Time), "in the future");
        let once = say("a", 10).expect("asked");
        assert_eq!(once.answer(&test(), &"a".into(), answer(12), after(20)), Err(CallTestRefusal::Answered));
        assert_eq!(CallTest::start("t".into(), "", NOW, 60, 0), Err(CallTestRefusal::NoStation));
        assert_eq!(CallTest::start("t".into(), "", NOW, 0, 1), Err(CallTestRefusal::Within));
    }
}
