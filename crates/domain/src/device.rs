//! 联网设备: what hangs where, whose it is, how it is reached and recognised, how often it must be heard from; what state
//! it is in now. What does not belong here: what a device says (`signal`), the bytes it says it in (`protocol`), public
//! facilities as such (`facility`; a device may be the electronics of one).
//!
//! Source: clauses C7.7, C7.10, C7.11, C19.3, C19.4; a device that is not heard from protects nobody.

use core::net::IpAddr;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::fulfilment::Span;
use crate::geometry::{Position, is_on_earth};
use crate::ids::{DeviceId, FacilityId, OrgId, PlaceId, TerritoryCode};
use crate::org::words;
use crate::signal::{SignalKind, Trust};
use crate::time::{Date, Timestamp};

/// The longest a device may be in test mode at once. Units: milliseconds.
pub const LONGEST_TEST_MS: i64 = 24 * 3600 * 1000;
/// A device that must be heard from is silent after this many intervals, when nothing else was entered for it.
pub const USUAL_MISSES: u32 = 3;
/// A time tag this far off counts as replayed or wrong: its message is not vouched for. Units: milliseconds.
pub const FRESH_MS: i64 = 10 * 60 * 1000;

words! {
    /// What it is. Codes of devices in premises as in the field's handbook §3.4.
    DeviceKind {
        TransmissionUnit "transmission_unit" "用户信息传输装置"
        SmokeDetector "smoke_detector" "联网感烟探测器"
        HeatDetector "heat_detector" "感温探测器"
        GasDetector "gas_detector" "可燃气体探测器"
        ElectricFireMonitor "electric_fire_monitor" "电气火灾监控"
        LeakageProtector "leakage_protector" "漏电保护器"
        SimpleSprinkler "simple_sprinkler" "简易喷淋"
        CallButton "call_button" "手动报警或求助按钮"
        WaterSensor "water_sensor" "水位水压监测"
        Camera "camera" "摄像机"
        InfraredSensor "infrared_sensor" "红外烟火监测"
        Gate "gate" "智能卡口"
        /// Another system that passes on what its own devices say.
        Platform "platform" "接入平台"
        Other "other" "其他"
    }
}

words! {
    /// By which way its messages come.
    Provider {
        Gb26875 "gb26875" "GB/T 26875.3"
        Mqtt "mqtt" "MQTT"
        Ctwing "ctwing" "天翼物联 CTWing"
        Onenet "onenet" "中国移动 OneNET"
        Generic "generic" "通用推送"
        Cap "cap" "CAP 预警"
    }
}

words! {
    /// What state it is in.
    Condition {
        Retired "retired" "已停用"
        Testing "testing" "测试中"
        /// It was never heard from.
        Never "never" "从未上线"
        Silent "silent" "失联"
        Faulty "faulty" "故障"
        Shielded "shielded" "屏蔽"
        BatteryLow "battery_low" "电量低"
        Online "online" "在线"
        /// It is not connected and says nothing by itself.
        Offline "unconnected" "不联网"
    }
}

impl Condition {
    /// Whether whoever relies on it is protected by it.
    pub fn protects(self) -> bool {
        matches!(self, Self::Online | Self::BatteryLow | Self::Offline)
    }
}

/// A name it goes by on a way. For GB/T 26875.3: the source address in decimal, then for a part of it a slash and
/// `system type.system address.part address in hexadecimal`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Link {
    /// The way.
    pub provider: Provider,
    /// Its name there.
    pub address: String,
}

/// 测试: what it says until then is practice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestMode {
    /// Until when.
    pub until: Timestamp,
    /// What for.
    pub reason: String,
}

/// 联网设备.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// Id.
    pub id: DeviceId,
    /// 设备编号, one in the town.
    pub code: String,
    /// Name, as where it hangs.
    pub name: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Maker and model.
    pub model: String,
    /// Who owns it and looks after it when it falls silent.
    pub owner: OrgId,
    /// The place it protects.
    pub place: Option<PlaceId>,
    /// The public facility whose electronics it is.
    pub facility: Option<FacilityId>,
    /// Territory.
    pub territory: TerritoryCode,
    /// Where in words.
    pub address: String,
    /// Where on the map.
    pub position: Option<Position>,
    /// How it is recognised.
    pub links: BTreeSet<Link>,
    /// Networks it sends from, as `10.8.0.0/16`: what comes from there in its name is vouched for.
    pub networks: BTreeSet<String>,
    /// The broker lets nobody else publish under its name.
    pub broker: bool,
    /// How often it must be heard from; none for one that is not connected. Units: seconds.
    pub heartbeat_s: Option<u32>,
    /// Silent after this many intervals.
    pub misses: u32,
    /// When it was installed.
    pub installed_on: Option<Date>,
    /// Practice, while it lasts.
    pub test: Option<TestMode>,
    /// Since when it is out of use, and why.
    pub retired: Option<(Date, String)>,
    /// Why it was voided; none while it stands.
    pub void: Option<String>,
}

/// What it last said of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceState {
    /// When it was last heard.
    pub heard_at: Option<Timestamp>,
    /// Battery. Units: percent.
    pub battery: Option<u32>,
    /// What is wrong with it now.
    pub faults: BTreeSet<SignalKind>,
    /// It is told to keep quiet.
    pub shielded: bool,
}

/// An unbroken time in which it was heard often enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeardSpan {
    /// From then on.
    pub from: Timestamp,
    /// Until then; none while it goes on.
    pub to: Option<Timestamp>,
}

/// Why a device is not entered or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceRefusal {
    /// No name.
    #[error("没有填设备名称，请填写安装位置等便于辨认的名称")]
    NoName,
    /// Neither a place nor a facility nor a position.
    #[error("没有写明设备在哪里，请选择场所、设施或在地图上点位")]
    Nowhere,
    /// A position off the earth.
    #[error("位置不在经纬度范围内，请在地图上重新点选")]
    Position,
    /// A network that is none.
    #[error("“{0}”不是 IP 地址或网段，请按 10.8.0.0/16 的形式填写")]
    Network(String),
    /// A link without an address.
    #[error("接入标识为空，请填写该平台上的设备标识或删去这一行")]
    NoAddress,
    /// An interval that is none.
    #[error("心跳间隔应在 5 秒到 7 天之间，请核对")]
    Interval,
    /// Test mode without an end, or too long.
    #[error("测试必须在 24 小时内结束，请重新填写结束时间")]
    TestEnd,
    /// Nothing said.
    #[error("没有写明原因，请写一句为什么")]
    NoReason,
    /// It is out of use.
    #[error("设备已停用或作废，不能再办理这一步，请刷新后再看")]
    Gone,
}

impl DeviceRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoName => "device.no_name",
            Self::Nowhere => "device.nowhere",
            Self::Position => "device.position",
            Self::Network(_) => "device.network",
            Self::NoAddress => "device.no_address",
            Self::Interval => "device.interval",
            Self::TestEnd => "device.test_end",
            Self::NoReason => "device.no_reason",
            Self::Gone => "device.gone",
        }
    }
}

/// An address or network as text, as `10.8.0.0/16`, in numbers.
fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.trim().parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(most), |bits| bits.trim().parse().ok()).filter(|bits| *bits <= most)?;
    Some((address, bits))
}

/// Whether an address lies in a network.
fn lies_in(address: IpAddr, text: &str) -> bool {
    match (address, network(text)) {
        (IpAddr::V4(one), Some((IpAddr::V4(net), bits))) => {
            let shift = 32 - bits;
            u64::from(u32::from(one)) >> shift == u64::from(u32::from(net)) >> shift
        }
        (IpAddr::V6(one), Some((IpAddr::V6(net), bits))) => {
            bits == 0 || u128::from(one) >> (128 - bits) == u128::from(net) >> (128 - bits)
        }
        _ => false,
    }
}

impl Device {
    /// Checks one that is to be entered or changed.
    ///
    /// Errors: what is missing or cannot be.
    pub fn register(self) -> Result<Self, DeviceRefusal> {
        if self.name.trim().is_empty() {
            return Err(DeviceRefusal::NoName);
        }
        // Another platform is nowhere in particular.
        let nowhere = self.place.is_none() && self.facility.is_none() && self.position.is_none();
        if nowhere && self.kind != DeviceKind::Platform {
            return Err(DeviceRefusal::Nowhere);
        }
        if self.position.is_some_and(|at| !is_on_earth(at)) {
            return Err(DeviceRefusal::Position);
        }
        if let Some(wrong) = self.networks.iter().find(|text| network(text).is_none()) {
            return Err(DeviceRefusal::Network(wrong.clone()));
        }
        if self.links.iter().any(|link| link.address.trim().is_empty()) {
            return Err(DeviceRefusal::NoAddress);
        }
        let interval = |seconds: u32| (5..=7 * 24 * 3600).contains(&seconds);
        if self.heartbeat_s.is_some_and(|seconds| !interval(seconds)) || self.misses == 0 || self.misses > 100
        {
            return Err(DeviceRefusal::Interval);
        }
        Ok(self)
    }

    /// Whether it is in use.
    pub fn is_used(&self) -> bool {
        self.retired.is_none() && self.void.is_none()
    }

    /// Puts it into test mode until then.
    ///
    /// Errors: no end within a day, no reason, out of use.
    pub fn start_test(
        mut self,
        until: Timestamp,
        reason: &str,
        now: Timestamp,
    ) -> Result<Self, DeviceRefusal> {
        self.used()?;
        if reason.trim().is_empty() {
            return Err(DeviceRefusal::NoReason);
        }
        if until <= now || until.0 - now.0 > LONGEST_TEST_MS {
            return Err(DeviceRefusal::TestEnd);
        }
        self.test = Some(TestMode { until, reason: reason.trim().to_owned() });
        Ok(self)
    }

    /// Ends test mode.
    pub fn end_test(mut self) -> Result<Self, DeviceRefusal> {
        self.used()?;
        self.test = None;
        Ok(self)
    }

    /// Takes it out of use.
    ///
    /// Errors: no reason, out of use already.
    pub fn retire(mut self, on: Date, reason: &str) -> Result<Self, DeviceRefusal> {
        self.used()?;
        if reason.trim().is_empty() {
            return Err(DeviceRefusal::NoReason);
        }
        self.retired = Some((on, reason.trim().to_owned()));
        Ok(self)
    }

    /// Voids an entry made by mistake.
    ///
    /// Errors: no reason, voided already.
    pub fn void(mut self, reason: &str) -> Result<Self, DeviceRefusal> {
        if reason.trim().is_empty() {
            return Err(DeviceRefusal::NoReason);
        }
        if self.void.is_some() {
            return Err(DeviceRefusal::Gone);
        }
        self.void = Some(reason.trim().to_owned());
        Ok(self)
    }

    fn used(&self) -> Result<(), DeviceRefusal> {
        if self.is_used() { Ok(()) } else { Err(DeviceRefusal::Gone) }
    }

    /// Whether it is in test mode at a moment.
    pub fn is_testing(&self, now: Timestamp) -> bool {
        self.test.as_ref().is_some_and(|test| now < test.until)
    }

    /// How long it may say nothing. Units: milliseconds.
    pub fn patience_ms(&self) -> Option<i64> {
        self.heartbeat_s.map(|seconds| i64::from(seconds) * i64::from(self.misses) * 1000)
    }

    /// Whether it was heard lately enough, by its own interval; none for one that is not connected.
    pub fn is_heard(&self, state: &DeviceState, now: Timestamp) -> Option<bool> {
        let patience = self.patience_ms()?;
        Some(state.heard_at.is_some_and(|heard| now.0 - heard.0 <= patience))
    }

    /// What state it is in.
    pub fn condition(&self, state: &DeviceState, now: Timestamp) -> Condition {
        if !self.is_used() {
            return Condition::Retired;
        }
        if self.is_testing(now) {
            return Condition::Testing;
        }
        match self.is_heard(state, now) {
            None => return Condition::Offline,
            Some(false) if state.heard_at.is_none() => return Condition::Never,
            Some(false) => return Condition::Silent,
            Some(true) => {}
        }
        let worse = state.faults.iter().any(|fault| *fault != SignalKind::BatteryLow);
        match () {
            () if worse => Condition::Faulty,
            () if state.shielded => Condition::Shielded,
            () if !state.faults.is_empty() => Condition::BatteryLow,
            () => Condition::Online,
        }
    }

    /// Whether it protected its place when a day began: in use, nothing wrong that it said, heard if it is connected. A
    /// detector whose alarm would reach nobody protects nobody by it.
    pub fn protected_at_dawn(&self, state: &DeviceState, was_heard: bool) -> bool {
        let is_worse = state.shielded || state.faults.iter().any(|fault| *fault != SignalKind::BatteryLow);
        let reaches = match self.heartbeat_s {
            Some(_) => was_heard,
            None => self.kind != DeviceKind::SmokeDetector,
        };
        self.is_used() && reaches && !is_worse
    }

    /// Whether its entry says who vouches for what comes in its name; `has_secret`: it signs.
    pub fn is_tied(&self, has_secret: bool) -> bool {
        !self.networks.is_empty() || self.broker || has_secret
    }

    /// How far a message in its name is trusted: who vouches for the sender, and whether the message is fresh.
    pub fn trust(&self, proof: &Proof, clock_off_ms: i64) -> Trust {
        let vouched = match proof {
            Proof::Network(address) => self.networks.iter().any(|network| lies_in(*address, network)),
            Proof::Broker => self.broker,
            Proof::Signed => true,
            Proof::None => false,
        };
        let fresh = clock_off_ms.abs() <= FRESH_MS;
        if vouched && fresh && self.is_used() { Trust::Bound } else { Trust::Open }
    }
}

/// What speaks for the sender of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The address it came from.
    Network(IpAddr),
    /// A broker that knows its clients.
    Broker,
    /// A signature that was checked before it was put on record.
    Signed,
    /// Nothing.
    None,
}

impl DeviceState {
    /// The state after it said this.
    pub fn after(mut self, kind: SignalKind, battery: Option<u32>, received_at: Timestamp) -> Self {
        self.heard_at = self.heard_at.max(Some(received_at));
        self.battery = battery.or(self.battery);
        match kind {
            SignalKind::Shielded => self.shielded = true,
            SignalKind::Restored => {
                self.shielded = false;
                self.faults.clear();
            }
            fault if fault.is_fault() => drop(self.faults.insert(fault)),
            _ => {}
        }
        self
    }
}

/// The part of a time in which it should have been heard: from its installation, or from when it was first heard, until it
/// was taken out of use; none where it says nothing by itself, or was there at no moment of it. Source: handbook of the
/// field §7, M19.
pub fn expected(
    device: &Device,
    first_heard: Option<Timestamp>,
    (from, to): (Timestamp, Timestamp),
) -> Option<(Timestamp, Timestamp)> {
    device.heartbeat_s.filter(|_| device.void.is_none())?;
    let begun = device.installed_on.map(Timestamp::start_of).or(first_heard).map_or(from, |at| at.max(from));
    let ended = device.retired.as_ref().map(|(on, _)| Timestamp::start_of(*on)).map_or(to, |at| at.min(to));
    (begun < ended).then_some((begun, ended))
}

/// How long of a time one was heard. Units: milliseconds.
pub fn heard_ms<'a>(spans: impl IntoIterator<Item = &'a HeardSpan>, from: Timestamp, to: Timestamp) -> i64 {
    let of = |span: &HeardSpan| {
        let (begun, ended) = (span.from.max(from), span.to.unwrap_or(to).min(to));
        (ended.0 - begun.0).max(0)
    };
    spans.into_iter().map(of).sum()
}

impl HeardSpan {
    /// The civil days on which it was heard all day long, as far as the span goes. The day it fell silent is none.
    pub fn days(&self) -> Option<Span> {
        let span = Span { from: self.from.date(), to: self.to.and_then(|to| to.date().pred_opt()) };
        span.to.is_none_or(|to| span.from <= to).then_some(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn device() -> Device {
        Device {
            id: "d".into(),
            code: "SB-0001".to_owned(),
            name: "老街 3 号堂屋".to_owned(),
            kind: DeviceKind::SmokeDetector,
            model: "某厂 A1".to_owned(),
            owner: "village".into(),
            place: Some("p".into()),
            facility: None,
            territory: "v".into(),
            address: String::new(),
            position: None,
            links: BTreeSet::from([Link { provider: Provider::Gb26875, address: "889".to_owned() }]),
            networks: BTreeSet::from(["10.8.0.0/16".to_owned()]),
            broker: false,
            heartbeat_s: Some(60),
            misses: 3,
            installed_on: None,
            test: None,
            retired: None,
            void: None,
        }
    }

    fn heard(at: i64) -> DeviceState {
        DeviceState { heard_at: Some(Timestamp(at)), ..DeviceState::default() }
    }

    #[test]
    fn it_is_online_by_its_own_interval() {
        let device = device();
        let at = |ms| device.condition(&heard(0), Timestamp(ms));
        assert_eq!(at(3 * MINUTE), Condition::Online);
        assert_eq!(at(3 * MINUTE + 1), Condition::Silent);
        assert_eq!(device.condition(&DeviceState::default(), Timestamp(0)), Condition::Never);
        let slow = Device { heartbeat_s: Some(24 * 3600), ..device.clone() };
        assert_eq!(slow.condition(&heard(0), Timestamp(60 * MINUTE)), Condition::Online);
        let dumb = Device { heartbeat_s: None, ..device };
        assert_eq!(dumb.condition(&DeviceState::default(), Timestamp(0)), Condition::Offline);
    }

    #[test]
    fn who_is_silent_at_fault_shielded_or_tested_protects_nobody() {
        for condition in Condition::ALL {
            let good = matches!(condition, Condition::Online | Condition::BatteryLow | Condition::Offline);
            assert_eq!(condition.protects(), good, "{condition:?}");
        }
        let device = device();
        let now = Timestamp(MINUTE);
        let said = |kind| device.condition(&heard(0).after(kind, None, now), now);
        assert_eq!(said(SignalKind::BatteryLow), Condition::BatteryLow);
        assert_eq!(said(SignalKind::MainPower), Condition::Faulty);
        assert_eq!(said(SignalKind::Shielded), Condition::Shielded);
        let again = heard(0).after(SignalKind::Fault, None, now).after(SignalKind::Restored, Some(80), now);
        assert_eq!(device.condition(&again, now), Condition::Online);
        assert_eq!(again.battery, Some(80));
    }

    #[test]
    fn a_day_begins_protected_by_what_was_heard_and_by_what_needs_no_network() {
        let (well, ill) = (DeviceState::default(), heard(0).after(SignalKind::Fault, None, Timestamp(1)));
        let low = heard(0).after(SignalKind::BatteryLow, None, Timestamp(1));
        let of = |kind, heartbeat_s| Device { kind, heartbeat_s, ..device() };
        let smoke = of(DeviceKind::SmokeDetector, Some(60));
        let alone = of(DeviceKind::SmokeDetector, None);
        let pipe = of(DeviceKind::SimpleSprinkler, None);
        let gone = pipe.clone().retire(Date::default(), "拆除").expect("in use");
        for (what, device, state, was_heard, protects) in [
            ("heard", &smoke, &well, true, true),
            ("heard, battery low", &smoke, &low, true, true),
            ("silent", &smoke, &well, false, false),
            ("at fault", &smoke, &ill, true, false),
            ("in no network", &alone, &well, false, false),
            ("a sprinkler", &pipe, &well, false, true),
            ("a sprinkler taken out", &gone, &well, false, false),
        ] {
            assert_eq!(device.protected_at_dawn(state, was_heard), protects, "{what}");
        }
    }

    #[test]
    fn a_test_has_a_reason_and_an_end() {
        let now = Timestamp(0);
        let start = |until, reason: &str| device().start_test(Timestamp(until), reason, now);
        assert_eq!(start(MINUTE, " "), Err(DeviceRefusal::NoReason));
        assert_eq!(start(0, "联动测试"), Err(DeviceRefusal::TestEnd));
        assert_eq!(start(LONGEST_TEST_MS + 1, "联动测试"), Err(DeviceRefusal::TestEnd));
        let testing = start(MINUTE, "联动测试").expect("allowed");
        assert_eq!(testing.condition(&heard(0), Timestamp(MINUTE - 1)), Condition::Testing);
        assert_eq!(testing.condition(&heard(0), Timestamp(MINUTE)), Condition::Online);
        let retired = testing.retire(Date::MIN, "拆除").expect("allowed");
        assert_eq!(retired.start_test(Timestamp(MINUTE), "联动测试", now), Err(DeviceRefusal::Gone));
    }

    #[test]
    fn only_what_somebody_vouches_for_and_is_fresh_is_bound() {
        let device = device();
        let from = |text: &str| Proof::Network(text.parse().expect("an address"));
        assert_eq!(device.trust(&from("10.8.3.4"), 0), Trust::Bound);
        assert_eq!(device.trust(&from("10.9.0.1"), 0), Trust::Open);
        assert_eq!(device.trust(&from("::1"), 0), Trust::Open);
        assert_eq!(device.trust(&from("10.8.3.4"), -2 * 24 * 60 * MINUTE), Trust::Open, "two days old");
        assert_eq!(device.trust(&Proof::Broker, 0), Trust::Open, "its broker does not tell clients apart");
        assert_eq!(device.trust(&Proof::Signed, FRESH_MS), Trust::Bound);
        assert_eq!(device.trust(&Proof::Signed, FRESH_MS + 1), Trust::Open);
        assert_eq!(device.trust(&Proof::None, 0), Trust::Open);
        assert!(device.is_tied(false));
        let loose = Device { networks: BTreeSet::new(), ..device.clone() };
        assert!(!loose.is_tied(false) && loose.is_tied(true), "a secret ties it");
        let voided = device.void("误登").expect("allowed");
        assert_eq!(voided.trust(&from("10.8.3.4"), 0), Trust::Open);
    }

    #[test]
    fn networks_are_networks() {
        for (text, good) in [("10.8.0.0/16", true), ("::1", true), ("10.8.0.0/33", false), ("局域网", false)]
        {
            let asked = Device { networks: BTreeSet::from([text.to_owned()]), ..device() };
            assert_eq!(asked.register().is_ok(), good, "{text}");
        }
        assert!(lies_in("203.0.113.9".parse().expect("an address"), "0.0.0.0/0"));
        assert!(lies_in("2001:db8::9".parse().expect("an address"), "::/0"));
        assert!(!lies_in("2001:db9::9".parse().expect("an address"), "2001:db8::/32"));
    }

    #[test]
    fn it_is_entered_with_a_name_and_somewhere() {
        let wrong = |change: fn(&mut Device)| {
            let mut asked = device();
            change(&mut asked);
            asked.register().err().map(|refusal| refusal.code())
        };
        assert_eq!(wrong(|_| ()), None);
        assert_eq!(wrong(|d| d.name.clear()), Some("device.no_name"));
        assert_eq!(wrong(|d| d.place = None), Some("device.nowhere"));
        assert_eq!(wrong(|d| d.position = Some([29.0, 105.0])), Some("device.position"));
        assert_eq!(wrong(|d| d.heartbeat_s = Some(4)), Some("device.interval"));
        assert_eq!(wrong(|d| d.misses = 0), Some("device.interval"));
        let unnamed = Link { provider: Provider::Mqtt, address: String::new() };
        let mut asked = device();
        asked.links.insert(unnamed);
        assert_eq!(asked.register().err(), Some(DeviceRefusal::NoAddress));
    }

    #[test]
    fn how_long_it_was_heard_is_what_lies_in_the_time_asked_for() {
        let span = |from, to: Option<i64>| HeardSpan { from: Timestamp(from), to: to.map(Timestamp) };
        let spans = [span(0, Some(10)), span(20, Some(40)), span(60, None)];
        for (from, to, wanted) in [(0, 100, 70), (5, 30, 15), (45, 55, 0), (70, 90, 20)] {
            assert_eq!(heard_ms(&spans, Timestamp(from), Timestamp(to)), wanted, "{from} {to}");
        }
    }

    #[test]
    fn the_day_it_fell_silent_does_not_count() {
        let at = |text: &str| Timestamp::parse(text).expect("an instant");
        let from = at("2026-11-01T09:00:00+08:00");
        let days = |to: Option<&str>| HeardSpan { from, to: to.map(at) }.days();
        let day = |text: &str| crate::time::parse_date(text).expect("a day");
        assert_eq!(days(None), Some(Span { from: day("2026-11-01"), to: None }));
        let until = Some(day("2026-11-02"));
        assert_eq!(
            days(Some("2026-11-03T08:00:00+08:00")),
            Some(Span { from: day("2026-11-01"), to: until })
        );
        assert_eq!(days(Some("2026-11-01T20:00:00+08:00")), None);
    }
}
