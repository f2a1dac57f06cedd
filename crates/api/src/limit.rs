//! How often somebody may ask, counted by address, code or account, and how many streams may be open, all within this process;
//! how deep a body may be nested. What does not belong here: locks of accounts (`app::account`), limits that are counted from
//! the record (`app::export`).

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use app::Error;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::time::Timestamp;

use crate::problem::Refusal;
use crate::router::MAX_JSON;

/// Keys remembered before old ones are thrown out.
const MAX_KEYS: usize = 50_000;

/// Counts per key and window.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    windows: Mutex<HashMap<String, Window>>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    begun: Timestamp,
    length_ms: i64,
    n: u32,
}

impl Window {
    fn is_over(&self, now: Timestamp) -> bool {
        now < self.begun || now.0 - self.begun.0 >= self.length_ms
    }
}

impl Limiter {
    /// Counts one more and says how many there were in this window.
    fn count(&self, key: &str, length_ms: i64, now: Timestamp) -> Window {
        let mut windows = match self.windows.lock() {
            Ok(windows) => windows,
            Err(poisoned) => poisoned.into_inner(),
        };
        if windows.len() >= MAX_KEYS {
            windows.retain(|_, window| !window.is_over(now));
        }
        let fresh = Window { begun: now, length_ms, n: 0 };
        let window = windows.entry(key.to_owned()).or_insert(fresh);
        if window.is_over(now) {
            *window = fresh;
        }
        window.n = window.n.saturating_add(1);
        *window
    }

    /// Lets one more through, unless there were `most` in this window.
    pub fn pass(&self, key: &str, most: u32, length_ms: i64, now: Timestamp) -> Result<(), Error> {
        let window = self.count(key, length_ms, now);
        if window.n <= most { Ok(()) } else { Err(too_many(window, now)) }
    }

    /// Takes one back that turned out not to count.
    pub fn give_back(&self, key: &str) {
        let mut windows = match self.windows.lock() {
            Ok(windows) => windows,
            Err(poisoned) => poisoned.into_inner(),
        };
        if let Some(window) = windows.get_mut(key) {
            window.n = window.n.saturating_sub(1);
        }
    }

    /// Whether there were `most` in this window already; counts nothing.
    pub fn check(&self, key: &str, most: u32, now: Timestamp) -> Result<(), Error> {
        let windows = match self.windows.lock() {
            Ok(windows) => windows,
            Err(poisoned) => poisoned.into_inner(),
        };
        match windows.get(key) {
            Some(window) if !window.is_over(now) && window.n >= most => Err(too_many(*window, now)),
            _ => Ok(()),
        }
    }

    /// Whether this is the first of its window.
    pub fn is_first(&self, key: &str, length_ms: i64, now: Timestamp) -> bool {
        self.count(key, length_ms, now).n == 1
    }
}

/// Seats for what lasts, as streams do: so many for each, so many in all.
#[derive(Debug)]
pub(crate) struct Seats {
    taken: Mutex<HashMap<String, usize>>,
    most_each: usize,
    most: usize,
}

impl Seats {
    /// All of them free.
    pub fn new(most_each: usize, most: usize) -> Self {
        Self { taken: Mutex::default(), most_each, most }
    }

    /// Takes a seat, which is free again when what is given is dropped.
    pub fn take(self: &Arc<Self>, key: &str) -> Result<Seat, Error> {
        let mut taken = match self.taken.lock() {
            Ok(taken) => taken,
            Err(poisoned) => poisoned.into_inner(),
        };
        let full = taken.values().sum::<usize>() >= self.most;
        let n = taken.get(key).copied().unwrap_or_default();
        if full || n >= self.most_each {
            return Err(Error::TooMany {
                code: "limit.too_many_streams",
                message: "同时打开的页面过多，本页改为定时刷新；请关闭不用的页面".to_owned(),
                after_s: 60,
            });
        }
        taken.insert(key.to_owned(), n + 1);
        Ok(Seat { seats: self.clone(), key: key.to_owned() })
    }
}

/// A seat that is taken.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Arc<Seats>,
    key: String,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = match self.seats.taken.lock() {
            Ok(taken) => taken,
            Err(poisoned) => poisoned.into_inner(),
        };
        if let Some(n) = taken.get_mut(&self.key) {
            *n -= 1;
            if *n == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

/// The deepest a JSON body may be nested.
const MAX_DEPTH: usize = 32;

/// Refuses JSON nested deeper than any form here is.
pub(crate) async fn shallow(request: Request, next: Next) -> Response {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if request.method().is_safe() || !kind.is_some_and(|kind| kind.contains("json")) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_JSON).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "length limit exceeded").into_response();
    };
    if is_deeper(&body, MAX_DEPTH) {
        let message = format!("提交的内容嵌套超过 {MAX_DEPTH} 层，请检查后再提交");
        return Refusal(Error::Refused { code: "body.too_deep", message }).into_response();
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// Whether brackets are nested deeper than this, those in texts not counted.
fn is_deeper(json: &[u8], most: usize) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in json {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'{' | b'[') => {
                depth += 1;
                if depth > most {
                    return true;
                }
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

fn too_many(window: Window, now: Timestamp) -> Error {
    Error::TooMany {
        code: "limit.too_many",
        message: "访问过于频繁，请稍后再试".to_owned(),
        after_s: (window.begun.0 + window.length_ms - now.0) / 1000 + 1,
    }
}

/// Where a request comes from; a proxy on this machine is believed about whom it speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct From(pub String);

impl<S: Send + Sync> FromRequestParts<S> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let forwarded = parts
            .headers
            .get("x-forwarded-for")
            .and_then(|value| value.to_str().ok())
            .and_then(|list| list.rsplit(',').next())
            .and_then(|last| last.trim().parse::<IpAddr>().ok());
        let from = match (peer, forwarded) {
            (Some(peer), Some(forwarded)) if peer.to_canonical().is_loopback() => Some(forwarded),
            (peer, _) => peer,
        };
        Ok(Self(from.map_or_else(String::new, prefix)))
    }
}

/// An address, or the network that one customer of IPv6 has.
fn prefix(address: IpAddr) -> String {
    // A port open for both kinds tells an older address as one of the newer kind, all of them in one network.
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_pass_and_then_none_until_the_window_is_over() {
        let limiter = Limiter::default();
        let at = Timestamp(1_000);
        for _ in 0..3 {
            assert!(limiter.pass("a", 3, 1_000, at).is_ok());
        }
        assert!(matches!(limiter.pass("a", 3, 1_000, at), Err(Error::TooMany { after_s: 2, .. })));
        assert!(limiter.pass("b", 3, 1_000, at).is_ok(), "another key");
        assert!(limiter.check("a", 3, at).is_err());
        limiter.give_back("a");
        limiter.give_back("a");
        assert!(limiter.pass("a", 3, 1_000, at).is_ok() && limiter.pass("a", 3, 1_000, at).is_err());
        assert!(limiter.pass("a", 3, 1_000, at.plus_ms(1_000)).is_ok());
        assert!(limiter.check("a", 3, at.plus_ms(1_000)).is_ok());
        assert!(limiter.is_first("c", 1_000, at) && !limiter.is_first("c", 1_000, at));
    }

    #[test]
    fn a_seat_is_free_again_when_whoever_had_it_left() {
        let seats = Arc::new(Seats::new(2, 3));
        let first = seats.take("a").expect("free");
        let second = seats.take("a").expect("free");
        let code = |tried: Result<Seat, Error>| tried.expect_err("none left").code();
        assert_eq!(code(seats.take("a")), "limit.too_many_streams");
        let other = seats.take("b").expect("another's");
        assert_eq!(code(seats.take("c")), "limit.too_many_streams", "no more in all");
        drop(first);
        assert!(seats.take("c").is_ok(), "given back at once, for it was dropped");
        let third = seats.take("a").expect("free again");
        drop((second, third, other));
        assert!(seats.taken.lock().expect("nobody fell").is_empty(), "nothing is remembered of who left");
    }

    #[test]
    fn brackets_count_where_they_nest_and_not_where_they_are_written() {
        let nested = |n: usize| [vec![b'['; n], vec![b']'; n]].concat();
        assert!(!is_deeper(&nested(32), 32));
        assert!(is_deeper(&nested(33), 32));
        assert!(!is_deeper(br#"{"a":"[[[\"[[","b":[1]}"#, 2));
        assert!(!is_deeper(b"[][][][]", 1));
    }

    #[test]
    fn an_address_of_the_newer_kind_counts_by_its_network() {
        let of = |text: &str| prefix(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7", "as it comes to a port open for both kinds");
    }
}
