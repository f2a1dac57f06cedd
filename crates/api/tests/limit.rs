//! Stories of limits at the door: how often, how many streams, how deep and how large.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use testkit::both_databases;
use tower::ServiceExt;

use crate::common::town;

#[tokio::test]
async fn search_sync_streams_and_bodies_have_their_limits_and_say_when_to_come_again() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let (mut staff, mut other) = (town.login("staff1").await?, town.login("grid1").await?);
        for (path, most) in [("/api/v1/search?q=x", 60), ("/api/v1/sync", 120)] {
            for n in 0..most {
                assert_eq!(staff.get(path).await?.status, StatusCode::OK, "{path} {n}");
            }
            let told = staff.get(path).await?;
            assert_eq!(
                (told.status, told.code()),
                (StatusCode::TOO_MANY_REQUESTS, "limit.too_many"),
                "{path}"
            );
            assert!(told.headers.contains_key(header::RETRY_AFTER), "{path}");
            assert_eq!(other.get(path).await?.status, StatusCode::OK, "{path}: another's");
        }
        town.clock.advance_ms(60_000);
        assert_eq!(staff.get("/api/v1/search?q=x").await?.status, StatusCode::OK, "the minute is over");
        assert_eq!(staff.get("/api/v1/sync").await?.status, StatusCode::TOO_MANY_REQUESTS, "the hour is not");

        // Four streams of a session, and a fifth once one of them is gone.
        let open = || {
            let asked = Request::builder().uri("/api/v1/events").header(header::COOKIE, &staff.cookie);
            Ok::<_, anyhow::Error>(town.router.clone().oneshot(asked.body(Body::empty())?))
        };
        let mut streams = Vec::new();
        for _ in 0..4 {
            streams.push(open()?.await?);
        }
        assert!(streams.iter().all(|stream| stream.status() == StatusCode::OK));
        assert_eq!(open()?.await?.status(), StatusCode::TOO_MANY_REQUESTS);
        streams.pop();
        assert_eq!(open()?.await?.status(), StatusCode::OK);

        let nested = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n)).into_bytes();
        let json = [("content-type", "application/json")];
        let told = staff.send(Method::POST, "/api/v1/hazards", &json, nested(33)).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "body.too_deep"));
        let told = staff.send(Method::POST, "/api/v1/hazards", &json, nested(32)).await?;
        assert_eq!(told.code(), "request.malformed", "deep enough to be looked at");
        let told = staff.send(Method::POST, "/api/v1/hazards", &json, vec![b' '; (1 << 20) + 1]).await?;
        assert_eq!((told.status, told.code()), (StatusCode::PAYLOAD_TOO_LARGE, "body.too_large"));
        Ok(())
    })
    .await
}
