//! How a click model is fitted.

use pyrarium_layers::ConfigError;
use serde::{Deserialize, Serialize};

use super::penalty::MINI_BATCH_AWARE_L2;
use crate::checks::{at_least_one, non_negative, positive};
use crate::fit::EPOCHS;

/// The update rule of the embedding rows and of all other parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum RowRule {
    Adam,
    Sgd,
}

/// How to fit a click model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClickFit {
    /// Passes over the training samples.
    pub epochs: usize,
    /// Samples whose gradients are computed together, at least 2.
    pub batch_size: usize,
    /// Epochs without a better validation AUC (the mean over tasks) after which training stops; 0 never stops.
    pub patience: usize,
    /// The update rule; Adam with the betas 0.9 and 0.999.
    pub optimizer: RowRule,
    /// The learning rate.
    pub learning_rate: f64,
    /// L2 of the embedding rows that a batch touches, added to the loss; 0 is none.
    pub embedding_l2: f64,
    /// Mini-batch aware L2 of the embedding rows (DIN), added to the loss; 0 is none.
    pub mini_batch_aware_l2: f64,
    /// L2 of all other parameters, added to their gradients; 0 is none.
    pub network_l2: f64,
}

impl Default for ClickFit {
    /// Ten epochs of Adam at 1e-3 in batches of 256, without regularisation.
    fn default() -> Self {
        Self {
            epochs: 10,
            batch_size: 256,
            patience: 0,
            optimizer: RowRule::Adam,
            learning_rate: 1e-3,
            embedding_l2: 0.0,
            mini_batch_aware_l2: 0.0,
            network_l2: 0.0,
        }
    }
}

impl ClickFit {
    /// Checks every value.
    pub fn validate(&self) -> Result<(), ConfigError> {
        at_least_one(EPOCHS, self.epochs)?;
        if self.batch_size < 2 {
            return Err(ConfigError::new("fit.batch_size", self.batch_size, "at least 2"));
        }
        positive("fit.learning_rate", self.learning_rate)?;
        non_negative("fit.embedding_l2", self.embedding_l2)?;
        non_negative(MINI_BATCH_AWARE_L2, self.mini_batch_aware_l2)?;
        non_negative("fit.network_l2", self.network_l2)
    }
}
