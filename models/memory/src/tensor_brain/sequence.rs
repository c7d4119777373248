//! Several triples of one event, one after the other, until the brain says stop.

use burn::tensor::Tensor;
use pyrarium_layers::ConfigError;

use super::{
    Choice, Drive, TensorBrain, TripleTensors,
    decode::chosen,
    order::{Order, Role},
};
use crate::Triple;

/// The entity that stands for "there is no further triple", by its place in the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop(pub usize);

impl TensorBrain {
    /// The loss of each row when the triples of its event are decoded in their order and then stop: `-log p`, `[batch]`.
    ///
    /// Rows end at different steps: `parts` has the first triples of all rows, then the second ones, and so on, the stop being a
    /// triple whose subject it is. `weights`, `[batch, parts]`, is 2 for a triple that is there, 1 for the stop (only its subject
    /// counts) and 0 after it.
    ///
    /// # Panics
    ///
    /// If the order does not begin with the subject, or the brain lacks the groups of entities and predicates.
    pub fn sequence_loss(
        &self,
        drive: &Drive,
        parts: &[TripleTensors],
        weights: Tensor<2>,
        order: Order,
    ) -> Tensor<1> {
        assert!(
            begins_with_subject(order).is_ok(),
            "order {order} does not begin with s, where a sequence can stop"
        );
        let mut state = self.begin(drive);
        let [batch, _] = drive.start.dims();
        let mut loss = Tensor::zeros([batch], &drive.start.device());
        for (part, triples) in parts.iter().enumerate() {
            let weight = weights.clone().narrow(1, part, 1).squeeze_dim::<1>(1);
            for (index, role) in order.roles().into_iter().enumerate() {
                if part + index > 0 {
                    state = self.evolve(state);
                }
                let step = self.taught_step(&mut state, drive, triples, role);
                // A subject counts in triples and stops, the rest only in triples.
                let counts = weight.clone().greater_equal_elem(if index == 0 { 1.0 } else { 2.0 }).float();
                loss = loss - chosen(step, triples.role(role)) * counts;
            }
        }
        loss
    }

    /// The likeliest triples of each row, decoded until the subject is the stop, `longest` at most.
    ///
    /// # Errors
    ///
    /// If the order does not begin with the subject.
    pub fn decode_sequence(
        &self,
        drive: &Drive,
        order: Order,
        stop: Stop,
        longest: usize,
    ) -> Result<Vec<Vec<Triple>>, ConfigError> {
        begins_with_subject(order)?;
        let mut state = self.begin(drive);
        let [batch, _] = drive.start.dims();
        let mut events = vec![Vec::new(); batch];
        let mut ended = vec![false; batch];
        for part in 0..longest {
            let mut triples = vec![Triple::new(0, 0, 0); batch];
            for (index, role) in order.roles().into_iter().enumerate() {
                if part + index > 0 {
                    state = self.evolve(state);
                }
                let step = self.chosen_step(&mut state, drive, role, &mut Choice::Argmax)?;
                for (triple, &place) in triples.iter_mut().zip(&step.places) {
                    role.put(triple, place);
                }
            }
            for ((event, ended), triple) in events.iter_mut().zip(&mut ended).zip(triples) {
                *ended |= triple.subject == stop.0;
                if !*ended {
                    event.push(triple);
                }
            }
        }
        Ok(events)
    }
}

fn begins_with_subject(order: Order) -> Result<(), ConfigError> {
    match order.roles()[0] {
        Role::Subject => Ok(()),
        _ => Err(ConfigError::new("order", order, "one that begins with s, where a sequence can stop")),
    }
}
