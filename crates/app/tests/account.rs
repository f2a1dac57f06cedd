//! Stories of getting in: login, lock, second factor, sessions that end.

use std::sync::Arc;

use app::secret::totp_code;
use app::session::{Device, Kind};
use app::{App, Caller, Clock, Error};
use domain::time::Timestamp;
use testkit::{FakeClock, Fresh, both_databases};

const PASSWORD: &str = "梧桐树下的消防水池要加水";
const MINUTE_MS: i64 = 60_000;

struct Standing(FakeClock);

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

fn desk() -> Device {
    Device { kind: Kind::Desk, address: "127.0.0.1".to_owned(), agent: "test".to_owned(), key: String::new() }
}

fn phone() -> Device {
    Device { kind: Kind::Phone, ..desk() }
}

/// An office with one clerk, and the clock on its wall.
async fn office(fresh: &Fresh) -> anyhow::Result<(App, FakeClock)> {
    let clock = FakeClock::at(Timestamp(1_790_000_000_000));
    let app = App::open(
        &fresh.url,
        &fresh.keys(),
        fresh.folder.path(),
        Arc::new(Standing(clock.clone())),
        "500118103000".into(),
    )
    .await?;
    app.add_account(&Caller::system(), "clerk", "person-1", PASSWORD, false).await?;
    Ok((app, clock))
}

#[expect(clippy::panic, reason = "this is an assertion")]
fn code_of<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    match result {
        Ok(value) => panic!("must be refused, got {value:?}"),
        Err(error) => error.code(),
    }
}

#[tokio::test]
async fn the_clerk_gets_in_and_out_and_the_record_tells_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (app, _) = office(&fresh).await?;
        let entered = app.login(" Clerk ", PASSWORD, None, &desk()).await?;
        assert!(entered.caller.must_change, "the first password was set by somebody else");
        let caller = app.authenticate(&entered.reference).await?;
        assert_eq!(caller.name, "clerk");
        assert_eq!(app.my_sessions(&caller).await?.len(), 1);
        app.logout(&caller).await?;
        assert_eq!(code_of(app.authenticate(&entered.reference).await), "session.expired");
        assert_eq!(code_of(app.authenticate("made up").await), "session.expired");
        let filter = store::audit::AuditFilter::default();
        let actions: Vec<_> = app
            .audit_page(&Caller::system(), &filter, i64::MAX, 10)
            .await?
            .into_iter()
            .map(|e| e.action)
            .collect();
        assert_eq!(actions, ["session.end", "account.login", "account.add"]);
        assert_eq!(app.verify(&Caller::system()).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (app, clock) = office(&fresh).await?;
        assert_eq!(code_of(app.login("nobody", PASSWORD, None, &desk()).await), "login.refused");
        for _ in 0..5 {
            assert_eq!(code_of(app.login("clerk", "wrong", None, &desk()).await), "login.refused");
        }
        // As if nobody had the login: who tries names learns of none.
        assert_eq!(code_of(app.login("clerk", PASSWORD, None, &desk()).await), "login.refused");
        clock.advance_ms(15 * MINUTE_MS);
        app.login("clerk", PASSWORD, None, &desk()).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_kind_of_refusal_is_on_record_and_no_stranger_floods_it() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (app, clock) = office(&fresh).await?;
        let system = Caller::system();
        app.add_account(&system, "gone", "person-2", PASSWORD, true).await?;
        app.set_account_active(&system, "gone", false).await?;
        let caller = app.login("clerk", PASSWORD, None, &desk()).await?.caller;
        let offer = app.offer_totp(&caller, PASSWORD).await?;
        let code = totp_code(&offer.secret, "clerk", clock.now())?;
        app.confirm_totp(&caller, &offer.secret, &code).await?;
        let told = async || -> anyhow::Result<Vec<(String, String, String)>> {
            let filter = store::audit::AuditFilter {
                action: Some("account.login_refused".to_owned()),
                ..Default::default()
            };
            let found = app.audit_page(&system, &filter, i64::MAX, 100).await?;
            Ok(found.into_iter().map(|one| (one.object_kind, one.reason, one.detail)).collect())
        };
        for n in 0..30 {
            let stranger = format!("stranger-{n}");
            assert_eq!(code_of(app.login(&stranger, PASSWORD, None, &desk()).await), "login.refused");
            assert_eq!(code_of(app.login("gone", PASSWORD, None, &desk()).await), "login.refused");
            assert_eq!(code_of(app.login("clerk", PASSWORD, None, &desk()).await), "login.totp_required");
        }
        let written = told().await?;
        let kinds: Vec<_> = written.iter().map(|(kind, why, _)| (kind.as_str(), why.as_str())).collect();
        let wanted =
            [("account", "密码正确，未给验证码"), ("account", "账号已停用"), ("town", "没有这个账号")];
        assert_eq!(kinds, wanted, "one of each, however often");
        assert!(
            written.iter().all(|(.., detail)| detail.contains("127.0.0.1") && !detail.contains("stranger"))
        );
        clock.advance_ms(15 * MINUTE_MS);
        assert_eq!(code_of(app.login("stranger", PASSWORD, None, &desk()).await), "login.refused");
        let written = told().await?;
        assert!(
            written.len() == 4 && written[0].2.contains("\"more\":29"),
            "those not written are told: {written:?}"
        );
        for _ in 0..5 {
            assert_eq!(code_of(app.login("clerk", "wrong", None, &desk()).await), "login.refused");
        }
        for _ in 0..9 {
            assert_eq!(code_of(app.login("clerk", PASSWORD, None, &desk()).await), "login.refused");
        }
        let reasons: Vec<String> = told().await?.into_iter().map(|(_, why, _)| why).collect();
        assert_eq!(reasons.len(), 10);
        assert_eq!((reasons[0].as_str(), reasons[1].as_str()), ("账号锁定中", "密码不对"));
        assert_eq!(app.verify(&system).await?.findings, []);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_code_of_the_authenticator_works_once_and_so_does_a_recovery_code() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (app, clock) = office(&fresh).await?;
        let caller = app.login("clerk", PASSWORD, None, &desk()).await?.caller;
        assert_eq!(code_of(app.offer_totp(&caller, "wrong").await), "validation");
        let offer = app.offer_totp(&caller, PASSWORD).await?;
        assert!(offer.uri.starts_with("otpauth://totp/"));
        assert_eq!(code_of(app.confirm_totp(&caller, &offer.secret, "000000").await), "validation");
        let now = || totp_code(&offer.secret, "clerk", clock.now());
        let recovery = app.confirm_totp(&caller, &offer.secret, &now()?).await?;
        assert_eq!(recovery.len(), 10);
        assert_eq!(code_of(app.login("clerk", PASSWORD, None, &desk()).await), "login.totp_required");
        assert_eq!(code_of(app.login("clerk", PASSWORD, Some(&now()?), &desk()).await), "login.totp_wrong");
        clock.advance_ms(MINUTE_MS);
        let entered = app.login("clerk", PASSWORD, Some(&now()?), &desk()).await?;
        assert_eq!(entered.caller.factor_at, clock.now());
        app.login("clerk", PASSWORD, Some(&recovery[0]), &desk()).await?;
        assert_eq!(
            code_of(app.login("clerk", PASSWORD, Some(&recovery[0]), &desk()).await),
            "login.totp_wrong"
        );
        app.remove_totp(&entered.caller, PASSWORD).await?;
        app.login("clerk", PASSWORD, None, &desk()).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_session_ends_when_idle_when_old_and_when_the_password_changes() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (app, clock) = office(&fresh).await?;
        let at_desk = app.login("clerk", PASSWORD, None, &desk()).await?.reference;
        let in_field = app.login("clerk", PASSWORD, None, &phone()).await?.reference;
        clock.advance_ms(29 * MINUTE_MS);
        app.authenticate(&at_desk).await?;
        clock.advance_ms(29 * MINUTE_MS);
        app.authenticate(&at_desk).await?;
        clock.advance_ms(31 * MINUTE_MS);
        assert_eq!(code_of(app.authenticate(&at_desk).await), "session.expired");
        clock.advance_ms(10 * 60 * MINUTE_MS);
        app.authenticate(&in_field).await?;
        clock.advance_ms(60 * MINUTE_MS);
        assert_eq!(code_of(app.authenticate(&in_field).await), "session.expired", "no key, no week");
        let in_field = app.login("clerk", PASSWORD, None, &phone()).await?.reference;
        let caller = app.authenticate(&in_field).await?;
        let other = app.login("clerk", PASSWORD, None, &desk()).await?.reference;
        assert_eq!(
            code_of(app.change_password(&caller, "wrong", "another long password").await),
            "validation"
        );
        assert_eq!(code_of(app.change_password(&caller, PASSWORD, "clerk-clerk-clerk").await), "validation");
        assert_eq!(code_of(app.change_password(&caller, PASSWORD, "short").await), "validation");
        app.change_password(&caller, PASSWORD, "another long sentence").await?;
        assert_eq!(code_of(app.authenticate(&other).await), "session.expired");
        assert!(!app.authenticate(&in_field).await?.must_change);
        clock.advance_days(1);
        assert_eq!(code_of(app.authenticate(&in_field).await), "session.expired");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_an_unattended_page_asks_for_keeps_no_session_alive() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (app, clock) = office(&fresh).await?;
        let at_desk = app.login("clerk", PASSWORD, None, &desk()).await?.reference;
        // A page left open asks every minute; it is answered as long as the session lasts, and no longer.
        for _ in 0..29 {
            clock.advance_ms(MINUTE_MS);
            app.authenticate_unattended(&at_desk).await?;
        }
        app.authenticate(&at_desk).await?;
        for _ in 0..30 {
            clock.advance_ms(MINUTE_MS);
            app.authenticate_unattended(&at_desk).await?;
        }
        clock.advance_ms(MINUTE_MS);
        assert_eq!(code_of(app.authenticate_unattended(&at_desk).await), "session.expired");
        assert_eq!(code_of(app.authenticate(&at_desk).await), "session.expired");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn who_shows_again_that_it_is_he_goes_on_under_another_reference() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (app, clock) = office(&fresh).await?;
        let first = app.login("clerk", PASSWORD, None, &desk()).await?;
        clock.advance_ms(20 * MINUTE_MS);
        let caller = app.authenticate(&first.reference).await?;
        assert_eq!(code_of(app.step_up(&caller, Some("wrong"), None).await), "validation");
        app.authenticate(&first.reference).await?;
        let (reference, lasts_s) = app.step_up(&caller, Some(PASSWORD), None).await?;
        assert_ne!(reference, first.reference);
        assert_eq!(lasts_s, first.lasts_s - 20 * 60, "no longer than it would have lasted");
        assert_eq!(code_of(app.authenticate(&first.reference).await), "session.expired");
        let caller = app.authenticate(&reference).await?;
        assert_eq!(caller.factor_at, clock.now());
        assert_eq!(app.my_sessions(&caller).await?.len(), 1, "the same session, not one more");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_sixth_session_ends_the_first_and_a_disabled_account_ends_all() -> anyhow::Result<()> {
    both_databases(|fresh| async move {
        let (app, clock) = office(&fresh).await?;
        let mut references = Vec::new();
        for _ in 0..6 {
            clock.advance_ms(1_000);
            references.push(app.login("clerk", PASSWORD, None, &phone()).await?.reference);
        }
        let told = app.authenticate(&references[0]).await;
        let why = told.as_ref().err().map(ToString::to_string).unwrap_or_default();
        assert!(why.contains("同时登录超过 5 处"), "{why}");
        assert_eq!(code_of(told), "session.expired");
        let caller = app.authenticate(&references[5]).await?;
        clock.advance_ms(1_000);
        app.end_other_sessions(&caller).await?;
        assert_eq!(app.my_sessions(&caller).await?.len(), 1);
        let sent_out =
            app.authenticate(&references[4]).await.err().map(|e| e.to_string()).unwrap_or_default();
        assert!(sent_out.contains("登录已过期"), "somebody ended it: {sent_out}");
        app.set_account_active(&Caller::system(), "clerk", false).await?;
        assert_eq!(code_of(app.authenticate(&references[5]).await), "session.expired");
        assert_eq!(code_of(app.login("clerk", PASSWORD, None, &desk()).await), "login.refused");
        app.set_account_active(&Caller::system(), "clerk", true).await?;
        app.reset_password(&Caller::system(), "clerk", "a new first password").await?;
        assert!(app.login("clerk", "a new first password", None, &desk()).await?.caller.must_change);
        assert_eq!(app.accounts(&Caller::system()).await?.len(), 1);
        let taken = app.add_account(&Caller::system(), "CLERK", "p", PASSWORD, false).await;
        assert_eq!(code_of(taken), "account.login_taken");
        let odd = app.add_account(&Caller::system(), "a b", "p", PASSWORD, false).await;
        assert_eq!(code_of(odd), "validation");
        Ok(())
    })
    .await
}
