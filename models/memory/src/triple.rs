//! A fact about two entities.

use serde::{Deserialize, Serialize};

/// Subject, predicate and object, each by its place in its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Triple {
    /// The entity the fact is about.
    pub subject: usize,
    /// What is said of it.
    pub predicate: usize,
    /// The other entity.
    pub object: usize,
}

impl Triple {
    /// The fact `predicate(subject, object)`.
    pub fn new(subject: usize, predicate: usize, object: usize) -> Self {
        Self { subject, predicate, object }
    }
}
