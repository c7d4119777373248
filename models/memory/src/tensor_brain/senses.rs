//! What a decoding is driven by.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::order::Role;
use crate::Triple;

/// Sensory input of a batch of events: the scene as a whole and a region for each role.
#[derive(Debug, Clone)]
pub struct Senses {
    /// `[batch, U]`
    pub scene: Tensor<2>,
    /// `[batch, U]`
    pub subject: Tensor<2>,
    /// `[batch, U]`
    pub predicate: Tensor<2>,
    /// `[batch, U]`
    pub object: Tensor<2>,
    /// What the input of scene, subject, predicate and object is multiplied with in each row, `[batch, 4]`: 0 for what is not
    /// seen. All 1 where it is absent.
    pub open: Option<Tensor<2>>,
}

impl Senses {
    pub(super) fn region(&self, role: Role) -> &Tensor<2> {
        match role {
            Role::Subject => &self.subject,
            Role::Predicate => &self.predicate,
            Role::Object => &self.object,
        }
    }

    /// The gate of the scene or of a role's region, `[batch, 1]`.
    pub(super) fn gate(&self, role: Option<Role>) -> Option<Tensor<2>> {
        let column = match role {
            None => 0,
            Some(Role::Subject) => 1,
            Some(Role::Predicate) => 2,
            Some(Role::Object) => 3,
        };
        self.open.clone().map(|open| open.narrow(1, column, 1))
    }
}

/// From where a decoding starts and what it sees meanwhile. Made by [`TensorBrain`](super::TensorBrain): `semantic` (nothing is
/// seen), `perception`, `recollection` (an episode), `blended` (perception with recent memory).
#[derive(Debug, Clone)]
pub struct Drive {
    /// The representation before the first decoding, `[batch, D]`.
    pub start: Tensor<2>,
    /// What is seen.
    pub senses: Option<Senses>,
}

/// A batch of triples on a device, `[batch]` each: places of the concepts in their groups.
#[derive(Debug, Clone)]
pub struct TripleTensors {
    /// Subjects.
    pub subject: Tensor<1, Int>,
    /// Predicates.
    pub predicate: Tensor<1, Int>,
    /// Objects.
    pub object: Tensor<1, Int>,
}

impl TripleTensors {
    /// Moves triples to a device.
    pub fn new(triples: &[Triple], device: &Device) -> Self {
        let column = |role: Role| {
            let places: Vec<i64> = triples.iter().map(|&triple| role.of(triple) as i64).collect();
            Tensor::from_data(TensorData::new(places, [triples.len()]), device)
        };
        let [subject, predicate, object] = [Role::Subject, Role::Predicate, Role::Object].map(column);
        Self { subject, predicate, object }
    }

    /// The concepts in a role.
    pub fn role(&self, role: Role) -> Tensor<1, Int> {
        match role {
            Role::Subject => self.subject.clone(),
            Role::Predicate => self.predicate.clone(),
            Role::Object => self.object.clone(),
        }
    }
}
