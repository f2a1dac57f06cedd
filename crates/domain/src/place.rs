//! Places: category, tags, lists, owners and the errors of coverage.
//!
//! A place has one primary category and any number of tags; both are codes of a [`Catalog`] that each town may extend.
//! Lists are kept side by side and never added up. What does *not* belong here: the risk of a place (`risk`), who is
//! to visit it (`inspection_plan`), reading the catalogue's file (`exchange`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::code::{check_uscc, is_phone};
use crate::ids::{OrgId, PlaceId, TerritoryCode};
use crate::time::Date;

/// A code of the catalogue, as `self_built` or `nine_small.catering`; a dot leads from the general to the particular.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KindCode(pub String);

impl KindCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this code is `general` or lies under it: `nine_small.catering` is within `nine_small`.
    pub fn is_within(&self, general: &Self) -> bool {
        match self.0.strip_prefix(general.0.as_str()) {
            Some(rest) => rest.is_empty() || rest.starts_with('.'),
            None => false,
        }
    }
}

impl From<&str> for KindCode {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl std::fmt::Display for KindCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a catalogue code may be used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KindUse {
    /// Only as the one primary category.
    Category,
    /// Only as a tag beside the category.
    Tag,
    /// Either.
    Both,
}

/// How far a rule, a number or a citation may be trusted when it is shown to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// 已核对原文.
    Sure,
    /// 较可靠，引用前应核对原文.
    Likely,
    /// 待核实: never shown as law; the town confirms it first.
    Check,
    /// 镇街参数: no source gives a number or rule; ours is a proposal the town may change.
    Parameter,
}

impl Confidence {
    /// Every degree.
    pub const ALL: [Self; 4] = [Self::Sure, Self::Likely, Self::Check, Self::Parameter];

    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Sure => "已核对",
            Self::Likely => "引用前核对",
            Self::Check => "待核实",
            Self::Parameter => "镇街参数",
        }
    }
}

/// One row of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// The stable code.
    pub code: KindCode,
    /// The Chinese name.
    pub name: String,
    /// Other spellings of it in ledgers.
    #[serde(default)]
    pub synonyms: Vec<String>,
    /// Category, tag or both.
    pub used_as: KindUse,
    /// What belongs to it, in one sentence.
    pub meaning: String,
    /// Where the definition comes from, as `消防法 第七十三条`; empty when it is the town's own.
    pub source: String,
    /// How far that source was checked.
    pub confidence: Confidence,
}

/// What a size limit of the catalogue is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SizeMeasure {
    /// 建筑面积, m².
    AreaM2,
    /// 床位.
    Beds,
    /// 座位或容纳人数.
    Capacity,
    /// 从业人数.
    Working,
    /// 住宿人数.
    Lodging,
}

/// The size up to which a place still counts as this kind, as "a small restaurant has at most 100 seats".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeLimit {
    /// The kind that is limited.
    pub kind: KindCode,
    /// What is measured.
    pub measure: SizeMeasure,
    /// The largest size, inclusive.
    pub at_most: u32,
    /// Always a parameter or unchecked: no single national list of the nine small kinds exists.
    pub confidence: Confidence,
}

/// The categories and tags a town uses, as data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    kinds: BTreeMap<KindCode, Kind>,
    limits: Vec<SizeLimit>,
}

impl Catalog {
    /// Builds a catalogue from rows; what contradicts itself comes back as problems and is left out.
    pub fn new(kinds: Vec<Kind>, limits: Vec<SizeLimit>) -> (Self, Vec<Problem>) {
        let mut catalog = Self::default();
        let mut problems = Vec::new();
        for kind in kinds {
            if !is_kind_code(kind.code.as_str()) {
                let text = format!("代码“{}”只能由小写字母、数字、下划线和点组成", kind.code);
                problems.push(Problem::new("code", "catalog.code_form", text));
            } else if kind.name.trim().is_empty() {
                let text = format!("代码“{}”没有中文名称，请补填", kind.code);
                problems.push(Problem::new("name", "catalog.name_missing", text));
            } else if catalog.kinds.contains_key(&kind.code) {
                let text = format!("代码“{}”重复，请保留一行", kind.code);
                problems.push(Problem::new("code", "catalog.duplicate", text));
            } else {
                catalog.kinds.insert(kind.code.clone(), kind);
            }
        }
        for limit in limits {
            if catalog.kinds.contains_key(&limit.kind) {
                catalog.limits.push(limit);
            } else {
                let text = format!("规模界限引用了目录中没有的代码“{}”", limit.kind);
                problems.push(Problem::new("kind", "catalog.unknown_kind", text));
            }
        }
        (catalog, problems)
    }

    /// The row of a code.
    pub fn kind(&self, code: &KindCode) -> Option<&Kind> {
        self.kinds.get(code)
    }

    /// All rows by code.
    pub fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.kinds.values()
    }

    /// The limits this place exceeds, so that somebody asks whether its category is still right.
    ///
    /// A size nobody recorded exceeds nothing.
    pub fn exceeded<'a>(&'a self, place: &Place) -> Vec<&'a SizeLimit> {
        self.limits
            .iter()
            .filter(|limit| place.is_kind(&limit.kind))
            .filter(|limit| place.size(limit.measure).is_some_and(|size| size > limit.at_most))
            .collect()
    }
}

fn is_kind_code(text: &str) -> bool {
    let part = |p: &str| {
        !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    text.split('.').all(part)
}

/// One thing that is wrong with a value somebody typed or imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field it concerns, by its identifier.
    pub field: &'static str,
    /// Stable dotted code.
    pub code: &'static str,
    /// One Chinese sentence: what is wrong and what to do.
    pub message: String,
}

impl Problem {
    /// A problem of one field.
    pub fn new(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self { field, code, message: message.into() }
    }
}

/// What is known of the licence of a place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// 统一社会信用代码.
    Uscc(String),
    /// 无照: somebody looked and there is none.
    Unlicensed,
    /// 无数据: nobody has looked.
    Unknown,
}

/// 营业状态.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opening {
    /// 正常.
    Open,
    /// 停业.
    Suspended,
    /// 歇业.
    Dormant,
    /// 注销.
    Deregistered,
}

impl Opening {
    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "正常",
            Self::Suspended => "停业",
            Self::Dormant => "歇业",
            Self::Deregistered => "注销",
        }
    }
}

/// 火灾危险性类别 of production or storage. Source: GB 50016.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FireHazardClass {
    /// 甲.
    A,
    /// 乙.
    B,
    /// 丙.
    C,
    /// 丁.
    D,
    /// 戊.
    E,
}

/// 用气方式.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GasUse {
    /// 管道.
    Piped,
    /// 瓶装.
    Bottled,
    /// 不用气.
    None,
}

/// Coordinates in CGCS2000/WGS 84 degrees; map providers' offsets are removed at the edge.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Longitude, degrees east.
    pub lon_deg: f64,
    /// Latitude, degrees north.
    pub lat_deg: f64,
}

impl Location {
    /// Whether it lies within the box around the country; swapped or projected numbers do not.
    pub fn is_in_country(self) -> bool {
        (73.0..=136.0).contains(&self.lon_deg) && (3.0..=54.0).contains(&self.lat_deg)
    }
}

/// How many people; each number may be unknown (无数据), which is not zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HeadCounts {
    /// 住宿人数.
    pub lodging: Option<u32>,
    /// 工作人数.
    pub working: Option<u32>,
    /// 培训人数.
    pub training: Option<u32>,
    /// 座位或容纳人数.
    pub capacity: Option<u32>,
    /// 床位.
    pub beds: Option<u32>,
}

impl HeadCounts {
    /// How many may be there at once: the largest of lodging, capacity and working. `None` when none of them is known.
    pub fn at_once(&self) -> Option<u32> {
        [self.lodging, self.capacity, self.working].into_iter().flatten().max()
    }

    /// The largest of lodging, working and training, each counted on its own and not added up: one person may do two
    /// of them. `None` when none of the three is known.
    pub fn largest(&self) -> Option<u32> {
        [self.lodging, self.working, self.training].into_iter().flatten().max()
    }
}

/// A person to ring up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contact {
    /// 姓名.
    pub name: String,
    /// 电话, several joined with `、`; empty when unknown.
    pub phone: String,
}

/// 场所: what is inspected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Our id.
    pub id: PlaceId,
    /// The number people write on the file, unique in the town.
    pub code: String,
    /// 名称.
    pub name: String,
    /// Licence.
    pub registration: Registration,
    /// The one primary category.
    pub category: KindCode,
    /// Any number of tags.
    pub tags: BTreeSet<KindCode>,
    /// Village or residents' committee.
    pub village: TerritoryCode,
    /// Grid inside the village.
    pub grid: Option<TerritoryCode>,
    /// 行业主管: the sector authority; none is a coverage error, not a mistake of typing.
    pub sector_org: Option<OrgId>,
    /// 地址.
    pub address: String,
    /// Where it is, when measured.
    pub location: Option<Location>,
    /// Floor area, m².
    pub area_m2: Option<u32>,
    /// People.
    pub heads: HeadCounts,
    /// 火灾危险性类别, for production and storage.
    pub fire_hazard_class: Option<FireHazardClass>,
    /// 用气方式; `None` when unknown.
    pub gas: Option<GasUse>,
    /// 消防安全责任人.
    pub responsible: Contact,
    /// 消防安全管理人.
    pub manager: Option<Contact>,
    /// 营业状态.
    pub opening: Opening,
    /// When it began.
    pub opened_on: Option<Date>,
    /// When it ceased.
    pub closed_on: Option<Date>,
    /// When somebody last confirmed this record on the spot.
    pub verified_on: Option<Date>,
    /// How one gets in: gate, key, where a vehicle stops; for whoever is called there.
    #[serde(default)]
    pub access: String,
    /// Which help people there need to get out, never why; for whoever is called there.
    #[serde(default)]
    pub help: String,
}

impl Place {
    /// A place of which only this is known: open, and nobody said anything else.
    pub fn new(
        id: PlaceId,
        code: impl Into<String>,
        name: impl Into<String>,
        category: KindCode,
        village: TerritoryCode,
    ) -> Self {
        Self {
            id,
            code: code.into(),
            name: name.into(),
            registration: Registration::Unknown,
            category,
            tags: BTreeSet::new(),
            village,
            grid: None,
            sector_org: None,
            address: String::new(),
            location: None,
            area_m2: None,
            heads: HeadCounts::default(),
            fire_hazard_class: None,
            gas: None,
            responsible: Contact::default(),
            manager: None,
            opening: Opening::Open,
            opened_on: None,
            closed_on: None,
            verified_on: None,
            access: String::new(),
            help: String::new(),
        }
    }

    /// Category and tags in one, for rules that ask "is it of this kind".
    pub fn kinds(&self) -> impl Iterator<Item = &KindCode> {
        std::iter::once(&self.category).chain(&self.tags)
    }

    /// Whether the category or any tag is this kind or lies under it.
    pub fn is_kind(&self, kind: &KindCode) -> bool {
        self.kinds().any(|own| own.is_within(kind))
    }

    /// Whether the place no longer exists on this date: deregistered, or ceased on or before it.
    pub fn is_gone(&self, on: Date) -> bool {
        self.opening == Opening::Deregistered || self.closed_on.is_some_and(|closed| closed <= on)
    }

    /// Whether it is in operation on this date (在营): there, and neither 停业 nor 歇业.
    pub fn is_operating(&self, on: Date) -> bool {
        self.opening == Opening::Open && !self.is_gone(on)
    }

    /// This place with what it does not say taken from another row about the same place, and the names of the fields taken.
    /// Tags of both hold. Head counts stay: they are counted and dated elsewhere.
    pub fn filled_from(self, other: &Self) -> (Self, Vec<&'static str>) {
        let mut own = self;
        let mut taken = Vec::new();
        let mut take = |field: &'static str, is_taken: bool| {
            if is_taken {
                taken.push(field);
            }
        };
        let tags = own.tags.len();
        own.tags.extend(other.tags.iter().filter(|tag| **tag != own.category).cloned());
        take("tags", own.tags.len() > tags);
        if own.registration == Registration::Unknown && other.registration != Registration::Unknown {
            own.registration = other.registration.clone();
            take("registration", true);
        }
        if own.grid.is_none() && own.village == other.village {
            own.grid.clone_from(&other.grid);
            take("grid", own.grid.is_some());
        }
        fn fill<T: Clone>(own: &mut Option<T>, other: &Option<T>) -> bool {
            let is_taken = own.is_none() && other.is_some();
            if is_taken {
                own.clone_from(other);
            }
            is_taken
        }
        take("sector", fill(&mut own.sector_org, &other.sector_org));
        take("location", fill(&mut own.location, &other.location));
        take("area_m2", fill(&mut own.area_m2, &other.area_m2));
        take("fire_hazard_class", fill(&mut own.fire_hazard_class, &other.fire_hazard_class));
        take("gas", fill(&mut own.gas, &other.gas));
        take("manager", fill(&mut own.manager, &other.manager));
        take("opened_on", fill(&mut own.opened_on, &other.opened_on));
        for (field, own, other) in [
            ("address", &mut own.address, &other.address),
            ("access", &mut own.access, &other.access),
            ("help", &mut own.help, &other.help),
        ] {
            if own.is_empty() && !other.is_empty() {
                own.clone_from(other);
                take(field, true);
            }
        }
        if own.responsible == Contact::default() && other.responsible != own.responsible {
            own.responsible = other.responsible.clone();
            take("responsible", true);
        }
        if other.verified_on > own.verified_on {
            own.verified_on = other.verified_on;
            take("verified_on", true);
        }
        (own, taken)
    }

    fn size(&self, measure: SizeMeasure) -> Option<u32> {
        match measure {
            SizeMeasure::AreaM2 => self.area_m2,
            SizeMeasure::Beds => self.heads.beds,
            SizeMeasure::Capacity => self.heads.capacity,
            SizeMeasure::Working => self.heads.working,
            SizeMeasure::Lodging => self.heads.lodging,
        }
    }

    /// Everything that is wrong with this record; empty when it may be saved.
    ///
    /// A position is never required. What is merely unknown is no problem.
    pub fn validate(&self, catalog: &Catalog) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut say = |field, code, text: String| problems.push(Problem::new(field, code, text));
        if self.name.trim().is_empty() {
            say("name", "place.name_missing", "没有填写场所名称，请按门头或执照填写".into());
        }
        if self.village.as_str().is_empty() {
            say("village", "place.village_missing", "没有选择所在村（社区），请选择".into());
        }
        if let Registration::Uscc(code) = &self.registration
            && let Err(problem) = check_uscc(code)
        {
            say("uscc", "place.uscc", format!("统一社会信用代码“{code}”：{problem}"));
        }
        match catalog.kind(&self.category) {
            None if self.category.as_str().is_empty() => {
                say("category", "place.category_missing", "没有选择主类，请选择".into());
            }
            None => say("category", "place.category_unknown", format!("目录中没有主类“{}”", self.category)),
            Some(kind) if kind.used_as == KindUse::Tag => {
                say("category", "place.category_is_tag", format!("“{}”只能作标签，请另选主类", kind.name))
            }
            Some(_) => {}
        }
        for tag in &self.tags {
            match catalog.kind(tag) {
                None => say("tags", "place.tag_unknown", format!("目录中没有标签“{tag}”")),
                Some(kind) if kind.used_as == KindUse::Category => {
                    say("tags", "place.tag_is_category", format!("“{}”只能作主类，请从标签中去掉", kind.name))
                }
                Some(_) => {}
            }
        }
        for (field, phone) in [
            ("responsible", Some(&self.responsible.phone)),
            ("manager", self.manager.as_ref().map(|manager| &manager.phone)),
        ] {
            let Some(phone) = phone.filter(|phone| !phone.is_empty()) else { continue };
            if !phone.split('、').all(is_phone) {
                say(field, "place.phone", format!("电话“{phone}”不是手机号或座机号，请核对"));
            }
        }
        if self.location.is_some_and(|at| !at.is_in_country()) {
            say("location", "place.location", "坐标不在国内，请核对经度和纬度是否填反".into());
        }
        if let (Some(opened), Some(closed)) = (self.opened_on, self.closed_on)
            && closed < opened
        {
            say("closed_on", "place.dates", "停办日期早于开办日期，请核对".into());
        }
        problems
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn kind(code: &str, used_as: KindUse) -> Kind {
        Kind {
            code: code.into(),
            name: format!("类别 {code}"),
            synonyms: Vec::new(),
            used_as,
            meaning: String::new(),
            source: String::new(),
            confidence: Confidence::Parameter,
        }
    }

    fn catalog() -> Catalog {
        let kinds = vec![
            kind("nine_small.catering", KindUse::Both),
            kind("gas_bottle", KindUse::Tag),
            kind("compound", KindUse::Category),
        ];
        let limit = SizeLimit {
            kind: "nine_small.catering".into(),
            measure: SizeMeasure::Capacity,
            at_most: 100,
            confidence: Confidence::Likely,
        };
        let (catalog, problems) = Catalog::new(kinds, vec![limit]);
        assert_eq!(problems, []);
        catalog
    }

    /// A restaurant in good order, the place other rooms' tests begin with.
    pub(crate) fn a_restaurant(id: &str) -> Place {
        Place {
            address: "老街 3 号".into(),
            ..Place::new(
                id.into(),
                format!("C-{id}"),
                "老街面馆",
                "nine_small.catering".into(),
                "500118100001".into(),
            )
        }
    }

    fn codes(place: &Place) -> Vec<&'static str> {
        place.validate(&catalog()).iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn a_row_is_filled_up_with_what_only_the_other_said() {
        let at = |lon_deg| Some(Location { lon_deg, lat_deg: 29.3 });
        let own = Place { location: at(105.9), ..a_restaurant("1") };
        let other = Place {
            address: "老街 4 号".into(),
            location: at(106.0),
            registration: Registration::Unlicensed,
            tags: BTreeSet::from(["gas_bottle".into(), "nine_small.catering".into()]),
            area_m2: Some(80),
            responsible: Contact { name: "杨老板".into(), phone: "13800001111".into() },
            verified_on: Date::from_ymd_opt(2026, 9, 1),
            heads: HeadCounts { working: Some(12), ..HeadCounts::default() },
            ..a_restaurant("2")
        };
        let (filled, taken) = own.clone().filled_from(&other);
        assert_eq!(taken, ["tags", "registration", "area_m2", "responsible", "verified_on"]);
        assert_eq!(
            (filled.location, filled.address.as_str()),
            (own.location, "老街 3 号"),
            "what it said stays"
        );
        assert_eq!(
            (filled.heads, filled.id.clone()),
            (own.heads, own.id.clone()),
            "heads are counted elsewhere"
        );
        assert_eq!(filled.tags, BTreeSet::from(["gas_bottle".into()]), "its category is no tag of its own");
        assert_eq!(filled.clone().filled_from(&other), (filled, Vec::new()), "twice is once");
    }

    #[test]
    fn what_is_merely_unknown_does_not_stop_saving() {
        assert_eq!(codes(&a_restaurant("1")), Vec::<&str>::new());
    }

    #[test]
    fn each_mistake_is_named_with_its_field() {
        type Spoil = fn(&mut Place);
        let table: [(&str, Spoil); 10] = [
            ("place.name_missing", |p| p.name = "  ".into()),
            ("place.village_missing", |p| p.village = "".into()),
            ("place.uscc", |p| p.registration = Registration::Uscc("123456789012345678".into())),
            ("place.category_unknown", |p| p.category = "casino".into()),
            ("place.category_missing", |p| p.category = "".into()),
            ("place.category_is_tag", |p| p.category = "gas_bottle".into()),
            ("place.tag_unknown", |p| p.tags = BTreeSet::from(["casino".into()])),
            ("place.tag_is_category", |p| p.tags = BTreeSet::from(["compound".into()])),
            ("place.phone", |p| p.responsible.phone = "12345".into()),
            ("place.location", |p| p.location = Some(Location { lon_deg: 29.3, lat_deg: 105.9 })),
        ];
        for (code, spoil) in table {
            let mut place = a_restaurant("1");
            spoil(&mut place);
            assert_eq!(codes(&place), [code]);
        }
    }

    #[test]
    fn a_restaurant_that_outgrew_its_kind_is_asked_about_and_an_uncounted_one_is_not() {
        let mut place = a_restaurant("1");
        assert!(catalog().exceeded(&place).is_empty());
        place.heads.capacity = Some(100);
        assert!(catalog().exceeded(&place).is_empty(), "the limit itself is still within");
        place.heads.capacity = Some(101);
        assert_eq!(catalog().exceeded(&place).len(), 1);
    }

    #[test]
    fn the_particular_lies_within_the_general_but_a_longer_word_does_not() {
        let general = KindCode::from("nine_small");
        for (code, within) in [("nine_small", true), ("nine_small.catering", true), ("nine_smaller", false)] {
            assert_eq!(KindCode::from(code).is_within(&general), within, "{code}");
        }
    }

    #[test]
    fn nobody_is_added_up_twice_in_head_counts() {
        let heads = HeadCounts { lodging: Some(6), working: Some(8), ..HeadCounts::default() };
        assert_eq!(heads.largest(), Some(8));
        assert_eq!(HeadCounts { capacity: Some(20), ..heads }.at_once(), Some(20));
        assert_eq!(HeadCounts::default().at_once(), None, "nobody counted is not nobody there");
        assert_eq!(HeadCounts::default().largest(), None);
    }

    #[test]
    fn a_catalogue_says_what_it_leaves_out() {
        let rows = vec![kind("ok", KindUse::Both), kind("ok", KindUse::Both), kind("No!", KindUse::Both)];
        let stray = SizeLimit {
            kind: "gone".into(),
            measure: SizeMeasure::Beds,
            at_most: 1,
            confidence: Confidence::Check,
        };
        let (catalog, problems) = Catalog::new(rows, vec![stray]);
        let codes: Vec<_> = problems.iter().map(|p| p.code).collect();
        assert_eq!(codes, ["catalog.duplicate", "catalog.code_form", "catalog.unknown_kind"]);
        assert_eq!(catalog.kinds().count(), 1);
    }
}
