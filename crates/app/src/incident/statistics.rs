//! Figures of incidents by village, by day and night. What does not belong here: how they are counted
//! (`domain::incident::statistics`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeMap;

use domain::device::{DeviceKind, expected, heard_ms};
use domain::dispatch::State;
use domain::ids::ForceId;
use domain::incident::Incident;
use domain::incident::statistics::{counts, handling, of_times, response};
use domain::policy::Action;
use domain::time::{MINUTE_MS, Timestamp};
use serde::Serialize;
use store::Read;
use store::device::DeviceFilter;
use store::incident::IncidentFilter;
use utoipa::ToSchema;

use super::{TARGET_S, VERIFY_S};
use crate::dispatch::{DAY_FROM, NIGHT_FROM};
use crate::names::Names;
use crate::parameter::number_on;
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};

/// Figures of some incidents; every count with what it is out of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct IncidentFigures {
    /// The village; none for all of them together.
    pub village: Option<Named>,
    /// `all`, `day` or `night`.
    pub part: &'static str,
    /// Alarms, tests left out.
    pub alarms: usize,
    /// Verified within the time asked (M18).
    pub verified_in_time: usize,
    pub false_alarms: usize,
    pub real: usize,
    pub unverified: usize,
    /// From the alarm to the word of who verified it, in the middle. Units: seconds.
    pub verified_median_s: Option<i64>,
    /// How many had somebody sent and arriving (M17).
    pub sent: usize,
    /// Units: seconds.
    pub median_s: Option<i64>,
    /// Units: seconds.
    pub p90_s: Option<i64>,
    pub in_target: usize,
}

/// How soon the people of one force were there (M17), over the orders they got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ForceFigures {
    pub force: Named,
    /// Orders given to its people.
    pub called: usize,
    /// Of them, whoever arrived.
    pub arrived: usize,
    /// Units: seconds.
    pub median_s: Option<i64>,
    /// Units: seconds.
    pub p90_s: Option<i64>,
    pub in_target: usize,
}

/// M19: how long devices were heard of how long they should have been, in the time asked for. Source: handbook of the field
/// §7: minutes, not who is online now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OnlineFigures {
    /// Kind of device; none for all of them together.
    pub kind: Option<Word>,
    /// How many should have been heard at some moment.
    pub devices: i64,
    pub minutes: i64,
    pub expected_minutes: i64,
}

/// Figures of a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct IncidentStatistics {
    pub from: String,
    pub to: String,
    /// An alarm is verified within this time. Units: seconds.
    pub verify_s: i64,
    /// Somebody arrives within this time of being sent. Units: seconds.
    pub target_s: i64,
    /// Hours at which day and night begin.
    pub day_from_h: u32,
    pub night_from_h: u32,
    pub rows: Vec<IncidentFigures>,
    /// By station and brigade, those that were called.
    pub forces: Vec<ForceFigures>,
    /// Of all devices together, then by kind; empty without any.
    pub online: Vec<OnlineFigures>,
}

fn figures<'a>(
    (village, part): (Option<Named>, &'static str),
    all: impl Iterator<Item = &'a Incident> + Clone,
    (verify_s, target_s): (i64, i64),
) -> IncidentFigures {
    let (handled, answered) = (handling(all.clone(), verify_s), response(all, target_s));
    IncidentFigures {
        village,
        part,
        alarms: handled.alarms,
        verified_in_time: handled.verified_in_time,
        false_alarms: handled.false_alarms,
        real: handled.real,
        unverified: handled.unverified,
        verified_median_s: handled.median_s,
        sent: answered.n,
        median_s: answered.median_s,
        p90_s: answered.p90_s,
        in_target: answered.in_target,
    }
}

/// How long devices the caller may see were heard.
async fn online(
    read: &mut Read,
    caller: &Caller,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<OnlineFigures>> {
    let Some(scope) = caller.hats.scope(Action::DeviceRead) else { return Ok(Vec::new()) };
    let filter = DeviceFilter { with_retired: true, ..DeviceFilter::default() };
    let devices = read.devices(&scope, &filter, None, i64::MAX).await?;
    let spans = read.device_spans_between(from, to).await?;
    let mut by_kind: BTreeMap<Option<DeviceKind>, (i64, i64, i64)> = BTreeMap::new();
    for record in &devices {
        let device = &record.device;
        let heard = spans.get(&device.id).map(Vec::as_slice).unwrap_or_default();
        let first = heard.first().map(|span| span.from);
        let Some((begun, ended)) = expected(device, first, (from, to)) else { continue };
        let ms = heard_ms(heard, begun, ended);
        for kind in [None, Some(device.kind)] {
            let sum = by_kind.entry(kind).or_default();
            *sum = (sum.0 + 1, sum.1 + ms, sum.2 + ended.0 - begun.0);
        }
    }
    let figures = by_kind.into_iter().map(|(kind, (devices, ms, expected_ms))| OnlineFigures {
        kind: kind.map(|kind| Word::new(kind.code(), kind.label())),
        devices,
        minutes: ms / MINUTE_MS,
        expected_minutes: expected_ms / MINUTE_MS,
    });
    Ok(figures.collect())
}

impl App {
    /// Figures of a time, both days included: of all, by day and night, by village.
    ///
    /// Errors: a day that is none; days that cannot follow each other.
    pub async fn incident_statistics(
        &self,
        caller: &Caller,
        from: &str,
        to: &str,
    ) -> Result<IncidentStatistics> {
        let scope = caller.scope(Action::IncidentRead)?;
        let (from, to) = (read_day("from", from)?, read_day("to", to)?);
        let end = to.succ_opt().filter(|_| from <= to);
        let end = end.ok_or_else(|| Error::field("to", "date.order", "结束日期不能早于开始日期，请核对"))?;
        let mut read = self.db.read(&self.town).await?;
        let today = self.now().date();
        let verify_s = i64::from(number_on(&mut read, VERIFY_S, today).await?);
        let target_s = i64::from(number_on(&mut read, TARGET_S, today).await?);
        let day_from = u32::from(number_on(&mut read, DAY_FROM, today).await?);
        let night_from = u32::from(number_on(&mut read, NIGHT_FROM, today).await?);
        let filter = IncidentFilter {
            alarm: Some((Timestamp::start_of(from), Timestamp::start_of(end))),
            rehearsal: Some(false),
            ..IncidentFilter::default()
        };
        let found = read.incidents(&scope, &filter, None, i64::MAX).await?;
        let names = Names::read(&mut read).await?;
        let limits = (verify_s, target_s);
        let all = || found.iter().map(|one| &one.incident);
        let is_day = |one: &&Incident| {
            let hour = one.mark(domain::incident::Mark::Alarm).unwrap_or_default().local_hour();
            (day_from..night_from).contains(&hour)
        };
        let mut rows = vec![
            figures((None, "all"), all(), limits),
            figures((None, "day"), all().filter(is_day), limits),
            figures((None, "night"), all().filter(|one| !is_day(one)), limits),
        ];
        let mut villages: BTreeMap<&str, Vec<&Incident>> = BTreeMap::new();
        for one in all() {
            villages.entry(one.territory.as_str()).or_default().push(one);
        }
        for (code, own) in villages {
            rows.push(figures((Some(names.territory(code)), "all"), own.into_iter(), limits));
        }
        // Every order of what is counted: who was called off on the way did not arrive.
        let mut orders: BTreeMap<ForceId, Vec<Option<i64>>> = BTreeMap::new();
        for one in found.iter().filter(|one| counts(&one.incident)) {
            for order in read.dispatches(&one.incident.id).await? {
                let order = order.dispatch;
                let times = order.at(State::Called).zip(order.at(State::OnScene));
                let s = times.map(|(called, there)| (there.0 - called.0).div_euclid(1_000));
                orders.entry(order.force).or_default().push(s);
            }
        }
        let forces = crate::dispatch::force_names(&mut read).await?;
        let forces = orders.into_iter().map(|(force, all)| {
            let there = of_times(all.iter().copied().flatten(), target_s);
            let name = forces.get(&force).map_or(force.as_str(), String::as_str).to_owned();
            ForceFigures {
                force: Named::new(force.as_str(), name),
                called: all.len(),
                arrived: there.n,
                median_s: there.median_s,
                p90_s: there.p90_s,
                in_target: there.in_target,
            }
        });
        let until = Timestamp::start_of(end).min(self.now());
        let online = online(&mut read, caller, (Timestamp::start_of(from), until)).await?;
        Ok(IncidentStatistics {
            online,
            forces: forces.collect(),
            from: from.to_string(),
            to: to.to_string(),
            verify_s,
            target_s,
            day_from_h: day_from,
            night_from_h: night_from,
            rows,
        })
    }
}
