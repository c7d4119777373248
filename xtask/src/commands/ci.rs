//! `cargo xtask ci`: the same steps as CI, in the same order; the first that fails ends it.

use std::process::Command;

use anyhow::{Context, bail};

use super::{results, tidy};
use crate::cli::workspace_root;

/// A cargo command.
struct Step {
    arguments: &'static [&'static str],
    rustdoc_flags: &'static str,
}

const STEPS: [Step; 4] = [
    Step { arguments: &["test", "--workspace"], rustdoc_flags: "" },
    Step { arguments: &["fmt", "--all", "--check"], rustdoc_flags: "" },
    Step {
        arguments: &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
        rustdoc_flags: "",
    },
    Step { arguments: &["doc", "--workspace", "--no-deps"], rustdoc_flags: "-D warnings" },
];

pub fn run() -> anyhow::Result<()> {
    for Step { arguments, rustdoc_flags } in STEPS {
        let shown = format!("cargo {}", arguments.join(" "));
        eprintln!("{shown}");
        let status = Command::new("cargo")
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
