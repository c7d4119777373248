//! `cargo xtask parity [SLUG..] [--devices NAME,..]`

use anyhow::{Context, bail};
use clap::Args;
use pyrarium_train::parity::{REFERENCE, Row, comparable, compare, to_markdown};

use super::{systems, table};
use crate::cli::workspace_root;

#[derive(Args)]
pub struct Arguments {
    /// The systems; all of them by default
    slugs: Vec<String>,
    /// Devices to compare with flex; by default all that are usable
    #[arg(long, value_name = "NAME,..", value_delimiter = ',')]
    devices: Vec<String>,
    /// Record the table in docs/parity.md
    #[arg(long, conflicts_with = "slugs")]
    record: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let devices = match arguments.devices.is_empty() {
        true => comparable().into_iter().map(str::to_string).collect(),
        false => arguments.devices.clone(),
    };
    if devices.is_empty() {
        bail!("no device beside {REFERENCE} can be used here: `cargo xtask devices` says why");
    }
    let mut rows: Vec<Row> = Vec::new();
    for system in systems(&arguments.slugs)? {
        for device in &devices {
            rows.extend(compare(system, device)?);
        }
    }
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&rows)?),
        false => print(&rows),
    }
    if arguments.record {
        let path = workspace_root().join("docs/parity.md");
        std::fs::write(&path, to_markdown(&rows)?)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    match rows.iter().filter(|row| !row.is_green()).count() {
        0 => Ok(()),
        red => bail!("{red} of {} comparisons are outside their bounds", rows.len()),
    }
}

fn print(rows: &[Row]) {
    let mut shown = table(&[
        "system",
        "network",
        "device",
        "outputs",
        "gradients",
        "worst gradient",
        "after three steps",
        "",
    ]);
    for row in rows {
        let Row { slug, variant, device, forward, gradient, gradient_of, steps } = row;
        let [forward, gradient, steps] = [forward, gradient, steps].map(|error| format!("{error:.1e}"));
        let verdict = if row.is_green() { "agrees" } else { "DIFFERS" };
        shown.add_row([slug, variant, device, &forward, &gradient, gradient_of, &steps, verdict]);
    }
    println!("{shown}");
}
