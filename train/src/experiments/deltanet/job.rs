//! `cargo xtask train deltanet`: a small language model of bytes on the text that ships with the repository, or on a file.

use pyrarium_datasets::BYTE_VOCAB;
use pyrarium_linear_attention::Lm;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use toml::Table;

use super::networks::{Hybrid, MixerKind, Network};
use crate::Error;
use crate::fit::FitConfig;
use crate::optimizer::{OptimizerConfig, OptimizerKind, ScheduleKind};
use crate::registry::{Continuation, Job, Prompt};
use crate::report::Report;
use crate::run::{Run, RunDirectory, WEIGHTS};
use crate::settings;
use crate::text_job::{NOVEL, TextJob};
use crate::weights::{self, initialise};

type Settings = TextJob<Network>;

/// The main job: a DeltaNet of four blocks, in about a minute and a half on two cores.
pub fn default_settings() -> Result<Table, Error> {
    settings::to_table(&text_job())
}

/// What the main job and the comparison of hybrids share.
pub fn text_job() -> Settings {
    TextJob {
        seed: 0,
        data: NOVEL.to_string(),
        length: 128,
        fit: FitConfig { epochs: 2, batch_size: 16, clip_norm: 1.0, ..FitConfig::default() },
        optimizer: OptimizerConfig {
            kind: OptimizerKind::AdamW,
            learning_rate: 3e-3,
            weight_decay: 0.01,
            schedule: ScheduleKind::Cosine,
            warmup_steps: 20,
            final_factor: 0.1,
            ..OptimizerConfig::default()
        },
        model: Network {
            mixer: MixerKind::DeltaNet,
            d_model: 64,
            n_heads: 2,
            n_layers: 4,
            inner: 0,
            chunk_size: 32,
            hybrid: Hybrid::None,
            window: 16,
            tied: false,
        },
    }
}

/// Opens the text and makes the network; the job trains it.
pub fn train<'a>(run: &'a Run, table: &Table) -> Result<Job<'a>, Error> {
    let job: Settings = settings::from_table(table)?;
    job.validate()?;
    let config = job.model.config(BYTE_VOCAB)?;
    let data = job.open()?;
    let device = run.device.clone().autodiff();
    let model = initialise(&device, job.seed, |device| config.init(device))?;
    Ok(Box::new(move |directory| job.train(run, directory, data, model)))
}

/// Tests the weights of a finished run.
pub fn evaluate(run: &Run, directory: &RunDirectory) -> Result<Report, Error> {
    let (job, model) = load(run, directory)?;
    job.test(run, &directory.manifest().slug, &job.open()?, &model)
}

/// Continues a prompt, byte by byte through the state.
pub fn generate(
    run: &Run,
    directory: &RunDirectory,
    prompt: &Prompt,
    say: Continuation<'_>,
) -> Result<(), Error> {
    let (_, model) = load(run, directory)?;
    let mut rng = ChaCha8Rng::seed_from_u64(prompt.seed);
    let tokens: Vec<usize> = prompt.text.bytes().map(usize::from).collect();
    let text = model.generate(&tokens, prompt.temperature, move || rng.random())?;
    for token in text.take(prompt.tokens) {
        say(&[token as u8]);
    }
    Ok(())
}

fn load(run: &Run, directory: &RunDirectory) -> Result<(Settings, Lm), Error> {
    let job: Settings = settings::from_table(directory.settings())?;
    let model = job.model.config(BYTE_VOCAB)?.init(&run.device)?;
    let model = weights::from_safetensors(model, directory.read(WEIGHTS)?)
        .map_err(|reason| Error::Damaged { path: directory.path().join(WEIGHTS), reason })?;
    Ok((job, model))
}
