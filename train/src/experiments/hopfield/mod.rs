//! Hopfield Networks is All You Need (arXiv 2008.02217).
//!
//! `job` trains a classifier of bags; `storage`, `regimes`, `bit_patterns`, `digit_bags` and `tables` test the claims, `latch` has a recurrent network beside, `recall` draws how a
//! digit is found again; `variants` are the networks backends are compared on.

mod bags;
mod bit_patterns;
mod digit_bags;
mod heads;
mod job;
mod latch;
mod network;
mod recall;
mod regimes;
mod reproduce;
mod storage;
mod table_task;
mod tables;
mod variants;

use crate::fit::EPOCHS;
use crate::registry::System;

/// The entry in the registry.
pub const SYSTEM: System = System {
    slug: "hopfield",
    title: "Hopfield Networks is All You Need",
    paper: "https://arxiv.org/abs/2008.02217",
    family: "pyrarium-memory",
    summary: "Attention as the update of an associative memory: layers that pool, associate and look up, and the memory itself.",
    claims: &[
        storage::MODERN,
        storage::CLASSICAL,
        regimes::CLAIM,
        bit_patterns::SOLVED,
        bit_patterns::AHEAD,
        digit_bags::CLAIM,
        tables::CLAIM,
    ],
    variants: variants::variants,
    benchmarks: variants::benchmarks,
    settings: job::default_settings,
    passes: EPOCHS,
    train: job::train,
    evaluate: job::evaluate,
    generate: None,
    predict: None,
    reproduce: reproduce::reproduce,
};
