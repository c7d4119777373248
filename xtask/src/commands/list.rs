//! `cargo xtask list`

use clap::Args;
use pyrarium_train::registry::SYSTEMS;
use serde_json::json;

use super::table;

#[derive(Args)]
pub struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.json {
        let systems: Vec<_> = SYSTEMS
            .iter()
            .map(|system| json!({ "slug": system.slug, "title": system.title, "family": system.family }))
            .collect();
        println!("{}", serde_json::to_string_pretty(&systems)?);
        return Ok(());
    }
    let mut systems = table(&["system", "crate", "paper"]);
    for system in SYSTEMS {
        systems.add_row([system.slug, system.family, system.title]);
    }
    println!("{systems}");
    Ok(())
}
