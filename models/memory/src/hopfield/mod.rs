//! "Hopfield Networks is All You Need" (arXiv 2008.02217): the memory with continuous states, the classical one beside it, and
//! classifiers with Hopfield layers inside.
//!
//! - [`ModernHopfield`]: patterns that are found again by softmax attention, with the paper's theory: energy, separation, error
//!   bound, contraction; [`storage_bound`]: how many random patterns fit.
//! - [`ClassicalHopfield`]: the network of signs and Hebb's rule.
//! - [`BagNet`]: labels bags of instances, pooled by a Hopfield layer or by one of four baselines.
//! - [`LookupClassifier`]: classifies by a table of training samples.
//! - [`VARIANTS`]: named networks as data.

mod attention_pooling;
mod bag_net;
mod blocks;
mod capacity;
mod classical;
mod instances;
mod lookup_classifier;
mod modern;
mod plain_pooling;
mod pool;
mod variants;

pub use attention_pooling::{AttentionPooling, AttentionPoolingConfig};
pub use bag_net::{BagNet, BagNetConfig};
pub use blocks::update_in_blocks;
pub use capacity::{storage_base, storage_bound};
pub use classical::ClassicalHopfield;
pub use instances::{InstanceEncoder, InstancesConfig, LeNet, LeNetConfig};
pub use lookup_classifier::{LookupClassifier, LookupClassifierConfig};
pub use modern::ModernHopfield;
pub use plain_pooling::PlainPooling;
pub use pool::{Pool, PoolConfig};
pub use pyrarium_layers::hopfield::*;
pub use variants::{NetworkConfig, VARIANTS, Variant};
