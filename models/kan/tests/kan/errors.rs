//! What is refused, and how.

use burn::tensor::{Device, Tensor};
use pyrarium_kan::{
    Basis, ConfigError, ConvKanConfig, Family, GrKanConfig, KanConfig, KanConv2dConfig, KanLayerConfig, Mask,
    pool,
};
use pyrarium_layers::bases::{BSpline, Rbf};

use crate::{all_families, network, random};

fn message<T: std::fmt::Debug>(result: Result<T, ConfigError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn configurations() {
    let device = Device::flex();
    let of = |layer: KanLayerConfig| message(KanConfig::new(vec![2, 1], layer).init(&device));
    assert_eq!(of(KanLayerConfig::selectable(Vec::new())), "pool = empty: must be one family at least");
    assert_eq!(of(KanLayerConfig::new(Vec::new(), false)), "pool = empty: must be one family at least");
    let two = vec![Family::Rbf.basis(8).unwrap(); 2];
    assert_eq!(of(KanLayerConfig::new(two, false)), "pool = 2 families: must be one, or selectable");
    assert_eq!(of(KanLayerConfig::single(Basis::Rbf(Rbf { n: 0 }))), "n = 0: must be between 2 and 1024");
    let spline = |range| KanLayerConfig::single(Basis::BSpline(BSpline { grid: 5, order: 3, range }));
    assert_eq!(of(spline([f64::NEG_INFINITY, 1.0])), "range = [-inf, 1]: must be finite and increasing");
    assert_eq!(
        of(KanLayerConfig::single(Basis::BSpline(BSpline::new(3, 3)))),
        "order = 3: must be below the number of intervals, 3"
    );
    let dims = |dims: &[usize]| message(KanConfig::new(dims.to_vec(), all_families()).init(&device));
    assert_eq!(dims(&[]), "layers = 0: must be between 1 and 1024");
    assert_eq!(dims(&[3]), "layers = 0: must be between 1 and 1024");
    assert_eq!(dims(&[3, 0]), "d_out = 0: must be between 1 and 1048576");
}

#[test]
fn convolutions() {
    let device = Device::flex();
    let conv = |kernel| KanConv2dConfig::new([1, 2], kernel, all_families());
    let fits = conv([5, 5]).with_padding([1, 1]);
    assert_eq!(fits.output_size([3, 3]).unwrap(), [1, 1]);
    assert_eq!(message(fits.output_size([2, 3])), "kernel = 5: must be at most the padded input, 4");
    assert_eq!(message(conv([0, 3]).init(&device)), "kernel = 0: must be between 1 and 64");
    assert_eq!(
        message(conv([3, 3]).with_stride([1, 0]).init(&device)),
        "stride = 0: must be between 1 and 64"
    );
    let network = ConvKanConfig::new([1, 8, 8], 10, all_families()).with_kernel(11);
    assert_eq!(message(network.init(&device)), "kernel = 11: must be at most the padded input, 10");
}

#[test]
fn selections() {
    let device = Device::flex();
    let network = network(&[2, 3, 1], all_families(), &device);
    let x = random([10, 2], 1, &device);
    assert_eq!(
        message(network.contributions(x.clone().narrow(0, 0, 1))),
        "batch = 1: must be two rows at least, to measure contributions"
    );
    let contributions = network.contributions(x.clone()).unwrap();
    assert_eq!(
        message(contributions[0].strongest(6)),
        "keep = 6: must be between 1 and the 5 members of the pool"
    );
    let mask = |keep| contributions.iter().map(|layer| layer.strongest(keep).unwrap()).collect::<Vec<Mask>>();
    assert_eq!(message(network.select(&mask(1)[..1])), "masks = 1: must be one for each of 2 layers");
    let swapped: Vec<Mask> = mask(1).into_iter().rev().collect();
    assert_eq!(message(network.select(&swapped)), "mask = of shape [5, 1, 1]: must be of shape [5, 1, 3]");
    let mut empty = mask(1);
    empty[0].kept = vec![false; 15];
    assert_eq!(
        message(network.select(&empty)),
        "mask = no member at input 0, output 0: must be such that each node keeps a member of the pool"
    );
    let selected = network.select(&mask(1)).unwrap();
    let mut others = mask(1);
    others.iter_mut().for_each(|mask| mask.kept.iter_mut().for_each(|kept| *kept = !*kept));
    assert_eq!(
        message(selected.select(&others)),
        "mask = only removed members: must be such that each node keeps an active one"
    );
    assert_eq!(message(selected.prunings(1.0, x.clone())), "threshold = 1: must be in [0, 1)");
    let mut prunings = selected.prunings(0.5, x).unwrap();
    assert_eq!(message(selected.pruned(&prunings[1..])), "prunings = 1: must be one for each of 2 layers");
    prunings[0].edges = Some(vec![true]);
    assert_eq!(message(selected.pruned(&prunings)), "edges = 1 values: must be 6 values");
}

#[test]
fn group_rational_layers() {
    let device = Device::flex();
    assert_eq!(
        message(GrKanConfig::new(12, 16, 3).init(&device)),
        "channels = 12: must be a multiple of the 8 groups"
    );
    assert_eq!(
        message(GrKanConfig::new(16, 12, 3).init(&device)),
        "channels = 12: must be a multiple of the 8 groups"
    );
    assert_eq!(message(GrKanConfig::new(8, 8, 0).init(&device)), "d_out = 0: must be between 1 and 1048576");
    assert_eq!(
        message(GrKanConfig::new(8, 8, 1).with_dropout(1.0).init(&device)),
        "dropout = 1: must be in [0, 1)"
    );
}

#[test]
#[should_panic(expected = "[10, 82]")]
fn rows_of_another_size_are_refused_with_their_shape() {
    let device = Device::flex();
    let layer = KanLayerConfig::selectable(pool(8).unwrap());
    let _ = network(&[3, 1], layer, &device).forward(Tensor::zeros([10, 2], &device));
}
