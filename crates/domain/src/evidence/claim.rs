//! What a piece of evidence is claimed for, read from the plan: which needs of which duties are recorded as evidence, and
//! what a set of claims comes to. What does not belong here: whether somebody believes it (the parent room).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::EvidenceRefusal;
use crate::plan::{Duty, Need, Plan, SubjectKind};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $code:literal $label:literal)+) => {
        /// What kind of record a piece of evidence is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind { $($(#[$doc])* #[doc = $label] $name,)+ }

        impl Kind {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Stable word.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The word people read.
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)+ }
            }

            /// The one with this word.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.code() == code)
            }
        }
    };
}

kinds! {
    Document "document" "文件"
    Signoff "signoff" "办结确认"
    Visit "visit" "走访"
    PhotoSet "photo_set" "现场照片"
    Activity "activity" "宣传活动"
    Log "log" "工作日志"
    Patrol "patrol" "巡查"
    Decision "decision" "决定"
    Interview "interview" "约谈"
    Bulletin "bulletin" "通报"
    /// Something that happened and sets duties off: a notable fire, a grave risk. It is an event of its own.
    Occasion "occasion" "触发事项"
}

impl Kind {
    /// The kind of record a fact is recorded as; none for facts that a noun of its own alone records, or nobody yet.
    ///
    /// Some are recorded both ways: a plan's item by the fire plan, and by whoever hands in the plan on paper. Where a noun
    /// that comes later is the only way, it takes its fact out of this table.
    fn of(fact: &str) -> Option<Self> {
        Some(match fact {
            "document.signed"
            | "document.countersigned"
            | "plan.item"
            | "licence.verified"
            | "catalogue.entry" => Self::Document,
            "supervision.done" | "evaluation.done" | "progress.reported" | "exchange.done"
            | "assessment.done" | "incident.helped" | "whistle.arrived" => Self::Signoff,
            "visit.made" => Self::Visit,
            "board.current" | "device.installed" => Self::PhotoSet,
            "activity.held" | "volunteer.active" | "broadcast.played" => Self::Activity,
            "log.written" => Self::Log,
            "patrol.done" | "flight.done" | "report.zero" => Self::Patrol,
            "decision.recorded" | "use.controlled" => Self::Decision,
            "interview.held" => Self::Interview,
            "bulletin.issued" => Self::Bulletin,
            "incident.recorded"
            | "risk.identified"
            | "interview.triggered"
            | "supervision.weak"
            | "industry.appeared"
            | "hire.made" => Self::Occasion,
            _ => return None,
        })
    }
}

/// The facts that evidence is a source of: once it can be recorded, its absence means that nothing was done.
pub fn recordable() -> impl Iterator<Item = &'static str> {
    crate::plan::facts::FACT_KINDS.iter().map(|fact| fact.name).filter(|name| Kind::of(name).is_some())
}

/// One thing a duty asks for that is recorded as evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Names it within its duty, as `document.signed[doc:committee,members_complete]`.
    pub key: String,
    /// Kind of fact.
    pub fact: String,
    /// Tags the fact must all carry.
    pub tags: Vec<String>,
    /// Tags of which one is to be chosen; none to choose where empty.
    pub choices: Vec<String>,
    /// It must be in force, in place of happening in a window.
    pub held: bool,
    /// It sets the duty off, in place of fulfilling it.
    pub is_trigger: bool,
    /// What kind of record it makes.
    pub kind: Kind,
}

/// Values that are counted apart, by the beginning of their tag. Source: the plan's 五进 (clause 18) and its three
/// programmes.
const COUNTED_APART: &[(&str, &[&str])] = &[
    ("entry:", &["entry:enterprise", "entry:rural", "entry:community", "entry:school", "entry:family"]),
    ("programme:", &["programme:law", "programme:science", "programme:civilised"]),
];

fn key(fact: &str, tags: &[String]) -> String {
    if tags.is_empty() { fact.to_owned() } else { format!("{fact}[{}]", tags.join(",")) }
}

fn of_need(duty: &Duty, need: &Need) -> Option<Asked> {
    // Training is kept by its own noun; only what a unit did for the people it hired comes as a record of that.
    let of_a_hire = need.fact == "training.held" && duty.subjects.kinds.contains(&SubjectKind::Event);
    let kind = if of_a_hire { Some(Kind::Activity) } else { Kind::of(&need.fact) };
    let kind = kind.filter(|kind| *kind != Kind::Occasion)?;
    // Stations report their patrols themselves, and the boards with names are generated and photographed as placards.
    let elsewhere = match need.fact.as_str() {
        "patrol.done" => duty.subjects.kinds.contains(&SubjectKind::Station),
        "board.current" => need.all.iter().any(|tag| tag == "board:roster"),
        _ => false,
    };
    if elsewhere {
        return None;
    }
    let choices = match (&need.distinct, need.any.is_empty()) {
        (_, false) => need.any.clone(),
        (Some(prefix), true) => {
            let known = COUNTED_APART.iter().find(|(known, _)| known == prefix);
            known.map(|(_, tags)| tags.iter().map(|tag| (*tag).to_owned()).collect()).unwrap_or_default()
        }
        (None, true) => Vec::new(),
    };
    Some(Asked {
        key: key(&need.fact, &need.all),
        fact: need.fact.clone(),
        tags: need.all.clone(),
        choices,
        held: need.held,
        is_trigger: false,
        kind,
    })
}

/// What a duty asks for that is recorded as evidence: its needs, and what sets it off. Nothing for a duty the program
/// cannot judge yet: what cannot count is not offered.
pub fn asked(duty: &Duty) -> Vec<Asked> {
    if !duty.available {
        return Vec::new();
    }
    let trigger = duty.trigger.as_ref().and_then(|trigger| {
        let kind = Kind::of(&trigger.fact)?;
        Some(Asked {
            key: key(&trigger.fact, &trigger.all),
            fact: trigger.fact.clone(),
            tags: trigger.all.clone(),
            choices: Vec::new(),
            held: false,
            is_trigger: true,
            kind,
        })
    });
    trigger.into_iter().chain(duty.needs.iter().filter_map(|need| of_need(duty, need))).collect()
}

/// What one piece of evidence is claimed for: a need of a duty, for a subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Claim {
    /// Id of the duty.
    pub duty: String,
    /// [`Asked::key`].
    pub need: String,
    /// The chosen tag where the need counts different ones.
    pub choice: Option<String>,
    /// Kind of the subject, as in plan files.
    pub subject_kind: String,
    /// Its id; for what sets a duty off, the piece of evidence itself.
    pub subject: String,
}

/// What claims come to: one fact, credited to each of its subjects once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Kind of fact.
    pub fact: String,
    /// The tags of everything it is claimed for.
    pub tags: Vec<String>,
    /// Kind and id of each subject, each once.
    pub subjects: Vec<(String, String)>,
}

/// Reads claims through the plan: one credit for each kind of fact, whatever the number of duties, so that nothing is
/// counted twice for the same subject or for what it lies in.
///
/// Errors: a duty that is not in the plan, a need that is not recorded here or not of this kind of record, a kind of
/// subject that does not owe it, a choice not made.
pub fn credits(plan: &Plan, kind: Kind, claims: &[Claim]) -> Result<Vec<Credit>, EvidenceRefusal> {
    let mut found: BTreeMap<String, Credit> = BTreeMap::new();
    for claim in claims {
        let duty = plan.duty(&claim.duty).ok_or_else(|| EvidenceRefusal::UnknownDuty(claim.duty.clone()))?;
        let asked = asked(duty)
            .into_iter()
            .find(|asked| asked.key == claim.need)
            .ok_or_else(|| EvidenceRefusal::NotHere(duty.title.clone()))?;
        if asked.is_trigger != (kind == Kind::Occasion) {
            return Err(EvidenceRefusal::Mixed);
        }
        let owes = SubjectKind::from_code(&claim.subject_kind)
            .is_some_and(|kind| duty.subjects.kinds.contains(&kind));
        if !owes {
            return Err(EvidenceRefusal::WrongSubject(duty.title.clone()));
        }
        let choice = match &claim.choice {
            Some(choice) if asked.choices.contains(choice) => Some(choice.clone()),
            None if asked.choices.is_empty() => None,
            _ => return Err(EvidenceRefusal::NoChoice(duty.title.clone())),
        };
        let credit = found.entry(asked.fact.clone()).or_insert_with(|| Credit {
            fact: asked.fact,
            tags: Vec::new(),
            subjects: Vec::new(),
        });
        credit.tags.extend(asked.tags.into_iter().chain(choice));
        credit.subjects.push((claim.subject_kind.clone(), claim.subject.clone()));
    }
    Ok(found
        .into_values()
        .map(|mut credit| {
            credit.tags.sort();
            credit.tags.dedup();
            credit.subjects.sort();
            credit.subjects.dedup();
            credit
        })
        .collect())
}

/// What people call a tag that plans use for evidence; the tag itself where it has no word.
pub fn tag_label(tag: &str) -> &str {
    TAGS.iter().find(|(known, _)| *known == tag).map_or(tag, |(_, label)| label)
}

const TAGS: &[(&str, &str)] = &[
    ("doc:committee", "消安委组建文件"),
    ("members_complete", "各部门负责人均已列入"),
    ("doc:workstation", "工作站设立文件"),
    ("doc:village_group", "村级消防工作小组文件"),
    ("doc:office_setup", "消安办设置文件"),
    ("doc:duty_roster", "值班安排"),
    ("doc:seal_register", "印章使用登记"),
    ("doc:opinion", "重点治理意见"),
    ("doc:fire_plan", "消防专项规划"),
    ("doc:spatial_plan_extract", "国土空间规划消防内容"),
    ("doc:forest_plan_extract", "森林防火规划内容"),
    ("doc:patrol_rule", "防火巡查检查制度"),
    ("doc:publicity_rule", "消防宣传制度"),
    ("doc:task_list", "网格工作任务清单"),
    ("doc:authority_items", "赋权事项清单"),
    ("doc:delegation", "委托书"),
    ("doc:enforcement_mechanism", "执法承担主体文件"),
    ("doc:enforcement_responsibility", "执法责任制"),
    ("doc:enforcement_rules", "执法工作规则"),
    ("doc:police_rules", "派出所消防工作规则"),
    ("doc:sector_notice", "行业限期整治通知"),
    ("doc:fire_pact", "防火公约"),
    ("doc:whistleblower_rules", "吹哨人制度"),
    ("doc:ebike_rule", "电动车管理规定"),
    ("doc:programme", "普法科普文明创建方案"),
    ("doc:main_responsibility", "主体责任文件"),
    ("doc:division", "责任分工文件"),
    ("doc:measures", "落实措施文件"),
    ("doc:mechanism", "协作机制文件"),
    ("doc:innovation", "创新举措文件"),
    ("doc:special_report", "督查专报"),
    ("entry:enterprise", "进企业"),
    ("entry:rural", "进农村"),
    ("entry:community", "进社区"),
    ("entry:school", "进学校"),
    ("entry:family", "进家庭"),
    ("programme:law", "普法"),
    ("programme:science", "科普"),
    ("programme:civilised", "文明创建"),
    ("visit:guidance", "指导走访"),
    ("visit:supervision", "督查走访"),
    ("visit:vulnerable", "特殊人群走访"),
    ("visit:retrofit", "改造指导"),
    ("visit:assistance", "结对帮扶"),
    ("patrol:forest", "森林防火巡护"),
    ("report:forest", "森林防火零报告"),
    ("evaluation:yearly", "年度考核"),
    ("evaluation:four_capabilities", "四个能力评估"),
    ("training:pre_post", "员工岗前培训"),
    ("supervision:special", "专项督查"),
    ("notable", "突出火情"),
    ("level:larger", "较大以上风险"),
    ("risk:industry", "行业性风险"),
    ("risk:stop_use", "需停止使用"),
    ("decision:sector", "明确主管部门"),
    ("decision:stop_use", "停用决定"),
    ("decision:circulate", "是否通报的决定"),
    ("decision:approval_review", "审批复核"),
    ("broadcast:large", "大喇叭"),
    ("broadcast:small", "小喇叭"),
    ("board:column", "宣传专栏"),
];
