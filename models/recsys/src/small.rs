//! Models of the same structure as given ones, small enough for tests and comparisons.

use crate::{
    CtrMlpConfig, DinConfig, DinDemoConfig, DtrnConfig, FinalMlpConfig, GatesConfig, HeadConfig, InputSpec,
    InterestConfig, LogisticRegressionConfig, MmoeConfig, ModelConfig, MultiTaskConfig, PleConfig,
    SharedBottomConfig, TaskInterestConfig,
};

/// Ids of a field and items of a sequence, at most.
const VOCABULARY: usize = 7;
const LENGTH: usize = 4;
/// Numbers in an embedding.
const DIM: usize = 4;

/// The same model with small sizes and without dropout.
pub(crate) fn small(config: ModelConfig) -> ModelConfig {
    match config {
        ModelConfig::Din(config) => ModelConfig::Din(DinConfig {
            input: input(config.input),
            embedding_dim: DIM,
            interest: interest(config.interest),
            head: widths(&config.head),
            ..config
        }),
        ModelConfig::DinDemo(config) => ModelConfig::DinDemo(DinDemoConfig {
            input: input(config.input),
            embedding_dim: DIM,
            unit: widths(&config.unit),
            head: widths(&config.head),
            ..config
        }),
        ModelConfig::FinalMlp(config) => ModelConfig::FinalMlp(FinalMlpConfig {
            input: input(config.input),
            embedding_dim: DIM,
            mlp1: widths(&config.mlp1),
            mlp2: widths(&config.mlp2),
            gates: config.gates.map(|gates| GatesConfig { widths: widths(&gates.widths), ..gates }),
            ..config
        }),
        ModelConfig::CtrMlp(config) => ModelConfig::CtrMlp(CtrMlpConfig {
            input: input(config.input),
            embedding_dim: DIM,
            mlps: config.mlps.iter().map(|mlp| widths(mlp)).collect(),
            ..config
        }),
        ModelConfig::Logistic(config) => {
            ModelConfig::Logistic(LogisticRegressionConfig { input: input(config.input), ..config })
        }
        ModelConfig::MultiTask(config) => ModelConfig::MultiTask(MultiTaskConfig {
            input: input(config.input),
            embedding_dim: DIM,
            head: head(config.head),
            interest: interest(config.interest),
            ..config
        }),
        ModelConfig::Dtrn(config) => ModelConfig::Dtrn(DtrnConfig {
            input: input(config.input),
            embedding_dim: DIM,
            head: head(config.head),
            tim: TaskInterestConfig {
                cond_dim: 3,
                hyper_hidden: 6,
                unit: widths(&config.tim.unit),
                ..config.tim
            },
            // A quarter of four embeddings would be a single unit, which may be idle for all samples of a test.
            reduction: 1,
            interest: interest(config.interest),
            ..config
        }),
    }
}

fn input(mut spec: InputSpec) -> InputSpec {
    spec.fields.iter_mut().for_each(|field| field.vocab_size = field.vocab_size.min(VOCABULARY));
    spec.sequences.iter_mut().for_each(|sequence| sequence.length = sequence.length.min(LENGTH));
    spec
}

/// As many layers, of a width that two heads divide.
fn widths(widths: &[usize]) -> Vec<usize> {
    vec![16; widths.len()]
}

fn interest(config: InterestConfig) -> InterestConfig {
    InterestConfig { widths: widths(&config.widths), ..config }
}

fn head(config: HeadConfig) -> HeadConfig {
    match config {
        HeadConfig::SharedBottom(config) => HeadConfig::SharedBottom(SharedBottomConfig {
            bottom: widths(&config.bottom),
            tower: widths(&config.tower),
            ..config
        }),
        HeadConfig::Mmoe(config) => HeadConfig::Mmoe(MmoeConfig {
            expert: widths(&config.expert),
            gate: widths(&config.gate),
            tower: widths(&config.tower),
            ..config
        }),
        HeadConfig::Ple(config) => HeadConfig::Ple(PleConfig {
            expert: widths(&config.expert),
            gate: widths(&config.gate),
            tower: widths(&config.tower),
            ..config
        }),
    }
}
