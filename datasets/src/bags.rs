//! Bags of instances with one label each, for multiple-instance learning.

use std::ops::Range;
use std::sync::Arc;

/// Labelled bags of instances of one size. Clones share the values.
#[derive(Debug, Clone, PartialEq)]
pub struct Bags {
    features: usize,
    values: Arc<[f32]>,
    /// Where the instances of each bag lie, counted in instances.
    bags: Vec<Range<usize>>,
    labels: Vec<bool>,
}

impl Bags {
    /// An empty list of bags whose instances have `features` values.
    pub(crate) fn builder(features: usize) -> BagsBuilder {
        BagsBuilder { features, values: Vec::new(), bags: Vec::new(), labels: Vec::new() }
    }

    /// Values of an instance.
    pub fn features(&self) -> usize {
        self.features
    }

    /// The number of bags.
    pub fn len(&self) -> usize {
        self.bags.len()
    }

    /// Whether there are no bags.
    pub fn is_empty(&self) -> bool {
        self.bags.is_empty()
    }

    /// The instances of a bag, at least one, one after the other.
    ///
    /// # Panics
    /// If `bag` is not less than [`len`](Self::len).
    pub fn instances(&self, bag: usize) -> &[f32] {
        let Range { start, end } = self.bags[bag];
        &self.values[start * self.features..end * self.features]
    }

    /// The number of instances of a bag.
    ///
    /// # Panics
    /// If `bag` is not less than [`len`](Self::len).
    pub fn size(&self, bag: usize) -> usize {
        self.bags[bag].len()
    }

    /// Whether each bag is positive.
    pub fn labels(&self) -> &[bool] {
        &self.labels
    }

    /// The bags of these numbers, in that order.
    ///
    /// # Panics
    /// If a number is not less than [`len`](Self::len).
    pub fn select(&self, bags: impl IntoIterator<Item = usize>) -> Self {
        let (bags, labels) = bags.into_iter().map(|bag| (self.bags[bag].clone(), self.labels[bag])).unzip();
        Self { bags, labels, ..self.clone() }
    }
}

/// Collects bags.
pub(crate) struct BagsBuilder {
    features: usize,
    values: Vec<f32>,
    bags: Vec<Range<usize>>,
    labels: Vec<bool>,
}

impl BagsBuilder {
    /// Adds a bag of at least one instance.
    pub(crate) fn push(&mut self, instances: impl IntoIterator<Item = f32>, label: bool) {
        let start = self.values.len() / self.features;
        self.values.extend(instances);
        self.bags.push(start..self.values.len() / self.features);
        self.labels.push(label);
    }

    pub(crate) fn finish(self) -> Bags {
        Bags { features: self.features, values: self.values.into(), bags: self.bags, labels: self.labels }
    }
}
