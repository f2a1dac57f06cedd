//! What the TOML library says of a broken file, in our words: it says it in English. What does not belong here: where
//! in the file that is (`plan_file`, `toml_doc`).

use toml_edit::TomlError;

/// What the library says of a value that is neither quoted nor anything else, an empty one included.
const NO_QUOTES: &str = "string values must be quoted";
/// Nothing stands behind the sign.
const NO_VALUE: &str = "等号后面没有内容，请补上";

/// Beginnings of what the library says, and what that means for whoever wrote the file.
const SAID: &[(&[&str], &str)] = &[
    (&["invalid date, expected month between"], "日期的月份应在 01 到 12 之间，请改正"),
    (
        &["invalid date", "invalid time", "invalid offset", "invalid datetime"],
        "日期的写法不对，请写成 2026-01-31 的样子",
    ),
    (&["duplicate key"], "这一项在同一张表里写了两次，请删去一处"),
    (&["unclosed"], "这里的括号没有配对，请补上另一半"),
    (
        &[
            "invalid basic string",
            "invalid literal string",
            "invalid multi-line",
            "missing opening quote",
            NO_QUOTES,
        ],
        "文字要用引号括起来，请检查这里两头的引号",
    ),
    // Before the shorter beginning below: what is missing here is the sign.
    (
        &[
            "key with no value",
            "missing value for key",
            "missing assignment",
            "extra `=`",
            "extra assignment",
            "unexpected `=`",
        ],
        "名称和内容之间要有一个等号，请改正",
    ),
    (&["missing value"], NO_VALUE),
    (&["missing comma", "extra comma"], "各项之间要用一个逗号隔开，请补上或删去"),
    (
        &["invalid unquoted key", "unquoted keys", "keys cannot be"],
        "等号前面的名称只能用字母、数字、“_”和“-”，请改正或加引号",
    ),
    (
        &[
            "invalid integer",
            "invalid float",
            "invalid hexadecimal",
            "invalid mantissa",
            "invalid fraction",
            "invalid exponent",
            "integer number overflowed",
            "floating-point number overflowed",
            "unexpected leading zero",
            "unexpected sign",
            "redundant numeric sign",
            "`_` may only",
        ],
        "数的写法不对，请改正",
    ),
    (&["invalid boolean"], "是或否请写 true 或 false"),
];

/// One Chinese sentence for what is wrong with a file.
pub(crate) fn told(error: &TomlError) -> String {
    let said = error.message();
    // Behind a sign nothing follows the library misses quotes, around nothing.
    let is_nothing = error.span().is_some_and(|span| span.is_empty());
    if is_nothing && said.starts_with(NO_QUOTES) { NO_VALUE.to_owned() } else { in_chinese(said) }
}

/// One Chinese sentence for what the library says; a general one where it says something else.
fn in_chinese(said: &str) -> String {
    let said = said.trim();
    if let Some(last) = said.strip_prefix("invalid date, expected day between 01 and ") {
        return format!("这个月没有这一天，日应在 01 到 {last} 之间，请改正");
    }
    let known = SAID.iter().find(|(starts, _)| starts.iter().any(|start| said.starts_with(start)));
    known.map_or("文件不是有效的 TOML，请检查此处的引号、括号和换行", |(_, ours)| *ours).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with a text as the library that is in use says it.
    fn wrong(text: &str) -> String {
        let error = toml_edit::Document::parse(text).map(|_| ()).expect_err(text);
        let ours = told(&error);
        assert!(!ours.contains(|c: char| c.is_ascii_lowercase()), "{ours}");
        ours
    }

    #[test]
    fn what_is_wrong_with_the_text_is_said_in_chinese() {
        for (text, words) in [
            ("a = 2026-02-30\n", "日应在 01 到 28 之间"),
            ("a = 2024-02-30\n", "日应在 01 到 29 之间"),
            ("a = 2026-13-01\n", "月份应在 01 到 12 之间"),
            ("a = 2026-1-1\n", "请写成 2026-01-31 的样子"),
            ("a = 1\na = 2\n", "写了两次"),
            ("a = [1, 2\n", "括号没有配对"),
            ("a = \"b\n", "引号括起来"),
            ("a = b\n", "引号括起来"),
            ("a =\n", "等号后面没有内容"),
            ("a = # b\n", "等号后面没有内容"),
            ("a\n", "有一个等号"),
            ("a \"b\"\n", "有一个等号"),
            ("a = = 1\n", "有一个等号"),
            ("a = \"b\" c\n", "TOML"),
        ] {
            let ours = wrong(text);
            assert!(ours.contains(words), "{text:?}: {ours}");
        }
    }

    #[test]
    fn a_sign_that_is_missing_is_not_taken_for_a_value_that_is() {
        for said in ["key with no value, expected `=`", "missing value for key, expected `=`"] {
            assert_eq!(in_chinese(said), "名称和内容之间要有一个等号，请改正");
        }
        assert_eq!(in_chinese("missing value, expected value"), NO_VALUE);
    }

    #[test]
    fn what_nobody_foresaw_is_a_general_sentence() {
        assert_eq!(
            in_chinese("flux capacitor, expected plutonium"),
            "文件不是有效的 TOML，请检查此处的引号、括号和换行"
        );
    }
}
