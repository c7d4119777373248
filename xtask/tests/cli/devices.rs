//! The compute backends from the outside.

use serde_json::Value;

use crate::support::{done, xtask};

const DEVICES: [&str; 5] = ["flex", "ndarray", "wgpu", "tch", "cuda"];

fn states() -> Vec<Value> {
    let directory = tempfile::tempdir().unwrap();
    serde_json::from_str(&done(directory.path(), "devices --json").stdout).unwrap()
}

#[test]
fn every_backend_is_listed_and_flex_can_be_used() {
    let states = states();
    assert_eq!(states.iter().map(|state| state["name"].as_str().unwrap()).collect::<Vec<_>>(), DEVICES);
    assert!(states[0]["built"] == true && states[0]["adapter"].is_string());
    for state in states {
        assert!(
            state["adapter"].is_string() != state["problem"].is_string(),
            "usable, or with a reason: {state}"
        );
    }
}

#[test]
fn a_backend_that_cannot_be_used_is_refused_with_the_reason() {
    for state in states().iter().filter(|state| state["problem"].is_string()) {
        let directory = tempfile::tempdir().unwrap();
        let name = state["name"].as_str().unwrap();
        let outcome = xtask(directory.path(), &format!("train scaling-mlps --device {name}"));
        assert_eq!((outcome.code, outcome.error()), (Some(1), state["problem"].as_str().unwrap()));
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}

/// Initial weights and batches are the same, so that only rounding can tell the devices apart.
#[test]
fn one_training_ends_alike_on_every_cpu_backend() {
    let accuracy = |device: &str| {
        let directory = tempfile::tempdir().unwrap();
        let training =
            format!("train scaling-mlps --json --epochs 8 --set model.name=B_2-Wi_64 --device {device}");
        let trained: Value = serde_json::from_str(&done(directory.path(), &training).stdout).unwrap();
        trained["report"]["metrics"]["test accuracy %"]["mean"].as_f64().unwrap()
    };
    let flex = accuracy("flex");
    assert!(flex > 80.0, "{flex}");
    let usable = |state: &&Value| {
        state["adapter"].is_string() && ["ndarray", "tch"].contains(&state["name"].as_str().unwrap())
    };
    for state in states().iter().filter(usable) {
        let other = accuracy(state["name"].as_str().unwrap());
        assert!((flex - other).abs() <= 1.0, "{state}: {other} %, flex {flex} %");
    }
}

#[test]
fn parity_prints_a_row_for_every_network() {
    let directory = tempfile::tempdir().unwrap();
    // A build with flex alone can only be compared with itself.
    let device = if cfg!(feature = "ndarray") { "ndarray" } else { "flex" };
    let arguments = format!("parity scaling-mlps --devices {device} --json");
    let rows: Vec<Value> = serde_json::from_str(&done(directory.path(), &arguments).stdout).unwrap();
    assert_eq!(rows.len(), 9);
    assert!(
        rows.iter().all(|row| row["device"] == device && row["forward"].as_f64().unwrap() < 1e-4),
        "{rows:?}"
    );
    let unknown = xtask(directory.path(), "parity --devices ndaray");
    assert_eq!(
        (unknown.code, unknown.error()),
        (Some(2), "unknown device \"ndaray\": did you mean \"ndarray\"?")
    );
}

#[test]
fn a_benchmark_has_its_figures() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = "bench scaling-mlps --devices flex --only standard --rounds 1 --json";
    let records: Value = serde_json::from_str(&done(directory.path(), arguments).stdout).unwrap();
    let row = &records[0]["rows"][0];
    assert_eq!(records[0]["rows"].as_array().unwrap().len(), 1);
    assert!(row["benchmark"] == "standard B_6-Wi_1024, 32x32x3, 10 classes" && row["contender"] == "flex");
    assert!(row["step"]["median"].as_f64() > row["forward"]["median"].as_f64(), "{row}");
}
