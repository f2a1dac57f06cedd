//! 安全评估: a factory or warehouse looked at as a whole, by the town or by a firm under contract: what was found, whether it is
//! safe to use, and how what is not gets treated. What does not belong here: the hazards it found (`hazard`), stopping a place
//! from use (`stop_use`), the contract (`contract`).
//!
//! Source: the plan, clause 16 (C16.5); how often is a setting of the town (`C16.5.period`).

use serde::{Deserialize, Serialize};

use crate::ids::{AssessmentId, ContractId, HazardId, OrgId, PersonId, PlaceId};
use crate::org::words;
use crate::place::{KindCode, Place};
use crate::time::Date;

/// The longest summary and treatment. Units: characters.
pub const MAX_TEXT: usize = 4_000;
/// Files of one assessment.
pub const MAX_FILES: usize = 9;
/// The kinds of places the plan has assessed. Source: C16.5.
pub const KINDS: &[&str] = &["factory", "warehouse"];

words! {
    /// What it comes to.
    Conclusion {
        Fit "fit" "具备安全条件"
        Conditional "conditional" "整改后具备安全条件"
        Unfit "unfit" "不具备安全条件"
    }
}

/// How what was found got treated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Treated {
    /// The day it was done.
    pub on: Date,
    /// What was done.
    pub text: String,
    /// Who says so.
    pub by: PersonId,
}

/// 安全评估.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// Id.
    pub id: AssessmentId,
    /// The place.
    pub place: PlaceId,
    /// The day it was looked at.
    pub on: Date,
    /// Who assessed.
    pub org: OrgId,
    /// The contract a firm worked under; none for the town's own.
    pub contract: Option<ContractId>,
    /// Who signed the report.
    pub assessor: String,
    /// What it comes to.
    pub conclusion: Conclusion,
    /// What was found, in whole.
    pub summary: String,
    /// Hazards it found, each on record as one.
    pub hazards: Vec<HazardId>,
    /// What must be done; empty for a fit place.
    pub treatment: String,
    /// Until when.
    pub treat_by: Option<Date>,
    /// What was done about it.
    pub treated: Option<Treated>,
    /// The report and what came with it.
    pub files: Vec<String>,
    /// Why it does not count.
    pub void: Option<String>,
}

/// Why an assessment is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each sentence says what it is")]
pub enum AssessmentRefusal {
    #[error("只有厂房和库房要作安全评估，请核对场所类别")]
    NotAsked,
    #[error("评估日期不能晚于今天，请核对")]
    Later,
    #[error("请填写评估人和评估情况，评估情况不超过 4000 字")]
    NoSummary,
    #[error("不能直接使用的，请写明处理措施和完成期限，期限不早于评估当天")]
    NoTreatment,
    #[error("这家单位在 {0} 没有生效的服务合同，请先登记合同，或由本镇机构评估")]
    NoContract(Date),
    #[error("附件最多 9 份，请合并后再上传")]
    TooManyFiles,
    #[error("这次评估没有要处理的事项，或已经登记处理完成，请刷新后再看")]
    NothingToTreat,
    #[error("评估发现的隐患还有没销案的，请先办结隐患再登记处理完成")]
    HazardOpen,
    #[error("请写明怎样处理，日期在评估当天之后、今天之前")]
    NoTreated,
    #[error("请写明作废原因")]
    NoReason,
    #[error("这次评估已作废，不能再办理，请刷新后再看")]
    Void,
}

impl AssessmentRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAsked => "assessment.not_asked",
            Self::Later => "assessment.later",
            Self::NoSummary => "assessment.no_summary",
            Self::NoTreatment => "assessment.no_treatment",
            Self::NoContract(_) => "assessment.no_contract",
            Self::TooManyFiles => "assessment.too_many_files",
            Self::NothingToTreat => "assessment.nothing_to_treat",
            Self::HazardOpen => "assessment.hazard_open",
            Self::NoTreated => "assessment.no_treated",
            Self::NoReason => "assessment.no_reason",
            Self::Void => "assessment.void",
        }
    }
}

/// Whether a place is one of those that are assessed.
pub fn is_asked(place: &Place) -> bool {
    KINDS.iter().any(|kind| place.is_kind(&KindCode::from(*kind)))
}

impl Assessment {
    /// Checks what was written down.
    ///
    /// Errors: not a place that is assessed; a day to come; nothing said; no treatment where one is needed; a firm without a
    /// running contract (`is_firm`).
    pub fn record(self, place: &Place, is_firm: bool, today: Date) -> Result<Self, AssessmentRefusal> {
        if !is_asked(place) {
            return Err(AssessmentRefusal::NotAsked);
        }
        if self.on > today {
            return Err(AssessmentRefusal::Later);
        }
        if is_firm && self.contract.is_none() {
            return Err(AssessmentRefusal::NoContract(self.on));
        }
        let text = |text: &str| text.trim().to_owned();
        let (assessor, summary, treatment) =
            (text(&self.assessor), text(&self.summary), text(&self.treatment));
        let long = |text: &str| text.chars().count() > MAX_TEXT;
        if assessor.is_empty() || summary.is_empty() || long(&summary) || long(&treatment) {
            return Err(AssessmentRefusal::NoSummary);
        }
        if self.files.len() > MAX_FILES {
            return Err(AssessmentRefusal::TooManyFiles);
        }
        let is_set = !treatment.is_empty() && self.treat_by.is_some_and(|by| by >= self.on);
        if self.conclusion != Conclusion::Fit && !is_set {
            return Err(AssessmentRefusal::NoTreatment);
        }
        Ok(Self { assessor, summary, treatment, ..self })
    }

    /// Whether something is still to be treated.
    pub fn is_open(&self) -> bool {
        self.void.is_none() && self.treated.is_none() && self.conclusion != Conclusion::Fit
    }

    /// Whether its term passed with something still to be treated.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.is_open() && self.treat_by.is_some_and(|by| by < today)
    }

    /// Notes that all of it was treated. `settled` says whether every hazard it found is closed or was handed on.
    ///
    /// Errors: nothing to treat; a hazard open; nothing said; a day that cannot be.
    pub fn treat(self, treated: Treated, settled: bool, today: Date) -> Result<Self, AssessmentRefusal> {
        if self.void.is_some() {
            return Err(AssessmentRefusal::Void);
        }
        if !self.is_open() {
            return Err(AssessmentRefusal::NothingToTreat);
        }
        if !settled {
            return Err(AssessmentRefusal::HazardOpen);
        }
        if treated.text.trim().is_empty() || treated.on < self.on || treated.on > today {
            return Err(AssessmentRefusal::NoTreated);
        }
        Ok(Self { treated: Some(treated), ..self })
    }

    /// Voids it: it fulfils nothing from then on.
    ///
    /// Errors: no reason; void already.
    pub fn void(self, reason: &str) -> Result<Self, AssessmentRefusal> {
        if self.void.is_some() {
            return Err(AssessmentRefusal::Void);
        }
        match reason.trim() {
            "" => Err(AssessmentRefusal::NoReason),
            reason => Ok(Self { void: Some(reason.to_owned()), ..self }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::tests::a_restaurant;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn place(category: &str) -> Place {
        Place { category: category.into(), ..a_restaurant("p") }
    }

    fn assessment(conclusion: Conclusion) -> Assessment {
        Assessment {
            id: "a".into(),
            place: "p".into(),
            on: day("2026-09-10"),
            org: "o".into(),
            contract: None,
            assessor: " 评估师 ".to_owned(),
            conclusion,
            summary: "电气线路老化".to_owned(),
            hazards: Vec::new(),
            treatment: String::new(),
            treat_by: None,
            treated: None,
            files: Vec::new(),
            void: None,
        }
    }

    fn treated(on: &str) -> Treated {
        Treated { on: day(on), text: "线路已更换".to_owned(), by: "x".into() }
    }

    #[test]
    fn what_may_be_recorded() {
        let (today, factory, shop) = (day("2026-09-20"), place("factory"), place("nine_small.shop"));
        let fit = assessment(Conclusion::Fit);
        let kept = fit.clone().record(&factory, false, today).expect("fits");
        assert_eq!((kept.assessor.as_str(), kept.is_open()), ("评估师", false));
        let code = |one: Assessment, place: &Place, firm| {
            one.record(place, firm, today).expect_err("must be refused").code()
        };
        assert_eq!(code(fit.clone(), &shop, false), "assessment.not_asked");
        assert_eq!(code(fit.clone(), &factory, true), "assessment.no_contract");
        assert_eq!(
            code(Assessment { on: day("2026-09-21"), ..fit.clone() }, &factory, false),
            "assessment.later"
        );
        assert_eq!(
            code(Assessment { summary: " ".into(), ..fit.clone() }, &factory, false),
            "assessment.no_summary"
        );
        assert_eq!(code(assessment(Conclusion::Unfit), &factory, false), "assessment.no_treatment");
        let early = Assessment {
            treatment: "换线".into(),
            treat_by: Some(day("2026-09-09")),
            ..assessment(Conclusion::Conditional)
        };
        assert_eq!(code(early, &factory, false), "assessment.no_treatment");
    }

    #[test]
    fn what_was_found_is_treated_once_its_hazards_are_settled() {
        let today = day("2026-09-20");
        let open = Assessment {
            treatment: "更换线路".into(),
            treat_by: Some(day("2026-09-15")),
            ..assessment(Conclusion::Conditional)
        };
        assert!(open.is_open() && open.is_overdue(today) && !open.is_overdue(day("2026-09-15")));
        let code = |treated: Treated, settled| {
            open.clone().treat(treated, settled, today).expect_err("must be refused").code()
        };
        assert_eq!(code(treated("2026-09-18"), false), "assessment.hazard_open");
        assert_eq!(code(treated("2026-09-09"), true), "assessment.no_treated");
        assert_eq!(code(treated("2026-09-21"), true), "assessment.no_treated");
        let done = open.clone().treat(treated("2026-09-18"), true, today).expect("treated");
        assert!(!done.is_open() && !done.is_overdue(today));
        let again = done.clone().treat(treated("2026-09-19"), true, today).expect_err("once");
        assert_eq!(again.code(), "assessment.nothing_to_treat");
        assert_eq!(done.clone().void(" ").expect_err("says nothing").code(), "assessment.no_reason");
        let gone = done.void("登记错了场所").expect("void");
        assert_eq!(gone.void("再作废").expect_err("once").code(), "assessment.void");
    }
}
