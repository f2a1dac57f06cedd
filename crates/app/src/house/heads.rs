//! What follows from how many people a house holds, by whichever door the number came in: the plan's tag, the key list of
//! its sector, the round over the departments; and their end when they are fewer again. What does not belong here: the
//! grade (`domain::house`), what pages see (the parent room).

use std::collections::BTreeSet;

use domain::house::{Answer, Check, CheckKind, House, Rule, grade, is_house};
use domain::ids::{HouseCheckId, OrgId, PersonId, PlaceId};
use domain::joint_control::{CROWDED, high_risk};
use domain::message::Urgency;
use domain::place::KindCode;
use domain::place_list::{Entry, ListKind, PlaceList};
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use store::house::{HouseCheckRecord, HouseRecord};
use store::place::{PlaceFilter, PlaceRecord};
use store::place_list::{EntryRecord, ListRecord};
use store::{Read, Write};

use super::{ROUND, on_key_list, rule_on};
use crate::message::{News, answering};
use crate::{App, Caller, Error, Result};

/// How the reason of an entry begins that the heads brought about: only such an entry ends with them.
const BECAUSE: &str = "住宿、工作、培训人数";
/// Why what followed from the heads of a house ends when it is a house no more.
const NO_HOUSE: &str = "不再登记为自建房";
/// Name of the look over all houses after the rule changed.
pub(crate) const RECONCILER: &str = "house_rule";

/// What is the same for every house of one write.
pub(crate) struct Following {
    rule: Rule,
    departments: Vec<OrgId>,
    /// Who may answer for a body that is asked.
    answering: Vec<(OrgId, PersonId)>,
    today: Date,
}

impl Following {
    /// Reads the rule of the day and the departments of the round.
    pub(crate) async fn read(read: &mut Read, today: Date) -> Result<Self> {
        let rule = rule_on(read, today).await?;
        let orgs = read.orgs().await?;
        let of = |label: &&str| orgs.iter().find(|one| one.org.label == **label && one.org.active);
        let departments = ROUND.iter().filter_map(of).map(|one| one.org.id.clone()).collect();
        let answering = answering(read, Action::HouseCheck, today).await?;
        Ok(Self { rule, departments, answering, today })
    }

    fn told(&self, record: &PlaceRecord) -> String {
        let n = self.rule.heads(&record.place.heads).unwrap_or_default();
        let how = if self.rule.is_over(&record.place.heads) { "超过" } else { "不超过" };
        format!("{BECAUSE} {n} 人，{how} {} 人（{}）", self.rule.key_heads, self.rule.version())
    }

    /// The numbers of the rule that decide who is on the list, as one to compare with the last time.
    pub(crate) fn mark(&self) -> i64 {
        i64::from(self.rule.key_heads) * 2 + i64::from(self.rule.summed)
    }

    /// Whether more live, work or learn there than the rule lets pass.
    pub(crate) fn is_over(&self, record: &PlaceRecord) -> bool {
        self.rule.is_over(&record.place.heads)
    }

    /// Who keeps the key list of a house.
    pub(crate) fn sector(&self, record: &PlaceRecord) -> Option<OrgId> {
        record.place.sector_org.clone().or_else(|| self.departments.first().cloned())
    }
}

/// The entries of a key list a house stands on.
async fn stays(read: &mut Read, id: &PlaceId, today: Date) -> Result<Vec<EntryRecord>> {
    let lists = read.place_lists().await?;
    let keys: BTreeSet<&str> =
        lists.iter().filter(|one| one.list.kind == ListKind::SectorKey).map(|one| one.id.as_str()).collect();
    let mut entries = read.list_entries_of_place(id).await?;
    entries.retain(|one| {
        keys.contains(one.list.as_str()) && one.entry.left.is_none() && one.entry.from <= today
    });
    Ok(entries)
}

/// Off the key list that the heads put it on, and who was asked for nothing yet need not answer.
// Part of a write that whoever changed the heads commits.
async fn unlist(tx: &mut Write, today: Date, record: &PlaceRecord, reason: &str) -> Result<()> {
    let id = &record.place.id;
    // What else is of high risk stands there for that as well.
    if high_risk(record.place.kinds()).is_empty() {
        for stay in stays(tx, id, today).await? {
            if stay.entry.reason_in.starts_with(BECAUSE) {
                tx.end_list_entry(&stay.id, stay.version, today, reason).await?;
            }
        }
    }
    let whole = Caller::system().scope(Action::PlaceRead)?;
    for mut asked in tx.house_checks(&whole, Some(id)).await? {
        if asked.check.answer == Answer::Asked {
            asked.check.answer = Answer::Ended { on: today, reason: reason.to_owned() };
            tx.update_house_check(&asked).await?;
        }
    }
    Ok(())
}

/// How many live, work and learn there.
fn counted(record: &PlaceRecord) -> [Option<u32>; 3] {
    let heads = &record.place.heads;
    [heads.lodging, heads.working, heads.training]
}

/// That the form of a place leaves the heads of a house alone: they are counted on a day by somebody, on the house's own page.
///
/// Errors: names the page.
pub(crate) fn heads_stay(record: &PlaceRecord, known: &PlaceRecord) -> Result<()> {
    if !is_house(&record.place) || counted(record) == counted(known) {
        return Ok(());
    }
    let message = "自建房的住宿、工作、培训人数要有核实日期和核实人，请在自建房页面“登记人数和结构”";
    Err(Error::field("heads.lodging", "place.heads_counted", message))
}

/// Writes down whose number the heads of a house are that came in with the place: who said so, and on which day, where that is
/// known. What is known of the house otherwise stays.
// Part of a write that whoever brought the heads in commits.
// tidy(commit): the same.
pub(crate) async fn note_count(
    tx: &mut Write,
    following: &Following,
    record: &PlaceRecord,
    (on, said_by): (Option<Date>, &str),
    (by, now): (&str, Timestamp),
) -> Result<()> {
    if !is_house(&record.place) || counted(record) == [None; 3] {
        return Ok(());
    }
    let before = tx.house(&record.place.id).await?;
    let house = House {
        counted_on: on,
        counted_by: said_by.to_owned(),
        ..before.as_ref().map_or_else(House::default, |one| one.house.clone())
    };
    let kept = HouseRecord {
        place: record.place.id.clone(),
        grade: grade(&house, &record.place, &following.rule).grade,
        house,
        graded_on: following.today,
        rule: following.rule.version(),
        recorded_by: by.to_owned(),
        version: before.as_ref().map_or(1, |one| one.version),
        recorded_at: now,
    };
    match before {
        None => tx.insert_house(&kept).await?,
        Some(_) => tx.update_house(&kept).await?,
    }
    Ok(())
}

/// Whether a row of a ledger says of a house another number than is known.
pub(crate) async fn is_recounted(read: &mut Read, record: &PlaceRecord) -> Result<bool> {
    if !is_house(&record.place) {
        return Ok(false);
    }
    let known = read.places_by_id(std::slice::from_ref(&record.place.id)).await?;
    Ok(known.first().is_none_or(|known| counted(known) != counted(record)))
}

impl App {
    /// Keeps what follows from the number of people in a house: the plan's tag, the key list of its sector and the round over
    /// the departments, all in the write that changed it. Called before the place is written.
    // Follows from a change that whoever made it commits.
    pub(crate) async fn follow_heads(
        &self,
        tx: &mut Write,
        record: &mut PlaceRecord,
        by: &str,
        now: Timestamp,
    ) -> Result<()> {
        let following = Following::read(tx, now.date()).await?;
        self.follow_house(tx, &following, record, by, now).await
    }

    /// The same for one of many houses of a write.
    // Follows from a change that whoever made it commits.
    pub(crate) async fn follow_house(
        &self,
        tx: &mut Write,
        following: &Following,
        record: &mut PlaceRecord,
        by: &str,
        now: Timestamp,
    ) -> Result<()> {
        let tag = KindCode::from(CROWDED);
        if !is_house(&record.place) {
            // Nothing was ever listed: nothing to end. So it is with most rows of a ledger.
            if !tx.list_entries_of_place(&record.place.id).await?.is_empty() {
                record.place.tags.remove(&tag);
                unlist(tx, following.today, record, NO_HOUSE).await?;
            }
            return Ok(());
        }
        if following.rule.is_over(&record.place.heads) {
            if record.place.category != tag {
                record.place.tags.insert(tag);
            }
            return self.list_and_ask(tx, following, record, by, now).await;
        }
        // Whom nobody counted stays what it was said to be.
        if following.rule.heads(&record.place.heads).is_some() {
            record.place.tags.remove(&tag);
            unlist(tx, following.today, record, &following.told(record)).await?;
        }
        Ok(())
    }

    /// On the key list, and every department asked that was not.
    // Part of a write that whoever changed the heads commits.
    async fn list_and_ask(
        &self,
        tx: &mut Write,
        following: &Following,
        record: &PlaceRecord,
        by: &str,
        now: Timestamp,
    ) -> Result<()> {
        let (today, id) = (following.today, record.place.id.clone());
        let sector = following.sector(record);
        if let Some(owner) = &sector
            && !on_key_list(tx, &id, today).await?
        {
            let lists = tx.place_lists().await?;
            let fits = |one: &&ListRecord| one.list.kind == ListKind::SectorKey && one.list.owner == *owner;
            let list = match lists.iter().find(fits) {
                Some(list) => list.id.clone(),
                None => {
                    let list = ListRecord {
                        id: self.new_id(),
                        list: PlaceList::new(ListKind::SectorKey, owner.clone()),
                        version: 1,
                        recorded_at: now,
                    };
                    tx.insert_place_list(&list).await?;
                    list.id
                }
            };
            let entry =
                Entry { place: id.clone(), from: today, reason_in: following.told(record), left: None };
            let entry = EntryRecord { id: self.new_id(), list, entry, version: 1, recorded_at: now };
            tx.insert_list_entries(&[entry]).await?;
        }
        let whole = Caller::system().scope(Action::PlaceRead)?;
        let asked = tx.house_checks(&whole, Some(&id)).await?;
        let mut told = BTreeSet::new();
        let licences = following.departments.iter().map(|org| (org.clone(), CheckKind::Licence));
        for (org, kind) in licences.chain(sector.map(|org| (org, CheckKind::Approval))) {
            let runs = |one: &HouseCheckRecord| {
                one.check.org == org && one.check.kind == kind && !one.check.is_ended()
            };
            if asked.iter().any(runs) {
                continue;
            }
            told.extend(following.answering.iter().filter(|one| one.0 == org).map(|one| one.1.clone()));
            let check = Check {
                id: HouseCheckId::from(self.new_id()),
                place: id.clone(),
                org,
                kind,
                asked_on: today,
                answer: Answer::Asked,
            };
            let path = record.path.clone();
            let check =
                HouseCheckRecord { check, path, recorded_by: by.to_owned(), version: 1, recorded_at: now };
            tx.insert_house_check(&check).await?;
        }
        // One message a day, however many houses a ledger brings; which they are, the list says.
        let day = today.to_string();
        let news = News {
            about: ("house_round", &day),
            tag: "asked",
            urgency: Urgency::Notice,
            text: "有自建房住宿、工作、培训人数超过规定，等贵单位核验证照或者审批，请在自建房列表选“等我单位答复”",
        };
        self.notify(tx, told, &news).await
    }

    /// Looks at every house again when the rule for heads is another than the last time, on the day it is in force. Says how
    /// many houses changed.
    // tidy(caller): the program itself carries out what was decided about the rule.
    pub async fn follow_house_rule(&self) -> Result<usize> {
        let (now, system) = (self.now(), Caller::system());
        let mut read = self.db.read(&self.town).await?;
        let following = Following::read(&mut read, now.date()).await?;
        let known = read.reconciled(RECONCILER).await?;
        let mark = following.mark();
        if known.is_some_and(|one| one.audit_seq == mark) {
            return Ok(0);
        }
        drop(read);
        let mut tx = self.write(&system).await?;
        let mut houses = Vec::new();
        let whole = system.scope(Action::PlaceRead)?;
        tx.each_place(&PlaceFilter::default(), &whole, |record| {
            if is_house(&record.place) && record.voided.is_none() && !record.place.is_gone(now.date()) {
                houses.push(record);
            }
        })
        .await?;
        let mut changed = 0;
        for mut record in houses {
            let before = record.place.tags.clone();
            self.follow_house(&mut tx, &following, &mut record, &system.name, now).await?;
            if record.place.tags != before {
                tx.update_place(&record).await?;
                changed += 1;
            }
        }
        tx.note_reconciled(RECONCILER, mark, now, i64::try_from(changed).unwrap_or(i64::MAX)).await?;
        let mut audit = system.audit("place.house", "place", "", now);
        audit.reason = format!("按{}核对全部自建房，{changed} 处名单有变", following.rule.version());
        Ok(tx.commit(audit, changed).await?)
    }
}
