//! The shipped checklists hold together: counted, composed, cited honestly.

use std::collections::{BTreeMap, BTreeSet};

use domain::checklist::{Checklist, PhotoRule, Purpose, QUICK_MOST, SuggestedGrade};
use domain::checklist_library::Library;
use domain::place::{Catalog, Confidence, KindCode, KindUse};
use domain::time::{Date, parse_date};
use exchange::{checklist_file, hazard_dictionary, place_catalog, shipped};

/// Every law and standard the items rest on. A name missing here was invented or mistyped.
const INSTRUMENTS: [&str; 42] = [
    "消防法",
    "重庆市消防条例",
    "机关、团体、企业、事业单位消防安全管理规定",
    "高层民用建筑消防安全管理规定",
    "微型消防站建设标准（试行）",
    "消防监督检查规定",
    "森林防火条例",
    "租赁厂房和仓库消防安全管理办法（试行）",
    "养老机构消防安全管理规定",
    "城镇燃气管理条例",
    "烟花爆竹安全管理条例",
    "仓库防火安全管理规则",
    "镇街消防工作方案",
    "镇街自定",
    "地方规定",
    "国务院安委办自建房整治口径",
    "规划建设部门危房管理口径",
    "粉尘防爆专项要求",
    "学校消防安全管理要求",
    "教育部门消防演练要求",
    "电力行业标准",
    "九小场所名录（B 口径）",
    "林边居住区规划间距要求",
    "GB 20286",
    "GB 25506",
    "GB 35181",
    "GB 50016",
    "GB 50028",
    "GB 50039",
    "GB 50116",
    "GB 50140",
    "GB 50156",
    "GB 50222",
    "GB 50720",
    "GB 50974",
    "GB 51142",
    "GB 55036",
    "GB 55037",
    "GB/T 13955",
    "JGJ 46",
    "WS 308",
    "XF 703",
];

fn day() -> Date {
    parse_date("2026-05-01").unwrap_or_default()
}

fn catalog() -> Catalog {
    let (catalog, problems) = place_catalog::read(shipped::PLACE_CATEGORIES);
    assert_eq!(problems, []);
    catalog
}

fn drafts() -> Vec<Checklist> {
    let read = |(name, text): &(&str, &str)| {
        let (list, problems) = checklist_file::read(text);
        assert_eq!(problems, [], "{name}");
        list
    };
    shipped::CHECKLISTS.iter().filter_map(read).collect()
}

fn library() -> Library {
    let from = parse_date("2026-01-01").unwrap_or_default();
    let lists: Vec<Checklist> = drafts().into_iter().filter_map(|l| l.publish(from, &[]).ok()).collect();
    assert_eq!(lists.len(), shipped::CHECKLISTS.len(), "each of them may be published");
    let (library, problems) = Library::new(lists, &catalog());
    assert_eq!(problems, []);
    library
}

fn asked(category: &str, tags: &[&str]) -> Vec<String> {
    let tags: BTreeSet<KindCode> = tags.iter().map(|tag| KindCode::from(*tag)).collect();
    let library = library();
    let sheet = library.compose(&category.into(), &tags, day());
    assert!(sheet.missing.is_empty());
    sheet.codes().iter().map(|code| (*code).to_owned()).collect()
}

fn block_sizes(codes: &[String]) -> Vec<(String, usize)> {
    let mut sizes: Vec<(String, usize)> = Vec::new();
    for code in codes {
        let block: String = code.chars().take_while(char::is_ascii_alphabetic).collect();
        match sizes.last_mut() {
            Some((last, n)) if *last == block => *n += 1,
            _ => sizes.push((block, 1)),
        }
    }
    sizes
}

#[test]
fn there_are_seventeen_blocks_and_244_items() {
    let blocks: Vec<Checklist> = drafts().into_iter().filter(|l| l.purpose == Purpose::Block).collect();
    let sizes: Vec<String> = blocks.iter().map(|l| format!("{} {}", l.code, l.items.len())).collect();
    let expected = "B 17, N 15, HY 14, Z 18, Y 16, CK 20, R 18, X 13, G 13, J 14, V 13, K 12, S 12, L 13, P 12, W 12, D 12";
    assert_eq!(sizes.join(", "), expected);
    assert_eq!(blocks.len(), 17);
    let codes: BTreeSet<&str> = blocks.iter().flat_map(|l| &l.items).map(|i| i.code.as_str()).collect();
    assert_eq!(codes.len(), 244);
    for list in &blocks {
        for (at, item) in list.items.iter().enumerate() {
            assert_eq!(item.code, format!("{}{:02}", list.code, at + 1), "numbered without gaps");
        }
    }
}

#[test]
fn every_item_can_be_read_on_a_phone_and_says_how_to_look() {
    for item in drafts().iter().flat_map(|list| &list.items) {
        assert!(item.text.chars().count() <= 40, "{}: {}", item.code, item.text);
        assert!((4..=40).contains(&item.how.chars().count()), "{}: {}", item.code, item.how);
        assert!(!item.text.contains(['(', ')', ',', '?', '？', '`']), "{}: {}", item.code, item.text);
    }
}

#[test]
fn nobody_but_the_fire_organ_says_major_and_nobody_orders() {
    for (name, text) in shipped::CHECKLISTS {
        assert!(!text.contains("责令") && !text.contains("重大火灾隐患"), "{name}");
    }
    let lists = drafts();
    let items = lists.iter().flat_map(|l| &l.items);
    let suspects: Vec<&str> =
        items.filter(|i| i.grade == SuggestedGrade::MajorSuspect).map(|i| i.code.as_str()).collect();
    let expected = "HY02 Y01 Y06 CK02 CK10 CK11 CK15 R05 R06 R09 X04 X13 G04 G08 S02 S09 S10"
        .split(' ')
        .collect::<Vec<_>>();
    assert_eq!(suspects, expected);
}

#[test]
fn no_standard_is_made_up_and_what_is_unchecked_says_so() {
    let known = BTreeSet::from(INSTRUMENTS);
    let mut used: BTreeMap<String, BTreeSet<Confidence>> = BTreeMap::new();
    for basis in drafts().iter().flat_map(|list| &list.items).flat_map(|item| &item.basis) {
        assert!(known.contains(basis.instrument.as_str()), "{}", basis.instrument);
        used.entry(basis.instrument.clone()).or_default().insert(basis.confidence);
    }
    assert_eq!(used.len(), known.len(), "a name nobody cites is taken off the list");
    for unchecked in ["GB 35181", "地方规定", "粉尘防爆专项要求", "九小场所名录（B 口径）"]
    {
        assert_eq!(used.get(unchecked), Some(&BTreeSet::from([Confidence::Check])), "{unchecked}");
    }
    for (name, confidences) in
        used.iter().filter(|(name, _)| name.starts_with("GB") || name.starts_with("XF"))
    {
        assert!(!confidences.contains(&Confidence::Sure), "{name}: nobody had its text in hand");
    }
}

#[test]
fn every_failed_item_has_a_name_in_the_dictionary_of_hazards() {
    let (dictionary, problems) = hazard_dictionary::read(shipped::HAZARDS);
    assert_eq!(problems, []);
    assert_eq!((dictionary.categories.len(), dictionary.hazards.len()), (18, 48));
    let named: BTreeSet<&str> = dictionary.hazards.keys().map(|code| code.as_str()).collect();
    for item in drafts().iter().flat_map(|list| &list.items) {
        assert!(named.contains(item.hazard.as_str()), "{}: {}", item.code, item.hazard);
    }
}

#[test]
fn a_photo_is_recommended_where_it_matters_most() {
    let lists = drafts();
    let items = lists.iter().flat_map(|l| &l.items);
    let recommended: Vec<&str> =
        items.filter(|i| i.photo == PhotoRule::Recommended).map(|i| i.code.as_str()).collect();
    let expected = "B05 B06 N01 HY01 HY02 HY04 Z06 Y07 CK02 R02 X03 J01 J02 S10 L01 P01 D07";
    assert_eq!(recommended.join(" "), expected);
}

#[test]
fn a_noodle_shop_with_the_family_upstairs_gets_four_blocks() {
    let codes =
        asked("nine_small.catering", &["three_in_one", "self_built.rented", "gas_bottle", "street_shop"]);
    // Of the small places' own items only the two of restaurants; of the houses' all but the one for old houses kept.
    let expected = [("B", 17), ("N", 10), ("HY", 14), ("Z", 17)].map(|(block, n)| (block.to_owned(), n));
    assert_eq!(block_sizes(&codes), expected);
    assert!(codes.contains(&"N08".to_owned()) && !codes.contains(&"N13".to_owned()));
}

#[test]
fn areas_and_households_are_not_asked_for_a_business_licence() {
    for (category, block, n) in [
        ("compound", "J", 14),
        ("villager_area", "V", 13),
        ("special_household", "K", 12),
        ("construction", "S", 12),
        ("forest_area", "L", 13),
        ("public_facility", "P", 12),
        ("micro_station", "W", 12),
        ("village_committee", "D", 12),
        ("self_built.own", "Z", 15),
    ] {
        assert_eq!(block_sizes(&asked(category, &[])), [(block.to_owned(), n)], "{category}");
    }
}

#[test]
fn every_category_is_asked_something() {
    for kind in catalog().kinds().filter(|kind| kind.used_as != KindUse::Tag) {
        assert!(!asked(kind.code.as_str(), &[]).is_empty(), "{}", kind.name);
    }
}

#[test]
fn the_door_check_has_eight_taps() {
    let library = library();
    let sheet = library.quick(day());
    assert_eq!(sheet.codes(), ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8"]);
    assert_eq!(sheet.items.len(), QUICK_MOST);
}

#[test]
fn the_police_list_reuses_the_blocks_items() {
    let library = library();
    let police = |category: &str| -> Vec<String> {
        let none = BTreeSet::new();
        let sheet = library.routine("police_routine", &category.into(), &none, day()).expect("in force");
        assert!(sheet.missing.is_empty());
        sheet.codes().iter().map(|code| (*code).to_owned()).collect()
    };
    let market = police("market");
    for code in ["B05", "B06", "B07", "B08", "B09", "B16", "R01", "HY02", "PS01"] {
        assert!(market.contains(&code.to_owned()), "{code}");
    }
    assert!(!police("factory").contains(&"R01".to_owned()), "a factory needs no opening check");
    assert!(police("compound").contains(&"J13".to_owned()), "a property company keeps common facilities");
}

#[test]
fn the_size_limits_of_small_places_are_never_presented_as_law() {
    let limits: Vec<&str> = shipped::PLACE_CATEGORIES.split("[[limit]]").skip(1).collect();
    assert_eq!(limits.len(), 11);
    assert!(limits.iter().all(|limit| limit.contains("confidence = \"check\"")));
}
