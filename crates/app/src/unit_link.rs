//! Links for the owner of a unit: a code on the notice opens one hazard, without an account, until it expires or is taken
//! back. The owner sees what concerns the unit, sends pictures, hands in the fix and asks for the one extension; he never
//! sees who reported or inspected. What does not belong here: how often a code may be tried (`api::limit`).

use domain::calendar::Calendar;
use domain::hazard::{Act, Actor, Extension, FixChannel, Hazard, State};
use domain::ids::{AccountId, HazardId, PersonId, PhotoId};
use domain::org::Role;
use domain::policy::{Action, Hats};
use domain::time::{DAY_MS, Date, Timestamp};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde::Serialize;
use store::Read;
use store::operation::{Known, Operation};
use store::unit_link::UnitLink;
use utoipa::ToSchema;

use crate::calendar::calendar;
use crate::hazard::step::{extension_cap, fresh_photos, is_told};
use crate::hazard::view::{extension, measure_text, phases, photos_of};
use crate::hazard::{HazardView, Loaded, extension_share, load, loaded};
use crate::names::Names;
use crate::photo::{Part, PhotoFile, PhotoProgress, PhotoView, Purpose, Taken};
use crate::secret::readable_code;
use crate::{App, Caller, Error, Result};

/// Letters in a code: with 31 of them about 79 bits, out of reach of guessing.
pub const LENGTH: usize = 16;
/// The longest a link may last. Units: days.
const MAX_DAYS: u16 = 180;
/// Pictures one link may bring.
const MAX_PHOTOS: usize = 60;

/// A link as handed out; the code is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnitLinkView {
    /// Id.
    pub id: String,
    /// The code, in groups for paper.
    pub code: String,
    /// The address that opens it.
    pub url: String,
    /// The address as a QR code.
    pub qr_svg: String,
    /// When it ends: not before the re-check that follows the deadline in force.
    pub expires_at: String,
}

/// A phase as the unit sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnitProgress {
    /// Chinese.
    pub label: String,
    /// When it was done.
    pub at: Option<String>,
    /// Whether it is done.
    pub done: bool,
}

/// Whom the unit may call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnitContact {
    /// Organisation.
    pub org: String,
    /// Who handed the link out.
    pub name: String,
    /// Office phone; never a private one.
    pub office_phone: Option<String>,
}

/// A hazard as its unit sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct UnitView {
    /// The town.
    pub town_name: String,
    /// Everything shown is invented.
    pub demo: bool,
    /// The place.
    pub place_name: String,
    /// Number of the hazard.
    pub hazard_code: String,
    /// What was seen.
    pub description: String,
    /// Level in Chinese.
    pub level_label: Option<String>,
    /// Stage.
    pub state: String,
    /// Stage in Chinese.
    pub state_label: String,
    /// `advice`, `order` or `organ_notice`.
    pub measure: Option<String>,
    /// Measure in Chinese.
    pub measure_label: Option<String>,
    /// What is asked of the unit.
    pub measure_text: Option<String>,
    /// Deadline in force.
    pub deadline_on: Option<String>,
    /// Until the deadline. Units: calendar days.
    pub days_left: Option<i64>,
    /// The fix is late.
    pub overdue: bool,
    /// Whether a fix can be handed in now.
    pub can_fix: bool,
    /// Whether the extension can be asked for now.
    pub can_ask_extension: bool,
    /// The most it can be. Units: days of the kind first allowed.
    pub extension_cap: Option<u16>,
    /// `none`, `asked` or `granted`.
    pub extension_state: String,
    /// As found.
    pub before: Vec<PhotoView>,
    /// As handed in.
    pub fixes: Vec<PhotoView>,
    /// From finding to closing.
    pub progress: Vec<UnitProgress>,
    /// Whom to call.
    pub contact: UnitContact,
}

/// A fix as the unit hands it in.
#[derive(Debug, Clone)]
pub struct UnitFix {
    /// Who hands it in.
    pub name: String,
    /// What was done.
    pub note: String,
    /// Pictures that came before.
    pub photos: Vec<PhotoId>,
}

/// The unit's request for the one extension.
#[derive(Debug, Clone)]
pub struct UnitWish {
    /// Who asks.
    pub name: String,
    /// Days of the kind first allowed.
    pub days: u16,
    /// Why.
    pub reason: String,
}

/// A write of the unit under the operation id its page made.
#[derive(Debug, Clone)]
pub struct UnitOperation {
    /// Client-made id.
    pub id: String,
    /// Hash over the request.
    pub request_hash: String,
}

/// What a write of the unit led to.
#[derive(Debug, Clone)]
pub enum UnitAnswer {
    /// Carried out now.
    Now(Box<UnitView>),
    /// Carried out before: the same answer, as JSON.
    Again(String),
}

/// A code without what people put into it: groups, blanks, small letters.
pub fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

fn code_hash(code: &str) -> String {
    store::seal::sha256(plain(code).as_bytes())
}

/// An address as a QR code.
pub(crate) fn qr(url: &str) -> Result<String> {
    let code = QrCode::with_error_correction_level(url, EcLevel::M)
        .map_err(|e| Error::Internal(format!("QR: {e}")))?;
    Ok(code
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .dark_color(svg::Color("#000000"))
        .light_color(svg::Color("#ffffff"))
        .build())
}

/// Whom the unit may call about a link: who handed it out, otherwise whoever of the office has a phone there.
async fn contact(read: &mut Read, by: &PersonId, names: &Names, today: Date) -> Result<UnitContact> {
    let whole = Caller::system().scope(Action::PersonRead)?;
    let held = read.assignments().await?.into_iter().map(|held| held.assignment);
    let held: Vec<_> = held.filter(|held| held.is_valid_on(today)).collect();
    let issuer_org = held.iter().find(|held| held.person == *by).map(|held| held.org.clone());
    let office = |held: &&domain::org::Assignment| matches!(held.role, Role::OfficeHead | Role::OfficeClerk);
    let mut who: Vec<PersonId> = vec![by.clone()];
    who.extend(held.iter().filter(office).map(|held| held.person.clone()));
    for person in who {
        let Some(known) = read.person(&person, &whole).await? else { continue };
        let phone = known.person.office_phone.trim().to_owned();
        if phone.is_empty() || !known.person.active {
            continue;
        }
        let org = held.iter().find(|held| held.person == person).map(|held| held.org.clone());
        return Ok(UnitContact {
            org: org.map_or_else(String::new, |org| names.org(&org)),
            name: known.person.name,
            office_phone: Some(phone),
        });
    }
    Ok(UnitContact {
        org: issuer_org.map_or_else(|| "消防安全委员会办公室".to_owned(), |org| names.org(&org)),
        name: names.person(by),
        office_phone: None,
    })
}

impl UnitContact {
    fn call(&self) -> String {
        match &self.office_phone {
            Some(phone) => format!("请致电{}（{phone}）", self.org),
            None => format!("请联系{}", self.org),
        }
    }
}

/// A link that is open, and its hazard.
struct Opened {
    link: UnitLink,
    loaded: Loaded,
    caller: Caller,
}

/// Whoever comes by a link: no person, no rights but those of the link.
fn bearer(link: &UnitLink, name: &str) -> Caller {
    Caller {
        account: AccountId::from(format!("unit-link-{}", link.id)),
        person: PersonId::from(""),
        name: if name.is_empty() { "单位（凭码）".to_owned() } else { name.to_owned() },
        hats: Hats::default(),
        ..Caller::system()
    }
}

/// When a link ends: no sooner than it was handed out for, and not before the day of the re-check that follows the deadline in
/// force is over, wherever an extension or a new deadline moved it.
pub(crate) fn ends_at(link: &UnitLink, hazard: &Hazard, calendar: &Calendar) -> Timestamp {
    let over = hazard.unit_until(calendar).and_then(|last| last.succ_opt()).map(Timestamp::start_of);
    over.map_or(link.expires_at, |over| link.expires_at.max(over.plus_ms(-1)))
}

/// The link of a code, its hazard and who comes by it.
///
/// Errors: there is no such code; it has expired or was taken back, and the sentence says whom to call.
async fn open(read: &mut Read, code: &str, name: &str, now: Timestamp) -> Result<Opened> {
    let link = read.unit_link_by_hash(&code_hash(code)).await?.ok_or(Error::NotFound)?;
    let loaded = loaded(read, &link.hazard).await?;
    let calendar = calendar(read).await?;
    let over = if link.revoked_at.is_some() {
        Some(("unit.link_revoked", "已被收回"))
    } else if ends_at(&link, &loaded.hazard, &calendar) <= now {
        Some(("unit.link_expired", "已过期"))
    } else {
        None
    };
    if let Some((code, what)) = over {
        let names = Names::read(read).await?;
        let call = contact(read, &link.issued_by, &names, now.date()).await?.call();
        return Err(Error::Forbidden {
            code, message: format!("这个整改码{what}，需要时{call}重新领取")
        });
    }
    let caller = bearer(&link, name);
    Ok(Opened { link, loaded, caller })
}

fn can_fix(hazard: &Hazard) -> bool {
    matches!(hazard.state, State::MeasureOrdered(_) | State::Rectifying(_))
}

impl Opened {
    /// What the unit sees.
    async fn view(&self, read: &mut Read, now: Timestamp, demo: bool) -> Result<UnitView> {
        let hazard = &self.loaded.hazard;
        let today = now.date();
        let names = Names::read(read).await?;
        let events = read.hazard_events(&hazard.id).await?;
        let running = hazard.rectification();
        let cap = extension_cap(hazard, extension_share(read, today).await?);
        let can_ask = cap > 0
            && can_fix(hazard)
            && running
                .is_some_and(|running| running.extension == Extension::None && today <= running.deadline_on);
        let fixes = hazard.fix().map(|fix| fix.photos.clone()).unwrap_or_default();
        let all = hazard.find.photos.iter().chain(&fixes).map(|photo| photo.id.clone());
        let known = photos_of(read, hazard, all).await?;
        let show = |photos: &[domain::hazard::Photo]| {
            photos.iter().filter_map(|photo| known.get(&photo.id)).cloned().collect()
        };
        let progress = phases(hazard, &events, &names).into_iter();
        Ok(UnitView {
            town_name: names.territory(read.town().clone().as_str()).name,
            demo,
            place_name: self.loaded.place.place.name.clone(),
            hazard_code: self.loaded.filing.code.clone(),
            description: hazard.find.description.clone(),
            level_label: hazard.level.map(|level| level.label().to_owned()),
            state: hazard.state.code().to_owned(),
            state_label: hazard.state.label().to_owned(),
            measure: running.map(|running| running.measure.code().to_owned()),
            measure_label: running.map(|running| running.measure.label().to_owned()),
            measure_text: running.map(|running| measure_text(&running.measure)),
            deadline_on: running.map(|running| running.deadline_on.to_string()),
            days_left: running
                .filter(|_| can_fix(hazard))
                .map(|running| (running.deadline_on - today).num_days()),
            overdue: hazard.is_overdue(today),
            can_fix: can_fix(hazard),
            can_ask_extension: can_ask,
            extension_cap: Some(cap).filter(|cap| *cap > 0),
            extension_state: extension(hazard, None).state,
            before: show(&hazard.find.photos),
            fixes: show(&fixes),
            progress: progress
                .map(|phase| UnitProgress { label: phase.label, at: phase.at, done: phase.done })
                .collect(),
            contact: contact(read, &self.link.issued_by, &names, today).await?,
        })
    }

    fn act(&self, name: &str, now: Timestamp) -> Act {
        let actor = Actor::Unit { person: None, name: name.to_owned() };
        Act { actor, happened_at: now, position: None, document_no: None }
    }
}

fn named(name: &str) -> Result<String> {
    let name: String = name.trim().chars().take(40).collect();
    if name.is_empty() {
        return Err(Error::field("name", "unit.name", "请填写您的姓名，再提交"));
    }
    Ok(name)
}

impl App {
    /// Hands out a link for a hazard. `base` is the address of this server, as `https://host`.
    ///
    /// Errors: nothing was asked of the unit yet; the days are out of range.
    pub async fn add_unit_link(
        &self,
        caller: &Caller,
        id: &HazardId,
        days: u16,
        base: &str,
    ) -> Result<UnitLinkView> {
        let now = self.now();
        if !(1..=MAX_DAYS).contains(&days) {
            return Err(Error::field("days", "unit.days", "整改码有效期须在 1 至 180 天之内，请调整天数"));
        }
        // Not bound to the operation: its answer would be kept, and with it the code.
        let mut tx = self.db.write(&self.town).await?;
        let loaded = load(&mut tx, caller, id).await?;
        let hat = caller.hat(Action::HazardLink, &loaded.subject)?;
        if !is_told(&loaded.hazard) {
            return Err(Error::Refused {
                code: "unit.nothing_asked",
                message: "本隐患还没有向单位发出通知，不能生成整改码；请先督促整改或责令改正".to_owned(),
            });
        }
        let code = readable_code(LENGTH)?;
        let link = UnitLink {
            id: self.new_id(),
            code_hash: code_hash(&code),
            hazard: id.clone(),
            place: loaded.hazard.find.place.clone(),
            issued_by: caller.person.clone(),
            expires_at: now.plus_ms(i64::from(days) * DAY_MS),
            revoked_at: None,
            opened_n: 0,
            version: 1,
            recorded_at: now,
        };
        let url = format!("{}/p/{code}", base.trim_end_matches('/'));
        let calendar = calendar(&mut tx).await?;
        let view = UnitLinkView {
            id: link.id.clone(),
            qr_svg: qr(&url)?,
            code,
            url,
            expires_at: ends_at(&link, &loaded.hazard, &calendar).to_rfc3339(),
        };
        tx.insert_unit_link(&link).await?;
        let audit = caller.audit_as(hat, "unit_link.add", ("hazard", id.as_str()), &loaded.filing.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Takes a link back and gives the hazard's page. Done twice it stays done.
    pub async fn revoke_unit_link(&self, caller: &Caller, id: &HazardId, link: &str) -> Result<HazardView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let loaded = load(&mut tx, caller, id).await?;
        let hat = caller.hat(Action::HazardLink, &loaded.subject)?;
        let links = tx.unit_links_of(id).await?;
        let known = links.iter().find(|one| one.id == link).ok_or(Error::NotFound)?;
        if known.revoked_at.is_none() {
            tx.revoke_unit_link(known, now).await?;
        }
        let audit =
            caller.audit_as(hat, "unit_link.revoke", ("hazard", id.as_str()), &loaded.filing.path, now);
        let page = loaded.page(caller, &mut tx, now).await?;
        Ok(tx.commit(audit, page).await?)
    }

    /// What the unit sees by its code; `count` notes that it was opened.
    // tidy(caller): the code is all there is.
    pub async fn unit(&self, code: &str, count: bool) -> Result<UnitView> {
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        let opened = open(&mut read, code, "", now).await?;
        let view = opened.view(&mut read, now, self.demo).await?;
        drop(read);
        if count {
            let mut tx = self.db.write(&self.town).await?;
            match tx.count_unit_link_opening(&opened.link).await {
                Ok(()) => {
                    let hazard = opened.link.hazard.as_str();
                    let mut audit = opened.caller.audit("unit_link.open", "hazard", hazard, now);
                    audit.territory.clone_from(&opened.loaded.filing.path);
                    tx.commit(audit, ()).await?;
                }
                // Opened twice at once: one of them counts.
                Err(store::Error::Conflict { .. }) => drop(tx),
                Err(other) => return Err(other.into()),
            }
        }
        Ok(view)
    }

    /// Takes a part of a picture from the unit.
    // tidy(caller): the code is all there is.
    pub async fn unit_photo_part(&self, code: &str, part: Part) -> Result<Taken> {
        let mut read = self.db.read(&self.town).await?;
        let opened = open(&mut read, code, "", self.now()).await?;
        let hazard = &opened.loaded.hazard;
        let owner = opened.caller.account.to_string();
        let here = read.photos_of("hazard", hazard.id.as_str()).await?;
        let is_new = here.iter().all(|photo| photo.id != part.id);
        if is_new && here.iter().filter(|photo| photo.recorded_by == owner).count() >= MAX_PHOTOS {
            return Err(Error::TooMany {
                code: "unit.too_many_photos",
                message: "这个整改码上传的照片太多，请联系发出通知的单位".to_owned(),
                after_s: 3600,
            });
        }
        drop(read);
        // Whatever the page says it is for: this hazard's fix.
        let purpose = Purpose {
            object_kind: "hazard".to_owned(),
            object_id: hazard.id.to_string(),
            role: "fix".to_owned(),
            ..part.purpose
        };
        let path = opened.loaded.filing.path.clone();
        self.take_part(&opened.caller, &owner, "", &path, Part { purpose, ..part }).await
    }

    /// How much of a picture of the unit has come.
    // tidy(caller): the code is all there is.
    pub async fn unit_photo_state(&self, code: &str, id: &PhotoId) -> Result<PhotoProgress> {
        let mut read = self.db.read(&self.town).await?;
        let opened = open(&mut read, code, "", self.now()).await?;
        drop(read);
        self.upload_state(&opened.caller, opened.caller.account.as_str(), id).await
    }

    /// A picture of the hazard, or one the unit itself sent.
    // tidy(caller): the code is all there is.
    pub async fn unit_photo(&self, code: &str, id: &PhotoId) -> Result<PhotoFile> {
        let mut read = self.db.read(&self.town).await?;
        let opened = open(&mut read, code, "", self.now()).await?;
        let picture = read.photo(id).await?.ok_or(Error::NotFound)?;
        let hazard = &opened.loaded.hazard;
        let fixes = hazard.fix().map(|fix| fix.photos.as_slice()).unwrap_or_default();
        let is_shown = hazard.find.photos.iter().chain(fixes).any(|photo| photo.id == *id);
        if !is_shown && picture.recorded_by != opened.caller.account.as_str() {
            return Err(Error::NotFound);
        }
        drop(read);
        self.photo_file(&opened.caller, &picture, false)
    }

    /// Hands in the unit's fix.
    ///
    /// Errors: a picture has not come in whole; the rules refuse.
    // tidy(caller): the code is all there is.
    pub async fn unit_fix(
        &self,
        code: &str,
        fix: UnitFix,
        operation: Option<UnitOperation>,
    ) -> Result<UnitAnswer> {
        let now = self.now();
        let name = named(&fix.name)?;
        let (mut tx, opened) = match self.unit_write(code, &name, operation, now).await? {
            Writing::Again(answer) => return Ok(UnitAnswer::Again(answer)),
            Writing::Now(now) => *now,
        };
        let hazard = &opened.loaded.hazard;
        let (photos, here) = fresh_photos(&mut tx, hazard, &fix.photos).await?;
        let own = opened.caller.account.as_str();
        if fix.photos.iter().any(|id| !here.iter().any(|p| p.id == *id && p.recorded_by == own)) {
            return Err(Error::Refused {
                code: "unit.photo_not_here",
                message: "照片还没有传完，请等照片传完再提交".to_owned(),
            });
        }
        let note: String = fix.note.trim().chars().take(1000).collect();
        let act = opened.act(&name, now);
        let calendar = calendar(&mut tx).await?;
        let stepped = hazard.clone().submit_fix(act, FixChannel::Code, photos, &note, now, &calendar)?;
        self.unit_step(tx, opened, stepped, "hazard.fix_submitted", now).await
    }

    /// Asks for the one extension.
    // tidy(caller): the code is all there is.
    pub async fn unit_extension(
        &self,
        code: &str,
        wish: UnitWish,
        operation: Option<UnitOperation>,
    ) -> Result<UnitAnswer> {
        let now = self.now();
        let name = named(&wish.name)?;
        let (mut tx, opened) = match self.unit_write(code, &name, operation, now).await? {
            Writing::Again(answer) => return Ok(UnitAnswer::Again(answer)),
            Writing::Now(now) => *now,
        };
        let hazard = &opened.loaded.hazard;
        let at_most = extension_cap(hazard, extension_share(&mut tx, now.date()).await?);
        if wish.days > at_most {
            let refusal = domain::hazard::HazardRefusal::ExtensionTooLong { days: wish.days, at_most };
            return Err(refusal.into());
        }
        let reason: String = wish.reason.trim().chars().take(1000).collect();
        let stepped = hazard.clone().ask_extension(opened.act(&name, now), wish.days, &reason, now)?;
        self.unit_step(tx, opened, stepped, "hazard.extension_asked", now).await
    }

    /// Opens a code to write by it, unless the very request was carried out before.
    // tidy(commit): `unit_step` commits.
    async fn unit_write(
        &self,
        code: &str,
        name: &str,
        operation: Option<UnitOperation>,
        now: Timestamp,
    ) -> Result<Writing> {
        let mut tx = self.db.write(&self.town).await?;
        let opened = open(&mut tx, code, name, now).await?;
        if let Some(asked) = operation {
            let operation = Operation {
                id: asked.id,
                account: opened.caller.account.to_string(),
                request_hash: asked.request_hash,
                at: now,
                timing: None,
            };
            match tx.operation(&operation).await? {
                Known::Done(answer) => return Ok(Writing::Again(answer)),
                Known::Other => {
                    return Err(Error::Conflict {
                        code: "operation.key_reused",
                        message: "这个操作编号已用于另一项操作，请刷新页面后再试".to_owned(),
                    });
                }
                Known::New => tx.bind_operation(operation),
            }
        }
        Ok(Writing::Now(Box::new((tx, opened))))
    }

    async fn unit_step(
        &self,
        mut tx: store::Write,
        opened: Opened,
        stepped: (Hazard, domain::hazard::Event),
        action: &'static str,
        now: Timestamp,
    ) -> Result<UnitAnswer> {
        let (hazard, event) = stepped;
        tx.save_step(&hazard, &event).await?;
        let mut audit = opened.caller.audit(action, "hazard", hazard.id.as_str(), now);
        audit.territory.clone_from(&opened.loaded.filing.path);
        let opened = Opened { loaded: Loaded { hazard, ..opened.loaded }, ..opened };
        let view = opened.view(&mut tx, now, self.demo).await?;
        Ok(UnitAnswer::Now(Box::new(tx.commit(audit, view).await?)))
    }
}

/// A write by a code.
enum Writing {
    Again(String),
    Now(Box<(store::Write, Opened)>),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::LETTERS;

    #[test]
    fn codes_are_long_unlike_and_read_whatever_people_put_between() {
        let (one, other) = (readable_code(LENGTH).expect("made"), readable_code(LENGTH).expect("made"));
        assert_ne!(one, other);
        assert_eq!(plain(&one).len(), LENGTH);
        assert!(plain(&one).bytes().all(|b| LETTERS.contains(&b)), "{one}");
        assert_eq!(code_hash(&one), code_hash(&format!(" {} ", one.to_lowercase().replace('-', " "))));
        assert_eq!(LETTERS.iter().collect::<std::collections::BTreeSet<_>>().len(), LETTERS.len());
    }

    #[test]
    fn a_link_is_drawn_as_a_qr_code_without_script() {
        let drawn = qr("https://example.org/p/ABCD").expect("drawn");
        assert!(drawn.contains("<svg") && !drawn.contains("<script"));
    }
}
