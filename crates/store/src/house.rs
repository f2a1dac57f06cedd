//! Houses and the round over the departments as rows. The grade written down is the one of the day it was decided, with the
//! rule it was decided by: what holds today is computed. What does not belong here: grading (`domain::house`).

use std::collections::HashMap;

use domain::house::{Check, Grade, House};
use domain::ids::{HouseCheckId, PlaceId};
use domain::policy::Scope;
use domain::time::{Date, Timestamp};

use crate::scope::{OF_A_PLACE, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, args, cols};

/// A house as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseRecord {
    /// Its place.
    pub place: PlaceId,
    /// What is known.
    pub house: House,
    /// The grade that was given.
    pub grade: Grade,
    /// When.
    pub graded_on: Date,
    /// By which version of the rule.
    pub rule: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// A check as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseCheckRecord {
    /// The check.
    pub check: Check,
    /// Territory path of the house.
    pub path: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl HouseRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let word = row.text("given")?;
        Ok(Self {
            place: row.text("id")?.into(),
            house: row.json("content")?,
            grade: Grade::from_code(&word).ok_or_else(|| row.inconsistent("given"))?,
            graded_on: row.date("graded_on")?,
            rule: row.text("rule")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        Ok(cols! {
            graded_on: self.graded_on, given: self.grade.code(), rule: &self.rule, content: json(&self.house)?,
        })
    }
}

impl HouseCheckRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let check: Check = row.json("content")?;
        if check.answer.code() != row.text("answer")? {
            return Err(row.inconsistent("answer"));
        }
        Ok(Self {
            check,
            path: row.text("path")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let c = &self.check;
        Ok(cols! {
            place: c.place.as_str(), org: c.org.as_str(), path: &self.path, kind: c.kind.code(),
            answer: c.answer.code(), asked_on: c.asked_on, content: json(c)?,
        })
    }
}

impl Read {
    /// What is known of the house at a place.
    pub async fn house(&mut self, place: &PlaceId) -> Result<Option<HouseRecord>> {
        self.by_id("house", place.as_str()).await?.as_ref().map(HouseRecord::from_row).transpose()
    }

    /// Every house that is known, by its place. Who sees which place is asked of the places.
    pub async fn houses(&mut self) -> Result<HashMap<PlaceId, HouseRecord>> {
        let town = self.town.clone();
        let rows = self.rows("SELECT * FROM house WHERE town = $1 ORDER BY id", args![town.as_str()]).await?;
        rows.iter().map(|row| HouseRecord::from_row(row).map(|one| (one.place.clone(), one))).collect()
    }

    /// The check of this id, within the scope.
    pub async fn house_check(
        &mut self,
        id: &HouseCheckId,
        scope: &Scope,
    ) -> Result<Option<HouseCheckRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&OF_A_PLACE, scope);
        let (sql, list) = only.finish();
        let row = self.row(format!("SELECT * FROM house_check{sql}"), list).await?;
        row.as_ref().map(HouseCheckRecord::from_row).transpose()
    }

    /// Checks of one house, or of all within the scope, oldest first.
    pub async fn house_checks(
        &mut self,
        scope: &Scope,
        place: Option<&PlaceId>,
    ) -> Result<Vec<HouseCheckRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("place", place.map(PlaceId::as_str));
        only.within(&OF_A_PLACE, scope);
        let (sql, list) = only.finish();
        let rows = self.rows(format!("SELECT * FROM house_check{sql} ORDER BY asked_on, id"), list).await?;
        rows.iter().map(HouseCheckRecord::from_row).collect()
    }
}

impl Write {
    /// A house that is known for the first time.
    pub async fn insert_house(&mut self, record: &HouseRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("house", record.place.as_str(), row).await
    }

    /// A house that changed or was graded anew, if it still has the version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn update_house(&mut self, record: &HouseRecord) -> Result<()> {
        self.update("house", record.place.as_str(), record.version, record.cols()?).await
    }

    /// A department is asked.
    pub async fn insert_house_check(&mut self, record: &HouseCheckRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("house_check", record.check.id.as_str(), row).await
    }

    /// A department answered, if the check still has the version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn update_house_check(&mut self, record: &HouseCheckRecord) -> Result<()> {
        self.update("house_check", record.check.id.as_str(), record.version, record.cols()?).await
    }
}
