//! Deep Interest Network for Click-Through Rate Prediction (arXiv 1706.06978).
//!
//! `job` trains on drawn samples, MovieLens-100K or a file of one's own; `interests` and `movielens` test the claims; `variants` are the networks
//! backends are compared on, and the row-wise training steps whose speed is measured.

mod interests;
mod job;
mod movielens;
mod network;
mod reproduce;
mod variants;

use crate::clicks::job::{evaluate, predict, train};
use crate::fit::EPOCHS;
use crate::registry::System;
use network::Network;

/// The entry in the registry.
pub const SYSTEM: System = System {
    slug: "din",
    title: "Deep Interest Network for Click-Through Rate Prediction",
    paper: "https://arxiv.org/abs/1706.06978",
    family: "pyrarium-recsys",
    summary: "A user's past items weighed by a small network that sees the item in question; embeddings regularised by the mini-batch.",
    claims: &[interests::AHEAD, interests::ATTENTION, movielens::REGULARISED],
    variants: variants::variants,
    benchmarks: variants::benchmarks,
    settings: job::default_settings,
    passes: EPOCHS,
    train: train::<Network>,
    evaluate: evaluate::<Network>,
    generate: None,
    predict: Some(predict::<Network>),
    reproduce: reproduce::reproduce,
};
