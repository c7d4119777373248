//! `cargo xtask reproduce SLUG`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use pyrarium_train::jobs::reproduce;
use pyrarium_train::registry::{self, Reproduction, SYSTEMS, find};
use pyrarium_train::results::file_name;
use serde_json::json;

use super::{print_report, write_json};
use crate::cli::{JobFlags, workspace_root};

#[derive(Args)]
pub struct Arguments {
    /// The system
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    slug: Option<String>,
    /// Every system
    #[arg(long)]
    all: bool,
    /// How much to spend
    #[arg(long, value_enum, default_value = "quick")]
    budget: Budget,
    /// Seeds of each comparison
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=100))]
    seeds: u64,
    /// Record the outcome in results/ (quick or full budget)
    #[arg(long)]
    record: bool,
    /// Directory of the run
    #[arg(long, value_name = "DIR", conflicts_with = "all")]
    out: Option<PathBuf>,
    #[command(flatten)]
    flags: JobFlags,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Budget {
    /// Seconds: shows that everything runs, proves nothing
    Smoke,
    /// At most ten minutes on two cores
    Quick,
    /// As near to the paper as this machine allows
    Full,
}

impl From<Budget> for registry::Budget {
    fn from(budget: Budget) -> Self {
        match budget {
            Budget::Smoke => Self::Smoke,
            Budget::Quick => Self::Quick,
            Budget::Full => Self::Full,
        }
    }
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.record && arguments.budget == Budget::Smoke {
        return Err(pyrarium_train::Error::Usage("--record: a smoke run proves nothing".to_string()).into());
    }
    let run = arguments.flags.open()?;
    let what = Reproduction { budget: arguments.budget.into(), seeds: arguments.seeds as usize };
    let slugs: Vec<&str> = match &arguments.slug {
        Some(slug) => vec![slug],
        None => SYSTEMS.iter().map(|system| system.slug).collect(),
    };
    let mut outcomes = Vec::new();
    for slug in slugs {
        let finished = reproduce(&run, slug, what, arguments.out.clone())?;
        if arguments.record {
            let path = workspace_root().join(file_name(find(slug)?, what.budget.name()));
            write_json(&finished.report, &path)?;
        }
        if !arguments.flags.json {
            print_report(&finished.report);
            println!("run directory: {}", finished.directory.display());
        }
        outcomes.push(json!({ "directory": finished.directory, "report": finished.report }));
    }
    if arguments.flags.json {
        println!("{}", serde_json::to_string_pretty(&outcomes)?);
    }
    Ok(())
}
