//! What a comparison of one device with the reference leaves in `results/parity/`, and the page made from it.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::{FORWARD_BOUND, GRADIENT_BOUND, REFERENCE, Row, STEPS, STEPS_BOUND};
use crate::Error;
use crate::device;
use crate::elementary;
use crate::environment::{Environment, today};

/// What is known to differ, and why.
const KNOWN: &str = "\
Known: where Burn has no GELU of its own for a backend (wgpu, cuda), its default takes the exact function forward but the\n\
derivative of the tanh approximation backward (`gelu_backward` in burn-backend 0.22.1). Gradients behind a GELU differ for that\n\
reason by some 1e-4 of their size, and parameters after Adam accordingly.\n\n\
Vulkan lets `sin` and `cos` be off by 2^-11 within -pi to pi, and by any amount outside: how exact they are on each device is in the\n\
second table. On SwiftShader, the Vulkan in software that continuous integration has, they are that far off, and networks with the\n\
Fourier family are outside the bounds there.\n\n\
A softmax does not change when all its scores grow alike, so the gradient of a key's bias is zero in exact arithmetic: what differs there\n\
is rounding.\n\n\
The rows of tch are those of 2026-11-25, to two digits; networks that are younger have none.\n";

/// One device against the reference, on one machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The device, by name.
    pub device: String,
    /// What it computes on.
    pub computes_on: String,
    /// The day, as year-month-day.
    pub date: String,
    /// Versions and threads.
    pub environment: Environment,
    /// Every registered variant.
    pub rows: Vec<Row>,
    /// The largest errors of its elementary functions: sine, cosine, tanh, exponential, logarithm, square root.
    pub elementary: Vec<f64>,
    /// Those of the reference.
    pub reference_elementary: Vec<f64>,
}

impl Record {
    /// The record of a device of this machine, today.
    ///
    /// # Errors
    /// When a device cannot be used or read.
    pub fn of(name: &str, rows: Vec<Row>) -> Result<Self, Error> {
        let backend = device::find(name)?;
        Ok(Self {
            device: name.to_string(),
            computes_on: backend.state().adapter.unwrap_or_default(),
            date: today(),
            environment: Environment::current(),
            rows,
            elementary: elementary::errors(&device::parse(name)?)?,
            reference_elementary: elementary::errors(&device::parse(REFERENCE)?)?,
        })
    }

    fn introduction(&self) -> String {
        let Environment { pyrarium, burn, os, arch, .. } = &self.environment;
        let what = device::find(&self.device).map_or("", |backend| backend.description);
        format!(
            "- {}: {what}, on {} ({}, {os} {arch}; Pyrarium {pyrarium}, Burn {burn})\n",
            self.device, self.computes_on, self.date
        )
    }
}

/// The text of `docs/parity.md`.
pub fn page(records: &[Record]) -> String {
    let mut text = format!(
        "# Backends against {REFERENCE}\n\n\
         Made by `cargo xtask results` from `results/parity/*.json`; each of these is the outcome of `cargo xtask parity --devices NAME --record`.\n\n\
         Every registered network in a small form, the same weights and batch on both sides. Accepted are an absolute\n\
         difference of the outputs of {FORWARD_BOUND:e}, a difference of the gradients of {GRADIENT_BOUND:e} relative to the largest value of\n\
         the parameter's gradient (or a thousandth of the network's largest, if that is more), and an absolute difference of the parameters after {STEPS} steps of Adam of {STEPS_BOUND:e}.\n\n{KNOWN}\n",
    );
    text.extend(records.iter().map(Record::introduction));
    text += "\n## Networks\n\n| system | network | device | outputs | gradients | worst gradient | after three steps | agrees |\n";
    text += "|---|---|---|---|---|---|---|---|\n";
    for row in records.iter().flat_map(|record| &record.rows) {
        let Row { slug, variant, device, forward, gradient, gradient_of, steps } = row;
        let agrees = if row.is_green() { "yes" } else { "**no**" };
        let _ = writeln!(
            text,
            "| {slug} | {variant} | {device} | {forward:.1e} | {gradient:.1e} | {gradient_of} | {steps:.1e} | {agrees} |"
        );
    }
    text += "\n## Elementary functions\n\nThe largest absolute error against double precision.\n\n";
    let names: Vec<&str> = elementary::names().collect();
    let _ = writeln!(text, "| device | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    let reference = records.first().map(|record| (REFERENCE, &record.reference_elementary));
    let others = records.iter().map(|record| (record.device.as_str(), &record.elementary));
    for (name, errors) in reference.into_iter().chain(others) {
        let errors: Vec<String> = errors.iter().map(|error| format!("{error:.1e}")).collect();
        let _ = writeln!(text, "| {name} | {} |", errors.join(" | "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_every_device_and_what_differs() {
        let row = |device: &str, forward| Row {
            slug: "scaling-mlps".to_string(),
            variant: "B".to_string(),
            device: device.to_string(),
            forward,
            gradient: 1e-6,
            gradient_of: "model.weight".to_string(),
            steps: 1e-7,
        };
        let record = |device: &str, forward| Record {
            device: device.to_string(),
            computes_on: "a machine".to_string(),
            date: "2026-01-01".to_string(),
            environment: Environment::current(),
            rows: vec![row(device, forward)],
            elementary: vec![1e-7; 6],
            reference_elementary: vec![2e-7; 6],
        };
        let page = page(&[record("ndarray", 1e-7), record("wgpu", 1.0)]);
        for line in [
            "| scaling-mlps | B | ndarray | 1.0e-7 | 1.0e-6 | model.weight | 1.0e-7 | yes |",
            "| scaling-mlps | B | wgpu | 1.0e0 | 1.0e-6 | model.weight | 1.0e-7 | **no** |",
            "| flex | 2.0e-7 | 2.0e-7 |",
            "| wgpu | 1.0e-7 | 1.0e-7 |",
        ] {
            assert!(page.contains(line), "{line} in {page}");
        }
    }
}
