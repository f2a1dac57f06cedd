//! From a cookie to a [`Caller`]. Only the hash of the reference is known to the server; a write that comes with the
//! cookie must also carry a header that no other site can make a browser send.

use app::session::Shown;
use app::{Caller, Error};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};

use crate::problem::Refusal;
use crate::router::Doors;

/// Name of the cookie over HTTPS; browsers then insist on Secure, no domain and the root path.
const SECURE_COOKIE: &str = "__Host-fengsui";
/// Name over plain HTTP on the own machine.
const LOCAL_COOKIE: &str = "fengsui";

/// What stands behind either name in that of the cookie that says the phone's key was shown lately.
const PROOF: &str = "-proof";

/// What a page says in `X-Fengsui` when it asks something while nobody touches it: that keeps no session alive.
const UNATTENDED: &str = "background";

/// Name of the header in which a page says who it believes is signed in, by the person's id. Programs send none.
const PERSON: &str = "x-fengsui-person";

/// The caller of a request, or a refusal. An account whose password must be changed, or that must set up a second factor,
/// gets no further than that.
pub(crate) struct Known(pub Caller);

/// The caller, also when a second factor must be set up first.
pub(crate) struct Enrolling(pub Caller);

/// The caller, also when the password must be changed first.
pub(crate) struct Entering(pub Caller);

/// The reference alone, for who is about to show the key it is bound to.
pub(crate) struct Referred(pub String);

impl FromRequestParts<Doors> for Referred {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Refusal> {
        let reference = kept(&parts.headers, name(doors)).ok_or_else(|| Error::Unauthenticated {
            code: "session.missing",
            message: "请先登录".to_owned(),
        })?;
        if !parts.method.is_safe() && !parts.headers.contains_key("x-fengsui") {
            return Err(Refusal(Error::Forbidden {
                code: "csrf.header_missing",
                message: "请从本系统页面操作（缺少 X-Fengsui 请求头）".to_owned(),
            }));
        }
        Ok(Self(reference))
    }
}

impl FromRequestParts<Doors> for Entering {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Refusal> {
        let Referred(reference) = Referred::from_request_parts(parts, doors).await?;
        let proof = kept(&parts.headers, &format!("{}{PROOF}", name(doors)));
        // What nobody can read is nobody's id.
        let person = parts.headers.get(PERSON).map(|value| value.to_str().unwrap_or_default());
        let shown = Shown { reference: &reference, proof: proof.as_deref(), person };
        // A stream stays open by itself, and comes again by itself.
        let is_use = parts.headers.get("x-fengsui").is_none_or(|value| value != UNATTENDED)
            && !parts.uri.path().ends_with("/events");
        let mut caller = match is_use || !parts.method.is_safe() {
            true => doors.app.authenticate(shown).await?,
            false => doors.app.authenticate_unattended(shown).await?,
        };
        caller.operation = parts.extensions.get().cloned();
        if let Some(operation) = &mut caller.operation {
            operation.account = caller.account.to_string();
        }
        Ok(Self(caller))
    }
}

impl FromRequestParts<Doors> for Known {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Refusal> {
        let Enrolling(caller) = Enrolling::from_request_parts(parts, doors).await?;
        if caller.must_enrol {
            return Err(Refusal(Error::Forbidden {
                code: "totp.must_enrol",
                message: "镇里要求您的岗位启用动态验证码，请先到“我的账号”启用，再使用其他功能".to_owned(),
            }));
        }
        Ok(Self(caller))
    }
}

impl FromRequestParts<Doors> for Enrolling {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Refusal> {
        let Entering(caller) = Entering::from_request_parts(parts, doors).await?;
        if caller.must_change {
            return Err(Refusal(Error::Forbidden {
                code: "password.must_change",
                message: "请先修改初始密码，再使用其他功能".to_owned(),
            }));
        }
        Ok(Self(caller))
    }
}

/// The caller of a request that only reads the map: by cookie like everybody, or by HTTP Basic with an access code, for
/// programs that have no cookies.
pub(crate) struct Reading(pub Caller);

impl FromRequestParts<Doors> for Reading {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Refusal> {
        let basic = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        match basic.and_then(|value| value.strip_prefix("Basic ")) {
            Some(credentials) => Ok(Self(doors.app.authenticate_map(credentials, false).await?)),
            None => Ok(Self(Known::from_request_parts(parts, doors).await?.0)),
        }
    }
}

/// The caller of a request that changes what is on the map: by cookie like everybody, or by HTTP Basic with an access code
/// that was given for it. A page of another site can make a browser send neither: no browser is asked for Basic here before it
/// sent some by itself, and what is sent is no form.
pub(crate) struct Mapping(pub Caller);

impl FromRequestParts<Doors> for Mapping {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Refusal> {
        let basic = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        match basic.and_then(|value| value.strip_prefix("Basic ")) {
            Some(credentials) => Ok(Self(doors.app.authenticate_map(credentials, true).await?)),
            None => Ok(Self(Known::from_request_parts(parts, doors).await?.0)),
        }
    }
}

fn name(doors: &Doors) -> &'static str {
    if doors.secure { SECURE_COOKIE } else { LOCAL_COOKIE }
}

/// What the browser keeps in a cookie.
fn kept(headers: &HeaderMap, wanted: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value.to_owned())
}

/// The cookie that keeps a reference for so many seconds; 0 takes it away.
pub(crate) fn cookie(doors: &Doors, reference: &str, lasts_s: i64) -> Option<HeaderValue> {
    keep(doors, name(doors), reference, lasts_s)
}

/// The cookie that keeps beside it, for so many seconds, that the phone's key was shown; 0 takes it away.
pub(crate) fn proof_cookie(doors: &Doors, proof: &str, lasts_s: i64) -> Option<HeaderValue> {
    keep(doors, &format!("{}{PROOF}", name(doors)), proof, lasts_s)
}

fn keep(doors: &Doors, name: &str, text: &str, lasts_s: i64) -> Option<HeaderValue> {
    let secure = if doors.secure { "; Secure" } else { "" };
    HeaderValue::from_str(&format!(
        "{name}={text}; Path=/; HttpOnly; SameSite=Lax; Max-Age={lasts_s}{secure}"
    ))
    .ok()
}
