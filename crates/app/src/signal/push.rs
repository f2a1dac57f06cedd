//! Messages pushed over HTTP by platforms: whose signature they carry, whether they are fresh, whether they came before.
//! What does not belong here: what they say ([`super::digest`]).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::device::{DeviceKind, Provider};
use hmac::{Hmac, KeyInit as _, Mac as _};
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
        signed: Option<Signed>,
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
            beat_of: None,
            problem,
        };
        let Some(signed) = signed else {
            // A platform that repeats itself sends the very same bytes; a device that says the same again much later
            // does so, too.
            let about = (now.0 / SAME_MS).to_string();
            let mark = mark_of(&[word, "open", peer, &about], &body);
            return self.receive(&caller, vec![message(String::new(), mark, None)]).await;
        };
        let refused = match self.vouches(&signed, &body, now.0 / 1000).await? {
            Ok(key) => {
                let mark = format!("{word}:{key}:{}", signed.nonce);
                return self.receive(&caller, vec![message(key, mark, None)]).await;
            }
            Err(refused) => refused,
        };
        let mark = mark_of(&[word, "refused", peer, &(now.0 / SAME_MS).to_string()], &body);
        self.receive(&caller, vec![message(String::new(), mark, Some("signal.signature"))]).await?;
        Err(refused)
    }

    async fn vouches(
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
        let mut read = self.db.read(&self.town).await?;
        let known = read.device_with_code(&signed.key).await?.filter(|one| one.device.is_used());
        let secret = match &known {
            Some(record) => read.device_secret(&record.device.id).await?,
            None => None,
        };
        match (known, secret) {
            (Some(record), Some(secret)) if is_right(&secret, signed, body) => {
                let speaks = if record.device.kind == DeviceKind::Platform { "platform" } else { "signed" };
                Ok(Ok(format!("{speaks}:{}", record.device.code)))
            }
            _ => wrong("signal.signature", "签名不对，请核对接入标识和密钥"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
