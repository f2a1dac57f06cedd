//! Every endpoint, tried by who may not: nobody, the unit's own person, the machine's keeper, the next village. The table
//! names them all; one that is described and not in the table fails the test, so does one in the table that is no more.

use std::collections::BTreeSet;

use anyhow::Context;
use api::openapi;
use app::Caller;
use axum::http::Method;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common;
use crate::common::alarm;
use crate::common::endpoints::Kind::{Keeper, Mine, Own, Public, Row, Rows, Words};
use crate::common::endpoints::TABLE;
use crate::common::field::{call, recorded, sensor};
use crate::common::made::{
    BOUGHT, CALLED_FOR, FORCE, PRACTISED, TOLD, WENT_TO, activity, campaign, contract, drill, letter, sortie,
    station, whistle,
};
use crate::common::{Browser, Town, V1, V2, shop, town};

const SHOP: &str = "01a00000-0000-7000-8000-000000000101";
const MILL: &str = "01a00000-0000-7000-8000-000000000102";
const HAZARD: &str = "01a00000-0000-7000-8000-000000000201";
const PHOTO: &str = "01a00000-0000-7000-8000-000000000301";
const EVIDENCE: &str = "01a00000-0000-7000-8000-000000000501";
const LETTER: &str = "01a00000-0000-7000-8000-000000000601";
const CONTRACT: &str = "01a00000-0000-7000-8000-000000000801";
const WHISTLE: &str = "01a00000-0000-7000-8000-000000000a01";
const CAMPAIGN: &str = "01a00000-0000-7000-8000-000000000902";
const CALLED: &str = "老街站九月呼叫";
const TAUGHT: &str = "场镇社区居民消防培训";
const SENSOR: &str = "老街五金店后堂感烟";
const SMOKED: &str = "老街后堂冒烟，邻居来电";
const HUNG: &str = "场镇社区村委会门口";
const REPORTED: &str = "夜市棚户飞线充电";
const PATROL: &str = "01a00000-0000-7000-8000-000000000901";
const WALKED: &str = "老街夜间巡查一圈";
const PLAN: &str = "场镇社区十月检查计划";
/// Told in nothing the next village is sent.
const SECRETS: &[&str] = &[
    SHOP,
    HAZARD,
    PHOTO,
    "老街五金店",
    "楼梯间堆放货物",
    PLAN,
    EVIDENCE,
    LETTER,
    TOLD,
    TAUGHT,
    BOUGHT,
    PRACTISED,
    CALLED,
    WENT_TO,
    CALLED_FOR,
    alarm::BURNS,
    FORCE,
    WALKED,
    HUNG,
    SENSOR,
    SMOKED,
    REPORTED,
];

/// A stream: it never ends, so it is opened and left.
const STREAMS: &[&str] = &["/api/v1/events"];

/// What the first village has.
struct Ids {
    task: String,
    visit: String,
    record: Value,
    plan: String,
    list: String,
    entry: String,
    checklist: String,
    course: String,
    training: String,
    handover: String,
    drill: String,
    call_test: String,
    sortie: String,
    alarm: (String, String),
    force: String,
    paper: String,
    placard: String,
    device: String,
    signal: String,
    report_case: String,
}

impl Ids {
    /// The path with ids of the first village's own.
    fn fill(&self, path: &str) -> String {
        // What an export is of stands behind it.
        let of = path.strip_prefix("/api/v1/exports/").or_else(|| path.strip_prefix("/api/v1/"));
        let id = match of.and_then(|rest| rest.split('/').next()).unwrap_or_default() {
            "hazards" => HAZARD,
            "tasks" => &self.task,
            "inspections" => &self.visit,
            "photos" => PHOTO,
            "evidence" => EVIDENCE,
            "letters" => LETTER,
            "contracts" => CONTRACT,
            "campaigns" => CAMPAIGN,
            "whistles" => WHISTLE,
            "drills" => &self.drill,
            "call-tests" => &self.call_test,
            "sorties" => &self.sortie,
            "incidents" => &self.alarm.0,
            "dispatches" => &self.alarm.1,
            "place-lists" => &self.list,
            "places" | "houses" => SHOP,
            "inspection-plans" => &self.plan,
            "people" => "p-staff1",
            "assignments" => "a-staff1",
            "orgs" => "village-1",
            "posts" => "post-staff1",
            "handovers" => &self.handover,
            "papers" => &self.paper,
            "checklists" => &self.checklist,
            "trainings" => &self.training,
            "forces" => &self.force,
            "patrols" => PATROL,
            "placards" => &self.placard,
            "devices" => &self.device,
            "signals" => &self.signal,
            "report-cases" => &self.report_case,
            "board" | "duties" => "C10.1",
            _ => "01a00000-0000-7000-8000-0000000009ff",
        };
        let code = match path {
            _ if path.contains("territories") => V1,
            _ if path.contains("papers/series") => "advice",
            _ => "C10",
        };
        let query = match path {
            "/api/v1/papers/prefill" => {
                "?template=DT02&about_kind=hazard&about=01a00000-0000-7000-8000-000000000201"
            }
            "/api/v1/search" => "?q=%E8%80%81%E8%A1%97",
            "/api/v1/joint-offers" => "?year=2026&month=9",
            "/api/v1/notice/text" => "?name=x.txt",
            "/api/v1/incidents/statistics" => "?from=2026-09-01&to=2026-09-30",
            "/api/v1/imports" => "?kind=places&name=x.csv",
            "/api/v1/imports/template.xlsx" => "?kind=places",
            "/api/v1/exports/places" | "/api/v1/exports/facilities" => "?format=csv",
            "/api/v1/exports/layers" => "?layers=places&format=csv",
            // What is packed cannot be read through for secrets.
            list if list.starts_with("/api/v1/exports/") && !list.ends_with("/file") => "?format=csv",
            "/api/v1/attachments" => {
                "?id=01a00000-0000-7000-8000-000000000701&object_kind=evidence\
                 &object_id=01a00000-0000-7000-8000-000000000501&name=x.pdf"
            }
            "/api/v1/roads/route" => "?from=105.87,29.26&to=105.88,29.26&vehicle=engine",
            "/api/v1/roads/reach" => "?from=105.87,29.26&vehicle=engine",
            "/api/v1/letters/statement" => "?post=post-secretary1&year=2026",
            "/api/v1/board/duties/{id}/evidence" => "?subject_kind=place&subject=x&window=2026",
            _ => "",
        };
        path.replace("{id}", id)
            .replace("{code}", code)
            .replace("{login}", "nobody")
            .replace("{entry}", &self.entry)
            .replace("{link}", "x")
            .replace("{job}", "x")
            .replace("{step}", "void")
            .replace("{no}", "1")
            .replace("{year}", "2027")
            .replace("{attendance}", "x")
            .replace("{check}", "x")
            .replace("{person}", "p-staff1")
            .replace("{patrol}", "x")
            .replace("{attempt}", "x")
            .replace("{format}", "csv")
            .replace("{provider}", "nowhere")
            .replace("{channel}", "nowhere")
            .replace("{layer}", "places")
            .replace("{map}", "x")
            .replace("{what}", "nothing.json")
            .replace("{feature}", SHOP)
            .replace("{z}/{x}/{y}", "0/0/0.mvt")
            + query
    }

    /// A body that would be right coming from who may.
    fn body(&self, path: &str) -> Value {
        let reason = "为了核对";
        match path.trim_start_matches("/api/v1/") {
            "hazards" => {
                json!({ "id": "01a00000-0000-7000-8000-000000000299", "place": SHOP, "hazard_code": "H01.1",
                "description": "堆放货物", "photos": [] })
            }
            "evidence" => activity("01a00000-0000-7000-8000-000000000502"),
            "evidence/{id}/resubmit" => {
                let mut edition = activity(EVIDENCE);
                edition["version"] = json!(1);
                edition
            }
            "evidence/{id}/decide" => json!({ "accept": false, "reason": reason, "version": 1 }),
            "letters" => letter("01a00000-0000-7000-8000-000000000602"),
            "hazards/{id}/steps" => json!({ "version": 1, "step": "grade", "level": "general" }),
            "hazards/{id}/links" => json!({ "days": 7 }),
            "inspection-plans" => json!({ "org": "village-1", "title": "十月",
                "span": { "kind": "month", "year": 2026, "month": 11 } }),
            "inspection-plans/{id}/items" => json!({ "items": [], "version": 1 }),
            "joint-offers/accept" => json!({ "tasks": [self.task, PHOTO], "lead": "village-1" }),
            "inspections" => self.record.clone(),
            "inspections/{id}/correct" => json!({ "record": self.record, "reason": reason, "edition": 1 }),
            "place-lists" => json!({ "kind": "village_listed", "owner": "village-1", "village": V1 }),
            "place-lists/{id}/baseline" => {
                json!({ "count": 71, "on": "2023-02-20", "reason": reason, "version": 1 })
            }
            "place-lists/{id}/entries" => json!({ "place": SHOP, "from": "2026-09-21", "reason": reason }),
            "place-lists/{id}/entries/many" => {
                json!({ "places": [SHOP], "step": "enter", "on": "2026-09-21", "reason": reason })
            }
            "place-lists/{id}/entries/{entry}/end" => {
                json!({ "on": "2026-09-21", "reason": reason, "version": 1 })
            }
            "places" | "places/{id}" => {
                json!({ "name": "别处小店", "category": "nine_small.shop", "village": V1,
                "opening": "open", "responsible": { "name": "甲", "phone": "" }, "note": "", "version": 1 })
            }
            "places/{id}/verify" => json!({ "on": "2026-09-21", "version": 1 }),
            "tasks" => {
                json!({ "place": SHOP, "kind": "routine", "from": "2026-09-21", "due_on": "2026-09-30", "note": "" })
            }
            "tasks/assign" => json!({ "tasks": [{ "id": self.task, "version": 1 }], "to": "p-staff2" }),
            "tasks/{id}/unable" => json!({ "version": 1, "reason": "locked", "note": "" }),
            "accounts" => {
                json!({ "login": "nobody", "person": "p-nobody", "password": "a long password of words" })
            }
            "accounts/{login}/reset" => json!({ "password": "a long password of words" }),
            "orgs" | "orgs/{id}" => {
                json!({ "kind": "dept", "name": "甲", "relation": "town", "territory": V1 })
            }
            "posts" => json!({ "role": "volunteer", "org": "village-1", "territory": V1, "name": "志愿者" }),
            "posts/{id}" => json!({ "name": "甲", "min_n": 1, "active": true, "version": 1 }),
            "posts/{id}/handover" => json!({ "taker": "p-grid1", "from": "2026-10-01" }),
            "handovers/{id}/sign" => json!({ "as": "taker", "version": 1 }),
            "territories" | "territories/{code}" => {
                json!({ "code": "x", "level": "grid", "parent": V1, "name": "甲", "version": 1 })
            }
            "territories/{code}/boundary" => json!({
                "area": { "type": "Polygon", "coordinates": [[[105.8, 29.2], [105.9, 29.2], [105.9, 29.3], [105.8, 29.2]]] },
                "from": "2026-01-01", "source": "界线图",
            }),
            "boundaries" => {
                json!({ "features": { "features": [] }, "from": "2026-01-01", "source": "界线图" })
            }
            "assignments" => json!({ "person": "p-staff2", "post": "post-staff1", "from": "2026-09-21" }),
            "assignments/{id}/end" => json!({ "last_day": "2026-09-21" }),
            "assignments/{id}/away" => json!({ "from": "2026-09-21", "to": "2026-09-25" }),
            "assignments/{id}/away/back" => json!({ "from": "2026-09-21" }),
            "people" | "people/{id}" => json!({ "name": "甲" }),
            "checklists" => json!({ "code": "x", "title": "甲", "purpose": "full",
                "applies": { "categories": [], "tags": [], "always": true } }),
            "checklists/{id}" => json!({ "title": "甲", "items": [], "version": 1 }),
            "checklists/{id}/publish" => json!({ "from": "2026-10-01", "version": 1 }),
            "checklists/{id}/retire" => json!({ "to": "2026-10-01", "version": 1 }),
            "notice" => json!({ "title": "甲", "body": "乙" }),
            "notice/findings" => json!({ "key": "x", "ruling": "accepted" }),
            "parameters" => {
                json!({ "name": "C9.2.period", "value": "month", "from": "2026-10-01", "reason": reason })
            }
            "calendar/{year}" => json!({ "source": "通知", "version": null,
                "holidays": [{ "name": "元旦", "from": "2027-01-01", "to": "2027-01-01" }] }),
            "parameters/preview" => json!({ "name": "C9.2.period", "value": "month", "from": "2026-10-01" }),
            "plan/compare" => json!({ "source": "" }),
            "plan/proposals" | "plan/proposals/preview" => {
                json!({ "duty": "C9.2", "from": "2026-10-01", "reason": reason })
            }
            "plan/proposals/{id}/decide" | "parameters/{id}/decide" => {
                json!({ "approve": true, "reason": "", "version": 1 })
            }
            "papers" | "papers/{id}" => {
                json!({ "template": "DT02", "org": "village-1", "values": {}, "version": 1 })
            }
            "papers/print" => json!({ "ids": [self.paper] }),
            "papers/templates" | "papers/templates/{id}" => {
                json!({ "code": "DT02", "words": {}, "from": "2026-10-01", "why": reason, "version": 1 })
            }
            "papers/templates/{id}/decide" => json!({ "approve": true, "version": 1 }),
            "papers/templates/{id}/withdraw" => json!({ "reason": reason, "version": 1 }),
            "papers/series/{code}" => json!({ "pattern": "青〔{year}〕{n}号" }),
            "papers/{id}/approve" | "papers/{id}/issue" => json!({ "version": 1 }),
            "papers/{id}/serve" => {
                json!({ "way": "direct", "to": "甲", "on": "2026-09-21", "version": 1 })
            }
            "places/{id}/merge" => json!({ "into": MILL, "reason": reason, "version": 1, "into_version": 1 }),
            "papers/{id}/revoke" | "roads/scenarios/{id}/void" => json!({ "reason": reason, "version": 1 }),
            "papers/{id}/circulate" => json!({ "bodies": ["village-2"], "version": 1 }),
            "trainings/{id}/attendance/{attendance}/certificate" => {
                json!({ "number": "甲-1", "issued_on": "2026-09-21" })
            }
            "papers/{id}/answer" => json!({ "org": "village-1" }),
            "imports/{id}/commit" | "imports/{id}/dry-run" => json!({ "sheet": "x", "header_row": 1 }),
            "courses" | "courses/{id}" => json!({ "kind": "unit", "name": "甲", "hours": 1 }),
            "courses/{id}/questions" => json!({ "items": [{ "kind": "true_false", "text": "甲",
                "options": ["对", "错"], "right": [0] }] }),
            "questions/{id}" => {
                json!({ "kind": "true_false", "text": "甲", "options": ["对", "错"], "right": [0] })
            }
            "trainings" => {
                json!({ "course": self.course, "title": "甲", "on": "2026-09-21", "org": "village-1" })
            }
            "trainings/{id}" => {
                json!({ "title": TAUGHT, "on": "2026-09-21", "trainer": "village-1", "version": 1 })
            }
            "trainings/{id}/steps" => json!({ "step": "notify", "version": 1 }),
            "trainings/{id}/attendance" => json!({ "people": [{ "person": "p-staff1" }] }),
            "trainings/{id}/test/{attempt}" => json!({ "chosen": [] }),
            "gate/exemptions" => {
                json!({ "person": "p-grid1", "from": "2026-09-21", "to": "2026-10-21", "reason": reason })
            }
            "certificates" => json!({ "person": "p-grid1", "kind": "fire_training_grid", "number": "1",
                "issuer": "区消防救援机构", "issued_on": "2026-09-21" }),
            "exports" => json!({ "format": "csv", "reason": reason }),
            "exports/{id}/decide" => json!({ "approve": true, "version": 1 }),
            "waivers" => {
                json!({ "duty": "C9.2", "from": "2026-10-01", "kind": "postponed", "reason": reason })
            }
            "forces" | "forces/{id}" => station(V1),
            "forces/{id}/accept"
            | "forces/{id}/close"
            | "forces/{id}/enter-dispatch"
            | "forces/{id}/leave-dispatch"
            | "forces/{id}/vehicles/{no}/withdraw" => {
                json!({ "on": "2026-09-21", "text": reason, "version": 1 })
            }
            "forces/{id}/vehicles" => {
                json!({ "item": "motorcycle", "name": "甲", "from": "2026-09-21", "version": 1 })
            }
            "forces/{id}/checks" => json!({ "on": "2026-09-21", "counts": [{ "item": "hose", "have": 1 }] }),
            "forces/{id}/roster" => json!({ "days": [{ "on": "2026-09-21", "duties": [] }], "version": 1 }),
            "forces/{id}/patrols" => {
                json!({ "on": "2026-09-21", "people": ["p-staff1"], "text": "甲" })
            }
            "placards" => json!({ "kind": "village", "about": V1, "spot": "甲", "size": "a4" }),
            "placards/{id}" => json!({ "spot": "甲", "size": "a4", "version": 1 }),
            "placards/{id}/post" => json!({ "photos": [PHOTO], "on": "2026-09-21", "version": 1 }),
            "placards/print" => json!({ "village": V1 }),
            "devices" | "devices/{id}" => sensor(V1, SENSOR),
            "facilities" | "facilities/{id}" => {
                json!({ "kind": "fire_pool", "name": "甲", "territory": V1, "version": 1 })
            }
            "roads" | "roads/{id}" | "roads/scenarios" | "roads/scenarios/{id}" => {
                json!({ "name": "甲", "rank": "village_main", "territory": V1, "version": 1,
                "geometry": { "type": "LineString", "coordinates": [[105.87, 29.26], [105.88, 29.26]] },
                "changes": [{ "what": "station", "name": "新站", "lon": 105.87, "lat": 29.26 }] })
            }
            "roads/{id}/steps" => json!({ "step": "close", "text": reason }),
            "roads/groups/{code}" => json!({ "lon": 105.87, "lat": 29.26, "version": 0 }),
            "roads/groups/{code}/counts" => {
                json!({ "counted_on": "2026-01-01", "households": 30, "people": 80, "source": "户籍年报" })
            }
            "report-cases" => {
                json!({ "channel": "visit", "matter": "other", "content": "甲", "territory": V1 })
            }
            "report-cases/{id}/steps" => json!({ "step": "accept", "text": reason, "version": 1 }),
            "report-cases/{id}/reporter" | "report-cases/{id}/voice" => json!({ "reason": reason }),
            "authority" => json!({ "name": "甲", "power": "punish", "basis": "empowered", "law": "乙",
                "holder": "town", "source": "丙", "from": "2026-01-01" }),
            "authority/{id}/end" => json!({ "step": "void", "reason": reason, "version": 1 }),
            "cases" => json!({ "place": SHOP, "cause": "甲", "party": "乙", "party_kind": "citizen" }),
            "cases/on-spot" => json!({ "case": { "place": SHOP, "cause": "甲" }, "showed": true }),
            "cases/{id}/steps" => json!({ "step": "withdraw", "text": reason, "version": 1 }),
            "joint-control/plan" => {
                json!({ "place": SHOP, "lead": "village-1", "bodies": ["police"], "from": "2026-09-21", "due_on": "2026-09-30" })
            }
            "sectors/risks" => json!({ "org": "dept-civil", "hazard": "H01.1" }),
            "sectors/risks/{id}/steps" | "sectors/rulings/{id}/steps" => {
                json!({ "step": "void", "text": reason, "version": 1 })
            }
            "sectors/rulings" => {
                json!({ "trade": "剧本娱乐", "like": "公共娱乐", "appeared_on": "2026-09-21" })
            }
            "hazards/{id}/docket" => json!({ "kind": "transfer", "step": "receipt", "body": "甲" }),
            "whistles" => whistle("01a00000-0000-7000-8000-000000000a02"),
            "whistles/kinds" => {
                json!({ "name": "夜间吹哨", "about": "夜间", "receive_n": 10, "receive_unit": "minute",
                "arrive_n": 1, "arrive_unit": "working_day", "offered": true, "from": "2026-10-01", "reason": reason })
            }
            "whistles/{id}/steps" => json!({ "step": "resend", "text": reason, "version": 1 }),
            "whistles/{id}/notes" => json!({ "text": reason }),
            "stop-uses" => json!({ "place": SHOP, "danger": "甲" }),
            "stop-uses/{id}/steps" => json!({ "step": "withdraw", "text": reason, "version": 1 }),
            "report-orders/sent" => json!({ "ids": [self.report_case] }),
            "assessments" => {
                json!({ "id": "01a00000-0000-7000-8000-000000000905", "place": SHOP, "on": "2026-09-21",
                "assessor": "甲", "conclusion": "fit", "summary": "乙" })
            }
            "assessments/{id}/treat" => json!({ "on": "2026-09-21", "text": reason, "version": 1 }),
            "assessments/{id}/void" => json!({ "reason": reason, "version": 1 }),
            "houses/{id}" => json!({ "version": 1 }),
            "houses/{id}/count" => json!({ "lodging": 3 }),
            "houses/checks/{id}/answer" => json!({ "answer": "verified", "text": "甲", "version": 1 }),
            "fire-plans" | "fire-plans/{id}" => {
                json!({ "title": "规划", "from": 2026, "to": 2030, "version": 1 })
            }
            "facilities/{id}/reports/{report}" => json!({ "confirmed": true, "version": 1 }),
            "sitings" => {
                json!({ "title": "选址", "purpose": "station", "model": "mclp", "sites": 1, "radius": 500,
                "weight_base": 1, "candidates": [{ "name": "甲", "lon": 105.87, "lat": 29.26 }] })
            }
            "projects" | "projects/{id}" => json!({ "title": "水池", "org": "town-gov", "estimate_fen": 100,
                "from": "2026-03-01", "until": "2026-08-31", "version": 1 }),
            "projects/{id}/steps" => json!({ "step": "begin", "version": 1 }),
            "sitings/{id}/void" => json!({ "reason": reason, "version": 1 }),
            "fire-plans/{id}/steps" => json!({ "step": "circulate", "version": 1 }),
            "facilities/{id}/steps" => json!({ "step": "report", "text": reason, "version": 1 }),
            "meetings" | "meetings/{id}" => {
                json!({ "kind": "risk", "title": "甲", "org": "office", "agenda": ["乙"],
                "planned_at": "2026-09-21T09:00:00+08:00", "version": 1 })
            }
            "meetings/{id}/hold" => json!({ "on": "2026-09-21", "present": ["p-clerk"], "version": 1 }),
            "meetings/{id}/minute" => json!({ "minutes": "丙", "version": 1 }),
            "meetings/{id}/resolve" => {
                json!({ "resolutions": [{ "text": "丁" }], "reason": reason, "version": 1 })
            }
            "reports" | "reports/{id}" => {
                json!({ "template": "situation", "org": "office", "from": "2026-07-01",
                "to": "2026-09-20", "version": 1 })
            }
            "budget" => {
                json!({ "year": 2026, "kind": "fire", "title": "甲", "org": "office", "promised_fen": 1,
                "approved_on": "2026-01-01" })
            }
            "contracts" => contract("01a00000-0000-7000-8000-000000000802"),
            "contracts/{id}/deliverables/{no}/judge" => {
                json!({ "accept": true, "reason": reason, "version": 1 })
            }
            "contracts/{id}/end" => json!({ "on": "2026-09-21", "reason": reason, "version": 1 }),
            "campaigns" => campaign("01a00000-0000-7000-8000-000000000903"),
            "campaigns/{id}/places" => json!({ "places": [SHOP], "version": 1 }),
            "campaigns/{id}/take-out" => json!({ "place": SHOP, "reason": reason, "version": 1 }),
            "campaigns/{id}/close" => json!({ "summary": reason, "reasons": {}, "version": 1 }),
            "drills" | "drills/{id}" => drill(),
            "call-tests" => json!({ "note": CALLED, "forces": [self.force] }),
            "call-tests/{id}/record" => {
                json!({ "force": self.force, "person": "p-staff1", "channel": "phone" })
            }
            "sorties" => sortie(&self.force),
            "drills/{id}/hold" => {
                json!({ "on": "2026-09-21", "present": 3, "announced": true, "version": 1 })
            }
            "drills/{id}/assess" => json!({ "points": [], "version": 1 }),
            "budget/{id}/spendings" => json!({ "on": "2026-01-02", "amount_fen": 1, "version": 1 }),
            other => {
                alarm::body(other, &self.force).unwrap_or_else(|| json!({ "version": 1, "reason": reason }))
            }
        }
    }
}

async fn settled(fresh: &Fresh) -> anyhow::Result<(Town, Ids)> {
    let town = town(fresh).await?;
    let system = Caller::system();
    town.app.ensure_shipped_checklists(&system, Some(common::day("2026-01-01"))).await?;
    town.app.install_shipped_plan(&system).await?;
    shop(&town, SHOP, "老街五金店", V1).await?;
    shop(&town, MILL, "凌阁堂榨油坊", V2).await?;
    let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
    let photo = format!("/api/v1/photos/{PHOTO}?object_kind=hazard&object_id={HAZARD}&role=before");
    staff.send_picture(&photo, 1).await?.ok()?;
    let found = json!({ "id": HAZARD, "place": SHOP, "hazard_code": "H01.1", "description": "楼梯间堆放货物",
        "photos": [PHOTO] });
    staff.post("/api/v1/hazards", found).await?.ok()?;
    staff.post("/api/v1/evidence", activity(EVIDENCE)).await?.ok()?;
    clerk.post("/api/v1/letters", letter(LETTER)).await?.ok()?;
    let task = json!({ "place": SHOP, "kind": "routine", "from": "2026-09-01", "due_on": "2026-09-30",
        "assignee": "p-staff1", "note": "" });
    let task = clerk.post("/api/v1/tasks", task).await?.ok()?;
    let visit = recorded(&mut staff, 1, SHOP, "staff1", &[]).await?;
    let mut record = staff.get(&format!("/api/v1/inspections/{visit}")).await?.ok()?["record"].clone();
    let plan =
        json!({ "org": "village-1", "title": PLAN, "span": { "kind": "month", "year": 2026, "month": 10 } });
    let plan = clerk.post("/api/v1/inspection-plans", plan).await?.ok()?;
    let list = json!({ "kind": "village_listed", "owner": "village-1", "village": V1 });
    let list = clerk.post("/api/v1/place-lists", list).await?.ok()?;
    let id = |value: &Value| value["id"].as_str().map(str::to_owned).context("an id");
    let list = id(&list)?;
    let entries = format!("/api/v1/place-lists/{list}/entries");
    let entry = json!({ "place": SHOP, "from": "2026-09-01", "reason": "建档" });
    clerk.post(&entries, entry).await?.ok()?;
    let entry = clerk.get(&entries).await?.items()?.first().map(&id).context("an entry")??;
    let checklist = clerk.get("/api/v1/checklists").await?.items()?.first().map(&id).context("a list")??;
    let course = json!({ "kind": "unit", "name": "应急培训", "hours": 2 });
    let course = id(&clerk.post("/api/v1/courses", course).await?.ok()?)?;
    let training = json!({ "course": course, "title": TAUGHT, "on": "2026-09-21", "org": "village-1" });
    let training = id(&clerk.post("/api/v1/trainings", training).await?.ok()?)?;
    clerk.post("/api/v1/contracts", contract(CONTRACT)).await?.ok()?;
    clerk.post("/api/v1/campaigns", campaign(CAMPAIGN)).await?.ok()?;
    clerk.post("/api/v1/whistles", whistle(WHISTLE)).await?.ok()?;
    let drill = id(&clerk.post("/api/v1/drills", drill()).await?.ok()?)?;
    let change = json!({ "last_day": "2027-12-31", "taker": "p-grid1" });
    let handover = clerk.post("/api/v1/posts/post-secretary1/handover", change).await?.ok()?;
    let force = alarm::force(&mut clerk).await?;
    let patrol = json!({ "id": PATROL, "on": "2026-09-20", "people": ["p-staff1"], "text": WALKED });
    clerk.post(&format!("/api/v1/forces/{force}/patrols"), patrol).await?.ok()?;
    let call_test = json!({ "note": CALLED, "forces": [force] });
    let call_test = clerk.post("/api/v1/call-tests", call_test).await?.ok()?;
    let sortie = clerk.post("/api/v1/sorties", sortie(&force)).await?.ok()?;
    let alarm = alarm::settled(&mut clerk, &force).await?;
    let paper = json!({ "template": "DT02", "org": "village-1", "values": { "to": "老街五金店" } });
    let paper = staff.post("/api/v1/papers", paper).await?.ok()?;
    let device = clerk.post("/api/v1/devices", sensor(V1, SENSOR)).await?.ok()?;
    let signal = clerk.post("/api/v1/signals", call(SHOP, SMOKED)).await?.ok()?;
    let placard = json!({ "kind": "village", "about": V1, "spot": HUNG, "size": "a3" });
    let placard = clerk.post("/api/v1/placards", placard).await?.ok()?;
    let reported = json!({ "channel": "visit", "matter": "wiring", "content": REPORTED, "place": SHOP });
    let reported = clerk.post("/api/v1/report-cases", reported).await?.ok()?;
    record["inspectors"] = json!(["p-staff2"]);
    record["id"] = json!("01a00000-0000-7000-8000-000000000499");
    Ok((
        town,
        Ids {
            task: id(&task)?,
            plan: id(&plan)?,
            visit,
            record,
            list,
            entry,
            checklist,
            course,
            training,
            handover: id(&handover)?,
            drill,
            call_test: id(&call_test)?,
            sortie: id(&sortie)?,
            alarm,
            force,
            paper: id(&paper)?,
            placard: id(&placard)?,
            device: id(&device)?,
            signal: id(&signal)?,
            report_case: id(&reported)?,
        },
    ))
}

/// The status of one try, and what was said.
async fn tried(who: &mut Browser, ids: &Ids, method: &str, path: &str) -> anyhow::Result<(u16, String)> {
    let asked = Method::from_bytes(method.to_uppercase().as_bytes())?;
    let to = ids.fill(path);
    let told = if asked == Method::PUT && path.contains("/photos/") {
        who.send_picture(&format!("{to}?object_kind=hazard&object_id={HAZARD}&role=fix"), 9).await?
    } else {
        let body = (!asked.is_safe()).then(|| ids.body(path));
        who.ask(asked, &to, body, None).await?
    };
    Ok((told.status.as_u16(), String::from_utf8_lossy(&told.bytes).into_owned()))
}

#[test]
fn the_table_names_every_endpoint_that_is_described() -> anyhow::Result<()> {
    let description: Value = serde_json::from_str(&openapi())?;
    let paths = description["paths"].as_object().context("paths")?;
    let described: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().into_iter().flatten().map(|(method, _)| (method.clone(), path.clone()))
        })
        .filter(|(_, path)| !STREAMS.contains(&path.as_str()))
        .collect();
    let tabled: BTreeSet<_> = TABLE
        .iter()
        .chain(alarm::TABLE)
        .map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    let missing: Vec<_> = described.difference(&tabled).collect();
    assert!(missing.is_empty(), "say in the table who may not: {missing:?}");
    let gone: Vec<_> = tabled.difference(&described).collect();
    assert!(gone.is_empty(), "no more: {gone:?}");
    Ok(())
}

#[tokio::test]
async fn who_may_not_gets_nothing() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, ids) = settled(&fresh).await?;
        let mut nobody = Browser::new(&town.router);
        let (mut unit, mut admin, mut next) =
            (town.login("unit").await?, town.login("admin").await?, town.login("staff2").await?);
        let mut wrong = Vec::new();
        for (method, path, kind) in TABLE.iter().chain(alarm::TABLE) {
            let (status, said) = tried(&mut nobody, &ids, method, path).await?;
            let public = match *path {
                // A list for everybody: everybody gets it.
                "/p/officers" | "/cap/feed" | "/p/form.js" | "/p/map.js" | "/p/map.json" => [200, 200],
                // Empty in a real town, whoever asks.
                "/api/v1/demo-logins" => [200, 200],
                // The form is for everybody; what is no form is refused, a code typed in leads on.
                "/p/report" => [200, 400],
                "/p/receipt" => [303, 303],
                // What nobody signed is refused.
                "/in/box" => [401, 401],
                "/open311/v2/{what}" => [404, 400],
                "/p/r-{code}" => [404, 415],
                path if path.contains("/login") => [401, 422],
                _ => [404, 422],
            };
            let right = if *kind == Public { public.contains(&status) } else { status == 401 };
            if !right {
                wrong.push(format!("nobody: {method} {path} {status} {said}"));
            }
            if matches!(kind, Public | Own | Words) {
                continue;
            }
            let refused = [403, 404];
            let (status, said) = tried(&mut unit, &ids, method, path).await?;
            // What a unit may list of its own place is empty: it has none here.
            let empty = *method == "get"
                && matches!(kind, Rows | Mine)
                && SECRETS.iter().all(|secret| !said.contains(secret));
            let kept_out = refused.contains(&status) || (empty && [200, 204].contains(&status));
            if !kept_out {
                wrong.push(format!("unit: {method} {path} {status} {said}"));
            }
            if *kind != Keeper {
                let (status, said) = tried(&mut admin, &ids, method, path).await?;
                let says_nothing = *kind == Mine && SECRETS.iter().all(|one| !said.contains(one));
                let kept_out = refused.contains(&status) || says_nothing;
                if !kept_out {
                    wrong.push(format!("admin: {method} {path} {status} {said}"));
                }
            }
            let (status, said) = tried(&mut next, &ids, method, path).await?;
            let right = match kind {
                Row => [403, 404].contains(&status) && (*method != "get" || status == 404),
                Rows | Mine => status < 500 && SECRETS.iter().all(|secret| !said.contains(secret)),
                _ => status < 500,
            };
            if !right {
                wrong.push(format!("next village: {method} {path} {status} {said}"));
            }
        }
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
        Ok(())
    })
    .await
}
