//! Convolution with functions on edges: each output pixel is a Kolmogorov-Arnold layer of the patch before it.
//!
//! The functions are evaluated once for each input pixel, not for each patch; one ordinary convolution over the
//! `functions * channels` maps does the rest. Zeros are padded before the functions see them, since most functions
//! are not 0 at 0.

use burn::{
    config::Config,
    module::Module,
    tensor::{
        Device, Tensor,
        module::{conv2d, unfold4d},
        ops::{ConvOptions, PadMode, UnfoldOptions},
    },
};
use pyrarium_layers::{ConfigError, check_range};

use crate::{
    layer::KanLayer,
    layer_config::KanLayerConfig,
    limits,
    mask::{Contributions, Mask, Pruning},
};

/// Configuration of a [`KanConv2d`].
#[derive(Config, Debug, PartialEq)]
pub struct KanConv2dConfig {
    /// Channels of the input and of the output.
    pub channels: [usize; 2],
    /// Height and width of the kernel.
    pub kernel: [usize; 2],
    /// Its families.
    pub layer: KanLayerConfig,
    /// Step of the kernel, down and right.
    #[config(default = "[1, 1]")]
    pub stride: [usize; 2],
    /// Rows added above and below, columns added left and right.
    #[config(default = "[0, 0]")]
    pub padding: [usize; 2],
}

impl KanConv2dConfig {
    /// The convolution.
    ///
    /// # Errors
    ///
    /// If a size is zero or too large or the layer is invalid.
    pub fn init(&self, device: &Device) -> Result<KanConv2d, ConfigError> {
        let Self { channels: [inputs, outputs], kernel, stride, padding, .. } = *self;
        check_range("channels", inputs, limits::WIDTH)?;
        check_range("channels", outputs, limits::WIDTH)?;
        for side in 0..2 {
            check_range("kernel", kernel[side], limits::KERNEL)?;
            check_range("stride", stride[side], limits::KERNEL)?;
            check_range("padding", padding[side], 0..=*limits::KERNEL.end())?;
        }
        let layer = self.layer.init(inputs * kernel[0] * kernel[1], outputs, device)?;
        Ok(KanConv2d { layer, kernel, stride, padding })
    }

    /// Height and width of the output for an input of this height and width.
    ///
    /// # Errors
    ///
    /// If the kernel is larger than the padded input.
    pub fn output_size(&self, size: [usize; 2]) -> Result<[usize; 2], ConfigError> {
        let mut output = [0; 2];
        for side in 0..2 {
            let padded = size[side] + 2 * self.padding[side];
            if self.kernel[side] > padded {
                let allowed = format!("at most the padded input, {padded}");
                return Err(ConfigError::new("kernel", self.kernel[side], allowed));
            }
            output[side] = (padded - self.kernel[side]) / self.stride[side] + 1;
        }
        Ok(output)
    }
}

/// A convolution whose kernel has functions in place of weights.
#[derive(Module, Debug)]
pub struct KanConv2d {
    /// The layer that maps a patch (`channels * height * width`, in this order) to an output pixel.
    pub layer: KanLayer,
    #[module(skip)]
    kernel: [usize; 2],
    #[module(skip)]
    stride: [usize; 2],
    #[module(skip)]
    padding: [usize; 2],
}

impl KanConv2d {
    /// # Shapes
    ///
    /// - x: `[batch, channels_in, height, width]`
    /// - output: `[batch, channels_out, height', width']`
    ///
    /// # Panics
    ///
    /// If `x` has another number of channels or is smaller than the kernel.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [height, width] = self.kernel;
        let options = ConvOptions::new(self.stride, [0, 0], [1, 1], 1);
        self.layer.edge_map().apply(self.padded(x), |maps, weight| {
            let [rows, outputs] = weight.dims();
            // Rows are by function, channel, then place in the kernel: the first two are the maps.
            let kernel =
                weight.reshape([rows / (height * width), height, width, outputs]).permute([3, 0, 1, 2]);
            conv2d(maps, kernel, None, options.clone())
        })
    }

    /// The same by its definition: the layer applied to every patch.
    pub fn naive(&self, x: Tensor<4>) -> Tensor<4> {
        let [batch, _, height, width] = self.padded(x.clone()).dims();
        let rows = self.layer.forward(self.patches(x)); // [B * H' * W', out]
        let [_, outputs] = rows.dims();
        let size = |side: usize, length: usize| (length - self.kernel[side]) / self.stride[side] + 1;
        rows.reshape([batch, size(0, height), size(1, width), outputs]).permute([0, 3, 1, 2])
    }

    /// All patches, one a row, as the layer sees them: `[batch * height' * width', channels * kernel]`.
    pub fn patches(&self, x: Tensor<4>) -> Tensor<2> {
        let options = UnfoldOptions::new(self.stride, [0, 0], [1, 1]);
        unfold4d(self.padded(x), self.kernel, options).swap_dims(1, 2).flatten(0, 1)
    }

    /// How much each member contributes on a batch of maps.
    ///
    /// # Errors
    ///
    /// Those of [`KanLayer::contributions`].
    pub fn contributions(&self, x: Tensor<4>) -> Result<Contributions, ConfigError> {
        self.layer.contributions(self.patches(x))
    }

    /// Removes the members outside the mask.
    ///
    /// # Errors
    ///
    /// Those of [`KanLayer::select`].
    pub fn select(&self, mask: &Mask) -> Result<Self, ConfigError> {
        Ok(Self { layer: self.layer.select(mask)?, ..self.clone() })
    }

    /// What pruning removes; weak edges are measured on a batch of maps.
    ///
    /// # Errors
    ///
    /// Those of [`KanLayer::pruning`].
    pub fn pruning(&self, threshold: f64, x: Tensor<4>) -> Result<Pruning, ConfigError> {
        self.layer.pruning(threshold, self.patches(x))
    }

    /// The convolution without what a pruning removes.
    ///
    /// # Errors
    ///
    /// Those of [`KanLayer::pruned`].
    pub fn pruned(&self, pruning: &Pruning) -> Result<Self, ConfigError> {
        Ok(Self { layer: self.layer.pruned(pruning)?, ..self.clone() })
    }

    fn padded(&self, x: Tensor<4>) -> Tensor<4> {
        let [down, right] = self.padding;
        if self.padding == [0, 0] {
            return x;
        }
        x.pad((right, right, down, down), PadMode::Constant(0.0))
    }
}
