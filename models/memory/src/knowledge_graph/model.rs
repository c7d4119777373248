//! Any of the factorisations, chosen at run time.

use burn::{
    config::Config,
    module::{Initializer, Module, Param},
    tensor::{Device, Int, Tensor},
};
use pyrarium_layers::{ConfigError, check_range, impl_names};
use serde::{Deserialize, Serialize};

use super::{
    factors::{ComplEx, Cp, DistMult, ErMlp, Rescal},
    scorer::KgScorer,
};

/// Which factorisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KgModelKind {
    /// See [`Rescal`].
    Rescal,
    /// See [`DistMult`].
    DistMult,
    /// See [`ComplEx`].
    ComplEx,
    /// See [`Cp`].
    Cp,
    /// See [`ErMlp`].
    ErMlp,
}

impl_names!(
    KgModelKind, "kind",
    Rescal => "rescal", DistMult => "distmult", ComplEx => "complex", Cp => "cp", ErMlp => "ermlp",
);

impl KgModelKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Rescal, Self::DistMult, Self::ComplEx, Self::Cp, Self::ErMlp];
}

/// Configuration of a [`KgModel`].
#[derive(Config, Debug, PartialEq)]
pub struct KgModelConfig {
    /// Which factorisation.
    pub kind: KgModelKind,
    /// Entities.
    pub entities: usize,
    /// Predicates.
    pub predicates: usize,
    /// Values of an embedding, D; even for ComplEx, where two are a complex number.
    #[config(default = 64)]
    pub dim: usize,
}

impl KgModelConfig {
    /// Checks every size.
    ///
    /// # Errors
    ///
    /// Names the first field that is zero, too large or, for ComplEx, odd.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check_range("entities", self.entities, 1..=1 << 24)?;
        check_range("predicates", self.predicates, 1..=1 << 24)?;
        check_range("dim", self.dim, 1..=1 << 16)?;
        match self.kind {
            KgModelKind::ComplEx if self.dim % 2 == 1 => {
                Err(ConfigError::new("dim", self.dim, "even for complex"))
            }
            _ => Ok(()),
        }
    }

    /// A model whose embeddings are from N(0, 1/D), as are the matrices of RESCAL and the layers of ER-MLP.
    ///
    /// # Errors
    ///
    /// Those of [`validate`](Self::validate).
    pub fn init(&self, device: &Device) -> Result<KgModel, ConfigError> {
        self.validate()?;
        let dim = self.dim;
        let normal = Initializer::Normal { mean: 0.0, std: (dim as f64).powf(-0.5) };
        let matrix = |rows: usize| -> Param<Tensor<2>> { normal.init([rows, dim], device) };
        let (entities, relations) = (|| matrix(self.entities), || matrix(self.predicates));
        Ok(match self.kind {
            KgModelKind::Rescal => KgModel::Rescal(Rescal {
                entities: entities(),
                relations: normal.init([self.predicates, dim, dim], device),
            }),
            KgModelKind::DistMult => {
                KgModel::DistMult(DistMult { entities: entities(), relations: relations() })
            }
            KgModelKind::ComplEx => {
                KgModel::ComplEx(ComplEx { entities: entities(), relations: relations() })
            }
            KgModelKind::Cp => {
                KgModel::Cp(Cp { subjects: entities(), relations: relations(), objects: entities() })
            }
            KgModelKind::ErMlp => KgModel::ErMlp(ErMlp {
                entities: entities(),
                relations: relations(),
                hidden: normal.init([3, dim, dim], device),
                output: normal.init([dim], device),
            }),
        })
    }

    /// The parameters of the model.
    pub fn num_params(&self) -> usize {
        let Self { entities, predicates, dim, .. } = *self;
        let embeddings = (entities + predicates) * dim;
        match self.kind {
            KgModelKind::Rescal => (entities + predicates * dim) * dim,
            KgModelKind::DistMult | KgModelKind::ComplEx => embeddings,
            KgModelKind::Cp => embeddings + entities * dim,
            KgModelKind::ErMlp => embeddings + 3 * dim * dim + dim,
        }
    }
}

/// Any of the factorisations.
#[derive(Module, Debug)]
pub enum KgModel {
    /// See [`Rescal`].
    Rescal(Rescal),
    /// See [`DistMult`].
    DistMult(DistMult),
    /// See [`ComplEx`].
    ComplEx(ComplEx),
    /// See [`Cp`].
    Cp(Cp),
    /// See [`ErMlp`].
    ErMlp(ErMlp),
}

impl KgScorer for KgModel {
    fn tail_scores(&self, subjects: Tensor<1, Int>, predicates: Tensor<1, Int>) -> Tensor<2> {
        match self {
            Self::Rescal(model) => model.tail_scores(subjects, predicates),
            Self::DistMult(model) => model.tail_scores(subjects, predicates),
            Self::ComplEx(model) => model.tail_scores(subjects, predicates),
            Self::Cp(model) => model.tail_scores(subjects, predicates),
            Self::ErMlp(model) => model.tail_scores(subjects, predicates),
        }
    }
}
