//! Multiple-instance classifiers: encode instances, pool the bag, score it.

use burn::{
    config::Config,
    module::Module,
    nn::{Dropout, DropoutConfig, Linear, LinearConfig},
    tensor::{Bool, Device, Tensor},
};
use pyrarium_layers::{
    BagClassifier, ConfigError,
    hopfield::{HopfieldConfig, HopfieldPoolingConfig, Masks, Scaling},
};

use super::{
    attention_pooling::AttentionPoolingConfig,
    instances::{InstanceEncoder, InstancesConfig, LeNetConfig},
    pool::{Pool, PoolConfig},
};

/// Configuration of a [`BagNet`].
#[derive(Config, Debug, PartialEq)]
pub struct BagNetConfig {
    /// How instances become features.
    pub instances: InstancesConfig,
    /// How a bag becomes one vector.
    pub pool: PoolConfig,
    /// Dropout of that vector, in 0..1.
    #[config(default = 0.0)]
    pub dropout: f64,
}

impl BagNetConfig {
    /// The official network for bit patterns: 8 heads of 8 features, four softmaxes, beta 0.25, dropout 0.5 of the associations.
    pub fn bit_patterns() -> Self {
        let hopfield = HopfieldConfig::new(8)
            .with_num_heads(8)
            .with_hidden_size(Some(8))
            .with_update_steps_max(Some(3))
            .with_fixed_steps(true)
            .with_scaling(Scaling::All(0.25))
            .with_dropout(0.5);
        Self::new(InstancesConfig::Raw(8), PoolConfig::Hopfield(HopfieldPoolingConfig::new(hopfield)))
    }

    /// The official network for bags of 28x28 digits: one head of 32 features.
    pub fn digit_bags() -> Self {
        Self::new(
            InstancesConfig::LeNet(LeNetConfig::new()),
            PoolConfig::Hopfield(HopfieldPoolingConfig::new(
                HopfieldConfig::new(500).with_hidden_size(Some(32)),
            )),
        )
        .with_dropout(0.1)
    }

    /// The same with attention pooling.
    pub fn with_attention(self, gated: bool) -> Self {
        let attention = AttentionPoolingConfig::new(self.instances.features()).with_gated(gated);
        self.with_pool(PoolConfig::Attention(attention))
    }

    /// The same with another pooling.
    pub fn with_pool(self, pool: PoolConfig) -> Self {
        Self { pool, ..self }
    }

    /// Checks that the parts fit.
    ///
    /// # Errors
    ///
    /// If the pooling takes other features than instances have, or a size cannot be.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let features = self.instances.features();
        if let Some(inputs) = self.pool.inputs()
            && inputs != features
        {
            return Err(ConfigError::new(
                "pool.features",
                inputs,
                format!("instances.features = {features}"),
            ));
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(ConfigError::new("dropout", self.dropout, "0 or more and less than 1"));
        }
        Ok(())
    }

    /// The parameters of the network.
    ///
    /// # Errors
    ///
    /// If the configuration does not validate.
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        let outputs = self.pool.outputs(self.instances.features());
        Ok(self.instances.num_params() + self.pool.num_params()? + outputs + 1)
    }

    /// The network.
    ///
    /// # Errors
    ///
    /// If the configuration does not validate.
    pub fn init(&self, device: &Device) -> Result<BagNet, ConfigError> {
        self.validate()?;
        let outputs = self.pool.outputs(self.instances.features());
        Ok(BagNet {
            encoder: self.instances.init(device)?,
            pool: self.pool.init(device)?,
            dropout: DropoutConfig::new(self.dropout).init(),
            head: LinearConfig::new(outputs, 1).init(device),
        })
    }
}

/// Says whether bags of instances are positive.
#[derive(Module, Debug)]
pub struct BagNet {
    /// Makes features of instances.
    pub encoder: Option<InstanceEncoder>,
    /// Makes one vector of a bag.
    pub pool: Pool,
    /// Of that vector.
    pub dropout: Dropout,
    /// From that vector to the logit.
    pub head: Linear,
}

impl BagClassifier for BagNet {
    fn score(&self, bags: Tensor<3>, padding: Option<Tensor<2, Bool>>) -> Tensor<1> {
        let pooled = self.pool.forward(self.features(bags), padding);
        self.head.forward(self.dropout.forward(pooled)).squeeze_dim(1)
    }
}

impl BagNet {
    /// What the states of a Hopfield pooling are associated with: `[B, S, inputs]` to `[B, H, quantity, S]`; none for the other
    /// poolings.
    pub fn associations(&self, bags: Tensor<3>, padding: Option<Tensor<2, Bool>>) -> Option<Tensor<4>> {
        match &self.pool {
            Pool::Hopfield(pool) => {
                let masks = Masks { padding, association: None };
                Some(pool.association_matrix(self.features(bags), &masks))
            }
            Pool::Attention(_) | Pool::Plain(_) => None,
        }
    }

    fn features(&self, bags: Tensor<3>) -> Tensor<3> {
        match &self.encoder {
            Some(encoder) => encoder.forward(bags),
            None => bags,
        }
    }
}
