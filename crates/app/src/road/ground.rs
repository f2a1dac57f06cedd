//! The map of roads handed in last, drawn as the ground under the layers where no other map was put there. What does not
//! belong here: what of the file is drawn (`road::osm::ground`), how a tile is written (`exchange::tile`).

use ::road::osm::ground::{Cover, Ground};
use domain::time::Date;
use exchange::tile::{Drawing, Item};

/// The layers of its tiles in the order they are drawn, what lies on each, and from which zoom on it can be told apart.
const LAYERS: [(&str, Cover, u8); 5] = [
    ("wood", Cover::Wood, 8),
    ("water", Cover::Water, 8),
    ("building", Cover::Building, 14),
    ("lane", Cover::Lane, 12),
    ("road", Cover::Road, 6),
];
/// Least zoom there are tiles of; the deepest, beyond which they are drawn larger.
pub(crate) const ZOOMS: (u8, u8) = (6, 16);

/// A map of roads ready to be asked for by tile.
pub(crate) struct Drawn {
    layers: Vec<(&'static str, u8, Drawing)>,
}

/// Names of the layers.
pub(crate) fn layers() -> Vec<String> {
    LAYERS.iter().map(|(name, ..)| (*name).to_owned()).collect()
}

impl Drawn {
    /// Takes in what is drawn. Takes a while.
    pub fn of(ground: Ground) -> Self {
        let of = |wanted: Cover| {
            let own = ground.parts.iter().filter(|(cover, _)| *cover == wanted);
            Drawing::new(own.map(|(_, geometry)| Item { geometry, class: 0, from: None, until: None }))
        };
        let layers = LAYERS.iter().map(|(name, cover, zoom)| (*name, *zoom, of(*cover))).collect();
        Self { layers }
    }

    /// A vector tile with all its layers; empty where nothing lies.
    pub fn tile(&self, tile: (u8, u32, u32)) -> Vec<u8> {
        let shown = self.layers.iter().filter(|(_, zoom, _)| *zoom <= tile.0);
        // A map says nothing of days.
        let day = Date::default();
        shown.flat_map(|(name, _, drawing)| drawing.tile(tile, day, name, &["ground"], |_| "")).collect()
    }
}
