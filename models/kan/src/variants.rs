//! Named networks, as data.

use pyrarium_layers::{
    ConfigError,
    bases::{Basis, Family},
};

use crate::{kan::KanConfig, layer_config::KanLayerConfig, mask::Granularity};

/// Functions of each family in the variants: equal costs for all.
pub const FUNCTIONS: usize = 8;

/// Which layers a variant has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariantKind {
    /// Those of one family.
    Single(Family),
    /// All families, none chosen yet.
    Selectable(Granularity),
    /// One family at each node.
    Pruned,
}

/// A named network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variant {
    /// Its name.
    pub name: &'static str,
    /// Its layers.
    pub kind: VariantKind,
    /// Nodes of each layer.
    pub dims: [usize; 3],
    /// The exact number of parameters.
    pub num_params: usize,
    /// Where the variant comes from.
    pub source: &'static str,
}

impl Variant {
    /// The configuration; of a pruned variant that of the network before its selection.
    ///
    /// # Errors
    ///
    /// None for the entries of [`VARIANTS`].
    pub fn config(&self) -> Result<KanConfig, ConfigError> {
        let layer = match self.kind {
            VariantKind::Single(family) => KanLayerConfig::single(family.basis(FUNCTIONS)?),
            VariantKind::Selectable(granularity) => {
                KanLayerConfig::selectable(pool(FUNCTIONS)?).with_granularity(granularity)
            }
            VariantKind::Pruned => KanLayerConfig::selectable(pool(FUNCTIONS)?),
        };
        Ok(KanConfig::new(self.dims.to_vec(), layer))
    }
}

/// A basis of this size of every family.
///
/// # Errors
///
/// If a family has no basis of this size; see [`Family::basis`].
pub fn pool(functions: usize) -> Result<Vec<Basis>, ConfigError> {
    Family::ALL.into_iter().map(|family| family.basis(functions)).collect()
}

/// The networks of the S-KAN paper's function fitting, with their baselines.
pub const VARIANTS: [Variant; 9] = [
    single("KAN", Family::BSpline, "arXiv 2404.19756"),
    single("ChebyKAN", Family::Chebyshev, "arXiv 2405.07200"),
    single("FastKAN", Family::Rbf, "arXiv 2405.06721"),
    single("Fourier-KAN", Family::Fourier, "public code"),
    single("Wav-KAN", Family::MexicanHat, "arXiv 2405.12832"),
    s_kan("S-KAN", VariantKind::Selectable(Granularity::Node), 645),
    s_kan("S-KAN by edge", VariantKind::Selectable(Granularity::Edge), 690),
    s_kan("S-KAN by layer", VariantKind::Selectable(Granularity::Layer), 625),
    s_kan("S-KAN pruned", VariantKind::Pruned, 135),
];

const fn single(name: &'static str, family: Family, source: &'static str) -> Variant {
    Variant { name, kind: VariantKind::Single(family), dims: [2, 5, 1], num_params: 135, source }
}

const fn s_kan(name: &'static str, kind: VariantKind, num_params: usize) -> Variant {
    Variant { name, kind, dims: [2, 5, 1], num_params, source: "arXiv 2408.08338" }
}
