//! `cargo xtask train multitasking-hebbian`: stores noisy examples, runs the dynamics, and compares what is retrieved with the theory.

use std::time::{Duration, Instant};

use pyrarium_inspect::regime;
use pyrarium_memory::hebbian::{DilutedPatterns, MultitaskingHebbian, Solution, Start, Stream};
use toml::Table;

use super::chains::Chains;
use super::settings::Settings;
use super::simulation::sorted;
use super::storage::{Stored, bytes_of, from_bytes, from_unsigned, to_bytes};
use crate::Error;
use crate::history::History;
use crate::passes::{Loop, Metrics, Passes};
use crate::progress::Display;
use crate::registry::Job;
use crate::report::{Curve, Report};
use crate::run::{Run, RunDirectory, WEIGHTS};
use crate::settings;

/// What a pass is called.
const SWEEP: &str = "sweep";
/// Time between checkpoints.
const INTERVAL: Duration = Duration::from_secs(1);
/// Streams of the seed: the data, then the start; those of the sweeps are above.
const DATA: u64 = 0;
const STARTS: u64 = 1;

/// The main job: three diluted patterns, found from nothing but noisy examples and a random start, in a second.
pub fn default_settings() -> Result<Table, Error> {
    settings::to_table(&Settings::default())
}

/// Draws and stores the examples; the job runs the network.
pub fn train<'a>(run: &'a Run, table: &Table) -> Result<Job<'a>, Error> {
    let settings: Settings = settings::from_table(table)?;
    settings.validate()?;
    let config = settings.config();
    if let Some(warning) = config.warning() {
        run.display.line(&format!("warning: {warning}"));
    }
    let mut stream = Stream::new(settings.seed, DATA);
    let patterns = config.patterns(&mut stream)?;
    let network = config.fit(&config.examples(&patterns, &mut stream)?)?;
    let mut retrieval = Retrieval::new(run, settings, patterns, network)?;
    Ok(Box::new(move |directory| {
        let start = Instant::now();
        let history = retrieval.run(Some(&*directory), &run.display)?;
        let spins = retrieval.chains.spins()?;
        directory.write(WEIGHTS, &to_bytes(&retrieval.patterns, &retrieval.network, &spins)?)?;
        retrieval.report(run, &history, spins)?.complete(directory, start)
    }))
}

/// Runs the stored memories of a finished run again, from the same start.
pub fn evaluate(run: &Run, directory: &RunDirectory) -> Result<Report, Error> {
    let start = Instant::now();
    let settings: Settings = settings::from_table(directory.settings())?;
    settings.validate()?;
    let damaged = |reason| Error::Damaged { path: directory.path().join(WEIGHTS), reason };
    let Stored { patterns, memories, spins } = from_bytes(&directory.read(WEIGHTS)?).map_err(damaged)?;
    let size = |found: usize| match found == settings.neurons {
        true => Ok(()),
        false => Err(damaged(format!("it is of {found} neurons, the settings of {}", settings.neurons))),
    };
    size(patterns.len() / settings.patterns)?;
    spins.iter().try_for_each(|spins| size(spins.len()))?;
    let patterns = DilutedPatterns::from_entries(settings.patterns, settings.dilution, patterns)?;
    let network = settings.config().network(memories)?;
    let mut retrieval = Retrieval::new(run, settings, patterns, network)?;
    let history = retrieval.run(None, &Display::Silent)?;
    let mut report = retrieval.report(run, &history, spins)?;
    report.seconds = start.elapsed().as_secs_f64();
    Ok(report)
}

/// A network that settles.
struct Retrieval {
    settings: Settings,
    patterns: DilutedPatterns,
    network: MultitaskingHebbian,
    chains: Chains,
    device: burn::tensor::Device,
    /// Time spent in sweeps by this process, and their number.
    spent: (Duration, usize),
}

impl Retrieval {
    fn new(
        run: &Run,
        settings: Settings,
        patterns: DilutedPatterns,
        network: MultitaskingHebbian,
    ) -> Result<Self, Error> {
        let mut stream = Stream::new(settings.seed, STARTS);
        let spins: Vec<Vec<i8>> =
            (0..settings.replicas).map(|_| patterns.start(settings.start, &mut stream)).collect();
        let chains = Chains::new(&network, &spins, settings.blocks, &run.device)?;
        let device = run.device.clone();
        Ok(Self { settings, patterns, network, chains, device, spent: (Duration::ZERO, 0) })
    }

    fn run(&mut self, directory: Option<&RunDirectory>, display: &Display) -> Result<History, Error> {
        let directory = directory.map(RunDirectory::path);
        Loop { unit: SWEEP, passes: self.settings.sweeps, directory, display, interval: INTERVAL }.run(self)
    }

    /// Overlaps after the burn-in beside those of the theory and those of the spins that are kept.
    fn report(&self, run: &Run, history: &History, spins: Vec<Vec<i8>>) -> Result<Report, Error> {
        let mut report = Report::new(super::SYSTEM.slug, &run.device_name, self.settings.seed, "train");
        let theory = self.settings.theory()?;
        let mut overlaps = Vec::new();
        for pattern in 0..self.settings.patterns {
            let curve = history.curve(SWEEP, &overlap_name(pattern));
            let averaged = &curve[self.settings.burn_in..];
            let mean = averaged.iter().map(|(_, overlap)| overlap).sum::<f64>() / averaged.len() as f64;
            report.add(overlap_name(pattern), &[mean]);
            overlaps.push(mean);
            let name = format!("pattern {}", pattern + 1);
            report.curves.insert(name, Curve::line(SWEEP, "overlap", curve));
        }
        for (name, kept) in self.measure(spins) {
            report.add(format!("{name}, spins that are kept"), &[kept]);
        }
        let energies = history.curve(SWEEP, ENERGY);
        report.curves.insert("energy".to_string(), Curve::line(SWEEP, ENERGY, energies));
        let tolerance = 3.0 / (self.settings.neurons as f64).sqrt();
        let retrieved = overlaps.iter().filter(|overlap| overlap.abs() > tolerance).count();
        report.add("patterns retrieved", &[retrieved as f64]);
        let mut line = format!("regime: {}", regime(&overlaps, tolerance));
        if let Some(solution) = &theory {
            line += &format!("; theory: {}", regime(&solution.m, tolerance));
            self.compare(&overlaps, solution, &mut report);
        }
        run.display.line(&line);
        if run.profile && self.spent.1 > 0 {
            let updates = self.spent.1 * self.settings.neurons * self.settings.replicas;
            report.add("spin updates/s", &[updates as f64 / self.spent.0.as_secs_f64()]);
        }
        Ok(report)
    }

    /// Overlaps and energy, the mean over the replicas. Where the start does not say which pattern comes first, or with which sign,
    /// overlaps are sorted by their size.
    fn measure(&self, replicas: Vec<Vec<i8>>) -> Metrics {
        let count = replicas.len() as f64;
        let mut metrics = Metrics::new();
        for spins in replicas {
            let mut overlaps = self.patterns.overlaps(&spins);
            if self.settings.start != Start::Hierarchical {
                overlaps = sorted(&overlaps);
            }
            for (pattern, overlap) in overlaps.into_iter().enumerate() {
                *metrics.entry(overlap_name(pattern)).or_default() += overlap / count;
            }
            let energy = self.network.energy(&self.network.state(spins)) / self.settings.neurons as f64;
            *metrics.entry(ENERGY.to_string()).or_default() += energy / count;
        }
        metrics
    }

    fn compare(&self, overlaps: &[f64], theory: &Solution, report: &mut Report) {
        let last = self.settings.sweeps as f64;
        let mut largest = 0.0_f64;
        for (pattern, (&measured, &expected)) in overlaps.iter().zip(&theory.m).enumerate() {
            report.add(format!("{}, theory", overlap_name(pattern)), &[expected]);
            let line = Curve::line(SWEEP, "overlap", vec![(1.0, expected), (last, expected)]);
            report.curves.insert(format!("pattern {}, theory", pattern + 1), line);
            largest = largest.max((measured - expected).abs());
        }
        report.add("largest deviation from the theory", &[largest]);
    }
}

const ENERGY: &str = "energy of a neuron";

fn overlap_name(pattern: usize) -> String {
    format!("overlap {}", pattern + 1)
}

impl Passes for Retrieval {
    fn pass(&mut self, number: usize) -> Result<Metrics, Error> {
        let start = Instant::now();
        self.chains.sweep(self.settings.seed, number);
        let spins = self.chains.spins()?;
        self.spent = (self.spent.0 + start.elapsed(), self.spent.1 + 1);
        Ok(self.measure(spins))
    }

    fn state(&self) -> Result<Vec<u8>, Error> {
        Ok(bytes_of(&self.chains.spins()?.concat()))
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        let Settings { neurons, replicas, blocks, .. } = self.settings;
        if state.len() != neurons * replicas {
            return Err(format!("it holds {} spins, not {replicas} x {neurons}", state.len()));
        }
        let spins: Vec<Vec<i8>> = state.chunks(neurons).map(from_unsigned).collect();
        self.chains =
            Chains::new(&self.network, &spins, blocks, &self.device).map_err(|error| error.to_string())?;
        Ok(())
    }
}
