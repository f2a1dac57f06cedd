//! How often somebody without a login may ask: counted by address and by code, within this process. What does not belong
//! here: locks of accounts (`app::account`).

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;

use app::Error;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use domain::time::Timestamp;

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
    fn an_address_of_the_newer_kind_counts_by_its_network() {
        let of = |text: &str| prefix(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7", "as it comes to a port open for both kinds");
    }
}
