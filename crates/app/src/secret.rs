//! Passwords, session references and one-time codes: made and checked with the operating system's randomness.
//! What does not belong here: whose they are and what follows (`account`, `session`).

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::time::Timestamp;
use exchange::shipped::WEAK_PASSWORDS;
use tokio::sync::Semaphore;
use totp_rs::{Builder, Secret, Totp};

use crate::error::FieldProblem;
use crate::{Error, Result};

/// Argon2id memory. OWASP asks for at least 19 MiB with two passes.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passwords looked at at one time, each with that much memory: a crowd at the door waits its turn.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// Argon2id passes.
const PASSES: u32 = 2;
/// The shortest password accepted, in characters.
pub const MIN_PASSWORD: usize = 12;
/// The longest: hashing is bounded work.
const MAX_PASSWORD: usize = 128;

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a password on the blocking pool, in PHC form.
pub(crate) async fn hash_password(password: String) -> Result<String> {
    blocking(move || {
        let hash =
            argon2()?.hash_password(password.as_bytes()).map_err(|e| Error::Internal(e.to_string()))?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether the password belongs to the hash.
pub(crate) async fn password_fits(password: String, hash: String) -> Result<bool> {
    blocking(move || Ok(argon2()?.verify_password(password.as_bytes(), hash.as_str()).is_ok())).await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let turn = AT_ONCE.acquire().await.map_err(|e| Error::Internal(e.to_string()))?;
    // Kept until the work is done, also where nobody waits for it any more.
    let work = move || {
        let _turn = turn;
        work()
    };
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::Internal(e.to_string()))?
}

/// So many characters must be left of a password when words everybody guesses are taken out of it.
const LEAST_OF_ITS_OWN: usize = 5;
/// Names shorter than this are in too much to be taken out. Units: characters.
const SHORTEST_NAME: usize = 2;

/// How much of a password is its own: letters that are left when common words and these names are taken out. A run of digits
/// is none of its own: it is a year, a birthday or a telephone.
fn of_its_own(password: &str, names: &[String]) -> usize {
    let names = names.iter().map(|name| name.to_lowercase());
    let common = WEAK_PASSWORDS.lines().filter(|line| !line.starts_with('#')).map(str::to_owned);
    let mut words: Vec<String> =
        names.chain(common).filter(|word| word.chars().count() >= SHORTEST_NAME).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut left = password.to_lowercase();
    for word in words {
        // A mark in its place: what stands around a word must not become another.
        left = left.replace(&word, "\u{0}");
    }
    let letters: std::collections::HashSet<char> = left.chars().filter(|c| c.is_alphabetic()).collect();
    letters.len()
}

/// What is wrong with a new password, if anything. `names`: what belongs to the account and the town.
pub(crate) fn weak_password(password: &str, names: &[String], field: &str) -> Option<FieldProblem> {
    let length = password.chars().count();
    let message = if length < MIN_PASSWORD {
        format!("密码至少 {MIN_PASSWORD} 个字符，可以用几个词连成一句")
    } else if length > MAX_PASSWORD {
        format!("密码最多 {MAX_PASSWORD} 个字符")
    } else if of_its_own(password, names) < LEAST_OF_ITS_OWN {
        "密码太容易被猜到，请不要用常见密码、键盘顺序、日期、姓名、账号和地名，改用几个不相干的词连成一句"
            .to_owned()
    } else {
        return None;
    };
    Some(FieldProblem { field: field.to_owned(), code: "password.too_weak", message })
}

/// 256 random bits as URL-safe text.
pub(crate) fn random_reference() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A recovery code: 80 random bits in base32-like groups, easy to copy from paper.
pub(crate) fn recovery_code() -> Result<String> {
    const LETTERS: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|e| Error::Internal(e.to_string()))?;
    let letters: Vec<char> = bytes
        .iter()
        .filter_map(|b| LETTERS.get(usize::from(*b) % LETTERS.len()))
        .map(|b| char::from(*b))
        .collect();
    Ok(letters.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// Letters of a code people copy from paper: none that is taken for another.
pub(crate) const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/// A new code of so many letters, in groups of four.
pub(crate) fn readable_code(length: usize) -> Result<String> {
    let mut letters: Vec<&u8> = Vec::with_capacity(length);
    while letters.len() < length {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(|e| Error::Internal(e.to_string()))?;
        // Bytes past the last whole round would favour the first letters.
        let fair = bytes.iter().filter(|b| usize::from(**b) < 256 / LETTERS.len() * LETTERS.len());
        letters.extend(fair.filter_map(|b| LETTERS.get(usize::from(*b) % LETTERS.len())));
    }
    letters.truncate(length);
    let letters: Vec<char> = letters.into_iter().map(|b| char::from(*b)).collect();
    Ok(letters.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// A new TOTP secret in base32.
pub(crate) fn new_totp_secret() -> String {
    Secret::generate().to_base32()
}

fn totp(secret: &str, login: &str) -> Result<Totp> {
    let secret = Secret::try_from_base32(secret).map_err(|e| Error::Internal(e.to_string()))?;
    Builder::new()
        .with_secret(secret)
        .with_account_name(login)
        .with_issuer(Some("Fengsui"))
        .build()
        .map_err(|e| Error::Internal(e.to_string()))
}

/// The `otpauth://` address for an authenticator.
pub(crate) fn totp_uri(secret: &str, login: &str) -> Result<String> {
    totp(secret, login)?.to_url().map_err(|e| Error::Internal(e.to_string()))
}

/// The step a code belongs to, one step of skew either way, or `None` when it is wrong.
pub(crate) fn totp_step(secret: &str, login: &str, code: &str, now: Timestamp) -> Result<Option<i64>> {
    let seconds = u64::try_from(now.0 / 1000).unwrap_or(0);
    Ok(totp(secret, login)?.check(code, seconds).and_then(|step| i64::try_from(step).ok()))
}

/// The code an authenticator shows at this instant, for tests.
pub fn totp_code(secret: &str, login: &str, now: Timestamp) -> Result<String> {
    let seconds = u64::try_from(now.0 / 1000).unwrap_or(0);
    Ok(totp(secret, login)?.generate(seconds).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_weak(password: &str) -> bool {
        let names = ["clerk", "李梅", "limei", "清凤", "qingfeng"].map(str::to_owned);
        weak_password(password, &names, "password").is_some()
    }

    #[test]
    fn what_everybody_tries_first_is_no_password() {
        for weak in [
            "short",
            "aaaaaaaaaaaa",
            "password1234",
            "Password@2026",
            "qwertyuiop123",
            "1qaz2wsx3edc",
            "woaini5201314",
            "admin@123456",
            "Clerk-20261126",
            "qingfeng@119119",
            "清凤镇消防安全办公室",
            "李梅李梅李梅李梅李梅李梅",
            "limei19900101",
            "123456789012",
            "iloveyou1234",
        ] {
            assert!(is_weak(weak), "{weak}");
        }
    }

    #[test]
    fn a_sentence_is_one() {
        for good in [
            "梧桐树下的消防水池要加水",
            "first-password-of-the-office",
            "another long sentence",
            "kx7m-p2wq-9dfh-t4bn",
        ] {
            assert!(!is_weak(good), "{good}");
        }
    }

    #[test]
    fn the_list_is_written_as_it_is_compared() {
        for line in WEAK_PASSWORDS.lines().filter(|line| !line.starts_with('#')) {
            assert!(line.chars().count() >= SHORTEST_NAME && line.trim() == line, "{line:?}");
            assert_eq!(line.to_lowercase(), line);
        }
    }
}
