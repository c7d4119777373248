"""The PyTorch side of `cargo xtask bench --against pytorch`: eager mode, 32-bit floats.

    bench.py --version
    bench.py SLUG WORKLOAD SAMPLES THREADS

The second form prints one JSON object: seconds of each forward pass and of each training step (forward, backward, Adam), and the
peak memory of this process. Calls and warm-up are those of train/src/benchmark/mod.rs.
"""

import json
import resource
import sys
import time

import torch

import deltanet
import din
import dtrn
import finalmlp
import hopfield
import s_kan
import scaling_mlps
import tensor_brain
import tsmixer

SYSTEMS = {
    "deltanet": deltanet.workload,
    "din": din.workload,
    "dtrn": dtrn.workload,
    "finalmlp": finalmlp.workload,
    "hopfield": hopfield.workload,
    "s-kan": s_kan.workload,
    "scaling-mlps": scaling_mlps.workload,
    "tensor-brain": tensor_brain.workload,
    "tsmixer": tsmixer.workload,
}
WARM_UP, FEWEST, MOST, BUDGET = 3, 3, 50, 3.0


def timed(call):
    for _ in range(WARM_UP):
        call()
    seconds, start = [], time.perf_counter()
    while len(seconds) < FEWEST or (len(seconds) < MOST and time.perf_counter() - start < BUDGET):
        before = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - before)
    return seconds


def optimizers_of(model):
    """Adam, and SparseAdam for embeddings with sparse gradients."""
    sparse = [p for m in model.modules() if getattr(m, "sparse", False) for p in m.parameters()]
    dense = [p for p in model.parameters() if all(p is not other for other in sparse)]
    optimizers = [torch.optim.Adam(dense, lr=1e-3)]
    return optimizers + ([torch.optim.SparseAdam(sparse, lr=1e-3)] if sparse else [])


def main():
    if sys.argv[1:] == ["--version"]:
        print("PyTorch", torch.__version__)
        return
    slug, workload, samples, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    model, inputs, loss = SYSTEMS[slug](workload, int(samples))
    optimizers = optimizers_of(model)

    def forward():
        with torch.no_grad():
            model(inputs)

    def step():
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss(model(inputs)).backward()
        for optimizer in optimizers:
            optimizer.step()

    result = {"forward": timed(forward), "step": timed(step)}
    result["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(result))


main()
