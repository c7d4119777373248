//! Click-through and multi-task recommendation: DIN, FinalMLP, DTRN and their baselines.
//!
//! - [`Din`]: Deep Interest Network (arXiv 1706.06978) and its base model; [`DinDemo`]: the network of its authors' demonstration.
//! - [`FinalMlp`] (arXiv 2304.00902), with [`CtrMlp`] (one plain network, or DualMLP) and [`LogisticRegression`] to compare it with.
//! - [`Dtrn`]: a reconstruction of DTRN (arXiv 2308.05996), with [`MultiTask`] (shared bottom, MMoE, PLE, a single task).
//! - [`Model`]: any of them, by a [`ModelConfig`]; all are [`ClickModel`]s over [`Features`] that an [`InputSpec`] describes.
//! - [`VARIANTS`]: named models as data.
//!
//! ```
//! use burn::tensor::{Device, Int, Tensor};
//! use pyrarium_recsys::{ClickModel, Features, FieldSpec, FinalMlpConfig, InputSpec};
//!
//! let device = Device::flex();
//! let fields = vec![FieldSpec::new("user", 100), FieldSpec::new("item", 1000)];
//! let model = FinalMlpConfig::new(InputSpec::of_fields(fields)).init(&device)?;
//! let ids = Tensor::<2, Int>::from_data([[3, 141], [59, 265]], &device);
//! let logits = model.forward(&Features::new(ids, None, Vec::new()));
//! assert_eq!(logits.dims(), [2, 1]);
//! # Ok::<(), pyrarium_recsys::ConfigError>(())
//! ```

mod din;
mod din_demo;
mod dtrn;
mod final_mlp;
mod input;
mod logistic;
mod model;
mod multi_task;
mod plain;
mod pooling;
mod small;
mod variants;

pub use din::{Din, DinConfig};
pub use din_demo::{DinDemo, DinDemoConfig};
pub use dtrn::{
    Dtrn, DtrnConfig, HyperNorm, HyperNormConfig, InterestAttention, SelfAttention, TaskInterest,
    TaskInterestConfig, TransformerLayer, conditional_layer_norm,
};
pub use final_mlp::{FinalMlp, FinalMlpConfig, GatesConfig};
pub use input::{InputConfig, InputLayer, InputSpec, SequenceSpec};
pub use logistic::{LogisticRegression, LogisticRegressionConfig};
pub use model::{Model, ModelConfig};
pub use multi_task::{
    CgcLayer, Experts, Head, HeadConfig, MmoeConfig, MmoeHead, MultiTask, MultiTaskConfig, PleConfig,
    PleHead, SharedBottomConfig, SharedBottomHead, SharedGate, TaskInputs, mix,
};
pub use plain::{CtrMlp, CtrMlpConfig};
pub use pooling::{InterestConfig, Pooling, SequencePool};
pub use pyrarium_layers::{
    Behaviours, ClickModel, ConfigError, Features, FieldEmbedding, FieldSpec, HiddenActivation, HiddenConfig,
    Normalize,
};
pub use variants::{VARIANTS, Variant};
