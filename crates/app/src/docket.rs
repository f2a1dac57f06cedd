//! Suspected major hazards on their way to the district fire rescue organ, with their clock and receipt, and hazards listed for
//! supervision by town or district, with deadline and lifting. What does not belong here: handing over and listing
//! themselves, which are steps of the hazard (`hazard`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use domain::calendar::Calendar;
use domain::docket::{Entry, Kind, Known, Listing, Step, Transfer};
use domain::hazard::Event;
use domain::ids::HazardId;
use domain::org::Relation;
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use store::Read;
use utoipa::ToSchema;

use crate::calendar::calendar;
use crate::hazard::{Loaded, loaded};
use crate::names::Names;
use crate::parameter::number_on;
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};

/// From the suspicion to the letter. Units: working days. A default of the town.
pub(crate) const TRANSFER_DAYS: (&str, f64) = ("hazard.transfer_days", 1.0);
/// Rows read at most.
const READ: i64 = 500;

/// Something written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DocketEntry {
    pub on: String,
    pub body: String,
    pub document_no: String,
    pub text: String,
    pub by: Named,
}

/// A suspicion of 重大 on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DocketTransfer {
    /// The hazard by its number.
    pub hazard: Named,
    pub place: Named,
    pub village: Named,
    pub suspected_on: Option<String>,
    /// The last day to hand it over.
    pub due_on: Option<String>,
    pub sent_on: Option<String>,
    pub document_no: String,
    /// Went, or has not gone, after its day.
    pub late: bool,
    pub receipt: Option<DocketEntry>,
    pub answered: bool,
    /// `receipt`, where the caller may.
    pub actions: Vec<Word>,
}

/// A listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DocketListing {
    pub hazard: Named,
    pub place: Named,
    pub village: Named,
    pub kind: Word,
    pub since: String,
    pub document_no: String,
    pub due_on: Option<String>,
    pub overdue: bool,
    /// Where the hazard stands.
    pub stage: String,
    pub lifted: Option<DocketEntry>,
    /// `deadline`, `lift`, where the caller may.
    pub actions: Vec<Word>,
}

/// Both lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DocketView {
    pub transfers: Vec<DocketTransfer>,
    pub listings: Vec<DocketListing>,
    /// Working days from the suspicion to the letter (a parameter of the town).
    pub transfer_days: u16,
}

/// Something to write down.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct DocketInput {
    /// `transfer`, `town_listed` or `district_listed`.
    pub kind: String,
    /// `receipt`, `deadline` or `lift`.
    pub step: String,
    pub on: String,
    pub due_on: Option<String>,
    pub body: String,
    pub document_no: String,
    pub text: String,
}

/// The right to write something down.
fn right_of(kind: Kind, step: Step) -> Action {
    match (kind, step) {
        (_, Step::Receipt) => Action::HazardTransfer,
        // What the town listed its leaders lift; what the district lifted the office writes down.
        (Kind::TownListed, Step::Lift) => Action::HazardLift,
        _ => Action::HazardEscalate,
    }
}

fn entry(one: &Entry, names: &Names) -> DocketEntry {
    DocketEntry {
        on: one.on.to_string(),
        body: one.body.clone(),
        document_no: one.document_no.clone(),
        text: one.text.clone(),
        by: Named::new(one.by.as_str(), names.person(&one.by)),
    }
}

/// A hazard with all that is known of it.
struct Docket {
    of: Loaded,
    events: Vec<Event>,
    entries: Vec<Entry>,
}

impl Docket {
    async fn read(read: &mut Read, id: &HazardId) -> Result<Self> {
        Ok(Self {
            of: loaded(read, id).await?,
            events: read.hazard_events(id).await?,
            entries: read.docket_entries(id).await?,
        })
    }

    fn may(&self, caller: &Caller, kind: Kind, step: Step) -> Option<Word> {
        let held = caller.hats.hat(right_of(kind, step), &self.of.subject);
        held.map(|_| Word::new(step.code(), step.label()))
    }

    fn named(&self, names: &Names) -> (Named, Named, Named) {
        let place = &self.of.place.place;
        (
            Named::new(self.of.hazard.id.as_str(), &self.of.filing.code),
            Named::new(place.id.as_str(), &place.name),
            names.territory(place.village.as_str()),
        )
    }

    fn transfer(
        &self,
        caller: &Caller,
        names: &Names,
        (allowed, calendar): (u16, &Calendar),
        today: Date,
    ) -> Result<Option<DocketTransfer>> {
        let Some(transfer) = Transfer::of(&self.events, &self.entries) else { return Ok(None) };
        let due_on = transfer.due_on(allowed, calendar)?;
        // What turned out to be none and never went is over.
        if transfer.sent.is_none() && !self.of.hazard.is_open() {
            return Ok(None);
        }
        let (hazard, place, village) = self.named(names);
        let asks = transfer.sent.is_some() && transfer.receipt.is_none();
        let receipt = self.may(caller, Kind::Transfer, Step::Receipt).filter(|_| asks);
        Ok(Some(DocketTransfer {
            hazard,
            place,
            village,
            suspected_on: transfer.suspected_on.map(|day| day.to_string()),
            due_on: due_on.map(|day| day.to_string()),
            late: transfer.is_late(due_on, today),
            sent_on: transfer.sent.as_ref().map(|(on, _)| on.to_string()),
            document_no: transfer.sent.as_ref().map_or_else(String::new, |(_, no)| no.clone()),
            receipt: transfer.receipt.as_ref().map(|one| entry(one, names)),
            answered: transfer.answered,
            actions: receipt.into_iter().collect(),
        }))
    }

    fn listings(&self, caller: &Caller, names: &Names, today: Date) -> Vec<DocketListing> {
        let of = |listing: Listing| {
            let (hazard, place, village) = self.named(names);
            let steps = [Step::Deadline, Step::Lift].into_iter().filter(|_| listing.lifted.is_none());
            DocketListing {
                hazard,
                place,
                village,
                kind: Word::new(listing.kind.code(), listing.kind.label()),
                since: listing.since.to_string(),
                due_on: listing.due_on.map(|day| day.to_string()),
                overdue: listing.is_overdue(today),
                stage: self.of.hazard.stage_label(today),
                lifted: listing.lifted.as_ref().map(|one| entry(one, names)),
                actions: steps.filter_map(|step| self.may(caller, listing.kind, step)).collect(),
                document_no: listing.document_no,
            }
        };
        Listing::of(&self.events, &self.entries).into_iter().map(of).collect()
    }
}

/// Both lists, within what the caller may see.
// Part of use cases that asked for the right.
async fn lists(read: &mut Read, caller: &Caller, now: Timestamp) -> Result<DocketView> {
    let today = now.date();
    let scope = caller.scope(Action::HazardRead)?;
    let names = Names::read(read).await?;
    let allowed = number_on(read, TRANSFER_DAYS, today).await?;
    let calendar = calendar(read).await?;
    let (mut transfers, mut listings) = (Vec::new(), Vec::new());
    for id in read.docket_hazards(&scope, READ).await? {
        let docket = Docket::read(read, &id).await?;
        transfers.extend(docket.transfer(caller, &names, (allowed, &calendar), today)?);
        listings.extend(docket.listings(caller, &names, today));
    }
    // What waits stands first.
    transfers.sort_by_key(|one| (one.sent_on.is_some(), one.receipt.is_some()));
    listings.sort_by_key(|one| (one.lifted.is_some(), !one.overdue));
    Ok(DocketView { transfers, listings, transfer_days: allowed })
}

/// Transfers that are late or lack a receipt, and listings that are overdue or lack a deadline, of the caller's.
// Part of the workbench, counted within the right that lets him deal with them.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, now: Timestamp) -> Result<[i64; 2]> {
    if caller.hats.scope(Action::HazardEscalate).is_none() || caller.hats.scope(Action::HazardRead).is_none()
    {
        return Ok([0; 2]);
    }
    let found = lists(read, caller, now).await?;
    let transfers = found.transfers.iter().filter(|one| one.sent_on.is_none() || !one.actions.is_empty());
    let listings =
        found.listings.iter().filter(|one| one.lifted.is_none() && (one.overdue || one.due_on.is_none()));
    Ok([transfers.count() as i64, listings.count() as i64])
}

impl App {
    /// Transfers and listings.
    pub async fn docket(&self, caller: &Caller) -> Result<DocketView> {
        let mut read = self.db.read(&self.town).await?;
        lists(&mut read, caller, self.now()).await
    }

    /// Writes down a receipt, a deadline or a lifting; gives both lists.
    ///
    /// Errors: nothing of the kind; the town would lift what the district listed; something is not said.
    pub async fn write_docket(
        &self,
        caller: &Caller,
        id: &HazardId,
        asked: DocketInput,
    ) -> Result<DocketView> {
        let now = self.now();
        let kind = Kind::from_code(&asked.kind);
        let kind = kind.ok_or_else(|| Error::field("kind", "docket.kind", "请选择移送或者挂牌督办"))?;
        let step = Step::from_code(&asked.step);
        let step = step.ok_or_else(|| Error::field("step", "docket.step", "没有这一步，请刷新后再试"))?;
        let scope = caller.scope(Action::HazardRead)?;
        let mut tx = self.write(caller).await?;
        if !tx.hazard_within(id, &scope).await? {
            return Err(Error::NotFound);
        }
        let docket = Docket::read(&mut tx, id).await?;
        let hat = caller.hat(right_of(kind, step), &docket.of.subject)?;
        let orgs = tx.orgs().await?.into_iter().map(|one| one.org);
        let own = orgs.filter(|org| org.relation == Relation::Town);
        let own: Vec<String> = own.flat_map(|org| [org.name, org.short_name]).collect();
        let due_on = asked.due_on.as_deref().filter(|text| !text.is_empty());
        let one = Entry {
            id: self.new_id(),
            hazard: id.clone(),
            kind,
            step,
            on: if asked.on.is_empty() { now.date() } else { read_day("on", &asked.on)? },
            due_on: due_on.map(|text| read_day("due_on", text)).transpose()?,
            body: asked.body.trim().to_owned(),
            document_no: asked.document_no.trim().to_owned(),
            text: asked.text.trim().to_owned(),
            by: caller.person.clone(),
            recorded_at: now,
        };
        let known = Known {
            events: &docket.events,
            entries: &docket.entries,
            is_closed: docket.of.hazard.state.closed_on().is_some(),
            today: now.date(),
            own: &own,
        };
        let one = one.check(&known)?;
        tx.insert_docket_entry(&one).await?;
        let view = lists(&mut tx, caller, now).await?;
        let action = match step {
            Step::Receipt => "hazard.transfer_receipt",
            Step::Deadline => "hazard.listing_deadline",
            Step::Lift => "hazard.lift_listing",
        };
        let path = docket.of.filing.path.clone();
        let mut audit = caller.audit_as(hat, action, ("hazard", id.as_str()), &path, now);
        audit.reason = one.text;
        Ok(tx.commit(audit, view).await?)
    }
}
