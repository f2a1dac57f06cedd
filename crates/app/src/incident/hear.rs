//! A sign is heard: it joins what is known of that place and time, or opens an incident. What does not belong here: what a
//! signal says as a sign ([`super::join`]), which signs belong together (`domain::incident::join`).

use domain::ids::{IncidentId, OrgId, TerritoryCode};
use domain::incident::join::{Fix, Heard, Known, Mask, Why, Window};
use domain::incident::stranger::Goes;
use domain::incident::{Act, Event, Incident, Sign, Source};
use domain::time::Timestamp;
use store::Write;
use store::incident::{IncidentRecord, Sought};
use store::place::PlaceRecord;

use super::{Arrived, SERIES, followed, given, spot_of, stands, stranger, window};
use crate::names::joined;
use crate::{App, Caller, Result};

/// Where two of its bearings cross, of several the surest.
fn crossed(bearings: &[domain::incident::join::Bearing], far_m: f64) -> Option<Fix> {
    let pairs = bearings.iter().enumerate().flat_map(|(n, a)| bearings[n + 1..].iter().map(move |b| (a, b)));
    let fixes = pairs.filter_map(|(a, b)| domain::incident::join::cross(a, b, far_m));
    fixes.min_by(|a, b| a.error_m.total_cmp(&b.error_m))
}

/// An instant as a person reads it in a message: month, day and minute.
fn day_and_minute(at: Timestamp) -> String {
    at.to_rfc3339().get(5..16).unwrap_or_default().replace('T', " ")
}

/// Where an incident lies, as rights are told by.
struct Stands {
    place: Option<PlaceRecord>,
    territory: TerritoryCode,
    path: String,
    org: Option<OrgId>,
}

/// What opens an incident is told by where it is said to be; where nobody says, by who says it.
fn address_of(arrived: &Arrived, said: &str, place: Option<&PlaceRecord>) -> String {
    let said = given(said).map(str::to_owned);
    let address = said.or_else(|| place.map(|one| one.place.address.clone())).unwrap_or_default();
    let seen = arrived.clue.bearing.as_ref();
    match seen.filter(|_| address.is_empty()) {
        Some(seen) => format!("{}方位 {:.0} 度", arrived.from, seen.azimuth_deg),
        None if address.is_empty() && arrived.source == Source::Camera => {
            format!("位置不明（{}没有报方位）", arrived.from)
        }
        None if address.is_empty() && arrived.stranger.is_some() => format!("位置不明：{}", arrived.from),
        // Whoever sent it is in no register: a person must still see it.
        None if address.is_empty() && !matches!(arrived.source, Source::Telephone | Source::Person) => {
            format!("位置不明（{}）", arrived.source.label())
        }
        None => address,
    }
}

/// What is kept of a sign that came, with what whoever called said of where it is and his number.
fn heard_of(arrived: &Arrived, address: &str, phone: &str) -> Heard {
    Heard {
        signal: arrived.signal.clone(),
        source: arrived.source,
        says: arrived.says.clone(),
        from: arrived.from.clone(),
        bound: arrived.bound,
        restored: arrived.restored,
        came_at: arrived.clue.came_at,
        at: arrived.clue.at,
        bearing: arrived.clue.bearing.clone(),
        why: Vec::new(),
        sender: arrived.clue.sender.clone(),
        address: address.trim().to_owned(),
        phone: phone.trim().to_owned(),
    }
}

impl App {
    /// A sign is heard within the write that stores it: it joins an incident, opens one, or is hidden by a mask.
    /// Gives the incident and what happened to it. Ends nothing, whatever it says.
    // Part of the write of whoever received it.
    pub(crate) async fn hear_in(
        &self,
        caller: &Caller,
        tx: &mut Write,
        mut arrived: Arrived,
        (address, phone): (&str, &str),
    ) -> Result<Option<(IncidentRecord, Act)>> {
        let now = self.now();
        let window = window(tx, now.date()).await?;
        let town = TerritoryCode::from(self.town.as_str());
        let (place, territory, path, org) =
            stands(tx, arrived.clue.place.as_ref(), arrived.territory.as_ref(), &town).await?;
        if arrived.clue.at.is_none() && arrived.clue.bearing.is_none() {
            arrived.clue.at = place.as_ref().and_then(spot_of);
        } else {
            // Whoever shows it on the map knows where it is.
            arrived.near = false;
        }
        let stands = Stands { place, territory, path, org };
        let came_at = arrived.clue.came_at;
        let sought = Sought {
            between: (came_at.plus_ms(-window.ms), came_at.plus_ms(window.ms)),
            place: arrived.clue.place.clone(),
            area: arrived.clue.area(&window),
            // Of strangers only their line tells what they are of.
            sender: match arrived.stranger {
                Some(_) => None,
                None => arrived.clue.sender_alone().map(str::to_owned),
            },
        };
        let open = tx.incidents_near(&sought).await?;
        let ids: Vec<IncidentId> = open.iter().map(|one| one.incident.id.clone()).collect();
        let heard_before = tx.incident_signals_of(&ids).await?;
        let signs_of = |id: &IncidentId| heard_before.get(id).map(Vec::as_slice).unwrap_or_default();
        let open = followed(tx, open).await?;
        let known = |(one, is): &(IncidentRecord, IncidentRecord)| Known {
            id: is.incident.id.clone(),
            last_at: is.incident.last_signal_at,
            ongoing_since: is.incident.ongoing_since(),
            place: one.incident.place.clone(),
            at: one.incident.at,
            error_m: one.incident.error_m.unwrap_or(0.0),
            bearings: signs_of(&one.incident.id).iter().filter_map(|sign| sign.bearing.clone()).collect(),
            senders: signs_of(&one.incident.id).iter().map(|sign| sign.sender.clone()).collect(),
        };
        let mut heard = heard_of(&arrived, address, phone);
        let is_new_at = |(one, is): &&(IncidentRecord, IncidentRecord)| {
            let is_over = is.incident.ongoing_since().is_none();
            arrived.alarm
                && arrived.clue.place.is_some()
                && is_over
                && heard.rekindles(signs_of(&one.incident.id))
        };
        let known: Vec<Known> = open.iter().filter(|pair| !is_new_at(pair)).map(known).collect();
        let found = domain::incident::join::join(&arrived.clue, &known, &window);
        if arrived.source == Source::Camera {
            let masks = tx.incident_masks().await?;
            let masks: Vec<&Mask> = masks.iter().map(|one| &one.mask).collect();
            let why = found.as_ref().map(|(_, why)| why.as_slice()).unwrap_or_default();
            if domain::incident::join::is_hidden(&masks, &arrived.clue, why, window.far_m) {
                return Ok(None);
            }
        }
        if let Some((id, why)) = found {
            let of_it = open.iter().filter(|(_, is)| is.incident.id == id);
            let mut before = of_it.flat_map(|(one, _)| signs_of(&one.incident.id));
            // What a stranger says of another spot is not said again.
            let is_same = |one: &Heard| arrived.stranger.is_none() || one.at == heard.at;
            if before.any(|one| heard.repeats(one) && is_same(one)) {
                return Ok(None);
            }
            let is_heard = signs_of(&id).iter().any(|one| one.sender == heard.sender);
            let Some((_, mut record)) = open.into_iter().find(|(_, is)| is.incident.id == id) else {
                return Ok(None);
            };
            if let Some(of) = record.incident.stranger.as_mut().filter(|_| !is_heard) {
                of.senders += 1;
            }
            heard.why = why.iter().map(Why::label).collect();
            let bearings = known.into_iter().find(|one| one.id == id).map(|one| one.bearings);
            let bearings = bearings.unwrap_or_default();
            return self.join_to(caller, tx, record, arrived, (heard, bearings), (stands, window)).await;
        }
        if !arrived.alarm {
            return Ok(None);
        }
        match stranger::goes(tx, &arrived, window.ms).await? {
            Goes::Into(id) => return self.gather_in(caller, tx, &id, vec![heard]).await,
            Goes::Gathers => {
                if let Some(of) = &mut arrived.stranger {
                    of.gathered = true;
                }
            }
            Goes::Own => {}
        }
        self.open_with(caller, tx, arrived, heard, (stands, window)).await.map(Some)
    }

    /// The sign is of an incident that is known.
    // Part of the write of whoever received it.
    async fn join_to(
        &self,
        caller: &Caller,
        tx: &mut Write,
        mut record: IncidentRecord,
        arrived: Arrived,
        (heard, mut bearings): (Heard, Vec<domain::incident::join::Bearing>),
        (stands, window): (Stands, Window),
    ) -> Result<Option<(IncidentRecord, Act)>> {
        let (now, came_at) = (self.now(), heard.came_at);
        let is_proof = arrived.alarm && arrived.bound && !arrived.restored && !record.incident.trusted;
        let is_late = arrived.alarm && came_at.0 - record.incident.last_signal_at.0 > window.ms;
        let act = Act::Join {
            says: arrived.says,
            why: heard.why.clone(),
            bound: arrived.bound,
            restored: arrived.restored,
        };
        record.incident = record.incident.take(&act, &caller.person, came_at.min(now), "", now)?;
        let was_nowhere = record.incident.at.is_none() && record.incident.place.is_none();
        let says_where = heard.at.is_some() || arrived.clue.place.is_some();
        let tells = arrived.alarm && !arrived.restored && arrived.bound;
        if record.incident.near && !arrived.near && says_where && tells {
            // Who named a landmark told less than who says where it is.
            let i = &mut record.incident;
            (i.at, i.error_m, i.near, i.place) = (heard.at, None, false, None);
        } else if record.incident.at.is_none() {
            bearings.extend(heard.bearing.clone());
            let fix = crossed(&bearings, window.far_m);
            record.incident.at = fix.map(|fix| fix.at).or(heard.at);
            record.incident.error_m = fix.map(|fix| fix.error_m);
            record.incident.near &= fix.is_none();
            record.incident.near |= was_nowhere && fix.is_none() && arrived.near && says_where;
        }
        let is_landmark = arrived.near && !record.incident.near;
        if record.incident.place.is_none() && arrived.clue.place.is_some() && !is_landmark {
            record.incident.place = arrived.clue.place;
            (record.path, record.org, record.incident.territory) =
                (stands.path, stands.org, stands.territory);
        }
        // Whoever calls second is called back, too.
        record.caller_phone = joined(&record.caller_phone, &heard.phone);
        let event = self.event(&record, act.clone(), caller, (came_at.min(now), now), "");
        tx.save_incident(&record, &event).await?;
        tx.insert_incident_signal(&record.incident.id, (&self.new_id(), &heard)).await?;
        record.version += 1;
        // Nobody said yet what it is, and after a silence it is heard again: whoever watches is told of that, too.
        if is_proof && record.incident.stage.is_unverified() {
            let what = format!("有可信报警并入，仍待核实：来自{}", arrived.source.label());
            self.tell_watch(caller, tx, &record, "proof", &what).await?;
        } else if is_late && record.incident.stage.is_unverified() {
            let tag = format!("again-{}", record.incident.signals);
            self.tell_watch(caller, tx, &record, &tag, "又有新信号，仍待核实").await?;
        }
        Ok(Some((record, act)))
    }

    /// The sign is the first of an incident.
    // Part of the write of whoever received it.
    async fn open_with(
        &self,
        caller: &Caller,
        tx: &mut Write,
        arrived: Arrived,
        heard: Heard,
        (stands, window): (Stands, Window),
    ) -> Result<(IncidentRecord, Act)> {
        let (now, came_at) = (self.now(), heard.came_at);
        let address = address_of(&arrived, &heard.address, stands.place.as_ref());
        let sign = Sign {
            source: arrived.source,
            kind: arrived.kind,
            place: arrived.clue.place.clone(),
            territory: stands.territory,
            address,
            at: arrived.clue.at,
            error_m: None,
            text: arrived.says,
            called_by: arrived.from,
            bound: arrived.bound,
            came_at,
        };
        let sign = match arrived.stranger.as_ref().filter(|of| of.gathered) {
            Some(of) => stranger::gathers(sign, of),
            None => sign,
        };
        let code = format!("{SERIES}-{:04}", tx.next_number("incident").await?);
        let id = IncidentId::from(self.new_id());
        let mut incident = Incident::open(id, code, sign, caller.person.clone(), now)?;
        incident.near = arrived.near && incident.place.is_some();
        incident.stranger = arrived.stranger;
        let record = IncidentRecord {
            incident,
            caller_phone: heard.phone.clone(),
            path: stands.path,
            org: stands.org,
            version: 1,
            recorded_at: now,
            recorded_by: caller.name.clone(),
        };
        let event = Event { seq: 1, ..self.event(&record, Act::Open, caller, (record.alarm_at(), now), "") };
        tx.insert_incident(&record, &event, (&self.new_id(), &heard)).await?;
        // Once for the event, however many frames follow.
        let what = match now.0 - came_at.0 > window.ms {
            false => "有警情待核实".to_owned(),
            // A village's box was cut off, or somebody writes down later what he was told.
            true => format!("有迟报的警情待核实，{}收到", day_and_minute(came_at)),
        };
        self.tell_watch(caller, tx, &record, "open", &what).await?;
        Ok((record, Act::Open))
    }
}
