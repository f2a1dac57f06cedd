//! Frames and units as JSON and back, for the command line and for people who look for a fault. What decodes and is
//! encoded again gives the same bytes. What does not belong here: the bytes (`frame`, `unit`).

use serde_json::{Map, Value, json};

use super::dialect::{Dialect, PartAddress, Step};
use super::table;
use super::unit::text;
use super::{Command, Frame, Object, Part, Stamp, System, Unit};
use crate::{Problem, hex, unhex};

/// Decodes everything in a piece of bytes: `{frames, problems}`.
pub fn decode(bytes: &[u8], dialect: &'static Dialect) -> Value {
    let (frames, mut problems) = super::decode(bytes, dialect);
    for frame in &frames {
        let odd = Unit::decode(&frame.data).map(|unit| unit.oddities()).unwrap_or_default();
        problems.extend(odd.into_iter().map(|(code, message)| Problem { offset: 0, code, message }));
    }
    json!({ "frames": frames.iter().map(|one| frame(one, dialect)).collect::<Vec<_>>(), "problems": problems })
}

/// An application data unit alone: its units, and what is odd about them.
pub fn data(bytes: &[u8], dialect: &'static Dialect) -> Value {
    match Unit::decode(bytes) {
        Some(found) => {
            let problem = |(code, message)| Problem { offset: 0, code, message };
            let problems: Vec<Problem> = found.oddities().into_iter().map(problem).collect();
            json!({ "units": [unit(&found, dialect)], "problems": problems })
        }
        None => {
            let problem = Problem {
                offset: 0,
                code: "gb26875.unit",
                message: "不是完整的应用数据单元，请核对；整帧报文不要加 --unit".to_owned(),
            };
            json!({ "units": [], "problems": [problem] })
        }
    }
}

/// A frame.
pub fn frame(frame: &Frame, dialect: &Dialect) -> Value {
    let units: Vec<Value> = Unit::decode(&frame.data).iter().map(|one| unit(one, dialect)).collect();
    let mut all = json!({
        "sequence": frame.sequence,
        "version": format!("{}.{}", frame.version.0, frame.version.1),
        "time": frame.time.text(),
        "source": frame.source,
        "destination": frame.destination,
        "command": frame.command.byte(),
        "command_name": table::command(frame.command.byte()),
        "length": frame.data.len(),
        "units": units,
    });
    // Only what the rest does not tell.
    if frame.time.parts().is_none() {
        put(&mut all, "time_hex", hex(&frame.time.0).into());
    }
    if frame.data.len() == 1 {
        put(&mut all, "data_hex", hex(&frame.data).into());
    }
    all
}

fn put(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(map) = object {
        map.insert(key.to_owned(), value);
    }
}

/// What a frame carries.
pub fn unit(unit: &Unit, dialect: &Dialect) -> Value {
    let objects: Vec<Value> = unit.objects.iter().map(|one| object(one, dialect)).collect();
    let mut all = json!({
        "type_flag": unit.kind, "type_name": table::unit_type(unit.kind), "count": unit.count, "objects": objects,
        "left_over_bytes": unit.left_over.len(),
    });
    if !unit.left_over.is_empty() {
        put(&mut all, "left_over_hex", hex(&unit.left_over).into());
    }
    all
}

fn of_system(map: &mut Value, system: &System) {
    put(map, "sys_type", system.kind.into());
    put(map, "sys_type_name", table::system_type(system.kind).into());
    put(map, "sys_addr", system.address.into());
}

fn of_address(map: &mut Value, address: [u8; 4], dialect: &Dialect) {
    let part = Part { kind: 0, address };
    let (low, high) = part.halves();
    put(map, "part_addr_hex", hex(&address).into());
    put(map, "part_addr_u32le", part.number().into());
    put(map, "part_addr_lo16", low.into());
    put(map, "part_addr_hi16", high.into());
    if dialect.part_address == PartAddress::ZonePoint {
        put(map, "zone", low.into());
        put(map, "point", high.into());
    }
}

fn of_part(map: &mut Value, part: &Part, dialect: &Dialect) {
    put(map, "part_type", part.kind.into());
    put(map, "part_type_name", table::part_type(part.kind).into());
    of_address(map, part.address, dialect);
}

fn of_time(map: &mut Value, time: &Stamp) {
    put(map, "time", time.text().into());
    if time.parts().is_none() {
        put(map, "time_hex", hex(&time.0).into());
    }
}

/// A text, and its bytes where the text alone would not give them back.
fn of_text(map: &mut Value, key: &str, bytes: &[u8], padded: bool) {
    let words = text(bytes);
    let mut again = encoding_rs::GB18030.encode(&words).0.into_owned();
    if padded {
        again.resize(bytes.len().max(again.len()), 0);
    }
    put(map, key, words.into());
    if again != bytes {
        put(map, &format!("{key}_hex"), hex(bytes).into());
    }
}

fn object(object: &Object, dialect: &Dialect) -> Value {
    let mut map = Value::Object(Map::new());
    let out = &mut map;
    let state = |out: &mut Value, names: &'static [&'static str], value: u16| {
        put(out, "status", value.into());
        put(out, "status_bits", table::bits(names, value).into());
    };
    let operation = |out: &mut Value, names: &'static [&'static str], flags: u8, operator: u8| {
        put(out, "operation", flags.into());
        put(out, "operation_bits", table::bits(names, flags.into()).into());
        put(out, "operator", operator.into());
    };
    match object {
        Object::SystemState(system, value, time) => {
            of_system(out, system);
            state(out, table::SYSTEM_STATUS_BITS, *value);
            of_time(out, time);
        }
        Object::PartState(system, part, value, words, time) => {
            of_system(out, system);
            of_part(out, part, dialect);
            state(out, table::COMPONENT_STATUS_BITS, *value);
            of_text(out, "description", words, true);
            of_time(out, time);
        }
        Object::PartAnalog(system, part, analog, raw, time) => {
            of_system(out, system);
            of_part(out, part, dialect);
            put(out, "analog_type", (*analog).into());
            put(out, "raw", (*raw).into());
            if let Some((name, unit, value)) = reading(*analog, *raw, dialect) {
                put(out, "analog_name", name.into());
                put(out, "unit", unit.into());
                put(out, "value", value.into());
            }
            of_time(out, time);
        }
        Object::SystemOperation(system, flags, operator, time) => {
            of_system(out, system);
            operation(out, table::FACILITY_OPERATION_BITS, *flags, *operator);
            of_time(out, time);
        }
        Object::SystemVersion(system, main, minor) => {
            of_system(out, system);
            put(out, "version", format!("{main}.{minor}").into());
        }
        Object::SystemConfig(system, words) => {
            of_system(out, system);
            of_text(out, "description", words, false);
        }
        Object::PartConfig(system, part, words) => {
            of_system(out, system);
            of_part(out, part, dialect);
            of_text(out, "description", words, true);
        }
        Object::SystemTime(system, time) => {
            of_system(out, system);
            of_time(out, time);
        }
        Object::DeviceState(value, time) => {
            state(out, table::DEVICE_STATUS_BITS, (*value).into());
            of_time(out, time);
        }
        Object::DeviceOperation(flags, operator, time) => {
            operation(out, table::DEVICE_OPERATION_BITS, *flags, *operator);
            of_time(out, time);
        }
        Object::DeviceVersion(main, minor) => put(out, "version", format!("{main}.{minor}").into()),
        Object::DeviceConfig(words) => of_text(out, "description", words, false),
        Object::Time(time) => of_time(out, time),
        Object::ReadSystem(system) => of_system(out, system),
        Object::ReadPart(system, address) => {
            of_system(out, system);
            of_address(out, *address, dialect);
        }
        Object::ReadOperations(system, count, since) => {
            of_system(out, system);
            put(out, "records", (*count).into());
            of_time(out, since);
        }
        Object::ReadDeviceOperations(count, since) => {
            put(out, "records", (*count).into());
            of_time(out, since);
        }
        Object::Reserved(byte) => put(out, "reserved", (*byte).into()),
        Object::DutyCheck(minutes) => put(out, "timeout_minutes", (*minutes).into()),
    }
    map
}

/// What is measured, in which unit, and how much.
pub fn reading(analog: u8, raw: i16, dialect: &Dialect) -> Option<(&'static str, &'static str, f64)> {
    let known = table::analog_type(analog)?;
    let own = Step { unit: known.unit, step: known.step };
    let Step { unit, step } = if analog == 5 { dialect.pressure_5 } else { own };
    // Steps are tenths and hundredths: dividing gives the number people wrote down.
    Some((known.name, unit, f64::from(raw) / (1.0 / step).round()))
}

/// A frame back from its JSON. Says which field cannot be.
pub fn parse_frame(value: &Value) -> Result<Frame, String> {
    let version = value.get("version").and_then(Value::as_str).and_then(|text| text.split_once('.'));
    let version = match version {
        None if value.get("version").is_none() => (1, 1),
        Some((main, user)) => main.parse().ok().zip(user.parse().ok()).ok_or("version 应形如 1.1")?,
        None => return Err("version 应形如 1.1".to_owned()),
    };
    let units = value.get("units").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let data = match (units, value.get("data_hex").and_then(Value::as_str)) {
        ([], None) => Vec::new(),
        (_, Some(text)) => unhex(text).ok_or("data_hex 不是十六进制")?,
        ([one], None) => parse_unit(one)?.encode(),
        _ => return Err("一帧只能带一个应用数据单元".to_owned()),
    };
    if data.len() > super::frame::MOST_DATA {
        return Err("应用数据单元超过 1024 字节".to_owned());
    }
    Ok(Frame {
        sequence: small(value, "sequence")?,
        version,
        time: stamp(value)?,
        source: integer(value, "source")?,
        destination: integer(value, "destination")?,
        command: Command::from(small::<u8>(value, "command")?),
        data,
    })
}

fn integer(value: &Value, key: &str) -> Result<u64, String> {
    value.get(key).and_then(Value::as_u64).ok_or_else(|| format!("{key} 应是不小于 0 的整数"))
}

fn small<T: TryFrom<u64>>(value: &Value, key: &str) -> Result<T, String> {
    T::try_from(integer(value, key)?).map_err(|_| format!("{key} 超出范围"))
}

fn bytes(value: &Value, key: &str) -> Option<Vec<u8>> {
    unhex(value.get(key)?.as_str()?)
}

fn stamp(value: &Value) -> Result<Stamp, String> {
    if let Some(six) = bytes(value, "time_hex").and_then(|six| <[u8; 6]>::try_from(six).ok()) {
        return Ok(Stamp(six));
    }
    let text = value.get("time").and_then(Value::as_str).unwrap_or_default();
    Stamp::parse(text).ok_or_else(|| "time 应形如 2012-09-26T09:58:35".to_owned())
}

fn words(value: &Value, key: &str) -> Vec<u8> {
    bytes(value, &format!("{key}_hex")).unwrap_or_else(|| {
        let text = value.get(key).and_then(Value::as_str).unwrap_or_default();
        encoding_rs::GB18030.encode(text).0.into_owned()
    })
}

/// A unit back from its JSON. Says which field cannot be.
pub fn parse_unit(value: &Value) -> Result<Unit, String> {
    let kind = small(value, "type_flag")?;
    let objects = value.get("objects").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let objects = objects.iter().map(|one| parse_object(kind, one)).collect::<Result<Vec<_>, _>>()?;
    let mut unit = Unit::of(kind, objects);
    if value.get("count").is_some() {
        unit.count = small(value, "count")?;
    }
    unit.left_over = bytes(value, "left_over_hex").unwrap_or_default();
    Ok(unit)
}

fn parse_object(kind: u8, value: &Value) -> Result<Object, String> {
    let system =
        || Ok::<_, String>(System { kind: small(value, "sys_type")?, address: small(value, "sys_addr")? });
    let address = || {
        let four = bytes(value, "part_addr_hex").and_then(|four| <[u8; 4]>::try_from(four).ok());
        four.ok_or_else(|| "part_addr_hex 应是 8 位十六进制".to_owned())
    };
    let part = || Ok::<_, String>(Part { kind: small(value, "part_type")?, address: address()? });
    let version = || {
        let text = value.get("version").and_then(Value::as_str).unwrap_or_default();
        let pair = text.split_once('.').and_then(|(main, minor)| main.parse().ok().zip(minor.parse().ok()));
        pair.ok_or_else(|| "version 应形如 1.1".to_owned())
    };
    let raw = || {
        let raw = value.get("raw").and_then(Value::as_i64).and_then(|raw| i16::try_from(raw).ok());
        raw.ok_or_else(|| "raw 应在 -32768 到 32767 之间".to_owned())
    };
    Ok(match kind {
        1 => Object::SystemState(system()?, small(value, "status")?, stamp(value)?),
        2 => Object::PartState(
            system()?,
            part()?,
            small(value, "status")?,
            words(value, "description"),
            stamp(value)?,
        ),
        3 => Object::PartAnalog(system()?, part()?, small(value, "analog_type")?, raw()?, stamp(value)?),
        4 => Object::SystemOperation(
            system()?,
            small(value, "operation")?,
            small(value, "operator")?,
            stamp(value)?,
        ),
        5 => version().and_then(|(main, minor)| Ok(Object::SystemVersion(system()?, main, minor)))?,
        6 => Object::SystemConfig(system()?, words(value, "description")),
        7 => Object::PartConfig(system()?, part()?, words(value, "description")),
        8 => Object::SystemTime(system()?, stamp(value)?),
        21 => Object::DeviceState(small(value, "status")?, stamp(value)?),
        24 => Object::DeviceOperation(small(value, "operation")?, small(value, "operator")?, stamp(value)?),
        25 => version().map(|(main, minor)| Object::DeviceVersion(main, minor))?,
        26 => Object::DeviceConfig(words(value, "description")),
        90 if value.get("reserved").is_some() => Object::Reserved(small(value, "reserved")?),
        28 | 90 => Object::Time(stamp(value)?),
        61 | 65 | 66 | 68 => Object::ReadSystem(system()?),
        62 | 63 | 67 => Object::ReadPart(system()?, address()?),
        64 => Object::ReadOperations(system()?, small(value, "records")?, stamp(value)?),
        81 | 85 | 86 | 88 | 89 => Object::Reserved(small(value, "reserved")?),
        84 => Object::ReadDeviceOperations(small(value, "records")?, stamp(value)?),
        91 => Object::DutyCheck(small(value, "timeout_minutes")?),
        _ => return Err(format!("类型标志 {kind} 没有已知的格式，请放在 left_over_hex")),
    })
}
