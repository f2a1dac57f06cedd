//! The sample town's joint control: places of high risk on the territory's list and on their sector's, with the differences
//! that a real town has; joint visits in both half-years under one record, most of them signed by everybody, and a few
//! planned. What does not belong here: which places are of high risk (`domain::joint_control`).

use domain::calendar::Calendar;
use domain::checklist_library::Library;
use domain::ids::{InspectionId, OrgId};
use domain::inspection::{
    self, Answer, Companion, Inspector, Occasion, Pin, PinnedList, Power, Record, Verdict,
};
use domain::joint_control::high_risk;
use domain::period::Unit;
use domain::place_list::{Entry as Stay, ListKind, PlaceList};
use domain::policy::Action;
use domain::task::{Task, Window};
use domain::time::{Date, HOUR_MS, MINUTE_MS, Timestamp};
use store::Write;
use store::inspection::InspectionFiling;
use store::joint_control::SignatureRecord;
use store::place::{PlaceFilter, PlaceRecord};
use store::place_list::{EntryRecord, ListRecord};
use store::task::TaskFiling;

use super::dice::Dice;
use super::history::{Hat, rule_of};
use super::id;
use super::record::Cast;
use crate::house::heads::Following;
use crate::{App, Caller, Error, Result};

fn before(today: Date, days: u64) -> Date {
    today.checked_sub_days(chrono::Days::new(days)).unwrap_or(today)
}

/// Who goes along: the sector's authority records, the village and sometimes the police are there.
struct Together<'a> {
    recorder: &'a Hat,
    others: Vec<&'a Hat>,
}

impl Cast {
    /// Who would look at this place together; none where nobody of the sector or the village goes out.
    fn together(&self, record: &PlaceRecord, with_police: bool) -> Option<Together<'_>> {
        let sector = record.place.sector_org.as_ref();
        let of_sector = self.depts.iter().find(|(_, body)| Some(&body.org) == sector);
        let body = of_sector.or_else(|| self.depts.iter().find(|(word, _)| *word == "org:emergency_office"));
        let recorder = body.and_then(|(_, body)| body.hats.first())?;
        let village = self.villages.iter().find(|(village, _)| village.code == record.place.village);
        let mut others: Vec<&Hat> = village.and_then(|(_, body)| body.hats.first()).into_iter().collect();
        others.extend(self.police.hats.first().filter(|_| with_police));
        (!others.is_empty()).then_some(Together { recorder, others })
    }
}

/// A place of the lists, and on which of them it stands.
struct Listed {
    record: PlaceRecord,
    /// Of high risk; the others are houses with more than ten people or with a trade in them.
    risky: bool,
    on_territory: bool,
    /// Whose key list it stands on.
    sector: Option<OrgId>,
}

/// Places of high risk and larger houses, on most of the lists they belong on.
async fn places(tx: &mut Write, today: Date, dice: &mut Dice) -> Result<Vec<Listed>> {
    let whole = Caller::system().scope(Action::PlaceRead)?;
    let mut found: Vec<PlaceRecord> = Vec::new();
    tx.each_place(&PlaceFilter::default(), &whole, |record| {
        let is = |kind: &str| record.place.is_kind(&kind.into());
        let wanted = !high_risk(record.place.kinds()).is_empty() || is("self_built");
        if wanted && record.voided.is_none() && !record.place.is_gone(today) {
            found.push(record);
        }
    })
    .await?;
    found.sort_by(|a, b| a.place.code.cmp(&b.place.code));
    let following = Following::read(tx, today).await?;
    let listed = found.into_iter().map(|record| {
        let risky = !high_risk(record.place.kinds()).is_empty();
        // What follows from the heads of a house follows at once.
        let crowded = record.place.is_kind(&"self_built".into()) && following.is_over(&record);
        // One in thirty both sides forgot, a few one side has and the other has not.
        let (neither, no_territory, no_sector) = (dice.chance(30), dice.chance(50), dice.chance(70));
        Listed {
            risky,
            on_territory: risky && !neither && !no_territory,
            sector: match crowded {
                true => following.sector(&record),
                false => record.place.sector_org.clone().filter(|_| risky && !neither && !no_sector),
            },
            record,
        }
    });
    Ok(listed.collect())
}

async fn list(
    tx: &mut Write,
    (kind, owner): (ListKind, &OrgId),
    members: Vec<&Listed>,
    from: Date,
) -> Result<()> {
    let at = Timestamp::start_of(from).plus_ms(10 * HOUR_MS);
    let key = format!("list {kind:?} {owner}");
    let list = PlaceList::new(kind, owner.clone());
    tx.insert_place_list(&ListRecord { id: id(&key), list, version: 1, recorded_at: at }).await?;
    let stays: Vec<EntryRecord> = members
        .iter()
        .map(|one| EntryRecord {
            id: id(&format!("{key} {}", one.record.place.code)),
            list: id(&key),
            entry: Stay {
                place: one.record.place.id.clone(),
                from,
                reason_in: "按方案第十三条列入".to_owned(),
                left: None,
            },
            version: 1,
            recorded_at: at,
        })
        .collect();
    Ok(tx.insert_list_entries(&stays).await?)
}

/// One visit by several bodies under one record; nothing was found that is not found at the ordinary visits.
async fn visit(
    app: &App,
    tx: &mut Write,
    library: &Library,
    (listed, together): (&Listed, &Together<'_>),
    (at, signed): (Timestamp, bool),
) -> Result<()> {
    let place = &listed.record.place;
    let key = format!("joint {} {}", place.code, at.date());
    let visit = InspectionId(id(&key));
    let sheet = library.compose(&place.category, &place.tags, at.date());
    let mut pinned = PinnedList::default();
    let mut answers = Vec::with_capacity(sheet.items.len());
    for entry in &sheet.items {
        pinned.pins.insert(Pin { code: entry.pin.code.clone(), edition: entry.pin.edition.to_string() });
        pinned.items.insert(entry.item.code.clone(), rule_of(entry.item)?);
        answers.push(Answer {
            item: entry.item.code.clone(),
            verdict: Verdict::Pass,
            reading: None,
            note: String::new(),
            photos: Vec::new(),
            fixed: Vec::new(),
        });
    }
    let inspector = |hat: &Hat| Inspector {
        person: hat.person.clone(),
        assignment: hat.assignment.clone(),
        certificate_no: None,
    };
    let there = std::iter::once(together.recorder).chain(together.others.iter().copied());
    let record = Record {
        id: visit.clone(),
        town: app.town.clone(),
        place: place.id.clone(),
        task: None,
        power: Power::Governance,
        occasion: Occasion::Joint,
        inspectors: there.map(inspector).collect(),
        showed_certificates: false,
        companion: Companion::NotSigned {
            reason: "负责人外出，由店员陪同，店员不肯代签".to_owned()
        },
        pins: pinned.pins.iter().cloned().collect(),
        answers,
        photos: Vec::new(),
        position: None,
        started_at: at.plus_ms(-40 * MINUTE_MS),
        ended_at: at,
    };
    let recorded = at.plus_ms(5 * MINUTE_MS);
    let done = inspection::finish(record, &pinned, recorded)
        .map_err(|problems| Error::Internal(format!("sample {key}: {problems:?}")))?;
    let filing = InspectionFiling { path: listed.record.path.clone(), org: together.recorder.org.clone() };
    tx.insert_inspection(&done, &filing).await?;
    // Whoever made the record is under it already.
    for (n, hat) in together.others.iter().enumerate() {
        if signed || n > 0 {
            let signature = SignatureRecord {
                id: id(&format!("{key} signed {}", hat.org)),
                inspection: visit.clone(),
                org: hat.org.clone(),
                person: hat.person.clone(),
                text: "同意记录，纳入日常巡查".to_owned(),
                recorded_at: recorded.plus_ms(HOUR_MS),
            };
            tx.insert_inspection_signature(&signature).await?;
        }
    }
    Ok(())
}

/// A working day of a span that is not later than another day; none when there is none.
fn working_day(dice: &mut Dice, (from, to): (Date, Date), calendar: &Calendar) -> Option<Date> {
    let span = u64::try_from((to - from).num_days()).ok()?;
    let mut day = from.checked_add_days(chrono::Days::new(dice.below(span + 1)))?;
    while !calendar.is_working_day(day) {
        day = day.succ_opt()?;
    }
    (day <= to).then_some(day)
}

/// Fills both lists and what was done about them.
pub(super) async fn fill(app: &App, cast: &Cast, library: &Library, calendar: &Calendar) -> Result<()> {
    let now = app.now();
    let today = now.date();
    let mut dice = Dice::new("joint");
    let mut tx = app.db.write(&app.town).await?;
    let listed = places(&mut tx, today, &mut dice).await?;
    let this = Unit::HalfYear.window_of(today);
    let last = Unit::HalfYear.window_of(this.from.pred_opt().unwrap_or(this.from));
    // Listed when the last half-year began: what was before is nobody's fault.
    let since = last.from;
    let of_territory = listed.iter().filter(|one| one.on_territory).collect();
    list(&mut tx, (ListKind::JointControl, &cast.office.org), of_territory, since).await?;
    for (_, body) in &cast.depts {
        let of_sector = |one: &&Listed| one.sector.as_ref() == Some(&body.org);
        let members: Vec<&Listed> = listed.iter().filter(of_sector).collect();
        if !members.is_empty() {
            list(&mut tx, (ListKind::SectorKey, &body.org), members, since).await?;
        }
    }
    let until = before(today, 2);
    for one in &listed {
        let is_house = one.record.place.is_kind(&"self_built".into());
        if !one.on_territory && one.sector.is_none() && !is_house {
            continue;
        }
        // A house with a trade in it wants two bodies besides the village.
        let Some(together) = cast.together(&one.record, is_house || dice.chance(300)) else { continue };
        for (span, made) in [((last.from, last.to), 960), ((this.from, until.max(this.from)), 880)] {
            let day = working_day(&mut dice, span, calendar).filter(|_| dice.chance(made));
            let hour = 9 + i64::try_from(dice.below(8)).unwrap_or(0);
            if let Some(day) = day.filter(|day| *day <= until) {
                let at = Timestamp::start_of(day).plus_ms(hour * HOUR_MS + 20 * MINUTE_MS);
                visit(app, &mut tx, library, (one, &together), (at, dice.chance(850))).await?;
            } else if span.0 == this.from && one.risky && dice.chance(500) {
                // Planned until the end of the half-year.
                let joint = together.others.iter().map(|hat| hat.org.clone()).collect();
                let window = Window::new(today, this.to.max(today))
                    .map_err(|refusal| Error::Internal(format!("sample joint task: {refusal}")))?;
                let key = id(&format!("joint task {}", one.record.place.code));
                let place = one.record.place.id.clone();
                let task = Task::pending(key.into(), place, together.recorder.org.clone(), joint, window);
                let filing = TaskFiling {
                    code: crate::task::next_code(&mut tx, window).await?,
                    plan: None,
                    path: one.record.path.clone(),
                    kind: "joint".to_owned(),
                    plan_item: None,
                };
                tx.insert_task(&task, &filing, now).await?;
            }
        }
    }
    let audit = Caller::system().audit("sample.fill", "sample", "joint_control", now);
    Ok(tx.commit(audit, ()).await?)
}
