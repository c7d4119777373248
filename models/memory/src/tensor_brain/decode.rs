//! Decoding of triples: three measurements with the working memory between them.

use burn::tensor::{
    Int, Tensor,
    activation::{log_softmax, softmax},
};
use pyrarium_layers::ConfigError;

use super::{
    Drive, State, TensorBrain, TripleTensors,
    brain::places_tensor,
    order::{Order, Role},
};
use crate::{KgScorer, Triple};

/// Who chooses among the concepts.
pub enum Choice<'a, T = Triple> {
    /// The likeliest one, the first of equals.
    Argmax,
    /// One by its probability, drawn with numbers uniform in `[0, 1)`: on the host, so that the same numbers give the same choice on
    /// every device.
    Sample(&'a mut dyn FnMut() -> f64),
    /// A teacher, for each row.
    Teacher(&'a [T]),
}

impl<T> Choice<'_, T> {
    /// A place for each row of `probabilities`, `[batch, members]`.
    pub(super) fn places(
        &mut self,
        probabilities: &Tensor<2>,
        group: &str,
        taught: impl Fn(&T) -> usize,
    ) -> Result<Vec<usize>, ConfigError> {
        let [batch, members] = probabilities.dims();
        let rows = || probabilities.to_data().iter::<f64>().collect::<Vec<f64>>();
        match self {
            Self::Argmax => Ok(rows().chunks(members).map(likeliest).collect()),
            Self::Sample(uniform) => Ok(rows().chunks(members).map(|row| drawn(row, uniform())).collect()),
            Self::Teacher(answers) => {
                if answers.len() != batch {
                    let allowed = format!("one for each of {batch} rows");
                    return Err(ConfigError::new("teacher", format!("{} choices", answers.len()), allowed));
                }
                let places: Vec<usize> = answers.iter().map(taught).collect();
                match places.iter().find(|&&place| place >= members) {
                    Some(place) => Err(ConfigError::new(
                        group,
                        place,
                        format!("a place below {members}, the size of the group"),
                    )),
                    None => Ok(places),
                }
            }
        }
    }
}

fn likeliest(row: &[f64]) -> usize {
    (0..row.len()).fold(0, |best, place| if row[place] > row[best] { place } else { best })
}

/// The place in whose share of `[0, 1)` the number falls.
fn drawn(row: &[f64], number: f64) -> usize {
    let mut left = number * row.iter().sum::<f64>();
    for (place, share) in row.iter().enumerate() {
        left -= share;
        if left < 0.0 {
            return place;
        }
    }
    likeliest(row)
}

/// One measurement of a decoding: the activation of all layers at that moment.
#[derive(Debug, Clone)]
pub struct Step {
    /// What was decoded.
    pub role: Role,
    /// The sensory layer, `[batch, U]`, where something was seen.
    pub sensory: Option<Tensor<2>>,
    /// The representation layer, `gamma`, before feedback, `[batch, D]`.
    pub representation: Tensor<2>,
    /// The index layer: probabilities of the group's concepts, `[batch, members]`.
    pub index: Tensor<2>,
    /// The working memory h, `[batch, working]`.
    pub working: Tensor<2>,
    /// The chosen concept of each row.
    pub places: Vec<usize>,
}

/// A decoded triple of each row.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The triples.
    pub triples: Vec<Triple>,
    /// The logarithm of each triple's probability under the drive.
    pub log_probabilities: Vec<f64>,
    /// The three measurements, in their order.
    pub steps: Vec<Step>,
}

impl TensorBrain {
    /// Decodes a triple in each row.
    ///
    /// # Errors
    ///
    /// If a forced choice is outside its group, or not one for each row.
    pub fn decode_triple(
        &self,
        drive: &Drive,
        order: Order,
        mut choice: Choice<'_>,
    ) -> Result<Decoded, ConfigError> {
        let mut state = self.begin(drive);
        let mut steps = Vec::new();
        for (index, role) in order.roles().into_iter().enumerate() {
            if index > 0 {
                state = self.evolve(state);
            }
            steps.push(self.chosen_step(&mut state, drive, role, &mut choice)?);
        }
        Ok(Decoded::from_steps(steps))
    }

    /// The logarithms of the probabilities of all concepts in each role, in the order of decoding, when the parts before are
    /// those of `triples` (teacher forcing). Gradients flow through all of it.
    ///
    /// # Shapes
    ///
    /// - output: `[batch, members]` for each role
    ///
    /// # Panics
    ///
    /// If the brain lacks the groups of entities and predicates.
    pub fn taught(&self, drive: &Drive, triples: &TripleTensors, order: Order) -> [Tensor<2>; 3] {
        let [first, second, third] = order.roles();
        let mut state = self.begin(drive);
        let one = self.taught_step(&mut state, drive, triples, first);
        state = self.evolve(state);
        let two = self.taught_step(&mut state, drive, triples, second);
        state = self.evolve(state);
        let three = self.taught_step(&mut state, drive, triples, third);
        [one, two, three]
    }

    /// Measures a role, and writes what was chosen.
    pub(super) fn chosen_step(
        &self,
        state: &mut State,
        drive: &Drive,
        role: Role,
        choice: &mut Choice<'_>,
    ) -> Result<Step, ConfigError> {
        let q = self.look(state.representation.clone(), drive, role);
        let members = self.role_members(role);
        let index = softmax(self.scores_of(q.clone(), members), 1);
        let places = choice.places(&index, role.group(), |&triple| role.of(triple))?;
        let tensor = places_tensor(&places, &q);
        state.representation = self.written(q.clone(), members, tensor);
        Ok(Step {
            role,
            sensory: drive.senses.as_ref().map(|senses| senses.region(role).clone()),
            representation: self.activation(q),
            index,
            working: state.working.clone(),
            places,
        })
    }

    /// Measures a role, and writes what the teacher says.
    pub(super) fn taught_step(
        &self,
        state: &mut State,
        drive: &Drive,
        triples: &TripleTensors,
        role: Role,
    ) -> Tensor<2> {
        let q = self.look(state.representation.clone(), drive, role);
        let members = self.role_members(role);
        let log_probabilities = log_softmax(self.scores_of(q.clone(), members), 1);
        state.representation = self.written(q, members, triples.role(role));
        log_probabilities
    }

    /// `log p(s, p, o | drive)` of each row, `[batch]`: the sum of the three conditional ones, hence normalised over all triples.
    ///
    /// # Panics
    ///
    /// As [`taught`](Self::taught).
    pub fn log_prob(&self, triples: &TripleTensors, drive: &Drive, order: Order) -> Tensor<1> {
        let [first, second, third] = order.roles();
        let [one, two, three] = self.taught(drive, triples, order);
        chosen(one, triples.role(first))
            + chosen(two, triples.role(second))
            + chosen(three, triples.role(third))
    }

    /// Semantic memory asked with subject and predicate: `p(o | s, p)` for every entity.
    ///
    /// # Errors
    ///
    /// If subject or predicate is outside its group.
    pub fn semantic(&self, subject: usize, predicate: usize) -> Result<Vec<f64>, ConfigError> {
        for (role, place) in [(Role::Subject, subject), (Role::Predicate, predicate)] {
            let members = self.members(role.group())?.len();
            if place >= members {
                let allowed = format!("a place below {members}, the size of the group");
                return Err(ConfigError::new(role.group(), place, allowed));
            }
        }
        let triple = TripleTensors::new(&[Triple::new(subject, predicate, 0)], &self.neutral.val().device());
        let [_, _, object] = self.taught(&self.semantic_drive(1), &triple, Order::SPO);
        Ok(object.exp().to_data().iter::<f64>().collect())
    }
}

impl KgScorer for TensorBrain {
    /// `log p(o | s, p)` of semantic memory.
    fn tail_scores(&self, subjects: Tensor<1, Int>, predicates: Tensor<1, Int>) -> Tensor<2> {
        let [batch] = subjects.dims();
        let object = subjects.zeros_like();
        let triples = TripleTensors { subject: subjects, predicate: predicates, object };
        let [_, _, object] = self.taught(&self.semantic_drive(batch), &triples, Order::SPO);
        object
    }
}

impl Decoded {
    fn from_steps(steps: Vec<Step>) -> Self {
        let rows = steps.first().map_or(0, |step| step.places.len());
        let mut triples = vec![Triple::new(0, 0, 0); rows];
        let mut log_probabilities = vec![0.0; rows];
        for step in &steps {
            let index: Vec<f64> = step.index.to_data().iter::<f64>().collect();
            let members = step.index.dims()[1];
            for (row, &place) in step.places.iter().enumerate() {
                step.role.put(&mut triples[row], place);
                log_probabilities[row] += index[row * members + place].ln();
            }
        }
        Self { triples, log_probabilities, steps }
    }
}

/// The chosen value of each row, `[batch]`.
pub(super) fn chosen(values: Tensor<2>, places: Tensor<1, Int>) -> Tensor<1> {
    values.gather(1, places.unsqueeze_dim(1)).squeeze_dim(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn concepts_are_drawn_by_their_share() {
        let row = [0.25, 0.5, 0.25];
        for (number, place) in [(0.0, 0), (0.24, 0), (0.26, 1), (0.74, 1), (0.76, 2), (0.999, 2)] {
            assert_eq!(drawn(&row, number), place, "{number}");
        }
        assert_eq!(likeliest(&[0.1, 0.4, 0.4, 0.1]), 1);
    }
}
