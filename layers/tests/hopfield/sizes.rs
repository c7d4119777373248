//! Exact parameter counts, shapes, and gradients of every parameter.

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{
    Activation,
    hopfield::{
        HopfieldConfig, HopfieldDecoderLayerConfig, HopfieldEncoderLayerConfig, HopfieldLookupConfig,
        HopfieldPoolingConfig, Masks,
    },
    seeded,
};

use crate::random;

#[test]
fn counts_are_those_of_the_official_layers() {
    let device = Device::flex();
    let layer = HopfieldConfig::new(8);
    assert_eq!(layer.num_params(), Ok(336));
    assert_eq!(layer.init(&device).unwrap().num_params(), 336);
    let pooling = HopfieldPoolingConfig::new(HopfieldConfig::new(8));
    assert_eq!(pooling.num_params(), Ok(344));
    assert_eq!(pooling.init(&device).unwrap().num_params(), 344);
    for (d, heads) in [(12, 1), (12, 3), (32, 8)] {
        let count = HopfieldConfig::new(d).with_num_heads(heads).num_params();
        assert_eq!(count, Ok(4 * d * d + 4 * d + 6 * d), "with heads x hidden = D");
    }
}

#[test]
fn the_formula_counts_every_kind_of_layer() {
    let device = Device::flex();
    let base = || HopfieldConfig::new(6).with_num_heads(2);
    for config in [
        base(),
        base().with_bias(false),
        base().with_hidden_size(Some(5)).with_pattern_size(Some(4)).with_output_size(Some(3)),
        base().with_stored_size(Some(4)).with_projection_size(Some(7)).with_concat_bias_pattern(true),
        base().with_normalize_hopfield_space(true).with_normalize_hopfield_space_affine(true),
        base().with_pattern_projection_as_connected(true),
        base().with_normalize_stored_pattern_affine(false).with_out_projection(false),
        base().with_hidden_size(Some(6)).with_stored_pattern_as_static(true),
        HopfieldConfig::associative(6),
    ] {
        let layer = config.init(&device).unwrap();
        assert_eq!(config.num_params(), Ok(layer.num_params()), "{config:?}");
        let (stored, projected) = (config.stored(), config.projected());
        let y = layer.forward(
            random([2, 5, stored], 1, &device),
            random([2, 3, 6], 2, &device),
            random([2, 5, projected], 3, &device),
            &Masks::none(),
        );
        assert_eq!(y.dims(), [2, 3, config.output()], "{config:?}");
    }
    let table = HopfieldLookupConfig::new(HopfieldConfig::new(6).with_projection_size(Some(3)), 7)
        .with_lookup_weights_as_separated(true);
    assert_eq!(table.num_params(), Ok(table.init(&device).unwrap().num_params()));
}

#[test]
fn weights_start_small_and_biases_at_zero() {
    let device = Device::flex();
    let layer = HopfieldConfig::new(64).init(&device).unwrap();
    let value = layer.value.unwrap();
    let std = value.weight.val().flatten::<1>(0, 1).var(0).sqrt().into_scalar::<f32>();
    // Of 4,096 draws with standard deviation 0.02: the estimate is within 1.1 %.
    assert!((std - 0.02).abs() < 0.001, "{std}");
    assert_eq!(value.bias.unwrap().val().abs().max().into_scalar::<f32>(), 0.0);
}

/// Paths of parameters without a gradient, or with one of zero.
struct Missing {
    gradients: GradientsParams,
    path: Vec<String>,
    found: Vec<String>,
}

impl ModuleVisitor for Missing {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let largest = self.gradients.get::<D>(param.id).map(|g| g.abs().max().into_scalar::<f32>());
        if param.is_require_grad() && !largest.is_some_and(|largest| largest > 0.0) {
            self.found.push(self.path.join("."));
        }
    }
}

fn without_gradient<M: Module>(module: &M, y: Tensor<3>) -> Vec<String> {
    let shape = y.dims();
    let device = y.device();
    let gradients = (y * random(shape, 77, &device)).sum().backward();
    let gradients = GradientsParams::from_grads(gradients, module);
    let mut missing = Missing { gradients, path: Vec::new(), found: Vec::new() };
    module.visit(&mut missing);
    missing.found
}

#[test]
fn every_parameter_of_the_transformer_layers_gets_a_gradient() {
    let device = Device::flex().autodiff();
    let config = || HopfieldConfig::new(8).with_num_heads(2).with_update_steps_max(Some(1));
    let (x, memory) = (random([2, 3, 8], 1, &device), random([2, 5, 4], 2, &device));
    let encoder = HopfieldEncoderLayerConfig::new(config()).with_feed_forward(16).with_dropout(0.0);
    let encoder = seeded::fill_uniform(encoder.init(&device).unwrap(), 1, 0.5);
    let y = encoder.forward(x.clone(), &Masks::none());
    assert_eq!(y.dims(), [2, 3, 8]);
    assert_eq!(without_gradient(&encoder, y), Vec::<String>::new());

    let cross = config().with_stored_size(Some(4)).with_projection_size(Some(4));
    let decoder = HopfieldDecoderLayerConfig::new(config(), cross)
        .with_feed_forward(16)
        .with_dropout(0.0)
        .with_activation(Activation::Gelu);
    let decoder = seeded::fill_uniform(decoder.init(&device).unwrap(), 1, 0.5);
    let y = decoder.forward(x, memory, &Masks::none(), &Masks::none());
    assert_eq!(y.dims(), [2, 3, 8]);
    assert_eq!(without_gradient(&decoder, y), Vec::<String>::new());
}
