//! Simulations against the mean field, with fixed seeds. The deviation of an overlap is at most 1/sqrt(N) = 0.018 here.

use pyrarium_memory::hebbian::{HebbianConfig, MeanField, Schedule, Start, Stream};

use crate::{PROTOCOLS, stored};

const NEURONS: usize = 3000;
const TOLERANCE: f64 = 3.0 * 0.018;

fn simulated(config: &HebbianConfig, start: Start, seed: u64) -> Vec<f64> {
    let (patterns, _, network) = stored(config, seed);
    let spins = patterns.start(start, &mut Stream::new(seed, 1));
    let overlaps = network.run(&patterns, spins, Schedule { sweeps: 40, burn_in: 15, seed });
    let nonblank = patterns.entries().iter().filter(|&&entry| entry != 0).count() as f64;
    assert!(overlaps.mean[0] <= nonblank / NEURONS as f64);
    overlaps.mean
}

fn assert_near(measured: &[f64], expected: &[f64], what: &str) {
    let near = measured.iter().zip(expected).all(|(m, e)| (m - e).abs() < TOLERANCE);
    assert!(measured.len() == expected.len() && near, "{what}: {measured:?} instead of {expected:?}");
}

#[test]
fn simulations_without_noise_meet_the_theory() {
    for (dilution, temperature, start) in [
        (0.2, 0.05, Start::Hierarchical),
        (0.4, 0.05, Start::Hierarchical),
        (0.8, 0.05, Start::Hierarchical),
        (0.9, 0.6, Start::Symmetric),
    ] {
        let beta = Some(1.0 / temperature);
        let theory = MeanField { patterns: 3, dilution, rho: 0.0, beta };
        let from = if start == Start::Symmetric { theory.symmetric() } else { theory.hierarchical() };
        let expected = theory.solve(&from).unwrap().m;
        let config = HebbianConfig::new(NEURONS, 3).with_dilution(dilution).with_beta(beta);
        assert_near(&simulated(&config, start, 1), &expected, &format!("d = {dilution}"));
    }
}

#[test]
fn at_temperature_zero_overlaps_fall_by_powers_of_the_dilution() {
    let config = HebbianConfig::new(NEURONS, 4).with_dilution(0.3);
    assert_near(&simulated(&config, Start::Hierarchical, 2), &[0.7, 0.21, 0.063, 0.0189], "K = 4");
}

#[test]
fn simulations_of_both_protocols_meet_the_theory_of_noisy_data() {
    for (patterns, examples) in [(1, 20), (1, 50), (1, 200), (2, 200)] {
        for protocol in PROTOCOLS {
            let config = HebbianConfig::new(NEURONS, patterns)
                .with_dilution(0.25)
                .with_quality(0.2)
                .with_examples(examples)
                .with_beta(Some(20.0))
                .with_protocol(protocol);
            let theory = MeanField { patterns, dilution: 0.25, rho: config.rho(), beta: Some(20.0) };
            let expected = theory.solve(&theory.hierarchical()).unwrap().m;
            let measured = simulated(&config, Start::Hierarchical, 3);
            assert_near(&measured, &expected, &format!("K = {patterns}, M = {examples}, {protocol}"));
        }
    }
}

#[test]
fn undiluted_patterns_are_never_retrieved_together() {
    for beta in [None, Some(2.0)] {
        let config = HebbianConfig::new(NEURONS, 3).with_beta(beta);
        let mut overlaps = simulated(&config, Start::Symmetric, 4);
        overlaps.sort_by(|one, other| other.abs().total_cmp(&one.abs()));
        match beta {
            // The symmetric mixture of three is stable at temperature 0, not at 0.5.
            None => assert_near(&overlaps, &[0.5; 3], "the odd mixture"),
            Some(_) => assert!(overlaps[0].abs() > 0.9 && overlaps[1].abs() < 0.1, "{overlaps:?}"),
        }
    }
}
