//! Sites: small instances against every possible choice, the known ones against their proven optima. What does not
//! belong here: distances over roads.
#![expect(clippy::expect_used, reason = "helpers of tests")]

use std::path::Path;

use road::made_up::Dice;
use road::siting::instance::Instance;
use road::siting::{Answer, Model, Question, solve};

const NEVER: fn() -> bool = || false;

fn ask(instance: &Instance, model: Model, sites: usize, radius: u32) -> Answer {
    solve(instance, Question { model, sites, radius }, &NEVER).expect("an answer")
}

/// Every choice of so many sites.
fn choices(sites: usize, p: usize) -> Vec<Vec<usize>> {
    (0_u32..1 << sites)
        .filter(|bits| bits.count_ones() as usize == p)
        .map(|bits| (0..sites).filter(|site| bits >> site & 1 == 1).collect())
        .collect()
}

fn nearest(instance: &Instance, demand: usize, open: &[usize]) -> u32 {
    open.iter().filter_map(|site| instance.distance(demand, *site)).min().unwrap_or(u32::MAX)
}

/// The objective of a choice, counted from the table.
fn value(instance: &Instance, model: Model, open: &[usize], radius: u32) -> u64 {
    let demands = 0..instance.demands();
    let near = |demand: &usize| nearest(instance, *demand, open);
    match model {
        Model::PMedian => demands.map(|d| u64::from(near(&d)) * instance.weight(d)).sum(),
        Model::PCenter => demands.map(|d| u64::from(near(&d))).max().unwrap_or(0),
        Model::Lscp => open.len() as u64,
        Model::Mclp => demands.filter(|d| near(d) <= radius).map(|d| instance.weight(d)).sum(),
    }
}

#[test]
fn every_model_finds_what_trying_everything_finds() {
    let mut dice = Dice(7);
    for round in 0..150 {
        let (demands, sites) = (1 + dice.below(12) as usize, 1 + dice.below(8) as usize);
        let p = 1 + dice.below(sites as u64) as usize;
        let weights = (0..demands).map(|_| 1 + dice.below(9)).collect();
        let table = (0..demands).map(|_| (0..sites).map(|_| dice.below(30) as u32).collect()).collect();
        let mut instance = Instance::from_table(weights, table);
        if round % 3 == 0 {
            instance.fixed = vec![dice.below(sites as u64) as usize];
        }
        let radius = dice.below(20) as u32;
        let allowed = |open: &Vec<usize>| instance.fixed.iter().all(|site| open.contains(site));
        for model in [Model::PMedian, Model::PCenter, Model::Mclp] {
            let values = choices(sites, p)
                .into_iter()
                .filter(allowed)
                .map(|open| value(&instance, model, &open, radius));
            let wanted = if model == Model::Mclp { values.max() } else { values.min() };
            let found = ask(&instance, model, p, radius);
            assert_eq!(Some(found.objective), wanted, "{round} {model:?}");
            assert!(found.optimal && found.gap == 0.0, "{round} {model:?} {found:?}");
            assert!(found.sites.len() <= p && allowed(&found.sites), "{round} {model:?} {found:?}");
            assert_eq!(value(&instance, model, &found.sites, radius), found.objective, "{round} {model:?}");
        }
        let all: Vec<usize> = (0..sites).collect();
        let can: Vec<usize> = (0..demands).filter(|d| nearest(&instance, *d, &all) <= radius).collect();
        let covers = |open: &Vec<usize>| can.iter().all(|d| nearest(&instance, *d, open) <= radius);
        let wanted = (0..=sites).find(|n| choices(sites, *n).iter().filter(|o| allowed(o)).any(covers));
        let found = ask(&instance, Model::Lscp, 0, radius);
        assert_eq!((Some(found.objective as usize), found.optimal), (wanted, true), "{round} {found:?}");
        assert_eq!(found.uncovered.len(), demands - can.len(), "{round}: only who nobody covers is left");
    }
}

#[test]
fn the_known_instances_are_solved_to_their_optimum() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let beside = ["../shared/data/siting", "../../shared/data/siting"].map(|at| root.join(at));
    let Some(folder) = beside.into_iter().find(|at| at.join("expected.json").exists()) else {
        eprintln!("skipped: no folder of known instances beside the project");
        return;
    };
    let text = std::fs::read_to_string(folder.join("expected.json")).expect("readable");
    let expected: serde_json::Value = serde_json::from_str(&text).expect("json");
    let mut asked = 0;
    for (name, wanted) in expected.as_object().expect("an object") {
        let text = std::fs::read_to_string(folder.join(format!("{name}.txt"))).expect("readable");
        let instance = Instance::read(&text).expect("an instance");
        let p = instance.asks_for.expect("p");
        let weights = (0..instance.demands() as u64).map(|i| (37 * i) % 23 + 1).collect();
        let weighted = instance.clone().with_weights(weights).expect("as many");
        let mut check = |what: &str, instance: &Instance, model, radius, wanted: Option<u64>| {
            let start = std::time::Instant::now();
            let found = ask(instance, model, p, radius);
            eprintln!("{name} {what} {radius}: {} in {:?}", found.objective, start.elapsed());
            assert_eq!((Some(found.objective), found.optimal), (wanted, true), "{name} {what} {radius}");
            asked += 1;
        };
        let median = wanted["p_median_optimum_OR_Library"].as_u64();
        check("p-median", &instance, Model::PMedian, 0, median);
        check("p-center", &instance, Model::PCenter, 0, wanted["p_center_optimum"].as_u64());
        for radius in [30, 50, 80] {
            let of = |key: &str| wanted[key][radius.to_string()][0].as_u64();
            check("LSCP", &instance, Model::Lscp, radius, of("LSCP"));
            check("MCLP", &instance, Model::Mclp, radius, of("MCLP_p_unit_weight"));
            let key = "MCLP_p_weight_((37*i)mod23)+1_i_from_0";
            check("MCLP weighted", &weighted, Model::Mclp, radius, of(key));
        }
    }
    assert_eq!(asked, 33);
}

#[test]
fn when_time_runs_out_the_answer_says_how_far_from_proven_it_is() {
    let mut dice = Dice(3);
    let at: Vec<[u64; 2]> = (0..120).map(|_| [dice.below(1000), dice.below(1000)]).collect();
    let far =
        |a: &[u64; 2], b: &[u64; 2]| (a[0].abs_diff(b[0]).pow(2) + a[1].abs_diff(b[1]).pow(2)).isqrt() as u32;
    let table = at.iter().map(|a| at.iter().map(|b| far(a, b)).collect()).collect();
    let instance = Instance::from_table(vec![1; 120], table);
    let calls = std::cell::Cell::new(0);
    let soon = || {
        calls.set(calls.get() + 1);
        calls.get() > 8
    };
    let question = Question { model: Model::PMedian, sites: 9, radius: 0 };
    let hasty = solve(&instance, question, &soon).expect("an answer");
    let whole = solve(&instance, question, &NEVER).expect("an answer");
    assert!(whole.optimal && whole.gap == 0.0);
    assert!(!hasty.optimal && hasty.gap > 0.0, "{hasty:?}");
    assert!(hasty.bound <= whole.objective && whole.objective <= hasty.objective, "{hasty:?} {whole:?}");
    assert_eq!(hasty.sites.len(), 9);
}

#[test]
fn our_own_files_are_read_and_a_mistake_is_named_with_its_place() {
    let point = |lon: f64, properties: &str| {
        format!(
            r#"{{"type":"Feature","properties":{properties},"geometry":{{"type":"Point","coordinates":[{lon},29.3]}}}}"#
        )
    };
    let file = |features: &[String]| {
        format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
    };
    let good = file(&[
        point(105.90, r#"{"name":"甲组","role":"demand","weight":300}"#),
        point(105.95, r#"{"name":"乙组","role":"demand","weight":20}"#),
        point(105.901, r#"{"name":"村委会","role":"site"}"#),
        point(105.951, r#"{"name":"小学","role":"site","fixed":true}"#),
    ]);
    let instance = Instance::read(&good).expect("an instance");
    assert_eq!((instance.demands(), instance.sites, instance.fixed.clone()), (2, 2, vec![1]));
    let found = ask(&instance, Model::Mclp, 1, 5000);
    assert_eq!((found.objective, found.sites, found.uncovered), (20, vec![1], vec![0]), "the school is open");
    let found = ask(&instance, Model::Mclp, 2, 5000);
    assert_eq!((found.objective, found.uncovered), (320, Vec::new()));
    for (text, line) in [
        (file(&[point(105.9, r#"{"weight":-3}"#)]), 1),
        (file(&[point(105.9, "{}"), point(105.9, r#"{"role":"station"}"#)]), 2),
        (file(&[point(305.9, "{}")]), 1),
        ("{".to_owned(), 1),
        (" 3 2 1\n 1 2 5\n".to_owned(), 1),
        (" 3 1 1\n 1 9 5\n".to_owned(), 2),
        (" 3 1 1\n 1 x 5\n".to_owned(), 2),
    ] {
        let error = Instance::read(&text).expect_err(&text);
        assert_eq!((error.line, error.code()), (line, "site.instance"), "{text}: {error}");
    }
    let empty = solve(&instance, Question { model: Model::PMedian, sites: 3, radius: 0 }, &NEVER);
    assert_eq!(empty.expect_err("three of two").code(), "site.number");
}
