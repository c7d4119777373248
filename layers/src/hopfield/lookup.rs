//! A lookup table: inputs query learnt stored patterns. The paper's `HopfieldLayer`.

use burn::{
    config::Config,
    module::{Module, Param, ParamId},
    tensor::{Device, Tensor},
};

use super::{Hopfield, HopfieldConfig, Masks};
use crate::{ConfigError, check_range, small_normal};

/// Configuration of a [`HopfieldLookup`].
#[derive(Config, Debug, PartialEq)]
pub struct HopfieldLookupConfig {
    /// The association; stored patterns have `stored_size`, targets `projection_size` features.
    pub hopfield: HopfieldConfig,
    /// Stored patterns.
    pub quantity: usize,
    /// Whether values come from targets of their own; otherwise from the stored patterns.
    #[config(default = false)]
    pub lookup_weights_as_separated: bool,
    /// Whether these targets are learnt.
    #[config(default = true)]
    pub lookup_targets_as_trainable: bool,
}

impl HopfieldLookupConfig {
    /// Checks every field.
    ///
    /// # Errors
    ///
    /// Names the first field that cannot be, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.hopfield.validate()?;
        check_range("quantity", self.quantity, 1..=1 << 30)?;
        let (stored, projected) = (self.hopfield.stored(), self.hopfield.projected());
        if !self.lookup_weights_as_separated && stored != projected {
            let allowed = format!("stored_size = {stored} unless lookup_weights_as_separated");
            return Err(ConfigError::new("projection_size", projected, allowed));
        }
        Ok(())
    }

    /// The parameters of the layer, targets that are not learnt included.
    ///
    /// # Errors
    ///
    /// If the configuration does not validate.
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        let targets = if self.lookup_weights_as_separated { self.hopfield.projected() } else { 0 };
        Ok(self.hopfield.num_params()? + self.quantity * (self.hopfield.stored() + targets))
    }

    /// The layer.
    ///
    /// # Errors
    ///
    /// If the configuration does not validate.
    pub fn init(&self, device: &Device) -> Result<HopfieldLookup, ConfigError> {
        self.validate()?;
        let table = |features: usize| small_normal().init([1, self.quantity, features], device);
        let targets = || {
            let targets: Param<Tensor<3>> = table(self.hopfield.projected());
            targets.set_require_grad(self.lookup_targets_as_trainable)
        };
        Ok(HopfieldLookup {
            stored: table(self.hopfield.stored()),
            targets: self.lookup_weights_as_separated.then(targets),
            hopfield: self.hopfield.init(device)?,
        })
    }
}

/// Learnt stored patterns that inputs are associated with.
#[derive(Module, Debug)]
pub struct HopfieldLookup {
    /// `[1, quantity, stored]`.
    pub stored: Param<Tensor<3>>,
    /// What values are projected from, `[1, quantity, projected]`; the stored patterns if there are none.
    pub targets: Option<Param<Tensor<3>>>,
    /// The association.
    pub hopfield: Hopfield,
}

impl HopfieldLookup {
    /// Looks each input up.
    ///
    /// # Shapes
    ///
    /// - x: `[B, L, D]`
    /// - output: `[B, L, output]`
    pub fn forward(&self, x: Tensor<3>, masks: &Masks) -> Tensor<3> {
        let targets = self.targets.as_ref().unwrap_or(&self.stored).val();
        self.hopfield.forward(self.stored.val(), x, targets, masks)
    }

    /// What each input is associated with: `[B, L, D]` to `[B, H, L, quantity]`.
    pub fn association_matrix(&self, x: Tensor<3>, masks: &Masks) -> Tensor<4> {
        self.hopfield.association_matrix(self.stored.val(), x, masks)
    }

    /// The same with these stored patterns, and targets where it has them: training samples with their labels for example.
    ///
    /// # Shapes
    ///
    /// - patterns: `[quantity, stored]`
    /// - targets: `[quantity, projected]`
    ///
    /// # Panics
    ///
    /// If a shape is another one, or targets are given to a table without; the message has both shapes.
    pub fn set_lookup(self, patterns: Tensor<2>, targets: Option<Tensor<2>>) -> Self {
        assert!(
            targets.is_none() || self.targets.is_some(),
            "targets of shape {:?} for a table whose values are its stored patterns {:?}",
            targets.as_ref().map(|targets| targets.dims()),
            self.stored.lazy_shape()
        );
        let targets = match (self.targets, targets) {
            (Some(own), Some(targets)) => Some(replaced(own, targets)),
            (own, _) => own,
        };
        Self { stored: replaced(self.stored, patterns), targets, hopfield: self.hopfield }
    }
}

fn replaced(param: Param<Tensor<3>>, values: Tensor<2>) -> Param<Tensor<3>> {
    let values = values.unsqueeze::<3>();
    assert!(
        param.lazy_shape().to_vec() == values.dims().to_vec(),
        "a table of shape {:?} cannot hold values of shape {:?}",
        param.lazy_shape(),
        values.dims()
    );
    let id: ParamId = param.id;
    param.transform_for_load(values, id)
}
