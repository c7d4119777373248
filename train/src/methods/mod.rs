//! Ways to train that go beyond one fit.

pub mod masked_pretraining;
pub mod select_and_prune;
