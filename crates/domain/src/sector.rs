//! 行业: what several units of one sector have in common, the deadline its authority sets for all of them, and which body leads
//! a trade that is new. What does not belong here: the single hazard (`hazard`), whose sector a place is (`place`).
//!
//! Source: the plan, clause 13 (C13.4, C13.7); handbook of the field §4.2 (`sector_deadline`, three units or more, P).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::{FollowUpId, OrgId, PersonId, PlaceId, SectorRiskId, SectorRulingId};
use crate::org::words;
use crate::time::{Date, Timestamp};

/// An open hazard at a place of a sector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The sector's authority.
    pub org: OrgId,
    /// The code of the hazard dictionary.
    pub code: String,
    /// Where.
    pub place: PlaceId,
}

/// The same in several units of one sector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The sector's authority.
    pub org: OrgId,
    /// The code of the hazard dictionary.
    pub code: String,
    /// Where.
    pub places: BTreeSet<PlaceId>,
}

/// What at least so many units of one sector have in common, the most widespread first. A unit counts once.
pub fn shared(seen: impl IntoIterator<Item = Seen>, least: u16) -> Vec<Shared> {
    let mut by: BTreeMap<(OrgId, String), BTreeSet<PlaceId>> = BTreeMap::new();
    for one in seen {
        by.entry((one.org, one.code)).or_default().insert(one.place);
    }
    let wide = by.into_iter().filter(|(_, places)| places.len() >= usize::from(least.max(2)));
    let mut out: Vec<Shared> = wide.map(|((org, code), places)| Shared { org, code, places }).collect();
    out.sort_by_key(|one| std::cmp::Reverse(one.places.len()));
    out
}

words! {
    /// Where a risk stands.
    RiskStage {
        Identified "identified" "待发行业通知"
        Noticed "noticed" "行业限期整改中"
        Ended "ended" "已办结"
        Void "void" "已作废"
    }
}

/// The notice of a sector's authority to all its units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// When it went out.
    pub on: Date,
    /// Its number.
    pub document_no: String,
    /// By when every unit has put it right.
    pub deadline_on: Date,
    /// What the authority asked of one of its posts.
    pub task: Option<FollowUpId>,
    /// Who wrote it down.
    pub by: PersonId,
    /// When.
    pub recorded_at: Timestamp,
}

/// 行业性隐患.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// Id.
    pub id: SectorRiskId,
    /// The sector's authority.
    pub org: OrgId,
    /// The code of the hazard dictionary.
    pub code: String,
    /// Where it was seen when it was identified.
    pub places: BTreeSet<PlaceId>,
    /// When.
    pub identified_on: Date,
    /// The last day for the notice, counted out then.
    pub notice_by: Date,
    /// The notice.
    pub notice: Option<Notice>,
    /// Where it stands.
    pub stage: RiskStage,
    /// How it ended, or why it was voided.
    pub said: String,
}

/// 新业态归口: which body leads a trade that nobody had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// Id.
    pub id: SectorRulingId,
    /// The trade.
    pub trade: String,
    /// The known trade it is most like.
    pub like: String,
    /// When it appeared.
    pub appeared_on: Date,
    /// Who leads, since when, by which paper and why.
    pub decided: Option<Decided>,
    /// Why it was voided.
    pub void: Option<String>,
}

/// Who leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Who.
    pub lead: OrgId,
    /// Since when.
    pub on: Date,
    /// The paper.
    pub document_no: String,
    /// Why.
    pub reason: String,
    /// Who wrote it down.
    pub by: PersonId,
    /// When.
    pub recorded_at: Timestamp,
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SectorRefusal {
    /// The stage does not allow it.
    #[error("该事项{0}，不能这样办理，请刷新后查看")]
    NotNow(&'static str),
    /// Something was not said.
    #[error("请写明{0}")]
    Missing(&'static str),
    /// A day that cannot be.
    #[error("日期不能晚于今天，也不能早于认定或者出现的 {0}，整改期限应晚于通知日，请核对")]
    WrongDay(Date),
}

impl SectorRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotNow(_) => "sector.not_now",
            Self::Missing(_) => "sector.missing",
            Self::WrongDay(_) => "sector.day",
        }
    }
}

fn given(text: &str, what: &'static str) -> Result<String, SectorRefusal> {
    match text.trim() {
        "" => Err(SectorRefusal::Missing(what)),
        text => Ok(text.to_owned()),
    }
}

impl Risk {
    /// identified → noticed.
    pub fn notify(self, notice: Notice, today: Date) -> Result<Self, SectorRefusal> {
        if self.stage != RiskStage::Identified {
            return Err(SectorRefusal::NotNow(self.stage.label()));
        }
        given(&notice.document_no, "行业通知文号")?;
        if notice.on < self.identified_on || notice.on > today || notice.deadline_on <= notice.on {
            return Err(SectorRefusal::WrongDay(self.identified_on));
        }
        Ok(Self { notice: Some(notice), stage: RiskStage::Noticed, ..self })
    }

    /// noticed → ended.
    pub fn end(self, text: &str) -> Result<Self, SectorRefusal> {
        if self.stage != RiskStage::Noticed {
            return Err(SectorRefusal::NotNow(self.stage.label()));
        }
        let said = given(text, "全行业整改结果")?;
        Ok(Self { stage: RiskStage::Ended, said, ..self })
    }

    /// Anything but void → void, with a reason.
    pub fn void(self, text: &str) -> Result<Self, SectorRefusal> {
        if self.stage == RiskStage::Void {
            return Err(SectorRefusal::NotNow(self.stage.label()));
        }
        let said = given(text, "作废的理由")?;
        Ok(Self { stage: RiskStage::Void, said, ..self })
    }

    /// Whether the notice, or what it asked for, is late.
    pub fn is_overdue(&self, today: Date) -> bool {
        match (self.stage, &self.notice) {
            (RiskStage::Identified, _) => self.notice_by < today,
            (RiskStage::Noticed, Some(notice)) => notice.deadline_on < today,
            _ => false,
        }
    }
}

impl Ruling {
    /// Checks a trade that is to be recorded.
    pub fn appear(self, today: Date) -> Result<Self, SectorRefusal> {
        given(&self.trade, "新业态的名称")?;
        if self.appeared_on > today {
            return Err(SectorRefusal::WrongDay(today));
        }
        Ok(self)
    }

    /// Who leads it. Source: C13.7, the body whose business it is most like.
    pub fn decide(self, decided: Decided, today: Date) -> Result<Self, SectorRefusal> {
        if self.void.is_some() || self.decided.is_some() {
            return Err(SectorRefusal::NotNow(if self.void.is_some() {
                "已作废"
            } else {
                "已明确牵头部门"
            }));
        }
        given(&decided.document_no, "决定文号")?;
        given(&decided.reason, "按业务相近确定的理由")?;
        if decided.on < self.appeared_on || decided.on > today {
            return Err(SectorRefusal::WrongDay(self.appeared_on));
        }
        Ok(Self { decided: Some(decided), ..self })
    }

    /// Recorded by mistake.
    pub fn void(self, text: &str) -> Result<Self, SectorRefusal> {
        if self.void.is_some() {
            return Err(SectorRefusal::NotNow("已作废"));
        }
        Ok(Self { void: Some(given(text, "作废的理由")?), ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a day")
    }

    fn seen(org: &str, code: &str, place: &str) -> Seen {
        Seen { org: org.into(), code: code.to_owned(), place: place.into() }
    }

    #[test]
    fn three_units_of_one_sector_share_a_defect_and_one_unit_counts_once() {
        let all = [
            seen("economy", "H01.1", "a"),
            seen("economy", "H01.1", "a"),
            seen("economy", "H01.1", "b"),
            seen("civil", "H01.1", "c"),
            seen("civil", "H02.1", "d"),
        ];
        assert_eq!(shared(all.clone(), 3), [], "two units and a stranger");
        let third = seen("economy", "H01.1", "e");
        let found = shared(all.into_iter().chain([third]), 3);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].org.as_str(), found[0].code.as_str(), found[0].places.len()),
            ("economy", "H01.1", 3)
        );
    }

    fn risk() -> Risk {
        Risk {
            id: "r".into(),
            org: "economy".into(),
            code: "H01.1".to_owned(),
            places: ["a".into(), "b".into(), "e".into()].into(),
            identified_on: day("2026-09-01"),
            notice_by: day("2026-09-15"),
            notice: None,
            stage: RiskStage::Identified,
            said: String::new(),
        }
    }

    #[test]
    fn a_sector_is_told_in_time_and_ends_with_what_came_of_it() {
        assert!(risk().is_overdue(day("2026-09-16")) && !risk().is_overdue(day("2026-09-15")));
        let notice = |on: &str, deadline: &str, no: &str| Notice {
            on: day(on),
            document_no: no.to_owned(),
            deadline_on: day(deadline),
            task: None,
            by: "p".into(),
            recorded_at: Timestamp(0),
        };
        let today = day("2026-09-10");
        let tell = |notice| risk().notify(notice, today);
        assert!(matches!(tell(notice("2026-09-02", "2026-10-01", " ")), Err(SectorRefusal::Missing(_))));
        for (on, deadline) in
            [("2026-08-31", "2026-10-01"), ("2026-09-11", "2026-10-01"), ("2026-09-02", "2026-09-02")]
        {
            assert!(matches!(tell(notice(on, deadline, "1")), Err(SectorRefusal::WrongDay(_))), "{on}");
        }
        let told = tell(notice("2026-09-02", "2026-10-01", "1")).expect("told");
        assert!(told.is_overdue(day("2026-10-02")) && !told.is_overdue(day("2026-10-01")));
        assert!(matches!(risk().end("x"), Err(SectorRefusal::NotNow(_))));
        assert!(matches!(told.clone().end(" "), Err(SectorRefusal::Missing(_))));
        let ended = told.end("十二家全部整改").expect("ended");
        assert!(!ended.is_overdue(day("2027-01-01")));
    }

    #[test]
    fn a_new_trade_gets_a_leading_body_once_by_a_paper_with_a_reason() {
        let trade = Ruling {
            id: "t".into(),
            trade: "剧本娱乐".to_owned(),
            like: "公共娱乐场所".to_owned(),
            appeared_on: day("2026-09-01"),
            decided: None,
            void: None,
        };
        let decided = |no: &str, reason: &str, on: &str| Decided {
            lead: "economy".into(),
            on: day(on),
            document_no: no.to_owned(),
            reason: reason.to_owned(),
            by: "p".into(),
            recorded_at: Timestamp(0),
        };
        let today = day("2026-09-20");
        let decide = |one| trade.clone().decide(one, today);
        assert!(matches!(decide(decided("", "相近", "2026-09-10")), Err(SectorRefusal::Missing(_))));
        assert!(matches!(decide(decided("1", "", "2026-09-10")), Err(SectorRefusal::Missing(_))));
        assert!(matches!(decide(decided("1", "相近", "2026-08-10")), Err(SectorRefusal::WrongDay(_))));
        let ruled = decide(decided("1", "相近", "2026-09-10")).expect("ruled");
        assert!(ruled.clone().decide(decided("2", "又改", "2026-09-11"), today).is_err(), "once");
        assert!(ruled.void("误录").is_ok());
    }
}
