//! Reading Rust just well enough to look for words: code with comments and strings blanked out, the strings beside it,
//! which lines are tests, and where functions begin and end. Not a parser: it need only be right on what rustfmt writes.

/// One source file, taken apart. Lines count from 1.
pub struct Source {
    /// The text with every comment and every string's content turned into blanks; lines stay where they are.
    pub code: String,
    /// String literals: the line each begins on, and its content as written.
    pub strings: Vec<(usize, String)>,
    /// Whether a line (index 0 is line 1) lies in a `#[cfg(test)]` block.
    tests: Vec<bool>,
}

/// A function as the rules see it.
#[derive(Debug, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The line of its `fn`.
    pub line: usize,
    /// Whether it says `pub` without a restriction.
    pub public: bool,
    /// Whether it says `async`.
    pub is_async: bool,
    /// What stands between its parentheses.
    pub parameters: String,
    /// Its body without any blanks; empty for a declaration.
    pub body: String,
}

impl Source {
    /// Takes a file apart.
    pub fn read(text: &str) -> Self {
        let (code, strings) = blank(text);
        let tests = test_lines(&code);
        Self { code, strings, tests }
    }

    /// Whether a line belongs to a test module.
    pub fn in_test(&self, line: usize) -> bool {
        line.checked_sub(1).and_then(|n| self.tests.get(n)).copied().unwrap_or(false)
    }

    /// Lines of code that use `path` as a word: `std::fs` is found in `std::fs::read`, not in `my_std::fs`.
    pub fn uses(&self, path: &str) -> Vec<usize> {
        let lines = self.code.lines().enumerate();
        lines.filter(|(_, line)| has_word(line, path)).map(|(n, _)| n + 1).collect()
    }

    /// Every function outside test modules, in order.
    pub fn functions(&self) -> Vec<Function> {
        let mut found = Vec::new();
        let mut offset = 0;
        while let Some(at) = self.code.get(offset..).and_then(|rest| rest.find("fn ")).map(|at| at + offset) {
            offset = at + 3;
            let before = self.code.get(..at).unwrap_or_default();
            if before.chars().next_back().is_some_and(is_word) {
                continue;
            }
            let rest = self.code.get(offset..).unwrap_or_default();
            let name: String = rest.chars().take_while(|c| is_word(*c)).collect();
            let line = before.matches('\n').count() + 1;
            if name.is_empty() || self.in_test(line) {
                continue;
            }
            let words = before.rsplit(['{', '}', ';', ']']).next().unwrap_or_default();
            let Some((parameters, after)) = enclosed(rest, '(', ')') else { continue };
            let semicolon = after.find(';').unwrap_or(usize::MAX);
            let body = match after.find('{') {
                Some(brace) if brace < semicolon => enclosed(after, '{', '}').map(|(body, _)| body),
                _ => None,
            };
            found.push(Function {
                name,
                line,
                public: has_word(words, "pub") && !words.contains("pub("),
                is_async: has_word(words, "async"),
                parameters: parameters.split_whitespace().collect::<Vec<_>>().join(" "),
                body: body.unwrap_or_default().split_whitespace().collect(),
            });
        }
        found
    }
}

/// Whether `text` contains `word` with no letter, digit or underscore on either side.
pub fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|t| t.chars().next());
        let starts = word.chars().next().is_some_and(is_word);
        let ends = word.chars().next_back().is_some_and(is_word);
        !(starts && before.is_some_and(is_word) || ends && after.is_some_and(is_word))
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What stands between the first `open` and its `close`, and what follows.
pub fn enclosed(text: &str, open: char, close: char) -> Option<(&str, &str)> {
    let start = text.find(open)? + open.len_utf8();
    let mut depth = 1;
    for (at, c) in text.get(start..)?.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
        }
        if depth == 0 {
            return Some((text.get(start..start + at)?, text.get(start + at + close.len_utf8()..)?));
        }
    }
    None
}

fn test_lines(code: &str) -> Vec<bool> {
    let mut tests = vec![false; code.lines().count()];
    for (at, mark) in code.match_indices("#[cfg(test)]") {
        let first = code.get(..at).unwrap_or_default().matches('\n').count();
        let after = code.get(at + mark.len()..).unwrap_or_default();
        let semicolon = after.find(';').unwrap_or(usize::MAX);
        let braced = after.find('{').filter(|brace| *brace < semicolon);
        let rest = braced.and_then(|_| enclosed(after, '{', '}')).map(|(_, rest)| rest);
        let last = match rest {
            Some(rest) => code.get(..code.len() - rest.len()).unwrap_or_default().matches('\n').count(),
            None => first + 1,
        };
        for line in tests.iter_mut().take(last + 1).skip(first) {
            *line = true;
        }
    }
    tests
}

fn blank(text: &str) -> (String, Vec<(usize, String)>) {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut code = String::with_capacity(text.len());
    let mut strings = Vec::new();
    let mut line = 1;
    let mut i = 0;
    let hide = |code: &mut String, c: char| code.push(if c == '\n' { '\n' } else { ' ' });
    while i < chars.len() {
        let c = at(i);
        let start = i;
        if c == '/' && at(i + 1) == '/' {
            while i < chars.len() && at(i) != '\n' {
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            let mut depth = 0;
            while i < chars.len() {
                match (at(i), at(i + 1)) {
                    ('/', '*') => depth += 1,
                    ('*', '/') => depth -= 1,
                    _ => {
                        i += 1;
                        continue;
                    }
                }
                i += 2;
                if depth == 0 {
                    break;
                }
            }
        } else if let Some((begins, hashes)) = raw_string(&chars, i) {
            let close: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            let mut end = begins;
            while end < chars.len() && !chars.get(end..).is_some_and(|rest| rest.starts_with(&close)) {
                end += 1;
            }
            strings.push((line, chars.get(begins..end).unwrap_or_default().iter().collect()));
            i = (end + close.len()).min(chars.len());
        } else if c == '"' {
            i += 1;
            while i < chars.len() && at(i) != '"' {
                i += if at(i) == '\\' { 2 } else { 1 };
            }
            strings
                .push((line, chars.get(start + 1..i.min(chars.len())).unwrap_or_default().iter().collect()));
            i = (i + 1).min(chars.len());
        } else if c == '\'' && (at(i + 1) == '\\' || at(i + 2) == '\'') {
            i += if at(i + 1) == '\\' { 3 } else { 2 };
            while i < chars.len() && at(i) != '\'' && at(i) != '\n' {
                i += 1;
            }
            i = (i + 1).min(chars.len());
        } else {
            code.push(c);
            line += usize::from(c == '\n');
            i += 1;
            continue;
        }
        for hidden in chars.get(start..i).unwrap_or_default() {
            hide(&mut code, *hidden);
            line += usize::from(*hidden == '\n');
        }
    }
    (code, strings)
}

/// Where the content of a raw string starting at `i` begins, and its number of hashes.
fn raw_string(chars: &[char], i: usize) -> Option<(usize, usize)> {
    let previous = i.checked_sub(1).and_then(|n| chars.get(n)).copied().unwrap_or(' ');
    if is_word(previous) && previous != 'b' && previous != 'c' || chars.get(i) != Some(&'r') {
        return None;
    }
    let hashes = chars.get(i + 1..)?.iter().take_while(|c| **c == '#').count();
    (chars.get(i + 1 + hashes) == Some(&'"')).then_some((i + 2 + hashes, hashes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r###"//! SELECT in a comment
/* std::fs /* nested */ tokio */
const A: &str = "SELECT \" 1"; // std::fs
const B: &str = r#"INSERT "quoted" "#;
const C: [char; 3] = ['"', '\'', '\u{1F600}'];
fn life<'a>(x: &'a str) -> &'a str { x }
pub async fn order(
    caller: &Caller,
    days: Option<(u8, u8)>,
) -> Result<(), Error> {
    let s = "}";
    app.db
        .write(town)
}
pub(crate) fn hidden() {}
trait T { fn declared(&self); }
#[cfg(test)]
mod tests {
    fn helper() { std::fs::read("x") }
}
fn after() { my_std::fs() }
"###;

    #[test]
    fn comments_and_strings_are_no_code() {
        let source = Source::read(FILE);
        assert_eq!(source.code.lines().count(), FILE.lines().count());
        assert!(!source.code.contains("SELECT") && !source.code.contains("tokio"));
        let strings: Vec<_> = source.strings.iter().map(|(line, text)| (*line, text.as_str())).collect();
        assert_eq!(strings, [(3, "SELECT \\\" 1"), (4, "INSERT \"quoted\" "), (11, "}"), (19, "x")]);
    }

    #[test]
    fn words_are_found_whole_and_tests_are_known() {
        let source = Source::read(FILE);
        assert_eq!(source.uses("std::fs"), [19]);
        assert!(source.in_test(17) && source.in_test(19) && source.in_test(20));
        assert!(!source.in_test(16) && !source.in_test(21));
    }

    #[test]
    fn functions_have_names_parameters_and_bodies() {
        let functions = Source::read(FILE).functions();
        let names: Vec<_> = functions.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["life", "order", "hidden", "declared", "after"]);
        let order = functions.iter().find(|f| f.name == "order").expect("found");
        assert!(order.public && order.is_async);
        assert_eq!(order.line, 7);
        assert!(order.parameters.starts_with("caller: &Caller,"));
        assert!(order.body.contains("app.db.write(town)"), "{}", order.body);
        assert!(functions.iter().filter(|f| f.public).all(|f| f.name == "order"));
        assert_eq!(functions.iter().find(|f| f.name == "declared").expect("found").body, "");
    }
}
