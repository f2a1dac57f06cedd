//! Layers as read, kept in memory for whoever asks next with the same rights, until one of their tables changes.
//! The database stays the truth: what was committed before a request is in its answer, but for grades of risk, which
//! are copies and may be some minutes old.

use std::sync::Arc;

use domain::geometry::{Bounds, Geometry};
use domain::policy::Scope;
use domain::time::{Date, Timestamp};
use exchange::tile::{Drawing, Item};
use tokio::sync::Mutex;

use super::{Feature, Layer};
use crate::{App, Caller, Result};

/// So many features are kept in memory at most, whoever's they are.
const MOST_KEPT: usize = 600_000;
/// Read anew after this, whatever the record says: copies of risk leave no trace in it.
const STALE_MS: i64 = 5 * 60 * 1000;

/// A layer as somebody may see it.
pub(super) struct Set {
    /// By id.
    pub features: Vec<Feature>,
    /// Around all of them.
    pub bounds: Option<Bounds>,
    /// Ready for tiles.
    pub drawing: Drawing,
}

/// What a set was read for.
#[derive(PartialEq, Eq, Clone)]
struct Key {
    layer: Layer,
    /// The scope spelled out.
    scope: String,
    day: Date,
}

struct Entry {
    key: Key,
    /// The last audit entry that is in it.
    seq: i64,
    read_at: Timestamp,
    set: Arc<Set>,
}

/// Sets in the order they were last asked for, the latest last.
#[derive(Default)]
pub struct Kept(Mutex<Vec<Entry>>);

fn spelled(scope: &Scope) -> String {
    if scope.is_whole() {
        return "*".to_owned();
    }
    let paths = scope.paths().map(|path| format!("t:{path}"));
    let orgs = scope.orgs().map(|org| format!("o:{org}"));
    let places = scope.places().map(|place| format!("p:{place}"));
    paths.chain(orgs).chain(places).collect::<Vec<_>>().join("\n")
}

impl Set {
    fn new(features: Vec<Feature>) -> Self {
        let bounds = features.iter().filter_map(|one| one.geometry.bounds()).reduce(Bounds::with);
        let drawing = Drawing::new(features.iter().map(|one| {
            let geometry: &Geometry = &one.geometry;
            Item { geometry, class: one.class, from: one.from, until: one.until }
        }));
        Self { features, bounds, drawing }
    }

    /// The feature of an id.
    pub(super) fn feature(&self, id: &str) -> Option<&Feature> {
        let at = self.features.binary_search_by(|known| known.id.as_str().cmp(id)).ok()?;
        self.features.get(at)
    }
}

impl App {
    /// A layer as the caller may see it now; of roads and facilities as they stood on a day, today unless told.
    ///
    /// Errors: he may see nothing of it.
    pub(super) async fn layer_set(
        &self,
        caller: &Caller,
        layer: Layer,
        on: Option<Date>,
    ) -> Result<Arc<Set>> {
        let scope = caller.scope(layer.action())?;
        let now = self.now();
        let day = on.filter(|_| layer.is_of_the_day()).unwrap_or(now.date());
        let key = Key { layer, scope: spelled(&scope), day };
        // Held while it is read: the other tiles of a screen want the same set and wait for it.
        let mut kept = self.layers.0.lock().await;
        let mut read = self.db.read(&self.town).await?;
        let (head, _) = read.audit_head().await?;
        if let Some(at) = kept.iter().position(|entry| entry.key == key) {
            let mut entry = kept.remove(at);
            let is_fresh = (0..STALE_MS).contains(&(now.0 - entry.read_at.0))
                && (entry.seq == head || !read.touched_after(entry.seq, layer.tables()).await?);
            if is_fresh {
                entry.seq = head;
                let set = entry.set.clone();
                kept.push(entry);
                return Ok(set);
            }
        }
        let features = layer.read(&mut read, &scope, key.day, now.date()).await?;
        drop(read);
        let set = Arc::new(self.aside(move || Ok(Set::new(features))).await?);
        kept.push(Entry { key, seq: head, read_at: now, set: set.clone() });
        while kept.len() > 1 && kept.iter().map(|entry| entry.set.features.len()).sum::<usize>() > MOST_KEPT {
            kept.remove(0);
        }
        Ok(set)
    }
}
