//! Many replicas of one network as tensors, for an accelerator.
//!
//! The neurons are cut into blocks. All neurons of a block are updated together, by the fields before the update, then the next
//! block sees them. One block is synchronous dynamics, which can go back and forth between two configurations for ever; as many
//! blocks as neurons are the sequential dynamics in a fixed order. The patterns of different neurons are independent, so a fixed
//! order is as good as any; with some tens of blocks the overlaps are those of sequential dynamics within their fluctuations.

use burn::tensor::{Device, Tensor, TensorData, activation::sigmoid};
use pyrarium_layers::{ConfigError, check_range};

use super::MultitaskingHebbian;

/// The block dynamics of `B` replicas. Exact, ties included, while all sums are below 2^24; rounded like any 32-bit product
/// beyond.
#[derive(Clone, Debug)]
pub struct BatchedHebbian {
    /// `[N, R]`
    memories: Tensor<2>,
    /// `[1, N]`
    self_couplings: Tensor<2>,
    scale: f64,
    beta: Option<f64>,
    blocks: usize,
}

impl BatchedHebbian {
    /// The network on a device, its neurons cut into `blocks` blocks.
    ///
    /// # Errors
    ///
    /// If there are no blocks, or more than neurons.
    pub fn new(network: &MultitaskingHebbian, blocks: usize, device: &Device) -> Result<Self, ConfigError> {
        let (neurons, rank) = (network.neurons(), network.rank());
        check_range("blocks", blocks, 1..=neurons)?;
        let memories: Vec<f32> = network.memories().iter().map(|&memory| memory as f32).collect();
        let squares: Vec<f32> = network.self_couplings().iter().map(|&square| square as f32).collect();
        Ok(Self {
            memories: Tensor::from_data(TensorData::new(memories, [neurons, rank]), device),
            self_couplings: Tensor::from_data(TensorData::new(squares, [1, neurons]), device),
            scale: network.scale(),
            beta: network.beta(),
            blocks,
        })
    }

    /// One sweep: each neuron of each replica once. A neuron becomes 1 if its random number is below the probability.
    ///
    /// # Shapes
    ///
    /// - spins, 1 or -1: `[B, N]`
    /// - uniforms, in `[0, 1)`: `[B, N]`
    /// - output: `[B, N]`
    pub fn sweep(&self, spins: Tensor<2>, uniforms: Tensor<2>) -> Tensor<2> {
        let [neurons, _] = self.memories.dims();
        let (dims, drawn) = (spins.dims(), uniforms.dims());
        assert!(
            dims[1] == neurons && drawn == dims,
            "spins of shape {dims:?} and random numbers of shape {drawn:?}, but the network takes [_, {neurons}]"
        );
        let mut overlaps = spins.clone().matmul(self.memories.clone()); // [B, R]
        let mut blocks = Vec::with_capacity(self.blocks);
        for block in 0..self.blocks {
            let range = block * neurons / self.blocks..(block + 1) * neurons / self.blocks;
            let memories = self.memories.clone().slice([range.clone()]); // [b, R]
            let squares = self.self_couplings.clone().slice([0..1, range.clone()]); // [1, b]
            let old = spins.clone().slice([0..dims[0], range.clone()]); // [B, b]
            let drive = overlaps.clone().matmul(memories.clone().transpose()) - squares * old.clone();
            let up = uniforms.clone().slice([0..dims[0], range]).lower(self.probability_up(drive));
            let new = up.float() * 2.0 - 1.0;
            overlaps = overlaps + (new.clone() - old).matmul(memories);
            blocks.push(new);
        }
        Tensor::cat(blocks, 1)
    }

    fn probability_up(&self, drive: Tensor<2>) -> Tensor<2> {
        match self.beta {
            Some(beta) => sigmoid(drive * (2.0 * beta * self.scale)),
            None => (drive.sign() + 1.0) * 0.5,
        }
    }
}
