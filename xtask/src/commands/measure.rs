//! `cargo xtask measure SLUG WORKLOAD --device NAME`: one contender of `bench`, in a process of its own.

use clap::Args;
use pyrarium_train::benchmark::measure;
use pyrarium_train::registry::find;

#[derive(Args)]
pub struct Arguments {
    /// The system
    slug: String,
    /// The workload, by its full name
    workload: String,
    /// Compute backend
    #[arg(long)]
    device: String,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let samples = measure(find(&arguments.slug)?, &arguments.workload, &arguments.device)?;
    println!("{}", serde_json::to_string(&samples)?);
    Ok(())
}
