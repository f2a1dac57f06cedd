//! What can be wrong with an inspection record. What does not belong here: what a reviewer should merely know, which is
//! a flag and refuses nothing.

/// One problem of a record: one Chinese sentence for people, one dotted code for programs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum InspectionProblem {
    /// Nobody is named as inspector.
    #[error("没有填写检查人员；请至少填写一人")]
    NobodyInspected,
    /// An enforcement check by one officer.
    #[error("执法检查不得少于两名持证执法人员；请补填，或改为治理检查")]
    TwoOfficersNeeded,
    /// An enforcement check without certificates shown.
    #[error("执法检查须出示执法证件并登记每人证号；请补填")]
    CertificatesNotShown,
    /// A signature without a name.
    #[error("陪同人没有填写姓名；请补填")]
    CompanionUnnamed,
    /// No signature and no reason.
    #[error("单位未签字而没有注明原因；请写明拒签或无人签字的情况")]
    RefusalUnexplained,
    /// Before the platform's first year.
    #[error("检查时间早于 2023 年；请核对手机日期")]
    HappenedBefore2023,
    /// It ends before it begins.
    #[error("结束时间早于开始时间；请核对")]
    EndedBeforeStarted,
    /// Filled in with another edition than the list in force, or with another list.
    #[error("检查表 {code}（第 {edition} 版）与本次应当使用的版本不一致；请更新检查表，核对后再提交")]
    OtherEdition {
        /// The list.
        code: String,
        /// The edition that is on one side only.
        edition: String,
    },
    /// An item the lists do not have.
    #[error("检查项 {item} 不在检查表中；请更新检查表后重新填写")]
    UnknownItem {
        /// The item.
        item: String,
    },
    /// Two answers to one item.
    #[error("检查项 {item} 填写了两次；请只保留一次")]
    AnsweredTwice {
        /// The item.
        item: String,
    },
    /// A mandatory item without an answer.
    #[error("检查项 {item} 尚未填写；请填写结果，未查的请写明原因")]
    Unanswered {
        /// The item.
        item: String,
    },
    /// A failed item without a picture.
    #[error("检查项 {item} 不合格，至少要有一张照片；请拍照")]
    PhotoMissing {
        /// The item.
        item: String,
    },
    /// Not applicable or not checked, without saying why.
    #[error("检查项 {item} 为不适用或未查，没有写明原因；请补填")]
    ReasonMissing {
        /// The item.
        item: String,
    },
    /// Put right on the spot, although it did not fail or is more than minor.
    #[error("检查项 {item} 不是一般隐患，或没有判为不合格，不能登记当场改正；请去掉改正照片后再提交")]
    NotFixedOnSpot {
        /// The item.
        item: String,
    },
    /// A correction without a reason.
    #[error("更正没有写明理由；请补填")]
    CorrectionReasonMissing,
    /// A correction of another visit or place.
    #[error("更正的不是同一次检查或同一个场所；请另行登记检查")]
    OtherVisit,
}

impl InspectionProblem {
    /// The stable code programs switch on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NobodyInspected => "inspection.nobody_inspected",
            Self::TwoOfficersNeeded => "inspection.two_officers_needed",
            Self::CertificatesNotShown => "inspection.certificates_not_shown",
            Self::CompanionUnnamed => "inspection.companion_unnamed",
            Self::RefusalUnexplained => "inspection.refusal_unexplained",
            Self::HappenedBefore2023 => "inspection.happened_before_2023",
            Self::EndedBeforeStarted => "inspection.ended_before_started",
            Self::OtherEdition { .. } => "inspection.other_edition",
            Self::UnknownItem { .. } => "inspection.unknown_item",
            Self::AnsweredTwice { .. } => "inspection.answered_twice",
            Self::Unanswered { .. } => "inspection.unanswered",
            Self::PhotoMissing { .. } => "inspection.photo_missing",
            Self::ReasonMissing { .. } => "inspection.reason_missing",
            Self::NotFixedOnSpot { .. } => "inspection.not_fixed_on_spot",
            Self::CorrectionReasonMissing => "inspection.correction_reason_missing",
            Self::OtherVisit => "inspection.other_visit",
        }
    }

    /// The item the problem belongs beside, if it belongs to one.
    pub fn item(&self) -> Option<&str> {
        match self {
            Self::UnknownItem { item }
            | Self::AnsweredTwice { item }
            | Self::Unanswered { item }
            | Self::PhotoMissing { item }
            | Self::ReasonMissing { item }
            | Self::NotFixedOnSpot { item } => Some(item),
            _ => None,
        }
    }
}
