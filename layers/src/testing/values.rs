//! Parameters and gradients as numbers, for references in double precision.

use std::collections::BTreeMap;

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::Tensor,
};

/// Values by parameter path (without the name of an enum's variant), flattened by rows.
pub type ValuesByPath = BTreeMap<String, Vec<f64>>;

/// The parameters of a module.
pub fn parameter_values(module: &impl Module) -> ValuesByPath {
    Collector::collect(module, None).values
}

/// The gradient of each parameter of a module that requires one; running statistics do not.
///
/// # Errors
///
/// Names a parameter that has none.
pub fn gradient_values(module: &impl Module, gradients: &GradientsParams) -> Result<ValuesByPath, String> {
    let Collector { values, missing, .. } = Collector::collect(module, Some(gradients));
    match missing {
        None => Ok(values),
        Some(path) => Err(format!("{path} has no gradient")),
    }
}

struct Collector<'a> {
    gradients: Option<&'a GradientsParams>,
    path: Vec<String>,
    values: ValuesByPath,
    missing: Option<String>,
}

impl<'a> Collector<'a> {
    fn collect(module: &impl Module, gradients: Option<&'a GradientsParams>) -> Self {
        let mut collector = Self { gradients, path: Vec::new(), values: BTreeMap::new(), missing: None };
        module.visit(&mut collector);
        collector
    }
}

impl ModuleVisitor for Collector<'_> {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        if !container_type.starts_with("Enum:") {
            self.path.push(name.to_string());
        }
    }

    fn exit_module(&mut self, _name: &str, container_type: &str) {
        if !container_type.starts_with("Enum:") {
            self.path.pop();
        }
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.gradients.is_some() && !param.is_require_grad() {
            return;
        }
        let path = self.path.join(".");
        let tensor = match self.gradients {
            Some(gradients) => gradients.get::<D>(param.id),
            None => Some(param.val()),
        };
        match tensor {
            Some(tensor) => drop(self.values.insert(path, tensor.into_data().iter::<f64>().collect())),
            None => self.missing = Some(path),
        }
    }
}
