//! Against the check values of the authors' coefficients, PyTorch, and the formula power by power.

use super::*;
use crate::{
    bases::testing::{assert_close, fixture},
    seeded,
};
use burn::tensor::{DType, TensorData};

const FORMS: [Denominator; 2] = [Denominator::AbsOfSum, Denominator::SumOfAbs];

fn at(init: RationalInit, form: Denominator, x: f64) -> f64 {
    let (a, b) = init.coefficients();
    evaluate(&a, &b, form, x)
}

/// Values computed from the coefficients with NumPy.
#[test]
fn the_initial_functions_have_the_check_values() {
    let swish = |x: f64| x / (1.0 + (-x).exp());
    // The two forms differ a little in swish: its odd coefficients of the denominator are almost zero.
    let swish_paper = [
        (-2.0, -0.238_406),
        (-1.0, -0.268_942),
        (0.0, 3.05e-7),
        (1.0, 0.731_065),
        (2.0, 1.761_639),
        (3.0, 2.857_854),
    ];
    let swish_kernel = [
        (-2.0, -0.238_406),
        (-1.0, -0.268_942),
        (0.0, 3.05e-7),
        (1.0, 0.731_058),
        (2.0, 1.761_594),
        (3.0, 2.857_721),
    ];
    let gelu_paper = [(-1.0, -0.158_722), (1.0, 0.840_583), (2.0, 1.955_503), (3.0, 2.998_905)];
    let gelu_kernel = [(-1.0, -0.142_442), (1.0, 0.823_506), (2.0, 1.573_658), (3.0, 1.531_052)];
    for (init, form, values) in [
        (RationalInit::Swish, Denominator::AbsOfSum, &swish_paper[..]),
        (RationalInit::Swish, Denominator::SumOfAbs, &swish_kernel[..]),
        (RationalInit::Gelu, Denominator::AbsOfSum, &gelu_paper[..]),
        (RationalInit::Gelu, Denominator::SumOfAbs, &gelu_kernel[..]),
        (RationalInit::Identity, Denominator::AbsOfSum, &[(-2.5, -2.5), (0.0, 0.0), (7.0, 7.0)]),
    ] {
        for &(x, expected) in values {
            let value = at(init, form, x);
            assert!((value - expected).abs() < 1e-6, "{init} {form} {x}: {value}");
            if init == RationalInit::Swish {
                assert!((value - swish(x)).abs() < 2e-4, "the fit itself");
            }
        }
    }
}

#[test]
fn the_gains_are_those_of_the_integral() {
    // By NumPy, on [-12, 12]. Of the functions that were fitted: 2.3517 and 2.8108.
    for (init, denominator, expected) in [
        (RationalInit::Identity, Denominator::AbsOfSum, 1.0),
        (RationalInit::Gelu, Denominator::AbsOfSum, 2.349_446_92),
        (RationalInit::Gelu, Denominator::SumOfAbs, 3.192_581_84),
        (RationalInit::Swish, Denominator::AbsOfSum, 2.810_646_93),
        (RationalInit::Swish, Denominator::SumOfAbs, 2.810_763_42),
    ] {
        let gain = rational_gain(init, denominator);
        assert!((gain - expected).abs() < 1e-7, "{init} {denominator}: {gain}");
    }
}

#[test]
fn the_module_starts_as_the_function() {
    let device = Device::flex();
    let x = Tensor::<1>::from_data([-2.7, -1.1, -0.2, 0.0, 0.4, 1.3, 2.9, 3.0], &device).reshape([2, 4]);
    for init in [RationalInit::Identity, RationalInit::Swish, RationalInit::Gelu] {
        for denominator in FORMS {
            let config =
                GroupRationalConfig::new().with_groups(2).with_init(init).with_denominator(denominator);
            let y: Tensor<2> = config.build(4, &device).unwrap().forward(x.clone());
            let expected: Vec<f64> = x.to_data().iter::<f64>().map(|x| at(init, denominator, x)).collect();
            assert_close(y.into_data(), TensorData::new(expected, [2, 4]), 1e-6);
        }
    }
}

#[test]
fn outputs_and_gradients_are_those_of_pytorch() {
    let device = Device::flex().autodiff();
    let tensors = fixture(include_bytes!("../../../tests/fixtures/group_rational.safetensors"));
    let load = |name: &str| Tensor::<2>::from_data(tensors[name].clone(), (&device, DType::F64));
    for sharing in ["shared", "separate"] {
        for form in FORMS {
            let activation = GroupRational {
                numerator: Param::from_tensor(load(&format!("{sharing}.numerator"))),
                denominator: Param::from_tensor(load("denominator")),
                form,
            };
            for function in [GroupRational::forward::<2>, GroupRational::naive::<2>] {
                let x = load("x").require_grad();
                let y = function(&activation, x.clone());
                let gradients = (y.clone() * load("cotangent")).sum().backward();
                let expected = |name: &str| tensors[&format!("{sharing}.{form}.{name}")].clone();
                assert_close(y.into_data(), expected("y"), 1e-12);
                let gradient = |of: &Tensor<2>| of.grad(&gradients).unwrap().into_data();
                assert_close(gradient(&x), expected("dx"), 1e-11);
                assert_close(gradient(&activation.numerator), expected("da"), 1e-9);
                assert_close(gradient(&activation.denominator), expected("db"), 1e-9);
            }
        }
    }
}

#[test]
fn a_group_changes_its_own_channels_only() {
    let device = Device::flex();
    let config = GroupRationalConfig::new().with_groups(3);
    let activation = config.build(6, &device).unwrap();
    let x = Tensor::<3>::from_data(seeded::tensor_data([2, 5, 6], 1, 3.0), &device);
    let before = activation.forward(x.clone());
    let mut changed = activation;
    changed.denominator = changed.denominator.map(|b| b.slice_fill([1..2, 0..4], 0.7));
    let moved = (changed.forward(x) - before).abs().max_dim(0).max_dim(1).into_data();
    let moved: Vec<f64> = moved.iter().collect();
    assert!(moved[2] > 0.01 && moved[3] > 0.01, "{moved:?}");
    assert_eq!([moved[0], moved[1], moved[4], moved[5]], [0.0; 4]);
}

#[test]
fn far_inputs_stay_finite() {
    for denominator in FORMS {
        for init in [RationalInit::Identity, RationalInit::Swish, RationalInit::Gelu] {
            let config =
                GroupRationalConfig::new().with_groups(1).with_denominator(denominator).with_init(init);
            let x = Tensor::<1>::from_data([1e4, -1e4, 1e-30, 0.0], &Device::flex());
            let y = config.build(4, &x.device()).unwrap().forward(x);
            assert!(y.into_data().iter::<f32>().all(f32::is_finite));
        }
    }
}

#[test]
fn parameters_are_38_when_the_numerator_is_shared() {
    let count = |config: GroupRationalConfig| config.build(64, &Device::flex()).unwrap().num_params();
    assert_eq!(count(GroupRationalConfig::new()), 6 + 8 * 4);
    assert_eq!(count(GroupRationalConfig::new().with_share_numerator(false)), 8 * (6 + 4));
}

#[test]
fn bad_groups_and_names_are_refused() {
    let message = |groups, channels| {
        GroupRationalConfig::new()
            .with_groups(groups)
            .build(channels, &Device::flex())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(message(8, 12), "channels = 12: must be a multiple of the 8 groups");
    assert_eq!(message(8, 0), "channels = 0: must be a multiple of the 8 groups");
    assert_eq!(message(0, 8), "groups = 0: must be between 1 and 1048576");
    let error = "mish".parse::<RationalInit>().unwrap_err();
    assert_eq!(error.to_string(), "init = mish: must be one of identity, swish, gelu");
}

#[test]
#[should_panic(
    expected = "channels of shape [2, 5] cannot be divided among the groups of coefficients [2, 4]"
)]
fn other_channels_are_refused_with_both_shapes() {
    let activation = GroupRationalConfig::new().with_groups(2).build(4, &Device::flex()).unwrap();
    let _ = activation.forward(Tensor::<2>::zeros([2, 5], &Device::flex()));
}
