//! Real extracts, where somebody laid them beside the project: their counts and 30 shortest ways each, four times. What
//! does not belong here: files that are broken (`broken`).

#![expect(clippy::expect_used, reason = "helpers of tests")]

use std::path::{Path, PathBuf};

use road::snap::Spot;
use road::weigh::Plain;
use road::{Network, Reading, Search, osm, route};
use serde_json::Value;

/// The folder of real files; says so when it is not there.
fn folder() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let beside = ["../shared/data/osm", "../../shared/data/osm"].map(|at| root.join(at));
    let found = beside.into_iter().find(|at| at.join("routes-expected.json").exists());
    if found.is_none() {
        eprintln!("skipped: no folder of real extracts beside the project");
    }
    found
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("json")
}

#[test]
fn every_count_of_the_files_is_found() {
    let Some(folder) = folder() else { return };
    let expected = json(&folder.join("counts-expected.json"));
    for (file, wanted) in expected.as_object().expect("an object") {
        let extract = osm::read(&folder.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        let counts = serde_json::to_value(&extract.counts).expect("json");
        for key in ["nodes", "ways", "relations"] {
            assert_eq!(counts[key], wanted[key], "{file} {key}");
        }
        for pair in wanted["highway"].as_array().expect("a list") {
            let kind = pair[0].as_str().unwrap_or_default();
            assert_eq!(counts["highway"][kind], pair[1], "{file} {kind}");
        }
        let highways: u64 = extract.counts.highway.values().sum();
        assert_eq!(Some(highways), wanted["highway_ways"].as_u64(), "{file}");
        for pair in wanted["barrier"].as_array().expect("a list") {
            let Some(kind) = pair[0].as_str().and_then(|kind| kind.strip_prefix("node:")) else { continue };
            assert_eq!(counts["barrier"][kind], pair[1], "{file} {kind}");
        }
        assert_eq!(counts["restriction"], wanted["restrictions"], "{file}");
    }
}

#[test]
fn every_shortest_way_is_right_to_the_metre_in_all_four_variants() {
    let Some(folder) = folder() else { return };
    let expected = json(&folder.join("routes-expected.json"));
    let mut asked = 0;
    for (file, wanted) in expected.as_object().expect("an object") {
        let extract = osm::read(&folder.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        let network = Network::of(&extract, false);
        let stats = network.stats();
        assert_eq!(Some(stats.nodes as u64), wanted["graph_nodes"].as_u64(), "{file}");
        assert_eq!(Some(stats.edges as u64), wanted["directed_edges"].as_u64(), "{file}");
        let plain = Plain::default();
        let variants = [
            ("m", plain),
            ("m_ignoring_oneway", Plain { both_ways: true, ..plain }),
            ("m_without_maxheight_below_3.6", Plain { without_low: true, ..plain }),
            ("m_without_barrier_nodes", Plain { without_barriers: true, ..plain }),
        ];
        let mut search = Search::new();
        for (key, variant) in variants {
            let prepared = variant.weigh(&network);
            for pair in wanted["pairs"].as_array().expect("pairs") {
                let spot = |key: &str| -> Spot {
                    let at = [0, 1].map(|n| pair[key][n].as_f64().expect("degrees"));
                    let may = |segment| prepared.is_open(segment);
                    network
                        .index()
                        .nearest(&network, at, 1.0, may)
                        .unwrap_or_else(|e| panic!("{file} {key}: {e}"))
                };
                let (from, to) = (spot("from_lonlat"), spot("to_lonlat"));
                let way = route::best(&network, &prepared, Reading::Optimistic, &mut search, &from, &to);
                let found = way.as_ref().map(|way| way.distance_m);
                match (found, pair[key].as_f64()) {
                    (Some(found), Some(wanted)) => {
                        assert!((found - wanted).abs() <= 1.0, "{file} {key} {pair}: {found}");
                    }
                    (None, None) => {}
                    other => panic!("{file} {key} {pair}: {other:?}"),
                }
                if let Some(way) = way {
                    let drawn: f64 = way
                        .geometry
                        .windows(2)
                        .map(|pair| domain::geometry::distance_m(pair[0], pair[1]))
                        .sum();
                    assert!((drawn - way.distance_m).abs() <= 1.0, "{file} {key}: drawn {drawn} m");
                }
                asked += 1;
            }
        }
    }
    eprintln!("{asked} ways");
    assert!(asked >= 240, "30 pairs of two files in four variants: {asked}");
}

#[test]
fn a_real_file_cut_off_in_the_middle_is_refused() {
    let Some(folder) = folder() else { return };
    let scratch = tempfile::tempdir().expect("a folder");
    for file in ["andorra.osm.pbf", "krems.osm.gz"] {
        let bytes = std::fs::read(folder.join(file)).expect("readable");
        let cut = scratch.path().join(file);
        std::fs::write(&cut, bytes.get(..bytes.len() / 2).unwrap_or_default()).expect("written");
        assert_eq!(osm::read(&cut).expect_err(file).code(), "road.file_damaged");
    }
}
