//! Who may draft and who may issue which paper: the class of a template says the right, its issuers the roles.
//!
//! Source: handbook of documents §6.2 (who issues), permission matrix §2.3, rule that only who may order says 责令.

use super::{IssuedBy, Origin, Template};
use crate::document::Nature;
use crate::org::{OrgKind, Role};
use crate::policy::Action;

impl Template {
    /// The right that approves, issues and takes back such a paper: advice and orders go by the rights over hazards, so
    /// that a paper never reaches further than the act it writes down.
    pub fn right(&self) -> Action {
        match (self.origin, self.nature) {
            (Origin::ReceivedCopy, _) => Action::PaperRegister,
            (_, Nature::Enforcement) => Action::HazardOrder,
            (_, Nature::Advice) => Action::HazardAdvise,
            (_, Nature::Ordinary) if self.signed || self.layout.red_head() => Action::PaperSign,
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

    /// Whether it may be issued in the name of a body of this kind.
    pub fn is_issued_by(&self, body: OrgKind) -> bool {
        self.issued_by.iter().any(|who| who.speaks_as(body))
    }

    /// Its issuers in words, as `镇消防安全委员会、消安办`.
    pub fn issuers(&self) -> String {
        self.issued_by.iter().map(|who| who.label()).collect::<Vec<_>>().join("、")
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
    /// In whose name that issuer writes. An officer writes for the organ he enforces for, and the committee, which
    /// coordinates, is none.
    pub fn speaks_as(self, body: OrgKind) -> bool {
        use OrgKind::*;
        match self {
            Self::Any => !matches!(body, Unit | FireRescue),
            Self::Inspector => matches!(body, Dept | Office | Workstation | Village | Police),
            Self::Village | Self::Grid => body == Village,
            Self::Department => matches!(body, Dept | Office | Workstation),
            // What the fire rescue organ sends, the office registers.
            Self::Office | Self::FireRescue => matches!(body, Workstation | Office),
            Self::Committee => body == Committee,
            Self::Town => body == TownGov,
            Self::Officer => matches!(body, TownGov | Dept | Office | Workstation | Police),
            Self::Trainer => matches!(body, TownGov | Dept | Office | Workstation | Village | Police),
            Self::Station => matches!(body, Station | Brigade),
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Any => "镇属单位",
            Self::Inspector => "检查单位",
            Self::Village => "村（社区）",
            Self::Department => "部门",
            Self::Office => "消安办",
            Self::Committee => "消防安全委员会",
            Self::Town => "镇人民政府",
            Self::Officer => "执法机关",
            Self::Trainer => "培训组织单位",
            Self::Station => "微型消防站",
            Self::Grid => "村（社区）网格",
            Self::FireRescue => "消防救援机构",
        }
    }

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
