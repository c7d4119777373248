//! How the working memory goes on, and what it writes to the representation for the next decoding.

use burn::{
    module::{Initializer, Module},
    nn::{Linear, LinearConfig},
    tensor::{
        Device, Tensor,
        activation::{sigmoid, tanh},
    },
};
use pyrarium_layers::impl_names;
use serde::{Deserialize, Serialize};

use super::Activation;

/// Which recurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvolutionKind {
    /// That of arXiv 2109.13392: [`OriginalEvolution`].
    #[default]
    Original,
    /// A gated recurrent unit: [`GruEvolution`].
    Gru,
    /// From the representation to itself, without a state: [`FeedForwardEvolution`].
    FeedForward,
    /// No working memory: the representation stays as it is, and only the sum of the embeddings written to it remains.
    None,
}

impl_names!(
    EvolutionKind, "evolution",
    Original => "original", Gru => "gru", FeedForward => "feed_forward", None => "none",
);

impl EvolutionKind {
    /// The recurrence of these sizes.
    pub(super) fn init(self, state: usize, working: usize, device: &Device) -> Option<Evolution> {
        let linear = |inputs, outputs, bias| LinearConfig::new(inputs, outputs).with_bias(bias);
        // A sigmoid has a slope of 1/4 at most, and weights uniform in ±1/sqrt(inputs) a third of the variance that keeps that of sums.
        let after_sigmoid = |inputs: usize, outputs, bias| {
            let bound = 8.0 / (inputs as f64).sqrt();
            let uniform = Initializer::Uniform { min: -bound, max: bound };
            linear(inputs, outputs, bias).with_initializer(uniform).init(device)
        };
        match self {
            Self::Original => Some(Evolution::Original(OriginalEvolution {
                input: after_sigmoid(state, working, false),
                recurrent: after_sigmoid(working, working, false),
                output: after_sigmoid(working, state, false),
            })),
            Self::Gru => Some(Evolution::Gru(GruEvolution {
                input: after_sigmoid(state, 3 * working, true),
                recurrent: linear(working, 3 * working, true).init(device),
                output: linear(working, state, false).init(device),
            })),
            Self::FeedForward => Some(Evolution::FeedForward(FeedForwardEvolution {
                input: after_sigmoid(state, working, true),
                output: after_sigmoid(working, state, false),
            })),
            Self::None => None,
        }
    }

    /// The parameters of the recurrence.
    pub(super) fn num_params(self, state: usize, working: usize) -> usize {
        let through = 2 * state * working;
        match self {
            Self::Original => through + working * working,
            Self::Gru => 4 * state * working + 3 * working * working + 6 * working,
            Self::FeedForward => through + working,
            Self::None => 0,
        }
    }
}

/// A working memory.
#[derive(Module, Debug)]
pub enum Evolution {
    /// See [`OriginalEvolution`].
    Original(OriginalEvolution),
    /// See [`GruEvolution`].
    Gru(GruEvolution),
    /// See [`FeedForwardEvolution`].
    FeedForward(FeedForwardEvolution),
}

impl Evolution {
    /// The next working memory and representation, from `gamma = phi(q)`.
    ///
    /// # Shapes
    ///
    /// - gamma: `[batch, D]`
    /// - h: `[batch, working]`
    /// - output: `[batch, working]`, `[batch, D]`
    pub fn forward(&self, gamma: Tensor<2>, h: Tensor<2>, phi: Activation) -> (Tensor<2>, Tensor<2>) {
        match self {
            Self::Original(evolution) => evolution.forward(gamma, h, phi),
            Self::Gru(evolution) => evolution.forward(gamma, h),
            Self::FeedForward(evolution) => evolution.forward(gamma, phi),
        }
    }
}

/// `h' = B phi(sigmoid(h) + V gamma)`, `q' = W phi(h')`; with [`Activation::Sigmoid`] as phi that of the paper.
#[derive(Module, Debug)]
pub struct OriginalEvolution {
    /// V.
    pub input: Linear,
    /// B.
    pub recurrent: Linear,
    /// W.
    pub output: Linear,
}

impl OriginalEvolution {
    fn forward(&self, gamma: Tensor<2>, h: Tensor<2>, phi: Activation) -> (Tensor<2>, Tensor<2>) {
        let h = self.recurrent.forward(phi.forward(sigmoid(h) + self.input.forward(gamma)));
        (h.clone(), self.output.forward(phi.forward(h)))
    }
}

/// A gated recurrent unit as PyTorch's `GRUCell` computes it (our choice): with `(r, z, n)` the thirds of `V gamma + c` and of `B h + d`,
/// `r = sigmoid(r_v + r_b)`, `z = sigmoid(z_v + z_b)`, `n = tanh(n_v + r n_b)`, `h' = (1 - z) n + z h`; `q' = W h'`.
#[derive(Module, Debug)]
pub struct GruEvolution {
    /// V and c.
    pub input: Linear,
    /// B and d.
    pub recurrent: Linear,
    /// W.
    pub output: Linear,
}

impl GruEvolution {
    fn forward(&self, gamma: Tensor<2>, h: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let [_, working] = h.dims();
        let (from_input, from_state) = (self.input.forward(gamma), self.recurrent.forward(h.clone()));
        let third = |tensor: &Tensor<2>, part: usize| tensor.clone().narrow(1, part * working, working);
        let gate = |part: usize| sigmoid(third(&from_input, part) + third(&from_state, part));
        let (reset, update) = (gate(0), gate(1));
        let new = tanh(third(&from_input, 2) + reset * third(&from_state, 2));
        let h = new.clone() + update * (h - new);
        (h.clone(), self.output.forward(h))
    }
}

/// `h' = v_0 + V gamma`, `q' = W phi(h')`: nothing of the former `h` remains.
#[derive(Module, Debug)]
pub struct FeedForwardEvolution {
    /// V and v_0.
    pub input: Linear,
    /// W.
    pub output: Linear,
}

impl FeedForwardEvolution {
    fn forward(&self, gamma: Tensor<2>, phi: Activation) -> (Tensor<2>, Tensor<2>) {
        let h = self.input.forward(gamma);
        (h.clone(), self.output.forward(phi.forward(h)))
    }
}
