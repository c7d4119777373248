//! The classifier by a table of samples.

use burn::tensor::{Device, Tensor};
use pyrarium_layers::{Regressor, hopfield::Scaling, seeded};
use pyrarium_memory::hopfield::LookupClassifierConfig;

use crate::{distance, random};

fn labels(device: &Device) -> Tensor<2> {
    Tensor::from_data([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]], device)
}

#[test]
fn scores_are_logarithms_of_probabilities() {
    let device = Device::flex();
    for heads in [1, 3] {
        let config = LookupClassifierConfig::new(5, 3, 4).with_num_heads(heads);
        let net = seeded::fill_uniform(config.init(&device).unwrap(), 1, 0.5);
        let net = net.with_samples(random([4, 5], 2, &device), labels(&device));
        let sums = net.predict(random([7, 5], 3, &device)).exp().sum_dim(1);
        // The floor of 1e-6 is added three times.
        assert!(distance(sums, Tensor::ones([7, 1], &device)) < 1e-5, "{heads} heads");
    }
}

#[test]
fn a_cold_table_knows_its_samples_and_leaving_one_out_does_not() {
    let device = Device::flex();
    let config = LookupClassifierConfig::new(5, 3, 4).with_scaling(Scaling::All(1e4));
    let net = seeded::fill_uniform(config.init(&device).unwrap(), 1, 0.5);
    // Queries and keys by the same map, so that each sample is nearest to itself.
    let mut net = net.with_samples(random([4, 5], 2, &device), labels(&device));
    net.table.hopfield.query = net.table.hopfield.key.clone();
    net.table.hopfield.state_norm = net.table.hopfield.stored_norm.clone();
    let samples = random([4, 5], 2, &device);
    let probabilities = net.predict(samples.clone()).exp();
    let own = (probabilities * labels(&device)).sum_dim(1);
    let others = (net.leave_one_out(samples).exp() * labels(&device)).sum_dim(1);
    // The first and the third sample are the only ones of their classes: without them nothing is left of the class.
    let [first, third] = [0, 2].map(|row| others.clone().narrow(0, row, 1).into_scalar::<f32>());
    assert!(first < 1e-5 && third < 1e-5, "{first} {third}");
    let found = own.max().into_scalar::<f32>();
    assert!(found > 0.99, "{found}");
}
