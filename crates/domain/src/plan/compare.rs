//! Two towns' plans side by side: what only one has, and where both have it but ask for it differently. Codes differ
//! from town to town, so clauses and duties are paired by what they say. What does not belong here: reading the files
//! (`exchange::plan_file`), how well either plan is carried out (`fulfilment`).

use std::collections::BTreeSet;

use super::{Duty, Need, Number, Parameter, Plan, Value};
use crate::time::Date;

/// Something only one plan has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Only {
    /// Code of the clause, id of the duty or name of the parameter.
    pub code: String,
    /// Its title, or the value of a parameter.
    pub title: String,
}

/// One respect in which a pair differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs, in Chinese: 频次, 最少数 …
    pub what: &'static str,
    /// In the first plan.
    pub a: String,
    /// In the second.
    pub b: String,
}

/// By what two things were taken for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Their titles.
    Title,
    /// What they measure, of the same subjects by the same facts; the titles say little.
    Measure,
    /// Their titles leave it open and they bear the same code.
    Code,
    /// The name, of parameters.
    Name,
}

impl By {
    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Measure => "measure",
            Self::Code => "code",
            Self::Name => "name",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Title => "标题",
            Self::Measure => "考核口径",
            Self::Code => "编号",
            Self::Name => "名称",
        }
    }
}

/// Two things that say the same, and how they differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Code, id or name in the first plan.
    pub a: String,
    /// In the second.
    pub b: String,
    /// Title in the first plan.
    pub title: String,
    /// By what they were taken for the same.
    pub by: By,
    /// Where they differ; a pair of clauses has none.
    pub differences: Vec<Difference>,
}

/// What one kind of thing has in either plan alone, and in both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sides {
    /// Only in the first.
    pub only_a: Vec<Only>,
    /// Only in the second.
    pub only_b: Vec<Only>,
    /// In both, those that are alike included.
    pub both: Vec<Pair>,
}

/// Two plans compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Clauses.
    pub clauses: Sides,
    /// Duties.
    pub duties: Sides,
    /// Parameters that both know by one name, and those that only one knows.
    pub parameters: Sides,
}

/// Compares two plans as they are on a day.
pub fn compare(a: &Plan, b: &Plan, on: Date) -> Comparison {
    let clauses = |plan: &Plan| -> Vec<Told> {
        let there = plan.clauses.iter().filter(|clause| !clause.absent_in_source);
        there.map(|clause| Told::only(&clause.code, &clause.title)).collect()
    };
    let duties = |plan: &Plan| -> Vec<Told> { plan.duties.iter().map(Told::duty).collect() };
    let mut of_duties = sides(duties(a), duties(b));
    for pair in &mut of_duties.both {
        if let (Some(one), Some(other)) = (a.duty(&pair.a), b.duty(&pair.b)) {
            pair.differences = differences((a, one), (b, other), on);
        }
    }
    Comparison { clauses: sides(clauses(a), clauses(b)), duties: of_duties, parameters: parameters(a, b, on) }
}

/// Alike enough to be taken for the same thing.
const ALIKE: f64 = 0.5;
/// The same code speaks for the same thing where the titles leave it open, never against them.
const SAME_CODE: f64 = 0.2;

/// Measures this much alike speak for the same duty where subjects and facts are the same; measures are worded from a small
/// stock, so that half of one says nothing.
const SAME_MEASURE: f64 = 0.8;

/// What is compared of a clause or a duty.
#[derive(Debug, Clone)]
struct Told {
    only: Only,
    title: BTreeSet<(char, char)>,
    measure: BTreeSet<(char, char)>,
    /// Whom it concerns and which facts are counted; empty where nothing is counted.
    counts: Vec<String>,
}

impl Told {
    fn only(code: &str, title: &str) -> Self {
        let only = Only { code: code.to_owned(), title: title.to_owned() };
        Self { title: letters(title), only, measure: BTreeSet::new(), counts: Vec::new() }
    }

    fn duty(duty: &Duty) -> Self {
        let facts = duty.needs.iter().map(|need| format!("{} {:?}", need.fact, need.all));
        let counts = [format!("{:?}", duty.subjects.kinds)].into_iter().chain(facts).collect();
        Self { measure: letters(&duty.measure), counts, ..Self::only(&duty.id, &duty.title) }
    }

    /// How much it is the same as another, and by what; none where it is not.
    fn alike(&self, other: &Self) -> Option<(f64, By)> {
        let titles = dice(&self.title, &other.title);
        if titles >= ALIKE {
            return Some((
                titles + if self.only.code == other.only.code { SAME_CODE } else { 0.0 },
                By::Title,
            ));
        }
        if self.only.code == other.only.code && titles + SAME_CODE >= ALIKE {
            return Some((titles + SAME_CODE, By::Code));
        }
        let measures = dice(&self.measure, &other.measure);
        // Below every pair that its title speaks for.
        (self.counts.len() > 1 && self.counts == other.counts && measures >= SAME_MEASURE)
            .then_some((measures * ALIKE * 0.99, By::Measure))
    }
}

/// Pairs by title, then by measure, the most alike first.
fn sides(a: Vec<Told>, b: Vec<Told>) -> Sides {
    let mut likeness = Vec::new();
    for (n, one) in a.iter().enumerate() {
        for (m, other) in b.iter().enumerate() {
            likeness.extend(one.alike(other).map(|(score, by)| (score, n, m, by)));
        }
    }
    likeness.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let (mut taken_a, mut taken_b) = (BTreeSet::new(), BTreeSet::new());
    let mut both = Vec::new();
    for (_, n, m, by) in likeness {
        if taken_a.contains(&n) || taken_b.contains(&m) {
            continue;
        }
        if let (Some(one), Some(other)) = (a.get(n), b.get(m)) {
            taken_a.insert(n);
            taken_b.insert(m);
            let pair = Pair {
                a: one.only.code.clone(),
                b: other.only.code.clone(),
                title: one.only.title.clone(),
                by,
                differences: Vec::new(),
            };
            both.push((n, pair));
        }
    }
    both.sort_by_key(|(n, _)| *n);
    let left = |all: Vec<Told>, taken: &BTreeSet<usize>| {
        all.into_iter().enumerate().filter(|(n, _)| !taken.contains(n)).map(|(_, one)| one.only).collect()
    };
    Sides {
        only_a: left(a, &taken_a),
        only_b: left(b, &taken_b),
        both: both.into_iter().map(|(_, pair)| pair).collect(),
    }
}

/// Neighbouring letters of a title; a title of one letter is that letter.
fn letters(title: &str) -> BTreeSet<(char, char)> {
    let plain: Vec<char> = title.chars().filter(|c| c.is_alphanumeric()).collect();
    match plain.as_slice() {
        [one] => BTreeSet::from([(*one, *one)]),
        all => all.windows(2).filter_map(|two| Some((*two.first()?, *two.get(1)?))).collect(),
    }
}

/// Shared neighbours among all, from 0 to 1.
fn dice(a: &BTreeSet<(char, char)>, b: &BTreeSet<(char, char)>) -> f64 {
    let all = a.len() + b.len();
    if all == 0 {
        return 0.0;
    }
    2.0 * a.intersection(b).count() as f64 / all as f64
}

/// Where two duties that say the same ask differently.
fn differences((a, one): (&Plan, &Duty), (b, other): (&Plan, &Duty), on: Date) -> Vec<Difference> {
    let both = |what, of: fn(&Plan, &Duty, Date) -> String| Difference {
        what,
        a: of(a, one, on),
        b: of(b, other, on),
    };
    let all = [
        both("频次", |plan, duty, on| {
            plan.period_on(&duty.rhythm, on).map(|period| period.label()).unwrap_or_default()
        }),
        both("最少数", |plan, duty, on| {
            let of = |need: &Need| number(plan, Some(&need.minimum), on);
            duty.needs.iter().map(of).collect::<Vec<_>>().join("、")
        }),
        both("有效期（日）", |plan, duty, on| {
            let of = |need: &Need| number(plan, need.valid_days.as_ref(), on);
            duty.needs.iter().map(of).filter(|days| !days.is_empty()).collect::<Vec<_>>().join("、")
        }),
        both("限期（日）", |plan, duty, on| {
            number(plan, duty.trigger.as_ref().map(|trigger| &trigger.within), on)
        }),
        both("宽限期（日）", |plan, duty, on| number(plan, Some(&duty.grace_days), on)),
        both("补办期（日）", |plan, duty, on| number(plan, duty.late_days.as_ref(), on)),
        both("责任人", |plan, duty, _| {
            duty.who.iter().map(|label| plan.word(label)).collect::<Vec<_>>().join("、")
        }),
        both("权重", |_, duty, _| duty.weight.to_string()),
        both("依据", |_, duty, _| duty.basis.label().to_owned()),
    ];
    all.into_iter().filter(|difference| difference.a != difference.b).collect()
}

fn number(plan: &Plan, number: Option<&Number>, on: Date) -> String {
    number.and_then(|number| plan.number(number, on)).map(|n| n.to_string()).unwrap_or_default()
}

fn parameters(a: &Plan, b: &Plan, on: Date) -> Sides {
    let names = |plan: &Plan| -> BTreeSet<String> {
        plan.parameters.iter().map(|parameter| parameter.name.clone()).collect()
    };
    let (of_a, of_b) = (names(a), names(b));
    let only = |plan: &Plan, own: &BTreeSet<String>, other: &BTreeSet<String>| -> Vec<Only> {
        let shown = |name: &String| Only { code: name.clone(), title: shown(plan.parameter_on(name, on)) };
        own.difference(other).map(shown).collect()
    };
    let both = of_a.intersection(&of_b).map(|name| {
        let (one, other) = (shown(a.parameter_on(name, on)), shown(b.parameter_on(name, on)));
        let differs = (one != other).then_some(Difference { what: "参数值", a: one, b: other });
        Pair {
            a: name.clone(),
            b: name.clone(),
            title: name.clone(),
            by: By::Name,
            differences: differs.into_iter().collect(),
        }
    });
    Sides { both: both.collect(), only_a: only(a, &of_a, &of_b), only_b: only(b, &of_b, &of_a) }
}

/// The value with its unit; a period keeps the word of plan files.
fn shown(parameter: Option<&Parameter>) -> String {
    let Some(parameter) = parameter else { return String::new() };
    let value = match &parameter.value {
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Flag(yes) => if *yes { "是" } else { "否" }.to_owned(),
    };
    format!("{value} {}", parameter.unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(code: &str, title: &str) -> Only {
        Only { code: code.into(), title: title.into() }
    }

    #[test]
    fn things_are_paired_by_what_they_say_and_each_only_once() {
        let told = |code: &str, title: &str| Told::only(code, title);
        let a = vec![told("C1", "制茶厂防火"), told("C2", "夜间巡防"), told("C3", "民宿防火检查")];
        let b = vec![
            told("一", "民宿防火"),
            told("二", "制茶厂防火"),
            told("C2", "森林防火"),
            told("三", "制茶厂防火"),
        ];
        let found = sides(a, b);
        let pairs: Vec<_> = found.both.iter().map(|pair| (pair.a.as_str(), pair.b.as_str())).collect();
        assert_eq!(pairs, [("C1", "二"), ("C3", "一")]);
        assert_eq!(found.only_a, [one("C2", "夜间巡防")], "the same code does not make it the same thing");
        assert_eq!(found.only_b, [one("C2", "森林防火"), one("三", "制茶厂防火")]);
        assert_eq!(sides(Vec::new(), Vec::new()), Sides::default());
        assert_eq!(sides(vec![told("a", "")], vec![told("b", "")]).both, [], "nothing said is nothing alike");
    }

    #[test]
    fn a_duty_that_was_renumbered_and_renamed_is_found_by_what_it_measures() {
        let told = |code: &str, title: &str, measure: &str, fact: &str| Told {
            measure: letters(measure),
            counts: vec!["Town".to_owned(), fact.to_owned()],
            ..Told::only(code, title)
        };
        let a = vec![
            told("C4.6", "定期火灾风险研判", "研判会次数与应有次数", "meeting.held"),
            told("C8.4", "镇研究部署消防工作", "有消防议题的会议次数", "meeting.held"),
            told("C8.7", "经费保障", "年度列支", "budget.set"),
        ];
        let b = vec![
            told("5", "钱粮", "年度列支", "budget.set"),
            told("2", "形势分析", "研判会次数与应有次数", "meeting.held"),
            told("3", "议防火", "研判会次数与应有次数", "training.held"),
            told("C8.4", "研究部署消防", "会议", "meeting.held"),
        ];
        let found = sides(a, b);
        let pairs: Vec<_> =
            found.both.iter().map(|pair| (pair.a.as_str(), pair.b.as_str(), pair.by)).collect();
        assert_eq!(
            pairs,
            [("C4.6", "2", By::Measure), ("C8.4", "C8.4", By::Title), ("C8.7", "5", By::Measure)]
        );
        assert_eq!(
            found.only_b,
            [one("3", "议防火")],
            "the same words over other facts are not the same duty"
        );
        let open = |code: &str| {
            sides(vec![Told::only("C1", "消防组织建设")], vec![Told::only(code, "消防组织体系工作机构")])
        };
        assert_eq!(open("C1").both.first().map(|pair| pair.by), Some(By::Code), "titles leave it open");
        assert!(open("C2").both.is_empty());
    }
}
