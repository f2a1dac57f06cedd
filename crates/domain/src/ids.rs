//! Typed ids, so that a hazard's id cannot be handed in where a place's is wanted. Ids are UUIDv7 text made where the
//! fact is made (a phone, the server); codes of the state (towns, villages) keep their own digits.
//! What does not belong here: making ids, which needs a clock and randomness (`app`).

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    )+};
}

// Append only, alphabetical.
ids! {
    /// 账号.
    AccountId
    /// 安全评估.
    AssessmentId
    /// 任职: a person on a post for a time.
    AssignmentId
    /// 执法事项.
    AuthorityItemId
    /// 经费项目.
    BudgetLineId
    /// 点名测试.
    CallTestId
    /// 专项整治.
    CampaignId
    /// 行政处罚案件.
    CaseId
    /// 证件.
    CertificateId
    /// 购买服务合同.
    ContractId
    /// 培训课程.
    CourseId
    /// 设备.
    DeviceId
    /// 调派令.
    DispatchId
    /// 演练.
    DrillId
    /// 佐证.
    EvidenceId
    /// 公共消防设施.
    FacilityId
    /// 群众报告的设施故障.
    FacilityReportId
    /// 消防专项规划.
    FirePlanId
    /// 督办事项.
    FollowUpId
    /// 站队: a fire station, micro station or brigade.
    ForceId
    /// 上岗豁免.
    GateExemptionId
    /// 岗位交接.
    HandoverId
    /// 隐患.
    HazardId
    /// 自建房核验.
    HouseCheckId
    /// 警情.
    IncidentId
    /// 检查.
    InspectionId
    /// 检查计划.
    InspectionPlanId
    /// 责任书.
    LetterId
    /// 会议.
    MeetingId
    /// 通知.
    MessageId
    /// 机构.
    OrgId
    /// 公文和表单.
    PaperId
    /// 本镇文书模板.
    PaperTemplateId
    /// 人员.
    PersonId
    /// 照片、签名等附件.
    PhotoId
    /// 公示牌.
    PlacardId
    /// 场所.
    PlaceId
    /// 岗位.
    PostId
    /// 建设改造项目.
    ProjectId
    /// 推送订阅.
    PushSubscriptionId
    /// 试题.
    QuestionId
    /// 信号原始报文.
    RawSignalId
    /// 举报件.
    ReportCaseId
    /// 报告.
    ReportId
    /// 路段.
    RoadId
    /// 路网设想.
    ScenarioId
    /// 行业性隐患.
    SectorRiskId
    /// 新业态归口.
    SectorRulingId
    /// 信号.
    SignalId
    /// 选址论证.
    SitingId
    /// 出动.
    SortieId
    /// 停止使用事项.
    StopUseId
    /// 订阅方.
    SubscriberId
    /// 检查任务.
    TaskId
    /// 区划代码: a node of the territory tree, as `500118100000`.
    TerritoryCode
    /// 乡镇代码: the 12 digits every row carries.
    TownCode
    /// 培训班次.
    TrainingId
    /// 吹哨单.
    WhistleId
}
