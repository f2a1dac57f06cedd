//! In which order posts and bodies are named: by rank, then by what the numbers in their names say. What does not belong
//! here: what stands above what (`app/org/chart`).

use super::Post;

/// A name as it is ordered: numbers by what they say, in digits or in Chinese numerals, so that 第二组 comes before 第十组.
pub fn natural(name: &str) -> String {
    let mut out = String::new();
    let mut rest = name.chars().peekable();
    while let Some(sign) = rest.next() {
        let mut run = String::from(sign);
        let is_number = |sign: &char| sign.is_ascii_digit() || "〇零一二三四五六七八九十百".contains(*sign);
        while is_number(&sign) && rest.peek().is_some_and(is_number) {
            run.extend(rest.next());
        }
        match is_number(&sign) {
            true => out.push_str(&format!("{:09}", value(&run))),
            false => out.push_str(&run),
        }
    }
    out
}

/// What a run of digits or Chinese numerals says; more than nine digits say the most there is.
fn value(run: &str) -> u64 {
    const MOST: u64 = 999_999_999;
    if let Ok(number) = run.parse::<u64>() {
        return number.min(MOST);
    }
    let (mut total, mut digit) = (0_u64, 0_u64);
    for sign in run.chars() {
        match "〇一二三四五六七八九".chars().position(|one| one == sign || (one == '〇' && sign == '零'))
        {
            Some(at) => digit = (digit * 10).saturating_add(at as u64),
            None => match sign {
                '十' | '百' => {
                    total = total.saturating_add(digit.max(1) * if sign == '十' { 10 } else { 100 });
                    digit = 0;
                }
                other => digit = (digit * 10).saturating_add(u64::from(other.to_digit(10).unwrap_or(0))),
            },
        }
        digit = digit.min(MOST);
    }
    total.saturating_add(digit).min(MOST)
}

/// Puts posts in order: by rank as the plan and the law name them, then by name; the same on every day.
pub fn by_rank(posts: &mut [Post]) {
    posts.sort_by_cached_key(|post| (post.role, natural(&post.name), post.id.clone()));
}

#[cfg(test)]
mod tests {
    use super::super::Role;
    use super::*;

    fn post(id: &str, role: Role, name: &str) -> Post {
        Post {
            id: id.into(),
            role,
            org: "o".into(),
            territory: "t".into(),
            name: name.to_owned(),
            min_n: 1,
            max_n: None,
            active: true,
        }
    }

    #[test]
    fn posts_stand_by_rank_and_then_by_what_their_numbers_say() {
        let mut posts = [
            post("a", Role::FireManager, "第十一村民小组长"),
            post("b", Role::FireManager, "第2村民小组长"),
            post("c", Role::VillageStaff, "专兼职消防员"),
            post("d", Role::FireManager, "第十村民小组长"),
            post("f", Role::FireManager, "第二十村民小组长"),
            post("e", Role::VillageSecretary, "书记"),
        ];
        let order = |posts: &[Post]| posts.iter().map(|one| one.id.to_string()).collect::<String>();
        by_rank(&mut posts);
        assert_eq!(order(&posts), "ecbdaf");
        posts.reverse();
        by_rank(&mut posts);
        assert_eq!(order(&posts), "ecbdaf", "however they came");
        assert_eq!(
            (value("一百零三"), value("十"), value("007"), value("12345678901")),
            (103, 10, 7, 999_999_999)
        );
    }
}
