//! The gate of clause 11: who has not passed the fire rescue organ's training neither enforces nor helps to. Certificates
//! open it for as long as they are valid, the leader's recorded exemption between two days. Routine patrols (clause 9)
//! go on without it. What does not belong here: rights of a role (`policy`), giving out certificates (`org`).
//!
//! Source: the plan, clause 11 (「消防行政执法人员和网格管理员，须经消防救援机构培训合格后方可开展有关工作」); 行政处罚法 (2021)
//! arts. 42 and 55 for the enforcement certificate, which nobody can be exempted from.

use serde::{Deserialize, Serialize};

use crate::ids::{GateExemptionId, PersonId};
use crate::org::{Certificate, CertificateKind, Role};
use crate::time::Date;

/// The plan's clause that the gate is.
pub const CLAUSE: &str = "C11.6";

/// In which part somebody takes part in enforcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// 执法人员: enforces, and shows a certificate.
    Officer,
    /// 协助人员: helps those who enforce.
    Assistant,
}

impl Part {
    /// The part a role is there for; none for roles that have no part in enforcement.
    pub fn of(role: Role) -> Option<Self> {
        match role {
            Role::EnforcementOfficer => Some(Self::Officer),
            Role::EnforcementAssistant => Some(Self::Assistant),
            _ => None,
        }
    }
}

/// 豁免: the leader lets one person through for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exemption {
    /// Id.
    pub id: GateExemptionId,
    /// Who is let through.
    pub person: PersonId,
    /// Why.
    pub reason: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Taken back.
    pub voided: bool,
}

impl Exemption {
    /// A new one.
    ///
    /// Errors: without a reason, or ending before it begins.
    pub fn new(
        id: GateExemptionId,
        person: PersonId,
        reason: &str,
        from: Date,
        to: Date,
    ) -> Result<Self, GateRefusal> {
        let reason = reason.trim().to_owned();
        if reason.is_empty() {
            return Err(GateRefusal::NoReason);
        }
        if to < from {
            return Err(GateRefusal::EndsBeforeStart { from });
        }
        Ok(Self { id, person, reason, from, to, voided: false })
    }

    /// Whether it lets through on a day, both ends included.
    pub fn is_valid_on(&self, day: Date) -> bool {
        !self.voided && self.from <= day && day <= self.to
    }
}

/// What opened the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pass {
    /// Trained by the fire rescue organ.
    Trained,
    /// A policeman with his own qualification: clause 12, not 11.
    Police,
    /// Let through by the leader until a day.
    Exempt(Exemption),
}

/// Why somebody does not get through, or an exemption cannot be recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GateRefusal {
    /// Never trained, or not by the fire rescue organ.
    #[error(
        "按方案第十一条（C11.6），须经消防救援机构培训合格后方可执法或协助执法，该人员没有培训合格证，请先安排培训"
    )]
    Untrained,
    /// Trained once.
    #[error(
        "按方案第十一条（C11.6），须经消防救援机构培训合格后方可执法或协助执法，该人员的培训合格证已于 {on} 到期，请先复训"
    )]
    TrainingExpired {
        /// Its last day.
        on: Date,
    },
    /// No enforcement certificate was ever given.
    #[error("按方案第十一条（C11.4），执法人员须持有效行政执法证，该人员没有，请先取得证件")]
    NoCertificate,
    /// The enforcement certificate ran out.
    #[error("按方案第十一条（C11.4），执法人员须持有效行政执法证，该人员的证件已于 {on} 到期，请先换证")]
    CertificateExpired {
        /// Its last day.
        on: Date,
    },
    /// An exemption without a reason.
    #[error("请写明豁免的理由")]
    NoReason,
    /// It ends before it begins.
    #[error("豁免的截止日期不能早于起始日期 {from}，请核对")]
    EndsBeforeStart {
        /// First day.
        from: Date,
    },
    /// Taken back before.
    #[error("这项豁免已经撤销，请刷新查看")]
    Voided,
}

impl GateRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Untrained => "gate.untrained",
            Self::TrainingExpired { .. } => "gate.training_expired",
            Self::NoCertificate => "gate.no_certificate",
            Self::CertificateExpired { .. } => "gate.certificate_expired",
            Self::NoReason => "gate.reason",
            Self::EndsBeforeStart { .. } => "gate.backwards",
            Self::Voided => "gate.voided",
        }
    }
}

/// The last day any certificate of a kind was valid before a day; none when there never was one.
fn ran_out(held: &[Certificate], kind: CertificateKind, day: Date) -> Option<Date> {
    let of_kind = held.iter().filter(|one| one.kind == kind && !one.is_revoked_on(day));
    of_kind.filter_map(|one| one.expires_on).filter(|last| *last < day).max()
}

fn is_held(held: &[Certificate], kind: CertificateKind, day: Date) -> bool {
    held.iter().any(|one| one.kind == kind && one.is_valid_on(day))
}

/// Whether somebody with these certificates and exemptions may take part in enforcement on a day.
///
/// Errors: what he lacks, the enforcement certificate before the training.
pub fn pass(
    part: Part,
    held: &[Certificate],
    exemptions: &[Exemption],
    day: Date,
) -> Result<Pass, GateRefusal> {
    use CertificateKind::{EnforcementCert, FireTrainingGrid, PoliceQual};
    if is_held(held, PoliceQual, day) {
        return Ok(Pass::Police);
    }
    if part == Part::Officer && !is_held(held, EnforcementCert, day) {
        return Err(match ran_out(held, EnforcementCert, day) {
            Some(on) => GateRefusal::CertificateExpired { on },
            None => GateRefusal::NoCertificate,
        });
    }
    if is_held(held, FireTrainingGrid, day) {
        return Ok(Pass::Trained);
    }
    if let Some(exemption) = exemptions.iter().find(|one| one.is_valid_on(day)) {
        return Ok(Pass::Exempt(exemption.clone()));
    }
    Err(match ran_out(held, FireTrainingGrid, day) {
        Some(on) => GateRefusal::TrainingExpired { on },
        None => GateRefusal::Untrained,
    })
}

/// Whether a role is one that clause 11 wants trained, so that a patrol of an untrained one is marked (T8).
pub fn is_to_be_trained(role: Role) -> bool {
    matches!(
        role,
        Role::GridManager | Role::GridWorker | Role::EnforcementAssistant | Role::EnforcementOfficer
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::org::Revocation;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn card(kind: CertificateKind, until: Option<&str>) -> Certificate {
        Certificate {
            id: "c".into(),
            person: "p".into(),
            kind,
            number: "演示-1".to_owned(),
            issuer: "区消防救援机构".to_owned(),
            issued_on: day("2025-01-01"),
            expires_on: until.map(day),
            scope: String::new(),
            revoked: None,
        }
    }

    fn taken_back(on: &str) -> Option<Revocation> {
        Some(Revocation { on: day(on), reason: "遗失".to_owned() })
    }

    #[test]
    fn a_certificate_opens_until_its_last_day_and_not_the_day_after() {
        use CertificateKind::FireTrainingGrid;
        let held = [card(FireTrainingGrid, Some("2026-09-20"))];
        assert_eq!(pass(Part::Assistant, &held, &[], day("2026-09-20")), Ok(Pass::Trained));
        let late = pass(Part::Assistant, &held, &[], day("2026-09-21"));
        assert_eq!(late, Err(GateRefusal::TrainingExpired { on: day("2026-09-20") }));
        let text = late.map_err(|no| no.to_string()).expect_err("refused");
        assert!(text.contains(CLAUSE) && text.contains("2026-09-20"), "the rule and what is missing: {text}");
        let lost = [Certificate { revoked: taken_back("2026-09-20"), ..card(FireTrainingGrid, None) }];
        assert_eq!(
            pass(Part::Assistant, &lost, &[], day("2026-09-19")),
            Ok(Pass::Trained),
            "until then it counted"
        );
        assert_eq!(pass(Part::Assistant, &lost, &[], day("2026-09-20")), Err(GateRefusal::Untrained));
    }

    #[test]
    fn an_officer_needs_both_and_only_the_training_can_be_excused() {
        use CertificateKind::{EnforcementCert, FireTrainingGrid, PoliceQual};
        let on = day("2026-09-21");
        let exempt = Exemption::new("e".into(), "p".into(), "培训班十月开课", on, day("2026-10-31"))
            .expect("has a reason and an end");
        let officer = |held: &[Certificate], exempt: &[Exemption]| pass(Part::Officer, held, exempt, on);
        let (cert, trained) = (card(EnforcementCert, None), card(FireTrainingGrid, None));
        assert_eq!(officer(std::slice::from_ref(&trained), &[]), Err(GateRefusal::NoCertificate));
        assert_eq!(officer(std::slice::from_ref(&cert), &[]), Err(GateRefusal::Untrained));
        assert_eq!(officer(&[cert.clone(), trained], &[]), Ok(Pass::Trained));
        assert_eq!(officer(&[], std::slice::from_ref(&exempt)), Err(GateRefusal::NoCertificate));
        assert_eq!(officer(&[cert], std::slice::from_ref(&exempt)), Ok(Pass::Exempt(exempt.clone())));
        assert_eq!(officer(&[card(PoliceQual, None)], &[]), Ok(Pass::Police), "clause 12, not 11");
        let over = pass(Part::Assistant, &[], std::slice::from_ref(&exempt), day("2026-11-01"));
        assert_eq!(over, Err(GateRefusal::Untrained), "it ends");
        let gone = Exemption { voided: true, ..exempt };
        assert_eq!(pass(Part::Assistant, &[], &[gone], on), Err(GateRefusal::Untrained));
    }

    #[test]
    fn an_exemption_has_a_reason_and_ends_after_it_begins() {
        let new = |reason, to| Exemption::new("e".into(), "p".into(), reason, day("2026-09-21"), day(to));
        assert_eq!(new("  ", "2026-09-30"), Err(GateRefusal::NoReason));
        assert_eq!(
            new("等待开班", "2026-09-20"),
            Err(GateRefusal::EndsBeforeStart { from: day("2026-09-21") })
        );
        assert!(new("等待开班", "2026-09-21").is_ok(), "one day is a time");
    }
}
