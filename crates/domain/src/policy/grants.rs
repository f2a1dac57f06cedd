//! The table: which role may do what, and how far. What does not belong here: the question asked of it and the row scope
//! (the parent room).

use super::{Action, Reach};
use crate::org::Role;

use Role::*;

const OFFICE: &[Role] = &[OfficeHead, OfficeClerk];
const LEADERS: &[Role] =
    &[CommitteeDirector, CommitteeDeputy, PartySecretary, LeaderInCharge, LeaderOther, AgencyHead];
const MEMBERS: &[Role] = &[CommitteeMember];
const DEPT: &[Role] = &[DeptHead, DeptInspector];
const VILLAGE: &[Role] = &[VillageSecretary, VillageCommittee, VillageStaff];
const GRID: &[Role] = &[GridManager, GridWorker, FireManager];
const STATION: &[Role] = &[StationChief, StationMember];
const FORCES: &[Role] = &[StationChief, StationMember, BrigadeLeader];
const UNIT: &[Role] = &[UnitResponsible, UnitManager, PropertyManager, Landlord];
const OVERSEERS: &[Role] = &[DistrictFire, DistrictDept, DistrictOffice, Auditor];
/// Bodies above the town that may hand it a task, and act on no other. Source: handbook of the field, roles: read and task back.
const HANDING_DOWN: &[Role] = &[DistrictDept, DistrictOffice];
/// The files of penalty cases are not for every department of the district.
const CASE_OVERSEERS: &[Role] = &[DistrictFire, DistrictOffice, Auditor];
const WELFARE: &[Role] = &[WelfarePost];
const POLICE: &[Role] = &[PoliceOfficer];
const OFFICER: &[Role] = &[EnforcementOfficer];
/// They reach what a running contract covers: `contract::covered` narrows what they wear.
const PROVIDER: &[Role] = &[ThirdParty];

type Grant = (&'static [Role], Reach);

/// Those who go out and look.
const FIELD: &[Grant] = &[
    (OFFICE, Reach::Town),
    (WELFARE, Reach::Town),
    (DEPT, Reach::Org),
    (VILLAGE, Reach::Area),
    (GRID, Reach::Area),
    (POLICE, Reach::Town),
    (OFFICER, Reach::Town),
];

/// Those who can hold a unit to a fix.
const ISSUERS: &[Grant] = &[
    (OFFICE, Reach::Town),
    (DEPT, Reach::Org),
    (VILLAGE, Reach::Area),
    (POLICE, Reach::Town),
    (OFFICER, Reach::Town),
];

/// All who work for the town.
const STAFF: &[Grant] = &[
    (OFFICE, Reach::Town),
    (LEADERS, Reach::Town),
    (MEMBERS, Reach::Town),
    (WELFARE, Reach::Town),
    (DEPT, Reach::Town),
    (VILLAGE, Reach::Town),
    (GRID, Reach::Town),
    (STATION, Reach::Town),
    (POLICE, Reach::Town),
    (OFFICER, Reach::Town),
    (OVERSEERS, Reach::Town),
];

/// Those who read what was found.
const READERS: &[Grant] = &[
    (OFFICE, Reach::Town),
    (LEADERS, Reach::Town),
    (WELFARE, Reach::Town),
    (DEPT, Reach::Org),
    (VILLAGE, Reach::Area),
    (GRID, Reach::Area),
    (STATION, Reach::Area),
    (POLICE, Reach::Town),
    (OFFICER, Reach::Town),
    (UNIT, Reach::Place),
    (OVERSEERS, Reach::Town),
    (PROVIDER, Reach::Area),
];

/// Those who read what stations and brigades did.
const READERS_OF_FORCES: &[Grant] = &[
    (OFFICE, Reach::Town),
    (LEADERS, Reach::Town),
    (WELFARE, Reach::Town),
    (DEPT, Reach::Org),
    (VILLAGE, Reach::Area),
    (GRID, Reach::Area),
    (STATION, Reach::Area),
    (POLICE, Reach::Town),
    (UNIT, Reach::Place),
    (OVERSEERS, Reach::Town),
];

/// Who may do it, and how far. A line taken out here takes the right away everywhere.
pub(super) fn grants(action: Action) -> &'static [Grant] {
    use Action as A;
    match action {
        A::PlaceRead | A::InspectionRead | A::HazardRead => READERS,
        A::PlaceAdd | A::PlaceChange => {
            &[(OFFICE, Reach::Town), (WELFARE, Reach::Town), (DEPT, Reach::Org), (VILLAGE, Reach::Area)]
        }
        A::PlaceVoid => &[(OFFICE, Reach::Town)],
        A::ListChange => &[
            (OFFICE, Reach::Town),
            (DEPT, Reach::Org),
            (POLICE, Reach::Org),
            (&[VillageSecretary], Reach::Area),
        ],
        A::RegisterImport => &[(OFFICE, Reach::Town)],
        A::RegisterExport => &[
            (OFFICE, Reach::Town),
            (DEPT, Reach::Org),
            (POLICE, Reach::Org),
            (&[VillageSecretary], Reach::Area),
        ],
        // Never the asker himself; that is the request's own rule.
        A::ExportApprove => &[(&[LeaderInCharge, CommitteeDirector, OfficeHead], Reach::Town)],
        A::PersonRead | A::ChecklistRead | A::ParameterRead => STAFF,
        A::PersonChange => &[(OFFICE, Reach::Town), (&[VillageSecretary], Reach::Area)],
        A::HandoverRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (POLICE, Reach::Org),
            (OVERSEERS, Reach::Town),
        ],
        A::HandoverStart => &[(OFFICE, Reach::Town), (&[VillageSecretary], Reach::Area)],
        A::HandoverSignFor => &[(OFFICE, Reach::Town)],
        A::PhoneReveal => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (POLICE, Reach::Town),
            (OFFICER, Reach::Town),
        ],
        A::OrgChange => &[(OFFICE, Reach::Town), (&[SysAdmin], Reach::Town)],
        A::AccountManage => &[(&[SysAdmin, OfficeHead], Reach::Town)],
        A::PlanRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (WELFARE, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (POLICE, Reach::Org),
            (OFFICER, Reach::Town),
            (OVERSEERS, Reach::Town),
        ],
        A::PlanDraft => {
            &[(OFFICE, Reach::Town), (DEPT, Reach::Org), (VILLAGE, Reach::Area), (POLICE, Reach::Org)]
        }
        A::PlanApprove => &[
            (&[LeaderInCharge, CommitteeDirector, OfficeHead], Reach::Town),
            (&[DeptHead], Reach::Org),
            (&[VillageSecretary], Reach::Area),
            // The station's own plan is approved by its chief, who is one of its officers; never by who handed it in.
            (POLICE, Reach::Org),
        ],
        A::TaskRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (WELFARE, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (POLICE, Reach::Org),
            (OFFICER, Reach::Town),
            (OVERSEERS, Reach::Town),
        ],
        A::TaskAssign => &[
            (OFFICE, Reach::Town),
            (DEPT, Reach::Org),
            (&[VillageSecretary, VillageStaff], Reach::Area),
            (POLICE, Reach::Org),
            // What they handed down.
            (HANDING_DOWN, Reach::Org),
        ],
        A::TaskHandDown => &[(HANDING_DOWN, Reach::Town)],
        A::TaskReview => &[
            (OFFICE, Reach::Town),
            (&[DeptHead], Reach::Org),
            (&[VillageSecretary], Reach::Area),
            (POLICE, Reach::Org),
        ],
        A::TaskDo | A::HazardRecheck => FIELD,
        A::InspectionRecord | A::HazardFind => &[
            (OFFICE, Reach::Town),
            (WELFARE, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (STATION, Reach::Area),
            (POLICE, Reach::Town),
            (OFFICER, Reach::Town),
        ],
        A::ChecklistChange => &[(OFFICE, Reach::Town)],
        A::HazardGrade | A::HazardExtend | A::HazardLink | A::HazardClose => ISSUERS,
        A::HazardConfirm => &[(OFFICE, Reach::Town)],
        // Advice is what those may write who may not order. Source: handbook T9.
        A::HazardAdvise => {
            &[(OFFICE, Reach::Town), (DEPT, Reach::Org), (VILLAGE, Reach::Area), (OFFICER, Reach::Town)]
        }
        // Only who may order uses the word 责令; the certificate and the authority item are asked for besides.
        A::HazardOrder => &[(POLICE, Reach::Town), (OFFICER, Reach::Town), (&[DistrictFire], Reach::Town)],
        A::HazardFix => &[
            (OFFICE, Reach::Town),
            (WELFARE, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (UNIT, Reach::Place),
        ],
        A::HazardTransfer => &[
            (OFFICE, Reach::Town),
            (POLICE, Reach::Town),
            (OFFICER, Reach::Town),
            (&[DistrictFire], Reach::Town),
        ],
        A::HazardEscalate | A::HazardVoid => &[(OFFICE, Reach::Town)],
        A::CertificateRecord => &[(OFFICE, Reach::Town), (&[DistrictFire], Reach::Town)],
        // Clause 11.6 binds the office too: only the leader lets somebody through.
        A::GateExempt => &[(&[LeaderInCharge, CommitteeDirector], Reach::Town)],
        A::TrainingRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (WELFARE, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (POLICE, Reach::Org),
            (OVERSEERS, Reach::Town),
        ],
        A::TrainingChange => &[
            (OFFICE, Reach::Town),
            (DEPT, Reach::Org),
            (&[VillageSecretary, VillageStaff], Reach::Area),
            (POLICE, Reach::Org),
            (&[DistrictFire], Reach::Town),
        ],
        A::BoardRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (MEMBERS, Reach::Town),
            (DEPT, Reach::Town),
            (POLICE, Reach::Town),
            (VILLAGE, Reach::Area),
            (OVERSEERS, Reach::Town),
        ],
        A::ParameterPropose | A::NoticeAttach => &[(OFFICE, Reach::Town)],
        A::ParameterDecide => &[(&[LeaderInCharge, CommitteeDirector], Reach::Town)],
        A::WaiverRecord => &[(&[LeaderInCharge, CommitteeDirector, OfficeHead], Reach::Town)],
        A::EvidenceRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (WELFARE, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (STATION, Reach::Area),
            (POLICE, Reach::Org),
            (OFFICER, Reach::Town),
            (OVERSEERS, Reach::Town),
        ],
        A::EvidenceRecord => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (WELFARE, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (STATION, Reach::Area),
            (POLICE, Reach::Org),
            (OFFICER, Reach::Town),
        ],
        // The record says besides whose figures it moves: nobody decides about his own. Source: handbook T5.
        A::EvidenceDecide => &[(OFFICE, Reach::Town), (&[LeaderInCharge, CommitteeDirector], Reach::Town)],
        A::LetterRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (POLICE, Reach::Org),
            (OVERSEERS, Reach::Town),
        ],
        A::LetterSign => &[(OFFICE, Reach::Town), (&[VillageSecretary], Reach::Area)],
        A::AuditRead => {
            &[(&[Auditor, OfficeHead, CommitteeDirector, PartySecretary, LeaderInCharge], Reach::Town)]
        }
        // Everybody who may be expected at a meeting of the town.
        A::MeetingRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (DEPT, Reach::Town),
            (VILLAGE, Reach::Town),
            (POLICE, Reach::Town),
            (OVERSEERS, Reach::Town),
        ],
        A::MeetingKeep => {
            &[(OFFICE, Reach::Town), (DEPT, Reach::Org), (&[VillageSecretary, VillageStaff], Reach::Area)]
        }
        A::FollowUpRead | A::FollowUpDo => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (WELFARE, Reach::Org),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (STATION, Reach::Area),
            (POLICE, Reach::Org),
            (OFFICER, Reach::Org),
        ],
        A::FollowUpVerify => &[(OFFICE, Reach::Town), (LEADERS, Reach::Town)],
        A::ReportRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (DEPT, Reach::Town),
            (POLICE, Reach::Town),
            (&[VillageSecretary], Reach::Town),
            (OVERSEERS, Reach::Town),
        ],
        A::ReportWrite => &[(OFFICE, Reach::Town)],
        A::ReportIssue => &[(&[LeaderInCharge, CommitteeDirector], Reach::Town)],
        A::BudgetRead => &[(OFFICE, Reach::Town), (LEADERS, Reach::Town), (OVERSEERS, Reach::Town)],
        A::BudgetKeep | A::ContractKeep => &[(OFFICE, Reach::Town)],
        A::ContractRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (DEPT, Reach::Town),
            (VILLAGE, Reach::Area),
            (OVERSEERS, Reach::Town),
            (PROVIDER, Reach::Org),
        ],
        A::ContractDeliver => &[(OFFICE, Reach::Town), (PROVIDER, Reach::Org)],
        A::CampaignRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (DEPT, Reach::Town),
            (VILLAGE, Reach::Town),
            (POLICE, Reach::Town),
            (OVERSEERS, Reach::Town),
        ],
        A::CampaignKeep => {
            &[(OFFICE, Reach::Town), (&[DeptHead], Reach::Org), (&[VillageSecretary], Reach::Org)]
        }
        A::DrillRead | A::CallTestRead | A::SortieRead => READERS_OF_FORCES,
        A::DrillKeep => &[
            (OFFICE, Reach::Town),
            (DEPT, Reach::Org),
            (&[VillageSecretary, VillageStaff], Reach::Area),
            (&[StationChief], Reach::Area),
            (POLICE, Reach::Org),
            (UNIT, Reach::Place),
        ],
        A::DrillAssess => &[
            (OFFICE, Reach::Town),
            (&[DeptHead], Reach::Org),
            (&[VillageSecretary], Reach::Area),
            (&[DistrictFire], Reach::Town),
        ],
        A::CallTestRun => &[(OFFICE, Reach::Town), (&[DistrictFire], Reach::Town)],
        A::SortieRecord => &[
            (OFFICE, Reach::Town),
            (&[VillageSecretary, VillageStaff], Reach::Area),
            (STATION, Reach::Area),
            (UNIT, Reach::Place),
        ],
        A::ForceRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (WELFARE, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (FORCES, Reach::Area),
            (POLICE, Reach::Town),
            (UNIT, Reach::Place),
            (OVERSEERS, Reach::Town),
        ],
        A::ForceKeep => &[(OFFICE, Reach::Town), (&[VillageSecretary, VillageStaff], Reach::Area)],
        // Who keeps a station does not accept it himself.
        A::ForceAccept => &[(OFFICE, Reach::Town), (&[DistrictFire], Reach::Town)],
        // Counting, patrols, rosters: those of the station and whoever keeps it.
        A::ForceReport => &[
            (OFFICE, Reach::Town),
            (&[VillageSecretary, VillageStaff], Reach::Area),
            (FORCES, Reach::Area),
            (UNIT, Reach::Place),
        ],
        A::PaperRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (STATION, Reach::Area),
            (POLICE, Reach::Org),
            (OFFICER, Reach::Town),
            (OVERSEERS, Reach::Town),
        ],
        // Advice and orders go by the rights over hazards; see `paper::Template::right`.
        A::PaperDraft | A::PaperIssue => &[
            (OFFICE, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (STATION, Reach::Area),
            (POLICE, Reach::Org),
            (OFFICER, Reach::Org),
        ],
        A::PaperSign => &[(&[LeaderInCharge, CommitteeDirector, CommitteeDeputy, OfficeHead], Reach::Town)],
        A::PaperRegister => &[(OFFICE, Reach::Town)],
        A::PaperReceive => &[
            (OFFICE, Reach::Org),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (STATION, Reach::Area),
            (POLICE, Reach::Org),
        ],
        A::PaperNumber => &[(&[LeaderInCharge, CommitteeDirector, OfficeHead], Reach::Town)],
        A::PlacardRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (WELFARE, Reach::Town),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (STATION, Reach::Area),
            (POLICE, Reach::Town),
            (OVERSEERS, Reach::Town),
        ],
        A::PlacardKeep => &[(OFFICE, Reach::Town), (&[VillageSecretary, VillageStaff], Reach::Area)],
        A::PlacardPost => {
            &[(OFFICE, Reach::Town), (WELFARE, Reach::Town), (VILLAGE, Reach::Area), (GRID, Reach::Area)]
        }
        // Whoever goes to a fire must know where the water is.
        A::FacilityRead => STAFF,
        A::FacilityChange => &[(OFFICE, Reach::Town), (DEPT, Reach::Org), (VILLAGE, Reach::Area)],
        A::FacilityKeep => {
            &[(OFFICE, Reach::Town), (&[DeptHead], Reach::Org), (&[VillageSecretary], Reach::Area)]
        }
        A::FacilityCheck => &[
            (OFFICE, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            // Whatever his village keeps, wherever in it his own grid lies.
            (GRID, Reach::Org),
            (STATION, Reach::Org),
        ],
        // A fault seen anywhere is everybody's business.
        A::FacilityReport => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (MEMBERS, Reach::Town),
            (WELFARE, Reach::Town),
            (DEPT, Reach::Town),
            (VILLAGE, Reach::Town),
            (GRID, Reach::Town),
            (STATION, Reach::Town),
            (POLICE, Reach::Town),
            (OFFICER, Reach::Town),
        ],
        A::FacilityVoid | A::DeviceVoid => &[(OFFICE, Reach::Town)],
        // Where a detector hangs and what it says is told to whoever looks after that place.
        A::DeviceRead | A::SignalRead => READERS,
        A::DeviceChange => &[(OFFICE, Reach::Town), (DEPT, Reach::Org), (VILLAGE, Reach::Area)],
        A::DeviceTest => &[
            (OFFICE, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (STATION, Reach::Area),
            (UNIT, Reach::Place),
        ],
        // Whoever is told of a fire writes it down, wherever it is.
        A::SignalReport => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (MEMBERS, Reach::Town),
            (WELFARE, Reach::Town),
            (DEPT, Reach::Town),
            (VILLAGE, Reach::Town),
            (GRID, Reach::Town),
            (STATION, Reach::Town),
            (POLICE, Reach::Town),
            (OFFICER, Reach::Town),
        ],
        // Whoever lets one in vouches for it before everybody; whoever tells one speaks for the town.
        A::WarningTake => &[(OFFICE, Reach::Town)],
        A::WarningIssue => {
            &[(&[OfficeHead, LeaderInCharge, CommitteeDirector, CommitteeDeputy], Reach::Town)]
        }
        // Whoever goes to a fire must know which way.
        A::RoadRead => STAFF,
        A::RoadChange => &[(OFFICE, Reach::Town), (DEPT, Reach::Org), (VILLAGE, Reach::Area)],
        // Who stands before the landslide says so, for the roads of his own ground; whoever covers the town, for all.
        A::RoadReport => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (WELFARE, Reach::Town),
            (DEPT, Reach::Town),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Org),
            (STATION, Reach::Org),
            (POLICE, Reach::Town),
            (OFFICER, Reach::Town),
        ],
        A::RoadVoid => &[(OFFICE, Reach::Town)],
        // What is thought of before money is spent: those who plan and those who decide.
        A::RoadPlan => &[(OFFICE, Reach::Town), (LEADERS, Reach::Town), (DEPT, Reach::Town)],
        A::IncidentRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (WELFARE, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (FORCES, Reach::Area),
            (POLICE, Reach::Town),
            (UNIT, Reach::Place),
            (OVERSEERS, Reach::Town),
        ],
        // Whoever sees smoke or takes a call may say so.
        A::IncidentOpen => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (WELFARE, Reach::Town),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (FORCES, Reach::Area),
            (POLICE, Reach::Town),
        ],
        A::IncidentVerify => &[
            (OFFICE, Reach::Town),
            (WELFARE, Reach::Town),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (FORCES, Reach::Area),
            (POLICE, Reach::Town),
        ],
        // The town's own forces; 119 is nobody's to command here.
        A::IncidentCommand => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (WELFARE, Reach::Town),
            (&[VillageSecretary, VillageStaff], Reach::Area),
            (&[StationChief], Reach::Area),
        ],
        A::IncidentReview | A::IncidentMask | A::MessageRead => &[(OFFICE, Reach::Town)],
        // Never the unit that is reported, nor the owner of the place. Source: handbook §2.3, §4.3.
        A::ReportCaseRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            // What was given to them, wherever it lies.
            (VILLAGE, Reach::Org),
            (GRID, Reach::Org),
            (POLICE, Reach::Town),
            (OFFICER, Reach::Town),
            (OVERSEERS, Reach::Town),
        ],
        // People walk in and call wherever they know somebody.
        A::ReportCaseTake => &[
            (OFFICE, Reach::Town),
            (DEPT, Reach::Town),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (POLICE, Reach::Town),
        ],
        A::ReportCaseScreen | A::ReportCaseReply => &[(OFFICE, Reach::Town)],
        // Whoever it was given to.
        A::ReportCaseHandle => &[
            (OFFICE, Reach::Town),
            (DEPT, Reach::Org),
            (VILLAGE, Reach::Org),
            (GRID, Reach::Org),
            (POLICE, Reach::Org),
            (OFFICER, Reach::Org),
        ],
        // Only for who holds the post the town has named besides; the record says why each time.
        A::ReportCaseReveal => &[(OFFICE, Reach::Town), (LEADERS, Reach::Town)],
        A::StopUseRead => READERS,
        A::StopUseKeep => &[(OFFICE, Reach::Town), (OFFICER, Reach::Town)],
        A::StopUsePatrol => FIELD,
        // What the town's committee listed. Source: handbook of the field §4.2.
        A::HazardLift => &[(&[CommitteeDirector, CommitteeDeputy, LeaderInCharge], Reach::Town)],
        A::SectorRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (DEPT, Reach::Town),
            (POLICE, Reach::Town),
            (VILLAGE, Reach::Town),
            (OVERSEERS, Reach::Town),
        ],
        A::SectorKeep => &[(OFFICE, Reach::Town), (DEPT, Reach::Org)],
        A::SectorRule => &[(OFFICE, Reach::Town), (LEADERS, Reach::Town)],
        A::WhistleRead => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (DEPT, Reach::Town),
            (POLICE, Reach::Town),
            (OFFICER, Reach::Town),
            (VILLAGE, Reach::Area),
            (GRID, Reach::Area),
            (OVERSEERS, Reach::Town),
        ],
        A::WhistleRaise => &[(OFFICE, Reach::Town), (VILLAGE, Reach::Area), (GRID, Reach::Area)],
        // Source: handbook of the field §4.4, the office's head or the leader in charge.
        A::WhistleConfirm => &[(&[OfficeHead, LeaderInCharge], Reach::Town)],
        A::WhistleAnswer => {
            &[(OFFICE, Reach::Org), (DEPT, Reach::Org), (POLICE, Reach::Org), (OFFICER, Reach::Org)]
        }
        // Whoever is asked answers for his own department; the office may for one that answered on paper.
        A::HouseCheck => &[(OFFICE, Reach::Town), (DEPT, Reach::Org), (POLICE, Reach::Org)],
        // Whoever answers for the trade, and the firm a running contract lets in.
        A::AssessmentRecord => {
            &[(OFFICE, Reach::Town), (DEPT, Reach::Org), (VILLAGE, Reach::Area), (PROVIDER, Reach::Area)]
        }
        // What the town may enforce is public.
        A::AuthorityRead => STAFF,
        A::AuthorityKeep => &[(OFFICE, Reach::Town)],
        // Whoever reviews the law of a case, and who decides it, see first that the town may at all.
        A::AuthorityCompare => &[(&[LegalReviewer, AgencyHead, CommitteeDirector], Reach::Town)],
        A::CaseIndex => &[
            (OFFICE, Reach::Town),
            (LEADERS, Reach::Town),
            (POLICE, Reach::Org),
            (OFFICER, Reach::Town),
            (&[LegalReviewer], Reach::Town),
            (CASE_OVERSEERS, Reach::Town),
        ],
        // The office sees the index of cases and not the file.
        A::CaseRead => &[
            (LEADERS, Reach::Town),
            (POLICE, Reach::Org),
            (OFFICER, Reach::Town),
            (&[LegalReviewer], Reach::Town),
            (CASE_OVERSEERS, Reach::Town),
        ],
        A::CaseHandle => &[(POLICE, Reach::Org), (OFFICER, Reach::Town)],
        A::CaseReview => &[(&[LegalReviewer], Reach::Town)],
        // 行政机关负责人: the mayor is the head of the town's government.
        A::CaseDecide => &[(&[AgencyHead, CommitteeDirector], Reach::Town)],
        // A plan is for everybody who builds or checks by it.
        A::FirePlanRead => STAFF,
        A::FirePlanChange => &[(OFFICE, Reach::Town), (DEPT, Reach::Org)],
        // Each of the four bodies for itself; the office also enters what was signed on paper.
        A::FirePlanSign => &[(OFFICE, Reach::Town), (&[DeptHead], Reach::Org)],
        A::FirePlanApprove => &[(OFFICE, Reach::Town)],
        A::ProjectRead => STAFF,
        A::ProjectChange => &[(OFFICE, Reach::Town), (DEPT, Reach::Org)],
        A::ProjectApprove => &[(OFFICE, Reach::Town)],
        A::SitingRead => STAFF,
        A::SitingChange => &[(OFFICE, Reach::Town), (DEPT, Reach::Org)],
    }
}
