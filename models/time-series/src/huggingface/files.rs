//! The two files of a directory.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    path::Path,
};

use burn::tensor::{DType, TensorData};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde_json::Value;

use super::HuggingFaceError;

pub(super) const CONFIG: &str = "config.json";
pub(super) const WEIGHTS: &str = "model.safetensors";
/// The largest `config.json` that is read.
const MAX_CONFIG: u64 = 1 << 20;

/// Tensors by the names of transformers.
pub(super) type Tensors = BTreeMap<String, TensorData>;

pub(super) fn read_config(path: &Path) -> Result<Value, HuggingFaceError> {
    let mut text = String::new();
    let file = fs::File::open(path).map_err(HuggingFaceError::io(path))?;
    file.take(MAX_CONFIG + 1).read_to_string(&mut text).map_err(HuggingFaceError::io(path))?;
    if text.len() as u64 > MAX_CONFIG {
        return Err(HuggingFaceError::format(path, format!("more than {MAX_CONFIG} bytes")));
    }
    serde_json::from_str(&text).map_err(|error| HuggingFaceError::format(path, error))
}

pub(super) fn read_tensors(path: &Path) -> Result<Tensors, HuggingFaceError> {
    let bytes = fs::read(path).map_err(HuggingFaceError::io(path))?;
    let tensors = SafeTensors::deserialize(&bytes).map_err(|error| HuggingFaceError::format(path, error))?;
    let mut read = Tensors::new();
    for (name, view) in tensors.iter() {
        let dtype = match view.dtype() {
            Dtype::F64 => DType::F64,
            Dtype::F32 => DType::F32,
            Dtype::F16 => DType::F16,
            Dtype::BF16 => DType::BF16,
            Dtype::I64 => DType::I64,
            other => {
                let message = format!("`{name}` is of type {other:?}, which is not supported");
                return Err(HuggingFaceError::format(path, message));
            }
        };
        let data = TensorData::from_bytes_vec(view.data().to_vec(), view.shape().to_vec(), dtype);
        read.insert(name.to_string(), data);
    }
    Ok(read)
}

/// Writes both files, each whole or not at all, the configuration last.
pub(super) fn write(directory: &Path, config: &Value, tensors: Tensors) -> Result<(), HuggingFaceError> {
    fs::create_dir_all(directory).map_err(HuggingFaceError::io(directory))?;
    let weights = directory.join(WEIGHTS);
    write_whole(&weights, &serialised(&tensors, &weights)?)?;
    let path = directory.join(CONFIG);
    let text =
        serde_json::to_string_pretty(config).map_err(|error| HuggingFaceError::format(&path, error))?;
    write_whole(&path, format!("{text}\n").as_bytes())
}

fn serialised(tensors: &Tensors, path: &Path) -> Result<Vec<u8>, HuggingFaceError> {
    let mut bytes = Vec::new();
    for (name, data) in tensors {
        let (dtype, values): (Dtype, Vec<u8>) = match data.dtype() {
            DType::I64 => (Dtype::I64, data.iter::<i64>().flat_map(i64::to_le_bytes).collect()),
            _ => (Dtype::F32, data.iter::<f32>().flat_map(f32::to_le_bytes).collect()),
        };
        bytes.push((name, dtype, data.shape().to_vec(), values));
    }
    let views = bytes
        .iter()
        .map(|(name, dtype, shape, values)| Ok((name, TensorView::new(*dtype, shape.clone(), values)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(|error| HuggingFaceError::format(path, error))?;
    let metadata = [("format".to_string(), "pt".to_string())].into();
    safetensors::serialize(views, Some(metadata)).map_err(|error| HuggingFaceError::format(path, error))
}

fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), HuggingFaceError> {
    let partial = path.with_extension("partial");
    let written = fs::File::create(&partial)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        // The error that matters is the first one.
        let _ = fs::remove_file(&partial);
    }
    written.map_err(HuggingFaceError::io(path))
}
