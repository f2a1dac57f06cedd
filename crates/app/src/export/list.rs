//! Lists as they are on the screen, out as a file: the same question, every row, the caller's own scope, and that it was
//! taken out in the record. What does not belong here: ledgers that read in again (`export`), and what of a list somebody
//! may see (its own room).

use domain::fulfilment::{Status, percent};
use domain::ids::{InspectionPlanId, OrgId};
use domain::period::window_label;
use serde_json::json;

use super::Format;
use crate::fulfilment::{Ask, Pick};
use crate::hazard::list::Asked as HazardsAsked;
use crate::import::written;
use crate::inspection::InspectionsAsked;
use crate::placard::{PlacardAsked, PlacardRow};
use crate::place_list::Coverage;
use crate::task::TasksAsked;
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// Rows read at a time.
const PAGE: i64 = 1_000;
/// More rows than this are no list any more that somebody reads.
const MOST: usize = 200_000;
/// Width of a column of short words, and of one of sentences. Units: characters.
const NARROW: f64 = 14.0;
const WIDE: f64 = 32.0;

/// A list in words.
struct Listing {
    /// What it is of, as the record calls it.
    action: &'static str,
    /// Name of the file, without day and ending.
    name: String,
    /// Over the columns, each with its width.
    head: Vec<(&'static str, f64)>,
    rows: Vec<Vec<String>>,
}

fn names(all: &[Named]) -> String {
    all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join("、")
}

/// Leaves nothing out silently.
fn within(rows: usize) -> Result<()> {
    if rows <= MOST {
        return Ok(());
    }
    Err(Error::Refused {
        code: "export.too_many_rows",
        message: format!("超过 {MOST} 行，请缩小筛选范围后再导出"),
    })
}

impl App {
    /// The form of an ending, for a list.
    ///
    /// Errors: neither `xlsx` nor `csv`.
    pub fn list_format_of(&self, ending: &str) -> Result<Format> {
        match Format::from_ending(ending) {
            Some(format @ (Format::Xlsx | Format::Csv)) => Ok(format),
            _ => Err(Error::field("format", "export.list_format", "清单只能导出为 xlsx 或 csv")),
        }
    }

    /// Writes a list and records who took out how much of what.
    async fn list_out(&self, caller: &Caller, list: Listing, format: Format) -> Result<(String, Vec<u8>)> {
        let (head, widths): (Vec<&str>, Vec<f64>) = list.head.into_iter().unzip();
        let mut rows = vec![head.into_iter().map(str::to_owned).collect()];
        rows.extend(list.rows);
        self.table_out(caller, (list.action, &list.name), (widths, rows), format).await
    }

    /// Writes a table, its head first, with the width of each column; `(action, name)` of the record and of the file.
    async fn table_out(
        &self,
        caller: &Caller,
        (action, name): (&'static str, &str),
        (widths, rows): (Vec<f64>, Vec<Vec<String>>),
        format: Format,
    ) -> Result<(String, Vec<u8>)> {
        let now = self.now();
        let n = rows.len().saturating_sub(1);
        let file = format!("{name}-{}.{}", now.date(), format.ending());
        let bytes = self
            .aside(move || {
                let mut out = std::io::Cursor::new(Vec::new());
                match format {
                    Format::Csv => exchange::write::text_table(&rows, &mut out),
                    _ => exchange::write::list("清单", &rows, &widths, &mut out),
                }
                .map_err(written)?;
                Ok(out.into_inner())
            })
            .await?;
        let mut audit = caller.audit(action, "export", "", now);
        audit.detail = json!({ "format": format.ending(), "rows": n }).to_string();
        self.write(caller).await?.commit(audit, ()).await?;
        Ok((file, bytes))
    }

    /// The hazards asked for, as a file.
    pub async fn export_hazards(
        &self,
        caller: &Caller,
        asked: HazardsAsked,
        format: Format,
    ) -> Result<(String, Vec<u8>)> {
        let mut rows = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = self.hazards(caller, asked.clone(), after.as_deref(), PAGE).await?;
            rows.extend(page.items.into_iter().map(|one| {
                vec![
                    one.code,
                    one.stage_label,
                    one.description,
                    one.hazard_label,
                    one.place.name,
                    one.village.name,
                    one.level_label.unwrap_or_default(),
                    one.category_label,
                    one.measure_label.unwrap_or_default(),
                    one.deadline_on.unwrap_or_default(),
                    one.original_deadline_on.unwrap_or_default(),
                    if one.days_over > 0 { one.days_over.to_string() } else { String::new() },
                    one.found_at.chars().take(10).collect(),
                    one.found_by,
                ]
            }));
            within(rows.len())?;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let head = vec![
            ("编号", 20.0),
            ("状态", NARROW),
            ("情况", WIDE),
            ("隐患", WIDE),
            ("场所", 24.0),
            ("村（社区）", NARROW),
            ("等级", NARROW),
            ("类别", NARROW),
            ("整改方式", NARROW),
            ("整改期限", NARROW),
            ("最初期限", NARROW),
            ("逾期天数", NARROW),
            ("发现日期", NARROW),
            ("发现人", NARROW),
        ];
        self.list_out(
            caller,
            Listing { action: "hazard.export", name: "隐患清单".to_owned(), head, rows },
            format,
        )
        .await
    }

    /// The tasks asked for, as a file.
    pub async fn export_tasks(
        &self,
        caller: &Caller,
        asked: TasksAsked,
        format: Format,
    ) -> Result<(String, Vec<u8>)> {
        let mut asked = TasksAsked { after: None, limit: PAGE, ..asked };
        let mut rows = Vec::new();
        loop {
            let page = self.tasks(caller, &asked).await?;
            rows.extend(page.items.into_iter().map(|one| {
                vec![
                    one.code,
                    one.state_label,
                    one.kind_label,
                    one.place.name,
                    one.place.village.name,
                    one.lead.name,
                    names(&one.joint),
                    one.assignee.map(|who| who.name).unwrap_or_default(),
                    one.from,
                    one.due_on,
                    if one.overdue { one.days_over.to_string() } else { String::new() },
                    one.vain_visits.to_string(),
                ]
            }));
            within(rows.len())?;
            asked.after = page.next;
            if asked.after.is_none() {
                break;
            }
        }
        let head = vec![
            ("编号", 18.0),
            ("状态", NARROW),
            ("类型", NARROW),
            ("场所", 24.0),
            ("村（社区）", NARROW),
            ("牵头单位", 20.0),
            ("参加单位", 20.0),
            ("承办人", NARROW),
            ("开始日期", NARROW),
            ("截止日期", NARROW),
            ("逾期天数", NARROW),
            ("未能检查次数", NARROW),
        ];
        self.list_out(
            caller,
            Listing { action: "task.export", name: "任务清单".to_owned(), head, rows },
            format,
        )
        .await
    }

    /// The inspections asked for, as a file.
    pub async fn export_inspections(
        &self,
        caller: &Caller,
        asked: InspectionsAsked,
        format: Format,
    ) -> Result<(String, Vec<u8>)> {
        let mut asked = InspectionsAsked { after: None, limit: PAGE, ..asked };
        let mut rows = Vec::new();
        loop {
            let page = self.inspections(caller, &asked).await?;
            rows.extend(page.items.into_iter().map(|one| {
                vec![
                    one.happened_on,
                    one.place.name,
                    one.village.name,
                    one.org.name,
                    one.occasion_label,
                    one.power_label,
                    one.inspectors.join("、"),
                    one.outcome_label,
                    one.checked_n.to_string(),
                    one.failed_n.to_string(),
                    one.recorded_at.chars().take(10).collect(),
                    if one.late { "补录" } else { "" }.to_owned(),
                ]
            }));
            within(rows.len())?;
            asked.after = page.next;
            if asked.after.is_none() {
                break;
            }
        }
        let head = vec![
            ("检查日期", NARROW),
            ("场所", 24.0),
            ("村（社区）", NARROW),
            ("检查单位", 20.0),
            ("类型", NARROW),
            ("依据", NARROW),
            ("检查人", 18.0),
            ("结果", NARROW),
            ("检查项", NARROW),
            ("不合格项", NARROW),
            ("录入日期", NARROW),
            ("备注", NARROW),
        ];
        let list = Listing { action: "inspection.export", name: "检查清单".to_owned(), head, rows };
        self.list_out(caller, list, format).await
    }

    /// The plans of a year, as a file.
    pub async fn export_inspection_plans(
        &self,
        caller: &Caller,
        (year, org, state): (Option<i32>, Option<&OrgId>, Option<&str>),
        format: Format,
    ) -> Result<(String, Vec<u8>)> {
        let found = self.inspection_plans(caller, year, org, state).await?;
        let row = |one: crate::inspection_plan::PlanRow| {
            vec![
                one.title,
                one.org.name,
                one.span_label,
                one.state_label,
                one.places_n.to_string(),
                one.visits_n.to_string(),
                one.uncovered_n.map(|n| n.to_string()).unwrap_or_default(),
            ]
        };
        let rows = found.into_iter().map(row).collect();
        let head = vec![
            ("计划", WIDE),
            ("单位", 20.0),
            ("时段", 20.0),
            ("状态", NARROW),
            ("场所（家）", NARROW),
            ("检查（次）", NARROW),
            ("未排足（家）", NARROW),
        ];
        let list = Listing { action: "inspection_plan.export", name: "检查计划".to_owned(), head, rows };
        self.list_out(caller, list, format).await
    }

    /// Every visit of one plan, as a file.
    pub async fn export_plan_visits(
        &self,
        caller: &Caller,
        id: &InspectionPlanId,
        format: Format,
    ) -> Result<(String, Vec<u8>)> {
        let plan = self.inspection_plan(caller, id).await?;
        let org = plan.row.org.name;
        let row = |one: crate::inspection_plan::PlanItemView| {
            vec![
                one.place.name,
                one.village.name,
                one.grade_label.unwrap_or_default(),
                org.clone(),
                one.from,
                one.to,
                one.reason,
            ]
        };
        let rows = plan.items.into_iter().map(row).collect();
        let head = vec![
            ("场所", 24.0),
            ("村（社区）", NARROW),
            ("风险等级", NARROW),
            ("检查单位", 20.0),
            ("开始日期", NARROW),
            ("截止日期", NARROW),
            ("依据", WIDE),
        ];
        let list = Listing { action: "inspection_plan.export", name: plan.row.title, head, rows };
        self.list_out(caller, list, format).await
    }

    /// The errors of coverage asked for, as a file: all of them, also those the page has no room for.
    pub async fn export_coverage(
        &self,
        caller: &Caller,
        code: Option<&str>,
        village: Option<&str>,
        format: Format,
    ) -> Result<(String, Vec<u8>)> {
        let found = self.coverage_up_to(caller, Coverage { code, village, most: MOST }).await?;
        let row = |one: crate::place_list::CoverageErrorView| {
            vec![one.label, one.place.name, one.village.name, one.detail]
        };
        let rows = found.items.into_iter().map(row).collect();
        let head = vec![("问题", 18.0), ("场所", 24.0), ("村（社区）", NARROW), ("说明", 60.0)];
        let list = Listing { action: "place_list.export", name: "监管覆盖问题".to_owned(), head, rows };
        self.list_out(caller, list, format).await
    }

    /// The board's duties as a file: what was due of each, how it stands, and each village's figures behind that.
    pub async fn export_board(
        &self,
        caller: &Caller,
        ask: &Ask,
        format: Format,
    ) -> Result<(String, Vec<u8>)> {
        let table = self.board_table(caller, ask).await?;
        let columns =
            [("条款", 26.0), ("责任", NARROW), ("责任内容", 36.0), ("责任主体", WIDE), ("频次", NARROW)];
        let after = [("落实度", 8.0), ("最近期限", NARROW)];
        let own = |(name, width): &(&str, f64)| ((*name).to_owned(), *width);
        let statuses = Status::ALL.iter().map(|status| (status.label().to_owned(), 9.0));
        let villages = table.villages.iter().map(|village| (village.name.clone(), 10.0));
        let head = columns.iter().map(own).chain([("应落实".to_owned(), 9.0)]).chain(statuses);
        let (head, widths): (Vec<String>, Vec<f64>) =
            head.chain(after.iter().map(own)).chain(villages).unzip();
        let mut rows = vec![head];
        for line in table.lines {
            let whole = &line.row.whole;
            let ratio = match whole.ratio() {
                _ if !line.scored => "不计入".to_owned(),
                Some(ratio) => format!("{:.1}%", percent(ratio)),
                None => String::new(),
            };
            let mut cells = vec![line.clause, line.duty, line.title, line.who.join("、"), line.period];
            // Nothing of it is owed: whoever sums the column up gets what the board shows.
            cells.push(if line.scored { whole.due().to_string() } else { String::new() });
            cells.extend(Status::ALL.iter().map(|status| whole.count(*status).to_string()));
            cells.push(ratio);
            cells.push(line.row.next_due.map(|day| day.to_string()).unwrap_or_default());
            cells.extend(line.row.areas.iter().map(|tally| match tally.due() {
                0 => String::new(),
                due => format!("{} / {due}", tally.count(Status::Met) + tally.count(Status::Late)),
            }));
            rows.push(cells);
        }
        let name = format!("任务落实台账-{}至{}", table.days.0, table.days.1);
        self.table_out(caller, ("board.export", &name), (widths, rows), format).await
    }

    /// The occurrences of a duty that are listed, as a file.
    pub async fn export_occurrences(
        &self,
        caller: &Caller,
        duty: &str,
        ask: &Ask,
        statuses: &[Status],
        format: Format,
    ) -> Result<(String, Vec<u8>)> {
        let mut pick = Pick { statuses: statuses.to_vec(), after: None, limit: PAGE as usize };
        let mut rows = Vec::new();
        let name = loop {
            let page = self.board_duty(caller, duty, ask, &pick).await?;
            rows.extend(page.occurrences.into_iter().map(|one| {
                vec![
                    one.who.name,
                    one.who.kind.label().to_owned(),
                    one.who.village.map(|village| village.name).unwrap_or_default(),
                    window_label(&one.key, one.from, one.to),
                    one.due_on.to_string(),
                    one.status.label().to_owned(),
                    format!("{} / {}", one.done, one.needed),
                ]
            }));
            within(rows.len())?;
            pick.after = page.next;
            if pick.after.is_none() {
                break format!("落实情况-{}", page.line.duty.id);
            }
        };
        let head = vec![
            ("对象", 28.0),
            ("类型", NARROW),
            ("村（社区）", NARROW),
            ("时段", 24.0),
            ("截止日期", NARROW),
            ("状态", NARROW),
            ("完成 / 应完成", NARROW),
        ];
        self.list_out(caller, Listing { action: "duty.export", name, head, rows }, format).await
    }

    /// The placards asked for, in the order of the page, as a file: for whoever walks from one to the next.
    pub async fn export_placards(
        &self,
        caller: &Caller,
        asked: &PlacardAsked,
        format: Format,
    ) -> Result<(String, Vec<u8>)> {
        let degrees = |at: Option<f64>| at.map(|at| at.to_string()).unwrap_or_default();
        let row = |one: PlacardRow| {
            let said =
                |what: &str, who: &[String]| (!who.is_empty()).then(|| format!("{what}：{}", who.join("、")));
            let wrong = [said("应去掉", &one.gone), said("应加上", &one.come), said("有变", &one.otherwise)];
            vec![
                one.about.name,
                one.kind_label,
                one.village.name,
                one.spot,
                degrees(one.lon),
                degrees(one.lat),
                one.standing_label,
                one.since.unwrap_or_default(),
                one.repost_by.unwrap_or_default(),
                wrong.into_iter().flatten().collect::<Vec<_>>().join("；"),
                one.posted_on.unwrap_or_default(),
            ]
        };
        let rows: Vec<_> = self.placards(caller, asked).await?.items.into_iter().map(row).collect();
        within(rows.len())?;
        let head = vec![
            ("对象", 24.0),
            ("类型", NARROW),
            ("村（社区）", NARROW),
            ("张挂位置", 24.0),
            ("经度", NARROW),
            ("纬度", NARROW),
            ("状态", NARROW),
            ("自何日起不符", NARROW),
            ("应换日期", NARROW),
            ("哪里不符", WIDE),
            ("张挂日期", NARROW),
        ];
        let list = Listing { action: "placard.export", name: "公示牌清单".to_owned(), head, rows };
        self.list_out(caller, list, format).await
    }

    /// The list of who enforces, helps to and inspects, as a file.
    pub async fn export_roll(&self, caller: &Caller, format: Format) -> Result<(String, Vec<u8>)> {
        let row = |one: crate::gate::RollRow| {
            let lacks: Vec<_> = one.lacks.into_iter().map(|lack| lack.label).collect();
            vec![
                one.person.name,
                one.role.label,
                one.title,
                one.org.name,
                one.number,
                one.until.unwrap_or_default(),
                lacks.join("、"),
            ]
        };
        let rows: Vec<_> = self.enforcement_roll(caller).await?.items.into_iter().map(row).collect();
        let head = vec![
            ("姓名", NARROW),
            ("身份", 18.0),
            ("岗位", 20.0),
            ("单位", 24.0),
            ("证件编号", 20.0),
            ("有效期至", NARROW),
            ("缺什么", WIDE),
        ];
        let list = Listing { action: "gate.export", name: "执法检查人员名录".to_owned(), head, rows };
        self.list_out(caller, list, format).await
    }

    /// Every session of training, as a file.
    pub async fn export_trainings(&self, caller: &Caller, format: Format) -> Result<(String, Vec<u8>)> {
        let row = |one: crate::training::TrainingRow| {
            vec![
                one.on,
                one.title,
                one.kind.label,
                one.org.name,
                one.trainer.name,
                one.attended.to_string(),
                if one.tested { one.passed.to_string() } else { String::new() },
                one.state_label,
            ]
        };
        let found = self.trainings_up_to(caller, MOST as i64 + 1).await?;
        within(found.len())?;
        let rows = found.into_iter().map(row).collect();
        let head = vec![
            ("日期", NARROW),
            ("班次", WIDE),
            ("类型", NARROW),
            ("组织单位", 20.0),
            ("授课人", NARROW),
            ("到课", NARROW),
            ("合格", NARROW),
            ("状态", NARROW),
        ];
        let list = Listing { action: "training.export", name: "培训班次".to_owned(), head, rows };
        self.list_out(caller, list, format).await
    }

    /// Who of each group was trained within a year, as a file.
    pub async fn export_training_coverage(
        &self,
        caller: &Caller,
        year: Option<i32>,
        format: Format,
    ) -> Result<(String, Vec<u8>)> {
        let found = self.training_coverage(caller, year).await?;
        let row = |one: crate::training::CoverageGroup| {
            let missing: Vec<_> = one.missing.into_iter().map(|one| one.who.name).collect();
            vec![
                one.group.label,
                one.people.to_string(),
                one.attended.to_string(),
                one.passed.to_string(),
                missing.join("、"),
            ]
        };
        let name = format!("{} 年培训覆盖", found.year);
        let rows = found.groups.into_iter().map(row).collect();
        let head =
            vec![("人员", 28.0), ("应训", NARROW), ("到课", NARROW), ("合格", NARROW), ("未合格", 60.0)];
        self.list_out(caller, Listing { action: "training.export", name, head, rows }, format).await
    }
}
