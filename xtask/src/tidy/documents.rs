//! The documents say what is there: each crate has its README and its line in ARCHITECTURE.md, each command parses.

use std::fs;
use std::path::Path;

use anyhow::Context;
use cargo_metadata::Package;
use clap::Parser;
use pyrarium_train::environment::BURN;

use crate::cli::Cli;

const DOCUMENTS: [&str; 4] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];

/// What is missing from the documents, or wrong in them.
pub fn check(root: &Path, packages: &[Package]) -> anyhow::Result<Vec<String>> {
    let mut findings = Vec::new();
    for document in DOCUMENTS {
        let text = read(&root.join(document))?;
        findings.extend(commands(&text).filter_map(|command| wrong_command(document, command)));
    }
    let architecture = read(&root.join("ARCHITECTURE.md"))?;
    for package in packages {
        let directory = package.manifest_path.parent().map(|path| path.as_std_path()).unwrap_or(root);
        if !directory.join("README.md").exists() {
            findings.push(format!("documents: {} has no README.md", package.name));
        }
        if !architecture.contains(&format!("`{}`", package.name)) {
            findings.push(format!("documents: ARCHITECTURE.md does not name `{}`", package.name));
        }
    }
    if !read(&root.join("Cargo.toml"))?.contains(&format!("burn = {{ version = \"={BURN}\"")) {
        findings.push(format!("documents: reports say Burn {BURN}, Cargo.toml pins another version"));
    }
    Ok(findings)
}

/// The lines of a document's shell blocks that call `cargo xtask` or one of its aliases for other backends, without comments.
pub fn commands(text: &str) -> impl Iterator<Item = &str> {
    let blocks = text.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("sh\n"));
    let lines = blocks.flat_map(str::lines).map(|line| line.split(" #").next().unwrap_or(line).trim());
    lines.filter(|line| line.contains("cargo xtask"))
}

fn wrong_command(document: &str, command: &str) -> Option<String> {
    let (_, arguments) = command.split_once("cargo xtask")?.1.split_once(' ')?;
    let words = std::iter::once("cargo xtask").chain(arguments.split_whitespace());
    let error = Cli::try_parse_from(words).err().filter(|error| error.use_stderr())?;
    let reason = error.to_string().lines().next().unwrap_or_default().to_string();
    Some(format!("documents: {document}: `{command}` is no command: {reason}"))
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_taken_from_shell_blocks_without_their_comments() {
        let text = "cargo xtask no\n```sh\ncargo xtask list # all\ncargo test\ncargo xtask-all devices\n```\n\
                    ```rust\ncargo xtask no\n```\n";
        assert_eq!(commands(text).collect::<Vec<_>>(), ["cargo xtask list", "cargo xtask-all devices"]);
    }

    #[test]
    fn a_command_that_does_not_parse_is_found() {
        assert!(wrong_command("README.md", "cargo xtask train scaling-mlps --epochs 3").is_none());
        assert!(wrong_command("README.md", "cargo xtask-all devices").is_none());
        assert!(wrong_command("README.md", "cargo xtask trian scaling-mlps").is_some());
        assert!(wrong_command("README.md", "X=y cargo xtask-all devises").is_some());
        assert!(wrong_command("README.md", "cargo xtask train scaling-mlps --bogus").is_some());
    }
}
