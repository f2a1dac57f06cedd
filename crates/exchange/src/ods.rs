//! OpenDocument tables (`.ods`), as LibreOffice and WPS save them: calamine reads the cells, the merged areas are read
//! here, because it does not tell them. What does not belong here: looking into the container for bombs (`sheet`).

use std::io::{BufReader, Cursor};

use calamine::{Dimensions, Ods, OdsError, Reader};
use quick_xml::events::{BytesStart, Event};

use crate::{
    problem::ImportError,
    sheet::{Gathered, Limits, Workbook, from_data},
};

/// What the first entry of the container says an OpenDocument table is.
pub(crate) const MIMETYPE: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

/// Reads a container that was looked into before.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, ImportError> {
    let mut source = Ods::new(Cursor::new(bytes)).map_err(|error| match error {
        OdsError::Password => ImportError::Encrypted,
        OdsError::CellLimitExceeded { .. } => ImportError::FileTooComplex,
        _ => ImportError::Unreadable,
    })?;
    let names = source.sheet_names();
    if names.len() > limits.sheets {
        return Err(ImportError::FileTooComplex);
    }
    let merged = merged_areas(bytes)?;
    let mut gathered = Gathered::new(limits);
    for (at, name) in names.into_iter().enumerate() {
        let range = source.worksheet_range(&name).map_err(|_| ImportError::Unreadable)?;
        let (first_row, first_column) = range.start().unwrap_or_default();
        gathered.begin(&name);
        for (row, column, data) in range.used_cells() {
            let row = first_row.saturating_add(u32::try_from(row).unwrap_or(u32::MAX));
            let column = first_column.saturating_add(u32::try_from(column).unwrap_or(u32::MAX));
            gathered.put(row, column, from_data(data.clone()))?;
        }
        gathered.finish(merged.get(at).map(Vec::as_slice).unwrap_or_default())?;
    }
    Ok(gathered.workbook)
}

/// The merged areas of every named table, in the order of the tabs.
fn merged_areas(bytes: &[u8]) -> Result<Vec<Vec<Dimensions>>, ImportError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| ImportError::Unreadable)?;
    let content = archive.by_name("content.xml").map_err(|_| ImportError::Unreadable)?;
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(content));
    xml.config_mut().check_end_names = false;
    let mut tables: Vec<Vec<Dimensions>> = Vec::new();
    let (mut row, mut next_row, mut column) = (0u32, 0u32, 0u32);
    let mut buffer = Vec::new();
    loop {
        let event = xml.read_event_into(&mut buffer).map_err(|_| ImportError::Unreadable)?;
        let (Event::Start(element) | Event::Empty(element)) = &event else {
            if matches!(event, Event::Eof) {
                return Ok(tables);
            }
            buffer.clear();
            continue;
        };
        match element.name().into_inner() {
            "table:table" => {
                tables.push(Vec::new());
                next_row = 0;
            }
            "table:table-row" => {
                (row, column) = (next_row, 0);
                next_row = next_row.saturating_add(count(element, "table:number-rows-repeated"));
            }
            "table:table-cell" | "table:covered-table-cell" => {
                let wide = count(element, "table:number-columns-spanned");
                let high = count(element, "table:number-rows-spanned");
                if wide.max(high) > 1
                    && let Some(table) = tables.last_mut()
                {
                    let end = (row.saturating_add(high - 1), column.saturating_add(wide - 1));
                    table.push(Dimensions::new((row, column), end));
                }
                column = column.saturating_add(count(element, "table:number-columns-repeated"));
            }
            _ => {}
        }
        buffer.clear();
    }
}

/// A number of rows or columns in an attribute; 1 where it is not said.
fn count(element: &BytesStart<'_>, attribute: &str) -> u32 {
    let found = element.try_get_attribute(attribute).ok().flatten();
    found.and_then(|found| found.value.parse().ok()).unwrap_or(1).max(1)
}
