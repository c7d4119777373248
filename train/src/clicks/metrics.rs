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

#[cfg(test)]
mod tests {
    use super::*;

    /// Sixty samples of 17 users, 12 of which have both labels, with many ties among the scores.
    fn samples() -> (Vec<f32>, Vec<f32>, Vec<u32>) {
        let scores = (0..60).map(|i| (i * i * 7 % 23) as f32 / 23.0).collect();
        let labels = (0..60).map(|i| f32::from(i * 5 % 7 < 3)).collect();
        (scores, labels, (0..60).map(|i| i * 3 % 17).collect())
    }

    // scikit-learn 1.9.1:
    //   i = np.arange(60); scores = (i * i * 7 % 23) / 23; labels = (i * 5 % 7 < 3).astype(int); users = i * 3 % 17
    //   area = lambda rows: roc_auc_score(labels[rows], scores[rows])
    //   groups = [g for g in (np.flatnonzero(users == u) for u in np.unique(users)) if len(set(labels[g])) == 2]
    //   area(i); sum(len(g) * area(g) for g in groups) / sum(map(len, groups)); log_loss(labels, np.clip(scores, 0.01, 0.99))
    const AUC: f64 = 0.48868778280542985;
    const GAUC: f64 = 0.6174242424242424;
    const LOG_LOSS: f64 = 1.0206524382556532;

    #[test]
    fn areas_and_log_loss_are_those_of_scikit_learn() {
        let (scores, labels, users) = samples();
        assert!((auc(&scores, &labels) - AUC).abs() < 1e-12);
        assert!((gauc(&scores, &labels, &users) - GAUC).abs() < 1e-12);
        let clipped: Vec<f32> = scores.iter().map(|score| score.clamp(0.01, 0.99)).collect();
        // 32-bit probabilities: their relative rounding of 6e-8 is the error of a logarithm.
        assert!((log_loss(&clipped, &labels) - LOG_LOSS).abs() < 1e-7);
    }

    #[test]
    fn ties_count_half_and_missing_labels_not_at_all() {
        // Pairs (4, 3), (4, 2), (2, 3), (2, 2): one, one, none, half.
        assert_eq!(auc(&[4.0, 3.0, 2.0, 2.0], &[1.0, 0.0, 1.0, 0.0]), 2.5 / 4.0);
        assert_eq!(auc(&[0.0, -0.0], &[1.0, 0.0]), 0.5);
        assert_eq!(auc(&[4.0, 9.0, 1.0], &[1.0, f32::NAN, 0.0]), 1.0);
        assert!(auc(&[1.0, 2.0], &[1.0, 1.0]).is_nan() && auc(&[], &[]).is_nan());
        assert_eq!(log_loss(&[0.5, 0.9], &[1.0, f32::NAN]), 2_f64.ln());
        assert!(log_loss(&[0.0, 1.0], &[1.0, 0.0]).is_finite());
    }

    #[test]
    fn users_with_one_label_do_not_count() {
        // User 1 is ordered wrongly with two samples, user 2 rightly with three, user 3 has no positive.
        let scores = [0.1, 0.9, 0.2, 0.3, 0.4, 1.0];
        let labels = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
        assert_eq!(gauc(&scores, &labels, &[1, 1, 2, 2, 2, 3]), 0.6);
        assert!(gauc(&scores, &labels, &[0, 1, 2, 3, 4, 5]).is_nan());
        assert!(gauc(&scores, &labels, &[]).is_nan());
    }

    #[test]
    fn relative_improvement_counts_from_chance() {
        assert!((rela_impr(0.6083, 0.5970) - 11.649_484_536).abs() < 1e-6);
    }
}
