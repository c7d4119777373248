//! Building blocks shared by the Pyrarium model crates.
