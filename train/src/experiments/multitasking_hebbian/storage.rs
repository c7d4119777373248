//! What a run keeps as its weights: patterns, memories and spins, as safetensors of whole numbers.

use pyrarium_memory::hebbian::{DilutedPatterns, MultitaskingHebbian};
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView, serialize};

use crate::Error;

/// The tensors of a run.
pub struct Stored {
    /// `patterns`: what was to be stored, `[N, K]`.
    pub patterns: Vec<i8>,
    /// `memories`: what was stored, `[N, R]`; the couplings are `F F^T` times a constant of the settings.
    pub memories: Vec<i32>,
    /// `spins`: what the network found, `[B, N]`.
    pub spins: Vec<Vec<i8>>,
}

/// As safetensors: the same bytes for the same values.
pub fn to_bytes(
    patterns: &DilutedPatterns,
    network: &MultitaskingHebbian,
    spins: &[Vec<i8>],
) -> Result<Vec<u8>, Error> {
    let neurons = network.neurons();
    let patterns_bytes = bytes_of(patterns.entries());
    let memories: Vec<u8> = network.memories().iter().flat_map(|memory| memory.to_le_bytes()).collect();
    let spins_bytes = bytes_of(&spins.concat());
    let tensors = [
        ("patterns", Dtype::I8, vec![neurons, patterns.patterns()], &patterns_bytes),
        ("memories", Dtype::I32, vec![neurons, network.rank()], &memories),
        ("spins", Dtype::I8, vec![spins.len(), neurons], &spins_bytes),
    ];
    let failed = |error: SafeTensorError| Error::Training(error.to_string());
    let views = tensors.into_iter().map(|(name, kind, shape, bytes)| -> Result<_, Error> {
        Ok((name, TensorView::new(kind, shape, bytes).map_err(failed)?))
    });
    let views: Vec<(&str, TensorView<'_>)> = views.collect::<Result<_, _>>()?;
    serialize(views, None).map_err(failed)
}

/// Reads what [`to_bytes`] wrote; the error is what is wrong with it.
pub fn from_bytes(bytes: &[u8]) -> Result<Stored, String> {
    let tensors = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let find = |name: &str, kind: Dtype| {
        let tensor = tensors.tensor(name).map_err(|error| error.to_string())?;
        match (tensor.dtype() == kind, tensor.shape()) {
            (true, &[rows, columns]) => Ok((tensor.data().to_vec(), rows, columns)),
            _ => Err(format!("{name} is no matrix of type {kind:?}")),
        }
    };
    let (patterns, ..) = find("patterns", Dtype::I8)?;
    let (memories, ..) = find("memories", Dtype::I32)?;
    let (spins, _, neurons) = find("spins", Dtype::I8)?;
    let memories = memories.as_chunks::<4>().0.iter().map(|bytes| i32::from_le_bytes(*bytes));
    Ok(Stored {
        patterns: patterns.into_iter().map(u8::cast_signed).collect(),
        memories: memories.collect(),
        spins: spins.chunks(neurons.max(1)).map(from_unsigned).collect(),
    })
}

/// The bytes of signed numbers.
pub fn bytes_of(values: &[i8]) -> Vec<u8> {
    values.iter().map(|value| value.cast_unsigned()).collect()
}

/// The signed numbers of bytes.
pub fn from_unsigned(bytes: &[u8]) -> Vec<i8> {
    bytes.iter().map(|byte| byte.cast_signed()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pyrarium_memory::hebbian::{HebbianConfig, Start, Stream};

    #[test]
    fn what_is_written_is_read_again() {
        let config = HebbianConfig::new(30, 2).with_dilution(0.5).with_quality(0.5).with_examples(9);
        let mut stream = Stream::new(1, 0);
        let patterns = config.patterns(&mut stream).unwrap();
        let network = config.fit(&config.examples(&patterns, &mut stream).unwrap()).unwrap();
        let spins: Vec<Vec<i8>> = (0..3).map(|_| patterns.start(Start::Random, &mut stream)).collect();
        let bytes = to_bytes(&patterns, &network, &spins).unwrap();
        assert_eq!(bytes, to_bytes(&patterns, &network, &spins).unwrap());
        let stored = from_bytes(&bytes).unwrap();
        assert_eq!(stored.patterns, patterns.entries());
        assert_eq!(stored.memories, network.memories());
        assert_eq!(stored.spins, spins);
        assert!(from_bytes(&bytes[..bytes.len() - 1]).is_err());
    }
}
