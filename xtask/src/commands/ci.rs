//! `cargo xtask ci`: the same steps as CI, in the same order; the first that fails ends it. The tests run with the backends that
//! this program was built with.

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
    /// Whether the backends of this build are compiled, too; without them, lints have far fewer crates to check.
    with_backends: bool,
    rustdoc_flags: &'static str,
}

const STEPS: [Step; 4] = [
    Step { subcommand: "test", arguments: &["--workspace"], with_backends: true, rustdoc_flags: "" },
    Step { subcommand: "fmt", arguments: &["--all", "--check"], with_backends: false, rustdoc_flags: "" },
    Step {
        subcommand: "clippy",
        arguments: &["--workspace", "--all-targets", "--", "-D", "warnings"],
        with_backends: false,
        rustdoc_flags: "",
    },
    Step {
        subcommand: "doc",
        arguments: &["--workspace", "--no-deps"],
        with_backends: false,
        rustdoc_flags: "-D warnings",
    },
];

pub fn run() -> anyhow::Result<()> {
    let built = BACKENDS.iter().filter(|backend| backend.is_built());
    let features: Vec<String> =
        built.map(|Backend { name, .. }| format!("--features=xtask/{name}")).collect();
    for Step { subcommand, arguments, with_backends, rustdoc_flags } in STEPS {
        let shown = format!("cargo {subcommand} {}", arguments.join(" "));
        eprintln!("{shown}");
        let status = Command::new("cargo")
            .arg(subcommand)
            .args(features.iter().filter(|_| with_backends))
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
