//! Batches of tokens: windows of a text, and the sequences of associative recall.

use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};
use pyrarium_datasets::{Mqar, Purpose, RandomKey};
use pyrarium_layers::ConfigError;
use rand::RngExt;

use crate::loader::BatchSource;

/// Sequences of tokens with what is to be scored after them.
#[derive(Clone, Debug)]
pub struct TokenBatch {
    /// Tokens, `[B, T]`.
    pub tokens: Tensor<2, Int>,
    /// Which of the `B T` positions have a target; all of them where there is none.
    pub positions: Option<Tensor<1, Int>>,
    /// The token that follows at each of these positions.
    pub targets: Tensor<1, Int>,
}

/// A batch in host memory.
pub struct HostTokens {
    rows: usize,
    tokens: Vec<i64>,
    positions: Option<Vec<i64>>,
    targets: Vec<i64>,
}

impl HostTokens {
    /// The tokens of the vocabulary in turn, over all rows, each to be followed by the next.
    pub fn in_turn(rows: usize, length: usize, vocab: usize) -> Self {
        let turn = |shift: usize| (0..rows * length).map(|at| ((at + shift) % vocab) as i64).collect();
        Self { rows, tokens: turn(0), positions: None, targets: turn(1) }
    }

    /// Moves the batch to a device.
    pub fn upload(self, device: &Device) -> TokenBatch {
        let length = self.tokens.len() / self.rows.max(1);
        let list = |values: Vec<i64>| {
            let count = values.len();
            Tensor::from_data(TensorData::new(values, [count]), device)
        };
        TokenBatch {
            tokens: Tensor::from_data(TensorData::new(self.tokens, [self.rows, length]), device),
            positions: self.positions.map(list),
            targets: list(self.targets),
        }
    }
}

/// Windows of a text, side by side; in training each epoch begins them somewhere else.
pub struct TextSource {
    bytes: Vec<u8>,
    length: usize,
    /// Seed of where the windows begin; they begin at the start where there is none.
    seed: Option<u64>,
}

impl TextSource {
    /// Windows of `length` bytes, each followed by one more.
    ///
    /// # Errors
    /// When the text has no two windows.
    pub fn new(bytes: &[u8], length: usize, seed: Option<u64>) -> Result<Arc<Self>, ConfigError> {
        if length == 0 || bytes.len() <= 2 * length {
            let allowed =
                format!("between 1 and {}, for two windows of the text", bytes.len().saturating_sub(1) / 2);
            return Err(ConfigError::new("length", length, allowed));
        }
        Ok(Arc::new(Self { bytes: bytes.to_vec(), length, seed }))
    }

    fn start(&self, epoch: u64) -> usize {
        match self.seed {
            Some(seed) => {
                RandomKey { seed, epoch, index: 0 }.rng(Purpose::Sampling).random_range(0..self.length)
            }
            None => 0,
        }
    }
}

impl BatchSource for TextSource {
    type Host = HostTokens;
    type Batch = TokenBatch;

    fn num_samples(&self) -> usize {
        // One window is left over to be shifted through.
        (self.bytes.len() - 1) / self.length - usize::from(self.seed.is_some())
    }

    fn assemble(&self, epoch: u64, _batch: usize, samples: &[usize]) -> HostTokens {
        let start = self.start(epoch);
        let window = |shift: usize| -> Vec<i64> {
            let from = |sample: &usize| start + sample * self.length + shift;
            let windows = samples.iter().flat_map(|sample| &self.bytes[from(sample)..][..self.length]);
            windows.map(|&byte| i64::from(byte)).collect()
        };
        HostTokens { rows: samples.len(), tokens: window(0), positions: None, targets: window(1) }
    }

    fn upload(&self, host: HostTokens, device: &Device) -> TokenBatch {
        host.upload(device)
    }
}

/// Sequences of associative recall, fresh ones in every epoch.
pub struct RecallSource {
    task: Mqar,
    seed: u64,
    samples: usize,
}

impl RecallSource {
    /// `samples` sequences an epoch, from the endless list of `seed`.
    pub fn new(task: Mqar, seed: u64, samples: usize) -> Arc<Self> {
        Arc::new(Self { task, seed, samples })
    }
}

impl BatchSource for RecallSource {
    type Host = HostTokens;
    type Batch = TokenBatch;

    fn num_samples(&self) -> usize {
        self.samples
    }

    fn assemble(&self, epoch: u64, _batch: usize, samples: &[usize]) -> HostTokens {
        let length = self.task.config().length;
        let mut host = HostTokens {
            rows: samples.len(),
            tokens: Vec::new(),
            positions: Some(Vec::new()),
            targets: Vec::new(),
        };
        for (row, &sample) in samples.iter().enumerate() {
            let example = self.task.example(self.seed, epoch * self.samples as u64 + sample as u64);
            host.tokens.extend(example.tokens.into_iter().map(i64::from));
            for (at, answer) in example.answers.into_iter().enumerate() {
                if let (Some(answer), Some(positions)) = (answer, &mut host.positions) {
                    positions.push((row * length + at) as i64);
                    host.targets.push(i64::from(answer));
                }
            }
        }
        host
    }

    fn upload(&self, host: HostTokens, device: &Device) -> TokenBatch {
        host.upload(device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pyrarium_datasets::MqarConfig;

    #[test]
    fn windows_cover_the_text_and_targets_are_one_further() {
        let bytes: Vec<u8> = (0..=20).collect();
        let source = TextSource::new(&bytes, 5, None).unwrap();
        assert_eq!(source.num_samples(), 4);
        let host = source.assemble(3, 0, &[0, 3]);
        assert_eq!(host.tokens, [0, 1, 2, 3, 4, 15, 16, 17, 18, 19]);
        assert_eq!(host.targets, [1, 2, 3, 4, 5, 16, 17, 18, 19, 20]);
        assert!(TextSource::new(&bytes, 10, None).is_ok());
        let message = TextSource::new(&bytes, 11, None).err().unwrap().to_string();
        assert_eq!(message, "length = 11: must be between 1 and 10, for two windows of the text");
    }

    #[test]
    fn windows_of_training_move_with_the_epoch_alone() {
        let bytes: Vec<u8> = (0..=255).collect();
        let source = TextSource::new(&bytes, 32, Some(1)).unwrap();
        assert_eq!(source.num_samples(), 6);
        let first = |epoch| source.assemble(epoch, 0, &[5]).tokens[0];
        assert_eq!(first(1), first(1));
        let starts: std::collections::BTreeSet<i64> = (0..20).map(first).collect();
        assert!(starts.len() > 5 && starts.iter().all(|&start| (160..192).contains(&start)), "{starts:?}");
    }

    #[test]
    fn recall_asks_for_each_pair_once_and_never_repeats_an_epoch() {
        let config = MqarConfig { vocab: 64, length: 32, pairs: 4, ..MqarConfig::default() };
        let source = RecallSource::new(Mqar::new(config).unwrap(), 1, 10);
        let host = source.assemble(1, 0, &[0, 1]);
        assert_eq!((host.tokens.len(), host.targets.len()), (64, 8));
        let positions = host.positions.unwrap();
        assert!(positions[..4].iter().all(|&at| at < 32) && positions[4..].iter().all(|&at| at >= 32));
        assert_ne!(source.assemble(2, 0, &[0, 1]).tokens, host.tokens);
    }
}
