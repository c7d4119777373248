//! `cargo xtask reproduce dtrn`: drawn tasks that agree, have nothing to do with each other or contradict each other, and MovieLens-100K
//! where its files are.

use super::{conflict, movielens};
use crate::Error;
use crate::registry::Reproduction;
use crate::report::Report;
use crate::run::Run;

/// All claims.
pub fn reproduce(run: &Run, what: Reproduction) -> Result<Report, Error> {
    let mut report = Report::new(super::SYSTEM.slug, &run.device_name, 0, what.budget.name());
    conflict::test(run, what, &mut report)?;
    movielens::test(run, what, &mut report)?;
    Ok(report)
}
