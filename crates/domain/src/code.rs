//! Codes the state gives out and how they prove themselves: the unified social credit code and
//! telephone numbers. What does not belong here: looking a code up anywhere.

/// Alphabet of the unified social credit code: no I, O, S, V, Z.
/// Source: GB 32100-2015.
const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of the organisation code inside a USCC. Source: GB 11714-1997.
const ORG_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Why a code cannot be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeProblem {
    /// Not the number of characters the standard asks for.
    #[error("位数不对，应为 18 位")]
    Length,
    /// A character outside the standard's alphabet, as in an I typed for a 1.
    #[error("含有不允许的字符，请核对是否把 1 写成 I、0 写成 O")]
    Character,
    /// The inner organisation code (characters 9 to 17) fails its own check.
    #[error("主体标识码（第 9 至 17 位）校验不符，请核对原证")]
    Organisation,
    /// The last character does not follow from the others.
    #[error("最后一位校验码不符，请核对原证")]
    Check,
}

/// Checks a unified social credit code (统一社会信用代码) with both of its check digits.
///
/// The outer check alone accepts `123456789012345678`; the organisation code inside has its own.
/// Positions 3 to 8 hold the division at registration: never derive a district from them.
/// Source: GB 32100-2015, GB 11714-1997.
pub fn check_uscc(code: &str) -> Result<(), CodeProblem> {
    let values = alphabet_values(code)?;
    let sum: u32 = values.iter().take(17).zip(0u32..).map(|(v, i)| v * power_mod(3, i, 31)).sum();
    let organisation = values.get(8..17).ok_or(CodeProblem::Length)?;
    let inner: u32 =
        organisation.iter().zip(ORG_WEIGHTS).map(|(v, weight)| organisation_value(*v) * weight).sum();
    let expected_inner = match 11 - inner % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + u8::try_from(digit).unwrap_or(0),
    };
    if code.as_bytes().get(16) != Some(&expected_inner) {
        return Err(CodeProblem::Organisation);
    }
    let expected = (31 - sum % 31) % 31;
    if values.get(17) != Some(&expected) {
        return Err(CodeProblem::Check);
    }
    Ok(())
}

/// Whether this is a mainland mobile number or a landline as people write them, with or without area code.
pub fn is_phone(text: &str) -> bool {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let all_digits = digits.bytes().all(|b| b.is_ascii_digit());
    let mobile = digits.len() == 11 && digits.starts_with('1') && digits.as_bytes().get(1) >= Some(&b'3');
    let landline = (10..=12).contains(&digits.len()) && digits.starts_with('0');
    let local = (7..=8).contains(&digits.len()) && !digits.starts_with(['0', '1']);
    all_digits && (mobile || landline || local)
}

fn alphabet_values(code: &str) -> Result<Vec<u32>, CodeProblem> {
    if code.len() != 18 {
        return Err(CodeProblem::Length);
    }
    code.bytes()
        .map(|b| {
            USCC_ALPHABET
                .iter()
                .zip(0u32..)
                .find(|(c, _)| **c == b)
                .map(|(_, v)| v)
                .ok_or(CodeProblem::Character)
        })
        .collect()
}

/// GB 11714 numbers the letters without gaps (A = 10 … Z = 35), GB 32100 leaves five out.
fn organisation_value(uscc_value: u32) -> u32 {
    match USCC_ALPHABET.get(uscc_value as usize) {
        Some(letter) if letter.is_ascii_uppercase() => u32::from(letter - b'A') + 10,
        _ => uscc_value,
    }
}

fn power_mod(base: u32, exponent: u32, modulus: u32) -> u32 {
    (0..exponent).fold(1, |product, _| product * base % modulus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_codes_pass_both_checks() {
        for code in [
            "112302070019030687",
            "1142092201131905X1",
            "51140200MJ1693047P",
            "52440111MJK9980480",
            "91110105771583283D",
            "91350100M000100Y43",
        ] {
            assert_eq!(check_uscc(code), Ok(()), "{code}");
        }
    }

    #[test]
    fn the_outer_check_alone_would_accept_a_counting_string() {
        assert_eq!(check_uscc("123456789012345678"), Err(CodeProblem::Organisation));
    }

    #[test]
    fn a_wrong_code_says_what_is_wrong() {
        assert_eq!(check_uscc("91350128M00000019A"), Err(CodeProblem::Check));
        assert_eq!(check_uscc("9135012"), Err(CodeProblem::Length));
        assert_eq!(check_uscc("9I110105771583283D"), Err(CodeProblem::Character));
        assert_eq!(check_uscc("青峰镇九"), Err(CodeProblem::Length));
    }

    #[test]
    fn phones_as_people_write_them() {
        for (text, right) in [
            ("13800138000", true),
            ("023-49812345", true),
            ("49812345", true),
            ("12345", false),
            ("1380013800", false),
        ] {
            assert_eq!(is_phone(text), right, "{text}");
        }
    }
}
