//! Stories of papers: advice from a hazard to its receipt, a circular to the villages and back, an order only an officer
//! may give, numbers without gaps, files that can be proved.

use app::Caller;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common::{Browser, CERTIFICATE, Town, V1, authority_item, day, shop, town};

pub(crate) const SHOP: &str = "01a00000-0000-7000-8000-000000000101";
pub(crate) const HAZARD: &str = "01a00000-0000-7000-8000-000000000201";

pub(crate) async fn ready(fresh: &Fresh) -> anyhow::Result<Town> {
    let town = town(fresh).await?;
    let system = Caller::system();
    town.app.ensure_shipped_checklists(&system, Some(day("2026-01-01"))).await?;
    town.app.install_shipped_plan(&system).await?;
    shop(&town, SHOP, "老街五金店", V1).await?;
    Ok(town)
}

pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn to(paper: &Value, step: &str) -> String {
    format!("/api/v1/papers/{}{step}", text(paper, "id"))
}

fn advice() -> Value {
    json!({ "template": "DT02", "org": "village-1", "values": {
        "to": "老街五金店", "place": "老街五金店", "seen_on": "2026-09-21", "findings": ["楼梯间堆放货物"],
        "advice": ["今天搬走楼梯间货物"], "deadline": "2026-09-28", "contact": "李消防", "phone": "023-49000000" } })
}

fn order() -> Value {
    json!({ "template": "DT04", "org": "office", "about": { "kind": "hazard", "id": HAZARD }, "values": {
        "to": "老街五金店", "place": "老街五金店", "seen_at": "2026-09-21T09:00", "violations": ["占用疏散通道"],
        "article": "有关规定", "basis": "有关依据", "deadline": "2026-09-28", "consequence": "依法处理",
        "recheck_on": "2026-09-29", "officers": ["沈执法"], "officer_no": CERTIFICATE } })
}

fn circular() -> Value {
    json!({ "template": "DT10", "org": "committee", "bodies": ["village-1", "village-2"], "values": {
        "subject": "九月消防检查情况", "to": ["场镇社区", "凌阁堂村"], "background": "九月共检查四十二户。",
        "problems": ["占用疏散通道较多"], "requirements": ["国庆前复查一遍"], "deadline": "2026-09-30" } })
}

async fn drafted(browser: &mut Browser, paper: Value) -> anyhow::Result<Value> {
    browser.post("/api/v1/papers", paper).await?.ok()
}

async fn out(browser: &mut Browser, paper: Value) -> anyhow::Result<Value> {
    let draft = drafted(browser, paper).await?;
    let approved = browser.post(&to(&draft, "/approve"), json!({ "version": 1 })).await?.ok()?;
    browser.post(&to(&approved, "/issue"), json!({ "version": 2 })).await?.ok()
}

#[tokio::test]
async fn advice_is_made_from_a_hazard_numbered_at_approval_frozen_and_served() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let (mut staff, mut far) = (town.login("staff1").await?, town.login("staff2").await?);
        let found = json!({ "id": HAZARD, "place": SHOP, "hazard_code": "H01.1", "description": "楼梯间堆放货物",
            "photos": [] });
        staff.post("/api/v1/hazards", found).await?.ok()?;
        let from = format!("/api/v1/papers/prefill?template=DT02&about_kind=hazard&about={HAZARD}");
        assert_eq!(far.get(&from).await?.status, StatusCode::NOT_FOUND, "not the next village's hazard");
        let known = staff.get(&from).await?.ok()?;
        assert_eq!(known["values"]["findings"], json!(["楼梯间堆放货物"]));
        assert_eq!((text(&known["values"], "contact"), text(&known["values"], "to")), ("李消防", "老街五金店"));

        let mut paper = advice();
        paper["about"] = json!({ "kind": "hazard", "id": HAZARD });
        paper["values"] = known["values"].clone();
        let draft = drafted(&mut staff, paper.clone()).await?;
        assert_eq!((&draft["state"], &draft["number"]), (&json!("draft"), &Value::Null), "no number at draft");
        let refused = staff.post(&to(&draft, "/approve"), json!({ "version": 1 })).await?;
        assert_eq!(refused.code(), "paper.missing_field");
        let said = text(&refused.body, "detail").to_owned() + text(&refused.body, "title");
        assert!(said.contains("整改建议") && said.contains("建议完成日期"), "{said}");
        let preview = staff.get(&to(&draft, "/paper.pdf")).await?;
        assert!(preview.status.is_success() && preview.bytes.starts_with(b"%PDF-"), "{}", preview.body);
        assert_eq!(far.get(&to(&draft, "/paper.pdf")).await?.status, StatusCode::NOT_FOUND);

        let mut whole = paper.clone();
        whole["values"] = advice()["values"].clone();
        whole["values"]["advice"] = json!(["责令你店立即整改"]);
        whole["version"] = json!(1);
        let told = staff.put(&to(&draft, ""), whole.clone()).await?;
        assert_eq!(told.body["fields"][0]["code"], "document.advice_orders", "{}", told.body);
        whole["values"]["advice"] = json!(["今天搬走楼梯间货物"]);
        let changed = staff.put(&to(&draft, ""), whole.clone()).await?.ok()?;
        assert_eq!(changed["missing"], json!([]));
        assert_eq!(text(&changed, "next_number"), "青峰消督字〔2026〕1号");
        let gap = staff.post(&to(&draft, "/approve"), json!({ "version": 2, "n": 3 })).await?;
        assert_eq!(gap.code(), "paper.number_gap");
        let approved = staff.post(&to(&draft, "/approve"), json!({ "version": 2, "n": 1 })).await?.ok()?;
        assert_eq!(text(&approved, "number"), "青峰消督字〔2026〕1号");
        whole["version"] = json!(3);
        assert_eq!(staff.put(&to(&draft, ""), whole).await?.code(), "paper.fixed");
        let issued = staff.post(&to(&draft, "/issue"), json!({ "version": 3 })).await?.ok()?;
        assert_eq!((&issued["state"], &issued["frozen"]["intact"]), (&json!("issued"), &json!(true)));
        let pdf = staff.get(&to(&draft, "/paper.pdf")).await?;
        assert_eq!(app::request_hash(&pdf.bytes), text(&issued["frozen"], "pdf"), "the file is the one issued");
        let docx = staff.get(&to(&draft, "/paper.docx")).await?;
        assert!(docx.bytes.starts_with(b"PK"), "an editable file");

        let photo = "01a00000-0000-7000-8000-000000000301";
        let at = format!("/api/v1/photos/{photo}?object_kind=paper&object_id={}&role=signature", text(&draft, "id"));
        assert_eq!(far.send_picture(&at, 7).await?.status, StatusCode::NOT_FOUND);
        assert!(staff.send_picture(&at, 7).await?.status.is_success());
        let serve = |to: &str, on: &str| {
            json!({ "way": "direct", "to": to, "on": on, "receipt": "当面签收", "photos": [photo], "version": 4 })
        };
        assert_eq!(staff.post(&to(&draft, "/serve"), serve("", "2026-09-21")).await?.code(), "paper.nobody_served");
        let late = staff.post(&to(&draft, "/serve"), serve("杨老板", "2026-09-22")).await?;
        assert_eq!(late.code(), "paper.served_when");
        let served = staff.post(&to(&draft, "/serve"), serve("杨老板", "2026-09-21")).await?.ok()?;
        assert_eq!((&served["state"], &served["service"]["way_label"]), (&json!("served"), &json!("直接送达")));
        assert_eq!(served["service"]["photos"][0]["id"], photo);
        let print = json!({ "ids": [draft["id"], draft["id"]] });
        assert_eq!(far.post("/api/v1/papers/print", print.clone()).await?.status, StatusCode::NOT_FOUND);
        let none = staff.post("/api/v1/papers/print", json!({ "ids": [] })).await?;
        assert_eq!(none.body["fields"][0]["code"], "paper.print");
        let job = staff.post("/api/v1/papers/print", print).await?.ok()?;
        let file = format!("/api/v1/papers/prints/{}", text(&job, "id"));
        assert_eq!(staff.get(&file).await?.code(), "paper.not_printed");
        town.app.run_due_jobs().await?;
        let done = staff.get(&format!("/api/v1/jobs/{}", text(&job, "id"))).await?.ok()?;
        assert_eq!((&done["state"], &done["result"]["papers"]), (&json!("done"), &json!(2)), "{done}");
        assert!(staff.get(&file).await?.bytes.starts_with(b"%PDF-"));
        assert_eq!(far.get(&file).await?.status, StatusCode::NOT_FOUND, "another's job");
        let about = format!("/api/v1/papers?about_kind=hazard&about={HAZARD}");
        assert_eq!(staff.get(&about).await?.items()?.len(), 1);
        assert!(far.get("/api/v1/papers").await?.items()?.is_empty());

        assert!(town.app.verify(&Caller::system()).await?.findings.is_empty());
        let hash = text(&issued["frozen"], "pdf");
        let file = fresh.folder.path().join(&hash[..2]).join(hash);
        std::fs::write(&file, b"%PDF-1.7 something else")?;
        let found = town.app.verify(&Caller::system()).await?.findings;
        assert!(found.iter().any(|one| one.code == "audit.blob" && one.place.contains(hash)), "{found:?}");
        assert_eq!(staff.get(&to(&draft, "/paper.pdf")).await?.code(), "paper.altered");
        assert_eq!(staff.get(&to(&draft, "")).await?.ok()?["frozen"]["intact"], false);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_circular_is_signed_by_a_leader_and_answered_by_the_villages() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let (mut near, mut far) = (town.login("secretary1").await?, town.login("staff2").await?);
        assert_eq!(near.post("/api/v1/papers", circular()).await?.status, StatusCode::FORBIDDEN);
        let mut foreign = circular();
        foreign["org"] = json!("police");
        let told = clerk.post("/api/v1/papers", foreign).await?;
        assert_eq!(
            told.body["fields"][0]["code"], "paper.org",
            "nobody else writes under the name of the police"
        );
        let draft = drafted(&mut clerk, circular()).await?;
        assert_eq!(text(&draft, "title"), "消防安全委员会关于九月消防检查情况的通报");
        let told = clerk.post(&to(&draft, "/approve"), json!({ "version": 1 })).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "only a leader signs a red head");
        assert_eq!(far.get(&to(&draft, "")).await?.status, StatusCode::NOT_FOUND, "not out yet");
        let mut waits = async || -> anyhow::Result<Value> {
            let page = leader.get("/api/v1/workbench").await?.ok()?;
            let counts = page["counts"].as_array().cloned().unwrap_or_default();
            let found =
                counts.iter().find(|one| one["code"] == "papers_to_approve").map(|one| one["n"].clone());
            Ok(found.unwrap_or_default())
        };
        assert_eq!(waits().await?, json!(1), "who may approve is told that nothing is missing");
        leader.post(&to(&draft, "/approve"), json!({ "version": 1 })).await?.ok()?;
        let issued = clerk.post(&to(&draft, "/issue"), json!({ "version": 2 })).await?.ok()?;
        assert_eq!(
            (&issued["state"], issued["receipts"].as_array().map(Vec::len)),
            (&json!("served"), Some(2))
        );

        let open = near.get("/api/v1/papers/received?open=true").await?.items()?;
        assert_eq!((open.len(), &open[0]["receipt"]["state"]), (1, &json!("sent")));
        assert_eq!(open[0]["paper"]["answer_by"], "2026-09-30", "who has to report sees by when");
        assert!(near.get(&to(&draft, "/paper.pdf")).await?.bytes.starts_with(b"%PDF-"));
        let seen = near.get(&to(&draft, "")).await?.ok()?;
        assert_eq!(seen["receipts"].as_array().map(Vec::len), Some(1), "a village sees its own answer only");
        let read = near.post(&to(&draft, "/answer"), json!({ "org": "village-1" })).await?.ok()?;
        assert_eq!((&read["state"], &read["read_by"]["name"]), (&json!("read"), &json!("王书记")));
        let stolen = near.post(&to(&draft, "/answer"), json!({ "org": "village-2" })).await?;
        assert_eq!(stolen.status, StatusCode::NOT_FOUND);
        let acted = |note: &str, on: &str| json!({ "org": "village-1", "acted_on": on, "note": note });
        assert_eq!(
            near.post(&to(&draft, "/answer"), acted(" ", "2026-09-21")).await?.code(),
            "paper.nothing_said"
        );
        assert_eq!(
            near.post(&to(&draft, "/answer"), acted("已查", "2026-09-22")).await?.code(),
            "paper.acted_when"
        );
        near.post(&to(&draft, "/answer"), acted("已复查十六户", "2026-09-21")).await?.ok()?;
        assert_eq!(
            near.post(&to(&draft, "/answer"), acted("再报", "2026-09-21")).await?.code(),
            "paper.answered"
        );
        assert!(near.get("/api/v1/papers/received?open=true").await?.items()?.is_empty());
        let sender = clerk.get(&to(&draft, "")).await?.ok()?;
        let states: Vec<_> = sender["receipts"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| text(one, "state").to_owned())
            .collect();
        assert_eq!(states, ["acted", "sent"], "the sender sees who has not");

        let revoke = json!({ "reason": "数字有误", "version": 3 });
        assert_eq!(clerk.post(&to(&draft, "/revoke"), revoke.clone()).await?.status, StatusCode::FORBIDDEN);
        let gone = leader.post(&to(&draft, "/revoke"), revoke).await?.ok()?;
        assert_eq!((&gone["state"], text(&gone, "number")), (&json!("revoked"), "青峰消安〔2026〕1号"));
        let mut again = circular();
        again["corrects"] = draft["id"].clone();
        let draft = drafted(&mut clerk, again).await?;
        assert_eq!(draft["corrects"]["id"], gone["id"]);
        let next = leader.post(&to(&draft, "/approve"), json!({ "version": 1, "n": 1 })).await?;
        assert_eq!(next.code(), "paper.number_used", "a cancelled number stays taken");
        let next = leader.post(&to(&draft, "/approve"), json!({ "version": 1 })).await?.ok()?;
        assert_eq!(text(&next, "number"), "青峰消安〔2026〕2号");
        let book = clerk.get("/api/v1/papers/series/committee/numbers").await?.items()?;
        let lines: Vec<_> =
            book.iter().map(|one| (one["n"].clone(), text(one, "state").to_owned())).collect();
        assert_eq!(lines, [(json!(1), "revoked".to_owned()), (json!(2), "approved".to_owned())]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_order_is_for_a_trained_officer_with_his_certificate_and_item_only() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        graded(&mut town.login("staff1").await?, HAZARD).await?;
        let mut clerk = town.login("clerk").await?;
        let told = clerk.post("/api/v1/papers", order()).await?;
        assert_eq!((told.status, told.code()), (StatusCode::FORBIDDEN, "policy.forbidden"));
        let said = text(&told.body, "detail");
        assert!(said.contains("行政处罚法第四十二条") && said.contains("C11.4"), "{said}");
        let options = clerk.get("/api/v1/papers/options").await?.ok()?;
        let codes: Vec<_> =
            options["templates"].as_array().into_iter().flatten().map(|one| text(one, "code").to_owned()).collect();
        assert!(codes.contains(&"DT10".to_owned()) && !codes.contains(&"DT04".to_owned()), "{codes:?}");
        let mut officer = town.login("officer").await?;
        let draft = drafted(&mut officer, order()).await?;
        assert_eq!(clerk.post(&to(&draft, "/approve"), json!({ "version": 1 })).await?.status, StatusCode::FORBIDDEN);
        let ask = |certificate: &str, item: &str| {
            json!({ "version": 1, "certificate_no": certificate, "authority_item": item, "with": ["p-officer2"] })
        };
        let told = officer.post(&to(&draft, "/approve"), ask("假-1", "事项")).await?;
        assert_eq!(told.code(), "hazard.no_authority");
        let told = officer.post(&to(&draft, "/approve"), ask(CERTIFICATE, " ")).await?;
        assert_eq!(told.body["fields"][0]["code"], "hazard.authority_item");
        let told = officer.post(&to(&draft, "/approve"), ask(CERTIFICATE, "占用疏散通道")).await?;
        assert_eq!(told.body["fields"][0]["code"], "enforcement.item", "words are no item");
        let ended = authority_item(&mut clerk, "punish", "2026-09-20").await?;
        let told = officer.post(&to(&draft, "/approve"), ask(CERTIFICATE, &ended)).await?;
        assert_eq!(told.code(), "enforcement.item_expired");
        let item = authority_item(&mut clerk, "punish", "2026-09-21").await?;
        let alone = json!({ "version": 1, "certificate_no": CERTIFICATE, "authority_item": item });
        assert_eq!(officer.post(&to(&draft, "/approve"), alone).await?.code(), "enforcement.two_to_order");
        let approved = officer.post(&to(&draft, "/approve"), ask(CERTIFICATE, &item)).await?.ok()?;
        assert!(text(&approved, "authority").contains(CERTIFICATE));
        // Approved on its last day, it does not go out the day after.
        town.clock.advance_days(1);
        let mut officer = town.login("officer").await?;
        let told = officer.post(&to(&draft, "/issue"), json!({ "version": 2 })).await?;
        assert_eq!(told.code(), "enforcement.item_expired");
        town.clock.advance_days(-1);
        let mut officer = town.login("officer").await?;
        let issued = officer.post(&to(&draft, "/issue"), json!({ "version": 2 })).await?.ok()?;
        assert_eq!(issued["form"]["layout"], "form", "never on a red head");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn numbers_run_without_gaps_however_many_approve_at_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let (mut staff, mut head) = (town.login("staff1").await?, town.login("head").await?);
        let set = |used: u32, version: i64| {
            json!({ "pattern": "青督〔{year}〕{n}号", "used_before": used, "version": version })
        };
        let path = "/api/v1/papers/series/advice";
        assert_eq!(staff.put(path, set(4, 0)).await?.status, StatusCode::FORBIDDEN);
        let wrong = json!({ "pattern": "青督[{year}]{n}号" });
        assert_eq!(head.put(path, wrong).await?.body["fields"][0]["code"], "paper.bad_series");
        head.put(path, set(4, 0)).await?.ok()?;
        assert_eq!(head.put(path, set(5, 0)).await?.status, StatusCode::CONFLICT, "seen before the change");
        let mut drafts = Vec::new();
        for login in ["secretary1", "clerk", "head", "secretary1", "clerk", "head"] {
            drafts.push((login, drafted(&mut staff, advice()).await?));
        }
        let mut running = tokio::task::JoinSet::new();
        for (login, draft) in drafts {
            let mut own = town.login(login).await?;
            running.spawn(async move {
                let told = own.post(&to(&draft, "/approve"), json!({ "version": 1 })).await?;
                told.ok().map(|paper| text(&paper, "number").to_owned())
            });
        }
        let mut numbers = Vec::new();
        while let Some(done) = running.join_next().await {
            numbers.push(done??);
        }
        numbers.sort_by_key(|number| number.len());
        numbers.sort();
        let mut wanted: Vec<String> = (5..=10).map(|n| format!("青督〔2026〕{n}号")).collect();
        wanted.sort();
        assert_eq!(numbers, wanted);
        let told = head.put(path, set(9, 1)).await?;
        assert_eq!(told.body["fields"][0]["code"], "paper.series_begun");
        let issued = out(&mut staff, advice()).await?;
        assert_eq!(text(&issued, "number"), "青督〔2026〕11号");
        Ok(())
    })
    .await
}

fn received(template: &str, more: Value) -> Value {
    let mut values = json!({ "organ": "区消防救援大队", "original_no": "渝消函〔2026〕3号", "original_on": "2026-09-18",
        "received_on": "2026-09-21", "place": "老街五金店", "handled_by": "马干事" });
    for (key, value) in more.as_object().into_iter().flatten() {
        values[key] = value.clone();
    }
    json!({ "template": template, "org": "office", "values": values })
}

#[tokio::test]
async fn what_another_organ_issued_is_registered_under_our_number_and_never_drawn_as_theirs()
-> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let major = received(
            "DT05",
            json!({ "items": ["第 5.1 条"], "edition": "GB 35181-2017", "deadline": "2026-12-20", "follow_up": "每周巡查" }),
        );
        let sealed = received("DT08", json!({ "scope": "二层仓库", "sealed_from": "2026-09-19", "follow_up": "协助看护" }));
        let told = staff.post("/api/v1/papers", major.clone()).await?;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "the office registers what came: {}", told.body);
        let mut bare = major.clone();
        bare["values"]["original_no"] = json!("");
        let draft = drafted(&mut clerk, bare).await?;
        let told = clerk.post(&to(&draft, "/approve"), json!({ "version": 1 })).await?;
        assert_eq!(told.code(), "paper.missing_field");
        for (paper, name) in [(major, "重大火灾隐患整改通知书"), (sealed, "临时查封决定书")] {
            let issued = out(&mut clerk, paper).await?;
            assert_eq!(issued["form"]["received"], json!(true));
            assert!(text(&issued["template"], "label").starts_with(name), "{issued}");
            assert!(!text(&issued, "number").is_empty() && !text(&issued, "number").contains("渝消函"), "{issued}");
            let pdf = clerk.get(&to(&issued, "/paper.pdf")).await?;
            assert!(pdf.bytes.starts_with(b"%PDF-"));
            assert_eq!(app::request_hash(&pdf.bytes), text(&issued["frozen"], "pdf"));
        }
        let numbers = clerk.get("/api/v1/papers?family=DT05,DT08").await?.items()?;
        let numbers: Vec<_> = numbers.iter().filter_map(|one| one["number"].as_str()).collect();
        assert_eq!(numbers.len(), 2, "{numbers:?}");
        assert_ne!(numbers[0], numbers[1], "one series for all that came");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn marks_and_attachments_are_kept_and_printed_where_the_layout_has_a_place() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut asked = circular();
        asked["marks"] = json!({ "urgency": "特急", "secrecy": "秘密" });
        asked["attachments"] = json!(["检查情况统计表。", " ", "整改清单"]);
        let told = clerk.post("/api/v1/papers", asked.clone()).await?;
        assert_eq!(
            told.body["fields"][0]["code"], "paper.classified",
            "a secret paper goes another way: {}",
            told.body
        );
        asked["marks"] = json!({ "urgency": "很急" });
        let told = clerk.post("/api/v1/papers", asked.clone()).await?;
        assert_eq!(told.body["fields"][0]["code"], "paper.urgency");
        asked["marks"] = json!({ "urgency": "特急" });
        let draft = drafted(&mut clerk, asked).await?;
        assert_eq!(draft["marks"]["urgency"], "特急");
        assert_eq!(draft["attachments"], json!(["检查情况统计表", "整改清单"]), "names carry no stop");
        assert_eq!((&draft["form"]["marked"], &draft["form"]["attaches"]), (&json!(true), &json!(true)));
        let docx = clerk.get(&to(&draft, "/paper.docx")).await?;
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(docx.bytes))?;
        let mut xml = String::new();
        std::io::Read::read_to_string(&mut archive.by_name("word/document.xml")?, &mut xml)?;
        for word in ["特急", "附件：1.", "检查情况统计表", "整改清单"] {
            assert!(xml.contains(word), "{word}");
        }
        let mut form = advice();
        form["marks"] = json!({ "urgency": "特急" });
        let told = clerk.post("/api/v1/papers", form).await?;
        assert_eq!(told.body["fields"][0]["code"], "paper.no_marks", "a form has no place for it");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn papers_are_asked_for_by_template_issuer_series_and_year_and_taken_along() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let mut staff = town.login("staff1").await?;
        let issued = out(&mut staff, advice()).await?;
        drafted(&mut staff, advice()).await?;
        let count = async |browser: &mut Browser, query: &str| -> anyhow::Result<usize> {
            Ok(browser.get(&format!("/api/v1/papers?{query}")).await?.items()?.len())
        };
        for (query, n) in [
            ("template=DT02", 2),
            ("template=DT10", 0),
            ("series=advice", 1),
            ("series=advice&year=2026", 1),
            ("year=2025", 0),
            ("org=village-1", 2),
            ("org=office", 0),
            ("template=&series=&org=", 2),
        ] {
            assert_eq!(count(&mut staff, query).await?, n, "{query}");
        }
        let page = staff.get("/api/v1/papers").await?.ok()?;
        assert!(
            page["kinds"].to_string().contains("DT10") && page["orgs"].to_string().contains("village-1"),
            "{page}"
        );
        let table = staff.get("/api/v1/papers/list/csv?year=2026").await?;
        let table = String::from_utf8(table.bytes.to_vec())?;
        assert!(table.contains(text(&issued, "number")) && table.lines().count() == 2, "{table}");
        assert!(staff.get("/api/v1/papers/list/xlsx").await?.bytes.starts_with(b"PK"));
        let wrong = staff.get("/api/v1/papers/list/pdf").await?;
        assert_eq!(wrong.body["fields"][0]["code"], "export.format");
        let mut far = town.login("staff2").await?;
        let table = String::from_utf8(far.get("/api/v1/papers/list/csv").await?.bytes.to_vec())?;
        assert_eq!(table.lines().count(), 1, "the next village's see none: {table}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn whoever_looks_again_asks_and_does_not_order() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let mut staff = town.login("staff1").await?;
        graded(&mut staff, HAZARD).await?;
        let again = |next: &str| {
            json!({ "template": "DT06", "org": "village-1", "about": { "kind": "hazard", "id": HAZARD }, "values": {
                "to": "老街五金店", "reference": "责令限期改正通知书1号", "next": next, "inspectors": ["李消防"] } })
        };
        let told = staff.post("/api/v1/papers", again("责令停业")).await?;
        assert_eq!(told.body["fields"][0]["code"], "document.advice_orders", "{}", told.body);
        // The name of the order that is looked at again may be said.
        drafted(&mut staff, again("请移送执法人员处理")).await?;
        Ok(())
    })
    .await
}

async fn graded(browser: &mut Browser, id: &str) -> anyhow::Result<()> {
    let found = json!({ "id": id, "place": SHOP, "hazard_code": "H01.1", "description": "楼梯间堆放货物", "photos": [] });
    let hazard = browser.post("/api/v1/hazards", found).await?.ok()?;
    let grade =
        json!({ "step": "grade", "level": "general", "reason": "一般", "version": hazard["version"] });
    browser.post(&format!("/api/v1/hazards/{id}/steps"), grade).await?.ok()?;
    Ok(())
}

#[tokio::test]
async fn a_hazard_takes_its_step_with_the_paper_where_it_stands_at_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let mut staff = town.login("staff1").await?;
        graded(&mut staff, HAZARD).await?;
        let mut paper = advice();
        paper["about"] = json!({ "kind": "hazard", "id": HAZARD });
        let issued = out(&mut staff, paper.clone()).await?;
        let path = format!("/api/v1/hazards/{HAZARD}");
        let last = |hazard: &Value| hazard["timeline"].as_array().and_then(|all| all.last().cloned()).unwrap_or_default();
        let hazard = staff.get(&path).await?.ok()?;
        assert_eq!((&hazard["state"], &hazard["deadline_on"]), (&json!("measure_ordered"), &json!("2026-09-28")));
        assert_eq!((&last(&hazard)["step"], &last(&hazard)["document_no"]), (&json!("advised"), &issued["number"]));
        let serve = json!({ "way": "direct", "to": "杨老板", "on": "2026-09-21", "receipt": "当面签收", "version": 3 });
        staff.post(&to(&issued, "/serve"), serve).await?.ok()?;
        let hazard = staff.get(&path).await?.ok()?;
        assert_eq!(last(&hazard)["step"], json!("served"), "{hazard}");
        // A second paper about it is a paper all the same; the hazard is past that.
        let version = hazard["version"].clone();
        out(&mut staff, paper).await?;
        assert_eq!(staff.get(&path).await?.ok()?["version"], version);

        // An order, by two officers, on an item in force.
        let other = "01a00000-0000-7000-8000-000000000202";
        graded(&mut staff, other).await?;
        let mut officer = town.login("officer").await?;
        let mut paper = order();
        paper["about"] = json!({ "kind": "hazard", "id": other });
        let mut clerk = town.login("clerk").await?;
        let item = authority_item(&mut clerk, "inspect", "2026-12-31").await?;
        let draft = drafted(&mut officer, paper).await?;
        let by = json!({ "version": 1, "certificate_no": CERTIFICATE, "authority_item": item, "with": ["p-officer2"] });
        let approved = officer.post(&to(&draft, "/approve"), by).await?.ok()?;
        assert_eq!(officer.get(&format!("/api/v1/hazards/{other}")).await?.ok()?["state"], "graded", "not before it goes out");
        officer.post(&to(&approved, "/issue"), json!({ "version": 2 })).await?.ok()?;
        let hazard = officer.get(&format!("/api/v1/hazards/{other}")).await?.ok()?;
        assert_eq!(hazard["state"], "measure_ordered", "{hazard}");
        assert!(town.app.verify(&Caller::system()).await?.findings.is_empty());

        // What is in hand goes over with the post.
        drafted(&mut staff, advice()).await?;
        let change = json!({ "last_day": "2026-09-30", "taker": "p-grid1" });
        let sheet = clerk.post("/api/v1/posts/post-staff1/handover", change).await?.ok()?;
        let sections = sheet["sections"].as_array().cloned().unwrap_or_default();
        let papers = sections.iter().find(|one| one["kind"] == "paper").cloned().unwrap_or_default();
        assert!(text(&papers["lines"][0], "href").starts_with("/papers/"), "{sheet}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_record_of_a_talk_takes_from_its_notice_what_that_said() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let (mut clerk, mut far) = (town.login("clerk").await?, town.login("staff2").await?);
        let notice = drafted(
            &mut clerk,
            json!({ "template": "DT12.notice", "org": "committee", "values": {
                "to": "老街五金店", "person": "杨老板", "reason": "隐患逾期未改", "at": "2026-09-25T09:30",
                "venue": "镇政府二楼会议室", "contact": "王文员", "phone": "023-49000000" } }),
        )
        .await?;
        let from = |template: &str, paper: &Value| {
            format!("/api/v1/papers/prefill?template={template}&about_kind=paper&about={}", text(paper, "id"))
        };
        let known = clerk.get(&from("DT12.record", &notice)).await?.ok()?;
        let values = &known["values"];
        assert_eq!(
            (text(values, "at"), text(values, "venue"), text(values, "person"), text(values, "unit")),
            ("2026-09-25T09:30", "镇政府二楼会议室", "杨老板", "老街五金店")
        );
        assert_eq!((text(values, "reason"), &known["org"]), ("隐患逾期未改", &json!("committee")));
        assert_eq!(far.get(&from("DT12.record", &notice)).await?.status, StatusCode::NOT_FOUND);
        let other = drafted(&mut clerk, circular()).await?;
        let told = clerk.get(&from("DT12.record", &other)).await?;
        assert_eq!(told.body["fields"][0]["code"], "paper.about", "a circular calls nobody to a talk");
        assert_eq!(clerk.get(&from("DT13", &notice)).await?.body["fields"][0]["code"], "paper.about");
        let record = drafted(
            &mut clerk,
            json!({ "template": "DT12.record", "org": "committee", "values": known["values"],
                "about": { "kind": "paper", "id": notice["id"] } }),
        )
        .await?;
        let about = format!("/api/v1/papers?about_kind=paper&about={}", text(&notice, "id"));
        let found = clerk.get(&about).await?.items()?;
        assert_eq!((found.len(), &found[0]["id"]), (1, &record["id"]), "it stands with its notice");
        Ok(())
    })
    .await
}

/// A name with a character no face has: it is told before a number is taken, and the next paper gets that number.
#[tokio::test]
async fn what_cannot_be_printed_takes_no_number() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let mut rare = circular();
        rare["values"]["subject"] = json!("\u{2A6A5}某检查情况");
        let draft = drafted(&mut clerk, rare).await?;
        let told = leader.post(&to(&draft, "/approve"), json!({ "version": 1 })).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "render.no_glyph"));
        let kept = leader.get(&to(&draft, "")).await?.ok()?;
        assert_eq!((&kept["state"], &kept["number"]), (&json!("draft"), &Value::Null), "{kept}");
        // What nobody sees is left out.
        let mut hidden = circular();
        hidden["values"]["subject"] = json!("九月\u{0}消防检查情况");
        let draft = drafted(&mut clerk, hidden).await?;
        let approved = leader.post(&to(&draft, "/approve"), json!({ "version": 1 })).await?.ok()?;
        assert!(text(&approved, "number").ends_with("〕1号"), "{approved}");
        Ok(())
    })
    .await
}
