//! A tensor brain from end to end, at its smallest: train, test, go on, facts of one's own.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{done, more_on_resume_is_all_at_once, xtask};

const SMALL: &str = "train tensor-brain --plain --data nations --set optimizer.schedule=constant \
                     --set optimizer.learning_rate=0.01 --set view.sigma_from=0.5 --set view.sigma=0.5";

fn metric(report: &Value, name: &str) -> f64 {
    report["metrics"][name]["mean"].as_f64().unwrap()
}

#[test]
fn a_trained_brain_evaluates_to_what_training_reported() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let outcome = done(directory, &format!("{SMALL} --epochs 20 --out run --json"));
    let trained: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let tested: Value = serde_json::from_str(&done(directory, "eval run --json").stdout).unwrap();
    for name in ["test triples seen rightly %", "test MRR of unseen objects"] {
        assert_eq!(metric(&trained["report"], name), metric(&tested, name), "{name}");
    }
    // Of 10,780 triples one is right, and of 14 objects.
    assert!(metric(&tested, "test triples seen rightly %") > 50.0, "{tested}");
    assert!(metric(&tested, "test MRR of unseen objects") > 0.4, "{tested}");
    for file in ["weights.safetensors", "loss.svg", "decoded-scene.svg"] {
        assert!(directory.join("run").join(file).exists(), "{file}");
    }
}

#[test]
fn more_epochs_on_resume_are_as_if_they_had_been_asked_for_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    more_on_resume_is_all_at_once(directory, SMALL, [1, 3]);
}

#[test]
fn facts_of_ones_own_and_mistakes() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write_facts(&directory.join("facts"), "a\tlikes\tb\n");
    done(directory, "train tensor-brain --plain --data facts --epochs 1 --set order=sop --out own");
    let error = |arguments: &str| {
        let outcome = xtask(directory, &format!("train tensor-brain {arguments}"));
        assert_ne!(outcome.code, Some(0), "{arguments}");
        outcome.error().to_string()
    };
    write_facts(&directory.join("broken"), "a\tlikes\n");
    assert_eq!(error("--data broken"), "broken/valid.txt: line 1: 2 names between tabs, but a triple has 3");
    assert!(error("--data umsl").contains("did you mean `umls`?"));
    assert_eq!(error("--set order=sos"), "order = sos: must be of s, p and o; p is missing");
    assert_eq!(error("--set model.beta=0"), "beta = 0: must be greater than 0");
    assert_eq!(error("--set view.dropout=1.5"), "view.dropout = 1.5: must be between 0 and 1");
    assert_eq!(error("--set view.features=0"), "features = 0: must be between 1 and 65536");
}

/// A graph of three people.
fn write_facts(directory: &Path, valid: &str) {
    fs::create_dir_all(directory).unwrap();
    let train = "a\tlikes\tb\nb\tlikes\tc\nc\tknows\ta\n".repeat(4);
    for (name, text) in [("train.txt", train.as_str()), ("valid.txt", valid), ("test.txt", "b\tknows\ta\n")] {
        fs::write(directory.join(name), text).unwrap();
    }
}
