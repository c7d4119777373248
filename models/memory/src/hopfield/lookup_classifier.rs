//! A classifier of feature vectors that looks them up among training samples (section 5 of the paper, on small UCI data sets).

use burn::{
    config::Config,
    module::Module,
    tensor::{Bool, Device, Tensor},
};
use pyrarium_layers::{
    ConfigError, Regressor, check_range,
    hopfield::{AssociationMask, HopfieldConfig, HopfieldLookup, HopfieldLookupConfig, Masks, Scaling},
};

/// Added to probabilities before their logarithm is taken.
const FLOOR: f64 = 1e-6;

/// Configuration of a [`LookupClassifier`].
#[derive(Config, Debug, PartialEq)]
pub struct LookupClassifierConfig {
    /// Features of a sample.
    pub features: usize,
    /// Classes.
    pub classes: usize,
    /// Stored samples.
    pub quantity: usize,
    /// Heads, whose probabilities are averaged.
    #[config(default = 1)]
    pub num_heads: usize,
    /// Features of a head in the association space; `None` means `features`.
    #[config(default = "None")]
    pub hidden_size: Option<usize>,
    /// Inverse temperature.
    #[config(default = "Scaling::InverseRoot")]
    pub scaling: Scaling,
}

impl LookupClassifierConfig {
    /// The table: keys are learnt, values are the samples' labels as they are.
    fn table(&self) -> HopfieldLookupConfig {
        let hopfield = HopfieldConfig {
            num_heads: self.num_heads,
            hidden_size: Some(self.hidden_size.unwrap_or(self.features)),
            projection_size: Some(self.classes),
            pattern_size: Some(self.classes),
            scaling: self.scaling.clone(),
            pattern_projection_as_static: true,
            normalize_pattern_projection: false,
            normalize_pattern_projection_affine: false,
            out_projection: false,
            ..HopfieldConfig::new(self.features)
        };
        HopfieldLookupConfig::new(hopfield, self.quantity)
            .with_lookup_weights_as_separated(true)
            .with_lookup_targets_as_trainable(false)
    }

    /// The parameters of the classifier, labels included.
    ///
    /// # Errors
    ///
    /// If the configuration does not validate.
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.table().num_params()
    }

    /// The classifier, to be filled by [`with_samples`](LookupClassifier::with_samples).
    ///
    /// # Errors
    ///
    /// If a size cannot be.
    pub fn init(&self, device: &Device) -> Result<LookupClassifier, ConfigError> {
        check_range("classes", self.classes, 2..=1 << 20)?;
        Ok(LookupClassifier { table: self.table().init(device)?, num_heads: self.num_heads })
    }
}

/// Class probabilities are the labels of stored samples, weighted by the association with them.
#[derive(Module, Debug)]
pub struct LookupClassifier {
    /// Stored samples and their labels.
    pub table: HopfieldLookup,
    #[module(skip)]
    num_heads: usize,
}

impl LookupClassifier {
    /// Stores samples; they stay learnable, their labels do not.
    ///
    /// # Shapes
    ///
    /// - samples: `[quantity, features]`
    /// - labels: `[quantity, classes]`, one 1 in each row
    ///
    /// # Panics
    ///
    /// If a shape is another one; the message has both.
    pub fn with_samples(self, samples: Tensor<2>, labels: Tensor<2>) -> Self {
        Self { table: self.table.set_lookup(samples, Some(labels)), ..self }
    }

    /// Scores of the stored samples themselves, in their order, each looked up among the others: what training minimises the
    /// cross-entropy of. `[quantity, features]` to `[quantity, classes]`.
    pub fn leave_one_out(&self, samples: Tensor<2>) -> Tensor<2> {
        let count = samples.dims()[0];
        let itself = Tensor::<2>::eye(count, &samples.device()).equal_elem(1.0);
        self.scores(samples, Some(itself))
    }

    fn scores(&self, x: Tensor<2>, forbidden: Option<Tensor<2, Bool>>) -> Tensor<2> {
        let rows = x.dims()[0];
        let masks = match forbidden {
            Some(mask) => Masks::association(AssociationMask::Forbid(mask)),
            None => Masks::none(),
        };
        let found = self.table.forward(x.unsqueeze_dim(0), &masks); // [1, rows, H K]
        let classes = found.dims()[2] / self.num_heads;
        let mean = found.reshape([rows, self.num_heads, classes]).mean_dim(1).squeeze_dim::<2>(1);
        (mean + FLOOR).log()
    }
}

impl Regressor for LookupClassifier {
    /// Logarithms of the class probabilities: `[batch, features]` to `[batch, classes]`.
    fn predict(&self, x: Tensor<2>) -> Tensor<2> {
        self.scores(x, None)
    }
}
