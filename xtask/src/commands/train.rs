//! `cargo xtask train SLUG`

use std::path::PathBuf;

use clap::Args;
use pyrarium_train::jobs::{TrainRequest, train};
use serde_json::json;

use super::print_report;
use crate::cli::JobFlags;

#[derive(Args)]
#[command(args_override_self = true)]
pub struct Arguments {
    /// The system
    slug: String,
    /// Data set by name, or a directory of IDX, CIFAR or image files; for language models a text file; for knowledge
    /// graphs a directory of triple files; for click models and time series a csv file
    #[arg(long, value_name = "NAME|PATH")]
    data: Option<String>,
    /// TOML file that says what the columns of --data are; click models only
    #[arg(long, value_name = "FILE")]
    schema: Option<String>,
    /// Steps a forecast looks back; time series only
    #[arg(long, value_name = "N")]
    context: Option<usize>,
    /// Steps a forecast looks ahead; time series only
    #[arg(long, value_name = "N")]
    horizon: Option<usize>,
    /// TOML file of settings
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A setting, as in --set optimizer.learning_rate=0.01
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Epochs; for a system that is not fitted by gradients, its passes (sweeps, rounds)
    #[arg(long, value_name = "N")]
    epochs: Option<usize>,
    /// Seed
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Directory of the run
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on with the run in --out, or with the newest one
    #[arg(long)]
    resume: bool,
    /// Print images/s, and the share of the time outside forward, backward and step
    #[arg(long)]
    profile: bool,
    #[command(flatten)]
    flags: JobFlags,
}

pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut run = arguments.flags.open()?;
    run.profile = arguments.profile;
    let flags = [
        arguments.data.map(|data| format!("data={data}")),
        arguments.schema.map(|schema| format!("schema={schema}")),
        arguments.context.map(|context| format!("context={context}")),
        arguments.horizon.map(|horizon| format!("horizon={horizon}")),
        arguments.seed.map(|seed| format!("seed={seed}")),
    ];
    let request = TrainRequest {
        slug: arguments.slug,
        config: arguments.config,
        set: arguments.set.into_iter().chain(flags.into_iter().flatten()).collect(),
        epochs: arguments.epochs,
        out: arguments.out,
        resume: arguments.resume,
    };
    let finished = train(&run, &request)?;
    if arguments.flags.json {
        let outcome = json!({ "directory": finished.directory, "report": finished.report });
        println!("{}", serde_json::to_string_pretty(&outcome)?);
        return Ok(());
    }
    print_report(&finished.report);
    println!("run directory: {}", finished.directory.display());
    Ok(())
}
