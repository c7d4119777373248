//! Weights made elsewhere: tensors by their foreign keys, loaded by a map from keys to parameter paths.

use std::collections::BTreeMap;

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{DType, Tensor, TensorData},
};

/// Whether a tensor must be transposed on its way: PyTorch stores the weight of a linear layer as `[outputs, inputs]`, Burn as
/// `[inputs, outputs]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transpose {
    /// The last two axes change places.
    Yes,
    /// The tensor is taken as it is.
    No,
}

/// Where a foreign tensor goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// To the parameter at this path, possibly transposed.
    Parameter(String, Transpose),
    /// Nowhere: the model has the same tensor under another key.
    Duplicate,
}

/// Why foreign tensors do not fit a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A key that the model has no parameter for.
    #[error("`{key}`: the model has no such parameter")]
    UnknownKey {
        /// The foreign key.
        key: String,
    },
    /// A parameter for which there is no tensor.
    #[error("no tensor for the parameter `{path}`")]
    Missing {
        /// The parameter's path in the model.
        path: String,
    },
    /// A tensor of another shape than its parameter.
    #[error("`{key}` has shape {found:?}, but `{path}` needs {expected:?}")]
    Shape {
        /// The foreign key.
        key: String,
        /// The parameter's path in the model.
        path: String,
        /// The shape of the tensor, in the model's order of axes.
        found: Vec<usize>,
        /// The shape of the parameter.
        expected: Vec<usize>,
    },
}

/// Loads every tensor into the parameter that `map` names for its key; each parameter must get exactly one. Values are
/// converted to 32-bit floats.
///
/// # Errors
///
/// The first key, parameter or shape that does not fit.
pub fn load_tensors<M: Module>(
    module: M,
    tensors: BTreeMap<String, TensorData>,
    map: impl Fn(&str) -> Option<Source>,
) -> Result<M, LoadError> {
    let mut by_path = BTreeMap::new();
    for (key, data) in tensors {
        match map(&key) {
            Some(Source::Parameter(path, transpose)) => {
                by_path.insert(path, (key, data, transpose));
            }
            Some(Source::Duplicate) => {}
            None => return Err(LoadError::UnknownKey { key }),
        }
    }
    let mut loader = Loader { path: Vec::new(), tensors: by_path, fault: None };
    let module = module.map(&mut loader);
    if let Some(fault) = loader.fault {
        return Err(fault);
    }
    match loader.tensors.into_values().next() {
        Some((key, ..)) => Err(LoadError::UnknownKey { key }),
        None => Ok(module),
    }
}

/// Every parameter of a module (running statistics too) by its path, in the model's order of axes: what [`load_tensors`] would load.
pub fn named_tensors(module: &impl Module) -> BTreeMap<String, TensorData> {
    let mut reader = Reader { path: Vec::new(), tensors: BTreeMap::new() };
    module.visit(&mut reader);
    reader.tensors
}

struct Reader {
    path: Vec<String>,
    tensors: BTreeMap<String, TensorData>,
}

impl ModuleVisitor for Reader {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.tensors.insert(self.path.join("."), param.val().into_data());
    }
}

struct Loader {
    path: Vec<String>,
    tensors: BTreeMap<String, (String, TensorData, Transpose)>,
    fault: Option<LoadError>,
}

impl Loader {
    fn take<const D: usize>(&mut self, param: &Param<Tensor<D>>) -> Result<Tensor<D>, LoadError> {
        let path = self.path.join(".");
        let Some((key, data, transpose)) = self.tensors.remove(&path) else {
            return Err(LoadError::Missing { path });
        };
        let expected = param.lazy_shape();
        let mut found = data.shape().to_vec();
        if transpose == Transpose::Yes && found.len() >= 2 {
            let last = found.len() - 1;
            found.swap(last - 1, last);
        }
        if found != expected.to_vec() {
            return Err(LoadError::Shape { key, path, found, expected: expected.to_vec() });
        }
        let tensor = Tensor::from_data(data.convert_dtype(DType::F32), &param.lazy_device());
        Ok(if transpose == Transpose::Yes { tensor.transpose() } else { tensor })
    }
}

impl ModuleMapper for Loader {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.fault.is_some() {
            return param;
        }
        match self.take(&param) {
            Ok(tensor) => {
                let id = param.id;
                param.transform_for_load(tensor, id)
            }
            Err(fault) => {
                self.fault = Some(fault);
                param
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{
        nn::{Linear, LinearConfig},
        tensor::Device,
    };

    fn map(key: &str) -> Option<Source> {
        match key {
            "w" => Some(Source::Parameter("weight".into(), Transpose::Yes)),
            "b" => Some(Source::Parameter("bias".into(), Transpose::No)),
            "again" => Some(Source::Duplicate),
            "other" => Some(Source::Parameter("elsewhere".into(), Transpose::No)),
            _ => None,
        }
    }

    fn load(tensors: &[(&str, TensorData)]) -> Result<Linear, LoadError> {
        let tensors = tensors.iter().map(|(key, data)| (key.to_string(), data.clone())).collect();
        load_tensors(LinearConfig::new(2, 3).init(&Device::flex()), tensors, map)
    }

    #[test]
    fn tensors_go_where_the_map_says() {
        let (w, b) = (
            TensorData::from([[1.0_f64, 2.0], [3.0, 4.0], [5.0, 6.0]]),
            TensorData::from([7.0_f32, 8.0, 9.0]),
        );
        let linear = load(&[("w", w.clone()), ("b", b.clone()), ("again", b.clone())]).unwrap();
        let weight = linear.weight.to_data();
        weight.assert_eq(&TensorData::from([[1.0_f32, 3.0, 5.0], [2.0, 4.0, 6.0]]), true);
        linear.bias.unwrap().to_data().assert_eq(&b, true);

        let message = |tensors: &[(&str, TensorData)]| load(tensors).unwrap_err().to_string();
        assert_eq!(message(&[("w", w.clone())]), "no tensor for the parameter `bias`");
        assert_eq!(message(&[("x", w.clone())]), "`x`: the model has no such parameter");
        let all = [("w", w.clone()), ("b", b.clone()), ("other", b)];
        assert_eq!(message(&all), "`other`: the model has no such parameter");
        assert_eq!(message(&[("w", w.clone()), ("b", w)]), "`b` has shape [3, 2], but `bias` needs [3]");
    }

    #[test]
    fn tensors_are_named_as_they_are_loaded() {
        let linear = LinearConfig::new(2, 3).init(&Device::flex());
        let named = named_tensors(&linear);
        assert_eq!(named.keys().collect::<Vec<_>>(), ["bias", "weight"]);
        let other = LinearConfig::new(2, 3).init(&Device::flex());
        let path = |key: &str| Some(Source::Parameter(key.to_string(), Transpose::No));
        let loaded = load_tensors(other, named, path).unwrap();
        loaded.weight.to_data().assert_eq(&linear.weight.to_data(), true);
    }
}
