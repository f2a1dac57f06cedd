//! 停止使用: a place too dangerous to be used is proposed by the town, decided on by the body that may, looked at while it
//! stands still, and checked before it is used again. The town closes nothing by itself. What does not belong here: penalties
//! (`enforcement`), sealing by the fire rescue organ, which is received as its paper (`paper`).
//!
//! Source: the plan, clause 16 (C16.6); tension T20; handbook of the field §4.2 (`stop_use`).

use serde::{Deserialize, Serialize};

use crate::document::plain;
use crate::ids::{HazardId, OrgId, PersonId, PlaceId, StopUseId};
use crate::org::words;
use crate::time::{Date, Timestamp};

words! {
    /// Where a matter stands.
    Stage {
        Proposed "proposed" "已提请待决定"
        Stopped "stopped" "已停止使用"
        ReturnAsked "return_asked" "申请恢复待检查"
        Checked "checked" "检查合格待批准恢复"
        Resumed "resumed" "已恢复使用"
        Declined "declined" "不予停止使用"
        Withdrawn "withdrawn" "已撤回"
    }
}

words! {
    /// A step.
    Step {
        Propose "propose" "提请停止使用"
        Decide "decide" "登记主管机关决定"
        Patrol "patrol" "登记巡查"
        AskReturn "ask_return" "登记恢复申请"
        CheckReturn "check_return" "登记恢复检查"
        Resume "resume" "登记批准恢复"
        Withdraw "withdraw" "撤回提请"
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each field is what the step of that name says")]
pub enum Act {
    Propose,
    Decide { stop: bool, body: String },
    Patrol { kept: bool },
    AskReturn,
    CheckReturn { passed: bool },
    Resume { body: String },
    Withdraw,
}

impl Act {
    /// The step it is.
    pub fn step(&self) -> Step {
        match self {
            Self::Propose => Step::Propose,
            Self::Decide { .. } => Step::Decide,
            Self::Patrol { .. } => Step::Patrol,
            Self::AskReturn => Step::AskReturn,
            Self::CheckReturn { .. } => Step::CheckReturn,
            Self::Resume { .. } => Step::Resume,
            Self::Withdraw => Step::Withdraw,
        }
    }
}

/// Something that happened; appended, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// From 1.
    pub seq: i64,
    /// What.
    pub act: Act,
    /// On which day.
    pub on: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who.
    pub by: PersonId,
    /// Number of the paper; empty where none goes with it.
    pub document_no: String,
    /// What was said or seen.
    pub text: String,
    /// Where it stood afterwards.
    pub stage: Stage,
}

/// 停止使用事项.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopUse {
    /// Id.
    pub id: StopUseId,
    /// Which place.
    pub place: PlaceId,
    /// The hazard it comes from.
    pub hazard: Option<HazardId>,
    /// What is so dangerous.
    pub danger: String,
    /// Who proposed it.
    pub org: OrgId,
    /// Where it stands.
    pub stage: Stage,
    /// The day of the last step.
    pub last_on: Date,
    /// Who decided.
    pub body: String,
    /// Since when it is stopped.
    pub stopped_on: Option<Date>,
    /// When somebody last looked whether it stands still.
    pub patrolled_on: Option<Date>,
    /// Whether it was found in use although stopped.
    pub broken: bool,
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each field is what the sentence says of it")]
pub enum StopUseRefusal {
    #[error("该事项{}，不能{}，请刷新查看", stage.label(), step.label())]
    NotNow { step: Step, stage: Stage },
    #[error("办理日期不能晚于今天，也不能早于上一步的 {last}，请核对")]
    WrongDay { last: Date },
    #[error("请写明{what}")]
    Missing { what: &'static str },
    #[error("镇无权自行决定停止使用或者恢复使用（方案第十六条 C16.6），请填写作出决定的主管机关和文号")]
    NotTheTown,
    #[error(
        "决定机关“{0}”不是有权决定的主管机关：停止使用由县级以上机关决定，请填写全称，如“××区消防救援大队”"
    )]
    NoSuchBody(String),
}

impl StopUseRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotNow { .. } => "stop_use.not_now",
            Self::WrongDay { .. } => "stop_use.day",
            Self::Missing { .. } => "stop_use.missing",
            Self::NotTheTown => "stop_use.not_the_town",
            Self::NoSuchBody(_) => "stop_use.no_such_body",
        }
    }
}

/// What a step is decided with.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The day it happened.
    pub on: Date,
    /// Today.
    pub today: Date,
    /// Names of the town's own bodies: none of them may decide.
    pub own: &'a [String],
    /// Number of the paper.
    pub document_no: &'a str,
    /// What was said.
    pub text: &'a str,
}

impl StopUse {
    /// The steps that belong to where it stands.
    pub fn offered(&self) -> Vec<Step> {
        match self.stage {
            Stage::Proposed => vec![Step::Decide, Step::Withdraw],
            Stage::Stopped => vec![Step::Patrol, Step::AskReturn],
            Stage::ReturnAsked => vec![Step::Patrol, Step::CheckReturn],
            Stage::Checked => vec![Step::Patrol, Step::Resume],
            Stage::Resumed | Stage::Declined | Stage::Withdrawn => Vec::new(),
        }
    }

    /// Whether it must stand still now.
    pub fn is_stopped(&self) -> bool {
        matches!(self.stage, Stage::Stopped | Stage::ReturnAsked | Stage::Checked)
    }

    /// By when somebody has to look again, every so many days (P).
    pub fn patrol_by(&self, every_days: u16) -> Option<Date> {
        let last = self.patrolled_on.max(self.stopped_on).filter(|_| self.is_stopped())?;
        last.checked_add_days(chrono::Days::new(every_days.into()))
    }

    /// It after a step.
    ///
    /// Errors: not now; the town decides by itself; something is not said.
    pub fn take(mut self, act: &Act, known: &Known<'_>) -> Result<Self, StopUseRefusal> {
        let step = act.step();
        if !self.offered().contains(&step) {
            return Err(StopUseRefusal::NotNow { step, stage: self.stage });
        }
        if known.on > known.today || known.on < self.last_on {
            return Err(StopUseRefusal::WrongDay { last: self.last_on });
        }
        let decided = |body: &String| {
            let body = body.trim();
            match (body.is_empty() || is_of_the_town(body, known.own), known.document_no.trim().is_empty()) {
                (true, _) => Err(StopUseRefusal::NotTheTown),
                _ if !is_of_a_county(body) => Err(StopUseRefusal::NoSuchBody(body.to_owned())),
                (_, true) => Err(StopUseRefusal::Missing { what: "决定文书的文号" }),
                _ => Ok(body.to_owned()),
            }
        };
        let said = !known.text.trim().is_empty();
        match act {
            Act::Propose => return Err(StopUseRefusal::NotNow { step, stage: self.stage }),
            Act::Decide { stop, body } => {
                self.body = decided(body)?;
                (self.stage, self.stopped_on) =
                    if *stop { (Stage::Stopped, Some(known.on)) } else { (Stage::Declined, None) };
            }
            Act::Patrol { kept } => {
                if !kept && !said {
                    return Err(StopUseRefusal::Missing { what: "擅自使用的情况和处理" });
                }
                self.patrolled_on = Some(known.on);
                self.broken = !kept;
            }
            Act::AskReturn => self.stage = Stage::ReturnAsked,
            Act::CheckReturn { passed } => {
                if !said {
                    return Err(StopUseRefusal::Missing { what: "检查情况" });
                }
                self.stage = if *passed { Stage::Checked } else { Stage::Stopped };
            }
            Act::Resume { body } => {
                self.body = decided(body)?;
                self.stage = Stage::Resumed;
            }
            Act::Withdraw => {
                if !said {
                    return Err(StopUseRefusal::Missing { what: "撤回的理由" });
                }
                self.stage = Stage::Withdrawn;
            }
        }
        self.last_on = known.on;
        Ok(self)
    }
}

/// Whether a body said to have decided is one of the town, however it is spelled: a name of its own, alone or with more
/// before or after it, or a township's government of whatever name. A body of the same short name of a district, county
/// or city is another.
fn is_of_the_town(body: &str, own: &[String]) -> bool {
    let said = plain(body);
    let is_within = |name: &str| {
        let is_full = ['镇', '乡'].iter().any(|rank| name.contains(*rank)) || name.contains("街道");
        said.match_indices(name).any(|(at, _)| {
            let before = said.get(..at).unwrap_or_default();
            is_full || !before.ends_with(['区', '县', '市'])
        })
    };
    TOWNSHIPS.iter().any(|name| said.contains(name))
        || own.iter().map(|name| plain(name)).filter(|name| !name.is_empty()).any(|name| is_within(&name))
}

/// Whether a body is named as one of a county, a district, a city or above: whoever decides that a place is not used stands there.
/// Source: 消防法 art. 70.
fn is_of_a_county(body: &str) -> bool {
    let mut said = plain(body);
    for place in ["社区", "小区", "园区", "景区", "片区", "超市", "市场"] {
        said = said.replace(place, "");
    }
    said.contains(['区', '县', '市', '省', '州', '盟', '旗'])
        || ["法院", "国家"].iter().any(|word| said.contains(word))
}

/// What a township's government is called, whichever it is: none decides. Source: 消防法 art. 70; the plan, C16.6.
const TOWNSHIPS: [&str; 6] = ["镇政府", "镇人民政府", "乡政府", "乡人民政府", "街道办事处", "镇消安办"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    #[test]
    fn a_body_of_the_town_is_known_under_every_spelling() {
        let own = ["青峰镇人民政府", "镇政府", "综合执法大队", "青峰镇消防安全办公室"].map(str::to_owned);
        for (body, is_own) in [
            ("青峰镇人民政府", true),
            ("青峰镇 人民政府", true),
            ("永川区青峰镇人民政府", true),
            ("青峰镇政府", true),
            ("青峰镇消防安全办公室（代）", true),
            ("综合执法大队", true),
            ("镇综合执法大队", true),
            ("区综合执法大队", false),
            ("区消防救援机构", false),
            ("永川区人民政府", false),
        ] {
            assert_eq!(is_of_the_town(body, &own), is_own, "{body}");
        }
    }

    #[test]
    fn whoever_decides_is_of_a_county_or_above() {
        for (body, may) in [
            ("区消防救援大队", true),
            ("永川区人民政府", true),
            ("重庆市消防救援总队", true),
            ("青川县住房和城乡建设局", true),
            ("x", false),
            ("村委会", false),
            ("张三小卖部", false),
            ("场镇社区居委会", false),
            ("幸福小区物业", false),
            ("惠民超市", false),
        ] {
            let told = take(&matter(), "2026-09-02", &decide(body), "决定〔2026〕1号").map(|one| one.body);
            assert_eq!(told.is_ok(), may, "{body}: {told:?}");
        }
    }

    fn matter() -> StopUse {
        StopUse {
            id: "s".into(),
            place: "p".into(),
            hazard: None,
            danger: "唯一出口被封死".to_owned(),
            org: "office".into(),
            stage: Stage::Proposed,
            last_on: day("2026-09-01"),
            body: String::new(),
            stopped_on: None,
            patrolled_on: None,
            broken: false,
        }
    }

    fn take(matter: &StopUse, on: &str, act: &Act, no: &str) -> Result<StopUse, StopUseRefusal> {
        let own = ["青峰镇人民政府".to_owned()];
        let on = day(on);
        matter
            .clone()
            .take(act, &Known { on, today: day("2026-12-31"), own: &own, document_no: no, text: "写明" })
    }

    fn decide(body: &str) -> Act {
        Act::Decide { stop: true, body: body.to_owned() }
    }

    #[test]
    fn the_town_proposes_and_somebody_else_decides() {
        let by_town = take(&matter(), "2026-09-02", &decide("青峰镇人民政府"), "1");
        assert_eq!(by_town, Err(StopUseRefusal::NotTheTown));
        assert_eq!(take(&matter(), "2026-09-02", &decide(" "), "1"), Err(StopUseRefusal::NotTheTown));
        let unnumbered = take(&matter(), "2026-09-02", &decide("区消防救援机构"), " ");
        assert_eq!(unnumbered.map_err(|no| no.code()), Err("stop_use.missing"));
        let stopped =
            take(&matter(), "2026-09-02", &decide("区消防救援机构"), "区消停〔1〕号").expect("fits");
        assert_eq!((stopped.stage, stopped.stopped_on), (Stage::Stopped, Some(day("2026-09-02"))));
        let declined = Act::Decide { stop: false, body: "区消防救援机构".to_owned() };
        let declined = take(&matter(), "2026-09-02", &declined, "2").expect("fits");
        assert!(declined.offered().is_empty());
    }

    #[test]
    fn it_is_looked_at_while_it_stands_still_and_checked_before_it_is_used_again() {
        let stopped = take(&matter(), "2026-09-02", &decide("区消防救援机构"), "1").expect("fits");
        assert_eq!(stopped.patrol_by(7), Some(day("2026-09-09")));
        let seen = take(&stopped, "2026-09-08", &Act::Patrol { kept: false }, "").expect("said what");
        assert_eq!((seen.broken, seen.patrol_by(7)), (true, Some(day("2026-09-15"))));
        let resume = Act::Resume { body: "区消防救援机构".to_owned() };
        assert_eq!(take(&seen, "2026-09-09", &resume, "3").map_err(|no| no.code()), Err("stop_use.not_now"));
        let asked = take(&seen, "2026-09-10", &Act::AskReturn, "").expect("may ask");
        let failed = take(&asked, "2026-09-11", &Act::CheckReturn { passed: false }, "").expect("looked");
        assert_eq!(failed.stage, Stage::Stopped);
        let passed = take(&asked, "2026-09-11", &Act::CheckReturn { passed: true }, "").expect("looked");
        assert_eq!(
            take(&passed, "2026-09-12", &Act::Resume { body: String::new() }, "3"),
            Err(StopUseRefusal::NotTheTown)
        );
        let open = take(&passed, "2026-09-12", &resume, "区消复〔1〕号").expect("fits");
        assert_eq!((open.stage, open.patrol_by(7)), (Stage::Resumed, None));
        assert_eq!(
            take(&passed, "2026-09-01", &resume, "1"),
            Err(StopUseRefusal::WrongDay { last: day("2026-09-11") })
        );
    }
}
