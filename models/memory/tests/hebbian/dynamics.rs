//! The dynamics of a tiny network against all of its configurations.

use pyrarium_memory::hebbian::{HebbianConfig, Schedule, Start, Stream};

use crate::stored;

/// Mean of `f` over the Boltzmann distribution of `H` without self-couplings (a constant), by enumeration.
fn exact(energies: &[f64], f: &[f64], beta: f64) -> f64 {
    let weights: Vec<f64> = energies.iter().map(|energy| (-beta * energy).exp()).collect();
    let sum: f64 = weights.iter().zip(f).map(|(weight, f)| weight * f).sum();
    sum / weights.iter().sum::<f64>()
}

#[test]
fn time_averages_are_those_of_the_boltzmann_distribution() {
    const BATCHES: usize = 100;
    const SWEEPS: usize = 400;
    let (n, beta) = (8, 0.8);
    let config = HebbianConfig::new(n, 2).with_dilution(0.2).with_beta(Some(beta));
    let (patterns, _, network) = stored(&config, 1);
    let all = (0..1 << n).map(|code: u32| -> Vec<i8> {
        (0..n).map(|bit| if code >> bit & 1 == 1 { 1 } else { -1 }).collect()
    });
    let measure = |spins: &[i8]| {
        let m = patterns.overlaps(spins);
        [m[0] * m[0], m[1] * m[1], m[0] * m[1]]
    };
    let (energies, observables): (Vec<f64>, Vec<[f64; 3]>) =
        all.map(|spins| (network.energy(&network.state(spins.clone())), measure(&spins))).unzip();

    let mut stream = Stream::new(1, 1);
    let mut state = network.state(patterns.start(Start::Random, &mut stream));
    let mut batches = vec![[0.0; 3]; BATCHES];
    for batch in &mut batches {
        for _ in 0..SWEEPS {
            network.sweep(&mut state, &mut stream);
            for (sum, value) in batch.iter_mut().zip(measure(state.spins())) {
                *sum += value / SWEEPS as f64;
            }
        }
    }
    for observable in 0..3 {
        let values: Vec<f64> = observables.iter().map(|values| values[observable]).collect();
        let expected = exact(&energies, &values, beta);
        let mean = batches.iter().map(|batch| batch[observable]).sum::<f64>() / BATCHES as f64;
        let variance = batches.iter().map(|batch| (batch[observable] - mean).powi(2)).sum::<f64>();
        let sigma = (variance / (BATCHES * (BATCHES - 1)) as f64).sqrt();
        assert!((mean - expected).abs() < 3.0 * sigma, "{observable}: {mean} ± {sigma}, exactly {expected}");
        assert!(sigma < 0.01, "{sigma} is too rough to show anything");
    }
}

#[test]
fn a_run_is_a_function_of_its_seed_and_can_be_cut_anywhere() {
    let config = HebbianConfig::new(100, 2).with_dilution(0.3).with_beta(Some(2.0));
    let (patterns, _, network) = stored(&config, 2);
    let spins = patterns.start(Start::Hierarchical, &mut Stream::new(2, 1));
    let run = |seed| network.run(&patterns, spins.clone(), Schedule { sweeps: 10, burn_in: 4, seed });
    let whole = run(3);
    assert_eq!(whole, run(3));
    assert_ne!(whole.spins, run(4).spins);
    assert_eq!((whole.trace.len(), &whole.trace[0]), (11, &patterns.overlaps(&spins)));
    let mean = whole.trace[5..].iter().map(|overlaps| overlaps[1]).sum::<f64>() / 6.0;
    assert!((whole.mean[1] - mean).abs() < 1e-15);
    let mut state = network.state(spins.clone());
    for sweep in 1..=10 {
        network.sweep(&mut state, &mut Stream::new(3, sweep));
        state = network.state(state.spins().to_vec());
    }
    assert_eq!(state.spins(), whole.spins);
}

#[test]
fn without_a_sweep_the_average_is_the_start() {
    let (patterns, _, network) = stored(&HebbianConfig::new(50, 2), 3);
    let spins = patterns.start(Start::Random, &mut Stream::new(3, 1));
    let overlaps = network.run(&patterns, spins.clone(), Schedule { sweeps: 0, burn_in: 0, seed: 0 });
    assert_eq!((overlaps.mean, overlaps.spins), (patterns.overlaps(&spins), spins));
}
