//! Rows of a ledger of devices against those on record: what is new, changed, the same or wrong. All of them or none; a
//! trial does the same and keeps nothing. No secret comes by a ledger.

use std::collections::HashMap;

use domain::device::Provider;
use domain::ids::{FacilityId, PlaceId};
use domain::org::OrgKind;
use domain::policy::Action;
use domain::time::Timestamp;
use exchange::crs::Crs;
use exchange::devices_sheet::DeviceRow;
use exchange::ledger::{Numbered, Parsed};
use exchange::problem::{Level, Problem, bad_rows};
use exchange::value::comparable;
use store::device::DeviceRecord;
use store::facility::FacilityFilter;
use store::import::ImportFile;
use store::place::PlaceFilter;
use store::{Read, Write};

use super::{ImportChange, ImportChoice, ImportReport};
use crate::device::view::{DeviceInput, LinkView};
use crate::job::Running;
use crate::place::Gazetteer;
use crate::{App, Caller, Error, Result};

/// What rows name by number or name.
struct Ground {
    names: Gazetteer,
    /// Places by number and by name; several of one name are none.
    places: HashMap<String, Option<PlaceId>>,
    facilities: HashMap<String, FacilityId>,
    /// Whose is what says nobody.
    owner: Option<String>,
}

/// Key of the column, code, what to do.
type Wrong = (&'static str, &'static str, String);
type Checked<T> = std::result::Result<T, Wrong>;

impl Ground {
    async fn read(read: &mut Read, hat: &str) -> Result<Self> {
        let names = Gazetteer::read(read).await?;
        let system = Caller::system();
        let mut places: HashMap<String, Option<PlaceId>> = HashMap::new();
        read.each_place(&PlaceFilter::default(), &system.scope(Action::PlaceRead)?, |one| {
            let id = one.place.id.clone();
            places.insert(one.place.code.clone(), Some(id.clone()));
            places.entry(comparable(&one.place.name)).and_modify(|known| *known = None).or_insert(Some(id));
        })
        .await?;
        let whole = system.scope(Action::FacilityRead)?;
        let facilities = read.facilities(&whole, &FacilityFilter::default(), None, i64::MAX).await?;
        let own = read.assignment(&hat.into()).await?.map(|held| held.assignment.org);
        let owner = own.or_else(|| names.org_of_kind(OrgKind::TownGov)).map(|org| org.to_string());
        Ok(Self {
            names,
            places,
            facilities: facilities.into_iter().map(|one| (one.facility.code, one.facility.id)).collect(),
            owner,
        })
    }

    /// What a row says, over what is on record. Empty cells change nothing.
    fn input(&self, row: &DeviceRow, before: Option<&DeviceRecord>, crs: Crs) -> Checked<DeviceInput> {
        let known = before.map(|one| &one.device);
        let text = |said: &Option<String>, had: Option<&String>| {
            said.clone().or_else(|| had.cloned()).unwrap_or_default()
        };
        let place = match &row.place {
            None => known.and_then(|one| one.place.as_ref()).map(PlaceId::to_string),
            Some(written) => {
                let found = self.places.get(written).or_else(|| self.places.get(&comparable(written)));
                match found {
                    Some(Some(id)) => Some(id.to_string()),
                    Some(None) => {
                        let message = format!("有不止一个叫“{written}”的场所，请填写场所编号");
                        return Err(("place", "device.place", message));
                    }
                    None => {
                        let message = format!("没有“{written}”这个场所，请核对名称或填写场所编号");
                        return Err(("place", "device.place", message));
                    }
                }
            }
        };
        let facility = match &row.facility {
            None => known.and_then(|one| one.facility.as_ref()).map(FacilityId::to_string),
            Some(code) => Some(self.facilities.get(code).map(FacilityId::to_string).ok_or_else(|| {
                ("facility", "device.facility", format!("没有编号为“{code}”的设施，请核对"))
            })?),
        };
        let territory = match &row.village {
            None => known.map(|one| one.territory.to_string()),
            Some(written) => {
                let found = self.names.territory_written(written).map(|one| one.code.to_string());
                Some(found.ok_or_else(|| {
                    let message = format!("没有“{written}”这个村（社区），请按本镇名称填写");
                    ("village", "device.territory", message)
                })?)
            }
        };
        let owner = match &row.owner {
            None => known.map(|one| one.owner.to_string()).or_else(|| self.owner.clone()),
            Some(written) => {
                let found = self.names.org_written(written).map(|one| one.id.to_string());
                Some(found.ok_or_else(|| {
                    let otherwise = format!("没有“{written}”这个机构，请按本镇名称填写");
                    ("owner", "device.owner", self.names.unknown_org(written, otherwise))
                })?)
            }
        };
        let said = row.links();
        let kept = known.into_iter().flat_map(|one| &one.links);
        let kept = kept.filter(|link| !said.iter().any(|(provider, _)| *provider == link.provider));
        let kept = kept.map(|link| (link.provider, link.address.as_str()));
        let links = kept.chain(said.iter().copied()).map(|(provider, address)| LinkView {
            provider: provider.code().to_owned(),
            address: address.to_owned(),
        });
        let at = row.lon.zip(row.lat).map(|(lon, lat)| crs.to_wgs84(lon, lat));
        let at = at.or_else(|| known.and_then(|one| one.position).map(|[lon, lat]| (lon, lat)));
        let networks = match &row.networks {
            None => known.map(|one| one.networks.iter().cloned().collect()).unwrap_or_default(),
            Some(written) => {
                let parts = written.split(['、', ',', '，', ';', '；', ' ']).map(str::trim);
                parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
            }
        };
        Ok(DeviceInput {
            code: row.code.clone(),
            name: text(&row.name, known.map(|one| &one.name)),
            kind: row
                .kind
                .clone()
                .or_else(|| known.map(|one| one.kind.code().to_owned()))
                .unwrap_or_default(),
            model: text(&row.model, known.map(|one| &one.model)),
            owner,
            place,
            facility,
            territory,
            address: text(&row.address, known.map(|one| &one.address)),
            lon: at.map(|(lon, _)| lon),
            lat: at.map(|(_, lat)| lat),
            links: links.collect(),
            networks,
            broker: known.is_some_and(|one| one.broker),
            heartbeat_s: row.heartbeat_s.or_else(|| known.and_then(|one| one.heartbeat_s)),
            misses: known.map(|one| one.misses),
            installed_on: row
                .installed_on
                .or_else(|| known.and_then(|one| one.installed_on))
                .map(|d| d.to_string()),
            version: before.map(|one| one.version),
        })
    }
}

/// Which cell a refusal is about.
fn wrong_of(error: &Error) -> Option<Wrong> {
    match error {
        Error::Invalid(problems) => {
            let first = problems.first()?;
            let key = match first.field.as_str() {
                "territory" => "village",
                "links" => "gb26875",
                "place" => "place",
                "facility" => "facility",
                "owner" => "owner",
                "kind" => "kind",
                "installed_on" => "installed_on",
                "code" => "code",
                _ => "name",
            };
            Some((key, first.code, first.message.clone()))
        }
        Error::Refused { code, message } => Some(("name", code, message.clone())),
        Error::Forbidden { code, message } => Some(("owner", code, message.clone())),
        _ => None,
    }
}

impl App {
    /// Compares rows with the devices on record and writes them in one act together with the job's end, when a job is to
    /// commit and nothing stands against it; else nothing of it is kept.
    pub(super) async fn import_devices(
        &self,
        file: &ImportFile,
        choice: &ImportChoice,
        parsed: Parsed<DeviceRow>,
        commit: Option<&Running>,
    ) -> Result<ImportReport> {
        let now = self.now();
        let hat = commit.map(|running| running.asker.hat.as_str()).unwrap_or_default();
        let caller = commit.map_or_else(Caller::system, |running| running.asker.caller());
        let crs = choice.crs.as_deref().and_then(Crs::from_code).unwrap_or_default();
        let mut tx = self.write(&caller).await?;
        let ground = Ground::read(&mut tx, hat).await?;
        let mut report = ImportReport::default();
        report.take(&parsed.problems);
        report.rows = parsed.rows.len() + bad_rows(&parsed.problems).len();
        let mut problems = Vec::new();
        for row in &parsed.rows {
            if choice.decisions.get(&row.row.to_string()).map(String::as_str) == Some("skip") {
                report.skipped += 1;
                continue;
            }
            let taken = self.take_device(&mut tx, (&ground, crs), (&parsed, row), &mut report, now).await?;
            problems.extend(taken);
        }
        report.take(&problems);
        report.problems.sort_by_key(|problem| problem.row);
        // A trial, or something stands against it: the writes made so far are dropped.
        let Some(running) = commit.filter(|_| report.is_ready()) else { return Ok(report) };
        let audit = super::ended(&mut tx, running, file, &mut report, now).await?;
        Ok(tx.commit(audit, report).await?)
    }

    /// One row within the write; what is wrong with it.
    // Part of the import. Whoever imports may enter devices anywhere; the job asked.
    async fn take_device(
        &self,
        tx: &mut Write,
        (ground, crs): (&Ground, Crs),
        (parsed, row): (&Parsed<DeviceRow>, &Numbered<DeviceRow>),
        report: &mut ImportReport,
        now: Timestamp,
    ) -> Result<Option<Problem>> {
        let at_cell =
            |(key, code, message): Wrong| Some(parsed.problem(row, key, Level::Error, code, &message));
        let known = match &row.value.code {
            Some(code) => tx.device_with_code(code).await?,
            None => match first_link(&row.value) {
                Some(key) => tx.devices_by_link(std::slice::from_ref(&key)).await?.remove(&key),
                None => None,
            },
        };
        if known.as_ref().is_some_and(|one| !one.device.is_used()) {
            let message = "编号属于已停用或作废的设备，请改编号或留空由系统编号".to_owned();
            return Ok(at_cell(("code", "device.gone", message)));
        }
        let input = match ground.input(&row.value, known.as_ref(), crs) {
            Ok(input) => input,
            Err(wrong) => return Ok(at_cell(wrong)),
        };
        // Devices are entered with whole rights: the right to import was asked for.
        let system = Caller::system();
        let done = match &known {
            None => self.add_device_in(&system, tx, &input, now).await.map(|_| None),
            Some(before) => self.change_device_in(&system, tx, before, &input).await,
        };
        match done {
            Ok(None) if known.is_none() => report.created += 1,
            Ok(None) => report.unchanged += 1,
            Ok(Some(record)) => {
                report.updated += 1;
                let words = super::vocabulary("devices");
                let before = known.as_ref().map(|one| to_row(one, &ground.names)).unwrap_or_default();
                report.note_change(|| ImportChange {
                    sheet: parsed.sheet.clone(),
                    row: row.row,
                    id: record.device.id.to_string(),
                    code: record.device.code.clone(),
                    name: record.device.name.clone(),
                    fields: super::changed_fields(&before, &to_row(&record, &ground.names), &words),
                });
            }
            Err(error) => match wrong_of(&error) {
                Some(wrong) => return Ok(at_cell(wrong)),
                None => return Err(error),
            },
        }
        Ok(None)
    }
}

fn first_link(row: &DeviceRow) -> Option<String> {
    let (provider, address) = row.links().into_iter().next()?;
    let link = domain::device::Link { provider, address: address.to_owned() };
    Some(store::device::link_key(&link))
}

/// A device as a row, to show what changes.
fn to_row(record: &DeviceRecord, names: &Gazetteer) -> DeviceRow {
    let d = &record.device;
    let of = |provider: Provider| {
        let link = d.links.iter().find(|link| link.provider == provider);
        link.map(|link| link.address.clone())
    };
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    DeviceRow {
        code: text(&d.code),
        name: text(&d.name),
        kind: text(d.kind.code()),
        model: text(&d.model),
        owner: text(d.owner.as_str()),
        place: d.place.as_ref().map(PlaceId::to_string),
        facility: d.facility.as_ref().map(FacilityId::to_string),
        village: text(&names.place(&d.territory).name),
        address: text(&d.address),
        lon: d.position.map(|at| at[0]),
        lat: d.position.map(|at| at[1]),
        gb26875: of(Provider::Gb26875),
        ctwing: of(Provider::Ctwing),
        onenet: of(Provider::Onenet),
        mqtt: of(Provider::Mqtt),
        networks: text(&d.networks.iter().cloned().collect::<Vec<_>>().join("、")),
        heartbeat_s: d.heartbeat_s,
        installed_on: d.installed_on,
    }
}
