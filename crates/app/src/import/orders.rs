//! Orders of 12345 and 渝快办 against the reports on record: what is new becomes a report by its channel, a changed one is
//! written beside what came first, a file sent twice says nothing new. Who called goes where reporters are sealed and into no
//! answer. What does not belong here: reading cells (`exchange::orders_sheet`), answers (`report_case::order`).

use domain::ids::ReportCaseId;
use domain::policy::Action;
use domain::report_case::order::{Order, Told};
use domain::report_case::{Channel, MAX_CONTENT, Matter, Site, Stage};
use domain::time::{DAY_MS, Timestamp};
use exchange::ledger::{Numbered, Parsed};
use exchange::orders_sheet::{DEFAULT_CHANNEL, OrderRow, SEALED};
use exchange::problem::{Level, Problem, bad_rows};
use exchange::value::is_placeholder;
use store::import::ImportFile;
use store::report_case::order::OrderRecord;
use store::report_case::{ReportCaseRecord, Reporter};
use store::{Read, Write};

use super::{ImportChange, ImportChoice, ImportReport};
use crate::job::Running;
use crate::place::Gazetteer;
use crate::report_case::order::save;
use crate::report_case::{Coming, RECEIPT_LETTERS};
use crate::secret::readable_code;
use crate::{App, Result};

/// Orders older than this are a wrong column rather than orders. Units: days.
const OLDEST_DAYS: i64 = 400;

/// Words of the other side by which a matter is known; the first that fits. What fits none is screened as something else.
const WORDS: &[(&str, Matter)] = &[
    ("消火栓", Matter::Water),
    ("水池", Matter::Water),
    ("通道", Matter::BlockedExit),
    ("出口", Matter::BlockedExit),
    ("楼道", Matter::BlockedExit),
    ("电动", Matter::Wiring),
    ("充电", Matter::Wiring),
    ("电气", Matter::Wiring),
    ("用电", Matter::Wiring),
    ("燃气", Matter::Flammables),
    ("液化气", Matter::Flammables),
    ("易燃", Matter::Flammables),
    ("住人", Matter::Combined),
    ("三合一", Matter::Combined),
    ("野外", Matter::Forest),
    ("焚烧", Matter::Forest),
    ("设施", Matter::Equipment),
    ("器材", Matter::Equipment),
];

/// What an import would write.
#[derive(Default)]
struct Work {
    coming: Vec<(Coming, Told, Option<Timestamp>)>,
    told: Vec<(Option<OrderRecord>, Order)>,
}

/// Why a cell cannot be taken: key of its column, code, what to do.
type Wrong = (&'static str, &'static str, String);

/// A moment of a file: an hour of the town's clock, or a day with where in the day it counts.
fn moment(text: &str, ends: bool) -> Option<Timestamp> {
    match text.split_once(' ') {
        Some((day, hour)) => Timestamp::parse(&format!("{day}T{hour}+08:00")),
        None => {
            let start = Timestamp::start_of(domain::time::parse_date(text)?);
            Some(if ends { start.plus_ms(DAY_MS - 1) } else { start })
        }
    }
}

fn matter(text: &str) -> Option<Matter> {
    let exact = Matter::ALL.iter().copied().find(|one| one.label() == text || one.code() == text);
    exact.or_else(|| WORDS.iter().find(|(word, _)| text.contains(word)).map(|(_, matter)| *matter))
}

fn told_of(row: &OrderRow, at: Timestamp) -> Told {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    Told {
        at,
        title: text(&row.title),
        content: text(&row.content),
        matter: text(&row.matter),
        village: text(&row.village),
        address: text(&row.address),
        received: text(&row.received_at),
        due: text(&row.due_at),
    }
}

/// What was told, as a row to compare with another; who called is in neither.
fn row_of(told: &Told) -> OrderRow {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    OrderRow {
        title: some(&told.title),
        content: some(&told.content),
        matter: some(&told.matter),
        village: some(&told.village),
        address: some(&told.address),
        received_at: some(&told.received),
        due_at: some(&told.due),
        ..OrderRow::default()
    }
}

impl App {
    /// Compares orders with the reports on record and, when a job is to commit and nothing stands against it, writes them in
    /// one act together with the job's end.
    pub(super) async fn import_orders(
        &self,
        file: &ImportFile,
        choice: &ImportChoice,
        parsed: Parsed<OrderRow>,
        commit: Option<&Running>,
    ) -> Result<ImportReport> {
        let now = self.now();
        let Some(running) = commit else {
            let mut read = self.db.read(&self.town).await?;
            return Ok(self.plan_orders(&mut read, choice, &parsed, now).await?.0);
        };
        let caller = running.asker.caller();
        let mut tx: Write = self.write(&caller).await?;
        let (mut report, work) = self.plan_orders(&mut tx, choice, &parsed, now).await?;
        if !report.is_ready() {
            return Ok(report);
        }
        for (coming, told, due_at) in work.coming {
            let order = Order::of(coming.id.clone()).tell(told, due_at);
            self.receive_report(&caller, &mut tx, coming, now).await?;
            if let Some(order) = order {
                save(&mut tx, None, order, (&caller.name, now)).await?;
            }
        }
        for (before, order) in work.told {
            save(&mut tx, before, order, (&caller.name, now)).await?;
        }
        let audit = super::ended(&mut tx, running, file, &mut report, now).await?;
        Ok(tx.commit(audit, report).await?)
    }

    async fn plan_orders(
        &self,
        read: &mut Read,
        choice: &ImportChoice,
        parsed: &Parsed<OrderRow>,
        now: Timestamp,
    ) -> Result<(ImportReport, Work)> {
        let names = Gazetteer::read(read).await?;
        let mut report = ImportReport::default();
        let mut found: Vec<Problem> = parsed.problems.clone();
        let bad_rows = bad_rows(&found);
        report.rows = parsed.rows.len() + bad_rows.len();
        let mut work = Work::default();
        for row in &parsed.rows {
            if choice.decisions.get(&row.row.to_string()).map(String::as_str) == Some("skip") {
                report.skipped += 1;
                continue;
            }
            let told = told_of(&row.value, now);
            let (channel, due_at, coming) = match self.read_order(&names, row, now) {
                Ok(read) => read,
                Err((key, code, message)) => {
                    found.push(parsed.problem(row, key, Level::Error, code, &message));
                    continue;
                }
            };
            let known = read.report_case_by_ext(channel, &coming.ext_no).await?;
            let Some(known) = known else {
                report.created += 1;
                if !told.matter.is_empty() && matter(&told.matter).is_none() {
                    let message = format!("“{}”不是本系统的类别，按“其他消防安全问题”登记", told.matter);
                    found.push(parsed.problem(row, "matter", Level::Note, "report_order.matter", &message));
                }
                work.coming.push((coming, told, due_at));
                continue;
            };
            let id: &ReportCaseId = &known.case.id;
            if known.case.stage == Stage::Void {
                let message = format!("这件工单登记为 {} 后已作废，没有重新登记", known.case.code);
                found.push(parsed.problem(row, "ext_no", Level::Note, "report_order.void", &message));
            }
            let before = read.report_orders(std::slice::from_ref(id)).await?.remove(id);
            let order = before.as_ref().map_or_else(|| Order::of(id.clone()), |one| one.order.clone());
            let last = order.last().cloned().unwrap_or_default();
            match order.tell(told.clone(), due_at) {
                None => report.unchanged += 1,
                Some(order) => {
                    report.updated += 1;
                    report.note_change(|| change(parsed, row, &known, (&last, &told)));
                    work.told.push((before, order));
                }
            }
        }
        // What stands in a sealed column is shown beside no problem.
        let sealed: Vec<String> = SEALED
            .iter()
            .map(|key| parsed.mapping.address(key))
            .filter(|column| !column.is_empty())
            .collect();
        for problem in found.iter_mut().filter(|one| sealed.contains(&one.column)) {
            problem.value.clear();
        }
        report.take(&found);
        report.problems.sort_by_key(|p| p.row);
        Ok((report, work))
    }

    /// A row as the report it would become.
    fn read_order(
        &self,
        names: &Gazetteer,
        row: &Numbered<OrderRow>,
        now: Timestamp,
    ) -> std::result::Result<(Channel, Option<Timestamp>, Coming), Wrong> {
        let order = &row.value;
        let text = |field: &Option<String>| {
            field.as_deref().filter(|text| !is_placeholder(text)).unwrap_or_default().trim().to_owned()
        };
        let channel = order.channel.as_deref().unwrap_or(DEFAULT_CHANNEL);
        let channel = Channel::from_code(channel).unwrap_or(Channel::Line12345);
        let territory = match text(&order.village).as_str() {
            "" => names.of_level(domain::org::Level::Town),
            written => names.territory_written(written),
        };
        let territory = territory.ok_or_else(|| {
            let written = text(&order.village);
            let message = format!("没有“{written}”这个村（社区），请按本镇名称填写，不清楚时留空");
            ("village", "report_order.village", message)
        })?;
        let received_at = match text(&order.received_at).as_str() {
            "" => now,
            written => moment(written, false)
                .filter(|at| *at <= now && *at >= now.plus_ms(-OLDEST_DAYS * DAY_MS))
                .ok_or_else(|| {
                    let message = "派单时间应在过去一年内，不能晚于现在，请核对".to_owned();
                    ("received_at", "report_case.received_at", message)
                })?,
        };
        let due_at = match text(&order.due_at).as_str() {
            "" => None,
            written => Some(moment(written, true).ok_or_else(|| {
                ("due_at", "cell.moment", "应填日期和时间，如 2026-09-21 10:30".to_owned())
            })?),
        };
        let (title, body) = (text(&order.title), text(&order.content));
        let content = match title.is_empty() || body.contains(&title) {
            true => body,
            false => format!("{title}：{body}"),
        };
        if content.chars().count() > MAX_CONTENT {
            let message = format!("标题和内容合计超过 {MAX_CONTENT} 字，请缩短");
            return Err(("content", "cell.too_long", message));
        }
        let receipt = readable_code(RECEIPT_LETTERS)
            .map_err(|_| ("ext_no", "import.failed", "没有生成受理码，请重试".to_owned()))?;
        let coming = Coming {
            id: self.new_id().into(),
            channel,
            ext_no: text(&order.ext_no),
            matter: matter(&text(&order.matter)).unwrap_or(Matter::Other),
            content,
            site: Site::words(territory.code.clone(), &text(&order.address)),
            path: territory.path.clone(),
            photos: Vec::new(),
            received_at,
            reporter: Reporter { name: text(&order.name), phone: text(&order.phone) },
            voice: None,
            receipt,
        };
        Ok((channel, due_at, coming))
    }
}

fn change(
    parsed: &Parsed<OrderRow>,
    row: &Numbered<OrderRow>,
    known: &ReportCaseRecord,
    (before, after): (&Told, &Told),
) -> ImportChange {
    ImportChange {
        sheet: parsed.sheet.clone(),
        row: row.row,
        id: known.case.id.to_string(),
        code: known.case.code.clone(),
        name: known.case.ext_no.clone(),
        fields: super::changed_fields(&row_of(before), &row_of(after), &super::vocabulary("reports12345")),
    }
}

/// Who may send this kind of file.
pub(super) fn right(kind: &str) -> Action {
    match kind {
        "reports12345" => Action::ReportCaseTake,
        _ => Action::RegisterImport,
    }
}
