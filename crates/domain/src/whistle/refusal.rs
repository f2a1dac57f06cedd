//! Why a step of a whistle is refused. What does not belong here: when (`whistle`).

use super::{Stage, Standing, Step};
use crate::calendar::OutOfRange;

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each field is what the sentence says of it")]
pub enum WhistleRefusal {
    #[error("这张吹哨单{}，不能{}，请刷新后查看", stage.label(), step.label())]
    NotNow { step: Step, stage: Stage },
    #[error("该单位{}，不能{}，请刷新后查看", standing.label(), step.label())]
    BodyNotNow { step: Step, standing: Standing },
    #[error("该单位不在这张吹哨单的报到单位中，请刷新后查看")]
    NotCalled,
    #[error("这张吹哨单是您发起的，不能由您自己确认派哨，请由消安办或者有权确认的其他人确认")]
    OwnWhistle,
    #[error("请选择牵头单位")]
    NoLead,
    #[error("同一单位不能列两次，吹哨单位自己也不能作为报到单位，请改正")]
    Twice,
    #[error("请写明{what}")]
    Missing { what: &'static str },
    #[error("到场时间不能早于派哨，也不能晚于现在，请核对")]
    WrongTime,
    #[error("还没有到场签到，不能办结，请先在现场签到")]
    NotArrived,
    #[error("还没有写明本单位意见，不能办结，请先填写意见")]
    NoOpinion,
    #[error("还有 {0} 项互评没有完成，请完成互评，或者写明未评的原因后再关闭")]
    Unrated(usize),
    #[error("这类吹哨已经取消，没有可用的时限，请退回或者作废后按现有类别重新吹哨")]
    NoTerms,
    #[error("类别名称最多 20 个字，使用说明最多 200 个字，请精简")]
    KindTooLong,
    #[error("签收和到场时限须是不小于 1 的整数，请改正")]
    NoTime,
    #[error("签收时限不能长于到场时限，请改正")]
    LateSign,
    #[error("{0}")]
    Calendar(#[from] OutOfRange),
}

impl WhistleRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotNow { .. } => "whistle.not_now",
            Self::BodyNotNow { .. } => "whistle.body_not_now",
            Self::NotCalled => "whistle.not_called",
            Self::OwnWhistle => "whistle.own_whistle",
            Self::NoLead => "whistle.no_lead",
            Self::Twice => "whistle.twice",
            Self::Missing { .. } => "whistle.missing",
            Self::WrongTime => "whistle.time",
            Self::NotArrived => "whistle.not_arrived",
            Self::NoOpinion => "whistle.no_opinion",
            Self::Unrated(_) => "whistle.unrated",
            Self::NoTerms => "whistle.no_terms",
            Self::KindTooLong => "whistle.kind_too_long",
            Self::NoTime => "whistle.no_time",
            Self::LateSign => "whistle.late_sign",
            Self::Calendar(_) => "whistle.calendar",
        }
    }
}
