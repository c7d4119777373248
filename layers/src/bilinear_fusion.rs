//! Bilinear fusion of two vectors in several heads ("FinalMLP", arXiv 2304.00902): `b1 + w1 x + b2 + w2 y + sum_j x_j' W_j y_j`, where
//! x and y are cut into as many contiguous chunks as there are heads.

use burn::{
    config::Config,
    module::{Initializer, Module, Param},
    nn::Linear,
    tensor::{Device, Tensor},
};

use crate::{ConfigError, check_range, xavier_linear};

/// Configuration of a [`BilinearFusion`].
#[derive(Config, Debug, PartialEq)]
pub struct BilinearFusionConfig {
    /// Features of the first vector.
    pub x_dim: usize,
    /// Features of the second.
    pub y_dim: usize,
    /// Heads; must divide both.
    #[config(default = 1)]
    pub heads: usize,
    /// Outputs.
    #[config(default = 1)]
    pub out_dim: usize,
}

impl BilinearFusionConfig {
    /// Checks every field.
    ///
    /// # Errors
    ///
    /// If a size is 0, or the heads do not divide both vectors.
    pub fn validate(&self) -> Result<(), ConfigError> {
        for (key, size) in [("x_dim", self.x_dim), ("y_dim", self.y_dim), ("out_dim", self.out_dim)] {
            check_range(key, size, 1..=1 << 20)?;
        }
        let divides = |size: usize| self.heads > 0 && size.is_multiple_of(self.heads);
        if !(divides(self.x_dim) && divides(self.y_dim)) {
            let allowed = format!("a divisor of both {} and {}", self.x_dim, self.y_dim);
            return Err(ConfigError::new("heads", self.heads, allowed));
        }
        Ok(())
    }

    /// The parameters of the layer.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn num_params(&self) -> Result<usize, ConfigError> {
        self.validate()?;
        let bilinear = self.x_dim * self.y_dim / self.heads;
        Ok((self.x_dim + 1 + self.y_dim + 1 + bilinear) * self.out_dim)
    }

    /// The layer: weights Xavier-normal, for the bilinear ones with the fans of one column as in FuxiCTR, biases 0.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<BilinearFusion, ConfigError> {
        self.validate()?;
        let bilinear = self.x_dim * self.y_dim / self.heads;
        let shape = [self.heads, self.x_dim / self.heads, self.y_dim / self.heads * self.out_dim];
        let initializer = Initializer::XavierNormal { gain: 1.0 };
        Ok(BilinearFusion {
            x: xavier_linear(self.x_dim, self.out_dim, device),
            y: xavier_linear(self.y_dim, self.out_dim, device),
            xy: initializer.init_with(shape, Some(self.out_dim), Some(bilinear), device),
        })
    }
}

/// The layer; see [`BilinearFusionConfig`].
#[derive(Module, Debug)]
pub struct BilinearFusion {
    /// The linear term of the first vector.
    pub x: Linear,
    /// The linear term of the second vector.
    pub y: Linear,
    /// The matrices of the heads, `[heads, x_dim / heads, out_dim * (y_dim / heads)]`, those of all outputs side by side.
    pub xy: Param<Tensor<3>>,
}

impl BilinearFusion {
    /// Fuses two vectors.
    ///
    /// # Shapes
    ///
    /// - x: `[batch, x_dim]`
    /// - y: `[batch, y_dim]`
    /// - output: `[batch, out_dim]`
    pub fn forward(&self, x: Tensor<2>, y: Tensor<2>) -> Tensor<2> {
        let linear = self.x.forward(x.clone()) + self.y.forward(y.clone());
        let ([heads, x_head, wide], [batch, outputs]) = (self.xy.lazy_shape().dims(), linear.dims());
        let y_head = wide / outputs;
        let x = x.reshape([batch, heads, x_head]).swap_dims(0, 1); // [k, B, n1 / k]
        let y = y.reshape([batch, heads, 1, y_head]).swap_dims(0, 1);
        let seen = x.matmul(self.xy.val()).reshape([heads, batch, outputs, y_head]) * y;
        let bilinear: Tensor<2> = seen.sum_dim(3).sum_dim(0).reshape([batch, outputs]);
        linear + bilinear
    }
}
