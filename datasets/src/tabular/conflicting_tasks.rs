//! Two tasks that agree, have nothing to do with each other, or contradict each other, seen in three sequences of behaviour.
//!
//! A user has two independent interests p and q, each three of 30 categories. Ten clicked categories are uniform over p, ten purchased over q,
//! ten favourites over p or q with probability 1/2 each. The category `c` in question is uniform over all, or, with probability 1/2, over p or
//! over q, alike. The logit of task 1 is `4 [c in p] - 2 + n1`; that of task 2 is `4 [c in p] - 2 + n2` for rho = 1,
//! `4 [c in q] - 2 + n2` for rho = 0, and `2 - 4 [c in p] + n2` for rho = -1, with n1 and n2 from N(0, 0.25).

use rand::RngExt;
use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::simulation::{sigmoid, simulate};
use super::{Encoded, Field, Layout, PartSizes, SequenceField, Simulation};
use crate::SettingError;

const CATEGORIES: usize = 30;
const INTERESTS: usize = 3;
const LENGTH: usize = 10;
const NOISE: f64 = 0.5;

/// The sizes of the original: 40,000, 5,000 and 5,000 samples.
pub const CONFLICTING_TASKS_SIZES: PartSizes = PartSizes { train: 40_000, valid: 5_000, test: 5_000 };

/// The samples of a seed: a field `category` (31 entries, entry 0 for none), sequences `click`, `purchase` and `favourite` of it, tasks
/// `task1` and `task2`. The probabilities are those given p, q and c, with the noise averaged out.
///
/// # Errors
/// `rho` other than -1, 0 and 1; a part without samples or of more than 16,777,216.
pub fn conflicting_tasks(rho: i32, sizes: PartSizes, seed: u64) -> Result<Simulation, SettingError> {
    if !(-1..=1).contains(&rho) {
        return Err(SettingError { setting: "rho", value: rho.to_string(), allowed: "-1, 0 or 1" });
    }
    let sequence = |name: &str| SequenceField { name: name.into(), length: LENGTH, fields: vec![0] };
    let layout = Layout {
        fields: vec![Field { name: "category".into(), vocab_size: 1 + CATEGORIES, shares: None }],
        numeric: Vec::new(),
        sequences: ["click", "purchase", "favourite"].map(sequence).to_vec(),
        tasks: vec!["task1".into(), "task2".into()],
    };
    let averaged = [-2.0, 2.0].map(averaged);
    let draw = |rng: &mut ChaCha8Rng, samples: &mut Encoded, probabilities: &mut Vec<f32>| {
        let mut interest = || index::sample(rng, CATEGORIES, INTERESTS).into_vec();
        let (p, q) = (interest(), interest());
        for (sequence, share_of_p) in samples.sequences.iter_mut().zip([1.0, 0.0, 0.5]) {
            for _ in 0..LENGTH {
                let interest = if rng.random::<f64>() < share_of_p { &p } else { &q };
                sequence.ids.push(1 + interest[rng.random_range(0..INTERESTS)] as u32);
            }
            sequence.lengths.push(LENGTH as u32);
        }
        let category = match rng.random_range(0..4) {
            0 => p[rng.random_range(0..INTERESTS)],
            1 => q[rng.random_range(0..INTERESTS)],
            _ => rng.random_range(0..CATEGORIES),
        };
        samples.categorical.push(1 + category as u32);
        let (in_p, in_q) = (p.contains(&category), q.contains(&category));
        let second = match rho {
            1 => in_p,
            0 => in_q,
            _ => !in_p,
        };
        for likely in [in_p, second] {
            let noise: f64 = StandardNormal.sample(rng);
            let probability = sigmoid(if likely { 2.0 } else { -2.0 } + NOISE * noise);
            samples.labels.push(f32::from(rng.random::<f64>() < probability));
            probabilities.push(averaged[usize::from(likely)] as f32);
        }
    };
    simulate(layout, sizes, seed, &draw)
}

/// The mean of the logistic function over N(logit, 0.25), by the midpoint rule over eight deviations to each side.
fn averaged(logit: f64) -> f64 {
    let nodes = (-800..800).map(|node| (f64::from(node) + 0.5) / 100.0);
    let (mut sum, mut total) = (0.0, 0.0);
    for z in nodes {
        let weight = (-z * z / 2.0).exp();
        sum += weight * sigmoid(logit + NOISE * z);
        total += weight;
    }
    sum / total
}

#[cfg(test)]
mod tests {
    use super::super::simulation::tests::{auc, check};
    use super::*;

    fn set(ids: &[u32]) -> Vec<u32> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    #[test]
    fn behaviour_shows_the_interests() {
        let made = conflicting_tasks(0, PartSizes { train: 3000, valid: 1, test: 1 }, 1).unwrap();
        let train = &made.data.train;
        let (mut in_p, mut in_q, mut from_p) = (0, 0, 0);
        for sample in 0..train.len() {
            let part = |at: usize| set(&train.sequences[at].ids[10 * sample..][..10]);
            let (p, q, both) = (part(0), part(1), part(2));
            assert!(p.len() <= 3 && q.len() <= 3 && both.len() <= 6);
            if p.len() < 3 || q.len() < 3 {
                continue;
            }
            assert!(both.iter().all(|id| p.contains(id) || q.contains(id)));
            from_p += train.sequences[2].ids[10 * sample..][..10].iter().filter(|id| p.contains(id)).count();
            let category = train.categorical[sample];
            in_p += usize::from(p.contains(&category));
            in_q += usize::from(q.contains(&category));
            let likely = [p.contains(&category), q.contains(&category)];
            for (task, likely) in likely.into_iter().enumerate() {
                assert_eq!(made.probabilities[0][2 * sample + task] > 0.5, likely);
            }
        }
        // P(c in p) = 1/4 + 1/4 * 1/10 + 1/2 * 1/10 = 0.325, of about 2,700 samples with a standard error of 0.009.
        for count in [in_p, in_q] {
            assert!((count as f64 / 2700.0 - 0.325).abs() < 0.045, "{count}");
        }
        // Half of the favourites, and a tenth of the other half.
        assert!((from_p as f64 / 27_000.0 - 0.55).abs() < 0.04, "{from_p}");
    }

    #[test]
    fn the_second_task_is_the_first_another_or_its_opposite() {
        let sizes = PartSizes { train: 20_000, valid: 1, test: 1 };
        let agreement = |rho: i32| {
            let labels = conflicting_tasks(rho, sizes, 2).unwrap().data.train.labels;
            labels.chunks(2).filter(|pair| pair[0] == pair[1]).count() as f64 / 20_000.0
        };
        // Given c the noises are independent, so the labels agree with probability a^2 + (1 - a)^2 if both logits are alike.
        let a = averaged(2.0);
        let alike = a * a + (1.0 - a) * (1.0 - a);
        assert!((agreement(1) - alike).abs() < 0.01);
        assert!((agreement(-1) - (1.0 - alike)).abs() < 0.01);
        // c lies in exactly one of p and q with probability 1/2 * 0.9 + 1/2 * 2 * 0.1 * 0.9 = 0.54.
        let unlike = 0.54;
        let expected = (1.0 - unlike) * alike + unlike * (1.0 - alike);
        assert!((agreement(0) - expected).abs() < 0.015, "{} {expected}", agreement(0));
    }

    #[test]
    fn the_probabilities_are_those_of_the_labels() {
        let made = conflicting_tasks(-1, CONFLICTING_TASKS_SIZES, 0).unwrap();
        // Symmetric: the mean of the logistic function over N(2, 0.25) and over N(-2, 0.25) sum to 1.
        assert!((averaged(2.0) + averaged(-2.0) - 1.0).abs() < 1e-12);
        let labels = &made.data.train.labels;
        let rate = |likely: bool| {
            let chosen: Vec<f32> = (0..labels.len())
                .filter(|&at| (made.probabilities[0][at] > 0.5) == likely)
                .map(|at| labels[at])
                .collect();
            f64::from(chosen.iter().sum::<f32>()) / chosen.len() as f64
        };
        assert!((rate(true) - averaged(2.0)).abs() < 0.006, "{}", rate(true));
        assert!((rate(false) - averaged(-2.0)).abs() < 0.006, "{}", rate(false));
        let column =
            |values: &[f32], task: usize| values.iter().skip(task).step_by(2).copied().collect::<Vec<_>>();
        for task in 0..2 {
            // With a share of 0.325 likely (0.675 for the opposite) this is what a two-valued score can reach.
            let best = auc(&column(&made.probabilities[0], task), &column(labels, task));
            assert!((0.82..0.88).contains(&best), "{best}");
        }
    }

    #[test]
    fn parts_are_sound_and_follow_from_the_seed() {
        for rho in -1..=1 {
            check(|sizes, seed| conflicting_tasks(rho, sizes, seed));
        }
        let error = conflicting_tasks(2, CONFLICTING_TASKS_SIZES, 0).unwrap_err();
        assert_eq!(error.to_string(), "rho = 2: must be -1, 0 or 1");
    }
}
