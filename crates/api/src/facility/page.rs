//! The page behind a facility's label, for whoever stands before it: what it is, how it stands, a form to say what is
//! wrong. Written whole by the server, no cookie, whole without script too (the script of the report form keeps the photo of
//! a form that is refused, and what was typed when the page is shown larger or in English). What does not belong here: what
//! may be shown (`app::facility`), the frame of public pages (`page`).

use domain::time::HOUR_MS;
use std::fmt::Write;
use std::sync::Arc;

use app::facility::public::PublicFacility;
use axum::Extension;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use domain::facility::Stage;
use domain::facility::report::{MOST_WORDS, Trouble};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::limit::{From, Limiter};
use crate::page::form::{MAX_FILE, MAX_READ, Sent, Unread};
use crate::page::{Lang, Wanted, hotlines, text, whole, whom_to_call};
use crate::router::Doors;

/// Pages to one address in an hour.
const MAX_PAGES: u32 = 600;
/// Forms sent from one address in an hour, whatever becomes of them: a whole village may be behind one address.
const MAX_SENT: u32 = 120;
/// Reports taken from one address about one facility in an hour; what is refused does not count.
const MAX_REPORTS: u32 = 6;
/// Reports about one facility in an hour, whoever sends them.
const MAX_OF_ONE: u32 = 20;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(facility, report))
        .layer(Extension(Arc::new(Limiter::default())))
        .layer(DefaultBodyLimit::max(MAX_READ))
}

fn english(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::NoWater => "No water",
        Trouble::Broken => "Broken, cannot be opened",
        Trouble::Leaking => "Leaking",
        Trouble::Blocked => "Buried, built over or blocked",
        Trouble::Gone => "It is gone",
        Trouble::Other => "Something else",
    }
}

fn standing(wanted: Wanted, stage: Stage) -> &'static str {
    match stage {
        Stage::InService => wanted.say("在用", "In service"),
        Stage::Fault => wanted.say("故障，等待维修", "Out of order"),
        Stage::Repairing => wanted.say("维修中", "Being repaired"),
        Stage::Retired => wanted.say("已退役", "Retired"),
        _ => wanted.say("未投用", "Not in service yet"),
    }
}

/// How it stands; of what is in service and was not looked at in its time, since when not: nobody knows whether it works.
fn stands(wanted: Wanted, shown: &PublicFacility) -> String {
    let stage = standing(wanted, shown.stage);
    match (shown.is_unchecked, shown.checked_on) {
        (false, _) => stage.to_owned(),
        (true, None) => {
            format!(
                "{stage}{}",
                wanted.say("，投用后还没有检查过", ", not checked since it was put in service")
            )
        }
        (true, Some(on)) => match wanted.lang {
            Lang::En => format!("{stage}, not checked since {on}, its check is overdue"),
            _ => format!("{stage}，{on} 以后没有检查，已超过检查周期"),
        },
    }
}

/// Whether a report was just taken.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct Taken {
    /// `1` after one was.
    sent: u8,
}

/// What the page says beside the facility.
enum Outcome {
    None,
    Thanks,
    Wrong(Kept),
}

/// What was typed into a report that could not be taken, and why not.
#[derive(Debug, Default)]
struct Kept {
    /// Why not, in the reader's language.
    refusal: String,
    trouble: String,
    words: String,
    /// A picture came along: no page can put a file back into a form.
    had_photo: bool,
}

/// Why the form came back, above it, as the report form says it.
fn refusal_note(out: &mut String, wanted: Wanted, kept: &Kept) {
    let photo = match kept.had_photo {
        // With a script the photo is still there, and this is taken out.
        true => wanted.say(
            "<span class=again>照片请重新选择。</span>",
            "<span class=again> Please choose the photo again.</span>",
        ),
        false => "",
    };
    let _ = write!(
        out,
        "<div class=note role=alert><p><b>{}</b></p><p>{}</p><p>{}{photo}</p></div>",
        wanted.say("没有提交成功", "Not sent"),
        text(&kept.refusal),
        wanted.say(
            "填好的内容都在下面，改好后再提交。",
            "What you wrote is below: change it and send it again."
        ),
    );
}

/// What is wrong, for whoever stands before it.
fn form(out: &mut String, wanted: Wanted, id: &str, kept: &Kept) {
    let _ = write!(
        out,
        "<form method=post action=\"/p/f-{id}?{}\" enctype=\"multipart/form-data\" class=card>\
         <p><label for=photo>{}</label><input id=photo name=photo type=file accept=\"image/*\" data-b={MAX_FILE} \
         data-w=\"{}\"></p>",
        wanted.query(),
        wanted.say("照片（可不附，不超过 12 MB）", "A photo (if you like, at most 12 MB)"),
        larger(wanted),
    );
    for trouble in Trouble::ALL {
        let _ = write!(
            out,
            "<p><label><input type=radio name=trouble value={} required{}> {}</label></p>",
            trouble.code(),
            if trouble.code() == kept.trouble { " checked" } else { "" },
            wanted.say(trouble.label(), english(trouble))
        );
    }
    let _ = write!(
        out,
        "<p><label>{}<br><textarea name=words maxlength={MOST_WORDS} rows=3 style=\"width:100%;font:inherit\">{}</textarea>\
         </label></p><p class=sub>{}</p>\
         <p><button style=\"font:inherit;min-height:2.75rem;padding:0 1.2rem\">{}</button></p></form>",
        wanted.say("补充说明（选“其他问题”时必填）", "What is wrong (needed for something else)"),
        text(&kept.words),
        wanted.say(
            "不用登录，不收集姓名电话；请不要写他人隐私。",
            "No login, no name, no phone. Please write nothing private about others."
        ),
        wanted.say("提交", "Send")
    );
}

fn larger(wanted: Wanted) -> &'static str {
    wanted.say(
        "照片超过 12 MB，请换一张小一点的照片，或不附照片。",
        "The photo is larger than 12 MB. Send a smaller one, or none.",
    )
}

fn facility_page(wanted: Wanted, id: &str, shown: &PublicFacility, outcome: &Outcome) -> String {
    let title = text(&shown.name);
    let kind = wanted.pick(&shown.kind, &shown.english);
    let mut out = format!(
        "<p class=sub>{} {}</p><h1>{title}</h1><p class=sub>{} · {}</p>",
        text(&shown.town),
        text(&shown.village),
        text(kind),
        text(&shown.code)
    );
    let note = |out: &mut String, sentence: &str| {
        let _ = write!(out, "<p class=note>{sentence}</p>");
    };
    if let Outcome::Thanks = outcome {
        note(
            &mut out,
            wanted.say(
                "已收到，谢谢。管护单位会到现场核实；正在着火请直接拨打 119。",
                "Received, thank you. Whoever keeps it will come and look. If it burns, call 119.",
            ),
        );
    }
    let row = |out: &mut String, what: &str, value: &str| {
        if !value.is_empty() {
            let _ = write!(out, "<li><span>{what}</span><b>{}</b></li>", text(value));
        }
    };
    out.push_str("<ul class=card>");
    row(&mut out, wanted.say("状态", "State"), &stands(wanted, shown));
    row(&mut out, wanted.say("位置", "Where"), &shown.address);
    row(&mut out, wanted.say("管护单位", "Kept by"), &shown.maintainer);
    let checked = shown.checked_on.map(|day| day.to_string()).unwrap_or_default();
    row(&mut out, wanted.say("上次检查合格", "Last found good"), &checked);
    out.push_str("</ul>");
    if shown.is_reported {
        note(
            &mut out,
            wanted.say("有人报告过问题，正在核实。", "A problem was reported and is being looked into."),
        );
    }
    if shown.is_gone {
        note(&mut out, wanted.say("这处设施已停用，火灾时请勿指望它。", "It is retired. Do not rely on it."));
    } else {
        let _ = write!(out, "<h2>{}</h2>", wanted.say("报告问题", "Report a problem"));
        match outcome {
            Outcome::Wrong(kept) => {
                refusal_note(&mut out, wanted, kept);
                form(&mut out, wanted, id, kept);
            }
            _ => form(&mut out, wanted, id, &Kept::default()),
        }
    }
    let _ = write!(
        out,
        "<p><a href=\"/p/report?f={}&{}\">{}</a></p>",
        text(&shown.code),
        wanted.query(),
        wanted.say(
            "想凭受理码查办理进度，请用举报登记",
            "To follow how it is handled by a receipt code, report it here"
        )
    );
    if !shown.is_gone {
        let _ = write!(
            out,
            "<p><a href=\"/m/facility/{id}\">{}</a></p>",
            wanted.say("管护人员：登录后登记检查", "Whoever keeps it: sign in and record a check")
        );
    }
    hotlines(&mut out, wanted, &shown.hotlines, shown.office.as_ref());
    out.push_str(
        "<style>#seen{max-width:100%;max-height:16rem}form small{font-size:1em}</style><script src=/p/form.js defer></script>",
    );
    let officers = ("/p/officers", wanted.say("本镇执法检查人员名单", "Who enforces in this town"));
    whole(wanted, &format!("/p/f-{id}"), &title, &out, officers)
}

/// A page that says why there is none, and whom to call.
async fn instead(doors: &Doors, wanted: Wanted, status: StatusCode, sentence: &str) -> Response {
    let title = wanted.say("消防设施", "Fire facility");
    let calls = whom_to_call(doors, wanted).await;
    let out = format!("<h1>{title}</h1><p class=note role=alert>{sentence}</p>{calls}");
    let officers = ("/p/officers", wanted.say("本镇执法检查人员名单", "Who enforces in this town"));
    (status, Html(whole(wanted, "", title, &out, officers))).into_response()
}

async fn answered(doors: &Doors, wanted: Wanted, id: &str, status: StatusCode, outcome: Outcome) -> Response {
    match doors.app.public_facility(&id.into()).await {
        Ok(Some(shown)) => (status, Html(facility_page(wanted, &text(id), &shown, &outcome))).into_response(),
        Ok(None) => {
            let sentence = wanted.say(
                "没有这处设施，请核对二维码，或拨打下面的电话。",
                "There is no such facility. Please call below.",
            );
            instead(doors, wanted, StatusCode::NOT_FOUND, sentence).await
        }
        Err(error) => {
            tracing::error!(cause = ?error, "a public page could not be written");
            let sentence = wanted
                .say("页面暂时打不开，请稍后再试。", "The page cannot be shown now. Please try again later.");
            instead(doors, wanted, StatusCode::SERVICE_UNAVAILABLE, sentence).await
        }
    }
}

/// The same for a form that was not read: what was typed is still where it was typed.
async fn lost(doors: &Doors, wanted: Wanted, status: StatusCode, sentence: &str) -> Response {
    let back = wanted.say(
        "请按浏览器的“返回”键，填好的内容还在。",
        " Use the back button of your browser: what you wrote is still there.",
    );
    instead(doors, wanted, status, &format!("{sentence}<span class=again>{back}</span>")).await
}

/// Why not, in the reader's language.
fn why(wanted: Wanted, error: &app::Error) -> (StatusCode, String) {
    let (code, sentence) = match error {
        app::Error::Invalid(fields) => {
            fields.first().map_or(("", String::new()), |field| (field.code, field.message.clone()))
        }
        app::Error::Refused { code, message } => (*code, message.clone()),
        other => {
            tracing::error!(cause = ?other, "a public report could not be kept");
            let sentence = wanted.say(
                "没有提交成功，请稍后再试，或拨打下面的电话。",
                "It was not sent. Please try again later, or call below.",
            );
            return (StatusCode::SERVICE_UNAVAILABLE, sentence.to_owned());
        }
    };
    let english = match code {
        "facility.trouble" => "Please choose what is wrong.",
        "facility.no_fault" => "Please say what is wrong.",
        "facility.report_too_long" => "That is too long. Say it in at most 300 characters.",
        "photo.not_image" => "This file is no photo that can be opened. Please choose another.",
        _ => "This could not be taken. Please try again later, or call.",
    };
    let said = if wanted.lang == Lang::En { english.to_owned() } else { sentence };
    (StatusCode::UNPROCESSABLE_ENTITY, said)
}

fn often(wanted: Wanted) -> &'static str {
    wanted.say(
        "提交或访问过于频繁，请过一小时再试，紧急情况请拨打下面的电话。",
        "Too many requests. Please try again in an hour, or call below.",
    )
}

/// 设施公开页
#[utoipa::path(get, path = "/p/f-{id}", tag = "facility", params(("id" = String, Path), Taken, Wanted),
    responses((status = 200, content_type = "text/html"), (status = 404, content_type = "text/html")))]
async fn facility(
    State(doors): State<Doors>,
    Extension(limiter): Extension<Arc<Limiter>>,
    from: From,
    Path(id): Path<String>,
    Query(taken): Query<Taken>,
    wanted: Wanted,
) -> Response {
    if limiter.pass(&format!("page {}", from.0), MAX_PAGES, HOUR_MS, doors.app.now()).is_err() {
        return instead(&doors, wanted, StatusCode::TOO_MANY_REQUESTS, often(wanted)).await;
    }
    let outcome = if taken.sent == 1 { Outcome::Thanks } else { Outcome::None };
    answered(&doors, wanted, &id, StatusCode::OK, outcome).await
}

/// 群众报告设施故障
#[utoipa::path(post, path = "/p/f-{id}", tag = "facility", params(("id" = String, Path), Wanted),
    request_body(content = String, content_type = "multipart/form-data"),
    responses((status = 303), (status = 413, content_type = "text/html"), (status = 422, content_type = "text/html"), (status = 429, content_type = "text/html")))]
async fn report(
    State(doors): State<Doors>,
    Extension(limiter): Extension<Arc<Limiter>>,
    from: From,
    Path(id): Path<String>,
    wanted: Wanted,
    said: Result<Multipart, MultipartRejection>,
) -> Response {
    let Ok(body) = said else {
        let sentence = wanted.say("请从本页的表单提交。", "Please send it with the form on this page.");
        return instead(&doors, wanted, StatusCode::UNPROCESSABLE_ENTITY, sentence).await;
    };
    let now = doors.app.now();
    let (sent, own, about) =
        (format!("sent {}", from.0), format!("report {} {id}", from.0), format!("about {id}"));
    let passed = limiter
        .pass(&sent, MAX_SENT, HOUR_MS, now)
        .and_then(|()| limiter.check(&about, MAX_OF_ONE, now))
        .and_then(|()| limiter.pass(&own, MAX_REPORTS, HOUR_MS, now))
        .and_then(|()| limiter.pass(&about, MAX_OF_ONE, HOUR_MS, now));
    if passed.is_err() {
        return lost(&doors, wanted, StatusCode::TOO_MANY_REQUESTS, often(wanted)).await;
    }
    let mut said = match Sent::read(body).await {
        Ok(said) => said,
        Err(unread) => {
            limiter.give_back(&own);
            limiter.give_back(&about);
            let (status, sentence) = match unread {
                Unread::PhotoTooLarge | Unread::VoiceTooLarge => {
                    (StatusCode::PAYLOAD_TOO_LARGE, larger(wanted))
                }
                Unread::Broken => (
                    StatusCode::BAD_REQUEST,
                    wanted.say(
                        "内容没有传完整，请检查网络后再提交。",
                        "It did not come through whole. Please send it again.",
                    ),
                ),
            };
            return lost(&doors, wanted, status, sentence).await;
        }
    };
    let facility = id.as_str().into();
    let (trouble, words) = (said.take("trouble"), said.take("words"));
    let had_photo = !said.photo.is_empty();
    let error = match doors.app.report_facility(&facility, (&trouble, &words), said.photo).await {
        Ok(()) => {
            let lang = if wanted.lang == Lang::En { "en" } else { "zh" };
            let path =
                format!("/p/f-{}?sent=1&lang={lang}&big={}", crate::attachment::percent(&id), wanted.big);
            return (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response();
        }
        Err(app::Error::NotFound) => {
            limiter.give_back(&own);
            limiter.give_back(&about);
            return answered(&doors, wanted, &id, StatusCode::OK, Outcome::None).await;
        }
        Err(error) => error,
    };
    limiter.give_back(&own);
    limiter.give_back(&about);
    let (status, refusal) = why(wanted, &error);
    let kept = Kept { refusal, trouble, words, had_photo };
    answered(&doors, wanted, &id, status, Outcome::Wrong(kept)).await
}
