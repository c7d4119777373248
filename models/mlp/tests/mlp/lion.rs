//! The paper's optimizer: Burn's Lion against a trace computed by hand.

use burn::{
    optim::{LionConfig, Optimizer},
    tensor::{Device, Tensor, TensorData, Tolerance},
};

/// One parameter, beta = (0.9, 0.99), learning rate 0.1, weight decay 0.1, so each step first multiplies by 0.99.
/// With the old momentum m: u = 0.9 m + 0.1 g, p = 0.99 p - 0.1 sign(u), m = 0.99 m + 0.01 g.
///
/// | step | g      | u                            | p                        | m                               |
/// |------|--------|------------------------------|--------------------------|---------------------------------|
/// | 0    |        |                              | 0.5                      | 0                               |
/// | 1    | 0.5    | 0.05                         | 0.495 - 0.1 = 0.395      | 0.005                           |
/// | 2    | -0.042 | 0.0045 - 0.0042 = 0.0003     | 0.39105 - 0.1 = 0.29105  | 0.00495 - 0.00042 = 0.00453     |
/// | 3    | -0.1   | 0.004077 - 0.01 = -0.005923  | 0.2881395 + 0.1          | 0.0044847 - 0.001 = 0.0034847   |
///
/// In step 2 the sign would be the other one if u used the new momentum:
/// 0.9 * 0.00453 + 0.1 * -0.042 = -0.000123.
#[test]
fn three_steps_match_the_trace() {
    let trace = [(0.5, 0.395, 0.005), (-0.042, 0.29105, 0.00453), (-0.1, 0.388_139_5, 0.003_484_7)];
    let device = Device::flex();
    let lion = LionConfig::new().with_weight_decay(0.1).build();
    let (mut parameter, mut state) = (Tensor::<1>::from_data([0.5], &device), None);
    for (gradient, expected_parameter, expected_momentum) in trace {
        let gradient = Tensor::<1>::from_data([gradient], &device);
        (parameter, state) = lion.step(0.1, parameter, gradient, state);
        let momentum = state.as_ref().unwrap().momentum.clone();
        assert_near(parameter.clone(), expected_parameter);
        assert_near(momentum, expected_momentum);
    }
}

fn assert_near(actual: Tensor<1>, expected: f32) {
    actual.into_data().assert_approx_eq::<f32>(&TensorData::from([expected]), Tolerance::absolute(1e-7));
}
