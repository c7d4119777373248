//! A run that is killed at any moment goes on with `--resume` and ends with the same bytes as one that was left alone.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const KILLS: usize = 20;

/// A small job in which everything that has state takes part.
fn train(out: &Path, resume: bool) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["train", "scaling-mlps", "--plain", "--seed", "7", "--epochs", "10"]);
    for setting in [
        "model.name=B_2-Wi_16",
        "optimizer.kind=adamw",
        "optimizer.schedule=cosine",
        "optimizer.warmup_steps=20",
        "optimizer.body_factor=0.5",
        "fit.average_decay=0.9",
        "fit.accumulation=2",
        "fit.clip_norm=1",
        "label_smoothing=0.1",
        "fit.workers=2",
        "augment.shift=1",
        "mixup.alpha=0.2",
    ] {
        command.args(["--set", setting]);
    }
    command.arg("--out").arg(out).stdout(Stdio::null()).stderr(Stdio::null());
    if resume {
        command.arg("--resume");
    }
    command
}

/// Waits for the end; whether the process was killed before it.
fn kill_after(child: &mut Child, delay: Duration) -> bool {
    let start = Instant::now();
    while start.elapsed() < delay {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "the run failed by itself: {status}");
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    true
}

#[test]
fn twenty_kills_leave_no_trace_in_the_weights() {
    let root = tempfile::tempdir().unwrap();
    let reference = root.path().join("reference");
    let start = Instant::now();
    assert!(train(&reference, false).status().unwrap().success());
    let duration = start.elapsed();
    let expected = std::fs::read(reference.join("weights.safetensors")).unwrap();

    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut kills = 0;
    for run in 0.. {
        let out = root.path().join(format!("run-{run}"));
        let mut child = train(&out, false).spawn().unwrap();
        while !out.join("config.toml").exists() {
            std::thread::sleep(Duration::from_millis(1));
        }
        // Shorter than the whole run on average, so that most runs are killed more than once.
        while kill_after(&mut child, duration.mul_f64(rng.random_range(0.0..0.8))) {
            kills += 1;
            child = train(&out, true).spawn().unwrap();
        }
        let weights = std::fs::read(out.join("weights.safetensors")).unwrap();
        assert!(weights == expected, "after {kills} kills in all, the weights of run {run} differ");
        if kills >= KILLS {
            break;
        }
    }
}
