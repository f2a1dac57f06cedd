//! 预警: what the town itself tells everybody of: told first, then followed by what updates it or takes it back, in one chain.
//! What does not belong here: how it is written (`protocol::cap`), warnings of others (they come in as signals).
//!
//! Source: CAP 1.2 (OASIS), sections 3.2.1 and 3.2.2. The words are the standard's.

use serde::{Deserialize, Serialize};

use crate::org::words;
use crate::time::Timestamp;

/// The longest headline. Units: characters. Source: CAP 1.2, section 3.2.2: 160.
pub const MOST_HEADLINE: usize = 160;
/// The longest text. Units: characters.
pub const MOST_TEXT: usize = 2_000;
/// The longest a warning may hold at once; it can be updated. Units: milliseconds.
pub const LONGEST_MS: i64 = 31 * 24 * 3600 * 1000;

words! {
    /// What a message of a chain is.
    Step {
        Alert "Alert" "发布"
        Update "Update" "更新"
        Cancel "Cancel" "解除"
    }
}

words! {
    /// What it is about.
    Category {
        Fire "Fire" "火灾"
        Met "Met" "气象"
        Safety "Safety" "公共安全"
        Geo "Geo" "地质"
        Infra "Infra" "基础设施"
        Other "Other" "其他"
    }
}

words! {
    /// How bad, the worst first.
    Severity {
        Extreme "Extreme" "特别严重"
        Severe "Severe" "严重"
        Moderate "Moderate" "较重"
        Minor "Minor" "一般"
    }
}

words! {
    /// How soon.
    Urgency {
        Immediate "Immediate" "立即"
        Expected "Expected" "一小时内"
        Future "Future" "近期"
    }
}

words! {
    /// How sure.
    Certainty {
        Observed "Observed" "已出现"
        Likely "Likely" "很可能"
        Possible "Possible" "可能"
    }
}

words! {
    /// Where a warning stands.
    State {
        Standing "standing" "现行"
        Updated "updated" "已更新"
        Cancelled "cancelled" "已解除"
        Over "over" "已到期"
        /// It takes another back.
        Cancels "cancels" "解除通知"
        Exercise "exercise" "演练或测试"
        /// Nobody vouches for it.
        Unproved "unproved" "来源未核"
    }
}

/// What is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// In one line.
    pub headline: String,
    /// What happens, as 森林火险.
    pub event: String,
    /// At length.
    pub description: String,
    /// What to do.
    pub instruction: String,
}

/// Why a warning is not told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WarningRefusal {
    /// Nothing said.
    #[error("没有写标题或事件，请各写一句")]
    Empty,
    /// Too much said.
    #[error("标题不超过 160 字，正文和防范指引各不超过 2000 字，请写要点")]
    TooLong,
    /// It would be over before it is told, or hold too long.
    #[error("有效期应在现在之后、31 天之内，请重新选择；到期前可以再更新")]
    Expires,
    /// It is not the town's own.
    #[error("这条预警不是本镇发布的，不能由本镇更新或解除，请联系发布单位")]
    NotOwn,
    /// It holds no more.
    #[error("这条预警现在是“{0}”，不能再更新或解除，请刷新后再看")]
    NotStanding(&'static str),
    /// It claims to be ours and came from elsewhere.
    #[error("文件的发布者写的是本镇，本镇的预警请在本页发布、更新或解除")]
    OwnSender,
}

impl WarningRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "warning.empty",
            Self::TooLong => "warning.too_long",
            Self::Expires => "warning.expires",
            Self::NotOwn => "warning.not_own",
            Self::NotStanding(_) => "warning.not_standing",
            Self::OwnSender => "warning.own_sender",
        }
    }
}

impl Text {
    /// Checks what is to be told until `expires`.
    ///
    /// Errors: nothing or too much said; over already, or holding too long.
    pub fn check(self, expires: Timestamp, now: Timestamp) -> Result<Self, WarningRefusal> {
        if self.headline.trim().is_empty() || self.event.trim().is_empty() {
            return Err(WarningRefusal::Empty);
        }
        let is_long = |text: &str, most| text.chars().count() > most;
        if is_long(&self.headline, MOST_HEADLINE)
            || is_long(&self.event, MOST_HEADLINE)
            || is_long(&self.description, MOST_TEXT)
            || is_long(&self.instruction, MOST_TEXT)
        {
            return Err(WarningRefusal::TooLong);
        }
        match expires > now && expires.0 - now.0 <= LONGEST_MS {
            true => Ok(self),
            false => Err(WarningRefusal::Expires),
        }
    }
}

/// Whether a warning may be updated or taken back.
///
/// Errors: another's; one that holds no more. One that is over may still be taken back or renewed: whoever missed its end
/// reads so.
pub fn may_follow(is_own: bool, state: State) -> Result<(), WarningRefusal> {
    if !is_own {
        return Err(WarningRefusal::NotOwn);
    }
    match state {
        State::Standing | State::Over => Ok(()),
        other => Err(WarningRefusal::NotStanding(other.label())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(headline: &str) -> Text {
        Text {
            headline: headline.to_owned(),
            event: "森林火险".to_owned(),
            description: String::new(),
            instruction: String::new(),
        }
    }

    #[test]
    fn a_warning_says_something_and_ends() {
        let now = Timestamp(1_790_000_000_000);
        let checked = |one: Text, ms: i64| one.check(now.plus_ms(ms), now).map(drop).map_err(|e| e.code());
        assert_eq!(checked(text("橙色预警"), 1), Ok(()));
        assert_eq!(checked(text("橙色预警"), LONGEST_MS), Ok(()));
        for (one, ms, code) in [
            (text(" "), 1, "warning.empty"),
            (text(&"警".repeat(MOST_HEADLINE + 1)), 1, "warning.too_long"),
            (text("橙色预警"), 0, "warning.expires"),
            (text("橙色预警"), LONGEST_MS + 1, "warning.expires"),
        ] {
            assert_eq!(checked(one, ms), Err(code));
        }
    }

    #[test]
    fn only_ones_own_that_stands_is_followed() {
        for state in State::ALL {
            let may = may_follow(true, *state).is_ok();
            assert_eq!(may, matches!(state, State::Standing | State::Over), "{state:?}");
            assert_eq!(may_follow(false, *state), Err(WarningRefusal::NotOwn));
        }
    }
}
