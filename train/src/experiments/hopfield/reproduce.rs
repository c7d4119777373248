//! `cargo xtask reproduce hopfield`: storage, fixed points, bags and tables at a size that two cores finish in minutes.

use super::{bit_patterns, digit_bags, recall, regimes, storage, tables};
use crate::Error;
use crate::registry::Reproduction;
use crate::report::Report;
use crate::run::Run;

/// All claims.
pub fn reproduce(run: &Run, what: Reproduction) -> Result<Report, Error> {
    let mut report = Report::new(super::SYSTEM.slug, &run.device_name, 0, what.budget.name());
    storage::test(run, what, &mut report)?;
    regimes::test(run, what, &mut report)?;
    recall::draw(run, &mut report)?;
    tables::test(run, what, &mut report)?;
    digit_bags::test(run, what, &mut report)?;
    bit_patterns::test(run, what, &mut report)?;
    Ok(report)
}
