//! What stories of the field need: places, records filled in by the sheet, pictures.

use anyhow::Context;
use axum::http::Method;
use serde_json::{Value, json};

use super::{Browser, Told};

/// Adds a place and gives its id.
pub async fn add_place(
    browser: &mut Browser,
    name: &str,
    village: &str,
    category: &str,
    tags: &[&str],
) -> anyhow::Result<String> {
    let body = json!({
        "name": name, "category": category, "tags": tags, "village": village, "address": "老街 1 号",
        "registration": { "kind": "unknown", "uscc": null },
        "heads": { "lodging": null, "working": null, "training": null, "capacity": null, "beds": null },
        "responsible": { "name": "杨老板", "phone": "13800001111" }, "opening": "open", "note": "",
    });
    let place = browser.post("/api/v1/places", body).await?.ok()?;
    Ok(place["id"].as_str().context("an id")?.to_owned())
}

/// A visit as a phone fills it in: everything passes but what fails.
#[derive(Clone)]
pub struct Visit {
    /// Id of the record.
    pub id: String,
    /// Ids of its photos, one for each failed item.
    pub photos: Vec<String>,
    place: String,
    person: String,
    task: Value,
    pins: Value,
    items: Vec<String>,
    failed: Vec<String>,
    fixed: Vec<String>,
    ended_at: String,
}

impl Visit {
    /// The `n`-th visit of a story.
    pub fn of(n: u32, place: &str, login: &str, sheet: &Value) -> Self {
        let items = sheet["items"].as_array().cloned().unwrap_or_default();
        Self {
            id: format!("01a00000-0000-7000-8000-0000000{n:05}"),
            photos: Vec::new(),
            place: place.to_owned(),
            person: format!("p-{login}"),
            task: Value::Null,
            pins: sheet["pins"].clone(),
            items: items.iter().filter_map(|item| item["code"].as_str().map(str::to_owned)).collect(),
            failed: Vec::new(),
            fixed: Vec::new(),
            ended_at: "2026-09-21T08:45:00+08:00".to_owned(),
        }
    }

    /// An item fails, with a photo.
    pub fn failing(mut self, item: &str) -> Self {
        let n = self.photos.len() + 1;
        self.photos.push(format!("{}-{n:04}-{}", &self.id[..18], &self.id[24..]));
        self.failed.push(item.to_owned());
        self
    }

    /// An item fails and is put right while they are there.
    pub fn fixing(mut self, item: &str) -> Self {
        self.fixed.push(item.to_owned());
        self.failing(item)
    }

    /// The picture of an item put right.
    pub fn after(&self, item: &str) -> String {
        let n = 9_000 + self.fixed.iter().position(|fixed| fixed == item).unwrap_or(0);
        format!("{}-{n:04}-{}", &self.id[..18], &self.id[24..])
    }

    /// It ended then.
    pub fn at(mut self, ended_at: &str) -> Self {
        self.ended_at = ended_at.to_owned();
        self
    }

    /// It answers a task.
    pub fn task(mut self, id: &Value) -> Self {
        self.task = id.clone();
        self
    }

    /// As sent.
    pub fn body(&self) -> Value {
        let answer = |item: &String| match self.failed.iter().position(|failed| failed == item) {
            Some(at) => {
                let after: Vec<String> =
                    self.fixed.iter().filter(|fixed| *fixed == item).map(|fixed| self.after(fixed)).collect();
                json!({ "item": item, "value": "fail", "note": "堆了纸箱", "photos": [self.photos[at]], "fixed": after })
            }
            None => json!({ "item": item, "value": "pass", "note": "", "photos": [] }),
        };
        json!({
            "id": self.id, "place": self.place, "task": self.task, "power": "governance", "occasion": "routine",
            "inspectors": [self.person], "showed_certificates": false,
            "companion": { "kind": "not_signed", "reason": "店主外出" },
            "pins": self.pins, "answers": self.items.iter().map(answer).collect::<Vec<_>>(), "photos": [],
            "position": { "lon": 105.92, "lat": 29.35, "accuracy_m": 12.0 },
            "started_at": self.ended_at, "ended_at": self.ended_at,
        })
    }
}

/// Records the `n`-th visit by the place's own sheet, some items failing, and gives its id.
pub async fn recorded(
    browser: &mut Browser,
    n: u32,
    place: &str,
    login: &str,
    failing: &[&str],
) -> anyhow::Result<String> {
    let sheet = browser.get(&format!("/api/v1/places/{place}/sheet")).await?.ok()?;
    let visit = failing.iter().fold(Visit::of(n, place, login, &sheet), |visit, item| visit.failing(item));
    browser.post("/api/v1/inspections", visit.body()).await?.ok()?;
    Ok(visit.id)
}

/// Sends a whole picture in one part.
pub async fn photo(
    browser: &mut Browser,
    id: &str,
    object: (&str, &str),
    role: &str,
    bytes: &[u8],
) -> anyhow::Result<Told> {
    part(browser, id, object, role, bytes, 0, bytes.len()).await
}

/// Sends a part of a picture.
pub async fn part(
    browser: &mut Browser,
    id: &str,
    (kind, object): (&str, &str),
    role: &str,
    bytes: &[u8],
    from: usize,
    to: usize,
) -> anyhow::Result<Told> {
    let path = format!("/api/v1/photos/{id}?object_kind={kind}&object_id={object}&role={role}");
    let (offset, length, hash) = (from.to_string(), bytes.len().to_string(), app::request_hash(bytes));
    let headers = [
        ("upload-offset", offset.as_str()),
        ("upload-length", length.as_str()),
        ("upload-sha256", hash.as_str()),
        ("content-type", "application/octet-stream"),
    ];
    browser.send(Method::PUT, &path, &headers, bytes[from..to].to_vec()).await
}

/// A small picture of its own, large enough to be sent in two parts.
pub fn png(seed: u8) -> Vec<u8> {
    fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
        out.extend(u32::try_from(data.len()).unwrap_or(0).to_be_bytes());
        let body = [kind.as_slice(), data].concat();
        let mut crc = u32::MAX;
        for byte in &body {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
            }
        }
        out.extend(body);
        out.extend((!crc).to_be_bytes());
    }
    let (width, height) = (64_u32, 48_u32);
    let mut raw = Vec::new();
    for y in 0..height {
        raw.push(0);
        for x in 0..width {
            raw.extend([seed, (x * 4) as u8, (y * 5) as u8]);
        }
    }
    // Stored, not compressed: a picture needs no more.
    let mut data = vec![0x78, 0x01];
    let mut blocks = raw.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        data.push(u8::from(blocks.peek().is_none()));
        let length = u16::try_from(block.len()).unwrap_or(0);
        data.extend(length.to_le_bytes());
        data.extend((!length).to_le_bytes());
        data.extend(block);
    }
    let (a, b) = raw.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    data.extend(((b << 16) | a).to_be_bytes());
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = [width.to_be_bytes(), height.to_be_bytes()].concat();
    head.extend([8, 2, 0, 0, 0]);
    chunk(&mut out, b"IHDR", &head);
    chunk(&mut out, b"IDAT", &data);
    chunk(&mut out, b"IEND", &[]);
    out
}

/// A detector in a village, by itself.
pub fn sensor(village: &str, name: &str) -> Value {
    json!({ "name": name, "kind": "smoke_detector", "owner": "village-1", "territory": village, "lon": 105.87,
        "lat": 29.27, "heartbeat_s": 3600, "version": 1 })
}

/// What somebody said on the telephone.
pub fn call(place: &str, text: &str) -> Value {
    json!({ "source": "telephone", "kind": "smoke", "text": text, "place": place })
}
