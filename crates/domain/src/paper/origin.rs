//! What a paper owes to the record it is made from: which it may be, and the fields in which the record has the word. What
//! does not belong here: reading the record (`app::paper::prefill`).

use super::{About, FieldProblem, Template, Values};

/// Records papers are made from, by the word they are kept under.
const RECORDS: [(&str, &str); 20] = [
    ("hazard", "隐患"),
    ("inspection", "检查"),
    ("meeting", "会议"),
    ("report", "报告"),
    ("letter", "责任书"),
    ("training", "培训班次"),
    ("certificate", "证件"),
    ("enforcement", "案件"),
    ("incident", "火警"),
    ("whistle", "吹哨单"),
    ("report_case", "举报"),
    ("drill", "演练"),
    ("campaign", "专项督查"),
    ("paper", "文书"),
    ("evidence", "佐证"),
    ("inspection_plan", "检查计划"),
    ("force", "消防力量"),
    ("sortie", "出动记录"),
    ("facility", "消防设施"),
    ("authority", "权限事项"),
];

/// The record in words.
fn record(kind: &str) -> &str {
    RECORDS.iter().find(|(code, _)| *code == kind).map_or(kind, |(_, label)| label)
}

impl Template {
    /// What it may be made from, in words: `隐患、案件`.
    pub fn records(&self) -> String {
        self.from.iter().map(|kind| record(kind)).collect::<Vec<_>>().join("、")
    }

    /// Why it cannot be made from this, or from nothing; none when it can.
    pub fn foreign_to(&self, about: Option<&About>) -> Option<String> {
        let fits = about.is_some_and(|about| self.from.contains(&about.kind));
        if !self.bound || fits {
            return None;
        }
        let (name, records) = (&self.name, self.records());
        Some(match self.blank {
            true => format!(
                "《{name}》写的是{records}里记录的事实，只能由它生成，请打开对应的记录起草；要在现场手写的，请打印空白表"
            ),
            false => format!("《{name}》写的是{records}里记录的事实，只能由它生成，请打开对应的记录起草"),
        })
    }

    /// The values with what the record gives in its place. Who sends what it said when the draft was last saved has not typed
    /// over it: he gets what it says now.
    ///
    /// Errors: each field somebody typed over.
    pub fn held_to(
        &self,
        mut values: Values,
        known: &Values,
        before: Option<&Values>,
    ) -> Result<Values, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        for key in &self.given {
            let wanted = known.get(key).filter(|value| !value.is_empty());
            let said = values.get(key).filter(|value| !value.is_empty());
            let is_old = said.is_some() && before.and_then(|before| before.get(key)) == said;
            if said.is_some() && said != wanted && !is_old {
                let name = self.field(key).map_or(key.as_str(), |field| field.zh.as_str());
                let record = self.records();
                let message = match wanted {
                    Some(_) => format!(
                        "“{name}”由{record}带入，不能改写，请恢复原文；记录有误的，请在{record}里更正"
                    ),
                    None => {
                        format!("“{name}”由{record}带入，{record}里还没有，请清空这一项，先在{record}里办理")
                    }
                };
                problems.push(FieldProblem { field: key.clone(), code: "paper.given", message });
            }
            match wanted {
                Some(value) => values.insert(key.clone(), value.clone()),
                None => values.remove(key),
            };
        }
        if problems.is_empty() { Ok(values) } else { Err(problems) }
    }

    /// What a draft says otherwise than its record by now, as one sentence; none where both say the same.
    pub fn strays(&self, values: &Values, known: &Values) -> Option<String> {
        let said = |from: &Values, key: &String| from.get(key).filter(|value| !value.is_empty()).cloned();
        let other = self.given.iter().filter(|key| said(values, key) != said(known, key));
        let names: Vec<&str> =
            other.map(|key| self.field(key).map_or(key.as_str(), |field| field.zh.as_str())).collect();
        let record = self.records();
        (!names.is_empty()).then(|| {
            format!("{record}里的“{}”与草稿不一致，请先打开草稿重新保存，再核准", names.join("”、“"))
        })
    }

    /// The template in a town's words keeps to what the one it was made from is held to, whenever it was worded.
    #[must_use]
    pub fn bound_like(mut self, base: &Self) -> Self {
        (self.bound, self.blank, self.signed) = (base.bound, base.blank, base.signed);
        self.issued_by.clone_from(&base.issued_by);
        self.from.clone_from(&base.from);
        self.given.clone_from(&base.given);
        for field in &mut self.fields {
            field.ahead = base.field(&field.key).is_some_and(|of| of.ahead);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::Value;
    use super::super::tests::advice;
    use super::*;

    fn bound() -> Template {
        let given = vec!["to".into(), "seen".into()];
        Template { bound: true, given, blank: true, ..advice() }
    }

    fn about(kind: &str) -> About {
        About { kind: kind.into(), id: "1".into() }
    }

    fn values<const N: usize>(pairs: [(&str, &str); N]) -> Values {
        pairs.map(|(key, text)| (key.to_owned(), Value::Text(text.to_owned()))).into()
    }

    #[test]
    fn it_is_made_from_the_record_it_names_and_from_nothing_else() {
        assert_eq!(bound().foreign_to(Some(&about("hazard"))), None);
        assert_eq!(advice().foreign_to(None), None, "free where the template does not say so");
        for of in [None, Some(about("meeting"))] {
            let told = bound().foreign_to(of.as_ref()).unwrap_or_default();
            assert!(told.contains("写的是隐患里记录的事实") && told.contains("空白表"), "{told}");
        }
    }

    #[test]
    fn nobody_types_over_what_the_record_gives() {
        let known = values([("to", "平安副食店"), ("people", "3")]);
        let held = |said: Values, before: Option<&Values>| {
            bound()
                .held_to(said, &known, before)
                .map_err(|all| all.into_iter().map(|one| one.field).collect::<Vec<_>>())
        };
        assert_eq!(held(Values::new(), None), Ok(values([("to", "平安副食店")])), "filled in by itself");
        let typed = values([("to", "别家"), ("seen", "2026-03-05T09:05"), ("deadline", "2026-03-08")]);
        assert_eq!(held(typed.clone(), None), Err(vec!["to".to_owned(), "seen".to_owned()]));
        // The record went on since the draft was saved.
        let now = values([("to", "平安副食店"), ("deadline", "2026-03-08")]);
        assert_eq!(held(typed.clone(), Some(&typed)), Ok(now));
    }
}
