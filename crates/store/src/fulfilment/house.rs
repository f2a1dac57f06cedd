//! Houses as facts: graded by a rule on a day, licences verified by every department that was asked, the approval reviewed.
//! What does not belong here: their rows (`house`).

use std::collections::BTreeMap;

use domain::fulfilment::Span;
use domain::house::{Check, CheckKind, verified_days};
use domain::plan::SubjectKind;
use domain::time::Timestamp;

use super::Gathered;
use crate::house::{HouseCheckRecord, HouseRecord};
use crate::{Read, Result, args};

impl Read {
    /// Every house that was graded or asked about. Source: C17.3, C17.5, C17.6.
    pub(super) async fn gather_houses(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let rows = self.rows("SELECT * FROM house WHERE town = $1 ORDER BY id", args![town.as_str()]).await?;
        for row in &rows {
            let house = HouseRecord::from_row(row)?;
            let id = house.place.as_str();
            let place = out.facts.subject(SubjectKind::Place, id);
            let tag = [format!("grade:{}", house.grade.code())];
            let (since, at) = (Span::since(house.graded_on), house.recorded_at);
            out.put("place.graded", id, place, &[], since, at, &tag)?;
        }
        let sql = "SELECT * FROM house_check WHERE town = $1 ORDER BY asked_on, id";
        let mut asked: BTreeMap<String, Vec<(Check, Timestamp)>> = BTreeMap::new();
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let record = HouseCheckRecord::from_row(row)?;
            asked.entry(record.check.place.to_string()).or_default().push((record.check, record.recorded_at));
        }
        for (id, checks) in asked {
            let place = out.facts.subject(SubjectKind::Place, &id);
            for (kind, fact, tags) in [
                (CheckKind::Licence, "licence.verified", &[][..]),
                (CheckKind::Approval, "decision.recorded", &["decision:approval_review".to_owned()][..]),
            ] {
                let own = || checks.iter().filter(|(check, _)| check.kind == kind);
                if let Some((from, to)) = verified_days(own().map(|(check, _)| check)) {
                    let at = own().map(|(_, at)| *at).max().unwrap_or_default();
                    // What was verified is known on the day it was verified at the earliest.
                    let at = at.max(Timestamp::start_of(from));
                    out.put(fact, &id, place, &[], Span { from, to }, at, tags)?;
                }
            }
        }
        Ok(())
    }
}
