//! Text generation through the recurrent state: one step of the model a token, whatever came before.

use burn::tensor::{Int, Tensor, TensorData};
use pyrarium_layers::ConfigError;

use crate::{Lm, LmState};

/// Tokens of a prompt that are read at once; bounds the memory that a long prompt takes.
const PROMPT_PART: usize = 1024;

/// An endless continuation of a prompt.
///
/// The memory of a model without softmax attention, and the time a token, do not depend on how much has been read.
pub struct Generation<'a, R> {
    model: &'a Lm,
    temperature: f64,
    uniform: R,
    scores: Tensor<1>,
    state: LmState,
}

impl Lm {
    /// Reads a prompt and goes on from there. At `temperature` 0 each token is the likeliest one; otherwise it is drawn from
    /// `softmax(scores / temperature)` by a number that `uniform` gives, uniform in `[0, 1)`: on the host, so that the same numbers
    /// give the same text on every device.
    ///
    /// # Errors
    ///
    /// If the prompt is empty or has a token outside the vocabulary, or the temperature is negative or not finite.
    pub fn generate<R: FnMut() -> f64>(
        &self,
        prompt: &[usize],
        temperature: f64,
        uniform: R,
    ) -> Result<Generation<'_, R>, ConfigError> {
        let [vocab, _] = self.embedding.weight.lazy_shape().dims();
        if let Some(token) = prompt.iter().find(|&&token| token >= vocab) {
            return Err(ConfigError::new("prompt", token, format!("of tokens below {vocab}")));
        }
        if !(temperature.is_finite() && temperature >= 0.0) {
            return Err(ConfigError::new("temperature", temperature, "0 or above"));
        }
        let mut read = None;
        for part in prompt.chunks(PROMPT_PART) {
            let state = read.map(|(_, state)| state);
            let (scores, state) = self.forward(self.tokens(part), state);
            read = Some((scores.narrow(1, part.len() - 1, 1).flatten(0, 2), state));
        }
        match read {
            Some((scores, state)) => Ok(Generation { model: self, temperature, uniform, scores, state }),
            None => Err(ConfigError::new("prompt", "no tokens", "of at least one token")),
        }
    }

    /// `[1, length]` on the model's device.
    fn tokens(&self, tokens: &[usize]) -> Tensor<2, Int> {
        let values: Vec<i64> = tokens.iter().map(|&token| token as i64).collect();
        let device = self.embedding.weight.lazy_device();
        Tensor::from_data(TensorData::new(values, [1, tokens.len()]), &device)
    }
}

impl<R: FnMut() -> f64> Iterator for Generation<'_, R> {
    type Item = usize;

    /// The next token; there always is one.
    fn next(&mut self) -> Option<usize> {
        let scores: Vec<f64> = self.scores.to_data().iter::<f64>().collect();
        let token = choose(&scores, self.temperature, &mut self.uniform);
        let step = self.model.tokens(&[token]).squeeze_dim(0);
        let (scores, state) = self.model.step(step, Some(std::mem::take(&mut self.state)));
        (self.scores, self.state) = (scores.squeeze_dim(0), state);
        Some(token)
    }
}

/// The likeliest token at temperature 0; else the one in whose share of `[0, 1)` the uniform number falls.
fn choose(scores: &[f64], temperature: f64, uniform: &mut impl FnMut() -> f64) -> usize {
    let best =
        (0..scores.len()).fold(0, |best, token| if scores[token] > scores[best] { token } else { best });
    if temperature == 0.0 {
        return best;
    }
    let weights: Vec<f64> = scores.iter().map(|score| ((score - scores[best]) / temperature).exp()).collect();
    let mut left = uniform() * weights.iter().sum::<f64>();
    for (token, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return token;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_drawn_by_their_share() {
        let scores = [0.0, 2.0_f64.ln(), 1.0_f64.ln()];
        // Shares 1/4, 1/2, 1/4 at temperature 1.
        for (number, token) in [(0.0, 0), (0.24, 0), (0.26, 1), (0.74, 1), (0.76, 2), (0.999, 2)] {
            assert_eq!(choose(&scores, 1.0, &mut || number), token, "{number}");
        }
        // Shares 1/6, 4/6, 1/6 at temperature 1/2.
        for (number, token) in [(0.16, 0), (0.17, 1), (0.83, 1), (0.84, 2)] {
            assert_eq!(choose(&scores, 0.5, &mut || number), token, "{number}");
        }
        assert_eq!(choose(&scores, 0.0, &mut || unreachable!()), 1);
    }

    #[test]
    fn large_scores_do_not_overflow() {
        assert_eq!(choose(&[1e6, 1e6 - 1e5], 1e-3, &mut || 0.999), 0);
    }
}
