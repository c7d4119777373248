//! Associative memories: networks that store patterns and find them again from a part, a noisy copy or a cue.
//!
//! - [`tensor_brain`]: perception, episodic and semantic memory as decoding of triples.
//! - [`knowledge_graph`]: its baselines, which factorise a knowledge graph, and filtered ranking.

pub mod knowledge_graph;
pub mod tensor_brain;
mod triple;

pub use knowledge_graph::KgScorer;
pub use pyrarium_layers::ConfigError;
pub use triple::Triple;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
