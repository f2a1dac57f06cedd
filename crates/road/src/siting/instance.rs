//! Instances of a siting question: OR-Library's `pmed` files and our own GeoJSON. What does not belong here: answering
//! (`solver`).

use domain::geometry::distance_m;
use serde_json::Value;

/// Demands, sites and what lies between.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// Weight of each demand.
    weights: Vec<u64>,
    /// Number of sites.
    pub sites: usize,
    /// Sites that are open in any case, by number.
    pub fixed: Vec<usize>,
    /// Row by row a demand's distances to all sites; `u32::MAX` where there is no way.
    matrix: Vec<u32>,
    /// What demands are called.
    pub demand_names: Vec<String>,
    /// What sites are called.
    pub site_names: Vec<String>,
    /// Where demands are, degrees; empty when the file has distances instead.
    pub demand_points: Vec<[f64; 2]>,
    /// Where sites are, degrees; empty when the file has distances instead.
    pub site_points: Vec<[f64; 2]>,
    /// How many units of the distances are one of the file: 1 for a `pmed` file, 10 for GeoJSON (tenths of a metre).
    pub scale: u32,
    /// Number of sites the file itself asks for.
    pub asks_for: Option<usize>,
}

/// A file that is no instance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("选址数据第 {line} 行或第 {line} 个要素有误：{what}")]
pub struct BadInstance {
    /// Line of a `pmed` file or feature of a GeoJSON file, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: &'static str,
}

impl BadInstance {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        "site.instance"
    }
}

/// Larger ones would not fit in memory as a table.
const MOST_CELLS: usize = 400_000_000;
const NO_WAY: u32 = u32::MAX;

impl Instance {
    /// Number of demands.
    pub fn demands(&self) -> usize {
        self.weights.len()
    }

    /// Weight of a demand.
    pub fn weight(&self, demand: usize) -> u64 {
        self.weights.get(demand).copied().unwrap_or(0)
    }

    /// Sum of all weights.
    pub fn whole_weight(&self) -> u64 {
        self.weights.iter().sum()
    }

    /// A demand's distances to every site.
    pub fn distances(&self, demand: usize) -> impl Iterator<Item = Option<u32>> + '_ {
        let row = self.matrix.get(demand * self.sites..(demand + 1) * self.sites).unwrap_or_default();
        row.iter().map(|distance| (*distance != NO_WAY).then_some(*distance))
    }

    /// From a demand to a site; none where there is no way.
    pub fn distance(&self, demand: usize, site: usize) -> Option<u32> {
        self.matrix.get(demand * self.sites + site).copied().filter(|distance| *distance != NO_WAY)
    }

    /// The same with other weights, one for each demand.
    pub fn with_weights(mut self, weights: Vec<u64>) -> Result<Self, BadInstance> {
        if weights.len() != self.weights.len() {
            let what = "权重的个数与需求点的个数不同，请逐点写一个";
            return Err(BadInstance { line: weights.len().min(self.weights.len()) + 1, what });
        }
        self.weights = weights;
        Ok(self)
    }

    /// The same with distances measured otherwise, as over roads: for each site its distances to all demands, in tenths
    /// of a metre.
    pub fn with_distances(mut self, from_sites: &[Vec<Option<u32>>]) -> Self {
        for (site, row) in from_sites.iter().enumerate().take(self.sites) {
            for (demand, distance) in row.iter().enumerate() {
                if let Some(own) = self.matrix.get_mut(demand * self.sites + site) {
                    *own = distance.unwrap_or(NO_WAY);
                }
            }
        }
        self
    }

    /// From a table: weights, and row by row each demand's distance to all sites.
    pub fn from_table(weights: Vec<u64>, table: Vec<Vec<u32>>) -> Self {
        let sites = table.first().map_or(0, Vec::len);
        let names = |n: usize| (1..=n).map(|n| n.to_string()).collect::<Vec<_>>();
        Self {
            demand_names: names(weights.len()),
            site_names: names(sites),
            weights,
            sites,
            fixed: Vec::new(),
            matrix: table.into_iter().flatten().collect(),
            demand_points: Vec::new(),
            site_points: Vec::new(),
            scale: 1,
            asks_for: None,
        }
    }

    /// Reads either format.
    pub fn read(text: &str) -> Result<Self, BadInstance> {
        if text.trim_start().starts_with('{') { Self::read_geojson(text) } else { Self::read_pmed(text) }
    }

    /// OR-Library: `n edges p`, then `from to length` a line; a later line about the same pair counts. Every node is a
    /// demand and a site, and distances are those of shortest paths.
    fn read_pmed(text: &str) -> Result<Self, BadInstance> {
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let bad = |line: usize, what| BadInstance { line: line + 1, what };
        let three = |(n, line): (usize, &str)| -> Result<[u32; 3], BadInstance> {
            let words: Vec<u32> = line.split_whitespace().map_while(|word| word.parse().ok()).collect();
            words.try_into().map_err(|_| bad(n, "应为三个整数"))
        };
        let first = lines.next().ok_or(bad(0, "文件是空的"))?;
        let [n, edges, p] = three(first)?;
        let n = n as usize;
        if n == 0 || n.saturating_mul(n) > MOST_CELLS {
            return Err(bad(first.0, "点数为 0 或太多"));
        }
        let mut matrix = vec![NO_WAY; n * n];
        let mut seen = 0;
        for line in lines {
            let [from, to, length] = three(line)?;
            let (from, to) = (from as usize, to as usize);
            if from == 0 || to == 0 || from > n || to > n {
                return Err(bad(line.0, "点号超出范围"));
            }
            for at in [(from - 1) * n + to - 1, (to - 1) * n + from - 1] {
                if let Some(own) = matrix.get_mut(at) {
                    *own = length;
                }
            }
            seen += 1;
        }
        if seen != edges {
            return Err(bad(first.0, "边数与第一行不符，文件可能不完整"));
        }
        shortest(&mut matrix, n);
        let names: Vec<String> = (1..=n).map(|n| n.to_string()).collect();
        Ok(Self {
            weights: vec![1; n],
            sites: n,
            fixed: Vec::new(),
            matrix,
            demand_names: names.clone(),
            site_names: names,
            demand_points: Vec::new(),
            site_points: Vec::new(),
            scale: 1,
            asks_for: Some(p as usize),
        })
    }

    /// GeoJSON: points with `role` (`demand`, `site` or `both`, which is meant when it is missing), `weight` (a whole
    /// number, 1 when missing), `fixed` and `name`; distances are straight until others are given.
    fn read_geojson(text: &str) -> Result<Self, BadInstance> {
        let bad = |n: usize, what| BadInstance { line: n, what };
        let root: Value =
            serde_json::from_str(text).map_err(|error| bad(error.line(), "不是有效的 GeoJSON"))?;
        let features = root.get("features").and_then(Value::as_array);
        let features = features.ok_or(bad(1, "缺少 features，请提供 FeatureCollection"))?;
        let mut own = Self::from_table(Vec::new(), Vec::new());
        own.scale = 10;
        for (n, feature) in features.iter().enumerate() {
            let n = n + 1;
            let at = |path: &str| feature.pointer(path);
            if at("/geometry/type").and_then(Value::as_str) != Some("Point") {
                return Err(bad(n, "应为 Point"));
            }
            let degree = |path| at(path).and_then(Value::as_f64).filter(|degrees| degrees.is_finite());
            let both = degree("/geometry/coordinates/0").zip(degree("/geometry/coordinates/1"));
            let (lon, lat) = both.ok_or(bad(n, "坐标应为经度、纬度两个数"))?;
            if lat.abs() > 90.0 || lon.abs() > 180.0 {
                return Err(bad(n, "经纬度超出范围，可能写反了"));
            }
            let name = match at("/properties/name").or_else(|| at("/id")) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number.to_string(),
                _ => n.to_string(),
            };
            let role = at("/properties/role").and_then(Value::as_str).unwrap_or("both");
            if !["demand", "site", "both"].contains(&role) {
                return Err(bad(n, "role 应为 demand、site 或 both"));
            }
            let is_fixed = at("/properties/fixed").and_then(Value::as_bool).unwrap_or(false);
            if role != "site" {
                let weight = match at("/properties/weight") {
                    None | Some(Value::Null) => 1,
                    Some(weight) => weight.as_u64().ok_or(bad(n, "weight 应为不小于 0 的整数"))?,
                };
                own.weights.push(weight);
                own.demand_names.push(name.clone());
                own.demand_points.push([lon, lat]);
            }
            if role != "demand" {
                if is_fixed {
                    own.fixed.push(own.site_names.len());
                }
                own.site_names.push(name);
                own.site_points.push([lon, lat]);
            }
        }
        own.sites = own.site_names.len();
        if own.sites.saturating_mul(own.weights.len()) > MOST_CELLS {
            return Err(bad(features.len(), "需求点和候选点太多"));
        }
        let tenths = |demand: &[f64; 2], site: &[f64; 2]| (distance_m(*demand, *site) * 10.0).round() as u32;
        own.matrix = own
            .demand_points
            .iter()
            .flat_map(|demand| own.site_points.iter().map(move |site| tenths(demand, site)))
            .collect();
        Ok(own)
    }
}

/// Shortest paths between all nodes, in place.
fn shortest(matrix: &mut [u32], n: usize) {
    for at in 0..n {
        if let Some(own) = matrix.get_mut(at * n + at) {
            *own = 0;
        }
    }
    for over in 0..n {
        let row: Vec<u32> = matrix.get(over * n..(over + 1) * n).unwrap_or_default().to_vec();
        for from in matrix.chunks_mut(n) {
            let Some(first) = from.get(over).copied().filter(|first| *first != NO_WAY) else { continue };
            for (own, second) in from.iter_mut().zip(&row) {
                *own = (*own).min(first.saturating_add(*second));
            }
        }
    }
}
