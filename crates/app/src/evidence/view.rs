//! Evidence as pages see it: lines of a list, and one record with its editions, decisions and look-alike pictures.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::evidence::claim::{asked, tag_label};
use domain::evidence::{Evidence, State};
use domain::plan::SubjectKind;
use domain::time::Timestamp;
use serde::Serialize;
use store::Read;
use store::evidence::{EvidenceEvent, EvidenceRecord};
use store::org::OrgRecord;
use utoipa::ToSchema;

use super::actions;
use crate::attachment::AttachmentView;
use crate::names::Names;
use crate::photo::{PhotoView, may_see, photo_views};
use crate::view::{Named, Word};
use crate::{App, Caller, Result};

/// A subject with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubjectName {
    /// Kind.
    pub kind: String,
    /// Kind in words.
    pub kind_label: String,
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

/// A piece of evidence in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EvidenceLine {
    /// Id.
    pub id: String,
    /// The number people use.
    pub code: String,
    /// Kind.
    pub kind: String,
    /// Kind in words.
    pub kind_label: String,
    /// One line.
    pub title: String,
    /// 文号.
    pub number: String,
    /// Day it happened, or first day in force.
    pub happened_on: String,
    /// Last day in force.
    pub until: Option<String>,
    /// When its first edition was recorded.
    pub recorded_at: String,
    /// Who wrote the last edition.
    pub recorded_by: Named,
    /// The organisation that did it.
    pub org: Named,
    /// Where.
    pub territory: Named,
    /// How it stands.
    pub state: String,
    /// In words.
    pub state_label: String,
    /// Who decided, when it was decided or voided.
    pub decided_by: Option<Named>,
    /// When.
    pub decided_at: Option<String>,
    /// Why it was sent back or voided.
    pub reason: Option<String>,
    /// The duties it is claimed for, each once.
    pub duties: Vec<Word>,
    /// Pictures.
    pub photos_n: usize,
    /// Files.
    pub files_n: usize,
    /// Whether one of its pictures was used before for another record.
    pub same_picture: bool,
    /// Which edition.
    pub edition: u32,
    /// Row version.
    pub version: i64,
    /// What the caller may do to it now.
    pub actions: Vec<String>,
}

/// A page of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EvidencePage {
    /// Newest first; what waits, oldest first.
    pub items: Vec<EvidenceLine>,
    /// How many there are.
    pub total: i64,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// What a record is claimed for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClaimView {
    /// Id of the duty.
    pub duty: String,
    /// Its title.
    pub duty_title: String,
    /// Which of its needs.
    pub need: String,
    /// That need in words.
    pub need_label: String,
    /// The chosen tag.
    pub choice: Option<String>,
    /// For whom or what.
    pub subject: SubjectName,
}

/// Something that happened to a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EvidenceEventView {
    /// `submitted`, `accepted`, `rejected`, `resubmitted` or `voided`.
    pub kind: String,
    /// In words.
    pub kind_label: String,
    /// Who.
    pub by: Named,
    /// When.
    pub at: String,
    /// Why.
    pub reason: Option<String>,
    /// What an edition said: title.
    pub title: Option<String>,
    /// What an edition said: text.
    pub text: Option<String>,
}

/// The same picture with another record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SamePicture {
    /// The picture of this record.
    pub photo: String,
    /// Kind of the other record.
    pub object_kind: String,
    /// Its id; none when the caller may not see it.
    pub object_id: Option<String>,
    /// When it was recorded there.
    pub recorded_at: String,
    /// Whether that was before.
    pub earlier: bool,
}

/// A piece of evidence with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = EvidenceFullView)]
pub struct EvidenceView {
    /// As in a list.
    #[serde(flatten)]
    pub line: EvidenceLine,
    /// What was done.
    pub text: String,
    /// The post it was done on.
    pub post: Option<Named>,
    /// Pictures.
    pub photos: Vec<PhotoView>,
    /// Files.
    pub files: Vec<AttachmentView>,
    /// What it is claimed for.
    pub claims: Vec<ClaimView>,
    /// Everything that happened to it, oldest first.
    pub history: Vec<EvidenceEventView>,
    /// Pictures of it that other records have too.
    pub same_pictures: Vec<SamePicture>,
}

/// What duties and their needs are called.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    titles: HashMap<String, String>,
    needs: HashMap<(String, String), String>,
}

impl Words {
    fn title(&self, duty: &str) -> String {
        self.titles.get(duty).cloned().unwrap_or_else(|| duty.to_owned())
    }
}

/// The duties a record is claimed for.
pub(crate) fn duties_of(evidence: &Evidence) -> BTreeSet<String> {
    evidence.content.claims.iter().map(|claim| claim.duty.clone()).collect()
}

/// A need in words: the kind of fact and its tags.
pub(crate) fn need_label(asked: &domain::evidence::claim::Asked) -> String {
    let tags: Vec<&str> = asked.tags.iter().map(|tag| tag_label(tag)).collect();
    if tags.is_empty() { crate::fulfilment::fact_label(&asked.fact) } else { tags.join("、") }
}

impl App {
    /// The words of duties that records are claimed for.
    pub(crate) async fn words_of(&self, duties: BTreeSet<String>) -> Result<Words> {
        let mut words = Words::default();
        if duties.is_empty() {
            return Ok(words);
        }
        let known = self.known(None).await?;
        for id in duties {
            let Some(duty) = known.plan.duty(&id) else { continue };
            words.titles.insert(duty.id.clone(), duty.title.clone());
            for one in asked(duty) {
                words.needs.insert((duty.id.clone(), one.key.clone()), need_label(&one));
            }
        }
        Ok(words)
    }
}

fn line(
    caller: &Caller,
    record: &EvidenceRecord,
    names: &Names,
    words: &Words,
    orgs: &[OrgRecord],
    now: Timestamp,
) -> EvidenceLine {
    let (e, c) = (&record.evidence, &record.evidence.content);
    let (decided, reason) = match &e.state {
        State::Submitted => (None, None),
        State::Accepted { by } => (Some(by), None),
        State::Rejected { by, reason } | State::Void { by, reason, .. } => (Some(by), Some(reason.clone())),
    };
    let mut duties: Vec<Word> = Vec::new();
    for claim in &c.claims {
        if !duties.iter().any(|known| known.code == claim.duty) {
            duties.push(Word::new(&claim.duty, words.title(&claim.duty)));
        }
    }
    let person = |id: &domain::ids::PersonId| Named::new(id.to_string(), names.person(id));
    EvidenceLine {
        id: e.id.to_string(),
        code: record.code.clone(),
        kind: c.kind.code().to_owned(),
        kind_label: c.kind.label().to_owned(),
        title: c.title.clone(),
        number: c.number.clone(),
        happened_on: c.happened_on.to_string(),
        until: c.until.map(|day| day.to_string()),
        recorded_at: record.recorded_at.to_rfc3339(),
        recorded_by: person(&e.recorded.person),
        org: names.named_org(&c.org),
        territory: names.territory(c.path.rsplit('/').next().unwrap_or_default()),
        state: e.state.code().to_owned(),
        state_label: e.state.label().to_owned(),
        decided_by: decided.map(|by| person(&by.person)),
        decided_at: decided.map(|by| by.at.to_rfc3339()),
        reason,
        duties,
        photos_n: c.photos.len(),
        files_n: c.files.len(),
        same_picture: false,
        edition: e.edition,
        version: record.version,
        actions: actions(caller, e, orgs, now),
    }
}

/// The same pictures of other records, by the picture of this one; `(photo, other's kind, id, when, earlier)`.
async fn twins(
    read: &mut Read,
    records: &[EvidenceRecord],
) -> Result<BTreeMap<String, Vec<(String, store::photo::Picture, bool)>>> {
    let ids: Vec<_> = records.iter().flat_map(|one| one.evidence.content.photos.clone()).collect();
    let own = read.photos(&ids).await?;
    let mut blobs: Vec<&str> = own.iter().map(|picture| picture.blob.as_str()).collect();
    blobs.sort_unstable();
    blobs.dedup();
    let mut everywhere = Vec::new();
    for some in blobs.chunks(300) {
        everywhere.extend(read.photos_with(some).await?);
    }
    let mut out: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for picture in &own {
        for other in everywhere.iter().filter(|other| {
            other.blob == picture.blob
                && (&other.object_kind, &other.object_id) != (&picture.object_kind, &picture.object_id)
        }) {
            let earlier = other.recorded_at < picture.recorded_at;
            let found = (picture.id.to_string(), other.clone(), earlier);
            out.entry(picture.object_id.clone()).or_default().push(found);
        }
    }
    Ok(out)
}

/// Records as lines of a list.
pub(super) async fn lines(
    read: &mut Read,
    caller: &Caller,
    records: &[EvidenceRecord],
    words: &Words,
    orgs: &[OrgRecord],
    now: Timestamp,
) -> Result<Vec<EvidenceLine>> {
    let names = Names::read(read).await?;
    let twins = twins(read, records).await?;
    let has_twin = |id: &str| twins.get(id).is_some_and(|all| all.iter().any(|(_, _, earlier)| *earlier));
    Ok(records
        .iter()
        .map(|record| EvidenceLine {
            same_picture: has_twin(record.evidence.id.as_str()),
            ..line(caller, record, &names, words, orgs, now)
        })
        .collect())
}

fn event_label(kind: &str) -> &'static str {
    match kind {
        "submitted" => "登记",
        "resubmitted" => "改正后重报",
        "accepted" => "认定",
        "rejected" => "退回",
        "voided" => "作废",
        _ => "",
    }
}

/// One record as a page.
pub(super) async fn page(
    read: &mut Read,
    caller: &Caller,
    record: &EvidenceRecord,
    events: &[EvidenceEvent],
    words: &Words,
    now: Timestamp,
) -> Result<EvidenceView> {
    let names = Names::read(read).await?;
    let orgs = read.orgs().await?;
    let content = &record.evidence.content;
    let id = record.evidence.id.as_str();
    let mut called: HashMap<(SubjectKind, String), String> = HashMap::new();
    for kind in SubjectKind::ALL {
        let of = content.claims.iter().filter(|claim| claim.subject_kind == kind.code());
        let ids: Vec<&str> = of.map(|claim| claim.subject.as_str()).collect();
        for (id, name) in read.subject_names(*kind, &ids).await? {
            called.insert((*kind, id), name);
        }
    }
    let claims = content
        .claims
        .iter()
        .map(|claim| {
            let kind = SubjectKind::from_code(&claim.subject_kind).unwrap_or(SubjectKind::Event);
            let is_self = kind == SubjectKind::Event && claim.subject == id;
            let name = called.get(&(kind, claim.subject.clone())).cloned();
            let name =
                name.unwrap_or_else(|| if is_self { content.title.clone() } else { claim.subject.clone() });
            let need = words.needs.get(&(claim.duty.clone(), claim.need.clone()));
            let need_label = need.cloned().unwrap_or_else(|| claim.need.clone());
            let need_label = match &claim.choice {
                Some(choice) => format!("{need_label}（{}）", tag_label(choice)),
                None => need_label,
            };
            ClaimView {
                duty: claim.duty.clone(),
                duty_title: words.title(&claim.duty),
                need: claim.need.clone(),
                need_label,
                choice: claim.choice.clone(),
                subject: SubjectName {
                    kind: kind.code().to_owned(),
                    kind_label: kind.label().to_owned(),
                    id: claim.subject.clone(),
                    name,
                },
            }
        })
        .collect();
    let history = events
        .iter()
        .map(|event| EvidenceEventView {
            kind: event.kind.clone(),
            kind_label: event_label(&event.kind).to_owned(),
            by: Named::new(event.by.person.to_string(), names.person(&event.by.person)),
            at: event.by.at.to_rfc3339(),
            reason: (!event.reason.is_empty()).then(|| event.reason.clone()),
            title: event.content.as_ref().map(|content| content.title.clone()),
            text: event.content.as_ref().map(|content| content.text.clone()),
        })
        .collect();
    let found = twins(read, std::slice::from_ref(record)).await?.remove(id).unwrap_or_default();
    let mut same_pictures = Vec::with_capacity(found.len());
    for (photo, other, earlier) in found {
        let seen = may_see(read, caller, &other.object_kind, &other.object_id).await?;
        same_pictures.push(SamePicture {
            photo,
            object_kind: other.object_kind.clone(),
            object_id: seen.then(|| other.object_id.clone()),
            recorded_at: other.recorded_at.to_rfc3339(),
            earlier,
        });
    }
    let post = match &content.post {
        Some(id) => {
            let found = read.post(id).await?;
            Some(Named::new(id.to_string(), found.map_or_else(|| id.to_string(), |record| record.post.name)))
        }
        None => None,
    };
    let files = read.attachments(&content.files).await?;
    let own = files.iter().filter(|file| file.object_kind == "evidence" && file.object_id == id);
    let files = own.map(AttachmentView::of).collect();
    let same_picture = same_pictures.iter().any(|one| one.earlier);
    Ok(EvidenceView {
        line: EvidenceLine { same_picture, ..line(caller, record, &names, words, &orgs, now) },
        text: content.text.clone(),
        post,
        photos: photo_views(read, &content.photos, &[("evidence", id)]).await?,
        files,
        claims,
        history,
        same_pictures,
    })
}
