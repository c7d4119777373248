//! Gradients of gate and fusion against central differences.

use burn::{
    module::{Module, ModuleMapper, Param},
    optim::GradientsParams,
    tensor::{Device, Int, Tensor},
};
use pyrarium_layers::{
    BilinearFusion, BilinearFusionConfig, FeatureGate, FeatureGateConfig, GateContext, seeded,
    testing::gradient_values,
};

use crate::{fields, random};

/// Half the distance of the two points, as the parameters are of the order of 1 and the outputs of 32 bits.
const STEP: f32 = 1e-2;

/// Gate and fusion one behind the other.
#[derive(Module, Debug)]
struct Net {
    learnt: FeatureGate,
    embedded: FeatureGate,
    fusion: BilinearFusion,
}

impl Net {
    fn new(device: &Device) -> Self {
        let gate = |context| {
            FeatureGateConfig::new(fields(), 2, 6)
                .with_context(context)
                .with_widths(vec![5])
                .init(device)
                .unwrap()
        };
        let fusion = BilinearFusionConfig::new(6, 6).with_heads(2).init(device).unwrap();
        seeded::fill_uniform(Self { learnt: gate(vec![]), embedded: gate(vec![0, 1]), fusion }, 3, 1.0)
    }

    fn loss(&self, device: &Device) -> Tensor<1> {
        let ids = Tensor::<2, Int>::from_data([[0, 3], [2, 1], [1, 1]], device);
        let (x, y) = (random([3, 6], 4, device), random([3, 6], 5, device));
        self.fusion.forward(self.learnt.forward(&ids, x), self.embedded.forward(&ids, y)).square().sum()
    }
}

/// Moves the parameter of this number along a direction.
struct Move {
    number: usize,
    seen: usize,
    step: f32,
}

fn direction<const D: usize>(number: usize, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(seeded::tensor_data(shape, 100 + number as u64, 1.0), device)
}

impl ModuleMapper for Move {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let number = self.seen;
        self.seen += 1;
        if number != self.number {
            return param;
        }
        param.map(|tensor| {
            let along = direction(number, tensor.dims(), &tensor.device());
            tensor + along * self.step
        })
    }
}

/// Takes the parts of the gradient along the directions of [`Move`].
#[test]
fn gate_and_fusion_have_the_gradients_of_their_values() {
    let device = Device::flex().autodiff();
    let net = Net::new(&device);
    assert!(matches!(net.learnt.context, GateContext::Learnt(_)));
    let gradients = GradientsParams::from_grads(net.loss(&device).backward(), &net);
    let expected = gradient_values(&net, &gradients).unwrap();

    let plain = Device::flex();
    let at = |number: usize, step: f32| {
        let moved = Net::new(&plain).map(&mut Move { number, seen: 0, step });
        moved.loss(&plain).into_scalar::<f32>()
    };
    // Module order; `gradient_values` has them by path.
    let paths = [
        "learnt.context",
        "learnt.mlp.layers.0.linear.weight",
        "learnt.mlp.layers.0.linear.bias",
        "learnt.mlp.output.weight",
        "learnt.mlp.output.bias",
        "embedded.context.table",
        "embedded.mlp.layers.0.linear.weight",
        "embedded.mlp.layers.0.linear.bias",
        "embedded.mlp.output.weight",
        "embedded.mlp.output.bias",
        "fusion.x.weight",
        "fusion.x.bias",
        "fusion.y.weight",
        "fusion.y.bias",
        "fusion.xy",
    ];
    assert_eq!(paths.len(), expected.len(), "{:?}", expected.keys());
    for (number, path) in paths.into_iter().enumerate() {
        let gradient = &expected[path];
        let along: Vec<f64> =
            seeded::tensor_data([gradient.len()], 100 + number as u64, 1.0).iter::<f64>().collect();
        let analytic: f64 = gradient.iter().zip(&along).map(|(g, d)| g * d).sum();
        let numeric = f64::from(at(number, STEP) - at(number, -STEP)) / (2.0 * f64::from(STEP));
        let error = (analytic - numeric).abs() / analytic.abs().max(0.1);
        assert!(error < 1e-2, "{path}: {analytic} {numeric}");
    }
}
