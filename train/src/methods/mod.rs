//! Ways to train that go beyond one fit.

pub mod select_and_prune;
