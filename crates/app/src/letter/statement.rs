//! 履职清单: one post over one year, built from the record: who held it, what it signed for, how far each of its duties was
//! carried out, and the evidence for it. Nothing in it is written by hand.

use domain::evidence::Kind;
use domain::fulfilment::Tally;
use domain::ids::PostId;
use domain::org::Role;
use domain::plan::SubjectKind;
use domain::policy::{Action, Subject};
use domain::time::Date;
use serde::Serialize;
use store::evidence::EvidenceFilter;
use utoipa::ToSchema;

use super::{LetterView, posts_by_id, view};
use crate::names::Names;
use crate::view::{Named, Word};
use crate::{App, Caller, Error, Result};

/// Pieces of evidence shown for each duty.
const SHOWN: i64 = 30;

/// Somebody who held the post in the year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatementHolder {
    /// Who.
    pub person: Named,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: Option<String>,
    /// Acting for somebody.
    pub acting: bool,
}

/// How far a duty was carried out in the year.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StatementDuty {
    /// Id.
    pub duty: String,
    /// Title.
    pub title: String,
    /// Its clause.
    pub clause: Named,
    /// Occurrences due.
    pub due: u32,
    /// In time.
    pub met: u32,
    /// Late.
    pub late: u32,
    /// In part.
    pub partial: u32,
    /// Not.
    pub unmet: u32,
    /// From 0 to 1; none without anything due or without data.
    pub ratio: Option<f64>,
    /// Whether there is a source for what it asks for.
    pub has_data: bool,
    /// Accepted evidence for it in the year.
    pub evidence: Vec<StatementEvidence>,
    /// How many pieces there are.
    pub evidence_n: i64,
}

/// A piece of evidence in a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatementEvidence {
    /// Id.
    pub id: String,
    /// Number.
    pub code: String,
    /// Kind.
    pub kind: String,
    /// Kind in words.
    pub kind_label: String,
    /// One line.
    pub title: String,
    /// Day it happened.
    pub happened_on: String,
}

/// One post over one year.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Statement {
    /// The post.
    pub post: Named,
    /// What its holder is.
    pub role: String,
    /// In words.
    pub role_label: String,
    /// Of which organisation.
    pub org: Named,
    /// Where.
    pub territory: Named,
    /// The year.
    pub year: i32,
    /// As known at the end of this day.
    pub as_of: String,
    /// Number of the audit entry it was built from, so that it can be built again.
    pub record_no: i64,
    /// Who held it.
    pub holders: Vec<StatementHolder>,
    /// Letters that held in the year.
    pub letters: Vec<LetterView>,
    /// Its duties.
    pub duties: Vec<StatementDuty>,
    /// Records made on the post in the year, by kind.
    pub work: Vec<StatementWork>,
}

/// How many records of a kind were made on the post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatementWork {
    /// Kind.
    pub kind: Word,
    /// How many.
    pub n: i64,
}

impl App {
    /// What the holder of a post answers for in a year, and what there is to show for it.
    ///
    /// Errors: a post the caller may not read; a year that is no year.
    pub async fn statement(&self, caller: &Caller, post: &str, year: i32) -> Result<Statement> {
        let scope = caller.scope(Action::LetterRead)?;
        let ends = (Date::from_ymd_opt(year, 1, 1), Date::from_ymd_opt(year, 12, 31));
        let (Some(first), Some(last)) = ends else {
            return Err(Error::field("year", "letter.year", "年份不对，请从列表中选择"));
        };
        let today = self.now().date();
        if first > today {
            return Err(Error::field("year", "letter.year", "这一年还没有开始，请选择今年或往年"));
        }
        let last = last.min(today);
        let mut read = self.db.read(&self.town).await?;
        let (names, posts) = (Names::read(&mut read).await?, posts_by_id(&mut read).await?);
        let paths = crate::evidence::territory_paths(&mut read).await?;
        let post_id = PostId::from(post);
        let post = posts.get(&post_id).ok_or(Error::NotFound)?;
        let path = paths.get(post.territory.as_str()).cloned().unwrap_or_default();
        if !scope.admits(&Subject::of(&path, Some(&post.org))) {
            return Err(Error::NotFound);
        }
        let org = read.org(&post.org).await?.ok_or(Error::NotFound)?.org;
        let all = read.letters(&scope).await?;
        let touches = |from: Date, to: Option<Date>| from <= last && to.is_none_or(|to| to >= first);
        let of_post: Vec<_> = all
            .into_iter()
            .filter(|one| one.letter.post == post_id && one.voided.is_none())
            .filter(|one| one.letter.in_force(one.left_on).is_some_and(|span| touches(span.from, span.to)))
            .collect();
        let held = read.assignments().await?;
        let holders = held
            .iter()
            .map(|record| &record.assignment)
            .filter(|held| held.post == post_id && touches(held.from, held.to))
            .map(|held| StatementHolder {
                person: Named::new(held.person.to_string(), names.person(&held.person)),
                from: held.from.to_string(),
                to: held.to.map(|day| day.to_string()),
                acting: held.acting,
            })
            .collect();
        let (record_no, _) = read.audit_head().await?;
        drop(read);
        let mut titles = std::collections::HashMap::new();
        let mut duties = Vec::new();
        {
            let known = self.known(None).await?;
            let facts = &known.gathered.facts;
            let labels = [format!("role:{}", post.role.code()), org.label.clone()];
            let is_village = matches!(post.role, Role::VillageSecretary | Role::VillageCommittee);
            let own = facts.subject(SubjectKind::Post, post_id.as_str());
            let whole = own
                .and_then(|own| {
                    facts.enclosing(own, SubjectKind::Grid).or(facts.enclosing(own, SubjectKind::Village))
                })
                .unwrap_or(known.gathered.town);
            for duty in &known.plan.duties {
                titles.insert(duty.id.clone(), duty.title.clone());
                let is_named = duty
                    .who
                    .iter()
                    .any(|who| labels.contains(who) || (is_village && who == "org_kind:village"));
                let is_signed = of_post.iter().any(|one| one.letter.terms.duties.contains(&duty.id));
                if !is_named && !is_signed {
                    continue;
                }
                let question = known.question_over((first, last));
                let found = question.evaluate_duty(duty);
                // What is owed post by post is his own; the rest is that of his territory.
                let of_posts = duty.subjects.kinds == [SubjectKind::Post];
                let area = own.filter(|_| of_posts).unwrap_or(whole);
                let tally: Tally = question.tally_in(&found, area);
                let count = |status| tally.count(status);
                use domain::fulfilment::Status;
                duties.push(StatementDuty {
                    duty: duty.id.clone(),
                    title: duty.title.clone(),
                    clause: Named::new(
                        &duty.clause,
                        known.plan.clause(&duty.clause).map_or("", |clause| clause.title.as_str()),
                    ),
                    due: tally.due(),
                    met: count(Status::Met),
                    late: count(Status::Late),
                    partial: count(Status::Partial),
                    unmet: count(Status::Unmet),
                    ratio: tally.ratio(),
                    has_data: found.has_data,
                    evidence: Vec::new(),
                    evidence_n: 0,
                });
            }
        }
        let mut read = self.db.read(&self.town).await?;
        let readable = caller.scope(Action::EvidenceRead)?;
        let accepted = EvidenceFilter {
            state: Some("accepted".to_owned()),
            happened: Some((first, last)),
            path: Some(path.clone()),
            ..EvidenceFilter::default()
        };
        for duty in &mut duties {
            let filter = EvidenceFilter { duty: Some(duty.duty.clone()), ..accepted.clone() };
            duty.evidence_n = read.evidence_count(&readable, &filter).await?;
            let shown = read.evidences(&readable, &filter, None, SHOWN).await?;
            duty.evidence = shown
                .into_iter()
                .map(|record| StatementEvidence {
                    id: record.evidence.id.to_string(),
                    code: record.code,
                    kind: record.evidence.content.kind.code().to_owned(),
                    kind_label: record.evidence.content.kind.label().to_owned(),
                    title: record.evidence.content.title,
                    happened_on: record.evidence.content.happened_on.to_string(),
                })
                .collect();
        }
        let mut work = Vec::new();
        for kind in Kind::ALL {
            let filter = EvidenceFilter {
                kind: Some(*kind),
                post: Some(post_id.clone()),
                path: None,
                ..accepted.clone()
            };
            let n = read.evidence_count(&readable, &filter).await?;
            if n > 0 {
                work.push(StatementWork { kind: Word::new(kind.code(), kind.label()), n });
            }
        }
        Ok(Statement {
            post: Named::new(post_id.to_string(), &post.name),
            role: post.role.code().to_owned(),
            role_label: post.role.label().to_owned(),
            org: names.named_org(&post.org),
            territory: names.territory(post.territory.as_str()),
            year,
            as_of: last.to_string(),
            record_no,
            holders,
            letters: of_post.iter().map(|one| view(caller, one, &names, &posts, &titles, today)).collect(),
            duties,
            work,
        })
    }
}
