//! How long a registered workload takes on a device, and how much memory it needs.

mod record;

use std::time::{Duration, Instant};

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::device;
use crate::registry::{Benchmark, System};
use crate::workload::Workload;

pub use record::{Contender, Record, Row};

/// Calls before the clock is read: caches fill, kernels are compiled and tuned.
const WARM_UP: usize = 3;
/// Measured calls of each kind.
const CALLS: std::ops::RangeInclusive<usize> = 3..=50;
/// Measuring stops after this long, when the fewest calls have been made.
const BUDGET: Duration = Duration::from_secs(3);

/// What one process measured. The PyTorch side prints the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Samples {
    /// Seconds of each forward pass, without autodiff.
    pub forward: Vec<f64>,
    /// Seconds of each training step: forward, backward, Adam.
    pub step: Vec<f64>,
    /// The most memory the process has held, where the system tells.
    pub peak_bytes: Option<u64>,
}

/// Median and quartiles, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quartiles {
    /// A quarter of the calls were faster.
    pub lower: f64,
    /// Half of the calls were faster.
    pub median: f64,
    /// Three quarters of the calls were faster.
    pub upper: f64,
}

impl Quartiles {
    /// Of the given seconds, by linear interpolation; absent without any.
    pub fn of(seconds: &[f64]) -> Option<Self> {
        let mut sorted = seconds.to_vec();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        let at = |share: f64| {
            let position = share * last as f64;
            let (low, high) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
            low + (high - low) * position.fract()
        };
        Some(Self { lower: at(0.25), median: at(0.5), upper: at(0.75) })
    }
}

/// Measures one workload of a system on the named device, in this process.
///
/// # Errors
/// An unknown workload, or a device that cannot be used.
pub fn measure(system: &System, name: &str, device_name: &str) -> Result<Samples, Error> {
    let device = device::parse(device_name)?;
    let benchmarks = (system.benchmarks)();
    let benchmark = find(&benchmarks, name)?;
    let mut workload = (benchmark.specimen)(&device)?;
    let forward = timed(&device, || forward(&*workload))?;
    let step = timed(&device, || workload.step())?;
    Ok(Samples { forward, step, peak_bytes: peak_bytes() })
}

fn find<'a>(benchmarks: &'a [Benchmark], name: &str) -> Result<&'a Benchmark, Error> {
    benchmarks.iter().find(|benchmark| benchmark.name == name).ok_or_else(|| {
        Error::unknown("benchmark", name, benchmarks.iter().map(|benchmark| benchmark.name.as_str()))
    })
}

fn forward(workload: &dyn Workload) {
    // Dropping the output unread does not cancel its computation: the clock is read after the device is done.
    drop(workload.forward());
}

fn timed(device: &Device, mut call: impl FnMut()) -> Result<Vec<f64>, Error> {
    let mut synchronised = || -> Result<f64, Error> {
        let start = Instant::now();
        call();
        device.sync()?;
        Ok(start.elapsed().as_secs_f64())
    };
    for _ in 0..WARM_UP {
        synchronised()?;
    }
    let start = Instant::now();
    let mut seconds = Vec::new();
    while seconds.len() < *CALLS.start() || (seconds.len() < *CALLS.end() && start.elapsed() < BUDGET) {
        seconds.push(synchronised()?);
    }
    Ok(seconds)
}

/// The peak resident memory of this process, as Linux counts it.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_interpolate_between_the_sorted_values() {
        let quartiles = Quartiles::of(&[4.0, 1.0, 3.0, 2.0]).unwrap();
        assert_eq!(quartiles, Quartiles { lower: 1.75, median: 2.5, upper: 3.25 });
        assert_eq!(Quartiles::of(&[]), None);
    }

    #[test]
    fn an_unknown_benchmark_is_refused() {
        let system = crate::registry::find("scaling-mlps").unwrap();
        let message = measure(system, "B_6", "flex").unwrap_err().to_string();
        assert!(message.starts_with("unknown benchmark"), "{message}");
    }
}
