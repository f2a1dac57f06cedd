//! The ground under the layers: maps that were put into the folder `maps` of the data folder, and a service outside where
//! the machine's keeper put its key there. The program brings none and fetches none by itself: without them the ground is
//! the map of roads handed in for the network, and without that the town's own roads, water and villages as the layers show
//! them. What does not belong here: files on disk
//! (`store::base_map`), what stands in them (`exchange::pmtiles`), asking the service (`server`).

use std::future::Future;
use std::pin::Pin;

use exchange::pmtiles::{self, Form, Head, Range};
use serde::Serialize;
use store::base_map::{MapFile, map_files, map_part, mbtiles_tile, mbtiles_told};
use utoipa::ToSchema;

use crate::road::ground::{self, ZOOMS};
use crate::{App, Caller, Error, Result};

/// Endings of what is a map.
const ENDINGS: &[&str] = &["pmtiles", "mbtiles"];
/// No tile is longer; what says so is damaged. Units: bytes.
const LONGEST_TILE: u64 = 16 << 20;

/// Address of the service outside among the maps.
const OUTSIDE: &str = "tianditu";

/// Address of the map of roads handed in for the network among the maps.
const ROADS: &str = "road_map";

/// A tile on its way from a service outside, or in one sentence why not.
pub type Drawn<'a> = Pin<Box<dyn Future<Output = std::result::Result<Vec<u8>, String>> + Send + 'a>>;

/// A service outside that draws the ground. This server asks it, so that its key stays here and browsers talk to nobody
/// else.
pub trait GroundService: Send + Sync {
    /// A picture of a tile.
    fn tile(&self, tile: (u8, u32, u32)) -> Drawn<'_>;
}

/// A map that can lie under the layers.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BaseMapView {
    /// Part of the address of its tiles: the file's name.
    pub id: String,
    /// `vector` or `raster`.
    pub kind: String,
    /// Least zoom it has.
    pub min_zoom: u8,
    /// Greatest zoom it has; beyond it tiles are drawn larger.
    pub max_zoom: u8,
    /// West, south, east, north, degrees; none when the file does not say.
    pub bounds: Option<[f64; 4]>,
    /// Layers of its vector tiles, in the order they are drawn.
    pub layers: Vec<String>,
    /// Whose map it is, as the file says; to be shown beside it.
    pub attribution: String,
    /// Whether it comes from a service outside: then which parts of the town are looked at leaves the house.
    pub outside: bool,
    /// Whether it is the map of roads under the network, drawn from our own tiles: shown where nobody chose another.
    pub own: bool,
    /// Part of the address of its tiles, too: another when its content is. Empty where the file's name says it.
    pub version: String,
}

/// Map files, and those that could not be read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct BaseMaps {
    /// Maps that can be shown.
    pub items: Vec<BaseMapView>,
    /// Names of files that are none, for whoever put them there.
    pub unreadable: Vec<String>,
}

/// A tile as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseTile {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
    /// Whether they are packed by gzip.
    pub gzip: bool,
}

/// A PMTiles file that is none, or an end of the disk.
enum Trouble {
    Damaged,
    Store(store::Error),
}

impl From<pmtiles::Damaged> for Trouble {
    fn from(_: pmtiles::Damaged) -> Self {
        Self::Damaged
    }
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Damaged => Self::Refused {
                code: "base_map.damaged",
                message: "底图文件已损坏或不完整，请重新放入".to_owned(),
            },
            Trouble::Store(error) => error.into(),
        }
    }
}

fn part(file: &MapFile, range: Range) -> std::result::Result<Vec<u8>, Trouble> {
    map_part(file, range.at, range.length.min(LONGEST_TILE)).map_err(Trouble::Store)
}

fn head(file: &MapFile) -> std::result::Result<Head, Trouble> {
    Ok(Head::read(&part(file, Range { at: 0, length: pmtiles::HEAD as u64 })?)?)
}

fn media_type(form: Form) -> &'static str {
    match form {
        Form::Mvt => "application/vnd.mapbox-vector-tile",
        Form::Png => "image/png",
        Form::Jpeg => "image/jpeg",
        Form::Webp => "image/webp",
    }
}

fn kind(form: Form) -> String {
    if form == Form::Mvt { "vector" } else { "raster" }.to_owned()
}

fn of_pmtiles(file: &MapFile) -> std::result::Result<BaseMapView, Trouble> {
    let head = head(file)?;
    let told = head.told(|range| part(file, range))?;
    let b = head.bounds;
    Ok(BaseMapView {
        id: file.name.clone(),
        kind: kind(head.form),
        min_zoom: head.zooms.0,
        max_zoom: head.zooms.1,
        bounds: (b.west < b.east && b.south < b.north).then_some([b.west, b.south, b.east, b.north]),
        layers: pmtiles::layer_ids(&told),
        attribution: told.get("attribution").and_then(|own| own.as_str()).unwrap_or_default().to_owned(),
        outside: false,
        own: false,
        version: String::new(),
    })
}

async fn of_mbtiles(file: &MapFile) -> Result<BaseMapView> {
    let told = mbtiles_told(file).await?;
    let said = |key: &str| told.get(key).map(String::as_str).unwrap_or_default();
    let form = form_of(said("format")).ok_or(Error::from(Trouble::Damaged))?;
    let degrees: Vec<f64> = said("bounds").split(',').filter_map(|part| part.trim().parse().ok()).collect();
    let json = serde_json::from_str(said("json")).unwrap_or_default();
    Ok(BaseMapView {
        id: file.name.clone(),
        kind: kind(form),
        min_zoom: said("minzoom").parse().unwrap_or(0),
        max_zoom: said("maxzoom").parse().unwrap_or(14),
        bounds: <[f64; 4]>::try_from(degrees).ok(),
        layers: pmtiles::layer_ids(&json),
        attribution: said("attribution").to_owned(),
        outside: false,
        own: false,
        version: String::new(),
    })
}

fn form_of(format: &str) -> Option<Form> {
    match format {
        "pbf" => Some(Form::Mvt),
        "png" => Some(Form::Png),
        "jpg" | "jpeg" => Some(Form::Jpeg),
        "webp" => Some(Form::Webp),
        _ => None,
    }
}

/// Whether a tile is packed, and its media type, by its first bytes: files and services say it in many ways or not at all.
fn packed(bytes: &[u8]) -> (bool, &'static str) {
    match bytes {
        [0x1f, 0x8b, ..] => (true, media_type(Form::Mvt)),
        [0x89, b'P', ..] => (false, media_type(Form::Png)),
        [0xff, 0xd8, ..] => (false, media_type(Form::Jpeg)),
        [b'R', b'I', b'F', b'F', ..] => (false, media_type(Form::Webp)),
        _ => (false, media_type(Form::Mvt)),
    }
}

impl App {
    fn map_files(&self, endings: &[&str]) -> Result<Vec<MapFile>> {
        match &self.maps {
            Some(folder) => Ok(map_files(folder, endings)?),
            None => Ok(Vec::new()),
        }
    }

    /// The newest terrain file of the folder: `terrain.tif`, `.tiff` or `.asc`; none when there is none.
    pub(crate) fn terrain_file(&self) -> Result<Option<MapFile>> {
        let files = self.map_files(&["tif", "tiff", "asc"])?;
        Ok(files.into_iter().filter(|file| file.name == "terrain").max_by_key(|file| file.changed))
    }

    /// Maps that can lie under the layers. A file that is none is named and keeps no other from being shown.
    // The ground is nobody's row; whoever is logged in may see it.
    pub async fn base_maps(&self, _caller: &Caller) -> Result<BaseMaps> {
        let mut maps = BaseMaps::default();
        for file in self.map_files(ENDINGS)? {
            let name = format!("{}.{}", file.name, file.ending);
            let view = match file.ending.as_str() {
                "mbtiles" => of_mbtiles(&file).await,
                _ => self.aside(move || Ok(of_pmtiles(&file)?)).await,
            };
            match view {
                Ok(view) => maps.items.push(view),
                Err(error) => {
                    tracing::warn!(name, ?error, "a map file cannot be read");
                    maps.unreadable.push(name);
                }
            }
        }
        if let Some(map) = self.db.read(&self.town).await?.road_map().await? {
            maps.items.push(BaseMapView {
                id: ROADS.to_owned(),
                kind: kind(Form::Mvt),
                min_zoom: ZOOMS.0,
                max_zoom: ZOOMS.1,
                // Read only when a tile is asked for: a large file takes a while.
                bounds: None,
                layers: ground::layers(),
                attribution: format!("© OpenStreetMap 贡献者（{}）", map.name),
                outside: false,
                own: true,
                version: map.blob.chars().take(12).collect(),
            });
        }
        if self.ground.is_some() {
            maps.items.push(BaseMapView {
                id: OUTSIDE.to_owned(),
                kind: kind(Form::Png),
                min_zoom: 1,
                max_zoom: 18,
                bounds: None,
                layers: Vec::new(),
                attribution: "天地图（国家地理信息公共服务平台）".to_owned(),
                outside: true,
                own: false,
                version: String::new(),
            });
        }
        Ok(maps)
    }

    /// A tile of a map; none where the map has none.
    ///
    /// Errors: no such map, or its file is damaged.
    // The ground is nobody's row; whoever is logged in may see it.
    pub async fn base_tile(
        &self,
        _caller: &Caller,
        map: &str,
        tile: (u8, u32, u32),
    ) -> Result<Option<BaseTile>> {
        if let Some(ground) = self.ground.as_ref().filter(|_| map == OUTSIDE) {
            let bytes = ground.tile(tile).await.map_err(|why| {
                tracing::warn!(why, "the service of the ground did not answer");
                let message = "天地图暂时取不到，请稍后再试或改用其他底图".to_owned();
                Error::Refused { code: "base_map.outside", message }
            })?;
            let (gzip, media_type) = packed(&bytes);
            return Ok(Some(BaseTile { bytes, media_type, gzip }));
        }
        if map == ROADS {
            let Some(drawn) = self.road_ground().await? else { return Err(Error::NotFound) };
            let bytes = self.aside(move || Ok(drawn.tile(tile))).await?;
            let found = (!bytes.is_empty()).then_some(bytes);
            return Ok(found.map(|bytes| BaseTile { bytes, media_type: media_type(Form::Mvt), gzip: false }));
        }
        let files = self.map_files(ENDINGS)?;
        let file = files.into_iter().find(|file| file.name == map).ok_or(Error::NotFound)?;
        if file.ending == "mbtiles" {
            let Some(bytes) = mbtiles_tile(&file, tile).await? else { return Ok(None) };
            let (gzip, media_type) = packed(&bytes);
            return Ok(Some(BaseTile { bytes, media_type, gzip }));
        }
        self.aside(move || {
            let head = head(&file)?;
            let Some(range) = head.find(tile, |range| part(&file, range))? else { return Ok(None) };
            let (media_type, gzip) = (media_type(head.form), head.tiles_gzip);
            Ok(Some(BaseTile { bytes: part(&file, range)?, media_type, gzip }))
        })
        .await
    }
}
