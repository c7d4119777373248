//! A click model on a file of one's own: train with a schema, test, go on, predict; and what is wrong with a file.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{done, more_on_resume_is_all_at_once, xtask};

const SCHEMA: &str = r#"
group = "user"

[[fields]]
kind = "categorical"
name = "user"

[[fields]]
kind = "categorical"
name = "item"

[[fields]]
kind = "numeric"
name = "price"

[[fields]]
kind = "sequence"
name = "history"
uses = ["item"]
length = 4

[[fields]]
kind = "label"
name = "click"
"#;

const HEADER: &str = "user,item,price,history,click\n";

/// Items 0 to 9, of which users click those that are, modulo two, like those of their history.
fn rows(count: usize, has_labels: bool) -> String {
    let mut text = if has_labels { HEADER.to_string() } else { "user,item,price,history\n".to_string() };
    for row in 0..count {
        let (item, last) = (row * 7 % 10, row * row / 3 % 10);
        let before = (last + 2 * row) % 10;
        let _ = write!(text, "u{},i{item},{},i{before}|i{last}", row % 23, row % 5);
        let click = usize::from(item % 2 == last % 2);
        let _ = if has_labels { writeln!(text, ",{click}") } else { writeln!(text) };
    }
    text
}

fn prepared() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("schema.toml"), SCHEMA).unwrap();
    fs::write(directory.path().join("events.csv"), rows(600, true)).unwrap();
    directory
}

const TRAIN: &str = "train din --plain --data events.csv --schema schema.toml --set fit.batch_size=32 \
                     --set fit.learning_rate=0.01";

fn metrics(directory: &Path, arguments: &str) -> Value {
    let printed: Value =
        serde_json::from_str(&done(directory, &format!("{arguments} --json")).stdout).unwrap();
    printed.get("report").unwrap_or(&printed)["metrics"].clone()
}

#[test]
fn a_model_of_ones_own_events_is_trained_tested_and_asked() {
    let directory = prepared();
    let directory = directory.path();
    let trained = metrics(directory, &format!("{TRAIN} --epochs 15 --out run"));
    let auc = trained["test AUC"]["mean"].as_f64().unwrap();
    assert!(auc > 0.9, "{trained}");
    for name in ["test log loss", "test GAUC", "best epoch", "parameters"] {
        assert!(trained[name]["mean"].is_f64(), "{name}: {trained}");
    }
    // The vocabulary is that of the run, whatever the schema has become.
    fs::write(directory.join("schema.toml"), "nonsense").unwrap();
    let tested = metrics(directory, "eval run");
    for name in ["test AUC", "test log loss", "test GAUC", "test samples"] {
        assert_eq!(tested[name], trained[name], "{name}");
    }
    for file in ["encoder.json", "weights.safetensors", "loss.svg", "auc.svg", "report.md"] {
        assert!(directory.join("run").join(file).exists(), "{file}");
    }

    fs::write(directory.join("new.csv"), rows(40, false)).unwrap();
    let outcome = done(directory, "predict run --data new.csv --out clicks.csv");
    assert_eq!(outcome.stdout, "clicks.csv\n");
    let text = fs::read_to_string(directory.join("clicks.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), lines[0]), (41, "row,click"));
    let labelled = rows(40, true);
    let right = lines[1..].iter().zip(labelled.lines().skip(1)).filter(|(predicted, row)| {
        let probability: f64 = predicted.split(',').nth(1).unwrap().parse().unwrap();
        (0.0..=1.0).contains(&probability) && (probability > 0.5) == row.ends_with(",1")
    });
    assert!(right.count() > 32, "{text}");
    let labelled = done(directory, "predict run --data events.csv --json");
    assert_eq!(serde_json::from_str::<Value>(&labelled.stdout).unwrap()["rows"], 600);
}

#[test]
fn more_epochs_on_resume_are_as_if_they_had_been_asked_for_at_once() {
    let directory = prepared();
    more_on_resume_is_all_at_once(directory.path(), TRAIN, [1, 3]);
}

#[test]
fn a_file_that_is_read_in_chunks_is_learnt_as_well_and_resumes_exactly() {
    let directory = prepared();
    let chunks = format!("{TRAIN} --set chunk_rows=100");
    let trained = metrics(directory.path(), &format!("{chunks} --epochs 15 --out run"));
    assert!(trained["test AUC"]["mean"].as_f64().unwrap() > 0.9, "{trained}");
    more_on_resume_is_all_at_once(directory.path(), &chunks, [1, 3]);
}

#[test]
fn a_data_set_by_name_needs_no_schema_and_gives_nothing_to_encode_files_with() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let small = "--set samples=300 --epochs 1 --out run";
    done(directory, &format!("train din --plain --data multi-interest {small}"));
    fs::write(directory.join("new.csv"), "item\n1\n").unwrap();
    let outcome = xtask(directory, "predict run --data new.csv");
    assert_eq!(
        (outcome.code, outcome.error()),
        (Some(2), "run was trained on multi-interest, not on a file: there is no schema for new.csv")
    );
}

#[test]
fn what_is_wrong_with_a_file_is_said_and_nothing_is_left_behind() {
    let directory = prepared();
    let directory = directory.path();
    let entries = || fs::read_dir(directory).unwrap().count();
    let error = |arguments: &str, text: &str| {
        fs::write(directory.join("bad.csv"), text).unwrap();
        let before = entries();
        let outcome = xtask(directory, &format!("train din --plain {arguments}"));
        assert_ne!(outcome.code, Some(0), "{arguments}");
        assert_eq!(entries(), before, "{arguments} left something behind");
        outcome.error().to_string()
    };
    let bad = "--data bad.csv --schema schema.toml";
    let good = rows(50, true);
    let message = error(bad, &good.replacen("price", "cost", 1));
    assert!(message.contains("bad.csv") && message.contains("`price`"), "{message}");
    let message = error(bad, &format!("{good}u1,i2,cheap,i3,0\n"));
    assert!(["bad.csv", "52", "price", "cheap"].iter().all(|part| message.contains(part)), "{message}");
    let message = error(bad, &format!("{good}u1,i2,3,i3,2\n"));
    assert!(["bad.csv", "52", "click", "2"].iter().all(|part| message.contains(part)), "{message}");
    for empty in ["", HEADER] {
        let message = error(bad, empty);
        assert!(message.contains("bad.csv"), "{message}");
    }
    let message = error("--data bad.csv", &good);
    assert_eq!(message, "bad.csv needs a --schema FILE that says what its columns are");
    let message = error("--data multi-interests", "");
    assert_eq!(message, "unknown data set \"multi-interests\": did you mean \"multi-interest\"?");
    let message = error("--data multi-interest --schema schema.toml", "");
    assert!(message.starts_with("schema = schema.toml: must be empty for multi-interest"), "{message}");
    let message = error("--data nowhere.csv --schema schema.toml", "");
    assert!(message.contains("nowhere.csv"), "{message}");
    fs::write(directory.join("odd.toml"), SCHEMA.replacen("price", "price\"\nunit = \"EUR", 1)).unwrap();
    let outcome = xtask(directory, "train din --data events.csv --schema odd.toml");
    assert!(outcome.error().contains("odd.toml") && outcome.stderr.contains("unit"), "{}", outcome.stderr);
    let message = error(&format!("{bad} --set fit.mini_batch_aware_l2=-1"), &good);
    assert_eq!(message, "fit.mini_batch_aware_l2 = -1: must be 0 or more");
}

#[test]
fn rows_to_predict_must_have_the_columns_of_the_schema() {
    let directory = prepared();
    let directory = directory.path();
    done(directory, &format!("{TRAIN} --epochs 1 --out run"));
    fs::write(directory.join("new.csv"), "user,item\nu1,i1\n").unwrap();
    let outcome = xtask(directory, "predict run --data new.csv --out clicks.csv");
    assert!(
        outcome.error().contains("new.csv") && outcome.error().contains("`price`"),
        "{}",
        outcome.error()
    );
    assert!(!directory.join("clicks.csv").exists());
}
