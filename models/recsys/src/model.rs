//! Any of the models, chosen by a value.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{ClickModel, ConfigError, Features, FieldEmbedding};
use serde::{Deserialize, Serialize};

use crate::{
    CtrMlp, CtrMlpConfig, Din, DinConfig, DinDemo, DinDemoConfig, Dtrn, DtrnConfig, FinalMlp, FinalMlpConfig,
    LogisticRegression, LogisticRegressionConfig, MultiTask, MultiTaskConfig,
};

/// Writes what all models have in common: one arm for each.
macro_rules! models {
    ($($(#[doc = $doc:literal])+ $variant:ident($config:ident => $model:ident)),+ $(,)?) => {
        /// The configuration of a [`Model`].
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ModelConfig {
            $($(#[doc = $doc])+ $variant($config)),+
        }

        /// A model; see [`ModelConfig`].
        #[derive(Module, Debug)]
        pub enum Model {
            $($(#[doc = $doc])+ $variant($model)),+
        }

        impl ModelConfig {
            /// The parameters as Burn counts them, running statistics included.
            ///
            /// # Errors
            ///
            /// If the configuration cannot be.
            pub fn num_params(&self) -> Result<usize, ConfigError> {
                match self { $(Self::$variant(config) => config.num_params()),+ }
            }

            /// The model.
            ///
            /// # Errors
            ///
            /// If the configuration cannot be.
            pub fn init(&self, device: &Device) -> Result<Model, ConfigError> {
                Ok(match self { $(Self::$variant(config) => Model::$variant(config.init(device)?)),+ })
            }
        }

        impl ClickModel for Model {
            fn num_tasks(&self) -> usize {
                match self { $(Self::$variant(model) => model.num_tasks()),+ }
            }

            fn forward(&self, features: &Features) -> Tensor<2> {
                match self { $(Self::$variant(model) => ClickModel::forward(model, features)),+ }
            }

            fn embedding(&self) -> &FieldEmbedding {
                match self { $(Self::$variant(model) => model.embedding()),+ }
            }

            fn with_embedding(self, embedding: FieldEmbedding) -> Self {
                match self {
                    $(Self::$variant(model) => Self::$variant(model.with_embedding(embedding))),+
                }
            }
        }
    };
}

models! {
    /// Deep Interest Network, or its base model.
    Din(DinConfig => Din),
    /// The network of the DIN authors' demonstration.
    DinDemo(DinDemoConfig => DinDemo),
    /// FinalMLP.
    FinalMlp(FinalMlpConfig => FinalMlp),
    /// A plain network, or the sum of two (DualMLP).
    CtrMlp(CtrMlpConfig => CtrMlp),
    /// Logistic regression.
    Logistic(LogisticRegressionConfig => LogisticRegression),
    /// Shared bottom, MMoE or PLE.
    MultiTask(MultiTaskConfig => MultiTask),
    /// DTRN.
    Dtrn(DtrnConfig => Dtrn),
}
