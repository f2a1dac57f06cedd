//! `.osm`, as XML, in one stream. What does not belong here: what the tags mean (`tags`), unpacking.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::osm::{Element, Member, MemberKind};
use crate::problem::Error;

/// Shows every element in turn.
pub(super) fn visit(input: impl BufRead, see: &mut dyn FnMut(Element)) -> Result<(), Error> {
    let mut reader = Reader::from_reader(input);
    let mut buffer = Vec::new();
    let mut open: Option<Element> = None;
    let mut is_inside = false;
    loop {
        buffer.clear();
        let at = reader.buffer_position();
        let damaged = || Error::Damaged { place: format!("第 {at} 字节") };
        let event = reader.read_event_into(&mut buffer).map_err(|error| match error {
            quick_xml::Error::Io(io) if io.kind() == std::io::ErrorKind::FileTooLarge => {
                Error::TooLarge { most_mib: super::MOST_BYTES / 1024 / 1024 }
            }
            _ => damaged(),
        })?;
        let (start, is_empty) = match &event {
            Event::Start(start) => (start, false),
            Event::Empty(start) => (start, true),
            Event::End(end) => {
                match end.name().as_ref() {
                    "node" | "way" | "relation" => open.take().into_iter().for_each(&mut *see),
                    "osm" => return Ok(()),
                    _ => {}
                }
                continue;
            }
            // Without its closing mark the file was cut off.
            Event::Eof => return Err(damaged()),
            Event::DocType(_) => return Err(Error::UnknownFormat),
            _ => continue,
        };
        let name = start.name();
        if !is_inside {
            is_inside = name.as_ref() == "osm";
            if !is_inside {
                return Err(Error::UnknownFormat);
            }
            continue;
        }
        match (name.as_ref(), &mut open) {
            ("node", None) => {
                let text = |key| attribute(start, key).ok_or_else(damaged);
                let number = |key| text(key)?.parse().map_err(|_| damaged());
                let id = text("id")?.parse().map_err(|_| damaged())?;
                open = Some(Element::Node { id, lon: number("lon")?, lat: number("lat")?, tags: Vec::new() });
            }
            ("way", None) => {
                let id = integer(start, "id").ok_or_else(damaged)?;
                open = Some(Element::Way { id, nodes: Vec::new(), tags: Vec::new() });
            }
            ("relation", None) => {
                let id = integer(start, "id").ok_or_else(damaged)?;
                open = Some(Element::Relation { id, members: Vec::new(), tags: Vec::new() });
            }
            ("tag", Some(element)) => {
                let (key, value) = attribute(start, "k").zip(attribute(start, "v")).ok_or_else(damaged)?;
                let (Element::Node { tags, .. } | Element::Way { tags, .. } | Element::Relation { tags, .. }) =
                    element;
                tags.push((key, value));
            }
            ("nd", Some(Element::Way { nodes, .. })) => {
                nodes.push(integer(start, "ref").ok_or_else(damaged)?);
            }
            ("member", Some(Element::Relation { members, .. })) => {
                let kind = match attribute(start, "type").as_deref() {
                    Some("node") => MemberKind::Node,
                    Some("way") => MemberKind::Way,
                    _ => MemberKind::Other,
                };
                let id = integer(start, "ref").ok_or_else(damaged)?;
                members.push(Member { kind, id, role: attribute(start, "role").unwrap_or_default() });
            }
            _ => continue,
        }
        if is_empty && matches!(name.as_ref(), "node" | "way" | "relation") {
            open.take().into_iter().for_each(&mut *see);
        }
    }
}

fn integer(start: &BytesStart<'_>, key: &str) -> Option<i64> {
    attribute(start, key)?.parse().ok()
}

fn attribute(start: &BytesStart<'_>, key: &str) -> Option<String> {
    let found = start.try_get_attribute(key).ok().flatten()?;
    quick_xml::escape::unescape(&found.value).ok().map(std::borrow::Cow::into_owned)
}
