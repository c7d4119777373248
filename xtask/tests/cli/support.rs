//! Running the program in a directory of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// What a run of the program printed, and how it ended.
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// The one line of an error.
    pub fn error(&self) -> &str {
        let mut errors = self.stderr.lines().filter_map(|line| line.strip_prefix("error: "));
        let error = errors.next().unwrap_or_else(|| panic!("no error in {:?}", self.stderr));
        assert!(errors.next().is_none(), "more than one error: {}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        error
    }
}

/// Runs the program with arguments separated by spaces.
pub fn xtask(directory: &Path, arguments: &str) -> Outcome {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments.split_whitespace())
        .current_dir(directory)
        .env_remove("PYRARIUM_DATA")
        .env_remove("PYRARIUM_DEVICE")
        // No test reaches the network: whatever is downloaded would go through a proxy that is not there.
        .envs(["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"].map(|name| (name, "http://127.0.0.1:1")))
        .output()
        .expect("the program starts");
    Outcome {
        code: output.status.code(),
        // A language model that has hardly been trained writes bytes that are no text.
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

/// Runs the program, which must succeed.
pub fn done(directory: &Path, arguments: &str) -> Outcome {
    let outcome = xtask(directory, arguments);
    assert_eq!(outcome.code, Some(0), "{arguments}: {}", outcome.stderr);
    outcome
}

/// Asking for more epochs on resume must give the weights that asking for all of them at once gives. `train` is the command of a
/// small run, without epochs; `first` and `all` are the epochs of the part and of the whole.
pub fn more_on_resume_is_all_at_once(directory: &Path, train: &str, [first, all]: [usize; 2]) {
    let verb: Vec<&str> = train.split_whitespace().take(2).collect();
    done(directory, &format!("{train} --epochs {all} --out whole"));
    done(directory, &format!("{train} --epochs {first} --out parts"));
    done(directory, &format!("{} --plain --resume --out parts --epochs {all}", verb.join(" ")));
    let weights = |run: &str| fs::read(directory.join(run).join("weights.safetensors")).expect("weights");
    assert!(weights("whole") == weights("parts"), "{train}");
}
