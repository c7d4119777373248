"""The tensor brain (arXiv 2001.11027, recurrence of arXiv 2109.13392) with teacher forcing, written from its equations."""

import torch
from torch import nn
from torch.nn import functional

SIZES = {"nations": (14, 55), "kinships": (104, 25), "umls": (135, 46)}
STATE, WORKING, FEATURES = 64, 128, 32


def centred(x):
    return torch.sigmoid(x) - 0.5


class TensorBrain(nn.Module):
    def __init__(self, entities, predicates):
        super().__init__()
        self.entities = entities
        self.embedding = nn.Parameter(torch.randn(entities + predicates, STATE) / STATE**0.5)
        self.bias = nn.Parameter(torch.zeros(entities + predicates))
        self.neutral = nn.Parameter(torch.zeros(STATE))
        linear = lambda inputs, outputs: nn.Linear(inputs, outputs, bias=False)
        self.sensory, self.v = linear(FEATURES, STATE), linear(STATE, WORKING)
        self.b, self.w = linear(WORKING, WORKING), linear(WORKING, STATE)

    def forward(self, inputs):
        scene, regions, places = inputs
        q, h = self.neutral + self.sensory(scene), torch.zeros(len(scene), WORKING)
        groups = [slice(0, self.entities)] * 2 + [slice(self.entities, None)]
        steps = []
        for step, (region, place, group) in enumerate(zip(regions, places, groups)):
            if step > 0:
                h = self.b(centred(torch.sigmoid(h) + self.v(centred(q))))
                q = self.w(centred(h))
            q = q + self.sensory(region)
            embedding = self.embedding[group]
            scores = centred(q) @ embedding.T + self.bias[group]
            steps.append(functional.log_softmax(scores, 1))
            q = q + embedding[place]
        return steps


def workload(name, samples):
    """The brain called `name` by `cargo xtask info tensor-brain`, with a batch of noise."""
    entities, predicates = SIZES[name.removeprefix("tensor brain, ")]
    model = TensorBrain(entities, predicates)
    rows = torch.arange(samples)
    places = [rows % entities, (2 * rows + 1) % entities, rows % predicates]
    noise = lambda: torch.rand(samples, FEATURES) * 2 - 1
    inputs = noise(), [noise() for _ in range(3)], places
    return model, inputs, lambda steps: sum(functional.nll_loss(step, place) for step, place in zip(steps, places))
