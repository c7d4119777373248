//! `cargo xtask results [--check]`

use anyhow::{Context, bail};
use clap::Args;
use pyrarium_train::results::{render, render_benchmarks, render_parity};

use crate::cli::workspace_root;

#[derive(Args)]
pub struct Arguments {
    /// Only check that RESULTS.md, docs/benchmarks.md and docs/parity.md are what this would write
    #[arg(long)]
    check: bool,
}

impl Arguments {
    /// `--check`
    pub fn check() -> Self {
        Self { check: true }
    }
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let root = workspace_root();
    let pages = [
        ("RESULTS.md", render(&root)?),
        ("docs/benchmarks.md", render_benchmarks(&root)?),
        ("docs/parity.md", render_parity(&root)?),
    ];
    for (name, text) in pages {
        let path = root.join(name);
        if !arguments.check {
            std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        } else if std::fs::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
            bail!("{name} is not what results/ says: run `cargo xtask results`");
        }
    }
    Ok(())
}
