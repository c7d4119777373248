//! Values of a categorical field, numbered.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// The values that occurred often enough, numbered from 1; 0 is any other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Vocabulary {
    ids: HashMap<String, u32>,
}

impl Vocabulary {
    /// Numbers the values that occur at least `min_count` times, the most frequent first, equally frequent ones by their text.
    pub(crate) fn new(counts: HashMap<String, u32>, min_count: u32) -> Self {
        let mut kept: Vec<(u32, String)> = counts
            .into_iter()
            .filter(|(_, count)| *count >= min_count)
            .map(|(value, count)| (count, value))
            .collect();
        kept.sort_unstable_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.cmp(y)));
        kept.into_iter().map(|(_, value)| value).collect::<Vec<_>>().into()
    }

    /// The number of a value, 0 if it is not in the vocabulary.
    pub fn id(&self, value: &str) -> u32 {
        self.ids.get(value).copied().unwrap_or(0)
    }

    /// The number of entries, with entry 0.
    pub fn size(&self) -> usize {
        self.ids.len() + 1
    }

    /// The values by number, from 1.
    pub fn values(&self) -> Vec<&str> {
        let mut values: Vec<(&str, u32)> = self.ids.iter().map(|(value, &id)| (value.as_str(), id)).collect();
        values.sort_unstable_by_key(|(_, id)| *id);
        values.into_iter().map(|(value, _)| value).collect()
    }
}

impl From<Vec<String>> for Vocabulary {
    fn from(values: Vec<String>) -> Self {
        let mut ids = HashMap::with_capacity(values.len());
        for value in values {
            // A value that comes twice keeps its first number, so that numbers stay below the size.
            let next = ids.len() as u32 + 1;
            ids.entry(value).or_insert(next);
        }
        Self { ids }
    }
}

impl From<Vocabulary> for Vec<String> {
    fn from(vocabulary: Vocabulary) -> Self {
        vocabulary.values().into_iter().map(String::from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_by_frequency_and_rare_ones_are_unseen() {
        let counts = [("b", 3), ("a", 3), ("c", 7), ("rare", 1)];
        let counts = counts.map(|(value, count)| (value.to_string(), count)).into_iter().collect();
        let vocabulary = Vocabulary::new(counts, 2);
        assert_eq!(vocabulary.values(), ["c", "a", "b"]);
        assert_eq!(["c", "a", "b", "rare", "new", ""].map(|value| vocabulary.id(value)), [1, 2, 3, 0, 0, 0]);
        assert_eq!(vocabulary.size(), 4);
    }
}
