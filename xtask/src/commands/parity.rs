//! `cargo xtask parity [SLUG..] [--devices NAME,..]`

use anyhow::bail;
use clap::Args;
use pyrarium_train::parity::{REFERENCE, Record, Row, comparable, compare};
use pyrarium_train::results::parity_file_name;

use super::{systems, table, write_json};
use crate::cli::workspace_root;

#[derive(Args)]
pub struct Arguments {
    /// The systems; all of them by default
    slugs: Vec<String>,
    /// Devices to compare with flex; by default all that are usable
    #[arg(long, value_name = "NAME,..", value_delimiter = ',')]
    devices: Vec<String>,
    /// Record each device's rows in results/parity/ (`cargo xtask results` makes docs/parity.md from them)
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
    if arguments.record {
        for device in &devices {
            let of_device = rows.iter().filter(|row| row.device == *device).cloned().collect();
            write_json(&Record::of(device, of_device)?, &workspace_root().join(parity_file_name(device)))?;
        }
    }
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&rows)?),
        false => print(&rows),
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
