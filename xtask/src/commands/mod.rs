//! One module a verb: its arguments and what it prints.

pub mod bench;
pub mod ci;
pub mod data;
pub mod devices;
pub mod eval;
pub mod generate;
pub mod info;
pub mod list;
pub mod measure;
pub mod parity;
pub mod predict;
pub mod reproduce;
pub mod results;
pub mod tidy;
pub mod train;

use std::path::Path;

use anyhow::Context;
use comfy_table::{Table, presets::UTF8_BORDERS_ONLY};
use pyrarium_train::Error;
use pyrarium_train::registry::{SYSTEMS, System, find};
use pyrarium_train::report::Report;
use serde::Serialize;

/// The systems of these names; all of them without a name.
pub fn systems(slugs: &[String]) -> Result<Vec<&'static System>, Error> {
    match slugs.is_empty() {
        true => Ok(SYSTEMS.iter().collect()),
        false => slugs.iter().map(|slug| find(slug)).collect(),
    }
}

/// A table with the given heading.
pub fn table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY).set_header(head.to_vec());
    table
}

/// Writes a record in `results/`, whose directory it makes where there is none.
pub fn write_json(record: &impl Serialize, path: &Path) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(record)? + "\n";
    std::fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))
        .and_then(|()| std::fs::write(path, text))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Prints a report's metrics, and its claims where it has any.
pub fn print_report(report: &Report) {
    let mut metrics = table(&["metric", "value"]);
    for (name, summary) in &report.metrics {
        metrics.add_row([name.clone(), summary.to_string()]);
    }
    println!("{metrics}");
    for claim in &report.claims {
        let verdict = if claim.held { "held" } else { "NOT held" };
        println!("{verdict}: {}\n    {} ({})", claim.statement, claim.measured, claim.relation);
    }
}
