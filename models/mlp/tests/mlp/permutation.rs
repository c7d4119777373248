//! The networks cannot know which pixels are neighbours: permuting the pixels, and the input rows
//! with them, changes nothing, neither at first nor in training.

use burn::{
    nn::loss::{MseLoss, Reduction},
    optim::{AdamConfig, GradientsParams, ModuleOptimizer, SgdConfig},
    tensor::{Device, Int, Tensor},
};
use pyrarium_layers::seeded;
use pyrarium_mlp::{Mlp, MlpConfig};
use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use crate::{KINDS, distance, random};

const PIXELS: usize = 64;

fn permutation(seed: u64) -> Vec<usize> {
    let mut permutation: Vec<usize> = (0..PIXELS).collect();
    permutation.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    permutation
}

/// `y[:, i] = x[:, permutation[i]]`.
fn permuted(x: Tensor<2>, permutation: &[usize]) -> Tensor<2> {
    let order: Vec<i64> = permutation.iter().map(|&pixel| pixel as i64).collect();
    let order = Tensor::<1, Int>::from_data(order.as_slice(), &x.device());
    x.select(1, order)
}

fn networks(device: &Device) -> impl Iterator<Item = Mlp> {
    KINDS.into_iter().map(|kind| {
        let config = MlpConfig::parse("B_3-Wi_32", kind, PIXELS, 5).unwrap();
        seeded::fill_uniform(config.init(device).unwrap(), 4, 0.3)
    })
}

#[test]
fn permuted_inputs_give_the_same_logits() {
    let device = Device::flex();
    let x = random([8, PIXELS], 5, &device);
    for seed in 0..3 {
        let permutation = permutation(seed);
        let y = permuted(x.clone(), &permutation);
        for network in networks(&device) {
            let twin = network.clone().permute_inputs(&permutation).unwrap();
            let expected = network.forward(x.clone());
            assert!(distance(twin.forward(y.clone()), expected.clone()) < 1e-5);
            println!(
                "{seed} {:e} {:e}",
                distance(twin.forward(y.clone()), expected.clone()),
                distance(twin.forward(x.clone()), expected.clone())
            );
            assert!(distance(twin.forward(x.clone()), expected) > 0.01, "the permutation has no effect");
        }
    }
}

#[test]
fn permuted_inputs_train_alike() {
    let device = Device::flex().autodiff();
    let permutation = permutation(0);
    let x = random([16, PIXELS], 5, &device);
    let y = permuted(x.clone(), &permutation);
    for optimizer in [|| AdamConfig::new().init(), || SgdConfig::new().init()] {
        for network in networks(&device) {
            let twin = network.clone().permute_inputs(&permutation).unwrap();
            let untrained = network.forward(x.clone());
            let (network, twin) = (trained(network, &x, optimizer()), trained(twin, &y, optimizer()));
            let logits = network.forward(x.clone());
            let difference = distance(twin.forward(y.clone()), logits.clone());
            assert!(difference < 1e-4, "{difference:e}");
            assert!(distance(logits, untrained) > 0.1, "training has no effect");
        }
    }
}

fn trained(mut network: Mlp, x: &Tensor<2>, mut optimizer: ModuleOptimizer) -> Mlp {
    let targets = random([16, 5], 6, &x.device());
    for _ in 0..20 {
        let loss = MseLoss::new().forward(network.forward(x.clone()), targets.clone(), Reduction::Mean);
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        network = optimizer.step(1e-2, network, gradients);
    }
    network
}
