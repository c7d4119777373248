//! Building blocks shared by the Pyrarium model crates.
//!
//! - [`Activation`] and [`NormKind`]: choices that a configuration names, by [`impl_names!`].
//! - [`ConfigError`] and [`check_range`]: how a configuration refuses a value.
//! - [`bases`]: families of univariate functions, for Kolmogorov-Arnold networks.
//! - [`ImageClassifier`] and [`Regressor`]: the task traits that models implement and the training crate consumes.
//! - `seeded` (feature `seeded`): weights and inputs that are the same on every backend.
//! - `testing` (feature `testing`): the checks that every model variant must pass.

mod activation;
pub mod bases;
mod classifier;
mod error;
mod names;
mod norm;
mod regressor;
#[cfg(feature = "seeded")]
pub mod seeded;
#[cfg(feature = "testing")]
pub mod testing;

pub use activation::Activation;
pub use classifier::ImageClassifier;
pub use error::{ConfigError, check_range};
pub use norm::NormKind;
pub use regressor::Regressor;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
