//! What a paper can be filled with from the record it is about, read under the caller's own rights. What a template does
//! not ask for is left out; what the record does not know stays empty. What does not belong here: the fields (templates).

pub(super) mod authority;
mod campaign;
mod drill;
mod evidence;
mod facility;
mod force;
mod incident;
mod inspection_plan;
mod report;
mod report_case;
mod talk;
mod training;
mod whistle;

use domain::document::PhotoRef;
use domain::org::OrgKind;
use domain::paper::{About, Template, Value, Values};
use domain::policy::Action;
use store::Read;

use super::{AboutView, Prefilled};
use crate::hazard::HazardView;
use crate::inspection::CompanionInput;
use crate::names::Names;
use crate::{App, Caller, Error, Result};

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

/// `2026-11-26T09:30` of an instant as answers give it.
fn minute(instant: &str) -> Value {
    text(instant.get(..16).unwrap_or_default())
}

fn day(instant: &str) -> Value {
    text(instant.get(..10).unwrap_or_default())
}

fn list(items: impl IntoIterator<Item = String>) -> Value {
    Value::List(items.into_iter().filter(|one| !one.trim().is_empty()).collect())
}

/// Name and office phone of who asks: whom a reader of the paper may call.
async fn contact(app: &App, caller: &Caller) -> Result<(Value, Value)> {
    let whole = Caller::system().scope(Action::PersonRead)?;
    let mut read = app.db.read(&app.town).await?;
    let own = read.person(&caller.person, &whole).await?;
    let phone = own.map(|record| record.person.office_phone).unwrap_or_default();
    Ok((text(&caller.name), text(phone)))
}

/// What the town's government is called; empty where the book has none.
async fn government(app: &App) -> Result<String> {
    let mut read = app.db.read(&app.town).await?;
    let all = read.orgs().await?.into_iter().map(|one| one.org);
    let mut found = all.filter(|org| org.active && org.kind == OrgKind::TownGov);
    Ok(found.next().map(|org| org.name).unwrap_or_default())
}

/// Values for a template, by its keys.
///
/// Errors: the template is not made from such a record; the caller may not read the record.
pub(super) async fn values(
    app: &App,
    caller: &Caller,
    template: &Template,
    about: &AboutView,
) -> Result<Prefilled> {
    if !template.from.contains(&about.kind) {
        return Err(Error::field("about", "paper.about", "这种文书不能由该记录生成，请直接填写"));
    }
    let id = about.id.as_str();
    let (mut values, org) = match about.kind.as_str() {
        "hazard" => hazard(app, caller, id).await?,
        "inspection" => inspection(app, caller, id).await?,
        "meeting" => meeting(app, caller, id).await?,
        "report" => report::values(app, caller, template, id).await?,
        "letter" => letter(app, caller, id).await?,
        "enforcement" => enforcement(app, caller, id).await?,
        "whistle" => whistle::values(app, caller, template, id).await?,
        "report_case" => report_case::values(app, caller, id).await?,
        "drill" => drill::values(app, caller, id).await?,
        "campaign" => campaign::values(app, caller, template, id).await?,
        "paper" => talk::values(app, caller, id).await?,
        "evidence" => evidence::values(app, caller, id).await?,
        "inspection_plan" => inspection_plan::values(app, caller, template, id).await?,
        "force" => force::values(app, caller, template, id).await?,
        "sortie" => force::sortie(app, caller, id).await?,
        "facility" => facility::values(app, caller, id).await?,
        "contract" => facility::contract(app, caller, id).await?,
        "authority" => authority::values(app, caller, template, id).await?,
        "certificate" => training::certificate(app, caller, id).await?,
        "incident" => incident::values(app, caller, template, id).await?,
        "training" => training::values(app, caller, template, id).await?,
        other => return Err(Error::Internal(format!("{other} is a source of papers nobody reads"))),
    };
    if template.field("contact").is_some() {
        let (name, phone) = contact(app, caller).await?;
        // Where there is one place for both, both stand there.
        let both = match (&name, &phone) {
            (Value::Text(name), Value::Text(phone)) if template.field("phone").is_none() => {
                text(format!("{name} {phone}").trim())
            }
            _ => name,
        };
        values.insert("contact".to_owned(), both);
        values.insert("phone".to_owned(), phone);
    }
    // Why somebody is talked to is what was found; why something is handed to another body is the law's to say.
    if template.family() != "DT12" && about.kind == "hazard" {
        values.remove("reason");
    }
    values.retain(|key, value| template.field(key).is_some() && !value.is_empty());
    Ok(Prefilled { values, org })
}

fn named<const N: usize>(pairs: [(&str, Value); N]) -> Values {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

async fn hazard(app: &App, caller: &Caller, id: &str) -> Result<(Values, String)> {
    let seen: HazardView = app.hazard(caller, &id.into()).await?;
    let place = &seen.place_brief;
    let row = &seen.row;
    let of_step = |word: &[&str]| seen.timeline.iter().rev().find(|one| word.contains(&one.step.as_str()));
    let advice = seen.measure_text.clone().map_or_else(Vec::new, |one| vec![one]);
    let reference = of_step(&["advised", "ordered"]).and_then(|one| one.document_no.clone());
    let recheck = of_step(&["recheck_passed", "recheck_failed"]);
    let result = recheck.map(|one| if one.step == "recheck_passed" { "已整改" } else { "未整改" });
    let photos = seen
        .pairs
        .iter()
        .filter_map(|pair| pair.after.as_ref())
        .map(|photo| PhotoRef { name: photo.id.clone(), caption: "整改后".to_owned() });
    let order = certificate(app, caller).await?;
    let mut values = named([
        ("to", text(&row.place.name)),
        ("unit", text(&row.place.name)),
        ("recorder", text(&caller.name)),
        ("requirements", list(advice.clone())),
        ("place", text(&row.place.name)),
        ("address", text(&place.address)),
        ("seen_on", day(&row.found_at)),
        ("seen_at", minute(&row.found_at)),
        ("findings", list([row.description.clone()])),
        ("violations", list([row.description.clone()])),
        ("facts", text(format!("{}：{}", row.hazard_label, row.description))),
        ("reason", text(format!("{}：{}（隐患登记 {}）", row.hazard_label, row.description, row.code))),
        ("advice", list(advice)),
        ("deadline", text(row.deadline_on.clone().unwrap_or_default())),
        ("recheck_on", text(row.recheck_due_on.clone().unwrap_or_default())),
        ("officers", list([caller.name.clone()])),
        ("officer_no", text(order)),
        ("inspectors", list([caller.name.clone()])),
        ("reference", text(reference.unwrap_or_default())),
        ("evidence", list([format!("隐患登记 {}", row.code)])),
        ("photos", Value::Photos(photos.collect())),
    ]);
    if let (Some(step), Some(result)) = (recheck, result) {
        let line = vec![row.description.clone(), result.to_owned(), step.detail.clone()];
        values.insert("results".to_owned(), Value::Rows(vec![line]));
        values.insert("rechecked_at".to_owned(), minute(&step.happened_at));
        let conclusion = if result == "已整改" { "全部整改" } else { "未整改" };
        values.insert("conclusion".to_owned(), text(conclusion));
    }
    Ok((values, seen.issuer.map(|issuer| issuer.id).unwrap_or_default()))
}

/// The certificate by which the caller orders today; empty when he has none.
async fn certificate(app: &App, caller: &Caller) -> Result<String> {
    let mut read = app.db.read(&app.town).await?;
    let held = crate::enforcement::order::certificates(&mut read, caller, app.now().date()).await?;
    Ok(held.into_iter().next().map(|held| held.number).unwrap_or_default())
}

async fn inspection(app: &App, caller: &Caller, id: &str) -> Result<(Values, String)> {
    let seen = app.inspection(caller, &id.into(), None).await?;
    let place = {
        let mut read = app.db.read(&app.town).await?;
        let (record, _) = crate::place::at_place(&mut read, &seen.row.place.id.as_str().into(), []).await?;
        crate::names::PlaceBrief::of(&record, &Names::read(&mut read).await?)
    };
    let (companion, refusal) = match &seen.companion {
        CompanionInput::Signed { name, .. } => (name.clone(), String::new()),
        CompanionInput::NotSigned { reason } => (String::new(), reason.clone()),
    };
    let failed = seen.answers.iter().filter(|one| one.value == "fail");
    let rows = failed.clone().map(|one| vec![one.text.clone(), one.value_label.clone(), one.note.clone()]);
    let photos = failed.clone().flat_map(|one| {
        one.photos.iter().map(|photo| PhotoRef { name: photo.id.clone(), caption: one.text.clone() })
    });
    let lists = seen.pins.iter().map(|pin| format!("{} {}", pin.code, pin.edition));
    let values = named([
        ("place", text(&seen.row.place.name)),
        ("household", text(&seen.row.place.name)),
        ("at", minute(&seen.started_at)),
        ("visitors", list(seen.row.inspectors.clone())),
        ("risks", list(seen.hazards.iter().map(|one| one.description.clone()))),
        ("advice", list(failed.clone().map(|one| one.text.clone()))),
        ("address", text(place.address)),
        ("category", text(place.category_label)),
        ("companion", text(companion)),
        ("refusal", text(refusal)),
        ("began", minute(&seen.started_at)),
        ("ended", minute(&seen.ended_at)),
        ("inspectors", list(seen.row.inspectors.clone())),
        ("checklist", text(lists.collect::<Vec<_>>().join("、"))),
        ("results", Value::Rows(rows.collect())),
        ("findings", list(seen.hazards.iter().map(|one| one.description.clone()))),
        ("photos", Value::Photos(photos.collect())),
    ]);
    Ok((values, seen.row.org.id.clone()))
}

async fn meeting(app: &App, caller: &Caller, id: &str) -> Result<(Values, String)> {
    let seen = app.meeting(caller, &id.into()).await?;
    let expected: Vec<String> = seen.expected.iter().map(|one| one.org.name.clone()).collect();
    let mut bodies = expected.clone();
    bodies.dedup();
    let posts = seen.expected.iter().map(|one| one.post.name.clone()).collect::<Vec<_>>();
    let people = seen.expected.iter().flat_map(|one| {
        one.holders
            .iter()
            .map(|who| vec![one.org.name.clone(), who.name.clone(), one.post.name.clone(), String::new()])
    });
    let decisions = seen.resolutions_list.iter().map(|one| {
        let item = one.follow_up.as_ref();
        vec![
            one.text.clone(),
            item.map(|item| item.owner.post.name.clone()).unwrap_or_default(),
            item.map(|item| item.due_on.clone()).unwrap_or_default(),
        ]
    });
    let absent = seen.absent.iter().flat_map(|one| one.holders.iter().map(|who| who.name.clone()));
    let values = named([
        ("meeting", text(&seen.row.title)),
        ("to", list(bodies)),
        ("at", minute(&seen.row.planned_at)),
        ("venue", text(&seen.row.venue)),
        ("agenda", list(seen.agenda.clone())),
        ("attendees", text(posts.join("、"))),
        ("people", Value::Rows(people.collect())),
        ("attended", list(seen.present.iter().map(|one| one.name.clone()))),
        ("absent", list(absent)),
        (
            "discussed",
            text(if seen.minutes.is_empty() { seen.agenda.join("；") } else { seen.minutes.clone() }),
        ),
        ("decisions", Value::Rows(decisions.collect())),
    ]);
    Ok((values, seen.row.org.id.clone()))
}

async fn letter(app: &App, caller: &Caller, id: &str) -> Result<(Values, String)> {
    let seen = app.letter_view(caller, id).await?;
    let indicators = seen.indicators.iter().map(|one| vec![one.clone(), String::new(), String::new()]);
    let values = named([
        ("partner", text(format!("{}{}", seen.org.name, seen.post.name))),
        ("from", text(&seen.from)),
        ("to", text(&seen.until)),
        ("duties", list(seen.duties.iter().map(|duty| duty.label.clone()))),
        ("indicators", Value::Rows(indicators.collect())),
    ]);
    Ok((values, String::new()))
}

/// What a case knows for its papers; what only the officers can say stays empty.
async fn enforcement(app: &App, caller: &Caller, id: &str) -> Result<(Values, String)> {
    let seen = app.case(caller, &id.into()).await?;
    let row = &seen.row;
    let of_step = |word: &str| seen.events.iter().find(|one| one.step.code == word);
    let said = |word: &str| text(of_step(word).map(|one| one.text.clone()).unwrap_or_default());
    let on = |word: &str| text(of_step(word).map(|one| one.on.clone()).unwrap_or_default());
    let intended = of_step("decide").or(of_step("notify")).map(|one| one.detail.clone()).unwrap_or_default();
    let officers: Vec<String> = seen.officers.iter().map(|one| one.person.name.clone()).collect();
    let numbers: Vec<String> = seen.officers.iter().map(|one| one.certificate_no.clone()).collect();
    // An index of what is in the file: what is missing is said on the page of the case.
    let rows = seen.file.iter().filter(|line| line.state != "missing").enumerate().map(|(n, line)| {
        vec![(n + 1).to_string(), line.name.clone(), line.number.clone(), line.on.clone(), String::new()]
    });
    let clock = |word: &str| seen.clocks.iter().find(|one| one.clock.code == word);
    let pay_by = text(clock("payment").map(|one| one.due.clone()).unwrap_or_default());
    let payment = clock("payment").map(|one| format!("收到决定书之日起十五日内（{} 前）缴纳", one.due));
    let told = of_step("notify");
    let values = named([
        ("case", text(&row.cause)),
        ("party", text(&row.party)),
        ("to", text(&row.party)),
        ("party_no", text(&seen.uscc)),
        ("address", text(&seen.address)),
        ("place", text(&row.place.name)),
        ("source", said("open")),
        ("facts", if of_step("report").is_some() { said("report") } else { said("open") }),
        ("basis", text(format!("{}（{}，{}）", seen.item.law, seen.item.name, seen.item.source))),
        ("penalty", text(intended)),
        ("told", text(told.map(|one| one.detail.clone()).unwrap_or_default())),
        ("payment", text(payment.unwrap_or_default())),
        ("officers", list(officers)),
        ("officer_no", text(numbers.join("、"))),
        ("filed_on", text(row.filed_on.clone().unwrap_or_default())),
        ("submitted_on", on("hear")),
        ("decision_no", text(of_step("decide").map(|one| one.document_no.clone()).unwrap_or_default())),
        ("performed", said("perform")),
        ("evidence", list([row.number.clone().unwrap_or_default()])),
        ("rows", Value::Rows(rows.collect())),
        ("remedies", text(remedies(&seen.item.basis.code, &seen.item.delegator))),
        ("decided_on", on("decide")),
        ("deadline", pay_by),
        ("consequence", text(LATE)),
        ("chair", text(seen.hearing_chair.as_ref().map(|one| one.name.clone()).unwrap_or_default())),
        ("people", list(seen.discussed.clone())),
        ("defence", said("hear")),
        ("reason", said("preserve")),
    ]);
    Ok((values, String::new()))
}

/// What happens to a fine that is late. Source: 行政处罚法 (2021) arts. 72, 73.
const LATE: &str = "到期不缴纳罚款的，每日按罚款数额的百分之三加处罚款，加处罚款的数额不超出罚款的数额；逾期不履行决定的，依法申请人民法院强制执行（行政处罚法第七十二条）。";

/// Where and until when a decision may be contested, by the regime it was made under: a delegated one is the delegating
/// organ's, who answers for it. Source: 行政处罚法 (2021) arts. 20, 21, 73; handbook of the field §4.10, tension T7.
fn remedies(basis: &str, delegator: &str) -> String {
    let against = match basis {
        "delegated" => {
            format!("本决定受{delegator}委托，以其名义作出。对本决定不服的，以{delegator}为被申请人、被告，")
        }
        _ => "对本决定不服的，".to_owned(),
    };
    format!(
        "{against}可以自收到本决定书之日起六十日内向区人民政府申请行政复议，也可以自收到本决定书之日起六个月内依法向人民法院提起行政诉讼。复议、诉讼期间本决定不停止执行，法律另有规定的除外。"
    )
}

impl App {
    /// That the caller may read what a paper is about.
    ///
    /// Errors: [`Error::NotFound`] when there is none he may see; a kind of record no paper is about.
    pub(super) async fn may_read_about(&self, read: &mut Read, caller: &Caller, about: &About) -> Result<()> {
        let id = about.id.as_str();
        let scope = |action| caller.hats.scope(action).ok_or(Error::NotFound);
        match about.kind.as_str() {
            "hazard" => {
                crate::hazard::load(read, caller, &id.into()).await?;
            }
            "inspection" => {
                crate::inspection::load(read, caller, &id.into()).await?;
            }
            "enforcement" => {
                read.case(&id.into(), &scope(Action::CaseRead)?).await?.ok_or(Error::NotFound)?;
            }
            "incident" => {
                read.incident(&id.into(), &scope(Action::IncidentRead)?).await?.ok_or(Error::NotFound)?;
            }
            "whistle" => {
                read.whistle(&id.into(), &scope(Action::WhistleRead)?).await?.ok_or(Error::NotFound)?;
            }
            "report_case" => {
                read.report_case(&id.into(), &scope(Action::ReportCaseRead)?)
                    .await?
                    .ok_or(Error::NotFound)?;
            }
            "drill" => {
                read.drill(&id.into(), &scope(Action::DrillRead)?).await?.ok_or(Error::NotFound)?;
            }
            "campaign" => {
                read.campaign(&id.into(), &scope(Action::CampaignRead)?).await?.ok_or(Error::NotFound)?;
            }
            "meeting" => {
                read.meeting(&id.into(), &scope(Action::MeetingRead)?).await?.ok_or(Error::NotFound)?;
            }
            "report" => {
                scope(Action::ReportRead)?;
                read.report(&id.into()).await?.ok_or(Error::NotFound)?;
            }
            "letter" => {
                let found = read.letter(&id.into()).await?.ok_or(Error::NotFound)?;
                let at = crate::letter::subject(&found.letter);
                if !scope(Action::LetterRead)?.admits(&at) {
                    return Err(Error::NotFound);
                }
            }
            "paper" => {
                super::load(read, caller, &id.into()).await?;
            }
            "evidence" => {
                let found = read.evidence(&id.into()).await?.ok_or(Error::NotFound)?.evidence;
                let is_own = found.authors.contains(&caller.person);
                if !is_own && !scope(Action::EvidenceRead)?.admits(&crate::evidence::subject(&found)) {
                    return Err(Error::NotFound);
                }
            }
            "inspection_plan" => {
                read.inspection_plan(&id.into(), &scope(Action::PlanRead)?).await?.ok_or(Error::NotFound)?;
            }
            "force" => {
                read.force(&id.into(), &scope(Action::ForceRead)?).await?.ok_or(Error::NotFound)?;
            }
            "sortie" => {
                read.sortie(&id.into(), &scope(Action::SortieRead)?).await?.ok_or(Error::NotFound)?;
            }
            "facility" => {
                read.facility(&id.into(), &scope(Action::FacilityRead)?).await?.ok_or(Error::NotFound)?;
            }
            "contract" => {
                read.contract(&id.into(), &scope(Action::ContractRead)?).await?.ok_or(Error::NotFound)?;
            }
            "authority" => {
                scope(Action::AuthorityRead)?;
                read.authority_item(&id.into()).await?.ok_or(Error::NotFound)?;
            }
            "certificate" => {
                let found = read.certificate(&id.into()).await?.ok_or(Error::NotFound)?.certificate;
                read.person(&found.person, &scope(Action::PersonRead)?).await?.ok_or(Error::NotFound)?;
            }
            "training" => {
                let found = read.training(&id.into()).await?.ok_or(Error::NotFound)?;
                let at = domain::policy::Subject::of(&found.path, Some(&found.training.org));
                if !scope(Action::TrainingRead)?.admits(&at) {
                    return Err(Error::NotFound);
                }
            }
            _ => return Err(Error::field("about", "paper.about", "这种文书不能由该记录生成，请直接填写")),
        }
        Ok(())
    }
}
