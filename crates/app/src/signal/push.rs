//! Messages pushed over HTTP by platforms: whose signature they carry, whether they are fresh, whether they came before.
//! What does not belong here: what they say ([`super::digest`]).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::device::{DeviceKind, Provider};
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::{Incoming, Received, mark_of};
use crate::{App, Caller, Error, Result};

/// How far the signed time may be from ours. Units: seconds.
const WINDOW_S: i64 = 300;
/// The longest nonce taken.
const MOST_NONCE: usize = 128;
/// Pushes whose words name no time of their own are copies of one another within this time. Units: milliseconds.
const SAME_MS: i64 = 5 * 60 * 1000;

/// What came with a push to vouch for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signed {
    /// Number of the platform or device that signs.
    pub key: String,
    /// When it was signed. Units: seconds since 1970.
    pub time: String,
    /// Used once.
    pub nonce: String,
    /// Base64 or hexadecimal HMAC-SHA256 over time, nonce and body, line feeds between them.
    pub signature: String,
}

/// What vouches for a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Voucher {
    /// Nothing: anybody may have sent it.
    Nothing,
    /// A signature of ours, over time, nonce and body.
    Signed(Signed),
    /// OneNET, configured with this platform's secret as its token: it signs each message.
    Onenet {
        /// Number of the platform.
        key: String,
    },
    /// CTWing, which signs nothing: the address it pushes to holds a word nobody else knows.
    Ticket {
        /// Number of the platform.
        key: String,
        /// The word.
        ticket: String,
    },
}

/// What OneNET signs with its token: MD5 over token, nonce and message, in Base64. Source: its developers' manual for HTTP
/// push, for the check of the address (`signature`) and for every message (`msg_signature`).
pub fn onenet_signature(token: &str, nonce: &str, msg: &str) -> String {
    let mut hash = Md5::new();
    for part in [token, nonce, msg] {
        hash.update(part.as_bytes());
    }
    STANDARD.encode(hash.finalize())
}

/// The word in the address of a platform that signs nothing; it tells nothing of the secret it is made from.
pub fn ticket(secret: &str, provider: Provider) -> String {
    let word = sign(secret, "address", provider.code(), b"");
    word.get(..40).unwrap_or_default().to_owned()
}

/// Whether two texts are the same, in a time that does not tell where they differ.
fn is_same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |off, (a, b)| off | (a ^ b)) == 0
}

/// What is signed.
pub fn signed_bytes(time: &str, nonce: &str, body: &[u8]) -> Vec<u8> {
    [time.as_bytes(), b"\n", nonce.as_bytes(), b"\n", body].concat()
}

/// The signature over it, hexadecimal.
pub fn sign(secret: &str, time: &str, nonce: &str, body: &[u8]) -> String {
    Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map(|mut mac| {
            mac.update(&signed_bytes(time, nonce, body));
            protocol::hex(&mac.finalize().into_bytes())
        })
        .unwrap_or_default()
}

fn is_right(secret: &str, signed: &Signed, body: &[u8]) -> bool {
    let given = protocol::unhex(&signed.signature).or_else(|| STANDARD.decode(&signed.signature).ok());
    let (Some(given), Ok(mut mac)) = (given, Hmac::<Sha256>::new_from_slice(secret.as_bytes())) else {
        return false;
    };
    mac.update(&signed_bytes(&signed.time, &signed.nonce, body));
    mac.verify_slice(&given).is_ok()
}

impl App {
    /// Keeps a message that was pushed. Without a signature it is kept as one that nobody vouches for; a wrong one, or one
    /// over a time long past, is refused and counted. The same nonce again is a copy.
    ///
    /// Errors: the signature is not right.
    // tidy(caller): a platform has no login; what vouches for it is the signature.
    pub async fn push_signal(
        &self,
        provider: Provider,
        peer: &str,
        voucher: Voucher,
        body: Vec<u8>,
    ) -> Result<Received> {
        let caller = Caller::system();
        let now = self.now();
        let word = provider.code();
        let message = |proof: String, mark: String, problem| Incoming {
            provider,
            dialect: None,
            peer: peer.to_owned(),
            proof,
            mark,
            bytes: body.clone(),
            before: None,
            beat_of: None,
            problem,
        };
        // A platform that repeats itself sends the very same bytes; a device that says the same again much later does so,
        // too.
        let about = (now.0 / SAME_MS).to_string();
        let mut before = None;
        let vouched = match &voucher {
            Voucher::Nothing => {
                let mark = mark_of(&[word, "open", peer, &about], &body);
                return self.receive(&caller, vec![message(String::new(), mark, None)]).await;
            }
            Voucher::Signed(signed) => {
                let vouched = self.vouches(signed, &body, now.0 / 1000).await?;
                // A gateway that repeats itself signs anew: what names its own number is known by that, for as long as a platform
                // repeats itself. A device that counts from the beginning again is heard.
                vouched.map(|proof| match protocol::push::numbered(&body) {
                    Some(own) => {
                        let mark = |at: &str| mark_of(&[word, &proof, &own, at], &body);
                        before = Some(mark(&(now.0 / SAME_MS - 1).to_string()));
                        (mark(&about), proof)
                    }
                    None => (format!("{word}:{proof}:{}", signed.nonce), proof),
                })
            }
            Voucher::Onenet { key } => match protocol::push::onenet_signed(&body) {
                Some((msg, nonce, signature)) => {
                    let right = |secret: &str| is_same(&onenet_signature(secret, &nonce, &msg), &signature);
                    let vouched = self.platform(key, right).await?;
                    vouched.map(|proof| (mark_of(&[word, &proof, &nonce], msg.as_bytes()), proof))
                }
                None => Err(unsigned()),
            },
            Voucher::Ticket { key, ticket: given } => {
                let vouched = self.platform(key, |secret| is_same(&ticket(secret, provider), given)).await?;
                vouched.map(|proof| (mark_of(&[word, &proof, &about], &body), proof))
            }
        };
        let refused = match vouched {
            Ok((mark, proof)) => {
                let one = Incoming { before, ..message(proof, mark, None) };
                return self.receive(&caller, vec![one]).await;
            }
            Err(refused) => refused,
        };
        let mark = mark_of(&[word, "refused", peer, &(now.0 / SAME_MS).to_string()], &body);
        self.receive(&caller, vec![message(String::new(), mark, Some("signal.signature"))]).await?;
        Err(refused)
    }

    pub(super) async fn vouches(
        &self,
        signed: &Signed,
        body: &[u8],
        now_s: i64,
    ) -> Result<std::result::Result<String, Error>> {
        let wrong =
            |code, message: &str| Ok(Err(Error::Unauthenticated { code, message: message.to_owned() }));
        let is_nonce = !signed.nonce.is_empty() && signed.nonce.len() <= MOST_NONCE;
        let at = signed.time.parse::<i64>().ok().filter(|at| (now_s - at).abs() <= WINDOW_S);
        if at.is_none() || !is_nonce {
            return wrong("signal.stale", "签名时间与本机相差超过 5 分钟或没有随机串，请校准时钟后重新签名");
        }
        self.platform(&signed.key, |secret| is_right(secret, signed, body)).await
    }

    /// Who signs under this number, as a proof says it, if he knew the secret.
    // Part of taking a push in: a platform has no login.
    async fn platform(
        &self,
        key: &str,
        is_right: impl Fn(&str) -> bool,
    ) -> Result<std::result::Result<String, Error>> {
        let mut read = self.db.read(&self.town).await?;
        let known = read.device_with_code(key).await?.filter(|one| one.device.is_used());
        let secret = match &known {
            Some(record) => read.device_secret(&record.device.id).await?,
            None => None,
        };
        Ok(match (known, secret) {
            (Some(record), Some(secret)) if is_right(&secret) => {
                let speaks = if record.device.kind == DeviceKind::Platform { "platform" } else { "signed" };
                Ok(format!("{speaks}:{}", record.device.code))
            }
            _ => Err(unsigned()),
        })
    }

    /// Whether it is OneNET that checks the address it will push to.
    ///
    /// Errors: the signature is not right.
    // tidy(caller): a platform has no login; what vouches for it is the signature.
    pub async fn greet_onenet(&self, key: &str, nonce: &str, msg: &str, signature: &str) -> Result<()> {
        // In an address a plus may have become a blank.
        let given = signature.replace(' ', "+");
        self.platform(key, |secret| is_same(&onenet_signature(secret, nonce, msg), &given)).await?.map(drop)
    }
}

pub(super) fn unsigned() -> Error {
    Error::Unauthenticated {
        code: "signal.signature", message: "签名不对，请核对接入标识和密钥".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_onenet_signs_is_token_nonce_and_message() {
        // MD5 of "abc" is known everywhere: 900150983cd24fb0d6963f7d28e17f72.
        let wanted = STANDARD.encode(protocol::unhex("900150983cd24fb0d6963f7d28e17f72").expect("digits"));
        assert_eq!(onenet_signature("a", "b", "c"), wanted);
        assert_eq!(onenet_signature("abc", "", ""), wanted);
        assert_ne!(onenet_signature("a", "b", "d"), wanted);
        let own = ticket("hush", Provider::Ctwing);
        assert_eq!(own.len(), 40);
        assert_ne!(own, ticket("tell", Provider::Ctwing));
        assert_ne!(own, ticket("hush", Provider::Onenet));
        assert!(is_same("a", "a") && !is_same("a", "b") && !is_same("a", "aa"));
    }

    #[test]
    fn a_signature_covers_time_nonce_and_every_byte() {
        let signature = sign("hush", "1", "n", b"{}");
        let signed = |time: &str, nonce: &str| Signed {
            key: "k".to_owned(),
            time: time.to_owned(),
            nonce: nonce.to_owned(),
            signature: signature.clone(),
        };
        assert!(is_right("hush", &signed("1", "n"), b"{}"));
        assert!(!is_right("hush", &signed("2", "n"), b"{}"));
        assert!(!is_right("hush", &signed("1", "m"), b"{}"));
        assert!(!is_right("hush", &signed("1", "n"), b"{ }"));
        assert!(!is_right("tell", &signed("1", "n"), b"{}"));
        let odd = Signed { signature: "no signature".to_owned(), ..signed("1", "n") };
        assert!(!is_right("hush", &odd, b"{}"));
        let in_base64 = STANDARD.encode(protocol::unhex(&signature).expect("digits"));
        assert!(is_right("hush", &Signed { signature: in_base64, ..signed("1", "n") }, b"{}"));
    }
}
