//! How long a forecaster takes for a batch of windows.

use std::time::Instant;

use burn::tensor::Device;
use pyrarium_layers::Forecaster;

use crate::Error;
use crate::forecast_job::ForecastData;
use crate::forecasting::Forecasting;
use crate::registry::Budget;
use crate::windows::WindowBatch;
use crate::workload::workload;

const WINDOWS: usize = 64;

/// Milliseconds of a forward pass and of a training step of 64 windows: medians, after one of each that does not count.
///
/// # Errors
/// When the device does not answer.
pub fn times<M: Forecaster + 'static>(
    model: &M,
    data: &ForecastData,
    budget: Budget,
    device: &Device,
) -> Result<[f64; 2], Error> {
    let windows = data.train.windows();
    let shape = [WINDOWS, windows.context(), windows.horizon(), data.num_channels()];
    let task = Forecasting { model: model.clone().train() };
    let mut work = workload(task, |device| WindowBatch::noise(shape, device), device);
    let repeats = budget.pick(1, 9, 15);
    let forward = {
        let pass = work.forward();
        median(repeats, device, || drop(pass()))?
    };
    let step = median(repeats, device, || work.step())?;
    Ok([forward, step])
}

fn median(repeats: usize, device: &Device, mut work: impl FnMut()) -> Result<f64, Error> {
    let mut times = Vec::new();
    for _ in 0..=repeats {
        let start = Instant::now();
        work();
        device.sync()?;
        times.push(1000.0 * start.elapsed().as_secs_f64());
    }
    times.remove(0);
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
