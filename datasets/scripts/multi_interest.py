"""The best area under the ROC curve on `multi_interest`, from a program of its own: five times 40,000 users.

Needs NumPy and SciPy. Printed 0.9162, with a standard deviation of 0.0008 between the five, and a click rate of 0.3833.
"""

import numpy as np
from scipy.stats import rankdata


def probability(rng):
    interests = rng.choice(20, 3, replace=False)
    weights = rng.dirichlet([1, 1, 1])
    length = rng.integers(10, 31)
    history = interests[rng.choice(3, length, p=weights)]
    category = interests[rng.integers(3)] if rng.random() < 0.5 else rng.integers(20)
    return 0.05 + 0.85 * min(1, 3 * (history == category).sum() / length)


def auc(scores, labels):
    positive = labels.sum()
    ranks = rankdata(scores)[labels].sum()
    return (ranks - positive * (positive + 1) / 2) / (positive * (len(labels) - positive))


areas, rates = [], []
for seed in range(5):
    rng = np.random.default_rng(seed)
    p = np.array([probability(rng) for _ in range(40_000)])
    labels = rng.random(len(p)) < p
    areas.append(auc(p, labels))
    rates.append(p.mean())
print(f"{np.mean(areas):.4f} {np.std(areas):.4f} {np.mean(rates):.4f}")
