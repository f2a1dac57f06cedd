//! Lists of places as rows: the list with its baseline, and the dated stays on it. Counts of two lists stand side by
//! side; nothing here adds them up. What does *not* belong here: who may enter or leave (`domain::place_list`).

use domain::ids::{OrgId, PlaceId};
use domain::place_list::{Entry, ListKind, PlaceList};
use domain::policy::Scope;
use domain::time::{Date, Timestamp};

use crate::scope::{Columns, Where};
use crate::value::{json, word};
use crate::{Read, Result, Row, Value, Write, args, cols};

/// A list as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRecord {
    /// Our id.
    pub id: String,
    /// The list; its entries are there only when one list is read.
    pub list: PlaceList,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// One stay of a place on a list, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRecord {
    /// Our id.
    pub id: String,
    /// The list.
    pub list: String,
    /// The stay.
    pub entry: Entry,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// A stay with what its place is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedEntry {
    /// The stay.
    pub entry: EntryRecord,
    /// Name of the place.
    pub name: String,
    /// Village the place lies in.
    pub village: String,
}

/// Two kinds of list on one day, next to each other. There is no total: a place may be on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// Places on the first.
    pub first: i64,
    /// Places on the second.
    pub second: i64,
    /// Places on both.
    pub both: i64,
}

impl ListRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let list = PlaceList {
            kind: row.word("kind")?,
            owner: row.text("owner_org")?.into(),
            village: row.opt_text("village")?.map(Into::into),
            baseline: match row.opt_text("baseline")? {
                None => None,
                Some(_) => Some(row.json("baseline")?),
            },
            entries: Vec::new(),
        };
        Ok(Self {
            id: row.text("id")?,
            list,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let list = &self.list;
        Ok(cols! {
            kind: word(&list.kind)?, owner_org: list.owner.as_str(),
            village: list.village.as_ref().map(|v| v.as_str()),
            baseline: list.baseline.as_ref().map(json).transpose()?,
        })
    }
}

impl EntryRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let reason_out = row.text("reason_out")?;
        let entry = Entry {
            place: row.text("place")?.into(),
            from: row.date("from_on")?,
            reason_in: row.text("reason_in")?,
            left: row.opt_date("to_on")?.map(|day| (day, reason_out)),
        };
        Ok(Self {
            id: row.text("id")?,
            list: row.text("list")?,
            entry,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Vec<(&'static str, Value)> {
        let (to_on, reason_out) = self.entry.left.clone().unzip();
        cols! {
            list: &self.list, place: self.entry.place.as_str(), from_on: self.entry.from,
            reason_in: &self.entry.reason_in, to_on: to_on, reason_out: reason_out.unwrap_or_default(),
            version: 1_i64, recorded_at: self.recorded_at,
        }
    }
}

/// The places that lists of a kind hold on a day: `(place, village)`, each once.
const MEMBERS: &str = "SELECT DISTINCT p.id AS place, p.village AS village FROM list_entry e \
     JOIN place_list l ON l.town = e.town AND l.id = e.list \
     JOIN place p ON p.town = e.town AND p.id = e.place AND p.voided_at IS NULL";

/// Adds "of this kind, on this day" to a WHERE over [`MEMBERS`].
fn of_kind(only: &mut Where, kind: ListKind, on: Date) -> Result<()> {
    only.is("l.kind", Some(&word(&kind)?));
    let day = only.mark(on);
    only.and(&format!("e.from_on <= {day} AND (e.to_on IS NULL OR e.to_on > {day})"));
    Ok(())
}

/// By which columns of the joined place rights to an entry are told.
const COLUMNS: Columns = Columns { path: "p.path", org: "p.sector_org", place: "p.id" };

impl Read {
    /// Every list of the town, without entries.
    pub async fn place_lists(&mut self) -> Result<Vec<ListRecord>> {
        let town = self.town.clone();
        self.rows("SELECT * FROM place_list WHERE town = $1 ORDER BY kind, village, id", args![town.as_str()])
            .await?
            .iter()
            .map(ListRecord::from_row)
            .collect()
    }

    /// One list with every stay, ended ones too.
    pub async fn place_list(&mut self, id: &str) -> Result<Option<ListRecord>> {
        let Some(row) = self.by_id("place_list", id).await? else { return Ok(None) };
        let mut list = ListRecord::from_row(&row)?;
        list.list.entries = self.list_entries(id).await?.into_iter().map(|e| e.entry).collect();
        Ok(Some(list))
    }

    /// Every stay on one list, oldest first.
    pub async fn list_entries(&mut self, list: &str) -> Result<Vec<EntryRecord>> {
        self.entries_where("list", list).await
    }

    /// Every stay of one place on any list, oldest first.
    pub async fn list_entries_of_place(&mut self, place: &PlaceId) -> Result<Vec<EntryRecord>> {
        self.entries_where("place", place.as_str()).await
    }

    /// Keepers of the lists a place stands on as long as nobody took it off: those whose right it is to see it.
    pub async fn list_owners_of_place(&mut self, place: &PlaceId) -> Result<Vec<OrgId>> {
        let town = self.town.clone();
        self.rows(
            "SELECT DISTINCT l.owner_org AS owner FROM list_entry e JOIN place_list l ON l.town = e.town AND l.id = e.list \
             WHERE e.town = $1 AND e.place = $2 AND e.to_on IS NULL ORDER BY owner",
            args![town.as_str(), place.as_str()],
        )
        .await?
        .iter()
        .map(|row| Ok(row.text("owner")?.into()))
        .collect()
    }

    async fn entries_where(&mut self, column: &str, value: &str) -> Result<Vec<EntryRecord>> {
        let town = self.town.clone();
        self.rows(
            format!("SELECT * FROM list_entry WHERE town = $1 AND {column} = $2 ORDER BY from_on, id"),
            args![town.as_str(), value],
        )
        .await?
        .iter()
        .map(EntryRecord::from_row)
        .collect()
    }

    /// How many places each list holds on a day, voided ones left out. A list without any is not among them.
    pub async fn list_sizes(&mut self, on: Date) -> Result<Vec<(String, i64)>> {
        let mut only = Where::town("e.town", self.town.as_str());
        let day = only.mark(on);
        only.and(&format!("e.from_on <= {day} AND (e.to_on IS NULL OR e.to_on > {day})"));
        let (sql, list) = only.finish();
        let sql = format!(
            "SELECT e.list AS list, COUNT(DISTINCT e.place) AS n FROM list_entry e \
             JOIN place p ON p.town = e.town AND p.id = e.place AND p.voided_at IS NULL{sql} \
             GROUP BY e.list ORDER BY e.list"
        );
        self.rows(sql, list).await?.iter().map(|row| Ok((row.text("list")?, row.int("n")?))).collect()
    }

    /// Stays on one list with the places' names and villages, by name, after the last name and entry; on a day, or
    /// all there ever were.
    pub async fn list_page(
        &mut self,
        list: &str,
        on: Option<Date>,
        scope: &Scope,
        after: Option<(&str, &str)>,
        limit: i64,
    ) -> Result<Vec<NamedEntry>> {
        let mut only = Where::town("e.town", self.town.as_str());
        only.is("e.list", Some(list));
        if let Some(on) = on {
            let day = only.mark(on);
            only.and(&format!("e.from_on <= {day} AND (e.to_on IS NULL OR e.to_on > {day})"));
        }
        only.within(&COLUMNS, scope);
        if let Some((name, entry)) = after {
            let (name, entry) = (only.mark(name), only.mark(entry));
            only.and(&format!("(p.name, e.id) > ({name}, {entry})"));
        }
        let most = only.mark(limit);
        let (sql, args) = only.finish();
        let sql = format!(
            "SELECT e.*, p.name AS place_name, p.village AS place_village FROM list_entry e \
             JOIN place p ON p.town = e.town AND p.id = e.place{sql} ORDER BY p.name, e.id LIMIT {most}"
        );
        let named = |row: &Row| {
            Ok(NamedEntry {
                entry: EntryRecord::from_row(row)?,
                name: row.text("place_name")?,
                village: row.text("place_village")?,
            })
        };
        self.rows(sql, args).await?.iter().map(named).collect()
    }

    /// How many places the lists of one kind hold on a day, by the village the place lies in. A village without any
    /// is not among them.
    pub async fn list_counts(
        &mut self,
        kind: ListKind,
        on: Date,
        scope: &Scope,
    ) -> Result<Vec<(String, i64)>> {
        let mut only = Where::town("e.town", self.town.as_str());
        of_kind(&mut only, kind, on)?;
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        let sql = format!(
            "SELECT village, COUNT(*) AS n FROM ({MEMBERS}{sql}) AS m GROUP BY village ORDER BY village"
        );
        self.rows(sql, list).await?.iter().map(|row| Ok((row.text("village")?, row.int("n")?))).collect()
    }

    /// Two kinds of list on one day, side by side.
    pub async fn list_overlap(
        &mut self,
        first: ListKind,
        second: ListKind,
        on: Date,
        scope: &Scope,
    ) -> Result<Overlap> {
        let mut members: Vec<std::collections::BTreeSet<String>> = Vec::new();
        for kind in [first, second] {
            let mut only = Where::town("e.town", self.town.as_str());
            of_kind(&mut only, kind, on)?;
            only.within(&COLUMNS, scope);
            let (sql, list) = only.finish();
            let rows = self.rows(format!("{MEMBERS}{sql}"), list).await?;
            members.push(rows.iter().map(|row| row.text("place")).collect::<Result<_>>()?);
        }
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let [a, b] = members.as_slice() else { return Ok(Overlap { first: 0, second: 0, both: 0 }) };
        Ok(Overlap { first: count(a.len()), second: count(b.len()), both: count(a.intersection(b).count()) })
    }
}

impl Write {
    /// A new list; its entries are inserted on their own.
    pub async fn insert_place_list(&mut self, list: &ListRecord) -> Result<()> {
        let mut row = list.cols()?;
        row.extend(cols! { version: 1_i64, recorded_at: list.recorded_at });
        self.insert("place_list", &list.id, row).await
    }

    /// Stores a changed owner, village or baseline, if nobody changed the list since.
    pub async fn update_place_list(&mut self, list: &ListRecord) -> Result<()> {
        self.update("place_list", &list.id, list.version, list.cols()?).await
    }

    /// New stays: all or none.
    pub async fn insert_list_entries(&mut self, entries: &[EntryRecord]) -> Result<()> {
        let rows = entries.iter().map(|e| (e.id.clone(), e.cols())).collect();
        self.insert_many("list_entry", rows).await
    }

    /// Ends a stay: `on` is the first day off the list.
    pub async fn end_list_entry(&mut self, id: &str, version: i64, on: Date, reason: &str) -> Result<()> {
        let row = cols! { to_on: on, reason_out: reason };
        self.update("list_entry", id, version, row).await
    }
}
