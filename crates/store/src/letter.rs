//! Letters of responsibility as rows, each with the last day of its signer on the post. What does *not* belong here: how a
//! letter stands on a day (`domain::letter`).

use domain::ids::LetterId;
use domain::letter::Letter;
use domain::policy::Scope;
use domain::time::{Date, Timestamp};

use crate::scope::{Columns, Where};
use crate::value::{json, word};
use crate::{Error, Read, Result, Row, Write, args, cols};

/// A letter as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterRecord {
    /// The letter.
    pub letter: Letter,
    /// The signer's last day on the post, once it is known.
    pub left_on: Option<Date>,
    /// Who recorded it.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When it was voided, and why.
    pub voided: Option<(Timestamp, String)>,
}

const LETTERS: &str = "SELECT letter.*, (SELECT a.to_on FROM assignment a WHERE a.town = letter.town \
                       AND a.id = letter.assignment) AS left_on FROM letter";
pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "" };

impl LetterRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let letter: Letter = row.json("content")?;
        let id = row.text("id")?;
        if letter.id.as_str() != id || letter.post.as_str() != row.text("post")? {
            return Err(Error::Inconsistent { table: "letter", column: "content".to_owned(), id });
        }
        let void_reason = row.text("void_reason")?;
        Ok(Self {
            letter,
            left_on: row.opt_date("left_on")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            voided: row.opt_instant("voided_at")?.map(|at| (at, void_reason)),
        })
    }
}

impl Read {
    /// The letter of this id.
    pub async fn letter(&mut self, id: &LetterId) -> Result<Option<LetterRecord>> {
        let town = self.town.clone();
        let sql = format!("{LETTERS} WHERE town = $1 AND id = $2");
        let row = self.row(sql, args![town.as_str(), id.as_str()]).await?;
        row.as_ref().map(LetterRecord::from_row).transpose()
    }

    /// Every letter within a scope, void ones too, the latest first.
    pub async fn letters(&mut self, scope: &Scope) -> Result<Vec<LetterRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        let sql = format!("{LETTERS}{sql} ORDER BY signed_on DESC, id DESC");
        self.rows(sql, list).await?.iter().map(LetterRecord::from_row).collect()
    }
}

impl Write {
    /// A new letter; an id that is taken is a conflict.
    pub async fn insert_letter(&mut self, record: &LetterRecord) -> Result<()> {
        let l = &record.letter;
        let row = cols! {
            post: l.post.as_str(), role: word(&l.role)?, signer: l.signer.as_str(), assignment: l.assignment.as_str(),
            org: l.org.as_str(), path: &l.path, signed_on: l.terms.signed_on, from_on: l.terms.from,
            until_on: l.terms.until, recorded_by: &record.recorded_by, content: json(l)?, version: 1_i64,
            recorded_at: record.recorded_at, voided_at: None::<Timestamp>, void_reason: "",
        };
        self.insert("letter", l.id.as_str(), row).await
    }

    /// Voids a letter; it stays on record.
    pub async fn void_letter(
        &mut self,
        id: &LetterId,
        version: i64,
        at: Timestamp,
        reason: &str,
    ) -> Result<()> {
        let row = cols! { voided_at: at, void_reason: reason };
        self.update("letter", id.as_str(), version, row).await
    }
}
