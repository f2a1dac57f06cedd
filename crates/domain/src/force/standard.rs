//! What a force of a kind and grade must have at least, line by line, as data with where each number comes from. What does
//! not belong here: reading the file (`exchange`), what is there (the parent room).

use serde::{Deserialize, Serialize};

use super::{ForceKind, Served, Shift};
use crate::org::{Role, words};
use crate::place::Confidence;

words! {
    /// What a line counts.
    Group {
        Staff "staff" "人员"
        Vehicle "vehicle" "车辆"
        Kit "kit" "器材装备"
        Duty "duty" "值班"
    }
}

/// One thing asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Code of the item, unique within its standard.
    pub item: String,
    /// What people call it.
    pub name: String,
    /// What it is counted in.
    pub unit: String,
    /// What it counts.
    pub group: Group,
    /// For staff: whose holders count.
    pub roles: Vec<Role>,
    /// At least so many.
    pub least: u32,
    /// Without it the force does not count as up to standard; otherwise it is advised.
    pub must: bool,
    /// How far the number may be trusted.
    pub confidence: Confidence,
    /// Where it comes from.
    pub source: String,
    /// The setting of the plan that gives the number, where it is not one of the standard's own.
    pub setting: Option<String>,
}

/// 配备标准 of one kind and grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standard {
    /// Code.
    pub code: String,
    /// Name, grade included.
    pub name: String,
    /// The kind it is for.
    pub kind: ForceKind,
    /// Whom forces it is for serve.
    pub serves: Vec<Served>,
    /// Where it comes from.
    pub source: String,
    /// How far that was checked.
    pub confidence: Confidence,
    /// Lines.
    pub lines: Vec<Line>,
}

impl Standard {
    /// The name of the town's setting for a line; none for a number that a checked source gives.
    pub fn parameter(&self, line: &Line) -> Option<String> {
        let is_ours = matches!(line.confidence, Confidence::Check | Confidence::Parameter);
        let own = || format!("force.{}.{}", self.code, line.item);
        is_ours.then(|| line.setting.clone().unwrap_or_else(own))
    }

    /// With the town's own numbers, by the names of its settings.
    #[must_use]
    pub fn set(mut self, number: impl Fn(&str) -> Option<u32>) -> Self {
        for n in 0..self.lines.len() {
            let name = self.lines.get(n).and_then(|line| self.parameter(line));
            if let (Some(own), Some(line)) = (name.and_then(|name| number(&name)), self.lines.get_mut(n)) {
                line.least = own;
            }
        }
        self
    }

    /// What people call an item; the code where the standard does not name it.
    pub fn called<'a>(&'a self, item: &'a str) -> &'a str {
        self.lines.iter().find(|line| line.item == item).map_or(item, |line| line.name.as_str())
    }

    /// How many must be on duty in a shift.
    pub fn on_duty(&self, shift: Shift) -> u32 {
        let of = |item: &str| {
            let line = self.lines.iter().find(|line| line.group == Group::Duty && line.item == item);
            line.map_or(0, |line| line.least)
        };
        match shift {
            Shift::Day => of("duty_day"),
            Shift::Night => of("duty_night"),
            Shift::Whole => of("duty_day").max(of("duty_night")),
        }
    }
}
