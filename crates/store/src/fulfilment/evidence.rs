//! Accepted evidence as facts: each kind of fact once for a record, credited to whoever it is claimed for, to what that
//! lies in, and to the organisation and post that did it. What sets duties off is an event of its own.

use std::collections::BTreeSet;

use domain::evidence::{Credit, Evidence, Kind};
use domain::fulfilment::{Span, SubjectIx};
use domain::ids::EvidenceId;
use domain::plan::SubjectKind;
use domain::time::Timestamp;

use super::{Gathered, Told};
use crate::{Read, Result, args};

/// Tells events that are evidence from those that are hazards.
pub const OCCASION: &str = "class:occasion";

impl Read {
    /// Occasions come first: what answers them is credited to them.
    pub(super) async fn gather_evidence(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        for wanted in ["kind = 'occasion'", "kind <> 'occasion'"] {
            let sql = format!(
                "SELECT content FROM evidence WHERE town = $1 AND {wanted} AND state IN ('accepted', 'void') \
                 ORDER BY happened_on, id"
            );
            self.each(sql, args![town.as_str()], |row| out.evidence(&row.json("content")?)).await?;
        }
        Ok(())
    }

    /// Takes in what happened to one piece of evidence: nothing while it waits or was sent back.
    pub async fn gather_decision(&mut self, out: &mut Gathered, id: &EvidenceId) -> Result<Told> {
        let Some(record) = self.evidence(id).await? else { return Ok(Told::Anew) };
        let before = out.facts.len();
        match record.evidence.counted() {
            None => Ok(Told::Added(Vec::new())),
            // A new event changes who is asked; what was taken back changes what was known.
            Some((_, Some(_))) => Ok(Told::Anew),
            Some(_) if record.evidence.content.kind == Kind::Occasion => Ok(Told::Anew),
            Some(_) => {
                out.evidence(&record.evidence)?;
                Ok(Told::Added(out.facts.since(before)))
            }
        }
    }
}

impl Gathered {
    fn evidence(&mut self, evidence: &Evidence) -> Result<()> {
        let Some((accepted_at, void_at)) = evidence.counted() else { return Ok(()) };
        let content = &evidence.content;
        let around = self.roll.around(&content.path, self.town);
        if content.kind == Kind::Occasion {
            let exists = Span { from: content.happened_on, to: void_at.map(Timestamp::date) };
            let id = evidence.id.as_str();
            let event = self.facts.add_subject(SubjectKind::Event, id, exists, 1.0, &around);
            self.facts.add_label(event, OCCASION, Span::since(content.happened_on));
        }
        let (acting_tags, acting) = self.roll.acting(&BTreeSet::from([content.org.to_string()]));
        let post =
            content.post.as_ref().and_then(|post| self.facts.subject(SubjectKind::Post, post.as_str()));
        for credit in &content.credits {
            let mut credited = self.credited(credit);
            let Some(subject) = credited.first().copied() else { continue };
            credited.extend(acting.iter().copied().chain(post));
            let mut tags = credit.tags.clone();
            tags.extend(acting_tags.iter().cloned());
            let span = Span { from: content.happened_on, to: content.until };
            self.put_until(
                &credit.fact,
                evidence.id.as_str(),
                Some(subject),
                &credited,
                span,
                accepted_at,
                void_at.map(Timestamp::date),
                &tags,
            )?;
        }
        Ok(())
    }

    /// The subjects of a credit that are on the rolls, then what they lie in.
    fn credited(&self, credit: &Credit) -> Vec<SubjectIx> {
        let mut found: Vec<SubjectIx> = credit
            .subjects
            .iter()
            .filter_map(|(kind, id)| self.facts.subject(SubjectKind::from_code(kind)?, id))
            .collect();
        let around: Vec<SubjectIx> =
            found.iter().flat_map(|subject| self.facts.wholes(*subject)).copied().collect();
        found.extend(around);
        found
    }
}
