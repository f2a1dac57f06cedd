//! Forces: registered by whoever keeps them, accepted and called into the unified dispatch by the office, measured against
//! their standard. What does not belong here: what they do from day to day (`daily`), call tests and sorties.

mod away;
mod book;
mod daily;
mod patrol;
mod view;

use std::sync::OnceLock;

use domain::force::{Force, ForceKind, Served, Skill, Standard, Vehicle};
use domain::hazard::Position;
use domain::ids::{ForceId, OrgId, PlaceId, PostId, TerritoryCode};
use domain::org::{Level, Life, Post, Role};
use domain::place::{Confidence, KindCode};
use domain::policy::{Action, Subject};
use domain::time::Date;
use serde::Deserialize;
use store::force::{ForceFilter, ForceRecord, PatrolRecord};
use store::post::PostRecord;
use store::{Read, Write};
use utoipa::ToSchema;

pub use away::{AwayBack, AwayInput, MyAway, MyAwayForce, MyDuty};
pub(crate) use book::monday;
use book::{Book, ROLES, option, page};
pub use daily::{
    ForceMemberInput, ForceVoidInput, KitCheckInput, PatrolInput, RosterDayInput, RosterDutyInput,
    RosterInput,
};
pub use patrol::{PatrolAsked, PatrolOne, PatrolPage, PatrolRow};
pub use view::{
    AbsentMember, AwayView, DispatchStayView, ExpiringSkill, ForceGap, ForceList, ForceMemberView,
    ForceOptions, ForceRow, ForceVehicleView, ForceView, KitCheckView, KitCount, KitLine, OnDutyView,
    PatrolView, RosterDay, SkillView, StandardLine, StandardOption, ThinShift,
};

use crate::names::Names;
use crate::parameter::counted;
use crate::plan::plan_in_force;
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};

/// After so many days a kit is to be counted again.
pub(crate) const CHECK_DAYS: (&str, f64) = ("force.check_days", 31.0);

/// A force to register or change.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ForceInput {
    /// `town`, `micro` or `brigade`.
    pub kind: String,
    /// `town`, `village`, `unit` or `compound`.
    pub served: String,
    /// Name.
    pub name: String,
    /// Who keeps it.
    pub org: String,
    /// Its village, or the town; not asked for where it serves a place.
    #[serde(default)]
    pub territory: String,
    /// The unit or compound it serves.
    pub place: Option<String>,
    /// Where it stands.
    #[serde(default)]
    pub address: String,
    /// Longitude, ten-millionths of a degree (WGS-84).
    pub lng_e7: Option<i32>,
    /// Latitude.
    pub lat_e7: Option<i32>,
    /// Code of its standard.
    pub standard: String,
    /// Telephone.
    #[serde(default)]
    pub phone: String,
    /// Radio channel.
    #[serde(default)]
    pub radio: String,
    /// Posts of its people; for a new one with none named, a post for its head and one for the others are made.
    #[serde(default)]
    pub posts: Vec<String>,
    /// The version that was read; none for a new one.
    pub version: Option<i64>,
}

/// A step in the life of a force.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ForceStepInput {
    /// The day.
    pub on: String,
    /// Who accepted it, its call sign, or why.
    #[serde(default)]
    pub text: String,
    /// The version that was read.
    pub version: i64,
}

/// A vehicle that comes into service.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ForceVehicleInput {
    /// Item of the standard.
    pub item: String,
    /// Name.
    pub name: String,
    /// 车牌号.
    #[serde(default)]
    pub plate: String,
    /// First day in service.
    pub from: String,
    /// The version that was read.
    pub version: i64,
}

/// What happens to a force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForceStep {
    /// It is accepted.
    Accept,
    /// It is no more.
    Close,
    /// It comes into the unified dispatch.
    EnterDispatch,
    /// It leaves it.
    LeaveDispatch,
    /// One of its vehicles, by its place in the list, leaves service.
    WithdrawVehicle(usize),
}

impl ForceStep {
    fn of(self) -> (&'static str, Action) {
        match self {
            Self::Accept => ("force.accept", Action::ForceAccept),
            Self::Close => ("force.close", Action::ForceAccept),
            Self::EnterDispatch => ("force.enter_dispatch", Action::ForceAccept),
            Self::LeaveDispatch => ("force.leave_dispatch", Action::ForceAccept),
            Self::WithdrawVehicle(_) => ("force.withdraw_vehicle", Action::ForceKeep),
        }
    }
}

/// Which forces are asked for.
#[derive(Debug, Clone, Default)]
pub struct ForceAsked {
    /// Only of these kinds, commas between them.
    pub kind: Option<String>,
    /// Only of these states, commas between them; without it those that are no more are left out.
    pub state: Option<String>,
    /// Only in this territory.
    pub territory: Option<String>,
    /// Only with this text in the name.
    pub text: Option<String>,
}

/// The standards that come along, with their own numbers.
pub(crate) fn standards() -> &'static [Standard] {
    static STANDARDS: OnceLock<Vec<Standard>> = OnceLock::new();
    STANDARDS.get_or_init(|| {
        let files = exchange::shipped::FORCES.iter();
        files.flat_map(|(_, text)| exchange::force_catalog::read(text).0).collect()
    })
}

/// The standards with the town's numbers of a day.
// Standards are the same for everybody.
pub(crate) async fn standards_on(read: &mut Read, on: Date) -> Result<Vec<Standard>> {
    let plan = match plan_in_force(read, on).await {
        Ok((plan, _)) => Some(plan),
        Err(Error::Refused { .. }) => None,
        Err(other) => return Err(other),
    };
    let number = |name: &str| counted(&plan.as_ref()?.set_on(name, on)?.value).map(u32::from);
    Ok(standards().iter().map(|one| one.clone().set(number)).collect())
}

/// A standard that is not here any more asks for nothing, and says so.
fn unknown_standard(force: &Force) -> Standard {
    Standard {
        code: force.standard.clone(),
        name: format!("未知标准（{}）", force.standard),
        kind: force.kind,
        serves: vec![force.served],
        source: String::new(),
        confidence: Confidence::Check,
        lines: Vec::new(),
    }
}

/// Where a force stands as far as rights are concerned.
pub(crate) fn subject(record: &ForceRecord) -> Subject {
    Subject { place: record.force.place.clone(), ..Subject::of(&record.path, Some(&record.force.org)) }
}

/// Where a patrol stands: with its force.
pub(crate) fn patrol_subject(record: &PatrolRecord) -> Subject {
    let org = OrgId::from(record.org.as_str());
    Subject { place: record.place.as_deref().map(PlaceId::from), ..Subject::of(&record.path, Some(&org)) }
}

fn wrong<T>(field: &str, code: &'static str, message: &str) -> Result<T> {
    Err(Error::field(field, code, message))
}

/// Of the forces the caller reports for: how many lack what their standard asks for or are to be counted, and how many
/// certificates of their people run out.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, today: Date) -> Result<(i64, i64)> {
    let Some(scope) = caller.hats.scope(Action::ForceReport) else { return Ok((0, 0)) };
    let filter = ForceFilter { state: Some("accepted".to_owned()), ..ForceFilter::default() };
    let found = read.forces(&scope, &filter).await?;
    if found.is_empty() {
        return Ok((0, 0));
    }
    let book = Book::read(read, &found, today).await?;
    let rows: Vec<ForceRow> = found.iter().map(|record| book.row(record)).collect();
    let wanting = rows.iter().filter(|row| !row.active || row.count_late).count();
    let expiring: usize = rows.iter().map(|row| row.expiring.len()).sum();
    Ok((i64::try_from(wanting).unwrap_or(i64::MAX), i64::try_from(expiring).unwrap_or(i64::MAX)))
}

impl App {
    /// The force board: forces the caller may see, by village, with what is missing today.
    pub async fn forces(&self, caller: &Caller, asked: &ForceAsked) -> Result<ForceList> {
        let scope = caller.scope(Action::ForceRead)?;
        let mut read = self.db.read(&self.town).await?;
        let path = match asked.territory.as_deref().filter(|code| !code.is_empty()) {
            None => None,
            Some(code) => {
                let found = read.territory(&TerritoryCode::from(code)).await?;
                Some(found.ok_or(Error::NotFound)?.territory.path)
            }
        };
        let filter = ForceFilter {
            kind: asked.kind.clone(),
            state: asked.state.clone().or_else(|| Some("registered,accepted".to_owned())),
            path,
            text: asked.text.clone(),
        };
        let found = read.forces(&scope, &filter).await?;
        let mut book = Book::read(&mut read, &found, self.now().date()).await?;
        book.learn_calls(&mut read, caller).await?;
        Ok(ForceList {
            items: found.iter().map(|record| book.row(record)).collect(),
            can_add: caller.scope(Action::ForceKeep).is_ok(),
        })
    }

    /// One force, with the week of its roster that a day lies in.
    pub async fn force(&self, caller: &Caller, id: &ForceId, week: Option<Date>) -> Result<ForceView> {
        let scope = caller.scope(Action::ForceRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.force(id, &scope).await?.ok_or(Error::NotFound)?;
        page(&mut read, caller, &record, self.now().date(), week).await
    }

    /// What a form needs.
    pub async fn force_options(&self, caller: &Caller) -> Result<ForceOptions> {
        let scope = caller.scope(Action::ForceKeep)?;
        let mut read = self.db.read(&self.town).await?;
        let standards = standards_on(&mut read, self.now().date()).await?;
        let names = Names::read(&mut read).await?;
        let admits = |code: &TerritoryCode, org: Option<&OrgId>| {
            scope.admits(&Subject::of(names.path(code).unwrap_or_default(), org))
        };
        let orgs = read.orgs().await?.into_iter().map(|one| one.org);
        let orgs = orgs.filter(|org| org.active && admits(&org.territory, Some(&org.id)));
        let nodes = read.open_territories().await?.into_iter().map(|one| one.territory);
        let nodes = nodes
            .filter(|node| matches!(node.level, Level::Town | Level::Village) && admits(&node.code, None));
        let posts = read.posts().await?.into_iter().map(|one| one.post);
        let posts = posts.filter(|post| {
            post.active && ROLES.contains(&post.role) && admits(&post.territory, Some(&post.org))
        });
        Ok(ForceOptions {
            kinds: ForceKind::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            served: Served::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            standards: standards.iter().map(option).collect(),
            orgs: orgs.map(|org| Named::new(org.id.as_str(), org.name)).collect(),
            territories: nodes.map(|node| Named::new(node.code.as_str(), node.name)).collect(),
            posts: posts.map(|post| Named::new(post.id.as_str(), post.name)).collect(),
            skills: Skill::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
        })
    }

    /// Registers a force, or changes what is said of one.
    pub async fn keep_force(
        &self,
        caller: &Caller,
        id: Option<&ForceId>,
        asked: ForceInput,
    ) -> Result<ForceView> {
        let now = self.now();
        let today = now.date();
        let mut tx = self.write(caller).await?;
        let before = match id {
            None => None,
            Some(id) => {
                let version = asked.version.unwrap_or(0);
                Some(self.kept_force(caller, &mut tx, id, Action::ForceKeep, version).await?)
            }
        };
        let Some(kind) = ForceKind::from_code(&asked.kind) else {
            return wrong("kind", "force.kind", "请选择站队类别");
        };
        let Some(served) = Served::from_code(&asked.served) else {
            return wrong("served", "force.served_kind", "请选择服务对象");
        };
        let standards = standards_on(&mut tx, today).await?;
        let Some(standard) = standards.into_iter().find(|one| one.code == asked.standard) else {
            return wrong("standard", "force.no_standard", "请从列表中选择配备标准");
        };
        let org = OrgId::from(asked.org.as_str());
        if tx.org(&org).await?.is_none_or(|one| !one.org.active) {
            return wrong("org", "force.org", "没有这个机构，请从列表中选择");
        }
        let place = asked.place.as_deref().map(str::trim).filter(|id| !id.is_empty()).map(PlaceId::from);
        let (territory, path) =
            self.stands(caller, &mut tx, served, place.as_ref(), &asked.territory).await?;
        let force = Force {
            id: id.cloned().unwrap_or_else(|| ForceId::from(self.new_id())),
            kind,
            served,
            name: asked.name.trim().to_owned(),
            org,
            territory,
            place,
            address: asked.address.trim().to_owned(),
            position: match (asked.lng_e7, asked.lat_e7) {
                (Some(lng_e7), Some(lat_e7)) => Some(Position { lng_e7, lat_e7, accuracy_m: None }),
                _ => None,
            },
            standard: standard.code.clone(),
            phone: asked.phone.trim().to_owned(),
            radio: asked.radio.trim().to_owned(),
            posts: asked.posts.iter().map(|post| PostId::from(post.as_str())).collect(),
            members: before.as_ref().map(|one| one.force.members.clone()).unwrap_or_default(),
            vehicles: before.as_ref().map(|one| one.force.vehicles.clone()).unwrap_or_default(),
            accepted: before.as_ref().and_then(|one| one.force.accepted.clone()),
            dispatch: before.as_ref().map(|one| one.force.dispatch.clone()).unwrap_or_default(),
            closed: before.as_ref().and_then(|one| one.force.closed.clone()),
        };
        let mut record = ForceRecord {
            force: force.checked(&standard)?,
            path,
            accepted_at: before.as_ref().and_then(|one| one.accepted_at),
            version: before.as_ref().map_or(1, |one| one.version),
            recorded_at: before.as_ref().map_or(now, |one| one.recorded_at),
            recorded_by: before.as_ref().map_or_else(|| caller.name.clone(), |one| one.recorded_by.clone()),
        };
        let hat = caller.hat(Action::ForceKeep, &subject(&record))?.clone();
        self.manned(caller, &mut tx, &mut record.force).await?;
        let action = match before {
            None => {
                tx.insert_force(&record).await?;
                "force.register"
            }
            Some(_) => {
                tx.update_force(&record).await?;
                record.version += 1;
                "force.change"
            }
        };
        let view = page(&mut tx, caller, &record, today, None).await?;
        let audit = caller.audit_as(&hat, action, ("force", record.force.id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// A step in the life of a force.
    pub async fn step_force(
        &self,
        caller: &Caller,
        id: &ForceId,
        step: ForceStep,
        asked: ForceStepInput,
    ) -> Result<ForceView> {
        let now = self.now();
        let today = now.date();
        let on = read_day("on", &asked.on)?;
        let (name, action) = step.of();
        let mut tx = self.write(caller).await?;
        let mut record = self.kept_force(caller, &mut tx, id, action, asked.version).await?;
        let hat = caller.hat(action, &subject(&record))?.clone();
        let (force, text) = (record.force, asked.text.as_str());
        record.force = match step {
            ForceStep::Accept => {
                record.accepted_at = Some(now);
                force.accept(on, text, today)?
            }
            ForceStep::Close => force.close(on, text, today)?,
            ForceStep::EnterDispatch => force.enter_dispatch(on, text, today)?,
            ForceStep::LeaveDispatch => force.leave_dispatch(on, text, today)?,
            ForceStep::WithdrawVehicle(no) => force.withdraw_vehicle(no, on, text, today)?,
        };
        tx.update_force(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, today, None).await?;
        let audit = caller.audit_as(&hat, name, ("force", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// A vehicle comes into service.
    pub async fn add_vehicle(
        &self,
        caller: &Caller,
        id: &ForceId,
        asked: ForceVehicleInput,
    ) -> Result<ForceView> {
        let now = self.now();
        let from = read_day("from", &asked.from)?;
        let mut tx = self.write(caller).await?;
        let mut record = self.kept_force(caller, &mut tx, id, Action::ForceKeep, asked.version).await?;
        let hat = caller.hat(Action::ForceKeep, &subject(&record))?.clone();
        let vehicle = Vehicle {
            item: asked.item,
            name: asked.name.trim().to_owned(),
            plate: asked.plate.trim().to_owned(),
            from,
            gone: None,
        };
        record.force = record.force.add_vehicle(vehicle, now.date())?;
        tx.update_force(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, now.date(), None).await?;
        let audit = caller.audit_as(&hat, "force.add_vehicle", ("force", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// The force as the caller may do this to it, if he saw its newest version.
    async fn kept_force(
        &self,
        caller: &Caller,
        read: &mut Read,
        id: &ForceId,
        action: Action,
        version: i64,
    ) -> Result<ForceRecord> {
        let scope = caller.scope(Action::ForceRead)?;
        let record = read.force(id, &scope).await?.ok_or(Error::NotFound)?;
        caller.hat(action, &subject(&record))?;
        if record.version != version {
            return Err(Error::stale(&page(read, caller, &record, self.now().date(), None).await?));
        }
        Ok(record)
    }

    /// Where a force stands: with the place it serves, or in the territory that was named.
    async fn stands(
        &self,
        caller: &Caller,
        read: &mut Read,
        served: Served,
        place: Option<&PlaceId>,
        territory: &str,
    ) -> Result<(TerritoryCode, String)> {
        let Some(place) = place else {
            let node = read.open_territory(&TerritoryCode::from(territory)).await?.map(|one| one.territory);
            let level = if served == Served::Town { Level::Town } else { Level::Village };
            return match node.filter(|node| node.level == level) {
                Some(node) => Ok((node.code, node.path)),
                None => wrong("territory", "force.territory", "请选择所服务的村（社区）或镇"),
            };
        };
        let scope = caller.scope(Action::PlaceRead)?;
        let found = read.place(place, &scope).await?.filter(|one| one.voided.is_none());
        let Some(found) = found else {
            return wrong("place", "force.no_place", "没有这个场所，请从列表中选择");
        };
        let is_compound = found.place.category.is_within(&KindCode::from("compound"));
        if is_compound != (served == Served::Compound) {
            let text = "服务小区的站队请选择居民小区类场所，服务重点单位的不能选小区";
            return wrong("place", "force.place_kind", text);
        }
        let code = found.path.rsplit('/').next().unwrap_or_default();
        Ok((TerritoryCode::from(code), found.path.clone()))
    }

    /// The posts of its people: those named, each of a role that serves in forces and of no other force; two new ones
    /// for a new force with none named.
    async fn manned(&self, caller: &Caller, tx: &mut Write, force: &mut Force) -> Result<()> {
        if force.posts.is_empty() {
            let (head, others) = match force.kind {
                ForceKind::Town | ForceKind::Micro => (Role::StationChief, Role::StationMember),
                ForceKind::Brigade => (Role::BrigadeLeader, Role::Volunteer),
            };
            for (role, word, most) in [(head, head_word(force.kind), Some(1)), (others, "队员", None)] {
                let post = Post {
                    id: PostId::from(self.new_id()),
                    role,
                    org: force.org.clone(),
                    territory: force.territory.clone(),
                    name: format!("{}{word}", force.name),
                    min_n: 1,
                    max_n: most,
                    active: true,
                };
                force.posts.insert(post.id.clone());
                tx.insert_post(&PostRecord {
                    life: Life::default(),
                    post,
                    version: 1,
                    recorded_at: self.now(),
                })
                .await?;
            }
            return Ok(());
        }
        let scope = caller.scope(Action::ForceKeep)?;
        let names = Names::read(tx).await?;
        let others = tx.all_forces().await?;
        for post in &force.posts {
            let found = tx.post(post).await?.map(|one| one.post).filter(|post| {
                let path = names.path(&post.territory).unwrap_or_default();
                ROLES.contains(&post.role) && scope.admits(&Subject::of(path, Some(&post.org)))
            });
            if found.is_none() {
                return wrong("posts", "force.post", "没有这个站队岗位，请从列表中选择");
            }
            let is_taken =
                |other: &Force| other.id != force.id && other.closed.is_none() && other.posts.contains(post);
            if others.iter().any(is_taken) {
                return wrong("posts", "force.post_taken", "这个岗位已属于别的站队，请另选岗位");
            }
        }
        Ok(())
    }
}

fn head_word(kind: ForceKind) -> &'static str {
    match kind {
        ForceKind::Town | ForceKind::Micro => "站长",
        ForceKind::Brigade => "队长",
    }
}
