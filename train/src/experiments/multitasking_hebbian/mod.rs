//! Parallel Learning by Multitasking Neural Networks (arXiv 2308.04106).
//!
//! `job` stores noisy examples and runs the dynamics; `reproduce` tests the claims against simulations, one module each. Nothing here
//! has a gradient, so there are no networks for the comparison of backends.

mod chains;
mod crossover;
mod job;
mod protocols;
mod reproduce;
mod serial;
mod settings;
mod simulation;
mod storage;
mod theory;

use crate::registry::System;

/// The entry in the registry.
pub const SYSTEM: System = System {
    slug: "multitasking-hebbian",
    title: "Parallel Learning by Multitasking Neural Networks",
    paper: "https://arxiv.org/abs/2308.04106",
    family: "pyrarium-memory",
    summary: "Binary neurons that store patterns with blanks, so that one configuration retrieves several of them at once.",
    claims: &[
        theory::TABLE,
        theory::POWERS,
        crossover::CLAIM,
        protocols::AGREE,
        protocols::THRESHOLD,
        serial::CLAIM,
    ],
    variants: Vec::new,
    benchmarks: Vec::new,
    settings: job::default_settings,
    passes: "sweeps",
    train: job::train,
    evaluate: job::evaluate,
    generate: None,
    predict: None,
    reproduce: reproduce::reproduce,
};
