//! From a pretrained backbone to a fine-tuned or frozen one.

use burn::{
    module::Module,
    optim::{AdamConfig, GradientsParams},
    tensor::{Device, Tensor},
};
use pyrarium_layers::{seeded, testing::parameter_values};
use pyrarium_time_series::{Backbone, Forecaster, Future, TsMixerConfig, TsMixerForPretraining};

use crate::{random, tiny};

fn pretrained(config: &TsMixerConfig, device: &Device) -> TsMixerForPretraining {
    seeded::fill_uniform(config.init_pretraining(device).unwrap(), 7, 0.5)
}

#[test]
fn a_backbone_is_taken_over_and_the_head_kept() {
    let device = Device::flex();
    let model = tiny().init_forecaster(&device).unwrap();
    let head = parameter_values(&model.head);
    let source = pretrained(&tiny(), &device);
    let weights = parameter_values(&source.model);
    let loaded = model.load_backbone(source.into_backbone()).unwrap();
    assert_eq!(parameter_values(&loaded.model), weights);
    assert_eq!(parameter_values(&loaded.head), head);
    // The heads of the pretrained model's configuration do not matter, nor does its number of channels.
    let other = tiny().with_horizon(12).with_num_targets(1);
    let other = TsMixerConfig { num_channels: 9, ..other };
    let loaded =
        tiny().init_forecaster(&device).unwrap().load_backbone(pretrained(&other, &device).into_backbone());
    assert_eq!(loaded.unwrap().config().horizon, 4);
    let classifier = tiny().init_classifier(&device).unwrap();
    assert!(classifier.load_backbone(pretrained(&tiny(), &device).into_backbone()).is_ok());
    let regressor = tiny().init_regressor(&device).unwrap();
    assert!(regressor.load_backbone(pretrained(&tiny(), &device).into_backbone()).is_ok());
}

#[test]
fn a_backbone_that_does_not_fit_is_refused_by_name() {
    let device = Device::flex();
    let message = |into: TsMixerConfig, from: TsMixerConfig| {
        let model = into.init_forecaster(&device).unwrap();
        model.load_backbone(pretrained(&from, &device).into_backbone()).unwrap_err().to_string()
    };
    assert_eq!(
        message(tiny(), tiny().with_d_model(8)),
        "d_model = 8: must be 6, as in the model to be loaded into"
    );
    assert_eq!(
        message(tiny().with_gated(false), tiny()),
        "gated = true: must be false, as in the model to be loaded into"
    );
    let mixing = tiny().with_backbone(Backbone::Ic);
    assert_eq!(
        message(mixing.clone(), TsMixerConfig { num_channels: 4, ..mixing }),
        "num_channels = 4: must be 3, as in the model to be loaded into"
    );
}

#[test]
fn a_frozen_backbone_stays_as_it_is() {
    let device = Device::flex().autodiff();
    let model = tiny().with_dropout(0.5).init_forecaster(&device).unwrap();
    let model = model.load_backbone(pretrained(&tiny().with_dropout(0.5), &device).into_backbone()).unwrap();
    let mut model = model.freeze_backbone();
    let (backbone, head) = (parameter_values(&model.model), parameter_values(&model.head));
    let past = Tensor::<3>::from_data(random([2, 21, 3], 1).into_data(), &device);
    let features = |model: &pyrarium_time_series::TsMixerForecaster| {
        model.model.forward(past.clone(), None).hidden.into_data()
    };
    assert_eq!(features(&model), features(&model), "no dropout in a frozen backbone");
    let mut optimizer = AdamConfig::new().init();
    for _ in 0..3 {
        let values = Tensor::<3>::from_data(random([2, 4, 3], 2).into_data(), &device);
        let (_, loss) = model.forecast_and_loss(past.clone(), None, Future { values, observed: None });
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        assert_eq!(gradients.len(), 2, "weight and bias of the head");
        model = optimizer.step(1e-2, model, gradients);
    }
    assert_eq!(parameter_values(&model.model), backbone);
    assert_ne!(parameter_values(&model.head), head);
}

#[test]
fn the_configuration_survives_records_and_devices() {
    let model = tiny().with_horizon(7).init_forecaster(&Device::flex()).unwrap();
    let config = model.config().clone();
    let model = model.train().valid();
    assert_eq!(model.config(), &config);
    let record = model.into_record();
    assert_eq!(config.init_forecaster(&Device::flex()).unwrap().load_record(record).config(), &config);
}
