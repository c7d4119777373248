//! One module a verb: its arguments and what it prints.

pub mod ci;
pub mod data;
pub mod eval;
pub mod info;
pub mod list;
pub mod reproduce;
pub mod results;
pub mod tidy;
pub mod train;

use comfy_table::{Table, presets::UTF8_BORDERS_ONLY};
use pyrarium_train::report::Report;

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
