//! The rules of the house that no compiler checks. Each check returns what it found, one line each.

mod documents;
mod floors;
mod lengths;
mod registry;

use std::path::Path;

/// What is against the rules in the workspace at `root`.
///
/// # Errors
/// A file that cannot be read, or metadata that cargo does not give.
pub fn findings(root: &Path) -> anyhow::Result<Vec<String>> {
    let packages = floors::packages(root)?;
    Ok([
        floors::check(&packages),
        lengths::check(root)?,
        documents::check(root, &packages)?,
        registry::check(root)?,
    ]
    .concat())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_house_is_tidy() {
        let findings = super::findings(&crate::cli::workspace_root()).unwrap();
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}
