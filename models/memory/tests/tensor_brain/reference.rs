//! A decoding once more, in double precision and plain loops, from the equations of the paper.

use burn::{
    optim::GradientsParams,
    tensor::{Device, Tensor},
};
use pyrarium_layers::testing::{ValuesByPath, gradient_values, parameter_values};
use pyrarium_memory::{
    Triple,
    tensor_brain::{Activation, EvolutionKind, Order, Role, TensorBrain, TripleTensors},
};

use crate::{ENTITIES, PREDICATES, STATE, config, seeded_brain, senses, triples};

const KINDS: [EvolutionKind; 4] =
    [EvolutionKind::Original, EvolutionKind::Gru, EvolutionKind::FeedForward, EvolutionKind::None];

const ACTIVATIONS: [Activation; 2] = [Activation::Sigmoid, Activation::Centred];

/// Half the width of a central difference; its relative error is about the square of this.
const STEP: f64 = 1e-5;

/// Values by parameter path.
struct Parameters {
    values: ValuesByPath,
    activation: Activation,
}

/// What one row sees: scene, then the regions of subject, predicate and object.
type Seen = [Vec<f64>; 4];

impl Parameters {
    fn of(module: &TensorBrain, activation: Activation) -> Self {
        Self { values: parameter_values(module), activation }
    }

    fn activations(&self, x: &[f64]) -> Vec<f64> {
        let rest = if self.activation == Activation::Centred { 0.5 } else { 0.0 };
        x.iter().map(|&x| sigmoid(x) - rest).collect()
    }

    /// `x W`, with the weight stored as `[inputs, outputs]`, plus the bias where there is one.
    fn linear(&self, path: &str, x: &[f64]) -> Vec<f64> {
        let weight = &self.values[&format!("{path}.weight")];
        let outputs = weight.len() / x.len();
        let bias = self.values.get(&format!("{path}.bias"));
        let product = |j: usize| -> f64 { (0..x.len()).map(|i| x[i] * weight[i * outputs + j]).sum() };
        (0..outputs).map(|j| product(j) + bias.map_or(0.0, |bias| bias[j])).collect()
    }

    /// The row of an index unit in the way down.
    fn embedding(&self, path: &str, index: usize) -> &[f64] {
        &self.values[path][index * STATE..][..STATE]
    }

    fn evolve(&self, kind: EvolutionKind, q: &[f64], h: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let gamma = self.activations(q);
        let evolution = |part: &str, x: &[f64]| self.linear(&format!("evolution.{part}"), x);
        match kind {
            EvolutionKind::Original => {
                let inside = sum(&sigmoids(h), &evolution("input", &gamma));
                let h = evolution("recurrent", &self.activations(&inside));
                (evolution("output", &self.activations(&h)), h)
            }
            EvolutionKind::Gru => {
                let (v, b) = (evolution("input", &gamma), evolution("recurrent", h));
                let n = h.len();
                let next: Vec<f64> = (0..n)
                    .map(|i| {
                        let (r, z) = (sigmoid(v[i] + b[i]), sigmoid(v[n + i] + b[n + i]));
                        let new = (v[2 * n + i] + r * b[2 * n + i]).tanh();
                        (1.0 - z) * new + z * h[i]
                    })
                    .collect();
                (evolution("output", &next), next)
            }
            EvolutionKind::FeedForward => {
                let h = evolution("input", &gamma);
                (evolution("output", &self.activations(&h)), h)
            }
            EvolutionKind::None => (q.to_vec(), h.to_vec()),
        }
    }

    /// `log p(s, p, o)` of what one row sees.
    fn log_prob(&self, kind: EvolutionKind, seen: &Seen, triple: Triple, order: Order) -> f64 {
        let down =
            if self.values.contains_key("index.top_down") { "index.top_down" } else { "index.embedding" };
        let mut q = sum(&self.values["neutral"], &self.linear("sensory", &seen[0]));
        let mut h = vec![0.0; crate::WORKING];
        let mut total = 0.0;
        for (step, role) in order.roles().into_iter().enumerate() {
            if step > 0 {
                (q, h) = self.evolve(kind, &q, &h);
            }
            let (region, members, chosen) = match role {
                Role::Subject => (1, 0..ENTITIES, triple.subject),
                Role::Predicate => (2, ENTITIES..ENTITIES + PREDICATES, triple.predicate),
                Role::Object => (3, 0..ENTITIES, triple.object),
            };
            q = sum(&q, &self.linear("sensory", &seen[region]));
            let gamma = self.activations(&q);
            let score = |k: usize| {
                let a = self.embedding("index.embedding", k);
                a.iter().zip(&gamma).map(|(a, g)| a * g).sum::<f64>() + self.values["index.bias"][k]
            };
            let all: f64 = members.clone().map(|k| score(k).exp()).sum();
            total += score(members.start + chosen) - all.ln();
            q = sum(&q, self.embedding(down, members.start + chosen));
        }
        total
    }
}

fn sum(a: &[f64], b: &[f64]) -> Vec<f64> {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn sigmoids(x: &[f64]) -> Vec<f64> {
    x.iter().map(|&x| sigmoid(x)).collect()
}

/// What each of the three rows sees.
fn seen(device: &Device) -> Vec<Seen> {
    let senses = senses(3, 1, device);
    let rows = |tensor: &Tensor<2>| -> Vec<Vec<f64>> {
        let columns = tensor.dims()[1];
        let values: Vec<f64> = tensor.to_data().iter::<f64>().collect();
        values.chunks(columns).map(<[f64]>::to_vec).collect()
    };
    let [scene, subject, predicate, object] =
        [&senses.scene, &senses.subject, &senses.predicate, &senses.object].map(rows);
    (0..3).map(|i| [&scene, &subject, &predicate, &object].map(|region| region[i].clone())).collect()
}

#[test]
fn log_probabilities_match_the_reference() {
    let device = Device::flex();
    let triples = triples();
    let seen = seen(&device);
    let all = KINDS.into_iter().flat_map(|kind| ACTIVATIONS.map(|activation| (kind, activation)));
    for (kind, activation) in all {
        let brain = seeded_brain(config().with_evolution(kind).with_activation(activation), &device);
        let reference = Parameters::of(&brain, activation);
        let drive = brain.perception(senses(3, 1, &device));
        for order in [Order::SOP, Order::SPO] {
            let tensors = TripleTensors::new(&triples, &device);
            let found: Vec<f64> = brain.log_prob(&tensors, &drive, order).into_data().iter::<f64>().collect();
            for ((seen, &triple), found) in seen.iter().zip(&triples).zip(found) {
                let expected = reference.log_prob(kind, seen, triple, order);
                assert!((found - expected).abs() < 1e-5, "{kind} {activation} {order}: {found} {expected}");
            }
        }
    }
}

/// The embedding is one tensor with one gradient from both ways: central differences move it in both.
#[test]
fn gradients_match_central_differences() {
    let device = Device::flex().autodiff();
    let triples = triples();
    let seen = seen(&device);
    let cases = KINDS.map(|kind| (kind, true)).into_iter().chain([(EvolutionKind::Original, false)]);
    let cases = cases.flat_map(|(kind, tied)| ACTIVATIONS.map(|activation| (kind, tied, activation)));
    for (kind, tied, activation) in cases {
        let config = config().with_evolution(kind).with_tied(tied).with_activation(activation);
        let brain = seeded_brain(config, &device);
        let drive = brain.perception(senses(3, 1, &device));
        let loss = brain.log_prob(&TripleTensors::new(&triples, &device), &drive, Order::SOP).sum();
        let gradients = GradientsParams::from_grads(loss.backward(), &brain);
        let mut reference = Parameters::of(&brain, activation);
        for (path, gradient) in gradient_values(&brain, &gradients).unwrap() {
            let expected: Vec<f64> = (0..gradient.len())
                .map(|index| {
                    let value = reference.values[&path][index];
                    let mut loss_at = |value: f64| -> f64 {
                        reference.values.get_mut(&path).unwrap()[index] = value;
                        let rows = seen.iter().zip(&triples);
                        rows.map(|(seen, &triple)| reference.log_prob(kind, seen, triple, Order::SOP)).sum()
                    };
                    let difference = (loss_at(value + STEP) - loss_at(value - STEP)) / (2.0 * STEP);
                    loss_at(value);
                    difference
                })
                .collect();
            let largest = expected.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
            let error =
                gradient.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / largest;
            assert!(error < 1e-5, "{kind}, tied {tied}, {activation}, {path}: relative error {error:e}");
        }
    }
}
