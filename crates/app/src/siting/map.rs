//! A study on paper: a map of roads as they were known when it was worked out, candidates with their numbers, places within
//! reach and beyond; what changed of the roads since; everybody who stays beyond, by name. What does not belong here: its words (`argued`), how it is drawn (`render`).

use domain::document::{Block, Column, Map, Mark, Sign, spot};
use domain::ids::SitingId;
use domain::policy::Action;
use domain::siting::{Demand, Measure, Study};
use domain::time::Timestamp;
use store::Read;
use store::road::RoadFilter;

use super::since;
use crate::{Caller, Error, Result};

/// The map of a study and the line that says whose number is which, what changed of the roads between its answer and a
/// moment, and the list of all it leaves uncovered; nothing while it has no answer.
///
/// Errors: there is no such study.
// The study is part of the report its reader was let in to.
pub(crate) async fn on_paper(read: &mut Read, id: &SitingId, until: Timestamp) -> Result<Vec<Block>> {
    let whole = Caller::system();
    let record = read.siting(id, &whole.scope(Action::SitingRead)?).await?.ok_or(Error::NotFound)?;
    let Some(at) = record.study.outcome.as_ref().map(|outcome| outcome.at) else { return Ok(Vec::new()) };
    let filter = RoadFilter { with_void: true, ..RoadFilter::default() };
    let roads = read.roads(&whole.scope(Action::RoadRead)?, &filter).await?;
    let known =
        roads.iter().filter(|one| one.recorded_at <= at && one.voided_at.is_none_or(|gone| gone > at));
    let ways = known.map(|one| one.segment.line.iter().map(|corner| spot(*corner)).collect()).collect();
    let mut paper = blocks(&record.study, ways);
    let said = since::roads(read, &record.study, until).await?.said(&record.study);
    paper.extend(said.map(|text| Block::Paragraph { text }));
    paper.extend(uncovered(&record.study));
    Ok(paper)
}

/// Everybody the answer leaves uncovered, the heaviest first.
fn uncovered(study: &Study) -> Vec<Block> {
    let beyond = study.uncovered();
    if beyond.is_empty() {
        return Vec::new();
    }
    let what = if study.by_group { "村民小组" } else { "场所" };
    let text = format!("附表：未覆盖的{what}（{}，权重大的在前）", study.counted(beyond.len()));
    let column = |(title, share): (&str, u16)| Column { title: title.to_owned(), share };
    let row = |(n, one): (usize, &Demand)| {
        vec![(n + 1).to_string(), one.name.clone(), one.people.to_string(), one.fires.to_string()]
    };
    let columns = [("序号", 1), (what, 6), ("人数", 1), ("火灾次数", 2)].map(column).into();
    let rows = beyond.into_iter().enumerate().map(row).collect();
    vec![Block::Heading { level: 1, text }, Block::Table { columns, rows }]
}

fn blocks(study: &Study, ways: Vec<Vec<domain::document::Spot>>) -> Vec<Block> {
    let Some(outcome) = &study.outcome else { return Vec::new() };
    let found = &outcome.found;
    let mut marks = Vec::new();
    for (n, demand) in study.demands.iter().enumerate() {
        let is_beyond = found.uncovered.contains(&n) || outcome.unreached.contains(&n);
        let sign = if is_beyond { Sign::Beyond } else { Sign::Reached };
        marks.push(Mark { at: spot(demand.at), sign, number: String::new() });
    }
    let mut said = Vec::new();
    for (n, one) in study.candidates.iter().enumerate() {
        let sign = match (one.fixed, found.sites.contains(&n)) {
            (true, _) => Sign::Standing,
            (false, true) => Sign::Chosen,
            (false, false) => Sign::Candidate,
        };
        let number = (n + 1).to_string();
        said.push(format!("{number} {}", one.name));
        marks.push(Mark { at: spot(one.at), sign, number });
    }
    let is_straight = study.measure == Measure::GreatCircle && study.question.radius > 0;
    let map = Map {
        caption: format!("选址示意图（{} 计算，道路截至同日登记）", outcome.at.date()),
        ways,
        marks,
        circle_m: is_straight.then_some(study.question.radius),
    };
    vec![Block::Map { map }, Block::Paragraph { text: format!("图中编号：{}。", said.join("；")) }]
}
