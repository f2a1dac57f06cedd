//! Forces, counts of their kit, rosters and patrols as rows. What does not belong here: whether a step is allowed and what is
//! missing (`domain::force`).

use domain::force::{Duty, Force, KitCheck, Patrol};
use domain::ids::ForceId;
use domain::policy::Scope;
use domain::time::{Date, Timestamp};

use crate::scope::{Columns, Where};
use crate::value::{json, word};
use crate::{Read, Result, Row, Value, Write, args, cols};

/// By which columns rights to a force, and to what it did, are told.
pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "place" };

/// A force as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForceRecord {
    /// The force.
    pub force: Force,
    /// Path of its territory.
    pub path: String,
    /// When its acceptance was recorded.
    pub accepted_at: Option<Timestamp>,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it first.
    pub recorded_by: String,
}

/// A count of the kit as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitCheckRecord {
    /// Whose.
    pub force: ForceId,
    /// The count.
    pub check: KitCheck,
    /// When it was taken back, and why.
    pub voided: Option<(Timestamp, String)>,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Which patrols to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatrolFilter {
    /// Only of this force.
    pub force: Option<ForceId>,
    /// Only below this territory path.
    pub path: Option<String>,
    /// Only from this day on.
    pub from: Option<Date>,
    /// Only up to this day.
    pub to: Option<Date>,
}

/// A line of a roster as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyRecord {
    /// Who is on duty.
    pub duty: Duty,
    /// When it was taken off the roster, and why.
    pub voided: Option<(Timestamp, String)>,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// A patrol as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatrolRecord {
    /// The patrol.
    pub patrol: Patrol,
    /// Path of its force.
    pub path: String,
    /// Who keeps the force.
    pub org: String,
    /// The place the force serves.
    pub place: Option<String>,
    /// When it was taken back, and why.
    pub voided: Option<(Timestamp, String)>,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub recorded_by: String,
}

/// Which forces to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForceFilter {
    /// Only of these kinds, commas between them.
    pub kind: Option<String>,
    /// Only of these states, commas between them.
    pub state: Option<String>,
    /// Only at or below this territory path.
    pub path: Option<String>,
    /// Only with this text in the name.
    pub text: Option<String>,
}

fn voided(row: &Row) -> Result<Option<(Timestamp, String)>> {
    let reason = row.text("void_reason")?;
    Ok(row.opt_instant("voided_at")?.map(|at| (at, reason)))
}

fn void_cols(voided: &Option<(Timestamp, String)>) -> Vec<(&'static str, Value)> {
    let (at, reason) = match voided {
        Some((at, reason)) => (Some(*at), reason.as_str()),
        None => (None, ""),
    };
    cols! { voided_at: at, void_reason: reason }
}

impl ForceRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let force: Force = row.json("content")?;
        if force.state() != row.text("state")? || force.id.as_str() != row.text("id")? {
            return Err(row.inconsistent("state"));
        }
        Ok(Self {
            force,
            path: row.text("path")?,
            accepted_at: row.opt_instant("accepted_at")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let f = &self.force;
        Ok(cols! {
            kind: f.kind.code(), served: f.served.code(), name: &f.name, org: f.org.as_str(),
            territory: f.territory.as_str(), path: &self.path, place: f.place.as_ref().map(|place| place.as_str()),
            state: f.state(), content: json(f)?, accepted_at: self.accepted_at,
        })
    }
}

impl KitCheckRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            force: row.text("force")?.into(),
            check: row.json("content")?,
            voided: voided(row)?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }
}

impl DutyRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let duty = Duty {
            id: row.text("id")?,
            force: row.text("force")?.into(),
            person: row.text("person")?.into(),
            on: row.date("duty_on")?,
            shift: row.word("shift")?,
        };
        Ok(Self {
            duty,
            voided: voided(row)?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }
}

impl PatrolRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            patrol: row.json("content")?,
            path: row.text("path")?,
            org: row.text("org")?,
            place: row.opt_text("place")?,
            voided: voided(row)?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
        })
    }
}

impl Read {
    /// The force of this id, within the scope.
    pub async fn force(&mut self, id: &ForceId, scope: &Scope) -> Result<Option<ForceRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.row(format!("SELECT * FROM force{sql}"), list)
            .await?
            .as_ref()
            .map(ForceRecord::from_row)
            .transpose()
    }

    /// Forces within the scope, by where they are and what they are called. They are few: all of them.
    pub async fn forces(&mut self, scope: &Scope, filter: &ForceFilter) -> Result<Vec<ForceRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is_one_of("kind", filter.kind.as_deref());
        only.is_one_of("state", filter.state.as_deref());
        if let Some(path) = &filter.path {
            only.below("path", path);
        }
        if let Some(text) = &filter.text {
            only.containing(&["name"], text);
        }
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM force{sql} ORDER BY path, kind, name, id"), list)
            .await?
            .iter()
            .map(ForceRecord::from_row)
            .collect()
    }

    /// Every force there ever was, whoever asks: for rules that hold across them, as one person on one roster.
    pub async fn all_forces(&mut self) -> Result<Vec<Force>> {
        let town = self.town.clone();
        self.rows("SELECT content FROM force WHERE town = $1 ORDER BY id", args![town.as_str()])
            .await?
            .iter()
            .map(|row| row.json("content"))
            .collect()
    }

    /// Counts of the kit of one force, or of all, oldest first; those taken back included.
    pub async fn kit_checks(&mut self, force: Option<&ForceId>) -> Result<Vec<KitCheckRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("force", force.map(ForceId::as_str));
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM force_check{sql} ORDER BY force, checked_on, recorded_at, id"), list)
            .await?
            .iter()
            .map(KitCheckRecord::from_row)
            .collect()
    }

    /// Who is on duty from day to day, both ends included; of one force, or of all.
    pub async fn force_duties(
        &mut self,
        force: Option<&ForceId>,
        (from, to): (Date, Date),
    ) -> Result<Vec<DutyRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("force", force.map(ForceId::as_str));
        let (from, to) = (only.mark(from), only.mark(to));
        only.and(&format!("duty_on >= {from} AND duty_on <= {to} AND voided_at IS NULL"));
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM force_duty{sql} ORDER BY duty_on, shift, id"), list)
            .await?
            .iter()
            .map(DutyRecord::from_row)
            .collect()
    }

    /// Who was taken off the roster of a force, on days of duty, first day first.
    pub async fn force_duties_gone(
        &mut self,
        force: &ForceId,
        (from, to): (Date, Date),
    ) -> Result<Vec<DutyRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM force_duty WHERE town = $1 AND force = $2 AND duty_on >= $3 AND duty_on <= $4 \
                   AND voided_at IS NOT NULL ORDER BY duty_on, shift, id";
        self.rows(sql, args![town.as_str(), force.as_str(), from, to])
            .await?
            .iter()
            .map(DutyRecord::from_row)
            .collect()
    }

    /// The last patrols of a force, newest first; those taken back included.
    pub async fn patrols(&mut self, force: &ForceId, limit: i64) -> Result<Vec<PatrolRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM force_patrol WHERE town = $1 AND force = $2 ORDER BY patrol_on DESC, id DESC LIMIT $3";
        self.rows(sql, args![town.as_str(), force.as_str(), limit])
            .await?
            .iter()
            .map(PatrolRecord::from_row)
            .collect()
    }

    /// Patrols within the scope made before `before` (exclusive, by day and id), newest first; those taken back included.
    pub async fn patrol_page(
        &mut self,
        scope: &Scope,
        filter: &PatrolFilter,
        before: Option<(Date, String)>,
        limit: i64,
    ) -> Result<Vec<PatrolRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("force", filter.force.as_ref().map(ForceId::as_str));
        if let Some(path) = &filter.path {
            only.below("path", path);
        }
        if let Some(from) = filter.from {
            let from = only.mark(from);
            only.and(&format!("patrol_on >= {from}"));
        }
        if let Some(to) = filter.to {
            let to = only.mark(to);
            only.and(&format!("patrol_on <= {to}"));
        }
        only.within(&COLUMNS, scope);
        if let Some((on, id)) = before {
            let (on, id) = (only.mark(on), only.mark(id.as_str()));
            only.and(&format!("(patrol_on, id) < ({on}, {id})"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        let sql = format!("SELECT * FROM force_patrol{sql} ORDER BY patrol_on DESC, id DESC LIMIT {most}");
        self.rows(sql, list).await?.iter().map(PatrolRecord::from_row).collect()
    }

    /// The patrol of this id.
    pub async fn patrol(&mut self, id: &str) -> Result<Option<PatrolRecord>> {
        self.by_id("force_patrol", id).await?.as_ref().map(PatrolRecord::from_row).transpose()
    }

    /// How many patrols each force made from day to day, both ends included.
    pub async fn patrol_counts(&mut self, (from, to): (Date, Date)) -> Result<Vec<(ForceId, i64)>> {
        let town = self.town.clone();
        let sql = "SELECT force, COUNT(*) AS n FROM force_patrol WHERE town = $1 AND patrol_on >= $2 AND patrol_on <= $3 \
                   AND voided_at IS NULL GROUP BY force ORDER BY force";
        self.rows(sql, args![town.as_str(), from, to])
            .await?
            .iter()
            .map(|row| Ok((row.text("force")?.into(), row.int("n")?)))
            .collect()
    }
}

impl Write {
    /// A new force.
    pub async fn insert_force(&mut self, record: &ForceRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("force", record.force.id.as_str(), row).await
    }

    /// A force after a step, if it still has the version it was read with.
    pub async fn update_force(&mut self, record: &ForceRecord) -> Result<()> {
        self.update("force", record.force.id.as_str(), record.version, record.cols()?).await
    }

    /// A new count of the kit.
    pub async fn insert_kit_check(&mut self, record: &KitCheckRecord) -> Result<()> {
        let mut row = void_cols(&record.voided);
        row.extend(cols! {
            force: record.force.as_str(), checked_on: record.check.on, content: json(&record.check)?,
            version: 1_i64, recorded_at: record.recorded_at,
        });
        self.insert("force_check", &record.check.id, row).await
    }

    /// A count of the kit is taken back.
    pub async fn void_kit_check(&mut self, record: &KitCheckRecord) -> Result<()> {
        self.update("force_check", &record.check.id, record.version, void_cols(&record.voided)).await
    }

    /// Somebody is on duty.
    pub async fn insert_force_duty(&mut self, record: &DutyRecord) -> Result<()> {
        let duty = &record.duty;
        let mut row = void_cols(&record.voided);
        row.extend(cols! {
            force: duty.force.as_str(), person: duty.person.as_str(), duty_on: duty.on, shift: word(&duty.shift)?,
            version: 1_i64, recorded_at: record.recorded_at,
        });
        self.insert("force_duty", &duty.id, row).await
    }

    /// Somebody is off the roster again.
    pub async fn void_force_duty(&mut self, record: &DutyRecord) -> Result<()> {
        self.update("force_duty", &record.duty.id, record.version, void_cols(&record.voided)).await
    }

    /// A new patrol.
    pub async fn insert_patrol(&mut self, record: &PatrolRecord) -> Result<()> {
        let mut row = void_cols(&record.voided);
        row.extend(cols! {
            force: record.patrol.force.as_str(), patrol_on: record.patrol.on, path: &record.path, org: &record.org,
            place: record.place.as_deref(), content: json(&record.patrol)?, version: 1_i64,
            recorded_at: record.recorded_at, recorded_by: &record.recorded_by,
        });
        self.insert("force_patrol", &record.patrol.id, row).await
    }

    /// A patrol is taken back.
    pub async fn void_patrol(&mut self, record: &PatrolRecord) -> Result<()> {
        self.update("force_patrol", &record.patrol.id, record.version, void_cols(&record.voided)).await
    }
}
