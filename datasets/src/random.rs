//! Random streams addressed by position, so that a sample's randomness never depends on who drew before it.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What a stream is for; two purposes never share random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The order of the samples in an epoch.
    Order,
    /// The augmentation of one sample.
    Augment,
    /// The mixing of one batch.
    Mixup,
    /// The choice of samples when a data set is made.
    Sampling,
}

/// The address of a random stream: the run's seed, the epoch, and the sample or batch within the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RandomKey {
    /// The run's seed.
    pub seed: u64,
    /// The epoch, from 0.
    pub epoch: u64,
    /// The sample's or batch's number.
    pub index: u64,
}

impl RandomKey {
    /// The generator of this address: the four numbers are its 256-bit key, so distinct addresses give
    /// independent streams.
    pub fn rng(self, purpose: Purpose) -> ChaCha8Rng {
        let mut key = [0; 32];
        for (bytes, word) in key.chunks_exact_mut(8).zip([self.seed, self.epoch, self.index, purpose as u64])
        {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        ChaCha8Rng::from_seed(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    #[test]
    fn each_part_of_the_address_changes_the_stream() {
        let key = RandomKey { seed: 1, epoch: 2, index: 3 };
        let draw = |key: RandomKey, purpose| key.rng(purpose).random::<u64>();
        let first = draw(key, Purpose::Augment);
        assert_eq!(first, draw(key, Purpose::Augment));
        assert_ne!(first, draw(key, Purpose::Mixup));
        assert_ne!(first, draw(RandomKey { seed: 2, ..key }, Purpose::Augment));
        assert_ne!(first, draw(RandomKey { epoch: 3, ..key }, Purpose::Augment));
        assert_ne!(first, draw(RandomKey { index: 2, ..key }, Purpose::Augment));
    }
}
