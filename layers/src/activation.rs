//! The activation functions that configurations can name.

use burn::tensor::{Tensor, activation};
use serde::{Deserialize, Serialize};

use crate::{gelu, impl_names};

/// An element-wise activation function without parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `x * Phi(x)` with the exact normal distribution function `Phi`, not its tanh approximation.
    #[default]
    Gelu,
    /// `max(x, 0)`.
    Relu,
}

impl_names!(Activation, "activation", Gelu => "gelu", Relu => "relu");

impl Activation {
    /// Applies the function to each element; the shape stays as it is.
    pub fn forward<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Gelu => gelu(x),
            Self::Relu => activation::relu(x),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData, Tolerance};

    fn applied(activation: Activation) -> TensorData {
        let x = Tensor::<1>::from_data([-1.0, 0.0, 0.5, 2.0], &Device::flex());
        activation.forward(x).into_data()
    }

    #[test]
    fn gelu_is_the_exact_form() {
        // x * (1 + erf(x / sqrt(2))) / 2; the tanh approximation differs in the fourth digit.
        let expected = TensorData::from([-0.158_655_25_f32, 0.0, 0.345_731_23, 1.954_499_7]);
        applied(Activation::Gelu).assert_approx_eq::<f32>(&expected, Tolerance::absolute(1e-6));
    }

    #[test]
    fn relu_cuts_at_zero() {
        applied(Activation::Relu).assert_eq(&TensorData::from([0.0_f32, 0.0, 0.5, 2.0]), true);
    }

    #[test]
    fn display_parse_and_serde_agree() {
        for activation in [Activation::Gelu, Activation::Relu] {
            let name = activation.to_string();
            assert_eq!(name.parse(), Ok(activation));
            assert_eq!(serde_json::to_string(&activation).unwrap(), format!("\"{name}\""));
        }
        let error = "tanh".parse::<Activation>().unwrap_err();
        assert_eq!(error.to_string(), "activation = tanh: must be one of gelu, relu");
    }
}
