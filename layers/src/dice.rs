//! Dice, an activation whose point of rectification follows the data ("Deep Interest Network", arXiv 1706.06978).
//!
//! `f(s) = p s + (1 - p) alpha s` with `p = sigmoid((s - E[s]) / sqrt(Var[s] + eps))` of each channel: PReLU with a smooth step at the
//! mean instead of a hard one at 0.

use burn::{
    config::Config,
    module::{Flag, Initializer, Module, Param, RunningState},
    tensor::{Device, Tensor, activation::sigmoid},
};

use crate::{ConfigError, check_range};

/// Configuration of a [`Dice`].
#[derive(Config, Debug, PartialEq)]
pub struct DiceConfig {
    /// Channels, the last axis of the input.
    pub channels: usize,
    /// Added to the variance.
    #[config(default = 1e-9)]
    pub epsilon: f64,
    /// Weight of a batch in the running mean and variance, 0 to 1.
    #[config(default = 0.01)]
    pub momentum: f64,
    /// Whether a learnt factor of each channel, 0 at first, multiplies the normalised input: the authors' code, not the paper.
    #[config(default = false)]
    pub beta: bool,
}

impl DiceConfig {
    /// Checks every field.
    ///
    /// # Errors
    ///
    /// Names the first field that cannot be, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_range("channels", self.channels, 1..=1 << 20)?;
        if !(self.epsilon.is_finite() && self.epsilon > 0.0) {
            return Err(ConfigError::new("epsilon", self.epsilon, "positive"));
        }
        if !(0.0..=1.0).contains(&self.momentum) {
            return Err(ConfigError::new("momentum", self.momentum, "between 0 and 1"));
        }
        Ok(())
    }

    /// The activation: `alpha` 0, running mean 0 and variance 1.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<Dice, ConfigError> {
        self.validate()?;
        let zeros = || Initializer::Zeros.init([self.channels], device);
        Ok(Dice {
            alpha: zeros(),
            beta: self.beta.then(zeros),
            training: Param::from_bool(true),
            running_mean: RunningState::new(Tensor::zeros([self.channels], device)),
            running_var: RunningState::new(Tensor::ones([self.channels], device)),
            epsilon: self.epsilon,
            momentum: self.momentum,
        })
    }
}

/// The activation; see [`DiceConfig`]. On a device with autodiff it takes the statistics of the batch, as Burn's batch normalisation.
#[derive(Module, Debug)]
pub struct Dice {
    /// The slope far below the mean, `[channels]`.
    pub alpha: Param<Tensor<1>>,
    /// The factor of the normalised input, `[channels]`.
    pub beta: Option<Param<Tensor<1>>>,
    /// Whether the layer takes part in training.
    pub training: Param<Flag>,
    /// The mean of what was seen.
    pub running_mean: RunningState<Tensor<1>>,
    /// The variance of what was seen, the unbiased estimate of each batch as in PyTorch.
    pub running_var: RunningState<Tensor<1>>,
    epsilon: f64,
    momentum: f64,
}

impl Dice {
    /// The parameters as Burn counts them, running statistics included.
    pub fn num_params(channels: usize, beta: bool) -> usize {
        channels * if beta { 4 } else { 3 }
    }

    /// Applies the function.
    ///
    /// # Shapes
    ///
    /// - x: `[rows, channels]`
    /// - counted: `[rows, 1]`, 1 for rows that count in the statistics and 0 for padding; all count where there is none
    /// - output: `[rows, channels]`
    ///
    /// # Panics
    ///
    /// If there is a single row in training, of which there is no variance, or another number of channels.
    pub fn forward(&self, x: Tensor<2>, counted: Option<&Tensor<2>>) -> Tensor<2> {
        let (shape, channels) = (x.dims(), self.alpha.lazy_shape()[0]);
        assert!(shape[1] == channels, "input of shape {shape:?} for {channels} channels");
        let normalised = if x.device().is_autodiff() && self.training.is_enabled() {
            self.by_batch(x.clone(), counted)
        } else {
            let device = x.device();
            let mean = self.running_mean.value().to_device(&device).unsqueeze();
            let variance: Tensor<2> = self.running_var.value().to_device(&device).unsqueeze();
            (x.clone() - mean) / (variance + self.epsilon).sqrt()
        };
        let p = match &self.beta {
            Some(beta) => sigmoid(normalised * beta.val().unsqueeze()),
            None => sigmoid(normalised),
        };
        // The same as p x + (1 - p) alpha x, and exactly x where alpha is 1.
        let alpha: Tensor<2> = self.alpha.val().unsqueeze();
        x * (p * (alpha.clone().neg() + 1.0) + alpha)
    }

    /// Normalises by the batch, and adds it to the running statistics.
    fn by_batch(&self, x: Tensor<2>, counted: Option<&Tensor<2>>) -> Tensor<2> {
        let shape = x.dims();
        assert!(shape[0] > 1, "Dice needs at least 2 rows in training, but the input has shape {shape:?}");
        let (mean, centred, variance, seen) = match counted {
            None => {
                let seen = Tensor::full([1, 1], shape[0] as f32, &x.device());
                let mean = x.clone().mean_dim(0); // [1, C]
                let centred = x - mean.clone();
                let variance = centred.clone().square().mean_dim(0);
                (mean, centred, variance, seen)
            }
            Some(counted) => {
                let seen = counted.clone().sum_dim(0); // [1, 1]
                let count = seen.clone().clamp_min(1.0);
                let mean = (x.clone() * counted.clone()).sum_dim(0) / count.clone();
                let centred = x - mean.clone();
                let variance = (centred.clone().square() * counted.clone()).sum_dim(0) / count;
                (mean, centred, variance, seen)
            }
        };
        self.remember(mean.detach(), variance.clone().detach(), seen.detach());
        centred / (variance + self.epsilon).sqrt()
    }

    /// Moves the running statistics towards those of a batch in which `seen` rows count, not at all where none does.
    fn remember(&self, mean: Tensor<2>, variance: Tensor<2>, seen: Tensor<2>) {
        let weight = seen.clone().clamp_max(1.0) * self.momentum;
        let unbiased = variance * seen.clone() / (seen - 1.0).clamp_min(1.0);
        for (state, batch) in [(&self.running_mean, mean), (&self.running_var, unbiased)] {
            let old: Tensor<2> = state.value_sync().to_device(&batch.device()).unsqueeze();
            state.update((old.clone() + (batch - old) * weight.clone()).squeeze_dim(0).detach());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{TensorData, Tolerance};

    const X: [[f32; 3]; 4] = [[0.5, -1.0, 2.0], [1.5, 0.25, -3.0], [-2.0, 0.75, 0.5], [0.25, -0.5, 1.0]];
    const ALPHA: [f64; 3] = [0.25, -0.5, 0.1];

    fn dice(alpha: [f64; 3], device: &Device) -> Dice {
        let dice = DiceConfig::new(3).init(device).unwrap();
        let values = Tensor::from_data(TensorData::from(alpha), device);
        Dice { alpha: Param::from_tensor(values), ..dice }
    }

    /// The paper's formula in double precision, with the statistics of the rows that count.
    fn by_hand(rows: &[usize], mean_and_variance: Option<(f64, f64)>) -> Vec<Vec<f64>> {
        let mut out = vec![vec![0.0; 3]; 4];
        for c in 0..3 {
            let column: Vec<f64> = rows.iter().map(|&row| f64::from(X[row][c])).collect();
            let mean = column.iter().sum::<f64>() / column.len() as f64;
            let variance = column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / column.len() as f64;
            let (mean, variance) = mean_and_variance.unwrap_or((mean, variance));
            for row in 0..4 {
                let s = f64::from(X[row][c]);
                let p = 1.0 / (1.0 + (-(s - mean) / (variance + 1e-9).sqrt()).exp());
                out[row][c] = p * s + (1.0 - p) * ALPHA[c] * s;
            }
        }
        out
    }

    fn assert_close(actual: Tensor<2>, expected: &[Vec<f64>]) {
        let values: Vec<f64> = actual.into_data().iter::<f64>().collect();
        for (a, e) in values.iter().zip(expected.iter().flatten()) {
            assert!((a - e).abs() < 1e-6, "{values:?} {expected:?}");
        }
    }

    #[test]
    fn a_batch_by_hand_in_both_modes() {
        let device = Device::flex().autodiff();
        let dice = dice(ALPHA, &device);
        let x = Tensor::<2>::from_data(X, &device);
        assert_close(dice.forward(x.clone(), None), &by_hand(&[0, 1, 2, 3], None));
        let plain = dice.valid();
        let fresh = super::tests::dice(ALPHA, &Device::flex());
        assert_close(fresh.forward(x.clone().inner(), None), &by_hand(&[0], Some((0.0, 1.0))));
        // One batch of weight 0.01: of the first channel the mean is 0.0625, the unbiased variance 6.546875 / 3.
        let mean = plain.running_mean.value_sync().into_data();
        assert!((mean.iter::<f64>().next().unwrap() - 0.000_625).abs() < 1e-9);
        let variance = plain.running_var.value_sync().into_data();
        assert!((variance.iter::<f64>().next().unwrap() - (0.99 + 0.01 * 6.546_875 / 3.0)).abs() < 1e-6);
    }

    #[test]
    fn padding_does_not_count() {
        let device = Device::flex().autodiff();
        let dice = dice(ALPHA, &device);
        let counted = Tensor::<2>::from_data([[1.0], [0.0], [1.0], [1.0]], &device);
        assert_close(dice.forward(Tensor::from_data(X, &device), Some(&counted)), &by_hand(&[0, 2, 3], None));
        let nothing = counted.zeros_like();
        let before = dice.running_mean.value_sync().into_data();
        let out = dice.forward(Tensor::from_data(X, &device), Some(&nothing)).into_data();
        assert!(out.iter::<f32>().all(f32::is_finite));
        dice.running_mean.value_sync().into_data().assert_eq(&before, true);
    }

    #[test]
    fn without_variance_it_is_prelu_and_with_alpha_one_the_identity() {
        let device = Device::flex();
        let still = dice(ALPHA, &device);
        still.running_var.update(Tensor::zeros([3], &device));
        let _ = still.running_var.value_sync();
        let x = Tensor::<2>::from_data([[1e-3, -1e-3, 2.0], [-0.7, 0.5, -1e-3]], &device);
        let expected = TensorData::from([[1e-3, 0.5e-3, 2.0], [-0.175, 0.5, -1e-4_f32]]);
        still.forward(x, None).into_data().assert_approx_eq::<f32>(&expected, Tolerance::absolute(1e-6));
        for device in [Device::flex(), Device::flex().autodiff()] {
            let x = Tensor::<2>::from_data(X, &device);
            dice([1.0; 3], &device).forward(x.clone(), None).into_data().assert_eq(&x.into_data(), true);
        }
    }

    #[test]
    fn beta_begins_with_equal_parts() {
        let device = Device::flex().autodiff();
        let dice = DiceConfig::new(3).with_beta(true).init(&device).unwrap();
        assert_eq!(dice.num_params(), Dice::num_params(3, true));
        let x = Tensor::<2>::from_data(X, &device);
        dice.forward(x.clone(), None).into_data().assert_eq(&(x * 0.5).into_data(), true);
    }

    #[test]
    #[should_panic(expected = "Dice needs at least 2 rows in training, but the input has shape [1, 3]")]
    fn one_row_has_no_variance() {
        let device = Device::flex().autodiff();
        let _ = dice(ALPHA, &device).forward(Tensor::ones([1, 3], &device), None);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let message = |config: DiceConfig| config.init(&Device::flex()).unwrap_err().to_string();
        assert_eq!(message(DiceConfig::new(0)), "channels = 0: must be between 1 and 1048576");
        assert_eq!(message(DiceConfig::new(1).with_epsilon(0.0)), "epsilon = 0: must be positive");
        assert_eq!(message(DiceConfig::new(1).with_momentum(1.5)), "momentum = 1.5: must be between 0 and 1");
    }
}
