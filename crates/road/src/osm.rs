//! OpenStreetMap files: what of them is road. Read twice, first the ways, then the nodes they need, so that a large file
//! costs the memory of its roads. What does not belong here: the two formats (`pbf`, `xml`), what follows from tags for
//! a vehicle (`domain::road`), the network (`graph`).

pub mod ground;
mod pbf;
mod tags;
mod xml;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use domain::road::{Barrier, Road};
use serde::Serialize;

use crate::problem::{Error, Problem};

/// Largest file, as it lies on the disk. A province is smaller.
const MOST_BYTES: u64 = 1024 * 1024 * 1024;
/// Most that is unpacked from a packed file: a small file may be made to swell without end.
const MOST_UNPACKED_BYTES: u64 = 8 * MOST_BYTES;

/// Tags in the order of the file.
type Tags = Vec<(String, String)>;

/// One thing of a file.
enum Element {
    Node { id: i64, lon: f64, lat: f64, tags: Tags },
    Way { id: i64, nodes: Vec<i64>, tags: Tags },
    Relation { id: i64, members: Vec<Member>, tags: Tags },
}

#[derive(Clone, Copy, PartialEq)]
enum MemberKind {
    Node,
    Way,
    Other,
}

struct Member {
    kind: MemberKind,
    id: i64,
    role: String,
}

/// How many of what a file holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Counts {
    /// Nodes.
    pub nodes: u64,
    /// Ways.
    pub ways: u64,
    /// Relations.
    pub relations: u64,
    /// Ways by the value of `highway`.
    pub highway: BTreeMap<String, u64>,
    /// Nodes by the value of `barrier`.
    pub barrier: BTreeMap<String, u64>,
    /// Relations by the value of `restriction`.
    pub restriction: BTreeMap<String, u64>,
}

/// A way that is road.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// Id in the map.
    pub id: i64,
    /// Nodes in the order it is drawn.
    pub nodes: Vec<i64>,
    /// What it is.
    pub road: Road,
}

/// A node of a road.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    /// Longitude and latitude, WGS 84 degrees.
    pub lon_lat: [f64; 2],
    /// What stands there.
    pub barrier: Option<Barrier>,
}

/// Turning from one way into another over a node or further ways is forbidden, or is all that is allowed.
#[derive(Debug, Clone, PartialEq)]
pub struct Restriction {
    /// Relation in the map.
    pub id: i64,
    /// Whether it is the only turn allowed.
    pub only: bool,
    /// Ways in the order they are driven; at least two.
    pub ways: Vec<i64>,
    /// The node between the first two when no way lies between.
    pub via: Option<i64>,
}

/// The roads of a file.
#[derive(Debug, Default)]
pub struct Extract {
    /// What the whole file holds.
    pub counts: Counts,
    /// Ways that are road.
    pub ways: Vec<Way>,
    /// Their nodes.
    pub nodes: HashMap<i64, Node>,
    /// Turn restrictions.
    pub restrictions: Vec<Restriction>,
    /// What was left out or mended.
    pub problems: Vec<Problem>,
}

/// Hears how many bytes of how many were read.
pub type Told<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// Whether a file looks like one of the formats.
pub fn is_map(path: &Path) -> Result<bool, Error> {
    Ok(format_of(path)?.is_some())
}

/// Reads a file, whichever of the formats it is.
pub fn read(path: &Path) -> Result<Extract, Error> {
    read_telling(path, &|_, _| {})
}

/// The same, and tells how far it is.
pub fn read_telling(path: &Path, told: Told<'_>) -> Result<Extract, Error> {
    let size = std::fs::metadata(path)?.len();
    if size > MOST_BYTES {
        return Err(Error::TooLarge { most_mib: MOST_BYTES / 1024 / 1024 });
    }
    let mut extract = Extract::default();
    visit(path, &|read| told(read, 2 * size), &mut |element| extract.take(element))?;
    if extract.ways.is_empty() {
        return Err(Error::NoRoads);
    }
    let needed: HashSet<i64> = extract.ways.iter().flat_map(|way| way.nodes.iter().copied()).collect();
    let mut swapped = None;
    visit(path, &|read| told(size + read, 2 * size), &mut |element| {
        let Element::Node { id, lon, lat, tags } = element else { return };
        if needed.contains(&id) {
            if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
                swapped.get_or_insert((id, lat));
            }
            extract.nodes.insert(id, Node { lon_lat: [lon, lat], barrier: tags::barrier(&tags) });
        }
    })?;
    if let Some((id, lat)) = swapped {
        return Err(Error::Swapped { place: format!("node/{id}"), lat });
    }
    extract.break_where_nodes_are_missing();
    if extract.ways.is_empty() {
        return Err(Error::NoRoads);
    }
    Ok(extract)
}

impl Extract {
    fn take(&mut self, element: Element) {
        match element {
            Element::Node { tags, .. } => {
                self.counts.nodes += 1;
                if let Some(value) = tags::value(&tags, "barrier") {
                    *self.counts.barrier.entry(value.to_owned()).or_default() += 1;
                }
            }
            Element::Way { id, nodes, tags } => {
                self.counts.ways += 1;
                if let Some(value) = tags::value(&tags, "highway") {
                    *self.counts.highway.entry(value.to_owned()).or_default() += 1;
                }
                if let Some((road, untold)) = tags::road(&tags) {
                    self.problems.extend(
                        untold.iter().map(|p| Problem::new(format!("way/{id}"), p.code(), p.to_string())),
                    );
                    self.ways.push(Way { id, nodes, road });
                }
            }
            Element::Relation { id, members, tags } => {
                self.counts.relations += 1;
                let Some(value) = tags::value(&tags, "restriction") else { return };
                *self.counts.restriction.entry(value.to_owned()).or_default() += 1;
                if tags::value(&tags, "except").is_some_and(|except| except.contains("emergency")) {
                    return;
                }
                match restriction(id, value, &members) {
                    Some(restriction) => self.restrictions.push(restriction),
                    None => self.problems.push(Problem::new(
                        format!("relation/{id}"),
                        "road.restriction_incomplete",
                        "转向限制缺少起点、途经或终点，未采用：请在地图上补全",
                    )),
                }
            }
        }
    }

    /// At the edge of an extract ways lead to nodes that are not in it.
    fn break_where_nodes_are_missing(&mut self) {
        for way in std::mem::take(&mut self.ways) {
            let parts: Vec<&[i64]> =
                way.nodes.split(|id| !self.nodes.contains_key(id)).filter(|part| part.len() > 1).collect();
            if parts.iter().map(|part| part.len()).sum::<usize>() != way.nodes.len() {
                self.problems.push(Problem::new(
                    format!("way/{}", way.id),
                    "road.node_missing",
                    "道路的部分节点不在文件中，只采用了其余部分",
                ));
            }
            let kept: Vec<Way> =
                parts.into_iter().map(|part| Way { nodes: part.to_vec(), ..way.clone() }).collect();
            self.ways.extend(kept);
        }
    }
}

fn restriction(id: i64, value: &str, members: &[Member]) -> Option<Restriction> {
    let only = value.starts_with("only_");
    if !only && !value.starts_with("no_") {
        return None;
    }
    let ways = |role: &str| -> Vec<i64> {
        members.iter().filter(|m| m.kind == MemberKind::Way && m.role == role).map(|m| m.id).collect()
    };
    let (from, to, between) = (ways("from"), ways("to"), ways("via"));
    let [from] = from[..] else { return None };
    let [to] = to[..] else { return None };
    let via = members.iter().find(|m| m.kind == MemberKind::Node && m.role == "via").map(|m| m.id);
    if via.is_none() && between.is_empty() {
        return None;
    }
    let ways = std::iter::once(from).chain(between).chain([to]).collect();
    Some(Restriction { id, only, ways, via })
}

#[derive(Clone, Copy)]
enum Format {
    Gzip,
    Bzip,
    Pbf,
    Xml,
}

fn format_of(path: &Path) -> Result<Option<Format>, Error> {
    let mut head = Vec::new();
    File::open(path)?.take(1024).read_to_end(&mut head)?;
    let start = head.iter().position(|byte| !byte.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(byte));
    Ok(match &head[..] {
        [0x1f, 0x8b, ..] => Some(Format::Gzip),
        [b'B', b'Z', b'h', ..] => Some(Format::Bzip),
        _ if head
            .get(..head.len().min(64))
            .is_some_and(|head| head.windows(9).any(|word| word == b"OSMHeader")) =>
        {
            Some(Format::Pbf)
        }
        // Drawings of another kind of map program are XML as well, and lines in them surveys.
        _ if head.windows(4).any(|word| word == b"<kml") => None,
        _ if start.and_then(|at| head.get(at)) == Some(&b'<') => Some(Format::Xml),
        _ => None,
    })
}

/// Shows every element of a file in turn.
fn visit(path: &Path, told: &(dyn Fn(u64) + Sync), see: &mut dyn FnMut(Element)) -> Result<(), Error> {
    let format = format_of(path)?.ok_or(Error::UnknownFormat)?;
    let file = BufReader::with_capacity(256 * 1024, Counted { reader: File::open(path)?, read: 0, told });
    match format {
        Format::Gzip => xml::visit(limited(flate2::bufread::MultiGzDecoder::new(file)), see),
        Format::Bzip => xml::visit(limited(bzip2::bufread::MultiBzDecoder::new(file)), see),
        Format::Pbf => pbf::visit(file, see),
        Format::Xml => xml::visit(limited(file), see),
    }
}

/// Tells how much of a file was read.
struct Counted<'a> {
    reader: File,
    read: u64,
    told: &'a (dyn Fn(u64) + Sync),
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = self.reader.read(into)?;
        self.read = self.read.saturating_add(n as u64);
        (self.told)(self.read);
        Ok(n)
    }
}

fn limited(reader: impl Read) -> BufReader<Limited<impl Read>> {
    BufReader::with_capacity(64 * 1024, Limited { reader, left: MOST_UNPACKED_BYTES })
}

/// Reads so much and then fails, rather than pretending the file ends.
struct Limited<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 {
            return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "unpacked"));
        }
        let n = self.reader.read(into)?;
        self.left = self.left.saturating_sub(n as u64);
        Ok(n)
    }
}
