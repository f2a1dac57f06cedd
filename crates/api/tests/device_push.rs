//! A gateway that did not hear the answer sends once more: signed anew, with the number its device gave. What does not belong here:
//! whose signature counts (`device`).

use app::signal::push::sign;
use axum::http::Method;
use serde_json::json;
use testkit::both_databases;

use crate::common::{Browser, V1};
use crate::device::{settled, text};

#[tokio::test]
async fn a_gateway_that_repeats_itself_is_heard_once_and_a_new_number_anew() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (town, mut clerk, ..) = settled(&fresh).await?;
        let platform = json!({ "code": "PT-ZC", "name": "自建网关", "kind": "platform", "owner": "office", "territory": V1 });
        let platform = clerk.post("/api/v1/devices", platform).await?.ok()?;
        let secret = format!("/api/v1/devices/{}/secret", text(&platform, "id"));
        let secret = clerk.post(&secret, json!({ "version": 1 })).await?.ok()?;
        let mut outside = Browser::new(&town.router);
        let mut push = async |nonce: &str, number: &str| {
            let time = (town.app.now().0 / 1000).to_string();
            let bytes = json!({ "device": "w5heat", "kind": "heat", "sequence": number }).to_string();
            let signature = sign(text(&secret, "secret"), &time, nonce, bytes.as_bytes());
            let headers = [
                ("x-fengsui-key", "PT-ZC"),
                ("x-fengsui-time", &*time),
                ("x-fengsui-nonce", nonce),
                ("x-fengsui-signature", &*signature),
            ];
            outside.send(Method::POST, "/in/generic", &headers, bytes.into_bytes()).await?.ok()
        };
        assert_eq!(push("n1", "1").await?, json!({ "kept": 1, "copies": 0 }));
        town.clock.advance_ms(20_000);
        assert_eq!(push("n2", "1").await?, json!({ "kept": 0, "copies": 1 }), "the same, signed anew");
        assert_eq!(push("n3", "2").await?, json!({ "kept": 1, "copies": 0 }), "the next");
        // Much later it counts from the beginning again.
        town.clock.advance_days(1);
        assert_eq!(push("n4", "1").await?, json!({ "kept": 1, "copies": 0 }));
        Ok(())
    })
    .await
}
