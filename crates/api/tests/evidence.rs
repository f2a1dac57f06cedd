//! Stories of evidence: one record moves the board once somebody else accepts it, several duties once each; what happened
//! sets duties off; the office does not decide about itself; the same picture twice is seen.

use app::Caller;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Fresh, both_databases};

use crate::common;
use crate::common::reach::text;
use crate::common::{Browser, Town, V1, V1_GRID, V2, town};

fn id(n: u32) -> String {
    format!("01a00000-0000-7000-8000-{n:012}")
}

async fn settled(fresh: &Fresh) -> anyhow::Result<Town> {
    let town = town(fresh).await?;
    town.app.install_shipped_plan(&Caller::system()).await?;
    Ok(town)
}

fn talk(n: u32, on: &str, claims: Value) -> Value {
    json!({ "id": id(n), "kind": "activity", "title": "用电安全宣传", "text": "发放资料 30 份",
        "happened_on": on, "claims": claims })
}

fn on_grid() -> Value {
    json!({ "duty": "C9.4", "subject_kind": "grid", "subject": V1_GRID })
}

/// How one occurrence of a duty stands: status, done, waiting.
async fn stands(
    who: &mut Browser,
    duty: &str,
    subject: &str,
    window: &str,
) -> anyhow::Result<(String, u64, u64)> {
    let page = who.get(&format!("/api/v1/board/duties/{duty}?limit=200")).await?.ok()?;
    let items = page["occurrences"]["items"].as_array().cloned().unwrap_or_default();
    let found = items
        .iter()
        .find(|one| one["subject"]["id"] == subject && one["window"]["key"] == window)
        .cloned()
        .unwrap_or_default();
    let n = |name: &str| found[name].as_u64().unwrap_or(99);
    Ok((found["status"].as_str().unwrap_or("none").to_owned(), n("done"), n("waiting")))
}

fn told(status: &str, done: u64, waiting: u64) -> (String, u64, u64) {
    (status.to_owned(), done, waiting)
}

#[tokio::test]
async fn one_record_from_the_missing_occurrence_to_the_figure_and_back() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = settled(&fresh).await?;
        let (mut staff, mut clerk) = (town.login("staff1").await?, town.login("clerk").await?);
        let options = staff.get("/api/v1/evidence/options?duty=C9.4").await?.ok()?;
        let missing = options["items"][0]["cases"].as_array().cloned().unwrap_or_default();
        assert!(
            missing.iter().any(|one| one["window"] == "2026-08" && one["status"] == "unmet"),
            "{options}"
        );
        assert!(missing.iter().all(|one| one["subject"]["id"] == V1_GRID), "only his own: {options}");
        let photo =
            format!("/api/v1/photos/{}?object_kind=evidence&object_id={}&role=overview", id(90), id(1));
        staff.send_picture(&photo, 1).await?.ok()?;
        let mut ask = talk(1, "2026-08-10", json!([on_grid(), on_grid()]));
        ask["photos"] = json!([id(90)]);
        assert_eq!(stands(&mut clerk, "C9.4", V1_GRID, "2026-08").await?, told("unmet", 0, 0));
        let key = Some("01a00000-0000-7000-8000-000000000077");
        let first = staff.ask(Method::POST, "/api/v1/evidence", Some(ask.clone()), key).await?.ok()?;
        let again = staff.ask(Method::POST, "/api/v1/evidence", Some(ask), key).await?.ok()?;
        assert_eq!(first, again, "the same answer again");
        assert_eq!((&first["state"], &first["photos"][0]["complete"]), (&json!("submitted"), &json!(true)));
        assert_eq!(first["claims"].as_array().map(Vec::len), Some(1), "claimed twice, kept once");
        assert_eq!(stands(&mut clerk, "C9.4", V1_GRID, "2026-08").await?, told("unmet", 0, 1));

        let path = |act: &str| format!("/api/v1/evidence/{}{act}", id(1));
        let yes = json!({ "accept": true, "version": 1 });
        for who in ["staff1", "secretary1"] {
            let refused = town.login(who).await?.post(&path("/decide"), yes.clone()).await?;
            assert_eq!(
                (refused.status, refused.code()),
                (StatusCode::FORBIDDEN, "policy.forbidden"),
                "{who}"
            );
        }
        let unseen = town.login("staff2").await?.get(&path("")).await?;
        assert_eq!(unseen.status, StatusCode::NOT_FOUND);
        let inbox = clerk.get("/api/v1/evidence?view=inbox").await?.items()?;
        assert_eq!(inbox.len(), 1);
        let counts = clerk.get("/api/v1/workbench").await?.ok()?;
        let counts = counts["counts"].as_array().cloned().unwrap_or_default();
        assert!(counts.iter().any(|one| one["code"] == "evidence" && one["n"] == 1), "{counts:?}");
        let bare = clerk.post(&path("/decide"), json!({ "accept": false, "version": 1 })).await?;
        assert_eq!(bare.body["fields"][0]["code"], "evidence.no_reason");
        let no = json!({ "accept": false, "reason": "没有写参加人数", "version": 1 });
        let back = clerk.post(&path("/decide"), no.clone()).await?.ok()?;
        assert_eq!((&back["state"], &back["version"]), (&json!("rejected"), &json!(2)));
        assert_eq!(common::stays(&mut clerk, "post-staff1", "evidence").await?, ["用电安全宣传"]);
        let stale = clerk.post(&path("/decide"), no).await?;
        assert_eq!((stale.status, &stale.body["current"]["version"]), (StatusCode::CONFLICT, &json!(2)));
        let mut edition = talk(1, "2026-08-10", json!([on_grid()]));
        (edition["version"], edition["text"]) = (json!(2), json!("参加 21 人"));
        let other = town.login("staff2").await?.post(&path("/resubmit"), edition.clone()).await?;
        assert_eq!(other.status, StatusCode::NOT_FOUND);
        let again = staff.post(&path("/resubmit"), edition).await?.ok()?;
        assert_eq!((&again["edition"], &again["state"]), (&json!(2), &json!("submitted")));
        let done = clerk.post(&path("/decide"), json!({ "accept": true, "version": 3 })).await?.ok()?;
        assert_eq!(done["history"].as_array().map(Vec::len), Some(4), "every edition and decision");
        assert_eq!(done["history"][0]["text"], "发放资料 30 份", "the first edition is kept");
        assert_eq!(stands(&mut clerk, "C9.4", V1_GRID, "2026-08").await?, told("met", 1, 0));
        let opened =
            format!("/api/v1/board/duties/C9.4/evidence?subject_kind=grid&subject={V1_GRID}&window=2026-08");
        let opened = clerk.get(&opened).await?.ok()?;
        assert_eq!(opened["items"][0]["href"], format!("/evidence/{}", id(1)));

        let mine = staff.post(&path("/void"), json!({ "reason": "重复", "version": 4 })).await?;
        assert_eq!(mine.code(), "evidence.accepted_stays");
        let void = clerk.post(&path("/void"), json!({ "reason": "重复登记", "version": 4 })).await?.ok()?;
        assert_eq!((&void["state"], &void["actions"]), (&json!("void"), &json!([])));
        assert_eq!(stands(&mut clerk, "C9.4", V1_GRID, "2026-08").await?, told("unmet", 0, 0));
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn one_record_satisfies_several_duties_once_each_and_nobody_twice() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = settled(&fresh).await?;
        let (mut staff, mut clerk) = (town.login("staff1").await?, town.login("clerk").await?);
        let claims = json!([
            { "duty": "C9.3", "subject_kind": "grid", "subject": V1_GRID },
            { "duty": "C8.10", "need": "patrol.done", "subject_kind": "village", "subject": V1 },
            on_grid(),
            { "duty": "C8.11", "need": "activity.held", "subject_kind": "village", "subject": V1 },
            { "duty": "C18.1", "choice": "entry:rural", "subject_kind": "village", "subject": V1 },
        ]);
        let mut ask = talk(1, "2026-08-12", claims);
        ask["kind"] = json!("patrol");
        staff.post("/api/v1/evidence", ask).await?.ok()?;
        let decide = format!("/api/v1/evidence/{}/decide", id(1));
        clerk.post(&decide, json!({ "accept": true, "version": 1 })).await?.ok()?;
        assert_eq!(stands(&mut clerk, "C9.3", V1_GRID, "2026-W33").await?, told("met", 1, 0));
        assert_eq!(stands(&mut clerk, "C9.4", V1_GRID, "2026-08").await?, told("met", 1, 0));
        // The rule is still missing: the patrol alone is half of it, and counts once though grid and village claim it.
        assert_eq!(stands(&mut clerk, "C8.10", V1, "2026-08").await?, told("partial", 1, 0));
        assert_eq!(stands(&mut clerk, "C18.1", V1, "2026-Q3").await?.1, 1, "one of five kinds");
        assert_eq!(stands(&mut clerk, "C8.10", V2, "2026-08").await?, told("unmet", 0, 0));
        for (claim, code) in [
            (json!({ "duty": "C10.6", "subject_kind": "place", "subject": "x" }), "evidence.not_here"),
            (json!({ "duty": "C4.6", "subject_kind": "town", "subject": common::TOWN }), "evidence.not_here"),
            (json!({ "duty": "C18.1", "subject_kind": "village", "subject": V1 }), "evidence.no_choice"),
            (json!({ "duty": "C9.4", "subject_kind": "village", "subject": V1 }), "evidence.wrong_subject"),
            (json!({ "duty": "C9.4", "subject_kind": "grid", "subject": "nowhere" }), "evidence.subject"),
            (json!({ "duty": "X", "subject_kind": "town", "subject": "t" }), "evidence.unknown_duty"),
        ] {
            let refused = staff.post("/api/v1/evidence", talk(2, "2026-08-13", json!([claim]))).await?;
            assert_eq!(refused.body["fields"][0]["code"], code, "{}", refused.body);
        }
        let elsewhere =
            json!([{ "duty": "C8.11", "need": "activity.held", "subject_kind": "village", "subject": V2 }]);
        let refused = staff.post("/api/v1/evidence", talk(2, "2026-08-13", elsewhere)).await?;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "the next village's");
        let mut abroad = talk(2, "2026-08-13", json!([on_grid()]));
        abroad["org"] = json!("village-2");
        assert_eq!(staff.post("/api/v1/evidence", abroad).await?.body["fields"][0]["code"], "evidence.org");
        let later = staff.post("/api/v1/evidence", talk(2, "2026-09-22", json!([on_grid()]))).await?;
        assert_eq!(later.body["fields"][0]["field"], "happened_on");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_handed_in_for_a_fact_of_another_noun_opens_as_the_evidence_it_is() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = settled(&fresh).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        // Fire plans write such items down themselves; the town's plan of last year is on paper.
        let ask = json!({ "id": id(1), "kind": "document", "title": "上轮规划：通道", "text": "见规划图 3",
            "number": "青府发〔2026〕3号", "happened_on": "2026-08-10", "claims": [
            { "duty": "C5.2", "need": "plan.item[item:fire_lane]", "subject_kind": "village", "subject": V1 }] });
        clerk.post("/api/v1/evidence", ask).await?.ok()?;
        let decide = format!("/api/v1/evidence/{}/decide", id(1));
        leader.post(&decide, json!({ "accept": true, "version": 1 })).await?.ok()?;
        let page = clerk.get("/api/v1/board/duties/C5.2?limit=200").await?.ok()?;
        let mut cases = page["occurrences"]["items"].as_array().cloned().unwrap_or_default().into_iter();
        let is_then =
            |one: &Value| text(&one["window"], "from") <= "2026-08-10" && text(&one["window"], "to") >= "2026-08-10";
        let case = cases.find(|one| one["subject"]["id"] == V1 && is_then(one)).unwrap_or_default();
        let opened = format!(
            "/api/v1/board/duties/C5.2/evidence?subject_kind=village&subject={V1}&window={}",
            text(&case["window"], "key")
        );
        let opened = clerk.get(&opened).await?.ok()?;
        let row = &opened["items"][0];
        assert_eq!(row["href"], format!("/evidence/{}", id(1)), "{opened}");
        assert!(text(row, "title").ends_with("上轮规划：通道"), "{opened}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_happened_sets_a_duty_off_and_its_answer_is_credited_to_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = settled(&fresh).await?;
        let (mut clerk, mut leader) = (town.login("clerk").await?, town.login("leader").await?);
        let fire = json!({ "id": id(1), "kind": "occasion", "title": "老街厨房起火", "happened_on": "2026-09-01",
            "territory": V1, "claims": [{ "duty": "C4.7" }] });
        clerk.post("/api/v1/evidence", fire).await?.ok()?;
        let answer = |n: u32| {
            json!({ "id": id(n), "kind": "bulletin", "title": "关于老街火情的通报", "number": "青消安办〔2026〕5号",
                "happened_on": "2026-09-03",
                "claims": [{ "duty": "C4.7", "subject_kind": "event", "subject": id(1) }] })
        };
        let early = clerk.post("/api/v1/evidence", answer(2)).await?;
        assert_eq!(early.body["fields"][0]["code"], "evidence.subject", "nobody has accepted that it happened");
        // The clerk's own; and the head is of the same workstation.
        let decide = |n: u32| format!("/api/v1/evidence/{}/decide", id(n));
        let yes = json!({ "accept": true, "version": 1 });
        let own = clerk.post(&decide(1), yes.clone()).await?;
        assert_eq!((own.status, own.code()), (StatusCode::UNPROCESSABLE_ENTITY, "evidence.own_record"));
        let same = town.login("head").await?.post(&decide(1), yes.clone()).await?;
        assert_eq!((same.status, same.code()), (StatusCode::UNPROCESSABLE_ENTITY, "evidence.own_figures"));
        leader.post(&decide(1), yes.clone()).await?.ok()?;
        let window = format!("E-{}", id(1));
        assert_eq!(stands(&mut leader, "C4.7", &id(1), &window).await?, told("unmet", 0, 0));
        let mut secretary = town.login("secretary1").await?;
        assert_eq!(stands(&mut secretary, "C4.7", &id(1), &window).await?.0, "unmet", "it lies in his village");
        clerk.post("/api/v1/evidence", answer(2)).await?.ok()?;
        assert_eq!(stands(&mut leader, "C4.7", &id(1), &window).await?, told("unmet", 0, 1));
        leader.post(&decide(2), yes).await?.ok()?;
        assert_eq!(stands(&mut leader, "C4.7", &id(1), &window).await?, told("met", 1, 0));
        let page = leader.get("/api/v1/board/duties/C4.7").await?.ok()?;
        let subject = &page["occurrences"]["items"][0]["subject"];
        assert_eq!((&subject["name"], &subject["href"]), (&json!("老街厨房起火"), &json!(format!("/evidence/{}", id(1)))));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn files_are_handed_out_as_downloads_and_a_picture_used_twice_is_seen() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = settled(&fresh).await?;
        for (n, photo) in [(1, 91), (2, 92)] {
            let mut staff = town.login("staff1").await?;
            let path = format!(
                "/api/v1/photos/{}?object_kind=evidence&object_id={}&role=overview",
                id(photo),
                id(n)
            );
            staff.send_picture(&path, 7).await?.ok()?;
            let mut ask = talk(n, "2026-09-10", json!([on_grid()]));
            ask["photos"] = json!([id(photo)]);
            if n == 2 {
                let file = |name: &str| {
                    format!(
                        "/api/v1/attachments?id={}&object_kind=evidence&object_id={}&name={name}",
                        id(80),
                        id(2)
                    )
                };
                let octets = [("content-type", "application/octet-stream")];
                let bad = staff.send(Method::POST, &file("x.exe"), &octets, b"MZ".to_vec()).await?;
                assert_eq!(bad.code(), "attachment.kind");
                let pdf = b"%PDF-1.7 signed".to_vec();
                let name = "%E7%AD%BE%E5%88%B0%E8%A1%A8.pdf";
                for _ in 0..2 {
                    staff.send(Method::POST, &file(name), &octets, pdf.clone()).await?.ok()?;
                }
                let other = staff.send(Method::POST, &file(name), &octets, b"%PDF-other".to_vec()).await?;
                assert_eq!(other.code(), "attachment.conflict");
                ask["files"] = json!([id(80)]);
            }
            staff.post("/api/v1/evidence", ask).await?.ok()?;
            town.clock.advance_days(1);
        }
        let mut clerk = town.login("clerk").await?;
        let seen = clerk.get(&format!("/api/v1/evidence/{}", id(2))).await?.ok()?;
        assert_eq!(
            (&seen["same_picture"], &seen["same_pictures"][0]["object_id"]),
            (&json!(true), &json!(id(1)))
        );
        assert_eq!(seen["files"][0]["name"], "签到表.pdf");
        let first = clerk.get(&format!("/api/v1/evidence/{}", id(1))).await?.ok()?;
        assert_eq!(first["same_picture"], false, "the first use is no fault");
        let download = format!("/api/v1/attachments/{}", id(80));
        let file = clerk.get(&download).await?;
        assert_eq!((file.status, file.bytes.as_slice()), (StatusCode::OK, &b"%PDF-1.7 signed"[..]));
        let header = file.headers.get("content-disposition").and_then(|value| value.to_str().ok());
        assert_eq!(header, Some("attachment; filename*=UTF-8''%E7%AD%BE%E5%88%B0%E8%A1%A8.pdf"));
        assert_eq!(town.login("staff2").await?.get(&download).await?.status, StatusCode::NOT_FOUND);
        Ok(())
    })
    .await
}
