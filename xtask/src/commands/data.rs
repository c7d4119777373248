//! `cargo xtask data list|fetch|verify`

use std::io::{IsTerminal, Write};

use clap::{Args, Subcommand};
use pyrarium_datasets::catalog::{CATALOG, Content, Entry, Source};
use pyrarium_datasets::fetch;
use pyrarium_train::Error;
use serde_json::json;

use super::table;
use crate::cli::DataRoot;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// List the data sets that are known by name
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Download a data set and check its SHA-256
    Fetch {
        /// The data set
        name: String,
        #[command(flatten)]
        root: DataRoot,
    },
    /// Check the SHA-256 of a downloaded data set
    Verify {
        /// The data set
        name: String,
        #[command(flatten)]
        root: DataRoot,
    },
}

pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.verb {
        Verb::List { json } => list(json),
        Verb::Fetch { name, root } => {
            let directory = fetch::fetch(&name, &root.data_dir, &mut show).map_err(Error::from)?;
            println!("{}", directory.display());
            Ok(())
        }
        Verb::Verify { name, root } => {
            let files = fetch::verify(&name, &root.data_dir).map_err(Error::from)?;
            println!("{name}: {files} files are as published");
            Ok(())
        }
    }
}

fn list(json: bool) -> anyhow::Result<()> {
    if json {
        let entries: Vec<_> = CATALOG
            .iter()
            .map(|entry| {
                json!({
                    "name": entry.name,
                    "title": entry.title,
                    "licence": entry.licence,
                    "shape": shape(entry),
                    "classes": classes(entry),
                    "train": entry.train,
                    "test": entry.test,
                    "embedded": matches!(entry.source, Source::Embedded { .. }),
                })
            })
            .collect();
        println!("{}", serde_json::to_string_pretty(&entries)?);
        return Ok(());
    }
    let mut entries = table(&["name", "what", "sample", "classes", "train", "test", "where", "licence"]);
    for entry in CATALOG {
        entries.add_row([
            entry.name,
            entry.description,
            &shape(entry),
            &classes(entry).map(|classes| classes.to_string()).unwrap_or_default(),
            &entry.train.to_string(),
            &entry.test.to_string(),
            if matches!(entry.source, Source::Embedded { .. }) { "embedded" } else { "data fetch" },
            entry.licence,
        ]);
    }
    println!("{entries}");
    Ok(())
}

/// An image, or the row of a series.
fn shape(entry: &Entry) -> String {
    match entry.content {
        Content::Images { shape, .. } => shape.to_string(),
        Content::Series { channels } => format!("{channels} channels"),
    }
}

fn classes(entry: &Entry) -> Option<usize> {
    match entry.content {
        Content::Images { classes, .. } => Some(classes),
        Content::Series { .. } => None,
    }
}

/// One line that overwrites itself on a terminal.
fn show(file: &str, done: u64, total: u64) {
    if std::io::stderr().is_terminal() {
        eprint!("\r{file}: {:.1} of {:.1} MB", done as f64 / 1e6, total as f64 / 1e6);
        if done == total {
            eprintln!();
        }
        let _ = std::io::stderr().flush();
    }
}
