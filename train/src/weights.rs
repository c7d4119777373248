//! Weights of a module: drawn from a seed, and as safetensors, the same bytes for the same values and readable from Python.

use burn::module::{Module, ModuleVisitor, Param};
use burn::store::{ModuleSnapshot, SafetensorsStore};
use burn::tensor::{Device, Tensor};

use crate::device::reference;

/// A model on `device` whose initial weights depend on `seed` alone, not on the device: they are drawn on the
/// [reference device](crate::device::reference).
///
/// Burn draws a parameter when it is first read; reading all of them here, in order, right after seeding leaves nothing
/// to what is drawn in between.
pub fn initialise<M: Module, E>(
    device: &Device,
    seed: u64,
    init: impl FnOnce(&Device) -> Result<M, E>,
) -> Result<M, E> {
    let reference = reference(device);
    reference.seed(seed);
    let model = init(&reference)?;
    model.visit(&mut Materialise);
    Ok(if reference == *device { model } else { model.fork(device) })
}

struct Materialise;

impl ModuleVisitor for Materialise {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        param.val();
    }
}

/// The parameters of `module`, named by their path in it (without the names of enum variants).
///
/// # Errors
/// What the store says when a tensor cannot be read from its device.
pub fn to_safetensors<M: Module>(module: &M) -> Result<Vec<u8>, String> {
    let mut store = store(None);
    module.save_into(&mut store).map_err(|error| error.to_string())?;
    store.get_bytes().map_err(|error| error.to_string())
}

/// `module` with the parameters held by `bytes`.
///
/// # Errors
/// When a parameter is missing, unexpected or of another shape.
pub fn from_safetensors<M: Module>(mut module: M, bytes: Vec<u8>) -> Result<M, String> {
    let result = module.load_from(&mut store(Some(bytes))).map_err(|error| error.to_string())?;
    match result.unused.first() {
        Some(unused) => Err(format!("it holds {unused:?}, which the model does not have")),
        None => Ok(module),
    }
}

/// The shape of the tensor called `name` in safetensors, where there is one.
pub fn shape_of(bytes: &[u8], name: &str) -> Option<Vec<usize>> {
    let tensors = safetensors::SafeTensors::deserialize(bytes).ok()?;
    Some(tensors.tensor(name).ok()?.shape().to_vec())
}

fn store(bytes: Option<Vec<u8>>) -> SafetensorsStore {
    // One metadata entry at most: the order of several would differ from run to run.
    SafetensorsStore::from_bytes(bytes).clear_metadata().metadata("format", "pt").skip_enum_variants(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::LinearConfig;
    use burn::tensor::Device;

    #[test]
    fn loads_what_it_saved_and_refuses_another_shape() {
        let device = Device::flex();
        let saved = to_safetensors(&LinearConfig::new(3, 2).init(&device)).unwrap();
        let loaded = from_safetensors(LinearConfig::new(3, 2).init(&device), saved.clone()).unwrap();
        assert_eq!(to_safetensors(&loaded).unwrap(), saved);
        assert!(from_safetensors(LinearConfig::new(3, 4).init(&device), saved.clone()).is_err());
        assert!(from_safetensors(LinearConfig::new(3, 2).with_bias(false).init(&device), saved).is_err());
    }
}
