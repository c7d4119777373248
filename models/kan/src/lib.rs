//! Kolmogorov-Arnold networks: learned functions on the edges, sums on the nodes.
//!
//! - [`Kan`], by [`KanConfig`]: a network of one family of functions (KAN, ChebyKAN, FastKAN, Fourier-KAN, Wav-KAN, by its
//!   [`Basis`]), or S-KAN, whose nodes choose among families: "Activation Space Selectable Kolmogorov-Arnold Networks"
//!   (arXiv 2408.08338).
//! - [`ConvKan`], by [`ConvKanConfig`]: the same for images, S-ConvKAN, out of [`KanConv2d`].
//! - [`GrKan`], by [`GrKanConfig`]: the group-rational layer of the Kolmogorov-Arnold Transformer (arXiv 2409.10594).
//! - [`WavKanLinear`]: the layer of Wav-KAN with the shifts and scales that it learns.
//! - [`KanLinear`], [`SelectableKanLinear`], [`GroupedKanLinear`], [`SparseKanLinear`], [`AdaptedKanLinear`]: the layers, before
//!   and after selection, and on knots that follow the data.
//! - [`read_edge`], [`picture`]: a trained network to look at.
//! - [`VARIANTS`]: named networks as data.
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use pyrarium_kan::{Family, KanConfig};
//!
//! let device = Device::flex();
//! let kan = KanConfig::single([2, 5, 1], Family::BSpline.basis(8)?).init(&device)?;
//! assert_eq!(kan.forward(Tensor::zeros([10, 2], &device)).dims(), [10, 1]);
//! # Ok::<(), pyrarium_kan::ConfigError>(())
//! ```

mod adapted;
mod conv;
mod conv_kan;
mod edges;
mod features;
mod gr_kan;
mod kan;
mod layer;
mod layer_config;
mod least_squares;
mod limits;
mod linear;
mod mask;
pub mod picture;
mod pruned;
mod selectable;
mod symbolic;
mod variants;
mod wav_kan;

pub use adapted::AdaptedKanLinear;
pub use conv::{KanConv2d, KanConv2dConfig};
pub use conv_kan::{ConvKan, ConvKanBlock, ConvKanConfig};
pub use edges::{EdgeCurve, LayerCurves};
pub use features::Features;
pub use gr_kan::{GrKan, GrKanConfig, GrKanInit};
pub use kan::{Kan, KanConfig};
pub use layer::KanLayer;
pub use layer_config::KanLayerConfig;
pub use linear::{KanLinear, KanLinearConfig};
pub use mask::{Contributions, Granularity, Mask, Pruning};
pub use pruned::{GroupedKanLinear, SparseKanLinear};
pub use pyrarium_layers::{
    ConfigError, ImageClassifier, Regressor,
    bases::{Basis, Family},
};
pub use selectable::{SelectableKanLinear, SelectableKanLinearConfig};
pub use symbolic::{Elementary, LIBRARY, Reading, fit, read_edge};
pub use variants::{FUNCTIONS, VARIANTS, Variant, VariantKind, pool};
pub use wav_kan::{WavKanLinear, WavKanLinearConfig};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
