//! 推演: an invented event goes through the live rules, and what is lacking is said. Nobody is paged. What does not belong
//! here: the rules themselves (`dispatch`), who is asked to mend it (`follow_up`).

use std::collections::BTreeSet;

use crate::dispatch::{Barred, Gap, Presence, Ranked};

/// Something the event would have lacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// `untold`, `nobody`, `slow`, `cut_off`, `unknown`, `roster`, `water` or `drained`.
    pub code: &'static str,
    /// In one sentence, with what to do.
    pub text: String,
}

/// What is known of the event when it is gone through.
#[derive(Debug, Clone, Copy)]
pub struct Played<'a> {
    /// How many people would be told at once.
    pub told: usize,
    /// Everybody, ranked.
    pub ranked: &'a [Ranked],
    /// The same with the roads as they are; none where no road was assumed to be closed.
    pub as_it_is: Option<&'a [Ranked]>,
    /// From the dispatch to the arrival. Units: seconds.
    pub target_s: i64,
    /// Usable water near by; none where nobody knows the spot.
    pub water: Option<usize>,
    /// Stations that would be drained if the first two went.
    pub drained: &'a [Gap],
}

/// What would have lacked, the gravest first.
pub fn lacks(played: &Played<'_>) -> Vec<Lack> {
    let mut found = Vec::new();
    let mut lack = |code, text: String| found.push(Lack { code, text });
    if played.told == 0 {
        lack("untold", "没有人会接到警情通知，请安排值守".to_owned());
    }
    let free: Vec<&Ranked> = played.ranked.iter().filter(|one| one.barred.is_none()).collect();
    match free.first() {
        None if played.ranked.iter().any(|one| one.barred == Some(Barred::Volunteer)) => {
            lack("nobody", "这类现场不派志愿力量，镇消防站没有可调派的人，请明确由谁先到场控制".to_owned());
        }
        None => lack("nobody", "没有可调派的人，请补齐排班或与邻近力量约定联动".to_owned()),
        Some(first) => match first.travel.as_ref().map(|travel| travel.minutes * 60.0) {
            Some(s) if s > played.target_s as f64 => lack(
                "slow",
                format!(
                    "最先到场的{}要 {:.0} 分钟，超过目标 {} 秒，请考虑增设站点或前置力量",
                    first.crew.force_name,
                    s / 60.0,
                    played.target_s
                ),
            ),
            _ => {}
        },
    }
    for name in cut_off(played) {
        lack("cut_off", format!("封路后{name}的车辆到不了现场，请备好绕行路线或步行力量"));
    }
    let of = |pick: &dyn Fn(&Ranked) -> bool| -> BTreeSet<&str> {
        let own = played.ranked.iter().filter(|one| !one.crew.aid && pick(one));
        own.map(|one| one.crew.force_name.as_str()).collect()
    };
    let all = |names: BTreeSet<&str>| names.into_iter().collect::<Vec<_>>().join("、");
    let lost = of(&|one| one.travel.is_none());
    if !lost.is_empty() && played.water.is_some() {
        lack("unknown", format!("{}没有登记位置，算不出到场时间，请补登", all(lost)));
    }
    let unlisted = of(&|one| one.crew.presence == Presence::NoRoster);
    if !unlisted.is_empty() {
        lack("roster", format!("{}当天没有排班，不知谁在位，请排班", all(unlisted)));
    }
    if played.water == Some(0) {
        lack("water", "附近没有可用水源，请补建取水点或约定运水".to_owned());
    }
    for gap in played.drained {
        let text = match &gap.move_up {
            Some((_, name, _)) => {
                format!("{}出动后缺 {} 人，可由{name}补防，请写入预案", gap.name, gap.short)
            }
            None => format!("{}出动后缺 {} 人，没有可补防的站队，请与邻镇约定", gap.name, gap.short),
        };
        lack("drained", text);
    }
    found
}

/// Own forces that would drive there as the roads are, and cannot with those closed that are assumed to be.
fn cut_off<'a>(played: &Played<'a>) -> BTreeSet<&'a str> {
    let drives = |ranked: &'a [Ranked]| -> BTreeSet<&'a str> {
        let there = |one: &&Ranked| {
            !one.crew.aid && one.travel.as_ref().is_some_and(|travel| !travel.vehicle.is_empty())
        };
        ranked.iter().filter(there).map(|one| one.crew.force_name.as_str()).collect()
    };
    let before = played.as_it_is.map(drives).unwrap_or_default();
    before.difference(&drives(played.ranked)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::{Crew, Need, Ride, TravelBy, Weights, rank};
    use crate::force::ForceKind;
    use crate::incident::Kind;

    const WEIGHTS: Weights = Weights { lacks_skill: 0.0, load: 0.0, aid: 5.0, no_roster: 2.0, unknown: 60.0 };

    fn crew(name: &str, minutes: Option<f64>, presence: Presence) -> Crew {
        let ride = |minutes| Ride {
            vehicle: "消防摩托车".to_owned(),
            minutes: Some(minutes),
            why_not: String::new(),
            unsure: String::new(),
            by: TravelBy::Straight,
        };
        Crew {
            person: name.into(),
            name: name.to_owned(),
            force: "f".into(),
            force_name: format!("{name}站"),
            kind: ForceKind::Micro,
            aid: false,
            rides: minutes.map(ride).into_iter().collect(),
            presence,
            skills: BTreeSet::new(),
            load: 0,
            busy: false,
        }
    }

    fn codes(
        kind: Kind,
        crews: Vec<Crew>,
        told: usize,
        water: Option<usize>,
        drained: &[Gap],
    ) -> Vec<&'static str> {
        let ranked = rank(crews, &Need { kind, skills: BTreeSet::new(), nowhere: false }, &WEIGHTS);
        lacks(&Played { told, ranked: &ranked, as_it_is: None, target_s: 180, water, drained })
            .into_iter()
            .map(|lack| lack.code)
            .collect()
    }

    #[test]
    fn what_lacks_is_said_and_nothing_else() {
        let near = || crew("a", Some(2.0), Presence::OnDuty);
        assert_eq!(codes(Kind::Building, vec![near()], 1, Some(2), &[]), [] as [&str; 0]);
        assert_eq!(codes(Kind::Building, vec![], 0, Some(0), &[]), ["untold", "nobody", "water"]);
        assert_eq!(
            codes(Kind::Building, vec![crew("a", Some(9.0), Presence::OnDuty)], 1, Some(1), &[]),
            ["slow"]
        );
        assert_eq!(
            codes(Kind::Building, vec![crew("a", None, Presence::NoRoster)], 1, Some(1), &[]),
            ["unknown", "roster"]
        );
        assert_eq!(
            codes(Kind::Building, vec![crew("a", Some(1.0), Presence::Off)], 1, Some(1), &[]),
            ["nobody"]
        );
        assert_eq!(codes(Kind::Forest, vec![near()], 1, Some(1), &[]), ["nobody"]);
        let ranked = |crew| {
            rank(
                vec![crew],
                &Need { kind: Kind::Building, skills: BTreeSet::new(), nowhere: false },
                &WEIGHTS,
            )
        };
        let (drives, walks) = (ranked(near()), {
            let mut on_foot = near();
            on_foot.rides.iter_mut().for_each(|ride| ride.vehicle.clear());
            ranked(on_foot)
        });
        for (before, after, lacking) in [(&drives, &walks, 1), (&drives, &drives, 0), (&walks, &walks, 0)] {
            let (told, water) = (1, Some(1));
            let as_it_is = Some(before.as_slice());
            let played = Played { told, ranked: after, as_it_is, target_s: 180, water, drained: &[] };
            let found = lacks(&played);
            assert_eq!(found.iter().filter(|one| one.code == "cut_off").count(), lacking, "{found:?}");
        }
        let gap = Gap { force: "f".into(), name: "a站".to_owned(), short: 1, move_up: None };
        assert_eq!(codes(Kind::Building, vec![near()], 1, None, &[gap]), ["drained"]);
    }
}
