//! Named networks as data.

use pyrarium_layers::{
    ConfigError,
    hopfield::{HopfieldConfig, HopfieldPoolingConfig},
};

use super::{
    bag_net::BagNetConfig,
    instances::{InstancesConfig, LeNetConfig},
    lookup_classifier::LookupClassifierConfig,
    pool::PoolConfig,
};

/// The configuration of a named network.
#[derive(Debug, Clone, PartialEq)]
pub enum NetworkConfig {
    /// A classifier of bags.
    Bag(BagNetConfig),
    /// A classifier of samples.
    Lookup(LookupClassifierConfig),
}

impl NetworkConfig {
    /// The parameters of the network.
    ///
    /// # Errors
    ///
    /// If the configuration does not validate.
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        match self {
            Self::Bag(config) => config.num_params(),
            Self::Lookup(config) => config.num_params(),
        }
    }
}

/// A named network.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    /// Its name.
    pub name: &'static str,
    /// Its configuration.
    pub config: fn() -> NetworkConfig,
    /// The exact number of parameters.
    pub num_params: usize,
}

impl Variant {
    /// The configuration of a network of the same structure that tests and comparisons can afford. Dropout is off, so that it
    /// computes the same on every backend.
    pub fn small(&self) -> NetworkConfig {
        match (self.config)() {
            NetworkConfig::Bag(config) => NetworkConfig::Bag(small_bag_net(config)),
            NetworkConfig::Lookup(config) => {
                let (features, quantity) = (4, 6);
                NetworkConfig::Lookup(LookupClassifierConfig {
                    features,
                    quantity,
                    hidden_size: Some(3),
                    ..config
                })
            }
        }
    }
}

fn small_bag_net(config: BagNetConfig) -> BagNetConfig {
    let instances = match config.instances {
        InstancesConfig::LeNet(_) => {
            InstancesConfig::LeNet(LeNetConfig::new().with_channels([2, 3]).with_features(8))
        }
        other => other,
    };
    let pool = match config.pool {
        PoolConfig::Hopfield(pooling) => {
            let hopfield =
                HopfieldConfig { input_size: 8, hidden_size: Some(4), dropout: 0.0, ..pooling.hopfield };
            PoolConfig::Hopfield(HopfieldPoolingConfig { hopfield, ..pooling })
        }
        PoolConfig::Attention(mut attention) => {
            (attention.features, attention.hidden) = (8, 4);
            PoolConfig::Attention(attention)
        }
        plain => plain,
    };
    BagNetConfig { instances, pool, dropout: 0.0 }
}

/// The official networks, the baselines on the same encoder, and a table of samples.
pub const VARIANTS: [Variant; 7] = [
    Variant {
        name: "hopfield-bit-patterns",
        config: || NetworkConfig::Bag(BagNetConfig::bit_patterns()),
        num_params: 2_313,
    },
    Variant {
        name: "hopfield-digit-bags",
        config: || NetworkConfig::Bag(BagNetConfig::digit_bags()),
        num_params: 494_667,
    },
    Variant {
        name: "attention-digit-bags",
        config: || NetworkConfig::Bag(BagNetConfig::digit_bags().with_attention(false)),
        num_params: 490_827,
    },
    Variant {
        name: "gated-attention-digit-bags",
        config: || NetworkConfig::Bag(BagNetConfig::digit_bags().with_attention(true)),
        num_params: 554_955,
    },
    Variant {
        name: "mean-digit-bags",
        config: || NetworkConfig::Bag(BagNetConfig::digit_bags().with_pool(PoolConfig::Mean)),
        num_params: 426_571,
    },
    Variant {
        name: "max-digit-bags",
        config: || NetworkConfig::Bag(BagNetConfig::digit_bags().with_pool(PoolConfig::Max)),
        num_params: 426_571,
    },
    Variant {
        name: "lookup-breast-cancer",
        config: || NetworkConfig::Lookup(LookupClassifierConfig::new(30, 2, 455)),
        num_params: 16_540,
    },
];
