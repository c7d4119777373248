//! Images are flattened with their channels outermost, and images of another size are refused.

use burn::tensor::{Device, Tensor};
use pyrarium_layers::ImageClassifier;
use pyrarium_mlp::MlpKind;

use crate::{KINDS, random, tiny};

#[test]
fn images_are_flattened_channels_first() {
    let device = Device::flex();
    let x = random([5, 12], 2, &device);
    let images = x.clone().reshape([5, 3, 2, 2]);
    for kind in KINDS {
        let network = tiny(kind, &device);
        let expected = network.forward(x.clone()).into_data();
        network.forward_image(images.clone()).into_data().assert_eq(&expected, true);
        network.classify(images.clone()).into_data().assert_eq(&expected, true);
    }
}

#[test]
#[should_panic(
    expected = "images of shape [5, 3, 2, 3] have 18 values each, but the input layer takes [_, 12]"
)]
fn images_of_another_size_are_refused_with_both_shapes() {
    let device = Device::flex();
    let _ = tiny(MlpKind::Bottleneck, &device).forward_image(Tensor::zeros([5, 3, 2, 3], &device));
}

#[test]
#[should_panic(expected = "axis 1 expected 12, got 13 (dims [5, 13])")]
fn rows_of_another_size_are_refused_with_both_shapes() {
    let device = Device::flex();
    let _ = tiny(MlpKind::Standard, &device).forward(Tensor::zeros([5, 13], &device));
}

#[test]
fn only_permutations_permute() {
    for kind in KINDS {
        let error = tiny(kind, &Device::flex()).permute_inputs(&[0; 12]).unwrap_err();
        assert_eq!(error.field(), "permutation");
    }
}
