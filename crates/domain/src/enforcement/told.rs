//! What the words of a paper say of a penalty: its kinds and its sums of money, however they are spelled. A paper is written
//! by hand; what it imposes has to be what the case imposes. What does not belong here: which penalty the case may impose
//! (`machine`, `authority`).

use std::collections::BTreeSet;

use super::machine::{SPOT_CITIZEN_FEN, SPOT_ORGANISATION_FEN};
use super::{AuthorityItem, Case, CaseRefusal, PartyKind, Penalty, PenaltyKind, Step};
use crate::document::plain;

/// What a text says of a penalty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Kinds it names.
    pub kinds: BTreeSet<PenaltyKind>,
    /// Sums it names. Units: fen.
    pub sums_fen: BTreeSet<i64>,
    /// Whether it speaks of detention, which only the public security organ decides on. Source: 行政处罚法 (2021) art. 18.
    pub detention: bool,
}

/// The words by which each kind is named. Source: 行政处罚法 (2021) art. 9.
const WORDS: [(&str, PenaltyKind); 15] = [
    ("警告", PenaltyKind::Warning),
    ("通报批评", PenaltyKind::Criticism),
    ("罚款", PenaltyKind::Fine),
    ("罚金", PenaltyKind::Fine),
    ("没收", PenaltyKind::Confiscate),
    ("暂扣", PenaltyKind::SuspendLicence),
    ("吊销", PenaltyKind::RevokeLicence),
    ("降低资质", PenaltyKind::RevokeLicence),
    ("限制开展", PenaltyKind::Restrict),
    ("停产", PenaltyKind::StopBusiness),
    ("停业", PenaltyKind::StopBusiness),
    ("停止营业", PenaltyKind::StopBusiness),
    ("责令关闭", PenaltyKind::CloseDown),
    ("限制从业", PenaltyKind::RestrictWork),
    ("禁止从业", PenaltyKind::RestrictWork),
];

impl Told {
    /// Reads a text. Spaces, commas within numbers and wide letters make no difference.
    pub fn read(text: &str) -> Self {
        // What a fine grows by when it is not paid is told along with it and is no penalty (行政处罚法 art. 72).
        let text = plain(text).replace("加处罚款", "");
        let named = |(word, kind): &(&str, PenaltyKind)| text.contains(word).then_some(*kind);
        Self {
            kinds: WORDS.iter().filter_map(named).collect(),
            sums_fen: sums(&text),
            detention: text.contains("拘留"),
        }
    }

    /// What it says beyond a penalty, for a refusal; none where it keeps to it.
    fn beyond(&self, kinds: &BTreeSet<PenaltyKind>, is_sum: impl Fn(i64) -> bool) -> Option<String> {
        if self.detention {
            return Some("行政拘留".to_owned());
        }
        if let Some(kind) = self.kinds.iter().find(|kind| !kinds.contains(kind)) {
            return Some(kind.label().to_owned());
        }
        // The worth of what is confiscated is nobody's fine.
        let is_free = kinds.contains(&PenaltyKind::Confiscate);
        self.sums_fen.iter().find(|sum| !is_free && !is_sum(**sum)).map(|sum| yuan(*sum))
    }
}

fn yuan(fen: i64) -> String {
    match fen % 100 {
        0 => format!("{} 元", fen / 100),
        rest => format!("{}.{rest:02} 元", fen / 100),
    }
}

/// Every sum of money in a text without spaces: what stands before 元 or after ¥. Units: fen.
fn sums(text: &str) -> BTreeSet<i64> {
    let mut found = BTreeSet::new();
    let mut number = String::new();
    let mut is_signed = false;
    for c in text.chars().chain(['\n']) {
        if is_figure(c) {
            number.push(c);
            continue;
        }
        if (is_signed || matches!(c, '元' | '圆'))
            && let Some(fen) = figure(&number)
        {
            found.insert(fen);
        }
        is_signed = c == '¥';
        number.clear();
    }
    found
}

const DIGITS: [&str; 10] = ["零〇", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"];
const UNITS: [(&str, i64); 5] =
    [("十拾", 10), ("百佰", 100), ("千仟", 1_000), ("万萬", 10_000), ("亿", 100_000_000)];

fn digit(c: char) -> Option<i64> {
    let written = DIGITS.iter().position(|same| same.contains(c)).and_then(|at| i64::try_from(at).ok());
    c.to_digit(10).map(i64::from).or(written)
}

fn unit(c: char) -> Option<i64> {
    UNITS.iter().find(|(same, _)| same.contains(c)).map(|(_, worth)| *worth)
}

fn is_figure(c: char) -> bool {
    matches!(c, '.' | ',') || digit(c).is_some() || unit(c).is_some()
}

/// A number in digits, in words or in both (`5000`, `5,000.5`, `伍仟`, `1.5万`), in hundredths; none where it is none or far
/// out of range.
fn figure(written: &str) -> Option<i64> {
    // Whole numbers of hundredths: what was said, what is being said within a myriad, and the digits at hand.
    let (mut whole, mut part, mut at_hand, mut decimals) = (0_i64, 0_i64, None::<i64>, None::<u32>);
    for c in written.chars() {
        match (digit(c), unit(c), c) {
            (Some(digit), _, _) => {
                at_hand = Some(match decimals {
                    None => at_hand.unwrap_or(0).checked_mul(10)?.checked_add(digit * 100)?,
                    Some(n) => at_hand.unwrap_or(0).checked_add(digit * 100 / 10_i64.checked_pow(n)?)?,
                });
                decimals = decimals.map(|n| n + 1);
            }
            (_, Some(worth), _) if worth < 10_000 => {
                part = part.checked_add(at_hand.unwrap_or(100).checked_mul(worth)?)?;
                (at_hand, decimals) = (None, None);
            }
            (_, Some(worth), _) => {
                let here = part.checked_add(at_hand.unwrap_or(0))?;
                whole = whole.checked_add(here)?.checked_mul(worth)?;
                (part, at_hand, decimals) = (0, None, None);
            }
            (_, _, '.') if decimals.is_none() => decimals = Some(1),
            (_, _, ',') => {}
            _ => return None,
        }
    }
    let fen = whole.checked_add(part)?.checked_add(at_hand.unwrap_or(0))?;
    (fen > 0).then_some(fen)
}

impl Penalty {
    /// That words say this penalty and no other: no other kind, no other sum, and the fine where there is one.
    ///
    /// Errors: names what differs.
    pub fn is_said_by(&self, text: &str) -> Result<(), CaseRefusal> {
        let told = Told::read(text);
        let differs = |what: String| Err(CaseRefusal::SaysOther { what, case: self.in_words() });
        if let Some(what) = told.beyond(&self.kinds, |sum| sum == self.fine_fen) {
            return differs(what);
        }
        if self.fine_fen > 0 && !told.sums_fen.contains(&self.fine_fen) {
            return differs("没有写明罚款金额".to_owned());
        }
        if let Some(kind) = self.kinds.iter().find(|kind| !told.kinds.contains(kind)) {
            return differs(format!("没有写明{}", kind.label()));
        }
        Ok(())
    }

    fn in_words(&self) -> String {
        let kind = |kind: &PenaltyKind| match kind {
            PenaltyKind::Fine => format!("{} {}", kind.label(), yuan(self.fine_fen)),
            _ => kind.label().to_owned(),
        };
        self.kinds.iter().map(kind).collect::<Vec<_>>().join("、")
    }
}

impl Case {
    /// That the words of a paper of this case impose nothing the case does not: what was decided, what was told before, or,
    /// where nothing was yet, what the law of the case lets this step impose.
    ///
    /// Errors: names what differs, with the penalty of the case.
    /// Source: 行政处罚法 (2021) arts. 18, 44, 45, 51, 57, 59.
    pub fn check_told(&self, step: Step, text: &str, item: &AuthorityItem) -> Result<(), CaseRefusal> {
        let told = Told::read(text);
        let noticed = self.notice.as_ref().map(|notice| &notice.penalty);
        match (step, self.decision.as_ref().map(|one| &one.penalty)) {
            (Step::Decide | Step::DecideOnSpot, Some(decided)) => decided.is_said_by(text),
            (Step::Decide, None) => match noticed {
                // The head may be milder than what was told.
                Some(most) => match told.beyond(&most.kinds, |sum| sum <= most.fine_fen) {
                    Some(what) => Err(CaseRefusal::SaysOther { what, case: most.in_words() }),
                    None => Ok(()),
                },
                None => Err(CaseRefusal::NotNotified),
            },
            (Step::DecideOnSpot, None) => {
                let most = match self.party.kind {
                    PartyKind::Citizen => SPOT_CITIZEN_FEN,
                    PartyKind::Organisation => SPOT_ORGANISATION_FEN,
                };
                let small = BTreeSet::from([PenaltyKind::Fine, PenaltyKind::Warning]);
                match told.beyond(&small, |sum| sum <= most) {
                    Some(_) => Err(CaseRefusal::NotSummary),
                    None => told.allowed(item, self),
                }
            }
            (Step::Notify, _) => told.allowed(item, self),
            _ => Ok(()),
        }
    }
}

impl Told {
    /// That the item gives what is named.
    fn allowed(&self, item: &AuthorityItem, case: &Case) -> Result<(), CaseRefusal> {
        if self.detention {
            return Err(CaseRefusal::OutOfRange {
                law: item.law.clone(),
                what: "没有规定“行政拘留”".to_owned(),
            });
        }
        let mut penalty = Penalty { kinds: self.kinds.clone(), ..Penalty::default() };
        item.allows(&case.party, &penalty)?;
        if self.kinds.contains(&PenaltyKind::Fine) && !self.kinds.contains(&PenaltyKind::Confiscate) {
            for sum in &self.sums_fen {
                penalty.fine_fen = *sum;
                item.allows(&case.party, &penalty)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_however_they_are_spelled() {
        for (text, fen) in [
            ("罚款5000元", vec![500_000]),
            ("罚款 5，000.50 元", vec![500_050]),
            ("罚款人民币伍仟元整（¥5000.00）", vec![500_000]),
            ("罚款五千元", vec![500_000]),
            ("罚款１．５万元", vec![1_500_000]),
            ("罚款一万零五百圆", vec![1_050_000]),
            ("罚款十二万三千四百五十六元", vec![12_345_600]),
            ("罚 款 两 百 元", vec![20_000]),
            ("罚款拾万元", vec![10_000_000]),
            ("警告，并处五百元以上一千元以下罚款", vec![50_000, 100_000]),
            ("依照第六十条，警告", vec![]),
            ("若干元", vec![]),
            ("99999999999999999999元", vec![]),
        ] {
            assert_eq!(Told::read(text).sums_fen, fen.into_iter().collect(), "{text}");
        }
    }

    #[test]
    fn kinds_are_found_behind_spaces_and_what_a_fine_grows_by_is_none() {
        let kinds = |text: &str| Told::read(text).kinds.into_iter().collect::<Vec<_>>();
        assert_eq!(kinds("警 告"), [PenaltyKind::Warning]);
        assert_eq!(kinds("责令停\u{200b}产停业"), [PenaltyKind::StopBusiness]);
        assert_eq!(kinds("逾期不缴的，每日加处罚款"), []);
        assert!(Told::read("行政拘 留五日").detention);
    }

    #[test]
    fn words_say_the_penalty_or_are_refused() {
        let fine =
            |fen| Penalty { kinds: BTreeSet::from([PenaltyKind::Fine]), fine_fen: fen, ..Penalty::default() };
        for (text, is_right) in [
            ("罚款伍仟元整", true),
            ("罚款5000元；到期不缴纳的，每日按罚款数额的百分之三加处罚款", true),
            ("罚款五万元", false),
            ("罚款五千元，并责令停产停业", false),
            ("给予罚款", false),
            ("处五千元", false),
            ("罚款五千元，行政拘留五日", false),
        ] {
            assert_eq!(fine(500_000).is_said_by(text).is_ok(), is_right, "{text}");
        }
    }
}
