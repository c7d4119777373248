//! How many patches are masked, where, and that the seed alone decides it.

use pyrarium_layers::seeded::Stream;
use pyrarium_time_series::{MaskConfig, MaskKind};

use crate::numbers;

fn rows(config: &MaskConfig, rows: usize, channels: usize, patches: usize, seed: u64) -> Vec<Vec<f64>> {
    let mask = config.draw(rows, channels, patches, &mut Stream::new(seed, 0));
    assert_eq!(mask.shape().to_vec(), [rows, channels, patches]);
    numbers(mask).chunks(patches).map(<[f64]>::to_vec).collect()
}

fn random(ratio: f64) -> MaskConfig {
    MaskConfig::new().with_kind(MaskKind::Random { ratio })
}

#[test]
fn a_random_mask_keeps_its_share() {
    for (ratio, patches, masked) in [(0.5, 6, 3), (0.5, 7, 4), (0.4, 10, 4), (0.0, 5, 0), (0.99, 5, 5)] {
        for row in rows(&random(ratio), 4, 2, patches, 1) {
            assert_eq!(row.iter().sum::<f64>(), f64::from(masked), "{ratio} {row:?}");
        }
    }
}

#[test]
fn channels_share_a_mask_or_have_their_own() {
    let shared = rows(&random(0.5), 5, 3, 8, 1);
    assert!(shared.chunks(3).all(|sample| sample[0] == sample[1] && sample[1] == sample[2]));
    assert!(shared[0] != shared[3] || shared[3] != shared[6], "windows have their own");
    let own = rows(&random(0.5).with_channel_consistent(false), 5, 3, 8, 1);
    assert!(own.chunks(3).any(|sample| sample[0] != sample[1]));
}

#[test]
fn the_last_patches_are_masked_equally_often() {
    let config = MaskConfig::new().with_kind(MaskKind::Forecast { patches: vec![2, 3] });
    let masks = rows(&config, 8, 2, 6, 1);
    let counts: Vec<f64> = masks.iter().map(|row| row.iter().sum()).collect();
    assert!(masks.iter().all(|row| row.windows(2).all(|pair| pair[0] <= pair[1])));
    assert_eq!(counts.iter().filter(|&&count| count == 2.0).count(), 8);
    assert_eq!(counts.iter().filter(|&&count| count == 3.0).count(), 8);
    // A window alone may have either.
    let alone: Vec<f64> = (0..20).map(|seed| rows(&config, 1, 1, 6, seed)[0].iter().sum()).collect();
    assert!(alone.contains(&2.0) && alone.contains(&3.0));
}

#[test]
fn some_channels_are_never_masked() {
    let kinds = [MaskKind::Random { ratio: 0.5 }, MaskKind::Forecast { patches: vec![1] }];
    for kind in kinds {
        let config = MaskConfig::new().with_kind(kind).with_unmasked_channels(vec![1]);
        for sample in rows(&config, 4, 3, 6, 1).chunks(3) {
            let counts: Vec<bool> = sample.iter().map(|row| row.iter().sum::<f64>() > 0.0).collect();
            assert_eq!(counts, [true, false, true]);
        }
    }
}

#[test]
fn the_seed_alone_decides() {
    assert_eq!(rows(&random(0.5), 4, 2, 16, 1), rows(&random(0.5), 4, 2, 16, 1));
    assert_ne!(rows(&random(0.5), 4, 2, 16, 1), rows(&random(0.5), 4, 2, 16, 2));
}
