//! Layers taken out as files: what the caller may see of them on a day, as GeoJSON, KML, separated text or all of them in
//! one GeoPackage. What does not belong here: ledgers that read in again with every column (`export`, `facility::ledger`).

use std::collections::HashMap;

use domain::time::Date;
use exchange::features::{self, FeatureRow, FeatureTable};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Feature, FeatureQuery, Layer, layer_of};
use crate::export::Format;
use crate::facility::ledger;
use crate::import::written;
use crate::view::read_day;
use crate::{App, Caller, Error, Result};

/// Which layers are taken out.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct LayersAsked {
    /// Ids, commas between them.
    pub layers: String,
    /// As of this day, today unless told.
    pub on: Option<String>,
}

impl App {
    /// Layers as a file; that they were taken out is recorded. Nothing personal is on a layer.
    ///
    /// Errors: no layer, or several in a form that holds one; a layer the caller may see nothing of.
    pub async fn export_layers(
        &self,
        caller: &Caller,
        asked: &LayersAsked,
        format: Format,
    ) -> Result<(String, Vec<u8>)> {
        let now = self.now();
        let on = match asked.on.as_deref().map(str::trim).filter(|on| !on.is_empty()) {
            None => now.date(),
            Some(day) => read_day("on", day)?,
        };
        let ids = asked.layers.split(',').map(str::trim).filter(|id| !id.is_empty());
        let layers = ids.map(layer_of).collect::<Result<Vec<Layer>>>()?;
        match (layers.as_slice(), format) {
            ([], _) => return Err(Error::field("layers", "layer.none", "请选择要导出的图层")),
            (_, Format::GeoPackage) | ([_], _) => {}
            _ => {
                return Err(Error::field(
                    "layers",
                    "layer.one",
                    "这种格式一次只能导出一个图层，多个图层请选 gpkg",
                ));
            }
        }
        let mut tables = Vec::new();
        for layer in &layers {
            tables.push(self.layer_table(caller, *layer, on).await?);
        }
        let names: Vec<&str> = layers.iter().map(|layer| layer.label()).collect();
        let name = format!("{}-{on}.{}", names.join("、"), format.ending());
        let rows: usize = tables.iter().map(|table| table.rows.len()).sum();
        let bytes = self.aside(move || {
            let mut out = Vec::new();
            let one = || tables.first().ok_or(Error::NotFound);
            match format {
                Format::GeoPackage => return Ok(exchange::geopackage::write(&tables, now)),
                Format::GeoJson => features::geojson(one()?, &mut out),
                Format::Kml => features::kml(one()?, &mut out),
                Format::Csv => features::csv(one()?, &mut out),
                Format::Xlsx => {
                    return Err(Error::field(
                        "format",
                        "layer.format",
                        "图层请选择 geojson、kml、csv 或 gpkg",
                    ));
                }
            }
            .map_err(written)?;
            Ok(out)
        });
        let bytes = bytes.await?;
        let ids: Vec<&str> = layers.iter().map(|layer| layer.id()).collect();
        let mut audit = caller.audit("layer.export", "layer", &ids.join(","), now);
        audit.detail = serde_json::json!({ "format": format.ending(), "rows": rows }).to_string();
        self.write(caller).await?.commit(audit, ()).await?;
        Ok((name, bytes))
    }

    async fn layer_table(&self, caller: &Caller, layer: Layer, on: Date) -> Result<FeatureTable> {
        let set = self.layer_set(caller, layer, Some(on)).await?;
        let query = FeatureQuery { from: Some(on), to: Some(on), ..FeatureQuery::default() };
        let code = |one: &Feature| one.says(layer, "code").map(|code| (one.id.clone(), code.into_owned()));
        let codes: HashMap<String, String> = set.features.iter().filter_map(code).collect();
        let shown = set.features.iter().filter(|feature| query.finds(layer, feature));
        let rows = shown.map(|feature| {
            let view = feature.view(layer);
            let mut properties = view.properties;
            if layer == Layer::Facilities {
                ledger::as_columns(&mut properties, &codes);
            }
            properties.insert("id".to_owned(), view.id.into());
            FeatureRow { geometry: Some(view.geometry), properties }
        });
        Ok(FeatureTable {
            name: layer.id().to_owned(),
            title: layer.label().to_owned(),
            rows: rows.collect(),
        })
    }
}
