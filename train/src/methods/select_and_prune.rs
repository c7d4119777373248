//! Select and prune, the schedule of S-KAN (arXiv 2408.08338): train everything, keep what contributes, drop the rest.
//!
//! 1. Full training, all members of the pool active.
//! 2. Selective training: the strongest members of each node, by their contribution on a batch of training data.
//! 3. Pruning: what is not selected is deleted, weak edges too; a short training of what remains.
//!
//! Each phase is a training of its own, with its own checkpoints and fresh moments of the optimizer. What is between two
//! phases is a function of the model that the first has left, so a run that was interrupted goes on exactly.

use burn::module::Module;
use burn::tensor::Tensor;
use pyrarium_kan::{Contributions, ConvKan, Kan, Mask, Pruning};
use pyrarium_layers::ConfigError;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::checks::{at_least_one, below_one};

/// A model whose nodes choose among the members of a pool; `B` is a batch of its inputs.
pub trait Selectable<B>: Module {
    /// How much each member contributes in each layer.
    fn contributions(&self, batch: B) -> Result<Vec<Contributions>, ConfigError>;
    /// Removes the members outside the masks.
    fn select(&self, masks: &[Mask]) -> Result<Self, ConfigError>;
    /// What pruning would remove from each layer.
    fn prunings(&self, threshold: f64, batch: B) -> Result<Vec<Pruning>, ConfigError>;
    /// Deletes what the prunings remove.
    fn pruned(&self, prunings: &[Pruning]) -> Result<Self, ConfigError>;
}

/// Implements [`Selectable`] by the methods of the same names, on the batch as `$input` turns it.
macro_rules! selectable {
    ($model:ty, $batch:ty, $input:expr) => {
        impl Selectable<$batch> for $model {
            fn contributions(&self, batch: $batch) -> Result<Vec<Contributions>, ConfigError> {
                self.contributions($input(batch))
            }

            fn select(&self, masks: &[Mask]) -> Result<Self, ConfigError> {
                self.select(masks)
            }

            fn prunings(&self, threshold: f64, batch: $batch) -> Result<Vec<Pruning>, ConfigError> {
                self.prunings(threshold, $input(batch))
            }

            fn pruned(&self, prunings: &[Pruning]) -> Result<Self, ConfigError> {
                self.pruned(prunings)
            }
        }
    };
}

selectable!(Kan, Tensor<2>, |x| x);
selectable!(Kan, Tensor<4>, |images: Tensor<4>| images.flatten(1, 3));
selectable!(ConvKan, Tensor<4>, |images| images);

/// The schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectAndPrune {
    /// Epochs of full training.
    pub full_epochs: usize,
    /// Epochs of selective training.
    pub select_epochs: usize,
    /// Members that each node keeps.
    pub keep: usize,
    /// Edges weaker than this part of the strongest of their layer (by the mean of `|phi|`) are pruned; 0 keeps all.
    pub edge_threshold: f64,
}

impl Default for SelectAndPrune {
    fn default() -> Self {
        Self { full_epochs: 24, select_epochs: 24, keep: 1, edge_threshold: 0.0 }
    }
}

/// One of the three trainings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    /// The name of its directory.
    pub name: &'static str,
    /// How long it is.
    pub epochs: usize,
}

/// What select and prune leaves.
pub struct Selected<M> {
    /// The pruned model, without autodiff.
    pub model: M,
    /// What was pruned; with it a record of the model can be loaded.
    pub prunings: Vec<Pruning>,
}

impl SelectAndPrune {
    /// Checks every value; `epochs` are those of all phases together, of which the last has what the others leave.
    ///
    /// # Errors
    /// Names the value that is out of range.
    pub fn validate(&self, epochs: usize, members: usize) -> Result<(), ConfigError> {
        at_least_one("model.selection.full_epochs", self.full_epochs)?;
        at_least_one("model.selection.select_epochs", self.select_epochs)?;
        below_one("model.selection.edge_threshold", self.edge_threshold)?;
        if self.keep == 0 || self.keep > members {
            let allowed = format!("between 1 and the {members} families of the pool");
            return Err(ConfigError::new("model.selection.keep", self.keep, allowed));
        }
        let before = self.full_epochs + self.select_epochs;
        if epochs < before {
            let allowed = format!("at least the {before} of full and of selective training");
            return Err(ConfigError::new("fit.epochs", epochs, allowed));
        }
        Ok(())
    }

    /// Trains `model` (with autodiff) in three phases, `epochs` in all. `fit` trains a model in one phase and gives it back
    /// without autodiff; `batch`, without autodiff, are training data on which members and edges are measured.
    ///
    /// # Errors
    /// Those of `fit`, or a batch of one sample.
    pub fn run<B: Clone, M: Selectable<B>>(
        &self,
        model: M,
        epochs: usize,
        batch: B,
        mut fit: impl FnMut(Phase, M) -> Result<M, Error>,
    ) -> Result<Selected<M>, Error> {
        let mut train = |name, epochs, model: M| match epochs {
            0 => Ok(model.valid()),
            _ => fit(Phase { name, epochs }, model),
        };
        // Measured without autodiff: a forward pass in training would change running statistics.
        let full = train("phase-1", self.full_epochs, model)?;
        let contributions = full.contributions(batch.clone())?;
        let masks: Result<Vec<Mask>, _> =
            contributions.iter().map(|layer| layer.strongest(self.keep)).collect();
        let selected = train("phase-2", self.select_epochs, full.train().select(&masks?)?)?;
        let prunings = selected.prunings(self.edge_threshold, batch)?;
        let rest = epochs.saturating_sub(self.full_epochs + self.select_epochs);
        let model = train("phase-3", rest, selected.train().pruned(&prunings)?)?;
        Ok(Selected { model, prunings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;
    use pyrarium_kan::{KanConfig, pool};

    #[test]
    fn three_phases_in_turn_and_the_last_has_what_remains() {
        let device = Device::flex().autodiff();
        let network = KanConfig::selectable([2, 3, 1], pool(8).unwrap()).init(&device).unwrap();
        let schedule = SelectAndPrune { full_epochs: 3, select_epochs: 2, ..SelectAndPrune::default() };
        let batch = Tensor::<2>::from_data([[0.1, 0.2], [-0.4, 0.9], [0.3, -0.8]], &device);
        let mut phases = Vec::new();
        let selected = schedule.run(network, 9, batch, |phase, model| {
            phases.push((phase.name, phase.epochs, model.num_params()));
            assert!(model.forward(Tensor::ones([1, 2], &device)).is_tracked(), "every phase trains");
            Ok(model.valid())
        });
        // 9 edges with 41 functions and 5 scores for each of 4 nodes; then 9 functions an edge and no scores.
        assert_eq!(phases, [("phase-1", 3, 389), ("phase-2", 2, 389), ("phase-3", 4, 81)]);
        assert_eq!(selected.unwrap().prunings.len(), 2);
    }

    #[test]
    fn without_epochs_left_there_is_no_third_phase() {
        let device = Device::flex().autodiff();
        let network = KanConfig::selectable([1, 1], pool(8).unwrap()).init(&device).unwrap();
        let schedule = SelectAndPrune { full_epochs: 3, select_epochs: 2, ..SelectAndPrune::default() };
        let mut phases = 0;
        let selected =
            schedule.run(network, 5, Tensor::<2>::from_data([[0.1], [0.2]], &device), |_, model| {
                phases += 1;
                Ok(model)
            });
        assert_eq!((phases, selected.unwrap().model.num_params()), (2, 9));
    }

    #[test]
    fn bad_schedules_are_refused() {
        let good = SelectAndPrune::default();
        let message = |schedule: SelectAndPrune| schedule.validate(60, 5).unwrap_err().to_string();
        assert!(good.validate(60, 5).is_ok());
        assert_eq!(
            message(SelectAndPrune { keep: 6, ..good.clone() }),
            "model.selection.keep = 6: must be between 1 and the 5 families of the pool"
        );
        assert_eq!(
            message(SelectAndPrune { full_epochs: 40, ..good.clone() }),
            "fit.epochs = 60: must be at least the 64 of full and of selective training"
        );
        assert!(message(SelectAndPrune { edge_threshold: 1.0, ..good.clone() }).contains("edge_threshold"));
        assert!(message(SelectAndPrune { select_epochs: 0, ..good }).contains("select_epochs"));
    }
}
