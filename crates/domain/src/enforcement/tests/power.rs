//! Who may act: officers, certificates, items of authority.

use super::*;

#[test]
fn two_officers_with_certificate_and_training_under_an_item_in_force() {
    let card = |person: &str, kind, until: &str| Certificate {
        id: "c".into(),
        person: person.into(),
        kind,
        number: "1".to_owned(),
        issuer: "区".to_owned(),
        issued_on: day("2025-01-01"),
        expires_on: Some(day(until)),
        scope: String::new(),
        revoked: None,
    };
    let officer = |person: &str, until: &str| Proof {
        person: person.into(),
        name: format!("{person}某"),
        held: vec![card(person, CertificateKind::EnforcementCert, until)],
        gate: Ok(()),
    };
    let (a, b) = (officer("a", "2027-01-01"), officer("b", "2026-10-01"));
    let on = day("2026-10-01");
    let may =
        |officers: &[Proof], item: &AuthorityItem, path: &str, on| may_act(officers, item, path, None, on);
    assert_eq!(may(&[a.clone(), b.clone()], &item(), "T/V", on), Ok(()));
    assert_eq!(may(std::slice::from_ref(&a), &item(), "T", on), Err(CaseRefusal::TwoOfficers));
    assert_eq!(may(&[a.clone(), a.clone()], &item(), "T", on), Err(CaseRefusal::TwoOfficers));
    let late = may(&[a.clone(), b.clone()], &item(), "T", day("2026-10-02")).expect_err("b's ran out");
    assert!(late.to_string().contains("b某") && late.to_string().contains("2026-10-01"), "{late}");
    let untrained = Proof { gate: Err(GateRefusal::Untrained), ..b.clone() };
    assert_eq!(
        may(&[a.clone(), untrained], &item(), "T", on).map_err(|no| no.code()),
        Err("enforcement.untrained")
    );
    let both = [a, officer("b", "2030-01-01")];
    let code =
        |item: &AuthorityItem, path: &str, on: &str| may(&both, item, path, day(on)).map_err(|no| no.code());
    assert_eq!(code(&item(), "T", "2026-12-31"), Ok(()), "the last day of a delegation");
    assert_eq!(code(&item(), "T", "2027-01-01"), Err("enforcement.item_expired"), "yesterday it still was");
    assert_eq!(code(&item(), "T", "2025-12-31"), Err("enforcement.item_not_yet"));
    assert_eq!(
        code(&item(), "TX", "2026-10-01"),
        Err("enforcement.item_elsewhere"),
        "a longer code is another"
    );
    let police = AuthorityItem { holder: Holder::Police, ..item() };
    assert_eq!(code(&police, "T", "2026-10-01"), Err("enforcement.uncertified"), "its own certificate");
    let check = AuthorityItem { power: Power::Inspect, ..item() };
    assert_eq!(code(&check, "T", "2026-10-01"), Err("enforcement.item_not_penal"));
    let void = AuthorityItem { void: Some("登记有误".to_owned()), ..item() };
    assert_eq!(code(&void, "T", "2026-10-01"), Err("enforcement.item_voided"));
    // A list that was replaced lets the town finish what it had begun, if a paper says so.
    let replaced = AuthorityItem { carries_over: "渝府办发〔2025〕28号".to_owned(), ..item() };
    let after = day("2027-01-01");
    assert_eq!(replaced.carries("T", Some(day("2026-12-31")), after), Ok(()));
    assert!([Some(after), None].into_iter().all(|filed| replaced.carries("T", filed, after).is_err()));
}

#[test]
fn an_order_rests_on_an_item_in_force_and_on_two_officers() {
    let card = |person: &str| Certificate {
        id: "c".into(),
        person: person.into(),
        kind: CertificateKind::EnforcementCert,
        number: "1".to_owned(),
        issuer: "区".to_owned(),
        issued_on: day("2025-01-01"),
        expires_on: Some(day("2029-01-01")),
        scope: String::new(),
        revoked: None,
    };
    let officer = |person: &str| Proof {
        person: person.into(),
        name: format!("{person}某"),
        held: vec![card(person)],
        gate: Ok(()),
    };
    let both = [officer("a"), officer("b")];
    let code = |item: &AuthorityItem, path: &str, on: &str| {
        may_order(&both, item, path, day(on)).map_err(|no| no.code())
    };
    for power in [Power::Inspect, Power::Punish] {
        assert_eq!(code(&AuthorityItem { power, ..item() }, "T/V", "2026-12-31"), Ok(()), "{}", power.code());
    }
    let compel = AuthorityItem { power: Power::Compel, ..item() };
    assert_eq!(code(&compel, "T", "2026-10-01"), Err("enforcement.item_not_order"));
    assert_eq!(code(&item(), "T", "2027-01-01"), Err("enforcement.item_expired"), "it ended yesterday");
    // A paper that lets cases be finished gives no power to order anew.
    let replaced = AuthorityItem { carries_over: "渝府办发〔2025〕28号".to_owned(), ..item() };
    assert_eq!(code(&replaced, "T", "2027-01-01"), Err("enforcement.item_expired"));
    assert_eq!(code(&item(), "TX", "2026-10-01"), Err("enforcement.item_elsewhere"));
    let alone = may_order(&both[..1], &item(), "T", day("2026-10-01"));
    assert_eq!(alone, Err(CaseRefusal::TwoToOrder));
    let bare = Proof { held: Vec::new(), ..officer("b") };
    let lacking = may_order(&[officer("a"), bare], &item(), "T", day("2026-10-01"));
    assert_eq!(lacking.map_err(|no| no.code()), Err("enforcement.uncertified"));
}

#[test]
fn an_item_without_a_paper_or_by_nobody_is_none() {
    assert!(item().check().is_ok());
    let no = |item: AuthorityItem| item.check().map_err(|no| no.code());
    assert_eq!(no(AuthorityItem { source: " ".to_owned(), ..item() }), Err("enforcement.missing"));
    assert_eq!(no(AuthorityItem { delegator: String::new(), ..item() }), Err("enforcement.missing"));
    assert_eq!(
        no(AuthorityItem { to: Some(day("2025-12-31")), ..item() }),
        Err("enforcement.item_backwards")
    );
}
