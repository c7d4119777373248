//! What both networks share: an input layer on flattened images, equal blocks, and a head.

use burn::{
    module::{Module, ModuleDisplay},
    nn::{Linear, LinearConfig},
    tensor::{Int, Tensor, TensorData},
};
use pyrarium_layers::{ConfigError, ImageClassifier, check_range};

use crate::limits;

/// A map of feature vectors, repeated between the input layer and the head of a [`Network`].
pub trait Block: Module + ModuleDisplay {
    /// `[batch, width]` to `[batch, width]`.
    fn forward(&self, z: Tensor<2>) -> Tensor<2>;
}

/// An input layer on flattened images, equal blocks, and a head.
///
/// The networks of this crate are [`BottleneckMlp`](crate::BottleneckMlp) and
/// [`StandardMlp`](crate::StandardMlp). Parameter paths begin with `input`, `blocks` and `head`.
#[derive(Module, Debug)]
pub struct Network<B: Module> {
    /// From the flattened image to the features.
    pub input: Linear,
    /// From features to features.
    pub blocks: Vec<B>,
    /// From the features to the logits.
    pub head: Linear,
}

impl<B: Block> Network<B> {
    /// Logits of flattened images.
    ///
    /// # Shapes
    ///
    /// - x: `[batch, input_dim]`
    /// - output: `[batch, num_classes]`
    ///
    /// # Panics
    ///
    /// If `x` has another number of columns than the input layer takes.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.head.forward(self.features(x))
    }

    /// Logits of images, which are flattened with their channels outermost.
    ///
    /// # Shapes
    ///
    /// - images: `[batch, channels, height, width]`
    /// - output: `[batch, num_classes]`
    ///
    /// # Panics
    ///
    /// If channels x height x width is not what the input layer takes; the message has both shapes.
    pub fn forward_image(&self, images: Tensor<4>) -> Tensor<2> {
        let shape @ [_, channels, height, width] = images.dims();
        let [input_dim, _] = self.input.weight.lazy_shape().dims();
        let values = channels * height * width;
        assert!(
            values == input_dim,
            "images of shape {shape:?} have {values} values each, but the input layer takes [_, {input_dim}]"
        );
        self.forward(images.flatten(1, 3))
    }

    /// The features that the head sees.
    ///
    /// # Shapes
    ///
    /// - x: `[batch, input_dim]`
    /// - output: `[batch, width]`
    ///
    /// # Panics
    ///
    /// If `x` has another number of columns than the input layer takes.
    pub fn features(&self, x: Tensor<2>) -> Tensor<2> {
        self.blocks.iter().fold(self.input.forward(x), |z, block| block.forward(z))
    }

    /// Replaces the head by a freshly initialised one, on the same device.
    ///
    /// # Errors
    ///
    /// If `num_classes` is zero or too large.
    pub fn with_new_head(self, num_classes: usize) -> Result<Self, ConfigError> {
        check_range("num_classes", num_classes, limits::CLASSES)?;
        let [width, _] = self.head.weight.lazy_shape().dims();
        let head = LinearConfig::new(width, num_classes).init(&self.head.weight.lazy_device());
        Ok(Self { head, ..self })
    }

    /// Freezes everything but the head, for a linear probe.
    pub fn freeze_body(self) -> Self {
        Self { input: self.input.freeze(), blocks: self.blocks.freeze(), head: self.head }
    }

    /// The same function of permuted inputs: the result maps `y` to what `self` maps `x` to, where
    /// `y[i] = x[permutation[i]]`. Only the weight rows of the input layer move.
    ///
    /// # Errors
    ///
    /// If `permutation` is not a permutation of the inputs.
    pub fn permute_inputs(self, permutation: &[usize]) -> Result<Self, ConfigError> {
        let [input_dim, _] = self.input.weight.lazy_shape().dims();
        check_permutation(permutation, input_dim)?;
        let order: Vec<i64> = permutation.iter().map(|&row| row as i64).collect();
        let weight = self.input.weight.map(|weight| {
            let trainable = weight.is_require_grad();
            let order = Tensor::<1, Int>::from_data(TensorData::new(order, [input_dim]), &weight.device());
            weight.select(0, order).detach().set_require_grad(trainable)
        });
        Ok(Self { input: Linear { weight, ..self.input }, ..self })
    }
}

impl<B: Block> ImageClassifier for Network<B> {
    fn classify(&self, images: Tensor<4>) -> Tensor<2> {
        self.forward_image(images)
    }
}

fn check_permutation(permutation: &[usize], len: usize) -> Result<(), ConfigError> {
    let refused = |value: String| {
        Err(ConfigError::new("permutation", value, format!("each index below {len} exactly once")))
    };
    if permutation.len() != len {
        return refused(format!("{} indices", permutation.len()));
    }
    let mut seen = vec![false; len];
    for &index in permutation {
        match seen.get_mut(index) {
            Some(seen) if !*seen => *seen = true,
            _ => return refused(format!("[.., {index}, ..]")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_permutations_are_accepted() {
        assert_eq!(check_permutation(&[2, 0, 1], 3), Ok(()));
        let message = |permutation: &[usize]| check_permutation(permutation, 3).unwrap_err().to_string();
        let allowed = "must be each index below 3 exactly once";
        assert_eq!(message(&[0, 1]), format!("permutation = 2 indices: {allowed}"));
        assert_eq!(message(&[0, 1, 1]), format!("permutation = [.., 1, ..]: {allowed}"));
        assert_eq!(message(&[0, 3, 1]), format!("permutation = [.., 3, ..]: {allowed}"));
    }
}
