//! Overlaps and reconstruction losses: `m^2 = A^2 - L+ L-`.

use pyrarium_memory::hebbian::{HebbianConfig, Start, Stream};

use crate::stored;

#[test]
fn squared_overlaps_are_functions_of_the_losses() {
    for dilution in [0.0, 0.3, 0.9] {
        let (patterns, _, network) = stored(&HebbianConfig::new(500, 3).with_dilution(dilution), 1);
        let mut stream = Stream::new(1, 1);
        for start in [Start::Hierarchical, Start::Symmetric, Start::Random] {
            let spins = patterns.start(start, &mut stream);
            let (overlaps, losses) = (patterns.overlaps(&spins), patterns.losses(&spins));
            for (m, loss) in overlaps.iter().zip(&losses) {
                assert!((loss.squared_overlap() - m * m).abs() < 1e-10);
                assert!((loss.to_pattern - (loss.level - m)).abs() < 1e-10);
                assert!((loss.to_negative - (loss.level + m)).abs() < 1e-10);
            }
            // With perfect data the energy is -N/(2c) sum (A^2 - L+ L-), c = 1 - d.
            let sum: f64 = losses.iter().map(|loss| loss.squared_overlap()).sum();
            let expected = -500.0 / (2.0 * (1.0 - dilution)) * sum;
            assert!((network.energy(&network.state(spins)) - expected).abs() < 1e-9);
        }
    }
}
