//! Alarms nobody heard and orders nobody answered: after the time the town has set the next are told, without anybody having
//! to look at a screen. What does not belong here: over which channel (`message`), who could go instead (`dispatch`).

use std::collections::BTreeSet;

use domain::dispatch::State;
use domain::ids::PersonId;
use domain::incident::Stage;
use domain::message::Urgency;
use domain::org::{Assignment, Role};
use domain::policy::{Action, Subject};
use domain::time::{DAY_MS, Date, Timestamp};
use store::Read;
use store::incident::IncidentFilter;

use crate::dispatch::answer_within_s;
use crate::message::{News, office_and_village};
use crate::names::Names;
use crate::parameter::number_on;
use crate::{App, Caller, Result};

/// An alarm nobody heard for so long is told to the office and the village. A default of the town. Units: seconds.
pub(crate) const NEXT_S: (&str, f64) = ("incident.next_s", 120.0);
/// An alarm nobody heard for so long is told to the town's leader. A default of the town. Units: seconds.
pub(crate) const LEADER_S: (&str, f64) = ("incident.leader_s", 300.0);
/// Told in one round at most: the rest in the next.
const ROUND: usize = 50;

/// Somebody's silence, and who is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Silence {
    kind: &'static str,
    id: String,
    path: String,
    tag: &'static str,
    text: String,
    told: BTreeSet<PersonId>,
}

/// The leaders who answer for fire safety; where nobody is that, whoever leads the town.
fn leaders(held: &[Assignment], today: Date) -> BTreeSet<PersonId> {
    let of = |roles: &[Role]| -> BTreeSet<PersonId> {
        let own = held.iter().filter(|one| one.is_valid_on(today) && roles.contains(&one.role));
        own.map(|one| one.person.clone()).collect()
    };
    let own = of(&[Role::LeaderInCharge]);
    if own.is_empty() { of(&[Role::CommitteeDirector, Role::PartySecretary]) } else { own }
}

impl App {
    /// Whom somebody's silence reaches now, those left out who were told.
    // Part of the round, which asked.
    async fn silences(&self, read: &mut Read, now: Timestamp) -> Result<Vec<Silence>> {
        let today = now.date();
        let next_s = i64::from(number_on(read, NEXT_S, today).await?);
        let leader_s = i64::from(number_on(read, LEADER_S, today).await?);
        let within_s = answer_within_s(read, now).await?;
        let whole = Caller::system().scope(Action::IncidentRead)?;
        let filter = IncidentFilter {
            stages: Some(Stage::Open.code().to_owned()),
            alarm: Some((now.plus_ms(-DAY_MS), now)),
            rehearsal: Some(false),
            ..IncidentFilter::default()
        };
        let unheard: Vec<_> = read
            .incidents(&whole, &filter, None, i64::MAX)
            .await?
            .into_iter()
            .filter(|one| one.incident.acknowledged.is_none())
            .filter(|one| now.0 - one.recorded_at.0 >= next_s.min(leader_s) * 1_000)
            .collect();
        let silent: Vec<_> = read
            .open_dispatches()
            .await?
            .into_iter()
            .filter(|one| one.dispatch.is_silent(now, within_s) && now.0 - one.recorded_at.0 < DAY_MS)
            .collect();
        if unheard.is_empty() && silent.is_empty() {
            return Ok(Vec::new());
        }
        let names = Names::read(read).await?;
        let held: Vec<Assignment> = read.assignments().await?.into_iter().map(|one| one.assignment).collect();
        let mut found = Vec::new();
        for record in unheard {
            let waits_s = (now.0 - record.recorded_at.0) / 1_000;
            let mut told = BTreeSet::new();
            if waits_s >= next_s {
                told.extend(office_and_village(&held, &record.path, today));
            }
            if waits_s >= leader_s {
                told.extend(leaders(&held, today));
            }
            let village = names.territory(record.incident.territory.as_str()).name;
            let limit_s = if waits_s >= leader_s { leader_s } else { next_s };
            found.push(Silence {
                kind: "incident",
                id: record.incident.id.to_string(),
                path: record.path.clone(),
                // The same news as the first had: nobody gets it twice.
                tag: "open",
                text: format!("{}：{village}警情已 {limit_s} 秒无人知晓，请立即处置", record.incident.code),
                told,
            });
        }
        for order in silent {
            let Some(record) = read.incident(&order.dispatch.incident, &whole).await? else { continue };
            let mut told = self.on_watch(read, &order.path, today).await?;
            told.extend(order.dispatch.stamps.get(&State::Called).map(|stamp| stamp.by.clone()));
            told.remove(&order.dispatch.person);
            found.push(Silence {
                kind: "dispatch",
                id: order.dispatch.id.to_string(),
                path: order.path.clone(),
                tag: "silent",
                text: format!(
                    "{}：{}超过 {within_s} 秒未应答调派，请改派他人",
                    record.incident.code,
                    names.person(&order.dispatch.person)
                ),
                told,
            });
        }
        for one in &mut found {
            for person in one.told.clone() {
                let key = crate::message::key((one.kind, &one.id), one.tag, &person);
                if read.message_with_key(&key).await?.is_some() {
                    one.told.remove(&person);
                }
            }
        }
        found.retain(|one| !one.told.is_empty());
        found.truncate(ROUND);
        Ok(found)
    }

    /// Tells the next of alarms nobody heard and orders nobody answered in time; gives of how many. Called again and again
    /// by the worker.
    pub async fn tell_of_silence(&self, caller: &Caller) -> Result<usize> {
        caller.hat(Action::AccountManage, &Subject::town())?;
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        if self.silences(&mut read, now).await?.is_empty() {
            return Ok(0);
        }
        drop(read);
        let mut tx = self.db.write(&self.town).await?;
        // Asked anew within the write: somebody may have heard it meanwhile.
        let found = self.silences(&mut tx, now).await?;
        let Some(first) = found.first() else { return Ok(0) };
        let mut audit = Caller::system().audit("incident.tell_next", first.kind, &first.id, now);
        audit.territory.clone_from(&first.path);
        audit.reason = found.iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join("；");
        for one in &found {
            let news =
                News { about: (one.kind, &one.id), tag: one.tag, urgency: Urgency::Alarm, text: &one.text };
            self.notify(&mut tx, one.told.clone(), &news).await?;
        }
        Ok(tx.commit(audit, found.len()).await?)
    }
}
