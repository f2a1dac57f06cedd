//! Alarms of whoever is in no register: each unit opens an incident of its own, up to a bound for its line; those after it are
//! gathered in one, which lists each with his own words. What does not belong here: which goes where
//! (`domain::incident::stranger`), who is unregistered (`signal::digest`).

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::IncidentId;
use domain::incident::join::{Heard, Why};
use domain::incident::stranger::{Goes, Line, is_told_again};
use domain::incident::{Act, Sign};
use domain::policy::Action;
use domain::signal::Signal;
use domain::time::{MINUTE_MS, Timestamp};
use store::incident::IncidentRecord;
use store::{Read, Write};

use super::join::{Joined, is_sign, line_words, sign_of_stranger, stranger};
use super::{act_name, followed, window};
use crate::parameter::number_on;
use crate::{App, Caller, Error, Result};

/// Unregistered units of one line that open an incident of their own while signs are of one incident. A default of the town.
pub(crate) const STRANGERS: (&str, f64) = ("incident.strangers", 5.0);

/// What strangers of a line opened lately, as of a sign that came at a moment.
// Part of the write that takes the sign in.
pub(super) async fn line(read: &mut Read, line: &str, came_at: Timestamp, window_ms: i64) -> Result<Line> {
    let mut found = Line::default();
    let of_line = read.incidents_of_line(line, came_at.plus_ms(-window_ms)).await?;
    for (one, is) in followed(read, of_line).await? {
        found.add(&one.incident, &is.incident, (came_at, window_ms));
    }
    Ok(found)
}

/// Where a sign goes that is of nothing known by where it is.
// Part of the write that takes the sign in.
pub(super) async fn goes(read: &mut Read, of: &super::Arrived, window_ms: i64) -> Result<Goes> {
    let Some(stranger) = &of.stranger else { return Ok(Goes::Own) };
    let is_elsewhere = of.clue.sender_alone().is_none();
    let came_at = of.clue.came_at;
    let most = usize::from(number_on(read, STRANGERS, came_at.date()).await?);
    let mut line = line(read, &stranger.line, came_at, window_ms).await?;
    if is_elsewhere {
        // Who says where it is and is not there is not of his unit's own.
        line.own.clear();
    } else if line.gathered.is_none() && !line.own.contains_key(&stranger.unit) {
        for id in &line.judged {
            let spoke = read.incident_senders(std::slice::from_ref(id), &[&of.clue.sender]).await?;
            if !spoke.is_empty() {
                return Ok(Goes::Into(id.clone()));
            }
        }
    }
    Ok(line.goes(&stranger.unit, most))
}

/// The incident in which strangers of a line are gathered says so, and not where the first of them is.
pub(super) fn gathers(sign: Sign, of: &domain::incident::stranger::Stranger) -> Sign {
    Sign {
        address: format!("位置不明（{}的多个未登记来源）", line_words(&of.line)),
        place: None,
        at: None,
        ..sign
    }
}

/// What lines of strangers lead to, as far as it was looked up within a write, and what goes there. What was sent while a
/// box was cut off may have come hours apart and reach us at once: a line is looked up anew for each minute.
#[derive(Default)]
pub(crate) struct Lines {
    known: BTreeMap<(String, i64), Line>,
    into: BTreeMap<IncidentId, Vec<Heard>>,
}

/// Under what a line is known as of the moment a signal came.
fn key(line: &str, signal: &Signal) -> (String, i64) {
    (line.to_owned(), signal.received_at.0.div_euclid(MINUTE_MS))
}

impl Lines {
    /// Whether a signal goes where this line's are gathered or its own unit is: no decision is left, and it costs next to
    /// nothing.
    pub(crate) fn leads(&self, signal: &Signal) -> bool {
        self.target(signal).is_some()
    }

    fn target(&self, signal: &Signal) -> Option<(IncidentId, Heard)> {
        if signal.position.is_some() || signal.place.is_some() || !is_sign(signal) {
            return None;
        }
        let stranger = stranger(signal)?;
        let known = self.known.get(&key(&stranger.line, signal))?;
        let id = known.own.get(&stranger.unit).or(known.gathered.as_ref())?;
        Some((id.clone(), sign_of_stranger(signal, &stranger.line)))
    }

    /// Puts a signal with those that go to the same incident; nothing where that must be decided first.
    pub(crate) fn take(&mut self, signal: &Signal) -> bool {
        let Some((id, heard)) = self.target(signal) else { return false };
        self.into.entry(id).or_default().push(heard);
        true
    }

    /// Looks up the line of a stranger's signal, if it was not yet in this write.
    // Part of the write that takes the signal in.
    pub(crate) async fn look_up(&mut self, read: &mut Read, signal: &Signal) -> Result<()> {
        let stranger = stranger(signal).filter(|_| is_sign(signal));
        let Some(stranger) = stranger.filter(|one| !self.known.contains_key(&key(&one.line, signal))) else {
            return Ok(());
        };
        let ms = window(read, signal.received_at.date()).await?.ms;
        let found = line(read, &stranger.line, signal.received_at, ms).await?;
        self.known.insert(key(&stranger.line, signal), found);
        Ok(())
    }

    /// Forgets what was known of the line of a signal that just opened something.
    pub(crate) fn forget(&mut self, signal: &Signal) {
        if let Some(stranger) = stranger(signal) {
            self.known.retain(|(line, _), _| *line != stranger.line);
        }
    }
}

impl App {
    /// Takes the signs of strangers into the incidents they go to, each incident once for all of them.
    // Part of the write that stores the signals.
    pub(crate) async fn gather(&self, caller: &Caller, tx: &mut Write, lines: Lines) -> Result<Vec<Joined>> {
        let mut joined = Vec::new();
        for (id, signs) in lines.into {
            let done = self.gather_in(caller, tx, &id, signs).await?;
            joined.extend(done.map(|(record, act)| Joined {
                incident: record.incident.id,
                action: act_name(&act),
                path: record.path,
            }));
        }
        Ok(joined)
    }

    /// Takes signs of strangers into one incident. None where they say nothing new.
    // Part of the write that stores the signals.
    pub(super) async fn gather_in(
        &self,
        caller: &Caller,
        tx: &mut Write,
        id: &IncidentId,
        signs: Vec<Heard>,
    ) -> Result<Option<(IncidentRecord, Act)>> {
        let now = self.now();
        let whole = Caller::system().scope(Action::IncidentRead)?;
        let mut record = tx.incident(id, &whole).await?.ok_or(Error::NotFound)?;
        let senders: BTreeSet<&str> = signs.iter().map(|one| one.sender.as_str()).collect();
        // Who spoke in what became part of it spoke in it.
        let parts: Vec<IncidentId> = std::iter::once(id).chain(&record.incident.absorbed).cloned().collect();
        let mut known = tx.incident_senders(&parts, &senders.into_iter().collect::<Vec<_>>()).await?;
        let before = record.incident.stranger.as_ref().map_or(0, |one| one.senders);
        let (mut kept, mut new) = (Vec::new(), 0);
        for mut heard in signs {
            let is_new = !known.contains(&heard.sender);
            if heard.restored && is_new {
                // All well where nothing was.
                continue;
            }
            if is_new {
                known.insert(heard.sender.clone());
                new += 1;
            }
            heard.why = vec![Why::Line.label()];
            let act = Act::Join {
                says: heard.says.clone(),
                why: heard.why.clone(),
                bound: heard.bound,
                restored: heard.restored,
            };
            record.incident = record.incident.take(&act, &caller.person, heard.came_at.min(now), "", now)?;
            kept.push(heard);
        }
        let Some(first) = kept.first() else { return Ok(None) };
        if let Some(stranger) = &mut record.incident.stranger {
            stranger.senders += new;
        }
        let n = kept.len();
        let says = match n {
            1 => format!("{}（{}）", first.says, first.from),
            _ => format!("{}（{}）等 {n} 条信号", first.says, first.from),
        };
        let restored = kept.iter().all(|one| one.restored);
        let act = Act::Join { says, why: first.why.clone(), bound: false, restored };
        let event = self.event(&record, act.clone(), caller, (first.came_at.min(now), now), "");
        tx.save_incident(&record, &event).await?;
        record.version += 1;
        let ids: Vec<String> = kept.iter().map(|_| self.new_id()).collect();
        let rows: Vec<(&str, &Heard)> = ids.iter().map(String::as_str).zip(&kept).collect();
        tx.insert_incident_signals(id, &rows).await?;
        // One alarm for the event: told again when they have become twice as many.
        if is_told_again(before, before + new) && record.incident.stage.is_unverified() {
            let what = format!("又有未登记来源报警，已有 {} 个，仍待核实", before + new);
            self.tell_watch(caller, tx, &record, &format!("strangers-{}", before + new), &what).await?;
        }
        Ok(Some((record, act)))
    }
}
