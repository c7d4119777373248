//! Click models with a batch and no data set: what the comparison of backends and the benchmarks run.

use std::cell::RefCell;

use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor};
use pyrarium_datasets::tabular::{Encoded, EncodedSequence, Layout};
use pyrarium_layers::ClickModel;

use super::batch::{ClickBatch, features};
use super::row_wise::RowWise;
use super::settings::ClickFit;
use super::task::ClickTask;
use crate::Error;
use crate::workload::{Values, Workload, parameters_of, workload};

/// Samples whose ids, lengths, numbers and labels go through their values in turn.
pub fn in_turn(layout: &Layout, samples: usize) -> Encoded {
    let turn = |at: usize, field: usize| (at % layout.fields[field].vocab_size.max(1)) as u32;
    let fields = layout.fields.len();
    let categorical = (0..samples * fields).map(|at| turn(at / fields + at % fields, at % fields));
    let sequences = layout.sequences.iter().map(|sequence| {
        let parts = sequence.fields.len();
        // Every length but 0, the longest first.
        let lengths: Vec<u32> =
            (0..samples).map(|sample| (sequence.length - sample % sequence.length) as u32).collect();
        let id = |at: usize| {
            let (item, sample) = (at / parts % sequence.length, at / parts / sequence.length);
            let is_padding = item >= lengths[sample] as usize;
            if is_padding { 0 } else { turn(sample + 2 * item, sequence.fields[at % parts]) }
        };
        EncodedSequence { ids: (0..samples * sequence.length * parts).map(id).collect(), lengths }
    });
    let numbers = samples * layout.numeric.len();
    Encoded::new(
        samples,
        categorical.collect(),
        (0..numbers).map(|at| (at % 5) as f32 / 2.0 - 1.0).collect(),
        sequences.collect(),
        (0..samples * layout.tasks.len()).map(|at| (at % 3 % 2) as f32).collect(),
        Vec::new(),
    )
}

/// A model (without autodiff) with a dense table and a batch of samples in turn.
pub fn dense<M: ClickModel + 'static>(
    model: M,
    layout: Layout,
    samples: usize,
    device: &Device,
) -> Box<dyn Workload> {
    let batch = in_turn(&layout, samples);
    workload(ClickTask { model }, move |device| ClickBatch::upload(&batch, &layout, device), device)
}

/// A model (without autodiff) that is trained row by row on the given batch.
///
/// # Errors
/// When the model is not of the layout.
pub fn row_wise<M: ClickModel + 'static>(
    model: M,
    layout: &Layout,
    batch: Encoded,
    device: &Device,
) -> Result<Box<dyn Workload>, Error> {
    let counts = layout.counts(&batch);
    let model = model.train().fork(&device.clone().autodiff());
    let steps = RowWise::new(model, layout, &counts, &ClickFit::default())?;
    Ok(Box::new(RowWiseWorkload { steps: RefCell::new(steps), batch, device: device.clone() }))
}

struct RowWiseWorkload<M> {
    /// Gradients are of a workload that stays the same, but the rows of a batch are found in place.
    steps: RefCell<RowWise<M>>,
    batch: Encoded,
    device: Device,
}

impl<M: ClickModel + 'static> Workload for RowWiseWorkload<M> {
    fn forward(&self) -> Box<dyn Fn() -> Tensor<2> + '_> {
        let steps = self.steps.borrow();
        let (model, features) = (steps.model(), features(&self.batch, steps.layout(), &self.device));
        Box::new(move || sigmoid(model.forward(&features)))
    }

    /// # Panics
    /// When a tensor cannot be read from its device: there would be nothing to measure.
    fn step(&mut self) {
        let loss = self.steps.get_mut().step(self.batch.clone());
        assert!(loss.is_ok(), "a step that was to be measured failed: {loss:?}");
    }

    fn gradients(&self) -> Result<Vec<Values>, Error> {
        self.steps.borrow_mut().gradients(self.batch.clone())
    }

    fn parameters(&self) -> Result<Vec<Values>, Error> {
        parameters_of(&self.steps.borrow().model())
    }
}
