//! Plan files: a township's plan as TOML, read into [`Plan`] together with every mistake at its line and column.
//! How to write one is told in `docs/domain/plan-file.md`. What does not belong here: what the duties mean
//! (`domain::plan`), printing the problems (the command line).

mod edit;
mod node;

use std::collections::BTreeSet;

use domain::{
    period::{self, Period, PeriodProblem, Season, YearSpan},
    plan::{
        Baseline, Basis, Clause, Duty, Need, Number, Parameter, Plan, Rhythm, Section, Selector, SubjectKind,
        Term, Trigger, Value, facts, whole,
    },
};
use toml_edit::Item;

use crate::toml_words;

pub use edit::{ClauseDraft, DutyDraft, DutyEdit, added_clause, duty_edits, duty_text, edited, with_duty};
pub use node::Problem;

use node::{Node, Problems};

/// Code of a duty that says no kind of evidence. Plans put in force before this was asked are read all the same.
pub const NO_EVIDENCE: &str = "plan.no_evidence";
/// Label families whose words a plan must declare before it uses them.
const FAMILIES: [&str; 7] = ["list", "tag", "category", "org", "org_kind", "role", "class"];

/// Reads a plan file.
///
/// The plan holds what could be read; with any problem it must not be put in force. Problems come in the order of
/// the file, all of one run at once; only broken TOML syntax stops at its first mistake.
pub fn read(text: &str) -> (Plan, Vec<Problem>) {
    let mut problems = Problems::new(text);
    let document = match toml_edit::Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            problems.add(at, "plan.syntax", toml_words::told(&error));
            return (empty(), problems.found);
        }
    };
    let plan = read_plan(&mut problems, Node::new(document.as_table(), Some(0..0)));
    problems.found.sort();
    (plan, problems.found)
}

fn empty() -> Plan {
    Plan {
        code: String::new(),
        title: String::new(),
        town: String::new(),
        notice_no: String::new(),
        effective_from: Default::default(),
        clauses: Vec::new(),
        duties: Vec::new(),
        parameters: Vec::new(),
        seasons: Vec::new(),
        terms: Vec::new(),
    }
}

fn read_plan(problems: &mut Problems, mut root: Node) -> Plan {
    let mut plan = empty();
    root.required(problems, "plan");
    if let Some(mut head) = root.child(problems, "plan") {
        plan.code = head.text(problems, "code");
        plan.title = head.text(problems, "title");
        plan.town = head.text(problems, "town");
        plan.notice_no = head.text(problems, "notice_no");
        plan.effective_from = head.date(problems, "effective_from");
        head.finish(problems);
    }
    let mut seen = BTreeSet::new();
    for node in root.children(problems, "season") {
        let at = node.at("code");
        let season = read_season(problems, node);
        unique(problems, &mut seen, at, "季节", &season.code);
        plan.seasons.push(season);
    }
    seen.clear();
    for node in root.children(problems, "term") {
        let at = node.at("label");
        let term = read_term(problems, node);
        unique(problems, &mut seen, at, "词条", &term.label);
        plan.terms.push(term);
    }
    seen.clear();
    for node in root.children(problems, "parameter") {
        let at = node.at("name");
        let parameter = read_parameter(problems, node);
        let key = format!("{}（{} 起）", parameter.name, parameter.effective_from);
        unique(problems, &mut seen, at, "参数", &key);
        plan.parameters.push(parameter);
    }
    seen.clear();
    for node in root.children(problems, "clause") {
        let (at, alias_at) = (node.at("code"), node.at("alias"));
        let clause = read_clause(problems, node);
        unique(problems, &mut seen, at, "条款", &clause.code);
        if let Some(alias) = &clause.alias {
            unique(problems, &mut seen, alias_at, "条款", alias);
        }
        plan.clauses.push(clause);
    }
    seen.clear();
    for node in root.children(problems, "duty") {
        let at = node.at("id");
        let duty = DutyReader { plan: &plan, problems }.duty(node);
        unique(problems, &mut seen, at, "责任", &duty.id);
        plan.duties.push(duty);
    }
    root.finish(problems);
    plan
}

fn unique(problems: &mut Problems, seen: &mut BTreeSet<String>, at: usize, noun: &str, key: &str) {
    if !key.is_empty() && !seen.insert(key.to_owned()) {
        problems.add(at, "plan.duplicate", format!("{noun}“{key}”重复，请删去一个或改用别的代码"));
    }
}

/// A word of a closed list.
fn choice<T>(
    problems: &mut Problems,
    node: &mut Node,
    key: &'static str,
    codes: &[&str],
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let text = node.text(problems, key);
    let value = read(&text);
    if value.is_none() && !text.is_empty() {
        problems.add(
            node.at(key),
            "plan.bad_value",
            format!("“{key}”不能写“{text}”，可写：{}", codes.join("、")),
        );
    }
    value
}

fn read_season(problems: &mut Problems, mut node: Node) -> Season {
    let mut season =
        Season { code: node.text(problems, "code"), name: node.text(problems, "name"), spans: Vec::new() };
    let spans = node.children(problems, "spans");
    if spans.is_empty() {
        let message = format!("季节“{}”没有起止日期，请在“spans”里写明", season.code);
        problems.add(node.at("spans"), "plan.bad_season", message);
    }
    for mut span in spans {
        let from = month_day(problems, &mut span, "from");
        let to = month_day(problems, &mut span, "to");
        if let (Some(from), Some(to)) = (from, to) {
            season.spans.push(YearSpan { from, to });
            if !season.is_valid() {
                season.spans.pop();
                let message = format!("这一段与季节“{}”的另一段重叠，请改正", season.code);
                problems.add(span.at("from"), "plan.bad_season", message);
            }
        }
        span.finish(problems);
    }
    node.finish(problems);
    season
}

/// A day of every year as month and day; one that does not exist is a mistake of its own value.
fn month_day(problems: &mut Problems, span: &mut Node, key: &'static str) -> Option<(u32, u32)> {
    let text = span.text(problems, key);
    if text.trim().is_empty() {
        return None;
    }
    let day = text.split_once('-').and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)));
    match day {
        Some(day) if (YearSpan { from: day, to: day }).is_valid() => return Some(day),
        Some(_) => {
            problems.add(span.at(key), "plan.bad_season", format!("“{text}”这一天不存在，请改正"));
        }
        None => problems.add(span.at(key), "plan.bad_season", "季节起止请写成“月-日”，如 01-01"),
    }
    None
}

fn read_term(problems: &mut Problems, mut node: Node) -> Term {
    let label = node.text(problems, "label");
    let known =
        label.split_once(':').is_some_and(|(family, code)| FAMILIES.contains(&family) && !code.is_empty());
    if !known && !label.is_empty() {
        let message = format!("词条“{label}”应写成“类别:代码”，类别可用：{}", FAMILIES.join("、"));
        problems.add(node.at("label"), "plan.bad_label", message);
    }
    let mut baselines = Vec::new();
    let name = node.text(problems, "name");
    let aliases = node.texts(problems, "aliases").into_iter().map(|(text, _)| text).collect();
    for mut row in node.children(problems, "baselines") {
        let at = row.text_opt(problems, "at").unwrap_or_default();
        row.required(problems, "count");
        let count = row.float_opt(problems, "count");
        if count.is_some_and(|count| whole(count).is_none()) {
            problems.add(row.at("count"), "plan.wrong_type", "“count”应为不小于 0 的整数，请改正");
        }
        let on = row.date(problems, "on");
        baselines.push(Baseline { at, count: count.and_then(whole).unwrap_or_default(), on });
        row.finish(problems);
    }
    node.finish(problems);
    Term { label, name, aliases, baselines }
}

fn read_parameter(problems: &mut Problems, mut node: Node) -> Parameter {
    let name = node.text(problems, "name");
    node.required(problems, "value");
    let value = node.raw("value").and_then(|item| {
        let text = item.as_str().map(|text| Value::Text(text.to_owned()));
        text.or_else(|| item.as_bool().map(Value::Flag)).or_else(|| node::number(item).map(Value::Number))
    });
    if value.is_none() && node.has("value") {
        problems.add(node.at("value"), "plan.wrong_type", "“value”应为数、文字或 true/false，请改正");
    }
    let unit = node.text(problems, "unit");
    let basis = choice(problems, &mut node, "basis", &Basis::ALL.map(Basis::code), Basis::from_code);
    let source = node.text(problems, "source");
    let effective_from = node.date(problems, "effective_from");
    node.finish(problems);
    Parameter {
        name,
        value: value.unwrap_or(Value::Flag(false)),
        unit,
        basis: basis.unwrap_or(Basis::Check),
        source,
        effective_from,
    }
}

fn read_clause(problems: &mut Problems, mut node: Node) -> Clause {
    let codes = Section::ALL.map(Section::code);
    let clause = Clause {
        code: node.text(problems, "code"),
        alias: node.text_opt(problems, "alias"),
        no: node.text(problems, "no"),
        title: node.text(problems, "title"),
        section: choice(problems, &mut node, "section", &codes, Section::from_code)
            .unwrap_or(Section::Forces),
        part: node.text_opt(problems, "part"),
        absent_in_source: node.flag(problems, "absent_in_source", false),
    };
    node.finish(problems);
    clause
}

/// Reads duties against what the plan has declared before them.
struct DutyReader<'a, 'p, 't> {
    plan: &'a Plan,
    problems: &'p mut Problems<'t>,
}

impl DutyReader<'_, '_, '_> {
    fn duty(&mut self, mut node: Node) -> Duty {
        let id = node.text(self.problems, "id");
        let clause = self.clause(&mut node, &id);
        let title = node.text(self.problems, "title");
        node.required(self.problems, "who");
        let who = self.labels(&mut node, "who");
        let subjects = self.selector(&mut node);
        node.required(self.problems, "period");
        let rhythm = self.rhythm(&mut node);
        let trigger = node.child(self.problems, "trigger").map(|child| self.trigger(child));
        if let Some(rhythm) = &rhythm {
            self.event_and_trigger(&node, rhythm, trigger.is_some());
        }
        node.required(self.problems, "needs");
        let needs: Vec<Need> =
            node.children(self.problems, "needs").into_iter().map(|child| self.need(child)).collect();
        if needs.is_empty() && node.has("needs") {
            self.problems.add(node.at("needs"), "plan.no_needs", "“needs”至少要有一项，说明凭哪类记录算落实");
        }
        let evidence = self.evidence(&mut node, &id);
        let measure = node.text(self.problems, "measure");
        let informational = node.flag(self.problems, "informational", false);
        let weight = self.weight(&mut node, informational);
        let duty = Duty {
            id,
            clause,
            title,
            who,
            subjects,
            rhythm: rhythm.unwrap_or(Rhythm::Fixed(Period::Event)),
            trigger,
            needs,
            evidence,
            measure,
            weight,
            informational,
            by_size: node.flag(self.problems, "by_size", false),
            grace_days: self.number(&mut node, "grace_days").unwrap_or(Number::Fixed(0)),
            late_days: self.number(&mut node, "late_days"),
            available: node.flag(self.problems, "available", true),
            basis: choice(self.problems, &mut node, "basis", &Basis::ALL.map(Basis::code), Basis::from_code)
                .unwrap_or(Basis::Check),
            note: node.text_opt(self.problems, "note"),
            since: node.has("since").then(|| node.date(self.problems, "since")),
        };
        node.finish(self.problems);
        duty
    }

    fn clause(&mut self, node: &mut Node, id: &str) -> String {
        let code = node.text(self.problems, "clause");
        match self.plan.clauses.iter().find(|clause| clause.code == code) {
            _ if code.is_empty() => {}
            None => {
                let message = format!("条款“{code}”没有在本文件声明，请先写 clause 或改正代码");
                self.problems.add(node.at("clause"), "plan.unknown_clause", message);
            }
            Some(clause) if clause.absent_in_source => {
                let message = format!("条款“{code}”在原文中缺号，不能挂责任，请改挂别的条款");
                self.problems.add(node.at("clause"), "plan.absent_clause", message);
            }
            Some(_) if !id.starts_with(&format!("{code}.")) => {
                let message = format!("责任“{id}”的编号应以“{code}.”开头，请改正编号或条款");
                self.problems.add(node.at("id"), "plan.duty_id", message);
            }
            Some(_) => {}
        }
        code
    }

    fn weight(&mut self, node: &mut Node, informational: bool) -> f64 {
        let weight = node.float_opt(self.problems, "weight");
        let weight = weight.unwrap_or(if informational { 0.0 } else { 1.0 });
        if !weight.is_finite() || weight < 0.0 {
            self.problems.add(node.at("weight"), "plan.bad_value", "“weight”应为不小于 0 的数，请改正");
        }
        if informational && weight != 0.0 {
            let message = "倡导性责任（informational）只报不评，“weight”应为 0 或不写";
            self.problems.add(node.at("weight"), "plan.bad_value", message);
        }
        weight
    }

    fn evidence(&mut self, node: &mut Node, duty: &str) -> Vec<String> {
        let kinds = node.texts(self.problems, "evidence");
        let given = node.raw("evidence");
        if given.is_none_or(|item| item.as_array().is_some_and(|kinds| kinds.is_empty())) {
            let message = format!("责任“{duty}”没有写佐证种类，请在“evidence”里至少写一种");
            self.problems.add(node.at("evidence"), NO_EVIDENCE, message);
        }
        for (kind, at) in &kinds {
            if !facts::EVIDENCE_KINDS.contains(&kind.as_str()) {
                let message = format!("佐证类型“{kind}”不认识，可用：{}", facts::EVIDENCE_KINDS.join("、"));
                self.problems.add(*at, "plan.unknown_evidence", message);
            }
        }
        kinds.into_iter().map(|(kind, _)| kind).collect()
    }

    /// Labels and tags; those of a declared family must be declared themselves.
    fn labels(&mut self, node: &mut Node, key: &'static str) -> Vec<String> {
        let labels = node.texts(self.problems, key);
        for (label, at) in &labels {
            let family = label.split_once(':').map(|(family, _)| family);
            if family.is_some_and(|family| FAMILIES.contains(&family)) && self.plan.term(label).is_none() {
                let message = format!("“{label}”没有在本文件的 term 中声明，请先声明或改正");
                self.problems.add(*at, "plan.unknown_label", message);
            }
            if let Some(("kind", code)) = label.split_once(':')
                && SubjectKind::from_code(code).is_none()
            {
                self.unknown_kind(code, *at);
            }
            if matches!(key, "who") && !family.is_some_and(|f| matches!(f, "org" | "org_kind" | "role")) {
                let message = format!("责任主体“{label}”应写成 org:、org_kind: 或 role: 开头的代码");
                self.problems.add(*at, "plan.bad_label", message);
            }
        }
        labels.into_iter().map(|(label, _)| label).collect()
    }

    fn selector(&mut self, node: &mut Node) -> Selector {
        let mut selector = Selector { kinds: Vec::new(), all: Vec::new(), any: Vec::new(), none: Vec::new() };
        node.required(self.problems, "subjects");
        let kinds = if node.raw("subjects").is_some_and(Item::is_str) {
            node.texts(self.problems, "subjects")
        } else {
            let Some(mut child) = node.child(self.problems, "subjects") else { return selector };
            selector.all = self.labels(&mut child, "all");
            selector.any = self.labels(&mut child, "any");
            selector.none = self.labels(&mut child, "none");
            child.required(self.problems, "kind");
            let kinds = child.texts(self.problems, "kind");
            child.finish(self.problems);
            kinds
        };
        for (code, at) in kinds {
            match SubjectKind::from_code(&code) {
                Some(kind) => selector.kinds.push(kind),
                None => self.unknown_kind(&code, at),
            }
        }
        selector
    }

    fn unknown_kind(&mut self, code: &str, at: usize) {
        let codes: Vec<_> = SubjectKind::ALL.iter().map(|kind| kind.code()).collect();
        let message = format!("对象类型“{code}”不认识，可用：{}", codes.join("、"));
        self.problems.add(at, "plan.unknown_subject", message);
    }

    fn fact(&mut self, node: &mut Node) -> String {
        let name = node.text(self.problems, "fact");
        if !name.is_empty() && !facts::is_known(&name) {
            let message = format!("记录类型“{name}”不认识，请从文档所列的类型中选用");
            self.problems.add(node.at("fact"), "plan.unknown_fact", message);
        }
        name
    }

    fn need(&mut self, mut node: Node) -> Need {
        let need = Need {
            fact: self.fact(&mut node),
            all: self.labels(&mut node, "all"),
            any: self.labels(&mut node, "any"),
            none: self.labels(&mut node, "none"),
            minimum: self.number(&mut node, "minimum").unwrap_or(Number::Fixed(1)),
            distinct: node.text_opt(self.problems, "distinct"),
            held: node.flag(self.problems, "held", false),
            valid_days: self.number(&mut node, "valid_days"),
        };
        if need.minimum == Number::Fixed(0) {
            let message = "“minimum”为 0 等于没有要求，请写不小于 1 的数";
            self.problems.add(node.at("minimum"), "plan.bad_value", message);
        }
        node.finish(self.problems);
        need
    }

    fn trigger(&mut self, mut node: Node) -> Trigger {
        let fact = self.fact(&mut node);
        let all = self.labels(&mut node, "all");
        node.required(self.problems, "within");
        let within = self.number(&mut node, "within").unwrap_or(Number::Fixed(0));
        let working_days = node.flag(self.problems, "working_days", false);
        node.finish(self.problems);
        Trigger { fact, all, within, working_days }
    }

    fn event_and_trigger(&mut self, node: &Node, rhythm: &Rhythm, trigger: bool) {
        let event = *rhythm == Rhythm::Fixed(Period::Event);
        if event && !trigger {
            let message = "周期为 event 时要写“trigger”，说明由哪类记录触发、几日内完成";
            self.problems.add(node.at("period"), "plan.event_trigger", message);
        }
        if !event && trigger {
            let message = "只有周期为 event 的责任才写“trigger”，请改周期或删去";
            self.problems.add(node.at("trigger"), "plan.event_trigger", message);
        }
    }

    /// A whole number, or `@name` of a parameter that holds whole numbers.
    fn number(&mut self, node: &mut Node, key: &'static str) -> Option<Number> {
        let item = node.raw(key)?;
        if let Some(name) = item.as_str().and_then(|text| text.strip_prefix('@')) {
            let fits = |value: &Value| matches!(value, Value::Number(number) if whole(*number).is_some());
            self.parameter(name, node.at(key), "整数", fits);
            return Some(Number::Parameter(name.to_owned()));
        }
        let number = item.as_integer().and_then(|value| u32::try_from(value).ok());
        if number.is_none() {
            let message = format!("“{key}”应为不小于 0 的整数或“@参数名”，请改正");
            self.problems.add(node.at(key), "plan.wrong_type", message);
        }
        number.map(Number::Fixed)
    }

    fn rhythm(&mut self, node: &mut Node) -> Option<Rhythm> {
        let text = node.text_opt(self.problems, "period")?;
        let at = node.at("period");
        if let Some(name) = text.strip_prefix('@') {
            self.parameter(name, at, "周期文字", |value| matches!(value, Value::Text(_)));
            for parameter in self.plan.parameters.iter().filter(|parameter| parameter.name == name) {
                if let Value::Text(period) = &parameter.value {
                    let read = self.period(period, at);
                    if read == Some(Period::Event) {
                        self.problems.add(
                            at,
                            "plan.bad_period",
                            "参数不能把周期设为 event，请直接写在责任中",
                        );
                    }
                }
            }
            return Some(Rhythm::Parameter(name.to_owned()));
        }
        self.period(&text, at).map(Rhythm::Fixed)
    }

    fn period(&mut self, text: &str, at: usize) -> Option<Period> {
        period::parse(text, &self.plan.seasons)
            .map_err(|problem| {
                let code = match problem {
                    PeriodProblem::Season(_) => "plan.unknown_season",
                    PeriodProblem::Unknown(_) | PeriodProblem::Backwards => "plan.bad_period",
                };
                self.problems.add(at, code, problem.to_string());
            })
            .ok()
    }

    fn parameter(&mut self, name: &str, at: usize, wanted: &str, fits: impl Fn(&Value) -> bool) {
        let mut versions = self.plan.parameters.iter().filter(|parameter| parameter.name == name).peekable();
        if versions.peek().is_none() {
            let message = format!("参数“{name}”没有在本文件声明，请先写 parameter 或改正名称");
            self.problems.add(at, "plan.unknown_parameter", message);
        }
        if versions.any(|parameter| !fits(&parameter.value)) {
            self.problems.add(
                at,
                "plan.parameter_type",
                format!("参数“{name}”在这里应为{wanted}，请改正其值"),
            );
        }
    }
}

#[cfg(test)]
mod tests;
