//! The named variants of the paper, as data.

use pyrarium_layers::ConfigError;

use crate::{BottleneckMlpConfig, MlpConfig, MlpKind, StandardMlpConfig};

/// A named size of one of the networks, for one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variant {
    /// The paper's name of the size, which [`MlpConfig::parse`] reads.
    pub name: &'static str,
    /// Which of the two networks.
    pub kind: MlpKind,
    /// Channels, height and width of an image.
    pub image_shape: [usize; 3],
    /// Outputs of the head.
    pub num_classes: usize,
    /// The exact number of parameters.
    pub num_params: usize,
    /// Where the variant comes from.
    pub source: &'static str,
}

impl Variant {
    /// The configuration of the variant.
    ///
    /// # Errors
    ///
    /// None for the entries of [`VARIANTS`]; otherwise those of [`MlpConfig::parse`].
    pub fn config(&self) -> Result<MlpConfig, ConfigError> {
        MlpConfig::parse(self.name, self.kind, self.image_shape.iter().product(), self.num_classes)
    }

    /// A network of the same kind and depth that tests and comparisons can afford: 12 inputs, width 16, 3 classes.
    ///
    /// # Errors
    ///
    /// Those of [`config`](Self::config).
    pub fn small(&self) -> Result<MlpConfig, ConfigError> {
        let (input_dim, num_classes, width) = (12, 3, 16);
        Ok(match self.config()? {
            MlpConfig::Bottleneck(config) => {
                MlpConfig::Bottleneck(BottleneckMlpConfig { input_dim, num_classes, width, ..config })
            }
            MlpConfig::Standard(config) => {
                MlpConfig::Standard(StandardMlpConfig { input_dim, num_classes, width, ..config })
            }
        })
    }
}

/// Every variant of the paper and of its official code.
pub const VARIANTS: [Variant; 9] = [
    pretrained("B_6-Wi_512", 24_657_374),
    pretrained("B_12-Wi_512", 37_261_790),
    pretrained("B_6-Wi_1024", 74_469_342),
    pretrained("B_12-Wi_1024", 124_843_998),
    small_images("B_6-Wi_512", MlpKind::Bottleneck, 14_182_922),
    small_images("B_12-Wi_512", MlpKind::Bottleneck, 26_787_338),
    small_images("B_6-Wi_1024", MlpKind::Bottleneck, 53_531_658),
    small_images("B_12-Wi_1024", MlpKind::Bottleneck, 103_906_314),
    small_images("B_6-Wi_1024", MlpKind::Standard, 8_415_242),
];

const fn pretrained(name: &'static str, num_params: usize) -> Variant {
    Variant {
        name,
        kind: MlpKind::Bottleneck,
        image_shape: [3, 64, 64],
        num_classes: 11_230,
        num_params,
        source: "arXiv 2306.13575, pre-training on ImageNet-21k",
    }
}

const fn small_images(name: &'static str, kind: MlpKind, num_params: usize) -> Variant {
    Variant {
        name,
        kind,
        image_shape: [3, 32, 32],
        num_classes: 10,
        num_params,
        source: "arXiv 2306.13575, from scratch on CIFAR-10",
    }
}
