//! The Tensor Brain: Semantic Decoding for Perception and Memory (arXiv 2001.11027).
//!
//! `job` trains a brain on the facts of a graph, seen and unseen; `reproduce` tests the claims, one module each. `events` and `tasks` are
//! what all of them train on, `network` the brains by a few sizes, `ceiling` the bound of perception, `trace` the
//! picture of a decoding.

mod ceiling;
mod consolidation;
mod episodes;
mod episodic;
mod events;
mod job;
mod network;
mod perception;
mod reproduce;
mod semantic;
mod tasks;
mod trace;
mod training;
mod variants;

use crate::fit::EPOCHS;
use crate::registry::System;

/// The entry in the registry.
pub const SYSTEM: System = System {
    slug: "tensor-brain",
    title: "The Tensor Brain: Semantic Decoding for Perception and Memory",
    paper: "https://arxiv.org/abs/2001.11027",
    family: "pyrarium-memory",
    summary: "Perception, episodic and semantic memory as one decoder of facts, concept by concept.",
    claims: &[
        perception::PRIOR,
        perception::ORDER,
        perception::GAP,
        perception::ABLATION,
        semantic::KINSHIPS,
        semantic::UMLS,
        episodic::TRAINED,
        episodic::ONE_SHOT,
        episodic::BLENDED,
        consolidation::CLAIM,
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
