//! The language model around the sequence layers: a decoder of pre-norm blocks as in LLaMA.
//!
//! Each block is `x += mixer(norm(x)); x += swiglu(norm(x))`; there is no positional encoding outside of softmax attention.

use burn::{
    module::Module,
    nn::{Embedding, EmbeddingConfig, Linear, RmsNorm, RmsNormConfig},
    tensor::{Device, Int, Tensor},
};
use pyrarium_layers::{ConfigError, LanguageModel, SwiGluMlp, TokenMixer, projection, small_normal};

use crate::{LmConfig, Mixer, MixerState};

/// A language model; see [`LmConfig`].
#[derive(Module, Debug)]
pub struct Lm {
    /// From tokens to features.
    pub embedding: Embedding,
    /// From features to features.
    pub blocks: Vec<Block>,
    /// Normalises what the last block gives.
    pub norm: RmsNorm,
    /// From features to scores; the embedding serves where there is none.
    pub head: Option<Linear>,
}

/// A residual block: a sequence layer and a feed-forward layer.
#[derive(Module, Debug)]
pub struct Block {
    /// Normalises the input of the sequence layer.
    pub mixer_norm: RmsNorm,
    /// The sequence layer.
    pub mixer: Mixer,
    /// Normalises the input of the feed-forward layer.
    pub mlp_norm: RmsNorm,
    /// The feed-forward layer.
    pub mlp: SwiGluMlp,
}

/// The states of the blocks.
pub type LmState = Vec<MixerState>;

impl Lm {
    pub(crate) fn new(config: &LmConfig, device: &Device) -> Result<Self, ConfigError> {
        let d_model = config.d_model();
        let norm = || RmsNormConfig::new(d_model).with_epsilon(config.norm_eps).init(device);
        let block = |mixer: &crate::MixerConfig| -> Result<Block, ConfigError> {
            Ok(Block {
                mixer_norm: norm(),
                mixer: mixer.init(device)?,
                mlp_norm: norm(),
                mlp: SwiGluMlp::new(d_model, config.inner(), device),
            })
        };
        let embedding = EmbeddingConfig::new(config.vocab, d_model).with_initializer(small_normal());
        Ok(Self {
            embedding: embedding.init(device),
            blocks: config.mixers()?.iter().map(block).collect::<Result<_, _>>()?,
            norm: norm(),
            head: (!config.tied).then(|| projection(d_model, config.vocab, device)),
        })
    }

    /// Scores of the next token at every position of a sequence that goes on from `state`, or begins where there is none.
    ///
    /// # Shapes
    ///
    /// - tokens: `[batch, length]`, of at least one token
    /// - output: `[batch, length, vocab]`, and the state after the last token
    ///
    /// # Panics
    ///
    /// If the state is that of a model of other layers.
    pub fn forward(&self, tokens: Tensor<2, Int>, state: Option<LmState>) -> (Tensor<3>, LmState) {
        let count = self.blocks.len();
        let states = state.map_or_else(|| vec![None; count], |states| states.into_iter().map(Some).collect());
        assert!(states.len() == count, "the states of {} blocks for a model of {count}", states.len());
        let mut x = self.embedding.forward(tokens); // [B, T, D]
        let mut after = Vec::with_capacity(count);
        for (block, state) in self.blocks.iter().zip(states) {
            let next;
            (x, next) = block.forward(x, state);
            after.push(next);
        }
        (self.scores(self.norm.forward(x)), after)
    }

    /// Scores after one more token.
    ///
    /// # Shapes
    ///
    /// - tokens: `[batch]`
    /// - output: `[batch, vocab]`, and the state after the token
    ///
    /// # Panics
    ///
    /// If the state is that of a model of other layers.
    pub fn step(&self, tokens: Tensor<1, Int>, state: Option<LmState>) -> (Tensor<2>, LmState) {
        let (scores, state) = self.forward(tokens.unsqueeze_dim(1), state);
        (scores.squeeze_dim(1), state)
    }

    fn scores(&self, x: Tensor<3>) -> Tensor<3> {
        match &self.head {
            Some(head) => head.forward(x),
            None => x.matmul(self.embedding.weight.val().transpose().unsqueeze()),
        }
    }
}

impl Block {
    fn forward(&self, x: Tensor<3>, state: Option<MixerState>) -> (Tensor<3>, MixerState) {
        let (mixed, state) = self.mixer.forward(self.mixer_norm.forward(x.clone()), state);
        let x = x + mixed;
        (x.clone() + self.mlp.forward(self.mlp_norm.forward(x)), state)
    }
}

impl LanguageModel for Lm {
    fn logits(&self, tokens: Tensor<2, Int>) -> Tensor<3> {
        self.forward(tokens, None).0
    }
}
