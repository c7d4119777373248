//! Masked pretraining of TSMixer (arXiv 2306.09364): half of the patches are hidden, and the network learns to fill them in without any
//! label. Then a head learns to forecast, alone (a linear probe) or with all other weights.
//!
//! Each phase is a training of its own, with its own checkpoints, so a run that was interrupted goes on exactly. Which patches are hidden
//! is a function of seed, epoch and batch.

use std::path::Path;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use burn::train::RegressionOutput;
use pyrarium_layers::seeded::Stream;
use pyrarium_layers::{ConfigError, impl_names};
use pyrarium_time_series::{MaskConfig, TsMixerForPretraining, TsMixerForecaster, TsMixerModel};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::fit::{Fit, FitConfig, Fitted};
use crate::loader::BatchSource;
use crate::optimizer::OptimizerConfig;
use crate::progress::Display;
use crate::run::Run;
use crate::task::Task;
use crate::windows::{HostWindows, WindowBatch, WindowSource};

/// What learns to forecast after pretraining.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FineTuning {
    /// Everything.
    Full,
    /// The head alone.
    LinearProbe,
}

impl_names!(FineTuning, "model.fine_tuning", Full => "full", LinearProbe => "linear_probe");

impl FineTuning {
    /// A forecaster that starts from a backbone.
    ///
    /// # Errors
    /// When the backbone has another size.
    pub fn start(
        self,
        forecaster: TsMixerForecaster,
        backbone: TsMixerModel,
    ) -> Result<TsMixerForecaster, ConfigError> {
        Ok(self.limit(forecaster.load_backbone(backbone)?))
    }

    /// A forecaster of which only this is trained.
    pub fn limit(self, forecaster: TsMixerForecaster) -> TsMixerForecaster {
        match self {
            Self::Full => forecaster,
            Self::LinearProbe => forecaster.freeze_backbone(),
        }
    }
}

/// Windows with the patches that are hidden, 1, and those that are not, 0: `[B, C, P]`.
#[derive(Clone, Debug)]
pub struct MaskedBatch {
    windows: WindowBatch,
    mask: Tensor<3>,
}

/// Windows whose patches are hidden anew in every epoch, or always the same where they are watched.
pub struct MaskedSource {
    windows: Arc<WindowSource>,
    mask: MaskConfig,
    patches: usize,
    seed: u64,
    anew: bool,
}

impl BatchSource for MaskedSource {
    type Host = (HostWindows, TensorData);
    type Batch = MaskedBatch;

    fn num_samples(&self) -> usize {
        self.windows.num_samples()
    }

    fn assemble(&self, epoch: u64, batch: usize, samples: &[usize]) -> Self::Host {
        let epoch = if self.anew { epoch } else { 0 };
        let mut stream = Stream::new(self.seed, (epoch << 32) | batch as u64);
        let channels = self.windows.windows().series().channels().len();
        let mask = self.mask.draw(samples.len(), channels, self.patches, &mut stream);
        (self.windows.assemble(epoch, batch, samples), mask)
    }

    fn upload(&self, (windows, mask): Self::Host, device: &Device) -> MaskedBatch {
        MaskedBatch { windows: self.windows.upload(windows, device), mask: Tensor::from_data(mask, device) }
    }
}

/// A network that fills in hidden patches, with what it is trained for.
#[derive(Module, Debug)]
struct FillingIn {
    model: TsMixerForPretraining,
}

impl Task for FillingIn {
    type Batch = MaskedBatch;
    type Output = RegressionOutput;

    fn training_output(&self, batch: MaskedBatch) -> RegressionOutput {
        self.output(batch)
    }

    fn output(&self, batch: MaskedBatch) -> RegressionOutput {
        let WindowBatch { past, observed, .. } = batch.windows;
        let rows = past.dims()[0];
        let loss = self.model.loss(past, observed, batch.mask).repeat_dim(0, rows);
        // Nothing but the loss is asked for.
        let none = loss.clone().detach().reshape([rows, 1]);
        RegressionOutput::new(loss, none.clone(), none)
    }

    fn losses(output: &RegressionOutput) -> Tensor<1> {
        output.loss.clone()
    }

    fn predictions(output: &RegressionOutput) -> Tensor<2> {
        output.output.clone()
    }
}

/// Trains a network (with autodiff) to fill in what `mask` hides: how (with optimizer and seed), on which windows (and which are watched).
///
/// # Errors
/// As any training.
pub fn pretrain(
    run: &Run,
    how: (&FitConfig, &OptimizerConfig, u64),
    (train, valid): (&Arc<WindowSource>, &Arc<WindowSource>),
    (model, mask, patches): (TsMixerForPretraining, &MaskConfig, usize),
    directory: Option<&Path>,
    display: &Display,
) -> Result<Fitted<TsMixerModel>, Error> {
    let source = |windows: &Arc<WindowSource>, anew| {
        Arc::new(MaskedSource { windows: windows.clone(), mask: mask.clone(), patches, seed: how.2, anew })
    };
    let sources = (source(train, true), source(valid, false));
    let fitted = Fit::new(run, FillingIn { model }, how, sources, directory, display).run()?;
    Ok(fitted.map(|task| task.model.into_backbone()))
}
