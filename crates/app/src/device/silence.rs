//! Who a silent device is the business of: each silence becomes one matter to follow up, owed by whoever looks after the
//! device, by a day; it is closed by itself when the device is heard again. One that never said anything though its days of
//! patience are over is silent likewise. What does not belong here: when a device counts
//! as silent (`domain::device`), the matter's own steps (`follow_up`).

use std::collections::BTreeMap;

use domain::device::Device;
use domain::follow_up::Origin;
use domain::ids::{DeviceId, FollowUpId, PersonId, PostId};
use domain::message::Urgency;
use domain::org::Role;
use domain::time::{Date, Timestamp};
use serde::Serialize;
use store::device::DeviceRecord;
use store::follow_up::FollowUpRecord;
use store::{Read, Write};
use utoipa::ToSchema;

use crate::follow_up::ask;
use crate::message::News;
use crate::parameter::number_on;
use crate::post::owner::{OwnerView, Owners};
use crate::{App, Caller, Result};

/// Within so many days somebody looks why a device is silent. A default of the town: no source gives one.
pub(crate) const SILENT_DAYS: (&str, f64) = ("device.silent_days", 3.0);
/// So many days after it was installed a device may have said nothing yet. A default of the town: no source gives one.
pub(crate) const NEVER_DAYS: (&str, f64) = ("device.never_days", 7.0);
/// So many devices that fell silent at once are told one by one; of more whoever owes them gets one message.
const ONE_BY_ONE: usize = 3;
/// Who of an organisation looks after its devices, the first who is there first. Source: who may change a device's entry.
const MINDS: [Role; 6] = [
    Role::VillageStaff,
    Role::OfficeClerk,
    Role::DeptInspector,
    Role::VillageSecretary,
    Role::DeptHead,
    Role::OfficeHead,
];
/// What asks for it.
const ORIGIN: &str = "device";

/// How a device is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mute {
    /// It was heard until then.
    Since(Timestamp),
    /// It never was, since it was installed on this day.
    Never(Date),
}

impl Mute {
    /// What whoever looks after a device of this name is asked.
    fn matter(self, name: &str) -> String {
        match self {
            Self::Since(at) => format!("{name}自 {} 起失联，请查明原因并恢复", minute(at)),
            Self::Never(on) => format!("{name} {on} 投用后从未上报，请查明原因并接通"),
        }
    }

    /// The same in a message. A gateway reads it: its number and kind, not the house it hangs in.
    fn said(self, device: &Device) -> String {
        let (code, kind) = (&device.code, device.kind.label());
        match self {
            Self::Since(at) => format!("{code}（{kind}）自 {} 起失联", minute(at)),
            Self::Never(on) => format!("{code}（{kind}） {on} 投用后从未上报"),
        }
    }
}

/// Devices that never said anything though the town's patience with new ones is over, and that nobody was asked about.
// Part of noting who is silent, which asked.
pub(super) async fn overdue(read: &mut Read, now: Timestamp) -> Result<Vec<(DeviceId, Mute)>> {
    let found = read.never_heard().await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let today = now.date();
    let days = u64::from(number_on(read, NEVER_DAYS, today).await?);
    let mut overdue = Vec::new();
    for record in found {
        // Where nobody wrote down when it was installed, it hangs there since it was entered at the latest.
        let since = record.device.installed_on.unwrap_or_else(|| record.recorded_at.date());
        let is_over = since.checked_add_days(chrono::Days::new(days)).is_some_and(|last| last < today);
        if is_over {
            overdue.push((record.device.id, Mute::Never(since)));
        }
    }
    Ok(overdue)
}

/// That a silent device is somebody's matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SilenceTask {
    /// Id of the matter to follow up.
    pub id: String,
    /// Who owes it.
    pub owner: OwnerView,
    /// By when.
    pub due_on: String,
    /// Whether it is owed and its day has passed.
    pub overdue: bool,
    /// `open` or `done`: he says that it is seen to, and it is not heard yet.
    pub state: String,
}

/// The post that looks after a device: of its owner, of the village it hangs in, of the office; of these the first somebody
/// holds, or else the first there is.
fn keeper(owners: &Owners, device: &Device) -> Option<PostId> {
    let posts: Vec<_> = owners.in_use().filter(|post| MINDS.contains(&post.role)).collect();
    let rank = |role: Role| MINDS.iter().position(|one| *one == role);
    let is_office = |role: Role| matches!(role, Role::OfficeClerk | Role::OfficeHead);
    let nearest = |held: bool| {
        let of = posts.iter().filter(|post| !held || owners.is_held(&post.id)).filter_map(|post| {
            let near = match () {
                () if post.org == device.owner => 0,
                () if post.territory == device.territory && !is_office(post.role) => 1,
                () if is_office(post.role) => 2,
                () => return None,
            };
            Some(((near, rank(post.role), &post.id), post.id.clone()))
        });
        of.min_by(|a, b| a.0.cmp(&b.0)).map(|(_, id)| id)
    };
    nearest(true).or_else(|| nearest(false))
}

/// What waits for somebody because these devices are silent, by device.
// Part of a page whose right was asked already.
pub(super) async fn tasks(
    read: &mut Read,
    devices: &[&str],
    now: Timestamp,
) -> Result<BTreeMap<String, SilenceTask>> {
    let found = read.follow_ups_waiting(ORIGIN, devices).await?;
    if found.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (owners, today) = (Owners::read(read, now.date()).await?, now.date());
    let task = |one: &FollowUpRecord| SilenceTask {
        id: one.item.id.to_string(),
        owner: owners.view(&one.item.owner),
        due_on: one.item.due_on.to_string(),
        overdue: one.item.is_overdue(today),
        state: one.item.state.code().to_owned(),
    };
    Ok(found.iter().map(|one| (one.item.origin.id.clone(), task(one))).collect())
}

/// A moment as a person reads it: month, day and minute.
fn minute(at: Timestamp) -> String {
    at.to_rfc3339().get(5..16).unwrap_or_default().replace('T', " ")
}

impl App {
    /// Makes each of these silences a matter of whoever looks after the device, and tells him, in the quiet of the night not
    /// before the morning. Says how many became somebody's matter.
    // Part of the write that notes the silence.
    pub(super) async fn ask_about_silence(
        &self,
        tx: &mut Write,
        gone: &[(DeviceId, Mute)],
        now: Timestamp,
    ) -> Result<usize> {
        let today = now.date();
        let days = u64::from(number_on(tx, SILENT_DAYS, today).await?);
        let due = today.checked_add_days(chrono::Days::new(days)).unwrap_or(today);
        let owners = Owners::read(tx, today).await?;
        let whole = Caller::system().scope(domain::policy::Action::DeviceRead)?;
        let mut told: BTreeMap<PersonId, Vec<(FollowUpId, String)>> = BTreeMap::new();
        let mut asked = 0;
        for (id, mute) in gone {
            // What is out of use is nobody's business.
            let Some(record) = tx.device(id, &whole).await?.filter(|one| one.device.is_used()) else {
                continue;
            };
            let device = &record.device;
            // A town without anybody for it: the count on the desks is all there is.
            let Some(post) = keeper(&owners, device) else { continue };
            let item = FollowUpId::from(self.new_id());
            let name = format!("{} {}", device.code, device.name);
            let text = mute.matter(&name);
            asked += 1;
            let origin = Origin { kind: ORIGIN.to_owned(), id: id.to_string() };
            ask(tx, &owners, &origin, (item.clone(), &text, &post, due), now).await?;
            let what = mute.said(device);
            for holder in owners.holders(&post) {
                told.entry(holder.clone()).or_default().push((item.clone(), what.clone()));
            }
        }
        for (person, items) in told {
            let news = |about: &FollowUpId, text: String| (about.clone(), text);
            let letters: Vec<_> = match items.split_first() {
                Some(((first, what), rest)) if rest.len() >= ONE_BY_ONE => {
                    let text = format!("{what}等 {} 台设备失联，请于 {due} 前查明并恢复", items.len());
                    vec![news(first, text)]
                }
                _ => {
                    let one = |(item, what): &(FollowUpId, String)| {
                        news(item, format!("{what}，请于 {due} 前查明并恢复"))
                    };
                    items.iter().map(one).collect()
                }
            };
            let tag = if letters.len() < items.len() { "silent-many" } else { "silent" };
            for (item, text) in letters {
                let about = ("follow_up", item.as_str());
                let news = News { about, tag, urgency: Urgency::Notice, text: &text };
                self.notify(tx, [person.clone()], &news).await?;
            }
        }
        Ok(asked)
    }

    /// These devices are heard again: what waited because of it is closed by itself.
    // Part of the write that takes in that they were heard.
    pub(crate) async fn heard_again(&self, tx: &mut Write, back: &[DeviceId], now: Timestamp) -> Result<()> {
        let ids: Vec<&str> = back.iter().map(|id| id.as_str()).collect();
        let system = Caller::system().person;
        for mut record in tx.follow_ups_waiting(ORIGIN, &ids).await? {
            let text = format!("设备已于 {} 恢复上报，自动办结", minute(now));
            record.item = record.item.shown(system.clone(), now, &text)?;
            self.close_silence(tx, &record, &system).await?;
        }
        Ok(())
    }

    /// A device went out of use: nobody need look for it any more.
    // Part of the step that takes it out of use.
    pub(super) async fn silence_is_moot(
        &self,
        caller: &Caller,
        tx: &mut Write,
        device: &DeviceRecord,
        now: Timestamp,
    ) -> Result<()> {
        for mut record in tx.follow_ups_waiting(ORIGIN, &[device.device.id.as_str()]).await? {
            let person = caller.person.clone();
            record.item = match record.item.clone().void(person.clone(), now, "设备已停用或作废") {
                Ok(void) => void,
                Err(_) => record.item.shown(person.clone(), now, "设备已停用或作废")?,
            };
            self.close_silence(tx, &record, &person).await?;
        }
        Ok(())
    }

    // Part of the write that closes it.
    async fn close_silence(&self, tx: &mut Write, record: &FollowUpRecord, by: &PersonId) -> Result<()> {
        tx.update_follow_up(record).await?;
        self.settle(tx, ("follow_up", record.item.id.as_str()), by).await
    }
}
