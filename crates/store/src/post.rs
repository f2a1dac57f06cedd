//! Posts, who is on them from when to when, and certificates, as rows. An assignment that ended stays: what somebody did
//! under it keeps its hat.

use domain::ids::{AssignmentId, CertificateId, PersonId, PostId};
use domain::org::{Assignment, Certificate, CertificateKind, Life, Post, Revocation};
use domain::time::{Date, Timestamp};

use crate::org::life;
use crate::scope::Where;
use crate::value::{json, word};
use crate::{Read, Result, Row, Value, Write, args, cols};

/// A post as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostRecord {
    /// The post.
    pub post: Post,
    /// Since when it is there, and since when no more.
    pub life: Life,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// An assignment as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentRecord {
    /// The assignment.
    pub assignment: Assignment,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// A certificate as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRecord {
    /// The certificate.
    pub certificate: Certificate,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl PostRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let count = |n: i64, column| u32::try_from(n).map_err(|_| row.inconsistent(column));
        let post = Post {
            id: row.text("id")?.into(),
            role: row.word("role")?,
            org: row.text("org")?.into(),
            territory: row.text("territory")?.into(),
            name: row.text("name")?,
            min_n: count(row.int("min_n")?, "min_n")?,
            max_n: row.opt_int("max_n")?.map(|n| count(n, "max_n")).transpose()?,
            active: row.bool("active")?,
        };
        let (version, recorded_at) = (row.int("version")?, row.instant("recorded_at")?);
        Ok(Self { post, life: life(row)?, version, recorded_at })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let p = &self.post;
        Ok(cols! {
            role: word(&p.role)?, org: p.org.as_str(), territory: p.territory.as_str(), name: &p.name,
            min_n: p.min_n, max_n: p.max_n, active: p.active,
            founded_on: self.life.founded_on, closed_on: self.life.closed_on,
        })
    }
}

impl AssignmentRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let assignment = Assignment {
            away: match row.opt_text("away")? {
                Some(_) => row.json("away")?,
                None => Vec::new(),
            },
            id: row.text("id")?.into(),
            person: row.text("person")?.into(),
            post: row.text("post")?.into(),
            role: row.word("role")?,
            org: row.text("org")?.into(),
            territory: row.text("territory")?.into(),
            path: row.text("path")?,
            place: row.opt_text("place")?.map(Into::into),
            acting: row.bool("acting")?,
            from: row.date("from_on")?,
            to: row.opt_date("to_on")?,
            basis: row.text("basis")?,
        };
        Ok(Self { assignment, version: row.int("version")?, recorded_at: row.instant("recorded_at")? })
    }

    fn new_cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let a = &self.assignment;
        Ok(cols! {
            person: a.person.as_str(), post: a.post.as_str(), role: word(&a.role)?, org: a.org.as_str(),
            territory: a.territory.as_str(), path: &a.path, sectors: "",
            place: a.place.as_ref().map(|place| place.as_str()), acting: a.acting, from_on: a.from, to_on: a.to,
            basis: &a.basis, away: away(a)?, version: 1_i64, recorded_at: self.recorded_at,
        })
    }
}

/// None where he is never away, as in rows from before.
fn away(held: &Assignment) -> Result<Option<String>> {
    if held.away.is_empty() { Ok(None) } else { json(&held.away).map(Some) }
}

impl CertificateRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let issued_on = row.date("issued_on")?;
        // Of those taken back before the day was kept nothing else is known: they count on no day.
        let revoked = match row.text("state")?.as_str() {
            "revoked" => Some(Revocation {
                on: row.opt_date("revoked_on")?.unwrap_or(issued_on),
                reason: row.opt_text("revoke_reason")?.unwrap_or_default(),
            }),
            _ => None,
        };
        let certificate = Certificate {
            id: row.text("id")?.into(),
            person: row.text("person")?.into(),
            kind: row.word("kind")?,
            number: row.text("number")?,
            issuer: row.text("issuer")?,
            issued_on,
            expires_on: row.opt_date("expires_on")?,
            scope: row.text("scope")?,
            revoked,
        };
        Ok(Self { certificate, version: row.int("version")?, recorded_at: row.instant("recorded_at")? })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let c = &self.certificate;
        Ok(cols! {
            person: c.person.as_str(), kind: word(&c.kind)?, number: &c.number, issuer: &c.issuer,
            issued_on: c.issued_on, expires_on: c.expires_on, scope: &c.scope,
            state: if c.revoked.is_some() { "revoked" } else { "valid" },
            revoked_on: c.revoked.as_ref().map(|taken| taken.on),
            revoke_reason: c.revoked.as_ref().map(|taken| taken.reason.as_str()),
        })
    }
}

impl Read {
    /// Every post of the town.
    pub async fn posts(&mut self) -> Result<Vec<PostRecord>> {
        let town = self.town.clone();
        self.rows("SELECT * FROM post WHERE town = $1 ORDER BY id", args![town.as_str()])
            .await?
            .iter()
            .map(PostRecord::from_row)
            .collect()
    }

    /// The post of this id.
    pub async fn post(&mut self, id: &PostId) -> Result<Option<PostRecord>> {
        self.by_id("post", id.as_str()).await?.as_ref().map(PostRecord::from_row).transpose()
    }

    /// Every assignment there ever was, oldest first.
    pub async fn assignments(&mut self) -> Result<Vec<AssignmentRecord>> {
        let town = self.town.clone();
        self.rows("SELECT * FROM assignment WHERE town = $1 ORDER BY from_on, id", args![town.as_str()])
            .await?
            .iter()
            .map(AssignmentRecord::from_row)
            .collect()
    }

    /// Every assignment of a person, oldest first.
    pub async fn assignments_of(&mut self, person: &PersonId) -> Result<Vec<AssignmentRecord>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM assignment WHERE town = $1 AND person = $2 ORDER BY from_on, id",
            args![town.as_str(), person.as_str()],
        )
        .await?
        .iter()
        .map(AssignmentRecord::from_row)
        .collect()
    }

    /// Every assignment of a post, oldest first.
    pub async fn assignments_of_post(&mut self, post: &PostId) -> Result<Vec<AssignmentRecord>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM assignment WHERE town = $1 AND post = $2 ORDER BY from_on, id",
            args![town.as_str(), post.as_str()],
        )
        .await?
        .iter()
        .map(AssignmentRecord::from_row)
        .collect()
    }

    /// Every assignment that runs on one of these days, both included, oldest first.
    pub async fn assignments_between(&mut self, from: Date, to: Date) -> Result<Vec<AssignmentRecord>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM assignment WHERE town = $1 AND from_on <= $3 AND (to_on IS NULL OR to_on >= $2) \
             ORDER BY from_on, id",
            args![town.as_str(), from, to],
        )
        .await?
        .iter()
        .map(AssignmentRecord::from_row)
        .collect()
    }

    /// Who is on these posts on a day, also acting, longest first; on any post when none is named.
    pub async fn holders_on(&mut self, posts: &[PostId], day: Date) -> Result<Vec<Assignment>> {
        let mut only = Where::town("town", self.town.as_str());
        let day = only.mark(day);
        only.and(&format!("from_on <= {day} AND (to_on IS NULL OR to_on >= {day})"));
        if !posts.is_empty() {
            let marks: Vec<String> = posts.iter().map(|post| only.mark(post.as_str())).collect();
            only.and(&format!("post IN ({})", marks.join(", ")));
        }
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM assignment{sql} ORDER BY from_on, id"), list)
            .await?
            .iter()
            .map(|row| AssignmentRecord::from_row(row).map(|record| record.assignment))
            .collect()
    }

    /// Every certificate of a kind, those taken back too, oldest first.
    pub async fn certificates_of_kind(&mut self, kind: CertificateKind) -> Result<Vec<Certificate>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM certificate WHERE town = $1 AND kind = $2 ORDER BY issued_on, id",
            args![town.as_str(), kind.code()],
        )
        .await?
        .iter()
        .map(|row| CertificateRecord::from_row(row).map(|record| record.certificate))
        .collect()
    }

    /// The assignment of this id.
    pub async fn assignment(&mut self, id: &AssignmentId) -> Result<Option<AssignmentRecord>> {
        self.by_id("assignment", id.as_str()).await?.as_ref().map(AssignmentRecord::from_row).transpose()
    }

    /// The certificate of this id.
    pub async fn certificate(&mut self, id: &CertificateId) -> Result<Option<CertificateRecord>> {
        self.by_id("certificate", id.as_str()).await?.as_ref().map(CertificateRecord::from_row).transpose()
    }

    /// Every certificate, those taken back too, first to run out first.
    pub async fn certificates(&mut self) -> Result<Vec<CertificateRecord>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM certificate WHERE town = $1 ORDER BY COALESCE(expires_on, '9999-12-31'), id",
            args![town.as_str()],
        )
        .await?
        .iter()
        .map(CertificateRecord::from_row)
        .collect()
    }

    /// A person's certificates, oldest first.
    pub async fn certificates_of(&mut self, person: &PersonId) -> Result<Vec<CertificateRecord>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM certificate WHERE town = $1 AND person = $2 ORDER BY issued_on, id",
            args![town.as_str(), person.as_str()],
        )
        .await?
        .iter()
        .map(CertificateRecord::from_row)
        .collect()
    }
}

impl Write {
    /// A new post.
    pub async fn insert_post(&mut self, post: &PostRecord) -> Result<()> {
        let mut row = post.cols()?;
        row.extend(cols! { version: 1_i64, recorded_at: post.recorded_at });
        self.insert("post", post.post.id.as_str(), row).await
    }

    /// Stores a changed post, if nobody changed it since.
    pub async fn update_post(&mut self, post: &PostRecord) -> Result<()> {
        self.update("post", post.post.id.as_str(), post.version, post.cols()?).await
    }

    /// Puts somebody on a post.
    pub async fn insert_assignment(&mut self, held: &AssignmentRecord) -> Result<()> {
        self.insert("assignment", held.assignment.id.as_str(), held.new_cols()?).await
    }

    /// Stores the last day of an assignment, which is all that ever changes of it, if nobody changed it since.
    pub async fn end_assignment(&mut self, held: &AssignmentRecord) -> Result<()> {
        let row = cols! { to_on: held.assignment.to };
        self.update("assignment", held.assignment.id.as_str(), held.version, row).await
    }

    /// Stores when somebody on a post is away, if nobody changed the assignment since.
    pub async fn update_away(&mut self, held: &AssignmentRecord) -> Result<()> {
        let row = cols! { away: away(&held.assignment)? };
        self.update("assignment", held.assignment.id.as_str(), held.version, row).await
    }

    /// A new certificate.
    pub async fn insert_certificate(&mut self, held: &CertificateRecord) -> Result<()> {
        let mut row = held.cols()?;
        row.extend(cols! { version: 1_i64, recorded_at: held.recorded_at });
        self.insert("certificate", held.certificate.id.as_str(), row).await
    }

    /// Stores a changed certificate, if nobody changed it since.
    pub async fn update_certificate(&mut self, held: &CertificateRecord) -> Result<()> {
        self.update("certificate", held.certificate.id.as_str(), held.version, held.cols()?).await
    }
}
