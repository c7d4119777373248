//! Softmax attention against plain loops.

use burn::tensor::{Device, Tensor};
use pyrarium_layers::{CausalAttentionConfig, TokenMixer, seeded};

use crate::random;

/// Rows of a tensor `[1, length, features]` times a weight `[features, outputs]`.
fn times(x: &[f64], features: usize, weight: &Tensor<2>) -> Vec<f64> {
    let [_, outputs] = weight.dims();
    let weight: Vec<f64> = weight.to_data().iter::<f64>().collect();
    let row = |x: &[f64]| -> Vec<f64> {
        (0..outputs).map(|j| x.iter().enumerate().map(|(i, x)| x * weight[i * outputs + j]).sum()).collect()
    };
    x.chunks(features).flat_map(row).collect()
}

/// Turns the pairs `(i, i + d/2)` of every head of every token.
fn turned(x: &[f64], heads: usize, d: usize) -> Vec<f64> {
    let mut y = x.to_vec();
    for (at, head) in y.chunks_mut(d).enumerate() {
        let position = (at / heads) as f64;
        for i in 0..d / 2 {
            let (sin, cos) = (position * 10_000.0_f64.powf(-2.0 * i as f64 / d as f64)).sin_cos();
            let (a, b) = (head[i], head[i + d / 2]);
            (head[i], head[i + d / 2]) = (a * cos - b * sin, b * cos + a * sin);
        }
    }
    y
}

#[test]
fn it_is_the_weighted_mean_of_what_may_be_seen() {
    let device = Device::flex();
    let (length, d_model, heads, d) = (9, 16, 4, 4);
    for (kv_heads, window) in [(4, None), (2, None), (1, Some(1)), (2, Some(3)), (4, Some(100))] {
        let config =
            CausalAttentionConfig::new(d_model, heads).with_n_kv_heads(Some(kv_heads)).with_window(window);
        let layer = seeded::fill_uniform(config.init(&device).unwrap(), 1, 0.7);
        let x = random([1, length, d_model], 2, &device);
        let (y, _) = layer.forward(x.clone(), None);

        let x: Vec<f64> = x.into_data().iter::<f64>().collect();
        let q = turned(&times(&x, d_model, &layer.qkv.q.weight.val()), heads, d);
        let k = turned(&times(&x, d_model, &layer.qkv.k.weight.val()), kv_heads, d);
        let v = times(&x, d_model, &layer.qkv.v.weight.val());
        let mut mixed = vec![0.0; length * d_model];
        for token in 0..length {
            for head in 0..heads {
                let kv = |token: usize| (token * kv_heads + head * kv_heads / heads) * d;
                let query = &q[(token * heads + head) * d..][..d];
                let seen = (token + 1).saturating_sub(window.unwrap_or(length))..token + 1;
                let weights: Vec<f64> = seen
                    .clone()
                    .map(|other| {
                        let product: f64 = query.iter().zip(&k[kv(other)..][..d]).map(|(q, k)| q * k).sum();
                        (product / 2.0).exp()
                    })
                    .collect();
                let total: f64 = weights.iter().sum();
                for (other, weight) in seen.zip(weights) {
                    for i in 0..d {
                        mixed[(token * heads + head) * d + i] += weight / total * v[kv(other) + i];
                    }
                }
            }
        }
        let expected = times(&mixed, d_model, &layer.o.weight.val());
        for (value, expected) in y.into_data().iter::<f64>().zip(expected) {
            assert!((value - expected).abs() < 1e-5, "{kv_heads} {window:?}: {value} {expected}");
        }
    }
}
