//! What is trained here, as tasks: decoding facts, ranking objects, and naming what is seen without any memory.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, ExecutionError, Int, Tensor, activation::log_softmax};
use burn::train::metric::{Adaptor, ItemLazy, LossInput};
use pyrarium_memory::KgScorer;
use pyrarium_memory::tensor_brain::{Order, Role, TensorBrain, TripleTensors};

use super::events::EventBatch;
use crate::task::Task;

/// Losses, and the log-probabilities they come from.
pub struct Likelihood {
    /// `-log p` of each sample, `[B]`.
    pub losses: Tensor<1>,
    /// The log-probabilities of all concepts in each role, `[B, concepts]`.
    pub log_probabilities: Tensor<2>,
}

impl Likelihood {
    /// Of the log-probabilities in each role, and what was right.
    fn of<const N: usize>(steps: [(Tensor<2>, Tensor<1, Int>); N]) -> Self {
        let (all, right): (Vec<_>, Vec<_>) = steps
            .map(|(step, right)| (step.clone(), step.gather(1, right.unsqueeze_dim(1))))
            .into_iter()
            .unzip();
        let losses = Tensor::cat(right, 1).sum_dim(1).squeeze_dim::<1>(1).neg();
        Self { losses, log_probabilities: Tensor::cat(all, 1) }
    }
}

impl ItemLazy for Likelihood {
    fn sync(self) -> Result<Self, ExecutionError> {
        self.losses.device().flush()?;
        Ok(Self {
            losses: self.losses.without_autodiff(),
            log_probabilities: self.log_probabilities.without_autodiff(),
        })
    }
}

impl Adaptor<LossInput> for Likelihood {
    fn adapt(&self) -> LossInput {
        LossInput::new(self.losses.clone())
    }
}

/// A brain that decodes the facts of events, by teacher forcing.
#[derive(Module, Debug)]
pub struct Decoding {
    /// The brain.
    pub brain: TensorBrain,
    #[module(skip)]
    order: Order,
}

impl Decoding {
    /// Decodes in this order.
    pub fn new(brain: TensorBrain, order: Order) -> Self {
        Self { brain, order }
    }
}

impl Task for Decoding {
    type Batch = EventBatch;
    type Output = Likelihood;

    fn training_output(&self, batch: EventBatch) -> Likelihood {
        self.output(batch)
    }

    fn output(&self, batch: EventBatch) -> Likelihood {
        let (drive, triples) = (batch.drive(&self.brain), batch.triples);
        let [one, two, three] = self.brain.taught(&drive, &triples, self.order);
        let [first, second, third] = self.order.roles().map(|role| triples.role(role));
        Likelihood::of([(one, first), (two, second), (three, third)])
    }

    fn losses(output: &Likelihood) -> Tensor<1> {
        output.losses.clone()
    }

    fn predictions(output: &Likelihood) -> Tensor<2> {
        output.log_probabilities.clone()
    }
}

/// A factorisation that is to give the right object the highest score: softmax over all entities.
#[derive(Module, Debug)]
pub struct RankingObjects<M: Module> {
    /// The model.
    pub model: M,
}

impl<M: KgScorer + 'static> Task for RankingObjects<M> {
    type Batch = EventBatch;
    type Output = Likelihood;

    fn training_output(&self, batch: EventBatch) -> Likelihood {
        self.output(batch)
    }

    fn output(&self, EventBatch { triples, .. }: EventBatch) -> Likelihood {
        let TripleTensors { subject, predicate, object } = triples;
        Likelihood::of([(log_softmax(self.model.tail_scores(subject, predicate), 1), object)])
    }

    fn losses(output: &Likelihood) -> Tensor<1> {
        output.losses.clone()
    }

    fn predictions(output: &Likelihood) -> Tensor<2> {
        output.log_probabilities.clone()
    }
}

/// The baseline of perception: each region is classified on its own, `softmax(W u + b)`; subjects and objects share their W, as they
/// share their prototypes.
#[derive(Module, Debug)]
pub struct Independent {
    entities: Linear,
    predicates: Linear,
}

impl Independent {
    /// Classifiers of so many entities and predicates.
    pub fn new([entities, predicates]: [usize; 2], features: usize, device: &Device) -> Self {
        let classifier = |classes| LinearConfig::new(features, classes).init(device);
        Self { entities: classifier(entities), predicates: classifier(predicates) }
    }

    /// The log-probabilities of a role's concepts for its region, `[B, concepts]`.
    pub fn log_probabilities(&self, region: Tensor<2>, role: Role) -> Tensor<2> {
        let scores = match role {
            Role::Subject | Role::Object => self.entities.forward(region),
            Role::Predicate => self.predicates.forward(region),
        };
        log_softmax(scores, 1)
    }
}

impl Task for Independent {
    type Batch = EventBatch;
    type Output = Likelihood;

    fn training_output(&self, batch: EventBatch) -> Likelihood {
        self.output(batch)
    }

    /// Of a batch without scenes nothing is said.
    fn output(&self, EventBatch { senses, triples }: EventBatch) -> Likelihood {
        let Some(senses) = senses else {
            let rows = triples.subject.dims()[0];
            let nothing = Tensor::zeros([rows, 1], &triples.subject.device());
            return Likelihood { losses: nothing.clone().squeeze_dim(1), log_probabilities: nothing };
        };
        Likelihood::of([
            (self.log_probabilities(senses.subject, Role::Subject), triples.subject),
            (self.log_probabilities(senses.predicate, Role::Predicate), triples.predicate),
            (self.log_probabilities(senses.object, Role::Object), triples.object),
        ])
    }

    fn losses(output: &Likelihood) -> Tensor<1> {
        output.losses.clone()
    }

    fn predictions(output: &Likelihood) -> Tensor<2> {
        output.log_probabilities.clone()
    }
}
