//! What is read once to show many forces: standards with the town's numbers, people, counts, rosters, calls; and what a
//! force's page is made of. What does not belong here: the shapes ([`super::view`]).

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, Days, NaiveDate};
use domain::force::{Duty, Force, Group, KitCheck, Measured, Member, Skill, Standard, shortages};
use domain::ids::{ForceId, PersonId};
use domain::org::{Assignment, Certificate, Role};
use domain::policy::{Action, Subject};
use domain::time::Date;
use store::Read;
use store::force::{DutyRecord, ForceRecord, KitCheckRecord, PatrolRecord};

use super::view::*;
use super::{CHECK_DAYS, standards_on, subject};
use crate::call_test::{CallDue, LastCall, due, last_calls, valid_days};
use crate::certificate;
use crate::gate::Gatekeeper;
use crate::names::Names;
use crate::parameter::number_on;
use crate::view::{Named, Word};
use crate::{Caller, Result};

/// Roles whose holders are people of a force.
pub(super) const ROLES: &[Role] =
    &[Role::StationChief, Role::StationMember, Role::BrigadeLeader, Role::Volunteer];

/// Read once for an answer that shows many.
pub(super) struct Book {
    pub names: Names,
    pub standards: Vec<Standard>,
    held: BTreeMap<String, Vec<Assignment>>,
    certificates: BTreeMap<PersonId, Vec<Certificate>>,
    /// What everybody is today, whatever force he is of: a post elsewhere may ask for training.
    roles: BTreeMap<PersonId, Vec<Role>>,
    gate: Gatekeeper,
    checks: BTreeMap<ForceId, Vec<KitCheck>>,
    duties: Vec<Duty>,
    patrols: HashMap<ForceId, i64>,
    calls: BTreeMap<ForceId, LastCall>,
    due: Vec<CallDue>,
    places: BTreeMap<String, String>,
    posts: BTreeMap<String, String>,
    villages: Vec<(String, Named)>,
    today: Date,
    check_days: i64,
    warn_days: i64,
}

fn month_of(day: Date) -> (Date, Date) {
    let first = day.with_day(1).unwrap_or(day);
    let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(first);
    (first, next.pred_opt().unwrap_or(first))
}

/// The Monday of a day's week.
pub(crate) fn monday(day: Date) -> Date {
    day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday()))).unwrap_or(day)
}

/// Seven days from one on.
pub(super) fn week_from(first: Date) -> Vec<NaiveDate> {
    first.iter_days().take(7).collect()
}

impl Book {
    // What is read here is shown only beside forces that the caller may see.
    pub(super) async fn read(read: &mut Read, forces: &[ForceRecord], today: Date) -> Result<Self> {
        let one = match forces {
            [one] => Some(&one.force.id),
            _ => None,
        };
        let mut held: BTreeMap<String, Vec<Assignment>> = BTreeMap::new();
        let mut roles: BTreeMap<PersonId, Vec<Role>> = BTreeMap::new();
        for record in read.assignments().await? {
            if record.assignment.is_valid_on(today) {
                roles.entry(record.assignment.person.clone()).or_default().push(record.assignment.role);
            }
            if ROLES.contains(&record.assignment.role) {
                held.entry(record.assignment.post.to_string()).or_default().push(record.assignment);
            }
        }
        let mut certificates: BTreeMap<PersonId, Vec<Certificate>> = BTreeMap::new();
        for record in read.certificates().await? {
            certificates.entry(record.certificate.person.clone()).or_default().push(record.certificate);
        }
        let mut checks: BTreeMap<ForceId, Vec<KitCheck>> = BTreeMap::new();
        for record in read.kit_checks(one).await?.into_iter().filter(|record| record.voided.is_none()) {
            checks.entry(record.force).or_default().push(record.check);
        }
        let duties = read.force_duties(one, (today, today)).await?;
        let ids: Vec<_> = forces.iter().filter_map(|record| record.force.place.clone()).collect();
        let places = read.places_by_id(&ids).await?;
        let names = Names::read(read).await?;
        let territories = read.territories().await?.into_iter().map(|record| record.territory);
        let villages = territories
            .filter(|node| matches!(node.level, domain::org::Level::Village | domain::org::Level::Town))
            .map(|node| (node.path, Named::new(node.code.as_str(), node.name)))
            .collect();
        Ok(Self {
            names,
            standards: standards_on(read, today).await?,
            held,
            certificates,
            roles,
            gate: Gatekeeper::read(read).await?,
            checks,
            duties: duties.into_iter().map(|record| record.duty).collect(),
            patrols: read.patrol_counts(month_of(today)).await?.into_iter().collect(),
            calls: BTreeMap::new(),
            due: Vec::new(),
            places: places.into_iter().map(|one| (one.place.id.to_string(), one.place.name)).collect(),
            posts: read
                .posts()
                .await?
                .into_iter()
                .map(|one| (one.post.id.to_string(), one.post.name))
                .collect(),
            villages,
            today,
            check_days: i64::from(number_on(read, CHECK_DAYS, today).await?),
            warn_days: i64::from(number_on(read, certificate::WARN_DAYS, today).await?),
        })
    }

    /// Learns when each was called last, as far as the caller may read that.
    pub(super) async fn learn_calls(&mut self, read: &mut Read, caller: &Caller) -> Result<()> {
        self.calls = last_calls(read, caller, self.today).await?;
        if caller.hats.scope(Action::CallTestRead).is_some()
            && let Some(days) = valid_days(read, self.today).await?
        {
            self.due = due(read, caller, days, self.today).await?;
        }
        Ok(())
    }

    pub(super) fn standard(&self, force: &Force) -> Standard {
        let found = self.standards.iter().find(|one| one.code == force.standard).cloned();
        found.unwrap_or_else(|| super::unknown_standard(force))
    }

    /// All who ever held a post of the force.
    pub(super) fn all_held(&self, force: &Force) -> Vec<Assignment> {
        force.posts.iter().filter_map(|post| self.held.get(post.as_str())).flatten().cloned().collect()
    }

    pub(super) fn person(&self, id: &PersonId) -> Named {
        Named::new(id.as_str(), self.names.person(id))
    }

    pub(super) fn village(&self, path: &str) -> Named {
        let around = self.villages.iter().filter(|(whole, _)| domain::org::lies_in(path, whole));
        let nearest = around.max_by_key(|(whole, _)| whole.len());
        nearest.map_or_else(|| Named::new("", ""), |(_, named)| named.clone())
    }

    /// What the kit was counted at.
    pub(super) fn checks(&self, force: &Force) -> &[KitCheck] {
        self.checks.get(&force.id).map_or(&[], Vec::as_slice)
    }

    pub(super) fn row(&self, record: &ForceRecord) -> ForceRow {
        let force = &record.force;
        let standard = self.standard(force);
        let held = self.all_held(force);
        let checks = self.checks(force);
        let measured = force.measure(&standard, checks, &held, self.today);
        let mut people: Vec<&Assignment> = force.held(&held, self.today).collect();
        people.sort_by_key(|one| ROLES.iter().position(|role| *role == one.role));
        let head = people.iter().find(|one| matches!(one.role, Role::StationChief | Role::BrigadeLeader));
        let head = head.map(|one| self.person(&one.person));
        let mut persons: Vec<&PersonId> = people.iter().map(|one| &one.person).collect();
        persons.sort();
        persons.dedup();
        let is_there = |person: &&&PersonId| {
            people.iter().any(|one| one.person == ***person && absence(force, one, self.today).is_none())
        };
        let counted_on = checks.last().map(|check| check.on);
        let is_late = counted_on.is_none_or(|on| (self.today - on).num_days() > self.check_days);
        let in_use = force.is_in_use(self.today);
        let duties: Vec<Duty> = self.duties.iter().filter(|duty| duty.force == force.id).cloned().collect();
        let gaps = measured.iter().filter(|one| one.missing() > 0).map(gap).collect::<Vec<_>>();
        let asks_for_kit = standard.lines.iter().any(|line| line.group == Group::Kit);
        ForceRow {
            id: force.id.to_string(),
            kind: Word::new(force.kind.code(), force.kind.label()),
            served: Word::new(force.served.code(), force.served.label()),
            name: force.name.clone(),
            org: self.names.named_org(&force.org),
            village: self.village(&record.path),
            place: force.place.as_ref().map(|place| {
                let name = self.places.get(place.as_str());
                Named::new(place.as_str(), name.map_or(place.as_str(), String::as_str))
            }),
            state: force.state().to_owned(),
            state_label: force.state_label().to_owned(),
            active: in_use && gaps.iter().all(|gap| !gap.must),
            phone: force.phone.clone(),
            radio: force.radio.clone(),
            call_sign: force.call_sign().map(ToOwned::to_owned),
            head,
            people: persons.len(),
            present: persons.iter().filter(is_there).count(),
            on_duty: duties.iter().filter(|duty| !force.has_left(&held, duty)).count(),
            gaps,
            thin_shifts: match in_use {
                true => {
                    // Who is on the roster and away is not there.
                    let there: Vec<Duty> =
                        duties.iter().filter(|duty| force.is_there(&held, duty)).cloned().collect();
                    shortages(&standard, &there, self.today).iter().map(thin).collect()
                }
                false => Vec::new(),
            },
            counted_on: counted_on.map(|on| on.to_string()),
            count_late: in_use && asks_for_kit && is_late,
            patrols: self.patrols.get(&force.id).copied().unwrap_or_default(),
            expiring: persons.iter().flat_map(|person| self.expiring(force, person)).collect(),
            last_call: self.calls.get(&force.id).cloned(),
            next_call: self.due.iter().find(|one| one.force.id == force.id.as_str()).cloned(),
        }
    }

    /// Certificates behind the skills of a member that have run out or soon will.
    fn expiring(&self, force: &Force, person: &PersonId) -> Vec<ExpiringSkill> {
        let Some(member) = force.members.get(person) else { return Vec::new() };
        let own = self.certificates.get(person).map_or(&[][..], Vec::as_slice);
        let soon = |skill: &Skill| {
            let kind = skill.certificate()?;
            let last = skill.standing(own, self.today).last_day()?;
            let days_left = (last - self.today).num_days();
            (days_left <= self.warn_days).then(|| ExpiringSkill {
                person: self.person(person),
                kind: Word::new(kind.code(), kind.label()),
                expires_on: last.to_string(),
                days_left,
            })
        };
        member.skills.iter().filter_map(soon).collect()
    }

    fn member(&self, caller: &Caller, record: &ForceRecord, held: &Assignment) -> ForceMemberView {
        let force = &record.force;
        let knows_why = knows_why(caller, record, &held.person);
        let known = force.members.get(&held.person).cloned().unwrap_or_default();
        let own = self.certificates.get(&held.person).map_or(&[][..], Vec::as_slice);
        let Member { skills, weekdays, away } = &known;
        let skill = |skill: &Skill| {
            let standing = skill.standing(own, self.today);
            SkillView {
                skill: Word::new(skill.code(), skill.label()),
                standing: standing.code().to_owned(),
                last_day: standing.last_day().map(|day| day.to_string()),
            }
        };
        let roles = self.roles.get(&held.person).map_or(&[][..], Vec::as_slice);
        ForceMemberView {
            person: self.person(&held.person),
            role: Word::new(held.role.code(), held.role.label()),
            post: held.post.to_string(),
            acting: held.acting,
            from: held.from.to_string(),
            to: held.to.map(|day| day.to_string()),
            skills: skills.iter().map(skill).collect(),
            weekdays: weekdays.iter().copied().collect(),
            away: away
                .iter()
                .filter(|one| one.to >= self.today)
                .map(|one| AwayView {
                    from: one.from.to_string(),
                    to: one.to.to_string(),
                    reason: if knows_why { one.reason.clone() } else { String::new() },
                })
                .collect(),
            absent: absence(force, held, self.today),
            gate: self.gate.standing(&held.person, roles, self.today),
        }
    }

    fn roster(
        &self,
        force: &Force,
        standard: &Standard,
        (duties, gone): (&[DutyRecord], &[DutyRecord]),
        week: &[Date],
    ) -> Vec<RosterDay> {
        let held = self.all_held(force);
        let all: Vec<Duty> = duties.iter().map(|record| record.duty.clone()).collect();
        let there: Vec<Duty> = all.iter().filter(|duty| force.is_there(&held, duty)).cloned().collect();
        let day = |on: &Date| {
            let mut seen = std::collections::BTreeSet::new();
            let absent = force.held(&held, *on).filter(|one| seen.insert(one.person.clone()));
            RosterDay {
                on: on.to_string(),
                duties: duties
                    .iter()
                    .filter(|kept| kept.duty.on == *on)
                    .map(|kept| self.duty(force, &held, kept))
                    .collect(),
                taken_off: gone
                    .iter()
                    .filter(|kept| kept.duty.on == *on)
                    .filter_map(|kept| {
                        let (at, reason) = kept.voided.as_ref()?;
                        // Before the day is over a roster is a plan, and plans change.
                        (at.date() > *on).then(|| TakenOffView {
                            person: self.person(&kept.duty.person),
                            shift: Word::new(kept.duty.shift.code(), kept.duty.shift.label()),
                            on: at.date().to_string(),
                            reason: reason.clone(),
                        })
                    })
                    .collect(),
                thin: match force.is_in_use(*on) {
                    true => shortages(standard, &there, *on).iter().map(thin).collect(),
                    false => Vec::new(),
                },
                away: absent
                    .filter_map(|one| {
                        let reason = absence(force, one, *on)?;
                        Some(AbsentMember { person: self.person(&one.person), reason })
                    })
                    .collect(),
            }
        };
        week.iter().map(day).collect()
    }

    fn duty(&self, force: &Force, held: &[Assignment], kept: &DutyRecord) -> OnDutyView {
        let (duty, recorded) = (&kept.duty, kept.recorded_at.date());
        OnDutyView {
            left: force.has_left(held, duty),
            person: self.person(&duty.person),
            shift: Word::new(duty.shift.code(), duty.shift.label()),
            recorded_late_on: duty.was_recorded_late(recorded).then(|| recorded.to_string()),
        }
    }

    fn check(&self, record: &KitCheckRecord) -> KitCheckView {
        let check = &record.check;
        KitCheckView {
            id: check.id.clone(),
            on: check.on.to_string(),
            by: self.person(&check.by),
            counts: check
                .counts
                .iter()
                .map(|(item, count)| KitCount { item: item.clone(), have: count.have, unfit: count.unfit })
                .collect(),
            note: check.note.clone(),
            voided: record.voided.as_ref().map(|(_, reason)| reason.clone()),
            version: record.version,
        }
    }

    fn patrol(&self, record: &PatrolRecord, photos: Vec<String>) -> PatrolView {
        PatrolView {
            id: record.patrol.id.clone(),
            on: record.patrol.on.to_string(),
            people: record.patrol.people.iter().map(|person| self.person(person)).collect(),
            text: record.patrol.text.clone(),
            photos,
            voided: record.voided.as_ref().map(|(_, reason)| reason.clone()),
            version: record.version,
        }
    }
}

fn gap(one: &Measured) -> ForceGap {
    ForceGap {
        item: one.line.item.clone(),
        name: one.line.name.clone(),
        unit: one.line.unit.clone(),
        least: one.line.least,
        have: one.have,
        must: one.line.must,
    }
}

fn thin(one: &domain::force::Shortage) -> ThinShift {
    ThinShift {
        on: one.on.to_string(),
        shift: Word::new(one.shift.code(), one.shift.label()),
        least: one.least,
        have: one.have,
    }
}

/// That somebody on a post of a force is not there on a day, by what is noted of the member or by leave from the post.
fn absence(force: &Force, held: &Assignment, on: Date) -> Option<String> {
    let noted = force.members.get(&held.person).and_then(|member| member.absence(on));
    noted.or_else(|| held.absence(on).map(domain::org::Away::until))
}

/// Whether why somebody of a force is away is the caller's business: it is his own, he leads the force, or he keeps its
/// people, as with leave from a post.
pub(super) fn knows_why(caller: &Caller, record: &ForceRecord, person: &PersonId) -> bool {
    let about = subject(record);
    let leads = |role| matches!(role, Role::StationChief | Role::BrigadeLeader);
    caller.person == *person
        || caller.hats.hat(Action::PersonChange, &about).is_some()
        || caller.hats.only(leads).hat(Action::ForceReport, &about).is_some()
}

fn actions(caller: &Caller, record: &ForceRecord) -> Vec<&'static str> {
    let subject: Subject = subject(record);
    let may = |action| caller.hats.hat(action, &subject).is_some();
    let force = &record.force;
    if force.closed.is_some() {
        return Vec::new();
    }
    let mut out = Vec::new();
    if may(Action::ForceKeep) {
        out.extend(["change", "vehicle"]);
    }
    if may(Action::ForceAccept) {
        if force.accepted.is_none() {
            out.push("accept");
        }
        out.push(if force.call_sign().is_some() { "leave_dispatch" } else { "enter_dispatch" });
        out.push("close");
    }
    if may(Action::ForceReport) {
        out.extend(["count", "member", "roster", "patrol"]);
    }
    out
}

/// A force as its page sees it, with a week of its roster.
// Whoever asks has been shown that he may see it.
pub(super) async fn page(
    read: &mut Read,
    caller: &Caller,
    record: &ForceRecord,
    today: Date,
    week: Option<Date>,
) -> Result<ForceView> {
    let mut book = Book::read(read, std::slice::from_ref(record), today).await?;
    book.learn_calls(read, caller).await?;
    let force = &record.force;
    let standard = book.standard(force);
    let held = book.all_held(force);
    let days = week_from(monday(week.unwrap_or(today)));
    let span = (days.first().copied().unwrap_or(today), days.last().copied().unwrap_or(today));
    let duties = read.force_duties(Some(&force.id), span).await?;
    let gone = read.force_duties_gone(&force.id, span).await?;
    let mut checks = read.kit_checks(Some(&force.id)).await?;
    checks.reverse();
    let mut patrols = Vec::new();
    for one in read.patrols(&force.id, 40).await? {
        let photos = read.photos_of("patrol", &one.patrol.id).await?;
        patrols.push(book.patrol(&one, photos.into_iter().map(|photo| photo.id.to_string()).collect()));
    }
    let measured = force.measure(&standard, book.checks(force), &held, today);
    let last = book.checks(force).iter().rev();
    let unfit =
        |item: &str| last.clone().find_map(|check| check.counts.get(item)).map_or(0, |count| count.unfit);
    let mut people: Vec<&Assignment> = force.held(&held, today).collect();
    people.sort_by_key(|one| (ROLES.iter().position(|role| *role == one.role), one.from, one.id.clone()));
    Ok(ForceView {
        row: book.row(record),
        territory: book.names.territory(force.territory.as_str()),
        address: force.address.clone(),
        lng_e7: force.position.map(|position| position.lng_e7),
        lat_e7: force.position.map(|position| position.lat_e7),
        standard: Word::new(&standard.code, &standard.name),
        standard_source: standard.source.clone(),
        standard_confidence: confidence(standard.confidence),
        lines: measured
            .iter()
            .map(|one| KitLine {
                item: one.line.item.clone(),
                name: one.line.name.clone(),
                unit: one.line.unit.clone(),
                group: Word::new(one.line.group.code(), one.line.group.label()),
                least: one.line.least,
                have: one.have,
                missing: one.missing(),
                must: one.line.must,
                confidence: confidence(one.line.confidence),
                source: one.line.source.clone(),
                setting: standard.parameter(&one.line),
                counted_on: one.counted_on.map(|on| on.to_string()),
                unfit: if one.line.group == Group::Kit { unfit(&one.line.item) } else { 0 },
            })
            .collect(),
        vehicles: force
            .vehicles
            .iter()
            .enumerate()
            .map(|(no, one)| ForceVehicleView {
                no,
                item: Word::new(&one.item, standard.called(&one.item)),
                name: one.name.clone(),
                plate: one.plate.clone(),
                from: one.from.to_string(),
                gone_on: one.gone.as_ref().map(|(on, _)| on.to_string()),
                gone_reason: one.gone.as_ref().map(|(_, reason)| reason.clone()).unwrap_or_default(),
            })
            .collect(),
        members: people.iter().map(|one| book.member(caller, record, one)).collect(),
        posts: force
            .posts
            .iter()
            .map(|post| {
                let name = book.posts.get(post.as_str());
                Named::new(post.as_str(), name.map_or(post.as_str(), String::as_str))
            })
            .collect(),
        accepted_on: force.accepted.as_ref().map(|accepted| accepted.on.to_string()),
        accepted_by: force.accepted.as_ref().map(|accepted| accepted.by.clone()).unwrap_or_default(),
        dispatch: force
            .dispatch
            .iter()
            .map(|stay| DispatchStayView {
                from: stay.from.to_string(),
                call_sign: stay.call_sign.clone(),
                left_on: stay.left.as_ref().map(|(on, _)| on.to_string()),
                reason: stay.left.as_ref().map(|(_, reason)| reason.clone()).unwrap_or_default(),
            })
            .collect(),
        closed_on: force.closed.as_ref().map(|(on, _)| on.to_string()),
        closed_reason: force.closed.as_ref().map(|(_, reason)| reason.clone()).unwrap_or_default(),
        checks: checks.iter().take(24).map(|one| book.check(one)).collect(),
        patrols_list: patrols,
        roster: book.roster(force, &standard, (&duties, &gone), &days),
        version: record.version,
        actions: actions(caller, record),
    })
}

fn confidence(degree: domain::place::Confidence) -> Word {
    use domain::place::Confidence as C;
    let code = match degree {
        C::Sure => "sure",
        C::Likely => "likely",
        C::Check => "check",
        C::Parameter => "parameter",
    };
    Word::new(code, degree.label())
}

/// A standard as a form shows it.
pub(super) fn option(standard: &Standard) -> StandardOption {
    StandardOption {
        word: Word::new(&standard.code, &standard.name),
        kind: standard.kind.code().to_owned(),
        serves: standard.serves.iter().map(|one| one.code().to_owned()).collect(),
        lines: standard
            .lines
            .iter()
            .map(|line| StandardLine {
                item: line.item.clone(),
                name: line.name.clone(),
                unit: line.unit.clone(),
                group: Word::new(line.group.code(), line.group.label()),
                least: line.least,
            })
            .collect(),
    }
}
