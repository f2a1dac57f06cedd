//! The page behind a facility's label, for whoever stands before it: what it is, how it stands, a form to say what is
//! wrong. Written whole by the server, no script, no cookie. What does not belong here: what may be shown
//! (`app::facility`), the frame of public pages (`page`).

use domain::time::HOUR_MS;
use std::fmt::Write;
use std::sync::Arc;

use app::facility::public::PublicFacility;
use axum::Extension;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use domain::facility::Stage;
use domain::facility::report::Trouble;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::limit::{From, Limiter};
use crate::page::form::{MAX_READ, Sent, Unread};
use crate::page::{Wanted, hotlines, text, whole, whom_to_call};
use crate::router::Doors;

/// Pages to one address in an hour.
const MAX_PAGES: u32 = 600;
/// Reports from one address in an hour.
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

/// What came of a report, if one was sent.
enum Outcome {
    None,
    Thanks,
    Wrong(String),
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
    match outcome {
        Outcome::Thanks => note(
            &mut out,
            wanted.say(
                "已收到，谢谢。管护单位会到现场核实；正在着火请直接拨打 119。",
                "Received, thank you. Whoever keeps it will come and look. If it burns, call 119.",
            ),
        ),
        Outcome::Wrong(sentence) => note(&mut out, &text(sentence)),
        Outcome::None => {}
    }
    let row = |out: &mut String, what: &str, value: &str| {
        if !value.is_empty() {
            let _ = write!(out, "<li><span>{what}</span><b>{}</b></li>", text(value));
        }
    };
    out.push_str("<ul class=card>");
    row(&mut out, wanted.say("状态", "State"), standing(wanted, shown.stage));
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
        let _ = write!(
            out,
            "<h2>{}</h2><form method=post action=\"/p/f-{id}?{}\" enctype=\"multipart/form-data\" class=card>\
             <p><label for=photo>{}</label><input id=photo name=photo type=file accept=\"image/*\"></p>",
            wanted.say("报告问题", "Report a problem"),
            wanted.query(),
            wanted.say("照片（可不附，不超过 12 MB）", "A photo (if you like, at most 12 MB)")
        );
        for trouble in Trouble::ALL {
            let _ = write!(
                out,
                "<p><label><input type=radio name=trouble value={} required> {}</label></p>",
                trouble.code(),
                wanted.say(trouble.label(), english(trouble))
            );
        }
        let _ = write!(
            out,
            "<p><label>{}<br><textarea name=words maxlength=300 rows=3 style=\"width:100%;font:inherit\"></textarea></label></p>\
             <p class=sub>{}</p><p><button style=\"font:inherit;min-height:2.75rem;padding:0 1.2rem\">{}</button></p></form>",
            wanted.say("补充说明（选“其他问题”时必填）", "What is wrong (needed for something else)"),
            wanted.say(
                "不用登录，不收集姓名电话；请不要写他人隐私。",
                "No login, no name, no phone. Please write nothing private about others."
            ),
            wanted.say("提交", "Send")
        );
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
    let officers = ("/p/officers", wanted.say("本镇执法检查人员名单", "Who enforces in this town"));
    whole(wanted, &format!("/p/f-{id}"), &title, &out, officers)
}

/// A page that says why there is none, and whom to call.
async fn instead(doors: &Doors, wanted: Wanted, status: StatusCode, sentence: &str) -> Response {
    let title = wanted.say("消防设施", "Fire facility");
    let calls = whom_to_call(doors, wanted).await;
    let out = format!("<h1>{title}</h1><p class=note>{sentence}</p>{calls}");
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

async fn too_many(doors: &Doors, wanted: Wanted) -> Response {
    let sentence = wanted.say(
        "提交或访问过于频繁，请过一小时再试，紧急情况请拨打下面的电话。",
        "Too many requests. Please try again in an hour, or call below.",
    );
    instead(doors, wanted, StatusCode::TOO_MANY_REQUESTS, sentence).await
}

/// 设施公开页
#[utoipa::path(get, path = "/p/f-{id}", tag = "facility", params(("id" = String, Path), Wanted),
    responses((status = 200, content_type = "text/html"), (status = 404, content_type = "text/html")))]
async fn facility(
    State(doors): State<Doors>,
    Extension(limiter): Extension<Arc<Limiter>>,
    from: From,
    Path(id): Path<String>,
    wanted: Wanted,
) -> Response {
    if limiter.pass(&format!("page {}", from.0), MAX_PAGES, HOUR_MS, doors.app.now()).is_err() {
        return too_many(&doors, wanted).await;
    }
    answered(&doors, wanted, &id, StatusCode::OK, Outcome::None).await
}

/// 群众报告设施故障
#[utoipa::path(post, path = "/p/f-{id}", tag = "facility", params(("id" = String, Path), Wanted),
    request_body(content = String, content_type = "multipart/form-data"),
    responses((status = 200, content_type = "text/html"), (status = 413, content_type = "text/html"), (status = 422, content_type = "text/html"), (status = 429, content_type = "text/html")))]
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
    let passed = limiter
        .pass(&format!("report {}", from.0), MAX_REPORTS, HOUR_MS, now)
        .and_then(|()| limiter.pass(&format!("about {id}"), MAX_OF_ONE, HOUR_MS, now));
    if passed.is_err() {
        return too_many(&doors, wanted).await;
    }
    let mut said = match Sent::read(body).await {
        Ok(said) => said,
        Err(unread) => {
            let (status, sentence) = match unread {
                Unread::PhotoTooLarge | Unread::VoiceTooLarge => (
                    StatusCode::PAYLOAD_TOO_LARGE,
                    wanted.say(
                        "照片超过 12 MB，请换一张小一点的照片，或不附照片。",
                        "The photo is larger than 12 MB. Send a smaller one, or none.",
                    ),
                ),
                Unread::Broken => (
                    StatusCode::BAD_REQUEST,
                    wanted.say(
                        "内容没有传完整，请检查网络后再提交。",
                        "It did not come through whole. Please send it again.",
                    ),
                ),
            };
            return answered(&doors, wanted, &id, status, Outcome::Wrong(sentence.to_owned())).await;
        }
    };
    let facility = id.as_str().into();
    let (trouble, words) = (said.take("trouble"), said.take("words"));
    match doors.app.report_facility(&facility, (&trouble, &words), said.photo).await {
        Ok(()) => answered(&doors, wanted, &id, StatusCode::OK, Outcome::Thanks).await,
        Err(app::Error::Invalid(problems)) => {
            let sentence = problems.into_iter().next().map(|one| one.message).unwrap_or_default();
            answered(&doors, wanted, &id, StatusCode::UNPROCESSABLE_ENTITY, Outcome::Wrong(sentence)).await
        }
        Err(app::Error::Refused { message, .. }) => {
            answered(&doors, wanted, &id, StatusCode::UNPROCESSABLE_ENTITY, Outcome::Wrong(message)).await
        }
        Err(app::Error::NotFound) => answered(&doors, wanted, &id, StatusCode::OK, Outcome::None).await,
        Err(error) => {
            tracing::error!(cause = ?error, "a public report could not be kept");
            let sentence = wanted.say(
                "没有提交成功，请稍后再试，或拨打下面的电话。",
                "It was not sent. Please try again later, or call below.",
            );
            answered(
                &doors,
                wanted,
                &id,
                StatusCode::SERVICE_UNAVAILABLE,
                Outcome::Wrong(sentence.to_owned()),
            )
            .await
        }
    }
}
