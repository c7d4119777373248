//! What a run leaves of its forecaster: the configuration of the network, for this program, and a directory that transformers loads.

use std::fs;

use pyrarium_time_series::huggingface::{HuggingFaceError, save_forecaster};
use pyrarium_time_series::{TsMixerConfig, TsMixerForecaster};

use crate::Error;
use crate::run::{Run, RunDirectory, WEIGHTS};
use crate::weights;

/// The configuration of the network of a run.
const NETWORK: &str = "network.json";
/// The directory with the forecaster as transformers loads it.
const HUGGINGFACE: &str = "huggingface";
/// Its files, the configuration last.
const FILES: [&str; 2] = ["model.safetensors", "config.json"];

/// Leaves the configuration of a trained forecaster, and the directory for transformers, which is left out where transformers has no such
/// forecaster.
///
/// # Errors
/// When a file cannot be written.
pub fn leave(run: &Run, directory: &mut RunDirectory, model: &TsMixerForecaster) -> Result<(), Error> {
    let json =
        serde_json::to_vec_pretty(model.config()).map_err(|error| Error::Training(error.to_string()))?;
    directory.write(NETWORK, &json)?;
    let path = directory.path().join(HUGGINGFACE);
    let staging = tempfile::tempdir().map_err(Error::io("create", &path))?;
    match save_forecaster(model, staging.path()) {
        Ok(()) => {}
        Err(HuggingFaceError::Config(error)) => {
            run.display.line(&format!("no {HUGGINGFACE}/ for transformers: {error}"));
            return Ok(());
        }
        Err(error) => return Err(Error::Training(error.to_string())),
    }
    fs::create_dir_all(&path).map_err(Error::io("create", &path))?;
    for file in FILES {
        let from = staging.path().join(file);
        let bytes = fs::read(&from).map_err(Error::io("read", &from))?;
        directory.write(&format!("{HUGGINGFACE}/{file}"), &bytes)?;
    }
    Ok(())
}

/// The forecaster of a finished run.
///
/// # Errors
/// When a file is missing or damaged.
pub fn load(run: &Run, directory: &RunDirectory) -> Result<TsMixerForecaster, Error> {
    let damaged = |file: &str, reason: String| Error::Damaged { path: directory.path().join(file), reason };
    let config: TsMixerConfig = serde_json::from_slice(&directory.read(NETWORK)?)
        .map_err(|error| damaged(NETWORK, error.to_string()))?;
    let model = config.init_forecaster(&run.device).map_err(|error| damaged(NETWORK, error.to_string()))?;
    weights::from_safetensors(model, directory.read(WEIGHTS)?).map_err(|reason| damaged(WEIGHTS, reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Display;
    use burn::tensor::{Device, Tensor};
    use pyrarium_layers::{seeded, testing::parameter_values};
    use pyrarium_time_series::huggingface::load_forecaster;
    use pyrarium_time_series::{Backbone, Reconcile};
    use std::path::PathBuf;
    use toml::Table;

    /// A run of a forecaster that was never trained.
    fn left(config: &TsMixerConfig) -> (tempfile::TempDir, Run, RunDirectory) {
        let run = Run::new("flex", PathBuf::new(), Display::Silent).unwrap();
        let root = tempfile::tempdir().unwrap();
        let mut directory =
            RunDirectory::create(&root.path().join("run"), "tsmixer", "flex", 0, Table::new()).unwrap();
        let model = seeded::fill_uniform(config.init_forecaster(&run.device).unwrap(), 1, 0.5);
        directory.write(WEIGHTS, &weights::to_safetensors(&model).unwrap()).unwrap();
        leave(&run, &mut directory, &model).unwrap();
        directory.finish().unwrap();
        (root, run, directory)
    }

    fn tiny() -> TsMixerConfig {
        TsMixerConfig::new(2).with_horizon(8)
    }

    #[test]
    fn transformers_directory_forecasts_what_the_weights_of_the_run_do() {
        let past = Tensor::<3>::from_data(seeded::tensor_data([2, 32, 2], 3, 1.0), &Device::flex());
        for config in [tiny(), tiny().with_backbone(Backbone::Ic).with_gated(false)] {
            let (_root, run, directory) = left(&config);
            let own = load(&run, &directory).unwrap();
            assert_eq!(own.config(), &config);
            let theirs = load_forecaster(&directory.path().join(HUGGINGFACE), &Device::flex()).unwrap();
            assert_eq!(parameter_values(&own), parameter_values(&theirs));
            // The same weights lie in memory by other strides, so that sums round otherwise: 5e-7 was measured.
            let difference = (own.forward(past.clone(), None) - theirs.forward(past.clone(), None)).abs();
            let worst: f32 = difference.max().into_scalar();
            assert!(worst < 1e-5, "{worst}");
            for file in FILES {
                assert!(directory.manifest().files.contains_key(&format!("{HUGGINGFACE}/{file}")));
            }
        }
    }

    #[test]
    fn what_transformers_does_not_have_is_left_out() {
        for config in [
            tiny().with_backbone(Backbone::V),
            tiny().with_reconcile(Reconcile::new().with_hierarchical(true)),
            tiny().with_reconcile(Reconcile::new().with_cross_channel(Some(1))),
        ] {
            let (_root, run, directory) = left(&config);
            assert_eq!(load(&run, &directory).unwrap().config(), &config);
            assert!(!directory.path().join(HUGGINGFACE).exists());
        }
    }
}
