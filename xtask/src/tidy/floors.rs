//! Who may depend on whom; see ARCHITECTURE.md.

use std::path::Path;

use anyhow::Context;
use cargo_metadata::{Dependency, DependencyKind, MetadataCommand, Package};

/// The packages of the workspace.
pub fn packages(root: &Path) -> anyhow::Result<Vec<Package>> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("cargo metadata")?;
    Ok(metadata.packages)
}

/// What a package may use.
struct Floor {
    /// Packages of this workspace.
    below: &'static [&'static str],
    /// Packages from elsewhere; `None` is any.
    outside: Option<&'static [&'static str]>,
}

fn floor(package: &str, is_model: bool) -> Floor {
    match package {
        "pyrarium-layers" | "pyrarium-datasets" => Floor { below: &[], outside: None },
        "pyrarium-inspect" => Floor { below: &["pyrarium-layers"], outside: None },
        "pyrarium-train" => Floor { below: &["pyrarium-"], outside: None },
        "xtask" => Floor { below: &["pyrarium-train", "pyrarium-datasets"], outside: None },
        _ if is_model => Floor {
            below: &["pyrarium-layers"],
            outside: Some(&["burn", "safetensors", "serde", "serde_json", "thiserror"]),
        },
        _ => Floor { below: &[], outside: Some(&[]) },
    }
}

/// Dependencies that break the floors.
pub fn check(packages: &[Package]) -> Vec<String> {
    packages.iter().flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<String> {
    let is_model = package.manifest_path.components().any(|part| part.as_str() == "models");
    let name = package.name.as_str();
    let Floor { below, outside } = floor(name, is_model);
    let mut findings = Vec::new();
    for dependency in
        package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal)
    {
        let is_ours = dependency.path.is_some();
        let allowed = match (is_ours, outside) {
            (true, _) => below.iter().any(|prefix| dependency.name.starts_with(prefix)),
            (false, Some(outside)) => outside.contains(&dependency.name.as_str()),
            (false, None) => !(name == "pyrarium-datasets" || name == "xtask") || dependency.name != "burn",
        };
        if !allowed {
            findings.push(format!("floors: {name} must not depend on {}", dependency.name));
        }
        if is_model && brings_backend(dependency) {
            findings.push(format!(
                "floors: {name} must leave the features of burn to whoever builds the program"
            ));
        }
    }
    findings
}

fn brings_backend(dependency: &Dependency) -> bool {
    let beyond_std = dependency.features.iter().any(|feature| feature != "std");
    dependency.name == "burn" && (dependency.uses_default_features || beyond_std)
}
