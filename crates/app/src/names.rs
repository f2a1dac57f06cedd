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

    /// An organisation with its name.
    pub fn named_org(&self, id: &OrgId) -> Named {
        Named::new(id.to_string(), self.org(id))
    }

    /// A territory with its name; the code where nobody knows it.
    pub fn territory(&self, code: &str) -> Named {
        let known = self.territories.get(&TerritoryCode::from(code));
        Named::new(code, known.map_or(code, |territory| territory.name.as_str()))
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

/// A phone number of which a part is hidden, as `138****5678`.
pub(crate) fn masked(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().collect();
    if digits.len() < 8 {
        return "*".repeat(digits.len());
    }
    let (first, last) = (digits.iter().take(3), digits.iter().skip(digits.len() - 4));
    first.chain("****".chars().collect::<Vec<_>>().iter()).chain(last).collect()
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
            grade_label: grade.map(|grade| grade.label().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_shows_its_ends_only() {
        assert_eq!(masked("13812345678"), "138****5678");
        assert_eq!(masked("023-49000000"), "023****0000");
        assert_eq!(masked("12345"), "*****");
        assert_eq!(masked(""), "");
    }

    #[test]
    fn the_catalogue_that_comes_along_has_words() {
        assert!(kinds().kinds().count() > 10);
        assert_eq!(kind_label(&KindCode::from("no.such")), "no.such");
    }
}
