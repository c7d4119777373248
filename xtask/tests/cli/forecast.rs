//! A forecaster from end to end, at its smallest: train, test, go on, forecast from a file.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{done, more_on_resume_is_all_at_once, xtask};

const SMALL: &str = "train tsmixer --plain --data series.csv --context 16 --horizon 4 --set model.patch_length=4 \
                     --set model.patch_stride=4 --set model.d_model=8 --set model.num_layers=1 --set fit.batch_size=16 \
                     --set optimizer.learning_rate=0.01 --set optimizer.schedule=constant";

/// The value of a channel at an hour: a wave of 8 hours, in the units of its channel.
fn value(hour: usize, channel: usize) -> f64 {
    let wave = (std::f64::consts::TAU * hour as f64 / 8.0).sin();
    [50.0 + 10.0 * wave, -3.0 + 0.5 * wave][channel]
}

/// Hours from the first of January 2020 on; one cell and one row are missing, the wind and a note are there where asked for.
fn csv(hours: std::ops::Range<usize>, more: bool) -> String {
    let mut text = String::from(if more { "note,date,load,wind\n" } else { "date,load,wind\n" });
    for hour in hours.filter(|hour| hour % 100 != 50) {
        let load = if hour % 100 == 30 { String::new() } else { value(hour, 0).to_string() };
        let note = if more { "calm," } else { "" };
        let date = format!("2020-01-{:02} {:02}:00", 1 + hour / 24, hour % 24);
        text += &format!("{note}{date},{load},{}\n", value(hour, 1));
    }
    text
}

fn write_series(directory: &Path) {
    fs::write(directory.join("series.csv"), csv(0..400, false)).unwrap();
}

fn error_of(report: &Value) -> f64 {
    report["metrics"]["test MSE"]["mean"].as_f64().unwrap()
}

#[test]
fn a_trained_model_evaluates_and_forecasts_what_follows_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write_series(directory);
    let outcome = done(directory, &format!("{SMALL} --epochs 12 --out run --json"));
    let trained: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert!(directory.join("run/forecast.svg").exists());
    // The run knows its scale and its channels: it needs the file it was trained on for the test, not for a forecast.
    let tested: Value = serde_json::from_str(&done(directory, "eval run --json").stdout).unwrap();
    assert_eq!(error_of(&trained["report"]), error_of(&tested));
    let naive = tested["metrics"]["test MSE, last value"]["mean"].as_f64().unwrap();
    assert!(error_of(&tested) < 0.1 * naive, "{tested}");
    fs::remove_file(directory.join("series.csv")).unwrap();

    fs::write(directory.join("new.csv"), csv(500..540, true)).unwrap();
    let json = done(directory, "predict run --data new.csv --out next.csv --json").stdout;
    let written: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(written["rows"], 4);
    let text = fs::read_to_string(directory.join("next.csv")).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0], ["date", "load", "wind"]);
    assert_eq!((lines.len(), lines[1][0], lines[4][0]), (5, "2020-01-23 12:00", "2020-01-23 15:00"));
    for (step, line) in lines[1..].iter().enumerate() {
        for channel in 0..2 {
            let found: f64 = line[1 + channel].parse().unwrap();
            let (expected, spread) = (value(540 + step, channel), [10.0, 0.5][channel]);
            // A fifth of the wave's height; the naive forecast is off by more than the whole of it.
            assert!(
                (found - expected).abs() < 0.2 * spread,
                "{step} {channel}: {found}, expected {expected}"
            );
        }
    }
    let plot = fs::read_to_string(directory.join("next.svg")).unwrap();
    assert!(plot.contains("wind") && plot.contains("forecast") && !plot.contains("truth"));

    done(directory, "predict run --data new.csv --horizon 2 --out two.csv");
    let two = fs::read_to_string(directory.join("two.csv")).unwrap();
    assert_eq!(two.lines().collect::<Vec<_>>(), text.lines().take(3).collect::<Vec<_>>());
}

#[test]
fn more_epochs_on_resume_are_as_if_they_had_been_asked_for_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write_series(directory);
    more_on_resume_is_all_at_once(directory, SMALL, [1, 3]);
    let pretrained = format!("{SMALL} --set model.pretraining_epochs=2 --set model.fine_tuning=linear_probe");
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write_series(directory);
    more_on_resume_is_all_at_once(directory, &pretrained, [1, 2]);
    assert!(directory.join("whole/pretraining/metrics.jsonl").exists());
}

/// A small job from a directory that transformers has written.
fn from_fixture(name: &str) -> String {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/time-series/tests/fixtures");
    format!(
        "train tsmixer --plain --data series.csv --context 21 --horizon 4 --set every=4 --set fit.batch_size=16 \
         --epochs 1 --set model.from={fixtures}/{name}"
    )
}

#[test]
fn a_model_of_transformers_is_trained_on_and_given_back() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write_series(directory);
    let job = from_fixture("forecast_ci");
    let said = done(directory, &format!("{job} --set model.fine_tuning=linear_probe --out probe")).stderr;
    assert!(said.contains("(PatchTSMixerForPrediction) is taken whole"), "{said}");
    fs::write(directory.join("new.csv"), csv(500..540, true)).unwrap();
    let forecast = |run: &str| {
        done(directory, &format!("predict {run} --data new.csv --out {run}.csv"));
        fs::read_to_string(directory.join(run).with_extension("csv")).unwrap()
    };
    let probe = forecast("probe");
    // What it left for transformers is such a directory, too, so a run can start from a run.
    let next = job.split(" --set model.from=").next().unwrap();
    let still = "--set optimizer.learning_rate=1e-30 --set model.from=probe/huggingface --out again";
    done(directory, &format!("{next} {still}"));
    assert_eq!(forecast("again"), probe);
    let tested: Value = serde_json::from_str(&done(directory, "eval again --json").stdout).unwrap();
    assert!(error_of(&tested).is_finite());
    more_on_resume_is_all_at_once(
        directory,
        &from_fixture("pretraining").replace("--epochs 1 ", "--set optimizer.schedule=constant "),
        [1, 2],
    );
}

#[test]
fn a_model_that_does_not_fit_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write_series(directory);
    let job = from_fixture("forecast_ci");
    for (arguments, message) in [
        (job.replace("forecast_ci", "forecast"), "config.json: No such file"),
        (job.replace("--context 21", "--context 32"), "context = 32: must be 21, the context_length of"),
        (format!("{job} --set model.d_model=16"), "model.d_model = 16: must be 6, as in"),
        (from_fixture("model_ic_plain"), "mixes 3 channels, but the data has 2"),
        (format!("{job} --set model.pretraining_epochs=1"), "model.pretraining_epochs = 1: must be 0 where"),
    ] {
        let outcome = xtask(directory, &format!("{arguments} --out run"));
        assert!(outcome.code == Some(2) && outcome.error().contains(message), "{}", outcome.stderr);
        assert_eq!(fs::read_dir(directory).unwrap().count(), 1, "{message}");
    }
}

#[test]
fn mistakes_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write_series(directory);
    let error = |arguments: &str| {
        let outcome = xtask(directory, arguments);
        assert_ne!(outcome.code, Some(0), "{arguments}");
        outcome.error().to_string()
    };
    assert_eq!(
        error(&SMALL.replace("--context 16", "--context 300")),
        "series.csv: its training part has 280 rows, but a window needs 300 + 4"
    );
    assert_eq!(error(&SMALL.replace("--horizon 4", "--horizon 0")), "horizon = 0: must be at least 1");
    assert_eq!(
        error(&format!("{SMALL} --set model.patch_length=20")),
        "context_length = 16: must be between 21 and 16777216"
    );
    assert!(error("train tsmixer --data wether").contains("did you mean `weather`?"));
    assert!(error("train tsmixer --data etth1 --data-dir here").contains("looked in here/etth"));
    fs::write(directory.join("text.csv"), "date,load\n2020-01-01,1\n2020-01-02,much\n").unwrap();
    assert_eq!(
        error(&SMALL.replace("series.csv", "text.csv")),
        "text.csv: line 3, column `load`: `much`, allowed is a finite number"
    );

    done(directory, &format!("{SMALL} --epochs 1 --out run"));
    let forecast = |text: &str, flags: &str| {
        fs::write(directory.join("new.csv"), text).unwrap();
        error(&format!("predict run --data new.csv {flags}"))
    };
    let good = csv(0..40, false);
    assert_eq!(
        forecast(&good, "--horizon 5"),
        "horizon = 5: must be between 1 and 4, the horizon of the run"
    );
    assert_eq!(forecast(&csv(0..15, false), ""), "new.csv has 15 rows, but a forecast looks back on 16");
    assert_eq!(
        forecast(&good.replace("wind", "winds"), ""),
        "new.csv: column `wind` not found; did you mean `winds`?; columns: load, winds"
    );
    let days: String = (1..=20).map(|day| format!("2020-01-{day:02},1,2\n")).collect();
    assert_eq!(
        forecast(&format!("date,load,wind\n{days}"), ""),
        "new.csv goes on in steps of 1 d, the run was trained on steps of 1 h"
    );
    assert!(!directory.join("predictions.csv").exists());
}
