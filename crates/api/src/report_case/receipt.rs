//! The page behind a receipt: how far a report has come, what the reporter thinks of the answer, and opening it again. What
//! does not belong here: the form ([`super::page`]), what may be shown (`app::report_case::public`).

use std::fmt::Write;

use app::report_case::public::ReportProgress;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::{Extension, Form};
use domain::report_case::{Rating, Stage};
use domain::time::MINUTE_MS;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::page::{Limits, MAX_REPORTS, admit, look_up, refused, see, why};
use crate::limit::From;
use crate::page::{Lang, Wanted, hotlines, text, whole, whom_to_call};
use crate::router::Doors;

/// A receipt typed in.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct Typed {
    /// Its code.
    code: String,
}

/// Why a report is opened again, or what the reporter thinks of the answer.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct ReopenForm {
    reason: String,
    /// What the reporter thinks of the answer; empty where he wants it opened again.
    rating: String,
}

fn stage_word(wanted: Wanted, stage: Stage) -> &'static str {
    let (zh, en) = match stage {
        Stage::Received => ("已收到，等待受理", "Received"),
        Stage::Accepted => ("已受理，正在安排核实", "Accepted, a visit is being arranged"),
        Stage::Assigned => ("正在现场核实办理", "Being looked at"),
        Stage::Doubted => ("正在复核", "Being looked at by a second person"),
        Stage::Handled => ("已办理，正在准备答复", "Handled, the answer is being written"),
        Stage::Replied => ("已答复", "Answered"),
        Stage::Closed => ("已办结", "Closed"),
        Stage::Merged => ("已与另一件举报合并办理", "Handled together with another report"),
        Stage::Forwarded => ("已转有权处理的单位", "Handed on to whom it belongs"),
        Stage::Emergency => ("已转 119 处置", "Handed to the fire service (119)"),
        Stage::VoidAsked => ("正在复核", "Being looked at by a second person"),
        Stage::Void => ("已作废，需要时请来电或重新举报", "No longer valid; please call or report again"),
    };
    wanted.say(zh, en)
}

fn rating_word(wanted: Wanted, rating: Rating) -> &'static str {
    match rating {
        Rating::Satisfied => wanted.say("满意", "Content"),
        Rating::Fair => wanted.say("基本满意", "Fairly content"),
        Rating::Dissatisfied => wanted.say("不满意", "Not content"),
    }
}

fn done_word(wanted: Wanted, step: &str) -> &'static str {
    match step {
        "received" => wanted.say("收到举报", "Received"),
        "screened" => wanted.say("受理", "Accepted"),
        "looked_at" => wanted.say("现场核实办理", "Looked at"),
        "answered" => wanted.say("答复", "Answered"),
        _ => wanted.say("办结", "Closed"),
    }
}

fn receipt_page(wanted: Wanted, code: &str, is_new: bool, shown: &ReportProgress) -> String {
    let title = wanted.say("举报办理进度", "How far your report is");
    let mut out = format!("<p class=sub>{} {}</p><h1>{title}</h1>", text(&shown.town), text(&shown.code));
    if is_new {
        let _ = write!(
            out,
            "<p class=note role=status>{}</p>",
            wanted.say("举报已收到，谢谢您。", "Your report has been received. Thank you.")
        );
    }
    let _ = write!(
        out,
        "<h2>{}</h2><div class=card><p class=code>{}</p><p class=sub>{}</p></div><h2>{}</h2><p><b>{}</b></p>",
        wanted.say("您的受理码", "Your receipt code"),
        text(code),
        wanted.say(
            "请拍照或抄下来：凭它查询进度，也凭它领取奖励。不要告诉别人。",
            "Take a photo of it or write it down: it shows how far things are and is how a reward is claimed. Keep it to yourself.",
        ),
        wanted.say("现在", "Now"),
        stage_word(wanted, shown.stage),
    );
    if shown.is_merged {
        let _ = write!(
            out,
            "<p class=sub>{}</p>",
            wanted.say(
                "同一问题已有人举报，两件一起办理、一起答复。",
                "Somebody reported the same before. Both are handled and answered together."
            )
        );
    }
    if let Some(due) = shown.due {
        let _ =
            write!(out, "<p class=sub>{}{due}</p>", wanted.say("下一步不迟于 ", "Next step no later than "));
    }
    if shown.stage == Stage::Emergency {
        let sentence = wanted.say(
            "如仍有火情或有人被困，请立即拨打 119。",
            "If it still burns or somebody is trapped, call 119 at once.",
        );
        let _ = write!(out, "<p class=note>{sentence}</p>");
    }
    out.push_str("<ul class=card>");
    for (step, on) in &shown.done {
        let on = on.map_or_else(|| "—".to_owned(), |on| on.to_string());
        let _ = write!(out, "<li><div>{}</div><span>{on}</span></li>", done_word(wanted, step));
    }
    out.push_str("</ul>");
    if !shown.forwarded_to.is_empty() && shown.stage == Stage::Forwarded {
        let _ = write!(out, "<p>{}{}</p>", wanted.say("转给：", "To: "), text(&shown.forwarded_to));
    }
    if !shown.reply.is_empty() {
        let _ = write!(out, "<h2>{}</h2><p>{}</p>", wanted.say("答复", "Answer"), text(&shown.reply));
    }
    if let Some(rating) = shown.rating {
        let _ = write!(
            out,
            "<p class=sub>{}{}</p>",
            wanted.say("您的评价：", "You said: "),
            rating_word(wanted, rating)
        );
    }
    if shown.can_rate {
        let _ = write!(
            out,
            "<h2>{}</h2><form class=card method=post action=\"{}\"><fieldset class=f><legend>{}</legend>",
            wanted.say("您对办理结果满意吗？", "Are you content with how it was handled?"),
            wanted.link(&format!("/p/r-{}", text(code)), wanted.lang, wanted.big),
            wanted.say("请选一项", "Choose one"),
        );
        for one in Rating::ALL {
            let _ = write!(
                out,
                "<label class=o><input type=radio name=rating value={} required>{}</label>",
                one.code(),
                rating_word(wanted, *one)
            );
        }
        let _ = write!(out, "</fieldset><button>{}</button></form>", wanted.say("提交评价", "Send"));
    }
    if shown.can_reopen {
        let _ = write!(
            out,
            "<h2>{}</h2><form class=card method=post action=\"{}\"><div class=f><label for=reason>{}</label>\
             <textarea id=reason name=reason rows=3 maxlength=500 required></textarea></div><button>{}</button></form>",
            wanted.say("问题没有解决？", "Not solved?"),
            wanted.link(&format!("/p/r-{}", text(code)), wanted.lang, wanted.big),
            wanted.say("请说明情况", "Please say why"),
            wanted.say("要求重新办理", "Open it again"),
        );
    }
    hotlines(&mut out, wanted, &shown.hotlines, shown.office.as_ref());
    let again = ("/p/report", wanted.say("举报另一个问题", "Report something else"));
    whole(wanted, &format!("/p/r-{}", text(code)), title, &out, again)
}

/// A page that could only be looked at: nothing was sent, so nothing is said of sending.
async fn not_shown(
    doors: &Doors,
    wanted: Wanted,
    status: StatusCode,
    (title, sentence): (&str, &str),
    typed: &str,
) -> Response {
    let mut out = format!("<h1>{title}</h1><p class=note role=alert>{sentence}</p>");
    look_up(&mut out, wanted, typed);
    out.push_str(&whom_to_call(doors, wanted).await);
    let report = ("/p/report", wanted.say("举报火灾隐患", "Report a fire hazard"));
    (status, Html(whole(wanted, "", title, &out, report))).into_response()
}

/// 按受理码或整改码打开
#[utoipa::path(get, path = "/p/receipt", tag = "report_case", params(Typed), responses((status = 303)))]
pub(super) async fn find(Query(typed): Query<Typed>) -> Response {
    let letters: String = typed.code.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let letters = letters.to_ascii_uppercase();
    // What a unit types from its notice is shorter than any receipt's code.
    if letters.len() == app::unit_link::LENGTH {
        return see(&format!("/p/{letters}"));
    }
    see(&format!("/p/r-{letters}"))
}

/// Whether the report was just sent.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct New {
    /// `1` right after it was sent.
    new: u8,
}

async fn shown(
    doors: &Doors,
    wanted: Wanted,
    (code, is_new): (&str, bool),
    said: app::Result<Option<ReportProgress>>,
) -> Response {
    let (status, said) = match said {
        Ok(Some(shown)) => return Html(receipt_page(wanted, code, is_new, &shown)).into_response(),
        Ok(None) => {
            let sentence = wanted.say(
                "没有这个受理码，请核对后再查，或拨打下面的电话。",
                "There is no such receipt code. Please check it, or call below.",
            );
            (StatusCode::NOT_FOUND, (wanted.say("没有查到这件举报", "No such report"), sentence.to_owned()))
        }
        Err(error) => {
            let (status, sentence) = why(wanted, &error);
            (status, (wanted.say("暂时查不到", "It cannot be shown now"), sentence))
        }
    };
    let typed: String = code.chars().take(40).collect();
    not_shown(doors, wanted, status, (said.0, &said.1), &typed).await
}

/// 举报办理进度
#[utoipa::path(get, path = "/p/r-{code}", tag = "report_case", params(("code" = String, Path), New, Wanted),
    responses((status = 200, content_type = "text/html"), (status = 404, content_type = "text/html")))]
pub(super) async fn receipt(
    State(doors): State<Doors>,
    Extension(limiter): Limits,
    from: From,
    Path(code): Path<String>,
    Query(new): Query<New>,
    wanted: Wanted,
) -> Response {
    let said = match admit(&doors, &limiter, &from) {
        Ok(()) => doors.app.report_progress(&code).await,
        Err(error) => Err(error),
    };
    shown(&doors, wanted, (&code, new.new == 1), said).await
}

/// 要求重新办理，或者评价答复
#[utoipa::path(post, path = "/p/r-{code}", tag = "report_case", params(("code" = String, Path), Wanted),
    request_body(content = ReopenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303), (status = 404, content_type = "text/html"), (status = 422, content_type = "text/html")))]
pub(super) async fn reopen(
    State(doors): State<Doors>,
    Extension(limiter): Limits,
    from: From,
    Path(code): Path<String>,
    wanted: Wanted,
    Form(asked): Form<ReopenForm>,
) -> Response {
    // Counted apart from new reports: whoever sent the last one of his hour may still say that it was not settled.
    let key = format!("answer {}", from.0);
    let said = match limiter.pass(&key, MAX_REPORTS, 60 * MINUTE_MS, doors.app.now()) {
        Ok(()) if asked.rating.is_empty() => doors.app.reopen_report(&code, &asked.reason).await,
        Ok(()) => doors.app.rate_report(&code, &asked.rating, &asked.reason).await,
        Err(error) => Err(error),
    };
    match said {
        Ok(Some(_)) => {
            let lang = if wanted.lang == Lang::En { "en" } else { "zh" };
            see(&format!("/p/r-{}?lang={lang}&big={}", crate::attachment::percent(&code), wanted.big))
        }
        Ok(None) => shown(&doors, wanted, (&code, false), Ok(None)).await,
        Err(error) => refused(&doors, wanted, &error).await,
    }
}
