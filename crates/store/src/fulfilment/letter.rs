//! Letters of responsibility as facts: they hold from day to day, at the longest until the signer leaves the post.

use std::collections::BTreeSet;

use domain::plan::SubjectKind;
use domain::time::Timestamp;

use super::Gathered;
use crate::letter::LetterRecord;
use crate::{Read, Result, args};

impl Read {
    pub(super) async fn gather_letters(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT l.*, a.to_on AS left_on FROM letter l LEFT JOIN assignment a ON a.town = l.town \
                   AND a.id = l.assignment WHERE l.town = $1 ORDER BY l.from_on, l.id";
        for row in self.rows(sql, args![town.as_str()]).await? {
            out.letter(&LetterRecord::from_row(&row)?)?;
        }
        Ok(())
    }
}

impl Gathered {
    fn letter(&mut self, record: &LetterRecord) -> Result<()> {
        let letter = &record.letter;
        let Some(span) = letter.in_force(record.left_on) else { return Ok(()) };
        let around = self.roll.around(&letter.path, self.town);
        let (mut tags, mut also) = self.roll.acting(&BTreeSet::from([letter.org.to_string()]));
        also.extend(&around);
        tags.extend([
            format!("role:{}", letter.role.code()),
            format!("post:{}", letter.post),
            format!("person:{}", letter.signer),
        ]);
        let subject = self.facts.subject(SubjectKind::Post, letter.post.as_str()).or(around.first().copied());
        let void_on = record.voided.as_ref().map(|(at, _): &(Timestamp, String)| at.date());
        let at = record.recorded_at;
        let id = letter.id.as_str();
        self.put_until("responsibility.signed", id, subject, &also, span, at, void_on, &tags).map(drop)
    }
}
