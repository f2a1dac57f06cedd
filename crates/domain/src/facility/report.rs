//! What somebody without an account says is wrong with a facility. It takes no water away by itself: whoever keeps the
//! facility looks, and confirms it (then the facility is at fault from that day) or says why not.
//!
//! Source: the field's handbook §4.8 knows a fault as a step of whoever answers for a facility; a villager may report
//! without an account.

use serde::{Deserialize, Serialize};

use super::FacilityRefusal;
use crate::ids::{FacilityId, FacilityReportId, PersonId, PhotoId};
use crate::time::Timestamp;

/// Characters of what is said at most.
pub const MOST_WORDS: usize = 300;
/// Pictures of one report at most, from however many people.
const MOST_PHOTOS: usize = 6;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// 没水、不出水.
    NoWater,
    /// 损坏、打不开.
    Broken,
    /// 漏水.
    Leaking,
    /// 被埋压、圈占、堵住.
    Blocked,
    /// 不见了.
    Gone,
    /// 其他.
    Other,
}

impl Trouble {
    /// Every one, in the order of the form.
    pub const ALL: [Self; 6] =
        [Self::NoWater, Self::Broken, Self::Leaking, Self::Blocked, Self::Gone, Self::Other];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoWater => "no_water",
            Self::Broken => "broken",
            Self::Leaking => "leaking",
            Self::Blocked => "blocked",
            Self::Gone => "gone",
            Self::Other => "other",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::NoWater => "没有水、不出水",
            Self::Broken => "损坏、打不开",
            Self::Leaking => "漏水",
            Self::Blocked => "被埋压、圈占、堵住",
            Self::Gone => "设施不见了",
            Self::Other => "其他问题",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trouble| trouble.code() == code)
    }
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// 待核实.
    Open,
    /// 属实.
    Confirmed,
    /// 不属实.
    Dismissed,
}

impl ReportState {
    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::Dismissed => "dismissed",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "待核实",
            Self::Confirmed => "属实",
            Self::Dismissed => "不属实",
        }
    }
}

/// Who decided, and what he said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Who looked.
    pub by: PersonId,
    /// When it was recorded.
    pub at: Timestamp,
    /// What he found.
    pub text: String,
}

/// What somebody else said of the same trouble while nobody had looked into it yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Further {
    /// In his words; may be empty.
    pub text: String,
    /// When it came in.
    pub at: Timestamp,
}

/// 群众报告的设施故障.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Id.
    pub id: FacilityReportId,
    /// Which facility.
    pub facility: FacilityId,
    /// What is wrong.
    pub trouble: Trouble,
    /// In the reporter's words; may be empty.
    pub text: String,
    /// When it came in.
    pub at: Timestamp,
    /// What it looks like.
    #[serde(default)]
    pub photos: Vec<PhotoId>,
    /// Who said the same after it, in the order it came in.
    #[serde(default)]
    pub further: Vec<Further>,
    /// What became of it.
    pub state: ReportState,
    /// Who decided.
    pub decision: Option<Decision>,
}

impl Report {
    /// One as it came in.
    ///
    /// Errors: something else is wrong and nothing is said; too long.
    pub fn new(
        id: FacilityReportId,
        facility: FacilityId,
        (trouble, text): (Trouble, &str),
        at: Timestamp,
    ) -> Result<Self, FacilityRefusal> {
        let text = text.trim().to_owned();
        if text.chars().count() > MOST_WORDS {
            return Err(FacilityRefusal::ReportTooLong);
        }
        if trouble == Trouble::Other && text.is_empty() {
            return Err(FacilityRefusal::NoFault);
        }
        Ok(Self {
            id,
            facility,
            trouble,
            text,
            at,
            photos: Vec::new(),
            further: Vec::new(),
            state: ReportState::Open,
            decision: None,
        })
    }

    /// Takes in another report of the same trouble: what it says and when it came in are kept beside its own.
    pub fn again(&mut self, other: &Self) {
        self.further.push(Further { text: other.text.clone(), at: other.at });
    }

    /// Whether one more picture of the same thing is of use: nobody looked yet and there are not many.
    pub fn wants_picture(&self) -> bool {
        self.state == ReportState::Open && self.photos.len() < MOST_PHOTOS
    }

    /// One more picture of the same thing, where [`Self::wants_picture`] says so.
    pub fn picture(&mut self, photo: PhotoId) {
        if self.wants_picture() {
            self.photos.push(photo);
        }
    }

    /// What is wrong, as it goes into the facility's own record.
    pub fn fault(&self) -> String {
        let words = if self.text.is_empty() { String::new() } else { format!("：{}", self.text) };
        format!("群众报告“{}”{words}", self.trouble.label())
    }

    /// Decides it.
    ///
    /// Errors: it is decided; it is dismissed without saying why.
    pub fn decide(self, confirmed: bool, decision: Decision) -> Result<Self, FacilityRefusal> {
        if self.state != ReportState::Open {
            return Err(FacilityRefusal::ReportDecided);
        }
        if !confirmed && decision.text.trim().is_empty() {
            return Err(FacilityRefusal::NoReason);
        }
        let state = if confirmed { ReportState::Confirmed } else { ReportState::Dismissed };
        Ok(Self { state, decision: Some(decision), ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(trouble: Trouble, text: &str) -> Result<Report, FacilityRefusal> {
        Report::new("r".into(), "f".into(), (trouble, text), Timestamp(0))
    }

    fn decision(text: &str) -> Decision {
        Decision { by: "p".into(), at: Timestamp(1), text: text.to_owned() }
    }

    #[test]
    fn a_report_says_what_is_wrong_and_is_decided_once() {
        assert_eq!(report(Trouble::Other, " "), Err(FacilityRefusal::NoFault));
        assert_eq!(report(Trouble::Broken, &"字".repeat(301)), Err(FacilityRefusal::ReportTooLong));
        let Ok(found) = report(Trouble::NoWater, " 打开没有水 ") else { panic!("it says enough") };
        assert_eq!(found.fault(), "群众报告“没有水、不出水”：打开没有水");
        let mut found = found;
        for n in 0..8 {
            found.picture(n.to_string().as_str().into());
        }
        assert_eq!((found.wants_picture(), found.photos.len()), (false, 6), "pictures are not many");
        let Ok(other) = report(Trouble::NoWater, "阀门拧不动") else { panic!("it says enough") };
        found.again(&other);
        assert_eq!(
            found.further,
            [Further { text: "阀门拧不动".to_owned(), at: Timestamp(0) }],
            "nobody's words are lost"
        );
        assert_eq!(found.fault(), "群众报告“没有水、不出水”：打开没有水");
        assert_eq!(found.clone().decide(false, decision(" ")), Err(FacilityRefusal::NoReason));
        let Ok(found) = found.decide(true, decision("")) else { panic!("to confirm needs no words") };
        assert_eq!(
            (found.state, found.clone().decide(false, decision("错报"))),
            (ReportState::Confirmed, Err(FacilityRefusal::ReportDecided))
        );
    }
}
