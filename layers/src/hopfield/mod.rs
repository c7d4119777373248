//! The layers of "Hopfield Networks is All You Need" (arXiv 2008.02217): state patterns are moved towards stored patterns by the
//! update rule of a Hopfield network with continuous states, which is softmax attention, possibly several times.
//!
//! - [`Hopfield`]: associates two sets; [`HopfieldPooling`]: a learnt state queries a set; [`HopfieldLookup`]: a set queries
//!   learnt stored patterns.
//! - [`HopfieldEncoderLayer`], [`HopfieldDecoderLayer`]: the layers of a transformer with these in place of attention.
//! - [`Masks`]: what must not be associated.
//! - [`dynamics`]: energy, update and separation of plain patterns, without a layer around.

mod config;
mod decoder;
pub mod dynamics;
mod encoder;
mod iteration;
mod layer;
mod lookup;
mod mask;
mod norm;
mod pooling;

pub use config::{HopfieldConfig, Scaling};
pub use decoder::{HopfieldDecoderLayer, HopfieldDecoderLayerConfig};
pub use encoder::{HopfieldEncoderLayer, HopfieldEncoderLayerConfig};
pub use layer::{BiasPattern, Hopfield};
pub use lookup::{HopfieldLookup, HopfieldLookupConfig};
pub use mask::{AssociationMask, MaskError, Masks};
pub use norm::PatternNorm;
pub use pooling::{HopfieldPooling, HopfieldPoolingConfig};
