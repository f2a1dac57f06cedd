//! What a use case can answer instead of doing what was asked: eight kinds, each with a stable dotted code and one
//! sentence for people. What does not belong here: HTTP (`api::problem`).

/// Result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

/// A mistake in one field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// Name of the field as sent.
    pub field: String,
    /// Dotted code.
    pub code: &'static str,
    /// What to do about it.
    pub message: String,
}

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none, or the caller may not know of it.
    #[error("没有找到，或您无权查看")]
    NotFound,
    /// Fields that cannot be right.
    #[error("填写有误，请按提示更正")]
    Invalid(Vec<FieldProblem>),
    /// A rule says no.
    #[error("{message}")]
    Refused {
        /// Dotted code.
        code: &'static str,
        /// One sentence.
        message: String,
    },
    /// Changed by somebody else, or this operation id was used for another request.
    #[error("{message}")]
    Conflict {
        /// Dotted code.
        code: &'static str,
        /// One sentence.
        message: String,
    },
    /// The row was changed since the caller read it: here it is as it now stands, as he would have read it.
    #[error("记录已被他人修改，请对照现在的内容再改")]
    Stale(Box<serde_json::Value>),
    /// Who are you?
    #[error("{message}")]
    Unauthenticated {
        /// Dotted code.
        code: &'static str,
        /// One sentence.
        message: String,
    },
    /// The caller may know of it but not do it.
    #[error("{message}")]
    Forbidden {
        /// Dotted code.
        code: &'static str,
        /// One sentence.
        message: String,
    },
    /// Too often; try again after so many seconds.
    #[error("{message}")]
    TooMany {
        /// Dotted code.
        code: &'static str,
        /// One sentence.
        message: String,
        /// Seconds to wait.
        after_s: i64,
    },
    /// The store could not.
    #[error(transparent)]
    Store(store::Error),
    /// A fault of the program or the machine.
    #[error("程序内部出错，请把追踪号告诉管理员")]
    Internal(String),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Conflict { .. } => Self::Conflict {
                code: "conflict.version",
                message: "记录已被他人修改，请刷新后再试".to_owned(),
            },
            store::Error::OperationTaken => Self::Conflict {
                code: "operation.in_flight",
                message: "同一操作正在处理，请稍候再试".to_owned(),
            },
            other => Self::Store(other),
        }
    }
}

/// What a room refuses is refused by its use cases with the same code and the same sentence. One line a room.
macro_rules! refusals {
    ($($refusal:path,)+) => {
        $(impl From<$refusal> for Error {
            fn from(refusal: $refusal) -> Self {
                Self::Refused { code: refusal.code(), message: refusal.to_string() }
            }
        })+
    };
}

refusals! {
    domain::assessment::AssessmentRefusal,
    domain::budget::BudgetRefusal,
    domain::call_test::CallTestRefusal,
    domain::campaign::CampaignRefusal,
    domain::checklist::ChecklistRefusal,
    domain::contract::ContractRefusal,
    domain::device::DeviceRefusal,
    domain::dispatch::DispatchRefusal,
    domain::docket::DocketRefusal,
    domain::drill::DrillRefusal,
    domain::enforcement::CaseRefusal,
    domain::export::ExportRefusal,
    domain::facility::FacilityRefusal,
    domain::fire_plan::FirePlanRefusal,
    domain::follow_up::FollowUpRefusal,
    domain::force::ForceRefusal,
    domain::gate::GateRefusal,
    domain::handover::HandoverRefusal,
    domain::hazard::HazardRefusal,
    domain::house::HouseRefusal,
    domain::incident::IncidentRefusal,
    domain::inspection_plan::PlanRefusal,
    domain::meeting::MeetingRefusal,
    domain::message::MessageRefusal,
    domain::org::OrgRefusal,
    domain::paper::PaperRefusal,
    domain::paper::TemplateRefusal,
    domain::place_list::ListRefusal,
    domain::project::ProjectRefusal,
    domain::report::ReportRefusal,
    domain::report_case::ReportCaseRefusal,
    domain::road::residents::ResidentsRefusal,
    domain::road::scenario::ScenarioRefusal,
    domain::road::segment::RoadRefusal,
    domain::sector::SectorRefusal,
    domain::signal::SignalRefusal,
    domain::siting::SitingRefusal,
    domain::sortie::SortieRefusal,
    domain::stop_use::StopUseRefusal,
    domain::subscriber::SubscriberRefusal,
    domain::task::TaskRefusal,
    domain::training::TrainingRefusal,
    domain::warning::WarningRefusal,
    domain::whistle::WhistleRefusal,
    render::Refusal,
}

impl Error {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Stale(_) => "conflict.version",
            Self::Invalid(_) => "validation",
            Self::Refused { code, .. }
            | Self::Conflict { code, .. }
            | Self::Unauthenticated { code, .. }
            | Self::Forbidden { code, .. }
            | Self::TooMany { code, .. } => code,
            Self::Store(store::Error::Full) => "store.full",
            Self::Store(store::Error::ReadOnly) => "store.read_only",
            Self::Store(store::Error::Unavailable(_)) => "store.unavailable",
            Self::Store(store::Error::Broken { .. }) => "vault.broken",
            Self::Store(store::Error::KeyMissing { .. }) => "vault.key_missing",
            Self::Store(store::Error::KeyWrong { .. }) => "vault.key_wrong",
            Self::Store(_) => "store.failed",
            Self::Internal(_) => "internal",
        }
    }

    /// A stale edit, with the row as its view shows it now.
    pub fn stale(current: &impl serde::Serialize) -> Self {
        Self::Stale(Box::new(serde_json::to_value(current).unwrap_or_default()))
    }

    /// One wrong field.
    pub fn field(field: &str, code: &'static str, message: &str) -> Self {
        Self::Invalid(vec![FieldProblem { field: field.to_owned(), code, message: message.to_owned() }])
    }
}
