//! Stories of fire plans: four bodies sign, one sends back, the next version follows; what two versions differ in.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use super::difference::{Change, difference};
use super::*;
use crate::facility::Shape;

fn day(text: &str) -> Date {
    crate::time::parse_date(text).unwrap()
}

fn at(text: &str) -> (Date, Timestamp) {
    (day(text), Timestamp::start_of(day(text)))
}

fn item(id: &str, kind: ItemKind, village: &str) -> Item {
    Item {
        id: id.to_owned(),
        kind,
        name: format!("{}{id}", kind.label()),
        village: village.into(),
        year: Some(2027),
        shape: Some(Shape::Point([105.87, 29.26])),
        status: ItemStatus::Planned,
        facility: None,
        force: None,
        article: String::new(),
        taken_in_at: None,
        note: String::new(),
    }
}

fn plan(items: Vec<Item>) -> FirePlan {
    FirePlan {
        id: "p1".into(),
        edition: 1,
        title: "消防专项规划".to_owned(),
        years: (2026, 2030),
        based_on: None,
        org: "town-gov".into(),
        items,
        stage: Stage::Draft,
        signatures: Vec::new(),
        approval: None,
        superseded_on: None,
        extracts: Vec::new(),
        void: None,
    }
}

fn sign(plan: FirePlan, body: &str, on: &str) -> Result<FirePlan, FirePlanRefusal> {
    plan.take(&Act::Sign { body: body.to_owned(), org: format!("org-{body}").as_str().into() }, at(on), "")
}

fn approve() -> Act {
    Act::Approve { by: "区人民政府".to_owned(), document_no: "永府〔2026〕9号".to_owned() }
}

#[test]
fn four_bodies_sign_before_anybody_approves() {
    let empty = plan(Vec::new()).take(&Act::Circulate, at("2026-03-01"), "");
    assert_eq!(empty.unwrap_err(), FirePlanRefusal::Empty);
    let sent =
        plan(vec![item("1", ItemKind::Lane, "v1")]).take(&Act::Circulate, at("2026-03-01"), "").unwrap();
    assert_eq!(
        sent.clone().take(&Act::Change, at("2026-03-02"), "").unwrap_err(),
        FirePlanRefusal::WrongStage("会签中")
    );
    assert_eq!(sign(sent.clone(), "police", "2026-03-02").unwrap_err(), FirePlanRefusal::NoBody);
    let mut going = sent;
    for (n, body) in BODIES.into_iter().enumerate() {
        assert_eq!(going.stage, Stage::Circulating, "after {n} signatures");
        assert!(going.clone().take(&approve(), at("2026-03-09"), "").is_err());
        going = sign(going, body, "2026-03-05").unwrap();
        assert!(sign(going.clone(), body, "2026-03-06").is_err(), "{body} signs once");
    }
    assert_eq!(going.stage, Stage::Countersigned);
    let early = going.clone().take(&approve(), at("2026-03-04"), "");
    assert_eq!(early.unwrap_err(), FirePlanRefusal::Before(day("2026-03-05")));
    let unnamed = Act::Approve { by: "区人民政府".to_owned(), document_no: " ".to_owned() };
    assert_eq!(going.clone().take(&unnamed, at("2026-03-09"), "").unwrap_err(), FirePlanRefusal::NoApproval);
    let in_force = going.take(&approve(), at("2026-03-09"), "").unwrap();
    assert_eq!(in_force.in_force(), Some((day("2026-03-09"), None)));
    let after = in_force.take(&Act::Supersede, at("2026-09-01"), "").unwrap();
    assert_eq!(after.in_force(), Some((day("2026-03-09"), Some(day("2026-08-31")))));
    assert!(after.steps().is_empty());
}

#[test]
fn what_is_sent_back_is_signed_by_everybody_again() {
    let sent =
        plan(vec![item("1", ItemKind::Lane, "v1")]).take(&Act::Circulate, at("2026-03-01"), "").unwrap();
    let one = sign(sent, "land_office", "2026-03-02").unwrap();
    let back = Act::SendBack { body: "agri_center".to_owned() };
    assert_eq!(one.clone().take(&back, at("2026-03-03"), " ").unwrap_err(), FirePlanRefusal::NoReason);
    let back = one.take(&back, at("2026-03-03"), "林区水池位置不对").unwrap();
    assert_eq!((back.stage, back.unsigned().len()), (Stage::Draft, 4));
}

#[test]
fn what_no_other_plan_took_in_and_what_a_village_lacks_are_named() {
    let mut lane = item("1", ItemKind::Lane, "v1");
    lane.article = "第三章第 12 条".to_owned();
    let mut unplaced = item("2", ItemKind::Water, "v1");
    unplaced.shape = None;
    let mut gone = item("3", ItemKind::Water, "v1");
    gone.status = ItemStatus::Retired;
    let plan = plan(vec![lane, unplaced, gone, item("4", ItemKind::ForestBreak, "v2")]);
    let names = |frame| plan.missing_from(frame).iter().map(|item| item.id.as_str()).collect::<Vec<_>>();
    assert_eq!((names(Frame::Spatial), names(Frame::Forest)), (vec!["2"], vec!["4"]));
    assert_eq!(plan.lacks(&"v1".into()), [Matter::Water], "water without a place is no water");
    assert_eq!(plan.lacks(&"v2".into()), Matter::ALL);
}

#[test]
fn two_versions_differ_item_by_item() {
    let before = plan(vec![
        item("1", ItemKind::Lane, "v1"),
        item("2", ItemKind::Water, "v1"),
        item("3", ItemKind::Station, "v1"),
    ]);
    let mut moved = item("2", ItemKind::Water, "v1");
    moved.shape = Some(Shape::Point([105.9, 29.3]));
    moved.year = Some(2028);
    let after = plan(vec![item("4", ItemKind::Lane, "v2"), moved, item("1", ItemKind::Lane, "v1")]);
    let found = difference(&before, &after);
    let told: Vec<_> = found
        .iter()
        .map(|pair| (pair.after.or(pair.before).unwrap().id.as_str(), pair.change(), pair.fields.clone()))
        .collect();
    assert_eq!(
        told,
        [
            ("4", Change::Added, vec![]),
            ("2", Change::Changed, vec!["year", "shape"]),
            ("1", Change::Same, vec![]),
            ("3", Change::Removed, vec![]),
        ]
    );
}

#[test]
fn a_plan_that_cannot_be_is_refused() {
    let named = |change: fn(&mut FirePlan)| {
        let mut wrong = plan(vec![item("1", ItemKind::Lane, "v1")]);
        change(&mut wrong);
        wrong.register().unwrap_err().code()
    };
    assert_eq!(named(|plan| plan.title = " ".to_owned()), "fire_plan.no_title");
    assert_eq!(named(|plan| plan.years = (2030, 2026)), "fire_plan.years");
    assert_eq!(named(|plan| plan.items.push(plan.items[0].clone())), "fire_plan.twice");
    assert_eq!(named(|plan| plan.items[0].name = String::new()), "fire_plan.no_item_name");
    assert_eq!(named(|plan| plan.items[0].name = "池".repeat(3_000)), "fire_plan.too_long");
    assert_eq!(named(|plan| plan.title = "规".repeat(201)), "fire_plan.too_long");
    assert_eq!(named(|plan| plan.items[0].year = Some(27)), "fire_plan.item_year");
    assert_eq!(named(|plan| plan.items[0].shape = Some(Shape::Point([29.2, 105.8]))), "shape.swapped");
}

#[test]
fn a_plan_in_force_is_kept_up_item_by_item_and_nothing_it_was_signed_for_goes_unsaid() {
    let draft = plan(vec![item("1", ItemKind::Water, "v1"), item("2", ItemKind::Lane, "v1")]);
    let built = |status: ItemStatus, which: &str| Act::Progress {
        item: which.to_owned(),
        status,
        facility: Some("f1".into()),
        force: None,
        article: " 第十二条 ".to_owned(),
    };
    assert_eq!(
        draft.clone().take(&built(ItemStatus::Built, "1"), at("2026-03-01"), "").unwrap_err(),
        FirePlanRefusal::WrongStage("起草"),
        "a draft is simply changed"
    );
    let mut going = draft.take(&Act::Circulate, at("2026-03-01"), "").unwrap();
    for body in BODIES {
        going = sign(going, body, "2026-03-02").unwrap();
    }
    let in_force = going.take(&approve(), at("2026-03-03"), "").unwrap();
    let signed = in_force.signatures.clone();
    let after = in_force.clone().take(&built(ItemStatus::Built, "1"), at("2026-04-01"), "").unwrap();
    assert_eq!((after.stage, after.signatures.clone()), (Stage::InForce, signed));
    let one = &after.items[0];
    assert_eq!(
        (one.status, one.facility.as_ref().map(FacilityId::as_str), one.article.as_str()),
        (ItemStatus::Built, Some("f1"), "第十二条")
    );
    assert!(after.missing_from(Frame::Spatial).iter().all(|one| one.id == "2"), "its article is named now");
    assert_eq!(
        after.clone().take(&built(ItemStatus::Retired, "2"), at("2026-04-02"), " ").unwrap_err(),
        FirePlanRefusal::NoReason
    );
    assert!(after.clone().take(&built(ItemStatus::Retired, "2"), at("2026-04-02"), "并入老街改造").is_ok());
    assert_eq!(
        after.take(&built(ItemStatus::Built, "9"), at("2026-04-02"), "").unwrap_err(),
        FirePlanRefusal::NoItem
    );
}

#[test]
fn each_item_is_owed_to_the_plan_that_must_take_it_in_from_the_approval_until_it_is_given_up() {
    let mut named = item("1", ItemKind::Lane, "v1");
    named.article = "第 3 条".to_owned();
    let mut dropped = item("4", ItemKind::Water, "v1");
    dropped.status = ItemStatus::Retired;
    let items =
        vec![named, item("2", ItemKind::Water, "v1"), item("3", ItemKind::ForestBreak, "v2"), dropped];
    let mut one = plan(items).take(&Act::Circulate, at("2026-03-01"), "").unwrap();
    for body in BODIES {
        one = sign(one, body, "2026-03-02").unwrap();
    }
    let progress = |id: &str, status, article: &str| Act::Progress {
        item: id.to_owned(),
        status,
        facility: None,
        force: None,
        article: article.to_owned(),
    };
    let acts = [
        (approve(), "2026-03-10"),
        (progress("1", ItemStatus::Built, "第 3 条"), "2026-04-01"),
        (progress("2", ItemStatus::Planned, "第 4 条"), "2026-05-01"),
        (progress("2", ItemStatus::Built, "第 5 条"), "2026-06-01"),
        (progress("3", ItemStatus::Retired, ""), "2026-07-01"),
    ];
    let mut life = Vec::new();
    for (act, on) in acts {
        one = one.take(&act, at(on), "不再实施").unwrap();
        let (on, recorded_at) = at(on);
        let (by, text) = ("p".into(), String::new());
        life.push(Event { seq: 1, act, on, recorded_at, by, text, stage: one.stage });
    }
    let said = |one: &Inclusion| (one.item.id.clone(), one.to, one.since.map(|(on, _)| on));
    let found: Vec<_> = one.inclusions(&life).iter().map(said).collect();
    assert_eq!(
        found,
        [
            ("1".to_owned(), None, Some(day("2026-03-10"))),
            ("2".to_owned(), None, Some(day("2026-05-01"))),
            ("3".to_owned(), Some(day("2026-06-30")), None),
        ]
    );
}
