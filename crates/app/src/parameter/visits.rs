//! How often places of a grade are inspected, as far as one setting depends on another: never none a year, and a worse
//! grade never less often than a milder one. What does not belong here: who is visited when (`inspection_plan`).

use domain::inspection_plan::{Frequency, GRADES};
use domain::plan::{Plan, Value};
use domain::risk::Grade;
use domain::time::Date;

use super::counted;
use crate::inspection_plan::OF_VISITS;

/// The grade whose visits a setting is of; none for those of places without a grade and of the police, for which no source
/// says a least.
fn grade_of(name: &str) -> Option<Grade> {
    let word = name.strip_prefix(OF_VISITS)?;
    GRADES.into_iter().find(|(known, _)| *known == word).map(|(_, grade)| grade)
}

/// The visits of each grade in force on a day: decided, otherwise those that come along.
fn frequency(plan: &Plan, on: Date) -> Frequency {
    let mut set = Frequency::proposed(on);
    for (word, grade) in GRADES {
        let decided = plan.set_on(&format!("{OF_VISITS}{word}"), on);
        if let Some(visits) = decided.and_then(|set| counted(&set.value)) {
            set.set(grade, u32::from(visits));
        }
    }
    set
}

/// What speaks against so many visits a year from a day on, with its code; none where nothing does or it is another setting.
///
/// It is looked at on its first day and on every later one on which the visits of a grade change.
pub(super) fn against(plan: &Plan, name: &str, value: &Value, from: Date) -> Option<(&'static str, String)> {
    let grade = grade_of(name)?;
    let visits = u32::from(counted(value)?);
    if visits == 0 {
        return Some(("parameter.value", "每年至少检查 1 次，请填写 1 到 366 之间的整数".to_owned()));
    }
    let set = || plan.parameters.iter().filter(|set| set.effective_from > from);
    let until = set().filter(|set| set.name == name).map(|set| set.effective_from).min();
    let mut days: Vec<Date> = set()
        .filter(|set| grade_of(&set.name).is_some() && until.is_none_or(|until| set.effective_from < until))
        .map(|set| set.effective_from)
        .collect();
    days.push(from);
    days.sort_unstable();
    days.into_iter().find_map(|day| {
        let mut all = frequency(plan, day);
        all.set(grade, visits);
        let other = all.against(grade)?;
        let (n, is_worse, other) = (all.visits(Some(other)), other > grade, other.label());
        let message = if is_worse {
            format!("{other}色场所每年检查 {n} 次，风险更低的不能比它多，请填写 1 到 {n} 之间的整数，或先调整{other}色场所的次数")
        } else {
            format!("{other}色场所每年检查 {n} 次，风险更高的不能比它少，请填写不小于 {n} 的整数，或先调整{other}色场所的次数")
        };
        Some(("parameter.order", message))
    })
}

#[cfg(test)]
mod tests {
    use domain::plan::{Basis, Parameter};
    use domain::time::parse_date;

    use super::*;

    fn day(text: &str) -> Date {
        parse_date(text).unwrap_or_default()
    }

    fn code(plan: &Plan, of: &str, visits: f64, from: &str) -> Option<&'static str> {
        let name = format!("{OF_VISITS}{of}");
        against(plan, &name, &Value::Number(visits), day(from)).map(|(code, _)| code)
    }

    #[test]
    fn every_grade_is_visited_and_a_worse_one_never_less_often() {
        let (plan, _) = exchange::plan_file::read(exchange::shipped::PLAN.1);
        let order = Some("parameter.order");
        for (of, visits, wanted) in [
            ("red", 0.0, Some("parameter.value")),
            ("blue", 0.0, Some("parameter.value")),
            ("ungraded", 0.0, None),
            ("police", 0.0, None),
            ("ungraded", 30.0, None),
            ("police", 1.0, None),
            ("red", 4.0, None),
            ("red", 3.0, order),
            ("orange", 12.0, None),
            ("orange", 13.0, order),
            ("orange", 1.0, order),
            ("yellow", 5.0, order),
            ("blue", 2.0, None),
            ("blue", 3.0, order),
        ] {
            assert_eq!(code(&plan, of, visits, "2026-10-01"), wanted, "{of} {visits}");
        }
        assert_eq!(against(&plan, "score.late", &Value::Number(0.0), day("2026-10-01")), None);
        let of = |name: &str| format!("{OF_VISITS}{name}");
        let (_, said) = against(&plan, &of("blue"), &Value::Number(5.0), day("2026-10-01")).expect("refused");
        assert!(said.starts_with("黄色场所每年检查 2 次"), "the grade next to it: {said}");
        let (_, said) = against(&plan, &of("red"), &Value::Number(1.0), day("2026-10-01")).expect("refused");
        assert!(said.starts_with("橙色场所每年检查 4 次"), "{said}");
    }

    #[test]
    fn what_is_decided_for_a_later_day_counts_from_that_day() {
        let set = |name: &str, visits: f64, from: &str| Parameter {
            name: format!("{OF_VISITS}{name}"),
            value: Value::Number(visits),
            unit: "次".to_owned(),
            basis: Basis::TownSetting,
            source: String::new(),
            effective_from: day(from),
        };
        let (plan, _) = exchange::plan_file::read(exchange::shipped::PLAN.1);
        let plan = plan.with_parameter(set("orange", 6.0, "2027-01-01"));
        assert_eq!(code(&plan, "red", 4.0, "2026-10-01"), Some("parameter.order"), "too few from January on");
        assert_eq!(code(&plan, "yellow", 5.0, "2026-10-01"), Some("parameter.order"), "too many until then");
        assert_eq!(code(&plan, "yellow", 5.0, "2027-01-01"), None);
        let plan = plan.with_parameter(set("red", 24.0, "2027-01-01"));
        assert_eq!(code(&plan, "red", 4.0, "2026-10-01"), None, "it ends before the others change");
    }
}
