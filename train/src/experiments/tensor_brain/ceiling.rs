//! What can be seen at best: who knows all prototypes and all facts, those of the test among them, takes the likeliest fact.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use pyrarium_datasets::Scenes;
use pyrarium_memory::Triple;

use super::events::Events;
use super::perception::percent_equal;
use crate::Error;
use crate::loader::{Loader, Order};

/// The share of the events whose triple is the likeliest of the `known` ones, in percent; only who knew
/// which of them are tested could see more. Equal noise in all regions makes its size drop out.
pub fn seen_at_best(
    scenes: &Scenes,
    [entities, predicates]: [usize; 2],
    events: Arc<Events>,
    known: &[Triple],
    device: &Device,
) -> Result<f64, Error> {
    let of_entities = prototypes(scenes, entities, Scenes::entity, device);
    let of_predicates = prototypes(scenes, predicates, Scenes::predicate, device);
    let mut decoded = Vec::new();
    for batch in Loader::new(events.clone(), 512, Order::Sequential, device).epoch() {
        let batch = batch.map_err(|error| Error::Training(error.to_string()))?;
        let Some(senses) = batch.senses else { continue };
        let subject = log_likelihoods(senses.subject, &of_entities);
        let predicate = log_likelihoods(senses.predicate, &of_predicates);
        let object = log_likelihoods(senses.object, &of_entities);
        for ((s, p), o) in
            subject.chunks(entities).zip(predicate.chunks(predicates)).zip(object.chunks(entities))
        {
            let score = |fact: &&Triple| s[fact.subject] + p[fact.predicate] + o[fact.object];
            decoded.extend(known.iter().max_by(|a, b| score(a).total_cmp(&score(b))));
        }
    }
    Ok(percent_equal(&decoded, events.triples()))
}

fn prototypes(scenes: &Scenes, count: usize, of: fn(&Scenes, usize) -> &[f32], device: &Device) -> Tensor<2> {
    let values: Vec<f32> = (0..count).flat_map(|number| of(scenes, number)).copied().collect();
    Tensor::from_data(TensorData::new(values, [count, scenes.features()]), device)
}

/// `u f - f^2 / 2` for each row `u` and each prototype `f`, row by row: the logarithm of the likelihood but for a factor and a term that
/// do not depend on `f`.
fn log_likelihoods(region: Tensor<2>, prototypes: &Tensor<2>) -> Vec<f32> {
    let half_squares = prototypes.clone().square().sum_dim(1).transpose() * 0.5; // [1, concepts]
    let scores = region.matmul(prototypes.clone().transpose()) - half_squares;
    scores.into_data().iter::<f32>().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiments::tensor_brain::events::{Viewing, all_facts, facts};
    use crate::experiments::tensor_brain::network::sizes;
    use pyrarium_datasets::KnowledgeGraph;

    #[test]
    fn without_noise_all_is_seen_and_in_noise_what_is_known_helps() {
        let graph = KnowledgeGraph::open("nations").unwrap();
        let scenes = Arc::new(Scenes::new(&graph, 32, 0).unwrap());
        let seen = |sigma: f64, known: &[Triple]| {
            let view = Viewing::default().opened(sigma);
            let events = Events::fixed(facts(&graph.test), scenes.clone(), view, 0);
            seen_at_best(&scenes, sizes(&graph), events, known, &Device::flex()).unwrap()
        };
        assert_eq!(seen(0.1, &all_facts(&graph)), 100.0);
        assert_eq!(seen(0.1, &facts(&graph.train)), 0.0);
        let (few, many) = (seen(3.0, &facts(&graph.test)), seen(3.0, &all_facts(&graph)));
        assert!(few > many + 5.0 && many > 5.0, "{few} {many}");
    }
}
