//! No source file over 400 lines.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

const LIMIT: usize = 400;
/// Directories that hold no sources of ours.
const SKIPPED: [&str; 4] = ["target", "runs", "data", ".git"];

/// Files that are too long.
pub fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut findings = Vec::new();
    for path in sources(root)? {
        let lines = fs::read_to_string(&path).with_context(|| path.display().to_string())?.lines().count();
        if lines > LIMIT {
            let shown = path.strip_prefix(root).unwrap_or(&path).display();
            findings.push(format!("lengths: {shown} has {lines} lines, at most {LIMIT} are allowed"));
        }
    }
    Ok(findings)
}

fn sources(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).with_context(|| directory.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !SKIPPED.contains(&name.as_ref()) {
            found.extend(sources(&path)?);
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
    Ok(found)
}
