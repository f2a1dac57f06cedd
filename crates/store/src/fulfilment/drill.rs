//! Drills as facts of whom they were held with, once they were held.

use std::collections::BTreeSet;

use domain::drill::Whose;
use domain::fulfilment::Span;
use domain::plan::SubjectKind;
use domain::time::Timestamp;

use super::Gathered;
use crate::{Read, Result, args};

impl Read {
    pub(super) async fn gather_drills(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT id, scenario, org, path, subject_kind, subject, held_on, reported_at FROM drill \
                   WHERE town = $1 AND held_on IS NOT NULL ORDER BY held_on, id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let subject = row.text("subject")?;
            let kind = match row.word::<Whose>("subject_kind")? {
                Whose::Place => SubjectKind::Place,
                Whose::Village => SubjectKind::Village,
                Whose::Station => SubjectKind::Station,
                Whose::Town => SubjectKind::Town,
            };
            let subject = out.facts.subject(kind, &subject);
            let (mut tags, mut also) = out.roll.acting(&BTreeSet::from([row.text("org")?]));
            also.extend(out.roll.around(&row.text("path")?, out.town));
            tags.push(format!("drill:{}", row.text("scenario")?));
            let on = row.date("held_on")?;
            let at = row.opt_instant("reported_at")?.unwrap_or(Timestamp::start_of(on));
            out.put("drill.held", &row.text("id")?, subject, &also, Span::between(on, on), at, &tags)?;
        }
        Ok(())
    }
}
