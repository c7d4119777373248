//! Scaling MLPs: A Tale of Inductive Bias (arXiv 2306.13575).
//!
//! `job` trains a network; `reproduce` tests the claims, one module each; `variants` are the networks backends are compared on.

mod augmentation;
mod bottleneck;
mod job;
mod large;
mod reproduce;
mod transfer;
mod variants;
mod width;

use crate::fit::EPOCHS;
use crate::registry::System;

/// The entry in the registry.
pub const SYSTEM: System = System {
    slug: "scaling-mlps",
    title: "Scaling MLPs: A Tale of Inductive Bias",
    paper: "https://arxiv.org/abs/2306.13575",
    family: "pyrarium-mlp",
    summary: "Plain and inverted-bottleneck MLPs on flattened pixels: how far scale carries the least structured vision model.",
    claims: &[
        bottleneck::CLAIM,
        augmentation::CLAIM,
        width::CLAIM,
        transfer::CLAIM,
        large::FASHION_BOTTLENECK,
        large::FASHION_AUGMENTATION,
        large::CIFAR_BOTTLENECK,
        large::CIFAR_AUGMENTATION,
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
