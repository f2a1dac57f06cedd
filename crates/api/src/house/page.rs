//! The page behind a house's label, for whoever stands before it: what it is used for, how closely it is kept and why, what to
//! watch for, a button to report. Written whole by the server, no script, no cookie, no name. What does not belong here: what
//! may be shown (`app::house::public`), the form (`report_case`).

use std::fmt::Write;
use std::sync::Arc;

use app::house::public::PublicHouse;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use domain::house::Structure;
use domain::time::HOUR_MS;

use crate::limit::{From, Limiter};
use crate::page::{Wanted, hotlines, text, whole};
use crate::router::Doors;

/// Pages to one address in an hour.
const MAX_PAGES: u32 = 600;

fn use_word<'a>(wanted: Wanted, code: &str, label: &'a str) -> &'a str {
    let english = match code {
        "self_built" => "Self-built house",
        "self_built.own" => "Lived in by its owner",
        "self_built.rented" => "Let to tenants",
        "homestay" => "Homestay",
        _ => "Used for business",
    };
    wanted.pick(label, english)
}

fn grade_word(wanted: Wanted, (code, label): (&str, &'static str)) -> &'static str {
    let english = match code {
        "ordinary" => "Ordinary",
        "unknown" => "Records incomplete",
        "raised" => "Kept more closely",
        _ => "Kept most closely",
    };
    wanted.say(label, english)
}

fn structure_word(wanted: Wanted, structure: Structure) -> &'static str {
    let english = match structure {
        Structure::Concrete => "Reinforced concrete",
        Structure::Brick => "Brick and concrete",
        Structure::BrickTimber => "Brick and timber",
        Structure::Timber => "Timber",
        Structure::Steel => "Steel",
    };
    wanted.say(structure.label(), english)
}

/// A reason in the reader's language; the Chinese one holds the numbers.
fn reason<'a>(wanted: Wanted, code: &str, said: &'a str) -> &'a str {
    let english = match code {
        "heads" => "More people live, work or learn here than the rule allows without closer control",
        "structure" => "Walls or floors of timber, and the house is let or used for business",
        "exits" => "Fewer than two ways out for a house of this size",
        "mixed" => "People live where goods are made, stored or sold",
        _ => "Nothing that would raise its grade",
    };
    wanted.pick(said, english)
}

/// What to watch for, by the reason a house has its grade; asked of everybody who lives or works in it.
fn advice(wanted: Wanted, code: &str) -> Option<&'static str> {
    Some(match code {
        "heads" => wanted.say(
            "人多：楼梯、走道和出口任何时候都不能堆东西、不能上锁。",
            "Many people: stairs, corridors and exits are never blocked or locked.",
        ),
        "structure" => wanted.say(
            "木质结构：不私拉电线，不用明火取暖，电器离开时断电。",
            "Timber: no improvised wiring, no open fire for heating, appliances off when nobody is there.",
        ),
        "exits" => wanted.say(
            "出口少：先认清每一条出路，窗户和屋顶的逃生口不能封死。",
            "Few exits: know every way out; escape windows and hatches stay open.",
        ),
        "mixed" => wanted.say(
            "住人和经营混在一起：住人的地方与货物、厨房隔开，夜间不充电。",
            "Living and business together: keep beds apart from goods and kitchen, charge nothing at night.",
        ),
        _ => return None,
    })
}

fn house_page(wanted: Wanted, id: &str, shown: &PublicHouse) -> String {
    let title = wanted.say("这栋自建房的消防安全", "Fire safety of this self-built house");
    let mut out = format!(
        "<p class=sub>{} {} · {}</p><h1>{title}</h1><ul class=card>",
        text(&shown.town),
        text(&shown.village),
        text(&shown.code)
    );
    let row = |out: &mut String, what: &str, value: &str| {
        if !value.is_empty() {
            let _ = write!(out, "<li><span>{what}</span><b>{}</b></li>", text(value));
        }
    };
    let uses: Vec<&str> = shown.uses.iter().map(|(code, label)| use_word(wanted, code, label)).collect();
    row(&mut out, wanted.say("用途", "Use"), &uses.join(wanted.say("、", ", ")));
    let structure = shown.structure.map_or("", |structure| structure_word(wanted, structure));
    row(&mut out, wanted.say("结构", "Built of"), structure);
    let floors = shown.floors.map(|n| n.to_string()).unwrap_or_default();
    row(&mut out, wanted.say("层数", "Storeys"), &floors);
    row(&mut out, wanted.say("管理等级", "Grade"), grade_word(wanted, shown.grade));
    out.push_str("</ul>");
    let _ = write!(out, "<h2>{}</h2><ul>", wanted.say("为什么是这个等级", "Why this grade"));
    for (code, said) in &shown.reasons {
        let _ = write!(out, "<li>{}</li>", text(reason(wanted, code, said)));
    }
    let _ = write!(out, "</ul><h2>{}</h2><ul>", wanted.say("请注意", "Watch for"));
    for sentence in shown.reasons.iter().filter_map(|(code, _)| advice(wanted, code)) {
        let _ = write!(out, "<li>{sentence}</li>");
    }
    let _ = write!(
        out,
        "<li>{}</li><li>{}</li></ul>",
        wanted.say(
            "电动自行车和电池不进楼道、不进屋充电。",
            "E-bikes and their batteries are not parked or charged in stairways or rooms."
        ),
        wanted.say(
            "着火先往外跑，再打 119；有浓烟时弯腰捂住口鼻。",
            "If it burns, get out first, then call 119; keep low under smoke."
        ),
    );
    let report = format!("/p/report?p={}", crate::attachment::percent(&shown.code));
    let _ = write!(
        out,
        "<p><a class=go href=\"{}\">{}</a></p><p class=sub>{}</p>",
        wanted.link(&text(&report), wanted.lang, wanted.big),
        wanted.say("报告这里的火灾隐患", "Report a fire hazard here"),
        wanted.say(
            "位置会自动填好，不用登录，姓名可以不填。",
            "The place is filled in. No login, no name needed."
        ),
    );
    hotlines(&mut out, wanted, &shown.hotlines, shown.office.as_ref());
    let officers = ("/p/officers", wanted.say("本镇执法检查人员名单", "Who enforces in this town"));
    whole(wanted, &format!("/p/h-{id}"), title, &out, officers)
}

fn instead(wanted: Wanted, status: StatusCode, sentence: &str) -> Response {
    let title = wanted.say("自建房", "Self-built house");
    let out = format!("<h1>{title}</h1><p class=note>{sentence}</p>");
    let report = ("/p/report", wanted.say("举报火灾隐患", "Report a fire hazard"));
    (status, Html(whole(wanted, "/p/officers", title, &out, report))).into_response()
}

/// 自建房公开页
#[utoipa::path(get, path = "/p/h-{id}", tag = "house", params(("id" = String, Path), Wanted),
    responses((status = 200, content_type = "text/html"), (status = 404, content_type = "text/html"), (status = 429, content_type = "text/html")))]
pub(super) async fn house(
    State(doors): State<Doors>,
    Extension(limiter): Extension<Arc<Limiter>>,
    from: From,
    Path(id): Path<String>,
    wanted: Wanted,
) -> Response {
    if limiter.pass(&format!("page {}", from.0), MAX_PAGES, HOUR_MS, doors.app.now()).is_err() {
        let sentence = wanted.say(
            "访问过于频繁，请过一小时再试，紧急情况请拨打 119。",
            "Too many requests. Please try again in an hour; in an emergency call 119.",
        );
        return instead(wanted, StatusCode::TOO_MANY_REQUESTS, sentence);
    }
    match doors.app.public_house(&id.as_str().into()).await {
        Ok(Some(shown)) => (StatusCode::OK, Html(house_page(wanted, &text(&id), &shown))).into_response(),
        Ok(None) => instead(
            wanted,
            StatusCode::NOT_FOUND,
            wanted.say("没有这栋房屋，请核对二维码。", "There is no such house. Please check the code."),
        ),
        Err(error) => {
            tracing::error!(cause = ?error, "a public page could not be written");
            let sentence = wanted
                .say("页面暂时打不开，请稍后再试。", "The page cannot be shown now. Please try again later.");
            instead(wanted, StatusCode::SERVICE_UNAVAILABLE, sentence)
        }
    }
}
