//! Where the town lies today, and what is said of a position too far away from it. What does not belong here: how far is too far
//! (`domain::boundary`), what is nowhere on earth (`domain::geometry`).

use domain::boundary::{Boundary, TownArea, holding};
use domain::facility::Shape;
use domain::geometry::{Bounds, Geometry, Position};
use domain::ids::TerritoryCode;
use domain::org::Level;
use store::Read;

use crate::parameter::number_on;
use crate::{App, Error, Result};

/// 离本镇多少公里以外的坐标视为填错. Water and roads of the neighbours count; no source gives a distance, the town sets its own.
pub(crate) const OUTSIDE_KM: (&str, f64) = ("boundary.outside_km", 20.0);
/// So many places tell where a town lies as well as all of them.
const MOST_PLACES: i64 = 2_000;

/// Every position of something drawn.
pub(crate) fn positions(shape: &Shape) -> Vec<Position> {
    Geometry::from(shape.clone()).runs().into_iter().flatten().copied().collect()
}

/// Says of a row or feature of a file what is too far away and what to do.
pub(crate) fn row_outside(([lon, lat], km): (Position, f64)) -> String {
    format!(
        "位置（{lon:.4}，{lat:.4}）离本镇约 {km:.0} 公里，请核对经纬度和坐标系；确实在镇外的，选“允许镇外位置”（命令行加 --outside-ok）再导入"
    )
}

/// Says the same of a row that is taken all the same, for somebody allowed it.
pub(crate) fn row_allowed(([lon, lat], km): (Position, f64)) -> String {
    format!(
        "位置（{lon:.4}，{lat:.4}）离本镇约 {km:.0} 公里，已允许镇外位置，照此导入；请再核对一次经纬度和坐标系"
    )
}

/// Says of one position what is wrong and what to look at.
pub(crate) fn outside(([lon, lat], km): (Position, f64)) -> String {
    format!(
        "位置（{lon:.4}，{lat:.4}）离本镇约 {km:.0} 公里，请核对经纬度是否写反、坐标系是否选对；确实在那里的，请先画准本镇辖区范围或调大参数“离本镇多少公里以外的坐标视为填错”"
    )
}

/// Refuses what somebody typed or drew too far away from the town; nothing is refused while nobody knows where it lies.
pub(crate) fn refuse_far(town: Option<&TownArea>, field: &str, at: &[Position]) -> Result<()> {
    let Some(far) = town.and_then(|town| town.astray(at)) else { return Ok(()) };
    Err(Error::field(field, "boundary.outside", &outside(far)))
}

impl App {
    /// Where the town lies today; none while nothing says it.
    pub(crate) async fn town_area(&self, read: &mut Read) -> Result<Option<TownArea>> {
        let today = self.now().date();
        let margin_m = f64::from(number_on(read, OUTSIDE_KM, today).await?) * 1000.0;
        let drawn: Vec<Boundary> = read.boundaries().await?.into_iter().map(|one| one.boundary).collect();
        let of = |code: &TerritoryCode| holding(drawn.iter().filter(|one| one.territory == *code), today);
        let outline = of(&self.town.as_str().into()).cloned();
        if outline.is_some() {
            return Ok(TownArea::of(outline, &[], &[], margin_m));
        }
        let open = read.open_territories().await?.into_iter().map(|one| one.territory);
        let villages = open.filter(|one| one.level == Level::Village);
        let villages: Vec<Bounds> = villages.filter_map(|one| of(&one.code)?.area.bounds()).collect();
        let places = read.some_place_positions(MOST_PLACES).await?;
        Ok(TownArea::of(None, &villages, &places, margin_m))
    }

    /// Refuses something drawn too far away from the town; what was not drawn is not asked about.
    ///
    /// Errors: it lies too far away.
    pub(crate) async fn refuse_far(&self, read: &mut Read, field: &str, at: &[Position]) -> Result<()> {
        match at.is_empty() {
            true => Ok(()),
            false => refuse_far(self.town_area(read).await?.as_ref(), field, at),
        }
    }
}
