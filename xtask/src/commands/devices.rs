//! `cargo xtask devices`

use clap::Args;
use pyrarium_train::device::{BACKENDS, Backend, State};

use super::table;

#[derive(Args)]
pub struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let states: Vec<State> = BACKENDS.iter().map(Backend::state).collect();
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&states)?);
        return Ok(());
    }
    let mut devices = table(&["device", "what", "in the build", "computes on", "f16", "FFT"]);
    for State { name, description, built, adapter, f16, fft, .. } in &states {
        let adapter = adapter.as_deref().unwrap_or("-");
        devices.add_row([name, description, yes(*built), adapter, yes(*f16), yes(*fft)]);
    }
    println!("{devices}");
    for problem in states.iter().filter_map(|state| state.problem.as_ref()) {
        println!("{problem}");
    }
    Ok(())
}

fn yes(holds: bool) -> &'static str {
    if holds { "yes" } else { "no" }
}
