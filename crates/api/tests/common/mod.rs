//! A tiny town and a browser, for stories at the door. 青峰镇 has two villages, an office, a department, a police
//! station and a person for every right; everybody's password is [`PASSWORD`].

pub mod alarm;
pub mod basic;
pub mod endpoints;
pub mod field;
pub mod firm;
pub mod ledger;
pub mod made;
pub mod reach;

use std::sync::Arc;

use anyhow::{Context, ensure};
use api::{Doors, router};
use app::org::Roster;
use app::parameter::{Decision, ParameterRecord};
use app::place::PlaceRecord;
use app::{App, Caller, Clock, Reader};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderName, Method, Request, StatusCode, header};
use domain::org::{
    Assignment, Certificate, CertificateKind, Level, Org, OrgKind, Person, Post, Relation, Role, Territory,
};
use domain::place::{Contact as PlaceContact, KindCode, Place};
use domain::plan::{Basis, Parameter, Value as Setting};
use domain::time::{Date, Timestamp, parse_date};
use serde_json::{Value, json};
use testkit::{FakeClock, Fresh, prepared};
use tower::ServiceExt;

/// The town.
pub const TOWN: &str = "500118100000";
/// A community of it.
pub const V1: &str = "500118100901";
/// A village of it.
pub const V2: &str = "500118100902";
/// The only grid of the first.
pub const V1_GRID: &str = "500118100901001";
/// Everybody's password.
pub const PASSWORD: &str = "梧桐树下的消防水池要加水";
/// The day the clock shows at the beginning, at nine in the morning.
pub const TODAY: &str = "2026-09-21";
/// The enforcement officer's certificate.
pub const CERTIFICATE: &str = "演示-执法-0001";

/// Login, name, role, organisation, territory path below the town. The person's id is `p-LOGIN`, his assignment's
/// `a-LOGIN`, his post's `post-LOGIN`.
pub const PEOPLE: &[(&str, &str, Role, &str, &str)] = &[
    ("clerk", "周文书", Role::OfficeClerk, "office", ""),
    ("head", "吴站长", Role::OfficeHead, "office", ""),
    ("leader", "郑分管", Role::LeaderInCharge, "town-gov", ""),
    ("director", "何镇长", Role::CommitteeDirector, "committee", ""),
    ("secretary1", "王书记", Role::VillageSecretary, "village-1", "/500118100901"),
    ("staff1", "李消防", Role::VillageStaff, "village-1", "/500118100901"),
    ("grid1", "钱网格", Role::GridManager, "village-1", "/500118100901/500118100901001"),
    ("secretary2", "冯书记", Role::VillageSecretary, "village-2", "/500118100902"),
    ("staff2", "陈消防", Role::VillageStaff, "village-2", "/500118100902"),
    ("dept", "褚民政", Role::DeptInspector, "dept-civil", ""),
    ("dept-head", "卫主任", Role::DeptHead, "dept-civil", ""),
    ("police", "蒋民警", Role::PoliceOfficer, "police", ""),
    ("officer", "沈执法", Role::EnforcementOfficer, "office", ""),
    ("officer2", "韩执法", Role::EnforcementOfficer, "office", ""),
    ("unit", "杨老板", Role::UnitResponsible, "unit", "/500118100901"),
    ("auditor", "朱督查", Role::Auditor, "town-gov", ""),
    ("admin", "秦管理", Role::SysAdmin, "town-gov", ""),
];

/// The place the unit's own person belongs to; a test that needs it adds it under this id.
pub const UNIT_PLACE: &str = "01a00000-0000-7000-8000-0000000000aa";

struct Standing(FakeClock);

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// A founded town behind its door.
pub struct Town {
    /// The application, for what a story needs before it begins.
    pub app: App,
    /// The door.
    pub router: Router,
    /// The clock on its wall.
    pub clock: FakeClock,
}

/// A day written in a test.
pub fn day(text: &str) -> Date {
    parse_date(text).unwrap_or_default()
}

/// Path of a territory below the town, as `/500118100901`.
pub fn path(below: &str) -> String {
    format!("{TOWN}{below}")
}

/// Founds the town in a fresh database.
pub async fn town(fresh: &Fresh) -> anyhow::Result<Town> {
    town_of(fresh, roster()).await
}

/// Founds a town of these people in a fresh database.
pub async fn town_of(fresh: &Fresh, roster: Roster) -> anyhow::Result<Town> {
    let clock = FakeClock::on(day(TODAY));
    let open = async || {
        let clock = Arc::new(Standing(clock.clone()));
        App::open(&fresh.url, &fresh.keys(), fresh.folder.path(), clock, TOWN.into()).await
    };
    let found = async {
        let app = open().await?;
        ensure!(app.found_town(&Caller::system(), &roster, PASSWORD).await?, "founded once");
        app.db.close().await;
        Ok(())
    };
    prepared(fresh, format!("{roster:?}"), found).await?;
    let app = open().await?;
    let router = router(Doors { app: app.clone(), secure: false, public_url: None }, Router::new());
    Ok(Town { app, router, clock })
}

/// The town with a reader that can be started, and more time for it: tests are not optimised.
pub async fn reading_town(fresh: &Fresh) -> anyhow::Result<Town> {
    let Town { mut app, clock, .. } = town(fresh).await?;
    app.reader = Reader::at(std::path::Path::new(env!("CARGO_BIN_EXE_api-sandbox-child")));
    app.reader.bounds.cpu_s = 60;
    app.reader.bounds.wall_ms = 120_000;
    let router = router(Doors { app: app.clone(), secure: false, public_url: None }, Router::new());
    Ok(Town { app, router, clock })
}

impl Town {
    /// A browser in which this person has logged in.
    pub async fn login(&self, login: &str) -> anyhow::Result<Browser> {
        Browser::new(&self.router).beside(login).await
    }
}

/// Who the town is made of.
pub fn roster() -> Roster {
    let mut roster = Roster {
        territories: vec![
            territory(TOWN, Level::Town, None, TOWN.to_owned(), "青峰镇", ""),
            territory(V1, Level::Village, Some(TOWN), format!("{TOWN}/{V1}"), "场镇社区", "社区"),
            territory(V2, Level::Village, Some(TOWN), format!("{TOWN}/{V2}"), "凌阁堂村", "村"),
            territory(
                V1_GRID,
                Level::Grid,
                Some(V1),
                format!("{TOWN}/{V1}/{V1_GRID}"),
                "场镇社区第一网格",
                "",
            ),
        ],
        orgs: vec![
            org("town-gov", OrgKind::TownGov, "青峰镇人民政府", Relation::Town, TOWN),
            org("committee", OrgKind::Committee, "消防安全委员会", Relation::Town, TOWN),
            org("office", OrgKind::Workstation, "消防工作站", Relation::Town, TOWN),
            org("dept-civil", OrgKind::Dept, "民政和社会事务办", Relation::Town, TOWN),
            org("police", OrgKind::Police, "青峰派出所", Relation::District, TOWN),
            org("village-1", OrgKind::Village, "场镇社区", Relation::Town, V1),
            org("village-2", OrgKind::Village, "凌阁堂村", Relation::Town, V2),
            org("unit", OrgKind::Unit, "老街饭店", Relation::Social, V1),
        ],
        ..Roster::default()
    };
    for (n, (login, name, role, org, below)) in PEOPLE.iter().enumerate() {
        let path = format!("{TOWN}{below}");
        let territory = path.rsplit('/').next().unwrap_or_default().to_owned();
        roster.persons.push(Person {
            id: format!("p-{login}").into(),
            name: (*name).to_owned(),
            phone: format!("138{:08}", 10_005_678 + n * 10_000),
            office_phone: "023-49000000".to_owned(),
            active: true,
        });
        roster.posts.push(Post {
            id: format!("post-{login}").into(),
            role: *role,
            org: (*org).into(),
            territory: territory.clone().into(),
            name: role.label().to_owned(),
            min_n: 1,
            max_n: None,
            active: true,
        });
        roster.assignments.push(Assignment {
            away: Vec::new(),
            id: format!("a-{login}").into(),
            person: format!("p-{login}").into(),
            post: format!("post-{login}").into(),
            role: *role,
            org: (*org).into(),
            territory: territory.into(),
            path,
            place: (*role == Role::UnitResponsible).then(|| UNIT_PLACE.into()),
            acting: false,
            from: day("2025-01-01"),
            to: None,
            basis: "演示数据".to_owned(),
        });
        roster.logins.push(((*login).to_owned(), format!("p-{login}").into()));
    }
    // Who enforces has the certificate and the training of clause 11.
    for (login, kind, number) in [
        ("officer", CertificateKind::EnforcementCert, CERTIFICATE),
        ("officer2", CertificateKind::EnforcementCert, "演示-执法-0002"),
        ("officer", CertificateKind::FireTrainingGrid, "演示-培训-0001"),
        ("officer2", CertificateKind::FireTrainingGrid, "演示-培训-0002"),
    ] {
        roster.certificates.push(Certificate {
            id: format!("cert-{}-{login}", kind.code()).into(),
            person: format!("p-{login}").into(),
            kind,
            number: number.to_owned(),
            issuer: "演示发证机关".to_owned(),
            issued_on: day("2025-01-01"),
            expires_on: Some(day("2029-12-31")),
            scope: "青峰镇".to_owned(),
            revoked: None,
        });
    }
    roster
}

fn territory(
    code: &str,
    level: Level,
    parent: Option<&str>,
    path: String,
    name: &str,
    kind: &str,
) -> Territory {
    Territory {
        code: code.into(),
        level,
        parent: parent.map(Into::into),
        path,
        name: name.to_owned(),
        short_name: name.trim_end_matches("社区").trim_end_matches('村').to_owned(),
        kind: kind.to_owned(),
        aliases: Vec::new(),
        provisional: level != Level::Town,
    }
}

fn org(id: &str, kind: OrgKind, name: &str, relation: Relation, territory: &str) -> Org {
    Org {
        id: id.into(),
        kind,
        name: name.to_owned(),
        short_name: name.to_owned(),
        aliases: Vec::new(),
        relation,
        label: match id {
            "police" => "org:police_station".to_owned(),
            "dept-civil" => "org:civil_office".to_owned(),
            _ => format!("org:{id}"),
        },
        territory: territory.into(),
        active: true,
    }
}

/// What the server said.
#[derive(Debug)]
pub struct Told {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The body as sent.
    pub bytes: Vec<u8>,
    /// The body as JSON; null when it is none.
    pub body: Value,
}

impl Told {
    /// The problem's code; empty when it is no problem.
    pub fn code(&self) -> &str {
        self.body.get("code").and_then(Value::as_str).unwrap_or_default()
    }

    /// The body, when all went well.
    pub fn ok(self) -> anyhow::Result<Value> {
        ensure!(self.status.is_success(), "{}: {}", self.status, self.body);
        Ok(self.body)
    }

    /// The items of a list, when all went well.
    pub fn items(self) -> anyhow::Result<Vec<Value>> {
        self.ok()?["items"].as_array().cloned().context("a list of items")
    }
}

/// A browser: it keeps the cookie and sends the header that pages send.
pub struct Browser {
    router: Router,
    /// As kept.
    pub cookie: String,
    /// Whether it comes from a page of ours.
    pub header: bool,
}

impl Browser {
    /// One in which nobody has logged in.
    pub fn new(router: &Router) -> Self {
        Self { router: router.clone(), cookie: String::new(), header: true }
    }

    /// Another one at the same door, in which somebody logged in.
    pub async fn beside(&self, login: &str) -> anyhow::Result<Self> {
        let mut other = Self::new(&self.router);
        let told = other.post("/api/v1/login", json!({ "login": login, "password": PASSWORD })).await?;
        ensure!(told.status == StatusCode::OK, "{login}: {}", told.body);
        Ok(other)
    }

    /// Sends bytes with headers of one's own.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> anyhow::Result<Told> {
        let mut request = Request::builder().method(method).uri(path);
        if !self.cookie.is_empty() {
            request = request.header(header::COOKIE, &self.cookie);
        }
        if self.header {
            request = request.header("x-fengsui", "1");
        }
        for (name, value) in headers {
            request = request.header(HeaderName::try_from(*name)?, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body))?).await?;
        let (parts, body) = response.into_parts();
        if let Some(cookie) = parts.headers.get(header::SET_COOKIE) {
            self.cookie = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
        }
        let bytes = to_bytes(body, 64 << 20).await?.to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Told { status: parts.status, headers: parts.headers, bytes, body })
    }

    /// Sends JSON, or nothing.
    pub async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Value>,
        key: Option<&str>,
    ) -> anyhow::Result<Told> {
        let mut headers = Vec::new();
        if let Some(key) = key {
            headers.push(("idempotency-key", key));
        }
        let bytes = match body {
            Some(json) => {
                headers.push(("content-type", "application/json"));
                json.to_string().into_bytes()
            }
            None => Vec::new(),
        };
        self.send(method, path, &headers, bytes).await
    }

    /// Reads.
    pub async fn get(&mut self, path: &str) -> anyhow::Result<Told> {
        self.ask(Method::GET, path, None, None).await
    }

    /// Writes anew.
    pub async fn post(&mut self, path: &str, body: Value) -> anyhow::Result<Told> {
        self.ask(Method::POST, path, Some(body), None).await
    }

    /// Writes over.
    pub async fn put(&mut self, path: &str, body: Value) -> anyhow::Result<Told> {
        self.ask(Method::PUT, path, Some(body), None).await
    }
}

/// A shop in a village of the town, in the first one's grid, put into the register as an import would.
pub async fn shop(town: &Town, id: &str, name: &str, village: &str) -> anyhow::Result<()> {
    let grid = (village == V1).then_some(V1_GRID);
    let path = format!("{TOWN}/{village}{}", grid.map(|grid| format!("/{grid}")).unwrap_or_default());
    let record = PlaceRecord {
        place: Place {
            grid: grid.map(Into::into),
            sector_org: Some("dept-civil".into()),
            address: "老街 1 号".to_owned(),
            responsible: PlaceContact { name: "杨老板".to_owned(), phone: "13812345678".to_owned() },
            ..Place::new(
                id.into(),
                format!("演示-{}", &id[id.len() - 4..]),
                name,
                KindCode::from("nine_small.shop"),
                village.into(),
            )
        },
        path,
        pinyin: String::new(),
        source: "演示数据".to_owned(),
        note: String::new(),
        cached_risk_points: None,
        cached_risk_grade: String::new(),
        version: 1,
        happened_on: day(TODAY),
        recorded_at: town.app.now(),
        recorded_by: "system".to_owned(),
        voided: None,
        same_as: None,
        sector_since: None,
    };
    let mut tx = town.app.db.write(&TOWN.into()).await?;
    tx.insert_place(&record).await?;
    tx.commit(Caller::system().audit("place.add", "place", id, town.app.now()), ()).await?;
    Ok(())
}

/// What of a kind stays with a post when it changes hands, line by line.
pub async fn stays(browser: &mut Browser, post: &str, kind: &str) -> anyhow::Result<Vec<String>> {
    let page = browser.get(&format!("/api/v1/posts/{post}")).await?.ok()?;
    let sections = page["open_work"].as_array().into_iter().flatten();
    let lines = sections.filter(|one| one["kind"] == kind).flat_map(|one| one["lines"].as_array());
    let titles = lines.flatten().map(|line| line["title"].as_str().unwrap_or_default().to_owned());
    Ok(titles.collect())
}

/// Sets one of the town's numbers, as decided long ago.
pub async fn set_number(town: &Town, name: &str, number: f64) -> anyhow::Result<()> {
    set(town, name, Setting::Number(number)).await
}

/// Sets something of the town's that is said in words, as decided long ago.
pub async fn set_text(town: &Town, name: &str, text: &str) -> anyhow::Result<()> {
    set(town, name, Setting::Text(text.to_owned())).await
}

async fn set(town: &Town, name: &str, value: Setting) -> anyhow::Result<()> {
    let record = ParameterRecord {
        id: format!("set-{name}"),
        parameter: Parameter {
            name: name.to_owned(),
            value,
            unit: String::new(),
            basis: Basis::TownSetting,
            source: "演示数据".to_owned(),
            effective_from: day("2026-01-01"),
        },
        decision: Decision::Decided,
        reason: "演示数据".to_owned(),
        proposed_by: "p-clerk".to_owned(),
        decided: Some((
            "p-leader".to_owned(),
            Timestamp::parse("2026-01-01T09:00:00+08:00").unwrap_or_default(),
        )),
        version: 1,
        recorded_at: town.app.now(),
    };
    let mut tx = town.app.db.write(&TOWN.into()).await?;
    tx.insert_parameter(&record).await?;
    let audit = Caller::system().audit("parameter.decide", "parameter", &record.id, town.app.now());
    tx.commit(audit, ()).await?;
    Ok(())
}

/// A picture of one dot; another shade is another picture.
pub fn picture(shade: u8) -> Vec<u8> {
    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let mut crc = u32::MAX;
        for byte in kind.iter().chain(data) {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1));
            }
        }
        let length = u32::try_from(data.len()).unwrap_or_default().to_be_bytes();
        [&length[..], kind, data, &(!crc).to_be_bytes()].concat()
    }
    let dot = [0, shade];
    // One stored block of two bytes, and its Adler-32.
    let (a, b) = (1 + u32::from(shade), 2 + u32::from(shade));
    let sum = (b << 16 | a).to_be_bytes();
    let data = [&[0x78, 0x01, 0x01, 2, 0, 0xfd, 0xff][..], &dot, &sum].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]),
        chunk(b"IDAT", &data),
        chunk(b"IEND", &[]),
    ]
    .concat()
}

impl Browser {
    /// Sends a whole picture, as `PATH?query`.
    pub async fn send_picture(&mut self, path: &str, shade: u8) -> anyhow::Result<Told> {
        let bytes = picture(shade);
        let (length, hash) = (bytes.len().to_string(), app::request_hash(&bytes));
        let headers = [
            ("upload-offset", "0"),
            ("upload-length", length.as_str()),
            ("upload-sha256", hash.as_str()),
            ("content-type", "image/png"),
        ];
        self.send(Method::PUT, path, &headers, bytes).await
    }
}

/// The few characters that matter in a query.
pub fn urlencoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// An item the town may act on from the beginning of 2026 until a day, as the office records it; gives its id.
pub async fn authority_item(clerk: &mut Browser, power: &str, to: &str) -> anyhow::Result<String> {
    let item = json!({ "name": "占用、堵塞、封闭疏散通道、安全出口", "power": power, "basis": "delegated",
        "delegator": "区消防救援机构", "law": "消防法第六十条", "holder": "town", "source": "委托书〔2026〕1号",
        "range": { "kinds": ["warning", "fine"], "organisation_fen": [500_000, 5_000_000], "citizen_fen": [0, 50_000] },
        "from": "2026-01-01", "to": to });
    let kept = kept_authority(clerk, item).await?;
    kept["id"].as_str().map(str::to_owned).context("an item has an id")
}

/// An item the office recorded with a scan of its paper, which the head compared with it: it is in force.
pub async fn kept_authority(clerk: &mut Browser, item: Value) -> anyhow::Result<Value> {
    let kept = clerk.post("/api/v1/authority", item).await?.ok()?;
    let id = kept["id"].as_str().context("an item has an id")?;
    scanned(clerk, "authority_item", id).await?;
    let mut director = clerk.beside("director").await?;
    let seen = json!({ "version": kept["version"] });
    director.post(&format!("/api/v1/authority/{id}/compare"), seen).await?.ok()
}

/// A scan laid to a record; gives its id.
pub async fn scanned(browser: &mut Browser, object_kind: &str, id: &str) -> anyhow::Result<String> {
    let file = uuid::Uuid::now_v7().to_string();
    let path =
        format!("/api/v1/attachments?id={file}&object_kind={object_kind}&object_id={id}&name=scan.pdf");
    browser.send(Method::POST, &path, &[], b"%PDF-1.7".to_vec()).await?.ok()?;
    Ok(file)
}
