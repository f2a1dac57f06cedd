//! Features changed from a map program: a road or a facility entered, replaced or changed in part as its own form would
//! do it, with the same rights, checks and record. What does not belong here: the forms (`road`, `facility`), HTTP.
//!
//! Nothing is deleted here: a road is voided and a facility retired or voided with a reason, which a map program has no
//! word for.
//!
//! Source: OGC 20-002 (Features part 4: create, replace, update).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::facility::FacilityRecord;
use store::road::RoadRecord;
use utoipa::ToSchema;

use super::{FeatureView, Layer, layer_of};
use crate::facility::view::{FacilityInput, WaterInput};
use crate::road::view::{FitnessView, RoadInput};
use crate::{App, Caller, Error, Result};

/// A feature as a map program sends it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct FeatureInput {
    /// GeoJSON, longitude before latitude; when left out it stays where it is.
    #[schema(value_type = Option<Object>)]
    pub geometry: Option<Value>,
    /// `name` and the fields of the noun's form, each under its own name.
    #[schema(value_type = Object)]
    pub properties: Map<String, Value>,
}

impl FeatureInput {
    /// What a map program sent.
    ///
    /// Errors: it is no feature.
    pub fn read(sent: Value) -> Result<Self> {
        let wrong = |field: &str| {
            Error::field(
                field,
                "layer.feature_form",
                "要素请写成 GeoJSON 对象，里面的 geometry 和 properties 也各是一个对象，不能是列表、数字或文字",
            )
        };
        // Read field by field: a list would be taken for the fields in their order.
        let Value::Object(mut sent) = sent else { return Err(wrong("feature")) };
        let geometry = match sent.remove("geometry") {
            None | Some(Value::Null) => None,
            Some(geometry @ Value::Object(_)) => Some(geometry),
            Some(_) => return Err(wrong("geometry")),
        };
        let properties = match sent.remove("properties") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(properties)) => properties,
            Some(_) => return Err(wrong("properties")),
        };
        Ok(Self { geometry, properties })
    }
}

/// What becomes of fields that were not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// They become empty: the feature is as it was sent.
    Replace,
    /// They stay; one that is sent as null becomes empty (RFC 7396).
    Merge,
}

/// Fields of the form that are no property of a feature: said otherwise, or nobody's to change from a map.
const NOT_SHOWN: &[&str] = &["geometry", "shape", "text", "org", "found", "name", "correction", "along"];
/// What is only said while something is entered or redrawn: whether a road that runs along others is one of them.
const ASKED: &str = "along";
/// Properties a map program adds by itself.
const OF_PROGRAMS: &[&str] = &["id", "fid", "feature_id"];

fn shown(input: &impl Serialize) -> Map<String, Value> {
    let mut fields = match serde_json::to_value(input) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    fields.retain(|key, _| !NOT_SHOWN.contains(&key.as_str()));
    fields
}

/// Every field of a road's form, as it stands.
pub(super) fn told_road(record: &RoadRecord) -> Map<String, Value> {
    shown(&crate::road::typed(record))
}

/// What is measured of a road, all of it with some value: it says what each is.
pub(super) fn measured_road() -> Map<String, Value> {
    shown(&FitnessView {
        width_m: Some(0.5),
        height_m: Some(0.5),
        load_t: Some(0.5),
        slope_pct: Some(0.5),
        turning_radius_m: Some(0.5),
        dead_end: Some(true),
        turnaround: Some(true),
        wet_season: Some("passable".to_owned()),
    })
}

/// The form a layer's features are typed in with every field, what is measured with some value: it says what each is. Empty
/// of what is typed in elsewhere.
pub(super) fn whole_form(layer: Layer) -> Map<String, Value> {
    match layer {
        Layer::Roads => {
            let mut form = shown(&RoadInput { version: Some(1), ..RoadInput::default() });
            form.extend(measured_road());
            form
        }
        Layer::Facilities => {
            let (number, words) = (Some(0.5), Some(String::new()));
            let water = WaterInput {
                usable_m3: number,
                flow_l_s: number,
                lift_m: number,
                hard_standing: Some(true),
                dry_months: Vec::new(),
                source: words.clone(),
                fed_by: words,
            };
            shown(&FacilityInput { water: Some(water), version: Some(1), ..FacilityInput::default() })
        }
        _ => Map::new(),
    }
}

/// Every field of a facility's form, as it stands.
pub(super) fn told_facility(record: &FacilityRecord) -> Map<String, Value> {
    shown(&crate::facility::typed(record))
}

fn wrong_layer(layer: Layer) -> Error {
    let message =
        format!("“{}”图层不能从地图程序修改，只有道路和设施水源可以，请到系统页面办理", layer.label());
    Error::Forbidden { code: "layer.read_only", message }
}

/// A value in the form its field takes: programs that know only flat columns send lists and objects as text.
fn unfolded(now: Option<&Value>, sent: &Value) -> Value {
    match (now, sent) {
        (Some(Value::Object(_) | Value::Array(_)), Value::String(text)) => {
            serde_json::from_str(text).unwrap_or_else(|_| sent.clone())
        }
        _ => sent.clone(),
    }
}

/// The form with what was sent put in.
///
/// `form` is the form as it stands with every field, `place` the field of its geometry, `stands` the feature as it is
/// shown; none of a new one.
///
/// Errors: a property that is no field, or one that is shown but cannot be set here, with another value.
fn filled(
    mut form: Map<String, Value>,
    place: &str,
    stands: Option<&FeatureView>,
    (edit, asked): (Edit, FeatureInput),
) -> Result<Map<String, Value>> {
    let is_field = |form: &Map<String, Value>, key: &str| {
        form.contains_key(key)
            && (key == "name"
                || key == ASKED
                || !NOT_SHOWN.contains(&key)
                || (key == "found" && stands.is_none()))
    };
    if edit == Edit::Replace {
        let kept: Vec<String> = form.keys().filter(|key| is_field(&form, key)).cloned().collect();
        // Number and version are not what a thing is like; a form without them would be refused or numbered anew.
        for key in kept.iter().filter(|key| !["code", "version"].contains(&key.as_str())) {
            if !asked.properties.contains_key(key) {
                form.remove(key);
            }
        }
    }
    for (key, sent) in &asked.properties {
        if key == "version" || OF_PROGRAMS.contains(&key.as_str()) {
            continue;
        }
        let now = stands.and_then(|one| one.properties.get(key));
        let is_known = is_field(&form, key)
            || stands.is_some_and(|one| one.properties.contains_key(key) && fields_of(one, key));
        if is_known {
            match sent {
                Value::Null => drop(form.remove(key)),
                sent => drop(form.insert(key.clone(), unfolded(now.or(form.get(key)), sent))),
            }
        } else if now != Some(sent) && !(now.is_none() && sent.is_null()) {
            let (code, message) = match now {
                Some(_) => {
                    ("layer.shown_only", format!("“{key}”由系统算出，不能从地图程序修改，请去掉这一项"))
                }
                None => ("layer.unknown_property", format!("这个图层没有“{key}”这个属性，请检查拼写")),
            };
            return Err(Error::field(key, code, &message));
        }
    }
    if let Some(geometry) = asked.geometry.filter(|geometry| !geometry.is_null()) {
        form.insert(place.to_owned(), one_part(geometry));
    }
    Ok(form)
}

/// Whether a property of a shown feature is a field of its form, which a replacement may have emptied just now.
fn fields_of(view: &FeatureView, key: &str) -> bool {
    view.fields.iter().any(|field| field == key)
}

/// Several of one are that one: map programs keep lines as several by habit.
fn one_part(geometry: Value) -> Value {
    let kind = geometry.get("type").and_then(Value::as_str).and_then(|kind| kind.strip_prefix("Multi"));
    let parts = geometry.get("coordinates").and_then(Value::as_array);
    match (kind, parts.map(Vec::as_slice)) {
        (Some(kind), Some([only])) => serde_json::json!({ "type": kind, "coordinates": only }),
        _ => geometry,
    }
}

/// The form as the noun reads it.
fn read<T: serde::de::DeserializeOwned>(form: Map<String, Value>) -> Result<T> {
    serde_json::from_value(Value::Object(form)).map_err(|_| {
        Error::field(
            "properties",
            "layer.property_form",
            "有的属性值类型不对，数字、是否和文字请按接口说明填写",
        )
    })
}

fn whole(input: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(input) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

impl App {
    /// Enters a feature a map program drew.
    ///
    /// Errors: another layer than roads and facilities; what the noun's own form would refuse.
    // The noun's own use case commits.
    pub async fn add_feature(
        &self,
        caller: &Caller,
        layer: &str,
        asked: FeatureInput,
    ) -> Result<FeatureView> {
        let layer = layer_of(layer)?;
        caller.scope(layer.action())?;
        let id = match layer {
            Layer::Roads => {
                let form = filled(whole(&RoadInput::default()), "geometry", None, (Edit::Merge, asked))?;
                self.add_road(caller, RoadInput { version: None, ..read(form)? }).await?.row.id
            }
            Layer::Facilities => {
                let form = filled(whole(&FacilityInput::default()), "shape", None, (Edit::Merge, asked))?;
                self.add_facility(caller, FacilityInput { version: None, ..read(form)? }).await?.row.id
            }
            other => return Err(wrong_layer(other)),
        };
        self.layer_feature(caller, layer.id(), &id).await
    }

    /// Replaces or changes a feature, if the program saw its newest version: `seen`, or the `version` among what it
    /// sends.
    ///
    /// Errors: somebody was quicker ([`Error::Stale`] with the feature as it stands); no version was told; another layer
    /// than roads and facilities; what the noun's own form would refuse.
    // The noun's own use case commits.
    pub async fn edit_feature(
        &self,
        caller: &Caller,
        (layer, id): (&str, &str),
        seen: Option<i64>,
        (edit, asked): (Edit, FeatureInput),
    ) -> Result<FeatureView> {
        let layer = layer_of(layer)?;
        let stands = self.layer_feature(caller, layer.id(), id).await?;
        if !matches!(layer, Layer::Roads | Layer::Facilities) {
            return Err(wrong_layer(layer));
        }
        let told = asked.properties.get("version").and_then(Value::as_i64);
        let version = seen.or(told).ok_or_else(|| Error::Refused {
            code: "layer.no_version",
            message: "请用 If-Match 或属性 version 写明读到的版本，以免盖掉别人的修改".to_owned(),
        })?;
        if stands.version() != Some(version) {
            return Err(Error::stale(&stands));
        }
        match layer {
            Layer::Roads => {
                let scope = caller.scope(layer.action())?;
                let record = self.db.read(&self.town).await?.road(&id.into(), &scope).await?;
                let record = record.ok_or(Error::NotFound)?;
                let form = whole(&crate::road::typed(&record));
                let form = filled(form, "geometry", Some(&stands), (edit, asked))?;
                let asked = RoadInput { version: Some(version), ..read(form)? };
                let asked = crate::road::of_today(asked, &record, self.now().date())?;
                self.change_road(caller, &id.into(), asked).await?;
            }
            _ => {
                let scope = caller.scope(layer.action())?;
                let record = self.db.read(&self.town).await?.facility(&id.into(), &scope).await?;
                let form = whole(&crate::facility::typed(&record.ok_or(Error::NotFound)?));
                let form = filled(form, "shape", Some(&stands), (edit, asked))?;
                let asked = FacilityInput { version: Some(version), ..read(form)? };
                self.change_facility(caller, &id.into(), asked).await?;
            }
        }
        self.layer_feature(caller, layer.id(), id).await
    }
}

#[cfg(test)]
mod tests {
    use domain::geometry::Geometry;
    use serde_json::json;

    use super::*;

    fn stands() -> FeatureView {
        let properties = json!({ "name": "河坝桥", "width_m": 3.5, "bridge": true, "values": { "gaps": 1 }, "state": "in_service", "version": 2 });
        FeatureView {
            kind: "Feature",
            id: "r".to_owned(),
            geometry: Geometry::Point([105.8, 29.2]),
            properties: properties.as_object().cloned().unwrap_or_default(),
            fields: ["name", "width_m", "bridge", "values"].map(str::to_owned).to_vec(),
        }
    }

    fn fill(edit: Edit, properties: Value) -> std::result::Result<Value, &'static str> {
        let form = json!({ "name": "河坝桥", "width_m": 3.5, "bridge": true, "values": { "gaps": 1 }, "version": 2, "geometry": 1 });
        let asked =
            FeatureInput { geometry: None, properties: properties.as_object().cloned().unwrap_or_default() };
        let form = form.as_object().cloned().unwrap_or_default();
        match filled(form, "geometry", Some(&stands()), (edit, asked)) {
            Ok(form) => Ok(Value::Object(form)),
            Err(Error::Invalid(fields)) => Err(fields[0].code),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_part_changes_what_it_names_and_a_whole_all_it_does_not_name() {
        let part = fill(Edit::Merge, json!({ "width_m": 4, "fid": 7 })).expect("filled");
        assert_eq!(
            (&part["width_m"], &part["bridge"], &part["name"]),
            (&json!(4), &json!(true), &json!("河坝桥"))
        );
        let emptied = fill(Edit::Merge, json!({ "width_m": null })).expect("filled");
        assert_eq!(emptied.get("width_m"), None);
        let whole = fill(Edit::Replace, json!({ "name": "新桥", "width_m": 5.0 })).expect("filled");
        assert_eq!(
            (whole.get("bridge"), &whole["name"], &whole["geometry"]),
            (None, &json!("新桥"), &json!(1))
        );
    }

    #[test]
    fn what_is_shown_only_may_come_back_unchanged_and_not_otherwise() {
        assert!(fill(Edit::Merge, json!({ "state": "in_service" })).is_ok());
        assert_eq!(fill(Edit::Merge, json!({ "state": "retired" })), Err("layer.shown_only"));
        assert_eq!(fill(Edit::Merge, json!({ "weight": 3 })), Err("layer.unknown_property"));
        let folded = fill(Edit::Merge, json!({ "values": "{\"gaps\":3}" })).expect("filled");
        assert_eq!(folded["values"], json!({ "gaps": 3 }));
    }

    #[test]
    fn what_is_no_feature_is_told_what_one_is() {
        for wrong in
            [json!([1]), json!([]), json!("a"), json!({ "geometry": 1 }), json!({ "properties": [] })]
        {
            let told = FeatureInput::read(wrong.clone());
            let codes = |error| match error {
                Error::Invalid(fields) => fields[0].code,
                other => panic!("{other:?}"),
            };
            assert_eq!(told.map_err(codes), Err("layer.feature_form"), "{wrong}");
        }
        let read =
            FeatureInput::read(json!({ "type": "Feature", "geometry": null, "properties": { "name": "a" } }));
        assert_eq!(read.map(|one| (one.geometry, one.properties.len())).ok(), Some((None, 1)));
    }

    #[test]
    fn one_part_of_several_is_that_part() {
        let several = json!({ "type": "MultiLineString", "coordinates": [[[1, 2], [3, 4]]] });
        assert_eq!(one_part(several), json!({ "type": "LineString", "coordinates": [[1, 2], [3, 4]] }));
        let two = json!({ "type": "MultiPoint", "coordinates": [[1, 2], [3, 4]] });
        assert_eq!(one_part(two.clone()), two);
    }
}
