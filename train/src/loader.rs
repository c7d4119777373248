//! A data loader whose batches are a pure function of (seed, epoch), whatever the number of worker threads.
//!
//! Burn's own multi-thread loader hands out batches in the order in which its workers finish. Here worker `w` of `n`
//! assembles batches `w, w + n, ..` into a channel of its own and the consumer takes from the channels in turn.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};

use burn::data::dataloader::{DataLoader, DataLoaderIterator, Progress};
use burn::data::dataset::DatasetError;
use burn::tensor::Device;
use pyrarium_datasets::{Purpose, RandomKey};
use rand::seq::SliceRandom;

use crate::profile::Profile;

/// Batches each worker may assemble ahead of the consumer.
const AHEAD: usize = 2;

/// A data set that can be assembled into batches on any thread.
pub trait BatchSource: Send + Sync + 'static {
    /// A batch in host memory, made by a worker.
    type Host: Send + 'static;
    /// A batch on the device, made on the consumer's thread.
    type Batch: Send + 'static;

    /// The number of samples.
    fn num_samples(&self) -> usize;
    /// Assembles the given samples; `epoch` and `batch` seed whatever is random in it.
    fn assemble(&self, epoch: u64, batch: usize, samples: &[usize]) -> Self::Host;
    /// Moves an assembled batch to a device.
    fn upload(&self, host: Self::Host, device: &Device) -> Self::Batch;
}

/// The order in which samples are visited.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// As stored, for evaluation.
    Sequential,
    /// A fresh permutation for each epoch, drawn from this seed.
    Shuffled {
        /// Seed of the run.
        seed: u64,
    },
}

impl Order {
    fn samples(self, range: Range<usize>, epoch: u64) -> Vec<usize> {
        let mut samples: Vec<usize> = range.collect();
        if let Self::Shuffled { seed } = self {
            samples.shuffle(&mut RandomKey { seed, epoch, index: 0 }.rng(Purpose::Order));
        }
        samples
    }
}

/// See the module's documentation.
pub struct Loader<S: BatchSource> {
    source: Arc<S>,
    range: Range<usize>,
    batch_size: usize,
    order: Order,
    workers: usize,
    device: Device,
    /// The epoch the next call of `iter` stands for; shared by the copies of this loader.
    next_epoch: Arc<AtomicU64>,
    profile: Arc<Profile>,
}

impl<S: BatchSource> Clone for Loader<S> {
    fn clone(&self) -> Self {
        Self {
            source: self.source.clone(),
            range: self.range.clone(),
            device: self.device.clone(),
            next_epoch: self.next_epoch.clone(),
            profile: self.profile.clone(),
            ..*self
        }
    }
}

impl<S: BatchSource> Loader<S> {
    /// A loader over all samples of `source`, without worker threads, starting at epoch 1.
    pub fn new(source: Arc<S>, batch_size: usize, order: Order, device: &Device) -> Self {
        Self {
            range: 0..source.num_samples(),
            source,
            batch_size: batch_size.max(1),
            order,
            workers: 0,
            device: device.clone(),
            next_epoch: Arc::new(AtomicU64::new(1)),
            profile: Arc::default(),
        }
    }

    /// Assembles batches on this many threads; 0 assembles them on the consumer's.
    pub fn with_workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }

    /// Starts at this epoch, counted from 1.
    pub fn starting_at(self, epoch: usize) -> Self {
        self.next_epoch.store(epoch as u64, Ordering::Relaxed);
        self
    }

    /// Counts the samples and the time of each epoch.
    pub fn with_profile(mut self, profile: Arc<Profile>) -> Self {
        self.profile = profile;
        self
    }

    /// What is being loaded.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// The number of batches of an epoch.
    pub fn num_batches(&self) -> usize {
        self.range.len().div_ceil(self.batch_size)
    }

    /// The batches of the next epoch.
    pub fn epoch(&self) -> Batches<S> {
        let epoch = self.next_epoch.fetch_add(1, Ordering::Relaxed);
        if let Order::Shuffled { seed } = self.order {
            // What the device draws in this epoch (dropout for example) depends on (seed, epoch) alone.
            self.device.seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(epoch));
        }
        let samples: Arc<[usize]> = self.order.samples(self.range.clone(), epoch).into();
        Batches {
            channels: (0..self.workers).map(|worker| self.spawn(worker, epoch, samples.clone())).collect(),
            source: self.source.clone(),
            device: self.device.clone(),
            batch_size: self.batch_size,
            samples,
            epoch,
            next: 0,
            profile: self.profile.clone(),
        }
        .started()
    }

    fn spawn(&self, worker: usize, epoch: u64, samples: Arc<[usize]>) -> Receiver<S::Host> {
        let (sender, receiver) = sync_channel(AHEAD);
        let (source, batch_size, workers) = (self.source.clone(), self.batch_size, self.workers);
        std::thread::spawn(move || {
            for (index, chunk) in samples.chunks(batch_size).enumerate().skip(worker).step_by(workers) {
                if sender.send(source.assemble(epoch, index, chunk)).is_err() {
                    return;
                }
            }
        });
        receiver
    }
}

/// A worker stopped before it had assembled this batch.
#[derive(Debug, thiserror::Error)]
#[error("batch {0} was lost: the thread that assembles it stopped")]
struct LostBatch(usize);

/// The batches of one epoch, in order.
pub struct Batches<S: BatchSource> {
    channels: Vec<Receiver<S::Host>>,
    source: Arc<S>,
    device: Device,
    batch_size: usize,
    samples: Arc<[usize]>,
    epoch: u64,
    next: usize,
    profile: Arc<Profile>,
}

impl<S: BatchSource> Batches<S> {
    fn started(self) -> Self {
        self.profile.start_epoch();
        self
    }

    fn host_batch(&self, index: usize) -> Option<S::Host> {
        match self.channels.len() {
            0 => {
                let chunk = self.samples.chunks(self.batch_size).nth(index)?;
                Some(self.source.assemble(self.epoch, index, chunk))
            }
            workers => self.channels[index % workers].recv().ok(),
        }
    }

    fn seen(&self) -> usize {
        (self.next * self.batch_size).min(self.samples.len())
    }
}

impl<S: BatchSource> Iterator for Batches<S> {
    type Item = Result<S::Batch, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.seen() == self.samples.len() {
            return None;
        }
        let Some(host) = self.host_batch(self.next) else {
            return Some(Err(DatasetError::new(LostBatch(self.next))));
        };
        self.next += 1;
        Some(Ok(self.source.upload(host, &self.device)))
    }
}

impl<S: BatchSource> Drop for Batches<S> {
    fn drop(&mut self) {
        self.profile.end_epoch(self.seen());
    }
}

impl<S: BatchSource> DataLoaderIterator<S::Batch> for Batches<S> {
    fn progress(&self) -> Progress {
        Progress::new(self.seen(), self.samples.len(), Some("samples".to_string()))
    }
}

impl<S: BatchSource> DataLoader<S::Batch> for Loader<S> {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<S::Batch> + 'a> {
        Box::new(self.epoch())
    }

    fn num_items(&self) -> usize {
        self.range.len()
    }

    fn to_device(&self, device: &Device) -> Arc<dyn DataLoader<S::Batch>> {
        Arc::new(Self { device: device.clone(), ..self.clone() })
    }

    fn slice(&self, start: usize, end: usize) -> Arc<dyn DataLoader<S::Batch>> {
        let range = self.range.start + start..(self.range.start + end).min(self.range.end);
        Arc::new(Self { range, ..self.clone() })
    }
}
