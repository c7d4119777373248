//! A classifier of bags from end to end, at its smallest: train, test, go on.

use serde_json::Value;

use crate::support::{done, more_on_resume_is_all_at_once, xtask};

const SMALL: &str = "train hopfield --plain --set bit_patterns.bags=160 --set fit.batch_size=16";

fn metric(report: &Value, name: &str) -> f64 {
    report["metrics"][name]["mean"].as_f64().unwrap()
}

#[test]
fn a_trained_run_evaluates_to_what_training_reported_on_every_kind_of_bag() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    for (index, further) in [
        "",
        "--set data=digit_bags --set digit_bags.bags=30 --set model.dense=16 --set model.pool=gated_attention",
        "--set data=latch --set latch.sequences=80 --set model.quantity=2",
    ]
    .into_iter()
    .enumerate()
    {
        let run = format!("run-{index}");
        let outcome = done(directory, &format!("{SMALL} {further} --epochs 2 --out {run} --json"));
        let trained: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let tested: Value =
            serde_json::from_str(&done(directory, &format!("eval {run} --json")).stdout).unwrap();
        for name in ["test accuracy %", "test AUC", "parameters"] {
            assert_eq!(metric(&trained["report"], name), metric(&tested, name), "{further}: {name}");
        }
        let heads = tested["metrics"].as_object().unwrap().keys().filter(|name| name.starts_with("heads"));
        assert_eq!(heads.count(), if further.contains("attention") { 0 } else { 3 });
        assert!(directory.join(run).join("accuracy.svg").exists());
    }
}

/// With dropout: what is drawn in an epoch depends on the seed and the epoch alone.
#[test]
fn more_epochs_on_resume_are_as_if_they_had_been_asked_for_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    more_on_resume_is_all_at_once(directory, SMALL, [1, 3]);
}

#[test]
fn mistakes_are_named() {
    let directory = tempfile::tempdir().unwrap();
    for (setting, message) in [
        ("model.num_heads=0", "num_heads = 0: must be between 1 and 1048576"),
        ("model.dropout=1", "dropout = 1: must be 0 or more and less than 1"),
        ("model.scaling=-1", "scaling = -1: must be greater than 0"),
        (
            "bit_patterns.signals=255",
            "bit_patterns.signals = 255: must be at least 1 and less than 2^bits - 1, so that instances without a signal are \
             left",
        ),
        (
            "validation_fraction=0",
            "validation_fraction = 0: must be such that some of the 120 training bags are held out, not all",
        ),
    ] {
        let outcome = xtask(directory.path(), &format!("{SMALL} --set {setting}"));
        assert_eq!((outcome.code, outcome.error()), (Some(2), message));
    }
    let outcome = xtask(directory.path(), &format!("{SMALL} --set model.pool=median"));
    assert!(outcome.error().starts_with("setting model.pool: "), "{}", outcome.error());
}
