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

use comfy_table::{Table, presets::UTF8_BORDERS_ONLY};
use pyrarium_train::Error;
use pyrarium_train::registry::{SYSTEMS, System, find};
use pyrarium_train::report::Report;

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
