//! The factorisations, with embeddings `a` of entities and `r` of predicates.

use burn::{
    module::{Module, Param},
    tensor::{Int, Tensor, activation::tanh},
};

use super::scorer::KgScorer;

/// RESCAL: `a_s^T R_p a_o`.
#[derive(Module, Debug)]
pub struct Rescal {
    /// `[entities, D]`
    pub entities: Param<Tensor<2>>,
    /// `R_p`, `[predicates, D, D]`
    pub relations: Param<Tensor<3>>,
}

impl KgScorer for Rescal {
    fn tail_scores(&self, subjects: Tensor<1, Int>, predicates: Tensor<1, Int>) -> Tensor<2> {
        let entities = self.entities.val();
        let subject = entities.clone().select(0, subjects).unsqueeze_dim::<3>(1); // [B, 1, D]
        let product = subject.matmul(self.relations.val().select(0, predicates)); // [B, 1, D]
        product.squeeze_dim::<2>(1).matmul(entities.transpose())
    }
}

/// DistMult: `sum_d a_sd r_pd a_od`, the same both ways.
#[derive(Module, Debug)]
pub struct DistMult {
    /// `[entities, D]`
    pub entities: Param<Tensor<2>>,
    /// `[predicates, D]`
    pub relations: Param<Tensor<2>>,
}

impl KgScorer for DistMult {
    fn tail_scores(&self, subjects: Tensor<1, Int>, predicates: Tensor<1, Int>) -> Tensor<2> {
        let entities = self.entities.val();
        let subject = entities.clone().select(0, subjects);
        (subject * self.relations.val().select(0, predicates)).matmul(entities.transpose())
    }
}

/// ComplEx: the real part of `sum_d a_sd r_pd conj(a_od)`; the first half of an embedding is its real part.
#[derive(Module, Debug)]
pub struct ComplEx {
    /// `[entities, D]`
    pub entities: Param<Tensor<2>>,
    /// `[predicates, D]`
    pub relations: Param<Tensor<2>>,
}

impl KgScorer for ComplEx {
    fn tail_scores(&self, subjects: Tensor<1, Int>, predicates: Tensor<1, Int>) -> Tensor<2> {
        let entities = self.entities.val();
        let (a, b) = halves(entities.clone().select(0, subjects));
        let (c, d) = halves(self.relations.val().select(0, predicates));
        let real = a.clone() * c.clone() - b.clone() * d.clone();
        let imaginary = a * d + b * c;
        Tensor::cat(vec![real, imaginary], 1).matmul(entities.transpose())
    }
}

fn halves(tensor: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let half = tensor.dims()[1] / 2;
    (tensor.clone().narrow(1, 0, half), tensor.narrow(1, half, half))
}

/// CP: `sum_d a_sd r_pd c_od`, an entity having one embedding as subject and another as object.
#[derive(Module, Debug)]
pub struct Cp {
    /// `a`, `[entities, D]`
    pub subjects: Param<Tensor<2>>,
    /// `[predicates, D]`
    pub relations: Param<Tensor<2>>,
    /// `c`, `[entities, D]`
    pub objects: Param<Tensor<2>>,
}

impl KgScorer for Cp {
    fn tail_scores(&self, subjects: Tensor<1, Int>, predicates: Tensor<1, Int>) -> Tensor<2> {
        let subject = self.subjects.val().select(0, subjects);
        let product = subject * self.relations.val().select(0, predicates);
        product.matmul(self.objects.val().transpose())
    }
}

/// ER-MLP: `w^T tanh(V_s a_s + V_p r_p + V_o a_o)`, a network of one hidden layer of D units on the three embeddings.
#[derive(Module, Debug)]
pub struct ErMlp {
    /// `[entities, D]`
    pub entities: Param<Tensor<2>>,
    /// `[predicates, D]`
    pub relations: Param<Tensor<2>>,
    /// `V_s`, `V_p` and `V_o`, `[3, D, D]`, from embedding to hidden unit.
    pub hidden: Param<Tensor<3>>,
    /// `w`, `[D]`.
    pub output: Param<Tensor<1>>,
}

impl KgScorer for ErMlp {
    fn tail_scores(&self, subjects: Tensor<1, Int>, predicates: Tensor<1, Int>) -> Tensor<2> {
        let (entities, hidden) = (self.entities.val(), self.hidden.val());
        let map = |embeddings: Tensor<2>, part: usize| {
            embeddings.matmul(hidden.clone().narrow(0, part, 1).squeeze_dim::<2>(0))
        };
        let subject = map(entities.clone().select(0, subjects), 0);
        let predicate = map(self.relations.val().select(0, predicates), 1);
        let query = (subject + predicate).unsqueeze_dim::<3>(1); // [B, 1, H]
        let object = map(entities, 2).unsqueeze_dim::<3>(0); // [1, E, H]
        let weights = self.output.val().unsqueeze_dims::<3>(&[0, 1]); // [1, 1, H]
        (tanh(query + object) * weights).sum_dim(2).squeeze_dim(2)
    }
}
