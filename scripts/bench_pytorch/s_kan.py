"""Kolmogorov-Arnold layers of each family in PyTorch; the B-splines as the public efficient implementation computes them."""

import math
import re

import torch
from torch import nn

FUNCTIONS = 8


class Features(nn.Module):
    """What all families share: where the functions are centred, in units of their distance."""

    def __init__(self, width):
        super().__init__()
        self.register_buffer("centres", torch.linspace(-1, 1, FUNCTIONS))
        self.register_buffer("degrees", torch.arange(FUNCTIONS, dtype=torch.float32))
        self.register_buffer("frequencies", math.pi * torch.arange(1, FUNCTIONS // 2 + 1))
        knots = torch.arange(-3, 9) * 0.4 - 1
        self.register_buffer("knots", knots.expand(width, -1).contiguous())

    def b_spline(self, x):
        x, t = x.unsqueeze(-1), self.knots
        b = ((x >= t[:, :-1]) & (x < t[:, 1:])).to(x.dtype)
        for k in range(1, 4):
            left = (x - t[:, : -(k + 1)]) / (t[:, k:-1] - t[:, : -(k + 1)])
            right = (t[:, k + 1 :] - x) / (t[:, k + 1 :] - t[:, 1:-k])
            b = left * b[..., :-1] + right * b[..., 1:]
        return b

    def chebyshev(self, x):
        # The public implementation: cos(n arccos(tanh x)).
        return torch.cos(self.degrees * torch.acos(torch.tanh(x).clamp(-1 + 1e-6, 1 - 1e-6)).unsqueeze(-1))

    def rbf(self, x):
        return torch.exp(-(((x.unsqueeze(-1) - self.centres) * ((FUNCTIONS - 1) / 2)) ** 2))

    def fourier(self, x):
        angles = x.unsqueeze(-1) * self.frequencies
        return torch.cat([torch.cos(angles), torch.sin(angles)], -1)

    def mexican_hat(self, x):
        z = (x.unsqueeze(-1) - self.centres) * ((FUNCTIONS - 1) / 2)
        return (1 - z**2) * torch.exp(-(z**2) / 2)


FAMILIES = ("b_spline", "chebyshev", "rbf", "fourier", "mexican_hat")


class KanLinear(nn.Module):
    """y = silu(x) W_b + f(x) W_s; with several families each node has softmax weights for them."""

    def __init__(self, families, d_in, d_out):
        super().__init__()
        self.families, self.features = families, Features(d_in)
        self.base = nn.Parameter(torch.randn(d_out, d_in) / d_in**0.5)
        shape = (len(families), d_out, d_in * FUNCTIONS)
        self.coefficients = nn.Parameter(0.1 * torch.randn(shape) / d_in**0.5)
        self.scores = nn.Parameter(torch.zeros(len(families), d_out)) if len(families) > 1 else None

    def forward(self, x):
        y = nn.functional.linear(nn.functional.silu(x), self.base)
        weights = None if self.scores is None else self.scores.softmax(0)
        for m, family in enumerate(self.families):
            part = nn.functional.linear(getattr(self.features, family)(x).flatten(1), self.coefficients[m])
            y = y + (part if weights is None else weights[m] * part)
        return y


def workload(name, samples):
    """The layer called `name` by `cargo xtask info s-kan`, with a batch of noise."""
    kind, d_in, d_out = re.fullmatch(r"([\w ]+) (\d+) -> (\d+)", name).groups()
    d_in, d_out = int(d_in), int(d_out)
    if kind == "linear":
        model = nn.Linear(d_in, d_out)
    else:
        model = KanLinear(FAMILIES if kind == "all families" else (kind,), d_in, d_out)
    x, y = torch.rand(samples, d_in) * 2 - 1, torch.rand(samples, d_out) * 2 - 1
    return model, x, lambda output: nn.functional.mse_loss(output, y)
