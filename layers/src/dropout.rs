//! Dropout that costs less than Burn's own.

use burn::{
    nn::Dropout,
    tensor::{Distribution, Tensor},
};

/// What [`Dropout::forward`] does, by other random numbers: zeros values with the layer's probability while training and scales the others.
///
/// On CPU backends Burn makes a new Bernoulli sampler for each number: 35 ns a value, against 13 ns for a uniform number and a
/// comparison. A frozen layer and a device without autodiff leave `x` as it is, as with Burn's.
pub fn dropout<const D: usize>(layer: &Dropout, x: Tensor<D>) -> Tensor<D> {
    if !layer.training.is_enabled() || !x.device().is_autodiff() || layer.prob == 0.0 {
        return x;
    }
    let kept = 1.0 - layer.prob;
    let uniform = Tensor::<D>::random(x.shape(), Distribution::Default, &x.device().inner());
    let mask = uniform.lower_elem(kept).float() * (1.0 / kept);
    x * Tensor::from_inner(mask)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{module::Module, nn::DropoutConfig, tensor::Device};

    #[test]
    fn values_are_zeroed_with_their_probability_and_the_others_scaled() {
        let layer = DropoutConfig::new(0.2).init();
        let x = Tensor::<2>::ones([100, 1000], &Device::flex().autodiff()).require_grad();
        let y = dropout(&layer, x.clone());
        let gradient = x.grad(&y.clone().sum().backward()).unwrap().into_data();
        let values: Vec<f32> = y.into_data().iter::<f32>().collect();
        assert_eq!(gradient.iter::<f32>().collect::<Vec<_>>(), values);
        let kept = values.iter().filter(|&&value| value == 1.25).count();
        assert_eq!(values.iter().filter(|&&value| value == 0.0).count(), values.len() - kept);
        // Standard deviation of the count: 126.
        assert!((kept as i64 - 80_000).abs() < 700, "{kept}");
    }

    #[test]
    fn nothing_is_dropped_outside_training() {
        let layer = DropoutConfig::new(0.5).init();
        let ones = |device: &Device| Tensor::<1>::ones([1000], device);
        let is_whole = |y: Tensor<1>| y.into_data().iter::<f32>().all(|value| value == 1.0);
        let training = Device::flex().autodiff();
        assert!(is_whole(dropout(&layer, ones(&Device::flex()))));
        assert!(is_whole(dropout(&DropoutConfig::new(0.0).init(), ones(&training))));
        assert!(!is_whole(dropout(&layer, ones(&training))));
        assert!(is_whole(dropout(&layer.freeze(), ones(&training))));
    }
}
