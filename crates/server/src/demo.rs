//! `fengsui demo`: a data folder to try things out in, marked as such, with logins that are printed. Filling it again
//! changes nothing; `--reset` begins anew and refuses to touch a folder that is not a demo.

use std::path::Path;

use anyhow::{Context, ensure};
use app::Caller;

use crate::config::Where;

/// The password of every demo account.
pub const PASSWORD: &str = "演示密码-请勿用于正式环境";
/// Marks a folder as a demo.
const MARK: &str = "演示数据";
/// Who can log in.
const LOGINS: &[&str] = &["admin", "clerk", "secretary"];

/// Fills the folder and returns the logins.
pub async fn fill(place: &Where, reset: bool) -> anyhow::Result<Vec<&'static str>> {
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
    std::fs::create_dir_all(&place.data)?;
    std::fs::write(&mark, MARK)?;
    let app = place.open().await?;
    let caller = Caller::system();
    let known: Vec<String> = app.accounts(&caller).await?.into_iter().map(|a| a.login).collect();
    for login in LOGINS {
        if !known.iter().any(|name| name == login) {
            app.add_account(&caller, login, login, PASSWORD, true).await?;
        }
    }
    app.install_shipped_plan(&caller).await?;
    app.db.close().await;
    Ok(LOGINS.to_vec())
}

fn is_empty(folder: &Path) -> anyhow::Result<bool> {
    Ok(!folder.exists() || std::fs::read_dir(folder)?.next().is_none())
}
