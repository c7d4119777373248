//! DLinear: "Are Transformers Effective for Time Series Forecasting?", arXiv 2205.13504.

use burn::{
    config::Config,
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::{Device, Tensor, module::avg_pool1d, ops::AvgPoolOptions},
};
use pyrarium_layers::{ConfigError, Forecaster};

use super::{assert_windows, check_sizes};

/// Configuration of a [`DLinear`].
#[derive(Config, Debug, PartialEq, Eq)]
pub struct DLinearConfig {
    /// Steps of a window.
    pub context_length: usize,
    /// Steps of a forecast.
    pub horizon: usize,
    /// Channels of the series.
    pub num_channels: usize,
    /// Steps of the moving average that is the trend; odd.
    #[config(default = 25)]
    pub kernel: usize,
}

impl DLinearConfig {
    /// The model, its weights uniform within the reciprocal root of the context length.
    ///
    /// # Errors
    ///
    /// Names the first field that cannot be, its value and what is allowed.
    pub fn init(&self, device: &Device) -> Result<DLinear, ConfigError> {
        check_sizes(self.context_length, self.horizon, self.num_channels)?;
        if self.kernel.is_multiple_of(2) || self.kernel > 1 << 16 {
            return Err(ConfigError::new("kernel", self.kernel, "odd and below 65536"));
        }
        let linear = || LinearConfig::new(self.context_length, self.horizon).init(device);
        Ok(DLinear {
            seasonal: linear(),
            trend: linear(),
            kernel: self.kernel,
            num_channels: self.num_channels,
        })
    }
}

/// One linear layer from the trend of a channel to its future, one from the rest; all channels share them. It reads missing values as they
/// are given.
#[derive(Module, Debug)]
pub struct DLinear {
    /// From what the trend leaves.
    pub seasonal: Linear,
    /// From the trend.
    pub trend: Linear,
    kernel: usize,
    num_channels: usize,
}

impl DLinear {
    /// The moving average, the first and the last value repeated beyond the ends: `[batch, channels, steps]` to the same.
    fn moving_average(&self, series: Tensor<3>) -> Tensor<3> {
        let [batch, channels, steps] = series.dims();
        let side = self.kernel / 2;
        if side == 0 {
            return series;
        }
        let edge = |at| series.clone().narrow(2, at, 1).expand([batch, channels, side]);
        let padded = Tensor::cat(vec![edge(0), series.clone(), edge(steps - 1)], 2);
        avg_pool1d(padded, AvgPoolOptions::new([self.kernel]).with_stride([1]))
    }
}

impl Forecaster for DLinear {
    fn forecast(&self, past: Tensor<3>, _observed: Option<Tensor<3>>) -> Tensor<3> {
        assert_windows(&past, self.context_length(), self.num_channels);
        let series = past.swap_dims(1, 2); // [B, C, T]
        let trend = self.moving_average(series.clone());
        let rest = series - trend.clone();
        (self.seasonal.forward(rest) + self.trend.forward(trend)).swap_dims(1, 2)
    }

    fn context_length(&self) -> usize {
        let [steps, _] = self.seasonal.weight.lazy_shape().dims();
        steps
    }

    fn horizon(&self) -> usize {
        let [_, horizon] = self.seasonal.weight.lazy_shape().dims();
        horizon
    }

    fn num_channels(&self) -> usize {
        self.num_channels
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{TensorData, Tolerance};
    use pyrarium_layers::seeded;

    #[test]
    fn a_forecast_by_loops() {
        let device = Device::flex();
        let (steps, horizon, kernel) = (6, 2, 3);
        let model = DLinearConfig::new(steps, horizon, 1).with_kernel(kernel).init(&device).unwrap();
        let model = seeded::fill_uniform(model, 1, 0.5);
        let past = seeded::tensor_data([1, steps, 1], 2, 1.0);
        let x: Vec<f64> = past.iter::<f64>().collect();
        let trend: Vec<f64> = (0..steps as i64)
            .map(|at| (-1..=1).map(|by| x[(at + by).clamp(0, steps as i64 - 1) as usize]).sum::<f64>() / 3.0)
            .collect();
        let numbers = |data: TensorData| data.iter::<f64>().collect::<Vec<_>>();
        let parameters = |linear: &Linear| {
            (numbers(linear.weight.to_data()), numbers(linear.bias.as_ref().unwrap().to_data()))
        };
        let ((seasonal, first), (slow, second)) = (parameters(&model.seasonal), parameters(&model.trend));
        let expected: Vec<f32> = (0..horizon)
            .map(|to| {
                let sum: f64 = (0..steps)
                    .map(|at| {
                        (x[at] - trend[at]) * seasonal[at * horizon + to]
                            + trend[at] * slow[at * horizon + to]
                    })
                    .sum();
                (sum + first[to] + second[to]) as f32
            })
            .collect();
        let forecast = model.forecast(Tensor::from_data(past, &device), None).into_data();
        let expected = TensorData::new(expected, [1, horizon, 1]);
        forecast.assert_approx_eq::<f32>(&expected, Tolerance::absolute(1e-6));
    }

    #[test]
    fn an_even_kernel_is_refused() {
        let error = DLinearConfig::new(6, 2, 1).with_kernel(4).init(&Device::flex()).unwrap_err();
        assert_eq!(error.to_string(), "kernel = 4: must be odd and below 65536");
    }
}
