//! What a paper does to the hazard it is about: advice that goes out (DT02) advises, an order (DT04) orders, and what was
//! served is served there too, in the same commit. Where the hazard stands elsewhere, or the caller may not, it stays as it
//! is: the paper is a paper all the same. What does not belong here: the steps (`hazard::step`).

use domain::hazard::{Days, ServeMethod};
use domain::paper::{Paper, Value};
use domain::time::{Date, Timestamp, parse_date};
use store::Write;

use crate::hazard::step::follow;
use crate::hazard::{HowLong, Taking, What};
use crate::{Caller, Result};

/// Templates of advice and of orders, in whatever part.
const ADVICE: &str = "DT02";
const ORDER: &str = "DT04";

fn is_of(paper: &Paper, family: &str) -> bool {
    paper.template.split('.').next() == Some(family)
}

/// What a field of lines or of text says, in one.
fn said(paper: &Paper, key: &str) -> String {
    match paper.values.get(key) {
        Some(Value::List(lines)) => lines.join("；"),
        Some(Value::Text(text)) => text.trim().to_owned(),
        _ => String::new(),
    }
}

/// The time that is left until the day the paper names.
fn days(paper: &Paper, today: Date) -> Option<Days> {
    let last = parse_date(&said(paper, "deadline"))?;
    u16::try_from((last - today).num_days()).ok().filter(|days| *days > 0).map(Days::Calendar)
}

async fn take(tx: &mut Write, caller: &Caller, paper: &Paper, what: What, now: Timestamp) -> Result<()> {
    let Some(about) = paper.about.as_ref().filter(|about| about.kind == "hazard") else { return Ok(()) };
    let number = paper.state.approval().and_then(|one| one.number.as_ref());
    let document_no = number.map(|number| number.text.clone());
    let taking = Taking { version: 0, happened_at: None, document_no, position: None, what };
    follow(tx, caller, &about.id.as_str().into(), &taking, now).await.map(|_| ())
}

/// It went out.
pub(super) async fn issued(tx: &mut Write, caller: &Caller, paper: &Paper, now: Timestamp) -> Result<()> {
    let days = days(paper, now.date()).map(HowLong::Days);
    let authority = paper.state.approval().and_then(|one| one.authority.as_ref());
    let what = match authority {
        None if is_of(paper, ADVICE) => What::Advise { text: said(paper, "advice"), days },
        Some(by) if is_of(paper, ORDER) => {
            let Some(item) = &by.item else { return Ok(()) };
            What::Order {
                text: said(paper, "violations"),
                days,
                certificate_no: by.certificate_no.clone(),
                authority_item: item.to_string(),
                with: by.with.clone(),
            }
        }
        _ => return Ok(()),
    };
    take(tx, caller, paper, what, now).await
}

/// It reached whom it is for.
pub(super) async fn served(
    tx: &mut Write,
    caller: &Caller,
    paper: &Paper,
    method: ServeMethod,
    now: Timestamp,
) -> Result<()> {
    if is_of(paper, ADVICE) || is_of(paper, ORDER) {
        take(tx, caller, paper, What::Serve { method }, now).await?;
    }
    Ok(())
}
