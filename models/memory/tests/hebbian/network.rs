//! Couplings, fields and energies against the sums that define them.

use pyrarium_memory::hebbian::{HebbianConfig, NoisyExamples, Protocol, Stream};

use crate::{PROTOCOLS, random_spins, small, stored};

/// `J_ij` by the formulas of the paper, from the examples alone, with the diagonal.
fn couplings(examples: &NoisyExamples, protocol: Protocol) -> Vec<Vec<f64>> {
    let (n, k, m, r) = (examples.neurons(), examples.patterns(), examples.examples(), examples.quality());
    let c = (1.0 - examples.dilution()) * (1.0 + (1.0 - r * r) / (m as f64 * r * r));
    let eta = |i: usize, mu: usize, a: usize| f64::from(examples.entries()[(i * k + mu) * m + a]);
    let hat = |i, mu| (0..m).map(|a| eta(i, mu, a)).sum::<f64>() / (r * m as f64);
    let coupling = |i: usize, j: usize| match protocol {
        Protocol::Supervised => (0..k).map(|mu| hat(i, mu) * hat(j, mu)).sum::<f64>() / (n as f64 * c),
        Protocol::Unsupervised => {
            let pairs = (0..k).flat_map(|mu| (0..m).map(move |a| (mu, a)));
            pairs.map(|(mu, a)| eta(i, mu, a) * eta(j, mu, a)).sum::<f64>()
                / (n as f64 * c * r * r * m as f64)
        }
    };
    (0..n).map(|i| (0..n).map(|j| coupling(i, j)).collect()).collect()
}

#[test]
fn couplings_are_those_of_the_paper_symmetric_and_without_a_diagonal() {
    for protocol in PROTOCOLS {
        let (_, examples, network) = stored(&small(protocol), 1);
        let expected = couplings(&examples, protocol);
        let dense = network.naive_couplings();
        for (i, expected) in expected.iter().enumerate() {
            assert_eq!(dense[41 * i], 0.0);
            for j in (0..40).filter(|&j| j != i) {
                assert_eq!(dense[40 * i + j], dense[40 * j + i]);
                assert!((dense[40 * i + j] - expected[j]).abs() < 1e-14, "{protocol} {i} {j}");
            }
        }
    }
}

#[test]
fn fields_from_overlaps_equal_those_of_the_dense_couplings_all_along() {
    for protocol in PROTOCOLS {
        let (_, _, network) = stored(&small(protocol).with_beta(Some(1.0)), 2);
        let dense = network.naive_couplings();
        let mut stream = Stream::new(2, 1);
        let mut state = network.state(random_spins(40, &mut stream));
        for _ in 0..5 {
            network.sweep(&mut state, &mut stream);
            assert_eq!(state, network.state(state.spins().to_vec()), "running overlaps");
            for i in 0..40 {
                let row = dense[40 * i..][..40].iter().zip(state.spins());
                let expected: f64 = row.map(|(coupling, &spin)| coupling * f64::from(spin)).sum();
                assert!((network.field(&state, i) - expected).abs() < 1e-14, "{protocol} {i}");
            }
        }
    }
}

#[test]
fn the_energy_is_that_of_the_paper() {
    for protocol in PROTOCOLS {
        let (_, examples, network) = stored(&small(protocol), 3);
        let state = network.state(random_spins(40, &mut Stream::new(3, 1)));
        let spin = |i: usize| f64::from(state.spins()[i]);
        let couplings = couplings(&examples, protocol);
        let pairs = (0..40).flat_map(|i| (0..40).map(move |j| (i, j)));
        let expected = -0.5 * pairs.map(|(i, j)| couplings[i][j] * spin(i) * spin(j)).sum::<f64>();
        assert!((network.energy(&state) - expected).abs() < 1e-12, "{protocol}");
    }
}

#[test]
fn a_neuron_does_not_act_on_itself() {
    for protocol in PROTOCOLS {
        let (_, _, network) = stored(&small(protocol), 4);
        let spins = random_spins(40, &mut Stream::new(4, 1));
        let state = network.state(spins.clone());
        for (i, &spin) in spins.iter().enumerate() {
            let mut flipped = spins.clone();
            flipped[i] = -spin;
            let flipped = network.state(flipped);
            assert_eq!(network.field(&state, i), network.field(&flipped, i));
            // A flip costs 2 s h.
            let cost = network.energy(&flipped) - network.energy(&state);
            assert!((cost - 2.0 * f64::from(spin) * network.field(&state, i)).abs() < 1e-12);
        }
    }
}

#[test]
fn sweeps_at_temperature_zero_never_raise_the_energy_and_come_to_rest() {
    for protocol in PROTOCOLS {
        for dilution in [0.0, 0.3, 0.8] {
            let config = HebbianConfig::new(300, 3).with_dilution(dilution).with_quality(0.5);
            let (_, _, network) = stored(&config.with_examples(8).with_protocol(protocol), 5);
            let mut stream = Stream::new(5, 1);
            let mut state = network.state(random_spins(300, &mut stream));
            let mut energy = network.energy(&state);
            for _ in 0..30 {
                network.sweep(&mut state, &mut stream);
                let next = network.energy(&state);
                assert!(next <= energy, "{protocol}, dilution {dilution}: {energy} to {next}");
                energy = next;
            }
            let aligned = (0..300).all(|i| network.field(&state, i) * f64::from(state.spins()[i]) >= 0.0);
            assert!(aligned, "{protocol}, dilution {dilution}");
        }
    }
}

#[test]
fn with_one_example_both_protocols_are_one_network() {
    let config = |protocol| small(protocol).with_examples(1).with_beta(Some(1.2));
    let [supervised, unsupervised] = PROTOCOLS.map(|protocol| stored(&config(protocol), 6).2);
    assert_eq!(supervised.memories(), unsupervised.memories());
    assert_eq!(supervised.scale(), unsupervised.scale());
    let run = |network: &pyrarium_memory::hebbian::MultitaskingHebbian| {
        let mut stream = Stream::new(6, 1);
        let mut state = network.state(random_spins(40, &mut stream));
        (0..10).for_each(|_| network.sweep(&mut state, &mut stream));
        state
    };
    assert_eq!(run(&supervised), run(&unsupervised));
}

#[test]
#[should_panic(expected = "39 spins, but 40 neurons")]
fn a_state_of_another_size_is_refused_with_both_sizes() {
    stored(&small(Protocol::Supervised), 0).2.state(vec![1; 39]);
}
