//! S-ConvKAN (arXiv 2408.08338): convolutions with functions on edges, batch norm after each, and a layer of functions
//! on the mean over the image.

use burn::{
    config::Config,
    module::Module,
    nn::{BatchNorm, BatchNormConfig},
    tensor::{Device, Tensor},
};
use pyrarium_layers::{ConfigError, ImageClassifier, check_range};

use crate::{
    conv::{KanConv2d, KanConv2dConfig},
    layer::KanLayer,
    layer_config::KanLayerConfig,
    limits,
    mask::{Contributions, Mask, Pruning},
};

/// Configuration of a [`ConvKan`].
#[derive(Config, Debug, PartialEq)]
pub struct ConvKanConfig {
    /// Channels, height and width of an image.
    pub image: [usize; 3],
    /// Outputs.
    pub num_classes: usize,
    /// The families, of the convolutions and of the last layer.
    pub layer: KanLayerConfig,
    /// Channels after each convolution.
    #[config(default = "vec![8, 16]")]
    pub channels: Vec<usize>,
    /// Side of the kernels.
    #[config(default = 3)]
    pub kernel: usize,
    /// Step of the kernels.
    #[config(default = 2)]
    pub stride: usize,
    /// Zeros around each map.
    #[config(default = 1)]
    pub padding: usize,
}

impl ConvKanConfig {
    /// The network.
    ///
    /// # Errors
    ///
    /// If a size is zero or too large, a kernel does not fit into its padded input, or the layers are invalid.
    pub fn init(&self, device: &Device) -> Result<ConvKan, ConfigError> {
        let [mut inputs, height, width] = self.image;
        check_range("num_classes", self.num_classes, limits::WIDTH)?;
        check_range("channels", self.channels.len(), limits::DEPTH)?;
        let mut size = [height, width];
        let mut blocks = Vec::new();
        for &outputs in &self.channels {
            let config = self.conv([inputs, outputs]);
            let conv = config.init(device)?;
            size = config.output_size(size)?;
            blocks.push(ConvKanBlock { conv, norm: BatchNormConfig::new(outputs).init(device) });
            inputs = outputs;
        }
        Ok(ConvKan { blocks, head: self.layer.init(inputs, self.num_classes, device)? })
    }

    /// The parameters of the network before any selection as Burn counts them: with the running statistics.
    pub fn num_params(&self) -> usize {
        let mut inputs = self.image[0];
        let mut sum = 0;
        for &outputs in &self.channels {
            sum += self.layer.num_params(inputs * self.kernel * self.kernel, outputs) + 4 * outputs;
            inputs = outputs;
        }
        sum + self.layer.num_params(inputs, self.num_classes)
    }

    fn conv(&self, channels: [usize; 2]) -> KanConv2dConfig {
        let [kernel, stride, padding] = [self.kernel, self.stride, self.padding].map(|side| [side, side]);
        KanConv2dConfig::new(channels, kernel, self.layer.clone()).with_stride(stride).with_padding(padding)
    }
}

/// A convolution and what keeps its outputs in the range of the next functions.
#[derive(Module, Debug)]
pub struct ConvKanBlock {
    /// Functions on edges.
    pub conv: KanConv2d,
    /// Over each channel.
    pub norm: BatchNorm,
}

impl ConvKanBlock {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.norm.forward(self.conv.forward(x))
    }
}

/// A convolutional network with functions on edges.
#[derive(Module, Debug)]
pub struct ConvKan {
    /// Convolutions.
    pub blocks: Vec<ConvKanBlock>,
    /// From the mean over the image to the classes.
    pub head: KanLayer,
}

impl ConvKan {
    /// # Shapes
    ///
    /// - images: `[batch, channels, height, width]`
    /// - output: `[batch, num_classes]`
    ///
    /// # Panics
    ///
    /// If the images have another number of channels or are smaller than a kernel.
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        self.head.forward(mean(self.blocks.iter().fold(images, |x, block| block.forward(x))))
    }

    /// How much each member contributes in each layer, the last one being the head's, on a batch of images.
    ///
    /// # Errors
    ///
    /// If a layer has no pool, or the batch is of one image.
    pub fn contributions(&self, images: Tensor<4>) -> Result<Vec<Contributions>, ConfigError> {
        self.layerwise(images, KanConv2d::contributions, KanLayer::contributions)
    }

    /// Removes the members outside the masks: one for each convolution, then the head's.
    ///
    /// # Errors
    ///
    /// If there are more or fewer masks than layers, or one does not suit its layer.
    pub fn select(&self, masks: &[Mask]) -> Result<Self, ConfigError> {
        self.replaced("masks", masks, KanConv2d::select, KanLayer::select)
    }

    /// What pruning removes from each layer: what the selection has removed, and edges weaker than `threshold` times the
    /// strongest of their layer on a batch of images.
    ///
    /// # Errors
    ///
    /// If a layer has no pool or the threshold is not in `[0, 1)`.
    pub fn prunings(&self, threshold: f64, images: Tensor<4>) -> Result<Vec<Pruning>, ConfigError> {
        self.layerwise(images, |conv, x| conv.pruning(threshold, x), |head, x| head.pruning(threshold, x))
    }

    /// The network without what the prunings remove: one for each convolution, then the head's.
    ///
    /// # Errors
    ///
    /// If there are more or fewer prunings than layers, or one does not suit its layer.
    pub fn pruned(&self, prunings: &[Pruning]) -> Result<Self, ConfigError> {
        self.replaced("prunings", prunings, KanConv2d::pruned, KanLayer::pruned)
    }

    /// Something of each convolution and of the head, each with its own input.
    fn layerwise<T>(
        &self,
        images: Tensor<4>,
        of_conv: impl Fn(&KanConv2d, Tensor<4>) -> Result<T, ConfigError>,
        of_head: impl Fn(&KanLayer, Tensor<2>) -> Result<T, ConfigError>,
    ) -> Result<Vec<T>, ConfigError> {
        let mut x = images;
        let mut results = Vec::new();
        for block in &self.blocks {
            results.push(of_conv(&block.conv, x.clone())?);
            x = block.forward(x);
        }
        results.push(of_head(&self.head, mean(x))?);
        Ok(results)
    }

    /// The network with other convolutions and another head, each by its part of `parts`.
    fn replaced<P>(
        &self,
        field: &str,
        parts: &[P],
        conv: impl Fn(&KanConv2d, &P) -> Result<KanConv2d, ConfigError>,
        head: impl Fn(&KanLayer, &P) -> Result<KanLayer, ConfigError>,
    ) -> Result<Self, ConfigError> {
        let layers = self.blocks.len() + 1;
        let (Some((last, others)), true) = (parts.split_last(), parts.len() == layers) else {
            return Err(ConfigError::new(field, parts.len(), format!("one for each of {layers} layers")));
        };
        let blocks = self.blocks.iter().zip(others).map(|(block, part)| {
            Ok(ConvKanBlock { conv: conv(&block.conv, part)?, norm: block.norm.clone() })
        });
        Ok(Self { blocks: blocks.collect::<Result<_, ConfigError>>()?, head: head(&self.head, last)? })
    }

    /// The masks of the layers, the last one being the head's.
    pub fn masks(&self) -> Option<Vec<Mask>> {
        let layers = self.blocks.iter().map(|block| &block.conv.layer).chain([&self.head]);
        layers.map(KanLayer::mask).collect()
    }
}

impl ImageClassifier for ConvKan {
    fn classify(&self, images: Tensor<4>) -> Tensor<2> {
        self.forward(images)
    }
}

/// Over the image: `[B, C, H, W]` to `[B, C]`.
fn mean(x: Tensor<4>) -> Tensor<2> {
    x.flatten::<3>(2, 3).mean_dim(2).squeeze_dim(2)
}
