//! 专项整治: a list of places of one class, a window in which each is looked at and what is found there is put right, and an
//! end at which whoever is unfinished is named with the reason. What does not belong here: the looking and the putting
//! right, which stay inspections and hazards; how far a campaign has come is read from them and never kept.
//!
//! States: `running → closed`, and `void`. Source: the plan's clause 16; handbook of the field §1.4, duties C16.2a–f.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::{CampaignId, FacilityId, InspectionId, OrgId, PersonId, PlaceId};
use crate::org::words;
use crate::place::{KindCode, Place};
use crate::time::{Date, Timestamp};

/// 类别: which places a campaign of this kind is about. It is data of the town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// Stable word, which stands behind `campaign:`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Category or tag, those below included.
    pub kinds: Vec<KindCode>,
    /// Kinds of public facilities it is about as well, as charging points.
    pub points: Vec<String>,
    /// Whether each place is to be assessed within the window.
    pub assessed: bool,
}

impl Class {
    /// Whether a place is one of these and there on this day.
    pub fn holds(&self, place: &Place, on: Date) -> bool {
        !place.is_gone(on) && self.kinds.iter().any(|kind| place.is_kind(kind))
    }
}

/// A place on the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The place.
    pub place: PlaceId,
    /// Since when it is on the list.
    pub added_on: Date,
    /// When and why it was taken out.
    pub out: Option<Reason>,
    /// Why it was unfinished when the campaign was closed.
    pub unfinished: Option<String>,
}

/// Why on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The day.
    pub on: Date,
    /// Why.
    pub text: String,
}

/// What the record says of a place within the window: its last look, and the hazards found there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// The last inspection within the window and its day.
    pub inspection: Option<(InspectionId, Date)>,
    /// Hazards found within the window.
    pub found: u32,
    /// How many of them are not ended.
    pub open: u32,
    /// Whether it was assessed within the window; none where the class asks for no assessment.
    pub assessed: Option<bool>,
}

words! {
    /// How far a place has come.
    Standing {
        NotYet "not_yet" "未检查"
        Open "open" "隐患未销"
        Unassessed "unassessed" "未评估"
        Done "done" "已完成"
        Out "out" "已移出"
    }
}

/// Where a campaign stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum State {
    /// 进行中.
    Running,
    /// 已结束.
    Closed {
        /// The day.
        on: Date,
        /// Who.
        by: PersonId,
        /// What was done, found and left.
        summary: String,
    },
    /// 作废.
    Void {
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

impl State {
    /// Stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Closed { .. } => "closed",
            Self::Void { .. } => "void",
        }
    }

    /// In Chinese.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Running => "进行中",
            Self::Closed { .. } => "已结束",
            Self::Void { .. } => "已作废",
        }
    }
}

/// Why a step was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CampaignRefusal {
    /// No title.
    #[error("请填写专项整治名称")]
    NoTitle,
    /// It ends before it begins.
    #[error("结束日期早于开始日期，请改正")]
    Backwards,
    /// Nobody is on the list.
    #[error("名单里还没有场所，请先选入再开始")]
    NoPlaces,
    /// The place is not, or no longer, on the list.
    #[error("名单里没有这个场所，请刷新后再试")]
    NotListed,
    /// No reason, or no summary.
    #[error("请写明情况后再提交")]
    NoReason,
    /// Somebody is unfinished and nobody said why.
    #[error("还有 {0} 个场所（充电点）未完成，请逐个写明原因后再结束")]
    Unfinished(usize),
    /// It is over.
    #[error("这次专项整治{0}，不能再改动，请刷新后再看")]
    Over(&'static str),
}

impl CampaignRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoTitle => "campaign.no_title",
            Self::Backwards => "campaign.backwards",
            Self::NoPlaces => "campaign.no_places",
            Self::NotListed => "campaign.not_listed",
            Self::NoReason => "campaign.no_reason",
            Self::Unfinished(_) => "campaign.unfinished",
            Self::Over(_) => "campaign.over",
        }
    }
}

/// 专项整治.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// Our id.
    pub id: CampaignId,
    /// `Class::code`.
    pub class: String,
    /// Title.
    pub title: String,
    /// 依据: what it was ordered by, as words; may be empty.
    pub basis: String,
    /// 牵头单位.
    pub lead: OrgId,
    /// Territory path it covers.
    pub path: String,
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub until: Date,
    /// Who is looked at.
    pub entries: Vec<Entry>,
    /// Why a public facility of the class, as a charging point, was unchecked when the campaign was closed.
    #[serde(default)]
    pub unchecked: BTreeMap<FacilityId, String>,
    /// Where it stands.
    pub state: State,
}

impl Campaign {
    /// Checks a campaign that is to start.
    pub fn start(self) -> Result<Self, CampaignRefusal> {
        if self.title.is_empty() {
            return Err(CampaignRefusal::NoTitle);
        }
        if self.until < self.from {
            return Err(CampaignRefusal::Backwards);
        }
        if self.entries.is_empty() {
            return Err(CampaignRefusal::NoPlaces);
        }
        Ok(self)
    }

    /// Puts places on the list; whoever is on it stays, whoever was taken out comes back.
    pub fn add(self, places: &[PlaceId], on: Date) -> Result<Self, CampaignRefusal> {
        let mut this = self.running()?;
        if places.is_empty() {
            return Err(CampaignRefusal::NoPlaces);
        }
        for place in places {
            match this.entries.iter_mut().find(|entry| entry.place == *place) {
                Some(entry) => entry.out = None,
                None => this.entries.push(Entry {
                    place: place.clone(),
                    added_on: on,
                    out: None,
                    unfinished: None,
                }),
            }
        }
        Ok(this)
    }

    /// Takes a place off the list, with a reason; it stays on record.
    pub fn take_out(self, place: &PlaceId, on: Date, reason: &str) -> Result<Self, CampaignRefusal> {
        let mut this = self.running()?;
        let text = given(reason)?;
        let entry = this.entries.iter_mut().find(|entry| entry.place == *place && entry.out.is_none());
        entry.ok_or(CampaignRefusal::NotListed)?.out = Some(Reason { on, text });
        Ok(this)
    }

    /// running → closed. Whoever is unfinished needs a reason of his own, as each point does that nobody checked; reasons go
    /// by the id of either.
    ///
    /// Errors: [`CampaignRefusal::Unfinished`] with how many have none, [`CampaignRefusal::NoReason`] without a summary.
    pub fn close(
        self,
        on: Date,
        by: PersonId,
        summary: &str,
        (looks, unchecked): (&BTreeMap<PlaceId, Look>, &[FacilityId]),
        reasons: &BTreeMap<String, String>,
    ) -> Result<Self, CampaignRefusal> {
        let mut this = self.running()?;
        let summary = given(summary)?;
        let why =
            |id: &str| reasons.get(id).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let mut silent = 0;
        for entry in &mut this.entries {
            if matches!(standing(entry, looks), Standing::Done | Standing::Out) {
                continue;
            }
            entry.unfinished = why(entry.place.as_str());
            silent += usize::from(entry.unfinished.is_none());
        }
        for point in unchecked {
            match why(point.as_str()) {
                Some(text) => drop(this.unchecked.insert(point.clone(), text)),
                None => silent += 1,
            }
        }
        if silent > 0 {
            return Err(CampaignRefusal::Unfinished(silent));
        }
        Ok(Self { state: State::Closed { on, by, summary }, ..this })
    }

    /// Anything but void → void, with a reason.
    pub fn void(self, at: Timestamp, reason: &str) -> Result<Self, CampaignRefusal> {
        if matches!(self.state, State::Void { .. }) {
            return Err(CampaignRefusal::Over(self.state.label()));
        }
        let reason = given(reason)?;
        Ok(Self { state: State::Void { at, reason }, ..self })
    }

    /// Places on the list, those taken out left out.
    pub fn places(&self) -> impl Iterator<Item = &PlaceId> {
        self.entries.iter().filter(|entry| entry.out.is_none()).map(|entry| &entry.place)
    }

    /// Whether its last day is over and it is not closed.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.state == State::Running && self.until < today
    }

    fn running(self) -> Result<Self, CampaignRefusal> {
        match self.state {
            State::Running => Ok(self),
            other => Err(CampaignRefusal::Over(other.label())),
        }
    }
}

/// How far a place has come: looked at, nothing found in the window left open, and assessed where the class asks for it.
pub fn standing(entry: &Entry, looks: &BTreeMap<PlaceId, Look>) -> Standing {
    match (&entry.out, looks.get(&entry.place)) {
        (Some(_), _) => Standing::Out,
        (None, Some(look)) if look.inspection.is_some() && look.open > 0 => Standing::Open,
        (None, Some(look)) if look.inspection.is_some() && look.assessed == Some(false) => {
            Standing::Unassessed
        }
        (None, Some(look)) if look.inspection.is_some() => Standing::Done,
        (None, _) => Standing::NotYet,
    }
}

/// Places of a class that the list lacks, so that a place that opened meanwhile is not forgotten.
pub fn missing<'a>(campaign: &Campaign, class: &Class, places: &'a [Place], on: Date) -> Vec<&'a Place> {
    let known: BTreeSet<&PlaceId> = campaign.entries.iter().map(|entry| &entry.place).collect();
    places.iter().filter(|place| class.holds(place, on) && !known.contains(&place.id)).collect()
}

fn given(text: &str) -> Result<String, CampaignRefusal> {
    let text = text.trim();
    if text.is_empty() { Err(CampaignRefusal::NoReason) } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a day")
    }

    fn campaign() -> Campaign {
        let entry = |place: &str| Entry {
            place: place.into(),
            added_on: day("2026-03-01"),
            out: None,
            unfinished: None,
        };
        Campaign {
            id: "c".into(),
            class: "nine_small".to_owned(),
            title: "九小场所专项整治".to_owned(),
            basis: String::new(),
            lead: "office".into(),
            path: "t".to_owned(),
            from: day("2026-03-01"),
            until: day("2026-05-31"),
            entries: ["a", "b", "c"].into_iter().map(entry).collect(),
            unchecked: BTreeMap::new(),
            state: State::Running,
        }
    }

    fn look(open: u32) -> Look {
        Look { inspection: Some(("i".into(), day("2026-03-05"))), found: open, open, assessed: None }
    }

    #[test]
    fn it_does_not_start_without_a_title_a_window_and_a_list() {
        type Break = fn(&mut Campaign);
        let cases: [(Break, CampaignRefusal); 3] = [
            (|c| c.title.clear(), CampaignRefusal::NoTitle),
            (|c| c.until = c.from.pred_opt().unwrap_or(c.from), CampaignRefusal::Backwards),
            (|c| c.entries.clear(), CampaignRefusal::NoPlaces),
        ];
        assert!(campaign().start().is_ok());
        for (broken, refusal) in cases {
            let mut one = campaign();
            broken(&mut one);
            assert_eq!(one.start(), Err(refusal));
        }
    }

    #[test]
    fn a_place_is_done_once_it_was_looked_at_and_nothing_found_is_open() {
        let looks = BTreeMap::from([("a".into(), look(0)), ("b".into(), look(2))]);
        let c = campaign().take_out(&"c".into(), day("2026-04-01"), "已停业").expect("taken out");
        let of: Vec<Standing> = c.entries.iter().map(|entry| standing(entry, &looks)).collect();
        assert_eq!(of, [Standing::Done, Standing::Open, Standing::Out]);
        assert_eq!(c.places().count(), 2);
        let unseen = BTreeMap::from([("a".into(), Look { inspection: None, found: 1, ..Look::default() })]);
        assert_eq!(standing(&c.entries[0], &unseen), Standing::NotYet, "a report alone is no look");
    }

    #[test]
    fn nobody_unfinished_goes_unnamed() {
        let looks = BTreeMap::from([("a".into(), look(0)), ("b".into(), look(1))]);
        let (on, by) = (day("2026-06-01"), PersonId::from("p"));
        let close = |reasons: &BTreeMap<String, String>| {
            campaign().close(on, by.clone(), "检查三家", (&looks, &[]), reasons)
        };
        assert_eq!(close(&BTreeMap::new()), Err(CampaignRefusal::Unfinished(2)));
        let some = BTreeMap::from([("b".into(), "整改中".to_owned()), ("c".into(), "  ".to_owned())]);
        assert_eq!(close(&some), Err(CampaignRefusal::Unfinished(1)));
        let all = BTreeMap::from([("b".into(), "整改中".to_owned()), ("c".into(), "关门".to_owned())]);
        let closed = close(&all).expect("closed");
        let named: Vec<Option<&str>> = closed.entries.iter().map(|e| e.unfinished.as_deref()).collect();
        assert_eq!(named, [None, Some("整改中"), Some("关门")]);
        assert_eq!(closed.clone().add(&["d".into()], on), Err(CampaignRefusal::Over("已结束")));
        assert!(!closed.is_overdue(day("2027-01-01")));
        assert!(closed.void(Timestamp(0), "误录").is_ok(), "a mistake is voided even when closed");
    }

    #[test]
    fn a_place_never_assessed_and_a_point_never_checked_are_named_too() {
        let assessed = |done: bool| Look { assessed: Some(done), ..look(0) };
        let looks = BTreeMap::from([
            ("a".into(), assessed(true)),
            ("b".into(), assessed(false)),
            ("c".into(), Look { assessed: Some(false), ..look(1) }),
        ]);
        let of: Vec<Standing> = campaign().entries.iter().map(|entry| standing(entry, &looks)).collect();
        assert_eq!(of, [Standing::Done, Standing::Unassessed, Standing::Open]);
        let close = |reasons: &[(&str, &str)]| {
            let reasons = reasons.iter().map(|(id, why)| ((*id).to_owned(), (*why).to_owned())).collect();
            campaign().close(day("2026-06-01"), "p".into(), "检查三家", (&looks, &["shed".into()]), &reasons)
        };
        assert_eq!(close(&[]), Err(CampaignRefusal::Unfinished(3)));
        assert_eq!(close(&[("b", "评估公司未到"), ("c", "整改中")]), Err(CampaignRefusal::Unfinished(1)));
        let closed = close(&[("b", "评估公司未到"), ("c", "整改中"), ("shed", "停用待拆")]).expect("closed");
        assert_eq!(closed.unchecked.get(&FacilityId::from("shed")).map(String::as_str), Some("停用待拆"));
        assert_eq!(closed.entries[1].unfinished.as_deref(), Some("评估公司未到"));
    }

    #[test]
    fn whoever_was_taken_out_comes_back_and_nobody_stands_twice() {
        let c = campaign().take_out(&"a".into(), day("2026-04-01"), "停业").expect("out");
        assert_eq!(
            c.clone().take_out(&"a".into(), day("2026-04-02"), "停业"),
            Err(CampaignRefusal::NotListed)
        );
        let c = c.add(&["a".into(), "b".into(), "d".into()], day("2026-04-03")).expect("added");
        assert_eq!(c.places().map(PlaceId::as_str).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
        assert!(c.is_overdue(day("2026-06-01")) && !c.is_overdue(day("2026-05-31")));
    }
}
