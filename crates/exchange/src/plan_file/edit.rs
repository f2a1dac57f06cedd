//! One duty put into a plan file or taken out of it, the rest left as it is written. What does not belong here: whether
//! the outcome makes sense (the reader), who decided it (`app`).

use domain::time::Date;
use toml_edit::{Array, DocumentMut, Item, Value};

/// A duty as a person fills it into a form, in the codes of plan files.
#[derive(Debug, Clone, PartialEq)]
pub struct DutyDraft {
    /// Code such as `C10.9`.
    pub id: String,
    /// Code of its clause.
    pub clause: String,
    /// Title in one's own words.
    pub title: String,
    /// Labels of who must do it.
    pub who: Vec<String>,
    /// Kind of subject.
    pub subjects: String,
    /// Labels of which a subject must carry one; all subjects of the kind when empty.
    pub any: Vec<String>,
    /// Period as plan files write it, or `@name`.
    pub period: String,
    /// Kind of fact that must be on record.
    pub fact: String,
    /// Tags of which the fact must carry one; any fact when empty.
    pub tags: Vec<String>,
    /// How many facts, at least.
    pub minimum: u32,
    /// Kinds of evidence expected.
    pub evidence: Vec<String>,
    /// The measure in words.
    pub measure: String,
    /// Weight in a roll-up.
    pub weight: f64,
    /// Code of the basis.
    pub basis: String,
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn list(texts: &[String]) -> String {
    Value::from(texts.iter().map(String::as_str).collect::<Array>()).to_string()
}

/// The duty as a plan file writes it, a key a line; owed from a day on when it is named.
pub fn duty_text(duty: &DutyDraft, since: Option<Date>) -> String {
    let subjects = match duty.any.as_slice() {
        [] => quoted(&duty.subjects),
        any => format!("{{ kind = {}, any = {} }}", quoted(&duty.subjects), list(any)),
    };
    let tags = match duty.tags.as_slice() {
        [] => String::new(),
        tags => format!(", any = {}", list(tags)),
    };
    let needs = format!("[{{ fact = {}{tags}, minimum = {} }}]", quoted(&duty.fact), duty.minimum);
    let lines = [
        ("id", quoted(&duty.id)),
        ("clause", quoted(&duty.clause)),
        ("title", quoted(&duty.title)),
        ("who", list(&duty.who)),
        ("subjects", subjects),
        ("period", quoted(&duty.period)),
        ("needs", needs),
        ("evidence", list(&duty.evidence)),
        ("measure", quoted(&duty.measure)),
        ("weight", Value::from(duty.weight).to_string()),
        ("basis", quoted(&duty.basis)),
    ];
    let lines = lines.map(|(key, value)| format!("{key} = {value}\n"));
    let since = since.map(|day| format!("since = {day}\n")).unwrap_or_default();
    format!("[[duty]]\n{}{since}", lines.concat())
}

/// The plan file with this duty in place of the one of the same id, or without it. A text that is no TOML comes back
/// unchanged with the duty behind it; the reader then says what is wrong.
pub fn with_duty(source: &str, id: &str, duty: Option<&str>) -> String {
    let mut text = match source.parse::<DocumentMut>() {
        Ok(mut document) => {
            let duties = document.get_mut("duty").and_then(Item::as_array_of_tables_mut);
            if let Some(duties) = duties {
                let is_it = |table: &toml_edit::Table| table.get("id").and_then(Item::as_str) == Some(id);
                duties.retain(|table| !is_it(table));
            }
            document.to_string()
        }
        Err(_) => source.to_owned(),
    };
    if let Some(duty) = duty {
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text.push('\n');
        text.push_str(duty);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan_file::read;

    const PLAN: &str = include_str!("../../../../plans/example-second-town/plan.toml");

    fn draft() -> DutyDraft {
        DutyDraft {
            id: "二.2.3".into(),
            clause: "二.2".into(),
            title: "民宿\"夜查\"".into(),
            who: vec!["org:tourism_office".into()],
            subjects: "place".into(),
            any: vec!["category:homestay".into()],
            period: "month".into(),
            fact: "inspection.done".into(),
            tags: vec!["org:tourism_office".into()],
            minimum: 2,
            evidence: vec!["record".into()],
            measure: "当月查到两次的民宿占比".into(),
            weight: 1.5,
            basis: "town_setting".into(),
        }
    }

    #[test]
    fn a_duty_is_added_written_anew_and_taken_out_and_nothing_else_changes() {
        let (before, _) = read(PLAN);
        let added = with_duty(PLAN, "二.2.3", Some(&duty_text(&draft(), None)));
        let (plan, problems) = read(&added);
        assert_eq!(problems, []);
        let duty = plan.duty("二.2.3").expect("it is there");
        assert_eq!((duty.title.as_str(), duty.weight), ("民宿\"夜查\"", 1.5));
        assert_eq!((plan.duties.len(), duty.since), (before.duties.len() + 1, None));
        let day = domain::time::parse_date("2026-10-01");
        let later = read(&with_duty(PLAN, "二.2.3", Some(&duty_text(&draft(), day)))).0;
        assert_eq!(later.duty("二.2.3").map(|duty| later.owed_from(duty)), day);
        let anew = with_duty(&added, "二.2.3", Some(&duty_text(&DutyDraft { minimum: 3, ..draft() }, None)));
        assert_eq!(read(&anew).0.duties.len(), plan.duties.len());
        let (back, problems) = read(&with_duty(&anew, "二.2.3", None));
        assert_eq!((back, problems), (before, Vec::new()));
        assert!(with_duty(&anew, "二.2.3", None).contains("# 样例"), "remarks stay");
    }

    #[test]
    fn what_a_form_may_get_wrong_is_told_by_the_reader() {
        let wrong =
            DutyDraft { period: "每月".into(), who: vec!["org:nobody".into()], minimum: 0, ..draft() };
        let (_, problems) = read(&with_duty(PLAN, "二.2.3", Some(&duty_text(&wrong, None))));
        let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
        assert!(codes.contains(&"plan.unknown_label") && codes.contains(&"plan.bad_value"), "{codes:?}");
        assert_eq!(codes.len(), 3, "{problems:?}");
    }
}
