//! Where the time of an epoch goes: forward, backward and step against everything else.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use burn::tensor::Device;

/// Counters filled by the loader and the training step of one run.
#[derive(Debug, Default)]
pub struct Profile {
    synchronise: bool,
    counters: Mutex<Counters>,
}

#[derive(Debug, Default)]
struct Counters {
    epoch_start: Option<Instant>,
    samples: usize,
    epochs: Duration,
    compute: Duration,
}

/// What a [`Profile`] has counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throughput {
    /// Training samples per second of wall time.
    pub samples_per_second: f64,
    /// Share of the wall time outside forward, backward and optimizer step.
    pub outside: f64,
}

impl Profile {
    /// A profile that waits for the device before it reads the clock: exact on devices that compute asynchronously,
    /// at the price of their overlap.
    pub fn synchronised() -> Self {
        Self { synchronise: true, ..Self::default() }
    }

    /// Marks the first request for a batch of an epoch.
    pub fn start_epoch(&self) {
        self.with(|counters| counters.epoch_start = Some(Instant::now()));
    }

    /// Marks the end of an epoch that has handed out this many samples.
    pub fn end_epoch(&self, samples: usize) {
        self.with(|counters| {
            if let Some(start) = counters.epoch_start.take() {
                counters.epochs += start.elapsed();
                counters.samples += samples;
            }
        });
    }

    /// Runs `work` on `device` and counts its time as computation.
    pub fn compute<T>(&self, device: &Device, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        if self.synchronise {
            // A failed synchronisation shows itself at the next read of a tensor.
            let _ = device.sync();
        }
        self.with(|counters| counters.compute += start.elapsed());
        result
    }

    /// The throughput so far; absent before the first epoch has ended.
    pub fn throughput(&self) -> Option<Throughput> {
        self.with(|counters| {
            let wall = counters.epochs.as_secs_f64();
            (counters.samples > 0 && wall > 0.0).then(|| Throughput {
                samples_per_second: counters.samples as f64 / wall,
                outside: (1.0 - counters.compute.as_secs_f64() / wall).max(0.0),
            })
        })
    }

    fn with<T>(&self, change: impl FnOnce(&mut Counters) -> T) -> T {
        change(&mut self.counters.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}
