//! Click models: data as tensors, training row by row, metrics, and the job that all of them share.
//!
//! - `batch`, `rows`, `table`, `penalty`: a batch, the rows it touches, their update and their regularisation; [`row_wise`] is the step made
//!   of them.
//! - [`fit`]: epochs of such steps with checkpoints, resume and early stopping; [`mod@score`] and [`metrics`]: what came of it.
//! - [`job`]: `train`, `eval` and `predict` of every click model, on data by name or on a csv file (`source`).
//! - [`comparison`]: several models on the same samples.
//! - [`task`] and [`specimen`]: the same models with a dense table, for the comparison of backends, and the benchmarks; [`named`]: those that have a
//!   name.

pub mod batch;
pub mod comparison;
pub mod fit;
mod input;
pub mod job;
pub mod metrics;
pub mod named;
mod penalty;
pub mod row_wise;
mod rows;
pub mod score;
mod settings;
pub mod source;
pub mod specimen;
mod table;
pub mod task;
#[cfg(test)]
mod tests;

pub use batch::ClickBatch;
pub use fit::{ClickFitted, fit_clicks};
pub use input::input_spec;
pub use penalty::{MiniBatchAwareL2, penalty};
pub use score::{TaskScores, evaluate, score};
pub use settings::{ClickFit, RowRule};
pub use table::{HostTable, RowUpdate};
pub use task::ClickTask;
