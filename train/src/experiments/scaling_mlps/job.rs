//! `cargo xtask train scaling-mlps`: from scratch, or fine-tuning the weights of another run.

use std::path::Path;

use burn::tensor::Device;
use pyrarium_datasets::{AugmentConfig, ImageShape, Mixup};
use pyrarium_layers::{Activation, ConfigError, NormKind};
use pyrarium_mlp::{Mlp, MlpConfig, MlpKind};
use serde::{Deserialize, Serialize};
use toml::Table;

use crate::Error;
use crate::fit::FitConfig;
use crate::image_job::{ImageJob, JobData};
use crate::optimizer::{OptimizerConfig, ScheduleKind};
use crate::registry::Job;
use crate::report::Report;
use crate::run::{Run, RunDirectory, WEIGHTS};
use crate::settings;
use crate::weights::{self, initialise};

/// Which network, and where its weights start from.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct ModelSettings {
    kind: MlpKind,
    /// In the grammar of the paper: `B_{blocks}-Wi_{width}`, or `B_{blocks}-Wi_{width}-k_{expansion}`.
    name: String,
    norm: NormKind,
    activation: Activation,
    /// Directory of a finished run whose weights are taken, with a new head; empty starts from scratch.
    from: String,
    /// Trains the head alone (linear probe).
    freeze_body: bool,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            kind: MlpKind::Bottleneck,
            name: "B_4-Wi_128".to_string(),
            norm: NormKind::Layer,
            activation: Activation::Gelu,
            from: String::new(),
            freeze_body: false,
        }
    }
}

impl ModelSettings {
    fn config(&self, shape: ImageShape, num_classes: usize) -> Result<MlpConfig, ConfigError> {
        Ok(match MlpConfig::parse(&self.name, self.kind, shape.len(), num_classes)? {
            MlpConfig::Bottleneck(config) => {
                MlpConfig::Bottleneck(config.with_norm(self.norm).with_activation(self.activation))
            }
            MlpConfig::Standard(_) if self.norm != NormKind::Layer => {
                return Err(ConfigError::new("model.norm", self.norm, "layer for a standard MLP"));
            }
            MlpConfig::Standard(config) => MlpConfig::Standard(config.with_activation(self.activation)),
        })
    }

    fn init(&self, data: &JobData, device: &Device) -> Result<Mlp, Error> {
        let config = self.config(data.shape(), data.num_classes())?;
        if self.from.is_empty() {
            return Ok(config.init(device)?);
        }
        let model = self.pre_trained(data.shape(), device)?.with_new_head(data.num_classes())?;
        Ok(if self.freeze_body { model.freeze_body() } else { model })
    }

    /// The network of the run in `from`, with the head it was trained with.
    fn pre_trained(&self, shape: ImageShape, device: &Device) -> Result<Mlp, Error> {
        let from = Path::new(&self.from);
        let directory = RunDirectory::open(from)?;
        let other: Settings = settings::from_table(directory.settings())?;
        if (&other.model.name, other.model.kind) != (&self.name, self.kind) {
            let allowed =
                format!("{} {}, the network of {}", other.model.kind, other.model.name, from.display());
            return Err(ConfigError::new("model.name", &self.name, allowed).into());
        }
        let head = weights::shape_of(&directory.read(WEIGHTS)?, "head.bias");
        let num_classes = head.and_then(|shape| shape.first().copied()).ok_or_else(|| Error::Damaged {
            path: from.join(WEIGHTS),
            reason: "it holds no head.bias".to_string(),
        })?;
        load(self.config(shape, num_classes)?.init(device)?, &directory).map_err(|error| match error {
            // The file is what was written, so the images are of another size.
            Error::Damaged { reason, .. } => Error::Usage(format!(
                "the weights of {} do not fit images of {shape}: {reason}",
                from.display()
            )),
            error => error,
        })
    }
}

type Settings = ImageJob<ModelSettings>;

/// The main job: the 8x8 digits with the ingredients of the paper's recipe, in about half a minute on two cores.
pub fn default_settings() -> Result<Table, Error> {
    settings::to_table(&Settings {
        label_smoothing: 0.1,
        fit: FitConfig { epochs: 200, ..FitConfig::default() },
        optimizer: OptimizerConfig { schedule: ScheduleKind::Cosine, ..OptimizerConfig::default() },
        augment: AugmentConfig { shift: 1, ..AugmentConfig::default() },
        mixup: Mixup { alpha: 0.2 },
        ..Settings::default()
    })
}

/// Opens the data and makes the network; the job trains it.
pub fn train<'a>(run: &'a Run, table: &Table) -> Result<Job<'a>, Error> {
    let job: Settings = settings::from_table(table)?;
    job.validate()?;
    job.model.config(ImageShape::new(1, 1, 1), 1)?;
    if job.model.freeze_body && job.model.from.is_empty() {
        return Err(ConfigError::new("model.freeze_body", true, "false while model.from is empty").into());
    }
    let data = job.open(run)?;
    let device = run.device.clone().autodiff();
    let model = initialise(&device, job.seed, |device| job.model.init(&data, device))?;
    Ok(Box::new(move |directory| job.train(run, directory, data, model)))
}

/// Tests the weights of a finished run.
pub fn evaluate(run: &Run, directory: &RunDirectory) -> Result<Report, Error> {
    let job: Settings = settings::from_table(directory.settings())?;
    let data = job.open(run)?;
    let model = load(job.model.config(data.shape(), data.num_classes())?.init(&run.device)?, directory)?;
    job.test(run, &directory.manifest().slug, &data, &model)
}

fn load(model: Mlp, directory: &RunDirectory) -> Result<Mlp, Error> {
    weights::from_safetensors(model, directory.read(WEIGHTS)?)
        .map_err(|reason| Error::Damaged { path: directory.path().join(WEIGHTS), reason })
}
