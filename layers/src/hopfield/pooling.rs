//! Pooling of a set: learnt state patterns query it.

use burn::{
    config::Config,
    module::{Module, Param},
    tensor::{Device, Tensor},
};

use super::{Hopfield, HopfieldConfig, Masks};
use crate::{ConfigError, check_range, small_normal};

/// Configuration of a [`HopfieldPooling`].
#[derive(Config, Debug, PartialEq)]
pub struct HopfieldPoolingConfig {
    /// The association; its stored patterns have `input_size` features unless it says otherwise.
    pub hopfield: HopfieldConfig,
    /// Learnt state patterns.
    #[config(default = 1)]
    pub quantity: usize,
}

impl HopfieldPoolingConfig {
    /// Features of the output.
    pub fn output(&self) -> usize {
        self.quantity * self.hopfield.output()
    }

    /// The parameters of the layer.
    ///
    /// # Errors
    ///
    /// If the configuration does not validate.
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        Ok(self.hopfield.num_params()? + self.quantity * self.hopfield.input_size)
    }

    /// The layer.
    ///
    /// # Errors
    ///
    /// If there is no state pattern, or the association's configuration does not validate.
    pub fn init(&self, device: &Device) -> Result<HopfieldPooling, ConfigError> {
        check_range("quantity", self.quantity, 1..=1 << 20)?;
        let hopfield = self.hopfield.init(device)?;
        let states = small_normal().init([1, self.quantity, self.hopfield.input_size], device);
        Ok(HopfieldPooling { states, hopfield })
    }
}

/// Learnt state patterns that query a set and so make vectors of it.
#[derive(Module, Debug)]
pub struct HopfieldPooling {
    /// `[1, quantity, input]`.
    pub states: Param<Tensor<3>>,
    /// The association.
    pub hopfield: Hopfield,
}

impl HopfieldPooling {
    /// Pools each set of a batch.
    ///
    /// # Shapes
    ///
    /// - x: `[B, S, D]`
    /// - output: `[B, quantity * output]`
    pub fn forward(&self, x: Tensor<3>, masks: &Masks) -> Tensor<2> {
        self.hopfield.forward(x.clone(), self.states.val(), x, masks).flatten(1, 2)
    }

    /// What each learnt state is associated with: `[B, S, D]` to `[B, H, quantity, S]`.
    pub fn association_matrix(&self, x: Tensor<3>, masks: &Masks) -> Tensor<4> {
        self.hopfield.association_matrix(x, self.states.val(), masks)
    }
}
