//! Stories of photos at the door: resumed after a lost connection, the same part twice, damaged on the way, no picture
//! at all, and who gets to see them.

use app::Caller;
use axum::http::{StatusCode, header};
use serde_json::json;
use testkit::both_databases;

use crate::common::field::{Visit, add_place, part, photo, png};
use crate::common::{V1, day, town};

#[tokio::test]
async fn a_photo_is_taken_up_where_the_line_broke_and_kept_once() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        town.app.ensure_shipped_checklists(&Caller::system(), Some(day("2026-01-01"))).await?;
        let mut clerk = town.login("clerk").await?;
        let mut staff = town.login("staff1").await?;
        let mut next = town.login("staff2").await?;
        let place = add_place(&mut clerk, "老街面馆", V1, "nine_small.catering", &[]).await?;
        let sheet = staff.get(&format!("/api/v1/places/{place}/sheet?kind=quick")).await?.ok()?;
        let visit = Visit::of(1, &place, "staff1", &sheet).failing("Q1");
        let (id, object, bytes) = (&visit.photos[0], ("inspection", visit.id.as_str()), png(7));
        let half = bytes.len() / 2;

        // The photo is faster than its record.
        let told = part(&mut staff, id, object, "item", &bytes, 0, half).await?.ok()?;
        assert_eq!(told, json!({ "received": half, "complete": false, "sha256": null }));
        let state = staff.get(&format!("/api/v1/photos/{id}/state")).await?.ok()?;
        assert_eq!(state["received"], half);
        let twice = part(&mut staff, id, object, "item", &bytes, 0, half).await?.ok()?;
        assert_eq!(twice["received"], half, "the same part again is nothing");
        let gap = part(&mut staff, id, object, "item", &bytes, half + 10, bytes.len()).await?;
        assert_eq!((gap.status, gap.code()), (StatusCode::CONFLICT, "photo.offset"));
        assert_eq!(gap.body["received"], half);
        assert_eq!(next.get(&format!("/api/v1/photos/{id}/state")).await?.status, StatusCode::NOT_FOUND);
        let told = part(&mut staff, id, object, "item", &bytes, half, bytes.len()).await?.ok()?;
        assert_eq!((&told["complete"], &told["sha256"]), (&json!(true), &json!(app::request_hash(&bytes))));
        let again = photo(&mut staff, id, object, "item", &bytes).await?.ok()?;
        assert_eq!(again, told, "all of it again is nothing, too");
        let other = photo(&mut staff, id, object, "item", &png(8)).await?;
        assert_eq!((other.status, other.code()), (StatusCode::CONFLICT, "photo.conflict"));

        let receipt = staff.post("/api/v1/inspections", visit.body()).await?.ok()?;
        assert_eq!(receipt["complete"], true, "record and photo are there: {receipt}");
        let shown = staff.get(&format!("/api/v1/photos/{id}")).await?;
        assert_eq!(shown.bytes, bytes);
        assert_eq!(shown.headers[header::CONTENT_TYPE], "image/png");
        assert_eq!(shown.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let thumb = clerk.get(&format!("/api/v1/photos/{id}/thumb")).await?;
        assert_eq!((thumb.status, &thumb.bytes[..2]), (StatusCode::OK, [0xff, 0xd8].as_slice()), "a JPEG");
        for path in [format!("/api/v1/photos/{id}"), format!("/api/v1/photos/{id}/thumb")] {
            assert_eq!(next.get(&path).await?.status, StatusCode::NOT_FOUND, "{path}");
        }
        let foreign =
            part(&mut next, "01a00000-0000-7000-8000-00000000ffff", object, "item", &bytes, 0, 9).await?;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND, "nobody adds to another village's record");
        assert_eq!(town.app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_damaged_or_no_picture_is_refused_and_may_come_again() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut staff = town.login("staff1").await?;
        let (id, object) =
            ("01a00000-0000-7000-8000-00000000aaaa", ("inspection", "01a00000-0000-7000-8000-00000000bbbb"));
        let bytes = png(1);
        let mut damaged = bytes.clone();
        damaged[90] ^= 0xff;
        let half = bytes.len() / 2;
        part(&mut staff, id, object, "item", &bytes, 0, half).await?.ok()?;
        let headers = [
            ("upload-offset", half.to_string()),
            ("upload-length", bytes.len().to_string()),
            ("upload-sha256", app::request_hash(&bytes)),
        ];
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let path = format!("/api/v1/photos/{id}?object_kind=inspection&object_id={}&role=item", object.1);
        let mut rest = damaged[half..].to_vec();
        rest[0] ^= 0xff;
        let told = staff.send(axum::http::Method::PUT, &path, &headers, rest).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "photo.hash"));
        let told = photo(&mut staff, id, object, "item", b"<svg onload=alert(1)></svg>").await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "photo.not_image"));
        let told = photo(&mut staff, id, object, "item", &bytes).await?.ok()?;
        assert_eq!(told["complete"], true);
        let big = vec![0_u8; 300 * 1024];
        let other = "01a00000-0000-7000-8000-00000000cccc";
        let told = photo(&mut staff, other, object, "item", &big).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "photo.part"));
        let told = photo(&mut staff, other, ("place", object.1), "item", &bytes).await?;
        assert_eq!((told.status, told.code()), (StatusCode::UNPROCESSABLE_ENTITY, "validation"));
        Ok(())
    })
    .await
}
