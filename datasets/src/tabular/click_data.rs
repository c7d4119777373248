//! Click logs ready for training.

use super::{Encoded, Layout};
use crate::DataError;

/// Encoded samples, split into what is learnt, what is watched and what is tested.
#[derive(Debug, Clone, PartialEq)]
pub struct ClickData {
    /// What the columns are.
    pub layout: Layout,
    /// In how many training samples each entry of each field's vocabulary occurs, as [`Layout::counts`].
    pub counts: Vec<Vec<u32>>,
    /// For training.
    pub train: Encoded,
    /// For watching a training and choosing settings.
    pub valid: Encoded,
    /// For testing.
    pub test: Encoded,
}

impl ClickData {
    /// Checks the parts and counts the entries of the training part.
    ///
    /// # Errors
    /// [`DataError::Inconsistent`] for a part that is not of the layout.
    pub fn new(layout: Layout, train: Encoded, valid: Encoded, test: Encoded) -> Result<Self, DataError> {
        for (part, place) in [(&train, "training part"), (&valid, "validation part"), (&test, "test part")] {
            layout.check(part, place)?;
        }
        Ok(Self { counts: layout.counts(&train), layout, train, valid, test })
    }
}
