//! `RESULTS.md`, `docs/benchmarks.md` and `docs/parity.md`, made from what is recorded in `results/`.

use std::fmt::Write;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::Error;
use crate::benchmark::Record;
use crate::device::BACKENDS;
use crate::files::read_text;
use crate::parity;
use crate::registry::{SYSTEMS, System};
use crate::report::Report;

const HEAD: &str = "# Results

Made by `cargo xtask results` from `results/*.json`; each of these is the outcome of `cargo xtask reproduce SLUG --record`
with the code of the commit that holds it. A claim that did not hold says so. Paper figures marked (unconfirmed) were not
checked against the paper.
";

const BENCHMARKS_HEAD: &str = "# Benchmarks

Made by `cargo xtask results` from `results/benchmarks/*.json`; each of these is the outcome of
`cargo xtask bench SLUG --against pytorch --record`: processes in turn (device, device, .., PyTorch, three rounds), each with its own
warm-up; medians with the quartiles in brackets. A training step is forward, backward and Adam in 32-bit floats. A device whose
numbers do not agree with flex (see [parity.md](parity.md)) gets no figure; one without rows was not at hand.
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
            let report: Report = read_json(&path)?;
            // The report's own heading becomes one of the page.
            let _ = write!(text, "\n##{}", report.to_markdown());
        }
    }
    Ok(text)
}

/// The text of `docs/benchmarks.md` for the workspace at `root`: systems whose benchmarks are recorded.
///
/// # Errors
/// A file that is no record.
pub fn render_benchmarks(root: &Path) -> Result<String, Error> {
    let mut text = BENCHMARKS_HEAD.to_string();
    for system in SYSTEMS {
        let path = root.join(benchmark_file_name(system));
        if path.exists() {
            let record: Record = read_json(&path)?;
            let _ = write!(text, "\n{}", record.to_markdown());
        }
    }
    Ok(text)
}

/// The text of `docs/parity.md` for the workspace at `root`: devices whose comparisons are recorded.
///
/// # Errors
/// A file that is no record.
pub fn render_parity(root: &Path) -> Result<String, Error> {
    let paths = BACKENDS.iter().map(|backend| root.join(parity_file_name(backend.name)));
    let records = paths.filter(|path| path.exists()).map(|path| read_json(&path));
    Ok(parity::page(&records.collect::<Result<Vec<parity::Record>, Error>>()?))
}

/// Where the comparison of a device with the reference is recorded, relative to the workspace.
pub fn parity_file_name(device: &str) -> String {
    format!("results/parity/{device}.json")
}

/// Where the benchmarks of a system are recorded, relative to the workspace.
pub fn benchmark_file_name(system: &System) -> String {
    format!("results/benchmarks/{}.json", system.slug)
}

/// Where the outcome of a reproduction is recorded, relative to the workspace.
pub fn file_name(system: &System, budget: &str) -> String {
    match budget {
        "quick" => format!("results/{}.json", system.slug),
        _ => format!("results/{}.{budget}.json", system.slug),
    }
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    serde_json::from_str(&read_text(path)?)
        .map_err(|error| Error::Damaged { path: path.to_path_buf(), reason: error.to_string() })
}
