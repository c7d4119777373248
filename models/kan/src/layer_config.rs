//! Which layers a network is made of.

use burn::{config::Config, tensor::Device};
use pyrarium_layers::{ConfigError, bases::Basis};

use crate::{
    features::Features, layer::KanLayer, linear::KanLinearConfig, mask::Granularity,
    selectable::SelectableKanLinearConfig,
};

/// Configuration of the layers of a network, without their sizes.
#[derive(Config, Debug, PartialEq)]
pub struct KanLayerConfig {
    /// The families; with one alone and `selectable` false there is nothing to select.
    pub pool: Vec<Basis>,
    /// Whether the layers choose among the families.
    pub selectable: bool,
    /// What chooses.
    #[config(default = "Granularity::Node")]
    pub granularity: Granularity,
    /// Whether each edge has a multiple of `silu`, too.
    #[config(default = true)]
    pub base: bool,
}

impl KanLayerConfig {
    /// Layers of one family.
    pub fn single(basis: Basis) -> Self {
        Self::new(vec![basis], false)
    }

    /// Layers whose nodes choose among families.
    pub fn selectable(pool: Vec<Basis>) -> Self {
        Self::new(pool, true)
    }

    /// A layer.
    ///
    /// # Errors
    ///
    /// If a size is zero or too large, a basis is invalid, the pool is empty, or it has several families of which
    /// none can be chosen.
    pub fn init(&self, d_in: usize, d_out: usize, device: &Device) -> Result<KanLayer, ConfigError> {
        if self.selectable {
            let config = SelectableKanLinearConfig::new(d_in, d_out, self.pool.clone());
            let config = config.with_granularity(self.granularity).with_base(self.base);
            return Ok(KanLayer::Selectable(config.init(device)?));
        }
        self.features().validate()?;
        let [basis] = self.pool[..] else {
            return Err(ConfigError::new(
                "pool",
                format!("{} families", self.pool.len()),
                "one, or selectable",
            ));
        };
        Ok(KanLayer::Single(KanLinearConfig::new(d_in, d_out, basis).with_base(self.base).init(device)?))
    }

    /// The parameters of a layer.
    pub fn num_params(&self, d_in: usize, d_out: usize) -> usize {
        let scores = self.granularity.shape(self.pool.len(), d_in, d_out).iter().product::<usize>();
        d_in * d_out * self.features().len() + if self.selectable { scores } else { 0 }
    }

    fn features(&self) -> Features {
        Features { base: self.base, pool: self.pool.clone() }
    }
}
