//! Persons as rows. Whoever asks sees those who hold or held a post within his scope. What does not belong here:
//! masking a phone number (`app::person`), posts and who holds them (`post`).

use domain::ids::PersonId;
use domain::org::Person;
use domain::policy::Scope;
use domain::time::{Date, Timestamp};

use crate::scope::{Columns, Where, like};
use crate::vault::{secret, traces};
use crate::{Read, Result, Row, Value, Write, args, cols};

/// A person as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRecord {
    /// The person.
    pub person: Person,
    /// Initials of the name in pinyin, lower case.
    pub pinyin: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Which persons to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonFilter {
    /// Part of the name, the beginning of its pinyin initials, or the phone number or its last four digits.
    pub text: Option<String>,
    /// Only who is this today.
    pub role: Option<String>,
    /// Only who is on a post of this organisation today.
    pub org: Option<String>,
    /// Only who is on a post at or below this territory path today.
    pub path: Option<String>,
    /// Today.
    pub on: Date,
}

/// By which columns of an assignment rights to its person are told.
const BY_POST: Columns = Columns { path: "a.path", org: "a.org", place: "a.place" };

impl PersonRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let person = Person {
            id: row.text("id")?.into(),
            name: row.text("name")?,
            phone: row.opened("person", "phone")?,
            office_phone: row.opened("person", "office_phone")?,
            active: row.bool("active")?,
        };
        Ok(Self {
            person,
            pinyin: row.text("pinyin")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Vec<(&'static str, Value)> {
        let p = &self.person;
        cols! {
            name: &p.name, pinyin: &self.pinyin, phone: secret(&p.phone), phone_tail: "",
            phone_index: traces(&p.phone), office_phone: secret(&p.office_phone), active: p.active,
        }
    }
}

impl Read {
    /// The person of this id, if a post of his lies within the scope.
    pub async fn person(&mut self, id: &PersonId, scope: &Scope) -> Result<Option<PersonRecord>> {
        let mut only = Where::town("p.town", self.town.as_str());
        only.is("p.id", Some(id.as_str()));
        with_post(&mut only, scope, None);
        let (sql, list) = only.finish();
        self.row(format!("SELECT p.* FROM person p{sql}"), list)
            .await?
            .as_ref()
            .map(PersonRecord::from_row)
            .transpose()
    }

    /// What people are called, for showing who did something: ids and names of everybody, without anything else.
    pub async fn person_names(&mut self) -> Result<Vec<(PersonId, String)>> {
        let town = self.town.clone();
        self.rows("SELECT id, name FROM person WHERE town = $1 ORDER BY id", args![town.as_str()])
            .await?
            .iter()
            .map(|row| Ok((row.text("id")?.into(), row.text("name")?)))
            .collect()
    }

    /// These persons, whoever asks having asked who may see them.
    pub async fn persons_by_id(&mut self, ids: &[PersonId]) -> Result<Vec<PersonRecord>> {
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(500) {
            let mut only = Where::town("town", self.town.as_str());
            let marks: Vec<String> = some.iter().map(|id| only.mark(id.as_str())).collect();
            only.and(&format!("id IN ({})", marks.join(", ")));
            let (sql, list) = only.finish();
            for row in self.rows(format!("SELECT * FROM person{sql} ORDER BY id"), list).await? {
                found.push(PersonRecord::from_row(&row)?);
            }
        }
        Ok(found)
    }

    /// One page of persons by name after `after`, which is the last one's name and id.
    pub async fn person_page(
        &mut self,
        filter: &PersonFilter,
        scope: &Scope,
        after: Option<(&str, &PersonId)>,
        limit: i64,
    ) -> Result<Vec<PersonRecord>> {
        let mut only = self.person_filter(filter, scope)?;
        if let Some((name, id)) = after {
            let (name, id) = (only.mark(name), only.mark(id.as_str()));
            only.and(&format!("(p.name, p.id) > ({name}, {id})"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT p.* FROM person p{sql} ORDER BY p.name, p.id LIMIT {most}"), list)
            .await?
            .iter()
            .map(PersonRecord::from_row)
            .collect()
    }

    /// How many persons a filter finds.
    pub async fn person_count(&mut self, filter: &PersonFilter, scope: &Scope) -> Result<i64> {
        let (sql, list) = self.person_filter(filter, scope)?.finish();
        match self.row(format!("SELECT COUNT(*) AS n FROM person p{sql}"), list).await? {
            Some(row) => row.int("n"),
            None => Ok(0),
        }
    }

    fn person_filter(&self, filter: &PersonFilter, scope: &Scope) -> Result<Where> {
        let mut only = Where::town("p.town", self.town.as_str());
        let asks_for_post = filter.role.is_some() || filter.org.is_some() || filter.path.is_some();
        with_post(&mut only, scope, asks_for_post.then_some(filter));
        if let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            let text = text.to_lowercase();
            let (part, begins) = (only.mark(like("%", &text, "%")), only.mark(like("", &text, "%")));
            let phone = match self.trace_of(&text)? {
                Some(trace) => {
                    format!(" OR p.phone_index LIKE {} ESCAPE '!'", only.mark(like("% ", &trace, " %")))
                }
                None => String::new(),
            };
            only.and(&format!(
                "(lower(p.name) LIKE {part} ESCAPE '!' OR p.pinyin LIKE {begins} ESCAPE '!'{phone})"
            ));
        }
        Ok(only)
    }
}

/// Only who holds a post such as is asked for, or any, within the scope. Somebody who never held one is seen by whoever
/// sees the whole town.
fn with_post(only: &mut Where, scope: &Scope, asked: Option<&PersonFilter>) {
    if scope.is_whole() && asked.is_none() {
        return;
    }
    only.and("EXISTS (SELECT 1 FROM assignment a WHERE a.town = $1 AND a.person = p.id");
    only.within(&BY_POST, scope);
    if let Some(filter) = asked {
        let day = only.mark(filter.on);
        only.and(&format!("a.from_on <= {day} AND (a.to_on IS NULL OR a.to_on >= {day})"));
        only.is("a.role", filter.role.as_deref());
        only.is("a.org", filter.org.as_deref());
        if let Some(path) = &filter.path {
            only.below("a.path", path);
        }
    }
    only.close();
}

impl Write {
    /// A new person.
    pub async fn insert_person(&mut self, person: &PersonRecord) -> Result<()> {
        let mut row = person.cols();
        row.extend(cols! { version: 1_i64, recorded_at: person.recorded_at });
        self.insert("person", person.person.id.as_str(), row).await
    }

    /// Stores a changed person, if nobody changed it since.
    pub async fn update_person(&mut self, person: &PersonRecord) -> Result<()> {
        self.update("person", person.person.id.as_str(), person.version, person.cols()).await
    }
}
