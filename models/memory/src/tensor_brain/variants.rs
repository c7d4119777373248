//! Named brains, as data.

use super::{EvolutionKind, TensorBrainConfig};

/// A named brain for the facts of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variant {
    /// Its name.
    pub name: &'static str,
    /// Entities and predicates.
    pub sizes: [usize; 2],
    /// Its working memory.
    pub evolution: EvolutionKind,
    /// Whether one embedding serves both ways.
    pub tied: bool,
    /// The exact number of parameters.
    pub num_params: usize,
}

impl Variant {
    /// The configuration.
    pub fn config(&self) -> TensorBrainConfig {
        let [entities, predicates] = self.sizes;
        TensorBrainConfig::triples(entities, predicates).with_evolution(self.evolution).with_tied(self.tied)
    }

    /// A brain of the same structure that tests and comparisons can afford: 6 entities, 4 predicates, 8 units and 5 features.
    pub fn small(&self) -> TensorBrainConfig {
        Self { sizes: [6, 4], ..*self }.config().with_state_dim(8).with_working_dim(8).with_sensory_dim(5)
    }
}

/// Brains of 64 representation units, 128 units of working memory and 32 sensory features, with biases.
pub const VARIANTS: [Variant; 7] = [
    original("nations", [14, 55], 39_365),
    original("kinships", [104, 25], 43_265),
    original("umls", [135, 46], 46_645),
    kinships("kinships, GRU", EvolutionKind::Gru, true, 93_185),
    kinships("kinships, feed-forward", EvolutionKind::FeedForward, true, 27_009),
    kinships("kinships, no working memory", EvolutionKind::None, true, 10_497),
    kinships("kinships, untied", EvolutionKind::Original, false, 51_521),
];

const fn original(name: &'static str, sizes: [usize; 2], num_params: usize) -> Variant {
    Variant { name, sizes, evolution: EvolutionKind::Original, tied: true, num_params }
}

const fn kinships(name: &'static str, evolution: EvolutionKind, tied: bool, num_params: usize) -> Variant {
    Variant { name, sizes: [104, 25], evolution, tied, num_params }
}
