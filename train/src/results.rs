//! `RESULTS.md`, made from the reports in `results/`.

use std::fmt::Write;
use std::path::Path;

use crate::Error;
use crate::files::read_text;
use crate::registry::{SYSTEMS, System};
use crate::report::Report;

const HEAD: &str = "# Results

Made by `cargo xtask results` from `results/*.json`; each of these is the outcome of `cargo xtask reproduce SLUG --record`
with the code of the commit that holds it. A claim that did not hold says so. Paper figures marked (unconfirmed) were not
checked against the paper.
";

/// The text of `RESULTS.md` for the workspace at `root`.
///
/// # Errors
/// A registered system without a recorded result, or a file that is no report.
pub fn render(root: &Path) -> Result<String, Error> {
    let mut text = HEAD.to_string();
    for system in SYSTEMS {
        let _ =
            write!(text, "\n## {}: {}\n\n{} <{}>\n", system.slug, system.title, system.summary, system.paper);
        for budget in ["quick", "full"] {
            let path = root.join(file_name(system, budget));
            if budget == "full" && !path.exists() {
                continue;
            }
            let report: Report = serde_json::from_str(&read_text(&path)?)
                .map_err(|error| Error::Damaged { path: path.clone(), reason: error.to_string() })?;
            // The report's own heading becomes one of the page.
            let _ = write!(text, "\n##{}", report.to_markdown());
        }
    }
    Ok(text)
}

/// Where the outcome of a reproduction is recorded, relative to the workspace.
pub fn file_name(system: &System, budget: &str) -> String {
    match budget {
        "quick" => format!("results/{}.json", system.slug),
        _ => format!("results/{}.{budget}.json", system.slug),
    }
}
