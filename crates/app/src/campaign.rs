//! Campaigns: begun with every place of a class, followed as inspections and hazards come in, closed once whoever is
//! unfinished has been named. How far one has come is read from the record each time. What does not belong here: the visits
//! themselves (`inspection_plan`, `task`, `inspection`).

mod beside;
pub(crate) use beside::unchecked;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;

use domain::campaign::{Campaign, Class, Entry, Look, Standing, State, missing, standing};
use domain::ids::{CampaignId, OrgId, PlaceId};
use domain::org::lies_in;
use domain::place::Place;
use domain::policy::{Action, Scope, Subject};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::Read;
use store::campaign::{CampaignFilter, CampaignRecord};
use store::place::{PlaceFilter, PlaceRecord};
use utoipa::ToSchema;

use beside::{CampaignAssessment, CampaignPoint};

use crate::names::Names;
use crate::view::{Named, Word, page_after, read_day};
use crate::{App, Caller, Error, Result};

/// The classes that come with the program.
pub(crate) fn classes() -> &'static [Class] {
    static CLASSES: OnceLock<Vec<Class>> = OnceLock::new();
    CLASSES.get_or_init(|| exchange::campaign_catalog::read(exchange::shipped::CAMPAIGNS).0)
}

fn class(code: &str) -> Option<&'static Class> {
    classes().iter().find(|one| one.code == code)
}

/// How many places have come how far; of those the caller may see.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignProgress {
    /// On the list.
    pub places: usize,
    /// Looked at, nothing open.
    pub done: usize,
    /// Looked at, something open.
    pub open: usize,
    /// Not looked at within the window.
    pub not_yet: usize,
    /// Looked at, nothing open, not assessed although the class asks for it.
    pub unassessed: usize,
}

impl CampaignProgress {
    fn count(&mut self, standing: Standing) {
        match standing {
            Standing::Out => return,
            Standing::Done => self.done += 1,
            Standing::Open => self.open += 1,
            Standing::NotYet => self.not_yet += 1,
            Standing::Unassessed => self.unassessed += 1,
        }
        self.places += 1;
    }
}

/// A campaign in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignRow {
    /// Id.
    pub id: String,
    /// Class.
    pub class: Word,
    /// Title.
    pub title: String,
    /// 牵头单位.
    pub lead: Named,
    /// First day.
    pub from: String,
    /// Last day.
    pub until: String,
    /// `running`, `closed` or `void`.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// Whether it is over and not closed.
    pub overdue: bool,
    /// How far it has come.
    pub progress: CampaignProgress,
}

/// A page of campaigns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignPage {
    /// Rows.
    pub items: Vec<CampaignRow>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// The last look at a place within the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignLook {
    /// The inspection.
    pub inspection: String,
    /// Its day.
    pub on: String,
}

/// A place on the list, as the page sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignEntry {
    /// The place.
    pub place: Named,
    /// Its village.
    pub village: Named,
    /// `not_yet`, `open`, `unassessed`, `done` or `out`.
    pub standing: String,
    /// In Chinese.
    pub standing_label: String,
    /// The last look.
    pub look: Option<CampaignLook>,
    /// Hazards found within the window.
    pub found: u32,
    /// How many of them are open.
    pub open: u32,
    /// Why it was taken out, or unfinished at the end.
    pub reason: Option<String>,
    /// The last assessment within the window, in campaigns that ask for one.
    pub assessment: Option<CampaignAssessment>,
}

/// How far a village has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignVillage {
    /// The village.
    pub village: Named,
    /// How far.
    pub progress: CampaignProgress,
}

/// A campaign as its page sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignView {
    /// As in a list.
    #[serde(flatten)]
    pub row: CampaignRow,
    /// What it was ordered by.
    pub basis: String,
    /// Places, unfinished first.
    pub entries: Vec<CampaignEntry>,
    /// Village by village.
    pub villages: Vec<CampaignVillage>,
    /// Public facilities it is about as well, as charging points.
    pub points: Vec<CampaignPoint>,
    /// Whether each place is to be assessed within the window.
    pub assessed: bool,
    /// Places of the class that the list lacks; only while it runs and for who may add them.
    pub missing: Vec<Named>,
    /// What was done, found and left.
    pub summary: Option<String>,
    /// When it was closed.
    pub closed_on: Option<String>,
    /// Why it was voided.
    pub reason: Option<String>,
    /// Who recorded it.
    pub recorded_by: String,
    /// Version.
    pub version: i64,
    /// What the caller may do: `add`, `take_out`, `close`, `void`.
    pub actions: Vec<&'static str>,
}

/// A class one may begin a campaign for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignClass {
    /// Class.
    #[serde(flatten)]
    pub class: Word,
    /// Which kinds of places it is about.
    pub kinds: Vec<Word>,
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignOptions {
    /// Classes.
    pub classes: Vec<CampaignClass>,
    /// Bodies the caller may let lead.
    pub leads: Vec<Named>,
}

/// A campaign to begin, with every place of its class where its lead works.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CampaignInput {
    /// Id, made by the page.
    pub id: String,
    /// Class.
    pub class: String,
    /// Title.
    pub title: String,
    /// What it is ordered by.
    #[serde(default)]
    pub basis: String,
    /// 牵头单位.
    pub lead: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub until: String,
}

/// Places to put on the list.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CampaignAddInput {
    /// Places.
    pub places: Vec<String>,
    /// The version that was read.
    pub version: i64,
}

/// A place to take off the list.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CampaignOutInput {
    /// The place.
    pub place: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// The version that was read.
    pub version: i64,
}

/// The end of a campaign.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CampaignCloseInput {
    /// What was done, found and left.
    #[serde(default)]
    pub summary: String,
    /// Why whoever is unfinished is, by place.
    #[serde(default)]
    pub reasons: BTreeMap<String, String>,
    /// The version that was read.
    pub version: i64,
}

/// Which campaigns are asked for.
#[derive(Debug, Clone, Default)]
pub struct CampaignAsked {
    /// Only of this class.
    pub class: Option<String>,
    /// Only in this state.
    pub state: Option<String>,
    /// Where the page begins.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

fn subject(campaign: &Campaign) -> Subject {
    Subject::of(&campaign.path, Some(&campaign.lead))
}

/// The places of a campaign that the caller may see, with what the record says of them.
struct Sight {
    places: HashMap<PlaceId, PlaceRecord>,
    looks: BTreeMap<PlaceId, Look>,
}

impl Sight {
    async fn of(read: &mut Read, caller: &Caller, campaign: &Campaign) -> Result<Self> {
        let all: Vec<PlaceId> = campaign.entries.iter().map(|entry| entry.place.clone()).collect();
        let scope = caller.hats.scope(Action::PlaceRead).unwrap_or_default();
        let mut seen = BTreeSet::new();
        for some in all.chunks(500) {
            let ids: Vec<&str> = some.iter().map(PlaceId::as_str).collect();
            seen.extend(read.within_scope("place", &ids, &scope).await?);
        }
        let shown: Vec<PlaceId> = all.into_iter().filter(|id| seen.contains(id.as_str())).collect();
        let looks = looks(read, campaign, &shown, &scope).await?;
        let found = read.places_by_id(&shown).await?;
        Ok(Self { places: found.into_iter().map(|one| (one.place.id.clone(), one)).collect(), looks })
    }

    /// Entries the caller may see, each with its place and how far it has come.
    fn entries<'a>(
        &'a self,
        campaign: &'a Campaign,
    ) -> impl Iterator<Item = (&'a Entry, &'a PlaceRecord, Standing)> {
        campaign
            .entries
            .iter()
            .filter_map(|entry| Some((entry, self.places.get(&entry.place)?, standing(entry, &self.looks))))
    }

    fn row(&self, record: &CampaignRecord, names: &Names, today: Date) -> CampaignRow {
        let c = &record.campaign;
        let mut progress = CampaignProgress::default();
        self.entries(c).for_each(|(_, _, standing)| progress.count(standing));
        CampaignRow {
            id: c.id.to_string(),
            class: Word::new(&c.class, class(&c.class).map_or(c.class.as_str(), |one| one.name.as_str())),
            title: c.title.clone(),
            lead: names.named_org(&c.lead),
            from: c.from.to_string(),
            until: c.until.to_string(),
            state: c.state.code().to_owned(),
            state_label: c.state.label().to_owned(),
            overdue: c.is_overdue(today),
            progress,
        }
    }
}

/// What the record says of places of a campaign, the assessment asked for among it.
// Part of how far a campaign has come, whose right was asked already.
pub(crate) async fn looks(
    read: &mut Read,
    campaign: &Campaign,
    places: &[PlaceId],
    scope: &Scope,
) -> Result<BTreeMap<PlaceId, Look>> {
    let mut looks = read.looks(places, (campaign.from, campaign.until)).await?;
    if class(&campaign.class).is_some_and(|one| one.assessed) {
        let done = beside::assessed(read, scope, campaign).await?;
        for (place, look) in &mut looks {
            look.assessed = Some(done.contains(place));
        }
    }
    Ok(looks)
}

/// Every place of a class under a path, gone ones left out.
async fn places_of(read: &mut Read, class: &Class, path: &str, today: Date) -> Result<Vec<Place>> {
    let whole = Caller::system().scope(Action::PlaceRead)?;
    let filter = PlaceFilter { path: Some(path.to_owned()), ..PlaceFilter::default() };
    let mut found = Vec::new();
    read.each_place(&filter, &whole, |record| {
        if class.holds(&record.place, today) {
            found.push(record.place);
        }
    })
    .await?;
    Ok(found)
}

async fn page(
    read: &mut Read,
    caller: &Caller,
    record: &CampaignRecord,
    today: Date,
) -> Result<CampaignView> {
    let names = Names::read(read).await?;
    let c = &record.campaign;
    let sight = Sight::of(read, caller, c).await?;
    let (mut assessed, points) = match class(&c.class) {
        None => (BTreeMap::new(), Vec::new()),
        Some(class) => (
            beside::assessments(read, caller, &names, class, c).await?,
            beside::points(read, caller, &names, class, c).await?,
        ),
    };
    let mut villages: BTreeMap<String, CampaignProgress> = BTreeMap::new();
    let mut entries: Vec<(Standing, CampaignEntry)> = Vec::new();
    for (entry, place, standing) in sight.entries(c) {
        let village = &place.place.village;
        villages.entry(village.to_string()).or_default().count(standing);
        let look = sight.looks.get(&entry.place).cloned().unwrap_or_default();
        let shown = CampaignEntry {
            place: Named::new(entry.place.as_str(), &place.place.name),
            village: names.territory(village.as_str()),
            standing: standing.code().to_owned(),
            standing_label: standing.label().to_owned(),
            look: look
                .inspection
                .map(|(id, on)| CampaignLook { inspection: id.to_string(), on: on.to_string() }),
            found: look.found,
            open: look.open,
            reason: entry.out.as_ref().map(|out| out.text.clone()).or_else(|| entry.unfinished.clone()),
            assessment: assessed.remove(&entry.place),
        };
        entries.push((standing, shown));
    }
    entries.sort_by_key(|(standing, _)| *standing as u8);
    let keeps = caller.hats.hat(Action::CampaignKeep, &subject(c)).is_some();
    let running = c.state == State::Running;
    let lacking = match class(&c.class).filter(|_| running && keeps) {
        None => Vec::new(),
        Some(class) => {
            let all = places_of(read, class, &c.path, today).await?;
            missing(c, class, &all, today).iter().map(|p| Named::new(p.id.as_str(), &p.name)).collect()
        }
    };
    let (summary, closed_on, reason) = match &c.state {
        State::Running => (None, None, None),
        State::Closed { on, summary, .. } => (Some(summary.clone()), Some(on.to_string()), None),
        State::Void { reason, .. } => (None, None, Some(reason.clone())),
    };
    Ok(CampaignView {
        row: sight.row(record, &names, today),
        basis: c.basis.clone(),
        entries: entries.into_iter().map(|(_, entry)| entry).collect(),
        villages: villages
            .into_iter()
            .map(|(code, progress)| CampaignVillage { village: names.territory(&code), progress })
            .collect(),
        points,
        assessed: class(&c.class).is_some_and(|one| one.assessed),
        missing: lacking,
        summary,
        closed_on,
        reason,
        recorded_by: record.recorded_by.clone(),
        version: record.version,
        actions: match &c.state {
            State::Running if keeps => vec!["add", "take_out", "close", "void"],
            State::Closed { .. } if keeps => vec!["void"],
            _ => Vec::new(),
        },
    })
}

/// How many campaigns the caller keeps are over and not closed.
// Part of the workbench, counted within the right that lets him close them.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, today: Date) -> Result<i64> {
    let Some(scope) = caller.hats.scope(Action::CampaignKeep) else { return Ok(0) };
    let filter =
        CampaignFilter { state: Some(State::Running.code().to_owned()), ..CampaignFilter::default() };
    let running = read.campaigns(&scope, &filter, None, i64::from(i32::MAX)).await?;
    Ok(running.iter().filter(|one| one.campaign.is_overdue(today)).count() as i64)
}

impl App {
    /// Campaigns, newest first; how far each has come is told of the places the caller may see.
    pub async fn campaigns(&self, caller: &Caller, asked: &CampaignAsked) -> Result<CampaignPage> {
        let scope = caller.scope(Action::CampaignRead)?;
        let today = self.now().date();
        let before = page_after(asked.after.as_deref(), domain::time::parse_date)?;
        let filter = CampaignFilter { class: asked.class.clone(), state: asked.state.clone() };
        let mut read = self.db.read(&self.town).await?;
        let mut found = read.campaigns(&scope, &filter, before, asked.limit + 1).await?;
        let more = found.len() as i64 > asked.limit;
        found.truncate(usize::try_from(asked.limit).unwrap_or(0));
        let last = found.last().filter(|_| more);
        let next = last.map(|last| format!("{}~{}", last.campaign.from, last.campaign.id));
        let names = Names::read(&mut read).await?;
        let mut items = Vec::with_capacity(found.len());
        for record in &found {
            let sight = Sight::of(&mut read, caller, &record.campaign).await?;
            items.push(sight.row(record, &names, today));
        }
        Ok(CampaignPage { items, next })
    }

    /// One campaign.
    pub async fn campaign(&self, caller: &Caller, id: &CampaignId) -> Result<CampaignView> {
        let scope = caller.scope(Action::CampaignRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.campaign(id, &scope).await?.ok_or(Error::NotFound)?;
        page(&mut read, caller, &record, self.now().date()).await
    }

    /// What a form needs.
    pub async fn campaign_options(&self, caller: &Caller) -> Result<CampaignOptions> {
        caller.scope(Action::CampaignKeep)?;
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let orgs = read.orgs().await?.into_iter().map(|one| one.org);
        let leads = orgs.filter(|org| {
            let path = names.path(&org.territory).unwrap_or_default();
            org.active && caller.hats.hat(Action::CampaignKeep, &Subject::of(path, Some(&org.id))).is_some()
        });
        let kinds = |class: &Class| {
            class.kinds.iter().map(|kind| Word::new(kind.as_str(), crate::names::kind_label(kind))).collect()
        };
        Ok(CampaignOptions {
            classes: classes()
                .iter()
                .map(|one| CampaignClass { class: Word::new(&one.code, &one.name), kinds: kinds(one) })
                .collect(),
            leads: leads
                .filter(|org| org.kind != domain::org::OrgKind::Unit)
                .map(|org| Named::new(org.id.as_str(), org.name))
                .collect(),
        })
    }

    /// Begins a campaign with every place of its class where its lead works.
    ///
    /// Errors: an id that is no UUID or taken; no such class or lead; what `domain::campaign` refuses.
    pub async fn start_campaign(&self, caller: &Caller, asked: CampaignInput) -> Result<CampaignView> {
        if uuid::Uuid::parse_str(&asked.id).is_err() {
            return Err(Error::field("id", "campaign.id", "专项编号须为 UUID，请刷新页面后再试"));
        }
        let now = self.now();
        let today = now.date();
        caller.scope(Action::CampaignKeep)?;
        let class =
            class(&asked.class).ok_or_else(|| Error::field("class", "campaign.class", "请选择专项类别"))?;
        let mut tx = self.write(caller).await?;
        let lead = OrgId::from(asked.lead.as_str());
        let body = tx.org(&lead).await?.filter(|one| one.org.active);
        let body = body.ok_or_else(|| Error::field("lead", "campaign.lead", "请选择牵头单位"))?;
        let territory = tx.territory(&body.org.territory).await?;
        let path = territory.map(|one| one.territory.path).unwrap_or_default();
        let entry = |place: Place| Entry { place: place.id, added_on: today, out: None, unfinished: None };
        let entries = places_of(&mut tx, class, &path, today).await?.into_iter().map(entry).collect();
        let campaign = Campaign {
            id: asked.id.to_lowercase().into(),
            class: asked.class,
            title: asked.title.trim().to_owned(),
            basis: asked.basis.trim().to_owned(),
            lead,
            path,
            from: read_day("from", &asked.from)?,
            until: read_day("until", &asked.until)?,
            entries,
            unchecked: BTreeMap::new(),
            state: State::Running,
        }
        .start()?;
        let hat = caller.hat(Action::CampaignKeep, &subject(&campaign))?;
        let record = CampaignRecord {
            campaign,
            recorded_by: caller.name.clone(),
            version: 1,
            recorded_at: now,
            changed_at: now,
        };
        tx.insert_campaign(&record).await?;
        let view = page(&mut tx, caller, &record, today).await?;
        let object = ("campaign", record.campaign.id.as_str());
        let audit = caller.audit_as(hat, "campaign.start", object, &record.campaign.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Puts places on the list.
    pub async fn add_to_campaign(
        &self,
        caller: &Caller,
        id: &CampaignId,
        asked: CampaignAddInput,
    ) -> Result<CampaignView> {
        let places: Vec<PlaceId> = asked.places.iter().map(|place| place.as_str().into()).collect();
        let on = self.now().date();
        self.step_campaign(caller, id, asked.version, "campaign.add", "", async |read, c| {
            let known = read.places_by_id(&places).await?;
            let stand = known.iter().filter(|one| one.voided.is_none() && lies_in(&one.path, &c.path));
            if stand.count() < places.len() {
                return Err(Error::field(
                    "places",
                    "campaign.places",
                    "有场所不存在或不在整治范围内，请重新选择",
                ));
            }
            Ok(c.add(&places, on)?)
        })
        .await
    }

    /// Takes a place off the list; it stays on record with the reason.
    pub async fn take_out_of_campaign(
        &self,
        caller: &Caller,
        id: &CampaignId,
        asked: CampaignOutInput,
    ) -> Result<CampaignView> {
        let (place, on) = (PlaceId::from(asked.place.as_str()), self.now().date());
        self.step_campaign(caller, id, asked.version, "campaign.take_out", &asked.reason, async |_, c| {
            Ok(c.take_out(&place, on, &asked.reason)?)
        })
        .await
    }

    /// Closes a campaign; whoever is unfinished is named with a reason.
    pub async fn close_campaign(
        &self,
        caller: &Caller,
        id: &CampaignId,
        asked: CampaignCloseInput,
    ) -> Result<CampaignView> {
        let on = self.now().date();
        self.step_campaign(caller, id, asked.version, "campaign.close", &asked.summary, async |read, c| {
            let places: Vec<PlaceId> = c.places().cloned().collect();
            let looks = looks(read, &c, &places, &Caller::system().scope(Action::PlaceRead)?).await?;
            let unchecked = match class(&c.class) {
                Some(class) => beside::unchecked(read, class, &c).await?,
                None => Vec::new(),
            };
            Ok(c.close(on, caller.person.clone(), &asked.summary, (&looks, &unchecked), &asked.reasons)?)
        })
        .await
    }

    /// Voids a campaign that was begun by mistake.
    pub async fn void_campaign(
        &self,
        caller: &Caller,
        id: &CampaignId,
        reason: &str,
        version: i64,
    ) -> Result<CampaignView> {
        let at = self.now();
        self.step_campaign(caller, id, version, "campaign.void", reason, async |_, c| Ok(c.void(at, reason)?))
            .await
    }

    /// One step of a campaign, if the caller may take it and saw its newest version.
    async fn step_campaign(
        &self,
        caller: &Caller,
        id: &CampaignId,
        version: i64,
        action: &'static str,
        reason: &str,
        step: impl AsyncFnOnce(&mut Read, Campaign) -> Result<Campaign>,
    ) -> Result<CampaignView> {
        let now = self.now();
        let scope = caller.scope(Action::CampaignRead)?;
        let mut tx = self.write(caller).await?;
        let mut record = tx.campaign(id, &scope).await?.ok_or(Error::NotFound)?;
        let hat = caller.hat(Action::CampaignKeep, &subject(&record.campaign))?;
        if record.version != version {
            return Err(Error::stale(&page(&mut tx, caller, &record, now.date()).await?));
        }
        record.campaign = step(&mut tx, record.campaign).await?;
        record.changed_at = now;
        tx.update_campaign(&record).await?;
        record.version += 1;
        let view = page(&mut tx, caller, &record, now.date()).await?;
        let mut audit = caller.audit_as(hat, action, ("campaign", id.as_str()), &record.campaign.path, now);
        audit.reason = reason.trim().to_owned();
        Ok(tx.commit(audit, view).await?)
    }
}
