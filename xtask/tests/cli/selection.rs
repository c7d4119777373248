//! The three phases of S-KAN from end to end: what they leave, and that a killed run goes on exactly.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::support::{done, xtask};

const SMALL: &str = "train s-kan --json --epochs 6 --set model.selection.full_epochs=2 \
    --set model.selection.select_epochs=2 --set model.channels=[4,6] --set model.functions=8";

fn accuracy(report: &Value) -> f64 {
    report["metrics"]["test accuracy %"]["mean"].as_f64().unwrap()
}

fn trained(directory: &Path, arguments: &str) -> Value {
    serde_json::from_str(&done(directory, arguments).stdout).unwrap()
}

#[test]
fn a_run_says_what_was_chosen_and_evaluates_to_what_training_reported() {
    let directory = tempfile::tempdir().unwrap();
    for further in
        ["", "--set model.kind=dense --set model.hidden=[6]", "--set model.selection.edge_threshold=0.05"]
    {
        let outcome = trained(directory.path(), &format!("{SMALL} {further}"));
        let run = outcome["directory"].as_str().unwrap();
        let tested = trained(directory.path(), &format!("eval {run} --json"));
        assert_eq!(accuracy(&outcome["report"]), accuracy(&tested), "{further}");
        let points = outcome["report"]["curves"]["train loss"]["points"].as_array().unwrap();
        let epochs: Vec<f64> = points.iter().map(|point| point[0].as_f64().unwrap()).collect();
        assert_eq!(epochs, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "the phases follow each other");
        let metrics = outcome["report"]["metrics"].as_object().unwrap();
        let chosen = metrics.iter().filter(|(name, _)| name.starts_with("nodes that chose"));
        let nodes: f64 = chosen.map(|(_, summary)| summary["mean"].as_f64().unwrap()).sum();
        assert_eq!(nodes, if further.contains("dense") { 6.0 + 10.0 } else { 4.0 + 6.0 + 10.0 });
        for file in ["prunings.json", "choices.svg", "phase-1/metrics.jsonl", "phase-3/metrics.jsonl"] {
            assert!(directory.path().join(run).join(file).exists(), "{file}");
        }
    }
}

#[test]
fn one_family_alone_is_trained_without_phases() {
    let directory = tempfile::tempdir().unwrap();
    let outcome = trained(directory.path(), &format!("{SMALL} --set model.families=[\"rbf\"] --out one"));
    assert!(accuracy(&outcome["report"]) > 0.0);
    assert!(
        !directory.path().join("one/phase-1").exists() && directory.path().join("one/metrics.jsonl").exists()
    );
    trained(directory.path(), "eval one --json");
}

#[test]
fn schedules_and_pools_that_cannot_be_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    for (setting, message) in [
        (
            "model.selection.keep=6",
            "model.selection.keep = 6: must be between 1 and the 5 families of the pool",
        ),
        ("fit.epochs=10", "fit.epochs = 10: must be at least the 48 of full and of selective training"),
        ("model.families=[]", "model.families = 0: must be between 1 and 5"),
        ("model.functions=7", "basis size = 7: must be a number of fourier functions"),
    ] {
        let outcome = xtask(directory.path(), &format!("train s-kan --set {setting}"));
        assert_eq!((outcome.code, outcome.error()), (Some(2), message));
    }
}

/// Kills the run at moments spread over its length, in each of its phases.
#[test]
fn kills_in_every_phase_leave_no_trace_in_the_weights() {
    let root = tempfile::tempdir().unwrap();
    let train = |out: &str, resume: bool| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(SMALL.split_whitespace()).args(["--out", out]).current_dir(root.path());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        if resume {
            command.arg("--resume");
        }
        command
    };
    let start = Instant::now();
    assert!(train("whole", false).status().unwrap().success());
    let duration = start.elapsed();
    let weights = |out: &str| std::fs::read(root.path().join(out).join("weights.safetensors")).unwrap();
    let mut seen = [false; 3];
    for kill in 1..=5 {
        let out = format!("killed-{kill}");
        let mut child = train(&out, false).spawn().unwrap();
        std::thread::sleep(duration.mul_f64(f64::from(kill) / 6.0));
        child.kill().unwrap();
        child.wait().unwrap();
        let path = root.path().join(&out);
        let reached = (1..=3).filter(|phase| path.join(format!("phase-{phase}")).exists()).count();
        if reached > 0 {
            seen[reached - 1] = true;
        }
        let begun = path.join("config.toml").exists();
        assert!(train(&out, begun).status().unwrap().success(), "kill {kill}");
        assert!(weights(&out) == weights("whole"), "kill {kill} in phase {reached}");
    }
    assert!(seen.iter().filter(|&&seen| seen).count() >= 2, "kills in phases {seen:?} within {duration:?}");
}
