//! What the columns of encoded samples are.

use serde::{Deserialize, Serialize};

use super::Encoded;
use crate::DataError;

/// A categorical field: one entry of a vocabulary a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Entries of its vocabulary; all ids are below. For a field that shares, the same as that of the field it shares with.
    pub vocab_size: usize,
    /// The position of the field whose vocabulary it uses, which shares with no other; such a field adds no entries of its own.
    pub shares: Option<usize>,
}

/// A sequence of behaviour: up to `length` items, each of one id a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SequenceField {
    /// Its name.
    pub name: String,
    /// `L`, the most items.
    pub length: usize,
    /// For each of the `K` parts of an item the position of the field whose vocabulary it uses. The item that a sample is about is
    /// in these fields.
    pub fields: Vec<usize>,
}

/// What encoded samples are made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// The `F` categorical fields. Entry 0 of a vocabulary that a sequence uses is no item: it is what sequences are padded with.
    /// So is, wherever samples come from a file, entry 0 of every vocabulary: unseen in training, rare, or missing.
    pub fields: Vec<Field>,
    /// The `N` columns that stay numbers, standardised by mean and deviation of the training part.
    pub numeric: Vec<String>,
    /// The `S` sequences of behaviour.
    pub sequences: Vec<SequenceField>,
    /// The `T` tasks, each with its label.
    pub tasks: Vec<String>,
}

impl Layout {
    /// The position of the field whose vocabulary `field` uses: its own, or that of the field it shares with.
    ///
    /// # Panics
    /// If there is no such field.
    pub fn owner(&self, field: usize) -> usize {
        self.fields[field].shares.unwrap_or(field)
    }

    /// Entries of all vocabularies together, each counted once.
    pub fn num_entries(&self) -> usize {
        self.fields.iter().filter(|field| field.shares.is_none()).map(|field| field.vocab_size).sum()
    }

    /// For each field and each entry of its vocabulary: in how many samples it occurs, whether in this field, in one that shares
    /// with it or in a sequence; padding is no occurrence, and an entry that occurs several times in a sample counts once. Empty
    /// for a field that shares.
    ///
    /// # Panics
    /// If the samples are not of this layout.
    pub fn counts(&self, samples: &Encoded) -> Vec<Vec<u32>> {
        let mut counts = self.no_counts();
        self.count(samples, &mut counts);
        counts
    }

    /// The counts of no samples.
    pub(crate) fn no_counts(&self) -> Vec<Vec<u32>> {
        let entries = |field: &Field| if field.shares.is_none() { field.vocab_size } else { 0 };
        self.fields.iter().map(|field| vec![0; entries(field)]).collect()
    }

    /// Adds the counts of further samples.
    pub(crate) fn count(&self, samples: &Encoded, counts: &mut [Vec<u32>]) {
        let mut seen: Vec<(usize, u32)> = Vec::new();
        for sample in 0..samples.len() {
            seen.clear();
            let fields = &samples.categorical[sample * self.fields.len()..][..self.fields.len()];
            seen.extend(fields.iter().enumerate().map(|(field, &id)| (self.owner(field), id)));
            for (layout, sequence) in self.sequences.iter().zip(&samples.sequences) {
                let parts = layout.fields.len();
                let start = sample * layout.length * parts;
                let ids = &sequence.ids[start..][..sequence.lengths[sample] as usize * parts];
                seen.extend(
                    ids.iter().enumerate().map(|(at, &id)| (self.owner(layout.fields[at % parts]), id)),
                );
            }
            seen.sort_unstable();
            seen.dedup();
            for &(field, id) in &seen {
                counts[field][id as usize] += 1;
            }
        }
    }

    /// Checks that the layout itself is sound and that the samples are of it: numbers of values, ids below the sizes of their
    /// vocabularies, lengths, labels 0, 1 or missing.
    ///
    /// # Errors
    /// [`DataError::Inconsistent`] with the first thing that is not so; `place` names the samples in it.
    pub fn check(&self, samples: &Encoded, place: &str) -> Result<(), DataError> {
        let problem = self.problem().or_else(|| self.problem_of(samples));
        match problem {
            None => Ok(()),
            Some(problem) => Err(DataError::Inconsistent { place: place.into(), problem }),
        }
    }

    fn problem(&self) -> Option<String> {
        let known = |field: &usize| *field < self.fields.len();
        for Field { name, vocab_size, shares } in &self.fields {
            if *vocab_size == 0 {
                return Some(format!("the vocabulary of field `{name}` is empty"));
            }
            if let Some(other) = shares
                && !self.fields.get(*other).is_some_and(|f| f.shares.is_none() && f.vocab_size == *vocab_size)
            {
                return Some(format!(
                    "field `{name}` shares with field {other}, which has no such vocabulary"
                ));
            }
        }
        let unsound =
            |s: &&SequenceField| s.length == 0 || s.fields.is_empty() || !s.fields.iter().all(known);
        let sequence = self.sequences.iter().find(unsound)?;
        Some(format!("sequence `{}` needs a length above 0 and fields that are there", sequence.name))
    }

    fn problem_of(&self, samples: &Encoded) -> Option<String> {
        let n = samples.len();
        let size = |what: &str, found: usize, expected: usize| {
            (found != expected).then(|| format!("{found} {what} for {n} samples, which need {expected}"))
        };
        let sizes = size("categorical ids", samples.categorical.len(), n * self.fields.len())
            .or_else(|| size("numbers", samples.numeric.len(), n * self.numeric.len()))
            .or_else(|| size("labels", samples.labels.len(), n * self.tasks.len()))
            .or_else(|| size("groups", samples.groups.len(), if samples.groups.is_empty() { 0 } else { n }))
            .or_else(|| {
                let (found, expected) = (samples.sequences.len(), self.sequences.len());
                (found != expected).then(|| format!("{found} sequences, but the layout has {expected}"))
            });
        if sizes.is_some() {
            return sizes;
        }
        let above = |(at, &id): (usize, &u32)| {
            let field = &self.fields[at % self.fields.len()];
            (id as usize >= field.vocab_size).then(|| {
                format!("id {id} of field `{}`, whose ids are below {}", field.name, field.vocab_size)
            })
        };
        samples
            .categorical
            .iter()
            .enumerate()
            .find_map(above)
            .or_else(|| (0..self.sequences.len()).find_map(|at| self.problem_of_sequence(at, samples)))
            .or_else(|| {
                let wrong = samples.labels.iter().find(|y| !(y.is_nan() || **y == 0.0 || **y == 1.0))?;
                Some(format!("label {wrong}, allowed are 0, 1 and missing"))
            })
    }

    fn problem_of_sequence(&self, at: usize, samples: &Encoded) -> Option<String> {
        let (layout, sequence) = (&self.sequences[at], &samples.sequences[at]);
        let (n, name) = (samples.len(), &layout.name);
        let expected = n * layout.length * layout.fields.len();
        if sequence.ids.len() != expected || sequence.lengths.len() != n {
            let (ids, lengths) = (sequence.ids.len(), sequence.lengths.len());
            return Some(format!(
                "{ids} ids and {lengths} lengths of sequence `{name}`, but {n} samples need {expected} and {n}"
            ));
        }
        if let Some(length) = sequence.lengths.iter().find(|&&length| length as usize > layout.length) {
            return Some(format!("sequence `{name}` of {length} items, allowed are {}", layout.length));
        }
        sequence.ids.iter().enumerate().find_map(|(at, &id)| {
            let limit = self.fields[layout.fields[at % layout.fields.len()]].vocab_size;
            (id as usize >= limit)
                .then(|| format!("id {id} in sequence `{name}`, where ids are below {limit}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::EncodedSequence;
    use super::*;

    fn layout() -> Layout {
        let field = |name: &str, vocab_size, shares| Field { name: name.into(), vocab_size, shares };
        Layout {
            fields: vec![field("user", 3, None), field("item", 4, None), field("last", 4, Some(1))],
            numeric: vec!["age".into()],
            sequences: vec![SequenceField { name: "history".into(), length: 2, fields: vec![1, 0] }],
            tasks: vec!["click".into()],
        }
    }

    fn two() -> Encoded {
        let sequence = EncodedSequence { ids: vec![3, 1, 3, 2, 1, 0, 0, 0], lengths: vec![2, 1] };
        Encoded::new(2, vec![1, 3, 3, 2, 1, 0], vec![0.5, -0.5], vec![sequence], vec![1.0, f32::NAN], vec![])
    }

    #[test]
    fn an_entry_counts_once_a_sample_wherever_it_stands() {
        let layout = layout();
        layout.check(&two(), "samples").unwrap();
        // Item 3 stands four times in the first sample; user 0 is in the second one's history, the padding is not.
        assert_eq!(layout.counts(&two()), [vec![1, 1, 2], vec![1, 1, 0, 1], vec![]]);
        assert_eq!((layout.num_entries(), layout.owner(2), layout.owner(0)), (7, 1, 0));
    }

    #[test]
    fn samples_of_another_layout_are_refused() {
        type Change = dyn Fn(&mut Layout, &mut Encoded);
        let refused = |change: &Change| {
            let (mut layout, mut samples) = (layout(), two());
            change(&mut layout, &mut samples);
            layout.check(&samples, "test part").unwrap_err().to_string()
        };
        let changes: [(&Change, &str); 12] = [
            (&|_, s| s.categorical[1] = 4, "id 4 of field `item`, whose ids are below 4"),
            (&|_, s| s.categorical.truncate(5), "5 categorical ids for 2 samples, which need 6"),
            (&|_, s| s.numeric.clear(), "0 numbers for 2 samples, which need 2"),
            (&|_, s| s.labels[0] = 0.5, "label 0.5, allowed are 0, 1 and missing"),
            (&|_, s| s.groups.push(1), "1 groups for 2 samples, which need 2"),
            (&|_, s| s.sequences.clear(), "0 sequences, but the layout has 1"),
            (&|_, s| s.sequences[0].ids[1] = 3, "id 3 in sequence `history`, where ids are below 3"),
            (&|_, s| s.sequences[0].lengths[0] = 3, "sequence `history` of 3 items, allowed are 2"),
            (
                &|l, _| l.sequences[0].length = 1,
                "8 ids and 2 lengths of sequence `history`, but 2 samples need 4 and 2",
            ),
            (
                &|l, _| l.sequences[0].fields[1] = 3,
                "sequence `history` needs a length above 0 and fields that are there",
            ),
            (&|l, _| l.fields[0].vocab_size = 0, "the vocabulary of field `user` is empty"),
            (
                &|l, _| l.fields[2].shares = Some(0),
                "field `last` shares with field 0, which has no such vocabulary",
            ),
        ];
        for (change, problem) in changes {
            assert_eq!(refused(change), format!("test part: {problem}"));
        }
    }
}
