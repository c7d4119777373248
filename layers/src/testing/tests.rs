//! Each check passes a sound model and finds the fault that it is there for.

use super::*;
use crate::NormKind;
use burn::nn::{Linear, LinearConfig, norm::Normalization};

/// A network that passes, or fails the one check that its fault belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    WrongCount,
    NotFinite,
    WrongShape,
    UnusedParameter,
    ZeroGradient,
    Idle,
    RowsMix,
    Untrainable,
    IgnoresInputAndWeights,
}

#[derive(Module, Debug)]
struct Net {
    norm: Normalization,
    linear: Linear,
    spare: Linear,
}

impl Variant for Fault {
    type Module = Net;
    type Input = Tensor<2>;

    fn name(&self) -> &str {
        "net"
    }

    fn expected_params(&self) -> usize {
        if *self == Self::WrongCount { 7 } else { 2 * (3 * 2 + 2) + 6 }
    }

    fn full_size(&self, device: &Device) -> Net {
        let linear = || LinearConfig::new(3, 2).init(device);
        Net { norm: NormKind::Layer.init(3, device), linear: linear(), spare: linear() }
    }

    fn small(&self, seed: u64, device: &Device) -> Net {
        seeded::fill_uniform(self.full_size(device), seed, 1.0)
    }

    fn input(&self, rows: Range<usize>, device: &Device) -> Tensor<2> {
        Tensor::from_data(seeded::tensor_data([8, 3], 3, 1.0), device).slice([rows])
    }

    fn forward(&self, net: &Net, x: Tensor<2>) -> Tensor<2> {
        let x = net.norm.forward(x);
        let (y, spare) = (net.linear.forward(x.clone()), net.spare.forward(x));
        match self {
            Self::None | Self::WrongCount => y + spare,
            Self::NotFinite => (y + spare) / 0.0,
            Self::WrongShape => Tensor::cat(vec![y, spare], 1),
            Self::UnusedParameter => y,
            Self::ZeroGradient | Self::Idle => y + spare * 0.0,
            Self::RowsMix => y.clone() + spare + y.mean_dim(0),
            Self::Untrainable => (y + spare).tanh() * 1e-3,
            Self::IgnoresInputAndWeights => y.zeros_like() + 0.5,
        }
    }

    fn outputs(&self) -> usize {
        2
    }

    fn is_idle(&self, path: &str) -> bool {
        *self == Self::Idle && path.starts_with("spare.")
    }

    fn overfit(&self) -> Overfit {
        Overfit { rows: 2, ..Overfit::default() }
    }
}

fn finding(fault: Fault, check: fn(&Fault, &Device) -> Result<(), String>) -> String {
    check(&fault, &Device::flex()).unwrap_err()
}

#[test]
fn a_sound_model_passes_every_check() {
    assert_eq!(check_all(&Fault::None, &Device::flex()), Ok(()));
}

#[test]
fn each_check_finds_its_fault() {
    let count = finding(Fault::WrongCount, check_num_params);
    assert_eq!(count, "22 parameters instead of 7");
    assert!(finding(Fault::NotFinite, check_forward).contains("not finite"));
    assert_eq!(finding(Fault::WrongShape, check_forward), "output of shape [1, 4] instead of [1, 2]");
    let unused = finding(Fault::UnusedParameter, check_gradients);
    assert_eq!(unused, "spare.weight has no gradient, spare.bias has no gradient");
    let zero = finding(Fault::ZeroGradient, check_gradients);
    assert_eq!(zero, "spare.weight has a gradient of zero, spare.bias has a gradient of zero");
    assert_eq!(check_gradients(&Fault::Idle, &Device::flex()), Ok(()), "what may be idle is no fault");
    assert!(finding(Fault::RowsMix, check_batch_rows).starts_with("row 0 of a batch is"));
    let constant = finding(Fault::IgnoresInputAndWeights, check_record_round_trip);
    assert_eq!(constant, "the seed does not change the output");
    assert!(finding(Fault::Untrainable, check_overfit).contains("in 200 steps, not below 0.001"));
}

#[test]
fn the_first_failure_names_the_variant() {
    assert_eq!(finding(Fault::WrongCount, check_all), "net: 22 parameters instead of 7");
}
