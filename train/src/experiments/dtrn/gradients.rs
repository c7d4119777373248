//! Whether two tasks pull the embeddings they share into the same direction.

use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use pyrarium_datasets::tabular::ClickData;
use pyrarium_layers::ClickModel;

use crate::Error;
use crate::clicks::ClickBatch;
use crate::run::Run;

/// Samples of a batch, and the batches over which the cosine is averaged.
const SAMPLES: usize = 256;
const BATCHES: usize = 20;

/// The mean over training batches of the cosine between the gradients of the first two tasks' losses with respect to the table of
/// embeddings; `model` is without autodiff.
pub fn cosine<M: ClickModel>(run: &Run, data: &ClickData, model: &M) -> Result<f64, Error> {
    let device = run.device.clone().autodiff();
    let model = model.clone().train().fork(&device);
    let numbers: Vec<usize> = (0..data.train.len()).collect();
    let mut cosines = Vec::new();
    for batch in numbers.chunks(SAMPLES).take(BATCHES) {
        let batch = ClickBatch::upload(&data.train.select(batch), &data.layout, &device);
        let [one, other] = [gradient(&model, &batch, 0)?, gradient(&model, &batch, 1)?];
        cosines.push(between(&one, &other));
    }
    Ok(cosines.iter().sum::<f64>() / cosines.len() as f64)
}

/// The gradient of one task's loss, the table's rows one behind the other; zeros where the task does not reach the embeddings.
fn gradient<M: ClickModel>(model: &M, batch: &ClickBatch, task: usize) -> Result<Vec<f64>, Error> {
    let logits = model.forward(&batch.features);
    let mut of_task = vec![0.0; batch.weights.dims()[1]];
    of_task[task] = 1.0;
    let of_task = Tensor::<1>::from_floats(of_task.as_slice(), &batch.weights.device()).unsqueeze::<2>();
    let alone = ClickBatch { weights: batch.weights.clone() * of_task, ..batch.clone() };
    let gradients = GradientsParams::from_grads(alone.losses(logits).mean().backward(), model);
    match gradients.get::<2>(model.embedding().id()) {
        Some(gradient) => Ok(gradient.try_into_data()?.convert::<f64>().iter::<f64>().collect()),
        None => Ok(vec![0.0]),
    }
}

/// The cosine of the angle between two vectors; 0 where one of them is 0.
fn between(one: &[f64], other: &[f64]) -> f64 {
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let lengths = (product(one, one) * product(other, other)).sqrt();
    if lengths > 0.0 { product(one, other) / lengths } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::network::Network;
    use super::*;
    use crate::progress::Display;
    use crate::weights::initialise;
    use pyrarium_datasets::tabular::{PartSizes, conflicting_tasks};

    #[test]
    fn a_vector_and_its_opposite_are_furthest_apart() {
        assert_eq!(between(&[3.0, 4.0], &[3.0, 4.0]), 1.0);
        assert_eq!(between(&[3.0, 4.0], &[-6.0, -8.0]), -1.0);
        assert_eq!(between(&[1.0, 0.0], &[0.0, 2.0]), 0.0);
        assert_eq!(between(&[1.0, 0.0], &[0.0, 0.0]), 0.0);
    }

    #[test]
    fn the_gradients_of_the_tasks_add_up_to_that_of_their_sum() {
        let run = Run::new("flex", "nowhere".into(), Display::Silent).unwrap();
        let sizes = PartSizes { train: 20, valid: 1, test: 1 };
        let data = conflicting_tasks(-1, sizes, 0).unwrap().data;
        let network = Network::default();
        let device = run.device.clone().autodiff();
        let model = initialise(&device, 0, |device| network.config(&data.layout).init(device)).unwrap();
        let batch = ClickBatch::upload(&data.train, &data.layout, &device);
        let loss = batch.losses(model.forward(&batch.features)).mean();
        let whole = GradientsParams::from_grads(loss.backward(), &model);
        let whole = whole.get::<2>(model.embedding().id()).unwrap().into_data().convert::<f64>();
        let [one, other] = [0, 1].map(|task| gradient(&model, &batch, task).unwrap());
        for ((whole, one), other) in whole.iter::<f64>().zip(one).zip(other) {
            assert!((whole - one - other).abs() < 1e-6);
        }
    }
}
