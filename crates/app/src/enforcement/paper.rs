//! Papers of a case: none without the case, none before the law is there, and what the head or the reviewer does, his
//! paper is approved by him. What does not belong here: the steps ([`super::step`]), the life of a paper (`paper`).

use domain::enforcement::{Act, CaseRefusal, Hand, Step};
use domain::org::{Assignment, Certificate};
use domain::paper::{About, Authority, ENFORCEMENT_CASE, Paper, Template, Value};
use domain::policy::{Action, Subject};
use domain::time::Date;
use store::Read;
use store::enforcement::CaseRecord;

use super::step::ABOUT;
use super::{Officers, hat_for, item_of, subject};
use crate::paper::Deed;
use crate::{Caller, Error, Result};

/// The step whose hand approves and takes back a paper: that of its template, the officers' where it is of none.
fn step_of(template: &Template) -> Step {
    Step::of_template(&template.code).unwrap_or(Step::Open)
}

/// The hat that approves or takes back a paper of a case.
///
/// Errors: quotes the rule that gives it to others.
pub(crate) fn signing_hat(caller: &Caller, template: &Template, at: &Subject) -> Result<Assignment> {
    hat_for(caller, step_of(template), at)
}

/// The case a paper is about; none for a paper that is about none and need not be.
async fn case_of(
    read: &mut Read,
    caller: &Caller,
    template: &Template,
    about: Option<&About>,
) -> Result<Option<CaseRecord>> {
    let about = about.filter(|about| about.kind == ABOUT);
    let Some(about) = about else {
        if template.family() == ENFORCEMENT_CASE {
            return Err(CaseRefusal::NoCase { name: template.name.clone() }.into());
        }
        return Ok(None);
    };
    let scope = caller.hats.scope(Action::CaseRead).ok_or(Error::NotFound)?;
    read.case(&about.id.as_str().into(), &scope).await?.ok_or(Error::NotFound).map(Some)
}

/// Whether the caller may do this now with a paper of this template about this record. Papers of no case are let through.
///
/// Errors: no case; the rule of the step the paper belongs to; an officer who would decide his own case.
pub(crate) async fn admit(
    read: &mut Read,
    caller: &Caller,
    template: &Template,
    about: Option<&About>,
    deed: Deed,
    today: Date,
) -> Result<()> {
    let Some(record) = case_of(read, caller, template, about).await? else { return Ok(()) };
    let case = &record.case;
    let step = Step::of_template(&template.code);
    let is_taken = read.case_events(&case.id).await?.iter().any(|event| Some(event.act.step()) == step);
    let is_officer = case.officers.contains(&caller.person) || caller.session.is_empty();
    let is_of_case = template.family() == ENFORCEMENT_CASE;
    match deed {
        Deed::Draft => {
            if is_of_case && !is_officer {
                return Err(CaseRefusal::NotOfficer.into());
            }
            return Ok(case.check_draft(step, is_taken)?);
        }
        // What is out is served, and what is wrong is taken back, whatever became of the case.
        Deed::Serve | Deed::Revoke => return Ok(()),
        Deed::Approve | Deed::Issue => {}
    }
    let calendar = crate::calendar::calendar(read).await?;
    case.check_paper(step, is_taken, today, &calendar)?;
    if !is_of_case {
        return Ok(());
    }
    let hand = step_of(template).hand();
    let is_signer = signing_hat(caller, template, &subject(&record)).is_ok();
    match (deed, hand) {
        (Deed::Approve, Hand::Head | Hand::Reviewer) if case.officers.contains(&caller.person) => {
            return Err(CaseRefusal::OfficerDecides { step: step_of(template) }.into());
        }
        (Deed::Approve, Hand::Officer) if !is_officer => return Err(CaseRefusal::NotOfficer.into()),
        (Deed::Issue, Hand::Officer) if !is_officer => return Err(CaseRefusal::NotOfficer.into()),
        (Deed::Issue, _) if !is_officer && !is_signer => return Err(CaseRefusal::NotOfficer.into()),
        _ => {}
    }
    let Some(step) = step.filter(|_| !is_taken) else { return Ok(()) };
    let item = item_of(read, case).await?;
    let officers = Officers::read(read).await?;
    if step.is_act() {
        officers.may_act(&case.officers, &item, &record.path, case.filed_on, today)?;
    } else if step.is_of_the_organ() {
        item.carries(&record.path, case.filed_on, today)?;
    }
    Ok(())
}

/// What a paper says the penalty is; none where it has no such field.
fn penalty_words(paper: &Paper) -> Option<&str> {
    match paper.values.get("penalty") {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// That a paper of a case imposes nothing the case does not. Papers of no step of a penalty are let through.
///
/// Errors: another kind or sum than the case has come to.
pub(crate) async fn check_told(
    read: &mut Read,
    caller: &Caller,
    template: &Template,
    paper: &Paper,
) -> Result<()> {
    let step = Step::of_template(&template.code);
    let (Some(step), Some(text)) = (step, penalty_words(paper)) else { return Ok(()) };
    let Some(record) = case_of(read, caller, template, paper.about.as_ref()).await? else { return Ok(()) };
    let item = item_of(read, &record.case).await?;
    Ok(record.case.check_told(step, text, &item)?)
}

/// That a step imposes what its paper says.
///
/// Errors: they differ.
pub(super) fn says_so(act: &Act, paper: &Paper) -> Result<()> {
    let penalty = match act {
        Act::Notify { penalty, .. } | Act::DecideOnSpot { penalty, .. } => Some(penalty),
        Act::Decide { penalty, .. } => penalty.as_ref(),
        _ => None,
    };
    match (penalty, penalty_words(paper)) {
        (Some(penalty), Some(text)) => Ok(penalty.is_said_by(text)?),
        _ => Ok(()),
    }
}

/// By what right a paper of a case goes out: what the case rests on, and the certificates of its officers.
pub(crate) async fn authority(
    read: &mut Read,
    caller: &Caller,
    template: &Template,
    about: Option<&About>,
    today: Date,
) -> Result<Option<Authority>> {
    if template.family() != ENFORCEMENT_CASE {
        return Ok(None);
    }
    let Some(record) = case_of(read, caller, template, about).await? else { return Ok(None) };
    let item = item_of(read, &record.case).await?;
    let officers = Officers::read(read).await?;
    let wanted = item.holder.certificate();
    let numbers = record.case.officers.iter().filter_map(|person| {
        let proof = officers.proof(person, today);
        Certificate::to_show(&proof.held, wanted, today).map(|held| held.number.clone())
    });
    Ok(Some(Authority {
        certificate_no: numbers.collect::<Vec<_>>().join("、"),
        authority_item: item.name,
        item: None,
        with: Vec::new(),
        basis: Some(item.basis),
    }))
}
