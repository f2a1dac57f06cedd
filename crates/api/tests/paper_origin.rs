//! Stories of what a paper may say and who may say it: what happened comes from the record, the mandate from the register,
//! the issuer from the template; what belongs to another organ, is classified or over is refused; what was taken back says so.

use app::Caller;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::field::{add_place, recorded};
use crate::common::{Browser, TOWN, Told, V1, authority_item};
use crate::paper::{HAZARD, SHOP, ready, text};

fn first(told: &Told) -> &str {
    told.body["fields"][0]["code"].as_str().unwrap_or_default()
}

async fn write(who: &mut Browser, paper: Value) -> anyhow::Result<Told> {
    who.post("/api/v1/papers", paper).await
}

async fn step(who: &mut Browser, paper: &Value, step: &str, body: Value) -> anyhow::Result<Told> {
    let mut body = body;
    body["version"] = paper["version"].clone();
    who.post(&format!("/api/v1/papers/{}/{step}", text(paper, "id")), body).await
}

fn about(template: &str, org: &str, kind: &str, id: &str, values: Value) -> Value {
    json!({ "template": template, "org": org, "values": values, "about": { "kind": kind, "id": id } })
}

fn circular(org: &str, subject: &str, deadline: &str) -> Value {
    json!({ "template": "DT10", "org": org, "values": { "subject": subject, "to": ["场镇社区"],
        "background": "九月共检查四十二户。", "problems": ["占用疏散通道较多"], "requirements": ["复查一遍"],
        "deadline": deadline } })
}

#[tokio::test]
async fn a_record_of_an_inspection_is_made_from_one_and_says_what_it_says() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let (mut clerk, mut staff) = (town.login("clerk").await?, town.login("staff1").await?);
        let place = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let visit = recorded(&mut staff, 1, &place, "staff1", &["B05"]).await?;
        let typed = json!({ "place": "老街面馆", "address": "老街 2 号", "began": "2026-09-21T08:00",
            "ended": "2026-09-21T09:00", "inspectors": ["李消防"], "checklist": "九小场所" });
        let by_hand = json!({ "template": "DT01", "org": "village-1", "values": typed });
        let told = write(&mut staff, by_hand).await?;
        assert_eq!(told.code(), "paper.only_from", "{}", told.body);
        let told = write(&mut staff, about("DT01", "village-1", "place", &place, json!({}))).await?;
        assert_eq!(told.code(), "paper.only_from", "a record of another kind: {}", told.body);

        let from = format!("/api/v1/papers/prefill?template=DT01&about_kind=inspection&about={visit}");
        let known = staff.get(&from).await?.ok()?["values"].clone();
        let mut other = known.clone();
        other["inspectors"] = json!(["别人"]);
        let told = write(&mut staff, about("DT01", "village-1", "inspection", &visit, other)).await?;
        assert_eq!(first(&told), "paper.given", "{}", told.body);
        // Somebody accompanied it, says the paper; the record says nobody signed.
        let mut other = known.clone();
        other["companion"] = json!("杨老板");
        let told = write(&mut staff, about("DT01", "village-1", "inspection", &visit, other)).await?;
        assert_eq!(first(&told), "paper.given", "{}", told.body);

        let address = json!({ "address": "老街 2 号" });
        let draft =
            write(&mut staff, about("DT01", "village-1", "inspection", &visit, address)).await?.ok()?;
        let values = &draft["values"];
        assert_eq!((&values["inspectors"], &values["began"]), (&json!(["李消防"]), &known["began"]));
        assert_eq!((&values["refusal"], &draft["form"]["bound"]), (&json!("店主外出"), &json!(true)));
        let is_given = |key: &str| {
            draft["form"]["fields"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|one| one["key"] == key && one["given"] == true)
        };
        assert!(is_given("results") && !is_given("address"));
        let approved = step(&mut staff, &draft, "approve", json!({})).await?.ok()?;
        step(&mut staff, &approved, "issue", json!({})).await?.ok()?;

        // What is written on site by hand is an empty form, and says that it is one.
        let blank = staff.get("/api/v1/papers/blanks/DT01").await?;
        assert!(blank.status.is_success() && blank.bytes.starts_with(b"%PDF-"), "{}", blank.body);
        assert_eq!(staff.get("/api/v1/papers/blanks/DT02").await?.code(), "paper.no_blank");
        assert_eq!(
            staff.get("/api/v1/papers/blanks/DT99").await?.body["fields"][0]["code"],
            "paper.template"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_opinion_of_a_recheck_and_an_order_need_what_they_are_about() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let (mut staff, mut grid) = (town.login("staff1").await?, town.login("grid1").await?);
        let found = json!({ "id": HAZARD, "place": SHOP, "hazard_code": "H01.1", "description": "楼梯间堆放货物",
            "photos": [] });
        staff.post("/api/v1/hazards", found).await?.ok()?;
        let typed = json!({ "to": "老街五金店", "place": "老街五金店", "reference": "督〔2026〕1号",
            "rechecked_at": "2026-09-21T09:00", "conclusion": "全部整改", "results": [["堆放货物", "已整改", ""]],
            "inspectors": ["李消防"] });
        let by_hand = json!({ "template": "DT06", "org": "village-1", "values": typed });
        assert_eq!(write(&mut staff, by_hand).await?.code(), "paper.only_from");
        // The hazard is there and nobody has looked again: that it was put right cannot be typed.
        let told = write(&mut staff, about("DT06", "village-1", "hazard", HAZARD, typed)).await?;
        assert_eq!(first(&told), "paper.given", "{}", told.body);
        let hand = json!({ "to": "老街五金店", "reference": "督〔2026〕1号", "inspectors": ["李消防"] });
        let draft = write(&mut staff, about("DT06", "village-1", "hazard", HAZARD, hand)).await?.ok()?;
        let told = step(&mut staff, &draft, "approve", json!({})).await?;
        assert_eq!(told.code(), "paper.missing_field", "{}", told.body);
        assert!(text(&told.body, "detail").contains("由隐患带入"), "{}", told.body);

        let at = format!("/api/v1/hazards/{HAZARD}");
        for taken in [
            json!({ "step": "grade", "level": "general" }),
            json!({ "step": "advise", "text": "请清空楼梯间", "days": { "kind": "working", "count": 2 } }),
        ] {
            let mut taken = taken;
            taken["version"] = staff.get(&at).await?.ok()?["version"].clone();
            staff.post(&format!("{at}/steps"), taken).await?.ok()?;
        }
        town.clock.advance_days(5);
        let mut staff = town.login("staff1").await?;
        grid = town.login("grid1").await.unwrap_or(grid);
        let photo = "01a00000-0000-7000-8000-000000000301";
        let send = format!("/api/v1/photos/{photo}?object_kind=hazard&object_id={HAZARD}&role=recheck");
        grid.send_picture(&send, 1).await?.ok()?;
        let fail = json!({ "step": "fail_recheck", "photos": [photo], "note": "还堆着",
            "version": grid.get(&at).await?.ok()?["version"] });
        grid.post(&format!("{at}/steps"), fail).await?.ok()?;
        // A draft older than what the record says by now is not approved as it is.
        let told = step(&mut staff, &draft, "approve", json!({})).await?;
        assert_eq!(told.code(), "paper.given_changed", "{}", told.body);
        assert!(text(&told.body, "detail").contains("重新保存"), "{}", told.body);
        let mut again = about("DT06", "village-1", "hazard", HAZARD, draft["values"].clone());
        again["version"] = draft["version"].clone();
        let draft = staff.put(&format!("/api/v1/papers/{}", text(&draft, "id")), again).await?.ok()?;
        assert_eq!(draft["values"]["conclusion"], "未整改", "the record says it: {draft}");
        step(&mut staff, &draft, "approve", json!({})).await?.ok()?;

        let mut officer = town.login("officer").await?;
        let order = json!({ "template": "DT03", "org": "office", "values": {} });
        assert_eq!(write(&mut officer, order).await?.code(), "paper.only_from", "an order about nothing");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_paper_is_issued_by_whom_its_template_names() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let told = write(&mut clerk, circular("village-1", "检查情况", "2026-09-30")).await?;
        assert_eq!(first(&told), "paper.issuer", "{}", told.body);
        let told = write(&mut clerk, json!({ "template": "DT02", "org": "committee", "values": {} })).await?;
        assert_eq!(first(&told), "paper.issuer", "the committee advises no shop: {}", told.body);
        write(&mut clerk, circular("committee", "检查情况", "2026-09-30")).await?.ok()?;
        let options = clerk.get("/api/v1/papers/options").await?.ok()?;
        let templates = options["templates"].as_array().cloned().unwrap_or_default();
        let ten = templates.iter().find(|one| one["code"] == "DT10").cloned().unwrap_or_default();
        assert!(
            ten["bodies"].to_string().contains("committee") && !ten["bodies"].to_string().contains("village")
        );
        assert!(options["orgs"].as_array().into_iter().flatten().any(|one| one["kind"] == "committee"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_mandate_is_made_from_what_was_delegated_and_signed_by_a_leader() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let by_hand = json!({ "template": "DT29.mandate", "org": "town-gov", "values": { "giver": "区消防救援机构" } });
        assert_eq!(write(&mut clerk, by_hand).await?.code(), "paper.only_from");
        let mut own = json!({ "name": "占用疏散通道", "power": "inspect", "basis": "own_statutory", "law": "消防法",
            "holder": "town", "source": "消防法", "from": "2026-01-01" });
        own["range"] = json!({});
        let own = clerk.post("/api/v1/authority", own).await?.ok()?;
        let told = write(&mut clerk, about("DT29.mandate", "town-gov", "authority", text(&own, "id"), json!({}))).await?;
        assert_eq!(told.code(), "paper.no_mandate", "{}", told.body);
        let ended = authority_item(&mut clerk, "punish", "2026-09-20").await?;
        let told = write(&mut clerk, about("DT29.mandate", "town-gov", "authority", &ended, json!({}))).await?;
        assert_eq!(told.code(), "paper.no_mandate", "it is over: {}", told.body);

        let item = authority_item(&mut clerk, "punish", "2026-12-31").await?;
        let wide = json!({ "scope": "一切行政处罚" });
        let told = write(&mut clerk, about("DT29.mandate", "town-gov", "authority", &item, wide)).await?;
        assert_eq!(first(&told), "paper.given", "its scope is the register's: {}", told.body);
        let hand = json!({ "duties": "按委托书办理", "published": "镇政务公开栏" });
        let draft = write(&mut clerk, about("DT29.mandate", "town-gov", "authority", &item, hand)).await?.ok()?;
        assert!(text(&draft["values"], "scope").contains("消防法第六十条"), "{draft}");
        assert_eq!(step(&mut clerk, &draft, "approve", json!({})).await?.status, StatusCode::FORBIDDEN);
        step(&mut leader, &draft, "approve", json!({})).await?.ok()?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_certificate_of_another_organ_is_not_printed_here() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let organ = json!({ "kind": "fire_rescue", "name": "区消防救援机构", "relation": "district", "territory": TOWN });
        clerk.post("/api/v1/orgs", organ).await?.ok()?;
        let mut held = async |kind: &str, number: &str, issuer: &str| -> anyhow::Result<Value> {
            let given = json!({ "person": "p-grid1", "kind": kind, "number": number, "issuer": issuer,
                "issued_on": "2026-09-01", "expires_on": "2028-08-31", "scope": "网格" });
            clerk.post("/api/v1/certificates", given).await?.ok()
        };
        let organs = held("fire_training_grid", "渝消培〔2026〕9号", "区消防救援机构").await?;
        let ours = held("drone_pilot", "青峰培 1", "消防工作站").await?;
        let told =
            write(&mut clerk, about("DT21.certificate", "office", "certificate", text(&organs, "id"), json!({}))).await?;
        assert_eq!(told.code(), "paper.not_ours", "{}", told.body);
        assert!(text(&told.body, "detail").contains("区消防救援机构"), "{}", told.body);
        let draft =
            write(&mut clerk, about("DT21.certificate", "office", "certificate", text(&ours, "id"), json!({}))).await?;
        assert_eq!(draft.ok()?["values"]["passed_on"], "2026-09-01");
        let all = clerk.get("/api/v1/certificates").await?.items()?;
        let prints = |id: &Value| {
            all.iter().any(|one| one["id"] == *id && one["actions"].to_string().contains("print"))
        };
        assert_eq!((prints(&organs["id"]), prints(&ours["id"])), (false, true));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn nothing_classified_is_written_here() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let mut clerk = town.login("clerk").await?;
        let mut marked = circular("committee", "检查情况", "2026-09-30");
        marked["marks"] =
            json!({ "copy_no": "000001", "secrecy": "机密", "period": "1年", "urgency": "特急" });
        let told = write(&mut clerk, marked).await?;
        assert_eq!(first(&told), "paper.classified", "{}", told.body);
        assert!(told.body["fields"][0]["message"].as_str().is_some_and(|said| said.contains("涉密渠道")));
        let told = write(&mut clerk, circular("committee", "重点单位情况（秘密★1年）", "2026-09-30")).await?;
        assert_eq!(told.code(), "paper.classified", "{}", told.body);
        write(&mut clerk, circular("committee", "保护商业秘密工作", "2026-09-30")).await?.ok()?;
        let options = clerk.get("/api/v1/papers/options").await?.ok()?;
        assert!(options.get("secrecy").is_none(), "none is offered");
        Ok(())
    })
    .await
}

/// What stands at the foot of the editable file.
fn footers(docx: &[u8]) -> anyhow::Result<String> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(docx))?;
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("word/footer_odd.xml")?, &mut xml)?;
    Ok(xml)
}

#[tokio::test]
async fn what_was_taken_back_says_so_wherever_it_is_printed() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let draft = write(&mut clerk, circular("committee", "检查情况", "2026-09-30")).await?.ok()?;
        let at = |form: &str| format!("/api/v1/papers/{}/paper.{form}", text(&draft, "id"));
        assert!(
            footers(&clerk.get(&at("docx")).await?.bytes)?.contains("草稿"),
            "nobody takes it for issued"
        );
        let approved = step(&mut leader, &draft, "approve", json!({})).await?.ok()?;
        assert!(footers(&clerk.get(&at("docx")).await?.bytes)?.contains("未印发"));
        let issued = step(&mut clerk, &approved, "issue", json!({})).await?.ok()?;
        let frozen = text(&issued["frozen"], "pdf").to_owned();
        assert_eq!(app::request_hash(&clerk.get(&at("pdf")).await?.bytes), frozen);
        let foot = footers(&clerk.get(&at("docx")).await?.bytes)?;
        assert!(!["作废", "草稿", "未印发"].into_iter().any(|mark| foot.contains(mark)), "{foot}");
        step(&mut leader, &issued, "revoke", json!({ "reason": "数字有误" })).await?.ok()?;
        let pdf = clerk.get(&at("pdf")).await?;
        assert!(
            pdf.bytes.starts_with(b"%PDF-") && app::request_hash(&pdf.bytes) != frozen,
            "no longer as it went out"
        );
        let foot = footers(&clerk.get(&at("docx")).await?.bytes)?;
        assert!(foot.contains("作废 2026年9月21日"), "{foot}");
        // The file that went out is in the archive as it was.
        assert!(town.app.verify(&Caller::system()).await?.findings.is_empty());
        let job = clerk.post("/api/v1/papers/print", json!({ "ids": [draft["id"]] })).await?.ok()?;
        town.app.run_due_jobs().await?;
        assert!(
            clerk
                .get(&format!("/api/v1/papers/prints/{}", text(&job, "id")))
                .await?
                .bytes
                .starts_with(b"%PDF-")
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_circular_goes_to_more_bodies_later_and_each_signs_for_itself() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let (mut near, mut far) = (town.login("secretary1").await?, town.login("staff2").await?);
        let mut asked = circular("committee", "检查情况", "2026-09-30");
        asked["bodies"] = json!(["village-1"]);
        let draft = write(&mut clerk, asked).await?.ok()?;
        let more = json!({ "bodies": ["village-1", "village-2"] });
        assert_eq!(step(&mut clerk, &draft, "circulate", more.clone()).await?.code(), "paper.not_out");
        let approved = step(&mut leader, &draft, "approve", json!({})).await?.ok()?;
        let issued = step(&mut clerk, &approved, "issue", json!({})).await?.ok()?;
        let at = format!("/api/v1/papers/{}", text(&draft, "id"));
        near.post(&format!("{at}/answer"), json!({ "org": "village-1" })).await?.ok()?;
        assert_eq!(far.get(&at).await?.status, StatusCode::NOT_FOUND);
        assert_eq!(step(&mut near, &issued, "circulate", more.clone()).await?.status, StatusCode::FORBIDDEN);
        let foreign = json!({ "bodies": ["unit"] });
        assert_eq!(first(&step(&mut clerk, &issued, "circulate", foreign).await?), "paper.bodies");
        let sent = step(&mut clerk, &issued, "circulate", more.clone()).await?.ok()?;
        let states: Vec<_> =
            sent["receipts"].as_array().into_iter().flatten().map(|one| text(one, "state")).collect();
        assert_eq!(states, ["read", "sent"], "who had it keeps what it said");
        assert_eq!(far.get("/api/v1/papers/received?open=true").await?.items()?.len(), 1);
        assert_eq!(step(&mut clerk, &sent, "circulate", more.clone()).await?.code(), "paper.nobody_new");
        let gone = step(&mut leader, &sent, "revoke", json!({ "reason": "有误" })).await?.ok()?;
        assert_eq!(step(&mut clerk, &gone, "circulate", more).await?.code(), "paper.not_out");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn nobody_is_given_a_day_that_is_over() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = ready(&fresh).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let draft = write(&mut clerk, circular("committee", "检查情况", "2026-09-20")).await?.ok()?;
        assert_eq!(draft["missing"][0]["code"], "paper.deadline_past", "told while it is a draft");
        let told = step(&mut leader, &draft, "approve", json!({})).await?;
        assert_eq!(first(&told), "paper.deadline_past", "{}", told.body);
        let draft = write(&mut clerk, circular("committee", "检查情况", "2026-09-21")).await?.ok()?;
        let approved = step(&mut leader, &draft, "approve", json!({})).await?.ok()?;
        // It lay until the day was over.
        town.clock.advance_days(1);
        let mut clerk = town.login("clerk").await?;
        let told = step(&mut clerk, &approved, "issue", json!({})).await?;
        assert_eq!(first(&told), "paper.deadline_past", "{}", told.body);
        Ok(())
    })
    .await
}
