//! Layers of each family against PyTorch: outputs and all gradients.

use std::collections::BTreeMap;

use burn::{
    module::Param,
    tensor::{DType, Device, Tensor, TensorData},
};
use pyrarium_kan::{Family, KanLinearConfig};

fn fixture() -> BTreeMap<String, TensorData> {
    let bytes = include_bytes!("../fixtures/layers.safetensors");
    let file = safetensors::SafeTensors::deserialize(bytes).unwrap();
    let tensors = file.tensors().into_iter().map(|(name, view)| {
        let values = view.data().chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap()));
        (name, TensorData::new(values.collect::<Vec<f64>>(), view.shape().to_vec()))
    });
    tensors.collect()
}

#[test]
fn outputs_and_gradients_are_those_of_pytorch() {
    let device = Device::flex().autodiff();
    let tensors = fixture();
    // Relative to the largest value. In double precision only the order of additions differs; the cosine of an arc
    // cosine costs a few digits more.
    for (dtype, tolerance) in [(DType::F32, 1e-5), (DType::F64, 1e-10)] {
        let load = |name: &str| Tensor::<2>::from_data(tensors[name].clone(), (&device, dtype));
        // PyTorch's [out, in, functions] to rows by function, then input.
        let rows = |name: &str| {
            Tensor::<3>::from_data(tensors[name].clone(), (&device, dtype))
                .permute([2, 1, 0])
                .reshape([24, 4])
        };
        for family in Family::ALL {
            let mut layer = KanLinearConfig::new(3, 4, family.basis(8).unwrap()).init(&device).unwrap();
            let weight = Tensor::cat(vec![load("base").transpose(), rows("coefficients")], 0);
            layer.weight = Param::from_tensor(weight);
            let x = load("x").require_grad();
            let y = layer.forward(x.clone());
            let gradients = (y.clone() * load("cotangent")).sum().backward();
            let expected = |name: &str| format!("{family}.{name}");
            let close = |actual: Tensor<2>, expected: Tensor<2>| {
                let most = |tensor: Tensor<2>| tensor.abs().max().into_data().iter::<f64>().next().unwrap();
                let error = most(actual - expected.clone()) / most(expected).max(1.0);
                assert!(error < tolerance, "{family} {dtype:?}: {error:e}");
            };
            close(y.inner(), load(&expected("y")).inner());
            close(x.grad(&gradients).unwrap(), load(&expected("dx")).inner());
            let base = load(&expected("dbase")).transpose();
            let weight = Tensor::cat(vec![base, rows(&expected("dcoefficients"))], 0);
            close(layer.weight.grad(&gradients).unwrap(), weight.inner());
        }
    }
}
