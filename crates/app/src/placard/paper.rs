//! Placards on paper: the newest print of each drawn from the templates DT09, the town's own before those that come along,
//! many in one file as a job. What does not belong here: what stands in a template (`catalog/papers`, `paper::template`),
//! how it is drawn (`render`).

use std::collections::{BTreeMap, HashMap};

use domain::document::Document;
use domain::ids::PlacardId;
use domain::paper::{Template, Value, Values};
use domain::placard::{Placard, Print, Size};
use domain::policy::Action;
use domain::time::Date;
use render::Pictures;
use serde::{Deserialize, Serialize};
use store::Read;
use store::placard::PlacardFilter;
use utoipa::ToSchema;

use super::view::{Wall, href, printed, subject, village_of};
use crate::attachment::AttachmentFile;
use crate::job::{Asker, JobKind, JobView, Running};
use crate::paper::draw::{draw, fonts, hung};
use crate::paper::{catalog, in_use};
use crate::{App, Caller, Error, Result};

/// What those on a placard do, in our words. Source: the plan's clauses 2, 3 and 9.
const WORK: [&str; 3] = [
    "开展日常防火巡查，发现火灾隐患督促整改并及时上报",
    "开展消防安全宣传，提醒安全用火、用电、用气",
    "组织扑救初起火灾、疏散群众，并立即拨打 119",
];
/// The most placards in one file.
const MOST: usize = 2_000;

/// Which placards to print.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct PlacardPrintInput {
    /// These; otherwise all there are.
    #[serde(default)]
    pub ids: Vec<String>,
    /// Only in this village.
    pub village: Option<String>,
    /// Only those somebody has to go to.
    #[serde(default)]
    pub owed: bool,
    /// `a4`, `a3` or `door`; each placard's own when left out.
    pub size: Option<String>,
    /// Those with nobody to name today are left out; otherwise one of them keeps all from being printed.
    #[serde(default)]
    pub without_vacant: bool,
}

/// What a printing job led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlacardPrinted {
    /// Placards in the file.
    pub placards_n: usize,
    /// Pages in the file.
    pub pages_n: usize,
    /// What should be known about them, a sentence each: a font that stands in, a placard that needs two pages.
    pub problems: Vec<String>,
    /// Hash of the file.
    pub blob: String,
}

/// What a job is to print.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    ids: Vec<PlacardId>,
    size: Option<Size>,
    base: String,
}

/// The template of a size.
pub(super) fn template_of(size: Size) -> &'static str {
    match size {
        Size::A4 => "DT09",
        Size::A3 => "DT09.a3",
        Size::Door => "DT09.door",
    }
}

/// The town's own templates of placards that are in use on a day: edition by code.
// What hangs in public is worded so.
pub(super) async fn editions(read: &mut Read, day: Date) -> Result<BTreeMap<String, u32>> {
    let own = in_use(read, day).await?;
    let edition = |size: Size| own.get(template_of(size)).map(|one| (one.code.clone(), one.version));
    Ok(Size::ALL.iter().copied().filter_map(edition).collect())
}

fn size_of(word: Option<&str>) -> Result<Option<Size>> {
    let unknown = || Error::field("size", "placard.word", "请从列表中选择");
    word.filter(|word| !word.is_empty()).map(|word| Size::from_code(word).ok_or_else(unknown)).transpose()
}

impl Wall {
    /// A print filled into a template.
    fn document(
        &self,
        template: &Template,
        placard: &Placard,
        print: &Print,
        base: &str,
    ) -> Result<Document> {
        let people = print.lines.iter().map(|line| {
            let title = if line.acting { format!("{}（代）", line.title) } else { line.title.clone() };
            vec![line.name.clone(), title, line.office_phone.clone()]
        });
        // What was printed before the lines were kept with it is drawn with those of today.
        let hotline = match print.hotlines.is_empty() {
            true => printed(&self.hotlines),
            false => print.hotlines.clone(),
        };
        let mut values: Values = [
            ("area", Value::Text(self.about(placard))),
            ("people", Value::Rows(people.collect())),
            ("hotline", Value::Text(hotline.join("，"))),
            ("url", Value::Text(format!("{}{}", base.trim_end_matches('/'), href(placard)))),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into();
        if template.field("duties").is_some() {
            values.insert("duties".to_owned(), Value::List(WORK.map(str::to_owned).to_vec()));
        }
        let issuer = self.names.territory(village_of(&placard.path)).name;
        hung(template, &values, issuer, print.on)
    }
}

/// The documents of these placards, by their newest print.
async fn documents(
    read: &mut Read,
    wall: &mut Wall,
    caller: &Caller,
    order: &Order,
) -> Result<Vec<Document>> {
    let scope = caller.scope(Action::PlacardRead)?;
    let mut records = Vec::with_capacity(order.ids.len());
    for id in &order.ids {
        records.push(read.placard(id, &scope).await?.ok_or(Error::NotFound)?);
    }
    wall.learn(read, &records).await?;
    let mut own: HashMap<(&str, u32), Template> = HashMap::new();
    let mut drawn = Vec::with_capacity(records.len());
    for placard in records.iter().map(|record| &record.placard) {
        let Some(print) = placard.prints.last() else { continue };
        let code = template_of(order.size.unwrap_or(placard.size));
        let template = match print.editions.get(code) {
            None => catalog().on(code, wall.today),
            Some(edition) => {
                let key = (code, *edition);
                if !own.contains_key(&key)
                    && let Some(found) = read.paper_template_edition(code, *edition).await?
                {
                    own.insert(key, found.made.template);
                }
                own.get(&key)
            }
        };
        let lost = || Error::Internal(format!("placard {} names no template {code} we have", placard.id));
        drawn.push(wall.document(template.ok_or_else(lost)?, placard, print, &order.base)?);
    }
    Ok(drawn)
}

impl App {
    /// Draws one placard as it was last generated.
    ///
    /// Errors: no such size; a sign no font has.
    pub async fn placard_pdf(
        &self,
        caller: &Caller,
        id: &PlacardId,
        size: Option<&str>,
        base: &str,
    ) -> Result<Vec<u8>> {
        let size = size_of(size)?;
        let mut read = self.db.read(&self.town).await?;
        let mut wall = Wall::read(&mut read, self.now().date()).await?;
        let order = Order { ids: vec![id.clone()], size, base: base.to_owned() };
        let documents = documents(&mut read, &mut wall, caller, &order).await?;
        let documents = documents.into_iter().map(|one| self.marked(one)).collect();
        drop(read);
        Ok(draw(documents, Pictures::new()).await?.bytes)
    }

    /// Generates placards with today's holders, where the last print no longer shows them or the town words it otherwise by
    /// now, and queues the file with all of them.
    ///
    /// Errors: none that the caller may print; too many for one file; some with nobody to name, unless those are to be left out.
    pub async fn print_placards(
        &self,
        caller: &Caller,
        asked: &PlacardPrintInput,
        base: &str,
    ) -> Result<JobView> {
        let size = size_of(asked.size.as_deref())?;
        let now = self.now();
        let scope = caller.scope(Action::PlacardRead)?;
        caller.scope(Action::PlacardKeep)?;
        let mut tx = self.write(caller).await?;
        let mut records = tx.placards(&scope, &PlacardFilter::default()).await?;
        let wall = {
            let mut wall = Wall::read(&mut tx, now.date()).await?;
            wall.learn(&mut tx, &records).await?;
            wall
        };
        records.retain(|one| {
            let p = &one.placard;
            caller.hats.hat(Action::PlacardKeep, &subject(p)).is_some()
                && (asked.ids.is_empty() || asked.ids.iter().any(|id| id == p.id.as_str()))
                && asked.village.as_ref().is_none_or(|village| village_of(&p.path) == village)
                && (!asked.owed || wall.standing(p).is_owed())
        });
        if let Some(id) =
            asked.ids.iter().find(|id| !records.iter().any(|one| one.placard.id.as_str() == **id))
        {
            tracing::debug!(id, "a placard to print is not the caller's");
            return Err(Error::NotFound);
        }
        let Some(first) = records.first() else {
            return Err(Error::Refused {
                code: "placard.none",
                message: "这个范围里没有可以打印的公示牌，请先新建或改选范围".to_owned(),
            });
        };
        if records.len() > MOST {
            return Err(Error::Refused {
                code: "placard.too_many",
                message: format!("一次最多打印 {MOST} 块公示牌，请按村分批打印"),
            });
        }
        let hat = caller.hat(Action::PlacardKeep, &subject(&first.placard))?.clone();
        let editions = editions(&mut tx, wall.today).await?;
        let (mut ids, mut anew, mut vacant): (Vec<PlacardId>, Vec<_>, Vec<String>) = Default::default();
        for record in records {
            if wall.is_printed(&record.placard) && record.placard.is_worded(&editions) {
                ids.push(record.placard.id);
                continue;
            }
            let lines = wall.lines(&mut tx, &record.placard).await?;
            if lines.is_empty() {
                vacant.push(format!("{}（{}）", wall.about(&record.placard), record.placard.spot));
                continue;
            }
            ids.push(record.placard.id.clone());
            anew.push((record, lines));
        }
        if !vacant.is_empty() && (!asked.without_vacant || ids.is_empty()) {
            let named = vacant.join("、");
            return Err(Error::Refused {
                code: "placard.nobody",
                message: format!("{named}今天没有在任的责任人员，请先登记任职，或作废这些公示牌后再打印"),
            });
        }
        for (mut record, lines) in anew {
            let (hotlines, editions) = (printed(&wall.hotlines), editions.clone());
            record.placard = record.placard.generate(Print { on: wall.today, lines, hotlines, editions })?;
            tx.update_placard(&record).await?;
        }
        let total = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        let asker = Asker::of(caller, hat.id.as_str());
        let order = Order { ids, size, base: base.to_owned() };
        let key = self.new_id();
        let job = self.queue(&mut tx, &asker, JobKind::PlacardPrint, &key, &order, total).await?;
        let mut audit = caller.audit_as(&hat, "placard.print", ("job", &job.id), &hat.path, now);
        audit.detail = serde_json::json!({ "placards": order.ids }).to_string();
        Ok(tx.commit(audit, job).await?)
    }

    /// Draws what a job was queued for and keeps the file.
    // Who asked is kept with the job, and what he asked for was his to print.
    pub(crate) async fn carry_out_placards(&self, running: &Running) -> Result<serde_json::Value> {
        let order: Order = running.input()?;
        let mut read = self.db.read(&self.town).await?;
        let mut wall = Wall::read(&mut read, self.now().date()).await?;
        let asker = running.asker.caller();
        let documents = documents(&mut read, &mut wall, &asker, &order).await?;
        let documents: Vec<_> = documents.into_iter().map(|one| self.marked(one)).collect();
        drop(read);
        let (progress, placards_n) = (running.progress.clone(), documents.len());
        let drawn = tokio::task::spawn_blocking(move || {
            render::pdf_many(&documents, &Pictures::new(), fonts(), &mut |done, all| {
                progress.done(i64::try_from(done).unwrap_or(i64::MAX));
                progress.total(i64::try_from(all).unwrap_or(i64::MAX));
            })
        })
        .await
        .map_err(|e| Error::Internal(e.to_string()))??;
        let blob = self.blobs.put(&drawn.bytes)?;
        let printed = PlacardPrinted {
            placards_n,
            pages_n: drawn.pages,
            problems: drawn.problems.into_iter().map(|problem| problem.message).collect(),
            blob: blob.clone(),
        };
        let result = serde_json::to_value(&printed).map_err(|e| Error::Internal(e.to_string()))?;
        let now = self.now();
        let mut tx = self.db.write(&self.town).await?;
        tx.note_blob(&blob, drawn.bytes.len() as u64, "application/pdf", now).await?;
        running.finish(&mut tx, &result, now).await?;
        let mut audit = asker.audit("placard.draw", "job", &running.job.id, now);
        audit.hat.clone_from(&running.asker.hat);
        Ok(tx.commit(audit, result).await?)
    }

    /// The file a job of the caller made.
    ///
    /// Errors: no such job of his; not done yet.
    pub async fn printed_placards(&self, caller: &Caller, job: &str) -> Result<AttachmentFile> {
        let job = self.job(caller, job).await?;
        if job.kind != JobKind::PlacardPrint.code() {
            return Err(Error::NotFound);
        }
        let printed = job.result.and_then(|result| serde_json::from_value::<PlacardPrinted>(result).ok());
        let printed = printed.ok_or_else(|| Error::Refused {
            code: "placard.not_drawn",
            message: "公示牌还没有排好，请等任务完成后再下载".to_owned(),
        })?;
        let lost = || Error::Internal(format!("blob {} is missing", printed.blob));
        let bytes = self.blobs.get(&printed.blob)?.ok_or_else(lost)?;
        let name = format!("公示牌-{}块.pdf", printed.placards_n);
        Ok(AttachmentFile { name, media_type: "application/pdf".to_owned(), bytes })
    }
}
