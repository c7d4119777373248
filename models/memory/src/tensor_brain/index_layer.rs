//! The index layer: one embedding for each concept, read upwards as scores and written downwards as feedback.

use burn::{
    module::{Module, Param},
    tensor::{Int, Tensor},
};

/// Index units with their weights to the representation layer.
#[derive(Module, Debug)]
pub struct IndexLayer {
    /// `[K, D]`, a row `a_k` for each index.
    pub embedding: Param<Tensor<2>>,
    /// The embedding of the way down where it is not the same, `[K, D]`.
    pub top_down: Option<Param<Tensor<2>>>,
    /// `[K]`.
    pub bias: Option<Param<Tensor<1>>>,
}

impl IndexLayer {
    /// `a_k^T gamma + b_k` for the members of a group.
    ///
    /// # Shapes
    ///
    /// - gamma: `[batch, D]`
    /// - output: `[batch, members]`
    pub fn scores(&self, gamma: Tensor<2>, members: &[usize]) -> Tensor<2> {
        let scores = gamma.matmul(rows(self.embedding.val(), members).transpose());
        match &self.bias {
            Some(bias) => scores + rows(bias.val(), members).unsqueeze_dim(0),
            None => scores,
        }
    }

    /// The embeddings that are written down for the chosen places of a group.
    ///
    /// # Shapes
    ///
    /// - places: `[batch]`
    /// - output: `[batch, D]`
    pub fn feedback(&self, places: Tensor<1, Int>, members: &[usize]) -> Tensor<2> {
        rows(self.downwards(), members).select(0, places)
    }

    /// The mean embedding, `sum_k p_k a_k`: feedback that can be differentiated.
    ///
    /// # Shapes
    ///
    /// - probabilities: `[batch, members]`
    /// - output: `[batch, D]`
    pub fn mean_feedback(&self, probabilities: Tensor<2>, members: &[usize]) -> Tensor<2> {
        probabilities.matmul(rows(self.downwards(), members))
    }

    /// The bottom-up embeddings of these index units, `[members, D]`.
    pub fn embeddings(&self, members: &[usize]) -> Tensor<2> {
        rows(self.embedding.val(), members)
    }

    /// The layer with more index units behind the others, whose biases are 0.
    ///
    /// # Shapes
    ///
    /// - embeddings: `[new, D]`, used both ways
    pub fn extended(self, embeddings: Tensor<2>) -> Self {
        let [new, _] = embeddings.dims();
        let embeddings = embeddings.detach();
        let longer = |param: Param<Tensor<2>>| {
            Param::from_tensor(Tensor::cat(vec![param.val().detach(), embeddings.clone()], 0))
        };
        let bias = self.bias.map(|bias| {
            let zeros = Tensor::zeros([new], &bias.val().device());
            Param::from_tensor(Tensor::cat(vec![bias.val().detach(), zeros], 0))
        });
        Self { embedding: longer(self.embedding), top_down: self.top_down.map(longer), bias }
    }

    fn downwards(&self) -> Tensor<2> {
        self.top_down.as_ref().unwrap_or(&self.embedding).val()
    }
}

/// The rows of the members; a group of consecutive indices is a view.
fn rows<const D: usize>(tensor: Tensor<D>, members: &[usize]) -> Tensor<D> {
    let first = members.first().copied().unwrap_or(0);
    if members.iter().enumerate().all(|(place, &member)| member == first + place) {
        return tensor.narrow(0, first, members.len());
    }
    let members: Vec<i64> = members.iter().map(|&member| member as i64).collect();
    let device = tensor.device();
    tensor.select(0, Tensor::from_data(members.as_slice(), &device))
}
