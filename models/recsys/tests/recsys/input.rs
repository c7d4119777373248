//! What every model has in common: numbers and sequences beside fields, gathered rows, refusals of other features.

use burn::{
    module::Module,
    optim::GradientsParams,
    tensor::{Device, Int, Tensor, TensorData},
};
use pyrarium_layers::testing::{ValuesByPath, gradient_values};
use pyrarium_recsys::{
    Behaviours, ClickModel, CtrMlpConfig, DinDemoConfig, Features, FieldSpec, FinalMlpConfig, GatesConfig,
    InputConfig, InputSpec, LogisticRegressionConfig, Model, ModelConfig, Pooling, SequenceSpec, VARIANTS,
};

use crate::{distance, features, histories, pairs, seeded};

#[test]
fn numbers_multiply_their_vectors_and_items_are_pooled() {
    let device = Device::flex();
    let spec = histories(3, 2);
    let layer = seeded(InputConfig::new(spec.clone(), 2).init(&device).unwrap());
    let batch = features(&spec, 0..4, &device);
    let out = layer.forward(&batch);
    assert_eq!(out.dims(), [4, 6, 2]);
    let numbers = batch.numeric.clone().unwrap().unsqueeze_dim::<3>(2);
    let expected = numbers * layer.numeric.as_ref().unwrap().val().unsqueeze_dim(0);
    assert!(distance(out.clone().narrow(1, 2, 2), expected) < 1e-7);
    // The mean over the items that are there.
    let history = &batch.sequences[0];
    let items = layer.fields.lookup(&[0, 1], history.ids.clone());
    let mask = history.mask.clone().unsqueeze_dim::<3>(2);
    let mean = (items * mask.clone()).sum_dim(1) / mask.sum_dim(1);
    assert!(distance(out.narrow(1, 4, 2), mean.reshape([4, 2, 2])) < 1e-6);
}

#[test]
fn the_pooled_past_is_a_sum_or_a_mean_and_zeros_without_items() {
    let device = Device::flex();
    let spec = InputSpec {
        fields: vec![FieldSpec::new("item", 3)],
        num_numeric: 0,
        sequences: vec![SequenceSpec { fields: vec![0], length: 2 }],
    };
    let history = Behaviours {
        ids: Tensor::from_data([[[1], [2]], [[2], [0]], [[0], [0]]], &device),
        mask: Tensor::from_data([[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]], &device),
    };
    let batch = Features::new(Tensor::zeros([3, 1], &device), None, vec![history]);
    let pooled = |pooling| {
        let mut layer = InputConfig::new(spec.clone(), 1).with_pooling(pooling).init(&device).unwrap();
        layer.fields = layer.fields.with_rows(Tensor::from_data([[10.0], [1.0], [3.0]], &device));
        layer.forward(&batch).narrow(1, 1, 1).into_data().iter::<f32>().collect::<Vec<_>>()
    };
    assert_eq!(pooled(Pooling::Sum), [4.0, 3.0, 0.0]);
    assert_eq!(pooled(Pooling::Mean), [2.0, 3.0, 0.0]);
}

#[test]
fn logistic_regression_is_the_sum_of_its_weights() {
    let device = Device::flex();
    let spec = histories(3, 1);
    let model = seeded(LogisticRegressionConfig::new(spec.clone()).init(&device).unwrap());
    let batch = features(&spec, 0..5, &device);
    let parts = model.input.forward(&batch); // [B, m, 1]
    let expected = parts.sum_dim(1).squeeze_dim::<2>(2) + model.bias.val().unsqueeze();
    assert!(distance(model.forward(&batch), expected) < 1e-6);
}

/// The ids of a batch as positions among the rows that it touches, whose numbers in the table come with it.
fn gathered(spec: &InputSpec, offsets: &[usize], batch: &Features) -> (Features, Vec<i64>) {
    let mut rows = Vec::new();
    let mut position = |row: i64| {
        let found = rows.iter().position(|&other| other == row);
        found.unwrap_or_else(|| {
            rows.push(row);
            rows.len() - 1
        }) as i64
    };
    let mut moved = |data: TensorData, fields: &[usize]| {
        let ids: Vec<i64> = data.iter::<i64>().collect();
        let shape = data.shape().to_vec();
        let moved = ids.iter().zip(fields.iter().cycle());
        let moved: Vec<i64> = moved.map(|(&id, &field)| position(id + offsets[field] as i64)).collect();
        TensorData::new(moved, shape)
    };
    let device = batch.categorical.device();
    let all: Vec<usize> = (0..spec.fields.len()).collect();
    let categorical = Tensor::<2, Int>::from_data(moved(batch.categorical.to_data(), &all), &device);
    let sequences = batch.sequences.iter().zip(&spec.sequences).map(|(behaviours, sequence)| Behaviours {
        ids: Tensor::<3, Int>::from_data(moved(behaviours.ids.to_data(), &sequence.fields), &device),
        mask: behaviours.mask.clone(),
    });
    let sequences = sequences.collect();
    let local = Some(batch.categorical.clone());
    (Features { categorical, numeric: batch.numeric.clone(), sequences, local }, rows)
}

/// A training step may see only the rows that its batch touches: the logits are the same, and so is every gradient, that of the table
/// row by row.
#[test]
fn gathered_rows_give_the_logits_and_gradients_of_the_whole_table() {
    let device = Device::flex().autodiff();
    let contexts = GatesConfig::new().with_context1(vec![0]).with_context2(vec![1]).with_widths(vec![4]);
    let mut configs: Vec<(ModelConfig, InputSpec)> = vec![
        (
            ModelConfig::FinalMlp(
                FinalMlpConfig::new(histories(4, 2))
                    .with_embedding_dim(4)
                    .with_mlp1(vec![6])
                    .with_mlp2(vec![6])
                    .with_gates(Some(contexts)),
            ),
            histories(4, 2),
        ),
        (
            ModelConfig::CtrMlp(CtrMlpConfig::single(histories(4, 2), vec![5]).with_embedding_dim(3)),
            histories(4, 2),
        ),
        (ModelConfig::DinDemo(DinDemoConfig::new(histories(4, 0)).with_embedding_dim(4)), histories(4, 0)),
    ];
    for variant in VARIANTS.iter().filter(|variant| ["din", "dtrn"].contains(&variant.name)) {
        match variant.small() {
            ModelConfig::Din(config) => configs.push((ModelConfig::Din(config.clone()), config.input)),
            ModelConfig::Dtrn(config) => configs.push((ModelConfig::Dtrn(config.clone()), config.input)),
            other => panic!("{other:?}"),
        }
    }
    for (config, spec) in configs {
        let model: Model = seeded(config.init(&device).unwrap());
        let batch = features(&spec, 0..3, &device);
        let whole = ClickModel::forward(&model, &batch);
        let (compact_batch, rows) = gathered(&spec, model.embedding().offsets(), &batch);
        let count = rows.len();
        let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [count]), &device);
        let compact = model
            .clone()
            .with_embedding(model.embedding().with_rows(model.embedding().table().select(0, rows.clone())));
        let part = ClickModel::forward(&compact, &compact_batch);
        assert!(distance(whole.clone(), part.clone()) < 1e-6, "{config:?}");

        let mut dense = gradients(&model, &batch);
        let mut sparse = gradients(&compact, &compact_batch);
        let [table, touched] = [dense.remove("input.fields.table"), sparse.remove("input.fields.table")];
        let (table, touched) = (table.unwrap(), touched.unwrap());
        let width = model.embedding().dim();
        let rows: Vec<usize> = rows.into_data().iter::<i64>().map(|row| row as usize).collect();
        let expected: Vec<f64> = rows.iter().flat_map(|row| table[row * width..][..width].to_vec()).collect();
        assert_close(&touched, &expected, "the rows");
        let total = |values: &[f64]| values.iter().map(|value| value.abs()).sum::<f64>();
        assert!((total(&table) - total(&touched)).abs() < 1e-4, "other rows have a gradient");
        assert_eq!(dense.keys().collect::<Vec<_>>(), sparse.keys().collect::<Vec<_>>());
        for (path, values) in dense {
            assert_close(&values, &sparse[&path], &path);
        }
    }
}

fn gradients(model: &Model, batch: &Features) -> ValuesByPath {
    let loss = ClickModel::forward(model, batch).square().sum();
    gradient_values(model, &GradientsParams::from_grads(loss.backward(), model)).unwrap()
}

fn assert_close(a: &[f64], b: &[f64], what: &str) {
    assert_eq!(a.len(), b.len(), "{what}");
    let scale = b.iter().fold(1.0, |scale: f64, value| scale.max(value.abs()));
    let worst = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst < 1e-5 * scale, "{what}: {worst}");
}

#[test]
#[should_panic(expected = "0 sequences for a model of 1")]
fn features_without_the_history_are_refused() {
    let device = Device::flex();
    let layer = InputConfig::new(histories(3, 0), 2).init(&device).unwrap();
    let _ = layer.forward(&features(&InputSpec { sequences: Vec::new(), ..histories(3, 0) }, 0..2, &device));
}

#[test]
#[should_panic(expected = "0 numbers for a model of 2")]
fn features_without_the_numbers_are_refused() {
    let device = Device::flex();
    let layer = InputConfig::new(histories(3, 2), 2).init(&device).unwrap();
    let _ = layer.forward(&features(&histories(3, 0), 0..2, &device));
}

#[test]
#[should_panic(expected = "behaviours of shape [2, 3, 2] with a mask of shape [2, 2] in a batch of 2")]
fn a_mask_of_another_length_is_refused() {
    let device = Device::flex();
    let layer = InputConfig::new(histories(3, 0), 2).init(&device).unwrap();
    let mut batch = features(&histories(3, 0), 0..2, &device);
    batch.sequences[0].mask = Tensor::ones([2, 2], &device);
    let _ = layer.forward(&batch);
}

#[test]
#[should_panic(expected = "ids of shape [2, 4] for 2 fields")]
fn ids_of_other_fields_are_refused() {
    let device = Device::flex();
    let layer =
        InputConfig::new(InputSpec { sequences: Vec::new(), ..histories(3, 0) }, 2).init(&device).unwrap();
    assert_eq!(layer.num_params(), 24);
    let _ = layer.forward(&features(&pairs(), 0..2, &device));
}
