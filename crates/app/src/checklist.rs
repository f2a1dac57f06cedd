//! Checklists: the shipped ones become editions of the town, the office makes and publishes its own, a place gets its
//! sheet. What does not belong here: when a list may change (`domain::checklist`), answers (`inspection`).

mod view;

use std::collections::{BTreeMap, BTreeSet};

use domain::checklist::{Checklist, ChecklistRefusal, Item, Purpose, State, succeed};
use domain::checklist_library::Library;
use domain::ids::PlaceId;
use domain::place::{KindCode, Problem};
use domain::policy::{Action, Subject};
use domain::time::Date;
use store::Read;
use store::checklist::ChecklistRecord;

use view::catalog;
pub use view::{
    ChecklistApplies, ChecklistDiff, ChecklistEdit, ChecklistInput, ChecklistRow, ChecklistView,
    HazardCodeView, ItemBasis, ItemInput, ItemView, PinView, SheetKind, SheetView, hazard_dictionary,
};
pub(crate) use view::{code_of, from_code, hazard_codes};

use crate::error::FieldProblem;
use crate::place::place_to_read;
use crate::{App, Caller, Error, Result};

/// Where a list begins among its fellows when the office makes it.
const OWN_ORDER: u32 = 500;
/// The police station's routine list.
const POLICE: &str = "police_routine";

/// Every edition of the town that is or was in use.
pub(crate) async fn library(read: &mut Read) -> Result<Library> {
    let lists = read.checklists().await?.into_iter().map(|record| record.checklist);
    Ok(Library::new(lists.filter(|list| list.state != State::Draft).collect(), catalog()).0)
}

/// The sheet of a kind for a place of this category and these tags on a day.
pub(crate) fn sheet_of(
    library: &Library,
    kind: SheetKind,
    category: &KindCode,
    tags: &BTreeSet<KindCode>,
    on: Date,
) -> SheetView {
    let sheet = match kind {
        SheetKind::Full => library.compose(category, tags, on),
        SheetKind::Quick => library.quick(on),
        SheetKind::Police => library.routine(POLICE, category, tags, on).unwrap_or_default(),
    };
    SheetView::of(kind, &sheet, library)
}

impl App {
    /// Makes the shipped checklists the first editions of a town that has none of their codes, as drafts, or valid
    /// from a day. Doing it again changes nothing.
    ///
    /// Errors: a shipped file is broken, which the tests of `exchange` rule out.
    pub async fn ensure_shipped_checklists(
        &self,
        caller: &Caller,
        valid_from: Option<Date>,
    ) -> Result<usize> {
        let now = self.now();
        let hat = caller.hat(Action::ChecklistChange, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let known: BTreeSet<String> =
            tx.checklists().await?.into_iter().map(|record| record.checklist.code).collect();
        let mut added = 0;
        for (name, text) in exchange::shipped::CHECKLISTS {
            let (list, problems) = exchange::checklist_file::read(text);
            let broken = || Error::Internal(format!("shipped checklist {name}: {problems:?}"));
            let list = list.filter(|_| problems.is_empty()).ok_or_else(broken)?;
            if known.contains(&list.code) {
                continue;
            }
            let state = valid_from.map_or(State::Draft, |from| State::Valid { from });
            let record = ChecklistRecord {
                id: self.new_id(),
                checklist: Checklist { state, ..list },
                version: 1,
                recorded_at: now,
                recorded_by: caller.account.to_string(),
            };
            tx.insert_checklist(&record).await?;
            added += 1;
        }
        if added == 0 {
            return Ok(0);
        }
        let audit = caller.audit_as(hat, "checklist.shipped", ("checklist", ""), "", now);
        Ok(tx.commit(audit, added).await?)
    }

    /// Every edition of every list.
    pub async fn checklists(&self, caller: &Caller) -> Result<Vec<ChecklistRow>> {
        caller.scope(Action::ChecklistRead)?;
        let may = may_change(caller);
        let mut records = self.db.read(&self.town).await?.checklists().await?;
        records.sort_by(|a, b| {
            let key =
                |r: &ChecklistRecord| (r.checklist.order, r.checklist.code.clone(), r.checklist.edition);
            key(a).cmp(&key(b))
        });
        Ok(records.iter().map(|record| ChecklistRow::of(record, may)).collect())
    }

    /// An edition with its items and what changed since the one before.
    pub async fn checklist(&self, caller: &Caller, id: &str) -> Result<ChecklistView> {
        caller.scope(Action::ChecklistRead)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.checklist(id).await?.ok_or(Error::NotFound)?;
        view(&mut read, caller, &record).await
    }

    /// A new list of the office, as a draft without items.
    pub async fn add_checklist(&self, caller: &Caller, input: &ChecklistInput) -> Result<ChecklistView> {
        let hat = caller.hat(Action::ChecklistChange, &Subject::town())?;
        let purpose: Purpose = from_code(&input.purpose)
            .ok_or_else(|| Error::field("purpose", "checklist.purpose", "请选择检查表的用途"))?;
        let list = Checklist {
            code: input.code.trim().to_owned(),
            edition: 1,
            title: input.title.trim().to_owned(),
            purpose,
            order: OWN_ORDER,
            applies: input.applies.read(),
            items: Vec::new(),
            reuses: Vec::new(),
            state: State::Draft,
        };
        let of_head = |p: &Problem| !p.field.starts_with("item");
        let problems: Vec<Problem> = list.validate().into_iter().filter(of_head).collect();
        if !problems.is_empty() {
            return Err(invalid(&problems));
        }
        let now = self.now();
        let mut tx = self.write(caller).await?;
        if !tx.checklist_editions(&list.code).await?.is_empty() {
            return Err(Error::Conflict {
                code: "checklist.code_taken",
                message: format!("检查表编号 {} 已有人使用，请换一个", list.code),
            });
        }
        let record = self.new_edition(caller, list);
        tx.insert_checklist(&record).await?;
        let audit = caller.audit_as(hat, "checklist.add", ("checklist", &record.id), "", now);
        let answer = view(&mut tx, caller, &record).await?;
        Ok(tx.commit(audit, answer).await?)
    }

    /// A draft of the next edition, beginning as a copy.
    ///
    /// Errors: there is a draft already.
    pub async fn next_checklist(&self, caller: &Caller, id: &str) -> Result<ChecklistView> {
        let hat = caller.hat(Action::ChecklistChange, &Subject::town())?;
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let record = tx.checklist(id).await?.ok_or(Error::NotFound)?;
        let editions = tx.checklist_editions(&record.checklist.code).await?;
        let newest = editions.last().unwrap_or(&record);
        if newest.checklist.state == State::Draft && newest.id != record.id {
            return Err(ChecklistRefusal::StillDraft(newest.checklist.edition).into());
        }
        let edition = newest.checklist.edition.saturating_add(1);
        let next = Checklist { edition, ..record.checklist.next_edition()? };
        let record = self.new_edition(caller, next);
        tx.insert_checklist(&record).await?;
        let audit = caller.audit_as(hat, "checklist.edition", ("checklist", &record.id), "", now);
        let answer = view(&mut tx, caller, &record).await?;
        Ok(tx.commit(audit, answer).await?)
    }

    fn new_edition(&self, caller: &Caller, checklist: Checklist) -> ChecklistRecord {
        ChecklistRecord {
            id: self.new_id(),
            checklist,
            version: 1,
            recorded_at: self.now(),
            recorded_by: caller.account.to_string(),
        }
    }

    /// Replaces title and items of a draft. What is not right yet may be kept; publishing asks for all of it.
    pub async fn edit_checklist(
        &self,
        caller: &Caller,
        id: &str,
        edit: &ChecklistEdit,
    ) -> Result<ChecklistView> {
        let mut tx = self.write(caller).await?;
        let record = self.changeable(caller, &mut tx, id, Some(edit.version)).await?;
        let list = &record.checklist;
        let before: BTreeMap<&str, &Item> = list.items.iter().map(|i| (i.code.as_str(), i)).collect();
        let mut problems = Vec::new();
        let items: Vec<Item> = edit
            .items
            .iter()
            .enumerate()
            .map(|(at, item)| item.read(before.get(item.code.trim()).copied(), at, &mut problems))
            .collect();
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let next = Checklist {
            title: edit.title.trim().to_owned(),
            applies: edit.applies.as_ref().map_or_else(|| list.applies.clone(), ChecklistApplies::read),
            ..list.clone().with_items(items)?
        };
        self.save_draft(caller, tx, record, next, "checklist.edit").await
    }

    /// Replaces the items of a draft by the rows of a workbook or text file.
    ///
    /// Errors: every row and column that cannot be right.
    pub async fn import_checklist(&self, caller: &Caller, id: &str, bytes: Vec<u8>) -> Result<ChecklistView> {
        caller.hat(Action::ChecklistChange, &Subject::town())?;
        let items = tokio::task::spawn_blocking(move || read_sheet(&bytes)).await.map_err(|_| {
            Error::field("file", "checklist_sheet.unreadable", "文件读不出来，请另存后再试")
        })??;
        let mut tx = self.write(caller).await?;
        let record = self.changeable(caller, &mut tx, id, None).await?;
        let next = record.checklist.clone().with_items(items)?;
        self.save_draft(caller, tx, record, next, "checklist.import").await
    }

    async fn changeable(
        &self,
        caller: &Caller,
        read: &mut Read,
        id: &str,
        version: Option<i64>,
    ) -> Result<ChecklistRecord> {
        caller.hat(Action::ChecklistChange, &Subject::town())?;
        let record = read.checklist(id).await?.ok_or(Error::NotFound)?;
        if version.is_some_and(|version| version != record.version) {
            return Err(Error::stale(&view(read, caller, &record).await?));
        }
        Ok(record)
    }

    async fn save_draft(
        &self,
        caller: &Caller,
        mut tx: store::Write,
        record: ChecklistRecord,
        checklist: Checklist,
        action: &'static str,
    ) -> Result<ChecklistView> {
        let hat = caller.hat(Action::ChecklistChange, &Subject::town())?;
        let changed = ChecklistRecord { checklist, ..record };
        tx.update_checklist(&changed).await?;
        let changed = ChecklistRecord { version: changed.version + 1, ..changed };
        let audit = caller.audit_as(hat, action, ("checklist", &changed.id), "", self.now());
        let answer = view(&mut tx, caller, &changed).await?;
        Ok(tx.commit(audit, answer).await?)
    }

    /// Publishes a draft from a day on; the edition in force ends the day before.
    ///
    /// Errors: it is incomplete, it clashes with other lists, or the days overlap.
    pub async fn publish_checklist(
        &self,
        caller: &Caller,
        id: &str,
        from: Date,
        version: i64,
    ) -> Result<ChecklistView> {
        let mut tx = self.write(caller).await?;
        let record = self.changeable(caller, &mut tx, id, Some(version)).await?;
        let problems = lacking(&record.checklist);
        if record.checklist.state == State::Draft && !problems.is_empty() {
            return Err(invalid(&problems));
        }
        let editions = tx.checklist_editions(&record.checklist.code).await?;
        let in_force =
            editions.iter().find(|r| r.id != id && matches!(r.checklist.state, State::Valid { .. }));
        let next = match in_force {
            Some(old) => {
                let (ended, next) = succeed(old.checklist.clone(), record.checklist.clone(), from)?;
                tx.update_checklist(&ChecklistRecord { checklist: ended, ..old.clone() }).await?;
                next
            }
            None => {
                let others: Vec<&Checklist> =
                    editions.iter().filter(|r| r.id != id).map(|r| &r.checklist).collect();
                record.checklist.clone().publish(from, &others)?
            }
        };
        let others = tx.checklists().await?.into_iter().filter(|r| r.id != id).map(|r| r.checklist);
        let mut lists: Vec<Checklist> = others.filter(|list| list.state != State::Draft).collect();
        let (_, before) = Library::new(lists.clone(), catalog());
        lists.push(next.clone());
        let (_, after) = Library::new(lists, catalog());
        let clashes: Vec<Problem> = after.into_iter().filter(|problem| !before.contains(problem)).collect();
        if !clashes.is_empty() {
            return Err(invalid(&clashes));
        }
        self.save_draft(caller, tx, record, next, "checklist.publish").await
    }

    /// Ends an edition after a last day.
    pub async fn retire_checklist(
        &self,
        caller: &Caller,
        id: &str,
        to: Date,
        version: i64,
    ) -> Result<ChecklistView> {
        let mut tx = self.write(caller).await?;
        let record = self.changeable(caller, &mut tx, id, Some(version)).await?;
        let next = record.checklist.clone().retire(to)?;
        self.save_draft(caller, tx, record, next, "checklist.retire").await
    }

    /// An edition as a workbook that [`App::import_checklist`] takes again, and its title.
    pub async fn export_checklist(&self, caller: &Caller, id: &str) -> Result<(String, Vec<u8>)> {
        caller.scope(Action::ChecklistRead)?;
        let record = self.db.read(&self.town).await?.checklist(id).await?.ok_or(Error::NotFound)?;
        let list = record.checklist;
        let rows = exchange::checklist_sheet::write(&list);
        let widths = [10.0, 44.0, 36.0, 44.0, 12.0, 10.0, 10.0, 20.0, 8.0, 8.0, 20.0];
        let mut bytes = Vec::new();
        exchange::write::table("检查项", &rows, &widths, std::io::Cursor::new(&mut bytes))
            .map_err(|e| Error::Internal(e.to_string()))?;
        Ok((format!("{}-第{}版", list.title, list.edition), bytes))
    }

    /// What to ask of a place today.
    pub async fn place_sheet(&self, caller: &Caller, id: &PlaceId, kind: SheetKind) -> Result<SheetView> {
        caller.scope(Action::ChecklistRead)?;
        let mut read = self.db.read(&self.town).await?;
        let (place, _) = place_to_read(&mut read, caller, id).await?;
        let library = library(&mut read).await?;
        Ok(sheet_of(&library, kind, &place.place.category, &place.place.tags, self.now().date()))
    }

    /// Every hazard of the dictionary.
    pub async fn hazard_words(&self, caller: &Caller) -> Result<Vec<HazardCodeView>> {
        caller.scope(Action::HazardRead)?;
        Ok(hazard_codes())
    }
}

fn may_change(caller: &Caller) -> bool {
    caller.hat(Action::ChecklistChange, &Subject::town()).is_ok()
}

async fn view(read: &mut Read, caller: &Caller, record: &ChecklistRecord) -> Result<ChecklistView> {
    let editions = read.checklist_editions(&record.checklist.code).await?;
    Ok(ChecklistView::of(record, &editions, may_change(caller)))
}

/// What keeps a list by itself from being published.
fn lacking(list: &Checklist) -> Vec<Problem> {
    let unknown = |item: &Item| item.unknown_hazard(|code| hazard_dictionary().knows(code));
    let mut problems = list.validate();
    problems.extend(list.items.iter().filter_map(unknown));
    problems
}

fn invalid(problems: &[Problem]) -> Error {
    let field =
        |p: &Problem| FieldProblem { field: p.field.to_owned(), code: p.code, message: p.message.clone() };
    Error::Invalid(problems.iter().map(field).collect())
}

/// Items from the first sheet that has a header of them.
fn read_sheet(bytes: &[u8]) -> Result<Vec<Item>> {
    let limits = exchange::sheet::Limits {
        file_bytes: 2 << 20,
        unpacked_bytes: 40 << 20,
        sheets: 8,
        rows: 2_000,
        columns: 60,
        cells: 60_000,
        ..exchange::sheet::Limits::default()
    };
    let book = exchange::sheet::read(bytes, &limits).map_err(|e| {
        Error::Invalid(vec![FieldProblem {
            field: "file".to_owned(),
            code: e.code(),
            message: e.to_string(),
        }])
    })?;
    let mut first = None;
    for sheet in &book.sheets {
        let rows: Vec<Vec<String>> =
            sheet.rows.iter().map(|row| row.iter().map(|cell| cell.shown().into_owned()).collect()).collect();
        let (items, problems) = exchange::checklist_sheet::read(&rows, hazard_dictionary());
        let problems: Vec<FieldProblem> = problems
            .into_iter()
            .filter(|problem| problem.code != "checklist_sheet.unknown_column")
            .map(|problem| {
                let letter =
                    problem.column.checked_sub(1).map(exchange::sheet::column_letter).unwrap_or_default();
                let spot = exchange::checklist_sheet::spot(&sheet.name, &rows, &problem);
                FieldProblem {
                    field: format!("{letter}{}", problem.line),
                    code: problem.code,
                    message: format!("{spot}：{}", problem.message),
                }
            })
            .collect();
        if problems.is_empty() && !items.is_empty() {
            return Ok(items);
        }
        first.get_or_insert(problems);
    }
    Err(Error::Invalid(first.filter(|problems| !problems.is_empty()).unwrap_or_else(|| {
        vec![FieldProblem {
            field: "file".to_owned(),
            code: "checklist_sheet.empty",
            message: "文件里没有检查项，请填写后再导入".to_owned(),
        }]
    })))
}
