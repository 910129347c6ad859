//! Which windows are encoded together. Pure: lengths in, groups out.

/// Tokens in one batch, about: enough to keep the product busy, few enough that
/// its activations stay in the second-level cache.
pub const BUDGET: usize = 128;

/// Groups of indices into `lengths`: windows of like length together, each group
/// at most `budget` tokens unless one window alone is longer.
pub fn plan(lengths: &[usize], budget: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(lengths[at]), at));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut room = 0;
    for at in order {
        if lengths[at] > room || groups.is_empty() {
            groups.push(Vec::new());
            room = budget.max(lengths[at]);
        }
        groups.last_mut().expect("just pushed").push(at);
        room -= lengths[at];
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_window_is_in_one_group_within_budget() {
        let lengths: Vec<usize> = (0..500).map(|n| 3 + (n * 37) % 120).collect();
        let groups = plan(&lengths, 256);
        let mut seen: Vec<usize> = groups.concat();
        seen.sort_unstable();
        assert_eq!(seen, (0..500).collect::<Vec<_>>());
        for group in &groups {
            assert!(group.iter().map(|&at| lengths[at]).sum::<usize>() <= 256);
        }
        assert_eq!(plan(&[900], 256), [[0]]);
        assert!(plan(&[], 256).is_empty());
    }
}
