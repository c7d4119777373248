//! Associative memories: networks that store patterns and find them again from a part, a noisy copy or a cue.
//!
//! - [`hopfield`]: modern and classical Hopfield networks, and classifiers with Hopfield layers.

pub mod hopfield;

pub use pyrarium_layers::ConfigError;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
