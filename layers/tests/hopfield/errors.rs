//! What cannot be is refused by name.

use burn::tensor::{Bool, Device, Tensor};
use pyrarium_layers::hopfield::{
    AssociationMask, HopfieldConfig, HopfieldDecoderLayerConfig, HopfieldEncoderLayerConfig,
    HopfieldLookupConfig, HopfieldPoolingConfig, MaskError, Masks, Scaling,
};

use crate::{layer, random};

fn message(config: HopfieldConfig) -> String {
    config.init(&Device::flex()).unwrap_err().to_string()
}

#[test]
fn configurations_that_cannot_be_are_refused() {
    let base = || HopfieldConfig::new(6);
    for (config, expected) in [
        (
            base().with_num_heads(4),
            "num_heads = 4: must be a divisor of input_size = 6, or hidden_size given",
        ),
        (HopfieldConfig::new(0), "input_size = 0: must be between 1 and 1048576"),
        (
            HopfieldConfig { normalize_state_pattern: false, ..base() },
            "normalize_state_pattern_affine = true: must be false while normalize_state_pattern is",
        ),
        (
            base().with_normalize_hopfield_space_affine(true),
            "normalize_hopfield_space_affine = true: must be false while normalize_hopfield_space is",
        ),
        (
            base().with_pattern_projection_as_connected(true).with_projection_size(Some(5)),
            "projection_size = 5: must be stored_size, projections being connected, = 6",
        ),
        (
            base().with_pattern_projection_as_connected(true).with_pattern_size(Some(5)),
            "pattern_size = 5: must be hidden_size, projections being connected, = 6",
        ),
        (
            base().with_pattern_projection_as_connected(true).with_stored_pattern_as_static(true),
            "pattern_projection_as_connected = true: must be false while stored patterns are static, as there is no \
             projection to connect with",
        ),
        (
            base().with_stored_pattern_as_static(true).with_hidden_size(Some(5)),
            "stored_size = 6: must be hidden_size, stored patterns being static, = 5",
        ),
        (
            base().with_pattern_projection_as_static(true).with_pattern_size(Some(5)),
            "projection_size = 6: must be pattern_size, values being static, = 5",
        ),
        (
            base().with_num_heads(2).with_scaling(Scaling::PerHead(vec![1.0; 3])),
            "scaling = [1.0, 1.0, 1.0]: must be as many values as num_heads = 2",
        ),
        (base().with_scaling(Scaling::All(0.0)), "scaling = 0: must be greater than 0"),
        (base().with_update_steps_eps(0.0), "update_steps_eps = 0: must be greater than 0"),
        (base().with_update_steps_eps(f64::NAN), "update_steps_eps = NaN: must be greater than 0"),
        (
            base().with_update_steps_max(None).with_fixed_steps(true),
            "fixed_steps = true: must be false while update_steps_max is not given",
        ),
        (base().with_dropout(1.0), "dropout = 1: must be 0 or more and less than 1"),
        (base().with_hidden_size(Some(0)), "hidden_size = 0: must be between 1 and 1048576"),
    ] {
        assert_eq!(message(config), expected);
    }
    // Heads that do not divide are fine where their size is given.
    assert!(base().with_num_heads(4).with_hidden_size(Some(2)).validate().is_ok());
}

#[test]
fn layers_around_the_association_refuse_too() {
    let device = Device::flex();
    let pooling = HopfieldPoolingConfig::new(HopfieldConfig::new(6)).with_quantity(0).init(&device);
    assert_eq!(pooling.unwrap_err().to_string(), "quantity = 0: must be between 1 and 1048576");
    let table = HopfieldLookupConfig::new(HopfieldConfig::new(6).with_projection_size(Some(2)), 3);
    let expected = "projection_size = 2: must be stored_size = 6 unless lookup_weights_as_separated";
    assert_eq!(table.init(&device).unwrap_err().to_string(), expected);
    let narrow = || HopfieldConfig::new(6).with_output_size(Some(5));
    let encoder = HopfieldEncoderLayerConfig::new(narrow()).init(&device);
    let expected = "output_size = 5: must be input_size = 6, which is added to it";
    assert_eq!(encoder.unwrap_err().to_string(), expected);
    let decoder = HopfieldDecoderLayerConfig::new(HopfieldConfig::new(6), HopfieldConfig::new(4));
    let expected = "cross.input_size = 4: must be own.input_size = 6";
    assert_eq!(decoder.init(&device).unwrap_err().to_string(), expected);
    let none = HopfieldEncoderLayerConfig::new(HopfieldConfig::new(6)).with_feed_forward(0);
    assert!(none.init(&device).unwrap_err().to_string().starts_with("feed_forward = 0"));
}

#[test]
fn masks_that_do_not_fit_are_refused() {
    let device = Device::flex();
    let bools = |shape: [usize; 2]| Tensor::<2, Bool>::full(shape, false, &device);
    let padding = Masks::padding(bools([2, 4]));
    let error = padding.validate([2, 1, 3, 5]).unwrap_err();
    assert_eq!(error, MaskError::Shape { mask: "padding", found: vec![2, 4], expected: vec![2, 5] });
    assert_eq!(error.to_string(), "the padding mask has shape [2, 4], but must have [2, 5]");
    let pairs = Masks::association(AssociationMask::Forbid(bools([5, 3])));
    assert!(pairs.validate([2, 1, 3, 5]).is_err() && pairs.validate([2, 1, 5, 3]).is_ok());
    let by_head = Masks::association(AssociationMask::AddByHead(Tensor::zeros([2, 3, 5], &device)));
    assert_eq!(
        by_head.validate([2, 2, 3, 5]).unwrap_err().to_string(),
        "the association mask has shape [2, 3, 5], but must have [4, 3, 5]"
    );
}

#[test]
fn a_state_for_which_nothing_is_left_is_refused() {
    let device = Device::flex();
    let padding = Tensor::<2, Bool>::from_data([[false, true], [true, true]], &device);
    let error = Masks::padding(padding.clone()).validate([2, 2, 1, 2]).unwrap_err();
    assert_eq!(error, MaskError::NothingLeft { row: 1, head: 0, state: 0 });
    assert_eq!(
        error.to_string(),
        "all stored patterns are masked for state 0 of head 0 in row 1 of the batch"
    );
    // What one mask leaves the other forbids.
    let masks = Masks {
        padding: Some(Tensor::from_data([[false, true]], &device)),
        association: Some(AssociationMask::Forbid(Tensor::from_data(
            [[false, false], [true, false]],
            &device,
        ))),
    };
    let error = masks.validate([1, 1, 2, 2]).unwrap_err();
    assert_eq!(error, MaskError::NothingLeft { row: 0, head: 0, state: 1 });
}

#[test]
#[should_panic(expected = "the padding mask has shape [2, 4], but must have [2, 5]")]
fn a_mask_of_another_shape_panics_with_both() {
    let device = Device::flex();
    let masks = Masks::padding(Tensor::<2, Bool>::full([2, 4], false, &device));
    layer(&HopfieldConfig::new(6), &device).forward_self(random([2, 5, 6], 1, &device), &masks);
}

#[test]
#[should_panic(expected = "cannot hold values of shape [1, 3, 5]")]
fn a_table_of_another_shape_panics_with_both() {
    let table = HopfieldLookupConfig::new(HopfieldConfig::new(6), 3).init(&Device::flex()).unwrap();
    table.set_lookup(random([3, 5], 1, &Device::flex()), None);
}
