//! What of a map of roads is drawn as the ground under other things: roads, waters, woods and buildings. Read in three goes,
//! relations, ways, nodes, so that a file costs the memory of what is drawn of it. What does not belong here: roads one
//! drives on (the rest of `osm`), drawing (`exchange`).

use std::collections::{HashMap, HashSet};
use std::path::Path;

use domain::geometry::{Bounds, Geometry, Position};
use domain::road::Kind;

use super::{Element, MOST_BYTES, MemberKind, Tags, tags, visit};
use crate::problem::Error;

/// So many positions are drawn at most; of a larger map buildings are left out first. About as many as a district has.
const MOST_POSITIONS: usize = 4_000_000;

/// What something is, in the order it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cover {
    /// Woods and forests.
    Wood,
    /// Rivers, streams, lakes, reservoirs.
    Water,
    /// Buildings.
    Building,
    /// Lanes, tracks and paths.
    Lane,
    /// Roads between places.
    Road,
}

/// The ground.
#[derive(Debug, Default)]
pub struct Ground {
    /// What is drawn.
    pub parts: Vec<(Cover, Geometry)>,
    /// Around all of it; none of an empty one.
    pub bounds: Option<Bounds>,
    /// How many things were left out because there are more than can be drawn.
    pub left_out: usize,
}

/// What a thing is by its tags, and whether it is an area where its line is closed.
fn cover(tags: &Tags) -> Option<(Cover, bool)> {
    let said = |key: &str, words: &[&str]| tags::value(tags, key).is_some_and(|value| words.contains(&value));
    let is_area = tags::value(tags, "area") == Some("yes");
    if let Some(kind) = tags::value(tags, "highway").and_then(Kind::from_code) {
        let cover = if kind <= Kind::TertiaryLink { Cover::Road } else { Cover::Lane };
        return (!is_area).then_some((cover, false));
    }
    if said("natural", &["water"])
        || said("landuse", &["reservoir", "basin"])
        || said("waterway", &["riverbank", "dock"])
    {
        return Some((Cover::Water, true));
    }
    if said("waterway", &["river", "stream", "canal", "ditch", "drain"]) {
        return Some((Cover::Water, is_area));
    }
    if said("natural", &["wood"]) || said("landuse", &["forest"]) {
        return Some((Cover::Wood, true));
    }
    tags::value(tags, "building").filter(|what| *what != "no").map(|_| (Cover::Building, true))
}

/// An area made of several lines: what it is, the lines around it and those around its holes.
struct Joint {
    cover: Cover,
    outer: Vec<i64>,
    inner: Vec<i64>,
}

/// Lines joined end to end into rings; what does not close is left out.
fn rings(mut lines: Vec<Vec<i64>>) -> Vec<Vec<i64>> {
    let mut rings = Vec::new();
    while let Some(mut ring) = lines.pop() {
        while ring.first() != ring.last() {
            let end = ring.last().copied();
            let next =
                lines.iter().position(|line| line.first().copied() == end || line.last().copied() == end);
            let Some(next) = next else { break };
            let mut line = lines.swap_remove(next);
            if line.first().copied() != end {
                line.reverse();
            }
            ring.extend(line.into_iter().skip(1));
        }
        if ring.len() > 3 && ring.first() == ring.last() {
            rings.push(ring);
        }
    }
    rings
}

fn around(ring: &[Position]) -> Option<Bounds> {
    ring.iter().map(|at| Bounds::of(*at)).reduce(Bounds::with)
}

/// Reads what is drawn of a file.
///
/// Errors: the file is none of the formats, is cut off or too large.
pub fn read(path: &Path) -> Result<Ground, Error> {
    let size = std::fs::metadata(path)?.len();
    if size > MOST_BYTES {
        return Err(Error::TooLarge { most_mib: MOST_BYTES / 1024 / 1024 });
    }
    let mut joints: Vec<Joint> = Vec::new();
    visit(path, &|_| {}, &mut |element| {
        let Element::Relation { members, tags, .. } = element else { return };
        if tags::value(&tags, "type") != Some("multipolygon") {
            return;
        }
        let Some((cover, true)) = cover(&tags) else { return };
        let of = |role: &str| -> Vec<i64> {
            let ways = members.iter().filter(|one| one.kind == MemberKind::Way && one.role == role);
            ways.map(|one| one.id).collect()
        };
        joints.push(Joint { cover, outer: of("outer"), inner: of("inner") });
    })?;
    let wanted: HashSet<i64> =
        joints.iter().flat_map(|joint| joint.outer.iter().chain(&joint.inner).copied()).collect();
    let mut lines: HashMap<i64, Vec<i64>> = HashMap::new();
    let mut ways: Vec<(Cover, bool, Vec<i64>)> = Vec::new();
    let (mut positions, mut left_out) = (0, 0);
    visit(path, &|_| {}, &mut |element| {
        let Element::Way { id, nodes, tags } = element else { return };
        if wanted.contains(&id) {
            positions += nodes.len();
            lines.insert(id, nodes.clone());
        }
        let Some((cover, is_area)) = cover(&tags).filter(|_| nodes.len() > 1) else { return };
        let is_closed = nodes.len() > 3 && nodes.first() == nodes.last();
        if is_area && !is_closed {
            return;
        }
        // Buildings are the most and say the least: half of the room is kept for the rest.
        let room = if cover == Cover::Building { MOST_POSITIONS / 2 } else { MOST_POSITIONS };
        if positions + nodes.len() > room {
            left_out += 1;
            return;
        }
        positions += nodes.len();
        ways.push((cover, is_area, nodes));
    })?;
    let mut places: HashMap<i64, Position> = HashMap::new();
    let needed: HashSet<i64> =
        ways.iter().flat_map(|(.., nodes)| nodes).chain(lines.values().flatten()).copied().collect();
    visit(path, &|_| {}, &mut |element| {
        let Element::Node { id, lon, lat, .. } = element else { return };
        if needed.contains(&id) && (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon) {
            places.insert(id, [lon, lat]);
        }
    })?;
    let mut ground = Ground { left_out, ..Ground::default() };
    // What leads out of the file is drawn as far as it is in it; an area with a gap is none.
    let run =
        |nodes: &[i64]| -> Vec<Position> { nodes.iter().filter_map(|id| places.get(id).copied()).collect() };
    let ring = |nodes: &[i64]| Some(run(nodes)).filter(|ring| ring.len() == nodes.len());
    for (cover, is_area, nodes) in &ways {
        if *is_area {
            ground.parts.extend(ring(nodes).map(|ring| (*cover, Geometry::Polygon(vec![ring]))));
        } else {
            let line = Some(run(nodes)).filter(|line| line.len() > 1);
            ground.parts.extend(line.map(|line| (*cover, Geometry::LineString(line))));
        }
    }
    for joint in &joints {
        let closed = |ids: &[i64]| -> Vec<Vec<Position>> {
            let lines = ids.iter().filter_map(|id| lines.get(id).cloned()).collect();
            rings(lines).iter().filter_map(|nodes| ring(nodes)).collect()
        };
        let mut areas: Vec<Vec<Vec<Position>>> =
            closed(&joint.outer).into_iter().map(|ring| vec![ring]).collect();
        for hole in closed(&joint.inner) {
            let within = areas.iter_mut().find(|area| {
                let (outside, own) = (area.first().and_then(|ring| around(ring)), around(&hole));
                outside.zip(own).is_some_and(|(a, b)| {
                    a.west <= b.west && a.south <= b.south && a.east >= b.east && a.north >= b.north
                })
            });
            within.into_iter().for_each(|area| area.push(hole.clone()));
        }
        if !areas.is_empty() {
            ground.parts.push((joint.cover, Geometry::MultiPolygon(areas)));
        }
    }
    ground.bounds = ground.parts.iter().filter_map(|(_, part)| part.bounds()).reduce(Bounds::with);
    Ok(ground)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn roads_waters_woods_and_buildings_are_drawn_and_nothing_else() {
        let node = |id: i64, lon: f64, lat: f64| format!(r#"<node id="{id}" lon="{lon}" lat="{lat}"/>"#);
        let mut xml = String::from(r#"<osm version="0.6">"#);
        for n in 0..12_i32 {
            xml.push_str(&node(
                i64::from(n),
                105.87 + 0.001 * f64::from(n % 4),
                29.26 + 0.001 * f64::from(n / 4),
            ));
        }
        let way = |id: i64, nodes: &[i64], tags: &[(&str, &str)]| {
            let nodes: String = nodes.iter().map(|n| format!(r#"<nd ref="{n}"/>"#)).collect();
            let tags: String = tags.iter().map(|(k, v)| format!(r#"<tag k="{k}" v="{v}"/>"#)).collect();
            format!(r#"<way id="{id}">{nodes}{tags}</way>"#)
        };
        xml.push_str(&way(1, &[0, 1, 2], &[("highway", "secondary")]));
        xml.push_str(&way(2, &[2, 3], &[("highway", "path")]));
        xml.push_str(&way(3, &[4, 5], &[("waterway", "stream")]));
        xml.push_str(&way(4, &[0, 1, 5, 4, 0], &[("building", "yes")]));
        xml.push_str(&way(5, &[0, 1, 5], &[("natural", "water")]));
        xml.push_str(&way(6, &[0, 1], &[("power", "line")]));
        // A wood around a clearing, its edge in two lines.
        xml.push_str(&way(7, &[0, 3, 11], &[]));
        xml.push_str(&way(8, &[0, 8, 11], &[]));
        xml.push_str(&way(9, &[5, 6, 10, 9, 5], &[]));
        xml.push_str(r#"<relation id="1"><member type="way" ref="7" role="outer"/><member type="way" ref="8" role="outer"/><member type="way" ref="9" role="inner"/><tag k="type" v="multipolygon"/><tag k="landuse" v="forest"/></relation></osm>"#);
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(xml.as_bytes()).expect("written");
        let ground = read(file.path()).expect("read");
        let told: Vec<(Cover, &str)> = ground
            .parts
            .iter()
            .map(|(cover, part)| {
                let form = match part {
                    Geometry::LineString(_) => "line",
                    Geometry::Polygon(_) => "area",
                    Geometry::MultiPolygon(areas) if areas[0].len() == 2 => "area with a hole",
                    _ => "?",
                };
                (*cover, form)
            })
            .collect();
        assert_eq!(
            told,
            [
                (Cover::Road, "line"),
                (Cover::Lane, "line"),
                (Cover::Water, "line"),
                (Cover::Building, "area"),
                (Cover::Wood, "area with a hole")
            ]
        );
        assert_eq!(ground.left_out, 0);
        let bounds = ground.bounds.expect("something is drawn");
        assert!((bounds.west - 105.87).abs() < 1e-9 && (bounds.north - 29.262).abs() < 1e-9);
    }
}
