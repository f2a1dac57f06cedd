//! What the papers of a report are filled with: the analysis of risks, the special report to those who lead, the result of the
//! assessment. Scores are the fulfilment of the plan on the board over the report's days; grades and ranks nobody has a rule
//! for stay empty.

use std::collections::BTreeMap;

use domain::fulfilment::{Tally, percent};
use domain::paper::{Template, Value, Values};
use domain::time::{Date, parse_date};

use super::{list, named, text};
use crate::fulfilment::{Ask, Board, ClauseLine};
use crate::{App, Caller, Result};

/// So many problems stand in a special report; and so many deductions beside a score. Source: template DT11.
const MOST: usize = 3;
/// Whom a special report goes to. Source: template DT11.
const LEADERS: [&str; 2] = ["镇党委书记", "镇长"];

/// A share as points of a hundred, as the board shows it.
fn points(tally: &Tally) -> Option<String> {
    tally.ratio().map(|ratio| format!("{:.1}", percent(ratio)))
}

/// The clauses that cost most, by what `of` looks at, with what was reached.
fn lost<'b>(board: &'b Board, of: impl Fn(&'b ClauseLine) -> Option<&'b Tally>) -> Vec<String> {
    let mut found: Vec<(f64, &ClauseLine, &Tally)> = board
        .clauses
        .iter()
        .filter_map(|line| of(line).map(|tally| (tally.weight - tally.scored, line, tally)))
        .filter(|(lost, ..)| *lost > f64::EPSILON)
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let said = |(_, line, tally): &(f64, &ClauseLine, &Tally)| {
        let reached = points(tally).unwrap_or_default();
        format!("{}（方案 {}）得 {reached} 分", line.clause.title, line.clause.no)
    };
    found.iter().take(MOST).map(said).collect()
}

/// Village by village: name, points, what cost most.
fn villages(board: &Board) -> Vec<(String, Option<String>, String)> {
    let of = |(at, village): (usize, &crate::fulfilment::Column)| {
        let score = board.whole.areas.get(at).and_then(points);
        (village.name.clone(), score, lost(board, |line| line.row.areas.get(at)).join("；"))
    };
    board.villages.iter().enumerate().map(of).collect()
}

/// The board over the days of the report, as known at their end; none for who may not see it.
async fn board(app: &App, caller: &Caller, from: &str, to: &str) -> Result<Option<Board>> {
    let (from, to): (Option<Date>, Option<Date>) = (parse_date(from), parse_date(to));
    if caller.hats.scope(domain::policy::Action::BoardRead).is_none() {
        return Ok(None);
    }
    let ask = Ask { at: to.map(|day| day.min(app.now().date())), from, to, village: None };
    app.board(caller, &ask).await.map(Some)
}

/// Values for every paper of a report.
pub(super) async fn values(
    app: &App,
    caller: &Caller,
    template: &Template,
    id: &str,
) -> Result<(Values, String)> {
    let seen = app.report(caller, &id.into()).await?;
    let row = &seen.row;
    let written: BTreeMap<&str, &str> =
        seen.sections.iter().map(|part| (part.key.as_str(), part.text.as_str())).collect();
    let of = |key: &str| text(written.get(key).copied().unwrap_or_default());
    let period = format!("{}至{}", row.from, row.to);
    let measures = list(seen.measures_list.iter().map(|one| one.text.clone()));
    let mut values = named([
        ("period", text(&period)),
        ("summary", of("overall")),
        ("trends", of("risks")),
        ("measures", measures.clone()),
        ("as_of", text(&row.to)),
    ]);
    if !matches!(template.family(), "DT11" | "DT30") {
        return Ok((values, row.org.id.clone()));
    }
    let Some(board) = board(app, caller, &row.from, &row.to).await? else {
        return Ok((values, row.org.id.clone()));
    };
    let scored = villages(&board);
    let names = scored.iter().map(|(name, ..)| name.clone());
    values.insert("problems".to_owned(), list(lost(&board, |line| Some(&line.row.whole))));
    match template.family() {
        "DT11" => {
            let rows = scored.iter().map(|(name, score, lost)| {
                vec![name.clone(), score.clone().unwrap_or_default(), lost.clone()]
            });
            values.extend(named([
                ("round", text(&row.title)),
                ("to", list(LEADERS.map(str::to_owned))),
                ("scores", Value::Rows(rows.collect())),
                ("suggestions", measures),
            ]));
        }
        _ => {
            let rows = scored.iter().map(|(name, score, _)| {
                vec![name.clone(), score.clone().unwrap_or_default(), String::new(), String::new()]
            });
            let method = format!(
                "按《{}》各项责任的落实情况计分，满分 100 分；逾期、部分落实的按本镇参数折算，没有数据来源的不计分。",
                board.plan.title
            );
            values.extend(named([
                ("to", list(names)),
                ("method", text(method)),
                ("scores", Value::Rows(rows.collect())),
            ]));
        }
    }
    Ok((values, row.org.id.clone()))
}
