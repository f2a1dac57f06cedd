//! A study as a map on paper: roads as they were known when it was worked out, candidates with their numbers, places
//! within reach and beyond. What does not belong here: its words (`argued`), how it is drawn (`render`).

use domain::document::{Block, Map, Mark, Sign, spot};
use domain::ids::SitingId;
use domain::policy::Action;
use domain::siting::{Measure, Study};
use store::Read;
use store::road::RoadFilter;

use crate::{Caller, Error, Result};

/// The map of a study and the line that says whose number is which; nothing while it has no answer.
///
/// Errors: there is no such study.
// The study is part of the report its reader was let in to.
pub(crate) async fn on_paper(read: &mut Read, id: &SitingId) -> Result<Vec<Block>> {
    let whole = Caller::system();
    let record = read.siting(id, &whole.scope(Action::SitingRead)?).await?.ok_or(Error::NotFound)?;
    let Some(at) = record.study.outcome.as_ref().map(|outcome| outcome.at) else { return Ok(Vec::new()) };
    let filter = RoadFilter { with_void: true, ..RoadFilter::default() };
    let roads = read.roads(&whole.scope(Action::RoadRead)?, &filter).await?;
    let known =
        roads.iter().filter(|one| one.recorded_at <= at && one.voided_at.is_none_or(|gone| gone > at));
    let ways = known.map(|one| one.segment.line.iter().map(|corner| spot(*corner)).collect()).collect();
    Ok(blocks(&record.study, ways))
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
