//! The training job every language model shares: text, fit, test, weights, report, continuation of a prompt.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use burn::module::Module;
use burn::tensor::Device;
use pyrarium_datasets::Text;
use pyrarium_layers::LanguageModel;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::fit::{Fit, FitConfig, Fitted};
use crate::loader::{BatchSource, Loader, Order};
use crate::next_token::{NextToken, Scored, Tally};
use crate::optimizer::OptimizerConfig;
use crate::progress::Display;
use crate::report::Report;
use crate::run::{Run, RunDirectory, WEIGHTS};
use crate::tokens::{TextSource, TokenBatch};
use crate::weights;

/// The text that ships with the repository.
pub const NOVEL: &str = "persuasion";

/// Settings of a job on text; `M` are those of the model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TextJob<M> {
    /// Seed of the initial weights and of the order and the beginnings of the windows.
    pub seed: u64,
    /// `persuasion`, the novel that ships with the repository, or a file, plain or packed by gzip.
    pub data: String,
    /// Bytes of a window.
    pub length: usize,
    /// How to fit.
    pub fit: FitConfig,
    /// Optimizer and schedule.
    pub optimizer: OptimizerConfig,
    /// Which network.
    pub model: M,
}

/// Text of one job. The last tenth is the test; of the rest, the last tenth is watched.
pub struct TextData {
    train: Arc<TextSource>,
    valid: Arc<TextSource>,
    test: Arc<TextSource>,
}

impl<S> TextJob<S> {
    /// Checks every value.
    pub fn validate(&self) -> Result<(), Error> {
        self.fit.validate()?;
        self.optimizer.validate()?;
        Ok(())
    }

    /// Opens the text and cuts it.
    pub fn open(&self) -> Result<TextData, Error> {
        let text = if self.data == NOVEL { Text::persuasion()? } else { Text::read(Path::new(&self.data))? };
        let learning = text.train();
        let (train, valid) = learning.split_at(learning.len() - learning.len() / 10);
        Ok(TextData {
            train: TextSource::new(train, self.length, Some(self.seed))?,
            valid: TextSource::new(valid, self.length, None)?,
            test: TextSource::new(text.held_out(), self.length, None)?,
        })
    }

    /// Trains a model, with checkpoints where a directory is given.
    pub fn fit<M: LanguageModel + 'static>(
        &self,
        run: &Run,
        data: &TextData,
        model: M,
        directory: Option<&Path>,
        display: &Display,
    ) -> Result<Fitted<M>, Error> {
        fit(
            run,
            (&self.fit, &self.optimizer, self.seed),
            (data.train.clone(), data.valid.clone()),
            model,
            directory,
            display,
        )
    }

    /// Trains a model, tests it, and leaves weights and report in the directory.
    pub fn train<M: LanguageModel + 'static>(
        &self,
        run: &Run,
        directory: &mut RunDirectory,
        data: TextData,
        model: M,
    ) -> Result<Report, Error> {
        let start = Instant::now();
        let path = directory.path().to_path_buf();
        let fitted = self.fit(run, &data, model, Some(&path), &run.display)?;
        directory.write(WEIGHTS, &weights::to_safetensors(&fitted.model).map_err(Error::Training)?)?;
        let mut report = self.test(run, &directory.manifest().slug, &data, &fitted.model)?;
        fitted.describe(run, "windows", &mut report);
        report.complete(directory, start)
    }

    /// Tests a trained model (without autodiff) of the system called `slug`.
    pub fn test<M: LanguageModel>(
        &self,
        run: &Run,
        slug: &str,
        data: &TextData,
        model: &M,
    ) -> Result<Report, Error> {
        let start = Instant::now();
        let scored = score(model, data.test.clone(), &run.device)?;
        let mut report = Report::new(slug, &run.device_name, self.seed, "train");
        report.add("parameters", &[Module::num_params(model) as f64]);
        report.add("test bits per byte", &[scored.bits()]);
        report.add("test perplexity of a byte", &[scored.perplexity()]);
        report.add("test accuracy of the next byte %", &[scored.accuracy]);
        report.seconds = start.elapsed().as_secs_f64();
        Ok(report)
    }
}

impl TextData {
    /// How well a trained model (without autodiff) scores the test part.
    pub fn score<M: LanguageModel>(&self, model: &M, device: &Device) -> Result<Scored, Error> {
        score(model, self.test.clone(), device)
    }
}

/// Trains a language model on any source of tokens: how (with optimizer and seed), on what (and what is watched), from where.
pub fn fit<M: LanguageModel + 'static, S: BatchSource<Batch = TokenBatch>>(
    run: &Run,
    how: (&FitConfig, &OptimizerConfig, u64),
    sources: (Arc<S>, Arc<S>),
    model: M,
    directory: Option<&Path>,
    display: &Display,
) -> Result<Fitted<M>, Error> {
    let fitted = Fit::new(run, NextToken { model }, how, sources, directory, display).run()?;
    Ok(fitted.map(|task| task.model))
}

/// How well a trained model (without autodiff) scores all targets of a source.
pub fn score<M: LanguageModel, S: BatchSource<Batch = TokenBatch>>(
    model: &M,
    source: Arc<S>,
    device: &Device,
) -> Result<Scored, Error> {
    /// Sequences that are scored together.
    const BATCH: usize = 32;
    let task = NextToken { model: model.clone() };
    let mut tally = Tally::default();
    for batch in Loader::new(source, BATCH, Order::Sequential, device).epoch() {
        let batch = batch.map_err(|error| Error::Training(error.to_string()))?;
        let scores = task.scores(&batch);
        tally.add(scores, batch.targets)?;
    }
    Ok(tally.scored())
}
