//! `cargo xtask reproduce tsmixer`: the claims, at a size that two cores finish in minutes.

use super::{etth1, lagged, pretraining, weather};
use crate::Error;
use crate::registry::Reproduction;
use crate::report::Report;
use crate::run::Run;

/// All claims.
pub fn reproduce(run: &Run, what: Reproduction) -> Result<Report, Error> {
    let mut report = Report::new(super::SYSTEM.slug, &run.device_name, 0, what.budget.name());
    weather::test(run, what, &mut report)?;
    lagged::test(run, what, &mut report)?;
    pretraining::test(run, what, &mut report)?;
    etth1::test(run, what, &mut report)?;
    Ok(report)
}
