//! What the properties of a layer's features are: programs that guess it from the features take a number nobody measured yet
//! for text. What does not belong here: the features (`layer`), how the interface words it (`api`).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Layer, edit, layer_of};
use crate::view::read_day;
use crate::{App, Caller, Result};

/// What a property is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// Yes or no.
    Flag,
    /// A day.
    Day,
    /// Words.
    Text,
}

impl Kind {
    /// What a value is; none of nothing, and of lists and objects.
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(_) => Some(Self::Flag),
            Value::Number(number) if number.is_f64() => Some(Self::Number),
            Value::Number(_) => Some(Self::Integer),
            Value::String(text) if read_day("", text).is_ok() => Some(Self::Day),
            Value::String(_) => Some(Self::Text),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// What two values of one property are.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Number | Self::Integer, Self::Number | Self::Integer) => Self::Number,
            _ => Self::Text,
        }
    }
}

impl App {
    /// What the properties of a layer's features are, by name: those that say nothing anywhere as their form has them.
    pub async fn layer_schema(&self, caller: &Caller, id: &str) -> Result<BTreeMap<String, Kind>> {
        let layer = layer_of(id)?;
        let set = self.layer_set(caller, layer, None).await?;
        let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
        for feature in &set.features {
            for (key, value) in feature.view(layer).properties {
                if let Some(kind) = Kind::of(&value) {
                    kinds.entry(key).and_modify(|known| *known = known.with(kind)).or_insert(kind);
                }
            }
        }
        kinds.extend(["from", "until"].map(|day| (day.to_owned(), Kind::Day)));
        if layer == Layer::Roads {
            let form = edit::measured_road();
            kinds.extend(form.into_iter().filter_map(|(key, value)| Some((key, Kind::of(&value)?))));
        }
        Ok(kinds)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_property_is_what_its_values_are_together() {
        let of = |values: &[Value]| values.iter().filter_map(Kind::of).reduce(Kind::with);
        assert_eq!(of(&[json!(null), json!(4.5), json!(4)]), Some(Kind::Number));
        assert_eq!(of(&[json!("2026-03-01"), json!(null)]), Some(Kind::Day));
        assert_eq!(of(&[json!("2026-03-01"), json!("三月")]), Some(Kind::Text));
        assert_eq!(of(&[json!(null), json!([1])]), None);
        let form = edit::measured_road();
        assert_eq!(form.get("turning_radius_m").and_then(Kind::of), Some(Kind::Number));
        assert_eq!(form.get("dead_end").and_then(Kind::of), Some(Kind::Flag));
    }
}
