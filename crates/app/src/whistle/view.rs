//! What is asked about whistles and what the answers look like. What does not belong here: the steps (`whistle`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use domain::calendar::Calendar;
use domain::hazard::Position;
use domain::policy::{Action, Subject};
use domain::time::Timestamp;
use domain::whistle::{Act, Answer, Body, Event, Height, Kind, Rating, Stage, Standing, Step, Whistle};
use serde::{Deserialize, Serialize};
use store::Read;
use store::whistle::{WhistleNote, WhistleRecord};
use utoipa::{IntoParams, ToSchema};

use crate::follow_up::FollowUpView;
use crate::inspection::PositionInput;
use crate::joint_control::{JointPlanned, JointVisit};
use crate::names::Names;
use crate::post::owner::{OwnerView, Owners};
use crate::view::{Named, Word};
use crate::{Caller, Result};

/// Which to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct WhistleAsked {
    /// Stages, commas between them.
    pub stage: Option<String>,
    /// Only those that call one of the caller's bodies which is not done.
    pub mine: bool,
    /// Only those with a body that is silent beyond its time.
    pub silent: bool,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows of a page, at most 200.
    pub limit: Option<i64>,
}

/// The days whose arrivals are asked for; this quarter where left out.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct WhistleArrivalsAsked {
    /// First day.
    pub from: Option<String>,
    /// Last day.
    pub until: Option<String>,
}

/// A whistle in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhistleRow {
    pub id: String,
    pub code: String,
    pub kind: Word,
    pub problem: String,
    pub place: Option<Named>,
    pub address: String,
    /// Who whistled.
    pub org: Named,
    pub stage: Word,
    pub raised_at: String,
    pub sent_at: Option<String>,
    /// Bodies that are expected.
    pub bodies_n: usize,
    /// Of these, on site.
    pub arrived_n: usize,
    /// How high the silence of the most silent is carried.
    pub height: Word,
    /// Where the caller's own body stands; none when it is not called.
    pub mine: Option<Word>,
    /// The next time of the caller's own body.
    pub my_next_by: Option<String>,
}

/// Whistles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhistleList {
    pub items: Vec<WhistleRow>,
    /// Where the next page begins; none on the last.
    pub next: Option<String>,
    pub may_raise: bool,
}

/// Why a body would not come, and what the town said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhistleObjection {
    pub by: Named,
    pub at: String,
    pub reason: String,
    /// Whether the town has answered.
    pub answered: bool,
    /// Who goes instead; none when it goes after all.
    pub to: Option<Named>,
    pub answer: String,
}

/// Who was there, when and where.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WhistleArrival {
    pub by: Named,
    pub at: String,
    pub position: Option<PositionInput>,
    /// How far from the place the telephone was; none where one of the two is not known. Units: metres.
    pub away_m: Option<i64>,
    /// When it was recorded, if long after it is said to have been.
    pub recorded_late: Option<String>,
}

/// What one side says of the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhistleRating {
    pub score: Word,
    pub text: String,
    pub by: Named,
    pub at: String,
}

/// A body that was called.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WhistleBody {
    pub org: Named,
    pub is_lead: bool,
    /// Whether the caller acts for it.
    pub is_mine: bool,
    pub standing: Word,
    pub called_at: String,
    pub receive_by: String,
    pub arrive_by: String,
    pub received_at: Option<String>,
    pub received_by: Option<Named>,
    pub received_late: bool,
    pub objection: Option<WhistleObjection>,
    pub arrived: Option<WhistleArrival>,
    /// Whether it was there in time; none while its time is not over.
    pub in_time: Option<bool>,
    pub opinion: String,
    pub task: Option<FollowUpView>,
    pub finished_at: Option<String>,
    /// What the whistler says of it.
    pub rated: Option<WhistleRating>,
    /// What it says of the whistle.
    pub rates: Option<WhistleRating>,
    /// How high its silence is carried.
    pub height: Word,
    /// Since when it is silent.
    pub silent_since: Option<String>,
    /// Posts of it that may be given a task; for its own people.
    pub posts: Vec<OwnerView>,
    /// Steps its own people may take, and those the town may take about it.
    pub actions: Vec<Word>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhistleEvent {
    pub seq: i64,
    pub step: Word,
    pub org: Option<Named>,
    pub at: String,
    pub by: Named,
    pub text: String,
    pub stage: Word,
}

/// What the caller's own body noted for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhistleNoteView {
    pub id: String,
    pub org: Named,
    pub by: Named,
    pub at: String,
    pub text: String,
}

/// What it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhistleOrigin {
    /// `hazard`, `report_case` or `campaign`.
    pub kind: String,
    pub id: String,
    /// Its number or title; empty for who may not see it.
    pub name: String,
}

/// A whistle as its page sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WhistleView {
    #[serde(flatten)]
    pub row: WhistleRow,
    pub raised_by: Named,
    pub origin: Option<WhistleOrigin>,
    pub bodies: Vec<WhistleBody>,
    pub events: Vec<WhistleEvent>,
    /// The caller's own body's notes; nobody else reads them.
    pub notes: Vec<WhistleNoteView>,
    pub may_note: bool,
    /// Why it was returned, closed or voided.
    pub said: String,
    /// The joint visit of its place it led to: planned, and made since it was raised.
    pub joint_planned: Option<JointPlanned>,
    pub joint_visits: Vec<JointVisit>,
    /// Whether the caller may plan one: it has a place of the register, and none is planned.
    pub may_plan: bool,
    /// Judgements that lack.
    pub unrated_n: usize,
    /// Steps of the town and the whistler.
    pub actions: Vec<Word>,
    pub version: i64,
}

/// A kind of whistle with its times as the town has set them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhistleKind {
    pub code: String,
    pub name: String,
    pub about: String,
    /// In words, as `30 分钟`.
    pub receive: String,
    pub arrive: String,
    /// Whether its messages go out as orders.
    pub pressing: bool,
}

/// What the forms need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhistleOptions {
    pub kinds: Vec<WhistleKind>,
    /// Bodies that may be called.
    pub bodies: Vec<Named>,
    pub scores: Vec<Word>,
}

/// How often a body was called and was there in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhistleArrivalRow {
    pub org: Named,
    pub due: u32,
    pub in_time: u32,
    /// Not there in time.
    pub missed: u32,
    /// The quarters in which it missed so often that it goes into their supervision, as `2026-Q3`.
    pub supervised_in: Vec<String>,
}

/// 到位率.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhistleArrivals {
    pub from: String,
    pub until: String,
    pub items: Vec<WhistleArrivalRow>,
    pub due: u32,
    pub in_time: u32,
    /// From so many misses on it goes into the supervision (a parameter of the town).
    pub misses: u16,
}

/// A whistle to raise.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct WhistleInput {
    /// Id, made by the page.
    pub id: String,
    pub kind: String,
    pub problem: String,
    /// The place; none where it is told in words.
    pub place: Option<String>,
    pub address: String,
    /// `hazard`, `report_case` or `campaign`; empty when it comes from nothing.
    pub origin_kind: String,
    pub origin: String,
}

/// A step; each reads what it needs.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct WhistleStep {
    pub step: String,
    /// The body it is about; the caller's own where left out.
    pub org: String,
    /// Who goes instead, or leads.
    pub to: String,
    /// Who cooperates.
    pub helpers: Vec<String>,
    pub text: String,
    /// When he was on site; now where left out.
    pub at: String,
    pub position: Option<PositionInput>,
    /// `good`, `fair` or `poor`.
    pub score: String,
    /// A task of the body's own: what, which post, by when.
    pub task: String,
    pub owner: String,
    pub due_on: String,
    /// The version that was read; a body's own steps need none.
    pub version: Option<i64>,
}

/// A note for one's own body.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct WhistleNoteInput {
    pub text: String,
}

fn word<T: Copy>(one: T, code: fn(T) -> &'static str, label: fn(T) -> &'static str) -> Word {
    Word::new(code(one), label(one))
}

pub(crate) fn step_word(step: Step) -> Word {
    word(step, Step::code, Step::label)
}

fn time(at: Timestamp) -> String {
    at.to_rfc3339()
}

/// Where a position is, as degrees.
fn degrees(at: Position) -> [f64; 2] {
    [f64::from(at.lng_e7) / 1e7, f64::from(at.lat_e7) / 1e7]
}

/// What all pages of whistles are drawn with.
pub(crate) struct Frame<'a> {
    pub caller: &'a Caller,
    pub names: &'a Names,
    pub now: Timestamp,
    /// Working days after which silence is carried to the district.
    pub district_after: u16,
    /// The town's working days.
    pub calendar: &'a Calendar,
    /// Kinds as they are called today.
    pub kinds: &'a [Kind],
}

impl Frame<'_> {
    fn is_mine(&self, body: &Body) -> bool {
        self.caller.hats.hat(Action::WhistleAnswer, &Subject::of("", Some(&body.org))).is_some()
            && self.caller.hats.orgs().contains(&body.org)
    }

    fn height(&self, body: &Body) -> Result<Height> {
        Ok(body.height(self.now, self.district_after, self.calendar)?)
    }

    /// The most silent of a whistle's bodies.
    pub(crate) fn highest(&self, whistle: &Whistle) -> Result<Height> {
        let mut most = Height::None;
        if matches!(whistle.stage, Stage::Sent) {
            for body in whistle.called() {
                most = most.max(self.height(body)?);
            }
        }
        Ok(most)
    }

    pub(crate) fn row(&self, record: &WhistleRecord, place: Option<Named>) -> Result<WhistleRow> {
        let w = &record.whistle;
        let mine = w.called().find(|body| self.is_mine(body));
        let next = mine.and_then(|body| match body.standing() {
            Standing::Waiting => Some(body.clocks.receive_by),
            Standing::Received => Some(body.clocks.arrive_by),
            _ => None,
        });
        Ok(WhistleRow {
            id: w.id.to_string(),
            code: w.code.clone(),
            kind: Word::new(&w.kind, self.kind_name(&w.kind)),
            problem: w.problem.clone(),
            place,
            address: w.address.clone(),
            org: self.names.named_org(&w.org),
            stage: word(w.stage, Stage::code, Stage::label),
            raised_at: time(w.raised_at),
            sent_at: w.sent_at.map(time),
            bodies_n: w.called().count(),
            arrived_n: w.called().filter(|body| body.arrived.is_some()).count(),
            height: word(self.highest(w)?, Height::code, Height::label),
            mine: mine.map(|body| word(body.standing(), Standing::code, Standing::label)),
            my_next_by: next.map(time),
        })
    }

    fn kind_name<'a>(&'a self, code: &'a str) -> &'a str {
        self.kinds.iter().find(|kind| kind.code == code).map_or(code, |kind| kind.name.as_str())
    }

    fn person(&self, id: &domain::ids::PersonId) -> Named {
        Named::new(id.as_str(), self.names.person(id))
    }

    fn rating(&self, rating: &Rating) -> WhistleRating {
        let score = rating.score;
        WhistleRating {
            score: Word::new(score.code(), score.label()),
            text: rating.text.clone(),
            by: self.person(&rating.by),
            at: time(rating.at),
        }
    }

    /// A body; `site` is where the place lies.
    pub(crate) fn body(
        &self,
        record: &WhistleRecord,
        body: &Body,
        site: Option<[f64; 2]>,
        owners: &Owners,
        task: Option<FollowUpView>,
    ) -> Result<WhistleBody> {
        let w = &record.whistle;
        let is_mine = self.is_mine(body) && body.is_called();
        let mut actions: Vec<Word> = Vec::new();
        if is_mine {
            actions.extend(w.offered_to(body).into_iter().map(step_word));
        }
        let at = super::subject(record);
        let may = |action| self.caller.hats.hat(action, &at).is_some();
        let offered = w.offered();
        let standing = body.standing();
        if standing == Standing::Refused && may(Action::WhistleConfirm) {
            let both = [Step::Insist, Step::Reroute].into_iter();
            actions.extend(both.filter(|step| offered.contains(step)).map(step_word));
        }
        let may_rate = body.is_called() && (body.arrived.is_some() || w.stage == Stage::Done);
        if may_rate && body.rated.is_none() && offered.contains(&Step::RateBody) && may(Action::WhistleRaise)
        {
            actions.push(step_word(Step::RateBody));
        }
        let away = |arrival: &domain::whistle::Arrival| -> Option<i64> {
            let (there, site) = (arrival.position?, site?);
            Some(domain::geometry::distance_m(degrees(there), site).round() as i64)
        };
        let to = |answer: &Option<Answer>| answer.as_ref().and_then(|one| one.to.clone());
        Ok(WhistleBody {
            org: self.names.named_org(&body.org),
            is_lead: body.is_lead,
            is_mine,
            standing: word(standing, Standing::code, Standing::label),
            called_at: time(body.clocks.from),
            receive_by: time(body.clocks.receive_by),
            arrive_by: time(body.clocks.arrive_by),
            received_at: body.received.as_ref().map(|one| time(one.at)),
            received_by: body.received.as_ref().map(|one| self.person(&one.by)),
            received_late: body.received.as_ref().is_some_and(|one| one.at > body.clocks.receive_by),
            objection: body.refused.as_ref().map(|one| WhistleObjection {
                by: self.person(&one.by),
                at: time(one.at),
                reason: one.reason.clone(),
                answered: one.answer.is_some(),
                to: to(&one.answer).map(|org| self.names.named_org(&org)),
                answer: one.answer.as_ref().map_or_else(String::new, |said| said.reason.clone()),
            }),
            arrived: body.arrived.as_ref().map(|one| WhistleArrival {
                by: self.person(&one.by),
                at: time(one.at),
                position: one.position.map(PositionInput::of),
                away_m: away(one),
                recorded_late: one.recorded_late().map(time),
            }),
            in_time: body.in_time(self.now).filter(|_| body.is_called()),
            opinion: body.opinion.clone(),
            task,
            finished_at: body.finished.as_ref().map(|one| time(one.at)),
            rated: body.rated.as_ref().map(|one| self.rating(one)),
            rates: body.rates.as_ref().map(|one| self.rating(one)),
            height: word(
                if w.stage == Stage::Sent { self.height(body)? } else { Height::None },
                Height::code,
                Height::label,
            ),
            silent_since: body.silent_since(self.now).filter(|_| w.stage == Stage::Sent).map(time),
            posts: match is_mine {
                true => owners.all().into_iter().filter(|one| one.org.id == body.org.as_str()).collect(),
                false => Vec::new(),
            },
            actions,
        })
    }

    pub(crate) fn event(&self, event: &Event) -> WhistleEvent {
        let to = match &event.act {
            Act::Reroute { to, .. } => format!("改派{}：", self.names.org(to)),
            _ => String::new(),
        };
        WhistleEvent {
            seq: event.seq,
            step: step_word(event.act.step()),
            org: event.act.org().map(|org| self.names.named_org(org)),
            at: time(match &event.act {
                Act::Arrive { at, .. } => *at,
                _ => event.at,
            }),
            by: self.person(&event.by),
            text: format!("{to}{}", event.text),
            stage: word(event.stage, Stage::code, Stage::label),
        }
    }

    pub(crate) fn note(&self, note: &WhistleNote) -> WhistleNoteView {
        WhistleNoteView {
            id: note.id.clone(),
            org: self.names.named_org(&note.org),
            by: self.person(&note.by),
            at: time(note.recorded_at),
            text: note.text.clone(),
        }
    }
}

/// What a whistle came from, by its number for who may see it.
pub(crate) async fn origin(
    read: &mut Read,
    caller: &Caller,
    whistle: &Whistle,
) -> Result<Option<WhistleOrigin>> {
    let Some(origin) = &whistle.origin else { return Ok(None) };
    let right = match origin.kind.as_str() {
        "hazard" => Action::HazardRead,
        "report_case" => Action::ReportCaseRead,
        _ => Action::CampaignRead,
    };
    let scope = caller.hats.scope(right).unwrap_or_default();
    let seen = read.within_scope(&origin.kind, &[&origin.id], &scope).await?;
    let name = match seen.is_empty() {
        true => String::new(),
        false => read.object_refs(&origin.kind, &[&origin.id]).await?.remove(&origin.id).unwrap_or_default(),
    };
    Ok(Some(WhistleOrigin { kind: origin.kind.clone(), id: origin.id.clone(), name }))
}
