//! The tensor brain: what can be done to the representation `q` and the working memory `h`.

use burn::{
    module::{Module, Param},
    nn::Linear,
    tensor::{
        Int, Tensor, TensorData,
        activation::{log_softmax, softmax},
    },
};
use pyrarium_layers::ConfigError;

use super::{Activation, Choice, Drive, Evolution, Group, IndexLayer, Senses, order::Role};

/// A tensor brain; see [`TensorBrainConfig`](super::TensorBrainConfig).
#[derive(Module, Debug)]
pub struct TensorBrain {
    /// The index layer.
    pub index: IndexLayer,
    /// `g`, from sensory features to the representation.
    pub sensory: Linear,
    /// The representation at rest, `[D]`, from which semantic memory starts and to which input is added.
    pub neutral: Param<Tensor<1>>,
    /// The working memory, where there is one.
    pub evolution: Option<Evolution>,
    #[module(skip)]
    pub(super) operations: Operations,
}

/// What is no parameter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operations {
    pub groups: Vec<Group>,
    pub working_dim: usize,
    pub input_gate: f64,
    pub retain_gate: f64,
    pub activation: Activation,
    pub beta: f64,
    pub feedback: bool,
}

/// What goes on from one decoding to the next.
#[derive(Debug, Clone)]
pub struct State {
    /// The representation q before its sigmoid, `[batch, D]`.
    pub representation: Tensor<2>,
    /// The working memory h, `[batch, working]`.
    pub working: Tensor<2>,
}

/// The outcome of a measurement of the index layer.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The chosen concept of each row, by its place in the group.
    pub places: Vec<usize>,
    /// The distribution it was chosen from, `[batch, members]`.
    pub probabilities: Tensor<2>,
    /// The representation after feedback, `[batch, D]`.
    pub representation: Tensor<2>,
}

impl TensorBrain {
    /// The groups of concepts.
    pub fn groups(&self) -> &[Group] {
        &self.operations.groups
    }

    /// The index units of a group.
    ///
    /// # Errors
    ///
    /// If there is no such group.
    pub fn members(&self, group: &str) -> Result<&[usize], ConfigError> {
        let groups = self.groups();
        match groups.iter().find(|known| known.name == group) {
            Some(group) => Ok(&group.members),
            None => {
                let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
                Err(ConfigError::new("group", group, format!("one of {}", names.join(", "))))
            }
        }
    }

    /// The state before anything is decoded: `q` as the drive says, `h = 0`.
    pub fn begin(&self, drive: &Drive) -> State {
        let [batch, _] = drive.start.dims();
        let working = Tensor::zeros([batch, self.operations.working_dim], &drive.start.device());
        State { representation: drive.start.clone(), working }
    }

    /// `q + mu g(u)`.
    ///
    /// # Shapes
    ///
    /// - q, output: `[batch, D]`
    /// - u: `[batch, U]`
    ///
    /// # Panics
    ///
    /// If `u` has another number of features than the senses have.
    pub fn input(&self, q: Tensor<2>, u: Tensor<2>) -> Tensor<2> {
        q + self.seen(u, None)
    }

    /// `mu g(u)`, times a gate for each row.
    fn seen(&self, u: Tensor<2>, gate: Option<Tensor<2>>) -> Tensor<2> {
        let [features, state] = self.sensory.weight.lazy_shape().dims();
        assert!(
            u.dims()[1] == features,
            "sensory input of shape {:?}, but the weights of the senses are {:?}",
            u.dims(),
            [features, state]
        );
        let seen = self.sensory.forward(u) * self.operations.input_gate;
        match gate {
            Some(gate) => seen * gate,
            None => seen,
        }
    }

    /// `q` with the region of a role, where the drive sees one.
    pub(super) fn look(&self, q: Tensor<2>, drive: &Drive, role: Role) -> Tensor<2> {
        match &drive.senses {
            Some(senses) => q + self.seen(senses.region(role).clone(), senses.gate(Some(role))),
            None => q,
        }
    }

    /// Semantic memory: nothing is seen, and the representation starts at rest.
    pub fn semantic_drive(&self, batch: usize) -> Drive {
        let [state] = self.neutral.lazy_shape().dims();
        Drive { start: self.neutral.val().unsqueeze_dim::<2>(0).expand([batch, state]), senses: None }
    }

    /// Perception: the representation starts at rest plus the scene, and each role sees its region. The resting part (our choice)
    /// makes semantic memory what perception is with the input switched off.
    pub fn perception(&self, senses: Senses) -> Drive {
        let scene = self.seen(senses.scene.clone(), senses.gate(None));
        Drive { start: scene + self.neutral.val().unsqueeze_dim(0), senses: Some(senses) }
    }

    /// `gamma`, the [`Activation`] of the representation.
    pub fn activation(&self, q: Tensor<2>) -> Tensor<2> {
        self.operations.activation.forward(q)
    }

    /// `beta (a_k^T gamma + b_k)` for each concept of a group: what the softmax is taken of.
    ///
    /// # Shapes
    ///
    /// - q: `[batch, D]`
    /// - output: `[batch, members]`
    ///
    /// # Errors
    ///
    /// If there is no such group.
    pub fn scores(&self, q: Tensor<2>, group: &str) -> Result<Tensor<2>, ConfigError> {
        Ok(self.scores_of(q, self.members(group)?))
    }

    pub(super) fn scores_of(&self, q: Tensor<2>, members: &[usize]) -> Tensor<2> {
        let scores = self.index.scores(self.activation(q), members);
        if self.operations.beta == 1.0 { scores } else { scores * self.operations.beta }
    }

    /// The index units of the concepts that can take a role.
    ///
    /// # Panics
    ///
    /// If there are none.
    pub(super) fn role_members(&self, role: Role) -> &[usize] {
        let members = self.members(role.group()).unwrap_or_default();
        assert!(!members.is_empty(), "a brain without the group {}, which triples need", role.group());
        members
    }

    /// The logarithms of the probabilities of a group's concepts.
    ///
    /// # Errors
    ///
    /// As [`scores`](Self::scores).
    pub fn log_probabilities(&self, q: Tensor<2>, group: &str) -> Result<Tensor<2>, ConfigError> {
        Ok(log_softmax(self.scores(q, group)?, 1))
    }

    /// `rho q + a_k` for the concepts at these places of a group; `q` itself in a brain without feedback.
    ///
    /// # Shapes
    ///
    /// - q, output: `[batch, D]`
    /// - places: `[batch]`
    ///
    /// # Errors
    ///
    /// If there is no such group.
    pub fn write(&self, q: Tensor<2>, group: &str, places: Tensor<1, Int>) -> Result<Tensor<2>, ConfigError> {
        Ok(self.written(q, self.members(group)?, places))
    }

    pub(super) fn written(&self, q: Tensor<2>, members: &[usize], places: Tensor<1, Int>) -> Tensor<2> {
        match self.operations.feedback {
            true => self.retained(q) + self.index.feedback(places, members),
            false => q,
        }
    }

    /// Soft feedback, `rho q + sum_k p_k a_k`: [`measure`](Self::measure) without a choice, hence with gradients.
    ///
    /// # Errors
    ///
    /// If there is no such group.
    pub fn attend(&self, q: Tensor<2>, group: &str) -> Result<Tensor<2>, ConfigError> {
        let probabilities = softmax(self.scores(q.clone(), group)?, 1);
        Ok(match self.operations.feedback {
            true => self.retained(q) + self.index.mean_feedback(probabilities, self.members(group)?),
            false => q,
        })
    }

    /// Chooses a concept of a group in each row and writes its embedding to the representation.
    ///
    /// # Errors
    ///
    /// If there is no such group, or a forced choice is outside of it or not one for each row.
    pub fn measure(
        &self,
        q: Tensor<2>,
        group: &str,
        choice: &mut Choice<'_, usize>,
    ) -> Result<Measured, ConfigError> {
        let probabilities = softmax(self.scores(q.clone(), group)?, 1);
        let places = choice.places(&probabilities, group, |&place| place)?;
        let tensor = places_tensor(&places, &q);
        Ok(Measured { probabilities, representation: self.write(q, group, tensor)?, places })
    }

    /// The next working memory, and the representation it writes. Without a working memory nothing changes.
    pub fn evolve(&self, state: State) -> State {
        match &self.evolution {
            Some(evolution) => {
                let gamma = self.activation(state.representation);
                let (working, representation) =
                    evolution.forward(gamma, state.working, self.operations.activation);
                State { representation, working }
            }
            None => state,
        }
    }

    /// Adds a concept to a group, with this embedding and no bias. Returns its place in the group.
    ///
    /// # Shapes
    ///
    /// - embedding: `[D]`
    ///
    /// # Errors
    ///
    /// If there is no such group.
    ///
    /// # Panics
    ///
    /// If the embedding is of another size.
    pub fn add_index(self, group: &str, embedding: Tensor<1>) -> Result<(Self, usize), ConfigError> {
        let place = self.members(group)?.len();
        Ok((self.with_indices(group, embedding.unsqueeze_dim(0)), place))
    }

    /// Adds concepts with embeddings `[new, D]` to a group, which is made if there is none.
    pub(super) fn with_indices(mut self, group: &str, embeddings: Tensor<2>) -> Self {
        let [indices, state] = self.index.embedding.lazy_shape().dims();
        let [new, columns] = embeddings.dims();
        assert!(
            columns == state,
            "embeddings of shape {:?}, but those of the brain are {:?}",
            embeddings.dims(),
            [indices, state]
        );
        let members = indices..indices + new;
        let groups = &mut self.operations.groups;
        match groups.iter_mut().find(|known| known.name == group) {
            Some(group) => group.members.extend(members),
            None => groups.push(Group::range(group, members)),
        }
        self.index = self.index.extended(embeddings);
        self
    }

    fn retained(&self, q: Tensor<2>) -> Tensor<2> {
        if self.operations.retain_gate == 1.0 { q } else { q * self.operations.retain_gate }
    }
}

/// Places on the device of `q`.
pub(super) fn places_tensor(places: &[usize], q: &Tensor<2>) -> Tensor<1, Int> {
    let values: Vec<i64> = places.iter().map(|&place| place as i64).collect();
    Tensor::from_data(TensorData::new(values, [places.len()]), &q.device())
}
