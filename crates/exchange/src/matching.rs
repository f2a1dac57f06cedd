//! Compares rows of a file with the register: what is new, changed, the same, and what a person must decide. Pure and
//! near-linear. What does not belong here: carrying the decisions out (`app`).

use std::collections::HashMap;

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
}

/// Why a person has to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// The code is the same, the credit code is another.
    CodeAgreesUsccDiffers,
    /// The credit code is the same, the name another: a branch, a new name, or a slip.
    UsccAgreesNameDiffers,
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
}

impl Doubt {
    /// One Chinese sentence for the person who decides.
    pub fn message(self) -> &'static str {
        match self {
            Self::CodeAgreesUsccDiffers => "编号相同但统一社会信用代码不同，请确认是否同一场所",
            Self::UsccAgreesNameDiffers => "统一社会信用代码相同但名称不同，请确认是更名、分店还是填错",
            Self::SeveralOfThatName => "同一村（社区）有多个同名场所，请选择是哪一个",
            Self::NameAgreesVillageDiffers => "名称相同但村（社区）不同或未填，请确认是否同一场所",
            Self::NameAgreesCodeDiffers => {
                "名称和村（社区）相同但编号或统一社会信用代码不同，请确认是否同一场所"
            }
            Self::PhoneAgrees => "电话相同且名称或地址相近，请确认是否同一场所",
            Self::TakenByEarlierRow => "表中前面已有一行对应这个场所，请确认是否重复",
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
        /// Places that may be meant.
        candidates: Vec<Candidate>,
        /// Why.
        why: Doubt,
    },
}

/// Decides for each row, in order.
///
/// The code decides before the credit code, that before name and village; a telephone alone never decides. Two rows
/// never get the same place without a person saying so.
pub fn match_against<'r>(
    existing: &[ExistingKey],
    rows: impl IntoIterator<Item = &'r PlaceRow>,
) -> Vec<Decision> {
    let names: Vec<String> = existing.iter().map(|e| comparable(&e.name)).collect();
    let register = Register::of(existing, &names);
    let mut taken = vec![false; existing.len()];
    rows.into_iter()
        .map(|row| match register.find(row) {
            Found::Nothing => Decision::Create,
            Found::One(at) => match (existing.get(at), taken.get_mut(at)) {
                (Some(_), Some(true)) => register.doubtful(&[at], Doubt::TakenByEarlierRow),
                (Some(place), Some(is_taken)) => {
                    *is_taken = true;
                    Decision::Same { id: place.id.clone() }
                }
                _ => Decision::Create,
            },
            Found::Doubt(at, why) => register.doubtful(&at, why),
        })
        .collect()
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
                ([], [_, ..]) => Found::Doubt(same_name, Doubt::NameAgreesVillageDiffers),
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
        // A different village is a different shop of a common name unless one side does not say.
        if let Some(elsewhere) = self.by_name.get(name.as_str()) {
            let near: Vec<usize> = elsewhere
                .iter()
                .copied()
                .take(MOST_LOOKED_AT)
                .filter(|at| self.village_agrees(*at, row) || self.phone_agrees(*at, row))
                .collect();
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

    fn doubtful(&self, at: &[usize], why: Doubt) -> Decision {
        let candidates = at
            .iter()
            .take(MOST_CANDIDATES)
            .filter_map(|at| self.existing.get(*at))
            .map(|e| Candidate {
                id: e.id.clone(),
                code: e.code.clone(),
                name: e.name.clone(),
                village: e.village.clone(),
            })
            .collect();
        Decision::Doubtful { candidates, why }
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

    fn is_alike(&self, at: usize, row: &PlaceRow, name: &str) -> bool {
        let Some(there) = self.existing.get(at) else { return false };
        let same_address = match (&there.address, &row.address) {
            (Some(a), Some(b)) => comparable(a) == comparable(b),
            _ => false,
        };
        same_address || self.names.get(at).is_some_and(|known| share_most_letters(known, name))
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
                None
            ]
        );
    }

    #[test]
    fn two_rows_never_take_the_same_place_unasked() {
        let decisions = decide(&[place("甲店", "一村")], &[place("甲店", "一村"), place("甲店", "一村")]);
        assert_eq!(decisions[0], Decision::Same { id: "p0".into() });
        assert_eq!(doubt(&decisions[1]), Some(Doubt::TakenByEarlierRow));
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
