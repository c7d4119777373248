//! A system that is not fitted by gradients: the same commands, the same run directory.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::{done, xtask};

const SMALL: &str = "train multitasking-hebbian --set neurons=500 --set examples=20 --set burn_in=5";

fn metric(report: &Value, name: &str) -> f64 {
    report["metrics"][name]["mean"].as_f64().unwrap_or_else(|| panic!("no {name} in {report}"))
}

fn json(directory: &Path, arguments: &str) -> Value {
    serde_json::from_str(&done(directory, &format!("{arguments} --json")).stdout).unwrap()
}

/// What must not depend on how often a run was interrupted.
fn outcome(run: &Path) -> (Vec<u8>, Vec<u8>, Value) {
    let report = fs::read(run.join("report.json")).unwrap();
    let metrics = serde_json::from_slice::<Value>(&report).unwrap()["metrics"].clone();
    (
        fs::read(run.join("weights.safetensors")).unwrap(),
        fs::read(run.join("metrics.jsonl")).unwrap(),
        metrics,
    )
}

#[test]
fn a_run_meets_the_theory_and_evaluates_to_what_it_reported() {
    let directory = tempfile::tempdir().unwrap();
    let trained = json(directory.path(), "train multitasking-hebbian");
    let run = trained["directory"].as_str().unwrap();
    assert_eq!(run, "runs/multitasking-hebbian/train-001");
    let report = &trained["report"];
    assert_eq!(metric(report, "patterns retrieved"), 3.0);
    // 5000 neurons: three deviations of an overlap.
    assert!(metric(report, "largest deviation from the theory") < 0.042, "{report}");
    assert_eq!(json(directory.path(), &format!("eval {run}"))["metrics"], report["metrics"]);
    for file in [
        "config.toml",
        "manifest.json",
        "metrics.jsonl",
        "weights.safetensors",
        "report.json",
        "report.md",
        "overlap.svg",
        "energy-of-a-neuron.svg",
    ] {
        assert!(directory.path().join(run).join(file).exists(), "{file}");
    }
}

#[test]
fn more_sweeps_on_resume_are_as_if_they_had_been_asked_for_at_once() {
    let directory = tempfile::tempdir().unwrap();
    for device in ["", " --set blocks=10 --set replicas=3"] {
        let [whole, parts] = ["whole", "parts"].map(|name| format!("{name}{}", device.len()));
        done(directory.path(), &format!("{SMALL}{device} --epochs 30 --out {whole}"));
        done(directory.path(), &format!("{SMALL}{device} --epochs 10 --out {parts}"));
        done(directory.path(), &format!("train multitasking-hebbian --resume --out {parts} --epochs 30"));
        let [whole, parts] = [whole, parts].map(|run| outcome(&directory.path().join(run)));
        assert!(whole == parts, "{device}");
    }
}

#[cfg(unix)]
#[test]
fn a_killed_run_goes_on_from_its_checkpoint_and_ends_with_the_same_bytes() {
    let directory = tempfile::tempdir().unwrap();
    let large = "train multitasking-hebbian --plain --set neurons=100000 --set quality=1 --set examples=1 --epochs 800";
    done(directory.path(), &format!("{large} --out whole"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(large.split_whitespace())
        .args(["--out", "killed"])
        .current_dir(directory.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let killed = directory.path().join("killed");
    let checkpoints = || fs::read_dir(killed.join("checkpoints")).map_or(0, Iterator::count);
    while checkpoints() == 0 && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!killed.join("weights.safetensors").exists(), "the run was over before it could be killed");
    done(directory.path(), "train multitasking-hebbian --plain --resume --out killed");
    assert!(outcome(&directory.path().join("whole")) == outcome(&killed));
}

#[test]
fn mistakes_name_the_settings_of_this_system() {
    let directory = tempfile::tempdir().unwrap();
    for (arguments, message) in [
        ("--epochs 0", "sweeps = 0: must be at least 1"),
        ("--epochs 20", "burn_in = 30: must be less than sweeps"),
        ("--set dilution=1", "dilution = 1: must be 0 or more and less than 1"),
        ("--set quality=0", "quality = 0: must be greater than 0 and at most 1"),
        ("--set examples=0", "examples = 0: must be at least 1"),
        ("--set patterns=0", "patterns = 0: must be at least 1"),
        ("--set temperature=-1", "temperature = -1: must be 0 or more"),
        ("--set sweep=3", "unknown setting \"sweep\": did you mean \"sweeps\"?"),
    ] {
        let outcome = xtask(directory.path(), &format!("train multitasking-hebbian {arguments}"));
        assert_eq!((outcome.code, outcome.error()), (Some(2), message), "{arguments}");
    }
    let data = xtask(directory.path(), "train multitasking-hebbian --data digits");
    assert!(data.code == Some(2) && data.error().starts_with("unknown setting \"data\""));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "nothing is left behind");

    done(directory.path(), &format!("{SMALL} --epochs 6 --out run"));
    let other = xtask(directory.path(), "train multitasking-hebbian --resume --out run --set dilution=0.5");
    assert_eq!(
        (other.code, other.error()),
        (Some(2), "setting dilution differs from that of the run in run: only sweeps may change on --resume")
    );
    let fewer = xtask(directory.path(), "train multitasking-hebbian --resume --out run --epochs 3");
    assert_eq!(fewer.error(), "sweeps = 3: must be at least the 6 of the run in run");
    let prompt = xtask(directory.path(), "generate run --prompt Anne");
    assert_eq!(prompt.error(), "run is a run of multitasking-hebbian, which is no language model");
}

#[test]
fn more_patterns_than_low_storage_get_a_warning() {
    let directory = tempfile::tempdir().unwrap();
    let outcome = done(directory.path(), &format!("{SMALL} --plain --set patterns=9 --epochs 6"));
    assert!(outcome.stderr.contains("warning: 9 patterns in 500 neurons are more than log2 N = 9.0"));
}
