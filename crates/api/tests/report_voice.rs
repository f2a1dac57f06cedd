//! Stories of reports that are spoken: a voice is the custodian's alone, what he writes down is everybody's. What does not belong
//! here: reports typed (`report_case`).

use app::Caller;
use axum::http::{Method, StatusCode, header};
use serde_json::json;
use testkit::both_databases;

use crate::common::{Browser, PASSWORD, V1};
use crate::report_case::{
    NAME, PHONE, blocked, founded, name_custodian, newest, receipt, said, send_files, step, steps, text,
};

/// A recording as an old phone makes it, with words nobody but the custodian may come across.
const VOICE: &[u8] = "#!AMR\n金丝雀的声音：二楼楼道堵了".as_bytes();
/// The same in base64.
const VOICE_64: &str = "IyFBTVIK6YeR5Lid6ZuA55qE5aOw6Z+z77ya5LqM5qW85qW86YGT5aC15LqG";

#[tokio::test]
async fn a_voice_is_the_custodians_alone_and_what_he_writes_down_is_everybodys() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let (mut clerk, mut head) = (town.login("clerk").await?, town.login("head").await?);
        let form = said(&Browser::new(&town.router).get("/p/report").await?);
        assert!(form.contains("accept=\"audio/*\" capture") && form.contains("不超过 60 秒"), "{form}");
        let script = Browser::new(&town.router).get("/p/form.js").await?;
        assert!(script.headers[header::CONTENT_TYPE].to_str()?.starts_with("text/javascript"));
        assert!(said(&script).contains("MediaRecorder"));

        // Nothing is written: the voice says it.
        let fields =
            [("matter", "blocked_exit"), ("content", ""), ("village", V1), ("address", "老街 12 号")];
        let spoken = |bytes: usize| {
            let mut out = b"#!AMR\n".to_vec();
            out.resize(bytes, 0);
            out
        };
        let (large, huge) = (spoken(2 * 1024 * 1024 + 1), spoken(13 * 1024 * 1024));
        for (voice, status, answer) in [
            (&b"<html>"[..], StatusCode::UNPROCESSABLE_ENTITY, "不是手机录音"),
            (&large[..], StatusCode::UNPROCESSABLE_ENTITY, "录音超过 2048 KB"),
            (&huge[..], StatusCode::PAYLOAD_TOO_LARGE, "录音超过 12 MB"),
            (&b""[..], StatusCode::UNPROCESSABLE_ENTITY, "请写明看到了什么问题"),
        ] {
            let told = send_files(&town, "/p/report", &fields, &[("voice", voice)]).await?;
            assert_eq!(told.status, status, "{answer}");
            assert!(said(&told).contains(answer), "{answer}: {}", said(&told));
        }
        let told = send_files(&town, "/p/report", &fields, &[("voice", VOICE)]).await?;
        assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", said(&told));
        let code = told.headers[header::LOCATION]
            .to_str()?
            .trim_start_matches("/p/r-")
            .split('?')
            .next()
            .map(str::to_owned);

        let page = newest(&mut clerk).await?;
        assert_eq!((&page["voice"], text(&page, "content")), (&json!(true), "（语音举报，待保管岗位听写）"));
        assert!(!steps(&page).contains(&"write_down"), "the clerk does not hear it");
        let listen = format!("/api/v1/report-cases/{}/voice", text(&page, "id"));
        let why = json!({ "reason": "听写后交办" });
        assert_eq!(head.post(&listen, why.clone()).await?.code(), "report_case.no_custodian");
        name_custodian(&town).await?;
        assert_eq!(clerk.post(&listen, why.clone()).await?.code(), "report_case.not_custodian");
        let mut wrong = json!({ "step": "write_down", "text": "堵了" });
        assert_eq!(step(&mut clerk, &page, wrong.clone()).await?.code(), "report_case.not_custodian");
        assert_eq!(
            head.post(&listen, json!({ "reason": " " })).await?.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        town.clock.advance_ms(6 * 60 * 1000);
        assert_eq!(head.post(&listen, why.clone()).await?.code(), "session.step_up_needed");
        head.post("/api/v1/session/step-up", json!({ "password": PASSWORD })).await?.ok()?;
        let key = "01a00000-0000-7000-8000-00000000ee05";
        let heard = head.ask(Method::POST, &listen, Some(why), Some(key)).await?.ok()?;
        assert_eq!((text(&heard, "media_type"), text(&heard, "base64")), ("audio/amr", VOICE_64));

        let page = newest(&mut head).await?;
        assert!(steps(&page).contains(&"write_down"));
        wrong["text"] = json!("");
        assert_eq!(step(&mut head, &page, wrong).await?.code(), "report_case.no_reason");
        let page = step(&mut head, &page, json!({ "step": "write_down", "text": "二楼楼道被纸箱堵住" }))
            .await?
            .ok()?;
        assert_eq!(
            (text(&page, "content"), &page["stage"]["code"]),
            ("二楼楼道被纸箱堵住", &json!("received"))
        );
        assert_eq!(newest(&mut clerk).await?["content"], "二楼楼道被纸箱堵住");
        // What was written stays beside what was heard.
        let both = [("matter", "other"), ("content", "看照片"), ("village", V1), ("address", "场坝")];
        let told = send_files(&town, "/p/report", &both, &[("voice", VOICE)]).await?;
        assert_eq!(told.status, StatusCode::SEE_OTHER);
        let other = newest(&mut head).await?;
        let other =
            step(&mut head, &other, json!({ "step": "write_down", "text": "场坝有人烧垃圾" })).await?.ok()?;
        assert_eq!(text(&other, "content"), "看照片\n语音听写：场坝有人烧垃圾");
        // One that came without a voice has none.
        blocked(&town, &[], None).await?;
        let silent = newest(&mut head).await?;
        let path = format!("/api/v1/report-cases/{}/voice", text(&silent, "id"));
        assert_eq!(head.post(&path, json!({ "reason": "听写后交办" })).await?.code(), "report_case.no_voice");

        // The canary sings nowhere else: in no answer, no record, no file.
        let mut auditor = town.login("auditor").await?;
        let audit = said(&auditor.get("/api/v1/audit?limit=200").await?);
        assert!(
            audit.contains("report_case.listen") && audit.contains("听写后交办"),
            "each hearing is on record"
        );
        let blob = store::seal::sha256(VOICE);
        let id = text(&page, "id").to_owned();
        let receipt = format!("/p/r-{}", code.unwrap_or_default());
        for browser in [&mut clerk, &mut head, &mut auditor] {
            for path in [
                "/api/v1/report-cases",
                &format!("/api/v1/report-cases/{id}"),
                "/api/v1/sync",
                "/api/v1/workbench",
                "/api/v1/audit?limit=200",
                &receipt,
            ] {
                let told = said(&browser.get(path).await?);
                assert!(
                    !told.contains("金丝雀的声音") && !told.contains(VOICE_64) && !told.contains(&blob),
                    "{path}"
                );
            }
        }
        let stolen = fresh.stolen()?;
        assert!(stolen.contains("二楼楼道被纸箱堵住"), "the thief looks well");
        assert!(
            !stolen.contains("金丝雀的声音") && !stolen.contains(VOICE_64),
            "neither in the database nor in a file"
        );
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_phone_takes_a_villagers_words_along_and_sends_them_twice() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = founded(&fresh).await?;
        let told = json!({ "id": "01a00000-0000-7000-8000-000000000c01", "channel": "grid", "matter": "combined",
            "content": "", "territory": "500118100901001", "address": "老街 8 号", "name": NAME, "phone": PHONE,
            "voice": VOICE_64, "receipt": "ABCD-EFGH-JKMN-PQRS-TUVW-XYZ2-3456" });
        let mut grid = town.login("grid1").await?;
        let first = grid.post("/api/v1/report-cases", told.clone()).await?.ok()?;
        assert_eq!((text(&first, "receipt"), &first["voice"]), ("ABCD-EFGH-JKMN-PQRS-TUVW-XYZ2-3456", &json!(true)));
        assert!(receipt(&town, "ABCD-EFGH-JKMN-PQRS-TUVW-XYZ2-3456").await?.contains("已收到，等待受理"));
        // The answer got lost: the same again is the same report, with the receipt he has shown already.
        let again = grid.post("/api/v1/report-cases", told.clone()).await?.ok()?;
        assert_eq!((&again["code"], &again["receipt"]), (&first["code"], &first["receipt"]));
        // Under another receipt, or by somebody else, the id is taken.
        let mut other = told.clone();
        other["receipt"] = json!("ZBCD-EFGH-JKMN-PQRS-TUVW-XYZ2-3456");
        assert_eq!(grid.post("/api/v1/report-cases", other.clone()).await?.code(), "report_case.taken");
        assert_eq!(town.login("clerk").await?.post("/api/v1/report-cases", told.clone()).await?.code(), "report_case.taken");
        other["receipt"] = json!("short");
        assert_eq!(grid.post("/api/v1/report-cases", other).await?.body["fields"][0]["code"], "report_case.receipt");
        let mut broken = told;
        broken["id"] = json!("01a00000-0000-7000-8000-000000000c02");
        broken["voice"] = json!("no base64!");
        assert_eq!(grid.post("/api/v1/report-cases", broken).await?.code(), "report_case.voice_broken");
        Ok(())
    })
    .await
}
