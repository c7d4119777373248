//! How well probabilities of clicks order and fit the samples: area under the ROC curve, the same within users (GAUC), log loss.

use std::collections::BTreeMap;

/// Probabilities are kept this far from 0 and 1 in [`log_loss`]: the resolution of 32-bit floats at 1.
const EPSILON: f64 = f32::EPSILON as f64;

/// The probability that a positive sample has a higher score than a negative one, a tie counting half (ranks of ties are averaged).
/// Labels are 0 or 1; a sample whose label or score is NaN takes no part. NaN where there are not both classes.
pub fn auc(scores: &[f32], labels: &[f32]) -> f64 {
    let samples: Vec<(f32, f32)> = scores.iter().copied().zip(labels.iter().copied()).collect();
    auc_of(samples)
}

fn auc_of(mut samples: Vec<(f32, f32)>) -> f64 {
    samples.retain(|(score, label)| !score.is_nan() && !label.is_nan());
    samples.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut ranks, mut positives, mut before) = (0.0, 0.0, 0.0);
    // 0 and -0 are ties, though their total order differs.
    for ties in samples.chunk_by(|one, other| one.0 == other.0) {
        let of_ties = ties.iter().filter(|(_, label)| *label > 0.5).count() as f64;
        let size = ties.len() as f64;
        ranks += of_ties * (before + (size + 1.0) / 2.0);
        positives += of_ties;
        before += size;
    }
    let negatives = before - positives;
    (ranks - positives * (positives + 1.0) / 2.0) / (positives * negatives)
}

/// The AUC within each user, averaged with the number of the user's samples as weight, over users with both classes (Zhou et al. 2018,
/// eq. 7). NaN where no user has both.
pub fn gauc(scores: &[f32], labels: &[f32], groups: &[u32]) -> f64 {
    let mut users: BTreeMap<u32, Vec<(f32, f32)>> = BTreeMap::new();
    for ((score, label), group) in scores.iter().zip(labels).zip(groups) {
        if !label.is_nan() {
            users.entry(*group).or_default().push((*score, *label));
        }
    }
    let (mut sum, mut impressions) = (0.0, 0.0);
    for samples in users.into_values() {
        let count = samples.len() as f64;
        let area = auc_of(samples);
        if area.is_finite() {
            sum += count * area;
            impressions += count;
        }
    }
    sum / impressions
}

/// The mean negative log likelihood of labels in {0, 1}, in nats; those that are NaN take no part. NaN without any.
pub fn log_loss(probabilities: &[f32], labels: &[f32]) -> f64 {
    let labelled = probabilities.iter().zip(labels).filter(|(_, label)| !label.is_nan());
    let (sum, count) = labelled.fold((0.0, 0.0), |(sum, count), (probability, label)| {
        let probability = f64::from(*probability).clamp(EPSILON, 1.0 - EPSILON);
        let loss = if *label > 0.5 { -probability.ln() } else { -(1.0 - probability).ln() };
        (sum + loss, count + 1.0)
    });
    sum / count
}

/// How much more of the way from chance to perfection a model is than a base, in percent (Zhou et al. 2018, eq. 8); both are AUC.
pub fn rela_impr(auc: f64, base: f64) -> f64 {
    100.0 * ((auc - 0.5) / (base - 0.5) - 1.0)
}
