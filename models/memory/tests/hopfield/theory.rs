//! What the paper proves about the memory, on random patterns.

use burn::tensor::{Device, Tensor, activation::softmax};
use pyrarium_memory::hopfield::ModernHopfield;

use crate::{distance, memory, patterns, random, values};

#[test]
fn the_energy_never_rises_along_the_iteration() {
    let device = Device::flex();
    for (seed, beta) in [(1, 0.05), (2, 0.3), (3, 1.0), (4, 5.0)] {
        let memory = memory(30, 12, 2.0, beta, &device);
        let mut states = random([50, 12], seed, &device) * 3.0;
        let mut energy = values(memory.energy(states.clone()));
        for step in 0..50 {
            states = memory.update(states);
            let next = values(memory.energy(states.clone()));
            for (before, after) in energy.iter().zip(&next) {
                // Energies are of size 10; 32-bit sums are off by some 1e-6 of that.
                assert!(after <= &(before + 2e-5), "beta {beta}, step {step}: {before} to {after}");
            }
            energy = next;
        }
    }
}

#[test]
fn the_gradient_of_the_energy_is_the_state_minus_its_update() {
    let device = Device::flex().autodiff();
    for beta in [0.1, 1.0, 4.0] {
        let memory = memory(20, 10, 2.0, beta, &device);
        let states = random([7, 10], 5, &device).require_grad();
        let gradients = memory.energy(states.clone()).sum().backward();
        let found = states.grad(&gradients).unwrap();
        let expected = states.clone() - memory.update(states);
        assert!(distance(found, expected.inner()) < 1e-4, "beta {beta}");
    }
}

#[test]
fn the_jacobian_is_that_of_finite_differences_and_bounded() {
    const STEP: f32 = 1e-2;
    let device = Device::flex();
    for beta in [0.2, 1.0] {
        let memory = memory(15, 6, 1.5, beta, &device);
        let state = random::<1>([6], 9, &device);
        let jacobian = memory.jacobian(state.clone());
        let steps = Tensor::<2>::eye(6, &device) * STEP;
        let states: Tensor<2> = state.unsqueeze_dim(0);
        let [up, down] = [1.0, -1.0].map(|sign: f32| memory.update(states.clone() + steps.clone() * sign));
        let differences = (up - down) / (2.0 * STEP); // rows: derivative by each coordinate
        // Central differences are off by STEP^2 times a third derivative below 1, and by rounding 1e-7 / STEP.
        assert!(distance(jacobian.clone(), differences.transpose()) < 2e-4, "beta {beta}");
        // The norm of a matrix is at least that of its product with any unit vector, here by power iteration.
        let mut vector = patterns(1, 6, 1.0, 3, &device).transpose();
        let mut norm = 0.0;
        for _ in 0..50 {
            let next = jacobian.clone().matmul(vector);
            norm = next.clone().square().sum().sqrt().into_scalar::<f64>();
            vector = next / norm;
        }
        assert!(norm <= memory.contraction().unwrap() + 1e-5, "{norm}");
    }
}

#[test]
fn below_the_bound_every_state_goes_to_one_fixed_point_near_the_mean() {
    let device = Device::flex();
    let memory = memory(25, 8, 1.0, 0.5, &device);
    assert!(memory.contraction().unwrap() < 1.0);
    let (states, steps) = memory.retrieve(random([40, 8], 6, &device) * 5.0, 500, 1e-6).unwrap();
    assert!(steps < 500);
    let spread = states.clone() - states.clone().mean_dim(0);
    assert!(spread.abs().max().into_scalar::<f32>() < 1e-4);
    let mean = memory.patterns().mean_dim(0);
    let away = (states - mean).square().sum_dim(1).sqrt().max().into_scalar::<f64>();
    // Far nearer to the mean than a pattern, whose distance from it is about 1.
    assert!(away < 0.1, "{away}");
}

#[test]
fn well_separated_patterns_are_found_within_the_bound() {
    let device = Device::flex();
    let memory = memory(50, 64, 8.0, 1.0, &device);
    let least = values(memory.separation()).into_iter().fold(f64::INFINITY, f64::min);
    assert!(least > memory.well_separated_from().unwrap(), "{least}");
    for noise in [0.0, 0.01, 0.03] {
        let states = memory.patterns() + random([50, 64], 4, &device) * noise;
        let bounds = memory.error_bound(states.clone(), &(0..50).collect::<Vec<_>>()).unwrap();
        let errors = (memory.update(states) - memory.patterns()).square().sum_dim(1).sqrt();
        for (error, bound) in values(errors).into_iter().zip(bounds) {
            // A pattern of norm 8 cannot be closer to itself than rounding, 8 x 6e-8 x sqrt(64).
            assert!(error <= bound + 5e-6, "noise {noise}: {error} {bound}");
            assert!(bound < 1e-3, "the bound says something: {bound}");
        }
    }
    // Where states are far away the bound allows much, but never less than the error.
    let warm = self::memory(20, 16, 2.0, 1.0, &device);
    let states = warm.patterns() + random([20, 16], 4, &device) * 0.3;
    let bounds = warm.error_bound(states.clone(), &(0..20).collect::<Vec<_>>()).unwrap();
    let errors = values((warm.update(states) - warm.patterns()).square().sum_dim(1).sqrt());
    assert!(errors.iter().zip(&bounds).all(|(error, bound)| error <= bound));
    assert!(errors.iter().any(|&error| error > 1e-2));
}

#[test]
fn the_energy_lies_between_its_bounds_inside_the_hull() {
    let device = Device::flex();
    for beta in [0.1, 1.0, 10.0] {
        let memory = memory(20, 8, 2.0, beta, &device);
        let weights = softmax(random([200, 20], 3, &device) * 20.0, 1);
        let energies = values(memory.energy(weights.matmul(memory.patterns())));
        let m = memory.largest_norm().unwrap();
        assert!((m - 2.0).abs() < 1e-5);
        assert!(energies.iter().all(|&energy| (-1e-5..=2.0 * m * m).contains(&energy)), "beta {beta}");
    }
}

#[test]
fn a_cold_memory_finds_its_patterns_from_half_of_them() {
    let device = Device::flex();
    let memory = memory(100, 64, 8.0, 1.0, &device);
    // Every other coordinate is lost.
    let kept: Vec<f32> = (0..64).map(|at| (at % 2) as f32).collect();
    let kept = Tensor::<1>::from_data(kept.as_slice(), &device).unsqueeze::<2>();
    let (found, steps) = memory.retrieve(memory.patterns() * kept, 10, 1e-4).unwrap();
    assert!(distance(found, memory.patterns()) < 1e-2);
    assert!(steps <= 4, "{steps}");
}

#[test]
fn a_single_pattern_is_the_only_fixed_point() {
    let device = Device::flex();
    let memory = ModernHopfield::new(patterns(1, 5, 1.0, 2, &device), 1.0).unwrap();
    let found = memory.update(random([3, 5], 1, &device));
    assert!(distance(found, memory.patterns().repeat_dim(0, 3)) < 1e-6);
    assert_eq!(memory.error_bound(memory.patterns(), &[0]).unwrap(), [0.0]);
}
