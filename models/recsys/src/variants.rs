//! The named variants, as data: each system and what it is compared with, on the columns of the data that its claims are tested on.

use pyrarium_layers::{FieldSpec, HiddenActivation, HiddenConfig, Normalize};

use crate::{
    CtrMlpConfig, DinConfig, DinDemoConfig, DtrnConfig, FinalMlpConfig, GatesConfig, HeadConfig, InputSpec,
    InterestAttention, InterestConfig, LogisticRegressionConfig, MmoeConfig, ModelConfig, MultiTaskConfig,
    PleConfig, Pooling, SequenceSpec, TaskInterestConfig, small::small,
};

/// A named model.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    /// Its name.
    pub name: &'static str,
    /// Its configuration.
    pub config: fn() -> ModelConfig,
    /// The exact number of parameters as Burn counts them: embeddings and running statistics included.
    pub num_params: usize,
    /// Where the variant comes from.
    pub source: &'static str,
}

impl Variant {
    /// A model of the same structure that tests and comparisons can afford: vocabularies of at most 7 ids, sequences of at most 4 items.
    pub fn small(&self) -> ModelConfig {
        small((self.config)())
    }
}

const DIN: &str = "arXiv 1706.06978";
const FINAL_MLP: &str = "arXiv 2304.00902";
const DTRN: &str = "reconstruction of arXiv 2308.05996";
const FUXICTR: &str = "FuxiCTR, commit 0245987";

/// All of them. Those of DIN are for 1000 items of 20 categories and histories of 30 items, those of FinalMLP for four fields of 50 ids,
/// those with several tasks for 30 categories and three histories of 10 items.
pub const VARIANTS: [Variant; 23] = [
    variant("din", || ModelConfig::Din(din()), 34_246, DIN),
    variant("din-prelu", || ModelConfig::Din(din().with_activation(HiddenActivation::Prelu)), 33_614, DIN),
    variant("din-softmax", || ModelConfig::Din(din().with_interest(softmax())), 34_246, DIN),
    variant("din-base-sum", || ModelConfig::Din(din().with_pooling(Pooling::Sum)), 31_761, DIN),
    variant("din-base-mean", || ModelConfig::Din(din().with_pooling(Pooling::Mean)), 31_761, DIN),
    variant("din-fuxictr", || ModelConfig::Din(fuxictr_din()), 110_618, FUXICTR),
    variant(
        "din-demo",
        || ModelConfig::DinDemo(DinDemoConfig::new(histories(63_001, 801, 100))),
        4_243_291,
        "the authors' demonstration",
    ),
    variant("finalmlp", || ModelConfig::FinalMlp(final_mlp()), 32_018, FINAL_MLP),
    variant("finalmlp-2-heads", || ModelConfig::FinalMlp(final_mlp().with_heads(2)), 29_970, FINAL_MLP),
    variant(
        "finalmlp-context",
        || ModelConfig::FinalMlp(final_mlp().with_gates(contexts())),
        34_626,
        FINAL_MLP,
    ),
    variant("finalmlp-no-gate", || ModelConfig::FinalMlp(final_mlp().with_gates(None)), 26_690, FINAL_MLP),
    variant(
        "dualmlp",
        || ModelConfig::CtrMlp(CtrMlpConfig::dual(pairs(), vec![64; 3], vec![64; 3]).with_embedding_dim(8)),
        22_594,
        FINAL_MLP,
    ),
    variant(
        "ctr-mlp",
        || ModelConfig::CtrMlp(CtrMlpConfig::single(pairs(), vec![64; 3]).with_embedding_dim(8)),
        12_097,
        FINAL_MLP,
    ),
    variant(
        "logistic-regression",
        || ModelConfig::Logistic(LogisticRegressionConfig::new(pairs())),
        201,
        "baseline",
    ),
    variant(
        "single-task",
        || ModelConfig::MultiTask(MultiTaskConfig::single_task(behaviours()).with_embedding_dim(16)),
        17_185,
        FUXICTR,
    ),
    variant(
        "shared-bottom",
        || ModelConfig::MultiTask(MultiTaskConfig::shared_bottom(behaviours(), 2).with_embedding_dim(16)),
        21_410,
        FUXICTR,
    ),
    variant(
        "mmoe",
        || ModelConfig::MultiTask(MultiTaskConfig::mmoe(behaviours(), 2).with_embedding_dim(16)),
        873_834,
        FUXICTR,
    ),
    variant(
        "ple",
        || ModelConfig::MultiTask(MultiTaskConfig::ple(behaviours(), 2).with_embedding_dim(16)),
        676_070,
        FUXICTR,
    ),
    variant("ple-2-layers", || ModelConfig::MultiTask(two_layers()), 1_433_453, FUXICTR),
    variant("dtrn", || ModelConfig::Dtrn(dtrn()), 33_661, DTRN),
    variant("dtrn-dot-product", || ModelConfig::Dtrn(dtrn().with_tim(dot_product())), 31_284, DTRN),
    variant(
        "dtrn-mmoe",
        || ModelConfig::Dtrn(dtrn().with_head(HeadConfig::Mmoe(MmoeConfig::new()))),
        886_085,
        DTRN,
    ),
    variant(
        "dtrn-ple",
        || ModelConfig::Dtrn(dtrn().with_head(HeadConfig::Ple(PleConfig::new()))),
        688_321,
        DTRN,
    ),
];

/// Items of a category, and the history of such pairs.
fn histories(items: usize, categories: usize, length: usize) -> InputSpec {
    InputSpec {
        fields: vec![FieldSpec::new("item", items), FieldSpec::new("category", categories)],
        num_numeric: 0,
        sequences: vec![SequenceSpec { fields: vec![0, 1], length }],
    }
}

/// Two fields of a user and two of an item.
fn pairs() -> InputSpec {
    InputSpec::of_fields(["u1", "u2", "i1", "i2"].map(|name| FieldSpec::new(name, 50)).to_vec())
}

/// A category, and three histories of categories.
fn behaviours() -> InputSpec {
    InputSpec {
        fields: vec![FieldSpec::new("category", 30)],
        num_numeric: 0,
        sequences: vec![SequenceSpec { fields: vec![0], length: 10 }; 3],
    }
}

fn din() -> DinConfig {
    DinConfig::new(histories(1000, 20, 30))
}

fn softmax() -> InterestConfig {
    InterestConfig::new().with_normalize(Normalize::Softmax { scale: 0.25 })
}

fn fuxictr_din() -> DinConfig {
    let interest = InterestConfig::new().with_widths(vec![64]).with_padding_counts(true);
    din()
        .with_embedding_dim(10)
        .with_interest(interest)
        .with_head(vec![512, 128, 64])
        .with_hidden(HiddenConfig::new())
}

fn final_mlp() -> FinalMlpConfig {
    FinalMlpConfig::new(pairs()).with_embedding_dim(8)
}

fn contexts() -> Option<GatesConfig> {
    Some(GatesConfig::new().with_context1(vec![0, 1]).with_context2(vec![2, 3]))
}

fn two_layers() -> MultiTaskConfig {
    let head = HeadConfig::Ple(PleConfig::new().with_layers(2));
    MultiTaskConfig::new(behaviours(), 2, head).with_embedding_dim(16)
}

fn dtrn() -> DtrnConfig {
    DtrnConfig::new(behaviours(), 2)
}

fn dot_product() -> TaskInterestConfig {
    TaskInterestConfig::new().with_attention(InterestAttention::DotProduct)
}

const fn variant(
    name: &'static str,
    config: fn() -> ModelConfig,
    num_params: usize,
    source: &'static str,
) -> Variant {
    Variant { name, config, num_params, source }
}
