//! `.osm.pbf`, block by block. What does not belong here: what the tags mean (`tags`).

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use osmpbf::{BlobDecode, BlobReader, RelMemberType};

use crate::osm::{Element, Member, MemberKind};
use crate::problem::Error;

/// Shows every element in turn.
pub(super) fn visit(file: impl Read + Send, see: &mut dyn FnMut(Element)) -> Result<(), Error> {
    for (n, blob) in BlobReader::new(file).enumerate() {
        let damaged = || Error::Damaged { place: format!("第 {} 个数据块", n + 1) };
        let blob = blob.map_err(|_| damaged())?;
        let block = match blob.decode().map_err(|_| damaged())? {
            BlobDecode::OsmData(block) => block,
            BlobDecode::OsmHeader(_) | BlobDecode::Unknown(_) => continue,
        };
        // The reader trusts some numbers of the file; a forged one must not end the program.
        let seen = catch_unwind(AssertUnwindSafe(|| block.for_each_element(|element| see(taken(&element)))));
        seen.map_err(|_| damaged())?;
    }
    Ok(())
}

fn taken(element: &osmpbf::Element<'_>) -> Element {
    let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    match element {
        osmpbf::Element::Node(node) => Element::Node {
            id: node.id(),
            lon: node.lon(),
            lat: node.lat(),
            tags: node.tags().map(owned).collect(),
        },
        osmpbf::Element::DenseNode(node) => Element::Node {
            id: node.id(),
            lon: node.lon(),
            lat: node.lat(),
            tags: node.tags().map(owned).collect(),
        },
        osmpbf::Element::Way(way) => {
            Element::Way { id: way.id(), nodes: way.refs().collect(), tags: way.tags().map(owned).collect() }
        }
        osmpbf::Element::Relation(relation) => {
            let tags: Vec<_> = relation.tags().map(owned).collect();
            let is_needed = tags.iter().any(|(key, _)| key == "restriction");
            let members = relation.members().filter(|_| is_needed).map(|member| Member {
                kind: match member.member_type {
                    RelMemberType::Node => MemberKind::Node,
                    RelMemberType::Way => MemberKind::Way,
                    RelMemberType::Relation => MemberKind::Other,
                },
                id: member.member_id,
                role: member.role().unwrap_or_default().to_owned(),
            });
            Element::Relation { id: relation.id(), members: members.collect(), tags }
        }
    }
}
