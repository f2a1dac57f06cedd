//! The gate of clause 11 at work: who is put on a post of enforcement, sent on an enforcement visit or orders must have
//! passed the training; the leader's exemptions. What does not belong here: the rule (`domain::gate`), certificates
//! (`certificate`).

use std::collections::BTreeMap;

use domain::gate::{Exemption, GateRefusal, Part, Pass, is_to_be_trained, pass};
use domain::ids::{GateExemptionId, PersonId};
use domain::inspection::Flag;
use domain::org::{Assignment, Certificate, Person, Role, needed_certificate};
use domain::policy::{Action, Subject};
use domain::time::Date;
use domain::training::{is_listed, lacks};
use serde::{Deserialize, Serialize};
use store::Read;
use store::gate::ExemptionRecord;
use utoipa::ToSchema;

use crate::names::Names;
use crate::org::Fields;
use crate::view::{Named, Word};
use crate::{App, Caller, Error, Result};

/// What opens the gate, of everybody, read once for many people.
#[derive(Debug, Default)]
pub(crate) struct Gatekeeper {
    certificates: BTreeMap<PersonId, Vec<Certificate>>,
    exemptions: BTreeMap<PersonId, Vec<Exemption>>,
}

impl Gatekeeper {
    /// Reads every certificate and exemption: there are not many.
    pub(crate) async fn read(read: &mut Read) -> Result<Self> {
        let mut keeper = Self::default();
        for kept in read.certificates().await? {
            let held = kept.certificate;
            keeper.certificates.entry(held.person.clone()).or_default().push(held);
        }
        for kept in read.exemptions().await? {
            let one = kept.exemption;
            keeper.exemptions.entry(one.person.clone()).or_default().push(one);
        }
        Ok(keeper)
    }

    /// What somebody holds, valid or not.
    pub(crate) fn held(&self, person: &PersonId) -> &[Certificate] {
        self.certificates.get(person).map_or(&[][..], Vec::as_slice)
    }

    /// Whether somebody gets through on a day.
    pub(crate) fn pass(
        &self,
        person: &PersonId,
        part: Part,
        day: Date,
    ) -> std::result::Result<Pass, GateRefusal> {
        let held = self.held(person);
        let exemptions = self.exemptions.get(person).map_or(&[][..], Vec::as_slice);
        pass(part, held, exemptions, day)
    }

    /// How somebody stands with the gate; none when nothing he is today asks for it.
    pub(crate) fn standing(&self, person: &PersonId, roles: &[Role], today: Date) -> Option<GateView> {
        if !roles.iter().any(|role| is_to_be_trained(*role)) {
            return None;
        }
        let part = if roles.contains(&Role::EnforcementOfficer) { Part::Officer } else { Part::Assistant };
        let view = |state: &str, code: &str, message: String, until: Option<Date>| GateView {
            state: state.to_owned(),
            code: code.to_owned(),
            message,
            until: until.map(|day| day.to_string()),
        };
        Some(match self.pass(person, part, today) {
            Ok(Pass::Trained | Pass::Police) => view("trained", "", "已培训合格".to_owned(), None),
            Ok(Pass::Exempt(one)) => {
                let text = format!("领导豁免至 {}：{}", one.to, one.reason);
                view("exempt", "", text, Some(one.to))
            }
            Err(no) => view("untrained", no.code(), no.to_string(), None),
        })
    }
}

/// Whether somebody gets through on a day.
async fn asked(
    read: &mut Read,
    person: &PersonId,
    part: Part,
    day: Date,
) -> Result<std::result::Result<Pass, GateRefusal>> {
    let held: Vec<_> = read.certificates_of(person).await?.into_iter().map(|kept| kept.certificate).collect();
    let exemptions: Vec<_> =
        read.exemptions_of(person).await?.into_iter().map(|kept| kept.exemption).collect();
    Ok(pass(part, &held, &exemptions, day))
}

/// That somebody may take part in enforcement on a day.
///
/// Errors: the rule, and what he lacks, under his name.
pub(crate) async fn admit(read: &mut Read, person: &PersonId, part: Part, day: Date) -> Result<Pass> {
    match asked(read, person, part, day).await? {
        Ok(pass) => Ok(pass),
        Err(no) => {
            let names = Names::read(read).await?;
            Err(Error::Refused { code: no.code(), message: format!("{}：{no}", names.person(person)) })
        }
    }
}

/// That somebody may be put on a post of enforcement: on its first day, and today while it runs.
///
/// Errors: as [`admit`].
pub(crate) async fn may_hold(read: &mut Read, held: &Assignment, today: Date) -> Result<()> {
    let Some(part) = Part::of(held.role) else { return Ok(()) };
    admit(read, &held.person, part, held.from).await?;
    if held.is_valid_on(today) {
        admit(read, &held.person, part, today).await?;
    }
    Ok(())
}

/// What a reviewer should know of those who looked: who went on patrol untrained (T8), whom the leader let through.
pub(crate) async fn flags(
    read: &mut Read,
    people: &[(PersonId, Role)],
    is_enforcement: bool,
    day: Date,
) -> Result<Vec<Flag>> {
    let mut flags = Vec::new();
    for (person, role) in people.iter().filter(|(_, role)| is_enforcement || is_to_be_trained(*role)) {
        match asked(read, person, Part::Assistant, day).await? {
            Err(_) if is_to_be_trained(*role) => flags.push(Flag::Untrained { person: person.clone() }),
            Ok(Pass::Exempt(one)) => {
                flags.push(Flag::Exempted { person: person.clone(), reason: one.reason, until: one.to })
            }
            _ => {}
        }
    }
    Ok(flags)
}

/// How somebody stands with the gate of clause 11.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GateView {
    /// `trained`, `exempt` or `untrained`.
    pub state: String,
    /// What is missing, as `gate.untrained`; empty when nothing is.
    pub code: String,
    /// In Chinese, with the rule.
    pub message: String,
    /// Last day of an exemption.
    pub until: Option<String>,
}

/// An exemption as pages see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExemptionView {
    /// Id.
    pub id: String,
    /// Who is let through.
    pub person: Named,
    /// Why.
    pub reason: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// The leader who recorded it.
    pub recorded_by: String,
    /// When.
    pub recorded_at: String,
    /// Whether it lets through today.
    pub valid: bool,
    /// Why it was taken back; null while it was not.
    pub void_reason: Option<String>,
    /// Row version.
    pub version: i64,
    /// What the caller may do to it now.
    pub actions: Vec<&'static str>,
}

/// An exemption to record.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ExemptionInput {
    /// Who is let through.
    pub person: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Somebody on the list of those who enforce, help to and inspect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RollRow {
    /// Who.
    pub person: Named,
    /// What he is: `enforcement_officer`, `enforcement_assistant` or `dept_inspector`.
    pub role: Word,
    /// His post.
    pub title: String,
    /// Of which organisation.
    pub org: Named,
    /// Number of the certificate that counts today; empty where he has or needs none.
    pub number: String,
    /// Its last day; null where it does not run out.
    pub until: Option<String>,
    /// How he stands with the gate of clause 11; null where it asks nothing of him.
    pub gate: Option<GateView>,
    /// What his entry lacks; nothing when it is complete.
    pub lacks: Vec<Word>,
}

/// 执法检查人员名录: the list of clause 11.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RollView {
    /// Officers first.
    pub items: Vec<RollRow>,
    /// How many entries are complete.
    pub complete: usize,
}

fn view(caller: &Caller, kept: &ExemptionRecord, names: &Names, today: Date) -> ExemptionView {
    let one = &kept.exemption;
    let may = kept.voided.is_none() && caller.hats.hat(Action::GateExempt, &Subject::town()).is_some();
    ExemptionView {
        id: one.id.to_string(),
        person: Named::new(one.person.as_str(), names.person(&one.person)),
        reason: one.reason.clone(),
        from: one.from.to_string(),
        to: one.to.to_string(),
        recorded_by: kept.recorded_by.clone(),
        recorded_at: kept.recorded_at.to_rfc3339(),
        valid: one.is_valid_on(today),
        void_reason: kept.voided.as_ref().map(|(_, reason)| reason.clone()),
        version: kept.version,
        actions: if may { vec!["void"] } else { Vec::new() },
    }
}

impl App {
    /// Everybody who enforces, helps to or inspects today, and what his entry lacks. Source: C11.7.
    pub async fn enforcement_roll(&self, caller: &Caller) -> Result<RollView> {
        let scope = caller.scope(Action::PersonRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let gate = Gatekeeper::read(&mut read).await?;
        let held = read.holders_on(&[], today).await?;
        let held: Vec<_> = held
            .into_iter()
            .filter(|one| is_listed(one.role) && scope.admits(&crate::post::subject(one)))
            .collect();
        let ids: Vec<PersonId> = held.iter().map(|one| one.person.clone()).collect();
        let people: BTreeMap<PersonId, Person> = read
            .persons_by_id(&ids)
            .await?
            .into_iter()
            .map(|kept| (kept.person.id.clone(), kept.person))
            .collect();
        let posts: BTreeMap<_, _> =
            read.posts().await?.into_iter().map(|kept| (kept.post.id, kept.post.name)).collect();
        let row = |one: &Assignment| {
            let person = people.get(&one.person)?;
            let own = gate.held(&one.person);
            let shown = needed_certificate(one.role)
                .and_then(|kind| Certificate::to_show(own, kind, today))
                .filter(|card| card.is_valid_on(today));
            let lacking = lacks(one.role, &person.phone, &person.office_phone, own, today);
            Some(RollRow {
                person: Named::new(one.person.as_str(), person.name.as_str()),
                role: Word::new(one.role.code(), one.role.label()),
                title: posts.get(&one.post).cloned().unwrap_or_else(|| one.role.label().to_owned()),
                org: names.named_org(&one.org),
                number: shown.map(|card| card.number.clone()).unwrap_or_default(),
                until: shown.and_then(Certificate::last_day).map(|day| day.to_string()),
                gate: gate.standing(&one.person, &[one.role], today),
                lacks: lacking.into_iter().map(|lack| Word::new(lack.code(), lack.label())).collect(),
            })
        };
        let order = |role: Role| match role {
            Role::EnforcementOfficer => 0,
            Role::EnforcementAssistant => 1,
            _ => 2,
        };
        let mut held = held;
        held.sort_by_key(|one| (order(one.role), names.org(&one.org), names.person(&one.person)));
        let items: Vec<RollRow> = held.iter().filter_map(row).collect();
        let complete = items.iter().filter(|row| row.lacks.is_empty()).count();
        Ok(RollView { items, complete })
    }

    /// Every exemption, taken back or not, newest first.
    pub async fn exemptions(&self, caller: &Caller) -> Result<Vec<ExemptionView>> {
        caller.scope(Action::PersonRead)?;
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let today = self.now().date();
        Ok(read.exemptions().await?.iter().map(|kept| view(caller, kept, &names, today)).collect())
    }

    /// Lets somebody through the gate for a time. Only the leader may, and nobody lets himself through.
    pub async fn record_exemption(&self, caller: &Caller, input: ExemptionInput) -> Result<ExemptionView> {
        let now = self.now();
        let hat = caller.hat(Action::GateExempt, &Subject::town())?;
        let scope = caller.scope(Action::PersonRead)?;
        let mut fields = Fields::default();
        let from = crate::post::read_day(&mut fields, "from", &input.from);
        let to = crate::post::read_day(&mut fields, "to", &input.to);
        let mut tx = self.write(caller).await?;
        let person = tx.person(&input.person.into(), &scope).await?.filter(|kept| kept.person.active);
        if person.is_none() {
            fields.wrong("person", "gate.person", "没有这个人员，请从列表中选择");
        }
        fields.done()?;
        let Some(person) = person else { return Err(Error::NotFound) };
        if person.person.id == caller.person {
            return Err(Error::Refused {
                code: "gate.self",
                message: "不能豁免本人，请由其他领导办理".to_owned(),
            });
        }
        let id = GateExemptionId::from(self.new_id());
        if from < now.date() {
            return Err(Error::field("from", "gate.backdated", "免除不能追溯，开始日期不能早于今天，请改正"));
        }
        let exemption = Exemption::new(id.clone(), person.person.id, &input.reason, from, to)?;
        let others = tx.exemptions_of(&exemption.person).await?;
        let overlaps = |one: &Exemption| !one.voided && one.from <= exemption.to && exemption.from <= one.to;
        if let Some(known) = others.iter().map(|kept| &kept.exemption).find(|one| overlaps(one)) {
            let message = format!("此人已有 {} 至 {} 的免除，请先撤销或改用其他日期", known.from, known.to);
            return Err(Error::field("from", "gate.overlap", &message));
        }
        let kept = ExemptionRecord {
            exemption,
            recorded_by: caller.name.clone(),
            version: 1,
            recorded_at: now,
            voided: None,
        };
        tx.insert_exemption(&kept).await?;
        let names = Names::read(&mut tx).await?;
        let answer = view(caller, &kept, &names, now.date());
        let mut audit = caller.audit_as(hat, "gate.exempt", ("gate", id.as_str()), "", now);
        audit.reason.clone_from(&kept.exemption.reason);
        Ok(tx.commit(audit, answer).await?)
    }

    /// Takes an exemption back; it stays on record.
    pub async fn void_exemption(
        &self,
        caller: &Caller,
        id: &GateExemptionId,
        reason: &str,
        version: i64,
    ) -> Result<ExemptionView> {
        let now = self.now();
        let hat = caller.hat(Action::GateExempt, &Subject::town())?;
        let mut tx = self.write(caller).await?;
        let kept = tx.exemption(id).await?.ok_or(Error::NotFound)?;
        let names = Names::read(&mut tx).await?;
        if kept.version != version {
            return Err(Error::stale(&view(caller, &kept, &names, now.date())));
        }
        if kept.voided.is_some() {
            return Err(GateRefusal::Voided.into());
        }
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Error::field("reason", "gate.void_reason", "请写明撤销的理由"));
        }
        tx.void_exemption(id, version, now, reason).await?;
        let exemption = Exemption { voided: true, ..kept.exemption };
        let voided = Some((now, reason.to_owned()));
        let kept = ExemptionRecord { exemption, version: version + 1, voided, ..kept };
        let answer = view(caller, &kept, &names, now.date());
        let mut audit = caller.audit_as(hat, "gate.void", ("gate", id.as_str()), "", now);
        audit.reason = reason.to_owned();
        Ok(tx.commit(audit, answer).await?)
    }
}
