//! Items of authority: what the town may check, punish or compel, by which regime, from when to when, where, on which
//! paper; and the one question who may act on one, in a case or by an order to mend. What does not belong here: the steps of a case (`machine`), the list
//! that comes along (`exchange::authority_catalog`).
//!
//! Source: 行政处罚法 (2021) arts. 17–24, 42; the plan, clause 11.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{CaseRefusal, Party, PartyKind, Penalty, PenaltyKind};
use crate::gate::GateRefusal;
use crate::hazard::LegalBasis;
use crate::ids::{AuthorityItemId, PersonId};
use crate::org::{Certificate, CertificateKind, lies_in, words};
use crate::place::Confidence;
use crate::time::Date;

words! {
    /// What an item allows.
    Power {
        Inspect "inspect" "行政检查"
        Punish "punish" "行政处罚"
        Compel "compel" "行政强制"
    }
}

words! {
    /// Who acts on it: a police station acts for its own organ and never for the town.
    Holder {
        Town "town" "镇执法人员"
        Police "police" "派出所民警"
    }
}

impl Holder {
    /// The certificate its officers show.
    pub fn certificate(self) -> CertificateKind {
        match self {
            Self::Town => CertificateKind::EnforcementCert,
            Self::Police => CertificateKind::PoliceQual,
        }
    }
}

/// What a penalty on the item may be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Kinds of penalty.
    pub kinds: BTreeSet<PenaltyKind>,
    /// Least and most a fine of an organisation may be; none where the law gives no fine. Units: fen.
    pub organisation_fen: Option<(i64, i64)>,
    /// Least and most a fine of a citizen may be. Units: fen.
    pub citizen_fen: Option<(i64, i64)>,
}

/// A row of the list that comes along: what the field's handbook names. Nothing of it is in force before the town
/// records the paper that gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Stable code.
    pub code: String,
    /// Name.
    pub name: String,
    /// What it allows.
    pub power: Power,
    /// The article.
    pub law: String,
    /// What a penalty may be.
    pub range: Range,
    /// What is known of it, and what the town has to settle first.
    pub note: String,
    /// How far it was checked.
    pub confidence: Confidence,
}

/// Whether an item was compared with the paper that gives it by somebody else than who recorded it. One mistyped line would
/// let the town punish without a right.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Compared {
    /// Recorded before items were compared: it counts, and may be compared still.
    #[default]
    Before,
    /// Not yet.
    Waiting {
        /// Who recorded it.
        recorded: PersonId,
    },
    /// It says what its paper says.
    Done {
        /// Who compared it.
        by: PersonId,
        /// When.
        on: Date,
    },
}

/// 执法事项: an item as the town holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorityItem {
    /// Id.
    pub id: AuthorityItemId,
    /// Name.
    pub name: String,
    /// What it allows.
    pub power: Power,
    /// By which regime: it decides name, seal and remedy of every paper.
    pub basis: LegalBasis,
    /// Whose power it is where it was delegated; empty otherwise.
    pub delegator: String,
    /// The article.
    pub law: String,
    /// What a penalty may be.
    pub range: Range,
    /// Who acts on it.
    pub holder: Holder,
    /// The paper that gives it: 赋权清单、委托书、权责清单, with its number.
    pub source: String,
    /// Territory path it reaches.
    pub path: String,
    /// First day.
    pub from: Date,
    /// Last day; none while nothing ends it.
    pub to: Option<Date>,
    /// Cases filed by the last day are finished by the town; the paper that says so. Empty where none does.
    pub carries_over: String,
    /// Why it was voided.
    pub void: Option<String>,
    /// Whether a second person compared it with that paper.
    #[serde(default)]
    pub compared: Compared,
}

impl AuthorityItem {
    /// That it makes sense.
    ///
    /// Errors: no name, no source, an end before the beginning, a delegation by nobody; a power to punish without a kind of
    /// penalty, or to fine without a range.
    pub fn check(self) -> Result<Self, CaseRefusal> {
        for (text, what) in [(&self.name, "事项名称"), (&self.law, "法律依据"), (&self.source, "来源文件")]
        {
            if text.trim().is_empty() {
                return Err(CaseRefusal::Missing { what });
            }
        }
        if self.basis == LegalBasis::Delegated && self.delegator.trim().is_empty() {
            return Err(CaseRefusal::Missing { what: "委托机关" });
        }
        if self.to.is_some_and(|to| to < self.from) {
            return Err(CaseRefusal::ItemBackwards { from: self.from });
        }
        if self.power == Power::Punish && self.range.kinds.is_empty() {
            return Err(CaseRefusal::Missing { what: "可以给予的处罚种类" });
        }
        let is_open = self.range.organisation_fen.is_none() && self.range.citizen_fen.is_none();
        if self.range.kinds.contains(&PenaltyKind::Fine) && is_open {
            return Err(CaseRefusal::Missing { what: "罚款幅度（对单位或者公民）" });
        }
        Ok(self)
    }

    /// It after somebody compared it with its paper.
    ///
    /// Errors: voided; compared already; no scan of the paper; who recorded it compares it himself.
    pub fn compare(self, by: &PersonId, on: Date, has_scan: bool) -> Result<Self, CaseRefusal> {
        let name = self.name.clone();
        match (&self.void, &self.compared) {
            (Some(reason), _) => Err(CaseRefusal::ItemVoided { name, reason: reason.clone() }),
            (_, Compared::Done { .. }) => Err(CaseRefusal::ItemCompared { name }),
            (_, Compared::Waiting { recorded }) if recorded == by => Err(CaseRefusal::ItemOwn { name }),
            _ if !has_scan => Err(CaseRefusal::ItemScan { name }),
            _ => Ok(Self { compared: Compared::Done { by: by.clone(), on }, ..self }),
        }
    }

    /// Whether it waits to be compared.
    pub fn is_waiting(&self) -> bool {
        matches!(self.compared, Compared::Waiting { .. })
    }

    /// Whether it is in force on a day, both ends included.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.void.is_none()
            && !self.is_waiting()
            && self.from <= day
            && self.to.is_none_or(|last| day <= last)
    }

    /// That it carries a case on a day: it is in force, or the case was filed while it was and a paper lets the town
    /// finish it.
    ///
    /// Errors: voided, not yet, no longer; it reaches somewhere else; it is no power to punish.
    pub fn carries(&self, path: &str, filed_on: Option<Date>, on: Date) -> Result<(), CaseRefusal> {
        if self.power != Power::Punish {
            return Err(CaseRefusal::ItemNotPenal { name: self.name.clone() });
        }
        self.reaches(path, filed_on, on)
    }

    /// That it carries an order to mend on a day: who checks or punishes orders it, who may only compel does not.
    ///
    /// Errors: as [`Self::carries`]; it is a power to compel.
    /// Source: 行政处罚法 (2021) art. 28; 消防法 arts. 53, 54; handbook of the field §4.2.
    pub fn orders(&self, path: &str, on: Date) -> Result<(), CaseRefusal> {
        if self.power == Power::Compel {
            return Err(CaseRefusal::ItemNotOrder { name: self.name.clone() });
        }
        self.reaches(path, None, on)
    }

    fn reaches(&self, path: &str, filed_on: Option<Date>, on: Date) -> Result<(), CaseRefusal> {
        if let Some(reason) = &self.void {
            return Err(CaseRefusal::ItemVoided { name: self.name.clone(), reason: reason.clone() });
        }
        if self.is_waiting() {
            return Err(CaseRefusal::ItemWaiting { name: self.name.clone() });
        }
        if !lies_in(path, &self.path) {
            return Err(CaseRefusal::ItemElsewhere { name: self.name.clone() });
        }
        if on < self.from {
            return Err(CaseRefusal::ItemNotYet { name: self.name.clone(), from: self.from });
        }
        let finishes = |last: Date| !self.carries_over.is_empty() && filed_on.is_some_and(|day| day <= last);
        match self.to {
            Some(last) if on > last && !finishes(last) => Err(CaseRefusal::ItemExpired {
                name: self.name.clone(),
                last,
                basis: basis_label(self.basis),
            }),
            _ => Ok(()),
        }
    }

    /// That a penalty is one the article gives for this party.
    ///
    /// Errors: another kind of penalty, a fine outside the range.
    pub fn allows(&self, party: &Party, penalty: &Penalty) -> Result<(), CaseRefusal> {
        let outside = |what: String| Err(CaseRefusal::OutOfRange { law: self.law.clone(), what });
        if let Some(kind) = penalty.kinds.iter().find(|kind| !self.range.kinds.contains(kind)) {
            return outside(format!("没有规定“{}”", kind.label()));
        }
        if penalty.fine_fen == 0 {
            return Ok(());
        }
        let range = match party.kind {
            PartyKind::Citizen => self.range.citizen_fen,
            PartyKind::Organisation => self.range.organisation_fen,
        };
        match range {
            None => outside(format!("没有规定对{}罚款", party.kind.label())),
            Some((least, most)) if penalty.fine_fen < least || penalty.fine_fen > most => outside(format!(
                "对{}罚款应在 {} 元以上 {} 元以下",
                party.kind.label(),
                least / 100,
                most / 100
            )),
            Some(_) => Ok(()),
        }
    }
}

/// What people call a regime.
pub fn basis_label(basis: LegalBasis) -> &'static str {
    match basis {
        LegalBasis::OwnStatutory => "法定职权",
        LegalBasis::Empowered => "赋权",
        LegalBasis::Delegated => "委托",
    }
}

/// What an officer can show on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Who.
    pub person: PersonId,
    /// Name, for a refusal.
    pub name: String,
    /// What he holds.
    pub held: Vec<Certificate>,
    /// Whether he passed the gate of clause 11.
    pub gate: Result<(), GateRefusal>,
}

/// That these people may act on this item here and now: two of them, each with a certificate and the training.
///
/// Errors: names who lacks what.
/// Source: 行政处罚法 (2021) art. 42; the plan, clause 11 (C11.4, C11.6).
pub fn may_act(
    officers: &[Proof],
    item: &AuthorityItem,
    path: &str,
    filed_on: Option<Date>,
    on: Date,
) -> Result<(), CaseRefusal> {
    let people: BTreeSet<&PersonId> = officers.iter().map(|one| &one.person).collect();
    if people.len() < 2 {
        return Err(CaseRefusal::TwoOfficers);
    }
    item.carries(path, filed_on, on)?;
    able(officers, item, on)
}

/// That these people may order on this item here and now: two of them, each with a certificate and the training.
///
/// Errors: names who lacks what.
/// Source: 行政处罚法 (2021) art. 42; handbook of the field §4.1: two officers at a check of enforcement.
pub fn may_order(officers: &[Proof], item: &AuthorityItem, path: &str, on: Date) -> Result<(), CaseRefusal> {
    item.orders(path, on)?;
    let people: BTreeSet<&PersonId> = officers.iter().map(|one| &one.person).collect();
    if people.len() < 2 {
        return Err(CaseRefusal::TwoToOrder);
    }
    able(officers, item, on)
}

/// That each of them can show the certificate the item asks for, and the training.
fn able(officers: &[Proof], item: &AuthorityItem, on: Date) -> Result<(), CaseRefusal> {
    let wanted = item.holder.certificate();
    for one in officers {
        let of_kind = || one.held.iter().filter(|held| held.kind == wanted && !held.is_revoked_on(on));
        if !of_kind().any(|held| held.is_valid_on(on)) {
            let last = of_kind().filter_map(|held| held.expires_on).filter(|last| *last < on).max();
            let lacks = match last {
                Some(last) => format!("{}已于 {last} 到期", wanted.label()),
                None => format!("没有有效的{}", wanted.label()),
            };
            return Err(CaseRefusal::Uncertified { name: one.name.clone(), lacks });
        }
        if let Err(no) = &one.gate {
            return Err(CaseRefusal::Gate { name: one.name.clone(), why: no.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::item;
    use super::*;

    #[test]
    fn an_item_is_in_force_once_somebody_else_compared_it_with_its_scan() {
        let day = item().from;
        let waiting = AuthorityItem { compared: Compared::Waiting { recorded: "clerk".into() }, ..item() };
        assert!(!waiting.is_valid_on(day) && item().is_valid_on(day), "what was recorded before counts");
        let code = |item: AuthorityItem, by: &str, scan: bool| {
            item.compare(&by.into(), day, scan).map_err(|no| no.code())
        };
        assert_eq!(code(waiting.clone(), "clerk", true), Err("enforcement.item_own"));
        assert_eq!(code(waiting.clone(), "legal", false), Err("enforcement.item_scan"));
        let done = code(waiting, "legal", true).expect("somebody else, with the scan");
        assert!(done.is_valid_on(day));
        assert_eq!(code(done, "head", true), Err("enforcement.item_compared"));
        let before = code(item(), "legal", true).expect("what was recorded before is compared later, too");
        assert_eq!(before.compared, Compared::Done { by: "legal".into(), on: day });
        let open = Range { kinds: [PenaltyKind::Fine].into(), organisation_fen: None, citizen_fen: None };
        let fined = AuthorityItem { range: open, ..item() };
        assert_eq!(fined.check().map_err(|no| no.code()), Err("enforcement.missing"), "a fine of how much");
    }
}
