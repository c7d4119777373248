"""The classifiers of bags of Hopfield Networks is All You Need (arXiv 2008.02217) that are measured, written from their equations."""

import re

import torch
from torch import nn
from torch.nn import functional


class HopfieldPooling(nn.Module):
    def __init__(self, size, heads, hidden, updates, beta, dropout):
        super().__init__()
        self.state = nn.Parameter(torch.randn(1, 1, size) * 0.02)
        self.norms = nn.ModuleList(nn.LayerNorm(size) for _ in range(3))
        self.projections = nn.ModuleList(nn.Linear(size, heads * hidden) for _ in range(3))
        self.output = nn.Linear(heads * hidden, size)
        self.heads, self.updates, self.beta, self.dropout = heads, updates, beta, dropout

    def forward(self, x):
        inputs = (self.state.expand(len(x), -1, -1), x, x)
        project = lambda norm, linear, y: linear(norm(y)).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        q, k, v = map(project, self.norms, self.projections, inputs)
        a = torch.softmax(self.beta * q @ k.mT, -1)
        for _ in range(self.updates):
            a = torch.softmax(self.beta * (a @ k) @ k.mT, -1)
        heads = functional.dropout(a, self.dropout, self.training) @ v
        return self.output(heads.transpose(1, 2).flatten(2)).flatten(1)


def le_net():
    conv = lambda a, b: nn.Sequential(nn.Conv2d(a, b, 5), nn.ReLU(), nn.MaxPool2d(2))
    return nn.Sequential(conv(1, 20), conv(20, 50), nn.Flatten(), nn.Linear(800, 500), nn.ReLU())


class BagNet(nn.Module):
    def __init__(self, encoder, pooling, size, dropout):
        super().__init__()
        self.encoder, self.pooling, self.dropout, self.head = encoder, pooling, dropout, nn.Linear(size, 1)

    def forward(self, bags):
        if self.encoder is not None:
            rows, instances, _ = bags.shape
            bags = self.encoder(bags.view(rows * instances, 1, 28, 28)).view(rows, instances, -1)
        return self.head(functional.dropout(self.pooling(bags), self.dropout, self.training)).squeeze(1)


def workload(name, samples):
    """The network called `name` by `cargo xtask info hopfield`, with bags of noise."""
    kind, instances = re.fullmatch(r"hopfield-(bit-patterns|digit-bags), bags of (\d+)", name).groups()
    if kind == "bit-patterns":
        model, features = BagNet(None, HopfieldPooling(8, 8, 8, 3, 0.25, 0.5), 8, 0.0), 8
    else:
        model, features = BagNet(le_net(), HopfieldPooling(500, 1, 32, 0, 32**-0.5, 0.0), 500, 0.1), 784
    bags = torch.rand(samples, int(instances), features) * 2 - 1
    labels = (torch.arange(samples) % 2).float()
    return model, bags, lambda scores: functional.binary_cross_entropy_with_logits(scores, labels)
