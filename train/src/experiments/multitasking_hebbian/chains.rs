//! Replicas of one network: one neuron after the other on the host, or block by block as tensors on a device.

use burn::tensor::{Device, Tensor, TensorData};
use pyrarium_memory::hebbian::{BatchedHebbian, MultitaskingHebbian, State, Stream};

use crate::Error;

/// The replicas, whatever they run on. Random numbers come from the host, so that a device changes nothing but rounding.
pub enum Chains {
    /// In exact arithmetic.
    Host {
        /// The network.
        network: MultitaskingHebbian,
        /// One state for each replica.
        states: Vec<State>,
    },
    /// In 32-bit floats.
    Device {
        /// The network.
        network: Box<BatchedHebbian>,
        /// `[B, N]`
        spins: Tensor<2>,
    },
}

impl Chains {
    /// Replicas with the given spins; 0 blocks is the host.
    pub fn new(
        network: &MultitaskingHebbian,
        spins: &[Vec<i8>],
        blocks: usize,
        device: &Device,
    ) -> Result<Self, Error> {
        Ok(match blocks {
            0 => Self::Host {
                network: network.clone(),
                states: spins.iter().map(|spins| network.state(spins.clone())).collect(),
            },
            _ => Self::Device {
                network: Box::new(BatchedHebbian::new(network, blocks, device)?),
                spins: upload(spins.iter().flatten().map(|&spin| f32::from(spin)), spins.len(), device),
            },
        })
    }

    /// Sweep `number`, counted from 1.
    pub fn sweep(&mut self, seed: u64, number: usize) {
        let stream = |replica: usize| Stream::new(seed, ((number as u64) << 24) | replica as u64);
        match self {
            Self::Host { network, states } => {
                for (replica, state) in states.iter_mut().enumerate() {
                    network.sweep(state, &mut stream(replica));
                }
            }
            Self::Device { network, spins } => {
                let [replicas, neurons] = spins.dims();
                let draw = |replica| {
                    let mut stream = stream(replica);
                    (0..neurons).map(move |_| in_single_precision(stream.uniform()))
                };
                let uniforms = upload((0..replicas).flat_map(draw), replicas, &spins.device());
                *spins = network.sweep(spins.clone(), uniforms);
            }
        }
    }

    /// The spins of each replica.
    pub fn spins(&self) -> Result<Vec<Vec<i8>>, Error> {
        match self {
            Self::Host { states, .. } => Ok(states.iter().map(|state| state.spins().to_vec()).collect()),
            Self::Device { spins, .. } => {
                let data = spins.clone().try_into_data()?;
                let values: Vec<i8> = data.iter::<f32>().map(|value| value as i8).collect();
                Ok(values.chunks(spins.dims()[1]).map(<[i8]>::to_vec).collect())
            }
        }
    }
}

/// `[rows, values / rows]`
fn upload(values: impl Iterator<Item = f32>, rows: usize, device: &Device) -> Tensor<2> {
    let values: Vec<f32> = values.collect();
    let columns = values.len() / rows;
    Tensor::from_data(TensorData::new(values, [rows, columns]), device)
}

/// Rounded down, so that it stays below 1.
fn in_single_precision(uniform: f64) -> f32 {
    const STEPS: f64 = (1 << 24) as f64;
    ((uniform * STEPS).floor() / STEPS) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{self, BACKENDS};
    use pyrarium_memory::hebbian::{HebbianConfig, Start};

    #[test]
    fn random_numbers_stay_below_one() {
        assert!(in_single_precision(1.0 - f64::EPSILON) < 1.0);
        assert_eq!(in_single_precision(0.25), 0.25);
    }

    /// Every backend that needs no driver.
    #[test]
    fn a_device_changes_nothing() {
        let config = HebbianConfig::new(200, 2).with_dilution(0.3).with_beta(Some(3.0));
        let mut stream = Stream::new(1, 0);
        let patterns = config.patterns(&mut stream).unwrap();
        let network = config.fit(&config.examples(&patterns, &mut stream).unwrap()).unwrap();
        let start =
            vec![patterns.start(Start::Random, &mut stream), patterns.start(Start::Random, &mut stream)];
        let run = |device: &Device, blocks| {
            let mut chains = Chains::new(&network, &start, blocks, device).unwrap();
            (1..=10).for_each(|number| chains.sweep(5, number));
            chains.spins().unwrap()
        };
        let expected = run(&device::parse("flex").unwrap(), 10);
        assert_ne!(expected, start);
        let names =
            BACKENDS.iter().map(|backend| backend.name).filter(|name| ["ndarray", "tch"].contains(name));
        for device in names.filter_map(|name| device::parse(name).ok()) {
            assert_eq!(run(&device, 10), expected);
        }
        assert_eq!(run(&device::parse("flex").unwrap(), 0).len(), 2);
    }
}
