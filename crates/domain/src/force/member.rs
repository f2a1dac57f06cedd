//! What is known of a member beside his post: what he can do and prove, on which days he is usually there, when he is away.
//! What does not belong here: the certificates themselves (`org`), the roster.

use std::collections::BTreeSet;

use chrono::Datelike;
use serde::{Deserialize, Serialize};

use crate::org::{Away, Certificate, CertificateKind, words};
use crate::time::Date;

words! {
    /// What a member can do.
    Skill {
        ControlRoom "control_room" "消防控制室值守"
        Driving "driving" "消防车（摩托）驾驶"
        Pump "pump" "水泵操作"
        FirstAid "first_aid" "急救"
        Radio "radio" "电台通信"
    }
}

impl Skill {
    /// The certificate by which it is proved; none where no certificate of the register proves it. Source: handbook of
    /// the field, certificates.
    pub fn certificate(self) -> Option<CertificateKind> {
        match self {
            Self::ControlRoom => Some(CertificateKind::FireFacilityOperator),
            Self::Driving | Self::Pump | Self::FirstAid | Self::Radio => None,
        }
    }

    /// How it stands with the proof of it on a day, from the member's own certificates.
    pub fn standing(self, own: &[Certificate], on: Date) -> SkillStanding {
        let Some(kind) = self.certificate() else { return SkillStanding::Unproved };
        if let Some(valid) = Certificate::to_show(own, kind, on).filter(|held| held.is_valid_on(on)) {
            return SkillStanding::Certified { until: valid.expires_on };
        }
        let of_kind = own.iter().filter(|held| held.kind == kind && !held.is_revoked_on(on));
        match of_kind.filter_map(|held| held.expires_on.filter(|last| *last < on)).max() {
            Some(last) => SkillStanding::Expired { last },
            None => SkillStanding::Lacking,
        }
    }
}

/// How it stands with the proof of a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkillStanding {
    /// No certificate is asked for.
    Unproved,
    /// A certificate is in force until this day; none where it does not run out.
    Certified {
        /// Its last day.
        until: Option<Date>,
    },
    /// The last certificate has run out.
    Expired {
        /// Its last day.
        last: Date,
    },
    /// There is none.
    Lacking,
}

impl SkillStanding {
    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unproved => "unproved",
            Self::Certified { .. } => "certified",
            Self::Expired { .. } => "expired",
            Self::Lacking => "lacking",
        }
    }

    /// The last day of the certificate it rests on, past or to come.
    pub fn last_day(self) -> Option<Date> {
        match self {
            Self::Certified { until } => until,
            Self::Expired { last } => Some(last),
            Self::Unproved | Self::Lacking => None,
        }
    }
}

/// What is known of a member.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// What he can do.
    pub skills: BTreeSet<Skill>,
    /// Days of the week on which he is there, 1 for Monday to 7; none named: every day.
    pub weekdays: BTreeSet<u8>,
    /// When he is away.
    pub away: Vec<Away>,
}

impl Member {
    /// That he is not there on a day, without why he asked for leave; none when he is.
    pub fn absence(&self, on: Date) -> Option<String> {
        if let Some(away) = self.away.iter().find(|away| away.holds(on)) {
            return Some(away.until());
        }
        let weekday = u8::try_from(on.weekday().number_from_monday()).unwrap_or(0);
        let is_usual = self.weekdays.is_empty() || self.weekdays.contains(&weekday);
        (!is_usual).then(|| "按周排定不在岗".to_owned())
    }
}
