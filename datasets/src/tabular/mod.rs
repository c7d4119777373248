//! Tables of click logs, as recommendation reads them: categorical fields, numbers, sequences of behaviour, and labels of one or several
//! tasks, encoded as numbers.
//!
//! A [`Layout`] says what the numbers are, an [`Encoded`] holds them, and [`ClickData`] is both for training, validation and test.

mod click_data;
mod encoded;
mod layout;
mod simulation;

mod bilinear_ctr;
mod conflicting_tasks;
mod multi_interest;

pub use bilinear_ctr::{BILINEAR_CTR_SIZES, bilinear_ctr};
pub use click_data::ClickData;
pub use conflicting_tasks::{CONFLICTING_TASKS_SIZES, conflicting_tasks};
pub use encoded::{Encoded, EncodedSequence};
pub use layout::{Field, Layout, SequenceField};
pub use multi_interest::{MULTI_INTEREST_SIZES, multi_interest};
pub use simulation::{PartSizes, Simulation};
