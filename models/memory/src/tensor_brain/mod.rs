//! The tensor brain: perception, episodic and semantic memory as decoding of triples.
//!
//! "The Tensor Brain: Semantic Decoding for Perception and Memory" (arXiv 2001.11027), with the recurrence of its successor
//! (arXiv 2109.13392). Four layers: `sensory` input `u`, the `representation` `q` (with activation `gamma = sigmoid(q)`, or centred, see [`Activation`]), the `index` layer
//! with a unit for each concept, and the `working` memory `h`. A concept is sampled by the scores of its embedding against
//! `gamma`; the same embedding is written back to `q`; the working memory carries on what was decoded.
//!
//! The first paper is a theory: where it leaves a choice open, the documentation here says "our choice".
//!
//! - [`TensorBrainConfig`], [`Group`]: sizes and the groups of concepts.
//! - [`TensorBrain`]: the operations on `q` and `h`.
//! - [`Drive`], [`Order`], [`Choice`]: how a triple is decoded, from what, and by whom.
//! - [`IndexLayer`], [`Evolution`], [`Activation`]: the parts.

mod activation;
mod brain;
mod config;
mod decode;
mod evolution;
mod index_layer;
mod memory;
mod order;
mod senses;
mod sequence;
mod variants;

pub use activation::Activation;
pub use brain::{Measured, State, TensorBrain};
pub use config::{ENTITIES, Group, PREDICATES, TIMES, TensorBrainConfig};
pub use decode::{Choice, Decoded, Step};
pub use evolution::{Evolution, EvolutionKind, FeedForwardEvolution, GruEvolution, OriginalEvolution};
pub use index_layer::IndexLayer;
pub use order::{Order, Role};
pub use senses::{Drive, Senses, TripleTensors};
pub use sequence::Stop;
pub use variants::{VARIANTS, Variant};
