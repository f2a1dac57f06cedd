//! The pages strangers see: who is responsible here, and who enforces in this town. Written whole by the server, small, no
//! script, no cookie, readable on an old phone over a bad line. What does not belong here: what may be shown
//! (`app::placard`).
//!
//! `/p/{code}` is the unit owner's page too, and its codes are four groups of four capital letters and digits. A
//! placard's begins with `b-`, so the two are told apart by the path alone and no code is looked up twice.

use std::fmt::Write;
use std::sync::Arc;

use app::placard::{PlacardLine, PublicOfficers, PublicPlacard};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use domain::placard::HOTLINES;
use domain::time::Date;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::limit::{From, Limiter};
use crate::router::Doors;

/// Pages to one address in a minute: a whole office may come by one.
const MAX_ADDRESS: u32 = 300;
const MINUTE_MS: i64 = 60 * 1000;

const STYLE: &str = ":root{--bg:#f4f3ef;--card:#fff;--ink:#1b2225;--ink2:#455056;--line:#e2dfd7;--brand:#1d5663;\
--amber:#855300;--amberw:#faf0d9}@media(prefers-color-scheme:dark){:root{--bg:#12171a;--card:#1a2024;--ink:#e8ecec;\
--ink2:#b3bdc1;--line:#2d363b;--brand:#8cc7d1;--amber:#f0c36b;--amberw:#33290f}}*{box-sizing:border-box}\
body{margin:0;background:var(--bg);color:var(--ink);font:400 1.0625rem/1.6 system-ui,-apple-system,'PingFang SC',\
'Microsoft YaHei','Noto Sans CJK SC',sans-serif}html.big{font-size:135%}main{max-width:40rem;margin:0 auto;\
padding:1rem}.fire{display:flex;justify-content:space-between;align-items:center;background:#b3261e;color:#fff;\
padding:.7rem 1rem;font-weight:600;text-decoration:none}.fire b{font-size:1.5rem;text-decoration:underline}\
h1{font-size:1.35rem;line-height:1.35;margin:.2rem 0}h2{font-size:1.05rem;margin:1.2rem 0 .5rem}\
.sub{color:var(--ink2);font-size:.9rem;margin:0}.card{background:var(--card);border:1px solid var(--line);\
border-radius:.75rem;padding:.25rem 1rem;margin:0;list-style:none}.card li{padding:.7rem 0;\
border-top:1px solid var(--line);display:flex;flex-wrap:wrap;gap:.1rem .8rem;align-items:baseline;\
justify-content:space-between}.card li:first-child{border-top:0}.card b{font-size:1.15rem}.card span{color:var(--ink2)}\
a{color:var(--brand)}.tel{min-height:2.75rem;display:inline-flex;align-items:center;font-size:1.1rem;font-weight:600}\
.note{background:var(--amberw);color:var(--amber);border-radius:.75rem;padding:.7rem 1rem;margin:.8rem 0}\
nav{display:flex;gap:1.2rem;flex-wrap:wrap;margin:1.2rem 0 .5rem}nav a{min-height:2.75rem;display:inline-flex;\
align-items:center}@media print{.fire{color:#000;background:none;border:2px solid}nav{display:none}}";

/// How the page is wanted.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// `en` for English; Chinese otherwise.
    #[serde(default)]
    #[param(value_type = String)]
    lang: Lang,
    /// `1` for large letters.
    #[serde(default)]
    big: u8,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(from = "String")]
pub(crate) enum Lang {
    #[default]
    Zh,
    En,
}

impl std::convert::From<String> for Lang {
    fn from(word: String) -> Self {
        if word == "en" { Self::En } else { Self::Zh }
    }
}

impl Wanted {
    pub(crate) fn say(self, zh: &'static str, en: &'static str) -> &'static str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// The one of two words that is in the language wanted; the Chinese one where there is no other.
    pub(crate) fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        if self.lang == Lang::En && !en.is_empty() { en } else { zh }
    }

    /// How it is wanted, as part of an address.
    pub(crate) fn query(self) -> String {
        let lang = if self.lang == Lang::En { "en" } else { "zh" };
        format!("lang={lang}&amp;big={}", self.big)
    }

    /// The same page in another language or size.
    fn link(self, path: &str, lang: Lang, big: u8) -> String {
        let lang = if lang == Lang::En { "en" } else { "zh" };
        format!("{path}?lang={lang}&amp;big={big}")
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
fn phone(number: &str) -> String {
    let shown = text(number);
    if number.contains('*') || number.is_empty() {
        return format!("<span>{shown}</span>");
    }
    let digits: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    format!("<a class=tel href=\"tel:{digits}\">{shown}</a>")
}

pub(crate) fn hotlines(out: &mut String, wanted: Wanted, office: Option<&(String, String)>) {
    let english = ["Fire", "Government service line", "Report a fire hazard"];
    let _ = write!(out, "<h2>{}</h2><ul class=card>", wanted.say("求助和举报电话", "Whom to call"));
    for ((zh, number), en) in HOTLINES.into_iter().zip(english) {
        let _ = write!(out, "<li><span>{}</span>{}</li>", wanted.say(zh, en), phone(number));
    }
    if let Some((name, number)) = office {
        let _ = write!(out, "<li><span>{}</span>{}</li>", text(name), phone(number));
    }
    out.push_str("</ul>");
}

/// A whole page around its middle.
pub(crate) fn whole(wanted: Wanted, path: &str, title: &str, middle: &str, link: (&str, &str)) -> String {
    let (html_lang, class) = (wanted.say("zh-CN", "en"), if wanted.big == 1 { " class=big" } else { "" });
    let other = if wanted.lang == Lang::En { Lang::Zh } else { Lang::En };
    format!(
        "<!doctype html><html lang={html_lang}{class}><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width,initial-scale=1\"><meta name=robots content=noindex>\
         <title>{title}</title><style>{STYLE}</style>\
         <a class=fire href=\"tel:119\"><span>{}</span><b>119</b></a><main>{middle}<nav>\
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

fn line(out: &mut String, wanted: Wanted, line: &PlacardLine) {
    let acting = if line.acting { wanted.say("（代）", " (acting)") } else { "" };
    let _ = write!(
        out,
        "<li><div><b>{}</b><br><span>{}{acting}</span></div>{}</li>",
        text(&line.name),
        text(&line.title),
        if line.office_phone.is_empty() { String::new() } else { phone(&line.office_phone) }
    );
}

fn as_of(wanted: Wanted, today: Date) -> String {
    match wanted.lang {
        Lang::Zh => format!("截至 {today} 的在任人员"),
        Lang::En => format!("In office on {today}"),
    }
}

fn placard_page(wanted: Wanted, code: &str, shown: &PublicPlacard) -> String {
    let title = format!("{} {}", text(&shown.about), wanted.say("消防责任人", "fire-safety contacts"));
    let mut out = format!("<p class=sub>{} {}</p><h1>{title}</h1>", text(&shown.town), text(&shown.village));
    if shown.is_void {
        let _ = write!(
            out,
            "<p class=note>{}</p>",
            wanted.say(
                "这块公示牌已作废，请勿再按牌上的姓名和电话联系；需要帮助请拨打下面的电话。",
                "This placard is no longer valid. Please use the numbers below instead."
            )
        );
    } else {
        let _ = write!(out, "<p class=sub>{}</p>", as_of(wanted, shown.today));
        if shown.is_changed {
            let _ = write!(
                out,
                "<p class=note>{}</p>",
                wanted.say(
                    "墙上牌子的人员已有变动，请以本页为准。",
                    "People have changed since the sign was printed. Go by this page."
                )
            );
        }
        let _ = write!(out, "<h2>{}</h2><ul class=card>", wanted.say("由谁负责", "Who is responsible"));
        for one in &shown.lines {
            line(&mut out, wanted, one);
        }
        if shown.lines.is_empty() {
            let _ = write!(
                out,
                "<li>{}</li>",
                wanted.say("岗位暂时空缺，请拨打下面的电话。", "The post is vacant. Please call below.")
            );
        }
        out.push_str("</ul>");
    }
    hotlines(&mut out, wanted, shown.office.as_ref());
    let officers = ("/p/officers", wanted.say("本镇执法检查人员名单", "Who enforces in this town"));
    whole(wanted, &format!("/p/b-{code}"), &title, &out, officers)
}

fn officers_page(wanted: Wanted, shown: &PublicOfficers) -> String {
    let title = format!(
        "{}{}",
        text(&shown.town),
        wanted.say("消防执法检查人员名单", " fire-safety enforcement staff")
    );
    let mut out = format!("<h1>{title}</h1><p class=sub>{}</p>", as_of(wanted, shown.today));
    for (is_officer, heading) in [
        (true, wanted.say("执法人员", "Enforcement officers")),
        (false, wanted.say("协助执法人员", "Enforcement assistants")),
    ] {
        let these: Vec<_> = shown.items.iter().filter(|one| one.is_officer == is_officer).collect();
        if these.is_empty() {
            continue;
        }
        let _ = write!(out, "<h2>{heading}</h2><ul class=card>");
        for one in these {
            let _ = write!(
                out,
                "<li><div><b>{}</b><br><span>{} {}</span></div><span>{}</span></li>",
                text(&one.name),
                text(&one.org),
                text(&one.title),
                text(&one.scope)
            );
        }
        out.push_str("</ul>");
    }
    if shown.items.is_empty() {
        let none = wanted.say(
            "今天没有证件和培训都有效的执法检查人员。",
            "Nobody holds a valid certificate and training today.",
        );
        let _ = write!(out, "<p class=note>{none}</p>");
    }
    let _ = write!(
        out,
        "<p class=sub>{}</p>",
        wanted.say(
            "执法检查时请当事人查验证件；不在名单上的人员无权执法。",
            "Ask to see the certificate. Whoever is not listed may not enforce."
        )
    );
    hotlines(&mut out, wanted, shown.office.as_ref());
    whole(wanted, "/p/officers", &title, &out, ("/p/officers", wanted.say("刷新", "Reload")))
}

/// A page that says why there is none.
fn instead(wanted: Wanted, status: StatusCode, sentence: &str) -> Response {
    let mut out = format!("<p class=note>{sentence}</p>");
    hotlines(&mut out, wanted, None);
    let title = wanted.say("公示牌", "Placard");
    let officers = ("/p/officers", wanted.say("本镇执法检查人员名单", "Who enforces in this town"));
    (status, Html(whole(wanted, "", title, &out, officers))).into_response()
}

fn answered<T>(wanted: Wanted, said: app::Result<Option<T>>, show: impl FnOnce(&T) -> String) -> Response {
    match said {
        Ok(Some(shown)) => Html(show(&shown)).into_response(),
        Ok(None) => instead(
            wanted,
            StatusCode::NOT_FOUND,
            wanted.say(
                "没有这块公示牌，请核对二维码，或拨打下面的电话。",
                "There is no such placard. Please call below.",
            ),
        ),
        Err(app::Error::TooMany { .. }) => instead(
            wanted,
            StatusCode::TOO_MANY_REQUESTS,
            wanted.say("访问过于频繁，请稍后再试。", "Too many requests. Please try again later."),
        ),
        Err(error) => {
            tracing::error!(cause = ?error, "a public page could not be written");
            instead(
                wanted,
                StatusCode::SERVICE_UNAVAILABLE,
                wanted.say(
                    "页面暂时打不开，请稍后再试。",
                    "The page cannot be shown now. Please try again later.",
                ),
            )
        }
    }
}

fn admit(doors: &Doors, limiter: &Limiter, from: &From) -> app::Result<()> {
    limiter.pass(&from.0, MAX_ADDRESS, MINUTE_MS, doors.app.now())
}

/// 公示牌公开页
#[utoipa::path(get, path = "/p/b-{code}", tag = "placard", params(("code" = String, Path), Wanted),
    responses((status = 200, content_type = "text/html"), (status = 404, content_type = "text/html")))]
pub(super) async fn placard(
    State(doors): State<Doors>,
    Extension(limiter): Extension<Arc<Limiter>>,
    from: From,
    Path(code): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let said = match admit(&doors, &limiter, &from) {
        Ok(()) => doors.app.public_placard(&code).await,
        Err(error) => Err(error),
    };
    answered(wanted, said, |shown| placard_page(wanted, &text(&code), shown))
}

/// 执法检查人员公开名单
#[utoipa::path(get, path = "/p/officers", tag = "placard", params(Wanted),
    responses((status = 200, content_type = "text/html")))]
pub(super) async fn officers(
    State(doors): State<Doors>,
    Extension(limiter): Extension<Arc<Limiter>>,
    from: From,
    Query(wanted): Query<Wanted>,
) -> Response {
    let said = match admit(&doors, &limiter, &from) {
        Ok(()) => doors.app.public_officers().await.map(Some),
        Err(error) => Err(error),
    };
    answered(wanted, said, |shown| officers_page(wanted, shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZH: Wanted = Wanted { lang: Lang::Zh, big: 0 };

    #[test]
    fn a_name_is_shown_and_never_run() {
        let shown = PublicPlacard {
            town: "青峰镇".to_owned(),
            about: "<script>alert(1)</script>".to_owned(),
            village: String::new(),
            lines: vec![PlacardLine {
                name: "\"><img src=x>".to_owned(),
                title: "书记 & 组长".to_owned(),
                office_phone: "023-49000001".to_owned(),
                acting: true,
            }],
            is_void: false,
            is_changed: true,
            office: None,
            today: Date::default(),
        };
        let page = placard_page(ZH, "abc", &shown);
        assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
        assert!(
            page.contains("href=\"tel:02349000001\"") && page.contains("书记 &amp; 组长（代）"),
            "{page}"
        );
        assert!(page.len() < 14_000, "{} bytes", page.len());
    }

    #[test]
    fn a_masked_number_is_no_link() {
        assert_eq!(phone("138****5678"), "<span>138****5678</span>");
        assert!(phone("119").contains("tel:119"));
    }
}
