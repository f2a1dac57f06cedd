//! Every frame and unit whose bytes are known decodes to the fields somebody else computed, and encodes to the same
//! bytes; whatever comes, nothing panics and nothing sound is lost.

use proptest::prelude::*;
use serde_json::Value;

use super::dialect::{DIALECTS, dialect, standard};
use super::frame::Event;
use super::*;
use crate::{hex, unhex};

const KNOWN: &str = include_str!("../../testdata/gb26875.json");

fn known() -> Value {
    serde_json::from_str(KNOWN).expect("test data")
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn bytes_of(case: &Value) -> Vec<u8> {
    unhex(case["hex"].as_str().expect("hex")).expect("digits")
}

/// Every expected field is there with its value; what else there is does not matter.
fn contains(found: &Value, wanted: &Value, at: &str) {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            for (key, wanted) in wanted {
                let found = found.get(key).unwrap_or(&Value::Null);
                contains(found, wanted, &format!("{at}.{key}"));
            }
        }
        (Value::Array(found), Value::Array(wanted)) => {
            assert_eq!(found.len(), wanted.len(), "{at}");
            for (n, (found, wanted)) in found.iter().zip(wanted).enumerate() {
                contains(found, wanted, &format!("{at}[{n}]"));
            }
        }
        (found, wanted) if found.is_f64() || wanted.is_f64() => {
            assert!(
                (found.as_f64().expect("a number") - wanted.as_f64().expect("a number")).abs() < 1e-9,
                "{at}"
            );
        }
        (found, wanted) => assert_eq!(found, wanted, "{at}"),
    }
}

#[test]
fn every_known_frame_decodes_to_its_fields_and_encodes_to_its_bytes() {
    let known = known();
    assert!(list(&known, "frames").len() >= 7);
    for case in list(&known, "frames") {
        let (id, bytes, wanted) = (case["id"].as_str().expect("id"), bytes_of(case), &case["expect"]);
        let decoded = json::decode(&bytes, standard());
        let frame = &decoded["frames"][0];
        assert_eq!(list(&decoded, "frames").len(), 1, "{id}");
        assert_eq!(frame["sequence"], wanted["serial"], "{id}");
        assert_eq!(frame["version"], format!("{}.{}", wanted["ver_main"], wanted["ver_user"]), "{id}");
        assert_eq!(frame["time"], wanted["sent"], "{id}");
        assert_eq!(frame["source"], wanted["src"], "{id}");
        assert_eq!(frame["destination"], wanted["dst"], "{id}");
        assert_eq!(frame["length"], wanted["app_len"], "{id}");
        assert_eq!(frame["command"], wanted["cmd"], "{id}");
        match wanted.get("app") {
            None => assert!(list(frame, "units").is_empty(), "{id}"),
            Some(app) => contains(&frame["units"][0], app, id),
        }
        // A main version of 0 is borne and noted.
        let notes = usize::from(wanted["ver_main"] == 0);
        assert_eq!(list(&decoded, "problems").len(), notes, "{id} {}", decoded["problems"]);
        let again = json::parse_frame(frame).expect("a frame").encode();
        assert_eq!(hex(&again), hex(&bytes), "{id}");
    }
}

#[test]
fn every_known_unit_decodes_to_its_fields_and_encodes_to_its_bytes() {
    for case in list(&known(), "app_units") {
        let (id, bytes) = (case["id"].as_str().expect("id"), bytes_of(case));
        let unit = Unit::decode(&bytes).expect("a unit");
        let told = json::unit(&unit, standard());
        contains(&told, &case["expect"], id);
        assert_eq!(unit.oddities(), [], "{id}");
        assert_eq!(hex(&unit.encode()), hex(&bytes), "{id}");
        assert_eq!(hex(&json::parse_unit(&told).expect("a unit").encode()), hex(&bytes), "{id} through JSON");
    }
}

#[test]
fn the_handbook_s_own_files_say_the_same() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let beside = ["../shared/data", "../../shared/data"].map(|at| root.join(at));
    let Some(folder) = beside.into_iter().find(|folder| folder.join("gb26875").is_dir()) else {
        eprintln!("skipped: the files of the handbook are not here");
        return;
    };
    let text = std::fs::read_to_string(folder.join("gb26875/gb26875-frames.json")).expect("frames");
    let given: Value = serde_json::from_str(&text).expect("JSON");
    for part in ["frames", "bad_frames", "app_units"] {
        for (ours, theirs) in list(&known(), part).iter().zip(list(&given, part)) {
            assert_eq!((&ours["hex"], &ours["expect"]), (&theirs["hex"], &theirs["expect"]));
        }
        assert_eq!(list(&known(), part).len(), list(&given, part).len(), "{part}");
    }
}

#[test]
fn a_wrong_checksum_is_told_and_denied() {
    for case in list(&known(), "bad_frames") {
        let mut splitter = Splitter::new(standard());
        let events = splitter.push(&bytes_of(case));
        let [Event::Broken { problem, deny: Some(frame), bytes }] = events.as_slice() else {
            panic!("{events:?}");
        };
        assert_eq!((problem.code, problem.offset, bytes.len()), ("frame.checksum", 0, 78));
        let deny = frame.reply(Command::Deny, frame.time, Vec::new());
        assert_eq!(
            (deny.sequence, deny.source, deny.destination),
            (frame.sequence, frame.destination, frame.source)
        );
        assert_eq!(deny.encode().len(), 30);
    }
}

fn sample() -> Frame {
    Frame {
        sequence: 7,
        version: (1, 1),
        time: Stamp([2, 58, 9, 26, 9, 12]),
        source: 889,
        destination: 88_888,
        command: Command::Send,
        data: Unit::of(21, vec![Object::DeviceState(8, Stamp([2, 58, 9, 26, 9, 12]))]).encode(),
    }
}

fn frames_of(events: Vec<Event>) -> Vec<Frame> {
    events
        .into_iter()
        .filter_map(|event| match event {
            Event::Frame { frame, .. } => Some(frame),
            Event::Broken { .. } => None,
        })
        .collect()
}

#[test]
fn joined_cut_and_surrounded_frames_are_all_found() {
    let (a, b) = (sample(), Frame { sequence: 8, ..sample() });
    let mut stream = b"\x00@garbage@@".to_vec();
    stream.extend(a.encode());
    stream.extend(b.encode());
    stream.extend(b"@");
    stream.extend(a.encode());
    for cut in 1..stream.len() {
        let mut splitter = Splitter::new(standard());
        let mut events = splitter.push(&stream[..cut]);
        events.extend(splitter.push(&stream[cut..]));
        events.extend(splitter.finish());
        assert_eq!(frames_of(events), [a.clone(), b.clone(), a.clone()], "cut at {cut}");
    }
}

#[test]
fn a_length_that_lies_holds_nothing_up() {
    let mut lying = sample().encode();
    lying[24] = 0x00;
    lying[25] = 0x03; // 768 bytes
    let mut splitter = Splitter::new(standard());
    let mut events = splitter.push(&lying);
    assert_eq!(frames_of(events.clone()), []);
    events = splitter.push(&sample().encode());
    assert_eq!(frames_of(events), [sample()], "the very next frame");
    let mut far = sample().encode();
    far[25] = 0x05; // more than 1024
    let codes = |events: Vec<Event>| {
        events
            .into_iter()
            .filter_map(|event| match event {
                Event::Broken { problem, .. } => Some(problem.code),
                Event::Frame { .. } => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(codes(Splitter::new(standard()).push(&far)), ["frame.length"]);
    let mut open = sample().encode();
    let last = open.len() - 1;
    open[last] = 0x24;
    assert_eq!(codes(Splitter::new(standard()).push(&open)), ["frame.end"]);
    let reserved = Frame { command: Command::Reserved(9), ..sample() };
    assert_eq!(codes(Splitter::new(standard()).push(&reserved.encode())), ["frame.command"]);
    let mut half = Splitter::new(standard());
    assert_eq!(codes(half.push(&sample().encode()[..20])), [] as [&str; 0]);
    assert_eq!(codes(half.finish()), ["frame.cut"]);
}

#[test]
fn every_dialect_reads_what_it_writes_and_only_that() {
    for one in DIALECTS {
        let bytes = sample().encode_as(one);
        assert_eq!(decode(&bytes, one).0, [sample()], "{}", one.name);
        assert_eq!(dialect(one.name), Some(one));
    }
    let foreign = sample().encode_as(dialect("command_xor").expect("known"));
    assert_eq!(decode(&foreign, standard()).0, []);
    let part = Part { kind: 40, address: [0x0a, 0, 2, 0] };
    assert_eq!(part.halves(), (10, 2), "zone 10, point 2");
    let object = Object::ReadPart(System { kind: 1, address: 2 }, part.address);
    let told = json::unit(&Unit::of(62, vec![object]), dialect("zone_point").expect("known"));
    assert_eq!((&told["objects"][0]["zone"], &told["objects"][0]["point"]), (&10.into(), &2.into()));
}

#[test]
fn what_sources_disagree_about_is_borne() {
    // 1, 2: a clock command and a duty check, each in both shapes.
    for (unit, minutes) in
        [("5a013a090c1a090c", None), ("5a0100", None), ("5b010a", Some(10)), ("5b0100", Some(0))]
    {
        let bytes = unhex(unit).expect("digits");
        let decoded = Unit::decode(&bytes).expect("a unit");
        assert_eq!(decoded.objects.len(), 1, "{unit}");
        assert_eq!(decoded.encode(), bytes, "{unit}");
        if let Some(minutes) = minutes {
            assert_eq!(decoded.objects, [Object::DutyCheck(minutes)]);
        }
    }
    // 12: an empty unit is a heartbeat.
    assert!(Frame { data: Vec::new(), ..sample() }.is_heartbeat());
    // 13: texts are filled with blanks and end in a zero, and the bytes survive all the same.
    let mut text = vec![b' '; 30];
    text.push(0);
    assert_eq!(unit::text(&text), "");
    let object =
        Object::PartConfig(System { kind: 1, address: 1 }, Part { kind: 40, address: [1, 0, 0, 0] }, text);
    let unit = Unit::of(7, vec![object]);
    let again = json::parse_unit(&json::unit(&unit, standard())).expect("a unit");
    assert_eq!(again, unit);
    // 5: what one step is, is the dialect's: 1.2 MPa are 12 steps there and 12,000 by the standard.
    assert_eq!(json::reading(5, 1013, standard()), Some(("压力", "kPa", 101.3)));
    let other = dialect("pressure_mpa").expect("known");
    assert_eq!(json::reading(5, 12, other), Some(("压力", "MPa", 1.2)));
    assert_eq!(json::reading(5, 12_000, standard()), Some(("压力", "kPa", 1200.0)));
}

#[test]
fn a_time_is_a_time_only_when_there_is_such_a_day() {
    assert_eq!(Stamp([2, 58, 9, 26, 9, 12]).text().as_deref(), Some("2012-09-26T09:58:02"));
    assert_eq!(Stamp([0, 0, 0, 29, 2, 23]).text(), None);
    assert!(Stamp([0, 0, 0, 29, 2, 24]).text().is_some());
    assert_eq!(Stamp([0x58, 0x58, 0, 1, 1, 1]).text(), None);
    assert_eq!(Stamp::parse("2012-09-26T09:58:02"), Some(Stamp([2, 58, 9, 26, 9, 12])));
    for wrong in ["", "2012-09-26", "1999-01-01T00:00:00", "2012-13-01T00:00:00", "2012-09-26T09:58:xx"] {
        assert_eq!(Stamp::parse(wrong), None, "{wrong}");
    }
}

/// Bytes that once were of interest to a fuzzer, kept.
#[test]
fn the_corpus_never_panics_and_is_never_longer_than_one_frame_behind() {
    let corpus = include_str!("../../testdata/corpus.hex").lines().filter(|line| !line.starts_with('#'));
    let mut n = 0;
    for line in corpus {
        n += 1;
        let bytes = unhex(line).expect("digits");
        // Nothing disappears: what is no frame is told of, what is one is there, and whatever it carries can be read.
        let (frames, problems) = decode(&bytes, standard());
        assert!(!frames.is_empty() || !problems.is_empty(), "{line}");
        for frame in &frames {
            if let Some(unit) = Unit::decode(&frame.data) {
                assert_eq!(unit.encode(), frame.data, "{line}");
                unit.oddities();
            }
        }
        for dialect in DIALECTS {
            let mut splitter = Splitter::new(dialect);
            for piece in bytes.chunks(3) {
                splitter.push(piece);
                assert!(splitter.waiting() < 1054 + 3, "{line}");
            }
            splitter.finish();
            json::decode(&bytes, dialect);
        }
    }
    assert!(n > 1_000, "{n} streams");
}

fn any_frame() -> impl Strategy<Value = Frame> {
    let data = proptest::collection::vec(any::<u8>(), 0..=1024);
    let command = prop_oneof![1_u8..=6, 128_u8..=255].prop_map(Command::from);
    (any::<u16>(), any::<(u8, u8)>(), any::<[u8; 6]>(), 0..1_u64 << 48, 0..1_u64 << 48, command, data)
        .prop_map(|(sequence, version, time, source, destination, command, data)| Frame {
            sequence,
            version,
            time: Stamp(time),
            source,
            destination,
            command,
            data,
        })
}

proptest! {
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..4000)) {
        for one in DIALECTS {
            json::decode(&bytes, one);
        }
        if let Some(unit) = Unit::decode(&bytes) {
            prop_assert_eq!(unit.encode().len().max(2), bytes.len().max(2));
        }
    }

    #[test]
    fn a_frame_comes_back_from_bytes_and_from_json(frame in any_frame()) {
        let (found, _) = decode(&frame.encode(), standard());
        prop_assert_eq!(&found, &vec![frame.clone()]);
        let told = json::frame(&frame, standard());
        prop_assert_eq!(json::parse_frame(&told).map(|again| hex(&again.encode())), Ok(hex(&frame.encode())));
    }

    #[test]
    fn a_sound_frame_is_found_after_any_garbage(
        garbage in proptest::collection::vec(any::<u8>(), 0..200), frame in any_frame(), cut in 0_usize..500,
    ) {
        // Garbage that itself is the beginning of something long may swallow what follows until it is as long.
        let mut stream = garbage;
        stream.retain(|byte| *byte != 0x40);
        stream.extend(frame.encode());
        let cut = cut.min(stream.len());
        let mut splitter = Splitter::new(standard());
        let mut events = splitter.push(&stream[..cut]);
        events.extend(splitter.push(&stream[cut..]));
        events.extend(splitter.finish());
        let found = frames_of(events);
        prop_assert_eq!(found.last(), Some(&frame));
    }
}
