//! Masks: what always smokes and is no fire. What does not belong here: what a mask hides (`domain::incident::join`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use domain::incident::IncidentRefusal;
use domain::incident::join::Mask;
use domain::policy::{Action, Subject};
use serde::{Deserialize, Serialize};
use store::incident::MaskRecord;
use utoipa::ToSchema;

use super::given;
use super::view::SpotInput;
use crate::names::Spot;
use crate::{App, Caller, Error, Result};

/// A mask.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MaskView {
    pub id: String,
    pub what: String,
    /// Of this camera pose only.
    pub pose: Option<String>,
    /// From this direction to `to_deg`, clockwise. Units: degrees.
    pub from_deg: Option<f64>,
    pub to_deg: Option<f64>,
    pub spot: Option<Spot>,
    /// Around the spot, so far. Units: metres.
    pub radius_m: Option<f64>,
    /// Why it was taken back.
    pub void: Option<String>,
    pub recorded_at: String,
    pub recorded_by: String,
    pub version: i64,
}

/// Every mask.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MaskList {
    pub items: Vec<MaskView>,
}

/// A mask to set.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct MaskInput {
    pub what: String,
    pub pose: Option<String>,
    pub from_deg: Option<f64>,
    pub to_deg: Option<f64>,
    pub spot: Option<SpotInput>,
    pub radius_m: Option<f64>,
}

fn view(record: &MaskRecord) -> MaskView {
    let m = &record.mask;
    MaskView {
        id: m.id.clone(),
        what: m.what.clone(),
        pose: m.pose.clone(),
        from_deg: m.sector.map(|(from, _)| from),
        to_deg: m.sector.map(|(_, to)| to),
        spot: m.around.map(|([lon, lat], _)| Spot { lon, lat }),
        radius_m: m.around.map(|(_, radius)| radius),
        void: m.void.as_ref().map(|(_, reason)| reason.clone()),
        recorded_at: record.recorded_at.to_rfc3339(),
        recorded_by: record.recorded_by.clone(),
        version: record.version,
    }
}

impl App {
    /// Every mask, those taken back included.
    pub async fn incident_masks(&self, caller: &Caller) -> Result<MaskList> {
        caller.hat(Action::IncidentMask, &Subject::town())?;
        let mut read = self.db.read(&self.town).await?;
        Ok(MaskList { items: read.incident_masks().await?.iter().map(view).collect() })
    }

    /// Sets a mask.
    ///
    /// Errors: it says not what it is, or hides nothing in particular.
    pub async fn set_incident_mask(&self, caller: &Caller, asked: MaskInput) -> Result<MaskView> {
        let now = self.now();
        let hat = caller.hat(Action::IncidentMask, &Subject::town())?;
        let mask = Mask {
            id: self.new_id(),
            what: asked.what.trim().to_owned(),
            pose: asked.pose.as_deref().and_then(given).map(str::to_owned),
            sector: asked.from_deg.zip(asked.to_deg),
            around: super::point(asked.spot)?.zip(asked.radius_m),
            void: None,
        }
        .checked()?;
        let record = MaskRecord { mask, version: 1, recorded_at: now, recorded_by: caller.name.clone() };
        let mut tx = self.write(caller).await?;
        tx.insert_incident_mask(&record).await?;
        let id = record.mask.id.clone();
        let audit = caller.audit_as(hat, "incident_mask.set", ("incident_mask", &id), "", now);
        Ok(tx.commit(audit, view(&record)).await?)
    }

    /// Takes a mask back.
    ///
    /// Errors: no reason; it is taken back already; somebody was quicker.
    pub async fn void_incident_mask(
        &self,
        caller: &Caller,
        id: &str,
        reason: &str,
        version: i64,
    ) -> Result<MaskView> {
        let now = self.now();
        let hat = caller.hat(Action::IncidentMask, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let found = tx.incident_masks().await?.into_iter().find(|one| one.mask.id == id);
        let mut record = found.ok_or(Error::NotFound)?;
        if record.version != version || record.mask.void.is_some() {
            return Err(Error::stale(&view(&record)));
        }
        let reason = given(reason).ok_or(IncidentRefusal::NoReason)?;
        record.mask.void = Some((now, reason.to_owned()));
        tx.update_incident_mask(&record).await?;
        record.version += 1;
        let mut audit = caller.audit_as(hat, "incident_mask.void", ("incident_mask", id), "", now);
        audit.reason = reason.to_owned();
        Ok(tx.commit(audit, view(&record)).await?)
    }
}
