//! The normalisations that configurations can name.

use burn::{
    nn::{
        BatchNormConfig, LayerNormConfig,
        norm::{Normalization, NormalizationConfig},
    },
    tensor::Device,
};
use serde::{Deserialize, Serialize};

use crate::impl_names;

/// Added to the variance before its square root is taken.
const EPSILON: f64 = 1e-5;

/// A normalisation of feature vectors, affine, with epsilon 1e-5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NormKind {
    /// Over the features of each row.
    #[default]
    Layer,
    /// Over the rows of a batch while training, by running statistics afterwards.
    Batch,
    /// The identity.
    None,
}

impl_names!(NormKind, "norm", Layer => "layer", Batch => "batch", None => "none");

impl NormKind {
    /// A normalisation of `features` features, with scale 1 and shift 0; `features` must be at least 1.
    pub fn init(self, features: usize, device: &Device) -> Normalization {
        match self {
            Self::Layer => LayerNormConfig::new(features).with_epsilon(EPSILON).into(),
            Self::Batch => BatchNormConfig::new(features).with_epsilon(EPSILON).into(),
            Self::None => NormalizationConfig::Identity,
        }
        .init(device)
    }

    /// The parameters of [`init`](Self::init) as Burn counts them: scale and shift, and for batch
    /// normalisation also the running mean and variance.
    pub fn num_params(self, features: usize) -> usize {
        match self {
            Self::Layer => 2 * features,
            Self::Batch => 4 * features,
            Self::None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{
        module::Module,
        tensor::{Tensor, TensorData, Tolerance},
    };

    const KINDS: [NormKind; 3] = [NormKind::Layer, NormKind::Batch, NormKind::None];

    #[test]
    fn parameter_counts_are_those_of_the_modules() {
        for kind in KINDS {
            assert_eq!(kind.init(5, &Device::flex()).num_params(), kind.num_params(5), "{kind}");
        }
    }

    #[test]
    fn each_kind_normalises_along_its_own_axis() {
        let x = Tensor::<2>::from_data([[1.0, 3.0], [5.0, 11.0]], &Device::flex().autodiff());
        let cases = [
            (NormKind::Layer, [[-1.0_f32, 1.0], [-1.0, 1.0]]),
            (NormKind::Batch, [[-1.0, -1.0], [1.0, 1.0]]),
            (NormKind::None, [[1.0, 3.0], [5.0, 11.0]]),
        ];
        for (kind, expected) in cases {
            let y = kind.init(2, &x.device()).forward(x.clone()).into_data();
            y.assert_approx_eq::<f32>(&TensorData::from(expected), Tolerance::absolute(1e-4));
        }
    }

    #[test]
    fn display_parse_and_serde_agree() {
        for kind in KINDS {
            let name = kind.to_string();
            assert_eq!(name.parse(), Ok(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{name}\""));
        }
        let error = "group".parse::<NormKind>().unwrap_err();
        assert_eq!(error.to_string(), "norm = group: must be one of layer, batch, none");
    }
}
