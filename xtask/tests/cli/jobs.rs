//! The jobs from end to end, at their smallest.

use serde_json::Value;

use crate::support::{done, xtask};

const SMALL: &str = "train scaling-mlps --json --epochs 4 --set model.name=B_1-Wi_64";

fn accuracy(report: &Value) -> f64 {
    report["metrics"]["test accuracy %"]["mean"].as_f64().unwrap()
}

#[test]
fn a_trained_run_evaluates_to_what_training_reported() {
    let directory = tempfile::tempdir().unwrap();
    let outcome = done(directory.path(), SMALL);
    let trained: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let run = trained["directory"].as_str().unwrap();
    assert_eq!(run, "runs/scaling-mlps/train-001");
    let tested: Value =
        serde_json::from_str(&done(directory.path(), &format!("eval {run} --json")).stdout).unwrap();
    assert_eq!(accuracy(&trained["report"]), accuracy(&tested));
    assert!(accuracy(&tested) > 50.0, "{tested}");
    for file in [
        "config.toml",
        "manifest.json",
        "metrics.jsonl",
        "report.json",
        "report.md",
        "loss.svg",
        "accuracy.svg",
    ] {
        assert!(directory.path().join(run).join(file).exists(), "{file}");
    }
}

#[test]
fn two_runs_with_one_seed_have_the_same_weights_and_another_seed_others() {
    let directory = tempfile::tempdir().unwrap();
    for (out, seed) in [("a", 3), ("b", 3), ("c", 4)] {
        done(directory.path(), &format!("{SMALL} --seed {seed} --out {out}"));
    }
    let weights = |run: &str| std::fs::read(directory.path().join(run).join("weights.safetensors")).unwrap();
    assert!(weights("a") == weights("b") && weights("a") != weights("c"));
}

#[test]
fn the_number_of_workers_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    for workers in [0, 3] {
        done(directory.path(), &format!("{SMALL} --set fit.workers={workers} --out run-{workers}"));
    }
    let weights = |run: &str| std::fs::read(directory.path().join(run).join("weights.safetensors")).unwrap();
    assert!(weights("run-0") == weights("run-3"));
}

#[test]
fn more_epochs_on_resume_are_as_if_they_had_been_asked_for_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let constant = format!("{SMALL} --set optimizer.schedule=constant");
    done(directory.path(), &format!("{constant} --epochs 6 --out whole"));
    done(directory.path(), &format!("{constant} --out parts"));
    done(directory.path(), "train scaling-mlps --plain --resume --out parts --epochs 6");
    let weights = |run: &str| std::fs::read(directory.path().join(run).join("weights.safetensors")).unwrap();
    assert!(weights("whole") == weights("parts"));
}

#[test]
fn early_stopping_ends_a_run_that_does_not_improve() {
    let directory = tempfile::tempdir().unwrap();
    let outcome = done(
        directory.path(),
        "train scaling-mlps --json --epochs 60 --set model.name=B_1-Wi_16 --set fit.patience=2 \
         --set optimizer.learning_rate=0.5 --set optimizer.schedule=constant --set optimizer.kind=sgd",
    );
    let trained: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let epochs = trained["report"]["curves"]["valid loss"]["points"].as_array().unwrap().len();
    assert!((3..60).contains(&epochs), "{epochs} epochs");
}

#[test]
fn weights_of_another_run_are_fine_tuned_with_a_new_head() {
    let directory = tempfile::tempdir().unwrap();
    done(directory.path(), &format!("{SMALL} --out pre"));
    let probe = format!(
        "{SMALL} --set model.from=pre --set model.freeze_body=true --set optimizer.learning_rate=0.01 --out probe"
    );
    let trained: Value = serde_json::from_str(&done(directory.path(), &probe).stdout).unwrap();
    assert!(accuracy(&trained["report"]) > 50.0, "a linear probe on trained features");
    let other = xtask(directory.path(), "train scaling-mlps --set model.from=pre --set model.name=B_2-Wi_64");
    assert_eq!(other.code, Some(2));
    assert_eq!(other.error(), "model.name = B_2-Wi_64: must be bottleneck B_1-Wi_64, the network of pre");
    let images = xtask(
        directory.path(),
        "train scaling-mlps --set model.from=pre --set model.name=B_1-Wi_64 --data photo-crops",
    );
    assert_eq!(images.code, Some(2), "{}", images.stderr);
    assert!(images.error().contains("do not fit images of 1x16x16"), "{}", images.error());
}

#[test]
fn test_time_augmentation_adds_a_second_accuracy() {
    let directory = tempfile::tempdir().unwrap();
    let trained: Value =
        serde_json::from_str(&done(directory.path(), &format!("{SMALL} --set augmented_copies=8")).stdout)
            .unwrap();
    let augmented =
        trained["report"]["metrics"]["test accuracy with augmented copies %"]["mean"].as_f64().unwrap();
    assert!((augmented - accuracy(&trained["report"])).abs() < 20.0, "{augmented}");
}

#[test]
fn every_system_reproduces_in_the_smoke_budget() {
    let directory = tempfile::tempdir().unwrap();
    let outcome = done(directory.path(), "reproduce --all --budget smoke --seeds 1 --json");
    let outcomes: Value = serde_json::from_str(&outcome.stdout).unwrap();
    for outcome in outcomes.as_array().unwrap() {
        let report = &outcome["report"];
        assert_eq!(report["budget"], "smoke");
        let claims = report["claims"].as_array().unwrap();
        assert!(!claims.is_empty() && claims.iter().all(|claim| claim["held"].is_boolean()), "{report}");
    }
}

#[test]
fn what_programs_read_is_json() {
    let directory = tempfile::tempdir().unwrap();
    for arguments in ["list --json", "info scaling-mlps --json", "data list --json"] {
        let parsed: Value = serde_json::from_str(&done(directory.path(), arguments).stdout).unwrap();
        assert!(parsed.is_array() || parsed.is_object(), "{arguments}");
    }
}

#[test]
fn the_profile_names_the_speed_and_the_share_outside_computing() {
    let directory = tempfile::tempdir().unwrap();
    let trained: Value =
        serde_json::from_str(&done(directory.path(), &format!("{SMALL} --profile")).stdout).unwrap();
    let metrics = trained["report"]["metrics"].as_object().unwrap();
    assert!(metrics["training images/s"]["mean"].as_f64().unwrap() > 0.0);
    let outside = metrics["% of an epoch outside forward, backward and step"]["mean"].as_f64().unwrap();
    assert!((0.0..100.0).contains(&outside), "{outside}");
}
