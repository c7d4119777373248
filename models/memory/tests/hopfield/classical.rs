//! The network of signs.

use burn::tensor::{Device, Tensor, TensorData};
use pyrarium_memory::hopfield::ClassicalHopfield;

use crate::{distance, random, values};

fn signs(count: usize, d: usize, device: &Device) -> Tensor<2> {
    random([count, d], 11, device).sign()
}

#[test]
fn a_pair_of_patterns_worked_by_hand() {
    let device = Device::flex();
    let stored = Tensor::<2>::from_data([[1.0, 1.0, 1.0, 1.0], [1.0, -1.0, 1.0, -1.0]], &device);
    let network = ClassicalHopfield::new(stored).unwrap();
    // W = [[0, 0, 1/2, 0], [0, 0, 0, 1/2], [1/2, 0, 0, 0], [0, 1/2, 0, 0]]
    let state = Tensor::<2>::from_data([[1.0, -1.0, -1.0, 1.0]], &device);
    let next = network.update(state.clone()).into_data();
    next.assert_eq(&TensorData::from([[-1.0_f32, 1.0, 1.0, -1.0]]), true);
    // -1/2 sum_ij xi_i W_ij xi_j = -1/2 (2 x 1/2 x -1 + 2 x 1/2 x -1)
    assert_eq!(values(network.energy(state)), [1.0]);
}

#[test]
fn a_sign_without_a_field_stays() {
    let device = Device::flex();
    let stored = Tensor::<2>::from_data([[1.0, 1.0], [1.0, -1.0]], &device);
    let network = ClassicalHopfield::new(stored).unwrap();
    let state = Tensor::<2>::from_data([[-1.0, 1.0]], &device);
    assert_eq!(network.update(state.clone()).into_data(), state.into_data());
}

#[test]
fn few_patterns_are_fixed_and_many_are_not() {
    let device = Device::flex();
    let kept = |count: usize| {
        let stored = signs(count, 64, &device);
        let network = ClassicalHopfield::new(stored.clone()).unwrap();
        let (found, _) = network.retrieve(stored.clone(), 20).unwrap();
        let overlap = values((found * stored).mean_dim(1).squeeze_dim::<1>(1));
        overlap.iter().filter(|&&overlap| overlap > 0.98).count() as f64 / count as f64
    };
    assert_eq!(kept(3), 1.0);
    assert!(kept(60) < 0.1, "{}", kept(60));
}

#[test]
fn turned_signs_come_back() {
    let device = Device::flex();
    let stored = signs(3, 64, &device);
    let network = ClassicalHopfield::new(stored.clone()).unwrap();
    let turn: Vec<f32> = (0..64).map(|at| if at % 10 == 0 { -1.0 } else { 1.0 }).collect();
    let damaged = stored.clone() * Tensor::<1>::from_data(turn.as_slice(), &device).unsqueeze::<2>();
    let before = values(network.energy(damaged.clone()));
    let (found, steps) = network.retrieve(damaged, 20).unwrap();
    assert_eq!(distance(found.clone(), stored), 0.0);
    assert!(steps < 20);
    assert!(values(network.energy(found)).iter().zip(before).all(|(after, before)| *after < before));
}
