//! Replicas as tensors against the dynamics on the host.

use burn::tensor::{Device, Tensor, TensorData};
use pyrarium_layers::seeded;
use pyrarium_memory::hebbian::{BatchedHebbian, HebbianConfig, MeanField, Start, Stream};

use crate::{PROTOCOLS, random_spins, small, stored};

fn tensor(spins: &[Vec<i8>], device: &Device) -> Tensor<2> {
    let values: Vec<f32> = spins.iter().flatten().map(|&spin| f32::from(spin)).collect();
    Tensor::from_data(TensorData::new(values, [spins.len(), spins[0].len()]), device)
}

fn spins(tensor: Tensor<2>) -> Vec<Vec<i8>> {
    let width = tensor.dims()[1];
    let values: Vec<i8> = tensor.into_data().iter::<f32>().map(|value| value as i8).collect();
    values.chunks(width).map(<[i8]>::to_vec).collect()
}

/// Uniform in [0, 1).
fn uniforms(replicas: usize, neurons: usize, seed: u64, device: &Device) -> Tensor<2> {
    let data = seeded::tensor_data([replicas, neurons], seed, 0.5);
    Tensor::from_data(data, device) + 0.5
}

#[test]
fn blocks_of_one_neuron_are_the_dynamics_on_the_host() {
    let device = Device::flex();
    for protocol in PROTOCOLS {
        // Temperature 0 has ties, which must be broken alike.
        for beta in [None, Some(1.5)] {
            let (_, _, network) = stored(&small(protocol).with_beta(beta), 1);
            let batched = BatchedHebbian::new(&network, 40, &device).unwrap();
            let start = [random_spins(40, &mut Stream::new(1, 1)), random_spins(40, &mut Stream::new(1, 2))];
            let (mut replicas, mut states) =
                (tensor(&start, &device), start.map(|spins| network.state(spins)));
            for sweep in 0..4 {
                let drawn = uniforms(2, 40, sweep, &device);
                for (state, drawn) in
                    states.iter_mut().zip(drawn.to_data().iter::<f64>().collect::<Vec<_>>().chunks(40))
                {
                    for (neuron, uniform) in drawn.iter().enumerate() {
                        network.update(state, neuron, *uniform);
                    }
                }
                replicas = batched.sweep(replicas, drawn);
                let expected: Vec<Vec<i8>> = states.iter().map(|state| state.spins().to_vec()).collect();
                assert_eq!(spins(replicas.clone()), expected, "{protocol}, {beta:?}, sweep {sweep}");
            }
        }
    }
}

#[test]
fn blocks_of_many_neurons_meet_the_theory() {
    let (device, neurons, replicas) = (Device::flex(), 1000, 8);
    let config = HebbianConfig::new(neurons, 3).with_dilution(0.8).with_beta(Some(2.0));
    let (patterns, _, network) = stored(&config, 2);
    let batched = BatchedHebbian::new(&network, 20, &device).unwrap();
    let mut stream = Stream::new(2, 1);
    let start: Vec<Vec<i8>> = (0..replicas).map(|_| patterns.start(Start::Symmetric, &mut stream)).collect();
    let mut state = tensor(&start, &device);
    let mut mean = [0.0; 3];
    for sweep in 0..60 {
        state = batched.sweep(state, uniforms(replicas, neurons, sweep, &device));
        if sweep >= 20 {
            for spins in spins(state.clone()) {
                for (mean, overlap) in mean.iter_mut().zip(patterns.overlaps(&spins)) {
                    *mean += overlap / (40.0 * replicas as f64);
                }
            }
        }
    }
    let theory = MeanField { patterns: 3, dilution: 0.8, rho: 0.0, beta: Some(2.0) };
    let expected = theory.solve(&theory.symmetric()).unwrap().m;
    // The replicas share their patterns, which fluctuate by sqrt((1-d)/N) = 0.014.
    assert!(mean.iter().zip(&expected).all(|(m, e)| (m - e).abs() < 0.042), "{mean:?} {expected:?}");
}

#[test]
fn block_numbers_out_of_range_are_refused() {
    let (_, _, network) = stored(&HebbianConfig::new(10, 2), 3);
    for blocks in [0, 11] {
        let error = BatchedHebbian::new(&network, blocks, &Device::flex()).unwrap_err();
        assert_eq!(error.to_string(), format!("blocks = {blocks}: must be between 1 and 10"));
    }
}

#[test]
#[should_panic(
    expected = "spins of shape [2, 9] and random numbers of shape [2, 9], but the network takes [_, 10]"
)]
fn spins_of_another_size_are_refused_with_both_shapes() {
    let device = Device::flex();
    let (_, _, network) = stored(&HebbianConfig::new(10, 2), 3);
    let zeros = Tensor::zeros([2, 9], &device);
    let _ = BatchedHebbian::new(&network, 5, &device).unwrap().sweep(zeros.clone(), zeros);
}
