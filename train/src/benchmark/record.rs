//! What a benchmark run leaves in `results/benchmarks/`, and the page made from it.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::{Quartiles, Samples};
use crate::environment::Environment;

/// The name of the side the others are compared with.
const PYTORCH: &str = "pytorch";

/// Who computed: a device of this workspace, or PyTorch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contender {
    /// "flex", "wgpu", "pytorch" for example.
    pub name: String,
    /// What it computed on, and the version of what is not this workspace.
    pub computes_on: String,
}

impl Contender {
    /// Whether this is the side the others are compared with.
    pub fn is_pytorch(&self) -> bool {
        self.name == PYTORCH
    }

    /// PyTorch, with its version and threads.
    pub fn pytorch(computes_on: String) -> Self {
        Self { name: PYTORCH.to_string(), computes_on }
    }
}

/// One workload on one contender.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The workload.
    pub benchmark: String,
    /// Samples of its batch.
    pub samples: usize,
    /// What a sample is.
    pub unit: String,
    /// Who computed it.
    pub contender: String,
    /// Seconds of a forward pass.
    pub forward: Quartiles,
    /// Seconds of a training step.
    pub step: Quartiles,
    /// Peak resident memory of the process.
    pub peak_bytes: Option<u64>,
}

impl Row {
    /// Of all samples that one contender gave for one workload; absent without any.
    pub fn of(benchmark: &str, samples: usize, unit: &str, contender: &str, all: &[Samples]) -> Option<Self> {
        let seconds = |of: fn(&Samples) -> &Vec<f64>| -> Option<Quartiles> {
            Quartiles::of(&all.iter().flat_map(of).copied().collect::<Vec<f64>>())
        };
        Some(Self {
            benchmark: benchmark.to_string(),
            samples,
            unit: unit.to_string(),
            contender: contender.to_string(),
            forward: seconds(|samples| &samples.forward)?,
            step: seconds(|samples| &samples.step)?,
            peak_bytes: all.iter().filter_map(|samples| samples.peak_bytes).max(),
        })
    }
}

/// The benchmarks of one system on one machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The system.
    pub slug: String,
    /// The day, as year-month-day.
    pub date: String,
    /// The processor.
    pub processor: String,
    /// Versions and threads.
    pub environment: Environment,
    /// Who computed.
    pub contenders: Vec<Contender>,
    /// What was refused, because backends did not agree.
    pub refused: Vec<String>,
    /// The measurements.
    pub rows: Vec<Row>,
}

impl Record {
    /// As a section of `docs/benchmarks.md`.
    pub fn to_markdown(&self) -> String {
        let Environment { pyrarium, burn, os, arch, threads, .. } = &self.environment;
        let mut text = format!(
            "## {}\n\n{}, {} ({os} {arch}, {threads} threads); Pyrarium {pyrarium}, Burn {burn}.\n\n",
            self.slug, self.date, self.processor
        );
        for Contender { name, computes_on } in &self.contenders {
            let _ = writeln!(text, "- {name}: {computes_on}");
        }
        for refused in &self.refused {
            let _ = writeln!(text, "- {refused}");
        }
        text += "\n| workload | on | forward, ms | training step, ms | samples/s in training | peak memory, MB | step against PyTorch |\n";
        text += "|---|---|---|---|---|---|---|\n";
        for row in &self.rows {
            let per_second = row.samples as f64 / row.step.median;
            let memory = row.peak_bytes.map_or("-".to_string(), |bytes| format!("{:.0}", bytes as f64 / 1e6));
            let _ = writeln!(
                text,
                "| {}, batch {} | {} | {} | {} | {per_second:.0} {} | {memory} | {} |",
                row.benchmark,
                row.samples,
                row.contender,
                milliseconds(&row.forward),
                milliseconds(&row.step),
                row.unit,
                self.against_pytorch(row)
            );
        }
        text
    }

    fn against_pytorch(&self, row: &Row) -> String {
        let of_pytorch = |other: &&Row| other.contender == PYTORCH && other.benchmark == row.benchmark;
        match self.rows.iter().find(of_pytorch) {
            Some(pytorch) => format!("{:.2}", row.step.median / pytorch.step.median),
            None => "-".to_string(),
        }
    }
}

fn milliseconds(quartiles: &Quartiles) -> String {
    let [lower, median, upper] =
        [quartiles.lower, quartiles.median, quartiles.upper].map(|seconds| 1e3 * seconds);
    match median {
        ..1.0 => format!("{median:.3} ({lower:.3}-{upper:.3})"),
        ..100.0 => format!("{median:.1} ({lower:.1}-{upper:.1})"),
        _ => format!("{median:.0} ({lower:.0}-{upper:.0})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_joins_the_samples_of_all_rounds() {
        let round =
            |step: f64| Samples { forward: vec![1.0], step: vec![step], peak_bytes: Some(step as u64) };
        let row = Row::of("B", 64, "images", "flex", &[round(3.0), round(1.0), round(2.0)]).unwrap();
        assert_eq!((row.step.median, row.peak_bytes), (2.0, Some(3)));
        assert_eq!(Row::of("B", 64, "images", "flex", &[]), None);
    }

    #[test]
    fn the_page_gives_the_ratio_to_pytorch() {
        let step = |seconds| Samples { forward: vec![0.5], step: vec![seconds], peak_bytes: None };
        let rows = [("flex", 3.0), (PYTORCH, 2.0)];
        let record = Record {
            slug: "scaling-mlps".to_string(),
            date: "2026-01-01".to_string(),
            processor: "a processor".to_string(),
            environment: Environment::current(),
            contenders: vec![Contender::pytorch("2.9.0".to_string())],
            refused: Vec::new(),
            rows: rows
                .iter()
                .filter_map(|(name, seconds)| Row::of("B", 64, "images", name, &[step(*seconds)]))
                .collect(),
        };
        let page = record.to_markdown();
        assert!(
            page.contains("| B, batch 64 | flex | 500 (500-500) | 3000 (3000-3000) | 21 images | - | 1.50 |"),
            "{page}"
        );
    }
}
