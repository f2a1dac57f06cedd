//! Devices as facts: installed where, and on which days they were heard. What does not belong here: their rows
//! (`device`), what state they are in now (`domain::device`).

use std::collections::BTreeMap;

use domain::device::DeviceKind;
use domain::fulfilment::Span;
use domain::plan::SubjectKind;
use domain::time::{Date, Timestamp};

use super::{Gathered, end_of};
use crate::device::{DeviceRecord, HeardRecord};
use crate::{Read, Result, args};

impl Read {
    /// Where devices are installed and when they were heard. Those voided by this day are left out.
    pub(super) async fn gather_devices(&mut self, out: &mut Gathered, as_of: Date) -> Result<()> {
        let town = self.town.clone();
        let mut heard: BTreeMap<String, Vec<HeardRecord>> = BTreeMap::new();
        let sql = "SELECT * FROM device_span WHERE town = $1 ORDER BY device, from_at, id";
        self.each(sql, args![town.as_str()], |row| {
            let record = HeardRecord::from_row(&row)?;
            heard.entry(record.device.to_string()).or_default().push(record);
            Ok(())
        })
        .await?;
        let sql =
            "SELECT * FROM device WHERE town = $1 AND (voided_at IS NULL OR voided_at >= $2) ORDER BY id";
        for row in &self.rows(sql, args![town.as_str(), end_of(as_of)]).await? {
            let record = DeviceRecord::from_row(row)?;
            out.device(&record, heard.get(record.device.id.as_str()).map_or(&[][..], Vec::as_slice))?;
        }
        Ok(())
    }
}

impl Gathered {
    fn device(&mut self, record: &DeviceRecord, heard: &[HeardRecord]) -> Result<()> {
        let device = &record.device;
        let id = device.id.as_str();
        let void_on = record.voided_at.map(Timestamp::date);
        let tags = [format!("device:{}", device.kind.code())];
        let last = device.retired.as_ref().and_then(|(on, _)| on.pred_opt());
        let subject = |kind, of: Option<&str>| of.and_then(|of| self.facts.subject(kind, of));
        let place = subject(SubjectKind::Place, device.place.as_ref().map(|place| place.as_str()));
        let facility =
            subject(SubjectKind::Facility, device.facility.as_ref().map(|facility| facility.as_str()));
        if let Some(from) = device.installed_on
            && last.is_none_or(|last| from <= last)
        {
            // A detector that should be heard protects its place while it is; one that hangs there silent protects nobody.
            let is_heard_or_nothing =
                device.kind == DeviceKind::SmokeDetector && device.heartbeat_s.is_some();
            let spans: Vec<(Span, Timestamp)> = match is_heard_or_nothing {
                false => vec![(Span { from, to: last }, record.recorded_at)],
                true => heard
                    .iter()
                    .filter_map(|one| Some((one.span.days()?, record.recorded_at.max(one.span.from))))
                    .map(|(days, at)| {
                        (Span { from: days.from.max(from), to: days.to.into_iter().chain(last).min() }, at)
                    })
                    .filter(|(span, _)| span.to.is_none_or(|to| span.from <= to))
                    .collect(),
            };
            for (span, at) in spans {
                self.put_until("device.installed", id, place, &[], span, at, void_on, &tags)?;
            }
        }
        for one in heard {
            let Some(days) = one.span.days() else { continue };
            let span = Span { from: days.from, to: days.to.into_iter().chain(last).min() };
            if span.to.is_none_or(|to| span.from <= to) {
                self.put_until("device.online", id, facility, &[], span, one.span.from, void_on, &tags)?;
            }
        }
        Ok(())
    }
}
