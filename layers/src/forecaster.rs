//! What a trainer may ask of a model that continues multivariate series.

use burn::{
    module::{Module, ModuleDisplay},
    tensor::{Int, Tensor, TensorData},
};

/// What followed on a window: the targets of a forecast.
#[derive(Debug, Clone)]
pub struct Future {
    /// The values of every channel, `[batch, horizon, channels]`; finite where they are missing, too.
    pub values: Tensor<3>,
    /// 1 where a value was observed and 0 where it is missing, of the same shape; `None` if none is missing.
    pub observed: Option<Tensor<3>>,
}

/// These channels of a series, in this order: `[batch, steps, channels]` to `[batch, steps, selected]`.
pub fn select_channels(series: Tensor<3>, channels: &[usize]) -> Tensor<3> {
    let indices: Vec<i64> = channels.iter().map(|&channel| channel as i64).collect();
    let indices = Tensor::<1, Int>::from_data(TensorData::new(indices, [channels.len()]), &series.device());
    series.select(2, indices)
}

impl Future {
    /// The future of these channels alone, in this order.
    pub fn select(self, channels: &[usize]) -> Self {
        Self {
            values: select_channels(self.values, channels),
            observed: self.observed.map(|observed| select_channels(observed, channels)),
        }
    }

    /// The mean of `losses`, `[batch, horizon, channels]`, over the observed values, 0 if there are none.
    pub fn mean_of(&self, losses: Tensor<3>) -> Tensor<1> {
        match &self.observed {
            None => losses.mean(),
            Some(observed) => (losses * observed.clone()).sum() / observed.clone().sum().clamp_min(1.0),
        }
    }
}

/// A model that continues windows of multivariate series.
pub trait Forecaster: Module + ModuleDisplay {
    /// The values that follow on each window.
    ///
    /// # Shapes
    ///
    /// - past: `[batch, context_length, num_channels]`, finite
    /// - observed: 1 where a value of `past` was observed and 0 where it is missing, of the same shape; `None` if none is missing
    /// - output: `[batch, horizon, targets]`, the targets being [`target_channels`](Self::target_channels)
    fn forecast(&self, past: Tensor<3>, observed: Option<Tensor<3>>) -> Tensor<3>;

    /// The steps of a window.
    fn context_length(&self) -> usize;

    /// The steps of a forecast.
    fn horizon(&self) -> usize;

    /// The channels of a window.
    fn num_channels(&self) -> usize;

    /// The channels that are forecast, in this order; `None` means all.
    fn target_channels(&self) -> Option<Vec<usize>> {
        None
    }

    /// The forecast and the loss that training minimises, from one pass: the mean squared error over the observed future, unless
    /// the model has another.
    fn forecast_and_loss(
        &self,
        past: Tensor<3>,
        observed: Option<Tensor<3>>,
        future: Future,
    ) -> (Tensor<3>, Tensor<1>) {
        let forecast = self.forecast(past, observed);
        let future = match self.target_channels() {
            Some(channels) => future.select(&channels),
            None => future,
        };
        let loss = observed_mse(forecast.clone(), &future);
        (forecast, loss)
    }
}

/// The mean squared error over the observed values, 0 if there are none.
///
/// # Panics
///
/// If the shapes differ; the message has both.
pub fn observed_mse(forecast: Tensor<3>, future: &Future) -> Tensor<1> {
    assert!(
        forecast.dims() == future.values.dims(),
        "a forecast of shape {:?} for a future of shape {:?}",
        forecast.dims(),
        future.values.dims()
    );
    future.mean_of((forecast - future.values.clone()).square())
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn future(observed: Option<[[[f32; 2]; 2]; 1]>) -> Future {
        let device = Device::flex();
        Future {
            values: Tensor::from_data([[[1.0, 2.0], [3.0, 4.0]]], &device),
            observed: observed.map(|observed| Tensor::from_data(observed, &device)),
        }
    }

    #[test]
    fn missing_values_have_no_loss() {
        let forecast = Tensor::from_data([[[2.0, 2.0], [3.0, 1.0]]], &Device::flex());
        let loss = |observed| observed_mse(forecast.clone(), &future(observed)).into_scalar::<f32>();
        assert_eq!(loss(None), 10.0 / 4.0);
        assert_eq!(loss(Some([[[1.0, 1.0], [1.0, 0.0]]])), 1.0 / 3.0);
        assert_eq!(loss(Some([[[0.0; 2]; 2]])), 0.0);
    }

    #[test]
    fn channels_are_selected_in_order() {
        let selected = future(Some([[[1.0, 0.0], [1.0, 1.0]]])).select(&[1, 0]);
        selected.values.into_data().assert_eq(&TensorData::from([[[2.0_f32, 1.0], [4.0, 3.0]]]), true);
        let observed = selected.observed.unwrap().into_data();
        observed.assert_eq(&TensorData::from([[[0.0_f32, 1.0], [1.0, 1.0]]]), true);
    }

    #[test]
    #[should_panic(expected = "a forecast of shape [1, 1, 2] for a future of shape [1, 2, 2]")]
    fn a_future_of_another_length_is_refused() {
        let _ = observed_mse(Tensor::zeros([1, 1, 2], &Device::flex()), &future(None));
    }
}
