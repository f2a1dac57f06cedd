//! Stories of people at the door: a login wears today's hats.

mod common;

use common::{Browser, TOWN, day, town};
use testkit::both_databases;

#[tokio::test]
async fn a_login_wears_the_hats_of_the_day() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let town = town(&fresh).await?;
        let mut staff = town.login("staff1").await?;
        let me = staff.get("/api/v1/me").await?.ok()?;
        assert_eq!(me["person"]["login"], "staff1");
        let reference = staff.cookie.split_once('=').map(|(_, value)| value.to_owned()).unwrap_or_default();
        let caller = town.app.authenticate(&reference).await?;
        assert_eq!(caller.name, "李消防");
        assert_eq!(caller.hats.all().len(), 1);
        assert_eq!(caller.hats.all()[0].path, format!("{TOWN}/500118100901"));
        town.clock.advance_days(-365 * 2);
        assert!(
            town.app.authenticate(&reference).await?.hats.all().is_empty(),
            "before {}",
            day("2025-01-01")
        );
        let mut nobody = Browser::new(&town.router);
        assert_eq!(nobody.get("/api/v1/me").await?.code(), "session.missing");
        Ok(())
    })
    .await
}
