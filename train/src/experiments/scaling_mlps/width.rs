//! The error of ever wider networks, and the power law of compute through it.

use pyrarium_datasets::Splits;
use pyrarium_inspect::fit_power_law;

use super::reproduce::{Experiment, bottleneck_network};
use crate::Error;
use crate::registry::ClaimText;
use crate::report::{Curve, Report};

/// What is tested here.
pub const CLAIM: ClaimText = ClaimText {
    id: "error-falls-with-width",
    statement: "On the 8x8 digits the test error of B_4 falls with the width 16, 32, 64, 128, and E(C) = a (b + C)^-alpha + e fits it with alpha > 0.",
    paper: "the error follows such a power law of compute",
    relation: "no error more than 1 point above that of the next smaller width; alpha > 0",
};

/// Tests [`CLAIM`].
pub fn test(experiment: &Experiment<'_>, digits: &Splits, report: &mut Report) -> Result<(), Error> {
    let trial = experiment.trial(digits, 60, 0);
    let mut points = Vec::new();
    for width in [16, 32, 64, 128] {
        let name = format!("B_4-Wi_{width}");
        let config = bottleneck_network(&name, digits)?;
        let error = 100.0 - experiment.measure(&format!("digits, {name}"), &trial, &config, report)?.mean;
        // Forward and backward count as three forward passes, a multiply-add as one (the paper's accounting).
        let samples = (trial.fit.epochs * digits.train.len()) as f64;
        points.push((3.0 * config.flops() as f64 * samples, error));
    }
    let law = fit_power_law(&points).map_err(|error| Error::Training(error.to_string()))?;
    report.add("width sweep, alpha of the fitted law", &[law.alpha]);
    report.add("width sweep, irreducible error of the fitted law %", &[law.e_inf]);
    let curve = |error: &dyn Fn(f64, f64) -> f64| {
        let points = points.iter().map(|point| (point.0.log10(), error(point.0, point.1))).collect();
        Curve::line("log10 of the multiply-adds spent on training", "test error %", points)
    };
    report.curves.insert("measured".to_string(), curve(&|_, measured| measured));
    report.curves.insert("fitted law".to_string(), curve(&|compute, _| law.error(compute)));
    let falls = points.windows(2).all(|pair| pair[1].1 <= pair[0].1 + 1.0);
    let errors: Vec<String> = points.iter().map(|(_, error)| format!("{error:.2}")).collect();
    let measured = format!("errors {} %, alpha {:.2}", errors.join(", "), law.alpha);
    report.claims.push(CLAIM.tested(measured, falls && law.alpha > 0.0));
    Ok(())
}
