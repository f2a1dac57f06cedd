//! Compares rows of a file with the register: what is new, changed, the same, and what a person must decide. Pure and
//! near-linear. What does not belong here: carrying the decisions out (`app`).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::{Deserialize, Serialize};

use crate::{places_sheet::PlaceRow, value::comparable};

/// Entries of one bucket looked at; a telephone shared by a whole market must not make the comparison quadratic.
const MOST_LOOKED_AT: usize = 50;
/// Candidates shown for one doubtful row.
const MOST_CANDIDATES: usize = 5;

/// A place of the register, as the comparison sees it: what a place is recognised by and no more, for a register is held whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExistingKey {
    /// Its id, opaque here.
    pub id: String,
    /// Name.
    pub name: String,
    /// The register's own code.
    pub code: Option<String>,
    /// Unified social credit code.
    pub uscc: Option<String>,
    /// Village or community by name.
    pub village: Option<String>,
    /// Telephone, several joined with `、`.
    pub phone: Option<String>,
    /// Address.
    pub address: Option<String>,
}

impl ExistingKey {
    /// What a row of this place is recognised by.
    pub fn of(id: String, place: PlaceRow) -> Self {
        let PlaceRow { name, code, uscc, village, phone, address, .. } = place;
        Self { id, name, code, uscc, village, phone, address }
    }
}

/// A place that may be meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// The register's own code.
    pub code: Option<String>,
    /// Its name.
    pub name: String,
    /// Its village.
    pub village: Option<String>,
    /// Nothing but the name speaks for it: its village is another, its telephone, address and credit code are not the row's.
    pub name_only: bool,
}

/// Another row of the file that may mean the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Twin {
    /// Its position among the rows.
    pub row: usize,
    /// The place it is; none where nobody knows it yet either.
    pub place: Option<Candidate>,
}

/// Why a person has to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// The code is the same, the credit code is another.
    CodeAgreesUsccDiffers,
    /// The credit code is the same, the name another: a branch, a new name, or a slip.
    UsccAgreesNameDiffers,
    /// Credit code and name are the same, the village is another.
    UsccAgreesVillageDiffers,
    /// Several places have this name in this village.
    SeveralOfThatName,
    /// The name is the same, but the village is another or not given.
    NameAgreesVillageDiffers,
    /// Name and village agree, but codes or credit codes differ.
    NameAgreesCodeDiffers,
    /// The telephone is the same and the name or address alike.
    PhoneAgrees,
    /// An earlier row of the file already means this place.
    TakenByEarlierRow,
    /// Nothing tells another row of the file from this one: an earlier one, or one that is known, wherever it stands.
    AnotherRowAlike,
}

impl Doubt {
    /// One Chinese sentence for the person who decides.
    pub fn message(self) -> &'static str {
        match self {
            Self::CodeAgreesUsccDiffers => "编号相同但统一社会信用代码不同，请确认是否同一场所",
            Self::UsccAgreesNameDiffers => "统一社会信用代码相同但名称不同，请确认是更名、分店还是填错",
            Self::UsccAgreesVillageDiffers => {
                "统一社会信用代码和名称相同但村（社区）不同，请确认是迁址、分店还是填错"
            }
            Self::SeveralOfThatName => "同一村（社区）有多个同名场所，请选择是哪一个",
            Self::NameAgreesVillageDiffers => "名称相同但村（社区）不同或未填，请确认是否同一场所",
            Self::NameAgreesCodeDiffers => {
                "名称和村（社区）相同但编号或统一社会信用代码不同，请确认是否同一场所"
            }
            Self::PhoneAgrees => "电话相同且名称或地址相近，请确认是否同一场所",
            Self::TakenByEarlierRow => "表中前面已有一行对应这个场所，请确认是否重复",
            Self::AnotherRowAlike => "与表中另一行很可能是同一个场所，请确认是否重复",
        }
    }
}

/// What to do with one row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// Nothing like it is in the register.
    Create,
    /// It is this place.
    Same {
        /// The place.
        id: String,
    },
    /// A person decides.
    Doubtful {
        /// Places that may be meant; none where only another row speaks against a new one.
        candidates: Vec<Candidate>,
        /// Why.
        why: Doubt,
        /// The other row that may mean the same.
        twin: Option<Twin>,
    },
}

/// Decides for each row.
///
/// The code decides before the credit code, that before name and village; a telephone alone never decides. Two rows
/// never get the same place, and no two rows that are about one place become two, without a person saying so, in
/// whichever order they stand: what is known is known before any other row is looked at.
pub fn match_against<'r>(
    existing: &[ExistingKey],
    rows: impl IntoIterator<Item = &'r PlaceRow>,
) -> Vec<Decision> {
    let names: Vec<String> = existing.iter().map(|e| comparable(&e.name)).collect();
    let register = Register::of(existing, &names);
    let keys: Vec<RowKey<'r>> = rows.into_iter().map(RowKey::of).collect();
    let found: Vec<Found> = keys.iter().map(|key| register.find(key.row)).collect();
    let mut taken: HashMap<usize, usize> = HashMap::new();
    let mut others = Others::of(&keys);
    for (row, found) in found.iter().enumerate() {
        if let Found::One(at) = found
            && let Entry::Vacant(free) = taken.entry(*at)
        {
            free.insert(row);
            others.add(row, Some(*at));
        }
    }
    found
        .into_iter()
        .enumerate()
        .map(|(row, found)| {
            let known = match found {
                Found::One(at) => taken.get(&at).is_some_and(|first| *first == row).then_some(at),
                _ => None,
            };
            if let Some(place) = known.and_then(|at| existing.get(at)) {
                return Decision::Same { id: place.id.clone() };
            }
            let twin = || {
                let (other, place) = others.alike(row)?;
                Some(Twin { row: other, place: place.and_then(|at| register.candidate(at, false)) })
            };
            let decision = match found {
                Found::One(at) => {
                    let place = register.candidate(at, false);
                    let twin = taken.get(&at).map(|first| Twin { row: *first, place });
                    Decision::Doubtful { candidates: Vec::new(), why: Doubt::TakenByEarlierRow, twin }
                }
                Found::Nothing => match twin() {
                    None => Decision::Create,
                    twin => Decision::Doubtful { candidates: Vec::new(), why: Doubt::AnotherRowAlike, twin },
                },
                Found::Doubt(at, why) => {
                    let row = keys.get(row).map(|key| key.row);
                    Decision::Doubtful { candidates: register.candidates(&at, why, row), why, twin: twin() }
                }
            };
            others.add(row, None);
            decision
        })
        .collect()
}

/// What rows of one ledger are held against each other by.
struct RowKey<'r> {
    row: &'r PlaceRow,
    name: String,
    village: String,
}

impl<'r> RowKey<'r> {
    fn of(row: &'r PlaceRow) -> Self {
        Self { row, name: comparable(&row.name), village: village(&row.village) }
    }

    /// Whether two rows are about one place as far as they say.
    ///
    /// Other credit codes are other businesses. Other numbers of a ledger that keeps numbers are other places as soon as
    /// anything else differs too: branches of one business, say. Under one name in one village it takes another address
    /// and another telephone, for either may have been written in two ways.
    fn is_alike(&self, other: &Self) -> bool {
        let (a, b) = (self.row, other.row);
        if !agree(&a.uscc, &b.uscc) {
            return false;
        }
        let same_name = self.name == other.name && self.village == other.village;
        let other_address = matches!((&a.address, &b.address),
            (Some(a), Some(b)) if comparable(a) != comparable(b));
        let other_phone = a.phone.is_some()
            && b.phone.is_some()
            && !phones(&a.phone).any(|here| phones(&b.phone).any(|there| here == there));
        if !agree(&a.code, &b.code) && (!same_name || other_address || other_phone) {
            return false;
        }
        let same_uscc = a.uscc.is_some() && a.uscc == b.uscc;
        same_uscc || (same_name && !(other_address && other_phone))
    }
}

/// The rows a row is held against, by position: those that are known, and of the others those gone through so far.
struct Others<'k, 'r> {
    keys: &'k [RowKey<'r>],
    by_uscc: HashMap<&'k str, Vec<usize>>,
    by_name: HashMap<(&'k str, &'k str), Vec<usize>>,
    /// The place of each row that is known.
    place_of: HashMap<usize, usize>,
}

impl<'k, 'r> Others<'k, 'r> {
    fn of(keys: &'k [RowKey<'r>]) -> Self {
        Self { keys, by_uscc: HashMap::new(), by_name: HashMap::new(), place_of: HashMap::new() }
    }

    /// The row that is about the same place as this one, with that place where it is known: such a row before the first other.
    fn alike(&self, row: usize) -> Option<(usize, Option<usize>)> {
        let key = self.keys.get(row)?;
        let of_uscc = key.row.uscc.as_deref().and_then(|uscc| self.by_uscc.get(uscc));
        let of_name = self.by_name.get(&(key.name.as_str(), key.village.as_str()));
        [of_uscc, of_name]
            .into_iter()
            .flatten()
            .flat_map(|bucket| bucket.iter().take(MOST_LOOKED_AT))
            .copied()
            .filter(|at| self.keys.get(*at).is_some_and(|other| key.is_alike(other)))
            .map(|at| (at, self.place_of.get(&at).copied()))
            .min_by_key(|(at, place)| (place.is_none(), *at))
    }

    fn add(&mut self, row: usize, place: Option<usize>) {
        let Some(key) = self.keys.get(row) else { return };
        if let Some(uscc) = key.row.uscc.as_deref() {
            self.by_uscc.entry(uscc).or_default().push(row);
        }
        self.by_name.entry((key.name.as_str(), key.village.as_str())).or_default().push(row);
        if let Some(place) = place {
            self.place_of.insert(row, place);
        }
    }
}

enum Found {
    Nothing,
    One(usize),
    Doubt(Vec<usize>, Doubt),
}

struct Register<'a> {
    existing: &'a [ExistingKey],
    names: &'a [String],
    /// Villages by what is comparable of their names, numbered; the empty one too.
    villages: HashMap<String, usize>,
    /// The village of each place.
    village_of: Vec<usize>,
    by_code: HashMap<&'a str, Vec<usize>>,
    by_uscc: HashMap<&'a str, Vec<usize>>,
    by_name: HashMap<&'a str, Vec<usize>>,
    by_name_and_village: HashMap<(&'a str, usize), Vec<usize>>,
    by_phone: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Register<'a> {
    fn of(existing: &'a [ExistingKey], names: &'a [String]) -> Self {
        let mut register = Self {
            existing,
            names,
            villages: HashMap::new(),
            village_of: Vec::with_capacity(existing.len()),
            by_code: HashMap::new(),
            by_uscc: HashMap::new(),
            by_name: HashMap::new(),
            by_name_and_village: HashMap::new(),
            by_phone: HashMap::new(),
        };
        for (at, (place, name)) in existing.iter().zip(names).enumerate() {
            if let Some(code) = &place.code {
                register.by_code.entry(code).or_default().push(at);
            }
            if let Some(uscc) = &place.uscc {
                register.by_uscc.entry(uscc).or_default().push(at);
            }
            for phone in phones(&place.phone) {
                register.by_phone.entry(phone).or_default().push(at);
            }
            let next = register.villages.len();
            let village = *register.villages.entry(village(&place.village)).or_insert(next);
            register.village_of.push(village);
            register.by_name_and_village.entry((name, village)).or_default().push(at);
            register.by_name.entry(name).or_default().push(at);
        }
        register
    }

    fn find(&self, row: &PlaceRow) -> Found {
        let name = comparable(&row.name);
        if let Some([at, ..]) = row.code.as_deref().and_then(|code| self.by_code.get(code)).map(Vec::as_slice)
        {
            let same = self.existing.get(*at).is_none_or(|e| agree(&e.uscc, &row.uscc));
            return if same {
                Found::One(*at)
            } else {
                Found::Doubt(vec![*at], Doubt::CodeAgreesUsccDiffers)
            };
        }
        if let Some(of_uscc) = row.uscc.as_deref().and_then(|uscc| self.by_uscc.get(uscc)) {
            let looked: Vec<usize> = of_uscc.iter().copied().take(MOST_LOOKED_AT).collect();
            let same_name: Vec<usize> =
                looked.iter().copied().filter(|at| self.names.get(*at) == Some(&name)).collect();
            let same_village: Vec<usize> =
                same_name.iter().copied().filter(|at| self.village_agrees(*at, row)).collect();
            return match (same_village.as_slice(), same_name.as_slice()) {
                ([one], _) if self.code_agrees(*one, row) => Found::One(*one),
                ([_], _) => Found::Doubt(same_village, Doubt::NameAgreesCodeDiffers),
                ([_, _, ..], _) => Found::Doubt(same_village, Doubt::SeveralOfThatName),
                ([], [_, ..]) => Found::Doubt(same_name, Doubt::UsccAgreesVillageDiffers),
                ([], []) => Found::Doubt(looked, Doubt::UsccAgreesNameDiffers),
            };
        }
        let here = self.villages.get(&village(&row.village));
        if let Some(here) = here.and_then(|village| self.by_name_and_village.get(&(name.as_str(), *village)))
        {
            return match here.as_slice() {
                [one] if self.code_agrees(*one, row) && self.uscc_agrees(*one, row) => Found::One(*one),
                [one] => Found::Doubt(vec![*one], Doubt::NameAgreesCodeDiffers),
                several => Found::Doubt(
                    several.iter().copied().take(MOST_CANDIDATES).collect(),
                    Doubt::SeveralOfThatName,
                ),
            };
        }
        // In another village it is mostly another shop of a common name, and sometimes the same one written down by a
        // neighbour: somebody looks. Another credit code settles it, unless the telephone is the same: a new licence on
        // old premises.
        if let Some(elsewhere) = self.by_name.get(name.as_str()) {
            let mut near: Vec<usize> = elsewhere
                .iter()
                .copied()
                .take(MOST_LOOKED_AT)
                .filter(|at| self.uscc_agrees(*at, row) || self.phone_agrees(*at, row))
                .collect();
            // Those that have more in common than the name are shown first.
            near.sort_by_key(|at| self.is_name_only(*at, row));
            if !near.is_empty() {
                return Found::Doubt(near, Doubt::NameAgreesVillageDiffers);
            }
        }
        let mut alike: Vec<usize> = Vec::new();
        for at in phones(&row.phone)
            .filter_map(|phone| self.by_phone.get(phone))
            .flat_map(|bucket| bucket.iter().copied().take(MOST_LOOKED_AT))
        {
            if !alike.contains(&at) && self.is_alike(at, row, &name) {
                alike.push(at);
            }
        }
        if alike.is_empty() { Found::Nothing } else { Found::Doubt(alike, Doubt::PhoneAgrees) }
    }

    fn candidate(&self, at: usize, name_only: bool) -> Option<Candidate> {
        let place = self.existing.get(at)?;
        Some(Candidate {
            id: place.id.clone(),
            code: place.code.clone(),
            name: place.name.clone(),
            village: place.village.clone(),
            name_only,
        })
    }

    fn candidates(&self, at: &[usize], why: Doubt, row: Option<&PlaceRow>) -> Vec<Candidate> {
        let by_name = row.filter(|_| why == Doubt::NameAgreesVillageDiffers);
        at.iter()
            .take(MOST_CANDIDATES)
            .filter_map(|at| self.candidate(*at, by_name.is_some_and(|row| self.is_name_only(*at, row))))
            .collect()
    }

    /// Whether a place of this name has nothing else in common with the row.
    fn is_name_only(&self, at: usize, row: &PlaceRow) -> bool {
        !(self.village_agrees(at, row) || self.phone_agrees(at, row) || self.address_agrees(at, row))
    }

    fn code_agrees(&self, at: usize, row: &PlaceRow) -> bool {
        self.existing.get(at).is_none_or(|e| agree(&e.code, &row.code))
    }

    fn uscc_agrees(&self, at: usize, row: &PlaceRow) -> bool {
        self.existing.get(at).is_none_or(|e| agree(&e.uscc, &row.uscc))
    }

    fn village_agrees(&self, at: usize, row: &PlaceRow) -> bool {
        self.existing.get(at).is_some_and(|e| {
            let here = village(&row.village);
            let same = self.village_of.get(at) == self.villages.get(&here);
            same || here.is_empty() || village(&e.village).is_empty()
        })
    }

    fn phone_agrees(&self, at: usize, row: &PlaceRow) -> bool {
        self.existing
            .get(at)
            .is_some_and(|e| phones(&e.phone).any(|there| phones(&row.phone).any(|here| here == there)))
    }

    fn address_agrees(&self, at: usize, row: &PlaceRow) -> bool {
        let there = self.existing.get(at).and_then(|e| e.address.as_ref());
        there.zip(row.address.as_ref()).is_some_and(|(a, b)| comparable(a) == comparable(b))
    }

    fn is_alike(&self, at: usize, row: &PlaceRow, name: &str) -> bool {
        self.address_agrees(at, row)
            || self.names.get(at).is_some_and(|known| share_most_letters(known, name))
    }
}

/// Two optional codes agree when both say the same or one says nothing.
fn agree(a: &Option<String>, b: &Option<String>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

fn phones(phone: &Option<String>) -> impl Iterator<Item = &str> {
    phone.as_deref().into_iter().flat_map(|phones| phones.split('、'))
}

fn village(village: &Option<String>) -> String {
    village.as_deref().map(comparable).unwrap_or_default()
}

fn share_most_letters(a: &str, b: &str) -> bool {
    let letters = |text: &str| text.chars().collect::<std::collections::BTreeSet<char>>();
    let (a, b) = (letters(a), letters(b));
    let shared = a.intersection(&b).count();
    shared * 10 >= a.len().max(b.len()) * 6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str, village: &str) -> PlaceRow {
        PlaceRow {
            name: name.to_owned(),
            village: (!village.is_empty()).then(|| village.to_owned()),
            ..PlaceRow::default()
        }
    }

    fn decide(existing: &[PlaceRow], rows: &[PlaceRow]) -> Vec<Decision> {
        let existing: Vec<ExistingKey> = existing
            .iter()
            .enumerate()
            .map(|(at, place)| ExistingKey::of(format!("p{at}"), place.clone()))
            .collect();
        match_against(&existing, rows)
    }

    fn doubt(decision: &Decision) -> Option<Doubt> {
        match decision {
            Decision::Doubtful { why, .. } => Some(*why),
            _ => None,
        }
    }

    #[test]
    fn the_same_ledger_twice_means_the_same_places() {
        let places = [place("甲店", "一村"), place("乙店", "一村"), place("甲店", "二村")];
        let decisions = decide(&places, &places);
        let ids = ["p0", "p1", "p2"].map(|id| Decision::Same { id: id.to_owned() });
        assert_eq!(decisions, ids);
    }

    #[test]
    fn a_place_is_known_by_its_name_and_village_whatever_else_the_row_says() {
        let mut known = place("甲店", "一村");
        known.phone = Some("13800138000".into());
        known.address = Some("旧街 1 号".into());
        let mut row = place("甲 店", "一村");
        row.address = Some("新街 2 号".into());
        assert_eq!(decide(&[known], &[row]), [Decision::Same { id: "p0".into() }]);
    }

    #[test]
    fn what_only_looks_alike_is_shown_to_a_person() {
        let mut shop = place("青峰副食店", "一村");
        shop.code = Some("A1".into());
        shop.uscc = Some("91110105771583283D".into());
        shop.phone = Some("13800138000".into());
        let mut renamed = place("青峰超市", "一村");
        renamed.uscc.clone_from(&shop.uscc);
        let mut other_licence = place("别名", "一村");
        other_licence.code = Some("A1".into());
        other_licence.uscc = Some("91350100M000100Y43".into());
        let unplaced = place("青峰副食店", "");
        let mut same_phone = place("青峰副食", "二村");
        same_phone.phone = Some("13800138000".into());
        let mut neighbour = place("平安五金", "一村");
        neighbour.phone = Some("13800138000".into());
        let elsewhere = place("青峰副食店", "三村");

        let rows = [renamed, other_licence, unplaced, same_phone, neighbour, elsewhere];
        let doubts: Vec<Option<Doubt>> = decide(&[shop], &rows).iter().map(doubt).collect();
        assert_eq!(
            doubts,
            [
                Some(Doubt::UsccAgreesNameDiffers),
                Some(Doubt::CodeAgreesUsccDiffers),
                Some(Doubt::NameAgreesVillageDiffers),
                Some(Doubt::PhoneAgrees),
                None,
                Some(Doubt::NameAgreesVillageDiffers)
            ]
        );
    }

    #[test]
    fn a_name_of_another_village_is_looked_at_unless_the_licence_is_another() {
        let mut known = place("百货店", "一村");
        known.uscc = Some("91110105771583283D".into());
        let (unlicensed, mut licensed) = (place("百货店", "二村"), place("百货店", "二村"));
        licensed.uscc = Some("91350100M000100Y43".into());
        let decisions = decide(&[known], &[unlicensed, licensed]);
        assert_eq!(doubt(&decisions[0]), Some(Doubt::NameAgreesVillageDiffers));
        let Decision::Doubtful { candidates, twin, .. } = &decisions[0] else { panic!("{decisions:?}") };
        assert_eq!((candidates[0].id.as_str(), twin), ("p0", &None));
        // Of two rows of that name and village the second is still asked about: a licence may have been left out.
        assert_eq!(doubt(&decisions[1]), Some(Doubt::AnotherRowAlike));
    }

    #[test]
    fn another_licence_settles_a_name_unless_the_telephone_is_the_same() {
        let mut known = place("百货店", "一村");
        known.uscc = Some("91110105771583283D".into());
        known.phone = Some("13800138000".into());
        let mut unplaced = place("百货店", "");
        unplaced.uscc = Some("91350100M000100Y43".into());
        let calling = PlaceRow { phone: known.phone.clone(), ..place("百货店", "二村") };
        let calling = PlaceRow { uscc: unplaced.uscc.clone(), ..calling };
        let decisions = decide(&[known], &[unplaced, calling]);
        assert_eq!(decisions[0], Decision::Create, "a village left out changes nothing");
        assert_eq!(doubt(&decisions[1]), Some(Doubt::NameAgreesVillageDiffers));
    }

    #[test]
    fn alike_by_name_only_is_what_has_nothing_else_in_common() {
        let uscc = Some("91110105771583283D".to_owned());
        let known = PlaceRow {
            code: Some("A1".into()),
            uscc: uscc.clone(),
            phone: Some("13800138000".into()),
            address: Some("老街 1 号".into()),
            ..place("百货店", "一村")
        };
        let register = [known.clone()];
        let there = || place("百货店", "二村");
        let by_name = Some(Doubt::NameAgreesVillageDiffers);
        for (row, why, name_only) in [
            (there(), by_name, true),
            (PlaceRow { code: Some("B9".into()), ..there() }, by_name, true),
            (PlaceRow { village: None, ..there() }, by_name, false),
            (PlaceRow { phone: known.phone.clone(), ..there() }, by_name, false),
            (PlaceRow { address: Some("老街1号".into()), ..there() }, by_name, false),
            (PlaceRow { uscc: uscc.clone(), ..there() }, Some(Doubt::UsccAgreesVillageDiffers), false),
            (PlaceRow { uscc, ..place("粮店", "一村") }, Some(Doubt::UsccAgreesNameDiffers), false),
            (
                PlaceRow { code: Some("B9".into()), ..place("百货店", "一村") },
                Some(Doubt::NameAgreesCodeDiffers),
                false,
            ),
        ] {
            let decided = decide(&register, &[row]);
            assert_eq!(doubt(&decided[0]), why, "{decided:?}");
            let Decision::Doubtful { candidates, .. } = &decided[0] else { panic!("{decided:?}") };
            let said: Vec<bool> = candidates.iter().map(|one| one.name_only).collect();
            assert_eq!(said, [name_only], "{decided:?}");
        }
    }

    #[test]
    fn a_row_like_one_that_is_known_is_asked_about_in_either_order() {
        let known = PlaceRow { code: Some("001".into()), ..place("甲饭店", "一村") };
        let renamed = PlaceRow { code: Some("001".into()), ..place("甲店", "一村") };
        let (bare, register) = (place("甲店", "一村"), [known.clone()]);
        for (rows, same, asked) in [([bare.clone(), renamed.clone()], 1, 0), ([renamed.clone(), bare], 0, 1)]
        {
            let decisions = decide(&register, &rows);
            assert_eq!(decisions[same], Decision::Same { id: "p0".into() });
            let Decision::Doubtful { why, twin: Some(twin), .. } = &decisions[asked] else {
                panic!("{decisions:?}")
            };
            let place = twin.place.as_ref().map(|place| (place.id.as_str(), place.name.as_str()));
            assert_eq!(
                (*why, twin.row, place),
                (Doubt::AnotherRowAlike, same, Some(("p0", "甲饭店"))),
                "{decisions:?}"
            );
        }
        // Where another place may be meant too, the known row is named beside it.
        let elsewhere = place("甲店", "二村");
        let decisions = decide(&[known, elsewhere], &[place("甲店", "一村"), renamed]);
        assert_eq!(doubt(&decisions[0]), Some(Doubt::NameAgreesVillageDiffers));
        assert_eq!(twins(&decisions), [Some(1), None]);
    }

    #[test]
    fn two_known_places_of_one_name_come_again_unasked() {
        let numbered = |code: &str| PlaceRow { code: Some(code.into()), ..place("甲店", "一村") };
        let places = [numbered("1"), numbered("2")];
        let ids = ["p0", "p1"].map(|id| Decision::Same { id: id.to_owned() });
        assert_eq!(decide(&places, &places), ids);
    }

    /// The row each decision points to, none where it asks nothing or points to no row.
    fn twins(decisions: &[Decision]) -> Vec<Option<usize>> {
        let of = |decision: &Decision| match decision {
            Decision::Doubtful { twin, .. } => twin.as_ref().map(|twin| twin.row),
            _ => None,
        };
        decisions.iter().map(of).collect()
    }

    #[test]
    fn rows_about_one_new_place_are_not_written_twice_unasked() {
        let row = |code: &str, uscc: &str, name: &str, village: &str, address: &str, phone: &str| {
            let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            PlaceRow {
                code: said(code),
                uscc: said(uscc),
                address: said(address),
                phone: said(phone),
                ..place(name, village)
            }
        };
        let (a, b) = ("91110105771583283D", "91350100M000100Y43");
        for (first, second, is_asked, why) in [
            (
                row("", "", "甲店", "一村", "1号", "1"),
                row("", "", "甲 店", "一村", "1号", "1"),
                true,
                "the same",
            ),
            (
                row("", "", "甲店", "一村", "", ""),
                row("", "", "甲店", "一村", "1号", "1"),
                true,
                "one says more",
            ),
            (
                row("", "", "甲店", "一村", "1号", "1"),
                row("", "", "甲店", "一村", "2号", "1"),
                true,
                "address",
            ),
            (
                row("", "", "甲店", "一村", "1号", "1"),
                row("", "", "甲店", "一村", "1号", "2"),
                true,
                "telephone",
            ),
            (row("", "", "甲店", "一村", "1号", "1"), row("", "", "甲店", "一村", "2号", "2"), false, "both"),
            (row("", "", "甲店", "一村", "", ""), row("", "", "甲店", "二村", "", ""), false, "a chain"),
            (row("", a, "甲店", "一村", "", ""), row("", a, "乙店", "二村", "", ""), true, "one licence"),
            (row("", a, "甲店", "一村", "", ""), row("", b, "甲店", "一村", "", ""), false, "two licences"),
            (
                row("1", a, "甲店", "一村", "", ""),
                row("2", a, "乙店", "二村", "", ""),
                false,
                "numbered branches",
            ),
            (
                row("1", "", "甲店", "一村", "1号", "1"),
                row("2", "", "甲店", "一村", "1号", "1"),
                true,
                "numbered twice",
            ),
            (
                row("1", "", "甲店", "一村", "1号", ""),
                row("2", "", "甲店", "一村", "2号", ""),
                false,
                "numbered",
            ),
        ] {
            let decisions = decide(&[], &[first, second]);
            assert_eq!(decisions[0], Decision::Create, "{why}");
            assert_eq!(twins(&decisions), [None, is_asked.then_some(0)], "{why}");
            assert_eq!(doubt(&decisions[1]), is_asked.then_some(Doubt::AnotherRowAlike), "{why}");
        }
    }

    #[test]
    fn the_same_place_a_third_time_points_to_the_first_row() {
        let rows =
            [place("甲店", "一村"), place("乙店", "一村"), place("甲店", "一村"), place("甲店", "一村")];
        assert_eq!(twins(&decide(&[], &rows)), [None, None, Some(0), Some(0)]);
    }

    #[test]
    fn two_rows_never_take_the_same_place_unasked() {
        let decisions = decide(&[place("甲店", "一村")], &[place("甲店", "一村"), place("甲店", "一村")]);
        assert_eq!(decisions[0], Decision::Same { id: "p0".into() });
        assert_eq!(doubt(&decisions[1]), Some(Doubt::TakenByEarlierRow));
        assert_eq!(twins(&decisions), [None, Some(0)]);
    }

    #[test]
    fn rows_that_all_have_one_telephone_are_compared_in_good_time() {
        let places: Vec<PlaceRow> = (0..30_000)
            .map(|n| PlaceRow {
                phone: Some("13800138000".into()), ..place(&format!("第{n}号店"), "一村")
            })
            .collect();
        let rows: Vec<PlaceRow> =
            places.iter().map(|p| PlaceRow { name: format!("别家{}", p.name.len()), ..p.clone() }).collect();
        let before = std::time::Instant::now();
        assert_eq!(decide(&places, &rows).len(), 30_000);
        // A quadratic comparison would take an hour.
        assert!(before.elapsed().as_secs() < 120, "{:?}", before.elapsed());
    }
}
