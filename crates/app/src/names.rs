//! What people, organisations, territories and kinds of places are called: read once for an answer that shows many. What
//! does not belong here: who may see more than a name (`person`).

use std::collections::HashMap;
use std::sync::OnceLock;

use domain::ids::{OrgId, PersonId, TerritoryCode};
use domain::org::Territory;
use domain::place::{Catalog, KindCode};
use domain::risk::Grade;
use serde::Serialize;
use store::Read;
use store::place::PlaceRecord;
use utoipa::ToSchema;

use crate::Result;
use crate::view::Named;

/// Names by id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    persons: HashMap<PersonId, String>,
    orgs: HashMap<OrgId, String>,
    territories: HashMap<TerritoryCode, Territory>,
}

impl Names {
    /// Reads every name of the town.
    // tidy(caller): names are shown beside what somebody may see; nothing else is read here.
    pub async fn read(read: &mut Read) -> Result<Self> {
        Ok(Self {
            persons: read.person_names().await?.into_iter().collect(),
            orgs: read.orgs().await?.into_iter().map(|o| (o.org.id, o.org.name)).collect(),
            territories: read
                .territories()
                .await?
                .into_iter()
                .map(|t| (t.territory.code.clone(), t.territory))
                .collect(),
        })
    }

    /// Whether there is such a person.
    pub fn knows(&self, id: &PersonId) -> bool {
        self.persons.contains_key(id)
    }

    /// A person's name; the id where nobody knows it.
    pub fn person(&self, id: &PersonId) -> String {
        match self.persons.get(id) {
            Some(name) => name.clone(),
            None if id.as_str() == "system" => "系统".to_owned(),
            None => id.to_string(),
        }
    }

    /// An organisation's name; the id where nobody knows it.
    pub fn org(&self, id: &OrgId) -> String {
        self.orgs.get(id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// Whether there is such an organisation.
    pub fn knows_org(&self, id: &OrgId) -> bool {
        self.orgs.contains_key(id)
    }

    /// An organisation with its name.
    pub fn named_org(&self, id: &OrgId) -> Named {
        Named::new(id.to_string(), self.org(id))
    }

    /// A territory with its name; the code where nobody knows it.
    pub fn territory(&self, code: &str) -> Named {
        let known = self.territories.get(&TerritoryCode::from(code));
        Named::new(code, known.map_or(code, |territory| territory.name.as_str()))
    }

    /// Path of a territory; none when there is no such territory.
    pub fn path(&self, code: &TerritoryCode) -> Option<&str> {
        self.territories.get(code).map(|territory| territory.path.as_str())
    }
}

/// The catalogue of kinds that comes with the program.
pub(crate) fn kinds() -> &'static Catalog {
    static KINDS: OnceLock<Catalog> = OnceLock::new();
    KINDS.get_or_init(|| exchange::place_catalog::read(exchange::shipped::PLACE_CATEGORIES).0)
}

/// What a kind of place is called; the code where the catalogue does not know it.
pub(crate) fn kind_label(code: &KindCode) -> String {
    kinds().kind(code).map_or_else(|| code.as_str().to_owned(), |kind| kind.name.clone())
}

fn parted(phones: &str) -> impl Iterator<Item = &str> {
    let is_joint = |c: char| c.is_whitespace() || matches!(c, '、' | ';' | '；' | ',' | '，' | '/');
    phones.split(is_joint).filter(|phone| !phone.is_empty())
}

/// The phone numbers of both, each once.
pub(crate) fn joined(phones: &str, more: &str) -> String {
    let mut all: Vec<&str> = Vec::new();
    for one in parted(phones).chain(parted(more)) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all.join("、")
}

/// Phone numbers of which most is hidden: `138****5678`. However several are joined, each is masked by itself; of a
/// landline without its area code the last two digits are shown, of anything shorter nothing.
pub(crate) fn masked(phones: &str) -> String {
    let one = |phone: &str| {
        let letters: Vec<char> = phone.chars().collect();
        let (front, back) = match letters.len() {
            0..7 => (0, 0),
            7..11 => (0, 2),
            _ => (3, 4),
        };
        let is_shown = |at: usize| at < front || at + back >= letters.len();
        letters.iter().enumerate().map(|(at, letter)| if is_shown(at) { *letter } else { '*' }).collect()
    };
    parted(phones).map(one).collect::<Vec<String>>().join("、")
}

/// A place as tasks and hazards show it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlaceBrief {
    /// Id.
    pub id: String,
    /// Number on the file.
    pub code: String,
    /// Name.
    pub name: String,
    /// Address.
    pub address: String,
    /// Category.
    pub category: String,
    /// Category in Chinese.
    pub category_label: String,
    /// Village.
    pub village: Named,
    /// Where on the map.
    pub location: Option<Spot>,
    /// Who answers for it.
    pub responsible: String,
    /// Phone, partly hidden.
    pub phone_masked: String,
    /// Risk grade in Chinese, as last computed.
    pub grade_label: Option<String>,
}

/// A point of the map. Units: degrees, WGS-84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Spot {
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
}

impl PlaceBrief {
    /// What is shown of a place.
    pub(crate) fn of(record: &PlaceRecord, names: &Names) -> Self {
        let p = &record.place;
        let grade: Option<Grade> =
            serde_json::from_value(serde_json::Value::from(record.cached_risk_grade.as_str())).ok();
        Self {
            id: p.id.to_string(),
            code: p.code.clone(),
            name: p.name.clone(),
            address: p.address.clone(),
            category: p.category.as_str().to_owned(),
            category_label: kind_label(&p.category),
            village: names.territory(p.village.as_str()),
            location: p.location.map(|at| Spot { lon: at.lon_deg, lat: at.lat_deg }),
            responsible: p.responsible.name.clone(),
            phone_masked: masked(&p.responsible.phone),
            grade_label: Some(grade.map_or(domain::risk::UNGRADED, Grade::label).to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_shows_its_ends_only() {
        for (phones, shown) in [
            ("13812345678", "138****5678"),
            ("023-49000000", "023*****0000"),
            ("49812345", "******45"),
            ("023-49812345、13800005678", "023*****2345、138****5678"),
            ("023-49812345;13912345678", "023*****2345、139****5678"),
            ("49812345 / 49812346，13912345678", "******45、******46、139****5678"),
            ("12345", "*****"),
            ("", ""),
        ] {
            assert_eq!(masked(phones), shown);
        }
    }

    #[test]
    fn the_catalogue_that_comes_along_has_words() {
        assert!(kinds().kinds().count() > 10);
        assert_eq!(kind_label(&KindCode::from("no.such")), "no.such");
    }
}
