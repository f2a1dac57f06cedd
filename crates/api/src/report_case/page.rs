//! Where strangers report: one form, photo first, without login, whole without script too (a
//! script adds buttons to speak into and to say where one is, and keeps the photo of a form that is refused). What does not belong here: the page behind a receipt
//! ([`super::receipt`]), what is taken and shown (`app::report_case::public`).

use domain::time::MINUTE_MS;
use std::fmt::Write;
use std::sync::Arc;

use app::report_case::ground::PublicGround;
use app::report_case::public::{PublicReport, ReportForm, Scanned};
use app::report_case::view::VoiceLimits;
use axum::extract::Multipart;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::{Extension, Json};
use domain::report_case::{MAX_CONTENT, Matter};
use serde::Deserialize;
use tokio::sync::Semaphore;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::receipt;
use crate::limit::{From, Limiter};
use crate::page::form::{MAX_FILE, MAX_READ, Sent, Unread};
use crate::page::{Lang, Wanted, hotlines, text, whole, whom_to_call};
use crate::problem::{Answer, Problem};
use crate::router::Doors;

/// Pages to one address in a minute: a whole office may come by one.
const MAX_ADDRESS: u32 = 300;
/// Reports from one address in an hour: many phones share one address, none of them reports so often.
pub(super) const MAX_REPORTS: u32 = 20;
/// Reports read at the same time.
static READING: Semaphore = Semaphore::const_new(8);

pub(crate) fn public_routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(form, send))
        .routes(routes!(script))
        .routes(routes!(map))
        .routes(routes!(ground))
        .routes(routes!(receipt::find))
        .routes(routes!(receipt::receipt, receipt::reopen))
        .layer(Extension(Arc::new(Limiter::default())))
        .layer(DefaultBodyLimit::max(MAX_READ))
}

/// The button to speak into. The form does without it.
const SCRIPT: &str = include_str!("form.js");
/// The map to point on, fetched by the script when somebody wants it.
const MAP: &str = include_str!("map.js");
/// Grounds of that map to one address in a minute: a browser keeps it for an hour.
const MAX_GROUNDS: u32 = 60;

pub(super) type Limits = Extension<Arc<Limiter>>;

/// What was scanned.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct Codes {
    /// Code of a placard.
    b: String,
    /// Number of a facility.
    f: String,
    /// Number of a place.
    p: String,
}

impl Codes {
    fn scanned(&self) -> Scanned {
        let one = |code: &str| code.trim().chars().take(64).collect();
        Scanned { placard: one(&self.b), facility: one(&self.f), place: one(&self.p) }
    }

    /// The address of the form with what was scanned, as HTML.
    fn path(&self) -> String {
        let known =
            [("b", &self.b), ("f", &self.f), ("p", &self.p)].into_iter().find(|(_, code)| !code.is_empty());
        match known {
            Some((name, code)) => format!("/p/report?{name}={}", text(&crate::attachment::percent(code))),
            None => "/p/report".to_owned(),
        }
    }
}

pub(super) fn admit(doors: &Doors, limiter: &Limiter, from: &From) -> app::Result<()> {
    limiter.pass(&from.0, MAX_ADDRESS, MINUTE_MS, doors.app.now())
}

/// In few words, as somebody says it who stands before it.
fn matter_word(wanted: Wanted, matter: Matter) -> &'static str {
    match matter {
        Matter::BlockedExit => wanted.say("通道、出口被堵", "Blocked exit or fire lane"),
        Matter::Equipment => wanted.say("消防设施坏了、被挡", "Fire equipment broken or hidden"),
        Matter::Wiring => wanted.say("电线、电动车充电", "Wiring, e-bike charging"),
        Matter::Flammables => wanted.say("燃气、易燃易爆", "Gas, flammable goods"),
        Matter::Combined => {
            wanted.say("住人和生产经营混在一起", "People living where goods are made or sold")
        }
        Matter::Forest => wanted.say("野外违规用火", "Open fire outdoors"),
        Matter::Water => wanted.say("消火栓、水池坏了", "Hydrant or fire pool"),
        Matter::Other => wanted.say("其他消防问题", "Another fire-safety problem"),
        Matter::Person => wanted.say("反映具体个人，不是消防问题", "About a person, not about fire safety"),
    }
}

/// A field with its label.
fn labelled(out: &mut String, id: &str, label: &str, control: &str, hint: &str) {
    let small = if hint.is_empty() { String::new() } else { format!("<small>{hint}</small>") };
    let _ = write!(out, "<div class=f><label for={id}>{label}</label>{control}{small}</div>");
}

/// A recording: a file without script; with it a big button to hold and speak.
fn voice_field(out: &mut String, wanted: Wanted, shown: &ReportForm) {
    let VoiceLimits { most_s, most_kb } = shown.voice;
    let hint = match wanted.lang {
        Lang::Zh => format!(
            "不超过 {most_s} 秒。声音能认出人，加密保存，只有指定的保管人凭理由听并留痕，再写成文字交办。"
        ),
        Lang::En => format!(
            "At most {most_s} seconds. A voice tells who you are: it is sealed, only the named custodian may hear it, \
             each time on record, and writes it down for those who act."
        ),
    };
    labelled(
        out,
        "voice",
        wanted.say("说一段（可以不录）", "Say it (optional)"),
        &format!(
            "<input id=voice name=voice type=file accept=\"audio/*\" capture data-s={most_s} data-kb={most_kb} \
             data-w=\"{}\">",
            wanted.say(
                "按住说话|松开结束|重新录|没有录到声音，请允许使用麦克风，或用下面的文件录音|录音太大，请说短一点",
                "Hold and speak|Let go to end|Record again|No sound: allow the microphone, or choose a recording below|Too large: say less",
            )
        ),
        &hint,
    );
}

/// What was typed into a form that could not be taken, and why not; nothing of it in a new form.
#[derive(Debug, Default)]
struct Kept {
    /// Why not, as HTML.
    refusal: String,
    matter: String,
    content: String,
    village: String,
    address: String,
    name: String,
    phone: String,
    /// A picture or a recording came along: no page can put a file back into a form.
    had_file: bool,
}

impl Kept {
    fn of(report: &PublicReport) -> Self {
        Self {
            refusal: String::new(),
            matter: report.matter.clone(),
            content: report.content.clone(),
            village: report.village.clone(),
            address: report.address.clone(),
            name: report.name.clone(),
            phone: report.phone.clone(),
            had_file: !report.photo.is_empty() || !report.voice.is_empty(),
        }
    }
}

/// The attribute of a field that was filled in before.
fn filled(value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(" value=\"{}\"", text(value)) }
}

/// Why the form came back, above it.
fn refusal_note(out: &mut String, wanted: Wanted, kept: &Kept) {
    if kept.refusal.is_empty() {
        return;
    }
    let file = match kept.had_file {
        // With a script the file is still there, and this is taken out.
        true => wanted.say(
            "<span class=again>照片或录音请重新选择。</span>",
            "<span class=again> Please choose the photo or recording again.</span>",
        ),
        false => "",
    };
    let _ = write!(
        out,
        "<div class=note role=alert><p><b>{}</b></p><p>{}</p><p>{}{file}</p></div>",
        wanted.say("没有提交成功", "Not sent"),
        kept.refusal,
        wanted.say(
            "填好的内容都在下面，改好后再提交。",
            "What you wrote is below: change it and send it again."
        ),
    );
}

/// The form that finds a report by its receipt's code.
pub(super) fn look_up(out: &mut String, wanted: Wanted, typed: &str) {
    let _ = write!(
        out,
        "<h2>{}</h2><form class=card method=get action=/p/receipt><div class=f><label for=code>{}</label>\
         <input id=code name=code autocomplete=off autocapitalize=characters required{}></div><button>{}</button></form>",
        wanted.say("查询办理进度，或打开整改通知", "How far is my report, or open a notice to mend"),
        wanted.say("受理码，或整改通知上的码", "Receipt code, or the code on a notice to mend"),
        filled(typed),
        wanted.say("查询", "Look up"),
    );
}

/// What the form looks like beyond the frame: a card a question, choices as big as a thumb, the button always in reach.
const STYLE: &str = "<style>.q{background:var(--card);border:1px solid var(--line);border-radius:.9rem;padding:.9rem 1rem;\
margin:.8rem 0}.q>.f:last-child{margin:0}.q .f+.f{margin-top:1.1rem}.q button{background:none;color:var(--brand);border:2px solid var(--brand)}.ph{display:flex;gap:.6rem;align-items:center;\
justify-content:center;min-height:5.5rem;border:2px dashed var(--brand);border-radius:.75rem;background:var(--wash);\
color:var(--brand);font-size:1.25rem;cursor:pointer}.ph svg{width:2rem;height:2rem}.ph+input{border:0;background:none;\
padding:.5rem 0 0}.ph+input::file-selector-button{font:inherit;color:inherit;border:1px solid var(--ink2);border-radius:.5rem;\
background:none;min-height:2.4rem;padding:0 .7rem;margin-right:.6rem}#seen{display:block;max-width:100%;max-height:16rem;\
border-radius:.75rem;margin-top:.6rem}.os{display:grid;grid-template-columns:1fr 1fr;gap:.55rem}.o{position:relative;\
padding:0}.o input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}.o span{flex:1;display:flex;\
align-items:center;justify-content:center;text-align:center;min-height:3.4rem;padding:.3rem .5rem;border:1px solid var(--ink2);\
border-radius:.75rem;line-height:1.35}.o.w{grid-column:1/-1}.o input:checked+span{background:#1d5663;color:#fff;\
border-color:#1d5663;font-weight:600}.o input:checked+span:before{content:'\u{2713}';margin-right:.4rem}.o input:focus-visible+span{\
outline:3px solid var(--brand);outline-offset:2px}.send{position:sticky;bottom:0;background:var(--bg);padding:.7rem 0 .4rem;\
border-top:1px solid var(--line)}.send p{margin:.4rem 0 0;color:var(--ink2)}.at{color:#17694c}.head{display:flex;gap:.7rem;\
align-items:center}.head>svg{width:2.6rem;height:2.6rem;flex:none}.head div{flex:1;min-width:0}.sz{border:1px solid \
var(--ink2);border-radius:.75rem;padding:.4rem .8rem;min-height:2.75rem;display:inline-flex;align-items:center;color:var(--ink);\
text-decoration:none;white-space:nowrap}:root{--wash:#e3edee}@media(prefers-color-scheme:dark){:root{--wash:#1e343a}\
.at{color:#76cba6}}@media(max-width:20rem){.os{grid-template-columns:1fr}}html.big .os{grid-template-columns:1fr}\
.f>button~button{margin-top:.6rem}</style>";

/// The program's own mark.
const MARK: &str = "<svg viewBox=\"0 0 32 32\" aria-hidden=true><rect width=32 height=32 rx=7 fill=#1d5663 /><path d=\"M4.5 \
24.5 13 10.5l4.2 6.7 2.3-3.4 8 10.7z\" fill=#fff /><path d=\"M16.6 5.2c2 1.8 2.6 3.2 2.6 4.6a2.6 2.6 0 0 1-5.2 0c0-.9.4-1.6 \
1-2.2.1.7.4 1.1.9 1.3.4-1.2.6-2.3.7-3.7z\" fill=#e8a33d /></svg>";

/// A camera.
const CAMERA: &str = "<svg viewBox=\"0 0 24 24\" fill=none stroke=currentColor stroke-width=1.8 aria-hidden=true><path \
d=\"M4 8h3l2-3h6l2 3h3v11H4z\" stroke-linejoin=round /><circle cx=12 cy=13 r=3.4 /></svg>";

/// First of all a picture.
fn photo_card(out: &mut String, wanted: Wanted) {
    let large = larger(wanted);
    let hint = wanted.say(
        "可以不附；不超过 12 MB，照片里的拍摄位置会被去掉。",
        "Optional, at most 12 MB. The place stored in it is removed.",
    );
    let _ = write!(
        out,
        "<div class=q><div class=f><b>{}</b><label for=photo class=ph>{CAMERA}{}</label>\
         <input id=photo name=photo type=file accept=\"image/*\" aria-describedby=photo-hint data-b={MAX_FILE} data-w=\"{large}\">\
         <small id=photo-hint>{hint}</small></div></div>",
        wanted.say("照片 · 最重要，一张就行", "Photo · what helps most; one will do"),
        wanted.say("拍照或选照片", "Take or choose a photo"),
    );
}

/// Where it is: by the code that was scanned, by words, by the phone.
fn where_card(out: &mut String, wanted: Wanted, shown: &ReportForm, kept: &Kept) {
    out.push_str("<div class=q>");
    // The browser may keep it: what it must not keep is gone when somebody comes back to the form.
    let address = |required: &str| {
        format!("<input id=address name=address maxlength=200{required}{}>", filled(&kept.address))
    };
    match &shown.site {
        Some(site) => {
            let _ = write!(
                out,
                "<div class=f><b>{}</b><p class=\"sub at note\">{}{}</p></div>",
                wanted.say("在哪里", "Where"),
                wanted.say("位置已按二维码填好：", "Place taken from the code: "),
                text(site)
            );
            let label = wanted.say("具体位置（可以不填）", "Where exactly (optional)");
            labelled(out, "address", label, &address(""), "");
        }
        None => {
            let mut select = format!(
                "<select id=village name=village><option value=\"\">{}</option>",
                wanted.say("不清楚", "I do not know")
            );
            for one in &shown.villages {
                let chosen = if one.id == kept.village { " selected" } else { "" };
                let _ = write!(
                    select,
                    "<option value=\"{}\"{chosen}>{}</option>",
                    text(&one.id),
                    text(&one.name)
                );
            }
            select.push_str("</select>");
            labelled(
                out,
                "address",
                wanted.say("在哪里", "Where"),
                &address(" required"),
                wanted.say("如：老街 12 号二楼楼道", "For example: Old Street 12, stairway, second floor"),
            );
            labelled(out, "village", wanted.say("哪个村（社区）", "Village"), &select, "");
        }
    }
    let _ = write!(
        out,
        "<div class=f><input type=hidden id=point name=point data-w=\"{}\" data-m=\"{}\"></div></div>",
        wanted.say(
            "附上我现在的位置|正在定位…|已附上位置|不附位置|没有取得位置，写清楚在哪里就行",
            "Add where I am now|Looking for it…|Position added|Leave it out|No position; saying where it is will do",
        ),
        wanted.say(
            "在地图上指|不在地图上指了|地图打不开，写清楚在哪里就行",
            "Point on a map|Do not point on a map|The map cannot be opened; saying where it is will do",
        ),
    );
}

/// What it is: a choice, and a sentence, written or spoken.
fn what_card(out: &mut String, wanted: Wanted, shown: &ReportForm, kept: &Kept) {
    let _ = write!(
        out,
        "<div class=q><fieldset class=f><legend>{}</legend><div class=os>",
        wanted.say("是哪类问题", "What is it")
    );
    for matter in Matter::ALL {
        let _ = write!(
            out,
            "<label class=\"o{}\"><input type=radio name=matter value={} required{}><span>{}</span></label>",
            if *matter == Matter::Person { " w" } else { "" },
            matter.code(),
            if matter.code() == kept.matter { " checked" } else { "" },
            matter_word(wanted, *matter)
        );
    }
    out.push_str("</div></fieldset>");
    labelled(
        out,
        "content",
        wanted.say("看到了什么", "What did you see"),
        &format!(
            "<textarea id=content name=content rows=3 maxlength={MAX_CONTENT}>{}</textarea>",
            text(&kept.content)
        ),
        wanted.say("写一句，或者在下面录一段。", "Write a sentence, or say it below."),
    );
    voice_field(out, wanted, shown);
    out.push_str("</div>");
}

/// Who it is, for whoever wants to be told.
fn who_card(out: &mut String, wanted: Wanted, kept: &Kept) {
    let optional = wanted.say("（可以不填）", " (optional)");
    out.push_str("<div class=q>");
    // What can be no number is said before anything is sent: nothing that was chosen is lost over it.
    let phone = format!(
        "<input id=phone name=phone type=tel maxlength=20 autocomplete=tel pattern=\"[0-9 \\-]{{7,20}}\" title=\"{}\"{}>",
        wanted.say("11 位手机号或带区号的固定电话", "A mobile number, or a landline with its area code"),
        filled(&kept.phone)
    );
    labelled(out, "phone", &format!("{}{optional}", wanted.say("电话", "Phone")), &phone, "");
    labelled(
        out,
        "name",
        &format!("{}{optional}", wanted.say("姓名", "Name")),
        &format!("<input id=name name=name maxlength=40 autocomplete=name{}>", filled(&kept.name)),
        wanted.say(
            "姓名和电话单独加密保存，只有指定的保管人凭理由查看并留痕，被举报的单位看不到。",
            "Name and phone are sealed apart. Only the named custodian may read them, each time on record; the unit never sees them.",
        ),
    );
    out.push_str("</div>");
}

fn form_page(wanted: Wanted, codes: &Codes, shown: &ReportForm, kept: &Kept) -> String {
    let title = wanted.say("举报火灾隐患", "Report a fire hazard");
    let path = codes.path();
    let mut out = format!(
        "{STYLE}<div class=head>{MARK}<div><h1>{title}</h1><p class=sub>{}</p></div><a class=sz href=\"{}\">{}</a></div>",
        text(&shown.town),
        wanted.link(&path, wanted.lang, 1 - wanted.big.min(1)),
        if wanted.big == 1 { wanted.say("标准", "Normal") } else { wanted.say("大字", "Large") },
    );
    refusal_note(&mut out, wanted, kept);
    let _ = write!(
        out,
        "<p>{}</p><form method=post action=\"{}\" enctype=\"multipart/form-data\">\
         <input type=hidden name=receipt value=\"{}\">",
        wanted.say(
            "拍张照、写一句话就行，不用登录，姓名可以不填。",
            "A photo and a sentence will do. No login, no name needed."
        ),
        wanted.link(&path, wanted.lang, wanted.big),
        text(&shown.receipt),
    );
    photo_card(&mut out, wanted);
    where_card(&mut out, wanted, shown, kept);
    what_card(&mut out, wanted, shown, kept);
    who_card(&mut out, wanted, kept);
    let _ = write!(out, "<div class=send><button>{}</button></div></form>", wanted.say("提交举报", "Send"));
    look_up(&mut out, wanted, "");
    hotlines(&mut out, wanted, &shown.hotlines, shown.office.as_ref());
    out.push_str("<script src=/p/form.js defer></script>");
    let officers = ("/p/officers", wanted.say("本镇执法检查人员名单", "Who enforces in this town"));
    whole(wanted, &path, title, &out, officers)
}

/// A page with one sentence about a form that could not be read, and whom to call.
async fn instead(doors: &Doors, wanted: Wanted, status: StatusCode, sentence: &str) -> Response {
    let out = format!(
        "<h1>{}</h1><p class=note role=alert>{sentence}</p><p>{}</p>{}",
        wanted.say("没有提交成功", "Not done"),
        wanted.say(
            "请按浏览器的“返回”键，填好的内容还在。",
            "Use the back button of your browser: what you wrote is still there."
        ),
        whom_to_call(doors, wanted).await,
    );
    let title = wanted.say("举报火灾隐患", "Report a fire hazard");
    let again = ("/p/report", wanted.say("重新填写", "Start again"));
    (status, Html(whole(wanted, "/p/report", title, &out, again))).into_response()
}

fn larger(wanted: Wanted) -> &'static str {
    wanted.say(
        "照片超过 12 MB，请换一张小一点的照片，或不附照片。",
        "The photo is larger than 12 MB. Send a smaller one, or none.",
    )
}

async fn too_large(doors: &Doors, wanted: Wanted) -> Response {
    instead(doors, wanted, StatusCode::PAYLOAD_TOO_LARGE, larger(wanted)).await
}

/// Why not, in the reader's language, as HTML.
pub(super) fn why(wanted: Wanted, error: &app::Error) -> (StatusCode, String) {
    let code = match error {
        app::Error::Invalid(fields) => fields.first().map_or("validation", |field| field.code),
        other => other.code(),
    };
    let sentence = match error {
        app::Error::Invalid(fields) => fields.first().map_or_else(String::new, |field| field.message.clone()),
        other => other.to_string(),
    };
    let english = match code {
        "limit.too_many" => "Too many reports from here. Please try again later, or call.",
        "report_case.nowhere" => "Please say where it is.",
        "report_case.matter" => "Please choose what it is about.",
        "report_case.no_content" => "Please say what you saw.",
        "report_case.person" => {
            "Only fire-safety problems are taken here. For anything about a person call the government service line."
        }
        "report_case.voice_large" => "The recording is too large. Say less, or write it.",
        "report_case.voice_kind" => "This file is no recording of a phone. Record again, or write it.",
        "photo.not_image" => "This file is no photo that can be opened. Please choose another.",
        "phone.invalid" => "This is no phone number. You may leave it empty.",
        "report_case.stage" => "That is not possible now.",
        "report_case.rated" => "You have said so already.",
        "report_case.rating" => "Please choose one of the three.",
        _ => "This could not be taken. Please try again later, or call.",
    };
    let status = match error {
        app::Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        app::Error::Store(_) | app::Error::Internal(_) => {
            tracing::error!(cause = ?error, "a public page could not be served");
            StatusCode::SERVICE_UNAVAILABLE
        }
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let said = if wanted.lang == Lang::En { english.to_owned() } else { text(&sentence) };
    (status, said)
}

pub(super) async fn refused(doors: &Doors, wanted: Wanted, error: &app::Error) -> Response {
    let (status, sentence) = why(wanted, error);
    instead(doors, wanted, status, &sentence).await
}

/// Goes on to another page, so that reloading sends nothing again.
pub(super) fn see(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response()
}

/// The report in a multipart body.
///
/// Errors: the page to answer instead.
async fn read_report(
    doors: &Doors,
    wanted: Wanted,
    codes: &Codes,
    body: Multipart,
) -> Result<PublicReport, Response> {
    let mut sent = match Sent::read(body).await {
        Ok(sent) => sent,
        Err(Unread::PhotoTooLarge) => return Err(too_large(doors, wanted).await),
        Err(Unread::VoiceTooLarge) => {
            let sentence = wanted.say(
                "录音超过 12 MB，请说短一点重新录，或改为文字。",
                "The recording is larger than 12 MB. Say less, or write it.",
            );
            return Err(instead(doors, wanted, StatusCode::PAYLOAD_TOO_LARGE, sentence).await);
        }
        Err(Unread::Broken) => {
            let sentence = wanted.say(
                "内容没有传完整，请检查网络后再提交。",
                "It did not come through whole. Please send it again.",
            );
            return Err(instead(doors, wanted, StatusCode::BAD_REQUEST, sentence).await);
        }
    };
    Ok(PublicReport {
        scanned: codes.scanned(),
        receipt: sent.take("receipt"),
        matter: sent.take("matter"),
        content: sent.take("content"),
        village: sent.take("village"),
        address: sent.take("address"),
        name: sent.take("name"),
        phone: sent.take("phone"),
        point: read_point(&sent.take("point")),
        photo: sent.photo,
        voice: sent.voice,
    })
}

/// Longitude and latitude as the script writes them; none for anything else, the words say where it is.
fn read_point(sent: &str) -> Option<[f64; 2]> {
    let (lon, lat) = sent.split_once(',')?;
    let point = [lon.trim().parse().ok()?, lat.trim().parse().ok()?];
    point.iter().all(|one: &f64| one.is_finite()).then_some(point)
}

/// 公开举报页
#[utoipa::path(get, path = "/p/report", tag = "report_case", params(Codes, Wanted),
    responses((status = 200, content_type = "text/html")))]
async fn form(
    State(doors): State<Doors>,
    Extension(limiter): Limits,
    from: From,
    Query(codes): Query<Codes>,
    wanted: Wanted,
) -> Response {
    let said = match admit(&doors, &limiter, &from) {
        Ok(()) => doors.app.report_form(&codes.scanned()).await,
        Err(error) => Err(error),
    };
    match said {
        Ok(shown) => Html(form_page(wanted, &codes, &shown, &Kept::default())).into_response(),
        Err(error) => refused(&doors, wanted, &error).await,
    }
}

/// 举报页的录音和定位按钮
#[utoipa::path(get, path = "/p/form.js", tag = "report_case", responses((status = 200, content_type = "text/javascript")))]
async fn script() -> Response {
    javascript(SCRIPT)
}

/// 举报页的地图
#[utoipa::path(get, path = "/p/map.js", tag = "report_case", responses((status = 200, content_type = "text/javascript")))]
async fn map() -> Response {
    javascript(MAP)
}

fn javascript(script: &'static str) -> Response {
    let kind = (header::CONTENT_TYPE, "text/javascript; charset=utf-8");
    ([kind, (header::CACHE_CONTROL, "max-age=3600")], script).into_response()
}

/// 举报页的地图内容
///
/// Public roads, outlines and names of villages; nothing of places or people.
#[utoipa::path(get, path = "/p/map.json", tag = "report_case",
    responses((status = 200, body = PublicGround), (status = 429, body = Problem)))]
async fn ground(State(doors): State<Doors>, Extension(limiter): Limits, from: From) -> Answer<Response> {
    limiter.pass(&format!("ground {}", from.0), MAX_GROUNDS, MINUTE_MS, doors.app.now())?;
    let ground = doors.app.public_ground().await?;
    Ok(([(header::CACHE_CONTROL, "max-age=3600")], Json(ground)).into_response())
}

/// 提交举报
#[utoipa::path(post, path = "/p/report", tag = "report_case", params(Codes, Wanted),
    request_body(content = String, content_type = "multipart/form-data"),
    responses((status = 303), (status = 413, content_type = "text/html"), (status = 422, content_type = "text/html"),
        (status = 429, content_type = "text/html")))]
async fn send(
    State(doors): State<Doors>,
    Extension(limiter): Limits,
    from: From,
    Query(codes): Query<Codes>,
    wanted: Wanted,
    body: Multipart,
) -> Response {
    let key = format!("report {}", from.0);
    if let Err(error) = limiter.pass(&key, MAX_REPORTS, 60 * MINUTE_MS, doors.app.now()) {
        return refused(&doors, wanted, &error).await;
    }
    let Ok(turn) = READING.try_acquire() else {
        let sentence = wanted.say(
            "现在举报的人较多，请稍后再提交。",
            "Many are reporting just now. Please send it again in a minute.",
        );
        return instead(&doors, wanted, StatusCode::SERVICE_UNAVAILABLE, sentence).await;
    };
    let report = match read_report(&doors, wanted, &codes, body).await {
        Ok(report) => report,
        Err(page) => return page,
    };
    let kept = Kept::of(&report);
    let said = doors.app.public_report(report).await;
    drop(turn);
    match said {
        Ok(receipt) => {
            let lang = if wanted.lang == Lang::En { "en" } else { "zh" };
            see(&format!("/p/r-{receipt}?new=1&lang={lang}&big={}", wanted.big))
        }
        Err(error) => {
            let (status, refusal) = why(wanted, &error);
            match doors.app.report_form(&codes.scanned()).await {
                Ok(shown) => {
                    let page = form_page(wanted, &codes, &shown, &Kept { refusal, ..kept });
                    (status, Html(page)).into_response()
                }
                Err(error) => refused(&doors, wanted, &error).await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::view::Named;

    const ZH: Wanted = Wanted { lang: Lang::Zh, big: 0, demo: false };

    fn shown_form(site: Option<&str>) -> ReportForm {
        ReportForm {
            town: "青峰镇".to_owned(),
            villages: (0..30)
                .map(|n| Named::new(format!("5001181009{n:02}"), "很长名字的一个村".to_owned()))
                .collect(),
            site: site.map(str::to_owned),
            receipt: "ABCD-EFGH-JKMN-PQRS-TUVW-XYZ2-3456".to_owned(),
            voice: VoiceLimits { most_s: 60, most_kb: 2_048 },
            hotlines: Vec::new(),
            office: Some(("青峰镇消防工作站".to_owned(), "023-49000001".to_owned())),
        }
    }

    #[test]
    fn the_form_is_small_photo_first_labelled_and_runs_one_script_of_ours() {
        let page = form_page(ZH, &Codes::default(), &shown_form(None), &Kept::default());
        assert!(page.len() < 14_000, "{} bytes", page.len());
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert!(page.contains("<script src=/p/form.js defer>") && !page.contains("onclick"), "{page}");
        let at = |what: &str| page.find(what).unwrap_or(usize::MAX);
        assert!(at("id=photo") < at("name=matter") && at("name=matter") < at("id=content"));
        for id in ["photo", "content", "voice", "village", "address", "name", "phone", "code"] {
            assert!(page.contains(&format!("<label for={id}")), "{id} has a label");
        }
        let english = form_page(
            Wanted { lang: Lang::En, big: 1, demo: false },
            &Codes::default(),
            &shown_form(None),
            &Kept::default(),
        );
        assert!(english.contains("lang=en") && english.contains("class=big") && english.contains("Photo"));
    }

    #[test]
    fn what_was_scanned_is_kept_and_never_run() {
        let codes = Codes { b: "x\"><script>".to_owned(), ..Codes::default() };
        let page = form_page(ZH, &codes, &shown_form(Some("<b>老街</b>")), &Kept::default());
        assert!(!page.contains("<script>") && !page.contains("<b>老街"), "{page}");
        assert!(page.contains("action=\"/p/report?b=x%22%3E%3Cscript%3E&amp;lang=zh"), "{page}");
        assert!(page.contains("具体位置（可以不填）") && !page.contains("id=village"));
    }
    #[test]
    fn a_form_that_comes_back_keeps_what_was_typed() {
        let kept = Kept {
            refusal: "不是电话号码".to_owned(),
            matter: "wiring".to_owned(),
            content: "<飞线>".to_owned(),
            village: "500118100903".to_owned(),
            address: "老街 \"12\" 号".to_owned(),
            name: "张三".to_owned(),
            phone: "abc".to_owned(),
            had_file: true,
        };
        let page = form_page(ZH, &Codes::default(), &shown_form(None), &kept);
        for held in [
            "没有提交成功",
            "不是电话号码",
            "<span class=again>照片或录音请重新选择。</span>",
            "pattern=\"[0-9 \\-]{7,20}\"",
            "value=wiring required checked>",
            ">&lt;飞线&gt;</textarea>",
            "<option value=\"500118100903\" selected>",
            "value=\"老街 &quot;12&quot; 号\"",
            "value=\"张三\"",
            "value=\"abc\"",
        ] {
            assert!(page.contains(held), "{held}: {page}");
        }
        let new = form_page(ZH, &Codes::default(), &shown_form(None), &Kept::default());
        assert!(
            !new.contains("role=alert") && !new.contains(" checked") && !new.contains(" selected"),
            "{new}"
        );
    }
}
