//! What an importer of a model crate pays.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

const LIMIT: usize = 150;

#[test]
fn a_model_crate_with_one_backend_costs_at_most_150_crates() {
    let output = Command::new("cargo")
        .args(["tree", "--package", "pyrarium-mlp", "--features", "burn/flex"])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{p}", "--offline", "--locked"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let packages: BTreeSet<&str> =
        tree.lines().map(|line| line.split_once(" (").map_or(line, |(name, _)| name)).collect();
    assert!(packages.iter().any(|package| package.starts_with("burn-flex")), "{tree}");
    assert!(packages.len() <= LIMIT, "{} crates", packages.len());
    for unwanted in ["burn-train", "burn-optim", "clap", "image"] {
        assert!(packages.iter().all(|package| !package.starts_with(&format!("{unwanted} "))), "{unwanted}");
    }
}
