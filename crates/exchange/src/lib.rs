//! The workshop that reads and writes what people send: spreadsheets, plan files, checklists.
//!
//! Reader in, `(rows, problems)` out: a parser never stops at the first mistake. What does *not* belong here:
//! deciding whether a row may be stored (`app`), storing it (`store`).

pub mod authority_catalog;
pub mod calendar_file;
pub mod campaign_catalog;
pub mod checklist_file;
pub mod checklist_sheet;
pub mod crs;
pub mod csv_text;
pub mod devices_sheet;
pub mod drill_catalog;
pub mod facilities_sheet;
pub mod facility_catalog;
pub mod features;
pub mod force_catalog;
pub mod geojson;
pub mod geopackage;
pub mod hazard_dictionary;
pub mod header;
pub mod kml;
pub mod ledger;
pub mod matching;
pub mod notice_file;
mod ods;
pub mod orders_sheet;
pub mod paper_file;
pub mod people_sheet;
pub mod place_catalog;
pub mod places_sheet;
pub mod plan_file;
pub mod pmtiles;
pub mod problem;
pub mod question_sheet;
pub mod records;
pub mod report_catalog;
pub mod road_sheet;
pub mod sample;
pub mod sandbox;
pub mod sheet;
pub mod shipped;
pub mod sqlite_file;
pub mod tile;
pub mod toml_doc;
mod toml_words;
pub mod value;
pub mod vehicle_catalog;
pub mod whistle_catalog;
pub mod write;
