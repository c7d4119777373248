//! What a click model is told about the data.

use pyrarium_datasets::tabular::{Field, Layout};
use pyrarium_layers::FieldSpec;
use pyrarium_recsys::{InputSpec, SequenceSpec};

/// The inputs of a model for samples of a layout.
pub fn input_spec(layout: &Layout) -> InputSpec {
    let field = |field: &Field| FieldSpec {
        name: field.name.clone(),
        vocab_size: field.vocab_size,
        shares: field.shares,
    };
    InputSpec {
        fields: layout.fields.iter().map(field).collect(),
        num_numeric: layout.numeric.len(),
        sequences: layout
            .sequences
            .iter()
            .map(|sequence| SequenceSpec { fields: sequence.fields.clone(), length: sequence.length })
            .collect(),
    }
}
