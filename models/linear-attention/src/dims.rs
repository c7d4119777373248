//! Checks that the configurations of all layers share.

use pyrarium_layers::{ConfigError, check_range};

/// Features of keys and of values over all heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dims {
    pub key: usize,
    pub value: usize,
}

impl Dims {
    /// `floor(d_model * expand)` for keys and values, which must divide into the heads.
    pub fn new(d_model: usize, n_heads: usize, expand_k: f64, expand_v: f64) -> Result<Self, ConfigError> {
        check_range("d_model", d_model, 1..=1 << 20)?;
        check_range("n_heads", n_heads, 1..=1 << 16)?;
        let expanded = |name: &str, expand_name: &str, expand: f64| {
            if !(expand > 0.0 && expand <= 64.0) {
                return Err(ConfigError::new(expand_name, expand, "above 0 and at most 64"));
            }
            let dim = (d_model as f64 * expand) as usize;
            if dim == 0 || !dim.is_multiple_of(n_heads) {
                return Err(ConfigError::new(
                    name,
                    dim,
                    format!("a positive multiple of n_heads = {n_heads}"),
                ));
            }
            Ok(dim)
        };
        Ok(Self {
            key: expanded("key_dim", "expand_k", expand_k)?,
            value: expanded("value_dim", "expand_v", expand_v)?,
        })
    }

    /// Features of queries, keys and values.
    pub fn widths(self) -> [usize; 3] {
        [self.key, self.key, self.value]
    }
}

/// Refuses an epsilon that is not positive.
pub(crate) fn check_epsilon(epsilon: f64) -> Result<(), ConfigError> {
    if epsilon.is_finite() && epsilon > 0.0 {
        return Ok(());
    }
    Err(ConfigError::new("norm_eps", epsilon, "positive"))
}
