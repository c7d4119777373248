//! Associative memories: networks that store patterns and find them again from a part, a noisy copy or a cue.
//!
//! - [`hebbian`]: multitasking Hebbian networks, which retrieve several diluted patterns at once (arXiv 2308.04106).
//! - [`hopfield`]: modern and classical Hopfield networks, and classifiers with Hopfield layers.

pub mod hebbian;
pub mod hopfield;

pub use pyrarium_layers::ConfigError;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
