//! Both networks once more, in double precision and plain loops, from the equations of the paper.

use std::f64::consts::PI;

use burn::{module::Module, optim::GradientsParams};
use pyrarium_layers::testing::{ValuesByPath, gradient_values, parameter_values};
use pyrarium_mlp::MlpKind;

/// Values by parameter path.
#[derive(Clone)]
pub struct Parameters(pub ValuesByPath);

impl Parameters {
    /// The parameters of a module.
    pub fn of(module: &impl Module) -> Self {
        Self(parameter_values(module))
    }

    /// The gradients of a module's parameters.
    pub fn gradients(module: &impl Module, gradients: &GradientsParams) -> Self {
        Self(gradient_values(module, gradients).unwrap())
    }

    /// Logits of one flattened image.
    pub fn forward(&self, kind: MlpKind, x: &[f64]) -> Vec<f64> {
        let mut z = self.linear("input", x);
        for block in (0..).map(|index| format!("blocks.{index}")).take_while(|block| self.has(block)) {
            let normed = self.layer_norm(&format!("{block}.norm"), &z);
            z = match kind {
                MlpKind::Bottleneck => {
                    let inside = gelu_all(&self.linear(&format!("{block}.expand"), &normed));
                    let update = self.linear(&format!("{block}.contract"), &inside);
                    z.iter().zip(&update).map(|(z, u)| z + u).collect()
                }
                MlpKind::Standard => self.linear(&format!("{block}.linear"), &gelu_all(&normed)),
            };
        }
        self.linear("head", &z)
    }

    fn has(&self, block: &str) -> bool {
        self.0.contains_key(&format!("{block}.norm.gamma"))
    }

    /// `y_j = b_j + sum_i x_i W_ij`, with the weight stored as `[inputs, outputs]`.
    fn linear(&self, path: &str, x: &[f64]) -> Vec<f64> {
        let weight = &self.0[&format!("{path}.weight")];
        let bias = &self.0[&format!("{path}.bias")];
        assert_eq!(weight.len(), x.len() * bias.len());
        let weighted =
            |j: usize| -> f64 { x.iter().enumerate().map(|(i, x)| x * weight[i * bias.len() + j]).sum() };
        bias.iter().enumerate().map(|(j, b)| b + weighted(j)).collect()
    }

    fn layer_norm(&self, path: &str, x: &[f64]) -> Vec<f64> {
        layer_norm(x, &self.0[&format!("{path}.gamma")], &self.0[&format!("{path}.beta")])
    }
}

/// `gamma (x - mean) / sqrt(variance + 1e-5) + beta`, the variance being that of the population.
pub fn layer_norm(x: &[f64], gamma: &[f64], beta: &[f64]) -> Vec<f64> {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    let scaled = x.iter().map(|x| (x - mean) / (variance + 1e-5).sqrt());
    scaled.zip(gamma.iter().zip(beta)).map(|(x, (gamma, beta))| gamma * x + beta).collect()
}

pub fn gelu_all(x: &[f64]) -> Vec<f64> {
    x.iter().map(|&x| gelu(x)).collect()
}

/// `x Phi(x)` with the distribution function of the standard normal.
pub fn gelu(x: f64) -> f64 {
    0.5 * x * (1.0 + erf(x / 2.0_f64.sqrt()))
}

/// The error function by `2/sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (1 3 5 .. (2n+1))`, whose terms are all of
/// one sign: about 15 correct digits for |x| < 6. Beyond, 1 - |erf| is below 1e-16.
fn erf(x: f64) -> f64 {
    if x.abs() >= 6.0 {
        return x.signum();
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..200 {
        term *= 2.0 * x * x / f64::from(2 * n + 1);
        sum += term;
    }
    2.0 / PI.sqrt() * (-x * x).exp() * sum
}

#[test]
fn erf_has_the_values_of_the_tables() {
    for (x, expected) in [
        (0.0, 0.0),
        (0.5, 0.520_499_877_813_046_5),
        (1.0, 0.842_700_792_949_714_9),
        (2.0, 0.995_322_265_018_952_7),
        (3.0, 0.999_977_909_503_001_4),
        (7.0, 1.0),
    ] {
        assert!((erf(x) - expected).abs() < 1e-14, "erf({x}) = {}", erf(x));
        assert_eq!(erf(-x), -erf(x));
    }
}
