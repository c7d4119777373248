//! `cargo xtask train dtrn`: two tasks that have nothing to do with each other, films liked, loved and disliked, or a file.

use toml::Table;

use super::network::{CONFLICTING, Network};
use crate::Error;
use crate::clicks::ClickFit;
use crate::clicks::job::ClickJob;
use crate::settings;

/// The main job: 40,000 drawn samples, in about a minute on two cores.
pub fn default_settings() -> Result<Table, Error> {
    let fit = ClickFit { epochs: 4, learning_rate: 3e-3, ..ClickFit::default() };
    settings::to_table(&ClickJob::new(CONFLICTING, 40_000, fit, Network::default()))
}
