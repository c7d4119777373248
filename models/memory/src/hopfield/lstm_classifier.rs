//! A recurrent network that reads the instances one after the other: the official baseline for latch sequences.

use burn::{
    config::Config,
    module::Module,
    nn::{Linear, LinearConfig, Lstm, LstmConfig},
    tensor::{Bool, Device, Tensor},
};
use pyrarium_layers::{BagClassifier, ConfigError, check_range};

/// Configuration of an [`LstmClassifier`].
#[derive(Config, Debug, PartialEq, Eq)]
pub struct LstmClassifierConfig {
    /// Features of an instance.
    pub features: usize,
    /// Cells.
    #[config(default = 4)]
    pub hidden_size: usize,
}

impl LstmClassifierConfig {
    /// Draws the weights.
    ///
    /// # Errors
    ///
    /// If a size is 0 or above 65,536.
    pub fn init(&self, device: &Device) -> Result<LstmClassifier, ConfigError> {
        check_range("features", self.features, 1..=1 << 16)?;
        check_range("hidden_size", self.hidden_size, 1..=1 << 16)?;
        Ok(LstmClassifier {
            lstm: LstmConfig::new(self.features, self.hidden_size, true).init(device),
            head: LinearConfig::new(self.hidden_size, 1).init(device),
        })
    }
}

/// An LSTM whose last output is scored by a linear layer. Unlike the other classifiers it depends on the order of the instances.
#[derive(Module, Debug)]
pub struct LstmClassifier {
    lstm: Lstm,
    head: Linear,
}

impl BagClassifier for LstmClassifier {
    /// # Panics
    ///
    /// If there is padding: all sequences have one length.
    fn score(&self, sequences: Tensor<3>, padding: Option<Tensor<2, Bool>>) -> Tensor<1> {
        assert!(padding.is_none(), "an LstmClassifier takes no padding, but the batch has some");
        let (_, last) = self.lstm.forward(sequences, None);
        self.head.forward(last.hidden).squeeze_dim(1)
    }
}
