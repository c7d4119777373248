//! `cargo xtask train finalmlp`: clicks that hang on a product of two sides, or those of a table or a file.

use toml::Table;

use super::network::{BILINEAR, Network};
use crate::Error;
use crate::clicks::ClickFit;
use crate::clicks::job::ClickJob;
use crate::settings;

/// The main job: 60,000 drawn samples, in about half a minute on two cores.
pub fn default_settings() -> Result<Table, Error> {
    let fit = ClickFit { epochs: 20, batch_size: 1024, patience: 3, ..ClickFit::default() };
    settings::to_table(&ClickJob::new(BILINEAR, 60_000, fit, Network::default()))
}
