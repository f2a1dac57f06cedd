//! What platforms and brokers push as JSON: CTWing (AEP), OneNET, our own generic form, and the telemetry that brokers of
//! the ThingsBoard kind carry. What does not belong here: who may push and what
//! the readings amount to (`app::signal`).

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Problem;

/// What a push says, in words of our own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Push {
    /// Names the device goes by on that way, the most reliable first: device id, IMEI, serial number.
    pub names: Vec<String>,
    /// What was said: a word of [`KINDS`].
    pub kind: String,
    /// When, by the platform. Units: milliseconds since 1970.
    pub at_ms: Option<i64>,
    /// Battery. Units: percent.
    pub battery: Option<u32>,
    /// The sender's number of the message, for telling copies.
    pub sequence: Option<String>,
    /// What it says in words.
    pub text: String,
    /// Longitude, latitude.
    pub position: Option<[f64; 2]>,
    /// Direction. Units: degrees from north, clockwise.
    pub azimuth: Option<f64>,
    /// Whatever else stands in it, flat.
    pub detail: BTreeMap<String, String>,
}

/// Words a push of our own form may carry as its `kind`.
pub const KINDS: &[&str] = &[
    "fire_alarm",
    "smoke",
    "heat",
    "gas",
    "electric",
    "water_low",
    "help",
    "fault",
    "battery_low",
    "shielded",
    "restored",
    "test",
    "heartbeat",
    "reading",
    "info",
];
/// Values kept of one push.
const MOST_DETAIL: usize = 40;

fn problem(code: &'static str, message: &str) -> Vec<Problem> {
    vec![Problem { offset: 0, code, message: message.to_owned() }]
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() && text != "undefined" => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

fn field(value: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| value.get(key).and_then(text_of))
}

fn number(value: &Value, keys: &[&str]) -> Option<f64> {
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    keys.iter().find_map(|key| value.get(key).and_then(number)).filter(|number| number.is_finite())
}

fn percent(value: &Value, keys: &[&str]) -> Option<u32> {
    number(value, keys)
        .filter(|percent| (0.0..=100.0).contains(percent))
        .map(|percent| percent.round() as u32)
}

/// Everything in it as `a.b` → text, in order, up to a limit.
fn flatten(value: &Value, prefix: &str, out: &mut BTreeMap<String, String>) {
    let Value::Object(map) = value else { return };
    for (key, value) in map {
        if out.len() >= MOST_DETAIL {
            return;
        }
        let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Object(_) if key.matches('.').count() < 4 => flatten(value, &key, out),
            value => drop(text_of(value).map(|text| out.insert(key, text.chars().take(200).collect()))),
        }
    }
}

fn json(bytes: &[u8]) -> Result<Value, Vec<Problem>> {
    serde_json::from_slice(bytes)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| problem("push.json", "内容不是 JSON 对象，无法读取"))
}

/// A push of CTWing. The meaning of alarm codes is the maker's: they are kept under `detail`, and whatever is not zero
/// is taken as the alarm the service is named for, or as smoke.
pub fn ctwing(bytes: &[u8]) -> Result<Push, Vec<Problem>> {
    let body = json(bytes)?;
    let payload = body.get("payload").unwrap_or(&Value::Null);
    let data = payload.get("serviceData").or_else(|| body.get("eventContent")).unwrap_or(payload);
    let mut push = Push {
        names: [field(&body, &["deviceId"]), field(&body, &["IMEI", "imei"]), field(data, &["IMEI"])]
            .into_iter()
            .flatten()
            .collect(),
        at_ms: number(&body, &["timestamp"]).map(|ms| ms as i64),
        battery: percent(data, &["Battery_Level", "battery_level", "battery"]),
        // The platform gives -1 where it counts nothing.
        sequence: field(&body, &["upPacketSN", "upDataSN"]).filter(|number| number != "-1"),
        ..Push::default()
    };
    push.names.dedup();
    flatten(&body, "", &mut push.detail);
    if push.names.is_empty() {
        return Err(problem("push.no_device", "推送没有设备标识（deviceId 或 IMEI），无法对应到设备"));
    }
    let event = number(&body, &["eventType"]);
    let alarm = number(data, &["Alarm_Status", "alarm_status", "smoke_state", "alarm_state"]);
    push.kind = match field(&body, &["messageType"]).as_deref() {
        Some("deviceOnlineOfflineReport") if event == Some(1.0) => "heartbeat",
        // Whether it is silent is told by its own interval, not by the platform.
        Some("deviceOnlineOfflineReport") => "info",
        Some("eventReport") if number(data, &["battery_state"]) == Some(1.0) => "battery_low",
        Some("eventReport") if event == Some(3.0) => "fault",
        Some("eventReport") if event == Some(2.0) && alarm.is_some_and(|code| code != 0.0) => "smoke",
        Some("eventReport") if event == Some(2.0) => "supervisory",
        _ if alarm.is_some_and(|code| code != 0.0) => "smoke",
        _ if alarm.is_some() => "heartbeat",
        _ => "reading",
    }
    .to_owned();
    if push.kind == "smoke"
        && let Some(code) = alarm
    {
        push.text = format!("报警状态码 {code}");
    }
    Ok(push)
}

/// A push of OneNET: `msg` as an object, as a list, or as text that holds one. Gives one for every message in it.
pub fn onenet(bytes: &[u8]) -> Result<Vec<Push>, Vec<Problem>> {
    let body = json(bytes)?;
    let msg = match body.get("msg") {
        Some(Value::String(text)) => {
            serde_json::from_str(text).map_err(|_| problem("push.json", "msg 不是 JSON，无法读取"))?
        }
        Some(msg) => msg.clone(),
        None => body,
    };
    let all = match msg {
        Value::Array(all) => all,
        one => vec![one],
    };
    all.iter().map(onenet_one).collect()
}

/// What OneNET signed of a push, as it stands in the bytes: the message, the nonce and the signature over both. None where
/// one of them is missing.
pub fn onenet_signed(bytes: &[u8]) -> Option<(String, String, String)> {
    let body = json(bytes).ok()?;
    let nonce = field(&body, &["nonce"])?;
    let signature = field(&body, &["msg_signature", "signature"])?;
    // Text is signed as it reads, an object as it was written: written anew it would be another.
    let msg = match body.get("msg")? {
        Value::String(text) => text.clone(),
        _ => raw_field(std::str::from_utf8(bytes).ok()?, "msg")?.to_owned(),
    };
    Some((msg, nonce, signature))
}

/// The text of a value of a JSON object, as it was written.
fn raw_field<'a>(object: &'a str, wanted: &str) -> Option<&'a str> {
    let mut rest = object.trim_start().strip_prefix('{')?;
    loop {
        let mut names = serde_json::Deserializer::from_str(rest).into_iter::<String>();
        let name = names.next()?.ok()?;
        rest = rest.get(names.byte_offset()..)?.trim_start().strip_prefix(':')?.trim_start();
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<serde::de::IgnoredAny>();
        values.next()?.ok()?;
        let (value, after) = rest.split_at_checked(values.byte_offset())?;
        if name == wanted {
            return Some(value.trim());
        }
        rest = after.trim_start().strip_prefix(',')?;
    }
}

fn onenet_one(msg: &Value) -> Result<Push, Vec<Problem>> {
    let mut push = Push {
        names: [field(msg, &["dev_id", "deviceId"]), field(msg, &["imei", "IMEI"])]
            .into_iter()
            .flatten()
            .collect(),
        at_ms: number(msg, &["at", "timestamp"]).map(|ms| ms as i64),
        ..Push::default()
    };
    if push.names.is_empty() {
        return Err(problem("push.no_device", "推送没有设备标识（dev_id），无法对应到设备"));
    }
    flatten(msg, "", &mut push.detail);
    let value = msg.get("value").unwrap_or(&Value::Null);
    push.battery = percent(value, &["battery", "Battery_Level"]);
    let alarm = number(value, &["alarm", "smoke", "Alarm_Status", "alarm_status"]);
    push.kind = match number(msg, &["type"]).map(|kind| kind as i64) {
        Some(2) if number(msg, &["status"]) == Some(1.0) => "heartbeat",
        Some(2 | 7) => "info",
        _ if alarm.is_some_and(|code| code != 0.0) => "smoke",
        _ if alarm.is_some() => "heartbeat",
        _ => "reading",
    }
    .to_owned();
    Ok(push)
}

/// Our own form: `{device, kind, at?, sequence?, text?, battery?, lon?, lat?, azimuth?}`.
pub fn generic(bytes: &[u8]) -> Result<Push, Vec<Problem>> {
    let body = json(bytes)?;
    let kind = field(&body, &["kind"]).unwrap_or_default();
    if !KINDS.contains(&kind.as_str()) {
        return Err(problem("push.kind", "kind 不是已知的信号种类，请对照接口说明"));
    }
    let names: Vec<String> = field(&body, &["device", "sn"]).into_iter().collect();
    if names.is_empty() {
        return Err(problem("push.no_device", "没有 device，无法对应到设备"));
    }
    Ok(Push { names, kind, ..telemetry_of(&body) })
}

/// The device and the number by which a signed message names itself; none where it does not.
pub fn numbered(bytes: &[u8]) -> Option<String> {
    let body = json(bytes).ok()?;
    let (name, own) = (field(&body, &["device", "sn"])?, field(&body, &["sequence", "seq", "id"])?);
    Some(format!("{name} {own}"))
}

/// The device a topic names: `town/{town}/device/{sn}/up` or `v1/devices/{sn}/telemetry`.
pub fn topic_device(topic: &str) -> Option<&str> {
    let parts: Vec<&str> = topic.split('/').collect();
    match parts.as_slice() {
        ["town", _, "device", name, "up"] | ["v1", "devices", name, "telemetry"] => Some(*name),
        _ => None,
    }
    .filter(|name| !name.is_empty())
}

/// Telemetry from a broker, under the name its topic gave. Its `kind` is taken when there is one; else what is not zero
/// or `true` under a telling name.
pub fn telemetry(name: &str, bytes: &[u8]) -> Result<Push, Vec<Problem>> {
    let body = json(bytes)?;
    // ThingsBoard's form with a time around the values.
    let values = body.get("values").filter(|values| values.is_object()).unwrap_or(&body);
    let mut push = telemetry_of(values);
    push.at_ms = push.at_ms.or_else(|| number(&body, &["ts"]).map(|ms| ms as i64));
    push.names = vec![name.to_owned()];
    let is_on = |key: &str| match values.get(key) {
        Some(Value::Bool(on)) => *on,
        Some(value) => value.as_f64().is_some_and(|number| number != 0.0),
        None => false,
    };
    let told = field(values, &["kind"]).filter(|kind| KINDS.contains(&kind.as_str()));
    push.kind = told.unwrap_or_else(|| {
        let telling = [
            ("fire_alarm", &["fire_alarm", "fire", "alarm"][..]),
            ("smoke", &["smoke"]),
            ("heat", &["heat"]),
            ("gas", &["gas"]),
            ("help", &["help", "sos"]),
            ("water_low", &["water_low"]),
            ("fault", &["fault"]),
            ("battery_low", &["battery_low"]),
        ];
        let found = telling.iter().find(|(_, keys)| keys.iter().any(|key| is_on(key)));
        found.map_or("reading", |(kind, _)| kind).to_owned()
    });
    Ok(push)
}

fn telemetry_of(body: &Value) -> Push {
    let mut push = Push {
        at_ms: number(body, &["at", "ts", "timestamp"]).map(|ms| ms as i64),
        battery: percent(body, &["battery"]),
        sequence: field(body, &["sequence", "seq", "id"]),
        text: field(body, &["text", "message"]).unwrap_or_default(),
        // What lies nowhere on earth is kept in the detail and shown, and is nobody's position.
        position: number(body, &["lon"])
            .zip(number(body, &["lat"]))
            .filter(|(lon, lat)| lon.abs() <= 180.0 && lat.abs() <= 90.0)
            .map(|(lon, lat)| [lon, lat]),
        azimuth: number(body, &["azimuth"]),
        ..Push::default()
    };
    flatten(body, "", &mut push.detail);
    push
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_lies_nowhere_on_earth_is_no_position_and_stays_in_the_detail() {
        let told = |lon: f64, lat: f64| {
            telemetry("d", format!(r#"{{"smoke":1,"lon":{lon},"lat":{lat}}}"#).as_bytes()).expect("read")
        };
        assert_eq!(told(105.87, 29.26).position, Some([105.87, 29.26]));
        for (lon, lat) in [(999.0, 99.0), (-500.0, 20.0), (105.0, 200.0)] {
            let push = told(lon, lat);
            assert_eq!(push.position, None, "{lon} {lat}");
            assert!(push.detail.contains_key("lon") && push.detail.contains_key("lat"), "{push:?}");
        }
    }

    #[test]
    fn a_signed_message_names_itself_by_device_and_number() {
        let own = numbered(br#"{"device":"w5","kind":"heat","sequence":"1"}"#);
        assert_eq!(own.as_deref(), Some("w5 1"));
        for unnamed in [&br#"{"device":"w5","kind":"heat"}"#[..], br#"{"sequence":1}"#, b"x"] {
            assert_eq!(numbered(unnamed), None);
        }
    }

    fn known(id: &str) -> (Vec<u8>, Value) {
        let all: Value = serde_json::from_str(include_str!("../testdata/nb_iot.json")).expect("test data");
        let case =
            all.as_array().expect("a list").iter().find(|case| case["id"] == id).expect("there").clone();
        (case["body"].to_string().into_bytes(), case["expect"].clone())
    }

    #[test]
    fn pushes_of_ctwing_say_who_when_and_what() {
        let (body, wanted) = known("CT01");
        let push = ctwing(&body).expect("a push");
        assert_eq!(push.at_ms, Some(1_606_982_320_277));
        assert_eq!(push.battery.map(Value::from), Some(wanted["battery_pct"].clone()));
        assert!(push.names.iter().any(|name| wanted["imei"] == name.as_str()));
        assert_eq!(push.kind, "smoke");
        let code = push.detail.get("payload.serviceData.Alarm_Status").map(String::as_str);
        assert_eq!(code, Some("2"), "the maker's code is kept");
        assert_eq!(push.sequence, None, "-1 counts nothing");
        let (body, _) = known("CT02");
        let push = ctwing(&body).expect("a push");
        assert_eq!((push.kind.as_str(), push.at_ms), ("heartbeat", Some(1_619_523_036_482)));
        let (body, _) = known("CT03");
        let push = ctwing(&body).expect("a push");
        assert_eq!((push.kind.as_str(), push.names.len()), ("battery_low", 2));
    }

    #[test]
    fn pushes_of_onenet_come_alone_in_lists_and_as_text() {
        let one =
            r#"{"type":1,"dev_id":2016617,"ds_id":"3200_0_5750","at":1466133706841,"value":{"alarm":1}}"#;
        for body in [
            format!(r#"{{"msg":{one},"msg_signature":"x","nonce":"y"}}"#),
            format!(r#"{{"msg":[{one}]}}"#),
            serde_json::json!({ "msg": one }).to_string(),
        ] {
            let pushes = onenet(body.as_bytes()).expect("pushes");
            let [push] = pushes.as_slice() else { panic!("{pushes:?}") };
            assert_eq!((push.kind.as_str(), push.names.as_slice()), ("smoke", &["2016617".to_owned()][..]));
            assert_eq!(push.at_ms, Some(1_466_133_706_841));
        }
        let signed = onenet_signed(
            br#" {"a":[1,{"msg":2}], "msg" : {"type":1, "dev_id":7} ,"nonce":"n","msg_signature":"s"}"#,
        );
        let wanted = (r#"{"type":1, "dev_id":7}"#.to_owned(), "n".to_owned(), "s".to_owned());
        assert_eq!(signed, Some(wanted), "as it was written, blanks and all");
        let text = onenet_signed(br#"{"msg":"{\"type\":1}","nonce":"n","signature":"s"}"#);
        assert_eq!(text.map(|(msg, ..)| msg).as_deref(), Some(r#"{"type":1}"#));
        assert_eq!(onenet_signed(br#"{"msg":{},"nonce":"n"}"#), None);
        let online = onenet(br#"{"msg":{"type":2,"dev_id":1,"status":1,"login_type":10}}"#).expect("a push");
        assert_eq!(online.first().map(|push| push.kind.as_str()), Some("heartbeat"));
        assert_eq!(
            onenet(br#"{"msg":{"type":1}}"#).expect_err("nobody").first().map(|p| p.code),
            Some("push.no_device")
        );
    }

    #[test]
    fn our_own_form_and_a_broker_s_telemetry() {
        let body = br#"{"device":"SN-1","kind":"smoke","at":5,"sequence":9,"battery":"80","lon":105.9,"lat":29.3,"azimuth":359}"#;
        let push = generic(body).expect("a push");
        assert_eq!(
            (push.sequence.as_deref(), push.battery, push.azimuth),
            (Some("9"), Some(80), Some(359.0))
        );
        assert_eq!(push.position, Some([105.9, 29.3]));
        let code = |body: &[u8]| generic(body).expect_err("wrong").first().map(|problem| problem.code);
        assert_eq!(code(b"<xml/>"), Some("push.json"));
        assert_eq!(code(br#"{"device":"SN-1","kind":"party"}"#), Some("push.kind"));
        assert_eq!(code(br#"{"kind":"smoke"}"#), Some("push.no_device"));
        let said = |body: &[u8]| telemetry("SN-1", body).expect("a push").kind;
        assert_eq!(said(br#"{"ts":1,"values":{"smoke":1}}"#), "smoke");
        assert_eq!(said(br#"{"smoke":false,"temperature":21.5}"#), "reading");
        assert_eq!(said(br#"{"kind":"help"}"#), "help");
        assert_eq!(said(br#"{"alarm":true}"#), "fire_alarm");
        assert_eq!(topic_device("town/500118100000/device/SN-1/up"), Some("SN-1"));
        assert_eq!(topic_device("v1/devices/SN-1/telemetry"), Some("SN-1"));
        assert_eq!(topic_device("town/500118100000/device/SN-1/down"), None);
        assert_eq!(topic_device("town/500118100000/device//up"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in "\\PC*") {
            for body in [bytes.as_slice(), text.as_bytes()] {
                let _ = (ctwing(body), onenet(body), onenet_signed(body), generic(body), telemetry("x", body));
            }
        }
    }
}
