"""The language models of DeltaNet (arXiv 2406.06484) that are measured, written from their equations."""

import re

import torch
from torch import nn
from torch.nn import functional

from delta_rule import chunked

VOCAB, HEADS, CONV, BASE = 256, 2, 4, 10_000.0


def split(x):
    return x.unflatten(-1, (HEADS, -1)).transpose(1, 2)


class Qkv(nn.Module):
    """Queries, keys and values, each behind a short causal convolution."""

    def __init__(self, width):
        super().__init__()
        conv = lambda: nn.Conv1d(width, width, CONV, padding=CONV - 1, groups=width, bias=False)
        self.parts = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(3))
        self.convs = nn.ModuleList(conv() for _ in range(3))

    def forward(self, x):
        return [conv(part(x).mT)[..., : x.shape[1]].mT for part, conv in zip(self.parts, self.convs)]


class DeltaNet(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.qkv, self.o = Qkv(width), nn.Linear(width, width, bias=False)
        self.beta = nn.Linear(width, HEADS, bias=False)
        self.norm = nn.RMSNorm(width // HEADS, eps=1e-6)

    def forward(self, x):
        q, k, v = (split(functional.silu(part)) for part in self.qkv(x))
        unit = lambda x: x / (x.square().sum(-1, keepdim=True) + 1e-6).sqrt()
        o, _ = chunked(unit(q), unit(k), v, torch.sigmoid(self.beta(x)).transpose(1, 2), "blocks", 32)
        return self.o(self.norm(o).transpose(1, 2).flatten(2))


class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.qkv, self.o = Qkv(width), nn.Linear(width, width, bias=False)

    def forward(self, x):
        q, k, v = map(split, self.qkv(x))
        o = functional.scaled_dot_product_attention(rotated(q), rotated(k), v, is_causal=True)
        return self.o(o.transpose(1, 2).flatten(2))


def rotated(x):
    length, half = x.shape[2], x.shape[3] // 2
    angle = torch.arange(length)[:, None] * BASE ** (-torch.arange(half) / half)
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()], -1)


class Block(nn.Module):
    def __init__(self, mixer, width):
        super().__init__()
        inner = -(-(width * 8 // 3) // 256) * 256
        self.mixer, self.norms = mixer(width), nn.ModuleList(nn.RMSNorm(width, eps=1e-6) for _ in range(2))
        self.gate, self.up = (nn.Linear(width, inner, bias=False) for _ in range(2))
        self.down = nn.Linear(inner, width, bias=False)

    def forward(self, x):
        x = x + self.mixer(self.norms[0](x))
        y = self.norms[1](x)
        return x + self.down(functional.silu(self.gate(y)) * self.up(y))


def workload(name, samples):
    """The network called `name` by `cargo xtask info deltanet`, with tokens in turn."""
    kind, *sizes = re.fullmatch(r"(\w+), (\d+) blocks of (\d+), (\d+) bytes", name).groups()
    blocks, width, length = map(int, sizes)
    mixer = {"delta_net": DeltaNet, "attention": Attention}[kind]
    body = [Block(mixer, width) for _ in range(blocks)]
    head = [nn.RMSNorm(width, eps=1e-6), nn.Linear(width, VOCAB, bias=False)]
    model = nn.Sequential(nn.Embedding(VOCAB, width), *body, *head)
    tokens = torch.arange(samples * length + 1) % VOCAB
    inputs, targets = tokens[:-1].view(samples, length), tokens[1:]
    return model, inputs, lambda scores: functional.cross_entropy(scores.flatten(0, 1), targets)
