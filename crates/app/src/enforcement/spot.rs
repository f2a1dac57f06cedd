//! 当场处罚, as two officers impose it where they stand: the clue, the decision and, where the law lets them take it, the money,
//! in one write from the telephone. What does not belong here: the steps one by one (`step`), what the law allows
//! (`domain::enforcement`).

use domain::enforcement::{CaseRefusal, Procedure, Step};
use domain::policy::Action;
use serde::Deserialize;
use utoipa::ToSchema;

use super::step::{Behind, act_name};
use super::view::{self, CaseInput, CaseStep, CaseView, PenaltyInput};
use super::{given, not_yours};
use crate::parameter::number_on;
use crate::view::read_day;
use crate::{App, Caller, Error, Result};

/// Within so many days what was imposed on the spot without a network is brought in. A default of the town: the law says that it
/// is reported, and not within how long (行政处罚法 (2021) art. 52).
pub(crate) const SPOT_DAYS: (&str, f64) = ("enforcement.spot_days", 3.0);

/// A penalty imposed on the spot.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct OnSpotInput {
    /// Who, where, for what, by whom; its procedure is the summary one whatever stands there.
    pub case: CaseInput,
    /// The day; today where left out.
    pub on: String,
    /// Certificates were shown. Source: 行政处罚法 (2021) art. 52.
    pub showed: bool,
    /// Facts, grounds and rights were told, and the party was heard. Source: arts. 44, 45.
    pub heard: bool,
    /// A warning, or a fine within the limits of the spot. Source: art. 51.
    pub penalty: PenaltyInput,
    /// Number printed on the decision handed over.
    pub document_no: String,
    /// Facts and evidence, as they stand in the decision.
    pub text: String,
    /// How the fine was taken on the spot: `spot_small`, `spot_hard`, `spot_remote`; empty where it goes to the bank.
    pub paid: String,
}

impl App {
    /// Imposes a penalty on the spot.
    ///
    /// Errors: what opening a case and deciding on the spot refuse on that day; certificates not shown; money that may not be
    /// taken on the spot.
    pub async fn punish_on_spot(&self, caller: &Caller, asked: OnSpotInput) -> Result<CaseView> {
        let (now, today) = (self.now(), self.now().date());
        if caller.hats.scope(Action::CaseHandle).is_none() {
            return Err(not_yours(Step::Open));
        }
        let on = match given(&asked.on) {
            None => today,
            Some(text) => read_day("on", &text)?,
        };
        if on > today {
            return Err(Error::field("on", "enforcement.day", "处罚日期不能晚于今天，请核对"));
        }
        if !asked.showed {
            return Err(CaseRefusal::NotShown.into());
        }
        let mut tx = self.write(caller).await?;
        let within = u64::from(number_on(&mut tx, SPOT_DAYS, today).await?);
        if on.checked_add_days(chrono::Days::new(within)).is_some_and(|last| last < today) {
            let message = format!(
                "当场处罚决定须报所属行政机关备案（行政处罚法第五十二条），{on} 作出的已超过 {within} 日，不能再从手机补录，请在电脑上按案件登记并附决定书"
            );
            return Err(Error::field("on", "enforcement.spot_late", &message));
        }
        let input = CaseInput {
            procedure: Procedure::Summary.code().to_owned(),
            found_on: on.to_string(),
            ..asked.case
        };
        let (mut record, event, hat) = self.clue(&mut tx, caller, &input, on).await?;
        tx.insert_case(&record, &event).await?;
        let fine_fen = asked.penalty.fine_fen;
        let decide = CaseStep {
            step: Step::DecideOnSpot.code().to_owned(),
            on: on.to_string(),
            text: asked.text,
            document_no: asked.document_no,
            shown: Some(asked.showed),
            heard: Some(asked.heard),
            penalty: Some(asked.penalty),
            ..CaseStep::default()
        };
        self.take_step(&mut tx, caller, &mut record, (&decide, Behind::Printed)).await?;
        if let Some(how) = given(&asked.paid) {
            let pay = CaseStep {
                step: Step::Pay.code().to_owned(),
                on: on.to_string(),
                how: Some(how),
                amount_fen: Some(fine_fen),
                ..CaseStep::default()
            };
            self.take_step(&mut tx, caller, &mut record, (&pay, Behind::Shown)).await?;
        }
        let view = view::page(&mut tx, caller, &record, today).await?;
        let object = ("enforcement", record.case.id.as_str());
        let audit = caller.audit_as(&hat, act_name(Step::DecideOnSpot), object, &record.path, now);
        Ok(tx.commit(audit, view).await?)
    }
}
