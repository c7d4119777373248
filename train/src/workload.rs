//! A network with one batch and no data set: what the comparison of backends and the benchmarks run.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, ExecutionError, Tensor};

use crate::Error;
use crate::task::Task;

/// The learning rate of a step.
const LEARNING_RATE: f64 = 1e-3;

/// Makes a workload on a device (without autodiff).
pub type Specimen = Box<dyn Fn(&Device) -> Result<Box<dyn Workload>, Error>>;

/// The values of a parameter or of its gradient.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    /// The parameter's path in the module.
    pub path: String,
    /// Its values, in row-major order.
    pub values: Vec<f32>,
}

/// A network with one batch, whatever its type.
pub trait Workload {
    /// The forward pass of the network as it is now, without autodiff: a call gives what it says about the batch, `[rows, values]`.
    fn forward(&self) -> Box<dyn Fn() -> Tensor<2> + '_>;

    /// Forward, backward and one step of Adam at 1e-3.
    fn step(&mut self);

    /// The gradient of the loss with respect to each parameter.
    ///
    /// # Errors
    /// When a tensor cannot be read from its device.
    fn gradients(&self) -> Result<Vec<Values>, Error>;

    /// The parameters.
    ///
    /// # Errors
    /// When a tensor cannot be read from its device.
    fn parameters(&self) -> Result<Vec<Values>, Error>;
}

/// The workload of a [`Task`] on the batch that `batch` makes for a device.
pub fn workload<T: Task>(task: T, batch: impl Fn(&Device) -> T::Batch, device: &Device) -> Box<dyn Workload> {
    let training = device.clone().autodiff();
    Box::new(TaskWorkload {
        task: task.train().fork(&training),
        plain_batch: batch(device),
        batch: batch(&training),
        optimizer: AdamConfig::new().init(),
    })
}

struct TaskWorkload<T: Task> {
    /// On a device with autodiff.
    task: T,
    batch: T::Batch,
    /// The same batch without autodiff.
    plain_batch: T::Batch,
    optimizer: ModuleOptimizer,
}

impl<T: Task> TaskWorkload<T> {
    fn backward(&self) -> GradientsParams {
        let loss = T::losses(&self.task.training_output(self.batch.clone())).mean();
        GradientsParams::from_grads(loss.backward(), &self.task)
    }
}

impl<T: Task> Workload for TaskWorkload<T> {
    fn forward(&self) -> Box<dyn Fn() -> Tensor<2> + '_> {
        let task = self.task.valid();
        Box::new(move || T::predictions(&task.output(self.plain_batch.clone())))
    }

    fn step(&mut self) {
        let gradients = self.backward();
        self.task = self.optimizer.step(LEARNING_RATE, self.task.clone(), gradients);
    }

    fn gradients(&self) -> Result<Vec<Values>, Error> {
        gradients_of(&self.task, &self.backward())
    }

    fn parameters(&self) -> Result<Vec<Values>, Error> {
        parameters_of(&self.task)
    }
}

/// The gradient of each parameter of a module that has one.
///
/// # Errors
/// When a tensor cannot be read from its device.
pub fn gradients_of<M: Module>(module: &M, gradients: &GradientsParams) -> Result<Vec<Values>, Error> {
    Read::all(module, Some(gradients))
}

/// The parameters of a module.
///
/// # Errors
/// When a tensor cannot be read from its device.
pub fn parameters_of<M: Module>(module: &M) -> Result<Vec<Values>, Error> {
    Read::all(module, None)
}

/// Reads the parameters of a module, or their gradients.
struct Read<'a> {
    gradients: Option<&'a GradientsParams>,
    path: Vec<String>,
    read: Vec<Values>,
    failure: Option<ExecutionError>,
}

impl<'a> Read<'a> {
    fn all<M: Module>(module: &M, gradients: Option<&'a GradientsParams>) -> Result<Vec<Values>, Error> {
        let mut read = Self { gradients, path: Vec::new(), read: Vec::new(), failure: None };
        module.visit(&mut read);
        match read.failure {
            Some(error) => Err(error.into()),
            None => Ok(read.read),
        }
    }
}

impl ModuleVisitor for Read<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = match self.gradients {
            Some(gradients) => gradients.get::<D>(param.id),
            None => Some(param.val()),
        };
        let Some(tensor) = tensor else { return };
        match tensor.try_into_data() {
            Ok(data) => {
                let values = data.convert::<f32>().iter::<f32>().collect();
                self.read.push(Values { path: self.path.join("."), values });
            }
            Err(error) => self.failure = Some(error),
        }
    }
}
