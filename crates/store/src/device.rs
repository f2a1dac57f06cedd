//! Devices as rows: the device as JSON with columns to search by, the names it goes by, what it last said of itself, and
//! the unbroken times it was heard. What does not belong here: what state it is in (`domain::device`), what it says
//! (`signal`).

use std::collections::{BTreeMap, HashMap};

use domain::device::{Device, DeviceState, HeardSpan, Link};
use domain::facility::Bounds;
use domain::ids::DeviceId;
use domain::policy::Scope;
use domain::time::Timestamp;

use crate::scope::{Columns, Where};
use crate::value::json;
use crate::vault::secret;
use crate::{Read, Result, Row, Value, Write, args, cols};

pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "place" };
/// Names looked up in one statement.
const MANY: usize = 200;

/// A device as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceRecord {
    /// The device.
    pub device: Device,
    /// Territory path of where it is.
    pub path: String,
    /// When it was voided.
    pub voided_at: Option<Timestamp>,
    /// It has a secret to sign with.
    pub has_secret: bool,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it first.
    pub recorded_by: String,
}

/// A time a device was heard without a break, as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeardRecord {
    /// Id.
    pub id: String,
    /// The device.
    pub device: DeviceId,
    /// From when to when.
    pub span: HeardSpan,
    /// Row version.
    pub version: i64,
}

/// Which devices to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeviceFilter {
    /// Only of these kinds, commas between them.
    pub kinds: Option<String>,
    /// Only of this place.
    pub place: Option<String>,
    /// Only of this public facility.
    pub facility: Option<String>,
    /// Only at or below this territory path.
    pub path: Option<String>,
    /// Only with this text in name, number, model or address.
    pub text: Option<String>,
    /// Only those one of these organisations owns; any when none is named.
    pub owners: Vec<String>,
    /// Only those in use that should have been heard by this moment and were not.
    pub silent_at: Option<Timestamp>,
    /// Only those that last said something is wrong with them.
    pub troubled: bool,
    /// Only those in this box. Units: degrees.
    pub within: Option<Bounds>,
    /// Those out of use too.
    pub with_retired: bool,
    /// Voided ones too.
    pub with_void: bool,
}

const SILENT: &str = "patience IS NOT NULL AND NOT EXISTS (SELECT 1 FROM device_state h WHERE h.town = device.town \
                      AND h.id = device.id AND h.heard_at + device.patience >= ";
const TROUBLED: &str =
    "EXISTS (SELECT 1 FROM device_state h WHERE h.town = device.town AND h.id = device.id AND h.troubled)";

impl DeviceFilter {
    fn narrow(&self, only: &mut Where) {
        only.is_one_of("kind", self.kinds.as_deref());
        only.is("place", self.place.as_deref());
        only.is("facility", self.facility.as_deref());
        if let Some(path) = &self.path {
            only.below("path", path);
        }
        if let Some(text) = &self.text {
            only.containing(&["name", "code", "model", "address"], text);
        }
        if !self.owners.is_empty() {
            let marks: Vec<String> = self.owners.iter().map(|org| only.mark(org)).collect();
            only.and(&format!("org IN ({})", marks.join(", ")));
        }
        if let Some(now) = self.silent_at {
            let now = only.mark(now);
            only.and(&format!("retired_on IS NULL AND voided_at IS NULL AND {SILENT}{now})"));
        }
        if self.troubled {
            only.and(TROUBLED);
        }
        if let Some(b) = &self.within {
            let [west, south, east, north] =
                [b.west, b.south, b.east, b.north].map(|degree| only.mark(degree));
            only.and(&format!("lon >= {west} AND lon <= {east} AND lat >= {south} AND lat <= {north}"));
        }
        if !self.with_retired {
            only.and("retired_on IS NULL");
        }
        if !self.with_void {
            only.and("voided_at IS NULL");
        }
    }
}

/// The key under which a name is found.
pub fn link_key(link: &Link) -> String {
    format!("{}:{}", link.provider.code(), link.address)
}

impl DeviceRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let device: Device = row.json("content")?;
        if device.code != row.text("code")? || device.patience_ms() != row.opt_int("patience")? {
            return Err(row.inconsistent("content"));
        }
        Ok(Self {
            device,
            path: row.text("path")?,
            voided_at: row.opt_instant("voided_at")?,
            has_secret: row.opt_text("secret")?.is_some(),
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let d = &self.device;
        Ok(cols! {
            code: &d.code, name: &d.name, kind: d.kind.code(), model: &d.model, org: d.owner.as_str(),
            place: d.place.as_ref().map(|place| place.as_str()),
            facility: d.facility.as_ref().map(|facility| facility.as_str()), territory: d.territory.as_str(),
            path: &self.path, address: &d.address, lon: d.position.map(|[lon, _]| lon),
            lat: d.position.map(|[_, lat]| lat), patience: d.patience_ms(),
            retired_on: d.retired.as_ref().map(|(on, _)| *on), voided_at: self.voided_at, content: json(d)?,
        })
    }
}

impl HeardRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            device: row.text("device")?.into(),
            span: HeardSpan { from: row.instant("from_at")?, to: row.opt_instant("to_at")? },
            version: row.int("version")?,
        })
    }
}

impl Read {
    /// The device of this id, within the scope.
    pub async fn device(&mut self, id: &DeviceId, scope: &Scope) -> Result<Option<DeviceRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        let row = self.row(format!("SELECT * FROM device{sql}"), list).await?;
        row.as_ref().map(DeviceRecord::from_row).transpose()
    }

    /// The device with this number.
    pub async fn device_with_code(&mut self, code: &str) -> Result<Option<DeviceRecord>> {
        let town = self.town.clone();
        let row = self
            .row("SELECT * FROM device WHERE town = $1 AND code = $2", args![town.as_str(), code])
            .await?;
        row.as_ref().map(DeviceRecord::from_row).transpose()
    }

    /// The secret a device signs with, in clear.
    pub async fn device_secret(&mut self, id: &DeviceId) -> Result<Option<String>> {
        let row = self.by_id("device", id.as_str()).await?;
        row.map_or(Ok(None), |row| row.opt_opened("device", "secret"))
    }

    /// Devices with a number after `after`, in the order of their numbers, within the scope.
    pub async fn devices(
        &mut self,
        scope: &Scope,
        filter: &DeviceFilter,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<DeviceRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        filter.narrow(&mut only);
        only.within(&COLUMNS, scope);
        if let Some(code) = after {
            let code = only.mark(code);
            only.and(&format!("code > {code}"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        let rows = self.rows(format!("SELECT * FROM device{sql} ORDER BY code LIMIT {most}"), list).await?;
        rows.iter().map(DeviceRecord::from_row).collect()
    }

    /// How many devices there are.
    pub async fn device_count(&mut self, scope: &Scope, filter: &DeviceFilter) -> Result<i64> {
        let mut only = Where::town("town", self.town.as_str());
        filter.narrow(&mut only);
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        let row = self.row(format!("SELECT COUNT(*) AS n FROM device{sql}"), list).await?;
        row.map_or(Ok(0), |row| row.int("n"))
    }

    /// Which devices go by these names ([`link_key`]); names nobody registered are not among them.
    pub async fn devices_by_link(&mut self, keys: &[String]) -> Result<HashMap<String, DeviceRecord>> {
        let mut found = HashMap::new();
        for some in keys.chunks(MANY) {
            let mut only = Where::town("l.town", self.town.as_str());
            let marks: Vec<String> = some.iter().map(|key| only.mark(key)).collect();
            only.and(&format!("l.id IN ({})", marks.join(", ")));
            let (sql, list) = only.finish();
            let sql = format!(
                "SELECT l.id AS link, d.* FROM device_link l JOIN device d ON d.town = l.town AND d.id = l.device{sql}"
            );
            for row in &self.rows(sql, list).await? {
                found.insert(row.text("link")?, DeviceRecord::from_row(row)?);
            }
        }
        Ok(found)
    }

    /// What devices last said of themselves; those that said nothing are not among them.
    pub async fn device_states(&mut self, ids: &[&str]) -> Result<HashMap<String, DeviceState>> {
        let mut found = HashMap::new();
        for some in ids.chunks(MANY) {
            let mut only = Where::town("town", self.town.as_str());
            let marks: Vec<String> = some.iter().map(|id| only.mark(*id)).collect();
            only.and(&format!("id IN ({})", marks.join(", ")));
            let (sql, list) = only.finish();
            for row in &self.rows(format!("SELECT * FROM device_state{sql}"), list).await? {
                found.insert(row.text("id")?, row.json("content")?);
            }
        }
        Ok(found)
    }

    /// The times a device was heard, in order.
    pub async fn device_spans(&mut self, id: &DeviceId) -> Result<Vec<HeardRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM device_span WHERE town = $1 AND device = $2 ORDER BY from_at, id";
        self.rows(sql, args![town.as_str(), id.as_str()]).await?.iter().map(HeardRecord::from_row).collect()
    }

    /// The times devices were heard that reach into this time, by device, in order.
    pub async fn device_spans_between(
        &mut self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<HashMap<DeviceId, Vec<HeardSpan>>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM device_span WHERE town = $1 AND from_at < $3 AND (to_at IS NULL OR to_at > $2) \
                   ORDER BY device, from_at, id";
        let mut found: HashMap<DeviceId, Vec<HeardSpan>> = HashMap::new();
        for row in &self.rows(sql, args![town.as_str(), from, to]).await? {
            let record = HeardRecord::from_row(row)?;
            found.entry(record.device).or_default().push(record.span);
        }
        Ok(found)
    }

    /// The time that goes on, of each of these devices that has one.
    pub async fn open_spans(&mut self, ids: &[&str]) -> Result<BTreeMap<DeviceId, HeardRecord>> {
        let mut found = BTreeMap::new();
        for some in ids.chunks(MANY) {
            let mut only = Where::town("town", self.town.as_str());
            let marks: Vec<String> = some.iter().map(|id| only.mark(*id)).collect();
            only.and(&format!("to_at IS NULL AND device IN ({})", marks.join(", ")));
            let (sql, list) = only.finish();
            for row in &self.rows(format!("SELECT * FROM device_span{sql}"), list).await? {
                let record = HeardRecord::from_row(row)?;
                found.insert(record.device.clone(), record);
            }
        }
        Ok(found)
    }

    /// Devices whose time is still open though they were not heard in time, with the moment their patience ended.
    pub async fn gone_silent(&mut self, now: Timestamp) -> Result<Vec<(HeardRecord, Timestamp)>> {
        let town = self.town.clone();
        let sql = "SELECT s.*, COALESCE(h.heard_at, s.from_at) + d.patience AS gone_at FROM device_span s \
                   JOIN device d ON d.town = s.town AND d.id = s.device \
                   LEFT JOIN device_state h ON h.town = s.town AND h.id = s.device \
                   WHERE s.town = $1 AND s.to_at IS NULL AND COALESCE(h.heard_at, s.from_at) + d.patience < $2 \
                   ORDER BY s.device";
        let rows = self.rows(sql, args![town.as_str(), now]).await?;
        rows.iter().map(|row| Ok((HeardRecord::from_row(row)?, row.instant("gone_at")?))).collect()
    }

    /// Devices in use that should be heard, never were, and that nobody was asked to look after yet.
    pub async fn never_heard(&mut self) -> Result<Vec<DeviceRecord>> {
        let town = self.town.clone();
        let sql = "SELECT d.* FROM device d WHERE d.town = $1 AND d.patience IS NOT NULL AND d.retired_on IS NULL \
                   AND d.voided_at IS NULL AND NOT EXISTS (SELECT 1 FROM device_state h WHERE h.town = d.town \
                   AND h.id = d.id AND h.heard_at IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM follow_up f \
                   WHERE f.town = d.town AND f.origin_kind = 'device' AND f.origin = d.id) ORDER BY d.id";
        self.rows(sql, args![town.as_str()]).await?.iter().map(DeviceRecord::from_row).collect()
    }
}

impl Write {
    /// A new device.
    pub async fn insert_device(&mut self, record: &DeviceRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(cols! {
            version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by,
        });
        self.insert("device", record.device.id.as_str(), row).await?;
        self.save_links(&record.device).await
    }

    /// A device after a change, if it still has the version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn save_device(&mut self, record: &DeviceRecord) -> Result<()> {
        self.update("device", record.device.id.as_str(), record.version, record.cols()?).await?;
        self.save_links(&record.device).await
    }

    /// Gives a device a secret to sign with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn save_device_secret(&mut self, id: &DeviceId, version: i64, clear: &str) -> Result<()> {
        self.update("device", id.as_str(), version, cols! { secret: secret(clear) }).await
    }

    /// The names of a device, copied to where they are found by. One out of use goes by none.
    async fn save_links(&mut self, device: &Device) -> Result<()> {
        let town = self.town.clone();
        let id = device.id.as_str();
        // A copy for looking up; the record of them is the device's own content.
        self.exec("DELETE FROM device_link WHERE town = $1 AND device = $2", args![town.as_str(), id])
            .await?;
        let links = device.links.iter().filter(|_| device.is_used());
        let rows = links.map(|link| (link_key(link), cols! { device: id })).collect();
        self.insert_many("device_link", rows).await
    }

    /// What devices last said of themselves.
    pub async fn save_device_states(&mut self, states: &BTreeMap<DeviceId, DeviceState>) -> Result<()> {
        let states: Vec<_> = states.iter().collect();
        for some in states.chunks(MANY / 2) {
            let mut list = args![self.town.as_str()];
            let mut marks = Vec::new();
            for (id, state) in some {
                let troubled = state.shielded || !state.faults.is_empty();
                list.extend(args![id.as_str(), state.heard_at, troubled, json(state)?]);
                let n = list.len();
                marks.push(format!("($1, ${}, ${}, ${}, ${n})", n - 3, n - 2, n - 1));
            }
            let sql = format!(
                "INSERT INTO device_state (town, id, heard_at, troubled, content) VALUES {} ON CONFLICT (town, id) DO UPDATE \
                 SET heard_at = excluded.heard_at, troubled = excluded.troubled, content = excluded.content",
                marks.join(", ")
            );
            self.exec(sql, list).await?;
        }
        Ok(())
    }

    /// A device is heard from then on.
    pub async fn insert_device_span(&mut self, record: &HeardRecord) -> Result<()> {
        let row = cols! {
            device: record.device.as_str(), from_at: record.span.from, to_at: record.span.to, version: 1_i64,
        };
        self.insert("device_span", &record.id, row).await
    }

    /// A device was heard until then.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn end_device_span(&mut self, record: &HeardRecord, to: Timestamp) -> Result<()> {
        self.update("device_span", &record.id, record.version, cols! { to_at: to }).await
    }
}
