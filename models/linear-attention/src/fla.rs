//! The parameter names of flash-linear-attention's DeltaNet checkpoints (fla-org/flash-linear-attention, commit 0315a70).
//!
//! Such a checkpoint is a state dict of these keys. PyTorch stores the weight of a linear layer as `[outputs, inputs]`, Burn as
//! `[inputs, outputs]`; convolutions are `[channels, 1, size]` in both.

use std::collections::BTreeMap;

use burn::tensor::TensorData;
use pyrarium_layers::{ConfigError, LoadError, Source, Transpose, load_tensors};

use crate::{Lm, LmConfig, MixerConfig};

/// Where the tensor of a checkpoint's key goes in an [`Lm`] of DeltaNet and softmax attention layers, or `None` if the model that
/// `config` describes has no such parameter.
pub fn source(config: &LmConfig, key: &str) -> Option<Source> {
    match key {
        "model.embeddings.weight" => return plain("embedding.weight".into()),
        "model.norm.weight" => return plain("norm.gamma".into()),
        // The reference saves the head of a tied model under its own name, too.
        "lm_head.weight" if config.tied => return Some(Source::Duplicate),
        "lm_head.weight" => return matrix("head.weight".into()),
        _ => {}
    }
    let (layer, name) = key.strip_prefix("model.layers.")?.split_once('.')?;
    let layer: usize = layer.parse().ok()?;
    let mixers = config.mixers().ok()?;
    let block = |path: &str| format!("blocks.{layer}.{path}");
    match (mixers.get(layer)?, name) {
        (_, "attn_norm.weight") => plain(block("mixer_norm.gamma")),
        (_, "mlp_norm.weight") => plain(block("mlp_norm.gamma")),
        (_, "mlp.gate_proj.weight") => matrix(block("mlp.gate.weight")),
        (_, "mlp.up_proj.weight") => matrix(block("mlp.up.weight")),
        (_, "mlp.down_proj.weight") => matrix(block("mlp.down.weight")),
        (MixerConfig::Attention(_), name) => match name {
            "attn.q_proj.weight" => matrix(block("mixer.Attention.qkv.q.weight")),
            "attn.k_proj.weight" => matrix(block("mixer.Attention.qkv.k.weight")),
            "attn.v_proj.weight" => matrix(block("mixer.Attention.qkv.v.weight")),
            "attn.o_proj.weight" => matrix(block("mixer.Attention.o.weight")),
            _ => None,
        },
        (MixerConfig::DeltaNet(_), name) => match name {
            "attn.q_proj.weight" => matrix(block("mixer.DeltaNet.qkv.q.weight")),
            "attn.k_proj.weight" => matrix(block("mixer.DeltaNet.qkv.k.weight")),
            "attn.v_proj.weight" => matrix(block("mixer.DeltaNet.qkv.v.weight")),
            "attn.q_conv1d.weight" => plain(block("mixer.DeltaNet.qkv.conv.q.weight")),
            "attn.k_conv1d.weight" => plain(block("mixer.DeltaNet.qkv.conv.k.weight")),
            "attn.v_conv1d.weight" => plain(block("mixer.DeltaNet.qkv.conv.v.weight")),
            "attn.b_proj.weight" => matrix(block("mixer.DeltaNet.beta.weight")),
            "attn.g_proj.weight" => matrix(block("mixer.DeltaNet.norm.gate.weight")),
            "attn.o_norm.weight" => plain(block("mixer.DeltaNet.norm.norm.gamma")),
            "attn.o_proj.weight" => matrix(block("mixer.DeltaNet.o.weight")),
            _ => None,
        },
        _ => None,
    }
}

/// Loads a checkpoint, as a map from its keys to its tensors, into a freshly made model.
///
/// # Errors
///
/// [`FlaError::Config`] if the configuration does not validate, [`FlaError::Load`] for the first key, parameter or shape that does not
/// fit.
pub fn load(
    config: &LmConfig,
    tensors: BTreeMap<String, TensorData>,
    device: &burn::tensor::Device,
) -> Result<Lm, FlaError> {
    let model = config.init(device)?;
    Ok(load_tensors(model, tensors, |key| source(config, key))?)
}

/// Why a checkpoint was not loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FlaError {
    /// The configuration cannot be.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The tensors do not fit the configuration.
    #[error(transparent)]
    Load(#[from] LoadError),
}

fn plain(path: String) -> Option<Source> {
    Some(Source::Parameter(path, Transpose::No))
}

fn matrix(path: String) -> Option<Source> {
    Some(Source::Parameter(path, Transpose::Yes))
}
