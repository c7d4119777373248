//! The picture of a decoding: the four layers of a brain, step by step.

use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use pyrarium_datasets::KnowledgeGraph;
use pyrarium_inspect::{ActivationTrace, LayerTrace};
use pyrarium_memory::tensor_brain::{Choice, Decoded, Order, Role, TensorBrain};

use super::events::Events;
use crate::Error;
use crate::loader::BatchSource;

/// The first row of a decoding, as SVG. The index layer shows probabilities, entities before predicates.
fn picture(graph: &KnowledgeGraph, decoded: &Decoded) -> String {
    let first = |tensor: &Tensor<2>| -> Vec<f32> {
        tensor.clone().narrow(0, 0, 1).into_data().iter::<f32>().collect()
    };
    let steps = &decoded.steps;
    let name = |role: Role, place: usize| match role {
        Role::Subject => format!("subject: {}", graph.entities[place]),
        Role::Predicate => format!("predicate: {}", graph.predicates[place]),
        Role::Object => format!("object: {}", graph.entities[place]),
    };
    let concepts = graph.entities.len() + graph.predicates.len();
    let index = |role: Role, probabilities: Vec<f32>| {
        let before = if role == Role::Predicate { graph.entities.len() } else { 0 };
        let mut all = vec![0.0; concepts];
        all.iter_mut().skip(before).zip(probabilities).for_each(|(slot, value)| *slot = value);
        all
    };
    let layer = |name: &str, activity: Vec<Vec<f32>>| LayerTrace { name: name.to_string(), activity };
    let trace = ActivationTrace {
        steps: steps.iter().filter_map(|step| Some(name(step.role, *step.places.first()?))).collect(),
        layers: vec![
            layer(
                "sensory",
                steps.iter().map(|step| step.sensory.as_ref().map(first).unwrap_or_default()).collect(),
            ),
            layer("representation", steps.iter().map(|step| first(&step.representation)).collect()),
            layer("index", steps.iter().map(|step| index(step.role, first(&step.index))).collect()),
            layer("working memory", steps.iter().map(|step| first(&step.working)).collect()),
        ],
    };
    trace.to_svg()
}

/// Decodes the first event and draws how.
pub fn of_first(
    graph: &KnowledgeGraph,
    brain: &TensorBrain,
    events: Arc<Events>,
    order: Order,
    device: &Device,
) -> Result<String, Error> {
    let drive = events.upload(events.assemble(0, 0, &[0]), device).drive(brain);
    Ok(picture(graph, &brain.decode_triple(&drive, order, Choice::Argmax)?))
}
