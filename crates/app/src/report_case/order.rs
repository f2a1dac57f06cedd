//! Orders of 12345 and 渝快办: their answers go back as a file in the numbers of the other side, each answer once. What does not
//! belong here: orders coming in (`import::orders`), how the report is handled (the parent room).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use domain::ids::ReportCaseId;
use domain::policy::{Action, Subject};
use domain::report_case::order::{Order, OrderStage, Told};
use domain::report_case::{Channel, ReportCase};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use store::Read;
use store::report_case::order::OrderRecord;
use store::report_case::{ReportCaseFilter, ReportCaseRecord};
use utoipa::{IntoParams, ToSchema};

use super::{given, leading};
use crate::import::written;
use crate::names::Names;
use crate::view::{Named, Word};
use crate::{App, Caller, Error, Result};

/// Rows read at most for one page that shows all of something.
const READ: i64 = 2_000;

/// Where orders come from.
const CHANNELS: &str = "line12345,yukuaiban";

/// Which orders to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ReportOrderAsked {
    /// `line12345` or `yukuaiban`; both when left out.
    pub channel: Option<String>,
    /// `waiting`, `ready` or `sent`; all when left out.
    pub stage: Option<String>,
    /// Text in either number or the address.
    pub q: Option<String>,
}

/// An order in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReportOrderRow {
    /// Id of the report.
    pub id: String,
    /// The town's number.
    pub code: String,
    pub channel: Word,
    /// The other side's number.
    pub ext_no: String,
    /// The beginning of what was said.
    pub summary: String,
    /// Where the report stands.
    pub case_stage: Word,
    /// How far the answer is.
    pub stage: Word,
    pub reply: String,
    /// Until when the town's own rule wants the answer.
    pub reply_by: String,
    /// Until when the other side wants it.
    pub due_at: Option<String>,
    /// Whether the other side's deadline passed without an answer sent back.
    pub overdue: bool,
    /// Whether a later file said something else than the first.
    pub changed: bool,
    pub sent_at: Option<String>,
}

/// How many orders are how far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportOrderCount {
    pub stage: Word,
    pub n: usize,
}

/// Orders, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReportOrderList {
    pub items: Vec<ReportOrderRow>,
    pub counts: Vec<ReportOrderCount>,
    /// Whether the caller may take orders in from a file.
    pub may_take: bool,
    /// Whether the caller may note that answers were sent back.
    pub may_send: bool,
}

/// Answers to note as sent back.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct ReportOrderSend {
    /// Ids of reports.
    pub ids: Vec<String>,
}

/// An order whose very answer was sent before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportOrderBefore {
    /// The other side's number.
    pub ext_no: String,
    pub sent_at: String,
}

/// What came of sending answers back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportOrderSent {
    /// The other side's numbers of those noted now.
    pub sent: Vec<String>,
    /// Sent before: nothing was changed.
    pub already: Vec<ReportOrderBefore>,
    /// Without an answer yet.
    pub waiting: Vec<String>,
}

/// What a file said of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportOrderTold {
    /// When the file was taken.
    pub at: String,
    pub title: String,
    pub content: String,
    pub matter: String,
    pub village: String,
    pub address: String,
    /// As written there.
    pub received: String,
    /// As written there.
    pub due: String,
}

/// An answer that went back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportOrderAnswer {
    pub at: String,
    pub by: Named,
    pub reply: String,
}

/// The other side of a report: its deadline, what its files said, what went back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportOrderView {
    pub stage: Word,
    pub due_at: Option<String>,
    pub overdue: bool,
    /// The first file first.
    pub told: Vec<ReportOrderTold>,
    pub sent: Vec<ReportOrderAnswer>,
}

fn word(stage: OrderStage) -> Word {
    Word::new(stage.code(), stage.label())
}

fn told_view(told: &Told) -> ReportOrderTold {
    ReportOrderTold {
        at: told.at.to_rfc3339(),
        title: told.title.clone(),
        content: told.content.clone(),
        matter: told.matter.clone(),
        village: told.village.clone(),
        address: told.address.clone(),
        received: told.received.clone(),
        due: told.due.clone(),
    }
}

/// The other side of a report; none for one that came by no order.
pub(super) async fn side(
    read: &mut Read,
    record: &ReportCaseRecord,
    names: &Names,
    now: Timestamp,
) -> Result<Option<ReportOrderView>> {
    if !is_order(&record.case) {
        return Ok(None);
    }
    let id = &record.case.id;
    let known = read.report_orders(std::slice::from_ref(id)).await?.remove(id);
    let order = known.map_or_else(|| Order::of(id.clone()), |known| known.order);
    let leading = leading(read, record).await?;
    Ok(Some(ReportOrderView {
        stage: word(order.stage(&leading.case)),
        due_at: order.due_at.map(Timestamp::to_rfc3339),
        overdue: order.is_overdue(&leading.case, now),
        told: order.told.iter().map(told_view).collect(),
        sent: order
            .sent
            .iter()
            .map(|one| ReportOrderAnswer {
                at: one.at.to_rfc3339(),
                by: Named::new(one.by.as_str(), names.person(&one.by)),
                reply: one.reply.clone(),
            })
            .collect(),
    }))
}

fn is_order(case: &ReportCase) -> bool {
    !case.ext_no.is_empty() && matches!(case.channel, Channel::Line12345 | Channel::Yukuaiban)
}

/// An order with its report and the one that is answered in its place.
struct Found {
    own: ReportCaseRecord,
    leading: ReportCaseRecord,
    order: Order,
}

impl Found {
    fn stage(&self) -> OrderStage {
        self.order.stage(&self.leading.case)
    }
}

/// Orders the caller may see, the newest first.
async fn orders(read: &mut Read, caller: &Caller, asked: &ReportOrderAsked) -> Result<Vec<Found>> {
    let scope = caller.scope(Action::ReportCaseRead)?;
    let channel = given(&asked.channel);
    if channel.is_some_and(|code| !CHANNELS.split(',').any(|known| known == code)) {
        return Err(Error::field("channel", "query.unknown_word", "筛选条件无效，请重新选择"));
    }
    let filter = ReportCaseFilter {
        channels: Some(channel.unwrap_or(CHANNELS).to_owned()),
        text: given(&asked.q).map(str::to_owned),
        ..ReportCaseFilter::default()
    };
    let mut cases = read.report_cases(&scope, &filter, None, READ).await?;
    cases.retain(|one| is_order(&one.case));
    let ids: Vec<ReportCaseId> = cases.iter().map(|one| one.case.id.clone()).collect();
    let mut known = read.report_orders(&ids).await?;
    let mut found = Vec::with_capacity(cases.len());
    for own in cases {
        let known = known.remove(&own.case.id);
        let order = known.map_or_else(|| Order::of(own.case.id.clone()), |known| known.order);
        let leading = leading(read, &own).await?;
        found.push(Found { own, leading, order });
    }
    Ok(found)
}

fn stage_asked(asked: &ReportOrderAsked) -> Result<Option<OrderStage>> {
    given(&asked.stage)
        .map(|code| {
            OrderStage::from_code(code)
                .ok_or_else(|| Error::field("stage", "query.unknown_word", "筛选条件无效，请重新选择"))
        })
        .transpose()
}

fn row(found: &Found, now: Timestamp) -> ReportOrderRow {
    let (case, leading) = (&found.own.case, &found.leading.case);
    let stage = found.stage();
    ReportOrderRow {
        id: case.id.to_string(),
        code: case.code.clone(),
        channel: Word::new(case.channel.code(), case.channel.label()),
        ext_no: case.ext_no.clone(),
        summary: case.content.chars().take(60).collect(),
        case_stage: Word::new(case.stage.code(), case.stage.label()),
        stage: word(stage),
        reply: if stage == OrderStage::Waiting { String::new() } else { leading.reply.clone() },
        reply_by: leading.clocks.reply_by.to_rfc3339(),
        due_at: found.order.due_at.map(Timestamp::to_rfc3339),
        overdue: found.order.is_overdue(leading, now),
        changed: found.order.told.len() > 1,
        sent_at: found.order.sent.last().map(|sent| sent.at.to_rfc3339()),
    }
}

/// The header of the file of answers, and what each column is called in JSON.
const ANSWER: [(&str, &str); 7] = [
    ("工单编号", "ext_no"),
    ("来源", "channel"),
    ("本镇编号", "code"),
    ("办理结果", "finding"),
    ("答复内容", "reply"),
    ("答复时间", "replied_at"),
    ("承办单位", "org"),
];

fn answer(found: &Found, names: &Names) -> Vec<String> {
    let (own, leading) = (&found.own.case, &found.leading.case);
    let finding = match (leading.finding, leading.forwarded_to.as_str()) {
        (Some(finding), _) => finding.label().to_owned(),
        (None, "") => String::new(),
        (None, to) => format!("已转{to}"),
    };
    vec![
        own.ext_no.clone(),
        own.channel.label().to_owned(),
        own.code.clone(),
        finding,
        leading.reply.clone(),
        leading.replied_at.map(Timestamp::to_rfc3339).unwrap_or_default(),
        leading.org.as_ref().map(|org| names.org(org)).unwrap_or_default(),
    ]
}

impl App {
    /// Orders the caller may see, with how far the answer to each is.
    pub async fn report_case_orders(
        &self,
        caller: &Caller,
        asked: &ReportOrderAsked,
    ) -> Result<ReportOrderList> {
        let now = self.now();
        let wanted = stage_asked(asked)?;
        let mut read = self.db.read(&self.town).await?;
        let found = orders(&mut read, caller, asked).await?;
        let count = |stage: &OrderStage| ReportOrderCount {
            stage: word(*stage),
            n: found.iter().filter(|one| one.stage() == *stage).count(),
        };
        let shown = found.iter().filter(|one| wanted.is_none_or(|stage| one.stage() == stage));
        Ok(ReportOrderList {
            counts: OrderStage::ALL.iter().map(count).collect(),
            items: shown.map(|one| row(one, now)).collect(),
            may_take: caller.hats.hat(Action::ReportCaseTake, &Subject::town()).is_some(),
            may_send: caller.hats.hat(Action::ReportCaseReply, &Subject::town()).is_some(),
        })
    }

    /// The answers to orders as a file in the numbers of the other side: name, media type and bytes. Those that wait to be
    /// sent when no stage is asked for; nothing is noted as sent by it.
    ///
    /// Errors: no such form of file; the caller answers no reports of the whole town.
    pub async fn order_answers(
        &self,
        caller: &Caller,
        asked: &ReportOrderAsked,
        ending: &str,
    ) -> Result<(String, &'static str, Vec<u8>)> {
        let now = self.now();
        let hat = caller.hat(Action::ReportCaseReply, &Subject::town())?;
        let wanted = stage_asked(asked)?.unwrap_or(OrderStage::Ready);
        let mut tx = self.write(caller).await?;
        let names = Names::read(&mut tx).await?;
        let mut found = orders(&mut tx, caller, asked).await?;
        found.retain(|one| one.stage() == wanted && one.stage() != OrderStage::Waiting);
        let rows: Vec<Vec<String>> = found.iter().map(|one| answer(one, &names)).collect();
        let titled = || {
            let header = ANSWER.iter().map(|(header, _)| (*header).to_owned()).collect();
            std::iter::once(header).chain(rows.iter().cloned()).collect::<Vec<Vec<String>>>()
        };
        let mut out = std::io::Cursor::new(Vec::new());
        let media = match ending {
            "xlsx" => {
                let widths = [24.0, 10.0, 20.0, 12.0, 60.0, 26.0, 20.0];
                exchange::write::table("工单答复", &titled(), &widths, &mut out).map_err(written)?;
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
            "csv" => {
                exchange::write::text_table(&titled(), &mut out).map_err(written)?;
                "text/csv; charset=utf-8"
            }
            "json" => {
                let one = |row: &Vec<String>| -> serde_json::Map<String, serde_json::Value> {
                    let cells = ANSWER.iter().zip(row);
                    cells.map(|((_, key), cell)| ((*key).to_owned(), cell.clone().into())).collect()
                };
                let list: Vec<_> = rows.iter().map(one).collect();
                serde_json::to_writer_pretty(&mut out, &list).map_err(|e| Error::Internal(e.to_string()))?;
                "application/json"
            }
            _ => return Err(Error::field("format", "report_order.format", "请选择 xlsx、csv 或 json")),
        };
        let mut audit = caller.audit_as(hat, "report_order.export", ("report_order", ""), "", now);
        audit.detail = serde_json::json!({ "rows": rows.len(), "format": ending }).to_string();
        let name = format!("工单答复-{}.{ending}", now.date().format("%Y%m%d"));
        Ok(tx.commit(audit, ()).await.map(|()| (name, media, out.into_inner()))?)
    }

    /// Notes that answers were sent back. Each answer is noted once: asked again, it says when it was.
    ///
    /// Errors: nothing chosen; a report that is no order the caller may see.
    pub async fn send_orders(&self, caller: &Caller, asked: &ReportOrderSend) -> Result<ReportOrderSent> {
        let now = self.now();
        let hat = caller.hat(Action::ReportCaseReply, &Subject::town())?.clone();
        let scope = caller.scope(Action::ReportCaseRead)?;
        let most = usize::try_from(READ).unwrap_or(0);
        if asked.ids.is_empty() || asked.ids.len() > most {
            return Err(Error::field(
                "ids",
                "report_order.none",
                "请先选择要登记回传的工单，一次最多 2000 件",
            ));
        }
        let mut tx = self.write(caller).await?;
        let mut told = ReportOrderSent::default();
        let ids: Vec<ReportCaseId> = asked.ids.iter().map(|id| id.as_str().into()).collect();
        let mut known = tx.report_orders(&ids).await?;
        for id in &ids {
            let own = tx.report_case(id, &scope).await?.filter(|own| is_order(&own.case));
            let own = own.ok_or(Error::NotFound)?;
            let leading = leading(&mut tx, &own).await?;
            let before = known.remove(id);
            let order = before.as_ref().map_or_else(|| Order::of(id.clone()), |one| one.order.clone());
            let ext_no = own.case.ext_no.clone();
            let last = order.sent.last().map(|sent| sent.at);
            match (order.stage(&leading.case), order.send(&leading.case, &caller.person, now)) {
                (_, Some(order)) => {
                    told.sent.push(ext_no);
                    save(&mut tx, before, order, (&caller.name, now)).await?;
                }
                (OrderStage::Sent, None) => {
                    let sent_at = last.map(Timestamp::to_rfc3339).unwrap_or_default();
                    told.already.push(ReportOrderBefore { ext_no, sent_at });
                }
                (_, None) => told.waiting.push(ext_no),
            }
        }
        let mut audit = caller.audit_as(&hat, "report_order.send", ("report_order", ""), "", now);
        audit.detail = serde_json::json!({ "sent": told.sent }).to_string();
        Ok(tx.commit(audit, told).await?)
    }
}

/// Writes an order, whether it was known or not.
pub(crate) async fn save(
    tx: &mut store::Write,
    before: Option<OrderRecord>,
    order: Order,
    (by, now): (&str, Timestamp),
) -> Result<()> {
    match before {
        Some(before) => tx.update_report_order(&OrderRecord { order, ..before }).await?,
        None => {
            let record = OrderRecord { order, recorded_by: by.to_owned(), version: 1, recorded_at: now };
            tx.insert_report_order(&record).await?;
        }
    }
    Ok(())
}
