//! Which network a job trains, and how its nodes choose.

use burn::tensor::{Device, Tensor};
use pyrarium_datasets::ImageShape;
use pyrarium_kan::{
    Basis, ConfigError, ConvKan, ConvKanConfig, Family, Granularity, Kan, KanConfig, KanLayerConfig, Pruning,
};
use pyrarium_layers::{ImageClassifier, check_range, impl_names};
use serde::{Deserialize, Serialize};

use crate::methods::select_and_prune::{SelectAndPrune, Selectable};

/// How the network sees an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkKind {
    /// By convolutions: S-ConvKAN.
    #[default]
    Conv,
    /// As a vector of pixels: S-KAN.
    Dense,
}

impl_names!(NetworkKind, "model.kind", Conv => "conv", Dense => "dense");

/// Settings of the network.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NetworkSettings {
    /// How it sees an image.
    pub kind: NetworkKind,
    /// The families; one alone is a network without selection.
    pub families: Vec<Family>,
    /// Functions of each family on each edge.
    pub functions: usize,
    /// What chooses.
    pub granularity: Granularity,
    /// Channels after each convolution.
    pub channels: Vec<usize>,
    /// Nodes of each hidden layer of a dense network.
    pub hidden: Vec<usize>,
    /// How the families are selected.
    pub selection: SelectAndPrune,
}

impl Default for NetworkSettings {
    fn default() -> Self {
        Self {
            kind: NetworkKind::Conv,
            families: Family::ALL.to_vec(),
            functions: 8,
            granularity: Granularity::Node,
            channels: vec![8, 16],
            hidden: vec![16],
            selection: SelectAndPrune::default(),
        }
    }
}

impl NetworkSettings {
    /// Checks every value, as far as it does not depend on the images; `epochs` are those of all phases.
    pub fn validate(&self, epochs: usize) -> Result<(), ConfigError> {
        check_range("model.families", self.families.len(), 1..=Family::ALL.len())?;
        if (1..self.families.len()).any(|i| self.families[..i].contains(&self.families[i])) {
            return Err(ConfigError::new("model.families", "a family twice", "different families"));
        }
        self.layer()?;
        match self.is_selectable() {
            true => self.selection.validate(epochs, self.families.len()),
            false => Ok(()),
        }
    }

    /// Whether there is something to select.
    pub fn is_selectable(&self) -> bool {
        self.families.len() > 1
    }

    fn layer(&self) -> Result<KanLayerConfig, ConfigError> {
        let pool = self
            .families
            .iter()
            .map(|family| family.basis(self.functions))
            .collect::<Result<Vec<Basis>, _>>()?;
        Ok(KanLayerConfig::new(pool, self.is_selectable()).with_granularity(self.granularity))
    }
}

/// A network that a job can train: it chooses among families, and says what its layers are called.
pub trait Network: ImageClassifier + Selectable<Tensor<4>> + 'static {
    /// The network before training.
    fn new(
        settings: &NetworkSettings,
        shape: ImageShape,
        num_classes: usize,
        device: &Device,
    ) -> Result<Self, ConfigError>;

    /// The names of its layers, from the images to the classes.
    fn layer_names(&self) -> Vec<String>;
}

impl Network for ConvKan {
    fn new(
        settings: &NetworkSettings,
        shape: ImageShape,
        num_classes: usize,
        device: &Device,
    ) -> Result<Self, ConfigError> {
        let image = [shape.channels, shape.height, shape.width];
        let config = ConvKanConfig::new(image, num_classes, settings.layer()?);
        config.with_channels(settings.channels.clone()).init(device)
    }

    fn layer_names(&self) -> Vec<String> {
        let convolutions = (1..=self.blocks.len()).map(|index| format!("convolution {index}"));
        convolutions.chain(["classes".to_string()]).collect()
    }
}

impl Network for Kan {
    fn new(
        settings: &NetworkSettings,
        shape: ImageShape,
        num_classes: usize,
        device: &Device,
    ) -> Result<Self, ConfigError> {
        let dims = [vec![shape.len()], settings.hidden.clone(), vec![num_classes]].concat();
        KanConfig::new(dims, settings.layer()?).init(device)
    }

    fn layer_names(&self) -> Vec<String> {
        let hidden = (1..self.layers.len()).map(|index| format!("layer {index}"));
        hidden.chain(["classes".to_string()]).collect()
    }
}

/// The network of a finished run, for its weights to be loaded into.
pub fn rebuilt<N: Network>(
    settings: &NetworkSettings,
    prunings: Option<&[Pruning]>,
    shape: ImageShape,
    num_classes: usize,
    device: &Device,
) -> Result<N, ConfigError> {
    let network = N::new(settings, shape, num_classes, device)?;
    match prunings {
        Some(prunings) => Selectable::pruned(&network, prunings),
        None => Ok(network),
    }
}
