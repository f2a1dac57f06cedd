//! Who may do what to which rows: a table, one pure question over it, and the row scope that only it can make. Rights
//! come from the assignments of the day; what no line grants is refused. What does not belong here: turning a scope
//! into SQL (`store::scope`), and rules of a record's state, which belong to its noun.
//!
//! Source: permission matrix of the field's handbook (§2.3), by-need rules of clause 11 and the personal data law.

mod grants;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::hazard::Standing;
use crate::ids::{OrgId, PlaceId};
use crate::org::{Assignment, Role, lies_in};
use crate::time::Date;
use grants::grants;

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident $code:literal $label:literal)+) => {
        /// Something one may do to a row, or see of it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $($(#[$doc])* #[doc = $label] $name,)+ }

        impl Action {
            /// Every one, in the order of the printed matrix.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Stable dotted code, as `hazard.close`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// What people call it.
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)+ }
            }

            /// The one with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}

actions! {
    PlaceRead "place.read" "查看场所"
    PlaceAdd "place.add" "登记场所"
    PlaceChange "place.change" "修改场所"
    PlaceVoid "place.void" "作废场所"
    ListChange "list.change" "调整名录"
    RegisterImport "register.import" "导入台账"
    RegisterExport "register.export" "导出台账"
    ExportApprove "export.approve" "批准导出"
    PersonRead "person.read" "查看人员岗位"
    PersonChange "person.change" "维护人员岗位"
    PhoneReveal "phone.reveal" "查看完整电话"
    HandoverRead "handover.read" "查看岗位交接"
    HandoverStart "handover.start" "办理岗位交接"
    HandoverSignFor "handover.sign_for" "代签交接单"
    OrgChange "org.change" "维护机构辖区"
    AccountManage "account.manage" "管理账号"
    PlanRead "plan.read" "查看检查计划"
    PlanDraft "plan.draft" "编制检查计划"
    PlanApprove "plan.approve" "审批检查计划"
    TaskRead "task.read" "查看任务"
    TaskAssign "task.assign" "派发任务"
    TaskHandDown "task.hand_down" "向镇街交办任务"
    TaskDo "task.do" "承办任务"
    TaskReview "task.review" "审核任务"
    InspectionRead "inspection.read" "查看检查记录"
    InspectionRecord "inspection.record" "登记检查"
    ChecklistRead "checklist.read" "查看检查表"
    ChecklistChange "checklist.change" "维护检查表"
    HazardRead "hazard.read" "查看隐患"
    HazardFind "hazard.find" "登记隐患"
    HazardGrade "hazard.grade" "隐患定级"
    HazardConfirm "hazard.confirm" "确认等级"
    HazardAdvise "hazard.advise" "督促整改"
    HazardOrder "hazard.order" "责令改正"
    HazardExtend "hazard.extend" "批准延期"
    HazardLink "hazard.link" "发整改链接"
    HazardFix "hazard.fix" "提交整改"
    HazardRecheck "hazard.recheck" "复查隐患"
    HazardClose "hazard.close" "隐患销案"
    HazardTransfer "hazard.transfer" "移送隐患"
    HazardEscalate "hazard.escalate" "升级督办"
    HazardVoid "hazard.void" "撤销更正隐患"
    CertificateRecord "certificate.record" "登记证件"
    GateExempt "gate.exempt" "登记上岗豁免"
    TrainingRead "training.read" "查看培训"
    TrainingChange "training.change" "组织培训"
    BoardRead "board.read" "查看落实台账"
    ParameterRead "parameter.read" "查看镇定参数"
    ParameterPropose "parameter.propose" "提出参数调整"
    ParameterDecide "parameter.decide" "批准参数调整"
    WaiverRecord "waiver.record" "登记豁免"
    NoticeAttach "notice.attach" "上传方案原文"
    AuditRead "audit.read" "查看审计"
    EvidenceRead "evidence.read" "查看佐证"
    EvidenceRecord "evidence.record" "登记佐证"
    EvidenceDecide "evidence.decide" "认定佐证"
    LetterRead "letter.read" "查看责任书"
    LetterSign "letter.sign" "登记责任书"
    MeetingRead "meeting.read" "查看会议"
    MeetingKeep "meeting.keep" "办理会议"
    FollowUpRead "follow_up.read" "查看督办事项"
    FollowUpDo "follow_up.do" "办理督办事项"
    FollowUpVerify "follow_up.verify" "核实督办事项"
    ReportRead "report.read" "查看报告"
    ReportWrite "report.write" "起草报告"
    ReportIssue "report.issue" "签发报告"
    BudgetRead "budget.read" "查看经费"
    BudgetKeep "budget.keep" "登记经费"
    ContractRead "contract.read" "查看服务合同"
    ContractKeep "contract.keep" "办理服务合同"
    ContractDeliver "contract.deliver" "交付服务成果"
    CampaignRead "campaign.read" "查看专项整治"
    CampaignKeep "campaign.keep" "组织专项整治"
    DrillRead "drill.read" "查看演练"
    DrillKeep "drill.keep" "组织演练"
    DrillAssess "drill.assess" "讲评演练"
    CallTestRead "call_test.read" "查看呼叫测试"
    CallTestRun "call_test.run" "组织呼叫测试"
    SortieRead "sortie.read" "查看出动记录"
    SortieRecord "sortie.record" "登记出动"
    ForceRead "force.read" "查看消防站队"
    ForceKeep "force.keep" "登记消防站队"
    ForceAccept "force.accept" "验收调度站队"
    ForceReport "force.report" "办理站队日常"
    PaperRead "paper.read" "查看文书"
    PaperDraft "paper.draft" "起草文书"
    PaperIssue "paper.form" "制发表单文书"
    PaperSign "paper.sign" "签发公文"
    PaperRegister "paper.register" "登记收到的文书"
    PaperReceive "paper.receive" "签收文件"
    PaperNumber "paper.number" "设置文书编号"
    PlacardRead "placard.read" "查看公示牌"
    PlacardKeep "placard.keep" "生成公示牌"
    PlacardPost "placard.post" "登记张贴"
    FacilityRead "facility.read" "查看设施"
    FacilityChange "facility.change" "登记设施"
    FacilityKeep "facility.keep" "验收移交设施"
    FacilityCheck "facility.check" "检查维护设施"
    FacilityReport "facility.report" "报告设施故障"
    FacilityVoid "facility.void" "作废设施"
    DeviceRead "device.read" "查看联网设备"
    DeviceChange "device.change" "登记联网设备"
    DeviceTest "device.test" "设置设备测试"
    DeviceVoid "device.void" "作废设备"
    SignalRead "signal.read" "查看告警信号"
    SignalReport "signal.report" "录入告警信号"
    WarningTake "warning.take" "导入预警"
    WarningIssue "warning.issue" "发布预警"
    RoadRead "road.read" "查看道路"
    RoadChange "road.change" "登记道路"
    RoadReport "road.report" "报告道路封闭"
    RoadVoid "road.void" "作废路段"
    RoadPlan "road.plan" "推演道路设想"
    IncidentRead "incident.read" "查看警情"
    IncidentOpen "incident.open" "接报警情"
    IncidentVerify "incident.verify" "核实警情"
    IncidentCommand "incident.command" "调派处置警情"
    IncidentReview "incident.review" "复盘办结警情"
    IncidentMask "incident.mask" "设置遮蔽区"
    MessageRead "message.read" "查看通知"
    ReportCaseRead "report_case.read" "查看举报件"
    ReportCaseTake "report_case.take" "登记举报"
    ReportCaseScreen "report_case.screen" "筛查派办举报"
    ReportCaseHandle "report_case.handle" "核实办理举报"
    ReportCaseReply "report_case.answer" "答复归档举报"
    ReportCaseReveal "reporter.reveal" "查看举报人信息"
    HazardLift "hazard.lift" "解除镇级挂牌督办"
    SectorRead "sector.read" "查看行业性隐患和新业态"
    SectorKeep "sector.keep" "认定办理行业性隐患"
    SectorRule "sector.rule" "明确新业态牵头部门"
    WhistleRead "whistle.read" "查看吹哨单"
    WhistleRaise "whistle.raise" "吹哨"
    WhistleConfirm "whistle.confirm" "确认派哨"
    WhistleAnswer "whistle.answer" "报到办理吹哨单"
    HouseCheck "house.check" "核验自建房证照"
    AssessmentRecord "assessment.record" "登记安全评估"
    StopUseRead "stop_use.read" "查看停止使用"
    StopUseKeep "stop_use.keep" "提请登记停止使用"
    StopUsePatrol "stop_use.patrol" "巡查停止使用场所"
    AuthorityRead "authority.read" "查看执法事项"
    AuthorityKeep "authority.keep" "登记执法事项"
    AuthorityCompare "authority.compare" "核对执法事项"
    CaseIndex "enforcement.index" "查看案件目录"
    CaseRead "enforcement.read" "查看案卷"
    CaseHandle "enforcement.handle" "承办案件"
    CaseReview "enforcement.review" "法制审核"
    CaseDecide "enforcement.decide" "审批决定案件"
    FirePlanRead "fire_plan.read" "查看消防专项规划"
    FirePlanChange "fire_plan.change" "编制消防专项规划"
    FirePlanSign "fire_plan.sign" "会签消防专项规划"
    FirePlanApprove "fire_plan.approve" "登记规划批准"
    ProjectRead "project.read" "查看建设改造项目"
    ProjectChange "project.change" "提出建设改造项目"
    ProjectApprove "project.approve" "登记项目立项"
    SitingRead "siting.read" "查看选址论证"
    SitingChange "siting.change" "论证选址"
}

/// How far a right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// The whole town.
    Town,
    /// What the organisation did, oversees as a sector, or keeps on a list of its own.
    Org,
    /// The territory of the assignment and what lies below it.
    Area,
    /// The one place of the assignment.
    Place,
}

impl Reach {
    /// One character for the printed matrix.
    fn mark(self) -> &'static str {
        match self {
            Self::Town => "镇",
            Self::Org => "业",
            Self::Area => "辖",
            Self::Place => "己",
        }
    }
}

/// Every way in which a role may do it.
fn reaches(role: Role, action: Action) -> impl Iterator<Item = Reach> {
    grants(action).iter().filter(move |(roles, _)| roles.contains(&role)).map(|(_, reach)| *reach)
}

/// How far a role may do it at the widest; none when it may not.
pub fn reach(role: Role, action: Action) -> Option<Reach> {
    reaches(role, action).min()
}

/// In which quality a role acts on hazards and tasks.
pub fn standing(role: Role) -> Standing {
    match role {
        Role::OfficeHead | Role::OfficeClerk => Standing::Office,
        Role::DistrictFire => Standing::FireRescue,
        _ => Standing::Inspector,
    }
}

/// Which rows of a table somebody may see or touch. Only [`Hats`] makes one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    whole: bool,
    paths: BTreeSet<String>,
    orgs: BTreeSet<OrgId>,
    places: BTreeSet<PlaceId>,
}

impl Scope {
    /// Whether it is the whole town.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Territory paths: a row at or below one is in.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }

    /// Organisations: what they did, oversee or keep on a list is in.
    pub fn orgs(&self) -> impl Iterator<Item = &OrgId> {
        self.orgs.iter()
    }

    /// Places that are in by themselves.
    pub fn places(&self) -> impl Iterator<Item = &PlaceId> {
        self.places.iter()
    }

    /// Whether a row is in: the same answer as the SQL, for rows that are at hand.
    pub fn admits(&self, row: &Subject) -> bool {
        self.whole
            || self.paths.iter().any(|path| lies_in(&row.path, path))
            || row.orgs.iter().any(|org| self.orgs.contains(org))
            || row.place.as_ref().is_some_and(|place| self.places.contains(place))
    }
}

/// Where a row stands, as far as rights are concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// Territory path; empty for what belongs to the town as a whole.
    pub path: String,
    /// Organisations it belongs to: who did it, whose sector the place is, whose list it is on.
    pub orgs: BTreeSet<OrgId>,
    /// The place it is about.
    pub place: Option<PlaceId>,
}

impl Subject {
    /// What belongs to the town as a whole.
    pub fn town() -> Self {
        Self::default()
    }

    /// Something of an organisation at a territory path.
    pub fn of(path: &str, org: Option<&OrgId>) -> Self {
        Self { path: path.to_owned(), orgs: org.into_iter().cloned().collect(), place: None }
    }
}

/// The assignments somebody acts under today: his hats.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hats {
    hats: Vec<Assignment>,
    program: bool,
}

impl Hats {
    /// The hats of a person on a day.
    #[must_use]
    pub fn on(assignments: impl IntoIterator<Item = Assignment>, day: Date) -> Self {
        Self { hats: assignments.into_iter().filter(|held| held.is_valid_on(day)).collect(), program: false }
    }

    /// The program itself, and whoever commands the machine it runs on.
    pub fn program(hat: Assignment) -> Self {
        Self { hats: vec![hat], program: true }
    }

    /// Every hat worn today.
    pub fn all(&self) -> &[Assignment] {
        &self.hats
    }

    /// The organisations of every hat, each once.
    pub fn orgs(&self) -> BTreeSet<&OrgId> {
        self.hats.iter().map(|hat| &hat.org).collect()
    }

    /// Only the hats of some roles; the program keeps its own.
    #[must_use]
    pub fn only(&self, fits: impl Fn(Role) -> bool) -> Self {
        let hats = self.hats.iter().filter(|hat| self.program || fits(hat.role)).cloned().collect();
        Self { hats, program: self.program }
    }

    /// Whether one of them is this role.
    pub fn has(&self, role: Role) -> bool {
        self.hats.iter().any(|hat| hat.role == role)
    }

    /// Which rows he may do this to; none when none at all.
    pub fn scope(&self, action: Action) -> Option<Scope> {
        let mut scope = Scope { whole: self.program, ..Scope::default() };
        for hat in &self.hats {
            for reach in reaches(hat.role, action) {
                match reach {
                    Reach::Town => scope.whole = true,
                    Reach::Org => drop(scope.orgs.insert(hat.org.clone())),
                    Reach::Area => drop(scope.paths.insert(hat.path.clone())),
                    Reach::Place => scope.places.extend(hat.place.clone()),
                }
            }
        }
        (scope != Scope::default()).then_some(scope)
    }

    /// The hat under which he may do this to this row, the narrowest first; none when he may not.
    pub fn hat(&self, action: Action, row: &Subject) -> Option<&Assignment> {
        if self.program {
            return self.hats.first();
        }
        let is_within = |hat: &Assignment, reach| match reach {
            Reach::Town => true,
            Reach::Org => row.orgs.contains(&hat.org),
            Reach::Area => lies_in(&row.path, &hat.path),
            Reach::Place => hat.place.is_some() && hat.place == row.place,
        };
        let fits = |hat: &&Assignment| reaches(hat.role, action).any(|reach| is_within(hat, reach));
        self.hats.iter().filter(fits).max_by_key(|hat| reach(hat.role, action))
    }

    /// Everything he may do to some row, for a page that shows only the buttons that work.
    pub fn actions(&self) -> Vec<Action> {
        Action::ALL.iter().copied().filter(|action| self.scope(*action).is_some()).collect()
    }
}

/// The role × action matrix as a Markdown page.
pub fn matrix() -> String {
    let mut page = String::from(
        "# 谁可以做什么\n\n\
         本页由测试打印（`FENGSUI_BLESS=1 cargo test -p fengsui-domain policy` 重写），请勿手改。\n\n\
         镇：全镇；业：本机构经办、主管或列管的；辖：任职辖区及以下；己：本单位；空格：不可以。\n\
         权利来自当天有效的任职，一人多职取并集；没有写明的一律不可以。\n\n| 事项 |",
    );
    for role in Role::ALL {
        page.push_str(&format!(" {} |", role.label()));
    }
    page.push_str("\n|---|");
    page.push_str(&"---|".repeat(Role::ALL.len()));
    for action in Action::ALL {
        page.push_str(&format!("\n| {} `{}` |", action.label(), action.code()));
        for role in Role::ALL {
            let marks: BTreeSet<Reach> = reaches(*role, *action).collect();
            page.push_str(&format!(" {} |", marks.into_iter().map(Reach::mark).collect::<String>()));
        }
    }
    page.push('\n');
    page
}
