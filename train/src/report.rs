//! What a job found: metrics over seeds, claims with their verdict, curves; as JSON, Markdown and SVG.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::environment::Environment;
use crate::plot;
use crate::run::RunDirectory;

/// Mean and spread of a metric over seeds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Mean.
    pub mean: f64,
    /// Sample standard deviation; 0 for one value.
    pub std: f64,
    /// Number of values.
    pub n: usize,
}

impl Summary {
    /// Of the given values.
    pub fn of(values: &[f64]) -> Self {
        let n = values.len();
        let mean = values.iter().sum::<f64>() / n.max(1) as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let std = if n > 1 { (squares / (n - 1) as f64).sqrt() } else { 0.0 };
        Self { mean, std, n }
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.n {
            0 | 1 if self.mean.fract() == 0.0 => write!(formatter, "{}", self.mean),
            0 | 1 if self.mean.abs() < 1.0 => write!(formatter, "{:.4}", self.mean),
            0 | 1 => write!(formatter, "{:.2}", self.mean),
            n => write!(formatter, "{:.2} ± {:.2} (n = {n})", self.mean, self.std),
        }
    }
}

/// A statement of a paper, with what was measured here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Short name, unique in its system.
    pub id: String,
    /// What is claimed, in the form in which it is tested.
    pub statement: String,
    /// What the paper reports.
    pub paper: String,
    /// What was measured.
    pub measured: String,
    /// The relation that decides.
    pub relation: String,
    /// Whether the relation holds.
    pub held: bool,
}

/// A curve. Curves with the same labels share a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// What the x values are.
    pub x: String,
    /// What the y values are; also names the picture.
    pub y: String,
    /// The points (x, y), by ascending x.
    pub points: Vec<(f64, f64)>,
    /// Whether the points are drawn alone, as measurements beside a theory are, without a line through them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub scattered: bool,
}

impl Curve {
    /// A curve that is drawn as a line.
    pub fn line(x: impl Into<String>, y: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self { x: x.into(), y: y.into(), points, scattered: false }
    }

    /// Points that are drawn without a line.
    pub fn scatter(x: impl Into<String>, y: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self { scattered: true, ..Self::line(x, y, points) }
    }
}

/// The outcome of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The system.
    pub slug: String,
    /// The device's name.
    pub device: String,
    /// The (first) seed.
    pub seed: u64,
    /// "train", or the budget of a reproduction.
    pub budget: String,
    /// The machine and the versions.
    pub environment: Environment,
    /// Metrics by name.
    pub metrics: BTreeMap<String, Summary>,
    /// Claims with their verdicts; empty for a training.
    pub claims: Vec<Claim>,
    /// Curves by name.
    pub curves: BTreeMap<String, Curve>,
    /// Wall time.
    pub seconds: f64,
    /// SVG pictures by file name, beside those of the curves; left in the run directory.
    #[serde(skip)]
    pub drawings: BTreeMap<String, String>,
}

impl Report {
    /// A report of this machine that has no findings yet.
    pub fn new(slug: &str, device: &str, seed: u64, budget: &str) -> Self {
        Self {
            slug: slug.to_string(),
            device: device.to_string(),
            seed,
            budget: budget.to_string(),
            environment: Environment::current(),
            metrics: BTreeMap::new(),
            claims: Vec::new(),
            curves: BTreeMap::new(),
            seconds: 0.0,
            drawings: BTreeMap::new(),
        }
    }

    /// Adds a metric with its values over the seeds.
    pub fn add(&mut self, name: impl Into<String>, values: &[f64]) -> Summary {
        let summary = Summary::of(values);
        self.metrics.insert(name.into(), summary);
        summary
    }

    /// As JSON.
    pub fn to_json(&self) -> Result<String, Error> {
        serde_json::to_string_pretty(self)
            .map(|text| text + "\n")
            .map_err(|error| Error::Training(error.to_string()))
    }

    /// As Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text = format!("# {}: {}\n\n", self.slug, self.budget);
        let Environment { pyrarium, burn, os, arch, threads, .. } = &self.environment;
        let _ = writeln!(
            text,
            "Device {}, seed {}, {:.0} s; Pyrarium {pyrarium}, Burn {burn}, {os} {arch}, {threads} threads.\n",
            self.device, self.seed, self.seconds
        );
        if !self.claims.is_empty() {
            text += "| claim | statement | paper | measured | relation | held |\n|---|---|---|---|---|---|\n";
        }
        for Claim { id, statement, paper, measured, relation, held } in &self.claims {
            let held = if *held { "yes" } else { "**no**" };
            let _ = writeln!(text, "| {id} | {statement} | {paper} | {measured} | {relation} | {held} |");
        }
        text += "\n| metric | value |\n|---|---|\n";
        for (name, summary) in &self.metrics {
            let _ = writeln!(text, "| {name} | {summary} |");
        }
        text
    }

    /// The last thing that a job does: writes the report, with the seconds since `start`, and marks the run complete.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn complete(mut self, directory: &mut RunDirectory, start: Instant) -> Result<Self, Error> {
        self.seconds = start.elapsed().as_secs_f64();
        self.write(directory)?;
        directory.finish()?;
        Ok(self)
    }

    /// Writes `report.json`, `report.md` and all pictures.
    fn write(&self, directory: &mut RunDirectory) -> Result<(), Error> {
        for (name, svg) in self.pictures()? {
            directory.write(&name, svg.as_bytes())?;
        }
        for (name, svg) in &self.drawings {
            directory.write(name, svg.as_bytes())?;
        }
        directory.write("report.md", self.to_markdown().as_bytes())?;
        directory.write("report.json", self.to_json()?.as_bytes())
    }

    /// SVG pictures by file name, one for all curves with the same labels.
    pub fn pictures(&self) -> Result<BTreeMap<String, String>, Error> {
        let mut groups: BTreeMap<(&str, &str), Vec<(&str, &Curve)>> = BTreeMap::new();
        for (name, curve) in &self.curves {
            groups.entry((&curve.y, &curve.x)).or_default().push((name, curve));
        }
        let picture = |((y, x), curves): (&(&str, &str), &Vec<(&str, &Curve)>)| {
            Ok((format!("{}.svg", file_stem(y)), plot::curves(y, x, curves)?))
        };
        groups.iter().map(picture).collect()
    }
}

/// "test error %" becomes "test-error".
fn file_stem(label: &str) -> String {
    let words =
        label.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_with_the_same_labels_share_a_picture() {
        let mut report = Report::new("scaling-mlps", "flex", 0, "train");
        for (name, y) in [("train", "loss"), ("valid", "loss"), ("test", "test error %")] {
            report.curves.insert(name.to_string(), Curve::line("epoch", y, vec![(1.0, 2.0), (2.0, 1.0)]));
        }
        let pictures = report.pictures().unwrap();
        assert_eq!(pictures.keys().collect::<Vec<_>>(), ["loss.svg", "test-error.svg"]);
        assert!(["<svg", "train", "valid", "epoch"].iter().all(|part| pictures["loss.svg"].contains(part)));
    }

    #[test]
    fn scattered_points_are_drawn_without_a_line() {
        let mut report = Report::new("scaling-mlps", "flex", 0, "train");
        let points = vec![(1.0, 2.0), (2.0, 1.0)];
        report.curves.insert("a".into(), Curve::line("x", "lines", points.clone()));
        report.curves.insert("b".into(), Curve::scatter("x", "points", points));
        let pictures = report.pictures().unwrap();
        let count = |picture: &str, element: &str| pictures[picture].matches(element).count();
        // Two dots for the points of either, one more beside the name in place of a stroke.
        assert_eq!((count("lines.svg", "<circle"), count("points.svg", "<circle")), (2, 3));
        assert!(count("points.svg", "<polyline") < count("lines.svg", "<polyline"));
        let json = report.to_json().unwrap();
        assert_eq!(json.matches("scattered").count(), 1, "files of earlier reports stay as they are");
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
    }

    #[test]
    fn a_summary_has_the_sample_standard_deviation() {
        let summary = Summary::of(&[1.0, 2.0, 3.0]);
        assert_eq!(summary, Summary { mean: 2.0, std: 1.0, n: 3 });
        assert_eq!(Summary::of(&[5.0]), Summary { mean: 5.0, std: 0.0, n: 1 });
    }
}
