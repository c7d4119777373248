"""Times the chunked delta rule in PyTorch on the CPU, for comparison with the example `bench_delta_rule`.

Usage: python delta_rule.py [--threads 2] [--repeats 7] [LENGTH ...]

Two ways to apply (I + tril(B K K^T, -1))^-1, the rest being the same sums as in `pyrarium_layers::ops::delta_rule_chunked`:

- blocks: forward substitution in blocks of 16 rows, put together by products, as the Rust code does;
- solve: torch.linalg.solve_triangular on the right-hand sides.

Shapes: batch 1, 4 heads of 64 features, chunks of 64 tokens, 32-bit floats. Prints medians in milliseconds.
"""

import argparse
import statistics
import time

import torch

HEADS, DIM, CHUNK, BASE = 4, 64, 64, 16


def substitute(a):
    size = a.shape[-1]
    if size <= BASE:
        x = torch.eye(size).expand_as(a).clone()
        for row in range(size - 1):
            x = x - a[..., :, row : row + 1] * x[..., row : row + 1, :]
        return x
    half = size // 2
    x1, x2 = substitute(torch.stack([a[..., :half, :half], a[..., half:, half:]])).unbind(0)
    x21 = -x2 @ a[..., half:, :half] @ x1
    return torch.cat([torch.cat([x1, torch.zeros_like(x1)], -1), torch.cat([x21, x2], -1)], -2)


class UnitLowerInverse(torch.autograd.Function):
    @staticmethod
    def forward(context, a):
        x = substitute(a)
        context.save_for_backward(x)
        return x

    @staticmethod
    def backward(context, gradient):
        (x,) = context.saved_tensors
        return -x.mT @ gradient @ x.mT


def chunked(q, k, v, beta, way, chunk=CHUNK):
    batch, heads, length, dim = k.shape
    chunks = lambda x: x.reshape(batch * heads, length // chunk, chunk, -1).transpose(0, 1)
    q, k, v, beta = (chunks(x) for x in (q * dim**-0.5, k, v, beta[..., None]))
    weighted_k, weighted_v = k * beta, v * beta
    a = (weighted_k @ k.mT).tril(-1)
    if way == "blocks":
        x = UnitLowerInverse.apply(a)
        w, u = x @ weighted_k, x @ weighted_v
    else:
        both = torch.cat([weighted_k, weighted_v], -1)
        solved = torch.linalg.solve_triangular(a, both, upper=False, unitriangular=True)
        w, u = solved.split([dim, v.shape[-1]], -1)
    state = torch.zeros(batch * heads, dim, v.shape[-1])
    entering, written = [], []
    for k_n, w_n, u_n in zip(k.mT.unbind(0), w.unbind(0), u.unbind(0)):
        write = u_n - w_n @ state
        entering.append(state)
        written.append(write)
        state = state + k_n @ write
    o = q @ torch.stack(entering) + (q @ k.mT).tril() @ torch.stack(written)
    return o.transpose(0, 1).reshape(batch, heads, length, -1), state


def recurrent(q, k, v, beta):
    state = torch.zeros(*k.shape[:2], k.shape[-1], v.shape[-1])
    outputs = []
    rows = zip((q * k.shape[-1] ** -0.5).unbind(2), k.unbind(2), v.unbind(2), beta.unbind(2))
    for q_t, k_t, v_t, beta_t in rows:
        write = (v_t - torch.einsum("bhk,bhkv->bhv", k_t, state)) * beta_t[..., None]
        state = state + k_t[..., None] * write[..., None, :]
        outputs.append(torch.einsum("bhk,bhkv->bhv", q_t, state))
    return torch.stack(outputs, 2), state


def inputs(length):
    generator = torch.Generator().manual_seed(length)
    draw = lambda *shape: torch.rand(*shape, generator=generator) * 2 - 1
    q, k = (torch.nn.functional.normalize(draw(1, HEADS, length, DIM), dim=-1) for _ in range(2))
    return [x.requires_grad_() for x in (q, k, draw(1, HEADS, length, DIM), torch.sigmoid(draw(1, HEADS, length)))]


def median(function, repeats):
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lengths", nargs="*", type=int, default=[512, 1024, 2048, 4096, 8192])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    expected, _ = recurrent(*inputs(256))
    for way in ("blocks", "solve"):
        error = (chunked(*inputs(256), way)[0] - expected).abs().max().item()
        assert error < 1e-5, (way, error)

    for length in options.lengths:
        for way in ("blocks", "solve"):
            arguments = inputs(length)

            def forward():
                with torch.no_grad():
                    chunked(*arguments, way)

            def step():
                o, _ = chunked(*arguments, way)
                torch.autograd.grad(o.square().sum(), arguments)

            ahead, both = median(forward, options.repeats), median(step, options.repeats)
            print(f"pytorch T {length:5} chunked/{way:6} forward {ahead:8.2f} ms  forward+backward {both:8.2f} ms")


if __name__ == "__main__":
    main()
