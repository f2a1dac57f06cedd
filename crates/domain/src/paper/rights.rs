//! Who may draft and who may issue which paper: the class of a template says the right, its issuers the roles.
//!
//! Source: handbook of documents §6.2 (who issues), permission matrix §2.3, rule that only who may order says 责令.

use super::{IssuedBy, Origin, Template};
use crate::document::Nature;
use crate::org::Role;
use crate::policy::Action;

impl Template {
    /// The right that approves, issues and takes back such a paper: advice and orders go by the rights over hazards, so
    /// that a paper never reaches further than the act it writes down.
    pub fn right(&self) -> Action {
        match (self.origin, self.nature) {
            (Origin::ReceivedCopy, _) => Action::PaperRegister,
            (_, Nature::Enforcement) => Action::HazardOrder,
            (_, Nature::Advice) => Action::HazardAdvise,
            (_, Nature::Ordinary) if self.layout.red_head() => Action::PaperSign,
            (_, Nature::Ordinary) => Action::PaperIssue,
        }
    }

    /// The right that drafts it.
    pub fn draft_right(&self) -> Action {
        match self.right() {
            Action::PaperSign | Action::PaperIssue => Action::PaperDraft,
            other => other,
        }
    }

    /// Whether a role may draft it, and issue it where no leader has to sign.
    pub fn is_drafted_by(&self, role: Role) -> bool {
        self.issued_by.iter().any(|who| who.is(role))
    }

    /// Whether a role may sign it: what the office does not issue under its own name, only leaders sign.
    pub fn is_signed_by(&self, role: Role) -> bool {
        match self.right() {
            Action::PaperSign => role != Role::OfficeHead || self.issued_by.contains(&IssuedBy::Office),
            _ => self.is_drafted_by(role),
        }
    }
}

impl IssuedBy {
    /// Whether somebody in this role acts as that issuer. The office drafts what committee and town issue.
    pub fn is(self, role: Role) -> bool {
        use Role::*;
        let office = matches!(role, OfficeHead | OfficeClerk);
        let village = matches!(role, VillageSecretary | VillageCommittee | VillageStaff);
        let department = matches!(role, DeptHead | DeptInspector);
        let grid = matches!(role, GridManager | GridWorker | FireManager);
        match self {
            Self::Any => true,
            Self::Inspector => {
                office || village || department || matches!(role, PoliceOfficer | EnforcementOfficer)
            }
            Self::Village => village,
            Self::Department => department,
            // What the fire rescue organ sends, the office registers.
            Self::Office | Self::FireRescue => office,
            Self::Committee | Self::Town => {
                office || matches!(role, CommitteeDirector | CommitteeDeputy | LeaderInCharge)
            }
            Self::Officer => matches!(role, EnforcementOfficer | PoliceOfficer | DistrictFire),
            Self::Trainer => office || department || village || role == PoliceOfficer,
            Self::Station => matches!(role, StationChief | StationMember),
            Self::Grid => grid,
        }
    }
}
