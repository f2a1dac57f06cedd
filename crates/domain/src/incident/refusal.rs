//! Why a step of an incident is refused.

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IncidentRefusal {
    /// Nobody can say where it is.
    #[error("请填写警情地点、选择场所或在地图上标出位置")]
    Nowhere,
    /// In the future.
    #[error("时间不能晚于现在，请核对")]
    NotYet,
    /// Moments that cannot follow each other.
    #[error("报警、调派、到场、控制、扑灭、移交的时间应依次排列，请核对")]
    Order,
    /// The step does not fit the stage.
    #[error("警情现在是“{0}”，不能这样办理，请刷新后再看")]
    Stage(&'static str),
    /// Somebody heard it already.
    #[error("已有值守人员知晓这起警情，请刷新后再看")]
    Known,
    /// Only unbound sources speak of it.
    #[error("这起警情只有未绑定来源的信号，请先由人核实属实再调派")]
    Unverified,
    /// No reason given.
    #[error("请写明理由或核实情况")]
    NoReason,
    /// Not told, and no reason.
    #[error("没有报 119 的请写明原因")]
    WhyNot119,
    /// 119 was told before anybody told us.
    #[error("报 119 的时间不能早于接到报警的时间，请核对；在那之前别人已报的，请在说明里写明")]
    ToldBefore,
    /// Somebody knew when 119 was told.
    #[error("已登记报 119 的时间，不能改为不清楚；时间有误的，请填写正确的时间")]
    KnownTold,
    /// 119 was asked for and not answered.
    #[error("请先填写 119 报告情况，再移交警情")]
    Untold,
    /// Handed over to nobody.
    #[error("请写明移交给谁")]
    ToWhom,
    /// Not higher than before.
    #[error("增援等级只能逐级升高，最高三级，请核对")]
    Level,
    /// Gone through without a finding.
    #[error("请写明复盘发现的情况")]
    NoFinding,
    /// It must be gone through again first.
    #[error("这起警情按规定要先复盘（{0}），请登记复盘后再办结")]
    ReviewFirst(String),
    /// Somebody is still on record as out there: who, and how many.
    #[error("还有 {1} 人没有归队：{0}。请他们在手机上点“归队”，或由值守在调派里代为登记，再办结")]
    StillOut(String, usize),
    /// Two that cannot be one.
    #[error(
        "这两起警情不能并成一起：演练、已移交或已办结的不能并，核实更进一步的那一起应并入另一起，请换一起或反过来并"
    )]
    Merge,
    /// People of the other are on their way.
    #[error("要并入的那起警情还有未结束的调派，请先在那一起里收回，或反过来并")]
    MergeOrders,
    /// A mask that masks nothing.
    #[error("请写明遮蔽原因，并填写摄像机机位和方位范围，或位置和半径")]
    Mask,
    /// It hides more than one chimney.
    #[error("遮蔽范围过大：半径最多 1000 米，方位须在 0 到 360 度之间、张角最多 90 度，请缩小后再保存")]
    WideMask,
    /// No watch to hand over, or one's own.
    #[error("您已在值守，不用重复接班")]
    OnWatch,
    /// The watch is somebody else's, or nobody's.
    #[error("现在不是您在值守，请刷新后再看")]
    NotOnWatch,
}

impl IncidentRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Nowhere => "incident.nowhere",
            Self::NotYet => "incident.not_yet",
            Self::Order => "incident.order",
            Self::Stage(_) => "incident.stage",
            Self::Known => "incident.known",
            Self::Unverified => "incident.unverified",
            Self::NoReason => "incident.no_reason",
            Self::WhyNot119 => "incident.why_not_119",
            Self::ToldBefore => "incident.told_before",
            Self::KnownTold => "incident.known_told",
            Self::Untold => "incident.untold",
            Self::ToWhom => "incident.to_whom",
            Self::Level => "incident.level",
            Self::NoFinding => "incident.no_finding",
            Self::ReviewFirst(_) => "incident.review_first",
            Self::StillOut(..) => "incident.still_out",
            Self::Merge => "incident.merge",
            Self::MergeOrders => "incident.merge_orders",
            Self::Mask => "incident.mask",
            Self::WideMask => "incident.wide_mask",
            Self::OnWatch => "incident.on_watch",
            Self::NotOnWatch => "incident.not_on_watch",
        }
    }
}
