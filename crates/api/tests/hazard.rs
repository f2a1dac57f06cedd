//! Stories of hazards at the door: from finding to closing, who may do what, and what is late.

use anyhow::Context;
use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::{Browser, CERTIFICATE, Told, Town, V1, V2, authority_item, shop, town};

const SHOP: &str = "01a00000-0000-7000-8000-000000000101";
const MILL: &str = "01a00000-0000-7000-8000-000000000102";
const HAZARD: &str = "01a00000-0000-7000-8000-0000000002";

fn hazard(n: u8) -> String {
    format!("{HAZARD}{n:02}")
}

fn photo(n: u8) -> String {
    format!("01a00000-0000-7000-8000-0000000003{n:02}")
}

/// A town with a shop in the first village and a mill in the second.
async fn with_places(fresh: &testkit::Fresh) -> anyhow::Result<Town> {
    let town = town(fresh).await?;
    shop(&town, SHOP, "老街五金店", V1).await?;
    shop(&town, MILL, "凌阁堂榨油坊", V2).await?;
    Ok(town)
}

/// Sends the picture of this number for a hazard.
async fn pictured(who: &mut Browser, id: &str, n: u8, role: &str) -> anyhow::Result<String> {
    let path = format!("/api/v1/photos/{}?object_kind=hazard&object_id={id}&role={role}", photo(n));
    who.send_picture(&path, n).await?.ok()?;
    Ok(photo(n))
}

async fn found(who: &mut Browser, id: &str, place: &str, photos: &[String]) -> anyhow::Result<Value> {
    let body = json!({
        "id": id, "place": place, "hazard_code": "H01.1", "description": "楼梯间堆放货物", "photos": photos,
    });
    who.post("/api/v1/hazards", body).await?.ok()
}

/// Takes a step at the version the page shows.
async fn step(who: &mut Browser, id: &str, body: Value) -> anyhow::Result<Told> {
    let page = who.get(&format!("/api/v1/hazards/{id}")).await?.ok()?;
    let mut body = body;
    body["version"] = page["version"].clone();
    who.post(&format!("/api/v1/hazards/{id}/steps"), body).await
}

fn may(page: &Value, action: &str) -> bool {
    page["actions"].as_array().is_some_and(|all| all.iter().any(|one| one == action))
}

fn refused(told: &Told) -> (u16, &str) {
    (told.status.as_u16(), told.code())
}

#[tokio::test]
async fn from_finding_to_closing_with_another_pair_of_eyes() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = with_places(&fresh).await?;
        let (mut staff, mut grid, mut clerk) =
            (town.login("staff1").await?, town.login("grid1").await?, town.login("clerk").await?);
        let id = hazard(1);
        // Pictures may come before the record they belong to.
        let before = pictured(&mut staff, &id, 1, "before").await?;
        let page = found(&mut staff, &id, SHOP, std::slice::from_ref(&before)).await?;
        assert_eq!(
            (page["state"].as_str(), page["hazard_label"].as_str()),
            (Some("found"), Some("疏散通道堵塞/占用"))
        );
        assert_eq!(page["suggested"]["level"], "general");
        assert_eq!(page["suggested"]["days"], json!({ "kind": "calendar", "count": 7 }));
        assert_eq!(page["place_brief"]["phone_masked"], "138****5678");
        assert!(may(&page, "grade") && !may(&page, "advise") && !may(&page, "void") && !may(&page, "link"));
        // What the framework cannot read is refused in our words, too.
        let unreadable = json!({ "id": id, "place": SHOP, "hazard_code": 1.5 });
        for told in [
            staff.post("/api/v1/hazards", unreadable).await?,
            staff.get("/api/v1/hazards?overdue=maybe").await?,
            staff.post(&format!("/api/v1/hazards/{id}/steps"), json!("x")).await?,
        ] {
            assert!(told.status.is_client_error(), "{}", told.status);
            assert_eq!(
                (told.code(), &told.headers["content-type"]),
                ("request.malformed", &"application/problem+json".parse()?)
            );
            assert_eq!(told.body["title"], "提交的内容格式不对，请检查填写的数字和日期后再试");
        }
        let again = found(&mut staff, &id, SHOP, std::slice::from_ref(&before)).await?;
        assert_eq!(again["code"], page["code"], "the same find sent again");

        let page = step(&mut staff, &id, json!({ "step": "grade", "level": "general" })).await?.ok()?;
        assert!(may(&page, "advise") && !may(&page, "order"), "{}", page["actions"]);
        let bad = step(&mut staff, &id, json!({ "step": "advise", "text": "责令清理" })).await?;
        assert_eq!(refused(&bad), (422, "hazard.order_word_in_advice"));
        let page = step(&mut staff, &id, json!({ "step": "advise", "text": "请清空楼梯间" })).await?.ok()?;
        // Monday 21 September and seven calendar days.
        assert_eq!((page["deadline_on"].as_str(), page["days_left"].as_i64()), (Some("2026-09-28"), Some(7)));
        assert_eq!(page["recheck_due_on"], "2026-10-08", "three working days, past the holidays");
        assert!(page["due_soon"] == true && page["overdue"] == false);
        assert_eq!(page["issuer"]["name"], "场镇社区");
        let page = step(&mut staff, &id, json!({ "step": "serve", "method": "direct" })).await?.ok()?;
        assert_eq!(page["state"], "rectifying");

        let early = step(&mut grid, &id, json!({ "step": "start_recheck" })).await?;
        assert_eq!(refused(&early), (422, "hazard.recheck_too_early"));
        let page = grid.get(&format!("/api/v1/hazards/{id}")).await?.ok()?;
        assert!(may(&page, "submit_fix") && !may(&page, "start_recheck") && !may(&page, "close"));
        let ask = json!({ "step": "ask_extension", "days": 4, "reason": "等货架" });
        assert_eq!(refused(&step(&mut grid, &id, ask).await?), (422, "hazard.extension_too_long"));
        let ask = json!({ "step": "ask_extension", "days": 3, "reason": "等货架" });
        let page = step(&mut staff, &id, ask).await?.ok()?;
        assert!(!may(&page, "grant_extension"), "nobody grants what he asked for himself");
        let page = step(&mut clerk, &id, json!({ "step": "grant_extension" })).await?.ok()?;
        assert_eq!(
            (page["deadline_on"].as_str(), page["original_deadline_on"].as_str()),
            (Some("2026-10-01"), Some("2026-09-28"))
        );
        assert_eq!(page["extension"]["state"], "granted");
        assert!(!may(&page, "ask_extension"), "once and not again");

        let without =
            step(&mut staff, &id, json!({ "step": "submit_fix", "photos": [], "note": "清了" })).await?;
        assert_eq!(refused(&without), (422, "hazard.photo_missing"));
        let same = json!({ "step": "submit_fix", "photos": [before], "note": "清了" });
        assert_eq!(refused(&step(&mut staff, &id, same).await?), (422, "hazard.photo_reused"));
        let after = pictured(&mut staff, &id, 2, "fix").await?;
        let fix = json!({ "step": "submit_fix", "photos": [after], "note": "清了" });
        let page = step(&mut staff, &id, fix).await?.ok()?;
        assert_eq!(page["pairs"][0]["before"]["id"], photo(1));
        assert_eq!(page["pairs"][0]["after"]["complete"], true);

        let seen = pictured(&mut staff, &id, 3, "recheck").await?;
        let alone = json!({ "step": "pass_recheck", "photos": [seen], "note": "已清" });
        assert_eq!(refused(&step(&mut staff, &id, alone.clone()).await?), (422, "hazard.same_person"));
        let stranger =
            json!({ "step": "pass_recheck", "photos": [photo(3)], "note": "已清", "with": ["nobody"] });
        assert_eq!(step(&mut grid, &id, stranger).await?.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = step(&mut grid, &id, alone).await?.ok()?;
        assert_eq!(page["state"], "passed");
        assert!(!may(&page, "close"), "the grid did not issue the notice");
        let no = step(&mut grid, &id, json!({ "step": "close" })).await?;
        assert_eq!(refused(&no), (403, "policy.forbidden"));
        let page = step(&mut staff, &id, json!({ "step": "close" })).await?.ok()?;
        assert_eq!((page["state"].as_str(), page["stage_label"].as_str()), (Some("closed"), Some("已销案")));
        assert!(page["phases"].as_array().context("phases")?.iter().all(|phase| phase["done"] == true));
        let timeline = page["timeline"].as_array().context("timeline")?;
        assert_eq!(timeline.len(), 9);
        assert_eq!(
            (timeline[7]["by"].as_str(), timeline[7]["phase_label"].as_str()),
            (Some("钱网格"), Some("复查"))
        );
        assert!(timeline[0]["hat_label"].as_str().is_some_and(|hat| hat.starts_with("场镇社区·")));

        // The same trouble within a year.
        town.clock.advance_days(100);
        let mut staff = town.login("staff1").await?;
        let page = found(&mut staff, &hazard(2), SHOP, &[]).await?;
        assert_eq!(page["recurrence_of"], id);
        let read = town.app.verify(&app::Caller::system()).await?;
        assert_eq!(read.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_failed_recheck_goes_back_with_a_new_deadline() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = with_places(&fresh).await?;
        let mut staff = town.login("staff1").await?;
        let id = hazard(1);
        found(&mut staff, &id, SHOP, &[]).await?;
        step(&mut staff, &id, json!({ "step": "grade", "level": "general" })).await?.ok()?;
        let days = json!({ "kind": "working", "count": 2 });
        step(&mut staff, &id, json!({ "step": "advise", "text": "请清空楼梯间", "days": days }))
            .await?
            .ok()?;
        town.clock.advance_days(5);
        let (mut staff2, mut clerk, mut grid) =
            (town.login("staff2").await?, town.login("clerk").await?, town.login("grid1").await?);
        let page = clerk.get(&format!("/api/v1/hazards/{id}")).await?.ok()?;
        assert_eq!((page["overdue"].as_bool(), page["days_over"].as_i64()), (Some(true), Some(3)));
        assert_eq!(page["stage_label"], "已发通知·逾期 3 天");
        let late = clerk.get("/api/v1/hazards?overdue=true").await?.ok()?;
        assert_eq!((late["total"].as_i64(), late["items"][0]["id"].as_str()), (Some(1), Some(id.as_str())));
        for (asked, n) in [("level=larger,general", 1), ("level=major_suspect,major", 0)] {
            let found =
                clerk.get(&format!("/api/v1/hazards?{asked}&state=found,measure_ordered")).await?.ok()?;
            assert_eq!(found["total"].as_i64(), Some(n), "{asked}");
        }
        let summary = clerk.get("/api/v1/hazards/summary").await?.ok()?;
        assert_eq!((summary["overdue"].as_i64(), summary["open"].as_i64()), (Some(1), Some(1)));
        assert_eq!(summary["by_village"][0]["village"]["name"], "场镇社区");
        assert_eq!(summary["by_category"][0]["label"], "疏散通道/安全出口");
        assert_eq!(staff2.get("/api/v1/hazards/summary").await?.ok()?["open"], 0);

        let seen = pictured(&mut grid, &id, 1, "recheck").await?;
        let fail = json!({ "step": "fail_recheck", "photos": [seen], "note": "还堆着" });
        let page = step(&mut grid, &id, fail).await?.ok()?;
        assert_eq!(
            (page["state"].as_str(), page["deadline_on"].as_str()),
            (Some("rectifying"), Some("2026-09-29")),
            "two working days as before, not the seven days of today"
        );
        assert_eq!(page["original_deadline_on"], "2026-09-23", "the first deadline stays");
        assert_eq!(page["overdue"], false);

        let remind = clerk.post(&format!("/api/v1/hazards/{id}/remind"), json!({})).await?;
        assert_eq!(remind.status, StatusCode::NO_CONTENT);
        let no = grid.post(&format!("/api/v1/hazards/{id}/remind"), json!({})).await?;
        assert_eq!(refused(&no), (403, "policy.forbidden"));
        let record = town.app.audit_page(&app::Caller::system(), &Default::default(), i64::MAX, 99).await?;
        assert_eq!(record.iter().filter(|entry| entry.action == "hazard.remind").count(), 1);

        // A bare number is of the days first allowed.
        town.clock.advance_days(4);
        let mut grid = town.login("grid1").await?;
        let seen = pictured(&mut grid, &id, 2, "recheck").await?;
        let fail = json!({ "step": "fail_recheck", "photos": [seen], "note": "还堆着", "days": 2 });
        let page = step(&mut grid, &id, fail).await?.ok()?;
        assert_eq!(page["deadline_on"], "2026-10-09", "two working days after the holiday");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_ladder_is_put_to_the_office_taken_or_set_aside_and_never_climbs_by_itself() -> anyhow::Result<()>
{
    both_databases(|fresh| async move {
        let town = with_places(&fresh).await?;
        let (mut staff, mut clerk) = (town.login("staff1").await?, town.login("clerk").await?);
        let id = hazard(1);
        found(&mut staff, &id, SHOP, &[]).await?;
        step(&mut staff, &id, json!({ "step": "grade", "level": "larger" })).await?.ok()?;
        step(&mut clerk, &id, json!({ "step": "confirm_level" })).await?.ok()?;
        let days = json!({ "kind": "calendar", "count": 2 });
        let page = step(&mut staff, &id, json!({ "step": "advise", "text": "请清空楼梯间", "days": days }))
            .await?
            .ok()?;
        assert_eq!((&page["escalation_due"], may(&page, "decline_escalation")), (&json!([]), false));
        let waiting = async |who: &mut Browser| -> anyhow::Result<Vec<String>> {
            let list = who.get("/api/v1/hazards?to_escalate=true").await?.items()?;
            Ok(list.iter().filter_map(|one| one["id"].as_str().map(str::to_owned)).collect())
        };
        assert!(waiting(&mut clerk).await?.is_empty());

        // Nineteen days on: a blocked staircase, sixteen days over.
        town.clock.advance_days(18);
        let (mut staff, mut clerk, mut grid) =
            (town.login("staff1").await?, town.login("clerk").await?, town.login("grid1").await?);
        let shown = |page: &Value| -> Vec<(String, String, Value)> {
            let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
            let due = page["escalation_due"].as_array().into_iter().flatten();
            due.map(|one| (text(one, "kind"), text(one, "why"), one["n"].clone())).collect()
        };
        let row = |kind: &str, why: &str, n: Value| (kind.to_owned(), why.to_owned(), n);
        let listed = row("town_listed", "long_overdue", json!(16));
        let sealed = row("temp_seal", "may_be_sealed", Value::Null);
        let path = format!("/api/v1/hazards/{id}");
        let page = staff.get(&path).await?.ok()?;
        assert_eq!(shown(&page), [listed.clone(), sealed.clone()], "who inspects knows");
        assert!(!may(&page, "escalate") && !may(&page, "decline_escalation"), "and leaves it to the office");
        assert_eq!(page["escalation_due"][0]["why_label"], "较大以上隐患已逾期 16 天");
        assert_eq!((&page["escalation_due"][1]["late"], &page["escalations"]), (&json!(true), &json!([])));
        assert_eq!(waiting(&mut clerk).await?, [id.as_str()]);
        let bench = clerk.get("/api/v1/workbench").await?.ok()?;
        assert_eq!(bench["to_escalate"][0]["id"], id.as_str());
        let counts = bench["counts"].as_array().cloned().unwrap_or_default();
        assert!(counts.iter().any(|one| one["code"] == "to_escalate" && one["n"] == 1), "{counts:?}");
        let bench = staff.get("/api/v1/workbench").await?.ok()?;
        assert_eq!(bench["to_escalate"], json!([]), "not his to take");

        let aside = |kind: &str, reason: &str| json!({ "step": "decline_escalation", "kind": kind, "reason": reason });
        let no = step(&mut staff, &id, aside("temp_seal", "不必")).await?;
        assert_eq!(refused(&no), (403, "policy.forbidden"));
        let blank = step(&mut clerk, &id, aside("temp_seal", " ")).await?;
        assert_eq!(refused(&blank), (422, "hazard.text_missing"));
        let page = step(&mut clerk, &id, aside("temp_seal", "已清出一半，后天清完")).await?.ok()?;
        assert_eq!(shown(&page), [listed]);
        let last = page["timeline"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
        assert_eq!((&last["label"], &last["detail"]), (&json!("暂不升级"), &json!("临时查封：已清出一半，后天清完")));
        let taken = json!({ "step": "escalate", "kind": "town_listed", "reason": "逾期 16 天" });
        let page = step(&mut clerk, &id, taken).await?.ok()?;
        assert_eq!((shown(&page).len(), &page["escalations"][0]["kind"]), (0, &json!("town_listed")));
        assert!(waiting(&mut clerk).await?.is_empty(), "answered");

        // It failed again: what was set aside comes back, and joint control with it.
        let seen = pictured(&mut grid, &id, 1, "recheck").await?;
        let page = step(&mut grid, &id, json!({ "step": "fail_recheck", "photos": [seen], "note": "还堆着" })).await?.ok()?;
        assert!(shown(&page).is_empty(), "not told to who neither advises nor escalates");
        let joint = row("joint_control", "not_fixed", json!(1));
        assert_eq!(shown(&clerk.get(&path).await?.ok()?), [joint, sealed]);
        assert_eq!(waiting(&mut clerk).await?, [id.as_str()]);
        let out = clerk.get("/api/v1/exports/hazards?format=csv&to_escalate=true").await?;
        assert_eq!(String::from_utf8_lossy(&out.bytes).lines().count(), 2, "the list leaves as it is filtered");
        let record = town.app.audit_page(&app::Caller::system(), &Default::default(), i64::MAX, 99).await?;
        assert!(record.iter().any(|one| one.action == "hazard.escalation_declined" && !one.reason.is_empty()));

        // Two more units of the sector with the same: the sector's authority may set all of them a deadline.
        let mut dept = town.login("clerk").await?;
        for n in 2..4 {
            let place = format!("01a00000-0000-7000-8000-00000000011{n}");
            shop(&town, &place, &format!("老街{n}号店"), V1).await?;
            found(&mut dept, &hazard(n), &place, &[]).await?;
        }
        let page = clerk.get(&path).await?.ok()?;
        assert!(shown(&page).contains(&row("sector_deadline", "shared", json!(3))), "{:?}", shown(&page));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn only_a_certified_officer_orders_and_the_office_is_told_plainly() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = with_places(&fresh).await?;
        let (mut clerk, mut officer, mut police) =
            (town.login("clerk").await?, town.login("officer").await?, town.login("police").await?);
        let id = hazard(1);
        found(&mut clerk, &id, SHOP, &[]).await?;
        let page = step(&mut clerk, &id, json!({ "step": "grade", "level": "larger" })).await?.ok()?;
        assert_eq!(page["level_confirmed"], true, "the office's own word stands");
        let order = |certificate: &str, item: &str| {
            json!({
                "step": "order", "text": "责令清空楼梯间", "certificate_no": certificate, "authority_item": item,
                "with": ["p-officer2"], "document_no": "演示责改〔2026〕1号",
            })
        };
        let page = officer.get(&format!("/api/v1/hazards/{id}")).await?.ok()?;
        assert!(!may(&page, "order"), "no item gives the town the power");
        let item = &*authority_item(&mut clerk, "punish", "2099-12-31").await?;
        assert!(!may(&page, "order"));
        let no = step(&mut clerk, &id, order(CERTIFICATE, item)).await?;
        assert_eq!(refused(&no), (403, "policy.forbidden"));
        assert!(no.body["detail"].as_str().is_some_and(|text| text.contains("行政处罚法第四十二条") && text.contains("C11.4")));
        // The right to order, but no certificate: the button is not there, and the order is refused.
        let page = police.get(&format!("/api/v1/hazards/{id}")).await?.ok()?;
        assert!(!may(&page, "order") && !may(&page, "advise"));
        let no = step(&mut police, &id, order(CERTIFICATE, item)).await?;
        assert_eq!(refused(&no), (422, "hazard.no_authority"));
        assert!(no.body["detail"].as_str().is_some_and(|text| text.contains("行政处罚法第四十二条")));
        let page = officer.get(&format!("/api/v1/hazards/{id}")).await?.ok()?;
        assert!(may(&page, "order") && may(&page, "advise"));
        let no = step(&mut officer, &id, order("别人的证", item)).await?;
        assert_eq!(refused(&no), (422, "hazard.no_authority"));
        let no = step(&mut officer, &id, order(CERTIFICATE, " ")).await?;
        assert_eq!(no.body["fields"][0]["field"], "authority_item");
        let no = step(&mut officer, &id, order(CERTIFICATE, "占用疏散通道")).await?;
        assert_eq!(no.body["fields"][0]["code"], "enforcement.item", "words are no item: {}", no.body);
        let page = step(&mut officer, &id, order(CERTIFICATE, item)).await?.ok()?;
        assert_eq!((page["measure"].as_str(), page["measure_label"].as_str()), (Some("order"), Some("责令改正")));
        assert_eq!(page["deadline_on"], "2026-10-06", "fifteen days for a larger hazard");
        assert_eq!(page["timeline"][2]["document_no"], "演示责改〔2026〕1号");
        assert!(!may(&page, "order"), "an order runs already");
        // After the certificate has run out there is no order any more.
        town.clock.advance_days(365 * 4);
        let mut officer = town.login("officer").await?;
        found(&mut officer, &hazard(2), SHOP, &[]).await?;
        let page = step(&mut officer, &hazard(2), json!({ "step": "grade", "level": "general" })).await?.ok()?;
        assert!(may(&page, "advise") && !may(&page, "order"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_order_needs_an_item_in_force_there_and_a_second_officer() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = with_places(&fresh).await?;
        let (mut clerk, mut officer) = (town.login("clerk").await?, town.login("officer").await?);
        let id = hazard(1);
        found(&mut clerk, &id, SHOP, &[]).await?;
        let page = step(&mut clerk, &id, json!({ "step": "grade", "level": "general" })).await?.ok()?;
        let ended = authority_item(&mut clerk, "punish", "2026-09-20").await?;
        let compel = authority_item(&mut clerk, "compel", "2026-12-31").await?;
        let order = |item: &str, with: &[&str]| {
            json!({ "version": page["version"], "step": "order", "text": "责令清空楼梯间", "certificate_no": CERTIFICATE,
                "authority_item": item, "with": with })
        };
        // The delegation ended yesterday: the rule is quoted, and the button is gone.
        let no = step(&mut officer, &id, order(&ended, &["p-officer2"])).await?;
        assert_eq!(refused(&no), (422, "enforcement.item_expired"));
        let said = no.body["detail"].as_str().unwrap_or_default();
        assert!(said.contains("委托") && said.contains("2026-09-20") && said.contains("行政处罚法第十八条"), "{said}");
        assert!(!may(&officer.get(&format!("/api/v1/hazards/{id}")).await?.ok()?, "order"));
        let no = step(&mut officer, &id, order(&compel, &["p-officer2"])).await?;
        assert_eq!(refused(&no), (422, "enforcement.item_not_order"));

        let check = authority_item(&mut clerk, "inspect", "2026-09-21").await?;
        assert!(may(&officer.get(&format!("/api/v1/hazards/{id}")).await?.ok()?, "order"), "its last day");
        for (with, code) in [
            (&[][..], "enforcement.two_to_order"),
            (&["p-officer"][..], "enforcement.two_to_order"),
            (&["p-staff1"][..], "enforcement.uncertified"),
        ] {
            assert_eq!(refused(&step(&mut officer, &id, order(&check, with)).await?), (422, code), "{with:?}");
        }
        let no = step(&mut officer, &id, order(&check, &["p-nobody"])).await?;
        assert_eq!(no.body["fields"][0]["field"], "with", "{}", no.body);
        let page = step(&mut officer, &id, order(&check, &["p-officer2"])).await?.ok()?;
        assert_eq!(page["measure"], "order");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_suspicion_is_confirmed_by_the_office_handed_over_and_comes_back_as_major() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = with_places(&fresh).await?;
        let (mut staff, mut clerk) = (town.login("staff1").await?, town.login("clerk").await?);
        let id = hazard(1);
        found(&mut staff, &id, SHOP, &[]).await?;
        let no = step(&mut staff, &id, json!({ "step": "grade", "level": "major" })).await?;
        assert_eq!(refused(&no), (422, "hazard.major_not_yours"));
        let page = step(&mut staff, &id, json!({ "step": "grade", "level": "major_suspect" })).await?.ok()?;
        assert!(page["level_confirmed"] == false && !may(&page, "transfer") && !may(&page, "confirm_level"));
        let page = clerk.get(&format!("/api/v1/hazards/{id}")).await?.ok()?;
        assert!(may(&page, "confirm_level") && !may(&page, "transfer"), "confirmed first, then handed over");
        let settled = |page: &Value| {
            let phase = &page["phases"][1];
            assert_eq!(phase["code"], "graded");
            (phase["done"] == true, phase["by"].as_str().map(str::to_owned))
        };
        assert_eq!(settled(&page), (false, None), "a level that waits for the office is not settled");
        let transfer = json!({ "step": "transfer", "to": "fire_rescue", "reason": "疑似重大", "document_no": "演示移送〔2026〕1号" });
        assert_eq!(refused(&step(&mut clerk, &id, transfer.clone()).await?), (422, "hazard.level_unconfirmed"));
        let page = step(&mut clerk, &id, json!({ "step": "confirm_level" })).await?.ok()?;
        assert_eq!(settled(&page), (true, Some("周文书".to_owned())), "by whoever confirmed, not the finder");
        assert_eq!(refused(&step(&mut staff, &id, transfer.clone()).await?), (403, "policy.forbidden"));
        let page = step(&mut clerk, &id, transfer).await?.ok()?;
        assert_eq!(page["state"], "transferred");
        assert!(may(&page, "answer_transfer") && !may(&page, "submit_fix"));
        let answer = json!({
            "step": "answer_transfer", "answer": "major", "document_no": "演示认定〔2026〕1号", "edition": "2025",
            "elements": ["5.1"], "deadline_on": "2026-12-01",
        });
        let page = step(&mut clerk, &id, answer).await?.ok()?;
        assert_eq!((page["level_label"].as_str(), page["deadline_on"].as_str()), (Some("重大火灾隐患"), Some("2026-12-01")));
        assert!(!may(&page, "grade") && !may(&page, "ask_extension") && may(&page, "escalate"));
        let listed = json!({ "step": "escalate", "kind": "district_listed", "reason": "区级挂牌", "document_no": "演示挂牌〔2026〕1号" });
        let page = step(&mut clerk, &id, listed).await?.ok()?;
        assert_eq!(page["escalations"][0]["label"], "区级挂牌督办");
        assert_eq!(page["stage_label"], "已发通知·督办");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_was_slower_gets_the_page_as_it_is_and_a_neighbour_nothing() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = with_places(&fresh).await?;
        let (mut staff, mut neighbour, mut clerk, mut dept) = (
            town.login("staff1").await?,
            town.login("staff2").await?,
            town.login("clerk").await?,
            town.login("dept").await?,
        );
        let id = hazard(1);
        let path = format!("/api/v1/hazards/{id}");
        found(&mut staff, &id, SHOP, &[]).await?;
        let grade = json!({ "version": 1, "step": "grade", "level": "general" });
        let key = Some("01a00000-0000-7000-8000-0000000009aa");
        let steps = format!("{path}/steps");
        let first = staff.ask(axum::http::Method::POST, &steps, Some(grade.clone()), key).await?.ok()?;
        assert_eq!(first["version"], 2);
        let again = staff.ask(axum::http::Method::POST, &steps, Some(grade.clone()), key).await?.ok()?;
        assert_eq!(again, first, "the same operation gets the same answer");
        let stale = clerk.post(&steps, grade).await?;
        assert_eq!(refused(&stale), (409, "conflict.version"));
        assert_eq!(
            (stale.body["current"]["version"].as_i64(), stale.body["current"]["level"].as_str()),
            (Some(2), Some("general"))
        );
        assert!(may(&stale.body["current"], "void"), "as the slower one may see it");

        assert_eq!(refused(&neighbour.get(&path).await?), (404, "not_found"));
        let no = neighbour.post(&steps, json!({ "version": 2, "step": "advise", "text": "清" })).await?;
        assert_eq!(refused(&no), (404, "not_found"));
        assert_eq!(neighbour.get("/api/v1/hazards").await?.items()?.len(), 0);
        let body = json!({ "id": hazard(2), "place": SHOP, "hazard_code": "H01.1", "description": "x" });
        assert_eq!(refused(&neighbour.post("/api/v1/hazards", body).await?), (404, "not_found"));
        assert_eq!(dept.get(&path).await?.ok()?["id"], id, "the sector's department sees it");

        let body =
            |code: &str| json!({ "id": hazard(2), "place": SHOP, "hazard_code": code, "description": "x" });
        assert_eq!(
            clerk.post("/api/v1/hazards", body("H01.99")).await?.body["fields"][0]["field"],
            "hazard_code"
        );
        let body = json!({ "id": id, "place": MILL, "hazard_code": "H01.1", "description": "另一处" });
        assert_eq!(refused(&clerk.post("/api/v1/hazards", body).await?), (409, "hazard.conflict"));

        found(&mut clerk, &hazard(3), MILL, &[]).await?;
        for (query, wanted) in [
            ("", 2),
            ("?q=%E6%A6%A8%E6%B2%B9", 1),
            ("?village=500118100902", 1),
            ("?level=general", 1),
            ("?category=01&open=true", 2),
            ("?state=found", 1),
            ("?found_from=2026-09-22", 0),
            ("?found_to=2026-09-21", 2),
        ] {
            let rows = clerk.get(&format!("/api/v1/hazards{query}")).await?.items()?;
            assert_eq!(rows.len(), wanted, "{query}");
        }
        let one = clerk.get("/api/v1/hazards?limit=1").await?.ok()?;
        let next = one["next"].as_str().context("more")?;
        let two = clerk.get(&format!("/api/v1/hazards?limit=1&after={next}")).await?.ok()?;
        assert!(two["next"].is_null() && two["items"][0]["id"] != one["items"][0]["id"]);
        let voided =
            step(&mut clerk, &hazard(3), json!({ "step": "void", "reason": "登错场所" })).await?.ok()?;
        assert_eq!(voided["actions"], json!([]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_recorded_later_than_it_happened_says_so() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = with_places(&fresh).await?;
        let mut staff = town.login("staff1").await?;
        let body = json!({
            "id": hazard(1), "place": SHOP, "hazard_code": "H01.1", "description": "昨天见到",
            "happened_at": "2026-09-20T15:00:00+08:00",
        });
        let page = staff.post("/api/v1/hazards", body).await?.ok()?;
        assert_eq!(page["timeline"][0]["late"], true);
        assert_eq!(page["timeline"][0]["happened_at"], "2026-09-20T15:00:00.000+08:00");
        assert_eq!(page["timeline"][0]["recorded_at"], "2026-09-21T09:00:00.000+08:00");
        let begun = &page["phases"][0];
        assert_eq!(begun["at"], "2026-09-20T15:00:00.000+08:00");
        assert_eq!(begun["recorded_at"], "2026-09-21T09:00:00.000+08:00", "the stepper has both dates, too");
        let ahead =
            json!({ "step": "grade", "level": "general", "happened_at": "2026-09-22T15:00:00+08:00" });
        let no = step(&mut staff, &hazard(1), ahead).await?;
        assert_eq!(refused(&no), (422, "hazard.happened_after_recorded"));
        let page =
            step(&mut staff, &hazard(1), json!({ "step": "grade", "level": "general" })).await?.ok()?;
        assert_eq!(page["phases"][1]["recorded_at"], Value::Null, "recorded as it happened");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_answer_to_an_operation_is_kept_for_ninety_days() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = with_places(&fresh).await?;
        let mut staff = town.login("staff1").await?;
        let body = json!({
            "id": hazard(1), "place": SHOP, "hazard_code": "H01.1", "description": "楼梯间堆放货物",
        });
        let key = Some("01a00000-0000-7000-8000-000000000901");
        staff.ask(axum::http::Method::POST, "/api/v1/hazards", Some(body), key).await?.ok()?;
        town.clock.advance_days(89);
        assert_eq!(town.app.forget_old_operations().await?, 0);
        town.clock.advance_days(2);
        assert_eq!(town.app.forget_old_operations().await?, 1);
        Ok(())
    })
    .await
}

/// C16.3: a blocked passage is free again within twenty-four hours of being found, or it counts as not met.
#[tokio::test]
async fn a_blocked_passage_has_twenty_four_hours() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = with_places(&fresh).await?;
        let system = app::Caller::system();
        town.app.ensure_shipped_checklists(&system, Some(crate::common::day("2026-01-01"))).await?;
        town.app.install_shipped_plan(&system).await?;
        for (n, hours) in [(1u8, 23), (2, 26)] {
            let (mut staff, id) = (town.login("staff1").await?, hazard(n));
            found(&mut staff, &id, SHOP, &[]).await?;
            step(&mut staff, &id, json!({ "step": "grade", "level": "general" })).await?.ok()?;
            let days = json!({ "kind": "calendar", "count": 0 });
            step(&mut staff, &id, json!({ "step": "advise", "text": "请马上清空", "days": days })).await?.ok()?;
            town.clock.advance_ms(hours * 3_600_000);
            let (mut staff, mut grid) = (town.login("staff1").await?, town.login("grid1").await?);
            let after = pictured(&mut staff, &id, 10 + n, "fix").await?;
            step(&mut staff, &id, json!({ "step": "submit_fix", "photos": [after], "note": "清了" })).await?.ok()?;
            let seen = pictured(&mut staff, &id, 20 + n, "recheck").await?;
            step(&mut grid, &id, json!({ "step": "pass_recheck", "photos": [seen], "note": "已清" })).await?.ok()?;
            step(&mut staff, &id, json!({ "step": "close" })).await?.ok()?;
        }
        // What blocks nothing is not asked for.
        let mut staff = town.login("staff1").await?;
        let other = json!({ "id": hazard(3), "place": SHOP, "hazard_code": "H03.1", "description": "灭火器过期", "photos": [] });
        staff.post("/api/v1/hazards", other).await?.ok()?;
        town.clock.advance_days(3);
        let mut clerk = town.login("clerk").await?;
        let duty = clerk.get("/api/v1/board/duties/C16.3").await?.ok()?;
        let tally = &duty["duty"]["tally"];
        assert_eq!((&tally["due"], &tally["met"]), (&json!(2), &json!(1)), "{tally}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_falls_due_in_a_week_opens_exactly_what_is_counted_for_its_day() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = with_places(&fresh).await?;
        town.app.install_shipped_plan(&app::Caller::system()).await?;
        for (n, login, place) in [(1, "staff1", SHOP), (2, "staff2", MILL)] {
            let (mut staff, id) = (town.login(login).await?, hazard(n));
            let before = pictured(&mut staff, &id, n, "before").await?;
            found(&mut staff, &id, place, &[before]).await?;
            step(&mut staff, &id, json!({ "step": "grade", "level": "general" })).await?.ok()?;
            step(&mut staff, &id, json!({ "step": "advise", "text": "请清空楼梯间" })).await?.ok()?;
            town.clock.advance_ms(86_400_000);
        }
        let mut leader = town.login("leader").await?;
        let page = leader.get("/api/v1/leader").await?.ok()?;
        let ahead = page["ahead"].as_array().cloned().unwrap_or_default();
        let of_hazards: Vec<_> = ahead.iter().filter(|one| one["duty"].is_null()).collect();
        let days: Vec<_> = of_hazards.iter().map(|one| (&one["due_on"], &one["n"])).collect();
        assert_eq!(days, [(&json!("2026-09-28"), &json!(1)), (&json!("2026-09-29"), &json!(1))]);
        for (one, n) in of_hazards.iter().zip([1, 2]) {
            let href = one["href"].as_str().context("a link")?;
            let listed = leader.get(&format!("/api/v1{href}")).await?.items()?;
            assert_eq!(
                listed.iter().map(|row| &row["id"]).collect::<Vec<_>>(),
                [&json!(hazard(n))],
                "{href}"
            );
        }
        Ok(())
    })
    .await
}
