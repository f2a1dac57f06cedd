//! Other people's JSON as one more kind of table: an array of records, each a row, its keys the columns. What does not belong
//! here: what a record means, drawings (`geojson`).

use serde_json::Value as Json;

use crate::{
    geojson::cell,
    problem::ImportError,
    sheet::{Gathered, Limits, Workbook},
};

/// Name given to the one sheet of such a file.
pub const SHEET_NAME: &str = "JSON";

/// The records of a document: the document itself, or the one array of objects it holds. None when it holds none or several.
pub fn records(json: &Json) -> Option<&[Json]> {
    let all = |value: &Json| {
        value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Json::is_object))
    };
    if all(json) {
        return json.as_array().map(Vec::as_slice);
    }
    let mut arrays = json.as_object()?.values().filter(|value| all(value));
    let first = arrays.next()?;
    if arrays.next().is_some() {
        return None;
    }
    first.as_array().map(Vec::as_slice)
}

/// Lays records out as a sheet: the first row holds the keys in the order they are met.
///
/// Errors: more than the limits allow.
pub fn sheet(records: &[Json], limits: &Limits) -> Result<Workbook, ImportError> {
    let mut columns: Vec<&str> = Vec::new();
    let mut gathered = Gathered::new(limits);
    gathered.begin(SHEET_NAME);
    for (record, row) in records.iter().zip(1u32..) {
        for (key, value) in record.as_object().into_iter().flatten() {
            let at = columns.iter().position(|known| known == key).unwrap_or_else(|| {
                columns.push(key);
                columns.len() - 1
            });
            gathered.put(row, u32::try_from(at).unwrap_or(u32::MAX), cell(value))?;
        }
    }
    for (name, column) in columns.iter().zip(0u32..) {
        gathered.put(0, column, (*name).into())?;
    }
    gathered.finish(&[])?;
    Ok(gathered.workbook)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::read;

    #[test]
    fn an_array_of_records_is_a_table_wherever_it_stands() {
        for text in [
            r#"[{"工单编号":"A-1","诉求内容":"甲"},{"诉求内容":"乙","工单编号":"A-2","备注":true}]"#,
            r#"{"total":2,"rows":[{"工单编号":"A-1","诉求内容":"甲"},{"诉求内容":"乙","工单编号":"A-2","备注":true}]}"#,
        ] {
            let book = read(text.as_bytes(), &Limits::default()).expect("reads");
            let sheet = book.sheet(SHEET_NAME).expect("one sheet");
            let shown = |row, column| sheet.cell(row, column).shown().into_owned();
            let number = if shown(0, 0) == "工单编号" { 0 } else { 1 };
            assert_eq!((shown(1, number), shown(2, number)), ("A-1".to_owned(), "A-2".to_owned()));
            assert_eq!((shown(0, 2), shown(1, 2), shown(2, 2)), ("备注".into(), String::new(), "是".into()));
        }
    }

    #[test]
    fn other_json_is_refused_and_a_text_that_begins_with_a_bracket_is_text() {
        let other = read(br#"{"a":[{"b":1}],"c":[{"d":1}]}"#, &Limits::default());
        assert!(matches!(other, Err(ImportError::WrongType { .. })), "{other:?}");
        let text = read("[工单]编号,内容\nA-1,甲\n".as_bytes(), &Limits::default()).expect("reads");
        assert_eq!(text.sheets[0].name, crate::csv_text::SHEET_NAME);
    }
}
