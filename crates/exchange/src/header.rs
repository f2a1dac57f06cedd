//! Finds the header of a sheet and says which column means what: titles above, one or two header rows, headers in
//! people's own words. A mapping a person corrected can be kept and used again for the same headers.
//! What does not belong here: reading the rows below (`ledger`).

use serde::{Deserialize, Serialize};

use crate::{
    ledger::{self, SheetDef},
    problem::ImportError,
    sheet::Sheet,
    value::{Cell, comparable},
};

/// Column of an error file that says what is wrong in each row.
pub(crate) const PROBLEM_COLUMN: &str = "问题";
/// Rows from the top in which a header is looked for.
const SEARCHED_ROWS: usize = 30;
/// Below this many points of 100 a header is not taken for a column.
const LEAST_SCORE: u8 = 55;

/// What one column of the sheet was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedColumn {
    /// Column counted from 0.
    pub index: usize,
    /// Header as it stands; two rows are joined with `/`.
    pub header: String,
    /// Key of the ledger's column; none when it is passed over.
    pub key: Option<String>,
    /// Points of 100: 100 is our own header or a known synonym.
    pub confidence: u8,
}

/// How the columns of one sheet are understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// Kind of ledger.
    pub kind: String,
    /// First header row, counted from 0.
    pub header_row: usize,
    /// One or two.
    pub header_rows: usize,
    /// Every column that has a header.
    pub columns: Vec<MappedColumn>,
    /// Headers of required columns that were not found.
    pub missing: Vec<String>,
    /// Points of 100 for the whole: the weakest required column; 0 when one is missing.
    pub confidence: u8,
}

/// A mapping worth keeping for the next file with the same headers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptMapping {
    /// Kind of ledger.
    pub kind: String,
    /// Key to find it by: [`Mapping::fingerprint`].
    pub fingerprint: String,
    /// Header and what it means.
    pub columns: Vec<(String, Option<String>)>,
}

impl Mapping {
    /// Row index (from 0) of the first row below the header.
    pub fn first_data_row(&self) -> usize {
        self.header_row + self.header_rows
    }

    /// Header of a column counted from 0.
    pub fn label(&self, index: usize) -> Option<&str> {
        self.columns.iter().find(|column| column.index == index).map(|column| column.header.as_str())
    }

    /// Index of the column that an error file has behind the ledger's own; it is no part of the ledger.
    pub fn problem_column(&self) -> Option<usize> {
        let last = self.columns.last()?;
        (last.header == PROBLEM_COLUMN && last.key.is_none()).then_some(last.index)
    }

    /// Letter and header of the column a key was mapped to; empty when it was not.
    pub fn address(&self, key: &str) -> String {
        self.columns
            .iter()
            .find(|column| column.key.as_deref() == Some(key))
            .map(|column| ledger::address(column.index, &column.header))
            .unwrap_or_default()
    }

    /// A short stable text that is the same for the same kind and headers in the same order.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.kind, self.columns.iter().map(|column| column.header.as_str()))
    }

    /// What to keep of it.
    pub fn keep(&self) -> KeptMapping {
        KeptMapping {
            kind: self.kind.clone(),
            fingerprint: self.fingerprint(),
            columns: self.columns.iter().map(|c| (c.header.clone(), c.key.clone())).collect(),
        }
    }
}

/// Guesses header and columns.
///
/// Errors: [`ImportError::NoHeader`] when no row names two columns of the ledger with a required one among them.
pub fn guess(sheet: &Sheet, definition: &SheetDef) -> Result<Mapping, ImportError> {
    let spellings = Spellings::of(definition);
    let mut best: Option<(u32, Mapping)> = None;
    for row in 0..sheet.rows.len().min(SEARCHED_ROWS) {
        for height in [2, 1] {
            if height == 2 && !is_two_rows(sheet, row) {
                continue;
            }
            let (points, mapping) = weigh(sheet, definition, &spellings, row, height);
            if best.as_ref().is_none_or(|(most, _)| points > *most) {
                best = Some((points, mapping));
            }
        }
    }
    let wanted = definition.columns.len().min(2);
    match best {
        Some((_, mapping))
            if mapping.missing.is_empty()
                && mapping.columns.iter().filter(|c| c.key.is_some()).count() >= wanted =>
        {
            Ok(mapping)
        }
        _ => Err(no_header(definition)),
    }
}

/// Understands one row as the header, whatever else might look like one.
pub fn guess_row(sheet: &Sheet, definition: &SheetDef, row: usize) -> Mapping {
    weigh(sheet, definition, &Spellings::of(definition), row, 1).1
}

/// Picks the sheet that most looks like this ledger, with its mapping.
///
/// Errors: as [`guess`], when no sheet has a header.
pub fn best_sheet<'a>(
    sheets: &'a [Sheet],
    definition: &SheetDef,
) -> Result<(&'a Sheet, Mapping), ImportError> {
    let mut best: Option<(usize, &Sheet, Mapping)> = None;
    for sheet in sheets {
        let Ok(mapping) = guess(sheet, definition) else { continue };
        let named = mapping.columns.iter().filter(|column| column.key.is_some()).count();
        if best.as_ref().is_none_or(|(most, _, _)| named > *most) {
            best = Some((named, sheet, mapping));
        }
    }
    best.map(|(_, sheet, mapping)| (sheet, mapping)).ok_or_else(|| no_header(definition))
}

/// A mapping a person made: which rows are the header, and a key or nothing for each column.
///
/// Errors: [`ImportError::NoHeader`] when a required column is not among the keys.
pub fn by_hand(
    sheet: &Sheet,
    definition: &SheetDef,
    header_row: usize,
    header_rows: usize,
    keys: &[Option<String>],
) -> Result<Mapping, ImportError> {
    let columns: Vec<MappedColumn> = labels(sheet, header_row, header_rows.clamp(1, 2))
        .into_iter()
        .enumerate()
        .map(|(index, header)| MappedColumn {
            index,
            header,
            key: keys.get(index).cloned().flatten().filter(|key| definition.column(key).is_some()),
            confidence: 100,
        })
        .filter(|column| !column.header.is_empty() || column.key.is_some())
        .collect();
    let missing = missing(definition, &columns);
    if !missing.is_empty() {
        return Err(no_header(definition));
    }
    Ok(Mapping {
        kind: definition.kind.to_owned(),
        header_row,
        header_rows: header_rows.clamp(1, 2),
        columns,
        missing,
        confidence: 100,
    })
}

/// Uses a kept mapping on a sheet that has exactly those headers, wherever the header row is.
///
/// Errors: [`ImportError::MappingMismatch`] when it has not.
pub fn apply(kept: &KeptMapping, sheet: &Sheet, definition: &SheetDef) -> Result<Mapping, ImportError> {
    for row in 0..sheet.rows.len().min(SEARCHED_ROWS) {
        for height in [1, 2] {
            let found: Vec<(usize, String)> = labels(sheet, row, height)
                .into_iter()
                .enumerate()
                .filter(|(_, header)| !header.is_empty())
                .collect();
            if found.is_empty() || !found.iter().map(|(_, h)| h).eq(kept.columns.iter().map(|(h, _)| h)) {
                continue;
            }
            let mut keys = vec![None; sheet.width()];
            for ((index, _), (_, key)) in found.iter().zip(&kept.columns) {
                if let Some(slot) = keys.get_mut(*index) {
                    slot.clone_from(key);
                }
            }
            return by_hand(sheet, definition, row, height, &keys);
        }
    }
    Err(ImportError::MappingMismatch)
}

fn no_header(definition: &SheetDef) -> ImportError {
    let required: Vec<&str> = definition.columns.iter().filter(|c| c.required).map(|c| c.header).collect();
    ImportError::NoHeader { required: required.join("”“") }
}

fn missing(definition: &SheetDef, columns: &[MappedColumn]) -> Vec<String> {
    definition
        .columns
        .iter()
        .filter(|wanted| wanted.required && !columns.iter().any(|c| c.key.as_deref() == Some(wanted.key)))
        .map(|wanted| wanted.header.to_owned())
        .collect()
}

/// Every spelling of every column, made comparable once.
struct Spellings(Vec<Vec<String>>);

impl Spellings {
    fn of(definition: &SheetDef) -> Self {
        let spell = |text: &str| comparable(text);
        Self(
            definition
                .columns
                .iter()
                .map(|column| {
                    [column.header, column.english, column.key]
                        .iter()
                        .chain(column.synonyms)
                        .map(|text| spell(text))
                        .collect()
                })
                .collect(),
        )
    }
}

fn weigh(
    sheet: &Sheet,
    definition: &SheetDef,
    spellings: &Spellings,
    row: usize,
    height: usize,
) -> (u32, Mapping) {
    let labels = labels(sheet, row, height);
    // How well, as which of its spellings, which column of the sheet, which of the ledger.
    let mut offers: Vec<(u8, usize, usize, usize)> = Vec::new();
    for (index, label) in labels.iter().enumerate() {
        if label.is_empty() || label.chars().count() > 40 {
            continue;
        }
        for (which, (column, spelled)) in definition.columns.iter().zip(&spellings.0).enumerate() {
            if column.except.iter().any(|word| label.contains(word)) {
                continue;
            }
            let (score, spelling) = score_label(label, spelled);
            if score >= LEAST_SCORE {
                offers.push((score, spelling, index, which));
            }
        }
    }
    // Our own words before others', whichever column stands first.
    offers.sort_by_key(|(score, spelling, index, which)| {
        (std::cmp::Reverse(*score), *spelling, *index, *which)
    });
    let mut taken: Vec<Option<(usize, u8)>> = vec![None; labels.len()];
    let mut given = vec![false; definition.columns.len()];
    for (score, _, index, which) in offers {
        if let (Some(slot @ None), Some(used @ false)) = (taken.get_mut(index), given.get_mut(which)) {
            *slot = Some((which, score));
            *used = true;
        }
    }
    let mut points: u32 = taken.iter().flatten().map(|(_, score)| u32::from(*score)).sum();
    // A header has words in it, a row of data numbers and dates.
    let data = sheet.rows.get(row).map_or(0, |cells| {
        cells.iter().filter(|cell| matches!(cell, Cell::Number(_) | Cell::Date { .. })).count()
    });
    points = points.saturating_sub(30 * u32::try_from(data).unwrap_or(u32::MAX / 30));
    let columns: Vec<MappedColumn> = labels
        .into_iter()
        .zip(taken)
        .enumerate()
        .filter(|(_, (label, _))| !label.is_empty())
        .map(|(index, (header, mapped))| MappedColumn {
            index,
            header,
            key: mapped
                .and_then(|(which, _)| definition.columns.get(which))
                .map(|column| column.key.to_owned()),
            confidence: mapped.map_or(0, |(_, score)| score),
        })
        .collect();
    let missing = missing(definition, &columns);
    let is_required =
        |key: &str| definition.columns.iter().any(|column| column.required && column.key == key);
    let weakest = columns
        .iter()
        .filter(|column| column.key.as_deref().is_some_and(is_required))
        .map(|column| column.confidence)
        .min();
    let confidence = if missing.is_empty() { weakest.unwrap_or(0) } else { 0 };
    if !missing.is_empty() {
        points /= 4;
    }
    let mapping = Mapping {
        kind: definition.kind.to_owned(),
        header_row: row,
        header_rows: height,
        columns,
        missing,
        confidence,
    };
    (points, mapping)
}

/// Points of 100 for how well a header says one of these spellings, and which of them it says best.
fn score_label(label: &str, spelled: &[String]) -> (u8, usize) {
    let score = |text: &str, less: u8| {
        let whole = comparable(text);
        let bare = comparable(&without_brackets(text));
        let points = |spelling: &String| score_words(&whole, &bare, spelling).saturating_sub(less);
        let all = spelled.iter().enumerate().map(|(n, spelling)| (points(spelling), n));
        all.max_by_key(|(points, n)| (*points, std::cmp::Reverse(*n))).unwrap_or_default()
    };
    let Some((upper, lower)) = label.split_once('/') else { return score(label, 0) };
    // The lower line says what the cell holds; the upper one only narrows it.
    let said = [score(&format!("{upper}{lower}"), 0), score(lower, 3), score(label, 3)];
    said.into_iter().max_by_key(|(points, n)| (*points, std::cmp::Reverse(*n))).unwrap_or_default()
}

fn score_words(whole: &str, bare: &str, spelling: &str) -> u8 {
    if whole == spelling {
        return 100;
    }
    if bare == spelling {
        return 95;
    }
    let (said, known) = (bare.chars().count(), spelling.chars().count());
    if said < 2 || known < 2 {
        return 0;
    }
    let part = |small: usize, large: usize| u8::try_from(30 * small / large.max(1)).unwrap_or(0);
    if bare.contains(spelling) {
        return 50 + part(known, said);
    }
    if spelling.contains(bare) {
        return 45 + part(said, known);
    }
    0
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0usize;
    text.chars()
        .filter(|c| {
            match c {
                '(' | '（' | '[' | '【' => depth += 1,
                ')' | '）' | ']' | '】' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

/// Whether this row and the next are one header: the upper has groups over several columns and the lower tells them
/// apart, as merged cells leave it.
fn is_two_rows(sheet: &Sheet, row: usize) -> bool {
    let (Some(upper), Some(lower)) = (sheet.rows.get(row), sheet.rows.get(row + 1)) else { return false };
    let distinct: std::collections::HashSet<_> =
        upper.iter().filter(|cell| !cell.is_blank()).map(Cell::shown).collect();
    if distinct.len() < 2 {
        return false;
    }
    let grouped = upper.windows(2).zip(lower.windows(2)).any(|(above, below)| match (above, below) {
        ([a, b], [c, d]) => {
            !a.is_blank() && (a == b || b.is_blank()) && c != d && !c.is_blank() && !d.is_blank()
        }
        _ => false,
    });
    let words = lower.iter().filter(|cell| matches!(cell, Cell::Text(_))).count();
    let filled = lower.iter().filter(|cell| !cell.is_blank()).count();
    let tall = upper.iter().zip(lower).any(|(above, below)| !above.is_blank() && above == below);
    let open_below =
        upper.iter().zip(lower.iter()).any(|(above, below)| !above.is_blank() && below.is_blank());
    grouped && words == filled && (tall || open_below || upper.len() == lower.len())
}

/// Header text by column; of two rows the upper and lower joined with `/`, or the one that is there.
fn labels(sheet: &Sheet, row: usize, height: usize) -> Vec<String> {
    let width = (row..row + height).filter_map(|r| sheet.rows.get(r)).map(Vec::len).max().unwrap_or(0);
    let mut group = String::new();
    (0..width)
        .map(|column| {
            let upper = sheet.cell(row, column).shown().replace('/', "");
            if height == 1 {
                return upper;
            }
            let lower = sheet.cell(row + 1, column).shown().replace('/', "");
            // Without merging, a group is written once and left open to the right.
            if !upper.is_empty() {
                group.clone_from(&upper);
            }
            match (upper.is_empty(), lower.is_empty()) {
                (_, true) => upper,
                (true, false) if group.is_empty() => lower,
                (true, false) => format!("{group}/{lower}"),
                (false, false) if upper == lower => upper,
                (false, false) => format!("{upper}/{lower}"),
            }
        })
        .collect()
}

fn fingerprint<'a>(kind: &'a str, headers: impl Iterator<Item = &'a str>) -> String {
    // FNV-1a, 64 bit: only a key to look up by; `apply` compares the headers themselves.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in std::iter::once(kind).chain(headers).flat_map(|text| text.bytes().chain([0x1F])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}
