//! 吹哨单: the town or a village calls bodies to a problem that one of them cannot solve alone (镇街吹哨、部门报到). Each receives
//! the call, signs in on site, says what it thinks and does, and is done; whistler and bodies judge each other. A body that
//! does not answer is carried up, first to the leader, then to the district: that is read from the clocks, never kept. What
//! does not belong here: what each body notes for itself (`store`), its task (`follow_up`), the joint visit (`inspection`).
//!
//! States: `raised → sent → done → closed`, beside them `returned` and `void`. Source: the plan, clause 13; handbook of the
//! field §4.4.

mod clock;
mod overrun;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, OutOfRange};
use crate::hazard::Position;
use crate::ids::{FollowUpId, OrgId, PersonId, PlaceId, WhistleId};
use crate::org::words;
use crate::time::Timestamp;

pub use clock::{OfficeHours, Term, Unit};
pub use overrun::{Clock, Overrun};
pub use refusal::WhistleRefusal;

/// 类别: how pressing a whistle is, and its times. Those that come with the program (`catalog/whistles.toml`) are where the town
/// begins: kinds, names and times are its own, each version in force from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// Stable word.
    pub code: String,
    /// Name.
    pub name: String,
    /// When to use it.
    pub about: String,
    /// To receive it, or to call back.
    pub receive: Term,
    /// To be on site.
    pub arrive: Term,
    /// Whether it calls to the site at once: a consultation does not, and the duty of clause 13 does not count it.
    pub on_site: bool,
    /// Whether its messages go out as orders, which reach people in their quiet hours too.
    pub is_pressing: bool,
    /// Whether it can be chosen for a new whistle; those of one that cannot go on as they are.
    pub is_offered: bool,
}

/// The longest name of a kind and the longest text about when to use it. Units: characters.
const KIND_LENGTHS: [usize; 2] = [20, 200];

impl Kind {
    /// That it makes sense.
    ///
    /// Errors: no name, nothing about when to use it, too long, a time of nothing.
    pub fn check(mut self) -> Result<Self, WhistleRefusal> {
        self.name = given(&self.name, "类别名称")?;
        self.about = given(&self.about, "什么情况下使用")?;
        let texts = [&self.name, &self.about];
        if texts.iter().zip(KIND_LENGTHS).any(|(text, most)| text.chars().count() > most) {
            return Err(WhistleRefusal::KindTooLong);
        }
        if self.receive.n == 0 || self.arrive.n == 0 {
            return Err(WhistleRefusal::NoTime);
        }
        if self.receive.unit == self.arrive.unit && self.receive.n > self.arrive.n {
            return Err(WhistleRefusal::LateSign);
        }
        Ok(self)
    }

    /// Names of the parameters that set its two times before a kind was set as a whole.
    pub fn parameters(&self) -> [String; 2] {
        [format!("whistle.{}.receive", self.code), format!("whistle.{}.arrive", self.code)]
    }
}

words! {
    /// Where a whistle stands.
    Stage {
        Raised "raised" "待镇确认"
        Returned "returned" "已退回"
        Sent "sent" "部门报到办理中"
        Done "done" "已办结待互评"
        Closed "closed" "已关闭"
        Void "void" "已作废"
    }
}

words! {
    /// Where a body stands.
    Standing {
        Waiting "waiting" "待签收"
        Received "received" "已签收待到场"
        Refused "refused" "提出不承办"
        Released "released" "已改派"
        Arrived "arrived" "已到场"
        Finished "finished" "已办结"
    }
}

words! {
    /// How high a body's silence has been carried.
    Height {
        None "none" "未升级"
        Leader "leader" "报分管领导"
        District "district" "提请区级"
    }
}

words! {
    /// What one side says of the other.
    Score {
        Good "good" "满意"
        Fair "fair" "基本满意"
        Poor "poor" "不满意"
    }
}

words! {
    /// A step.
    Step {
        Raise "raise" "吹哨"
        Confirm "confirm" "确认派哨"
        Return "return" "退回"
        Resend "resend" "补充后重报"
        Receive "receive" "签收"
        Refuse "refuse" "提出不承办"
        Insist "insist" "不同意退单"
        Reroute "reroute" "改派"
        Arrive "arrive" "现场签到"
        Opine "opine" "登记意见"
        Finish "finish" "办结"
        RateBody "rate_body" "评价部门"
        RateWhistle "rate_whistle" "评价吹哨"
        Close "close" "关闭"
        Void "void" "作废"
    }
}

impl Step {
    /// Whether it sets a body's clocks going, for which the times of the kind are needed.
    pub fn calls(self) -> bool {
        matches!(self, Self::Confirm | Self::Insist | Self::Reroute)
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each field is what the step of that name says")]
pub enum Act {
    Raise,
    Confirm { lead: OrgId, helpers: Vec<OrgId> },
    Return,
    Resend,
    Receive { org: OrgId },
    Refuse { org: OrgId },
    Insist { org: OrgId },
    Reroute { org: OrgId, to: OrgId },
    Arrive { org: OrgId, at: Timestamp, position: Option<Position> },
    Opine { org: OrgId, task: Option<FollowUpId> },
    Finish { org: OrgId },
    RateBody { org: OrgId, score: Score },
    RateWhistle { org: OrgId, score: Score },
    Close,
    Void,
}

impl Act {
    /// The step it is.
    pub fn step(&self) -> Step {
        match self {
            Self::Raise => Step::Raise,
            Self::Confirm { .. } => Step::Confirm,
            Self::Return => Step::Return,
            Self::Resend => Step::Resend,
            Self::Receive { .. } => Step::Receive,
            Self::Refuse { .. } => Step::Refuse,
            Self::Insist { .. } => Step::Insist,
            Self::Reroute { .. } => Step::Reroute,
            Self::Arrive { .. } => Step::Arrive,
            Self::Opine { .. } => Step::Opine,
            Self::Finish { .. } => Step::Finish,
            Self::RateBody { .. } => Step::RateBody,
            Self::RateWhistle { .. } => Step::RateWhistle,
            Self::Close => Step::Close,
            Self::Void => Step::Void,
        }
    }

    /// The body it is about.
    pub fn org(&self) -> Option<&OrgId> {
        match self {
            Self::Receive { org }
            | Self::Refuse { org }
            | Self::Insist { org }
            | Self::Reroute { org, .. }
            | Self::Arrive { org, .. }
            | Self::Opine { org, .. }
            | Self::Finish { org }
            | Self::RateBody { org, .. }
            | Self::RateWhistle { org, .. } => Some(org),
            _ => None,
        }
    }
}

/// What happened; appended, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The whistle's version after it; raising is 1.
    pub seq: i64,
    /// What.
    pub act: Act,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: PersonId,
    /// What was said.
    pub text: String,
    /// Where it stood afterwards.
    pub stage: Stage,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// Who was there, when and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// Who.
    pub by: PersonId,
    /// When he was there.
    pub at: Timestamp,
    /// Where the telephone said he was.
    pub position: Option<Position>,
    /// When it was recorded; none in what was recorded before this was kept.
    #[serde(default)]
    pub recorded_at: Option<Timestamp>,
}

/// What is recorded so long after it happened is said to be so, and judged no otherwise: valleys have no signal. Units: ms.
const RECORDED_LATE_MS: i64 = crate::time::HOUR_MS;

impl Arrival {
    /// When it was recorded, if that was more than an hour after it is said to have been.
    pub fn recorded_late(&self) -> Option<Timestamp> {
        self.recorded_at.filter(|recorded| recorded.0 - self.at.0 > RECORDED_LATE_MS)
    }
}

/// Why a body holds that it is none of its business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// What the town said; none while it has not.
    pub answer: Option<Answer>,
}

/// What the town said to a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Who goes instead; none when the body goes after all.
    pub to: Option<OrgId>,
    /// Why.
    pub reason: String,
}

/// What one side says of the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// How it was.
    pub score: Score,
    /// In words.
    pub text: String,
    /// Who says so.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// By when a body has to do each of it, counted out when it was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// When it was called.
    pub from: Timestamp,
    /// Received.
    pub receive_by: Timestamp,
    /// On site.
    pub arrive_by: Timestamp,
}

/// The times of a whistle's kind as the town has set them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// To receive it.
    pub receive: Term,
    /// To be on site.
    pub arrive: Term,
    /// When offices work.
    pub hours: OfficeHours,
}

impl Clocks {
    /// The clocks of a body called now.
    ///
    /// Errors: [`OutOfRange`] for times beyond the calendar.
    pub fn start(now: Timestamp, terms: &Terms, calendar: &Calendar) -> Result<Self, OutOfRange> {
        let after = |term: Term| term.after(now, calendar, terms.hours);
        Ok(Self { from: now, receive_by: after(terms.receive)?, arrive_by: after(terms.arrive)? })
    }
}

/// 报到单位: a body that was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// Which.
    pub org: OrgId,
    /// Whether it leads.
    pub is_lead: bool,
    /// By when.
    pub clocks: Clocks,
    /// Who received it.
    pub received: Option<Done>,
    /// Why it would not.
    pub refused: Option<Objection>,
    /// Who was there.
    pub arrived: Option<Arrival>,
    /// What it thinks.
    pub opinion: String,
    /// Its own task.
    pub task: Option<FollowUpId>,
    /// When it was done.
    pub finished: Option<Done>,
    /// What the whistler says of it.
    pub rated: Option<Rating>,
    /// What it says of the whistle.
    pub rates: Option<Rating>,
}

impl Body {
    fn called(org: OrgId, is_lead: bool, clocks: Clocks) -> Self {
        Self {
            org,
            is_lead,
            clocks,
            received: None,
            refused: None,
            arrived: None,
            opinion: String::new(),
            task: None,
            finished: None,
            rated: None,
            rates: None,
        }
    }

    /// Where it stands.
    pub fn standing(&self) -> Standing {
        let answer = self.refused.as_ref().map(|one| one.answer.as_ref());
        match answer {
            Some(Some(Answer { to: Some(_), .. })) => Standing::Released,
            Some(None) if self.arrived.is_none() => Standing::Refused,
            _ if self.finished.is_some() => Standing::Finished,
            _ if self.arrived.is_some() => Standing::Arrived,
            _ if self.received.is_some() => Standing::Received,
            _ => Standing::Waiting,
        }
    }

    /// Whether it is still expected: it was not replaced by another.
    pub fn is_called(&self) -> bool {
        self.standing() != Standing::Released
    }

    /// Whether its clocks run: it is expected, and the town owes no answer to its refusal.
    pub fn is_on_the_clock(&self) -> bool {
        !matches!(self.standing(), Standing::Released | Standing::Refused)
    }

    /// Whether it was on site in time; none while its time is not over and it has not come, or no clock runs.
    pub fn in_time(&self, now: Timestamp) -> Option<bool> {
        match &self.arrived {
            Some(arrival) => Some(arrival.at <= self.clocks.arrive_by),
            None => (self.is_on_the_clock() && now > self.clocks.arrive_by).then_some(false),
        }
    }

    /// Since when it is silent: the first time that passed without its answer.
    pub fn silent_since(&self, now: Timestamp) -> Option<Timestamp> {
        if !self.is_on_the_clock() {
            return None;
        }
        let missed = |is_done: bool, by: Timestamp| (!is_done && now > by).then_some(by);
        let unheard = missed(self.received.is_some() || self.refused.is_some(), self.clocks.receive_by);
        unheard.or_else(|| missed(self.arrived.is_some(), self.clocks.arrive_by))
    }

    /// How high its silence is carried: to the leader at once, to the district after so many working days more.
    ///
    /// Units: `district_after` counts working days, a parameter of the town.
    /// Errors: [`OutOfRange`] for times beyond the calendar.
    pub fn height(
        &self,
        now: Timestamp,
        district_after: u16,
        calendar: &Calendar,
    ) -> Result<Height, OutOfRange> {
        let Some(since) = self.silent_since(now) else { return Ok(Height::None) };
        let until = clock::end_of(calendar.working_day_after(since.date(), district_after)?);
        Ok(if now > until { Height::District } else { Height::Leader })
    }
}

/// What it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// `hazard`, `report_case` or `campaign`.
    pub kind: String,
    /// Id of the record.
    pub id: String,
}

/// 吹哨单.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whistle {
    /// Id.
    pub id: WhistleId,
    /// Number, as `SH-2026-0001`.
    pub code: String,
    /// `Kind::code`.
    pub kind: String,
    /// `Kind::on_site` on the day it was raised.
    pub on_site: bool,
    /// The problem.
    pub problem: String,
    /// The place, when it is one of the register.
    pub place: Option<PlaceId>,
    /// Where to come, in words.
    pub address: String,
    /// What it came from.
    pub origin: Option<Origin>,
    /// Who whistled.
    pub org: OrgId,
    /// Who of them.
    pub raised_by: PersonId,
    /// When.
    pub raised_at: Timestamp,
    /// When the town confirmed it and called the bodies.
    pub sent_at: Option<Timestamp>,
    /// Where it stands.
    pub stage: Stage,
    /// Whom it called, the lead first; those replaced stay.
    pub bodies: Vec<Body>,
    /// Why it was returned, closed or voided.
    pub said: String,
}

/// Who says what about a step.
#[derive(Debug, Clone, Copy)]
pub struct Saying<'a> {
    /// Who.
    pub by: &'a PersonId,
    /// What.
    pub text: &'a str,
    /// Now.
    pub at: Timestamp,
    /// The times of its kind; none where nobody is called by this step ([`Step::calls`]).
    pub terms: Option<&'a Terms>,
    /// Working days.
    pub calendar: &'a Calendar,
}

impl Saying<'_> {
    /// The clocks of a body called by this step.
    fn clocks(&self) -> Result<Clocks, WhistleRefusal> {
        let terms = self.terms.ok_or(WhistleRefusal::NoTerms)?;
        Ok(Clocks::start(self.at, terms, self.calendar)?)
    }
}

fn given(text: &str, what: &'static str) -> Result<String, WhistleRefusal> {
    match text.trim() {
        "" => Err(WhistleRefusal::Missing { what }),
        text => Ok(text.to_owned()),
    }
}

impl Whistle {
    /// Checks a whistle that is to be raised.
    ///
    /// Errors: no problem, or nowhere to come to.
    pub fn raise(self) -> Result<Self, WhistleRefusal> {
        let problem = given(&self.problem, "需要部门到场解决的问题")?;
        let address = self.address.trim().to_owned();
        if self.place.is_none() && address.is_empty() {
            return Err(WhistleRefusal::Missing { what: "到场地点" });
        }
        Ok(Self { problem, address, stage: Stage::Raised, ..self })
    }

    /// Bodies that are still expected.
    pub fn called(&self) -> impl Iterator<Item = &Body> {
        self.bodies.iter().filter(|body| body.is_called())
    }

    /// The body of this organisation that is still expected.
    pub fn body(&self, org: &OrgId) -> Option<&Body> {
        self.called().find(|body| body.org == *org)
    }

    /// The steps that belong to where it stands and are nobody's own.
    pub fn offered(&self) -> Vec<Step> {
        let unanswered = self.bodies.iter().any(|body| body.standing() == Standing::Refused);
        match self.stage {
            Stage::Raised => vec![Step::Confirm, Step::Return, Step::Void],
            Stage::Returned => vec![Step::Resend, Step::Void],
            Stage::Sent if unanswered => vec![Step::Insist, Step::Reroute, Step::RateBody, Step::Void],
            Stage::Sent => vec![Step::RateBody, Step::Void],
            Stage::Done => vec![Step::RateBody, Step::Close, Step::Void],
            Stage::Closed => vec![Step::Void],
            Stage::Void => Vec::new(),
        }
    }

    /// The steps a body may take.
    pub fn offered_to(&self, body: &Body) -> Vec<Step> {
        let rate = body.rates.is_none().then_some(Step::RateWhistle);
        let own: &[Step] = match (self.stage, body.standing()) {
            (Stage::Sent, Standing::Waiting) => &[Step::Receive, Step::Refuse, Step::Arrive],
            (Stage::Sent, Standing::Received) if body.refused.is_some() => &[Step::Arrive],
            (Stage::Sent, Standing::Received) => &[Step::Refuse, Step::Arrive],
            (Stage::Sent, Standing::Arrived) => &[Step::Opine, Step::Finish],
            (Stage::Sent | Stage::Done, Standing::Finished) => &[],
            _ => return Vec::new(),
        };
        let rate = rate.filter(|_| body.arrived.is_some());
        own.iter().copied().chain(rate).collect()
    }

    /// Judgements that lack: the whistler's of each body, and each body's of the whistle.
    pub fn unrated(&self) -> usize {
        self.called().map(|body| usize::from(body.rated.is_none()) + usize::from(body.rates.is_none())).sum()
    }

    /// It after a step.
    ///
    /// Errors: the stage or the body's standing does not allow it; something is not said.
    pub fn take(mut self, act: &Act, said: &Saying<'_>) -> Result<Self, WhistleRefusal> {
        let step = act.step();
        if let Some(org) = act.org() {
            return self.body_step(org.clone(), act, said);
        }
        if !self.offered().contains(&step) {
            return Err(WhistleRefusal::NotNow { step, stage: self.stage });
        }
        match act {
            Act::Confirm { lead, helpers } => {
                if *said.by == self.raised_by {
                    return Err(WhistleRefusal::OwnWhistle);
                }
                if lead.as_str().is_empty() {
                    return Err(WhistleRefusal::NoLead);
                }
                let all: Vec<&OrgId> = std::iter::once(lead).chain(helpers).collect();
                let distinct: std::collections::BTreeSet<&OrgId> = all.iter().copied().collect();
                if distinct.len() < all.len() || distinct.contains(&self.org) {
                    return Err(WhistleRefusal::Twice);
                }
                let clocks = said.clocks()?;
                self.bodies =
                    all.into_iter().map(|org| Body::called(org.clone(), org == lead, clocks)).collect();
                self.sent_at = Some(said.at);
                self.stage = Stage::Sent;
            }
            Act::Return => {
                self.said = given(said.text, "退回的理由")?;
                self.stage = Stage::Returned;
            }
            Act::Resend => {
                let more = given(said.text, "补充的情况")?;
                self.problem = format!("{}\n{more}", self.problem);
                self.said = String::new();
                self.stage = Stage::Raised;
            }
            Act::Close => {
                let lacking = self.unrated();
                if lacking > 0 && said.text.trim().is_empty() {
                    return Err(WhistleRefusal::Unrated(lacking));
                }
                self.said = said.text.trim().to_owned();
                self.stage = Stage::Closed;
            }
            _ => {
                self.said = given(said.text, "作废的理由")?;
                self.stage = Stage::Void;
            }
        }
        Ok(self)
    }

    fn body_step(mut self, org: OrgId, act: &Act, said: &Saying<'_>) -> Result<Self, WhistleRefusal> {
        let step = act.step();
        let at = self.bodies.iter().position(|body| body.org == org && body.is_called());
        let at = at.ok_or(WhistleRefusal::NotCalled)?;
        let of_the_town = matches!(step, Step::Insist | Step::Reroute | Step::RateBody);
        let stage = self.stage;
        let offered = self.bodies.get(at).map(|body| match of_the_town {
            true => self.offered(),
            false => self.offered_to(body),
        });
        let replaced = self.bodies.iter().any(|body| match act {
            Act::Reroute { to, .. } => body.org == *to && body.is_called(),
            _ => false,
        }) || matches!(act, Act::Reroute { to, .. } if *to == self.org);
        let sent_at = self.sent_at;
        let Some(body) = self.bodies.get_mut(at) else { return Err(WhistleRefusal::NotCalled) };
        let standing = body.standing();
        if !offered.is_some_and(|steps| steps.contains(&step)) {
            return Err(match stage {
                Stage::Sent | Stage::Done => WhistleRefusal::BodyNotNow { step, standing },
                _ => WhistleRefusal::NotNow { step, stage },
            });
        }
        let done = || Done { by: said.by.clone(), at: said.at };
        let rating = |score: Score| -> Result<Rating, WhistleRefusal> {
            let text = said.text.trim().to_owned();
            if score == Score::Poor && text.is_empty() {
                return Err(WhistleRefusal::Missing { what: "不满意的原因" });
            }
            Ok(Rating { score, text, by: said.by.clone(), at: said.at })
        };
        let mut instead = None;
        match act {
            Act::Receive { .. } => body.received = Some(done()),
            Act::Refuse { .. } => {
                let reason = given(said.text, "不承办的理由")?;
                body.refused = Some(Objection { by: said.by.clone(), at: said.at, reason, answer: None });
            }
            Act::Insist { .. } | Act::Reroute { .. } => {
                let (Some(objection), Standing::Refused) = (&mut body.refused, standing) else {
                    return Err(WhistleRefusal::BodyNotNow { step, standing });
                };
                let to = match act {
                    Act::Reroute { to, .. } if to.as_str().is_empty() => return Err(WhistleRefusal::NoLead),
                    Act::Reroute { .. } if replaced => return Err(WhistleRefusal::Twice),
                    Act::Reroute { to, .. } => Some(to.clone()),
                    _ => None,
                };
                let reason = given(said.text, "同意或者不同意退单的理由")?;
                objection.answer = Some(Answer { to: to.clone(), reason });
                // Whoever goes after all has thereby heard of it.
                body.received = body.received.take().or_else(|| to.is_none().then(done));
                let clocks = said.clocks()?;
                match to {
                    Some(to) => instead = Some(Body::called(to, body.is_lead, clocks)),
                    // The town took its time over the refusal: that is not the body's.
                    None => body.clocks = clocks,
                }
            }
            Act::Arrive { at, position, .. } => {
                if *at > said.at || sent_at.is_some_and(|sent| *at < sent) {
                    return Err(WhistleRefusal::WrongTime);
                }
                body.received = body.received.take().or(Some(Done { by: said.by.clone(), at: *at }));
                body.arrived = Some(Arrival {
                    by: said.by.clone(),
                    at: *at,
                    position: *position,
                    recorded_at: Some(said.at),
                });
            }
            Act::Opine { task, .. } => {
                body.opinion = given(said.text, "本单位的意见")?;
                body.task = task.clone().or(body.task.take());
            }
            Act::Finish { .. } => {
                if body.opinion.is_empty() {
                    return Err(WhistleRefusal::NoOpinion);
                }
                given(said.text, "办理结果")?;
                body.finished = Some(done());
            }
            Act::RateBody { score, .. } => {
                if body.arrived.is_none() && stage != Stage::Done {
                    return Err(WhistleRefusal::NotArrived);
                }
                body.rated = Some(rating(*score)?);
            }
            Act::RateWhistle { score, .. } => body.rates = Some(rating(*score)?),
            _ => {}
        }
        self.bodies.extend(instead);
        let over = self.called().all(|body| body.finished.is_some());
        if self.stage == Stage::Sent && over {
            self.stage = Stage::Done;
        }
        Ok(self)
    }
}

/// How often a body was called and was there in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Arrivals {
    /// Called, and its time is over or it has come.
    pub due: u32,
    /// There in time.
    pub in_time: u32,
}

/// 到位率: of whistles sent between two instants, body by body, those replaced left out. Source: handbook of the field, M16.
pub fn arrivals<'a>(
    whistles: impl IntoIterator<Item = &'a Whistle>,
    (from, until): (Timestamp, Timestamp),
    now: Timestamp,
) -> BTreeMap<&'a OrgId, Arrivals> {
    let mut out: BTreeMap<&OrgId, Arrivals> = BTreeMap::new();
    let counted = |whistle: &&Whistle| {
        whistle.stage != Stage::Void && whistle.sent_at.is_some_and(|sent| from <= sent && sent < until)
    };
    for body in whistles.into_iter().filter(counted).flat_map(Whistle::called) {
        if let Some(in_time) = body.in_time(now) {
            let sum = out.entry(&body.org).or_default();
            sum.due += 1;
            sum.in_time += u32::from(in_time);
        }
    }
    out
}
