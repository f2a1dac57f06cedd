//! `fengsui doctor`: is this machine fit? One line each, and what to do where it is not.

use app::App;

use crate::config::Where;

/// One finding.
pub struct Checked {
    /// Whether all is well.
    pub well: bool,
    /// What was looked at and what was found.
    pub says: String,
}

/// Looks at the database, the record, the data folder and the clock.
pub async fn examine(place: &Where, app: &App) -> Vec<Checked> {
    let mut out = Vec::new();
    let mut say = |well: bool, says: String| out.push(Checked { well, says });
    match app.db.engine().await {
        Ok(engine) => {
            let kept = app.db.durability().await.unwrap_or_default();
            say(true, format!("数据库 {engine}（{kept}）"))
        }
        Err(e) => say(false, format!("数据库 {e}")),
    }
    match app.db.read(&app.town).await {
        Ok(mut read) => match read.audit_head().await {
            Ok((seq, _)) => say(true, format!("记录 共 {seq} 条，完整性请用 fengsui audit verify 核对")),
            Err(e) => say(false, format!("记录 {e}")),
        },
        Err(e) => say(false, format!("记录 {e}")),
    }
    let probe = place.data.join(".doctor");
    match std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) => say(true, format!("数据目录 {} 可读写", place.data.display())),
        Err(e) => say(false, format!("数据目录 {} 不可写：{e}，请检查权限和磁盘空间", place.data.display())),
    }
    match private(&place.data) {
        Ok(true) => say(true, "权限 数据目录只有本用户可以进入".to_owned()),
        Ok(false) => {
            say(false, format!("权限 其他用户也能进入数据目录，请执行 chmod 700 {}", place.data.display()))
        }
        Err(e) => say(false, format!("权限 看不出来：{e}")),
    }
    let key = app.db.key_file();
    match store::vault::is_private(key) {
        Ok(true) => say(true, format!("主密钥 {}，请另存一份，不要与备份放在一起", key.display())),
        Ok(false) => {
            say(false, format!("主密钥 其他用户也能读到，请执行 chmod 400 {}", key.display()));
        }
        Err(e) => say(false, format!("主密钥 {e}")),
    }
    for line in render::Fonts::read(&render::Fonts::FOLDERS.map(std::path::PathBuf::from)).report() {
        // A face that something stands in for is worth saying, but papers can be printed; without any they cannot.
        let used = line.used.as_deref().unwrap_or("没有");
        say(line.used.is_some(), line.missing.unwrap_or_else(|| format!("字体 {} {used}", line.face)));
    }
    say(true, format!("时钟 {}", app.now().to_rfc3339()));
    out
}

fn private(folder: &std::path::Path) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::metadata(folder)?.permissions().mode() & 0o077 == 0)
}
