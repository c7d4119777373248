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
import hopfield
import s_kan
import scaling_mlps
import tensor_brain
import tsmixer

SYSTEMS = {
    "deltanet": deltanet.workload,
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


def main():
    if sys.argv[1:] == ["--version"]:
        print("PyTorch", torch.__version__)
        return
    slug, workload, samples, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    model, inputs, loss = SYSTEMS[slug](workload, int(samples))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def forward():
        with torch.no_grad():
            model(inputs)

    def step():
        optimizer.zero_grad()
        loss(model(inputs)).backward()
        optimizer.step()

    result = {"forward": timed(forward), "step": timed(step)}
    result["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(result))


main()
