//! Posts as owners of work, each with who holds it today: read once for an answer that shows many. What does not belong
//! here: what is owed (`follow_up`, `meeting`, `report`, `drill`).

use std::collections::BTreeMap;

use domain::ids::{PersonId, PostId};
use domain::org::Post;
use domain::time::Date;
use serde::Serialize;
use store::Read;
use utoipa::ToSchema;

use crate::Result;
use crate::view::Named;

/// A post with who holds it today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OwnerView {
    /// The post.
    pub post: Named,
    /// Its organisation.
    pub org: Named,
    /// Who holds it; nobody while it is vacant.
    pub holders: Vec<Named>,
}

/// The posts of the town with who holds them today: read once for an answer that shows many.
pub(crate) struct Owners {
    posts: BTreeMap<PostId, Post>,
    holders: BTreeMap<PostId, Vec<PersonId>>,
    persons: BTreeMap<PersonId, String>,
    orgs: BTreeMap<String, String>,
    paths: BTreeMap<String, String>,
}

impl Owners {
    // Names are shown beside what somebody may see; nothing else is read here.
    pub(crate) async fn read(read: &mut Read, today: Date) -> Result<Self> {
        let mut holders: BTreeMap<PostId, Vec<PersonId>> = BTreeMap::new();
        for held in read.assignments().await? {
            if held.assignment.is_valid_on(today) {
                holders.entry(held.assignment.post).or_default().push(held.assignment.person);
            }
        }
        Ok(Self {
            posts: read.posts().await?.into_iter().map(|one| (one.post.id.clone(), one.post)).collect(),
            holders,
            persons: read.person_names().await?.into_iter().collect(),
            orgs: read.orgs().await?.into_iter().map(|one| (one.org.id.to_string(), one.org.name)).collect(),
            paths: read
                .territories()
                .await?
                .into_iter()
                .map(|one| (one.territory.code.to_string(), one.territory.path))
                .collect(),
        })
    }

    pub(crate) fn post(&self, id: &PostId) -> Option<&Post> {
        self.posts.get(id)
    }

    pub(crate) fn path(&self, post: &Post) -> String {
        self.paths.get(post.territory.as_str()).cloned().unwrap_or_default()
    }

    pub(crate) fn person(&self, id: &PersonId) -> Named {
        Named::new(id.as_str(), self.persons.get(id).map_or(id.as_str(), String::as_str))
    }

    pub(crate) fn knows(&self, id: &PersonId) -> bool {
        self.persons.contains_key(id)
    }

    pub(crate) fn org(&self, id: &str) -> Named {
        Named::new(id, self.orgs.get(id).map_or(id, String::as_str))
    }

    /// A post with who holds it today.
    pub(crate) fn view(&self, id: &PostId) -> OwnerView {
        let post = self.posts.get(id);
        OwnerView {
            post: Named::new(id.as_str(), post.map_or(id.as_str(), |post| post.name.as_str())),
            org: post.map_or_else(|| Named::new("", ""), |post| self.org(post.org.as_str())),
            holders: self.holders.get(id).into_iter().flatten().map(|person| self.person(person)).collect(),
        }
    }

    /// Posts that still exist, in the order of their ids.
    pub(crate) fn in_use(&self) -> impl Iterator<Item = &Post> {
        self.posts.values().filter(|post| post.active)
    }

    /// Who holds a post today.
    pub(crate) fn holders(&self, id: &PostId) -> &[PersonId] {
        self.holders.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether somebody holds it today.
    pub(crate) fn is_held(&self, id: &PostId) -> bool {
        !self.holders(id).is_empty()
    }

    /// Every post that still exists, in the order of its id.
    pub(crate) fn all(&self) -> Vec<OwnerView> {
        self.in_use().map(|post| self.view(&post.id)).collect()
    }
}
