//! Multi-query associative recall: a list of key-value pairs, then the keys again, each to be answered by its value.
//!
//! "Zoology: Measuring and Improving Recall in Efficient Language Models", arXiv 2312.04927. A sequence of `length` tokens begins with
//! its `pairs` pairs `k1 v1 k2 v2 ..`, keys distinct below half of the vocabulary (never 0), values distinct from the upper half.
//! Behind them are `(length - 2 pairs) / 2` slots of two tokens. Each key comes again at the start of one of them: slots are
//! drawn without replacement by weights `a j^(a - 1)` for slot `j = 1, 2, ..`. All other tokens are uniform over the vocabulary.

use rand::RngExt;
use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::{Purpose, RandomKey, SettingError};

/// The size of the task.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MqarConfig {
    /// Tokens of the vocabulary; more than `length`.
    pub vocab: usize,
    /// Tokens of a sequence; even.
    pub length: usize,
    /// Pairs to remember; four times as many tokens must fit.
    pub pairs: usize,
    /// The power `a` by which slots are drawn; the smaller, the sooner a key is asked for.
    pub power: f64,
    /// Whether tokens that are no part of the task are random; otherwise they are 0.
    pub random_others: bool,
}

impl Default for MqarConfig {
    /// The paper's hardest setting.
    fn default() -> Self {
        Self { vocab: 8192, length: 512, pairs: 64, power: 0.01, random_others: true }
    }
}

/// One sequence of the task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MqarExample {
    /// `length` tokens.
    pub tokens: Vec<u32>,
    /// For each position the value asked for there, if any.
    pub answers: Vec<Option<u32>>,
}

/// A checked task.
#[derive(Debug, Clone, PartialEq)]
pub struct Mqar {
    config: MqarConfig,
    weights: Vec<f64>,
}

impl Mqar {
    /// The task of this size.
    ///
    /// # Errors
    ///
    /// Names the first setting that cannot be.
    pub fn new(config: MqarConfig) -> Result<Self, SettingError> {
        let MqarConfig { vocab, length, pairs, power, .. } = config;
        let refuse = |setting, value: String, allowed| Err(SettingError { setting, value, allowed });
        if length == 0 || !length.is_multiple_of(2) || length > 1 << 20 {
            return refuse("mqar.length", length.to_string(), "even, at least 2 and at most 1048576");
        }
        if pairs == 0 || 4 * pairs > length {
            return refuse(
                "mqar.pairs",
                pairs.to_string(),
                "at least 1 and at most a quarter of mqar.length",
            );
        }
        if vocab <= length || vocab > 1 << 30 {
            return refuse("mqar.vocab", vocab.to_string(), "above mqar.length and at most 2^30");
        }
        if !(power > 0.0 && power <= 64.0) {
            return refuse("mqar.power", power.to_string(), "above 0 and at most 64");
        }
        let slots = (length - 2 * pairs) / 2;
        let weights = (1..=slots).map(|slot| power * (slot as f64).powf(power - 1.0)).collect();
        Ok(Self { config, weights })
    }

    /// The size.
    pub fn config(&self) -> MqarConfig {
        self.config
    }

    /// Sequence `index` of the endless list that belongs to `seed`.
    pub fn example(&self, seed: u64, index: u64) -> MqarExample {
        let MqarConfig { vocab, length, pairs, random_others, .. } = self.config;
        let mut rng = RandomKey { seed, epoch: 0, index }.rng(Purpose::Sampling);
        let half = vocab / 2;
        let mut distinct = |from: usize, to: usize| -> Vec<u32> {
            index::sample(&mut rng, to - from, pairs).iter().map(|token| (from + token) as u32).collect()
        };
        let (keys, values) = (distinct(1, half), distinct(half, vocab));

        let mut tokens = vec![0; length];
        let mut answers = vec![None; length];
        for (pair, (&key, &value)) in keys.iter().zip(&values).enumerate() {
            (tokens[2 * pair], tokens[2 * pair + 1]) = (key, value);
        }
        for ((slot, &key), &value) in self.slots(&mut rng).into_iter().zip(&keys).zip(&values) {
            let position = 2 * pairs + 2 * slot;
            tokens[position] = key;
            answers[position] = Some(value);
        }
        if random_others {
            for token in tokens.iter_mut().filter(|token| **token == 0) {
                *token = rng.random_range(0..vocab as u32);
            }
        }
        MqarExample { tokens, answers }
    }

    /// One slot for each pair, distinct, each draw by the weights of the slots that are left.
    fn slots(&self, rng: &mut ChaCha8Rng) -> Vec<usize> {
        let mut weights = self.weights.clone();
        let draw = |_| {
            let mut left = rng.random::<f64>() * weights.iter().sum::<f64>();
            let falls_here = |weight: &f64| {
                left -= weight;
                left < 0.0 && *weight > 0.0
            };
            // Rounding may leave a remainder behind the last slot.
            let drawn = weights.iter().position(falls_here);
            let slot = drawn.or_else(|| weights.iter().rposition(|&weight| weight > 0.0)).unwrap_or(0);
            weights[slot] = 0.0;
            slot
        };
        (0..self.config.pairs).map(draw).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const SMALL: MqarConfig =
        MqarConfig { vocab: 256, length: 128, pairs: 16, power: 0.01, random_others: true };

    #[test]
    fn every_key_is_asked_for_once_and_answered_by_its_value() {
        for pairs in [1, 16, 32] {
            let task = Mqar::new(MqarConfig { pairs, ..SMALL }).unwrap();
            for index in 0..50 {
                let MqarExample { tokens, answers } = task.example(3, index);
                assert_eq!((tokens.len(), answers.len()), (128, 128));
                assert!(tokens.iter().all(|&token| token < 256));
                let book: BTreeMap<u32, u32> =
                    tokens[..2 * pairs].chunks(2).map(|pair| (pair[0], pair[1])).collect();
                assert_eq!(book.len(), pairs, "keys are distinct");
                assert!(
                    book.iter().all(|(&key, &value)| (1..128).contains(&key) && (128..256).contains(&value))
                );
                let asked: BTreeMap<u32, u32> = (0..128)
                    .filter_map(|position| answers[position].map(|value| (tokens[position], value)))
                    .collect();
                assert_eq!(asked, book);
                let places = (0..128).filter(|&position| answers[position].is_some());
                assert!(places.clone().all(|position| position >= 2 * pairs && position % 2 == 0));
                assert_eq!(places.count(), pairs);
            }
        }
    }

    #[test]
    fn other_tokens_are_uniform_or_zero() {
        let others = |random_others| -> Vec<u32> {
            let task = Mqar::new(MqarConfig { random_others, ..SMALL }).unwrap();
            let example = |index| {
                let MqarExample { tokens, answers } = task.example(0, index);
                (32..128).filter(|&at| answers[at].is_none()).map(|at| tokens[at]).collect::<Vec<_>>()
            };
            (0..200).flat_map(example).collect()
        };
        assert!(others(false).iter().all(|&token| token == 0));
        let random = others(true);
        let mean = random.iter().map(|&token| f64::from(token)).sum::<f64>() / random.len() as f64;
        // Of 16,000 draws from 0..256: the mean has a standard deviation of 0.6.
        assert!((mean - 127.5).abs() < 3.0, "{mean}");
    }

    #[test]
    fn slots_are_drawn_by_the_power_law() {
        let task = Mqar::new(MqarConfig { pairs: 1, ..SMALL }).unwrap();
        let total: f64 = (1..=63).map(|slot| f64::from(slot).powf(-0.99)).sum();
        let first = (0..4000).filter(|&index| task.example(1, index).answers[2].is_some()).count();
        let (share, expected) = (first as f64 / 4000.0, 1.0 / total);
        // The standard deviation of the share is 0.006.
        assert!((share - expected).abs() < 0.03, "{share} {expected}");
    }

    #[test]
    fn sequences_are_a_function_of_seed_and_index() {
        let task = Mqar::new(SMALL).unwrap();
        assert_eq!(task.example(1, 5), task.example(1, 5));
        assert_ne!(task.example(1, 5), task.example(2, 5));
        assert_ne!(task.example(1, 5), task.example(1, 6));
    }

    #[test]
    fn sizes_that_cannot_be_are_refused_by_name() {
        let message = |config| Mqar::new(config).unwrap_err().to_string();
        assert_eq!(
            message(MqarConfig { length: 127, ..SMALL }),
            "mqar.length = 127: must be even, at least 2 and at most 1048576"
        );
        assert_eq!(
            message(MqarConfig { pairs: 33, ..SMALL }),
            "mqar.pairs = 33: must be at least 1 and at most a quarter of mqar.length"
        );
        assert_eq!(
            message(MqarConfig { vocab: 128, ..SMALL }),
            "mqar.vocab = 128: must be above mqar.length and at most 2^30"
        );
        assert_eq!(
            message(MqarConfig { power: 0.0, ..SMALL }),
            "mqar.power = 0: must be above 0 and at most 64"
        );
        assert!(Mqar::new(MqarConfig { pairs: 0, ..SMALL }).is_err());
        assert!(Mqar::new(MqarConfig { pairs: 32, ..SMALL }).is_ok());
    }
}
