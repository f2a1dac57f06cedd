//! Devices: entered, changed, tested, taken out of use; what state they are in, who is silent and whose business that is.
//! What does not belong here: what they say (`signal`), what is typed in and shown ([`view`]).

pub mod line;
pub mod silence;
pub mod view;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::device::{
    Condition, Device, DeviceKind, DeviceRefusal, DeviceState, Link, Provider, USUAL_MISSES,
};
use domain::ids::{DeviceId, FacilityId, OrgId, PlaceId, TerritoryCode};
use domain::incident::Stage;
use domain::policy::{Action, Subject};
use domain::signal::SignalKind;
use domain::time::{DAY_MS, Timestamp};
use store::device::{DeviceFilter, DeviceRecord, HeardRecord, link_key};
use store::incident::IncidentFilter;
use store::signal::SignalFilter;
use store::{Read, Write};

use crate::names::Names;
use crate::view::{Named, Word, no_such_page, read_day};
use crate::{App, Caller, Error, Result};
use silence::Mute;
use view::{
    DeviceAsked, DeviceInput, DeviceOptions, DevicePage, DeviceSecret, DeviceStep, DeviceSummary, DeviceView,
    ModelRow, NoisyRow, UnprotectedRow,
};

/// What stands before the number the program gives.
const SERIES: &str = "SB";
/// Rows read at most for one page that shows all of something.
const READ: i64 = 5_000;
/// Days over which alarms by model are counted.
const MODEL_DAYS: i64 = 30;

/// Where a device stands as far as rights are concerned.
pub(crate) fn subject(record: &DeviceRecord) -> Subject {
    let d = &record.device;
    Subject { place: d.place.clone(), ..Subject::of(&record.path, Some(&d.owner)) }
}

fn given(text: &Option<String>) -> Option<String> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The right a step asks for.
fn right_of(step: &str) -> Action {
    match step {
        "test" | "end_test" | "ask_duty" => Action::DeviceTest,
        "void" => Action::DeviceVoid,
        _ => Action::DeviceChange,
    }
}

/// The steps its state allows and the caller may take.
pub(crate) fn actions(caller: &Caller, record: &DeviceRecord, now: Timestamp) -> Vec<&'static str> {
    let d = &record.device;
    let subject = subject(record);
    let steps: &[&'static str] = match () {
        () if d.void.is_some() => &[],
        () if d.retired.is_some() => &["void"],
        () if d.is_testing(now) => &["change", "end_test", "secret", "ask_duty", "retire", "void"],
        () => &["change", "test", "secret", "ask_duty", "retire", "void"],
    };
    // Only where somebody sits beside it.
    let fits = |step: &&str| *step != "ask_duty" || d.kind == DeviceKind::TransmissionUnit;
    let may = |step: &&'static str| caller.hats.hat(right_of(step), &subject).is_some();
    steps.iter().copied().filter(fits).filter(may).collect()
}

/// A new number, as `SB-0042`; numbers people gave are passed over.
async fn next_code(tx: &mut Write) -> Result<String> {
    loop {
        let code = format!("{SERIES}-{:04}", tx.next_number("device").await?);
        if tx.device_with_code(&code).await?.is_none() {
            return Ok(code);
        }
    }
}

/// Whose devices are the caller's to look after: those of his organisations; empty for who looks after the town's.
fn minded_by(caller: &Caller) -> Vec<String> {
    if caller.hats.scope(Action::DeviceChange).is_some_and(|scope| scope.is_whole()) {
        return Vec::new();
    }
    caller.hats.orgs().into_iter().map(OrgId::to_string).collect()
}

/// How many devices have fallen silent, and how many say that something is wrong with them (at fault, shielded, battery
/// low), of what the caller's organisations own; of the whole town for who minds it all.
// Part of the workbench, counted within the right that lets him deal with them.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, now: Timestamp) -> Result<[i64; 2]> {
    if caller.hats.scope(Action::DeviceChange).is_none() {
        return Ok([0; 2]);
    }
    let Some(scope) = caller.hats.scope(Action::DeviceRead) else { return Ok([0; 2]) };
    let silent = DeviceFilter { silent_at: Some(now), owners: minded_by(caller), ..DeviceFilter::default() };
    let troubled = DeviceFilter { troubled: true, owners: minded_by(caller), ..DeviceFilter::default() };
    Ok([read.device_count(&scope, &silent).await?, read.device_count(&scope, &troubled).await?])
}

/// How many alarms of each device, lately judged, were none and how many were real: an incident counts once for each
/// device that is a sign of it.
async fn judged_alarms(
    read: &mut Read,
    from: Timestamp,
    now: Timestamp,
) -> Result<HashMap<String, (i64, i64)>> {
    let whole = Caller::system().scope(Action::IncidentRead)?;
    let filter = IncidentFilter {
        alarm: Some((from, now.plus_ms(1))),
        rehearsal: Some(false),
        ..IncidentFilter::default()
    };
    let found = read.incidents(&whole, &filter, None, i64::MAX).await?;
    let ids: Vec<_> = found.iter().map(|one| one.incident.id.clone()).collect();
    let signs = read.incident_signals_of(&ids).await?;
    let mut judged: HashMap<String, (i64, i64)> = HashMap::new();
    for record in &found {
        let stage = record.incident.stage;
        let is_none = stage == Stage::FalseAlarm;
        let is_over = matches!(stage, Stage::Test | Stage::Merged | Stage::Void);
        if stage.is_unverified() || is_over {
            continue;
        }
        let of = signs.get(&record.incident.id).map(Vec::as_slice).unwrap_or_default();
        let senders: BTreeSet<&str> =
            of.iter().filter(|sign| !sign.restored).map(|sign| sign.sender.as_str()).collect();
        for sender in senders {
            let (none, real) = judged.entry(sender.to_owned()).or_default();
            *none += i64::from(is_none);
            *real += i64::from(!is_none);
        }
    }
    Ok(judged)
}

/// What was typed in, as a device that is not on record yet.
async fn read_input(
    read: &mut Read,
    caller: &Caller,
    asked: &DeviceInput,
    before: Option<&Device>,
) -> Result<(Device, String)> {
    let unknown = |field: &str| Error::field(field, "query.unknown_word", "没有这一项，请从列表中选择");
    let kind = DeviceKind::from_code(asked.kind.trim()).ok_or_else(|| unknown("kind"))?;
    let place = match given(&asked.place) {
        None => None,
        Some(id) => {
            let found = read.place(&PlaceId::from(id), &caller.scope(Action::PlaceRead)?).await?;
            Some(found.ok_or_else(|| Error::field("place", "device.place", "没有这个场所，请从列表中选择"))?)
        }
    };
    let facility = match given(&asked.facility) {
        None => None,
        Some(id) => {
            let found = read.facility(&FacilityId::from(id), &caller.scope(Action::FacilityRead)?).await?;
            let found = found.filter(|one| one.facility.void.is_none());
            Some(
                found.ok_or_else(|| {
                    Error::field("facility", "device.facility", "没有这个设施，请从列表中选择")
                })?,
            )
        }
    };
    let territory = given(&asked.territory).map(TerritoryCode::from);
    let territory = territory
        .or_else(|| place.as_ref().map(|one| one.place.village.clone()))
        .or_else(|| facility.as_ref().map(|one| one.facility.territory.clone()))
        .ok_or_else(|| {
            Error::field("territory", "device.territory", "没有写明设备在哪个村（社区），请选择")
        })?;
    let path = match &place {
        Some(place) => Some(place.path.clone()),
        None => read.open_territory(&territory).await?.map(|known| known.territory.path),
    };
    let path =
        path.ok_or_else(|| Error::field("territory", "device.territory", "没有这个辖区，请从列表中选择"))?;
    let owner = match (before, given(&asked.owner).map(OrgId::from)) {
        (_, Some(org)) => {
            let known = read.org(&org).await?.filter(|known| known.org.active);
            known.ok_or_else(|| Error::field("owner", "device.owner", "没有这个机构，请从列表中选择"))?;
            org
        }
        (Some(before), None) => before.owner.clone(),
        (None, None) => {
            let may =
                |org: &OrgId| caller.hats.hat(Action::DeviceChange, &Subject::of(&path, Some(org))).is_some();
            let own = caller.hats.all().iter().map(|hat| hat.org.clone()).find(may);
            own.ok_or_else(|| Error::field("owner", "device.owner", "没有写明设备归谁管，请选择机构"))?
        }
    };
    let mut links = BTreeSet::new();
    for link in &asked.links {
        let provider = Provider::from_code(link.provider.trim()).ok_or_else(|| unknown("links"))?;
        links.insert(Link { provider, address: link.address.trim().to_owned() });
    }
    let position = asked.lon.zip(asked.lat).map(|(lon, lat)| [lon, lat]);
    let installed_on = given(&asked.installed_on).map(|day| read_day("installed_on", &day)).transpose()?;
    let device = Device {
        id: before.map_or_else(|| DeviceId::from(""), |before| before.id.clone()),
        code: given(&asked.code).unwrap_or_default(),
        name: asked.name.trim().to_owned(),
        kind,
        model: asked.model.trim().to_owned(),
        owner,
        place: place.map(|one| one.place.id),
        facility: facility.map(|one| one.facility.id),
        territory,
        address: asked.address.trim().to_owned(),
        position,
        links,
        networks: asked
            .networks
            .iter()
            .map(|one| one.trim().to_owned())
            .filter(|one| !one.is_empty())
            .collect(),
        broker: asked.broker,
        heartbeat_s: asked.heartbeat_s,
        misses: asked.misses.unwrap_or(USUAL_MISSES),
        installed_on,
        test: before.and_then(|before| before.test.clone()),
        retired: None,
        void: None,
    };
    Ok((device.register()?, path))
}

/// Refuses a name another device goes by already.
async fn free_names(read: &mut Read, device: &Device) -> Result<()> {
    let keys: Vec<String> = device.links.iter().map(link_key).collect();
    let taken = read.devices_by_link(&keys).await?;
    if taken.values().any(|other| other.device.id != device.id) {
        return Err(Error::field("links", "device.link_taken", "这个接入标识已登记在另一台设备上，请核对"));
    }
    Ok(())
}

impl App {
    /// Devices the caller may see, in the order of their numbers.
    pub async fn devices(&self, caller: &Caller, asked: &DeviceAsked) -> Result<DevicePage> {
        let scope = caller.scope(Action::DeviceRead)?;
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let filter = filter(caller, asked, &names, now)?;
        let limit = asked.limit.unwrap_or(50).clamp(1, 200);
        let after = asked.after.as_deref().filter(|after| !after.is_empty());
        if let Some(code) = after
            && read.device_with_code(code).await?.is_none()
        {
            return Err(no_such_page());
        }
        let mut found = read.devices(&scope, &filter, after, limit + 1).await?;
        let more = found.len() as i64 > limit;
        found.truncate(usize::try_from(limit).unwrap_or(0));
        let next = found.last().filter(|_| more).map(|last| last.device.code.clone());
        let total = read.device_count(&scope, &filter).await?;
        Ok(DevicePage { items: view::rows(&mut read, &found, &names, now).await?, total, next })
    }

    /// How many devices are in which state, by kind and by model, and which places nothing protects though something
    /// hangs there.
    pub async fn device_summary(&self, caller: &Caller) -> Result<DeviceSummary> {
        let scope = caller.scope(Action::DeviceRead)?;
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        let found = read.devices(&scope, &DeviceFilter::default(), None, READ).await?;
        let ids: Vec<&str> = found.iter().map(|one| one.device.id.as_str()).collect();
        let states = read.device_states(&ids).await?;
        let conditions = conditions(&found, &states, now);
        let from = Some(now.plus_ms(-MODEL_DAYS * DAY_MS));
        let sent = read.signals_by_device(&scope, &SignalFilter { from, ..SignalFilter::default() }).await?;
        let mut alarms: HashMap<&str, i64> = HashMap::new();
        for ((device, kind), n) in &sent {
            if SignalKind::from_code(kind).is_some_and(SignalKind::is_alarm) {
                *alarms.entry(device).or_default() += n;
            }
        }
        let judged = judged_alarms(&mut read, now.plus_ms(-MODEL_DAYS * DAY_MS), now).await?;
        let mut houses: BTreeMap<&PlaceId, (i64, i64, i64)> = BTreeMap::new();
        let mut models: BTreeMap<(DeviceKind, &str), ModelRow> = BTreeMap::new();
        let mut places: BTreeMap<&PlaceId, (bool, Vec<&DeviceRecord>)> = BTreeMap::new();
        for (record, condition) in found.iter().zip(&conditions) {
            let d = &record.device;
            let row = models.entry((d.kind, d.model.as_str())).or_insert_with(|| ModelRow {
                kind: Word::new(d.kind.code(), d.kind.label()),
                model: d.model.clone(),
                devices: 0,
                online: 0,
                silent: 0,
                troubled: 0,
                alarms: 0,
                false_alarms: 0,
                false_per_hundred: 0.0,
            });
            row.devices += 1;
            row.online += i64::from(matches!(condition, Condition::Online | Condition::BatteryLow));
            row.silent += i64::from(matches!(condition, Condition::Silent | Condition::Never));
            row.troubled += i64::from(matches!(condition, Condition::Faulty | Condition::Shielded));
            row.alarms += alarms.get(d.id.as_str()).copied().unwrap_or(0);
            let (none, real) = judged.get(d.id.as_str()).copied().unwrap_or_default();
            row.false_alarms += none;
            if let Some(place) = d.place.as_ref().filter(|_| none > 0) {
                let house = houses.entry(place).or_default();
                *house = (house.0 + 1, house.1 + none, house.2 + real);
            }
            if let Some(place) = &d.place {
                let entry = places.entry(place).or_default();
                entry.0 |= condition.protects();
                entry.1.push(record);
            }
        }
        for row in models.values_mut() {
            row.false_per_hundred = per_hundred(row.false_alarms, row.devices);
        }
        let protected = places.values().filter(|(is_protected, _)| *is_protected).count() as i64;
        let bare: Vec<(&PlaceId, &Vec<&DeviceRecord>)> = places
            .iter()
            .filter(|(_, (is_protected, _))| !is_protected)
            .map(|(id, (_, all))| (*id, all))
            .collect();
        let ids = bare.iter().map(|(id, _)| id.as_str()).chain(houses.keys().map(|id| id.as_str()));
        let ids: Vec<&str> = ids.collect();
        let called = read.object_refs("place", &ids).await?;
        let unprotected = bare.iter().map(|(id, all)| UnprotectedRow {
            place: Named::new(id.as_str(), called.get(id.as_str()).map_or(id.as_str(), String::as_str)),
            devices: all.iter().map(|one| Named::new(one.device.id.as_str(), &one.device.code)).collect(),
        });
        let mut noisy: Vec<NoisyRow> = houses
            .iter()
            .map(|(id, (devices, false_alarms, real))| NoisyRow {
                place: Named::new(id.as_str(), called.get(id.as_str()).map_or(id.as_str(), String::as_str)),
                devices: *devices,
                false_alarms: *false_alarms,
                false_per_hundred: per_hundred(
                    *false_alarms,
                    places.get(*id).map_or(0, |(_, all)| all.len() as i64),
                ),
                real: *real,
            })
            .collect();
        noisy.sort_by_key(|row| -row.false_alarms);
        Ok(DeviceSummary {
            noisy,
            total: found.len() as i64,
            conditions: Condition::ALL
                .iter()
                .map(|one| {
                    (
                        Word::new(one.code(), one.label()),
                        conditions.iter().filter(|c| *c == one).count() as i64,
                    )
                })
                .filter(|(_, n)| *n > 0)
                .map(|(condition, n)| view::ConditionCount { condition, n })
                .collect(),
            models: models.into_values().collect(),
            protected,
            unprotected: unprotected.collect(),
            days: MODEL_DAYS,
        })
    }

    /// What a form needs.
    pub async fn device_options(&self, caller: &Caller) -> Result<DeviceOptions> {
        caller.scope(Action::DeviceRead)?;
        let mut read = self.db.read(&self.town).await?;
        let orgs = read.orgs().await?.into_iter().filter(|one| one.org.active);
        let territories = read.open_territories().await?.into_iter().map(|one| one.territory);
        let is_shown = |t: &domain::org::Territory| {
            matches!(t.level, domain::org::Level::Town | domain::org::Level::Village)
        };
        Ok(DeviceOptions {
            kinds: DeviceKind::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            providers: Provider::ALL.iter().map(|one| Word::new(one.code(), one.label())).collect(),
            orgs: orgs.map(|one| Named::new(one.org.id.as_str(), one.org.name)).collect(),
            territories: territories.filter(is_shown).map(|t| Named::new(t.code.as_str(), t.name)).collect(),
            misses: USUAL_MISSES,
            may_add: caller.hats.scope(Action::DeviceChange).is_some(),
        })
    }

    /// One device.
    pub async fn device(&self, caller: &Caller, id: &DeviceId) -> Result<DeviceView> {
        let scope = caller.scope(Action::DeviceRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.device(id, &scope).await?.ok_or(Error::NotFound)?;
        view::page(&mut read, caller, &record, self.now()).await
    }

    /// Enters a device.
    ///
    /// Errors: what is missing; its number or a name it goes by is taken; the caller may not there.
    pub async fn add_device(&self, caller: &Caller, asked: DeviceInput) -> Result<DeviceView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let record = self.add_device_in(caller, &mut tx, &asked, now).await?;
        let hat = caller.hat(Action::DeviceChange, &subject(&record))?;
        let view = view::page(&mut tx, caller, &record, now).await?;
        let id = record.device.id.as_str();
        Ok(tx.commit(caller.audit_as(hat, "device.add", ("device", id), &record.path, now), view).await?)
    }

    /// Enters a device within a write that somebody else commits.
    // A ledger of many is one write.
    pub(crate) async fn add_device_in(
        &self,
        caller: &Caller,
        tx: &mut Write,
        asked: &DeviceInput,
        now: Timestamp,
    ) -> Result<DeviceRecord> {
        caller.scope(Action::DeviceChange)?;
        let (mut device, path) = read_input(tx, caller, asked, None).await?;
        device.id = DeviceId::from(self.new_id());
        free_names(tx, &device).await?;
        if device.code.is_empty() {
            device.code = next_code(tx).await?;
        } else if tx.device_with_code(&device.code).await?.is_some() {
            return Err(Error::field("code", "device.code_taken", "设备编号已被使用，请换一个"));
        }
        let record = DeviceRecord {
            device,
            path,
            voided_at: None,
            has_secret: false,
            version: 1,
            recorded_at: now,
            recorded_by: caller.name.clone(),
        };
        caller.hat(Action::DeviceChange, &subject(&record))?;
        tx.insert_device(&record).await?;
        Ok(record)
    }

    /// The device as the caller sees it, if he saw its newest version.
    async fn device_seen(
        &self,
        caller: &Caller,
        read: &mut Read,
        id: &DeviceId,
        version: i64,
    ) -> Result<DeviceRecord> {
        let scope = caller.scope(Action::DeviceRead)?;
        let record = read.device(id, &scope).await?.ok_or(Error::NotFound)?;
        if record.version != version {
            return Err(Error::stale(&view::page(read, caller, &record, self.now()).await?));
        }
        Ok(record)
    }

    /// Changes what is on record about a device within a write; none where nothing changes.
    // Part of the import that asked for it.
    pub(crate) async fn change_device_in(
        &self,
        caller: &Caller,
        tx: &mut Write,
        before: &DeviceRecord,
        asked: &DeviceInput,
    ) -> Result<Option<DeviceRecord>> {
        caller.hat(Action::DeviceChange, &subject(before))?;
        let (mut device, path) = read_input(tx, caller, asked, Some(&before.device)).await?;
        if device.code.is_empty() {
            device.code = before.device.code.clone();
        }
        free_names(tx, &device).await?;
        if device == before.device && path == before.path {
            return Ok(None);
        }
        let record = DeviceRecord { device, path, ..before.clone() };
        tx.save_device(&record).await?;
        Ok(Some(record))
    }

    /// Changes what is on record about a device.
    pub async fn change_device(
        &self,
        caller: &Caller,
        id: &DeviceId,
        asked: DeviceInput,
    ) -> Result<DeviceView> {
        let mut tx = self.write(caller).await?;
        let before = self.device_seen(caller, &mut tx, id, asked.version.unwrap_or(0)).await?;
        let hat = caller.hat(Action::DeviceChange, &subject(&before))?.clone();
        if !before.device.is_used() {
            return Err(DeviceRefusal::Gone.into());
        }
        let (mut device, path) = read_input(&mut tx, caller, &asked, Some(&before.device)).await?;
        if device.code.is_empty() {
            device.code = before.device.code.clone();
        }
        if device.code != before.device.code && tx.device_with_code(&device.code).await?.is_some() {
            return Err(Error::field("code", "device.code_taken", "设备编号已被使用，请换一个"));
        }
        free_names(&mut tx, &device).await?;
        let record = DeviceRecord { device, path, ..before };
        caller.hat(Action::DeviceChange, &subject(&record))?;
        self.save_device(caller, tx, record, &hat, "device.change", "").await
    }

    /// Takes a step: test mode, out of use, voided.
    ///
    /// Errors: its state, the caller's rights or what was said do not allow it; somebody was quicker.
    pub async fn step_device(&self, caller: &Caller, id: &DeviceId, asked: DeviceStep) -> Result<DeviceView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut record = self.device_seen(caller, &mut tx, id, asked.version).await?;
        let hat = caller.hat(right_of(&asked.step), &subject(&record))?.clone();
        let reason = asked.reason.trim();
        let device = record.device.clone();
        if matches!(asked.step.as_str(), "retire" | "void") {
            self.silence_is_moot(caller, &mut tx, &record, now).await?;
        }
        let (device, name) = match asked.step.as_str() {
            "test" => {
                let until = asked.until.as_deref().and_then(Timestamp::parse).unwrap_or_default();
                (device.start_test(until, reason, now)?, "device.test")
            }
            "end_test" => (device.end_test()?, "device.end_test"),
            "retire" => {
                let on = given(&asked.on).map_or(Ok(now.date()), |day| read_day("on", &day))?;
                (device.retire(on, reason)?, "device.retire")
            }
            "void" => {
                record.voided_at = Some(now);
                (device.void(reason)?, "device.void")
            }
            _ => return Err(Error::field("step", "device.step", "没有这一步，请刷新后再试")),
        };
        self.save_device(caller, tx, DeviceRecord { device, ..record }, &hat, name, reason).await
    }

    async fn save_device(
        &self,
        caller: &Caller,
        mut tx: Write,
        mut record: DeviceRecord,
        hat: &domain::org::Assignment,
        name: &'static str,
        reason: &str,
    ) -> Result<DeviceView> {
        let now = self.now();
        tx.save_device(&record).await?;
        record.version += 1;
        let view = view::page(&mut tx, caller, &record, now).await?;
        let mut audit = caller.audit_as(hat, name, ("device", record.device.id.as_str()), &record.path, now);
        audit.reason = reason.to_owned();
        Ok(tx.commit(audit, view).await?)
    }

    /// Gives a device or platform a new secret to sign with, shown this once. The old one is worth nothing from then on.
    ///
    /// Errors: the caller did not just prove to be himself.
    pub async fn new_device_secret(
        &self,
        caller: &Caller,
        id: &DeviceId,
        version: i64,
    ) -> Result<DeviceSecret> {
        let now = self.now();
        caller.stepped_up(now)?;
        let mut tx = self.write(caller).await?;
        let record = self.device_seen(caller, &mut tx, id, version).await?;
        let hat = caller.hat(Action::DeviceChange, &subject(&record))?.clone();
        if !record.device.is_used() {
            return Err(DeviceRefusal::Gone.into());
        }
        let secret = crate::secret::random_reference()?;
        tx.save_device_secret(id, record.version, &secret).await?;
        let audit = caller.audit_as(&hat, "device.secret", ("device", id.as_str()), &record.path, now);
        let key = record.device.code;
        let ticket = crate::signal::push::ticket(&secret, Provider::Ctwing);
        let answer = DeviceSecret {
            onenet_path: format!("/in/onenet/{key}"),
            ctwing_path: format!("/in/ctwing/{key}/{ticket}"),
            key,
            secret,
            version: record.version + 1,
        };
        // Shown once: it is not kept as the answer of an operation.
        tx.unbind_operation();
        Ok(tx.commit(audit, answer).await?)
    }

    /// Writes down which devices have fallen silent since somebody last looked, each a matter of whoever looks after it. Says
    /// how many.
    pub async fn note_silence(&self, caller: &Caller) -> Result<usize> {
        let hat = caller.hat(Action::DeviceChange, &Subject::town())?.clone();
        let now = self.now();
        let mut read = self.db.read(&self.town).await?;
        if read.gone_silent(now).await?.is_empty() && silence::overdue(&mut read, now).await?.is_empty() {
            return Ok(0);
        }
        drop(read);
        let mut tx = self.write(caller).await?;
        let gone = tx.gone_silent(now).await?;
        for (span, gone_at) in &gone {
            tx.end_device_span(span, *gone_at).await?;
        }
        let since = |(span, at): &(HeardRecord, Timestamp)| (span.device.clone(), Mute::Since(*at));
        let mut silent: Vec<(DeviceId, Mute)> = gone.iter().map(since).collect();
        silent.extend(silence::overdue(&mut tx, now).await?);
        let Some((first, _)) = silent.first() else { return Ok(0) };
        let first = first.to_string();
        if self.ask_about_silence(&mut tx, &silent, now).await? == 0 && gone.is_empty() {
            // Nobody there to be asked: as soon as somebody is, he is.
            return Ok(0);
        }
        let mut audit = caller.audit_as(&hat, "device.silent", ("device", &first), self.town.as_str(), now);
        audit.detail = serde_json::json!({ "devices": silent.len() }).to_string();
        tx.commit(audit, ()).await?;
        Ok(silent.len())
    }
}

/// How many for a hundred, to one decimal.
fn per_hundred(n: i64, of: i64) -> f64 {
    (n as f64 * 1000.0 / of.max(1) as f64).round() / 10.0
}

// Of devices the use case read.
pub(crate) fn conditions(
    found: &[DeviceRecord],
    states: &HashMap<String, DeviceState>,
    now: Timestamp,
) -> Vec<Condition> {
    let nothing = DeviceState::default();
    let of = |one: &DeviceRecord| {
        one.device.condition(states.get(one.device.id.as_str()).unwrap_or(&nothing), now)
    };
    found.iter().map(of).collect()
}

/// A query as the store takes it.
///
/// Errors: words nobody knows, a box that is none.
fn filter(caller: &Caller, asked: &DeviceAsked, names: &Names, now: Timestamp) -> Result<DeviceFilter> {
    let unknown = |field: &str| Error::field(field, "query.unknown_word", "筛选条件无效，请重新选择");
    let path = match given(&asked.village) {
        None => None,
        Some(code) => {
            let path = names.path(&TerritoryCode::from(code.as_str()));
            Some(path.ok_or_else(|| unknown("village"))?.to_owned())
        }
    };
    let state = given(&asked.state);
    if state.as_deref().is_some_and(|state| !["silent", "troubled", "retired"].contains(&state)) {
        return Err(unknown("state"));
    }
    let is = |word: &str| state.as_deref() == Some(word);
    Ok(DeviceFilter {
        kinds: given(&asked.kind),
        place: given(&asked.place),
        facility: given(&asked.facility),
        path,
        text: given(&asked.q),
        owners: if asked.mine.unwrap_or(false) { minded_by(caller) } else { Vec::new() },
        silent_at: is("silent").then_some(now),
        troubled: is("troubled"),
        within: None,
        with_retired: is("retired"),
        with_void: asked.with_void.unwrap_or(false),
    })
}
