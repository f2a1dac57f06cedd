//! Why a step of a facility is refused.

use super::shape::ShapeFault;
use crate::time::Date;

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FacilityRefusal {
    /// The step does not fit the stage.
    #[error("设施现在是“{0}”，不能这样办理，请刷新后再看")]
    WrongStage(&'static str),
    /// No name.
    #[error("请写明设施名称")]
    NoName,
    /// More words than fit.
    #[error("{0}超过 {1} 字，请缩短")]
    TooLong(&'static str, usize),
    /// Looked at so seldom that it is a slip of the keys.
    #[error("检查周期请写 1 到 {0} 天")]
    Interval(u32),
    /// Drawn in a form its kind does not have.
    #[error("这类设施应画成{0}，请改画后再提交")]
    Form(&'static str),
    /// The drawing itself is wrong.
    #[error(transparent)]
    Shape(#[from] ShapeFault),
    /// No such field.
    #[error("这类设施没有“{0}”这一项，请去掉")]
    NoField(String),
    /// A value its field cannot have.
    #[error("“{0}”的值不对，请按单位和范围填写")]
    Value(String),
    /// A check station must say where it stands.
    #[error("检查站请选择设在哪类位置")]
    NoSite,
    /// Joined to itself.
    #[error("设施不能与自己相连，请改选相连的设施")]
    JoinsItself,
    /// A measure of its water that cannot be.
    #[error("水源的{0}不能是负数或空值，请核对")]
    Water(&'static str),
    /// A measure of its water that no water point reaches.
    #[error("水源的{0}应填 0 到 {1}，请核对数字和单位")]
    TooMuch(&'static str, f64),
    /// More can be used than it holds. Units: m³.
    #[error("可用容积 {0} 立方米超过总容积 {1} 立方米，请核对数字和单位")]
    MoreThanHeld(f64, f64),
    /// Planned without saying in which plan.
    #[error("请写明列入的规划和条目")]
    NoPlan,
    /// No money.
    #[error("请写明落实的金额，须大于 0 元")]
    NoMoney,
    /// Accepted by nobody.
    #[error("请写明由谁验收")]
    NobodyAccepted,
    /// In service without owner, maintainer and interval. Source: C6.9.
    #[error("请先明确产权单位、管护单位和检查周期，再投入使用")]
    NobodyKeeps,
    /// At fault without saying how.
    #[error("请写明故障情况")]
    NoFault,
    /// A report of more words than fit.
    #[error("补充说明请在 300 字以内")]
    ReportTooLong,
    /// A report that somebody decided.
    #[error("这条报告已经核实过，请刷新后再看")]
    ReportDecided,
    /// Maintained without saying how.
    #[error("请写明保养了什么")]
    NoWork,
    /// A negative cost.
    #[error("费用不能是负数，请核对")]
    Cost,
    /// No reason.
    #[error("请写明理由")]
    NoReason,
    /// A day that has not come.
    #[error("日期不能晚于今天，请核对")]
    NotYet,
    /// A day before the last step.
    #[error("日期不能早于上一步（{0}），请核对")]
    Before(Date),
}

impl FacilityRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongStage(_) => "facility.stage",
            Self::NoName => "facility.no_name",
            Self::TooLong(..) => "facility.too_long",
            Self::Interval(_) => "facility.interval",
            Self::Form(_) => "facility.form",
            Self::Shape(fault) => fault.code(),
            Self::NoField(_) => "facility.no_field",
            Self::Value(_) => "facility.value",
            Self::NoSite => "facility.no_site",
            Self::JoinsItself => "facility.joins_itself",
            Self::Water(_) => "facility.water",
            Self::TooMuch(..) => "facility.too_much",
            Self::MoreThanHeld(..) => "facility.more_than_held",
            Self::NoPlan => "facility.no_plan",
            Self::NoMoney => "facility.no_money",
            Self::NobodyAccepted => "facility.nobody_accepted",
            Self::NobodyKeeps => "facility.nobody_keeps",
            Self::NoFault => "facility.no_fault",
            Self::ReportTooLong => "facility.report_too_long",
            Self::ReportDecided => "facility.report_decided",
            Self::NoWork => "facility.no_work",
            Self::Cost => "facility.cost",
            Self::NoReason => "facility.no_reason",
            Self::NotYet => "facility.not_yet",
            Self::Before(_) => "facility.before",
        }
    }
}
