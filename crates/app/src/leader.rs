//! One page a leader reads in a minute: what wants a decision, four numbers, the villages, twelve weeks, what falls due
//! in the next seven days, as known at the end of any day. What does not belong here: the board it is cut from (`fulfilment`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, Months};
use domain::fulfilment::board::Row;
use domain::fulfilment::{Status, Tally, percent};
use domain::hazard::Level;
use domain::incident::statistics::is_fire;
use domain::plan::SubjectKind;
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use store::Read;
use store::force::ForceFilter;
use store::fulfilment::Life;
use store::incident::IncidentFilter;

use crate::fulfilment::known::{Known, month_start};
use crate::fulfilment::{Ask, Column, Lens, lens, names_of, report};
use crate::view::Named;
use crate::{App, Caller, Result};

/// Weeks shown.
const WEEKS: u64 = 12;
/// Quarters of each village's line.
const QUARTERS: u32 = 4;
/// How far ahead the page looks. Units: days.
const AHEAD_DAYS: u64 = 7;
/// Decisions shown: more than this nobody reads.
const DECISIONS: usize = 3;
/// The list whose places the village table counts.
const LISTED: &str = "list:village_listed";

/// Something that wants a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Which kind.
    pub kind: &'static str,
    /// One line.
    pub title: String,
    /// One more.
    pub detail: String,
    /// Where it is seen.
    pub href: String,
    /// `high`, `medium` or `low`.
    pub severity: &'static str,
}

/// A number of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Which.
    pub code: &'static str,
    /// Name.
    pub label: &'static str,
    /// The number; none without anything to count.
    pub value: Option<f64>,
    /// Of how many.
    pub of: Option<u64>,
    /// Unit.
    pub unit: &'static str,
    /// One line below it.
    pub note: String,
    /// Where it is seen.
    pub href: String,
    /// `good`, `due` or `late`.
    pub tone: &'static str,
}

/// One village.
#[derive(Debug, Clone, PartialEq)]
pub struct VillageLine {
    /// Which.
    pub village: Named,
    /// Places on the villages' lists.
    pub listed: u64,
    /// Of those looked at this quarter.
    pub inspected: u64,
    /// Hazards not ended.
    pub open: u64,
    /// Of those late.
    pub overdue: u64,
    /// Hazards closed this year by their first deadline.
    pub in_time: u64,
    /// Hazards closed this year.
    pub closed: u64,
    /// Its duties this year.
    pub tally: Tally,
    /// The share of the places listed that was looked at, by quarter, oldest first; none when nothing was listed.
    pub quarters: Vec<Option<f64>>,
    /// People on the rosters of its forces that day; none when it has no force, or the caller may not see them.
    pub on_duty: Option<u64>,
}

/// Something that falls due within a week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    /// The last day.
    pub due_on: Date,
    /// Which duty; none for hazards to be put right.
    pub duty: Option<String>,
    /// How many are still open.
    pub n: usize,
    /// Whose it is, in words.
    pub who: Vec<String>,
    /// Where it is seen.
    pub href: String,
}

/// One week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub from: Date,
    /// Inspections.
    pub inspections: usize,
    /// Hazards found.
    pub found: usize,
    /// Hazards closed.
    pub closed: usize,
}

/// The page.
#[derive(Debug, Clone, PartialEq)]
pub struct LeaderPage {
    /// As known at the end of this day.
    pub as_of: Date,
    /// The stretch the village table counts, in words.
    pub period: String,
    /// At most three.
    pub decisions: Vec<Decision>,
    /// Four.
    pub figures: Vec<Figure>,
    /// The villages the caller may see.
    pub villages: Vec<VillageLine>,
    /// Oldest first.
    pub weeks: Vec<Week>,
    /// What falls due within a week, the next first.
    pub ahead: Vec<Ahead>,
}

/// What hazards come to, town or village.
#[derive(Debug, Clone, Copy, Default)]
struct Hazards {
    open: u64,
    overdue: u64,
    worst_days: u32,
    /// Found this year.
    found: u64,
    /// Of those, closed.
    found_closed: u64,
    /// Closed this year, whenever they were found.
    closed: u64,
    in_time: u64,
    major: u64,
}

impl Hazards {
    fn count(&mut self, life: &Life, as_of: Date) {
        let hazard = &life.hazard;
        let this_year = |day: Date| day.year() == as_of.year();
        let is_found = this_year(hazard.found_at.date());
        self.found += u64::from(is_found);
        self.found_closed += u64::from(is_found && hazard.state.closed_on().is_some());
        if hazard.is_open() {
            self.open += 1;
            self.major += u64::from(hazard.level.is_some_and(|level| level >= Level::MajorSuspect));
        }
        if hazard.is_overdue(as_of) {
            self.overdue += 1;
            self.worst_days = self.worst_days.max(hazard.days_over(as_of));
        }
        if hazard.state.closed_on().is_some_and(this_year) {
            self.closed += 1;
            self.in_time += u64::from(hazard.is_closed_in_original_time() == Some(true));
        }
    }
}

fn quarter(as_of: Date) -> (Date, String) {
    let month = (as_of.month() - 1) / 3 * 3 + 1;
    let from = Date::from_ymd_opt(as_of.year(), month, 1).unwrap_or(as_of);
    (from, format!("{}年第{}季度至今", as_of.year(), (month - 1) / 3 + 1))
}

/// The last quarters up to a day, oldest first, each with the last day that counts.
fn quarters(as_of: Date) -> Vec<(Date, Date)> {
    let (first, _) = quarter(as_of);
    let back = |n: u32| first.checked_sub_months(Months::new(3 * n)).unwrap_or(first);
    let last = |n: u32| if n == 0 { as_of } else { back(n - 1).pred_opt().unwrap_or(as_of) };
    (0..QUARTERS).rev().map(|n| (back(n), last(n))).collect()
}

/// People on the rosters of a day, by the path of their force; none without the right to see forces.
async fn on_duty(
    read: &mut Read,
    caller: &Caller,
    day: Date,
) -> Result<Option<BTreeMap<String, BTreeSet<String>>>> {
    let Some(scope) = caller.hats.scope(Action::ForceRead) else { return Ok(None) };
    let mut by_path: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut forces = BTreeMap::new();
    for one in read.forces(&scope, &ForceFilter::default()).await? {
        if one.force.is_in_use(day) {
            by_path.entry(one.path.clone()).or_default();
            forces.insert(one.force.id.clone(), (one.force, one.path));
        }
    }
    let held: Vec<_> = read.assignments().await?.into_iter().map(|one| one.assignment).collect();
    for record in read.force_duties(None, (day, day)).await? {
        let known = forces.get(&record.duty.force).filter(|(force, _)| force.is_there(&held, &record.duty));
        if let Some(people) = known.and_then(|(_, path)| by_path.get_mut(path)) {
            people.insert(record.duty.person.to_string());
        }
    }
    Ok(Some(by_path))
}

/// How many of them belong to a village; none when it has no force.
fn of_village(on_duty: Option<&BTreeMap<String, BTreeSet<String>>>, code: &str) -> Option<u64> {
    let own = on_duty?.iter().filter(|(path, _)| path.split('/').any(|one| one == code));
    let own: Vec<&BTreeSet<String>> = own.map(|(_, people)| people).collect();
    (!own.is_empty()).then(|| own.into_iter().flatten().collect::<BTreeSet<_>>().len() as u64)
}

/// Fires of the year so far, and of the year before up to the same day; none without the right to see incidents.
async fn fires(read: &mut Read, caller: &Caller, as_of: Date) -> Result<Option<(u64, u64)>> {
    let Some(scope) = caller.hats.scope(Action::IncidentRead) else { return Ok(None) };
    let before = as_of.checked_sub_months(Months::new(12)).unwrap_or(as_of);
    let mut counted = [0, 0];
    for (n, last) in counted.iter_mut().zip([as_of, before]) {
        let first = Date::from_ymd_opt(last.year(), 1, 1).unwrap_or(last);
        let end = last.succ_opt().unwrap_or(last);
        let filter = IncidentFilter {
            alarm: Some((Timestamp::start_of(first), Timestamp::start_of(end))),
            rehearsal: Some(false),
            ..IncidentFilter::default()
        };
        let found = read.incidents(&scope, &filter, None, i64::MAX).await?;
        *n = found.iter().filter(|one| is_fire(&one.incident)).count() as u64;
    }
    let [now, then] = counted;
    Ok(Some((now, then)))
}

/// What falls due within a week: open hazards by their deadline, and the duties of which something is still open.
fn ahead(known: &Known, lens: &Lens, deadlines: BTreeMap<Date, usize>) -> Vec<Ahead> {
    let last = known.as_of.checked_add_days(Days::new(AHEAD_DAYS)).unwrap_or(known.as_of);
    let soon = |day: Date| known.as_of <= day && day <= last;
    let mut out: Vec<Ahead> = deadlines
        .into_iter()
        .filter(|(day, _)| soon(*day))
        .map(|(due_on, n)| Ahead {
            due_on,
            duty: None,
            n,
            who: Vec::new(),
            href: format!("/hazards?due_on={due_on}"),
        })
        .collect();
    let report = report(known, lens.days);
    let (question, view) = (known.question(), lens.view(known));
    // Nothing falls due of what is only encouraged.
    let owed = known.plan.duties.iter().zip(&report.duties).filter(|(duty, _)| duty.is_scored());
    for (duty, found) in owed {
        let mut days: BTreeMap<Date, usize> = BTreeMap::new();
        for (_, window) in question.shown(found, &view).filter(|(one, _)| one.status == Status::Open) {
            let due_on = question.due_on(duty, window);
            if soon(due_on) {
                *days.entry(due_on).or_default() += 1;
            }
        }
        out.extend(days.into_iter().map(|(due_on, n)| Ahead {
            due_on,
            duty: Some(duty.title.clone()),
            n,
            who: names_of(&known.plan, &duty.who),
            href: format!("/board?clause={}&duty={}&status=open", duty.clause, duty.id),
        }));
    }
    out.sort_by_key(|one| (one.due_on, one.duty.is_some(), std::cmp::Reverse(one.n)));
    out
}

impl App {
    /// How the last full month compares with the one before, each as the board shows it for its days. Units: percentage points.
    async fn month_against_the_one_before(
        &self,
        caller: &Caller,
        at: Option<Date>,
        as_of: Date,
    ) -> Result<Option<f64>> {
        let mut ratios = [None; 2];
        for (back, ratio) in (1..).zip(&mut ratios) {
            let (from, to) = (month_start(as_of, back), month_start(as_of, back - 1).pred_opt());
            let ask = Ask { at, from: Some(from), to, ..Ask::default() };
            *ratio = self.board(caller, &ask).await?.whole.whole.ratio().map(percent);
        }
        let [last, before] = ratios;
        Ok(last.zip(before).map(|(last, before)| last - before))
    }

    /// The page of the leader.
    pub async fn leader_page(&self, caller: &Caller, at: Option<Date>) -> Result<LeaderPage> {
        caller.scope(Action::BoardRead)?;
        let ask = Ask { at, ..Ask::default() };
        let board = self.board(caller, &ask).await?;
        let as_of = board.as_of;
        let mut lives: Vec<Life> = Vec::new();
        let mut read = self.db.read(&self.town).await?;
        read.each_hazard_life(as_of, |life| lives.push(life)).await?;
        let proposals = read.parameters().await?;
        let rosters = on_duty(&mut read, caller, as_of).await?;
        let fires = fires(&mut read, caller, as_of).await?;
        drop(read);
        let waiting = proposals
            .iter()
            .filter(|record| {
                record.decision == store::parameter::Decision::Proposed && record.recorded_at.date() <= as_of
            })
            .count();
        let known = self.known(at).await?;
        let lens = lens(caller, &known, &ask)?;
        let view = lens.view(&known);
        let facts = &known.gathered.facts;
        let (quarter_from, period) = quarter(as_of);
        // The columns of the board are those of the lens; their tallies come from it.
        let shown: Vec<(usize, &Column)> = board
            .villages
            .iter()
            .filter_map(|column| {
                let at = known.gathered.villages.iter().position(|village| village.code == column.code)?;
                Some((at, column))
            })
            .collect();
        let quarters = quarters(as_of);
        let mut listed = vec![vec![(0u64, 0u64); quarters.len()]; known.gathered.villages.len()];
        for (subject, _) in facts.subjects().filter(|(_, kind)| *kind == SubjectKind::Place) {
            let Some(at) = known.areas.column(subject).filter(|_| view.shows(subject)) else { continue };
            let Some(counts) = listed.get_mut(at) else { continue };
            for ((from, to), (n, looked)) in quarters.iter().zip(counts) {
                if facts.carries(subject, LISTED, *to) {
                    let mut seen = facts.known_between("inspection.done", subject, (*from, *to), as_of);
                    *n += 1;
                    *looked += u64::from(seen.next().is_some());
                }
            }
        }
        let mut hazards = vec![Hazards::default(); known.gathered.villages.len()];
        let mut all = Hazards::default();
        let mut deadlines: BTreeMap<Date, usize> = BTreeMap::new();
        for life in &lives {
            let at = known
                .gathered
                .villages
                .iter()
                .position(|village| life.path.split('/').any(|code| code == village.code));
            let visible = lens.only.as_ref().is_none_or(|only| at.is_some_and(|at| only.contains(&at)));
            if !visible {
                continue;
            }
            all.count(life, as_of);
            if let Some(day) = life.hazard.awaited_on() {
                *deadlines.entry(day).or_default() += 1;
            }
            if let Some(counts) = at.and_then(|at| hazards.get_mut(at)) {
                counts.count(life, as_of);
            }
        }
        let villages: Vec<VillageLine> = shown
            .iter()
            .zip(&board.whole.areas)
            .map(|((at, column), tally)| {
                let own = listed.get(*at).map(Vec::as_slice).unwrap_or_default();
                let (listed, inspected) = own.last().copied().unwrap_or_default();
                let share = |(n, looked): &(u64, u64)| (*n > 0).then(|| *looked as f64 / *n as f64);
                let counts = hazards.get(*at).copied().unwrap_or_default();
                VillageLine {
                    village: Named::new(&column.code, &column.name),
                    listed,
                    inspected,
                    open: counts.open,
                    overdue: counts.overdue,
                    in_time: counts.in_time,
                    closed: counts.closed,
                    tally: *tally,
                    quarters: own.iter().map(share).collect(),
                    on_duty: of_village(rosters.as_ref(), &column.code),
                }
            })
            .collect();
        let whole = lens.only.is_none();
        let subjects: Vec<_> = match whole {
            true => vec![known.gathered.town],
            false => shown
                .iter()
                .filter_map(|(at, _)| known.gathered.villages.get(*at).map(|village| village.subject))
                .collect(),
        };
        let monday = as_of
            .checked_sub_days(Days::new(u64::from(as_of.weekday().num_days_from_monday())))
            .unwrap_or(as_of);
        let weeks = (0..WEEKS)
            .rev()
            .filter_map(|back| {
                let from = monday.checked_sub_days(Days::new(7 * back))?;
                let week = (from, from.checked_add_days(Days::new(6))?);
                let n = |kind: &str| {
                    subjects.iter().map(|one| facts.known_between(kind, *one, week, as_of).count()).sum()
                };
                Some(Week {
                    from,
                    inspections: n("inspection.done"),
                    found: n("hazard.found"),
                    closed: n("hazard.closed"),
                })
            })
            .collect();
        let last_month = self.month_against_the_one_before(caller, at, as_of).await?;
        Ok(LeaderPage {
            ahead: ahead(&known, &lens, deadlines),
            as_of,
            period,
            decisions: decisions(&all, &villages, waiting, &board, quarter_from),
            figures: figures(&all, &villages, &board.whole, last_month, fires, (quarter_from, as_of)),
            villages,
            weeks,
        })
    }
}

fn decisions(
    all: &Hazards,
    villages: &[VillageLine],
    waiting: usize,
    board: &crate::fulfilment::Board,
    quarter_from: Date,
) -> Vec<Decision> {
    let mut out = Vec::new();
    if all.major > 0 {
        out.push(Decision {
            kind: "major",
            title: format!("重大或疑似重大隐患 {} 处未销案", all.major),
            detail: "请逐处过问整改和移送进展".to_owned(),
            href: "/hazards?open=true&level=major_suspect,major".to_owned(),
            severity: "high",
        });
    }
    if all.overdue > 0 {
        let worst = villages.iter().max_by_key(|line| line.overdue).filter(|line| line.overdue > 0);
        let most = worst.map(|line| format!("，{}最多（{} 处）", line.village.name, line.overdue));
        out.push(Decision {
            kind: "overdue",
            title: format!("逾期未整改隐患 {} 处", all.overdue),
            detail: format!("最长已逾期 {} 天{}", all.worst_days, most.unwrap_or_default()),
            href: "/hazards?overdue=true".to_owned(),
            severity: "high",
        });
    }
    if waiting > 0 {
        out.push(Decision {
            kind: "parameter",
            title: format!("镇定参数调整 {waiting} 项待审定"),
            detail: "审定后自生效日起执行，可先预览对台账的影响".to_owned(),
            href: "/parameters".to_owned(),
            severity: "medium",
        });
    }
    let behind = villages.iter().filter(|line| line.inspected < line.listed);
    if let Some(line) = behind.max_by_key(|line| (line.listed - line.inspected, line.listed)) {
        out.push(Decision {
            kind: "village",
            title: format!(
                "{}列管 {} 家，本季度还有 {} 家未检查",
                line.village.name,
                line.listed,
                line.listed - line.inspected
            ),
            detail: "请督促该村（社区）按计划检查".to_owned(),
            href: unseen(quarter_from, Some(&line.village.id)),
            severity: "medium",
        });
    }
    let weakest = board
        .clauses
        .iter()
        .filter_map(|line| Some((line, line.row.whole.ratio()?)))
        .filter(|(_, ratio)| *ratio < 1.0)
        .min_by(|(_, a), (_, b)| a.total_cmp(b));
    // A town without a list has not begun: a share of nothing says nothing to decide on.
    let has_begun = villages.iter().any(|line| line.listed > 0);
    if let Some((line, ratio)) = weakest.filter(|_| has_begun) {
        out.push(Decision {
            kind: "clause",
            title: format!("“{}”落实度 {:.1} %，为各条最低", line.clause.title, percent(ratio)),
            detail: format!("责任主体：{}", line.who.join("、")),
            href: format!("/board/clauses/{}", line.clause.code),
            severity: "low",
        });
    }
    out.truncate(DECISIONS);
    out
}

/// The list of the places a number counts: on the villages' lists and not looked at since the quarter began.
fn unseen(quarter_from: Date, village: Option<&str>) -> String {
    let of = village.map(|village| format!("&village={village}")).unwrap_or_default();
    format!("/places?list=village_listed&unseen_since={quarter_from}{of}")
}

fn figures(
    all: &Hazards,
    villages: &[VillageLine],
    whole: &Row,
    change: Option<f64>,
    fires: Option<(u64, u64)>,
    (quarter_from, as_of): (Date, Date),
) -> Vec<Figure> {
    let listed: u64 = villages.iter().map(|line| line.listed).sum();
    let inspected: u64 = villages.iter().map(|line| line.inspected).sum();
    let ratio = whole.whole.ratio().map(percent);
    let note = match change {
        Some(points) => format!("上月较前月 {points:+.1} 个百分点"),
        None => "本年到期任务".to_owned(),
    };
    vec![
        Figure {
            code: "fulfilment",
            label: "任务落实度",
            value: ratio,
            of: None,
            unit: "%",
            note,
            href: "/board".to_owned(),
            tone: match ratio {
                Some(ratio) if ratio >= 90.0 => "good",
                _ => "due",
            },
        },
        Figure {
            code: "inspected",
            label: "列管单位检查",
            value: Some(inspected as f64),
            of: Some(listed),
            unit: "家",
            note: format!("本季度还差 {} 家", listed - inspected),
            href: match inspected < listed {
                true => unseen(quarter_from, None),
                false => "/places?list=village_listed".to_owned(),
            },
            tone: if inspected < listed { "due" } else { "good" },
        },
        Figure {
            code: "closed",
            label: "隐患销案",
            value: Some(all.found_closed as f64),
            of: Some(all.found),
            unit: "处",
            note: format!("逾期 {} 处", all.overdue),
            href: format!("/hazards?state=closed&found_from={}-01-01", as_of.year()),
            tone: "good",
        },
        match fires {
            Some((now, before)) => Figure {
                code: "fires",
                label: "今年火灾",
                value: Some(now as f64),
                of: None,
                unit: "起",
                note: format!("去年同期 {before} 起"),
                href: format!("/incidents?fire=true&alarm_from={}-01-01&alarm_to={as_of}", as_of.year()),
                tone: "good",
            },
            None => Figure {
                code: "overdue",
                label: "逾期隐患",
                value: Some(all.overdue as f64),
                of: Some(all.open),
                unit: "处",
                note: format!("在办 {} 处", all.open),
                href: "/hazards?overdue=true".to_owned(),
                tone: if all.overdue > 0 { "late" } else { "good" },
            },
        },
    ]
}
