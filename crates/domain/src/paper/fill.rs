//! Filling a template: values in, a document or every mistake of them out.

use crate::document::{
    Block, Choice, Closing, Column, Document, Labelled, Nature, ORDERING_WORD, Printed, Signature,
    chinese_date, plain,
};
use crate::time::{Date, parse_date};

use super::{Field, FieldType, PieceKind, Template, Value, Values};

/// Placeholders every template may use, taken from the [`Frame`] and not from fields.
pub(super) const GIVEN: [&str; 3] = ["issuer", "issued_on", "number"];

/// What surrounds the values: known to the use case, not typed by a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// 发文机关.
    pub issuer: String,
    /// Number, once it was taken.
    pub number: Option<String>,
    /// 成文日期.
    pub issued_on: Date,
    /// 签发人, for upward documents.
    pub signer: Option<String>,
    /// 份号, 密级, 紧急程度.
    pub marks: Vec<String>,
    /// Names of attachments.
    pub attachments: Vec<String>,
    /// 抄送机关.
    pub copies_to: Vec<String>,
    /// 印发机关 and 印发日期.
    pub printed: Option<Printed>,
}

/// One thing wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// Key of the field.
    pub field: String,
    /// Stable dotted code.
    pub code: &'static str,
    /// One Chinese sentence that names the field.
    pub message: String,
}

/// Keys in braces.
pub(super) fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(key, _)| key))
}

impl Template {
    /// Fills it. A draft may lack required fields (`complete` false): their places stay open.
    ///
    /// Errors: every field that is missing, unknown or of another kind, all at once.
    pub fn fill(
        &self,
        values: &Values,
        frame: &Frame,
        complete: bool,
    ) -> Result<Document, Vec<FieldProblem>> {
        let mut problems = self.problems_of(values, complete);
        if complete {
            problems.extend(self.late(values, frame.issued_on));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let filler = Filler { template: self, values, frame };
        let recipients = self.recipients.as_deref().map(|text| filler.many(text)).unwrap_or_default();
        let closes = self.layout.red_head() && self.layout != crate::document::Layout::Minutes;
        Ok(Document {
            layout: self.layout,
            nature: self.nature,
            title: filler.text(&self.title),
            dated: frame.issued_on,
            number: frame.number.clone(),
            issuer: frame.issuer.clone(),
            signer: frame.signer.clone(),
            marks: frame.marks.clone(),
            recipients,
            blocks: self.body.iter().filter_map(|piece| filler.block(piece)).collect(),
            attachments: frame.attachments.clone(),
            closing: (closes || self.sealed)
                .then(|| Closing { by: vec![frame.issuer.clone()], sealed: self.sealed }),
            note: self.note.as_deref().map(|text| filler.text(text)).filter(|text| !text.is_empty()),
            copies_to: frame.copies_to.clone(),
            printed: frame.printed.clone(),
            foot: None,
            stamp: None,
        })
    }

    /// Days that others have until, and that are over on this day.
    pub fn late(&self, values: &Values, on: Date) -> Vec<FieldProblem> {
        let is_over = |field: &&Field| {
            field.ahead
                && matches!(values.get(&field.key), Some(Value::Text(text)) if parse_date(text).is_some_and(|day| day < on))
        };
        let late = self.fields.iter().filter(is_over).map(|field| FieldProblem {
            field: field.key.clone(),
            code: "paper.deadline_past",
            message: format!(
                "“{}”早于印发当天（{}），对方已经没有时间，请改为当天或以后的日期",
                field.zh,
                chinese_date(on)
            ),
        });
        late.collect()
    }

    fn problems_of(&self, values: &Values, complete: bool) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        for key in values.keys().filter(|key| self.field(key).is_none()) {
            let message = format!("《{}》没有“{key}”这一项，请删去或改正它的名称", self.name);
            problems.push(FieldProblem { field: key.clone(), code: "paper.no_such_field", message });
        }
        for field in &self.fields {
            let mut say = |code, message| {
                problems.push(FieldProblem { field: field.key.clone(), code, message });
            };
            match values.get(&field.key).filter(|value| !value.is_empty()) {
                None if field.required && complete => {
                    say("paper.missing_field", format!("缺少“{}”，请填写后再试", field.zh));
                }
                None => {}
                Some(value) => {
                    if let Some(wanted) = mismatch(field, value) {
                        say("paper.wrong_value", format!("“{}”应是{wanted}，请改正", field.zh));
                    }
                    let advises = self.nature == Nature::Advice
                        || (self.family(), field.key.as_str()) == super::RECHECK_NEXT;
                    if advises && value.texts().any(|text| plain(text).contains(ORDERING_WORD)) {
                        say(
                            "document.advice_orders",
                            format!(
                                "“{}”里不能写“责令”，《{}》只能建议，请改用“建议”“请”等用语；需要责令的由执法人员另行制作",
                                field.zh, self.name
                            ),
                        );
                    }
                }
            }
        }
        problems
    }
}

impl Value {
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Flag(_) | Self::Number(_) => false,
            Self::Text(text) => text.trim().is_empty(),
            Self::List(list) => list.iter().all(|text| text.trim().is_empty()),
            Self::Rows(rows) => rows.is_empty(),
            Self::Photos(photos) => photos.is_empty(),
        }
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let texts: Vec<&str> = match self {
            Self::Text(text) => vec![text],
            Self::List(list) => list.iter().map(String::as_str).collect(),
            Self::Rows(rows) => rows.iter().flatten().map(String::as_str).collect(),
            Self::Photos(photos) => photos.iter().map(|photo| photo.caption.as_str()).collect(),
            Self::Flag(_) | Self::Number(_) => Vec::new(),
        };
        texts.into_iter()
    }
}

/// What the value should have been; none when it fits.
fn mismatch(field: &Field, value: &Value) -> Option<String> {
    let fits = match (&field.kind, value) {
        (FieldType::Text | FieldType::LongText | FieldType::Qr, Value::Text(_)) => true,
        (FieldType::Number, Value::Number(number)) => number.is_finite(),
        (FieldType::Date, Value::Text(text)) => parse_date(text).is_some(),
        (FieldType::Minute, Value::Text(text)) => minute(text).is_some(),
        (FieldType::Flag, Value::Flag(_)) | (FieldType::List, Value::List(_)) => true,
        (FieldType::Choice { options }, Value::Text(text)) => options.contains(text),
        (FieldType::Choices { options }, Value::List(list)) => list.iter().all(|text| options.contains(text)),
        (FieldType::Rows { columns }, Value::Rows(rows)) => rows.iter().all(|row| row.len() == columns.len()),
        (FieldType::Photos, Value::Photos(_)) => true,
        _ => false,
    };
    (!fits).then(|| match &field.kind {
        FieldType::Text | FieldType::LongText | FieldType::Qr => "文字".to_owned(),
        FieldType::Number => "数".to_owned(),
        FieldType::Date => "日期，如 2026-11-26".to_owned(),
        FieldType::Minute => "日期和时间，如 2026-11-26T09:30".to_owned(),
        FieldType::Flag => "是或否".to_owned(),
        FieldType::Choice { options } => format!("下列之一：{}", options.join("、")),
        FieldType::Choices { options } => format!("下列中的若干项：{}", options.join("、")),
        FieldType::List => "若干条文字".to_owned(),
        FieldType::Rows { columns } => format!("每行 {} 格的表", columns.len()),
        FieldType::Photos => "照片".to_owned(),
    })
}

/// Date and `HH:MM` of a minute.
fn minute(text: &str) -> Option<(Date, &str)> {
    let (date, time) = text.split_once('T')?;
    let (hours, minutes) = time.split_once(':')?;
    let number = |text: &str, below: u8| text.len() == 2 && text.parse::<u8>().is_ok_and(|n| n < below);
    (number(hours, 24) && number(minutes, 60)).then_some(())?;
    Some((parse_date(date)?, time))
}

struct Filler<'a> {
    template: &'a Template,
    values: &'a Values,
    frame: &'a Frame,
}

impl Filler<'_> {
    fn value(&self, key: &str) -> Option<&Value> {
        self.values.get(key).filter(|value| !value.is_empty())
    }

    /// A value as it stands within a sentence; empty when there is none.
    fn word(&self, key: &str) -> String {
        match key {
            "issuer" => return self.frame.issuer.clone(),
            "issued_on" => return chinese_date(self.frame.issued_on),
            "number" => return self.frame.number.clone().unwrap_or_default(),
            _ => {}
        }
        let kind = self.template.field(key).map(|field| &field.kind);
        match (kind, self.value(key)) {
            (Some(FieldType::Date), Some(Value::Text(text))) => {
                parse_date(text).map(chinese_date).unwrap_or_default()
            }
            (Some(FieldType::Minute), Some(Value::Text(text))) => minute(text)
                .map(|(date, time)| format!("{}{}", chinese_date(date), clock(time)))
                .unwrap_or_default(),
            (_, Some(Value::Text(text))) => text.trim().to_owned(),
            (_, Some(Value::Number(number))) => written(*number),
            (_, Some(Value::Flag(flag))) => if *flag { "是" } else { "否" }.to_owned(),
            (_, Some(Value::List(list))) => list.join("、"),
            _ => String::new(),
        }
    }

    /// A text with its placeholders filled.
    fn text(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            match after.split_once('}') {
                Some((key, after)) => {
                    let word = self.word(key);
                    // Whoever fills in a sentence ends it; what follows here ends it too, and two stops are one too many.
                    let ends = after.starts_with(['。', '，', '；']);
                    filled.push_str(if ends { word.trim_end_matches(['。', '，', '；']) } else { &word });
                    rest = after;
                }
                None => {
                    filled.push('{');
                    rest = after;
                }
            }
        }
        filled + rest
    }

    /// A text that is nothing but a list field gives the list; any other gives itself.
    fn many(&self, text: &str) -> Vec<String> {
        let key = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match key.and_then(|key| self.value(key)) {
            Some(Value::List(list)) => list.clone(),
            _ => Some(self.text(text)).filter(|text| !text.is_empty()).into_iter().collect(),
        }
    }

    fn labelled(&self, key: &str) -> Labelled {
        let label = match self.template.field(key) {
            Some(field) => field.zh.clone(),
            None => match key {
                "issuer" => "制发单位",
                "issued_on" => "日期",
                _ => "编号",
            }
            .to_owned(),
        };
        Labelled { label, value: self.word(key) }
    }

    fn block(&self, piece: &super::Piece) -> Option<Block> {
        if piece
            .when
            .as_deref()
            .is_some_and(|key| self.value(key).is_none() || self.value(key) == Some(&Value::Flag(false)))
        {
            return None;
        }
        Some(match &piece.kind {
            PieceKind::Heading { level, text } => Block::Heading { level: *level, text: self.text(text) },
            PieceKind::Text { text } => Block::Paragraph { text: self.text(text) },
            PieceKind::List { field } => {
                let Some(Value::List(list)) = self.value(field) else { return None };
                let lines = list.iter().enumerate().map(|(at, text)| format!("{}. {text}", at + 1));
                Block::Paragraph { text: lines.collect::<Vec<_>>().join("\n") }
            }
            PieceKind::Table { field } => {
                let Some(FieldType::Rows { columns }) = self.template.field(field).map(|field| &field.kind)
                else {
                    return None;
                };
                let columns = columns
                    .iter()
                    .map(|column| Column { title: column.zh.clone(), share: column.share })
                    .collect();
                let rows = match self.value(field) {
                    Some(Value::Rows(rows)) => rows.clone(),
                    _ => Vec::new(),
                };
                Block::Table { columns, rows }
            }
            PieceKind::Grid { rows } => Block::Fields {
                rows: rows.iter().map(|keys| keys.iter().map(|key| self.labelled(key)).collect()).collect(),
            },
            PieceKind::Checks { field } => {
                let label = self.labelled(field).label;
                let value = self.value(field);
                let options = match self.template.field(field).map(|field| &field.kind) {
                    Some(FieldType::Choice { options }) => {
                        tick(options, |text| value == Some(&Value::Text(text.into())))
                    }
                    Some(FieldType::Choices { options }) => tick(
                        options,
                        |text| matches!(value, Some(Value::List(list)) if list.iter().any(|one| one == text)),
                    ),
                    _ => tick(&["是".to_owned(), "否".to_owned()], |text| {
                        value == Some(&Value::Flag(text == "是"))
                    }),
                };
                Block::Checks { label, options }
            }
            PieceKind::Photos { field } => {
                let Some(Value::Photos(photos)) = self.value(field) else { return None };
                Block::Photos { photos: photos.clone() }
            }
            PieceKind::Signatures { places } => Block::Signatures {
                places: places
                    .iter()
                    .map(|place| Signature {
                        label: self.text(&place.label),
                        name: place.name.as_deref().map(|key| self.word(key)).unwrap_or_default(),
                        on: place.on.as_deref().and_then(|key| match (key, self.value(key)) {
                            ("issued_on", _) => Some(self.frame.issued_on),
                            (_, Some(Value::Text(text))) => parse_date(text),
                            _ => None,
                        }),
                    })
                    .collect(),
            },
            PieceKind::Qr { field, caption } => {
                let Some(Value::Text(content)) = self.value(field) else { return None };
                Block::Qr { content: content.clone(), caption: self.text(caption) }
            }
            PieceKind::PageBreak => Block::PageBreak,
        })
    }
}

fn tick(options: &[String], ticked: impl Fn(&str) -> bool) -> Vec<Choice> {
    options.iter().map(|text| Choice { text: text.clone(), ticked: ticked(text) }).collect()
}

/// `9时30分` of `09:30`.
fn clock(time: &str) -> String {
    let (hours, minutes) = time.split_once(':').unwrap_or((time, "00"));
    let hours = hours.trim_start_matches('0');
    let hours = if hours.is_empty() { "0" } else { hours };
    if minutes == "00" { format!("{hours}时") } else { format!("{hours}时{minutes}分") }
}

/// A number without needless places.
fn written(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
