//! `cargo xtask reproduce multitasking-hebbian`: theory against simulations, in a minute or two on two cores.

use std::time::Instant;

use pyrarium_memory::hebbian::{HebbianConfig, Protocol, Start, Stream};

use super::chains::Chains;
use super::settings::beta;
use super::simulation::{deviation, mean, neurons, sweeps};
use super::{crossover, protocols, serial, theory};
use crate::Error;
use crate::registry::Reproduction;
use crate::report::Report;
use crate::run::Run;

/// The test of a claim or two.
type Test = fn(Reproduction, &mut Report) -> Result<(), Error>;

/// All claims.
pub fn reproduce(run: &Run, what: Reproduction) -> Result<Report, Error> {
    let mut report = Report::new(super::SYSTEM.slug, &run.device_name, 0, what.budget.name());
    let parts: [(&str, Test); 4] = [
        ("theory and simulation", theory::test),
        ("crossover to the parallel regime", crossover::test),
        ("supervised and unsupervised", protocols::test),
        ("without dilution", serial::test),
    ];
    for (name, test) in parts {
        let start = Instant::now();
        test(what, &mut report)?;
        run.display.line(&format!("{name}: {:.1} s", start.elapsed().as_secs_f64()));
    }
    by_blocks(run, what, &mut report)?;
    speed(what, &mut report)?;
    Ok(report)
}

/// Replicas on the device, block by block, against the same on the host, one neuron after the other.
fn by_blocks(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    const REPLICAS: usize = 8;
    const BLOCKS: usize = 20;
    let (neurons, _) = neurons(what.budget);
    let sweeps = sweeps(what.budget, 60);
    let config = HebbianConfig::new(neurons, 3).with_dilution(0.8).with_beta(Some(2.0));
    let mut stream = Stream::new(0, 0);
    let patterns = config.patterns(&mut stream)?;
    let network = config.fit(&config.examples(&patterns, &mut stream)?)?;
    let starts: Vec<Vec<i8>> = (0..REPLICAS).map(|_| patterns.start(Start::Symmetric, &mut stream)).collect();
    let overlaps = |blocks: usize| -> Result<Vec<f64>, Error> {
        let mut chains = Chains::new(&network, &starts, blocks, &run.device)?;
        let mut measured = Vec::new();
        for sweep in 1..=sweeps {
            chains.sweep(0, sweep);
            if sweep > sweeps / 3 {
                measured.extend(chains.spins()?.iter().map(|spins| patterns.overlaps(spins)));
            }
        }
        Ok(mean(&measured))
    };
    let name = format!("d = 0.8, T = 0.5: {REPLICAS} replicas in {BLOCKS} blocks on the device");
    let difference = deviation(&overlaps(BLOCKS)?, &overlaps(0)?);
    report.add(format!("{name}, largest difference from one neuron after the other"), &[difference]);
    Ok(())
}

/// Spin updates a second of one thread.
fn speed(what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let (neurons, _) = neurons(what.budget);
    for (temperature, examples, protocol, total) in [
        (0.0, 1, Protocol::Supervised, 500),
        (0.05, 1, Protocol::Supervised, 500),
        (0.5, 1, Protocol::Supervised, 500),
        (0.5, 100, Protocol::Unsupervised, 20),
    ] {
        let sweeps = sweeps(what.budget, total);
        let config = HebbianConfig::new(neurons, 3)
            .with_dilution(0.4)
            .with_examples(examples)
            .with_protocol(protocol)
            .with_beta(beta(temperature));
        let mut stream = Stream::new(0, 0);
        let patterns = config.patterns(&mut stream)?;
        let network = config.fit(&config.examples(&patterns, &mut stream)?)?;
        let mut state = network.state(patterns.start(Start::Random, &mut stream));
        let start = Instant::now();
        (0..sweeps).for_each(|_| network.sweep(&mut state, &mut stream));
        let updates = (neurons * sweeps) as f64 / start.elapsed().as_secs_f64();
        let name = format!("one thread, {} memories, T = {temperature}", config.rank());
        report.add(format!("million spin updates/s, {name}"), &[updates / 1e6]);
    }
    Ok(())
}
