//! Papers as pages see them, and how they are filled. What does not belong here: what is done with a paper (the parent room).

use domain::hazard::ServeMethod;
use domain::org::OrgKind;
use domain::paper::{FieldProblem, FieldType, Origin, Paper, State, TOWN_EDITIONS, Template, Value, Values};
use domain::policy::Action;
use domain::time::{Date, parse_date};
use serde::{Deserialize, Serialize};
use store::Read;
use store::paper::PaperRecord;
use utoipa::ToSchema;

use super::receipt::ReceiptView;
use super::{Deed, catalog, draw, hat_for, load, may_now, series, subject, template_of};
use crate::names::Names;
use crate::photo::PhotoView;
use crate::view::{Named, Word};
use crate::{App, Caller, Result};

/// A column of a field of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaperColumn {
    /// What people read.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// A field of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaperField {
    /// Key in the values.
    pub key: String,
    /// What people read.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// `text`, `long_text`, `number`, `date`, `minute`, `flag`, `choice`, `choices`, `list`, `rows`, `photos`, `qr`.
    pub kind: String,
    /// Words to choose from.
    pub options: Vec<String>,
    /// Columns of a table.
    pub columns: Vec<PaperColumn>,
    /// Whether the paper cannot be approved without it.
    pub required: bool,
    /// Whether the record it is made from has the word here; nobody types over it.
    pub given: bool,
}

/// A template as a form needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaperTemplate {
    /// `DT10`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Name in English.
    pub name_en: String,
    /// Version.
    pub edition: u32,
    /// Which of the town's own it is, from 1; 0 for one that comes along.
    pub own: u32,
    /// As `circular`, `form`.
    pub layout: String,
    /// Its layout in Chinese.
    pub layout_label: String,
    /// `ordinary`, `advice` or `enforcement`.
    pub nature: String,
    /// Whether it registers a paper that somebody else issued.
    pub received: bool,
    /// Whether a leader has to sign it.
    pub signed: bool,
    /// Whether 份号、密级、紧急程度 have a place on it.
    pub marked: bool,
    /// Whether it may say what comes with it.
    pub attaches: bool,
    /// Whether it is made from such a record only, never written freely.
    pub bound: bool,
    /// Whether an empty form of it may be printed, to be filled in by hand.
    pub blank: bool,
    /// Kinds of bodies in whose name it may be issued, as `village`.
    pub bodies: Vec<&'static str>,
    /// Series of its numbers.
    pub series: Option<Word>,
    /// What must be settled with the organ before it is used.
    pub check: Option<String>,
    /// What it may be made from: `hazard`, `inspection`, `meeting`, `report`, `letter`, `training` …
    pub about: Vec<String>,
    /// Fields.
    pub fields: Vec<PaperField>,
}

/// An organisation one may draft for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaperOrg {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it is, as `village`.
    pub kind: String,
}

/// What a form needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaperOptions {
    /// Templates valid today that the caller may draft.
    pub templates: Vec<PaperTemplate>,
    /// Organisations he may draft for.
    pub orgs: Vec<PaperOrg>,
    /// Bodies of the town that a circular may go to.
    pub bodies: Vec<Named>,
    /// 紧急程度 one may mark.
    pub urgency: Vec<&'static str>,
    /// Fonts of official papers that are missing here, each a sentence with how to get it.
    pub fonts: Vec<String>,
}

/// What a paper is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AboutView {
    /// `hazard`, `inspection`, `meeting`, `report`, `letter` or `training`.
    pub kind: String,
    /// Its id.
    pub id: String,
}

/// 份号、密级和保密期限、紧急程度; empty where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct MarksView {
    /// 份号, six digits.
    pub copy_no: String,
    /// 密级; of papers from before such were refused.
    pub secrecy: String,
    /// 保密期限, of the same.
    pub period: String,
    /// `特急` or `加急`.
    pub urgency: String,
}

/// A paper in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaperRow {
    /// Id.
    pub id: String,
    /// Its template.
    pub template: Word,
    /// Title.
    pub title: String,
    /// Number; null before it was approved.
    pub number: Option<String>,
    /// Whose paper it is.
    pub org: Named,
    /// `draft`, `approved`, `issued`, `served`, `revoked` or `discarded`.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// The date on it.
    pub dated: Option<String>,
    /// The day by which those it goes to are to report; null where it names none.
    pub answer_by: Option<String>,
    /// When it was drafted.
    pub recorded_at: String,
    /// Who drafted it.
    pub recorded_by: String,
    /// What it is about.
    pub about: Option<AboutView>,
    /// Version.
    pub version: i64,
}

/// A page of papers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaperPage {
    /// Rows.
    pub items: Vec<PaperRow>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Templates one may ask for; with the first page only.
    pub kinds: Vec<Word>,
    /// Organisations one may ask for; with the first page only.
    pub orgs: Vec<Named>,
}

/// Something to see to before, or to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaperProblem {
    /// The field; empty when it is about the whole.
    pub field: String,
    /// Stable dotted code.
    pub code: String,
    /// One sentence.
    pub message: String,
}

/// What went out, and whether the files still are what they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FrozenView {
    /// SHA-256 of the PDF.
    pub pdf: String,
    /// SHA-256 of the data.
    pub data: String,
    /// Pages.
    pub pages: usize,
    /// Who issued it.
    pub by: Named,
    /// When.
    pub at: String,
    /// Whether both files still have these hashes.
    pub intact: bool,
}

/// How it was served.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ServiceView {
    /// `direct`, `left_behind`, `post`, `electronic` or `public_notice`.
    pub way: String,
    /// In Chinese.
    pub way_label: String,
    /// Who received it.
    pub to: String,
    /// When.
    pub on: String,
    /// What was signed, or by what it is proved.
    pub receipt: String,
    /// Photos of the receipt.
    pub photos: Vec<PhotoView>,
    /// Who served it.
    pub by: Named,
}

/// A paper as its page sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PaperView {
    /// As in a list.
    #[serde(flatten)]
    pub row: PaperRow,
    /// Its template, in the version it was made from.
    pub form: PaperTemplate,
    /// 发文机关.
    pub issuer: String,
    /// What was filled in.
    #[schema(value_type = Object)]
    pub values: Values,
    /// 份号、密级、紧急程度.
    pub marks: MarksView,
    /// Names of what comes with it.
    pub attachments: Vec<String>,
    /// 抄送机关.
    pub copies_to: Vec<String>,
    /// Bodies it goes to.
    pub bodies: Vec<Named>,
    /// What they said, once it was issued.
    pub receipts: Vec<ReceiptView>,
    /// The paper it corrects.
    pub corrects: Option<Named>,
    /// What has to be filled in before it can be approved.
    pub missing: Vec<PaperProblem>,
    /// The number the next paper of the series will get; for a draft.
    pub next_number: Option<String>,
    /// Who approved it.
    pub approved_by: Option<Named>,
    /// The certificate and the item of authority an order rests on.
    pub authority: Option<String>,
    /// What went out.
    pub frozen: Option<FrozenView>,
    /// How it was served.
    pub service: Option<ServiceView>,
    /// Why it was taken back.
    pub reason: Option<String>,
    /// What the caller may do: `change`, `approve`, `issue`, `serve`, `circulate`, `revoke`, `correct`.
    pub actions: Vec<&'static str>,
}

/// Values that were at hand.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Prefilled {
    /// By the keys of the template's fields.
    #[schema(value_type = Object)]
    pub values: Values,
    /// Whose paper it would be; empty when the record does not say.
    pub org: String,
}

fn word_of(layout: domain::document::Nature) -> &'static str {
    match layout {
        domain::document::Nature::Ordinary => "ordinary",
        domain::document::Nature::Advice => "advice",
        domain::document::Nature::Enforcement => "enforcement",
    }
}

fn field_view(template: &Template, field: &domain::paper::Field) -> PaperField {
    let (kind, options, columns) = match &field.kind {
        FieldType::Text => ("text", Vec::new(), Vec::new()),
        FieldType::LongText => ("long_text", Vec::new(), Vec::new()),
        FieldType::Number => ("number", Vec::new(), Vec::new()),
        FieldType::Date => ("date", Vec::new(), Vec::new()),
        FieldType::Minute => ("minute", Vec::new(), Vec::new()),
        FieldType::Flag => ("flag", Vec::new(), Vec::new()),
        FieldType::Choice { options } => ("choice", options.clone(), Vec::new()),
        FieldType::Choices { options } => ("choices", options.clone(), Vec::new()),
        FieldType::List => ("list", Vec::new(), Vec::new()),
        FieldType::Rows { columns } => {
            let column =
                |one: &domain::paper::RowColumn| PaperColumn { zh: one.zh.clone(), en: one.en.clone() };
            ("rows", Vec::new(), columns.iter().map(column).collect())
        }
        FieldType::Photos => ("photos", Vec::new(), Vec::new()),
        FieldType::Qr => ("qr", Vec::new(), Vec::new()),
    };
    PaperField {
        key: field.key.clone(),
        zh: field.zh.clone(),
        en: field.en.clone(),
        kind: kind.to_owned(),
        options,
        columns,
        required: field.required,
        given: template.given.contains(&field.key),
    }
}

pub(super) fn template_view(template: &Template) -> PaperTemplate {
    let series = template.series.as_deref().and_then(|code| catalog().series(code));
    PaperTemplate {
        code: template.code.clone(),
        name: template.name.clone(),
        name_en: template.name_en.clone(),
        edition: template.version,
        own: template.version.saturating_sub(TOWN_EDITIONS),
        layout: template.layout.code().to_owned(),
        layout_label: template.layout.name().to_owned(),
        nature: word_of(template.nature).to_owned(),
        received: template.origin == Origin::ReceivedCopy,
        signed: template.right() == Action::PaperSign,
        marked: template.layout.is_marked(),
        attaches: template.layout.is_with_attachments(),
        bound: template.bound,
        blank: template.blank,
        bodies: OrgKind::ALL
            .iter()
            .filter(|kind| template.is_issued_by(**kind))
            .map(|kind| kind.code())
            .collect(),
        series: series.map(|series| Word::new(&series.code, &series.name)),
        check: template.check.clone(),
        about: template.from.clone(),
        fields: template.fields.iter().map(|field| field_view(template, field)).collect(),
    }
}

pub(crate) fn way_word(way: ServeMethod) -> (&'static str, &'static str) {
    match way {
        ServeMethod::Direct => ("direct", "直接送达"),
        ServeMethod::LeftBehind => ("left_behind", "留置送达"),
        ServeMethod::Post => ("post", "邮寄送达"),
        ServeMethod::Electronic => ("electronic", "电子送达"),
        ServeMethod::PublicNotice => ("public_notice", "公告送达"),
    }
}

/// The field of a circular or a letter that says by when to report. A deadline of another paper is no such day: it is what a
/// unit has to mend by.
fn answer_by(paper: &Paper) -> Option<String> {
    let key = match paper.template.split('.').next() {
        Some("DT07") => "answer_by",
        Some("DT10") => "deadline",
        _ => return None,
    };
    match paper.values.get(key) {
        Some(Value::Text(day)) => parse_date(day).map(|day| day.to_string()),
        _ => None,
    }
}

fn about_view(paper: &Paper) -> Option<AboutView> {
    paper.about.as_ref().map(|about| AboutView { kind: about.kind.clone(), id: about.id.clone() })
}

pub(crate) fn row(record: &PaperRecord, names: &Names) -> PaperRow {
    let p = &record.paper;
    let approval = p.state.approval();
    // The town may word a template otherwise, not call it otherwise.
    let known = catalog().templates.iter().find(|one| one.code == p.template);
    let name = known.map_or(p.template.as_str(), |one| one.name.as_str());
    PaperRow {
        id: p.id.to_string(),
        template: Word::new(&p.template, name),
        title: p.title.clone(),
        number: approval.and_then(|one| one.number.as_ref()).map(|number| number.text.clone()),
        org: names.named_org(&p.org),
        state: p.state.code().to_owned(),
        state_label: p.state.label().to_owned(),
        dated: approval.map(|one| one.on.to_string()),
        answer_by: answer_by(p),
        recorded_at: record.recorded_at.to_rfc3339(),
        recorded_by: record.recorded_by.clone(),
        about: about_view(p),
        version: record.version,
    }
}

async fn actions(
    read: &mut Read,
    caller: &Caller,
    template: &Template,
    record: &PaperRecord,
    today: Date,
) -> Result<Vec<&'static str>> {
    let at = subject(record);
    let offered: &[(&'static str, Deed)] = match record.paper.state {
        State::Draft => &[("change", Deed::Draft), ("approve", Deed::Approve), ("revoke", Deed::Draft)],
        State::Approved { .. } => &[("issue", Deed::Issue), ("revoke", Deed::Revoke)],
        State::Issued { .. } => &[
            ("serve", Deed::Serve),
            ("circulate", Deed::Serve),
            ("revoke", Deed::Revoke),
            ("correct", Deed::Draft),
        ],
        State::Served { .. } => {
            &[("circulate", Deed::Serve), ("revoke", Deed::Revoke), ("correct", Deed::Draft)]
        }
        State::Revoked { .. } => &[("correct", Deed::Draft)],
        State::Discarded { .. } => &[],
    };
    let mut may = Vec::new();
    for (word, deed) in offered {
        // A draft may be thrown away wherever the case stands.
        let asked = if *word == "revoke" { Deed::Revoke } else { *deed };
        // Circulars and letters go to bodies of the town; what is served on a party goes to nobody else.
        if *word == "circulate" && !template.layout.red_head() {
            continue;
        }
        if hat_for(caller, template, *deed, &at).is_ok()
            && may_now(read, caller, template, &record.paper, asked, today).await?
        {
            may.push(*word);
        }
    }
    Ok(may)
}

pub(super) fn problem(problem: &FieldProblem) -> PaperProblem {
    PaperProblem {
        field: problem.field.clone(),
        code: problem.code.to_owned(),
        message: problem.message.clone(),
    }
}

impl App {
    pub(crate) async fn paper_view(
        &self,
        read: &mut Read,
        caller: &Caller,
        record: &PaperRecord,
    ) -> Result<PaperView> {
        let p = &record.paper;
        let template = template_of(read, p).await?;
        let template = &*template;
        let names = Names::read(read).await?;
        let today = self.now().date();
        let is_draft = p.state == State::Draft;
        let problems = match template.fill(&p.values, &draw::frame(p, template, today, None), true) {
            Err(problems) if is_draft => problems.iter().map(problem).collect(),
            _ => Vec::new(),
        };
        let next_number = match template.series.as_deref().filter(|_| is_draft) {
            Some(code) => Some(series::next(read, code, today).await?.text),
            None => None,
        };
        let corrects = match &p.corrects {
            Some(id) => match load(read, caller, id).await {
                Ok(found) => Some(Named::new(id.as_str(), found.paper.title)),
                Err(_) => None,
            },
            None => None,
        };
        let service = match p.state.service() {
            Some(service) => Some(self.service_view(read, p, service, &names).await?),
            None => None,
        };
        let authority = p.state.approval().and_then(|one| one.authority.as_ref());
        let named = |id: &domain::ids::PersonId| Named::new(id.as_str(), names.person(id));
        Ok(PaperView {
            row: row(record, &names),
            form: template_view(template),
            issuer: p.issuer.clone(),
            values: p.values.clone(),
            marks: MarksView {
                copy_no: p.marks.copy_no.clone(),
                secrecy: p.marks.secrecy.clone(),
                period: p.marks.period.clone(),
                urgency: p.marks.urgency.clone(),
            },
            attachments: p.attachments.clone(),
            copies_to: p.copies_to.clone(),
            bodies: p.bodies.iter().map(|org| names.named_org(org)).collect(),
            receipts: self.receipts_shown(read, caller, record, &names).await?,
            corrects,
            missing: problems,
            next_number,
            approved_by: p.state.approval().map(|one| named(&one.by)),
            authority: authority.map(|one| format!("{}（证号 {}）", one.authority_item, one.certificate_no)),
            frozen: match p.state.frozen() {
                Some(frozen) => Some(FrozenView {
                    pdf: frozen.pdf.clone(),
                    data: frozen.data.clone(),
                    pages: frozen.pages,
                    by: named(&frozen.by),
                    at: frozen.at.to_rfc3339(),
                    intact: self.blobs.intact(&frozen.pdf)? && self.blobs.intact(&frozen.data)?,
                }),
                None => None,
            },
            service,
            reason: match &p.state {
                State::Revoked { reason, .. } | State::Discarded { reason } => Some(reason.clone()),
                _ => None,
            },
            actions: actions(read, caller, template, record, today).await?,
        })
    }

    async fn service_view(
        &self,
        read: &mut Read,
        paper: &Paper,
        service: &domain::paper::Service,
        names: &Names,
    ) -> Result<ServiceView> {
        let (code, label) = way_word(service.way);
        let photos =
            crate::photo::photo_views(read, &service.photos, &[("paper", paper.id.as_str())]).await?;
        Ok(ServiceView {
            way: code.to_owned(),
            way_label: label.to_owned(),
            to: service.to.clone(),
            on: service.on.to_string(),
            receipt: service.receipt.clone(),
            photos,
            by: Named::new(service.by.as_str(), names.person(&service.by)),
        })
    }
}
