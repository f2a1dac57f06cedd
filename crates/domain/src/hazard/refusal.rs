//! Why the state machine of hazards says no. What does not belong here: who is signed in and what they may see
//! (`policy`).

use super::terms::Level;
use crate::calendar::OutOfRange;
use crate::time::Date;

/// A refused transition: one Chinese sentence for people, one dotted code for programs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HazardRefusal {
    /// The hazard is at a stage where this act makes no sense.
    #[error("隐患目前为“{stage}”，不能{act}；请刷新页面，按当前环节办理")]
    NotNow {
        /// What was tried.
        act: &'static str,
        /// The stage it was tried at.
        stage: &'static str,
    },
    /// Finder or fixer re-checks alone, or somebody decides on their own request.
    #[error("不能由同一个人独自{act}；请换一位工作人员办理，或与另一位工作人员共同办理")]
    SamePerson {
        /// What was tried.
        act: &'static str,
    },
    /// The unit may hand in fixes and requests; everything else is the town's.
    #[error("单位只能提交整改情况和延期申请，不能{act}；请联系发出通知的工作人员")]
    UnitOnlySubmits {
        /// What was tried.
        act: &'static str,
    },
    /// Only staff of the office confirm a level or a suspicion.
    #[error("{act}须由消安办工作人员办理；请转交消安办")]
    OfficeOnly {
        /// What was tried.
        act: &'static str,
    },
    /// Only who issued the measure extends it or closes.
    #[error("{act}须由发出通知的单位或消安办办理；请转交发出单位")]
    IssuerOnly {
        /// What was tried.
        act: &'static str,
    },
    /// 重大 is determined by the fire rescue organ, never chosen.
    #[error("重大火灾隐患只能由区消防救援机构认定；请选“疑似重大”并移送")]
    MajorNotYours,
    /// A determined major hazard changes level only by the organ's document.
    #[error("本隐患的等级由消防救援机构认定，不能改定；如有异议请联系消防救援机构")]
    LevelFixed,
    /// The level is already confirmed, or needs no confirmation.
    #[error("等级“{}”无需再确认；请直接办理下一步", .level.label())]
    NothingToConfirm {
        /// The present level.
        level: Level,
    },
    /// A level above general is acted on only after the office has confirmed it.
    #[error("等级“{}”须先由消安办确认才能{act}；请先提请消安办确认等级", .level.label())]
    LevelUnconfirmed {
        /// The present level.
        level: Level,
        /// What was tried.
        act: &'static str,
    },
    /// Only what is minor is settled by word of mouth on the spot.
    #[error("等级“{}”不能按当场改正办理；请发出整改通知，改好后由另一人复查", .level.label())]
    NotMinor {
        /// The present level.
        level: Level,
    },
    /// The record a find came from is corrected, but the unit was told of it already.
    #[error("隐患目前为“{stage}”，不能随检查记录的更正撤销；请先在隐患页办理复查或由消安办作废")]
    MeasureIssued {
        /// The stage it is at.
        stage: &'static str,
    },
    /// The proof of authority names somebody else or another time.
    #[error(
        "责令改正须持本人有效的执法证件（行政处罚法第四十二条、方案第十一条 C11.4），现有执法资格不能用于本次责令改正（人员或有效期不符）；请改用督促整改，或由有资格的执法人员办理"
    )]
    NoAuthority,
    /// The term of an order, decided by who could not give one.
    #[error(
        "责令改正的期限由执法人员决定，您没有有效的执法资格，不能{act}（行政处罚法第四十二条、方案第十一条 C11.4），请交由持证执法人员办理"
    )]
    OrderTerm {
        /// What was tried.
        act: &'static str,
    },
    /// Advice that borrows the word of an order.
    #[error("督促整改通知不得使用“责令”字样；请改为建议、督促的表述")]
    OrderWordInAdvice,
    /// No photo where one is required.
    #[error("{act}至少要有一张照片；请拍照后再提交")]
    PhotoMissing {
        /// What was tried.
        act: &'static str,
    },
    /// A picture that was handed in before.
    #[error("照片与此前提交的重复；请现场重新拍摄")]
    PhotoReused,
    /// A sentence is required and was left blank.
    #[error("{what}没有填写；请写明后再提交")]
    TextMissing {
        /// What is missing.
        what: &'static str,
    },
    /// The deciding document's number is required.
    #[error("{act}须登记决定文书的文号；请补填文号")]
    DocumentMissing {
        /// What was tried.
        act: &'static str,
    },
    /// Asked after the deadline had passed.
    #[error("整改期限 {deadline_on} 已过，不能再申请延期；请尽快整改并提交")]
    ExtensionTooLate {
        /// The deadline missed.
        deadline_on: Date,
    },
    /// A second extension.
    #[error("本隐患已经延期一次，不能再次延期；请按期整改")]
    ExtendedOnce,
    /// A request waits for its decision.
    #[error("延期申请正在办理；请等待答复")]
    ExtensionPending,
    /// Nothing to decide.
    #[error("没有待办理的延期申请；请刷新页面")]
    NoExtensionAsked,
    /// More days than the town's parameter gives, or none.
    #[error("{}", match at_most {
        0 => "这一期限不能延期；请在期限内整改".to_owned(),
        most => format!("延期天数 {days} 不在允许的 1 至 {most} 天之内；请调整天数"),
    })]
    ExtensionTooLong {
        /// Days asked.
        days: u16,
        /// Days allowed.
        at_most: u16,
    },
    /// A measure whose days the organ's notice sets cannot be extended by count.
    #[error("期限由消防救援机构的通知书确定，镇里不能延期；请向消防救援机构申请")]
    DeadlineNotYours,
    /// A re-check without a fix before the deadline has passed.
    #[error("单位尚未提交整改，期限 {deadline_on} 未到，不能复查；请等待提交或到期后复查")]
    RecheckTooEarly {
        /// The deadline that still runs.
        deadline_on: Date,
    },
    /// District listing is for determined major hazards.
    #[error("区级挂牌督办只用于已认定的重大火灾隐患；一般和较大隐患可用镇级挂牌督办")]
    ListingNeedsMajor,
    /// The same step twice.
    #[error("该督办措施已经登记；请勿重复登记")]
    AlreadyEscalated,
    /// The review date of a long-term control lies not ahead.
    #[error("复核日期 {review_on} 不在今天之后；请改填以后的日期")]
    ReviewNotAhead {
        /// The date given.
        review_on: Date,
    },
    /// The act is said to have happened after it was recorded.
    #[error("发生时间晚于登记时间；请核对手机时间后重新填写")]
    HappenedAfterRecorded,
    /// Before the platform's first year.
    #[error("发生时间早于 2023 年；请核对日期")]
    HappenedBefore2023,
    /// Before the act it answers.
    #[error("发生时间早于{earlier}的时间；请核对日期")]
    HappenedBefore {
        /// The earlier act.
        earlier: &'static str,
    },
    /// Not a code of the hazard dictionary.
    #[error("隐患代码“{given}”格式不对，应如 H01.2；请从隐患库中选择")]
    CodeFormat {
        /// What was given.
        given: String,
    },
    /// A deadline out of the representable calendar.
    #[error("日期超出可计算的范围；请检查天数")]
    OutOfRange,
}

impl HazardRefusal {
    /// The stable code programs switch on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotNow { .. } => "hazard.not_now",
            Self::SamePerson { .. } => "hazard.same_person",
            Self::UnitOnlySubmits { .. } => "hazard.unit_only_submits",
            Self::OfficeOnly { .. } => "hazard.office_only",
            Self::IssuerOnly { .. } => "hazard.issuer_only",
            Self::MajorNotYours => "hazard.major_not_yours",
            Self::LevelFixed => "hazard.level_fixed",
            Self::NothingToConfirm { .. } => "hazard.nothing_to_confirm",
            Self::LevelUnconfirmed { .. } => "hazard.level_unconfirmed",
            Self::NotMinor { .. } => "hazard.not_minor",
            Self::MeasureIssued { .. } => "hazard.measure_issued",
            Self::NoAuthority => "hazard.no_authority",
            Self::OrderTerm { .. } => "hazard.order_term",
            Self::OrderWordInAdvice => "hazard.order_word_in_advice",
            Self::PhotoMissing { .. } => "hazard.photo_missing",
            Self::PhotoReused => "hazard.photo_reused",
            Self::TextMissing { .. } => "hazard.text_missing",
            Self::DocumentMissing { .. } => "hazard.document_missing",
            Self::ExtensionTooLate { .. } => "hazard.extension_too_late",
            Self::ExtendedOnce => "hazard.extended_once",
            Self::ExtensionPending => "hazard.extension_pending",
            Self::NoExtensionAsked => "hazard.no_extension_asked",
            Self::ExtensionTooLong { .. } => "hazard.extension_too_long",
            Self::DeadlineNotYours => "hazard.deadline_not_yours",
            Self::RecheckTooEarly { .. } => "hazard.recheck_too_early",
            Self::ListingNeedsMajor => "hazard.listing_needs_major",
            Self::AlreadyEscalated => "hazard.already_escalated",
            Self::ReviewNotAhead { .. } => "hazard.review_not_ahead",
            Self::HappenedAfterRecorded => "hazard.happened_after_recorded",
            Self::HappenedBefore2023 => "hazard.happened_before_2023",
            Self::HappenedBefore { .. } => "hazard.happened_before",
            Self::CodeFormat { .. } => "hazard.code_format",
            Self::OutOfRange => "hazard.out_of_range",
        }
    }
}

impl From<OutOfRange> for HazardRefusal {
    fn from(_: OutOfRange) -> Self {
        Self::OutOfRange
    }
}
