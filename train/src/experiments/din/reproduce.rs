//! `cargo xtask reproduce din`: drawn clicks, of which the best possible AUC is known, and MovieLens-100K where its files are.

use super::{interests, movielens};
use crate::Error;
use crate::registry::Reproduction;
use crate::report::Report;
use crate::run::Run;

/// All claims.
pub fn reproduce(run: &Run, what: Reproduction) -> Result<Report, Error> {
    let mut report = Report::new(super::SYSTEM.slug, &run.device_name, 0, what.budget.name());
    interests::test(run, what, &mut report)?;
    movielens::test(run, what, &mut report)?;
    Ok(report)
}
