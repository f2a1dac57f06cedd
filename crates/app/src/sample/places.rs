//! The invented places of the sample town: plausible kinds in the numbers the plan lists, the same every time. What
//! does not belong here: what happened to them (`history`).

use std::collections::BTreeSet;

use domain::ids::{OrgId, PlaceId, TerritoryCode};
use domain::place::{Contact, FireHazardClass, GasUse, HeadCounts, KindCode, Location, Place, Registration};
use domain::time::Date;

use super::dice::Dice;

/// A village as the register needs it.
pub(super) struct Village {
    /// Code.
    pub code: TerritoryCode,
    /// Short name, which begins the names of its places.
    pub short: String,
    /// Codes of its grids.
    pub grids: Vec<TerritoryCode>,
    /// How many places the plan lists there. Source: the plan, 2023-02-20.
    pub listed: usize,
    /// Whether it is the market town.
    pub is_market: bool,
    /// Where its middle lies: longitude and latitude, invented.
    pub middle: (f64, f64),
}

/// A kind of place people would expect.
struct Sort {
    /// What follows the owner's or the lucky name.
    trade: &'static str,
    category: &'static str,
    tags: &'static [&'static str],
    /// Word of the plan for the sector authority.
    sector: &'static str,
    /// Smallest and largest floor area, m².
    area: (u64, u64),
    /// Most people working, lodging, training.
    heads: (u64, u64, u64),
    gas: Option<GasUse>,
    class: Option<FireHazardClass>,
    /// How often in a market town, and in a village.
    weight: (u64, u64),
}

const fn sort(
    trade: &'static str,
    category: &'static str,
    tags: &'static [&'static str],
    sector: &'static str,
    area: (u64, u64),
    heads: (u64, u64, u64),
    weight: (u64, u64),
) -> Sort {
    Sort { trade, category, tags, sector, area, heads, gas: None, class: None, weight }
}

const ECONOMY: &str = "org:economy_office";
const CIVIL: &str = "org:civil_office";
const AGRI: &str = "org:agri_center";
const BUILD: &str = "org:planning_office";
const EMERGENCY: &str = "org:emergency_office";

const SORTS: &[Sort] = &[
    sort("副食店", "nine_small.shop", &["street_shop"], ECONOMY, (20, 90), (2, 0, 0), (14, 10)),
    sort("便利店", "nine_small.shop", &["street_shop", "three_in_one"], ECONOMY, (30, 80), (2, 3, 0), (6, 4)),
    Sort {
        gas: Some(GasUse::Bottled),
        ..sort(
            "餐馆",
            "nine_small.catering",
            &["street_shop", "gas_bottle"],
            ECONOMY,
            (40, 200),
            (6, 0, 0),
            (12, 3),
        )
    },
    Sort {
        gas: Some(GasUse::Bottled),
        ..sort(
            "面馆",
            "nine_small.catering",
            &["street_shop", "gas_bottle", "three_in_one"],
            ECONOMY,
            (25, 70),
            (3, 3, 0),
            (6, 1),
        )
    },
    sort("旅馆", "nine_small.hotel", &["self_built.rented"], ECONOMY, (180, 600), (4, 30, 0), (3, 0)),
    sort("服装店", "nine_small.shop", &["street_shop"], ECONOMY, (30, 120), (2, 0, 0), (6, 0)),
    sort(
        "五金建材店",
        "nine_small.shop",
        &["street_shop", "three_in_one"],
        ECONOMY,
        (60, 200),
        (3, 3, 0),
        (4, 1),
    ),
    sort("美容美发店", "nine_small.beauty_bath", &["street_shop"], ECONOMY, (30, 90), (3, 0, 0), (4, 0)),
    sort("网吧", "nine_small.internet_bar", &["dense"], ECONOMY, (120, 260), (4, 0, 0), (1, 0)),
    sort(
        "歌厅",
        "nine_small.entertainment",
        &["dense", "public_gather"],
        ECONOMY,
        (150, 400),
        (8, 0, 0),
        (1, 0),
    ),
    sort("药房", "nine_small.shop", &["street_shop"], ECONOMY, (40, 120), (2, 0, 0), (3, 0)),
    sort(
        "电动车行",
        "nine_small.shop",
        &["street_shop", "ebike_indoor", "three_in_one"],
        ECONOMY,
        (50, 150),
        (3, 2, 0),
        (3, 0),
    ),
    sort("诊所", "nine_small.clinic", &[], CIVIL, (60, 180), (4, 0, 0), (2, 0)),
    sort("汽修厂", "nine_small.workshop", &[], ECONOMY, (80, 400), (6, 2, 0), (2, 1)),
    sort("自建房出租屋", "self_built.rented", &["over_10"], BUILD, (200, 600), (0, 18, 0), (4, 2)),
    sort("培训班", "self_built.training", &["self_built"], BUILD, (80, 200), (3, 0, 26), (1, 0)),
    sort(
        "农家乐",
        "self_built.business",
        &["gas_bottle", "retrofit_target"],
        BUILD,
        (150, 500),
        (5, 6, 0),
        (0, 5),
    ),
    sort("民宿", "homestay", &["self_built.homestay"], BUILD, (160, 400), (3, 14, 0), (0, 2)),
    Sort {
        class: Some(FireHazardClass::C),
        ..sort("木材加工厂", "factory", &[], ECONOMY, (300, 1800), (16, 4, 0), (0, 4))
    },
    Sort {
        class: Some(FireHazardClass::C),
        ..sort("家具厂", "factory", &["leased"], ECONOMY, (500, 2600), (28, 0, 0), (1, 2))
    },
    Sort {
        class: Some(FireHazardClass::D),
        ..sort("砖厂", "factory", &[], ECONOMY, (1200, 5000), (30, 10, 0), (0, 1))
    },
    Sort {
        class: Some(FireHazardClass::C),
        ..sort("纸箱仓库", "warehouse", &["leased"], EMERGENCY, (300, 1500), (6, 0, 0), (1, 2))
    },
    sort("粮油仓库", "warehouse", &[], EMERGENCY, (200, 900), (4, 0, 0), (1, 2)),
    sort("农资店", "nine_small.shop", &["flammable.chemicals"], AGRI, (40, 120), (2, 0, 0), (1, 3)),
    sort("养殖场", "other_unit", &[], AGRI, (400, 2200), (6, 3, 0), (0, 5)),
    sort("卫生室", "nine_small.clinic", &[], CIVIL, (50, 120), (2, 0, 0), (0, 2)),
    sort("庙", "religious", &[], CIVIL, (120, 400), (2, 2, 0), (0, 1)),
    sort(
        "小作坊",
        "nine_small.workshop",
        &["self_built.production", "three_in_one"],
        ECONOMY,
        (60, 240),
        (5, 5, 0),
        (2, 4),
    ),
];

/// Name, category, tags, sector, area in m², people working, lodging and in training.
type KnownPlace = (&'static str, &'static str, &'static [&'static str], &'static str, u32, [u32; 3]);

/// Places everybody in the town knows; the first ones of the market town.
const KNOWN: &[KnownPlace] = &[
    ("青峰敬老院", "elder_care", &["dense", "town_elder_home"], CIVIL, 2100, [16, 68, 0]),
    ("青峰中心小学", "school", &["dense"], CIVIL, 6800, [62, 0, 740]),
    ("青峰中心幼儿园", "kindergarten", &["dense"], CIVIL, 1900, [26, 0, 210]),
    ("青峰镇卫生院", "hospital", &["dense"], CIVIL, 3200, [54, 36, 0]),
    ("青峰农贸市场", "market", &["dense", "public_gather"], ECONOMY, 2600, [84, 0, 0]),
    ("惠民超市青峰店", "supermarket", &["dense", "public_gather"], ECONOMY, 1250, [22, 0, 0]),
    ("青峰加油站", "flammable.filling_station", &[], ECONOMY, 900, [7, 2, 0]),
    ("青峰液化气供应点", "flammable.lpg", &[], ECONOMY, 220, [3, 0, 0]),
    ("青峰供电所", "utility.power", &[], ECONOMY, 860, [14, 4, 0]),
    ("青峰通信机房", "utility.telecom", &[], ECONOMY, 180, [2, 0, 0]),
];

const LUCKY: &[&str] = &[
    "平安", "兴旺", "如意", "顺达", "宏发", "阳光", "丰收", "便民", "祥云", "永兴", "金穗", "聚福", "红梅",
    "春雨", "清泉", "长青", "福源", "同心", "青山", "竹林", "老街", "家和", "百顺", "惠农", "鑫源", "德润",
    "新月", "双喜", "乐居", "万家",
];
const FAMILY: &[&str] = &[
    "陈", "罗", "唐", "周", "杨", "刘", "李", "王", "张", "何", "邓", "蒋", "谭", "龙", "秦", "冉", "向",
    "代", "古", "邹",
];
const GIVEN: &[&str] = &[
    "国富", "秀英", "建华", "明珍", "光明", "小兰", "德全", "春梅", "永强", "晓燕", "正伟", "世琼", "长江",
    "玉蓉", "大勇", "忠明", "淑芬", "兴平", "家贵", "红霞",
];

/// A place, the lists it is on, and how careless its people are.
pub(super) struct Made {
    /// The place.
    pub place: Place,
    /// Whether its village lists it.
    pub village_listed: bool,
    /// Whether the police list it.
    pub police_listed: bool,
    /// How likely an item fails, per mille.
    pub careless: u64,
}

/// A person's name that nobody in particular bears.
pub(super) fn person(dice: &mut Dice) -> String {
    format!("{}{}", dice.pick(FAMILY), dice.pick(GIVEN))
}

/// Every place of the town. `org` tells the organisation a word of the plan stands for; `id` makes ids.
pub(super) fn all(
    villages: &[&Village],
    org: &dyn Fn(&str) -> Option<OrgId>,
    id: &dyn Fn(&str) -> String,
    opened: Date,
) -> Vec<Made> {
    let mut dice = Dice::new("places");
    let mut made = Vec::new();
    for (nth, village) in villages.iter().enumerate() {
        let mut names = BTreeSet::new();
        for n in 0..village.listed {
            let code = format!("QF-{}{:03}", nth + 1, n + 1);
            let mut place = match KNOWN.get(n).filter(|_| village.is_market) {
                Some(known) => well_known(known, org),
                None => ordinary(&mut dice, village, &mut names, org),
            };
            place.id = PlaceId(id(&code));
            place.code = code;
            settle(&mut dice, &mut place, village, opened);
            // Where the market town meets the fields, small units lie far from anybody who asks about them.
            if village.is_market && n % 12 == 5 {
                place.tags.insert(KindCode::from(domain::joint_control::FRINGE));
            }
            let careless = 6 + dice.below(40) + if place.is_kind(&"three_in_one".into()) { 20 } else { 0 };
            // Ten of the sixteen are listed by their village too; whether they should be is for the town to say.
            let police_listed = village.is_market && (n < 8 || n == 20 || n == 31);
            made.push(Made { place, village_listed: true, police_listed, careless });
        }
        // Six the police list and no village does.
        if let Some((trade, category)) = POLICE_ONLY.get(nth) {
            let code = format!("QF-P{:02}", nth + 1);
            let sort = sort(trade, category, &[], ECONOMY, (80, 500), (6, 4, 0), (1, 1));
            let mut place = of_sort(&mut dice, &sort, format!("{}{trade}", village.short), org);
            place.id = PlaceId(id(&code));
            place.code = code;
            settle(&mut dice, &mut place, village, opened);
            made.push(Made { place, village_listed: false, police_listed: true, careless: 12 });
        }
    }
    made
}

const POLICE_ONLY: &[(&str, &str)] = &[
    ("快递分拨点", "warehouse"),
    ("烟花爆竹零售点", "flammable.fireworks"),
    ("废品回收站", "other_unit"),
    ("液化气换瓶点", "flammable.lpg"),
    ("棋牌室", "nine_small.entertainment"),
    ("垂钓园旅舍", "nine_small.hotel"),
];

fn well_known(known: &KnownPlace, org: &dyn Fn(&str) -> Option<OrgId>) -> Place {
    let (name, category, tags, sector, area, [working, lodging, training]) = known;
    let mut place = blank((*name).to_owned(), category, tags);
    place.sector_org = org(sector);
    place.area_m2 = Some(*area);
    place.heads = HeadCounts {
        working: Some(*working),
        lodging: Some(*lodging),
        training: Some(*training),
        ..HeadCounts::default()
    };
    place
}

fn ordinary(
    dice: &mut Dice,
    village: &Village,
    names: &mut BTreeSet<String>,
    org: &dyn Fn(&str) -> Option<OrgId>,
) -> Place {
    let weight = |sort: &Sort| if village.is_market { sort.weight.0 } else { sort.weight.1 };
    let sort = dice.weighted(SORTS, weight);
    let mut name = String::new();
    for attempt in 0..40 {
        let lucky = dice.pick(LUCKY);
        name = if village.is_market {
            format!("{lucky}{}", sort.trade)
        } else {
            format!("{}{lucky}{}", village.short, sort.trade)
        };
        if attempt > 30 {
            name = format!("{name}（{}组）", attempt - 29);
        }
        if names.insert(name.clone()) {
            break;
        }
    }
    of_sort(dice, sort, name, org)
}

fn of_sort(dice: &mut Dice, sort: &Sort, name: String, org: &dyn Fn(&str) -> Option<OrgId>) -> Place {
    let mut place = blank(name, sort.category, sort.tags);
    // Every thirtieth belongs to nobody: the page of coverage errors has something to say.
    place.sector_org = if dice.below(30) == 0 { None } else { org(sort.sector) };
    let count = |dice: &mut Dice, most: u64| {
        if most == 0 { Some(0) } else { u32::try_from(1 + dice.below(most)).ok() }
    };
    place.area_m2 = u32::try_from(sort.area.0 + dice.below(sort.area.1 - sort.area.0)).ok();
    place.heads = HeadCounts {
        working: count(dice, sort.heads.0),
        lodging: count(dice, sort.heads.1),
        training: count(dice, sort.heads.2),
        ..HeadCounts::default()
    };
    if place.heads.largest().is_some_and(|most| most <= 10) {
        place.tags.remove(&KindCode::from("over_10"));
    }
    place.gas = sort.gas.or(Some(GasUse::None));
    place.fire_hazard_class = sort.class;
    place
}

fn blank(name: String, category: &str, tags: &[&str]) -> Place {
    Place {
        tags: tags.iter().map(|tag| KindCode::from(*tag)).collect(),
        ..Place::new("".into(), "", name, category.into(), "".into())
    }
}

/// Puts a place where it stands and gives it its people.
fn settle(dice: &mut Dice, place: &mut Place, village: &Village, opened: Date) {
    place.village = village.code.clone();
    place.grid = dice.choose(&village.grids).cloned();
    place.address = if village.is_market {
        format!(
            "青峰场{}{}号",
            dice.pick(&["老街", "新街", "川渝路", "学堂巷", "水井湾"]),
            1 + dice.below(180)
        )
    } else {
        format!("{}{}组{}号", village.short, 1 + dice.below(12), 1 + dice.below(90))
    };
    let spread = if village.is_market { 60 } else { 160 };
    let mut shift = || (dice.below(2 * spread) as f64 - spread as f64) / 10_000.0;
    place.location =
        Some(Location { lon_deg: village.middle.0 + shift(), lat_deg: village.middle.1 + shift() });
    // An invented number: the demo never rings or writes to anybody.
    place.responsible = Contact { name: person(dice), phone: format!("1990000{:04}", dice.below(10_000)) };
    if dice.below(3) > 0 {
        place.registration = Registration::Uscc(exchange::sample::uscc(dice.below(90_000_000)));
    } else if dice.below(2) == 0 {
        place.registration = Registration::Unlicensed;
    }
    place.opened_on = Some(opened - chrono::Days::new(dice.below(2200)));
}
