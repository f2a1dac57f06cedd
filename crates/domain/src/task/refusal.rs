//! Why a task's step is refused. What does not belong here: who is signed in (`policy`).

use crate::time::Date;

/// A refused step: one Chinese sentence for people, one dotted code for programs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaskRefusal {
    /// The task is at a stage where this makes no sense.
    #[error("任务目前为“{stage}”，不能{act}；请刷新页面，按当前环节办理")]
    NotNow {
        /// What was tried.
        act: &'static str,
        /// The stage it was tried at.
        stage: &'static str,
    },
    /// Somebody else was named or took it on.
    #[error("任务由他人承办；请由承办人办理，或请消安办改派")]
    NotYours,
    /// The organisation does not owe it.
    #[error("任务不属于您所在的单位；请由牵头或联合单位接受")]
    OtherOrg,
    /// The reviewer made the visit.
    #[error("不能审核自己的检查；请换一位工作人员审核")]
    OwnWork,
    /// The reviewer planned the visit.
    #[error("不能审核自己计划的检查；请换一位未参与计划和检查的工作人员审核")]
    OwnPlan,
    /// Units have no tasks.
    #[error("检查任务只由工作人员办理；请联系消安办")]
    StaffOnly,
    /// A visit before its window.
    #[error("任务从 {from} 起才计入计划；请届时检查，或另行登记日常检查")]
    TooEarly {
        /// First date.
        from: Date,
    },
    /// A window that ends before it begins.
    #[error("任务起止日期颠倒（{from} 至 {due_on}）；请核对")]
    WindowReversed {
        /// First date.
        from: Date,
        /// Last date.
        due_on: Date,
    },
    /// A sentence is required and was left blank.
    #[error("{what}没有填写；请写明后再提交")]
    TextMissing {
        /// What is missing.
        what: &'static str,
    },
    /// Said to have happened after it was recorded.
    #[error("发生时间晚于登记时间；请核对手机时间后重新填写")]
    HappenedAfterRecorded,
    /// Before the platform's first year.
    #[error("发生时间早于 2023 年；请核对日期")]
    HappenedBefore2023,
}

impl TaskRefusal {
    /// The stable code programs switch on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotNow { .. } => "task.not_now",
            Self::NotYours => "task.not_yours",
            Self::OtherOrg => "task.other_org",
            Self::OwnWork => "task.own_work",
            Self::OwnPlan => "task.own_plan",
            Self::StaffOnly => "task.staff_only",
            Self::TooEarly { .. } => "task.too_early",
            Self::WindowReversed { .. } => "task.window_reversed",
            Self::TextMissing { .. } => "task.text_missing",
            Self::HappenedAfterRecorded => "task.happened_after_recorded",
            Self::HappenedBefore2023 => "task.happened_before_2023",
        }
    }
}
