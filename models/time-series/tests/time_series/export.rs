//! What is exported is read back the same, here and by transformers.

use std::{fs, path::Path, process::Command};

use burn::tensor::{Device, TensorData};
use pyrarium_time_series::{
    Backbone, Reconcile,
    huggingface::{
        Architecture, Pretrained, load, load_backbone, load_forecaster, save, save_forecaster, to_json,
    },
};
use safetensors::{Dtype, tensor::TensorView};
use serde_json::Value;

use crate::{
    fixture, forecaster,
    parity::{Case, said},
    tiny,
};

const CASES: [&str; 15] = [
    "model_ci",
    "model_ic_plain",
    "model_attention",
    "forecast_ci",
    "forecast_ci_plain",
    "forecast_ic",
    "forecast_student_t",
    "forecast_normal",
    "forecast_counts",
    "pretraining",
    "pretraining_ic",
    "classification",
    "classification_ic",
    "regression",
    "regression_nll",
];

#[test]
fn a_model_survives_export() {
    let device = Device::flex();
    for name in CASES {
        let directory = tempfile::tempdir().unwrap();
        let model = load(&fixture(name), &device).unwrap();
        save(&model, directory.path()).unwrap();
        let again = load(directory.path(), &device).unwrap();
        let case = Case::new(name, &device);
        assert_eq!(said(&model, &case), said(&again, &case), "{name}");
        let mut files: Vec<_> =
            fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        files.sort();
        assert_eq!(files, ["config.json", "model.safetensors"]);
    }
}

/// With `PYRARIUM_PYTHON` the path of a Python that has transformers, it loads every export and must say the same.
#[test]
fn transformers_loads_exports() {
    let Some(python) = std::env::var_os("PYRARIUM_PYTHON") else { return };
    let device = Device::flex();
    let directory = tempfile::tempdir().unwrap();
    for name in CASES {
        let model = load(&fixture(name), &device).unwrap();
        let case = Case::new(name, &device);
        let target = directory.path().join(name);
        save(&model, &target).unwrap();
        write_said(&model, &case, &target.join("said.safetensors"));
    }
    let script = fixture("patchtsmixer.py");
    let status = Command::new(python).arg(script).arg("check").arg(directory.path()).status().unwrap();
    assert!(status.success());
}

fn write_said(model: &Pretrained, case: &Case, path: &Path) {
    let inputs = case.tensors.iter().filter(|(name, _)| name.starts_with("in."));
    let inputs = inputs.map(|(name, data)| (name.clone(), data.clone()));
    let outputs = said(model, case).into_iter().map(|(name, data)| (format!("out.{name}"), data));
    let tensors: Vec<(String, TensorData)> = inputs.chain(outputs).collect();
    let views = tensors.iter().map(|(name, data)| {
        let dtype = if name == "in.target_values" && data.shape().to_vec().len() == 1 {
            Dtype::I64
        } else {
            Dtype::F32
        };
        (name, TensorView::new(dtype, data.shape().to_vec(), data.as_bytes()).unwrap())
    });
    fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
}

#[test]
fn settings_that_transformers_does_not_have() {
    let message = |config| to_json(Architecture::Prediction, &config).unwrap_err().to_string();
    assert_eq!(
        message(tiny().with_backbone(Backbone::V)),
        "backbone = v: must be ci or ic, which are all that transformers has"
    );
    let corrected = tiny().with_reconcile(Reconcile::new().with_cross_channel(Some(1)));
    assert!(message(corrected.clone()).starts_with("reconcile = "), "{}", message(corrected.clone()));
    assert!(to_json(Architecture::Model, &corrected).is_ok(), "the backbone has no reconciliation");
    let mut fraction = tiny();
    fraction.mask.value = 0.5;
    assert_eq!(message(fraction), "mask.value = 0.5: must be an integer, as transformers has it");

    // Nothing is written for a model that cannot be exported.
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("model");
    let model = forecaster(&tiny().with_backbone(Backbone::V));
    assert!(save_forecaster(&model, &target).is_err());
    assert!(!target.exists());
}

/// The message for a configuration in which one setting was changed.
fn refused(setting: &str, value: Value) -> String {
    let directory = tempfile::tempdir().unwrap();
    let name = fixture("forecast_ci");
    let mut config: Value =
        serde_json::from_str(&fs::read_to_string(name.join("config.json")).unwrap()).unwrap();
    config[setting] = value;
    fs::write(directory.path().join("config.json"), config.to_string()).unwrap();
    fs::copy(name.join("model.safetensors"), directory.path().join("model.safetensors")).unwrap();
    load(directory.path(), &Device::flex()).unwrap_err().to_string()
}

#[test]
fn settings_that_are_not_supported_are_refused_by_name() {
    for (setting, value, message) in [
        ("mode", "flatten".into(), "mode = \"flatten\": must be one of common_channel, mix_channel"),
        ("loss", "mae".into(), "loss = \"mae\": must be one of mse, nll"),
        ("scaling", "robust".into(), "scaling = \"robust\": must be one of mean, std, true, false, null"),
        ("norm_mlp", "RMSNorm".into(), "norm_mlp = \"RMSNorm\": must be one of LayerNorm, BatchNorm"),
        (
            "head_aggregation",
            "sum".into(),
            "head_aggregation = \"sum\": must be one of use_last, max_pool, avg_pool",
        ),
        ("model_type", "patchtst".into(), "model_type = \"patchtst\": must be one of patchtsmixer"),
        (
            "minimum_scale",
            0.1.into(),
            "minimum_scale = 0.1: must be absent: the scaler has no such setting here",
        ),
        ("d_model", (-6).into(), "d_model = -6: must be a whole number, 0 or above"),
        ("gated_attn", "yes".into(), "gated_attn = \"yes\": must be true or false"),
        ("patch_length", 21.into(), "context_length = 21: must be between 22 and 16777216"),
    ] {
        assert_eq!(refused(setting, value), message);
    }
    let classes = refused("architectures", vec!["PatchTSTModel"].into());
    assert!(
        classes.starts_with("architectures = PatchTSTModel: must be one of PatchTSMixerModel, "),
        "{classes}"
    );
}

#[test]
fn tensors_that_do_not_fit_are_refused_by_name() {
    assert_eq!(
        refused("gated_attn", false.into()),
        "`model.encoder.mlp_mixer_encoder.mixers.0.feature_mixer.gating_block.attn_layer.bias`: the model has no such parameter"
    );
    assert_eq!(
        refused("prediction_length", 5.into()),
        "`head.base_forecast_block.weight` has shape [36, 4], but `head.0.weight` needs [36, 5]"
    );
}

#[test]
fn files_that_are_missing_or_broken_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let message = || load(directory.path(), &Device::flex()).unwrap_err().to_string();
    assert!(message().contains("config.json: No such file"), "{}", message());
    fs::write(directory.path().join("config.json"), "[]").unwrap();
    assert!(message().ends_with("config.json: not an object"), "{}", message());
    fs::copy(fixture("model_ci").join("config.json"), directory.path().join("config.json")).unwrap();
    assert!(message().contains("model.safetensors: No such file"), "{}", message());
    fs::write(directory.path().join("model.safetensors"), [255; 20]).unwrap();
    assert!(message().contains("model.safetensors: "), "{}", message());
}

#[test]
fn a_directory_of_another_class_is_refused_or_gives_its_backbone() {
    let device = Device::flex();
    let error = load_forecaster(&fixture("pretraining"), &device).unwrap_err().to_string();
    assert!(error.ends_with("a PatchTSMixerForPretraining, not a PatchTSMixerForPrediction"), "{error}");
    for name in CASES {
        assert_eq!(load_backbone(&fixture(name), &device).unwrap().config().num_channels, 3);
    }
}
