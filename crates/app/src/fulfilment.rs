//! The board: how far the plan is carried out, from the whole town down to the record and photo behind a figure. Who
//! sees a village only gets that village's figures; evidence shows itself only to those who may read it where it was
//! recorded. What does not belong here: judging (`domain::fulfilment`), gathering the record (`store`).

mod evidence;
pub mod known;
mod standing;

use std::collections::BTreeSet;

use domain::fulfilment::board::{Row, Stretch, View};
use domain::fulfilment::{CountedIn, DutyReport, NotOwed, Report, Status, SubjectIx, Tally};
use domain::plan::{Basis, COUNTED_FROM, Clause, Duty, Plan, SubjectKind, Value};
use domain::policy::{Action, Subject};
use domain::time::Date;

pub(crate) use evidence::label as fact_label;
pub use evidence::{Evidence, Found};
use known::{Known, month_start};
pub use standing::DutyStanding;
pub use store::fulfilment::version_of as fire_plan_version;

use crate::view::{Named, no_such_page};
use crate::{App, Caller, Error, Result};

/// Duties named beside a clause.
const MEASURES: usize = 2;

/// What is asked of the board.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// As known at the end of this day; today when not said.
    pub at: Option<Date>,
    /// Windows that touch the days from here; from New Year when not said …
    pub from: Option<Date>,
    /// … to here; to the day of knowledge when not said.
    pub to: Option<Date>,
    /// Only this village.
    pub village: Option<String>,
}

/// A village as a column of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Code.
    pub code: String,
    /// Short name.
    pub name: String,
}

/// The head of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Code.
    pub code: String,
    /// Title.
    pub title: String,
    /// 文号.
    pub notice_no: String,
}

/// The board.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// As known at the end of this day.
    pub as_of: Date,
    /// Windows that touch these days.
    pub days: Stretch,
    /// Which plan.
    pub plan: Head,
    /// The villages that are shown, in the order of every row's columns.
    pub villages: Vec<Column>,
    /// First days of the trend's months.
    pub months: Vec<Date>,
    /// One line for each clause.
    pub clauses: Vec<ClauseLine>,
    /// All clauses together.
    pub whole: Row,
    /// Whether it is decided or proposed from which day the town counts, a day to come included.
    pub start_said: bool,
}

/// One clause.
#[derive(Debug, Clone, PartialEq)]
pub struct ClauseLine {
    /// The clause.
    pub clause: Clause,
    /// Who must do it, in words.
    pub who: Vec<String>,
    /// Duties under it.
    pub duties: usize,
    /// What most of its figures come from.
    pub measures: Vec<Measure>,
    /// Its figures.
    pub row: Row,
}

/// What one duty comes to, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// Its id.
    pub duty: String,
    /// Its title.
    pub title: String,
    /// Done, in time or late.
    pub done: u32,
    /// Was due.
    pub due: u32,
}

/// One clause with its duties.
#[derive(Debug, Clone, PartialEq)]
pub struct ClausePage {
    /// The board it was opened from, with this clause alone.
    pub board: Board,
    /// What the town's own notice says, once it is attached.
    pub quote: Option<Quote>,
    /// Its duties.
    pub duties: Vec<DutyLine>,
    /// Duties that a later version of the plan brings, each with its first day.
    pub coming: Vec<(Duty, Date)>,
}

/// A clause in the words of the attached notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Title of the notice.
    pub title: String,
    /// The clause.
    pub text: String,
    /// Where it begins. Units: UTF-16, as browsers count.
    pub start: usize,
    /// Where it ends. Units: UTF-16.
    pub end: usize,
}

/// Every duty with its figures.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardTable {
    /// Windows that touch these days.
    pub days: Stretch,
    /// The villages that are shown, in the order of every row's columns.
    pub villages: Vec<Column>,
    /// In the order of the plan.
    pub lines: Vec<TableLine>,
}

/// One duty with its figures, in words.
#[derive(Debug, Clone, PartialEq)]
pub struct TableLine {
    /// Code and title of its clause.
    pub clause: String,
    /// Its id.
    pub duty: String,
    /// Its title.
    pub title: String,
    /// Who must do it.
    pub who: Vec<String>,
    /// How often.
    pub period: String,
    /// Its figures.
    pub row: Row,
    /// False: reported on its own, in no figure of several duties.
    pub scored: bool,
}

/// The figures of one duty.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusLine {
    /// Code of its clause.
    pub clause: String,
    /// Its id.
    pub duty: String,
    /// Its title.
    pub title: String,
    /// Its figures.
    pub tally: Tally,
    /// Whether there is a source for what it asks for.
    pub has_data: bool,
    /// False: reported on its own, in no figure of several duties.
    pub scored: bool,
}

/// One duty.
#[derive(Debug, Clone, PartialEq)]
pub struct DutyLine {
    /// The duty.
    pub duty: Duty,
    /// Who must do it, in words.
    pub who: Vec<String>,
    /// How often, in words.
    pub period: String,
    /// Its figures.
    pub tally: Tally,
    /// Whether there is a source for what it asks for.
    pub has_data: bool,
    /// The numbers it goes by.
    pub parameters: Vec<Number>,
    /// First day it is owed.
    pub owed_from: Date,
    /// What done and needed of its occurrences are counted in.
    pub counted_in: CountedIn,
}

/// A number or choice of the town that a duty goes by.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// Name.
    pub name: String,
    /// What it sets, in words.
    pub label: &'static str,
    /// Value in force.
    pub value: Value,
    /// Unit.
    pub unit: String,
    /// How sure it is.
    pub basis: Basis,
    /// Since when.
    pub from: Date,
}

/// One duty with a page of its occurrences.
#[derive(Debug, Clone, PartialEq)]
pub struct DutyPage {
    /// The duty.
    pub line: DutyLine,
    /// Its clause.
    pub clause: Clause,
    /// What the town's own notice says.
    pub quote: Option<Quote>,
    /// A page of occurrences.
    pub occurrences: Vec<Case>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// How many there are.
    pub total: usize,
    /// Of them, roads and facilities that an approved project builds or mends; they count as they stand.
    pub with_project: usize,
}

/// Which occurrences to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pick {
    /// Only these statuses; all when empty.
    pub statuses: Vec<Status>,
    /// After this one.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// One duty for one subject in one window, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// For whom or what.
    pub who: Whom,
    /// The window's key.
    pub key: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Last day on which it counts as in time.
    pub due_on: Date,
    /// How it stands.
    pub status: Status,
    /// How much is done.
    pub done: u32,
    /// How much is needed.
    pub needed: u32,
    /// Why it is not applicable.
    pub not_owed: Option<NotOwed>,
    /// Records handed in for it that nobody has decided about yet.
    pub waiting: u32,
    /// Projects under way for it.
    pub projects: Vec<Named>,
}

/// A subject for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whom {
    /// Kind.
    pub kind: SubjectKind,
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// The village it lies in.
    pub village: Option<Column>,
    /// Where the record of an event stands that is no hazard.
    pub event: Option<EventRoom>,
}

/// What records an event, where it is no hazard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventRoom {
    /// A proposal to stop a place.
    StopUse,
    /// A sector's risk or a new trade.
    Sector,
    /// A fire.
    Incident,
    /// A whistle.
    Whistle,
    /// What was handed in as evidence.
    Evidence,
    /// An item of a fire plan.
    FirePlan,
}

impl EventRoom {
    /// By what its facts are known in the record.
    const LABELS: [(&'static str, Self); 6] = [
        (store::fulfilment::STOP_USE, Self::StopUse),
        (store::fulfilment::SECTOR, Self::Sector),
        (store::fulfilment::INCIDENT, Self::Incident),
        (store::fulfilment::WHISTLE, Self::Whistle),
        (store::fulfilment::OCCASION, Self::Evidence),
        (store::fulfilment::FIRE_PLAN, Self::FirePlan),
    ];
}

/// How somebody looks at the record: which days, which villages.
pub(crate) struct Lens {
    /// Columns that may be seen; none for the whole town.
    pub only: Option<Vec<usize>>,
    /// The days asked for.
    pub days: Stretch,
    /// The months of the trend.
    pub months: Vec<Stretch>,
}

impl Lens {
    pub(crate) fn view<'a>(&'a self, known: &'a Known) -> View<'a> {
        View { areas: &known.areas, only: self.only.as_deref(), days: self.days, months: &self.months }
    }

    /// The columns that are shown: none of a village that was no more when the days began.
    fn columns(&self, known: &Known) -> Vec<usize> {
        let villages = &known.gathered.villages;
        let was_there = |at: &usize| {
            let closed_on = villages.get(*at).and_then(|village| village.closed_on);
            closed_on.is_none_or(|closed| closed > self.days.0)
        };
        match &self.only {
            Some(only) => only.iter().copied().filter(was_there).collect(),
            None => (0..villages.len()).filter(was_there).collect(),
        }
    }
}

/// How the caller may look at the record.
///
/// Errors: he may not, or asks for a village he may not see.
pub(crate) fn lens(caller: &Caller, known: &Known, ask: &Ask) -> Result<Lens> {
    let scope = caller.scope(Action::BoardRead)?;
    let villages = &known.gathered.villages;
    let admitted =
        |at: &usize| villages.get(*at).is_some_and(|village| scope.admits(&Subject::of(&village.path, None)));
    let seen: Option<Vec<usize>> =
        (!scope.is_whole()).then(|| (0..villages.len()).filter(admitted).collect());
    let only = match &ask.village {
        None => seen,
        Some(code) => {
            let at = villages.iter().position(|village| village.code == *code).ok_or(Error::NotFound)?;
            if seen.as_ref().is_some_and(|seen| !seen.contains(&at)) {
                return Err(Error::NotFound);
            }
            Some(vec![at])
        }
    };
    let new_year = known.as_of.format("%Y-01-01").to_string();
    let from = ask.from.or_else(|| domain::time::parse_date(&new_year)).unwrap_or(known.as_of);
    let to = ask.to.unwrap_or(known.as_of);
    if to < from {
        return Err(Error::field("to", "board.backwards", "截止日期早于起始日期，请调整先后"));
    }
    if (to - from).num_days() > 3_700 {
        return Err(Error::field("to", "board.too_long", "一次最多查十年，请缩短时段"));
    }
    let months = (0..12).rev().map(|back| {
        let first = month_start(known.as_of, back);
        let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(first);
        (first, next.pred_opt().unwrap_or(first))
    });
    Ok(Lens { only, days: (from, to), months: months.collect() })
}

/// The report for the days asked for: the one at hand, or judged for them.
pub(crate) fn report<'a>(known: &'a Known, days: Stretch) -> std::borrow::Cow<'a, Report> {
    if known.from <= days.0 && days.1 <= known.as_of {
        return std::borrow::Cow::Borrowed(&known.report);
    }
    let from = known.from.min(days.0);
    std::borrow::Cow::Owned(known.question_over((from, days.1.max(known.as_of))).evaluate())
}

fn board(known: &Known, lens: &Lens) -> Board {
    let report = report(known, lens.days);
    let view = lens.view(known);
    let rows = known.rows(&report, &view);
    let columns = lens.columns(known);
    let (areas, months) = (known.gathered.villages.len(), lens.months.len());
    let shown = |row: Row| only_columns(row, &columns);
    let plan = &known.plan;
    let mut whole = Row::empty(areas, months);
    let mut clauses = Vec::with_capacity(plan.clauses.len());
    for clause in &plan.clauses {
        let mut line = ClauseLine {
            clause: clause.clone(),
            who: Vec::new(),
            duties: 0,
            measures: Vec::new(),
            row: Row::empty(areas, months),
        };
        for (duty, row) in plan.duties.iter().zip(rows.iter()).filter(|(duty, _)| duty.clause == clause.code)
        {
            line.duties += 1;
            let due = row.whole.due();
            // What leads the clause is what its figure is made of.
            if due > 0 && duty.is_scored() {
                let done = row.whole.count(Status::Met) + row.whole.count(Status::Late);
                let (duty, title) = (duty.id.clone(), duty.title.clone());
                line.measures.push(Measure { duty, title, done, due });
            }
            line.row.add_weighted(row, duty.scored_weight());
            whole.add_weighted(row, duty.scored_weight());
            for name in names_of(plan, &duty.who) {
                if !line.who.contains(&name) {
                    line.who.push(name);
                }
            }
        }
        line.row = shown(line.row);
        line.measures.sort_by_key(|one| std::cmp::Reverse(one.due));
        line.measures.truncate(MEASURES);
        clauses.push(line);
    }
    Board {
        as_of: known.as_of,
        days: lens.days,
        plan: Head { code: plan.code.clone(), title: plan.title.clone(), notice_no: plan.notice_no.clone() },
        villages: columns.iter().filter_map(|at| column(known, *at)).collect(),
        months: lens.months.iter().map(|(first, _)| *first).collect(),
        clauses,
        whole: shown(whole),
        start_said: false,
    }
}

/// The row with the columns that are shown, and no others.
fn only_columns(mut row: Row, columns: &[usize]) -> Row {
    row.areas = columns.iter().filter_map(|at| row.areas.get(*at).copied()).collect();
    row
}

fn column(known: &Known, at: usize) -> Option<Column> {
    let village = known.gathered.villages.get(at)?;
    let name = if village.short_name.is_empty() { &village.name } else { &village.short_name };
    Some(Column { code: village.code.clone(), name: name.clone() })
}

/// Labels of those who must do something in the words of the plan.
pub(crate) fn names_of(plan: &Plan, labels: &[String]) -> Vec<String> {
    labels.iter().map(|label| plan.word(label).to_owned()).collect()
}

fn duty_line(known: &Known, duty: &Duty, found: &DutyReport, tally: Tally) -> DutyLine {
    let plan = &known.plan;
    let numbers = duty.parameters().into_iter().filter_map(|(name, of)| {
        let parameter = plan.parameter_on(name, known.as_of)?;
        Some(Number {
            name: name.to_owned(),
            label: of.label(),
            value: parameter.value.clone(),
            unit: parameter.unit.clone(),
            basis: parameter.basis,
            from: parameter.effective_from,
        })
    });
    DutyLine {
        who: names_of(plan, &duty.who),
        period: plan.period_on(&duty.rhythm, known.as_of).map(|period| period.label()).unwrap_or_default(),
        tally,
        has_data: found.has_data,
        parameters: numbers.collect(),
        owed_from: plan.owed_from(duty, known.as_of),
        counted_in: known.question().counted_in(duty),
        duty: duty.clone(),
    }
}

impl App {
    /// The whole board.
    pub async fn board(&self, caller: &Caller, ask: &Ask) -> Result<Board> {
        caller.scope(Action::BoardRead)?;
        let known = self.known(ask.at).await?;
        let mut board = board(&known, &lens(caller, &known, ask)?);
        // What the plan file says itself is no record of the town's.
        let written = known.plan.parameter_on(COUNTED_FROM.0, known.as_of);
        board.start_said = matches!(written.map(|set| &set.value), Some(Value::Text(day)) if !day.is_empty());
        drop(known);
        if !board.start_said {
            let mut read = self.db.read(&self.town).await?;
            board.start_said = crate::parameter::is_said(&mut read, COUNTED_FROM.0).await?;
        }
        Ok(board)
    }

    /// Every duty of the board, for a sheet.
    pub async fn board_table(&self, caller: &Caller, ask: &Ask) -> Result<BoardTable> {
        caller.scope(Action::BoardRead)?;
        let known = self.known(ask.at).await?;
        let lens = lens(caller, &known, ask)?;
        let report = report(&known, lens.days);
        let rows = known.rows(&report, &lens.view(&known));
        let (plan, columns) = (&known.plan, lens.columns(&known));
        let mut lines = Vec::with_capacity(plan.duties.len());
        for (duty, row) in plan.duties.iter().zip(rows.iter()) {
            let clause = plan.clause(&duty.clause).ok_or(Error::NotFound)?;
            let period = plan.period_on(&duty.rhythm, known.as_of);
            lines.push(TableLine {
                clause: format!("{} {}", clause.code, clause.title),
                duty: duty.id.clone(),
                title: duty.title.clone(),
                who: names_of(plan, &duty.who),
                period: period.map(|period| period.label()).unwrap_or_default(),
                row: only_columns(row.clone(), &columns),
                scored: duty.is_scored(),
            });
        }
        let villages = columns.iter().filter_map(|at| column(&known, *at)).collect();
        Ok(BoardTable { days: lens.days, villages, lines })
    }

    /// The figures of every duty in the order of the plan, or of one clause's.
    pub async fn plan_status(
        &self,
        caller: &Caller,
        ask: &Ask,
        clause: Option<&str>,
    ) -> Result<Vec<StatusLine>> {
        caller.scope(Action::BoardRead)?;
        let known = self.known(ask.at).await?;
        let lens = lens(caller, &known, ask)?;
        let report = report(&known, lens.days);
        let rows = known.rows(&report, &lens.view(&known));
        let only = match clause {
            None => None,
            Some(code) => Some(&known.plan.clause(code).ok_or(Error::NotFound)?.code),
        };
        let all = known.plan.duties.iter().zip(&report.duties).zip(rows.iter());
        let chosen = all.filter(|((duty, _), _)| only.is_none_or(|code| duty.clause == *code));
        Ok(chosen
            .map(|((duty, found), row)| StatusLine {
                clause: duty.clause.clone(),
                duty: duty.id.clone(),
                title: duty.title.clone(),
                tally: row.whole,
                has_data: found.has_data,
                scored: duty.is_scored(),
            })
            .collect())
    }

    /// One clause with its duties.
    pub async fn board_clause(&self, caller: &Caller, code: &str, ask: &Ask) -> Result<ClausePage> {
        caller.scope(Action::BoardRead)?;
        let quote = self.quote(code, ask.at).await?;
        let known = self.known(ask.at).await?;
        let lens = lens(caller, &known, ask)?;
        let mut board = board(&known, &lens);
        let code = known.plan.clause(code).ok_or(Error::NotFound)?.code.clone();
        board.clauses.retain(|line| line.clause.code == code);
        let report = report(&known, lens.days);
        let rows = known.rows(&report, &lens.view(&known));
        let all = known.plan.duties.iter().zip(&report.duties).zip(rows.iter());
        let duties = all
            .filter(|((duty, _), _)| duty.clause == code)
            .map(|((duty, found), row)| duty_line(&known, duty, found, row.whole))
            .collect();
        let mut read = self.db.read(&self.town).await?;
        let coming = standing::coming(&mut read, &known.plan, &code, known.as_of).await?;
        Ok(ClausePage { board, quote, duties, coming })
    }

    /// One duty with a page of its occurrences.
    pub async fn board_duty(&self, caller: &Caller, id: &str, ask: &Ask, pick: &Pick) -> Result<DutyPage> {
        caller.scope(Action::BoardRead)?;
        let known = self.known(ask.at).await?;
        let lens = lens(caller, &known, ask)?;
        let duty = known.plan.duty(id).ok_or(Error::NotFound)?.clone();
        let clause = known.plan.clause(&duty.clause).ok_or(Error::NotFound)?.clone();
        let report = report(&known, lens.days);
        let at = known.plan.duties.iter().position(|one| one.id == id).ok_or(Error::NotFound)?;
        let found = report.duties.get(at).ok_or(Error::NotFound)?;
        let view = lens.view(&known);
        let tally = known.rows(&report, &view).get(at).map(|row| row.whole).unwrap_or_default();
        let line = duty_line(&known, &duty, found, tally);
        let wanted = |status| pick.statuses.is_empty() || pick.statuses.contains(&status);
        let shown: Vec<_> =
            known.question().shown(found, &view).filter(|(one, _)| wanted(one.status)).collect();
        let start = match pick.after.as_deref().filter(|mark| !mark.is_empty()) {
            Some(mark) => {
                let mark = position(&known, found, mark).ok_or_else(no_such_page)?;
                shown.partition_point(|(one, _)| (one.subject, one.window) <= mark)
            }
            None => 0,
        };
        let page: Vec<_> = shown.iter().skip(start).take(pick.limit).collect();
        let next = (start + page.len() < shown.len())
            .then(|| page.last().and_then(|(one, window)| mark(&known, one.subject, &window.key)))
            .flatten();
        let mut occurrences = Vec::with_capacity(page.len());
        for (one, window) in page {
            let Some(who) = whom(&known, one.subject) else { continue };
            let due_on = known.question().due_on(&duty, window);
            occurrences.push(Case {
                who,
                key: window.key.clone(),
                from: window.from,
                to: window.to,
                due_on,
                status: one.status,
                done: one.done,
                needed: one.needed,
                not_owed: one.not_owed,
                waiting: 0,
                projects: Vec::new(),
            });
        }
        let total = shown.len();
        let subjects = shown.iter().filter_map(|(one, _)| known.gathered.facts.subject_id(one.subject));
        let subjects: BTreeSet<(&str, String)> =
            subjects.map(|(kind, id)| (kind.code(), id.to_owned())).collect();
        let as_of = known.as_of;
        drop(shown);
        drop(report);
        drop(known);
        let mut read = self.db.read(&self.town).await?;
        let projects = crate::project::running(&mut read, caller, as_of).await?;
        let with_project = projects.keys().filter(|item| subjects.contains(*item)).count();
        for case in &mut occurrences {
            let item = (case.who.kind.code(), case.who.id.clone());
            case.projects = projects.get(&item).cloned().unwrap_or_default();
        }
        for kind in SubjectKind::ALL {
            let of = |case: &&mut Case| case.who.kind == *kind;
            let ids: Vec<String> =
                occurrences.iter_mut().filter(of).map(|case| case.who.id.clone()).collect();
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let names = read.subject_names(*kind, &ids).await?;
            for case in occurrences.iter_mut().filter(of) {
                case.who.name = names.get(&case.who.id).cloned().unwrap_or_else(|| case.who.id.clone());
            }
        }
        let waiting = read.evidence_waiting().await?;
        for case in &mut occurrences {
            let who = (case.who.kind, case.who.id.as_str());
            case.waiting = crate::evidence::waiting_for(&waiting, id, who, (case.from, case.due_on));
        }
        drop(read);
        let quote = self.quote(&clause.code, ask.at).await?;
        Ok(DutyPage { line, clause, quote, occurrences, next, total, with_project })
    }
}

/// A subject without its name, which is looked up for a page at a time.
pub(crate) fn whom(known: &Known, subject: SubjectIx) -> Option<Whom> {
    let (kind, id) = known.gathered.facts.subject_id(subject)?;
    let village = known.areas.column(subject).and_then(|at| column(known, at));
    let was = |label: &str| known.gathered.facts.ever_carried(subject, label);
    let event = EventRoom::LABELS.iter().find(|(label, _)| was(label)).map(|(_, room)| *room);
    let (id, name) = (id.to_owned(), String::new());
    Some(Whom { kind, id, name, village, event })
}

/// Names an occurrence in a way that survives a new reading of the record.
fn mark(known: &Known, subject: SubjectIx, window: &str) -> Option<String> {
    let (kind, id) = known.gathered.facts.subject_id(subject)?;
    Some(format!("{}|{id}|{window}", kind.code()))
}

fn position(known: &Known, found: &DutyReport, mark: &str) -> Option<(SubjectIx, u32)> {
    let mut parts = mark.splitn(3, '|');
    let kind = SubjectKind::from_code(parts.next()?)?;
    let subject = known.gathered.facts.subject(kind, parts.next()?)?;
    let key = parts.next()?;
    let window = found.windows.iter().position(|window| window.key == key)?;
    Some((subject, u32::try_from(window).ok()?))
}
