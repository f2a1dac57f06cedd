//! What can be on a map. A layer is what one noun shows: who may see it is the noun's own reading right, and nothing
//! personal is on it. What does not belong here: drawing tiles (`exchange::tile`), HTTP and its formats (`api::layer`).
//!
//! **A noun joins** with an arm in each question of [`Layer`], one in `shown` and a lean read in `store::layer`; OGC API,
//! tiles, legend, list and the map page follow by themselves.

mod edit;
mod file;
mod kept;
mod outline;
mod schema;
mod shown;

use std::borrow::Cow;
use std::collections::BTreeSet;

use domain::geometry::{Bounds, Geometry};
use domain::policy::Action;
use domain::time::Date;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

pub use edit::{Edit, FeatureInput};
pub use file::LayersAsked;
pub use kept::Kept;
pub use schema::Kind;

use crate::view::Word;
use crate::{App, Caller, Error, Result};

/// Features of a page when nobody says how many.
const PAGE: usize = 100;
/// The most features of a page.
const MOST: usize = 10_000;

/// Something that can be switched on a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// Which land villages cover, and the town.
    Territories,
    /// The register of places, by risk grade.
    Places,
    /// Hazards where they were found, by level.
    Hazards,
    /// Fire stations, micro stations and brigades that somebody took the position of.
    Forces,
    /// Public fire facilities and water, by how they stand.
    Facilities,
    /// The town's own roads, by what passes them.
    Roads,
    /// Placards on their walls, by whether they are right.
    Placards,
    /// What the fire plan in force wants built, by how far it has come.
    PlanItems,
    /// Alarms that wait for somebody, by how far they are.
    Incidents,
}

/// One thing on a layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Id of the row.
    pub id: String,
    /// Where.
    pub geometry: Geometry,
    /// What it is called.
    pub name: String,
    /// Number in the layer's classes.
    pub class: u8,
    /// The first day it was there; none for ever.
    pub from: Option<Date>,
    /// The day it was there no more; none while it is.
    pub until: Option<Date>,
    /// What else may be asked by and shown, key and value.
    pub told: Vec<(&'static str, String)>,
    /// What else is shown: of what can be edited here every field as its form takes it; empty of all else.
    pub more: Map<String, Value>,
}

impl Layer {
    /// Every one, in the order of the switch; what is drawn last lies on top.
    pub const ALL: &'static [Self] = &[
        Self::Territories,
        Self::Places,
        Self::Placards,
        Self::PlanItems,
        Self::Roads,
        Self::Facilities,
        Self::Hazards,
        Self::Forces,
        Self::Incidents,
    ];

    /// The one of this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|layer| layer.id() == id)
    }

    /// Stable id, part of every address.
    pub fn id(self) -> &'static str {
        match self {
            Self::Territories => "territories",
            Self::Places => "places",
            Self::Hazards => "hazards",
            Self::Forces => "forces",
            Self::Facilities => "facilities",
            Self::Roads => "roads",
            Self::Placards => "placards",
            Self::PlanItems => "plan_items",
            Self::Incidents => "incidents",
        }
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Territories => "辖区范围",
            Self::Places => "场所",
            Self::Hazards => "隐患",
            Self::Forces => "消防站队",
            Self::Facilities => "设施水源",
            Self::Roads => "道路",
            Self::Placards => "公示牌",
            Self::PlanItems => "专项规划项目",
            Self::Incidents => "警情",
        }
    }

    /// The right its rows are read by.
    pub fn action(self) -> Action {
        match self {
            Self::Territories => Action::PlaceRead,
            Self::Places => Action::PlaceRead,
            Self::Hazards => Action::HazardRead,
            Self::Forces => Action::ForceRead,
            Self::Facilities => Action::FacilityRead,
            Self::Roads => Action::RoadRead,
            Self::Placards => Action::PlacardRead,
            Self::PlanItems => Action::FirePlanRead,
            Self::Incidents => Action::IncidentRead,
        }
    }

    /// Tables that make a read layer old when they change.
    fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Territories => &["boundary", "territory"],
            Self::Places => &["place", "list_entry", "territory"],
            Self::Hazards => &["place", "list_entry", "hazard", "territory"],
            Self::Forces => &["force", "territory"],
            Self::Facilities => &["facility", "territory"],
            Self::Roads => &["road", "territory", "parameter"],
            // Whether one is right depends on who holds the posts, and on their phones.
            Self::Placards => &["placard", "assignment", "person", "place", "territory"],
            Self::PlanItems => &["fire_plan", "territory"],
            Self::Incidents => &["incident", "place", "territory"],
        }
    }

    /// The desk's page of one of its things.
    fn page(self, id: &str) -> String {
        match self {
            Self::Territories => "/orgs".to_owned(),
            Self::Places => format!("/places/{id}"),
            Self::Hazards => format!("/hazards/{id}"),
            Self::Forces => format!("/forces/{id}"),
            Self::Facilities => format!("/facilities/{id}"),
            Self::Roads => format!("/roads/{id}"),
            Self::Placards => format!("/placards/{id}"),
            // The page is the plan's: its id stands before the point.
            Self::PlanItems => format!("/fire-plans/{}", id.split('.').next().unwrap_or_default()),
            Self::Incidents => format!("/incidents/{id}"),
        }
    }

    /// Codes and words of its legend, the gravest last: of several in one spot it shows.
    pub fn classes(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Territories => &[
                ("outline_group", "组、网格"),
                ("outline_village", "村（社区）"),
                ("outline_town", "镇、区县"),
            ],
            Self::Places => {
                &[("unrated", "未评级"), ("blue", "蓝"), ("yellow", "黄"), ("orange", "橙"), ("red", "红")]
            }
            Self::Hazards => &[
                ("ungraded", "未定级"),
                ("general", "一般"),
                ("larger", "较大"),
                ("major_suspect", "疑似重大"),
                ("major", "重大火灾隐患"),
                ("overdue", "逾期未整改"),
            ],
            Self::Forces => &[("brigade", "志愿消防队"), ("micro", "微型消防站"), ("town", "镇消防站")],
            Self::Facilities => &[
                ("coming", "未投用"),
                ("in_service", "在用"),
                ("unchecked", "逾期未查"),
                ("fault", "故障或维修中"),
            ],
            Self::Roads => &[
                ("engine", "消防车可通行"),
                ("mini", "小型消防车可通行"),
                ("motorcycle", "消防摩托车可通行"),
                ("unmeasured", "未测、不明"),
                ("foot", "只能步行"),
                ("closed", "封闭"),
            ],
            Self::Placards => &[
                ("current", "现行"),
                ("to_post", "待张贴"),
                ("renamed", "姓名或职务已更正"),
                ("phone", "电话已变动"),
                ("photo_old", "照片已过期"),
                ("changed", "人员已变动"),
            ],
            Self::PlanItems => &[("built", "已建"), ("planned", "规划"), ("retired", "退出")],
            Self::Incidents => &[
                ("handed_over", "已移交"),
                ("out", "已扑灭"),
                ("controlled", "已控制"),
                ("cannot_tell", "无法判断"),
                ("verifying", "核实中"),
                ("open", "待核实"),
                ("responding", "处置中"),
                ("real", "已确认"),
            ],
        }
    }

    /// What its tiles say of lines beside their class: whether each vehicle passes a road.
    fn told_in_tiles(self) -> &'static [&'static str] {
        match self {
            Self::Roads => &["engine", "mini", "motorcycle"],
            _ => &[],
        }
    }

    /// The number of a class; of one nobody knows it is that of the first.
    fn class(self, code: &str) -> u8 {
        let found = self.classes().iter().zip(0_u8..).find(|((known, _), _)| *known == code);
        found.map_or(0, |(_, number)| number)
    }
}

/// A layer for the switch and the legend.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LayerView {
    /// Part of every address.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Legend, the gravest last.
    pub classes: Vec<Word>,
    /// West, south, east, north of all the caller may see, degrees; none when there is nothing.
    pub bounds: Option<[f64; 4]>,
    /// How many things the caller may see on the day asked for.
    pub n: u64,
    /// What a request may ask equality of, beside place and time.
    pub queryables: Vec<String>,
}

/// A GeoJSON feature.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FeatureView {
    /// Always `Feature`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Id of the row.
    pub id: String,
    /// GeoJSON, longitude before latitude.
    #[schema(value_type = Object)]
    pub geometry: Geometry,
    /// `name`, `class`, `class_label`, `page` (the desk's page of it), `from`, `until`, and what the layer tells besides.
    #[schema(value_type = Object)]
    pub properties: Map<String, Value>,
    /// Which of them can be set from a map program; none of a layer that is only read.
    #[serde(skip)]
    pub fields: Vec<String>,
}

impl FeatureView {
    /// The version of its row, where it can be changed from here.
    pub fn version(&self) -> Option<i64> {
        self.properties.get("version").and_then(Value::as_i64)
    }
}

/// Which features are asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureQuery {
    /// Only those that meet this box.
    pub bounds: Option<Bounds>,
    /// Only those there at some time from this day …
    pub from: Option<Date>,
    /// … to this day, both included.
    pub to: Option<Date>,
    /// Only those of which these properties say exactly this.
    pub equal: Vec<(String, String)>,
    /// Go on after this id.
    pub after: Option<String>,
    /// At most so many.
    pub limit: Option<usize>,
}

/// A page of features.
#[derive(Debug, Clone, PartialEq)]
pub struct FeaturePage {
    /// By id.
    pub features: Vec<FeatureView>,
    /// How many there are in all.
    pub matched: usize,
    /// Asks for the next page; none on the last.
    pub next: Option<String>,
}

impl FeatureQuery {
    fn finds(&self, layer: Layer, feature: &Feature) -> bool {
        let begun = self.to.zip(feature.from).is_none_or(|(to, from)| from <= to);
        let lasts = self.from.zip(feature.until).is_none_or(|(from, until)| from < until);
        let there = || match (self.bounds, feature.geometry.bounds()) {
            (Some(wanted), Some(own)) => wanted.meets(&own),
            (wanted, _) => wanted.is_none(),
        };
        begun && lasts && there() && self.equal.iter().all(|(key, value)| feature.is(layer, key, value))
    }
}

impl Feature {
    /// What a property of the feature as it is shown says, as a request asks for it; empty of what nobody knows.
    fn says(&self, layer: Layer, key: &str) -> Option<Cow<'_, str>> {
        let day = |day: Option<Date>| Some(Cow::Owned(day.map(|day| day.to_string()).unwrap_or_default()));
        let class = || layer.classes().get(usize::from(self.class));
        match (key, self.more.get(key)) {
            ("name", _) => Some(self.name.as_str().into()),
            ("class", _) => class().map(|(code, _)| (*code).into()),
            ("class_label", _) => class().map(|(_, label)| (*label).into()),
            ("page", _) => Some(layer.page(&self.id).into()),
            ("from", _) => day(self.from),
            ("until", _) => day(self.until),
            (_, Some(Value::Null)) => Some("".into()),
            (_, Some(Value::String(text))) => Some(text.as_str().into()),
            (_, Some(other)) => Some(other.to_string().into()),
            _ => self.told.iter().find(|(known, _)| *known == key).map(|(_, value)| value.as_str().into()),
        }
    }

    /// Whether a property says exactly this; of a number, whether it is this number however it is written.
    fn is(&self, layer: Layer, key: &str, wanted: &str) -> bool {
        match self.more.get(key).and_then(Value::as_f64) {
            Some(number) => wanted.trim().parse::<f64>() == Ok(number),
            None => self.says(layer, key).is_some_and(|says| says == wanted),
        }
    }

    /// Without the version of its row: what it was on another day is no base to change it from.
    fn only_shown(mut self) -> Self {
        self.more.remove("version");
        self
    }

    fn view(&self, layer: Layer) -> FeatureView {
        let (class, label) = layer.classes().get(usize::from(self.class)).copied().unwrap_or_default();
        let mut properties = Map::new();
        for (key, value) in [
            ("name", json!(self.name)),
            ("class", json!(class)),
            ("class_label", json!(label)),
            ("page", json!(layer.page(&self.id))),
            ("from", json!(self.from)),
            ("until", json!(self.until)),
        ] {
            properties.insert(key.to_owned(), value);
        }
        properties.extend(self.told.iter().map(|(key, value)| ((*key).to_owned(), json!(value))));
        let named = ["name".to_owned()].into_iter().filter(|_| !self.more.is_empty());
        let fields = named.chain(self.more.keys().filter(|key| *key != "version").cloned()).collect();
        properties.extend(self.more.clone());
        let (id, geometry) = (self.id.clone(), self.geometry.clone());
        FeatureView { kind: "Feature", id, geometry, properties, fields }
    }
}

/// The layer of an id, if there is one.
fn layer_of(id: &str) -> Result<Layer> {
    Layer::from_id(id).ok_or(Error::NotFound)
}

impl App {
    /// The layers the caller may see something of, with how much of each is there on a day, today unless told.
    pub async fn layers(&self, caller: &Caller, on: Option<Date>) -> Result<Vec<LayerView>> {
        let mut shown = Vec::new();
        for layer in Layer::ALL.iter().filter(|layer| caller.scope(layer.action()).is_ok()) {
            shown.push(self.layer(caller, layer.id(), on).await?);
        }
        Ok(shown)
    }

    /// One layer, with how much of it is there on a day, today unless told.
    pub async fn layer(&self, caller: &Caller, id: &str, on: Option<Date>) -> Result<LayerView> {
        let layer = layer_of(id)?;
        let set = self.layer_set(caller, layer, on).await?;
        let on = Some(on.unwrap_or(self.now().date()));
        let today = FeatureQuery { from: on, to: on, ..FeatureQuery::default() };
        let keys = |one: &Feature| {
            let told = one.told.iter().map(|(key, _)| (*key).to_owned());
            let keys: BTreeSet<String> = told.chain(one.more.keys().cloned()).collect();
            ["name", "from", "until"].map(str::to_owned).into_iter().chain(keys).collect::<Vec<_>>()
        };
        let queryables = set.features.first().map(keys);
        Ok(LayerView {
            id: layer.id().to_owned(),
            label: layer.label().to_owned(),
            classes: layer.classes().iter().map(|(code, label)| Word::new(*code, *label)).collect(),
            bounds: set.bounds.map(|b| [b.west, b.south, b.east, b.north]),
            n: set.features.iter().filter(|one| today.finds(layer, one)).count() as u64,
            queryables: std::iter::once("class".to_owned()).chain(queryables.into_iter().flatten()).collect(),
        })
    }

    /// A page of a layer's features.
    ///
    /// Errors: a property the layer does not tell; a page nobody told of.
    pub async fn layer_features(
        &self,
        caller: &Caller,
        id: &str,
        query: &FeatureQuery,
    ) -> Result<FeaturePage> {
        let layer = layer_of(id)?;
        let set = self.layer_set(caller, layer, query.from.filter(|from| query.to == Some(*from))).await?;
        if let Some(sample) = set.features.first()
            && let Some((key, _)) = query.equal.iter().find(|(key, _)| sample.says(layer, key).is_none())
        {
            return Err(Error::field(key, "layer.unknown_property", "这个图层没有这个属性，请检查查询条件"));
        }
        if let Some(after) = query.after.as_deref().filter(|after| set.feature(after).is_none()) {
            // What was on the last page may be gone by now; what is no id was on none.
            let id = after.split_once('.').map_or(after, |(id, _)| id);
            if uuid::Uuid::try_parse(id).is_err() {
                return Err(crate::view::no_such_page());
            }
        }
        let limit = query.limit.unwrap_or(PAGE).clamp(1, MOST);
        let mut page = FeaturePage { features: Vec::new(), matched: 0, next: None };
        for feature in set.features.iter().filter(|feature| query.finds(layer, feature)) {
            page.matched += 1;
            let is_later = query.after.as_ref().is_none_or(|after| feature.id > *after);
            if is_later && page.features.len() < limit {
                page.features.push(feature.view(layer));
            } else if is_later && page.next.is_none() {
                page.next = page.features.last().map(|last| last.id.clone());
            }
        }
        Ok(page)
    }

    /// One feature.
    pub async fn layer_feature(&self, caller: &Caller, id: &str, feature: &str) -> Result<FeatureView> {
        let layer = layer_of(id)?;
        let set = self.layer_set(caller, layer, None).await?;
        let found = set.feature(feature).ok_or(Error::NotFound)?;
        Ok(found.view(layer))
    }

    /// A vector tile of a layer as of a day, today unless told; empty bytes where nothing lies.
    pub async fn layer_tile(
        &self,
        caller: &Caller,
        id: &str,
        tile: (u8, u32, u32),
        on: Option<Date>,
    ) -> Result<Vec<u8>> {
        let layer = layer_of(id)?;
        let set = self.layer_set(caller, layer, on).await?;
        let on = on.unwrap_or(self.now().date());
        self.aside(move || {
            let classes: Vec<&str> = layer.classes().iter().map(|(code, _)| *code).collect();
            let name = |item: usize| set.features.get(item).map_or("", |feature| feature.name.as_str());
            let said = |item: usize, key: &str| {
                let told = set.features.get(item).map(|feature| feature.told.as_slice()).unwrap_or_default();
                told.iter().find(|(known, _)| *known == key).map_or("", |(_, value)| value.as_str())
            };
            Ok(set.drawing.tile_saying(tile, on, (layer.id(), &classes), name, layer.told_in_tiles(), said))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::hazard::Level;
    use domain::risk::Grade;

    use super::*;
    use crate::place::view::word;

    #[test]
    fn every_level_and_grade_has_its_place_in_the_legend() {
        for level in [Level::General, Level::Larger, Level::MajorSuspect, Level::Major] {
            let class = Layer::Hazards.class(level.code());
            assert_eq!(Layer::Hazards.classes()[usize::from(class)], (level.code(), level.label()));
        }
        let mut last = 0;
        for grade in [Grade::Blue, Grade::Yellow, Grade::Orange, Grade::Red] {
            let class = Layer::Places.class(&word(&grade));
            assert_eq!(Layer::Places.classes()[usize::from(class)], (word(&grade).as_str(), grade.label()));
            assert!(class > last, "the worse the later");
            last = class;
        }
    }

    #[test]
    fn ids_are_found_again_and_no_layer_is_forgotten() {
        for layer in Layer::ALL {
            assert_eq!(Layer::from_id(layer.id()), Some(*layer));
            assert!(!layer.tables().is_empty() && !layer.classes().is_empty());
        }
        assert_eq!(Layer::from_id("place"), None);
    }
}
