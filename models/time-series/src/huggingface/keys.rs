//! The parameter names of transformers' PatchTSMixer and where they are here.
//!
//! PyTorch stores the weight of a linear layer as `[outputs, inputs]`, Burn as `[inputs, outputs]`.

use std::collections::BTreeMap;

use burn::tensor::TensorData;
use pyrarium_layers::{NormKind, Source, Transpose, impl_names};

use crate::{Backbone, Positions, Scaling, TsMixerConfig};

/// The classes of transformers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// The backbone.
    Model,
    /// Masked pretraining.
    Pretraining,
    /// Forecasting.
    Prediction,
    /// Classification.
    Classification,
    /// Regression.
    Regression,
}

impl_names!(Architecture, "architectures", Model => "PatchTSMixerModel", Pretraining => "PatchTSMixerForPretraining",
    Prediction => "PatchTSMixerForPrediction", Classification => "PatchTSMixerForTimeSeriesClassification",
    Regression => "PatchTSMixerForRegression");

/// A parameter under both names.
pub(super) struct Entry {
    /// In transformers.
    pub key: String,
    /// Here.
    pub path: String,
    transpose: Transpose,
}

impl Entry {
    /// The values of a parameter of ours in the order of axes of transformers, with their shape.
    pub fn outgoing(&self, data: &TensorData) -> TensorData {
        let (values, shape): (Vec<f32>, _) = (data.iter::<f32>().collect(), data.shape().to_vec());
        match (self.transpose, shape.as_slice()) {
            (Transpose::Yes, &[rows, columns]) => {
                let at = |to: usize| values[to % rows * columns + to / rows];
                TensorData::new((0..rows * columns).map(at).collect(), [columns, rows])
            }
            _ => TensorData::new(values, shape),
        }
    }
}

/// Where the tensor of each key of a model goes.
pub fn sources(architecture: Architecture, config: &TsMixerConfig) -> BTreeMap<String, Source> {
    let place = |entry: Entry| (entry.key, Source::Parameter(entry.path, entry.transpose));
    let mut sources: BTreeMap<String, Source> =
        entries(architecture, config).into_iter().map(place).collect();
    // PyTorch counts the batches that batch normalisation has seen; nothing here depends on it.
    let counters: Vec<String> = sources.keys().filter_map(|key| counter(key)).collect();
    sources.extend(counters.into_iter().map(|key| (key, Source::Duplicate)));
    sources
}

/// The key of the counter of batches beside a running variance.
pub(super) fn counter(key: &str) -> Option<String> {
    Some(format!("{}.num_batches_tracked", key.strip_suffix(".running_var")?))
}

/// Every parameter of a model.
pub(super) fn entries(architecture: Architecture, config: &TsMixerConfig) -> Vec<Entry> {
    let mut names = Names { config, entries: Vec::new() };
    match architecture {
        Architecture::Model => names.backbone("", ""),
        _ => names.backbone("model.", "model."),
    }
    match architecture {
        Architecture::Model => {}
        Architecture::Pretraining => names.linear("head.base_pt_block", "head"),
        Architecture::Prediction => names.projections("head.base_forecast_block", "head"),
        Architecture::Classification => {
            names.inject();
            names.linear("head.projection", "head.projections.0");
        }
        Architecture::Regression => {
            names.inject();
            names.projections("head.projection", "head.projections");
        }
    }
    names.entries
}

struct Names<'a> {
    config: &'a TsMixerConfig,
    entries: Vec<Entry>,
}

impl Names<'_> {
    fn add(&mut self, key: String, path: String, transpose: Transpose) {
        self.entries.push(Entry { key, path, transpose });
    }

    fn linear(&mut self, key: &str, path: &str) {
        self.add(format!("{key}.weight"), format!("{path}.weight"), Transpose::Yes);
        self.add(format!("{key}.bias"), format!("{path}.bias"), Transpose::No);
    }

    /// One linear layer for points; a list of them for the parameters of a distribution.
    fn projections(&mut self, key: &str, path: &str) {
        match self.config.output.num_parameters() {
            1 => self.linear(key, &format!("{path}.0")),
            parameters => {
                (0..parameters)
                    .for_each(|at| self.linear(&format!("{key}.proj.{at}"), &format!("{path}.{at}")));
            }
        }
    }

    fn norm(&mut self, key: &str, path: &str) {
        let (key, path, names): (String, String, &[(&str, &str)]) = match self.config.norm {
            NormKind::Batch => (
                format!("{key}.norm.batchnorm"),
                format!("{path}.norm.Batch"),
                &[
                    ("weight", "gamma"),
                    ("bias", "beta"),
                    ("running_mean", "running_mean"),
                    ("running_var", "running_var"),
                ],
            ),
            _ => (
                format!("{key}.norm"),
                format!("{path}.norm.Layer"),
                &[("weight", "gamma"), ("bias", "beta")],
            ),
        };
        for (theirs, ours) in names {
            self.add(format!("{key}.{theirs}"), format!("{path}.{ours}"), Transpose::No);
        }
    }

    fn mixer(&mut self, key: &str, path: &str) {
        self.norm(&format!("{key}.norm"), &format!("{path}.norm"));
        self.linear(&format!("{key}.mlp.fc1"), &format!("{path}.mlp.fc1"));
        self.linear(&format!("{key}.mlp.fc2"), &format!("{path}.mlp.fc2"));
        if self.config.gated {
            self.linear(&format!("{key}.gating_block.attn_layer"), &format!("{path}.gate.attention"));
        }
    }

    fn attention(&mut self, key: &str, path: &str) {
        for (theirs, ours) in
            [("q_proj", "query"), ("k_proj", "key"), ("v_proj", "value"), ("out_proj", "output")]
        {
            self.linear(
                &format!("{key}.self_attn_layer.{theirs}"),
                &format!("{path}.attention.attention.{ours}"),
            );
        }
        self.norm(&format!("{key}.norm_attn"), &format!("{path}.attention.norm"));
    }

    fn backbone(&mut self, key: &str, path: &str) {
        let key = format!("{key}encoder");
        self.linear(&format!("{key}.patcher"), &format!("{path}embedding"));
        if self.config.positions != Positions::None {
            let theirs = format!("{key}.positional_encoder.position_enc");
            self.add(theirs, format!("{path}positions"), Transpose::No);
        }
        for layer in 0..self.config.num_layers {
            let (key, path) =
                (format!("{key}.mlp_mixer_encoder.mixers.{layer}"), format!("{path}layers.{layer}"));
            if self.config.backbone == Backbone::Ic {
                self.mixer(&format!("{key}.channel_feature_mixer"), &format!("{path}.channel_mixer"));
            }
            self.mixer(&format!("{key}.patch_mixer"), &format!("{path}.patch_mixer"));
            if self.config.attention_heads.is_some() {
                self.attention(&format!("{key}.patch_mixer"), &format!("{path}.patch_mixer"));
            }
            self.mixer(&format!("{key}.feature_mixer"), &format!("{path}.feature_mixer"));
        }
    }

    fn inject(&mut self) {
        if self.config.scaling == Scaling::None {
            return;
        }
        for (theirs, ours) in [
            ("map_scale_expansion", "statistics_up"),
            ("map_scale_compression", "statistics_down"),
            ("inverse_trans_expansion", "features_up"),
            ("inverse_trans_compression", "features_down"),
        ] {
            self.linear(&format!("inject_scale.{theirs}"), &format!("head.inject.{ours}"));
        }
    }
}
