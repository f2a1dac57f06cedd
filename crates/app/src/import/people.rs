//! Rows of a ledger of people and posts against the people on record: one row is one person, as a rule on one post.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::gate::{GateRefusal, Part};
use domain::ids::{PersonId, PostId};
use domain::org::{Assignment, Life, OrgRefusal, Person, Post, Role, Territory, appoint};
use domain::policy::Action;
use domain::time::Date;
use exchange::ledger::{Numbered, Parsed};
use exchange::people_sheet::{self, PersonRow};
use exchange::problem::{Level, Problem, bad_rows};
use exchange::value::comparable;
use store::import::ImportFile;
use store::person::{PersonFilter, PersonRecord};
use store::post::{AssignmentRecord, PostRecord};

use super::{ImportCandidate, ImportChange, ImportChoice, ImportDuplicate, ImportFieldChange, ImportReport};
use crate::gate::Gatekeeper;
use crate::job::Running;
use crate::names::masked;
use crate::person::initials;
use crate::place::Gazetteer;
use crate::{App, Caller, Result};

/// Persons read at a time.
const AT_ONCE: i64 = 1_000;

/// What an import would write.
#[derive(Default)]
struct Work {
    persons: Vec<PersonRecord>,
    updates: Vec<PersonRecord>,
    posts: Vec<PostRecord>,
    assignments: Vec<AssignmentRecord>,
}

/// The people on record as an import sees them.
struct Roll {
    names: Gazetteer,
    persons: Vec<PersonRecord>,
    posts: Vec<PostRecord>,
    held: Vec<Assignment>,
    gate: Gatekeeper,
}

impl App {
    /// Compares rows with the people on record and, when a job is to commit and nothing stands against it, writes
    /// them in one act together with the job's end.
    pub(super) async fn import_people(
        &self,
        file: &ImportFile,
        choice: &ImportChoice,
        parsed: Parsed<PersonRow>,
        commit: Option<&Running>,
    ) -> Result<ImportReport> {
        let now = self.now();
        let roll = self.roll().await?;
        let (mut report, work) = self.plan_people(file, choice, &parsed, roll);
        let Some(running) = commit.filter(|_| report.is_ready()) else { return Ok(report) };
        let mut tx = self.write(&running.asker.caller()).await?;
        for person in &work.persons {
            tx.insert_person(person).await?;
        }
        for person in &work.updates {
            tx.update_person(person).await?;
        }
        for post in &work.posts {
            tx.insert_post(post).await?;
        }
        for held in &work.assignments {
            tx.insert_assignment(held).await?;
        }
        let audit = super::ended(&mut tx, running, file, &mut report, now).await?;
        Ok(tx.commit(audit, report).await?)
    }

    async fn roll(&self) -> Result<Roll> {
        let whole = Caller::system().scope(Action::PersonRead)?;
        let filter = PersonFilter { text: None, role: None, org: None, path: None, on: self.now().date() };
        let mut read = self.db.read(&self.town).await?;
        let mut persons: Vec<PersonRecord> = Vec::new();
        loop {
            let last = persons.last().map(|p| (p.person.name.clone(), p.person.id.clone()));
            let after = last.as_ref().map(|(name, id)| (name.as_str(), id));
            let page = read.person_page(&filter, &whole, after, AT_ONCE).await?;
            if page.is_empty() {
                break;
            }
            persons.extend(page);
        }
        Ok(Roll {
            names: Gazetteer::of_ledger(&mut read, self.now().date()).await?,
            persons,
            posts: read.posts().await?,
            held: read.assignments().await?.into_iter().map(|h| h.assignment).collect(),
            gate: Gatekeeper::read(&mut read).await?,
        })
    }

    fn plan_people(
        &self,
        file: &ImportFile,
        choice: &ImportChoice,
        parsed: &Parsed<PersonRow>,
        mut roll: Roll,
    ) -> (ImportReport, Work) {
        let now = self.now();
        let mut report = ImportReport::default();
        report.take(&parsed.problems);
        report.rows = parsed.rows.len() + bad_rows(&parsed.problems).len();
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, person) in roll.persons.iter().enumerate() {
            by_name.entry(comparable(&person.person.name)).or_default().push(at);
        }
        let known_before = roll.persons.len();
        let mut changed: BTreeMap<usize, PersonRecord> = BTreeMap::new();
        let mut work = Work::default();
        let mut problems = Vec::new();
        let words = people_sheet::default_vocabulary();
        // Of a row with a cell nobody could read the others are looked up all the same; that cell is named already.
        let named: HashSet<(u32, &str)> =
            parsed.problems.iter().map(|known| (known.row, known.column.as_str())).collect();
        for row in &parsed.unsound {
            let mut found = Vec::new();
            wanted_post(row, parsed, &roll.names, &mut found);
            problems.extend(found.into_iter().filter(|one| !named.contains(&(one.row, one.column.as_str()))));
        }
        for row in &parsed.rows {
            let value = &row.value;
            let name = comparable(&value.name);
            let alike = by_name.get(&name).cloned().unwrap_or_default();
            let said = choice.decisions.get(&row.row.to_string()).map(String::as_str);
            let at = match said {
                Some("skip") => {
                    report.skipped += 1;
                    continue;
                }
                Some("new") => None,
                Some(id) => {
                    let found = roll.persons.iter().position(|p| p.person.id.as_str() == id);
                    if found.is_none() {
                        let message = "选中的人员已不在名单中，请重新试导";
                        problems.push(parsed.problem(
                            row,
                            "name",
                            Level::Error,
                            "import.target_gone",
                            message,
                        ));
                        continue;
                    }
                    found
                }
                None => match same_person(&alike, &roll.persons, value) {
                    Same::Nobody => None,
                    Same::One(at) => Some(at),
                    Same::Doubtful(why) => {
                        report.duplicates.push(doubtful(parsed, row, &alike, &roll.persons, why));
                        continue;
                    }
                },
            };
            let found = problems.len();
            let post = wanted_post(row, parsed, &roll.names, &mut problems);
            if problems.iter().skip(found).any(|p| p.level == Level::Error) {
                continue;
            }
            let (at, is_new) = match at {
                Some(at) => (at, false),
                None => {
                    let person = Person {
                        id: self.new_id().into(),
                        name: value.name.clone(),
                        phone: String::new(),
                        office_phone: String::new(),
                        active: true,
                    };
                    let pinyin = initials(&person.name);
                    roll.persons.push(PersonRecord { person, pinyin, version: 1, recorded_at: now });
                    by_name.entry(name).or_default().push(roll.persons.len() - 1);
                    (roll.persons.len() - 1, true)
                }
            };
            let mut dirty = is_new;
            let mut fields = Vec::new();
            if let Some(person) = roll.persons.get_mut(at)
                && let Some(phone) = &value.phone
                && person.person.phone != *phone
            {
                let of = |phone: &str| PersonRow { phone: Some(phone.to_owned()), ..PersonRow::default() };
                fields = super::changed_fields(&of(&person.person.phone), &of(phone), &words);
                person.person.phone.clone_from(phone);
                dirty = true;
            }
            let person =
                roll.persons.get(at).map(|p| p.person.id.clone()).unwrap_or_else(|| PersonId(String::new()));
            let mut touched = dirty;
            if let Some(wanted) = post {
                if let Some(no) = roll.refuses(&person, wanted.role, value.from.unwrap_or(now.date())) {
                    let message = format!("{}：{no}", value.name);
                    problems.push(parsed.problem(row, "role", Level::Error, no.code(), &message));
                    continue;
                }
                let told = ImportFieldChange {
                    field: "post".to_owned(),
                    label: "新增任职".to_owned(),
                    before: String::new(),
                    after: in_words(&wanted, &roll.names, value.from.unwrap_or(now.date())),
                };
                match self.put_on_post(file, row, &person, wanted, &mut roll, &mut work) {
                    Ok(true) => {
                        touched = true;
                        fields.push(told);
                    }
                    Ok(false) => {}
                    Err(no) => {
                        let message = format!("{}：{no}", value.name);
                        problems.push(parsed.problem(row, "role", Level::Error, no.code(), &message));
                        continue;
                    }
                }
            }
            if dirty && let Some(person) = roll.persons.get(at) {
                changed.insert(at, person.clone());
            }
            match (is_new, touched) {
                (true, _) => report.created += 1,
                (false, true) => {
                    report.updated += 1;
                    report.note_change(|| ImportChange {
                        sheet: parsed.sheet.clone(),
                        row: row.row,
                        id: person.to_string(),
                        code: String::new(),
                        name: value.name.clone(),
                        fields,
                    });
                }
                (false, false) => report.unchanged += 1,
            }
        }
        for (at, person) in changed {
            if at >= known_before { work.persons.push(person) } else { work.updates.push(person) }
        }
        report.take(&problems);
        report.problems.sort_by_key(|p| p.row);
        (report, work)
    }

    /// Notes that somebody holds a post, which is made when there is none. Says whether that is news.
    ///
    /// Errors: as [`appoint`]; a row of a ledger does not do what the page of the post refuses.
    fn put_on_post(
        &self,
        file: &ImportFile,
        row: &Numbered<PersonRow>,
        person: &PersonId,
        wanted: Wanted,
        roll: &mut Roll,
        work: &mut Work,
    ) -> std::result::Result<bool, OrgRefusal> {
        let now = self.now();
        let from = row.value.from.unwrap_or(now.date());
        let fits = |post: &Post| {
            post.active
                && post.role == wanted.role
                && post.org == wanted.org
                && post.territory == wanted.territory.code
                && row.value.post_name.as_ref().is_none_or(|name| comparable(name) == comparable(&post.name))
        };
        let known = roll.posts.iter().find(|p| fits(&p.post)).map(|p| p.post.clone());
        let post = known.unwrap_or_else(|| {
            let name = row.value.post_name.clone().unwrap_or_else(|| wanted.role.label().to_owned());
            let post = Post {
                id: PostId::from(self.new_id()),
                role: wanted.role,
                org: wanted.org.clone(),
                territory: wanted.territory.code.clone(),
                name,
                min_n: 0,
                max_n: None,
                active: true,
            };
            let record =
                PostRecord { life: Life::default(), post: post.clone(), version: 1, recorded_at: now };
            roll.posts.push(record.clone());
            work.posts.push(record);
            post
        });
        let same = |held: &Assignment| {
            held.person == *person
                && held.post == post.id
                && (row.value.from.is_none_or(|day| held.from == day) || held.is_valid_on(from))
        };
        if roll.held.iter().any(same) {
            return Ok(false);
        }
        let assignment = Assignment {
            away: Vec::new(),
            id: self.new_id().into(),
            person: person.clone(),
            post: post.id.clone(),
            role: wanted.role,
            org: wanted.org,
            territory: wanted.territory.code.clone(),
            path: wanted.territory.path,
            place: None,
            acting: false,
            from,
            to: row.value.to,
            basis: row.value.basis.clone().unwrap_or_else(|| format!("台账导入：{}", file.name)),
        };
        let assignment = appoint(assignment, &post, &roll.held)?;
        roll.held.push(assignment.clone());
        work.assignments.push(AssignmentRecord { assignment, version: 1, recorded_at: now });
        Ok(true)
    }
}

impl Roll {
    /// Why the gate of clause 11 keeps somebody from a role he does not hold yet.
    fn refuses(&self, person: &PersonId, role: Role, from: Date) -> Option<GateRefusal> {
        let part = Part::of(role)?;
        let holds = |held: &Assignment| held.person == *person && held.role == role && held.is_valid_on(from);
        if self.held.iter().any(holds) {
            return None;
        }
        self.gate.pass(person, part, from).err()
    }
}

/// Where somebody is to stand.
struct Wanted {
    role: Role,
    org: domain::ids::OrgId,
    territory: Territory,
}

/// A post and its first day in one line.
fn in_words(wanted: &Wanted, names: &Gazetteer, from: Date) -> String {
    let org = names.org(&wanted.org).name;
    format!("{org} · {} · {} · {from} 起", wanted.role.label(), wanted.territory.name)
}

/// The post a row asks for; none when it names neither organisation nor role.
fn wanted_post(
    row: &Numbered<PersonRow>,
    parsed: &Parsed<PersonRow>,
    names: &Gazetteer,
    problems: &mut Vec<Problem>,
) -> Option<Wanted> {
    let value = &row.value;
    if value.org.is_none() && value.role.is_none() {
        return None;
    }
    let mut say = |key: &str, code: &'static str, message: String| {
        problems.push(parsed.problem(row, key, Level::Error, code, &message));
    };
    let role = value.role.as_deref().and_then(Role::from_code);
    if role.is_none() {
        say("role", "person.role_missing", "填了单位就要填角色，请从下拉选项中选择".to_owned());
    }
    let org = match value.org.as_deref() {
        None => {
            say("org", "person.org_missing", "填了角色就要填单位".to_owned());
            None
        }
        Some(written) => {
            let found = names.org_written(written);
            if found.is_none() {
                let otherwise = format!("没有“{written}”这个单位，请按本镇名称填写");
                say("org", "person.org_unknown", names.unknown_org(written, otherwise));
            }
            found
        }
    };
    let territory = match value.territory.as_deref() {
        Some(written) => {
            let found = names.territory_written(written);
            if found.is_none() {
                let message = format!("没有“{written}”这个区域，请按本镇名称填写");
                say("territory", "person.territory_unknown", message);
            }
            found
        }
        None => org.and_then(|org| names.territory(&org.territory)),
    };
    Some(Wanted { role: role?, org: org?.id.clone(), territory: territory?.clone() })
}

enum Same {
    Nobody,
    One(usize),
    Doubtful(&'static str),
}

/// Who of the same name is meant: the telephone decides, and a single one without a contradiction.
fn same_person(alike: &[usize], persons: &[PersonRecord], row: &PersonRow) -> Same {
    let phones = |text: &str| -> Vec<String> {
        text.split('、').filter(|p| !p.is_empty()).map(str::to_owned).collect()
    };
    let given = phones(row.phone.as_deref().unwrap_or_default());
    let same_phone: Vec<usize> = alike
        .iter()
        .copied()
        .filter(|at| {
            persons.get(*at).is_some_and(|p| phones(&p.person.phone).iter().any(|own| given.contains(own)))
        })
        .collect();
    match (same_phone.as_slice(), alike) {
        ([one], _) => Same::One(*one),
        ([_, _, ..], _) => Same::Doubtful("有多个同名同电话的人，请选择是哪一个"),
        ([], []) => Same::Nobody,
        ([], [one]) if given.is_empty() || persons.get(*one).is_some_and(|p| p.person.phone.is_empty()) => {
            Same::One(*one)
        }
        ([], [_]) => Same::Doubtful("姓名相同但电话不同，请确认是换了号码还是另一个人"),
        ([], _) => Same::Doubtful("有多个同名的人，请选择是哪一个"),
    }
}

fn doubtful(
    parsed: &Parsed<PersonRow>,
    row: &Numbered<PersonRow>,
    alike: &[usize],
    persons: &[PersonRecord],
    why: &str,
) -> ImportDuplicate {
    let candidate = |p: &PersonRecord| ImportCandidate {
        id: p.person.id.to_string(),
        code: masked(&p.person.phone),
        name: p.person.name.clone(),
        why: why.to_owned(),
        row: None,
        name_only: false,
    };
    ImportDuplicate {
        sheet: parsed.sheet.clone(),
        row: row.row,
        name: row.value.name.clone(),
        candidates: alike.iter().filter_map(|at| persons.get(*at)).take(5).map(candidate).collect(),
    }
}
