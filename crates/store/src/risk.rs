//! What inspections, hazards, reports, devices and lists say about places, many places at a time, and the copy of their risk kept for
//! filtering. What does *not* belong here: how many points a fact gives (`domain::risk`).

use std::collections::{BTreeSet, HashMap};

use domain::device::{Device, DeviceState};
use domain::ids::PlaceId;
use domain::place::KindCode;
use domain::place_list::ListKind;
use domain::report_case::ReportCase;
use domain::time::{Date, Timestamp};

use crate::inspection::{LOOKED, STANDS};
use crate::scope::Where;
use crate::{Read, Result, Write, args};

/// Places asked about in one statement.
const AT_ONCE: usize = 500;

/// What is known of one place beside its own record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signs {
    /// The day of the last inspection that stands and could be made.
    pub last_inspected_on: Option<Date>,
    /// Open hazards that nobody graded yet.
    pub open_ungraded: u32,
    /// Open general hazards.
    pub open_general: u32,
    /// Open larger hazards.
    pub open_larger: u32,
    /// Open hazards suspected or determined to be major.
    pub open_major: u32,
    /// Open hazards past their deadline.
    pub overdue: u32,
    /// Hazards found in the last 365 days that repeat a closed one.
    pub recurrence: u32,
    /// Reports of the last 365 days that were found true, or true in part.
    pub reports: u32,
    /// Kinds of device that protected it when the day began.
    pub protections: BTreeSet<KindCode>,
    /// Kinds of list it stands on, each once.
    pub lists: Vec<ListKind>,
}

impl Signs {
    /// All open hazards.
    pub fn open(&self) -> u32 {
        self.open_ungraded + self.open_general + self.open_larger + self.open_major
    }
}

fn small(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

impl Read {
    /// The signs of these places on a day. What was recorded with a second row about a place is a sign of the place.
    pub async fn place_signs(&mut self, places: &[PlaceId], on: Date) -> Result<HashMap<PlaceId, Signs>> {
        let doubles = self.doubles_of(places).await?;
        let own = |row: &crate::Row| -> Result<PlaceId> {
            let id = PlaceId(row.text("place")?);
            Ok(doubles.get(&id).cloned().unwrap_or(id))
        };
        let all: BTreeSet<PlaceId> = places.iter().chain(doubles.keys()).cloned().collect();
        let all: Vec<PlaceId> = all.into_iter().collect();
        let mut signs: HashMap<PlaceId, Signs> =
            places.iter().map(|id| (id.clone(), Signs::default())).collect();
        let year_ago = Timestamp::start_of(on - chrono::Duration::days(365));
        for some in all.chunks(AT_ONCE) {
            let mut only = self.of(some, "place");
            only.and(LOOKED);
            only.and(STANDS);
            let (sql, list) = only.finish();
            let sql =
                format!("SELECT place, MAX(happened_on) AS last_on FROM inspection{sql} GROUP BY place");
            for row in self.rows(sql, list).await? {
                if let Some(sign) = signs.get_mut(&own(&row)?) {
                    sign.last_inspected_on = sign.last_inspected_on.max(row.opt_date("last_on")?);
                }
            }
            let mut only = self.of(some, "place");
            let day = only.mark(on);
            only.and("state NOT IN ('closed', 'false', 'voided')");
            let (sql, list) = only.finish();
            let sql = format!(
                "SELECT place, level, COUNT(*) AS n, \
                 SUM(CASE WHEN state IN ('measure_ordered', 'rectifying') AND deadline_on < {day} \
                 THEN 1 ELSE 0 END) AS late FROM hazard{sql} GROUP BY place, level"
            );
            for row in self.rows(sql, list).await? {
                let Some(sign) = signs.get_mut(&own(&row)?) else { continue };
                let n = small(row.int("n")?);
                match row.text("level")?.as_str() {
                    "" => sign.open_ungraded += n,
                    "general" => sign.open_general += n,
                    "larger" => sign.open_larger += n,
                    _ => sign.open_major += n,
                }
                sign.overdue += small(row.int("late")?);
            }
            let mut only = self.of(some, "place");
            let since = only.mark(year_ago);
            only.and(&format!(
                "recurrence_of <> '' AND state NOT IN ('false', 'voided') AND found_at >= {since}"
            ));
            let (sql, list) = only.finish();
            let sql = format!("SELECT place, COUNT(*) AS n FROM hazard{sql} GROUP BY place");
            for row in self.rows(sql, list).await? {
                if let Some(sign) = signs.get_mut(&own(&row)?) {
                    sign.recurrence += small(row.int("n")?);
                }
            }
            let mut only = self.of(some, "place");
            let since = only.mark(year_ago);
            only.and(&format!("received_at >= {since} AND stage NOT IN ('merged', 'void')"));
            let (sql, list) = only.finish();
            for row in self.rows(format!("SELECT place, content FROM report_case{sql}"), list).await? {
                let case: ReportCase = row.json("content")?;
                if case.is_founded()
                    && let Some(sign) = signs.get_mut(&own(&row)?)
                {
                    sign.reports += 1;
                }
            }
            let mut only = self.of(some, "d.place");
            let dawn = only.mark(Timestamp::start_of(on));
            only.and("d.voided_at IS NULL AND d.retired_on IS NULL");
            let (sql, list) = only.finish();
            let sql = format!(
                "SELECT d.place AS place, d.content AS content, h.content AS said, (SELECT COUNT(*) FROM device_span s \
                 WHERE s.town = d.town AND s.device = d.id AND s.from_at <= {dawn} \
                 AND (s.to_at IS NULL OR s.to_at > {dawn})) AS heard_n \
                 FROM device d LEFT JOIN device_state h ON h.town = d.town AND h.id = d.id{sql}"
            );
            for row in self.rows(sql, list).await? {
                let device: Device = row.json("content")?;
                let state = match row.opt_text("said")? {
                    Some(_) => row.json("said")?,
                    None => DeviceState::default(),
                };
                if device.protected_at_dawn(&state, row.int("heard_n")? > 0)
                    && let Some(sign) = signs.get_mut(&own(&row)?)
                {
                    sign.protections.insert(device.kind.code().into());
                }
            }
            let mut only = self.of(some, "e.place");
            let day = only.mark(on);
            only.and(&format!("e.from_on <= {day} AND (e.to_on IS NULL OR e.to_on > {day})"));
            let (sql, list) = only.finish();
            let sql = format!(
                "SELECT DISTINCT e.place AS place, l.kind AS kind FROM list_entry e \
                 JOIN place_list l ON l.town = e.town AND l.id = e.list{sql} ORDER BY place, kind"
            );
            for row in self.rows(sql, list).await? {
                if let Some(sign) = signs.get_mut(&own(&row)?) {
                    let kind = row.word("kind")?;
                    if !sign.lists.contains(&kind) {
                        sign.lists.push(kind);
                    }
                }
            }
        }
        for (place, n) in self.reports_by_hazard(year_ago).await? {
            if let Some(sign) = signs.get_mut(doubles.get(&place).unwrap_or(&place)) {
                sign.reports += n;
            }
        }
        Ok(signs)
    }

    /// Reports found true that named no place of the register, by the place of the hazard the look recorded.
    async fn reports_by_hazard(&mut self, since: Timestamp) -> Result<HashMap<PlaceId, u32>> {
        let town = self.town.clone();
        let sql = "SELECT content FROM report_case WHERE town = $1 AND place IS NULL AND received_at >= $2 \
                   AND stage NOT IN ('merged', 'void')";
        let mut led_to: Vec<String> = Vec::new();
        for row in self.rows(sql, args![town.as_str(), since]).await? {
            let case: ReportCase = row.json("content")?;
            led_to.extend(case.hazard.as_ref().filter(|_| case.is_founded()).map(ToString::to_string));
        }
        let mut found: HashMap<PlaceId, u32> = HashMap::new();
        for some in led_to.chunks(AT_ONCE) {
            let mut only = Where::town("town", town.as_str());
            let marks: Vec<String> = some.iter().map(|id| only.mark(id.as_str())).collect();
            only.and(&format!("id IN ({})", marks.join(", ")));
            let (sql, list) = only.finish();
            for row in self.rows(format!("SELECT id, place FROM hazard{sql}"), list).await? {
                let id = row.text("id")?;
                // Two reports may have led to one hazard.
                let n = small(some.iter().filter(|one| **one == id).count() as i64);
                *found.entry(PlaceId(row.text("place")?)).or_default() += n;
            }
        }
        Ok(found)
    }

    /// A WHERE of this town and these places.
    fn of(&self, places: &[PlaceId], column: &str) -> Where {
        let town = column.strip_suffix("place").map(|table| format!("{table}town")).unwrap_or_default();
        let mut only = Where::town(&town, self.town.as_str());
        let marks: Vec<String> = places.iter().map(|id| only.mark(id.as_str())).collect();
        only.and(&format!("{column} IN ({})", marks.join(", ")));
        only
    }

    /// Places whose inspections, hazards, reports or devices were written in entries of the record after `seq`.
    pub async fn places_touched_after(&mut self, seq: i64) -> Result<Vec<PlaceId>> {
        let town = self.town.clone();
        self.rows(
            "SELECT COALESCE(p.same_as, t.place) AS place FROM (\
             SELECT h.place AS place FROM audit_item i JOIN hazard h ON h.town = i.town AND h.id = i.row_id \
             WHERE i.town = $1 AND i.seq > $2 AND i.table_name = 'hazard' \
             UNION SELECT n.place FROM audit_item i JOIN inspection n ON n.town = i.town AND n.id = i.row_id \
             WHERE i.town = $1 AND i.seq > $2 AND i.table_name = 'inspection' \
             UNION SELECT c.place FROM audit_item i JOIN report_case c ON c.town = i.town AND c.id = i.row_id \
             WHERE i.town = $1 AND i.seq > $2 AND i.table_name = 'report_case' AND c.place IS NOT NULL \
             UNION SELECT d.place FROM audit_item i JOIN device d ON d.town = i.town AND d.id = i.row_id \
             WHERE i.town = $1 AND i.seq > $2 AND i.table_name = 'device' AND d.place IS NOT NULL\
             ) t LEFT JOIN place p ON p.town = $1 AND p.id = t.place",
            args![town.as_str(), seq],
        )
        .await?
        .iter()
        .map(|row| Ok(row.text("place")?.into()))
        .collect()
    }
}

impl Write {
    /// Stores the copies of points and grade. They are no part of the record and change no version.
    pub async fn copy_place_risk(&mut self, copies: &[(PlaceId, u32, String)]) -> Result<()> {
        let town = self.town.clone();
        for (id, points, grade) in copies {
            self.exec(
                "UPDATE place SET cached_risk_points = $3, cached_risk_grade = $4 WHERE town = $1 AND id = $2",
                args![town.as_str(), id.as_str(), *points, grade],
            )
            .await?;
        }
        Ok(())
    }
}
