//! What the first village has and does, as it is sent: for the story of who may not. What does not belong here: the table
//! of endpoints (`policy`).

use serde_json::{Value, json};

use crate::common::V1;

/// Told in nothing the next village is sent.
pub const BOUGHT: &str = "老街商铺消防安全评估";
/// Told in nothing the next village is sent.
pub const PRACTISED: &str = "老街夜间疏散演练";
/// Told in nothing the next village is sent.
pub const CALLED_FOR: &str = "老街气瓶间紧邻住人阁楼";
/// Told in nothing the next village is sent.
pub const WENT_TO: &str = "老街 12 号灶房";
/// Told in nothing the next village is sent.
pub const TOLD: &str = "老街灭火器演示";
/// Told in nothing the next village is sent.
pub const FORCE: &str = "场镇社区微型消防站（测试）";

/// Something the first village did.
pub fn activity(id: &str) -> Value {
    json!({ "id": id, "kind": "activity", "title": TOLD, "happened_on": "2026-09-01",
        "claims": [{ "duty": "C8.11", "need": "activity.held", "subject_kind": "village", "subject": V1 }] })
}

/// A service bought for it.
pub fn contract(id: &str) -> Value {
    json!({ "id": id, "kind": "third_party", "title": BOUGHT, "provider": "unit", "territory": V1,
        "what": "评估", "signed_on": "2026-09-01", "from": "2026-09-01", "until": "2026-12-31",
        "deliverables": [{ "what": "报告", "due_on": "2026-12-01" }] })
}

/// A false alarm its force went out to.
pub fn sortie(force: &str) -> Value {
    json!({ "force": force, "incident": "false_alarm", "site": WENT_TO, "called_at": "2026-09-20T08:00:00+08:00",
        "left_at": "2026-09-20T08:02:00+08:00", "back_at": "2026-09-20T08:30:00+08:00", "crew": ["p-staff1"],
        "text": "误报，已返回" })
}

/// A campaign of the town over its small places.
pub fn campaign(id: &str) -> Value {
    json!({ "id": id, "class": "nine_small", "title": "九小场所专项整治", "lead": "office", "from": "2026-09-01",
        "until": "2026-10-31" })
}

/// A whistle about the first village's shop.
pub fn whistle(id: &str) -> Value {
    json!({ "id": id, "kind": "ordinary", "problem": CALLED_FOR, "place": "01a00000-0000-7000-8000-000000000101" })
}

/// A drill it is to hold.
pub fn drill() -> Value {
    json!({ "title": PRACTISED, "scenario": "evacuation", "subject_kind": "village", "subject": V1,
        "org": "village-1", "script": "假定二楼起火", "due_on": "2026-10-31", "version": 1 })
}

/// A station of a village.
pub fn station(village: &str) -> Value {
    json!({ "kind": "micro", "served": "village", "name": FORCE, "org": "village-1", "territory": village,
        "standard": "village_micro", "phone": "023-49000001", "version": 1 })
}

/// A letter of its secretary.
pub fn letter(id: &str) -> Value {
    json!({ "id": id, "post": "post-secretary1", "signer": "p-secretary1", "signed_on": "2026-01-10",
        "from": "2026-01-10", "until": "2026-12-31", "duties": ["C8.8"] })
}
