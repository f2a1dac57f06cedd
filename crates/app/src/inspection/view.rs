//! Inspections as pages see them.

use domain::checklist::Checklist;
use domain::inspection::{Flag, Inspection, Occasion, Outcome, Power, Verdict};
use serde::Serialize;
use store::hazard::Listed;
use store::inspection::InspectionFiling;
use store::place::PlaceRecord;
use utoipa::ToSchema;

use super::input::{CompanionInput, InspectionInput, PositionInput, pins, reason, value};
use crate::checklist::{PinView, code_of};

use crate::hazard::HazardRow;
use crate::names::Names;
use crate::operation::BetweenView;
use crate::photo::PhotoView;
use crate::view::Named;

/// Something a reviewer should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FlagView {
    /// Code.
    pub code: String,
    /// In Chinese.
    pub message: String,
}

/// What a phone is told of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InspectionReceipt {
    /// Id.
    pub id: String,
    /// `new` or `again`.
    pub receipt: String,
    /// Outcome.
    pub outcome: String,
    /// In Chinese.
    pub outcome_label: String,
    /// What a reviewer should know.
    pub flags: Vec<FlagView>,
    /// Hazards it led to, by number.
    pub hazards: Vec<Named>,
    /// Every photo it names.
    pub photos: Vec<PhotoView>,
    /// Whether record and every photo have arrived.
    pub complete: bool,
    /// When it was recorded.
    pub recorded_at: String,
}

/// An inspection in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InspectionRow {
    /// Id.
    pub id: String,
    /// Where.
    pub place: Named,
    /// Village of the place.
    pub village: Named,
    /// Who looked.
    pub org: Named,
    /// Why.
    pub occasion: String,
    /// In Chinese.
    pub occasion_label: String,
    /// In what power.
    pub power: String,
    /// In Chinese.
    pub power_label: String,
    /// The day.
    pub happened_on: String,
    /// Names.
    pub inspectors: Vec<String>,
    /// Outcome.
    pub outcome: String,
    /// In Chinese.
    pub outcome_label: String,
    /// Items that failed.
    pub failed_n: usize,
    /// Items that were looked at.
    pub checked_n: usize,
    /// Version.
    pub edition: u32,
    /// When it was recorded.
    pub recorded_at: String,
    /// Recorded on a later day than it happened.
    pub late: bool,
}

/// A page of inspections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InspectionPage {
    /// Rows.
    pub items: Vec<InspectionRow>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// How many there are.
    pub total: Option<i64>,
}

/// An answer with the item it answers.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AnswerView {
    /// The item.
    pub item: String,
    /// What the item says.
    pub text: String,
    /// The list it belongs to.
    pub block_title: String,
    /// Verdict.
    pub value: String,
    /// In Chinese.
    pub value_label: String,
    /// Why it was not applicable or not checked.
    pub reason: Option<String>,
    /// What was read off.
    pub reading: Option<f64>,
    /// What else was seen.
    pub note: String,
    /// Pictures.
    pub photos: Vec<PhotoView>,
    /// Pictures of it put right on the spot.
    pub fixed: Vec<PhotoView>,
}

/// A version of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EditionView {
    /// From 1.
    pub edition: u32,
    /// Who.
    pub by: String,
    /// Why, from the second on.
    pub reason: Option<String>,
    /// When.
    pub recorded_at: String,
}

/// An inspection whole.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct InspectionView {
    /// The row.
    #[serde(flatten)]
    pub row: InspectionRow,
    /// The answers.
    pub answers: Vec<AnswerView>,
    /// The editions it was filled in with.
    pub pins: Vec<PinView>,
    /// Who signed, or why not.
    pub companion: CompanionInput,
    /// Every photo.
    pub photos: Vec<PhotoView>,
    /// Where.
    pub position: Option<PositionInput>,
    /// When it began.
    pub started_at: String,
    /// When it ended.
    pub ended_at: String,
    /// Between when it can have been made, as far as the phone could show.
    pub between: Option<BetweenView>,
    /// What a reviewer should know.
    pub flags: Vec<FlagView>,
    /// Hazards it led to.
    pub hazards: Vec<HazardRow>,
    /// Its versions.
    pub editions: Vec<EditionView>,
    /// The task it answers.
    pub task: Option<String>,
    /// As it was sent.
    pub record: InspectionInput,
    /// Bodies under the record, when several took part.
    pub signatures: Vec<crate::joint_control::VisitSignature>,
    /// What the caller may do: `correct`, `sign`.
    pub actions: Vec<&'static str>,
}

fn outcome(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Clear => ("clear", "无隐患"),
        Outcome::Hazards => ("hazards", "有隐患"),
        Outcome::NotPossible => ("not_possible", "无法检查"),
    }
}

fn power(power: Power) -> &'static str {
    match power {
        Power::Governance => "治理检查",
        Power::Statutory => "法定检查",
        Power::Enforcement => "执法检查",
    }
}

fn occasion(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::Routine => "日常",
        Occasion::Special => "专项",
        Occasion::Joint => "联合",
        Occasion::Recheck => "复查",
        Occasion::Supervision => "督查",
        Occasion::Report => "举报核查",
        Occasion::BeforeHoliday => "节前",
    }
}

impl InspectionReceipt {
    pub(super) fn of(
        done: &Inspection,
        receipt: &str,
        flags: Vec<FlagView>,
        hazards: &[Listed],
        photos: Vec<PhotoView>,
    ) -> Self {
        let (code, label) = outcome(done.outcome);
        Self {
            id: done.record.id.to_string(),
            receipt: receipt.to_owned(),
            outcome: code.to_owned(),
            outcome_label: label.to_owned(),
            flags,
            hazards: hazards
                .iter()
                .map(|hazard| Named::new(hazard.id.to_string(), hazard.filing.code.clone()))
                .collect(),
            complete: photos.iter().all(|photo| photo.complete),
            photos,
            recorded_at: done.recorded_at.to_rfc3339(),
        }
    }
}

impl InspectionRow {
    pub(super) fn of(
        done: &Inspection,
        filing: &InspectionFiling,
        place: &PlaceRecord,
        names: &Names,
    ) -> Self {
        let record = &done.record;
        let (code, label) = outcome(done.outcome);
        let was_checked = |verdict: &Verdict| matches!(verdict, Verdict::Pass | Verdict::Fail);
        Self {
            id: record.id.to_string(),
            place: Named::new(place.place.id.to_string(), place.place.name.clone()),
            village: names.territory(place.place.village.as_str()),
            org: names.named_org(&filing.org),
            occasion: code_of(&record.occasion),
            occasion_label: occasion(record.occasion).to_owned(),
            power: code_of(&record.power),
            power_label: power(record.power).to_owned(),
            happened_on: record.ended_at.date().to_string(),
            inspectors: record.inspectors.iter().map(|one| names.person(&one.person)).collect(),
            outcome: code.to_owned(),
            outcome_label: label.to_owned(),
            failed_n: done.failed_items().count(),
            checked_n: record.answers.iter().filter(|answer| was_checked(&answer.verdict)).count(),
            edition: done.version,
            recorded_at: done.recorded_at.to_rfc3339(),
            late: done.flags.contains(&Flag::LateEntry),
        }
    }
}

impl InspectionView {
    #[allow(clippy::too_many_arguments, reason = "a whole page is put together here")]
    pub(super) fn of(
        row: InspectionRow,
        done: &Inspection,
        versions: &[&Inspection],
        lists: &[Checklist],
        photos: Vec<PhotoView>,
        hazards: Vec<HazardRow>,
        actions: Vec<&'static str>,
        names: &Names,
    ) -> Self {
        let record = &done.record;
        let asked = |code: &str| {
            lists.iter().find_map(|list| Some((list, list.items.iter().find(|item| item.code == code)?)))
        };
        let answers = record.answers.iter().map(|answer| {
            let item = asked(&answer.item);
            let (code, label) = value(&answer.verdict);
            let own = |id: &domain::ids::PhotoId| photos.iter().find(|p| p.id == id.as_str()).cloned();
            AnswerView {
                item: answer.item.clone(),
                text: item.map(|(_, item)| item.text.clone()).unwrap_or_default(),
                block_title: item.map(|(list, _)| list.title.clone()).unwrap_or_default(),
                value: code.to_owned(),
                value_label: label.to_owned(),
                reason: reason(&answer.verdict),
                reading: answer.reading.as_deref().and_then(|text| text.parse().ok()),
                note: answer.note.clone(),
                photos: answer.photos.iter().filter_map(own).collect(),
                fixed: answer.fixed.iter().filter_map(own).collect(),
            }
        });
        let answers = answers.collect();
        let edition = |one: &&Inspection| EditionView {
            edition: one.version,
            by: match (&one.correction, one.record.inspectors.first()) {
                (Some(correction), _) => names.person(&correction.by),
                (None, Some(first)) => names.person(&first.person),
                (None, None) => String::new(),
            },
            reason: one.correction.as_ref().map(|correction| correction.reason.clone()),
            recorded_at: one.recorded_at.to_rfc3339(),
        };
        let input = InspectionInput::of(record);
        Self {
            row,
            answers,
            pins: pins(record),
            companion: input.companion.clone(),
            photos,
            position: record.position.map(PositionInput::of),
            started_at: record.started_at.to_rfc3339(),
            ended_at: record.ended_at.to_rfc3339(),
            flags: done.flags.iter().map(|flag| super::flag_view(flag, names)).collect(),
            hazards,
            editions: versions.iter().map(edition).collect(),
            task: record.task.as_ref().map(ToString::to_string),
            record: input,
            signatures: Vec::new(),
            between: None,
            actions,
        }
    }
}
