//! Whistles: raised by the town or a village, confirmed and sent to the bodies that must come, received, signed on site,
//! answered by each for itself, judged by both sides. Notes a body writes for itself are read by that body alone. What does
//! not belong here: which step follows which and how silence is carried up (`domain::whistle`).

pub mod kind;
mod overrun;
pub mod view;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::follow_up::Origin as Asking;
use domain::ids::{FollowUpId, OrgId, PersonId, PlaceId, WhistleId};
use domain::message::Urgency;
use domain::org::{OrgKind, Role};
use domain::period::Unit;
use domain::policy::{Action, Subject, reach};
use domain::time::{Date, Timestamp};
use domain::whistle::{
    Act, Event, Height, OfficeHours, Origin, Saying, Score, Stage, Step, Terms, Whistle, arrivals,
};
use store::whistle::{WhistleNote, WhistleRecord};
use store::{Read, Write};

use crate::calendar::calendar;
use crate::message::News;
use crate::names::Names;
use crate::parameter::number_on;
use crate::place::{at_place, place_in_scope};
use crate::post::owner::Owners;
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};
use kind::{kind_on, kinds_on};
use view::{
    Frame, WhistleArrivalRow, WhistleArrivals, WhistleArrivalsAsked, WhistleAsked, WhistleBody, WhistleInput,
    WhistleKind, WhistleList, WhistleNoteInput, WhistleOptions, WhistleStep, WhistleView,
};

/// When offices open and close. Units: hours. Source: no checked one, the town sets it.
pub(crate) const OFFICE_FROM: (&str, f64) = ("whistle.office_from", 9.0);
/// When offices close. Units: hours. Source: the same.
pub(crate) const OFFICE_UNTIL: (&str, f64) = ("whistle.office_until", 18.0);
/// From the leader to the district. Units: working days. Source: no checked one, the town sets it.
pub(crate) const DISTRICT_AFTER: (&str, f64) = ("whistle.district_after", 1.0);
/// Missed so often within a quarter, and it goes into the supervision. Source: handbook of the field §4.4 (P).
pub(crate) const MISSES: (&str, f64) = ("whistle.misses", 2.0);
/// Rows read at once while the rows of a page are looked for.
const AT_ONCE: i64 = 200;
/// The longest problem and note. Units: characters.
const MAX_TEXT: usize = 2_000;

/// Where a whistle stands as far as rights are concerned.
pub(crate) fn subject(record: &WhistleRecord) -> Subject {
    Subject { place: record.whistle.place.clone(), ..Subject::of(&record.path, Some(&record.whistle.org)) }
}

/// The times of a kind as the town has set them on a day; none for a kind there is not.
pub(crate) async fn terms(read: &mut Read, code: &str, on: Date) -> Result<Option<Terms>> {
    let Some(known) = kind_on(read, code, on).await? else { return Ok(None) };
    let hours = OfficeHours {
        from: number_on(read, OFFICE_FROM, on).await?,
        until: number_on(read, OFFICE_UNTIL, on).await?,
    };
    Ok(Some(Terms { receive: known.receive, arrive: known.arrive, hours }))
}

/// The right a step asks for; none for what a body does for itself.
fn right_of(step: Step) -> Action {
    match step {
        Step::Raise | Step::Resend | Step::RateBody => Action::WhistleRaise,
        Step::Confirm | Step::Return | Step::Insist | Step::Reroute | Step::Close | Step::Void => {
            Action::WhistleConfirm
        }
        Step::Receive | Step::Refuse | Step::Arrive | Step::Opine | Step::Finish | Step::RateWhistle => {
            Action::WhistleAnswer
        }
    }
}

fn act_name(step: Step) -> &'static str {
    match step {
        Step::Raise => "whistle.blow",
        Step::Confirm => "whistle.call_out",
        Step::Return => "whistle.turn_back",
        Step::Resend => "whistle.raise_again",
        Step::Receive => "whistle.sign_for",
        Step::Refuse => "whistle.object",
        Step::Insist => "whistle.insist",
        Step::Reroute => "whistle.reroute",
        Step::Arrive => "whistle.arrive",
        Step::Opine => "whistle.opine",
        Step::Finish => "whistle.finish",
        Step::RateBody => "whistle.rate_body",
        Step::RateWhistle => "whistle.rate_whistle",
        Step::Close => "whistle.close_whistle",
        Step::Void => "whistle.void",
    }
}

async fn page(
    read: &mut Read,
    caller: &Caller,
    record: &WhistleRecord,
    now: Timestamp,
) -> Result<WhistleView> {
    let names = Names::read(read).await?;
    let today = now.date();
    let district_after = number_on(read, DISTRICT_AFTER, today).await?;
    let calendar = calendar(read).await?;
    let owners = Owners::read(read, today).await?;
    let kinds = kinds_on(read, now.date()).await?;
    let frame = Frame { caller, names: &names, now, district_after, calendar: &calendar, kinds: &kinds };
    let w = &record.whistle;
    let (mut joint_planned, mut joint_visits, mut may_plan) = (None, Vec::new(), false);
    let (place, site) = match &w.place {
        None => (None, None),
        Some(id) => {
            let (found, _) = at_place(read, id, []).await?;
            let since = (w.raised_at.date(), today);
            (joint_planned, joint_visits) =
                crate::joint_control::of_place(read, caller, &names, id, since).await?;
            let planned_at = Subject::of(&found.path, found.place.sector_org.as_ref());
            may_plan = joint_planned.is_none()
                && !matches!(w.stage, Stage::Void)
                && caller.hats.hat(Action::TaskAssign, &planned_at).is_some();
            let site = found.place.location.map(|at| [at.lon_deg, at.lat_deg]);
            (Some(Named::new(id.as_str(), found.place.name)), site)
        }
    };
    let asked = read.follow_ups_of(&asking(&w.id)).await?;
    let mut bodies: Vec<WhistleBody> = Vec::with_capacity(w.bodies.len());
    for body in &w.bodies {
        let of_body = |id: &FollowUpId| asked.iter().find(|one| one.item.id == *id);
        let task = body.task.as_ref().and_then(of_body).map(|item| {
            crate::follow_up::view(caller, item, &owners, Named::new(w.id.as_str(), w.code.as_str()), today)
        });
        bodies.push(frame.body(record, body, site, &owners, task)?);
    }
    let at = subject(record);
    let of_body = |step: &Step| matches!(step, Step::Insist | Step::Reroute | Step::RateBody);
    let offered = w.offered().into_iter().filter(|step| !of_body(step));
    let offered = offered.filter(|step| caller.hats.hat(right_of(*step), &at).is_some());
    let raised_it = w.raised_by == caller.person;
    let offered = offered.filter(|step| !(raised_it && *step == Step::Confirm));
    let own = own_bodies(caller, w);
    let notes = read.whistle_notes(&w.id, &own).await?;
    Ok(WhistleView {
        row: frame.row(record, place)?,
        raised_by: Named::new(w.raised_by.as_str(), names.person(&w.raised_by)),
        origin: view::origin(read, caller, w).await?,
        bodies,
        events: read.whistle_events(&w.id).await?.iter().rev().map(|one| frame.event(one)).collect(),
        notes: notes.iter().map(|one| frame.note(one)).collect(),
        may_note: !own.is_empty(),
        said: w.said.clone(),
        joint_planned,
        joint_visits,
        may_plan,
        unrated_n: w.unrated(),
        actions: offered.map(view::step_word).collect(),
        version: record.version,
    })
}

fn asking(id: &WhistleId) -> Asking {
    Asking { kind: "whistle".to_owned(), id: id.to_string() }
}

/// Organisations of the caller's that take part: those called, and the one that whistled.
fn own_bodies<'a>(caller: &'a Caller, whistle: &Whistle) -> Vec<&'a OrgId> {
    let takes_part = |org: &OrgId| whistle.org == *org || whistle.bodies.iter().any(|body| body.org == *org);
    caller.hats.orgs().into_iter().filter(|org| takes_part(org)).collect()
}

/// People of these organisations who may answer for them today.
async fn people_of(read: &mut Read, orgs: &[OrgId], today: Date) -> Result<BTreeSet<PersonId>> {
    let held = read.assignments().await?.into_iter().map(|one| one.assignment);
    let answers = |role: Role| reach(role, Action::WhistleAnswer).is_some();
    let held = held.filter(|one| one.is_valid_on(today) && orgs.contains(&one.org) && answers(one.role));
    Ok(held.map(|one| one.person).collect())
}

/// People who may confirm a whistle today.
async fn confirmers(read: &mut Read, today: Date) -> Result<BTreeSet<PersonId>> {
    let held = read.assignments().await?.into_iter().map(|one| one.assignment);
    let held = held.filter(|one| one.is_valid_on(today) && reach(one.role, Action::WhistleConfirm).is_some());
    Ok(held.map(|one| one.person).collect())
}

/// Whistles to confirm, whistles that wait for one of the caller's bodies, and silence carried to whom he is.
// Part of the workbench, counted within the right that lets him deal with them.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, now: Timestamp) -> Result<[i64; 4]> {
    let Some(scope) = caller.hats.scope(Action::WhistleRead) else { return Ok([0; 4]) };
    // All of them, the oldest silence too: who is done waits for nobody.
    let open = read.whistles(&scope, Some("raised,sent"), None, i64::MAX).await?;
    let names = Names::read(read).await?;
    let district_after = number_on(read, DISTRICT_AFTER, now.date()).await?;
    let calendar = calendar(read).await?;
    let kinds = kinds_on(read, now.date()).await?;
    let frame = Frame { caller, names: &names, now, district_after, calendar: &calendar, kinds: &kinds };
    let confirms = caller.hats.scope(Action::WhistleConfirm).is_some();
    let mut out = [0; 4];
    for record in &open {
        let w = &record.whistle;
        let is_anothers = w.raised_by != caller.person;
        out[0] += i64::from(confirms && is_anothers && w.stage == Stage::Raised);
        out[1] += i64::from(is_open_for(caller, w));
        match frame.highest(w)? {
            Height::None => {}
            Height::Leader => out[2] += i64::from(confirms),
            Height::District => out[3] += i64::from(confirms),
        }
    }
    Ok(out)
}

/// Where a page begins.
fn cursor(text: &str) -> Result<(Timestamp, WhistleId)> {
    let at = text.split_once('_').and_then(|(at, id)| Some((Timestamp(at.parse().ok()?), id.into())));
    at.ok_or_else(|| Error::field("after", "page.after", "翻页位置不对，请从第一页重新查看"))
}

/// Whether one of the caller's bodies still owes something on site.
fn is_open_for(caller: &Caller, whistle: &Whistle) -> bool {
    let owes = |org: &OrgId| whistle.body(org).is_some_and(|body| body.finished.is_none());
    whistle.stage == Stage::Sent
        && caller.hats.orgs().into_iter().any(|org| {
            owes(org) && caller.hats.hat(Action::WhistleAnswer, &Subject::of("", Some(org))).is_some()
        })
}

impl App {
    /// A page of the whistles the caller may see, newest first.
    pub async fn whistles(&self, caller: &Caller, asked: &WhistleAsked) -> Result<WhistleList> {
        let scope = caller.scope(Action::WhistleRead)?;
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let district_after = number_on(&mut read, DISTRICT_AFTER, now.date()).await?;
        let calendar = calendar(&mut read).await?;
        let kinds = kinds_on(&mut read, now.date()).await?;
        let frame = Frame { caller, names: &names, now, district_after, calendar: &calendar, kinds: &kinds };
        let limit = usize::try_from(asked.limit.unwrap_or(50).clamp(1, 200)).unwrap_or(1);
        // Whoever is called or silent is so while it runs, and at no other stage.
        let running = (asked.mine || asked.silent).then_some(Stage::Sent.code());
        let stages = running.or(asked.stage.as_deref());
        let is_asked = |w: &Whistle| -> Result<bool> {
            Ok((!asked.mine || is_open_for(caller, w))
                && (!asked.silent || frame.highest(w)? != Height::None))
        };
        let mut after = asked.after.as_deref().filter(|text| !text.is_empty()).map(cursor).transpose()?;
        let mut found: Vec<WhistleRecord> = Vec::new();
        while found.len() <= limit {
            let some = read.whistles(&scope, stages, after.take(), AT_ONCE).await?;
            after = some.last().map(|last| (last.whistle.raised_at, last.whistle.id.clone()));
            let is_last = (some.len() as i64) < AT_ONCE;
            for record in some {
                if is_asked(&record.whistle)? {
                    found.push(record);
                }
            }
            if is_last {
                break;
            }
        }
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|last| {
            let w = &last.whistle;
            format!("{}_{}", w.raised_at.0, w.id)
        });
        let ids: Vec<PlaceId> = found.iter().filter_map(|one| one.whistle.place.clone()).collect();
        let places = read.places_by_id(&ids).await?.into_iter();
        let places: HashMap<PlaceId, String> = places.map(|one| (one.place.id, one.place.name)).collect();
        let mut items = Vec::with_capacity(found.len());
        for record in &found {
            let place = record.whistle.place.as_ref();
            let place = place.and_then(|id| Some(Named::new(id.as_str(), places.get(id)?)));
            items.push(frame.row(record, place)?);
        }
        Ok(WhistleList { items, next, may_raise: caller.hats.scope(Action::WhistleRaise).is_some() })
    }

    /// One whistle.
    pub async fn whistle(&self, caller: &Caller, id: &WhistleId) -> Result<WhistleView> {
        let scope = caller.scope(Action::WhistleRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.whistle(id, &scope).await?.ok_or(Error::NotFound)?;
        page(&mut read, caller, &record, self.now()).await
    }

    /// What the forms need.
    pub async fn whistle_options(&self, caller: &Caller) -> Result<WhistleOptions> {
        caller.scope(Action::WhistleRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let mut listed = Vec::new();
        for one in kinds_on(&mut read, today).await?.into_iter().filter(|kind| kind.is_offered) {
            listed.push(WhistleKind {
                receive: one.receive.words(),
                arrive: one.arrive.words(),
                code: one.code,
                name: one.name,
                about: one.about,
                pressing: one.is_pressing,
            });
        }
        let able = able_bodies(&mut read, today).await?;
        let orgs = read.orgs().await?.into_iter().map(|one| one.org);
        let bodies = orgs.filter(|org| org.active && able.contains(&org.id));
        Ok(WhistleOptions {
            kinds: listed,
            bodies: bodies.map(|org| Named::new(org.id.as_str(), org.name)).collect(),
            scores: Score::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
        })
    }

    /// How often each body was called and was there in time, over some days.
    pub async fn whistle_arrivals(
        &self,
        caller: &Caller,
        asked: &WhistleArrivalsAsked,
    ) -> Result<WhistleArrivals> {
        caller.scope(Action::WhistleRead)?;
        let now = self.now();
        let quarter = Unit::Quarter.window_of(now.date());
        let from = asked.from.as_deref().map(|text| read_day("from", text)).transpose()?;
        let until = asked.until.as_deref().map(|text| read_day("until", text)).transpose()?;
        let mut read = self.db.read(&self.town).await?;
        arrivals_of(&mut read, (from.unwrap_or(quarter.from), until.unwrap_or(quarter.to)), now).await
    }

    /// Raises a whistle.
    ///
    /// Errors: an id that is no UUID; no such kind, place or record it comes from; what `domain::whistle` refuses.
    pub async fn raise_whistle(&self, caller: &Caller, asked: WhistleInput) -> Result<WhistleView> {
        if uuid::Uuid::parse_str(&asked.id).is_err() {
            return Err(Error::field("id", "whistle.id", "吹哨单编号须为 UUID，请刷新页面后再试"));
        }
        let now = self.now();
        caller.scope(Action::WhistleRaise)?;
        if asked.problem.chars().count() > MAX_TEXT {
            return Err(Error::field("problem", "whistle.too_long", "问题最多写 2000 个字，请精简"));
        }
        let mut tx = self.write(caller).await?;
        let known = kind_on(&mut tx, &asked.kind, now.date()).await?.filter(|kind| kind.is_offered);
        let known = known.ok_or_else(|| Error::field("kind", "whistle.kind", "请选择吹哨类别"))?;
        let place = asked.place.as_deref().map(str::trim).filter(|id| !id.is_empty()).map(PlaceId::from);
        let (hat, path) = match &place {
            Some(id) => {
                let (found, _) = place_in_scope(&mut tx, caller, Action::PlaceRead, id).await?;
                let hat = caller.hat(Action::WhistleRaise, &Subject::of(&found.path, None))?.clone();
                (hat, found.path)
            }
            // Told in words it lies where whoever whistles works.
            None => {
                let may = |hat: &&domain::org::Assignment| {
                    caller.hats.hat(Action::WhistleRaise, &Subject::of(&hat.path, Some(&hat.org))).is_some()
                };
                let hat = caller.hats.all().iter().find(may).cloned();
                let hat = hat.ok_or(Error::NotFound)?;
                let path = hat.path.clone();
                (hat, path)
            }
        };
        let origin = self.whistle_origin(&mut tx, caller, &asked).await?;
        let series = format!("SH-{}", now.date().format("%Y"));
        let whistle = Whistle {
            id: asked.id.to_lowercase().into(),
            code: format!("{series}-{:04}", tx.next_number(&series).await?),
            kind: known.code.clone(),
            on_site: known.on_site,
            problem: asked.problem,
            place,
            address: asked.address,
            origin,
            org: hat.org.clone(),
            raised_by: caller.person.clone(),
            raised_at: now,
            sent_at: None,
            stage: Stage::Raised,
            bodies: Vec::new(),
            said: String::new(),
        }
        .raise()?;
        let record =
            WhistleRecord { whistle, path, recorded_by: caller.name.clone(), version: 1, recorded_at: now };
        let event = Event {
            seq: 1,
            act: Act::Raise,
            at: now,
            by: caller.person.clone(),
            text: record.whistle.problem.clone(),
            stage: Stage::Raised,
        };
        tx.insert_whistle(&record, &event).await?;
        let told = confirmers(&mut tx, now.date()).await?;
        let text = format!("{}：{}待确认派哨", record.whistle.code, known.name);
        self.tell_of_whistle(&mut tx, &record, told, ("raised", &text)).await?;
        let view = page(&mut tx, caller, &record, now).await?;
        let object = ("whistle", record.whistle.id.as_str());
        let audit = caller.audit_as(&hat, "whistle.blow", object, &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// What a whistle comes from, if the caller may see it.
    async fn whistle_origin(
        &self,
        read: &mut Read,
        caller: &Caller,
        asked: &WhistleInput,
    ) -> Result<Option<Origin>> {
        let id = asked.origin.trim();
        if id.is_empty() {
            return Ok(None);
        }
        let right = match asked.origin_kind.as_str() {
            "hazard" => Action::HazardRead,
            "report_case" => Action::ReportCaseRead,
            "campaign" => Action::CampaignRead,
            _ => {
                return Err(Error::field(
                    "origin_kind",
                    "whistle.origin",
                    "吹哨只能由隐患、举报件或者专项引出",
                ));
            }
        };
        let scope = caller.scope(right)?;
        let known = read.object_refs(&asked.origin_kind, &[id]).await?.contains_key(id);
        if !known || read.within_scope(&asked.origin_kind, &[id], &scope).await?.is_empty() {
            return Err(Error::field(
                "origin",
                "whistle.origin_unknown",
                "没有找到引出吹哨的记录，请从该记录重新发起",
            ));
        }
        Ok(Some(Origin { kind: asked.origin_kind.clone(), id: id.to_owned() }))
    }

    /// Takes a step.
    ///
    /// Errors: not now; the caller's body is not called; somebody was quicker, for steps that are not a body's own.
    pub async fn step_whistle(
        &self,
        caller: &Caller,
        id: &WhistleId,
        asked: WhistleStep,
    ) -> Result<WhistleView> {
        let now = self.now();
        let scope = caller.scope(Action::WhistleRead)?;
        let mut tx = self.write(caller).await?;
        let mut record = tx.whistle(id, &scope).await?.ok_or(Error::NotFound)?;
        let step = Step::from_code(&asked.step).filter(|step| *step != Step::Raise);
        let step = step.ok_or_else(|| Error::field("step", "whistle.step", "没有这一步，请刷新后再试"))?;
        let right = right_of(step);
        let org = match asked.org.trim() {
            "" => {
                own_bodies(caller, &record.whistle).into_iter().find(|org| record.whistle.body(org).is_some())
            }
            _ => None,
        };
        let org = org.cloned().unwrap_or_else(|| OrgId::from(asked.org.trim()));
        let at = match right {
            Action::WhistleAnswer => Subject::of("", Some(&org)),
            _ => subject(&record),
        };
        let hat = caller.hat(right, &at)?.clone();
        if right != Action::WhistleAnswer && asked.version != Some(record.version) {
            return Err(Error::stale(&page(&mut tx, caller, &record, now).await?));
        }
        let act = self.whistle_act(&mut tx, (&record, now), step, org, &asked).await?;
        // A kind that is no more has no times: its whistles can still be answered and ended.
        let terms = match step.calls() {
            true => terms(&mut tx, &record.whistle.kind, now.date()).await?,
            false => None,
        };
        let terms = terms.as_ref();
        let calendar = calendar(&mut tx).await?;
        let said = Saying { by: &caller.person, text: &asked.text, at: now, terms, calendar: &calendar };
        record.whistle = record.whistle.take(&act, &said)?;
        self.tell_of_step(&mut tx, &record, &act).await?;
        let event = Event {
            seq: record.version + 1,
            act,
            at: now,
            by: caller.person.clone(),
            text: asked.text.trim().to_owned(),
            stage: record.whistle.stage,
        };
        tx.save_whistle(&record, &event).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, now).await?;
        let mut audit = caller.audit_as(&hat, act_name(step), ("whistle", id.as_str()), &record.path, now);
        audit.reason = asked.text.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }

    /// Notes something for one's own body.
    ///
    /// Errors: the caller's body takes no part; nothing is said.
    pub async fn note_whistle(
        &self,
        caller: &Caller,
        id: &WhistleId,
        asked: &WhistleNoteInput,
    ) -> Result<WhistleView> {
        let now = self.now();
        let scope = caller.scope(Action::WhistleRead)?;
        let text = asked.text.trim();
        if text.is_empty() || text.chars().count() > MAX_TEXT {
            return Err(Error::field("text", "whistle.note", "备注不能为空，最多 2000 个字"));
        }
        let mut tx = self.write(caller).await?;
        let record = tx.whistle(id, &scope).await?.ok_or(Error::NotFound)?;
        let own = own_bodies(caller, &record.whistle);
        let hat = caller.hats.all().iter().find(|hat| own.contains(&&hat.org));
        let hat = hat.ok_or_else(|| Error::Forbidden {
            code: "whistle.not_yours",
            message: "您的单位没有参加这张吹哨单，不能写内部备注".to_owned(),
        })?;
        let note = WhistleNote {
            id: self.new_id(),
            whistle: id.clone(),
            org: hat.org.clone(),
            by: caller.person.clone(),
            text: text.to_owned(),
            recorded_at: now,
        };
        tx.insert_whistle_note(&note).await?;
        let view = page(&mut tx, caller, &record, now).await?;
        // The record says that a note was written and not what it says.
        let audit = caller.audit_as(hat, "whistle.private_note", ("whistle", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// A step as it was asked for; a task of a body's own is asked of its post in the same write.
    // Part of the write that takes the step.
    // tidy(commit): the same.
    async fn whistle_act(
        &self,
        tx: &mut Write,
        (record, now): (&WhistleRecord, Timestamp),
        step: Step,
        org: OrgId,
        asked: &WhistleStep,
    ) -> Result<Act> {
        let score = || {
            let score = Score::from_code(&asked.score);
            score.ok_or_else(|| Error::field("score", "whistle.score", "请选择评价"))
        };
        Ok(match step {
            Step::Raise | Step::Return => Act::Return,
            Step::Confirm => {
                let lead = OrgId::from(asked.to.trim());
                let helpers: Vec<OrgId> = asked.helpers.iter().map(|one| one.as_str().into()).collect();
                self.are_able(tx, std::iter::once(&lead).chain(&helpers)).await?;
                Act::Confirm { lead, helpers }
            }
            Step::Resend => Act::Resend,
            Step::Receive => Act::Receive { org },
            Step::Refuse => Act::Refuse { org },
            Step::Insist => Act::Insist { org },
            Step::Reroute => {
                let to = OrgId::from(asked.to.trim());
                self.are_able(tx, [&to]).await?;
                Act::Reroute { org, to }
            }
            Step::Arrive => {
                let wrong = || Error::field("at", "whistle.at", "请按日期和时间填写到场时间");
                let at = match asked.at.trim() {
                    // The very moment the step is taken: a clock asked twice has gone on.
                    "" => now,
                    text => Timestamp::parse(text).ok_or_else(wrong)?,
                };
                Act::Arrive { org, at, position: asked.position.and_then(|one| one.read()) }
            }
            Step::Opine => Act::Opine { task: self.whistle_task(tx, record, &org, asked).await?, org },
            Step::Finish => Act::Finish { org },
            Step::RateBody => Act::RateBody { org, score: score()? },
            Step::RateWhistle => Act::RateWhistle { org, score: score()? },
            Step::Close => Act::Close,
            Step::Void => Act::Void,
        })
    }

    /// A body's own task, when it gives itself one.
    // Part of the write that takes the step.
    // tidy(commit): the same.
    async fn whistle_task(
        &self,
        tx: &mut Write,
        record: &WhistleRecord,
        org: &OrgId,
        asked: &WhistleStep,
    ) -> Result<Option<FollowUpId>> {
        if asked.task.trim().is_empty() {
            return Ok(None);
        }
        let now = self.now();
        let owners = Owners::read(tx, now.date()).await?;
        let post = asked.owner.as_str().into();
        if owners.post(&post).is_none_or(|known| known.org != *org) {
            return Err(Error::field("owner", "whistle.owner", "任务须交给本单位的岗位，请从列表中选择"));
        }
        let id = FollowUpId::from(self.new_id());
        let due_on = read_day("due_on", &asked.due_on)?;
        let item = (id.clone(), asked.task.as_str(), &post, due_on);
        crate::follow_up::ask(tx, &owners, &asking(&record.whistle.id), item, now).await?;
        Ok(Some(id))
    }

    /// That these organisations exist and somebody may answer for them.
    async fn are_able<'a>(&self, read: &mut Read, orgs: impl IntoIterator<Item = &'a OrgId>) -> Result<()> {
        let able = able_bodies(read, self.now().date()).await?;
        match orgs.into_iter().all(|org| org.as_str().is_empty() || able.contains(org)) {
            true => Ok(()),
            false => {
                Err(Error::field("to", "whistle.body", "有单位不存在，或者没有人能签收，请从列表中选择"))
            }
        }
    }

    /// Tells whoever has to do something next; each step by itself, for a second refusal is news like the first.
    // Part of the write that takes the step.
    // tidy(commit): the same.
    async fn tell_of_step(&self, tx: &mut Write, record: &WhistleRecord, act: &Act) -> Result<()> {
        let today = self.now().date();
        let w = &record.whistle;
        let tag = format!("{}.{}", act.step().code(), record.version + 1);
        match act {
            Act::Confirm { lead, helpers } => {
                let orgs: Vec<OrgId> = std::iter::once(lead).chain(helpers).cloned().collect();
                let told = people_of(tx, &orgs, today).await?;
                let text = format!("{}：请签收吹哨单并按时到场", w.code);
                self.tell_of_whistle(tx, record, told, (&tag, &text)).await
            }
            Act::Reroute { to, .. } => {
                let told = people_of(tx, std::slice::from_ref(to), today).await?;
                let text = format!("{}：吹哨单改派贵单位，请签收并按时到场", w.code);
                self.tell_of_whistle(tx, record, told, (&tag, &text)).await
            }
            Act::Insist { org } => {
                let told = people_of(tx, std::slice::from_ref(org), today).await?;
                let text = format!("{}：退单未获同意，请按时到场", w.code);
                self.tell_of_whistle(tx, record, told, (&tag, &text)).await
            }
            Act::Refuse { .. } | Act::Resend => {
                let told = confirmers(tx, today).await?;
                let text = format!("{}：有单位提出不承办或者已补充重报，请处理", w.code);
                self.tell_of_whistle(tx, record, told, (&tag, &text)).await
            }
            Act::Return => {
                let text = format!("{}：吹哨单被退回，请补充后重报", w.code);
                self.tell_of_whistle(tx, record, BTreeSet::from([w.raised_by.clone()]), (&tag, &text)).await
            }
            _ => Ok(()),
        }
    }

    // Part of the write that takes the step.
    // tidy(commit): the same.
    async fn tell_of_whistle(
        &self,
        tx: &mut Write,
        record: &WhistleRecord,
        told: BTreeSet<PersonId>,
        (tag, text): (&str, &str),
    ) -> Result<()> {
        let known = kind_on(tx, &record.whistle.kind, self.now().date()).await?;
        let pressing = known.is_some_and(|known| known.is_pressing);
        let news = News {
            about: ("whistle", record.whistle.id.as_str()),
            tag,
            urgency: if pressing { Urgency::Order } else { Urgency::Notice },
            text,
        };
        self.notify(tx, told, &news).await
    }
}

/// Organisations for which somebody may answer today.
async fn able_bodies(read: &mut Read, today: Date) -> Result<BTreeSet<OrgId>> {
    let units: BTreeSet<OrgId> = read
        .orgs()
        .await?
        .into_iter()
        .filter(|one| !one.org.active || one.org.kind == OrgKind::Unit)
        .map(|one| one.org.id)
        .collect();
    let held = read.assignments().await?.into_iter().map(|one| one.assignment);
    let held = held.filter(|one| {
        one.is_valid_on(today)
            && reach(one.role, Action::WhistleAnswer).is_some()
            && !units.contains(&one.org)
    });
    Ok(held.map(|one| one.org).collect())
}

/// How often each body was there in time, of the whistles sent from the first to the last day, as things stood at an instant,
/// and in which quarters it missed so many that it goes into that quarter's supervision. A quarter counts from its first day,
/// for a month or a week of it tells nothing about it, and not beyond the last day asked for.
// Part of a use case that asked for the right.
pub(crate) async fn arrivals_of(
    read: &mut Read,
    days: (Date, Date),
    now: Timestamp,
) -> Result<WhistleArrivals> {
    Ok(Sent::read(read, days).await?.arrivals(days, now))
}

/// What is known of whistles sent up to a day, from the first day of the quarter of another: enough to say how the bodies
/// answered, now or when it is read again years later.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Sent {
    /// By the time they were sent; those taken back are left out.
    pub whistles: Vec<Whistle>,
    /// What the bodies were called.
    orgs: BTreeMap<OrgId, String>,
    /// From so many misses on a body goes into the supervision.
    misses: u16,
}

impl Sent {
    // Part of a use case that asked for the right.
    pub(crate) async fn read(read: &mut Read, (from, until): (Date, Date)) -> Result<Self> {
        let after = Timestamp::start_of(until.succ_opt().unwrap_or(until));
        let first = Unit::Quarter.window_of(from).from;
        let found = read.whistles_sent((Timestamp::start_of(first), after)).await?;
        let names = Names::read(read).await?;
        let whistles: Vec<Whistle> = found.into_iter().map(|one| one.whistle).collect();
        let bodies = whistles.iter().flat_map(|one| &one.bodies);
        let orgs = bodies.map(|body| (body.org.clone(), names.named_org(&body.org).name)).collect();
        Ok(Self { whistles, orgs, misses: number_on(read, MISSES, until).await? })
    }

    /// How the bodies answered those sent between two days, as things stood at an instant.
    pub(crate) fn arrivals(&self, (from, until): (Date, Date), now: Timestamp) -> WhistleArrivals {
        let after = Timestamp::start_of(until.succ_opt().unwrap_or(until));
        let mut supervised: BTreeMap<&OrgId, Vec<String>> = BTreeMap::new();
        let mut quarter = Unit::Quarter.window_of(from);
        while self.misses > 0 && quarter.from <= until {
            let next = quarter.to.succ_opt().unwrap_or(quarter.to);
            let span = (Timestamp::start_of(quarter.from), Timestamp::start_of(next).min(after));
            for (org, sum) in arrivals(&self.whistles, span, now) {
                if sum.due - sum.in_time >= u32::from(self.misses) {
                    supervised.entry(org).or_default().push(quarter.key.clone());
                }
            }
            if next <= quarter.from {
                break;
            }
            quarter = Unit::Quarter.window_of(next);
        }
        let items: Vec<WhistleArrivalRow> = arrivals(&self.whistles, (Timestamp::start_of(from), after), now)
            .into_iter()
            .map(|(org, sum)| WhistleArrivalRow {
                org: Named::new(org.as_str(), self.orgs.get(org).map_or(org.as_str(), String::as_str)),
                due: sum.due,
                in_time: sum.in_time,
                missed: sum.due - sum.in_time,
                supervised_in: supervised.remove(org).unwrap_or_default(),
            })
            .collect();
        WhistleArrivals {
            from: from.to_string(),
            until: until.to_string(),
            due: items.iter().map(|one| one.due).sum(),
            in_time: items.iter().map(|one| one.in_time).sum(),
            items,
            misses: self.misses,
        }
    }
}
