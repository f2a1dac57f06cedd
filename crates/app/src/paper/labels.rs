//! Labels with the code of a public page, as sheets to print and cut. What does not belong here: what a label says (the noun
//! it hangs on), how large it is (`render`).

use domain::time::Date;
use render::{Label, LabelSheet};

use super::draw::fonts;
use crate::{Error, Result};

/// The sheet of a word; the one for a door where none is asked for.
///
/// Errors: no such size.
pub(crate) fn sheet(size: Option<&str>) -> Result<&'static LabelSheet> {
    let code = size.map(str::trim).filter(|code| !code.is_empty()).unwrap_or("medium");
    LabelSheet::from_code(code)
        .ok_or_else(|| Error::field("size", "labels.size", "没有这种标签大小，请选择大、中、小之一"))
}

/// What stands on every label of a demo: each is cut out and hangs alone.
const DEMO: &str = "演示数据";

/// A file of labels; those of a demo say so.
///
/// Errors: none found; a sign no font has.
pub(crate) async fn file(
    mut labels: Vec<Label>,
    demo: bool,
    sheet: &'static LabelSheet,
    (title, dated): (&'static str, Date),
) -> Result<Vec<u8>> {
    if labels.is_empty() {
        return Err(Error::NotFound);
    }
    if demo {
        // First, so that nothing cuts it off.
        labels.iter_mut().for_each(|label| label.lines.insert(0, DEMO.to_owned()));
    }
    let drawn =
        tokio::task::spawn_blocking(move || render::labels(&labels, sheet, (title, dated), fonts())).await;
    let drawn = drawn.map_err(|e| Error::Internal(e.to_string()))?;
    drawn
        .map(|drawn| drawn.bytes)
        .map_err(|refusal| Error::Refused { code: refusal.code(), message: refusal.to_string() })
}
