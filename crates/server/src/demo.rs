//! `fengsui demo`: a data folder to try things out in, marked as such, with logins that are printed. Filling it again
//! changes nothing; `--reset` begins anew and refuses to touch a folder that is not a demo.

use std::path::Path;

use anyhow::{Context, ensure};
use app::{Caller, sample};
use domain::time::Date;

use crate::config::Where;

/// The password of every demo account.
pub const PASSWORD: &str = sample::PASSWORD;
/// Marks a folder as a demo.
const MARK: &str = "演示数据";
/// The shipped checklists are in force from here, before the history begins.
const CHECKLISTS_FROM: Option<Date> = Date::from_ymd_opt(2025, 1, 1);

/// Fills the folder and returns the logins.
pub async fn fill(place: &Where, reset: bool) -> anyhow::Result<Vec<String>> {
    ensure!(place.database.is_none(), "演示数据只放在数据目录里，请去掉 --database");
    let mark = place.data.join(MARK);
    ensure!(
        mark.exists() || is_empty(&place.data)?,
        "{} 里已有正式数据，演示数据请换一个目录",
        place.data.display()
    );
    if reset && place.data.exists() {
        std::fs::remove_dir_all(&place.data).with_context(|| format!("{} 清不掉", place.data.display()))?;
    }
    place.make_folder()?;
    std::fs::write(&mark, MARK)?;
    let app = place.open().await?;
    let roster = sample::roster();
    let caller = Caller::system();
    app.found_town(&caller, &roster, PASSWORD).await?;
    app.install_shipped_plan(&caller).await?;
    app.ensure_shipped_checklists(&caller, CHECKLISTS_FROM).await?;
    app.fill_sample(&caller, &roster).await?;
    app.db.close().await;
    ground(&place.data)?;
    Ok(roster.logins.into_iter().map(|(login, _)| login).collect())
}

/// Puts the sample's terrain where the keeper of a machine would put the town's, unless somebody put another there.
fn ground(data: &Path) -> anyhow::Result<()> {
    let maps = data.join("maps");
    let has_own = ["asc", "tif", "tiff"].iter().any(|ending| maps.join(format!("terrain.{ending}")).exists());
    if !has_own {
        std::fs::create_dir_all(&maps)?;
        std::fs::write(maps.join("terrain.asc"), sample::terrain())?;
    }
    Ok(())
}

/// Whether this folder holds a demo.
pub fn is_demo(folder: &Path) -> bool {
    folder.join(MARK).exists()
}

fn is_empty(folder: &Path) -> anyhow::Result<bool> {
    Ok(!folder.exists() || std::fs::read_dir(folder)?.next().is_none())
}
