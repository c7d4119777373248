//! `cargo xtask ci`: the same steps as CI, in the same order; the first that fails ends it. Everything is built with the backends
//! that this program was built with.

use std::process::Command;

use anyhow::{Context, bail};
use pyrarium_train::device::{BACKENDS, Backend};

use super::{results, tidy};
use crate::cli::workspace_root;

/// A cargo command.
struct Step {
    subcommand: &'static str,
    /// The crates, then options of the subcommand.
    arguments: &'static [&'static str],
    /// Whether it compiles, and so takes features.
    compiles: bool,
    rustdoc_flags: &'static str,
}

const STEPS: [Step; 4] = [
    Step { subcommand: "test", arguments: &["--workspace"], compiles: true, rustdoc_flags: "" },
    Step { subcommand: "fmt", arguments: &["--all", "--check"], compiles: false, rustdoc_flags: "" },
    Step {
        subcommand: "clippy",
        arguments: &["--workspace", "--all-targets", "--", "-D", "warnings"],
        compiles: true,
        rustdoc_flags: "",
    },
    Step {
        subcommand: "doc",
        arguments: &["--workspace", "--no-deps"],
        compiles: true,
        rustdoc_flags: "-D warnings",
    },
];

pub fn run() -> anyhow::Result<()> {
    let built = BACKENDS.iter().filter(|backend| backend.is_built());
    let features: Vec<String> =
        built.map(|Backend { name, .. }| format!("--features=xtask/{name}")).collect();
    for Step { subcommand, arguments, compiles, rustdoc_flags } in STEPS {
        let shown = format!("cargo {subcommand} {}", arguments.join(" "));
        eprintln!("{shown}");
        let status = Command::new("cargo")
            .arg(subcommand)
            .args(features.iter().filter(|_| compiles))
            .args(arguments)
            .env("RUSTDOCFLAGS", rustdoc_flags)
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
