//! A state dict in the layout of the official code, loaded by path, gives what that layout computes.

use std::collections::BTreeMap;

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};
use pyrarium_layers::seeded;
use pyrarium_mlp::{
    BottleneckMlpConfig, MlpKind, StandardMlpConfig,
    official::{load_tensors, source},
};

use crate::{
    random,
    reference::{gelu_all, layer_norm},
    rows,
};

const INPUTS: usize = 12;
const WIDTH: usize = 8;
const CLASSES: usize = 3;

/// Tensors by official key; the weight of a linear layer is `[outputs, inputs]`.
struct StateDict(BTreeMap<String, TensorData>);

impl StateDict {
    fn new(linears: &[(&str, usize, usize)], norms: &[&str]) -> Self {
        let mut tensors = BTreeMap::new();
        let mut insert = |key: String, shape: Vec<usize>| {
            let seed = tensors.len() as u64;
            tensors.insert(key, seeded::tensor_data(shape, seed, 0.5));
        };
        for (name, inputs, outputs) in linears {
            insert(format!("{name}.weight"), vec![*outputs, *inputs]);
            insert(format!("{name}.bias"), vec![*outputs]);
        }
        for name in norms {
            insert(format!("{name}.weight"), vec![WIDTH]);
            insert(format!("{name}.bias"), vec![WIDTH]);
        }
        Self(tensors)
    }

    fn get(&self, layer: &str, name: &str) -> Vec<f64> {
        self.0[&format!("{layer}.{name}")].iter().collect()
    }

    /// `y_o = b_o + sum_i W_oi x_i`.
    fn linear(&self, layer: &str, x: &[f64]) -> Vec<f64> {
        let (weight, bias) = (self.get(layer, "weight"), self.get(layer, "bias"));
        let product = |row: &[f64]| row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>();
        weight.chunks(x.len()).zip(&bias).map(|(row, b)| b + product(row)).collect()
    }

    fn norm(&self, layer: &str, x: &[f64]) -> Vec<f64> {
        layer_norm(x, &self.get(layer, "weight"), &self.get(layer, "bias"))
    }

    fn load<M: Module>(self, kind: MlpKind, module: M) -> M {
        load_tensors(module, self.0, |key| source(kind, key)).unwrap()
    }
}

fn assert_logits(logits: Tensor<2>, x: Tensor<2>, official: impl Fn(&[f64]) -> Vec<f64>) {
    for (x, logits) in rows(&x.into_data()).iter().zip(rows(&logits.into_data())) {
        let error = official(x).iter().zip(&logits).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(error < 1e-5, "off by {error:e}");
    }
}

#[test]
fn an_official_bottleneck_mlp_loads() {
    let state_dict = || {
        let linears = [
            ("linear_in", INPUTS, WIDTH),
            ("blocks.0.block.0", WIDTH, 4 * WIDTH),
            ("blocks.0.block.2", 4 * WIDTH, WIDTH),
            ("blocks.1.block.0", WIDTH, 4 * WIDTH),
            ("blocks.1.block.2", 4 * WIDTH, WIDTH),
            ("linear_out", WIDTH, CLASSES),
        ];
        StateDict::new(&linears, &["layernorms.0", "layernorms.1"])
    };
    let device = Device::flex();
    let config = BottleneckMlpConfig::new(INPUTS, CLASSES).with_width(WIDTH).with_blocks(2);
    let network = state_dict().load(MlpKind::Bottleneck, config.init(&device).unwrap());
    let x = random([5, INPUTS], 2, &device);
    let official = state_dict();
    assert_logits(network.forward(x.clone()), x, |x| {
        let mut z = official.linear("linear_in", x);
        for block in 0..2 {
            let inside = official.norm(&format!("layernorms.{block}"), &z);
            let inside = gelu_all(&official.linear(&format!("blocks.{block}.block.0"), &inside));
            let update = official.linear(&format!("blocks.{block}.block.2"), &inside);
            z = z.iter().zip(&update).map(|(z, u)| z + u).collect();
        }
        official.linear("linear_out", &z)
    });
}

#[test]
fn an_official_standard_mlp_loads() {
    let state_dict = || {
        let linears = [
            ("linear_in", INPUTS, WIDTH),
            ("layers.0", WIDTH, WIDTH),
            ("layers.1", WIDTH, WIDTH),
            ("linear_out", WIDTH, CLASSES),
        ];
        StateDict::new(&linears, &["layernorms.0", "layernorms.1"])
    };
    let device = Device::flex();
    let config = StandardMlpConfig::new(INPUTS, CLASSES).with_width(WIDTH).with_layers(3);
    let network = state_dict().load(MlpKind::Standard, config.init(&device).unwrap());
    let x = random([5, INPUTS], 2, &device);
    let official = state_dict();
    assert_logits(network.forward(x.clone()), x, |x| {
        let mut z = official.linear("linear_in", x);
        for layer in 0..2 {
            let normed = official.norm(&format!("layernorms.{layer}"), &z);
            z = official.linear(&format!("layers.{layer}"), &gelu_all(&normed));
        }
        official.linear("linear_out", &z)
    });
}
