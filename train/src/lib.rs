//! Devices, fitting, checkpoints, experiments and reports: the one place that knows models, data and devices at once.
//!
//! - [`device`]: compute backends by name.
//! - [`fit`]: gradient training of any [`task`] on burn-train, on top of [`loader`], [`optimizer`], [`checkpoint`],
//!   [`history`] and [`progress`]; [`classification`], [`bag_classification`] and [`next_token`] are such tasks.
//! - [`clicks`]: models of click logs, trained row by row of their embeddings.
//! - [`passes`]: the loop of a system that is not fitted by gradients.
//! - [`run`], [`settings`], [`report`]: a job's directory, its settings and its outcome.
//! - [`parity`] and [`benchmark`]: the registered networks on one backend against another, and their speed.
//! - [`jobs`] and [`registry`]: what the command line calls; [`experiments`]: one module a system.

pub mod average;
pub mod bag_classification;
pub mod bags;
pub mod benchmark;
pub mod checkpoint;
mod checks;
pub mod classification;
pub mod clicks;
pub mod clip;
pub mod device;
mod elementary;
pub mod environment;
mod error;
pub mod evaluate;
pub mod experiments;
mod files;
pub mod fit;
pub mod forecast_file;
pub mod forecast_job;
pub mod forecast_plot;
pub mod forecasting;
pub mod history;
pub mod image_job;
pub mod images;
pub mod jobs;
pub mod loader;
pub mod loss;
pub mod methods;
pub mod next_token;
pub mod optimizer;
mod parallel;
pub mod parity;
pub mod passes;
pub mod plot;
pub mod profile;
pub mod progress;
pub mod registry;
pub mod regression;
pub mod report;
pub mod results;
pub mod run;
pub mod settings;
pub mod task;
pub mod text_job;
pub mod tokens;
pub mod trial;
pub mod weights;
pub mod windows;
pub mod workload;

pub use error::Error;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod workspace_readme {}
