//! The sample town's incidents: the night fire of a lone elder, straw burning in a field, a meter box that still waits to be
//! gone through, a false alarm, and one alarm nobody has verified yet. What does not belong here: the stations (`force`).

use chrono::Days;
use domain::dispatch::{Dispatch, State};
use domain::ids::{IncidentId, PersonId};
use domain::incident::join::Heard;
use domain::incident::{Act, Event, How, Incident, Initial, Kind, Mark, Sign, Source, Stamp, Verdict};
use domain::org::{Assignment, Role};
use domain::policy::Action;
use domain::time::Timestamp;
use store::Write;
use store::dispatch::DispatchRecord;
use store::force::{ForceFilter, ForceRecord};
use store::incident::IncidentRecord;
use store::place::{PlaceFilter, PlaceOrder, PlaceRecord};

use super::id;
use crate::incident::spot_of;
use crate::org::Roster;
use crate::{App, Caller, Error, Result};

/// One incident: days ago, at which minute of the day, at the n-th place that is on the map.
struct Story {
    word: &'static str,
    days: u64,
    minute: i64,
    place: usize,
    source: Source,
    kind: Kind,
    bound: bool,
    from: &'static str,
    text: &'static str,
    /// Steps, each so many seconds after the alarm, with what was said.
    steps: Vec<(i64, Act, &'static str)>,
    /// Whether the village's station went, and after how many seconds it left and arrived.
    went: Option<(i64, i64, i64)>,
}

fn judge(verdict: Verdict, how: How) -> Act {
    Act::Judge { verdict, how, kind: None }
}

fn mark(mark: Mark) -> Act {
    Act::Mark { mark }
}

fn noted(cause: &str, rooms: u32) -> Act {
    let initial = Initial { cause: cause.to_owned(), rooms, ..Initial::default() };
    Act::Note { initial }
}

fn over(to: &str) -> Act {
    Act::HandOver { to: to.to_owned() }
}

fn stories(told: impl Fn(u64, i64, i64) -> Act) -> Vec<Story> {
    let day = 86_400;
    vec![
        Story {
            word: "night",
            days: 96,
            minute: 134,
            place: 2,
            source: Source::Device,
            kind: Kind::Building,
            bound: true,
            from: "独居老人家感烟探测器",
            text: "感烟火灾探测器报警",
            steps: vec![
                (9, Act::Acknowledge, ""),
                (11, Act::Verify, ""),
                (12, joined("同屋电气火灾监测器温度报警", "同一场所"), ""),
                (41, judge(Verdict::Real, How::Telephone), "电话里听到老人呼救，邻居看到浓烟"),
                (52, told(96, 134, 50), ""),
                (68, mark(Mark::Dispatched), "场镇社区微型消防站三人"),
                (150, mark(Mark::EnRoute), ""),
                (292, mark(Mark::Arrived), ""),
                (840, mark(Mark::Controlled), "老人已背出，屋内明火压住"),
                (1_500, mark(Mark::Out), ""),
                (1_620, noted("卧室电热毯", 2), "原因以消防救援机构认定为准"),
                (2_400, over("区消防救援大队"), "现场交救援站清理余火"),
                (
                    3 * day,
                    Act::Review { lessons: 0 },
                    "从报警到到场 4 分 52 秒；取水点标志被柴草遮住，已当场清开",
                ),
                (3 * day + 60, Act::Close, ""),
            ],
            went: Some((68, 150, 292)),
        },
        Story {
            word: "straw",
            days: 41,
            minute: 15 * 60 + 22,
            place: 5,
            source: Source::Telephone,
            kind: Kind::Outdoor,
            bound: true,
            from: "过路村民",
            text: "田边秸秆堆烧起来了，离房子二十来米",
            steps: vec![
                (6, Act::Acknowledge, ""),
                (35, judge(Verdict::Real, How::Caller), "报警人在现场，火在蔓延"),
                (44, told(41, 15 * 60 + 22, 40), ""),
                (60, mark(Mark::Dispatched), ""),
                (120, mark(Mark::EnRoute), ""),
                (230, mark(Mark::Arrived), ""),
                (600, mark(Mark::Controlled), ""),
                (1_080, mark(Mark::Out), "看守余火一小时"),
                (4_800, over("村委会"), "余火看守完毕"),
                (4_900, Act::Close, ""),
            ],
            went: Some((60, 120, 230)),
        },
        Story {
            word: "meter",
            days: 12,
            minute: 19 * 60 + 5,
            place: 8,
            source: Source::Person,
            kind: Kind::Electrical,
            bound: true,
            from: "网格员",
            text: "老院子电表箱冒火，已拉闸",
            steps: vec![
                (10, Act::Acknowledge, ""),
                (48, judge(Verdict::Real, How::OnSite), "网格员在现场"),
                (60, told(12, 19 * 60 + 5, 55), ""),
                (75, mark(Mark::Dispatched), ""),
                (200, mark(Mark::EnRoute), ""),
                (420, mark(Mark::Arrived), ""),
                (700, mark(Mark::Out), ""),
                (900, noted("电表箱接线老化", 2), ""),
                (1_800, over("供电所"), "更换电表箱"),
            ],
            went: Some((75, 200, 420)),
        },
        Story {
            word: "supper",
            days: 5,
            minute: 18 * 60 + 31,
            place: 3,
            source: Source::Device,
            kind: Kind::Building,
            bound: true,
            from: "餐馆感烟探测器",
            text: "感烟火灾探测器报警",
            steps: vec![
                (12, Act::Acknowledge, ""),
                (96, judge(Verdict::FalseAlarm, How::Camera), "灶台油烟触发，探测器位置离灶台太近"),
            ],
            went: None,
        },
    ]
}

fn joined(says: &str, why: &str) -> Act {
    Act::Join { says: says.to_owned(), why: vec![why.to_owned()], bound: true, restored: false }
}

fn refused(refusal: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the sample broke a rule: {refusal}"))
}

struct Writer<'a> {
    tx: &'a mut Write,
    duty: PersonId,
    name: String,
}

impl Writer<'_> {
    fn heard(story: &Story, says: &str, came_at: Timestamp, why: Vec<String>) -> Heard {
        Heard {
            signal: None,
            source: story.source,
            says: says.to_owned(),
            from: story.from.to_owned(),
            bound: story.bound,
            restored: false,
            came_at,
            at: None,
            bearing: None,
            why,
            sender: String::new(),
            address: String::new(),
            phone: String::new(),
        }
    }

    async fn tell(
        &mut self,
        n: usize,
        story: Story,
        place: &PlaceRecord,
        alarm: Timestamp,
        crew: Option<(&ForceRecord, Vec<PersonId>)>,
    ) -> Result<()> {
        let of = IncidentId::from(id(&format!("incident:{}", story.word)));
        let sign = Sign {
            source: story.source,
            kind: story.kind,
            place: Some(place.place.id.clone()),
            territory: place.place.village.clone(),
            address: place.place.address.clone(),
            at: spot_of(place),
            error_m: None,
            text: story.text.to_owned(),
            called_by: story.from.to_owned(),
            bound: story.bound,
            came_at: alarm,
        };
        let code = format!("JQ-{:04}", self.tx.next_number("incident").await?);
        let incident = Incident::open(of.clone(), code, sign, self.duty.clone(), alarm).map_err(refused)?;
        let mut record = IncidentRecord {
            incident,
            caller_phone: String::new(),
            path: place.path.clone(),
            org: place.place.sector_org.clone(),
            version: 1,
            recorded_at: alarm,
            recorded_by: self.name.clone(),
        };
        let event = |record: &IncidentRecord, act: Act, at: Timestamp, by: &PersonId, text: &str| Event {
            seq: record.version,
            act,
            at,
            recorded_at: at,
            by: by.clone(),
            text: text.to_owned(),
            stage: record.incident.stage,
        };
        let first = Self::heard(&story, story.text, alarm, Vec::new());
        let opened = event(&record, Act::Open, alarm, &self.duty, "");
        self.tx.insert_incident(&record, &opened, (&id(&format!("sign:{n}:0")), &first)).await?;
        for (s, act, text) in &story.steps {
            let at = alarm.plus_ms(s * 1_000);
            if let Act::Join { says, why, .. } = act {
                let sign = Self::heard(&story, says, at, why.clone());
                self.tx.insert_incident_signal(&of, (&id(&format!("sign:{n}:{s}")), &sign)).await?;
            }
            record.incident = record.incident.take(act, &self.duty, at, text, at).map_err(refused)?;
            let mut kept = event(&record, act.clone(), at, &self.duty, text);
            kept.seq += 1;
            self.tx.save_incident(&record, &kept).await?;
            record.version += 1;
        }
        let (Some((called, left, there)), Some((force, people))) = (story.went, crew) else { return Ok(()) };
        for (k, person) in people.into_iter().take(3).enumerate() {
            let late = i64::try_from(k).unwrap_or(0) * 20;
            let at = |s: i64| alarm.plus_ms((s + late) * 1_000);
            let stamps = [
                (State::Called, at(called - late), &self.duty),
                (State::Accepted, at(called + 14), &person),
                (State::EnRoute, at(left), &person),
                (State::OnScene, at(there), &person),
                (State::Returned, at(there + 2_600), &person),
            ];
            let dispatch = Dispatch {
                id: id(&format!("dispatch:{n}:{k}")).into(),
                incident: of.clone(),
                person: person.clone(),
                force: force.force.id.clone(),
                vehicle: force.force.vehicles.first().map(|one| one.name.clone()).unwrap_or_default(),
                minutes: None,
                by_rule: String::new(),
                aid: false,
                state: State::Returned,
                stamps: stamps
                    .into_iter()
                    .map(|(state, at, by)| (state, Stamp { at, by: by.clone() }))
                    .collect(),
                reason: String::new(),
            };
            self.tx.insert_dispatch(&DispatchRecord::to(&record, dispatch, &self.name, at(called))).await?;
        }
        Ok(())
    }
}

/// Incidents at places and with the stations there are.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let caller = Caller::system();
    let (now, today) = (app.now(), app.now().date());
    let clerk = roster.assignments.iter().find(|one| one.role == Role::OfficeClerk && one.to.is_none());
    let Some(clerk) = clerk else { return Ok(()) };
    let name = roster.persons.iter().find(|one| one.id == clerk.person).map(|one| one.name.clone());
    let mut tx = app.write(&caller).await?;
    let scope = caller.scope(Action::PlaceRead)?;
    let all = tx.place_page(&PlaceFilter::default(), &scope, PlaceOrder::Code, None, 120).await?;
    let places: Vec<PlaceRecord> = all.into_iter().filter(|one| spot_of(one).is_some()).collect();
    let forces = tx.forces(&caller.scope(Action::ForceRead)?, &ForceFilter::default()).await?;
    let held: Vec<Assignment> = tx.assignments().await?.into_iter().map(|one| one.assignment).collect();
    let begun = |days: u64, minute: i64| {
        let day = today.checked_sub_days(Days::new(days)).unwrap_or(today);
        Timestamp::start_of(day).plus_ms(minute * 60_000)
    };
    let told = |days, minute, s: i64| Act::Tell119 {
        at: Some(begun(days, minute).plus_ms(s * 1_000)),
        unknown: false,
    };
    let mut writer = Writer {
        tx: &mut tx,
        duty: clerk.person.clone(),
        name: name.unwrap_or_else(|| "演示数据".to_owned()),
    };
    let mut told_of = stories(told);
    // Still open: a camera's picture from a source nobody has proved, twenty minutes ago.
    told_of.push(Story {
        word: "open",
        days: 0,
        minute: 0,
        place: 11,
        source: Source::Camera,
        kind: Kind::Unknown,
        bound: false,
        from: "场镇高点摄像机（未绑定来源）",
        text: "画面疑似烟雾",
        steps: Vec::new(),
        went: None,
    });
    for (n, story) in told_of.into_iter().enumerate() {
        let Some(place) = places.get(story.place % places.len().max(1)) else { continue };
        let alarm = if story.days == 0 { now.plus_ms(-20 * 60_000) } else { begun(story.days, story.minute) };
        let is_near = |one: &&ForceRecord| {
            one.force.is_in_use(alarm.date()) && place.path.starts_with(&one.path) && one.path.contains('/')
        };
        let force = forces.iter().find(is_near);
        let crew = force.map(|one| {
            let mut people: Vec<PersonId> =
                one.force.held(&held, alarm.date()).map(|held| held.person.clone()).collect();
            people.sort();
            people.dedup();
            (one, people)
        });
        writer.tell(n, story, place, alarm, crew).await?;
    }
    Ok(tx.commit(caller.audit("sample.fill", "sample", "incident", now), ()).await?)
}
