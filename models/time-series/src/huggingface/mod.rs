//! Directories that transformers' `save_pretrained` writes for PatchTSMixer, read and written: `config.json` and `model.safetensors`.
//!
//! | class in transformers | here |
//! |---|---|
//! | `PatchTSMixerModel` | [`TsMixerModel`] |
//! | `PatchTSMixerForPretraining` | [`TsMixerForPretraining`] |
//! | `PatchTSMixerForPrediction` | [`TsMixerForecaster`] |
//! | `PatchTSMixerForTimeSeriesClassification` | [`TsMixerForClassification`] |
//! | `PatchTSMixerForRegression` | [`TsMixerForRegression`] |

mod config;
mod error;
mod files;
mod keys;

use std::path::Path;

use burn::{
    module::Module,
    tensor::{Device, TensorData},
};

pub use config::{from_json, to_json};
pub use error::HuggingFaceError;
pub use keys::{Architecture, sources};

use crate::{
    TsMixerConfig, TsMixerForClassification, TsMixerForPretraining, TsMixerForRegression, TsMixerForecaster,
    TsMixerModel,
};

/// A model of the class that the directory's configuration names.
#[derive(Debug)]
pub enum Pretrained {
    /// The backbone alone.
    Model(TsMixerModel),
    /// With the head that restores masked patches.
    Pretraining(TsMixerForPretraining),
    /// With the head for forecasting.
    Forecaster(TsMixerForecaster),
    /// With the head for classification.
    Classifier(TsMixerForClassification),
    /// With the head for regression.
    Regressor(TsMixerForRegression),
}

impl Pretrained {
    /// The class of the model.
    pub fn architecture(&self) -> Architecture {
        match self {
            Self::Model(_) => Architecture::Model,
            Self::Pretraining(_) => Architecture::Pretraining,
            Self::Forecaster(_) => Architecture::Prediction,
            Self::Classifier(_) => Architecture::Classification,
            Self::Regressor(_) => Architecture::Regression,
        }
    }

    /// Its configuration.
    pub fn config(&self) -> &TsMixerConfig {
        match self {
            Self::Model(model) => model.config(),
            Self::Pretraining(model) => model.config(),
            Self::Forecaster(model) => model.config(),
            Self::Classifier(model) => model.config(),
            Self::Regressor(model) => model.config(),
        }
    }

    /// Its backbone alone.
    pub fn into_backbone(self) -> TsMixerModel {
        match self {
            Self::Model(model) => model,
            Self::Pretraining(model) => model.into_backbone(),
            Self::Forecaster(model) => model.into_backbone(),
            Self::Classifier(model) => model.into_backbone(),
            Self::Regressor(model) => model.into_backbone(),
        }
    }
}

/// Loads the model of a directory.
///
/// # Errors
///
/// Names the file that cannot be read, the setting that is not supported, or the tensor that does not fit.
pub fn load(directory: &Path, device: &Device) -> Result<Pretrained, HuggingFaceError> {
    let (architecture, config) = config::read(directory)?;
    let tensors = files::read_tensors(&directory.join(files::WEIGHTS))?;
    let fill = Fill { architecture, config: &config, tensors };
    Ok(match architecture {
        Architecture::Model => Pretrained::Model(fill.module(config.init_model(device)?)?),
        Architecture::Pretraining => Pretrained::Pretraining(fill.module(config.init_pretraining(device)?)?),
        Architecture::Prediction => Pretrained::Forecaster(fill.module(config.init_forecaster(device)?)?),
        Architecture::Classification => Pretrained::Classifier(fill.module(config.init_classifier(device)?)?),
        Architecture::Regression => Pretrained::Regressor(fill.module(config.init_regressor(device)?)?),
    })
}

/// Loads the directory of a `PatchTSMixerForPrediction`.
///
/// # Errors
///
/// As [`load`], and if the directory is that of another class.
pub fn load_forecaster(directory: &Path, device: &Device) -> Result<TsMixerForecaster, HuggingFaceError> {
    match load(directory, device)? {
        Pretrained::Forecaster(model) => Ok(model),
        other => {
            Err(HuggingFaceError::architecture(directory, other.architecture(), "PatchTSMixerForPrediction"))
        }
    }
}

/// Loads the backbone of a directory of any class.
///
/// # Errors
///
/// As [`load`].
pub fn load_backbone(directory: &Path, device: &Device) -> Result<TsMixerModel, HuggingFaceError> {
    Ok(load(directory, device)?.into_backbone())
}

struct Fill<'a> {
    architecture: Architecture,
    config: &'a TsMixerConfig,
    tensors: files::Tensors,
}

impl Fill<'_> {
    fn module<M: Module>(self, module: M) -> Result<M, HuggingFaceError> {
        let sources = sources(self.architecture, self.config);
        Ok(pyrarium_layers::load_tensors(module, self.tensors, |key| sources.get(key).cloned())?)
    }
}

/// Writes a model as transformers loads it; the directory is made if it is not there.
///
/// # Errors
///
/// Names the setting that transformers does not have, or the file that cannot be written.
pub fn save(model: &Pretrained, directory: &Path) -> Result<(), HuggingFaceError> {
    match model {
        Pretrained::Model(model) => save_model(model, directory),
        Pretrained::Pretraining(model) => save_pretraining(model, directory),
        Pretrained::Forecaster(model) => save_forecaster(model, directory),
        Pretrained::Classifier(model) => save_classifier(model, directory),
        Pretrained::Regressor(model) => save_regressor(model, directory),
    }
}

/// Writes a backbone as a `PatchTSMixerModel`.
///
/// # Errors
///
/// As [`save`].
pub fn save_model(model: &TsMixerModel, directory: &Path) -> Result<(), HuggingFaceError> {
    write(Architecture::Model, model.config(), model, directory)
}

/// Writes a model as a `PatchTSMixerForPretraining`.
///
/// # Errors
///
/// As [`save`].
pub fn save_pretraining(model: &TsMixerForPretraining, directory: &Path) -> Result<(), HuggingFaceError> {
    write(Architecture::Pretraining, model.config(), model, directory)
}

/// Writes a model as a `PatchTSMixerForPrediction`.
///
/// # Errors
///
/// As [`save`].
pub fn save_forecaster(model: &TsMixerForecaster, directory: &Path) -> Result<(), HuggingFaceError> {
    write(Architecture::Prediction, model.config(), model, directory)
}

/// Writes a model as a `PatchTSMixerForTimeSeriesClassification`.
///
/// # Errors
///
/// As [`save`].
pub fn save_classifier(model: &TsMixerForClassification, directory: &Path) -> Result<(), HuggingFaceError> {
    write(Architecture::Classification, model.config(), model, directory)
}

/// Writes a model as a `PatchTSMixerForRegression`.
///
/// # Errors
///
/// As [`save`].
pub fn save_regressor(model: &TsMixerForRegression, directory: &Path) -> Result<(), HuggingFaceError> {
    write(Architecture::Regression, model.config(), model, directory)
}

fn write(
    architecture: Architecture,
    config: &TsMixerConfig,
    module: &impl Module,
    directory: &Path,
) -> Result<(), HuggingFaceError> {
    let json = to_json(architecture, config)?;
    let ours = pyrarium_layers::named_tensors(module);
    let mut theirs = files::Tensors::new();
    for entry in keys::entries(architecture, config) {
        if let Some(data) = ours.get(&entry.path) {
            theirs.extend(
                keys::counter(&entry.key).map(|key| (key, TensorData::new(vec![0_i64], Vec::<usize>::new()))),
            );
            theirs.insert(entry.key.clone(), entry.outgoing(data));
        }
    }
    files::write(directory, &json, theirs)
}
