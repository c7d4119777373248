//! `cargo xtask reproduce tensor-brain`: perception, semantic and episodic memory, consolidation.

use super::{consolidation, episodic, perception, semantic};
use crate::Error;
use crate::registry::Reproduction;
use crate::report::Report;
use crate::run::Run;

/// All claims.
pub fn reproduce(run: &Run, what: Reproduction) -> Result<Report, Error> {
    let mut report = Report::new(super::SYSTEM.slug, &run.device_name, 0, what.budget.name());
    perception::test(run, what, &mut report)?;
    semantic::test(run, what, &mut report)?;
    episodic::test(run, what, &mut report)?;
    consolidation::test(run, what, &mut report)?;
    Ok(report)
}
