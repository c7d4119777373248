//! Which language model: its sizes, its sequence layers, and where softmax attention takes their place.

use burn::{config::Config, tensor::Device};
use pyrarium_layers::{CausalAttentionConfig, ConfigError, SwiGluMlp, check_range};

use crate::{DeltaNetConfig, Lm, MixerConfig, dims::check_epsilon};

/// Softmax attention in some layers of a hybrid.
#[derive(Config, Debug, PartialEq)]
pub struct HybridSpec {
    /// The layers, counted from 0.
    pub layers: Vec<usize>,
    /// Heads of the queries.
    pub n_heads: usize,
    /// Heads of the keys and values; `None` means as many.
    #[config(default = "None")]
    pub n_kv_heads: Option<usize>,
    /// How many tokens a query sees, itself included; `None` means all before it.
    #[config(default = "None")]
    pub window: Option<usize>,
    /// The base of the rotary wavelengths.
    #[config(default = 10_000.0)]
    pub rope_theta: f64,
}

impl HybridSpec {
    fn attention(&self, d_model: usize) -> CausalAttentionConfig {
        CausalAttentionConfig::new(d_model, self.n_heads)
            .with_n_kv_heads(self.n_kv_heads)
            .with_window(self.window)
            .with_rope_theta(self.rope_theta)
    }
}

/// Configuration of an [`Lm`].
#[derive(Config, Debug, PartialEq)]
pub struct LmConfig {
    /// Tokens of the vocabulary.
    pub vocab: usize,
    /// Blocks.
    pub n_layers: usize,
    /// The sequence layer of every block that `attention` does not name; it also says how many features a token has.
    pub mixer: MixerConfig,
    /// Blocks with softmax attention instead.
    #[config(default = "Vec::new()")]
    pub attention: Vec<HybridSpec>,
    /// Features inside the feed-forward layers; `None` means [`SwiGluMlp::default_inner`].
    #[config(default = "None")]
    pub inner: Option<usize>,
    /// Whether the head is the embedding once more.
    #[config(default = false)]
    pub tied: bool,
    /// Added to the mean square in every norm; goes before that of the sequence layer.
    #[config(default = 1e-6)]
    pub norm_eps: f64,
}

impl LmConfig {
    /// The paper's DeltaNet of 340M parameters: width 1024, 8 heads, 24 blocks, vocabulary 32,000.
    pub fn dn_340m() -> Self {
        Self::new(32_000, 24, MixerConfig::DeltaNet(DeltaNetConfig::new(1024).with_n_heads(8)))
    }

    /// The paper's DeltaNet of 1.3B parameters: width 2048, 16 heads, 24 blocks, vocabulary 32,000.
    pub fn dn_1_3b() -> Self {
        Self::new(32_000, 24, MixerConfig::DeltaNet(DeltaNetConfig::new(2048).with_n_heads(16)))
    }

    /// The paper's first hybrid: attention over the last `window` tokens in every other block, the second one first.
    pub fn hybrid_sliding(self, window: usize) -> Self {
        let layers = (1..self.n_layers).step_by(2).collect();
        let spec = HybridSpec::new(layers, self.mixer.n_heads()).with_window(Some(window));
        self.with_attention(vec![spec])
    }

    /// The paper's second hybrid: attention over all tokens in the second block and the one after the middle.
    pub fn hybrid_global(self) -> Self {
        let mut layers = vec![1, self.n_layers / 2];
        layers.dedup();
        let spec = HybridSpec::new(layers, self.mixer.n_heads());
        self.with_attention(vec![spec])
    }

    /// Features of a token.
    pub fn d_model(&self) -> usize {
        self.mixer.d_model()
    }

    /// Features inside the feed-forward layers.
    pub fn inner(&self) -> usize {
        self.inner.unwrap_or_else(|| SwiGluMlp::default_inner(self.d_model()))
    }

    /// The sequence layer of each block.
    ///
    /// # Errors
    ///
    /// If `attention` names a block that is not there or one block twice.
    pub fn mixers(&self) -> Result<Vec<MixerConfig>, ConfigError> {
        let mut mixers = vec![self.mixer.clone().with_norm_eps(self.norm_eps); self.n_layers];
        let mut named = vec![false; self.n_layers];
        for spec in &self.attention {
            for &layer in &spec.layers {
                match named.get_mut(layer) {
                    Some(named) if !*named => *named = true,
                    Some(_) => {
                        return Err(ConfigError::new("attention.layers", layer, "named once"));
                    }
                    None => {
                        let allowed = format!("below n_layers = {}", self.n_layers);
                        return Err(ConfigError::new("attention.layers", layer, allowed));
                    }
                }
                mixers[layer] = MixerConfig::Attention(spec.attention(self.d_model()));
            }
        }
        Ok(mixers)
    }

    /// Checks every field, those of the layers too.
    ///
    /// # Errors
    ///
    /// Names the first field that cannot be, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_range("vocab", self.vocab, 1..=1 << 24)?;
        check_range("n_layers", self.n_layers, 1..=1 << 12)?;
        if let Some(inner) = self.inner {
            check_range("inner", inner, 1..=1 << 20)?;
        }
        check_epsilon(self.norm_eps)?;
        self.mixers()?.iter().try_for_each(|mixer| mixer.num_params().map(drop))
    }

    /// The parameters of the model.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        let (d_model, inner) = (self.d_model(), self.inner());
        let embeddings = if self.tied { 1 } else { 2 } * self.vocab * d_model;
        let around = 2 * d_model + 3 * d_model * inner;
        let mixers = self.mixers()?.iter().map(MixerConfig::num_params).sum::<Result<usize, _>>()?;
        Ok(embeddings + d_model + self.n_layers * around + mixers)
    }

    /// The model: embedding and weights normal with standard deviation 0.02, norms 1.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<Lm, ConfigError> {
        self.validate()?;
        Lm::new(self, device)
    }
}
