//! Row-wise training against the same training with a dense table.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Tensor};
use pyrarium_datasets::tabular::{ClickData, Encoded, Field, Layout, SequenceField};
use pyrarium_layers::seeded::fill_uniform;
use pyrarium_layers::{ClickModel, Features, FieldEmbedding, FieldEmbeddingConfig, FieldSpec};

use super::batch::ClickBatch;
use super::fit::{TRAIN_LOSS, VALID_AUC};
use super::row_wise::RowWise;
use super::score::score;
use super::specimen::in_turn;
use super::{ClickFit, ClickFitted, fit_clicks, penalty};
use crate::progress::Display;
use crate::run::Run;
use crate::weights::to_safetensors;

const DIM: usize = 3;

/// The embeddings of all fields, the mean of the history and a number, weighed.
#[derive(Module, Debug)]
struct Weighed {
    embedding: FieldEmbedding,
    head: Linear,
}

impl ClickModel for Weighed {
    fn num_tasks(&self) -> usize {
        2
    }

    fn forward(&self, features: &Features) -> Tensor<2> {
        let own: Tensor<2> = self.embedding.forward(features.categorical.clone()).flatten(1, 2);
        let history = &features.sequences[0];
        let items = self.embedding.lookup(&[1, 0], history.ids.clone()); // [B, L, 2 * DIM]
        let mask: Tensor<3> = history.mask.clone().unsqueeze_dim(2);
        let mean: Tensor<2> = (items * mask.clone()).sum_dim(1).squeeze_dim(1);
        let mean = mean / mask.sum_dim(1).squeeze_dim::<2>(1).clamp_min(1.0);
        self.head.forward(Tensor::cat(vec![own, mean, features.numeric.clone().unwrap()], 1))
    }

    fn embedding(&self) -> &FieldEmbedding {
        &self.embedding
    }

    fn with_embedding(self, embedding: FieldEmbedding) -> Self {
        Self { embedding, ..self }
    }
}

fn layout() -> Layout {
    let field = |name: &str, vocab_size, shares| Field { name: name.into(), vocab_size, shares };
    Layout {
        fields: vec![field("user", 5, None), field("item", 7, None), field("last", 7, Some(1))],
        numeric: vec!["price".into()],
        sequences: vec![SequenceField { name: "history".into(), length: 4, fields: vec![1, 0] }],
        tasks: vec!["click".into(), "buy".into()],
    }
}

fn model(layout: &Layout, device: &Device) -> Weighed {
    let fields = layout.fields.iter().map(|field| FieldSpec {
        name: field.name.clone(),
        vocab_size: field.vocab_size,
        shares: field.shares,
    });
    let embedding = FieldEmbeddingConfig::new(fields.collect(), DIM).init(device).unwrap();
    fill_uniform(Weighed { embedding, head: LinearConfig::new(5 * DIM + 1, 2).init(device) }, 0, 0.5)
}

/// Samples in turn, with a label missing here and there.
fn samples(layout: &Layout, count: usize) -> Encoded {
    let mut samples = in_turn(layout, count);
    samples.labels.iter_mut().step_by(5).for_each(|label| *label = f32::NAN);
    samples
}

fn fit() -> ClickFit {
    ClickFit { epochs: 6, batch_size: 8, learning_rate: 0.05, ..ClickFit::default() }
}

fn table(model: &Weighed) -> Vec<f32> {
    model.embedding.table().into_data().try_to_vec().unwrap()
}

fn largest_difference(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(one, other)| (one - other).abs()).fold(0.0, f32::max)
}

#[test]
fn on_batches_that_touch_all_rows_row_wise_adam_is_burns_adam() {
    let (layout, device) = (layout(), Device::flex().autodiff());
    let batch = samples(&layout, 35);
    let mut dense = model(&layout, &device);
    let mut adam = AdamConfig::new().with_epsilon(1e-8).init();
    let mut steps = RowWise::new(dense.clone(), &layout, &layout.counts(&batch), &fit()).unwrap();
    for step in 0..5 {
        let uploaded = ClickBatch::upload(&batch, &layout, &device);
        let loss = uploaded.losses(dense.forward(&uploaded.features)).mean();
        let expected = f64::from(loss.clone().into_scalar::<f32>());
        let gradients = GradientsParams::from_grads(loss.backward(), &dense);
        dense = adam.step(0.05, dense, gradients);
        assert!((steps.step(batch.clone()).unwrap() - expected).abs() < 1e-6, "step {step}");
    }
    let model = steps.model();
    // Steps of 0.05 divided by roots of squares: a relative rounding of 1e-6 of them.
    assert!(largest_difference(&table(&model), &table(&dense)) < 1e-6);
    let [one, other] = [&model, &dense].map(|model| model.head.weight.to_data().try_to_vec::<f32>().unwrap());
    assert!(largest_difference(&one, &other) < 1e-6);
}

#[test]
fn rows_outside_the_batch_stay_and_the_penalties_are_those_of_the_dense_formula() {
    let (layout, device) = (layout(), Device::flex().autodiff());
    let all = samples(&layout, 40);
    let counts = layout.counts(&all);
    let batch = all.select(&[3, 7]);
    let of_rows: Vec<u32> = counts.concat();
    let dense = model(&layout, &device);
    let how = ClickFit {
        optimizer: super::RowRule::Sgd,
        embedding_l2: 0.3,
        mini_batch_aware_l2: 2.0,
        learning_rate: 0.1,
        ..fit()
    };
    let mut steps = RowWise::new(dense.clone(), &layout, &counts, &how).unwrap();
    steps.step(batch.clone()).unwrap();

    let uploaded = ClickBatch::upload(&batch, &layout, &device);
    let occurs = layout.counts(&batch).concat();
    let weight = |(row, &count): (usize, &u32)| {
        if count > 0 { 0.3 + 2.0 / of_rows[row] as f32 } else { 0.0 }
    };
    let weights: Vec<f32> = occurs.iter().enumerate().map(weight).collect();
    let objective = uploaded.losses(dense.forward(&uploaded.features)).mean()
        + penalty(dense.embedding.table(), &weights);
    let gradient = dense.embedding.table().grad(&objective.backward()).unwrap();
    let gradient: Vec<f32> = gradient.into_data().try_to_vec().unwrap();

    let (before, after) = (table(&dense), table(&steps.model()));
    assert!(occurs.iter().filter(|&&count| count == 0).count() >= 2, "some rows are outside the batch");
    for (at, (before, after)) in before.iter().zip(&after).enumerate() {
        assert!((before - 0.1 * gradient[at] - after).abs() < 1e-6, "value {at}");
        if occurs[at / DIM] == 0 {
            assert_eq!(before, after);
        }
    }
}

fn data() -> ClickData {
    let layout = layout();
    let all = samples(&layout, 100);
    let part = |range: std::ops::Range<usize>| all.select(&range.collect::<Vec<_>>());
    ClickData::new(layout, part(0..70), part(70..90), part(90..100)).unwrap()
}

fn fitted(run: &Run, how: &ClickFit, directory: Option<&std::path::Path>) -> ClickFitted<Weighed> {
    let data = data();
    let model = model(&data.layout, &run.device.clone().autodiff());
    fit_clicks(run, &data, model, how, 1, directory).unwrap()
}

fn run() -> Run {
    Run::new("flex", "data".into(), Display::Silent).unwrap()
}

#[test]
fn epochs_in_two_runs_are_as_if_they_had_been_asked_for_at_once() {
    let (run, root) = (run(), tempfile::tempdir().unwrap());
    let whole = fitted(&run, &fit(), None);
    let parts = root.path().join("run");
    fitted(&run, &ClickFit { epochs: 2, ..fit() }, Some(&parts));
    let resumed = fitted(&run, &fit(), Some(&parts));
    for (one, other) in [(&whole.model, &resumed.model), (&whole.last, &resumed.last)] {
        assert!(to_safetensors(one).unwrap() == to_safetensors(other).unwrap());
    }
    assert_eq!((whole.history, whole.best_epoch), (resumed.history, resumed.best_epoch));
    // A finished run gives what it has.
    let again = fitted(&run, &fit(), Some(&parts));
    assert!(to_safetensors(&again.model).unwrap() == to_safetensors(&whole.model).unwrap());
}

#[test]
fn the_epoch_that_is_best_on_the_validation_samples_is_kept_and_patience_ends_the_training() {
    let run = run();
    let whole = fitted(&run, &ClickFit { epochs: 30, ..fit() }, None);
    let areas = whole.curve(VALID_AUC);
    let best = areas.iter().copied().fold(f64::MIN, f64::max);
    assert_eq!(areas.iter().position(|&area| area == best).unwrap() + 1, whole.best_epoch);
    let losses = whole.curve(TRAIN_LOSS);
    assert!(losses[29] < losses[0], "{losses:?}");
    let data = data();
    let scores = super::evaluate(&whole.model, &data.layout, &data.valid).unwrap();
    assert!((super::score::mean_auc(&scores) - best).abs() < 1e-9);

    let stopped = fitted(&run, &ClickFit { epochs: 30, patience: 2, ..fit() }, None);
    let areas = stopped.curve(VALID_AUC);
    assert!(areas.len() < 30 && areas.len() == stopped.best_epoch + 2, "{areas:?}");
}

#[test]
fn settings_outside_their_range_are_refused() {
    let data = data();
    let refused = |how: ClickFit| {
        let model = model(&data.layout, &Device::flex().autodiff());
        fit_clicks(&run(), &data, model, &how, 1, None).err().unwrap().to_string()
    };
    let message = refused(ClickFit { mini_batch_aware_l2: -1.0, ..fit() });
    assert_eq!(message, "fit.mini_batch_aware_l2 = -1: must be 0 or more");
    let message = refused(ClickFit { batch_size: 1, ..fit() });
    assert_eq!(message, "fit.batch_size = 1: must be at least 2");
}

#[test]
fn scores_do_not_depend_on_how_samples_are_batched() {
    let (layout, device) = (layout(), Device::flex());
    let (model, samples) = (model(&layout, &device), samples(&layout, 1500));
    let all = score(&model, &layout, &samples).unwrap();
    let some = score(&model, &layout, &samples.select(&[3, 1400])).unwrap();
    assert_eq!(all.len(), 3000);
    assert!(largest_difference(&some, &[all[6], all[7], all[2800], all[2801]]) < 1e-6);
}
