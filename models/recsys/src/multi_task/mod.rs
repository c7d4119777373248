//! Several outcomes predicted at once: heads over shared or task-specific representations, and the baselines of DTRN.

mod cgc;
mod experts;
mod head;
mod model;
mod settings;

pub use cgc::CgcLayer;
pub use experts::{Experts, mix};
pub use head::{Head, MmoeHead, PleHead, SharedBottomHead, TaskInputs};
pub use model::{MultiTask, MultiTaskConfig};
pub use settings::{HeadConfig, MmoeConfig, PleConfig, SharedBottomConfig, SharedGate};
