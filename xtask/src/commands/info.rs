//! `cargo xtask info SLUG`

use clap::Args;
use pyrarium_train::registry::find;
use serde_json::json;

use super::table;

#[derive(Args)]
pub struct Arguments {
    /// The system
    slug: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let system = find(&arguments.slug)?;
    let settings = (system.settings)()?;
    let variants = (system.variants)();
    if arguments.json {
        let claim = |claim: &pyrarium_train::registry::ClaimText| json!({ "id": claim.id, "statement": claim.statement, "paper": claim.paper, "relation": claim.relation });
        let variant = |variant: &pyrarium_train::registry::Variant| json!({ "name": variant.name, "parameters": variant.parameters });
        let system = json!({
            "slug": system.slug,
            "title": system.title,
            "paper": system.paper,
            "family": system.family,
            "summary": system.summary,
            "claims": system.claims.iter().map(claim).collect::<Vec<_>>(),
            "variants": variants.iter().map(variant).collect::<Vec<_>>(),
            "settings": settings,
        });
        println!("{}", serde_json::to_string_pretty(&system)?);
        return Ok(());
    }
    println!("{}\n{}\n{}\ncrate {}\n", system.title, system.paper, system.summary, system.family);
    if !variants.is_empty() {
        let mut networks = table(&["network", "parameters"]);
        for variant in variants {
            networks.add_row([variant.name, variant.parameters.to_string()]);
        }
        println!("{networks}\n");
    }
    println!("Claims tested by `cargo xtask reproduce {}`:", system.slug);
    for claim in system.claims {
        println!("- {}\n  paper: {}", claim.statement, claim.paper);
    }
    println!("\nSettings of `cargo xtask train {}` (--config FILE, --set key=value):\n", system.slug);
    println!("{}", toml::to_string_pretty(&settings)?);
    Ok(())
}
