//! What subjects of duties are called, and whether somebody may see a row: a page at a time.

use std::collections::{BTreeSet, HashMap};

use domain::ids::{OrgId, PlaceId};
use domain::plan::SubjectKind;
use domain::policy::{Scope, Subject};

use super::training::MANAGER;
use crate::scope::{Columns, OF_A_PLACE, Where};
use crate::{Read, Result};

/// By which columns rights to a row of a kind of object are told, its table and the column of its id.
fn table_of(object_kind: &str) -> Option<(&'static str, &'static str, Columns)> {
    let at_a_place = |table| Some((table, "id", OF_A_PLACE));
    match object_kind {
        "place" => Some(("place", "id", crate::place::COLUMNS)),
        "inspection" => Some(("inspection", "inspection", OF_A_PLACE)),
        "hazard" => at_a_place("hazard"),
        "task" => at_a_place("task"),
        "training" => Some(("training_session", "id", Columns { path: "path", org: "org", place: "place" })),
        "inspection_plan" => Some(("inspection_plan", "id", Columns { path: "path", org: "org", place: "" })),
        "evidence" => Some(("evidence", "id", crate::evidence::COLUMNS)),
        "letter" => Some(("letter", "id", crate::letter::COLUMNS)),
        "follow_up" => Some(("follow_up", "id", crate::follow_up::COLUMNS)),
        "handover" => Some(("handover", "id", crate::handover::COLUMNS)),
        "paper" => Some(("paper", "id", crate::paper::COLUMNS)),
        "call_test" => Some(("call_station", "test", crate::call_test::COLUMNS)),
        "sortie" => at_a_place("sortie"),
        "enforcement" => at_a_place("enforcement"),
        "stop_use" => at_a_place("stop_use"),
        "whistle" => at_a_place("whistle"),
        "assessment" => at_a_place("assessment"),
        "contract" => Some(("contract", "id", crate::contract::COLUMNS)),
        "campaign" => Some(("campaign", "id", crate::campaign::COLUMNS)),
        "drill" => at_a_place("drill"),
        "placard" => Some(("placard", "id", crate::placard::COLUMNS)),
        "force" => Some(("force", "id", crate::force::COLUMNS)),
        "patrol" => Some(("force_patrol", "id", crate::force::COLUMNS)),
        "facility" => Some(("facility", "id", crate::facility::COLUMNS)),
        "device" => Some(("device", "id", crate::device::COLUMNS)),
        "signal" => Some(("signal", "id", crate::signal::COLUMNS)),
        "road" => Some(("road", "id", crate::road::COLUMNS)),
        "incident" => at_a_place("incident"),
        "dispatch" => at_a_place("dispatch"),
        "report_case" => Some(("report_case", "id", crate::report_case::COLUMNS)),
        "fire_plan" => Some(("fire_plan", "id", crate::fire_plan::COLUMNS)),
        "project" => Some(("project", "id", crate::project::COLUMNS)),
        "siting" => Some(("siting", "id", crate::siting::COLUMNS)),
        "photo" => Some(("photo", "id", Columns { path: "path", org: "", place: "" })),
        _ => None,
    }
}

impl Read {
    /// Which of these rows of a kind of object lie within a scope. Kinds whose rows belong to the town as a whole
    /// lie within a scope of the whole town only.
    pub async fn within_scope(
        &mut self,
        object_kind: &str,
        ids: &[&str],
        scope: &Scope,
    ) -> Result<Vec<String>> {
        if scope.is_whole() {
            return Ok(ids.iter().map(|id| (*id).to_owned()).collect());
        }
        let Some((table, key, columns)) = table_of(object_kind) else { return Ok(Vec::new()) };
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut only = Where::town("town", self.town.as_str());
        let marks: Vec<String> = ids.iter().map(|id| only.mark(*id)).collect();
        only.and(&format!("{key} IN ({})", marks.join(", ")));
        only.within(&columns, scope);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT DISTINCT {key} AS id FROM {table}{sql}"), list)
            .await?
            .iter()
            .map(|row| row.text("id"))
            .collect()
    }

    /// Where these rows of a kind of object stand, as far as rights are concerned, by id: what [`Self::within_scope`] tells
    /// for one reader, told once for many ([`Scope::admits`]). One that is in several territories has several. Kinds whose
    /// rows belong to the town as a whole have none.
    pub async fn stand_of(
        &mut self,
        object_kind: &str,
        ids: &[&str],
    ) -> Result<HashMap<String, Vec<Subject>>> {
        let mut found: HashMap<String, Vec<Subject>> = HashMap::new();
        let Some((table, key, columns)) = table_of(object_kind).filter(|_| !ids.is_empty()) else {
            return Ok(found);
        };
        let mut only = Where::town("town", self.town.as_str());
        let marks: Vec<String> = ids.iter().map(|id| only.mark(*id)).collect();
        only.and(&format!("{key} IN ({})", marks.join(", ")));
        let column = |name: &'static str| if name.is_empty() { "NULL" } else { name };
        let (path, org, place) = (column(columns.path), column(columns.org), column(columns.place));
        let (sql, list) = only.finish();
        let sql = format!(
            "SELECT {key} AS id, CAST({path} AS TEXT) AS path, CAST({org} AS TEXT) AS org, \
             CAST({place} AS TEXT) AS place FROM {table}{sql}"
        );
        for row in self.rows(sql, list).await? {
            let subject = Subject {
                path: row.opt_text("path")?.unwrap_or_default(),
                orgs: row.opt_text("org")?.map(OrgId::from).into_iter().collect(),
                place: row.opt_text("place")?.map(PlaceId::from),
            };
            found.entry(row.text("id")?).or_default().push(subject);
        }
        let places: BTreeSet<&PlaceId> =
            found.values().flatten().filter_map(|one| one.place.as_ref()).collect();
        let keepers = self.keepers_of(&places.into_iter().map(PlaceId::as_str).collect::<Vec<_>>()).await?;
        for subject in found.values_mut().flatten() {
            let orgs = subject.place.as_ref().and_then(|place| keepers.get(place.as_str()));
            subject.orgs.extend(orgs.into_iter().flatten().cloned());
        }
        Ok(found)
    }

    /// Whose sector places are and on whose lists they stand now, by place.
    async fn keepers_of(&mut self, places: &[&str]) -> Result<HashMap<String, Vec<OrgId>>> {
        let mut found: HashMap<String, Vec<OrgId>> = HashMap::new();
        if places.is_empty() {
            return Ok(found);
        }
        let mut only = Where::town("s.town", self.town.as_str());
        let marks: Vec<String> = places.iter().map(|id| only.mark(*id)).collect();
        let marks = marks.join(", ");
        only.and(&format!("s.id IN ({marks})"));
        let (sql, list) = only.finish();
        let sql = format!(
            "SELECT s.id AS place, s.sector_org AS org FROM place s{sql} UNION ALL \
             SELECT m.place AS place, l.owner_org AS org FROM list_entry m JOIN place_list l ON l.town = m.town \
             AND l.id = m.list WHERE l.town = $1 AND m.to_on IS NULL AND m.place IN ({marks})"
        );
        for row in self.rows(sql, list).await? {
            if let Some(org) = row.opt_text("org")?.filter(|org| !org.is_empty()) {
                found.entry(row.text("place")?).or_default().push(org.into());
            }
        }
        Ok(found)
    }

    /// Names of subjects of one kind, by id; those nobody named are not among them.
    pub async fn subject_names(
        &mut self,
        kind: SubjectKind,
        ids: &[&str],
    ) -> Result<HashMap<String, String>> {
        let (table, name) = match kind {
            SubjectKind::Place | SubjectKind::Compound => ("place", "name"),
            SubjectKind::Town
            | SubjectKind::Village
            | SubjectKind::Grid
            | SubjectKind::VillagerGroup
            | SubjectKind::Building => ("territory", "name"),
            SubjectKind::Org => ("org", "name"),
            SubjectKind::Station => ("force", "name"),
            SubjectKind::Post => ("post", "name"),
            SubjectKind::Person => ("person", "name"),
            SubjectKind::Event => ("hazard", "code"),
            SubjectKind::Facility => ("facility", "name"),
            SubjectKind::Road => ("road", "name"),
            _ => return Ok(HashMap::new()),
        };
        let mut names = self.called(table, "id", name, ids).await?;
        if kind == SubjectKind::Event {
            // What happened may have been recorded as evidence and not as a hazard.
            names.extend(self.called("evidence", "id", "title", ids).await?);
            names.extend(self.called("report_case", "id", "code", ids).await?);
            names.extend(self.called("whistle", "id", "code", ids).await?);
            names.extend(self.called("incident", "id", "code", ids).await?);
            let sectors = self.called("sector_risk", "id", "hazard_code", ids).await?;
            names.extend(sectors.into_iter().map(|(id, code)| (id, format!("行业性隐患 {code}"))));
            names.extend(self.called("sector_ruling", "id", "trade", ids).await?);
            let stopped = self.object_refs("stop_use", ids).await?;
            names.extend(stopped.into_iter().map(|(id, place)| (id, format!("{place} 停止使用"))));
            names.extend(self.fire_plan_items(ids).await?);
            // An enforcement check is an event of its own.
            let visits = self.called("inspection", "inspection", "happened_on", ids).await?;
            names.extend(visits.into_iter().map(|(id, on)| (id, format!("{on} 执法检查"))));
        }
        if kind == SubjectKind::Person {
            // Whoever answers for a place of assembly is known by the place.
            let places: Vec<&str> = ids.iter().filter_map(|id| id.strip_prefix(MANAGER)).collect();
            let places = self.called("place", "id", "name", &places).await?;
            names.extend(
                places.into_iter().map(|(id, name)| (format!("{MANAGER}{id}"), format!("{name}负责人"))),
            );
        }
        Ok(names)
    }

    /// What people call objects of one kind, by id: the number of a hazard or task, the name of a place or person, the
    /// place of an inspection. Kinds without such a word give none.
    pub async fn object_refs(&mut self, object_kind: &str, ids: &[&str]) -> Result<HashMap<String, String>> {
        const PLACE: &str =
            "(SELECT p.name FROM place p WHERE p.town = inspection.town AND p.id = inspection.place)";
        const HAZARD: &str =
            "(SELECT h.code FROM hazard h WHERE h.town = unit_link.town AND h.id = unit_link.hazard)";
        const STOPPED: &str =
            "(SELECT p.name FROM place p WHERE p.town = stop_use.town AND p.id = stop_use.place)";
        const ASSESSED: &str =
            "(SELECT p.name FROM place p WHERE p.town = assessment.town AND p.id = assessment.place)";
        const HOLDER: &str =
            "(SELECT p.name FROM person p WHERE p.town = assignment.town AND p.id = assignment.person)";
        let (table, key, name) = match object_kind {
            "place" | "person" | "org" | "post" | "territory" | "parameter" | "force" | "facility"
            | "device" | "road" | "road_scenario" | "authority_item" => (object_kind, "id", "name"),
            "hazard" | "task" | "evidence" | "incident" | "placard" | "report_case" | "whistle" => {
                (object_kind, "id", "code")
            }
            "inspection_plan" | "campaign" | "contract" | "drill" | "fire_plan" | "siting" | "project"
            | "meeting" | "report" => (object_kind, "id", "title"),
            "enforcement" => (object_kind, "id", "cause"),
            "sector_risk" => (object_kind, "id", "hazard_code"),
            "sector_ruling" => (object_kind, "id", "trade"),
            "stop_use" => ("stop_use", "id", STOPPED),
            "assessment" => ("assessment", "id", ASSESSED),
            "inspection" => ("inspection", "inspection", PLACE),
            "unit_link" => ("unit_link", "id", HAZARD),
            "assignment" => ("assignment", "id", HOLDER),
            _ => return Ok(HashMap::new()),
        };
        self.called(table, key, name, ids).await
    }

    async fn called(
        &mut self,
        table: &str,
        key: &str,
        name: &str,
        ids: &[&str],
    ) -> Result<HashMap<String, String>> {
        let mut found = HashMap::new();
        for some in ids.chunks(500) {
            let mut only = Where::town("town", self.town.as_str());
            let marks: Vec<String> = some.iter().map(|id| only.mark(*id)).collect();
            only.and(&format!("{key} IN ({})", marks.join(", ")));
            let (sql, list) = only.finish();
            let sql = format!("SELECT {key} AS id, COALESCE({name}, '') AS name FROM {table}{sql}");
            for row in &self.rows(sql, list).await? {
                found.insert(row.text("id")?, row.text("name")?);
            }
        }
        Ok(found)
    }
}
