//! Hazards: found, shown, stepped through. A find is numbered, compared with what was closed here before, and written
//! together with whatever found it. What does not belong here: steps (`step`), which of them is
//! due on the ladder (`ladder`), lists (`list`, `recheck`), what pages see (`view`).

pub(crate) mod dictionary;
pub(crate) mod ladder;
pub(crate) mod list;
pub(crate) mod recheck;
pub(crate) mod step;
pub(crate) mod view;

use domain::calendar::OutOfRange;
use domain::enforcement::AuthorityItem;
use domain::gate::Part;
use domain::hazard::{
    Act, Days, Find, Hazard, HazardCode, HazardRefusal, Level, MayOrder, Photo, Position, recurrence,
};
use domain::ids::{HazardId, InspectionId, OrgId, PhotoId, PlaceId, SortieId};
use domain::org::Certificate;
use domain::policy::{Action, Subject};
use domain::time::{Date, Timestamp};
use store::hazard::Filing;
use store::place::PlaceRecord;
use store::{Read, Write};

pub use ladder::EscalationDue;
pub use list::{Asked, CategoryCount, HazardSummary, StateCount, VillageCount};
pub use recheck::{FixView, RecheckView};
pub use step::{HowLong, Taking, What};
pub use view::{
    DaysKind, DaysView, EscalationView, ExtensionView, HazardEventView, HazardInspectionView, HazardLinkView,
    HazardPage, HazardRow, HazardSortieView, HazardView, PhaseView, PhotoPairView, SuggestedView,
};

use crate::enforcement::order::{certificates, proof};
use crate::parameter::{counted_on, number_on};
use crate::place::view::LonLat;
use crate::place::{SeenPlace, at_place, found_at, is_one_place};
use crate::{App, Caller, Error, Result};

/// Time for a fix of a general hazard, until the town decides otherwise. Source: handbook of the field, §3.3 (P).
pub(crate) const GENERAL_DAYS: (&str, f64) = ("hazard.deadline.general", 7.0);
/// Time for a fix of a larger hazard. Source: the same (P).
pub(crate) const LARGER_DAYS: (&str, f64) = ("hazard.deadline.larger", 15.0);
/// The most an extension may be, as a share of the time first allowed. Units: per cent. Source: the same, §4.2 (P).
pub(crate) const EXTENSION_SHARE: (&str, f64) = ("hazard.extension.share", 50.0);
/// The unit of a time for a fix that is counted in working days; any other is calendar days.
pub(crate) const WORKING_DAYS: &str = "工作日";

/// How a find is to be filed.
#[derive(Debug, Clone)]
pub(crate) struct Filed {
    /// Territory path of the place.
    pub path: String,
    /// The organisation whose find it is.
    pub org: OrgId,
    /// The inspection it was found in, if any.
    pub inspection: Option<InspectionId>,
}

/// The number of the next hazard recorded now, as `YH-500118100000-20261126-0003`.
pub(crate) async fn next_code(tx: &mut Write, now: Timestamp) -> Result<String> {
    let series = format!("YH-{}-{}", tx.town(), now.date().format("%Y%m%d"));
    Ok(format!("{series}-{:04}", tx.next_number(&series).await?))
}

/// Writes a find into an open transaction: recurrence looked up, number given. The caller commits.
///
/// Errors: what the rules refuse; a conflict when the id is taken.
pub(crate) async fn record_find(
    tx: &mut Write,
    id: HazardId,
    find: Find,
    act: Act,
    filed: Filed,
    now: Timestamp,
) -> Result<(Hazard, Filing)> {
    let earlier = tx.earlier_of_place(&find.place).await?;
    let found_on = act.happened_at.date();
    let past = recurrence(&find.place, find.item.as_deref(), &find.code, found_on, &earlier);
    let find = Find { recurrence_of: past.map(|past| past.of), ..find };
    let (hazard, event) = Hazard::found(id, find, act, now)?;
    let code = next_code(tx, now).await?;
    let filing = Filing { code, path: filed.path, org: filed.org, inspection: filed.inspection };
    tx.insert_hazard(&hazard, &event, &filing).await?;
    Ok((hazard, filing))
}

/// A find made by hand.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Its id, made where it was found.
    pub id: HazardId,
    /// The place.
    pub place: PlaceId,
    /// What was seen of it, where it is not in the register yet.
    pub seen_place: Option<SeenPlace>,
    /// Code of the hazard dictionary.
    pub hazard_code: String,
    /// What was seen.
    pub description: String,
    /// Pictures, which may come later.
    pub photos: Vec<PhotoId>,
    /// The checklist item, if one failed.
    pub item: Option<String>,
    /// When it was found; now when not said.
    pub happened_at: Option<Timestamp>,
    /// Where, as evidence.
    pub position: Option<Position>,
    /// The flight it was seen from.
    pub sortie: Option<SortieId>,
}

/// Writes down in a flight what was seen from it, in the write of the find; gives where the flight belongs.
///
/// Errors: no flight the caller may see; it is void or was none.
async fn saw(tx: &mut Write, caller: &Caller, id: &SortieId, hazard: &HazardId) -> Result<String> {
    let scope = caller.scope(Action::SortieRead)?;
    let mut record = tx.sortie(id, &scope).await?.ok_or(Error::NotFound)?;
    record.sortie = record.sortie.saw(hazard.clone())?;
    tx.update_sortie(&record).await?;
    Ok(record.path)
}

/// A hazard somebody was shown, with where it stands.
pub(crate) struct Loaded {
    pub hazard: Hazard,
    pub filing: Filing,
    pub place: PlaceRecord,
    pub subject: Subject,
}

/// The hazard of this id.
///
/// Errors: [`Error::NotFound`] when there is none the caller may see.
pub(crate) async fn load(read: &mut Read, caller: &Caller, id: &HazardId) -> Result<Loaded> {
    let scope = caller.scope(Action::HazardRead)?;
    if !read.hazard_within(id, &scope).await? {
        return Err(Error::NotFound);
    }
    loaded(read, id).await
}

/// The hazard of this id, whoever asks.
pub(crate) async fn loaded(read: &mut Read, id: &HazardId) -> Result<Loaded> {
    let (hazard, filing) = read.hazard(id).await?.ok_or(Error::NotFound)?;
    let (place, mut subject) = at_place(read, &hazard.find.place, [filing.org.clone()]).await?;
    // Where the place lay when it was found: the lists go by that.
    subject.path.clone_from(&filing.path);
    Ok(Loaded { hazard, filing, place, subject })
}

impl Loaded {
    /// The hazard's page for this caller.
    pub async fn page(&self, caller: &Caller, read: &mut Read, now: Timestamp) -> Result<HazardView> {
        let today = now.date();
        let share = extension_share(read, today).await?;
        let cap = self.hazard.rectification().and_then(|running| running.extension_cap(share));
        let proof = self.may_order(caller, read, today).await?;
        let item = self.hazard.find.item.as_deref();
        let level =
            self.hazard.level.or_else(|| item.and_then(dictionary::item_level)).unwrap_or(Level::General);
        let calendar = crate::calendar::calendar(read).await?;
        // The town's own business, not the unit's.
        let is_ours = [Action::HazardEscalate, Action::HazardAdvise];
        let escalation_due =
            match is_ours.iter().any(|right| caller.hats.hat(*right, &self.subject).is_some()) {
                true => ladder::due(read, &self.hazard, &self.place.place, (today, &calendar)).await?,
                false => Vec::new(),
            };
        let mut actions = step::actions(caller, self, proof.as_ref(), (cap.unwrap_or(0), &calendar), now);
        actions.retain(|code| *code != "decline_escalation" || !escalation_due.is_empty());
        let beside = view::Beside {
            filing: &self.filing,
            place: &self.place,
            links: read.unit_links_of(&self.hazard.id).await?,
            calendar: &calendar,
            suggested: (level, suggested_days(read, level, today).await?),
            cap,
            escalation_due,
            actions,
        };
        HazardView::of(read, &self.hazard, beside, now).await
    }
}

/// The time for a fix at a level: parameter of the town, otherwise what comes along.
pub(crate) async fn suggested_days(read: &mut Read, level: Level, on: Date) -> Result<Days> {
    let own = if level == Level::General { GENERAL_DAYS } else { LARGER_DAYS };
    let (count, unit) = counted_on(read, own, on).await?;
    Ok(if unit == WORKING_DAYS { Days::Working(count) } else { Days::Calendar(count) })
}

impl Loaded {
    /// With what the caller could order here today: a certificate of his, the training, an item in force at the place.
    pub(crate) async fn may_order(
        &self,
        caller: &Caller,
        read: &mut Read,
        today: Date,
    ) -> Result<Option<MayOrder>> {
        let held = certificates(read, caller, today).await?;
        // Who is not trained orders nothing, whatever he may show (clause 11.6).
        if held.is_empty() || crate::gate::admit(read, &caller.person, Part::Officer, today).await.is_err() {
            return Ok(None);
        }
        let path = &self.filing.path;
        let items = read.authority_items().await?;
        let mut pairs = held.iter().flat_map(|held| items.iter().map(move |one| (held, &one.item)));
        let fits = |(held, item): &(&Certificate, &AuthorityItem)| {
            held.kind == item.holder.certificate() && item.orders(path, today).is_ok()
        };
        Ok(pairs.find(fits).map(|(held, item)| proof(held, item, &[])))
    }
}

/// The most an extension may be. Units: per cent of the time first allowed.
pub(crate) async fn extension_share(read: &mut Read, on: Date) -> Result<u16> {
    number_on(read, EXTENSION_SHARE, on).await
}

impl From<OutOfRange> for Error {
    fn from(out: OutOfRange) -> Self {
        HazardRefusal::from(out).into()
    }
}

impl App {
    /// A hazard's page, if the caller may see it.
    pub async fn hazard(&self, caller: &Caller, id: &HazardId) -> Result<HazardView> {
        let mut read = self.db.read(&self.town).await?;
        load(&mut read, caller, id).await?.page(caller, &mut read, self.now()).await
    }

    /// Records a find made by hand. The same find sent again is answered with its page.
    ///
    /// Errors: the place is not to be seen; the dictionary has no such word; the id was used for another find.
    pub async fn find_hazard(&self, caller: &Caller, found: Finding) -> Result<HazardView> {
        let now = self.now();
        if uuid::Uuid::parse_str(found.id.as_str()).is_err() {
            return Err(Error::field("id", "hazard.id", "隐患编号须为 UUID，请刷新页面后再试"));
        }
        let code = HazardCode::parse(found.hazard_code.trim())?;
        if !dictionary::knows(&code) {
            return Err(Error::field(
                "hazard_code",
                "hazard.code_unknown",
                "隐患库中没有这个代码，请重新选择",
            ));
        }
        let mut tx = self.write(caller).await?;
        if let Some((known, _)) = tx.hazard(&found.id).await? {
            // What was seen may have turned out to be a place the register knew, and a row may have been merged.
            let is_there =
                found.seen_place.is_some() || is_one_place(&mut tx, &known.find.place, &found.place).await?;
            let is_same = is_there
                && known.find.code == code
                && known.find.description == found.description
                && known.found_by.as_ref() == Some(&caller.person);
            if is_same {
                return load(&mut tx, caller, &found.id).await?.page(caller, &mut tx, now).await;
            }
            return Err(Error::Conflict {
                code: "hazard.conflict",
                message: "这个隐患编号已用于另一条记录，请重新登记".to_owned(),
            });
        }
        let degrees = |e7: i32| f64::from(e7) / 1e7;
        let at = found.position.map(|at| LonLat { lon: degrees(at.lng_e7), lat: degrees(at.lat_e7) });
        let where_it_is = (&found.place, found.seen_place.as_ref());
        let (place, subject) = found_at(&mut tx, caller, where_it_is, at, now).await?;
        if place.voided.is_some() {
            return Err(Error::Refused {
                code: "place.voided",
                message: "该场所已作废，不能登记隐患；请核对场所".to_owned(),
            });
        }
        let hat = caller.hat(Action::HazardFind, &subject)?;
        let act = caller.act(hat, found.happened_at.unwrap_or(now), found.position);
        let photos = found.photos.iter().map(|id| Photo { id: id.clone(), item: found.item.clone() });
        let flight = match &found.sortie {
            Some(id) => Some(saw(&mut tx, caller, id, &found.id).await?),
            None => None,
        };
        let find = Find {
            town: self.town.clone(),
            place: place.place.id.clone(),
            item: found.item.clone(),
            code,
            description: found.description,
            photos: photos.collect(),
            recurrence_of: None,
            sortie: found.sortie,
        };
        let filed = Filed { path: place.path.clone(), org: hat.org.clone(), inspection: None };
        let happened_at = act.happened_at;
        let (hazard, filing) = record_find(&mut tx, found.id.clone(), find, act, filed, now).await?;
        if let Some(path) = flight {
            let id = hazard.find.sortie.as_ref().map_or("", |id| id.as_str());
            tx.append(caller.audit_as(hat, "sortie.update", ("sortie", id), &path, now)).await?;
        }
        let mut audit =
            caller.audit_as(hat, "hazard.found", ("hazard", found.id.as_str()), &filing.path, now);
        audit.happened_at = happened_at;
        let mut subject = subject;
        subject.orgs.insert(filing.org.clone());
        let page = Loaded { hazard, filing, place, subject }.page(caller, &mut tx, now).await?;
        Ok(tx.commit(audit, page).await?)
    }

    /// Reminds those concerned of a hazard: a line in the record.
    ///
    /// Errors: nothing is awaited of the unit.
    pub async fn remind_of_hazard(&self, caller: &Caller, id: &HazardId) -> Result<()> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let loaded = load(&mut tx, caller, id).await?;
        let hat = caller.hat(Action::HazardLink, &loaded.subject)?;
        if !step::is_told(&loaded.hazard) {
            return Err(Error::Refused {
                code: "hazard.nothing_awaited",
                message: "本隐患目前没有待整改的通知，不用催办；请按当前环节办理".to_owned(),
            });
        }
        let audit = caller.audit_as(hat, "hazard.remind", ("hazard", id.as_str()), &loaded.filing.path, now);
        Ok(tx.commit(audit, ()).await?)
    }
}
