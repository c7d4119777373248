//! What the generators of click logs have in common.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{ClickData, Encoded, Layout};
use crate::{Purpose, RandomKey, SettingError};

/// How many samples a generator makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartSizes {
    /// Training samples.
    pub train: usize,
    /// Validation samples.
    pub valid: usize,
    /// Test samples.
    pub test: usize,
}

/// Generated samples and the truth about them.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// The samples.
    pub data: ClickData,
    /// For training, validation and test `n * T` probabilities that the label is 1, given everything of which the features of
    /// the sample are drawn. Ranked by them, the test labels have the best area under the curve that any model can expect.
    pub probabilities: [Vec<f32>; 3],
}

/// One drawn sample: it adds its parts to the samples and its probabilities to the list.
pub(crate) type Draw<'a> = dyn Fn(&mut ChaCha8Rng, &mut Encoded, &mut Vec<f32>) + 'a;

/// Draws all samples, each from a stream of its own, so that larger parts begin with the smaller ones.
pub(crate) fn simulate(
    layout: Layout,
    sizes: PartSizes,
    seed: u64,
    draw: &Draw<'_>,
) -> Result<Simulation, SettingError> {
    let allowed = "between 1 and 16777216";
    let named = [("train", sizes.train), ("valid", sizes.valid), ("test", sizes.test)];
    for (setting, size) in named {
        if !(1..=1 << 24).contains(&size) {
            return Err(SettingError { setting, value: size.to_string(), allowed });
        }
    }
    let part = |epoch: u64, size: usize| {
        let (mut samples, mut probabilities) = (Encoded::empty(layout.sequences.len()), Vec::new());
        for index in 0..size as u64 {
            draw(
                &mut RandomKey { seed, epoch, index }.rng(Purpose::Sampling),
                &mut samples,
                &mut probabilities,
            );
            samples.count += 1;
        }
        (samples, probabilities)
    };
    let [(train, p_train), (valid, p_valid), (test, p_test)] =
        [(0, sizes.train), (1, sizes.valid), (2, sizes.test)].map(|(epoch, size)| part(epoch, size));
    let data = ClickData { counts: layout.counts(&train), layout, train, valid, test };
    Ok(Simulation { data, probabilities: [p_train, p_valid, p_test] })
}

/// The stream of what all samples of a seed share.
pub(crate) fn shared_stream(seed: u64) -> ChaCha8Rng {
    RandomKey { seed, epoch: 3, index: 0 }.rng(Purpose::Sampling)
}

/// The logistic function.
pub(crate) fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The area under the ROC curve, ties by average rank.
    pub(crate) fn auc(scores: &[f32], labels: &[f32]) -> f64 {
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
        let (mut rank_sum, mut start) = (0.0, 0);
        for tied in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
            let rank = start as f64 + (tied.len() as f64 + 1.0) / 2.0;
            rank_sum += rank * tied.iter().filter(|&&at| labels[at] == 1.0).count() as f64;
            start += tied.len();
        }
        let positive = labels.iter().filter(|&&label| label == 1.0).count() as f64;
        (rank_sum - positive * (positive + 1.0) / 2.0) / (positive * (labels.len() as f64 - positive))
    }

    /// What every generator keeps: sound samples of the sizes asked for, reproduced by their seed, different in every part, of which
    /// smaller parts are the beginning of larger ones.
    pub(crate) fn check(generate: impl Fn(PartSizes, u64) -> Result<Simulation, SettingError>) {
        let sizes = PartSizes { train: 300, valid: 200, test: 100 };
        let made = generate(sizes, 5).unwrap();
        let ClickData { layout, counts, train, valid, test } = &made.data;
        for (part, size, probabilities) in [
            (train, 300, &made.probabilities[0]),
            (valid, 200, &made.probabilities[1]),
            (test, 100, &made.probabilities[2]),
        ] {
            assert_eq!(part.len(), size);
            layout.check(part, "part").unwrap();
            assert_eq!(probabilities.len(), size * layout.tasks.len());
            assert!(probabilities.iter().all(|p| (0.0..=1.0).contains(p)));
        }
        assert_eq!(counts, &layout.counts(train));
        let first: Vec<usize> = (0..100).collect();
        let parts = [train.select(&first), valid.select(&first), test.clone()];
        assert!(parts[0] != parts[1] && parts[1] != parts[2] && parts[0] != parts[2]);
        assert_eq!(generate(sizes, 5).unwrap(), made);
        assert_ne!(generate(sizes, 6).unwrap().data, made.data);
        let small = generate(PartSizes { train: 100, ..sizes }, 5).unwrap();
        assert_eq!(small.data.train, parts[0]);
        let error = generate(PartSizes { valid: 0, ..sizes }, 5).unwrap_err();
        assert_eq!(error.to_string(), "valid = 0: must be between 1 and 16777216");
    }

    #[test]
    fn tied_scores_share_their_rank() {
        // Of the four pairs one is in order, one is not, two are tied: (1 + 0 + 2 * 0.5) / 4.
        assert_eq!(auc(&[0.5, 0.5, 0.1, 0.9], &[1.0, 0.0, 1.0, 0.0]), 0.125);
        assert_eq!(auc(&[0.1, 0.2, 0.3, 0.4], &[0.0, 0.0, 1.0, 1.0]), 1.0);
    }
}
