//! `cargo xtask results [--check]`

use anyhow::{Context, bail};
use clap::Args;
use pyrarium_train::results::render;

use crate::cli::workspace_root;

#[derive(Args)]
pub struct Arguments {
    /// Only check that RESULTS.md is what this would write
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
    let path = root.join("RESULTS.md");
    let text = render(&root)?;
    if arguments.check {
        if std::fs::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
            bail!("RESULTS.md is not what results/ says: run `cargo xtask results`");
        }
        return Ok(());
    }
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}
