//! The program as its users run it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod clicks;
mod devices;
mod forecast;
mod hebbian;
mod hopfield;
mod importing;
mod jobs;
mod language;
mod messages;
mod readme;
#[cfg(unix)]
mod resume;
#[cfg(unix)]
mod selection;
mod support;
mod tensor_brain;
