//! `cargo xtask generate RUN_DIR --prompt TEXT`

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use pyrarium_train::jobs::generate;
use pyrarium_train::registry::Prompt;
use serde_json::json;

use crate::cli::JobFlags;

#[derive(Args)]
pub struct Arguments {
    /// Directory of a finished run of a language model
    run_dir: PathBuf,
    /// The text to go on from
    #[arg(long, value_name = "TEXT")]
    prompt: String,
    /// Tokens to add
    #[arg(long, value_name = "N", default_value_t = 200)]
    tokens: usize,
    /// 0 takes the likeliest token each time; the higher, the more varied
    #[arg(long, value_name = "T", default_value_t = 0.8, allow_negative_numbers = true)]
    temperature: f64,
    /// Seed of the draws
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    flags: JobFlags,
}

pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { run_dir, prompt: text, tokens, temperature, seed, flags } = arguments;
    let (run, prompt) = (flags.open()?, Prompt { text, tokens, temperature, seed });
    let mut whole = prompt.text.clone().into_bytes();
    let mut out = std::io::stdout().lock();
    let mut written = Ok(());
    let mut show = |bytes: &[u8]| {
        if !flags.json && written.is_ok() {
            written = out.write_all(bytes).and_then(|()| out.flush());
        }
    };
    show(&whole);
    generate(&run, &run_dir, &prompt, &mut |bytes| {
        whole.extend_from_slice(bytes);
        show(bytes);
    })?;
    show(b"\n");
    written?;
    if flags.json {
        println!("{}", serde_json::to_string_pretty(&json!({ "text": String::from_utf8_lossy(&whole) }))?);
    }
    Ok(())
}
