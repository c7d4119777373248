//! Cross-entropy with label smoothing.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor};
use burn::train::ClassificationOutput;

/// The cross-entropy of each sample against targets smoothed by `smoothing`: the target class holds
/// `1 - smoothing + smoothing / K`, each other class `smoothing / K` (Szegedy et al., arXiv 1512.00567, section 7).
///
/// # Shapes
/// - logits: `[B, K]`
/// - labels: `[B]`
/// - output: `[B]`
pub fn smoothed_cross_entropy(logits: Tensor<2>, labels: Tensor<1, Int>, smoothing: f64) -> Tensor<1> {
    let log_probabilities = log_softmax(logits, 1); // [B, K]
    let target = log_probabilities.clone().gather(1, labels.unsqueeze_dim(1)).squeeze_dim(1).neg(); // [B]
    if smoothing == 0.0 {
        return target;
    }
    let uniform = log_probabilities.mean_dim(1).squeeze_dim(1).neg(); // [B]
    target * (1.0 - smoothing) + uniform * smoothing
}

/// Logits `[B, K]` with their labels `[B]` and their cross-entropy, without smoothing.
pub fn classified(logits: Tensor<2>, labels: Tensor<1, Int>) -> ClassificationOutput {
    let losses = smoothed_cross_entropy(logits.clone(), labels.clone(), 0.0);
    ClassificationOutput::new(losses, logits, labels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn agrees_with_hand_worked_values() {
        let device = Device::flex();
        let logits = Tensor::<2>::from_data([[0.0, 3f32.ln()], [0.0, 0.0]], &device);
        let labels = Tensor::<1, Int>::from_data([0, 1], &device);
        // Probabilities (1/4, 3/4) and (1/2, 1/2); with smoothing 0.2 the targets are (0.9, 0.1) and (0.1, 0.9).
        let expected = [0.9 * 4f32.ln() - 0.1 * 0.75f32.ln(), 2f32.ln()];
        let loss: Vec<f32> = smoothed_cross_entropy(logits, labels, 0.2).into_data().try_into_vec().unwrap();
        for (value, expected) in loss.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-6, "{value} {expected}");
        }
    }
}
