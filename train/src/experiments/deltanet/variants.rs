//! The networks of the paper in their small forms, on which backends are compared, and those whose speed is measured.

use burn::tensor::Device;
use pyrarium_layers::seeded::fill_uniform;
use pyrarium_linear_attention::{LmConfig, VARIANTS};

use super::job::text_job;
use super::networks::{Hybrid, MixerKind, Network};
use crate::Error;
use crate::next_token::NextToken;
use crate::registry::{Benchmark, Variant};
use crate::tokens::HostTokens;
use crate::workload::{Workload, workload};

/// Every named model.
pub fn variants() -> Vec<Variant> {
    let describe = |variant: &'static pyrarium_linear_attention::Variant| Variant {
        name: variant.name.to_string(),
        parameters: variant.num_params,
        small: Box::new(move |device| language_model(&variant.small(), 2, 40, 0.3, device)),
    };
    VARIANTS.iter().map(describe).collect()
}

/// The network of the main job, and the same with softmax attention.
pub fn benchmarks() -> Vec<Benchmark> {
    const WINDOWS: usize = 16;
    const LENGTH: usize = 128;
    let describe = |mixer: MixerKind| {
        let network = Network { mixer, hybrid: Hybrid::None, ..text_job().model };
        Benchmark {
            name: format!("{mixer}, 4 blocks of 64, {LENGTH} bytes"),
            samples: WINDOWS,
            unit: "windows",
            specimen: Box::new(move |device| {
                language_model(&network.config(pyrarium_datasets::BYTE_VOCAB)?, WINDOWS, LENGTH, 0.05, device)
            }),
        }
    };
    [MixerKind::DeltaNet, MixerKind::Attention].into_iter().map(describe).collect()
}

/// A language model with seeded weights in ±`bound` and a batch of tokens in turn.
fn language_model(
    config: &LmConfig,
    rows: usize,
    length: usize,
    bound: f32,
    device: &Device,
) -> Result<Box<dyn Workload>, Error> {
    let model = fill_uniform(config.init(device)?, 0, bound);
    let vocab = config.vocab;
    let tokens = move |device: &Device| HostTokens::in_turn(rows, length, vocab).upload(device);
    Ok(workload(NextToken { model }, tokens, device))
}
