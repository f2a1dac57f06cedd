//! Campaigns as facts of the town on the day they were closed, known since that was recorded. A closed one has named whoever
//! was unfinished.

use domain::campaign::State;
use domain::fulfilment::Span;

use super::Gathered;
use crate::campaign::CampaignRecord;
use crate::{Read, Result, args};

impl Read {
    pub(super) async fn gather_campaigns(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT * FROM campaign WHERE town = $1 AND state = 'closed' ORDER BY from_on, id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let record = CampaignRecord::from_row(row)?;
            let campaign = &record.campaign;
            let State::Closed { on, .. } = &campaign.state else { continue };
            let mut also = out.roll.around(&campaign.path, out.town);
            let (mut tags, orgs) = out.roll.acting(&[campaign.lead.to_string()].into());
            also.extend(orgs);
            tags.push(format!("campaign:{}", campaign.class));
            let (span, at) = (Span::between(*on, *on), record.changed_at);
            out.put("campaign.done", campaign.id.as_str(), Some(out.town), &also, span, at, &tags)?;
        }
        Ok(())
    }
}
