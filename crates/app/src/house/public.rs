//! What whoever stands before a self-built house learns by the code on its wall: what it is used for, how closely it is kept and
//! why, whom to call, and where to report. No name of anybody, and none of the house, which often bears its owner's. What does
//! not belong here: the page (`api::house`), the report (`report_case`).

use domain::house::{House, Structure, grade, is_house, is_used};
use domain::ids::PlaceId;
use domain::place::KindCode;
use domain::policy::Action;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use render::Label;
use serde::Serialize;
use utoipa::ToSchema;

use super::{HouseAsked, rule_on, seen};
use crate::names::Names;
use crate::paper::labels;
use crate::{App, Caller, Error, Result};

/// Labels at once.
const LABELS: usize = 200;
/// What stands on every label besides.
const LABEL_TITLE: &str = "自建房消防安全";
const LABEL_TEXT: &str = "扫码看注意事项、报告火灾隐患；着火先打 119";
/// What stands before the id on a label.
const PATH: &str = "/p/h-";

/// A house as its public page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicHouse {
    /// The town.
    pub town: String,
    /// The village.
    pub village: String,
    /// Its number.
    pub code: String,
    /// What it is used for, code and word.
    pub uses: Vec<(String, String)>,
    /// Whether somebody lets it or does business in it.
    pub is_used: bool,
    /// What it is built of.
    pub structure: Option<Structure>,
    /// Storeys above ground.
    pub floors: Option<u16>,
    /// Grade, code and word.
    pub grade: (&'static str, &'static str),
    /// Why: code and words, which hold numbers and no names.
    pub reasons: Vec<(&'static str, String)>,
    /// Whom to call.
    pub hotlines: Vec<crate::placard::Hotline>,
    /// The office and its phone.
    pub office: Option<(String, String)>,
}

/// A label to be stuck on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HouseLabel {
    /// Id of the place.
    pub id: String,
    /// Its number.
    pub code: String,
    /// Its name, for whoever sticks it on; not on the label.
    pub name: String,
    /// The village.
    pub village: String,
    /// The QR code, as SVG.
    pub svg: String,
}

/// Labels of houses, at most 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HouseLabels {
    /// In the order of their numbers.
    pub items: Vec<HouseLabel>,
    /// How many houses the query finds in all.
    pub total: usize,
    /// Address the codes lead to.
    pub base: String,
}

impl App {
    /// What the code on a house's label opens; none for a code that is on no label.
    // tidy(caller): it stands in public; use, grade and whom to call, and nobody's name.
    pub async fn public_house(&self, id: &PlaceId) -> Result<Option<PublicHouse>> {
        let today = self.now().date();
        let whole = Caller::system().scope(Action::PlaceRead)?;
        let mut read = self.db.read(&self.town).await?;
        let found = read.place(id, &whole).await?;
        let found = found.filter(|one| is_house(&one.place) && !one.place.is_gone(today));
        let Some(place) = found.map(|one| one.place) else { return Ok(None) };
        let names = Names::read(&mut read).await?;
        let rule = rule_on(&mut read, today).await?;
        let house = read.house(id).await?.map_or_else(House::default, |one| one.house);
        let graded = grade(&house, &place, &rule);
        let general = KindCode::from("self_built");
        let uses = place.kinds().filter(|kind| kind.is_within(&general) || kind.as_str() == "homestay");
        Ok(Some(PublicHouse {
            town: names.territory(self.town.as_str()).name,
            village: names.territory(place.village.as_str()).name,
            code: place.code.clone(),
            uses: uses.map(|kind| (kind.to_string(), crate::names::kind_label(kind))).collect(),
            is_used: is_used(&place),
            structure: house.structure,
            floors: house.floors,
            grade: (graded.grade.code(), graded.grade.label()),
            reasons: graded.reasons.into_iter().map(|one| (one.code, one.text)).collect(),
            hotlines: crate::placard::hotlines(&mut read, today).await?,
            office: crate::placard::public::office(&mut read, &names, today).await?,
        }))
    }

    /// Labels with the code of the public page, for the houses a query finds.
    ///
    /// Errors: an address too long for a code.
    pub async fn house_labels(&self, caller: &Caller, asked: &HouseAsked, base: &str) -> Result<HouseLabels> {
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let places = seen(&mut read, caller, asked, today).await?;
        let mut items = Vec::with_capacity(places.len().min(LABELS));
        for place in places.iter().take(LABELS).map(|one| &one.place) {
            let url = format!("{}{PATH}{}", base.trim_end_matches('/'), place.id);
            let drawn = QrCode::with_error_correction_level(url.as_bytes(), EcLevel::M);
            let drawn = drawn.map_err(|e| Error::Internal(format!("{url} fits no QR code: {e}")))?;
            items.push(HouseLabel {
                id: place.id.to_string(),
                code: place.code.clone(),
                name: place.name.clone(),
                village: names.territory(place.village.as_str()).name,
                svg: drawn.render::<svg::Color<'_>>().quiet_zone(true).build(),
            });
        }
        Ok(HouseLabels { items, total: places.len(), base: base.to_owned() })
    }

    /// The same labels as a file of A4 sheets, `large`, `medium` or `small`. No name is on them.
    ///
    /// Errors: nothing found; no such size.
    pub async fn house_label_sheets(
        &self,
        caller: &Caller,
        asked: &HouseAsked,
        (size, base): (Option<&str>, &str),
    ) -> Result<Vec<u8>> {
        let sheet = labels::sheet(size)?;
        let found = self.house_labels(caller, asked, base).await?;
        let label = |one: HouseLabel| Label {
            code: format!("{}{PATH}{}", base.trim_end_matches('/'), one.id),
            title: LABEL_TITLE.to_owned(),
            lines: vec![one.village, one.code, LABEL_TEXT.to_owned()],
        };
        let all = found.items.into_iter().map(label).collect();
        labels::file(all, self.demo, sheet, ("自建房标签", self.now().date())).await
    }
}
