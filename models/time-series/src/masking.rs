//! Which patches pretraining hides, drawn on the host from a seeded stream.

use burn::{config::Config, tensor::TensorData};
use pyrarium_layers::{ConfigError, seeded::Stream};
use serde::{Deserialize, Serialize};

/// Which patches of a window are masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaskKind {
    /// Any, all choices of `patches - floor(patches * (1 - ratio))` of them equally likely.
    Random {
        /// The share that is masked, 0 to below 1.
        ratio: f64,
    },
    /// The last ones, as if the window were to be forecast; a batch is divided equally among the counts.
    Forecast {
        /// How many; each at least 1 and less than there are.
        patches: Vec<usize>,
    },
}

impl Default for MaskKind {
    fn default() -> Self {
        Self::Random { ratio: 0.5 }
    }
}

/// What is masked, and how the loss counts it.
#[derive(Config, Debug, PartialEq)]
pub struct MaskConfig {
    /// Which patches.
    #[config(default = "MaskKind::default()")]
    pub kind: MaskKind,
    /// What a masked patch is filled with.
    #[config(default = 0.0)]
    pub value: f64,
    /// Whether the loss is that of the masked patches alone.
    #[config(default = true)]
    pub masked_loss: bool,
    /// Whether a random mask is the same for all channels of a window.
    #[config(default = true)]
    pub channel_consistent: bool,
    /// Channels that are never masked.
    #[config(default = "Vec::new()")]
    pub unmasked_channels: Vec<usize>,
}

impl Default for MaskConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl MaskConfig {
    pub(crate) fn validate(&self, patches: usize, channels: usize) -> Result<(), ConfigError> {
        match &self.kind {
            MaskKind::Random { ratio } => crate::config::check_probability("mask.ratio", *ratio)?,
            MaskKind::Forecast { patches: counts } => {
                let allowed = format!("above 0 and below the {patches} patches of a window");
                if counts.is_empty() {
                    return Err(ConfigError::new("mask.patches", "[]", allowed));
                }
                if let Some(count) = counts.iter().find(|&&count| count == 0 || count >= patches) {
                    return Err(ConfigError::new("mask.patches", count, allowed));
                }
            }
        }
        if !self.value.is_finite() {
            return Err(ConfigError::new("mask.value", self.value, "finite"));
        }
        match self.unmasked_channels.iter().find(|&&channel| channel >= channels) {
            Some(channel) => Err(ConfigError::new(
                "mask.unmasked_channels",
                channel,
                format!("below num_channels = {channels}"),
            )),
            None => Ok(()),
        }
    }

    /// A mask of `rows` windows, 1 where a patch is hidden: `[rows, channels, patches]`, a function of the stream alone.
    pub fn draw(&self, rows: usize, channels: usize, patches: usize, stream: &mut Stream) -> TensorData {
        let mut values = match &self.kind {
            MaskKind::Random { ratio } => self.random(*ratio, [rows, channels, patches], stream),
            MaskKind::Forecast { patches: counts } => last(counts, [rows, channels, patches], stream),
        };
        for (at, row) in values.chunks_exact_mut(patches).enumerate() {
            if self.unmasked_channels.contains(&(at % channels)) {
                row.fill(0.0);
            }
        }
        TensorData::new(values, [rows, channels, patches])
    }

    fn random(&self, ratio: f64, [rows, channels, patches]: [usize; 3], stream: &mut Stream) -> Vec<f32> {
        let kept = (patches as f64 * (1.0 - ratio)) as usize;
        let (draws, copies) = if self.channel_consistent { (rows, channels) } else { (rows * channels, 1) };
        let mut values = Vec::with_capacity(rows * channels * patches);
        for _ in 0..draws {
            let mut mask: Vec<f32> = (0..patches).map(|at| if at < kept { 0.0 } else { 1.0 }).collect();
            stream.shuffle(&mut mask);
            (0..copies).for_each(|_| values.extend_from_slice(&mask));
        }
        values
    }
}

/// Each row hides as many of its last patches as one of `counts` says, all of them equally often up to the remainder.
fn last(counts: &[usize], [rows, channels, patches]: [usize; 3], stream: &mut Stream) -> Vec<f32> {
    let mut counts = counts.to_vec();
    stream.shuffle(&mut counts);
    let mut by_row: Vec<usize> = counts.iter().copied().cycle().take(rows).collect();
    stream.shuffle(&mut by_row);
    by_row
        .iter()
        .flat_map(|&count| {
            (0..channels * patches).map(move |at| if at % patches + count >= patches { 1.0 } else { 0.0 })
        })
        .collect()
}
