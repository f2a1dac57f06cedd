//! Rules about crates from outside, read from deny.toml, so that they hold without cargo-deny on the machine.

use crate::tidy::house::{House, Spot};

const DENY: &str = "deny.toml";

/// Each crate has an allowed licence and comes from an allowed source.
pub fn licences(house: &House) -> Vec<Spot> {
    let deny = deny(house);
    let allowed = strings(&deny, "licenses", "allow");
    let sources = strings(&deny, "sources", "allow-registry");
    let mut spots = Vec::new();
    for krate in &house.outside {
        if !permitted(&krate.licence, &allowed) {
            let message = format!("{} has the licence {:?}", krate.name, krate.licence);
            spots.push((DENY.to_owned(), 1, message));
        }
        let source = krate.source.trim_start_matches("registry+").trim_start_matches("sparse+");
        if !sources.iter().any(|known| known == source) {
            spots.push((DENY.to_owned(), 1, format!("{} comes from {source}", krate.name)));
        }
    }
    spots
}

/// No banned crate is taken in, by us or by one we use.
pub fn bans(house: &House) -> Vec<Spot> {
    let deny = deny(house);
    let list = deny.get("bans").and_then(|bans| bans.get("deny")).and_then(toml::Value::as_array);
    let mut spots = Vec::new();
    for ban in list.into_iter().flatten() {
        let word = |key: &str| ban.get(key).and_then(toml::Value::as_str).unwrap_or_default();
        // `name` bans every version, `name@0.102` those that begin with 0.102.
        let (name, version) = word("crate").split_once('@').unwrap_or((word("crate"), ""));
        for krate in &house.outside {
            let (its_name, its_version) = krate.name.split_once(' ').unwrap_or((krate.name.as_str(), ""));
            let same = version.is_empty()
                || its_version == version
                || its_version.starts_with(&format!("{version}."));
            if its_name == name && same {
                spots.push((DENY.to_owned(), 1, format!("{}: {}", krate.name, word("reason"))));
            }
        }
    }
    spots
}

fn deny(house: &House) -> toml::Table {
    let file = house.files.iter().find(|file| file.path == DENY);
    file.and_then(|file| toml::from_str(&file.text).ok()).unwrap_or_default()
}

fn strings(table: &toml::Table, section: &str, key: &str) -> Vec<String> {
    let list = table.get(section).and_then(|section| section.get(key)).and_then(toml::Value::as_array);
    list.into_iter().flatten().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

/// Whether an SPDX expression leaves a choice that is allowed. `AND` binds more strongly than `OR`; crates that still
/// write `/` mean `OR`.
fn permitted(expression: &str, allowed: &[String]) -> bool {
    let spaced =
        expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ").replace(" WITH ", "+WITH+");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    !rest.is_empty() && either(&mut rest, allowed) && rest.is_empty()
}

fn either(rest: &mut &[&str], allowed: &[String]) -> bool {
    let mut fine = both(rest, allowed);
    while let Some((&"OR", after)) = rest.split_first() {
        *rest = after;
        fine = both(rest, allowed) || fine;
    }
    fine
}

fn both(rest: &mut &[&str], allowed: &[String]) -> bool {
    let mut fine = one(rest, allowed);
    while let Some((&"AND", after)) = rest.split_first() {
        *rest = after;
        fine = one(rest, allowed) && fine;
    }
    fine
}

fn one(rest: &mut &[&str], allowed: &[String]) -> bool {
    let Some((word, after)) = rest.split_first() else { return false };
    *rest = after;
    if *word != "(" {
        return allowed.iter().any(|known| known.replace(" WITH ", "+WITH+") == *word);
    }
    let fine = either(rest, allowed);
    if let Some((&")", after)) = rest.split_first() {
        *rest = after;
    }
    fine
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_fine_when_one_choice_is() {
        let allowed =
            ["MIT".to_owned(), "Apache-2.0".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()];
        for (expression, fine) in [
            ("MIT", true),
            ("GPL-3.0 OR MIT", true),
            ("GPL-3.0/MIT", true),
            ("GPL-3.0 AND MIT", false),
            ("(MIT OR GPL-3.0) AND Apache-2.0", true),
            ("MIT OR GPL-3.0 AND BSD-2-Clause", true),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("GPL-2.0 WITH Classpath-exception", false),
            ("", false),
        ] {
            assert_eq!(permitted(expression, &allowed), fine, "{expression}");
        }
    }
}
