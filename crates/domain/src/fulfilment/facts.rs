//! What one town has on record, in columns: its subjects with the time they exist and carry a label, and its facts,
//! found by kind and subject in the order of the day they happened. What does not belong here: loading them (`store`),
//! judging them (the parent room).

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::{
    plan::{SubjectKind, facts::FACT_KINDS},
    time::Date,
};

/// A subject of one [`Facts`]. Only meaningful for the collection that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SubjectIx(pub(crate) u32);

impl SubjectIx {
    /// Its position, from 0 without gaps, for columns beside the collection.
    pub fn position(self) -> usize {
        self.0 as usize
    }
}

/// A fact of one [`Facts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactIx(pub(crate) u32);

/// A stretch of days, both included; without end when `to` is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Option<Date>,
}

impl Span {
    /// From this day on.
    pub fn since(from: Date) -> Self {
        Self { from, to: None }
    }

    /// Between two days.
    pub fn between(from: Date, to: Date) -> Self {
        Self { from, to: Some(to) }
    }

    /// Whether the day lies in it.
    pub fn contains(self, date: Date) -> bool {
        self.from <= date && self.to.is_none_or(|to| date <= to)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Subject {
    pub id: String,
    pub kind: SubjectKind,
    pub size: f64,
    pub exists: Span,
    pub parents: Vec<SubjectIx>,
    pub labels: Vec<(u32, Span)>,
}

/// A fact to be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFact<'a> {
    /// Kind, of [`FACT_KINDS`].
    pub kind: &'a str,
    /// Id of the record it stands for.
    pub id: &'a str,
    /// What it is about.
    pub subject: SubjectIx,
    /// Whom else it is credited to: the acting organisation, post, grid. The subject's parents are added by themselves.
    pub also: &'a [SubjectIx],
    /// Day it happened, or first day in force.
    pub happened_on: Date,
    /// Last day in force, for facts that hold.
    pub until: Option<Date>,
    /// Day it was recorded; before it, nobody could know.
    pub recorded_on: Date,
    /// Day it was voided.
    pub void_on: Option<Date>,
    /// Tags such as `org:police_station`.
    pub tags: &'a [&'a str],
}

/// Why a fact cannot be taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactRefusal {
    /// Not a known kind.
    #[error("记录类型“{0}”不认识，请先在记录类型表中登记")]
    UnknownKind(String),
    /// The subject is not of this collection.
    #[error("记录“{0}”的对象不在本镇名册中，请先登记对象")]
    UnknownSubject(String),
}

impl FactRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownKind(_) => "fact.unknown_kind",
            Self::UnknownSubject(_) => "fact.unknown_subject",
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub kind: u16,
    pub happened_on: Date,
    pub until: Option<Date>,
    pub recorded_on: Date,
    pub void_on: Option<Date>,
    /// Where its tags stand in the tag column.
    tags: (u32, u32),
    /// Where those it is credited to stand in their column.
    credited: (u32, u32),
}

/// What one town has on record. Written out it keeps its columns and the names of the kinds, so that it reads the same
/// when the program knows more kinds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct Facts {
    words: HashMap<String, u32>,
    texts: Vec<String>,
    subjects: Vec<Subject>,
    by_id: HashMap<(SubjectKind, String), SubjectIx>,
    of_kind: HashMap<SubjectKind, Vec<SubjectIx>>,
    kinds: HashMap<&'static str, u16>,
    connected: BTreeSet<u16>,
    rows: Vec<Row>,
    /// Ids of all facts, one after the other, and where each ends.
    ids: String,
    id_ends: Vec<u32>,
    tags: Vec<u32>,
    credited: Vec<SubjectIx>,
    /// kind → subject → facts by day; empty for kinds nobody recorded.
    index: Vec<Vec<Vec<u32>>>,
}

/// The columns of [`Facts`] without what follows from them.
#[derive(Serialize, Deserialize)]
struct Written {
    /// Names of the kinds; rows say which by its place here.
    kinds: Vec<String>,
    texts: Vec<String>,
    subjects: Vec<Subject>,
    connected: BTreeSet<u16>,
    rows: Vec<Row>,
    ids: String,
    id_ends: Vec<u32>,
    tags: Vec<u32>,
    credited: Vec<SubjectIx>,
}

impl From<Facts> for Written {
    fn from(facts: Facts) -> Self {
        Self {
            kinds: FACT_KINDS.iter().map(|kind| kind.name.to_owned()).collect(),
            texts: facts.texts,
            subjects: facts.subjects,
            connected: facts.connected,
            rows: facts.rows,
            ids: facts.ids,
            id_ends: facts.id_ends,
            tags: facts.tags,
            credited: facts.credited,
        }
    }
}

impl TryFrom<Written> for Facts {
    type Error = FactRefusal;

    fn try_from(written: Written) -> Result<Self, FactRefusal> {
        let mut facts = Self::new();
        let unknown = |at: u16| {
            let name = written.kinds.get(usize::from(at)).cloned().unwrap_or_else(|| at.to_string());
            FactRefusal::UnknownKind(name)
        };
        let now = |at: u16| {
            let name = written.kinds.get(usize::from(at));
            name.and_then(|name| facts.kinds.get(name.as_str()).copied()).ok_or_else(|| unknown(at))
        };
        let connected = written.connected.iter().map(|at| now(*at)).collect::<Result<_, _>>()?;
        let mut rows = written.rows;
        for row in &mut rows {
            row.kind = now(row.kind)?;
        }
        facts.connected = connected;
        facts.words = written.texts.iter().cloned().zip(0u32..).collect();
        for (subject, ix) in written.subjects.iter().zip(0u32..) {
            facts.by_id.insert((subject.kind, subject.id.clone()), SubjectIx(ix));
            facts.of_kind.entry(subject.kind).or_default().push(SubjectIx(ix));
        }
        facts.texts = written.texts;
        facts.subjects = written.subjects;
        facts.ids = written.ids;
        facts.id_ends = written.id_ends;
        facts.tags = written.tags;
        facts.credited = written.credited;
        facts.rows = rows;
        for ix in 0..u32::try_from(facts.rows.len()).unwrap_or(u32::MAX) {
            let Some(row) = facts.row(ix) else { break };
            let (kind, day) = (row.kind, row.happened_on);
            for subject in facts.credited_of(row).to_vec() {
                facts.enter(kind, subject, ix, day);
            }
        }
        Ok(facts)
    }
}

impl Default for Facts {
    fn default() -> Self {
        Self::new()
    }
}

impl Facts {
    /// An empty record: no subject, no source connected.
    pub fn new() -> Self {
        Self {
            words: HashMap::new(),
            texts: Vec::new(),
            subjects: Vec::new(),
            by_id: HashMap::new(),
            of_kind: HashMap::new(),
            kinds: FACT_KINDS.iter().zip(0u16..).map(|(kind, n)| (kind.name, n)).collect(),
            connected: BTreeSet::new(),
            rows: Vec::new(),
            ids: String::new(),
            id_ends: Vec::new(),
            tags: Vec::new(),
            credited: Vec::new(),
            index: vec![Vec::new(); FACT_KINDS.len()],
        }
    }

    /// Says that the source of these kinds of fact is connected: from now on their absence means "not done".
    pub fn connect<'a>(&mut self, kinds: impl IntoIterator<Item = &'a str>) {
        let found: Vec<u16> = kinds.into_iter().filter_map(|kind| self.kinds.get(kind).copied()).collect();
        self.connected.extend(found);
    }

    /// Enters a subject. `parents` are the grid, village and town it lies in; `size` its weight (metres of road).
    ///
    /// Entering the same kind and id again replaces time, size and parents and keeps the labels.
    pub fn add_subject(
        &mut self,
        kind: SubjectKind,
        id: &str,
        exists: Span,
        size: f64,
        parents: &[SubjectIx],
    ) -> SubjectIx {
        if let Some(known) = self.by_id.get(&(kind, id.to_owned())).copied() {
            if let Some(subject) = self.subjects.get_mut(known.0 as usize) {
                subject.exists = exists;
                subject.size = size;
                subject.parents = parents.to_vec();
            }
            return known;
        }
        let ix = SubjectIx(u32::try_from(self.subjects.len()).unwrap_or(u32::MAX));
        let word = self.word(&format!("kind:{}", kind.code()));
        self.subjects.push(Subject {
            id: id.to_owned(),
            kind,
            size,
            exists,
            parents: parents.to_vec(),
            labels: vec![(word, Span::since(Date::MIN))],
        });
        self.by_id.insert((kind, id.to_owned()), ix);
        self.of_kind.entry(kind).or_default().push(ix);
        ix
    }

    /// Says that a subject carries a label for a time. `category:a.b` also carries `category:a`.
    pub fn add_label(&mut self, subject: SubjectIx, label: &str, span: Span) {
        let mut part = label;
        loop {
            let word = self.word(part);
            if let Some(subject) = self.subjects.get_mut(subject.0 as usize) {
                subject.labels.push((word, span));
            }
            match part.rsplit_once('.') {
                Some((stem, _)) => part = stem,
                None => return,
            }
        }
    }

    /// Says that what was recorded under another id is about this subject: a place that was registered twice. An id that has a
    /// subject of its own keeps it.
    pub fn add_alias(&mut self, kind: SubjectKind, id: &str, of: SubjectIx) {
        self.by_id.entry((kind, id.to_owned())).or_insert(of);
    }

    /// The subject with this id.
    pub fn subject(&self, kind: SubjectKind, id: &str) -> Option<SubjectIx> {
        self.by_id.get(&(kind, id.to_owned())).copied()
    }

    /// Kind and id of a subject.
    pub fn subject_id(&self, subject: SubjectIx) -> Option<(SubjectKind, &str)> {
        self.subjects.get(subject.0 as usize).map(|subject| (subject.kind, subject.id.as_str()))
    }

    /// Whether a subject is, or lies in, another: a place in a village.
    pub fn lies_in(&self, subject: SubjectIx, whole: SubjectIx) -> bool {
        subject == whole || self.get(subject).is_some_and(|found| found.parents.contains(&whole))
    }

    /// What a subject lies in: its grid, village, town.
    pub fn wholes(&self, subject: SubjectIx) -> &[SubjectIx] {
        self.get(subject).map_or(&[], |found| found.parents.as_slice())
    }

    /// The facts taken in after there were so many.
    pub fn since(&self, before: usize) -> Vec<FactIx> {
        (before..self.rows.len()).filter_map(|n| u32::try_from(n).ok()).map(FactIx).collect()
    }

    /// Every subject, in the order they were entered.
    pub fn subjects(&self) -> impl Iterator<Item = (SubjectIx, SubjectKind)> {
        self.subjects.iter().zip(0u32..).map(|(subject, ix)| (SubjectIx(ix), subject.kind))
    }

    /// The subject itself or what it lies in, of this kind: the village of a place.
    pub fn enclosing(&self, subject: SubjectIx, kind: SubjectKind) -> Option<SubjectIx> {
        let found = self.get(subject)?;
        if found.kind == kind {
            return Some(subject);
        }
        found.parents.iter().copied().find(|parent| self.get(*parent).is_some_and(|p| p.kind == kind))
    }

    /// Whether a subject carries a label on any day.
    pub fn ever_carried(&self, subject: SubjectIx, label: &str) -> bool {
        let (Some(found), Some(word)) = (self.get(subject), self.known_word(label)) else { return false };
        found.labels.iter().any(|(carried, _)| *carried == word)
    }

    /// Whether a subject exists on a day and carries a label on it.
    pub fn carries(&self, subject: SubjectIx, label: &str, on: Date) -> bool {
        let (Some(found), Some(word)) = (self.get(subject), self.known_word(label)) else { return false };
        found.exists.contains(on)
            && found.labels.iter().any(|(carried, span)| *carried == word && span.contains(on))
    }

    /// The facts of a kind credited to a subject that happened between two days and were known on a third, oldest
    /// first.
    pub fn known_between(
        &self,
        kind: &str,
        subject: SubjectIx,
        (from, to): (Date, Date),
        as_of: Date,
    ) -> impl Iterator<Item = FactIx> {
        let all = self.kind(kind).map_or(&[][..], |kind| self.about(kind, subject));
        let start = all.partition_point(|ix| self.row(*ix).is_some_and(|row| row.happened_on < from));
        let rest = all.get(start..).unwrap_or_default().iter();
        rest.filter_map(move |ix| Some((*ix, self.row(*ix)?)))
            .take_while(move |(_, row)| row.happened_on <= to)
            .filter(move |(_, row)| row.recorded_on <= as_of && row.void_on.is_none_or(|void| void > as_of))
            .map(|(ix, _)| FactIx(ix))
    }

    /// The day a fact happened.
    pub fn happened_on(&self, fact: FactIx) -> Option<Date> {
        self.row(fact.0).map(|row| row.happened_on)
    }

    /// Whom a fact is credited to.
    pub fn credited(&self, fact: FactIx) -> &[SubjectIx] {
        self.row(fact.0).map_or(&[], |row| self.credited_of(row))
    }

    /// How many facts there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Takes in a fact; its kind counts as connected from then on.
    ///
    /// Errors: [`FactRefusal`].
    pub fn add_fact(&mut self, fact: &NewFact) -> Result<FactIx, FactRefusal> {
        let kind =
            *self.kinds.get(fact.kind).ok_or_else(|| FactRefusal::UnknownKind(fact.kind.to_owned()))?;
        let subject =
            self.get(fact.subject).ok_or_else(|| FactRefusal::UnknownSubject(fact.id.to_owned()))?;
        let mut words: Vec<u32> = subject
            .labels
            .iter()
            .filter(|(_, span)| span.contains(fact.happened_on))
            .map(|(word, _)| *word)
            .collect();
        let mut credited = vec![fact.subject];
        // That a unit has a station of its own says nothing of its village's: a station answers for itself and whomever
        // it serves, who is named.
        if subject.kind != SubjectKind::Station {
            credited.extend(&subject.parents);
        }
        credited.extend(fact.also);
        credited.sort();
        credited.dedup();
        credited.retain(|subject| (subject.0 as usize) < self.subjects.len());
        words.extend(fact.tags.iter().map(|tag| self.word(tag)).collect::<Vec<_>>());
        let start = u32::try_from(self.tags.len()).unwrap_or(u32::MAX);
        self.tags.extend(words);
        let first = u32::try_from(self.credited.len()).unwrap_or(u32::MAX);
        self.credited.extend(&credited);
        let ix = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        self.rows.push(Row {
            kind,
            happened_on: fact.happened_on,
            until: fact.until,
            recorded_on: fact.recorded_on,
            void_on: fact.void_on,
            tags: (start, u32::try_from(self.tags.len()).unwrap_or(u32::MAX)),
            credited: (first, u32::try_from(self.credited.len()).unwrap_or(u32::MAX)),
        });
        self.ids.push_str(fact.id);
        self.id_ends.push(u32::try_from(self.ids.len()).unwrap_or(u32::MAX));
        self.connected.insert(kind);
        for subject in credited {
            self.enter(kind, subject, ix, fact.happened_on);
        }
        Ok(FactIx(ix))
    }

    fn enter(&mut self, kind: u16, subject: SubjectIx, ix: u32, day: Date) {
        let count = self.subjects.len();
        let rows = &self.rows;
        let Some(by_subject) = self.index.get_mut(usize::from(kind)) else { return };
        if by_subject.len() < count {
            by_subject.resize(count, Vec::new());
        }
        if let Some(facts) = by_subject.get_mut(subject.0 as usize) {
            let earlier = |other: &u32| rows.get(*other as usize).is_some_and(|row| row.happened_on <= day);
            let at = facts.partition_point(earlier);
            facts.insert(at, ix);
        }
    }

    fn word(&mut self, text: &str) -> u32 {
        if let Some(word) = self.words.get(text) {
            return *word;
        }
        let word = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.words.insert(text.to_owned(), word);
        self.texts.push(text.to_owned());
        word
    }

    pub(crate) fn known_word(&self, text: &str) -> Option<u32> {
        self.words.get(text).copied()
    }

    /// For each word, whether it begins so.
    pub(crate) fn words_with_prefix(&self, prefix: &str) -> Vec<bool> {
        self.texts.iter().map(|text| text.starts_with(prefix)).collect()
    }

    /// Whether there is a source of this kind of fact, so that its absence means “not done”.
    pub fn has_source(&self, name: &str) -> bool {
        self.kind(name).is_some_and(|kind| self.is_connected(kind))
    }

    pub(crate) fn kind(&self, name: &str) -> Option<u16> {
        self.kinds.get(name).copied()
    }

    pub(crate) fn is_connected(&self, kind: u16) -> bool {
        self.connected.contains(&kind)
    }

    pub(crate) fn get(&self, subject: SubjectIx) -> Option<&Subject> {
        self.subjects.get(subject.0 as usize)
    }

    pub(crate) fn of_kind(&self, kind: SubjectKind) -> &[SubjectIx] {
        self.of_kind.get(&kind).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn row(&self, fact: u32) -> Option<&Row> {
        self.rows.get(fact as usize)
    }

    pub(crate) fn id(&self, fact: u32) -> &str {
        let at = |n: u32| self.id_ends.get(n as usize).map(|end| *end as usize);
        let start = fact.checked_sub(1).and_then(at).unwrap_or(0);
        at(fact).and_then(|end| self.ids.get(start..end)).unwrap_or_default()
    }

    pub(crate) fn credited_of(&self, row: &Row) -> &[SubjectIx] {
        self.credited.get(row.credited.0 as usize..row.credited.1 as usize).unwrap_or_default()
    }

    pub(crate) fn tags_of(&self, row: &Row) -> &[u32] {
        self.tags.get(row.tags.0 as usize..row.tags.1 as usize).unwrap_or_default()
    }

    /// Facts of a kind credited to a subject, by day.
    pub(crate) fn about(&self, kind: u16, subject: SubjectIx) -> &[u32] {
        let by_subject = self.index.get(usize::from(kind));
        by_subject.and_then(|all| all.get(subject.0 as usize)).map_or(&[], Vec::as_slice)
    }
}
