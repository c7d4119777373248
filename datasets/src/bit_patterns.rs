//! Bags of bit vectors, positive where they hold one of a few signals ("Hopfield Networks is All You Need", arXiv 2008.02217, official
//! example).
//!
//! Signals are distinct vectors that are not zero. All other instances are uniform, drawn again while they are zero or a signal.
//! The first bags are positive: each has a random signal at `signals_per_bag` random places.

use rand::RngExt;
use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::bags::Bags;
use crate::{Purpose, RandomKey, SettingError};

/// The most bits of an instance: signals are drawn from the numbers of that many bits.
const MOST_BITS: usize = 24;

/// The size of the task.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BitPatternConfig {
    /// Bags.
    pub bags: usize,
    /// Instances of a bag.
    pub instances: usize,
    /// Bits of an instance.
    pub bits: usize,
    /// Signals.
    pub signals: usize,
    /// Signals in a positive bag.
    pub signals_per_bag: usize,
    /// Share of the bags that is positive.
    pub positive: f64,
}

impl Default for BitPatternConfig {
    /// The official example.
    fn default() -> Self {
        Self { bags: 2048, instances: 16, bits: 8, signals: 8, signals_per_bag: 1, positive: 0.5 }
    }
}

/// Generated bags with the signals they were made with.
#[derive(Debug, Clone, PartialEq)]
pub struct BitPatterns {
    /// The bags, positive ones first.
    pub bags: Bags,
    /// The signals, as vectors of 0 and 1.
    pub signals: Vec<Vec<f32>>,
}

impl BitPatternConfig {
    /// Checks every setting.
    ///
    /// # Errors
    ///
    /// Names the first setting that cannot be.
    pub fn validate(&self) -> Result<(), SettingError> {
        let refuse = |setting, value: String, allowed| Err(SettingError { setting, value, allowed });
        if !(1..=1 << 24).contains(&self.bags) {
            return refuse("bit_patterns.bags", self.bags.to_string(), "between 1 and 16777216");
        }
        if !(1..=1 << 16).contains(&self.instances) {
            return refuse("bit_patterns.instances", self.instances.to_string(), "between 1 and 65536");
        }
        if !(2..=MOST_BITS).contains(&self.bits) {
            return refuse("bit_patterns.bits", self.bits.to_string(), "between 2 and 24");
        }
        if self.signals == 0 || self.signals >= (1 << self.bits) - 1 {
            let allowed = "at least 1 and less than 2^bits - 1, so that instances without a signal are left";
            return refuse("bit_patterns.signals", self.signals.to_string(), allowed);
        }
        if self.signals_per_bag == 0 || self.signals_per_bag > self.instances {
            let allowed = "at least 1 and at most bit_patterns.instances";
            return refuse("bit_patterns.signals_per_bag", self.signals_per_bag.to_string(), allowed);
        }
        if !(0.0..=1.0).contains(&self.positive) {
            return refuse("bit_patterns.positive", self.positive.to_string(), "between 0 and 1");
        }
        Ok(())
    }

    /// The bags of a seed.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn generate(&self, seed: u64) -> Result<BitPatterns, SettingError> {
        self.validate()?;
        let key = |index| RandomKey { seed, epoch: 0, index }.rng(Purpose::Sampling);
        let numbers = (1 << self.bits) - 1;
        let signals: Vec<usize> =
            index::sample(&mut key(0), numbers, self.signals).iter().map(|number| number + 1).collect();
        let positive = (self.bags as f64 * self.positive).round() as usize;
        let mut bags = Bags::builder(self.bits);
        for bag in 0..self.bags {
            let instances = self.bag(&mut key(bag as u64 + 1), &signals, bag < positive);
            bags.push(instances.into_iter().flat_map(|number| self.vector(number)), bag < positive);
        }
        let signals = signals.into_iter().map(|signal| self.vector(signal).collect()).collect();
        Ok(BitPatterns { bags: bags.finish(), signals })
    }

    fn bag(&self, rng: &mut ChaCha8Rng, signals: &[usize], positive: bool) -> Vec<usize> {
        let mut other = || {
            loop {
                let number = rng.random_range(1..1_usize << self.bits);
                if !signals.contains(&number) {
                    return number;
                }
            }
        };
        let mut instances: Vec<usize> = (0..self.instances).map(|_| other()).collect();
        if positive {
            for place in index::sample(rng, self.instances, self.signals_per_bag) {
                instances[place] = signals[rng.random_range(0..signals.len())];
            }
        }
        instances
    }

    fn vector(&self, number: usize) -> impl Iterator<Item = f32> + use<> {
        (0..self.bits).map(move |bit| (number >> bit & 1) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(bags: &Bags, bag: usize, signals: &[Vec<f32>]) -> usize {
        bags.instances(bag).chunks(bags.features()).filter(|x| signals.iter().any(|s| s == x)).count()
    }

    #[test]
    fn exactly_the_first_half_holds_one_signal() {
        let BitPatterns { bags, signals } = BitPatternConfig::default().generate(3).unwrap();
        assert_eq!((bags.len(), bags.features(), signals.len()), (2048, 8, 8));
        let mut distinct = signals.clone();
        distinct.sort_by(|a, b| a.partial_cmp(b).unwrap());
        distinct.dedup();
        assert_eq!(distinct.len(), 8);
        assert!(signals.iter().all(|signal| signal.contains(&1.0)));
        for bag in 0..bags.len() {
            assert_eq!(bags.size(bag), 16);
            assert_eq!(bags.labels()[bag], bag < 1024);
            assert_eq!(holds(&bags, bag, &signals), usize::from(bag < 1024));
            assert!(bags.instances(bag).chunks(8).all(|x| x.contains(&1.0)));
        }
    }

    #[test]
    fn bits_of_the_others_are_uniform_but_for_the_zero() {
        let BitPatterns { bags, .. } = BitPatternConfig::default().generate(0).unwrap();
        let negative: Vec<f32> = (1024..2048).flat_map(|bag| bags.instances(bag).to_vec()).collect();
        let mean = negative.iter().sum::<f32>() / negative.len() as f32;
        // Of 131,072 bits the mean has a deviation of 0.0014; leaving out zero and eight signals moves it by at most 0.02.
        assert!((mean - 0.5).abs() < 0.025, "{mean}");
    }

    #[test]
    fn bags_are_a_function_of_the_seed() {
        let config = BitPatternConfig { bags: 10, ..BitPatternConfig::default() };
        assert_eq!(config.generate(1).unwrap(), config.generate(1).unwrap());
        assert_ne!(config.generate(1).unwrap(), config.generate(2).unwrap());
    }

    #[test]
    fn sizes_that_cannot_be_are_refused_by_name() {
        let base = BitPatternConfig::default();
        let message = |config: BitPatternConfig| config.generate(0).unwrap_err().to_string();
        let expected =
            "must be at least 1 and less than 2^bits - 1, so that instances without a signal are left";
        let few = BitPatternConfig { bits: 3, signals: 7, ..base };
        assert_eq!(message(few), format!("bit_patterns.signals = 7: {expected}"));
        assert!(BitPatternConfig { bits: 3, signals: 6, bags: 4, ..base }.generate(0).is_ok());
        assert_eq!(
            message(BitPatternConfig { signals: 0, ..base }),
            format!("bit_patterns.signals = 0: {expected}")
        );
        assert!(message(BitPatternConfig { bits: 25, ..base }).starts_with("bit_patterns.bits = 25"));
        assert!(message(BitPatternConfig { bags: 0, ..base }).starts_with("bit_patterns.bags = 0"));
        assert!(message(BitPatternConfig { instances: 0, ..base }).starts_with("bit_patterns.instances = 0"));
        let many = BitPatternConfig { signals_per_bag: 17, ..base };
        assert!(message(many).starts_with("bit_patterns.signals_per_bag = 17"));
        assert!(
            message(BitPatternConfig { positive: 1.5, ..base }).starts_with("bit_patterns.positive = 1.5")
        );
    }
}
