//! Which members of the pool a layer keeps, and how much each contributes.

use pyrarium_layers::{ConfigError, impl_names};
use serde::{Deserialize, Serialize};

/// What has a choice of its own among the families of the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    /// Each output: all edges into one node are of the same families.
    #[default]
    Node,
    /// Each edge.
    Edge,
    /// The layer.
    Layer,
}

impl_names!(Granularity, "granularity", Node => "node", Edge => "edge", Layer => "layer");

impl Granularity {
    /// The shape of the selection weights: members, inputs (or 1), outputs (or 1).
    pub(crate) fn shape(self, members: usize, inputs: usize, outputs: usize) -> [usize; 3] {
        match self {
            Self::Node => [members, 1, outputs],
            Self::Edge => [members, inputs, outputs],
            Self::Layer => [members, 1, 1],
        }
    }
}

/// The members of the pool that each node (or edge, or the layer) keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mask {
    /// Members, inputs (or 1), outputs (or 1).
    pub shape: [usize; 3],
    /// By member, then input, then output.
    pub kept: Vec<bool>,
}

impl Mask {
    /// Checks that there is a value for each selection weight and that every place keeps a member.
    ///
    /// # Errors
    ///
    /// If the number of values is wrong; if a place keeps nothing, named by its input and output.
    pub fn new(shape: [usize; 3], kept: Vec<bool>) -> Result<Self, ConfigError> {
        let expected: usize = shape.iter().product();
        if kept.len() != expected {
            return Err(ConfigError::new(
                "mask",
                format!("{} values", kept.len()),
                format!("{expected} values"),
            ));
        }
        let mask = Self { shape, kept };
        match (0..mask.places()).find(|&place| mask.members(place).next().is_none()) {
            Some(place) => {
                let [_, _, outputs] = shape;
                let place = format!("no member at input {}, output {}", place / outputs, place % outputs);
                Err(ConfigError::new("mask", place, "such that each node keeps a member of the pool"))
            }
            None => Ok(mask),
        }
    }

    /// The places that choose: inputs (or 1) times outputs (or 1).
    pub fn places(&self) -> usize {
        let [_, inputs, outputs] = self.shape;
        inputs * outputs
    }

    /// The members that a place keeps, in the order of the pool.
    pub fn members(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.shape[0]).filter(move |member| self.kept[member * self.places() + place])
    }
}

/// What a layer loses when it is pruned. It serialises: a record of a pruned network needs the prunings of its layers beside
/// it, to make the network that it fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pruning {
    /// The members that stay.
    pub mask: Mask,
    /// The edges that stay, by input, then output; `None` are all.
    pub edges: Option<Vec<bool>>,
}

/// How much each member of the pool contributes at each place: the standard deviation, over the samples of a batch,
/// of its weighted part of the output.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contributions {
    shape: [usize; 3],
    values: Vec<f64>,
}

impl Contributions {
    pub(crate) fn new(shape: [usize; 3], values: Vec<f64>) -> Self {
        Self { shape, values }
    }

    /// Of one member at one place.
    pub fn get(&self, member: usize, place: usize) -> f64 {
        let [_, inputs, outputs] = self.shape;
        self.values[member * inputs * outputs + place]
    }

    /// Keeps the `keep` strongest members at each place; of equal ones the first of the pool.
    ///
    /// # Errors
    ///
    /// If nothing was measured, or `keep` is 0 or more than the pool has.
    pub fn strongest(&self, keep: usize) -> Result<Mask, ConfigError> {
        let [members, inputs, outputs] = self.shape;
        if self.values.is_empty() {
            return Err(ConfigError::new("contributions", "none", "measured on a batch before a selection"));
        }
        if keep == 0 || keep > members {
            return Err(ConfigError::new(
                "keep",
                keep,
                format!("between 1 and the {members} members of the pool"),
            ));
        }
        let places = inputs * outputs;
        let mut kept = vec![false; members * places];
        for place in 0..places {
            let mut ranking: Vec<usize> = (0..members).collect();
            ranking.sort_by(|&a, &b| self.get(b, place).total_cmp(&self.get(a, place)));
            for &member in &ranking[..keep] {
                kept[member * places + place] = true;
            }
        }
        Mask::new(self.shape, kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_members_of_each_node_are_kept() {
        let contributions = Contributions::new([3, 1, 2], vec![0.1, 0.9, 0.2, 0.9, 0.3, 0.4]);
        let families = |keep| {
            let mask = contributions.strongest(keep).unwrap();
            [0, 1].map(|place| mask.members(place).collect::<Vec<_>>())
        };
        assert_eq!(families(1), [vec![2], vec![0]]);
        assert_eq!(families(2), [vec![1, 2], vec![0, 1]]);
        assert_eq!(families(3), [vec![0, 1, 2], vec![0, 1, 2]]);
    }

    #[test]
    fn impossible_selections_are_refused() {
        let message = |result: Result<Mask, ConfigError>| result.unwrap_err().to_string();
        let measured = Contributions::new([2, 1, 1], vec![0.1, 0.2]);
        assert_eq!(
            message(measured.strongest(3)),
            "keep = 3: must be between 1 and the 2 members of the pool"
        );
        assert_eq!(
            message(measured.strongest(0)),
            "keep = 0: must be between 1 and the 2 members of the pool"
        );
        assert_eq!(
            message(Contributions::default().strongest(1)),
            "contributions = none: must be measured on a batch before a selection"
        );
        assert_eq!(
            message(Mask::new([2, 1, 2], vec![true, false, true, false])),
            "mask = no member at input 0, output 1: must be such that each node keeps a member of the pool"
        );
        assert_eq!(message(Mask::new([2, 1, 2], vec![true])), "mask = 1 values: must be 4 values");
    }
}
