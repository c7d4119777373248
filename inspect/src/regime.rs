//! What kind of retrieval the overlaps of an associative memory with its patterns show (arXiv 2308.04106).

use std::fmt;

/// The regimes of a network that may retrieve several patterns at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    /// No pattern is retrieved.
    Para,
    /// One pattern is retrieved, the others are not.
    Pure,
    /// Several patterns, each clearly less than the one before; the last ones may vanish.
    Hierarchical,
    /// All patterns, equally well.
    Parallel,
    /// Anything else: some patterns equally well and others not.
    Mixed,
}

impl fmt::Display for Regime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Para => "para",
            Self::Pure => "pure",
            Self::Hierarchical => "hierarchical",
            Self::Parallel => "parallel",
            Self::Mixed => "mixed",
        })
    }
}

/// The regime of the overlaps `m`, one for each pattern. Order and signs do not matter. Overlaps are equal if they differ by at
/// most `tolerance`, and vanish below it; a simulation of `N` neurons wants some `1/sqrt(N)`.
pub fn regime(m: &[f64], tolerance: f64) -> Regime {
    let mut sizes: Vec<f64> = m.iter().map(|overlap| overlap.abs()).collect();
    sizes.sort_by(|one, other| other.total_cmp(one));
    let found = sizes.iter().filter(|&&size| size > tolerance).count();
    match (sizes.first(), sizes.last()) {
        _ if found == 0 => Regime::Para,
        _ if found == 1 => Regime::Pure,
        (Some(first), Some(last)) if found == sizes.len() && first - last <= tolerance => Regime::Parallel,
        _ if sizes[..found].windows(2).all(|pair| pair[0] - pair[1] > tolerance) => Regime::Hierarchical,
        _ => Regime::Mixed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_regime_is_recognised_whatever_the_order_and_the_signs() {
        for (m, expected) in [
            (vec![], Regime::Para),
            (vec![0.01, -0.04, 0.0], Regime::Para),
            (vec![0.02, -0.9, 0.01], Regime::Pure),
            (vec![0.7], Regime::Pure),
            (vec![0.6, 0.24, 0.096], Regime::Hierarchical),
            (vec![-0.24, 0.6, 0.02], Regime::Hierarchical),
            (vec![0.2, -0.22, 0.19], Regime::Parallel),
            (vec![0.5, 0.5, 0.02], Regime::Mixed),
            (vec![0.6, 0.3, 0.28], Regime::Mixed),
        ] {
            assert_eq!(regime(&m, 0.05), expected, "{m:?}");
        }
    }

    #[test]
    fn the_tolerance_decides_between_a_flat_hierarchy_and_parallel_patterns() {
        let majority = [0.196, 0.164, 0.132];
        assert_eq!(regime(&majority, 0.02), Regime::Hierarchical);
        assert_eq!(regime(&majority, 0.07), Regime::Parallel);
    }

    #[test]
    fn a_regime_has_a_name() {
        assert_eq!(format!("{:>14}", Regime::Hierarchical), "  hierarchical");
    }
}
