//! 推演: an invented event goes through the live rules, and what is lacking is said. Nobody is paged. What does not belong
//! here: the rules themselves (`dispatch`), who is asked to mend it (`follow_up`).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::dispatch::{Barred, Gap, Presence, Ranked};
use crate::geometry::{Position, distance_m, in_sector};
use crate::incident::Kind;
use crate::org::words;

words! {
    /// Where the wind comes from, by eight points.
    WindFrom {
        North "n" "北"
        NorthEast "ne" "东北"
        East "e" "东"
        SouthEast "se" "东南"
        South "s" "南"
        SouthWest "sw" "西南"
        West "w" "西"
        NorthWest "nw" "西北"
    }
}

/// The wind that is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wind {
    /// Where it comes from.
    pub from: WindFrom,
    /// 风力, Beaufort. Source: GB/T 28591 counts from 0 to 17.
    pub force: u8,
}

impl Wind {
    /// The greatest force there is.
    pub const MOST: u8 = 17;
    /// Eight points divide the compass into sectors so wide. Units: degrees.
    const POINT_DEG: f64 = 45.0;

    /// As people say it.
    pub fn label(self) -> String {
        format!("{}风 {} 级", self.from.label(), self.force)
    }

    /// Whether the wind blows from a fire to a spot within so many metres; in a calm to none.
    pub fn reaches(self, fire: Position, spot: Position, within_m: f64) -> bool {
        let n = WindFrom::ALL.iter().position(|one| *one == self.from).unwrap_or(0);
        // It blows away from where it comes from.
        let to_deg = (n as f64 * Self::POINT_DEG + 180.0).rem_euclid(360.0);
        self.force > 0 && distance_m(fire, spot) <= within_m && in_sector(fire, spot, to_deg, Self::POINT_DEG)
    }
}

/// What the wind carries fire to: only of what burns in the open.
pub fn drives(kind: Kind) -> bool {
    matches!(kind, Kind::Forest | Kind::Outdoor)
}

/// Who lies downwind.
#[derive(Debug, Clone, PartialEq)]
pub struct Downwind {
    /// The wind.
    pub wind: Wind,
    /// As far as it was looked. Units: kilometres.
    pub km: f64,
    /// Places that lie there, the nearest first, each with how many people are on record.
    pub places: Vec<(String, u32)>,
}

/// Places named in a sentence.
const NAMED: usize = 5;

impl Downwind {
    fn said(&self) -> String {
        let heads: u32 = self.places.iter().map(|(_, heads)| heads).sum();
        let named: Vec<String> = self
            .places
            .iter()
            .take(NAMED)
            .map(|(name, heads)| if *heads > 0 { format!("{name} {heads} 人") } else { name.clone() })
            .collect();
        let more = if self.places.len() > NAMED { "等" } else { "" };
        format!(
            "{}，下风向 {} 公里内有 {} 处场所、登记 {heads} 人（{}{more}），请写明由谁通知和组织疏散",
            self.wind.label(),
            self.km,
            self.places.len(),
            named.join("、")
        )
    }
}

/// Something the event would have lacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// `untold`, `nobody`, `slow`, `cut_off`, `downwind`, `unknown`, `roster`, `water` or `drained`.
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
    /// Who lies downwind; none where no wind is assumed or it drives nothing.
    pub downwind: Option<&'a Downwind>,
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
    if let Some(downwind) = played.downwind.filter(|one| !one.places.is_empty()) {
        lack("downwind", downwind.said());
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
        lacks(&Played {
            told,
            ranked: &ranked,
            as_it_is: None,
            target_s: 180,
            water,
            downwind: None,
            drained,
        })
        .into_iter()
        .map(|lack| lack.code)
        .collect()
    }

    #[test]
    fn wind_blows_away_from_where_it_comes_from() {
        let fire = [105.87, 29.26];
        let wind = |from, force| Wind { from, force };
        let spots = [
            ("n", [105.87, 29.27]),
            ("e", [105.881, 29.26]),
            ("s", [105.87, 29.25]),
            ("w", [105.859, 29.26]),
        ];
        for (from, there) in
            [(WindFrom::North, "s"), (WindFrom::East, "w"), (WindFrom::South, "n"), (WindFrom::West, "e")]
        {
            let hit: Vec<&str> = spots
                .iter()
                .filter(|(_, spot)| wind(from, 3).reaches(fire, *spot, 2_000.0))
                .map(|(name, _)| *name)
                .collect();
            assert_eq!(hit, [there], "{from:?}");
        }
        let north_east = |force, spot, m| wind(WindFrom::NorthEast, force).reaches(fire, spot, m);
        let (near, far) = ([105.86, 29.2513], [105.84, 29.234]);
        assert!(north_east(5, near, 2_000.0) && !north_east(0, near, 2_000.0), "in a calm it blows nowhere");
        assert!(!north_east(5, far, 2_000.0) && north_east(5, far, 9_000.0));
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
            let played =
                Played { told, ranked: after, as_it_is, target_s: 180, water, downwind: None, drained: &[] };
            let found = lacks(&played);
            assert_eq!(found.iter().filter(|one| one.code == "cut_off").count(), lacking, "{found:?}");
        }
        let wind = Wind { from: WindFrom::NorthEast, force: 4 };
        let downwind =
            Downwind {
                wind, km: 2.0, places: vec![("敬老院".to_owned(), 60), ("加油站".to_owned(), 0)]
            };
        let played = Played {
            told: 1,
            ranked: &drives,
            as_it_is: None,
            target_s: 180,
            water: Some(1),
            downwind: Some(&downwind),
            drained: &[],
        };
        let said: Vec<String> = lacks(&played).into_iter().map(|one| one.text).collect();
        assert_eq!(
            said,
            [
                "东北风 4 级，下风向 2 公里内有 2 处场所、登记 60 人（敬老院 60 人、加油站），请写明由谁通知和组织疏散"
            ]
        );
        let gap = Gap { force: "f".into(), name: "a站".to_owned(), short: 1, move_up: None };
        assert_eq!(codes(Kind::Building, vec![near()], 1, None, &[gap]), ["drained"]);
    }
}
