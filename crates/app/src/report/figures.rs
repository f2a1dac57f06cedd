//! The live figures a report may show, as the record stood at the end of its last day: worked out the same way when it
//! is drafted, issued and recomputed. What does not belong here: which template shows which (`catalog/reports.toml`).

use std::borrow::Cow;
use std::io::Read as _;

use domain::calendar::Calendar;
use domain::fulfilment::{Facts, Question, Report as Judged, SubjectIx, Tally, Waiver};
use domain::hazard::{Hazard, Level};
use domain::plan::{Plan, SubjectKind};
use domain::report::{Figure, Template};
use domain::time::{Date, Timestamp};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use crate::whistle::Sent;
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
fn hazards(key: &str, lives: &[Hazard], (from, to): (Date, Date)) -> Option<Figure> {
    let within = |day: Date| from <= day && day <= to;
    let n = |wanted: &dyn Fn(&Hazard) -> bool| lives.iter().filter(|life| wanted(life)).count();
    let (label, value) = match key {
        "hazards.found" => ("本期发现隐患", n(&|life| within(life.found_at.date()))),
        "hazards.closed" => ("本期销案隐患", n(&|life| life.state.closed_on().is_some_and(within))),
        "hazards.open" => ("期末在办隐患", n(&|life| life.is_open())),
        "hazards.overdue" => ("期末逾期隐患", n(&|life| life.is_overdue(to))),
        "hazards.major" => {
            let is_major = |life: &Hazard| life.level.is_some_and(|level| level >= Level::MajorSuspect);
            ("期末重大或疑似重大隐患", n(&|life| life.is_open() && is_major(life)))
        }
        "hazards.recurred" => (
            "本期重复出现的隐患",
            n(&|life| within(life.found_at.date()) && life.find.recurrence_of.is_some()),
        ),
        _ => return None,
    };
    Some(counted(key, label, value, "处"))
}

/// What was looked at between two days.
fn places(key: &str, inputs: &Inputs, days: (Date, Date)) -> Option<Figure> {
    let facts = &inputs.facts;
    let listed = || {
        facts
            .subjects()
            .filter(|(_, kind)| *kind == SubjectKind::Place)
            .map(|(subject, _)| subject)
            .filter(|subject| facts.carries(*subject, LISTED, days.1))
    };
    let done = |subject| facts.known_between("inspection.done", subject, days, inputs.as_of).count();
    Some(match key {
        "places.listed" => counted(key, "期末列管单位", listed().count(), "家"),
        "places.inspected" => {
            counted(key, "本期已检查的列管单位", listed().filter(|one| done(*one) > 0).count(), "家")
        }
        "inspections.done" => counted(key, "本期检查", done(inputs.town), "次"),
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

/// Everything the figures of a report are worked out from, as the record stood at the end of its last day: the register with
/// the days, labels and lists its subjects had, the facts, the plan with its numbers, waivers, working days, hazards and
/// whistles. Kept when a report is issued, because the register may be put right for days gone by.
#[derive(Serialize, Deserialize)]
pub(crate) struct Inputs<'a> {
    /// The day of knowledge.
    as_of: Date,
    plan: Cow<'a, Plan>,
    facts: Cow<'a, Facts>,
    /// The town itself.
    town: SubjectIx,
    waivers: Cow<'a, [Waiver]>,
    calendar: Cow<'a, Calendar>,
    hazards: Vec<Hazard>,
    sent: Sent,
}

impl Inputs<'_> {
    /// The figures of a template between two days. A key the plan does not know gives no figure.
    ///
    /// Errors: one of them is no number.
    pub(crate) fn figures(&self, template: &Template, (from, to): (Date, Date)) -> Result<Vec<Figure>> {
        let end = Timestamp::start_of(to.succ_opt().unwrap_or(to)).plus_ms(-1);
        let arrivals = self.sent.arrivals((from, to), end);
        let within = |at: Timestamp| Timestamp::start_of(from) <= at && at < end;
        let sent = self.sent.whistles.iter().filter(|one| one.sent_at.is_some_and(within)).count();
        let question = Question {
            plan: &self.plan,
            facts: &self.facts,
            waivers: &self.waivers,
            calendar: &self.calendar,
            as_of: self.as_of,
            from,
            to,
        };
        let judged = question.evaluate();
        let keys: Vec<&String> = template.sections.iter().flat_map(|section| &section.figures).collect();
        let figure = |key: &str| {
            hazards(key, &self.hazards, (from, to))
                .or_else(|| places(key, self, (from, to)))
                .or_else(|| fulfilment(key, &self.plan, &judged))
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

    /// Written out, packed; the same inputs give the same bytes.
    fn pack(&self) -> Result<Vec<u8>> {
        let lost = |e: &dyn std::fmt::Display| Error::Internal(e.to_string());
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        serde_json::to_writer(&mut packed, self).map_err(|e| lost(&e))?;
        packed.finish().map_err(|e| lost(&e))
    }

    fn unpack(bytes: &[u8]) -> Result<Self> {
        let lost = |e: &dyn std::fmt::Display| Error::Internal(e.to_string());
        let mut text = Vec::new();
        GzDecoder::new(bytes).read_to_end(&mut text).map_err(|e| lost(&e))?;
        serde_json::from_slice(&text).map_err(|e| lost(&e))
    }
}

/// What figures were worked out from, kept as a file.
pub(crate) struct KeptInputs {
    /// Its name, the SHA-256 of its bytes.
    pub sha256: String,
    /// How large.
    pub size_bytes: u64,
}

impl KeptInputs {
    /// Media type of the file.
    pub const MEDIA: &str = "application/gzip";
}

impl App {
    /// The figures of a template between two days, as known at the end of the second.
    // Part of the use case that shows them, which asked for the right.
    pub(crate) async fn figures(&self, template: &Template, days: (Date, Date)) -> Result<Vec<Figure>> {
        Ok(self.figures_with(template, days, false).await?.0)
    }

    /// The same, and what they were worked out from kept as a file; whoever asks notes it in his write.
    // Part of the use case that issues them, which asked for the right.
    pub(crate) async fn figures_kept(
        &self,
        template: &Template,
        days: (Date, Date),
    ) -> Result<(Vec<Figure>, KeptInputs)> {
        let (figures, kept) = self.figures_with(template, days, true).await?;
        Ok((figures, kept.ok_or_else(|| Error::Internal("the inputs were not kept".to_owned()))?))
    }

    async fn figures_with(
        &self,
        template: &Template,
        (from, to): (Date, Date),
        keep: bool,
    ) -> Result<(Vec<Figure>, Option<KeptInputs>)> {
        let mut hazards: Vec<Hazard> = Vec::new();
        let mut read = self.db.read(&self.town).await?;
        read.each_hazard_life(to, |life| hazards.push(life.hazard)).await?;
        let sent = Sent::read(&mut read, (from, to)).await?;
        drop(read);
        let known = self.known(Some(to)).await?;
        let inputs = Inputs {
            as_of: known.as_of,
            plan: Cow::Borrowed(&known.plan),
            facts: Cow::Borrowed(&known.gathered.facts),
            town: known.gathered.town,
            waivers: Cow::Borrowed(&known.waivers),
            calendar: Cow::Borrowed(&known.calendar),
            hazards,
            sent,
        };
        let figures = inputs.figures(template, (from, to))?;
        if !keep {
            return Ok((figures, None));
        }
        let bytes = inputs.pack()?;
        let kept = KeptInputs { sha256: self.blobs.put(&bytes)?, size_bytes: bytes.len() as u64 };
        Ok((figures, Some(kept)))
    }

    /// The figures once more from what was kept when they were issued; none when the file is gone or was altered.
    pub(super) fn figures_again(
        &self,
        template: &Template,
        days: (Date, Date),
        inputs: &str,
    ) -> Result<Option<Vec<Figure>>> {
        let kept = self.blobs.get(inputs)?.filter(|bytes| store::seal::sha256(bytes) == inputs);
        kept.map(|bytes| Inputs::unpack(&bytes)?.figures(template, days)).transpose()
    }
}
