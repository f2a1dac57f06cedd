//! Endpoints of incidents, orders and messages for the table of rights, and what is sent to them. What does not belong here:
//! who tries them (`policy`).

use anyhow::Context;
use serde_json::{Value, json};

use crate::common::endpoints::Kind::{self, Business, Keeper, Own, Row, Rows};
use crate::common::made::station;
use crate::common::{Browser, V1};

/// Told in nothing the next village is sent.
pub const BURNS: &str = "老街 15 号堆房";

/// Method, path, kind.
pub const TABLE: &[(&str, &str, Kind)] = &[
    ("get", "/api/v1/incidents", Rows),
    ("post", "/api/v1/incidents", Row),
    ("get", "/api/v1/incidents/options", Rows),
    ("get", "/api/v1/incidents/statistics", Rows),
    ("get", "/api/v1/incidents/{id}", Row),
    ("get", "/api/v1/incidents/{id}/card", Row),
    ("get", "/api/v1/incidents/{id}/candidates", Row),
    ("post", "/api/v1/incidents/{id}/dispatches", Row),
    ("post", "/api/v1/incidents/{id}/steps", Row),
    ("post", "/api/v1/dispatches/{id}/steps", Row),
    ("get", "/api/v1/dispatches/{id}/way", Row),
    ("get", "/api/v1/me/dispatches", Own),
    ("get", "/api/v1/messages", Business),
    ("get", "/api/v1/me/messages", Own),
    ("post", "/api/v1/me/messages/received", Own),
    ("get", "/api/v1/me/reach", Own),
    ("put", "/api/v1/me/reach", Own),
    ("get", "/api/v1/me/push", Own),
    ("post", "/api/v1/me/push", Own),
    ("post", "/api/v1/me/push/{id}/end", Own),
    ("get", "/api/v1/duty", Rows),
    ("get", "/api/v1/duty/watch", Business),
    ("post", "/api/v1/duty/watch", Business),
    ("post", "/api/v1/duty/watch/end", Business),
    ("post", "/api/v1/incident-rehearsals", Business),
    ("get", "/api/v1/incident-masks", Business),
    ("post", "/api/v1/incident-masks", Business),
    ("post", "/api/v1/incident-masks/{id}/void", Business),
    ("get", "/api/v1/subscribers", Keeper),
    ("post", "/api/v1/subscribers", Keeper),
    ("get", "/api/v1/subscribers/events", Keeper),
    ("post", "/api/v1/subscribers/{id}/steps", Keeper),
];

/// What is sent to an endpoint of these; none for any other.
pub fn body(path: &str, force: &str) -> Option<Value> {
    Some(match path {
        "incidents" => json!({ "village": V1, "address": BURNS, "text": "冒烟" }),
        "incidents/{id}/steps" => json!({ "step": "verify" }),
        "incidents/{id}/dispatches" => json!({ "people": [{ "person": "p-staff1", "force": force }] }),
        "dispatches/{id}/steps" => json!({ "state": "accepted" }),
        "incident-masks" => {
            json!({ "what": "砖厂烟囱", "spot": { "lon": 105.8, "lat": 29.2 }, "radius_m": 50.0 })
        }
        "subscribers" => {
            json!({ "name": "区平台", "url": "https://district.example/in", "kinds": ["incident"] })
        }
        "subscribers/{id}/steps" => json!({ "step": "pause", "version": 1 }),
        "me/reach" => json!({ "ways": [{ "channel": "desk" }], "version": 0 }),
        "me/push" => json!({ "endpoint": "https://push.example/x", "p256dh": "", "auth": "" }),
        _ => return None,
    })
}

/// An incident of the first village and an order to it: their ids.
pub async fn settled(clerk: &mut Browser, force: &str) -> anyhow::Result<(String, String)> {
    let id = |value: &Value| value["id"].as_str().map(str::to_owned).context("an id");
    let burns = json!({ "village": V1, "address": BURNS, "text": "冒烟" });
    let incident = id(&clerk.post("/api/v1/incidents", burns).await?.ok()?)?;
    let called = json!({ "people": [{ "person": "p-staff1", "force": force }] });
    let called = clerk.post(&format!("/api/v1/incidents/{incident}/dispatches"), called).await?.ok()?;
    Ok((incident, id(&called["orders"][0])?))
}

/// A station of the first village in use, with one person: its id.
pub async fn force(clerk: &mut Browser) -> anyhow::Result<String> {
    let id = |value: &Value| value["id"].as_str().map(str::to_owned).context("an id");
    let mut near = station(V1);
    let post = json!({ "role": "station_member", "org": "village-1", "territory": V1, "name": "应急队员" });
    let post = id(&clerk.post("/api/v1/posts", post).await?.ok()?)?;
    let held = json!({ "post": post, "person": "p-staff1", "from": "2026-09-01", "basis": "演示" });
    clerk.post("/api/v1/assignments", held).await?.ok()?;
    near["posts"] = json!([post]);
    let force = id(&clerk.post("/api/v1/forces", near).await?.ok()?)?;
    let accepted = json!({ "on": "2026-09-10", "text": "镇消安办", "version": 1 });
    clerk.post(&format!("/api/v1/forces/{force}/accept"), accepted).await?.ok()?;
    Ok(force)
}
