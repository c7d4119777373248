//! Deep Task-specific Bottom Representation Network for Multi-Task Recommendation (arXiv 2308.05996), a reconstruction: neither the body
//! of the paper nor code of its authors could be read, so no figure of the paper is confirmed.
//!
//! `job` trains on drawn samples, MovieLens-100K or a file of one's own; `conflict` and `movielens` compare the networks of `contenders`,
//! `gradients` says whether tasks pull embeddings apart; `variants` are the networks backends are compared on, and those whose speed is
//! measured.

mod conflict;
mod contenders;
mod gradients;
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
    slug: "dtrn",
    title: "Deep Task-specific Bottom Representation Network for Multi-Task Recommendation",
    paper: "https://arxiv.org/abs/2308.05996",
    family: "pyrarium-recsys",
    summary: "Behaviour encoded and embeddings weighed anew for each task, below any multi-task head (a reconstruction).",
    claims: &[conflict::AHEAD, conflict::PARTS, conflict::GRADIENTS, movielens::NOT_BELOW_MMOE],
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
