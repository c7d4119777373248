//! What transformers says, by its own weights: outputs, losses and gradients.

use std::{collections::BTreeMap, fs};

use burn::{
    module::Module,
    optim::GradientsParams,
    tensor::{Device, Int, Tensor, TensorData},
};
use pyrarium_layers::{Source, Transpose, testing::gradient_values};
use pyrarium_time_series::{
    Forecaster, Future, TsMixerForecaster, TsMixerOutput,
    huggingface::{Architecture, Pretrained, load, sources},
};
use safetensors::{Dtype, SafeTensors};

use crate::{fixture, numbers};

/// What the issue asks for; absolute for numbers below 1, relative above.
const TOLERANCE: f64 = 1e-5;

pub type Tensors = BTreeMap<String, TensorData>;

pub fn read(bytes: &[u8]) -> Tensors {
    let tensors = SafeTensors::deserialize(bytes).unwrap();
    let read = |(name, view): (&str, safetensors::tensor::TensorView<'_>)| {
        let shape = view.shape().to_vec();
        let data = match view.dtype() {
            Dtype::F32 => {
                let values: Vec<f32> =
                    view.data().chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
                TensorData::new(values, shape)
            }
            Dtype::I64 => {
                let values: Vec<i64> =
                    view.data().chunks_exact(8).map(|b| i64::from_le_bytes(b.try_into().unwrap())).collect();
                TensorData::new(values, shape)
            }
            other => panic!("{name} is of {other:?}"),
        };
        (name.to_string(), data)
    };
    tensors.iter().map(read).collect()
}

/// The inputs and the outputs of a fixture.
pub struct Case {
    pub tensors: Tensors,
    pub device: Device,
}

impl Case {
    pub fn new(name: &str, device: &Device) -> Self {
        let bytes = fs::read(fixture(name).join("expected.safetensors")).unwrap();
        Self { tensors: read(&bytes), device: device.clone() }
    }

    pub fn input<const D: usize>(&self, name: &str) -> Tensor<D> {
        Tensor::from_data(self.tensors[&format!("in.{name}")].clone(), &self.device)
    }

    fn observed(&self) -> Option<Tensor<3>> {
        self.tensors.contains_key("in.observed_mask").then(|| self.input("observed_mask"))
    }

    fn assert(&self, name: &str, actual: TensorData) {
        let expected = &self.tensors[&format!("out.{name}")];
        assert_eq!(actual.shape(), expected.shape(), "{name}");
        assert_close(name, &numbers(actual), &numbers(expected.clone()));
    }

    /// The fixture's forecast loss.
    fn future(&self) -> Future {
        Future { values: self.input("future_values"), observed: None }
    }
}

fn assert_close(name: &str, actual: &[f64], expected: &[f64]) {
    assert_eq!(actual.len(), expected.len(), "{name}");
    for (actual, expected) in actual.iter().zip(expected) {
        let error = (actual - expected).abs() / expected.abs().max(1.0);
        assert!(error < TOLERANCE, "{name}: {actual} instead of {expected}, {error:e}");
    }
}

fn assert_output(case: &Case, output: TsMixerOutput) {
    for (name, tensor) in [("hidden", output.hidden), ("patches", output.patches)] {
        if case.tensors.contains_key(&format!("out.{name}")) {
            case.assert(name, tensor.into_data());
        }
    }
}

/// Everything that a model says on the inputs of a case.
pub fn said(model: &Pretrained, case: &Case) -> Vec<(&'static str, TensorData)> {
    let past: Tensor<3> = case.input("past_values");
    let observed = case.observed();
    match model {
        Pretrained::Model(model) => {
            let output = model.forward(past, observed);
            vec![
                ("hidden", output.hidden.into_data()),
                ("patches", output.patches.into_data()),
                ("loc", output.loc.into_data()),
                ("scale", output.scale.into_data()),
            ]
        }
        Pretrained::Pretraining(model) => {
            let mask: Tensor<3> = case.input("mask");
            let restored = model.forward(past.clone(), observed.clone(), mask.clone());
            vec![("mean", restored.into_data()), ("loss", model.loss(past, observed, mask).into_data())]
        }
        Pretrained::Forecaster(model) => {
            let (forecast, loss) = model.forecast_and_loss(past, observed, case.future());
            vec![("mean", forecast.into_data()), ("loss", loss.into_data())]
        }
        Pretrained::Classifier(model) => {
            let classes: Tensor<1, Int> =
                Tensor::from_data(case.tensors["in.target_values"].clone(), &case.device);
            let scores = model.forward(past.clone(), None);
            vec![("mean", scores.into_data()), ("loss", model.loss(past, None, classes).into_data())]
        }
        Pretrained::Regressor(model) => {
            let targets = case.input("target_values");
            let mean = model.forward(past.clone(), None);
            vec![("mean", mean.into_data()), ("loss", model.loss(past, None, targets).into_data())]
        }
    }
}

fn check(name: &str, architecture: Architecture) {
    let device = Device::flex();
    let case = Case::new(name, &device);
    let model = load(&fixture(name), &device).unwrap();
    assert_eq!(model.architecture(), architecture);
    for (output, actual) in said(&model, &case) {
        case.assert(output, actual);
    }
    let past = case.input("past_values");
    match &model {
        Pretrained::Forecaster(model) => assert_output(&case, model.model.forward(past, case.observed())),
        Pretrained::Pretraining(model) => {
            let mask = case.input("mask");
            assert_output(&case, model.model.forward_masked(past, case.observed(), mask));
        }
        _ => {}
    }
}

/// The forecasting loss on the autodiff device, where a model has no dropout once its layers are frozen and its parameters are not.
fn check_gradients(name: &str) {
    let device = Device::flex().autodiff();
    let case = Case::new(name, &device);
    let Pretrained::Forecaster(model) = load(&fixture(name), &device).unwrap() else {
        panic!("no forecaster")
    };
    let config = model.config().clone();
    let model = without_dropout(model, &device);
    let (_, loss) = model.forecast_and_loss(case.input("past_values"), case.observed(), case.future());
    let gradients = GradientsParams::from_grads(loss.backward(), &model);
    let ours = gradient_values(&model, &gradients).unwrap();
    let mut compared = 0;
    for (key, source) in sources(Architecture::Prediction, &config) {
        let Source::Parameter(path, transpose) = source else { continue };
        let expected = &case.tensors[&format!("grad.{key}")];
        let mut values = numbers(expected.clone());
        if let (Transpose::Yes, &[outputs, inputs]) = (transpose, expected.shape().to_vec().as_slice()) {
            values = (0..values.len()).map(|at| values[at % outputs * inputs + at / outputs]).collect();
        }
        // The paths of gradients do without the variant of the norm.
        assert_close(&key, &ours[&path.replace(".Layer", "")], &values);
        compared += 1;
    }
    assert_eq!(compared, ours.len());
}

fn without_dropout(model: TsMixerForecaster, device: &Device) -> TsMixerForecaster {
    let config = model.config().clone().with_dropout(0.0).with_head_dropout(0.0);
    let record = model.into_record();
    config.init_forecaster(device).unwrap().load_record(record)
}

#[test]
fn backbones() {
    for name in ["model_ci", "model_ic_plain", "model_attention"] {
        check(name, Architecture::Model);
    }
}

#[test]
fn forecasts() {
    for name in ["forecast_ci", "forecast_ci_plain", "forecast_ic"] {
        check(name, Architecture::Prediction);
    }
}

#[test]
fn distributions() {
    for name in ["forecast_student_t", "forecast_normal", "forecast_counts"] {
        check(name, Architecture::Prediction);
    }
}

#[test]
fn gradients_of_the_forecasting_loss() {
    for name in [
        "forecast_ci",
        "forecast_ci_plain",
        "forecast_ic",
        "forecast_student_t",
        "forecast_normal",
        "forecast_counts",
    ] {
        check_gradients(name);
    }
}

#[test]
fn pretraining() {
    for name in ["pretraining", "pretraining_ic"] {
        check(name, Architecture::Pretraining);
    }
}

#[test]
fn classification() {
    for name in ["classification", "classification_ic"] {
        check(name, Architecture::Classification);
    }
}

#[test]
fn regression() {
    for name in ["regression", "regression_nll"] {
        check(name, Architecture::Regression);
    }
}
