//! The parameter names of the official PyTorch code (gregorbachmann/scaling_mlps, commit 50cb3a9).
//!
//! Every published checkpoint is a state dict of these keys, with layer norms.

pub use pyrarium_layers::{LoadError, Source, Transpose, load_tensors};

use crate::MlpKind;

/// Where the tensor of an official state-dict key goes in a [`BottleneckMlp`](crate::BottleneckMlp) or a
/// [`StandardMlp`](crate::StandardMlp), for [`load_tensors`]; `None` if the official network of that kind has no such key.
///
/// Inside an [`Mlp`](crate::Mlp) the path has the name of the enum's variant and a dot before it.
pub fn source(kind: MlpKind, key: &str) -> Option<Source> {
    let fields: Vec<&str> = key.split('.').collect();
    match (kind, fields.as_slice()) {
        (_, ["linear_in", name]) => linear("input", name),
        (_, ["linear_out", name]) => linear("head", name),
        (MlpKind::Bottleneck, ["blocks", index, "block", "0", name]) => {
            linear(&block(index, "expand")?, name)
        }
        (MlpKind::Bottleneck, ["blocks", index, "block", "2", name]) => {
            linear(&block(index, "contract")?, name)
        }
        (MlpKind::Bottleneck, ["layernorms", index, name]) => norm(&block(index, "norm.Layer")?, name),
        (MlpKind::Standard, ["layers", index, name]) => linear(&block(index, "linear")?, name),
        (MlpKind::Standard, ["layernorms", index, name]) => norm(&block(index, "norm")?, name),
        _ => None,
    }
}

fn block(index: &str, layer: &str) -> Option<String> {
    let index: usize = index.parse().ok()?;
    Some(format!("blocks.{index}.{layer}"))
}

fn linear(path: &str, name: &str) -> Option<Source> {
    match name {
        "weight" => Some(Source::Parameter(format!("{path}.weight"), Transpose::Yes)),
        "bias" => Some(Source::Parameter(format!("{path}.bias"), Transpose::No)),
        _ => None,
    }
}

fn norm(path: &str, name: &str) -> Option<Source> {
    match name {
        "weight" => Some(Source::Parameter(format!("{path}.gamma"), Transpose::No)),
        "bias" => Some(Source::Parameter(format!("{path}.beta"), Transpose::No)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_another_network_have_no_path() {
        for (kind, key) in [
            (MlpKind::Bottleneck, "layers.0.weight"),
            (MlpKind::Standard, "blocks.0.block.0.weight"),
            (MlpKind::Bottleneck, "blocks.0.block.1.weight"),
            (MlpKind::Bottleneck, "blocks.x.block.0.weight"),
            (MlpKind::Bottleneck, "layernorms.0.running_mean"),
            (MlpKind::Standard, "linear_in.weight.0"),
            (MlpKind::Standard, "linear_in"),
            (MlpKind::Standard, ""),
        ] {
            assert_eq!(source(kind, key), None, "{key}");
        }
    }
}
