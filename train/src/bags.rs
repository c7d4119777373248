//! Batches of labelled bags, padded to the largest of each batch.

use std::sync::Arc;

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use pyrarium_datasets::Bags;
use pyrarium_layers::seeded;

use crate::loader::BatchSource;

/// A batch of labelled bags.
#[derive(Clone, Debug)]
pub struct BagBatch {
    /// Instances, `[B, S, D]`.
    pub bags: Tensor<3>,
    /// True for instances that are none, `[B, S]`; absent where all bags have one size.
    pub padding: Option<Tensor<2, Bool>>,
    /// 1 for positive bags, `[B]`.
    pub labels: Tensor<1, Int>,
}

impl BagBatch {
    /// Instances uniform in -1..1, bags negative and positive in turn: the same on every device.
    pub fn noise([rows, instances, features]: [usize; 3], device: &Device) -> Self {
        let bags = seeded::tensor_data([rows, instances, features], 0, 1.0);
        Self {
            bags: Tensor::from_data(bags, device),
            padding: None,
            labels: to_labels((0..rows).map(|row| (row % 2) as i64).collect(), device),
        }
    }
}

/// Bags as they are.
pub struct BagSource {
    bags: Bags,
}

impl BagSource {
    /// These bags.
    pub fn new(bags: Bags) -> Arc<Self> {
        Arc::new(Self { bags })
    }

    /// Whether each bag is positive.
    pub fn labels(&self) -> &[bool] {
        self.bags.labels()
    }
}

/// A batch in host memory.
pub struct HostBags {
    dims: [usize; 3],
    values: Vec<f32>,
    padding: Option<Vec<bool>>,
    labels: Vec<i64>,
}

fn to_labels(values: Vec<i64>, device: &Device) -> Tensor<1, Int> {
    let count = values.len();
    Tensor::from_data(TensorData::new(values, [count]), device)
}

impl BatchSource for BagSource {
    type Host = HostBags;
    type Batch = BagBatch;

    fn num_samples(&self) -> usize {
        self.bags.len()
    }

    fn assemble(&self, _epoch: u64, _batch: usize, samples: &[usize]) -> HostBags {
        let features = self.bags.features();
        let sizes: Vec<usize> = samples.iter().map(|&bag| self.bags.size(bag)).collect();
        let longest = sizes.iter().copied().max().unwrap_or(0);
        let mut values = Vec::with_capacity(samples.len() * longest * features);
        for (row, &bag) in samples.iter().enumerate() {
            values.extend_from_slice(self.bags.instances(bag));
            values.resize((row + 1) * longest * features, 0.0);
        }
        let padded = sizes.iter().any(|&size| size < longest);
        let padding = || sizes.iter().flat_map(|&size| (0..longest).map(move |at| at >= size)).collect();
        HostBags {
            dims: [samples.len(), longest, features],
            values,
            padding: padded.then(padding),
            labels: samples.iter().map(|&bag| i64::from(self.bags.labels()[bag])).collect(),
        }
    }

    fn upload(&self, host: HostBags, device: &Device) -> BagBatch {
        let [rows, longest, _] = host.dims;
        BagBatch {
            bags: Tensor::from_data(TensorData::new(host.values, host.dims), device),
            padding: host
                .padding
                .map(|padding| Tensor::from_data(TensorData::new(padding, [rows, longest]), device)),
            labels: to_labels(host.labels, device),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pyrarium_datasets::DigitBagConfig;

    #[test]
    fn bags_are_padded_to_the_largest_of_their_batch() {
        let images = pyrarium_datasets::digits::load().unwrap().test;
        let bags = DigitBagConfig { bags: 5, ..DigitBagConfig::default() }.generate(&images, 0).unwrap();
        let source = BagSource::new(bags.clone());
        let host = source.assemble(1, 0, &[3, 0, 4]);
        let longest = [3, 0, 4].map(|bag| bags.size(bag)).into_iter().max().unwrap();
        assert_eq!(host.dims, [3, longest, 64]);
        let padding = host.padding.unwrap();
        for (row, bag) in [3, 0, 4].into_iter().enumerate() {
            let (values, size) = (&host.values[row * longest * 64..][..longest * 64], bags.size(bag));
            assert_eq!(&values[..size * 64], bags.instances(bag));
            assert!(values[size * 64..].iter().all(|&value| value == 0.0));
            let free = padding[row * longest..][..longest].iter().filter(|&&padded| !padded).count();
            assert_eq!(free, size);
        }
        assert!(source.assemble(1, 0, &[2]).padding.is_none());
    }
}
