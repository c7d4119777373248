//! Multi-layer perceptrons that scale: the two networks of "Scaling MLPs: A Tale of Inductive Bias"
//! (arXiv 2306.13575), which classify images without knowing which pixels are neighbours.
//!
//! - [`BottleneckMlp`]: the residual network of inverted bottlenecks, by [`BottleneckMlpConfig`].
//! - [`StandardMlp`]: the plain network, by [`StandardMlpConfig`].
//! - [`Mlp`]: either of them, by [`MlpConfig`], which reads the paper's names.
//! - [`VARIANTS`]: the paper's variants as data.
//! - [`official`]: the parameter names of the official checkpoints.
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use pyrarium_mlp::{MlpConfig, MlpKind};
//!
//! let device = Device::flex();
//! let config = MlpConfig::parse("B_2-Wi_64", MlpKind::Bottleneck, 3 * 8 * 8, 10)?;
//! let mlp = config.init(&device)?;
//! let logits = mlp.forward_image(Tensor::zeros([5, 3, 8, 8], &device));
//! assert_eq!(logits.dims(), [5, 10]);
//! # Ok::<(), pyrarium_mlp::ConfigError>(())
//! ```

mod bottleneck;
mod config;
mod limits;
mod mlp;
mod name;
mod network;
pub mod official;
mod standard;
mod variants;

pub use bottleneck::{BottleneckBlock, BottleneckMlp, BottleneckMlpConfig};
pub use config::{MlpConfig, MlpKind};
pub use mlp::Mlp;
pub use network::{Block, Network};
pub use pyrarium_layers::{Activation, ConfigError, ImageClassifier, NormKind};
pub use standard::{StandardBlock, StandardMlp, StandardMlpConfig};
pub use variants::{VARIANTS, Variant};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
