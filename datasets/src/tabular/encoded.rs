//! Encoded samples in host memory.

/// The sequences of one kind of behaviour of `n` samples.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EncodedSequence {
    /// `n * L * K` ids, sample by sample and item by item, oldest first, padded with 0 at the end.
    pub ids: Vec<u32>,
    /// `n` numbers of items, without the padding.
    pub lengths: Vec<u32>,
}

/// `n` encoded samples, row-major; what the columns are says the [`Layout`](super::Layout).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Encoded {
    /// The number of samples, kept apart since every other part may be empty.
    pub(crate) count: usize,
    /// `n * F` ids, each counted from 0 within the vocabulary of its field.
    pub categorical: Vec<u32>,
    /// `n * N` numbers.
    pub numeric: Vec<f32>,
    /// The `S` sequences.
    pub sequences: Vec<EncodedSequence>,
    /// `n * T` labels, 0 or 1; NaN where there is none.
    pub labels: Vec<f32>,
    /// `n` numbers of the users (or whatever the area under the curve is taken in groups by); empty if there are none.
    pub groups: Vec<u32>,
}

impl Encoded {
    /// `samples` samples from their parts, which [`Layout::check`](super::Layout::check) can check.
    pub fn new(
        samples: usize,
        categorical: Vec<u32>,
        numeric: Vec<f32>,
        sequences: Vec<EncodedSequence>,
        labels: Vec<f32>,
        groups: Vec<u32>,
    ) -> Self {
        Self { count: samples, categorical, numeric, sequences, labels, groups }
    }

    /// No samples, of `sequences` sequences.
    pub fn empty(sequences: usize) -> Self {
        Self { sequences: vec![EncodedSequence::default(); sequences], ..Self::default() }
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The samples of these numbers, in that order.
    ///
    /// # Panics
    /// If a number is not less than [`len`](Self::len).
    pub fn select(&self, samples: &[usize]) -> Self {
        let n = self.count;
        let sequence = |sequence: &EncodedSequence| EncodedSequence {
            ids: rows(&sequence.ids, n, samples),
            lengths: rows(&sequence.lengths, n, samples),
        };
        Self {
            count: samples.len(),
            categorical: rows(&self.categorical, n, samples),
            numeric: rows(&self.numeric, n, samples),
            sequences: self.sequences.iter().map(sequence).collect(),
            labels: rows(&self.labels, n, samples),
            groups: rows(&self.groups, n, samples),
        }
    }

    /// Adds further samples of the same layout at the end. Groups are numbered anew only by who read them: of samples from
    /// different files equal numbers need not be the same user.
    ///
    /// # Panics
    /// If the numbers of sequences differ.
    pub fn append(&mut self, further: &Self) {
        assert_eq!(
            self.sequences.len(),
            further.sequences.len(),
            "samples of different numbers of sequences"
        );
        self.count += further.count;
        self.categorical.extend_from_slice(&further.categorical);
        self.numeric.extend_from_slice(&further.numeric);
        for (own, more) in self.sequences.iter_mut().zip(&further.sequences) {
            own.ids.extend_from_slice(&more.ids);
            own.lengths.extend_from_slice(&more.lengths);
        }
        self.labels.extend_from_slice(&further.labels);
        self.groups.extend_from_slice(&further.groups);
    }
}

/// The rows of a table of `n` rows.
fn rows<V: Copy>(values: &[V], n: usize, samples: &[usize]) -> Vec<V> {
    let width = values.len().checked_div(n).unwrap_or(0);
    samples.iter().flat_map(|&sample| &values[sample * width..][..width]).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Encoded {
        let sequence = EncodedSequence { ids: vec![1, 2, 3, 0, 0, 0], lengths: vec![2, 1, 0] };
        Encoded::new(
            3,
            vec![1, 10, 2, 20, 3, 30],
            vec![0.5, 1.5, 2.5],
            vec![sequence],
            vec![0.0, 1.0, 0.0],
            vec![7, 8, 9],
        )
    }

    #[test]
    fn samples_are_selected_whole_and_in_order() {
        let picked = three().select(&[2, 0, 0]);
        assert_eq!(picked.len(), 3);
        assert_eq!(picked.categorical, [3, 30, 1, 10, 1, 10]);
        assert_eq!(picked.numeric, [2.5, 0.5, 0.5]);
        assert_eq!(picked.sequences[0].ids, [0, 0, 1, 2, 1, 2]);
        assert_eq!(picked.sequences[0].lengths, [0, 2, 2]);
        assert_eq!((picked.labels, picked.groups), (vec![0.0; 3], vec![9, 7, 7]));
        assert!(three().select(&[]).is_empty());
    }

    #[test]
    fn samples_are_appended() {
        let mut all = Encoded::empty(1);
        all.append(&three().select(&[0]));
        all.append(&three().select(&[1, 2]));
        assert_eq!(all, three());
    }
}
