//! `cargo xtask reproduce finalmlp`: drawn clicks, of which the best possible AUC is known, and two real tables where their files are.

use super::{adult, bilinear, movielens};
use crate::Error;
use crate::registry::Reproduction;
use crate::report::Report;
use crate::run::Run;

/// All claims.
pub fn reproduce(run: &Run, what: Reproduction) -> Result<Report, Error> {
    let mut report = Report::new(super::SYSTEM.slug, &run.device_name, 0, what.budget.name());
    bilinear::test(run, what, &mut report)?;
    movielens::test(run, what, &mut report)?;
    adult::compare(run, what, &mut report)?;
    Ok(report)
}
