//! Which rows of the embedding table a batch touches, and the batch with its ids as positions in them.

use pyrarium_datasets::tabular::{Encoded, Layout};

/// The rows that a batch touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Rows of the table, each once. Those that stand for padding alone come last: a model may read them, but they are not updated.
    pub rows: Vec<u32>,
    /// How many of them occur in a sample.
    pub occurring: usize,
}

/// Finds the rows of batches, in a time that depends on the batch and not on the table.
#[derive(Clone, Debug)]
pub struct RowFinder {
    /// The first row of each categorical field.
    fields: Vec<usize>,
    /// Length of each sequence, and the first row of each part of its items.
    sequences: Vec<(usize, Vec<usize>)>,
    seen: Seen,
}

/// For each row of the table the number of the batch that touched it last, and its position in that batch.
#[derive(Clone, Debug)]
struct Seen {
    last: Vec<(u32, u32)>,
    batch: u32,
    touched: Touched,
}

impl Seen {
    /// Replaces an id by a position.
    fn replace(&mut self, id: &mut u32, offset: usize) {
        let row = offset + *id as usize;
        let (batch, position) = &mut self.last[row];
        if *batch != self.batch {
            (*batch, *position) = (self.batch, self.touched.rows.len() as u32);
            self.touched.rows.push(row as u32);
        }
        *id = *position;
    }
}

impl RowFinder {
    /// For samples of this layout, whose fields begin at these rows of a table of `rows`.
    pub fn new(layout: &Layout, offsets: &[usize], rows: usize) -> Self {
        let parts = |fields: &[usize]| fields.iter().map(|&field| offsets[field]).collect();
        Self {
            fields: offsets.to_vec(),
            sequences: layout.sequences.iter().map(|field| (field.length, parts(&field.fields))).collect(),
            seen: Seen { last: vec![(0, 0); rows], batch: 0, touched: Touched::default() },
        }
    }

    /// Replaces the ids of a batch by positions in the rows that it touches.
    ///
    /// # Panics
    /// If the batch is not of the layout, or an id is outside its vocabulary.
    pub fn compact(&mut self, batch: &mut Encoded) -> Touched {
        let Self { fields, sequences, seen } = self;
        seen.batch += 1;
        for sample in batch.categorical.chunks_mut(fields.len().max(1)) {
            sample.iter_mut().zip(&*fields).for_each(|(id, &offset)| seen.replace(id, offset));
        }
        for is_padding in [false, true] {
            for ((length, parts), sequence) in sequences.iter().zip(&mut batch.sequences) {
                for (index, item) in sequence.ids.chunks_mut(parts.len().max(1)).enumerate() {
                    let (sample, at) = (index / length, index % length);
                    if (at >= sequence.lengths[sample] as usize) == is_padding {
                        item.iter_mut().zip(parts).for_each(|(id, &offset)| seen.replace(id, offset));
                    }
                }
            }
            if !is_padding {
                seen.touched.occurring = seen.touched.rows.len();
            }
        }
        std::mem::take(&mut seen.touched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pyrarium_datasets::tabular::{EncodedSequence, Field, SequenceField};

    fn layout() -> Layout {
        let field = |name: &str, vocab_size, shares| Field { name: name.into(), vocab_size, shares };
        Layout {
            fields: vec![field("user", 10, None), field("item", 20, None), field("last", 20, Some(1))],
            numeric: Vec::new(),
            sequences: vec![SequenceField { name: "history".into(), length: 2, fields: vec![1, 0] }],
            tasks: vec!["click".into()],
        }
    }

    #[test]
    fn ids_become_positions_and_padding_comes_last() {
        let mut finder = RowFinder::new(&layout(), &[0, 10, 10], 30);
        let history = EncodedSequence { ids: vec![7, 3, 0, 0, 0, 0, 0, 0], lengths: vec![1, 0] };
        let samples =
            Encoded::new(2, vec![3, 7, 7, 4, 9, 7], Vec::new(), vec![history], vec![1.0, 0.0], Vec::new());
        for _ in 0..2 {
            let mut batch = samples.clone();
            let touched = finder.compact(&mut batch);
            // User 3, item 7 (also the last one, and the item of the history), user 4, item 9; then item 0 and user 0.
            assert_eq!(touched, Touched { rows: vec![3, 17, 4, 19, 10, 0], occurring: 4 });
            assert_eq!(batch.categorical, [0, 1, 1, 2, 3, 1]);
            assert_eq!(batch.sequences[0].ids, [1, 0, 4, 5, 4, 5, 4, 5]);
        }
    }
}
