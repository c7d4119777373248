//! `cargo xtask train din`: clicks of users with several interests, or of a file.

use toml::Table;

use super::network::{MULTI_INTEREST, Network};
use crate::Error;
use crate::clicks::ClickFit;
use crate::clicks::job::ClickJob;
use crate::settings;

/// The main job: 40,000 users with several interests, in about a minute on two cores.
pub fn default_settings() -> Result<Table, Error> {
    let fit = ClickFit { epochs: 4, learning_rate: 2e-3, ..ClickFit::default() };
    settings::to_table(&ClickJob::new(MULTI_INTEREST, 40_000, fit, Network::default()))
}
