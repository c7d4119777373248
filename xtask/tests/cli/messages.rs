//! A mistake gets one clear message, the right exit code, and leaves nothing behind.

use std::fs;
use std::path::Path;

use crate::support::{done, xtask};

/// A training of a second.
const SMALL: &str = "train scaling-mlps --plain --epochs 1 --set model.name=B_1-Wi_8";

/// Runs a mistaken command in an empty directory and returns its message.
fn mistake(arguments: &str, code: i32) -> String {
    let directory = tempfile::tempdir().unwrap();
    let outcome = xtask(directory.path(), arguments);
    assert_eq!(outcome.code, Some(code), "{arguments}: {}", outcome.stderr);
    assert_eq!(outcome.stdout, "", "{arguments}");
    assert_eq!(entries(directory.path()), Vec::<String>::new(), "{arguments} left something behind");
    outcome.error().to_string()
}

fn entries(directory: &Path) -> Vec<String> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn wrong_names_are_answered_with_the_nearest() {
    assert_eq!(
        mistake("train scaling-mlp", 2),
        "unknown system \"scaling-mlp\": did you mean \"scaling-mlps\"?"
    );
    assert_eq!(
        mistake("info scaling_mlps", 2),
        "unknown system \"scaling_mlps\": did you mean \"scaling-mlps\"?"
    );
    assert_eq!(
        mistake("train scaling-mlps --device flx", 2),
        "unknown device \"flx\": did you mean \"flex\"?"
    );
    assert_eq!(
        mistake("train scaling-mlps --set fit.batchsize=3", 2),
        "unknown setting \"fit.batchsize\": did you mean \"fit.batch_size\"?"
    );
    assert!(mistake("train scaling-mlps --data digts", 2).contains("`digits`"));
    assert!(mistake("data fetch fashion-minst", 2).contains("`fashion-mnist`"));
}

#[test]
fn wrong_values_name_the_setting_and_what_is_allowed() {
    for (setting, message) in [
        ("optimizer.learning_rate=-1", "optimizer.learning_rate = -1: must be greater than 0"),
        ("optimizer.learning_rate=2", "optimizer.learning_rate = 2: must be at most 1"),
        ("fit.epochs=0", "fit.epochs = 0: must be at least 1"),
        ("fit.epochs=many", "fit.epochs = many: must be a whole number"),
        ("label_smoothing=1", "label_smoothing = 1: must be 0 or more and less than 1"),
        ("mixup.alpha=-0.1", "mixup.alpha = -0.1: must be a finite number of at least 0 (0 is off)"),
        ("augment.flip=2", "augment.flip = 2: must be a probability from 0 to 1"),
        ("validation_fraction=0", "validation_fraction = 0: must be greater than 0"),
        ("model.freeze_body=true", "model.freeze_body = true: must be false while model.from is empty"),
        ("model.name=B_0-Wi_8", "blocks = 0: must be between 1 and 4096"),
        ("model.from=nowhere", "nowhere holds no run: there is no config.toml in it"),
    ] {
        assert_eq!(mistake(&format!("train scaling-mlps --set {setting}"), 2), message);
    }
    let message = mistake("train scaling-mlps --set optimizer.kind=adm", 2);
    assert!(
        message.starts_with("setting optimizer.kind: unknown variant `adm`, expected one of `adam`"),
        "{message}"
    );
    let message = mistake("train scaling-mlps --seed 1 --set seed=-1 --set model.name=B_x-Wi_8", 2);
    assert!(message.starts_with("name = B_x-Wi_8: must be B_{blocks}-Wi_{width}"), "{message}");
    let message = mistake("train scaling-mlps --set augment.shift=0 --set augmented_copies=4", 2);
    assert_eq!(message, "augmented_copies = 4: must be 0 while [augment] is off");
}

#[test]
fn missing_things_are_named() {
    let message = mistake("train scaling-mlps --data cifar10", 1);
    assert!(message.contains("data set `cifar10` is not here (looked in data/cifar10)"), "{message}");
    assert!(
        message.contains("cargo xtask data fetch cifar10") && message.contains("--data-dir"),
        "{message}"
    );
    let message = mistake("train scaling-mlps --config missing.toml", 1);
    assert!(message.starts_with("cannot read missing.toml: "), "{message}");
    let message = mistake("eval runs/none", 2);
    assert_eq!(message, "runs/none holds no run: there is no config.toml in it");
    let message = mistake("train scaling-mlps --resume", 2);
    assert_eq!(message, "no run of scaling-mlps to resume: start one without --resume");
    assert!(mistake("data verify mnist", 1).contains("mnist"));
}

#[test]
fn wrong_flags_are_refused_by_the_parser() {
    for arguments in [
        "train",
        "train scaling-mlps --bogus",
        "trian scaling-mlps",
        "reproduce",
        "reproduce --seeds 0 --all",
    ] {
        let outcome = xtask(tempfile::tempdir().unwrap().path(), arguments);
        assert_eq!(outcome.code, Some(2), "{arguments}");
    }
}

#[test]
fn a_directory_that_cannot_be_written_is_refused_before_training() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("file"), "").unwrap();
    let outcome = xtask(directory.path(), &format!("{SMALL} --out file/run"));
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.error().starts_with("cannot create file"), "{}", outcome.error());
    assert_eq!(entries(directory.path()), ["file"]);
}

#[test]
fn a_run_is_neither_overwritten_nor_resumed_with_other_settings() {
    let directory = tempfile::tempdir().unwrap();
    done(directory.path(), &format!("{SMALL} --out run"));
    let again = xtask(directory.path(), &format!("{SMALL} --out run"));
    assert_eq!(
        (again.code, again.error()),
        (Some(2), "run already holds a run: go on with --resume or choose another --out")
    );
    let other = xtask(directory.path(), &format!("{SMALL} --out run --resume --set fit.batch_size=7"));
    assert_eq!(
        (other.code, other.error()),
        (
            Some(2),
            "setting fit.batch_size differs from that of the run in run: only fit.epochs may change on --resume"
        )
    );
    let none = xtask(directory.path(), &format!("{SMALL} --out run --resume --epochs 0"));
    assert_eq!(
        (none.code, none.error()),
        (Some(2), "fit.epochs = 0: must be at least the 1 of the run in run")
    );
    let complete = done(directory.path(), &format!("{SMALL} --out run --resume"));
    assert!(complete.stderr.contains("run is complete already"), "{}", complete.stderr);
}

#[test]
fn a_flipped_byte_is_refused_by_name() {
    let directory = tempfile::tempdir().unwrap();
    done(directory.path(), &format!("{SMALL} --out run"));
    let run = directory.path().join("run");
    flip_a_byte(&run.join("weights.safetensors"));
    let outcome = xtask(directory.path(), "eval run");
    assert_eq!(outcome.code, Some(1));
    assert_eq!(
        outcome.error(),
        "run/weights.safetensors is damaged: it does not match its SHA-256 in manifest.json"
    );
    flip_a_byte(&run.join("checkpoints/epoch-00001/model.bpk"));
    let outcome = xtask(directory.path(), &format!("{SMALL} --out run --resume --epochs 2"));
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    assert!(outcome.error().starts_with("run/checkpoints/epoch-00001 is damaged: model.bpk does not match"));
}

fn flip_a_byte(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_broken_configuration_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    for (text, part) in [
        ("epochs = ", "job.toml is not TOML"),
        ("[fit]\nepoch = 3", "unknown setting \"fit.epoch\": did you mean \"fit.epochs\"?"),
        ("fit = 3", "fit = 3: must be a table of settings"),
    ] {
        fs::write(directory.path().join("job.toml"), text).unwrap();
        let outcome = xtask(directory.path(), "train scaling-mlps --config job.toml");
        assert_eq!(outcome.code, Some(2), "{text}");
        assert!(outcome.error().contains(part), "{}", outcome.error());
    }
}
