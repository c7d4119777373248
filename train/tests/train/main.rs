//! The parts of the trainer against what is known of them beforehand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fitting;
mod loading;
mod schedules;
mod support;
