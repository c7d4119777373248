//! `cargo xtask predict RUN_DIR --data FILE`

use std::path::PathBuf;

use clap::Args;
use pyrarium_train::jobs::predict;
use pyrarium_train::registry::Inputs;
use serde_json::json;

use crate::cli::JobFlags;

#[derive(Args)]
pub struct Arguments {
    /// Directory of a finished run of a system that predicts
    run_dir: PathBuf,
    /// csv file with the columns of the training data; the predicted one may be missing
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Steps to forecast, at most those the model was trained for (all of them by default); time series only
    #[arg(long, value_name = "N")]
    horizon: Option<usize>,
    /// Where the predictions go; a plot gets the same name with .svg
    #[arg(long, value_name = "FILE", default_value = "predictions.csv")]
    out: PathBuf,
    #[command(flatten)]
    flags: JobFlags,
}

pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { run_dir, data, horizon, out, flags } = arguments;
    let written = predict(&flags.open()?, &run_dir, &Inputs { data, horizon }, &out)?;
    if flags.json {
        println!(
            "{}",
            serde_json::to_string_pretty(&json!({ "rows": written.rows, "files": written.files }))?
        );
        return Ok(());
    }
    for file in &written.files {
        println!("{}", file.display());
    }
    Ok(())
}
