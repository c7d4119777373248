//! Instance normalisation: each channel of each window by its own statistics.

use burn::tensor::Tensor;

use crate::Scaling;

/// Added to the variance.
const MIN_VARIANCE: f64 = 1e-5;
/// The smallest mean absolute value.
const MIN_SCALE: f64 = 1e-10;

/// A scaled series and what takes it back: `values * scale + loc`.
#[derive(Debug, Clone)]
pub struct Scaled {
    /// `[batch, channels, steps]`.
    pub values: Tensor<3>,
    /// `[batch, channels, 1]`.
    pub loc: Tensor<3>,
    /// `[batch, channels, 1]`.
    pub scale: Tensor<3>,
}

impl Scaling {
    /// Scales each channel of each window by the statistics of its observed steps. A channel without any keeps `loc` 0, and scale 1 with
    /// [`Scaling::Mean`] (transformers takes the mean over the batch there, so that one window would depend on the others).
    ///
    /// # Shapes
    ///
    /// - series, observed (1 or 0): `[batch, channels, steps]`
    pub fn scale(self, series: Tensor<3>, observed: Option<Tensor<3>>) -> Scaled {
        match self {
            Self::None => {
                let loc = series.clone().narrow(2, 0, 1).zeros_like();
                Scaled { values: series, scale: loc.ones_like(), loc }
            }
            Self::Mean => by_mean(series, observed),
            Self::Std => by_deviation(series, observed),
        }
    }
}

fn by_deviation(series: Tensor<3>, observed: Option<Tensor<3>>) -> Scaled {
    let (loc, variance, centred) = match observed {
        None => {
            let loc = series.clone().mean_dim(2);
            let centred = series - loc.clone();
            (loc, centred.clone().square().mean_dim(2), centred)
        }
        Some(observed) => {
            let count = observed.clone().sum_dim(2).clamp_min(1.0);
            let loc = (series.clone() * observed.clone()).sum_dim(2) / count.clone();
            let centred = series - loc.clone();
            (loc, (centred.clone() * observed).square().sum_dim(2) / count, centred)
        }
    };
    let scale = (variance + MIN_VARIANCE).sqrt();
    Scaled { values: centred / scale.clone(), loc, scale }
}

fn by_mean(series: Tensor<3>, observed: Option<Tensor<3>>) -> Scaled {
    let scale = match observed {
        None => series.clone().abs().mean_dim(2),
        Some(observed) => {
            let count = observed.clone().sum_dim(2);
            let mean = (series.clone() * observed).abs().sum_dim(2) / count.clone().clamp_min(1.0);
            mean.mask_fill(count.equal_elem(0.0), 1.0)
        }
    }
    .clamp_min(MIN_SCALE);
    Scaled { values: series / scale.clone(), loc: scale.zeros_like(), scale }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData, Tolerance};

    fn series() -> Tensor<3> {
        Tensor::from_data([[[1.0, 3.0, 100.0], [-2.0, 2.0, 6.0]]], &Device::flex())
    }

    fn observed(values: [[[f32; 3]; 2]; 1]) -> Option<Tensor<3>> {
        Some(Tensor::from_data(values, &Device::flex()))
    }

    fn assert_close(actual: Tensor<3>, expected: [[[f32; 1]; 2]; 1]) {
        actual.into_data().assert_approx_eq::<f32>(&TensorData::from(expected), Tolerance::relative(1e-6));
    }

    #[test]
    fn unobserved_steps_are_not_counted() {
        let mask = || observed([[[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]]);
        let std = Scaling::Std.scale(series(), mask());
        assert_close(std.loc, [[[2.0], [2.0]]]);
        assert_close(std.scale, [[[1.000_01_f32.sqrt()], [(32.0_f32 / 3.0 + 1e-5).sqrt()]]]);
        let mean = Scaling::Mean.scale(series(), mask());
        assert_close(mean.loc, [[[0.0], [0.0]]]);
        assert_close(mean.scale, [[[2.0], [10.0 / 3.0]]]);
    }

    #[test]
    fn all_observed_is_the_same_as_no_mask() {
        for scaling in [Scaling::None, Scaling::Mean, Scaling::Std] {
            let (plain, masked) =
                (scaling.scale(series(), None), scaling.scale(series(), observed([[[1.0; 3]; 2]])));
            let pairs = [(plain.values, masked.values), (plain.loc, masked.loc), (plain.scale, masked.scale)];
            for (plain, masked) in pairs {
                plain.into_data().assert_approx_eq::<f32>(&masked.into_data(), Tolerance::relative(1e-6));
            }
        }
    }

    #[test]
    fn constant_and_unobserved_channels_stay_finite() {
        for scaling in [Scaling::None, Scaling::Mean, Scaling::Std] {
            for (series, mask) in [(series().zeros_like(), None), (series(), observed([[[0.0; 3]; 2]]))] {
                let scaled = scaling.scale(series, mask);
                let values = Tensor::cat(vec![scaled.values, scaled.loc, scaled.scale], 2).into_data();
                assert!(values.iter::<f32>().all(f32::is_finite), "{scaling}");
            }
        }
    }

    #[test]
    fn a_channel_without_observations_is_taken_as_it_is_by_the_mean() {
        let scaled = Scaling::Mean.scale(series(), observed([[[0.0; 3], [1.0; 3]]]));
        assert_close(scaled.scale, [[[1.0], [10.0 / 3.0]]]);
    }
}
