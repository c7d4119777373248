//! Which TSMixer: its window, its blocks and its heads.

use burn::{config::Config, tensor::Device};
use pyrarium_layers::{ConfigError, NormKind, check_range};

use crate::{
    Backbone, ForecastOutput, MaskConfig, Pooling, Positions, Reconcile, Scaling, TsMixerForClassification,
    TsMixerForPretraining, TsMixerForRegression, TsMixerForecaster, TsMixerModel,
};

/// Configuration of a [`TsMixerModel`] and of the models that put a head on it. The defaults are those of transformers'
/// `PatchTSMixerConfig`.
#[derive(Config, Debug, PartialEq)]
pub struct TsMixerConfig {
    /// Channels of the series.
    pub num_channels: usize,
    /// Steps of a window; more than `patch_length`.
    #[config(default = 32)]
    pub context_length: usize,
    /// Steps of a patch.
    #[config(default = 8)]
    pub patch_length: usize,
    /// Steps from one patch to the next.
    #[config(default = 8)]
    pub patch_stride: usize,
    /// Features of a patch.
    #[config(default = 8)]
    pub d_model: usize,
    /// How many times wider an MLP is inside.
    #[config(default = 2)]
    pub expansion_factor: usize,
    /// Blocks.
    #[config(default = 3)]
    pub num_layers: usize,
    /// Probability of dropping a value inside and behind an MLP, 0 to below 1.
    #[config(default = 0.2)]
    pub dropout: f64,
    /// How a block sees the channels.
    #[config(default = "Backbone::Ci")]
    pub backbone: Backbone,
    /// Whether mixers multiply by a softmax gate.
    #[config(default = true)]
    pub gated: bool,
    /// The normalisation before each mixer, layer or batch.
    #[config(default = "NormKind::Layer")]
    pub norm: NormKind,
    /// Added to the variance by the normalisations.
    #[config(default = 1e-5)]
    pub norm_eps: f64,
    /// Heads of self attention over the patches, beside the MLP over them; they divide `d_model`. `None` means no self attention.
    #[config(default = "None")]
    pub attention_heads: Option<usize>,
    /// What is added to the embeddings.
    #[config(default = "Positions::None")]
    pub positions: Positions,
    /// How windows are scaled.
    #[config(default = "Scaling::Std")]
    pub scaling: Scaling,
    /// Standard deviation of the initial weights of linear layers; their biases begin at 0.
    #[config(default = 0.02)]
    pub init_std: f64,
    /// Probability of dropping a value before a head, 0 to below 1.
    #[config(default = 0.2)]
    pub head_dropout: f64,
    /// Steps of a forecast.
    #[config(default = 16)]
    pub horizon: usize,
    /// The channels that are forecast, in ascending order; `None` means all.
    #[config(default = "None")]
    pub target_channels: Option<Vec<usize>>,
    /// What the heads for forecasting and regression predict.
    #[config(default = "ForecastOutput::Point")]
    pub output: ForecastOutput,
    /// What corrects the forecast.
    #[config(default = "Reconcile::default()")]
    pub reconcile: Reconcile,
    /// What pretraining masks.
    #[config(default = "MaskConfig::default()")]
    pub mask: MaskConfig,
    /// Classes, or values to regress.
    #[config(default = 3)]
    pub num_targets: usize,
    /// The lowest and the highest value that regression predicts; `None` means any.
    #[config(default = "None")]
    pub output_range: Option<[f64; 2]>,
    /// How patches are summed up for classification and regression.
    #[config(default = "Pooling::Max")]
    pub pooling: Pooling,
}

impl TsMixerConfig {
    /// The configuration of transformers' notebooks for ETTh1: 512 steps of context, 96 of forecast, 48 features.
    pub fn etth1(num_channels: usize) -> Self {
        Self::new(num_channels)
            .with_context_length(512)
            .with_horizon(96)
            .with_d_model(48)
            .with_expansion_factor(3)
            .with_dropout(0.5)
            .with_head_dropout(0.7)
    }

    /// The configuration of transformers' notebooks for the electricity data: 512 steps of context, 96 of forecast, 8 blocks.
    pub fn electricity(num_channels: usize) -> Self {
        Self::new(num_channels).with_context_length(512).with_horizon(96).with_d_model(16).with_num_layers(8)
    }

    /// Patches of a window: the last ones that fit, so that only its first steps may be in none.
    pub fn num_patches(&self) -> usize {
        let room = self.context_length.saturating_sub(self.patch_length);
        room / self.patch_stride.max(1) + 1
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// Names the first field that cannot be, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.validate_backbone()?;
        self.validate_heads()?;
        self.reconcile.validate()?;
        self.mask.validate(self.num_patches(), self.num_channels)
    }

    fn validate_backbone(&self) -> Result<(), ConfigError> {
        check_range("num_channels", self.num_channels, 1..=1 << 16)?;
        check_range("patch_length", self.patch_length, 1..=1 << 16)?;
        check_range("patch_stride", self.patch_stride, 1..=1 << 16)?;
        check_range("context_length", self.context_length, self.patch_length + 1..=1 << 24)?;
        check_range("d_model", self.d_model, 1..=1 << 16)?;
        check_range("expansion_factor", self.expansion_factor, 1..=1 << 10)?;
        check_range("num_layers", self.num_layers, 1..=1 << 10)?;
        check_probability("dropout", self.dropout)?;
        check_probability("head_dropout", self.head_dropout)?;
        if self.norm == NormKind::None {
            return Err(ConfigError::new("norm", self.norm, "one of layer, batch"));
        }
        check_positive("norm_eps", self.norm_eps)?;
        check_positive("init_std", self.init_std)?;
        match self.attention_heads {
            Some(heads) if heads == 0 || !self.d_model.is_multiple_of(heads) => Err(ConfigError::new(
                "attention_heads",
                heads,
                format!("a divisor of d_model = {}", self.d_model),
            )),
            _ => Ok(()),
        }
    }

    fn validate_heads(&self) -> Result<(), ConfigError> {
        check_range("horizon", self.horizon, 1..=1 << 16)?;
        check_range("num_targets", self.num_targets, 1..=1 << 16)?;
        if let Some(channels) = &self.target_channels {
            let ascending = channels.windows(2).all(|pair| pair[0] < pair[1]);
            if channels.is_empty() || !ascending || channels.iter().any(|&c| c >= self.num_channels) {
                let allowed = format!("ascending channels below num_channels = {}", self.num_channels);
                return Err(ConfigError::new("target_channels", format!("{channels:?}"), allowed));
            }
        }
        if let Some([low, high]) = self.output_range
            && !(low.is_finite() && high.is_finite() && low < high)
        {
            return Err(ConfigError::new(
                "output_range",
                format!("[{low}, {high}]"),
                "a lower and a higher value",
            ));
        }
        if self.reconcile.hierarchical && !self.horizon.is_multiple_of(self.patch_length) {
            let allowed = format!(
                "a multiple of patch_length = {} with hierarchical reconciliation",
                self.patch_length
            );
            return Err(ConfigError::new("horizon", self.horizon, allowed));
        }
        if self.output != ForecastOutput::Point && !self.reconcile.is_none() {
            return Err(ConfigError::new("output", self.output, "point where forecasts are reconciled"));
        }
        Ok(())
    }

    /// The backbone.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init_model(&self, device: &Device) -> Result<TsMixerModel, ConfigError> {
        self.validate()?;
        Ok(TsMixerModel::new(self, device))
    }

    /// The backbone with the head for forecasting.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init_forecaster(&self, device: &Device) -> Result<TsMixerForecaster, ConfigError> {
        self.validate()?;
        Ok(TsMixerForecaster::new(self, device))
    }

    /// The backbone with the head that restores masked patches.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init_pretraining(&self, device: &Device) -> Result<TsMixerForPretraining, ConfigError> {
        self.validate()?;
        Ok(TsMixerForPretraining::new(self, device))
    }

    /// The backbone with the head for classification.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init_classifier(&self, device: &Device) -> Result<TsMixerForClassification, ConfigError> {
        self.validate()?;
        Ok(TsMixerForClassification::new(self, device))
    }

    /// The backbone with the head for regression.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init_regressor(&self, device: &Device) -> Result<TsMixerForRegression, ConfigError> {
        self.validate()?;
        Ok(TsMixerForRegression::new(self, device))
    }
}

pub(crate) fn check_probability(field: &str, value: f64) -> Result<(), ConfigError> {
    if (0.0..1.0).contains(&value) {
        return Ok(());
    }
    Err(ConfigError::new(field, value, "0 or above, and below 1"))
}

fn check_positive(field: &str, value: f64) -> Result<(), ConfigError> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(ConfigError::new(field, value, "positive"))
}
