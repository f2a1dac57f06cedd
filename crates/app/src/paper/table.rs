//! The list of papers as a table to take along. What does not belong here: which papers (`super::App::papers`).

use domain::policy::Action;

use super::{PaperAsked, row};
use crate::export::Format;
use crate::names::Names;
use crate::{App, Caller, Error, Result};

/// So many papers at most in one table; more are asked for year by year.
const MOST: i64 = 5_000;

impl App {
    /// Papers the caller may see as a table, newest first; the page asked for does not matter.
    ///
    /// Errors: another format than `xlsx` or `csv`; more than fit one table.
    pub async fn paper_table(
        &self,
        caller: &Caller,
        asked: &PaperAsked,
        ending: &str,
    ) -> Result<(Format, Vec<u8>)> {
        let scope = caller.scope(Action::PaperRead)?;
        let mut read = self.db.read(&self.town).await?;
        let found = read.papers(&scope, &asked.filter, None, MOST + 1).await?;
        if found.len() as i64 > MOST {
            return Err(Error::field(
                "year",
                "paper.too_many",
                "文书超过 5000 份，请选择年度或文书种类后再导出",
            ));
        }
        let names = Names::read(&mut read).await?;
        let titles = ["文号", "标题", "文书种类", "制发单位", "成文日期", "状态", "起草时间", "起草人"];
        let mut table = vec![titles.map(str::to_owned).to_vec()];
        table.extend(found.iter().map(|record| {
            let one = row(record, &names);
            vec![
                one.number.unwrap_or_default(),
                one.title,
                format!("{} {}", one.template.code, one.template.label),
                one.org.name,
                one.dated.unwrap_or_default(),
                one.state_label,
                one.recorded_at.get(..16).unwrap_or_default().replace('T', " "),
                one.recorded_by,
            ]
        }));
        let mut bytes = Vec::new();
        let format = Format::from_ending(ending);
        let done = match format {
            Some(Format::Xlsx) => {
                let widths = [24.0, 46.0, 26.0, 26.0, 12.0, 10.0, 18.0, 12.0];
                exchange::write::table("文书目录", &table, &widths, std::io::Cursor::new(&mut bytes))
            }
            Some(Format::Csv) => exchange::write::text_table(&table, &mut bytes),
            _ => return Err(Error::field("format", "export.format", "请选择 xlsx 或 csv")),
        };
        done.map_err(|e| Error::Internal(e.to_string()))?;
        Ok((format.unwrap_or(Format::Csv), bytes))
    }
}
