//! What people do with trained models: laws, comparisons, pictures.
//!
//! - [`activation_trace`]: what the layers of a network do, step by step.
//! - [`metastable`]: how many stored patterns a Hopfield head averages over, its energy and separation.
//! - [`power_law`]: how an error falls with compute, fitted to measurements.
//! - [`regime`](mod@regime): whether an associative memory retrieves one pattern, several in order, or all alike.

pub mod activation_trace;
pub mod metastable;
pub mod power_law;
pub mod regime;

pub use activation_trace::{ActivationTrace, LayerTrace};
pub use metastable::{HeadRegime, HeadStatistics, head_regime, inspect_heads, metastable_k};
pub use power_law::{PowerLaw, PowerLawError, fit_power_law};
pub use regime::{Regime, regime};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
