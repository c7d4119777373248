//! The command line of Pyrarium.
fn main() {}
