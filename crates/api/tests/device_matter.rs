//! What devices give people to do: an alarm after a fire or after what nobody vouched for, a silence somebody looks into by a
//! day, models and houses that raise too many alarms, smoke a person saw on a camera. What does not belong here: how devices are heard and trusted (`device`).

use app::Caller;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common;
use crate::common::V1;
use crate::device::{SHOP, alarm, alarm_of, incoming, settled, take_in, text};

#[tokio::test]
async fn a_silence_goes_late_and_ends_with_the_device() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, _, _, detector) = settled(&fresh).await?;
        let system = Caller::system();
        common::set_number(&town, "device.silent_days", 1.0).await?;
        take_in(&town, vec![incoming("10.8.3.4", &alarm(1, town.app.now()))]).await?;
        town.clock.advance_ms(4 * 60_000);
        // The gateway fell silent with it: a matter each.
        assert_eq!(town.app.note_silence(&system).await?, 2);
        town.clock.advance_days(2);
        let mut clerk = town.login("clerk").await?;
        let url = format!("/api/v1/devices/{}", text(&detector, "id"));
        let page = clerk.get(&url).await?.ok()?;
        assert_eq!(page["task"]["overdue"], json!(true), "{page}");
        let late = clerk.get("/api/v1/follow-ups?overdue=true").await?.items()?;
        assert_eq!(late.len(), 2);
        let gone = json!({ "step": "retire", "reason": "已拆除", "version": page["version"] });
        let page = clerk.post(&format!("{url}/steps"), gone).await?.ok()?;
        assert_eq!(page["task"], Value::Null);
        let void = clerk.get("/api/v1/follow-ups?state=void").await?.items()?;
        assert_eq!(
            void.iter().map(|one| text(&one["origin"], "id")).collect::<Vec<_>>(),
            [text(&detector, "id")]
        );
        assert_eq!(town.app.verify(&system).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_never_said_anything_is_asked_about_once_until_it_speaks() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, _, detector) = settled(&fresh).await?;
        let system = Caller::system();
        common::set_number(&town, "device.never_days", 2.0).await?;
        // What hangs there unconnected is not expected to say anything.
        let dumb =
            json!({ "name": "库房感烟", "kind": "smoke_detector", "owner": "village-1", "place": SHOP });
        clerk.post("/api/v1/devices", dumb).await?.ok()?;
        town.clock.advance_days(2);
        // The detector hangs there for three weeks; the gateway was entered two days ago.
        assert_eq!(town.app.note_silence(&system).await?, 1, "the gateway's days of patience are not over");
        town.clock.advance_days(1);
        assert_eq!(town.app.note_silence(&system).await?, 1);
        assert_eq!(town.app.note_silence(&system).await?, 0, "asked once");
        let mut clerk = town.login("clerk").await?;
        let url = format!("/api/v1/devices/{}", text(&detector, "id"));
        let page = clerk.get(&url).await?.ok()?;
        assert_eq!(text(&page["condition"], "code"), "never");
        assert_eq!(text(&page["task"], "state"), "open", "{page}");
        let mut staff = town.login("staff1").await?;
        let open = staff.get("/api/v1/follow-ups?mine=true&state=open").await?.items()?;
        let own = open.iter().find(|one| text(&one["origin"], "id") == text(&detector, "id"));
        let own = own.cloned().unwrap_or_default();
        assert!(text(&own, "text").contains("投用后从未上报，请查明原因并接通"), "{open:?}");
        // Asked and looked into, it is not asked about again; heard for the first time, it is closed by itself.
        take_in(&town, vec![incoming("10.8.3.4", &alarm(1, town.app.now()))]).await?;
        let page = clerk.get(&url).await?.ok()?;
        assert_eq!((text(&page["condition"], "code"), &page["task"]), ("online", &Value::Null));
        assert_eq!(town.app.note_silence(&system).await?, 0);
        assert_eq!(town.app.verify(&system).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_is_noisy_is_said_by_model_and_by_house_as_a_rate() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, _, _) = settled(&fresh).await?;
        take_in(&town, vec![incoming("10.8.3.4", &alarm(1, town.app.now()))]).await?;
        let id = text(&clerk.get("/api/v1/incidents").await?.items()?[0], "id").to_owned();
        let none = json!({ "step": "judge", "verdict": "false_alarm", "how": "on_site", "text": "煮饭油烟" });
        clerk.post(&format!("/api/v1/incidents/{id}/steps"), none).await?.ok()?;
        let summary = clerk.get("/api/v1/devices/summary").await?.ok()?;
        let model = |name: &str| {
            let all = summary["models"].as_array().cloned().unwrap_or_default();
            let own = all.into_iter().find(|one| text(one, "model") == name).unwrap_or_default();
            (own["false_alarms"].clone(), own["false_per_hundred"].clone())
        };
        // One alarm that was none, of the one detector of its model; the gateway that passed it on raised none.
        assert_eq!(model("某厂 A1"), (json!(1), json!(100.0)), "{summary}");
        assert_eq!(model("某厂 T1"), (json!(0), json!(0.0)));
        // Two devices hang in the house.
        let house = &summary["noisy"][0];
        assert_eq!((text(&house["place"], "id"), &house["devices"]), (SHOP, &json!(1)), "{summary}");
        assert_eq!((&house["false_alarms"], &house["false_per_hundred"]), (&json!(1), &json!(50.0)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn two_sightings_typed_in_by_camera_cross_to_one_spot() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, _, detector) = settled(&fresh).await?;
        let mut cameras = Vec::new();
        for (name, lon) in [("西山一号", 105.87), ("西山二号", 105.8906)] {
            let camera = json!({ "name": name, "kind": "camera", "owner": "town-gov", "territory": V1, "lon": lon,
                "lat": 29.26, "links": [{ "provider": "generic", "address": name }] });
            cameras.push(text(&clerk.post("/api/v1/devices", camera).await?.ok()?, "id").to_owned());
        }
        let seen = |device: &str, azimuth: f64| {
            json!({ "source": "camera", "kind": "smoke", "text": "值守看到烟柱", "device": device, "azimuth": azimuth })
        };
        let unknown = clerk.post("/api/v1/signals", seen("01a00000-0000-7000-8000-00000000dead", 45.0)).await?;
        assert_eq!(unknown.body["fields"][0]["code"], "signal.device", "{}", unknown.body);
        let first = clerk.post("/api/v1/signals", seen(&cameras[0], 45.0)).await?.ok()?;
        assert_eq!(first["spot"]["lon"], json!(105.87), "it runs from where the camera stands");
        let one = clerk.get("/api/v1/incidents").await?.items()?[0].clone();
        assert_eq!((&one["spot"], text(&one["village"], "id")), (&Value::Null, V1), "a direction is no place");
        town.clock.advance_ms(60_000);
        clerk.post("/api/v1/signals", seen(&cameras[1], 315.0)).await?.ok()?;
        let found = clerk.get("/api/v1/incidents").await?.items()?;
        let [one] = found.as_slice() else { anyhow::bail!("{found:?}") };
        let spot = (one["spot"]["lon"].as_f64().unwrap_or(0.0), one["spot"]["lat"].as_f64().unwrap_or(0.0));
        assert!((spot.0 - 105.8803).abs() < 0.001 && (spot.1 - 29.269).abs() < 0.001, "{spot:?}");
        assert!(one["error_m"].as_f64().is_some_and(|m| m > 10.0 && m < 500.0), "{one}");
        // What is out of use has seen nothing.
        let url = format!("/api/v1/devices/{}", text(&detector, "id"));
        let gone = json!({ "step": "retire", "reason": "已拆除", "version": detector["version"] });
        clerk.post(&format!("{url}/steps"), gone).await?.ok()?;
        let gone = clerk.post("/api/v1/signals", seen(text(&detector, "id"), 45.0)).await?;
        assert_eq!(gone.body["fields"][0]["code"], "signal.device");
        Ok(())
    })
    .await
}

/// What one who watched told us: a second room burned when the first was out, and nothing rang.
#[tokio::test]
async fn the_second_room_rings_when_the_first_is_out() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, ..) = settled(&fresh).await?;
        take_in(&town, vec![incoming("10.8.3.4", &alarm(1, town.app.now()))]).await?;
        let found = clerk.get("/api/v1/incidents").await?.items()?;
        let first = text(found.first().unwrap_or(&Value::Null), "id").to_owned();
        let steps = format!("/api/v1/incidents/{first}/steps");
        for asked in
            [json!({ "step": "judge", "verdict": "real", "how": "on_site" }), json!({ "step": "out" })]
        {
            clerk.post(&steps, asked).await?.ok()?;
        }
        town.clock.advance_ms(20_000);
        take_in(&town, vec![incoming("10.8.3.4", &alarm_of([0x0b, 0, 2, 0], 2, town.app.now()))]).await?;
        let found = clerk.get("/api/v1/incidents").await?.items()?;
        let new: Vec<&Value> = found.iter().filter(|one| one["id"] != json!(first)).collect();
        let [new] = new.as_slice() else { anyhow::bail!("it opens one of its own: {found:?}") };
        assert_eq!((text(&new["stage"], "code"), &new["acknowledged"]), ("open", &Value::Null));
        // The detector of the first room goes on saying what it said: an echo, to whichever is open at the place.
        town.clock.advance_ms(20_000);
        take_in(&town, vec![incoming("10.8.3.4", &alarm(3, town.app.now()))]).await?;
        assert_eq!(clerk.get("/api/v1/incidents").await?.items()?.len(), 2);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_first_who_can_be_believed_is_what_everybody_reads() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, ..) = settled(&fresh).await?;
        take_in(&town, vec![incoming("203.0.113.9", &alarm(1, town.app.now()))]).await?;
        let one = clerk.get("/api/v1/incidents").await?.items()?.into_iter().next().unwrap_or_default();
        assert_eq!(one["trusted"], json!(false));
        let path = format!("/api/v1/incidents/{}", text(&one, "id"));
        clerk.post(&format!("{path}/steps"), json!({ "step": "acknowledge" })).await?.ok()?;
        town.clock.advance_ms(5_000);
        take_in(&town, vec![incoming("10.8.3.4", &alarm_of([0x0b, 0, 2, 0], 2, town.app.now()))]).await?;
        let after = clerk.get(&path).await?.ok()?;
        let said = text(&after, "text");
        assert_eq!((&after["trusted"], &after["signals"]), (&json!(true), &json!(2)), "{after}");
        assert!(said.ends_with(&format!("（此前未绑定来源：{}）", text(&one, "text"))), "{said}");
        let mut read = town.app.db.read(&town.app.town).await?;
        let texts: Vec<String> =
            read.messages(&Default::default(), 500).await?.into_iter().map(|one| one.message.text).collect();
        assert!(texts.iter().any(|one| one.contains("有可信报警并入，仍待核实")), "{texts:?}");
        Ok(())
    })
    .await
}
