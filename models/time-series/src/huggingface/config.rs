//! `PatchTSMixerConfig` of transformers as a [`TsMixerConfig`], and back.

use std::path::Path;

use pyrarium_layers::{ConfigError, NormKind};
use serde_json::{Map, Value, json};

use super::{Architecture, HuggingFaceError, files};
use crate::{
    Backbone, ForecastOutput, MaskConfig, MaskKind, Pooling, Positions, Reconcile, Scaling, TsMixerConfig,
};

/// Settings that transformers reads where they are there, that change the scaler, and that this crate does not have.
const UNSUPPORTED: [&str; 4] = ["scaling_dim", "keepdim", "minimum_scale", "default_scale"];

pub(super) fn read(directory: &Path) -> Result<(Architecture, TsMixerConfig), HuggingFaceError> {
    let path = directory.join(files::CONFIG);
    match files::read_config(&path)? {
        Value::Object(settings) => Ok(from_json(&settings)?),
        _ => Err(HuggingFaceError::format(&path, "not an object")),
    }
}

/// The class and the configuration that the settings of a `config.json` describe. A setting that is not there has the value of
/// `PatchTSMixerConfig`; one that no model of this kind reads is ignored.
///
/// # Errors
///
/// Names a setting of another type, or of a value that is not supported.
pub fn from_json(settings: &Map<String, Value>) -> Result<(Architecture, TsMixerConfig), ConfigError> {
    let read = Settings(settings);
    read.one_of("model_type", "patchtsmixer", &[("patchtsmixer", ())])?;
    if let Some((key, value)) = settings.iter().find(|(key, _)| UNSUPPORTED.contains(&key.as_str())) {
        return Err(ConfigError::new(key, value, "absent: the scaler has no such setting here"));
    }
    let architecture = read.architecture()?;
    let config = TsMixerConfig {
        num_channels: read.size("num_input_channels", 1)?,
        context_length: read.size("context_length", 32)?,
        patch_length: read.size("patch_length", 8)?,
        patch_stride: read.size("patch_stride", 8)?,
        d_model: read.size("d_model", 8)?,
        expansion_factor: read.size("expansion_factor", 2)?,
        num_layers: read.size("num_layers", 3)?,
        dropout: read.number("dropout", 0.2)?,
        backbone: read.one_of(
            "mode",
            "common_channel",
            &[("common_channel", Backbone::Ci), ("mix_channel", Backbone::Ic)],
        )?,
        gated: read.flag("gated_attn", true)?,
        norm: read.one_of(
            "norm_mlp",
            "LayerNorm",
            &[("LayerNorm", NormKind::Layer), ("BatchNorm", NormKind::Batch)],
        )?,
        norm_eps: read.number("norm_eps", 1e-5)?,
        attention_heads: if read.flag("self_attn", false)? {
            Some(read.size("self_attn_heads", 1)?)
        } else {
            None
        },
        positions: if read.flag("use_positional_encoding", false)? {
            let known = [("sincos", Positions::SinCos), ("random", Positions::Random)];
            read.one_of("positional_encoding_type", "sincos", &known)?
        } else {
            Positions::None
        },
        scaling: read.scaling()?,
        init_std: read.number("init_std", 0.02)?,
        head_dropout: read.number("head_dropout", 0.2)?,
        horizon: read.size("prediction_length", 16)?,
        target_channels: read.sizes("prediction_channel_indices")?.map(sorted),
        output: read.output()?,
        reconcile: Reconcile::default(),
        mask: read.mask(architecture)?,
        num_targets: read.size("num_targets", 3)?,
        output_range: read.range("output_range")?,
        pooling: read.pooling()?,
    };
    config.validate()?;
    Ok((architecture, config))
}

/// The `config.json` of a model.
///
/// # Errors
///
/// Names a field that transformers does not have: the vanilla backbone, reconciliation, or a mask value that is no integer.
pub fn to_json(architecture: Architecture, config: &TsMixerConfig) -> Result<Value, ConfigError> {
    let mode = match config.backbone {
        Backbone::Ci => "common_channel",
        Backbone::Ic => "mix_channel",
        Backbone::V => {
            return Err(ConfigError::new(
                "backbone",
                Backbone::V,
                "ci or ic, which are all that transformers has",
            ));
        }
    };
    if architecture == Architecture::Prediction && !config.reconcile.is_none() {
        let value = format!("{:?}", config.reconcile);
        return Err(ConfigError::new("reconcile", value, "none, since transformers has no reconciliation"));
    }
    let mask = &config.mask;
    if mask.value.fract() != 0.0 {
        return Err(ConfigError::new("mask.value", mask.value, "an integer, as transformers has it"));
    }
    let (mask_type, ratio, patches) = match &mask.kind {
        MaskKind::Random { ratio } => ("random", *ratio, vec![2]),
        MaskKind::Forecast { patches } => ("forecast", 0.5, patches.clone()),
    };
    let mut settings = json!({
        "architectures": [architecture.to_string()],
        "model_type": "patchtsmixer",
        "dtype": "float32",
        "num_input_channels": config.num_channels,
        "context_length": config.context_length,
        "patch_length": config.patch_length,
        "patch_stride": config.patch_stride,
        "d_model": config.d_model,
        "expansion_factor": config.expansion_factor,
        "num_layers": config.num_layers,
        "dropout": config.dropout,
        "mode": mode,
        "gated_attn": config.gated,
        "norm_mlp": if config.norm == NormKind::Batch { "BatchNorm" } else { "LayerNorm" },
        "norm_eps": config.norm_eps,
        "self_attn": config.attention_heads.is_some(),
        "self_attn_heads": config.attention_heads.unwrap_or(1),
        "use_positional_encoding": config.positions != Positions::None,
        "positional_encoding_type": if config.positions == Positions::Random { "random" } else { "sincos" },
        "scaling": match config.scaling {
            Scaling::None => Value::Null,
            Scaling::Mean | Scaling::Std => json!(config.scaling.to_string()),
        },
        "init_std": config.init_std,
        "head_dropout": config.head_dropout,
        "prediction_length": config.horizon,
        "prediction_channel_indices": config.target_channels,
        "loss": if config.output == ForecastOutput::Point { "mse" } else { "nll" },
        "mask_type": mask_type,
        "random_mask_ratio": ratio,
        "num_forecast_mask_patches": patches,
        "mask_value": mask.value as i64,
        "masked_loss": mask.masked_loss,
        "channel_consistent_masking": mask.channel_consistent,
        "unmasked_channel_indices": (!mask.unmasked_channels.is_empty()).then_some(&mask.unmasked_channels),
        "num_targets": config.num_targets,
        "output_range": config.output_range,
        "head_aggregation": match config.pooling {
            Pooling::None => Value::Null,
            Pooling::Last => json!("use_last"),
            Pooling::Max => json!("max_pool"),
            Pooling::Mean => json!("avg_pool"),
        },
    });
    if config.output != ForecastOutput::Point {
        settings["distribution_output"] = json!(config.output.to_string());
    }
    Ok(settings)
}

fn sorted(mut channels: Vec<usize>) -> Vec<usize> {
    channels.sort_unstable();
    channels
}

/// The settings of a `config.json`.
struct Settings<'a>(&'a Map<String, Value>);

impl Settings<'_> {
    /// A setting by `read`, which says `None` for a value of another type; `default` if there is none.
    fn get<T>(
        &self,
        key: &str,
        default: T,
        allowed: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<T, ConfigError> {
        match self.0.get(key) {
            None => Ok(default),
            Some(value) => read(value).ok_or_else(|| ConfigError::new(key, value, allowed)),
        }
    }

    fn size(&self, key: &str, default: usize) -> Result<usize, ConfigError> {
        self.get(key, default, "a whole number, 0 or above", size)
    }

    fn number(&self, key: &str, default: f64) -> Result<f64, ConfigError> {
        self.get(key, default, "a number", Value::as_f64)
    }

    fn flag(&self, key: &str, default: bool) -> Result<bool, ConfigError> {
        self.get(key, default, "true or false", Value::as_bool)
    }

    fn sizes(&self, key: &str) -> Result<Option<Vec<usize>>, ConfigError> {
        self.get(key, None, "null or a list of whole numbers", |value| match value {
            Value::Null => Some(None),
            Value::Array(items) => items.iter().map(size).collect::<Option<Vec<_>>>().map(Some),
            _ => None,
        })
    }

    fn range(&self, key: &str) -> Result<Option<[f64; 2]>, ConfigError> {
        self.get(key, None, "null or a list of two numbers", |value| match value {
            Value::Null => Some(None),
            Value::Array(ends) => match ends.as_slice() {
                [low, high] => Some(Some([low.as_f64()?, high.as_f64()?])),
                _ => None,
            },
            _ => None,
        })
    }

    fn one_of<T: Copy>(&self, key: &str, default: &str, known: &[(&str, T)]) -> Result<T, ConfigError> {
        let default = json!(default);
        let value = self.0.get(key).unwrap_or(&default);
        let found = known.iter().find(|(name, _)| value.as_str() == Some(name));
        found.map(|(_, known)| *known).ok_or_else(|| {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            ConfigError::new(key, value, format!("one of {}", names.join(", ")))
        })
    }

    fn architecture(&self) -> Result<Architecture, ConfigError> {
        let named = self.get("architectures", None, "a list of one class", |value| {
            match value.as_array()?.as_slice() {
                [Value::String(name)] => Some(Some(name.clone())),
                _ => None,
            }
        })?;
        named.as_deref().unwrap_or("PatchTSMixerModel").parse()
    }

    /// `true` means `"std"` to the code of transformers, whatever its documentation says.
    fn scaling(&self) -> Result<Scaling, ConfigError> {
        self.get("scaling", Scaling::Std, "one of mean, std, true, false, null", |value| match value {
            Value::Null | Value::Bool(false) => Some(Scaling::None),
            Value::Bool(true) => Some(Scaling::Std),
            Value::String(name) => match name.as_str() {
                "mean" => Some(Scaling::Mean),
                "std" => Some(Scaling::Std),
                _ => None,
            },
            _ => None,
        })
    }

    fn output(&self) -> Result<ForecastOutput, ConfigError> {
        if self.one_of("loss", "mse", &[("mse", true), ("nll", false)])? {
            return Ok(ForecastOutput::Point);
        }
        let known = [ForecastOutput::StudentT, ForecastOutput::Normal, ForecastOutput::NegativeBinomial];
        let names = known.map(|output| output.to_string());
        let known: Vec<(&str, ForecastOutput)> = names.iter().map(String::as_str).zip(known).collect();
        self.one_of("distribution_output", "student_t", &known)
    }

    fn mask(&self, architecture: Architecture) -> Result<MaskConfig, ConfigError> {
        // Other models do not mask, and the default counts may not suit their windows.
        if architecture != Architecture::Pretraining {
            return Ok(MaskConfig::default());
        }
        let kind = if self.one_of("mask_type", "random", &[("random", true), ("forecast", false)])? {
            MaskKind::Random { ratio: self.number("random_mask_ratio", 0.5)? }
        } else {
            let patches = self.get(
                "num_forecast_mask_patches",
                vec![2],
                "a whole number or a list of them",
                |value| match value {
                    Value::Array(items) => items.iter().map(size).collect(),
                    value => size(value).map(|count| vec![count]),
                },
            )?;
            MaskKind::Forecast { patches }
        };
        Ok(MaskConfig {
            kind,
            value: self.number("mask_value", 0.0)?,
            masked_loss: self.flag("masked_loss", true)?,
            channel_consistent: self.flag("channel_consistent_masking", true)?,
            unmasked_channels: self.sizes("unmasked_channel_indices")?.unwrap_or_default(),
        })
    }

    fn pooling(&self) -> Result<Pooling, ConfigError> {
        if self.0.get("head_aggregation") == Some(&Value::Null) {
            return Ok(Pooling::None);
        }
        let known = [("use_last", Pooling::Last), ("max_pool", Pooling::Max), ("avg_pool", Pooling::Mean)];
        self.one_of("head_aggregation", "max_pool", &known)
    }
}

fn size(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}
