//! Dropout that costs less than Burn's own.

use burn::{
    nn::Dropout,
    tensor::{Device, Distribution, Tensor},
};

use crate::cpu;

/// What [`Dropout::forward`] does, by other random numbers: zeros values with the layer's probability while training and scales the others.
///
/// On CPU backends Burn makes a new Bernoulli sampler for each number: 35 ns a value. Here Burn's generator gives a key, and a hash
/// of key and place each value's number: below 1 ns. Other devices draw uniform numbers and compare. A frozen layer and a device
/// without autodiff leave `x` as it is, as with Burn's.
pub fn dropout<const D: usize>(layer: &Dropout, x: Tensor<D>) -> Tensor<D> {
    let device = x.device();
    if !layer.training.is_enabled() || !device.is_autodiff() || layer.prob == 0.0 {
        return x;
    }
    let (device, kept) = (device.inner(), 1.0 - layer.prob);
    let mask = match cpu::is_host(&device) {
        true => cpu::constant(&x, mask(x.shape().num_elements(), kept, key(&device))),
        false => {
            let uniform = Tensor::<D>::random(x.shape(), Distribution::Default, &device);
            uniform.lower_elem(kept).float() * (1.0 / kept)
        }
    };
    x * Tensor::from_inner(mask)
}

/// Two random numbers of 24 bits.
fn key(device: &Device) -> [u32; 2] {
    let uniform = Tensor::<1>::random([2], Distribution::Default, device) * f64::from(1 << 24);
    let data = uniform.into_data();
    let mut words = data.iter::<f32>().map(|word| word as u32);
    [words.next().unwrap_or(0), words.next().unwrap_or(0)]
}

/// `1 / kept` with the probability `kept`, 0 otherwise.
fn mask(len: usize, kept: f64, key: [u32; 2]) -> Vec<f32> {
    let (bound, scale) = ((kept * f64::from(u32::MAX)) as u32, (1.0 / kept) as f32);
    cpu::filled(len, |start, piece| draw(piece, start as u32, key, bound, scale))
}

/// All by value: what is read through a reference could change with each value written, and no vectors would be made of it.
#[inline(always)]
fn draw(piece: &mut [f32], start: u32, key: [u32; 2], bound: u32, scale: f32) {
    for (index, value) in piece.iter_mut().enumerate() {
        *value = if hash(start.wrapping_add(index as u32), key) < bound { scale } else { 0.0 };
    }
}

/// Three rounds of folding and multiplying, in which every bit of place and key reaches every bit of the result.
#[inline(always)]
fn hash(place: u32, [first, second]: [u32; 2]) -> u32 {
    let mut hash = place.wrapping_mul(0x9e37_79b9) ^ first;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x21f0_aaad) ^ second;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x7feb_352d);
    hash = (hash ^ (hash >> 15)).wrapping_mul(0x846c_a68b);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{module::Module, nn::DropoutConfig};

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
    fn masks_are_independent_of_place_and_call() {
        let keep = |key: [u32; 2]| -> Vec<bool> {
            mask(1 << 18, 0.5, key).into_iter().map(|value| value > 0.0).collect()
        };
        let masks = [keep([1, 2]), keep([2, 2]), keep([1, 3]), keep([12_345_678, 9_876_543])];
        // The share of equal values among 2^18 has a standard deviation of 0.001.
        let share = |pairs: &mut dyn Iterator<Item = bool>| {
            let (mut equal, mut all) = (0, 0);
            for pair in pairs {
                equal += usize::from(pair);
                all += 1;
            }
            f64::from(equal as u32) / f64::from(all)
        };
        for (index, mask) in masks.iter().enumerate() {
            for lag in [1, 2, 3, 7, 64, 1000, 1 << 14] {
                let equal = share(&mut mask.iter().zip(&mask[lag..]).map(|(one, other)| one == other));
                assert!((equal - 0.5).abs() < 0.006, "lag {lag} of mask {index}: {equal}");
            }
            for other in &masks[..index] {
                let equal = share(&mut mask.iter().zip(other).map(|(one, other)| one == other));
                assert!((equal - 0.5).abs() < 0.006, "mask {index}: {equal}");
            }
        }
    }

    #[test]
    fn the_seed_of_the_device_decides() {
        let layer = DropoutConfig::new(0.5).init();
        let device = Device::flex();
        let drawn = |seed: u64| {
            device.seed(seed);
            key(&device)
        };
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        let x = Tensor::<1>::ones([1000], &device.autodiff());
        assert_ne!(dropout(&layer, x.clone()).into_data(), dropout(&layer, x).into_data());
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
