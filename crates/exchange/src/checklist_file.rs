//! A checklist as a TOML file, read with line and column of every mistake, and written back.
//!
//! What does *not* belong here: a checklist as rows of a sheet (`checklist_sheet`), whether it may be published
//! (`domain::checklist`).

use std::collections::BTreeSet;
use std::fmt::Write;

use domain::checklist::{
    AnswerKind, Applies, Basis, Checklist, Item, PhotoRule, Purpose, State, SuggestedGrade, duplicate_item,
};
use domain::place::{Confidence, KindCode};

use crate::toml_doc::{FileProblem, Node, Reader, Word, key_of, quoted, quoted_list};

pub(crate) const ANSWERS: [Word<AnswerKind>; 4] = [
    ("pass_fail", "合格与否", AnswerKind::PassFail),
    ("count", "数量", AnswerKind::Count),
    ("text", "文字", AnswerKind::Text),
    ("photo", "照片", AnswerKind::Photo),
];
pub(crate) const GRADES: [Word<SuggestedGrade>; 3] = [
    ("general", "一般", SuggestedGrade::General),
    ("larger", "较大", SuggestedGrade::Larger),
    ("major_suspect", "疑似重大", SuggestedGrade::MajorSuspect),
];
pub(crate) const PHOTOS: [Word<PhotoRule>; 3] = [
    ("none", "不要求", PhotoRule::None),
    ("on_fail", "不合格必拍", PhotoRule::OnFail),
    ("recommended", "建议拍，不合格必拍", PhotoRule::Recommended),
];
pub(crate) const CONFIDENCES: [Word<Confidence>; 4] = [
    ("sure", "已核对", Confidence::Sure),
    ("likely", "引用前核对", Confidence::Likely),
    ("check", "待核实", Confidence::Check),
    ("parameter", "镇街参数", Confidence::Parameter),
];
const PURPOSES: [Word<Purpose>; 3] = [
    ("block", "检查块", Purpose::Block),
    ("quick", "快查", Purpose::Quick),
    ("routine", "专用表", Purpose::Routine),
];

/// Reads one checklist. Without TOML mistakes there is a value, however many problems it has; it may be stored only
/// when there are none.
pub fn read(text: &str) -> (Option<Checklist>, Vec<FileProblem>) {
    let mut reader = Reader::new(text);
    let Some(document) = reader.parse() else { return (None, reader.problems) };
    let root = reader.root(&document);
    reader.only_keys(
        &root,
        &[
            "code",
            "edition",
            "title",
            "purpose",
            "order",
            "everywhere",
            "kinds",
            "except",
            "reuses",
            "valid_from",
            "valid_to",
            "item",
        ],
    );
    let mut list = Checklist {
        code: reader.required(&root, "code"),
        edition: reader.number(&root, "edition").unwrap_or(1),
        title: reader.required(&root, "title"),
        purpose: reader.word(&root, "purpose", &PURPOSES).unwrap_or_default(),
        order: reader.number(&root, "order").unwrap_or(0),
        applies: Applies {
            everywhere: reader.flag(&root, "everywhere"),
            kinds: kinds(&mut reader, &root, "kinds"),
            except: kinds(&mut reader, &root, "except"),
        },
        items: Vec::new(),
        reuses: reader.texts(&root, "reuses"),
        state: state(&mut reader, &root),
    };
    let mut seen = BTreeSet::new();
    for node in reader.tables(&root, "item") {
        let item = read_item(&mut reader, &node);
        if !seen.insert(item.code.clone()) {
            let problem = duplicate_item(&item.code);
            reader.report(node.span_of("code"), problem.code, problem.message);
        }
        list.items.push(item);
    }
    for problem in list.validate().iter().filter(|problem| !problem.field.starts_with("item.")) {
        reader.report(root.span_of(problem.field), problem.code, problem.message.clone());
    }
    reader.problems.sort_by_key(|problem| (problem.line, problem.column));
    (Some(list), reader.problems)
}

fn read_item(reader: &mut Reader<'_>, node: &Node<'_>) -> Item {
    let keys =
        ["code", "text", "how", "basis", "answer", "hazard", "grade", "photo", "weight", "quick", "only"];
    reader.only_keys(node, &keys);
    let mut basis = Vec::new();
    for entry in reader.tables(node, "basis") {
        reader.only_keys(&entry, &["instrument", "article", "edition", "confidence"]);
        basis.push(Basis {
            instrument: reader.text(&entry, "instrument"),
            article: reader.text(&entry, "article"),
            edition: reader.text(&entry, "edition"),
            // What nobody vouched for is not shown as law.
            confidence: reader.word(&entry, "confidence", &CONFIDENCES).unwrap_or(Confidence::Check),
        });
    }
    let grade = reader.word(node, "grade", &GRADES).unwrap_or_default();
    let item = Item {
        code: reader.text(node, "code"),
        text: reader.text(node, "text"),
        how: reader.text(node, "how"),
        basis,
        answer: reader.word(node, "answer", &ANSWERS).unwrap_or_default(),
        hazard: reader.text(node, "hazard"),
        grade,
        photo: reader.word(node, "photo", &PHOTOS).unwrap_or_default(),
        weight: reader.number(node, "weight").unwrap_or_else(|| grade.usual_weight()),
        quick: reader.flag(node, "quick"),
        only: kinds(reader, node, "only"),
    };
    for problem in item.problems() {
        let key = problem.field.strip_prefix("item.").unwrap_or_default();
        reader.report(node.span_of(key), problem.code, problem.message);
    }
    item
}

fn kinds(reader: &mut Reader<'_>, node: &Node<'_>, key: &str) -> BTreeSet<KindCode> {
    reader.texts(node, key).into_iter().map(KindCode).collect()
}

fn state(reader: &mut Reader<'_>, root: &Node<'_>) -> State {
    match (reader.date(root, "valid_from"), reader.date(root, "valid_to")) {
        (Some(from), None) => State::Valid { from },
        (Some(from), Some(to)) if from <= to => State::Retired { from, to },
        (None, None) => State::Draft,
        _ => {
            let text = "停用日期须在启用日期之后，且两者都要写，请核对".to_owned();
            reader.report(root.span_of("valid_to"), "checklist_file.validity", text);
            State::Draft
        }
    }
}

/// Writes a checklist so that [`read`] gives it back.
pub fn write(list: &Checklist) -> String {
    let mut out = String::new();
    let mut line = |key: &str, value: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{key} = {value}");
    };
    line("code", quoted(&list.code));
    line("edition", list.edition.to_string());
    line("title", quoted(&list.title));
    line("purpose", quoted(key_of(&PURPOSES, list.purpose)));
    line("order", list.order.to_string());
    if let Some(from) = list.valid_from() {
        line("valid_from", from.to_string());
    }
    if let Some(to) = list.valid_to() {
        line("valid_to", to.to_string());
    }
    if list.applies.everywhere {
        line("everywhere", "true".to_owned());
    }
    line("kinds", kind_list(&list.applies.kinds));
    if !list.applies.except.is_empty() {
        line("except", kind_list(&list.applies.except));
    }
    if !list.reuses.is_empty() {
        line("reuses", quoted_list(list.reuses.iter().map(String::as_str)));
    }
    for item in &list.items {
        write_item(&mut out, item);
    }
    out
}

fn write_item(out: &mut String, item: &Item) {
    out.push_str("\n[[item]]\n");
    let mut line = |key: &str, value: String| {
        let _ = writeln!(out, "{key} = {value}");
    };
    line("code", quoted(&item.code));
    line("text", quoted(&item.text));
    line("how", quoted(&item.how));
    let basis: Vec<String> = item.basis.iter().map(write_basis).collect();
    line("basis", format!("[{}]", basis.join(", ")));
    if item.answer != AnswerKind::default() {
        line("answer", quoted(key_of(&ANSWERS, item.answer)));
    }
    line("hazard", quoted(&item.hazard));
    line("grade", quoted(key_of(&GRADES, item.grade)));
    line("photo", quoted(key_of(&PHOTOS, item.photo)));
    if item.weight != item.grade.usual_weight() {
        line("weight", item.weight.to_string());
    }
    if item.quick {
        line("quick", "true".to_owned());
    }
    if !item.only.is_empty() {
        line("only", kind_list(&item.only));
    }
}

fn write_basis(basis: &Basis) -> String {
    let mut parts = vec![format!("instrument = {}", quoted(&basis.instrument))];
    if !basis.article.is_empty() {
        parts.push(format!("article = {}", quoted(&basis.article)));
    }
    if !basis.edition.is_empty() {
        parts.push(format!("edition = {}", quoted(&basis.edition)));
    }
    parts.push(format!("confidence = {}", quoted(key_of(&CONFIDENCES, basis.confidence))));
    format!("{{ {} }}", parts.join(", "))
}

fn kind_list(kinds: &BTreeSet<KindCode>) -> String {
    quoted_list(kinds.iter().map(KindCode::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_pages_use_the_same_words() {
        assert_eq!(ANSWERS.map(|(_, label, value)| (label, value)), AnswerKind::ALL.map(|v| (v.label(), v)));
        assert_eq!(
            GRADES.map(|(_, label, value)| (label, value)),
            SuggestedGrade::ALL.map(|v| (v.label(), v))
        );
        assert_eq!(PHOTOS.map(|(_, label, value)| (label, value)), PhotoRule::ALL.map(|v| (v.label(), v)));
        assert_eq!(PURPOSES.map(|(_, label, value)| (label, value)), Purpose::ALL.map(|v| (v.label(), v)));
        assert_eq!(
            CONFIDENCES.map(|(_, label, value)| (label, value)),
            Confidence::ALL.map(|v| (v.label(), v))
        );
    }
}
