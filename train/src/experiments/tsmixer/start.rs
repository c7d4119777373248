//! How a forecaster begins: with weights drawn from the seed, pretrained on the windows of its job, or from a directory of transformers.

use std::path::Path;

use burn::module::Module;
use burn::tensor::Device;
use pyrarium_layers::ConfigError;
use pyrarium_time_series::huggingface::{Architecture, Pretrained, load};
use pyrarium_time_series::{Backbone, ForecastOutput, MaskConfig, TsMixerConfig, TsMixerForecaster};

use super::job::Settings;
use super::network::Network;
use crate::Error;
use crate::fit::FitConfig;
use crate::forecast_job::ForecastData;
use crate::methods::masked_pretraining::{FineTuning, pretrain};
use crate::run::Run;
use crate::weights::initialise;

/// Refuses settings of the beginning that contradict each other.
pub fn check(network: &Network) -> Result<(), ConfigError> {
    let (pretrained, taken) = (network.pretraining_epochs > 0, !network.from.is_empty());
    if pretrained && taken {
        let epochs = network.pretraining_epochs;
        return Err(ConfigError::new("model.pretraining_epochs", epochs, "0 where model.from is given"));
    }
    if network.fine_tuning != FineTuning::Full && !pretrained && !taken {
        let allowed = "full where there is neither model.from nor model.pretraining_epochs";
        return Err(ConfigError::new("model.fine_tuning", network.fine_tuning, allowed));
    }
    Ok(())
}

/// The forecaster of a job over so many channels, on a device with autodiff: new, or from the directory that it names.
///
/// # Errors
/// A size that cannot be; a directory that cannot be read, or that does not fit the job.
pub fn begin(
    run: &Run,
    job: &Settings,
    channels: usize,
    device: &Device,
) -> Result<TsMixerForecaster, Error> {
    let network = &job.model;
    if network.from.is_empty() {
        let config = network.config([job.context, job.horizon], channels)?;
        return Ok(initialise(device, job.seed, |device| config.init_forecaster(device))?);
    }
    let source = load(Path::new(&network.from), device)
        .map_err(|error| Error::Usage(format!("setting model.from: {error}")))?;
    network.check_agrees(source.config())?;
    let (config, whole) = adapted(job, channels, &source)?;
    let model = initialise(device, job.seed, |device| config.init_forecaster(device))?;
    let (from, class) = (&network.from, source.architecture());
    match source {
        Pretrained::Forecaster(source) if whole => {
            run.display.line(&format!("the forecaster of {from} ({class}) is taken whole"));
            Ok(network.fine_tuning.limit(model.load_record(source.into_record())))
        }
        source => {
            run.display.line(&format!("the backbone of {from} ({class}) is taken, its head begins anew"));
            Ok(network.fine_tuning.start(model, source.into_backbone())?)
        }
    }
}

/// The configuration of a directory's network for the windows and channels of a job, and whether its head forecasts these.
fn adapted(job: &Settings, channels: usize, source: &Pretrained) -> Result<(TsMixerConfig, bool), Error> {
    let (theirs, from) = (source.config(), &job.model.from);
    if theirs.context_length != job.context {
        let allowed = format!("{}, the context_length of {from}", theirs.context_length);
        return Err(ConfigError::new("context", job.context, allowed).into());
    }
    if theirs.backbone != Backbone::Ci && theirs.num_channels != channels {
        let mixed = theirs.num_channels;
        return Err(Error::Usage(format!(
            "setting model.from: the network of {from} mixes {mixed} channels, but the data has {channels}"
        )));
    }
    let reconcile = job.model.reconcile();
    let forecasts = source.architecture() == Architecture::Prediction;
    let whole =
        forecasts && theirs.horizon == job.horizon && theirs.target_channels.is_none() && reconcile.is_none();
    if whole && theirs.output == ForecastOutput::NegativeBinomial {
        return Err(Error::Usage(format!(
            "setting model.from: {from} predicts counts, but a job sees its data in standard deviations"
        )));
    }
    let config = TsMixerConfig {
        num_channels: channels,
        horizon: job.horizon,
        target_channels: None,
        output: if whole { theirs.output } else { ForecastOutput::Point },
        reconcile,
        mask: MaskConfig::default(),
        ..theirs.clone()
    };
    config.validate()?;
    Ok((config, whole))
}

/// The forecaster after masked pretraining, where the job asks for it.
pub fn pretrained(
    run: &Run,
    job: &Settings,
    data: &ForecastData,
    model: TsMixerForecaster,
    directory: &Path,
) -> Result<TsMixerForecaster, Error> {
    if job.model.pretraining_epochs == 0 {
        return Ok(model);
    }
    let config = model.config().clone();
    let device = run.device.clone().autodiff();
    let masked = initialise(&device, job.seed, |device| config.init_pretraining(device))?;
    let fit = FitConfig { epochs: job.model.pretraining_epochs, ..job.fit.clone() };
    let backbone = pretrain(
        run,
        (&fit, &job.optimizer, job.seed),
        (&data.train, &data.valid),
        (masked, &config.mask, config.num_patches()),
        Some(&directory.join("pretraining")),
        &run.display,
    )?;
    Ok(job.model.fine_tuning.start(model, backbone.model.train())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiments::tsmixer::job::forecast_job;
    use crate::progress::Display;
    use burn::tensor::{Tensor, TensorData};
    use pyrarium_layers::{seeded, testing::parameter_values};
    use pyrarium_time_series::Scaling;
    use pyrarium_time_series::huggingface::{load_backbone, load_forecaster};
    use std::path::PathBuf;

    fn fixture(name: &str) -> String {
        let fixtures = "../models/time-series/tests/fixtures";
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(fixtures).join(name).display().to_string()
    }

    /// A job with the windows of the fixtures.
    fn job(name: &str) -> Settings {
        let model = Network { from: fixture(name), ..Network::default() };
        Settings { context: 21, horizon: 4, model, ..forecast_job() }
    }

    fn begun(job: &Settings, channels: usize) -> Result<TsMixerForecaster, Error> {
        let run = Run::new("flex", PathBuf::new(), Display::Silent)?;
        begin(&run, job, channels, &run.device.clone().autodiff())
    }

    fn refused(job: &Settings, channels: usize) -> String {
        let error = begun(job, channels).unwrap_err();
        assert!(error.is_usage(), "{error}");
        error.to_string()
    }

    /// What a model (without dropout) says of the same noise.
    fn said(model: &TsMixerForecaster, channels: usize) -> TensorData {
        let past = Tensor::<3>::from_data(seeded::tensor_data([2, 21, channels], 1, 1.0), &Device::flex());
        model.valid().forward(past, None).into_data()
    }

    #[test]
    fn a_forecaster_is_taken_whole_where_its_head_fits() {
        for (name, channels) in [
            ("forecast_ci", 3),
            // Channels that are not mixed may be any number.
            ("forecast_ci", 5),
            ("forecast_ci_plain", 3),
            ("forecast_student_t", 3),
        ] {
            let model = begun(&job(name), channels).unwrap();
            let source = load_forecaster(Path::new(&fixture(name)), &Device::flex().autodiff()).unwrap();
            assert_eq!(said(&model, channels), said(&source, channels), "{name}");
            assert_eq!(model.config().num_channels, channels);
        }
    }

    #[test]
    fn of_another_class_or_horizon_the_backbone_alone_is_taken() {
        for (name, horizon, channels) in [
            ("forecast_ci", 7, 3),
            ("forecast_counts", 7, 2),
            // Two of its three channels are forecast.
            ("forecast_ic", 4, 3),
            ("forecast_normal", 4, 3),
            ("model_ci", 4, 1),
            ("model_attention", 9, 2),
            ("pretraining", 4, 2),
            ("classification_ic", 5, 3),
            ("regression_nll", 4, 2),
        ] {
            let job = Settings { horizon, ..job(name) };
            let model = begun(&job, channels).unwrap();
            let source = load_backbone(Path::new(&fixture(name)), &Device::flex()).unwrap();
            assert_eq!(parameter_values(&model.model), parameter_values(&source), "{name}");
            let config = model.config();
            let made = (config.horizon, config.num_channels, config.output, &config.target_channels);
            assert_eq!(made, (horizon, channels, ForecastOutput::Point, &None), "{name}");
        }
        // Heads of the job on a backbone from elsewhere.
        let refined = Network { cross_channel: 1, ..job("forecast_ci").model };
        let model = begun(&Settings { model: refined, ..job("forecast_ci") }, 2).unwrap();
        assert!(model.cross_channel.is_some() && model.config().d_model == 6);
    }

    #[test]
    fn a_linear_probe_has_gradients_for_the_head_alone() {
        for horizon in [4, 5] {
            let model = Network { fine_tuning: FineTuning::LinearProbe, ..job("forecast_ci").model };
            let model = begun(&Settings { horizon, model, ..job("forecast_ci") }, 3).unwrap();
            let past = Tensor::<3>::ones([1, 21, 3], &Device::flex().autodiff());
            let gradients = model.forward(past, None).sum().backward();
            assert!(model.model.embedding.weight.val().grad(&gradients).is_none());
            assert!(model.head[0].weight.val().grad(&gradients).is_some());
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let forecast = || job("forecast_ci");
        let with = |change: fn(&mut Network)| {
            let mut job = forecast();
            change(&mut job.model);
            refused(&job, 3)
        };
        let from = fixture("forecast_ci");
        assert_eq!(with(|it| it.d_model = 8), format!("model.d_model = 8: must be 6, as in {from}"));
        assert_eq!(with(|it| it.dropout = 0.1), format!("model.dropout = 0.1: must be 0.3, as in {from}"));
        assert_eq!(
            with(|it| it.scaling = Scaling::Mean),
            format!("model.scaling = mean: must be std, as in {from}")
        );
        assert_eq!(
            with(|it| it.hierarchical = true),
            "horizon = 4: must be a multiple of patch_length = 5 with hierarchical reconciliation"
        );
        let longer = Settings { context: 22, ..forecast() };
        assert_eq!(refused(&longer, 3), format!("context = 22: must be 21, the context_length of {from}"));
        let mixing = fixture("forecast_ic");
        assert_eq!(
            refused(&job("forecast_ic"), 2),
            format!("setting model.from: the network of {mixing} mixes 3 channels, but the data has 2")
        );
        let counts = refused(&job("forecast_counts"), 3);
        assert!(
            counts.ends_with("predicts counts, but a job sees its data in standard deviations"),
            "{counts}"
        );
        let nowhere = refused(&job("nowhere"), 3);
        assert!(nowhere.contains("nowhere/config.json: No such file"), "{nowhere}");
        let message = |network| check(&network).unwrap_err().to_string();
        assert_eq!(
            message(Network { pretraining_epochs: 2, ..forecast().model }),
            "model.pretraining_epochs = 2: must be 0 where model.from is given"
        );
        assert_eq!(
            message(Network { fine_tuning: FineTuning::LinearProbe, ..Network::default() }),
            "model.fine_tuning = linear_probe: must be full where there is neither model.from nor model.pretraining_epochs"
        );
    }
}
