//! Why a step of a report is refused.

use crate::calendar::OutOfRange;

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportCaseRefusal {
    /// The step does not fit the stage.
    #[error("举报件现在是“{0}”，不能这样办理，请刷新后再看")]
    WrongStage(&'static str),
    /// Nothing said.
    #[error("请写明看到了什么问题")]
    NoContent,
    /// Too much said.
    #[error("内容超过 2000 字，请精简后再提交")]
    TooLong,
    /// More pictures than are taken.
    #[error("一次最多附 9 张照片，请减少")]
    TooManyPhotos,
    /// A position that is none.
    #[error("位置不对，请重新选择或改用文字说明")]
    Point,
    /// A step that must say why.
    #[error("请写明情况或理由")]
    NoReason,
    /// It is about a person, not about fire.
    #[error("反映个人的问题不由本系统受理，请转有权处理的单位")]
    NotFire,
    /// Merged into itself.
    #[error("不能并入自己，请选择另一件举报")]
    IntoItself,
    /// Handed on to nobody.
    #[error("请写明转给哪个单位")]
    NoReceiver,
    /// Unfounded without pictures.
    #[error("认定不属实须附现场照片，请补充照片")]
    NoPhotos,
    /// Unfounded by one person alone.
    #[error("不属实须由另一人复核，请换一人办理")]
    SamePerson,
    /// Voided by one person alone.
    #[error("作废须由另一人复核，请换一人办理")]
    SameVoid,
    /// Rated already.
    #[error("这次答复已有评价，重新打开并再次答复后才能再评价")]
    Rated,
    /// Unfounded without asking anybody.
    #[error("认定不属实须先附照片提出，再由另一人复核")]
    DoubtFirst,
    /// Closed while the hazard is open.
    #[error("举报查实的隐患还没有销案或移送，不能归档")]
    HazardOpen,
    /// A reward for what was not so.
    #[error("只有查实的举报才能登记奖励")]
    NotConfirmed,
    /// Rewarded already.
    #[error("这件举报已登记过奖励，请核对台账")]
    Rewarded,
    /// No sum, or one that cannot be.
    #[error("奖励金额应大于 0 元且不超过 1 万元，请核对")]
    Amount,
    /// Beyond the calendar.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
}

impl ReportCaseRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongStage(_) => "report_case.stage",
            Self::NoContent => "report_case.no_content",
            Self::TooLong => "report_case.too_long",
            Self::TooManyPhotos => "report_case.photos",
            Self::Point => "report_case.point",
            Self::NoReason => "report_case.no_reason",
            Self::NotFire => "report_case.not_fire",
            Self::IntoItself => "report_case.into_itself",
            Self::NoReceiver => "report_case.no_receiver",
            Self::NoPhotos => "report_case.no_photos",
            Self::SamePerson => "report_case.same_person",
            Self::SameVoid => "report_case.same_void",
            Self::Rated => "report_case.rated",
            Self::DoubtFirst => "report_case.doubt_first",
            Self::HazardOpen => "report_case.hazard_open",
            Self::NotConfirmed => "report_case.not_confirmed",
            Self::Rewarded => "report_case.rewarded",
            Self::Amount => "report_case.amount",
            Self::OutOfRange(_) => "report_case.out_of_range",
        }
    }
}
