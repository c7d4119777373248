//! Activation Space Selectable Kolmogorov-Arnold Networks (arXiv 2408.08338).
//!
//! `job` trains a network on images; `functions` and `images` test the claims; `variants` are the networks backends are
//! compared on.

mod claims;
mod functions;
mod images;
mod job;
mod mlp;
mod network;
mod reproduce;
mod variants;

use crate::fit::EPOCHS;
use crate::registry::System;

/// The entry in the registry.
pub const SYSTEM: System = System {
    slug: "s-kan",
    title: "Activation Space Selectable Kolmogorov-Arnold Networks",
    paper: "https://arxiv.org/abs/2408.08338",
    family: "pyrarium-kan",
    summary: "Learned functions on edges, of families that each node chooses by what they contribute; also as convolutions.",
    claims: &[
        claims::RANK,
        claims::MEAN,
        claims::WORST,
        claims::MLP,
        claims::SIZE,
        images::DIGITS,
        images::FASHION,
        images::CIFAR,
    ],
    variants: variants::variants,
    benchmarks: variants::benchmarks,
    settings: job::default_settings,
    passes: EPOCHS,
    train: job::train,
    evaluate: job::evaluate,
    reproduce: reproduce::reproduce,
    generate: None,
    predict: None,
};
