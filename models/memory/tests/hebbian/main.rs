//! Multitasking Hebbian networks against their definition and against statistical mechanics.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod batched;
mod dynamics;
mod losses;
mod mean_field;
mod monte_carlo;
mod network;

use pyrarium_memory::hebbian::{
    DilutedPatterns, HebbianConfig, MultitaskingHebbian, NoisyExamples, Protocol, Stream,
};

const PROTOCOLS: [Protocol; 2] = [Protocol::Supervised, Protocol::Unsupervised];

/// Patterns, examples and network of a configuration, drawn from a seed.
fn stored(config: &HebbianConfig, seed: u64) -> (DilutedPatterns, NoisyExamples, MultitaskingHebbian) {
    let mut stream = Stream::new(seed, 0);
    let patterns = config.patterns(&mut stream).unwrap();
    let examples = config.examples(&patterns, &mut stream).unwrap();
    let network = config.fit(&examples).unwrap();
    (patterns, examples, network)
}

/// Two noisy patterns in 40 neurons.
fn small(protocol: Protocol) -> HebbianConfig {
    HebbianConfig::new(40, 2).with_dilution(0.3).with_quality(0.6).with_examples(5).with_protocol(protocol)
}

fn random_spins(neurons: usize, stream: &mut Stream) -> Vec<i8> {
    (0..neurons).map(|_| stream.sign()).collect()
}
