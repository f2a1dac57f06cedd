//! The file format of SQLite 3, as far as a file of features needs it: tables read row by row, tables written in one go.
//! Nothing is queried here and no engine runs: a foreign file is bytes, and reading it must not be able to do more than
//! reading bytes. What does not belong here: what the tables mean (`geopackage`), our own database (`store`).
//!
//! Source: <https://www.sqlite.org/fileformat2.html>.

use std::collections::BTreeSet;

/// First bytes of every such file.
pub const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Size of the pages we write: large enough that the list of tables fits into the first one.
const PAGE: usize = 16_384;
/// Levels of a tree at most; real ones have five.
const DEEPEST: u32 = 20;

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// Words.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// The file is cut off, contradicts itself, or uses what we do not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged;

/// A table or something else that the file lists about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `table`, `index`, `view` or `trigger`.
    pub kind: String,
    /// What it is called.
    pub name: String,
    /// Its first page.
    root: u32,
    /// How it was declared.
    declared: String,
}

/// A column as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What it is called.
    pub name: String,
    /// Declared type in capitals, as `INTEGER` or `TEXT(20)`.
    pub form: String,
    /// It is the number of the row.
    is_row_number: bool,
}

/// A file that is read.
pub struct File<'a> {
    bytes: &'a [u8],
    page: usize,
    usable: usize,
}

fn number(bytes: &[u8], at: usize, width: usize) -> Result<usize, Damaged> {
    let part = bytes.get(at..at.saturating_add(width)).ok_or(Damaged)?;
    Ok(part.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
}

/// A number of one to nine bytes, and how many they were.
fn varint(bytes: &[u8], at: usize) -> Result<(u64, usize), Damaged> {
    let mut sum = 0_u64;
    for taken in 1..=8 {
        let byte = *bytes.get(at + taken - 1).ok_or(Damaged)?;
        sum = sum << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Ok((sum, taken));
        }
    }
    let last = *bytes.get(at + 8).ok_or(Damaged)?;
    Ok((sum << 8 | u64::from(last), 9))
}

/// The values of a record.
fn record(bytes: &[u8]) -> Result<Vec<Value>, Damaged> {
    let (length, taken) = varint(bytes, 0)?;
    let head_end = usize::try_from(length).map_err(|_| Damaged)?;
    let (mut head, mut body) = (taken, head_end);
    let mut values = Vec::new();
    while head < head_end {
        let (kind, taken) = varint(bytes, head)?;
        head += taken;
        let width = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).map_err(|_| Damaged)?,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return Err(Damaged),
            long => usize::try_from((long - 12) / 2).map_err(|_| Damaged)?,
        };
        let part = bytes.get(body..body.checked_add(width).ok_or(Damaged)?).ok_or(Damaged)?;
        body += width;
        values.push(match kind {
            0 => Value::Null,
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            7 => Value::Real(f64::from_bits(part.iter().fold(0, |sum, b| sum << 8 | u64::from(*b)))),
            1..=6 => {
                let is_negative = part.first().is_some_and(|first| *first >= 0x80);
                let begin = if is_negative { -1_i64 } else { 0 };
                Value::Integer(part.iter().fold(begin, |sum, b| sum << 8 | i64::from(*b)))
            }
            long if long % 2 == 0 => Value::Blob(part.to_vec()),
            _ => Value::Text(String::from_utf8_lossy(part).into_owned()),
        });
    }
    Ok(values)
}

impl<'a> File<'a> {
    /// Looks at the head of a file.
    ///
    /// Errors: it is none, or its text is not UTF-8.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Damaged> {
        if !bytes.starts_with(MAGIC) || number(bytes, 56, 4)? != 1 {
            return Err(Damaged);
        }
        let page = match number(bytes, 16, 2)? {
            1 => 65_536,
            size if size >= 512 && size.is_power_of_two() => size,
            _ => return Err(Damaged),
        };
        let usable =
            page.checked_sub(number(bytes, 20, 1)?).filter(|usable| *usable >= 480).ok_or(Damaged)?;
        Ok(Self { bytes, page, usable })
    }

    /// Everything the file lists about itself.
    pub fn entries(&self) -> Result<Vec<Entry>, Damaged> {
        let mut found = Vec::new();
        self.walk(1, &mut |_, values| {
            if let [Value::Text(kind), Value::Text(name), _, root, declared, ..] = values.as_slice() {
                let root = match root {
                    Value::Integer(root) => u32::try_from(*root).unwrap_or(0),
                    _ => 0,
                };
                let declared = match declared {
                    Value::Text(text) => text.clone(),
                    _ => String::new(),
                };
                found.push(Entry { kind: kind.clone(), name: name.clone(), root, declared });
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Every row of a table with as many values as it has columns, in the order of their numbers.
    ///
    /// Errors: the file is damaged; `each` refuses.
    pub fn rows<E: From<Damaged>>(
        &self,
        table: &Entry,
        columns: &[Column],
        mut each: impl FnMut(Vec<Value>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut refused = None;
        let done = self.walk(table.root, &mut |row, mut values| {
            // Columns added later are not in older rows.
            values.resize(columns.len(), Value::Null);
            for (value, column) in values.iter_mut().zip(columns) {
                if column.is_row_number && *value == Value::Null {
                    *value = Value::Integer(row);
                }
            }
            each(values).map_err(|error| {
                refused = Some(error);
                Damaged
            })
        });
        match (refused, done) {
            (Some(error), _) => Err(error),
            (None, done) => Ok(done?),
        }
    }

    fn walk(
        &self,
        root: u32,
        each: &mut dyn FnMut(i64, Vec<Value>) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        // A page is in one tree once; one that comes again would lead in a circle.
        let mut seen = BTreeSet::new();
        self.descend(root, 0, &mut seen, each)
    }

    fn page(&self, number: u32) -> Result<&'a [u8], Damaged> {
        let at = usize::try_from(number.checked_sub(1).ok_or(Damaged)?).map_err(|_| Damaged)? * self.page;
        self.bytes.get(at..at + self.page).ok_or(Damaged)
    }

    fn descend(
        &self,
        number_of: u32,
        depth: u32,
        seen: &mut BTreeSet<u32>,
        each: &mut dyn FnMut(i64, Vec<Value>) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        if depth > DEEPEST || !seen.insert(number_of) {
            return Err(Damaged);
        }
        let page = self.page(number_of)?;
        let head = if number_of == 1 { 100 } else { 0 };
        let (kind, n) = (number(page, head, 1)?, number(page, head + 3, 2)?);
        let cells = if kind == 5 { head + 12 } else { head + 8 };
        for cell in 0..n {
            let at = number(page, cells + 2 * cell, 2)?;
            match kind {
                5 => {
                    let child = u32::try_from(number(page, at, 4)?).map_err(|_| Damaged)?;
                    self.descend(child, depth + 1, seen, each)?;
                }
                13 => {
                    let (length, first) = varint(page, at)?;
                    let (row, second) = varint(page, at + first)?;
                    let length = usize::try_from(length).map_err(|_| Damaged)?;
                    let payload = self.payload(page, at + first + second, length)?;
                    each(row.cast_signed(), record(&payload)?)?;
                }
                _ => return Err(Damaged),
            }
        }
        if kind == 5 {
            let last = u32::try_from(number(page, head + 8, 4)?).map_err(|_| Damaged)?;
            self.descend(last, depth + 1, seen, each)?;
        }
        Ok(())
    }

    /// The bytes of a cell, gathered from the pages they run over to.
    fn payload(&self, page: &[u8], at: usize, length: usize) -> Result<Vec<u8>, Damaged> {
        if length > self.bytes.len() {
            return Err(Damaged);
        }
        let here = kept_here(length, self.usable);
        let mut gathered = page.get(at..at + here).ok_or(Damaged)?.to_vec();
        if here == length {
            return Ok(gathered);
        }
        let mut next = number(page, at + here, 4)?;
        while gathered.len() < length {
            let over = self.page(u32::try_from(next).map_err(|_| Damaged)?)?;
            let part = (length - gathered.len()).min(self.usable - 4);
            gathered.extend_from_slice(over.get(4..4 + part).ok_or(Damaged)?);
            next = number(over, 0, 4)?;
        }
        Ok(gathered)
    }
}

/// How many bytes of a row stay in its leaf.
fn kept_here(length: usize, usable: usize) -> usize {
    let most = usable - 35;
    if length <= most {
        return length;
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let tail = least + (length - least) % (usable - 4);
    if tail <= most { tail } else { least }
}

impl Column {
    /// Whether it only numbers the rows.
    pub fn is_row_number(&self) -> bool {
        self.is_row_number
    }
}

impl Entry {
    /// The columns it was declared with.
    pub fn columns(&self) -> Vec<Column> {
        let Some((_, rest)) = self.declared.split_once('(') else { return Vec::new() };
        let rest = rest.rsplit_once(')').map_or(rest, |(inside, _)| inside);
        let mut parts = vec![String::new()];
        let (mut depth, mut quote) = (0_u32, None);
        for c in rest.chars() {
            match (c, quote) {
                (_, Some(end)) if c == end => quote = None,
                (_, Some(_)) => {}
                ('"' | '\'' | '`', None) => quote = Some(c),
                ('[', None) => quote = Some(']'),
                ('(', None) => depth += 1,
                (')', None) => depth = depth.saturating_sub(1),
                (',', None) if depth == 0 => {
                    parts.push(String::new());
                    continue;
                }
                _ => {}
            }
            if let Some(part) = parts.last_mut() {
                part.push(c);
            }
        }
        parts.iter().filter_map(|part| column(part.trim())).collect()
    }
}

/// A column as it was declared; none when the part says something about several.
fn column(part: &str) -> Option<Column> {
    let (name, rest) = match part.chars().next()? {
        open @ ('"' | '`' | '\'' | '[') => {
            let close = if open == '[' { ']' } else { open };
            part.get(1..)?.split_once(close)?
        }
        _ => part.split_once(char::is_whitespace).unwrap_or((part, "")),
    };
    let rest = rest.trim().to_uppercase();
    let is_bare = part.starts_with(|c: char| c.is_alphabetic());
    let first = name.to_uppercase();
    if is_bare && ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].contains(&first.as_str()) {
        return None;
    }
    let form = rest.split_whitespace().next().unwrap_or_default().to_owned();
    let is_row_number = form == "INTEGER" && rest.contains("PRIMARY KEY");
    Some(Column { name: name.to_owned(), form, is_row_number })
}

/// A table to be written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// What it is called.
    pub name: String,
    /// Columns with everything declared of them, as `id INTEGER PRIMARY KEY`.
    pub columns: Vec<String>,
    /// Columns that are unique together, by their numbers: one index each, in the order they were declared.
    pub unique: Vec<Vec<usize>>,
    /// What is declared of several columns.
    pub constraints: Vec<String>,
    /// Rows by their numbers, ascending. A column that is the number of the row is [`Value::Null`].
    pub rows: Vec<(i64, Vec<Value>)>,
}

fn put_varint(out: &mut Vec<u8>, value: u64) {
    if value >> 56 != 0 {
        for at in 0..8 {
            out.push((value >> (57 - 7 * at)) as u8 | 0x80);
        }
        out.push(value as u8);
        return;
    }
    let groups = (1..8).rev().find(|group| value >> (7 * group) != 0).unwrap_or(0);
    for group in (0..=groups).rev() {
        let more = if group == 0 { 0 } else { 0x80 };
        out.push((value >> (7 * group)) as u8 & 0x7f | more);
    }
}

fn written(values: &[Value]) -> Vec<u8> {
    let (mut kinds, mut body) = (Vec::new(), Vec::new());
    for value in values {
        match value {
            Value::Null => put_varint(&mut kinds, 0),
            Value::Integer(whole) => {
                put_varint(&mut kinds, 6);
                body.extend_from_slice(&whole.to_be_bytes());
            }
            Value::Real(number) => {
                put_varint(&mut kinds, 7);
                body.extend_from_slice(&number.to_bits().to_be_bytes());
            }
            Value::Text(text) => {
                put_varint(&mut kinds, 13 + 2 * text.len() as u64);
                body.extend_from_slice(text.as_bytes());
            }
            Value::Blob(bytes) => {
                put_varint(&mut kinds, 12 + 2 * bytes.len() as u64);
                body.extend_from_slice(bytes);
            }
        }
    }
    // The length of the head counts its own bytes: one up to 127, two beyond.
    let mut record = Vec::new();
    let own = if kinds.len() < 127 { 1 } else { 2 };
    put_varint(&mut record, (kinds.len() + own) as u64);
    record.extend_from_slice(&kinds);
    record.extend_from_slice(&body);
    record
}

/// Pages of a file that grows.
struct Pages(Vec<Vec<u8>>);

impl Pages {
    /// The number of the next page.
    fn next(&self) -> u32 {
        u32::try_from(self.0.len() + 1).unwrap_or(u32::MAX)
    }

    fn push(&mut self, page: Vec<u8>) -> u32 {
        let number = self.next();
        self.0.push(page);
        number
    }

    /// A cell's bytes as they stand in its leaf; what is too long runs over to pages of its own.
    fn cell(&mut self, head: Vec<u8>, payload: &[u8]) -> Vec<u8> {
        let here = kept_here(payload.len(), PAGE);
        let (own, mut rest) = payload.split_at(here);
        let mut cell = head;
        cell.extend_from_slice(own);
        if !rest.is_empty() {
            cell.extend_from_slice(&self.next().to_be_bytes());
            while !rest.is_empty() {
                let (part, later) = rest.split_at(rest.len().min(PAGE - 4));
                let follows = if later.is_empty() { 0 } else { self.next() + 1 };
                let mut over = follows.to_be_bytes().to_vec();
                over.extend_from_slice(part);
                over.resize(PAGE, 0);
                self.push(over);
                rest = later;
            }
        }
        cell
    }

    /// A table's tree; the page of its root.
    fn tree(&mut self, rows: &[(i64, Vec<Value>)]) -> u32 {
        let mut leaves: Vec<(u32, i64)> = Vec::new();
        let mut open: (Vec<Vec<u8>>, usize, i64) = (Vec::new(), 8, 0);
        for (row, values) in rows {
            let payload = written(values);
            let mut head = Vec::new();
            put_varint(&mut head, payload.len() as u64);
            put_varint(&mut head, row.cast_unsigned());
            let cell = self.cell(head, &payload);
            if open.1 + cell.len() + 2 > PAGE {
                let full = std::mem::replace(&mut open, (Vec::new(), 8, 0));
                leaves.push((self.push(page(13, &full.0, None, 0)), full.2));
            }
            open.1 += cell.len() + 2;
            open.0.push(cell);
            open.2 = *row;
        }
        leaves.push((self.push(page(13, &open.0, None, 0)), open.2));
        while leaves.len() > 1 {
            // A child takes at most 4 + 9 + 2 bytes; the last one stands in the head.
            let groups: Vec<Vec<(u32, i64)>> = leaves.chunks((PAGE - 12) / 15).map(<[_]>::to_vec).collect();
            leaves = groups
                .into_iter()
                .filter_map(|mut group| {
                    let (last, greatest) = group.pop()?;
                    let cells: Vec<Vec<u8>> = group
                        .iter()
                        .map(|(child, row)| {
                            let mut cell = child.to_be_bytes().to_vec();
                            put_varint(&mut cell, row.cast_unsigned());
                            cell
                        })
                        .collect();
                    Some((self.push(page(5, &cells, Some(last), 0)), greatest))
                })
                .collect();
        }
        leaves.first().map_or(0, |(root, _)| *root)
    }
}

/// A page of a tree, its cells from the end forward.
fn page(kind: u8, cells: &[Vec<u8>], last: Option<u32>, head: usize) -> Vec<u8> {
    let mut page = vec![0; PAGE];
    let mut at = PAGE;
    let mut pointers = Vec::new();
    for cell in cells {
        at -= cell.len();
        if let Some(place) = page.get_mut(at..at + cell.len()) {
            place.copy_from_slice(cell);
        }
        pointers.extend_from_slice(&u16::try_from(at).unwrap_or(0).to_be_bytes());
    }
    let mut top = vec![kind, 0, 0];
    top.extend_from_slice(&u16::try_from(cells.len()).unwrap_or(u16::MAX).to_be_bytes());
    top.extend_from_slice(&u16::try_from(at).unwrap_or(0).to_be_bytes());
    top.push(0);
    top.extend(last.map(u32::to_be_bytes).into_iter().flatten());
    top.extend_from_slice(&pointers);
    if let Some(place) = page.get_mut(head..head + top.len()) {
        place.copy_from_slice(&top);
    }
    page
}

/// Writes a whole file with these tables, and the two numbers by which a program knows what it is for.
pub fn write(tables: &[Table], application: u32, version: u32) -> Vec<u8> {
    // How a file declares its own tables; nothing runs it here.
    const DECLARED: &str = "CREATE TABLE";
    let mut pages = Pages(vec![Vec::new()]);
    let mut list: Vec<[Value; 5]> = Vec::new();
    let words = |text: &str| Value::Text(text.to_owned());
    for table in tables {
        let root = pages.tree(&table.rows);
        let inside: Vec<&str> = table.columns.iter().chain(&table.constraints).map(String::as_str).collect();
        let declared = format!("{DECLARED} \"{}\" ({})", table.name, inside.join(", "));
        let name = words(&table.name);
        list.push([
            words("table"),
            name.clone(),
            name.clone(),
            Value::Integer(root.into()),
            words(&declared),
        ]);
        for (columns, n) in table.unique.iter().zip(1..) {
            let mut keys: Vec<Vec<Value>> = table
                .rows
                .iter()
                .map(|(row, values)| {
                    let own = columns.iter().filter_map(|column| values.get(*column).cloned());
                    own.chain([Value::Integer(*row)]).collect()
                })
                .collect();
            // Only texts are unique here; they are kept in the order of their bytes.
            keys.sort_by_key(|key| key.iter().map(|v| format!("{v:?}")).collect::<Vec<_>>());
            let cells: Vec<Vec<u8>> = keys
                .iter()
                .map(|key| {
                    let payload = written(key);
                    let mut cell = Vec::new();
                    put_varint(&mut cell, payload.len() as u64);
                    cell.extend_from_slice(&payload);
                    cell
                })
                .collect();
            let root = pages.push(page(10, &cells, None, 0));
            let index = format!("sqlite_autoindex_{}_{n}", table.name);
            list.push([
                words("index"),
                words(&index),
                name.clone(),
                Value::Integer(root.into()),
                Value::Null,
            ]);
        }
    }
    let cells: Vec<Vec<u8>> = list
        .iter()
        .zip(1_u64..)
        .map(|(entry, row)| {
            let payload = written(entry);
            let mut cell = Vec::new();
            put_varint(&mut cell, payload.len() as u64);
            put_varint(&mut cell, row);
            cell.extend_from_slice(&payload);
            cell
        })
        .collect();
    let mut first = page(13, &cells, None, 100);
    let n = u32::try_from(pages.0.len()).unwrap_or(u32::MAX);
    let mut head = MAGIC.to_vec();
    head.extend_from_slice(&u16::try_from(PAGE).unwrap_or(1).to_be_bytes());
    // Written the old way, no reserved bytes, the three fractions every file has.
    head.extend_from_slice(&[1, 1, 0, 64, 32, 32]);
    // Changes; pages; no free pages; schema 1 in format 4; cache, vacuum: none; UTF-8; version; vacuum: none.
    for value in [1, n, 0, 0, 1, 4, 0, 0, 1, version, 0, application] {
        head.extend_from_slice(&value.to_be_bytes());
    }
    head.resize(92, 0);
    // The head is valid for change 1, as written by this version of the format.
    head.extend_from_slice(&1_u32.to_be_bytes());
    head.extend_from_slice(&3_040_001_u32.to_be_bytes());
    if let Some(place) = first.get_mut(..100) {
        place.copy_from_slice(&head);
    }
    if let Some(place) = pages.0.first_mut() {
        *place = first;
    }
    pages.0.concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(rows: Vec<Vec<Value>>) -> Table {
        Table {
            name: "道路".to_owned(),
            columns: vec![
                "fid INTEGER PRIMARY KEY".to_owned(),
                "\"名称\" TEXT".to_owned(),
                "b BLOB".to_owned(),
            ],
            rows: (1..).zip(rows).collect(),
            ..Table::default()
        }
    }

    fn read_back(bytes: &[u8]) -> Result<Vec<Vec<Value>>, Damaged> {
        let file = File::open(bytes)?;
        let entries = file.entries()?;
        let entry = entries.first().ok_or(Damaged)?;
        let mut rows = Vec::new();
        file.rows(entry, &entry.columns(), |row| {
            rows.push(row);
            Ok::<_, Damaged>(())
        })?;
        Ok(rows)
    }

    #[test]
    fn columns_are_read_as_people_and_programs_declare_them() {
        let entry = Entry {
            kind: "table".to_owned(),
            name: "a".to_owned(),
            root: 2,
            declared: [
                "CREATE TABLE",
                "a (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, \"geom, x\" POINT, [k] TEXT(20) DEFAULT ',',",
                "`n` double, CONSTRAINT c CHECK (n > 0), UNIQUE (k, n))",
            ]
            .join(" "),
        };
        let names: Vec<String> = entry.columns().iter().map(|c| format!("{}:{}", c.name, c.form)).collect();
        assert_eq!(names, ["fid:INTEGER", "geom, x:POINT", "k:TEXT(20)", "n:DOUBLE"]);
        assert!(entry.columns()[0].is_row_number);
    }

    #[test]
    fn many_and_long_rows_come_back_and_a_cut_file_is_refused() {
        let rows: Vec<Vec<Value>> = (0..3_000_usize)
            .map(|n| {
                let blob = vec![(n % 251) as u8; if n % 500 == 7 { 40_000 + n } else { n % 90 }];
                vec![Value::Null, Value::Text(format!("第 {n} 段")), Value::Blob(blob)]
            })
            .collect();
        let bytes = write(&[table(rows.clone())], 1, 2);
        let back = read_back(&bytes).expect("rows");
        assert_eq!(back.len(), rows.len());
        for (n, (was, is)) in rows.iter().zip(&back).enumerate() {
            assert_eq!((&is[0], &is[1..]), (&Value::Integer(n as i64 + 1), &was[1..]));
        }
        assert_eq!(read_back(&bytes[..bytes.len() - PAGE]), Err(Damaged));
        assert_eq!(read_back(&bytes[..90]), Err(Damaged));
        let mut circle = bytes.clone();
        // The root's first child is the root itself.
        let root = (bytes.len() / PAGE) as u32;
        let at = (root as usize - 1) * PAGE;
        let cell = number(&bytes, at + 12, 2).expect("a cell");
        circle[at + cell..at + cell + 4].copy_from_slice(&root.to_be_bytes());
        assert_eq!(read_back(&circle), Err(Damaged));
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read(numbers in proptest::collection::vec(any::<i64>(), 0..40), real in any::<f64>(), text in ".{0,300}") {
            let rows: Vec<Vec<Value>> = numbers.iter().map(|n| vec![Value::Integer(*n), Value::Text(text.clone()), Value::Real(if real.is_nan() { 0.0 } else { real })]).collect();
            let back = read_back(&write(&[table(rows.clone())], 0, 0)).expect("rows");
            prop_assert_eq!(back, rows);
        }

        #[test]
        fn no_damage_makes_it_fall_over(at in 0_usize..40_000, byte in any::<u8>()) {
            let mut bytes = write(&[table(vec![vec![Value::Null, Value::Text("a".repeat(20_000)), Value::Null]; 3])], 0, 0);
            if let Some(place) = bytes.get_mut(at) { *place = byte; }
            let _ = read_back(&bytes);
        }
    }
}
