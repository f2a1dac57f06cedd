//! A record as a phone sends it, and how it becomes the record of the rules.

use domain::hazard::Position;
use domain::ids::TownCode;
use domain::inspection::{Answer, Companion, Inspector, Occasion, Pin, Power, Record, Verdict};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::checklist::{PinView, code_of, from_code};
use crate::error::FieldProblem;
use crate::{Error, Result};

/// Answers of one record.
const MOST_ANSWERS: usize = 1_000;
/// Photos of one answer or record.
const MOST_PHOTOS: usize = 60;
/// Characters of a text.
const MOST_TEXT: usize = 2_000;

/// What was filled in on site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InspectionInput {
    /// Made by the phone.
    pub id: String,
    /// The place.
    pub place: String,
    /// The task it answers.
    #[serde(default)]
    pub task: Option<String>,
    /// `governance`, `statutory` or `enforcement`.
    pub power: String,
    /// `routine`, `special`, `joint`, `recheck`, `supervision`, `report` or `before_holiday`.
    pub occasion: String,
    /// People, the sender first.
    pub inspectors: Vec<String>,
    /// Whether certificates were shown.
    #[serde(default)]
    pub showed_certificates: bool,
    /// Who signed, or why not.
    pub companion: CompanionInput,
    /// The editions it was filled in with.
    pub pins: Vec<PinView>,
    /// The answers.
    pub answers: Vec<AnswerInput>,
    /// Pictures of the gate and the whole.
    #[serde(default)]
    pub photos: Vec<String>,
    /// Where.
    #[serde(default)]
    pub position: Option<PositionInput>,
    /// When it began, by the phone's clock.
    pub started_at: String,
    /// When it ended.
    pub ended_at: String,
}

/// What the place's own people put under it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = Companion)]
pub enum CompanionInput {
    /// Signed.
    Signed {
        /// Name.
        name: String,
        /// Photo of the signature.
        signature: String,
    },
    /// Not signed.
    NotSigned {
        /// Why.
        reason: String,
    },
}

/// The answer to an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AnswerInput {
    /// The item.
    pub item: String,
    /// `pass`, `fail`, `not_applicable` or `not_checked`.
    pub value: String,
    /// Why it was not applicable or not checked.
    #[serde(default)]
    pub reason: Option<String>,
    /// What was read off.
    #[serde(default)]
    pub reading: Option<f64>,
    /// What else was seen.
    #[serde(default)]
    pub note: String,
    /// Pictures.
    #[serde(default)]
    pub photos: Vec<String>,
    /// Pictures of it put right on the spot (当场改正); none when it was not.
    #[serde(default)]
    pub fixed: Vec<String>,
}

/// A position as evidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PositionInput {
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
    /// Radius the phone claims.
    #[serde(default)]
    pub accuracy_m: f64,
}

fn ids<T: From<String>>(texts: &[String]) -> Vec<T> {
    texts.iter().map(|text| T::from(text.to_lowercase())).collect()
}

impl InspectionInput {
    /// As the rules want it; hats and certificates are still to be put on.
    ///
    /// Errors: every field that is no such thing.
    pub(crate) fn read(&self, town: &TownCode) -> Result<Record> {
        let mut problems = Vec::new();
        let mut wrong = |field: String, code: &'static str, message: &str| {
            problems.push(FieldProblem { field, code, message: message.to_owned() });
        };
        if uuid::Uuid::parse_str(&self.id).is_err() {
            wrong("id".to_owned(), "inspection.id", "检查编号须为 UUID，请刷新页面后再试");
        }
        let power = from_code::<Power>(&self.power);
        if power.is_none() {
            wrong("power".to_owned(), "inspection.power", "请选择检查性质");
        }
        let occasion = from_code::<Occasion>(&self.occasion);
        if occasion.is_none() {
            wrong("occasion".to_owned(), "inspection.occasion", "请选择检查事由");
        }
        let (started_at, ended_at) = (Timestamp::parse(&self.started_at), Timestamp::parse(&self.ended_at));
        if started_at.is_none() || ended_at.is_none() {
            wrong("started_at".to_owned(), "instant.invalid", "时间格式不对，请刷新页面后再试");
        }
        let is_much = self.answers.len() > MOST_ANSWERS
            || self.photos.len() > MOST_PHOTOS
            || self.answers.iter().any(|answer| answer.photos.len().max(answer.fixed.len()) > MOST_PHOTOS)
            || self.answers.iter().any(|answer| answer.note.chars().count() > MOST_TEXT);
        if is_much {
            wrong("answers".to_owned(), "inspection.too_much", "填写内容过多，请精简后提交");
        }
        let mut answers = Vec::with_capacity(self.answers.len());
        for answer in &self.answers {
            let reason = answer.reason.clone().unwrap_or_default();
            let verdict = match answer.value.as_str() {
                "pass" => Verdict::Pass,
                "fail" => Verdict::Fail,
                "not_applicable" => Verdict::NotApplicable { reason },
                "not_checked" => Verdict::NotChecked { reason },
                _ => {
                    let text = "请选择合格、不合格、不适用或未查";
                    wrong(format!("answers.{}", answer.item), "inspection.value", text);
                    continue;
                }
            };
            answers.push(Answer {
                item: answer.item.clone(),
                verdict,
                reading: answer.reading.map(|number| number.to_string()),
                note: answer.note.clone(),
                photos: ids(&answer.photos),
                fixed: ids(&answer.fixed),
            });
        }
        let (Some(power), Some(occasion), Some(started_at), Some(ended_at), true) =
            (power, occasion, started_at, ended_at, problems.is_empty())
        else {
            return Err(Error::Invalid(problems));
        };
        let inspector = |person: &String| Inspector {
            person: person.as_str().into(),
            assignment: String::new().into(),
            certificate_no: None,
        };
        Ok(Record {
            id: self.id.to_lowercase().into(),
            town: town.clone(),
            place: self.place.as_str().into(),
            task: self.task.as_deref().filter(|task| !task.is_empty()).map(Into::into),
            power,
            occasion,
            inspectors: self.inspectors.iter().map(inspector).collect(),
            showed_certificates: self.showed_certificates,
            companion: match &self.companion {
                CompanionInput::Signed { name, signature } => Companion::Signed {
                    name: name.trim().to_owned(),
                    signature: signature.to_lowercase().into(),
                },
                CompanionInput::NotSigned { reason } => {
                    Companion::NotSigned { reason: reason.trim().to_owned() }
                }
            },
            pins: self
                .pins
                .iter()
                .map(|pin| Pin { code: pin.code.clone(), edition: pin.edition.to_string() })
                .collect(),
            answers,
            photos: ids(&self.photos),
            position: self.position.and_then(|at| at.read()),
            started_at,
            ended_at,
        })
    }

    /// A record as it was sent.
    pub(crate) fn of(record: &Record) -> Self {
        Self {
            id: record.id.to_string(),
            place: record.place.to_string(),
            task: record.task.as_ref().map(ToString::to_string),
            power: code_of(&record.power),
            occasion: code_of(&record.occasion),
            inspectors: record.inspectors.iter().map(|one| one.person.to_string()).collect(),
            showed_certificates: record.showed_certificates,
            companion: match &record.companion {
                Companion::Signed { name, signature } => {
                    CompanionInput::Signed { name: name.clone(), signature: signature.to_string() }
                }
                Companion::NotSigned { reason } => CompanionInput::NotSigned { reason: reason.clone() },
            },
            pins: pins(record),
            answers: record
                .answers
                .iter()
                .map(|answer| AnswerInput {
                    item: answer.item.clone(),
                    value: value(&answer.verdict).0.to_owned(),
                    reason: reason(&answer.verdict),
                    reading: answer.reading.as_deref().and_then(|text| text.parse().ok()),
                    note: answer.note.clone(),
                    photos: answer.photos.iter().map(ToString::to_string).collect(),
                    fixed: answer.fixed.iter().map(ToString::to_string).collect(),
                })
                .collect(),
            photos: record.photos.iter().map(ToString::to_string).collect(),
            position: record.position.map(PositionInput::of),
            started_at: record.started_at.to_rfc3339(),
            ended_at: record.ended_at.to_rfc3339(),
        }
    }
}

/// The editions of a record.
pub(super) fn pins(record: &Record) -> Vec<PinView> {
    let pin = |pin: &Pin| PinView { code: pin.code.clone(), edition: pin.edition.parse().unwrap_or(0) };
    record.pins.iter().map(pin).collect()
}

/// A verdict's code and word.
pub(super) fn value(verdict: &Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Pass => ("pass", "合格"),
        Verdict::Fail => ("fail", "不合格"),
        Verdict::NotApplicable { .. } => ("not_applicable", "不适用"),
        Verdict::NotChecked { .. } => ("not_checked", "未查"),
    }
}

/// A verdict's reason, where it has one.
pub(super) fn reason(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::NotApplicable { reason } | Verdict::NotChecked { reason } => Some(reason.clone()),
        Verdict::Pass | Verdict::Fail => None,
    }
}

impl PositionInput {
    pub(crate) fn read(self) -> Option<Position> {
        let is_on_earth = (-180.0..=180.0).contains(&self.lon) && (-90.0..=90.0).contains(&self.lat);
        is_on_earth.then(|| Position {
            lng_e7: (self.lon * 1e7).round() as i32,
            lat_e7: (self.lat * 1e7).round() as i32,
            accuracy_m: (self.accuracy_m > 0.0).then_some(self.accuracy_m.round().min(1e9) as u32),
        })
    }

    pub(crate) fn of(at: Position) -> Self {
        Self {
            lon: f64::from(at.lng_e7) / 1e7,
            lat: f64::from(at.lat_e7) / 1e7,
            accuracy_m: at.accuracy_m.map_or(0.0, f64::from),
        }
    }
}
