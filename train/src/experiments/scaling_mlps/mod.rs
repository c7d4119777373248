//! Scaling MLPs: A Tale of Inductive Bias (arXiv 2306.13575).
//!
//! `job` trains a network; `reproduce` tests the claims, one module each.

mod augmentation;
mod bottleneck;
mod job;
mod large;
mod reproduce;
mod transfer;
mod width;

use pyrarium_mlp::VARIANTS;

use crate::registry::{System, Variant};

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
    variants,
    settings: job::default_settings,
    train: job::train,
    evaluate: job::evaluate,
    reproduce: reproduce::reproduce,
};

fn variants() -> Vec<Variant> {
    let describe = |variant: &pyrarium_mlp::Variant| {
        let [channels, height, width] = variant.image_shape;
        let (name, kind, classes) = (variant.name, variant.kind, variant.num_classes);
        Variant {
            name: format!("{kind} {name}, {height}x{width}x{channels}, {classes} classes"),
            parameters: variant.num_params,
        }
    };
    VARIANTS.iter().map(describe).collect()
}
