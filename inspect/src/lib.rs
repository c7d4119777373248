//! What people do with trained models: laws, comparisons, pictures.
//!
//! - [`activation_trace`]: what the layers of a network do, step by step.
//! - [`power_law`]: how an error falls with compute, fitted to measurements.

pub mod activation_trace;
pub mod power_law;

pub use activation_trace::{ActivationTrace, LayerTrace};
pub use power_law::{PowerLaw, PowerLawError, fit_power_law};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
