//! `cargo xtask reproduce s-kan`: the paper's statements, at a size that two cores finish in minutes.

use super::{claims, functions, images};
use crate::Error;
use crate::registry::{Budget, Reproduction};
use crate::report::Report;
use crate::run::Run;

/// Seven functions, then images.
pub fn reproduce(run: &Run, what: Reproduction) -> Result<Report, Error> {
    let mut report = Report::new(super::SYSTEM.slug, &run.device_name, 0, what.budget.name());
    let steps = match what.budget {
        Budget::Smoke => functions::Steps { per_epoch: 2, full: 1, total: 2 },
        Budget::Quick | Budget::Full => functions::Steps { per_epoch: 100, full: 6, total: 15 },
    };
    let outcomes = functions::outcomes(run, steps, what.seeds)?;
    claims::test(&outcomes, &mut report);
    images::test(run, what, &mut report)?;
    Ok(report)
}
