//! People: who they are, and their phone numbers, which are shown masked. What does not belong here: posts and who
//! holds them (`post`), how they get in (`account`).

use pinyin::ToPinyin;

/// Initials of a name in pinyin, lower case; letters and digits stay, anything else is left out.
pub(crate) fn initials(name: &str) -> String {
    let one = |c: char| match c.to_pinyin() {
        Some(sound) => sound.first_letter().chars().next(),
        None => c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase()),
    };
    name.chars().filter_map(one).collect()
}
