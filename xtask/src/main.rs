//! The command line of Pyrarium: it parses, calls `pyrarium-train`, and prints. Start with `cargo xtask help`.

// Printing is what this binary is for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod cli;
mod commands;
mod tidy;

use std::process::ExitCode;

use clap::Parser;

/// The system's allocator gives the memory of every tensor back as soon as it is dropped, and the next operation waits for the
/// pages of its own; this one keeps them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(exit_code(&error))
        }
    }
}

/// 2 when the request itself was wrong, 1 when carrying it out failed.
fn exit_code(error: &anyhow::Error) -> u8 {
    match error.downcast_ref::<pyrarium_train::Error>() {
        Some(error) if error.is_usage() => 2,
        _ => 1,
    }
}
