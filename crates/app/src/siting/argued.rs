//! A study as the argued report of clause 6: what was counted, what came of it, who stays beyond reach, what another
//! number or radius would change, put into the words of a draft that the office finishes and a leader issues. Source: C6.1.
//! What does not belong here: issuing it (`report`).

use chrono::Datelike;
use domain::fulfilment::{percent, percent_at_most};
use domain::ids::SitingId;
use domain::policy::Action;
use domain::siting::{Found, Outcome, Question, Study};
use store::seal::sha256;

use super::since;
use crate::report::{ReportInput, ReportView, SectionInput};
use crate::road::vehicle::name_of;
use crate::{App, Caller, Error, Result};

/// The report template.
const TEMPLATE: &str = "station_need";
/// Places beyond reach named in the text; the table behind the report names all of them.
const NAMED: usize = 40;

fn chosen(study: &Study, found: &Found) -> String {
    let names = found.sites.iter().filter_map(|n| study.candidates.get(*n)).map(|one| one.name.as_str());
    names.collect::<Vec<_>>().join("、")
}

fn asked(study: &Study, question: Question) -> String {
    let sites = question.model.asks_sites().then(|| format!("{} 个点", question.sites));
    let radius =
        (question.radius > 0).then(|| format!("覆盖标准 {}", study.measure.say(f64::from(question.radius))));
    [sites, radius].into_iter().flatten().collect::<Vec<_>>().join("、")
}

fn figures(study: &Study, question: Question, found: &Found) -> String {
    let say = |distance| study.measure.say(distance);
    let (uncovered, beyond) = (found.uncovered.len(), super::view::beyond(question, found));
    let reached = super::view::reached(study, found).filter(|n| *n < study.demands.len());
    let of = reached.map(|n| format!("可到达的 {}中", study.counted(n))).unwrap_or_default();
    let never = match beyond {
        0 => String::new(),
        n if n == uncovered => "（任何候选点在半径内都到不了）".to_owned(),
        n => format!("（其中 {}任何候选点在半径内都到不了）", study.counted(n)),
    };
    format!(
        "覆盖权重 {:.1}%，{of}加权平均 {}、最远一处 {}，未覆盖 {}{never}",
        percent(found.covered),
        say(found.mean),
        say(found.farthest),
        study.counted(uncovered)
    )
}

/// What was counted, and how. `hash` is that of everything the study rests on.
fn basis(study: &Study, outcome: &Outcome, hash: &str) -> String {
    let people: u64 = study.demands.iter().map(|one| u64::from(one.people)).sum();
    let fires: u64 = study.demands.iter().map(|one| u64::from(one.fires)).sum();
    let fixed = study.candidates.iter().filter(|one| one.fixed).count();
    let vehicle = study.vehicle.map(|class| format!("，车辆为{}", name_of(class))).unwrap_or_default();
    let mut lines = vec![
        format!("依据选址论证“{}”（{} 计算）。{}", study.title, outcome.at.date(), study.reason),
        match study.by_group {
            true => format!(
                "计入村民小组 {} 个，居住 {people} 人（没有登记人数的按 0 计），登记火灾 {fires} 次（计入最近的小组）。",
                study.demands.len()
            ),
            false => {
                format!(
                    "计入场所 {} 处，居住、就业或容纳 {people} 人，登记火灾 {fires} 次。",
                    study.demands.len()
                )
            }
        },
    ];
    if study.unplaced > 0 {
        let unplaced = usize::try_from(study.unplaced).unwrap_or(usize::MAX);
        lines.push(format!("另有 {}没有位置，没有计入。", study.counted(unplaced)));
    }
    let w = study.weights;
    lines.push(format!(
        "权重 = {} + {} × 人数 + {} × 火灾次数（镇定参数）。距离：{}{vehicle}。",
        w.base,
        w.person,
        w.fire,
        study.measure.label()
    ));
    if study.measure.is_road() {
        let on = outcome.at.date();
        lines.push(format!("道路按 {on} 在册的路网计算，当日的封闭和通行条件计入。"));
    }
    let names: Vec<&str> = study.candidates.iter().map(|one| one.name.as_str()).collect();
    let count = names.len();
    lines.push(format!("候选点 {count} 个，其中已有或已定 {fixed} 个：{}。", names.join("、")));
    let twice = names.iter().zip(study.same_as()).filter_map(|(name, same)| Some((name, &same?.name)));
    lines.extend(
        twice.map(|(name, other)| format!("“{name}”与“{other}”同一位置（相距不到 1 米），只算一个。")),
    );
    lines.push(format!("论证数据指纹（SHA-256）：{hash}。"));
    lines.join("\n")
}

/// What came of it.
fn conclusion(study: &Study, outcome: &Outcome) -> String {
    let found = &outcome.found;
    let proof = match found.optimal {
        true => "已证明在这些候选点、距离和权重下没有更好的选法".to_owned(),
        false => format!("尚未证明最优，与最优最多相差 {:.1}%", percent_at_most(found.gap)),
    };
    let question = study.question;
    let mut lines = Vec::new();
    let beyond = super::view::beyond(question, found);
    if beyond > 0 {
        let within = study.demands.len().saturating_sub(beyond);
        lines.push(format!(
            "用这些候选点，半径内最多覆盖 {}，另外 {}任何候选点都到不了，要覆盖须另加候选点。",
            study.counted(within),
            study.counted(beyond)
        ));
    }
    lines.extend([
        format!(
            "按“{}”计算（{}），选点为：{}。{proof}。",
            question.model.label(),
            asked(study, question),
            chosen(study, found)
        ),
        format!("{}。", figures(study, question, found)),
    ]);
    let (opened, wanted) = (found.sites.len(), question.sites);
    let is_fewer = u32::try_from(opened).is_ok_and(|opened| opened < wanted);
    if question.model.asks_sites() && found.optimal && is_fewer {
        lines.push(format!("要求选 {wanted} 个，选 {opened} 个已达到同样的结果，再多选也不会更好。"));
    }
    let beyond = study.uncovered();
    if !beyond.is_empty() {
        let names: Vec<&str> = beyond.iter().take(NAMED).map(|one| one.name.as_str()).collect();
        let more = match beyond.len() > NAMED {
            true => format!(" 等 {}，全部列在附表", study.counted(beyond.len())),
            false => String::new(),
        };
        let what = if study.by_group { "村民小组" } else { "场所" };
        lines.push(format!("未覆盖的{what}：{}{more}。", names.join("、")));
    }
    if !outcome.unreached.is_empty() {
        let count = study.counted(outcome.unreached.len());
        lines.push(format!("其中 {count}从任何候选点都没有可靠的道路可达。"));
    }
    let apart = outcome.apart.iter().filter_map(|n| study.candidates.get(*n));
    let apart: Vec<&str> = apart.map(|one| one.name.as_str()).collect();
    if !apart.is_empty() {
        lines.push(format!("候选点 {} 附近没有登记的道路，从那里一处也到不了。", apart.join("、")));
    }
    for variant in &outcome.variants {
        let told = match &variant.found {
            Some(found) => {
                format!("选{}，{}", chosen(study, found), figures(study, variant.question, found))
            }
            None => "选不出来".to_owned(),
        };
        lines.push(format!("如改为{}：{told}。", asked(study, variant.question)));
    }
    lines.join("\n")
}

/// The parts of the report by their key, the study named by its content.
pub(crate) fn sections(study: &Study, outcome: &Outcome) -> Result<[(&'static str, String); 2]> {
    let kept = serde_json::to_string(study).map_err(|e| Error::Internal(e.to_string()))?;
    Ok([
        ("basis", basis(study, outcome, &sha256(kept.as_bytes()))),
        ("conclusion", conclusion(study, outcome)),
    ])
}

impl App {
    /// Drafts the argued report of clause 6 from a study; the office finishes it, a leader issues it.
    ///
    /// Errors: it is no study of a station; it has no answer yet; the caller writes no reports.
    // `draft_report` commits.
    pub async fn report_siting(&self, caller: &Caller, id: &SitingId) -> Result<ReportView> {
        let scope = caller.scope(Action::SitingRead)?;
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        let record = read.siting(id, &scope).await?.ok_or(Error::NotFound)?;
        let study = &record.study;
        let outcome = study.for_report()?;
        let mut parts = sections(study, outcome)?;
        if let Some(said) = since::all(&mut read, study, (now, now.date())).await?.said(study) {
            let [(_, basis), _] = &mut parts;
            basis.push('\n');
            basis.push_str(&said);
        }
        drop(read);
        let to = now.date().pred_opt().unwrap_or(now.date());
        let from = to.with_year(to.year() - 1).and_then(|day| day.succ_opt()).unwrap_or(to);
        let section = |(key, text): (&str, String)| SectionInput { key: key.to_owned(), text };
        let asked = ReportInput {
            template: TEMPLATE.to_owned(),
            title: study.title.clone(),
            org: study.org.to_string(),
            from: from.to_string(),
            to: to.to_string(),
            sections: parts.map(section).into(),
            measures: Vec::new(),
            version: None,
            siting: Some(id.clone()),
        };
        self.draft_report(caller, None, asked).await
    }
}
