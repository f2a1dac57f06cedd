//! A made-up record made larger within the database, and the plain queries a program without a house would ask: for
//! measuring only (`fengsui bench`). What does not belong here: any query of a page.

use crate::{Error, Read, Result, Write, args};

impl Write {
    /// Copies every made-up place, its stays on lists and its inspections once for each number `from..=to`, and lets
    /// the engine look at the tables again. Copies are named by `~` and their
    /// number, have no phone (it is sealed for its own row), and no audit entry seals them.
    ///
    /// Errors: [`Error::Setup`] where somebody has an account: that is no made-up town.
    pub async fn multiply_made_up(&mut self, from: u32, to: u32) -> Result<u64> {
        let town = self.town.clone();
        let accounts =
            self.row("SELECT COUNT(*) AS n FROM account WHERE town = $1", args![town.as_str()]).await?;
        if accounts.map_or(Ok(0), |row| row.int("n"))? > 0 {
            return Err(Error::Setup("这里有人员账号，不是虚构数据，不能用来测量".to_owned()));
        }
        let numbers =
            format!("WITH RECURSIVE m(n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM m WHERE n < {to})");
        let mut made = 0;
        for (into, select) in [PLACES, STAYS, INSPECTIONS] {
            made += self
                .exec(format!("INSERT INTO {into} {numbers} SELECT {select}"), args![town.as_str()])
                .await?;
        }
        self.exec("ANALYZE", Vec::new()).await?;
        Ok(made)
    }
}

const PLACES: (&str, &str) = (
    "place (town, id, code, name, pinyin, licence, uscc, category, tags, path, village, grid, sector_org, address, lon, \
     lat, area_m2, responsible, phone, phone_tail, opening, opened_on, closed_on, verified_on, facts, note, source, \
     cached_risk_points, cached_risk_grade, version, happened_on, recorded_at, recorded_by, voided_at, void_reason)",
    "p.town, p.id || '~' || m.n, p.code || '~' || m.n, p.name || '-' || m.n, p.pinyin || m.n, p.licence, p.uscc, \
     p.category, p.tags, p.path, p.village, p.grid, p.sector_org, p.address, p.lon, p.lat, p.area_m2, p.responsible, \
     '', '', p.opening, p.opened_on, p.closed_on, p.verified_on, p.facts, p.note, p.source, \
     p.cached_risk_points, p.cached_risk_grade, p.version, p.happened_on, p.recorded_at, p.recorded_by, p.voided_at, \
     p.void_reason FROM place p CROSS JOIN m WHERE p.town = $1 AND p.id NOT LIKE '%~%'",
);

const STAYS: (&str, &str) = (
    "list_entry (town, id, list, place, from_on, to_on, reason_in, reason_out, version, recorded_at)",
    "e.town, e.id || '~' || m.n, e.list, e.place || '~' || m.n, e.from_on, e.to_on, e.reason_in, e.reason_out, \
     e.version, e.recorded_at FROM list_entry e CROSS JOIN m WHERE e.town = $1 AND e.id NOT LIKE '%~%'",
);

const INSPECTIONS: (&str, &str) = (
    "inspection (town, id, inspection, edition, task, place, path, org, result, failed_n, happened_on, content, version, \
     recorded_at)",
    "i.town, i.id || '~' || m.n, i.inspection || '~' || m.n, i.edition, i.task, i.place || '~' || m.n, i.path, i.org, \
     i.result, i.failed_n, i.happened_on, REPLACE(REPLACE(i.content, '\"' || i.inspection || '\"', \
     '\"' || i.inspection || '~' || m.n || '\"'), '\"' || i.place || '\"', '\"' || i.place || '~' || m.n || '\"'), \
     i.version, i.recorded_at FROM inspection i CROSS JOIN m WHERE i.town = $1 AND i.id NOT LIKE '%~%'",
);

impl Read {
    /// A page of places as plain SQL: what the list is measured beside. Returns how many rows came.
    pub async fn plain_places(&mut self, limit: u32) -> Result<usize> {
        let town = self.town.clone();
        let sql = format!(
            "SELECT * FROM place WHERE town = $1 AND voided_at IS NULL ORDER BY name, id LIMIT {limit}"
        );
        Ok(self.rows(sql, args![town.as_str()]).await?.len())
    }

    /// One duty by village and month as plain SQL over the whole record: what the board is measured beside. Returns
    /// how many lines came.
    pub async fn plain_board(&mut self, org: &str) -> Result<usize> {
        let town = self.town.clone();
        let sql = "SELECT p.village, SUBSTR(i.happened_on, 1, 7) AS month, COUNT(DISTINCT p.id) AS n \
                   FROM place p JOIN list_entry e ON e.town = p.town AND e.place = p.id \
                   JOIN place_list l ON l.town = e.town AND l.id = e.list AND l.kind = 'police_listed' \
                   JOIN inspection i ON i.town = p.town AND i.place = p.id AND i.org = $2 \
                   WHERE p.town = $1 GROUP BY p.village, SUBSTR(i.happened_on, 1, 7)";
        Ok(self.rows(sql, args![town.as_str(), org]).await?.len())
    }
}
