//! Layers taken out as files: what the caller may see of them on a day, as GeoJSON, KML, separated text or all of them in
//! one GeoPackage. What does not belong here: ledgers that read in again with every column (`export`, `facility::ledger`).

use std::collections::HashMap;

use domain::time::Date;
use exchange::features::{self, FeatureRow, FeatureTable, Said};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::{Feature, FeatureQuery, Layer, edit, layer_of};
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
        let row = |feature: &Feature| {
            let view = feature.view(layer);
            let mut properties = view.properties;
            if layer == Layer::Facilities {
                ledger::as_columns(&mut properties, &codes);
            }
            properties.insert("id".to_owned(), view.id.into());
            FeatureRow { geometry: Some(view.geometry), properties }
        };
        // A file of one day has the columns of every other: those of all that was ever there, and of the form it is typed in.
        let mut table = FeatureTable {
            name: layer.id().to_owned(),
            title: layer.label().to_owned(),
            columns: form_columns(layer),
            rows: set.features.iter().map(row).collect(),
        };
        table.columns = table.keys().into_iter().map(|(key, said)| (key.to_owned(), said)).collect();
        let mut shown = set.features.iter().map(|feature| query.finds(layer, feature));
        table.rows.retain(|_| shown.next().unwrap_or(false));
        Ok(table)
    }
}

/// What every feature of a layer says, and every field of the form it is typed in.
fn form_columns(layer: Layer) -> Vec<(String, Said)> {
    let always = ["id", "name", "class", "class_label", "page", "from", "until"];
    let mut form = edit::whole_form(layer);
    if layer == Layer::Facilities {
        ledger::as_columns(&mut form, &HashMap::new());
    }
    let said = |value: &Value| match value {
        Value::Bool(_) => Said::Flag,
        Value::Number(_) => Said::Number,
        _ => Said::Words,
    };
    let form = form.iter().map(|(key, value)| (key.clone(), said(value)));
    always.map(|key| (key.to_owned(), Said::Words)).into_iter().chain(form).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_has_the_columns_of_its_form_though_nobody_filled_them() {
        let said = |layer, key: &str| {
            let all = form_columns(layer);
            all.iter().find(|(known, _)| known == key).map(|(_, said)| *said)
        };
        assert_eq!(said(Layer::Roads, "turning_radius_m"), Some(Said::Number));
        assert_eq!(said(Layer::Roads, "dead_end"), Some(Said::Flag));
        assert_eq!(said(Layer::Roads, "surveyed_on"), Some(Said::Words));
        assert_eq!(said(Layer::Facilities, "flow_l_s"), Some(Said::Number));
        assert_eq!(said(Layer::Facilities, "fed_by"), Some(Said::Words));
        assert_eq!(said(Layer::Facilities, "water"), None, "as the ledger has it");
        assert_eq!(said(Layer::Places, "until"), Some(Said::Words));
    }
}
