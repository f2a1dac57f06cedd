//! A village's own box hands over what it took in: it goes on alone while the town's server cannot be reached, and hands
//! over each message once that is back. The town trusts a box for devices within the territory the box is registered in.
//! What does not belong here: what the messages say ([`super::digest`]), talking HTTP (the roof).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::device::{DeviceKind, FRESH_MS, Provider};
use domain::ids::RawSignalId;
use domain::org::lies_in;
use domain::policy::{Action, Subject};
use domain::signal::SignalKind;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::Read;
use store::signal::RawSignal;
use utoipa::ToSchema;

use super::digest::Heard;
use super::push::{Signed, sign, unsigned};
use super::{Incoming, Received, beside, mark_of};
use crate::message::Parcel;
use crate::{App, Caller, Error, Result};

/// Messages in one delivery at most.
const AT_ONCE: i64 = 200;
/// Bytes of messages in one delivery, about.
const MOST_BYTES: usize = 256 * 1024;
/// So often the town hears that the box lives, and which of its devices do. Units: milliseconds.
const BEAT_MS: i64 = 60_000;
/// So long after a failure it is tried again. Units: milliseconds.
const AGAIN_MS: i64 = 5_000;
/// How long refused deliveries of one sender count as one. Units: milliseconds.
const SAME_MS: i64 = 5 * 60 * 1_000;
/// What stands before a proof that a box passes on: its number, the territory it speaks for, and what it was told.
const BOX: &str = "box:";

/// The town's server, as a box knows it.
pub struct Uplink {
    /// Where it takes in what boxes hand over.
    pub url: String,
    /// Number under which the box is registered there.
    pub key: String,
    /// What it signs with.
    pub secret: String,
    /// How the last try went.
    pub last: Mutex<LastTry>,
}

/// How the last try went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastTry {
    /// When the town last took something.
    pub told_at: Option<Timestamp>,
    /// When it last did not.
    pub failed_at: Option<Timestamp>,
    /// Why not; empty when it did.
    pub error: String,
}

/// How it stands between a box and the town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RelayView {
    /// The town's server.
    pub url: String,
    /// Messages not handed over yet.
    pub waiting: i64,
    /// When the town last took something; RFC 3339.
    pub told_at: Option<String>,
    /// Why the last try failed; empty when it did not.
    pub error: String,
}

/// A message as a box hands it over.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Handed {
    channel: String,
    dialect: Option<String>,
    peer: String,
    proof: String,
    mark: String,
    /// Base64.
    bytes: String,
    /// When the box got it. Units: milliseconds since 1970.
    received_at: i64,
}

/// What a box hands over at once.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Delivery {
    messages: Vec<Handed>,
    /// Names of devices it heard just now.
    heard: Vec<String>,
}

/// What a proof says, and the territory for which the box speaks that passed it on; none where it came directly.
pub(super) fn passed_on(proof: &str) -> (Option<&str>, &str) {
    let by_box = proof.strip_prefix(BOX).and_then(|rest| rest.split_once('\n')?.1.split_once('\n'));
    by_box.map_or((None, proof), |(path, said)| (Some(path), said))
}

/// The number of the box that passed it on.
pub(super) fn box_of(proof: &str) -> Option<&str> {
    proof.strip_prefix(BOX)?.split('\n').next()
}

impl App {
    /// Hands over what is owed to the town, the oldest first; gives how many messages it took. Called again and again by
    /// the worker; without a town's server to hand over to there is nothing to do.
    // Who hands over is machinery: what is handed over is on the record already.
    pub async fn relay(&self, caller: &Caller) -> Result<usize> {
        caller.hat(Action::AccountManage, &Subject::town())?;
        let Some(uplink) = &self.uplink else { return Ok(0) };
        let now = self.now();
        let last = uplink.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_after = |at: Option<Timestamp>, ms: i64| at.is_none_or(|at| at.plus_ms(ms) <= now);
        if !is_after(last.failed_at.filter(|_| !last.error.is_empty()), AGAIN_MS) {
            return Ok(0);
        }
        let mut read = self.db.read(&self.town).await?;
        let mut owed = read.relay_owed(AT_ONCE).await?;
        if owed.is_empty() && !is_after(last.told_at, BEAT_MS) {
            return Ok(0);
        }
        let heard = read.links_heard_since(now.plus_ms(-2 * BEAT_MS)).await?;
        drop(read);
        let mut size = 0;
        owed.retain(|one| {
            // The first goes in any case.
            let fits = size == 0 || size + one.bytes.len() <= MOST_BYTES;
            size += one.bytes.len();
            fits
        });
        let ids: Vec<RawSignalId> = owed.iter().map(|one| one.id.clone()).collect();
        let parcel = self.delivery(uplink, owed, heard, now)?;
        let told = match self.courier.deliver(&parcel).await {
            Ok(status) if (200..300).contains(&status) => Ok(()),
            Ok(401) => Err("镇级平台不认本机的接入标识或密钥，请核对".to_owned()),
            Ok(status) => Err(format!("镇级平台答复 {status}")),
            Err(error) => Err(error),
        };
        if told.is_ok() && !ids.is_empty() {
            let mut tx = self.db.write(&self.town).await?;
            tx.relay_told(&ids, now).await?;
            tx.commit_machinery().await?;
        }
        let mut last = uplink.last.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(match told {
            Ok(()) => {
                *last = LastTry { told_at: Some(now), failed_at: last.failed_at, error: String::new() };
                ids.len()
            }
            Err(error) => {
                *last = LastTry { told_at: last.told_at, failed_at: Some(now), error };
                0
            }
        })
    }

    fn delivery(
        &self,
        uplink: &Uplink,
        owed: Vec<RawSignal>,
        heard: Vec<String>,
        now: Timestamp,
    ) -> Result<Parcel> {
        let handed = |one: RawSignal| Handed {
            bytes: STANDARD.encode(&one.bytes),
            received_at: one.received_at.0,
            channel: one.channel,
            dialect: one.dialect,
            peer: one.peer,
            proof: one.proof,
            mark: one.mark,
        };
        let delivery = Delivery { messages: owed.into_iter().map(handed).collect(), heard };
        let body = serde_json::to_vec(&delivery).map_err(|error| Error::Internal(error.to_string()))?;
        let (time, nonce) = ((now.0 / 1_000).to_string(), self.new_id());
        let signature = sign(&uplink.secret, &time, &nonce, &body);
        let headers = [
            ("Content-Type", "application/json; charset=utf-8".to_owned()),
            ("X-Fengsui-Key", uplink.key.clone()),
            ("X-Fengsui-Time", time),
            ("X-Fengsui-Nonce", nonce),
            ("X-Fengsui-Signature", signature),
        ];
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(Parcel { url: uplink.url.clone(), headers, body })
    }

    /// How it stands between this box and the town; none where this is no box.
    // Part of the page of wires, which asked.
    pub(super) async fn relay_view(&self, read: &mut Read) -> Result<Option<RelayView>> {
        let Some(uplink) = &self.uplink else { return Ok(None) };
        let waiting = read.relay_count().await?;
        let last = uplink.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let told_at = last.told_at.map(Timestamp::to_rfc3339);
        Ok(Some(RelayView { url: uplink.url.clone(), waiting, told_at, error: last.error }))
    }

    /// Keeps what a box hands over, all or none: a message the town has already, from the box or directly, is a copy. What a
    /// box got long ago says nothing about whether its devices live now.
    ///
    /// Errors: the signature is not that of a registered platform; what was signed is no delivery.
    // tidy(caller): a box has no login; what vouches for it is the signature.
    pub async fn take_relay(&self, peer: &str, signed: &Signed, body: &[u8]) -> Result<Received> {
        let (now, caller) = (self.now(), Caller::system());
        let known = match self.vouches(signed, body, now.0 / 1_000).await? {
            Ok(_) => self.db.read(&self.town).await?.device_with_code(&signed.key).await?,
            Err(refused) => {
                self.count_refused(&caller, peer, body, now).await?;
                return Err(refused);
            }
        };
        let known = known.filter(|one| one.device.kind == DeviceKind::Platform).ok_or_else(unsigned)?;
        let unread = || Error::Refused {
            code: "relay.unreadable",
            message: "转报的内容读不出来，请把村级主机升级到与镇级平台相同的版本".to_owned(),
        };
        let delivery: Delivery = serde_json::from_slice(body).map_err(|_| unread())?;
        let mut raws = Vec::with_capacity(delivery.messages.len());
        for one in delivery.messages {
            raws.push(RawSignal {
                id: self.new_id().into(),
                bytes: STANDARD.decode(&one.bytes).map_err(|_| unread())?,
                proof: format!("{BOX}{}\n{}\n{}", known.device.code, known.path, one.proof),
                channel: one.channel,
                dialect: one.dialect,
                peer: one.peer,
                mark: one.mark,
                received_at: Timestamp(one.received_at).min(now),
                digested_at: None,
                problem: None,
            });
        }
        let mut tx = self.write(&caller).await?;
        let came = raws.len();
        // A box's clock may be off a little: what came here directly a moment before or after is of another span of time.
        let marks: Vec<String> = raws.iter().filter_map(|raw| beside(&raw.mark)).flatten().collect();
        let known_marks = tx.raw_marks_kept(&marks.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        raws.retain(|raw| {
            beside(&raw.mark).is_none_or(|two| two.iter().all(|mark| !known_marks.contains(mark)))
        });
        let new = tx.keep_raw_signals(&raws).await?;
        let keys: BTreeSet<String> = delivery.heard.into_iter().collect();
        let within = tx.devices_by_link(&keys.into_iter().collect::<Vec<_>>()).await?;
        let within = within.into_values().filter(|one| lies_in(&one.path, &known.path));
        let beat = || vec![(SignalKind::Heartbeat, None)];
        let mut heard: Heard =
            within.map(|one| (one.device.id.clone(), (one, beat()))).collect::<BTreeMap<_, _>>();
        heard.insert(known.device.id.clone(), (known, beat()));
        let back = self.hear(&mut tx, heard, now).await?;
        let received = Received { kept: new.len(), copies: came - new.len() };
        match back.first() {
            None => tx.commit_machinery().await?,
            Some(first) => tx.commit(caller.audit("device.heard", "device", first.as_str(), now), ()).await?,
        }
        Ok(received)
    }

    /// A delivery that nobody signed for is counted, once for each sender and a while.
    // Part of refusing it.
    async fn count_refused(&self, caller: &Caller, peer: &str, body: &[u8], now: Timestamp) -> Result<()> {
        let mark = mark_of(&["box", "refused", peer, &(now.0 / SAME_MS).to_string()], b"");
        let message = Incoming {
            provider: Provider::Generic,
            dialect: None,
            peer: peer.to_owned(),
            proof: String::new(),
            mark,
            bytes: body.get(..body.len().min(1_024)).unwrap_or_default().to_vec(),
            before: None,
            beat_of: None,
            problem: Some("signal.signature"),
        };
        self.receive(caller, vec![message]).await.map(drop)
    }
}

/// Whether a message came so late that it says nothing about now.
pub(super) fn is_late(raw: &RawSignal, now: Timestamp) -> bool {
    raw.proof.starts_with(BOX) && now.0 - raw.received_at.0 > FRESH_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_a_copy_for_a_while_has_marks_beside_its_own() {
        let mark = crate::signal::mark_within("gb26875:10.8.3.4:889:7:ab", 12);
        let two = ["gb26875:10.8.3.4:889:7:ab~11".to_owned(), "gb26875:10.8.3.4:889:7:ab~13".to_owned()];
        assert_eq!(beside(&mark), Some(two));
        for other in ["gb26875:10.8.3.4:889:7:ab", "generic:signed:PT-1:once~12", "mqtt:SN-1:~12:ab"] {
            assert_eq!(beside(other), None, "{other}");
        }
    }

    #[test]
    fn a_box_passes_on_what_it_was_told_and_for_where() {
        let proof = "box:HZ:1\n500118100000/500118100201\nsigned:PT-1";
        assert_eq!(passed_on(proof), (Some("500118100000/500118100201"), "signed:PT-1"));
        assert_eq!(box_of(proof), Some("HZ:1"));
        assert_eq!(passed_on("network"), (None, "network"));
        assert_eq!((passed_on("signed:PT-1"), box_of("signed:PT-1")), ((None, "signed:PT-1"), None));
    }
}
