//! Stories, tables and properties of sending people.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::force::{ForceKind, Skill};
use crate::incident::Kind;

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const WEIGHTS: Weights = Weights { lacks_skill: 2.0, load: 3.0, aid: 5.0, no_roster: 2.0, unknown: 60.0 };

fn after(s: i64) -> Timestamp {
    NOW.plus_ms(s * 1_000)
}

fn crew(person: &str, minutes: f64) -> Crew {
    Crew {
        person: person.into(),
        name: person.to_owned(),
        force: "f1".into(),
        force_name: "场镇社区微型消防站".to_owned(),
        kind: ForceKind::Micro,
        aid: false,
        rides: vec![Ride {
            vehicle: "消防摩托车".to_owned(),
            minutes: Some(minutes),
            why_not: String::new(),
            unsure: String::new(),
            by: TravelBy::Road,
        }],
        presence: Presence::OnDuty,
        skills: BTreeSet::new(),
        load: 0,
        busy: false,
    }
}

fn need(kind: Kind) -> Need {
    Need { kind, skills: BTreeSet::from([Skill::Pump]), nowhere: false }
}

fn order(ranked: &[Ranked]) -> Vec<&str> {
    ranked.iter().map(|one| one.crew.person.as_str()).collect()
}

fn sent(person: &str) -> Dispatch {
    let ranked = rank(vec![crew(person, 4.0)], &need(Kind::Building), &WEIGHTS);
    Dispatch::call((format!("d-{person}").into(), "i".into()), &ranked[0], "", "duty".into(), NOW)
        .expect("is sent")
}

#[test]
fn the_first_to_arrive_comes_first_and_every_minute_is_explained() {
    let able = Crew { skills: BTreeSet::from([Skill::Pump]), ..crew("b-able", 5.0) };
    let off = Crew { presence: Presence::Off, ..crew("c-asleep", 1.0) };
    let far = Crew { aid: true, load: 1, presence: Presence::NoRoster, ..crew("d-far", 2.0) };
    let lost = Crew { rides: vec![], skills: BTreeSet::from([Skill::Pump]), ..crew("e-lost", 0.0) };
    let ranked = rank(vec![lost, far, off, crew("a-near", 4.0), able], &need(Kind::Building), &WEIGHTS);
    assert_eq!(order(&ranked), ["b-able", "a-near", "d-far", "e-lost", "c-asleep"]);
    assert_eq!(ranked.iter().map(|one| one.score).collect::<Vec<_>>(), [5.0, 6.0, 14.0, 60.0, 3.0]);
    assert_eq!(ranked[4].barred, Some(Barred::OffDuty));
    let codes: Vec<_> = ranked[2].lines.iter().map(|line| line.code).collect();
    assert_eq!(codes, ["arrival", "skill", "load", "aid", "roster"]);
    assert_eq!(ranked[2].lines.iter().map(|line| line.minutes).sum::<f64>(), ranked[2].score);
}

#[test]
fn an_arrival_nobody_knows_says_whose_place_is_missing() {
    let lost = || vec![Crew { rides: vec![], ..crew("a", 0.0) }];
    let why = |nowhere: bool| {
        let need = Need { nowhere, ..need(Kind::Building) };
        rank(lost(), &need, &WEIGHTS)[0].lines[0].text.clone()
    };
    assert!(why(false).starts_with("不知道队址"), "{}", why(false));
    assert_eq!(why(true), "警情还没有位置，请先在地图上定位");
}

#[test]
fn the_vehicle_is_the_one_that_passes() {
    let ride = |vehicle: &str, minutes: Option<f64>, why_not: &str| Ride {
        vehicle: vehicle.to_owned(),
        minutes,
        why_not: why_not.to_owned(),
        unsure: String::new(),
        by: TravelBy::Road,
    };
    let rides = [
        ride("水罐消防车", None, "石板桥限重 5 吨"),
        ride("轻便消防车", Some(7.0), ""),
        ride("步行", Some(30.0), ""),
    ];
    let travel = Travel::best(&rides).expect("one passes");
    assert_eq!(
        (travel.vehicle.as_str(), travel.not_by.as_str()),
        ("轻便消防车", "水罐消防车：石板桥限重 5 吨")
    );
    assert_eq!(Travel::best(&rides[..1]), None);
}

#[test]
fn volunteers_never_go_to_the_forest_front_to_chemicals_or_ruins() {
    for kind in Kind::ALL {
        let town = Crew { kind: ForceKind::Town, ..crew("town", 30.0) };
        let brigade = Crew { kind: ForceKind::Brigade, ..crew("brigade", 1.0) };
        let ranked = rank(vec![crew("micro", 2.0), brigade, town], &need(*kind), &WEIGHTS);
        let barred: BTreeSet<_> =
            ranked.iter().filter(|one| one.barred.is_some()).map(|one| one.crew.name.as_str()).collect();
        let none = BTreeSet::new();
        let both = BTreeSet::from(["brigade", "micro"]);
        let is_hard = matches!(kind, Kind::Forest | Kind::Chemical | Kind::Collapse);
        assert_eq!(barred, if is_hard { both } else { none }, "{kind:?}");
    }
    let ranked = rank(vec![crew("micro", 2.0)], &need(Kind::Forest), &WEIGHTS);
    let refused = Dispatch::call(("d".into(), "i".into()), &ranked[0], "紧急", "duty".into(), NOW);
    assert_eq!(refused.map_err(|refusal| refusal.code()), Err("dispatch.volunteer"), "no rule overrides it");
}

#[test]
fn who_is_off_duty_is_left_in_peace_unless_a_rule_calls_him() {
    let off = Crew { presence: Presence::Off, ..crew("a", 1.0) };
    let ranked = rank(vec![off], &need(Kind::Building), &WEIGHTS);
    let call = |rule: &str| Dispatch::call(("d".into(), "i".into()), &ranked[0], rule, "duty".into(), NOW);
    assert_eq!(call(" ").map_err(|refusal| refusal.code()), Err("dispatch.off_duty"));
    assert_eq!(call("二级增援召回").map(|sent| sent.by_rule), Ok("二级增援召回".to_owned()));
    for (crew, code) in [
        (
            Crew { presence: Presence::Away("请假至 2026-09-25".to_owned()), ..crew("b", 1.0) },
            "dispatch.away",
        ),
        (Crew { busy: true, ..crew("c", 1.0) }, "dispatch.busy"),
    ] {
        let ranked = rank(vec![crew], &need(Kind::Building), &WEIGHTS);
        let refused = Dispatch::call(("d".into(), "i".into()), &ranked[0], "规则", "duty".into(), NOW);
        assert_eq!(refused.map_err(|refusal| refusal.code()), Err(code));
    }
}

#[test]
fn an_order_is_answered_and_stamped_on_its_way() {
    let go = |order: Dispatch, next: State, s: i64, reason: &str| {
        order.step(next, &"p".into(), after(s), reason, after(10_000))
    };
    let mut one = sent("p");
    for (next, s) in
        [(State::Accepted, 20), (State::EnRoute, 60), (State::OnScene, 240), (State::Returned, 4_000)]
    {
        one = go(one, next, s, "").expect("goes on");
    }
    assert_eq!((one.state, one.at(State::OnScene)), (State::Returned, Some(after(240))));
    assert!(one.steps().is_empty());
    for (from, next, s, reason, code) in [
        (sent("p"), State::Returned, 5, "", "dispatch.state"),
        (sent("p"), State::Declined, 5, "", "dispatch.no_reason"),
        (sent("p"), State::Accepted, -5, "", "dispatch.order"),
        (sent("p"), State::Accepted, 20_000, "", "dispatch.order"),
        (one, State::Cancelled, 5_000, "已扑灭", "dispatch.state"),
    ] {
        assert_eq!(go(from, next, s, reason).map_err(|refusal| refusal.code()), Err(code));
    }
    assert_eq!(go(sent("p"), State::Declined, 5, "在外地").map(|one| one.reason), Ok("在外地".to_owned()));
}

#[test]
fn a_hand_over_releases_who_is_on_the_way_and_calls_off_who_had_not_left() {
    let go = |one: Dispatch, next, s| one.step(next, &"a".into(), after(s), "", after(s)).expect("goes");
    let accepted = go(sent("a"), State::Accepted, 10);
    let en_route = go(accepted.clone(), State::EnRoute, 20);
    let on_scene = go(en_route.clone(), State::OnScene, 30);
    let end = |one: Dispatch| one.released(&"duty".into(), "警情已移交", after(60));
    for (one, state) in
        [(sent("a"), State::Cancelled), (accepted, State::Cancelled), (en_route, State::Returned)]
    {
        let from = one.state;
        let done = end(one).expect("ends");
        assert_eq!(
            (done.state, done.at(state), done.reason.as_str()),
            (state, Some(after(60)), "警情已移交")
        );
        assert!(state != State::Returned || done.at(State::Cancelled).is_none(), "{from:?}");
    }
    assert_eq!(end(on_scene.clone()), Ok(on_scene.clone()), "he says himself when he leaves");
    let over = go(on_scene, State::Returned, 40);
    assert_eq!(end(over).map_err(|refusal| refusal.code()), Err("dispatch.state"));
}

#[test]
fn who_does_not_answer_is_passed_over_then_neighbours_are_asked() {
    let orders =
        [sent("a"), sent("b").step(State::Declined, &"b".into(), after(5), "受伤", after(5)).expect("no")];
    let crews =
        |aid: bool| vec![crew("a", 1.0), crew("b", 1.0), crew("c", 2.0), Crew { aid, ..crew("d", 3.0) }];
    let ranked = rank(crews(true), &need(Kind::Building), &WEIGHTS);
    let next =
        |silent: &str, then: Option<&str>| Advice::Next { silent: silent.into(), then: then.map(Into::into) };
    assert_eq!(escalate(&orders, &ranked, after(30), 60), [next("b", Some("c"))], "the other still has time");
    assert_eq!(escalate(&orders, &ranked, after(61), 60), [next("a", Some("c")), next("b", Some("d"))]);
    let few = rank(vec![crew("a", 1.0)], &need(Kind::Building), &WEIGHTS);
    assert_eq!(escalate(&orders[..1], &few, after(61), 60), [next("a", None), Advice::District]);
    let aid =
        rank(vec![Crew { aid: true, ..crew("d", 3.0) }, crew("a", 1.0)], &need(Kind::Building), &WEIGHTS);
    assert_eq!(escalate(&orders[..1], &aid, after(61), 60), [next("a", Some("d"))]);
    assert_eq!(escalate(&[], &[], NOW, 60), [Advice::District]);
}

#[test]
fn a_drained_station_is_covered_by_the_nearest_that_can_spare_people() {
    let cover = |id: &str, lon: f64, there: u32, out: u32| Cover {
        force: id.into(),
        name: id.to_owned(),
        at: Some([lon, 29.26]),
        there,
        out,
        least: 2,
    };
    let all = [
        cover("a", 105.80, 1, 3),
        cover("near", 105.81, 2, 0),
        cover("spare", 105.83, 3, 0),
        cover("far", 105.9, 9, 0),
    ];
    let found = gaps(&all);
    assert_eq!(
        (found.len(), found[0].short),
        (1, 1),
        "who has too few and sent nobody is a matter of the roster"
    );
    assert_eq!(found[0].move_up.as_ref().map(|(id, ..)| id.as_str()), Some("spare"));
    assert_eq!(gaps(&all[..2])[0].move_up, None);
}

proptest! {
    /// Whatever the crews: the order is total and stable, no barred one stands before one who may go, lines add up.
    #[test]
    fn a_ranking_is_in_order(minutes in prop::collection::vec((0.0_f64..90.0, any::<bool>(), any::<bool>(), 0_u32..4), 0..60)) {
        let crews: Vec<Crew> = minutes.iter().enumerate().map(|(n, (min, off, aid, load))| Crew {
            presence: if *off { Presence::Off } else { Presence::OnDuty }, aid: *aid, load: *load, ..crew(&format!("p{n:03}"), *min)
        }).collect();
        let turned: Vec<Crew> = crews.iter().rev().cloned().collect();
        let ranked = rank(crews, &need(Kind::Building), &WEIGHTS);
        let turned = rank(turned, &need(Kind::Building), &WEIGHTS);
        prop_assert_eq!(order(&ranked), order(&turned));
        prop_assert!(ranked.is_sorted_by_key(|one| one.barred.is_some()));
        for one in &ranked {
            prop_assert!((one.lines.iter().map(|line| line.minutes).sum::<f64>() - one.score).abs() < 1e-9);
        }
        let free: Vec<f64> = ranked.iter().filter(|one| one.barred.is_none()).map(|one| one.score).collect();
        prop_assert!(free.is_sorted_by(|a, b| a <= b));
    }
}

/// Three taps in a valley: the desk wrote down the arrival before the first two came.
#[test]
fn what_is_told_late_is_stamped_where_it_fits_and_undoes_nothing() {
    let (by, now) = (PersonId::from("he"), Timestamp(1_000_000));
    let at = |s: i64| now.plus_ms(s * 1_000);
    let order = Dispatch {
        id: "d".into(),
        incident: "i".into(),
        person: by.clone(),
        force: "f".into(),
        vehicle: String::new(),
        minutes: None,
        by_rule: String::new(),
        aid: false,
        state: State::OnScene,
        stamps: [(State::Called, 0), (State::OnScene, 420)]
            .map(|(state, s)| (state, Stamp { at: at(s), by: "desk".into() }))
            .into(),
        reason: String::new(),
    };
    let late = |order: &Dispatch, step, s| order.clone().told_late(step, &by, at(s), at(600));
    let accepted = late(&order, State::Accepted, 15).expect("it fits");
    assert_eq!((accepted.state, accepted.at(State::Accepted)), (State::OnScene, Some(at(15))));
    assert_eq!(late(&accepted, State::Accepted, 15), None, "it is on record");
    assert_eq!(late(&accepted, State::EnRoute, 10), None, "before he accepted");
    assert_eq!(late(&accepted, State::EnRoute, 430), None, "after he was there");
    assert!(late(&accepted, State::EnRoute, 40).is_some());
    assert_eq!(late(&accepted, State::Returned, 500), None, "that is a step");
    let gone = Dispatch { state: State::Cancelled, ..order };
    assert_eq!(late(&gone, State::Accepted, 15), None, "he was called off");
}

/// He arrived in a valley; meanwhile it was a false alarm, or others took over. He is there, and so it is on record.
#[test]
fn who_is_there_although_others_ended_his_order_is_there_until_he_says_that_he_left() {
    let he = PersonId::from("a");
    let go = |one: Dispatch, next, s| one.step(next, &he, after(s), "", after(s)).expect("goes");
    let en_route = go(sent("a"), State::EnRoute, 20);
    let off =
        en_route.clone().step(State::Cancelled, &"duty".into(), after(60), "误报", after(60)).expect("off");
    let released = en_route.clone().released(&"duty".into(), "警情已移交", after(60)).expect("released");
    // Before he was called off, and after: nobody could tell him there.
    for s in [40, 80] {
        for one in [&off, &released] {
            let there = one.clone().told_late(State::OnScene, &he, after(s), after(90)).expect("he is there");
            assert_eq!((there.state, there.at(State::OnScene)), (State::OnScene, Some(after(s))));
            assert_eq!(there.at(State::Cancelled), Some(after(60)), "that he was called off stays");
            assert_eq!((there.at(State::Returned), there.steps()), (None, vec![State::Returned]));
            assert!(there.state.is_open());
            let back = go(there, State::Returned, 100);
            assert_eq!(back.told_late(State::OnScene, &he, after(s), after(120)), None, "it is on record");
        }
    }
    assert_eq!(off.clone().told_late(State::OnScene, &he, after(10), after(90)), None, "before he set off");
    assert_eq!(off.told_late(State::OnScene, &he, after(95), after(90)), None, "not yet");
    let home = go(go(en_route, State::OnScene, 30), State::Returned, 50);
    assert_eq!(
        home.told_late(State::OnScene, &he, after(55), after(90)),
        None,
        "he said himself that he left"
    );
    let declined = sent("a").step(State::Declined, &he, after(5), "受伤", after(5)).expect("declines");
    assert_eq!(declined.told_late(State::OnScene, &he, after(55), after(90)), None);
}
