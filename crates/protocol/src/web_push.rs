//! Web push, byte by byte: what a browser is sent is encrypted for it alone (RFC 8291 over RFC 8188, one record), and the
//! sender says who it is by a token it signs (VAPID, RFC 8292). The cryptography is that of the crate `ring`. What does not
//! belong here: sockets, whose browser it is, what it is told.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hmac::{HMAC_SHA256, Key, Tag, sign};
use ring::rand::SecureRandom;
pub use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};

/// An uncompressed point of P-256. Units: bytes.
const POINT: usize = 65;
/// The browser's secret, and the salt of a message. Units: bytes.
const SIXTEEN: usize = 16;
/// Size of a record, the only one. Units: bytes.
const RECORD: u32 = 4_096;
/// The most that fits into it beside the mark of its end and the tag. Units: bytes.
pub const MOST: usize = 3_993;

/// What a browser said it is encrypted for with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    public: [u8; POINT],
    auth: [u8; SIXTEEN],
}

/// Bytes of base64url, padded or not.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?.try_into().ok()
}

fn keyed(key: &[u8], parts: &[&[u8]]) -> Tag {
    sign(&Key::new(HMAC_SHA256, key), &parts.concat())
}

impl Browser {
    /// Reads `p256dh` and `auth` as the browser gives them. None when they are no point and no secret.
    pub fn parse(p256dh: &str, auth: &str) -> Option<Self> {
        let public: [u8; POINT] = bytes(p256dh)?;
        (public.first() == Some(&4)).then_some(())?;
        Some(Self { public, auth: bytes(auth)? })
    }

    /// What is sent: encrypted with a key made for this message alone. None where its point is none of the curve or the
    /// text is longer than [`MOST`].
    pub fn sealed(&self, text: &[u8], random: &dyn SecureRandom) -> Option<Vec<u8>> {
        let own = EphemeralPrivateKey::generate(&ECDH_P256, random).ok()?;
        let public: [u8; POINT] = own.compute_public_key().ok()?.as_ref().try_into().ok()?;
        let mut salt = [0; SIXTEEN];
        random.fill(&mut salt).ok()?;
        let theirs = UnparsedPublicKey::new(&ECDH_P256, self.public);
        agree_ephemeral(own, &theirs, |shared| self.record(shared, &public, salt, text)).ok()?
    }

    /// The body of RFC 8188 from what both sides share.
    fn record(&self, shared: &[u8], own: &[u8; POINT], salt: [u8; SIXTEEN], text: &[u8]) -> Option<Vec<u8>> {
        if text.len() > MOST {
            return None;
        }
        let both = keyed(&self.auth, &[shared]);
        let input = keyed(both.as_ref(), &[b"WebPush: info\0", &self.public, own, &[1]]);
        let secret = keyed(&salt, &[input.as_ref()]);
        let key = keyed(secret.as_ref(), &[b"Content-Encoding: aes128gcm\0", &[1]]);
        let nonce = keyed(secret.as_ref(), &[b"Content-Encoding: nonce\0", &[1]]);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key.as_ref().get(..16)?).ok()?);
        let nonce = Nonce::try_assume_unique_for_key(nonce.as_ref().get(..12)?).ok()?;
        // 2: the last record.
        let mut sealed = [text, &[2]].concat();
        key.seal_in_place_append_tag(nonce, Aad::empty(), &mut sealed).ok()?;
        Some([&salt[..], &RECORD.to_be_bytes(), &[POINT as u8], own, sealed.as_slice()].concat())
    }
}

/// The sender's own key: push services know the town by it.
pub struct Vapid {
    pair: EcdsaKeyPair,
}

impl Vapid {
    /// A new key in PKCS#8, base64url: a secret.
    pub fn make(random: &dyn SecureRandom) -> Option<String> {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, random).ok()?;
        Some(URL_SAFE_NO_PAD.encode(made.as_ref()))
    }

    /// Reads what [`Self::make`] made.
    pub fn read(secret: &str, random: &dyn SecureRandom) -> Option<Self> {
        let pkcs8 = URL_SAFE_NO_PAD.decode(secret).ok()?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8, random).ok()?;
        Some(Self { pair })
    }

    /// What browsers are told: the public point, base64url.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.pair.public_key().as_ref())
    }

    /// The header `Authorization` for a push to this address. `until_s` is when the token ends (at most a day from now),
    /// `contact` whom the service may write to, as `mailto:…`. None where the address is none.
    pub fn authorization(
        &self,
        endpoint: &str,
        contact: &str,
        until_s: i64,
        random: &dyn SecureRandom,
    ) -> Option<String> {
        let head = serde_json::json!({ "typ": "JWT", "alg": "ES256" }).to_string();
        let claims =
            serde_json::json!({ "aud": origin(endpoint)?, "exp": until_s, "sub": contact }).to_string();
        let said = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.pair.sign(random, said.as_bytes()).ok()?;
        let signature = URL_SAFE_NO_PAD.encode(signature.as_ref());
        Some(format!("vapid t={said}.{signature}, k={}", self.public()))
    }
}

/// Scheme, host and port of an address, as `https://push.example`.
pub fn origin(url: &str) -> Option<&str> {
    let from = url.find("://")? + 3;
    let end = url.get(from..)?.find(['/', '?', '#']).map_or(url.len(), |at| from + at);
    url.get(..end).filter(|_| end > from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey as Verifying};

    const PUBLIC: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    fn plain(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).expect("base64url")
    }

    /// The example of RFC 8291, appendix A: from the shared secret it names to the body it names.
    #[test]
    fn the_example_of_the_standard_comes_out_byte_by_byte() {
        let browser = Browser::parse(PUBLIC, AUTH).expect("a browser");
        let own: [u8; POINT] =
            bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8")
                .expect("a point");
        let body = browser.record(
            &plain("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs"),
            &own,
            bytes("DGv6ra1nlYgDCS1FRnbzlw").expect("a salt"),
            b"When I grow up, I want to be a watermelon",
        );
        let wanted = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(body.map(|body| URL_SAFE_NO_PAD.encode(body)).as_deref(), Some(wanted));
    }

    #[test]
    fn what_is_no_browser_or_too_long_is_refused() {
        let random = SystemRandom::new();
        let browser = Browser::parse(&format!("{PUBLIC}="), AUTH).expect("padding is borne");
        assert_eq!(browser.sealed(&[b'x'; MOST], &random).map(|body| body.len()), Some(4_096));
        assert_eq!(browser.sealed(&[b'x'; MOST + 1], &random), None);
        let one = browser.sealed(b"x", &random);
        assert_ne!(one, browser.sealed(b"x", &random), "a key and a salt of its own each time");
        for (point, auth) in [("", AUTH), (PUBLIC, ""), (AUTH, PUBLIC), ("!", "!"), (&PUBLIC[1..], AUTH)] {
            assert_eq!(Browser::parse(point, auth), None);
        }
        // The right length, and no point of the curve.
        let nowhere = URL_SAFE_NO_PAD.encode([4; POINT]);
        assert_eq!(Browser::parse(&nowhere, AUTH).and_then(|one| one.sealed(b"x", &random)), None);
    }

    #[test]
    fn a_token_says_to_whom_until_when_and_is_signed() {
        let random = SystemRandom::new();
        let secret = Vapid::make(&random).expect("a key");
        let vapid = Vapid::read(&secret, &random).expect("the same key");
        let said = vapid
            .authorization("https://push.example:8443/send/1?x", "mailto:a@b.example", 1_790_000_000, &random)
            .expect("a token");
        let (token, key) =
            said.strip_prefix("vapid t=").and_then(|rest| rest.split_once(", k=")).expect("two parts");
        assert_eq!(key, vapid.public());
        let (signed, signature) = token.rsplit_once('.').expect("three parts");
        let verifying = Verifying::new(&ECDSA_P256_SHA256_FIXED, plain(key));
        assert!(verifying.verify(signed.as_bytes(), &plain(signature)).is_ok());
        let claims = signed.split_once('.').map(|(_, claims)| plain(claims)).unwrap_or_default();
        let claims: serde_json::Value = serde_json::from_slice(&claims).expect("claims");
        let wanted = serde_json::json!({ "aud": "https://push.example:8443", "exp": 1_790_000_000,
            "sub": "mailto:a@b.example" });
        assert_eq!(claims, wanted);
        assert!(Vapid::read("no key", &random).is_none());
        for (url, wanted) in [
            ("https://a", Some("https://a")),
            ("https://a?b", Some("https://a")),
            ("http://[::1]:80/x", Some("http://[::1]:80")),
            ("https:///x", None),
            ("nothing", None),
        ] {
            assert_eq!(origin(url), wanted);
        }
    }
}
