//! The loop of a system that is not fitted by gradients: a dynamics, a map that organises itself, boosting. It gets what a fit
//! has, checkpoint sets, exact resume, a history and lines for a person, and burn-train takes no part.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Error;
use crate::checkpoint::Checkpoints;
use crate::history::{EpochMetrics, History};
use crate::progress::Display;

/// The metrics of one pass, by name.
pub type Metrics = BTreeMap<String, f64>;

/// A system that learns, or settles, in passes.
pub trait Passes {
    /// Carries out pass `number`, counted from 1, and measures. Whatever is random must be a function of a seed and of `number`.
    fn pass(&mut self, number: usize) -> Result<Metrics, Error>;

    /// Everything the next pass depends on.
    fn state(&self) -> Result<Vec<u8>, Error>;

    /// Goes on from a [`state`](Self::state); the error is what is wrong with it.
    fn restore(&mut self, state: &[u8]) -> Result<(), String>;

    /// Whether further passes would be of no use; the loop ends then. A function of the state.
    fn is_done(&self) -> bool {
        false
    }
}

/// How many passes, and what they leave behind.
pub struct Loop<'a> {
    /// What a pass is called: "sweep", "round".
    pub unit: &'a str,
    /// Passes in all, those before a resume among them.
    pub passes: usize,
    /// Where checkpoints and metrics go; nothing is kept without it.
    pub directory: Option<&'a Path>,
    /// What a person sees meanwhile.
    pub display: &'a Display,
    /// A pass may take microseconds: nothing is written or shown before this time has passed since the last time. The last pass
    /// always is.
    pub interval: Duration,
}

/// The file of a checkpoint set.
const STATE: &str = "state.bin";
/// Significant digits of a metric: as many as JSON gives back exactly, so that a resumed history is the same.
const DIGITS: usize = 12;

impl Loop<'_> {
    /// Runs the passes that are left, going on from the newest checkpoint in the directory where there is one.
    ///
    /// # Errors
    /// A damaged checkpoint, a failure of the disk, or of a pass.
    pub fn run(&self, system: &mut impl Passes) -> Result<History, Error> {
        let files = self.directory.map(|path| (path.join("checkpoints"), path.join("metrics.jsonl")));
        let mut history = History::default();
        let mut done = 0;
        let checkpoints = match &files {
            Some((directory, metrics)) => {
                let checkpoints = Checkpoints::open(directory, &[STATE])?;
                if let Some(last) = checkpoints.latest()? {
                    let state = checkpoints.read(last, STATE)?;
                    system
                        .restore(&state)
                        .map_err(|reason| Error::Damaged { path: directory.clone(), reason })?;
                    history = History::read(metrics, last)?;
                    done = last;
                }
                Some((checkpoints, metrics))
            }
            None => None,
        };
        let (start, before) = (Instant::now(), done);
        let mut shown = start;
        for number in done + 1..=self.passes {
            if system.is_done() {
                break;
            }
            let metrics: Metrics =
                system.pass(number)?.into_iter().map(|(name, value)| (name, rounded(value))).collect();
            history.push(EpochMetrics {
                epoch: number,
                split: self.unit.to_string(),
                metrics: metrics.clone(),
            });
            if number < self.passes && !system.is_done() && shown.elapsed() < self.interval {
                continue;
            }
            shown = Instant::now();
            if let Some((checkpoints, file)) = &checkpoints {
                history.write(file)?;
                checkpoints.gather(number, STATE, system.state()?)?;
            }
            let each = start.elapsed().as_secs_f64() / (number - before) as f64;
            self.show(number, &metrics, each * (self.passes - number) as f64);
        }
        Ok(history)
    }

    fn show(&self, number: usize, metrics: &Metrics, left: f64) {
        let metrics: String = metrics.iter().map(|(name, value)| format!("  {name} {value:.4}")).collect();
        self.display.line(&format!("{} {number}/{}{metrics}  {left:.0} s left", self.unit, self.passes));
    }
}

fn rounded(value: f64) -> f64 {
    format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds the number of the pass to a sum.
    struct Sum(u64);

    impl Passes for Sum {
        fn pass(&mut self, number: usize) -> Result<Metrics, Error> {
            if self.0 == 66 {
                return Err(Error::Training("the lights went out".to_string()));
            }
            self.0 += number as u64;
            Ok([("third".to_string(), self.0 as f64 / 3.0)].into())
        }

        fn state(&self) -> Result<Vec<u8>, Error> {
            Ok(self.0.to_le_bytes().to_vec())
        }

        fn restore(&mut self, state: &[u8]) -> Result<(), String> {
            self.0 = u64::from_le_bytes(state.try_into().map_err(|_| "it has not 8 bytes".to_string())?);
            Ok(())
        }
    }

    fn run(system: &mut Sum, passes: usize, directory: &Path, interval: u64) -> Result<History, Error> {
        let interval = Duration::from_secs(interval);
        let directory = Some(directory);
        Loop { unit: "pass", passes, directory, display: &Display::Silent, interval }.run(system)
    }

    #[test]
    fn passes_in_two_runs_are_as_if_they_had_been_asked_for_at_once() {
        let root = tempfile::tempdir().unwrap();
        let (whole, parts) = (root.path().join("whole"), root.path().join("parts"));
        // Written once an hour: only the last pass leaves a checkpoint.
        let expected = run(&mut Sum(1), 20, &whole, 3600).unwrap();
        assert_eq!(expected.curve("pass", "third").last(), Some(&(20.0, 70.333_333_333_3)));
        run(&mut Sum(1), 7, &parts, 0).unwrap();
        let mut resumed = Sum(1_000);
        assert_eq!(run(&mut resumed, 20, &parts, 0).unwrap(), expected);
        assert_eq!(resumed.0, 211);
        let metrics = |directory: &Path| std::fs::read(directory.join("metrics.jsonl")).unwrap();
        assert_eq!(metrics(&whole), metrics(&parts));
    }

    #[test]
    fn a_failed_run_goes_on_from_its_last_checkpoint() {
        let root = tempfile::tempdir().unwrap();
        // 1 + .. + 11 = 66: the twelfth pass fails.
        assert!(run(&mut Sum(0), 20, root.path(), 0).is_err());
        let sets = std::fs::read_dir(root.path().join("checkpoints")).unwrap();
        let mut names: Vec<_> = sets.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["epoch-00010", "epoch-00011"]);
        let state = root.path().join("checkpoints/epoch-00011/state.bin");
        std::fs::write(&state, 0_u64.to_le_bytes()).unwrap();
        let message = run(&mut Sum(0), 20, root.path(), 0).unwrap_err().to_string();
        assert!(message.contains("epoch-00011") && message.contains("SHA-256"), "{message}");
    }
}
