//! The live figures a report may show, as the record stood at the end of its last day: worked out the same way when it
//! is drafted, issued and recomputed. What does not belong here: which template shows which (`catalog/reports.toml`).

use domain::fulfilment::{Report as Judged, Tally};
use domain::hazard::Level;
use domain::plan::{Plan, SubjectKind};
use domain::report::{Figure, Template};
use domain::time::{Date, Timestamp};
use store::fulfilment::Life;

use crate::fulfilment::known::Known;
use crate::whistle::arrivals_of;
use crate::whistle::view::WhistleArrivals;
use crate::{App, Error, Result};

/// The list whose places count as listed.
const LISTED: &str = "list:village_listed";

fn counted(key: &str, label: &str, value: usize, unit: &str) -> Figure {
    Figure {
        key: key.to_owned(),
        label: label.to_owned(),
        value: Some(value as f64),
        of: None,
        unit: unit.to_owned(),
    }
}

/// A ratio with nothing due behind it has no value.
fn share(key: &str, label: String, tally: Tally) -> Figure {
    let of = Some(f64::from(tally.due()));
    Figure { key: key.to_owned(), label, value: tally.ratio(), of, unit: "%".to_owned() }
}

/// What hazards came to between two days, as known at the end of the second.
fn hazards(key: &str, lives: &[Life], (from, to): (Date, Date)) -> Option<Figure> {
    let within = |day: Date| from <= day && day <= to;
    let n = |wanted: &dyn Fn(&Life) -> bool| lives.iter().filter(|life| wanted(life)).count();
    let (label, value) = match key {
        "hazards.found" => ("本期发现隐患", n(&|life| within(life.hazard.found_at.date()))),
        "hazards.closed" => ("本期销案隐患", n(&|life| life.hazard.state.closed_on().is_some_and(within))),
        "hazards.open" => ("期末在办隐患", n(&|life| life.hazard.is_open())),
        "hazards.overdue" => ("期末逾期隐患", n(&|life| life.hazard.is_overdue(to))),
        "hazards.major" => {
            let is_major = |life: &Life| life.hazard.level.is_some_and(|level| level >= Level::MajorSuspect);
            ("期末重大或疑似重大隐患", n(&|life| life.hazard.is_open() && is_major(life)))
        }
        "hazards.recurred" => (
            "本期重复出现的隐患",
            n(&|life| within(life.hazard.found_at.date()) && life.hazard.find.recurrence_of.is_some()),
        ),
        _ => return None,
    };
    Some(counted(key, label, value, "处"))
}

/// What was looked at between two days.
fn places(key: &str, known: &Known, days: (Date, Date)) -> Option<Figure> {
    let facts = &known.gathered.facts;
    let listed = || {
        facts
            .subjects()
            .filter(|(_, kind)| *kind == SubjectKind::Place)
            .map(|(subject, _)| subject)
            .filter(|subject| facts.carries(*subject, LISTED, days.1))
    };
    let done = |subject| facts.known_between("inspection.done", subject, days, known.as_of).count();
    Some(match key {
        "places.listed" => counted(key, "期末列管单位", listed().count(), "家"),
        "places.inspected" => {
            counted(key, "本期已检查的列管单位", listed().filter(|one| done(*one) > 0).count(), "家")
        }
        "inspections.done" => counted(key, "本期检查", done(known.gathered.town), "次"),
        _ => return None,
    })
}

/// How the bodies answered whistles sent between two days, as things stood at the end of the second: all of them, and body by
/// body under the one key `whistles.bodies`. Source: handbook of the field, M16.
fn whistles(key: &str, arrivals: &WhistleArrivals, sent: usize) -> Option<Vec<Figure>> {
    let share = |key: String, label: String, due: u32, in_time: u32| Figure {
        key,
        label,
        value: (due > 0).then(|| f64::from(in_time) / f64::from(due)),
        of: Some(f64::from(due)),
        unit: "%".to_owned(),
    };
    Some(match key {
        "whistles.sent" => vec![counted(key, "本期派出吹哨单", sent, "张")],
        "whistles.arrival" => {
            vec![share(key.to_owned(), "部门按时到位率".to_owned(), arrivals.due, arrivals.in_time)]
        }
        "whistles.bodies" => arrivals
            .items
            .iter()
            .map(|one| {
                let label = match one.supervised_in.as_slice() {
                    [] => format!("{}按时到位率", one.org.name),
                    quarters => {
                        let quarters: Vec<String> =
                            quarters.iter().map(|key| key.replacen("-Q", "年第", 1) + "季度").collect();
                        let quarters = quarters.join("、");
                        format!("{}按时到位率（未按时 {} 次，列入{quarters}督查）", one.org.name, one.missed)
                    }
                };
                share(format!("{key}:{}", one.org.id), label, one.due, one.in_time)
            })
            .collect(),
        _ => return None,
    })
}

fn fulfilment(key: &str, plan: &Plan, judged: &Judged) -> Option<Figure> {
    match key.split_once(':')? {
        ("plan", _) => Some(share(key, "全部任务落实度".to_owned(), judged.whole(plan))),
        ("clause", code) => {
            let clause = plan.clause(code)?;
            Some(share(key, format!("第{}条“{}”落实度", clause.no, clause.title), judged.clause(plan, code)))
        }
        ("duty", id) => {
            let duty = plan.duty(id)?;
            Some(share(key, format!("{}落实度", duty.title), judged.duty(id)?.tally))
        }
        _ => None,
    }
}

impl App {
    /// The figures of a template between two days, as known at the end of the second. A key this plan does not know
    /// gives no figure.
    // Part of the use case that shows them, which asked for the right.
    pub(crate) async fn figures(&self, template: &Template, (from, to): (Date, Date)) -> Result<Vec<Figure>> {
        let mut lives: Vec<Life> = Vec::new();
        let mut read = self.db.read(&self.town).await?;
        read.each_hazard_life(to, |life| lives.push(life)).await?;
        let end = Timestamp::start_of(to.succ_opt().unwrap_or(to)).plus_ms(-1);
        let arrivals = arrivals_of(&mut read, (from, to), end).await?;
        let sent = read.whistles_sent((Timestamp::start_of(from), end)).await?.len();
        drop(read);
        let known = self.known(Some(to)).await?;
        let question = known.question_over((from, to));
        let judged = question.evaluate();
        let keys: Vec<&String> = template.sections.iter().flat_map(|section| &section.figures).collect();
        let figure = |key: &str| {
            hazards(key, &lives, (from, to))
                .or_else(|| places(key, &known, (from, to)))
                .or_else(|| fulfilment(key, &known.plan, &judged))
        };
        let mut out: Vec<Figure> = Vec::new();
        for key in keys {
            if !out.iter().any(|known| known.key == *key) {
                out.extend(
                    whistles(key, &arrivals, sent).unwrap_or_else(|| figure(key).into_iter().collect()),
                );
            }
        }
        match out.iter().all(|figure| figure.value.is_none_or(f64::is_finite)) {
            true => Ok(out),
            false => Err(Error::Internal("a figure of a report is no number".to_owned())),
        }
    }
}
