//! Row scope in SQL: which rows somebody may see, and the small clauses that filters are put together from. What does
//! *not* belong here: deciding whose scope is what (`domain::policy`, which alone can make a [`Scope`]).

use domain::ids::PlaceId;
use domain::policy::Scope;

use crate::Value;

/// The columns of a table by which rights are told; an empty name where the table has none.
pub(crate) struct Columns {
    /// Territory path.
    pub path: &'static str,
    /// The organisation the row belongs to.
    pub org: &'static str,
    /// The place it is about.
    pub place: &'static str,
}

/// Columns of tables that record something about a place.
pub(crate) const OF_A_PLACE: Columns = Columns { path: "path", org: "org", place: "place" };

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

    /// Closes a bracket that a condition opened.
    pub fn close(&mut self) {
        self.sql.push(')');
    }

    /// The column holds exactly this, when it is asked for.
    pub fn is(&mut self, column: &str, value: Option<&str>) {
        if let Some(value) = value {
            let mark = self.mark(value);
            self.and(&format!("{column} = {mark}"));
        }
    }

    /// The column holds this place or a row that turned out to be about it, when one is asked for.
    pub fn is_place(&mut self, column: &str, place: Option<&PlaceId>) {
        if let Some(place) = place {
            let mark = self.mark(place.as_str());
            self.and(&format!(
                "({column} = {mark} OR {column} IN (SELECT b.id FROM place b WHERE b.town = $1 AND b.same_as = {mark}))"
            ));
        }
    }

    /// The column holds one of these, commas between them, when any is asked for.
    pub fn is_one_of(&mut self, column: &str, values: Option<&str>) {
        let values = values.unwrap_or_default().split(',').map(str::trim).filter(|one| !one.is_empty());
        let marks: Vec<String> = values.map(|one| self.mark(one)).collect();
        if !marks.is_empty() {
            self.and(&format!("{column} IN ({})", marks.join(", ")));
        }
    }

    /// Only rows whose path is this territory or lies below it.
    pub fn below(&mut self, column: &str, path: &str) {
        let clause = self.at_or_below(column, path);
        self.and(&format!("({clause})"));
    }

    /// The same condition, to stand beside others.
    pub(crate) fn at_or_below(&mut self, column: &str, path: &str) -> String {
        let path = path.trim_end_matches('/');
        let own = self.mark(path);
        // `0` follows `/`: this is every path below, found through the index.
        let (first, end) = (self.mark(format!("{path}/")), self.mark(format!("{path}0")));
        format!("{column} = {own} OR ({column} >= {first} AND {column} < {end})")
    }

    /// Only rows somebody may see: the one place where rights enter SQL.
    pub fn within(&mut self, columns: &Columns, scope: &Scope) {
        self.within_or(columns, scope, Vec::new());
    }

    /// The same; a noun that is an organisation's own in another way than by a column says how.
    pub fn within_or(&mut self, columns: &Columns, scope: &Scope, also: Vec<String>) {
        if scope.is_whole() {
            return;
        }
        let mut any = vec!["1 = 0".to_owned()];
        any.extend(also);
        for path in scope.paths() {
            any.push(self.at_or_below(columns.path, path));
        }
        for org in scope.orgs() {
            let org = self.mark(org.as_str());
            if !columns.org.is_empty() {
                any.push(format!("{} = {org}", columns.org));
            }
            if !columns.place.is_empty() {
                let place = columns.place;
                any.push(format!(
                    "{place} IN (SELECT s.id FROM place s WHERE s.town = $1 AND s.sector_org = {org})"
                ));
                any.push(format!(
                    "{place} IN (SELECT m.place FROM list_entry m JOIN place_list l ON l.town = m.town \
                     AND l.id = m.list WHERE l.town = $1 AND l.owner_org = {org} AND m.to_on IS NULL)"
                ));
            }
        }
        for place in scope.places() {
            let mark = self.mark(place.as_str());
            if !columns.place.is_empty() {
                any.push(format!("{} = {mark}", columns.place));
            }
        }
        self.and(&format!("({})", any.join(" OR ")));
    }

    /// Only rows that have `text`, taken literally, in one of the columns; Latin letters in any case.
    pub fn containing(&mut self, columns: &[&str], text: &str) {
        let mark = self.mark(like("%", &text.to_lowercase(), "%"));
        let any: Vec<String> =
            columns.iter().map(|column| format!("lower({column}) LIKE {mark} ESCAPE '!'")).collect();
        self.and(&format!("({})", any.join(" OR ")));
    }

    /// The text of the WHERE and its parameters.
    pub fn finish(self) -> (String, Vec<Value>) {
        (self.sql, self.args)
    }
}

/// Only what concerns places of a village, or has a text in one of its own columns or in the place's name, number or
/// initials.
pub(crate) fn of_places(only: &mut Where, village: Option<&str>, text: Option<&str>, own: &[&str]) {
    if let Some(village) = village {
        let village = only.mark(village);
        only.and(&format!("place IN (SELECT v.id FROM place v WHERE v.town = $1 AND v.village = {village})"));
    }
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return };
    let text = text.to_lowercase();
    let (part, begins) = (only.mark(like("%", &text, "%")), only.mark(like("", &text, "%")));
    let mut any: Vec<String> =
        own.iter().map(|column| format!("lower({column}) LIKE {part} ESCAPE '!'")).collect();
    any.push(format!(
        "place IN (SELECT q.id FROM place q WHERE q.town = $1 AND (lower(q.name) LIKE {part} ESCAPE '!' \
         OR lower(q.code) LIKE {part} ESCAPE '!' OR q.pinyin LIKE {begins} ESCAPE '!'))"
    ));
    only.and(&format!("({})", any.join(" OR ")));
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
