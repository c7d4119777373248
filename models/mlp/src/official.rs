//! The parameter names of the official PyTorch code (gregorbachmann/scaling_mlps, commit 50cb3a9).
//!
//! Every published checkpoint is a state dict of these keys, with layer norms. PyTorch stores the
//! weight of a linear layer as `[outputs, inputs]`, Burn as `[inputs, outputs]`.

use crate::MlpKind;

/// Whether a tensor must be transposed on its way from PyTorch to Burn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transpose {
    /// The two axes of a weight matrix change places.
    Yes,
    /// The tensor is taken as it is.
    No,
}

/// The path of an official state-dict key in a [`BottleneckMlp`](crate::BottleneckMlp) or a
/// [`StandardMlp`](crate::StandardMlp), or `None` if the official network of that kind has no such key.
///
/// Inside an [`Mlp`](crate::Mlp) the path has the name of the enum's variant and a dot before it.
pub fn parameter_path(kind: MlpKind, key: &str) -> Option<(String, Transpose)> {
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

fn linear(path: &str, name: &str) -> Option<(String, Transpose)> {
    match name {
        "weight" => Some((format!("{path}.weight"), Transpose::Yes)),
        "bias" => Some((format!("{path}.bias"), Transpose::No)),
        _ => None,
    }
}

fn norm(path: &str, name: &str) -> Option<(String, Transpose)> {
    match name {
        "weight" => Some((format!("{path}.gamma"), Transpose::No)),
        "bias" => Some((format!("{path}.beta"), Transpose::No)),
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
            assert_eq!(parameter_path(kind, key), None, "{key}");
        }
    }
}
