//! 浏览器推送: a browser in which somebody allowed it takes messages while the page is closed. What a lock screen shows says
//! that there is something and of what urgency, nothing else: whoever finds the phone reads it. What does not belong here:
//! what goes over the wire (`protocol::web_push`), when it is this channel's turn (`message`).

use serde::{Deserialize, Serialize};

use super::{Message, MessageRefusal, Urgency};
use crate::ids::{PersonId, PushSubscriptionId};
use crate::org::words;
use crate::time::Timestamp;

/// The longest address of a browser that is kept. Units: bytes.
const MOST_ADDRESS: usize = 2_000;
/// The longest name of a browser. Units: characters.
const MOST_NAME: usize = 60;

words! {
    /// Why a browser takes nothing for somebody any more.
    Ending {
        Person "person" "本人关闭"
        Gone "gone" "浏览器已撤回许可"
        Replaced "replaced" "这个浏览器改由他人使用"
    }
}

/// A browser that takes messages for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Id.
    pub id: PushSubscriptionId,
    /// For whom.
    pub person: PersonId,
    /// What it calls itself, as shown to its person.
    pub browser: String,
    /// When it was allowed.
    pub since: Timestamp,
    /// When and why it ended.
    pub end: Option<(Timestamp, Ending)>,
}

/// Where a browser is reached and what for it is encrypted with, as it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Address at its push service.
    pub endpoint: String,
    /// Its public key, base64url.
    pub p256dh: String,
    /// Its secret, base64url.
    pub auth: String,
}

impl Address {
    /// Checks what a browser said of itself. Whether its service is one the town sends to is asked elsewhere.
    ///
    /// Errors: no address, or one that is none.
    pub fn checked(self) -> Result<Self, MessageRefusal> {
        let is_address = self.endpoint.starts_with("https://") || self.endpoint.starts_with("http://");
        let is_plain = self.endpoint.bytes().all(|byte| byte.is_ascii_graphic());
        match is_address && is_plain && self.endpoint.len() <= MOST_ADDRESS {
            true => Ok(self),
            false => Err(MessageRefusal::PushAddress),
        }
    }
}

impl Subscription {
    /// With a name that may be shown.
    pub fn named(mut self) -> Self {
        let name: String = self.browser.trim().chars().filter(|c| !c.is_control()).take(MOST_NAME).collect();
        self.browser = if name.is_empty() { "浏览器".to_owned() } else { name };
        self
    }

    /// It takes nothing any more; what ended stays ended.
    pub fn ended(mut self, at: Timestamp, why: Ending) -> Self {
        self.end.get_or_insert((at, why));
        self
    }
}

/// What a lock screen shows of a message.
pub fn shown(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Alarm => "有新的警情，请打开烽燧",
        Urgency::Order => "有新的出动任务，请打开烽燧",
        Urgency::Notice => "有新的通知，请打开烽燧",
    }
}

/// Which page a tap opens: `orders`, `duty` or `home`. Looking at it is the receipt.
pub fn page(message: &Message) -> &'static str {
    match message.about.0.as_str() {
        "dispatch" => "orders",
        "incident" => "duty",
        _ => "home",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_and_what_ended_stays_ended() {
        let address = |endpoint: &str| {
            let (p256dh, auth) = (String::new(), String::new());
            Address { endpoint: endpoint.to_owned(), p256dh, auth }.checked()
        };
        assert!(address("https://push.example/x?y=1").is_ok());
        let long = format!("https://push.example/{}", "x".repeat(MOST_ADDRESS));
        for wrong in
            ["", "ftp://push.example/", "https://push.example/ x", "https://push.example/\r\n", &long]
        {
            assert_eq!(address(wrong), Err(MessageRefusal::PushAddress), "{wrong}");
        }
        let one = Subscription {
            id: "s".into(),
            person: "p".into(),
            browser: " Edge\n ".to_owned(),
            since: Timestamp(1),
            end: None,
        };
        let one = one.named().ended(Timestamp(2), Ending::Gone).ended(Timestamp(3), Ending::Person);
        assert_eq!((one.browser.as_str(), one.end), ("Edge", Some((Timestamp(2), Ending::Gone))));
    }

    #[test]
    fn a_lock_screen_shows_the_urgency_and_nothing_else() {
        for urgency in Urgency::ALL {
            let text = shown(*urgency);
            assert!(text.ends_with("请打开烽燧") && !text.contains(|c: char| c.is_ascii_digit()), "{text}");
        }
    }
}
