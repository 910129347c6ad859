//! Measures of agreement as plain functions on numbers. Knows no posts.

/// Bins of [`calibration_error`].
const BINS: usize = 10;

/// Posts by label (row) and level (column), each 0, 1 or 2.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Confusion([[usize; 3]; 3]);

impl Confusion {
    /// Counts `n` posts with `label` that were given `level`.
    pub fn add(&mut self, label: u8, level: u8, n: usize) {
        self.0[usize::from(label)][usize::from(level)] += n;
    }

    /// Posts with `label`.
    pub fn of_label(&self, label: u8) -> usize {
        self.0[usize::from(label)].iter().sum()
    }

    /// Share of the posts with `label` whose level is `level` or higher; `None` without posts.
    pub fn share_from(&self, label: u8, level: u8) -> Option<f64> {
        let row = &self.0[usize::from(label)];
        ratio(row[usize::from(level)..].iter().sum(), row.iter().sum())
    }

    /// Mean F1 of the labels that occur, as a label or as a level; `None` without posts.
    pub fn macro_f1(&self) -> Option<f64> {
        let f1s: Vec<f64> = (0..3).filter_map(|class| self.f1(class)).collect();
        (!f1s.is_empty()).then(|| f1s.iter().sum::<f64>() / f1s.len() as f64)
    }

    fn f1(&self, class: usize) -> Option<f64> {
        let labelled: usize = self.0[class].iter().sum();
        let given: usize = self.0.iter().map(|row| row[class]).sum();
        ratio(2 * self.0[class][class], labelled + given)
    }
}

/// `part / whole`; `None` where `whole` is 0.
pub fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The share that `found` of `all` would be exceeded with only with probability `doubt`:
/// the upper end of the interval of Clopper and Pearson.
pub fn upper_bound(found: usize, all: usize, doubt: f64) -> f64 {
    if found >= all {
        return 1.0;
    }
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..60 {
        let share = f64::midpoint(low, high);
        // P(at most `found`) of the binomial, term by term.
        let mut term = (all as f64 * (1.0 - share).ln()).exp();
        let mut sum = term;
        for k in 0..found {
            term *= (all - k) as f64 / (k + 1) as f64 * share / (1.0 - share);
            sum += term;
        }
        if sum > doubt { low = share } else { high = share }
    }
    high
}

/// Area under the ROC curve by ranks, ties shared; `None` with one class only.
/// Each item is a score and whether it belongs to the class.
pub fn auc(scored: &[(f64, bool)]) -> Option<f64> {
    let inside = scored.iter().filter(|(_, class)| *class).count();
    let outside = scored.len() - inside;
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut below = 0; // scores lower than those of the group
    let mut ranks = 0.0;
    for group in sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let rank = below as f64 + (group.len() + 1) as f64 / 2.0;
        ranks += rank * group.iter().filter(|(_, class)| *class).count() as f64;
        below += group.len();
    }
    let least = (inside * (inside + 1)) as f64 / 2.0;
    (inside > 0 && outside > 0).then(|| (ranks - least) / (inside * outside) as f64)
}

/// Expected calibration error over ten bins of equal width; `None` without items.
pub fn calibration_error(scored: &[(f64, bool)]) -> Option<f64> {
    let mut bins = [(0.0, 0.0); BINS]; // sum of probabilities, members of the class
    for &(probability, class) in scored {
        let bin = &mut bins[bin_of(probability)];
        bin.0 += probability;
        bin.1 += f64::from(u8::from(class));
    }
    let gaps: f64 = bins.iter().map(|(expected, found)| (expected - found).abs()).sum();
    (!scored.is_empty()).then(|| gaps / scored.len() as f64)
}

fn bin_of(probability: f64) -> usize {
    (1..BINS).take_while(|&at| probability >= at as f64 / BINS as f64).count()
}

/// Share of those outside the class that score at least as high as the lowest score
/// with which nine tenths of the class are caught; `None` with one class only.
pub fn false_share_at_nine_tenths(scored: &[(f64, bool)]) -> Option<f64> {
    let mut inside: Vec<f64> = scored.iter().filter(|(_, class)| *class).map(|(score, _)| *score).collect();
    inside.sort_by(|a, b| b.total_cmp(a));
    let caught = (9 * inside.len()).div_ceil(10);
    let threshold = *inside.get(caught.checked_sub(1)?)?;
    let outside = || scored.iter().filter(|(_, class)| !class);
    ratio(outside().filter(|(score, _)| *score >= threshold).count(), outside().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upper_bound_is_that_of_the_tables() {
        assert!((upper_bound(0, 100, 0.025) - 0.036_2).abs() < 1e-4);
        assert!((upper_bound(3, 1000, 0.025) - 0.008_74).abs() < 1e-4);
        assert!((upper_bound(0, 0, 0.025) - 1.0).abs() < 1e-12 && upper_bound(5, 5, 0.025) >= 1.0);
    }

    fn close(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }

    #[test]
    fn auc_counts_pairs_in_the_right_order() {
        close(auc(&[(0.1, false), (0.4, false), (0.35, true), (0.8, true)]), 0.75);
        close(auc(&[(0.9, true), (0.2, false)]), 1.0);
        close(auc(&[(0.1, true), (0.2, false)]), 0.0);
    }

    #[test]
    fn auc_shares_ties_and_needs_both_classes() {
        close(auc(&[(0.5, true), (0.5, false), (0.5, true), (0.5, false)]), 0.5);
        // Pairs: 0.5 over 0.2 is one, 0.5 with 0.5 a half, 0.9 over both two: 3.5 of 4.
        close(auc(&[(0.5, true), (0.9, true), (0.5, false), (0.2, false)]), 0.875);
        assert_eq!(auc(&[(0.5, true)]), None);
        assert_eq!(auc(&[]), None);
    }

    #[test]
    fn macro_f1_by_hand() {
        let mut confusion = Confusion::default();
        for (label, level, n) in [(0, 0, 6), (0, 1, 2), (1, 1, 3), (1, 2, 1), (2, 2, 2), (2, 0, 2)] {
            confusion.add(label, level, n);
        }
        // clear 12/(8+8), review 6/(4+5), hold 4/(4+3)
        close(confusion.macro_f1(), (12.0 / 16.0 + 6.0 / 9.0 + 4.0 / 7.0) / 3.0);
        close(confusion.share_from(0, 1), 0.25);
        close(confusion.share_from(2, 2), 0.5);
        assert_eq!(confusion.of_label(1), 4);
    }

    #[test]
    fn macro_f1_leaves_out_what_does_not_occur() {
        let mut confusion = Confusion::default();
        assert_eq!(confusion.macro_f1(), None);
        confusion.add(0, 0, 3);
        close(confusion.macro_f1(), 1.0);
        confusion.add(1, 0, 1);
        close(confusion.macro_f1(), 3.0 / 7.0); // 6/7 and 0
    }

    #[test]
    fn calibration_error_by_hand() {
        // Bin 0.1: mean 0.15, found 0.5, two items; last bin: mean 0.95 (1.0 falls in it), found 1.
        let scored = [(0.1, true), (0.2 - 1e-9, false), (0.9, true), (1.0, true)];
        close(calibration_error(&scored), ((0.3 - 1e-9 - 1.0_f64).abs() + (1.9 - 2.0_f64).abs()) / 4.0);
        assert_eq!(calibration_error(&[]), None);
    }

    #[test]
    fn nine_tenths_are_caught_before_false_alarms_are_counted() {
        let mut scored: Vec<(f64, bool)> = (1..=10).map(|n| (f64::from(n), true)).collect();
        scored.extend([(0.5, false), (1.5, false), (2.0, false), (9.0, false)]);
        close(false_share_at_nine_tenths(&scored), 0.5); // threshold 2: nine of ten
        assert_eq!(false_share_at_nine_tenths(&[(0.1, false)]), None);
        assert_eq!(false_share_at_nine_tenths(&[(0.1, true)]), None);
    }
}
