//! Whether who called said where it is, or only near what or which way: what he named is then a landmark, and its spot is not
//! where it burns. What does not belong here: where places lie.

/// Words that make of what is named a landmark.
const NEAR: &[&str] = &[
    "方向", "附近", "旁边", "隔壁", "对面", "周边", "一带", "背后", "后面", "前面", "不远", "靠近", "以东",
    "以西", "以南", "以北",
];

/// Whether an address names only a landmark or a direction.
pub fn is_only_near(address: &str) -> bool {
    let address = address.trim();
    // 朝 and 向 begin the names of many villages.
    address.starts_with('往') || NEAR.iter().any(|word| address.contains(word))
}

#[cfg(test)]
mod tests {
    use super::is_only_near;

    #[test]
    fn a_landmark_is_no_address() {
        for near in [
            "往老街五金店方向",
            "五金店附近",
            "水库对面山上",
            "往学校去的路上",
            "村委会旁边那一家",
            "加油站以西",
        ] {
            assert!(is_only_near(near), "{near}");
        }
        for exact in ["", "老街 12 号", "五金店二楼", "向阳村委会", "朝阳路 3 号", "一组李某家"]
        {
            assert!(!is_only_near(exact), "{exact}");
        }
    }
}
