//! `cargo xtask eval RUN_DIR`

use std::path::PathBuf;

use clap::Args;
use pyrarium_train::jobs::evaluate;

use super::print_report;
use crate::cli::JobFlags;

#[derive(Args)]
pub struct Arguments {
    /// Directory of a finished run
    run_dir: PathBuf,
    #[command(flatten)]
    flags: JobFlags,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let report = evaluate(&arguments.flags.open()?, &arguments.run_dir)?;
    match arguments.flags.json {
        true => print!("{}", report.to_json()?),
        false => print_report(&report),
    }
    Ok(())
}
