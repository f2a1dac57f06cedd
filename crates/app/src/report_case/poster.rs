//! The poster with the code of the report form, to hang up anywhere: drawn from the templates DT18.poster, the town's own
//! wording before ours. What does not belong here: the form itself (`public`), how it is drawn (`render`).

use domain::paper::{Value, Values};
use domain::policy::Action;
use domain::report_case::Matter;
use render::Pictures;

use crate::names::Names;
use crate::paper::draw::{draw, hung};
use crate::paper::{catalog, in_use};
use crate::placard::{hotlines, printed};
use crate::{App, Caller, Error, Result};

/// How one reports, in our words. What is promised is what the form and the rules do.
const HOW: [&str; 3] = [
    "拍张照、写一句话就能提交，姓名和电话可以不填",
    "举报人信息单独加密保存，被举报的单位看不到",
    "凭受理码查进度；正在着火或有人被困，请直接拨打 119",
];

impl App {
    /// The poster as a PDF, `a4` or `a3`; `base` is the address people reach the town by.
    ///
    /// Errors: no such size; a sign no font has.
    pub async fn report_poster(&self, caller: &Caller, size: Option<&str>, base: &str) -> Result<Vec<u8>> {
        caller.scope(Action::ReportCaseRead)?;
        let code = match size.map(str::trim).unwrap_or_default() {
            "" | "a4" => "DT18.poster",
            "a3" => "DT18.poster_a3",
            _ => return Err(Error::field("size", "placard.word", "请从列表中选择")),
        };
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let mut own = in_use(&mut read, today).await?;
        let ours = || catalog().on(code, today).cloned();
        let template = own.remove(code).or_else(ours).ok_or(Error::NotFound)?;
        let lines = printed(&hotlines(&mut read, today).await?);
        let issuer = Names::read(&mut read).await?.territory(self.town.as_str()).name;
        drop(read);
        // What is about a person is taken elsewhere, and "something else" says nothing from a wall.
        let taken = Matter::ALL.iter().filter(|one| !matches!(one, Matter::Person | Matter::Other));
        let values: Values = [
            ("what", Value::List(taken.map(|one| one.label().to_owned()).collect())),
            ("how", Value::List(HOW.map(str::to_owned).to_vec())),
            ("hotline", Value::Text(lines.join("，"))),
            ("url", Value::Text(format!("{}/p/report", base.trim_end_matches('/')))),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into();
        let document = self.marked(hung(&template, &values, issuer, today)?);
        Ok(draw(vec![document], Pictures::new()).await?.bytes)
    }
}
