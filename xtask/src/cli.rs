//! The verbs and the flags they share.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use pyrarium_train::Error;
use pyrarium_train::progress::Display;
use pyrarium_train::run::Run;

use crate::commands::{
    bench, ci, data, devices, eval, generate, info, list, measure, parity, predict, reproduce, results, tidy,
    train,
};

/// Train, test and check the systems of the Pyrarium.
///
/// Exit codes: 0 done, 1 failed, 2 the request was wrong.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the systems
    List(list::Arguments),
    /// Show a system: its claims, networks and settings
    Info(info::Arguments),
    /// Train a system, or go on with a run that was interrupted
    Train(train::Arguments),
    /// Test the weights of a finished run
    Eval(eval::Arguments),
    /// Continue a text with the model of a finished run
    Generate(generate::Arguments),
    /// Predict what a file does not say, with the model of a finished run
    Predict(predict::Arguments),
    /// Test the claims of a system's paper
    Reproduce(reproduce::Arguments),
    /// List the compute backends: in this build, usable on this machine
    Devices(devices::Arguments),
    /// Compare the numbers of the compute backends, network by network
    Parity(parity::Arguments),
    /// Measure the speed of the networks
    Bench(bench::Arguments),
    /// Measure one workload in this process, for bench
    #[command(hide = true)]
    Measure(measure::Arguments),
    /// List, download or verify data sets
    Data(data::Arguments),
    /// Make RESULTS.md, docs/benchmarks.md and docs/parity.md from the recorded results
    Results(results::Arguments),
    /// Check the rules of the house
    Tidy,
    /// Run what CI runs: tests, format, lints, documentation, tidy, results
    Ci,
}

impl Cli {
    /// Carries out the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::List(arguments) => list::run(&arguments),
            Command::Info(arguments) => info::run(&arguments),
            Command::Train(arguments) => train::run(arguments),
            Command::Eval(arguments) => eval::run(&arguments),
            Command::Generate(arguments) => generate::run(arguments),
            Command::Predict(arguments) => predict::run(arguments),
            Command::Reproduce(arguments) => reproduce::run(&arguments),
            Command::Devices(arguments) => devices::run(&arguments),
            Command::Parity(arguments) => parity::run(&arguments),
            Command::Bench(arguments) => bench::run(&arguments),
            Command::Measure(arguments) => measure::run(&arguments),
            Command::Data(arguments) => data::run(arguments),
            Command::Results(arguments) => results::run(&arguments),
            Command::Tidy => tidy::run(),
            Command::Ci => ci::run(),
        }
    }
}

/// Where data sets lie.
#[derive(Args)]
pub struct DataRoot {
    /// Directory of the downloaded data sets, one folder each
    #[arg(long, value_name = "DIR", env = "PYRARIUM_DATA", default_value = "data")]
    pub data_dir: PathBuf,
}

/// Where a job computes and what it shows.
#[derive(Args)]
pub struct JobFlags {
    /// Compute backend: flex, ndarray, wgpu, tch or cuda (see `cargo xtask devices`)
    #[arg(long, value_name = "NAME", env = "PYRARIUM_DEVICE", default_value = "flex")]
    device: String,
    #[command(flatten)]
    data: DataRoot,
    /// Plain lines instead of the dashboard
    #[arg(long)]
    plain: bool,
    /// Print the outcome as JSON
    #[arg(long)]
    pub json: bool,
}

impl JobFlags {
    /// The run these flags describe. Lines for a person go to standard error, the outcome to standard output.
    pub fn open(&self) -> Result<Run, Error> {
        let lines = Arc::new(|line: &str| eprintln!("{line}"));
        let display = match self.plain || self.json || !std::io::stdout().is_terminal() {
            true => Display::Plain(lines),
            false => Display::Dashboard(lines),
        };
        Run::new(&self.device, self.data.data_dir.clone(), display)
    }
}

/// The root of the workspace this program was built in.
pub fn workspace_root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
