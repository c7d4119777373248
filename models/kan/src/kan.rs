//! Kolmogorov-Arnold networks for vectors: layers of functions on edges, and nothing between them.

use burn::{
    config::Config,
    module::Module,
    tensor::{Device, Tensor},
};
use pyrarium_layers::{ConfigError, ImageClassifier, Regressor, bases::Basis, check_range};

use crate::{
    layer::KanLayer,
    layer_config::KanLayerConfig,
    limits,
    mask::{Contributions, Mask, Pruning},
};

/// Configuration of a [`Kan`].
#[derive(Config, Debug, PartialEq)]
pub struct KanConfig {
    /// Nodes of each layer, from the inputs to the outputs: `[2, 5, 1]`.
    pub dims: Vec<usize>,
    /// The layers.
    pub layer: KanLayerConfig,
}

impl KanConfig {
    /// A network of one family: a KAN with B-splines, ChebyKAN, FastKAN and so on by the basis.
    pub fn single(dims: impl Into<Vec<usize>>, basis: Basis) -> Self {
        Self::new(dims.into(), KanLayerConfig::single(basis))
    }

    /// An S-KAN: a network whose nodes choose among families.
    pub fn selectable(dims: impl Into<Vec<usize>>, pool: Vec<Basis>) -> Self {
        Self::new(dims.into(), KanLayerConfig::selectable(pool))
    }

    /// The network, initialised as [`KanLinearConfig::init`](crate::KanLinearConfig::init) says.
    ///
    /// # Errors
    ///
    /// If there are fewer than two sizes, one is zero or too large, the pool is empty or a basis invalid.
    pub fn init(&self, device: &Device) -> Result<Kan, ConfigError> {
        check_range("layers", self.dims.len().saturating_sub(1), limits::DEPTH)?;
        let layers = self.dims.windows(2).map(|dims| self.layer.init(dims[0], dims[1], device));
        Ok(Kan { layers: layers.collect::<Result<_, _>>()? })
    }

    /// The parameters of the network before any selection, for sizes that [`init`](Self::init) accepts.
    pub fn num_params(&self) -> usize {
        self.dims.windows(2).map(|dims| self.layer.num_params(dims[0], dims[1])).sum()
    }
}

/// A Kolmogorov-Arnold network.
#[derive(Module, Debug)]
pub struct Kan {
    /// From the inputs to the outputs.
    pub layers: Vec<KanLayer>,
}

impl Kan {
    /// # Shapes
    ///
    /// - x: `[batch, inputs]`
    /// - output: `[batch, outputs]`
    ///
    /// # Panics
    ///
    /// If `x` has another number of columns than the first layer takes.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.layers.iter().fold(x, |x, layer| layer.forward(x))
    }

    /// How much each member contributes in each layer, on a batch `[batch, inputs]`.
    ///
    /// # Errors
    ///
    /// If a layer has no pool, or the batch fewer than two rows.
    pub fn contributions(&self, x: Tensor<2>) -> Result<Vec<Contributions>, ConfigError> {
        self.layerwise(x, KanLayer::contributions)
    }

    /// Removes the members outside the masks, one for each layer.
    ///
    /// # Errors
    ///
    /// If there are more or fewer masks than layers, or one does not suit its layer.
    pub fn select(&self, masks: &[Mask]) -> Result<Self, ConfigError> {
        if masks.len() != self.layers.len() {
            return Err(ConfigError::new(
                "masks",
                masks.len(),
                format!("one for each of {} layers", self.layers.len()),
            ));
        }
        let layers = self.layers.iter().zip(masks).map(|(layer, mask)| layer.select(mask));
        Ok(Self { layers: layers.collect::<Result<_, _>>()? })
    }

    /// What pruning removes from each layer: what the selection has removed, and edges weaker than `threshold` times the
    /// strongest of their layer on a batch `[batch, inputs]`.
    ///
    /// # Errors
    ///
    /// If a layer has no pool or the threshold is not in `[0, 1)`.
    pub fn prunings(&self, threshold: f64, x: Tensor<2>) -> Result<Vec<Pruning>, ConfigError> {
        self.layerwise(x, |layer, x| layer.pruning(threshold, x))
    }

    /// The network without what the prunings remove, one for each layer.
    ///
    /// # Errors
    ///
    /// If there are more or fewer prunings than layers, or one does not suit its layer.
    pub fn pruned(&self, prunings: &[Pruning]) -> Result<Self, ConfigError> {
        if prunings.len() != self.layers.len() {
            let allowed = format!("one for each of {} layers", self.layers.len());
            return Err(ConfigError::new("prunings", prunings.len(), allowed));
        }
        let layers = self.layers.iter().zip(prunings).map(|(layer, pruning)| layer.pruned(pruning));
        Ok(Self { layers: layers.collect::<Result<_, _>>()? })
    }

    /// The network of B-splines on knots that follow what each layer sees of a batch `[batch, inputs]`.
    ///
    /// # Errors
    ///
    /// If a layer has no B-splines of one grid, or those of [`KanLinear::adapted`](crate::KanLinear::adapted).
    pub fn adapted(&self, x: Tensor<2>, intervals: usize) -> Result<Self, ConfigError> {
        Ok(Self { layers: self.layerwise(x, |layer, x| layer.adapted(x, intervals))? })
    }

    /// The masks of the layers; `None` if one has no pool.
    pub fn masks(&self) -> Option<Vec<Mask>> {
        self.layers.iter().map(KanLayer::mask).collect()
    }

    fn layerwise<T>(
        &self,
        x: Tensor<2>,
        of: impl Fn(&KanLayer, Tensor<2>) -> Result<T, ConfigError>,
    ) -> Result<Vec<T>, ConfigError> {
        let mut x = x;
        let mut results = Vec::new();
        for layer in &self.layers {
            results.push(of(layer, x.clone())?);
            x = layer.forward(x);
        }
        Ok(results)
    }
}

impl ImageClassifier for Kan {
    /// Images are flattened, channels outermost.
    fn classify(&self, images: Tensor<4>) -> Tensor<2> {
        self.forward(images.flatten(1, 3))
    }
}

impl Regressor for Kan {
    fn predict(&self, x: Tensor<2>) -> Tensor<2> {
        self.forward(x)
    }
}
