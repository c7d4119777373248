//! `cargo xtask ci`: the same steps as CI, in the same order; the first that fails ends it.

use std::process::Command;

use anyhow::{Context, bail};

use super::{results, tidy};
use crate::cli::workspace_root;

/// The cargo commands, with the environment of those that need one.
const STEPS: &[(&[&str], Option<(&str, &str)>)] = &[
    (&["test", "--workspace"], None),
    (&["fmt", "--all", "--check"], None),
    (&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], None),
    (&["doc", "--workspace", "--no-deps"], Some(("RUSTDOCFLAGS", "-D warnings"))),
];

pub fn run() -> anyhow::Result<()> {
    for (arguments, environment) in STEPS {
        let shown = format!("cargo {}", arguments.join(" "));
        eprintln!("{shown}");
        let status = Command::new("cargo")
            .args(*arguments)
            .envs(environment.iter().copied())
            .current_dir(workspace_root())
            .status()
            .with_context(|| format!("cannot start {shown}"))?;
        if !status.success() {
            bail!("{shown} failed");
        }
    }
    tidy::run()?;
    results::run(&results::Arguments::check())
}
