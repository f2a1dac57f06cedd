//! The frame of every page that strangers see: written whole by the server, small, no script, no cookie, readable on an old
//! phone over a bad line, large letters and English on request. What does not belong here: what a page says (`placard`,
//! `report_case`).

pub(crate) mod form;

use std::fmt::Write;

use app::placard::Hotline;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::router::Doors;

const STYLE: &str = ":root{--bg:#f4f3ef;--card:#fff;--ink:#1b2225;--ink2:#455056;--line:#e2dfd7;--brand:#1d5663;\
--amber:#855300;--amberw:#faf0d9}@media(prefers-color-scheme:dark){:root{--bg:#12171a;--card:#1a2024;--ink:#e8ecec;\
--ink2:#b3bdc1;--line:#2d363b;--brand:#8cc7d1;--amber:#f0c36b;--amberw:#33290f}}*{box-sizing:border-box}\
body{margin:0;background:var(--bg);color:var(--ink);font:400 1.125rem/1.6 system-ui,-apple-system,'PingFang SC',\
'Microsoft YaHei','Noto Sans CJK SC',sans-serif}html.big{font-size:135%}main{max-width:40rem;margin:0 auto;\
padding:1rem}.fire{display:flex;justify-content:space-between;align-items:center;background:#b3261e;color:#fff;\
padding:.7rem 1rem;font-weight:600;text-decoration:none}.fire b{font-size:1.5rem;text-decoration:underline}\
h1{font-size:1.5rem;line-height:1.35;margin:.2rem 0}h2{font-size:1.25rem;margin:1.2rem 0 .5rem}\
.sub{color:var(--ink2);margin:0}.card{background:var(--card);border:1px solid var(--line);\
border-radius:.75rem;padding:.25rem 1rem;margin:0;list-style:none}.card li{padding:.7rem 0;\
border-top:1px solid var(--line);display:flex;flex-wrap:wrap;gap:.1rem .8rem;align-items:baseline;\
justify-content:space-between}.card li:first-child{border-top:0}.card b{font-size:1.2rem}.card span{color:var(--ink2)}\
a{color:var(--brand)}.tel{min-height:2.75rem;display:inline-flex;align-items:center;font-size:1.2rem;font-weight:600}\
.note{background:var(--amberw);color:var(--amber);border-radius:.75rem;padding:.7rem 1rem;margin:.8rem 0}\
.demo{text-align:center;border-radius:0;margin:0;padding:.2rem 1rem}\
form.card{padding:1rem}label,legend{font-weight:600;display:block;margin:0 0 .3rem;padding:0}fieldset{border:0;margin:0;padding:0}\
.f{margin:0 0 1.1rem}.f small{color:var(--ink2);display:block;font-size:1.125rem}.o{font-weight:400;display:flex;gap:.7rem;align-items:center;\
min-height:2.75rem;margin:0}input,textarea,select,button{font:inherit;color:inherit}input[type=radio]{width:1.4rem;height:1.4rem;flex:none}\
input:not([type=radio]),textarea,select{width:100%;min-height:2.75rem;padding:.5rem .7rem;background:var(--bg);\
border:1px solid var(--ink2);border-radius:.5rem}button{width:100%;min-height:3.2rem;border:0;border-radius:.75rem;background:#1d5663;\
color:#fff;font-size:1.2rem;font-weight:600}.go{display:flex;justify-content:center;align-items:center;min-height:3.2rem;\
border-radius:.75rem;background:#1d5663;color:#fff;font-size:1.2rem;font-weight:600;text-decoration:none}:focus-visible{outline:3px solid var(--brand);outline-offset:2px}\
.sub+.card{margin-top:.6rem}.o{padding:.2rem 0}.code{font:600 1.5rem/1.5 ui-monospace,monospace;overflow-wrap:anywhere;user-select:all}nav{display:flex;gap:1.2rem;flex-wrap:wrap;margin:1.2rem 0 .5rem}nav a{min-height:2.75rem;display:inline-flex;\
align-items:center}@media print{.fire{color:#000;background:none;border:2px solid}nav{display:none}}";

/// How the page is wanted.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// `en` for English; Chinese otherwise.
    #[serde(default)]
    #[param(value_type = String)]
    pub(crate) lang: Lang,
    /// `1` for large letters.
    #[serde(default)]
    pub(crate) big: u8,
    /// Everything shown is invented.
    #[serde(skip)]
    #[param(ignore)]
    pub(crate) demo: bool,
}

impl FromRequestParts<Doors> for Wanted {
    type Rejection = QueryRejection;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, QueryRejection> {
        let Query(wanted) = Query::<Self>::from_request_parts(parts, doors).await?;
        Ok(Self { demo: doors.app.demo, ..wanted })
    }
}

/// A language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(from = "String")]
pub(crate) enum Lang {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl std::convert::From<String> for Lang {
    fn from(word: String) -> Self {
        if word == "en" { Self::En } else { Self::Zh }
    }
}

impl Wanted {
    /// The one of two words that is in the language wanted; the Chinese one where there is no other.
    pub(crate) fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        if self.lang == Lang::En && !en.is_empty() { en } else { zh }
    }

    /// How it is wanted, as part of an address.
    pub(crate) fn query(self) -> String {
        let lang = if self.lang == Lang::En { "en" } else { "zh" };
        format!("lang={lang}&amp;big={}", self.big)
    }

    /// A word in the language asked for.
    pub(crate) fn say(self, zh: &'static str, en: &'static str) -> &'static str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// The same page in another language or size.
    pub(crate) fn link(self, path: &str, lang: Lang, big: u8) -> String {
        let lang = if lang == Lang::En { "en" } else { "zh" };
        let joint = if path.contains('?') { "&amp;" } else { "?" };
        format!("{path}{joint}lang={lang}&amp;big={big}")
    }
}

/// Text as HTML: whatever a name holds, it stays a name.
pub(crate) fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A number to tap; one that shows its ends only cannot be called.
pub(crate) fn phone(number: &str) -> String {
    let shown = text(number);
    if number.contains('*') || number.is_empty() {
        return format!("<span>{shown}</span>");
    }
    let digits: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    format!("<a class=tel href=\"tel:{digits}\">{shown}</a>")
}

/// Whom to call.
pub(crate) fn hotlines(
    out: &mut String,
    wanted: Wanted,
    lines: &[Hotline],
    office: Option<&(String, String)>,
) {
    let _ = write!(out, "<h2>{}</h2><ul class=card>", wanted.say("求助和举报电话", "Whom to call"));
    for line in lines {
        let _ = write!(out, "<li><span>{}</span>{}</li>", wanted.say(line.zh, line.en), phone(&line.number));
    }
    if let Some((name, number)) = office {
        let _ = write!(out, "<li><span>{}</span>{}</li>", text(name), phone(number));
    }
    out.push_str("</ul>");
}

/// Whom to call, for a page that has nothing else to show. Should even that not be found, 119 stands above every page.
pub(crate) async fn whom_to_call(doors: &Doors, wanted: Wanted) -> String {
    let mut out = String::new();
    match doors.app.hotlines().await {
        Ok(lines) => hotlines(&mut out, wanted, &lines, None),
        Err(error) => tracing::error!(cause = ?error, "a public page cannot say whom to call"),
    }
    out
}

/// A whole page around its middle.
pub(crate) fn whole(wanted: Wanted, path: &str, title: &str, middle: &str, link: (&str, &str)) -> String {
    let (html_lang, class) = (wanted.say("zh-CN", "en"), if wanted.big == 1 { " class=big" } else { "" });
    let other = if wanted.lang == Lang::En { Lang::Zh } else { Lang::En };
    let demo = match wanted.demo {
        true => format!(
            "<p class=\"note demo\" role=note>{}</p>",
            wanted.say(app::DEMO, "Demo data: every place, person and record is invented")
        ),
        false => String::new(),
    };
    format!(
        "<!doctype html><html lang={html_lang}{class}><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width,initial-scale=1\"><meta name=robots content=noindex>\
         <title>{title}</title><style>{STYLE}</style>\
         <a class=fire href=\"tel:119\"><span>{}</span><b>119</b></a>{demo}<main>{middle}<nav>\
         <a href=\"{}\">{}</a><a href=\"{}\">{}</a><a href=\"{}\">{}</a></nav></main></html>",
        wanted.say("正在着火？先打", "Fire? Call first"),
        wanted.link(path, wanted.lang, 1 - wanted.big.min(1)),
        if wanted.big == 1 {
            wanted.say("标准字号", "Normal text")
        } else {
            wanted.say("大字", "Large text")
        },
        wanted.link(path, other, wanted.big),
        if other == Lang::En { "English" } else { "中文" },
        wanted.link(link.0, wanted.lang, wanted.big),
        link.1,
    )
}
