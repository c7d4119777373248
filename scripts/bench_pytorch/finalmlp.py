"""FinalMLP (arXiv 2304.00902) and DualMLP with sparse gradients of their embeddings, written from the equations."""

import re

import torch
from torch import nn
from torch.nn import functional

DIM, WIDTHS, GATE = 10, (64, 64, 64), 64


def mlp(inputs, widths, outputs=None):
    layers = []
    for width in widths:
        layers += [nn.Linear(inputs, width), nn.ReLU()]
        inputs = width
    return nn.Sequential(*layers, *([] if outputs is None else [nn.Linear(inputs, outputs)]))


class TwoStreams(nn.Module):
    """All fields have one table, each its own rows."""

    def __init__(self, fields, entries, is_final):
        super().__init__()
        features = fields * DIM
        self.table = nn.Embedding(fields * entries, DIM, sparse=True)
        self.register_buffer("offsets", torch.arange(fields) * entries)
        self.streams = nn.ModuleList(mlp(features, WIDTHS) for _ in range(2))
        self.linear = nn.ModuleList(nn.Linear(WIDTHS[-1], 1) for _ in range(2))
        self.contexts = self.gates = self.bilinear = None
        if is_final:
            self.contexts = nn.ParameterList(nn.Parameter(torch.zeros(1, DIM)) for _ in range(2))
            self.gates = nn.ModuleList(mlp(DIM, [GATE], features) for _ in range(2))
            self.bilinear = nn.Parameter(torch.randn(WIDTHS[-1], WIDTHS[-1]) / WIDTHS[-1])

    def forward(self, ids):
        x = self.table(ids + self.offsets).flatten(1)
        seen = [x, x]
        if self.gates is not None:
            seen = [2 * torch.sigmoid(gate(context)) * x for gate, context in zip(self.gates, self.contexts)]
        one, other = (stream(x) for stream, x in zip(self.streams, seen))
        logits = self.linear[0](one) + self.linear[1](other)
        if self.bilinear is not None:
            logits = logits + (one @ self.bilinear * other).sum(1, keepdim=True)
        return logits.squeeze(1)


def workload(name, samples):
    """The network called `name` by `cargo xtask info finalmlp`; ids and labels in turn."""
    kind, fields, entries = re.fullmatch(r"(\w+), (\d+) fields of (\d+)", name).groups()
    fields, entries = int(fields), int(entries)
    model = TwoStreams(fields, entries, kind == "finalmlp")
    ids = (torch.arange(samples)[:, None] + torch.arange(fields)) % entries
    labels = (torch.arange(samples) % 3 % 2).float()
    return model, ids, lambda logits: functional.binary_cross_entropy_with_logits(logits, labels)
