//! The error of a configuration that cannot be built.

use std::{fmt::Display, ops::RangeInclusive};

/// A configuration value outside what is allowed. Displays as `width = 0: must be at least 1`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} = {value}: must be {allowed}")]
pub struct ConfigError {
    field: String,
    value: String,
    allowed: String,
}

impl ConfigError {
    /// Names the field, the refused value and what is allowed; `allowed` completes the words "must be".
    pub fn new(field: impl Into<String>, value: impl Display, allowed: impl Into<String>) -> Self {
        Self { field: field.into(), value: value.to_string(), allowed: allowed.into() }
    }

    /// The name of the refused field.
    pub fn field(&self) -> &str {
        &self.field
    }
}

/// Refuses a size outside `range`.
///
/// # Errors
///
/// Names the field, the value and both ends of the range.
pub fn check_range(field: &str, value: usize, range: RangeInclusive<usize>) -> Result<(), ConfigError> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(ConfigError::new(field, value, format!("between {} and {}", range.start(), range.end())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_field_value_and_what_is_allowed() {
        let error = ConfigError::new("width", 0, "at least 1");
        assert_eq!(error.to_string(), "width = 0: must be at least 1");
        assert_eq!(error.field(), "width");
    }

    #[test]
    fn a_range_includes_both_ends() {
        assert_eq!(check_range("blocks", 1, 1..=4), Ok(()));
        assert_eq!(check_range("blocks", 4, 1..=4), Ok(()));
        let error = check_range("blocks", 5, 1..=4).unwrap_err();
        assert_eq!(error.to_string(), "blocks = 5: must be between 1 and 4");
        assert!(check_range("blocks", 0, 1..=4).is_err());
    }
}
