//! Tests of the click models.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod din;
mod dtrn;
mod errors;
mod final_mlp;
mod input;
mod multi_task;
mod parity;
mod variants;

use std::ops::Range;

use burn::{
    module::Module,
    tensor::{Device, Int, Tensor, TensorData},
};
use pyrarium_layers::seeded;
use pyrarium_recsys::{Behaviours, Features, FieldSpec, InputSpec, SequenceSpec};

/// These rows of an endless sequence of samples: the first field has another id in each of the first rows, and histories have from one
/// item to as many as they may.
fn features(spec: &InputSpec, rows: Range<usize>, device: &Device) -> Features {
    let batch = rows.len();
    let id = |row: usize, salt: usize, field: usize| {
        let vocab = spec.fields[field].vocab_size;
        ((row * (1 + 2 * salt) + salt * salt) % vocab) as i64
    };
    let fields = spec.fields.len();
    let ids: Vec<i64> = rows
        .clone()
        .flat_map(|row| (0..fields).map(move |f| (row, f)))
        .map(|(row, f)| id(row, f, f))
        .collect();
    let categorical = Tensor::from_data(TensorData::new(ids, [batch, fields]), device);
    let numbers = spec.num_numeric;
    let numeric = (numbers > 0).then(|| {
        let all = seeded::tensor_data([64, numbers], 7, 1.0);
        Tensor::<2>::from_data(all, device).slice([rows.clone()])
    });
    let behaviours = |(index, sequence): (usize, &SequenceSpec)| {
        let (length, parts) = (sequence.length, sequence.fields.len());
        let mut ids = Vec::new();
        let mut mask = Vec::new();
        for row in rows.clone() {
            let items = 1 + (row + index) % length;
            for position in 0..length {
                mask.push(if position < items { 1.0_f32 } else { 0.0 });
                ids.extend(sequence.fields.iter().enumerate().map(|(part, &field)| {
                    if position < items { id(row * 3 + position * (index + 1), part + 1, field) } else { 0 }
                }));
            }
        }
        Behaviours {
            ids: Tensor::<3, Int>::from_data(TensorData::new(ids, [batch, length, parts]), device),
            mask: Tensor::from_data(TensorData::new(mask, [batch, length]), device),
        }
    };
    let sequences = spec.sequences.iter().enumerate().map(behaviours).collect();
    Features::new(categorical, numeric, sequences)
}

/// Items of a category, histories of such pairs of at most `length`, and `numbers` numbers.
fn histories(length: usize, numbers: usize) -> InputSpec {
    InputSpec {
        fields: vec![FieldSpec::new("item", 7), FieldSpec::new("category", 5)],
        num_numeric: numbers,
        sequences: vec![SequenceSpec { fields: vec![0, 1], length }],
    }
}

/// Four fields of 7 ids.
fn pairs() -> InputSpec {
    InputSpec::of_fields(["u1", "u2", "i1", "i2"].map(|name| FieldSpec::new(name, 7)).to_vec())
}

fn seeded<M: Module>(module: M) -> M {
    seeded::fill_uniform(module, 1, 0.5)
}

/// The largest absolute difference.
fn distance<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
    (a - b).abs().max().into_scalar()
}
