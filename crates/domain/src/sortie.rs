//! 出动: a station went out: who was called, when it left, arrived and came back, what it did and used. A plain record;
//! what does not belong here: calling it out and leading it while it is out.
//!
//! A drone patrol is one, too: who flies is its crew, the drone what was used, what was seen its text. Source: C7.9.
//!
//! Source: handbook of the field §3.6 and §4.5: 119 comes first, so a fire says when it was told or why not.

use serde::{Deserialize, Serialize};

use crate::ids::{ForceId, HazardId, PersonId, PlaceId, SortieId};
use crate::org::words;
use crate::time::Timestamp;

words! {
    /// What it went out for.
    Incident {
        InitialFire "initial_fire" "初起火灾"
        FalseAlarm "false_alarm" "误报"
        Assist "assist" "协助救援力量"
        Standby "standby" "现场值守"
        DronePatrol "drone_patrol" "无人机巡护"
        Other "other" "其他"
    }
}

/// 出动记录.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sortie {
    /// Id.
    pub id: SortieId,
    /// Which station.
    pub force: ForceId,
    /// What it went out for.
    pub incident: Incident,
    /// Where, in words.
    pub site: String,
    /// The place on the register, where it is one.
    pub place: Option<PlaceId>,
    /// Who called, in words.
    pub called_by: String,
    /// When the call came.
    pub called_at: Timestamp,
    /// When 119 was told.
    pub told_119_at: Option<Timestamp>,
    /// Why 119 was not told.
    pub not_told: String,
    /// When it left.
    pub left_at: Timestamp,
    /// When it arrived; none when it was called off on the way.
    pub arrived_at: Option<Timestamp>,
    /// When it was back.
    pub back_at: Timestamp,
    /// Who went.
    pub crew: Vec<PersonId>,
    /// What was used, line by line.
    pub used: Vec<String>,
    /// What happened and what was done.
    pub text: String,
    /// Hazards seen from the air, as recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hazards: Vec<HazardId>,
    /// When it was voided, and why.
    pub void: Option<(Timestamp, String)>,
}

/// Why a record is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SortieRefusal {
    /// Nothing said.
    #[error("请写明出动地点和处置经过")]
    Empty,
    /// Nobody went.
    #[error("请勾选出动人员，至少一人")]
    Nobody,
    /// Times that cannot follow each other.
    #[error("接警、出动、到场、归队的时间应依次排列且不晚于现在，请核对")]
    Order,
    /// A fire, and nothing said about 119.
    #[error("火情须先报 119，请填写报警时间，没有报的请写明原因")]
    Untold,
    /// Voided without a reason.
    #[error("请写明作废的理由")]
    NoReason,
    /// It is void already.
    #[error("这条出动记录已经作废，请刷新后再看")]
    Void,
    /// It was no flight.
    #[error("这次出动不是无人机巡护，隐患请按检查或隐患登记办理")]
    NoFlight,
}

impl SortieRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "sortie.empty",
            Self::Nobody => "sortie.nobody",
            Self::Order => "sortie.order",
            Self::Untold => "sortie.untold",
            Self::NoReason => "sortie.no_reason",
            Self::Void => "sortie.void",
            Self::NoFlight => "sortie.no_flight",
        }
    }
}

impl Sortie {
    /// Checks a record.
    ///
    /// Errors: nothing said, nobody went, times out of order or in the future, a fire without a word about 119.
    pub fn record(self, now: Timestamp) -> Result<Self, SortieRefusal> {
        if self.site.trim().is_empty() || self.text.trim().is_empty() {
            return Err(SortieRefusal::Empty);
        }
        if self.crew.is_empty() {
            return Err(SortieRefusal::Nobody);
        }
        let times =
            [Some(self.called_at), Some(self.left_at), self.arrived_at, Some(self.back_at), Some(now)];
        if !times.into_iter().flatten().is_sorted() || self.told_119_at.is_some_and(|at| at > now) {
            return Err(SortieRefusal::Order);
        }
        let is_told = self.told_119_at.is_some() || !self.not_told.trim().is_empty();
        match self.incident == Incident::InitialFire && !is_told {
            true => Err(SortieRefusal::Untold),
            false => Ok(self),
        }
    }

    /// It was not so.
    ///
    /// Errors: it is void; no reason.
    pub fn void(self, at: Timestamp, reason: &str) -> Result<Self, SortieRefusal> {
        match self.void {
            Some(_) => Err(SortieRefusal::Void),
            None if reason.trim().is_empty() => Err(SortieRefusal::NoReason),
            None => Ok(Self { void: Some((at, reason.trim().to_owned())), ..self }),
        }
    }

    /// A hazard was seen from the air. Once is enough.
    ///
    /// Errors: it is void; it was no flight.
    pub fn saw(mut self, hazard: HazardId) -> Result<Self, SortieRefusal> {
        if self.void.is_some() {
            return Err(SortieRefusal::Void);
        }
        if self.incident != Incident::DronePatrol {
            return Err(SortieRefusal::NoFlight);
        }
        if !self.hazards.contains(&hazard) {
            self.hazards.push(hazard);
        }
        Ok(self)
    }

    /// From the call to the arrival. Units: seconds.
    pub fn arrival_s(&self) -> Option<i64> {
        self.arrived_at.map(|at| (at.0 - self.called_at.0).div_euclid(1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_790_000_000_000);

    fn before(s: i64) -> Timestamp {
        NOW.plus_ms(-s * 1_000)
    }

    fn sortie() -> Sortie {
        Sortie {
            id: "s".into(),
            force: "f".into(),
            incident: Incident::InitialFire,
            site: "老街 12 号灶房".to_owned(),
            place: None,
            called_by: "邻居周某".to_owned(),
            called_at: before(3_600),
            told_119_at: Some(before(3_610)),
            not_told: String::new(),
            left_at: before(3_540),
            arrived_at: Some(before(3_360)),
            back_at: before(600),
            crew: vec!["p".into()],
            used: vec!["灭火器 2 具".to_owned()],
            text: "油锅起火，用灭火毯盖灭".to_owned(),
            hazards: Vec::new(),
            void: None,
        }
    }

    #[test]
    fn a_record_that_cannot_be_true_is_refused() {
        for (wrong, code) in [
            (Sortie { text: " ".to_owned(), ..sortie() }, "sortie.empty"),
            (Sortie { crew: Vec::new(), ..sortie() }, "sortie.nobody"),
            (Sortie { left_at: before(3_601), ..sortie() }, "sortie.order"),
            (Sortie { arrived_at: Some(before(500)), ..sortie() }, "sortie.order"),
            (Sortie { back_at: before(-1), ..sortie() }, "sortie.order"),
            (Sortie { told_119_at: Some(before(-1)), ..sortie() }, "sortie.order"),
            (Sortie { told_119_at: None, ..sortie() }, "sortie.untold"),
        ] {
            assert_eq!(wrong.record(NOW).map_err(|refusal| refusal.code()), Err(code));
        }
        assert_eq!(sortie().record(NOW).map(|one| one.arrival_s()), Ok(Some(240)));
    }

    #[test]
    fn only_a_flight_sees_hazards_from_the_air_and_each_once() {
        let flight = Sortie { incident: Incident::DronePatrol, ..sortie() };
        let saw = flight.saw("h".into()).and_then(|one| one.saw("h".into()));
        assert_eq!(saw.as_ref().map(|one| one.hazards.len()), Ok(1));
        assert_eq!(sortie().saw("h".into()), Err(SortieRefusal::NoFlight));
        let void = saw.and_then(|one| one.void(NOW, "录重了"));
        assert_eq!(void.and_then(|one| one.saw("g".into())), Err(SortieRefusal::Void));
    }

    #[test]
    fn a_false_alarm_needs_no_119_and_one_called_off_never_arrived() {
        let off = Sortie { incident: Incident::FalseAlarm, told_119_at: None, arrived_at: None, ..sortie() };
        assert_eq!(off.record(NOW).map(|one| one.arrival_s()), Ok(None));
        let why = Sortie { told_119_at: None, not_told: "到场前已扑灭".to_owned(), ..sortie() };
        assert!(why.record(NOW).is_ok());
        assert_eq!(sortie().void(NOW, " "), Err(SortieRefusal::NoReason));
        let void = sortie().void(NOW, "录重了").expect("may be voided");
        assert_eq!(void.void(NOW, "再作废"), Err(SortieRefusal::Void));
    }
}
