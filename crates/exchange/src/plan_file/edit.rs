//! One duty put into a plan file or taken out of it, with the clause it is the first of, the rest left as it is written. What does not belong here: whether
//! the outcome makes sense (the reader), who decided it (`app`).

use std::collections::BTreeMap;

use domain::time::Date;
use toml_edit::{Array, ArrayOfTables, Decor, DocumentMut, Item, Table, Value};

/// The key of a clause that comes with its first duty: the code of the clause before it. It says where the clause goes and
/// is no part of the plan file.
const AFTER: &str = "after";

/// A clause of the notice that the plan lacks; it comes with the first duty under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseDraft {
    /// The number as the notice prints it.
    pub no: String,
    /// Title in one's own words.
    pub title: String,
    /// Its part of the notice.
    pub section: String,
    /// Code of the clause before it in the notice; none where it is the first.
    pub after: Option<String>,
}

/// A duty as a person fills it into a form, in the codes of plan files.
#[derive(Debug, Clone, PartialEq)]
pub struct DutyDraft {
    /// Code such as `C10.9`.
    pub id: String,
    /// Code of its clause.
    pub clause: String,
    /// The clause itself, where the plan lacks it.
    pub adds: Option<ClauseDraft>,
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

/// What a form may change about a duty that is there; everything else of it stays as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct DutyEdit {
    /// Title in one's own words.
    pub title: String,
    /// Labels of who must do it.
    pub who: Vec<String>,
    /// Period as plan files write it, or `@name`; none where something else sets the duty off.
    pub period: Option<String>,
    /// For each of its needs how many, at least: a number or `@name`.
    pub minimums: Vec<String>,
    /// Kinds of evidence expected.
    pub evidence: Vec<String>,
    /// The measure in words.
    pub measure: String,
    /// Weight in a roll-up.
    pub weight: f64,
    /// Code of the basis.
    pub basis: String,
}

impl DutyEdit {
    fn of(duty: &Table) -> Self {
        let text = |key: &str| duty.get(key).and_then(Item::as_str).unwrap_or_default().to_owned();
        let texts = |key: &str| {
            let all = duty.get(key).and_then(Item::as_array).into_iter().flatten();
            all.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let needs = duty.get("needs").and_then(Item::as_array).into_iter().flatten();
        let minimum = |need: &Value| match need.as_inline_table().and_then(|need| need.get("minimum")) {
            Some(Value::String(name)) => name.value().clone(),
            Some(number) => number.to_string().trim().to_owned(),
            None => "1".to_owned(),
        };
        let weight = duty.get("weight");
        let weight = weight.and_then(|item| item.as_float().or(item.as_integer().map(|n| n as f64)));
        Self {
            title: text("title"),
            who: texts("who"),
            period: duty.get("period").and_then(Item::as_str).map(str::to_owned),
            minimums: needs.map(minimum).collect(),
            evidence: texts("evidence"),
            measure: text("measure"),
            weight: weight.unwrap_or(1.0),
            basis: text("basis"),
        }
    }

    /// Writes what differs into the duty.
    fn write(&self, duty: &mut Table) {
        let before = Self::of(duty);
        let mut set = |key: &str, differs: bool, value: Value| {
            if differs {
                duty.insert(key, Item::Value(value));
            }
        };
        let all = |texts: &[String]| Value::from(texts.iter().map(String::as_str).collect::<Array>());
        set("title", self.title != before.title, self.title.as_str().into());
        set("who", self.who != before.who, all(&self.who));
        if let (Some(period), Some(_)) = (&self.period, &before.period) {
            set("period", self.period != before.period, period.as_str().into());
        }
        set("evidence", self.evidence != before.evidence, all(&self.evidence));
        set("measure", self.measure != before.measure, self.measure.as_str().into());
        set("weight", (self.weight - before.weight).abs() > f64::EPSILON, self.weight.into());
        set("basis", self.basis != before.basis, self.basis.as_str().into());
        let needs = duty.get_mut("needs").and_then(Item::as_array_mut);
        let needs = needs.into_iter().flat_map(|needs| needs.iter_mut());
        for (need, (wanted, was)) in needs.zip(self.minimums.iter().zip(&before.minimums)) {
            if let Some(need) = need.as_inline_table_mut().filter(|_| wanted != was) {
                let number = wanted.parse::<i64>().map_or_else(|_| wanted.as_str().into(), Value::from);
                need.insert("minimum", number);
            }
        }
    }
}

/// Every duty of a plan file as a form may change it, by id; nothing of a text that is no TOML.
pub fn duty_edits(source: &str) -> BTreeMap<String, DutyEdit> {
    let document = source.parse::<DocumentMut>().unwrap_or_default();
    let duties = document.get("duty").and_then(Item::as_array_of_tables).into_iter().flatten();
    let id = |duty: &Table| duty.get("id").and_then(Item::as_str).map(str::to_owned);
    duties.filter_map(|duty| Some((id(duty)?, DutyEdit::of(duty)))).collect()
}

/// A duty of a plan file changed by a form, as a plan file writes it: what the form does not show stays. None where
/// there is no such duty.
pub fn edited(source: &str, id: &str, edit: &DutyEdit) -> Option<String> {
    let document = source.parse::<DocumentMut>().ok()?;
    let mut duties = document.get("duty").and_then(Item::as_array_of_tables)?.iter();
    let found = duties.find(|duty| duty.get("id").and_then(Item::as_str) == Some(id))?;
    let mut duty = found.clone();
    edit.write(&mut duty);
    Some(format!("[[duty]]\n{duty}"))
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
    let clause = duty.adds.as_ref().map(|clause| clause_text(&duty.clause, clause)).unwrap_or_default();
    format!("{clause}[[duty]]\n{}{since}", lines.concat())
}

fn clause_text(code: &str, clause: &ClauseDraft) -> String {
    let after = clause.after.as_deref().map(|code| format!("{AFTER} = {}\n", quoted(code)));
    let lines = [("code", code), ("no", &clause.no), ("title", &clause.title), ("section", &clause.section)];
    let lines = lines.map(|(key, value)| format!("{key} = {}\n", quoted(value)));
    format!("[[clause]]\n{}{}\n", lines.concat(), after.unwrap_or_default())
}

fn said<'t>(table: &'t Table, key: &str) -> Option<&'t str> {
    table.get(key).and_then(Item::as_str)
}

/// The clause that comes with a duty, as code and number; none where the duty stands under one that is there.
pub fn added_clause(duty: &str) -> Option<(String, String)> {
    let document = duty.parse::<DocumentMut>().ok()?;
    let clause = document.get("clause").and_then(Item::as_array_of_tables)?.iter().next()?;
    Some((said(clause, "code")?.to_owned(), said(clause, "no").unwrap_or_default().to_owned()))
}

/// Puts a clause where it stands in the notice: in the place of one whose number was missing there, otherwise behind the one
/// it names. One that is there stays as it is.
fn add_clause(document: &mut DocumentMut, clause: &Table) {
    let mut clause = clause.clone();
    let after = clause.remove(AFTER).and_then(|item| item.as_str().map(str::to_owned));
    // Without a place of its own it is written where it stands in the list.
    clause.set_position(None);
    let there = document.entry("clause").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(there) = there.as_array_of_tables_mut() else { return };
    let mut all: Vec<Table> = there.iter().cloned().collect();
    // It comes under the heading under which its part of the notice stands, the nearest before it first.
    let before = all.iter().position(|one| after.is_some() && said(one, "code") == after.as_deref());
    let kin = |one: &&Table| said(one, "section") == said(&clause, "section");
    let near = all.iter().take(before.map_or(0, |n| n + 1)).rev().find(kin);
    let part = near.or_else(|| all.iter().rev().find(kin)).and_then(|one| said(one, "part"));
    if let Some(part) = part.map(str::to_owned) {
        clause.insert("part", toml_edit::value(part));
    }
    let at = |code: Option<&str>| all.iter().position(|one| code.is_some() && said(one, "code") == code);
    match at(said(&clause, "code")) {
        Some(here) => {
            let is_absent = all[here].get("absent_in_source").and_then(Item::as_bool) == Some(true);
            if !is_absent {
                return;
            }
            clause.set_position(all[here].position());
            *clause.decor_mut() = all[here].decor().clone();
            all[here] = clause;
        }
        None => {
            let here = at(after.as_deref()).map_or(all.len(), |before| before + 1);
            *clause.decor_mut() = Decor::default();
            all.insert(here, clause);
        }
    }
    there.clear();
    all.into_iter().for_each(|one| there.push(one));
}

/// The plan file with this duty in place of the one of the same id, or without it; a clause that comes with it is added where
/// it is missing. A text that is no TOML comes back unchanged with the duty behind it; the reader then says what is wrong.
pub fn with_duty(source: &str, id: &str, duty: Option<&str>) -> String {
    let asked = duty.and_then(|text| text.parse::<DocumentMut>().ok());
    let clause = asked.as_ref().and_then(|asked| asked.get("clause")).and_then(Item::as_array_of_tables);
    let clause = clause.and_then(|clauses| clauses.iter().next());
    let mut text = match source.parse::<DocumentMut>() {
        Ok(mut document) => {
            let duties = document.get_mut("duty").and_then(Item::as_array_of_tables_mut);
            if let Some(duties) = duties {
                let is_it = |table: &toml_edit::Table| table.get("id").and_then(Item::as_str) == Some(id);
                duties.retain(|table| !is_it(table));
            }
            if let Some(clause) = clause {
                add_clause(&mut document, clause);
            }
            document.to_string()
        }
        Err(_) => source.to_owned(),
    };
    // What came with the duty is in its place; the duty itself stays as it was written.
    let duty = duty.map(|duty| match clause {
        Some(_) => duty.find("[[duty]]").and_then(|at| duty.get(at..)).unwrap_or(duty),
        None => duty,
    });
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
            adds: None,
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
        assert_eq!(later.duty("二.2.3").map(|duty| later.owed_from(duty, domain::time::Date::MAX)), day);
        let anew = with_duty(&added, "二.2.3", Some(&duty_text(&DutyDraft { minimum: 3, ..draft() }, None)));
        assert_eq!(read(&anew).0.duties.len(), plan.duties.len());
        let (back, problems) = read(&with_duty(&anew, "二.2.3", None));
        assert_eq!((back, problems), (before, Vec::new()));
        assert!(with_duty(&anew, "二.2.3", None).contains("# 样例"), "remarks stay");
    }

    #[test]
    fn a_clause_the_plan_lacks_comes_with_its_first_duty_and_stands_where_the_notice_has_it() {
        let (before, _) = read(PLAN);
        let clause = ClauseDraft {
            no: "（二）3".into(),
            title: "\"文物\"建筑".into(),
            section: "risk".into(),
            after: Some("二.2".into()),
        };
        let new =
            DutyDraft { id: "二.3.1".into(), clause: "二.3".into(), adds: Some(clause.clone()), ..draft() };
        let text = duty_text(&new, None);
        assert_eq!(added_clause(&text), Some(("二.3".into(), "（二）3".into())));
        assert_eq!(added_clause(&duty_text(&draft(), None)), None);
        let with = with_duty(PLAN, "二.3.1", Some(&text));
        let (plan, problems) = read(&with);
        assert_eq!(problems, []);
        let codes: Vec<_> = plan.clauses.iter().map(|clause| clause.code.as_str()).collect();
        assert_eq!(codes, ["一.1", "一.2", "二.1", "二.2", "二.3", "三"]);
        assert_eq!(plan.clause("二.3").map(|clause| clause.title.as_str()), Some("\"文物\"建筑"));
        assert_eq!((plan.duties.len(), !with.contains(AFTER)), (before.duties.len() + 1, true));
        // A second duty that brings the same clause finds it there.
        let second = DutyDraft { id: "二.3.2".into(), ..new.clone() };
        let (plan, problems) = read(&with_duty(&with, "二.3.2", Some(&duty_text(&second, None))));
        assert_eq!((problems, plan.clauses.len()), (Vec::new(), 6));
        // One with nothing before it that is known goes to the end; what it lacks is told by the reader.
        let odd = ClauseDraft { after: Some("九".into()), section: "elsewhere".into(), ..clause };
        let odd = duty_text(&DutyDraft { adds: Some(odd), ..new }, None);
        let (plan, problems) = read(&with_duty(PLAN, "二.3.1", Some(&odd)));
        assert_eq!(plan.clauses.last().map(|clause| clause.code.as_str()), Some("二.3"));
        assert_eq!(problems.len(), 1, "{problems:?}");
    }

    #[test]
    fn a_clause_whose_number_was_missing_takes_its_place() {
        let clause =
            ClauseDraft {
                no: "14".into(), title: "补发".into(), section: "mechanisms".into(), after: None
            };
        let duty = DutyDraft {
            id: "C14.1".into(),
            clause: "C14".into(),
            adds: Some(clause),
            who: vec!["role:office_head".into()],
            any: Vec::new(),
            tags: Vec::new(),
            ..draft()
        };
        let (before, _) = read(SHIPPED);
        let (after, problems) = read(&with_duty(SHIPPED, "C14.1", Some(&duty_text(&duty, None))));
        assert_eq!(problems, []);
        let codes = |plan: &domain::plan::Plan| {
            plan.clauses.iter().map(|clause| clause.code.clone()).collect::<Vec<_>>()
        };
        assert_eq!(codes(&after), codes(&before));
        assert_eq!(after.clause("C14").map(|clause| clause.absent_in_source), Some(false));
    }

    /// The shipped plan has duties of every shape: several needs, parameters, what sets them off, tags, days they hold.
    const SHIPPED: &str = include_str!("../../../../plans/qingfeng-2023-16/plan.toml");

    #[test]
    fn a_form_that_changes_nothing_leaves_every_duty_of_a_real_plan_as_it_is() {
        let (before, _) = read(SHIPPED);
        let edits = duty_edits(SHIPPED);
        assert_eq!(edits.len(), before.duties.len());
        for (id, edit) in &edits {
            let text = edited(SHIPPED, id, edit).expect("it is there");
            let (after, problems) = read(&with_duty(SHIPPED, id, Some(&text)));
            assert_eq!(problems, [], "{id}");
            assert_eq!(after.duty(id), before.duty(id), "{id}");
        }
        assert_eq!(edited(SHIPPED, "C99.9", &edits["C3.6"]), None);
    }

    #[test]
    fn a_form_changes_what_it_shows_and_nothing_besides() {
        let (before, _) = read(SHIPPED);
        let mut edit = duty_edits(SHIPPED)["C3.6"].clone();
        assert_eq!(
            (edit.period.as_deref(), edit.minimums.join(" ")),
            (Some("@C3.6.period"), "@C3.6.minimum 1".into())
        );
        edit.title = "站队巡查、宣传".into();
        edit.minimums[1] = "2".into();
        edit.weight = 2.0;
        let text = edited(SHIPPED, "C3.6", &edit).expect("it is there");
        let (after, problems) = read(&with_duty(SHIPPED, "C3.6", Some(&text)));
        assert_eq!(problems, []);
        let (was, is) = (before.duty("C3.6").expect("there"), after.duty("C3.6").expect("there"));
        assert_eq!((is.title.as_str(), is.weight), ("站队巡查、宣传", 2.0));
        assert_eq!((&is.needs[0], &is.rhythm), (&was.needs[0], &was.rhythm));
        assert_ne!(is.needs[1], was.needs[1]);
        let wrong = DutyEdit { minimums: vec!["@nothing".into(), "0".into()], ..edit };
        let text = edited(SHIPPED, "C3.6", &wrong).expect("it is there");
        assert_eq!(read(&with_duty(SHIPPED, "C3.6", Some(&text))).1.len(), 2, "the reader says so");
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
