//! How a phone shows that it still has the key its session is bound to (decision 0043). The key never leaves the phone; with it
//! the phone signs a challenge of ours and gets a proof that counts for some minutes, so that a reference read off somewhere
//! opens nothing by itself. Nothing of it is kept: challenge and proof are stamped with the town's key. What does not belong
//! here: cookies (`api::auth`).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::time::{MINUTE_MS, Timestamp};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use store::session::Session;

use super::{Device, Door, opened};
use crate::account::refusal::Why;
use crate::{App, Error, Result};

/// So long a proof counts (P).
const PROOF_MS: i64 = 10 * MINUTE_MS;
/// So long a challenge may be answered (P).
const CHALLENGE_MS: i64 = 5 * MINUTE_MS;
/// Bytes of an uncompressed point of P-256, and how it begins. Source: SEC 1, 2.3.3.
const POINT: (usize, u8) = (65, 4);

/// What a stamp is for: neither passes for the other.
const CHALLENGE: &str = "session.challenge";
const PROOF: &str = "session.proof";

/// That the phone's key was shown, for the browser to keep.
#[derive(Debug, Clone)]
pub struct Proof {
    /// Goes with the session's reference.
    pub text: String,
    /// For so many seconds.
    pub lasts_s: i64,
}

impl Device {
    /// That a key, where there is one, can be one.
    pub(crate) fn is_well_formed(&self) -> Result<()> {
        let is_point = |bytes: Vec<u8>| (bytes.len(), bytes.first().copied()) == (POINT.0, Some(POINT.1));
        if self.key.is_empty() || URL_SAFE_NO_PAD.decode(&self.key).is_ok_and(is_point) {
            return Ok(());
        }
        Err(Error::field("key", "session.key", "手机密钥的格式不对，请刷新页面后再登录"))
    }
}

impl App {
    /// What the phone is to sign, for the session of this reference. Opens nothing by itself.
    // tidy(caller): who asks is just what is to be shown.
    pub async fn challenge(&self, reference: &str) -> Result<String> {
        let now = self.now();
        let (session, _) =
            opened(&mut self.db.read(&self.town).await?, reference, Door::Browser, now).await?;
        self.stamped(CHALLENGE, &session.id, now).await
    }

    /// Takes a challenge with the phone's signature over it: ECDSA P-256 with SHA-256, r and s of 32 bytes each, base64url.
    ///
    /// Errors: the session is bound to no key, the challenge is too old, or the signature is another key's.
    // tidy(caller): who asks is just what is to be shown.
    pub async fn prove(
        &self,
        reference: &str,
        challenge: &str,
        signature: &str,
        address: &str,
    ) -> Result<Proof> {
        let now = self.now();
        let (session, account) =
            opened(&mut self.db.read(&self.town).await?, reference, Door::Browser, now).await?;
        if session.device_key.is_empty() {
            return Err(Error::Refused {
                code: "session.no_key",
                message: "这次登录没有绑定手机密钥，不需要验证".to_owned(),
            });
        }
        if !self.holds(CHALLENGE, &session.id, challenge, CHALLENGE_MS, now).await? {
            return Err(needed());
        }
        let is_signed = || {
            let key = URL_SAFE_NO_PAD.decode(&session.device_key).ok()?;
            let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key)
                .verify(challenge.as_bytes(), &signature)
                .ok()
        };
        if is_signed().is_none() {
            self.note_refusal(Why::NoKey, Some(&account), address).await;
            return Err(Error::Unauthenticated {
                code: "session.proof_refused",
                message: "这部手机的密钥与登录时绑定的不一致，请重新登录；没有上传的内容都留在手机里"
                    .to_owned(),
            });
        }
        self.proof_of(&session, now).await
    }

    /// The first proof of a session that has just begun: who has given his password needs no other.
    pub(crate) async fn first_proof(&self, session: &Session, now: Timestamp) -> Result<Option<Proof>> {
        if session.device_key.is_empty() {
            return Ok(None);
        }
        self.proof_of(session, now).await.map(Some)
    }

    async fn proof_of(&self, session: &Session, now: Timestamp) -> Result<Proof> {
        Ok(Proof { text: self.stamped(PROOF, &session.id, now).await?, lasts_s: PROOF_MS / 1000 })
    }

    /// That the key of a bound session was shown lately.
    pub(super) async fn is_proven(&self, session: &Session, proof: Option<&str>) -> Result<()> {
        let proof = proof.unwrap_or_default();
        if self.holds(PROOF, &session.id, proof, PROOF_MS, self.now()).await? {
            Ok(())
        } else {
            Err(needed())
        }
    }

    /// `milliseconds.stamp`: when, and that we said so about this session.
    async fn stamped(&self, purpose: &str, session: &str, now: Timestamp) -> Result<String> {
        let at = now.0.to_string();
        let stamp = self.db.keys(&self.town).await?.stamp(&[purpose, session, &at])?;
        Ok(format!("{at}.{stamp}"))
    }

    async fn holds(
        &self,
        purpose: &str,
        session: &str,
        said: &str,
        lasts_ms: i64,
        now: Timestamp,
    ) -> Result<bool> {
        let Some((at, stamp)) = said.split_once('.') else { return Ok(false) };
        let is_young = at.parse::<i64>().is_ok_and(|at| (0..lasts_ms).contains(&now.0.saturating_sub(at)));
        Ok(is_young && self.db.keys(&self.town).await?.is_stamp(&[purpose, session, at], stamp)?)
    }
}

fn needed() -> Error {
    Error::Unauthenticated {
        code: "session.proof_needed",
        message:
            "这次登录只在登录时的那部手机上有效，请在那部手机上打开，或重新登录；没有上传的内容都留在手机里"
                .to_owned(),
    }
}
