//! What gateways tell later of what they took: reached the telephone, was answered, failed. Signed with the secret we sign
//! our letters to that gateway with. What does not belong here: what follows from it (`domain::message`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use domain::message::{Channel, Outcome, Told};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use utoipa::ToSchema;

use crate::{App, Caller, Error, Result};

/// How far the signed time may be from ours. Units: milliseconds.
const WINDOW_MS: i64 = 300_000;
/// Receipts in one call at most.
const MOST: usize = 200;
/// The longest reason that is kept. Units: characters.
const MOST_REASON: usize = 200;

/// What became of one message.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ReceiptInput {
    /// `{key}` as it was sent with the message; or the receipt.
    pub key: String,
    /// What the gateway answered when it took the message.
    pub receipt: String,
    /// `delivered`, `answered` or `failed`.
    pub state: String,
    /// Why it failed.
    pub reason: String,
}

/// What became of several.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ReceiptsInput {
    pub receipts: Vec<ReceiptInput>,
}

/// How many of them were of messages of this town that went over that channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptsTaken {
    pub taken: usize,
    /// Of no message; told again, they will be of none.
    pub unknown: usize,
}

fn unsigned() -> Error {
    let message = "签名不对或时间相差超过 5 分钟，请核对通道文件中的 secret 和时钟".to_owned();
    Error::Unauthenticated { code: "message.signature", message }
}

/// Whether a gateway that knows the secret signed this: HMAC-SHA256 of time, a dot and the body, hexadecimal.
fn is_right(secret: &str, time: &str, signature: &str, body: &[u8]) -> bool {
    let Some(given) = protocol::unhex(signature) else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
    mac.update(&[time.as_bytes(), b".", body].concat());
    mac.verify_slice(&given).is_ok()
}

impl App {
    /// Takes what a gateway tells of messages: `time` in milliseconds since 1970, as it was signed. What failed is sent over
    /// the next channel at once.
    ///
    /// Errors: no secret for this channel, a wrong signature, one over a time long past; words nobody knows.
    // tidy(caller): a gateway has no login; what vouches for it is the signature.
    pub async fn take_receipts(
        &self,
        channel: Channel,
        (time, signature): (&str, &str),
        body: &[u8],
    ) -> Result<ReceiptsTaken> {
        let (now, caller) = (self.now(), Caller::system());
        let secret = self.courier.receipt_secret(channel).ok_or_else(unsigned)?;
        let is_fresh = time.parse::<i64>().is_ok_and(|at| (now.0 - at).abs() <= WINDOW_MS);
        if !is_fresh || !is_right(&secret, time, signature, body) {
            return Err(unsigned());
        }
        let asked: ReceiptsInput = serde_json::from_slice(body).map_err(|_| {
            Error::field("receipts", "message.receipt_body", "回执内容读不出来，请按手册中的格式推送")
        })?;
        if asked.receipts.len() > MOST {
            return Err(Error::field("receipts", "message.receipt_many", "一次最多推送 200 条回执，请分次"));
        }
        let mut tx = self.write(&caller).await?;
        let (mut last, mut unknown) = (None, 0);
        let total = asked.receipts.len();
        for one in asked.receipts {
            let outcome = Outcome::from_code(one.state.trim());
            let outcome = outcome.ok_or_else(|| {
                Error::field("state", "query.unknown_word", "没有这一项，请写 delivered、answered 或 failed")
            })?;
            let found = match (one.key.trim(), one.receipt.trim()) {
                ("", "") => None,
                ("", receipt) => tx.message_with_receipt(channel, receipt).await?,
                (key, _) => tx.message_with_key(key).await?,
            };
            let reason = one.reason.trim().chars().take(MOST_REASON).collect();
            let after = found.and_then(|mut record| {
                record.message =
                    record.message.clone().told(channel, Told { outcome, at: now, reason }).ok()?;
                Some(record)
            });
            let Some(mut record) = after else {
                unknown += 1;
                continue;
            };
            // Whatever it says: what is to be done next is looked at now.
            record.next_at = Some(now);
            tx.update_message(&record).await?;
            last = Some(record.message.id);
        }
        let taken = ReceiptsTaken { taken: total - unknown, unknown };
        let Some(last) = last else { return Ok(taken) };
        let audit = caller.audit("message.receipt", "message", last.as_str(), now);
        Ok(tx.commit(audit, taken).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_as_good_as_its_signature() {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"key").expect("any key");
        mac.update(b"1.{}");
        let right = protocol::hex(&mac.finalize().into_bytes());
        assert!(is_right("key", "1", &right, b"{}"));
        assert!(!is_right("key", "2", &right, b"{}"));
        assert!(!is_right("key", "1", &right, b"{ }"));
        assert!(!is_right("other", "1", &right, b"{}"));
        assert!(!is_right("key", "1", "no digits", b"{}"));
    }
}
