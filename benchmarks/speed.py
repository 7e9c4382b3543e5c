"""What the library costs beside the least that the work can cost, as ratios of one interleaved run.

    .venv/bin/python benchmarks/speed.py

`estimate` is measured against only drawing its noise, `sgd` against the same recursion on two bare
floats, and the import of the library against the import of numpy. A ratio of one run means more
than a time: both sides of it saw the same machine at the same moment. A busy machine shows in the
quartiles.
"""

import math
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, process_time
from typing import Any

import numpy as np

from rpt_helpers import (
    Loss,
    Normal,
    SquaredError,
    closed_form,
    datasets,
    estimate,
    leave_one_out,
    measure_valued,
    pathwise,
    score_function,
    sgd,
)
from rpt_helpers._arguments import FloatArray
from rpt_helpers.monte_carlo import CHUNK

Work = Callable[[], object]

N = 1_000_000
ROUNDS = 25
STEPS = 2_000
NODE = Normal(299_800.0, 60.0)
LOSS = SquaredError(datasets.michelson())
ANY_LOSS = Loss(lambda y: np.square(y - 299_852.4), lambda y: 2 * (y - 299_852.4))


def draw() -> None:
    """Draw the noise of N samples and forget it, chunk by chunk."""
    rng = np.random.default_rng(1)
    for _ in range(N // CHUNK):
        rng.standard_normal(CHUNK)
    rng.standard_normal(N % CHUNK)


def over_noise(
    estimator: Callable[..., FloatArray],
    loss: Loss | SquaredError = LOSS,
    n_samples: int = N,
    **options: Any,
) -> Work:
    """Return one call of `estimate`."""
    return lambda: estimate(estimator, loss, NODE, n_samples, np.random.default_rng(1), **options)


def bare_descent() -> list[tuple[float, float]]:
    """Descend on two floats, in log sigma, as a program would that knows only this gradient."""
    n, mean, mu, log_sigma = LOSS.n, LOSS.mean, 299_800.0, math.log(60.0)
    path = []
    for _ in range(STEPS):
        sigma = math.exp(log_sigma)
        mu, log_sigma = mu - 1e-9 * 2 * n * (mu - mean), log_sigma - 1e-9 * 2 * n * sigma * sigma
        path.append((mu, sigma))
    return path


def by_sgd(gradient: Callable[[Normal], FloatArray]) -> Work:
    """Return one descent in log sigma."""
    return lambda: sgd(gradient, NODE.by("log_sigma"), steps=STEPS, step_size=1e-9)


def fresh(module: str) -> Work:
    """Return an import in a new interpreter."""
    return lambda: subprocess.run([sys.executable, "-c", f"import {module}"], check=True)


def ratios(reference: Work, rows: dict[str, Work], clock: Callable[[], float]) -> None:
    """Print how many times the reference each row takes: median and quartiles over the rounds."""
    found: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(ROUNDS):
        for name, work in rows.items():
            began = clock()
            reference()
            between = clock()
            work()
            found[name].append((clock() - between) / (between - began))
    for name, values in found.items():
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
        print(f"| {name} | {middle:.2f} | {low:.2f} to {high:.2f} |")


def table(title: str) -> None:
    """Print the head of a table."""
    print(f"\n| {title} | median | quartiles |\n|---|---|---|")


def memory(n_samples: int) -> float:
    """Return the most memory that `estimate` holds, in MB."""
    tracemalloc.start()
    estimate(score_function, LOSS, NODE, n_samples, np.random.default_rng(1))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def main() -> None:
    """Print all tables."""
    baseline = closed_form.optimal_baseline(LOSS, NODE)
    table(f"`estimate`, N = {N:,}, processor time over that of drawing the noise")
    rows = {
        "pathwise": over_noise(pathwise),
        "score function": over_noise(score_function),
        "score function, constant baseline": over_noise(score_function, baseline=baseline),
        "score function, leave one out": over_noise(score_function, baseline=leave_one_out),
        "pathwise, a loss of two lambdas": over_noise(pathwise, ANY_LOSS),
        "score function, a loss of two lambdas": over_noise(score_function, ANY_LOSS),
        "measure-valued (four normals a sample)": over_noise(measure_valued),
    }
    ratios(draw, rows, process_time)
    table("`estimate` by pathwise on an executor of two threads, wall time over that without")
    with ThreadPoolExecutor(2) as pool:
        for n_samples in (N, 10 * N):
            serial = over_noise(pathwise, n_samples=n_samples)
            threads = over_noise(pathwise, n_samples=n_samples, executor=pool)
            ratios(serial, {f"N = {n_samples:,}": threads}, perf_counter)
    table(f"`sgd`, {STEPS:,} steps, processor time over that of the bare recursion")
    rng, zero = np.random.default_rng(1), np.zeros(2)
    rows = {
        "constant gradient": by_sgd(lambda node: zero),
        "exact gradient": by_sgd(lambda node: closed_form.gradient(LOSS, node)),
        "pathwise, 8 samples": by_sgd(
            lambda node: pathwise(LOSS, node, rng.standard_normal(8)).mean(0)
        ),
    }
    ratios(bare_descent, rows, process_time)
    table("`import rpt_helpers`, wall time over that of `import numpy`")
    ratios(fresh("numpy"), {"import": fresh("rpt_helpers")}, perf_counter)
    print("\n| memory of `estimate` at its peak | MB |\n|---|---|")
    for n_samples in (100_000, 1_000_000, 10_000_000):
        print(f"| N = {n_samples:,} | {memory(n_samples):.2f} |")


if __name__ == "__main__":
    main()
