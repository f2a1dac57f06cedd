//! Why a step of a fire plan is refused.

use crate::facility::ShapeFault;
use crate::time::Date;

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FirePlanRefusal {
    /// The step does not fit the stage.
    #[error("规划现在是“{0}”，不能这样办理，请刷新后再看")]
    WrongStage(&'static str),
    /// No title.
    #[error("请写明规划名称")]
    NoTitle,
    /// More words than fit.
    #[error("{0}超过 {1} 字，请缩短")]
    TooLong(&'static str, usize),
    /// Years that are none.
    #[error("规划年限请写成起止年份，如 2026 至 2030")]
    Years,
    /// More items than a plan has.
    #[error("规划项目超过 2000 项，请按专题拆分后再提交")]
    TooMany,
    /// Two items of one id.
    #[error("项目“{0}”出现了两次，请刷新后再改")]
    Twice(String),
    /// An item without a name.
    #[error("每个规划项目都要有名称，请补填")]
    NoItemName,
    /// A year that is none.
    #[error("项目“{0}”的实施年份不对，请写四位年份或留空")]
    ItemYear(String),
    /// The drawing of an item is wrong.
    #[error(transparent)]
    Shape(ShapeFault),
    /// Sent round with nothing in it.
    #[error("规划还没有项目，请先加入规划项目再送会签")]
    Empty,
    /// Not one of the bodies that sign.
    #[error("会签单位不在第五条列明的四个部门之内，请从列表中选择")]
    NoBody,
    /// It signed already.
    #[error("这个部门已经会签，不用再签")]
    Signed,
    /// Signed for another body without saying where its paper is.
    #[error("代其他部门登记会签的，请写明纸质会签单的文号或存放处")]
    NoPaper,
    /// No such item.
    #[error("规划里没有这个项目，请刷新后再选")]
    NoItem,
    /// No reason.
    #[error("请写明理由")]
    NoReason,
    /// Approved by nobody.
    #[error("请写明批准机关和批准文号")]
    NoApproval,
    /// No plan or article.
    #[error("请写明规划名称文号和章节条目")]
    NoExtract,
    /// A day that has not come.
    #[error("日期不能晚于今天，请核对")]
    NotYet,
    /// Approved before the last signature.
    #[error("批准日期不能早于最后一个会签（{0}），请核对")]
    Before(Date),
    /// Approved before the version that is in force.
    #[error("批准日期不能早于现行版本的批准日期（{0}），请核对")]
    BeforeCurrent(Date),
}

impl FirePlanRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongStage(_) => "fire_plan.stage",
            Self::NoTitle => "fire_plan.no_title",
            Self::TooLong(..) => "fire_plan.too_long",
            Self::Years => "fire_plan.years",
            Self::TooMany => "fire_plan.too_many",
            Self::Twice(_) => "fire_plan.twice",
            Self::NoItemName => "fire_plan.no_item_name",
            Self::ItemYear(_) => "fire_plan.item_year",
            Self::Shape(fault) => fault.code(),
            Self::Empty => "fire_plan.empty",
            Self::NoBody => "fire_plan.no_body",
            Self::Signed => "fire_plan.signed",
            Self::NoPaper => "fire_plan.no_paper",
            Self::NoReason => "fire_plan.no_reason",
            Self::NoItem => "fire_plan.no_item",
            Self::NoApproval => "fire_plan.no_approval",
            Self::NoExtract => "fire_plan.no_extract",
            Self::NotYet => "fire_plan.not_yet",
            Self::Before(_) => "fire_plan.before",
            Self::BeforeCurrent(_) => "fire_plan.before_current",
        }
    }
}
