//! Multitasking Hebbian networks: binary neurons that store patterns with blank entries, so that one configuration of the
//! neurons can retrieve several patterns at once.
//!
//! "Parallel Learning by Multitasking Neural Networks", Agliari, Alessandrelli, Barra, Ricci-Tersenghi, arXiv 2308.04106.
//! Normalisations are chosen so that the critical temperature is 1 for every dilution and noise; they may differ from the
//! paper's by constant factors.
//!
//! - [`DilutedPatterns`] and [`NoisyExamples`]: what is to be stored, and what the network sees of it.
//! - [`HebbianConfig`]: sizes and learning protocol; [`fit`](HebbianConfig::fit) makes a [`MultitaskingHebbian`], whose Glauber
//!   dynamics runs on the host in exact integer arithmetic.
//! - [`BatchedHebbian`]: many replicas as tensors, updated block by block, for an accelerator.
//! - [`MeanField`]: what statistical mechanics says about an infinite network, and [`phase_diagram`].
//!
//! Overlaps `m = 1/N sum_i xi_i s_i` are **not** divided by the density of the patterns: they are at most `1 - d`.
//!
//! ```
//! use pyrarium_memory::hebbian::{HebbianConfig, Schedule, Start, Stream};
//!
//! let config = HebbianConfig::new(2000, 3).with_dilution(0.4);
//! let mut stream = Stream::new(0, 0);
//! let patterns = config.patterns(&mut stream)?;
//! let examples = config.examples(&patterns, &mut stream)?;
//! let network = config.fit(&examples)?;
//!
//! let start = patterns.start(Start::Hierarchical, &mut stream);
//! let overlaps = network.run(&patterns, start, Schedule { sweeps: 20, burn_in: 5, seed: 0 });
//! // One configuration holds all of the first pattern, and what it leaves free of the others: (1-d) d^mu.
//! for (overlap, expected) in overlaps.mean.iter().zip([0.6, 0.24, 0.096]) {
//!     assert!((overlap - expected).abs() < 0.05);
//! }
//! # Ok::<(), pyrarium_memory::ConfigError>(())
//! ```

mod batched;
mod config;
mod dynamics;
mod erf;
mod examples;
mod gauss_hermite;
mod loss;
mod mean_field;
mod network;
mod patterns;
mod phase;

pub use batched::BatchedHebbian;
pub use config::{HebbianConfig, Protocol};
pub use dynamics::{Overlaps, Schedule, State};
pub use examples::{NoisyExamples, rho};
pub use loss::ReconstructionLoss;
pub use mean_field::{MeanField, Solution};
pub use network::MultitaskingHebbian;
pub use patterns::{DilutedPatterns, Start};
pub use phase::{PhasePoint, phase_diagram};
pub use pyrarium_layers::seeded::Stream;
