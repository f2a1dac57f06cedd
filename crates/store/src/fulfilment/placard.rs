//! Placards of villages as facts: each photo shows the roster current from its day until the holders changed. What does
//! not belong here: when that is (`domain::placard`).

use domain::org::Assignment;

use super::Gathered;
use crate::placard::PlacardRecord;
use crate::post::AssignmentRecord;
use crate::{Read, Result, args};

impl Read {
    pub(super) async fn gather_placards(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT * FROM placard WHERE town = $1 AND kind = 'village' ORDER BY recorded_at, id";
        let rows = self.rows(sql, args![town.as_str()]).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let held = "SELECT * FROM assignment WHERE town = $1 \
                    AND role IN ('village_secretary', 'village_staff', 'fire_manager') ORDER BY from_on, id";
        let held = self.rows(held, args![town.as_str()]).await?;
        let held = held.iter().map(|row| AssignmentRecord::from_row(row).map(|record| record.assignment));
        let held: Vec<Assignment> = held.collect::<Result<_>>()?;
        for row in &rows {
            let placard = PlacardRecord::from_row(row)?.placard;
            let around = out.roll.around(&placard.path, out.town);
            let subject = out.roll.territories.get(&placard.about).copied();
            for (span, posting) in placard.spans(&held) {
                let tags = ["board:roster".to_owned()];
                let id = placard.id.as_str();
                out.put("board.current", id, subject, &around, span, posting.at, &tags)?;
            }
        }
        Ok(())
    }
}
