//! The checks that every variant must pass, and the table of the model card.

use std::ops::Range;

use burn::tensor::{Device, Tensor};
use pyrarium_layers::{seeded, testing};
use pyrarium_memory::{
    KgScorer, Triple,
    knowledge_graph::{KgModel, KgModelConfig, KgModelKind},
    tensor_brain::{Role, Senses, State, TensorBrain, TripleTensors, VARIANTS, Variant},
};

use crate::random;

/// Rows of the endless sequence of inputs.
const ROWS: usize = 8;

/// A brain of the table; its outputs are the log-probabilities of all concepts in the three roles.
struct Checked(Variant);

impl testing::Variant for Checked {
    type Module = TensorBrain;
    type Input = (Senses, TripleTensors);

    fn name(&self) -> &str {
        self.0.name
    }

    fn expected_params(&self) -> usize {
        self.0.num_params
    }

    fn full_size(&self, device: &Device) -> TensorBrain {
        self.0.config().init(device).unwrap()
    }

    fn small(&self, seed: u64, device: &Device) -> TensorBrain {
        seeded::fill_uniform(self.0.small().init(device).unwrap(), seed, 0.5)
    }

    fn input(&self, rows: Range<usize>, device: &Device) -> Self::Input {
        let region = |part| random([ROWS, 5], part, device).slice([rows.clone()]);
        let senses = Senses {
            scene: region(1),
            subject: region(2),
            predicate: region(3),
            object: region(4),
            open: None,
        };
        let triples: Vec<Triple> = rows.map(|row| Triple::new(row % 6, row % 4, (2 * row + 1) % 6)).collect();
        (senses, TripleTensors::new(&triples, device))
    }

    fn forward(&self, brain: &TensorBrain, (senses, triples): Self::Input) -> Tensor<2> {
        let drive = brain.perception(senses.clone());
        let mut state = brain.begin(&drive);
        let mut scores = Vec::new();
        for (role, region) in [
            (Role::Subject, senses.subject),
            (Role::Object, senses.object),
            (Role::Predicate, senses.predicate),
        ] {
            let q = brain.input(state.representation, region);
            scores.push(brain.scores(q.clone(), role.group()).unwrap());
            let representation = brain.write(q, role.group(), triples.role(role)).unwrap();
            state = brain.evolve(State { representation, working: state.working });
        }
        Tensor::cat(scores, 1)
    }

    fn outputs(&self) -> usize {
        6 + 6 + 4
    }

    fn overfit(&self) -> testing::Overfit {
        testing::Overfit { steps: 1500, ..testing::Overfit::default() }
    }
}

/// A factorisation for the facts of Kinships; its outputs are the scores of all objects.
struct CheckedFactors(KgModelKind, usize);

impl testing::Variant for CheckedFactors {
    type Module = KgModel;
    type Input = TripleTensors;

    fn name(&self) -> &str {
        match self.0 {
            KgModelKind::Rescal => "rescal",
            KgModelKind::DistMult => "distmult",
            KgModelKind::ComplEx => "complex",
            KgModelKind::Cp => "cp",
            KgModelKind::ErMlp => "ermlp",
        }
    }

    fn expected_params(&self) -> usize {
        self.1
    }

    fn full_size(&self, device: &Device) -> KgModel {
        KgModelConfig::new(self.0, 104, 25).init(device).unwrap()
    }

    fn small(&self, seed: u64, device: &Device) -> KgModel {
        let config = KgModelConfig::new(self.0, 6, 4).with_dim(8);
        seeded::fill_uniform(config.init(device).unwrap(), seed, 0.7)
    }

    fn input(&self, rows: Range<usize>, device: &Device) -> TripleTensors {
        let triples: Vec<Triple> = rows.map(|row| Triple::new(row % 6, row % 4, 0)).collect();
        TripleTensors::new(&triples, device)
    }

    fn forward(&self, model: &KgModel, triples: TripleTensors) -> Tensor<2> {
        model.tail_scores(triples.subject, triples.predicate)
    }

    fn outputs(&self) -> usize {
        6
    }

    fn overfit(&self) -> testing::Overfit {
        testing::Overfit { steps: 1500, ..testing::Overfit::default() }
    }
}

#[test]
fn every_variant_passes_the_checks() {
    for variant in VARIANTS {
        testing::check_all(&Checked(variant), &Device::flex()).unwrap();
        assert_eq!(variant.config().num_params(), variant.num_params, "{variant:?}");
    }
}

/// Counted by hand for 104 entities, 25 predicates and 64 values.
#[test]
fn every_factorisation_passes_the_checks() {
    for (kind, num_params) in [
        (KgModelKind::Rescal, 104 * 64 + 25 * 64 * 64),
        (KgModelKind::DistMult, 129 * 64),
        (KgModelKind::ComplEx, 129 * 64),
        (KgModelKind::Cp, (2 * 104 + 25) * 64),
        (KgModelKind::ErMlp, 129 * 64 + 3 * 64 * 64 + 64),
    ] {
        testing::check_all(&CheckedFactors(kind, num_params), &Device::flex()).unwrap();
    }
}

#[test]
fn the_model_card_lists_every_variant() {
    let card = include_str!("../../README.md");
    for Variant { name, sizes: [entities, predicates], num_params, .. } in VARIANTS {
        let thousands = format!("{},{:03}", num_params / 1000, num_params % 1000);
        let row = format!("| {name} | {entities} | {predicates} | {thousands} |");
        assert!(card.contains(&row), "the model card lacks {row}");
    }
}
