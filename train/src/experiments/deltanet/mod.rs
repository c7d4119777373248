//! Parallelizing Linear Transformers with the Delta Rule over Sequence Length (arXiv 2406.06484).
//!
//! `job` trains a language model of bytes; `reproduce` tests the claims, one module each; `variants` are the networks backends are
//! compared on.

mod hybrid;
mod job;
mod networks;
mod recall;
mod reproduce;
mod timing;
mod variants;

use crate::fit::EPOCHS;
use crate::registry::System;

/// The entry in the registry.
pub const SYSTEM: System = System {
    slug: "deltanet",
    title: "Parallelizing Linear Transformers with the Delta Rule over Sequence Length",
    paper: "https://arxiv.org/abs/2406.06484",
    family: "pyrarium-linear-attention",
    summary: "Linear attention whose state is corrected, not only added to: sequences by chunks, text in constant memory.",
    claims: &[timing::CLAIM, hybrid::CLAIM, recall::SOLVED, recall::AHEAD],
    variants: variants::variants,
    benchmarks: variants::benchmarks,
    settings: job::default_settings,
    passes: EPOCHS,
    train: job::train,
    evaluate: job::evaluate,
    generate: Some(job::generate),
    predict: None,
    reproduce: reproduce::reproduce,
};
