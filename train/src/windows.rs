//! Batches of windows of a time series.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use pyrarium_datasets::series::Windows;
use pyrarium_layers::{Future, seeded};

use crate::loader::BatchSource;

/// Contexts with what followed them, in standard deviations.
#[derive(Clone, Debug)]
pub struct WindowBatch {
    /// The context, `[B, T, C]`.
    pub past: Tensor<3>,
    /// 1 where a value of the context was observed, 0 where it is missing; nothing where all were.
    pub observed: Option<Tensor<3>>,
    /// The horizon, `[B, H, C]`.
    pub future: Future,
}

impl WindowBatch {
    /// Values uniform in -1..1, all observed: the same on every device.
    pub fn noise([rows, context, horizon, channels]: [usize; 4], device: &Device) -> Self {
        let tensor =
            |steps, seed| Tensor::from_data(seeded::tensor_data([rows, steps, channels], seed, 1.0), device);
        Self {
            past: tensor(context, 0),
            observed: None,
            future: Future { values: tensor(horizon, 1), observed: None },
        }
    }
}

/// Windows of a batch in host memory.
pub struct HostWindows {
    past: HostPart,
    future: HostPart,
}

/// Values `[B, steps, C]` and, in a series with gaps, what was observed of them.
struct HostPart {
    shape: [usize; 3],
    values: Vec<f32>,
    observed: Option<Vec<f32>>,
}

impl HostPart {
    fn upload(self, device: &Device) -> (Tensor<3>, Option<Tensor<3>>) {
        let tensor = |values| Tensor::from_data(TensorData::new(values, self.shape), device);
        (tensor(self.values), self.observed.map(tensor))
    }
}

/// The windows of a part of a series.
pub struct WindowSource {
    windows: Windows,
    complete: bool,
}

impl WindowSource {
    /// All of these windows.
    pub fn new(windows: Windows) -> Arc<Self> {
        let complete = windows.series().is_complete();
        Arc::new(Self { windows, complete })
    }

    /// What they are.
    pub fn windows(&self) -> &Windows {
        &self.windows
    }
}

impl BatchSource for WindowSource {
    type Host = HostWindows;
    type Batch = WindowBatch;

    fn num_samples(&self) -> usize {
        self.windows.len()
    }

    fn assemble(&self, _epoch: u64, _batch: usize, samples: &[usize]) -> HostWindows {
        let channels = self.windows.series().channels().len();
        let part = |steps: usize| HostPart {
            shape: [samples.len(), steps, channels],
            values: Vec::with_capacity(samples.len() * steps * channels),
            observed: (!self.complete).then(Vec::new),
        };
        let (mut past, mut future) = (part(self.windows.context()), part(self.windows.horizon()));
        for &sample in samples {
            let window = self.windows.get(sample);
            for (part, values, seen) in [
                (&mut past, window.past, window.past_observed),
                (&mut future, window.future, window.future_observed),
            ] {
                part.values.extend_from_slice(values);
                if let Some(observed) = &mut part.observed {
                    observed.extend(seen.iter().map(|&seen| f32::from(u8::from(seen))));
                }
            }
        }
        HostWindows { past, future }
    }

    fn upload(&self, host: HostWindows, device: &Device) -> WindowBatch {
        let (past, observed) = host.past.upload(device);
        let (values, future_observed) = host.future.upload(device);
        WindowBatch { past, observed, future: Future { values, observed: future_observed } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pyrarium_datasets::Series;
    use pyrarium_datasets::series::Part;
    use std::path::Path;

    #[test]
    fn a_batch_holds_its_windows_and_what_was_observed() {
        let rows: String =
            (0..40).map(|row| format!("{row},{},{}\n", row * 2, if row == 3 { "" } else { "7" })).collect();
        let series =
            Series::parse("t", format!("t,a,b\n{rows}").as_bytes(), Path::new("t.csv"), &[]).unwrap();
        let parts = series.parts().unwrap();
        let source = WindowSource::new(Windows::of(&series, (&parts, Part::Train), [3, 2], 1).unwrap());
        assert_eq!(source.num_samples(), 24);
        let batch = source.upload(source.assemble(1, 0, &[0, 2]), &Device::flex());
        let values = |tensor: Tensor<3>| tensor.into_data().try_to_vec::<f32>().unwrap();
        assert_eq!(values(batch.past), [0.0, 7.0, 2.0, 7.0, 4.0, 7.0, 4.0, 7.0, 6.0, 7.0, 8.0, 7.0]);
        assert_eq!(values(batch.future.values), [6.0, 7.0, 8.0, 7.0, 10.0, 7.0, 12.0, 7.0]);
        assert_eq!(values(batch.observed.unwrap())[6..], [1.0, 1.0, 1.0, 0.0, 1.0, 1.0]);
        assert_eq!(values(batch.future.observed.unwrap()), [1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
    }
}
