//! Stories of enforcement: who has no certificate is refused with the rule; two officers lead a case from the clue to the
//! closed file; a delegation that ends blocks the next step; the owner's brother stands back; page and door agree.

use axum::http::StatusCode;
use domain::enforcement::Step;
use domain::org::{Assignment, Certificate, CertificateKind, Person, Post, Role};
use domain::time::Timestamp;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common;
use crate::common::{Browser, TOWN, Told, Town, V1, day, path, roster, shop, town_of};

const SHOP: &str = "01a00000-0000-7000-8000-000000000101";

/// From which fine on an organisation is told of the hearing. Units: yuan.
const LARGE: &str = "enforcement.large_organisation";

/// The town with a legal reviewer and a third officer, and a shop in it.
async fn lawful_town(fresh: &Fresh) -> anyhow::Result<Town> {
    let mut roster = roster();
    for (login, name, role) in
        [("legal", "秦法审", Role::LegalReviewer), ("officer3", "尤执法", Role::EnforcementOfficer)]
    {
        let person = format!("p-{login}");
        roster.persons.push(Person {
            id: person.as_str().into(),
            name: name.to_owned(),
            phone: String::new(),
            office_phone: "023-49000000".to_owned(),
            active: true,
        });
        roster.posts.push(Post {
            id: format!("post-{login}").into(),
            role,
            org: "office".into(),
            territory: TOWN.into(),
            name: role.label().to_owned(),
            min_n: 1,
            max_n: None,
            active: true,
        });
        roster.assignments.push(Assignment {
            away: Vec::new(),
            id: format!("a-{login}").into(),
            person: person.as_str().into(),
            post: format!("post-{login}").into(),
            role,
            org: "office".into(),
            territory: TOWN.into(),
            path: path(""),
            place: None,
            acting: false,
            from: day("2025-01-01"),
            to: None,
            basis: "演示数据".to_owned(),
        });
        roster.logins.push((login.to_owned(), person.as_str().into()));
        let kinds = match role {
            Role::LegalReviewer => vec![CertificateKind::LegalQualification],
            _ => vec![CertificateKind::EnforcementCert, CertificateKind::FireTrainingGrid],
        };
        for kind in kinds {
            roster.certificates.push(Certificate {
                id: format!("cert-{}-{login}", kind.code()).into(),
                person: person.as_str().into(),
                kind,
                number: format!("演示-{login}-{}", kind.code()),
                issuer: "演示发证机关".to_owned(),
                issued_on: day("2025-01-01"),
                // The third officer's certificates end soon.
                expires_on: Some(day(if login == "officer3" { "2026-09-30" } else { "2029-12-31" })),
                scope: "青峰镇".to_owned(),
                revoked: None,
            });
        }
    }
    let town = town_of(fresh, roster).await?;
    shop(&town, SHOP, "老街五金店", V1).await?;
    common::set_number(&town, LARGE, 30_000.0).await?;
    Ok(town)
}

/// The delegation the town punishes on, until a day.
async fn delegation(clerk: &mut Browser, to: &str) -> anyhow::Result<Value> {
    let item = json!({ "name": "占用、堵塞、封闭疏散通道、安全出口", "power": "punish", "basis": "delegated",
        "delegator": "区消防救援机构", "law": "消防法第六十条", "holder": "town", "source": "委托书〔2026〕1号",
        "range": { "kinds": ["warning", "fine"], "organisation_fen": [500_000, 5_000_000], "citizen_fen": [0, 50_000] },
        "from": "2026-01-01", "to": to });
    common::kept_authority(clerk, item).await
}

fn clue(item: &Value, officers: &[&str]) -> Value {
    json!({ "place": SHOP, "cause": "堵塞安全出口", "party": "老街五金店", "party_kind": "organisation",
        "item": item["id"], "officers": officers, "unrelated": true, "procedure": "ordinary",
        "found_on": "2026-09-18", "text": "检查发现安全出口被货物堵塞" })
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Takes a step at the version the page has. A number that is typed is that of a paper made outside, with its scan, unless
/// the step says what stands behind it.
async fn step(browser: &mut Browser, page: &Value, mut asked: Value) -> anyhow::Result<Told> {
    asked["version"] = page["version"].clone();
    if asked["document_no"].is_string() && asked["outside"].is_null() {
        asked["outside"] = json!([common::scanned(browser, "enforcement", text(page, "id")).await?]);
    }
    if asked["text"].is_null() {
        asked["text"] = json!("写明");
    }
    browser.post(&format!("/api/v1/cases/{}/steps", text(page, "id")), asked).await
}

fn fine(fen: i64) -> Value {
    json!({ "kinds": ["fine"], "fine_fen": fen })
}

/// What the page says of a step: none when the stage does not offer it, else the code that closes it.
fn door<'a>(page: &'a Value, step: &str) -> Option<&'a str> {
    let all = page["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().find(|one| one["step"]["code"] == step).map(|one| text(one, "code"))
}

/// Whether a refusal names the article it rests on.
fn quotes_an_article(said: &str) -> bool {
    said.split('第').skip(1).any(|rest| {
        let number: String = rest.chars().take_while(|c| "一二三四五六七八九十百".contains(*c)).collect();
        !number.is_empty() && rest[number.len()..].starts_with('条')
    })
}

/// Every step there is that the page does not offer: the door refuses it as well, and nothing has changed.
async fn nothing_else_is_open(browser: &mut Browser, page: &Value) -> anyhow::Result<()> {
    for one in Step::ALL.iter().filter(|one| door(page, one.code()).is_none()) {
        let asked = json!({ "step": one.code(), "until": "2026-12-01", "document_no": "1", "officer": "p-officer",
            "outcome": "spare", "to": "甲", "way": "direct", "how": "made", "people": ["甲", "乙"], "shown": true,
            "outside": [], "two": true, "granted": true, "amount_fen": 1, "penalty": fine(500_000) });
        let told = step(browser, page, asked).await?;
        assert!(
            told.status.is_client_error() && told.status != StatusCode::CONFLICT,
            "{} {}",
            one.code(),
            told.body
        );
        assert!(
            !told.code().is_empty() && quotes_an_article(text(&told.body, "detail")),
            "{} {}",
            one.code(),
            told.body
        );
    }
    let now = browser.get(&format!("/api/v1/cases/{}", text(page, "id"))).await?.ok()?;
    assert_eq!(now["version"], page["version"]);
    Ok(())
}

/// What of cases waits on somebody's workbench.
async fn awaited(browser: &mut Browser) -> anyhow::Result<Vec<(String, i64)>> {
    let bench = browser.get("/api/v1/workbench").await?.ok()?;
    let counts = bench["counts"].as_array().cloned().unwrap_or_default();
    let of_cases = counts.iter().filter(|one| text(one, "href") == "/cases?awaited=true");
    Ok(of_cases.map(|one| (text(one, "code").to_owned(), one["n"].as_i64().unwrap_or_default())).collect())
}

fn later(town: &Town, at: &str) {
    town.clock.set(Timestamp::parse(&format!("{at}T09:00:00+08:00")).unwrap_or_default());
}

#[tokio::test]
async fn only_two_certified_officers_under_an_item_in_force_open_a_case() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = lawful_town(&fresh).await?;
        let (mut clerk, mut officer) = (town.login("clerk").await?, town.login("officer").await?);
        let list = clerk.get("/api/v1/authority").await?.ok()?;
        assert_eq!(list["items"], json!([]), "nothing is in force before a paper gives it");
        assert_eq!(list["proposals"].as_array().map(Vec::len), Some(5));
        let nobody = json!({ "name": "甲", "power": "punish", "basis": "delegated", "law": "消防法第六十条",
            "holder": "town", "source": "委托书", "from": "2026-01-01" });
        assert_eq!(clerk.post("/api/v1/authority", nobody).await?.code(), "enforcement.missing");
        // Nothing is punished on what one person typed: somebody else compares it with the scan of its paper.
        let open = json!({ "name": "甲", "power": "punish", "basis": "empowered", "law": "消防法第六十条", "holder": "town",
            "source": "赋权清单", "from": "2026-01-01", "range": { "kinds": ["fine"] } });
        assert_eq!(clerk.post("/api/v1/authority", open.clone()).await?.code(), "enforcement.missing", "a fine of how much");
        let mut typed = open;
        typed["range"] = json!({ "kinds": ["warning"] });
        let typed = clerk.post("/api/v1/authority", typed).await?.ok()?;
        assert_eq!((&typed["standing"], &typed["actions"]), (&json!("waiting"), &json!(["scan", "end", "void"])));
        let told = officer.post("/api/v1/cases", clue(&typed, &["p-officer", "p-officer2"])).await?;
        assert_eq!(told.code(), "enforcement.item_waiting", "{}", told.body);
        let path = format!("/api/v1/authority/{}/compare", text(&typed, "id"));
        let (seen, mut director) = (json!({ "version": typed["version"] }), town.login("director").await?);
        assert_eq!(clerk.post(&path, seen.clone()).await?.status, StatusCode::FORBIDDEN);
        assert_eq!(director.post(&path, seen.clone()).await?.code(), "enforcement.item_scan");
        let scan = common::scanned(&mut clerk, "authority_item", text(&typed, "id")).await?;
        let list = director.get("/api/v1/authority").await?.ok()?;
        assert_eq!((&list["items"][0]["files"][0]["id"], &list["items"][0]["actions"]), (&json!(scan), &json!(["scan", "compare"])));
        let compared = director.post(&path, seen.clone()).await?.ok()?;
        assert_eq!((&compared["standing"], &compared["compared_by"]["name"]), (&json!("valid"), &json!("何镇长")));
        assert_eq!(director.post(&path, seen).await?.status, StatusCode::CONFLICT);

        let item = delegation(&mut clerk, "2026-12-31").await?;
        assert_eq!(
            officer.post("/api/v1/authority", json!({})).await?.status,
            StatusCode::FORBIDDEN,
            "who enforces does not give himself the power"
        );

        // The clerk has no certificate: refused with the rule.
        let told = clerk.post("/api/v1/cases", clue(&item, &["p-clerk", "p-officer"])).await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "enforcement.no_officer"));
        assert!(text(&told.body, "detail").contains("行政处罚法第四十二条"), "{}", told.body);
        for (officers, code) in [
            (vec!["p-officer"], "enforcement.two_officers"),
            (vec!["p-officer", "p-officer"], "enforcement.two_officers"),
            (vec!["p-officer", "p-clerk"], "enforcement.uncertified"),
            (vec!["p-officer2", "p-officer3"], "enforcement.not_officer"),
        ] {
            let told = officer.post("/api/v1/cases", clue(&item, &officers)).await?;
            assert_eq!(told.code(), code, "{officers:?} {}", told.body);
        }
        // The owner's brother says so, and stands back.
        let mut brother = clue(&item, &["p-officer", "p-officer2"]);
        brother["related"] = json!([{ "officer": "p-officer2", "what": "当事人的兄弟" }]);
        let told = officer.post("/api/v1/cases", brother).await?;
        assert_eq!(told.code(), "enforcement.related");
        assert!(told.body.to_string().contains("韩执法"), "{}", told.body);
        let mut silent = clue(&item, &["p-officer", "p-officer2"]);
        silent["unrelated"] = json!(false);
        assert_eq!(officer.post("/api/v1/cases", silent).await?.body["fields"][0]["field"], "unrelated");

        let page = officer.post("/api/v1/cases", clue(&item, &["p-officer", "p-officer2"])).await?.ok()?;
        assert_eq!((&page["stage"]["code"], &page["number"]), (&json!("clue"), &Value::Null));
        // The office sees the index and not the file.
        let index = clerk.get("/api/v1/cases").await?.items()?;
        assert_eq!((index.len(), &index[0]["may_read"]), (1, &json!(false)));
        let path = format!("/api/v1/cases/{}", text(&page, "id"));
        assert_eq!(clerk.get(&path).await?.status, StatusCode::FORBIDDEN);
        let mut staff = town.login("staff1").await?;
        assert_eq!(staff.get("/api/v1/cases").await?.status, StatusCode::FORBIDDEN);
        // When one of them leaves, his sheet says which cases name him.
        let change = json!({ "taker": "p-officer3", "basis": "任免通知" });
        let sheet = clerk.post("/api/v1/posts/post-officer/handover", change).await?.ok()?;
        let sections = sheet["sections"].as_array().cloned().unwrap_or_default();
        let cases =
            sections.iter().find(|one| one["kind"] == "enforcement_case").cloned().unwrap_or_default();
        assert_eq!((&cases["total"], &cases["lines"][0]["id"]), (&json!(1), &page["id"]), "{sheet}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_case_goes_from_the_clue_to_the_closed_file() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = lawful_town(&fresh).await?;
        let (mut clerk, mut officer) = (town.login("clerk").await?, town.login("officer").await?);
        let (mut director, mut legal) = (town.login("director").await?, town.login("legal").await?);
        let item = delegation(&mut clerk, "2026-12-31").await?;
        let page = officer.post("/api/v1/cases", clue(&item, &["p-officer", "p-officer2"])).await?.ok()?;

        // It waits on the head's workbench and on nobody else's.
        assert_eq!(awaited(&mut director).await?, [("cases_to_decide".to_owned(), 1)]);
        assert_eq!((awaited(&mut officer).await?, awaited(&mut legal).await?), (vec![], vec![]));
        let listed = director.get("/api/v1/cases?awaited=true").await?.items()?;
        assert_eq!((listed.len(), &listed[0]["id"]), (1, &page["id"]));
        let filing = json!({ "step": "file", "document_no": "立案〔2026〕1号" });
        let told = step(&mut officer, &page, filing.clone()).await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "enforcement.no_head"));
        let told = step(&mut director, &page, json!({ "step": "file" })).await?;
        assert_eq!(told.body["fields"][0]["code"], "enforcement.document");
        let page = step(&mut director, &page, filing).await?.ok()?;
        assert_eq!((text(&page, "number"), &page["filed_on"]), ("案-2026-1", &json!("2026-09-21")));
        let ninety = page["clocks"].as_array().and_then(|all| {
            all.iter().find(|one| one["clock"]["code"] == "decision").map(|one| one["due"].clone())
        });
        assert_eq!(ninety, Some(json!("2026-12-20")), "art. 60");

        let mut other = town.login("officer3").await?;
        let look = json!({ "step": "investigate", "shown": true, "two": true });
        assert_eq!(step(&mut other, &page, look.clone()).await?.code(), "enforcement.not_officer");
        let alone = json!({ "step": "investigate", "shown": true, "two": false });
        assert_eq!(step(&mut officer, &page, alone).await?.code(), "enforcement.alone");
        let page = officer.get(&format!("/api/v1/cases/{}", text(&page, "id"))).await?.ok()?;
        assert_eq!(door(&page, "report"), Some("enforcement.nothing_investigated"));
        assert_eq!(door(&page, "notify"), None, "not of this stage");
        // The page and the door agree on every step.
        for one in page["steps"].as_array().into_iter().flatten() {
            let (code, said) = (text(&one["step"], "code"), text(one, "code"));
            if !said.is_empty() {
                let told = step(&mut officer, &page, json!({ "step": code, "until": "2026-12-01",
                    "document_no": "1", "officer": "p-officer", "outcome": "spare", "to": "甲", "way": "direct" }));
                let told = told.await?;
                assert_eq!(told.code(), said, "{code}");
                assert!(quotes_an_article(text(&told.body, "detail")), "{code} {}", told.body);
            }
        }
        nothing_else_is_open(&mut officer, &page).await?;
        let page = step(&mut officer, &page, look).await?.ok()?;
        let report = json!({ "step": "report", "grounds": ["complex"], "grave": true });
        let page = step(&mut officer, &page, report).await?.ok()?;
        let told = step(&mut director, &page, json!({ "step": "decide", "outcome": "punish",
            "penalty": fine(500_000), "document_no": "罚〔2026〕1号" }))
        .await?;
        assert_eq!(told.code(), "enforcement.not_notified");
        let notice = |fen: i64| {
            json!({ "step": "notify", "penalty": fine(fen), "until": "2026-09-24", "document_no": "告〔2026〕1号" })
        };
        assert_eq!(step(&mut officer, &page, notice(499_900)).await?.code(), "enforcement.out_of_range");
        let page = step(&mut officer, &page, notice(500_000)).await?.ok()?;
        let page =
            step(&mut officer, &page, json!({ "step": "hear", "how": "made", "text": "当事人称已清理" })).await?.ok()?;
        assert_eq!(door(&director.get(&format!("/api/v1/cases/{}", text(&page, "id"))).await?.ok()?, "decide"),
            Some("enforcement.not_reviewed"));
        assert_eq!(awaited(&mut legal).await?, [("cases_to_review".to_owned(), 1)]);
        assert_eq!(awaited(&mut director).await?, [], "not before the review");
        let review = json!({ "step": "review", "granted": true });
        assert_eq!(step(&mut officer, &page, review.clone()).await?.code(), "enforcement.no_reviewer");
        let page = step(&mut legal, &page, review).await?.ok()?;
        let page =
            step(&mut director, &page, json!({ "step": "discuss", "people": ["何镇长", "郑分管"] })).await?.ok()?;
        let decide = |fen: i64| json!({ "step": "decide", "outcome": "punish", "penalty": fine(fen),
            "document_no": "罚〔2026〕1号" });
        assert_eq!(step(&mut director, &page, decide(600_000)).await?.code(), "enforcement.harsher");
        let page = step(&mut director, &page, decide(500_000)).await?.ok()?;
        assert_eq!(step(&mut officer, &page, json!({ "step": "serve", "way": "direct" })).await?.code(),
            "enforcement.missing");
        let page = step(&mut officer, &page, json!({ "step": "serve", "way": "direct", "to": "杨老板" })).await?.ok()?;
        assert_eq!(page["owed_fen"], json!(500_000));
        nothing_else_is_open(&mut officer, &page).await?;
        assert_eq!(door(&page, "close"), Some("enforcement.unperformed"));
        assert_eq!(door(&page, "demand"), Some("enforcement.payment_running"));
        let too_much = json!({ "step": "pay", "how": "bank", "amount_fen": 500_001 });
        assert_eq!(step(&mut officer, &page, too_much).await?.code(), "enforcement.wrong_amount");
        let page =
            step(&mut officer, &page, json!({ "step": "pay", "how": "bank", "amount_fen": 500_000 })).await?.ok()?;
        let stale = page.clone();
        let page = step(&mut officer, &page, json!({ "step": "close" })).await?.ok()?;
        assert_eq!((&page["stage"]["code"], &page["steps"]), (&json!("closed"), &json!([])));
        nothing_else_is_open(&mut officer, &page).await?;
        let told = step(&mut officer, &stale, json!({ "step": "close" })).await?;
        assert_eq!((told.status, &told.body["current"]["version"]), (StatusCode::CONFLICT, &page["version"]));
        let names: Vec<&str> = page["file"].as_array().into_iter().flatten().map(|one| text(one, "name")).collect();
        for wanted in ["立案审批表", "行政处罚告知书", "法制审核意见书", "行政处罚决定书", "送达回证", "结案报告"] {
            assert!(names.contains(&wanted), "{wanted} in {names:?}");
        }
        // The papers of the case are filled from it.
        let prefill = format!(
            "/api/v1/papers/prefill?template=DT28.index&about_kind=enforcement&about={}",
            text(&page, "id")
        );
        let filled = officer.get(&prefill).await?;
        assert!(filled.body.to_string().contains("罚〔2026〕1号"), "{}", filled.body);
        Ok(())
    })
    .await
}

fn of_case(template: &str, case: &Value, values: Value) -> Value {
    let mut paper = json!({ "template": template, "org": "office", "values": values });
    if !case.is_null() {
        paper["about"] = json!({ "kind": "enforcement", "id": case["id"] });
    }
    paper
}

fn decision(case: &Value) -> Value {
    of_case(
        "DT28.decision",
        case,
        json!({ "party": "老街五金店", "party_no": "无", "address": "老街1号",
        "facts": "货物堵塞安全出口", "told": "已告知", "basis": "消防法第六十条", "penalty": "罚款五千元",
        "payment": "十五日内到银行缴纳", "remedies": "可以申请行政复议或者提起行政诉讼" }),
    )
}

async fn on_paper(browser: &mut Browser, paper: &Value, deed: &str, version: i64) -> anyhow::Result<Told> {
    browser.post(&format!("/api/v1/papers/{}/{deed}", text(paper, "id")), json!({ "version": version })).await
}

#[tokio::test]
async fn papers_of_a_penalty_come_only_out_of_a_case_that_has_come_so_far() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = lawful_town(&fresh).await?;
        let (mut clerk, mut officer) = (town.login("clerk").await?, town.login("officer").await?);
        let (mut director, mut legal) = (town.login("director").await?, town.login("legal").await?);
        let mut other = town.login("officer3").await?;
        for template in ["DT28.decision", "DT28.spot_decision", "DT28.filing"] {
            let told = officer.post("/api/v1/papers", of_case(template, &Value::Null, json!({}))).await?;
            assert_eq!(told.code(), "enforcement.no_case", "{template} {}", told.body);
            assert!(text(&told.body, "detail").contains("行政处罚法"), "{}", told.body);
        }
        let item = delegation(&mut clerk, "2026-12-31").await?;
        let page = officer.post("/api/v1/cases", clue(&item, &["p-officer", "p-officer2"])).await?.ok()?;
        let told = officer.post("/api/v1/papers", decision(&page)).await?;
        assert_eq!(told.code(), "enforcement.not_now", "nothing is decided on a clue: {}", told.body);
        let told = officer.post("/api/v1/papers", of_case("DT28.spot_decision", &page, json!({}))).await?;
        assert_eq!(told.code(), "enforcement.not_now", "not by this procedure: {}", told.body);
        let told = officer.post("/api/v1/papers", of_case("DT28.index", &page, json!({}))).await?.ok()?;
        let refused = on_paper(&mut officer, &told, "approve", 1).await?;
        assert_eq!(refused.code(), "enforcement.not_filed", "{}", refused.body);

        // What the head does, his paper is approved by him; the officers write it and carry it out.
        let filing = of_case("DT28.filing", &page, json!({ "case": "堵塞安全出口", "party": "老街五金店", "party_no": "无",
            "address": "老街1号", "source": "检查发现", "facts": "货物堵塞安全出口", "basis": "消防法", "opinion": "建议立案" }));
        assert_eq!(other.post("/api/v1/papers", filing.clone()).await?.code(), "enforcement.not_officer");
        let draft = officer.post("/api/v1/papers", filing).await?.ok()?;
        assert!(!draft["actions"].to_string().contains("approve"), "{}", draft["actions"]);
        let told = on_paper(&mut officer, &draft, "approve", 1).await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "enforcement.no_head"));
        let approved = on_paper(&mut director, &draft, "approve", 1).await?.ok()?;
        assert!(text(&approved, "authority").contains("占用、堵塞"), "{approved}");
        let issued = on_paper(&mut officer, &draft, "issue", 2).await?.ok()?;
        let page = step(&mut director, &page, json!({ "step": "file", "paper": issued["id"] })).await?.ok()?;
        assert_eq!(page["stage"]["code"], "filed");
        let look = json!({ "step": "investigate", "shown": true, "two": true });
        let page = step(&mut officer, &page, look).await?.ok()?;
        let report = json!({ "step": "report", "grounds": ["complex"], "grave": true });
        let page = step(&mut officer, &page, report).await?.ok()?;

        // A decision may be written, and goes out only when everything the law asks for is there.
        let draft = officer.post("/api/v1/papers", decision(&page)).await?.ok()?;
        assert_eq!(on_paper(&mut officer, &draft, "approve", 1).await?.code(), "enforcement.no_head");
        assert_eq!(on_paper(&mut director, &draft, "approve", 1).await?.code(), "enforcement.not_notified");
        let notice = json!({ "step": "notify", "penalty": fine(500_000), "until": "2026-09-24",
            "document_no": "告〔2026〕1号" });
        let page = step(&mut officer, &page, notice).await?.ok()?;
        assert_eq!(on_paper(&mut director, &draft, "approve", 1).await?.code(), "enforcement.not_heard");
        let page = step(&mut officer, &page, json!({ "step": "hear", "how": "made" })).await?.ok()?;
        assert_eq!(on_paper(&mut director, &draft, "approve", 1).await?.code(), "enforcement.not_reviewed");
        let review = of_case("DT28.legal_review", &page, json!({ "case": "堵塞安全出口", "party": "老街五金店",
            "submitted_on": "2026-09-21", "subject": "有权", "facts": "清楚", "law": "正确", "procedure": "合法",
            "conclusion": "同意", "reviewer": "秦法审" }));
        let review = officer.post("/api/v1/papers", review).await?.ok()?;
        assert_eq!(on_paper(&mut officer, &review, "approve", 1).await?.code(), "enforcement.no_reviewer");
        let seen = legal.get(&format!("/api/v1/papers/{}", text(&review, "id"))).await?.ok()?;
        assert!(seen["actions"].to_string().contains("approve"), "{}", seen["actions"]);
        on_paper(&mut legal, &review, "approve", 1).await?.ok()?;
        let review = on_paper(&mut officer, &review, "issue", 2).await?.ok()?;
        let passed = json!({ "step": "review", "granted": true, "paper": review["id"] });
        let page = step(&mut legal, &page, passed).await?.ok()?;
        assert_eq!(on_paper(&mut director, &draft, "approve", 1).await?.code(), "enforcement.not_discussed");
        let people = json!({ "step": "discuss", "people": ["何镇长", "郑分管"] });
        let page = step(&mut director, &page, people).await?.ok()?;
        // Its words impose what the party was told of, however they are spelled.
        for words in ["罚款五 万元", "罚款伍仟元，并责令停产\u{200b}停业", "罚款５０００元，行政拘留五日"] {
            let mut more = decision(&page);
            more["values"]["penalty"] = json!(words);
            let more = officer.post("/api/v1/papers", more).await?.ok()?;
            let told = on_paper(&mut director, &more, "approve", 1).await?;
            assert_eq!(told.code(), "enforcement.says_other", "{words} {}", told.body);
        }
        on_paper(&mut director, &draft, "approve", 1).await?.ok()?;
        assert_eq!(on_paper(&mut other, &draft, "issue", 2).await?.code(), "enforcement.not_officer");
        let issued = on_paper(&mut officer, &draft, "issue", 2).await?.ok()?;
        let milder = json!({ "step": "decide", "outcome": "punish", "penalty": fine(400_000), "paper": issued["id"] });
        assert_eq!(step(&mut director, &page, milder).await?.code(), "enforcement.says_other");
        let punish = json!({ "step": "decide", "outcome": "punish", "penalty": fine(500_000), "paper": issued["id"] });
        let page = step(&mut director, &page, punish).await?.ok()?;
        assert_eq!(page["stage"]["code"], "decided");

        // A paper of another case stands behind nothing here, and one of this case does by its number alone.
        let quoted = json!({ "step": "serve", "way": "direct", "to": "杨老板", "document_no": issued["number"], "outside": [] });
        let told = step(&mut officer, &page, quoted).await?;
        assert_eq!(told.body["fields"][0]["code"], "enforcement.no_paper", "of another step: {}", told.body);

        // A case that is withdrawn lets no paper out that was approved before.
        let next = officer.post("/api/v1/cases", clue(&item, &["p-officer", "p-officer2"])).await?.ok()?;
        let mut filing = of_case("DT28.filing", &next, json!({}));
        filing["values"] = json!({ "case": "甲", "party": "乙", "party_no": "无", "address": "丙", "source": "丁",
            "facts": "戊", "basis": "己", "opinion": "庚" });
        let filing = officer.post("/api/v1/papers", filing).await?.ok()?;
        on_paper(&mut director, &filing, "approve", 1).await?.ok()?;
        step(&mut director, &next, json!({ "step": "withdraw" })).await?.ok()?;
        assert_eq!(on_paper(&mut officer, &filing, "issue", 2).await?.code(), "enforcement.not_now");
        assert!(town.app.verify(&app::Caller::system()).await?.findings.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_delegation_that_ends_and_a_certificate_that_runs_out_block_the_next_step() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = lawful_town(&fresh).await?;
        let (mut clerk, mut officer) = (town.login("clerk").await?, town.login("officer").await?);
        let mut director = town.login("director").await?;
        let item = delegation(&mut clerk, "2026-09-22").await?;
        let page = officer.post("/api/v1/cases", clue(&item, &["p-officer", "p-officer2"])).await?.ok()?;
        assert_eq!(page["item"]["standing"], "expiring");
        common::set_number(&town, "certificate.warn_days", 0.0).await?;
        let seen = officer.get(&format!("/api/v1/cases/{}", text(&page, "id"))).await?.ok()?;
        assert_eq!(seen["item"]["standing"], "valid", "the town says how early it is warned");
        let page = step(&mut director, &page, json!({ "step": "file", "document_no": "1" })).await?.ok()?;
        let look = json!({ "step": "investigate", "shown": true, "two": true });

        // Tomorrow is the last day, and it counts.
        later(&town, "2026-09-22");
        let mut officer = town.login("officer").await?;
        let page = step(&mut officer, &page, look.clone()).await?.ok()?;
        later(&town, "2026-09-23");
        let (mut officer, mut clerk) = (town.login("officer").await?, town.login("clerk").await?);
        let told = step(&mut officer, &page, look.clone()).await?;
        assert_eq!(
            (told.status, told.code()),
            (StatusCode::UNPROCESSABLE_ENTITY, "enforcement.item_expired")
        );
        assert!(text(&told.body, "detail").contains("委托已于 2026-09-22 到期"), "{}", told.body);
        let page = officer.get(&format!("/api/v1/cases/{}", text(&page, "id"))).await?.ok()?;
        assert_eq!(door(&page, "investigate"), Some("enforcement.item_expired"), "the page says so before");
        let mut director = town.login("director").await?;
        let seen = director.get(&format!("/api/v1/cases/{}", text(&page, "id"))).await?.ok()?;
        assert_eq!(door(&seen, "transfer"), Some(""), "it can still be handed over");

        // A paper lets the town finish what was filed in time.
        let item = clerk.get("/api/v1/authority").await?.ok()?["items"][0].clone();
        let finish = json!({ "step": "end", "to": "2026-09-22", "carries_over": "区文〔2026〕9号",
            "reason": "委托到期，已立案的继续办理", "version": item["version"] });
        let path = format!("/api/v1/authority/{}/end", text(&item, "id"));
        clerk.post(&path, finish).await?.ok()?;
        let page = step(&mut officer, &page, look.clone()).await?.ok()?;

        // A colleague whose certificate runs out blocks it the day after.
        let claim = json!({ "step": "claim_recusal", "officer": "p-officer2", "text": "当事人的兄弟" });
        let page = step(&mut officer, &page, claim).await?.ok()?;
        assert_eq!(door(&page, "report"), Some("enforcement.recusal_open"));
        let replace = json!({ "step": "decide_recusal", "granted": true, "replacement": "p-officer3" });
        let page = step(&mut director, &page, replace).await?.ok()?;
        assert!(page["officers"].to_string().contains("尤执法"), "{}", page["officers"]);
        later(&town, "2026-10-01");
        let mut officer = town.login("officer").await?;
        let told = step(&mut officer, &page, look).await?;
        assert_eq!(told.code(), "enforcement.uncertified");
        assert!(text(&told.body, "detail").contains("尤执法"), "{}", told.body);
        Ok(())
    })
    .await
}

/// 行政处罚法 art. 74: no fine feeds a figure anybody is judged by.
#[tokio::test]
async fn a_fine_moves_no_figure_of_the_board() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = lawful_town(&fresh).await?;
        let system = app::Caller::system();
        town.app.ensure_shipped_checklists(&system, Some(day("2026-01-01"))).await?;
        town.app.install_shipped_plan(&system).await?;
        let (mut clerk, mut officer) = (town.login("clerk").await?, town.login("officer").await?);
        let item = delegation(&mut clerk, "2026-12-31").await?;
        let mut small = clue(&item, &["p-officer", "p-officer2"]);
        small["procedure"] = json!("summary");
        small["party_kind"] = json!("citizen");
        let page = officer.post("/api/v1/cases", small).await?.ok()?;
        let figures = |board: Value| (board["clauses"].clone(), board["villages"].clone());
        let before = figures(clerk.get("/api/v1/board").await?.ok()?);
        assert!(before.0.as_array().is_some_and(|all| all.len() > 10), "there is a board to move");
        let spot = json!({ "step": "decide_on_spot", "penalty": fine(20_000), "shown": true, "heard": true, "document_no": "当场〔2026〕1号" });
        let page = step(&mut officer, &page, spot).await?.ok()?;
        let page = step(&mut officer, &page, json!({ "step": "pay", "how": "bank", "amount_fen": 20_000 })).await?.ok()?;
        let page = step(&mut officer, &page, json!({ "step": "report_spot" })).await?.ok()?;
        step(&mut officer, &page, json!({ "step": "close" })).await?.ok()?;
        assert_eq!(figures(clerk.get("/api/v1/board").await?.ok()?), before);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_case_begun_for_the_spot_goes_on_by_the_ordinary_procedure_with_why() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = lawful_town(&fresh).await?;
        let (mut clerk, mut officer) = (town.login("clerk").await?, town.login("officer").await?);
        let item = delegation(&mut clerk, "2026-12-31").await?;
        let mut small = clue(&item, &["p-officer", "p-officer2"]);
        small["procedure"] = json!("summary");
        let page = officer.post("/api/v1/cases", small).await?.ok()?;
        assert!(door(&page, "convert").is_some() && door(&page, "file").is_none());
        // Too much for the spot: the refusal quotes the article and names the way out.
        let spot = json!({ "step": "decide_on_spot", "penalty": fine(500_000), "shown": true, "heard": true, "document_no": "当场〔2026〕2号" });
        let mut unseen = spot.clone();
        unseen["shown"] = json!(false);
        assert_eq!(step(&mut officer, &page, unseen).await?.code(), "enforcement.not_shown");
        let told = step(&mut officer, &page, spot.clone()).await?;
        assert_eq!(told.code(), "enforcement.not_summary");
        let said = text(&told.body, "detail");
        assert!(said.contains("行政处罚法第五十一条") && said.contains("改用普通程序"), "{said}");
        // Why must be said; then the head files it, and the spot is closed.
        assert_eq!(step(&mut officer, &page, json!({ "step": "convert", "text": " " })).await?.code(), "enforcement.missing");
        let convert = json!({ "step": "convert", "text": "拟罚款五千元，超出当场处罚幅度" });
        let page = step(&mut officer, &page, convert.clone()).await?.ok()?;
        assert_eq!((&page["procedure"]["code"], &page["stage"]["code"]), (&json!("ordinary"), &json!("clue")));
        assert!(door(&page, "file").is_some() && door(&page, "decide_on_spot").is_none());
        assert_eq!(page["events"][0]["step"]["code"], "convert");
        assert_eq!(step(&mut officer, &page, spot).await?.code(), "enforcement.not_now");
        assert_eq!(step(&mut officer, &page, convert).await?.code(), "enforcement.ordinary_already");
        let mut director = town.login("director").await?;
        let file = json!({ "step": "file", "document_no": "立案〔2026〕2号" });
        assert_eq!(step(&mut director, &page, file).await?.ok()?["stage"]["code"], "filed");
        let record = town.login("auditor").await?.get("/api/v1/audit?limit=50").await?.body.to_string();
        assert!(record.contains("enforcement.convert"), "{record}");
        Ok(())
    })
    .await
}

/// What two officers send from where they stand.
fn on_spot(item: &Value, fen: i64) -> Value {
    let mut case = clue(item, &["p-officer", "p-officer2"]);
    case["party_kind"] = json!("citizen");
    json!({ "case": case, "on": "2026-09-20", "showed": true, "heard": true, "penalty": fine(fen),
        "document_no": "当场〔2026〕0007", "text": "楼梯间堆放杂物，照片两张", "paid": "" })
}

#[tokio::test]
async fn a_penalty_on_the_spot_comes_from_the_phone_whole_and_through_every_gate() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = lawful_town(&fresh).await?;
        let (mut clerk, mut officer) = (town.login("clerk").await?, town.login("officer").await?);
        let item = delegation(&mut clerk, "2026-09-20").await?;
        let path = "/api/v1/cases/on-spot";
        let told = clerk.post(path, on_spot(&item, 10_000)).await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "enforcement.no_officer"));
        // Each gate by itself; none of them leaves half a case behind.
        let with = |key: &str, value: Value| {
            let mut asked = on_spot(&item, 10_000);
            asked[key] = value;
            asked
        };
        let mut alone = on_spot(&item, 10_000);
        alone["case"]["officers"] = json!(["p-officer"]);
        let mut brother = on_spot(&item, 10_000);
        brother["case"]["related"] = json!([{ "officer": "p-officer2", "what": "当事人的兄弟" }]);
        for (asked, code) in [
            (with("showed", json!(false)), "enforcement.not_shown"),
            (with("heard", json!(false)), "enforcement.spot_not_heard"),
            (with("text", json!("")), "enforcement.missing"),
            (on_spot(&item, 20_001), "enforcement.not_summary"),
            (alone, "enforcement.two_officers"),
            (brother, "enforcement.related"),
            // The delegation ended on the twentieth: what happened a day later is not the town's.
            (with("on", json!("2026-09-21")), "enforcement.item_expired"),
        ] {
            let told = officer.post(path, asked).await?;
            assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, code), "{}", told.body);
        }
        let long_ago = json!("2026-09-10");
        for (key, value, code) in
            [("document_no", json!(""), "enforcement.document"), ("on", long_ago, "enforcement.spot_late")]
        {
            let told = officer.post(path, with(key, value)).await?;
            assert_eq!(told.body["fields"][0]["code"], code, "{}", told.body);
        }
        // A hundred yuan may be taken on the spot, two hundred may not.
        let mut too_much = on_spot(&item, 20_000);
        too_much["paid"] = json!("spot_small");
        assert_eq!(officer.post(path, too_much).await?.code(), "enforcement.no_spot_collection");
        assert_eq!(officer.get("/api/v1/cases").await?.items()?.len(), 0, "nothing of it was kept");

        // Imposed on the last day of the delegation, brought in a day later.
        let page = officer.post(path, with("paid", json!("spot_small"))).await?.ok()?;
        assert_eq!(
            (&page["stage"]["code"], &page["procedure"]["code"]),
            (&json!("served"), &json!("summary"))
        );
        assert_eq!((&page["found_on"], &page["owed_fen"]), (&json!("2026-09-20"), &json!(0)));
        let steps: Vec<_> =
            page["events"].as_array().into_iter().flatten().map(|one| text(&one["step"], "code")).collect();
        assert_eq!(steps, ["pay", "decide_on_spot", "open"]);
        assert_eq!(page["events"][1]["document_no"], "当场〔2026〕0007");
        let again = officer.post(path, on_spot(&item, 10_000)).await?;
        assert_eq!(again.body["fields"][0]["code"], "enforcement.number_used", "{}", again.body);
        assert!(town.app.verify(&app::Caller::system()).await?.findings.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn papers_of_a_case_are_made_in_the_name_the_item_gives_and_say_where_to_turn() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = lawful_town(&fresh).await?;
        let (mut clerk, mut officer) = (town.login("clerk").await?, town.login("officer").await?);
        let delegated = delegation(&mut clerk, "2026-12-31").await?;
        let own = json!({ "name": "占用疏散通道", "power": "punish", "basis": "empowered", "law": "消防法第六十条",
            "holder": "town", "source": "赋权清单〔2026〕1号", "range": { "kinds": ["warning"] }, "from": "2026-01-01" });
        let own = common::kept_authority(&mut clerk, own).await?;
        for (item, name, said) in [
            (&delegated, "区消防救援机构", "以区消防救援机构为被申请人"),
            (&own, "青峰镇人民政府", "六十日内向区人民政府申请行政复议"),
        ] {
            let page = officer.post("/api/v1/cases", clue(item, &["p-officer", "p-officer2"])).await?.ok()?;
            let id = text(&page, "id");
            let from = |template: &str| {
                format!("/api/v1/papers/prefill?template={template}&about_kind=enforcement&about={id}")
            };
            let known = officer.get(&from("DT28.decision")).await?.ok()?;
            let remedies = known["values"]["remedies"].as_str().unwrap_or_default();
            assert!(remedies.contains(said) && remedies.contains("六个月"), "{known}");
            assert!(known["values"].get("party_no").is_none(), "nobody's number is made up");
            let values = officer.get(&from("DT28.filing")).await?.ok()?["values"].clone();
            let filing = json!({ "template": "DT28.filing", "org": "office", "values": values,
                "about": { "kind": "enforcement", "id": id } });
            let draft = officer.post("/api/v1/papers", filing).await?.ok()?;
            assert_eq!(text(&draft, "issuer"), name);
            let missing: Vec<&str> = draft["missing"].as_array().into_iter().flatten().map(|one| text(one, "field")).collect();
            assert!(!missing.contains(&"party_no"), "{missing:?}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_hearing_is_called_with_its_notice_and_ended_when_the_party_stays_away() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = lawful_town(&fresh).await?;
        let (mut clerk, mut officer) = (town.login("clerk").await?, town.login("officer").await?);
        let mut director = town.login("director").await?;
        let item = delegation(&mut clerk, "2026-12-31").await?;
        let page = officer.post("/api/v1/cases", clue(&item, &["p-officer", "p-officer2"])).await?.ok()?;
        let page = step(&mut director, &page, json!({ "step": "file", "document_no": "立案〔2026〕1号" })).await?.ok()?;
        let look = json!({ "step": "investigate", "shown": true, "two": true });
        let page = step(&mut officer, &page, look).await?.ok()?;
        let page = step(&mut officer, &page, json!({ "step": "report", "grounds": [] })).await?.ok()?;
        // Nobody says that it is a large one: it follows from the sum the town set, and the right cannot be left untold.
        let heavy = fine(5_000_000);
        let silent = json!({ "step": "notify", "penalty": heavy, "until": "2026-09-24", "document_no": "告〔2026〕1号" });
        let told = step(&mut officer, &page, silent).await?;
        assert_eq!(told.code(), "enforcement.hearing_not_offered");
        assert!(text(&told.body, "detail").contains("行政处罚法第六十三条"), "{}", told.body);
        let notify = json!({ "step": "notify", "penalty": heavy, "until": "2026-09-24", "hearing": true, "document_no": "告〔2026〕1号" });
        let page = step(&mut officer, &page, notify).await?.ok()?;
        assert_eq!((&page["told"]["large"], &page["large_from_fen"]), (&json!(true), &json!(3_000_000)));
        let page = step(&mut officer, &page, json!({ "step": "ask_hearing" })).await?.ok()?;
        let call = json!({ "step": "call_hearing", "until": "2026-10-13", "officer": "p-director" });
        let told = step(&mut officer, &page, call.clone()).await?;
        let said = told.body["fields"][0]["message"].as_str().unwrap_or_default();
        assert!(said.contains("《听证通知书》"), "{}", told.body);
        let mut call = call;
        call["document_no"] = json!("听通〔2026〕1号");
        let page = step(&mut officer, &page, call).await?.ok()?;
        assert_eq!((&page["hearing_on"], text(&page["hearing_chair"], "name")), (&json!("2026-10-13"), "何镇长"));
        let file: Vec<&str> = page["file"].as_array().into_iter().flatten().map(|one| text(one, "name")).collect();
        assert!(file.contains(&"听证通知书"), "{file:?}");
        let away = json!({ "step": "end_hearing", "granted": true, "text": "未到场也没有说明理由" });
        assert_eq!(step(&mut officer, &page, away.clone()).await?.code(), "enforcement.hearing_not_yet");
        later(&town, "2026-10-13");
        let mut officer = town.login("officer").await?;
        let page = step(&mut officer, &page, away).await?.ok()?;
        assert_eq!(page["hearing"]["code"], "waived");
        assert!(page["events"][0]["detail"].as_str().unwrap_or_default().contains("视为放弃听证权利"), "{page}");
        Ok(())
    })
    .await
}

/// How a duty of the town stands on the board.
async fn standing(who: &mut Browser, duty: &str) -> anyhow::Result<String> {
    let page = who.get(&format!("/api/v1/board/duties/{duty}")).await?.ok()?;
    Ok(text(&page["occurrences"]["items"][0], "status").to_owned())
}

#[tokio::test]
async fn what_was_delegated_counts_on_the_board_from_the_register() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = lawful_town(&fresh).await?;
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        let mut clerk = town.login("clerk").await?;
        assert_ne!(standing(&mut clerk, "C11.2").await?, "met");
        let item = delegation(&mut clerk, "2027-12-31").await?;
        assert_eq!(standing(&mut clerk, "C11.2").await?, "met", "nobody types it twice");
        assert_ne!(standing(&mut clerk, "C11.1").await?, "met", "delegated is not empowered");
        let page = clerk.get("/api/v1/board/duties/C11.2").await?.ok()?;
        let case = &page["occurrences"]["items"][0];
        let (kind, id) = (text(&case["subject"], "kind"), text(&case["subject"], "id"));
        let window = text(&case["window"], "key");
        let at =
            format!("/api/v1/board/duties/C11.2/evidence?subject_kind={kind}&subject={id}&window={window}");
        let behind = clerk.get(&at).await?.ok()?;
        assert_eq!(behind["items"][0]["id"], item["id"], "{behind}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn where_the_town_has_set_no_large_fine_every_fine_is_told_with_its_hearing() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = lawful_town(&fresh).await?;
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        let (mut clerk, mut officer) = (town.login("clerk").await?, town.login("officer").await?);
        let mut director = town.login("director").await?;
        let item = delegation(&mut clerk, "2026-12-31").await?;
        // A citizen's sum was never set.
        let mut of_a_citizen = clue(&item, &["p-officer", "p-officer2"]);
        of_a_citizen["party_kind"] = json!("citizen");
        let page = officer.post("/api/v1/cases", of_a_citizen).await?.ok()?;
        assert_eq!(page["large_from_fen"], Value::Null);
        let filing = json!({ "step": "file", "document_no": "立案〔2026〕1号" });
        let page = step(&mut director, &page, filing).await?.ok()?;
        let look = json!({ "step": "investigate", "shown": true, "two": true });
        let page = step(&mut officer, &page, look).await?.ok()?;
        let page = step(&mut officer, &page, json!({ "step": "report", "grounds": [] })).await?.ok()?;
        let notify = |hearing: bool| {
            json!({ "step": "notify", "penalty": fine(50_000), "until": "2026-09-24", "hearing": hearing,
                "document_no": "告〔2026〕1号" })
        };
        let told = step(&mut officer, &page, notify(false)).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "enforcement.large_unset"));
        let said = text(&told.body, "detail");
        assert!(said.contains("对公民罚款") && said.contains("行政处罚法第六十三条"), "{said}");
        step(&mut officer, &page, notify(true)).await?.ok()?;
        // The town's own setting, proposed and decided as any other.
        let all = clerk.get("/api/v1/parameters").await?.items()?;
        let set = all.iter().find(|one| one["name"] == LARGE).cloned().unwrap_or_default();
        assert_eq!((&set["value"], &set["basis"]), (&json!(30_000), &json!("town_setting")));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_number_has_a_paper_behind_it_an_issued_one_or_a_scan_of_one_made_outside() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = lawful_town(&fresh).await?;
        let (mut clerk, mut officer) = (town.login("clerk").await?, town.login("officer").await?);
        let mut director = town.login("director").await?;
        let item = delegation(&mut clerk, "2026-12-31").await?;
        let page = officer.post("/api/v1/cases", clue(&item, &["p-officer", "p-officer2"])).await?.ok()?;
        let other = officer.post("/api/v1/cases", clue(&item, &["p-officer", "p-officer2"])).await?.ok()?;
        // A number alone is refused, and so is the scan of another case and one that never came.
        let file =
            |no: &str, outside: Value| json!({ "step": "file", "document_no": no, "outside": outside });
        let told = step(&mut director, &page, file("立案〔2026〕1号", json!([]))).await?;
        let field = &told.body["fields"][0];
        assert_eq!(
            (&field["field"], &field["code"]),
            (&json!("document_no"), &json!("enforcement.no_paper"))
        );
        assert!(text(field, "message").contains("立案〔2026〕1号"), "{}", told.body);
        let of_other = common::scanned(&mut officer, "enforcement", text(&other, "id")).await?;
        for outside in [json!([of_other]), json!(["01a00000-0000-7000-8000-00000000dead"])] {
            let told = step(&mut director, &page, file("立案〔2026〕1号", outside)).await?;
            assert_eq!(told.body["fields"][0]["code"], "enforcement.outside", "{}", told.body);
        }
        // Nobody who does not work on cases puts a file beside one, or reads it.
        let stranger = format!(
            "/api/v1/attachments?id={}&object_kind=enforcement&object_id={}&name=x.pdf",
            uuid::Uuid::now_v7(),
            text(&page, "id")
        );
        let told = clerk.send(axum::http::Method::POST, &stranger, &[], b"%PDF-1.7".to_vec()).await?;
        assert!(told.status.is_client_error(), "{}", told.body);

        // Made outside, it is marked so and shown by its scan.
        let scan = common::scanned(&mut director, "enforcement", text(&page, "id")).await?;
        let page = step(&mut director, &page, file("立案〔2026〕1号", json!([scan]))).await?.ok()?;
        let line = &page["file"][0];
        assert_eq!((&line["state"], &line["files"][0]["id"]), (&json!("outside"), &json!(scan)));
        let read = format!("/api/v1/attachments/{scan}");
        assert_eq!(officer.get(&read).await?.status, StatusCode::OK);
        assert_eq!(clerk.get(&read).await?.status, StatusCode::NOT_FOUND);

        // An issued paper of the case stands behind its own number, typed or chosen.
        let filing = of_case(
            "DT28.filing",
            &other,
            json!({ "case": "甲", "party": "乙", "party_no": "无", "address": "丙",
            "source": "丁", "facts": "戊", "basis": "己", "opinion": "庚" }),
        );
        let draft = officer.post("/api/v1/papers", filing).await?.ok()?;
        on_paper(&mut director, &draft, "approve", 1).await?.ok()?;
        let issued = on_paper(&mut officer, &draft, "issue", 2).await?.ok()?;
        let no = text(&issued, "number");
        assert!(!no.is_empty(), "{issued}");
        let page = step(&mut director, &other, file(no, json!([]))).await?.ok()?;
        assert_eq!(page["events"][0]["paper"], issued["id"], "{}", page["events"]);
        assert_eq!(page["file"].as_array().map(Vec::len), Some(1), "the paper is one line");

        // On the spot the form has its number printed on it; it is shown when the penalty is reported.
        let page = officer.post("/api/v1/cases/on-spot", on_spot(&item, 10_000)).await?.ok()?;
        let told = step(&mut officer, &page, json!({ "step": "report_spot" })).await?;
        assert_eq!(told.body["fields"][0]["code"], "enforcement.spot_unseen", "{}", told.body);
        let scan = common::scanned(&mut officer, "enforcement", text(&page, "id")).await?;
        let shown = json!({ "step": "report_spot", "outside": [scan] });
        step(&mut officer, &page, shown).await?.ok()?;
        Ok(())
    })
    .await
}
