"""DTRN (arXiv 2308.05996, as reconstructed in models/recsys) and a shared bottom, with sparse gradients of their embeddings."""

import re

import torch
from torch import nn
from torch.nn import functional

from finalmlp import mlp

ITEMS, DIM, TASKS, HISTORIES, HEADS = 1000, 16, 2, 3, 2
CONDITION, HYPER, UNIT, REDUCTION, WIDTH = 16, 64, 36, 4, 64


def read(unit, candidate, items, mask):
    """The local activation unit: items weighted by their scores, without a softmax."""
    query = candidate[:, None].expand_as(items)
    scores = unit(torch.cat([query, items, query - items, query * items], -1)).squeeze(-1)
    return ((scores * mask)[:, None] @ items).squeeze(1)


class Interest(nn.Module):
    """One transformer layer for all tasks and histories, whose layer norms a hypernetwork conditions."""

    def __init__(self, length):
        super().__init__()
        self.task, self.kind = (nn.Parameter(0.1 * torch.randn(count, CONDITION)) for count in (TASKS, HISTORIES))
        self.hyper = mlp(2 * CONDITION, [HYPER], 4 * DIM)
        self.positions = nn.Parameter(0.02 * torch.randn(length, DIM))
        self.q, self.k, self.v, self.o = (nn.Linear(DIM, DIM) for _ in range(4))
        self.forward_layer = mlp(DIM, [4 * DIM], DIM)
        self.unit = mlp(4 * DIM, [UNIT], 1)

    def forward(self, candidate, items, mask):
        histories, batch, length, _ = items.shape
        condition = torch.cat(
            [
                self.task[:, None].expand(TASKS, HISTORIES, CONDITION),
                self.kind.expand(TASKS, HISTORIES, CONDITION),
            ],
            -1,
        )
        norms = self.hyper(condition)[:, :, None, None].unflatten(-1, (4, DIM))
        x = items + self.positions
        split = lambda layer: layer(x).unflatten(-1, (HEADS, -1)).transpose(-2, -3)
        hidden = (mask == 0)[:, :, None, None].expand(-1, -1, 1, length, -1)
        mixed = functional.scaled_dot_product_attention(split(self.q), split(self.k), split(self.v), attn_mask=~hidden)
        x = x + self.o(mixed.transpose(-2, -3).flatten(-2))
        norm = lambda x, at: (1 + norms[..., at, :]) * functional.layer_norm(x, [DIM]) + norms[..., at + 1, :]
        h = norm(x, 0)
        x = norm(h + self.forward_layer(h), 2)
        rows = lambda x, *shape: x.expand(TASKS, histories, batch, *shape).reshape(-1, *shape)
        seen = read(self.unit, rows(candidate, DIM), x.reshape(-1, length, DIM), rows(mask, length))
        return seen.view(TASKS, histories, batch, DIM)


class Network(nn.Module):
    def __init__(self, length, has_modules):
        super().__init__()
        embeddings = 1 + HISTORIES
        features = embeddings * DIM
        self.table = nn.Embedding(ITEMS, DIM, sparse=True)
        self.interest = Interest(length) if has_modules else None
        self.units = None if has_modules else nn.ModuleList(mlp(4 * DIM, [UNIT], 1) for _ in range(HISTORIES))
        hidden = embeddings // REDUCTION
        gates = (mlp(features, [hidden], embeddings) for _ in range(TASKS))
        self.gates = nn.ModuleList(gates) if has_modules else None
        self.bottom = mlp(features, [WIDTH] * 3)
        self.towers = nn.ModuleList(mlp(WIDTH, [WIDTH], 1) for _ in range(TASKS))

    def forward(self, inputs):
        item, histories, mask = inputs
        candidate, items = self.table(item), self.table(histories)
        if self.interest is None:
            parts = [read(unit, candidate, x, m) for unit, x, m in zip(self.units, items, mask)]
            shared = self.bottom(torch.cat([candidate, *parts], 1))
            return torch.cat([tower(shared) for tower in self.towers], 1)
        logits = []
        for interest, gate, tower in zip(self.interest(candidate, items, mask), self.gates, self.towers):
            x = torch.cat([candidate[:, None], interest.transpose(0, 1)], 1)
            x = 2 * torch.sigmoid(gate(x.flatten(1)))[..., None] * x
            logits.append(tower(self.bottom(x.flatten(1))))
        return torch.cat(logits, 1)


def workload(name, samples):
    """The network called `name` by `cargo xtask info dtrn`; ids, lengths and labels in turn."""
    kind, histories, length = re.fullmatch(r"([\w ]+), (\d+) histories of (\d+)", name).groups()
    length, at = int(length), torch.arange(samples)
    model = Network(length, kind == "dtrn")
    mask = (torch.arange(length) < (length - at % length)[:, None]).float().expand(HISTORIES, -1, -1)
    ids = ((at[:, None] + 2 * torch.arange(length)) % ITEMS).expand(HISTORIES, -1, -1) * mask.long()
    labels = (torch.arange(samples * TASKS) % 3 % 2).float().view(samples, TASKS)
    loss = lambda logits: functional.binary_cross_entropy_with_logits(logits, labels) * TASKS
    return model, (at % ITEMS, ids, mask), loss
