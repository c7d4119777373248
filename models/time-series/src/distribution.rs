//! Distributions as the output of a head, as transformers' `time_series_utils` has them.

use burn::tensor::{Tensor, activation::log_sigmoid};
use pyrarium_layers::ConfigError;

use crate::{ForecastOutput, ln_gamma::ln_gamma};

/// A distribution for each value, or the values themselves. All tensors have one shape, or broadcast to it.
#[derive(Debug, Clone)]
pub struct Predicted<const D: usize> {
    /// Which distribution.
    pub output: ForecastOutput,
    /// Its parameters: the value; or degrees of freedom (above 2), location and scale of Student's t; or mean and deviation of the normal
    /// distribution; or the count (above 0) and the log odds of the negative binomial distribution.
    pub parameters: Vec<Tensor<D>>,
    /// What the value is then multiplied by, and what is added. The log odds of a count have the logarithm of the scale added to them
    /// instead, and no location.
    pub affine: Option<[Tensor<D>; 2]>,
}

impl ForecastOutput {
    /// Parameters of a value.
    pub fn num_parameters(self) -> usize {
        match self {
            Self::Point => 1,
            Self::StudentT => 3,
            Self::Normal | Self::NegativeBinomial => 2,
        }
    }

    /// Refuses targets that have no likelihood: negative counts. To be called once for the data, not for each batch.
    ///
    /// # Errors
    ///
    /// Names the first such value.
    pub fn check_targets(self, values: impl IntoIterator<Item = f32>) -> Result<(), ConfigError> {
        if self != Self::NegativeBinomial {
            return Ok(());
        }
        match values.into_iter().find(|&value| value < 0.0) {
            Some(value) => {
                Err(ConfigError::new("target", value, "0 or above for output = negative_binomial"))
            }
            None => Ok(()),
        }
    }

    /// The distribution whose parameters a linear layer gives, each brought into its domain.
    pub(crate) fn predicted<const D: usize>(
        self,
        unbounded: Vec<Tensor<D>>,
        affine: Option<[Tensor<D>; 2]>,
    ) -> Predicted<D> {
        let positive = |x: Tensor<D>| square_plus(x).clamp_min(f64::from(f32::EPSILON));
        let parameters = unbounded
            .into_iter()
            .enumerate()
            .map(|(at, x)| match (self, at) {
                (Self::StudentT, 0) => square_plus(x) + 2.0,
                (Self::StudentT, 2) | (Self::Normal, 1) => positive(x),
                (Self::NegativeBinomial, 0) => square_plus(x),
                _ => x,
            })
            .collect();
        Predicted { output: self, parameters, affine }
    }
}

/// `(x + sqrt(x^2 + 4)) / 2`, which is positive.
fn square_plus<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    (x.clone() + (x.square() + 4.0).sqrt()) * 0.5
}

impl<const D: usize> Predicted<D> {
    fn parameter(&self, at: usize) -> Tensor<D> {
        self.parameters[at].clone()
    }

    /// The log odds of a count, its scale included.
    fn log_odds(&self) -> Tensor<D> {
        match &self.affine {
            Some([_, scale]) => self.parameter(1) + scale.clone().log(),
            None => self.parameter(1),
        }
    }

    /// The mean of each value.
    pub fn mean(&self) -> Tensor<D> {
        let mean = match self.output {
            ForecastOutput::Point | ForecastOutput::Normal => self.parameter(0),
            ForecastOutput::StudentT => self.parameter(1),
            ForecastOutput::NegativeBinomial => return self.parameter(0) * self.log_odds().exp(),
        };
        match &self.affine {
            Some([loc, scale]) => mean * scale.clone() + loc.clone(),
            None => mean,
        }
    }

    /// The loss of each value: its negative log likelihood, or the squared error of a point.
    pub fn loss(&self, values: Tensor<D>) -> Tensor<D> {
        match self.output {
            ForecastOutput::Point => (self.mean() - values).square(),
            ForecastOutput::NegativeBinomial => self.count_loss(values),
            ForecastOutput::StudentT | ForecastOutput::Normal => match &self.affine {
                Some([loc, scale]) => {
                    let base = self.base_loss((values - loc.clone()) / scale.clone());
                    base + scale.clone().log()
                }
                None => self.base_loss(values),
            },
        }
    }

    fn base_loss(&self, values: Tensor<D>) -> Tensor<D> {
        if self.output == ForecastOutput::Normal {
            let [mean, deviation] = [self.parameter(0), self.parameter(1)];
            let half_ln_tau = 0.5 * std::f64::consts::TAU.ln();
            return ((values - mean) / deviation.clone()).square() * 0.5 + deviation.log() + half_ln_tau;
        }
        let [degrees, loc, scale] = [self.parameter(0), self.parameter(1), self.parameter(2)];
        let normalizer =
            degrees.clone().log() * 0.5 + 0.5 * std::f64::consts::PI.ln() + ln_gamma(degrees.clone() * 0.5)
                - ln_gamma(degrees.clone() * 0.5 + 0.5);
        let distance = ((values - loc) / scale.clone()).square() / degrees.clone();
        distance.log1p() * (degrees + 1.0) * 0.5 + scale.log() + normalizer
    }

    fn count_loss(&self, values: Tensor<D>) -> Tensor<D> {
        let (count, odds) = (self.parameter(0), self.log_odds());
        let likelihood = count.clone() * log_sigmoid(-odds.clone()) + values.clone() * log_sigmoid(odds);
        ln_gamma(values.clone() + 1.0) + ln_gamma(count.clone()) - ln_gamma(count + values) - likelihood
    }
}
