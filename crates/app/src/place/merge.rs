//! Two rows of the register that turn out to be about one place: one goes on, the other stays on record and points to it. What was
//! recorded with either is the place's from then on, and nothing of it is written anew. What does not belong here: duplicates
//! found while a ledger comes in (`import`).

use domain::ids::PlaceId;
use domain::policy::Action;
use domain::time::Date;
use store::Write;
use store::place::PlaceRecord;
use store::place_list::EntryRecord;

use super::view::PlaceView;
use super::{catalog, fields, lists_of_place, place_in_scope, reason, risk};
use crate::{App, Caller, Error, Result};

/// Which row goes on, why, and which versions of both were seen.
#[derive(Debug, Clone)]
pub struct Merging {
    /// The row that goes on.
    pub into: PlaceId,
    /// Why they are one place.
    pub reason: String,
    /// Version of the row that is given up.
    pub version: Option<i64>,
    /// Version of the row that goes on.
    pub into_version: Option<i64>,
}

impl App {
    /// Takes two rows of the register for one place. The one that goes on is filled up with what only the other said and takes its
    /// place on the lists it stood on; the other is void and leads to it. Gives the one that goes on.
    ///
    /// Errors: both are the same row, one of them is void or was changed meanwhile; the caller may not void both of them.
    // tidy(commit): `answer` of the parent room commits.
    pub async fn merge_places(&self, caller: &Caller, id: &PlaceId, asked: &Merging) -> Result<PlaceView> {
        let now = self.now();
        let today = now.date();
        let why = reason(&asked.reason)?;
        if *id == asked.into {
            let message = "不能并入自己，请选择同一场所的另一条登记";
            return Err(Error::field("into", "place.merge_itself", message));
        }
        let mut tx = self.write(caller).await?;
        let (double, _) = place_in_scope(&mut tx, caller, Action::PlaceRead, id).await?;
        let (known, _) = place_in_scope(&mut tx, caller, Action::PlaceRead, &asked.into).await?;
        self.may_change(caller, &mut tx, &double, Action::PlaceVoid, asked.version).await?;
        let hat = self.may_change(caller, &mut tx, &known, Action::PlaceVoid, asked.into_version).await?;
        tx.merge_place((id, double.version), &asked.into, now, why).await?;
        let (place, taken) = known.place.clone().filled_from(&double.place);
        let problems = place.validate(catalog());
        if !problems.is_empty() {
            return Err(Error::Invalid(fields(problems)));
        }
        let mut record = known.clone();
        record.place = place;
        record.follow(&known, today, now);
        if record.place.grid != known.place.grid {
            record.path.clone_from(&double.path);
        }
        let why_listed = format!("与重复登记 {} 合并", double.place.code);
        self.change_places_on_lists(&mut tx, id, &record, (today, &why_listed)).await?;
        let mut audit = caller.audit_as(&hat, "place.merge", ("place", id.as_str()), &double.path, now);
        audit.reason = why.to_owned();
        audit.detail = serde_json::json!({ "into": asked.into.as_str(), "filled": taken }).to_string();
        tx.append(audit).await?;
        let signs = tx.place_signs(std::slice::from_ref(&asked.into), today).await?;
        risk::copy_into(&mut record, &signs.get(&asked.into).cloned().unwrap_or_default(), today);
        tx.update_place(&record).await?;
        self.answer(caller, tx, &hat, "place.merged", (&asked.into, today), why).await
    }

    /// The row that goes on stands today on every list the other stood on.
    async fn change_places_on_lists(
        &self,
        tx: &mut Write,
        double: &PlaceId,
        into: &PlaceRecord,
        (today, why): (Date, &str),
    ) -> Result<()> {
        let own = lists_of_place(tx, &into.place.id).await?;
        for (list, stay) in lists_of_place(tx, double).await?.stays {
            if stay.entry.left.is_some() {
                continue;
            }
            // A stay that was to begin later never begins for the row that is given up.
            tx.end_list_entry(&stay.id, stay.version, today.max(stay.entry.from), why).await?;
            let stands =
                own.stays.iter().any(|(other, known)| other.id == list.id && known.entry.left.is_none());
            // The list of another village is not for it: the page of coverage says where it is missing.
            let fits = list.list.village.as_ref().is_none_or(|village| *village == into.place.village);
            if !stands && fits {
                let mut entry = stay.entry.clone();
                entry.place = into.place.id.clone();
                entry.from = today.max(stay.entry.from);
                entry.reason_in = why.to_owned();
                let entry = EntryRecord {
                    id: self.new_id(),
                    list: list.id.clone(),
                    entry,
                    version: 1,
                    recorded_at: self.now(),
                };
                tx.insert_list_entries(&[entry]).await?;
            }
        }
        Ok(())
    }
}
