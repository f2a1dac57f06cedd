//! One step of a case: what was asked for as an act, the paper that goes with it, the case number. What does not belong
//! here: the rules of the step (`domain::enforcement`).

use std::collections::BTreeSet;

use domain::enforcement::{
    Act, Case, CaseRefusal, Ending, Event, Heard, Known, Outcome, Paid, Penalty, PenaltyKind, ReviewGround,
    Step,
};
use domain::ids::{CaseId, PaperId, PersonId};
use domain::org::Assignment;
use domain::paper::State;
use domain::policy::Action;
use domain::time::Date;
use store::attachment::AttachmentRecord;
use store::enforcement::CaseRecord;
use store::paper::{PaperFilter, PaperRecord};
use store::{Read, Write};

use super::view::{self, CaseStep, CaseView, PenaltyInput};
use super::{Officers, door, fined_before, given, hat_for, item_of, subject};
use crate::view::read_day;
use crate::{App, Caller, Error, Result};

/// The kind of record papers of a case are about.
pub(crate) const ABOUT: &str = "enforcement";

/// What a step is called in the record.
pub(super) fn act_name(step: Step) -> &'static str {
    match step {
        Step::Open => "enforcement.open",
        Step::ClaimRecusal => "enforcement.claim_recusal",
        Step::DecideRecusal => "enforcement.decide_recusal",
        Step::File => "enforcement.file",
        Step::Refuse => "enforcement.refuse_filing",
        Step::Convert => "enforcement.convert",
        Step::Investigate => "enforcement.investigate",
        Step::Preserve => "enforcement.preserve",
        Step::Release => "enforcement.release",
        Step::Pause => "enforcement.pause",
        Step::Resume => "enforcement.resume",
        Step::Extend => "enforcement.extend_term",
        Step::Report => "enforcement.conclude",
        Step::Notify => "enforcement.pre_notice",
        Step::Hear => "enforcement.hear",
        Step::AskHearing => "enforcement.ask_hearing",
        Step::WaiveHearing => "enforcement.waive_hearing",
        Step::CallHearing => "enforcement.call_hearing",
        Step::HoldHearing => "enforcement.hold_hearing",
        Step::EndHearing => "enforcement.end_hearing",
        Step::Review => "enforcement.legal_review",
        Step::Discuss => "enforcement.discuss",
        Step::Decide => "enforcement.decide_case",
        Step::DecideOnSpot => "enforcement.decide_on_spot",
        Step::ReportSpot => "enforcement.report_spot",
        Step::Serve => "enforcement.serve",
        Step::Pay => "enforcement.pay",
        Step::PayLate => "enforcement.pay_late",
        Step::HandIn => "enforcement.hand_in",
        Step::Defer => "enforcement.defer",
        Step::Perform => "enforcement.perform",
        Step::Contest => "enforcement.contest",
        Step::EndContest => "enforcement.end_contest",
        Step::Demand => "enforcement.demand",
        Step::Apply => "enforcement.apply_court",
        Step::Execute => "enforcement.execute",
        Step::Close => "enforcement.close_case",
        Step::Withdraw => "enforcement.withdraw_case",
        Step::Transfer => "enforcement.transfer_case",
    }
}

fn unknown(field: &str, message: &str) -> Error {
    Error::field(field, "enforcement.choice", message)
}

fn day(field: &str, text: Option<&str>) -> Result<Date> {
    read_day(field, text.unwrap_or_default())
}

fn penalty(asked: Option<&PenaltyInput>) -> Result<Penalty> {
    let Some(asked) = asked else { return Err(CaseRefusal::NoPenalty.into()) };
    let kind = |code: &String| {
        PenaltyKind::from_code(code).ok_or_else(|| unknown("penalty", "没有这种处罚，请从列表中选择"))
    };
    Ok(Penalty {
        kinds: asked.kinds.iter().map(kind).collect::<Result<_>>()?,
        fine_fen: asked.fine_fen,
        large: asked.large,
        text: asked.text.trim().to_owned(),
    })
}

fn step_of(code: &str) -> Result<Step> {
    Step::from_code(code).ok_or_else(|| unknown("step", "没有这一步，请刷新后再试"))
}

/// What was asked for as an act.
fn read_act(asked: &CaseStep) -> Result<Act> {
    let step = step_of(&asked.step)?;
    let person = |field: &str, id: Option<&str>| {
        let id = id.and_then(given).map(PersonId::from);
        id.ok_or_else(|| unknown(field, "没有这个人员，请从列表中选择"))
    };
    Ok(match step {
        Step::Open => return Err(unknown("step", "没有这一步，请刷新后再试")),
        Step::ClaimRecusal => Act::ClaimRecusal { officer: person("officer", asked.officer.as_deref())? },
        Step::DecideRecusal => Act::DecideRecusal {
            granted: asked.granted.unwrap_or(false),
            replacement: asked.replacement.as_deref().and_then(given).map(PersonId::from),
        },
        Step::File => Act::File,
        Step::Refuse => Act::Refuse,
        Step::Convert => Act::Convert,
        Step::Investigate => {
            Act::Investigate { shown: asked.shown.unwrap_or(false), two: asked.two.unwrap_or(false) }
        }
        Step::Preserve => Act::Preserve,
        Step::Release => Act::Release,
        Step::Pause => Act::Pause,
        Step::Resume => Act::Resume,
        Step::Extend => Act::Extend { until: day("until", asked.until.as_deref())? },
        Step::Report => {
            let ground = |code: &String| {
                ReviewGround::from_code(code)
                    .ok_or_else(|| unknown("grounds", "没有这种情形，请从列表中选择"))
            };
            let grounds = asked.grounds.iter().map(ground).collect::<Result<_>>()?;
            Act::Report { grounds, grave: asked.grave.unwrap_or(false) }
        }
        Step::Notify => Act::Notify {
            penalty: penalty(asked.penalty.as_ref())?,
            defence_until: day("until", asked.until.as_deref())?,
            hearing: asked.hearing.unwrap_or(false),
        },
        Step::Hear => Act::Hear {
            how: asked
                .how
                .as_deref()
                .and_then(Heard::from_code)
                .ok_or_else(|| unknown("how", "请选择当事人是否陈述、申辩"))?,
            adopted: asked.granted.unwrap_or(false),
        },
        Step::AskHearing => Act::AskHearing,
        Step::WaiveHearing => Act::WaiveHearing,
        Step::CallHearing => Act::CallHearing {
            on: day("until", asked.until.as_deref())?,
            chair: person("officer", asked.officer.as_deref())?,
        },
        Step::HoldHearing => Act::HoldHearing,
        Step::EndHearing => Act::EndHearing { absent: asked.granted.unwrap_or(false) },
        Step::Review => Act::Review {
            passed: asked.granted.unwrap_or(false),
            experienced: asked.experienced.unwrap_or(false),
        },
        Step::Discuss => Act::Discuss { people: asked.people.clone() },
        Step::Decide => {
            let outcome = asked.outcome.as_deref().and_then(Outcome::from_code);
            let outcome = outcome.ok_or_else(|| unknown("outcome", "请选择处理决定"))?;
            let penalty =
                (outcome == Outcome::Punish).then(|| penalty(asked.penalty.as_ref())).transpose()?;
            Act::Decide { outcome, penalty }
        }
        Step::DecideOnSpot if asked.shown != Some(true) => return Err(CaseRefusal::NotShown.into()),
        Step::DecideOnSpot => Act::DecideOnSpot {
            penalty: penalty(asked.penalty.as_ref())?,
            heard: asked.heard.unwrap_or(false),
        },
        Step::ReportSpot => Act::ReportSpot,
        Step::Serve => {
            let way = asked.way.clone().unwrap_or_default();
            crate::paper::step::way(&way)?;
            Act::Serve { way, to: asked.to.clone().unwrap_or_default().trim().to_owned() }
        }
        Step::Pay => Act::Pay {
            amount_fen: asked.amount_fen.unwrap_or(0),
            how: asked
                .how
                .as_deref()
                .and_then(Paid::from_code)
                .ok_or_else(|| unknown("how", "请选择缴款方式"))?,
        },
        Step::PayLate => Act::PayLate { amount_fen: asked.amount_fen.unwrap_or(0) },
        Step::HandIn => Act::HandIn,
        Step::Defer => Act::Defer { until: day("until", asked.until.as_deref())? },
        Step::Perform => Act::Perform,
        Step::Contest => Act::Contest { court: asked.granted.unwrap_or(false) },
        Step::EndContest => {
            let ending = asked.how.as_deref().and_then(Ending::from_code);
            let ending = ending.ok_or_else(|| unknown("how", "请选择复议或者诉讼的结果"))?;
            let penalty = (ending == Ending::Changed).then(|| penalty(asked.penalty.as_ref())).transpose()?;
            Act::EndContest { ending, penalty }
        }
        Step::Demand => Act::Demand,
        Step::Apply => Act::Apply,
        Step::Execute => Act::Execute,
        Step::Close => Act::Close,
        Step::Withdraw => Act::Withdraw,
        Step::Transfer => Act::Transfer { to: asked.to.clone().unwrap_or_default() },
    })
}

/// What stands behind a number that is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behind {
    /// An issued paper of the case, or files that show one made outside of this program.
    Shown,
    /// A form with its number printed on it, filled in and handed over on the spot; it is shown when the penalty is reported.
    Printed,
}

/// Whether a paper is one of this step of this case, and has gone out.
fn is_behind(record: &PaperRecord, case: &Case, step: Step) -> bool {
    let about = record.paper.about.as_ref();
    about.is_some_and(|about| about.kind == ABOUT && about.id == case.id.as_str())
        && step.template().is_some_and(|code| code == record.paper.template)
        && matches!(record.paper.state, State::Issued { .. } | State::Served { .. })
}

fn number_of(record: &PaperRecord) -> Option<String> {
    record.paper.state.approval().and_then(|one| one.number.as_ref()).map(|number| number.text.clone())
}

/// The issued paper of a step of a case that bears this number.
async fn numbered(read: &mut Read, case: &Case, step: Step, no: &str) -> Result<Option<PaperId>> {
    let filter = PaperFilter {
        about: Some((ABOUT.to_owned(), case.id.to_string())),
        template: step.template().map(str::to_owned),
        ..PaperFilter::default()
    };
    let whole = Caller::system().scope(Action::PaperRead)?;
    let papers = read.papers(&whole, &filter, None, 200).await?;
    let bears = |one: &&PaperRecord| is_behind(one, case, step) && number_of(one).as_deref() == Some(no);
    Ok(papers.iter().find(bears).map(|one| one.paper.id.clone()))
}

/// Files of the case that show a paper made outside.
///
/// Errors: one is not of this case, or not here.
async fn shown(read: &mut Read, case: &Case, asked: &[String]) -> Result<Vec<String>> {
    let ids: BTreeSet<String> = asked.iter().filter_map(|id| given(id)).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    let here = read.attachments(&ids).await?;
    let of_case = |one: &AttachmentRecord| one.object_kind == ABOUT && one.object_id == case.id.as_str();
    if here.len() != ids.len() || !here.iter().all(of_case) {
        return Err(Error::field(
            "outside",
            "enforcement.outside",
            "附上的文书照片或者扫描件不是本案的，或者还没有传完，请重新上传",
        ));
    }
    Ok(ids)
}

/// That the number of a paper made outside stands on no paper of another case.
///
/// Errors: names that case by its number.
async fn is_fresh(read: &mut Read, case: &Case, step: Step, no: &str) -> Result<()> {
    let Some(id) = read.case_of_document(step.code(), no).await?.filter(|id| *id != case.id) else {
        return Ok(());
    };
    let whole = Caller::system().scope(Action::CaseIndex)?;
    let other = read.case(&id, &whole).await?.and_then(|one| one.case.number).unwrap_or_default();
    let message = format!("文号“{no}”已经用于案件{other}，一个文号只用一次，请核对");
    Err(Error::field("document_no", "enforcement.number_used", &message))
}

/// The number of the paper a step goes with, the paper, and what shows it where it was made outside: of one of ours, issued
/// and about this case, or typed with files that show it.
async fn document(
    read: &mut Read,
    caller: &Caller,
    case: &Case,
    step: Step,
    (asked, behind): (&CaseStep, Behind),
) -> Result<(String, Option<PaperId>, Vec<String>)> {
    let Some(id) = asked.paper.as_deref().and_then(given).map(PaperId::from) else {
        let no = asked.document_no.trim().to_owned();
        if no.is_empty() && step.needs_paper() {
            let name = view::paper_name(step);
            return Err(Error::field(
                "document_no",
                "enforcement.document",
                &format!("请先制作{name}并填写文号，再{}", step.label()),
            ));
        }
        if !no.is_empty() {
            is_fresh(read, case, step, &no).await?;
        }
        let files = shown(read, case, &asked.outside).await?;
        if no.is_empty() || behind == Behind::Printed {
            return Ok((no, None, files));
        }
        let ours = numbered(read, case, step, &no).await?;
        if ours.is_none() && files.is_empty() {
            return Err(Error::field(
                "document_no",
                "enforcement.no_paper",
                &format!(
                    "文号“{no}”没有本案已印发的文书，请选择本案印发的文书；在系统外制作的，请上传文书的照片或者扫描件"
                ),
            ));
        }
        let files = if ours.is_some() { Vec::new() } else { files };
        return Ok((no, ours, files));
    };
    let record = crate::paper::load(read, caller, &id).await?;
    if !is_behind(&record, case, step) {
        return Err(Error::field(
            "paper",
            "enforcement.paper",
            "这份文书不是本案这一步的文书，或者还没有印发，请另选",
        ));
    }
    Ok((number_of(&record).unwrap_or_else(|| record.paper.title.clone()), Some(id), Vec::new()))
}

/// That a decision written outside of this program is shown when it is reported. Source: 行政处罚法 (2021) art. 52.
async fn shows_the_spot(read: &mut Read, case: &Case, files: &[String]) -> Result<()> {
    let events = read.case_events(&case.id).await?;
    let unseen =
        |one: &Event| one.act.step() == Step::DecideOnSpot && view::is_outside(one) && one.outside.is_empty();
    if files.is_empty() && events.iter().any(unseen) {
        return Err(Error::field(
            "outside",
            "enforcement.spot_unseen",
            "当场处罚决定书是在系统外填写的，备案须附决定书的照片或者扫描件（行政处罚法第五十二条），请上传后再备案",
        ));
    }
    Ok(())
}

/// A new case number of the year, as `案-2026-7`.
async fn next_number(tx: &mut Write, on: Date) -> Result<String> {
    let year = on.to_string().chars().take(4).collect::<String>();
    let n = tx.next_number(&format!("enforcement-{year}")).await?;
    Ok(format!("案-{year}-{n}"))
}

impl App {
    /// Takes a step of a case.
    ///
    /// Errors: the rule that forbids it, with its article; somebody was quicker.
    pub async fn step_case(&self, caller: &Caller, id: &CaseId, asked: CaseStep) -> Result<CaseView> {
        let (now, today) = (self.now(), self.now().date());
        let scope = caller.scope(Action::CaseRead)?;
        let mut tx = self.write(caller).await?;
        let mut record = tx.case(id, &scope).await?.ok_or(Error::NotFound)?;
        if record.version != asked.version {
            return Err(Error::stale(&view::page(&mut tx, caller, &record, today).await?));
        }
        let (step, hat) = self.take_step(&mut tx, caller, &mut record, (&asked, Behind::Shown)).await?;
        let view = view::page(&mut tx, caller, &record, today).await?;
        let audit = caller.audit_as(&hat, act_name(step), ("enforcement", id.as_str()), &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }

    /// Takes a step within a write; gives which it was and the hat it was taken under.
    ///
    /// Errors: the rule that forbids it, with its article.
    // Part of the write that takes it.
    // tidy(commit): the same.
    pub(super) async fn take_step(
        &self,
        tx: &mut Write,
        caller: &Caller,
        record: &mut CaseRecord,
        (asked, behind): (&CaseStep, Behind),
    ) -> Result<(Step, Assignment)> {
        let (now, today) = (self.now(), self.now().date());
        let step = step_of(&asked.step)?;
        let on = match given(&asked.on) {
            None => today,
            Some(text) => read_day("on", &text)?,
        };
        let hat = hat_for(caller, step, &subject(record))?;
        let item = item_of(tx, &record.case).await?;
        let officers = Officers::read(tx).await?;
        let calendar = crate::calendar::calendar(tx).await?;
        // Whether it may be taken at all comes before what was filled in.
        door(caller, record, &item, &officers, step, (on, today, &calendar))?;
        let act = read_act(asked)?;
        let (document_no, paper, outside) = document(tx, caller, &record.case, step, (asked, behind)).await?;
        if let Some(id) = &paper {
            super::paper::says_so(&act, &crate::paper::load(tx, caller, id).await?.paper)?;
        }
        if step == Step::ReportSpot {
            shows_the_spot(tx, &record.case, &outside).await?;
        }
        let known = Known {
            on,
            today,
            calendar: &calendar,
            item: &item,
            by: &caller.person,
            lawyer: officers.is_lawyer(&caller.person, on),
            fined_before: fined_before(tx, &record.case).await?,
            large_from: super::large_from(tx, on).await?,
            text: &asked.text,
        };
        record.case = record.case.clone().take(&act, &known)?;
        match &act {
            Act::DecideRecusal { granted: true, .. } => {
                let case = &record.case;
                officers.may_act(&case.officers, &item, &record.path, case.filed_on, on)?;
            }
            Act::File | Act::DecideOnSpot { .. } => {
                record.case.number = Some(next_number(tx, on).await?);
            }
            _ => {}
        }
        let event = Event {
            seq: record.version + 1,
            act,
            on,
            recorded_at: now,
            by: caller.person.clone(),
            document_no,
            paper,
            outside,
            text: asked.text.trim().to_owned(),
            stage: record.case.stage,
        };
        tx.save_case(record, &event).await?;
        record.version += 1;
        Ok((step, hat))
    }
}
