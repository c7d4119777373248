//! Deep Task-specific Bottom Representation Network (arXiv 2308.05996): the embeddings and the encoding of behaviour sequences under any
//! multi-task head become specific to the task.
//!
//! **A reconstruction.** The body of the paper and its code could not be read. What is known is the structure: a transformer shared by
//! tasks and sequences whose layer norms are conditioned on (task, kind of behaviour) by a hypernetwork, and a gate like that of SENet over
//! the embeddings of each task. Sizes, the order of norms, the form of the gate and of the interest's extraction are ours, and settings.

mod conditional_norm;
mod interest;
mod model;

pub use conditional_norm::{HyperNorm, HyperNormConfig, conditional_layer_norm};
pub use interest::{InterestAttention, SelfAttention, TaskInterest, TaskInterestConfig, TransformerLayer};
pub use model::{Dtrn, DtrnConfig};
