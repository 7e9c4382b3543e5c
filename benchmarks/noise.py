"""What a draw of each kind of noise costs, together with its gradient, as ratios of one run.

    .venv/bin/python benchmarks/noise.py

The chapter better-than-random divides its errors by these ratios. Plain noise is 1; each round
times all kinds one after the other, and the median over the rounds is printed.
"""

from collections.abc import Callable
from time import perf_counter

import numpy as np

from rpt_helpers import Antithetic, Loss, Normal, Sobol, pathwise
from rpt_helpers._arguments import FloatArray

Work = Callable[[np.random.Generator], FloatArray]

N = 2**10
ROUNDS = 201
NODE = Normal(0.5, 1.0)
LOSS = Loss(lambda y: np.logaddexp(0, 2 * y), lambda y: 1 + np.tanh(y))


def averaged(draw: Callable[[np.random.Generator, int], FloatArray]) -> Work:
    """Return the mean gradient of N draws, as a function of the generator."""
    return lambda rng: pathwise(LOSS, NODE, draw(rng, N)).mean(axis=0)


def fitted(rng: np.random.Generator) -> FloatArray:
    """Fit the gradients by what is known of the moments of plain noise."""
    eps = rng.standard_normal(N)
    known = np.array([np.ones(N), eps, eps**2 - 1]).T
    return np.linalg.lstsq(known, pathwise(LOSS, NODE, eps), rcond=None)[0][0]


KINDS: dict[str, Work] = {
    "plain": averaged(lambda rng, n: rng.standard_normal(n)),
    "antithetic": averaged(Antithetic()),
    "known means": fitted,
    "Sobol": averaged(Sobol(N)),
}


def main() -> None:
    """Print the ratios."""
    rng = np.random.default_rng(1)
    seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for _ in range(ROUNDS):
        for kind, work in KINDS.items():
            start = perf_counter()
            work(rng)
            seconds[kind].append(perf_counter() - start)
    median = {kind: float(np.median(each)) for kind, each in seconds.items()}
    print(f"plain noise: {median['plain'] / N * 1e9:.0f} ns a sample, N = {N}")
    for kind, each in median.items():
        print(f"{kind:12} {each / median['plain']:6.2f}")


if __name__ == "__main__":
    main()
