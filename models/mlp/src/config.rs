//! Either network, chosen by kind and name at run time.

use burn::{config::Config, tensor::Device};
use pyrarium_layers::{ConfigError, impl_names};
use serde::{Deserialize, Serialize};

use crate::{BottleneckMlpConfig, Mlp, StandardMlpConfig, bottleneck::DEFAULT_EXPANSION, name::Name};

/// Which of the two networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MlpKind {
    /// [`BottleneckMlp`](crate::BottleneckMlp).
    #[default]
    Bottleneck,
    /// [`StandardMlp`](crate::StandardMlp).
    Standard,
}

impl_names!(MlpKind, "kind", Bottleneck => "bottleneck", Standard => "standard");

/// Configuration of an [`Mlp`].
#[derive(Config, Debug, PartialEq)]
pub enum MlpConfig {
    /// Configuration of a [`BottleneckMlp`](crate::BottleneckMlp).
    Bottleneck(BottleneckMlpConfig),
    /// Configuration of a [`StandardMlp`](crate::StandardMlp).
    Standard(StandardMlpConfig),
}

impl MlpConfig {
    /// Reads a name of the paper: `B_{n}-Wi_{m}` for n blocks (or layers, in a standard MLP) of width m,
    /// or `B_{n}-Wi_{m}-k_{e}` for bottlenecks of expansion e, which is 4 otherwise.
    ///
    /// # Errors
    ///
    /// If the name is of another form or a size is zero or too large; the message says which value.
    pub fn parse(
        name: &str,
        kind: MlpKind,
        input_dim: usize,
        num_classes: usize,
    ) -> Result<Self, ConfigError> {
        let Name { depth, width, expansion } = name.parse()?;
        let config = match (kind, expansion) {
            (MlpKind::Bottleneck, expansion) => Self::Bottleneck(
                BottleneckMlpConfig::new(input_dim, num_classes)
                    .with_blocks(depth)
                    .with_width(width)
                    .with_expansion(expansion.unwrap_or(DEFAULT_EXPANSION)),
            ),
            (MlpKind::Standard, None) => Self::Standard(
                StandardMlpConfig::new(input_dim, num_classes).with_layers(depth).with_width(width),
            ),
            (MlpKind::Standard, Some(_)) => {
                return Err(ConfigError::new("name", name, "B_{layers}-Wi_{width} for a standard MLP"));
            }
        };
        config.validate()?;
        Ok(config)
    }

    /// The name that [`parse`](Self::parse) reads. It says nothing of norm and activation.
    pub fn name(&self) -> String {
        let name = match self {
            Self::Bottleneck(config) => Name {
                depth: config.blocks,
                width: config.width,
                expansion: (config.expansion != DEFAULT_EXPANSION).then_some(config.expansion),
            },
            Self::Standard(config) => Name { depth: config.layers, width: config.width, expansion: None },
        };
        name.to_string()
    }

    /// Which of the two networks.
    pub fn kind(&self) -> MlpKind {
        match self {
            Self::Bottleneck(_) => MlpKind::Bottleneck,
            Self::Standard(_) => MlpKind::Standard,
        }
    }

    /// Checks every size.
    ///
    /// # Errors
    ///
    /// Names the first field that is zero or too large, its value and its range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        match self {
            Self::Bottleneck(config) => config.validate(),
            Self::Standard(config) => config.validate(),
        }
    }

    /// The network, initialised as [`BottleneckMlpConfig::init`] and [`StandardMlpConfig::init`] say.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<Mlp, ConfigError> {
        Ok(match self {
            Self::Bottleneck(config) => Mlp::Bottleneck(config.init(device)?),
            Self::Standard(config) => Mlp::Standard(config.init(device)?),
        })
    }

    /// The parameters of the network, for sizes that pass [`validate`](Self::validate).
    pub fn num_params(&self) -> usize {
        match self {
            Self::Bottleneck(config) => config.num_params(),
            Self::Standard(config) => config.num_params(),
        }
    }

    /// Multiply-adds of one image, as [`BottleneckMlpConfig::flops`] counts them.
    pub fn flops(&self) -> u64 {
        match self {
            Self::Bottleneck(config) => config.flops(),
            Self::Standard(config) => config.flops(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(name: &str, kind: MlpKind) -> Result<MlpConfig, ConfigError> {
        MlpConfig::parse(name, kind, 3072, 10)
    }

    fn message(name: &str, kind: MlpKind) -> String {
        parse(name, kind).unwrap_err().to_string()
    }

    #[test]
    fn names_configurations_and_files_round_trip() {
        for (name, kind) in [
            ("B_12-Wi_1024", MlpKind::Bottleneck),
            ("B_2-Wi_8-k_2", MlpKind::Bottleneck),
            ("B_6-Wi_1024", MlpKind::Standard),
        ] {
            let config = parse(name, kind).unwrap();
            assert_eq!((config.name().as_str(), config.kind()), (name, kind));
            assert_eq!(MlpConfig::load_binary(config.to_string().as_bytes()).unwrap(), config);
        }
        assert_eq!(parse("B_6-Wi_8-k_4", MlpKind::Bottleneck).unwrap().name(), "B_6-Wi_8");
    }

    #[test]
    fn the_constructors_are_the_official_names() {
        for (config, name) in [
            (BottleneckMlpConfig::b6_wi_512(3072, 10), "B_6-Wi_512"),
            (BottleneckMlpConfig::b12_wi_512(3072, 10), "B_12-Wi_512"),
            (BottleneckMlpConfig::b6_wi_1024(3072, 10), "B_6-Wi_1024"),
            (BottleneckMlpConfig::b12_wi_1024(3072, 10), "B_12-Wi_1024"),
        ] {
            assert_eq!(MlpConfig::Bottleneck(config), parse(name, MlpKind::Bottleneck).unwrap());
        }
    }

    #[test]
    fn sizes_outside_their_range_are_refused_by_field() {
        let bottleneck = |name| message(name, MlpKind::Bottleneck);
        assert_eq!(bottleneck("B_0-Wi_8"), "blocks = 0: must be between 1 and 4096");
        assert_eq!(bottleneck("B_6-Wi_0"), "width = 0: must be between 1 and 1048576");
        assert_eq!(bottleneck("B_6-Wi_8-k_0"), "expansion = 0: must be between 1 and 1024");
        assert_eq!(
            bottleneck("B_6-Wi_18446744073709551615"),
            "width = 18446744073709551615: must be between 1 and 1048576"
        );
        let standard = |name| message(name, MlpKind::Standard);
        assert_eq!(standard("B_0-Wi_8"), "layers = 0: must be between 1 and 4096");
        assert_eq!(standard("B_6-Wi_0"), "width = 0: must be between 1 and 1048576");
        for kind in [MlpKind::Bottleneck, MlpKind::Standard] {
            let input = MlpConfig::parse("B_1-Wi_1", kind, 0, 10).unwrap_err();
            assert_eq!(input.to_string(), "input_dim = 0: must be between 1 and 2147483648");
            let classes = MlpConfig::parse("B_1-Wi_1", kind, 1, 0).unwrap_err();
            assert_eq!(classes.to_string(), "num_classes = 0: must be between 1 and 16777216");
        }
    }

    #[test]
    fn init_validates_too() {
        let device = Device::flex();
        let error = BottleneckMlpConfig::new(4, 2).with_blocks(0).init(&device).unwrap_err();
        assert_eq!(error.field(), "blocks");
        let error = StandardMlpConfig::new(4, 2).with_layers(0).init(&device).unwrap_err();
        assert_eq!(error.field(), "layers");
    }

    #[test]
    fn a_standard_mlp_has_no_expansion() {
        assert_eq!(
            message("B_6-Wi_8-k_4", MlpKind::Standard),
            "name = B_6-Wi_8-k_4: must be B_{layers}-Wi_{width} for a standard MLP"
        );
    }

    #[test]
    fn the_largest_sizes_do_not_overflow() {
        let config = MlpConfig::parse("B_4096-Wi_1048576-k_1024", MlpKind::Bottleneck, 1 << 31, 1 << 24);
        let config = config.unwrap();
        assert!(config.num_params() > 1 << 63 && config.flops() > 1 << 63);
    }

    #[test]
    fn flops_are_the_weights_of_the_linear_layers() {
        let weights_of = |name, kind| parse(name, kind).unwrap().flops();
        let block = 2 * 4 * 512 * 512;
        assert_eq!(weights_of("B_6-Wi_512", MlpKind::Bottleneck), 3072 * 512 + 6 * block + 512 * 10);
        assert_eq!(weights_of("B_3-Wi_64", MlpKind::Standard), 3072 * 64 + 2 * 64 * 64 + 64 * 10);
    }
}
