//! Row scope in SQL: which rows somebody may see, by territory, and the small clauses that filters are put together
//! from. What does *not* belong here: deciding whose scope is what (`domain::policy`).

use crate::Value;

/// The WHERE of a statement while it is put together: clauses with their parameters.
pub(crate) struct Where {
    sql: String,
    args: Vec<Value>,
}

impl Where {
    /// Begins with the town, which every statement names.
    pub fn town(column: &str, town: &str) -> Self {
        Self { sql: format!(" WHERE {column} = $1"), args: vec![town.into()] }
    }

    /// Takes a parameter and gives its mark, as `$3`.
    pub fn mark(&mut self, value: impl Into<Value>) -> String {
        self.args.push(value.into());
        format!("${}", self.args.len())
    }

    /// One more condition.
    pub fn and(&mut self, clause: &str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(clause);
    }

    /// The column holds exactly this, when it is asked for.
    pub fn is(&mut self, column: &str, value: Option<&str>) {
        if let Some(value) = value {
            let mark = self.mark(value);
            self.and(&format!("{column} = {mark}"));
        }
    }

    /// Only rows whose path is one of these territories or lies below it. `None` is everything; an empty list is
    /// nothing; an empty path is the whole town.
    pub fn scope(&mut self, column: &str, paths: Option<&[String]>) {
        let Some(paths) = paths else { return };
        if paths.iter().any(String::is_empty) {
            return;
        }
        let clauses: Vec<String> = paths
            .iter()
            .map(|path| {
                let path = path.trim_end_matches('/');
                let own = self.mark(path);
                // `0` follows `/`: this is every path below, found through the index.
                let (first, end) = (self.mark(format!("{path}/")), self.mark(format!("{path}0")));
                format!("{column} = {own} OR ({column} >= {first} AND {column} < {end})")
            })
            .collect();
        let any = if clauses.is_empty() { "1 = 0".to_owned() } else { clauses.join(" OR ") };
        self.and(&format!("({any})"));
    }

    /// The text of the WHERE and its parameters.
    pub fn finish(self) -> (String, Vec<Value>) {
        (self.sql, self.args)
    }
}

/// A pattern for `LIKE … ESCAPE '!'` in which nothing of the text itself is a wildcard.
pub(crate) fn like(before: &str, text: &str, after: &str) -> String {
    let mut out = String::from(before);
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            out.push('!');
        }
        out.push(c);
    }
    out.push_str(after);
    out
}
