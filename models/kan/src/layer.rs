//! Any layer of these networks, whatever state its selection is in.

use burn::{module::Module, tensor::Tensor};
use pyrarium_layers::ConfigError;

use crate::{
    adapted::AdaptedKanLinear,
    features::EdgeMap,
    linear::KanLinear,
    mask::{Contributions, Mask, Pruning},
    pruned::{GroupedKanLinear, SparseKanLinear},
    selectable::SelectableKanLinear,
};

/// A layer of a [`Kan`](crate::Kan). Its variant is part of the parameter paths, so that a record of a pruned layer is
/// refused by one that is not pruned.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // a network has few layers
pub enum KanLayer {
    /// One family.
    Single(KanLinear),
    /// B-splines on knots that follow the data.
    Adapted(AdaptedKanLinear),
    /// A pool of families.
    Selectable(SelectableKanLinear),
    /// Pruned, node by node.
    Grouped(GroupedKanLinear),
    /// Pruned, edge by edge.
    Sparse(SparseKanLinear),
}

impl KanLayer {
    /// # Shapes
    ///
    /// - x: `[batch, d_in]`
    /// - output: `[batch, d_out]`
    ///
    /// # Panics
    ///
    /// If `x` has another number of columns.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.edge_map().linear(x)
    }

    /// What the layer is made of.
    pub(crate) fn edge_map(&self) -> EdgeMap {
        match self {
            Self::Single(layer) => layer.edge_map(),
            Self::Adapted(layer) => layer.edge_map(),
            Self::Selectable(layer) => layer.edge_map(),
            Self::Grouped(layer) => layer.edge_map(),
            Self::Sparse(layer) => layer.edge_map(),
        }
    }

    /// See [`SelectableKanLinear::contributions`].
    ///
    /// # Errors
    ///
    /// If the layer has no pool, or the batch fewer than two rows.
    pub fn contributions(&self, x: Tensor<2>) -> Result<Contributions, ConfigError> {
        self.selectable()?.contributions(x)
    }

    /// See [`SelectableKanLinear::select`].
    ///
    /// # Errors
    ///
    /// If the layer has no pool or the mask does not suit it.
    pub fn select(&self, mask: &Mask) -> Result<Self, ConfigError> {
        Ok(Self::Selectable(self.selectable()?.clone().select(mask)?))
    }

    /// See [`SelectableKanLinear::pruning`].
    ///
    /// # Errors
    ///
    /// If the layer has no pool or the threshold is not in `[0, 1)`.
    pub fn pruning(&self, threshold: f64, x: Tensor<2>) -> Result<Pruning, ConfigError> {
        self.selectable()?.pruning(threshold, x)
    }

    /// The layer without what a pruning removes: by node where nodes chose and all edges stay, edge by edge otherwise.
    ///
    /// # Errors
    ///
    /// If the layer has no pool or the pruning is of another shape.
    pub fn pruned(&self, pruning: &Pruning) -> Result<Self, ConfigError> {
        let layer = self.selectable()?;
        let [_, by_input, _] = pruning.mask.shape;
        Ok(match pruning.edges {
            None if by_input == 1 => Self::Grouped(layer.grouped(&pruning.mask)?),
            _ => Self::Sparse(layer.sparse(pruning)?),
        })
    }

    /// The layer on knots that follow the batch; see [`KanLinear::adapted`].
    ///
    /// # Errors
    ///
    /// If the layer has no B-splines of one grid, or those of [`KanLinear::adapted`].
    pub fn adapted(&self, x: Tensor<2>, intervals: usize) -> Result<Self, ConfigError> {
        Ok(Self::Adapted(match self {
            Self::Single(layer) => layer.adapted(x, intervals)?,
            Self::Adapted(layer) => layer.adapted(x, intervals)?,
            _ => return Err(ConfigError::new("layer", "with a pool", "of B-splines only, to have knots")),
        }))
    }

    /// The mask of a selectable layer.
    pub fn mask(&self) -> Option<Mask> {
        self.selectable().ok().map(SelectableKanLinear::mask)
    }

    fn selectable(&self) -> Result<&SelectableKanLinear, ConfigError> {
        match self {
            Self::Selectable(layer) => Ok(layer),
            _ => Err(ConfigError::new("layer", "without a pool", "selectable")),
        }
    }
}
