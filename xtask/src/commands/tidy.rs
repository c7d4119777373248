//! `cargo xtask tidy`

use anyhow::bail;

use crate::cli::workspace_root;
use crate::tidy::findings;

pub fn run() -> anyhow::Result<()> {
    let findings = findings(&workspace_root())?;
    if findings.is_empty() {
        return Ok(());
    }
    for finding in &findings {
        println!("{finding}");
    }
    bail!("tidy: {} findings", findings.len())
}
