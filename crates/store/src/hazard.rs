//! Hazards as kept: the events are the truth, the row holds what is searched and sorted by. A hazard is read by
//! replaying its events, and the row must agree. What does not belong here: whether a step is allowed (`domain::hazard`).

use domain::hazard::{Columns, Event, EventKind, Find, Hazard, Stage};
use domain::ids::{HazardId, InspectionId, OrgId, PersonId, PlaceId};
use domain::policy::Scope;
use domain::time::{Date, Timestamp};

use crate::scope::Where;
use crate::{Error, Read, Result, Row, Write, args, cols};

/// What is filed with a hazard beside its own life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    /// The number people use, unique in the town.
    pub code: String,
    /// Territory path of the place.
    pub path: String,
    /// The organisation whose find it is.
    pub org: OrgId,
    /// The inspection it was found in, if any.
    pub inspection: Option<InspectionId>,
}

/// A hazard in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Id.
    pub id: HazardId,
    /// Filed with it.
    pub filing: Filing,
    /// The place.
    pub place: PlaceId,
    /// Code of the hazard dictionary.
    pub hazard_code: String,
    /// What was found.
    pub description: String,
    /// `Level::code`; none until graded.
    pub level: Option<String>,
    /// `State::code`.
    pub state: String,
    /// `Measure::code`; none without a measure.
    pub measure: Option<String>,
    /// The deadline in force.
    pub deadline_on: Option<Date>,
    /// The first deadline ever set.
    pub original_deadline_on: Option<Date>,
    /// Last date for the re-check.
    pub recheck_due_on: Option<Date>,
    /// The closed hazard this one repeats.
    pub recurrence_of: Option<HazardId>,
    /// When it was found.
    pub found_at: Timestamp,
    /// How many events made it.
    pub version: i64,
    /// Whether the level stands; none in a row from before this was kept.
    pub level_confirmed: Option<bool>,
    /// `Extension::code`; empty without a measure, none in a row from before this was kept.
    pub extension: Option<String>,
    /// The place's name; empty when the register does not know it.
    pub place_name: String,
    /// The place's village; empty when the register does not know it.
    pub village: String,
}

/// Which hazards to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HazardFilter {
    /// Only these `State::code`s, commas between them.
    pub state: Option<String>,
    /// Only of these `Level::code`s, commas between them.
    pub level: Option<String>,
    /// Only of this hazard category, two digits.
    pub category: Option<String>,
    /// Only of this place.
    pub place: Option<PlaceId>,
    /// Only of these places; none of them set is all of them.
    pub places: Vec<PlaceId>,
    /// Only of places in this village.
    pub village: Option<String>,
    /// Only at or below this territory path.
    pub path: Option<String>,
    /// Only finds of this organisation.
    pub org: Option<OrgId>,
    /// Only what this person found.
    pub found_by: Option<PersonId>,
    /// Only those somebody still has to do something about.
    pub open: bool,
    /// Only those whose fix is awaited and overdue as of this date.
    pub overdue_as_of: Option<Date>,
    /// Only those whose fix is awaited with its deadline between these dates, both included.
    pub due_between: Option<(Date, Date)>,
    /// Only those whose fix is awaited with its deadline on or before this date, however long ago.
    pub due_by: Option<Date>,
    /// Only those that wait for a re-check: a fix was handed in, or the deadline passed before this date.
    pub recheck_as_of: Option<Date>,
    /// Only those whose level waits for the office's word.
    pub to_confirm: bool,
    /// Only those graded, their level standing, of which nobody has told the unit.
    pub to_advise: bool,
    /// Only those whose fix is awaited and for which an extension was asked and not decided.
    pub extension_asked: bool,
    /// Only found at or after this instant.
    pub found_from: Option<Timestamp>,
    /// Only found before this instant.
    pub found_to: Option<Timestamp>,
    /// Only closed at or after this instant.
    pub closed_from: Option<Timestamp>,
    /// Only these, where they are named at all.
    pub ids: Option<Vec<HazardId>>,
    /// Only those the ladder of escalation may have a step for: awaited past this date or again after a failed re-check, or
    /// determined as major and not ended.
    pub unfixed_as_of: Option<Date>,
    /// Only with this text in code, description or the place's name.
    pub text: Option<String>,
}

/// How many hazards of one village, stage and category there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HazardCount {
    /// Village of the place; empty when the place has none.
    pub village: String,
    /// `State::code`.
    pub state: String,
    /// Hazard category.
    pub category: String,
    /// How many.
    pub n: i64,
    /// How many of them are overdue.
    pub overdue: i64,
    /// How many of them are due soon.
    pub due_soon: i64,
}

/// By which columns rights to a hazard are told, where its table goes by `h`.
pub(crate) const OF_A_HAZARD: crate::scope::Columns =
    crate::scope::Columns { path: "h.path", org: "h.org", place: "h.place" };
/// Hazards with the places they are at; the register may not know a place that an import has yet to bring.
const FROM: &str = "FROM hazard h LEFT JOIN place p ON p.town = h.town AND p.id = h.place";
/// What a list says of the place.
const NAMED: &str = "COALESCE(p.name, '') AS place_name, COALESCE(p.village, '') AS place_village";

/// The condition that a hazard is at one of these stages.
fn at(stages: &[Stage]) -> String {
    let codes: Vec<String> = stages.iter().map(|stage| format!("'{}'", stage.code())).collect();
    format!("h.state IN ({})", codes.join(", "))
}

/// A fix is awaited.
fn awaited() -> String {
    at(&Stage::AWAITED)
}

/// Text where the empty one stands for none.
fn filled(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

impl Listed {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?.into(),
            filing: Filing {
                code: row.text("code")?,
                path: row.text("path")?,
                org: row.text("org")?.into(),
                inspection: filled(row.text("inspection")?).map(Into::into),
            },
            place: row.text("place")?.into(),
            hazard_code: row.text("hazard_code")?,
            description: row.text("description")?,
            level: filled(row.text("level")?),
            state: row.text("state")?,
            measure: filled(row.text("measure")?),
            deadline_on: row.opt_date("deadline_on")?,
            original_deadline_on: row.opt_date("original_deadline_on")?,
            recheck_due_on: row.opt_date("recheck_due_on")?,
            recurrence_of: filled(row.text("recurrence_of")?).map(Into::into),
            found_at: row.instant("found_at")?,
            version: row.int("version")?,
            level_confirmed: row.opt_bool("level_confirmed")?,
            extension: row.opt_text("extension")?,
            place_name: String::new(),
            village: String::new(),
        })
    }

    /// Reads a row of a list, which says where the hazard is.
    fn with_place(row: &Row) -> Result<Self> {
        let (place_name, village) = (row.text("place_name")?, row.text("place_village")?);
        Ok(Self { place_name, village, ..Self::from_row(row)? })
    }

    /// The first column that does not say what the events say.
    fn disagrees(&self, hazard: &Hazard) -> Option<&'static str> {
        let Columns {
            level,
            state,
            measure,
            deadline_on,
            original_deadline_on,
            recheck_due_on,
            extension,
            ..
        } = hazard.columns();
        let pairs = [
            ("place", self.place == hazard.find.place),
            ("hazard_code", self.hazard_code == hazard.find.code.as_str()),
            ("description", self.description == hazard.find.description),
            ("found_at", self.found_at == hazard.found_at),
            ("level", self.level.as_deref() == level),
            ("state", self.state == state),
            ("measure", self.measure.as_deref() == measure),
            ("deadline_on", self.deadline_on == deadline_on),
            ("original_deadline_on", self.original_deadline_on == original_deadline_on),
            ("recheck_due_on", self.recheck_due_on == recheck_due_on),
            ("recurrence_of", self.recurrence_of == hazard.find.recurrence_of),
            ("version", self.version == i64::from(hazard.version)),
            ("extension", self.extension.as_deref().is_none_or(|said| said == extension.unwrap_or_default())),
            ("level_confirmed", self.level_confirmed.is_none_or(|said| said == hazard.level_confirmed)),
        ];
        pairs.into_iter().find(|(_, agrees)| !agrees).map(|(column, _)| column)
    }
}

fn broken(column: &str, id: &HazardId) -> Error {
    Error::Inconsistent { table: "hazard", column: column.to_owned(), id: id.to_string() }
}

fn replayed(id: &HazardId, events: &[Event]) -> Result<Hazard> {
    Hazard::from_events(events).map_err(|fault| broken(fault.code(), id))
}

impl Read {
    /// A hazard, rebuilt from its events, and how it is filed.
    ///
    /// Errors: [`Error::Inconsistent`] when the events make no sense or the row says otherwise.
    pub async fn hazard(&mut self, id: &HazardId) -> Result<Option<(Hazard, Filing)>> {
        let Some(row) = self.by_id("hazard", id.as_str()).await? else { return Ok(None) };
        let listed = Listed::from_row(&row)?;
        let hazard = replayed(id, &self.hazard_events(id).await?)?;
        match listed.disagrees(&hazard) {
            Some(column) => Err(broken(column, id)),
            None => Ok(Some((hazard, listed.filing))),
        }
    }

    /// The events of a hazard, oldest version first.
    pub async fn hazard_events(&mut self, id: &HazardId) -> Result<Vec<Event>> {
        let town = self.town().clone();
        self.rows(
            "SELECT * FROM hazard_event WHERE town = $1 AND hazard = $2 ORDER BY seq",
            args![town.as_str(), id.as_str()],
        )
        .await?
        .iter()
        .map(|row| row.json("content"))
        .collect()
    }

    /// Hazards found before `after` (exclusive, by time and id), newest first, within the scope.
    pub async fn hazards(
        &mut self,
        scope: &Scope,
        filter: &HazardFilter,
        after: Option<(Timestamp, HazardId)>,
        limit: i64,
    ) -> Result<Vec<Listed>> {
        let mut only = self.hazard_filter(scope, filter);
        if let Some((found_at, id)) = after {
            let (found_at, id) = (only.mark(found_at), only.mark(id.as_str()));
            only.and(&format!("(h.found_at, h.id) < ({found_at}, {id})"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        let sql = format!("SELECT h.*, {NAMED} {FROM}{sql} ORDER BY h.found_at DESC, h.id DESC LIMIT {most}");
        self.rows(sql, list).await?.iter().map(Listed::with_place).collect()
    }

    /// Hazards with the nearest deadline first, the oldest find first among those of one day; those without a deadline
    /// come last.
    pub async fn hazards_by_deadline(
        &mut self,
        scope: &Scope,
        filter: &HazardFilter,
        limit: i64,
    ) -> Result<Vec<Listed>> {
        let mut only = self.hazard_filter(scope, filter);
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        let sql = format!(
            "SELECT h.*, {NAMED} {FROM}{sql} ORDER BY CASE WHEN h.deadline_on IS NULL THEN 1 ELSE 0 END, \
             h.deadline_on, h.found_at, h.id LIMIT {most}"
        );
        self.rows(sql, list).await?.iter().map(Listed::with_place).collect()
    }

    /// How many hazards a filter finds.
    pub async fn hazard_count(&mut self, scope: &Scope, filter: &HazardFilter) -> Result<i64> {
        let (sql, list) = self.hazard_filter(scope, filter).finish();
        match self.row(format!("SELECT COUNT(*) AS n {FROM}{sql}"), list).await? {
            Some(row) => row.int("n"),
            None => Ok(0),
        }
    }

    /// Hazards counted by village, stage and category; overdue before `today`, due soon from `today` to `soon`.
    pub async fn hazard_counts(
        &mut self,
        scope: &Scope,
        filter: &HazardFilter,
        today: Date,
        soon: Date,
    ) -> Result<Vec<HazardCount>> {
        let mut only = self.hazard_filter(scope, filter);
        let (today, soon, awaited) = (only.mark(today), only.mark(soon), awaited());
        let (sql, list) = only.finish();
        self.rows(
            format!(
                "SELECT COALESCE(p.village, '') AS village, h.state AS state, h.category AS category, \
                 COUNT(*) AS n, \
                 SUM(CASE WHEN {awaited} AND h.deadline_on < {today} THEN 1 ELSE 0 END) AS late_n, \
                 SUM(CASE WHEN {awaited} AND h.deadline_on >= {today} AND h.deadline_on <= {soon} \
                 THEN 1 ELSE 0 END) AS soon_n \
                 {FROM}{sql} GROUP BY p.village, h.state, h.category ORDER BY village, state, category"
            ),
            list,
        )
        .await?
        .iter()
        .map(|row| {
            Ok(HazardCount {
                village: row.text("village")?,
                state: row.text("state")?,
                category: row.text("category")?,
                n: row.int("n")?,
                overdue: row.int("late_n")?,
                due_soon: row.int("soon_n")?,
            })
        })
        .collect()
    }

    fn hazard_filter(&self, scope: &Scope, filter: &HazardFilter) -> Where {
        let mut only = Where::town("h.town", self.town().as_str());
        only.within(&OF_A_HAZARD, scope);
        if let Some(path) = &filter.path {
            only.below("h.path", path);
        }
        let equal = [
            ("h.category", filter.category.as_deref()),
            ("p.village", filter.village.as_deref()),
            ("h.org", filter.org.as_ref().map(OrgId::as_str)),
            ("h.found_by", filter.found_by.as_ref().map(PersonId::as_str)),
        ];
        for (column, wanted) in equal {
            only.is(column, wanted);
        }
        only.is_place("h.place", filter.place.as_ref());
        let places: Vec<&str> = filter.places.iter().map(PlaceId::as_str).collect();
        only.is_one_of("h.place", (!places.is_empty()).then(|| places.join(",")).as_deref());
        only.is_one_of("h.state", filter.state.as_deref());
        only.is_one_of("h.level", filter.level.as_deref());
        let awaited = awaited();
        if filter.open {
            only.and(&format!("NOT {}", at(&Stage::ENDED)));
        }
        if let Some(date) = filter.overdue_as_of {
            let date = only.mark(date);
            only.and(&format!("{awaited} AND h.deadline_on < {date}"));
        }
        if let Some((first, last)) = filter.due_between {
            let (first, last) = (only.mark(first), only.mark(last));
            only.and(&format!("{awaited} AND h.deadline_on >= {first} AND h.deadline_on <= {last}"));
        }
        if let Some(date) = filter.due_by {
            let date = only.mark(date);
            only.and(&format!("{awaited} AND h.deadline_on <= {date}"));
        }
        if let Some(date) = filter.recheck_as_of {
            let date = only.mark(date);
            only.and(&format!("({} OR {awaited} AND h.deadline_on < {date})", at(&Stage::HANDED_IN)));
        }
        if filter.to_confirm {
            only.and(&format!(
                "h.level IN ('larger', 'major_suspect') AND h.level_confirmed = FALSE AND NOT {} AND NOT {}",
                at(&Stage::ENDED),
                at(&[Stage::Transferred])
            ));
        }
        if filter.to_advise {
            only.and(&format!("{} AND h.level_confirmed = TRUE", at(&Stage::UNTOLD)));
        }
        if filter.extension_asked {
            only.and(&format!("{awaited} AND h.extension = 'asked'"));
        }
        if let Some(ids) = &filter.ids {
            let ids: Vec<&str> = ids.iter().map(HazardId::as_str).collect();
            match ids.is_empty() {
                true => only.and("1 = 0"),
                false => only.is_one_of("h.id", Some(&ids.join(","))),
            }
        }
        if let Some(date) = filter.unfixed_as_of {
            let date = only.mark(date);
            only.and(&format!(
                "({awaited} AND (h.deadline_on < {date} OR EXISTS (SELECT 1 FROM hazard_event e WHERE e.town = $1 \
                 AND e.hazard = h.id AND e.kind = 'recheck_failed')) OR h.level = 'major' AND NOT {})",
                at(&Stage::ENDED)
            ));
        }
        if let Some(from) = filter.found_from {
            let from = only.mark(from);
            only.and(&format!("h.found_at >= {from}"));
        }
        if let Some(to) = filter.found_to {
            let to = only.mark(to);
            only.and(&format!("h.found_at < {to}"));
        }
        if let Some(from) = filter.closed_from {
            let from = only.mark(from);
            only.and(&format!(
                "h.state = 'closed' AND EXISTS (SELECT 1 FROM hazard_event e WHERE e.town = $1 AND e.hazard = h.id \
                 AND e.kind = 'closed' AND e.happened_at >= {from})"
            ));
        }
        if let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            only.containing(&["h.code", "h.description", "COALESCE(p.name, '')"], text);
        }
        only
    }

    /// Several hazards, each rebuilt from its events, in the order asked for; what there is none of is left out.
    pub async fn hazards_by_id(&mut self, ids: &[HazardId]) -> Result<Vec<Hazard>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut list = args![self.town().as_str()];
        list.extend(ids.iter().map(|id| id.as_str().into()));
        let marks: Vec<String> = (2..=list.len()).map(|n| format!("${n}")).collect();
        let rows = self
            .rows(
                format!(
                    "SELECT * FROM hazard_event WHERE town = $1 AND hazard IN ({}) ORDER BY hazard, seq",
                    marks.join(", ")
                ),
                list,
            )
            .await?;
        let events: Vec<Event> = rows.iter().map(|row| row.json("content")).collect::<Result<_>>()?;
        let mut known = std::collections::HashMap::new();
        for chunk in events.chunk_by(|a, b| a.hazard == b.hazard) {
            if let Some(first) = chunk.first() {
                known.insert(first.hazard.clone(), replayed(&first.hazard, chunk)?);
            }
        }
        Ok(ids.iter().filter_map(|id| known.remove(id)).collect())
    }

    /// Units of a sector in which a hazard of this code of the dictionary is open.
    pub async fn units_with_hazard(&mut self, code: &str, sector: &OrgId) -> Result<i64> {
        let town = self.town().clone();
        let sql = format!(
            "SELECT COUNT(DISTINCT h.place) AS n FROM hazard h JOIN place p ON p.town = h.town AND p.id = h.place \
             WHERE h.town = $1 AND h.hazard_code = $2 AND p.sector_org = $3 AND NOT {}",
            at(&Stage::ENDED)
        );
        let row = self.row(sql, args![town.as_str(), code, sector.as_str()]).await?;
        row.map_or(Ok(0), |row| row.int("n"))
    }

    /// Whether somebody may see this hazard.
    pub async fn hazard_within(&mut self, id: &HazardId, scope: &Scope) -> Result<bool> {
        let mut only = Where::town("h.town", self.town().as_str());
        only.is("h.id", Some(id.as_str()));
        only.within(&OF_A_HAZARD, scope);
        let (sql, list) = only.finish();
        Ok(self.row(format!("SELECT h.id AS id FROM hazard h{sql}"), list).await?.is_some())
    }

    /// The hazards of a place that an inspection met again while they were open.
    pub async fn hazards_seen_in(
        &mut self,
        inspection: &InspectionId,
        place: &PlaceId,
    ) -> Result<Vec<HazardId>> {
        let town = self.town().clone();
        let rows = self
            .rows(
                "SELECT e.content AS content FROM hazard_event e JOIN hazard h ON h.town = e.town AND h.id = e.hazard \
                 WHERE h.town = $1 AND h.place = $2 AND e.kind = 'seen_again' ORDER BY e.hazard, e.seq",
                args![town.as_str(), place.as_str()],
            )
            .await?;
        let events: Vec<Event> = rows.iter().map(|row| row.json("content")).collect::<Result<_>>()?;
        let is_in = |event: &Event| matches!(&event.kind, EventKind::SeenAgain { inspection: of, .. } if of == inspection);
        Ok(events.into_iter().filter(is_in).map(|event| event.hazard).collect())
    }

    /// The closed hazards of a place, for telling whether a new find is a recurrence; those of a second row about it count as
    /// its own.
    pub async fn earlier_of_place(&mut self, place: &PlaceId) -> Result<Vec<Hazard>> {
        let mut only = Where::town("h.town", self.town().as_str());
        only.is_place("h.place", Some(place));
        only.and(&at(&[Stage::Closed]));
        let (sql, list) = only.finish();
        let rows = self
            .rows(
                format!(
                    "SELECT e.* FROM hazard_event e JOIN hazard h ON h.town = e.town AND h.id = e.hazard{sql} \
                     ORDER BY h.found_at, e.hazard, e.seq"
                ),
                list,
            )
            .await?;
        let events: Vec<Event> = rows.iter().map(|row| row.json("content")).collect::<Result<_>>()?;
        let own = |hazard: Hazard| Hazard { find: Find { place: place.clone(), ..hazard.find }, ..hazard };
        events
            .chunk_by(|a, b| a.hazard == b.hazard)
            .filter_map(|chunk| chunk.first().map(|first| replayed(&first.hazard, chunk).map(own)))
            .collect()
    }
}

impl Write {
    /// A new hazard with its finding.
    pub async fn insert_hazard(&mut self, hazard: &Hazard, event: &Event, filing: &Filing) -> Result<()> {
        let mut row = cols! {
            code: &filing.code, place: hazard.find.place.as_str(), path: &filing.path, org: filing.org.as_str(),
            inspection: filing.inspection.as_ref().map_or("", InspectionId::as_str),
            item: hazard.find.item.as_deref().unwrap_or_default(), hazard_code: hazard.find.code.as_str(),
            category: hazard.find.code.category(), description: &hazard.find.description,
            recurrence_of: hazard.find.recurrence_of.as_ref().map_or("", HazardId::as_str),
            found_by: hazard.found_by.as_ref().map_or("", |p| p.as_str()), found_at: hazard.found_at,
            version: hazard.version, recorded_at: event.recorded_at,
        };
        row.extend(stage_columns(hazard));
        self.insert("hazard", hazard.id.as_str(), row).await?;
        self.insert_hazard_event(event).await
    }

    /// The hazard after a step, with the event that made it, if nobody took a step since.
    ///
    /// Errors: [`Error::Conflict`] when the hazard is not at the version before the event's.
    pub async fn save_step(&mut self, hazard: &Hazard, event: &Event) -> Result<()> {
        if event.hazard != hazard.id || event.version != hazard.version {
            return Err(broken("version", &hazard.id));
        }
        let before = i64::from(hazard.version) - 1;
        self.update("hazard", hazard.id.as_str(), before, stage_columns(hazard)).await?;
        self.insert_hazard_event(event).await
    }

    async fn insert_hazard_event(&mut self, event: &Event) -> Result<()> {
        let content = serde_json::to_string(event).map_err(|_| broken("content", &event.hazard))?;
        let row = cols! {
            hazard: event.hazard.as_str(), seq: event.version, kind: event.kind.step().code(),
            actor: event.act.actor.person().map_or("", |p| p.as_str()), happened_at: event.act.happened_at,
            recorded_at: event.recorded_at, content: content,
        };
        self.insert("hazard_event", &format!("{}-{}", event.hazard, event.version), row).await
    }
}

/// What a step may change.
fn stage_columns(hazard: &Hazard) -> Vec<(&'static str, crate::Value)> {
    let c = hazard.columns();
    cols! {
        level: c.level.unwrap_or_default(), state: c.state, measure: c.measure.unwrap_or_default(),
        deadline_on: c.deadline_on, original_deadline_on: c.original_deadline_on, recheck_due_on: c.recheck_due_on,
        level_confirmed: hazard.level_confirmed, extension: c.extension.unwrap_or_default(),
    }
}
