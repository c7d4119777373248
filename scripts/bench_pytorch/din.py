"""Deep Interest Network (arXiv 1706.06978) with sparse gradients of its embeddings, written from its equations."""

import re

import torch
from torch import nn
from torch.nn import functional

DIM, HISTORY = 16, 10
POOL = 5000


class Din(nn.Module):
    def __init__(self, users, items):
        super().__init__()
        self.users, self.items = nn.Embedding(users, DIM, sparse=True), nn.Embedding(items, DIM, sparse=True)
        self.unit = nn.Sequential(nn.Linear(4 * DIM, 36), nn.PReLU(36), nn.Linear(36, 1))
        layer = lambda inputs, outputs: nn.Sequential(nn.Linear(inputs, outputs), nn.PReLU(outputs))
        self.head = nn.Sequential(layer(3 * DIM, 200), layer(200, 80), nn.Linear(80, 1))

    def forward(self, inputs):
        user, item, history = inputs
        candidate, past = self.items(item), self.items(history)
        query = candidate[:, None].expand_as(past)
        pairs = torch.cat([query, past, query - past, query * past], -1)
        # PReLU has its channels in the second dimension.
        weights = self.unit(pairs.flatten(0, 1)).view(past.shape[:2])
        interest = (weights[..., None] * past).sum(1)
        return self.head(torch.cat([self.users(user), candidate, interest], 1)).squeeze(1)


def workload(name, samples):
    """The network called `name` by `cargo xtask info din`; ids as in train/src/experiments/din/variants.rs."""
    rows, spread = re.fullmatch(r"din, (\d+) rows(, other items in each sample)?", name).groups()
    table = int(rows) // 2
    pool = table if spread else POOL
    at = torch.arange(samples)
    user = at * (table // samples)
    place = torch.arange(samples * (1 + HISTORY)).view(samples, 1 + HISTORY)
    items = place % pool * (table // pool)
    labels = (at % 3 % 2).float()
    model = Din(table, table)
    inputs = user, items[:, 0], items[:, 1:]
    return model, inputs, lambda logits: functional.binary_cross_entropy_with_logits(logits, labels)
