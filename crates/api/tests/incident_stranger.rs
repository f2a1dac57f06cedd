//! Stories of alarms nobody registered gives: whoever stands behind one line is heard by himself; invented names by the hundred
//! become few incidents, and nothing that was heard is lost.

use app::signal::{Incoming, mark_of};
use domain::device::Provider;
use protocol::gb26875::Frame;
use serde_json::{Value, json};
use testkit::both_databases;

use crate::common::{Browser, Town};
use crate::device::{alarm, alarm_of, incoming, settled, take_in, text};

/// The monitoring centre's gateway, behind which the whole town may stand.
const GATEWAY: &str = "203.0.113.9";

fn unit(source: u64, sequence: u16, town: &Town) -> Incoming {
    incoming(GATEWAY, &Frame { source, ..alarm(sequence, town.app.now()) })
}

fn topic(name: &str, body: &Value, town: &Town) -> Incoming {
    let peer = format!("town/{}/device/{name}/up", town.app.town);
    let bytes = body.to_string().into_bytes();
    Incoming {
        provider: Provider::Mqtt,
        dialect: None,
        mark: mark_of(&["mqtt", name, &town.app.now().0.to_string()], &bytes),
        peer,
        proof: "broker".to_owned(),
        bytes,
        before: None,
        beat_of: None,
        problem: None,
    }
}

async fn incidents(clerk: &mut Browser) -> anyhow::Result<Vec<Value>> {
    clerk.get("/api/v1/incidents?limit=200").await?.items()
}

async fn page(clerk: &mut Browser, one: &Value) -> anyhow::Result<Value> {
    clerk.get(&format!("/api/v1/incidents/{}", text(one, "id"))).await?.ok()
}

fn signs(page: &Value) -> Vec<Value> {
    page["signs"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn two_strangers_behind_one_line_are_two_and_the_parts_of_one_are_listed() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, ..) = settled(&fresh).await?;
        take_in(&town, vec![unit(4_001, 1, &town)]).await?;
        // Another house of the compound burns twenty seconds later, with the same words.
        town.clock.advance_ms(20_000);
        take_in(&town, vec![unit(4_002, 1, &town)]).await?;
        let found = incidents(&mut clerk).await?;
        assert_eq!(found.len(), 2, "each has its own: {found:?}");
        for (one, source) in found.iter().zip(["4002", "4001"]) {
            assert!(text(one, "address").contains(source), "{one}");
            assert!(text(one, "address").contains(GATEWAY), "and over which line it came: {one}");
            assert_eq!((&one["signals"], &one["trusted"]), (&json!(1), &json!(false)));
        }
        // A second detector of the first is of the same, with its own words and address; said once more it is not.
        town.clock.advance_ms(20_000);
        let second = Frame { source: 4_001, ..alarm_of([0x0b, 0, 2, 0], 2, town.app.now()) };
        take_in(&town, vec![incoming(GATEWAY, &second), unit(4_001, 3, &town)]).await?;
        let again = Frame { sequence: 4, ..second };
        take_in(&town, vec![incoming(GATEWAY, &again)]).await?;
        let found = incidents(&mut clerk).await?;
        assert_eq!(found.len(), 2, "{found:?}");
        let one = page(&mut clerk, &found[1]).await?;
        let from: Vec<String> = signs(&one).iter().map(|sign| text(sign, "from").to_owned()).collect();
        assert_eq!((&one["signals"], &one["strangers"], from.len()), (&json!(2), &json!(2), 2), "{one}");
        assert_ne!(from[0], from[1], "each part by its own address");
        // Once somebody said it is a false alarm, another alarm of it rings anew.
        let no = json!({ "step": "judge", "verdict": "false_alarm", "how": "telephone", "text": "误报" });
        clerk.post(&format!("/api/v1/incidents/{}/steps", text(&one, "id")), no).await?.ok()?;
        town.clock.advance_ms(90_000);
        take_in(&town, vec![unit(4_001, 5, &town)]).await?;
        assert_eq!(incidents(&mut clerk).await?.len(), 3);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn invented_names_by_the_hundred_are_few_incidents_that_list_them_all() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, ..) = settled(&fresh).await?;
        let fire = json!({ "smoke": 1 });
        let storm: Vec<Incoming> = (0..120).map(|n| topic(&format!("X-{n}"), &fire, &town)).collect();
        take_in(&town, storm).await?;
        let found = incidents(&mut clerk).await?;
        assert_eq!(found.len(), 6, "five of their own and the one that gathers: {found:?}");
        let gathered = found.iter().find(|one| one["gathered"] == json!(true)).cloned().unwrap_or_default();
        assert_eq!((&gathered["strangers"], &gathered["signals"]), (&json!(115), &json!(115)), "{gathered}");
        let listed = page(&mut clerk, &gathered).await?;
        let said = signs(&listed);
        assert_eq!(said.len(), 115);
        assert!(said.iter().any(|sign| text(sign, "from").contains("X-119")), "each by the name it gave");
        let all = clerk.get("/api/v1/signals?view=alarm&limit=200").await?.items()?;
        assert_eq!(all.len(), 120, "every signal is kept");
        // Who has one of his own goes on there, who was gathered stays gathered, with or without a spot.
        town.clock.advance_ms(70_000);
        let spot = json!({ "smoke": 1, "lon": 105.9, "lat": 29.3 });
        let more = vec![topic("X-0", &fire, &town), topic("X-119", &fire, &town), topic("Y", &spot, &town)];
        take_in(&town, more).await?;
        let found = incidents(&mut clerk).await?;
        assert_eq!(found.len(), 6, "{found:?}");
        let gathered = found.iter().find(|one| one["gathered"] == json!(true)).cloned().unwrap_or_default();
        assert_eq!((&gathered["strangers"], &gathered["signals"]), (&json!(116), &json!(117)), "{gathered}");
        assert_eq!(gathered["spot"], Value::Null, "where one of many is, the others are not");
        let own =
            found.iter().find(|one| text(one, "address").contains("X-0（")).cloned().unwrap_or_default();
        assert_eq!(own["signals"], json!(2), "{own}");
        // Whoever watches hears of it when it becomes twice as many, not of each.
        let mut read = town.app.db.read(&town.app.town).await?;
        let told = read.messages(&Default::default(), 500).await?;
        let of = told.iter().filter(|one| one.message.about.1 == text(&gathered, "id"));
        assert!((2..20).contains(&of.count()));
        drop(read);
        // Once somebody said what it is, the next stranger is heard by himself again.
        let no = json!({ "step": "judge", "verdict": "false_alarm", "how": "telephone", "text": "有人乱发" });
        clerk.post(&format!("/api/v1/incidents/{}/steps", text(&gathered, "id")), no).await?.ok()?;
        town.clock.advance_ms(11 * 60_000);
        take_in(&town, vec![topic("Z", &fire, &town)]).await?;
        let newest = incidents(&mut clerk).await?.into_iter().next().unwrap_or_default();
        assert!(text(&newest, "address").contains("未登记 Z"), "{newest}");
        Ok(())
    })
    .await
}

/// The town says how many; a registered device is none of them and waits for nobody.
#[tokio::test]
async fn the_bound_is_the_towns_and_a_registered_device_is_not_counted() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, ..) = settled(&fresh).await?;
        crate::common::set_number(&town, "incident.strangers", 1.0).await?;
        let mut storm: Vec<Incoming> = (0..40).map(|n| unit(5_000 + u64::from(n), n, &town)).collect();
        storm.push(incoming("10.8.3.4", &alarm(1, town.app.now())));
        take_in(&town, storm).await?;
        let found = incidents(&mut clerk).await?;
        assert_eq!(found.len(), 3, "one, the one that gathers, and the shop's: {found:?}");
        let shop = found.iter().find(|one| one["trusted"] == json!(true)).cloned().unwrap_or_default();
        assert_eq!((&shop["signals"], &shop["strangers"]), (&json!(1), &Value::Null), "{shop}");
        let gathered = found.iter().find(|one| one["gathered"] == json!(true)).cloned().unwrap_or_default();
        assert_eq!(gathered["strangers"], json!(39), "{gathered}");
        Ok(())
    })
    .await
}

/// Somebody said that it burns where strangers were gathered: who spoke there goes on there, others are heard by themselves.
#[tokio::test]
async fn who_was_gathered_goes_on_where_it_burns() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, ..) = settled(&fresh).await?;
        crate::common::set_number(&town, "incident.strangers", 1.0).await?;
        let fire = json!({ "smoke": 1 });
        take_in(&town, ["A", "B", "C"].map(|name| topic(name, &fire, &town)).into()).await?;
        let found = incidents(&mut clerk).await?;
        let gathered = found.iter().find(|one| one["gathered"] == json!(true)).cloned().unwrap_or_default();
        assert_eq!((found.len(), &gathered["strangers"]), (2, &json!(2)), "{found:?}");
        let real = json!({ "step": "judge", "verdict": "real", "how": "telephone" });
        clerk.post(&format!("/api/v1/incidents/{}/steps", text(&gathered, "id")), real).await?.ok()?;
        town.clock.advance_ms(90_000);
        take_in(&town, vec![topic("B", &fire, &town), topic("D", &fire, &town)]).await?;
        let found = incidents(&mut clerk).await?;
        assert_eq!(found.len(), 3, "only who is new opens another: {found:?}");
        let own = page(&mut clerk, &gathered).await?;
        assert_eq!((signs(&own).len(), &own["strangers"]), (3, &json!(2)), "{own}");
        Ok(())
    })
    .await
}

/// What waited to be read while the program stood still came hours apart: it is of different events, though it is read at once.
#[tokio::test]
async fn what_is_read_at_once_and_came_hours_apart_is_of_two_events() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, ..) = settled(&fresh).await?;
        crate::common::set_number(&town, "incident.strangers", 1.0).await?;
        let (system, fire) = (app::Caller::system(), json!({ "smoke": 1 }));
        let first = ["A", "B", "C"].map(|name| topic(name, &fire, &town)).into();
        town.app.receive(&system, first).await?;
        town.clock.advance_ms(20 * 60_000);
        town.app.receive(&system, vec![topic("D", &fire, &town)]).await?;
        while town.app.digest_signals(&system, 500).await? > 0 {}
        let found = incidents(&mut clerk).await?;
        assert_eq!(
            found.len(),
            3,
            "one, the one that gathers, and the one that came twenty minutes later: {found:?}"
        );
        assert!(text(&found[0], "address").contains("未登记 D"), "{}", found[0]);
        Ok(())
    })
    .await
}
