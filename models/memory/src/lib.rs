//! Associative memories: networks that store patterns and find them again from a part, a noisy copy or a cue.
//!
//! - [`hebbian`]: multitasking Hebbian networks, which retrieve several diluted patterns at once (arXiv 2308.04106).
//! - [`hopfield`]: modern and classical Hopfield networks, and classifiers with Hopfield layers.
//! - [`tensor_brain`]: perception, episodic and semantic memory as decoding of triples.
//! - [`knowledge_graph`]: its baselines, which factorise a knowledge graph, and filtered ranking.

pub mod hebbian;
pub mod hopfield;
pub mod knowledge_graph;
pub mod tensor_brain;
mod triple;

pub use knowledge_graph::KgScorer;
pub use pyrarium_layers::ConfigError;
pub use triple::Triple;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
