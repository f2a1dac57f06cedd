//! 回放: the signs of a real event go through the rules of today once more: which of them would open an incident, which would
//! join, which a mask would hide, whether anybody could be sent before a person looked. Nothing is opened, nobody is paged.
//! What does not belong here: what the event would have lacked otherwise (`rehearsal`).

use super::join::{Clue, Fix, Known, Mask, Window, cross, is_hidden, join};
use super::rehearsal::Lack;
use crate::geometry::Position;
use crate::ids::IncidentId;

/// A sign as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Sign {
    /// What it belongs to.
    pub clue: Clue,
    /// Whether it is an alarm; what is none opens nothing.
    pub alarm: bool,
    /// Whether a person or a bound device stands behind it.
    pub bound: bool,
    /// Whether a camera saw it: only those are masked.
    pub by_camera: bool,
}

/// An incident the signs would become.
#[derive(Debug, Clone, PartialEq)]
pub struct Formed {
    /// How many signs it has.
    pub signs: usize,
    /// Its first sign.
    pub first: Clue,
    /// Where it is, as far as its signs tell, and how far off that may be (metres).
    pub fix: Option<Fix>,
    /// Whether anybody may be sent before a person verified it.
    pub trusted: bool,
    /// Why signs joined it, in words, each once.
    pub why: Vec<String>,
}

/// What the signs would become.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Replayed {
    /// How many signs were gone through.
    pub signs: usize,
    /// Incidents, the first first.
    pub formed: Vec<Formed>,
    /// Signs a mask would hide.
    pub hidden: usize,
    /// Signs that would open nothing and belong to nothing.
    pub alone: usize,
}

/// Goes through signs in the order they came.
pub fn replay(mut signs: Vec<Sign>, masks: &[&Mask], window: &Window) -> Replayed {
    signs.sort_by_key(|sign| sign.clue.came_at);
    let mut found = Replayed { signs: signs.len(), ..Replayed::default() };
    let mut known: Vec<Known> = Vec::new();
    for Sign { clue, alarm, bound, by_camera } in signs {
        let joined = join(&clue, &known, window);
        let why = joined.as_ref().map(|(_, why)| why.as_slice()).unwrap_or_default();
        if by_camera && is_hidden(masks, &clue, why, window.far_m) {
            found.hidden += 1;
            continue;
        }
        let at = joined.as_ref().and_then(|(id, _)| known.iter().position(|one| one.id == *id));
        let (Some(at), Some((_, why))) = (at, joined) else {
            if !alarm {
                found.alone += 1;
                continue;
            }
            let id = IncidentId::from(format!("replay-{}", known.len()));
            known.push(Known {
                id,
                last_at: clue.came_at,
                ongoing_since: Some(clue.came_at),
                place: clue.place.clone(),
                at: clue.at,
                error_m: 0.0,
                bearings: clue.bearing.iter().cloned().collect(),
                senders: [clue.sender.clone()].into(),
            });
            let fix = clue.at.map(|at: Position| Fix { at, error_m: 0.0 });
            found.formed.push(Formed { signs: 1, fix, trusted: bound, why: Vec::new(), first: clue });
            continue;
        };
        let (Some(one), Some(formed)) = (known.get_mut(at), found.formed.get_mut(at)) else { continue };
        formed.signs += 1;
        formed.trusted |= bound && alarm;
        for reason in why.iter().map(super::join::Why::label) {
            if !formed.why.contains(&reason) {
                formed.why.push(reason);
            }
        }
        one.last_at = one.last_at.max(clue.came_at);
        one.senders.insert(clue.sender.clone());
        one.place = one.place.take().or(clue.place.clone());
        one.bearings.extend(clue.bearing.clone());
        if one.at.is_none() {
            let pairs = one.bearings.iter().enumerate();
            let pairs = pairs.flat_map(|(n, a)| one.bearings.iter().skip(n + 1).map(move |b| (a, b)));
            let crossed = pairs.filter_map(|(a, b)| cross(a, b, window.far_m));
            let crossed = crossed.min_by(|a, b| a.error_m.total_cmp(&b.error_m));
            formed.fix = crossed.or(clue.at.map(|at| Fix { at, error_m: 0.0 }));
            (one.at, one.error_m) = formed.fix.map_or((None, 0.0), |fix| (Some(fix.at), fix.error_m));
        }
    }
    found
}

/// What the replay shows to be lacking, the gravest first.
pub fn lacks(replayed: &Replayed) -> Vec<Lack> {
    let mut found = Vec::new();
    let mut lack = |code, text: String| found.push(Lack { code, text });
    let n = replayed.formed.len();
    if n == 0 {
        lack("unheard", "这些信号按现行规则一起警情也不会产生，请核对遮蔽区和设备登记".to_owned());
    }
    if n > 1 {
        lack(
            "split",
            format!("这些信号按现行规则会成为 {n} 起警情，请核对合并时限、合并距离和设备登记的位置"),
        );
    }
    if n > 0 && replayed.formed.iter().all(|one| !one.trusted) {
        lack("unproved", "只有未核来源的信号，核实前不能调派，请为这些设备登记专网、代理或密钥".to_owned());
    }
    if n > 0 && replayed.formed.iter().any(|one| one.fix.is_none() && one.first.place.is_none()) {
        lack("nowhere", "信号没有说明位置，请补登设备所在场所或坐标、摄像机方位".to_owned());
    }
    if replayed.hidden > 0 {
        lack("masked", format!("有 {} 条信号会被遮蔽区隐藏，请核对遮蔽区", replayed.hidden));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::join::Bearing;
    use super::*;
    use crate::time::Timestamp;

    const WINDOW: Window = Window { ms: 600_000, near_m: 100.0, far_m: 8_000.0 };

    fn sign(minute: i64, place: Option<&str>, bound: bool) -> Sign {
        let clue = Clue {
            came_at: Timestamp(1_790_000_000_000 + minute * 60_000),
            place: place.map(Into::into),
            sender: format!("d{minute}"),
            ..Clue::default()
        };
        Sign { clue, alarm: true, bound, by_camera: false }
    }

    fn seen(minute: i64, from: Position, azimuth_deg: f64) -> Sign {
        let pose = format!("c{minute}");
        let bearing = Some(Bearing { pose, from, azimuth_deg, spread_deg: 2.0 });
        let sign = sign(minute, None, true);
        Sign { clue: Clue { bearing, ..sign.clue }, by_camera: true, ..sign }
    }

    fn codes(replayed: &Replayed) -> Vec<&'static str> {
        lacks(replayed).into_iter().map(|lack| lack.code).collect()
    }

    #[test]
    fn signs_of_one_house_are_one_incident_in_whatever_order_they_are_given() {
        let signs = vec![sign(3, Some("p"), false), sign(0, Some("p"), false), sign(1, Some("p"), true)];
        let found = replay(signs, &[], &WINDOW);
        let [one] = found.formed.as_slice() else { panic!("{found:?}") };
        assert_eq!((one.signs, one.trusted, one.why.as_slice()), (3, true, &["同一场所".to_owned()][..]));
        assert_eq!(one.first.came_at, Timestamp(1_790_000_000_000));
        assert_eq!(codes(&found), [] as [&str; 0]);
    }

    #[test]
    fn what_would_fall_apart_or_send_nobody_is_said() {
        let found = replay(vec![sign(0, Some("p"), false), sign(1, Some("q"), false)], &[], &WINDOW);
        assert_eq!(found.formed.len(), 2);
        assert_eq!(codes(&found), ["split", "unproved"]);
        let restored = Sign { alarm: false, ..sign(0, Some("p"), true) };
        let found = replay(vec![restored], &[], &WINDOW);
        assert_eq!((found.formed.len(), found.alone), (0, 1));
        assert_eq!(codes(&found), ["unheard"]);
        assert_eq!(codes(&replay(vec![sign(0, None, true)], &[], &WINDOW)), ["nowhere"]);
    }

    #[test]
    fn two_cameras_cross_and_a_mask_of_today_hides() {
        let pair = || vec![seen(0, [105.90, 29.30], 45.0), seen(1, [105.92, 29.30], 315.0)];
        let found = replay(pair(), &[], &WINDOW);
        let [one] = found.formed.as_slice() else { panic!("{found:?}") };
        let fix = one.fix.expect("they cross");
        assert!((fix.at[0] - 105.91).abs() < 1e-4 && fix.error_m > 0.0, "{fix:?}");
        let mask = Mask {
            id: "m".to_owned(),
            what: "砖窑".to_owned(),
            pose: None,
            sector: None,
            around: Some((fix.at, 300.0)),
            void: None,
        };
        let hidden = replay(pair(), &[&mask], &WINDOW);
        assert_eq!((hidden.formed.len(), hidden.hidden), (0, 2));
        assert_eq!(codes(&hidden), ["unheard", "masked"]);
    }
}
