//! Made-up ledgers of any length, the same on every machine: for measuring and for trying things out. What does not
//! belong here: the sample town people log in to.

use domain::time::Date;

use crate::places_sheet::PlaceRow;

const VILLAGES: [&str; 6] = ["示例社区", "东山村", "西河村", "南坝村", "北岭村", "石桥村"];
const NAMES: [&str; 8] =
    ["平安副食店", "兴旺餐馆", "如意旅馆", "顺达汽修", "宏发家具厂", "阳光幼儿园", "便民药房", "丰收农资"];
const CATEGORIES: [&str; 8] = [
    "nine_small.shop",
    "nine_small.catering",
    "nine_small.hotel",
    "street_shop",
    "factory",
    "kindergarten",
    "clinic",
    "warehouse",
];

/// A ledger of `rows` places; row `n` never depends on how many there are.
pub fn places(rows: u32) -> impl Iterator<Item = PlaceRow> {
    (0..rows).map(place)
}

fn place(n: u32) -> PlaceRow {
    let mut random = SplitMix(26_875 ^ (u64::from(n) << 20));
    let at = usize::try_from(random.below(8)).unwrap_or(0);
    let village = usize::try_from(random.below(6)).unwrap_or(0);
    let name = NAMES.get(at).copied().unwrap_or_default();
    let people = random.below(60);
    let is_closed = random.below(25) == 0;
    PlaceRow {
        name: format!("{name}（{}号）", n + 1),
        code: Some(format!("SL-{:06}", n + 1)),
        uscc: (random.below(3) > 0).then(|| uscc(u64::from(n))),
        category: CATEGORIES.get(at).map(|c| (*c).to_owned()),
        tags: match random.below(4) {
            0 => vec!["street_shop".to_owned(), "gas_bottle".to_owned()],
            1 => vec!["self_built".to_owned()],
            _ => Vec::new(),
        },
        village: VILLAGES.get(village).map(|v| (*v).to_owned()),
        grid: Some(format!("第{}网格", random.below(5) + 1)),
        sector_org: Some("示例主管部门".to_owned()),
        address: Some(format!("示例路{}号附{}号", random.below(900) + 1, random.below(20) + 1)),
        responsible: Some(format!("示例{}", n % 997)),
        phone: Some(format!("139{:08}", random.below(100_000_000))),
        capacity: u32::try_from(people + 5).ok(),
        n_lodging: u32::try_from(people / 7).ok(),
        n_working: u32::try_from(people / 5 + 1).ok(),
        n_training: None,
        area_m2: u32::try_from(random.below(100_000)).ok().map(|tenths| f64::from(tenths) / 10.0),
        lon: u32::try_from(random.below(100_000)).ok().map(|part| 105.8 + f64::from(part) / 1_000_000.0),
        lat: u32::try_from(random.below(100_000)).ok().map(|part| 29.3 + f64::from(part) / 1_000_000.0),
        lists: if random.below(10) == 0 {
            vec!["police_listed".into()]
        } else {
            vec!["village_listed".into()]
        },
        opening: Some(if is_closed { "dormant" } else { "open" }.to_owned()),
        closed_on: if is_closed { Date::from_ymd_opt(2024, 3, 5) } else { None },
        access: None,
        help: None,
        note: None,
    }
}

/// A made-up credit code whose two check digits are right. Source of the rule: GB 32100-2015, GB 11714-1997.
pub fn uscc(n: u64) -> String {
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let mut code = format!("92000000{:08}", n % 100_000_000);
    let digits = |code: &str| -> Vec<u64> {
        code.bytes()
            .map(|byte| ALPHABET.iter().position(|c| *c == byte).unwrap_or(0))
            .map(|at| u64::try_from(at).unwrap_or(0))
            .collect()
    };
    let inner: u64 = digits(&code).iter().skip(8).zip([3, 7, 9, 10, 5, 8, 4, 2]).map(|(d, w)| d * w).sum();
    code.push(match 11 - inner % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from(b'0' + u8::try_from(digit).unwrap_or(0)),
    });
    let mut weight = 1;
    let mut sum = 0;
    for digit in digits(&code) {
        sum += digit * weight;
        weight = weight * 3 % 31;
    }
    let check = usize::try_from((31 - sum % 31) % 31).unwrap_or(0);
    code.push(ALPHABET.get(check).copied().map_or('0', char::from));
    code
}

/// Steele, Lea and Flood's SplitMix64: the same numbers everywhere.
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_ledger_every_time_with_codes_that_prove_themselves() {
        let ledger: Vec<PlaceRow> = places(500).collect();
        assert_eq!(ledger, places(500).collect::<Vec<_>>());
        let codes: Vec<&String> = ledger.iter().filter_map(|row| row.uscc.as_ref()).collect();
        assert!(codes.len() > 200);
        for code in codes {
            assert_eq!(domain::code::check_uscc(code), Ok(()), "{code}");
        }
    }
}
