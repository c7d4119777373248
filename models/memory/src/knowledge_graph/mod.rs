//! Knowledge graphs as tensors: scores of triples by factorisation, and how well they rank what is true.
//!
//! The baselines of the [tensor brain](crate::tensor_brain): RESCAL (Nickel et al. 2011), DistMult (arXiv 1412.6575), ComplEx (arXiv
//! 1606.06357), ER-MLP (Dong et al. 2014) and CP, each as a score of every entity in the place of the object. Only objects are asked
//! for: a model that decodes subject, predicate, object has `p(o | s, p)` as one of its steps, but not `p(s | p, o)`.

mod factors;
mod model;
mod ranking;
mod scorer;

pub use factors::{ComplEx, Cp, DistMult, ErMlp, Rescal};
pub use model::{KgModel, KgModelConfig, KgModelKind};
pub use ranking::{Ranking, evaluate_ranking, rank};
pub use scorer::KgScorer;
