//! What the papers of a training session are filled with: the notice, who signs in, the test on paper, and from a certificate
//! what is printed on it. The answers of the bank are on no paper.

use domain::paper::{Template, Value, Values};
use domain::time::Date;
use store::seal::sha256;

use super::{list, named, text};
use crate::certificate::is_ours;
use crate::names::Names;
use crate::{App, Caller, Error, Result};

/// Letters of what may be chosen.
const LETTERS: [char; 10] = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J'];

/// As many questions as the course asks, drawn for this session: the same again from the same session. Empty for who does
/// not keep the bank.
async fn questions(app: &App, caller: &Caller, training: &str, course: &str) -> Result<Vec<String>> {
    let mut bank = match app.questions(caller, &course.into()).await {
        Ok(bank) => bank,
        Err(Error::Forbidden { .. }) => return Ok(Vec::new()),
        Err(other) => return Err(other),
    };
    let wanted = {
        let mut read = app.db.read(&app.town).await?;
        read.course(&course.into()).await?.ok_or(Error::NotFound)?.course.questions
    };
    bank.retain(|one| one.active);
    bank.sort_by_cached_key(|one| sha256(format!("{training}{}", one.id).as_bytes()));
    bank.truncate(usize::try_from(wanted).unwrap_or_default());
    let asked = bank.iter().map(|one| {
        let options = LETTERS.iter().zip(&one.options).map(|(letter, option)| format!("{letter}. {option}"));
        format!("（{}）{}（  ） {}", one.kind.label, one.text, options.collect::<Vec<_>>().join("  "))
    });
    Ok(asked.collect())
}

/// Values for every paper of a session.
pub(super) async fn values(
    app: &App,
    caller: &Caller,
    template: &Template,
    id: &str,
) -> Result<(Values, String)> {
    let seen = app.training(caller, &id.into(), "").await?;
    let row = &seen.row;
    let people = seen.people.iter().filter(|one| one.void_reason.is_none());
    let people = people.map(|one| vec![String::new(), one.name.clone(), String::new(), String::new()]);
    let groups = row.groups.iter().map(|group| group.label.clone()).collect::<Vec<_>>();
    let mut values = named([
        ("course", text(&row.title)),
        ("venue", text(&row.venue)),
        ("audience", text(groups.join("、"))),
        ("content", list([row.course.name.clone()])),
        ("teacher", text(&row.trainer.name)),
        ("people", Value::Rows(people.collect())),
    ]);
    if let Some(percent) = seen.pass_percent {
        values.insert("pass_mark".to_owned(), Value::Number(f64::from(percent)));
    }
    if template.field("questions").is_some() {
        values.insert("questions".to_owned(), list(questions(app, caller, id, &row.course.id).await?));
    }
    Ok((values, row.org.id.clone()))
}

/// That a certificate is one a body of the town gave. That of the fire rescue organ is the organ's own paper: what the town
/// keeps of it is its number and its date. Source: the plan, clause 11.6.
///
/// Errors: somebody else gave it.
async fn ours(app: &App, issuer: &str, kind: &str) -> Result<()> {
    let mut read = app.db.read(&app.town).await?;
    let orgs: Vec<_> = read.orgs().await?.into_iter().map(|kept| kept.org).collect();
    if is_ours(&orgs, issuer) {
        return Ok(());
    }
    Err(Error::Refused {
        code: "paper.not_ours",
        message: format!(
            "{kind}由{issuer}颁发，镇里不能代为制证；请保管原证，在证件台账登记原证的证号和发证日期"
        ),
    })
}

/// Values for the certificate as it is printed: whose, for what, until when.
pub(super) async fn certificate(app: &App, caller: &Caller, id: &str) -> Result<(Values, String)> {
    let rows = app.certificates(caller, false, None).await?;
    let found = rows.into_iter().find(|one| one.certificate.id == id).ok_or(Error::NotFound)?;
    let held = &found.certificate;
    ours(app, &held.issuer, &held.kind_label).await?;
    let today: Date = app.now().date();
    let mut read = app.db.read(&app.town).await?;
    let person = found.person.id.as_str();
    let came_from = read.trainings_of(&person.into()).await?;
    let came_from = came_from.into_iter().find(|one| one.certificate.as_deref() == Some(id));
    let course = match came_from {
        Some(one) => read.training(&one.attendance.training).await?.map(|kept| kept.training.title),
        None => None,
    };
    let names = Names::read(&mut read).await?;
    let posts = read.assignments_of(&person.into()).await?;
    let works = posts.iter().rev().map(|one| &one.assignment).find(|one| one.is_valid_on(today));
    let values = named([
        ("person", text(&found.person.name)),
        ("unit", text(works.map(|one| names.named_org(&one.org).name).unwrap_or_default())),
        ("course", text(course.unwrap_or_else(|| held.kind_label.clone()))),
        ("passed_on", text(&held.issued_on)),
        ("scope", text(&held.scope)),
        ("valid_to", text(held.expires_on.clone().unwrap_or_default())),
    ]);
    Ok((values, String::new()))
}
