//! Running numbers, as of a day's hazards: the next one is taken within the transaction that uses it, so that two
//! writers never get the same and a number that was not used is given again. What does *not* belong here: what a number
//! looks like to people (`app`).

use crate::{Error, Read, Result, Write, args};

impl Read {
    /// How many numbers of a series were taken.
    pub async fn numbers_taken(&mut self, series: &str) -> Result<i64> {
        self.by_id("counter", series).await?.map_or(Ok(0), |row| row.int("n"))
    }
}

impl Write {
    /// The next number of a series, from 1. Holds back other writers of the series until this transaction ends.
    pub async fn next_number(&mut self, series: &str) -> Result<i64> {
        let town = self.town.clone();
        let row = self
            .row(
                "INSERT INTO counter (town, id, n) VALUES ($1, $2, 1) \
                 ON CONFLICT (town, id) DO UPDATE SET n = counter.n + 1 RETURNING n",
                args![town.as_str(), series],
            )
            .await?;
        let lost = || Error::Inconsistent { table: "counter", column: "n".to_owned(), id: series.to_owned() };
        row.ok_or_else(lost)?.int("n")
    }
}
