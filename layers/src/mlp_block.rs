//! Stacks of fully connected layers as click models use them, with the names and defaults of FuxiCTR's block of the same kind.

use burn::{
    config::Config,
    module::Module,
    nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, PRelu, PReluConfig, Relu, Sigmoid},
    tensor::{Device, Tensor},
};
use serde::{Deserialize, Serialize};

use crate::{ConfigError, Dice, DiceConfig, check_range, impl_names, xavier_linear};

/// The activation behind hidden layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HiddenActivation {
    /// `max(x, 0)`.
    #[default]
    Relu,
    /// `x`, times a learnt slope of each channel (0.25 at first) where it is negative.
    Prelu,
    /// [`Dice`].
    Dice,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
}

impl_names!(HiddenActivation, "activation", Relu => "relu", Prelu => "prelu", Dice => "dice", Sigmoid => "sigmoid");

impl HiddenActivation {
    fn init(self, channels: usize, device: &Device) -> Result<HiddenUnit, ConfigError> {
        Ok(match self {
            Self::Relu => HiddenUnit::Relu(Relu::new()),
            Self::Prelu => HiddenUnit::Prelu(PReluConfig::new().with_num_parameters(channels).init(device)),
            Self::Dice => HiddenUnit::Dice(DiceConfig::new(channels).init(device)?),
            Self::Sigmoid => HiddenUnit::Sigmoid(Sigmoid::new()),
        })
    }

    fn num_params(self, channels: usize) -> usize {
        match self {
            Self::Relu | Self::Sigmoid => 0,
            Self::Prelu => channels,
            Self::Dice => Dice::num_params(channels, false),
        }
    }
}

/// An activation with its parameters.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // a network has few layers
pub enum HiddenUnit {
    /// [`HiddenActivation::Relu`].
    Relu(Relu),
    /// [`HiddenActivation::Prelu`].
    Prelu(PRelu),
    /// [`HiddenActivation::Dice`].
    Dice(Dice),
    /// [`HiddenActivation::Sigmoid`].
    Sigmoid(Sigmoid),
}

/// What stands behind each hidden layer.
#[derive(Config, Debug, PartialEq)]
pub struct HiddenConfig {
    /// The activation.
    #[config(default = "HiddenActivation::Relu")]
    pub activation: HiddenActivation,
    /// Whether batch normalisation stands before the activation.
    #[config(default = false)]
    pub batch_norm: bool,
    /// Dropout behind the activation, in 0..1.
    #[config(default = 0.0)]
    pub dropout: f64,
}

/// Configuration of an [`MlpBlock`]: `Linear -> [BatchNorm] -> activation -> [dropout]` for each hidden width, then perhaps a linear
/// layer.
#[derive(Config, Debug, PartialEq)]
pub struct MlpBlockConfig {
    /// Features of the input.
    pub input: usize,
    /// Widths of the hidden layers.
    pub widths: Vec<usize>,
    /// Features of a last linear layer; `None` means that the last hidden layer is the output.
    #[config(default = "None")]
    pub output: Option<usize>,
    /// What stands behind each hidden layer.
    #[config(default = "HiddenConfig::new()")]
    pub hidden: HiddenConfig,
}

impl MlpBlockConfig {
    /// Checks every field.
    ///
    /// # Errors
    ///
    /// If a width is 0, there is no layer at all, or the dropout is none.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_range("input", self.input, 1..=1 << 24)?;
        if self.widths.is_empty() && self.output.is_none() {
            return Err(ConfigError::new(
                "widths",
                "[]",
                "at least one width where there is no output layer",
            ));
        }
        self.widths.iter().try_for_each(|&width| check_range("widths", width, 1..=1 << 20))?;
        self.output.map_or(Ok(()), |output| check_range("output", output, 1..=1 << 20))?;
        if !(0.0..1.0).contains(&self.hidden.dropout) {
            return Err(ConfigError::new("dropout", self.hidden.dropout, "0 or more and less than 1"));
        }
        Ok(())
    }

    /// Inputs and outputs of each hidden layer.
    fn hidden_sizes(&self) -> impl Iterator<Item = (usize, usize)> {
        std::iter::once(self.input).chain(self.widths.iter().copied()).zip(self.widths.iter().copied())
    }

    /// Features of the last hidden layer, or of the input.
    fn last(&self) -> usize {
        self.widths.last().copied().unwrap_or(self.input)
    }

    /// Features of the output.
    pub fn outputs(&self) -> usize {
        self.output.unwrap_or_else(|| self.last())
    }

    /// The parameters as Burn counts them, running statistics included.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        let behind = |width: usize| {
            self.hidden.activation.num_params(width) + if self.hidden.batch_norm { 4 * width } else { 0 }
        };
        let hidden: usize = self.hidden_sizes().map(|(i, o)| (i + 1) * o + behind(o)).sum();
        Ok(hidden + self.output.map_or(0, |output| (self.last() + 1) * output))
    }

    /// The block: weights Xavier-normal, biases 0.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<MlpBlock, ConfigError> {
        self.validate()?;
        let layer = |(inputs, outputs)| -> Result<HiddenLayer, ConfigError> {
            Ok(HiddenLayer {
                linear: xavier_linear(inputs, outputs, device),
                norm: self.hidden.batch_norm.then(|| BatchNormConfig::new(outputs).init(device)),
                activation: self.hidden.activation.init(outputs, device)?,
                dropout: DropoutConfig::new(self.hidden.dropout).init(),
            })
        };
        Ok(MlpBlock {
            layers: self.hidden_sizes().map(layer).collect::<Result<_, _>>()?,
            output: self.output.map(|output| xavier_linear(self.last(), output, device)),
        })
    }
}

/// One hidden layer.
#[derive(Module, Debug)]
pub struct HiddenLayer {
    /// From the features before.
    pub linear: Linear,
    /// Of its outputs.
    pub norm: Option<BatchNorm>,
    /// Of what is normalised.
    pub activation: HiddenUnit,
    /// Of what is activated.
    pub dropout: Dropout,
}

/// A stack of fully connected layers; see [`MlpBlockConfig`].
#[derive(Module, Debug)]
pub struct MlpBlock {
    /// The hidden layers.
    pub layers: Vec<HiddenLayer>,
    /// The last linear layer.
    pub output: Option<Linear>,
}

impl MlpBlock {
    /// `[.., inputs]` to `[.., outputs]`; statistics of a batch are over all axes but the last.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let mut shape = x.dims();
        let rows = shape[..D - 1].iter().product();
        let y = self.forward_rows(x.reshape([rows, shape[D - 1]]), None);
        shape[D - 1] = y.dims()[1];
        y.reshape(shape)
    }

    /// The same for rows of which not all count in the statistics of [`Dice`].
    ///
    /// # Shapes
    ///
    /// - x: `[rows, inputs]`
    /// - counted: `[rows, 1]`, 1 for rows that count and 0 for padding
    /// - output: `[rows, outputs]`
    pub fn forward_rows(&self, mut x: Tensor<2>, counted: Option<&Tensor<2>>) -> Tensor<2> {
        for layer in &self.layers {
            x = layer.linear.forward(x);
            if let Some(norm) = &layer.norm {
                x = norm.forward(x);
            }
            x = match &layer.activation {
                HiddenUnit::Relu(relu) => relu.forward(x),
                HiddenUnit::Prelu(prelu) => prelu.forward(x),
                HiddenUnit::Dice(dice) => dice.forward(x, counted),
                HiddenUnit::Sigmoid(sigmoid) => sigmoid.forward(x),
            };
            x = layer.dropout.forward(x);
        }
        match &self.output {
            Some(output) => output.forward(x),
            None => x,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded;

    const KINDS: [HiddenActivation; 4] =
        [HiddenActivation::Relu, HiddenActivation::Prelu, HiddenActivation::Dice, HiddenActivation::Sigmoid];

    #[test]
    fn the_formula_counts_the_parameters() {
        for activation in KINDS {
            for batch_norm in [false, true] {
                let hidden = HiddenConfig::new().with_activation(activation).with_batch_norm(batch_norm);
                let config = MlpBlockConfig::new(5, vec![4, 3]).with_output(Some(2)).with_hidden(hidden);
                let block = config.init(&Device::flex()).unwrap();
                assert_eq!(block.num_params(), config.num_params().unwrap(), "{activation} {batch_norm}");
            }
        }
        // 32 * 64 + 64 + 2 * (64 * 64 + 64), a stream of FinalMLP.
        assert_eq!(MlpBlockConfig::new(32, vec![64; 3]).num_params().unwrap(), 10_432);
    }

    #[test]
    fn one_row_by_hand() {
        let device = Device::flex();
        for activation in [HiddenActivation::Relu, HiddenActivation::Prelu, HiddenActivation::Sigmoid] {
            let hidden = HiddenConfig::new().with_activation(activation);
            let config = MlpBlockConfig::new(2, vec![3]).with_output(Some(1)).with_hidden(hidden);
            let block = seeded::fill_uniform(config.init(&device).unwrap(), 1, 1.0);
            let values = |x: Tensor<1>| -> Vec<f64> { x.into_data().iter::<f64>().collect() };
            let flat = |linear: &Linear| {
                let weight = linear.weight.val();
                (values(weight.flatten(0, 1)), values(linear.bias.as_ref().unwrap().val()))
            };
            let (w, b) = flat(&block.layers[0].linear);
            let slope = match &block.layers[0].activation {
                HiddenUnit::Prelu(prelu) => values(prelu.alpha.val()),
                _ => vec![0.0; 3],
            };
            let (v, c) = flat(block.output.as_ref().unwrap());
            let x = [0.7, -1.3];
            let expected: f64 = (0..3)
                .map(|j| {
                    let s = x[0] * w[j] + x[1] * w[3 + j] + b[j];
                    v[j] * match activation {
                        HiddenActivation::Sigmoid => 1.0 / (1.0 + (-s).exp()),
                        _ => s.max(0.0) + slope[j] * s.min(0.0),
                    }
                })
                .sum::<f64>()
                + c[0];
            let out = block.forward(Tensor::<3>::from_data([[[0.7, -1.3]]], &device));
            assert_eq!(out.dims(), [1, 1, 1]);
            let value = out.into_scalar::<f32>();
            assert!((f64::from(value) - expected).abs() < 1e-6, "{activation}: {value} {expected}");
        }
    }

    #[test]
    fn display_parse_and_serde_agree() {
        for activation in KINDS {
            let name = activation.to_string();
            assert_eq!(name.parse(), Ok(activation));
            assert_eq!(serde_json::to_string(&activation).unwrap(), format!("\"{name}\""));
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let message = |config: MlpBlockConfig| config.init(&Device::flex()).unwrap_err().to_string();
        let config = || MlpBlockConfig::new(3, vec![2]);
        assert_eq!(message(MlpBlockConfig::new(0, vec![2])), "input = 0: must be between 1 and 16777216");
        assert_eq!(message(MlpBlockConfig::new(3, vec![0])), "widths = 0: must be between 1 and 1048576");
        assert_eq!(
            message(MlpBlockConfig::new(3, vec![])),
            "widths = []: must be at least one width where there is no output layer"
        );
        assert_eq!(message(config().with_output(Some(0))), "output = 0: must be between 1 and 1048576");
        let dropout = HiddenConfig::new().with_dropout(1.0);
        assert_eq!(message(config().with_hidden(dropout)), "dropout = 1: must be 0 or more and less than 1");
    }
}
