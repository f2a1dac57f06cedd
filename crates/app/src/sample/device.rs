//! The sample town's devices: cameras of facilities, detectors and protectors in places the town wants equipped, one of
//! them silent, one at fault, one in the habit of crying fire; and what they said lately. What does not belong here: how
//! they are kept (`device`, `signal`).

use std::collections::{BTreeMap, BTreeSet};

use domain::device::{Device, DeviceKind, DeviceState, HeardSpan, Link, Provider};
use domain::facility::Shape;
use domain::geometry::Position;
use domain::ids::{DeviceId, FacilityId, OrgId, PlaceId};
use domain::org::{Level, OrgKind};
use domain::place::KindCode;
use domain::policy::Action;
use domain::signal::{Signal, SignalKind, SignalSource, Trust};
use domain::time::{DAY_MS, Timestamp};
use store::device::{DeviceRecord, HeardRecord};
use store::facility::FacilityFilter;
use store::place::{PlaceFilter, PlaceRecord};
use store::signal::SignalRecord;

use super::dice::Dice;
use super::id;
use crate::org::Roster;
use crate::{App, Caller, Error, Result};

/// Places of each village the town wants equipped this year.
const OF_A_VILLAGE: usize = 3;
/// What the town wants equipped, as a tag of places. Source: C19.4.
const TARGET: &str = "device_target";
/// What hangs in one of them: kind, model, heard how often (none for what is not connected).
const KIT: &[(DeviceKind, &str, Option<u32>)] = &[
    (DeviceKind::SmokeDetector, "示例感烟 NB-1", Some(86_400)),
    (DeviceKind::LeakageProtector, "示例漏保 L2", None),
    (DeviceKind::ElectricFireMonitor, "示例电气 E3", Some(86_400)),
    (DeviceKind::SimpleSprinkler, "示例喷淋 S1", None),
];
/// Facilities with electronics, by their class.
const ELECTRONIC: &[(&str, DeviceKind, &str)] = &[
    ("camera_forest", DeviceKind::Camera, "示例云台 F9"),
    ("camera_public", DeviceKind::Camera, "示例枪机 C4"),
    ("smart_gate", DeviceKind::Gate, "示例卡口 G2"),
    ("ir_understory", DeviceKind::InfraredSensor, "示例红外 R1"),
];

/// Where a device hangs.
struct Spot {
    place: Option<PlaceId>,
    facility: Option<FacilityId>,
    territory: domain::ids::TerritoryCode,
    path: String,
    position: Option<Position>,
    owner: OrgId,
}

struct Made {
    devices: Vec<DeviceRecord>,
    spans: Vec<HeardRecord>,
    states: BTreeMap<DeviceId, DeviceState>,
    signals: Vec<SignalRecord>,
}

/// Fills the town.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let system = Caller::system();
    let now = app.now();
    let mut dice = Dice::new("devices");
    let mut made =
        Made { devices: Vec::new(), spans: Vec::new(), states: BTreeMap::new(), signals: Vec::new() };
    let office = roster.orgs.iter().find(|org| org.kind == OrgKind::TownGov).map(|org| org.id.clone());
    let Some(office) = office else { return Ok(()) };
    let mut tx = app.db.write(&app.town).await?;
    let scope = system.scope(Action::FacilityRead)?;
    for (class, kind, model) in ELECTRONIC {
        let filter = FacilityFilter { classes: Some((*class).to_owned()), ..FacilityFilter::default() };
        for record in tx.facilities(&scope, &filter, None, 100).await? {
            if !record.facility.stage.is_standing() {
                continue;
            }
            let position = match record.facility.shape {
                Some(Shape::Point(at)) => Some(at),
                _ => None,
            };
            let spot = Spot {
                place: None,
                facility: Some(record.facility.id.clone()),
                territory: record.facility.territory.clone(),
                path: record.path,
                position,
                owner: office.clone(),
            };
            made.hang(*kind, model, Some(86_400), spot, now, &mut dice)?;
        }
    }
    let mut targets: Vec<PlaceRecord> = Vec::new();
    let scope = system.scope(Action::PlaceRead)?;
    for village in roster.territories.iter().filter(|node| node.level == Level::Village) {
        let mut own = Vec::new();
        tx.each_place(&PlaceFilter::default(), &scope, |one| {
            let fits =
                one.place.village == village.code && one.place.category.as_str().starts_with("nine_small");
            if fits && own.len() < OF_A_VILLAGE {
                own.push(one);
            }
        })
        .await?;
        targets.extend(own);
    }
    for place in &mut targets {
        let village = roster
            .orgs
            .iter()
            .find(|org| org.kind == OrgKind::Village && org.territory == place.place.village);
        let owner = village.map_or_else(|| office.clone(), |org| org.id.clone());
        place.place.tags.insert(KindCode::from(TARGET));
        tx.update_place(place).await?;
        for (kind, model, heartbeat) in KIT {
            // Not everybody has everything yet.
            if *kind != DeviceKind::SmokeDetector && dice.chance(450) {
                continue;
            }
            let spot = Spot {
                place: Some(place.place.id.clone()),
                facility: None,
                territory: place.place.village.clone(),
                path: place.path.clone(),
                position: place.place.location.map(|at| [at.lon_deg, at.lat_deg]),
                owner: owner.clone(),
            };
            made.hang(*kind, model, *heartbeat, spot, now, &mut dice)?;
        }
    }
    made.tell(now, &mut dice);
    for record in &made.devices {
        tx.insert_device(record).await?;
        tx.next_number("device").await?;
    }
    for span in &made.spans {
        tx.insert_device_span(span).await?;
    }
    tx.save_device_states(&made.states).await?;
    tx.insert_signals(&made.signals).await?;
    let first = made.devices.first().map(|one| one.device.id.to_string()).unwrap_or_default();
    Ok(tx.commit(system.audit("device.add", "device", &first, now), ()).await?)
}

impl Made {
    /// One more device, heard since it hangs but for a silence now and then.
    fn hang(
        &mut self,
        kind: DeviceKind,
        model: &str,
        heartbeat_s: Option<u32>,
        spot: Spot,
        now: Timestamp,
        dice: &mut Dice,
    ) -> Result<()> {
        let number = self.devices.len() + 1;
        let device_id = DeviceId::from(id(&format!("device {number}")));
        let days = 120 + i64::try_from(dice.below(160)).unwrap_or(0);
        let since = now.plus_ms(-days * DAY_MS);
        let links = heartbeat_s
            .map(|_| Link { provider: Provider::Ctwing, address: format!("86000000000{number:04}") });
        let device = Device {
            id: device_id.clone(),
            code: format!("SB-{number:04}"),
            name: format!("{}（演示 {number} 号）", kind.label()),
            kind,
            model: model.to_owned(),
            owner: spot.owner,
            place: spot.place,
            facility: spot.facility,
            territory: spot.territory,
            address: String::new(),
            position: spot.position,
            links: links.into_iter().collect(),
            networks: BTreeSet::new(),
            broker: false,
            heartbeat_s,
            misses: 3,
            installed_on: Some(since.date()),
            test: None,
            retired: None,
            void: None,
        };
        let device =
            device.register().map_err(|e| Error::Internal(format!("the sample broke a rule: {e}")))?;
        self.devices.push(DeviceRecord {
            device,
            path: spot.path,
            voided_at: None,
            has_secret: false,
            version: 1,
            recorded_at: since,
            recorded_by: "系统".to_owned(),
        });
        if heartbeat_s.is_none() {
            return Ok(());
        }
        let mut heard = |nth: usize, from: Timestamp, to: Option<Timestamp>| {
            let id = id(&format!("device {number} heard {nth}"));
            let span = HeardSpan { from, to };
            self.spans.push(HeardRecord { id, device: device_id.clone(), span, version: 1 });
        };
        let mut from = since;
        if dice.chance(300) {
            let gone = since.plus_ms(days / 2 * DAY_MS);
            heard(1, from, Some(gone));
            from = gone.plus_ms(i64::try_from(1 + dice.below(9)).unwrap_or(1) * DAY_MS);
        }
        // The ninth fell silent and nobody has gone there yet.
        let silent = number.is_multiple_of(9);
        let last = if silent { now.plus_ms(-6 * DAY_MS) } else { now };
        heard(2, from, silent.then(|| last.plus_ms(3 * DAY_MS)));
        let battery = u32::try_from(100 - dice.below(70)).ok();
        let mut state = DeviceState { heard_at: Some(last), battery, ..DeviceState::default() };
        if number.is_multiple_of(11) {
            state.faults.insert(SignalKind::Fault);
        }
        self.states.insert(device_id, state);
        Ok(())
    }

    /// What they said in the last weeks; one of them says too much.
    fn tell(&mut self, now: Timestamp, dice: &mut Dice) {
        let detectors: Vec<&DeviceRecord> =
            self.devices.iter().filter(|one| one.device.kind == DeviceKind::SmokeDetector).collect();
        for nth in 0_u64..24 {
            let loud = if nth % 3 == 0 { detectors.first() } else { dice.choose(&detectors) };
            let Some(record) = loud.copied() else { return };
            let d = &record.device;
            let at = now.plus_ms(
                -i64::try_from(dice.below(27)).unwrap_or(0) * DAY_MS
                    - i64::try_from(dice.below(86_000_000)).unwrap_or(0),
            );
            let (kind, text) = match nth % 6 {
                0 | 3 => (SignalKind::Smoke, "烟雾浓度超限"),
                1 => (SignalKind::BatteryLow, "电池电量低"),
                2 => (SignalKind::Restored, "恢复正常"),
                4 => (SignalKind::Test, "按键测试"),
                _ => (SignalKind::Fault, "传感器故障"),
            };
            let signal = Signal {
                id: id(&format!("signal {nth}")).into(),
                source: SignalSource::Device,
                device: Some(d.id.clone()),
                trust: Trust::Bound,
                kind,
                position: d.position,
                place: d.place.clone(),
                territory: Some(d.territory.clone()),
                azimuth: None,
                occurred_at: at,
                received_at: at.plus_ms(1_200),
                text: text.to_owned(),
                raw: None,
                detail: BTreeMap::new(),
            };
            let recorded_by = "系统".to_owned();
            self.signals.push(SignalRecord {
                signal,
                path: record.path.clone(),
                org: Some(d.owner.clone()),
                recorded_by,
            });
        }
    }
}
