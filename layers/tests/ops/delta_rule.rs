//! The three forms of the delta rule, their gradients, and NumPy's numbers.

use burn::tensor::{Device, Tensor, TensorData};
use pyrarium_layers::ops::{delta_rule_attention_matrix, delta_rule_chunked, delta_rule_recurrent};
use safetensors::SafeTensors;

use crate::{Inputs, SCALE, assert_close};

type Form = Box<dyn Fn(Inputs, Option<Tensor<4>>) -> (Tensor<4>, Tensor<4>)>;

fn recurrent(x: Inputs, state: Option<Tensor<4>>) -> (Tensor<4>, Tensor<4>) {
    delta_rule_recurrent(x.q, x.k, x.v, x.beta, state, SCALE)
}

fn chunked(chunk: usize) -> Form {
    Box::new(move |x, state| delta_rule_chunked(x.q, x.k, x.v, x.beta, state, SCALE, chunk))
}

#[test]
fn chunks_give_what_the_recurrence_gives() {
    let device = Device::flex();
    let all = Inputs::random(200, &device);
    // Every length with chunks of 8, so that each remainder occurs; else around the multiples.
    let lengths = |chunk| match chunk {
        8 => (1..=200).collect(),
        _ => vec![1, 2, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129, 200],
    };
    let (outputs, _) = recurrent(all.clone(), None);
    let (outputs_from_state, _) = recurrent(all.clone(), Some(all.state.clone()));
    for chunk in [1, 8, 16, 32, 64] {
        for length in lengths(chunk) {
            let x = all.part(0, length);
            let what = format!("chunks of {chunk}, length {length}");
            let (o, _) = chunked(chunk)(x.clone(), None);
            // Measured: at most 1e-6.
            assert_close(o, outputs.clone().narrow(2, 0, length), 1e-5, &what);
            let (o, s) = chunked(chunk)(x.clone(), Some(x.state.clone()));
            assert_close(o, outputs_from_state.clone().narrow(2, 0, length), 1e-5, &what);
            if length == 200 || length == 17 {
                let (_, expected) = recurrent(x.clone(), Some(x.state.clone()));
                assert_close(s, expected, 1e-5, &what);
            }
        }
    }
}

#[test]
fn the_attention_matrix_gives_what_the_recurrence_gives() {
    let device = Device::flex();
    for length in [1, 2, 7, 16, 33, 100, 200] {
        let x = Inputs::random(length, &device);
        let (o, _) = recurrent(x.clone(), None);
        let attention = delta_rule_attention_matrix(x.q, x.k, x.beta, SCALE);
        assert_eq!(attention.dims(), [2, 2, length, length]);
        assert_close(attention.clone().triu(1), attention.zeros_like(), 1e-9, "it is causal");
        assert_close(attention.matmul(x.v), o, 1e-5, &format!("length {length}"));
    }
}

/// Gradients of `sum(o * go) + sum(s * gs)` in the order q, k, v, beta, state.
fn gradients(form: &Form, x: &Inputs, go: Tensor<4>, gs: Tensor<4>) -> Vec<TensorData> {
    let device = x.q.device().autodiff();
    let leaf = |x: &Tensor<4>| Tensor::<4>::from_data(x.to_data(), &device).require_grad();
    let beta = Tensor::<3>::from_data(x.beta.to_data(), &device).require_grad();
    let x = Inputs { q: leaf(&x.q), k: leaf(&x.k), v: leaf(&x.v), beta, state: leaf(&x.state) };
    let (o, s) = form(x.clone(), Some(x.state.clone()));
    let constant = |x: Tensor<4>| Tensor::<4>::from_data(x.into_data(), &device);
    let gradients = ((o * constant(go)).sum() + (s * constant(gs)).sum()).backward();
    let four = |x: Tensor<4>| x.grad(&gradients).expect("a gradient").into_data();
    let beta = x.beta.grad(&gradients).expect("a gradient").into_data();
    vec![four(x.q), four(x.k), four(x.v), beta, four(x.state)]
}

const NAMES: [&str; 5] = ["q", "k", "v", "beta", "s0"];

/// The largest difference, relative to the largest value.
fn relative(found: &TensorData, expected: &TensorData) -> f64 {
    assert_eq!(found.shape(), expected.shape());
    let largest = expected.iter::<f64>().fold(0.0, |m: f64, x| m.max(x.abs()));
    let error =
        found.iter::<f64>().zip(expected.iter::<f64>()).fold(0.0, |m: f64, (a, b)| m.max((a - b).abs()));
    error / largest
}

#[test]
fn gradients_agree_between_the_forms() {
    let device = Device::flex();
    for length in [1, 16, 37, 130] {
        let x = Inputs::random(length, &device);
        let (go, gs) =
            (crate::random([2, 2, length, 3], 8, &device), crate::random([2, 2, 4, 3], 9, &device));
        let recurrent: Form = Box::new(recurrent);
        let expected = gradients(&recurrent, &x, go.clone(), gs.clone());
        for chunk in [1, 8, 16, 32, 64] {
            let found = gradients(&chunked(chunk), &x, go.clone(), gs.clone());
            for ((name, found), expected) in NAMES.iter().zip(&found).zip(&expected) {
                let error = relative(found, expected);
                // Measured: at most 2e-6.
                assert!(error < 1e-4, "{name}, chunks of {chunk}, length {length}: {error:e}");
            }
        }
    }
}

fn fixture<const D: usize>(tensors: &SafeTensors<'_>, name: &str) -> Tensor<D> {
    let view = tensors.tensor(name).unwrap();
    let values: Vec<f32> =
        view.data().chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect();
    Tensor::from_data(TensorData::new(values, view.shape().to_vec()), &Device::flex())
}

#[test]
fn all_forms_give_the_numbers_of_numpy() {
    let tensors = SafeTensors::deserialize(include_bytes!("../fixtures/delta_rule.safetensors")).unwrap();
    let four = |name: &str| fixture::<4>(&tensors, name);
    let (q, k, v, state) = (four("q"), four("k"), four("v"), four("s0"));
    let x = Inputs { q, k, v, beta: fixture(&tensors, "beta"), state };
    let forms: [Form; 4] = [Box::new(recurrent), chunked(4), chunked(16), chunked(64)];
    for form in forms {
        let (o, s) = form(x.clone(), Some(x.state.clone()));
        assert_close(o, four("o"), 1e-5, "outputs");
        assert_close(s, four("s"), 1e-5, "state");
        let found = gradients(&form, &x, four("go"), four("gs"));
        for (name, found) in NAMES.iter().zip(&found) {
            let name = format!("grad_{name}");
            let expected = if name == "grad_beta" {
                fixture::<3>(&tensors, &name).into_data()
            } else {
                four(&name).into_data()
            };
            let error = relative(found, &expected);
            // Measured: at most 1e-6, rounding of the 32-bit gradients.
            assert!(error < 1e-5, "{name}: {error:e}");
        }
    }
}

#[test]
#[should_panic(expected = "a state of shape [2, 2, 3, 4], but this sequence needs [2, 2, 4, 3]")]
fn a_state_of_another_shape_is_refused() {
    let x = Inputs::random(5, &Device::flex());
    let _ = chunked(4)(x.clone(), Some(x.state.swap_dims(2, 3)));
}

#[test]
#[should_panic(expected = "chunks of 12 tokens: the size must be a power of two")]
fn a_chunk_of_another_size_is_refused() {
    let _ = chunked(12)(Inputs::random(5, &Device::flex()), None);
}
