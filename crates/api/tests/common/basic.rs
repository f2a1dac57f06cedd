//! Logging in as a map program does.

/// HTTP Basic of a user name and a password.
pub fn basic(login: &str, password: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::from("Basic ");
    for three in format!("{login}:{password}").as_bytes().chunks(3) {
        let bits = three.iter().zip([16, 8, 0]).fold(0_usize, |bits, (b, at)| bits | usize::from(*b) << at);
        for (i, at) in [18, 12, 6, 0].into_iter().enumerate() {
            out.push(if i > three.len() { '=' } else { char::from(LETTERS[bits >> at & 63]) });
        }
    }
    out
}
