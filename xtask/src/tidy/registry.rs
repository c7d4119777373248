//! The registry, the list of systems in docs/systems.md and the recorded results agree.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context;
use pyrarium_train::registry::SYSTEMS;
use pyrarium_train::report::Report;
use pyrarium_train::results::file_name;

/// Disagreements between registry, list and results.
pub fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let list = fs::read_to_string(root.join("docs/systems.md")).context("docs/systems.md")?;
    let listed = rows(&list);
    let mut findings = Vec::new();
    for system in SYSTEMS {
        match listed.get(system.slug) {
            None => findings.push(format!("registry: {} is not in docs/systems.md", system.slug)),
            Some((family, state)) if *state != "ready" || *family != system.family => findings.push(format!(
                "registry: docs/systems.md calls {} {state} in {family}; it is ready in {}",
                system.slug, system.family
            )),
            Some(_) => {}
        }
        findings.extend(check_result(root, system)?);
    }
    for (slug, (_, state)) in &listed {
        if *state == "ready" && SYSTEMS.iter().all(|system| system.slug != *slug) {
            findings.push(format!("registry: docs/systems.md calls {slug} ready, but it is not registered"));
        }
    }
    Ok(findings)
}

/// Rows `| slug | crate | state |` by slug.
fn rows(list: &str) -> BTreeMap<&str, (&str, &str)> {
    let cells = list.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    cells.filter(|cells| cells.len() == 5).map(|cells| (cells[1], (cells[2], cells[3]))).collect()
}

/// The recorded quick result must be of this system and its claims.
fn check_result(root: &Path, system: &pyrarium_train::registry::System) -> anyhow::Result<Option<String>> {
    let file = file_name(system, "quick");
    let Ok(text) = fs::read_to_string(root.join(&file)) else {
        return Ok(Some(format!(
            "registry: {file} is missing: run `cargo xtask reproduce {} --record`",
            system.slug
        )));
    };
    let report: Report = serde_json::from_str(&text).with_context(|| file.clone())?;
    let unknown = report.claims.iter().find(|claim| system.claims.iter().all(|known| known.id != claim.id));
    Ok(match unknown {
        _ if report.slug != system.slug || report.budget != "quick" => {
            Some(format!("registry: {file} is of {} ({})", report.slug, report.budget))
        }
        Some(claim) => {
            Some(format!("registry: {file} tests {:?}, which is no claim of {}", claim.id, system.slug))
        }
        None => None,
    })
}
