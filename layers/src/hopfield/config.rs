//! The configuration of a Hopfield layer, checked.

use burn::{config::Config, module::Initializer, nn::DropoutConfig, tensor::Device};
use serde::{Deserialize, Serialize};

use super::{
    iteration::Iteration,
    layer::{BiasPattern, Hopfield},
    norm::PatternNorm,
};
use crate::{Activation, ConfigError, biased_projection, check_range, projection, small_normal};

/// The largest size of a pattern.
const LARGEST: usize = 1 << 20;

/// The inverse temperature `beta` of the heads.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum Scaling {
    /// `1 / sqrt(hidden_size)`; 1 if all three patterns are static.
    #[default]
    InverseRoot,
    /// The same for all heads.
    All(f64),
    /// One for each head.
    PerHead(Vec<f64>),
}

/// Configuration of a [`Hopfield`] layer. The defaults are those of the official code.
#[derive(Config, Debug, PartialEq)]
pub struct HopfieldConfig {
    /// Features of a state pattern.
    pub input_size: usize,
    /// Features of a stored pattern; `None` means `input_size`.
    #[config(default = "None")]
    pub stored_size: Option<usize>,
    /// Features of what values are projected from; `None` means `input_size`.
    #[config(default = "None")]
    pub projection_size: Option<usize>,
    /// Features of a head in the association space; `None` means `input_size / num_heads`.
    #[config(default = "None")]
    pub hidden_size: Option<usize>,
    /// Features of a head's values; `None` means `hidden_size`.
    #[config(default = "None")]
    pub pattern_size: Option<usize>,
    /// Features of the output; `None` means `input_size`.
    #[config(default = "None")]
    pub output_size: Option<usize>,
    /// Heads.
    #[config(default = 1)]
    pub num_heads: usize,
    /// Inverse temperature.
    #[config(default = "Scaling::InverseRoot")]
    pub scaling: Scaling,
    /// Updates after the first association (3 means 4 softmaxes); `None` goes on until every head has settled.
    #[config(default = "Some(0)")]
    pub update_steps_max: Option<usize>,
    /// A head has settled when its association changes by at most this, in the Frobenius norm.
    #[config(default = 1e-4)]
    pub update_steps_eps: f64,
    /// Whether heads make all updates even when they have settled. Otherwise the result depends on what else is in the batch.
    #[config(default = false)]
    pub fixed_steps: bool,
    /// Dropout of the associations, in 0..1.
    #[config(default = 0.0)]
    pub dropout: f64,
    /// Whether projections have biases.
    #[config(default = true)]
    pub bias: bool,
    /// Whether one learnt pattern, with its value, is stored beside the given ones.
    #[config(default = false)]
    pub concat_bias_pattern: bool,
    /// Whether values are projected from what the keys' projection makes of them.
    #[config(default = false)]
    pub pattern_projection_as_connected: bool,
    /// Whether stored patterns are keys as they are.
    #[config(default = false)]
    pub stored_pattern_as_static: bool,
    /// Whether state patterns are queries as they are.
    #[config(default = false)]
    pub state_pattern_as_static: bool,
    /// Whether values are taken as they are.
    #[config(default = false)]
    pub pattern_projection_as_static: bool,
    /// Layer norm of the stored patterns.
    #[config(default = true)]
    pub normalize_stored_pattern: bool,
    /// Scale and shift of that norm.
    #[config(default = true)]
    pub normalize_stored_pattern_affine: bool,
    /// Layer norm of the state patterns.
    #[config(default = true)]
    pub normalize_state_pattern: bool,
    /// Scale and shift of that norm.
    #[config(default = true)]
    pub normalize_state_pattern_affine: bool,
    /// Layer norm of what values are projected from.
    #[config(default = true)]
    pub normalize_pattern_projection: bool,
    /// Scale and shift of that norm.
    #[config(default = true)]
    pub normalize_pattern_projection_affine: bool,
    /// Layer norm of queries and keys in the association space, head by head.
    #[config(default = false)]
    pub normalize_hopfield_space: bool,
    /// Scale and shift of that norm, `hidden_size` of them, which queries, keys and all heads share.
    #[config(default = false)]
    pub normalize_hopfield_space_affine: bool,
    /// Whether the heads' values are projected to the output; otherwise they are the output.
    #[config(default = true)]
    pub out_projection: bool,
    /// Applied to the output.
    #[config(default = "None")]
    pub activation: Option<Activation>,
}

impl HopfieldConfig {
    /// The same without the three norms of the inputs.
    pub fn without_norms(self) -> Self {
        Self {
            normalize_stored_pattern: false,
            normalize_stored_pattern_affine: false,
            normalize_state_pattern: false,
            normalize_state_pattern_affine: false,
            normalize_pattern_projection: false,
            normalize_pattern_projection_affine: false,
            ..self
        }
    }

    /// Nothing learnt: raw patterns are associated. One output feature for each of `size`.
    pub fn associative(size: usize) -> Self {
        Self {
            stored_pattern_as_static: true,
            state_pattern_as_static: true,
            pattern_projection_as_static: true,
            out_projection: false,
            ..Self::new(size).without_norms()
        }
    }

    /// Features of a stored pattern.
    pub fn stored(&self) -> usize {
        self.stored_size.unwrap_or(self.input_size)
    }

    /// Features of what values are projected from.
    pub fn projected(&self) -> usize {
        self.projection_size.unwrap_or(self.input_size)
    }

    /// Features of a head in the association space.
    pub fn hidden(&self) -> usize {
        self.hidden_size.unwrap_or(self.input_size / self.num_heads.max(1))
    }

    /// Features of a head's values.
    pub fn pattern(&self) -> usize {
        self.pattern_size.unwrap_or(self.hidden())
    }

    /// Features of the output.
    pub fn output(&self) -> usize {
        match self.out_projection {
            true => self.output_size.unwrap_or(self.input_size),
            false => self.num_heads * self.pattern(),
        }
    }

    /// Inverse temperature of each head.
    pub fn betas(&self) -> Vec<f64> {
        let is_static = self.stored_pattern_as_static
            && self.state_pattern_as_static
            && self.pattern_projection_as_static;
        match &self.scaling {
            Scaling::InverseRoot if is_static => vec![1.0; self.num_heads],
            Scaling::InverseRoot => vec![1.0 / (self.hidden() as f64).sqrt(); self.num_heads],
            Scaling::All(beta) => vec![*beta; self.num_heads],
            Scaling::PerHead(betas) => betas.clone(),
        }
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// Names the first field that cannot be, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_range("input_size", self.input_size, 1..=LARGEST)?;
        check_range("num_heads", self.num_heads, 1..=LARGEST)?;
        if self.hidden_size.is_none() && !self.input_size.is_multiple_of(self.num_heads) {
            let allowed = format!("a divisor of input_size = {}, or hidden_size given", self.input_size);
            return Err(ConfigError::new("num_heads", self.num_heads, allowed));
        }
        for (field, size) in [
            ("stored_size", self.stored()),
            ("projection_size", self.projected()),
            ("hidden_size", self.hidden()),
            ("pattern_size", self.pattern()),
            ("output_size", self.output()),
        ] {
            check_range(field, size, 1..=LARGEST)?;
        }
        self.validate_static()?;
        self.validate_norms()?;
        self.validate_iteration()?;
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(ConfigError::new("dropout", self.dropout, "0 or more and less than 1"));
        }
        Ok(())
    }

    fn validate_static(&self) -> Result<(), ConfigError> {
        let equal = |field: &str, size: usize, what: &str, other: usize| match size == other {
            true => Ok(()),
            false => Err(ConfigError::new(field, size, format!("{what} = {other}"))),
        };
        if self.stored_pattern_as_static {
            equal("stored_size", self.stored(), "hidden_size, stored patterns being static,", self.hidden())?;
        }
        if self.state_pattern_as_static {
            equal("input_size", self.input_size, "hidden_size, state patterns being static,", self.hidden())?;
        }
        if self.pattern_projection_as_connected {
            if self.stored_pattern_as_static {
                let allowed =
                    "false while stored patterns are static, as there is no projection to connect with";
                return Err(ConfigError::new("pattern_projection_as_connected", true, allowed));
            }
            equal(
                "projection_size",
                self.projected(),
                "stored_size, projections being connected,",
                self.stored(),
            )?;
            equal(
                "pattern_size",
                self.pattern(),
                "hidden_size, projections being connected,",
                self.hidden(),
            )?;
        } else if self.pattern_projection_as_static {
            equal("projection_size", self.projected(), "pattern_size, values being static,", self.pattern())?;
        }
        Ok(())
    }

    fn validate_norms(&self) -> Result<(), ConfigError> {
        let norms = [
            ("stored_pattern", self.normalize_stored_pattern, self.normalize_stored_pattern_affine),
            ("state_pattern", self.normalize_state_pattern, self.normalize_state_pattern_affine),
            (
                "pattern_projection",
                self.normalize_pattern_projection,
                self.normalize_pattern_projection_affine,
            ),
            ("hopfield_space", self.normalize_hopfield_space, self.normalize_hopfield_space_affine),
        ];
        for (name, norm, affine) in norms {
            if affine && !norm {
                let allowed = format!("false while normalize_{name} is");
                return Err(ConfigError::new(format!("normalize_{name}_affine"), affine, allowed));
            }
        }
        Ok(())
    }

    fn validate_iteration(&self) -> Result<(), ConfigError> {
        if let Scaling::PerHead(betas) = &self.scaling
            && betas.len() != self.num_heads
        {
            let allowed = format!("as many values as num_heads = {}", self.num_heads);
            return Err(ConfigError::new("scaling", format!("{betas:?}"), allowed));
        }
        if let Some(beta) = self.betas().iter().find(|beta| !(**beta > 0.0 && beta.is_finite())) {
            return Err(ConfigError::new("scaling", beta, "greater than 0"));
        }
        if !(self.update_steps_eps > 0.0 && self.update_steps_eps.is_finite()) {
            return Err(ConfigError::new("update_steps_eps", self.update_steps_eps, "greater than 0"));
        }
        if self.fixed_steps && self.update_steps_max.is_none() {
            let allowed = "false while update_steps_max is not given";
            return Err(ConfigError::new("fixed_steps", self.fixed_steps, allowed));
        }
        Ok(())
    }

    /// The parameters of the layer.
    ///
    /// # Errors
    ///
    /// If the configuration does not validate.
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        let (heads, bias) = (self.num_heads, usize::from(self.bias));
        let (keys, values) = (heads * self.hidden(), heads * self.pattern());
        let linear = |inputs: usize, outputs: usize| (inputs + bias) * outputs;
        let counted = |counts: bool, number: usize| if counts { number } else { 0 };
        Ok(counted(self.normalize_stored_pattern_affine, 2 * self.stored())
            + counted(self.normalize_state_pattern_affine, 2 * self.input_size)
            + counted(self.normalize_pattern_projection_affine, 2 * self.projected())
            + counted(self.normalize_hopfield_space_affine, 2 * self.hidden())
            + counted(!self.state_pattern_as_static, linear(self.input_size, keys))
            + counted(!self.stored_pattern_as_static, linear(self.stored(), keys))
            + counted(!self.pattern_projection_as_static, linear(self.value_inputs(), values))
            + counted(self.concat_bias_pattern, keys + values)
            + counted(self.out_projection, linear(values, self.output())))
    }

    /// Features of what the values' own projection reads.
    fn value_inputs(&self) -> usize {
        match self.pattern_projection_as_connected {
            true => self.num_heads * self.hidden(),
            false => self.projected(),
        }
    }

    /// The layer: weights from the normal distribution of standard deviation 0.02, biases 0.
    ///
    /// # Errors
    ///
    /// If the configuration does not validate.
    pub fn init(&self, device: &Device) -> Result<Hopfield, ConfigError> {
        self.validate()?;
        let (keys, values) = (self.num_heads * self.hidden(), self.num_heads * self.pattern());
        let linear = |inputs, outputs| match self.bias {
            true => biased_projection(inputs, outputs, device),
            false => projection(inputs, outputs, device),
        };
        let norm = |is_on: bool, features, affine| is_on.then(|| PatternNorm::new(features, affine, device));
        let initial = |size: usize| Initializer::init(&small_normal(), [size], device);
        Ok(Hopfield {
            stored_norm: norm(
                self.normalize_stored_pattern,
                self.stored(),
                self.normalize_stored_pattern_affine,
            ),
            state_norm: norm(
                self.normalize_state_pattern,
                self.input_size,
                self.normalize_state_pattern_affine,
            ),
            projection_norm: norm(
                self.normalize_pattern_projection,
                self.projected(),
                self.normalize_pattern_projection_affine,
            ),
            query: (!self.state_pattern_as_static).then(|| linear(self.input_size, keys)),
            key: (!self.stored_pattern_as_static).then(|| linear(self.stored(), keys)),
            value: (!self.pattern_projection_as_static).then(|| linear(self.value_inputs(), values)),
            association_norm: norm(
                self.normalize_hopfield_space,
                self.hidden(),
                self.normalize_hopfield_space_affine,
            ),
            bias_pattern: self
                .concat_bias_pattern
                .then(|| BiasPattern { key: initial(keys), value: initial(values) }),
            dropout: DropoutConfig::new(self.dropout).init(),
            output: self.out_projection.then(|| linear(values, self.output())),
            connected: self.pattern_projection_as_connected,
            iteration: Iteration {
                scaling: self.betas(),
                updates: self.update_steps_max,
                epsilon: self.update_steps_eps,
                fixed: self.fixed_steps,
            },
            activation: self.activation,
        })
    }
}
