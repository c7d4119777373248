//! `cargo xtask bench [SLUG..] [--devices NAME,..] [--against pytorch]`
//!
//! Every contender computes in a process of its own, so that its peak memory is its own; the processes take turns, so that a
//! machine whose speed drifts is as fair to one as to another.

use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use pyrarium_train::benchmark::{Contender, Record, Row, Samples};
use pyrarium_train::device;
use pyrarium_train::environment::{Environment, processor, today};
use pyrarium_train::parity;
use pyrarium_train::registry::{Benchmark, System};
use pyrarium_train::results::benchmark_file_name;

use super::{systems, write_json};
use crate::cli::workspace_root;

#[derive(Args)]
pub struct Arguments {
    /// The systems; all of them by default
    slugs: Vec<String>,
    /// Devices to measure; by default all that are usable
    #[arg(long, value_name = "NAME,..", value_delimiter = ',')]
    devices: Vec<String>,
    /// Only workloads whose name contains this
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// How often each contender has its turn
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=100))]
    rounds: u64,
    /// Measure the same networks elsewhere, too
    #[arg(long, value_enum)]
    against: Option<Against>,
    /// The Python that has PyTorch
    #[arg(long, env = "PYRARIUM_PYTHON", default_value = "python3")]
    python: String,
    /// Record the figures in results/benchmarks/ (`cargo xtask results` makes docs/benchmarks.md from them)
    #[arg(long)]
    record: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Against {
    /// PyTorch in eager mode, on as many threads
    Pytorch,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let devices = match arguments.devices.is_empty() {
        true => device::BACKENDS
            .iter()
            .filter(|backend| backend.device().is_ok())
            .map(|backend| backend.name.to_string())
            .collect(),
        false => arguments.devices.clone(),
    };
    let mut records = Vec::new();
    for system in systems(&arguments.slugs)? {
        if (system.benchmarks)().is_empty() {
            eprintln!("{}: it has no network to measure", system.slug);
            continue;
        }
        let record = bench(system, &devices, arguments)?;
        if arguments.record {
            write_json(&record, &workspace_root().join(benchmark_file_name(system)))?;
        }
        if !arguments.json {
            print!("{}", record.to_markdown());
        }
        records.push(record);
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&records)?);
    }
    Ok(())
}

fn bench(system: &System, devices: &[String], arguments: &Arguments) -> anyhow::Result<Record> {
    let environment = Environment::current();
    let mut sides = Vec::new();
    let mut refused = Vec::new();
    for name in devices {
        match disagreement(system, name)? {
            Some(reason) => refused.push(reason),
            None => sides.push(Side::Device(name.clone())),
        }
    }
    if arguments.against.is_some() {
        sides.push(Side::Pytorch { python: arguments.python.clone(), threads: environment.threads });
    }
    let benchmarks = (system.benchmarks)();
    let mut rows = Vec::new();
    for benchmark in benchmarks.iter().filter(|benchmark| benchmark.name.contains(&arguments.only)) {
        eprintln!("{}: {}", system.slug, benchmark.name);
        rows.extend(rows_of(system, benchmark, &sides, arguments.rounds)?);
    }
    Ok(Record {
        slug: system.slug.to_string(),
        date: today(),
        processor: processor(),
        environment,
        contenders: sides.iter().map(Side::contender).collect::<anyhow::Result<_>>()?,
        refused,
        rows,
    })
}

/// Why a device gets no figure: its numbers are not those of the reference.
fn disagreement(system: &System, name: &str) -> anyhow::Result<Option<String>> {
    if name == parity::REFERENCE {
        return Ok(None);
    }
    let rows = parity::compare(system, name)?;
    let red = rows.iter().find(|row| !row.is_green());
    Ok(red.map(|row| {
        format!("{name} gets no figure: it differs from {} on {}", parity::REFERENCE, row.variant)
    }))
}

fn rows_of(system: &System, benchmark: &Benchmark, sides: &[Side], rounds: u64) -> anyhow::Result<Vec<Row>> {
    let mut samples: Vec<Vec<Samples>> = vec![Vec::new(); sides.len()];
    for _ in 0..rounds {
        for (side, samples) in sides.iter().zip(&mut samples) {
            samples.push(side.measure(system.slug, benchmark)?);
        }
    }
    let rows = sides.iter().zip(&samples).map(|(side, samples)| {
        let Benchmark { name, samples: size, unit, .. } = benchmark;
        Row::of(name, *size, unit, side.name(), samples)
            .with_context(|| format!("{} gave no figure for {name}", side.name()))
    });
    rows.collect()
}

/// A contender and how its process is started.
enum Side {
    Device(String),
    Pytorch { python: String, threads: usize },
}

impl Side {
    fn name(&self) -> &str {
        match self {
            Self::Device(name) => name,
            Self::Pytorch { .. } => "pytorch",
        }
    }

    fn contender(&self) -> anyhow::Result<Contender> {
        match self {
            Self::Device(name) => {
                let adapter = device::find(name)?.state().adapter.unwrap_or_default();
                Ok(Contender { name: name.clone(), computes_on: adapter })
            }
            Self::Pytorch { threads, .. } => {
                let version = self.output(&["--version".to_string()])?;
                Ok(Contender::pytorch(format!("{}, eager mode, CPU, {threads} threads", version.trim())))
            }
        }
    }

    fn measure(&self, slug: &str, benchmark: &Benchmark) -> anyhow::Result<Samples> {
        let mut arguments = vec![slug.to_string(), benchmark.name.clone()];
        match self {
            Self::Device(name) => {
                arguments.insert(0, "measure".to_string());
                arguments.extend(["--device".to_string(), name.clone()]);
            }
            Self::Pytorch { threads, .. } => {
                arguments.extend([benchmark.samples, *threads].map(|number| number.to_string()))
            }
        }
        let output = self.output(&arguments)?;
        serde_json::from_str(&output)
            .with_context(|| format!("{} printed no measurement: {output:?}", self.name()))
    }

    fn output(&self, arguments: &[String]) -> anyhow::Result<String> {
        let mut command = match self {
            Self::Device(_) => Command::new(std::env::current_exe()?),
            Self::Pytorch { python, .. } => {
                let mut command = Command::new(python);
                command.arg(workspace_root().join("scripts/bench_pytorch/bench.py"));
                command
            }
        };
        let output = command
            .args(arguments)
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        if !output.status.success() {
            bail!("{} failed on {}", self.name(), arguments.join(" "));
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}
