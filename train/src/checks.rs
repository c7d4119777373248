//! Range checks of settings, so that each reads as one line and all give the same messages.

use pyrarium_layers::ConfigError;

/// Refuses zero, negative values and NaN.
pub fn positive(field: &str, value: f64) -> Result<(), ConfigError> {
    check(value > 0.0 && value.is_finite(), field, value, "greater than 0")
}

/// Refuses negative values and NaN.
pub fn non_negative(field: &str, value: f64) -> Result<(), ConfigError> {
    check(value >= 0.0 && value.is_finite(), field, value, "0 or more")
}

/// Refuses values outside 0..=1.
pub fn in_unit_interval(field: &str, value: f64) -> Result<(), ConfigError> {
    check((0.0..=1.0).contains(&value), field, value, "between 0 and 1")
}

/// Refuses values outside 0..1.
pub fn below_one(field: &str, value: f64) -> Result<(), ConfigError> {
    check((0.0..1.0).contains(&value), field, value, "0 or more and less than 1")
}

/// Refuses zero.
pub fn at_least_one(field: &str, value: usize) -> Result<(), ConfigError> {
    check(value >= 1, field, value, "at least 1")
}

fn check(holds: bool, field: &str, value: impl std::fmt::Display, allowed: &str) -> Result<(), ConfigError> {
    if holds { Ok(()) } else { Err(ConfigError::new(field, value, allowed)) }
}
