//! Territories and organisations, and the town's people taken in as a whole at its founding. What does not belong
//! here: persons (`person`), posts (`post`).

use domain::ids::{AccountId, PersonId};
use domain::org::{Assignment, Certificate, Org, Person, Post, Territory};
use domain::policy::{Action, Subject};
use domain::time::Timestamp;
use store::account::Account;
use store::org::{OrgRecord, TerritoryRecord};
use store::person::PersonRecord;
use store::post::{AssignmentRecord, CertificateRecord, PostRecord};

use crate::person::initials;
use crate::{App, Caller, Error, Result, secret};

/// Everything a town is made of but its places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    /// From the town down.
    pub territories: Vec<Territory>,
    /// In the order of lists.
    pub orgs: Vec<Org>,
    /// People.
    pub persons: Vec<Person>,
    /// Posts.
    pub posts: Vec<Post>,
    /// Who is on them.
    pub assignments: Vec<Assignment>,
    /// What they may show.
    pub certificates: Vec<Certificate>,
    /// Login names and whose they are.
    pub logins: Vec<(String, PersonId)>,
}

impl App {
    /// Founds the town from a roster, in one transaction. A town that was founded stays as it is, and the answer is
    /// `false`. Every login gets the same password, which need not be changed: for samples and tests.
    ///
    /// Errors: the caller is not the program; the password is weak.
    pub async fn found_town(&self, caller: &Caller, roster: &Roster, password: &str) -> Result<bool> {
        let now = self.now();
        let hat = caller.hat(Action::OrgChange, &Subject::town())?;
        let weak = |(login, _): &(String, PersonId)| secret::weak_password(password, login, "password");
        if let Some(problem) = roster.logins.iter().find_map(weak) {
            return Err(Error::Invalid(vec![problem]));
        }
        let password_hash = secret::hash_password(password.to_owned()).await?;
        let mut tx = self.write(caller).await?;
        if !tx.territories().await?.is_empty() {
            return Ok(false);
        }
        let (version, recorded_at) = (1, now);
        for (ord, territory) in (1..).zip(roster.territories.iter().cloned()) {
            tx.insert_territory(&TerritoryRecord { territory, ord, version, recorded_at }).await?;
        }
        for (ord, org) in (1..).zip(roster.orgs.iter().cloned()) {
            tx.insert_org(&OrgRecord { org, ord, version, recorded_at }).await?;
        }
        for person in roster.persons.iter().cloned() {
            let pinyin = initials(&person.name);
            tx.insert_person(&PersonRecord { person, pinyin, version, recorded_at }).await?;
        }
        for post in roster.posts.iter().cloned() {
            tx.insert_post(&PostRecord { post, version, recorded_at }).await?;
        }
        for assignment in roster.assignments.iter().cloned() {
            tx.insert_assignment(&AssignmentRecord { assignment, version, recorded_at }).await?;
        }
        for certificate in roster.certificates.iter().cloned() {
            tx.insert_certificate(&CertificateRecord { certificate, version, recorded_at }).await?;
        }
        for (login, person) in &roster.logins {
            let id = AccountId::from(format!("account-{login}"));
            tx.insert_account(&lasting(id, login, person, &password_hash, now)).await?;
        }
        let audit = caller.audit_as(hat, "town.found", ("town", self.town.as_str()), "", now);
        Ok(tx.commit(audit, true).await?)
    }
}

fn lasting(id: AccountId, login: &str, person: &PersonId, password_hash: &str, now: Timestamp) -> Account {
    Account {
        id,
        person: person.clone(),
        login: login.to_owned(),
        password_hash: password_hash.to_owned(),
        totp_secret: String::new(),
        totp_step: 0,
        recovery: Vec::new(),
        epoch: 1,
        active: true,
        must_change: false,
        failures: 0,
        locked_until: Timestamp(0),
        version: 1,
        recorded_at: now,
    }
}
