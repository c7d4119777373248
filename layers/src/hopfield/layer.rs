//! The layer that associates a set of state patterns with a set of stored patterns.

use burn::{
    module::{Module, Param},
    nn::{Dropout, Linear},
    tensor::Tensor,
};

use super::{iteration::Iteration, mask::Masks, norm::PatternNorm};
use crate::{Activation, merge_heads, split_heads};

/// One learnt pattern that is stored beside the given ones.
#[derive(Module, Debug)]
pub struct BiasPattern {
    /// Its key, `[heads * hidden]`.
    pub key: Param<Tensor<1>>,
    /// Its value, `[heads * pattern]`.
    pub value: Param<Tensor<1>>,
}

/// Associates state patterns (queries) with stored patterns (keys) and gives the values that go with them. Made by
/// [`HopfieldConfig`](super::HopfieldConfig).
///
/// With no update after the first association this is multi-head attention behind layer norms.
#[derive(Module, Debug)]
pub struct Hopfield {
    /// Norm of the stored patterns.
    pub stored_norm: Option<PatternNorm>,
    /// Norm of the state patterns.
    pub state_norm: Option<PatternNorm>,
    /// Norm of what values are projected from.
    pub projection_norm: Option<PatternNorm>,
    /// State patterns to queries; none if they are static.
    pub query: Option<Linear>,
    /// Stored patterns to keys; none if they are static.
    pub key: Option<Linear>,
    /// To values; none if they are static.
    pub value: Option<Linear>,
    /// Norm of the queries and keys of each head.
    pub association_norm: Option<PatternNorm>,
    /// The learnt pattern beside the stored ones.
    pub bias_pattern: Option<BiasPattern>,
    /// Of the associations.
    pub dropout: Dropout,
    /// Heads to the output.
    pub output: Option<Linear>,
    #[module(skip)]
    pub(super) connected: bool,
    #[module(skip)]
    pub(super) iteration: Iteration,
    #[module(skip)]
    pub(super) activation: Option<Activation>,
}

impl Hopfield {
    /// Heads.
    pub fn num_heads(&self) -> usize {
        self.iteration.scaling.len()
    }

    /// Inverse temperature of each head.
    pub fn betas(&self) -> &[f64] {
        &self.iteration.scaling
    }

    /// For each state the values of the stored patterns it is associated with. A batch of 1 goes with any other batch.
    ///
    /// # Shapes
    ///
    /// - stored: `[B, S, stored]`
    /// - state: `[B, L, input]`
    /// - projection: what values are projected from, `[B, S, projected]`
    /// - output: `[B, L, output]`
    ///
    /// # Panics
    ///
    /// If shapes or masks do not fit; the message has both shapes.
    pub fn forward(
        &self,
        stored: Tensor<3>,
        state: Tensor<3>,
        projection: Tensor<3>,
        masks: &Masks,
    ) -> Tensor<3> {
        assert_eq!(
            stored.dims()[1],
            projection.dims()[1],
            "stored patterns {:?} and projected ones {:?} differ in number",
            stored.dims(),
            projection.dims()
        );
        let association = self.dropout.forward(self.association_matrix(stored, state, masks));
        let values = with_batch(self.projected_patterns(projection), association.dims()[0]);
        let heads = merge_heads(association.matmul(values)); // [B, L, H pattern]
        let output = match &self.output {
            Some(linear) => linear.forward(heads),
            None => heads,
        };
        match self.activation {
            Some(activation) => activation.forward(output),
            None => output,
        }
    }

    /// One set of patterns associated with itself: `[B, L, input]` to `[B, L, output]`.
    pub fn forward_self(&self, x: Tensor<3>, masks: &Masks) -> Tensor<3> {
        self.forward(x.clone(), x.clone(), x, masks)
    }

    /// The association of each head after its last update, rows summing to 1, without dropout.
    ///
    /// # Shapes
    ///
    /// - stored: `[B, S, stored]`
    /// - state: `[B, L, input]`
    /// - output: `[B, H, L, S]`, with one more stored pattern where the layer has a bias pattern
    pub fn association_matrix(&self, stored: Tensor<3>, state: Tensor<3>, masks: &Masks) -> Tensor<4> {
        let q = self.queries(state);
        let k = self.keys(stored);
        let batch = batch_of(q.dims(), k.dims());
        let (q, k) = (with_batch(q, batch), with_batch(k, batch));
        let [_, heads, states, _] = q.dims();
        let own = usize::from(self.bias_pattern.is_some());
        let fits = masks.check_shapes([batch, heads, states, k.dims()[2] - own]);
        assert!(fits.is_ok(), "{}", fits.err().map(|error| error.to_string()).unwrap_or_default());
        match self.bias_pattern {
            Some(_) => self.iteration.run(q, k, &masks.with_one_more()),
            None => self.iteration.run(q, k, masks),
        }
    }

    /// The queries of each head, `[B, L, input]` to `[B, H, L, hidden]`.
    pub fn queries(&self, state: Tensor<3>) -> Tensor<4> {
        let state = normed(&self.state_norm, state);
        normed(&self.association_norm, self.heads(&self.query, state))
    }

    /// The keys of each head, the bias pattern's last: `[B, S, stored]` to `[B, H, S, hidden]`.
    pub fn keys(&self, stored: Tensor<3>) -> Tensor<4> {
        let stored = normed(&self.stored_norm, stored);
        let keys = normed(&self.association_norm, self.heads(&self.key, stored));
        self.with_bias(keys, |pattern| pattern.key.val())
    }

    /// The values of each head, the bias pattern's last: `[B, S, projected]` to `[B, H, S, pattern]`.
    pub fn projected_patterns(&self, projection: Tensor<3>) -> Tensor<4> {
        let projection = normed(&self.projection_norm, projection);
        let values = match (&self.key, self.connected) {
            (Some(key), true) => {
                let connected = key.forward(projection);
                let values = match &self.value {
                    Some(value) => value.forward(connected),
                    None => connected,
                };
                split_heads(values, self.num_heads())
            }
            _ => self.heads(&self.value, projection),
        };
        self.with_bias(values, |pattern| pattern.value.val())
    }

    /// Projected and split, or repeated for each head.
    fn heads(&self, linear: &Option<Linear>, x: Tensor<3>) -> Tensor<4> {
        let heads = self.num_heads();
        match linear {
            Some(linear) => split_heads(linear.forward(x), heads),
            None => x.unsqueeze_dim::<4>(1).repeat_dim(1, heads),
        }
    }

    fn with_bias(&self, x: Tensor<4>, part: impl Fn(&BiasPattern) -> Tensor<1>) -> Tensor<4> {
        let Some(pattern) = &self.bias_pattern else { return x };
        let [batch, heads, _, features] = x.dims();
        let bias = part(pattern).reshape([1, heads, 1, features]).expand([batch, heads, 1, features]);
        Tensor::cat(vec![x, bias], 2)
    }
}

fn normed<const D: usize>(norm: &Option<PatternNorm>, x: Tensor<D>) -> Tensor<D> {
    match norm {
        Some(norm) => norm.forward(x),
        None => x,
    }
}

fn batch_of(q: [usize; 4], k: [usize; 4]) -> usize {
    assert!(
        (q[0] == k[0] || q[0] == 1 || k[0] == 1) && q[3] == k[3],
        "queries of shape {q:?} do not go with keys of shape {k:?}"
    );
    q[0].max(k[0])
}

fn with_batch(x: Tensor<4>, batch: usize) -> Tensor<4> {
    let [own, heads, patterns, features] = x.dims();
    if own == batch { x } else { x.expand([batch, heads, patterns, features]) }
}
