//! Forecasting as a task: the model's own loss, or the mean squared error over the values that were observed.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorReadError};
use burn::train::RegressionOutput;
use pyrarium_layers::{Forecaster, Future};

use crate::Error;
use crate::loader::{Loader, Order};
use crate::task::Task;
use crate::windows::{WindowBatch, WindowSource};

/// A forecaster with what it is trained for.
#[derive(Module, Debug)]
pub struct Forecasting<M: Module> {
    /// The forecaster.
    pub model: M,
}

impl<M: Forecaster + 'static> Task for Forecasting<M> {
    type Batch = WindowBatch;
    type Output = RegressionOutput;

    fn training_output(&self, batch: WindowBatch) -> RegressionOutput {
        self.output(batch)
    }

    fn output(&self, batch: WindowBatch) -> RegressionOutput {
        let rows = batch.past.dims()[0];
        let targets = batch.future.values.clone().flatten(1, 2);
        let (forecast, loss) = self.model.forecast_and_loss(batch.past, batch.observed, batch.future);
        // The loss is one for the batch: each of its rows gets it, so that a shorter batch weighs less in the mean of an epoch.
        RegressionOutput::new(loss.repeat_dim(0, rows), forecast.flatten(1, 2), targets)
    }

    fn losses(output: &RegressionOutput) -> Tensor<1> {
        output.loss.clone()
    }

    fn predictions(output: &RegressionOutput) -> Tensor<2> {
        output.output.clone()
    }
}

/// How far forecasts are from what followed, over all windows, steps and channels that were observed, in standard deviations.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// Mean squared error.
    pub mse: f64,
    /// Mean absolute error.
    pub mae: f64,
    /// Mean squared error of each channel.
    pub channel_mse: Vec<f64>,
}

/// Scores a forecaster (without autodiff) of all channels on every window of a source.
///
/// # Errors
/// When a tensor cannot be read from its device.
pub fn score<M: Forecaster>(model: &M, source: &Arc<WindowSource>, device: &Device) -> Result<Scored, Error> {
    /// Windows that are forecast together.
    const BATCH: usize = 64;
    let channels = source.windows().series().channels().len();
    let mut sums = vec![Sums::default(); channels];
    let batches = Loader::new(source.clone(), BATCH, Order::Sequential, device);
    for batch in batches.epoch() {
        let batch = batch.map_err(|error| Error::Training(error.to_string()))?;
        let forecast = model.forecast(batch.past, batch.observed);
        add(&mut sums, forecast, batch.future)?;
    }
    let total = sums.iter().fold(Sums::default(), |total, channel| Sums {
        squares: total.squares + channel.squares,
        absolute: total.absolute + channel.absolute,
        count: total.count + channel.count,
    });
    Ok(Scored {
        mse: total.squares / total.count.max(1.0),
        mae: total.absolute / total.count.max(1.0),
        channel_mse: sums.iter().map(|channel| channel.squares / channel.count.max(1.0)).collect(),
    })
}

/// Sums over the observed values of a channel.
#[derive(Clone, Copy, Default)]
struct Sums {
    squares: f64,
    absolute: f64,
    count: f64,
}

fn add(sums: &mut [Sums], forecast: Tensor<3>, future: Future) -> Result<(), TensorReadError> {
    let channels = sums.len();
    let error = forecast - future.values;
    let observed = future.observed.unwrap_or_else(|| error.ones_like());
    let by_channel = |values: Tensor<3>| -> Result<Vec<f64>, TensorReadError> {
        let sums: Tensor<1> = values.flatten::<2>(0, 1).sum_dim(0).reshape([channels]);
        Ok(sums.try_into_data()?.convert::<f64>().iter::<f64>().collect())
    };
    let squares = by_channel(error.clone().square() * observed.clone())?;
    let absolute = by_channel(error.abs() * observed.clone())?;
    let counts = by_channel(observed)?;
    for (channel, sum) in sums.iter_mut().enumerate() {
        sum.squares += squares[channel];
        sum.absolute += absolute[channel];
        sum.count += counts[channel];
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pyrarium_datasets::Series;
    use pyrarium_datasets::series::{Part, Windows};
    use pyrarium_time_series::LastValue;
    use std::path::Path;

    #[test]
    fn the_last_value_of_a_ramp_is_off_by_the_steps_ahead() {
        // Channel a rises by 1 a row, channel b is constant; the value of b at row 38 is missing.
        let row = |row: usize| format!("{row},{row},{}\n", if row == 38 { "" } else { "5" });
        let text = format!("t,a,b\n{}", (0..40).map(row).collect::<String>());
        let series = Series::parse("t", text.as_bytes(), Path::new("t.csv"), &[]).unwrap();
        let parts = series.parts().unwrap();
        let source = WindowSource::new(Windows::of(&series, (&parts, Part::Test), [4, 2], 1).unwrap());
        let model = LastValue::new(4, 2, 2).unwrap();
        let scored = score(&model, &source, &Device::flex()).unwrap();
        assert_eq!(scored.channel_mse, [2.5, 0.0]);
        // Seven windows: 14 values of a and, as row 38 is in two of them, 12 of b.
        assert!(
            (scored.mse - 35.0 / 26.0).abs() < 1e-9 && (scored.mae - 21.0 / 26.0).abs() < 1e-9,
            "{scored:?}"
        );
    }
}
