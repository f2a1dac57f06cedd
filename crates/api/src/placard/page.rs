//! The pages strangers see: who is responsible here, and who enforces in this town. Written whole by the server, small, no
//! script, no cookie, readable on an old phone over a bad line. What does not belong here: what may be shown
//! (`app::placard`).
//!
//! `/p/{code}` is the unit owner's page too, and its codes are four groups of four capital letters and digits. A
//! placard's begins with `b-`, so the two are told apart by the path alone and no code is looked up twice.

use std::fmt::Write;
use std::sync::Arc;

use app::placard::{Does, PlacardLine, PublicOfficers, PublicPlacard};
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use domain::time::{Date, MINUTE_MS};

use crate::limit::{From, Limiter};
use crate::page::{Lang, Wanted, hotlines, phone, text, whole, whom_to_call};
use crate::router::Doors;

/// Pages to one address in a minute: a whole office may come by one.
const MAX_ADDRESS: u32 = 300;

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
        for what in &shown.differs {
            let sentence = match *what {
                "changed" => wanted.say(
                    "墙上牌子的人员已有变动，请以本页为准。",
                    "People have changed since the sign was printed. Go by this page.",
                ),
                "renamed" => wanted.say(
                    "墙上牌子的姓名或职务已有更正，请以本页为准。",
                    "A name or title on the sign was corrected. Go by this page.",
                ),
                _ => wanted.say(
                    "墙上牌子的电话已有变动，请拨打本页的电话。",
                    "A phone number on the sign has changed. Call the numbers on this page.",
                ),
            };
            let _ = write!(out, "<p class=note>{sentence}</p>");
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
    let _ = write!(
        out,
        "<p><a class=tel href=\"{}\">{}</a></p>",
        wanted.link(&format!("/p/report?b={code}"), wanted.lang, wanted.big),
        wanted.say("这里有火灾隐患？点此举报", "A fire hazard here? Report it")
    );
    hotlines(&mut out, wanted, &shown.hotlines, shown.office.as_ref());
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
    for (does, heading) in [
        (Does::Enforces, wanted.say("执法人员", "Enforcement officers")),
        (Does::Helps, wanted.say("协助执法人员", "Enforcement assistants")),
        (Does::Inspects, wanted.say("部门检查人员", "Department inspectors")),
    ] {
        let these: Vec<_> = shown.items.iter().filter(|one| one.does == does).collect();
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
    if shown.items.iter().all(|one| one.does == Does::Inspects) {
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
    hotlines(&mut out, wanted, &shown.hotlines, shown.office.as_ref());
    whole(wanted, "/p/officers", &title, &out, ("/p/officers", wanted.say("刷新", "Reload")))
}

/// A page that says why there is none.
async fn instead(doors: &Doors, wanted: Wanted, status: StatusCode, sentence: &str) -> Response {
    let title = wanted.say("公示牌", "Placard");
    let calls = whom_to_call(doors, wanted).await;
    let out = format!("<h1>{title}</h1><p class=note>{sentence}</p>{calls}");
    let officers = ("/p/officers", wanted.say("本镇执法检查人员名单", "Who enforces in this town"));
    (status, Html(whole(wanted, "", title, &out, officers))).into_response()
}

async fn answered<T>(
    doors: &Doors,
    wanted: Wanted,
    said: app::Result<Option<T>>,
    show: impl FnOnce(&T) -> String,
) -> Response {
    let (status, sentence) = match said {
        Ok(Some(shown)) => return Html(show(&shown)).into_response(),
        Ok(None) => (
            StatusCode::NOT_FOUND,
            wanted.say(
                "没有这块公示牌，请核对二维码，或拨打下面的电话。",
                "There is no such placard. Please call below.",
            ),
        ),
        Err(app::Error::TooMany { .. }) => (
            StatusCode::TOO_MANY_REQUESTS,
            wanted.say("访问过于频繁，请稍后再试。", "Too many requests. Please try again later."),
        ),
        Err(error) => {
            tracing::error!(cause = ?error, "a public page could not be written");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                wanted.say(
                    "页面暂时打不开，请稍后再试。",
                    "The page cannot be shown now. Please try again later.",
                ),
            )
        }
    };
    instead(doors, wanted, status, sentence).await
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
    wanted: Wanted,
) -> Response {
    let said = match admit(&doors, &limiter, &from) {
        Ok(()) => doors.app.public_placard(&code).await,
        Err(error) => Err(error),
    };
    answered(&doors, wanted, said, |shown| placard_page(wanted, &text(&code), shown)).await
}

/// 执法检查人员公开名单
#[utoipa::path(get, path = "/p/officers", tag = "placard", params(Wanted),
    responses((status = 200, content_type = "text/html")))]
pub(super) async fn officers(
    State(doors): State<Doors>,
    Extension(limiter): Extension<Arc<Limiter>>,
    from: From,
    wanted: Wanted,
) -> Response {
    let said = match admit(&doors, &limiter, &from) {
        Ok(()) => doors.app.public_officers().await.map(Some),
        Err(error) => Err(error),
    };
    answered(&doors, wanted, said, |shown| officers_page(wanted, shown)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::placard::Hotline;

    const ZH: Wanted = Wanted { lang: Lang::Zh, big: 0, demo: false };

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
            differs: vec!["changed", "renamed", "phone"],
            hotlines: vec![Hotline { zh: "火警", en: "Fire", number: "119".to_owned() }],
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
