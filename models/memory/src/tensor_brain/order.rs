//! In which order the parts of a triple are decoded.

use std::fmt;

use pyrarium_layers::ConfigError;

use super::config::{ENTITIES, PREDICATES};
use crate::Triple;

/// A part of a triple.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The entity the fact is about.
    Subject,
    /// What is said of it.
    Predicate,
    /// The other entity.
    Object,
}

impl Role {
    /// The group of the concepts that can take the part.
    pub fn group(self) -> &'static str {
        match self {
            Self::Subject | Self::Object => ENTITIES,
            Self::Predicate => PREDICATES,
        }
    }

    /// The part of a triple.
    pub fn of(self, triple: Triple) -> usize {
        match self {
            Self::Subject => triple.subject,
            Self::Predicate => triple.predicate,
            Self::Object => triple.object,
        }
    }

    /// Takes the part of a triple.
    pub(super) fn put(self, triple: &mut Triple, place: usize) {
        match self {
            Self::Subject => triple.subject = place,
            Self::Predicate => triple.predicate = place,
            Self::Object => triple.object = place,
        }
    }

    fn letter(self) -> char {
        match self {
            Self::Subject => 's',
            Self::Predicate => 'p',
            Self::Object => 'o',
        }
    }
}

/// Every role once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order([Role; 3]);

impl Order {
    /// Subject, object, predicate: the order of the paper.
    pub const SOP: Self = Self([Role::Subject, Role::Object, Role::Predicate]);
    /// Subject, predicate, object: the order in which `p(o | s, p)` is a step.
    pub const SPO: Self = Self([Role::Subject, Role::Predicate, Role::Object]);

    /// This order of roles.
    ///
    /// # Errors
    ///
    /// If a role is missing; the message names it.
    pub fn new(roles: [Role; 3]) -> Result<Self, ConfigError> {
        let missing =
            [Role::Subject, Role::Predicate, Role::Object].into_iter().find(|role| !roles.contains(role));
        match missing {
            None => Ok(Self(roles)),
            Some(role) => {
                let letters: String = roles.into_iter().map(Role::letter).collect();
                Err(ConfigError::new(
                    "order",
                    letters,
                    format!("of s, p and o; {} is missing", role.letter()),
                ))
            }
        }
    }

    /// The roles, the first one to be decoded first.
    pub fn roles(self) -> [Role; 3] {
        self.0
    }
}

impl Default for Order {
    fn default() -> Self {
        Self::SOP
    }
}

impl fmt::Display for Order {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters: String = self.0.into_iter().map(Role::letter).collect();
        formatter.pad(&letters)
    }
}

impl std::str::FromStr for Order {
    type Err = ConfigError;

    fn from_str(letters: &str) -> Result<Self, ConfigError> {
        let role = |letter| match letter {
            's' => Some(Role::Subject),
            'p' => Some(Role::Predicate),
            'o' => Some(Role::Object),
            _ => None,
        };
        let roles: Option<Vec<Role>> = letters.chars().map(role).collect();
        match roles.and_then(|roles| <[Role; 3]>::try_from(roles).ok()) {
            Some(roles) => Self::new(roles),
            None => Err(ConfigError::new("order", letters, "three letters of s, p and o, each once")),
        }
    }
}
