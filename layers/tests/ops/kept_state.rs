//! A sequence may be cut anywhere: parts that hand on the state are the whole.

use burn::tensor::{Device, Tensor};
use pyrarium_layers::ops::{
    delta_rule_chunked, delta_rule_recurrent, gated_parallel, gated_recurrent, retention_parallel,
    retention_recurrent,
};

use crate::{Inputs, SCALE, assert_close, random};

const LENGTH: usize = 45;

type Form<'a> = Box<dyn Fn(usize, usize, Option<Tensor<4>>) -> (Tensor<4>, Tensor<4>) + 'a>;

#[test]
fn parts_that_hand_on_the_state_are_the_whole() {
    let device = Device::flex();
    let all = Inputs::random(LENGTH, &device);
    let log_alpha = -random([2, 2, LENGTH, 4], 6, &device).abs();
    let gamma = || Tensor::<1>::from_data([0.9_f32, 0.6], &device);
    let gates = |start, length| log_alpha.clone().narrow(2, start, length);
    let forms: [(&str, Form<'_>); 6] = [
        (
            "delta rule, recurrent",
            Box::new(|start, length, state| {
                let x = all.part(start, length);
                delta_rule_recurrent(x.q, x.k, x.v, x.beta, state, SCALE)
            }),
        ),
        (
            "delta rule, chunked",
            Box::new(|start, length, state| {
                let x = all.part(start, length);
                delta_rule_chunked(x.q, x.k, x.v, x.beta, state, SCALE, 16)
            }),
        ),
        (
            "retention, recurrent",
            Box::new(|start, length, state| {
                let x = all.part(start, length);
                retention_recurrent(x.q, x.k, x.v, gamma(), state, SCALE)
            }),
        ),
        (
            "retention, parallel",
            Box::new(|start, length, state| {
                let x = all.part(start, length);
                retention_parallel(x.q, x.k, x.v, gamma(), state, SCALE, 16)
            }),
        ),
        (
            "gated, recurrent",
            Box::new(|start, length, state| {
                let x = all.part(start, length);
                gated_recurrent(x.q, x.k, x.v, gates(start, length), state, SCALE)
            }),
        ),
        (
            "gated, parallel",
            Box::new(|start, length, state| {
                let x = all.part(start, length);
                gated_parallel(x.q, x.k, x.v, gates(start, length), state, SCALE, 16)
            }),
        ),
    ];
    for (name, form) in &forms {
        let (whole, last) = form(0, LENGTH, Some(all.state.clone()));
        for cut in [1, 7, 15, 16, 17, 31, 32, 44] {
            let (left, state) = form(0, cut, Some(all.state.clone()));
            let (right, state) = form(cut, LENGTH - cut, Some(state));
            let what = format!("{name} cut at {cut}");
            assert_close(Tensor::cat(vec![left, right], 2), whole.clone(), 1e-5, &what);
            assert_close(state, last.clone(), 1e-5, &what);
        }
    }
}
