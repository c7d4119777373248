//! The systems of the zoo, in one table.

use std::path::PathBuf;

use toml::Table;

use crate::Error;
use crate::experiments::{
    deltanet, din, dtrn, finalmlp, hopfield, multitasking_hebbian, s_kan, scaling_mlps, tensor_brain, tsmixer,
};
use crate::report::{Claim, Report};
use crate::run::{Run, RunDirectory};
use crate::workload::Specimen;

/// A statement of a paper that `reproduce` tests.
#[derive(Clone, Copy, Debug)]
pub struct ClaimText {
    /// Short name, unique in its system.
    pub id: &'static str,
    /// The statement, in the form in which it is tested.
    pub statement: &'static str,
    /// What the paper reports.
    pub paper: &'static str,
    /// The relation that decides.
    pub relation: &'static str,
}

impl ClaimText {
    /// The claim with what was measured and whether the relation holds.
    pub fn tested(&self, measured: String, held: bool) -> Claim {
        Claim {
            id: self.id.to_string(),
            statement: self.statement.to_string(),
            paper: self.paper.to_string(),
            measured,
            relation: self.relation.to_string(),
            held,
        }
    }
}

/// A network of a system with its exact size.
pub struct Variant {
    /// Name and setting, "bottleneck B_6-Wi_512, 64x64x3, 11230 classes" for example.
    pub name: String,
    /// Number of parameters.
    pub parameters: usize,
    /// A network of the same structure with a batch, both small, on which backends are compared. Weights and batch are
    /// functions of a seed alone.
    pub small: Specimen,
}

/// A workload whose speed is measured.
pub struct Benchmark {
    /// Name and setting; the PyTorch side is found by it.
    pub name: String,
    /// Samples of the batch.
    pub samples: usize,
    /// What a sample is, in the plural: "images", "tokens".
    pub unit: &'static str,
    /// The network with its batch.
    pub specimen: Specimen,
}

/// How much a reproduction may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// Seconds; shows that everything runs, proves nothing.
    Smoke,
    /// At most ten minutes on two cores; what `results/` records.
    Quick,
    /// As near to the paper as the machine allows, on the larger data sets that are there.
    Full,
}

impl Budget {
    /// Its name on the command line and in reports.
    pub fn name(self) -> &'static str {
        self.pick("smoke", "quick", "full")
    }

    /// What this budget has of something that differs from budget to budget.
    pub fn pick<T>(self, smoke: T, quick: T, full: T) -> T {
        match self {
            Self::Smoke => smoke,
            Self::Quick => quick,
            Self::Full => full,
        }
    }
}

/// What a reproduction is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Reproduction {
    /// How much it may spend.
    pub budget: Budget,
    /// Number of seeds of each comparison, counted from 0.
    pub seeds: usize,
}

/// A prepared training, to be run in the directory that was made for it.
pub type Job<'a> = Box<dyn FnOnce(&mut RunDirectory) -> Result<Report, Error> + 'a>;

/// What `generate` is asked for.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// The text to go on from.
    pub text: String,
    /// Tokens to add.
    pub tokens: usize,
    /// 0 takes the likeliest token each time; otherwise scores are divided by it before one is drawn.
    pub temperature: f64,
    /// Seed of the draws.
    pub seed: u64,
}

/// Takes the bytes of a continuation as they come.
pub type Continuation<'a> = &'a mut dyn FnMut(&[u8]);

/// Continues a prompt with the model of a finished run.
pub type Generate = fn(&Run, &RunDirectory, &Prompt, Continuation<'_>) -> Result<(), Error>;

/// What `predict` is asked for.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// A csv file with the columns of the training data; the predicted one may be missing.
    pub data: PathBuf,
    /// Steps to forecast, at most those the model was trained for; all of them by default. Time series only.
    pub horizon: Option<usize>,
}

/// What `predict` found.
#[derive(Clone, Debug)]
pub struct Predictions {
    /// Number of lines of `csv` below its header.
    pub rows: usize,
    /// The predictions as csv with a header.
    pub csv: String,
    /// A picture of them as SVG, where there is something to see.
    pub plot: Option<String>,
}

/// Predicts what a file does not say, with the model of a finished run.
pub type Predict = fn(&Run, &RunDirectory, &Inputs) -> Result<Predictions, Error>;

/// A published system and what can be done with it here.
pub struct System {
    /// Name on the command line.
    pub slug: &'static str,
    /// Title of the paper.
    pub title: &'static str,
    /// Where the paper is.
    pub paper: &'static str,
    /// The crate that holds its models.
    pub family: &'static str,
    /// What it is, in one sentence.
    pub summary: &'static str,
    /// The statements that `reproduce` tests.
    pub claims: &'static [ClaimText],
    /// Its networks; none where nothing has a gradient.
    pub variants: fn() -> Vec<Variant>,
    /// What `bench` measures.
    pub benchmarks: fn() -> Vec<Benchmark>,
    /// The default settings of its training job; also the schema of all settings.
    pub settings: fn() -> Result<Table, Error>,
    /// The setting that counts the passes of its training (epochs, sweeps, rounds): what `--epochs` sets, and the only one that
    /// may grow when a run goes on.
    pub passes: &'static str,
    /// Prepares its training with resolved settings; whatever is wrong with them or the data shows here.
    pub train: for<'a> fn(&'a Run, &Table) -> Result<Job<'a>, Error>,
    /// Tests the weights of a finished run.
    pub evaluate: fn(&Run, &RunDirectory) -> Result<Report, Error>,
    /// Continues a prompt with the model of a finished run; language models only.
    pub generate: Option<Generate>,
    /// Predicts what a csv file does not say, with the model of a finished run; click models and time series only.
    pub predict: Option<Predict>,
    /// Tests the claims.
    pub reproduce: fn(&Run, Reproduction) -> Result<Report, Error>,
}

/// All systems, by slug.
pub const SYSTEMS: &[System] = &[
    deltanet::SYSTEM,
    din::SYSTEM,
    dtrn::SYSTEM,
    finalmlp::SYSTEM,
    hopfield::SYSTEM,
    multitasking_hebbian::SYSTEM,
    s_kan::SYSTEM,
    scaling_mlps::SYSTEM,
    tensor_brain::SYSTEM,
    tsmixer::SYSTEM,
];

/// The system called `slug`.
///
/// # Errors
/// An unknown slug, with the nearest known one.
pub fn find(slug: &str) -> Result<&'static System, Error> {
    SYSTEMS
        .iter()
        .find(|system| system.slug == slug)
        .ok_or_else(|| Error::unknown("system", slug, SYSTEMS.iter().map(|system| system.slug)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_sorted_and_unique() {
        assert!(SYSTEMS.windows(2).all(|pair| pair[0].slug < pair[1].slug));
    }

    #[test]
    fn a_typo_names_the_nearest_system() {
        let message = find("scaling-mlp").err().unwrap().to_string();
        assert_eq!(message, "unknown system \"scaling-mlp\": did you mean \"scaling-mlps\"?");
    }
}
