//! Forecasters without parameters.

use burn::{
    module::Module,
    tensor::{Int, Tensor, TensorData},
};
use pyrarium_layers::{ConfigError, Forecaster, check_range};

use super::{assert_windows, check_sizes};

/// Repeats the last observed value of each channel.
#[derive(Module, Debug)]
pub struct LastValue {
    context_length: usize,
    horizon: usize,
    num_channels: usize,
}

impl LastValue {
    /// A forecaster of `horizon` steps.
    ///
    /// # Errors
    ///
    /// Names a size that is 0.
    pub fn new(context_length: usize, horizon: usize, num_channels: usize) -> Result<Self, ConfigError> {
        check_sizes(context_length, horizon, num_channels)?;
        Ok(Self { context_length, horizon, num_channels })
    }
}

impl Forecaster for LastValue {
    /// A channel of which nothing was observed continues with its first value.
    fn forecast(&self, past: Tensor<3>, observed: Option<Tensor<3>>) -> Tensor<3> {
        assert_windows(&past, self.context_length, self.num_channels);
        let [batch, steps, channels] = past.dims();
        let last = match observed {
            None => past.narrow(1, steps - 1, 1),
            Some(observed) => {
                let positions = Tensor::<1, Int>::arange(1..steps as i64 + 1, &past.device()).float();
                let latest = (observed * positions.reshape([1, steps, 1])).argmax(1);
                past.gather(1, latest)
            }
        };
        last.expand([batch, self.horizon, channels])
    }

    fn context_length(&self) -> usize {
        self.context_length
    }

    fn horizon(&self) -> usize {
        self.horizon
    }

    fn num_channels(&self) -> usize {
        self.num_channels
    }
}

/// Repeats the last season: the value one season before, missing or not, as it is given.
#[derive(Module, Debug)]
pub struct SeasonalNaive {
    context_length: usize,
    horizon: usize,
    num_channels: usize,
    season: usize,
}

impl SeasonalNaive {
    /// A forecaster of `horizon` steps by seasons of `season` steps, of which a window has at least one.
    ///
    /// # Errors
    ///
    /// Names a size that is 0, or a season that is longer than a window.
    pub fn new(
        context_length: usize,
        horizon: usize,
        num_channels: usize,
        season: usize,
    ) -> Result<Self, ConfigError> {
        check_sizes(context_length, horizon, num_channels)?;
        check_range("season", season, 1..=context_length)?;
        Ok(Self { context_length, horizon, num_channels, season })
    }
}

impl Forecaster for SeasonalNaive {
    fn forecast(&self, past: Tensor<3>, _observed: Option<Tensor<3>>) -> Tensor<3> {
        assert_windows(&past, self.context_length, self.num_channels);
        let start = self.context_length - self.season;
        let steps: Vec<i64> = (0..self.horizon).map(|step| (start + step % self.season) as i64).collect();
        let steps = Tensor::<1, Int>::from_data(TensorData::new(steps, [self.horizon]), &past.device());
        past.select(1, steps)
    }

    fn context_length(&self) -> usize {
        self.context_length
    }

    fn horizon(&self) -> usize {
        self.horizon
    }

    fn num_channels(&self) -> usize {
        self.num_channels
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn past() -> Tensor<3> {
        Tensor::from_data([[[1.0, 5.0], [2.0, 6.0], [3.0, 7.0]]], &Device::flex())
    }

    fn assert_forecast(forecast: Tensor<3>, expected: [[[f32; 2]; 4]; 1]) {
        forecast.into_data().assert_eq(&TensorData::from(expected), true);
    }

    #[test]
    fn the_last_observed_value_is_repeated() {
        let model = LastValue::new(3, 4, 2).unwrap();
        assert_forecast(model.forecast(past(), None), [[[3.0, 7.0]; 4]]);
        let observed = Tensor::from_data([[[1.0, 1.0], [1.0, 1.0], [1.0, 0.0]]], &Device::flex());
        assert_forecast(model.forecast(past(), Some(observed)), [[[3.0, 6.0]; 4]]);
        let nothing = past().zeros_like();
        assert_forecast(model.forecast(past(), Some(nothing)), [[[1.0, 5.0]; 4]]);
    }

    #[test]
    fn the_last_season_is_repeated() {
        let forecast = |season| SeasonalNaive::new(3, 4, 2, season).unwrap().forecast(past(), None);
        assert_forecast(forecast(2), [[[2.0, 6.0], [3.0, 7.0], [2.0, 6.0], [3.0, 7.0]]]);
        assert_forecast(forecast(3), [[[1.0, 5.0], [2.0, 6.0], [3.0, 7.0], [1.0, 5.0]]]);
    }

    #[test]
    fn sizes_that_cannot_be() {
        let message = |error: ConfigError| error.to_string();
        assert_eq!(
            message(SeasonalNaive::new(3, 4, 2, 4).unwrap_err()),
            "season = 4: must be between 1 and 3"
        );
        assert_eq!(message(LastValue::new(3, 0, 2).unwrap_err()), "horizon = 0: must be between 1 and 65536");
    }
}
