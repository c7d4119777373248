//! What the heads of a Hopfield layer do ("Hopfield Networks is All You Need", arXiv 2008.02217, section 4 and appendix): average over all
//! stored patterns, over a metastable group of them, or find a single one.

use burn::tensor::{Int, Tensor, TensorReadError};
use pyrarium_layers::hopfield::{Hopfield, Masks, dynamics};

/// Weights whose sum misses the mass by less than this count as reaching it: sums of 32-bit weights are not exact.
const ROUNDING: f64 = 1e-6;

/// The share of an association that the paper asks for.
pub const MASS: f64 = 0.9;

/// What a head does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadRegime {
    /// It averages over more than half of the stored patterns.
    Global,
    /// It averages over some of them.
    Metastable,
    /// It finds one.
    Single,
}

/// The smallest number of stored patterns whose weights sum to `mass` (0.9 in the paper).
///
/// # Shapes
///
/// - association: `[B, H, L, S]`, rows summing to 1
/// - output: `[B, H, L]`, between 1 and S
pub fn metastable_k(association: Tensor<4>, mass: f64) -> Tensor<3, Int> {
    let stored = association.dims()[3] as i64;
    let sums = association.sort_descending(3).cumsum(3);
    let short = sums.lower_elem(mass - ROUNDING).int().sum_dim(3);
    (short + 1).clamp(1, stored).squeeze_dim(3)
}

/// The kind of a head by the median of its counts over many states; more than half of `stored` is global (the paper's class I), one
/// is single, and the rest (classes II to IV) metastable.
pub fn head_regime(counts: &[usize], stored: usize) -> HeadRegime {
    let median = median(counts.iter().map(|&k| k as f64).collect());
    if median <= 1.0 {
        HeadRegime::Single
    } else if 2.0 * median > stored as f64 {
        HeadRegime::Global
    } else {
        HeadRegime::Metastable
    }
}

/// One head on one batch.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadStatistics {
    /// The number of stored patterns with 90 % of the association of each state, ascending.
    pub counts: Vec<usize>,
    /// Its kind.
    pub regime: HeadRegime,
    /// Mean energy of the states in the association space, as they come in.
    pub energy: f64,
    /// Mean energy after one more update: never above.
    pub energy_after: f64,
    /// The median separation of the keys from each other.
    pub separation: f64,
}

/// Every head of a layer on these patterns, without masks. Energy and separation are those of queries and keys in the association
/// space, row by row of the batch; a learnt stored pattern counts as one more.
///
/// # Shapes
///
/// - stored: `[B, S, stored]`
/// - state: `[B, L, input]`
///
/// # Errors
///
/// When a tensor cannot be read from its device.
pub fn inspect_heads(
    layer: &Hopfield,
    stored: Tensor<3>,
    state: Tensor<3>,
) -> Result<Vec<HeadStatistics>, TensorReadError> {
    let association = layer.association_matrix(stored.clone(), state.clone(), &Masks::none());
    let [batch, _, _, patterns] = association.dims();
    let counts = metastable_k(association, MASS); // [B, H, L]
    let (queries, keys) = (layer.queries(state), layer.keys(stored));
    let statistics = |(head, &beta): (usize, &f64)| {
        let counts: Vec<i64> = counts.clone().narrow(1, head, 1).try_into_data()?.iter::<i64>().collect();
        let mut counts: Vec<usize> = counts.into_iter().map(|k| k.unsigned_abs() as usize).collect();
        counts.sort_unstable();
        let (mut energy, mut energy_after, mut separation) = (0.0, 0.0, Vec::new());
        for row in 0..batch {
            // A batch of 1 goes with any other.
            let of = |x: &Tensor<4>| -> Tensor<2> {
                let rows = x.dims()[0];
                x.clone().narrow(0, row.min(rows - 1), 1).narrow(1, head, 1).squeeze_dims(&[0, 1])
            };
            let (q, k) = (of(&queries), of(&keys));
            let after = dynamics::update(q.clone(), k.clone(), beta);
            energy += mean(dynamics::energy(q, k.clone(), beta))?;
            energy_after += mean(dynamics::energy(after, k.clone(), beta))?;
            separation.extend(dynamics::separation(k).try_into_data()?.iter::<f64>());
        }
        Ok(HeadStatistics {
            regime: head_regime(&counts, patterns),
            counts,
            energy: energy / batch as f64,
            energy_after: energy_after / batch as f64,
            separation: median(separation),
        })
    };
    layer.betas().iter().enumerate().map(statistics).collect()
}

fn mean(values: Tensor<1>) -> Result<f64, TensorReadError> {
    values.mean().try_into_scalar::<f64>()
}

/// The value in the middle, of an even number the upper one; 0 without values.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;
    use pyrarium_layers::{
        hopfield::{HopfieldConfig, Scaling},
        seeded,
    };

    fn counts(rows: &[[f32; 5]], mass: f64) -> Vec<i64> {
        let data: Vec<f32> = rows.iter().flatten().copied().collect();
        let data = burn::tensor::TensorData::new(data, [1, 1, rows.len(), 5]);
        metastable_k(Tensor::from_data(data, &Device::flex()), mass).into_data().iter::<i64>().collect()
    }

    #[test]
    fn counts_worked_by_hand() {
        let rows =
            [[0.2; 5], [0.0, 0.0, 1.0, 0.0, 0.0], [0.05, 0.5, 0.1, 0.3, 0.05], [0.95, 0.05, 0.0, 0.0, 0.0]];
        assert_eq!(counts(&rows, 0.9), [5, 1, 3, 1]);
        assert_eq!(counts(&rows, 0.6), [3, 1, 2, 1]);
        assert_eq!(counts(&rows, 1.0), [5, 1, 5, 2]);
    }

    #[test]
    fn an_even_association_over_fifty_patterns_takes_forty_five() {
        let association = Tensor::<4>::full([1, 1, 1, 50], 0.02, &Device::flex());
        assert_eq!(metastable_k(association, 0.9).into_data().iter::<i64>().collect::<Vec<_>>(), [45]);
    }

    #[test]
    fn regimes_go_by_the_median() {
        assert_eq!(head_regime(&[1, 1, 9], 10), HeadRegime::Single);
        assert_eq!(head_regime(&[9, 6, 6], 10), HeadRegime::Global);
        assert_eq!(head_regime(&[5, 5, 9], 10), HeadRegime::Metastable);
        assert_eq!(head_regime(&[2, 2, 1], 10), HeadRegime::Metastable);
    }

    #[test]
    fn cold_heads_find_one_pattern_and_hot_ones_average() {
        let device = Device::flex();
        let config = HopfieldConfig::new(8)
            .with_num_heads(2)
            .with_hidden_size(Some(8))
            .with_scaling(Scaling::PerHead(vec![1e-3, 1e3]));
        let layer = seeded::fill_uniform(config.init(&device).unwrap(), 1, 0.5);
        let draw = |shape: [usize; 3], seed| -> Tensor<3> {
            Tensor::from_data(seeded::tensor_data(shape, seed, 1.0), &device)
        };
        let heads = inspect_heads(&layer, draw([2, 20, 8], 1), draw([2, 6, 8], 2)).unwrap();
        assert_eq!(
            heads.iter().map(|head| head.regime).collect::<Vec<_>>(),
            [HeadRegime::Global, HeadRegime::Single]
        );
        assert_eq!(heads[0].counts, [18; 12]);
        assert!(heads.iter().all(|head| head.energy_after < head.energy), "{heads:?}");
        // Both heads have keys of their own.
        assert!(heads[0].separation != heads[1].separation && heads[0].separation.is_finite());
        // A shared state goes with every row of the batch.
        let shared = inspect_heads(&layer, draw([2, 20, 8], 1), draw([1, 6, 8], 2)).unwrap();
        assert_eq!(shared[0].counts.len(), 12);
    }
}
