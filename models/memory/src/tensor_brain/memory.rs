//! Episodic memory: an index for each instance of time, whose embedding is what the representation was.

use std::ops::Range;

use burn::tensor::{Int, Tensor, activation::softmax};
use pyrarium_layers::ConfigError;

use super::{Choice, Decoded, Drive, Order, Senses, TIMES, TensorBrain, brain::places_tensor};

impl TensorBrain {
    /// Stores representations in one shot (our choice of the two forms, `a_t <- q`): each row becomes the embedding of a new
    /// instance of time. Returns their places in the group [`TIMES`], which is made with the first of them.
    ///
    /// # Shapes
    ///
    /// - q: `[events, D]`, the start of a [`Drive`] of perception
    ///
    /// # Panics
    ///
    /// If `q` has another number of columns.
    pub fn store(self, q: Tensor<2>) -> (Self, Range<usize>) {
        let before = self.members(TIMES).map_or(0, <[usize]>::len);
        let [events, _] = q.dims();
        (self.with_indices(TIMES, q), before..before + events)
    }

    /// Episodic memory: the representation starts as the embedding of an instance of time in each row, `q = a_t`.
    ///
    /// # Errors
    ///
    /// If nothing was stored, or a time is none of those that were.
    pub fn recollection(&self, times: &[usize]) -> Result<Drive, ConfigError> {
        let members = self.times()?;
        if let Some(time) = times.iter().find(|&&time| time >= members.len()) {
            return Err(ConfigError::new(
                "time",
                time,
                format!("below {}, the number of stored times", members.len()),
            ));
        }
        let places = places_tensor(times, &self.index.embedding.val());
        Ok(self.recollect(places))
    }

    /// As [`recollection`](Self::recollection), for times on a device, `[batch]`: the drive by which stored times are trained.
    ///
    /// # Panics
    ///
    /// If nothing was stored, or a time is none of those that were.
    pub fn recollect(&self, times: Tensor<1, Int>) -> Drive {
        let members = self.times().unwrap_or_default();
        assert!(!members.is_empty(), "no time was stored");
        Drive { start: self.index.embeddings(members).select(0, times), senses: None }
    }

    /// Decodes a triple of each of these times.
    ///
    /// # Errors
    ///
    /// As [`recollection`](Self::recollection) and [`decode_triple`](Self::decode_triple).
    pub fn recall(&self, times: &[usize], order: Order, choice: Choice<'_>) -> Result<Decoded, ConfigError> {
        self.decode_triple(&self.recollection(times)?, order, choice)
    }

    /// Perception with recent memory: the representation starts as that of perception, `q`, plus `sum_t w_t a_t` with
    /// `w = softmax_t(a_t^T gamma)` over all stored times.
    ///
    /// # Errors
    ///
    /// If nothing was stored.
    pub fn blended(&self, senses: Senses) -> Result<Drive, ConfigError> {
        let embeddings = self.index.embeddings(self.times()?); // [T, D]
        let Drive { start, senses } = self.perception(senses);
        let weights = softmax(self.activation(start.clone()).matmul(embeddings.clone().transpose()), 1); // [B, T]
        Ok(Drive { start: start + weights.matmul(embeddings), senses })
    }

    fn times(&self) -> Result<&[usize], ConfigError> {
        self.members(TIMES).map_err(|_| ConfigError::new("time", "any", "stored before it is recalled"))
    }
}
