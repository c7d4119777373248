//! The rules of the house that no compiler checks. Each check returns what it found, one line each.

use std::path::Path;
pub fn findings(_root: &Path) -> anyhow::Result<Vec<String>> { Ok(vec![]) }
