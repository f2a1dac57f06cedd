//! Incidents as rows: the incident as JSON with columns to search and tell rights by; its events, its signs, masks and
//! watches. What does not belong here: whether a step is allowed (`domain::incident`), orders (`dispatch`).

use std::collections::{BTreeMap, BTreeSet};

use domain::geometry::Bounds;
use domain::ids::{IncidentId, OrgId, PlaceId};
use domain::incident::join::{Heard, Mask};
use domain::incident::watch::Watch;
use domain::incident::{Event, Incident, Mark, Stage};
use domain::policy::Scope;
use domain::time::{DAY_MS, Timestamp};

use crate::scope::{Columns, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, args, cols};

/// By which columns rights to an incident are told; an order has the same.
pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "place" };
/// The latitude of what is nowhere: no sign is near it.
const NOWHERE: f64 = -1_000.0;

/// An incident as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentRecord {
    /// The incident.
    pub incident: Incident,
    /// The caller's telephone, sealed at rest; empty where nobody called.
    pub caller_phone: String,
    /// Territory path of where it is.
    pub path: String,
    /// The sector that oversees the place.
    pub org: Option<OrgId>,
    /// Row version: the number of its last event.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it first.
    pub recorded_by: String,
}

/// A mask as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskRecord {
    /// The mask.
    pub mask: Mask,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub recorded_by: String,
}

/// Which incidents to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct IncidentFilter {
    /// Only in these stages, commas between them.
    pub stages: Option<String>,
    /// Only of these kinds, commas between them.
    pub kinds: Option<String>,
    /// Only at or below this territory path.
    pub path: Option<String>,
    /// Only of this place.
    pub place: Option<PlaceId>,
    /// Only with this text in number or address.
    pub text: Option<String>,
    /// Only with an alarm in this time: from, and before.
    pub alarm: Option<(Timestamp, Timestamp)>,
    /// Only those invented to practise, or only those that were not; none: both.
    pub rehearsal: Option<bool>,
    /// Only those nobody went through again, with an alarm before this time.
    pub unreviewed_before: Option<Timestamp>,
}

/// What a new sign says of the incidents it may belong to.
#[derive(Debug, Clone, PartialEq)]
pub struct Sought {
    /// Their last sign came in this time, both ends included.
    pub between: (Timestamp, Timestamp),
    /// Its place.
    pub place: Option<PlaceId>,
    /// Where they may lie. Whatever a camera saw lately comes along: how far off that is, the cameras' errors tell.
    pub area: Option<Bounds>,
    /// Who sent it, where nothing else is known.
    pub sender: Option<String>,
}

impl IncidentFilter {
    fn narrow(&self, only: &mut Where) {
        only.is_one_of("stage", self.stages.as_deref());
        only.is_one_of("kind", self.kinds.as_deref());
        only.is("place", self.place.as_ref().map(PlaceId::as_str));
        if let Some(path) = &self.path {
            only.below("path", path);
        }
        if let Some(text) = &self.text {
            only.containing(&["code", "address"], text);
        }
        if let Some((from, before)) = self.alarm {
            let (from, before) = (only.mark(from), only.mark(before));
            only.and(&format!("alarm_at >= {from} AND alarm_at < {before}"));
        }
        if let Some(rehearsal) = self.rehearsal {
            let rehearsal = only.mark(rehearsal);
            only.and(&format!("rehearsal = {rehearsal}"));
        }
        if let Some(before) = self.unreviewed_before {
            let before = only.mark(before);
            only.and(&format!(
                "alarm_at < {before} AND NOT EXISTS (SELECT 1 FROM incident_event e WHERE e.town = incident.town \
                 AND e.incident = incident.id AND e.step = 'review')"
            ));
        }
    }
}

fn live() -> String {
    let codes: Vec<&str> = Stage::LIVE.iter().map(|stage| stage.code()).collect();
    codes.join(",")
}

impl IncidentRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let incident: Incident = row.json("content")?;
        if incident.stage.code() != row.text("stage")? || incident.id.as_str() != row.text("id")? {
            return Err(row.inconsistent("stage"));
        }
        Ok(Self {
            incident,
            caller_phone: row.opt_opened("incident", "caller_phone")?.unwrap_or_default(),
            path: row.text("path")?,
            org: row.opt_text("org")?.map(Into::into),
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
        })
    }

    /// When the first sign came.
    pub fn alarm_at(&self) -> Timestamp {
        self.incident.mark(Mark::Alarm).unwrap_or(self.recorded_at)
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let i = &self.incident;
        Ok(cols! {
            code: &i.code, kind: i.kind.code(), stage: i.stage.code(), place: i.place.as_ref().map(PlaceId::as_str),
            territory: i.territory.as_str(), path: &self.path, org: self.org.as_ref().map(OrgId::as_str),
            address: &i.address, alarm_at: self.alarm_at(), last_signal_at: i.last_signal_at, rehearsal: i.rehearsal,
            caller_phone: Value::Secret(Some(self.caller_phone.clone()).filter(|phone| !phone.is_empty())),
            cached_line: i.stranger.as_ref().map(|one| one.line.as_str()),
            cached_lat: i.at.map_or(NOWHERE, |[_, lat]| lat), cached_lon: i.at.map_or(NOWHERE, |[lon, _]| lon),
            content: json(i)?,
        })
    }
}

/// A sign as it was heard, with the telephone it came from.
fn heard(row: &Row) -> Result<Heard> {
    let heard: Heard = row.json("content")?;
    Ok(Heard { phone: row.opt_opened("incident_signal", "phone")?.unwrap_or_default(), ..heard })
}

impl MaskRecord {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            mask: row.json("content")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let voided_at = self.mask.void.as_ref().map(|(at, _)| *at);
        Ok(cols! { voided_at: voided_at, content: json(&self.mask)? })
    }
}

impl Read {
    /// The incident of this id, within the scope.
    pub async fn incident(&mut self, id: &IncidentId, scope: &Scope) -> Result<Option<IncidentRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        let row = self.row(format!("SELECT * FROM incident{sql}"), list).await?;
        row.as_ref().map(IncidentRecord::from_row).transpose()
    }

    /// Incidents whose alarm came before `before` (exclusive, by moment and id), newest first, within the scope.
    pub async fn incidents(
        &mut self,
        scope: &Scope,
        filter: &IncidentFilter,
        before: Option<(Timestamp, IncidentId)>,
        limit: i64,
    ) -> Result<Vec<IncidentRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        filter.narrow(&mut only);
        only.within(&COLUMNS, scope);
        if let Some((at, id)) = before {
            let (at, id) = (only.mark(at), only.mark(id.as_str()));
            only.and(&format!("(alarm_at, id) < ({at}, {id})"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM incident{sql} ORDER BY alarm_at DESC, id DESC LIMIT {most}"), list)
            .await?
            .iter()
            .map(IncidentRecord::from_row)
            .collect()
    }

    /// Incidents that wait for somebody, within the scope: those invented to practise left out. They are few: all of them.
    pub async fn live_incidents(&mut self, scope: &Scope) -> Result<Vec<IncidentRecord>> {
        let filter =
            IncidentFilter { stages: Some(live()), rehearsal: Some(false), ..IncidentFilter::default() };
        self.incidents(scope, &filter, None, i64::MAX).await
    }

    /// Incidents that wait for somebody and may be what a new sign is of, the one with the oldest last sign first: of its
    /// place, in its area, seen by a camera, of its sender. Where it burns or may, at whatever time its last sign came;
    /// those that turned out to be another come along. However many are open elsewhere, they are not read.
    pub async fn incidents_near(&mut self, sought: &Sought) -> Result<Vec<IncidentRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is_one_of("stage", Some(&format!("{},{}", live(), Stage::Merged.code())));
        let ongoing: Vec<&str> =
            Stage::ONGOING.iter().chain([&Stage::Merged]).map(|one| one.code()).collect();
        let ongoing: Vec<String> = ongoing.into_iter().map(|code| only.mark(code)).collect();
        let ongoing = ongoing.join(", ");
        let (real, since, until) =
            (only.mark(false), only.mark(sought.between.0), only.mark(sought.between.1));
        let day_before = only.mark(sought.between.0.plus_ms(-DAY_MS));
        only.and(&format!(
            "rehearsal = {real} AND (last_signal_at >= {since} AND last_signal_at <= {until} \
             OR stage IN ({ongoing}) AND alarm_at <= {until})"
        ));
        let incidents = "SELECT o.id FROM incident o WHERE o.town = $1";
        let signs = "SELECT g.incident FROM incident_signal g WHERE g.town = $1";
        // Rows from before positions were kept apart; there are none of them any more soon after.
        let mut any = vec![format!("{incidents} AND o.cached_lat IS NULL AND o.last_signal_at >= {since}")];
        if let Some(place) = &sought.place {
            let place = only.mark(place.as_str());
            any.push(format!("{incidents} AND o.place = {place}"));
        }
        if let Some(area) = sought.area {
            let [south, north] = [area.south, area.north].map(|lat| only.mark(lat));
            let [west, east] = [area.west, area.east].map(|lon| only.mark(lon));
            any.push(format!(
                "{incidents} AND o.cached_lat >= {south} AND o.cached_lat <= {north} AND o.cached_lon >= {west} \
                 AND o.cached_lon <= {east} AND o.last_signal_at >= {since}"
            ));
            any.push(format!(
                "{incidents} AND o.stage IN ({ongoing}) AND o.cached_lat >= {south} AND o.cached_lat <= {north} \
                 AND o.cached_lon >= {west} AND o.cached_lon <= {east}"
            ));
            let seen = only.mark(true);
            any.push(format!("{signs} AND g.cached_seen = {seen} AND g.came_at >= {day_before}"));
        }
        if let Some(sender) = &sought.sender {
            let sender = only.mark(sender.as_str());
            any.push(format!("{signs} AND g.cached_sender = {sender} AND g.came_at >= {day_before}"));
        }
        only.and(&format!("id IN ({})", any.join(" UNION ")));
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM incident{sql} ORDER BY last_signal_at, id"), list)
            .await?
            .iter()
            .map(IncidentRecord::from_row)
            .collect()
    }

    /// What happened to an incident, in the order it was recorded.
    pub async fn incident_events(&mut self, id: &IncidentId) -> Result<Vec<Event>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM incident_event WHERE town = $1 AND incident = $2 ORDER BY seq";
        self.rows(sql, args![town.as_str(), id.as_str()])
            .await?
            .iter()
            .map(|row| row.json("content"))
            .collect()
    }

    /// The signs of an incident, in the order they came.
    pub async fn incident_signals(&mut self, id: &IncidentId) -> Result<Vec<Heard>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM incident_signal WHERE town = $1 AND incident = $2 ORDER BY came_at, id";
        self.rows(sql, args![town.as_str(), id.as_str()]).await?.iter().map(heard).collect()
    }

    /// Incidents this device was a sign of, those invented to practise left out, whose alarm came since then.
    pub async fn incidents_of_sender(
        &mut self,
        sender: &str,
        since: Timestamp,
    ) -> Result<Vec<IncidentRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM incident WHERE town = $1 AND rehearsal = $4 AND alarm_at >= $3 AND id IN (\
                   SELECT g.incident FROM incident_signal g WHERE g.town = $1 AND g.cached_sender = $2) \
                   ORDER BY alarm_at, id";
        let rows = self.rows(sql, args![town.as_str(), sender, since, false]).await?;
        rows.iter().map(IncidentRecord::from_row).collect()
    }

    /// The signs of several incidents at once, each in the order they came.
    pub async fn incident_signals_of(
        &mut self,
        ids: &[IncidentId],
    ) -> Result<BTreeMap<IncidentId, Vec<Heard>>> {
        let mut found: BTreeMap<IncidentId, Vec<Heard>> = BTreeMap::new();
        for some in ids.chunks(500) {
            let mut only = Where::town("town", self.town.as_str());
            let some: Vec<&str> = some.iter().map(IncidentId::as_str).collect();
            only.is_one_of("incident", Some(&some.join(",")));
            let (sql, list) = only.finish();
            let sql = format!("SELECT * FROM incident_signal{sql} ORDER BY came_at, id");
            for row in &self.rows(sql, list).await? {
                found.entry(row.text("incident")?.into()).or_default().push(heard(row)?);
            }
        }
        Ok(found)
    }

    /// What these senders said since a moment that is in an incident that lasts, rehearsals left out; in the order it came.
    pub async fn signs_since(&mut self, senders: &[String], since: Timestamp) -> Result<Vec<Heard>> {
        let mut found = Vec::new();
        for some in senders.chunks(500) {
            let mut only = Where::town("g.town", self.town.as_str());
            only.is_one_of("o.stage", Some(&live()));
            let marks: Vec<String> = some.iter().map(|sender| only.mark(sender.as_str())).collect();
            let (real, since) = (only.mark(false), only.mark(since));
            only.and(&format!(
                "g.cached_sender IN ({}) AND g.came_at >= {since} AND o.rehearsal = {real}",
                marks.join(", ")
            ));
            let (sql, list) = only.finish();
            let sql = format!(
                "SELECT g.* FROM incident_signal g JOIN incident o ON o.town = g.town AND o.id = g.incident{sql} \
                 ORDER BY g.came_at, g.id"
            );
            for row in &self.rows(sql, list).await? {
                found.push(heard(row)?);
            }
        }
        Ok(found)
    }

    /// Incidents unregistered senders of this line opened since then or that were heard of since then, those that turned out
    /// to be another included; rehearsals left out, the oldest first.
    pub async fn incidents_of_line(&mut self, line: &str, since: Timestamp) -> Result<Vec<IncidentRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM incident WHERE town = $1 AND cached_line = $2 AND last_signal_at >= $3 AND \
                   rehearsal = $4 ORDER BY alarm_at, id";
        let rows = self.rows(sql, args![town.as_str(), line, since, false]).await?;
        rows.iter().map(IncidentRecord::from_row).collect()
    }

    /// Those of these senders of whom one of these incidents has a sign.
    pub async fn incident_senders(
        &mut self,
        incidents: &[IncidentId],
        senders: &[&str],
    ) -> Result<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        for some in senders.chunks(500) {
            let mut only = Where::town("town", self.town.as_str());
            let of: Vec<&str> = incidents.iter().map(IncidentId::as_str).collect();
            only.is_one_of("incident", Some(&of.join(",")));
            let marks: Vec<String> = some.iter().map(|sender| only.mark(*sender)).collect();
            only.and(&format!("cached_sender IN ({})", marks.join(", ")));
            let (sql, list) = only.finish();
            let sql = format!("SELECT DISTINCT cached_sender FROM incident_signal{sql}");
            for row in &self.rows(sql, list).await? {
                found.insert(row.text("cached_sender")?);
            }
        }
        Ok(found)
    }

    /// Every mask, those taken back included; the oldest first.
    pub async fn incident_masks(&mut self) -> Result<Vec<MaskRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM incident_mask WHERE town = $1 ORDER BY recorded_at, id";
        self.rows(sql, args![town.as_str()]).await?.iter().map(MaskRecord::from_row).collect()
    }

    /// The last watches, the newest first: the first of them is the one that lasts.
    pub async fn watches(&mut self, limit: i64) -> Result<Vec<Watch>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM incident_watch WHERE town = $1 ORDER BY begun_at DESC, id DESC LIMIT $2";
        self.rows(sql, args![town.as_str(), limit]).await?.iter().map(|row| row.json("content")).collect()
    }
}

impl Write {
    /// A new incident with its first event and its first sign.
    pub async fn insert_incident(
        &mut self,
        record: &IncidentRecord,
        event: &Event,
        sign: (&str, &Heard),
    ) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("incident", record.incident.id.as_str(), row).await?;
        self.insert_incident_event(&record.incident.id, event).await?;
        self.insert_incident_signal(&record.incident.id, sign).await
    }

    /// An incident after a step with the event that made it, if it still has the version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn save_incident(&mut self, record: &IncidentRecord, event: &Event) -> Result<()> {
        self.update("incident", record.incident.id.as_str(), record.version, record.cols()?).await?;
        self.insert_incident_event(&record.incident.id, event).await
    }

    /// Another sign of an incident, under its id.
    pub async fn insert_incident_signal(
        &mut self,
        incident: &IncidentId,
        sign: (&str, &Heard),
    ) -> Result<()> {
        self.insert_incident_signals(incident, &[sign]).await
    }

    /// More signs of an incident, each under its id.
    pub async fn insert_incident_signals(
        &mut self,
        incident: &IncidentId,
        signs: &[(&str, &Heard)],
    ) -> Result<()> {
        let mut rows = Vec::with_capacity(signs.len());
        for (id, heard) in signs {
            let phone = Some(heard.phone.clone()).filter(|phone| !phone.is_empty());
            let row = cols! {
                incident: incident.as_str(), came_at: heard.came_at, cached_sender: &heard.sender,
                cached_seen: heard.bearing.is_some(), phone: Value::Secret(phone), content: json(heard)?,
            };
            rows.push(((*id).to_owned(), row));
        }
        self.insert_many("incident_signal", rows).await
    }

    async fn insert_incident_event(&mut self, id: &IncidentId, event: &Event) -> Result<()> {
        let row = cols! {
            incident: id.as_str(), seq: event.seq, step: event.act.code(), happened_at: event.at,
            recorded_at: event.recorded_at, content: json(event)?,
        };
        self.insert("incident_event", &format!("{id}-{}", event.seq), row).await
    }

    /// A new mask.
    pub async fn insert_incident_mask(&mut self, record: &MaskRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("incident_mask", &record.mask.id, row).await
    }

    /// A mask after it was taken back, if it still has the version it was read with.
    pub async fn update_incident_mask(&mut self, record: &MaskRecord) -> Result<()> {
        self.update("incident_mask", &record.mask.id, record.version, record.cols()?).await
    }

    /// A watch begins.
    pub async fn insert_watch(&mut self, watch: &Watch) -> Result<()> {
        let row = cols! { person: watch.by.as_str(), begun_at: watch.from, content: json(watch)? };
        self.insert("incident_watch", &watch.id, row).await
    }
}
