//! FinalMLP: An Enhanced Two-Stream MLP Model for CTR Prediction (arXiv 2304.00902).
//!
//! `job` trains on drawn samples, MovieLens-100K, Adult or a file of one's own; `bilinear`, `movielens` and `adult` compare the networks of
//! `contenders`; `variants` are the networks backends are compared on, and those whose speed is measured.

mod adult;
mod bilinear;
mod contenders;
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
    slug: "finalmlp",
    title: "FinalMLP: An Enhanced Two-Stream MLP Model for CTR Prediction",
    paper: "https://arxiv.org/abs/2304.00902",
    family: "pyrarium-recsys",
    summary: "Two plain networks over differently gated embeddings, whose outputs a bilinear layer fuses into the logit of a click.",
    claims: &[
        bilinear::ORDER,
        bilinear::LEAD,
        bilinear::NEAR,
        movielens::ABOVE_LOGISTIC,
        movielens::NOT_BELOW_DUAL,
    ],
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
