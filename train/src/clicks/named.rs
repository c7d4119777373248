//! The named models of the crate in their small forms, on which backends are compared.

use burn::tensor::Device;
use pyrarium_datasets::tabular::{Field, Layout, SequenceField};
use pyrarium_layers::seeded::fill_uniform;
use pyrarium_recsys::{ClickModel, FieldSpec, InputSpec, ModelConfig, SequenceSpec, VARIANTS};

use super::specimen::dense;
use crate::Error;
use crate::registry::Variant;
use crate::workload::Workload;

/// Samples of a batch that backends are compared on.
const SMALL_BATCH: usize = 4;

/// The named models whose name is one of a system's.
pub fn named(is_of_system: impl Fn(&str) -> bool) -> Vec<Variant> {
    let describe = |variant: &'static pyrarium_recsys::Variant| Variant {
        name: variant.name.to_string(),
        parameters: variant.num_params,
        small: Box::new(move |device| small(&variant.small(), device)),
    };
    VARIANTS.iter().filter(|variant| is_of_system(variant.name)).map(describe).collect()
}

/// A model with seeded weights and samples in turn.
fn small(config: &ModelConfig, device: &Device) -> Result<Box<dyn Workload>, Error> {
    let model = fill_uniform(config.init(device)?, 0, 0.5);
    let layout = layout_of(inputs(config), model.num_tasks());
    Ok(dense(model, layout, SMALL_BATCH, device))
}

fn inputs(config: &ModelConfig) -> &InputSpec {
    match config {
        ModelConfig::Din(config) => &config.input,
        ModelConfig::DinDemo(config) => &config.input,
        ModelConfig::FinalMlp(config) => &config.input,
        ModelConfig::CtrMlp(config) => &config.input,
        ModelConfig::Logistic(config) => &config.input,
        ModelConfig::MultiTask(config) => &config.input,
        ModelConfig::Dtrn(config) => &config.input,
    }
}

/// A layout whose samples a model of these inputs takes.
fn layout_of(input: &InputSpec, tasks: usize) -> Layout {
    let field = |field: &FieldSpec| Field {
        name: field.name.clone(),
        vocab_size: field.vocab_size,
        shares: field.shares,
    };
    let sequence = |(index, sequence): (usize, &SequenceSpec)| SequenceField {
        name: format!("sequence {index}"),
        length: sequence.length,
        fields: sequence.fields.clone(),
    };
    Layout {
        fields: input.fields.iter().map(field).collect(),
        numeric: (0..input.num_numeric).map(|index| format!("number {index}")).collect(),
        sequences: input.sequences.iter().enumerate().map(sequence).collect(),
        tasks: (0..tasks).map(|index| format!("task {index}")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clicks::input_spec;

    #[test]
    fn a_layout_is_that_of_its_inputs() {
        for variant in &VARIANTS {
            let config = variant.small();
            let inputs = inputs(&config);
            assert_eq!(&input_spec(&layout_of(inputs, 2)), inputs, "{}", variant.name);
        }
    }
}
