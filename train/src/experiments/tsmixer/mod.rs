//! TSMixer: Lightweight MLP-Mixer Model for Multivariate Time Series Forecasting (arXiv 2306.09364).
//!
//! `job` trains a forecaster and forecasts from a file, `start` is how it begins and `export` what it leaves; `reproduce` tests the claims: `weather` against other forecasters, `lagged` with
//! channels that follow each other, `pretraining`, and `etth1`.

mod contenders;
mod etth1;
mod export;
mod job;
mod lagged;
mod network;
mod pretraining;
mod reproduce;
mod start;
mod timing;
mod variants;
mod weather;

use crate::fit::EPOCHS;
use crate::registry::System;

/// The entry in the registry.
pub const SYSTEM: System = System {
    slug: "tsmixer",
    title: "TSMixer: Lightweight MLP-Mixer Model for Multivariate Time Series Forecasting",
    paper: "https://arxiv.org/abs/2306.09364",
    family: "pyrarium-time-series",
    summary: "Forecasts of many channels by mixing patches, features and channels with small MLPs and softmax gates.",
    claims: &[
        weather::NAIVE,
        weather::LINEAR,
        weather::GATES,
        weather::FASTER,
        weather::SMALLER,
        lagged::CLAIM,
        pretraining::PROBE,
        pretraining::FEW,
        etth1::HOURS_96,
        etth1::HOURS_192,
    ],
    variants: variants::variants,
    benchmarks: variants::benchmarks,
    settings: job::default_settings,
    passes: EPOCHS,
    train: job::train,
    evaluate: job::evaluate,
    generate: None,
    predict: Some(job::predict),
    reproduce: reproduce::reproduce,
};
