"""The two networks of Scaling MLPs (arXiv 2306.13575), written from their equations."""

import re

import torch
from torch import nn


class Bottleneck(nn.Module):
    def __init__(self, width, expansion=4):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, expansion * width)
        self.contract = nn.Linear(expansion * width, width)

    def forward(self, z):
        return z + self.contract(nn.functional.gelu(self.expand(self.norm(z))))


def network(kind, blocks, width, inputs, classes):
    if kind == "bottleneck":
        body = [Bottleneck(width) for _ in range(blocks)]
    else:
        layer = lambda: nn.Sequential(nn.LayerNorm(width), nn.GELU(), nn.Linear(width, width))
        body = [layer() for _ in range(blocks - 1)]
    return nn.Sequential(nn.Flatten(), nn.Linear(inputs, width), *body, nn.Linear(width, classes))


def workload(name, samples):
    """The network called `name` by `cargo xtask info scaling-mlps`, with a batch of noise."""
    pattern = r"(\w+) B_(\d+)-Wi_(\d+), (\d+)x(\d+)x(\d+), (\d+) classes"
    kind, *sizes = re.fullmatch(pattern, name).groups()
    blocks, width, rows, columns, channels, classes = map(int, sizes)
    model = network(kind, blocks, width, rows * columns * channels, classes)
    images = torch.rand(samples, channels, rows, columns) * 2 - 1
    labels = torch.arange(samples) % classes
    return model, images, lambda logits: nn.functional.cross_entropy(logits, labels)
