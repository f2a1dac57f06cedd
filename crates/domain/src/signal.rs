//! 信号: what a detector, a camera, a caller or another office told us, once: from where, how far it is trusted, what it
//! says, where and when. What does not belong here: reading bytes (the `protocol` workshop), what several signals of
//! one place and time amount to (the incident), whether a device is heard from (`device`).
//!
//! Source: GB/T 26875.3-2011 tables of states; the field's handbook on alarms (§4.5): an alarm nobody vouches for always
//! reaches a person and never sends anybody out by itself, and "restored" closes nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::geometry::{Position, is_on_earth};
use crate::ids::{DeviceId, PlaceId, RawSignalId, SignalId, TerritoryCode};
use crate::org::words;
use crate::time::Timestamp;

/// The longest text a signal carries. Units: characters.
pub const MOST_TEXT: usize = 2_000;

words! {
    /// Who told us.
    SignalSource {
        Device "device" "设备"
        Camera "camera" "摄像机"
        Telephone "telephone" "电话"
        Cap "cap" "预警信息"
        Webhook "webhook" "平台推送"
        Person "person" "人员"
    }
}

words! {
    /// How far it is trusted.
    Trust {
        /// The sender proved to be who he says: network, broker or signature.
        Bound "bound" "已核身份"
        /// Nobody vouches for it: a person sees it, nothing is sent out because of it.
        Open "open" "未核身份"
    }
}

words! {
    /// What it says.
    SignalKind {
        /// A fire panel or detector says fire.
        FireAlarm "fire_alarm" "火警"
        Smoke "smoke" "烟雾"
        Heat "heat" "高温"
        Gas "gas" "燃气泄漏"
        Electric "electric" "电气火灾隐患"
        WaterLow "water_low" "水位或水压低"
        Help "help" "求助"
        Warning "warning" "预警"
        /// 监管: something that must stay as it is was moved.
        Supervisory "supervisory" "监管"
        Fault "fault" "故障"
        MainPower "main_power" "主电故障"
        BackupPower "backup_power" "备电故障"
        LineFault "line_fault" "线路故障"
        BatteryLow "battery_low" "电量低"
        Shielded "shielded" "屏蔽"
        Started "started" "启动"
        Feedback "feedback" "反馈"
        Delayed "delayed" "延时"
        /// 恢复: it says that all is well again. Closes nothing.
        Restored "restored" "恢复"
        /// 解除: the sender takes back what he warned of.
        Cancelled "cancelled" "预警解除"
        Test "test" "测试"
        Operation "operation" "操作"
        DutyAnswer "duty_answer" "查岗应答"
        Reading "reading" "读数"
        Info "info" "信息"
        Heartbeat "heartbeat" "心跳"
    }
}

impl SignalKind {
    /// Whether somebody must look at once: fire, smoke, heat, gas, a call for help.
    pub fn is_alarm(self) -> bool {
        matches!(self, Self::FireAlarm | Self::Smoke | Self::Heat | Self::Gas | Self::Help)
    }

    /// Whether something about the device itself is wrong.
    pub fn is_fault(self) -> bool {
        matches!(self, Self::Fault | Self::MainPower | Self::BackupPower | Self::LineFault | Self::BatteryLow)
    }

    /// Whether it is shown to a person at all; the rest only says that the device lives.
    pub fn is_news(self) -> bool {
        !matches!(self, Self::Heartbeat | Self::Reading | Self::Operation | Self::Info | Self::DutyAnswer)
    }
}

/// 信号.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Id.
    pub id: SignalId,
    /// Who told us.
    pub source: SignalSource,
    /// The device, when it is one of the register.
    pub device: Option<DeviceId>,
    /// How far it is trusted.
    pub trust: Trust,
    /// What it says.
    pub kind: SignalKind,
    /// Where.
    pub position: Option<Position>,
    /// The place it is about.
    pub place: Option<PlaceId>,
    /// The territory it is about.
    pub territory: Option<TerritoryCode>,
    /// Direction in which a camera saw it. Units: degrees from north, clockwise, [0, 360).
    pub azimuth: Option<f64>,
    /// When it happened, by the sender's clock.
    pub occurred_at: Timestamp,
    /// When it reached us, by ours.
    pub received_at: Timestamp,
    /// What it says in words.
    pub text: String,
    /// The bytes it was read from; none for what a person typed.
    pub raw: Option<RawSignalId>,
    /// What stands beside it, by name: the address and state as sent, the reading, the hash of the bytes.
    pub detail: BTreeMap<String, String>,
}

/// Why a signal is not taken as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignalRefusal {
    /// Nothing said.
    #[error("没有写明情况，请写一句看到或听到了什么")]
    Empty,
    /// Too much said.
    #[error("内容超过 2000 字，请写要点")]
    TooLong,
    /// A place off the earth.
    #[error("位置不在经纬度范围内，请在地图上重新点选")]
    Position,
    /// A direction that is none.
    #[error("方位角应在 0 到 360 度之间，请核对")]
    Azimuth,
}

impl SignalRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "signal.empty",
            Self::TooLong => "signal.too_long",
            Self::Position => "signal.position",
            Self::Azimuth => "signal.azimuth",
        }
    }
}

impl Signal {
    /// Checks one that is to be put on record.
    ///
    /// Errors: a person who says nothing; text, position or direction out of range.
    pub fn check(self) -> Result<Self, SignalRefusal> {
        let typed = matches!(self.source, SignalSource::Person | SignalSource::Telephone);
        if typed && self.text.trim().is_empty() {
            return Err(SignalRefusal::Empty);
        }
        if self.text.chars().count() > MOST_TEXT {
            return Err(SignalRefusal::TooLong);
        }
        if self.position.is_some_and(|at| !is_on_earth(at)) {
            return Err(SignalRefusal::Position);
        }
        if self.azimuth.is_some_and(|degrees| !(0.0..360.0).contains(&degrees)) {
            return Err(SignalRefusal::Azimuth);
        }
        Ok(self)
    }

    /// Whether somebody may be sent out because of it without a person looking first. Never for what nobody vouches
    /// for, however loud it is.
    pub fn may_dispatch(&self) -> bool {
        self.trust == Trust::Bound && self.kind.is_alarm()
    }

    /// How far the sender's clock was from ours. Units: milliseconds; positive when his was ahead.
    pub fn clock_off_ms(&self) -> i64 {
        self.occurred_at.0 - self.received_at.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(source: SignalSource, trust: Trust, kind: SignalKind) -> Signal {
        Signal {
            id: "s".into(),
            source,
            device: None,
            trust,
            kind,
            position: Some([105.9, 29.3]),
            place: None,
            territory: None,
            azimuth: None,
            occurred_at: Timestamp(2_000),
            received_at: Timestamp(1_000),
            text: "三楼冒烟".to_owned(),
            raw: None,
            detail: BTreeMap::new(),
        }
    }

    #[test]
    fn what_nobody_vouches_for_sends_nobody_out() {
        for kind in SignalKind::ALL {
            assert!(!signal(SignalSource::Device, Trust::Open, *kind).may_dispatch(), "{kind:?}");
        }
        assert!(signal(SignalSource::Device, Trust::Bound, SignalKind::FireAlarm).may_dispatch());
        assert!(!signal(SignalSource::Device, Trust::Bound, SignalKind::Restored).may_dispatch());
    }

    #[test]
    fn a_person_says_something_and_points_somewhere_real() {
        let said = |text: &str| Signal {
            text: text.to_owned(),
            ..signal(SignalSource::Telephone, Trust::Open, SignalKind::Help)
        };
        assert_eq!(said(" ").check(), Err(SignalRefusal::Empty));
        assert_eq!(said(&"火".repeat(MOST_TEXT + 1)).check(), Err(SignalRefusal::TooLong));
        assert!(said(&"火".repeat(MOST_TEXT)).check().is_ok());
        let off = Signal { position: Some([29.3, 105.9]), ..said("冒烟") };
        assert_eq!(off.check(), Err(SignalRefusal::Position));
        for (degrees, good) in [(0.0, true), (359.9, true), (360.0, false), (-1.0, false), (f64::NAN, false)]
        {
            let seen = Signal { azimuth: Some(degrees), ..said("冒烟") };
            assert_eq!(seen.check().is_ok(), good, "{degrees}");
        }
    }

    #[test]
    fn the_words_are_the_ones_on_the_wire() {
        for kind in SignalKind::ALL {
            assert_eq!(serde_json::to_value(kind).expect("a word"), kind.code());
            assert_eq!(SignalKind::from_code(kind.code()), Some(*kind));
        }
        assert_eq!(signal(SignalSource::Device, Trust::Open, SignalKind::Info).clock_off_ms(), 1_000);
    }
}
