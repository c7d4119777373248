//! The three mixers of a block: over patches, over features, and over channels.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};

use crate::{
    Backbone, TsMixerConfig,
    attention::PatchAttention,
    parts::{FeatureNorm, GatedAttention, MixerMlp},
};

/// `x + gate(mlp(norm(x)))` with MLP and gate along the patches; with self attention, its output is added to theirs and the sum
/// normalised.
#[derive(Module, Debug)]
pub struct PatchMixer {
    /// Over the features.
    pub norm: FeatureNorm,
    /// Along the patches.
    pub mlp: MixerMlp,
    /// Along the patches.
    pub gate: Option<GatedAttention>,
    /// Self attention and the norm behind it.
    pub attention: Option<NormedAttention>,
}

/// Self attention and the norm of its sum with the MLP's output.
#[derive(Module, Debug)]
pub struct NormedAttention {
    /// Of the normalised input of the mixer.
    pub attention: PatchAttention,
    /// Of the sum.
    pub norm: FeatureNorm,
}

impl PatchMixer {
    fn new(config: &TsMixerConfig, tokens: usize, device: &Device) -> Self {
        let attention = |heads| NormedAttention {
            attention: PatchAttention::new(config.d_model, heads, config.dropout, config.init_std, device),
            norm: FeatureNorm::new(config, device),
        };
        Self {
            norm: FeatureNorm::new(config, device),
            mlp: mlp(tokens, config, device),
            gate: config.gated.then(|| GatedAttention::new(tokens, config.init_std, device)),
            attention: config.attention_heads.map(attention),
        }
    }

    /// `[batch, channels, patches, d_model]` to the same.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let normed = self.norm.forward(x.clone());
        let mixed = self.mlp.forward(normed.clone().swap_dims(2, 3)); // [B, C, D, P]
        let mixed = gated(&self.gate, mixed).swap_dims(2, 3);
        match &self.attention {
            None => mixed + x,
            Some(NormedAttention { attention, norm }) => {
                let [batch, channels, patches, features] = x.dims();
                let attended = attention.forward(normed.reshape([batch * channels, patches, features]));
                norm.forward(mixed + attended.reshape([batch, channels, patches, features])) + x
            }
        }
    }
}

/// `x + gate(mlp(norm(x)))` with MLP and gate along the features.
#[derive(Module, Debug)]
pub struct FeatureMixer {
    /// Over the features.
    pub norm: FeatureNorm,
    /// Along the features.
    pub mlp: MixerMlp,
    /// Along the features.
    pub gate: Option<GatedAttention>,
}

impl FeatureMixer {
    fn new(config: &TsMixerConfig, device: &Device) -> Self {
        Self {
            norm: FeatureNorm::new(config, device),
            mlp: mlp(config.d_model, config, device),
            gate: config.gated.then(|| GatedAttention::new(config.d_model, config.init_std, device)),
        }
    }

    /// `[batch, channels, patches, d_model]` to the same.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        gated(&self.gate, self.mlp.forward(self.norm.forward(x.clone()))) + x
    }
}

/// `x + mlp(gate(norm(x)))` with MLP and gate along the channels: the gate comes first here.
#[derive(Module, Debug)]
pub struct ChannelMixer {
    /// Over the features.
    pub norm: FeatureNorm,
    /// Along the channels.
    pub gate: Option<GatedAttention>,
    /// Along the channels.
    pub mlp: MixerMlp,
}

impl ChannelMixer {
    fn new(config: &TsMixerConfig, device: &Device) -> Self {
        let channels = config.num_channels;
        Self {
            norm: FeatureNorm::new(config, device),
            gate: config.gated.then(|| GatedAttention::new(channels, config.init_std, device)),
            mlp: mlp(channels, config, device),
        }
    }

    /// `[batch, channels, patches, d_model]` to the same.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let by_channel = self.norm.forward(x.clone()).swap_dims(1, 3); // [B, D, P, C]
        self.mlp.forward(gated(&self.gate, by_channel)).swap_dims(1, 3) + x
    }
}

fn mlp(size: usize, config: &TsMixerConfig, device: &Device) -> MixerMlp {
    MixerMlp::new(size, size * config.expansion_factor, config.dropout, config.init_std, device)
}

fn gated(gate: &Option<GatedAttention>, x: Tensor<4>) -> Tensor<4> {
    match gate {
        Some(gate) => gate.forward(x),
        None => x,
    }
}

/// A block: the channel mixer, where there is one, then the patch mixer, then the feature mixer.
#[derive(Module, Debug)]
pub struct MixerLayer {
    /// Of [`Backbone::Ic`] alone.
    pub channel_mixer: Option<ChannelMixer>,
    /// Over patches.
    pub patch_mixer: PatchMixer,
    /// Over features.
    pub feature_mixer: FeatureMixer,
}

impl MixerLayer {
    /// A block for `tokens` patches a sequence.
    pub(crate) fn new(config: &TsMixerConfig, tokens: usize, device: &Device) -> Self {
        let over_channels = config.backbone == Backbone::Ic;
        Self {
            channel_mixer: over_channels.then(|| ChannelMixer::new(config, device)),
            patch_mixer: PatchMixer::new(config, tokens, device),
            feature_mixer: FeatureMixer::new(config, device),
        }
    }

    /// `[batch, channels, patches, d_model]` to the same.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let x = match &self.channel_mixer {
            Some(mixer) => mixer.forward(x),
            None => x,
        };
        self.feature_mixer.forward(self.patch_mixer.forward(x))
    }
}
