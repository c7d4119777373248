//! A language model from end to end, at its smallest: train, test, go on, continue a text.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{done, more_on_resume_is_all_at_once, xtask};

const SMALL: &str = "train deltanet --plain --data text.txt --set length=32 --set model.d_model=16 \
                     --set model.inner=16 --set model.n_layers=2 --set model.hybrid=sliding --set optimizer.schedule=constant \
                     --set optimizer.warmup_steps=0 --set fit.batch_size=4";

/// 4,000 bytes of a text that is easily learnt.
fn write_text(directory: &Path) {
    let text: String = (0..400).map(|line| format!("{:>2} and on;", line % 20)).collect();
    fs::write(directory.join("text.txt"), text).unwrap();
}

fn bits(report: &Value) -> f64 {
    report["metrics"]["test bits per byte"]["mean"].as_f64().unwrap()
}

#[test]
fn a_trained_model_evaluates_and_continues_a_text() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write_text(directory);
    let outcome = done(directory, &format!("{SMALL} --epochs 10 --out run --json"));
    let trained: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let tested: Value = serde_json::from_str(&done(directory, "eval run --json").stdout).unwrap();
    assert_eq!(bits(&trained["report"]), bits(&tested));
    // Measured: 0.44. A byte without any knowledge takes 8.
    assert!(bits(&tested) < 1.0, "{tested}");

    let say = |arguments: &str| done(directory, &format!("generate run --prompt and {arguments}")).stdout;
    let text = say("--tokens 30 --temperature 1 --seed 3");
    assert!(text.starts_with("and"), "{text:?}");
    assert_eq!(text, say("--tokens 30 --temperature 1 --seed 3"));
    assert_ne!(text, say("--tokens 30 --temperature 1 --seed 4"));
    assert_eq!(say("--tokens 30 --temperature 0 --seed 3"), say("--tokens 30 --temperature 0 --seed 4"));
    assert_eq!(say("--tokens 0"), "and\n");
    let json: Value = serde_json::from_str(&say("--tokens 5 --temperature 0 --json")).unwrap();
    assert_eq!(json["text"].as_str().unwrap().len(), 8);
}

#[test]
fn more_epochs_on_resume_are_as_if_they_had_been_asked_for_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write_text(directory);
    more_on_resume_is_all_at_once(directory, SMALL, [1, 3]);
}

#[test]
fn mistakes_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write_text(directory);
    let error = |arguments: &str| {
        let outcome = xtask(directory, arguments);
        assert_ne!(outcome.code, Some(0), "{arguments}");
        outcome.error().to_string()
    };
    assert_eq!(
        error(&format!("{SMALL} --set model.n_heads=3")),
        "key_dim = 16: must be a positive multiple of n_heads = 3"
    );
    assert_eq!(
        error(&format!("{SMALL} --set length=3000")),
        "length = 3000: must be between 1 and 1619, for two windows of the text"
    );
    assert!(error("train deltanet --data missing.txt").starts_with("missing.txt: "));
    assert!(error("generate missing --prompt a").contains("missing holds no run"));

    done(directory, "train scaling-mlps --plain --epochs 1 --set model.name=B_1-Wi_8 --out images");
    assert_eq!(
        error("generate images --prompt a"),
        "images is a run of scaling-mlps, which is no language model"
    );
    done(directory, &format!("{SMALL} --epochs 1 --out run"));
    assert_eq!(error("generate run --prompt a --temperature -1"), "temperature = -1: must be 0 or above");
}
