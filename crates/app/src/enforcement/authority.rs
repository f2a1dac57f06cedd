//! Items of authority: what papers give the town, from when to when; recorded, ended, voided. What does not belong here:
//! who may act on one (`domain::enforcement::authority`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::sync::LazyLock;

use domain::enforcement::{
    AuthorityItem, CaseRefusal, Compared, Holder, PenaltyKind, Power, Proposal, Range, basis_label,
};
use domain::hazard::LegalBasis;
use domain::ids::{AuthorityItemId, TerritoryCode};
use domain::policy::{Action, Subject};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::attachment::AttachmentRecord;
use store::enforcement::AuthorityRecord;
use store::{Read, Write};
use utoipa::ToSchema;

use super::{given, required};
use crate::attachment::AttachmentView;
use crate::certificate::warn_days;
use crate::names::Names;
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};

/// The kind of record the scan of the paper behind an item belongs to.
pub(crate) const ITEM: &str = "authority_item";

/// Regimes by the word they are sent as.
const BASES: [(&str, LegalBasis); 3] = [
    ("own_statutory", LegalBasis::OwnStatutory),
    ("empowered", LegalBasis::Empowered),
    ("delegated", LegalBasis::Delegated),
];

/// What the field's handbook names; nothing of it is in force.
fn proposals() -> &'static [Proposal] {
    static LIST: LazyLock<Vec<Proposal>> =
        LazyLock::new(|| exchange::authority_catalog::read(exchange::shipped::AUTHORITY).0);
    &LIST
}

/// What a penalty on an item may be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct AuthorityRange {
    /// Kinds of penalty.
    pub kinds: Vec<String>,
    /// Least and most a fine of an organisation may be. Units: fen.
    pub organisation_fen: Option<Vec<i64>>,
    /// Least and most a fine of a citizen may be. Units: fen.
    pub citizen_fen: Option<Vec<i64>>,
}

/// An item that could be recorded, from the handbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuthorityProposal {
    pub code: String,
    pub name: String,
    pub power: Word,
    pub law: String,
    pub range: AuthorityRange,
    pub note: String,
    /// How far it was checked, in Chinese.
    pub confidence: String,
}

/// An item as the town holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuthorityView {
    pub id: String,
    pub name: String,
    pub power: Word,
    /// `own_statutory`, `empowered` or `delegated`: it decides name, seal and remedy of every paper.
    pub basis: Word,
    pub delegator: String,
    pub law: String,
    pub range: AuthorityRange,
    pub holder: Word,
    /// The paper that gives it.
    pub source: String,
    pub territory: String,
    pub from: String,
    pub to: Option<String>,
    /// The paper that lets cases filed in time be finished; empty where none does.
    pub carries_over: String,
    /// `waiting` to be compared with its paper by a second person, `valid`, `expiring`, `expired`, `coming` or `void`.
    pub standing: String,
    pub days_left: Option<i64>,
    pub void: Option<String>,
    /// Scans of the paper that gives it.
    pub files: Vec<AttachmentView>,
    /// Who compared it with its paper; none while nobody has, or where it was recorded before items were.
    pub compared_by: Option<Named>,
    /// When.
    pub compared_on: Option<String>,
    pub version: i64,
    /// `scan`, `compare`, `end`, `void`.
    pub actions: Vec<&'static str>,
}

/// Items of the town, and what could be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuthorityList {
    pub items: Vec<AuthorityView>,
    pub proposals: Vec<AuthorityProposal>,
    pub may_add: bool,
}

/// An item to record.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct AuthorityInput {
    pub name: String,
    pub power: String,
    pub basis: String,
    pub delegator: String,
    pub law: String,
    pub range: AuthorityRange,
    pub holder: String,
    pub source: String,
    /// Code of the territory; the whole town when empty.
    pub territory: String,
    pub from: String,
    pub to: Option<String>,
    pub carries_over: String,
}

/// An item ends on a day, or was recorded by mistake.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AuthorityEnd {
    /// `end` or `void`.
    pub step: String,
    /// Last day, for `end`.
    #[serde(default)]
    pub to: String,
    /// Cases filed by then are finished by the town: the paper that says so.
    #[serde(default)]
    pub carries_over: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
    pub version: i64,
}

/// Somebody compared an item with its paper.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AuthorityCompare {
    /// The version that was read.
    pub version: i64,
}

fn pair(range: Option<(i64, i64)>) -> Option<Vec<i64>> {
    range.map(|(least, most)| vec![least, most])
}

fn range_view(range: &Range) -> AuthorityRange {
    AuthorityRange {
        kinds: range.kinds.iter().map(|kind| kind.code().to_owned()).collect(),
        organisation_fen: pair(range.organisation_fen),
        citizen_fen: pair(range.citizen_fen),
    }
}

fn read_pair(field: &str, asked: Option<&Vec<i64>>) -> Result<Option<(i64, i64)>> {
    match asked.map(Vec::as_slice) {
        None | Some([]) => Ok(None),
        Some([least, most]) if 0 <= *least && least <= most => Ok(Some((*least, *most))),
        Some(_) => Err(Error::field(field, "enforcement.range_input", "罚款幅度请填最低和最高两个数")),
    }
}

fn read_range(asked: &AuthorityRange) -> Result<Range> {
    let kind = |code: &String| {
        PenaltyKind::from_code(code)
            .ok_or_else(|| Error::field("kinds", "enforcement.choice", "没有这种处罚，请从列表中选择"))
    };
    Ok(Range {
        kinds: asked.kinds.iter().map(kind).collect::<Result<_>>()?,
        organisation_fen: read_pair("organisation_fen", asked.organisation_fen.as_ref())?,
        citizen_fen: read_pair("citizen_fen", asked.citizen_fen.as_ref())?,
    })
}

pub(crate) fn basis_word(basis: LegalBasis) -> Word {
    let code = BASES.iter().find(|(_, one)| *one == basis).map_or("", |(code, _)| *code);
    Word::new(code, basis_label(basis))
}

fn item_view(
    caller: &Caller,
    record: &AuthorityRecord,
    names: &Names,
    files: &[AttachmentRecord],
    (today, warn_days): (Date, i64),
) -> AuthorityView {
    let item = &record.item;
    let days_left = item.to.map(|last| (last - today).num_days());
    let standing = match days_left {
        _ if item.void.is_some() => "void",
        _ if item.is_waiting() => "waiting",
        _ if today < item.from => "coming",
        Some(left) if left < 0 => "expired",
        Some(left) if left <= warn_days => "expiring",
        _ => "valid",
    };
    let files: Vec<&AttachmentRecord> =
        files.iter().filter(|one| one.object_id == item.id.as_str()).collect();
    let may = |action| item.void.is_none() && caller.hats.hat(action, &Subject::town()).is_some();
    let (keeps, compares) = (may(Action::AuthorityKeep), may(Action::AuthorityCompare));
    let is_own = matches!(&item.compared, Compared::Waiting { recorded } if *recorded == caller.person);
    let is_open = !matches!(&item.compared, Compared::Done { .. });
    let may_compare = is_open && compares && !is_own && !files.is_empty();
    let (compared_by, compared_on) = match &item.compared {
        Compared::Done { by, on } => (Some(Named::new(by.as_str(), names.person(by))), Some(on.to_string())),
        Compared::Before | Compared::Waiting { .. } => (None, None),
    };
    let offered =
        [("scan", is_open && (keeps || compares)), ("compare", may_compare), ("end", keeps), ("void", keeps)];
    let code = item.path.rsplit('/').next().unwrap_or_default();
    AuthorityView {
        id: item.id.to_string(),
        name: item.name.clone(),
        power: Word::new(item.power.code(), item.power.label()),
        basis: basis_word(item.basis),
        delegator: item.delegator.clone(),
        law: item.law.clone(),
        range: range_view(&item.range),
        holder: Word::new(item.holder.code(), item.holder.label()),
        source: item.source.clone(),
        territory: names.territory(code).name,
        from: item.from.to_string(),
        to: item.to.map(|day| day.to_string()),
        carries_over: item.carries_over.clone(),
        standing: standing.to_owned(),
        days_left,
        void: item.void.clone(),
        files: files.into_iter().map(AttachmentView::of).collect(),
        compared_by,
        compared_on,
        version: record.version,
        actions: offered.into_iter().filter(|(_, may)| *may).map(|(step, _)| step).collect(),
    }
}

/// Items as the caller sees them now, each with the scans of its paper.
pub(crate) async fn item_views(
    read: &mut Read,
    caller: &Caller,
    items: &[AuthorityRecord],
    today: Date,
) -> Result<Vec<AuthorityView>> {
    let names = Names::read(read).await?;
    let ids: Vec<String> = items.iter().map(|one| one.item.id.to_string()).collect();
    let files = read.attachments_of(ITEM, &ids).await?;
    let on = (today, warn_days(read, today).await?);
    Ok(items.iter().map(|one| item_view(caller, one, &names, &files, on)).collect())
}

/// One of them.
pub(crate) async fn seen(
    read: &mut Read,
    caller: &Caller,
    record: &AuthorityRecord,
    today: Date,
) -> Result<AuthorityView> {
    item_views(read, caller, std::slice::from_ref(record), today).await?.pop().ok_or(Error::NotFound)
}

/// An item at the version that was read.
///
/// Errors: there is none; somebody was quicker, and the item as it now is comes with the refusal.
async fn known(
    tx: &mut Write,
    caller: &Caller,
    id: &AuthorityItemId,
    version: i64,
    today: Date,
) -> Result<AuthorityRecord> {
    let record = tx.authority_item(id).await?.ok_or(Error::NotFound)?;
    match record.version == version {
        true => Ok(record),
        false => Err(Error::stale(&seen(tx, caller, &record, today).await?)),
    }
}

impl App {
    /// What the town may enforce, ended and voided items too, and what the handbook names.
    pub async fn authority_items(&self, caller: &Caller) -> Result<AuthorityList> {
        caller.scope(Action::AuthorityRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let items = read.authority_items().await?;
        let proposal = |one: &Proposal| AuthorityProposal {
            code: one.code.clone(),
            name: one.name.clone(),
            power: Word::new(one.power.code(), one.power.label()),
            law: one.law.clone(),
            range: range_view(&one.range),
            note: one.note.clone(),
            confidence: one.confidence.label().to_owned(),
        };
        Ok(AuthorityList {
            items: item_views(&mut read, caller, &items, today).await?,
            proposals: proposals().iter().map(proposal).collect(),
            may_add: caller.hats.hat(Action::AuthorityKeep, &Subject::town()).is_some(),
        })
    }

    /// Records an item with the paper that gives it.
    ///
    /// Errors: no paper, no article, a delegation by nobody, an end before the beginning.
    pub async fn record_authority(&self, caller: &Caller, asked: AuthorityInput) -> Result<AuthorityView> {
        let now = self.now();
        let hat = caller.hat(Action::AuthorityKeep, &Subject::town())?;
        let choose = |field: &str| Error::field(field, "enforcement.choice", "请从列表中选择");
        let basis = BASES.iter().find(|(code, _)| *code == asked.basis).map(|(_, basis)| *basis);
        let mut tx = self.write(caller).await?;
        let code = given(&asked.territory).unwrap_or_else(|| self.town.to_string());
        let territory = tx.territory(&TerritoryCode::from(code.as_str())).await?;
        let to = asked.to.as_deref().and_then(given);
        let item = AuthorityItem {
            id: AuthorityItemId::from(self.new_id()),
            name: required("name", &asked.name, "请填写事项名称")?,
            power: Power::from_code(&asked.power).ok_or_else(|| choose("power"))?,
            basis: basis.ok_or_else(|| choose("basis"))?,
            delegator: asked.delegator.trim().to_owned(),
            law: required("law", &asked.law, "请填写法律依据")?,
            range: read_range(&asked.range)?,
            holder: Holder::from_code(&asked.holder).ok_or_else(|| choose("holder"))?,
            source: required("source", &asked.source, "请填写来源文件和文号")?,
            path: territory.ok_or_else(|| choose("territory"))?.territory.path,
            from: read_day("from", &asked.from)?,
            to: to.map(|text| read_day("to", &text)).transpose()?,
            carries_over: asked.carries_over.trim().to_owned(),
            void: None,
            compared: Compared::Waiting { recorded: caller.person.clone() },
        };
        let item = item.check()?;
        let record = AuthorityRecord {
            item,
            voided_at: None,
            recorded_by: caller.name.clone(),
            version: 1,
            recorded_at: now,
        };
        tx.insert_authority_item(&record).await?;
        let view = seen(&mut tx, caller, &record, now.date()).await?;
        let audit = caller.audit_as(hat, "authority_item.add", ("authority_item", &view.id), "", now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Somebody else than who recorded it compared an item with the scan of its paper: it is in force from now on.
    ///
    /// Errors: no scan; who recorded it; compared or voided already; somebody was quicker.
    pub async fn compare_authority(
        &self,
        caller: &Caller,
        id: &AuthorityItemId,
        asked: &AuthorityCompare,
    ) -> Result<AuthorityView> {
        let now = self.now();
        let hat = caller.hat(Action::AuthorityCompare, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let mut record = known(&mut tx, caller, id, asked.version, now.date()).await?;
        let has_scan = !tx.attachments_of(ITEM, &[id.to_string()]).await?.is_empty();
        record.item = record.item.compare(&caller.person, now.date(), has_scan)?;
        tx.update_authority_item(&record).await?;
        record.version += 1;
        let view = seen(&mut tx, caller, &record, now.date()).await?;
        let audit = caller.audit_as(hat, "authority_item.compare", (ITEM, id.as_str()), "", now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Ends an item on a day, or voids one recorded by mistake; what was done on it stays.
    pub async fn end_authority(
        &self,
        caller: &Caller,
        id: &AuthorityItemId,
        asked: AuthorityEnd,
    ) -> Result<AuthorityView> {
        let now = self.now();
        let hat = caller.hat(Action::AuthorityKeep, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let mut record = known(&mut tx, caller, id, asked.version, now.date()).await?;
        if let Some(reason) = &record.item.void {
            let name = record.item.name.clone();
            return Err(CaseRefusal::ItemVoided { name, reason: reason.clone() }.into());
        }
        let reason = required("reason", &asked.reason, "请写明理由和依据文件")?;
        let action = match asked.step.as_str() {
            "end" => {
                record.item.to = Some(read_day("to", &asked.to)?);
                record.item.carries_over = asked.carries_over.trim().to_owned();
                record.item = record.item.check()?;
                "authority_item.end"
            }
            "void" => {
                record.item.void = Some(reason.clone());
                record.voided_at = Some(now);
                "authority_item.void"
            }
            _ => return Err(Error::field("step", "enforcement.choice", "没有这一步，请刷新后再试")),
        };
        tx.update_authority_item(&record).await?;
        record.version += 1;
        let view = seen(&mut tx, caller, &record, now.date()).await?;
        let mut audit = caller.audit_as(hat, action, ("authority_item", id.as_str()), "", now);
        audit.reason = reason;
        Ok(tx.commit(audit, view).await?)
    }
}
