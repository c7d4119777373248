//! `cargo xtask reproduce deltanet`: recall, speed and hybrids at a size that two cores finish in minutes.

use super::{hybrid, recall, timing};
use crate::Error;
use crate::registry::Reproduction;
use crate::report::Report;
use crate::run::Run;

/// All claims.
pub fn reproduce(run: &Run, what: Reproduction) -> Result<Report, Error> {
    let mut report = Report::new(super::SYSTEM.slug, &run.device_name, 0, what.budget.name());
    timing::test(run, what, &mut report)?;
    hybrid::test(run, what, &mut report)?;
    recall::test(run, what, &mut report)?;
    Ok(report)
}
