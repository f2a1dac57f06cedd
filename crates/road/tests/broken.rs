//! Files as they should not be: each is answered with one sentence and a code. What does not belong here: real files.

#![expect(clippy::expect_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use domain::place::Confidence;
use domain::road::{Conditions, Kind, Limit};
use domain::time::Date;
use domain::vehicle::{Class, Need, Vehicle};
use road::{Error, Network, Objective, Prepared, Search, Situation, osm, route};

const GOOD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="1" lat="29.30" lon="105.90"/><node id="2" lat="29.30" lon="105.91"><tag k="barrier" v="gate"/></node>
 <node id="3" lat="29.30" lon="105.92"/><node id="9" lat="29.50" lon="105.92"/>
 <way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="unclassified"/><tag k="name" v="村道 &amp; 桥"/></way>
 <way id="11"><nd ref="3"/><nd ref="4"/><nd ref="9"/><tag k="highway" v="track"/><tag k="width" v="400"/></way>
 <relation id="20"><member type="way" ref="10" role="from"/><tag k="type" v="restriction"/><tag k="restriction" v="no_u_turn"/></relation>
</osm>"#;

fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    (folder, path)
}

fn refusal(name: &str, bytes: &[u8]) -> Error {
    let (_folder, path) = file(name, bytes);
    osm::read(&path).expect_err(name)
}

fn gz(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(text.as_bytes()).expect("packed");
    packed.finish().expect("packed")
}

fn bz2(text: &str) -> Vec<u8> {
    let mut packed = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    packed.write_all(text.as_bytes()).expect("packed");
    packed.finish().expect("packed")
}

#[test]
fn the_same_map_plain_or_packed_is_the_same_network_and_names_what_it_left_out() {
    let twice = [bz2(GOOD), Vec::new()].concat();
    for (name, bytes) in [("a.osm", GOOD.as_bytes().to_vec()), ("a.osm.gz", gz(GOOD)), ("a.osm.bz2", twice)] {
        let (_folder, path) = file(name, &bytes);
        let extract = osm::read(&path).expect(name);
        assert_eq!(
            (extract.counts.nodes, extract.counts.ways, extract.counts.relations),
            (4, 2, 1),
            "{name}"
        );
        let mut codes: Vec<_> = extract.problems.iter().map(|p| (p.place.as_str(), p.code)).collect();
        codes.sort_unstable();
        assert_eq!(
            codes,
            [
                ("relation/20", "road.restriction_incomplete"),
                ("way/11", "road.implausible_value"),
                ("way/11", "road.node_missing"),
            ]
        );
        let network = Network::of(&extract, true);
        assert_eq!(network.segments.len(), 2, "the gate parts the road: {:?}", network.segments);
        assert_eq!(network.roads[0].name, "村道 & 桥");
    }
}

#[test]
fn a_limit_that_cannot_be_read_is_named_by_way_tag_and_value_and_stays_a_limit() {
    let low =
        GOOD.replacen("<tag k=\"name\"", "<tag k=\"maxheight\" v=\"below_default\"/><tag k=\"name\"", 1);
    let (_folder, path) = file("low.osm", low.as_bytes());
    let extract = osm::read(&path).expect("a map");
    let said = extract.problems.iter().find(|one| one.code == "road.limit_unread").expect("named");
    assert_eq!(said.place, "way/10");
    assert!(said.message.contains("maxheight=below_default"), "{}", said.message);
    let network = Network::of(&extract, true);
    assert!(network.problems.contains(said), "as figures of a network list it");
    let unread: Vec<_> = network.roads.iter().flat_map(|road| road.fitness.unread.clone()).collect();
    assert_eq!(unread, [domain::road::Limit::Height]);
}

#[test]
fn every_broken_file_is_one_sentence_with_its_code() {
    let cut = GOOD.get(..GOOD.len() - 20).unwrap_or_default();
    let packed = gz(GOOD);
    let half = packed.get(..packed.len() / 2).unwrap_or_default().to_vec();
    let bare = r#"<osm version="0.6"><node id="1" lat="29.3" lon="105.9"/></osm>"#;
    let swapped = GOOD.replace("lat=\"29.30\" lon=\"105.91\"", "lat=\"105.91\" lon=\"29.30\"");
    let entity = r#"<!DOCTYPE osm [<!ENTITY a "aaaa">]><osm><way id="1"><tag k="name" v="&a;"/></way></osm>"#;
    let cases: [(&str, Vec<u8>, &str); 9] = [
        ("cut.osm", cut.into(), "road.file_damaged"),
        ("cut.osm.gz", half, "road.file_damaged"),
        ("no-xml.osm", b"<osm><node id=".to_vec(), "road.file_damaged"),
        ("other.osm", b"<gpx></gpx>".to_vec(), "road.file_unknown"),
        ("entity.osm", entity.into(), "road.file_unknown"),
        ("words.osm.pbf", "这不是地图".into(), "road.file_unknown"),
        ("empty.osm", Vec::new(), "road.file_unknown"),
        ("bare.osm", bare.into(), "road.file_without_roads"),
        ("swapped.osm", swapped.into_bytes(), "road.coordinates_swapped"),
    ];
    for (name, bytes, code) in cases {
        let error = refusal(name, &bytes);
        assert_eq!(error.code(), code, "{name}: {error}");
        assert!(error.to_string().contains('：') && !error.to_string().contains('\n'), "{name}: {error}");
    }
    assert_eq!(
        osm::read(std::path::Path::new("nowhere.osm")).expect_err("none").code(),
        "road.file_unreadable"
    );
}

#[test]
fn a_file_of_two_gigabytes_is_refused_before_it_is_read() {
    let (_folder, path) = file("large.osm.pbf", b"");
    let large = std::fs::OpenOptions::new().write(true).open(&path).expect("opened");
    large.set_len(2 * 1024 * 1024 * 1024).expect("a hole costs no disk");
    assert_eq!(osm::read(&path).expect_err("too large").code(), "road.file_too_large");
}

/// A block of a `.osm.pbf`: length of the header, header, content.
fn block(kind: &[u8], content: &[u8]) -> Vec<u8> {
    // Blob: field 1, raw bytes. Header: field 1 the kind, field 3 the size of the blob.
    let blob = [&[0x0a, content.len() as u8], content].concat();
    let header = [&[0x0a, kind.len() as u8], kind, &[0x18, blob.len() as u8]].concat();
    [&(header.len() as u32).to_be_bytes()[..], &header, &blob].concat()
}

#[test]
fn a_pbf_cut_off_or_forged_anywhere_is_refused_and_never_ends_the_program() {
    // Strings "", highway, service; two dense nodes; one way over them.
    let strings = b"\x0a\x14\x0a\x00\x0a\x07highway\x0a\x07service";
    let dense = b"\x12\x12\x12\x10\x0a\x02\x02\x02\x42\x04\xd0\x0f\xd0\x0f\x4a\x04\xd0\x0f\xd0\x0f";
    let way = b"\x12\x0e\x1a\x0c\x08\x0a\x12\x01\x01\x1a\x01\x02\x42\x02\x02\x02";
    let data = block(b"OSMData", &[&strings[..], dense, way].concat());
    let whole = [block(b"OSMHeader", b"\x22\x0eOsmSchema-V0.6"), data].concat();
    let (_folder, path) = file("whole.osm.pbf", &whole);
    let extract = osm::read(&path).expect("a map");
    assert_eq!((extract.counts.nodes, extract.ways.len()), (2, 1));
    let mut refused = 0;
    for n in 20..whole.len() {
        let (_folder, path) = file("cut.osm.pbf", whole.get(..n).unwrap_or_default());
        refused += usize::from(osm::read(&path).is_err());
    }
    assert_eq!(refused, whole.len() - 20, "no part of it is a map");
    for n in 0..whole.len() {
        for bit in [0x01, 0x40, 0x80] {
            let mut forged = whole.clone();
            forged[n] ^= bit;
            let (_folder, path) = file("forged.osm.pbf", &forged);
            if let Ok(extract) = osm::read(&path) {
                Network::of(&extract, true);
            }
        }
    }
}

/// Under a sign nobody can read one drives perhaps: both readings are told, and why.
#[test]
fn a_way_under_a_limit_that_cannot_be_read_is_passed_only_perhaps() {
    let map = |sign: &str| {
        format!(
            r#"<osm version="0.6"><node id="1" lat="29.30" lon="105.90"/><node id="2" lat="29.30" lon="105.91"/>
<way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="unclassified"/>{sign}</way></osm>"#
        )
    };
    let need = Need { value: Some(3.4), source: String::new(), confidence: Confidence::Check };
    let lorry = Vehicle {
        class: Class::Engine,
        name: "消防车".to_owned(),
        obeys_one_way: true,
        needs: BTreeMap::from([(Limit::Height, need)]),
        speeds_kmh: BTreeMap::from([(Kind::Unclassified, 30.0)]),
        borne_t: None,
    };
    let situation =
        Situation { conditions: Conditions { day: Date::default(), wet: false }, closures: Vec::new() };
    let told = |sign: &str| {
        let (_folder, path) = file("sign.osm", map(sign).as_bytes());
        let network = Network::of(&osm::read(&path).expect("a map"), true);
        let prepared = Prepared::new(&network, &lorry, &situation, Objective::Distance);
        let at = |lon: f64| {
            let open = |segment| prepared.is_open(segment);
            network.index().nearest(&network, [lon, 29.30], 50.0, open).expect("a road")
        };
        let ends = (&at(105.90), &at(105.91));
        let answer = route::route(&network, &lorry, &situation, &prepared, &mut Search::new(), ends);
        let why = answer.unknown.iter().flat_map(|one| &one.reasons).map(|why| why.code).collect::<Vec<_>>();
        (answer.optimistic.is_some(), answer.pessimistic.is_some(), why)
    };
    assert_eq!(told(""), (true, true, Vec::new()));
    assert_eq!(told(r#"<tag k="maxheight" v="350 cm"/>"#), (true, true, Vec::new()), "3.5 m are enough");
    for sign in ["below_default", "3.5;4.5", "zwölf Fuß"] {
        let sign = format!(r#"<tag k="maxheight" v="{sign}"/>"#);
        assert_eq!(told(&sign), (true, false, vec!["road.unknown.limit_unread"]), "{sign}");
    }
}
