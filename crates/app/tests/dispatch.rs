//! A district's two thousand crews are ranked at once.

use std::time::Instant;

use domain::dispatch::{Crew, Need, Presence, Ride, TravelBy, Weights, rank};
use domain::force::ForceKind;
use domain::incident::Kind;

fn crew(n: u32) -> Crew {
    Crew {
        person: format!("p{n}").into(),
        name: format!("队员 {n}"),
        force: format!("f{}", n / 6).into(),
        force_name: "微型消防站".to_owned(),
        kind: ForceKind::Micro,
        aid: n.is_multiple_of(3),
        rides: vec![Ride {
            vehicle: "消防摩托车".to_owned(),
            minutes: Some(f64::from(n * 7_919 % 2_000) / 20.0),
            why_not: String::new(),
            unsure: String::new(),
            by: TravelBy::Road,
        }],
        presence: if n.is_multiple_of(5) { Presence::Off } else { Presence::OnDuty },
        skills: Default::default(),
        load: n % 4,
        busy: false,
    }
}

/// Unoptimised builds are given ten times as long.
#[test]
fn two_thousand_crews_are_ranked_in_ten_milliseconds() {
    let crews: Vec<Crew> = (0..2_000).map(crew).collect();
    let need = Need { kind: Kind::Building, skills: Default::default(), nowhere: false };
    let weights = Weights { lacks_skill: 2.0, load: 1.0, aid: 5.0, no_roster: 2.0, unknown: 60.0 };
    let best = (0..7)
        .map(|_| {
            let copy = crews.clone();
            let from = Instant::now();
            assert_eq!(rank(copy, &need, &weights).len(), 2_000);
            from.elapsed()
        })
        .min();
    let most = if cfg!(debug_assertions) { 100 } else { 10 };
    assert!(best.is_some_and(|took| took.as_millis() < most), "{best:?}");
}
